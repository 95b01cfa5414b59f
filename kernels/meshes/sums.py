# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportOperatorIssue=false
"""Sums of values that share a key, in the order of the values and float64: the same on every device."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import warp as wp

from ..arrays import Array, is_tensor, origin_of, to_warp
from ..parallel import launch, start_warp

wp.set_module_options({"enable_backward": False})


@wp.kernel
def add_runs(
    base: int,
    starts: wp.array(dtype=int),  # [K + 1]: where the run of each key begins in `order`
    order: wp.array(dtype=int),
    values: wp.array2d(dtype=float),
    sums: wp.array2d(dtype=wp.float64),
):
    key = base + wp.tid()
    for k in range(values.shape[1]):
        total = wp.float64(0.0)
        for r in range(starts[key], starts[key + 1]):
            total += wp.float64(values[order[r], k])
        sums[key, k] = total


def sums_by_key(keys: Array, values: Array, count: int) -> Any:
    """Return the sums [count, C] float64 of the values [N, C] float32 with each of the keys [N], 0 to count - 1.

    An atomic sum would add in an order of its own on a GPU, and the last bit of every texel would vary.
    """
    if not is_tensor(values):
        return np.stack([np.bincount(keys, values[:, k], count) for k in range(values.shape[1])], 1)
    start_warp()
    torch, origin = sys.modules["torch"], origin_of(values)
    device = origin.device
    held, order = torch.sort(keys, stable=True)
    starts = torch.searchsorted(held, torch.arange(count + 1, device=held.device, dtype=held.dtype))
    sums = wp.empty((count, values.shape[1]), dtype=wp.float64, device=device)
    rows = to_warp(values.reshape(-1), float, device).reshape(tuple(values.shape))
    launch(add_runs, count, [to_warp(starts, int, device), to_warp(order, int, device), rows, sums], device)
    return origin.give(sums)
