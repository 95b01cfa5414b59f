"""The results of a bench as tables: on a terminal, and as the page docs/benchmarks.md."""

import os
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .bars import Verdict
from .cases import CASES
from .measure import Row

PACKAGES = {  # module -> its name on PyPI
    "skimage": "scikit-image", "trimesh": "trimesh", "pymeshlab": "pymeshlab", "xatlas": "xatlas",
    "embreex": "embreex", "igl": "libigl", "fpsample": "fpsample", "mcubes": "PyMCubes",
}  # fmt: skip
HOW_TO_READ = """
**How to read the tables.** Each candidate runs in a process of its own. The processes take turns, so that other load
affects all of them alike. CPU s: user and system time of all threads. wall s: elapsed time. Both are of the fastest
call after a first call on a tiny shape. Peak MB: memory that the first call took beyond what the process held before.
peer / ours: CPU seconds of the peer divided by ours; above 1 we are faster. Every call builds its trees and scenes
anew; conversions to the types of a library do not count. Peers that would take minutes at a size are left out there.

**Shapes.** bunny: a smooth union of ellipsoids with fine bumps. knot: a torus knot. blob: a ball hollowed by a gyroid,
the worst case with five times the surface. All are closed.
"""
HEAD = ("size", "shape", "who", "CPU s", "wall s", "peak MB", "peer / ours", "answer")


@dataclass(frozen=True)
class Machine:
    """Machine and time of a bench.

    load: other processes that wanted the cores when it began, 0 on an idle machine.
    """

    processor: str
    cores: int
    system: str
    python: str
    date: str
    load: float | None
    ours: str
    peers: dict[str, str]
    missing: list[str]


@dataclass(frozen=True)
class Section:
    """The rows measured with one setting of OMP_NUM_THREADS (None: not set)."""

    threads: int | None
    rows: list[Row] = field(default_factory=list)
    bars: list[Verdict] = field(default_factory=list)


def this_machine() -> Machine:
    peers: dict[str, str] = {}
    for package in ("warp-lang", "torch", "numpy", "fast-simplification", *PACKAGES.values()):
        try:
            peers[package] = version(package)
        except PackageNotFoundError:
            continue
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Machine(
        processor=processor_name(),
        cores=cores,
        system=platform.platform(),
        python=platform.python_version(),
        date=time.strftime("%Y-%m-%d"),
        load=_others_running(),
        ours=version("varco3d"),
        peers=peers,
        missing=[name for name in PACKAGES.values() if name not in peers],
    )


def _others_running() -> float | None:
    """Threads beside this one that could run, on average over half a second; None where the system does not say.

    Not the load average, which remembers the minute before.
    """
    counts = []
    for _ in range(10):
        try:
            with open("/proc/loadavg") as file:
                counts.append(int(file.read().split()[3].partition("/")[0]) - 1)
        except (OSError, ValueError, IndexError):
            return None
        time.sleep(0.05)
    return round(sum(counts) / len(counts), 2)


def processor_name() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def table_of(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Return the rows of one case under HEAD."""
    lines = []
    for row in rows:
        own = next(r for r in rows if (r.shape, r.size) == (row.shape, row.size))
        ratio = "" if row is own or not (own.cpu and row.cpu) else f"{row.cpu / own.cpu:.1f}"
        size = f"{row.size:,}" if row.axis == "faces" else f"{row.size}³"
        answer = row.note or ", ".join(f"{name} {said(value)}" for name, value in row.figures.items())
        lines.append((size, row.shape, row.who, said(row.cpu), said(row.wall), said(row.peak_mb), ratio, answer))
    return lines


def said(value: Any) -> str:
    """Return a figure with as many digits as mean something."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if value != 0 and abs(value) < 1e-3:
        return f"{value:.1e}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.0f}"


def by_case(rows: Sequence[Row]) -> Iterator[tuple[str, str, list[Row]]]:
    """(kernel, title, rows) in the order of CASES; those that were not run are left out."""
    for case in CASES:
        found = [row for row in rows if (row.kernel, row.title) == (case.kernel, case.title)]
        if found:
            yield case.kernel, case.title, found


def threads_said(threads: int | None) -> str:
    return "OMP_NUM_THREADS not set" if threads is None else f"OMP_NUM_THREADS={threads}"


def markdown(machine: Machine, parts: Sequence[Section], command: str, note: str = "") -> str:
    """Return the whole page. note: a sentence on how the machine was used meanwhile."""
    with_versions = ", ".join(f"{name} {number}" for name, number in machine.peers.items())
    lines = [
        "# Benchmarks of the geometry kernels",
        "",
        "Written by this command; do not edit:",
        "",
        f"    {command}",
        "",
        f"{machine.date}, {machine.processor}, {machine.cores} cores, {machine.system}, Python {machine.python}.",
        f"varco3d {machine.ours} with {with_versions}."
        + (f" Not installed: {', '.join(machine.missing)}." if machine.missing else ""),
        _load_said(machine),
        *([note] if note else []),
        "No GPU was used (see [cuda.md](cuda.md)).",
        "",
        *HOW_TO_READ.strip().splitlines(),
        "",
    ]
    for part in parts:
        lines += [f"## {threads_said(part.threads)}", ""]
        if part.bars:
            lines += [*_table(("bar", "measured", "met"), [verdict.cells() for verdict in part.bars]), ""]
        for kernel, title, rows in by_case(part.rows):
            lines += [f"### `{kernel}`: {title}", "", *_table(HEAD, table_of(rows)), ""]
    return "\n".join(lines)


def _load_said(machine: Machine) -> str:
    if machine.load is None:
        return ""
    if machine.load > 0.5:
        return f"**The machine was busy** (load {machine.load} at the start), so trust ratios of CPU seconds only."
    return f"The machine was idle (load {machine.load} at the start)."


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
