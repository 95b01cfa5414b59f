"""Sparse generators and painters as on a device: nothing mixed with the host, and no wait in their samplers' steps.

Whole runs of toys, once with one step and once with three: what a step moves is the difference.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fakes import picture
from shadow import ShadowDevice
from tiny_hunyuan import egg, fill_store20, fill_store21
from tiny_painter import fill_store
from toy_direct3d import write_toy_direct3d
from toy_trellis import write_toy_trellis
from toy_trellis2 import write_toy_trellis2
from transfers import Transfers

from varco3d.pipeline.artifacts import Asset
from varco3d.pipeline.chain import Chain, ItemState, select_stages
from varco3d.pipeline.network_pool import NetworkPool
from varco3d.pipeline.recipe import load_recipe
from varco3d.weights.painters import PainterOptions, Room, load_painter

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
Moves = Counter[tuple[str, str]]
# What a step may move, and why.
ASKERS = (
    "weights/networks/direct3d/sparse_attention.py: askers",
    "tolist",
)  # numbers of queries of each block, a layer
LEVELS = {  # noise levels, which diffusers keeps on the host
    ("weights/painters/mvadapter/painter.py: sample", "bool"),
    ("weights/painters/hunyuan/steps.py: next", "float"),
}


def watched(run: Callable[[int], object]) -> Moves:
    """Return what two steps of `run(steps)` move; refuse operations that a device refuses."""
    found = []
    for steps in (1, 3):
        with ShadowDevice() as shadow, Transfers() as moves:
            run(steps)
        assert not shadow.found and shadow.marked > 500
        found.append(moves.found)
    return found[1] - found[0]


@pytest.mark.parametrize(
    ("name", "preset", "write", "occupancy", "settings", "allowed"),
    [
        ("trellis-image-large", "draft", write_toy_trellis, -0.6, {}, set()),
        ("direct3d-s2", "standard", write_toy_direct3d, -2.2, {}, {ASKERS}),
        ("trellis2", "draft", write_toy_trellis2, -0.5, {"voxelize": {"resolution": 96, "steps": 2}}, set()),
    ],
)
def test_no_step_of_a_sparse_model_waits(name, preset, write, occupancy, settings, allowed, tmp_path: Path) -> None:
    folder = str(write(tmp_path / "toy", occupancy=occupancy))
    asset = Asset(source=picture(tmp_path / "a.png"))

    def run(steps: int) -> None:
        few = {part: {"steps": steps} for part in ("coarse", "refine")}
        recipe = load_recipe(name, preset, {**few, **settings})
        recipe = dataclasses.replace(recipe, models={"cutout": "u2netp", "coarse": folder, "refine": folder})
        names = select_stages(recipe, until="decode")
        state = ItemState("a", asset, seed=1, output=tmp_path / f"{steps}")
        Chain(recipe, NetworkPool(recipe.models), names).run(state, lambda event: None)

    assert set(watched(run)) == allowed


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds toys of all painters."""
    root = tmp_path_factory.mktemp("painters") / "models"
    for fill in (fill_store, fill_store20, fill_store21):
        fill(root)
    return root


@pytest.mark.parametrize(
    "name", ["mvadapter", "hunyuan3d-paint-2.0", "hunyuan3d-paint-2.0-turbo", "hunyuan3d-paint-2.1"]
)
def test_no_step_of_a_painter_waits(name: str, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARCO3D_MODELS", str(models))
    monkeypatch.setattr("varco3d.weights.painters.hunyuan.maps.RENDERED", 128)

    def run(steps: int) -> None:
        load_painter(name, Room()).paint(dataclasses.replace(egg(), steps=steps))

    assert set(watched(run)) <= LEVELS


def test_no_step_of_the_painter_in_space_waits(tmp_path: Path) -> None:
    options = PainterOptions(str(write_toy_trellis2(tmp_path / "trellis2")))
    task = dataclasses.replace(egg(), normals=np.zeros((0, 3), np.float32), size=64, options=options)

    def run(steps: int) -> None:
        load_painter("trellis2", Room()).materials(dataclasses.replace(task, steps=steps))

    assert not watched(run)
