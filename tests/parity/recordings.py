"""Recordings: those in the repository, and the larger ones beside it where they are."""

from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures"
SHARED = next(
    (parent / "shared" / "parity" for parent in FIXTURES.parents if (parent / "shared" / "parity").is_dir()), None
)
