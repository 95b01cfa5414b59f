"""Face and vertex normals."""

from __future__ import annotations

import numpy as np


def area_vectors(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return normals [F, 3] float64, twice as long as the faces have area.

    Exactly zero for corners of float32 in a line.
    """
    a, b, c = (vertices[faces[:, k]].astype(np.float64) for k in range(3))
    b -= a
    c -= a
    out = np.empty_like(a)
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        np.subtract(b[:, u] * c[:, v], b[:, v] * c[:, u], out=out[:, axis])
    return out


def face_normals(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return unit normals [F, 3] float32 (zero for faces without area) and areas [F] float32 of faces [F, 3].

    Areas beyond float32 are inf; the normals of such faces are worked out in float64.
    """
    corners = np.asarray(vertices, np.float32)[np.asarray(faces)]
    with np.errstate(over="ignore", invalid="ignore"):
        cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        length = np.linalg.norm(cross, axis=1)
        unit = cross / np.maximum(length, 1e-30)[:, None]
    huge = ~np.isfinite(length)
    if huge.any():
        long = area_vectors(np.asarray(vertices), np.asarray(faces)[huge])
        unit[huge] = long / np.linalg.norm(long, axis=1)[:, None]
        length[huge] = np.inf
    return unit, length / 2


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return unit normals [V, 3] float32.

    Face normals weighted by the corner's angle, so that triangulation does not matter.

    Vertices at one place but of different index are treated apart: weld first where a seam must not show. A vertex
    without faces gets +Z.
    """
    vertices = np.asarray(vertices, np.float32)
    faces = np.asarray(faces)
    unit, _ = face_normals(vertices, faces)
    corners = vertices[faces]  # [F, 3, 3]
    out = np.zeros((len(vertices), 3), np.float64)
    for k in range(3):
        a = corners[:, (k + 1) % 3] - corners[:, k]
        b = corners[:, (k + 2) % 3] - corners[:, k]
        lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        angle = np.arccos(np.clip((a * b).sum(1) / np.maximum(lengths, 1e-30), -1.0, 1.0))
        for axis in range(3):
            out[:, axis] += np.bincount(faces[:, k], angle * unit[:, axis], len(vertices))
    length = np.linalg.norm(out, axis=1)
    out[length < 1e-12] = (0.0, 0.0, 1.0)
    return (out / np.maximum(np.linalg.norm(out, axis=1), 1e-30)[:, None]).astype(np.float32)


def weld(vertices: np.ndarray) -> np.ndarray:
    """Index [V] int64 of the first vertex at the same place (within 2^-20 of the longest side), for each vertex."""
    vertices = np.asarray(vertices, np.float64)
    if len(vertices) == 0:
        return np.zeros(0, np.int64)
    low = vertices.min(0)
    steps = np.round((vertices - low) * ((2**20 - 1) / max(float((vertices.max(0) - low).max()), 1e-30)))
    key = steps.astype(np.int64) @ np.array([1 << 42, 1 << 21, 1], np.int64)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first[inverse.reshape(-1)]


def smooth_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Vertex normals [V, 3] that ignore UV seams: vertices at one place share one normal."""
    same = weld(vertices)
    return vertex_normals(vertices, same[np.asarray(faces)])[same]


def crease_normals(vertices: np.ndarray, faces: np.ndarray, degrees: float = 40.0) -> np.ndarray:
    """Corner normals [F, 3, 3] float32: smooth over edges flatter than `degrees`, sharp over the others.

    A corner takes the mean, weighted by area, of the faces around its vertex that lie within `degrees` of its own face.
    Work grows with the sum of squared vertex degrees.
    """
    vertices = np.asarray(vertices, np.float32)
    faces = np.asarray(faces)
    unit, area = face_normals(vertices, faces)
    around = weld(vertices)[faces].reshape(-1)  # vertex of each corner
    order = np.argsort(around, kind="stable")
    count = np.bincount(around, minlength=len(vertices))
    start = np.cumsum(count) - count
    repeats = count[around]  # for every corner, all corners of its vertex
    own = np.repeat(np.arange(len(around)), repeats)
    offset = np.arange(len(own)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    other = order[start[around[own]] + offset] // 3
    own_face = own // 3
    near = (unit[own_face] * unit[other]).sum(1) >= np.cos(np.radians(degrees))
    own, other = own[near], other[near]
    out = np.empty((len(around), 3), np.float64)
    for axis in range(3):
        out[:, axis] = np.bincount(own, area[other].astype(np.float64) * unit[other, axis], len(around))
    length = np.linalg.norm(out, axis=1)
    flat = length < 1e-20  # slivers: any direction serves
    out[flat] = (0.0, 0.0, 1.0)
    return (out / np.where(flat, 1.0, length)[:, None]).astype(np.float32).reshape(-1, 3, 3)
