# Warp's annotations know neither its own scalars nor numpy's:
# pyright: reportArgumentType=false
"""Mesh -> O-Voxel: a flexible dual grid that holds open, self-intersecting and non-manifold surfaces alike.

A voxel is active where the surface pierces one of the grid lines along its edges. It holds one dual vertex and, for
each axis, whether its edge at the high corner of the other two axes is crossed. Records of crossings are sorted by
voxel and gathered, so results do not depend on threads, and memory grows with the surface: about 600 bytes a voxel.
Xiang et al., "Native and Compact Structured Latents for 3D Generation" (TRELLIS.2), 2025.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import warp as wp

from ..arrays import Array, check_mesh, check_range, offsets, origin_of, to_warp
from ..parallel import launch, start_warp
from ..voxels.voxel_index import VoxelIndex, rows_to_warp
from ..voxels.voxelize import MAX_RESOLUTION
from .crossings import count_up, edge_slots, mark_runs
from .distinct import boundary_edges
from .dual_vertices import Runs, place_vertices
from .face_normals import face_normals
from .line_crossings import crossed_voxels, line_crossings, shared
from .near_records import overlap_voxels, walk_edges

BOUNDARY_WEIGHT = 0.2  # of all public data
REGULARISATION = 0.01
# Neighbours towards the low corner.
LOWER = np.array([[-(bits & 1), -(bits >> 1 & 1), -(bits >> 2)] for bits in range(8)])


@dataclass(frozen=True)
class DualGrid:
    """Active voxels of the box [-0.5, 0.5]^3, in lexicographic order.

    resolution: voxels per side R. coords: [N, 3] int32, voxel i covers i / R - 0.5 to (i + 1) / R - 0.5.
    local: [N, 3] float32, the dual vertex in voxel units from the voxel's low corner. crossed: [N, 3] uint8, 1 where
    the edge along the axis at the high corner of the other two is crossed. facing: [N, 3] int8, the sign along the
    axis of the normals there, 0 where they cancel or nothing crosses; None where the grid has no mesh behind it.
    """

    resolution: int
    coords: Any
    local: Any
    crossed: Any
    facing: Any = None


def mesh_to_grid(
    vertices: Array,
    faces: Array,
    resolution: int,
    *,
    face_term: bool = True,
    boundary_weight: float = BOUNDARY_WEIGHT,
    regularisation: float = REGULARISATION,
) -> DualGrid:
    """Return the flexible dual grid of a mesh in the box [-0.5, 0.5]^3.

    vertices: [V, 3], taken as float32; what lies outside the box is ignored. faces: [F, 3] integers; vertices at one
    place but of other index leave a boundary between them, so weld seams first. face_term: each triangle pulls on
    every active voxel it overlaps. boundary_weight: pull of edges that only one face uses. regularisation: pull of
    the mean of the crossings, above 0.

    Raises BadMeshError for a malformed or not finite mesh, UsageError for a setting out of range.
    """
    check_range("resolution", resolution, 1, MAX_RESOLUTION)
    check_range("boundary_weight", boundary_weight, 0.0, 1e6)
    check_range("regularisation", regularisation, 1e-9, 1e6)
    check_mesh(vertices, faces)
    origin = origin_of(vertices)
    start_warp()
    device = origin.device
    corners, triangles = to_warp(vertices, wp.vec3, device), rows_to_warp(faces, device)
    keys, owners, heights = line_crossings(corners, triangles, resolution)
    voxels = crossed_voxels(keys, resolution)
    index = VoxelIndex(voxels)
    count = len(voxels)
    slots, order = (wp.empty(2 * max(1, len(keys)), dtype=int, device=device) for _ in range(2))
    launch(edge_slots, len(keys), [keys, resolution, *index.table, slots, order], device)
    crossings = _runs(slots, order, len(keys), 3 * count)
    overlaps, overlap_owners = _records(overlap_voxels, corners, triangles if face_term else None, resolution, index)
    edges = boundary_edges(shared(triangles)) if boundary_weight else np.empty((0, 2), np.int32)
    rim = rows_to_warp(edges, device)
    rims, rim_owners = _records(walk_edges, corners, rim, resolution, index)
    local = wp.empty((count, 3), dtype=float, device=device)
    crossed = wp.zeros((count, 3), dtype=wp.uint8, device=device)
    facing = wp.zeros((count, 3), dtype=wp.int8, device=device)
    placed = rows_to_warp(voxels, device)
    near = rows_to_warp(index.neighbours(LOWER), device)
    inputs = [placed, near, resolution, corners, triangles, face_normals(corners, triangles, resolution), crossings]
    inputs += [owners, heights, overlaps, overlap_owners, rims, rim_owners, rim]
    inputs += [wp.float64(boundary_weight), wp.float64(regularisation), local, crossed, facing]
    launch(place_vertices, count, inputs, device)
    coords = origin.give(rows_to_warp(voxels[:, 1:], device))
    return DualGrid(resolution, coords, origin.give(local), origin.give(crossed), origin.give(facing))


def _records(
    kernel: Any, corners: wp.array, shapes: wp.array | None, resolution: int, index: VoxelIndex
) -> tuple[Any, wp.array]:
    """Return the records of `shapes` (faces or edges) in active voxels: runs by row, and the shape of each record."""
    device = index.device
    nothing = wp.empty(0, dtype=int, device=device)
    if shapes is None or len(shapes) == 0:
        return _runs(nothing, nothing, 0, index.count), nothing
    counts = wp.zeros(len(shapes), dtype=int, device=device)
    inputs = [*index.table, nothing, nothing]
    launch(kernel, len(shapes), [corners, shapes, resolution, False, counts, *inputs], device)
    ends, total = offsets(counts)
    rows, owners = wp.empty(2 * max(1, total), dtype=int, device=device), wp.empty(total, dtype=int, device=device)
    launch(kernel, len(shapes), [corners, shapes, resolution, True, ends, *index.table, rows, owners], device)
    order = wp.empty(2 * max(1, total), dtype=int, device=device)
    launch(count_up, len(order), [order], device)
    return _runs(rows, order, total, index.count), owners


def _runs(keys: wp.array, order: wp.array, count: int, slots: int) -> Any:
    """Sort records by key, `order` along with them; both hold twice `count` values, the first half of them given."""
    device = keys.device
    runs = Runs()
    runs.first, runs.last = (wp.zeros(max(1, slots), dtype=int, device=device) for _ in range(2))
    runs.order = order
    if count:
        wp.utils.radix_sort_pairs(keys, order, count)
        launch(mark_runs, count, [count, keys, runs.first, runs.last], str(device))
    return runs
