"""Marching cubes on a sparse field: time and memory grow with the surface, not with the box.

An edge of the lattice is (its lower sample, its axis), so a vertex has its number without a hash or a sort: mark the
crossed edges, sum the marks, write. Every cell on an edge computes the same bits for its vertex, so threads may run in
any order.
"""

from dataclasses import fields

import numpy as np
import warp as wp

from .arrays import offsets, to_warp
from .errors import BadInputError
from .field import Field
from .mc_tables import tables
from .parallel import launch, start_warp

wp.set_module_options({"enable_backward": False})

EMPTY = (np.empty((0, 3), np.float32), np.empty((0, 3), np.int32))


def marching_cubes(field: Field, level: float | None = None, device: str = "cpu") -> tuple[np.ndarray, np.ndarray]:
    """The surface where the field equals `level`: vertices [V, 3] float32 in world units, faces [F, 3] int32.

    level: None takes the field's own, the one whose crossing cells it holds; another level is complete only when the
    field holds the cells that cross it. Samples above the level are inside; faces are counter-clockwise from outside.
    A field that never crosses the level gives empty arrays. Raises BadInputError for samples that are not finite.
    The surface is closed wherever the cells cover it, and no edge has more than two triangles.
    """
    if not np.isfinite(field.values).all():
        raise BadInputError("the field has samples that are not finite")
    if len(field.cells) == 0:
        return EMPTY
    start_warp()
    level = field.level if level is None else float(level)
    table = tables()
    values, corners = to_warp(field.values, float, device), to_warp(field.corners, int, device)
    triangle_count, triangles, edge_mask, edge_lower, edge_upper, edge_axis = (
        to_warp(getattr(table, part.name), int, device) for part in fields(table)
    )
    count = len(field.cells)
    face_counts = wp.empty(count, dtype=int, device=device)
    crossed = wp.zeros(len(field.values) * 3, dtype=wp.int8, device=device)
    inputs = [values, corners, level, triangle_count, edge_mask, edge_lower, edge_axis, face_counts, crossed]
    launch(mark_edges, count, inputs, device)
    face_ends, face_total = offsets(face_counts)
    vertex_ends, vertex_total = offsets(crossed)
    vertices = wp.empty(vertex_total, dtype=wp.vec3, device=device)
    faces = wp.empty((face_total, 3), dtype=int, device=device)
    lower = wp.vec3(*field.bounds[0])
    step = wp.vec3(*field.cell_size)
    points = to_warp(field.points, int, device)
    inputs = [values, corners, points, lower, step, level, edge_mask, edge_lower, edge_upper, edge_axis]
    inputs += [triangle_count, triangles, face_ends, vertex_ends, vertices, faces]
    launch(write_mesh, count, inputs, device)
    return vertices.numpy(), faces.numpy()


@wp.func
def case_of(values: wp.array(dtype=float), corners: wp.array2d(dtype=int), cell: int, level: float) -> int:
    case = int(0)
    for c in range(8):
        if values[corners[cell, c]] > level:
            case = case | (1 << c)
    return case


@wp.kernel
def mark_edges(
    base: int,
    values: wp.array(dtype=float),
    corners: wp.array2d(dtype=int),
    level: float,
    triangle_count: wp.array(dtype=int),
    edge_mask: wp.array(dtype=int),
    edge_lower: wp.array(dtype=int),
    edge_axis: wp.array(dtype=int),
    face_counts: wp.array(dtype=int),
    crossed: wp.array(dtype=wp.int8),  # [3 P] by sample and axis
):
    cell = base + wp.tid()
    case = case_of(values, corners, cell, level)
    face_counts[cell] = triangle_count[case]
    mask = edge_mask[case]
    for e in range(12):
        if (mask >> e) & 1 == 1:
            crossed[corners[cell, edge_lower[e]] * 3 + edge_axis[e]] = wp.int8(1)


@wp.kernel
def write_mesh(
    base: int,
    values: wp.array(dtype=float),
    corners: wp.array2d(dtype=int),
    points: wp.array2d(dtype=int),
    lower: wp.vec3,
    step: wp.vec3,
    level: float,
    edge_mask: wp.array(dtype=int),
    edge_lower: wp.array(dtype=int),
    edge_upper: wp.array(dtype=int),
    edge_axis: wp.array(dtype=int),
    triangle_count: wp.array(dtype=int),
    triangles: wp.array2d(dtype=int),
    face_ends: wp.array(dtype=int),
    vertex_ends: wp.array(dtype=int),
    vertices: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
):
    cell = base + wp.tid()
    case = case_of(values, corners, cell, level)
    mask = edge_mask[case]
    if mask == 0:
        return
    for e in range(12):
        if (mask >> e) & 1 == 1:
            axis = edge_axis[e]
            sample = corners[cell, edge_lower[e]]
            low = values[sample]
            high = values[corners[cell, edge_upper[e]]]
            p = wp.vec3(float(points[sample, 0]), float(points[sample, 1]), float(points[sample, 2]))
            p[axis] = p[axis] + (level - low) / (high - low)
            vertices[vertex_ends[sample * 3 + axis] - 1] = lower + wp.cw_mul(p, step)
    count = triangle_count[case]
    first = face_ends[cell] - count
    for t in range(count):
        for k in range(3):
            e = triangles[case, t * 3 + k]
            faces[first + t, k] = vertex_ends[corners[cell, edge_lower[e]] * 3 + edge_axis[e]] - 1
