# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportIndexIssue=false, reportOperatorIssue=false
"""Distance of pixels from the nearest edge, as far as it counts: every pixel looks around itself."""

from __future__ import annotations

import math
from typing import Any

import warp as wp

from ..arrays import Array, origin_of, to_warp
from ..parallel import launch, start_warp

wp.set_module_options({"enable_backward": False})


@wp.kernel
def look_around(base: int, edges: wp.array2d(dtype=int), window: int, reach: float, out: wp.array(dtype=float)):
    q = base + wp.tid()
    width = edges.shape[1]
    x = q % width
    y = q / width
    nearest = float(wp.inf)
    for j in range(wp.max(y - window, 0), wp.min(y + window + 1, edges.shape[0])):
        for i in range(wp.max(x - window, 0), wp.min(x + window + 1, width)):
            if edges[j, i] != 0:
                nearest = wp.min(nearest, float((i - x) * (i - x) + (j - y) * (j - y)))
    out[q] = wp.min(wp.sqrt(nearest) / reach, 1.0)


def edge_distance(edges: Array, reach: float) -> Any:
    """Return the distance float32 [H, W] of every pixel from the nearest one marked in `edges`, over reach, at most 1.

    reach: pixels. The work grows with its square, which suits a device and a few pixels.
    """
    origin, (height, width) = origin_of(edges), edges.shape
    start_warp()
    out = wp.empty(height * width, dtype=float, device=origin.device)
    inputs = [to_warp(edges, int, origin.device), math.ceil(reach), float(reach), out]
    launch(look_around, height * width, inputs, origin.device)
    return origin.give(out).reshape(height, width)
