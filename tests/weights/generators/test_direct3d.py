"""Direct3D-S2 as generators: its levels, its guidance, its field with and without the dense networks, its files."""

import dataclasses
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from toy_direct3d import write_toy_direct3d

from varco3d.errors import CheckpointError, ModelMissingError, OutOfMemoryError
from varco3d.kernels.fields.field import field_from_grid
from varco3d.kernels.fields.marching_cubes import marching_cubes
from varco3d.weights.checkpoints.locations import Located
from varco3d.weights.checkpoints.zoo import BUNDLES, MODELS
from varco3d.weights.generators.direct3d import surface
from varco3d.weights.generators.direct3d.files import direct3d_from_parts
from varco3d.weights.generators.direct3d.model import Direct3D, Direct3D512
from varco3d.weights.generators.folders import generator_from_folder
from varco3d.weights.generators.generator import SparseFieldDrawer, StructureDrawer, VoxelBound, offers
from varco3d.weights.generators.sampling import sample_latents
from varco3d.weights.networks.direct3d.refiner import Refiner, SignRefiner
from varco3d.weights.networks.direct3d.sampler import noise_levels
from varco3d.weights.networks.sparse import SparseTensor


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_direct3d(tmp_path_factory.mktemp("models") / "direct3d")


@pytest.fixture(scope="module")
def coarse(folder: Path) -> Direct3D512:
    made = generator_from_folder(folder, "cpu", "float32")
    assert isinstance(made, Direct3D512)
    return made


@pytest.fixture(scope="module")
def fine(folder: Path) -> Direct3D:
    made = generator_from_folder(folder / "model_sparse_1024.ckpt", "cpu", "float32")
    assert isinstance(made, Direct3D) and not isinstance(made, Direct3D512)
    return made


def picture() -> np.ndarray:
    """A post, so that patches of its square show nothing of it."""
    rgba = np.zeros((64, 64, 4), np.float32)
    rgba[16:48, 30:34] = (0.8, 0.5, 0.2, 1.0)
    return rgba


def shell(side: int, low: int, high: int) -> np.ndarray:
    """Voxels of the walls of a box, which enclose others."""
    grid = np.zeros((side,) * 3, bool)
    grid[low:high, low:high, low:high] = True
    grid[low + 1 : high - 1, low + 1 : high - 1, low + 1 : high - 1] = False
    return np.argwhere(grid).astype(np.int32)


def latents_on(model: Direct3D, voxels: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    anchors = model.anchors(voxels, model.resolution)
    assert anchors is not None
    return torch.randn(1, len(voxels), model.channels, generator=torch.Generator().manual_seed(0)), anchors


def test_levels_offer_what_their_stages_ask_for(coarse: Direct3D512, fine: Direct3D) -> None:
    assert offers(coarse, StructureDrawer) and offers(coarse, SparseFieldDrawer) and offers(coarse, VoxelBound)
    assert not offers(fine, StructureDrawer) and offers(fine, SparseFieldDrawer)
    assert (coarse.resolution, fine.resolution, coarse.shift, fine.shift) == (8, 16, 6.0, 8.0)
    with pytest.raises(CheckpointError, match="8\\^3"):
        coarse.anchors(np.zeros((1, 3), np.int32), 16)


def test_steps_are_those_of_the_published_sampler(coarse: Direct3D512) -> None:
    """x += (next level - level) * velocity to the noise, with u + s (c - u) of two calls at 1000 * level."""
    condition = coarse.condition(picture())
    voxels = shell(8, 1, 7)
    anchors = coarse.anchors(voxels, 8)
    assert anchors is not None
    found = sample_latents(coarse, condition, anchors, len(voxels), 3, 7.0, seed=5)
    flow, places = coarse.parts.take("flow"), coarse.voxels(anchors)
    x = torch.randn((1, len(voxels), 4), generator=torch.Generator().manual_seed(5))
    levels = noise_levels(3, 6.0)
    with torch.inference_mode():
        for level, following in pairwise(levels):
            parts = [
                flow(SparseTensor(x[0], places), 1000 * level[None], tokens).features
                for tokens in (condition.tokens, torch.zeros_like(condition.tokens))
            ]
            x = x + (following - level) * (parts[1] + 7.0 * (parts[0] - parts[1]))
    torch.testing.assert_close(found, x, atol=2e-5, rtol=1e-5)


def test_voxels_are_those_above_a_tenth(coarse: Direct3D512) -> None:
    latents = torch.randn(1, 8, 4, generator=torch.Generator().manual_seed(0))
    indices, resolution = coarse.occupied(latents)
    grid = latents[0].T.reshape(1, 4, 2, 2, 2)
    with torch.inference_mode():
        logits = coarse.parts.take("structure_decoder")(grid)[0, 0]
    assert resolution == 8 and 0 < len(indices) < 512
    assert np.array_equal(indices, torch.nonzero(logits >= np.log(0.1 / 0.9)).numpy())


def test_the_first_version_reads_tokens_of_the_object_alone(tmp_path: Path) -> None:
    model = generator_from_folder(write_toy_direct3d(tmp_path / "placed", placed=True), "cpu", "float32")
    assert isinstance(model, Direct3D)
    voxels = shell(8, 2, 6)
    latents, anchors = latents_on(model, voxels)
    condition = model.condition(picture())
    numbers, places = model.shown_tokens(condition)
    assert 5 < len(numbers) < len(condition.tokens[0]) and places[:5].tolist() == [[0, 0, 1]] * 5
    before = model.velocity(latents, 0.5, condition, anchors, 3.0)
    hidden = torch.ones(condition.tokens.shape[1], dtype=torch.bool)
    hidden[numbers] = False
    changed = dataclasses.replace(condition, tokens=condition.tokens + 100.0 * hidden[:, None])
    assert torch.equal(model.velocity(latents, 0.5, changed, anchors, 3.0), before)


def test_fine_voxels_lie_where_their_voxel_is(coarse: Direct3D512) -> None:
    latents, anchors = latents_on(coarse, shell(8, 1, 7)[::-1].copy())
    decoder, voxels = coarse.parts.take("decoder"), coarse.voxels(anchors)
    with torch.inference_mode():
        sdf, features = decoder(SparseTensor(latents[0], voxels))
        bricks = surface.decoded_bricks(decoder, SparseTensor(latents[0], voxels), 3, features=True)
    x, y, z = sdf.coords[:, 1:].long().unbind(1)
    grid = torch.zeros(64, 64, 64)
    grid[x, y, z] = sdf.features[:, 0]
    told = torch.zeros(64, 64, 64, 3)
    told[x, y, z] = features.features
    for place, block, beside in zip(bricks.places.tolist(), bricks.sdf, bricks.features, strict=True):
        part = tuple(slice(8 * first, 8 * first + 8) for first in place)
        torch.testing.assert_close(block, grid[part], atol=1e-6, rtol=0)
        torch.testing.assert_close(beside, told[part], atol=1e-6, rtol=0)


def test_refining_bricks_equals_refining_the_grid(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refiner = generator_from_folder(folder, "cpu", "float32").parts.take("refiner")
    assert isinstance(refiner, Refiner)
    # Patches overlap, and their ends do not fall on bricks.
    monkeypatch.setattr(refiner, "config", dataclasses.replace(refiner.config, resolution=32, patch=20, stride=12))
    generator = torch.Generator().manual_seed(0)
    for smoother in refiner.filters:  # the toy's leave values as they are
        torch.nn.init.normal_(smoother.conv2.weight, std=0.1, generator=generator)
    places = torch.from_numpy(shell(4, 0, 3))
    bricks = surface.Bricks(
        places,
        torch.rand(len(places), 8, 8, 8, generator=generator) * 2 - 1,
        torch.randn(len(places), 8, 8, 8, 3, generator=generator),
    )
    sdf, features = torch.ones(32, 32, 32), torch.zeros(3, 32, 32, 32)
    assert bricks.features is not None
    for place, block, beside in zip(places.tolist(), bricks.sdf, bricks.features, strict=True):
        part = tuple(slice(8 * first, 8 * first + 8) for first in place)
        sdf[part], features[(slice(None), *part)] = block, beside.movedim(-1, 0)
    wanted = torch.tensor([[0, 0, 0], [2, 2, 2], [1, 3, 3], [3, 3, 3]])
    with torch.inference_mode():
        whole = refiner.whole(sdf, features)
        found = surface.refined_bricks(refiner, bricks, wanted)
    assert whole.std() > 1e-3
    for place, block in zip(wanted.tolist(), found, strict=True):
        part = tuple(slice(8 * first, 8 * first + 8) for first in place)
        torch.testing.assert_close(block, whole[part], atol=2e-6, rtol=0)


def test_signs_between_voxels_are_those_of_the_network(fine: Direct3D, monkeypatch: pytest.MonkeyPatch) -> None:
    """The published grid: the sign of the network where nothing is known, from a mean that counts a zero too many."""
    latents, anchors = latents_on(fine, shell(16, 3, 9))
    seen = []
    outside = torch.rand(64, 64, 64, generator=torch.Generator().manual_seed(1)) > 0.5

    def told(self: SignRefiner, grid: torch.Tensor, after: Callable[[], None]) -> torch.Tensor:
        seen.append(grid)
        return outside

    monkeypatch.setattr(SignRefiner, "outside", told)
    field = fine.sparse_field(latents, anchors)
    with torch.inference_mode():
        sdf, _ = fine.parts.take("decoder")(SparseTensor(latents[0], fine.voxels(anchors)))
    x, y, z = sdf.coords[:, 1:].long().unbind(1)
    grid = torch.ones(128, 128, 128)
    grid[x, y, z] = sdf.features[:, 0]
    known = torch.zeros(128, 128, 128, dtype=torch.bool)
    known[x, y, z] = True
    pooled = torch.nn.functional.avg_pool3d(grid[None, None] * known, 2)[0, 0] * 8 / 9
    pooled[~known[::2, ::2, ::2]] = 1.0
    torch.testing.assert_close(seen[0], pooled, atol=1e-6, rtol=0)
    wide = outside.repeat_interleave(2, 0).repeat_interleave(2, 1).repeat_interleave(2, 2)
    grid = torch.where(known, grid, torch.where(wide, 1.0, -1.0))
    whole = field_from_grid(-grid.numpy(), 1.0, -0.2)
    corners = np.array([[c & 1, c >> 1 & 1, c >> 2 & 1] for c in range(8)])
    kept = known.numpy()[tuple((whole.cells[:, None] + corners).reshape(-1, 3).T)].reshape(-1, 8).any(1)
    assert (field.resolution, field.level) == (128, -0.2)
    assert {tuple(c) for c in field.cells.tolist()} == {tuple(c) for c in whole.cells[kept].tolist()}


@pytest.mark.parametrize(("level", "refine"), [("coarse", False), ("coarse", True), ("fine", True)])
def test_decoding_reports_each_box_and_each_patch(level: str, refine: bool, request: pytest.FixtureRequest) -> None:
    model: Direct3D = request.getfixturevalue(level)
    side = model.resolution
    latents, anchors = latents_on(model, shell(side, 1, side - 1))
    told: list[tuple[int, int]] = []
    model.sparse_field(latents, anchors, None, refine, side // 2, progress=lambda *step: told.append(step))
    refiner = model.parts.take("refiner")
    assert isinstance(refiner, Refiner | SignRefiner)
    config = refiner.config
    along = len(range(0, config.resolution - config.patch + 1, config.stride))
    total = 2**3 + refine * along**3
    assert told == [(done, total) for done in range(1, total + 1)]


@pytest.mark.parametrize("level", ["coarse", "fine"])
def test_without_a_refiner_a_hollow_band_has_one_wall(level: str, request: pytest.FixtureRequest) -> None:
    trimesh = pytest.importorskip("trimesh")
    model: Direct3D = request.getfixturevalue(level)
    latents, anchors = latents_on(model, shell(model.resolution, 1, 6))
    vertices, faces = marching_cubes(model.sparse_field(latents, anchors, refine=False))
    mesh = trimesh.Trimesh(np.asarray(vertices), np.asarray(faces))
    assert mesh.is_watertight and mesh.body_count == 1
    wanted = np.array([1, 6]) * 2 / model.resolution - 1
    assert np.allclose(mesh.bounds, [[wanted[0]] * 3, [wanted[1]] * 3], atol=4 / (8 * model.resolution))


def test_a_refiner_that_is_not_here_is_told(folder: Path, tmp_path: Path) -> None:
    lacking = Path(shutil.copytree(folder, tmp_path / "lacking"))
    (lacking / "model_refiner.ckpt").unlink()
    model = generator_from_folder(lacking, "cpu", "float32")
    assert isinstance(model, Direct3D)
    latents, anchors = latents_on(model, shell(8, 2, 6))
    assert len(model.sparse_field(latents, anchors).cells) > 0
    with pytest.raises(CheckpointError, match="refiner"):
        model.sparse_field(latents, anchors, refine=True)


def test_missing_files_are_named(folder: Path, tmp_path: Path) -> None:
    lacking = Path(shutil.copytree(folder, tmp_path / "lacking"))
    (lacking / "model_dense.ckpt").unlink()
    with pytest.raises(CheckpointError, match="model_dense"):
        generator_from_folder(lacking, "cpu", "float32")
    for path in lacking.glob("dinov2*"):
        path.unlink()
    with pytest.raises(ModelMissingError, match="image encoder"):
        generator_from_folder(lacking, "cpu", "float32")


def test_networks_stay_within_the_budget(folder: Path) -> None:
    model = generator_from_folder(folder, "cpu", "float32")
    model.limit_memory(1e-6)
    with pytest.raises(OutOfMemoryError, match="image"):
        model.condition(picture())


def test_half_precision_comes_close(folder: Path, coarse: Direct3D512) -> None:
    half = generator_from_folder(folder, "cpu", "bfloat16")
    assert isinstance(half, Direct3D512)
    latents, anchors = latents_on(coarse, shell(8, 2, 6))
    exact, rounded = (g.velocity(latents, 0.2, g.condition(picture()), anchors, 3.0) for g in (coarse, half))
    assert 0 < (exact - rounded).abs().max() < 0.1 * exact.abs().max()
    assert len(half.sparse_field(latents, anchors).cells) > 0


@pytest.mark.parametrize(("bundle", "kind"), [("direct3d-s2", Direct3D512), ("direct3d-s2-1024", Direct3D)])
def test_parts_of_the_store_make_a_level(folder: Path, bundle: str, kind: type) -> None:
    located = []
    for name in BUNDLES[bundle].parts:
        if name == "dinov2-vitl14-reg":
            path = folder / "dinov2_vitl14_reg.safetensors"
            located.append(Located(MODELS[name], "store", path.parent, (path,), {}))
            continue
        path = folder / MODELS[name].weights[0].name
        located.append(Located(MODELS[name], "store", folder, (path,), {"config.yaml": folder / "config.yaml"}))
    model = direct3d_from_parts(located, "cpu", "float32")
    assert type(model) is kind
    # Without config.yaml the published settings hold, at full size.
    bare = [Located(found.spec, "store", folder, found.weights, {}) for found in located]
    published = direct3d_from_parts(bare, "cpu", "float32")
    assert published.resolution == (64 if kind is Direct3D512 else 128) and published.channels == 16
    assert published.trained_voxels == (25_000 if kind is Direct3D512 else 100_000)
