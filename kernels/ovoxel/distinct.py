"""Distinct keys and boundary edges, by sorting, where the array lives: NumPy on the CPU, torch on a device."""

from typing import Any

import numpy as np

from ..arrays import Array, is_tensor


def distinct(keys: Array, least: int = 1) -> Any:
    """Return the values [K] int64 from 0 on that `keys` [N] holds at least `least` times, ascending, each once."""
    if is_tensor(keys):
        import torch

        found, uses = torch.unique(keys, return_counts=True)
        return found[(found >= 0) & (uses >= least)]
    ordered = np.sort(keys)  # np.unique takes five times as long, by a hash table
    first = np.flatnonzero((np.diff(ordered, prepend=-1) != 0) & (ordered >= 0))
    last = first + (least - 1)
    return ordered[first[(last < len(ordered)) & (ordered[np.minimum(last, len(ordered) - 1)] == ordered[first])]]


def boundary_edges(faces: Array) -> Any:
    """Return the edges [E, 2] int32 that exactly one face of `faces` [F, 3] uses, lower vertex first."""
    xp: Any = np
    if is_tensor(faces):
        import torch

        xp = torch
    if len(faces) == 0:
        return xp.empty((0, 2), dtype=xp.int32)
    corners: Any = xp.asarray(faces, dtype=xp.int64)
    width = int(corners.max()) + 1
    sides = [(corners[:, k], corners[:, (k + 1) % 3]) for k in range(3)]
    keys = xp.concatenate([xp.minimum(a, b) * width + xp.maximum(a, b) for a, b in sides])
    single, uses = xp.unique(keys, return_counts=True)
    alone = single[uses == 1]
    return xp.asarray(xp.stack([alone // width, alone % width], 1), dtype=xp.int32)
