"""Measures what `varco3d plan` estimates with, on a machine that does nothing else, and writes cli/measured.json.

    python scripts/measure_presets.py [MODEL [PRESET...]]     # default: tiny, all presets; three to four minutes

One run of three pictures per preset on the device `auto`. The time between the ends of the first and the last item
gives that of an item; what the whole call takes beyond its items is start-up. A row is written as soon as it is
measured, and the rows of other models and presets stay.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from throughput import events_of

from varco3d.cli.bench.page import processor_name

TABLE = Path(__file__).parents[1] / "cli" / "measured.json"
PRESETS = ("draft", "standard", "high")
PICTURES = [str(path) for path in sorted((Path(__file__).parents[1] / "examples").glob("*.png"))[:3]]


def summary(events: list[tuple[float, dict[str, Any]]]) -> dict[str, float]:
    """Return the row of one preset, from (seconds, event) of a run of several items."""
    finished = [(at, event) for at, event in events if event["type"] == "item_finished"]
    per_item = (finished[-1][0] - finished[0][0]) / (len(finished) - 1)
    peaks = [event["peak_mb"] or 0 for _, event in events if event["type"] == "stage_finished"]
    sizes = [sum(output["bytes"] for output in event["outputs"]) for _, event in finished]
    return {
        "seconds_per_item": round(per_item, 2),
        "start_seconds": round(max(0.0, events[-1][0] - per_item * len(finished)), 2),
        "peak_mb": max(peaks),
        "bytes": round(sum(sizes) / len(sizes)),
    }


def main() -> None:
    model, *presets = sys.argv[1:] or ["tiny"]
    events_of(PICTURES[0], "-m", model, "--preset", "draft")  # compiles the kernels
    for preset in presets or PRESETS:
        row = summary(events_of(*PICTURES, "-m", model, "--preset", preset))
        table = json.loads(TABLE.read_text()) if TABLE.is_file() else {}
        table["machine"] = f"measured on {os.cpu_count()} cores, {processor_name()}"
        table.setdefault(model, {})[preset] = row
        TABLE.write_text(json.dumps(table, indent=1) + "\n")
        print(preset, row, flush=True)


if __name__ == "__main__":
    main()
