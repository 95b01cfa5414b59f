"""Measures what `varco3d plan` estimates with, on a machine that does nothing else, and writes cli/measured.json.

    python scripts/measure_presets.py [MODEL]     # default: tiny

Per preset: a run of one picture and a run of three, on the device `auto`; the difference gives the time of a further
item, the rest is start-up.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "cli" / "measured.json"
PICTURES = sorted((ROOT / "examples").glob("*.png"))[:3]


def run(model: str, preset: str, pictures: list[Path], out: Path) -> tuple[float, list[dict[str, Any]]]:
    """(wall seconds of the whole call, its events). Raises CalledProcessError."""
    command = [sys.executable, "-m", "varco3d.cli", "generate", *map(str, pictures), "-o", str(out), "-m", model]
    started = time.perf_counter()
    done = subprocess.run(
        [*command, "--preset", preset, "--json", "--force"], check=True, capture_output=True, text=True
    )
    return time.perf_counter() - started, [json.loads(line) for line in done.stdout.splitlines()]


def measure(model: str, preset: str) -> dict[str, float]:
    """The row of one preset."""
    with tempfile.TemporaryDirectory() as folder:
        run(model, preset, PICTURES[:1], Path(folder, "warm-up"))  # compiles the kernels
        one, _ = run(model, preset, PICTURES[:1], Path(folder, "one"))
        three, events = run(model, preset, PICTURES, Path(folder, "three"))
    per_item = (three - one) / (len(PICTURES) - 1)
    peaks = [event["peak_mb"] or 0 for event in events if event["type"] == "stage_finished"]
    sizes = [sum(o["bytes"] for o in event["outputs"]) for event in events if event["type"] == "item_finished"]
    return {
        "seconds_per_item": round(per_item, 2),
        "start_seconds": round(max(0.0, one - per_item), 2),
        "peak_mb": max(peaks),
        "bytes": round(sum(sizes) / len(sizes)),
    }


def main() -> None:
    model = sys.argv[1] if len(sys.argv) > 1 else "tiny"
    table = json.loads(TABLE.read_text()) if TABLE.is_file() else {}
    table["machine"] = f"measured on {os.cpu_count()} cores, {platform.machine()}"
    table[model] = {preset: measure(model, preset) for preset in ("draft", "standard", "high")}
    TABLE.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
