"""Topology of a mesh: shared edges and connected parts. Plain numpy and scipy."""

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components


def half_edges(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the three sides of each face [F, 3] as (from, to) vertex pairs [3 F, 2] int64, and the face of each [3 F].

    Side k of all faces comes before side k + 1.
    """
    corners = faces.T.astype(np.int64)
    sides = np.stack([corners.reshape(-1), np.roll(corners, -1, axis=0).reshape(-1)], axis=1)
    return sides, np.tile(np.arange(len(faces)), 3)


def face_pairs(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the edges that exactly two faces share.

    Returns edges [E, 2] (lower vertex first), the two faces [E, 2], and whether both run along the edge the same way
    [E] bool, which they do where one of them is inside out.
    """
    sides, owner = half_edges(faces)
    low, high = sides.min(axis=1), sides.max(axis=1)
    key = low * (int(faces.max()) + 1 if len(faces) else 1) + high
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    sizes = np.diff(starts, append=len(order))
    first, second = order[starts[sizes == 2]], order[starts[sizes == 2] + 1]
    return (
        np.stack([low[first], high[first]], axis=1),
        np.stack([owner[first], owner[second]], axis=1),
        sides[first, 0] == sides[second, 0],
    )


def face_parts(faces: np.ndarray) -> np.ndarray:
    """Return number [F] of the connected part each face belongs to, from 0, in order of first face.

    Parts share a vertex.
    """
    if len(faces) == 0:
        return np.empty(0, np.int64)
    count = int(faces.max()) + 1
    links = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]]])
    graph = coo_matrix((np.ones(len(links), np.int8), (links[:, 0], links[:, 1])), (count, count))
    label = connected_components(graph, directed=False)[1][faces[:, 0]]
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[number]
