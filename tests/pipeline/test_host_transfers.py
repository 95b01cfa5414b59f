"""Moves between a device and the host: none in the steps of samplers and the chunks of decoders, all others listed.

On the CPU every tensor stands for one on a device, so what only the CPU's way does is listed too, and says so.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from shadow import ShadowDevice
from transfers import Transfers

from varco3d.kernels.fields import decode_octree as decoding
from varco3d.kernels.meshes import nearest_points
from varco3d.pipeline.artifacts import Asset
from varco3d.pipeline.chain import Chain, ItemState
from varco3d.pipeline.events import StageStarted
from varco3d.pipeline.network_pool import NetworkPool
from varco3d.pipeline.recipe import load_recipe
from varco3d.weights.generators.generator import Condition
from varco3d.weights.generators.loading import load_generator

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "parity" / "fixtures"
WEIGHTS = {"hy20_pipeline": "model.fp16.safetensors", "hy21_pipeline": "model.fp16.ckpt", "ultra_pipeline": "ultrashape_v1.pt"}  # fmt: skip  # noqa: E501
PICTURE = np.random.default_rng(0).random((64, 64, 4), np.float32)

EXPERTS = ("weights/networks/mixture.py: forward", "tolist")  # the sizes of the experts' parts, once a block
# Warp's arrays and torch's tensors share memory on a device; on the CPU they do so by way of NumPy.
SHARED = {
    ("kernels/arrays.py: to_numpy", "cpu"),
    ("kernels/arrays.py: to_numpy", "numpy"),
    ("kernels/meshes/nearest_points.py: indices", "tensor"),
}
QUICK = {
    "prepare": {"size": "64"},
    "coarse": {"steps": "1", "candidates": "1", "resolution": "16"},
    "sample": {"tokens": "64"},
    "refine": {"steps": "1"},
    "decode": {"resolution": "24", "start": "16"},
    "clean": {"faces": "500"},
}
# Moves of a stage of QUICK; those of a texture: texturing/test_paint_on_device.py. A move in a loop would be many more.
MOST_MOVES = {"coarse": 40, "refine": 15, "decode": 70}
# Where the chain of `tiny` moves something, in which file and function, and why that is no loop's business.
KNOWN = {
    "kernels/arrays.py: check_points": "points of a tree, once a field",
    "kernels/arrays.py: to_numpy": "the border of the kernels: meshes and masks for what works on the host",
    "kernels/fields/decode_octree.py: _ask": "Warp's array as a tensor, which on a device shares memory",
    "kernels/fields/outline.py: held_to_outline": "the outline's maps, once a field",
    "kernels/fields/outline.py: outline_distance": "the picture's mask is the host's",
    "kernels/fields/ray_depths.py: <genexpr>": "a ray's depths for the host's sparse solver, once a field",
    "kernels/fields/ray_depths.py: cast_rays": "which rays to ask, once a field",
    "kernels/fields/ray_grid.py: field_columns": "which rays to ask, once a grid",
    "kernels/fields/ray_grid.py: smoothed_columns": "SciPy's Gaussian, once a grid",
    "kernels/fields/ray_grid.py: touched_rays": "the picture's mask is the host's",
    "kernels/fields/ray_grid.py: values_where": "which points of a grid to ask, once a grid",
    "kernels/meshes/nearest_points.py: indices": "the tree, which only the CPU takes",
    "pipeline/stages/coarse.py: run": "the camera, for the artifact",
    "pipeline/stages/decode.py: field_query": "latents of the artifact, once",
    "pipeline/stages/decode.py: filled": "what the voxels enclose, once",
    "pipeline/stages/decode.py: seen_by": "the camera of the artifact, once",
    "pipeline/stages/refine.py: run": "latents, for the artifact",
    "weights/generators/sampling.py: sample_latents": "the schedule, which is made on the host",
    "weights/generators/tiny.py: area_resize": "the picture, before it goes to the device",
    "weights/generators/tiny.py: conditions": "the picture, to the device",
    "weights/generators/tiny.py: encode": "a surface, to the device, once",
    "weights/generators/tiny.py: guess_columns": "which rays to ask, once",
    "weights/generators/tiny.py: ray_inputs": "the picture, to the device",
    "weights/generators/tiny.py: second_look": "which rays to ask, once",
    "weights/generators/tiny.py: with_camera": "the camera of the artifact, once",
    "weights/generators/voxel_centres.py: centres_of": "voxels of the artifact, once",
    "weights/networks/encoders/camera_net.py: __init__": "a bias, when the network is built",
    "weights/networks/encoders/image_encoder.py: __init__": "a bias, when the network is built",
}


@pytest.fixture
def public(tmp_path):
    """A small random model in the layout of a public one."""

    def make(name: str):
        for file in (WEIGHTS[name], "config.yaml"):
            shutil.copy(FIXTURES / name / file, tmp_path)
        return load_generator(str(tmp_path), "refine")

    return make


def places_of(work) -> set[tuple[str, str]]:
    """Moves of a call that was made once before: what is kept for later calls is kept by then."""
    work()
    with Transfers() as moves:
        work()
    return set(moves.found)


def test_the_watch_sees_hidden_moves():
    values, mask = torch.arange(4.0), torch.tensor([True, False, True, False])
    with Transfers() as moves:
        assert float(values.sum()) == 6 and bool((values > 0).any())
        values[mask], values.numpy(), values.nonzero(), torch.tensor([1.0]), np.asarray(values), values.sum().item()
    kinds = {kind for _, kind in moves.found}
    assert kinds >= {"float", "bool", "mask", "numpy", "nonzero", "tensor", "item"}
    assert sum(moves.found.values()) >= 8


def test_the_shadow_sees_what_a_device_refuses():
    with ShadowDevice() as shadow:
        there, here = torch.ones(3).to("cpu"), torch.from_numpy(np.ones(3, np.float32))
        layer, beside = torch.nn.Linear(3, 1), torch.ones(3, device=here.device)
        beside + here, beside + there
        layer(there) + torch.tensor(2.0), there[here > 0], there.cpu().numpy(), here.to(there.device) + there
    assert not shadow.found and shadow.marked >= 5
    with ShadowDevice() as shadow:
        there, here = torch.ones(3).to("cpu"), torch.from_numpy(np.ones(3, np.float32))
        layer(here), there + here, torch.cat([there, here]), there.numpy(), (there * 2).numpy()
    assert sorted(kind for _, kind in shadow.found.elements()) == ["given to NumPy"] * 2 + ["mixed"] * 3


@pytest.mark.parametrize(
    ("name", "allowed"), [("hy20_pipeline", set()), ("hy21_pipeline", {EXPERTS}), ("ultra_pipeline", {EXPERTS})]
)
def test_no_step_of_a_public_model_moves_anything(public, name, allowed):
    generator = public(name)
    with torch.inference_mode():
        condition = generator.condition(PICTURE)
    count = 6
    anchors = generator.anchors(np.arange(3 * count).reshape(count, 3) % 16, 16) if name == "ultra_pipeline" else None
    x = torch.randn(1, count, generator.channels)
    found = places_of(lambda: generator.velocity(x, 0.4, condition, anchors, 5.0))
    assert found <= allowed
    if allowed:
        with Transfers() as moves:
            generator.velocity(x, 0.4, condition, anchors, 1.0)
        assert moves.found[EXPERTS] == sum("Mixture" in str(type(m)) for m in generator.transformer().modules())


@pytest.mark.parametrize("name", sorted(WEIGHTS))
def test_nothing_of_a_public_model_is_left_on_the_host(public, name):
    generator, voxels = public(name), np.arange(18).reshape(6, 3) % 16
    with ShadowDevice() as shadow, torch.inference_mode():
        generator.condition(PICTURE)  # loads what reads pictures, under the watch
        condition = generator.condition(PICTURE)
        anchors = generator.anchors(voxels, 16) if name == "ultra_pipeline" else None
        x = torch.randn(1, 6, generator.channels)
        generator.velocity(x, 0.4, condition, anchors, 5.0)
        points = torch.rand(100, 3, device="cpu") - 0.5
        generator.field(x, anchors)(points)
        generator.selected_field(x, "mean")(points)
    assert not shadow.found and shadow.marked > 200


@pytest.mark.parametrize("name", sorted(WEIGHTS))
def test_no_chunk_of_a_field_moves_anything(public, name):
    generator, points = public(name), torch.rand(100, 3) - 0.5
    field = generator.field(torch.randn(1, 6, generator.channels), None)
    assert places_of(lambda: field(points)) == set()


def test_a_field_that_chooses_keys_tells_its_cells_once_a_chunk(public):
    generator, points = public("hy20_pipeline"), torch.rand(100, 3) - 0.5
    field = generator.selected_field(torch.randn(1, 6, generator.channels), "mean")
    field(points)  # the cells' keys are kept
    with Transfers() as moves:
        field(points)
    assert moves.found == {("weights/networks/key_selection.py: ask", "tolist"): 1}


@pytest.mark.parametrize("part", ["coarse", "refine"])
def test_no_step_and_no_chunk_of_tiny_moves_anything(part, monkeypatch):
    monkeypatch.setattr(nearest_points, "KDTree", lambda points: None)  # the way of a device
    generator = load_generator("tiny", part)
    with torch.inference_mode():
        condition: Condition = generator.condition(PICTURE)
    voxels = np.stack(np.unravel_index(np.arange(0, 32**3, 600), (32, 32, 32)), 1)
    anchors = generator.anchors(voxels, 32)
    x = torch.randn(1, len(anchors), generator.channels)
    assert places_of(lambda: generator.velocity(x, 0.4, condition, anchors, 2.0)) == set()
    field, points = generator.field(x, anchors), torch.rand(100, 3) - 0.5
    assert places_of(lambda: field(points)) <= SHARED


def test_rounds_of_a_decode_are_checked_at_their_end(monkeypatch):
    """As on a device: chunks leave their counts there, and a bad value is found before the level ends."""
    assert "unfit" in decoding._Decoder.__init__.__code__.co_names
    decoder = object.__new__(decoding._Decoder)
    decoder.unfit = [torch.tensor(0), torch.tensor(3), torch.tensor(1)]
    with pytest.raises(decoding.BadInputError, match="not finite at 4 of 90 points"):
        decoder._refuse_unfit(90)
    assert decoder.unfit == []
    decoder._refuse_unfit(90)


def test_every_other_move_of_the_chain_is_known(tmp_path):
    recipe = load_recipe("tiny", overrides=QUICK)
    chain = Chain(recipe, NetworkPool(recipe.models), [name for name in recipe.names() if name != "texture"])
    item = ItemState("chair", Asset(source=ROOT / "examples" / "fluent3d_chair.png"), seed=0, output=tmp_path / "chair")
    with ShadowDevice() as shadow, Transfers() as moves:

        def note(event):
            if isinstance(event, StageStarted):
                moves.stage = event.stage

        chain.run(item, note)
    assert all(moves.by_stage[stage] <= most for stage, most in MOST_MOVES.items()), moves.by_stage
    assert sum(moves.by_stage.values()) == sum(moves.by_stage[stage] for stage in MOST_MOVES)
    assert not shadow.found and shadow.marked > 1000
    found = {place for place, _ in moves.found if place != "outside"}
    assert found - set(KNOWN) == set(), "a new move between device and host: leave it out, or list it with its reason"
    assert len(found) > 15  # the list is of places that are there


def test_nothing_goes_to_the_host_by_name():
    """`.to("cpu")` is a move that the watch cannot tell from one to the device under test."""
    folders = ("kernels", "pipeline", "weights/generators", "weights/networks")
    sources = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    named = [path.name for path in sources if '.to("cpu"' in path.read_text(encoding="utf-8")]
    assert named == []
