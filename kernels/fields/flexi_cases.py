"""Dual vertices of a cube by its corner signs, for extraction with one or more vertices inside a cube.

Corner k of a cube lies at (k & 1, k >> 1 & 1, k >> 2 & 1); a case is the sum of 2^k over the corners inside. Edges that
cross the surface are joined across the faces of the cube into cycles, and each cycle is one dual vertex. The rule gives
the table that Nielson's dual marching cubes and FlexiCubes publish.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

# Corner pairs of the edges, each from its first to its second corner; the four along y run downwards, which turns all
# quads one way.
EDGES = ((0, 1), (1, 5), (4, 5), (0, 4), (2, 3), (3, 7), (6, 7), (2, 6), (2, 0), (3, 1), (7, 5), (6, 4))
CORNERS = np.array([[k & 1, k >> 1 & 1, k >> 2 & 1] for k in range(8)], np.int32)
# Faces: axis and side, with their corners in a ring.
RING = ((0, 0), (1, 0), (1, 1), (0, 1))
FACES = tuple(
    (axis, side, tuple((side << axis) | (a << (axis + 1) % 3) | (b << (axis + 2) % 3) for a, b in RING))
    for axis in range(3)
    for side in (0, 1)
)
REVERSED = 231  # the one case whose two vertices the published table lists the other way round


@dataclass(frozen=True)
class CubeCases:
    """counts: dual vertices of each case, [256].

    groups: of each edge the number of its dual vertex in the cube, -1 where the edge does not cross, [256, 12].
    doubtful: step [256, 3] to the neighbour across the only face with four crossings, for cases in which both cubes
    have to choose the other grouping; zero elsewhere.
    """

    counts: np.ndarray
    groups: np.ndarray
    doubtful: np.ndarray


@cache
def cube_cases() -> CubeCases:
    """Return the tables, derived once."""
    counts, groups = np.zeros(256, np.int32), np.full((256, 12), -1, np.int32)
    doubtful = np.zeros((256, 3), np.int32)
    for case in range(256):
        cycles = _cycles(case)
        counts[case] = len(cycles)
        for number, cycle in enumerate(cycles):
            groups[case, list(cycle)] = number
        ambiguous = [(axis, side) for axis, side, ring in FACES if len(_crossings(case, ring)) == 4]
        if len(cycles) == 1 and len(ambiguous) == 1:
            axis, side = ambiguous[0]
            doubtful[case, axis] = 2 * side - 1
    return CubeCases(counts, groups, doubtful)


def _inside(case: int, corner: int) -> bool:
    return bool(case >> corner & 1)


def _edge(a: int, b: int) -> int:
    return next(number for number, pair in enumerate(EDGES) if set(pair) == {a, b})


def _crossings(case: int, ring: tuple[int, ...]) -> list[int]:
    """Crossing edges round a face, edge i between corners i and i + 1 of the ring."""
    sides = [(ring[i], ring[(i + 1) % 4]) for i in range(4)]
    return [_edge(a, b) for a, b in sides if _inside(case, a) != _inside(case, b)]


def _cycles(case: int) -> list[set[int]]:
    """Crossing edges joined across faces, ordered by the smallest inside corner that a cycle touches."""
    joined = {number: {number} for number, (a, b) in enumerate(EDGES) if _inside(case, a) != _inside(case, b)}

    def join(first: int, second: int) -> None:
        merged = joined[first] | joined[second]
        for number in merged:
            joined[number] = merged

    for _, _, ring in FACES:
        crossing = _crossings(case, ring)
        if len(crossing) == 2:
            join(*crossing)
        elif len(crossing) == 4:  # edges that meet at an inside corner belong together
            for i, corner in enumerate(ring):
                if _inside(case, corner):
                    join(_edge(ring[i - 1], corner), _edge(corner, ring[(i + 1) % 4]))
    cycles = list({min(cycle): cycle for cycle in joined.values()}.values())
    cycles.sort(key=lambda cycle: min(k for number in cycle for k in EDGES[number] if _inside(case, k)))
    return cycles[::-1] if case == REVERSED else cycles
