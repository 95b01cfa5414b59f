# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false
# pyright: reportGeneralTypeIssues=false, reportReturnType=false
"""Crossings of triangles with the lines of a grid, in voxel units and float64.

Scan conversion with half-open limits finds them. The lines parallel to axis a lie at whole numbers of the other two
axes. Of an edge that two triangles share, one of them pierces the lines, so a closed surface crosses each line as often
inwards as outwards.
"""

import warp as wp

from ..voxels.voxel_index import find_row

wp.set_module_options({"enable_backward": False})


@wp.func
def corner_of(corners: wp.array(dtype=wp.vec3), vertex: int, resolution: int) -> wp.vec3d:
    """Return a vertex of the box [-0.5, 0.5]^3 in voxel units, 0 to `resolution`.

    As in the public code the place from the box's corner and the voxel's size are float32: that decides on which side
    of a grid line a corner on it lies.
    """
    v = corners[vertex] + wp.vec3(0.5, 0.5, 0.5)
    return wp.vec3d(wp.float64(v[0]), wp.float64(v[1]), wp.float64(v[2])) / wp.float64(1.0 / float(resolution))


@wp.func
def first_line(low: wp.float64) -> int:
    """Return the first whole number above `low` that is a high side of a voxel of the grid."""
    return wp.max(int(wp.floor(wp.max(low, wp.float64(-1.0)))) + 1, 1)


@wp.func
def last_line(high: wp.float64, resolution: int) -> int:
    return int(wp.floor(wp.clamp(high, wp.float64(-1.0), wp.float64(resolution))))


@wp.func
def on_side(p: wp.vec3d, q: wp.vec3d, line: wp.float64) -> wp.vec3d:
    """Return the point of the side pq, given with its lower end first, at which x is `line`."""
    t = (line - p[0]) / (q[0] - p[0])
    return wp.vec3d(line, p[1] + (q[1] - p[1]) * t, p[2] + (q[2] - p[2]) * t)


@wp.func
def turned(p: wp.vec3d, axis: int) -> wp.vec3d:
    """Return p with its coordinate along `axis` last; the order of the others decides who owns a vertex on a line."""
    return wp.vec3d(p[(axis + 2) % 3], p[(axis + 1) % 3], p[axis])


@wp.func
def chord(a: wp.vec3d, b: wp.vec3d, c: wp.vec3d, line: int, resolution: int) -> wp.mat22d:
    """Return the ends (y, z) of the cut of the triangle, sorted by x, with the plane x = line; lower y first."""
    size = 1.0 / float(resolution)
    x = wp.float64(float(line) * size) / wp.float64(size)  # rounded where it was for the recordings
    p = on_side(a, c, x)
    q = wp.vec3d()
    if x <= b[0] and b[0] > a[0]:
        q = on_side(a, b, x)
    else:
        q = on_side(b, c, x)
    if q[1] < p[1]:
        return wp.mat22d(q[1], q[2], p[1], p[2])
    return wp.mat22d(p[1], p[2], q[1], q[2])


@wp.kernel
def cross_lines(
    base: int,
    corners: wp.array(dtype=wp.vec3),
    triangles: wp.array2d(dtype=int),
    resolution: int,
    write: bool,  # else only count
    ends: wp.array(dtype=int),  # [3 F] counts, or after them their inclusive sums
    keys: wp.array(dtype=wp.int64),  # voxel * 3 + axis of the crossed edge, z fastest
    owners: wp.array(dtype=int),
    heights: wp.array(dtype=wp.float64),  # along the axis
):
    item = base + wp.tid()
    t = item / 3
    axis = item % 3
    a = turned(corner_of(corners, triangles[t, 0], resolution), axis)
    b = turned(corner_of(corners, triangles[t, 1], resolution), axis)
    c = turned(corner_of(corners, triangles[t, 2], resolution), axis)
    if b[0] < a[0]:
        swap = a
        a = b
        b = swap
    if c[0] < b[0]:
        swap = b
        b = c
        c = swap
    if b[0] < a[0]:
        swap = a
        a = b
        b = swap
    n = int(0)
    if write and item > 0:
        n = ends[item - 1]
    for line in range(first_line(a[0]), last_line(c[0], resolution) + 1):
        cut = chord(a, b, c, line, resolution)
        for other in range(first_line(cut[0, 0]), last_line(cut[1, 0], resolution) + 1):
            part = (wp.float64(other) - cut[0, 0]) / (cut[1, 0] - cut[0, 0])
            height = cut[0, 1] + (cut[1, 1] - cut[0, 1]) * part
            if height >= wp.float64(0.0) and height < wp.float64(resolution):
                if write:
                    # The voxel that holds the edge at the high corner of the other two axes.
                    voxel = wp.vec3i()
                    voxel[axis] = int(height)
                    voxel[(axis + 2) % 3] = line - 1
                    voxel[(axis + 1) % 3] = other - 1
                    side = wp.int64(resolution)
                    place = (wp.int64(voxel[0]) * side + wp.int64(voxel[1])) * side + wp.int64(voxel[2])
                    keys[n] = place * wp.int64(3) + wp.int64(axis)
                    owners[n] = t
                    heights[n] = height
                n += 1
    if not write:
        ends[item] = n


@wp.kernel
def touched_voxels(base: int, edges: wp.array(dtype=wp.int64), resolution: int, voxels: wp.array2d(dtype=wp.int64)):
    """Write the four voxels round each edge, as x * R^2 + y * R + z; -1 beyond the grid."""
    i = base + wp.tid()
    axis = int(edges[i] % wp.int64(3))
    place = edges[i] / wp.int64(3)
    side = wp.int64(resolution)
    at = wp.vec3i(int(place / (side * side)), int((place / side) % side), int(place % side))
    for k in range(4):
        there = at
        there[(axis + 1) % 3] += k & 1
        there[(axis + 2) % 3] += k >> 1
        key = wp.int64(-1)
        if wp.max(there) < resolution:
            key = (wp.int64(there[0]) * side + wp.int64(there[1])) * side + wp.int64(there[2])
        voxels[i, k] = key


@wp.kernel
def edge_slots(
    base: int,
    edges: wp.array(dtype=wp.int64),
    resolution: int,
    table_keys: wp.array(dtype=wp.int64),
    numbers: wp.array(dtype=int),
    shift: wp.uint64,
    cells: wp.array(dtype=int),
    slots: wp.array(dtype=int),  # row of the voxel * 3 + axis
    order: wp.array(dtype=int),
):
    i = base + wp.tid()
    place = edges[i] / wp.int64(3)
    side = wp.int64(resolution)
    at = wp.vec3i(int(place / (side * side)), int((place / side) % side), int(place % side))
    slots[i] = find_row(0, at, table_keys, numbers, shift, cells) * 3 + int(edges[i] % wp.int64(3))
    order[i] = i


@wp.kernel
def mark_runs(base: int, count: int, keys: wp.array(dtype=int), first: wp.array(dtype=int), last: wp.array(dtype=int)):
    """Write where the run of each key among the sorted `keys` begins and ends. Negative keys have no run."""
    i = base + wp.tid()
    key = keys[i]
    if key >= 0:
        if i == 0 or keys[wp.max(i - 1, 0)] != key:
            first[key] = i
        if i + 1 == count or keys[wp.min(i + 1, count - 1)] != key:
            last[key] = i + 1


@wp.kernel
def count_up(base: int, order: wp.array(dtype=int)):
    order[base + wp.tid()] = base + wp.tid()
