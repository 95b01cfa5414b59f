# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false
# pyright: reportGeneralTypeIssues=false, reportReturnType=false
"""Belief propagation over the edges of a dual grid: what voxels that share an edge agree on.

A surface that goes on leaves every wall between two voxels by as many of the wall's four edges as it enters: an even
number is crossed. A boundary, or a joint of three sheets, is an odd wall, and is seldom beside all others. An edge is
crossed only where its four voxels exist. Each sweep tells every edge what its four walls and its voxels think of it.
All beliefs are log odds of "not crossed" (of "absent", for voxels) and only gathered, so no result depends on threads.
"""

import warp as wp

from .planes import CERTAIN, beside

wp.set_module_options({"enable_backward": False})

LIMIT = wp.constant(20.0)
KEPT = wp.constant(0.3)  # share of the last sweep's message, against oscillation


@wp.func
def softplus(x: float) -> float:
    return wp.max(x, 0.0) + wp.log(1.0 + wp.exp(-wp.abs(x)))


@wp.kernel
def sum_beliefs(
    base: int,
    near: wp.array2d(dtype=int),
    prior: wp.array(dtype=float),
    walls: wp.array2d(dtype=float),  # [3 C, 4]: from the wall beyond a voxel along an axis, to its edges
    voxels: wp.array2d(dtype=float),  # [3 C, 4]: from the voxels round an edge
    beliefs: wp.array(dtype=float),  # [3 C]
):
    i = base + wp.tid()
    row = i / 3
    axis = i % 3
    u = (axis + 1) % 3
    v = (axis + 2) % 3
    total = prior[i]
    if total < CERTAIN:
        total += walls[row * 3 + u, 2] + walls[row * 3 + v, 0]
        total += walls[beside(near, row, v, 1, u, 0) * 3 + u, 3]
        total += walls[beside(near, row, u, 1, v, 0) * 3 + v, 1]
        for k in range(4):
            total += voxels[i, k]
    beliefs[i] = total


@wp.func
def edge_of_wall(near: wp.array2d(dtype=int), row: int, axis: int, k: int) -> int:
    """Return the number of the k-th edge of the wall beyond a voxel along `axis`; negative if nobody holds it."""
    c = (axis + 1) % 3
    d = (axis + 2) % 3
    owner = row
    along = c
    if k == 1:
        owner = beside(near, row, d, -1, c, 0)
    if k >= 2:
        along = d
    if k == 3:
        owner = beside(near, row, c, -1, d, 0)
    if owner < 0:
        return -1
    return owner * 3 + along


@wp.kernel
def tell_walls(
    base: int,
    near: wp.array2d(dtype=int),
    even: float,  # 1 - 2 * the share of walls that are odd
    beliefs: wp.array(dtype=float),
    walls: wp.array2d(dtype=float),
):
    i = base + wp.tid()
    heard = wp.vec4(1.0, 1.0, 1.0, 1.0)
    for k in range(4):
        edge = edge_of_wall(near, i / 3, i % 3, k)
        if edge >= 0:
            heard[k] = wp.tanh(wp.clamp(beliefs[edge] - walls[i, k], -LIMIT, LIMIT) / 2.0)
    for k in range(4):
        share = even * heard[(k + 1) & 3] * heard[(k + 2) & 3] * heard[(k + 3) & 3]
        told = wp.log((1.0 + share) / (1.0 - share))
        walls[i, k] = KEPT * walls[i, k] + (1.0 - KEPT) * told


@wp.func
def edge_of_voxel(near: wp.array2d(dtype=int), row: int, n: int) -> int:
    """Return the number of the n-th of a voxel's twelve edges, four along each axis; negative if nobody holds it.

    The first along an axis is its own.
    """
    axis = n / 4
    owner = beside(near, row, (axis + 1) % 3, -(n & 1), (axis + 2) % 3, -((n & 3) >> 1))
    if owner < 0:
        return -1
    return owner * 3 + axis


@wp.kernel
def tell_voxels(
    base: int,
    near: wp.array2d(dtype=int),
    given: int,
    absent: float,  # log odds that a voxel which was not given does not exist
    prior: wp.array(dtype=float),
    beliefs: wp.array(dtype=float),
    voxels: wp.array2d(dtype=float),
):
    """Let each voxel that was not given tell its twelve edges how sure it is to exist."""
    row = given + base + wp.tid()
    total = absent
    for n in range(12):
        edge = edge_of_voxel(near, row, n)
        if edge >= 0:
            if prior[edge] < CERTAIN:
                total -= softplus(-wp.clamp(beliefs[edge] - voxels[edge, n & 3], -LIMIT, LIMIT))
    for n in range(12):
        k = n & 3
        edge = edge_of_voxel(near, row, n)
        if edge >= 0:
            if prior[edge] < CERTAIN:
                rest = total + softplus(-wp.clamp(beliefs[edge] - voxels[edge, k], -LIMIT, LIMIT))
                voxels[edge, k] = KEPT * voxels[edge, k] + (1.0 - KEPT) * softplus(rest)


@wp.kernel
def decide(
    base: int,
    near: wp.array2d(dtype=int),
    given: int,
    beliefs: wp.array(dtype=float),
    crossed: wp.array2d(dtype=wp.uint8),
    used: wp.array(dtype=int),
):
    """Write the edges that are crossed, and 1 for each voxel that was given or has one among its twelve."""
    row = base + wp.tid()
    found = int(0)
    if row < given:
        found = 1
    for n in range(12):
        edge = edge_of_voxel(near, row, n)
        if edge >= 0 and beliefs[edge] < 0.0:
            found = 1
            if n & 3 == 0:
                crossed[row, n / 4] = wp.uint8(1)
    used[row] = found
