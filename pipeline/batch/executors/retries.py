"""The queue of tasks that every executor works off, and the rule by which a task is tried again."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..reductions import reduced
from ..worker import Result, RunConfig, Task

_RETRIED = ("out_of_memory", "worker_died")

Round = Callable[["TaskQueue"], "Iterable[tuple[Task, Result]] | None"]
"""Turn of an executor: it hands out tasks and returns those that ended, or None when nothing is left."""


class TaskQueue:
    """Tasks that wait for a worker: first those to be tried again, then fresh ones, pulled one at a time."""

    def __init__(self, fresh: Iterator[Task]):
        self._fresh = fresh
        self._again: deque[Task] = deque()

    def take(self) -> Task | None:
        """Return the next task, None when there is none at the moment."""
        return self._again.popleft() if self._again else next(self._fresh, None)

    def put_back(self, tasks: Iterable[Task]) -> None:
        """Add tasks that a worker was given and has not done."""
        self._again.extend(tasks)


def with_retries(tasks: Iterator[Task], config: RunConfig, turn: Round) -> Iterator[tuple[Task, Result]]:
    """Yield each task with its result in the order they end; failures that another try may mend go back first."""
    queue = TaskQueue(tasks)
    while (ended := turn(queue)) is not None:
        for task, result in ended:
            retry = retry_of(task, result, config)
            if retry is None:
                yield task, result
            else:
                queue.put_back([retry])


def retry_of(task: Task, result: Result, config: RunConfig) -> Task | None:
    """Return the task for another try, or None when the result stands.

    Out of memory reduces the settings once more. A worker that died was perhaps only preempted, so the first try after
    it changes nothing and gives the same bytes; a second death reduces them too.
    """
    error = result.error
    if error is None or error["code"] not in _RETRIED or task.attempt > config.retries:
        return None
    first_death = error["code"] == "worker_died" and all(note["error"] != "worker_died" for note in task.history)
    reductions = task.reductions if first_death else task.reductions + 1
    changes = {} if first_death else reduced(config.recipe, reductions)[1]
    note: dict[str, Any] = {"attempt": task.attempt, "error": error["code"], "message": error["message"]}
    if changes:
        note["then"] = changes
    return dataclasses.replace(task, attempt=task.attempt + 1, reductions=reductions, history=(*task.history, note))
