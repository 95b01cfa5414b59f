"""The record of a batch: one JSON line per finished item, appended in a single write, never changed.

`OUT/varco3d.jsonl`, or `OUT/varco3d.shard-I-of-N.jsonl` for a shard. A line cut short by a crash is ignored by readers
and closed by the next writer.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..meshes.outputs import output_error

SCHEMA = "varco3d.record/1"
STAGES_FORMAT = "stages"  # of an output that is the folder of kept stages
_LASTING = ("bad_input", "no_subject")  # failures that the same bytes and settings bring about again
_MADE = "quality_gate"  # a failure whose files are there all the same


def record_path(folder: Path, shard: tuple[int, int] | None = None) -> Path:
    """The file that this run appends to."""
    return folder / ("varco3d.jsonl" if shard is None else f"varco3d.shard-{shard[0]}-of-{shard[1]}.jsonl")


def record_files(folder: Path) -> list[Path]:
    """Every record file of an output folder, sorted."""
    return sorted(folder.glob("varco3d*.jsonl"))


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of one file in the order written; lines that are no record are passed over."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    record = json.loads(line)
                except ValueError:
                    continue
                if isinstance(record, dict) and "id" in record:
                    yield record
    except FileNotFoundError:
        return


def latest_records(folder: Path) -> dict[str, dict[str, Any]]:
    """id -> its last record over all shards of an output folder; of two, the one that finished later."""
    latest: dict[str, dict[str, Any]] = {}
    for path in record_files(folder):
        for record in read_records(path):
            known = latest.get(record["id"])
            if known is None or record.get("finished", 0) >= known.get("finished", 0):
                latest[record["id"]] = record
    return latest


def is_present(folder: Path, output: Mapping[str, Any]) -> bool:
    """Whether an output of a record is still there: a file of its recorded size, or a folder of kept stages, in which
    anything may have been changed by hand."""
    try:
        path = folder / output["path"]
        return path.is_dir() if output.get("format") == STAGES_FORMAT else path.stat().st_size == output.get("bytes")
    except (OSError, ValueError):
        return False


class RecordBook:
    """Appends records and answers whether an item is already done."""

    def __init__(self, folder: Path, shard: tuple[int, int] | None = None):
        self.folder = folder
        self.path = record_path(folder, shard)
        self._latest = latest_records(folder)
        self._file: int | None = None

    def done(self, item_id: str, sha256: str | None, settings: str, model: str) -> dict[str, Any] | None:
        """The record that makes working on the item again pointless, or None.

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

    def append(self, record: dict[str, Any]) -> None:
        """One line in one write. Raises OutputError."""
        data = (json.dumps({"schema": SCHEMA, **record}, ensure_ascii=True, default=str) + "\n").encode()
        try:
            if self._file is None:
                self._file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o644)
                if _cut_short(self._file):
                    os.write(self._file, b"\n")
            if os.write(self._file, data) < len(data):  # the rest did not fit; readers pass over a line cut short
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise output_error(self.path, error) from error
        self._latest[record["id"]] = record

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _cut_short(file: int) -> bool:
    """Whether the file's last byte is not a line's end."""
    size = os.fstat(file).st_size
    return size > 0 and os.pread(file, 1, size - 1) != b"\n"
