"""TripoSG's published hierarchical extractor, which keeps coordinates and logits in half precision.

Only here, to compare with: its coarse grid includes the far end of the box and its finer ones do not, so that they
do not lie over each other, and its band leaves out only what half precision saturates. Vertices that are not asked
keep the value of their parent, so that there are no holes.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from ..networks.flashvdm import dilate
from ..networks.key_selection import Query
from ..networks.layers import attend_all

FINE = 512  # coarse sides from here on widen the active set by 1 instead of 2


def decode_in_half(query: Query, depths: Sequence[int], bounds: float) -> Tensor:
    """Grid [2^d, 2^d, 2^d] of the last depth; the values asked there are not yet rounded to half precision."""
    side = 2 ** depths[0]
    axis = torch.linspace(-bounds, bounds, side, dtype=torch.float64)
    points = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), dim=-1).flatten(0, 2)
    grid = query(points.half().float(), attend_all).unflatten(0, (side,) * 3)
    for _ in range(depths[0], depths[1]):
        active = torch.zeros((side,) * 3, dtype=torch.bool)
        inner = (slice(1, -1),) * 3
        active[inner] = (torch.sigmoid(grid.half()[inner]) * 2 - 1).abs() < 1.0
        asked = dilate(active, 2 if side < FINE else 1)
        for axis_number in range(3):
            grid = grid.repeat_interleave(2, dim=axis_number)
            asked = asked.repeat_interleave(2, dim=axis_number)
        index, half = torch.nonzero(asked), side
        points = ((index - half).half() * (bounds / half)).float()
        grid[asked] = query(points, attend_all)
        side *= 2
    return grid


def half_step(values: Tensor) -> float:
    """Half the distance between neighbouring half-precision numbers at the largest of `values`."""
    return 2.0 ** (float(values.abs().max().log2().floor()) - 11)
