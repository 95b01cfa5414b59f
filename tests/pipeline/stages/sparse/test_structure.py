"""Voxels drawn by a generator, latents that stand for a mesh, and the whole recipe on a toy of TRELLIS."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from fakes import FakeGenerator, cutout
from toy_trellis import write_toy_trellis

from varco3d.errors import EmptyFieldError, OutOfMemoryError, UsageError
from varco3d.pipeline.artifacts import Asset, Latents, Queries, Subject, VoxelGrid
from varco3d.pipeline.chain import Chain, ItemState
from varco3d.pipeline.network_pool import NetworkPool
from varco3d.pipeline.recipe import load_recipe
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.refine import Refine, RefineSettings
from varco3d.pipeline.stages.sample import Sample, SampleSettings
from varco3d.pipeline.stages.sparse.decode_mesh import DecodeMesh, DecodeMeshSettings
from varco3d.pipeline.stages.sparse.structure import Structure, StructureSettings
from varco3d.pipeline.voxel_memory import largest_parts


class Drawn:
    """Draws the voxels that it was made with; its latents are one number."""

    structure_tokens = 1
    trained_voxels = 30
    channels = 1

    def __init__(self, indices: list[list[int]]):
        self.indices = np.array(indices, np.int32).reshape(-1, 3)
        self.structure = self
        self.conditions: list[float] = []

    def condition(self, rgba):
        return float(rgba.mean())

    def schedule(self, steps):
        return torch.linspace(0, 1, steps + 1)

    def velocity(self, x, t, condition, anchors, guidance):
        self.conditions.append(condition)
        return torch.zeros_like(x)

    def occupied(self, latents):
        return self.indices, 16

    def anchors(self, indices, resolution):
        return torch.from_numpy((indices + 0.5) * (2 / resolution) - 1).float()

    def voxel_bytes(self):
        return 1 << 30


BLOCK = [[i, j, k] for i in range(3) for j in range(3) for k in range(3)]
APART = [[9, 9, k] for k in range(5)]


def run(generator, context: Context | None = None, sides=None, **settings) -> tuple[VoxelGrid, list[str]]:
    warned: list[str] = []
    context = dataclasses.replace(context or Context(), networks={"coarse": generator}, warn=warned.append)
    subject = Subject(cutout(np.ones((8, 8), np.float32)), np.eye(3), (8, 8), sides or {})
    asset = Structure().run(Asset(subject=subject), StructureSettings(**settings), context)
    assert asset.voxels is not None
    return asset.voxels, warned


def test_voxels_are_what_the_generator_draws() -> None:
    grid, warned = run(Drawn(BLOCK))
    assert grid.resolution == 16 and np.array_equal(grid.indices, BLOCK) and not warned


def test_no_voxel_is_an_error_with_a_way_out() -> None:
    with pytest.raises(EmptyFieldError, match="no occupied voxel"):
        run(Drawn([]))


def test_more_voxels_than_the_model_is_known_to_take_are_told() -> None:
    warned: list[str] = []
    generator = Drawn(BLOCK + APART)
    context = Context(networks={"refine": generator}, warn=warned.append)
    subject = Subject(cutout(np.ones((8, 8), np.float32)), np.eye(3), (8, 8))
    for count, told in ((27, []), (32, ["32 voxels are more than the 30 that this model is known to take"])):
        queries = Queries(np.array(BLOCK + APART, np.int32)[:count], 16)
        asset = Refine().run(Asset(subject=subject, queries=queries), RefineSettings(steps=1), context)
        assert asset.latents is not None and len(asset.latents.tokens) == count
        assert warned == told


def test_voxels_of_a_mesh_beyond_the_memory_are_left_out_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("varco3d.pipeline.voxel_memory.used_memory", lambda device: 1.0)
    warned: list[str] = []
    subject = Subject(cutout(np.ones((8, 8), np.float32)), np.eye(3), (8, 8))
    asset = Asset(subject=subject, queries=Queries(np.array(APART + BLOCK, np.int32), 16))
    context = Context(networks={"refine": Drawn([])}, warn=warned.append, memory=29.0)
    latents = Refine().run(asset, RefineSettings(steps=1), context).latents
    assert latents is not None and latents.anchors is not None and "5 of 32 voxels" in warned[0]
    assert np.allclose(latents.anchors, (np.array(BLOCK) + 0.5) / 8 - 1)
    with pytest.raises(OutOfMemoryError, match="room for 9"):
        Refine().run(asset, RefineSettings(steps=1), dataclasses.replace(context, memory=10.0))


def test_too_many_voxels_lose_their_smaller_parts() -> None:
    grid, _ = run(Drawn(APART + BLOCK), voxels=64, context=Context(memory=1e6))
    assert len(grid.indices) == 32
    assert len(largest_parts(np.array(APART + BLOCK), 16, 30)) == 27
    assert np.array_equal(largest_parts(np.array(APART + BLOCK), 16, 31), BLOCK)
    assert len(largest_parts(np.array(APART + BLOCK), 16, 26)) == 0


def test_voxels_beyond_the_memory_are_refused_or_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("varco3d.pipeline.voxel_memory.used_memory", lambda device: 1.0)
    grid, warned = run(Drawn(APART + BLOCK), context=Context(memory=29.0))
    assert np.array_equal(grid.indices, BLOCK) and "5 of 32 voxels" in warned[0]
    with pytest.raises(OutOfMemoryError, match="room for 9"):
        run(Drawn(APART + BLOCK), context=Context(memory=10.0))
    many = [[i, j, k] for i in range(5) for j in range(5) for k in range(5)]
    with pytest.raises(OutOfMemoryError, match="largest connected part"):
        run(Drawn(many), voxels=64)


def test_several_pictures_take_turns() -> None:
    generator = Drawn(BLOCK)
    back = cutout(np.zeros((8, 8), np.float32))
    run(generator, sides={"back": back}, steps=3)
    front, behind = generator.condition(cutout(np.ones((8, 8), np.float32))), generator.condition(back)
    assert generator.conditions == [front, behind, front]
    with pytest.raises(UsageError, match="one picture"):
        run(generator, sides={"back": back}, views="mean")


def test_other_models_are_told_apart() -> None:
    with pytest.raises(UsageError, match="draws no voxels"):
        run(FakeGenerator())
    latents = Latents(np.zeros((8, 4), np.float32), np.zeros((8, 3), np.float32))
    context = Context(networks={"refine": FakeGenerator()})
    with pytest.raises(UsageError, match="stand for a field"):
        DecodeMesh().run(Asset(latents=latents), DecodeMeshSettings(), context)


def test_sampling_may_take_every_voxel() -> None:
    grid = VoxelGrid(np.array(BLOCK, np.int32), 16)
    chosen = Sample().run(Asset(voxels=grid), SampleSettings(method="all", tokens=8), Context()).queries
    assert chosen is not None and np.array_equal(chosen.indices, BLOCK)


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory):
    folder = str(write_toy_trellis(tmp_path_factory.mktemp("models") / "trellis"))
    small = {"coarse": {"steps": 2}, "refine": {"steps": 2}, "clean": {"faces": 2000}}
    small["texture"] = {"size": 128, "register": False}  # a search of the camera takes most of the time
    made = load_recipe("trellis-image-large", "draft", small)
    return dataclasses.replace(made, models={"cutout": "u2netp", "coarse": folder, "refine": folder})


def test_the_recipe_makes_a_coloured_mesh_of_a_picture(recipe, tmp_path: Path) -> None:
    from PIL import Image

    rgba = np.zeros((80, 80, 4), np.uint8)
    rgba[10:70, 20:60] = (200, 60, 30, 255)
    Image.fromarray(rgba).save(tmp_path / "a.png")
    state = ItemState("a", Asset(source=tmp_path / "a.png"), seed=1, output=tmp_path / "out/a")
    asset = Chain(recipe, NetworkPool(recipe.models)).run(state, lambda event: None)
    assert asset.voxels is not None and asset.voxels.resolution == 16
    assert asset.mesh is not None and asset.mesh.texture is not None
    assert 0 < len(asset.mesh.faces) <= 2000 and (tmp_path / "out/a.glb").is_file()
    assert asset.report["texture"]["views"] == 1
