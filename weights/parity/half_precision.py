"""TripoSG's published hierarchical extractor, which keeps coordinates and logits in half precision.

Only here, to compare with: its coarse grid includes the far end of the box and its finer ones do not, so that they
do not lie over each other, and its band leaves out only what half precision saturates.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from ..networks.flashvdm import NEVER, Query, dilate, near_surface
from ..networks.layers import attend_all

WIDEN = (2, 1)


def decode_in_half(query: Query, depths: Sequence[int], bounds: float) -> Tensor:
    """Grid [2^d, 2^d, 2^d] of the last depth, float32 values before their rounding to half; NaN where not asked."""
    side = 2 ** depths[0]
    axis = torch.linspace(-bounds, bounds, side, dtype=torch.float64)
    points = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), dim=-1).flatten(0, 2)
    grid = query(points.half().float(), attend_all).unflatten(0, (side,) * 3)
    for depth in range(depths[0] + 1, depths[1] + 1):
        side = 2**depth
        halved = grid.half().float()
        active = near_surface(halved) | (torch.tanh(halved / 2).half().abs() < 1.0)
        children = torch.zeros((side,) * 3, dtype=torch.bool)
        children[tuple((torch.nonzero(dilate(active, WIDEN[0])) * 2).T)] = True
        asked = torch.nonzero(dilate(children, WIDEN[1]))
        points = (asked.double() * (2 * bounds / side) - bounds).half().float()
        grid = torch.full((side,) * 3, NEVER)
        grid[tuple(asked.T)] = query(points, attend_all)
    return torch.where(grid == NEVER, torch.nan, grid)


def half_step(values: Tensor) -> float:
    """Half the distance between neighbouring half-precision numbers at the largest of `values`."""
    return 2.0 ** (float(values.abs().max().log2().floor()) - 11)
