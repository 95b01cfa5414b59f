# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false
# pyright: reportGeneralTypeIssues=false, reportReturnType=false
"""Changes to a grid that too many errors in one place would have to explain.

Belief propagation weighs a hole against its rim, wall by wall, so it closes a narrow hole of any length, and removes a
sheet of a few quads. Edges that it changes side by side are one change. A hole is an error only if every flag in it was
missed and every voxel lost, next to each other; a flag that names an absent voxel speaks for the voxel. Voxels of one
block of 2^3 are lost together, by one miss at half the resolution. A small sheet is an error only if every flag of it
is false.
"""

import math

import numpy as np
import warp as wp
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ...arrays import to_numpy
from ...parallel import launch
from ..line_crossings import shared
from .beliefs import edge_of_voxel, edge_of_wall
from .planes import beside

wp.set_module_options({"enable_backward": False})

# An edge that beliefs change: a set flag that lacks a voxel, a missed flag, one of an absent voxel; a false flag. Last,
# an edge that was crossed and stays so.
NAMED, MISSED, UNKNOWN, REMOVED, STAYS = (wp.constant(kind) for kind in (1, 2, 3, 4, 5))
AGAINST = np.array([0.0, -1.0, 1.0, 0.0, 1.0])  # errors that a changed edge of each kind asks for


def unlikely_changes(
    coords: np.ndarray,
    near: wp.array,
    given: int,
    crossed: wp.array,
    beliefs: wp.array,
    flipped: float,
    dropped: float,
    most: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return edges [K] int32, voxel * 3 + axis, that stay uncrossed, and those that stay crossed.

    coords: [C - given, 3] of the voxels that were not given. near: [C, 27] rows of voxels. crossed: [given, 3] flags of
    the first. beliefs: [3 C] log odds of not being crossed. flipped, dropped: log odds that a flag is right and that a
    voxel is not lost. most: sum of these up to which errors explain a change. Where more flags are missed, one by one,
    than `flipped` says, their share counts. Edges in a hole whose flag is set are left to the beliefs.
    """
    device, count = str(near.device), len(near)
    changed = wp.empty(3 * count, dtype=int, device=device)
    launch(find_changed, 3 * count, [near, given, crossed, beliefs, changed], device)
    kinds = to_numpy(shared(changed))
    edges = np.flatnonzero((kinds > 0) & (kinds < REMOVED))
    hole = _parts(edges, near)
    number = np.full(3 * count + 1, -1)
    number[edges] = hole
    of_absent = wp.empty((count - given, 12), dtype=int, device=device)
    launch(write_edges_of_absent, count - given, [near, given, of_absent], device)
    lost = number[to_numpy(shared(of_absent))].max(axis=1, initial=-1)
    holes = int(hole.max(initial=-1)) + 1
    alone = np.count_nonzero((np.bincount(hole, minlength=holes) == 1)[hole] & (kinds[edges] == MISSED))
    stay = np.count_nonzero(kinds == STAYS)
    flipped = min(flipped, math.log((stay + 1) / (alone + 1e-9)))
    errors = flipped * np.bincount(hole, AGAINST[kinds[edges]], holes)
    blocks = np.unique(np.c_[lost, coords >> 1][lost >= 0], axis=0)
    errors += dropped * np.bincount(blocks[:, 0], minlength=holes)
    open_ = edges[(errors > most)[hole] & (kinds[edges] != NAMED)]
    edges = np.flatnonzero(kinds == REMOVED)
    part = _parts(edges, near)
    sheets = edges[(flipped * np.bincount(part) > most)[part]]
    return open_.astype(np.int32), sheets.astype(np.int32)


def _parts(edges: np.ndarray, near: wp.array) -> np.ndarray:
    """Return the part [K] of each of `edges` [K], ascending; those that share a wall are of one part."""
    if len(edges) == 0:
        return np.zeros(0, np.int64)
    device = str(near.device)
    beside_them = wp.empty((len(edges), 16), dtype=int, device=device)
    numbers = wp.array(edges.astype(np.int32), dtype=int, device=device)
    launch(write_edges_beside, len(edges), [numbers, near, beside_them], device)
    others = to_numpy(shared(beside_them))
    at = np.searchsorted(edges, others).clip(max=len(edges) - 1)
    one, column = np.nonzero(edges[at] == others)
    links = coo_matrix((np.ones(len(one), np.int8), (one, at[one, column])), (len(edges),) * 2)
    return connected_components(links, directed=False)[1]


@wp.kernel
def find_changed(
    base: int,
    near: wp.array2d(dtype=int),
    given: int,
    crossed: wp.array2d(dtype=int),
    beliefs: wp.array(dtype=float),
    kinds: wp.array(dtype=int),  # [3 C], 0 for edges that stay
):
    """Compare the quads of the grid as given with those of the beliefs."""
    i = base + wp.tid()
    row = i / 3
    axis = i % 3
    kind = int(0)
    if row >= given:
        if beliefs[i] < 0.0:
            kind = UNKNOWN
    elif crossed[row, axis] == 0:
        if beliefs[i] < 0.0:
            kind = MISSED
    else:
        whole = int(1)
        for k in range(1, 4):
            other = beside(near, row, (axis + 1) % 3, k & 1, (axis + 2) % 3, k >> 1)
            if other < 0 or other >= given:
                whole = 0
        if beliefs[i] < 0.0 and whole == 0:
            kind = NAMED
        elif beliefs[i] >= 0.0 and whole == 1:
            kind = REMOVED
        elif whole == 1:
            kind = STAYS
    kinds[i] = kind


@wp.kernel
def write_edges_beside(
    base: int, edges: wp.array(dtype=int), near: wp.array2d(dtype=int), others: wp.array2d(dtype=int)
):
    """Write the edges [K, 16] of the four walls that end at each edge, itself among them; -1 for none."""
    i = base + wp.tid()
    row = edges[i] / 3
    u = (edges[i] % 3 + 1) % 3
    v = (edges[i] % 3 + 2) % 3
    for k in range(4):
        wall = row
        if k == 1:
            wall = beside(near, row, v, 1, u, 0)
        if k == 3:
            wall = beside(near, row, u, 1, v, 0)
        across = u
        if k >= 2:
            across = v
        for n in range(4):
            others[i, 4 * k + n] = -1
            if wall >= 0:
                others[i, 4 * k + n] = edge_of_wall(near, wall, across, n)


@wp.kernel
def write_edges_of_absent(base: int, near: wp.array2d(dtype=int), given: int, edges: wp.array2d(dtype=int)):
    """Write the twelve edges of each voxel that was not given; -1 for those that nobody holds."""
    i = base + wp.tid()
    for n in range(12):
        edges[i, n] = wp.max(edge_of_voxel(near, given + i, n), -1)


@wp.kernel
def settle(base: int, edges: wp.array(dtype=int), belief: float, prior: wp.array(dtype=float)):
    """Write the belief of each edge, larger than any other."""
    prior[edges[base + wp.tid()]] = belief
