"""Positions on the mesh of the tokens of 2.1: position maps cut into cells, rounded to voxels.

Numbers are float16 as in the published model, whose roundings decide which voxel a cell falls into.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

LEVELS = (1, 2, 4, 8)  # grids of h, h/2, h/4, h/8 cells a side
VOXELS_PER_CELL = 8
BACKGROUND = 1.0
LEAST_SHARE = 16  # a cell counts with a sixteenth of its pixels


def token_voxels(position: Tensor, side: int, overwrite: bool = True) -> dict[int, Tensor]:
    """Return the voxels of latents of `side`, whose grids are side / 1, 2, 4, 8; see voxels_of_grids."""
    levels = [(side // level, VOXELS_PER_CELL * side // level) for level in LEVELS if side // level]
    return voxels_of_grids(position, levels, overwrite)


def voxels_of_grids(position: Tensor, levels: Sequence[tuple[int, int]], overwrite: bool = True) -> dict[int, Tensor]:
    """Return voxels int64 [B, V * g * g, 3] by number of tokens, for each level (grid side g, resolution of voxels).

    position [B, V, 3, H, W]: maps in 0..1, 1 in any channel where nothing is seen. overwrite: as published in half
    precision, the background becomes the position 0 after the first grid, and counts in all later ones.
    """
    position = position.half()
    found: dict[int, Tensor] = {}
    for grid, resolution in levels:
        seen = (position != BACKGROUND).all(2, keepdim=True)
        found[position.shape[1] * grid * grid] = _voxels(position, seen, grid, resolution)
        if overwrite:
            position = torch.where(seen, position, 0)
    return found


def _voxels(position: Tensor, seen: Tensor, grid: int, resolution: int) -> Tensor:
    """Return the rounded mean position of each cell of a grid, [B, V * grid * grid, 3] in 0..resolution - 1."""
    pixels, valid = _cells(torch.where(seen, position, 0), grid), _cells(seen, grid)
    count = valid.sum(-1)  # [B, V, grid, grid, 1]
    mean = pixels.sum(-1) / count.clamp(min=1).half()
    voxels = torch.where(count < valid.shape[-1] / LEAST_SHARE, 0, (mean * (resolution - 1)).round())
    return voxels.long().flatten(1, 3)


def _cells(x: Tensor, grid: int) -> Tensor:
    """Return [B, V, C, H, W] as [B, V, grid, grid, C, pixels of a cell]."""
    height, width = x.shape[-2] // grid, x.shape[-1] // grid
    cut = x.unflatten(4, (grid, width)).unflatten(3, (grid, height))
    return cut.permute(0, 1, 3, 5, 2, 4, 6).flatten(5)
