"""Our networks against recorded runs of the public ones, and the command that compares them."""

import json
import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from shadow import ShadowDevice

from varco3d.weights.networks import vecset_vae
from varco3d.weights.parity.__main__ import main
from varco3d.weights.parity.fixture import NotUnderstoodError
from varco3d.weights.parity.pipelines import number_of
from varco3d.weights.parity.run import fixture_folders, is_network, run_fixture

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize("folder", fixture_folders(FIXTURES), ids=lambda folder: folder.name)
def test_equals_the_recorded_run(folder: Path, device: str) -> None:
    """Networks mix nothing of a device with the host either: a marked tensor tells."""
    network = is_network(folder)
    if device != "cpu" and not network:
        pytest.skip("functions and whole pipelines are compared on the CPU")
    with ShadowDevice() if network and device == "cpu" else nullcontext() as shadow:
        outcome = run_fixture(folder, device)
    assert outcome.ok, outcome.line()
    if shadow is not None:
        assert not shadow.found and shadow.marked > 10


def test_networks_are_told_from_functions_and_pipelines() -> None:
    alone = {folder.name for folder in fixture_folders(FIXTURES) if is_network(folder)}
    networks = {"hy21_dit", "triposg_vae", "dinov2_gelu_interp", "trellis_slat_flow", "d3ds2_sparse_vae"}
    assert networks | {"trellis2_ss_flow", "trellis2_tex_vae"} <= alone
    others = {"hy21_pipeline", "ultra_voxelize", "image_processor_v2", "trellis2_sampler", "ovoxel_remesh"}
    assert not alone & (others | {"hypaint20_maps", "mvadapter_pipeline"})


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A small fixture that a test may spoil."""
    return Path(shutil.copytree(FIXTURES / "hy20_vae_dec_turbo", tmp_path / "vae"))


def respell(path: Path, change) -> None:
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def test_a_wrong_epsilon_of_the_last_norm_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vecset_vae, "FINAL_EPS", 1e-6)
    assert not run_fixture(FIXTURES / "triposg_vae").ok


def test_a_changed_number_fails(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    respell(copied / "io.safetensors", lambda tensors: tensors["out.logits"].add_(1e-5))
    assert main([str(copied)]) == 1
    assert "out.logits" in capsys.readouterr().out


def test_a_nan_fails(copied: Path) -> None:
    respell(copied / "weights.safetensors", lambda tensors: tensors["post_kl.bias"].fill_(torch.nan))
    assert not run_fixture(copied).ok


def test_a_tensor_nobody_looks_at_fails(copied: Path) -> None:
    respell(copied / "io.safetensors", lambda tensors: tensors.update({"out.new": torch.zeros(1)}))
    outcome = run_fixture(copied)
    assert not outcome.ok and "out.new" in outcome.problem


def test_an_unknown_class_fails(copied: Path) -> None:
    config = json.loads((copied / "config.json").read_text())
    (copied / "config.json").write_text(json.dumps({**config, "class": "somebody.else.Network"}))
    outcome = run_fixture(copied)
    assert not outcome.ok and "not understood" in outcome.problem


def test_a_folder_without_recordings_fails(copied: Path) -> None:
    (copied / "io.safetensors").unlink()
    assert main([str(copied.parent)]) == 1


def test_weights_without_a_config_fail(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("config.json", "io.safetensors"):
        (copied / name).unlink()
    assert main([str(copied.parent)]) == 1
    assert "not understood" in capsys.readouterr().out


def test_a_setting_may_be_words_that_end_in_a_number() -> None:
    assert number_of("pipeline default 5.0") == number_of(5) == 5.0
    with pytest.raises(NotUnderstoodError):
        number_of("default")


def test_an_empty_folder_fails(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 1


def test_the_command_tells_a_line_per_fixture(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(copied.parent)]) == 0
    first, last = capsys.readouterr().out.strip().splitlines()
    assert first.startswith("vae") and "5 quantities" in first and first.endswith("ok")
    assert last == "1 fixtures, 0 failed"
