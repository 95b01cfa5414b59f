"""Active voxels of a mesh as Direct3D-S2 was trained on them, and the order in which its noise is drawn."""

import numpy as np
import torch
from torch import Tensor

from ....errors import BadMeshError
from ....kernels.voxels.voxelize import voxelize

BOX = 0.95  # half of the longest side of a mesh in the box [-1, 1]
BAND = 4  # fine voxels around the surface
FINE = 8  # fine voxels along a voxel


def normalised(vertices: np.ndarray, box: float = BOX) -> np.ndarray:
    """Return vertices [V, 3] with the middle of their box at 0 and its longest side 2 * box. Raises BadMeshError."""
    points = np.asarray(vertices, dtype=np.float64)
    if len(points) == 0:
        raise BadMeshError("a mesh without vertices has no voxels", "Give a mesh with faces.")
    low, high = points.min(0), points.max(0)
    side = float((high - low).max())
    if not np.isfinite(side) or side <= 0:
        raise BadMeshError(f"the mesh has a longest side of {side}", "Give a mesh of finite size.")
    return (points - (low + high) / 2) * (2 * box / side)


def near_points(vertices: np.ndarray, faces: np.ndarray, resolution: int) -> np.ndarray:
    """Return indices [M, 3] int32, sorted, of the grid points less than BAND cells from the surface.

    vertices: in [-1, 1]. Point i lies at 2 i / (resolution - 1) - 1: the first and the last touch the box. Cells of the
    band are 2 / resolution wide, as published. Our own grid has its points in the middle of cells, so the mesh shrinks.
    """
    points = np.asarray(vertices, dtype=np.float64)
    share = (resolution - 1) / resolution
    indices, distance = voxelize(points * share, faces, resolution, "distance", BAND)
    return np.asarray(indices)[np.asarray(distance) < BAND * share]


def active_voxels(vertices: np.ndarray, faces: np.ndarray, resolution: int) -> np.ndarray:
    """Return the voxels [N, 3] int32 of (resolution / 8)^3 that hold grid points near the surface, x slowest."""
    active = np.zeros((-(-resolution // FINE),) * 3, dtype=bool)  # quicker than sorting tens of millions of rows
    active[tuple((near_points(vertices, faces, resolution) // FINE).T)] = True
    return np.argwhere(active).astype(np.int32)


def block_order(coords: Tensor, block: int) -> Tensor:
    """Return row numbers [N] that sort voxels [N, 4] by item, block, and place in the block, each with x slowest."""
    item, place = coords[:, 0].long(), coords[:, 1:].long()
    digits = [item, *torch.div(place, block, rounding_mode="floor").unbind(1), *(place % block).unbind(1)]
    order = torch.arange(len(coords), device=coords.device)
    for digit in reversed(digits):
        order = order[torch.argsort(digit[order], stable=True)]
    return order
