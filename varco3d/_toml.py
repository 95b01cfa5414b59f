"""TOML files, read alike on every Python."""

import sys
from pathlib import Path
from typing import Any


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file as a dictionary. Raises OSError, ValueError (no TOML) and RecursionError (nested too deep)."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(path.read_text(encoding="utf-8"))
