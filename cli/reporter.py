"""Turns the events of a run into what a person or a script reads.

--json: every event as one line on stdout. Otherwise the paths written on stdout, and on stderr a progress bar (on a
terminal) or one line per finished item.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from ..errors import OutputError
from ..pipeline.events import (
    COMPILING,
    Event,
    ItemFinished,
    ItemStarted,
    Progress,
    RunFinished,
    RunStarted,
    StageFinished,
)
from ..pipeline.events import StageStarted as Stage
from .console import Console, is_terminal, seconds
from .exit_codes import EXIT_CODES, ITEM_FAILED, OK
from .options.spoken import spoken

LINE_SECONDS = 30.0  # in a log, between two lines about an item


class Reporter:
    """Takes events through `emit`, in the order they happen. `finish` makes sure that run_finished was the last one."""

    def __init__(self, console: Console, *, print_paths: bool = True):
        """print_paths: False when stdout is taken by GLB bytes (`-o -`)."""
        self.console = console
        self.print_paths = print_paths
        self.counts = {"ok": 0, "failed": 0, "skipped": 0}
        self.failures: list[str] = []  # error codes, in order
        self.started = time.monotonic()
        self.finished = False
        self.lost: OutputError | None = None
        self._total = 0
        self._compiling = False
        self._bar = _Bar(console) if _wants_bar(console) else None
        self._lines = _Lines(console) if self._bar is None else None

    def emit(self, event: Event) -> None:
        """Show one event; events after run_finished are dropped, so that it stays the last."""
        if self.finished:
            return
        if isinstance(event, RunStarted):
            self._total = event.items
            if self._lines is not None:
                self._lines.watch()
        elif isinstance(event, ItemFinished):
            self.counts[event.status] += 1
            if event.error is not None:
                self.failures.append(str(event.error["code"]))
        elif isinstance(event, RunFinished):
            self.finished = True
        if isinstance(event, Progress) and event.note == COMPILING:
            self._tell_compiling()
        if self._lines is not None:
            self._lines.show(event)
        try:
            if self.console.as_json:
                self.console.result_json(_spoken(event.as_dict()), indent=None)
                if isinstance(event, ItemFinished) and event.status == "failed":
                    self._show_failure(event)  # mails of cron hold stderr
            else:
                self._show(event)
        except OutputError as error:  # stdout is full or closed: the run continues and ends with this error
            self.lost = self.lost or error

    def finish(self, exit_code: int, error: BaseException | None) -> None:
        """End the run: clear the bar and emit run_finished unless that was done. Safe to call twice."""
        if self._bar is not None:
            self._bar.close()
        if self._lines is not None:
            self._lines.close()
        if not self.finished:
            spent = round(time.monotonic() - self.started, 3)
            self.emit(RunFinished(exit_code == OK, dict(self.counts), spent, exit_code, _error(exit_code, error)))

    def _tell_compiling(self) -> None:
        """Say once a run what takes so long the first time."""
        if not self._compiling:
            self._compiling = True
            self.console.note(f"{COMPILING}; minutes on a slow one, `varco3d doctor --warm` does it ahead")

    # for people ------------------------------------------------------------------------------------------------------

    def _show(self, event: Event) -> None:
        if self._bar is not None:
            self._bar.show(event)
        if isinstance(event, RunStarted):
            self._show_start(event)
        elif isinstance(event, StageFinished):
            peak = f", peak {event.peak_mb:.0f} MB" if event.peak_mb else ""
            self.console.detail(f"{event.id}: {event.stage} {seconds(event.seconds)}{peak}")
        elif isinstance(event, ItemFinished):
            self._show_item(event)
        elif isinstance(event, RunFinished):
            self._show_end(event)

    def _show_start(self, event: RunStarted) -> None:
        count = event.skipped_files
        skipped = f", {count} other file{'s' if count > 1 else ''} ignored" if count else ""
        what = "1 picture" if event.inputs == 1 else f"{event.inputs} pictures"
        what += f", {event.items} meshes" if event.items != event.inputs else ""
        self.console.note(f"{what}, model {event.model.get('name')}, device {event.device}{skipped}")

    def _show_item(self, event: ItemFinished) -> None:
        for text in event.warnings if event.status != "skipped" else ():  # they were said when it was made
            self.console.warn(f"{event.id}: {text}" if self._total > 1 else text)
        done = sum(self.counts.values())
        place = f"[{done}/{self._total}] " if self._total > 1 else ""
        if event.status == "failed":
            self._show_failure(event)
            return
        if event.status == "skipped":
            left = [text for text in event.warnings if text.startswith("left to")]
            self.console.note(f"{place}{event.id}: {left[0] if left else 'already done'}")
        else:
            faces = f", {event.mesh['faces']:,} faces" if event.mesh.get("faces") else ""
            self.console.note(f"{place}{event.id}: ok in {seconds(event.seconds)}{faces}")
        if self.print_paths:  # of earlier results too: a second run prints the same lines
            for output in event.outputs:
                self.console.result(output["path"])

    def _show_failure(self, event: ItemFinished) -> None:
        error = event.error or {}
        message = str(error.get("message", "failed"))
        prefix = f"{event.id}: " if self._total > 1 else ""
        self.console.error(str(error.get("code", "internal")), prefix + message, str(error.get("hint") or ""))
        self.console.said.add(message)  # it need not be said again when it ends the whole run
        if error.get("traceback"):
            self.console.detail(str(error["traceback"]).rstrip())

    def _show_end(self, event: RunFinished) -> None:
        if self._bar is not None:
            self._bar.close()
        if self._total > 1:
            parts = ", ".join(f"{count} {status}" for status, count in event.counts.items() if count)
            left = self._total - sum(event.counts.values())
            rest = f", {left} not tried" if left else ""
            self.console.note(f"{parts or 'nothing done'}{rest} in {seconds(event.seconds)}")


def _spoken(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event with flags instead of settings in its sentences."""
    about: dict[str, Any] = {}
    if event.get("error"):
        error = event["error"]
        about["error"] = {**error, **{key: spoken(str(error.get(key) or "")) for key in ("message", "hint")}}
    if event.get("warnings"):
        about["warnings"] = [spoken(text) for text in event["warnings"]]
    return {**event, **about}


def _error(exit_code: int, error: BaseException | None) -> dict[str, Any] | None:
    """Return the error member of run_finished: why the whole run ended, None when it came to its end."""
    if error is None:
        return None
    code = getattr(error, "code", None)
    if not isinstance(code, str):
        first = {number: name for name, number in reversed(EXIT_CODES.items())}
        code = "internal" if exit_code == ITEM_FAILED else first.get(exit_code, "internal")
    message = getattr(error, "message", None) or str(error) or code
    return {"code": code, "message": message, "hint": getattr(error, "hint", "")}


def _wants_bar(console: Console) -> bool:
    return not console.as_json and not console.quiet and is_terminal(console.err)


class _Bar:
    """Rich progress on stderr: one line for the run, one per item in work. Made only for terminals."""

    def __init__(self, console: Console):
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        screen = RichConsole(file=console.err, no_color=not console.color, highlight=False)
        self._progress = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=screen,
            transient=True,
        )
        self._console = console
        self._run: Any = None
        self._items: dict[str, Any] = {}
        self._progress.start()
        console.live = self._progress

    def show(self, event: Event) -> None:
        bars = self._progress
        if isinstance(event, RunStarted):
            if event.items > 1:
                self._run = bars.add_task("all", total=event.items)
        elif isinstance(event, ItemStarted):
            self._items[event.id] = bars.add_task(_short(event.id), total=None)
        elif isinstance(event, Stage) and event.id in self._items:
            bars.update(
                self._items[event.id], description=f"{_short(event.id)}  {event.stage}", total=None, completed=0
            )
        elif isinstance(event, Progress) and event.id in self._items:
            bars.update(self._items[event.id], total=event.steps, completed=event.step)
        elif isinstance(event, ItemFinished):
            if event.id in self._items:
                bars.remove_task(self._items.pop(event.id))
            if self._run is not None:
                bars.advance(self._run)

    def close(self) -> None:
        if self._console.live is not None:
            self._console.live = None
            self._progress.stop()


class _Lines:
    """Lines on stderr where no bar is: the stages of an item that takes long, and steps with an estimate."""

    def __init__(self, console: Console, every: float = LINE_SECONDS, clock: Callable[[], float] = time.monotonic):
        """every: seconds without a line after which an item says where it is."""
        self._console, self._every, self._clock = console, every, clock
        self._began: dict[str, float] = {}
        self._said: dict[str, float] = {}
        self._place: dict[str, tuple[str, str]] = {}  # item -> stage, step and estimate
        self._lock = threading.Lock()
        self._over = threading.Event()

    def watch(self) -> None:
        """Say where items are from a thread too: a single step of a large model takes minutes."""

        def run() -> None:
            while not self._over.wait(self._every / 10):
                self.tick()

        threading.Thread(target=run, name="lines", daemon=True).start()

    def close(self) -> None:
        """Say nothing more by itself."""
        self._over.set()

    def tick(self) -> None:
        """Say where the items are of which nothing was said for long."""
        with self._lock:
            now = self._clock()
            for item, said in [*self._said.items()]:
                if now - said >= self._every and item in self._place:
                    self._say(item, *self._place[item], now)

    def show(self, event: Event) -> None:
        """Say where an item is, when it is time."""
        with self._lock:
            self._show(event, self._clock())

    def _show(self, event: Event, now: float) -> None:
        if isinstance(event, ItemStarted):
            self._began[event.id] = self._said[event.id] = now
        elif isinstance(event, ItemFinished):
            for table in (self._began, self._said, self._place):
                table.pop(event.id, None)
        elif isinstance(event, Stage):
            self._place[event.id] = (event.stage, "")
            if now - self._began.get(event.id, now) >= self._every:
                self._say(event.id, event.stage, "", now)
        elif isinstance(event, Progress) and event.steps:
            left = event.seconds / event.step * (event.steps - event.step) if event.step else 0.0
            rest = f", about {seconds(left)} left of it" if left else ""
            self._place[event.id] = (event.stage, f" {event.step}/{event.steps}{rest}")
            if now - self._said.get(event.id, now) >= self._every:
                self._say(event.id, *self._place[event.id], now)

    def _say(self, item: str, stage: str, more: str, now: float) -> None:
        self._said[item] = now
        self._console.note(f"{item}: {stage}{more}, {seconds(now - self._began.get(item, now))} so far")


def _short(name: str, width: int = 28) -> str:
    return name if len(name) <= width else "…" + name[1 - width :]
