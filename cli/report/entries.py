"""Items of a finished run: the last record of each, all shards merged, sorted and counted."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import NothingMatchedError
from ...pipeline.batch.records import is_present, latest_records, output_path, record_files
from ..console import seconds as duration
from .order import STATUSES


@dataclass(frozen=True)
class Entry:
    """One item. status: ok, failed, or lost (its record says ok, but an output is gone or has another size)."""

    name: str
    status: str
    source: Path | None
    seconds: float | None
    outputs: tuple[Mapping[str, Any], ...] = ()
    mesh: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    error: Mapping[str, Any] | None = None
    record: Mapping[str, Any] = field(default_factory=dict)

    @property
    def faces(self) -> int | None:
        """Triangles of the result, None when there is none."""
        value = self.mesh.get("faces")
        return int(value) if isinstance(value, int | float) else None

    def output(self, kind: str) -> Mapping[str, Any] | None:
        """Return the first output of a format ("glb", "preview", ...)."""
        return next((output for output in self.outputs if output.get("format") == kind), None)


def read_entries(folder: Path) -> list[Entry]:
    """Every item of an output folder, the last record of each, all shards together, by name.

    Raises NothingMatchedError when the folder holds no record.
    """
    records = latest_records(folder)
    if not records:
        found = (
            f"{folder} holds no varco3d*.jsonl" if not record_files(folder) else f"the records of {folder} are empty"
        )
        raise NothingMatchedError(found, "Give the output folder of a `varco3d generate` run.")
    return [_entry(folder, record) for _, record in sorted(records.items())]


def _entry(folder: Path, record: Mapping[str, Any]) -> Entry:
    status = "ok" if record["status"] == "ok" else "failed"
    if status == "ok" and not all(is_present(folder, output) for output in record["outputs"]):
        status = "lost"
    source = record["input"]
    return Entry(
        name=record["id"],
        status=status,
        source=Path(source) if source and "\0" not in source else None,
        seconds=record["seconds"],
        outputs=tuple(record["outputs"]),
        mesh=record["mesh"],
        warnings=tuple(record["warnings"]),
        error=record.get("error"),
        record=record,
    )


def inside(folder: Path, output: Mapping[str, Any], suffixes: tuple[str, ...]) -> Path | None:
    """Return the file of an output that lies below the output folder and has a right suffix, else None.

    Links are followed. A record may come from anywhere, and what is read goes into a page that is passed on.
    """
    path = output_path(folder, output)
    try:
        if path is None or path.suffix.lower() not in suffixes or not path.is_file():
            return None
        return path if path.resolve().is_relative_to(folder.resolve()) else None
    except (OSError, RuntimeError, ValueError):
        return None


def sort_entries(entries: Sequence[Entry], key: str) -> list[Entry]:
    """By name, by status (failures first), by time or by faces (largest first); unknown values last."""
    order = {name: number for number, name in enumerate(STATUSES)}
    by: dict[str, Callable[[Entry], tuple[Any, ...]]] = {
        "name": lambda entry: (entry.name,),
        "status": lambda entry: (order.get(entry.status, 9), entry.name),
        "time": lambda entry: (entry.seconds is None, -(entry.seconds or 0.0), entry.name),
        "faces": lambda entry: (entry.faces is None, -(entry.faces or 0), entry.name),
    }
    return sorted(entries, key=by[key])


def totals(folder: Path, entries: Sequence[Entry]) -> dict[str, Any]:
    """Count by status and by error code, times, and how many record files were merged."""
    seconds = [entry.seconds for entry in entries if entry.status == "ok" and entry.seconds is not None]
    codes: dict[str, int] = {}
    for entry in entries:
        if entry.error:
            code = str(entry.error.get("code"))
            codes[code] = codes.get(code, 0) + 1
    return {
        "items": len(entries),
        "counts": {status: sum(entry.status == status for entry in entries) for status in STATUSES},
        "errors": dict(sorted(codes.items())),
        "record_files": len(record_files(folder)),
        "seconds": round(sum(entry.seconds or 0.0 for entry in entries), 3),
        "median_seconds": round(statistics.median(seconds), 3) if seconds else None,
        "bytes": sum(int(output.get("bytes") or 0) for entry in entries for output in entry.outputs),
    }


def describe(numbers: Mapping[str, Any]) -> str:
    """One line of totals for people: `97 ok, 2 failed (bad_input 2), 1 lost of 100; median 12.3 s`."""
    counts = numbers["counts"]
    errors = ", ".join(f"{code} {count}" for code, count in numbers["errors"].items())
    parts = [f"{counts['ok']} ok"]
    parts += [f"{counts['failed']} failed{f' ({errors})' if errors else ''}"] if counts["failed"] else []
    parts += [f"{counts['lost']} lost"] if counts["lost"] else []
    text = f"{', '.join(parts)} of {numbers['items']}"
    if numbers["median_seconds"] is not None:
        text += f"; median {duration(numbers['median_seconds'])}"
    if numbers["record_files"] > 1:
        text += f"; {numbers['record_files']} record files merged"
    return text
