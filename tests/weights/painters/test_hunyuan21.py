"""Hunyuan3D-Paint 2.1 as a painter: its materials, its extra views, and the tokens of DINOv2."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_hunyuan import egg, fill_store21

from varco3d.errors import CheckpointError
from varco3d.kernels.meshes.normals import smooth_normals
from varco3d.kernels.views.render_maps import render_maps
from varco3d.weights.painters import PaintTask, Room, load_painter
from varco3d.weights.painters.base import Known
from varco3d.weights.painters.hunyuan import extra_views, painter, painter21
from varco3d.weights.painters.hunyuan.reference import dino
from varco3d.weights.painters.hunyuan.voxels import voxels_of_grids

NAME = "hunyuan3d-paint-2.1"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store that holds a tiny random model."""
    fill_store21(tmp_path / "models")
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("varco3d.weights.painters.hunyuan.maps.RENDERED", 128)
    return tmp_path / "models"


def test_materials_are_the_second_half_with_metalness_red_and_roughness_green(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = np.random.default_rng(0).random((12, 64, 64, 3), np.float32)
    monkeypatch.setattr(painter, "decode_latents", lambda vae, latents: shown)
    views = list(load_painter(NAME, Room()).paint(replace(egg(), steps=1)).views.values())
    for k, view in enumerate(views):
        assert np.array_equal(view.picture, shown[k])
        assert view.material is not None
        assert np.array_equal(view.material[..., 0], shown[6 + k, ..., 1])
        assert np.array_equal(view.material[..., 1], shown[6 + k, ..., 0])


def test_known_materials_stay_and_look_as_the_network_paints_them(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[torch.Tensor] = []
    pictures: list[np.ndarray] = []
    encoded: list[np.ndarray] = []
    decode, encode = painter.decode_latents, painter.encode

    def decoding(vae, latents):
        decoded.append(latents[6:])
        pictures.append(decode(vae, latents)[6:])
        return decode(vae, latents)

    monkeypatch.setattr(painter, "decode_latents", decoding)
    monkeypatch.setattr(painter, "encode", lambda vae, *rest: encoded.append(rest[0]) or encode(vae, *rest))
    task, paints = replace(egg(), steps=2), load_painter(NAME, Room())
    surface = (paints.paint(task).maps["position"] < 1).all(-1)
    third = pictures[0][surface, 2].mean()
    share = np.zeros((6, 64, 64), np.float32)
    share[:, :, :32] = 1.0
    material = np.full((6, 64, 64, 2), (0.7, 0.2), np.float32)
    known = Known(np.full((6, 64, 64, 3), 0.3, np.float32), share, material)
    paints.paint(replace(task, known=known))
    assert np.allclose(np.concatenate(encoded[-6:]), [0.2, 0.7, third], atol=1e-6)
    for other in (replace(known, share=np.ones_like(share)), replace(known, materials=None)):
        paints.third = third
        paints.paint(replace(task, known=other))
    _, half, whole, free = decoded
    assert torch.allclose(half[..., :4], whole[..., :4], atol=1e-5)
    assert (half[..., 4:] - whole[..., 4:]).abs().mean() > 0.05
    assert (free[..., :4] - whole[..., :4]).abs().mean() > 0.05, "no materials known: none of them stay"


def test_the_picture_is_read_by_the_encoder_and_as_a_reference(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = replace(egg(), steps=2)
    first = load_painter(NAME, Room()).paint(task).views["back"].picture
    monkeypatch.setattr(painter21, "picture_tokens", lambda network, rgb: dino.picture_tokens(network, 255 - rgb))
    other_tokens = load_painter(NAME, Room()).paint(task).views["back"].picture
    assert np.abs(other_tokens - first).max() > 1e-3


def test_pixels_are_those_of_the_published_processor() -> None:
    processors = pytest.importorskip("transformers.models.bit.image_processing_pil_bit")
    rgb = np.random.default_rng(1).integers(0, 256, (512, 512, 3)).astype(np.uint8)
    processor = processors.BitImageProcessorPil(
        size={"shortest_edge": 256},
        crop_size={"height": 224, "width": 224},
        resample=3,
        image_mean=list(dino.MEAN),
        image_std=list(dino.DEVIATION),
    )
    wanted = torch.as_tensor(np.asarray(processor(rgb)["pixel_values"]))
    assert (dino.dino_pixels(rgb) - wanted).abs().max() < 1e-5


def test_voxels_of_any_grid_are_rounded_means_of_its_cells() -> None:
    cells = np.random.default_rng(0).integers(0, 200, (1, 2, 3, 3, 3)) / 256  # exact in float16, as their sums are
    maps = torch.from_numpy(cells.repeat(4, -2).repeat(4, -1)).float()
    found = voxels_of_grids(maps, [(3, 10)])
    assert list(found) == [18]
    assert np.array_equal(found[18], np.round(cells * 9).transpose(0, 1, 3, 4, 2).reshape(1, 18, 3))


def shelf() -> PaintTask:
    """An open box whose inner sides none of the six views shows."""
    import trimesh

    outer = trimesh.creation.box((1.0, 1.0, 1.0)).subdivide().subdivide()
    deep = trimesh.creation.box((0.8, 0.8, 0.2))
    deep.apply_translation((0, 0, 0.9))
    plate = trimesh.creation.box((1.2, 1.2, 0.05))
    plate.apply_translation((0, 0, 1.4))
    mesh = trimesh.util.concatenate([outer, deep, plate])
    vertices, faces = np.asarray(mesh.vertices, np.float32) * 0.6, np.asarray(mesh.faces, np.int32)
    return replace(egg(), vertices=vertices, faces=faces, normals=smooth_normals(vertices, faces))


def test_extra_views_show_what_six_leave_out(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra_views.visible_triangles, "__defaults__", (128,))
    task = replace(shelf(), steps=1, extra_views=2)
    answer = load_painter(NAME, Room()).paint(task)
    extra = [name for name in answer.views if name.startswith("extra")]
    assert extra and answer.facts["views"] == 6 + len(extra) == len(answer.maps["normal"])
    assert len({view.picture.tobytes() for view in answer.views.values()}) == 6 + len(extra)
    camera = answer.views["extra1"].camera
    assert (camera.azimuth, camera.elevation) not in painter21.PLACES
    for k, view in enumerate(answer.views.values()):
        mask = render_maps(task.vertices, task.faces, view.camera, 64, maps=()).mask
        assert (mask != (answer.maps["position"][k].min(-1) < 0.98)).mean() < 0.05
    assert "extra1" not in load_painter(NAME, Room()).paint(replace(task, extra_views=0)).views


def test_a_file_of_another_model_is_refused_with_its_name(store: Path) -> None:
    path = store / "facebook" / "dinov2-giant" / "config.json"
    path.write_text(path.read_text().replace('"num_hidden_layers": 2', '"num_hidden_layers": 3'))
    with pytest.raises(CheckpointError, match="dinov2-giant"):
        load_painter(NAME, Room()).paint(replace(egg(), steps=1))
