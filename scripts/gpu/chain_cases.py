"""`tiny` as a whole: several pictures, two workers on one device, and a device with little memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import Bench, Case

from varco3d.pipeline.artifacts import Asset
from varco3d.pipeline.chain import Chain, ItemState
from varco3d.pipeline.events import Event, StageFinished
from varco3d.pipeline.machine import resolve_dtype
from varco3d.pipeline.network_pool import NetworkPool
from varco3d.pipeline.recipe import load_recipe

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
PICTURES = 5
OUT_OF_MEMORY = 4  # exit code of a run in which nothing else went wrong
CAPS = (0.5, 0.0)  # GiB of torch's memory that a capped run may take: one or two reductions, and never enough
# Each stage as small as it goes: a rehearsal's.
QUICK = {
    "prepare": {"size": "64"},
    "coarse": {"steps": "1", "candidates": "1", "resolution": "16", "second_look": "off", "outline": "off"},
    "sample": {"tokens": "64"},
    "refine": {"steps": "1"},
    "decode": {"resolution": "16", "start": "16", "smooth": "0", "outline": "off"},
    "clean": {"faces": "500"},
}


def quick_flags() -> list[str]:
    changes = [f"--set={stage}.{key}={value}" for stage, values in QUICK.items() for key, value in values.items()]
    return ["--texture", "off", *changes]


def pictures(bench: Bench) -> dict[str, Any]:
    """Seconds of the first picture, which loads the networks, and the mean of the others, with every stage's."""
    recipe = load_recipe("tiny", overrides=QUICK if bench.small else {})
    dtype = resolve_dtype("auto", bench.device)
    names = [name for name in recipe.names() if not (bench.small and name == "texture")]
    chain = Chain(recipe, NetworkPool(recipe.models, bench.device, dtype), names, bench.device, dtype)
    seconds: list[float] = []
    stages: dict[str, list[float]] = {}
    peak = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number, picture in enumerate(sorted(EXAMPLES.glob("*.png"))[: 2 if bench.small else PICTURES]):
            ended: list[StageFinished] = []

            def note(event: Event, ended: list[StageFinished] = ended) -> None:
                if isinstance(event, StageFinished):
                    ended.append(event)

            item = ItemState(picture.stem, Asset(source=picture), seed=0, output=Path(folder, str(number)))
            chain.run(item, note)
            seconds.append(sum(event.seconds + event.load_seconds for event in ended))
            peak = max(peak, *(event.peak_mb or 0.0 for event in ended))
            for event in ended if number else ():
                stages.setdefault(event.stage, []).append(event.seconds)
    means = {f"{name} s": sum(values) / len(values) for name, values in stages.items()}
    return {"first s": seconds[0], "further s": sum(seconds[1:]) / len(seconds[1:]), "peak_mb": peak, **means}


def command_line(
    bench: Bench, call: list[str], more: list[str], codes: tuple[int, ...], count: int = 4
) -> dict[str, Any]:
    """Return the end of a run of the command: items by status, what was tried again, its exit code.

    Raises RuntimeError for a run that died, left an item without a record, or failed for another reason than memory.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    chosen = [str(path) for path in sorted(EXAMPLES.glob("*.png"))[: (2 if bench.small else count)]]
    flags = quick_flags() if bench.small else []
    with tempfile.TemporaryDirectory() as folder:
        arguments = [*call, "generate", *chosen, "-o", folder, "--json", *more, *flags]
        done = subprocess.run(arguments, capture_output=True, text=True, env=environment)
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    last = events[-1] if events else {}
    items = [event for event in events if event["type"] == "item_finished"]
    errors = sorted({item["error"]["code"] for item in items if item["error"]})
    if last.get("type") != "run_finished" or len(items) != len(chosen) or done.returncode not in codes:
        raise RuntimeError(f"{len(items)} items, exit code {done.returncode}, {errors}: {done.stderr[-600:]}")
    return {
        "seconds": last["seconds"],
        **{name: count for name, count in last["counts"].items() if count},
        "attempts": sum(item["attempts"] for item in items),
        "errors": ", ".join(errors) or "none",
        "exit": done.returncode,
    }


def two_workers(bench: Bench) -> dict[str, Any]:
    devices = ["--devices", "0,0"] if bench.cuda else ["--device", "cpu"]
    return command_line(bench, [sys.executable, "-m", "varco3d.cli"], ["-j", "2", *devices], (0,))


def capped(bench: Bench, gib: float) -> dict[str, Any]:
    """Return a run that may take no more memory: it must reduce its settings and end in records."""
    call = [sys.executable, str(HERE / "capped.py"), str(gib), bench.device]
    return command_line(bench, call, ["-j", "1", "--device", bench.device], (0, OUT_OF_MEMORY), count=2)


def cases(small: bool) -> list[Case]:
    listed = [Case("chain", "tiny, picture by picture", pictures), Case("chain", "-j 2 on one device", two_workers)]
    for gib in CAPS[: 1 if small else None]:
        listed.append(Case("chain", f"at most {gib:g} GiB of torch", lambda bench, gib=gib: capped(bench, gib)))
    return listed
