"""From what a person typed to a sorted list of pictures: files, folders, globs, lists, shards."""

from __future__ import annotations

import codecs
import fnmatch
import glob
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..._files import read_patiently
from ..._places import user_path
from ...errors import NothingMatchedError, UsageError
from ..meshes.signature import is_own
from ..pictures.formats import is_picture

MAX_LIST = 256_000_000  # bytes of a list of paths: some millions
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff")  # first bytes of what is piped in by mistake
_PREVIEW = re.compile(r"\.(preview|steps)\.(png|gif|webp)$")
_TEXTURE = re.compile(r"_texture\.(png|jpg|webp)$")


@dataclass(frozen=True)
class InputFile:
    """One picture. path: how to open it; relpath: its place below the folder or pattern that named it, with `/`.

    closed: it is a folder that cannot be read, an item that will fail with the reason.
    """

    path: Path
    relpath: str
    closed: bool = False


@dataclass(frozen=True)
class FoundInputs:
    """files: sorted by relpath; ignored: how many files were passed over because they are no pictures."""

    files: tuple[InputFile, ...]
    ignored: int


def resolve_inputs(
    arguments: Iterable[str],
    recursive: bool = True,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    listed: Iterable[str] = (),
    limit: int | None = None,
) -> FoundInputs:
    """Pictures named by `arguments` (files, folders, globs) and `listed` (lines of a list or of stdin).

    include, exclude: patterns on the relpath or the bare name. Hidden files and folders below a folder are passed over
    silently, other non-pictures are counted. A file named alone is always taken, so that its error names it; a path of
    a list that does not exist becomes an item that fails. Raises NothingMatchedError.
    """
    arguments = list(arguments)
    lines = [line.rstrip("\r\n") for line in listed]
    lines = [line for line in lines if line.strip()]
    include, exclude = tuple(include), tuple(exclude)
    alone = len(arguments) == 1 and not lines
    found: dict[str, InputFile] = {}
    ignored = 0
    for file, explicit in _every(arguments, lines, recursive):
        if not _selected(file.relpath, include, exclude):
            continue
        if not (explicit and (alone or not file.path.exists())) and not is_picture(file.path):
            ignored += 1
            continue
        found.setdefault(os.path.abspath(file.path), file)
    if not found:
        named = ", ".join([*arguments, *lines][:3])
        extra = f" ({ignored} files are no pictures)" if ignored else ""
        what = f"no picture matches {named}{extra}" if named else "the list of pictures is empty"
        raise NothingMatchedError(what, "Pictures are files like .png .jpg .webp .gif.")
    files = sorted(found.values(), key=lambda file: (file.relpath, str(file.path)))
    return FoundInputs(tuple(files[:limit]), ignored)


def read_list(path: Path) -> list[str]:
    """Return the lines of a list of paths (`from_list`). Raises UsageError."""
    try:
        data = read_patiently(path, MAX_LIST)  # of a pipe, too, such as <(find .)
    except OSError as error:
        raise UsageError(f"cannot read the list {path}: {error.strerror}", "Check `from_list`.") from error
    return list_lines(data, str(path))


def list_lines(data: bytes, name: str) -> list[str]:
    """Return the paths in the bytes of a list, one a line or separated by NUL (`find -print0`).

    The text is UTF-8, or UTF-16 with its byte order mark, as PowerShell writes it. Raises UsageError that names the
    list.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise UsageError(f"the list {name} is no UTF-16 after all: {error.reason}", "Save it as UTF-8.") from error
    elif data.startswith(_PICTURES):
        raise UsageError(f"{name} is a picture, not a list of paths", "Give its path as an argument.")
    else:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
    if "\0" not in text:
        return text.split("\n")
    if text.count("\0") > len(text) // 4:
        raise UsageError(f"the list {name} is UTF-16 without its byte order mark, or no text", "Save it as UTF-8.")
    return text.split("\0")


def parse_shard(text: str, environ: Mapping[str, str]) -> tuple[int, int]:
    """`I/N` (I from 0 to N-1) or `auto` as (index, count). Raises UsageError.

    auto reads SLURM_ARRAY_TASK_ID with _MIN, _STEP and _COUNT, or JOB_COMPLETION_INDEX with JOB_COMPLETIONS.
    """
    hint = "Write `shard` 0/4 for the first of four parts, or auto inside SLURM arrays and Kubernetes Indexed Jobs."
    try:
        if text == "auto":
            index, count = _shard_from(environ)
        else:
            left, _, right = text.partition("/")
            index, count = int(left), int(right)
    except KeyError as error:
        raise UsageError(f"`shard` auto: the variable {error.args[0]} is not set", hint) from error
    except ValueError as error:
        raise UsageError(f"'{text}' names no shard" if text != "auto" else f"`shard` auto: {error}", hint) from error
    if not 0 <= index < count:
        raise UsageError(f"shard {index} of {count} does not exist", hint)
    return index, count


def in_shard(relpath: str, index: int, count: int) -> bool:
    """Tell whether the picture belongs to this part: by a hash of its relative path, so that every machine agrees."""
    digest = hashlib.blake2b(relpath.encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % count == index


def _shard_from(environ: Mapping[str, str]) -> tuple[int, int]:
    """(index, count) by the variables of the cluster. Raises KeyError for a missing one, ValueError in words."""

    def number(name: str, usual: str | None = None, least: int = 0) -> int:
        text = environ[name] if usual is None else environ.get(name, usual)
        if not text.isdecimal() or int(text) < least:
            raise ValueError(f"{name} is {text!r}, not a number from {least} on")
        return int(text)

    if "SLURM_ARRAY_TASK_ID" not in environ:
        return number("JOB_COMPLETION_INDEX"), number("JOB_COMPLETIONS")
    first, step = number("SLURM_ARRAY_TASK_MIN", "0"), number("SLURM_ARRAY_TASK_STEP", "1", least=1)
    return (number("SLURM_ARRAY_TASK_ID") - first) // step, number("SLURM_ARRAY_TASK_COUNT")


def _every(arguments: list[str], lines: list[str], recursive: bool) -> Iterator[tuple[InputFile, bool]]:
    """Every file, and whether it was named itself."""
    for argument in arguments:
        path = user_path(argument)
        if os.path.isdir(path):
            yield from ((file, file.closed) for file in _walk(path, recursive))
        elif os.path.lexists(path):
            yield InputFile(path, path.name), True
        elif glob.has_magic(argument):
            yield from _globbed(argument, recursive)
        else:
            raise NothingMatchedError(f"{argument} does not exist", "Check the path; it is relative to this folder.")
    root = _common(lines)
    for line in lines:
        path = user_path(line)
        if os.path.isdir(path):
            yield from ((replace(f, relpath=f"{path.name}/{f.relpath}"), f.closed) for f in _walk(path, recursive))
        else:
            yield InputFile(path, os.path.relpath(path, root).replace(os.sep, "/") if root else path.name), True


def _common(lines: list[str]) -> str | None:
    """Return the folder that all listed files share."""
    folders = [os.path.dirname(os.path.abspath(user_path(line))) for line in lines]
    if not folders:
        return None
    try:
        return os.path.commonpath(folders)
    except ValueError:  # different drives
        return None


def _globbed(pattern: str, recursive: bool) -> Iterator[tuple[InputFile, bool]]:
    parts = user_path(pattern).parts
    plain = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    root = Path(*parts[:plain]) if plain else Path()
    for name in sorted(glob.glob(str(user_path(pattern)), recursive=True)):
        path = Path(name)
        if os.path.isdir(path):
            for file in _walk(path, recursive):
                yield replace(file, relpath=f"{path.relative_to(root).as_posix()}/{file.relpath}"), file.closed
        else:
            yield InputFile(path, path.relative_to(root).as_posix()), False


def _walk(folder: Path, recursive: bool) -> Iterator[InputFile]:
    """Files below `folder`, hidden ones left out. Linked folders are followed, each real folder once."""
    seen: set[tuple[int, int]] = set()
    pending = [folder]
    while pending:
        here = pending.pop()
        try:
            about = here.stat()
            if (about.st_dev, about.st_ino) in seen:
                continue
            seen.add((about.st_dev, about.st_ino))
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError:
            yield InputFile(here, here.relative_to(folder).as_posix() if here != folder else here.name, closed=True)
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                if recursive and not entry.name.endswith(".stages"):  # pictures too, but no inputs
                    pending.append(Path(entry.path))
            elif not _PREVIEW.search(entry.name):
                path = Path(entry.path)
                if _TEXTURE.search(entry.name) and is_own(path):
                    continue
                yield InputFile(path, path.relative_to(folder).as_posix())


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links: an item that will fail with its reason
        return False


def _selected(relpath: str, include: tuple[str, ...], exclude: tuple[str, ...]) -> bool:
    name = relpath.rsplit("/", 1)[-1]

    def hit(patterns: tuple[str, ...]) -> bool:
        return any(fnmatch.fnmatch(relpath, pattern) or fnmatch.fnmatch(name, pattern) for pattern in patterns)

    return (not include or hit(include)) and not hit(exclude)
