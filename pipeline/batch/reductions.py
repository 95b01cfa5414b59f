"""Reduced settings for another try of an item that ran out of memory."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..recipe import Recipe

# Of one reduction. A smaller chunk only costs time; the others cost detail, and a failed item gets few more tries.
_FACTORS: tuple[tuple[str, float], ...] = (
    ("chunk", 0.25),
    ("decode_chunk", 0.25),
    ("resolution", 0.75),
    ("tokens", 0.75),
    ("voxels", 0.5),
    ("size", 0.5),
)
_STAGES = {"coarse", "voxelize", "refine", "sample", "decode", "texture"}
_TRAINED = {("voxelize", "resolution")}  # the size that the networks know


def reduced(recipe: Recipe, times: int) -> tuple[Recipe, dict[str, Any]]:
    """Return the recipe reduced `times` times, and the changes: {"decode.resolution": 192, ...}.

    Values stay in their range and keep their divisibility by 16; `prepare` and the resolution of `voxelize` stay,
    because the networks were trained on them.
    """
    overrides: dict[str, dict[str, Any]] = {}
    changed: dict[str, Any] = {}
    for spec in recipe.stages:
        if spec.name not in _STAGES or times <= 0:
            continue
        fields = {field.name: field for field in dataclasses.fields(spec.settings)}
        for key, factor in _FACTORS:
            value = getattr(spec.settings, key, None)
            if not isinstance(value, int) or isinstance(value, bool) or value <= 0 or (spec.name, key) in _TRAINED:
                continue
            smaller = int(value * factor**times)
            smaller = smaller // 16 * 16 if value % 16 == 0 and smaller >= 16 else max(1, smaller)
            low = fields[key].metadata.get("min")
            smaller = smaller if low is None else max(int(low), smaller)
            if smaller < value:
                overrides.setdefault(spec.name, {})[key] = smaller
                changed[f"{spec.name}.{key}"] = smaller
    return (recipe.with_settings(overrides), changed) if overrides else (recipe, {})
