"""The machine's speed: measured once, kept, and measured again when the machine is another."""

import json
from pathlib import Path

import pytest

from varco3d.pipeline import machine_speed as module
from varco3d.pipeline.machine_speed import DTYPES, REACHED, MachineSpeed, machine_speed, processor


def test_measured_once_and_kept_for_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SIDE", 64)
    monkeypatch.setattr(module, "SECONDS", 0.01)
    first = machine_speed("cpu", tmp_path)
    assert set(first.gflops) == set(DTYPES) and min(first.gflops.values()) > 0
    monkeypatch.setattr(module, "measure", lambda *_: pytest.fail("measured again"))
    assert machine_speed("cpu", tmp_path) == first
    other = MachineSpeed("another machine", "2026-01-01", dict.fromkeys(DTYPES, 7.0))
    monkeypatch.setattr(module, "fingerprint", lambda device: "another machine")
    monkeypatch.setattr(module, "measure", lambda *_: other)
    assert machine_speed("cpu", tmp_path) == other
    kept = {entry["machine"] for entry in json.loads((tmp_path / "speed.json").read_text())}
    assert kept == {first.machine, "another machine"}


@pytest.mark.parametrize("text", ["", "[1]", '[{"machine": "m"}]', '[{"machine": "m", "measured": "", "gflops": {}}]'])
def test_a_damaged_note_and_a_folder_that_cannot_be_written_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    found = MachineSpeed("m", "2026-01-01", dict.fromkeys(DTYPES, 3.0))
    monkeypatch.setattr(module, "fingerprint", lambda device: "m")
    monkeypatch.setattr(module, "measure", lambda *_: found)
    (tmp_path / "speed.json").write_text(text)
    assert machine_speed("cpu", tmp_path) == found
    (tmp_path / "file").write_text("")
    assert machine_speed("cpu", tmp_path / "file" / "below") == found


def test_time_is_work_over_speed() -> None:
    speed = MachineSpeed("m", "", {"float32": 100.0, "bfloat16": 50.0, "float16": 50.0})
    assert speed.seconds(7e12, "float16") == 2 * speed.seconds(7e12, "float32")
    assert speed.seconds(7e12, "bfloat16") == pytest.approx(7e12 / (50e9 * REACHED["bfloat16"]))


def test_the_processor_has_a_name(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("processor : 0\nmodel name\t: Fast One 9000\n")
    assert processor(tmp_path / "cpuinfo") == "Fast One 9000" and processor(tmp_path / "missing")
