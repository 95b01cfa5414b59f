"""Sines and cosines of integer coordinates, added to tokens of dense and sparse grids."""

import torch
from torch import Tensor
from torch.nn import functional as F

PERIOD = 10000.0


def axis_sinusoids(coords: Tensor, width: int) -> Tensor:
    """coords [N, 3] -> [N, width] float32: per axis sines, then cosines; zeros fill up what three axes leave."""
    frequencies = width // 3 // 2
    powers = torch.arange(frequencies, dtype=torch.float32, device=coords.device) / frequencies
    angles = coords.float()[..., None] * (1.0 / PERIOD**powers)  # [N, 3, F]
    table = torch.cat([angles.sin(), angles.cos()], dim=-1).flatten(1)
    return F.pad(table, (0, width - table.shape[1]))
