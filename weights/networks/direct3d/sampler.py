"""Noise levels of Direct3D-S2's flows, and the order in which its noise is drawn. Pure functions.

x = (1 - level) data + level noise, and x += step * velocity.
"""

import numpy as np
import torch
from torch import Tensor

LEAST_LEVEL = 1e-3  # of the training grid of 1000 levels


def shifted(level: float, shift: float) -> float:
    """Shift a level; a shift above 1 moves levels to the noise."""
    return shift * level / (1 + (shift - 1) * level)


def noise_levels(steps: int, shift: float) -> Tensor:
    """Return levels [steps + 1] float32 from 1 to 0.

    As published, the shift falls twice on the lower end: the grid ends at the shifted least level, then all of it is
    shifted. With 50 steps and shift 6 the last step leads from 0.0348 to 0.
    """
    grid = np.linspace(1.0, shifted(LEAST_LEVEL, shift), steps)
    levels = shift * grid / (1 + (shift - 1) * grid)
    return torch.cat([torch.from_numpy(levels.astype(np.float32)), torch.zeros(1)])


def block_order(coords: Tensor, block: int) -> Tensor:
    """Return row numbers [N] that sort voxels [N, 4] by item, block, and place in the block, each with x slowest."""
    item, place = coords[:, 0].long(), coords[:, 1:].long()
    digits = [item, *torch.div(place, block, rounding_mode="floor").unbind(1), *(place % block).unbind(1)]
    order = torch.arange(len(coords), device=coords.device)
    for digit in reversed(digits):
        order = order[torch.argsort(digit[order], stable=True)]
    return order
