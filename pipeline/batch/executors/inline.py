"""Runs tasks in this process, one after the other, or stage by stage over a window of tasks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice

from ...chain import Chain, ItemState
from ...events import Emit
from ..worker import Result, RunConfig, Task, Worker
from .retries import TaskQueue, with_retries

WINDOW = 16  # items held in memory at once under order stage


class InlineExecutor:
    """The simplest executor: no process to start, nothing to send."""

    def __init__(self, config: RunConfig, order: str = "item"):
        self._config = config
        self._order = order
        self._worker: Worker | None = None

    def run(self, tasks: Iterator[Task], emit: Emit) -> Iterator[tuple[Task, Result]]:
        worker = self._worker = self._worker or Worker(self._config)
        most = WINDOW if self._order == "stage" else 1

        def turn(queue: TaskQueue) -> Iterator[tuple[Task, Result]] | None:
            window = list(islice(iter(queue.take, None), most))
            if not window:
                return None
            if self._order == "stage":
                return run_window(worker, window, emit)
            return ((task, worker.run(task, emit)) for task in window)

        return with_retries(tasks, self._config, turn)

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def run_window(worker: Worker, tasks: list[Task], emit: Emit) -> Iterator[tuple[Task, Result]]:
    """One stage over all tasks before the next, so that each network is loaded once per window.

    A task that fails leaves the window at once. Seconds of an item, and its time limit, do not include its waiting for
    the others.
    """
    clock = _OwnTime()
    running: list[tuple[Task, ItemState, Chain]] = []
    for task in tasks:
        state = worker.begin(task, emit)
        clock.begin(state)
        try:
            running.append((task, state, worker.chain(task, state)))
        except Exception as error:
            yield task, worker.failed(task, state, error, clock.start(state))
    for name in worker.config.recipe.names():
        due = [entry for entry in running if name in entry[2].names]
        for entry in due:
            task, state, chain = entry
            started = clock.start(state)
            try:
                chain.run_stage(name, state, emit, worker.save, last=entry is due[-1])
            except Exception as error:
                running.remove(entry)
                worker.clear(task)
                yield task, worker.failed(task, state, error, started)
            clock.stop(state)
    for task, state, _ in running:
        started = clock.start(state)
        try:
            result = worker.finish(task, state, started)
        except Exception as error:
            result = worker.failed(task, state, error, started)
        worker.clear(task)
        yield task, result


class _OwnTime:
    """The time of each item of a window, which stands still while others have their turn."""

    def __init__(self) -> None:
        self._worked: dict[str, float] = {}
        self._paused: dict[str, float] = {}
        self._since = 0.0

    def begin(self, state: ItemState) -> None:
        """Note that the item waits for its first turn."""
        self._worked[state.id] = 0.0
        self._paused[state.id] = time.monotonic()

    def start(self, state: ItemState) -> float:
        """Begin the item's turn; return the perf_counter at which it would have begun without waiting."""
        if state.deadline is not None:
            state.deadline += time.monotonic() - self._paused[state.id]
        self._since = time.perf_counter()
        return self._since - self._worked[state.id]

    def stop(self, state: ItemState) -> None:
        """End the item's turn."""
        self._worked[state.id] += time.perf_counter() - self._since
        self._paused[state.id] = time.monotonic()
