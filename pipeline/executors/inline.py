"""Runs tasks in this process, one after the other, or stage by stage over a window of tasks."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from itertools import islice

from ..chain import Chain, ItemState
from ..events import Emit
from ..worker import Result, RunConfig, Task, Worker
from . import retry_of

WINDOW = 16  # items held in memory at once under --order stage


class InlineExecutor:
    """The simplest executor: no process to start, nothing to send."""

    def __init__(self, config: RunConfig, order: str = "item"):
        self._config = config
        self._order = order
        self._worker: Worker | None = None

    def run(self, tasks: Iterator[Task], emit: Emit) -> Iterator[tuple[Task, Result]]:
        worker = self._worker = self._worker or Worker(self._config)
        again: deque[Task] = deque()
        while True:
            if self._order == "stage":
                window = [*again, *islice(tasks, max(0, WINDOW - len(again)))]
                again.clear()
                ended = run_window(worker, window, emit)
            else:
                task = again.popleft() if again else next(tasks, None)
                window = [] if task is None else [task]
                ended = ((task, worker.run(task, emit)) for task in window)
            if not window:
                return
            for task, result in ended:
                retry = retry_of(task, result, self._config)
                if retry is not None:
                    again.append(retry)
                else:
                    yield task, result

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def run_window(worker: Worker, tasks: list[Task], emit: Emit) -> Iterator[tuple[Task, Result]]:
    """One stage over all tasks before the next, so that each network is loaded once per window.

    A task that fails leaves the window at once. Seconds of an item then include its waiting for the others.
    """
    started = time.perf_counter()
    running: list[tuple[Task, ItemState, Chain]] = []
    for task in tasks:
        state = worker.begin(task, emit)
        try:
            running.append((task, state, worker.chain(task, state)))
        except Exception as error:
            yield task, worker.failed(task, state, error, started)
    for name in worker.config.recipe.names():
        due = [entry for entry in running if name in entry[2].names]
        for entry in due:
            task, state, chain = entry
            try:
                chain.run_stage(name, state, emit, worker.save, last=entry is due[-1])
            except Exception as error:
                running.remove(entry)
                worker.clear(task)
                yield task, worker.failed(task, state, error, started)
    for task, state, _ in running:
        try:
            result = worker.finish(task, state, started)
        except Exception as error:
            result = worker.failed(task, state, error, started)
        worker.clear(task)
        yield task, result
