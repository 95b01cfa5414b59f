"""Runs tasks on a Ray cluster: one actor per worker, at most two tasks in flight for each.

The output folder must be one that every node sees. Events of an item arrive together when it ends.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pickle
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ....errors import ItemTimeoutError, MissingDependencyError, UsageError, WorkerDiedError
from ...events import Emit, Event, Progress
from ..worker import Result, RunConfig, Task, Worker, describe_error, error_of
from .retries import TaskQueue, with_retries

_IN_FLIGHT = 2  # one running, one waiting, so that an actor never idles while results travel
_START_UP = 120.0  # seconds an actor may take to come up before the time limit of its first task begins
_GRACE = 3.0


class RayWorker:
    """The actor. It never raises: what a task came to is in its answer."""

    def __init__(self, config: bytes, path: list[str]):
        """Keep the configuration for the first task.

        config: a pickled RunConfig, opened at the first task, where an error can be reported; path: of the driver, for
        stages and loaders that lie beside its script.
        """
        self._config = config
        self._path = path
        self._worker: Worker | None = None

    def run(self, task: Task) -> tuple[list[Event], Result | dict[str, Any]]:
        """(events, result), or a described error in place of the result when the worker cannot be made."""
        events: list[Event] = []
        try:
            if self._worker is None:
                sys.path += [entry for entry in self._path if entry not in sys.path]
                self._worker = Worker(pickle.loads(self._config))
        except Exception as error:
            return events, describe_error(error)

        def keep(event: Event) -> None:
            if not isinstance(event, Progress):
                events.append(event)

        return events, self._worker.run(task, keep)


@dataclass
class _Slot:
    """One actor and the tasks it was given, the first of which is running."""

    actor: Any
    waiting: deque[tuple[Any, Task]] = field(default_factory=deque)
    since: float = 0.0
    done: int = 0


class RayExecutor:
    """Actors are made as tasks come, replaced when they die, and killed when the run ends."""

    def __init__(
        self, config: RunConfig, jobs: int, devices: tuple[str, ...], recycle_after: int, address: str | None = None
    ):
        self._ray = _import_ray()
        self._config = config
        self._shared = pickle.dumps(dataclasses.replace(config, tmp=config.tmp.absolute()))
        self._jobs = max(1, jobs)
        self._recycle_after = recycle_after
        self._started = not self._ray.is_initialized()
        if self._started:
            self._connect(address)
        gpus = 1 if config.device.startswith("cuda") or devices or self._has_gpu() else 0
        cpus = 1 if address else max(1, (os.cpu_count() or 1) // self._jobs)
        self._make = self._ray.remote(RayWorker).options(num_gpus=gpus, num_cpus=cpus, max_restarts=0)
        self._slots: list[_Slot | None] = [None] * self._jobs

    def _connect(self, address: str | None) -> None:
        """Join the cluster at `address`, or start one of this machine alone. Raises UsageError."""
        local = {} if address else _local_cluster(self._jobs)
        try:
            if address:
                _knock(address)
            self._ray.init(address=address, log_to_driver=False, logging_level="error", **local)
        except OSError as error:  # ConnectionError is one
            raise UsageError(
                f"no Ray cluster answers at {address or 'this machine'}: {error}",
                "Start one with `ray start --head`, or leave `ray_address` out.",
            ) from error

    def run(self, tasks: Iterator[Task], emit: Emit) -> Iterator[tuple[Task, Result]]:
        def turn(queue: TaskQueue) -> Iterator[tuple[Task, Result]] | None:
            self._hand_out(queue)
            references = [slot.waiting[0][0] for slot in self._slots if slot is not None and slot.waiting]
            if not references:
                return None
            limit = None if self._config.timeout is None else 0.5
            ready, _ = self._ray.wait(references, num_returns=1, timeout=limit)
            return self._ended(ready, queue, emit)

        return with_retries(tasks, self._config, turn)

    def close(self) -> None:
        for index in range(self._jobs):
            self._end(index)
        if self._started and self._ray.is_initialized():
            self._ray.shutdown()

    # ------------------------------------------------------------------------------------------------------ actors

    def _hand_out(self, queue: TaskQueue) -> None:
        """Fill the actors evenly: everyone gets a first task before anyone gets a second."""
        for depth in range(_IN_FLIGHT):
            for index, slot in enumerate(self._slots):
                if slot is not None and len(slot.waiting) > depth:
                    continue
                task = queue.take()
                if task is None:
                    return
                if slot is None:
                    slot = self._slots[index] = _Slot(
                        self._make.remote(self._shared, sys.path), since=time.monotonic() + _START_UP
                    )
                if not slot.waiting and slot.done:
                    slot.since = time.monotonic()
                slot.waiting.append((slot.actor.run.remote(_absolute_task(task)), task))

    def _ended(self, ready: list[Any], queue: TaskQueue, emit: Emit) -> Iterator[tuple[Task, Result]]:
        """Yield the tasks whose answer is there, and those past their time limit."""
        for index, slot in enumerate(self._slots):
            if slot is None or not slot.waiting:
                continue
            ended = self._collect(index, slot, queue, emit) if slot.waiting[0][0] in ready else None
            ended = ended or self._overdue(index, slot, queue)
            if ended is not None:
                yield ended

    def _collect(self, index: int, slot: _Slot, queue: TaskQueue, emit: Emit) -> tuple[Task, Result]:
        reference, task = slot.waiting.popleft()
        try:
            events, answer = self._ray.get(reference)
        except self._ray.exceptions.RayActorError as error:
            self._give_back(index, slot, queue)
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            if "creation task" in lines[0]:
                raise WorkerDiedError(
                    f"no actor can be made: {lines[-1][:300]}", "Is varco3d on every node?"
                ) from error
            died = WorkerDiedError(f"the actor ended: {lines[0][:200]}", "Often its node ran out of memory.")
            return task, Result("failed", error=describe_error(died), history=task.history)
        if isinstance(answer, dict):
            raise error_of(answer)  # the worker could not be made: so it will be for the others
        for event in events:
            emit(event)
        slot.done += 1
        slot.since = time.monotonic()
        if self._recycle_after and slot.done >= self._recycle_after:
            self._give_back(index, slot, queue)
        return task, _relative(answer, task)

    def _overdue(self, index: int, slot: _Slot, queue: TaskQueue) -> tuple[Task, Result] | None:
        limit = self._config.timeout
        if limit is None or not slot.waiting or time.monotonic() - slot.since < limit + _GRACE:
            return None
        _, task = slot.waiting.popleft()
        self._give_back(index, slot, queue)
        error = ItemTimeoutError(f"the item hung past {limit:g} s", "Raise `timeout`, or use `preset` draft.")
        return task, Result("failed", error=describe_error(error), seconds=limit, history=task.history)

    def _give_back(self, index: int, slot: _Slot, queue: TaskQueue) -> None:
        """End an actor; the tasks that only waited for it go to others, without losing an attempt."""
        queue.put_back(task for _, task in slot.waiting)
        slot.waiting.clear()
        self._end(index)

    def _end(self, index: int) -> None:
        slot, self._slots[index] = self._slots[index], None
        if slot is not None:
            with contextlib.suppress(Exception):  # it may be dead already, in several ways
                self._ray.kill(slot.actor)

    def _has_gpu(self) -> bool:
        return self._config.device == "auto" and self._ray.cluster_resources().get("GPU", 0) >= 1


def _import_ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise MissingDependencyError("`executor` ray needs Ray", 'pip install "varco3d[ray]"') from error
    return ray


def _knock(address: str) -> None:
    """Raise OSError when nobody listens at `host:port`; Ray itself would go on asking for many minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdigit():  # and not `auto`
        socket.create_connection((host, int(port)), 10.0).close()


def _local_cluster(jobs: int) -> dict[str, Any]:
    """Arguments of ray.init for a cluster of this machine alone, which ends with the run.

    Ray lowers the priority of its workers by 15, so that on a machine that does anything else they hardly run: an item
    of half a second then took minutes. What travels are paths and reports, so the smallest object store will do.
    """
    return {
        "num_cpus": max(jobs, os.cpu_count() or 1),
        "include_dashboard": False,
        "object_store_memory": 128 << 20,
        "_system_config": {"worker_niceness": 0},
    }


def _absolute_task(task: Task) -> Task:
    """Actors have a working folder of their own."""
    item = task.item
    mask, asset = item.mask and item.mask.absolute(), item.asset
    if asset is not None:
        asset = dataclasses.replace(asset, sides={side: path.absolute() for side, path in asset.sides.items()})
    there = dataclasses.replace(
        item, source=item.source.absolute(), target=item.target.absolute(), mask=mask, asset=asset
    )
    return dataclasses.replace(task, item=there)


def _relative(result: Result, task: Task) -> Result:
    """Return the result with its paths as the caller wrote them, so that every executor says the same."""
    folder = task.item.target.parent
    outputs = tuple({**output, "path": str(folder / Path(output["path"]).name)} for output in result.outputs)
    return dataclasses.replace(result, outputs=outputs)
