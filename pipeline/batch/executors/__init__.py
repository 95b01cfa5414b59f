"""Ways to run many tasks: inline, spawned processes, Ray; one protocol, the same records and bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ...._text import suggestion
from ....errors import UsageError
from ...events import Emit
from ..worker import Result, RunConfig, Task

EXECUTORS = ("inline", "processes", "ray")


class Executor(Protocol):
    """Runs tasks. Tasks are pulled only when a worker is free, so the caller can stop the flow at any time."""

    def run(self, tasks: Iterator[Task], emit: Emit) -> Iterator[tuple[Task, Result]]:
        """Yield each task with its result in the order they end, retries done."""
        ...

    def close(self) -> None:
        """End all workers at once, also in the middle of an item."""
        ...


def make_executor(
    name: str,
    config: RunConfig,
    jobs: int = 1,
    devices: tuple[str, ...] = (),
    recycle_after: int = 0,
    order: str = "item",
    ray_address: str | None = None,
) -> Executor:
    """Return the executor called `name`; `auto` takes inline for one job without a time limit, else processes.

    jobs: workers; devices: given to the workers in turn; recycle_after: items after which a worker is replaced (0
    never); order: `stage` runs one stage over a window of items before the next (inline only).
    """
    if name == "auto":
        several = jobs > 1 or len(devices) > 1 or recycle_after > 0
        # A stage that hangs can only be ended together with its process.
        name = "processes" if several or (config.timeout is not None and order == "item") else "inline"
    if name == "inline":
        from .inline import InlineExecutor

        return InlineExecutor(config, order)
    if order != "item":
        raise UsageError(
            f"`order` {order} is for one worker", "Leave out `executor`, `jobs`, `devices`, `recycle_after`."
        )
    jobs = max(jobs, len(devices))
    if name == "processes":
        from .processes import ProcessExecutor

        return ProcessExecutor(config, jobs, devices, recycle_after)
    if name == "ray":
        from .ray import RayExecutor

        return RayExecutor(config, jobs, devices, recycle_after, ray_address)
    raise UsageError(f"there is no executor '{name}'", suggestion(name, EXECUTORS))
