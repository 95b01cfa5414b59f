# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false
# pyright: reportGeneralTypeIssues=false, reportReturnType=false
"""Absent voxels that a decoder may have lost: round the edges it calls crossed, and beside tears."""

import warp as wp

from .beliefs import edge_of_wall
from .planes import beside

wp.set_module_options({"enable_backward": False})


@wp.func
def key_of(at: wp.vec3i, resolution: int) -> wp.int64:
    """Return x * R^2 + y * R + z, -1 beyond the grid."""
    if wp.min(at) < 0 or wp.max(at) >= resolution:
        return wp.int64(-1)
    side = wp.int64(resolution)
    return (wp.int64(at[0]) * side + wp.int64(at[1])) * side + wp.int64(at[2])


@wp.func
def lacks_voxel(near: wp.array2d(dtype=int), row: int, axis: int) -> bool:
    """Tell whether one of the four voxels round an edge is absent."""
    u = (axis + 1) % 3
    v = (axis + 2) % 3
    return (
        wp.min(wp.min(beside(near, row, u, 1, v, 0), beside(near, row, u, 0, v, 1)), beside(near, row, u, 1, v, 1)) < 0
    )


@wp.kernel
def find_torn(
    base: int,
    near: wp.array2d(dtype=int),
    given: int,
    crossed: wp.array2d(dtype=int),
    torn: wp.array(dtype=int),  # 1 for a voxel with an odd wall or an edge that lacks a voxel, or one not given
):
    row = base + wp.tid()
    found = int(0)
    if row >= given:
        found = 1
    else:
        for axis in range(3):
            if crossed[row, axis] != 0 and lacks_voxel(near, row, axis):
                found = 1
            odd = int(0)
            for k in range(4):
                edge = edge_of_wall(near, row, axis, k)
                if edge >= 0 and edge < 3 * given:
                    if crossed[edge / 3, edge % 3] != 0:
                        odd = 1 - odd
            if odd == 1:
                found = 1
    torn[row] = found


@wp.kernel
def beyond_walls(
    base: int,
    coords: wp.array2d(dtype=int),  # [N, 4]
    near: wp.array2d(dtype=int),
    torn: wp.array(dtype=int),
    resolution: int,
    faced: wp.array2d(dtype=wp.int64),  # [N, 6] keys of absent voxels beyond the six walls, -1 for none
):
    """Write the absent neighbours of voxels that are torn or lie next to one that is."""
    row = base + wp.tid()
    concerned = int(0)
    for k in range(27):
        other = near[row, k]
        if other >= 0:
            concerned = wp.max(concerned, torn[other])
    for n in range(6):
        step = 2 * (n & 1) - 1
        faced[row, n] = wp.int64(-1)
        if concerned == 1 and beside(near, row, n / 2, step, (n / 2 + 1) % 3, 0) < 0:
            at = wp.vec3i(coords[row, 1], coords[row, 2], coords[row, 3])
            at[n / 2] += step
            faced[row, n] = key_of(at, resolution)


@wp.kernel
def named_voxels(
    base: int,
    coords: wp.array2d(dtype=int),
    near: wp.array2d(dtype=int),
    crossed: wp.array2d(dtype=int),
    resolution: int,
    named: wp.array2d(dtype=wp.int64),  # [N, 9] keys of absent voxels round a crossed edge, -1 for none
):
    row = base + wp.tid()
    for n in range(9):
        axis = n / 3
        k = n % 3 + 1
        named[row, n] = wp.int64(-1)
        if crossed[row, axis] != 0 and beside(near, row, (axis + 1) % 3, k & 1, (axis + 2) % 3, k >> 1) < 0:
            at = wp.vec3i(coords[row, 1], coords[row, 2], coords[row, 3])
            at[(axis + 1) % 3] += k & 1
            at[(axis + 2) % 3] += k >> 1
            named[row, n] = key_of(at, resolution)
