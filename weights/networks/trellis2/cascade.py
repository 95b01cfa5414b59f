"""From a decoded shape to the voxels of a finer latent grid, on which the shape is sampled again. Pure functions."""

import torch
from torch import Tensor

LATENT_CELLS = 16  # voxels of a mesh to a latent voxel, along each axis
RESOLUTION_STEP = 128
LEAST_RESOLUTION = 1024
MOST_TOKENS = 49152


def latent_voxels(coords: Tensor, fine: int, resolution: int) -> Tensor:
    """Return the latent voxels [M, 4] int32 of a mesh at `resolution`, of voxels [N, 4] (item, x, y, z) of `fine`^3.

    Each goes to the cell of its centre. The rows come in lexicographic order, without repeats.
    """
    places = (coords[:, 1:].float() + 0.5) / fine * (resolution // LATENT_CELLS)
    return torch.unique(torch.cat([coords[:, :1].int(), places.int()], dim=1), dim=0)


def cascade_voxels(coords: Tensor, fine: int, resolution: int, most: int = MOST_TOKENS) -> tuple[Tensor, int]:
    """Return latent voxels [M, 4], fewer than `most`, and the resolution of their mesh.

    The resolution falls from the one asked for in steps of 128 down to 1024, where any number is taken.
    """
    while True:
        found = latent_voxels(coords, fine, resolution)
        if len(found) < most or resolution <= LEAST_RESOLUTION:
            return found, resolution
        resolution = max(resolution - RESOLUTION_STEP, LEAST_RESOLUTION)
