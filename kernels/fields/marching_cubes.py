# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false
# pyright: reportGeneralTypeIssues=false, reportIndexIssue=false, reportOperatorIssue=false
"""Marching cubes on a sparse field: time and memory grow with the surface, not with the box.

An edge of the lattice is (its lower sample, its axis), so a vertex has its number without a hash or a sort: mark the
crossed edges, sum the marks, write. Every cell on an edge computes the same bits for its vertex, so threads may run in
any order.
"""

from dataclasses import fields
from typing import Any

import numpy as np
import warp as wp

from ...errors import BadInputError
from ..arrays import is_tensor, offsets, origin_of, to_warp
from ..parallel import launch, start_warp
from .field import Field
from .mc_tables import tables

# The loops over twelve edges stay loops: unrolled, with the eight corners inside, they take minutes to compile.
wp.set_module_options({"enable_backward": False, "max_unroll": 8})


def marching_cubes(field: Field, level: float | None = None) -> tuple[Any, Any]:
    """Return the surface where the field equals `level`: vertices [V, 3] float32 in world units, faces [F, 3] int32.

    Runs where the field's arrays live, and gives arrays of their kind. level: None takes the field's own, the one whose
    crossing cells it holds; another level is complete only when the field holds the cells that cross it. Samples above
    the level are inside; faces are counter-clockwise from outside. A field that never crosses the level gives empty
    arrays. Raises BadInputError for samples that are not finite. The surface is closed wherever the cells cover it, and
    no edge has more than two triangles.
    """
    crossing, origin = _Crossing(field, level), origin_of(field.values)
    device = origin.device
    vertices = wp.empty(crossing.vertex_total, dtype=wp.vec3, device=device)
    faces = wp.empty((crossing.face_total, 3), dtype=int, device=device)
    inputs = [crossing.cubes, to_warp(field.points, int, device), wp.vec3(*field.bounds[0]), wp.vec3(*field.cell_size)]
    inputs += [crossing.face_ends, crossing.vertex_ends, vertices, faces]
    launch(write_mesh, crossing.cells, inputs, device)
    return origin.give(vertices).reshape(-1, 3), origin.give(faces)


def field_normals(field: Field, level: float | None = None) -> Any:
    """Return unit normals [V, 3] float32 for the vertices of `marching_cubes`, from the gradient of the field.

    Each is the mean of the trilinear gradients in the cells around the vertex, towards lower values; zero where the
    field is flat.
    """
    crossing, origin = _Crossing(field, level), origin_of(field.values)
    device = origin.device
    normals = wp.zeros(crossing.vertex_total, dtype=wp.vec3, device=device)
    inputs = [0, crossing.cubes, wp.vec3(*field.cell_size), crossing.vertex_ends, normals]
    # Cells add to shared vertices, so on CPU this stays on one thread.
    wp.launch(add_gradients, crossing.cells, inputs, device=device)
    launch(normalise, crossing.vertex_total, [normals], device)
    return origin.give(normals).reshape(-1, 3)


@wp.struct
class Cubes:
    """Inputs of all kernels here: the samples, the level that cuts them, and the tables of the 256 cases."""

    values: wp.array(dtype=float)
    corners: wp.array2d(dtype=int)
    level: float
    triangle_count: wp.array(dtype=int)
    triangles: wp.array2d(dtype=int)
    edge_mask: wp.array(dtype=int)
    edge_lower: wp.array(dtype=int)
    edge_upper: wp.array(dtype=int)
    edge_axis: wp.array(dtype=int)


class _Crossing:
    """Crossing of a field and the level: the kernels' common inputs, and the numbers of vertices and faces."""

    def __init__(self, field: Field, level: float | None):
        device = origin_of(field.values).device
        finite = field.values.isfinite() if is_tensor(field.values) else np.isfinite(field.values)
        if not bool(finite.all()):
            raise BadInputError("the field has samples that are not finite")
        start_warp()
        self.cubes = Cubes()
        self.cubes.values = to_warp(field.values, float, device)
        self.cubes.corners = to_warp(field.corners, int, device)
        self.cubes.level = field.level if level is None else float(level)
        table = tables()
        for part in fields(table):
            setattr(self.cubes, part.name, to_warp(getattr(table, part.name), int, device))
        self.cells = len(field.cells)
        face_counts = wp.empty(self.cells, dtype=int, device=device)
        crossed = wp.zeros(len(field.values) * 3, dtype=wp.int8, device=device)
        launch(mark_edges, self.cells, [self.cubes, face_counts, crossed], device)
        self.face_ends, self.face_total = offsets(face_counts)
        self.vertex_ends, self.vertex_total = offsets(crossed)


@wp.func
def case_of(cubes: Cubes, cell: int) -> int:
    case = int(0)
    for c in range(8):
        if cubes.values[cubes.corners[cell, c]] > cubes.level:
            case = case | (1 << c)
    return case


@wp.func
def edge_number(cubes: Cubes, cell: int, e: int) -> int:
    """Return the edge of the lattice that is edge e of the cell: three to each sample, by axis."""
    return cubes.corners[cell, cubes.edge_lower[e]] * 3 + cubes.edge_axis[e]


@wp.func
def crossed_at(cubes: Cubes, cell: int, e: int) -> float:
    """Return the position of the level on the edge, 0 to 1 from its lower end."""
    low = cubes.values[cubes.corners[cell, cubes.edge_lower[e]]]
    high = cubes.values[cubes.corners[cell, cubes.edge_upper[e]]]
    return (cubes.level - low) / (high - low)


@wp.kernel
def mark_edges(base: int, cubes: Cubes, face_counts: wp.array(dtype=int), crossed: wp.array(dtype=wp.int8)):
    cell = base + wp.tid()
    case = case_of(cubes, cell)
    face_counts[cell] = cubes.triangle_count[case]
    mask = cubes.edge_mask[case]
    for e in range(12):
        if (mask >> e) & 1 == 1:
            crossed[edge_number(cubes, cell, e)] = wp.int8(1)


@wp.kernel
def write_mesh(
    base: int,
    cubes: Cubes,
    points: wp.array2d(dtype=int),
    lower: wp.vec3,
    step: wp.vec3,
    face_ends: wp.array(dtype=int),
    vertex_ends: wp.array(dtype=int),
    vertices: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
):
    cell = base + wp.tid()
    case = case_of(cubes, cell)
    mask = cubes.edge_mask[case]
    if mask == 0:
        return
    for e in range(12):
        if (mask >> e) & 1 == 1:
            axis = cubes.edge_axis[e]
            sample = cubes.corners[cell, cubes.edge_lower[e]]
            p = wp.vec3(float(points[sample, 0]), float(points[sample, 1]), float(points[sample, 2]))
            p[axis] = p[axis] + crossed_at(cubes, cell, e)
            vertices[vertex_ends[sample * 3 + axis] - 1] = lower + wp.cw_mul(p, step)
    count = cubes.triangle_count[case]
    first = face_ends[cell] - count
    for t in range(count):
        for k in range(3):
            faces[first + t, k] = vertex_ends[edge_number(cubes, cell, cubes.triangles[case, t * 3 + k])] - 1


@wp.func
def trilinear_gradient(cubes: Cubes, cell: int, at: wp.vec3) -> wp.vec3:
    """Gradient per cell at a place in the cell, 0 to 1 along each axis."""
    gradient = wp.vec3(0.0, 0.0, 0.0)
    for c in range(8):
        v = cubes.values[cubes.corners[cell, c]]
        # Weight and slope of this corner along each axis.
        x = wp.where(c & 1 == 1, at[0], 1.0 - at[0])
        y = wp.where((c >> 1) & 1 == 1, at[1], 1.0 - at[1])
        z = wp.where((c >> 2) & 1 == 1, at[2], 1.0 - at[2])
        slope = wp.vec3(float(2 * (c & 1) - 1), float(2 * ((c >> 1) & 1) - 1), float(2 * ((c >> 2) & 1) - 1))
        gradient += v * wp.cw_mul(slope, wp.vec3(y * z, z * x, x * y))
    return gradient


@wp.kernel
def add_gradients(
    base: int, cubes: Cubes, step: wp.vec3, vertex_ends: wp.array(dtype=int), normals: wp.array(dtype=wp.vec3)
):
    cell = base + wp.tid()
    mask = cubes.edge_mask[case_of(cubes, cell)]
    for e in range(12):
        if (mask >> e) & 1 == 1:
            axis = cubes.edge_axis[e]
            lower = cubes.edge_lower[e]
            at = wp.vec3(float(lower & 1), float((lower >> 1) & 1), float((lower >> 2) & 1))
            at[axis] = crossed_at(cubes, cell, e)
            gradient = trilinear_gradient(cubes, cell, at)
            wp.atomic_add(normals, vertex_ends[edge_number(cubes, cell, e)] - 1, -wp.cw_div(gradient, step))


@wp.kernel
def normalise(base: int, normals: wp.array(dtype=wp.vec3)):
    i = base + wp.tid()
    normals[i] = wp.normalize(normals[i])
