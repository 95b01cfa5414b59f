"""inspect, preview, refine, texture and convert on real files."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image
from standin import ball

from varco3d.cli.requests.requirements import parse_requirements, unmet
from varco3d.errors import UsageError
from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.glb_check import check_glb
from varco3d.pipeline.meshes.outputs import Placement, write_mesh
from varco3d.pipeline.meshes.reading import load_mesh, z_up_to_y_up
from varco3d.pipeline.meshes.texture_lookup import sample_texture

ROOT = Path(__file__).parents[3]
KEEP = Placement(size=None, origin="keep")


@pytest.fixture
def meshes(run) -> None:
    """ball.glb (textured), ball.stl, ball.ply, ball.obj, ball.3mf, open.glb in the working folder."""
    made = ball(10, 0.5)
    stretched = (made.vertices * np.array([1, 2, 0.5], np.float32)).astype(np.float32)
    uv = (made.vertices[:, :2] + 0.5).astype(np.float32)
    texture = np.zeros((8, 8, 3), np.uint8)
    texture[:4, :, 0] = 250  # upper half red
    texture[4:, :, 2] = 250  # lower half blue
    mesh = Mesh(stretched, made.faces, uv=1 - uv, texture=texture)
    write_mesh(mesh, Path("ball"), ("glb", "stl", "ply", "obj", "3mf"), KEEP)
    write_mesh(ball(10, 0.5, hole=True), Path("open"), ("glb",), KEEP)


@pytest.mark.parametrize("kind", ["glb", "obj", "ply", "stl", "3mf"])
def test_every_format_is_read_the_same(meshes, kind: str) -> None:
    mesh = load_mesh(Path(f"ball.{kind}"))
    sides = mesh.vertices.max(0) - mesh.vertices.min(0)
    scale = 1000 if kind in ("stl", "3mf") else 1
    assert np.allclose(sides / scale, [1, 2, 0.5], rtol=0.05)
    assert len(mesh.faces) == len(ball(10, 0.5).faces)


@pytest.mark.parametrize("kind", ["glb", "obj"])
def test_texture_is_read_the_right_way_up(meshes, kind: str) -> None:
    mesh = load_mesh(Path(f"ball.{kind}"))
    assert mesh.uv is not None and mesh.texture is not None
    top = mesh.vertices[:, 1].argmax()
    row = int(np.clip(mesh.uv[top, 1] * 8, 0, 7))
    assert mesh.texture[row, 4, 0] > 200 and mesh.texture[row, 4, 2] < 50


def test_axes_turn_and_turn_back() -> None:
    assert np.array_equal(z_up_to_y_up(np.array([[0.0, 0, 1], [0, -1, 0]])), [[0, 1, 0], [0, 0, 1]])


def test_inspect(run, meshes) -> None:
    answer = run("inspect", "ball.glb", "open.glb", "--json")
    report = json.loads(answer.out)
    jsonschema.validate(report, json.loads((ROOT / "cli/schemas/inspect.schema.json").read_text()))
    closed, hollow = report["meshes"]
    assert closed["watertight"] and closed["genus"] == 0 and closed["texture_size"] == [8, 8]
    assert not hollow["watertight"] and hollow["boundary_edges"] == 20 and hollow["volume"] is None
    assert "watertight" in run("inspect", "ball.glb").out


def test_inspect_gate(run, meshes) -> None:
    assert run("inspect", "ball.glb", "--require", "watertight,faces<=1000,!degenerate_faces").code == 0
    answer = run("inspect", "ball.glb", "open.glb", "--require", "watertight")
    assert answer.code == 5 and "open.glb does not meet watertight (has False)" in answer.err
    assert "boundary_edges" in answer.out  # the numbers come first
    assert run("inspect", "ball.glb", "--require", "watertigth").code == 2


def test_inspect_of_what_is_no_mesh(run, meshes) -> None:
    Path("text.glb").write_text("hello")
    assert run("inspect", "text.glb").code == 1 and run("inspect", "x.jpg").code == 1
    answer = run("inspect", "text.glb", "ball.glb", "--json")
    assert answer.code == 1 and [("error" in m) for m in json.loads(answer.out)["meshes"]] == [True, False]


def test_requirements() -> None:
    keys = ("watertight", "faces", "volume")
    parsed = parse_requirements(["watertight, faces<=10", "volume>0.5"], keys)
    assert unmet(parsed, {"watertight": True, "faces": 10, "volume": 1.0}) == []
    assert len(unmet(parsed, {"watertight": False, "faces": 11, "volume": None})) == 3
    for wrong in ("faces<=", "faces ten", "face<=1", "<=1", "faces<=nan", "faces<=x"):
        with pytest.raises(UsageError):
            parse_requirements([wrong], keys)


def test_preview_makes_no_folder_called_like_a_picture(run, meshes) -> None:
    answer = run("preview", "ball.glb", "-o", "ball.jpg")
    assert answer.code == 2 and ".jpg cannot be written" in answer.err and not Path("ball.jpg").exists()


def test_preview(run, meshes) -> None:
    assert run("preview", "ball.glb").out == "ball.preview.png\n"
    sheet = Image.open("ball.preview.png")
    assert sheet.size == (6 * 256, 2 * 256)
    answer = run("preview", "ball.glb", "-o", "turn.gif", "--frames", "4", "--size", "64")
    assert answer.out == "turn.gif\n" and getattr(Image.open("turn.gif"), "n_frames", 1) == 4
    assert run("preview", "ball.glb", "-f", "jpg").code == 2
    assert run("preview", "ball.glb", "ball.stl").code == 2  # both would be ball.preview.png


def picture(path: Path) -> Path:
    pixels = np.zeros((64, 64, 4), np.uint8)
    y, x = np.mgrid[:64, :64]
    pixels[((x - 32) / 14) ** 2 + ((y - 32) / 28) ** 2 < 1] = (30, 160, 60, 255)
    Image.fromarray(pixels).save(path)
    return path


def test_texture(run, meshes) -> None:
    answer = run("texture", "ball.stl", picture(Path("green.png")), "-o", "green.glb", "--texture-size", "256")
    assert answer.code == 0, answer.err
    assert check_glb(Path("green.glb")) == []
    mesh = load_mesh(Path("green.glb"))
    assert mesh.texture is not None and mesh.texture.shape[:2] == (256, 256)
    mean = mesh.texture.reshape(-1, 3).mean(0)
    assert mean[1] > mean[0] + 40 and mean[1] > mean[2] + 40
    sides = mesh.vertices.max(0) - mesh.vertices.min(0)
    assert np.allclose(sides, [1000, 2000, 500], rtol=0.05)  # the shape and the numbers stay


def test_texture_refuses(run, meshes) -> None:
    picture(Path("green.png"))
    assert run("texture", "ball.glb", "green.png", "red.png").code == 2
    assert run("texture", "ball.glb", "green.png", "behind=green.png").code == 2
    assert run("texture", "ball.glb", "nowhere.png").code == 1
    assert run("texture", "ball.glb", "green.png", "-o", "ball.glb").code == 2


def test_frame_is_the_networks_frame() -> None:
    from varco3d.pipeline.meshes.framing import FRAME
    from varco3d.weights.training import train_vae

    assert FRAME == train_vae.FRAME


def test_refine_plans_all_but_the_coarse_stage(run, meshes) -> None:
    answer = run("refine", "ball.stl", picture(Path("green.png")), "-n", "--json")
    assert answer.code == 0, answer.err
    plan = json.loads(answer.out)
    assert plan["stages"][:4] == ["prepare", "voxelize", "sample", "refine"] and "coarse" not in plan["stages"]
    assert plan["items"][0]["outputs"] == ["ball.refined.glb"]
    several = run(
        "refine", "ball.stl", "green.png", "-o", "out", "--num-seeds", "2", "--name", "{stem}-{seed}.{ext}", "-n"
    )
    assert several.out.splitlines() == ["green.png -> out/ball-0.glb", "green.png -> out/ball-1.glb"]


def test_refine_needs_a_recipe_that_refines(run, meshes) -> None:
    answer = run("refine", "ball.stl", picture(Path("green.png")), "-m", "hunyuan3d-2.1", "-n")
    assert answer.code == 2 and "refines no mesh" in answer.err


def test_a_textured_mesh_on_stdout(meshes) -> None:
    picture(Path("green.png"))
    call = [sys.executable, "-m", "varco3d.cli", "texture", "ball.stl", "green.png", "--texture-size", "256", "-o", "-"]
    done = subprocess.run(call, capture_output=True)
    assert done.returncode == 0 and done.stdout[:4] == b"glTF", done.stderr
    assert int.from_bytes(done.stdout[8:12], "little") == len(done.stdout) and not Path("-").exists()


def sides(path: str) -> np.ndarray:
    mesh = load_mesh(Path(path))
    return mesh.vertices.max(0) - mesh.vertices.min(0)


def test_convert_keeps_size_and_place_through_all_formats(run, meshes) -> None:
    for source, target in (("ball.glb", "a.stl"), ("a.stl", "b.3mf"), ("b.3mf", "c.ply"), ("c.ply", "d.obj")):
        answer = run("convert", source, target)
        assert answer.code == 0, answer.err
        assert answer.out.splitlines()[-1] == target
    assert np.allclose(load_mesh(Path("d.obj")).vertices.max(0), load_mesh(Path("ball.glb")).vertices.max(0), atol=1e-4)


def test_convert_size_axis_origin(run, meshes) -> None:
    assert run("convert", "ball.glb", "a.glb", "--size", "4", "--origin", "base", "--up", "z").code == 0
    mesh = load_mesh(Path("a.glb"), up="z")
    assert np.isclose(mesh.vertices[:, 1].min(), 0, atol=1e-5) and np.isclose(mesh.vertices[:, 1].max(), 4, atol=1e-4)
    assert np.allclose(sides("a.glb")[[0, 2, 1]], sides("ball.glb") * 2, rtol=0.02)


def test_convert_simplifies_and_carries_the_texture_over(run, meshes) -> None:
    before = load_mesh(Path("ball.glb"))
    answer = run("convert", "ball.glb", "small.glb", "--faces", "200", "--lod", "1,0.5", "--texture-size", "128")
    assert answer.out.split() == ["small_lod0.glb", "small_lod1.glb"], answer.err
    for name, count in (("small_lod0.glb", 200), ("small_lod1.glb", 100)):
        assert check_glb(Path(name)) == []
        mesh = load_mesh(Path(name))
        assert abs(len(mesh.faces) - count) <= 4 < len(before.faces)
        assert mesh.uv is not None and mesh.texture is not None and mesh.texture.shape[:2] == (128, 128)
        top = mesh.vertices[:, 1] > 0.5
        u, v = np.clip(mesh.uv[top] * 128, 0, 127).astype(int).T
        red, _, blue = mesh.texture[v, u].mean(0)
        assert red > 180 and blue < 60  # the top stays red, whatever the new UVs are


def test_convert_through_voxels_keeps_what_is_open(run, meshes) -> None:
    assert run("convert", "open.glb", "even.glb", "--via", "o-voxel:48").code == 0
    before, after = load_mesh(Path("open.glb")), load_mesh(Path("even.glb"))
    np.testing.assert_allclose(np.ptp(after.vertices, axis=0), np.ptp(before.vertices, axis=0), rtol=0.03)
    assert len(after.faces) > 4 * len(before.faces)
    sides = np.sort(after.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    assert (np.unique(sides, axis=0, return_counts=True)[1] == 1).sum() > 10
    answer = run("convert", "ball.glb", "small.glb", "--via", "o-voxel:32", "--faces", "500", "--texture-size", "64")
    assert answer.code == 0
    small = load_mesh(Path("small.glb"))
    assert len(small.faces) <= 520 and small.texture is not None and small.texture.shape[0] == 64


def test_convert_through_voxels_tells_a_mesh_without_a_surface(run, meshes) -> None:
    Path("line.obj").write_text("v 0 0 0\nv 1 0 0\nv 2 0 0\nf 1 2 3\n")
    answer = run("convert", "line.obj", "even.glb", "--via", "o-voxel:16")
    assert answer.code == 1 and "error[bad_mesh]" in answer.err and "no surface" in answer.err


def test_convert_carries_materials_through_voxels(run, meshes) -> None:
    even = ("--via", "o-voxel:32:materials", "--texture-size", "128")
    assert run("convert", "ball.glb", "even.glb", *even).code == 0
    mesh = load_mesh(Path("even.glb"))
    assert mesh.uv is not None and mesh.texture is not None and mesh.metallic_roughness is not None
    colour = sample_texture(mesh.texture, mesh.uv) * 255
    high, low = mesh.vertices[:, 1] > 0.2, mesh.vertices[:, 1] < -0.2
    np.testing.assert_allclose(colour[high].mean(0), [250, 0, 0], atol=6)
    np.testing.assert_allclose(colour[low].mean(0), [0, 0, 250], atol=6)
    half = ball(10, 0.5)
    write_mesh(Mesh(half.vertices, half.faces, colors=np.uint8([[10, 90, 200]] * len(half.vertices))), Path("c"), ("glb",), KEEP)  # fmt: skip  # noqa: E501
    assert run("convert", "c.glb", "d.glb", "--via", "o-voxel:24:materials").code == 0
    found = load_mesh(Path("d.glb")).colors
    assert found is not None and np.abs(found.astype(int) - [10, 90, 200]).max() <= 1


def test_convert_mends_tears_through_voxels_and_keeps_the_rim(run, meshes) -> None:
    assert run("convert", "open.glb", "fine.glb", "--via", "o-voxel:64").code == 0
    fine = load_mesh(Path("fine.glb"))
    torn = np.delete(fine.faces, np.random.default_rng(0).choice(len(fine.faces), 100, replace=False), axis=0)
    write_mesh(Mesh(fine.vertices, torn), Path("torn"), ("obj",), KEEP)
    ends = {}
    for name, way in (("plain", "o-voxel:40"), ("whole", "o-voxel:40:mended")):
        assert run("convert", "torn.obj", f"{name}.glb", "--via", way).code == 0
        found = load_mesh(Path(f"{name}.glb"))
        a, b = np.sort(found.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1).T
        single, uses = np.unique(a.astype(np.int64) * len(found.vertices) + b, return_counts=True)
        middles = found.vertices[single[uses == 1] // len(found.vertices)]
        ends[name] = middles
    assert len(ends["plain"]) > 1.5 * len(ends["whole"]) > 60
    assert np.ptp(ends["whole"], axis=0).min() < 0.1  # the rim lies in a plane, and nothing else is open


@pytest.mark.parametrize(
    "way", ["o-voxel", "o-voxel:4", "voxels:64", "o-voxel:2000", "o-voxel:64:shape", "o-voxel:64:mended:mended"]
)
def test_convert_tells_what_ways_there_are(run, meshes, way: str) -> None:
    answer = run("convert", "ball.glb", "even.glb", "--via", way)
    assert answer.code == 2 and "o-voxel:R" in answer.err


def test_convert_closes_and_makes_quads(run, meshes) -> None:
    pytest.importorskip("pymeshlab")
    assert run("convert", "open.glb", "closed.glb", "--watertight").code == 0
    # A hole is filled, not wrapped: one wall, nearly the faces there were, the volume of the ball.
    least = f"volume>{0.45 * np.prod(sides('open.glb')):.4f}"
    assert (
        run("inspect", "closed.glb", "--require", f"watertight,winding_consistent,genus==0,faces<400,{least}").code == 0
    )
    half = load_mesh(Path("open.glb"))
    upper = half.vertices[:, 1][half.faces].min(1) > -0.01
    write_mesh(Mesh(half.vertices, half.faces[upper]), Path("cup"), ("glb",), KEEP)
    assert run("convert", "cup.glb", "wrapped.glb", "--watertight").code == 0
    assert run("inspect", "wrapped.glb", "--require", "watertight,faces>1000,volume<0.1").code == 0
    assert np.allclose(sides("closed.glb"), sides("open.glb"), rtol=0.05)
    assert run("convert", "ball.glb", "quads.obj", "--quads").code == 0
    corners = [len(line.split()) - 1 for line in Path("quads.obj").read_text().splitlines() if line.startswith("f ")]
    assert corners.count(4) > 0.6 * len(corners)
    assert run("inspect", "quads.obj", "--require", "watertight").code == 0


def test_convert_refuses(run, meshes) -> None:
    for arguments in (("a.fbx",), ("a.glb", "--quads"), ("a.glb", "--lod", "2"), ("a.glb", "--lod", "x")):
        assert run("convert", "ball.glb", *arguments).code == 2, arguments
    assert run("convert", "nowhere.glb", "a.glb").code == 1
    before = Path("ball.glb").read_bytes()
    answer = run("convert", "ball.glb", "../cwd/ball.glb", "--faces", "100")
    assert (
        answer.code == 2
        and "would replace ball.glb, which is read" in answer.err
        and Path("ball.glb").read_bytes() == before
    )
    Path("empty.glb").write_bytes(b"")
    assert "is empty (zero bytes)" in run("convert", "empty.glb", "a.glb").err


@pytest.mark.parametrize(("unit", "metres"), [("mm", 0.001), ("cm", 0.01), ("m", 1.0)])
def test_a_unit_is_what_its_name_says(run, meshes, unit, metres) -> None:
    assert run("convert", "ball.ply", "out.glb", "--from-unit", unit).code == 0
    assert np.allclose(sides("out.glb"), sides("ball.ply") * metres, rtol=1e-4)
