"""Locks between runs that share an output folder: a folder of unfinished files each, and a lock per item.

`OUT/.varco3d/tmp/RUN` holds a run's unfinished files and a lock that dies with its process. `OUT/.varco3d/items` is a
file of which every run locks one byte for each item in work. Both go when the last run ends.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from ..._files import output_error
from .naming import STATE

try:
    import fcntl
except ImportError:  # Windows: no lock is needed to write, and what dead runs left behind is left to the user
    fcntl = None

_RUN = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
_TRIES = 20  # other runs may end, and remove the folders, between any two steps of one that starts
_ABANDONED = 3600.0  # seconds after which a run's folder without a lock belongs to nobody


@contextlib.contextmanager
def run_folder(root: Path, run_id: str) -> Iterator[Path]:
    """Return the folder for this run's unfinished files; remove those of dead runs. Raises OutputError."""
    home = root / STATE / "tmp" / run_id
    try:
        lock = _open(home)
    except OSError as error:
        raise output_error(root, error) from error
    try:
        _remove_stale(home)
        yield home
    finally:
        os.close(lock)
        shutil.rmtree(home, ignore_errors=True)
        for folder in (home.parent, root / STATE):
            with contextlib.suppress(OSError):  # another run works there
                folder.rmdir()


def _open(home: Path) -> int:
    """Make the folder and its lock, which is taken before it gets its name. Raises OSError."""
    last = FileNotFoundError(f"{home} does not stay")
    for _ in range(_TRIES):
        try:
            home.mkdir(parents=True, exist_ok=True)
            lock = os.open(home / "lock.new", os.O_CREAT | os.O_RDWR, 0o666)
            _try_lock(lock)
            os.replace(home / "lock.new", home / "lock")
            return lock
        except FileNotFoundError as error:  # the run that was the last one here has just ended
            last = error
    raise last


def _remove_stale(home: Path) -> None:
    """Remove folders of dead runs. Nothing is removed through a link, nor what is not called like a run."""
    if any(path.is_symlink() for path in (home.parent, home.parent.parent)):
        return
    with contextlib.suppress(OSError):
        for other in home.parent.iterdir():
            if other != home and _RUN.fullmatch(other.name) and not other.is_symlink() and _is_stale(other):
                shutil.rmtree(other, ignore_errors=True)


def _is_stale(folder: Path) -> bool:
    """Tell whether the run that this folder belongs to is dead."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        # No lock file: just being made, or half removed.
        try:
            return time.time() - folder.stat().st_mtime > _ABANDONED
        except OSError:
            return False
    try:
        return _try_lock(lock)
    finally:
        os.close(lock)


def _try_lock(lock: int) -> bool:
    """Take the lock when nobody holds it. The kernel frees it when its process dies, however that happens."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False


class ItemLocks:
    """One byte of a shared file per item in work: held by at most one process, freed when it ends.

    Byte ranges, not one file per item: they work on network disks and leave nothing behind. Byte 0 is shared by all
    runs; the last run removes the file.
    """

    def __init__(self, root: Path):
        self._path = root / STATE / "items"
        self._file: int | None = None

    def take(self, item_id: str) -> bool:
        """Tell whether the item is this run's to work on; False when another run is at it."""
        if fcntl is None:
            return True
        try:
            if self._file is None:
                self._file = self._join(fcntl)
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(item_id))
            return True
        except (BlockingIOError, PermissionError):
            return False
        except OSError:  # a file system without locks: as if nobody else were there
            return True

    def give_back(self, item_id: str) -> None:
        """Lets others have the item."""
        if fcntl is not None and self._file is not None:
            with contextlib.suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _place(item_id))

    def close(self) -> None:
        """Frees everything; the last run removes the file."""
        if fcntl is None or self._file is None:
            return
        with contextlib.suppress(OSError):
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 0)
            self._path.unlink()
        os.close(self._file)
        self._file = None

    def _join(self, locks: ModuleType) -> int:
        for _ in range(_TRIES):
            file = os.open(self._path, os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o666)
            try:
                locks.lockf(file, locks.LOCK_SH, 1, 0)
                if os.fstat(file).st_nlink:  # else the last run removed it in between
                    return file
            except OSError:
                os.close(file)
                raise
            os.close(file)
        raise OSError(f"{self._path} does not stay")


def _place(item_id: str) -> int:
    """Return the item's byte."""
    digest = hashlib.blake2b(item_id.encode("utf-8", "surrogateescape"), digest_size=7).digest()
    return 1 + int.from_bytes(digest, "big")
