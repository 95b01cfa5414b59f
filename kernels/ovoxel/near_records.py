# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false
# pyright: reportGeneralTypeIssues=false
"""The active voxels that each triangle overlaps, and those that each boundary edge runs through."""

import warp as wp

from ..voxels.triangles import touches_cube, unit_normal
from ..voxels.voxel_index import find_row
from .crossings import corner_of

wp.set_module_options({"enable_backward": False})

FAR = wp.constant(wp.float64(1.0e300))


@wp.kernel
def overlap_voxels(
    base: int,
    corners: wp.array(dtype=wp.vec3),
    triangles: wp.array2d(dtype=int),
    resolution: int,
    write: bool,  # else only count the cells to look at
    ends: wp.array(dtype=int),
    table_keys: wp.array(dtype=wp.int64),
    numbers: wp.array(dtype=int),
    shift: wp.uint64,
    cells: wp.array(dtype=int),
    rows: wp.array(dtype=int),  # of the active voxels, -1 for a cell that is none or is not met
    owners: wp.array(dtype=int),
):
    """Visit the columns of cells along the axis that the triangle faces most, each between the limits of its plane."""
    t = base + wp.tid()
    a = corner_of(corners, triangles[t, 0], resolution)
    b = corner_of(corners, triangles[t, 1], resolution)
    c = corner_of(corners, triangles[t, 2], resolution)
    normal = unit_normal(a, b, c)
    steep = wp.vec3d(wp.abs(normal[0]), wp.abs(normal[1]), wp.abs(normal[2]))
    n = int(0)
    if write and t > 0:
        n = ends[t - 1]
    if wp.max(steep) > wp.float64(0.0):
        axis = int(wp.argmax(steep))
        u = (axis + 1) % 3
        v = (axis + 2) % 3
        zero = wp.vec3d()
        most = wp.vec3d(wp.float64(resolution), wp.float64(resolution), wp.float64(resolution))
        # A box that begins on a wall lies in the cell above it alone; one that ends there reaches that cell as well.
        bottom = wp.min(wp.max(wp.min(a, wp.min(b, c)), -most), most)
        top = wp.max(wp.min(wp.max(a, wp.max(b, c)), most), zero - most)
        plane = wp.dot(normal, a)
        half = wp.float64(0.5)
        slack = half * (steep[u] + steep[v]) / steep[axis] + wp.float64(1.0e-9)
        for i in range(wp.max(int(wp.floor(bottom[u])), 0), wp.min(int(wp.floor(top[u])), resolution - 1) + 1):
            for j in range(wp.max(int(wp.floor(bottom[v])), 0), wp.min(int(wp.floor(top[v])), resolution - 1) + 1):
                middle = normal[u] * (wp.float64(i) + half) + normal[v] * (wp.float64(j) + half)
                height = (plane - middle) / normal[axis]
                low = wp.max(height - slack, bottom[axis])
                high = wp.min(height + slack, top[axis])
                for k in range(wp.max(int(wp.floor(low)), 0), wp.min(int(wp.floor(high)), resolution - 1) + 1):
                    if write:
                        at = wp.vec3i()
                        at[axis] = k
                        at[u] = i
                        at[v] = j
                        row = find_row(0, at, table_keys, numbers, shift, cells)
                        if row >= 0:
                            p = wp.vec3d(wp.float64(at[0]) + half, wp.float64(at[1]) + half, wp.float64(at[2]) + half)
                            if not touches_cube(p, a, b, c):
                                row = int(-1)
                        rows[n] = row
                        owners[n] = t
                    n += 1
    if not write:
        ends[t] = n


@wp.func
def until_wall(x: wp.float64, step: wp.float64, cell: int) -> wp.float64:
    """Return the part of the segment after which it leaves `cell` along an axis that it crosses by `step`."""
    if step > wp.float64(0.0):
        return (wp.float64(cell + 1) - x) / step
    if step < wp.float64(0.0):
        return (wp.float64(cell) - x) / step
    return FAR


@wp.kernel
def walk_edges(
    base: int,
    corners: wp.array(dtype=wp.vec3),
    edges: wp.array2d(dtype=int),
    resolution: int,
    write: bool,
    ends: wp.array(dtype=int),
    table_keys: wp.array(dtype=wp.int64),
    numbers: wp.array(dtype=int),
    shift: wp.uint64,
    cells: wp.array(dtype=int),
    rows: wp.array(dtype=int),  # of the active voxels, -1 for a cell that is none
    owners: wp.array(dtype=int),
):
    """Visit the cells of the segment in order, from wall to wall."""
    e = base + wp.tid()
    p = corner_of(corners, edges[e, 0], resolution)
    d = corner_of(corners, edges[e, 1], resolution) - p
    at = wp.vec3i(int(wp.floor(p[0])), int(wp.floor(p[1])), int(wp.floor(p[2])))
    stop = wp.vec3i(int(wp.floor(p[0] + d[0])), int(wp.floor(p[1] + d[1])), int(wp.floor(p[2] + d[2])))
    steps = wp.abs(stop[0] - at[0]) + wp.abs(stop[1] - at[1]) + wp.abs(stop[2] - at[2])
    if not write:
        ends[e] = steps + 1
        return
    n = ends[e] - steps - 1
    for _ in range(steps + 1):
        rows[n] = find_row(0, at, table_keys, numbers, shift, cells)
        owners[n] = e
        n += 1
        after = wp.vec3d(until_wall(p[0], d[0], at[0]), until_wall(p[1], d[1], at[1]), until_wall(p[2], d[2], at[2]))
        axis = int(wp.argmin(after))
        if d[axis] > wp.float64(0.0):
            at[axis] += 1
        else:
            at[axis] -= 1
