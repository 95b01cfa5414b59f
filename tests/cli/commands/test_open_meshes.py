"""Open surfaces through the verbs as a user calls them: half a ball, a cloth, a joint of three sheets."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from standin import ball

from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.glb_check import check_glb
from varco3d.pipeline.meshes.outputs import Placement, write_mesh
from varco3d.pipeline.meshes.reading import load_mesh
from varco3d.pipeline.meshes.report import mesh_report

KEEP = Placement(size=None, origin="keep")
PLAIN = ("--set", "texture.register=off")  # a search of the camera takes seconds


def bowl() -> Mesh:
    """The half of a ball that is away from the camera: one looks into it."""
    made = ball(48, 0.5)
    kept = (made.vertices[made.faces][:, :, 2] < 1e-6).all(axis=1)
    return Mesh(made.vertices, made.faces[kept])


def sheet(steps: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """The square -0.5..0.5 with one window, z = 0, facing +Z."""
    side = np.linspace(-0.5, 0.5, steps + 1)
    x, y = (part.reshape(-1) for part in np.meshgrid(side, side, indexing="ij"))
    first = (np.arange(steps)[:, None] * (steps + 1) + np.arange(steps)).reshape(-1)
    quads = np.stack([first, first + steps + 1, first + steps + 2, first + 1], axis=1)
    points = np.stack([x, y, 0 * x], axis=1).astype(np.float32)
    middle = points[quads].mean(axis=1)
    quads = quads[np.linalg.norm(middle[:, :2] - [0.2, 0.1], axis=1) > 0.15]
    return points, np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)


def cloth() -> Mesh:
    points, faces = sheet()
    points[:, 2] = 0.1 * np.sin(9 * points[:, 0]) * np.cos(7 * points[:, 1])
    return Mesh(points, faces)


def joint() -> Mesh:
    """A sheet and another that stands on it; they share the vertices of a line."""
    steps = 20
    points, faces = sheet(steps)
    line = np.flatnonzero(points[:, 0] == 0)
    levels = [line] + [len(points) + k * len(line) + np.arange(len(line)) for k in range(steps)]
    added = [points[line] + np.float32([0, 0, 0.025 * (k + 1)]) for k in range(steps)]
    wall = [
        corner
        for low, high in pairwise(levels)
        for a, b, c, d in zip(low, low[1:], high[1:], high, strict=False)
        for corner in ((a, b, c), (a, c, d))
    ]
    return Mesh(np.concatenate([points, *added]), np.concatenate([faces, np.int32(wall)]))


SHAPES = {"bowl": (bowl, 1), "cloth": (cloth, 2), "joint": (joint, None)}


@pytest.fixture(params=SHAPES)
def shape(request, run) -> tuple[str, Mesh, int | None]:
    """A shape, written as NAME.glb, and how many boundary loops it has."""
    make, loops = SHAPES[request.param]
    mesh = make()
    write_mesh(mesh, Path(request.param), ("glb",), KEEP)
    red = np.zeros((128, 128, 4), np.uint8)
    red[12:116, 12:116] = (220, 40, 30, 255)
    Image.fromarray(red).save("red.png")
    return request.param, mesh, loops


def material(name: str) -> dict:
    data = Path(name).read_bytes()
    return json.loads(data[20 : 20 + int.from_bytes(data[12:16], "little")])["materials"][0]


def test_inspect_counts_the_boundary_loops(run, shape) -> None:
    name, mesh, loops = shape
    report = json.loads(run("inspect", f"{name}.glb", "--json").out)["meshes"][0]
    assert report["boundary_edges"] > 50 and not report["watertight"]
    assert report["boundary_loops"] == (loops or mesh_report(mesh)["boundary_loops"]) > 0
    assert (report["non_manifold_edges"] > 0) == (name == "joint")
    assert "NO" not in run("inspect", f"{name}.glb").out.split()  # open is a fact


def test_texture_keeps_an_open_mesh_open_and_paints_it_from_behind(run, shape) -> None:
    name, mesh, loops = shape
    answer = run(
        "texture", f"{name}.glb", "red.png", "-o", "out.glb", "--texture-size", "128", "--faces", "1500", *PLAIN
    )
    assert answer.code == 0 and "not closed" not in answer.err, answer.err
    assert check_glb(Path("out.glb")) == [] and material("out.glb")["doubleSided"] is True
    after = load_mesh(Path("out.glb"))
    report = mesh_report(after)
    assert report["components"] == 1 and report["boundary_loops"] == (loops or report["boundary_loops"])
    assert abs(report["area"] / mesh_report(mesh)["area"] - 1) < 0.02  # nothing closed, nothing dropped
    assert after.texture is not None and np.ptp(after.vertices, axis=0) == pytest.approx(
        np.ptp(mesh.vertices[mesh.faces.reshape(-1)], axis=0), rel=0.01
    )


def test_a_sheet_with_its_back_to_the_camera_is_seen(run) -> None:
    points, faces = sheet(20)
    red = np.zeros((128, 128, 4), np.uint8)
    red[12:116, 12:116] = (220, 40, 30, 255)
    Image.fromarray(red).save("red.png")
    write_mesh(Mesh(points, np.ascontiguousarray(faces[:, ::-1])), Path("back"), ("glb",), KEEP)
    answer = run("texture", "back.glb", "red.png", "-o", "out.glb", "--texture-size", "128", "--json", *PLAIN)
    events = [json.loads(line) for line in answer.out.splitlines()]
    told = next(event for event in events if event["type"] == "item_finished")
    assert told["mesh"]["texture_coverage"] > 0.8 and told["warnings"] == []
    texture = load_mesh(Path("out.glb")).texture
    assert texture is not None and np.abs(texture.reshape(-1, 3).mean(0) - [220, 40, 30]).max() < 25


@pytest.mark.parametrize("count", [400, 1500])
def test_fewer_faces_keep_the_rims(run, count: int) -> None:
    for name, make, loops in (("bowl", bowl, 1), ("cloth", cloth, 2)):
        mesh = make()
        write_mesh(mesh, Path(name), ("glb",), KEEP)
        assert run("convert", f"{name}.glb", "small.glb", "--faces", str(count)).code == 0
        small = load_mesh(Path("small.glb"))
        report = mesh_report(small)
        assert len(small.faces) <= 1.05 * count and report["boundary_loops"] == loops
        assert report["area"] == pytest.approx(mesh_report(mesh)["area"], rel=0.03)
        assert np.ptp(small.vertices, axis=0) == pytest.approx(np.ptp(mesh.vertices[mesh.faces.reshape(-1)], axis=0), rel=0.05)  # fmt: skip  # noqa: E501


def test_a_normal_map_holds_the_detail_of_an_open_mesh(run) -> None:
    points, faces = sheet(120)
    points[:, 2] = 0.01 * np.sin(40 * points[:, 0])
    write_mesh(Mesh(points, np.ascontiguousarray(faces[:, ::-1])), Path("cloth"), ("glb",), KEEP)
    white = np.zeros((64, 64, 4), np.uint8)
    white[6:58, 6:58] = 255
    Image.fromarray(white).save("white.png")
    way = ("--normal-map", "--faces", "400", "--texture-size", "256")
    answer = run("texture", "cloth.glb", "white.png", "-o", "out.glb", *way, *PLAIN)
    assert answer.code == 0, answer.err
    found = load_mesh(Path("out.glb")).normal_map
    assert found is not None
    lean = found.reshape(-1, 3).astype(float) / 127.5 - 1
    assert np.quantile(np.abs(lean[:, :2]).max(axis=1), 0.7) > 0.15 and lean[:, 2].min() > 0.5


QUICK = (
    "refine.steps=1", "refine.draws=1", "sample.tokens=512", "voxelize.resolution=32", "decode.resolution=48",
    "decode.start=24", "decode.smooth=0", "decode.outline=off",
)  # fmt: skip


def test_refine_makes_a_shell_of_an_open_mesh_and_says_so(run) -> None:
    write_mesh(bowl(), Path("bowl"), ("glb",), KEEP)
    y, x = np.mgrid[:96, :96] - 47.5
    red = np.where((np.hypot(x, y) < 40)[..., None], np.uint8([220, 40, 30, 255]), np.uint8(0))
    Image.fromarray(red).save("red.png")
    words = [word for setting in QUICK for word in ("--set", setting)]
    answer = run("refine", "bowl.glb", "red.png", "-o", "out.glb", "--texture", "off", "--json", *words)
    assert answer.code == 0, answer.err
    events = [json.loads(line) for line in answer.out.splitlines()]
    told = next(event for event in events if event["type"] == "item_finished")["warnings"]
    assert any("the mesh is open; refined it is closed" in text for text in told)
    made = load_mesh(Path("out.glb"))
    report = mesh_report(made)
    assert report["watertight"] and material("out.glb")["doubleSided"] is False
    points = made.vertices[made.faces].mean(axis=1)
    whole = np.pi * 0.5**3 * 2 / 3  # of the half ball, were it filled
    assert 0.1 * whole < report["volume"] < 0.7 * whole
    middle = np.linalg.norm(points[:, :2], axis=1) < 0.2
    assert not (points[middle, 2] > 0.05).any()  # one looks into it still: nothing lies across its mouth
    assert np.ptp(made.vertices, axis=0) == pytest.approx([1, 1, 0.5], abs=0.15)


def test_watertight_closes_on_request(run) -> None:
    pytest.importorskip("pymeshlab")
    write_mesh(bowl(), Path("bowl"), ("glb",), KEEP)
    assert run("convert", "bowl.glb", "closed.glb", "--watertight").code == 0
    report = json.loads(run("inspect", "closed.glb", "--json").out)["meshes"][0]
    assert report["watertight"] and report["boundary_loops"] == 0 and material("closed.glb")["doubleSided"] is False
