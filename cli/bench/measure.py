"""Running candidates: each in a process of its own, so that no memory or thread is shared, called in turn."""

import contextlib
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from ..._text import GIB
from ...errors import Varco3DError
from .cases import Candidate, Case
from .peers import Arrays

ENOUGH = 10.0  # wall seconds after which a candidate is not called again
LIMIT = 900.0  # wall seconds after which a call is given up
WARM_UP = {"faces": 500, "resolution": 16}


@dataclass(frozen=True)
class Row:
    """One candidate at one case, shape and size.

    wall, cpu: seconds of its fastest call, of the clock and of all threads; None when it failed. peak_mb: what its
    first call took at most beyond what the process held before. figures: see compare. note: why there is nothing.
    """

    kernel: str
    title: str
    axis: str
    shape: str
    size: int
    who: str
    wall: float | None = None
    cpu: float | None = None
    peak_mb: float | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    note: str = ""


def run_case(
    case: Case, shape: str, size: int, repeat: int, threads: int | None, say: Callable[[str], None]
) -> list[Row]:
    """Return a row per candidate, ours first.

    threads: OMP_NUM_THREADS of the measured processes, None leaves it to them. say: called with what is happening.
    """
    present = [c for c in case.candidates if c.installed and size <= c.most]
    say(f"{case.kernel}: {case.title}, {shape}, {size:,} {case.axis}")
    warm, inputs = case.prepare(shape, WARM_UP[case.axis]), case.prepare(shape, size)
    runners = []
    try:
        for candidate in present:
            runners.append(_Runner(candidate, threads))
            runners[-1].begin(warm, inputs)
        for _ in range(repeat):
            for runner in runners:
                if runner.spent < ENOUGH:
                    runner.call()
    finally:
        for runner in runners:
            runner.end()
    ours = runners[0]
    rows = []
    for runner in runners:
        figures, note = {}, runner.failure or (ours.failure and "nothing to compare with")
        if not note:
            try:
                figures = case.compare(inputs, ours.answer, runner.answer)
            except (Varco3DError, ValueError, IndexError) as error:
                note = f"its answer is unusable: {error}"
        rows.append(
            Row(case.kernel, case.title, case.axis, shape, size, runner.who, runner.wall, runner.cpu, runner.peak_mb,
                figures, note)
        )  # fmt: skip
    return rows


class _Runner:
    """The parent's end of one measured process."""

    def __init__(self, candidate: Candidate, threads: int | None):
        self.who = candidate.who
        self.answer: Arrays = {}
        self.wall: float | None = None
        self.cpu: float | None = None
        self.peak_mb: float | None = None
        self.spent = 0.0
        self.failure = ""
        context = multiprocessing.get_context("spawn")
        self._connection, there = context.Pipe()
        self._process = context.Process(target=serve, args=(there, candidate), daemon=True)
        with _environment(threads):
            self._process.start()
        there.close()

    def begin(self, warm: Arrays, inputs: Arrays) -> None:
        """Make the first calls: on little, to compile, then on the inputs, to measure memory."""
        self._ask(warm)
        self._ask(inputs)
        if not self.failure:
            self.peak_mb = self._reply("peak_mb")
            self.answer = self._reply("answer")
            self._take_time()

    def call(self) -> None:
        self._ask(None)
        if not self.failure:
            self._take_time()

    def end(self) -> None:
        self._connection.close()
        self._process.join(timeout=5)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()

    def _take_time(self) -> None:
        wall, cpu = self._reply("wall"), self._reply("cpu")
        self.spent += self._reply("elapsed")
        self.wall = wall if self.wall is None else min(self.wall, wall)
        self.cpu = cpu if self.cpu is None else min(self.cpu, cpu)

    def _ask(self, inputs: Arrays | None) -> None:
        if self.failure:
            return
        try:
            self._connection.send(inputs)
            if not self._connection.poll(LIMIT):
                self.failure = f"took longer than {LIMIT:.0f} s"
                self._process.kill()
                return
            self._last = self._connection.recv()
        except (EOFError, OSError):
            self._process.join(timeout=5)
            self.failure = f"its process died with {self._process.exitcode}"
            return
        self.failure = self._last.get("failure", "")

    def _reply(self, name: str) -> Any:
        return self._last[name]


def serve(connection: Connection, candidate: Candidate) -> None:
    """Serve as the measured process.

    Told inputs it prepares a call; every message is answered by the figures of one call.
    """
    from ...pipeline.machine import PeakMeter, used_memory

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # libraries print
    meter = PeakMeter()
    call = None
    while True:
        try:
            inputs = connection.recv()
        except EOFError:
            return
        try:
            fresh = inputs is not None
            if fresh:
                call = candidate.make(inputs)
            assert call is not None
            before = used_memory() * GIB / 1e6
            meter.reset()
            wall, cpu = time.perf_counter(), time.process_time()
            answer = call()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            peak = meter.read()
            reply = {
                "elapsed": wall,
                "wall": wall - answer.get("outside_wall", 0.0),
                "cpu": cpu - answer.get("outside_cpu", 0.0),
                "peak_mb": None if peak is None else max(0.0, peak - before),
                "answer": answer if fresh else None,
            }
        except Exception as error:  # whatever a library raises belongs in the table, and the others go on
            reply = {"failure": f"{type(error).__name__}: {error}"[:200]}
        connection.send(reply)


@contextlib.contextmanager
def _environment(threads: int | None) -> Iterator[None]:
    """Set OMP_NUM_THREADS for processes started inside."""
    if threads is None:
        yield
        return
    saved = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = str(threads)
    try:
        yield
    finally:
        if saved is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = saved
