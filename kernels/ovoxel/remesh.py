"""A mesh through O-Voxel and back: a remesher that keeps open sheets open and inner parts apart."""

import numpy as np

from ..meshes.clean import drop_unused, weld
from ..meshes.topology import half_edges
from .dual_grid import mesh_to_grid
from .grid_mesh import grid_to_mesh
from .mending.sheets import mended_mesh

FILL = 0.99999  # of the box, as public data is scaled


def remesh(
    vertices: np.ndarray, faces: np.ndarray, resolution: int, mended: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return vertices [N, 3] float32 and faces [M, 3] int32 on a grid of `resolution` voxels along the longest side.

    Vertices at one place are welded first. Faces look the way the surface does that pierces them; the least bent
    diagonal cuts each quad. Quads that dangle where a line is pierced to and fro in one voxel are left out. mended:
    tears of one or two voxels are closed as well, and scraps go (mending/); longer boundaries stay.

    Raises BadMeshError for a malformed or not finite mesh, UsageError for a resolution out of range.
    """
    points, corners = weld(vertices, faces)
    centre, size = cube_round(points, corners)
    grid = mesh_to_grid(((points - centre) / size).astype(np.float32), corners, resolution)
    known = (grid.coords, grid.local, grid.crossed, resolution)
    if mended:
        placed, quads = mended_mesh(*known, facing=grid.facing)
    else:
        placed, quads = grid_to_mesh(*known, facing=grid.facing)
        quads = drop_flaps(grid.coords, grid.facing, quads)
    kept, triangles = drop_unused(placed, quads)
    return (kept * size + centre).astype(np.float32), triangles.astype(np.int32)


def cube_round(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the middle [3] float64 of what faces use, and the side of the cube that its longest side nearly fills."""
    used = vertices[np.unique(faces)].astype(np.float64) if len(faces) else np.zeros((1, 3))
    low, high = used.min(axis=0), used.max(axis=0)
    return (low + high) / 2, float((high - low).max()) / FILL or 1.0


def drop_flaps(coords: np.ndarray, facing: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return faces [2 Q, 3], two a quad, less the flaps.

    A flap hangs from sides that three or more faces share, has a side of its own, and its edge is pierced to and fro
    (facing [N, 3] is 0). coords: [N, 3] of the voxels that the faces name.
    """
    if len(faces) == 0:
        return faces
    sides, owner = half_edges(faces)
    keys = sides.min(axis=1) * len(coords) + sides.max(axis=1)
    _, inverse, uses = np.unique(keys, return_inverse=True, return_counts=True)
    alone, shared = (np.zeros(len(faces) // 2, bool) for _ in range(2))
    alone[owner[uses[inverse] == 1] // 2] = True
    shared[owner[uses[inverse] > 2] // 2] = True
    doubtful = np.flatnonzero(alone & shared)
    quads = faces.reshape(-1, 6)[doubtful]
    axis = np.ptp(coords[quads], axis=1).argmin(axis=1)  # along the edge all four voxels lie in one layer
    flaps = doubtful[facing[quads[:, 0], axis] == 0]
    return np.delete(faces.reshape(-1, 2, 3), flaps, axis=0).reshape(-1, 3)
