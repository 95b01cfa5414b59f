"""Deliberate mistakes in TRELLIS that its recordings must show."""

import pytest
from recordings import FIXTURES

from varco3d.weights.networks.sparse import resample
from varco3d.weights.networks.trellis import modulated
from varco3d.weights.parity.run import run_fixture


def test_a_wrong_epsilon_of_the_last_norm_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("varco3d.weights.networks.trellis.latent_flow.FINAL_EPS", modulated.BLOCK_EPS)
    assert not run_fixture(FIXTURES / "trellis_slat_flow").ok


def test_a_true_mean_of_children_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "varco3d.weights.networks.trellis.latent_flow.down", lambda x, merge: resample.down(x, merge="mean")
    )
    assert not run_fixture(FIXTURES / "trellis_slat_flow").ok


def test_windows_without_their_shift_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from varco3d.weights.networks.trellis.latent_vae import Trunk

    monkeypatch.setattr(Trunk, "segments", lambda self, voxels, block: voxels.windows(self.config.window, 0))
    assert not run_fixture(FIXTURES / "trellis_slat_encoder").ok
