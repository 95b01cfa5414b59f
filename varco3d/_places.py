"""Paths of the user: what a person typed, the home folder, and the folders for config, cache and data.

A user id without an entry in the user database (containers, `docker run --user`) has no home. Then nothing of the
user's is read, and what must be kept goes below the system's temporary folder.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def user_path(text: str | Path) -> Path:
    """A path as it was typed, `~` expanded, unless a file of that very name exists or there is no such home."""
    path = Path(text)
    if str(text).startswith("~") and not os.path.lexists(path):
        try:
            return path.expanduser()
        except RuntimeError:
            return path
    return path


def home(environ: Mapping[str, str] | None = None) -> Path:
    """The home folder; without one, a folder below the temporary one that is this user's alone."""
    named = (os.environ if environ is None else environ).get("HOME")
    if named:
        return Path(named)
    found = os.path.expanduser("~")
    return Path(found) if os.path.isabs(found) else temporary_home()


def temporary_home() -> Path:
    """What stands for the home of a user who has none."""
    return Path(tempfile.gettempdir()) / f"varco3d-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def config_folder() -> Path:
    """The folder of the user's config file; it need not exist."""
    import platformdirs

    return _rooted(platformdirs.user_config_path("varco3d"), "config")


def cache_folder(name: str = "varco3d") -> Path:
    """A folder for what can be made again; it need not exist."""
    import platformdirs

    return _rooted(platformdirs.user_cache_path(name), f"cache-{name}")


def data_folder() -> Path:
    """The folder for what is kept; it need not exist."""
    import platformdirs

    return _rooted(platformdirs.user_data_path("varco3d"), "data")


def _rooted(path: Path, name: str) -> Path:
    return path if path.is_absolute() else temporary_home() / name
