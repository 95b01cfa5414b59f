"""The events of a run, as dataclasses; `as_dict` gives the NDJSON object (schema first, additive only)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

SCHEMA = "varco3d.event/1"


@dataclass(frozen=True)
class Event:
    """Base: `type` is the name on the wire."""

    type: ClassVar[str] = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object, `schema` and `type` first, then the members in their order."""
        members = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {"schema": SCHEMA, "type": self.type, **members}


@dataclass(frozen=True)
class RunStarted(Event):
    """Inputs are resolved and work begins.

    model: {"name", "sha256"}; skipped_files: files that are no pictures; items: results to make, several per input with
    several seeds.
    """

    type: ClassVar[str] = "run_started"
    run_id: str
    version: str
    inputs: int
    device: str
    model: dict[str, Any]
    skipped_files: int = 0
    executor: str = "inline"
    jobs: int = 1
    items: int = 0


@dataclass(frozen=True)
class ItemStarted(Event):
    """A worker took an item. id: relative path without suffix; seed: the item's own seed; attempt counts from 1."""

    type: ClassVar[str] = "item_started"
    id: str
    input: str
    sha256: str | None
    seed: int | None
    attempt: int = 1


@dataclass(frozen=True)
class StageStarted(Event):
    type: ClassVar[str] = "stage_started"
    id: str
    stage: str


@dataclass(frozen=True)
class Progress(Event):
    """step of steps inside a stage; seconds since the stage started."""

    type: ClassVar[str] = "progress"
    id: str
    stage: str
    step: int
    steps: int
    seconds: float
    note: str = ""


COMPILING = "compiling kernels, once per machine"
"""Note of the Progress event that a stage emits before it waits for the compiler."""


@dataclass(frozen=True)
class StageFinished(Event):
    """seconds: wall time, without loading networks (load_seconds); peak_mb: peak resident or device memory, MB."""

    type: ClassVar[str] = "stage_finished"
    id: str
    stage: str
    seconds: float
    peak_mb: float | None
    load_seconds: float = 0.0


@dataclass(frozen=True)
class ItemFinished(Event):
    """status: ok, failed, skipped; outputs: [{"path","format","bytes","sha256"}]; error: {"code","message","hint"}."""

    type: ClassVar[str] = "item_finished"
    id: str
    status: str
    outputs: list[dict[str, Any]]
    mesh: dict[str, Any]
    warnings: list[str]
    error: dict[str, Any] | None
    seconds: float = 0.0
    attempts: int = 1
    input: str = ""


@dataclass(frozen=True)
class RunFinished(Event):
    """The last event, always, after Ctrl-C too."""

    type: ClassVar[str] = "run_finished"
    ok: bool
    counts: dict[str, int]
    seconds: float
    exit_code: int
    error: dict[str, Any] | None = None


EVENTS: tuple[type[Event], ...] = (
    RunStarted,
    ItemStarted,
    StageStarted,
    Progress,
    StageFinished,
    ItemFinished,
    RunFinished,
)

Emit = Callable[[Event], None]
"""Receiver of events: the command line's printer, a log, a test's list."""
