"""Mesh -> the voxels at its surface, from the triangles themselves.

The box [-1, 1]^3 is cut into tiles. A work item is one triangle in one tile, so a triangle that spans the box is many
items and no thread waits for it. Items mark the bricks of 8^3 voxels they come near; only those are allocated, so
memory grows with the surface. On CPU the items are sorted by tile and every tile stays on one thread; on CUDA each item
is a thread and the distances meet in an atomic minimum. Neither depends on the order, so the result is always the same.
"""

import math
from typing import Any

import numpy as np
import warp as wp

from .arrays import Array, check_mesh, check_range, offsets, origin_of, to_warp
from .bricks import Bricks, point_of, want_brick
from .errors import UsageError
from .parallel import group_cuts, launch, start_warp, thread_count
from .triangles import nearest_on_triangle, touches_cube, unit_normal

wp.set_module_options({"enable_backward": False})

RULES = ("intersect", "distance")
MAX_RESOLUTION = 4096
HALF_DIAGONAL = 0.5 * math.sqrt(3.0)


def voxelize(
    vertices: Array, faces: Array, resolution: int, rule: str = "intersect", band: float = 1.0
) -> tuple[Any, Any]:
    """Active voxels of the mesh on a grid of `resolution` voxels per side over [-1, 1]^3.

    vertices: [V, 3], taken as float32. faces: [F, 3] integers. rule: "intersect", every voxel whose closed cube a
    triangle touches; "distance", every voxel whose centre lies within `band` voxels of the surface.

    Returns indices [M, 3] int32 in lexicographic order, and distance [M] float32, the exact distance of each voxel's
    centre (i + 0.5) * 2 / resolution - 1 to the nearest triangle, in voxels (times 2 / resolution: box units).
    What lies outside the box is ignored; a mesh without faces has no voxels. A face without area counts as the segment
    or point it is. Raises BadMeshError for a malformed or not finite mesh, UsageError for a setting out of range.
    """
    check_range("resolution", resolution, 1, MAX_RESOLUTION)
    if rule not in RULES:
        raise UsageError(f"rule {rule!r} is none of {', '.join(RULES)}")
    if rule == "distance":
        check_range("band", band, 0.0, 64.0)
    check_mesh(vertices, faces)
    origin = origin_of(vertices)
    start_warp()
    device = origin.device
    corners, triangles = to_warp(vertices, wp.vec3, device), to_warp(faces, int, device)
    touch = rule == "intersect"
    # A touched voxel's centre is within half a diagonal, and so is every triangle that can be nearest to it.
    reach = HALF_DIAGONAL * (1.0 + 1e-9) if touch else float(band)
    bricks = Bricks(resolution, device, with_values=True)
    items, tiles, count, cuts, tile = _items(corners, triangles, resolution, reach)
    if count:
        shape = [corners, triangles, resolution, wp.float64(reach), items, tiles, tile]
        launch(want_bricks, count, [*shape, bricks.per_side, bricks.table], device, cuts)
        bricks.grow()
    if bricks.count:
        bricks.values.fill_(np.inf)
        inputs = [*shape, touch, bricks.per_side, bricks.table, bricks.state, bricks.values]
        launch(scatter, count, inputs, device, cuts)
    indices, distance = _sorted_voxels(bricks)
    return origin.give(indices), origin.give(distance)


def _items(
    corners: wp.array, triangles: wp.array, resolution: int, reach: float
) -> tuple[wp.array, wp.array, int, list[int] | None, int]:
    """Work items: the triangle and the tile of each, their number, where threads may part, and the tile's side."""
    device = str(corners.device)
    tile = tile_side(resolution)
    counts = wp.empty(len(triangles), dtype=int, device=device)
    shape = [corners, triangles, resolution, wp.float64(reach), tile]
    launch(count_items, len(triangles), [*shape, counts], device)
    ends, total = offsets(counts)
    # Twice the room: the sort works from one half into the other.
    owner, place = (wp.empty(2 * total, dtype=int, device=device) for _ in range(2))
    launch(write_items, len(triangles), [*shape, ends, owner, place], device)
    cuts = None
    if device == "cpu" and total:
        wp.utils.radix_sort_pairs(place, owner, total)
        tiles = place.numpy()[:total]
        starts = np.flatnonzero(np.diff(tiles, prepend=-1))
        cuts = group_cuts(starts, total, 8 * thread_count())
    return owner, place, total, cuts, tile


def tile_side(resolution: int) -> int:
    """Voxels per side of a tile, a multiple of 8: small enough to keep all threads busy, large enough that few
    triangles straddle two."""
    return 8 if resolution <= 64 else 16 if resolution <= 256 else 32


def _sorted_voxels(bricks: Bricks) -> tuple[wp.array, wp.array]:
    """The marked voxels in lexicographic order: indices [M, 3] int32 and distances [M]."""
    device = bricks.device
    slots = bricks.slots_in_state(1)
    count = len(slots)
    indices = wp.empty((count, 3), dtype=int, device=device)
    distance = wp.empty(count, dtype=float, device=device)
    if count:
        keys = wp.empty(2 * count, dtype=wp.int64, device=device)
        order = wp.empty(2 * count, dtype=int, device=device)
        launch(voxel_keys, count, [slots, bricks.side, bricks.per_side, bricks.places, keys, order], device)
        wp.utils.radix_sort_pairs(keys, order, count)
        inputs = [keys, order, bricks.side, bricks.values, indices, distance]
        launch(read_voxels, count, inputs, device)
    return indices, distance


@wp.func
def voxel_corner(corners: wp.array(dtype=wp.vec3), vertex: int, resolution: int) -> wp.vec3d:
    """A vertex in voxel units, in which voxel (i, j, k) has its centre at the integer point."""
    v = corners[vertex]
    half = wp.float64(resolution) * wp.float64(0.5)
    at = wp.vec3d(wp.float64(v[0]), wp.float64(v[1]), wp.float64(v[2]))
    return at * half + wp.vec3d(half - wp.float64(0.5), half - wp.float64(0.5), half - wp.float64(0.5))


@wp.struct
class Span:
    """A triangle in voxel units and the voxels its bounding box reaches, inclusive."""

    a: wp.vec3d
    b: wp.vec3d
    c: wp.vec3d
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
    low = wp.min(s.a, wp.min(s.b, s.c))
    high = wp.max(s.a, wp.max(s.b, s.c))
    for k in range(3):
        s.low[k] = wp.max(int(wp.ceil(within(low[k] - reach, resolution))), 0)
        s.high[k] = wp.min(int(wp.floor(within(high[k] + reach, resolution))), resolution - 1)
    s.normal = unit_normal(s.a, s.b, s.c)
    s.plane = wp.dot(s.normal, s.a)
    return s


@wp.func
def plane_passes(s: Span, x: int, y: int, z: int, side: int, reach: wp.float64) -> bool:
    """Whether the triangle's plane comes within `reach` of a centre in the block of side^3 voxels from (x, y, z)."""
    half = wp.float64(side - 1) * wp.float64(0.5)
    middle = wp.vec3d(wp.float64(x) + half, wp.float64(y) + half, wp.float64(z) + half)
    slack = half * (wp.abs(s.normal[0]) + wp.abs(s.normal[1]) + wp.abs(s.normal[2]))
    return wp.abs(wp.dot(s.normal, middle) - s.plane) <= slack + reach + wp.float64(1.0e-6)


@wp.kernel
def count_items(
    base: int,
    corners: wp.array(dtype=wp.vec3),
    triangles: wp.array2d(dtype=int),
    resolution: int,
    reach: wp.float64,
    tile: int,
    counts: wp.array(dtype=int),
):
    t = base + wp.tid()
    s = span_of(corners, triangles, t, resolution, reach)
    n = int(0)
    for x in range(s.low[0] / tile, s.high[0] / tile + 1):
        for y in range(s.low[1] / tile, s.high[1] / tile + 1):
            for z in range(s.low[2] / tile, s.high[2] / tile + 1):
                if plane_passes(s, x * tile, y * tile, z * tile, tile, reach):
                    n += 1
    counts[t] = n


@wp.kernel
def write_items(
    base: int,
    corners: wp.array(dtype=wp.vec3),
    triangles: wp.array2d(dtype=int),
    resolution: int,
    reach: wp.float64,
    tile: int,
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
    s = span_of(corners, triangles, t, resolution, reach)
    per_side = (resolution + tile - 1) / tile
    for x in range(s.low[0] / tile, s.high[0] / tile + 1):
        for y in range(s.low[1] / tile, s.high[1] / tile + 1):
            for z in range(s.low[2] / tile, s.high[2] / tile + 1):
                if plane_passes(s, x * tile, y * tile, z * tile, tile, reach):
                    owner[n] = t
                    place[n] = (x * per_side + y) * per_side + z
                    n += 1


@wp.func
def item_span(
    corners: wp.array(dtype=wp.vec3),
    triangles: wp.array2d(dtype=int),
    resolution: int,
    reach: wp.float64,
    owner: int,
    place: int,
    tile: int,
) -> Span:
    """The triangle with its voxels clipped to the tile."""
    s = span_of(corners, triangles, owner, resolution, reach)
    per_side = (resolution + tile - 1) / tile
    first = wp.vec3i(place / (per_side * per_side), (place / per_side) % per_side, place % per_side) * tile
    s.low = wp.max(s.low, first)
    s.high = wp.min(s.high, first + wp.vec3i(tile - 1, tile - 1, tile - 1))
    return s


@wp.kernel
def want_bricks(
    base: int,
    corners: wp.array(dtype=wp.vec3),
    triangles: wp.array2d(dtype=int),
    resolution: int,
    reach: wp.float64,
    owners: wp.array(dtype=int),
    places: wp.array(dtype=int),
    tile: int,
    per_side: int,
    table: wp.array(dtype=int),
):
    i = base + wp.tid()
    s = item_span(corners, triangles, resolution, reach, owners[i], places[i], tile)
    for x in range(s.low[0] >> 3, (s.high[0] >> 3) + 1):
        for y in range(s.low[1] >> 3, (s.high[1] >> 3) + 1):
            for z in range(s.low[2] >> 3, (s.high[2] >> 3) + 1):
                if plane_passes(s, x * 8, y * 8, z * 8, 8, reach):
                    want_brick(x * 8, y * 8, z * 8, per_side, table)


@wp.func
def scatter_voxel(
    s: Span,
    x: int,
    y: int,
    z: int,
    slot: int,
    reach: wp.float64,
    touch: bool,
    state: wp.array(dtype=wp.int8),
    nearest: wp.array(dtype=float),
):
    p = wp.vec3d(wp.float64(x), wp.float64(y), wp.float64(z))
    d2 = wp.length_sq(nearest_on_triangle(p, s.a, s.b, s.c, s.normal) - p)
    if d2 > reach * reach:
        return
    if float(d2) < nearest[slot]:
        wp.atomic_min(nearest, slot, float(d2))
    if state[slot] == wp.int8(1):
        return
    active = bool(True)
    if touch:
        active = touches_cube(p, s.a, s.b, s.c)
    if active:
        state[slot] = wp.int8(1)


@wp.func
def scatter_brick(
    s: Span,
    brick: int,
    first: wp.vec3i,
    reach: wp.float64,
    touch: bool,
    state: wp.array(dtype=wp.int8),
    nearest: wp.array(dtype=float),
):
    """Visit the voxels of the brick from `first` that lie in the span and near the plane."""
    for x in range(wp.max(s.low[0], first[0]), wp.min(s.high[0], first[0] + 7) + 1):
        for y in range(wp.max(s.low[1], first[1]), wp.min(s.high[1], first[1] + 7) + 1):
            row = brick * 512 + ((x & 7) << 6) + ((y & 7) << 3)
            height = s.normal[0] * wp.float64(x) + s.normal[1] * wp.float64(y) - s.plane
            for z in range(wp.max(s.low[2], first[2]), wp.min(s.high[2], first[2] + 7) + 1):
                # The distance to the plane bounds the distance from below.
                if wp.abs(height + s.normal[2] * wp.float64(z)) <= reach:
                    scatter_voxel(s, x, y, z, row + (z & 7), reach, touch, state, nearest)


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
    s = item_span(corners, triangles, resolution, reach, owners[i], places[i], tile)
    for x in range(s.low[0] >> 3, (s.high[0] >> 3) + 1):
        for y in range(s.low[1] >> 3, (s.high[1] >> 3) + 1):
            for z in range(s.low[2] >> 3, (s.high[2] >> 3) + 1):
                brick = table[(x * per_side + y) * per_side + z]
                if brick >= 0:
                    scatter_brick(s, brick, wp.vec3i(x * 8, y * 8, z * 8), reach, touch, state, nearest)


@wp.kernel
def voxel_keys(
    base: int,
    slots: wp.array(dtype=int),
    side: int,
    per_side: int,
    places: wp.array(dtype=int),
    keys: wp.array(dtype=wp.int64),
    order: wp.array(dtype=int),
):
    i = base + wp.tid()
    p = point_of(slots[i], per_side, places)
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
