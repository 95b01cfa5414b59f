"""OBJ, PLY, STL and OFF of other programs."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
from foreign import plain, png

from varco3d.errors import BadInputError, BadMeshError
from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.readers import obj as obj_reader
from varco3d.pipeline.meshes.reading import load_mesh, read_mesh
from varco3d.pipeline.meshes.report import mesh_report

SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"
UVS = "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"


def area(mesh: Mesh) -> float:
    return mesh_report(mesh)["area"]


def obj(folder: Path, text: str | bytes, name: str = "a.obj") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("start", range(5))
def test_hollow_polygons(tmp_path: Path, start: int) -> None:
    """An arrow of area 2.5 and a quad with a dent of area 1, whichever corner they begin with."""
    arrow = np.roll([[0, 0, 0], [2, 0, 0], [2, 2, 0], [1, 0.5, 0], [0, 2, 0]], start, axis=0)
    dent = np.roll([[0, 0, 0], [2, 0, 0], [0.5, 0.5, 0], [0, 2, 0]], start, axis=0)
    for corners, size in ((arrow, 2.5), (dent, 1.0)):
        text = "".join(f"v {x} {y} {z}\n" for x, y, z in corners)
        order = " ".join(map(str, range(1, len(corners) + 1)))
        assert np.isclose(area(load_mesh(obj(tmp_path, f"{text}f {order}\n"))), size)
        rows = "\n".join(" ".join(map(str, row)) for row in corners)
        off = obj(
            tmp_path,
            f"OFF\n{len(corners)} 1 0\n{rows}\n{len(corners)} {' '.join(map(str, range(len(corners))))}\n",
            "a.off",
        )
        assert np.isclose(area(load_mesh(off)), size)


def test_star_and_polygon_in_space(tmp_path: Path) -> None:
    turn = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    reach = np.where(np.arange(10) % 2, 0.4, 1.0)
    star = np.stack([0 * turn, reach * np.cos(turn), reach * np.sin(turn)], axis=1)
    text = "".join(f"v {x} {y} {z}\n" for x, y, z in star) + "f " + " ".join(map(str, range(1, 11)))
    mesh = load_mesh(obj(tmp_path, text))
    assert len(mesh.faces) == 8 and np.isclose(area(mesh), 10 * 0.5 * 0.4 * np.sin(np.pi / 5), rtol=1e-5)
    a, b, c = np.moveaxis(mesh.vertices[mesh.faces], 1, 0)
    assert (np.cross(b - a, c - a)[:, 0] > 0).all()  # all look the way the polygon does


def test_obj_relative_indices_normals_and_joined_lines(tmp_path: Path) -> None:
    text = (
        SQUARE
        + UVS
        + "vn 0 0 2\nf -4/-4/-1 -3/-3/-1 \\\n -2/-2/-1 -1/-1/-1\no two\n"
        + SQUARE
        + "f 5 6 7\nf 1//1 2//1 3//1\n"
    )
    mesh = load_mesh(obj(tmp_path, text))
    assert len(mesh.faces) == 4 and mesh.normals is None  # a face without normals: all are made anew
    whole = load_mesh(obj(tmp_path, SQUARE + "vn 0 0 2\nf 1//1 2//1 3//1 4//1"))
    assert whole.normals is not None and np.allclose(whole.normals, [0, 0, 1]) and len(whole.vertices) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f 1 2 9", "names vertex 9, but they are 1 to 4"),
        ("f 0 1 2", "names vertex 0"),
        ("f -9 1 2", "names vertex -4"),
        ("f 1/3 2/3 3/3", "texture coordinate 3"),
        ("f 1//2 2//2 3//2", "normal 2"),
        ("f 1 2 99999999999999999999", "names vertex|no number"),
        ("v nan 0 0\nf 1 2 5", "not finite"),
        ("v 1e999 0 0\nf 1 2 5", "not finite"),
        ("v 1e30 0 0\nf 1 2 5", "beyond 1e"),
        ("p 1", "no triangles"),
    ],
)
def test_bad_objs(tmp_path: Path, text: str, message: str) -> None:
    path = obj(tmp_path, f"{SQUARE}{text}\n")
    with pytest.raises(BadInputError, match=message) as error:
        load_mesh(path)
    assert str(path) in error.value.message


@pytest.mark.parametrize("text", ["v 1 2\n", "v a 1 2\nf 1 1 1\n", "f x y z\n", "f 1/2/3/x 2 3\nf 1.5 2 3\n"])
def test_malformed_objs(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInputError, match="cannot be read"):
        load_mesh(obj(tmp_path, SQUARE + text))


def test_obj_encodings(tmp_path: Path) -> None:
    text = f"# größe\n{SQUARE}f 1 2 3 4\n"
    for number, data in enumerate((text.encode("latin-1"), b"\xef\xbb\xbf" + SQUARE.encode() + b"f 1 2 3 4",
                                   text.encode("utf-16"), text.replace("\n", "\r\n").encode())):  # fmt: skip
        assert len(load_mesh(obj(tmp_path, data, f"{number}.obj")).faces) == 2
    with pytest.raises(BadInputError, match="is no OBJ text"):
        load_mesh(obj(tmp_path, b"\0" * 500))


def test_obj_materials(tmp_path: Path) -> None:
    (tmp_path / "pics").mkdir()
    (tmp_path / "pics" / "one two.png").write_bytes(png(plain(200, 100, 50)))
    obj(tmp_path, "newmtl paint\nKd 0.8 0.8 0.8\nmap_Kd -s 2 4 1 -o 0.5 0 0 pics\\one two.png\n", "my lib.mtl")
    text = f"mtllib my lib.mtl\n{SQUARE}{UVS}usemtl paint\nf 1/1 2/2 3/3 4/4\n"
    mesh = load_mesh(obj(tmp_path, text))
    assert mesh.texture is not None and mesh.texture[0, 0].tolist() == [200, 100, 50] and mesh.wrap[0] == "repeat"
    assert mesh.uv is not None and mesh.uv.min(0).tolist() == [0.5, -3] and mesh.uv.max(0).tolist() == [2.5, 1]
    obj(tmp_path, "newmtl paint\nKd 1 0 0\nmap_Kd gone.png\n", "my lib.mtl")
    found = read_mesh(obj(tmp_path, text))
    assert found.mesh.colors.tolist() == [[255, 0, 0]] * 4 and "gone.png is not beside it" in found.warnings[0]
    (tmp_path / "my lib.mtl").unlink()
    found = read_mesh(obj(tmp_path, text))
    assert found.mesh.texture is None and found.mesh.colors is None and "my lib.mtl" in found.warnings[0]


def test_an_mtl_that_may_not_be_read_leaves_the_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, source: object) -> dict:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    obj(tmp_path, "newmtl paint\nKd 1 0 0\n", "a.mtl")
    text = f"mtllib a.mtl\n{SQUARE}usemtl paint\nf 1 2 3 4\n"
    assert not read_mesh(obj(tmp_path, text)).warnings
    monkeypatch.setattr(obj_reader, "read_mtl", refuse)
    found = read_mesh(obj(tmp_path, text))
    assert len(found.mesh.faces) == 2 and found.mesh.colors is None
    assert any("the material file a.mtl was left out: Permission denied" in text for text in found.warnings)


def test_obj_settings_of_materials(tmp_path: Path) -> None:
    """Tabs, words in capitals, one grey for three, clamping, metal; what is lost or no number is told."""
    (tmp_path / "a.png").write_bytes(png(plain(9, 9, 9)))
    text = f"mtllib a.mtl\n{SQUARE}{UVS}usemtl paint\nf 1/1 2/2 3/3 4/4\n"
    obj(
        tmp_path,
        "NEWMTL\tpaint\nKD\t1 0 0\nPr 0.25\nPm 2\nmap_Kd -clamp on -mm 0.1 0.5 a.png\nmap_Bump b.png\n",
        "a.mtl",
    )
    found = read_mesh(obj(tmp_path, text))
    assert found.mesh.wrap == ("clamp", "clamp") and found.mesh.texture is not None
    assert (found.mesh.roughness, found.mesh.metallic) == (0.25, 1.0)
    assert found.mesh.texture[0, 0].tolist() == [9, 0, 0]  # the colour multiplies
    assert [text.partition(": ")[2] for text in found.warnings] == [
        "the brightness of a texture (-mm) was left out", "map_bump textures were left out"
    ]  # fmt: skip
    obj(tmp_path, "newmtl paint\nKd 0.5\nmap_Kd a.png\n", "a.mtl")
    mesh = load_mesh(obj(tmp_path, text))
    assert mesh.texture is not None and mesh.texture[0, 0].tolist() == [9, 9, 9]  # the grey that exporters start with
    obj(tmp_path, "newmtl paint\nKd red\n", "a.mtl")
    assert "a material value was left out: red" in read_mesh(obj(tmp_path, text)).warnings[0]


def test_obj_opacity(tmp_path: Path) -> None:
    (tmp_path / "leaf.png").write_bytes(png(plain(0, 200, 0, 90)))
    (tmp_path / "mask.png").write_bytes(png(plain(30)[..., 0]))
    text = f"mtllib a.mtl\n{SQUARE}{UVS}usemtl paint\nf 1/1 2/2 3/3 4/4\n"
    for maps, opacity in (("map_Kd leaf.png\nmap_d leaf.png", 90), ("map_Kd leaf.png\nmap_d mask.png", 30)):
        obj(tmp_path, f"newmtl paint\n{maps}\n", "a.mtl")
        mesh = load_mesh(obj(tmp_path, text))
        assert mesh.alpha_mode == "blend" and mesh.opacity is not None and (mesh.opacity == opacity).all()
    obj(tmp_path, "newmtl paint\nKd 0 0 1\nTr 0.75\n", "a.mtl")
    mesh = load_mesh(obj(tmp_path, text))
    assert mesh.alpha == 0.25 and mesh.alpha_mode == "blend"


def test_obj_vertex_colours(tmp_path: Path) -> None:
    for row in ("1 0.5 0", "255 128 0"):
        text = "".join(f"v {at} {row}\n" for at in ("0 0 0", "1 0 0", "0 1 0")) + "f 1 2 3\n"
        assert load_mesh(obj(tmp_path, text)).colors.tolist() == [[255, 128, 0]] * 3


def test_map_coordinates(tmp_path: Path) -> None:
    """A square of half a metre, 4,649 km from the origin: its shape stays, and the place too."""
    corners = [(500123.0, 4649776.25), (500123.5, 4649776.25), (500123.5, 4649776.75), (500123.0, 4649776.75)]
    found = read_mesh(obj(tmp_path, "".join(f"v {x} {y} 35.125\n" for x, y in corners) + "f 1 2 3 4\n"))
    assert np.array_equal(
        found.mesh.vertices.astype(np.float64) + found.offset, [(*corner, 35.125) for corner in corners]
    )
    assert area(found.mesh) == 0.25 and mesh_report(found.mesh, found.offset)["bbox"][0] == [500123, 4649776.25, 35.125]


def ply(path: Path, head: str, body: bytes) -> Path:
    path.write_bytes(f"ply\n{head}end_header\n".encode() + body)
    return path


XYZ = "property float x\nproperty float y\nproperty float z\n"
FACE = "element face {}\nproperty list uchar int vertex_indices\n"
POINTS = np.float32([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])


@pytest.mark.parametrize("order", ["<", ">"])
def test_ply_mixed_polygons_and_face_colours(tmp_path: Path, order: str) -> None:
    kind = "little" if order == "<" else "big"
    faces = [([0, 1, 2], (255, 0, 0)), ([0, 1, 2, 3], (0, 0, 255))]
    body = POINTS.astype(f"{order}f4").tobytes()
    for corners, color in faces:
        body += bytes([len(corners)]) + np.array(corners).astype(f"{order}i4").tobytes() + bytes(color)
    head = f"format binary_{kind}_endian 1.0\nelement vertex 4\n{XYZ}{FACE.format(2)}"
    head += "property uchar red\nproperty uchar green\nproperty uchar blue\n"
    mesh = load_mesh(ply(tmp_path / "a.ply", head, body))
    assert len(mesh.faces) == 3 and mesh.colors is not None
    colors = mesh.colors[mesh.faces]
    assert (colors == colors[:, :1]).all() and colors[:, 0].tolist() == [[255, 0, 0], [0, 0, 255], [0, 0, 255]]


def test_ply_text_double_floats_and_uvs(tmp_path: Path) -> None:
    (tmp_path / "t.png").write_bytes(png(plain(9, 8, 7)))
    head = f"format ascii 1.0\ncomment TextureFile t.png\nelement vertex 3\n{XYZ.replace('float', 'double')}"
    head += "property float red\nproperty float green\nproperty float blue\n" + FACE.format(1)
    head += "property list uchar float texcoord\n"
    body = b"0 0 0 1 0.5 0\n1 0 0 1 0.5 0\n0 1 0 1 0.5 0\n3 0 1 2 6 0 0 1 0 0.25 1\n"
    mesh = load_mesh(ply(tmp_path / "a.ply", head, body))
    assert mesh.texture is not None and mesh.texture[0, 0].tolist() == [9, 8, 7]
    assert mesh.colors.tolist() == [[255, 128, 0]] * 3
    assert mesh.uv is not None and sorted(mesh.uv.tolist()) == [[0, 1], [0.25, 0], [1, 1]]


def test_ply_strips_and_stray_vertices(tmp_path: Path) -> None:
    head = f"format ascii 1.0\nelement vertex 5\n{XYZ}element tristrips 1\nproperty list int int vertex_indices\n"
    mesh = load_mesh(ply(tmp_path / "a.ply", head, b"0 0 0\n1 0 0\n0 1 0\n1 1 0\n100 100 100\n8 0 1 2 3 -1 0 1 3\n"))
    assert len(mesh.vertices) == 4 and mesh.vertices.max() == 1 and len(mesh.faces) == 3


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"format ascii 1.0\nelement vertex 3\n{XYZ}{FACE.format(1)}", b"0 0 0\n1 0 0\n0 1 0\n3 0 1 99\n"),
        (f"format ascii 1.0\nelement vertex 3\n{XYZ}{FACE.format(1)}", b"0 0 0\n1 0 0\n0 1 0\n3 0 1 -7\n"),
        (f"format ascii 1.0\nelement vertex 3\n{XYZ}{FACE.format(1)}", b"0 0 nan\n1 0 0\n0 1 0\n3 0 1 2\n"),
        (f"format ascii 1.0\nelement vertex 3\n{XYZ}{FACE.format(9)}", b"0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"),
        (f"format ascii 1.0\nelement vertex 3\n{XYZ}{FACE.format(1)}", b"0 0 0\n1 0 zero\n0 1 0\n3 0 1 2\n"),
        (f"format ascii 1.0\nelement vertex 3\n{XYZ}{FACE.format(1)}", b"0 0 0\n1 0 0\n0 1 0\n1000000000 0 1 2\n"),
        (f"format binary_little_endian 1.0\nelement vertex 4000000000\n{XYZ}{FACE.format(1)}", b"\0" * 60),
        (f"format binary_little_endian 1.0\nelement vertex 1\n{XYZ}{FACE.format(1)}", b"\0" * 12 + b"\xff\1\0\0\0"),
        (f"format binary_odd 1.0\nelement vertex 1\n{XYZ}", b"\0" * 12), ("format ascii 1.0\nelement face 1\n", b""),
        (f"format ascii 1.0\nelement vertex 3\nproperty float x\n{FACE.format(1)}", b"0\n1\n0\n3 0 1 2\n"),
    ],
)  # fmt: skip
def test_bad_plys(tmp_path: Path, head: str, body: bytes) -> None:
    with pytest.raises(BadInputError, match=r"a\.ply"):
        load_mesh(ply(tmp_path / "a.ply", head, body))


def test_stl(tmp_path: Path) -> None:
    corner = "vertex {} {} {}\n"
    loop = (
        "facet normal 0 0 1\nouter loop\n"
        + corner.format(0, 0, 0)
        + corner.format("1e0", 0, 0)
        + corner.format(0, 1, 0)
    )
    text = tmp_path / "a.stl"
    text.write_text(f"solid größe\n{loop}endloop\nendfacet\n{loop}endloop\nendfacet\nendsolid\n", encoding="latin-1")
    assert len(load_mesh(text, "y").faces) == 2 and load_mesh(text, "y").vertices.max() == 1
    text.write_text(f"solid x\n{loop}endloop\nendfacet\n{loop[:-25]}")
    with pytest.raises(BadInputError, match="three corners"):
        load_mesh(text)
    facet = np.zeros(50, np.uint8)
    facet[12:48] = np.float32([0, 0, 0, 1, 0, 0, 0, 1, 0]).view(np.uint8)
    one = (1).to_bytes(4, "little")
    text.write_bytes(b"solid binary".ljust(80) + one + facet.tobytes() + b"and more")
    assert len(load_mesh(text).faces) == 1
    for head, count in ((b"solid".ljust(80, b"\0"), 2), (b"x" * 80, 2**32 - 1), (b"x" * 20, 0)):
        text.write_bytes(head + count.to_bytes(4, "little") + facet.tobytes())
        with pytest.raises(BadInputError, match=r"announces|head|no triangles"):
            load_mesh(text)


def test_off_kinds(tmp_path: Path) -> None:
    rows = "0 0 0\n1 0 0\n0 1 0\n1 1 0\n"
    path = obj(tmp_path, f"OFF # comment\n# more\n4 2 0\n{rows}3 0 1 2 255 0 0\n3 1 3 2 0.0 0.0 1.0\n", "a.off")
    mesh = load_mesh(path)
    assert mesh.colors is not None and mesh.colors[mesh.faces[0, 0]].tolist() == [255, 0, 0]
    colored = "".join(f"{row} 0.5 0 1 1\n" for row in rows.splitlines())
    assert load_mesh(obj(tmp_path, f"COFF 4 1 0\n{colored}4 0 1 3 2\n", "b.off")).colors.tolist() == [[128, 0, 255]] * 4
    with_normals = "".join(f"{row} 0 0 3\n" for row in rows.splitlines())
    mesh = load_mesh(obj(tmp_path, f"NOFF\n4 1 0\n{with_normals}3 0 1 2\n", "c.off"))
    assert mesh.normals is not None and np.allclose(mesh.normals, [0, 0, 1])
    bad = {
        "OFF\n4 9 0\n" + rows: "announces",
        "OFF\n4 1 0\n" + rows + "3 0 1 9\n": "vertex 9",
        "OFF\n4 1 0\n" + rows + "3 0 1\n": "malformed",
        "OFF BINARY\n4 1 0\n": "binary",
        "hello\n": "does not begin",
        "OFF\n3 1 0\n0 0\n1 1\n2 2\n3 0 1 2\n": "differ",
    }
    for text, message in bad.items():
        with pytest.raises(BadInputError, match=message):
            load_mesh(obj(tmp_path, text, "d.off"))


def test_formats_outside_the_list_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"\.fbx is no mesh format"):
        load_mesh(obj(tmp_path, "Kaydara FBX", "a.fbx"))
    with pytest.raises(BadMeshError, match="no triangles"):
        load_mesh(obj(tmp_path, "hello world\n", "a.obj"))
