"""Deliberate mistakes in TRELLIS that its recordings must show."""

import shutil
from pathlib import Path

import pytest
import torch
from recordings import FIXTURES
from safetensors.torch import load_file, save_file

from varco3d.weights.networks.sparse import resample
from varco3d.weights.networks.trellis import modulated
from varco3d.weights.parity.fixture import Fixture, NotUnderstoodError
from varco3d.weights.parity.run import run_fixture


@pytest.mark.parametrize("name", ["trellis_slat_flow", "d3ds2_sparse_dit_v10"])
def test_a_last_item_without_voxels_changes_nothing(name: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FIXTURES / name, tmp_path / name))
    recorded = load_file(folder / "io.safetensors")
    recorded["in.t"] = torch.cat([recorded["in.t"], torch.tensor([500.0])])
    if "in.cond_coords" in recorded:
        extra = torch.tensor([[len(recorded["in.t"]) - 1, 0, 0, 1]], dtype=recorded["in.cond_coords"].dtype)
        recorded["in.cond_coords"] = torch.cat([recorded["in.cond_coords"], extra])
    recorded["in.cond"] = torch.cat([recorded["in.cond"], recorded["in.cond"][:1]])
    save_file(recorded, folder / "io.safetensors")
    outcome = run_fixture(folder)
    assert outcome.ok, outcome.line()


def test_the_name_of_a_recording_tells_how_thin_it_is(tmp_path: Path) -> None:
    save_file({"out.a_step3": torch.zeros(1), "out.raw_every_16th": torch.zeros(1)}, tmp_path / "io.safetensors")
    (tmp_path / "config.json").write_text("{}")
    fixture = Fixture(tmp_path)
    assert fixture.step("out.a_step") == ("out.a_step3", 3)
    assert fixture.step("out.raw_every_") == ("out.raw_every_16th", 16)
    with pytest.raises(NotUnderstoodError, match=r"out\.bN"):
        fixture.step("out.b")


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
