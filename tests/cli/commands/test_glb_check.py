"""Our own GLB check finds what it claims to find."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.glb_check import check_glb
from varco3d.pipeline.meshes.outputs import write_mesh


def tetrahedron() -> Mesh:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.int32)
    return Mesh(vertices, faces, uv=vertices[:, :2].copy(), texture=np.full((4, 4, 3), 128, np.uint8))


@pytest.fixture
def glb(tmp_path: Path) -> Path:
    write_mesh(tetrahedron(), tmp_path / "mesh", ("glb",))
    return tmp_path / "mesh.glb"


def test_sound(glb: Path) -> None:
    assert check_glb(glb) == []


def damage(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data and len(old) == len(new)
    path.write_bytes(data.replace(old, new, 1))


def test_truncated(glb: Path) -> None:
    glb.write_bytes(glb.read_bytes()[:-8])
    assert "bytes" in check_glb(glb)[0]


def test_not_a_number(glb: Path) -> None:
    data = bytearray(glb.read_bytes())
    start = 20 + struct.unpack_from("<I", data, 12)[0] + 8
    data[start : start + 4] = struct.pack("<f", float("nan"))
    glb.write_bytes(data)
    assert any("finite" in problem for problem in check_glb(glb))


def test_broken_picture(glb: Path) -> None:
    damage(glb, b"\x89PNG", b"\x00PNG")
    assert any("image 0" in problem for problem in check_glb(glb))


def test_wrong_version(glb: Path) -> None:
    damage(glb, b'"version":"2.0"', b'"version":"1.0"')
    assert check_glb(glb) == ["asset.version is not 2.0"]


def test_text_file(tmp_path: Path) -> None:
    path = tmp_path / "x.glb"
    path.write_text("no mesh at all")
    assert check_glb(path)


def test_index_out_of_range(glb: Path) -> None:
    data = bytearray(glb.read_bytes())
    size = struct.unpack_from("<I", data, 12)[0]
    document = json.loads(data[20 : 20 + size])
    accessor = document["accessors"][document["meshes"][0]["primitives"][0]["indices"]]
    count = document["accessors"][document["meshes"][0]["primitives"][0]["attributes"]["POSITION"]]["count"]
    start = 20 + size + 8 + document["bufferViews"][accessor["bufferView"]]["byteOffset"]
    data[start : start + 2] = struct.pack("<H", count)
    glb.write_bytes(data)
    assert check_glb(glb) == ["an index names a vertex that does not exist"]
