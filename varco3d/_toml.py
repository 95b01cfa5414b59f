"""TOML files, read alike on every Python."""

import sys
from pathlib import Path
from typing import Any

from ._files import read_bounded


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file as a dictionary.

    Raises OSError (far too large, too), ValueError (no TOML) and RecursionError (nested too deep).
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        text = read_bounded(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("it is no text in UTF-8") from error
    return tomllib.loads(text.replace("\r\n", "\n"))
