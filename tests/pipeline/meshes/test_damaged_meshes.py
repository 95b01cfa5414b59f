"""Damaged and hostile mesh files: one typed error that names the file, within bounds of time and memory."""

from __future__ import annotations

import json
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from foreign import Glb, model, plain, solid, textured, three_mf

from varco3d.errors import BadInputError
from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.outputs import Placement, write_mesh
from varco3d.pipeline.meshes.reading import load_mesh

ROUNDS = 40  # damaged copies of each file; scripts can go on from there


def seeds(folder: Path) -> list[Path]:
    """A small sound file of each format, some by other programs' habits."""
    import DracoPy

    rng = np.random.default_rng(0)
    vertices, uv = rng.random((6, 3)).astype(np.float32), rng.random((6, 2)).astype(np.float32)
    faces = np.array([[0, 1, 2], [2, 3, 4], [3, 4, 5]], np.int32)
    texture = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    keep = Placement(size=None, origin="keep")
    write_mesh(Mesh(vertices, faces, uv=uv, texture=texture), folder / "a", ("glb", "obj", "stl"), keep)
    colors = rng.integers(0, 256, (6, 3), dtype=np.uint8)
    write_mesh(Mesh(vertices, faces, colors=colors), folder / "a", ("ply", "3mf"), keep)
    paths = [folder / f"a.{kind}" for kind in ("glb", "obj", "stl", "ply", "3mf")]
    glb = Glb()
    packed = DracoPy.encode(vertices, faces.astype(np.uint32))
    draco = {"bufferView": glb.view(packed), "attributes": {"POSITION": 0}}
    primitive = glb.square(textured(glb, plain(9, 9, 9)))
    primitive["extensions"] = {"KHR_draco_mesh_compression": draco}
    del primitive["attributes"]["TEXCOORD_0"]
    paths.append(glb.write(folder / "draco.glb", primitive, glb.square(textured(glb, plain(1, 2, 3)))))
    text = folder / "text.ply"
    rows = "0 0 0 1 2 3\n1 0 0 4 5 6\n0 1 0 7 8 9\n"
    head = "element vertex 3\n" + "".join(f"property float {n}\n" for n in ("x", "y", "z", "red", "green", "blue"))
    text.write_text(
        f"ply\nformat ascii 1.0\n{head}element face 1\nproperty list uchar int vertex_indices\n"
        f"end_header\n{rows}3 0 1 2\n"
    )
    off = folder / "a.off"
    off.write_text("OFF\n4 2 0\n0 0 0\n1 0 0\n0 1 0\n1 1 0\n3 0 1 2 255 0 0\n4 0 1 3 2 0.5 0.5 0.5\n")
    ascii_stl = folder / "text.stl"
    ascii_stl.write_text(
        "solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\n"
    )
    return [*paths, text, off, ascii_stl, three_mf(folder / "plain.3mf", main=model(solid()))]


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """The bytes with one kind of damage: some changed, a piece cut out, doubled, or the end missing."""
    out = bytearray(data)
    at, length = int(rng.integers(len(out))), int(rng.integers(1, 9))
    kind = int(rng.integers(6))
    if kind == 0:
        for place in rng.integers(len(out), size=length):
            out[place] = int(rng.integers(256))
    elif kind == 1:
        del out[at : at + length]
    elif kind == 2:
        out[at:at] = out[max(0, at - length) : at]
    elif kind == 3:
        del out[at:]
    elif kind == 4:
        out[at : at + 4] = rng.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\x7f", b"9999", b"-1 \n"])
    else:
        digits = [place for place, byte in enumerate(out) if 48 <= byte <= 57]
        if digits:
            place = int(rng.choice(digits))
            out[place : place + 1] = rng.choice([b"-1", b"99999999999", b"nan", b"1e400", b"[]", b"null", b"0.5"])
    return bytes(out)


def test_damaged_files_give_typed_errors(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    refused = 0
    for seed in seeds(tmp_path):
        data = seed.read_bytes()
        load_mesh(seed)
        path = tmp_path / f"bad{seed.suffix}"
        for _ in range(ROUNDS):
            path.write_bytes(damaged(data, rng))
            try:
                mesh = load_mesh(path)
            except BadInputError as error:
                refused += 1
                assert str(path) in error.message and error.hint
                assert not any(word in error.message for word in ("Traceback", "module", "codec", "NoneType"))
            else:
                assert len(mesh.faces) and mesh.faces.min() >= 0 and mesh.faces.max() < len(mesh.vertices)
                assert np.isfinite(mesh.vertices).all()
    assert refused > ROUNDS


def test_odd_types_in_gltf(tmp_path: Path) -> None:
    """Every value of the document replaced by one of another type: no error but the typed one."""
    glb = Glb(samplers=[{"wrapS": 10497, "magFilter": 9729}], skins=[{"joints": [0]}], extensionsUsed=[])
    primitive = glb.square(textured(glb, plain(1, 2, 3)))
    glb.document["textures"][0]["sampler"] = 0
    path = glb.write(tmp_path / "a.glb", primitive, node={"translation": [0, 0, 0]})
    data = path.read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    text, rest = data[20 : 20 + length], data[20 + length :]

    def places(value: object, above: tuple = ()) -> list[tuple]:
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [above, *(place for key, part in items for place in places(part, (*above, key)))]

    unexplained = []
    for place in places(json.loads(text))[1:]:
        for odd in (None, -1, 10**30, "x", [], {}, [None], True, 1.5):
            document = json.loads(text)
            inner = document
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = odd
            body = json.dumps(document).encode()
            head = struct.pack("<4sIII4s", b"glTF", 2, 20 + len(body) + len(rest), len(body), b"JSON")
            path.write_bytes(head + body + rest)
            try:
                load_mesh(path)
            except BadInputError as error:
                if "its data are damaged" in error.message:
                    unexplained.append((place, odd))
    assert unexplained == []  # every reason is one that a person can act on


def big_png(side: int) -> bytes:
    """A PNG of side x side black pixels, a thousandth of its size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row = zlib.compress(bytes((side * 3 + 1) * 16), 9)
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", row) + chunk(b"IEND", b"")


def test_textures_obey_the_limits_of_pictures(tmp_path: Path) -> None:
    for side, count, message in ((13000, 1, "13000x13000 pixels; the limit is 120"), (9000, 3, "243 megapixels")):
        glb = Glb()
        picture = big_png(side)
        for _ in range(count):
            glb.document.setdefault("images", []).append({"bufferView": glb.view(picture)})
            glb.document.setdefault("textures", []).append({"source": len(glb.document["images"]) - 1})
        surface = {"baseColorTexture": {"index": 0}, "metallicRoughnessTexture": {"index": min(1, count - 1)}}
        material = {"pbrMetallicRoughness": surface, "normalTexture": {"index": count - 1}}
        with pytest.raises(BadInputError, match=message):
            load_mesh(glb.write(tmp_path / "a.glb", glb.square(material)))


def test_lying_counts_cost_nothing(tmp_path: Path) -> None:
    for about in ({"count": 2**40}, {"count": 10**12, "bufferView": None}):
        glb = Glb()
        primitive = glb.square()
        accessor = glb.document["accessors"][primitive["attributes"]["POSITION"]]
        accessor |= about
        if about.get("bufferView", 0) is None:
            del accessor["bufferView"]
        with pytest.raises(BadInputError, match=r"reaches beyond|holds none"):
            load_mesh(glb.write(tmp_path / "a.glb", primitive))
    glb = Glb(nodes=[{"children": [1]}, {"children": [0], "mesh": 0}])
    with pytest.raises(BadInputError, match="circle"):
        load_mesh(glb.write(tmp_path / "b.glb", glb.square()))
    hole = tmp_path / "hole.stl"
    with hole.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(BadInputError, match=r"no triangles"):
        load_mesh(hole)
    for name in ("hole.obj", "hole.ply", "hole.glb", "hole.off", "hole.gltf", "hole.3mf"):
        hole = hole.rename(tmp_path / name)
        with pytest.raises(BadInputError, match=name):
            load_mesh(hole)


def test_many_nodes_take_no_minutes(tmp_path: Path) -> None:
    """One below the other, the mesh at the end."""
    glb = Glb(nodes=[{"children": [number + 1]} for number in range(15_000)] + [{"mesh": 0}])
    path = glb.write(tmp_path / "a.glb", glb.square())
    started = time.process_time()
    assert len(load_mesh(path).faces) == 2
    assert time.process_time() - started < 4


def test_many_materials_take_no_minutes(tmp_path: Path) -> None:
    """Three thousand materials, half of them defined, each for two faces."""
    rows = "".join(f"usemtl m{number}\nf 1 2 3\nf 1 3 4\n" for number in range(3_000))
    library = "".join(f"newmtl m{number}\nKd {number / 1500:.4f} 0 1\n" for number in range(1_500))
    (tmp_path / "a.mtl").write_text(library)
    path = tmp_path / "a.obj"
    path.write_text(f"mtllib a.mtl\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n{rows}")
    started = time.process_time()
    mesh = load_mesh(path)
    assert len(mesh.faces) == 6_000 and mesh.colors is not None and len(np.unique(mesh.colors, axis=0)) > 200
    assert time.process_time() - started < 5
