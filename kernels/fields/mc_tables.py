"""Marching-cubes tables, generated rather than typed in.

Corner c of a cell lies at (c & 1, c >> 1 & 1, c >> 2 & 1). A case is the 8-bit mask of its inside corners. On each face
of the cell the surface leaves segments; where two diagonal corners of a face are inside (the ambiguous case) they are
always kept apart. Both cells of a face follow that rule, so the surface has no crack. The segments of a case join into
loops, and each loop is cut into triangles such that no diagonal lies in a face of the cell: there the neighbour could
cut the same diagonal, and the edge would have four triangles.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

MAX_TRIANGLES = 5

# (lower corner, upper corner, axis) of the twelve edges, along x first, then y, then z.
EDGES = [(a, a | 1 << axis, axis) for axis in range(3) for a in range(8) if not a >> axis & 1]

Triangle = tuple[int, int, int]


@dataclass(frozen=True)
class Tables:
    """The tables of all 256 cases, as int32 arrays."""

    triangle_count: np.ndarray  # [256]
    triangles: np.ndarray  # [256, 15] edge numbers, three per triangle, outward by the right hand; -1 where unused
    edge_mask: np.ndarray  # [256] bit e is set when edge e is crossed
    edge_lower: np.ndarray  # [12] corner
    edge_upper: np.ndarray  # [12] corner
    edge_axis: np.ndarray  # [12]


@cache
def tables() -> Tables:
    """Build the tables; the result is shared and must not be written to."""
    cases = [[t for loop in _loops(case) for t in _cut(loop)] for case in range(256)]
    triangles = np.full((256, 3 * MAX_TRIANGLES), -1, np.int32)
    for case, cut in enumerate(cases):
        triangles[case, : 3 * len(cut)] = np.array(cut, np.int32).reshape(-1)
    lower, upper, axis = np.array(EDGES, np.int32).T
    bits = np.arange(256, dtype=np.int32)[:, None]
    crossed = (bits >> lower & 1) != (bits >> upper & 1)
    return Tables(
        triangle_count=np.array([len(cut) for cut in cases], np.int32),
        triangles=triangles,
        edge_mask=(crossed << np.arange(12)).sum(axis=1).astype(np.int32),
        edge_lower=lower.copy(),
        edge_upper=upper.copy(),
        edge_axis=axis.copy(),
    )


@cache
def _faces() -> list[list[int]]:
    """Corners of the six faces, counter-clockwise seen from outside the cell."""
    faces = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for side in (0, 1):
            turn = [(0, 0), (1, 0), (1, 1), (0, 1)]
            faces.append([side << axis | a << u | b << v for a, b in (turn if side else turn[::-1])])
    return faces


@cache
def _edge_numbers() -> dict[frozenset[int], int]:
    return {frozenset((a, b)): number for number, (a, b, _) in enumerate(EDGES)}


@cache
def _edge_faces(edge: int) -> frozenset[int]:
    """Numbers of the two faces that the edge belongs to."""
    a, b, _ = EDGES[edge]
    return frozenset(i for i, face in enumerate(_faces()) if a in face and b in face)


def _loops(case: int) -> list[list[int]]:
    """Return closed loops of edge numbers in which the surface meets the cell."""
    inside = [bool(case >> c & 1) for c in range(8)]
    number = _edge_numbers()
    following: dict[int, int] = {}
    for face in _faces():
        for i in range(4):
            if inside[face[i]] and not inside[face[i - 1]]:
                # A run of inside corners begins at i; its segment goes from the edge where the run is entered to
                # the edge where it is left. Separate runs get separate segments: that is the ambiguity rule.
                j = i
                while inside[face[(j + 1) % 4]]:
                    j += 1
                entered = number[frozenset((face[i - 1], face[i]))]
                following[entered] = number[frozenset((face[j % 4], face[(j + 1) % 4]))]
    loops = []
    while following:
        first = min(following)
        loop = [first]
        while (edge := following.pop(loop[-1])) != first:
            loop.append(edge)
        loops.append(loop)
    return loops


def _cut(loop: list[int]) -> list[Triangle]:
    """Triangles of the loop with the fewest diagonals in a face of the cell.

    No diagonal lies in one, in any of the 256 cases.
    """
    return min(_triangulations(loop), key=lambda cut: _diagonals_in_faces(cut, loop))


def _triangulations(loop: list[int]) -> list[list[Triangle]]:
    """All triangulations of a polygon, by the triangle that stands on its last side."""
    if len(loop) < 3:
        return [[]]
    found = []
    for i in range(1, len(loop) - 1):
        for left in _triangulations(loop[: i + 1]):
            for right in _triangulations(loop[i:]):
                found.append([(loop[0], loop[i], loop[-1]), *left, *right])
    return found


def _diagonals_in_faces(cut: list[Triangle], loop: list[int]) -> int:
    """Count the sides of the triangles that are not in the loop and join two edges of one face."""
    sides = {frozenset((a, b)) for a, b in zip(loop, loop[1:] + loop[:1], strict=True)}
    diagonals = {frozenset((t[k], t[k - 1])) for t in cut for k in range(3)} - sides
    return sum(bool(frozenset.intersection(*(_edge_faces(edge) for edge in pair))) for pair in diagonals)
