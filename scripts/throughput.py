"""Items per minute with one worker and two, the share of start-up, and the batch's cost per item.

python scripts/throughput.py [--items 6] [--rows small,1,2] [--dry]    # 2 to 3 minutes on 2 idle cores

Fills docs/reliability.md. Each row is printed as soon as it is measured.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reliability import PAGE, QUICK, drawing, fill

from varco3d.cli.bench.page import processor_name

EXAMPLES = Path(__file__).parents[1] / "examples"
SMALL_ITEMS = 24


@dataclass(frozen=True)
class Timing:
    """Durations of one run, seconds.

    start: until the first item began; work: from there until the last ended; stages: sum over all items, loading
    included; items: how many.
    """

    start: float
    work: float
    stages: float
    items: int


def events_of(*arguments: str) -> list[tuple[float, dict[str, Any]]]:
    """(seconds since the start, event) of one run of generate into a folder that goes away.

    Ends the script when the run does not end well.
    """
    with tempfile.TemporaryDirectory() as out:
        call = [sys.executable, "-m", "varco3d.cli", "generate", *arguments, "-o", out, "--json"]
        began = time.perf_counter()
        with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
            assert child.stdout is not None
            events = [(time.perf_counter() - began, json.loads(line)) for line in child.stdout]
        if child.returncode:
            raise SystemExit(f"{' '.join(call)} ended with exit code {child.returncode}")
    return events


def timed(pictures: Path, *arguments: str) -> Timing:
    """One run over the pictures."""
    events = events_of(str(pictures), *arguments)
    started = [at for at, event in events if event["type"] == "item_started"]
    finished = [at for at, event in events if event["type"] == "item_finished"]
    ended = [event for _, event in events if event["type"] == "stage_finished"]
    stages = sum(event["seconds"] + event["load_seconds"] for event in ended)
    return Timing(started[0], finished[-1] - started[0], stages, len(finished))


def row(name: str, timing: Timing, overhead: bool) -> str:
    whole = timing.start + timing.work
    beyond = f"{1000 * (timing.work - timing.stages) / timing.items:.0f} ms" if overhead else ""
    return (
        f"| {name} | {timing.items} | {60 * timing.items / timing.work:.1f} | {timing.start:.1f} s "
        f"({100 * timing.start / whole:.0f} %) | {beyond} |"
    )


def rows(which: list[str], items: int) -> Iterator[str]:
    """Yield the rows asked for, each as soon as it is measured."""
    draft = ["--preset", "draft", "--limit", str(items)]
    if "small" in which:
        with tempfile.TemporaryDirectory() as folder:
            for index in range(SMALL_ITEMS):
                drawing(index).save(Path(folder, f"{index:02}.png"))
            quick = timed(Path(folder), "-j", "1", *QUICK.split())
            yield row("each stage as small as it goes, `-j 1`", quick, True)
    if {"1", "2"} & set(which):
        timed(EXAMPLES, "-j", "1", "--limit", "1", "--preset", "draft")  # compiles the kernels
    for jobs in ("1", "2"):
        if jobs in which:
            yield row(f"`--preset draft -j {jobs}`", timed(EXAMPLES, "-j", jobs, *draft), jobs == "1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=6, help="pictures of the draft runs, at most 8")
    parser.add_argument("--rows", default="small,1,2", help="which of the rows, by their jobs")
    parser.add_argument("--beside", default="nothing else running", help="what else the machine did, for the page")
    parser.add_argument("--dry", action="store_true", help="print only")
    args = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    lines = [
        f"{cores} core{'s' if cores > 1 else ''}, {processor_name()}, {datetime.date.today()}, {args.beside}.",
        "",
        "| run | items | items a minute | start-up (share of this run) | overhead an item |",
        "| --- | --- | --- | --- | --- |",
    ]
    print("\n".join(lines), flush=True)
    for line in rows(args.rows.split(","), args.items):
        print(line, flush=True)
        lines.append(line)
    if not args.dry:
        fill(PAGE, "throughput", "\n".join(lines))


if __name__ == "__main__":
    main()
