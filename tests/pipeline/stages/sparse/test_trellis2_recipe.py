"""Cascade and grids in the chain, and the whole recipe of TRELLIS.2 on a toy of it."""

import dataclasses
import json
import struct
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from fakes import FakeGenerator, cutout
from PIL import Image
from toy_trellis2 import write_toy_trellis2

from varco3d.errors import EmptyFieldError, OutOfMemoryError, UsageError
from varco3d.pipeline.artifacts import Asset, Latents, Queries, Subject, VoxelGrid
from varco3d.pipeline.chain import Chain, ItemState
from varco3d.pipeline.network_pool import NetworkPool
from varco3d.pipeline.recipe import load_recipe
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.sparse.cascade import Cascade, CascadeSettings
from varco3d.pipeline.stages.sparse.decode_grid import DecodeGrid, DecodeGridSettings
from varco3d.weights.generators.generator import DecodedGrid

SUBJECT = Subject(cutout(np.ones((8, 8), np.float32)), np.eye(3), (8, 8))
CELLS = np.argwhere(np.ones((2, 2, 2))).astype(np.int32)


class Finer(FakeGenerator):
    """Answers `count` fine voxels at `side`, whatever it is asked."""

    structure_tokens, trained_voxels = 1, 100

    def __init__(self, count: int, side: int = 64):
        super().__init__()
        self.structure, self.count, self.side = self, count, side

    def occupied(self, latents):
        raise AssertionError

    def voxel_bytes(self):
        return 1 << 30

    def finer(self, latents, anchors, resolution, most):
        assert resolution >= 16 * self.side
        return np.zeros((self.count, 3), np.int32), self.side


def cascaded(generator, context: Context | None = None, **settings):
    warned: list[str] = []
    context = dataclasses.replace(context or Context(), networks={"coarse": generator}, warn=warned.append)
    asset = Asset(subject=SUBJECT, voxels=VoxelGrid(CELLS, 32))
    return Cascade().run(asset, CascadeSettings(steps=1, **settings), context).voxels, warned


def test_no_cascade_leaves_the_voxels_alone() -> None:
    voxels, warned = cascaded(None, resolution=0)
    assert voxels is not None and voxels.resolution == 32 and not warned


def test_a_lower_resolution_than_wanted_is_told() -> None:
    voxels, warned = cascaded(Finer(5, 80), resolution=1536)
    assert voxels is not None and (len(voxels.indices), voxels.resolution) == (5, 80)
    assert "1280 voxels a side, not 1536" in warned[0]
    assert not cascaded(Finer(5), resolution=1024)[1]


def test_no_voxel_and_too_many_are_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EmptyFieldError, match="no voxel"):
        cascaded(Finer(0))
    monkeypatch.setattr("varco3d.pipeline.voxel_memory.used_memory", lambda device: 1.0)
    with pytest.raises(OutOfMemoryError, match="room for 3") as caught:
        cascaded(Finer(5), Context(memory=4.0))
    assert "draft" in caught.value.hint
    with pytest.raises(UsageError, match="draws its shape once"):
        cascaded(FakeGenerator())


def test_a_grid_without_a_surface_is_an_error() -> None:
    asset = Asset(
        subject=SUBJECT,
        queries=Queries(CELLS, 32),
        latents=Latents(np.zeros((8, 4), np.float32), VoxelGrid(CELLS, 32).centres()),
    )

    def decoded(generator):
        return DecodeGrid().run(asset, DecodeGridSettings(steps=1), Context(networks={"refine": generator}))

    cells = torch.from_numpy(CELLS)
    flat = DecodedGrid(16, cells, torch.zeros(8, 3), torch.zeros(8, 3, dtype=torch.uint8), torch.ones(8, 1))
    empty = SimpleNamespace(
        anchors=lambda *_: None, dual_grid=lambda *_: flat, placed=print, texture=print, materials=print
    )
    with pytest.raises(EmptyFieldError, match="no surface"):
        decoded(empty)
    with pytest.raises(UsageError, match="stand for a field"):
        decoded(FakeGenerator())


def test_presets_are_the_published_ways() -> None:
    shapes = {preset: load_recipe("trellis2", preset).stage("voxelize").settings for preset in ("draft", "standard", "high")}  # fmt: skip  # noqa: E501
    assert {name: settings.resolution for name, settings in shapes.items()} == {"draft": 0, "standard": 1024, "high": 1536}  # fmt: skip  # noqa: E501
    recipe = load_recipe("trellis2")
    assert [recipe.stage(name).settings.steps for name in ("coarse", "voxelize", "refine", "decode")] == [12] * 4


def test_the_recipe_makes_a_mesh_with_materials_of_a_picture(tmp_path: Path) -> None:
    folder = str(write_toy_trellis2(tmp_path / "trellis2", occupancy=-0.5))
    small = {"coarse": {"steps": 2}, "refine": {"steps": 2}, "decode": {"steps": 2}, "clean": {"faces": 2000}}
    small |= {"voxelize": {"resolution": 96, "steps": 2}, "texture": {"size": 256}}
    recipe = load_recipe("trellis2", "draft", small)
    recipe = dataclasses.replace(recipe, models={"cutout": "u2netp", "coarse": folder, "refine": folder})
    rgba = np.zeros((80, 80, 4), np.uint8)
    rgba[10:70, 20:60] = (200, 60, 30, 255)
    Image.fromarray(rgba).save(tmp_path / "a.png")
    state = ItemState("a", Asset(source=tmp_path / "a.png"), seed=1, output=tmp_path / "out/a")
    asset = Chain(recipe, NetworkPool(recipe.models)).run(state, lambda event: None)
    assert asset.voxels is not None and asset.voxels.resolution == 6
    assert asset.materials is not None and asset.materials.resolution == 96
    mesh = asset.mesh
    assert mesh is not None and mesh.texture is not None and mesh.metallic_roughness is not None
    assert mesh.texture.reshape(-1, 3).std(0).min() > 3 and mesh.metallic_roughness[..., 1:].std() > 3
    told = asset.report["texture"]
    assert told["painter"] == "own" and told["voxels"] == len(asset.materials.indices)
    data = (tmp_path / "out/a.glb").read_bytes()
    (material,) = json.loads(data[20 : 20 + struct.unpack("<I", data[12:16])[0]])["materials"]
    assert {"baseColorTexture", "metallicRoughnessTexture"} <= set(material["pbrMetallicRoughness"])
    assert material["doubleSided"] and material.get("alphaMode", "OPAQUE") == mesh.alpha_mode.upper()
