"""Random points on a mesh, and on its sharp edges, from a seed: the same on every machine and device."""

from typing import Any

import numpy as np

from ...errors import BadMeshError
from ..arrays import Array, check_mesh, check_range, origin_of, to_numpy
from .normals import area_vectors
from .topology import face_pairs


def sample_surface(
    vertices: Array, faces: Array, count: int, seed: int = 0, stratified: bool = True
) -> tuple[Any, Any, Any]:
    """Points uniform by area: points [count, 3] float32, unit normals [count, 3] float32, faces [count] int64.

    stratified: the area is cut into `count` equal shares with one point each, which spreads them more evenly; the
    points then come in the order of the faces. Raises BadMeshError for a malformed mesh or one without any area.
    """
    check_mesh(vertices, faces)
    check_range("count", count, 0, 2**31 - 1)
    origin = origin_of(vertices)
    corners = to_numpy(vertices, np.float32)
    triangles = to_numpy(faces)
    cross = area_vectors(corners, triangles)
    areas = np.linalg.norm(cross, axis=1)
    rng = np.random.default_rng(seed)
    face = _pick(areas, count, rng, stratified, "the mesh has no face with an area")
    # The root makes the density even: far from the first corner a triangle is wider.
    along, across = np.sqrt(rng.random((count, 1), dtype=np.float32)), rng.random((count, 1), dtype=np.float32)
    a, b, c = (corners[triangles[face, k]] for k in range(3))
    points = a + along * ((b - a) + across * (c - b))
    normals = (cross[face] / areas[face, None]).astype(np.float32)
    return origin.give(points), origin.give(normals), origin.give(face)


def sample_sharp_edges(
    vertices: Array, faces: Array, count: int, angle: float = 30.0, seed: int = 0, stratified: bool = True
) -> tuple[Any, Any]:
    """Points uniform by length on the edges whose two faces turn by more than `angle` degrees.

    Returns points [count, 3] float32 and normals [count, 3] float32, the unit mean of the two faces' normals. A mesh
    without a sharp edge gives arrays of no rows. Edges of one or of more than two faces are not counted as sharp; weld
    the vertices first, or every edge is such an edge. Raises BadMeshError for a malformed mesh.
    """
    check_mesh(vertices, faces)
    check_range("count", count, 0, 2**31 - 1)
    check_range("angle", angle, 0.0, 180.0)
    origin = origin_of(vertices)
    corners = to_numpy(vertices, np.float32)
    edges, normals = sharp_edges(corners, to_numpy(faces), angle)
    if len(edges) == 0:
        return origin.give(np.empty((0, 3), np.float32)), origin.give(np.empty((0, 3), np.float32))
    first, last = corners[edges[:, 0]], corners[edges[:, 1]]
    rng = np.random.default_rng(seed)
    lengths = np.linalg.norm((last - first).astype(np.float64), axis=1)
    edge = _pick(lengths, count, rng, stratified, "the sharp edges have no length")
    t = rng.random((count, 1), dtype=np.float32)
    return origin.give(first[edge] + t * (last - first)[edge]), origin.give(normals[edge])


def sharp_edges(vertices: np.ndarray, faces: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Vertex pairs [E, 2] of the edges that turn by more than `angle` degrees, and their mean unit normals [E, 3]."""
    cross = area_vectors(vertices, faces)
    areas = np.linalg.norm(cross, axis=1)
    solid = np.flatnonzero(areas > 0)
    unit = cross[solid] / areas[solid, None]
    edges, pairs, same_way = face_pairs(faces[solid])
    # Where two faces run along their edge the same way, one of them is inside out.
    other = np.where(same_way[:, None], -unit[pairs[:, 1]], unit[pairs[:, 1]])
    cosine = (unit[pairs[:, 0]] * other).sum(axis=1)
    sharp = cosine < np.cos(np.radians(angle))
    mean = unit[pairs[sharp, 0]] + other[sharp]
    length = np.linalg.norm(mean, axis=1, keepdims=True)
    # Folded flat on itself, an edge has no mean normal; either face's will do.
    mean = np.where(length > 1e-6, mean / np.maximum(length, 1e-6), unit[pairs[sharp, 0]])
    return edges[sharp], mean.astype(np.float32)


def _pick(weights: np.ndarray, count: int, rng: np.random.Generator, stratified: bool, nothing: str) -> np.ndarray:
    """Rows [count] int64 drawn in proportion to `weights`; BadMeshError(nothing) when all are zero."""
    ends = np.cumsum(weights)
    if count and (len(ends) == 0 or not ends[-1] > 0):
        raise BadMeshError(nothing)
    if count == 0:
        return np.empty(0, np.int64)
    where = (np.arange(count) + rng.random(count)) / count if stratified else rng.random(count)
    # side="right" never picks a row without weight, except past the end, where rounding may lead.
    last = int(np.flatnonzero(weights)[-1])
    return np.minimum(np.searchsorted(ends, where * ends[-1], side="right"), last)
