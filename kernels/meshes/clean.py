"""Mesh repair in small steps that each do one thing; `clean` runs them all in their order."""

from typing import Any

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components

from ..arrays import Array, check_faces, check_range, origin_of, to_numpy
from .normals import area_vectors
from .slivers import mend_slivers
from .topology import face_pairs, face_parts, half_edges


def clean(
    vertices: Array, faces: Array, min_part: float = 0.0, tolerance: float = 0.0, orient: bool = True
) -> tuple[Any, Any]:
    """Return the mesh without flaws that later stages trip over: vertices [V', 3] float32, faces [F', 3] int32.

    In order: faces at vertices that are not finite go; vertices within `tolerance` (box units; 0: at the same place)
    become one; faces without area go, their neighbours being cut at the vertex that would be left in their side, so a
    closed mesh stays closed; repeated faces go; parts with less than `min_part` of the largest part's area go; faces
    are turned to face outward; vertices that no face uses go. The order of what stays is kept. A mesh of which nothing
    is left comes back with no rows. Raises BadMeshError for wrong shapes or faces that name no vertex.
    """
    check_range("min_part", min_part, 0.0, 1.0)
    check_range("tolerance", tolerance, 0.0, np.inf)
    check_faces(vertices, faces)
    origin = origin_of(vertices)
    with np.errstate(over="ignore"):  # what is too large for float32 counts as not finite
        points, triangles = to_numpy(vertices, np.float32), to_numpy(faces, np.int64)
    finite = np.all(np.isfinite(points), axis=1)
    if not finite.all():
        triangles = triangles[finite[triangles].all(axis=1)]
    points, triangles = weld(points, triangles, tolerance)
    triangles = drop_duplicates(mend_slivers(points, drop_collapsed(triangles)))
    triangles = drop_small_parts(points, triangles, min_part)
    if orient:
        triangles = orient_outward(points, triangles)
    points, triangles = drop_unused(points, triangles)
    return origin.give(points), origin.give(triangles.astype(np.int32))


def weld(vertices: np.ndarray, faces: np.ndarray, tolerance: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Faces renumbered so that vertices at one place count as the first of them; no vertex is removed or moved.

    tolerance: vertices that round to the same multiple of it in all coordinates count as one place.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        key = vertices if tolerance == 0 else np.round(vertices.astype(np.float64) / tolerance)
    # Adding zero makes -0 into 0; then equal places have equal bytes.
    key = np.ascontiguousarray(key + 0.0)
    hashes = _hashed(key.view(np.uint32 if key.itemsize == 4 else np.uint64))
    if not _repeats(hashes):
        return vertices, faces
    _, first, same = np.unique(hashes, return_index=True, return_inverse=True)
    if not np.array_equal(key[first[same]], key, equal_nan=True):  # two places with one hash
        rows = key.view(np.dtype((np.void, key.dtype.itemsize * 3))).reshape(-1)
        _, first, same = np.unique(rows, return_index=True, return_inverse=True)
    return vertices, first[same][faces]


def drop_collapsed(faces: np.ndarray) -> np.ndarray:
    """Return the faces [F', 3] with three different corners."""
    return faces[(faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])]


def drop_duplicates(faces: np.ndarray) -> np.ndarray:
    """Return the faces [F', 3] without those that name the same three vertices, in any order, as an earlier one."""
    return faces[copies(faces)[0] == 0]


def copies(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each face its number [F], from 0, among faces with the same three vertices, and their count [F]."""
    a, b, c = (_hashed(faces[:, k : k + 1].astype(np.uint64)) for k in range(3))
    if not _repeats(a + b + c):  # the sum does not depend on the order of the corners
        return np.zeros(len(faces), np.int64), np.ones(len(faces), np.int64)
    a, b, c = np.sort(faces, axis=1).astype(np.int64).T
    order = np.lexsort((c, b, a))  # stable, so the first of equal faces leads its group
    first = np.ones(len(faces), bool)
    first[1:] = (np.diff(a[order]) != 0) | (np.diff(b[order]) != 0) | (np.diff(c[order]) != 0)
    group, starts = np.cumsum(first) - 1, np.flatnonzero(first)
    number, size = np.empty(len(faces), np.int64), np.empty(len(faces), np.int64)
    number[order] = np.arange(len(faces)) - starts[group]
    size[order] = np.bincount(group)[group]
    return number, size


def _hashed(rows: np.ndarray) -> np.ndarray:
    """Return a number [N] uint64 for each row of unsigned integers, the same for equal rows and seldom for others."""
    out = np.full(len(rows), 0x9E3779B97F4A7C15, np.uint64)
    for column in rows.T:
        out = (out ^ column) * np.uint64(0xBF58476D1CE4E5B9)
        out ^= out >> np.uint64(29)
    return out * np.uint64(0x94D049BB133111EB)


def _repeats(numbers: np.ndarray) -> bool:
    """Tell whether a number occurs twice. Sorting alone is many times faster than telling where."""
    ordered = np.sort(numbers)
    return bool((ordered[1:] == ordered[:-1]).any())


def drop_small_parts(vertices: np.ndarray, faces: np.ndarray, min_part: float) -> np.ndarray:
    """Return the faces [F', 3] of the connected parts that have at least `min_part` of the largest part's area."""
    if len(faces) == 0 or min_part <= 0:
        return faces
    part = face_parts(faces)
    areas = np.bincount(part, weights=np.linalg.norm(area_vectors(vertices, faces), axis=1))
    return faces[(areas >= min_part * areas.max())[part]]


def drop_unused(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the vertices that a face uses, in their order, and the faces renumbered to them."""
    used = np.zeros(len(vertices), bool)
    used[faces.reshape(-1)] = True
    return vertices[used], (np.cumsum(used) - 1)[faces].reshape(-1, 3)


def orient_outward(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Faces [F, 3] turned so that neighbours agree and the volume they enclose is positive.

    A part whose faces already agree is kept as it is, unless all parts do and the whole mesh is inside out: a cavity
    rightly faces inward. A part that did not agree is turned to enclose a positive volume. A surface with no
    inside, such as a Moebius band, cannot agree everywhere; it is left as consistent as one sweep makes it.
    """
    if len(faces) == 0:
        return faces
    sides, _ = half_edges(faces)
    agree = not _repeats(
        sides[:, 0] * (int(faces.max()) + 1) + sides[:, 1]
    )  # nobody runs along an edge as another does
    _, pairs, same_way = face_pairs(faces if not agree else faces[:0])
    if not same_way.any():
        return faces[:, ::-1] if _volumes(vertices, faces).sum() < 0 else faces
    count = len(faces)
    links = coo_matrix((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), (count, count)).tocsr()
    patch = connected_components(links, directed=False)[1]
    turned = faces.copy()
    flip = _flips(links, pairs, same_way, patch)
    turned[flip] = turned[flip][:, ::-1]
    mended = np.zeros(patch.max() + 1, bool)
    mended[patch[pairs[same_way, 0]]] = True
    wrong = mended & (np.bincount(patch, weights=_volumes(vertices, turned)) < 0)
    turned[wrong[patch]] = turned[wrong[patch]][:, ::-1]
    return turned


def _flips(links: Any, pairs: np.ndarray, same_way: np.ndarray, patch: np.ndarray) -> np.ndarray:
    """Mark faces [F] bool to turn so that each agrees with its parent in a breadth-first tree of its patch."""
    count = len(patch)
    # One root over the first face of every patch makes a single tree.
    roots = np.unique(patch, return_index=True)[1]
    rows = np.concatenate([links.tocoo().row, np.full(len(roots), count)])
    columns = np.concatenate([links.tocoo().col, roots])
    tree = coo_matrix((np.ones(len(rows), np.int8), (rows, columns)), (count + 1, count + 1)).tocsr()
    _, parent = breadth_first_order(tree, count, directed=False)
    parent[count] = count
    odd_pairs = pairs[same_way].min(axis=1) * (count + 1) + pairs[same_way].max(axis=1)
    node = np.arange(count + 1)
    odd = np.isin(np.minimum(node, parent) * (count + 1) + np.maximum(node, parent), odd_pairs)
    # Pointer doubling: after k rounds `odd` sums the 2^k steps towards the root.
    while (parent != count).any():
        odd = odd ^ odd[parent]
        parent = parent[parent]
    return odd[:count]


def _volumes(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Six times the signed volume [F] between each face and the middle of the mesh."""
    corner = vertices[faces[:, 0]].astype(np.float64)
    return np.einsum("ij,ij->i", corner - corner.mean(axis=0), area_vectors(vertices, faces))
