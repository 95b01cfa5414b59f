"""Budgets of memory, held: runs with a small --memory and large everything else, with the peak of each process.

python scripts/memory.py            # prints the table
python scripts/memory.py --docs     # and writes it into docs/reliability.md

A run holds its budget when it stays within it and a fifth more: refused before any work (exit code 4), with an error,
or made. Nothing else may be running that fills the memory of the machine.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
SPARE = 1.2
SMALL = (
    "--preset draft --tokens 64 --faces 500 --set prepare.size=64 --set coarse.steps=1 --set coarse.candidates=1 "
    "--set coarse.resolution=16 --set refine.steps=1 --set decode.start=16 --device cpu --no-input --retries 0"
)


PICTURE = """
import sys
from PIL import Image
side = int(sys.argv[1])
image = Image.new("RGB", (side, side), (255, 255, 255))
image.paste((200, 60, 40), (side // 3, side // 4, side * 2 // 3, side * 3 // 4))
image.save("in.png", compress_level=1)
"""


@dataclass(frozen=True)
class Case:
    """One run. picture: pixels per side; budget: GiB."""

    title: str
    arguments: str
    picture: int = 200
    budget: float = 2.0


CASES = (
    Case("decode.resolution 512", f"{SMALL} --texture off --octree-resolution 512"),
    Case("decode.resolution 1024", f"{SMALL} --texture off --octree-resolution 1024"),
    Case("decode.resolution 2048", f"{SMALL} --texture off --octree-resolution 2048"),
    Case("texture of 2048", f"{SMALL} --octree-resolution 64 --texture-size 2048"),
    Case("texture of 4096", f"{SMALL} --octree-resolution 64 --texture-size 4096"),
    Case("texture of 8192", f"{SMALL} --octree-resolution 64 --texture-size 8192"),
    Case("picture of 114 megapixels", "--until prepare --no-input", 10_700),
    Case("picture of 200 megapixels", "--until prepare --no-input", 14_142),
)


def measure(case: Case, folder: Path) -> tuple[str, float, float]:
    """(outcome, peak GiB, seconds) of one run in a process of its own."""
    # In a process of its own: the peak of a child begins with the memory of its parent.
    subprocess.run([sys.executable, "-c", PICTURE, str(case.picture)], cwd=folder, check=True)
    command = [sys.executable, "-m", "varco3d.cli", "generate", "in.png", "-o", "out/", *case.arguments.split()]
    started = time.monotonic()
    process = subprocess.Popen(
        [*command, "--memory", f"{case.budget:g}"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    said = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    code = re.findall(r"error\[(\w+)\]", said)
    outcome = f"{code[-1]}, exit code {os.waitstatus_to_exitcode(status)}" if code else "made"
    return outcome, usage.ru_maxrss * 1024 / 2**30, time.monotonic() - started


def main() -> int:
    """Run all cases and prints the table; exit code 1 when one does not hold its budget."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", action="store_true", help="write the table into docs/reliability.md")
    parser.add_argument("--only", default="", help="part of a case's title")
    options = parser.parse_args()
    rows, held = ["| run with `--memory` | budget | outcome | peak | time |", "|" + " --- |" * 5], True
    for case in CASES:
        if options.only not in case.title:
            continue
        with tempfile.TemporaryDirectory(prefix="varco3d-memory-") as made:
            outcome, peak, seconds = measure(case, Path(made))
        within = peak <= case.budget * SPARE
        held = held and within
        rows.append(f"| {case.title} | {case.budget:g} GiB | {outcome}{'' if within else ', **over**'} | "
                    f"{peak:.2f} GiB | {seconds:.0f} s |")  # fmt: skip
        print(rows[-1], flush=True)
    if options.docs:
        text = PAGE.read_text(encoding="utf-8")
        head, tail = text.split("<!-- memory -->")[0], text.split("<!-- memory end -->")[1]
        PAGE.write_text(
            f"{head}<!-- memory -->\n\n" + "\n".join(rows) + f"\n\n<!-- memory end -->{tail}", encoding="utf-8"
        )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
