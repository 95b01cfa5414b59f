"""Deliberate mistakes in TRELLIS.2 that its recordings must show."""

import pytest
from recordings import FIXTURES

from varco3d.weights.networks import fourier
from varco3d.weights.networks.trellis.sampler import noise_levels
from varco3d.weights.networks.trellis2 import sampler, sc_blocks
from varco3d.weights.parity.run import run_fixture

NETWORKS = "varco3d.weights.networks"


def test_another_order_of_children_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sc_blocks, "X_FASTEST", tuple(range(8)))
    assert not run_fixture(FIXTURES / "trellis2_sc_blocks").ok


def test_a_wrong_epsilon_in_the_blocks_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sc_blocks, "EPS", 1e-5)
    assert not run_fixture(FIXTURES / "trellis2_sc_blocks").ok


def test_a_wrong_epsilon_of_the_last_norm_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{NETWORKS}.trellis2.sc_vae.FINAL_EPS", 1e-6)
    assert not run_fixture(FIXTURES / "trellis2_tex_vae").ok


def test_a_rotation_the_other_way_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        f"{NETWORKS}.trellis2.lattice_flow.rotate_pairs", lambda x, cos, sin: fourier.rotate_pairs(x, cos, -sin)
    )
    assert not run_fixture(FIXTURES / "trellis2_ss_flow").ok


def test_levels_in_single_precision_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "varco3d.weights.parity.trellis2.pipelines.noise_levels",
        lambda steps, rescale: noise_levels(steps, rescale).float(),
    )
    assert not run_fixture(FIXTURES / "trellis2_sampler").ok


def test_a_spread_over_all_items_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "varco3d.weights.parity.trellis2.pipelines.sparse_spread",
        lambda x, slices: sampler.sparse_spread(x, [slice(0, len(x))]),
    )
    assert not run_fixture(FIXTURES / "trellis2_sampler").ok
