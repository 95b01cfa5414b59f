"""Items per minute with one worker and two, the share of start-up, and what batch costs per item beyond the stages.

python scripts/throughput.py [--items 6] [--dry]   # 2 to 3 minutes; fills docs/reliability.md; nothing else may run
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reliability import PAGE, QUICK, drawing, fill

EXAMPLES = Path(__file__).parents[1] / "examples"
SMALL_ITEMS = 40


@dataclass(frozen=True)
class Timing:
    """Of one run, seconds. start: until the first item began; work: from there until the last ended; stages: sum over
    all items, loading included; items: how many."""

    start: float
    work: float
    stages: float
    items: int


def events_of(*arguments: str) -> list[tuple[float, dict[str, Any]]]:
    """(seconds since the start, event) of one run of generate into a folder that goes away. Ends the script when the
    run does not end well."""
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=6, help="pictures of the draft runs, at most 8")
    parser.add_argument("--dry", action="store_true", help="print only")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for index in range(SMALL_ITEMS):
            drawing(index).save(Path(folder, f"{index:02}.png"))
        quick = timed(Path(folder), "-j", "1", *QUICK.split())
    draft = ["--preset", "draft", "--limit", str(args.items)]
    timed(EXAMPLES, "-j", "1", "--limit", "1", "--preset", "draft")  # compiles the kernels
    rows = [
        "| run | items | items a minute | start-up (share of this run) | overhead an item |",
        "| --- | --- | --- | --- | --- |",
        row("`--preset draft -j 1`", timed(EXAMPLES, "-j", "1", *draft), True),
        row("`--preset draft -j 2`", timed(EXAMPLES, "-j", "2", *draft), False),
        row("each stage as small as it goes, `-j 1`", quick, True),
    ]
    text = "\n".join([f"{os.cpu_count()} cores, {datetime.date.today()}, nothing else running.", "", *rows])
    print(text)
    if not args.dry:
        fill(PAGE, "throughput", text)


if __name__ == "__main__":
    main()
