"""Records of an evaluation as Markdown: means with bootstrap intervals, per publisher, and changes between methods.

A record is one method on one picture of one object: "method", "object", "publisher", then its scores; without scores
(there is always "seconds") the method gave no surface.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Record = dict[str, Any]

RESAMPLES = 2000
COLUMNS = {
    "CD": ("chamfer", 4),
    "F@0.01": ("f_1", 1),
    "F@0.02": ("f_2", 1),
    "F@0.05": ("f_5", 1),
    "V-IoU": ("iou", 3),
    "normals": ("normal", 3),
    "silhouette IoU": ("silhouette", 3),
    "registered": ("registered", 3),
    "PSNR": ("psnr", 1),
    "watertight": ("watertight", 2),
    "manifold": ("manifold", 2),
    "components": ("components", 1),
    "tokens": ("tokens", 0),
    "s": ("seconds", 1),
}
"""Heading -> (score, decimals)."""


def object_means(records: Sequence[Record], method: str, score: str) -> dict[str, float]:
    """Mean over an object's views, by object; objects without that score are absent."""
    values: dict[str, list[float]] = {}
    for record in records:
        if record["method"] == method and score in record:
            values.setdefault(record["object"], []).append(record[score])
    return {name: float(np.mean(v)) for name, v in values.items()}


def half_interval(values: np.ndarray, seed: int = 0) -> float:
    """Half the width of the bootstrap 95 % interval of the mean of values [N]; objects, not views, are drawn."""
    picks = np.random.default_rng(seed).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(values[picks].mean(1), [2.5, 97.5])
    return float(high - low) / 2


def methods_of(records: Sequence[Record]) -> list[str]:
    return list(dict.fromkeys(record["method"] for record in records))


def main_table(records: Sequence[Record]) -> str:
    """Return a line per method: mean ± half the 95 % interval over objects; a dash where a score does not apply."""
    shown = {head: column for head, column in COLUMNS.items() if any(column[0] in record for record in records)}
    lines = ["| | " + " | ".join(shown) + " | failed |", "|---" * (len(shown) + 2) + "|"]
    for method in methods_of(records):
        cells = []
        for score, decimals in shown.values():
            values = np.array(list(object_means(records, method, score).values()))
            if len(values) == 0:
                cells.append("–")
            elif score in ("seconds", "tokens") or len(values) == 1:
                cells.append(f"{values.mean():.{decimals}f}")
            else:
                cells.append(f"{values.mean():.{decimals}f} ± {half_interval(values):.{decimals}f}")
        failed = sum(record["method"] == method and "seconds" not in record for record in records)
        lines.append(f"| {method} | " + " | ".join(cells) + f" | {failed} |")
    return "\n".join(lines)


def publisher_table(records: Sequence[Record], methods: Sequence[str]) -> str:
    """Return a line per publisher, most objects first: CD and F@0.05 of the methods."""
    objects = {record["object"]: record["publisher"] for record in records}
    publishers = sorted(set(objects.values()), key=lambda p: (-list(objects.values()).count(p), p))
    heads = [f"{method}, {head}" for method in methods for head in ("CD", "F@0.05")]
    lines = ["| made by | objects | " + " | ".join(heads) + " |", "|---" * (len(heads) + 2) + "|"]
    for publisher in publishers:
        own = [record for record in records if record["publisher"] == publisher]
        cells = []
        for method in methods:
            for score, decimals in (("chamfer", 4), ("f_5", 1)):
                values = list(object_means(own, method, score).values())
                cells.append(f"{np.mean(values):.{decimals}f}" if values else "–")
        count = list(objects.values()).count(publisher)
        lines.append(f"| {publisher} | {count} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


@dataclass(frozen=True)
class Change:
    """Change of a mean score from one method to another. low, high: its paired 95 % interval."""

    value: float
    low: float
    high: float


def change(records: Sequence[Record], score: str, before: str, after: str, relative: bool) -> Change | None:
    """relative: in per cent of the mean before, else a difference. Only objects that both have count; None: none."""
    old, new = object_means(records, before, score), object_means(records, after, score)
    shared = sorted(old.keys() & new.keys())
    if not shared:
        return None
    a, b = np.array([old[k] for k in shared]), np.array([new[k] for k in shared])
    picks = np.random.default_rng(0).integers(0, len(shared), (RESAMPLES, len(shared)))

    def between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return 100 * (b / a - 1) if relative else b - a

    low, high = np.percentile(between(a[picks].mean(1), b[picks].mean(1)), [2.5, 97.5])
    return Change(float(between(a.mean(), b.mean())), float(low), float(high))
