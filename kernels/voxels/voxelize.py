# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false
"""Mesh -> the voxels at its surface, from the triangles themselves.

The box [-1, 1]^3 is cut into tiles. A work item is one triangle in one tile, so a triangle that spans the box is many
items and no thread waits for it. Items mark the bricks of 8^3 voxels they come near; only those are allocated, so
memory grows with the surface. On CPU the items are sorted by tile and every tile stays on one thread; on CUDA each item
is a thread and the distances meet in an atomic minimum. Neither depends on the order, so the result is always the same.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import warp as wp

from ...errors import UsageError
from ..arrays import Array, check_mesh, check_range, offsets, origin_of, to_warp
from ..fields.bricks import Bricks
from ..parallel import group_cuts, launch, on_host, start_warp, thread_count
from .voxel_kernels import count_items, read_voxels, scatter, voxel_keys, write_items

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
        raise UsageError(f"rule {rule!r} is not one of {', '.join(RULES)}")
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
    items = _work_items(corners, triangles, resolution, reach, bricks)
    bricks.grow()
    bricks.values.fill_(np.inf)
    inputs = [corners, triangles, resolution, wp.float64(reach), items.face, items.tile, items.tile_side]
    inputs += [touch, bricks.per_side, bricks.table, bricks.state, bricks.values]
    launch(scatter, items.count, inputs, device, items.cuts)
    indices, distance = _sorted_voxels(bricks)
    return origin.give(indices), origin.give(distance)


@dataclass(frozen=True)
class _Items:
    """The pairs of a triangle and a tile that it may come near."""

    face: wp.array  # [count]
    tile: wp.array  # [count] number of the tile, z fastest
    count: int
    tile_side: int  # voxels
    cuts: list[int] | None  # CPU: where threads may part, between tiles


def _work_items(corners: wp.array, triangles: wp.array, resolution: int, reach: float, bricks: Bricks) -> _Items:
    """All items, on CPU in the order of their tiles. Their bricks are marked as wanted."""
    device = str(corners.device)
    side = tile_side(resolution)
    counts, last = (wp.empty(len(triangles), dtype=int, device=device) for _ in range(2))
    shape = [corners, triangles, resolution, wp.float64(reach), side]
    launch(count_items, len(triangles), [*shape, bricks.per_side, bricks.table, counts, last], device)
    ends, total = offsets(counts)
    # Twice the room: the sort works from one half into the other.
    face, tile = (wp.empty(2 * total, dtype=int, device=device) for _ in range(2))
    launch(write_items, len(triangles), [*shape, last, ends, face, tile], device)
    cuts = None
    if on_host(device) and total:
        wp.utils.radix_sort_pairs(tile, face, total)
        starts = np.flatnonzero(np.diff(tile.numpy()[:total], prepend=-1))
        cuts = group_cuts(starts, total, 8 * thread_count())
    return _Items(face, tile, total, side, cuts)


def tile_side(resolution: int) -> int:
    """Voxels per side of a tile, a multiple of 8.

    Small enough to keep all threads busy, large enough that few triangles straddle two.
    """
    return 8 if resolution <= 64 else 16 if resolution <= 256 else 32


def _sorted_voxels(bricks: Bricks) -> tuple[wp.array, wp.array]:
    """Return the marked voxels in lexicographic order: indices [M, 3] int32 and distances [M]."""
    device = bricks.device
    slots = bricks.slots_in_state(1)
    count = len(slots)
    indices = wp.empty((count, 3), dtype=int, device=device)
    distance = wp.empty(count, dtype=float, device=device)
    if count:
        keys = wp.empty(2 * count, dtype=wp.int64, device=device)
        order = wp.empty(2 * count, dtype=int, device=device)
        launch(voxel_keys, count, [slots, bricks.side, bricks.places, keys, order], device)
        wp.utils.radix_sort_pairs(keys, order, count)
        inputs = [keys, order, bricks.side, bricks.values, indices, distance]
        launch(read_voxels, count, inputs, device)
    return indices, distance
