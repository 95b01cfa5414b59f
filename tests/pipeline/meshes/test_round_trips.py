"""Our own files through reading and writing again: geometry, UVs, colours, textures and units stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.converting import Conversion, convert_mesh
from varco3d.pipeline.meshes.outputs import Placement, write_mesh
from varco3d.pipeline.meshes.reading import read_mesh

KEEP = Placement(size=None, origin="keep")


@st.composite
def meshes(draw: st.DrawFn) -> Mesh:
    """A few triangles with a texture, colours, one colour or nothing, near the origin or far from it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(3, 12))
    vertices = rng.uniform(-2, 2, (count, 3)).astype(np.float32)
    first = np.arange(count - 2)
    faces = np.stack([first, first + 1, first + 2], axis=1).astype(np.int32)
    kind = draw(st.sampled_from(["texture", "opacity", "colors", "one", "bare"]))
    mesh = Mesh(vertices, faces, metallic=0.25, roughness=0.75)
    if kind in ("texture", "opacity"):
        texture = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        wrap = draw(st.sampled_from([("clamp", "clamp"), ("repeat", "repeat"), ("mirror", "repeat")]))
        mesh = replace(mesh, uv=rng.uniform(0, 1, (count, 2)).astype(np.float32), texture=texture, wrap=wrap)
    if kind == "opacity":
        opacity = rng.integers(0, 256, (8, 8), dtype=np.uint8)
        return replace(mesh, opacity=opacity, alpha_mode="mask", alpha_cutoff=0.25, double_sided=True)
    if kind == "colors":
        return replace(mesh, colors=rng.integers(0, 256, (count, 3), dtype=np.uint8))
    if kind == "one":
        return replace(mesh, colors=np.broadcast_to(rng.integers(0, 256, 3, dtype=np.uint8), (count, 3)).copy())
    return mesh


def corners(mesh: Mesh, values: np.ndarray | None) -> np.ndarray | None:
    return None if values is None else np.asarray(values)[mesh.faces]


def same_faces(a: np.ndarray | None, b: np.ndarray | None, tolerance: float) -> bool:
    """Whether both have a value per corner of each face that agrees; faces keep their order in every format."""
    return (a is None) == (b is None) and (a is None or np.allclose(a, b, rtol=0, atol=tolerance))


@pytest.mark.parametrize("kind", ["glb", "obj", "ply", "stl", "3mf"])
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mesh=meshes())
def test_twice_through_convert(tmp_path: Path, kind: str, mesh: Mesh) -> None:
    write_mesh(mesh, tmp_path / "first", (kind,), KEEP)
    said: list[str] = []
    for source, target in (("first", "second"), ("second", "third")):
        convert_mesh(tmp_path / f"{source}.{kind}", tmp_path / f"{target}.{kind}", Conversion(), said.append)
    assert said == []
    first, third = (read_mesh(tmp_path / f"{name}.{kind}") for name in ("first", "third"))
    assert first.metres == third.metres and np.array_equal(first.offset, third.offset)
    before, after = first.mesh, third.mesh
    assert same_faces(corners(before, before.vertices), corners(after, after.vertices), 2e-6 * np.ptp(before.vertices))
    scale = 1000 if kind in ("stl", "3mf") else 1
    assert same_faces(corners(mesh, mesh.vertices * scale), corners(after, after.vertices), 2e-6 * 4 * scale)
    assert same_faces(corners(before, before.uv), corners(after, after.uv), 1e-6)
    assert same_faces(corners(before, before.colors), corners(after, after.colors), 0)
    if kind in ("glb", "obj"):
        assert same_faces(corners(mesh, mesh.uv), corners(after, after.uv), 1e-6)
        for name in ("texture", "opacity"):
            value = getattr(mesh, name)
            assert (value is None) == (getattr(after, name) is None), name
            assert value is None or np.array_equal(value, getattr(after, name)), name
    if mesh.texture is None and kind != "stl":
        assert same_faces(corners(mesh, mesh.colors), corners(after, after.colors), 0)
    if kind == "glb":
        names = ("metallic", "roughness", "alpha_mode", "alpha_cutoff")
        assert [getattr(mesh, name) for name in names] == [getattr(after, name) for name in names]
        assert mesh.texture is None or mesh.wrap == after.wrap
        third_bytes = (tmp_path / "third.glb").read_bytes()
        assert third_bytes == (tmp_path / "second.glb").read_bytes()


def test_between_formats(tmp_path: Path) -> None:
    """A coloured mesh from format to format: the place, the size in metres and the colours stay."""
    rng = np.random.default_rng(1)
    vertices = rng.uniform(-2, 2, (8, 3)).astype(np.float32)
    faces = np.array([[0, 1, 2], [2, 3, 4], [4, 5, 6], [5, 6, 7]], np.int32)
    mesh = Mesh(vertices, faces, colors=rng.integers(0, 256, (8, 3), dtype=np.uint8))
    write_mesh(mesh, tmp_path / "0", ("ply",), KEEP)
    path = tmp_path / "0.ply"
    for number, kind in enumerate(("glb", "3mf", "obj", "3mf", "ply", "glb"), 1):
        convert_mesh(path, path := tmp_path / f"{number}.{kind}", Conversion(), pytest.fail)
    after = read_mesh(path).mesh
    assert same_faces(vertices[faces], corners(after, after.vertices), 1e-5)
    assert same_faces(mesh.colors[faces], corners(after, after.colors), 0)


@pytest.mark.parametrize("kind", ["glb", "obj", "ply", "3mf"])
def test_far_from_the_origin(tmp_path: Path, kind: str) -> None:
    """Half a metre at map coordinates keeps its shape and its place to a tenth of a millimetre."""
    base = np.array([500123.0, 4649776.25, 34.75])
    corner = np.array([[0, 0, 0], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]])
    rows = "".join(f"v {x!r} {y!r} {z!r}\n" for x, y, z in (base + corner).tolist())
    (tmp_path / "a.obj").write_text(rows + "f 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n")
    said: list[str] = []
    convert_mesh(tmp_path / "a.obj", tmp_path / f"b.{kind}", Conversion(), said.append)
    found = read_mesh(tmp_path / f"b.{kind}")
    metres = 0.001 if kind == "3mf" else 1
    placed = (found.mesh.vertices.astype(np.float64) + found.offset) * metres
    assert said == [] and np.allclose(np.sort(placed, 0), np.sort(base + corner, 0), rtol=0, atol=1e-4)
    convert_mesh(tmp_path / "a.obj", tmp_path / "b.stl", Conversion(), said.append)
    assert len(said) == 1 and "`export.origin` center" in said[0]
    convert_mesh(tmp_path / "a.obj", tmp_path / "c.stl", Conversion(origin="center"), said.append)
    assert np.allclose(np.ptp(read_mesh(tmp_path / "c.stl").mesh.vertices, axis=0), 500) and len(said) == 1


def test_losses_are_said(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    vertices = rng.random((4, 3)).astype(np.float32)
    texture = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    mesh = Mesh(vertices, np.array([[0, 1, 2], [1, 2, 3]], np.int32), uv=vertices[:, :2], texture=texture,
                metallic_roughness=texture, opacity=texture[..., 0], alpha_mode="blend")  # fmt: skip
    write_mesh(mesh, tmp_path / "a", ("glb",), KEEP)
    for kind, words in {"stl": ["colours"], "3mf": ["textures"], "ply": ["its colour"], "obj": ["surface"]}.items():
        said: list[str] = []
        convert_mesh(tmp_path / "a.glb", tmp_path / f"b.{kind}", Conversion(), said.append)
        assert all(any(word in text for text in said) for word in words), said
        assert any("opacity" in text for text in said) == (kind != "obj")


def test_simplifying_keeps_tint_opacity_and_surface(tmp_path: Path) -> None:
    side = np.linspace(0, 1, 12, dtype=np.float32)
    x, y = (part.reshape(-1) for part in np.meshgrid(side, side))
    at = np.arange(144).reshape(12, 12)
    low = np.stack([at[:-1, :-1], at[:-1, 1:], at[1:, 1:]], -1).reshape(-1, 3)
    high = np.stack([at[:-1, :-1], at[1:, 1:], at[1:, :-1]], -1).reshape(-1, 3)
    vertices = np.stack([x, y, 0.2 * np.sin(3 * x)], axis=1).astype(np.float32)
    flat = np.full((16, 16, 3), (200, 100, 50), np.uint8)
    mesh = Mesh(vertices, np.concatenate([low, high]).astype(np.int32), uv=np.stack([x, y], 1) * 3, texture=flat,
                wrap=("repeat", "repeat"), colors=np.full((144, 3), (255, 128, 255), np.uint8), metallic=1.0,
                roughness=1.0, metallic_roughness=flat, opacity=flat[..., 0], alpha_mode="blend")  # fmt: skip
    write_mesh(mesh, tmp_path / "a", ("glb",), KEEP)
    convert_mesh(tmp_path / "a.glb", tmp_path / "b.glb", Conversion(faces=80, texture_size=64), pytest.fail)
    after = read_mesh(tmp_path / "b.glb").mesh
    assert len(after.faces) < 100 and after.colors is None and after.wrap == ("clamp", "clamp")
    for name, value in (("texture", [200, 50, 50]), ("metallic_roughness", [200, 100, 50]), ("opacity", 200)):
        assert np.abs(getattr(after, name)[32, 32].astype(int) - value).max() <= 1, name
