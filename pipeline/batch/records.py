"""The record of a batch: one JSON line per finished item, appended in a single write, never changed.

`OUT/varco3d.jsonl`, or `OUT/varco3d.shard-I-of-N.jsonl` for a shard. A line cut short by a crash is ignored by readers
and closed by the next writer.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from ..._files import opened_regular, output_error
from ...errors import BadInputError

SCHEMA = "varco3d.record/1"
STAGES_FORMAT = "stages"  # of an output that is the folder of kept stages
_LONGEST_LINE = 1 << 24  # bytes
_CLOCKS_DIFFER = 120.0  # seconds by which machines that share a folder may disagree
_MEMBERS: dict[str, type] = {
    "status": str, "outputs": list, "warnings": list, "timings": dict, "mesh": dict, "recipe": str, "input": str
}  # fmt: skip
_LASTING = ("bad_input", "no_subject")  # failures that the same bytes and settings bring about again
_MADE = "quality_gate"  # a failure whose files are there all the same


def record_path(folder: Path, shard: tuple[int, int] | None = None) -> Path:
    """Return the file that this run appends to."""
    return folder / ("varco3d.jsonl" if shard is None else f"varco3d.shard-{shard[0]}-of-{shard[1]}.jsonl")


def record_files(folder: Path) -> list[Path]:
    """Every record file of an output folder, sorted."""
    return sorted(folder.glob("varco3d*.jsonl"))


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of one file in the order written; lines that are no record are passed over.

    Raises BadInputError for a file that may not be read.
    """
    try:
        with opened_regular(path) as file:
            yield from _records_in(file)
    except PermissionError as error:
        raise BadInputError(f"cannot read {path}: {error.strerror}", "Check its rights.") from error
    except OSError:
        return


def _records_in(file: BinaryIO) -> Iterator[dict[str, Any]]:
    while line := file.readline(_LONGEST_LINE):
        record = parse_record(line)
        if record is not None:
            yield record


def parse_record(line: bytes) -> dict[str, Any] | None:
    """Return a line as a record with members of the right types, or None when it is none.

    Members of another type are as if they were absent, so that one odd line never stops a run or a report.
    """
    try:
        record = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        return None
    for name, kind in _MEMBERS.items():
        if not isinstance(record.get(name), kind):
            record[name] = kind()
    outputs = [o for o in record["outputs"] if isinstance(o, dict) and isinstance(o.get("path"), str)]
    record["outputs"] = [{**o, "bytes": _whole(o.get("bytes"))} for o in outputs]
    record["warnings"] = [text for text in record["warnings"] if isinstance(text, str)]
    record["timings"] = {str(name): _numbers(t) for name, t in record["timings"].items() if isinstance(t, dict)}
    record["mesh"] = {str(name): value for name, value in record["mesh"].items() if _is_sound(value)}
    for name in ("finished", "seconds"):
        record[name] = _number(record.get(name))
    if record.get("error") is not None:
        error = record["error"] if isinstance(record["error"], dict) else {}
        record["error"] = {key: str(error.get(key) or "") for key in ("code", "message", "hint")}
    return record


def _number(value: Any) -> float:
    """Return a finite number unchanged, anything else as 0."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15 else 0.0


def _numbers(table: dict[str, Any]) -> dict[str, float]:
    return {str(name): _number(value) for name, value in table.items()}


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62 else None


def _is_sound(value: Any) -> bool:
    """Tell whether a number of a mesh report can be shown and compared."""
    return not isinstance(value, (int, float)) or abs(value) < 1e300


def latest_records(folder: Path) -> dict[str, dict[str, Any]]:
    """id -> its last record over all shards of an output folder.

    Within a file the later line is the later record, whatever the clock said. Between files the time decides, and one
    that is still to come counts as none: that clock was wrong.
    """
    latest: dict[str, dict[str, Any]] = {}
    now = time.time()
    for path in record_files(folder):
        own = {record["id"]: record for record in read_records(path)}
        for name, record in own.items():
            known = latest.get(name)
            if known is None or _finished(record, now) >= _finished(known, now):
                latest[name] = record
    return latest


def _finished(record: Mapping[str, Any], now: float) -> float:
    return record["finished"] if record["finished"] <= now + _CLOCKS_DIFFER else 0.0


def is_present(folder: Path, output: Mapping[str, Any]) -> bool:
    """Tell whether an output of a record is still there.

    It is a file of its recorded size, or a folder of kept stages, in which anything may have been changed by hand. What
    lies outside of the output folder was never written by its run.
    """
    path = output_path(folder, output)
    if path is None:
        return False
    try:
        return path.is_dir() if output.get("format") == STAGES_FORMAT else path.stat().st_size == output.get("bytes")
    except (OSError, ValueError):
        return False


def output_path(folder: Path, output: Mapping[str, Any]) -> Path | None:
    """Return the path of a record's output, or None when its name leads out of the output folder."""
    name = output["path"]
    if not name or "\0" in name or Path(name).is_absolute() or ".." in Path(name).parts:
        return None
    return folder / name


class RecordBook:
    """Appends records and answers whether an item is already done."""

    def __init__(self, folder: Path, shard: tuple[int, int] | None = None):
        self.folder = folder
        self.path = record_path(folder, shard)
        self._read = {path: _size(path) for path in {*record_files(folder), self.path}}
        self._latest = latest_records(folder)
        self._news: set[str] = set()
        self._file: int | None = None

    def refresh(self) -> set[str]:
        """Read the lines that other runs have appended since; return the ids that they finished."""
        for path, known in self._read.items():
            size = _size(path)
            if size <= known:
                continue
            with contextlib.suppress(OSError), opened_regular(path) as file:
                file.seek(known)
                lines = file.read(size - known)
                whole = lines.rfind(b"\n") + 1
                self._read[path] = known + whole
                for line in lines[:whole].splitlines():
                    record = parse_record(line)
                    if record is not None:
                        self._latest[record["id"]] = record
                        self._news.add(record["id"])
        return self._news

    def latest(self, item_id: str) -> dict[str, Any] | None:
        """Return the last record of an item, or None."""
        return self._latest.get(item_id)

    def done(self, item_id: str, sha256: str | None, settings: str, model: str) -> dict[str, Any] | None:
        """Return the record that makes further work on the item pointless, or None.

        Either a mesh made with the same hashes whose outputs still exist with the recorded size (whether it meets a
        gate is for the caller to judge), or a failure that the same input with the same settings is bound to repeat.
        """
        record = self._latest.get(item_id)
        if record is None:
            return None
        if (record.get("sha256"), record.get("settings"), record.get("model")) != (sha256, settings, model):
            return None
        code = (record.get("error") or {}).get("code")
        if record.get("status") == "ok" or code == _MADE:
            return record if all(is_present(self.folder, output) for output in record.get("outputs", ())) else None
        return record if code in _LASTING else None

    def open(self) -> int:
        """Open the record, so that one which cannot be written ends a run before any work. Raises OutputError.

        A link is refused: what it leads to may be anybody's file.
        """
        if self._file is None:
            try:
                if self.path.is_symlink():
                    raise OSError(errno.ELOOP, "it is a link, and a record lies in its own folder")
                how = os.O_CREAT | os.O_RDWR | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
                self._file = os.open(self.path, how, 0o666)
                if not stat.S_ISREG(os.fstat(self._file).st_mode):
                    raise OSError(errno.EINVAL, "it is no file")
                if _cut_short(self._file):
                    os.write(self._file, b"\n")
            except OSError as error:
                self.close()
                raise output_error(self.path, error) from error
        return self._file

    def append(self, record: dict[str, Any]) -> None:
        """One line in one write. Raises OutputError, also when the file is no longer the one that has its name."""
        data = (json.dumps({"schema": SCHEMA, **record}, ensure_ascii=True, default=str) + "\n").encode()
        file = self.open()
        try:
            _check_in_place(file, self.path)
            if os.write(file, data) < len(data):  # the rest did not fit; readers pass over a line cut short
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise output_error(self.path, error) from error
        self._latest[record["id"]] = record

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _cut_short(file: int) -> bool:
    """Tell whether the file's last byte is not a line's end."""
    size = os.fstat(file).st_size
    return size > 0 and os.pread(file, 1, size - 1) != b"\n"


def _check_in_place(file: int, path: Path) -> None:
    """Raise OSError when the open record has been removed or replaced: its lines would go nowhere."""
    ours, there = os.fstat(file), os.stat(path)
    if (ours.st_dev, ours.st_ino) != (there.st_dev, there.st_ino):
        raise OSError(errno.ENOENT, "the record was removed or replaced while the run was on", str(path))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
