"""Wrap rules and opacity of foreign textures on their way through artifacts and the texture stage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from foreign import SIDES, SQUARE, SQUARE_UV, plain

from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.preview import render_view
from varco3d.pipeline.meshes.texture_lookup import sample_texture
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.texture import TextureSettings, _cut


def leaf() -> Mesh:
    return Mesh(SQUARE, SIDES.astype(np.int32), uv=SQUARE_UV, texture=plain(0, 200, 0), wrap=("repeat", "mirror"),
                opacity=plain(90)[..., 0], alpha_mode="mask", alpha_cutoff=0.25, alpha=0.75, double_sided=True,
                colors=np.full((4, 3), (255, 128, 255), np.uint8))  # fmt: skip


def test_artifacts_keep_the_surface(tmp_path: Path) -> None:
    before = leaf()
    before.save(tmp_path)
    after = Mesh.load(tmp_path)
    for name in Mesh.__dataclass_fields__:
        one, two = getattr(before, name), getattr(after, name)
        assert np.array_equal(one, two) if isinstance(one, np.ndarray) else one == two, name


def test_a_new_texture_takes_nothing_from_the_old() -> None:
    cut, _, _ = _cut(leaf(), TextureSettings(keep_uv=True), 64, Context(seed=0, device="cpu", dtype="float32"))
    assert cut.opacity is None and cut.alpha_mode == "opaque" and cut.wrap == ("clamp", "clamp")
    assert cut.texture is None and np.array_equal(cut.uv, SQUARE_UV)


def test_wrap_rules_of_a_look_up() -> None:
    row = np.uint8([[[0, 0, 0], [80, 0, 0], [160, 0, 0], [240, 0, 0]]])
    uv = np.array([[1.125, 0.5], [-0.125, 0.5], [0.375, 0.5]])
    for rule, expected in (("repeat", [0, 240, 80]), ("clamp", [240, 0, 80]), ("mirror", [240, 0, 80])):
        assert np.allclose(sample_texture(row, uv, (rule, "clamp"))[:, 0] * 255, expected, atol=1e-3), rule
    assert np.allclose(sample_texture(row, np.array([[1.375, 0.5]]), ("mirror", "clamp"))[0, 0] * 255, 160, atol=1e-3)


def test_previews_multiply_the_texture_by_colours() -> None:
    from varco3d.kernels.views.cameras import Camera

    picture = render_view(leaf(), Camera(0, 0, 1.2), 32, light=0.0)
    middle = picture[10, 22].tolist()
    assert abs(middle[1] - 100) <= 1 and middle[0] == middle[2] == 0
