"""Cut a surface into charts that an orthographic projection along one of six axes shows without folds.

Every face goes to the axis its normal is nearest to, smoothed over neighbours, so charts are large, stretch is bounded
(a face tilted by 60 degrees is drawn at half its width) and no solver is needed.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from ..meshes.normals import weld

AXES = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], np.float32)
# In-plane axes with U x V = AXES: seen from outside, faces keep their winding.
U_AXES = np.array([[0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1], [1, 0, 0], [-1, 0, 0]], np.float32)
V_AXES = np.cross(AXES, U_AXES)

SMOOTHING_ROUNDS = 8
NEIGHBOUR_WEIGHT = 0.35
LOWEST_COSINE = 0.34  # about 70 degrees between normal and axis
SMALL_CHART = 8  # faces; such charts go to a neighbour when its axis sees them


def face_neighbours(faces: np.ndarray) -> np.ndarray:
    """Pairs [E, 2] of faces that share an edge (of three or more faces around an edge: each with the next)."""
    edges = np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1).astype(np.int64)
    key = edges[:, 0] * (int(faces.max(initial=0)) + 1) + edges[:, 1]
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    same = np.flatnonzero(ordered[1:] == ordered[:-1])
    return np.stack([order[same] // 3, order[same + 1] // 3], 1)


def pieces(count: int, pairs: np.ndarray, joined: np.ndarray) -> np.ndarray:
    """Return number [count] of the connected piece of each face, walking only the `pairs` where `joined` is true."""
    used = pairs[joined]
    graph = coo_matrix((np.ones(len(used), np.int8), (used[:, 0], used[:, 1])), (count, count))
    return connected_components(graph, directed=False)[1]


def label_faces(normals: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Axis number [F] for each face: the best by normal and by what the neighbours chose."""
    count = len(normals)
    fit = normals @ AXES.T
    both = np.concatenate([pairs, pairs[:, ::-1]])
    graph = csr_matrix((np.ones(len(both), np.float32), (both[:, 0], both[:, 1])), (count, count))
    score = fit
    one_hot = np.eye(len(AXES), dtype=np.float32)
    for _ in range(SMOOTHING_ROUNDS):
        votes = graph @ one_hot[score.argmax(1)]
        score = np.where(fit >= LOWEST_COSINE, fit + NEIGHBOUR_WEIGHT * votes, -9.0)
        hopeless = (score <= -9.0).all(1)  # faces without area
        score[hopeless] = fit[hopeless]
    return score.argmax(1)


def chart_faces(vertices: np.ndarray, faces: np.ndarray, normals: np.ndarray, pitch: float) -> tuple[np.ndarray, ...]:
    """Charts of a mesh.

    vertices [V, 3], faces [F, 3], normals [F, 3] unit. pitch: world units at which overlaps are looked for (about four
    texels); what it misses is left to an exact test in the atlas.
    Returns chart [F] (numbers without gaps), axis [F], neighbour pairs [E, 2].
    """
    # by place: many files give every face vertices of its own
    pairs = face_neighbours(weld(vertices)[faces])
    axis = label_faces(normals, pairs)
    axis = _absorb_small(axis, normals, pairs)
    chart = pieces(len(faces), pairs, axis[pairs[:, 0]] == axis[pairs[:, 1]])
    chart = _peel(vertices, faces, axis, chart, pairs, pitch)
    return np.unique(chart, return_inverse=True)[1].reshape(-1), axis, pairs


def _absorb_small(axis: np.ndarray, normals: np.ndarray, pairs: np.ndarray, rounds: int = 4) -> np.ndarray:
    """Give the faces of tiny charts to the best neighbouring axis."""
    count = len(axis)
    axis = axis.copy()
    fit = normals @ AXES.T
    both = np.concatenate([pairs, pairs[:, ::-1]])
    for _ in range(rounds):
        chart = pieces(count, pairs, axis[pairs[:, 0]] == axis[pairs[:, 1]])
        small = np.bincount(chart)[chart] < SMALL_CHART
        border = both[small[both[:, 0]] & (axis[both[:, 0]] != axis[both[:, 1]])]
        if len(border) == 0:
            break
        candidate = np.full((count, len(AXES)), -9.0, np.float32)
        wanted = axis[border[:, 1]]
        candidate[border[:, 0], wanted] = fit[border[:, 0], wanted]
        best = candidate.argmax(1)
        good = candidate[np.arange(count), best] > 0.2
        if not (axis[good] != best[good]).any():
            break
        axis[good] = best[good]
    return axis


def _peel(
    vertices: np.ndarray, faces: np.ndarray, axis: np.ndarray, chart: np.ndarray, pairs: np.ndarray, pitch: float
) -> np.ndarray:
    """Split charts that lie over themselves: of the face centres in one square of side `pitch`, deep ones move out."""
    count = len(faces)
    centre = vertices[faces].mean(1)
    column = np.floor((centre * U_AXES[axis]).sum(1) / pitch).astype(np.int64)
    row = np.floor((centre * V_AXES[axis]).sum(1) / pitch).astype(np.int64)
    height = (centre * AXES[axis]).sum(1)
    layer = np.zeros(count, np.int64)
    for _ in range(6):
        order = np.lexsort((-height, row, column, layer, chart))
        key = np.stack([chart, layer, column, row], 1)[order]
        first = np.concatenate([[True], (key[1:] != key[:-1]).any(1)])
        top = height[order][np.maximum.accumulate(np.where(first, np.arange(count), 0))]
        deep = order[(top - height[order]) > 3 * pitch]  # more than a slope explains
        if len(deep) == 0:
            break
        layer[deep] += 1
        same_axis = axis[pairs[:, 0]] == axis[pairs[:, 1]]
        chart = pieces(count, pairs, same_axis & (layer[pairs[:, 0]] == layer[pairs[:, 1]]))
    return chart
