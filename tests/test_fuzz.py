"""Damaged and hostile inputs of every kind: a bounded sweep of scripts/fuzz.py."""

import sys
from pathlib import Path

import pytest

SECONDS = 25.0  # for all kinds; the script goes on for as long as one likes


@pytest.fixture
def fuzz(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "scripts"))
    import fuzz

    yield fuzz
    sys.modules.pop("fuzz", None)


def test_no_input_meets_an_error_without_a_class(fuzz) -> None:
    tallies = fuzz.sweep(fuzz.KINDS, range(60), budget=SECONDS)
    assert not {kind: tally.broken for kind, tally in tallies.items() if tally.broken}
    assert all(tally.tried >= 3 and sum(tally.refused.values()) for tally in tallies.values())


def test_the_sweep_sees_what_does_not_hold(fuzz, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(place, rng):
        return lambda: [][1]

    def slow(place, rng):
        return lambda: fuzz.time.sleep(0.05)

    monkeypatch.setattr(fuzz, "SECONDS", 0.01)
    monkeypatch.setattr(fuzz, "KINDS", {"broken": broken, "slow": slow})
    tallies = fuzz.sweep(["broken", "slow"], [0])
    assert "IndexError" in tallies["broken"].broken[0][1] and "took" in tallies["slow"].broken[0][1]


def test_a_seed_gives_the_same_input(fuzz, tmp_path: Path) -> None:
    import numpy as np

    for kind in ("records", "pictures", "config"):
        for name in ("a", "b"):
            (tmp_path / kind / name).mkdir(parents=True)
            fuzz.KINDS[kind](tmp_path / kind / name, np.random.default_rng(7))
        one, two = ([p.read_bytes() for p in sorted((tmp_path / kind / name).iterdir())] for name in ("a", "b"))
        assert one == two
