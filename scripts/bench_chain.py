"""Start-to-finish times and peak memory of `tiny`, as a user sees them: processes started from the shell.

    python scripts/bench_chain.py [--out docs/speed.md]

Measures `varco3d --help`, the first line of `generate` on stderr, one picture, and a run of four; a further picture
costs a third of the difference.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from varco3d.cli.bench.page import processor_name

ROOT = Path(__file__).parent.parent
COMMAND = [str(Path(sys.executable).with_name("varco3d"))]
BARS = {"help": 0.2, "first": 0.15, "one": 45.0, "further": 15.0, "memory": 3072.0}


def timed(arguments: list[str]) -> tuple[float, str]:
    """Wall seconds of one process, and its stdout."""
    started = time.perf_counter()
    child = subprocess.run([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    seconds = time.perf_counter() - started
    if child.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with exit code {child.returncode}")
    return seconds, child.stdout


def until_first_line(call: list[str]) -> float:
    """Seconds until a process writes to stderr; it is not waited for any longer."""
    started = time.perf_counter()
    with subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        assert child.stderr is not None
        child.stderr.readline()
        seconds = time.perf_counter() - started
        child.kill()
    return seconds


def generate(pictures: list[Path], preset: str) -> tuple[float, float]:
    """Wall seconds, and megabytes: the highest peak of a stage.

    (Stages reset the high-water mark of the process, so that what the system tells at its end is only the last one's.)
    """
    with tempfile.TemporaryDirectory() as folder:
        seconds, text = timed(["generate", *map(str, pictures), "-o", folder, "--preset", preset, "--json"])
    return seconds, max(event.get("peak_mb") or 0 for event in map(json.loads, text.splitlines()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="a Markdown file to write beside printing")
    args = parser.parse_args()
    pictures = sorted((ROOT / "examples").glob("*.png"))[:4]
    generate(pictures[:1], "draft")  # kernels are compiled once per machine; not part of the figures
    started = min(timed(["--help"])[0] for _ in range(5))
    with tempfile.TemporaryDirectory() as folder:
        call = [*COMMAND, "generate", str(pictures[0]), "-o", folder]
        spoke = min(until_first_line(call) for _ in range(5))
    rows = [
        f"| `varco3d --help`, best of 5 | {started:.2f} s | {BARS['help']} s |",
        f"| first line on stderr, start of Python included, best of 5 | {spoke:.2f} s | {BARS['first']} s |",
    ]
    for preset in ("draft", "standard", "high"):
        one, memory = generate(pictures[:1], preset)
        four, memory_four = generate(pictures, preset)
        bars = BARS if preset == "standard" else dict.fromkeys(BARS, "")
        unit = " s" if preset == "standard" else ""
        rows += [
            f"| {preset}: one picture, start-up included | {one:.1f} s | {bars['one']}{unit} |",
            f"| {preset}: each further picture of one run | {(four - one) / 3:.1f} s | {bars['further']}{unit} |",
            f"| {preset}: peak memory | {max(memory, memory_four):.0f} MB | {bars['memory']}{unit and ' MB'} |",
        ]
    text = "\n".join(
        [
            "# Speed of `tiny`",
            "",
            f"Made by `python scripts/bench_chain.py` on {datetime.date.today()}: {os.cpu_count()} CPU cores,",
            f"{processor_name()}, Python {platform.python_version()}, no GPU, nothing else running.",
            "",
            "| | measured | bar |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )
    print(text)
    if args.out:
        kept = args.out.read_text().partition("\n## ") if args.out.exists() else ("", "", "")
        args.out.write_text(text + kept[1] + kept[2])  # the sections below the table are written by hand


if __name__ == "__main__":
    main()
