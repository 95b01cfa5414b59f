"""TRELLIS.2 as a generator: its box, its two lattices, its cascade, its materials, its files."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from toy_trellis2 import FILES, write_toy_trellis2

from varco3d.errors import CheckpointError, ModelMissingError, OutOfMemoryError
from varco3d.kernels.ovoxel.grid_mesh import grid_to_mesh
from varco3d.weights.checkpoints.locations import Located
from varco3d.weights.checkpoints.zoo import BUNDLES, MODELS
from varco3d.weights.generators.folders import generator_from_folder
from varco3d.weights.generators.generator import GridDrawer, StructureDrawer, VoxelCascade
from varco3d.weights.generators.trellis2.files import trellis2_from_parts
from varco3d.weights.generators.trellis2.flows import upright
from varco3d.weights.generators.trellis2.generator import Trellis2

CELLS = np.argwhere(np.ones((2, 2, 2))).astype(np.int32) + np.int32([0, 2, 1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_trellis2(tmp_path_factory.mktemp("models") / "trellis2")


@pytest.fixture(scope="module")
def model(folder: Path) -> Trellis2:
    made = generator_from_folder(folder, "cpu", "float32")
    assert isinstance(made, Trellis2) and isinstance(made, StructureDrawer)
    assert isinstance(made, VoxelCascade) and isinstance(made, GridDrawer)
    return made


def picture(shade: float = 0.5) -> np.ndarray:
    rgba = np.zeros((64, 64, 4), np.float32)
    rgba[16:48, 16:48] = (shade, 0.5, 1 - shade, 1.0)
    return rgba


def noise(count: int, channels: int = 4) -> torch.Tensor:
    return torch.randn(1, count, channels, generator=torch.Generator().manual_seed(0))


def test_voxels_turn_upright_and_back(model: Trellis2) -> None:
    ours = np.array([[1, 3, 0], [0, 1, 2]], np.int32)
    anchors = model.anchors(ours, 4)
    lattice = model.lattices.at(anchors)
    assert lattice.voxels.coords[:, 1:].tolist() == [[1, 3, 3], [0, 1, 1]]  # z up: y is less our z
    assert upright(lattice.voxels.coords[:, 1:], 4).tolist() == ours.tolist()
    assert model.trained_voxels == 8192
    model.anchors(ours, 8)
    assert model.trained_voxels == 32768
    with pytest.raises(CheckpointError, match="anchors"):
        model.lattices.at(torch.zeros(2, 3))


def test_the_resolution_chooses_flow_and_picture(model: Trellis2, monkeypatch: pytest.MonkeyPatch) -> None:
    condition = model.condition(picture())
    taken: list[str] = []
    take = model.parts.take
    monkeypatch.setattr(model.parts, "take", lambda name: (taken.append(name), take(name))[1])
    for resolution in (4, 8):
        anchors = model.anchors(CELLS, resolution)
        model.velocity(noise(8), 0.2, condition, anchors, 1.0)
        model.texture(noise(8), anchors).velocity(noise(8), 0.2, condition, anchors, 1.0)
    assert taken == ["shape_flow", "texture_flow", "shape_flow_fine", "image", "texture_flow_fine"]
    assert condition.tokens.shape[1] == 5 + 32 * 32 and condition.extra().shape[1] == 5 + 64 * 64


def test_guidance_is_on_within_its_closed_interval_only(model: Trellis2) -> None:
    condition = model.condition(picture())
    x = noise(model.structure_tokens)

    def velocity(t: float, guidance: float) -> torch.Tensor:
        return model.structure.velocity(x, t, condition, None, guidance)

    assert (velocity(0.2, 1.0) - velocity(0.2, 7.5)).abs().max() > 1e-3
    assert torch.equal(velocity(0.5, 1.0), velocity(0.5, 7.5))
    assert (velocity(0.4, 1.0) - velocity(0.4, 7.5)).abs().max() > 1e-3  # the noise level is 0.6 just here
    times = model.schedule(12)
    assert round(1 - float(times[8]), 12) == 0.6


def test_every_vertex_lies_by_the_voxel_of_its_materials(model: Trellis2) -> None:
    anchors = model.anchors(CELLS, 4)
    assert anchors is not None
    grid = model.dual_grid(noise(8), anchors)
    assert grid.resolution == 64
    vertices, faces = grid_to_mesh(grid.coords, grid.local, grid.crossed, 64, weights=grid.weights)
    indices, values = model.materials(noise(8), anchors, grid)
    assert len(faces) and values.dtype == np.uint8 and values.shape == (len(vertices), 6)
    away = np.abs((model.placed(vertices).numpy() + 1) * 32 - (indices + 0.5))
    assert away.max() <= 1.001  # a decoded vertex may leave its voxel by half a voxel
    low, high = indices.min(0) // 16, indices.max(0) // 16
    assert (low >= CELLS.min(0)).all() and (high <= CELLS.max(0)).all()


def test_the_texture_knows_the_shape(model: Trellis2) -> None:
    condition, anchors = model.condition(picture()), model.anchors(CELLS, 4)
    assert anchors is not None
    one, other = (
        model.texture(shape, anchors).velocity(noise(8), 0.2, condition, anchors, 1.0)
        for shape in (noise(8), 2 * noise(8))
    )
    assert (one - other).abs().max() > 1e-3


def test_fine_voxels_lie_in_the_coarse_shape(model: Trellis2) -> None:
    anchors = model.anchors(CELLS, 4)
    assert anchors is not None
    indices, side = model.finer(noise(8), anchors, 128, 10_000)
    assert side == 8 and 8 < len(indices) <= 64
    assert np.array_equal(indices, np.unique(indices, axis=0))
    assert {tuple(cell) for cell in (indices // 2).tolist()} <= {tuple(cell) for cell in CELLS.tolist()}


def test_too_many_fine_voxels_lower_the_resolution(model: Trellis2) -> None:
    anchors = model.anchors(CELLS, 4)
    assert anchors is not None
    assert model.finer(noise(8), anchors, 1280, 10)[1] == 64  # not below 1024
    assert model.finer(noise(8), anchors, 1280, 1_000_000)[1] == 80


def test_networks_leave_when_memory_is_short(folder: Path) -> None:
    made = generator_from_folder(folder, "cpu", "float32")
    assert isinstance(made, Trellis2)
    made.limit_memory(180e3 / (1 << 30))
    taken = []
    for name in ("structure_flow", "shape_flow", "texture_flow"):
        made.parts.take(name)
        taken.append(len(made.parts._loaded))
    assert taken == [1, 1, 1]
    with pytest.raises(OutOfMemoryError, match="shape_decoder"):
        made.parts.take("shape_decoder")


def test_what_a_folder_lacks_is_named(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path / "store"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    lacking = Path(shutil.copytree(folder, tmp_path / "lacking"))
    shutil.rmtree(lacking / "dinov3")
    with pytest.raises(ModelMissingError, match="picture encoder") as caught:
        generator_from_folder(lacking, "cpu", "float32")
    assert "Ask for access" in caught.value.hint
    shutil.copytree(folder / "dinov3", lacking / "dinov3")
    told = json.loads((lacking / "pipeline.json").read_text())
    told["args"]["models"]["sparse_structure_decoder"] = f"owner/other/ckpts/{FILES['sparse_structure_decoder']}"
    (lacking / "pipeline.json").write_text(json.dumps(told))
    generator_from_folder(lacking, "cpu", "float32")  # another repository's file, put beside the rest
    (lacking / "ckpts" / f"{FILES['tex_slat_decoder']}.json").unlink()
    with pytest.raises(CheckpointError, match="texture_decoder"):
        generator_from_folder(lacking, "cpu", "float32")


def test_parts_of_the_store_take_settings_beside_them_or_as_published(folder: Path) -> None:
    located = []
    for name in BUNDLES["trellis2"].parts:
        image = name == "dinov3-vitl16"
        path = folder / ("dinov3" if image else "ckpts") / MODELS[name].weights[0].name
        beside = path.with_name("config.json") if image else path.with_suffix(".json")
        located.append(Located(MODELS[name], "store", path.parent, (path,), {beside.name: beside}))
    made = trellis2_from_parts(located, "cpu", "float32")
    assert made.condition(picture()).tokens.shape == (1, 1029, 32)
    # pipeline.json is not among them, so that the published settings hold.
    assert made.mean[0].item() == pytest.approx(0.781296) and made.structure.settings.time_rescale == 5.0
    assert made.materials_of.settings.strength == 1.0 and len(made.materials_of.mean) == 32
