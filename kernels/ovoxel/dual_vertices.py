# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false
# pyright: reportGeneralTypeIssues=false
"""The dual vertex of each voxel: the least of a quadratic error over the closed voxel, in float64.

The error is x.A x - 2 b.x + const, with x in voxel units from the voxel's low corner.
"""

import warp as wp

from .crossings import corner_of

wp.set_module_options({"enable_backward": False})

NOUGHT = wp.constant(wp.float64(0.0))
WHOLE = wp.constant(wp.float64(1.0))


@wp.struct
class Runs:
    """Records sorted by key: those of key k are first[k] to last[k] - 1."""

    first: wp.array(dtype=int)
    last: wp.array(dtype=int)
    order: wp.array(dtype=int)


@wp.struct
class Error:
    """The quadratic error of one voxel, and the sum and number of the crossings around it."""

    a: wp.mat33d
    b: wp.vec3d
    points: wp.vec3d
    count: int


@wp.func
def with_plane(q: Error, normal: wp.vec3d, point: wp.vec3d) -> Error:
    """Add the squared distance to the plane through `point`."""
    q.a += wp.outer(normal, normal)
    q.b += normal * wp.dot(normal, point)
    return q


@wp.func
def solve(a: wp.mat33d, b: wp.vec3d, fixed: wp.vec3i, at: wp.vec3d) -> wp.vec3d:
    """Return the least point with the coordinates marked in `fixed` held as in `at`. `a` is positive definite."""
    m = a
    r = b
    for i in range(3):
        if fixed[i] == 1:
            for j in range(3):
                if fixed[j] == 0:
                    r[j] -= a[j, i] * at[i]
                    m[j, i] = NOUGHT
                    m[i, j] = NOUGHT
            m[i, i] = WHOLE
            r[i] = at[i]
            for j in range(3):
                if fixed[j] == 1 and j != i:
                    m[i, j] = NOUGHT
                    m[j, i] = NOUGHT
    # Elimination without pivots, sound where the matrix is positive definite.
    f = m[1, 0] / m[0, 0]
    g = m[2, 0] / m[0, 0]
    m11 = m[1, 1] - f * m[0, 1]
    m12 = m[1, 2] - f * m[0, 2]
    m21 = m[2, 1] - g * m[0, 1]
    m22 = m[2, 2] - g * m[0, 2]
    r1 = r[1] - f * r[0]
    h = m21 / m11
    z = (r[2] - g * r[0] - h * r1) / (m22 - h * m12)
    y = (r1 - m12 * z) / m11
    x = (r[0] - m[0, 1] * y - m[0, 2] * z) / m[0, 0]
    return wp.vec3d(x, y, z)


@wp.func
def is_within(x: wp.vec3d) -> bool:
    return wp.min(x) >= NOUGHT and wp.max(x) <= WHOLE


@wp.func
def least_within(a: wp.mat33d, b: wp.vec3d) -> wp.vec3d:
    """Return the least point of the closed voxel: inside, else the best on its faces, edges and corners."""
    x = solve(a, b, wp.vec3i(0, 0, 0), wp.vec3d())
    if is_within(x):
        return x
    best = x
    least = wp.float64(1.0e300)
    for n in range(1, 27):
        sides = wp.vec3i(n % 3, (n / 3) % 3, n / 9)  # 0 free, 1 low side, 2 high side
        fixed = wp.min(sides, wp.vec3i(1, 1, 1))
        at = wp.vec3d(wp.float64(sides[0] - 1), wp.float64(sides[1] - 1), wp.float64(sides[2] - 1))
        y = solve(a, b, fixed, at)
        for k in range(3):
            if fixed[k] == 1:
                y[k] = at[k]  # no rounding on a side
        if is_within(y):
            error = wp.dot(y, a * y) - wp.float64(2.0) * wp.dot(b, y)
            if error < least:
                least = error
                best = y
    return best


@wp.func
def with_crossings(
    q: Error,
    axis: int,
    slot: int,
    low: wp.vec3d,
    line: wp.vec3d,  # the crossed line: low corner of its voxel, plus one in the other two axes
    runs: Runs,
    owners: wp.array(dtype=int),
    heights: wp.array(dtype=wp.float64),
    normals: wp.array(dtype=wp.vec3d),
) -> Error:
    """Add what crosses one edge."""
    for k in range(runs.first[slot], runs.last[slot]):
        record = runs.order[k]
        point = line
        point[axis] = heights[record]
        point -= low
        q = with_plane(q, normals[owners[record]], point)
        q.points += point
        q.count += 1
    return q


@wp.func
def with_rim(q: Error, start: wp.vec3d, way: wp.vec3d, weight: wp.float64) -> Error:
    """Add `weight` times the squared distance to the line through `start` along `way`."""
    length2 = wp.length_sq(way)
    if length2 > NOUGHT:
        across = wp.identity(n=3, dtype=wp.float64) - wp.outer(way, way) / length2
        q.a += across * weight
        q.b += (across * start) * weight
    return q


@wp.kernel
def place_vertices(
    base: int,
    voxels: wp.array2d(dtype=int),  # [N, 4]
    near: wp.array2d(dtype=int),  # [N, 8]: row of the voxel less the bits of the column (1 x, 2 y, 4 z)
    resolution: int,
    corners: wp.array(dtype=wp.vec3),
    triangles: wp.array2d(dtype=int),
    normals: wp.array(dtype=wp.vec3d),
    crossings: Runs,
    owners: wp.array(dtype=int),
    heights: wp.array(dtype=wp.float64),
    overlaps: Runs,
    overlap_owners: wp.array(dtype=int),
    rims: Runs,
    rim_owners: wp.array(dtype=int),
    edges: wp.array2d(dtype=int),
    boundary: wp.float64,
    regularisation: wp.float64,
    local: wp.array2d(dtype=float),
    crossed: wp.array2d(dtype=wp.uint8),
    facing: wp.array2d(dtype=wp.int8),
):
    i = base + wp.tid()
    low = wp.vec3d(wp.float64(voxels[i, 1]), wp.float64(voxels[i, 2]), wp.float64(voxels[i, 3]))
    q = Error()
    for axis in range(3):
        u = 1 << ((axis + 1) % 3)
        v = 1 << ((axis + 2) % 3)
        for k in range(4):
            row = near[i, u * (k & 1) + v * (k >> 1)]
            if row >= 0:
                line = low
                line[(axis + 1) % 3] += wp.float64(1 - (k & 1))
                line[(axis + 2) % 3] += wp.float64(1 - (k >> 1))
                q = with_crossings(q, axis, row * 3 + axis, low, line, crossings, owners, heights, normals)
        side = wp.float64(0.0)
        for k in range(crossings.first[i * 3 + axis], crossings.last[i * 3 + axis]):
            side += wp.sign(normals[owners[crossings.order[k]]][axis])
            crossed[i, axis] = wp.uint8(1)
        if side > NOUGHT:
            facing[i, axis] = wp.int8(1)
        elif side < NOUGHT:
            facing[i, axis] = wp.int8(-1)
    for k in range(overlaps.first[i], overlaps.last[i]):
        t = overlap_owners[overlaps.order[k]]
        q = with_plane(q, normals[t], corner_of(corners, triangles[t, 0], resolution) - low)
    for k in range(rims.first[i], rims.last[i]):
        e = rim_owners[rims.order[k]]
        start = corner_of(corners, edges[e, 0], resolution) - low
        q = with_rim(q, start, corner_of(corners, edges[e, 1], resolution) - low - start, boundary)
    pull = regularisation * wp.float64(q.count)
    q.a += wp.identity(n=3, dtype=wp.float64) * pull
    q.b += q.points * regularisation
    x = least_within(q.a, q.b)
    for k in range(3):
        local[i, k] = float(x[k])
