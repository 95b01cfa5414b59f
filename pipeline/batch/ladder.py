"""The memory ladder: what to turn down, step by step, when an item ran out of memory."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..recipe import Recipe

# Per rung. A smaller chunk only costs time; the others cost detail, and an item that failed gets few more tries.
_RUNG: tuple[tuple[str, float], ...] = (
    ("chunk", 0.25),
    ("decode_chunk", 0.25),
    ("resolution", 0.75),
    ("tokens", 0.75),
    ("voxels", 0.5),
    ("size", 0.5),
)
_STAGES = {"coarse", "voxelize", "refine", "sample", "decode", "texture"}
_TRAINED = {("voxelize", "resolution")}  # the size that the networks know


def step_down(recipe: Recipe, rungs: int) -> tuple[Recipe, dict[str, Any]]:
    """Return the recipe `rungs` steps down, and what changed: {"decode.resolution": 192, ...}; unchanged for 0 rungs.

    Values stay in their range and keep their divisibility by 16; `prepare` and the resolution of `voxelize` are left
    alone, because they are what the networks were trained on.
    """
    overrides: dict[str, dict[str, Any]] = {}
    changed: dict[str, Any] = {}
    for spec in recipe.stages:
        if spec.name not in _STAGES or rungs <= 0:
            continue
        fields = {field.name: field for field in dataclasses.fields(spec.settings)}
        for knob, factor in _RUNG:
            value = getattr(spec.settings, knob, None)
            if not isinstance(value, int) or isinstance(value, bool) or value <= 0 or (spec.name, knob) in _TRAINED:
                continue
            smaller = int(value * factor**rungs)
            smaller = smaller // 16 * 16 if value % 16 == 0 and smaller >= 16 else max(1, smaller)
            low = fields[knob].metadata.get("min")
            smaller = smaller if low is None else max(int(low), smaller)
            if smaller < value:
                overrides.setdefault(spec.name, {})[knob] = smaller
                changed[f"{spec.name}.{knob}"] = smaller
    return (recipe.with_settings(overrides), changed) if overrides else (recipe, {})
