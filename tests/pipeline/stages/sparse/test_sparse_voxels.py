"""Sparse signed distances in the chain: voxels of a mesh, both levels of Direct3D-S2, coarse shapes of other models."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeGenerator, cube, picture
from toy_direct3d import write_toy_direct3d
from toy_trellis import write_toy_trellis

from varco3d.errors import BadMeshError, EmptyFieldError, OutOfMemoryError, UsageError
from varco3d.kernels.voxels.bands import band_voxels
from varco3d.pipeline.artifacts import Asset, Latents, Mesh
from varco3d.pipeline.chain import Chain, ItemState, load_stages, select_stages
from varco3d.pipeline.events import Event, Progress
from varco3d.pipeline.network_pool import NetworkPool
from varco3d.pipeline.recipe import Recipe, load_recipe
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.sparse.decode_voxels import DecodeVoxels, DecodeVoxelsSettings
from varco3d.pipeline.stages.sparse.structure_mesh import StructureMesh, StructureMeshSettings
from varco3d.pipeline.stages.voxelize import Voxelize, VoxelizeSettings

FIXTURES = Path(__file__).parents[3] / "parity" / "fixtures"
QUICK = {"clean": {"faces": 500}, "texture": {"size": 256, "register": False}}


@pytest.fixture(scope="module")
def direct3d(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_direct3d(tmp_path_factory.mktemp("models") / "direct3d")


def chain_of(recipe: Recipe, tmp_path: Path, **about) -> tuple[Chain, ItemState]:
    names = select_stages(recipe, **about)
    state = ItemState("a", Asset(source=picture(tmp_path / "a.png")), seed=1, output=tmp_path / "a", folder=tmp_path)
    return Chain(recipe, NetworkPool(recipe.models), names), state


def voxelized(mesh: Mesh, **settings) -> tuple[np.ndarray, list[str]]:
    warned: list[str] = []
    context = Context(warn=warned.append)
    voxels = (
        Voxelize().run(Asset(coarse=mesh), VoxelizeSettings(resolution=16, rule="band", **settings), context).voxels
    )
    assert voxels is not None and voxels.resolution == 16
    return voxels.indices, warned


def test_a_band_takes_the_voxels_that_the_model_was_trained_on() -> None:
    mesh = cube(0.4)
    indices, warned = voxelized(mesh, fit=0.95)
    scale = 0.95 / np.abs(mesh.vertices).max()
    assert np.array_equal(indices, band_voxels(mesh.vertices * scale, mesh.faces, 128)) and not warned
    assert np.array_equal(voxelized(mesh)[0], band_voxels(mesh.vertices, mesh.faces, 128))


def test_a_mesh_of_too_many_voxels_is_made_smaller() -> None:
    every, _ = voxelized(cube(0.4), fit=0.95)
    fewer, warned = voxelized(cube(0.4), fit=0.95, voxels=len(every) // 2)
    assert len(every) // 8 < len(fewer) <= len(every) // 2 and f"{len(every)} voxels became" in warned[0]
    with pytest.raises(UsageError, match=r"more than the 100"):
        voxelized(cube(0.4), voxels=100)
    with pytest.raises(OutOfMemoryError, match="any size"):
        voxelized(cube(0.4), fit=0.95, voxels=3)
    with pytest.raises(BadMeshError, match="no voxel"):
        voxelized(Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32)))


def test_the_lower_level_makes_a_mesh_of_a_picture(direct3d: Path, tmp_path: Path) -> None:
    small = {"coarse": {"steps": 2}, "refine": {"steps": 2}, **QUICK}
    recipe = load_recipe("direct3d-s2", "standard", small)
    recipe = dataclasses.replace(recipe, models={"cutout": "u2netp", "coarse": str(direct3d), "refine": str(direct3d)})
    chain, state = chain_of(recipe, tmp_path)
    assert "voxelize" not in chain.names
    events: list[Event] = []
    asset = chain.run(state, events.append, save=True)
    steps = [event for event in events if isinstance(event, Progress) and event.stage == "decode"]
    assert steps and steps[-1].step == steps[-1].steps > 1
    assert asset.voxels is not None and asset.voxels.resolution == 8 and asset.coarse is None
    assert asset.field is not None and asset.field.samples.resolution == 64 and asset.field.samples.level == -0.4
    assert asset.mesh is not None and asset.mesh.texture is not None and (tmp_path / "a.glb").is_file()
    # From saved stages the same mesh comes again; the network for it off gives another.
    chain, again = chain_of(recipe, tmp_path, start="decode")
    again.asset = load_stages(again.asset, recipe, tmp_path, "decode")
    assert again.asset.latents is not None
    assert np.array_equal(chain.run(again, lambda event: None).mesh.vertices, asset.mesh.vertices)
    plain = recipe.with_settings({"decode": {"refiner": "off"}})
    chain, again = chain_of(plain, tmp_path, start="decode", until="extract")
    again.asset = load_stages(again.asset, plain, tmp_path, "decode")
    told = chain.run(again, lambda event: None)
    assert told.field is not None and told.field.samples.level == -0.2


SMALL = {
    "coarse": {"steps": 2, "latent_steps": 2},
    "voxelize": {"resolution": 16, "voxels": 0},
    "refine": {"steps": 2},
    **QUICK,
}


def preview(recipe: str, first: Path | str, direct3d: Path, preset: str = "standard", **changes) -> Recipe:
    """The recipe on toys, its sparse refiner at the upper level."""
    made = load_recipe(recipe, preset, {**SMALL, **changes})
    models = {"cutout": "u2netp", "coarse": str(first), "refine": str(direct3d / "model_sparse_1024.ckpt")}
    return dataclasses.replace(made, models=models)


def test_the_upper_level_goes_on_from_the_lower_one_s_mesh(direct3d: Path, tmp_path: Path) -> None:
    recipe = preview("direct3d-s2", direct3d, direct3d, "high", clean={"faces": 500})
    chain, state = chain_of(recipe, tmp_path)
    asset = chain.run(state, lambda event: None)
    assert asset.coarse is not None and asset.voxels is not None and asset.voxels.resolution == 16
    scale = 0.95 / (np.ptp(asset.coarse.vertices, axis=0).max() / 2)
    middle = (asset.coarse.vertices.max(0) + asset.coarse.vertices.min(0)) / 2
    around = band_voxels((asset.coarse.vertices - middle) * scale, asset.coarse.faces, 128)
    assert np.abs(len(around) - len(asset.voxels.indices)) <= 2  # a voxel may turn on the last bit of a vertex
    assert asset.field is not None and asset.field.samples.resolution == 128
    assert asset.mesh is not None and asset.mesh.texture is not None and (tmp_path / "a.glb").is_file()


@pytest.mark.parametrize("source", ["trellis", "hunyuan", "own"])
def test_the_sparse_refiner_takes_a_coarse_shape_of_any_kind(source: str, direct3d: Path, tmp_path: Path) -> None:
    until: dict = {"until": "extract"}
    coarse: Path | str = "none"
    changes: dict = {}
    if source == "trellis":
        name, coarse = "varco3d-preview-trellis", write_toy_trellis(tmp_path / "trellis")
    else:
        name, changes = "varco3d-preview-mini", {"coarse": {"steps": 2, "resolution": 16, "chunk": 4096}}
    if source == "hunyuan":
        coarse = tmp_path / "hunyuan"
        coarse.mkdir()
        for file in ("model.fp16.safetensors", "config.yaml"):
            shutil.copy(FIXTURES / "hy20_pipeline" / file, coarse)
    if source == "own":
        until |= {"skip": ("coarse",), "have": ("source", "coarse")}
    recipe = preview(name, coarse, direct3d, **changes)
    chain, state = chain_of(recipe, tmp_path, **until)
    if source == "own":
        state.asset = dataclasses.replace(state.asset, coarse=cube(0.5))
    asset = chain.run(state, lambda event: None)
    assert asset.coarse is not None and asset.voxels is not None and asset.queries is not None
    assert asset.voxels.resolution == 16 and len(asset.queries.indices) == len(asset.voxels.indices)
    assert asset.latents is not None and len(asset.latents.tokens) == len(asset.voxels.indices)
    assert asset.mesh is not None and len(asset.mesh.faces) > 100


def test_no_voxel_and_other_models_are_told(tmp_path: Path) -> None:
    bare = write_toy_direct3d(tmp_path / "bare", occupancy=-30.0)
    recipe = load_recipe("direct3d-s2", "standard", {"coarse": {"steps": 1}})
    recipe = dataclasses.replace(recipe, models={"cutout": "u2netp", "coarse": str(bare), "refine": str(bare)})
    chain, state = chain_of(recipe, tmp_path, until="coarse")
    with pytest.raises(EmptyFieldError, match="no occupied voxel"):
        chain.run(state, lambda event: None)
    generators = {"coarse": FakeGenerator(), "refine": FakeGenerator()}
    with pytest.raises(UsageError, match="draws no voxels"):
        StructureMesh().run(state.asset, StructureMeshSettings(), Context(networks=generators))
    latents = Latents(np.zeros((8, 4), np.float32), np.zeros((8, 3), np.float32))
    with pytest.raises(UsageError, match="no voxels"):
        DecodeVoxels().run(Asset(latents=latents), DecodeVoxelsSettings(), Context(networks=generators))
