"""The lines of a report as a page of Markdown tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from goals import PICTURE_SECONDS, decode_goal, kernel_goal, step_goal

Line = Mapping[str, Any]
Cell = Callable[[Line], Any]


class Ceilings:
    """Measured rates of the device, by name; None where they were not measured."""

    def __init__(self, lines: Sequence[Line]):
        found = {line["case"]: line for line in lines if line["table"] == "ceilings" and "error" not in line}
        self.copy = found.get("copy", {}).get("GB/s")
        self.product = {kind: found.get(f"product {kind}", {}).get("TFLOP/s") for kind in ("bfloat16", "float16")}

    def byte_limit(self, line: Line) -> float | None:
        """Milliseconds in which the bytes that must move could be copied."""
        return None if self.copy is None or "moved_mb" not in line else line["moved_mb"] / self.copy

    def share(self, line: Line) -> float | None:
        """Per cent of the measured rate of matrix products in the case's number type."""
        kind = str(line["case"]).rpartition(" ")[2]
        peak = self.product.get(kind)
        return None if not peak or "TFLOP/s" not in line else 100 * line["TFLOP/s"] / peak


def number(value: Any) -> str:
    """Return a figure with three digits that matter; a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def table(lines: Sequence[Line], columns: Mapping[str, Cell]) -> list[str]:
    """Rows of a table, the case first; a case that failed says why instead."""
    rows = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for line in lines:
        if "error" in line:
            cells = [str(line["error"]).replace("|", "/").replace("\n", " ")[:200], *[""] * (len(columns) - 1)]
        else:
            cells = [number(cell(line)) for cell in columns.values()]
        rows.append(f"| {line['case']} | {' | '.join(cells)} |")
    return rows


def plain(name: str) -> Cell:
    return lambda line: line.get(name)


def columns_of(heading: str, ceilings: Ceilings) -> dict[str, Cell]:
    """Return the columns that a table shows beside the case."""
    timing = {"ms": plain("ms"), "ms of the host": plain("wall_ms"), "peak MB": plain("peak_mb")}
    steps = {"TFLOP/s": plain("TFLOP/s"), "% of measured peak": ceilings.share}
    known: dict[str, dict[str, Cell]] = {
        "kernel modules": {name: plain(name) for name in ("cached", "compiled", "seconds")},
        "tests": {name: plain(name) for name in ("passed", "failed", "skipped", "seconds")},
        "ceilings": {"GB/s": plain("GB/s"), "TFLOP/s": plain("TFLOP/s"), **timing},
        "kernels": {
            **timing,
            "CPU ms": plain("cpu_ms"),
            "times the CPU": lambda line: line["cpu_ms"] / line["ms"],
            "ms by bytes": ceilings.byte_limit,
            "goal, ms on an H100": kernel_goal,
        },
        "guided steps": {
            "tokens": plain("tokens"),
            **timing,
            **steps,
            "goal, %": step_goal,
            "weights MB": plain("weights_mb"),
        },
        "fields": {"keys": plain("keys"), **timing, "points/s": plain("points/s"), **steps},
        "decodes": {"keys": plain("keys"), "queries": plain("queries"), **timing, "goal, ms on an H100": decode_goal},
    }
    return known.get(heading, {})


def chain_rows(lines: Sequence[Line]) -> list[str]:
    """Cases of the chain have figures of their own, so they are lists."""
    skipped = {"part", "number", "of", "table", "case", "took_s"}
    rows = []
    for line in lines:
        told = ", ".join(f"{name} {number(value)}" for name, value in line.items() if name not in skipped)
        told += f" (goal of a further picture on an H100: {number(PICTURE_SECONDS)})" if "further s" in line else ""
        rows.append(f"- **{line['case']}**: {told}")
    return rows


def page(about: Mapping[str, Any], lines: Sequence[Line]) -> str:
    """Return the whole page; tables in the order in which their first line came."""
    ceilings = Ceilings(lines)
    told = "; ".join(f"{name} {value}" for name, value in about.items())
    text = ["# Measured on a GPU", "", f"Made by `scripts/gpu_report`: {told}.", ""]
    text += [
        "Medians of warm runs between CUDA events; peaks above what was held before. *ms by bytes*: what must at",
        "least be read and written, at the measured rate of a large copy. Kernels that work on the host too show it",
        "in *ms of the host*.",
    ]
    for heading in dict.fromkeys(str(line["table"]) for line in lines):
        own = [line for line in lines if line["table"] == heading]
        columns = columns_of(heading, ceilings)
        rows = table(own, columns) if columns else chain_rows(own)
        text += ["", f"## {heading.capitalize()}", "", *rows]
        failures = [failure for line in own for failure in line.get("failures", [])]
        text += ["", *(f"- {failure}" for failure in failures)] if failures else []
    return "\n".join(text) + "\n"
