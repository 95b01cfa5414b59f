"""A closed surface around any triangles: open, intersecting, inside out or in loose sheets.

Voxels whose centre lies within half a voxel of a triangle form a shell that no step between neighbours can cross, so a
flood from the corner of the box finds the outside exactly. The level set half a voxel outside the triangles is closed
by construction; its vertices are then moved back onto the triangles, so a solid does not grow.
"""

from typing import Any

import numpy as np
from scipy import ndimage

from .arrays import Array, check_mesh, check_range, origin_of, to_numpy
from .clean import clean
from .closest_point import closest_point
from .errors import BadMeshError
from .field import Field, field_from_grid
from .marching_cubes import marching_cubes
from .voxelize import voxelize

SHELL = 0.5  # voxels: the least distance that lets no step of one voxel through
BAND = 1.6  # voxels: how far distances are worked out
FILL = 0.9  # half the side of the box that the mesh is scaled into; the rest is room for the flood
SHEET = 0.2  # voxels: what is left of SHELL on both sides of a sheet, so that it has an inside


def wrap_closed(vertices: Array, faces: Array, resolution: int = 256) -> tuple[Any, Any]:
    """A watertight mesh around the given one: vertices [V', 3] float32 in the same units, faces [F', 3] int32.

    resolution: voxels per side of a cube a ninth larger than the mesh; gaps under a voxel are bridged, cavities without
    a way out are kept solid. A sheet becomes a plate of 0.4 voxels. Raises BadMeshError for a malformed or empty mesh.
    """
    origin = origin_of(vertices)
    points, triangles, centre, scale = _framed(vertices, faces)
    field, outside = flood_sdf(points, triangles, resolution)
    shell, shell_faces = marching_cubes(field)
    _, nearest, _ = closest_point(points, triangles, shell)
    voxel = 2.0 / resolution
    away = shell - nearest
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-12)
    beyond = np.floor((nearest - 1.5 * voxel * away + 1) / voxel).astype(int) + 1
    sheet = outside[tuple(np.clip(beyond, 0, resolution + 1).T)]
    moved = nearest + np.where(sheet, SHEET * voxel, 0.0)[:, None] * away
    return origin.give((moved / scale + centre).astype(np.float32)), origin.give(shell_faces)


def flood_sdf(vertices: np.ndarray, faces: np.ndarray, resolution: int) -> tuple[Field, np.ndarray]:
    """Distance field of the closed surface SHELL voxels outside the triangles, in voxels, positive inside.

    The mesh must lie within [-1, 1]^3. Sampled at the voxel centres and one layer around them; exact within about one
    voxel of the surface. Also returns which of these samples [R + 2, R + 2, R + 2] are outside.
    """
    check_range("resolution", resolution, 8, 512)
    indices, distance = voxelize(vertices, faces, resolution, "distance", BAND)
    away = np.full((resolution + 2,) * 3, BAND, np.float32)
    away[tuple((indices + 1).T)] = distance
    free = np.empty(away.shape, np.int32)
    ndimage.label(away > SHELL, output=free)
    outside = free == free[0, 0, 0]
    # Half-way values next to the shell may be zero exactly; they are inside, so keep them above it.
    signed = np.where(outside, SHELL - away, np.maximum(np.abs(SHELL - away), 1e-4))
    rim = 1 + 1 / resolution
    return field_from_grid(signed, rim), outside


def _framed(vertices: Array, faces: Array) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """The cleaned mesh scaled into the box, with its centre [3] and the scale that was applied."""
    check_mesh(vertices, faces)
    points, triangles = clean(to_numpy(vertices, np.float32), to_numpy(faces), orient=False)
    if len(triangles) == 0:
        raise BadMeshError("the mesh has no face with an area, so there is nothing to wrap")
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    centre, scale = (low + high) / 2, 2 * FILL / float((high - low).max())
    return ((points - centre) * scale).astype(np.float32), triangles, centre, scale
