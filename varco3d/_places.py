"""Paths of the user: what a person typed, the home folder, and the folders for config, cache and data.

A user id without an entry in the user database (containers, `docker run --user`) has no home. Then nothing of the
user's is read, and what must be kept goes below the system's temporary folder.
"""

import os
import stat
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path


def user_path(text: str | os.PathLike[str]) -> Path:
    """Return a path as it was typed, with `~` expanded.

    A file of that very name, or a missing home folder, leaves `~` as it is.
    """
    path = Path(text)
    if str(text).startswith("~") and not os.path.lexists(path):
        try:
            return path.expanduser()
        except RuntimeError:
            return path
    return path


def home(environ: Mapping[str, str] | None = None) -> Path:
    """Return the home folder; without one, a folder below the temporary one that is this user's alone."""
    named = (os.environ if environ is None else environ).get("HOME")
    if named:
        return Path(named)
    found = os.path.expanduser("~")
    return Path(found) if os.path.isabs(found) else temporary_home()


def temporary_home() -> Path:
    """Return the home of a user who has none: a folder that nobody else can have prepared."""
    number = os.getuid() if hasattr(os, "getuid") else -1
    folder = Path(tempfile.gettempdir()) / f"varco3d-{number if number >= 0 else 'user'}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        about = folder.lstat()
        own = stat.S_ISDIR(about.st_mode) and (number < 0 or (about.st_uid == number and not about.st_mode & 0o022))
    except OSError:
        own = False
    return folder if own else Path(tempfile.mkdtemp(prefix="varco3d-"))


def writable(folder: Path) -> bool:
    """Tell whether files can be made in a folder, which is made when it does not exist."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def config_folder() -> Path:
    """Return the folder of the user's config file; it need not exist."""
    import platformdirs

    return _rooted(lambda: platformdirs.user_config_path("varco3d"), "config")


def cache_folder(name: str = "varco3d") -> Path:
    """Return a folder for what can be made again; it need not exist."""
    import platformdirs

    return _rooted(lambda: platformdirs.user_cache_path(name), f"cache-{name}")


def data_folder() -> Path:
    """Return the folder for what is kept; it need not exist."""
    import platformdirs

    return _rooted(lambda: platformdirs.user_data_path("varco3d"), "data")


def _rooted(find: Callable[[], Path], name: str) -> Path:
    try:
        path = find()
    except RuntimeError:  # platformdirs, where there is no home
        return temporary_home() / name
    return path if path.is_absolute() else temporary_home() / name
