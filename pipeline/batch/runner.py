"""Many items: skip what is done, hand the rest to an executor, write a record for each, survive every failure."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..._text import printable
from ..._version import __version__
from ...errors import BadInputError, Varco3DError
from ..events import Emit, ItemFinished, RunStarted
from ..machine import resolve_device
from ..network_pool import model_digest
from .digests import input_hashes, recipe_digest, settings_digest
from .executors import make_executor
from .naming import Item
from .records import STAGES_FORMAT, RecordBook
from .run_folder import ItemLocks, run_folder
from .worker import Result, RunConfig, Task, describe_error, error_of

FATAL = ("output", "model_missing", "licence_not_accepted", "bad_checkpoint", "device_unavailable", "usage",
         "missing_dependency")  # fmt: skip
"""Codes of failures that every further item would meet too: they end the run."""


_UNREAD = "unread"  # stands for the hash of the settings where the inputs could not be hashed


@dataclass(frozen=True)
class BatchOptions:
    """Rules by which a run works through its items.

    folder: output folder, holds the record, or None for a single output file (no record, no resume); resume: skip what
    is done; max_failures: stop taking items after so many; shard: (index, count), for the record's name; ignored: files
    passed over when the inputs were resolved; wording: turns a sentence that names settings into one for the reader of
    records and events (the command line names flags).
    """

    folder: Path | None = None
    resume: bool = True
    force: bool = False
    fail_fast: bool = False
    max_failures: int | None = None
    executor: str = "auto"
    jobs: int = 1
    devices: tuple[str, ...] = ()
    recycle_after: int = 0
    order: str = "item"
    ray_address: str | None = None
    shard: tuple[int, int] | None = None
    ignored: int = 0
    wording: Callable[[str], str] = str


@dataclass
class Summary:
    """Summary of a run; true at every moment, so that it can be reported after Ctrl-C too."""

    run_id: str = ""
    counts: dict[str, int] = field(default_factory=lambda: {"ok": 0, "failed": 0, "skipped": 0})
    codes: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Batch:
    """One run. `execute` emits run_started and the item events; the caller emits run_finished with its exit code."""

    def __init__(self, config: RunConfig, items: tuple[Item, ...], options: BatchOptions, emit: Emit):
        self.summary = Summary(run_id=time.strftime("%Y%m%d-%H%M%S-") + uuid.uuid4().hex[:6])
        self._items, self._options, self._emit = items, options, emit
        self._root = options.folder or (items[0].target.parent if items else Path())
        self._config = config
        self._recipe_digest = ""
        self._model = ""
        self._book: RecordBook | None = None
        self._locks: ItemLocks | None = None
        self._stop = False

    def execute(self) -> Summary:
        """Work through all items.

        Raises KeyboardInterrupt and errors that end the whole run (FATAL codes). Before that, every finished item is
        recorded and every worker ended.
        """
        started = time.perf_counter()
        try:
            with run_folder(self._root, self.summary.run_id) as home:
                self._config = replace(self._config, tmp=home)
                self._work()
        finally:
            self.summary.seconds = round(time.perf_counter() - started, 3)
        return self.summary

    def _work(self) -> None:
        options = self._options
        try:
            if options.folder is not None:
                self._book = RecordBook(options.folder, options.shard)
                self._book.open()
                self._locks = ItemLocks(options.folder)
            self._recipe_digest = recipe_digest(self._config.recipe)
            self._model = model_digest(self._config.recipe.models)
            executor = make_executor(
                options.executor,
                self._config,
                options.jobs,
                options.devices,
                options.recycle_after,
                options.order,
                options.ray_address,
            )
            self._announce(type(executor).__name__)
            try:
                for task, result in executor.run(self._pending(), self._emit):
                    self._finish(task.item, task.sha256, task, result)
            finally:
                executor.close()
        finally:
            if self._locks is not None:
                self._locks.close()
            if self._book is not None:
                self._book.close()

    # ------------------------------------------------------------------------------------------------------- items

    def _pending(self) -> Iterator[Task]:
        """Tasks that are really to do; items that are done or cannot be read are finished on the way."""
        for item in self._items:
            if self._stop:
                return
            if self._locks is not None and not self._locks.take(item.id):
                self._leave(item)
                continue
            try:
                task = self._task_of(item)
            except (OSError, Varco3DError) as error:
                self._settle_unreadable(item, error)
                continue
            known = self._known(item, task.sha256, task.settings)
            if known is None:
                yield replace(task, item=self._told_of_seed(item))
            else:
                self._skip(item, known)

    def _task_of(self, item: Item) -> Task:
        """Return the task with the hashes of everything it reads. Raises OSError, BadInputError, ItemTimeoutError."""
        limit = self._config.timeout
        hashes = input_hashes(item, None if limit is None else time.monotonic() + limit)
        settings = settings_digest(self._config, item, self._recipe_digest, hashes)
        return Task(item, hashes["source"], settings, hashes)

    def _known(self, item: Item, sha256: str | None, settings: str) -> dict[str, Any] | None:
        if self._book is None:
            return None
        news = self._book.refresh()  # what another run over this folder has done since
        if (not self._options.resume or self._options.force) and item.id not in news:
            return None
        return known_record(self._book, self._config, item, sha256, settings, self._model)

    def _told_of_seed(self, item: Item) -> Item:
        """Return the item, with a warning when it replaces a mesh that another seed gave."""
        before = self._book.latest(item.id) if self._book is not None and not self._options.force else None
        if before is None or before.get("status") != "ok" or before.get("seed") in (None, item.run_seed):
            return item
        text = f"replaces the mesh of seed {before['seed']}; name another output, or use `num_seeds`, to keep both"
        return replace(item, warnings=(*item.warnings, text))

    def _leave(self, item: Item) -> None:
        """Leave an item to the other run over this folder that works on it."""
        self._count("skipped", None)
        self._emit(
            ItemFinished(
                item.id, "skipped", [], {}, ["left to another run that works on it now"], None, input=str(item.source)
            )
        )

    def _skip(self, item: Item, record: dict[str, Any]) -> None:
        """Pass over an item by its record: a success is skipped, a failure counts again.

        Nothing new is recorded. The gate of this run tests a mesh that was made, whatever the earlier run's gate said.
        """
        outputs = self._absolute(record.get("outputs", []))
        mesh = record.get("mesh") or {}
        error = self._gate_error(mesh) if outputs else record.get("error")
        status = "skipped" if error is None else "failed"
        self._release(item)
        self._count(status, error)
        self._emit(
            ItemFinished(
                item.id, status, outputs, mesh, list(record.get("warnings", [])), error, input=str(item.source)
            )
        )

    def _release(self, item: Item) -> None:
        if self._locks is not None:
            self._locks.give_back(item.id)

    def _gate_error(self, mesh: dict[str, Any]) -> dict[str, Any] | None:
        if self._config.gate is None or not mesh:
            return None
        try:
            self._config.gate(mesh)
        except Varco3DError as error:
            return describe_error(error)
        return None

    def _settle_unreadable(self, item: Item, error: OSError | Varco3DError) -> None:
        """Fail an item whose picture (or mask, or other side) cannot be read."""
        known = self._known(item, None, _UNREAD)
        if known is not None:
            self._skip(item, known)
            return
        if isinstance(error, OSError):
            error = BadInputError(
                f"{printable(item.source)} cannot be read: {error.strerror}", "Check the path and its rights."
            )
        self._finish(item, None, None, Result("failed", error=describe_error(error)))

    def _finish(self, item: Item, sha256: str | None, task: Task | None, result: Result) -> None:
        """Write the record, then announce it."""
        result = _worded(result, self._options.wording)
        outputs = list(result.outputs)
        if self._book is not None:
            self._book.append(self._record(item, sha256, task, result))
        self._release(item)
        self._count(result.status, result.error)
        self.summary.outputs += [output["path"] for output in outputs]
        attempts = len(result.history) + 1
        self._emit(
            ItemFinished(
                item.id,
                result.status,
                outputs,
                dict(result.report),
                list(result.warnings),
                result.error,
                result.seconds,
                attempts,
                str(item.source),
            )
        )
        code = (result.error or {}).get("code")
        if code in FATAL and result.lasting:
            raise error_of(result.error or {})

    def _record(self, item: Item, sha256: str | None, task: Task | None, result: Result) -> dict[str, Any]:
        root = self._options.folder or Path()
        outputs = [{**o, "path": Path(os.path.relpath(o["path"], root)).as_posix()} for o in result.outputs]
        return {
            "id": item.id,
            "status": result.status,
            "input": str(item.source),
            "relpath": item.relpath,
            "sha256": sha256,
            "settings": _UNREAD if task is None else task.settings,
            "model": self._model,
            "recipe": self._config.recipe.name,
            "version": __version__,
            "seed": item.run_seed,
            "item_seed": None if task is None else task.seed,
            "outputs": outputs,
            "mesh": dict(result.report),
            "timings": dict(result.timings),
            "seconds": result.seconds,
            "warnings": list(result.warnings),
            "error": result.error,
            "attempts": [*result.history],
            "run": self.summary.run_id,
            "finished": round(time.time(), 3),
        }

    def _count(self, status: str, error: dict[str, Any] | None) -> None:
        self.summary.counts[status] += 1
        if error is not None:
            self.summary.codes.append(str(error["code"]))
        limit = 1 if self._options.fail_fast else self._options.max_failures
        if limit is not None and self.summary.counts["failed"] >= max(1, limit):
            self._stop = True

    def _absolute(self, outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        root = self._options.folder or Path()
        return [{**output, "path": str(root / output["path"])} for output in outputs]

    # --------------------------------------------------------------------------------------------------------- run

    def _announce(self, executor: str) -> None:
        recipe, options = self._config.recipe, self._options
        device = ",".join(options.devices) if options.devices else resolve_device(self._config.device)
        self._emit(
            RunStarted(
                self.summary.run_id,
                __version__,
                len({item.source for item in self._items}),
                device,
                {"name": recipe.name, "sha256": self._model},
                options.ignored,
                executor.removesuffix("Executor").lower(),
                options.jobs,
                len(self._items),
            )
        )


def _worded(result: Result, wording: Callable[[str], str]) -> Result:
    """Return the result with its sentences in the words of its reader."""

    def of(error: Mapping[str, Any]) -> dict[str, Any]:
        return {**error, **{key: wording(str(error[key])) for key in ("message", "hint") if error.get(key)}}

    return replace(
        result,
        error=None if result.error is None else of(result.error),
        warnings=tuple(wording(text) for text in result.warnings),
        history=tuple(of(note) for note in result.history),
    )


def known_record(
    book: RecordBook, config: RunConfig, item: Item, sha256: str | None, settings: str, model: str
) -> dict[str, Any] | None:
    """Return the record that makes this run pass over the item, or None; see RecordBook.done."""
    record = book.done(item.id, sha256, settings, model)
    outputs = (record or {}).get("outputs")
    if outputs and config.keeps_stages and all(output["format"] != STAGES_FORMAT for output in outputs):
        return None  # the mesh is there, the stages that are asked for now are not
    return record
