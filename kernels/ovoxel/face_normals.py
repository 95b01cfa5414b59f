# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false
"""Unit normals of faces in float64, zero for slivers."""

import warp as wp

from ..parallel import launch
from ..voxels.triangles import unit_normal
from .crossings import corner_of

wp.set_module_options({"enable_backward": False})


@wp.kernel
def write_normals(
    base: int,
    corners: wp.array(dtype=wp.vec3),
    triangles: wp.array2d(dtype=int),
    resolution: int,
    normals: wp.array(dtype=wp.vec3d),
):
    t = base + wp.tid()
    a = corner_of(corners, triangles[t, 0], resolution)
    b = corner_of(corners, triangles[t, 1], resolution)
    normals[t] = unit_normal(a, b, corner_of(corners, triangles[t, 2], resolution))


def face_normals(corners: wp.array, triangles: wp.array, resolution: int) -> wp.array:
    """Return the normals [F] of faces in the box [-0.5, 0.5]^3."""
    normals = wp.empty(len(triangles), dtype=wp.vec3d, device=corners.device)
    launch(write_normals, len(triangles), [corners, triangles, resolution, normals], str(corners.device))
    return normals
