"""Kept stages that are damaged, edited or hostile: one error that names the file, never another exception."""

import json
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from varco3d.errors import BadInputError
from varco3d.kernels.fields.field import Field as Samples
from varco3d.pipeline import artifacts as kinds

POINTS = np.zeros((3, 3), np.float32)
FACE = np.array([[0, 1, 2]], np.int32)


class Harm:
    """Code that a pickle would run."""

    def __reduce__(self):
        return os.system, ("touch HARMED",)


def npz(**arrays):
    return lambda path: np.savez(path, **arrays)


def huge_header(path: Path) -> None:
    head = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 3), }".ljust(117) + b"\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("vertices.npy", b"\x93NUMPY\x01\0" + struct.pack("<H", 118) + head)
        archive.writestr("faces.npy", b"")


def picture(size: tuple[int, int]):
    return lambda path: Image.new("RGBA", size, (9, 9, 9, 255)).save(path)


def text(value: str):
    return lambda path: path.write_text(value)


MESH = npz(vertices=POINTS, faces=FACE)
FIELD = {
    "resolution": np.int64(2), "bounds": np.array([[-1.0] * 3, [1.0] * 3]), "cells": np.zeros((1, 3), np.int32),
    "corners": np.arange(8).reshape(1, 8), "points": np.zeros((8, 3), np.int32), "values": np.zeros(8, np.float32),
    "level": np.float64(0),
}  # fmt: skip
DAMAGED = {
    "pickle": (kinds.Mesh, {"mesh.npz": npz(vertices=np.array([Harm()], object), faces=FACE)}),
    "half a zip": (kinds.Mesh, {"mesh.npz": text("PK\3\4aaaa")}),
    "no zip": (kinds.Mesh, {"mesh.npz": text("hello")}),
    "empty": (kinds.Mesh, {"mesh.npz": text("")}),
    "an array alone": (kinds.Mesh, {"mesh.npz": lambda path: np.save(path.open("wb"), POINTS)}),
    "other members": (kinds.Mesh, {"mesh.npz": npz(a=POINTS)}),
    "no faces": (kinds.Mesh, {"mesh.npz": npz(vertices=POINTS)}),
    "flat vertices": (kinds.Mesh, {"mesh.npz": npz(vertices=np.zeros(5), faces=FACE)}),
    "pairs as faces": (kinds.Mesh, {"mesh.npz": npz(vertices=POINTS, faces=np.zeros((2, 2), int))}),
    "faces out of range": (kinds.Mesh, {"mesh.npz": npz(vertices=POINTS, faces=FACE + 7)}),
    "negative faces": (kinds.Mesh, {"mesh.npz": npz(vertices=POINTS, faces=FACE - 1)}),
    "fractions as faces": (kinds.Mesh, {"mesh.npz": npz(vertices=POINTS, faces=FACE + 0.5)}),
    "not a number": (kinds.Mesh, {"mesh.npz": npz(vertices=POINTS * np.nan, faces=FACE)}),
    "texts": (kinds.Mesh, {"mesh.npz": npz(vertices=np.array(["a", "b"]), faces=FACE)}),
    "too few uv": (kinds.Mesh, {"mesh.npz": npz(vertices=POINTS, faces=FACE, uv=np.zeros((2, 2)))}),
    "a lying header": (kinds.Mesh, {"mesh.npz": huge_header}),
    "a material list": (kinds.Mesh, {"mesh.npz": MESH, "material.json": text("[]")}),
    "half a material": (kinds.Mesh, {"mesh.npz": MESH, "material.json": text("{")}),
    "material of texts": (kinds.Mesh, {"mesh.npz": MESH, "material.json": text('{"metallic": "x"}')}),
    "a deep material": (kinds.Mesh, {"mesh.npz": MESH, "material.json": text("[" * 100_000)}),
    "a texture that is none": (kinds.Mesh, {"mesh.npz": MESH, "texture.png": text("x")}),
    "two resolutions": (kinds.VoxelGrid, {"voxels.npz": npz(indices=FACE, resolution=np.array([4, 4]))}),
    "a text as resolution": (kinds.VoxelGrid, {"voxels.npz": npz(indices=FACE, resolution=np.array("x"))}),
    "no resolution": (kinds.VoxelGrid, {"voxels.npz": npz(indices=FACE)}),
    "voxels outside": (kinds.VoxelGrid, {"voxels.npz": npz(indices=FACE, resolution=np.array(2))}),
    "negative queries": (kinds.Queries, {"queries.npz": npz(indices=FACE - 1, resolution=np.array(9))}),
    "a camera list": (kinds.PictureCamera, {"camera.json": text("[]")}),
    "a camera of NaN": (kinds.PictureCamera, {"camera.json": text('{"affine":[[NaN,0,0,0],[0,0,0,0]]}')}),
    "a huge camera": (kinds.PictureCamera, {"camera.json": text(json.dumps({"affine": [10**400] * 8}))}),
    "flat tokens": (kinds.Latents, {"latents.npz": npz(tokens=np.zeros(3))}),
    "anchors that do not fit": (kinds.Latents, {"latents.npz": npz(tokens=np.zeros((3, 4)), anchors=POINTS[:2])}),
    "no square": (kinds.Subject, {"subject.png": picture((64, 32))}),
    "half a subject": (kinds.Subject, {"subject.png": picture((32, 32)), "subject.json": text("{")}),
    "no crop": (kinds.Subject, {"subject.png": picture((32, 32)), "subject.json": text("{}")}),
    "a text as crop": (kinds.Subject, {"subject.png": picture((32, 32)),
                                       "subject.json": text('{"crop":"x","source_size":[1,2]}')}),
    "three sizes": (kinds.Subject, {"subject.png": picture((32, 32)),
                                    "subject.json": text('{"crop":[[1]],"source_size":[1,2,3]}')}),
    "no picture": (kinds.Subject, {"subject.png": text("\x89PNG\r\n\x1a\nzz")}),
    "a folder as picture": (kinds.Subject, {"subject.png": lambda path: path.mkdir()}),
    "values alone": (kinds.Field, {"field.npz": npz(values=FIELD["values"])}),
    "corners beyond": (kinds.Field, {"field.npz": npz(**{**FIELD, "corners": FIELD["corners"] + 1})}),
    "cells beyond": (kinds.Field, {"field.npz": npz(**{**FIELD, "cells": FIELD["cells"] + 2})}),
    "a flat box": (kinds.Field, {"field.npz": npz(**{**FIELD, "bounds": np.zeros((2, 3))})}),
    "nothing": (kinds.Mesh, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_artifacts_are_bad_input_that_names_the_file(tmp_path: Path, monkeypatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    kind, files = DAMAGED[name]
    for file, write in files.items():
        write(tmp_path / file)
    with pytest.raises(BadInputError, match=str(tmp_path)):
        kind.load(tmp_path)
    assert not Path("HARMED").exists()


def test_sound_artifacts_come_back(tmp_path: Path) -> None:
    kinds.Mesh(POINTS, FACE, uv=POINTS[:, :2], colors=np.zeros((3, 3), np.uint8), metallic=0.5).save(tmp_path)
    mesh = kinds.Mesh.load(tmp_path)
    assert np.array_equal(mesh.faces, FACE) and mesh.metallic == 0.5 and mesh.colors is not None
    lower, upper = FIELD["bounds"].tolist()
    arrays = {name: FIELD[name] for name in ("cells", "corners", "points", "values")}
    kinds.Field(Samples(2, (tuple(lower), tuple(upper)), **arrays, level=0.25)).save(tmp_path)
    assert kinds.Field.load(tmp_path).samples.level == 0.25
    kinds.VoxelGrid(FACE, 4).save(tmp_path)
    assert kinds.VoxelGrid.load(tmp_path).resolution == 4
