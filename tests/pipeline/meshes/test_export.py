"""Files that other programs read: bytes, axes, units, materials, and the judgement of outside tools."""

import dataclasses
import json
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import trimesh
from fakes import cube

from varco3d.errors import BadMeshError, OutputError
from varco3d.pipeline.artifacts import Asset, Mesh
from varco3d.pipeline.meshes.outputs import Placement, finish, place, write_mesh
from varco3d.pipeline.meshes.report import REPORT_KEYS, mesh_report
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.export import Export, ExportSettings

VALIDATOR = Path(__file__).parents[3] / "scripts" / "validator"


def box(texture=True):
    """A closed box of 2 x 4 x 1 units, 24 vertices with UV seams; its front (+Z) is red on the picture."""
    made = trimesh.creation.box((2.0, 4.0, 1.0))
    vertices = np.asarray(made.vertices[made.faces].reshape(-1, 3), np.float32)
    faces = np.arange(len(vertices), dtype=np.int32).reshape(-1, 3)
    if not texture:
        return Mesh(vertices, faces)
    front = np.repeat(made.face_normals[:, 2] > 0.5, 3)
    uv = np.where(front[:, None], [0.25, 0.75], [0.75, 0.25]).astype(np.float32)
    uv += np.tile([[0, 0], [0.1, 0], [0, 0.1]], (len(faces), 1)).astype(np.float32)
    picture = np.zeros((16, 16, 3), np.uint8)
    picture[8:, :8] = (255, 0, 0)  # v runs down: 0.75 is in the lower half
    return Mesh(vertices, faces, uv=uv, texture=picture)


def export(tmp_path, mesh, name="a", **settings):
    said = []
    about = {"recipe": "fake", "seed": 3}
    context = Context(output=tmp_path / name, about=about, warn=said.append)
    return Export().run(Asset(mesh=mesh), ExportSettings(**settings), context), said


def read_glb(path):
    data = path.read_bytes()
    magic, version, length = struct.unpack_from("<4sII", data)
    size, kind = struct.unpack_from("<I4s", data, 12)
    assert (magic, version, length, kind) == (b"glTF", 2, len(data), b"JSON")
    return json.loads(data[20 : 20 + size]), data[20 + size + 8 :]


def validate(*paths):
    if not (VALIDATOR / "node_modules").is_dir() or shutil.which("node") is None:
        pytest.skip("the Khronos validator is not installed")
    run = subprocess.run(["node", VALIDATOR / "validate.js", *paths], capture_output=True, text=True, timeout=120)
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_the_khronos_validator_finds_nothing(tmp_path):
    coloured = dataclasses.replace(box(False), colors=np.full((36, 3), 77, np.uint8))
    maps = dataclasses.replace(
        box(), normal_map=np.full((8, 8, 3), 128, np.uint8), metallic_roughness=np.full((8, 8, 3), 90, np.uint8)
    )
    meshes = {"plain": box(False), "textured": box(), "coloured": coloured, "maps": maps}
    for name, mesh in meshes.items():
        export(tmp_path, mesh, name)
    export(tmp_path, box(), "jpeg", texture_format="jpeg")
    export(tmp_path, box(), "webp", texture_format="webp")
    many = np.random.default_rng(0).random((66_000, 3)).astype(np.float32)  # more vertices than 16 bits can number
    export(tmp_path, Mesh(many, np.arange(66_000, dtype=np.int32).reshape(-1, 3)), "large")
    reports = validate(*sorted(tmp_path.glob("*.glb")))
    assert len(reports) == 7
    for report in reports:
        assert report["errors"] == 0, report
        # A normal map without tangents leaves them to the viewer, which the validator mentions.
        codes = {message["code"] for message in report["messages"] if message["severity"] <= 1}
        assert codes <= {"MESH_PRIMITIVE_GENERATED_TANGENT_SPACE"} and (not codes or "maps" in report["file"]), report


def test_glb_follows_the_house_rules(tmp_path):
    export(tmp_path, box())
    document, _ = read_glb(tmp_path / "a.glb")
    material = document["materials"][0]
    surface = material["pbrMetallicRoughness"]
    assert (surface["metallicFactor"], surface["roughnessFactor"]) == (0.0, pytest.approx(0.9))
    assert material["alphaMode"] == "OPAQUE" and material["doubleSided"] is False
    assert document["asset"]["extras"] == {"recipe": "fake", "seed": 3}
    position = document["accessors"][0]
    extent = np.array(position["max"]) - position["min"]
    assert np.allclose(extent, [0.5, 1.0, 0.25]) and np.allclose(np.array(position["max"]) + position["min"], 0)
    assert len(document["meshes"][0]["primitives"]) == 1


def test_open_meshes_are_double_sided_and_mentioned(tmp_path):
    mesh = dataclasses.replace(box(), faces=box().faces[2:])
    _, said = export(tmp_path, mesh)
    assert read_glb(tmp_path / "a.glb")[0]["materials"][0]["doubleSided"] is True
    assert said == ["the mesh is not closed: 4 open edges"]


def test_extras_can_be_left_out(tmp_path):
    export(tmp_path, box(), extras=False)
    assert "extras" not in read_glb(tmp_path / "a.glb")[0]["asset"]


def test_the_same_mesh_gives_the_same_bytes(tmp_path):
    formats = ("glb", "obj", "ply", "stl", "3mf")
    one, _ = export(tmp_path / "1", box(), formats=formats)
    two, _ = export(tmp_path / "2", box(), formats=formats)
    assert [o.sha256 for o in one.outputs] == [o.sha256 for o in two.outputs]
    assert [o.format for o in one.outputs] == ["glb", "png", "mtl", "obj", "ply", "stl", "3mf"]
    for output in one.outputs:
        assert Path(output.path).stat().st_size == output.bytes


@pytest.mark.parametrize("suffix", ["glb", "obj", "ply", "stl", "3mf"])
def test_other_readers_see_the_same_solid(tmp_path, suffix):
    export(tmp_path, box(), formats=(suffix,))
    mesh = read_3mf(tmp_path / "a.3mf") if suffix == "3mf" else trimesh.load_scene(tmp_path / f"a.{suffix}").to_mesh()
    mesh.merge_vertices(merge_tex=True, merge_norm=True)
    assert mesh.is_watertight and mesh.is_winding_consistent and len(mesh.faces) == 12
    printed = suffix in ("stl", "3mf")
    scale = 1000.0 if printed else 1.0
    want = np.array([0.5, 0.25, 1.0] if printed else [0.5, 1.0, 0.25]) * scale
    assert np.allclose(mesh.extents, want, rtol=1e-5)
    assert mesh.volume == pytest.approx(0.125 * scale**3, rel=1e-4)


def read_3mf(path):
    """trimesh reads 3MF with lxml only, which not everyone has."""
    with zipfile.ZipFile(path) as archive:
        assert set(archive.namelist()) == {"[Content_Types].xml", "_rels/.rels", "3D/3dmodel.model"}
        root = ElementTree.fromstring(archive.read("3D/3dmodel.model"))
    assert root.get("unit") == "millimeter"
    space = "{http://schemas.microsoft.com/3dmanufacturing/core/2015/02}"
    points = [[float(v.get(axis)) for axis in "xyz"] for v in root.iter(space + "vertex")]
    faces = [[int(t.get(key)) for key in ("v1", "v2", "v3")] for t in root.iter(space + "triangle")]
    return trimesh.Trimesh(points, faces)


def test_manifold_takes_the_solid(tmp_path):
    import manifold3d

    export(tmp_path, box(), formats=("stl",))
    mesh = trimesh.load(tmp_path / "a.stl")
    solid = manifold3d.Manifold(manifold3d.Mesh(mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32)))
    assert solid.status() == manifold3d.Error.NoError and solid.num_tri() == 12
    assert solid.volume() == pytest.approx(0.125e9, rel=1e-4)


@pytest.mark.parametrize("suffix", ["glb", "obj"])
def test_the_front_keeps_its_colour(tmp_path, suffix):
    """The face towards +Z samples the red corner of the picture, whichever way a format counts v."""
    export(tmp_path, box(), formats=(suffix,))
    mesh = trimesh.load_scene(tmp_path / f"a.{suffix}", process=False).to_mesh()
    material = mesh.visual.material
    picture = np.asarray((getattr(material, "baseColorTexture", None) or material.image).convert("RGB"))
    uv = mesh.visual.uv[mesh.faces[:, 0]] % 1
    rows, columns = ((1 - uv[:, 1]) * 16).astype(int), (uv[:, 0] * 16).astype(int)  # trimesh counts v upward
    colours = picture[rows, columns]
    front = mesh.face_normals[:, 2] > 0.5
    assert (colours[front] == (255, 0, 0)).all() and (colours[~front] == 0).all()


def test_ply_carries_colours(tmp_path):
    export(tmp_path, dataclasses.replace(cube(), colors=np.full((8, 3), 40, np.uint8)), formats=("ply",))
    mesh = trimesh.load(tmp_path / "a.ply")
    assert (mesh.visual.vertex_colors[:, :3] == 40).all()


def test_axes_units_size_and_origin(tmp_path):
    export(tmp_path, box(), up="z", unit="cm", size=2.0, origin="base", formats=("ply",))
    mesh = trimesh.load(tmp_path / "a.ply")
    assert np.allclose(mesh.bounds, [[-50, -25, 0], [50, 25, 200]], atol=1e-3)
    # The front (+Z) of a Y-up mesh faces -Y when Z is up.
    turned, _ = export(
        tmp_path, dataclasses.replace(cube(), vertices=cube().vertices + np.float32([0, 0, 7])), "b", up="z"
    )
    assert turned.report["watertight"]


@pytest.mark.parametrize("name", ["vertices", "uv", "normals"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_never_reach_a_file(tmp_path, name, value):
    mesh = finish(box())
    broken = getattr(mesh, name).copy()
    broken[3, 1] = value
    with pytest.raises(BadMeshError, match=name):
        export(tmp_path, dataclasses.replace(mesh, **{name: broken}))
    assert not list(tmp_path.iterdir())


def test_empty_and_broken_meshes_are_refused(tmp_path):
    for faces in (np.zeros((0, 3), np.int32), np.array([[0, 1, 8]], np.int32)):
        with pytest.raises(BadMeshError):
            export(tmp_path, dataclasses.replace(cube(), faces=faces))


def test_unused_vertices_are_dropped(tmp_path):
    mesh = dataclasses.replace(cube(), vertices=np.vstack([cube().vertices, [[9, 9, 9]]]).astype(np.float32))
    asset, _ = export(tmp_path, mesh)
    assert asset.report["vertices"] == 8 and asset.report["bbox"] == [[-0.5] * 3, [0.5] * 3]


def test_normals_ignore_seams():
    """The 36 corners of a box with seams get the 8 normals of its welded corners."""
    mesh = finish(box())
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-5)
    assert len(np.unique(mesh.normals.round(4), axis=0)) == 8
    assert (np.sign(mesh.normals) == np.sign(mesh.vertices)).all(), "each points away from the middle"


def test_a_place_that_cannot_be_written_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as caught:
        write_mesh(cube(), tmp_path / "file" / "a", ("glb",))
    assert "cannot write" in caught.value.message


def test_report_of_known_shapes(tmp_path):
    asset, _ = export(tmp_path, box())
    report = asset.report
    assert tuple(report) == REPORT_KEYS
    assert (report["components"], report["genus"], report["boundary_edges"]) == (1, 0, 0)
    assert report["volume"] == pytest.approx(0.125) and report["area"] == pytest.approx(2 * (0.5 + 0.125 + 0.25))
    assert report["bytes"] == (tmp_path / "a.glb").stat().st_size
    assert report["uv_islands"] == 12 and report["uv_coverage"] == pytest.approx(12 * 0.005, rel=1e-3)


def test_report_of_flawed_shapes():
    solid = cube()
    opened = mesh_report(dataclasses.replace(solid, faces=solid.faces[1:]))
    assert (opened["boundary_edges"], opened["watertight"], opened["volume"], opened["genus"]) == (3, False, None, None)
    fin = np.vstack([solid.faces, [[0, 1, 6]]]).astype(np.int32)
    assert mesh_report(dataclasses.replace(solid, faces=fin))["non_manifold_edges"] >= 1
    flipped = solid.faces.copy()
    flipped[0] = flipped[0][::-1]
    assert mesh_report(dataclasses.replace(solid, faces=flipped))["winding_consistent"] is False
    twice = Mesh(np.vstack([solid.vertices, solid.vertices + 9]), np.vstack([solid.faces, solid.faces + 8]))
    assert (mesh_report(twice)["components"], mesh_report(twice)["genus"]) == (2, 0)
    degenerate = np.vstack([solid.faces, [[0, 0, 1]]]).astype(np.int32)
    assert mesh_report(dataclasses.replace(solid, faces=degenerate))["degenerate_faces"] == 1
    empty = mesh_report(Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32)))
    assert (empty["components"], empty["watertight"], empty["bbox"]) == (0, False, None)


def test_placement_keeps_the_size_when_told():
    from varco3d.pipeline.meshes.outputs import place

    placed, unit = place(cube(3.0), "glb", Placement(size=None, origin="keep"))
    assert unit == "m" and np.array_equal(placed.vertices, cube(3.0).vertices)


@pytest.mark.parametrize("kind", ["obj", "ply", "stl"])
def test_normals_turn_with_the_axes(kind):
    placed, _ = place(finish(box()), kind, Placement("z"))
    assert np.ptp(placed.vertices, axis=0).argmax() == 2, "the tall side stands up"
    assert (np.sign(placed.normals) == np.sign(placed.vertices)).all(), "each points away from the middle"


def test_colours_of_vertices_are_linear_light_in_a_glb(tmp_path):
    colors = np.full((8, 3), 128, np.uint8)
    colors[0] = (0, 255, 64)
    export(tmp_path, dataclasses.replace(cube(), colors=colors), formats=("glb",))
    document, binary = read_glb(tmp_path / "a.glb")
    accessor = document["accessors"][document["meshes"][0]["primitives"][0]["attributes"]["COLOR_0"]]
    start = document["bufferViews"][accessor["bufferView"]]["byteOffset"]
    stored = np.frombuffer(binary, "<u2", 8 * 4, start).reshape(8, 4) / 65535
    for value, linear in ((128, 0.2158), (0, 0.0), (255, 1.0), (64, 0.0513)):  # of the standard's formula
        assert np.abs(stored[:, :3][colors == value] - linear).max() < 1e-4
    assert (stored[:, 3] == 1).all()


@pytest.mark.parametrize("count", [65_534, 65_535, 65_536, 65_537])
def test_indices_are_as_wide_as_their_vertices_need(tmp_path, count):
    corner = np.arange(count)
    vertices = np.stack([corner // 2, corner % 2, 0 * corner], 1).astype(np.float32)
    strip = np.stack([corner[:-2], corner[1:-1], corner[2:]], 1).astype(np.int32)
    path = Path(write_mesh(Mesh(vertices, strip), tmp_path / "a", ("glb",))[0].path)
    document, binary = read_glb(path)
    accessor = document["accessors"][document["meshes"][0]["primitives"][0]["indices"]]
    kind = {5123: "<u2", 5125: "<u4"}[accessor["componentType"]]
    start = document["bufferViews"][accessor["bufferView"]]["byteOffset"]
    indices = np.frombuffer(binary, kind, accessor["count"], start)
    assert np.array_equal(indices.reshape(-1, 3), strip)
    assert indices.max() < np.iinfo(kind).max, "the largest number restarts a strip"
    assert (kind == "<u2") == (count <= 65_535), "and no wider"
