"""TRELLIS against its recordings, and deliberate mistakes that the recordings must show."""

import pytest
from recordings import FIXTURES, SHARED

from varco3d.weights.networks.sparse import resample
from varco3d.weights.networks.trellis import modulated
from varco3d.weights.parity.run import run_fixture


@pytest.mark.skipif(SHARED is None, reason="the larger recordings are not here")
@pytest.mark.parametrize("name", ["trellis_pipeline", "trellis_slat_mesh_dec", "trellis_ss_flow"])
def test_equals_the_larger_recordings(name: str) -> None:
    assert SHARED is not None
    outcome = run_fixture(SHARED / name)
    assert outcome.ok, outcome.line()


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
