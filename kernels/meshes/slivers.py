"""Faces without area between three different vertices: taken out without opening the surface.

Such a face is a segment with its middle vertex on it. Dropping it would leave that vertex hanging beside the long side
of the neighbour (a T-junction), so the long side is flipped instead: the neighbour is cut in two at the vertex. Nothing
moves, and every edge keeps an even number of faces.
"""

from collections import defaultdict, deque

import numpy as np

from .normals import area_vectors

MOST_STEPS = 32  # per sliver: flips can hand a sliver on to the next face, in a row of collinear vertices

Corners = tuple[int, int, int]


def mend_slivers(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Faces [F', 3] without those that have no area. vertices [V, 3], no two of a face at the same place.

    New faces stand where the old ones stood. A sliver whose long side has no other face is dropped, and leaves the
    border where it was.
    """
    thin = np.flatnonzero(~area_vectors(vertices, faces).any(axis=1))
    if len(thin) == 0:
        return faces
    near = np.isin(faces, np.unique(faces[thin])).any(axis=1)
    patch = _Patch(vertices, faces, np.flatnonzero(near))
    waiting = deque(thin.tolist())
    for _ in range(MOST_STEPS * len(thin)):
        if not waiting:
            break
        waiting.extend(patch.flip(waiting.popleft()))
    for face in waiting:
        patch.drop_thin(face)
    mended = faces.copy()
    kept = np.ones(len(faces), bool)
    kept[near] = False
    for face, corners in patch.corners.items():
        mended[face] = corners
        kept[face] = True
    return mended[kept]


class _Patch:
    """The faces around some vertices, with their neighbours by edge."""

    def __init__(self, vertices: np.ndarray, faces: np.ndarray, rows: np.ndarray):
        self.vertices = vertices
        self.corners: dict[int, Corners] = {}
        self.around: dict[frozenset[int], set[int]] = defaultdict(set)
        for row in rows.tolist():
            a, b, c = faces[row].tolist()
            self.add(row, (a, b, c))

    def add(self, face: int, corners: Corners) -> None:
        self.corners[face] = corners
        for k in range(3):
            self.around[frozenset((corners[k - 1], corners[k]))].add(face)

    def remove(self, face: int) -> None:
        corners = self.corners.pop(face, None)
        for k in range(3 if corners else 0):
            self.around[frozenset((corners[k - 1], corners[k]))].discard(face)  # type: ignore[index]

    def flip(self, thin: int) -> list[int]:
        """Flip the long side of a sliver, and return the faces without area that this leaves."""
        if not self._is_thin(thin):
            return []  # another flip has taken it away, or has given its number to a face with an area
        start, middle, end = self._middle_second(thin)
        others = self.around[frozenset((start, end))] - {thin}
        self.remove(thin)
        if not others:
            return []
        # In a consistent mesh the neighbour runs along their edge the other way, here from start to end.
        other = min(others, key=lambda face: (not self._runs(face, start, end), face))
        p, q, r = self._from(other, start, end)
        self.remove(other)
        if r == middle:
            return []  # two slivers on the same vertices cancel each other
        left = []
        for face, corners in ((thin, (p, middle, r)), (other, (middle, q, r))):
            back = [f for f in self.around[frozenset((middle, r))] if self._is_back_of(f, corners)]
            if back:
                self.remove(back[0])  # the surface was folded here; two faces back to back enclose nothing
                continue
            self.add(face, corners)
            if self._is_thin(face):
                left.append(face)
        return left

    def _middle_second(self, face: int) -> Corners:
        """Return the corners of a sliver from one end of its long side over the middle vertex."""
        corners = self.corners[face]
        places = self.vertices[list(corners)].astype(np.float64)
        lengths = [float(((places[k - 2] - places[k]) ** 2).sum()) for k in range(3)]  # from corner k to corner k + 1
        k = int(np.argmax(lengths))
        return corners[k - 2], corners[k - 1], corners[k]

    def _runs(self, face: int, start: int, end: int) -> bool:
        """Tell whether the face has the side from start to end, in this direction."""
        corners = self.corners[face]
        return any(corners[k - 1] == start and corners[k] == end for k in range(3))

    def drop_thin(self, face: int) -> None:
        """Remove the face if it has no area."""
        if self._is_thin(face):
            self.remove(face)

    def _is_thin(self, face: int) -> bool:
        """Tell whether there is such a face, and it has no area."""
        corners = self.corners.get(face)
        return corners is not None and not area_vectors(self.vertices, np.array([corners])).any()

    def _is_back_of(self, face: int, corners: Corners) -> bool:
        """Tell whether the face has these corners the other way round."""
        return set(self.corners[face]) == set(corners) and not self._runs(face, corners[0], corners[1])

    def _from(self, face: int, one: int, other: int) -> Corners:
        """Return the corners of a face, turned so that the side between the two vertices comes first."""
        corners = self.corners[face]
        k = next(k for k in range(3) if corners[k] not in (one, other))
        return corners[k - 2], corners[k - 1], corners[k]
