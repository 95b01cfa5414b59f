# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false
# pyright: reportGeneralTypeIssues=false, reportIndexIssue=false, reportOperatorIssue=false
"""The kernels of voxelization: which tiles and bricks a triangle comes near, and the distances at their voxels.

All work in voxel units, in which voxel (i, j, k) has its centre at the integer point, and in float64.
"""

import warp as wp

from ..fields.bricks import point_of, want_brick
from .triangles import Sides, sides_of, square_from_triangle, touches_cube, unit_normal

wp.set_module_options({"enable_backward": False})

# Heights rule triangles out by this much less than they might, as they and distances are rounded.
NEARLY_ONE = wp.constant(wp.float64(1.0 - 1.0e-6))


@wp.func
def voxel_corner(corners: wp.array(dtype=wp.vec3), vertex: int, resolution: int) -> wp.vec3d:
    """Return a vertex in voxel units, in which voxel (i, j, k) has its centre at the integer point."""
    v = corners[vertex]
    half = wp.float64(resolution) * wp.float64(0.5)
    at = wp.vec3d(wp.float64(v[0]), wp.float64(v[1]), wp.float64(v[2]))
    return at * half + wp.vec3d(half - wp.float64(0.5), half - wp.float64(0.5), half - wp.float64(0.5))


@wp.struct
class Span:
    """A triangle in voxel units, its bounding box, and the voxels within reach of that, inclusive.

    Without its plane (normal zero) every block counts as near the plane; small triangles need none.
    """

    a: wp.vec3d
    b: wp.vec3d
    c: wp.vec3d
    bottom: wp.vec3d
    top: wp.vec3d
    normal: wp.vec3d
    plane: wp.float64
    low: wp.vec3i
    high: wp.vec3i


@wp.func
def within(x: wp.float64, resolution: int) -> wp.float64:
    """x, kept where it fits an int: one voxel beyond the grid is as good as a mile."""
    return wp.clamp(x, wp.float64(-1.0), wp.float64(resolution))


@wp.func
def span_of(
    corners: wp.array(dtype=wp.vec3), triangles: wp.array2d(dtype=int), t: int, resolution: int, reach: wp.float64
) -> Span:
    s = Span()
    s.a = voxel_corner(corners, triangles[t, 0], resolution)
    s.b = voxel_corner(corners, triangles[t, 1], resolution)
    s.c = voxel_corner(corners, triangles[t, 2], resolution)
    s.bottom = wp.min(s.a, wp.min(s.b, s.c))
    s.top = wp.max(s.a, wp.max(s.b, s.c))
    for k in range(3):
        s.low[k] = wp.max(int(wp.ceil(within(s.bottom[k] - reach, resolution))), 0)
        s.high[k] = wp.min(int(wp.floor(within(s.top[k] + reach, resolution))), resolution - 1)
    return s


@wp.func
def with_plane(s: Span) -> Span:
    s.normal = unit_normal(s.a, s.b, s.c)
    s.plane = wp.dot(s.normal, s.a)
    return s


@wp.func
def is_wide(s: Span) -> bool:
    """Tell whether the span is so large that its plane rules out blocks that its bounding box reaches."""
    return wp.max(s.high - s.low) > 8


@wp.func
def plane_passes(s: Span, x: int, y: int, z: int, side: int, reach: wp.float64) -> bool:
    """Tell whether the triangle's plane comes within `reach` of a centre in a block.

    The block has side^3 voxels from (x, y, z).
    """
    half = wp.float64(side - 1) * wp.float64(0.5)
    middle = wp.vec3d(wp.float64(x) + half, wp.float64(y) + half, wp.float64(z) + half)
    slack = half * (wp.abs(s.normal[0]) + wp.abs(s.normal[1]) + wp.abs(s.normal[2]))
    return wp.abs(wp.dot(s.normal, middle) - s.plane) <= slack + reach + wp.float64(1.0e-6)


@wp.func
def want_bricks(s: Span, first: wp.vec3i, tile: int, reach: wp.float64, per_side: int, table: wp.array(dtype=int)):
    """Ask for the bricks of 8^3 voxels that the span comes near in the tile from `first`."""
    low = wp.max(s.low, first)
    high = wp.min(s.high, first + wp.vec3i(tile - 1, tile - 1, tile - 1))
    for x in range(low[0] >> 3, (high[0] >> 3) + 1):
        for y in range(low[1] >> 3, (high[1] >> 3) + 1):
            for z in range(low[2] >> 3, (high[2] >> 3) + 1):
                if plane_passes(s, x * 8, y * 8, z * 8, 8, reach):
                    want_brick(x * 8, y * 8, z * 8, per_side, table)


@wp.kernel
def count_items(
    base: int,
    corners: wp.array(dtype=wp.vec3),
    triangles: wp.array2d(dtype=int),
    resolution: int,
    reach: wp.float64,
    tile: int,
    bricks_per_side: int,
    table: wp.array(dtype=int),
    counts: wp.array(dtype=int),
    last: wp.array(dtype=int),
):
    """Count the tiles near each triangle, note the last one, and ask for the bricks near it."""
    t = base + wp.tid()
    s = span_of(corners, triangles, t, resolution, reach)
    if is_wide(s):
        s = with_plane(s)
    per_side = (resolution + tile - 1) / tile
    n = int(0)
    for x in range(s.low[0] / tile, s.high[0] / tile + 1):
        for y in range(s.low[1] / tile, s.high[1] / tile + 1):
            for z in range(s.low[2] / tile, s.high[2] / tile + 1):
                if plane_passes(s, x * tile, y * tile, z * tile, tile, reach):
                    n += 1
                    last[t] = (x * per_side + y) * per_side + z
                    want_bricks(s, wp.vec3i(x * tile, y * tile, z * tile), tile, reach, bricks_per_side, table)
    counts[t] = n


@wp.kernel
def write_items(
    base: int,
    corners: wp.array(dtype=wp.vec3),
    triangles: wp.array2d(dtype=int),
    resolution: int,
    reach: wp.float64,
    tile: int,
    last: wp.array(dtype=int),
    ends: wp.array(dtype=int),
    owner: wp.array(dtype=int),
    place: wp.array(dtype=int),
):
    t = base + wp.tid()
    n = int(0)
    if t > 0:
        n = ends[t - 1]
    if n == ends[t]:
        return
    if n + 1 == ends[t]:
        owner[n] = t
        place[n] = last[t]
        return
    s = span_of(corners, triangles, t, resolution, reach)
    if is_wide(s):
        s = with_plane(s)
    per_side = (resolution + tile - 1) / tile
    for x in range(s.low[0] / tile, s.high[0] / tile + 1):
        for y in range(s.low[1] / tile, s.high[1] / tile + 1):
            for z in range(s.low[2] / tile, s.high[2] / tile + 1):
                if plane_passes(s, x * tile, y * tile, z * tile, tile, reach):
                    owner[n] = t
                    place[n] = (x * per_side + y) * per_side + z
                    n += 1


@wp.func
def beside(x: int, low: wp.float64, high: wp.float64) -> wp.float64:
    """Square of how far x lies outside low..high."""
    gap = wp.max(wp.max(low - wp.float64(x), wp.float64(x) - high), wp.float64(0.0))
    return gap * gap


@wp.func
def scatter_brick(
    s: Span,
    sides: Sides,
    brick: int,
    first: wp.vec3i,
    reach: wp.float64,
    touch: bool,
    state: wp.array(dtype=wp.int8),
    nearest: wp.array(dtype=float),
):
    """Visit the voxels of the brick from `first` in the span that plane and box come near enough.

    Most triangles are ruled out by their box or their plane once a near one was seen.
    """
    reach2 = reach * reach
    for x in range(wp.max(s.low[0], first[0]), wp.min(s.high[0], first[0] + 7) + 1):
        beside_x = beside(x, s.bottom[0], s.top[0])
        for y in range(wp.max(s.low[1], first[1]), wp.min(s.high[1], first[1] + 7) + 1):
            beside_xy = beside_x + beside(y, s.bottom[1], s.top[1])
            if beside_xy > reach2:
                continue
            row = brick * 512 + ((x & 7) << 6) + ((y & 7) << 3)
            above = s.normal[0] * wp.float64(x) + s.normal[1] * wp.float64(y) - s.plane
            for z in range(wp.max(s.low[2], first[2]), wp.min(s.high[2], first[2] + 7) + 1):
                slot = row + (z & 7)
                bound = beside_xy + beside(z, s.bottom[2], s.top[2])
                nearer = bound <= reach2 and bound < wp.float64(nearest[slot])
                if nearer or (touch and state[slot] != wp.int8(1)):
                    height = wp.abs(above + s.normal[2] * wp.float64(z))
                    if height <= reach:
                        p = wp.vec3d(wp.float64(x), wp.float64(y), wp.float64(z))
                        if nearer and height * height * NEARLY_ONE < wp.float64(nearest[slot]):
                            d2 = square_from_triangle(p, s.a, s.b, s.c, sides, height)
                            if d2 <= reach2:
                                if float(d2) < nearest[slot]:
                                    wp.atomic_min(nearest, slot, float(d2))
                                if not touch:
                                    state[slot] = wp.int8(1)
                        if touch and state[slot] != wp.int8(1):
                            if touches_cube(p, s.a, s.b, s.c):
                                state[slot] = wp.int8(1)


@wp.kernel
def scatter(
    base: int,
    corners: wp.array(dtype=wp.vec3),
    triangles: wp.array2d(dtype=int),
    resolution: int,
    reach: wp.float64,
    owners: wp.array(dtype=int),
    places: wp.array(dtype=int),
    tile: int,
    touch: bool,
    per_side: int,
    table: wp.array(dtype=int),
    state: wp.array(dtype=wp.int8),
    nearest: wp.array(dtype=float),  # squared distance in voxels
):
    i = base + wp.tid()
    s = with_plane(span_of(corners, triangles, owners[i], resolution, reach))
    sides = sides_of(s.a, s.b, s.c, s.normal)
    tiles = (resolution + tile - 1) / tile
    first = wp.vec3i(places[i] / (tiles * tiles), (places[i] / tiles) % tiles, places[i] % tiles) * tile
    s.low = wp.max(s.low, first)
    s.high = wp.min(s.high, first + wp.vec3i(tile - 1, tile - 1, tile - 1))
    for x in range(s.low[0] >> 3, (s.high[0] >> 3) + 1):
        for y in range(s.low[1] >> 3, (s.high[1] >> 3) + 1):
            for z in range(s.low[2] >> 3, (s.high[2] >> 3) + 1):
                brick = table[(x * per_side + y) * per_side + z]
                if brick >= 0:
                    scatter_brick(s, sides, brick, wp.vec3i(x * 8, y * 8, z * 8), reach, touch, state, nearest)


@wp.kernel
def voxel_keys(
    base: int,
    slots: wp.array(dtype=int),
    side: int,
    places: wp.array(dtype=wp.vec3i),
    keys: wp.array(dtype=wp.int64),
    order: wp.array(dtype=int),
):
    i = base + wp.tid()
    p = point_of(slots[i], places)
    keys[i] = (wp.int64(p[0]) * wp.int64(side) + wp.int64(p[1])) * wp.int64(side) + wp.int64(p[2])
    order[i] = slots[i]


@wp.kernel
def read_voxels(
    base: int,
    keys: wp.array(dtype=wp.int64),
    order: wp.array(dtype=int),
    side: int,
    nearest: wp.array(dtype=float),
    indices: wp.array2d(dtype=int),
    distance: wp.array(dtype=float),
):
    i = base + wp.tid()
    row = keys[i] / wp.int64(side)
    indices[i, 0] = int(row / wp.int64(side))
    indices[i, 1] = int(row % wp.int64(side))
    indices[i, 2] = int(keys[i] % wp.int64(side))
    distance[i] = wp.sqrt(nearest[order[i]])
