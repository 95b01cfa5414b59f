# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false
# pyright: reportGeneralTypeIssues=false
"""O-Voxel -> mesh: one quad for each crossed edge whose four voxels exist."""

from typing import Any

import numpy as np
import warp as wp

from ...errors import BadInputError, UsageError
from ..arrays import Array, is_tensor, origin_of, to_warp, where
from ..parallel import launch, start_warp
from ..voxels.voxel_index import VoxelIndex, rows_to_warp

wp.set_module_options({"enable_backward": False})

# Neighbours towards the high corner.
UPPER = np.array([[bits & 1, bits >> 1 & 1, bits >> 2] for bits in range(8)])
SPLITS = ("flat", "first", "centre")
FIRST = wp.constant(0)
FLAT = wp.constant(1)
WEIGHTED = wp.constant(2)


@wp.func
def quad_of(near: wp.array2d(dtype=int), row: int, axis: int) -> wp.vec4i:
    """Return the four voxels round an edge, clockwise seen from the high end of the axis."""
    u = 1 << ((axis + 1) % 3)
    v = 1 << ((axis + 2) % 3)
    return wp.vec4i(near[row, 0], near[row, v], near[row, u + v], near[row, u])


@wp.kernel
def find_quads(base: int, crossed: wp.array2d(dtype=int), near: wp.array2d(dtype=int), whole: wp.array(dtype=int)):
    i = base + wp.tid()
    whole[i] = int(0)
    if crossed[i / 3, i % 3] != 0 and wp.min(quad_of(near, i / 3, i % 3)) >= 0:
        whole[i] = int(1)


@wp.func
def flatness(a: wp.vec3, b: wp.vec3, c: wp.vec3, d: wp.vec3) -> float:
    """Return the cosine between the triangles abc and acd, -1 where one of them has no area."""
    n = wp.cross(b - a, c - a)
    m = wp.cross(c - a, d - a)
    size = wp.length(n) * wp.length(m)
    if size > 0.0:
        return wp.dot(n, m) / size
    return -1.0


@wp.func
def cuts_first(quad: wp.vec4i, rule: int, vertices: wp.array(dtype=wp.vec3), weights: wp.array(dtype=float)) -> bool:
    """Tell whether the diagonal runs from the first to the third voxel."""
    if rule == WEIGHTED:
        return weights[quad[0]] * weights[quad[2]] > weights[quad[1]] * weights[quad[3]]
    a = vertices[quad[0]]
    b = vertices[quad[1]]
    c = vertices[quad[2]]
    d = vertices[quad[3]]
    if rule == FIRST:
        return wp.dot(wp.cross(b - a, c - a), wp.cross(c - a, d - a)) != 0.0
    return flatness(a, b, c, d) >= flatness(b, c, d, a)


@wp.kernel
def place_in_box(
    base: int, coords: wp.array2d(dtype=int), local: wp.array(dtype=wp.vec3), size: float, out: wp.array(dtype=wp.vec3)
):
    i = base + wp.tid()
    for k in range(3):
        out[i][k] = (float(coords[i, k + 1]) + local[i][k]) * size - 0.5


@wp.kernel
def write_faces(
    base: int,
    quads: wp.array(dtype=int),  # row * 3 + axis
    near: wp.array2d(dtype=int),
    facing: wp.array2d(dtype=int),  # empty: by axis
    rule: int,
    vertices: wp.array(dtype=wp.vec3),
    weights: wp.array(dtype=float),
    faces: wp.array2d(dtype=int),
):
    i = base + wp.tid()
    row = quads[i] / 3
    axis = quads[i] % 3
    q = quad_of(near, row, axis)
    a = wp.vec3i(q[0], q[1], q[2])
    b = wp.vec3i(q[0], q[2], q[3])
    if not cuts_first(q, rule, vertices, weights):
        a = wp.vec3i(q[0], q[1], q[3])
        b = wp.vec3i(q[3], q[1], q[2])
    turn = int(0)
    if facing.shape[0] > 0 and facing[row, axis] > 0:
        turn = int(1)
    for k in range(3):
        faces[2 * i, k] = a[k]
        faces[2 * i + 1, k] = b[k]
    if turn == 1:
        faces[2 * i, 1] = a[2]
        faces[2 * i, 2] = a[1]
        faces[2 * i + 1, 1] = b[2]
        faces[2 * i + 1, 2] = b[1]


@wp.kernel
def write_fans(
    base: int,
    first: int,  # number of the first centre among the vertices
    quads: wp.array(dtype=int),
    near: wp.array2d(dtype=int),
    vertices: wp.array(dtype=wp.vec3),
    weights: wp.array(dtype=float),
    centres: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
):
    i = base + wp.tid()
    q = quad_of(near, quads[i] / 3, quads[i] % 3)
    even = float(1.0)
    odd = float(1.0)
    if weights.shape[0] > 0:
        even = weights[q[0]] * weights[q[2]]
        odd = weights[q[1]] * weights[q[3]]
    even_middle = (vertices[q[0]] + vertices[q[2]]) / 2.0
    odd_middle = (vertices[q[1]] + vertices[q[3]]) / 2.0
    centres[i] = (even_middle * even + odd_middle * odd) / (even + odd)
    for k in range(4):
        faces[4 * i + k, 0] = q[k]
        faces[4 * i + k, 1] = q[(k + 1) & 3]
        faces[4 * i + k, 2] = first + i


def grid_to_mesh(
    coords: Array,
    local: Array,
    crossed: Array,
    resolution: int,
    *,
    weights: "Array | None" = None,
    facing: "Array | None" = None,
    split: str = "flat",
) -> tuple[Any, Any]:
    """Return vertices [N, 3] float32 in [-0.5, 0.5]^3, one for each voxel in order, and faces [F, 3] int32.

    coords, local, crossed: [N, 3], see `DualGrid`; local may leave 0..1. Quads come in the order of voxel and axis.
    weights: [N] or [N, 1], cut from the first to the third voxel where their product is larger. Without them split
    chooses: "flat", the diagonal over which the quad bends least; "first", the public rule, first to third voxel unless
    a triangle has no area there; "centre", with or without weights: a further vertex in each quad and four triangles.
    facing: [N, 3] signs, turn quads with the normals of a mesh; without them the axis alone decides.

    Raises BadInputError for arrays that do not fit each other, UsageError for an unknown split.
    """
    if split not in SPLITS:
        raise UsageError(f"split {split!r} is not one of {', '.join(SPLITS)}")
    check_grid(coords, local, crossed, weights, facing)
    origin = origin_of(coords)
    start_warp()
    device = origin.device
    placed = with_item(coords)
    near = rows_to_warp(VoxelIndex(placed).neighbours(UPPER), device)
    count = len(placed)
    vertices = wp.empty(count, dtype=wp.vec3, device=device)
    inputs = [rows_to_warp(placed, device), to_warp(local, wp.vec3, device), 1.0 / resolution, vertices]
    launch(place_in_box, count, inputs, device)
    whole = wp.empty(3 * count, dtype=int, device=device)
    launch(find_quads, 3 * count, [rows_to_warp(crossed, device), near, whole], device)
    quads = where(whole, 1)
    shares = to_warp(weights.reshape(-1) if weights is not None else np.empty(0, np.float32), float, device)
    if split == "centre":
        centres = wp.empty(len(quads), dtype=wp.vec3, device=device)
        faces = wp.empty((4 * len(quads), 3), dtype=int, device=device)
        launch(write_fans, len(quads), [count, quads, near, vertices, shares, centres, faces], device)
        both = wp.empty(count + len(quads), dtype=wp.vec3, device=device)
        wp.copy(both, vertices)
        wp.copy(both, centres, dest_offset=count)
        return origin.give(both), origin.give(faces)
    rule = WEIGHTED if weights is not None else FLAT if split == "flat" else FIRST
    turned = rows_to_warp(facing if facing is not None else np.empty((0, 3), np.int32), device)
    faces = wp.empty((2 * len(quads), 3), dtype=int, device=device)
    launch(write_faces, len(quads), [quads, near, turned, rule, vertices, shares, faces], device)
    return origin.give(vertices), origin.give(faces)


def with_item(coords: Array) -> Array:
    """Return coords [N, 3] as [N, 4] with item 0, as `VoxelIndex` takes them."""
    if is_tensor(coords):
        import torch

        return torch.cat([torch.zeros_like(coords[:, :1]), coords], dim=1)
    return np.concatenate([np.zeros_like(coords[:, :1]), coords], axis=1)


def check_grid(coords: Array, local: Array, crossed: Array, weights: "Array | None", facing: "Array | None") -> None:
    """Raise BadInputError unless the arrays describe the same voxels."""
    if coords.ndim != 2 or coords.shape[1] != 3:
        raise BadInputError(f"voxel coordinates have shape {tuple(coords.shape)}, expected [N, 3]")
    for name, array in (("local", local), ("crossed", crossed), ("facing", facing)):
        if array is not None and tuple(array.shape) != tuple(coords.shape):
            raise BadInputError(f"{name} has shape {tuple(array.shape)}, expected {tuple(coords.shape)}")
    if weights is not None and tuple(weights.shape) not in ((len(coords),), (len(coords), 1)):
        raise BadInputError(f"weights have shape {tuple(weights.shape)}, expected [{len(coords)}]")
