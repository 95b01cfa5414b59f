"""Part the sheets of a surface that touch along an edge.

An edge with four faces is one that two sheets share: each sheet by itself goes on across it. One of the two gets a
vertex in the middle of the edge, so that it runs along edges of its own; nothing moves, and every edge has two faces.
"""

import numpy as np

from .topology import half_edges

ROUNDS = 8  # a face may lie on several such edges; each round parts one edge of it


def part_sheets(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """vertices [V,3] float32 and faces [F,3] int32 with middles of crowded edges added, the given ones first.

    Faces are paired so that each pair bounds the same solid wedge between them. Edges that as many faces run along one
    way as the other are parted; others (borders, faces turned inside out) stay.
    """
    for _ in range(ROUNDS):
        sides, owner = half_edges(faces)
        key = sides.min(1) * len(vertices) + sides.max(1)
        number, count = np.unique(key, return_inverse=True, return_counts=True)[1:]
        crowded = np.flatnonzero(count[number] > 2)
        if len(crowded) == 0:
            break
        added, taken = [], np.zeros(len(faces), bool)
        crowded = crowded[np.argsort(number[crowded], kind="stable")]
        for around in np.split(crowded, np.flatnonzero(np.diff(number[crowded])) + 1):
            for pair in _wedges(vertices, faces, sides[around], owner[around])[1:]:
                if not taken[pair].any():
                    taken[pair] = True
                    added.append((key[around[0]] // len(vertices), key[around[0]] % len(vertices), pair))
        if not added:
            break
        vertices, faces = _split(vertices, faces, added)
    return vertices, faces


def _wedges(vertices: np.ndarray, faces: np.ndarray, sides: np.ndarray, owner: np.ndarray) -> list[np.ndarray]:
    """Pair the faces `owner` [K] around an edge, with `sides` [K,2] along it, so that they bound solid wedges."""
    forward = sides[:, 0] < sides[:, 1]
    if 2 * forward.sum() != len(forward):
        return []
    low, high = sides[0].min(), sides[0].max()
    axis = vertices[high].astype(np.float64) - vertices[low]
    axis /= max(float(np.linalg.norm(axis)), 1e-30)
    opposite = faces[owner].sum(1) - low - high
    arm = vertices[opposite].astype(np.float64) - vertices[low]
    first = np.eye(3)[np.abs(axis).argmin()]
    right = np.cross(axis, first)
    angle = np.arctan2(arm @ np.cross(axis, right), arm @ right)
    # A face that runs along the axis has the solid behind it, one that runs against it, ahead: as angles grow, a wedge
    # begins with the latter and ends with the former. Brackets that match give nested wedges their due.
    order = np.lexsort([forward, angle])
    balance = np.cumsum(np.where(forward[order], -1, 1))
    order = np.roll(order, -(int(balance.argmin()) + 1))
    open_, pairs = [], []
    for k in order:
        if forward[k]:
            pairs.append(owner[[open_.pop(), k]])
        else:
            open_.append(k)
    return pairs


def _split(
    vertices: np.ndarray, faces: np.ndarray, added: list[tuple[int, int, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray]:
    """Each (one end, other end, pair of faces) of `added` gets a vertex in the middle of its edge."""
    ends = np.array([edge[:2] for edge in added])
    middles = np.arange(len(vertices), len(vertices) + len(ends))
    pair = np.stack([edge[2] for edge in added])  # [E,2]
    near, far = faces[pair].copy(), faces[pair].copy()  # [E,2,3]
    near[faces[pair] == ends[:, 1, None, None]] = np.repeat(middles, 2)
    far[faces[pair] == ends[:, 0, None, None]] = np.repeat(middles, 2)
    faces = faces.copy()
    faces[pair] = near
    vertices = np.concatenate([vertices, (vertices[ends[:, 0]] + vertices[ends[:, 1]]) / 2]).astype(np.float32)
    return vertices, np.concatenate([faces, far.reshape(-1, 3)]).astype(np.int32)
