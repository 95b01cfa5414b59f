# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportIndexIssue=false, reportOperatorIssue=false
"""The nearest of a few thousand points, for many queries.

CPU: SciPy's tree, on every core. CUDA: every query looks at every point, which needs no tree, and no tensor leaves the
device: a tree's branches and the two copies cost more there than the distances do (docs/cuda.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import warp as wp
from scipy.spatial import KDTree

from ..arrays import check_points, check_range, origin_of, to_numpy, to_warp
from ..parallel import launch, on_host, start_warp

if TYPE_CHECKING:
    from torch import Tensor

wp.set_module_options({"enable_backward": False})


@wp.kernel
def find_nearest_few(
    base: int,
    points: wp.array(dtype=wp.vec3),
    queries: wp.array(dtype=wp.vec3),
    distance: wp.array2d(dtype=float),  # squared, ascending; a query's own rows are its memory
    index: wp.array2d(dtype=int),
):
    q = base + wp.tid()
    count = index.shape[1]
    for k in range(count):
        distance[q, k] = wp.inf
        index[q, k] = 0
    here = queries[q]
    furthest = float(wp.inf)
    for p in range(points.shape[0]):
        offset = points[p] - here
        d = wp.dot(offset, offset)
        if d < furthest:
            k = count - 1
            while k > 0 and distance[q, wp.max(k - 1, 0)] > d:
                distance[q, k] = distance[q, k - 1]
                index[q, k] = index[q, k - 1]
                k = k - 1
            distance[q, k] = d
            index[q, k] = p
            furthest = distance[q, count - 1]


class NearestPoints:
    """Points [N,3] that are asked for again and again. A tensor's device tells where they are looked at."""

    def __init__(self, points: Tensor, by_tree: bool | None = None):
        """by_tree: None takes the tree on the CPU, and the kernel on a device."""
        check_points(points)
        start_warp()
        self.count = len(points)
        self.device = origin_of(points).device
        self.tree = KDTree(to_numpy(points)) if (on_host(self.device) if by_tree is None else by_tree) else None
        self.points = None if self.tree is not None else to_warp(points, wp.vec3, self.device)

    def indices(self, queries: Tensor, count: int) -> Tensor:
        """Numbers [Q,count] int64 of the points nearest to each query [Q,3], nearest first, where the queries live.

        Points at one distance in any order. Raises UsageError when there are not so many points.
        """
        import torch

        check_range("count", count, 1, self.count)
        if self.tree is not None:
            found = np.asarray(self.tree.query(to_numpy(queries), count, workers=-1)[1]).reshape(-1, count)
            return torch.from_numpy(found).to(queries.device)
        distance = wp.empty((len(queries), count), dtype=float, device=self.device)
        index = wp.empty((len(queries), count), dtype=int, device=self.device)
        inputs = [self.points, to_warp(queries, wp.vec3, self.device), distance, index]
        launch(find_nearest_few, len(queries), inputs, self.device)
        return wp.to_torch(index).long()
