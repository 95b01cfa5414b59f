"""Keys chosen by sub-volume (decode.keys), on the recorded autoencoder that was trained on a torus and a sphere."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from varco3d.errors import UsageError
from varco3d.kernels.fields.decode_octree import decode_octree
from varco3d.pipeline.artifacts import Asset, Latents
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.decode import Decode, DecodeSettings
from varco3d.weights.networks.key_selection import CellKeys, Selection
from varco3d.weights.networks.layers import attend_all
from varco3d.weights.parity.fixture import Fixture
from varco3d.weights.parity.volumes import field_of

TRAINED = Path(__file__).parents[2] / "parity" / "fixtures" / "flashvdm_vae"


@pytest.fixture(scope="module")
def query():
    with torch.inference_mode():
        return field_of(Fixture(TRAINED))[0]


@pytest.fixture(scope="module")
def points() -> torch.Tensor:
    return torch.rand(3000, 3, generator=torch.Generator().manual_seed(0)) * 2.02 - 1.01


@pytest.mark.parametrize("select", ["mean", "merge"])
def test_a_point_has_one_value_whatever_is_asked_beside_it(query, points: torch.Tensor, select: Selection) -> None:
    with torch.inference_mode():
        whole = CellKeys(query, 1.01, select).ask(points)
        cells = CellKeys(query, 1.01, select)
        parts = torch.cat([cells.ask(part) for part in points.flip(0).split(700)]).flip(0)
        every = query(points, attend_all)
    assert torch.allclose(whole, parts, atol=2e-6)
    assert (whole - every).abs().max() > 1e-4  # it did leave keys out


@pytest.mark.parametrize(("select", "published"), [("mean", 725), ("merge", 11)])
def test_no_more_signs_turn_than_with_the_published_walk(query, select: Selection, published: int) -> None:
    """The published walk turned so many signs near the surface of a grid of 30 cells a side (see the fixture)."""
    recorded = load_file(TRAINED / "io.safetensors")
    dense = recorded["out.dense32"]
    axis = torch.linspace(-1.01, 1.01, 33)
    lattice = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), dim=-1).reshape(-1, 3)
    near = dense.flatten().abs() < 0.95
    with torch.inference_mode():
        selected = CellKeys(query, 1.01, select).ask(lattice[near])
    turned = int(((selected > 0) != (dense.flatten()[near] > 0)).sum())
    assert 0 < turned <= published * (32 / 30) ** 2


class Plain:
    """The trained field as a generator that selects no keys, as the decode stage sees one."""

    field_bounds = 1.01

    def __init__(self, query):
        self._query = query

    def field(self, latents, anchors):
        return lambda points: self._query(points, attend_all)


class Trained(Plain):
    """The same with a choice of keys."""

    def selected_field(self, latents, select):
        return CellKeys(self._query, 1.01, select).ask


def test_the_stage_takes_the_switch(query) -> None:
    asset = Asset(latents=Latents(np.zeros((24, 8), np.float32)))

    def cells(generator, **settings) -> set[tuple[int, ...]]:
        context = Context(networks={"refine": generator})
        made = Decode().run(asset, DecodeSettings(resolution=32, start=16, **settings), context).field
        return set(map(tuple, made.samples.cells.tolist()))

    exact = set(map(tuple, decode_octree(lambda p: query(p, attend_all), 32, 1.01, start=16).cells.tolist()))
    assert cells(Trained(query)) == exact
    merged = cells(Trained(query), keys="merge")
    assert merged != set() and len(merged ^ exact) < 0.02 * len(exact)
    with pytest.raises(UsageError, match=r"decode\.keys"):
        cells(Plain(query), keys="mean")
