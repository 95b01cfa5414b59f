"""Split edges longer than wanted, so that values per vertex can follow the surface finely."""

from __future__ import annotations

import numpy as np

ROUNDS = 12  # each halves the longest edges


def split_long_edges(points: np.ndarray, faces: np.ndarray, longest: float, limit: int) -> tuple[np.ndarray, ...]:
    """Halve every edge longer than `longest`, again and again.

    points: [V, K] float32, the first three columns the place, the others carried along (uv, normals; halfway values are
    means). faces [F, 3]. longest: world units. limit: no round starts with more faces than this.
    Which edges are halved depends on their end points only, so both sides of a seam are split alike and no gap opens.
    Returns points [V', K] (the first V unchanged) and faces [F', 3] int32, wound as before.
    """
    points, faces = np.asarray(points, np.float32), np.asarray(faces, np.int64)
    for _ in range(ROUNDS):
        place = points[:, :3][faces]
        length = np.linalg.norm(place - np.roll(place, -1, axis=1), axis=2)  # edges 01, 12, 20
        marked = length > longest
        if not marked.any() or len(faces) > limit:
            break
        ends = np.stack([faces, np.roll(faces, -1, axis=1)], 2)[marked]
        low, high = ends.min(1), ends.max(1)
        key, number = np.unique(low * len(points) + high, return_inverse=True)
        middle = np.full(faces.shape, -1, np.int64)
        middle[marked] = len(points) + number.reshape(-1)
        points = np.concatenate([points, (points[key // len(points)] + points[key % len(points)]) / 2])
        faces = _split(faces, middle)
    return points, faces.astype(np.int32)


def _split(faces: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Faces [F', 3] after new vertices `middle` [F, 3] (-1: none) on the edges 01, 12, 20 of faces [F, 3]."""
    count = (middle >= 0).sum(1)
    # Turned so that one new vertex lies on edge 01, or two on the edges 01 and 12.
    first = np.where(count == 1, (middle >= 0).argmax(1), (middle < 0).argmax(1) + 1) % 3
    turn = (first[:, None] + np.arange(3)) % 3
    a, b, c = np.take_along_axis(faces, turn, 1).T
    ab, bc, ca = np.take_along_axis(middle, turn, 1).T
    patterns = {
        0: [(a, b, c)],
        1: [(a, ab, c), (ab, b, c)],
        2: [(ab, b, bc), (a, ab, bc), (a, bc, c)],
        3: [(a, ab, ca), (ab, b, bc), (bc, c, ca), (ab, bc, ca)],
    }
    return np.concatenate([np.stack(corners, 1)[count == new] for new, parts in patterns.items() for corners in parts])
