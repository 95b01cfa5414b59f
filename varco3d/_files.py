"""Small file helpers: files that are whole or not there, hashes, and the errors of a full or read-only disk."""

import contextlib
import errno
import hashlib
import io
import json
import os
import platform
import re
import select
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal

from .errors import OutputError

BLOCK = 1 << 20  # bytes per read: large enough that hashing is bound by the processor, small enough to stop quickly


SMALL = 16_000_000  # bytes of a file that people write, or that describes others
PATIENCE = 30.0  # seconds in which somebody must open the other end of a named pipe


# What keeps one file from being written and says nothing about the next one.
_IN_THE_WAY = (
    errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY, errno.ENAMETOOLONG, errno.EACCES, errno.EPERM,
    errno.ELOOP,
)  # fmt: skip

_TEMPORARY = re.compile(r"\.(?P<name>.+)\.(?P<node>[0-9a-f]{6})-(?P<process>\d+)-\d+\.tmp")


@contextlib.contextmanager
def opened_whole(path: Path, durable: bool = False) -> Iterator[BinaryIO]:
    """Return a file to write, under another name until the end: `path` is either as before or complete. Raises OSError.

    A link is followed. A named pipe or a device gets the bytes themselves, in one piece at the end.
    durable: the file is on the disk by then, for what a loss of power must not take.
    """
    final = Path(os.path.realpath(path)) if path.is_symlink() else path
    direct = is_stream(final)
    folder = Path(tempfile.gettempdir()) if direct else final.parent
    temporary = folder / f".{final.name}.{_node()}-{os.getpid()}-{threading.get_ident()}.tmp"
    try:
        with temporary.open("wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        move_whole(temporary, final)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def move_whole(source: Path, final: Path) -> None:
    """Give a finished file its final name by one rename, also from another disk.

    A link there is followed; a named pipe or a device gets the bytes. Raises OSError.
    """
    final = Path(os.path.realpath(final)) if final.is_symlink() else final
    if is_stream(final):
        with source.open("rb") as read, open_to_write(final) as write:
            shutil.copyfileobj(read, write, BLOCK)
        source.unlink()
        return
    try:
        os.replace(source, final)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with source.open("rb") as read, opened_whole(final) as write:
            shutil.copyfileobj(read, write, BLOCK)
        source.unlink()


def no_file(path: Path) -> str:
    """Return what is wrong with a path that is no file, for a message that begins with the path."""
    return "is no file" if path.exists() else "does not exist"


def is_stream(path: Path) -> bool:
    """Tell whether the path is a named pipe or a character device.

    Such a thing takes bytes but cannot be replaced.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def open_to_write(path: Path, mode: Literal["wb", "ab"] = "wb") -> IO[bytes]:
    """Open a file, or a named pipe that somebody reads from within PATIENCE seconds. Raises OSError."""
    if not path.is_fifo():
        return path.open(mode)
    until = time.monotonic() + PATIENCE
    while True:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            break
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
        _wait(path, until, "reads from")
    os.set_blocking(handle, True)
    return os.fdopen(handle, mode)


def read_patiently(path: Path, most: int) -> bytes:
    """Return the bytes of a file, or of a named pipe that somebody opens within PATIENCE seconds.

    Raises OSError, also for more than `most` bytes.
    """
    if not path.is_fifo():
        with path.open("rb") as file:
            return bounded(file, most, str(path))
    until = time.monotonic() + PATIENCE
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(handle, "rb", buffering=0) as file:
        first = b""
        readable = select.poll()
        readable.register(handle, select.POLLIN)
        while not first and not readable.poll(0):
            try:
                first = os.read(handle, 1)  # empty: no writer yet
            except BlockingIOError:
                break  # a writer that has not written
            if not first:
                _wait(path, until, "writes to")
        os.set_blocking(handle, True)
        with io.BufferedReader(file) as rest:
            return first + bounded(rest, most - len(first), str(path))


def _wait(path: Path, until: float, does: str) -> None:
    if time.monotonic() >= until:
        raise OSError(errno.ETIMEDOUT, f"nobody {does} this named pipe", str(path))
    time.sleep(0.02)


@contextlib.contextmanager
def opened_regular(path: Path) -> Iterator[BinaryIO]:
    """Return a regular file, open for reading.

    Raises OSError at once for a pipe, a socket or a device, which might never answer: the kind is asked of the open
    file, so nothing can be exchanged in between.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            kinds = {stat.S_IFIFO: "a named pipe", stat.S_IFDIR: "a folder", stat.S_IFSOCK: "a socket"}
            raise OSError(errno.EINVAL, f"it is {kinds.get(stat.S_IFMT(mode), 'a device')}, not a file", str(path))
        yield file


def read_bounded(path: Path, most: int = SMALL) -> bytes:
    """Return the bytes of a regular file. Raises OSError, also for more than `most` bytes."""
    with opened_regular(path) as file:
        return bounded(file, most, str(path))


def bounded(file: BinaryIO, most: int, name: str) -> bytes:
    """Return what is left of an open file. Raises OSError, also for more than `most` bytes."""
    data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it has more than {most // 1_000_000} MB", name)
    return data


def is_temporary(path: Path) -> bool:
    """Tell whether the name is that of a file that `opened_whole` had not finished."""
    return _TEMPORARY.fullmatch(path.name) is not None


def sweep(folder: Path, every: bool = False) -> None:
    """Remove unfinished files of processes that are no more, from one folder.

    every: those of living processes too, for a folder that is the caller's alone.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            match = _TEMPORARY.fullmatch(entry.name)
            if match and (every or (match["node"] == _node() and not _is_alive(int(match["process"])))):
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)


def drop_streams(folder: Path) -> None:
    """Remove pipes, sockets, devices and links to them from one folder that is the caller's alone: none is written to.

    Raises OSError.
    """
    if folder.is_dir():
        for path in folder.iterdir():
            if not path.is_dir() and not path.is_file():
                path.unlink()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _node() -> str:
    """Six hex digits for this machine: process ids mean nothing on another one."""
    return hashlib.blake2b(platform.node().encode(errors="replace"), digest_size=3).hexdigest()


def write_whole(path: Path, write: Callable[[Any], object], durable: bool = False) -> None:
    """Call `write(file)` on a file that becomes `path` once it is complete. Raises OSError."""
    with opened_whole(path, durable) as file:
        write(file)


def write_json(path: Path, value: object, durable: bool = False) -> None:
    """One JSON document, whole or not there, keys in the order given. Raises OSError."""
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    write_whole(path, lambda file: file.write(text.encode()), durable)


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
    """Return the name git gives to this content (SHA-1 of header and content): what hubs publish for small files."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def copy_hashed(source: Path, target: Path, progress: Callable[[int], None] | None = None) -> str:
    """Copy `source` to `target` (complete or not there at all) and return the SHA-256. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, done = hashlib.sha256(), 0
    with source.open("rb") as read, opened_whole(target, durable=True) as write:
        while block := read.read(BLOCK):
            write.write(block)
            digest.update(block)
            done += len(block)
            if progress is not None:
                progress(done)
    return digest.hexdigest()


def free_bytes(folder: Path) -> int:
    """Free space of the disk that holds `folder`, which need not exist yet."""
    for place in [folder, *folder.parents]:
        if place.exists():
            return shutil.disk_usage(place).free
    return 0


def output_error(path: Path, error: OSError) -> OutputError:
    """Return an OSError while writing, in words."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return OutputError(
        f"cannot write {path}: {error.strerror or error}",
        "Free some space, or choose another place for the output." if full else "Choose another place for the output.",
        lasting=error.errno not in _IN_THE_WAY,
    )
