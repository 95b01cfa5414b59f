"""Any surface -> a closed shell round it: the level set of its unsigned distance, by dual contouring.

An open sheet gets two walls, a closed body an outer and an inner one. The public code of TRELLIS.2 remeshes its results
so. Memory grows with the surface: cells are halved from a coarse grid on, and only those near the level are kept.
"""

from typing import Any

import numpy as np

from ...errors import UsageError
from ..arrays import check_mesh, check_range, to_numpy
from ..meshes.clean import drop_unused
from ..meshes.closest_point import closest_point
from ..voxels.voxelize import MAX_RESOLUTION
from .grid_mesh import grid_to_mesh

COARSE = 32  # most cells a side of the grid that is searched whole
REACH = 0.87  # cells between a cell's centre and the level that it may hold: half its diagonal
CORNERS = np.array([[bits & 1, bits >> 1 & 1, bits >> 2] for bits in range(8)])


def closed_shell(
    vertices: Any, faces: Any, resolution: int, band: float = 1.0, project: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return vertices [N, 3] float32 and faces [M, 3] int32, outwards, of the shell round a mesh in [-0.5, 0.5]^3.

    resolution: cells a side of a box larger by 3 `band` cells; above 32 a multiple of a power of two. band: distance of
    the shell from the mesh in cells. project: how far its vertices go back to the mesh, 0 to 1.

    Raises BadMeshError for a malformed mesh or one without area, UsageError for a setting out of range.
    """
    check_range("resolution", resolution, 1, MAX_RESOLUTION)
    check_range("band", band, 0.01, 64.0)
    check_range("project", project, 0.0, 1.0)
    check_mesh(vertices, faces)
    points, corners = to_numpy(vertices, np.float32), to_numpy(faces, np.int32)
    size = (resolution + 3 * band) / resolution
    level = band * size / resolution

    def beyond(places: np.ndarray) -> np.ndarray:
        """Distances less the level, at places in cells of the finest grid."""
        at = (places / resolution - 0.5) * size
        return closest_point(points, corners, at.astype(np.float32))[0].astype(np.float64) - level

    cells = _cells(beyond, resolution, size)
    values = _at_corners(beyond, cells, resolution)
    local, crossed, facing = _contour(values)
    placed, triangles = grid_to_mesh(cells, local, crossed, resolution, facing=facing, split="first")
    shell, triangles = drop_unused(placed * np.float32(size), triangles)
    if project and len(shell):
        shell = shell + np.float32(project) * (closest_point(points, corners, shell)[1] - shell)
    return shell.astype(np.float32), triangles.astype(np.int32)


def _cells(beyond: Any, resolution: int, size: float) -> np.ndarray:
    """Return the cells [N, 3] int32 that the level may pass through, children of one cell together, x fastest."""
    side = resolution
    while side > COARSE:
        if side % 2:
            raise UsageError(f"resolution {resolution} cannot be halved down to {COARSE}", f"Use {_even(resolution)}.")
        side //= 2
    axis = np.arange(side)
    cells = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    while True:
        width = resolution / side
        cells = cells[np.abs(beyond((cells + 0.5) * width)) < REACH * size / side]
        if side == resolution:
            return cells.astype(np.int32)
        side *= 2
        cells = (2 * cells[:, None] + CORNERS).reshape(-1, 3)


def _even(resolution: int) -> int:
    """Return the next resolution that can be halved down to the coarse grid."""
    step = 1
    while resolution / step > COARSE:
        step *= 2
    return -(-resolution // step) * step


def _at_corners(beyond: Any, cells: np.ndarray, resolution: int) -> np.ndarray:
    """Return values [N, 8] at the corners of cells, each place asked once."""
    side = resolution + 1
    keys = (cells[:, None].astype(np.int64) + CORNERS) @ np.array([side * side, side, 1])
    places, inverse = np.unique(keys, return_inverse=True)
    x, rest = np.divmod(places, side * side)
    return beyond(np.stack([x, *np.divmod(rest, side)], axis=1))[inverse].reshape(-1, 8)


def _contour(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Corner values [N, 8] -> mean of the crossings [N, 3], crossed edges and the sides that they face, as DualGrid."""
    total, count = np.zeros((len(values), 3)), np.zeros(len(values))
    for axis in range(3):
        for corner in range(8):
            if corner >> axis & 1:
                continue
            low, high = values[:, corner], values[:, corner | 1 << axis]
            crosses = (low < 0) != (high < 0)
            part = np.where(crosses, low / np.where(crosses, low - high, 1.0), 0.0)
            total += crosses[:, None] * (CORNERS[corner] + np.eye(3)[axis] * part[:, None])
            count += crosses
    local = np.where(count[:, None] > 0, total / np.maximum(count, 1)[:, None], 0.5)
    low = np.stack([values[:, 7 ^ 1 << axis] for axis in range(3)], axis=1)
    high = values[:, 7:]
    crossed = (low < 0) != (high < 0)
    facing = np.where(crossed, np.where(high < 0, -1, 1), 0)
    return local.astype(np.float32), crossed.astype(np.uint8), facing.astype(np.int8)
