"""Voxels round a surface by a band of finer grid points, as sparse signed distances are trained on them."""

import numpy as np

from .voxelize import voxelize

BAND = 4  # fine voxels around the surface
FINE = 8  # fine voxels along a voxel


def near_points(vertices: np.ndarray, faces: np.ndarray, resolution: int) -> np.ndarray:
    """Return indices [M, 3] int32, sorted, of the grid points less than BAND cells from the surface.

    vertices: in [-1, 1]. Point i lies at 2 i / (resolution - 1) - 1: the first and the last touch the box. Cells of the
    band are 2 / resolution wide, as published. Our own grid has its points in the middle of cells, so the mesh shrinks.
    """
    points = np.asarray(vertices, dtype=np.float64)
    share = (resolution - 1) / resolution
    indices, distance = voxelize(points * share, faces, resolution, "distance", BAND)
    return np.asarray(indices)[np.asarray(distance) < BAND * share]


def band_voxels(vertices: np.ndarray, faces: np.ndarray, resolution: int, fine: int = FINE) -> np.ndarray:
    """Return the voxels [N, 3] int32 that hold grid points near the surface, x slowest.

    resolution: grid points a side. fine: grid points along a voxel.
    """
    active = np.zeros((-(-resolution // fine),) * 3, dtype=bool)  # quicker than sorting tens of millions of rows
    active[tuple((near_points(vertices, faces, resolution) // fine).T)] = True
    return np.argwhere(active).astype(np.int32)
