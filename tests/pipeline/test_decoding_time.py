"""Pictures that take minutes to decode end with an error; what their pixels are worth is granted."""

import struct
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from varco3d.errors import BadInputError
from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.outputs import write_mesh
from varco3d.pipeline.meshes.reading import read_mesh
from varco3d.pipeline.pictures import bounded
from varco3d.pipeline.pictures.reading import open_rgba


def slow_jpeg(scans: int, side: int = 2048) -> bytes:
    """A grey progressive JPEG whose passes over the picture hold nothing but runs of empty blocks."""

    def segment(marker: int, body: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body

    frame = struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0"
    table = b"\x10\1" + bytes(15) + b"\xe0"  # one code, 0: a run of 2^14 empty blocks and as many as 14 bits add
    runs = "".join("0" + "0" * 14 for _ in range((side // 8) ** 2 >> 14))
    runs += "1" * (-len(runs) % 8)
    scan = segment(0xDA, bytes([1, 1, 0, 1, 63, 0])) + int(runs, 2).to_bytes(len(runs) // 8, "big")
    head = segment(0xDB, b"\0" + b"\1" * 64) + segment(0xC2, frame) + segment(0xC4, table)
    return b"\xff\xd8" + head + scan * scans + b"\xff\xd9"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SECONDS", 0.2)
    monkeypatch.setattr(bounded, "SECONDS_PER_MEGAPIXEL", 0.0)


def test_a_picture_of_endless_passes_is_given_up(tmp_path: Path, hasty: None) -> None:
    (tmp_path / "x.jpg").write_bytes(slow_jpeg(40_000))  # some ten seconds
    started = time.monotonic()
    with pytest.raises(BadInputError, match=r"x\.jpg was not decoded within 0 s"):
        open_rgba(tmp_path / "x.jpg")
    assert time.monotonic() - started < 3.0


def test_its_decoder_ends_too(tmp_path: Path, hasty: None) -> None:
    (tmp_path / "x.jpg").write_bytes(slow_jpeg(40_000))
    with pytest.raises(BadInputError):
        open_rgba(tmp_path / "x.jpg")
    for thread in threading.enumerate():
        if thread.name == "decoder":
            thread.join(3.0)
            assert not thread.is_alive()


def test_pixels_are_granted_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SECONDS", 0.2)
    monkeypatch.setattr(bounded, "SECONDS_PER_MEGAPIXEL", 100.0)
    (tmp_path / "x.jpg").write_bytes(slow_jpeg(2_000))  # some half a second
    assert open_rgba(tmp_path / "x.jpg").shape == (2048, 2048, 4)


def test_a_texture_of_endless_passes_names_its_mesh(tmp_path: Path, hasty: None) -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    faces = np.array([[0, 1, 2]], np.int32)
    mesh = Mesh(points, faces, uv=points[:, :2].copy(), texture=np.zeros((8, 8, 3), np.uint8))
    write_mesh(mesh, tmp_path / "x", ("obj",))
    next(tmp_path.glob("*.png")).write_bytes(slow_jpeg(40_000))
    with pytest.raises(BadInputError, match=r"x.obj cannot be read: its .* was not decoded within"):
        read_mesh(tmp_path / "x.obj")


def test_an_icon_that_holds_a_larger_picture_than_allowed_is_refused(tmp_path: Path) -> None:
    """The size in the folder of an icon is at most 256; the pictures in it say their own."""
    Image.new("1", (20_100, 80)).save(tmp_path / "inner.png")
    inner = (tmp_path / "inner.png").read_bytes()
    entry = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(inner), 22)
    (tmp_path / "x.ico").write_bytes(struct.pack("<HHH", 0, 1, 1) + entry + inner)
    with pytest.raises(BadInputError, match=r"x\.ico is too large: 20100x80 pixels"):
        open_rgba(tmp_path / "x.ico")
