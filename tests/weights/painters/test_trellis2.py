"""TRELLIS.2 as a painter of meshes that are given."""

from pathlib import Path

import numpy as np
import pytest
from toy_trellis2 import FILES, write_toy_trellis2
from trimesh.creation import icosphere

from varco3d.errors import BadMeshError, CheckpointError, ModelMissingError, UsageError
from varco3d.weights.painters import PAINTERS, PainterOptions, PaintTask, Room, load_painter, needed_models
from varco3d.weights.painters.trellis2 import Trellis2Painter


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_trellis2(tmp_path_factory.mktemp("models") / "trellis2")


def task(folder: Path | None, size: int | None = 64, **told) -> PaintTask:
    ball = icosphere(subdivisions=2, radius=0.9)
    ball.vertices[:, 1] *= 0.5
    rgba = np.zeros((32, 32, 4), np.float32)
    rgba[8:24, 8:24] = 1.0
    values = {"vertices": ball.vertices.astype(np.float32), "faces": ball.faces.astype(np.int32), "picture": rgba}
    options = PainterOptions(None if folder is None else str(folder))
    normals = np.zeros((0, 3), np.float32)
    return PaintTask(**{"normals": normals, "size": size, "steps": 2, "options": options, **values, **told})


def test_voxels_lie_at_the_surface_and_cover_it(folder: Path) -> None:
    painter = load_painter("trellis2", Room())
    assert isinstance(painter, Trellis2Painter)
    answer = painter.materials(task(folder))
    assert answer.resolution == 64 and answer.facts["voxels"] == len(answer.indices) == len(answer.values)
    centres = (answer.indices + 0.5) / 32 - 1
    away = np.abs(np.linalg.norm(centres * [1, 2, 1], axis=1) - 0.9)
    assert away.max() < 0.12
    assert (np.ptp(centres, axis=0) > [1.7, 0.8, 1.7]).all() and np.ptp(centres[:, 1]) < 1.0
    assert answer.values.std() > 1
    again = painter.materials(task(folder))
    assert np.array_equal(again.values, answer.values)
    painter.limit_memory(1.0)
    painter.release()
    assert np.array_equal(painter.materials(task(folder)).values, answer.values)
    assert not np.array_equal(painter.materials(task(folder, seed=1)).values, answer.values)


def test_what_it_cannot_paint_is_refused(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    painter = Trellis2Painter(Room())
    with pytest.raises(UsageError, match="needs a picture"):
        painter.materials(task(folder, picture=None))
    with pytest.raises(UsageError, match=r"100\^3"):
        painter.materials(task(folder, size=100))
    with pytest.raises(BadMeshError, match="no voxel"):
        painter.materials(task(folder, faces=np.zeros((0, 3), np.int32)))
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path / "store"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    with pytest.raises(ModelMissingError):
        painter.materials(task(None))
    bare = write_toy_trellis2(tmp_path / "bare")
    (bare / "ckpts" / f"{FILES['shape_slat_encoder']}.safetensors").unlink()
    with pytest.raises(CheckpointError, match="shape_encoder"):
        painter.materials(task(bare))


def test_its_models_are_pulled_unless_a_folder_holds_them() -> None:
    assert PAINTERS["trellis2"].space
    assert needed_models("trellis2", True, False) == ("trellis2-texture",)
    assert needed_models("trellis2", True, False, "folder") == ()
    with pytest.raises(UsageError, match="needs a picture"):
        needed_models("trellis2", False, False)
