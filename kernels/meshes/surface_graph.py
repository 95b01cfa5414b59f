"""Values that live on a surface: gathered from points of it, smoothed along it, spread to where nothing is known.

Nodes are the mesh's vertices, one for each direction in which the faces around a vertex look, or cells of them on large
meshes. Nodes are joined along the mesh's edges, and to those nearest in place and direction, which bridges the parts of
a mesh that touch without sharing vertices. So the two sides of a plate stay apart, islands that only touch in the atlas
never meet, and what is read back at vertices has no step over any edge.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import cg
from scipy.spatial import KDTree

from ...errors import BadInputError
from .normals import face_normals, weld

NEIGHBOURS = 8
NORMAL_REACH = 0.06  # share of the extent that a turn of the normal by 60 degrees counts for
MOST_NODES = 40_000
CLOSENESS = 4  # points near a node count in proportion to their barycentric weight to this power
FIRM = 0.999  # trust from which a value is not changed


class SurfaceGraph:
    """The nodes of a mesh, vertices [V, 3] and faces [F, 3]; vertices at one place are one.

    count: of nodes. step: usual distance between neighbours, world units.
    """

    def __init__(self, vertices: np.ndarray, faces: np.ndarray):
        same, self._vertex = np.unique(weld(vertices), return_inverse=True)
        self._vertex = self._vertex.reshape(-1)
        self._triangles = self._vertex[faces]
        place = np.asarray(vertices, np.float64)[same]
        normal, area = face_normals(vertices, faces)
        self._node, pitch = _number_corners(place, self._triangles, normal, float(area.sum(dtype=np.float64)))
        self.count = int(self._node.max(initial=-1)) + 1
        corner = self._node.reshape(-1)
        size = np.bincount(corner, minlength=self.count)
        of_corner = np.concatenate([place[self._triangles.reshape(-1)], np.repeat(normal, 3, 0)], 1)
        means = np.stack([np.bincount(corner, of_corner[:, k], self.count) for k in range(6)], 1) / size[:, None]
        direction = means[:, 3:] / np.maximum(np.linalg.norm(means[:, 3:], axis=1), 1e-9)[:, None]
        extent = max(float(np.ptp(place, axis=0).max(initial=0.0)), 1e-12)
        self._features = np.concatenate([means[:, :3], direction * (NORMAL_REACH * extent)], 1)
        self._join()
        self._sweep = _vertex_sweep(place, self._triangles, pitch) if pitch else None

    def _join(self) -> None:
        """Build the symmetric matrix of link strengths, and the median distance of neighbours."""
        ends = self._node[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
        near = min(NEIGHBOURS + 1, self.count)
        found = KDTree(self._features).query(self._features, k=near)[1].reshape(self.count, near)
        ends = np.concatenate([ends, np.stack([np.repeat(found[:, 0], near - 1), found[:, 1:].reshape(-1)], 1)])
        low, high = ends.min(1).astype(np.int64), ends.max(1).astype(np.int64)
        key = np.unique((low * self.count + high)[low != high])
        a, b = key // self.count, key % self.count
        square = ((self._features[a] - self._features[b]) ** 2).sum(1)
        self.step = float(np.sqrt(np.median(square))) if len(square) else 1.0
        tie = 1.0 / (square + (0.3 * self.step) ** 2 + 1e-18)
        both = (np.concatenate([a, b]), np.concatenate([b, a]))
        self._graph = csr_matrix((np.tile(tie, 2), both), (self.count, self.count))

    def gather(
        self, face: np.ndarray, barycentrics: np.ndarray, values: np.ndarray, weight: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Weighted means [nodes, C] of the values [N, C] at points around each node, and the points' mean weight there.

        face [N], barycentrics [N, 3], weight [N] in 0..1. Raises BadInputError.
        """
        if len({len(face), len(barycentrics), len(values), len(weight)}) != 1:
            raise BadInputError("face, barycentrics, values and weight must have one length")
        to = self._node[face].reshape(-1)
        share = np.asarray(barycentrics, np.float64).reshape(-1) ** CLOSENESS
        known = share * np.repeat(weight, 3)
        total, known_total = np.bincount(to, share, self.count), np.bincount(to, known, self.count)
        channels = [np.bincount(to, known * np.repeat(values[:, k], 3), self.count) for k in range(values.shape[1])]
        mean = np.stack(channels, 1) / np.maximum(known_total, 1e-30)[:, None]
        return mean, known_total / np.maximum(total, 1e-30)

    def smooth(self, values: np.ndarray, weight: np.ndarray, reach: float) -> np.ndarray:
        """Values [nodes, C] averaged over about `reach` world units, those without weight left out of the means."""
        both = np.concatenate([values * weight[:, None], weight[:, None]], 1)
        step = csr_matrix(diags(0.5 / np.maximum(np.asarray(self._graph.sum(1)).ravel(), 1e-30)) @ self._graph)
        for _ in range(int(np.clip(2 * (reach / self.step) ** 2, 1, 100))):
            both = 0.5 * both + step @ both
        return both[:, :-1] / np.maximum(both[:, -1:], 1e-9)

    def spread(self, values: np.ndarray, trust: np.ndarray) -> np.ndarray:
        """Values [nodes, C] of all nodes, from those with trust [nodes] in 0..1, like heat that settles.

        Full trust keeps a value, less trust gives way to the neighbours, none takes what they say. Loose parts without
        any trust take the nearest value in place and direction. Without any trust at all, values come back unchanged.
        """
        seen = np.flatnonzero(trust > 0.5 * trust.max(initial=0.0))
        if len(seen) == 0:
            return values
        out = np.array(values, np.float64)
        part = connected_components(self._graph, directed=False)[1]
        reached = np.bincount(part, trust)[part] > 0.0
        open_ = np.flatnonzero(trust <= FIRM)
        nearest = seen[KDTree(self._features[seen]).query(self._features[open_])[1]]
        start = np.where(trust[open_, None] > 0.5, values[open_], values[nearest])
        out[open_] = start
        free = np.flatnonzero((trust <= FIRM) & reached)
        firm = np.flatnonzero(trust > FIRM)
        if len(free) == 0:
            return out
        rows: csr_matrix = self._graph[free]
        flow = np.asarray(rows.sum(1)).ravel()
        pull = flow * trust[free] / (1.0 + 1e-3 - trust[free])
        system = csr_matrix(diags(flow + pull) - rows[:, free])
        right = rows[:, firm] @ values[firm] + pull[:, None] * values[free]
        jacobi = diags(1.0 / np.maximum(system.diagonal(), 1e-30))
        for k in range(values.shape[1]):
            out[free, k] = cg(system, right[:, k], x0=out[free, k], rtol=1e-4, maxiter=300, M=jacobi)[0]
        known = values[trust > 0]
        return np.clip(out, known.min(0), known.max(0))

    def at_vertices(self, values: np.ndarray, trust: np.ndarray | None = None) -> np.ndarray:
        """Values float32 [V, C] at the mesh's vertices; where several nodes meet, the trusted count more."""
        share = np.ones(self.count) if trust is None else trust + 1e-3
        to, node = self._triangles.reshape(-1), self._node.reshape(-1)
        places = int(self._triangles.max()) + 1
        total = np.bincount(to, share[node], places)
        channels = [np.bincount(to, share[node] * values[node, k], places) for k in range(values.shape[1])]
        out = np.stack(channels, 1) / np.maximum(total, 1e-30)[:, None]
        if self._sweep is not None:
            half, times = self._sweep
            for _ in range(times):
                out = 0.5 * out + half @ out
        # vertices that no face uses come last or in between; they may have any value
        return out.astype(np.float32)[np.minimum(self._vertex, places - 1)]


def _number_corners(
    place: np.ndarray, triangles: np.ndarray, normal: np.ndarray, area: float
) -> tuple[np.ndarray, float]:
    """Node [F, 3] of each corner: its vertex and the side its face looks to; on large meshes its cell and side.

    Also the pitch of the cells, world units, 0 without cells.
    """
    side = (np.rint(np.clip(normal, -0.99, 0.99) * 0.8).astype(np.int64) + 1) @ np.array([1, 3, 9])
    known, node = np.unique(triangles.astype(np.int64) * 27 + side[:, None], return_inverse=True)
    if len(known) <= MOST_NODES:
        return node.reshape(-1, 3), 0.0
    extent = max(float(np.ptp(place, axis=0).max()), 1e-12)
    # A surface of area A meets about 1.5 A / pitch^2 cells, and some of them with two sides.
    pitch = float(np.sqrt(2.0 * max(area, 1e-4 * extent**2) / MOST_NODES))
    cells = np.floor((place - place.min(0)) / pitch).astype(np.int64)
    along = int(cells.max()) + 1
    cell = cells @ np.array([1, along, along**2])
    return np.unique(cell[triangles] * 27 + side[:, None], return_inverse=True)[1].reshape(-1, 3), pitch


def _vertex_sweep(place: np.ndarray, triangles: np.ndarray, pitch: float) -> tuple[csr_matrix, int]:
    """Half the mean over each vertex' neighbours, as a matrix, and how often it takes to smooth steps between cells."""
    ends = triangles[:, [0, 1, 1, 2, 2, 0, 1, 0, 2, 1, 0, 2]].reshape(-1, 2)
    ones = np.ones(len(ends), np.float32)
    graph = csr_matrix((ones, (ends[:, 0], ends[:, 1])), (len(place), len(place)))
    edge = float(np.median(np.linalg.norm(place[ends[:, 0]] - place[ends[:, 1]], axis=1)))
    half = diags(0.5 / np.maximum(np.asarray(graph.sum(1)).ravel(), 1.0))
    return csr_matrix(half @ graph), int(np.clip((pitch / max(edge, 1e-12)) ** 2, 4, 40))
