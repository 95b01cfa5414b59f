"""Centres of voxels, for generators whose latents live on voxels."""

import numpy as np
import torch
from torch import Tensor

from ...errors import CheckpointError


def centres_of(indices: np.ndarray | Tensor, resolution: int) -> Tensor:
    """Return centres float32 [..., 3] in the box [-1, 1]^3 of voxels [..., 3] of a grid of resolution^3."""
    return (torch.as_tensor(indices, dtype=torch.float32) + 0.5) * (2.0 / resolution) - 1.0


def voxel_centres(indices: np.ndarray | None, resolution: int, own: int, device: torch.device | str) -> Tensor | None:
    """Return centres [N, 3] in the box [-1, 1]^3 of voxels [N, 3], or None without voxels.

    Raises CheckpointError for another resolution than the model's own.
    """
    if indices is None:
        return None
    if resolution != own:
        raise CheckpointError(
            f"the latents of this model lie on {own}^3 voxels, not {resolution}^3",
            f"Set `voxelize.resolution` to {own}.",
        )
    return centres_of(indices, resolution).to(device)
