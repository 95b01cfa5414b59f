"""Small file helpers of the store: atomic writes, hashes, and the errors of a full or read-only disk."""

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from ..kernels.errors import OutputError

BLOCK = 1 << 20  # bytes per read: large enough that hashing is bound by the processor, small enough to stop quickly


def write_atomically(path: Path, data: bytes) -> None:
    """Writes `data` so that `path` is either as before or complete. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def sha256_of(path: Path, progress: Callable[[int], None] | None = None) -> str:
    """SHA-256 of a file as hex; `progress` gets the bytes read so far. Raises OSError."""
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            done += len(block)
            if progress is not None:
                progress(done)
    return digest.hexdigest()


def git_blob_of(path: Path) -> str:
    """The name git gives to this content (SHA-1 of header and content): what hubs publish for small files."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def copy_hashed(source: Path, target: Path, progress: Callable[[int], None] | None = None) -> str:
    """Copies `source` to `target` (complete or not there at all) and returns the SHA-256. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, done = hashlib.sha256(), 0
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with source.open("rb") as read, os.fdopen(handle, "wb") as write:
            while block := read.read(BLOCK):
                write.write(block)
                digest.update(block)
                done += len(block)
                if progress is not None:
                    progress(done)
            write.flush()
            os.fsync(write.fileno())
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    return digest.hexdigest()


def free_bytes(folder: Path) -> int:
    """Free space of the disk that holds `folder`, which need not exist yet."""
    for place in [folder, *folder.parents]:
        if place.exists():
            return shutil.disk_usage(place).free
    return 0


def gigabytes(count: float) -> str:
    """4.9 GB, 407 MB, 1.2 kB: decimal units, as hubs and disks are labelled."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}" if count < 100 * size else f"{count / size:.0f} {unit}"
    return f"{count:.0f} B"


def output_error(error: OSError, what: str, folder: Path, kept: str = "") -> OutputError:
    """An OSError of writing as the error a user can act on; `kept` says what is not lost."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        text = f"the disk is full: {what} could not be written to {folder}"
        return OutputError(text, f"Free some space, or set VARCO3D_MODELS to a folder on a larger disk. {kept}".strip())
    reason = error.strerror or str(error)
    return OutputError(f"{what} could not be written to {folder}: {reason}", "Set VARCO3D_MODELS to another folder.")
