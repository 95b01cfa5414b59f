"""Recordings that are too large for the repository; they are read where they lie beside it."""

from pathlib import Path

import pytest
from recordings import FIXTURES, SHARED

from varco3d.weights.parity.run import fixture_folders, run_fixture

FAMILIES = ("d3ds2_", "hypaint2", "mvadapter_", "trellis")
LARGE = [
    folder
    for folder in ([] if SHARED is None else fixture_folders(SHARED))
    if folder.name.startswith(FAMILIES) and not (FIXTURES / folder.name).exists()
]


@pytest.mark.skipif(not LARGE, reason="no recordings beside the repository")
@pytest.mark.parametrize("folder", LARGE, ids=lambda folder: folder.name)
def test_equals_the_large_recordings(folder: Path) -> None:
    outcome = run_fixture(folder)
    assert outcome.ok, outcome.line()
