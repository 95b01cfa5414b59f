"""Runs tasks in spawned processes, one worker each, with the networks loaded once per worker.

A worker that dies costs the item it was working on and nothing else: it is replaced and the others go on. The standard
pool cannot do that: there one dead worker breaks the whole pool.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any

from ....errors import ItemTimeoutError, WorkerDiedError
from ...events import Emit, Event, ItemStarted, StageStarted
from ..worker import Result, RunConfig, Task, Worker, describe_error, error_of
from .retries import TaskQueue, with_retries

_GRACE = 3.0  # seconds past the time limit in which a worker may still end the item itself
_PARENTS = (signal.SIGINT, signal.SIGTERM)  # they reach the whole process group; the parent decides what they mean
_STARTS = 3  # workers that die before they take their first item, until it is given up


@dataclass
class _Slot:
    """One worker as its parent sees it."""

    process: Any
    pipe: Connection
    task: Task | None = None
    started: float | None = None
    stage: str = "start-up"
    done: int = 0


class ProcessExecutor:
    """Spawned workers. A free worker takes the next task; results come in the order of their ends."""

    def __init__(self, config: RunConfig, jobs: int, devices: tuple[str, ...] = (), recycle_after: int = 0):
        self._config = config
        self._jobs = max(1, jobs)
        self._devices = devices
        self._recycle_after = recycle_after
        self._context = multiprocessing.get_context("spawn")
        self._slots: list[_Slot | None] = [None] * self._jobs
        self._early_deaths = 0

    def run(self, tasks: Iterator[Task], emit: Emit) -> Iterator[tuple[Task, Result]]:
        def turn(queue: TaskQueue) -> list[tuple[Task, Result]] | None:
            self._hand_out(queue)
            busy = [slot for slot in self._slots if slot is not None and slot.task is not None]
            return self._listen(busy, emit) if busy else None

        return with_retries(tasks, self._config, turn)

    def close(self) -> None:
        """End every worker: idle ones leave by themselves, busy ones are killed."""
        slots = [slot for slot in self._slots if slot is not None]
        try:
            for index, slot in enumerate(self._slots):
                if slot is not None:
                    self._end(index, kill=slot.task is not None)
        finally:
            for slot in slots:  # a second Ctrl-C has cut the loop short
                slot.process.kill()

    # ----------------------------------------------------------------------------------------------------- workers

    def _hand_out(self, queue: TaskQueue) -> None:
        """Give every free worker a task, starting workers as they are needed."""
        for index, slot in enumerate(self._slots):
            if slot is not None and slot.task is not None:
                continue
            task = queue.take()
            if task is None:
                return
            if slot is None:
                slot = self._slots[index] = self._spawn(index)
            slot.task, slot.started, slot.stage = task, None, "start-up"
            # A worker that has just died cannot be sent to: `_listen` finds out and deals with the task.
            with contextlib.suppress(OSError):
                slot.pipe.send(task)

    def _spawn(self, index: int) -> _Slot:
        device = self._devices[index % len(self._devices)] if self._devices else None
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=worker_main,
            args=(theirs, self._config, device, max(1, cores // self._jobs)),
            name=f"varco3d-worker-{index}",
            daemon=True,
        )
        with _signals_held():
            process.start()
        theirs.close()
        return _Slot(process, ours)

    def _end(self, index: int, kill: bool) -> None:
        slot = self._slots[index]
        self._slots[index] = None
        if slot is None:
            return
        if kill:
            slot.process.kill()
        else:
            with contextlib.suppress(OSError):
                slot.pipe.send(None)
        slot.process.join(5.0)
        if slot.process.is_alive():
            slot.process.kill()
            slot.process.join()
        slot.pipe.close()
        for left in self._config.tmp.glob(f"*-{slot.process.pid}"):
            shutil.rmtree(left, ignore_errors=True)

    # ---------------------------------------------------------------------------------------------------- messages

    def _listen(self, busy: list[_Slot], emit: Emit) -> list[tuple[Task, Result]]:
        """Wait for one round of messages, deaths and time limits; return the tasks that ended."""
        limit = self._config.timeout
        ready = wait([slot.pipe for slot in busy], timeout=None if limit is None else 0.5)
        ended: list[tuple[Task, Result]] = []
        for slot in busy:
            if slot.pipe in ready:
                ended += self._receive(slot, emit)
            if slot.task is None or limit is None or slot.started is None:
                continue
            if time.monotonic() - slot.started > limit + _GRACE:
                ended.append(self._overdue(slot, limit))
        return ended

    def _receive(self, slot: _Slot, emit: Emit) -> list[tuple[Task, Result]]:
        try:
            while slot.pipe.poll():
                message = slot.pipe.recv()
                if isinstance(message, Event):
                    self._note(slot, message)
                    emit(message)
                elif isinstance(message, Result):
                    return [self._result(slot, message)]
                else:
                    raise error_of(message)  # the worker could not even start: so it will be for the others
        except (EOFError, ConnectionError):
            return [self._died(slot)]
        return []

    def _note(self, slot: _Slot, event: Event) -> None:
        if isinstance(event, ItemStarted):
            slot.started = time.monotonic()
            self._early_deaths = 0
        elif isinstance(event, StageStarted):
            slot.stage = event.stage

    def _result(self, slot: _Slot, result: Result) -> tuple[Task, Result]:
        task = slot.task
        assert task is not None
        slot.task = None
        slot.done += 1
        if self._recycle_after and slot.done >= self._recycle_after:
            self._end(self._slots.index(slot), kill=False)
        return task, result

    def _died(self, slot: _Slot) -> tuple[Task, Result]:
        task = slot.task
        assert task is not None
        slot.process.join(5.0)
        code = slot.process.exitcode
        how = f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit code {code}"
        self._end(self._slots.index(slot), kill=True)
        error = WorkerDiedError(
            f"the worker ended with {how} in stage {slot.stage}",
            "Often the system ran out of memory; try fewer `jobs`.",
        )
        if slot.started is None:
            self._early_deaths += 1
            if self._early_deaths >= _STARTS:
                raise error
        return task, Result("failed", error=describe_error(error), history=task.history)

    def _overdue(self, slot: _Slot, limit: float) -> tuple[Task, Result]:
        task = slot.task
        assert task is not None
        self._end(self._slots.index(slot), kill=True)
        error = ItemTimeoutError(f"stage {slot.stage} hung past {limit:g} s", "Raise `timeout`, or use `preset` draft.")
        return task, Result("failed", error=describe_error(error), seconds=limit, history=task.history)


def worker_main(pipe: Connection, config: RunConfig, device: str | None, threads: int) -> None:
    """Run a worker process: take tasks and send events and results, until None comes or the parent is gone."""
    for number in _PARENTS:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _PARENTS)
    os.dup2(2, 1)  # stdout belongs to results, whatever libraries print
    _leave_with_parent()
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))  # torch is not imported yet
    try:
        import torch  # noqa: F401  # takes seconds, which are not to count against the time limit of the first item

        worker = Worker(config, device)
    except Exception as error:
        pipe.send(describe_error(error))
        return
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        if task is None:
            worker.close()
            return
        pipe.send(worker.run(task, pipe.send))


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Hold back Ctrl-C and SIGTERM inside the block.

    A process started inside inherits that: no traceback interrupts its imports before it ignores the signals itself.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # Python 3.11 ends the holding of these signals when it starts its tracker
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _PARENTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave_with_parent() -> None:
    """End this process when its parent dies, also in the middle of an item: its result would reach nobody."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
