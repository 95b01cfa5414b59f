"""Fewer faces by quadric edge collapse (fast-simplification)."""

from typing import Any

import numpy as np

from ..arrays import Array, check_mesh, check_range, origin_of, to_numpy
from .clean import clean, copies
from .part_sheets import part_sheets
from .topology import face_parts

# Tried in turn until the count is met: how fast the error allowed grows, and whether open borders stay as they are.
# Low aggression follows the surface best but may stop far above the count.
ATTEMPTS = ((3.0, True), (5.0, True), (7.0, True), (7.0, False))
CLOSE_ENOUGH = 1.02


def decimate(vertices: Array, faces: Array, count: int) -> tuple[Any, Any]:
    """Return the mesh with about `count` faces: vertices [V', 3] float32, faces [F', 3] int32.

    A mesh that has no more faces already is only cleaned (see `clean`; degenerate faces would survive the collapse) and
    parted: sheets that touch along an edge, as collapses leave them, come apart (part_sheets). No face is turned.
    The count is met within 2 % where the mesh allows it; a mesh of many parts may not. Open borders are kept unless
    the count cannot be met with them. One call at a time per process: the library keeps its mesh in a global.
    Raises BadMeshError for a malformed mesh, UsageError for a count below 4.
    """
    check_mesh(vertices, faces)
    check_range("count", count, 4, 2**31 - 1)
    origin = origin_of(vertices)
    points, triangles = clean(to_numpy(vertices, np.float32), to_numpy(faces), orient=False)
    best = points, triangles
    for aggression, keep_border in ATTEMPTS:
        if len(best[1]) <= CLOSE_ENOUGH * count:
            break
        # Always from the original: collapsing what is collapsed already adds up errors.
        fewer = _collapse(points, triangles, count, aggression, keep_border)
        best = min(best, fewer, key=lambda mesh: len(mesh[1]))
    best = part_sheets(*best)
    return origin.give(best[0]), origin.give(best[1])


def _collapse(
    points: np.ndarray, faces: np.ndarray, count: int, aggression: float, keep_border: bool
) -> tuple[np.ndarray, np.ndarray]:
    import fast_simplification

    simplified = fast_simplification.simplify(
        points, faces, target_count=count, agg=aggression, preserve_border=keep_border
    )
    fewer = without_flaps(np.asarray(simplified[1], np.int32))
    return clean(np.asarray(simplified[0], np.float32), fewer, orient=False)


def without_flaps(faces: np.ndarray) -> np.ndarray:
    """Return the faces [F', 3] without those that collapses have folded onto each other.

    Both sides of a fold go, so that a closed mesh stays closed. A part that is nothing but fold has become a sheet and
    is kept for `clean` to make single.
    """
    folded = copies(faces)[1] % 2 == 0
    if not folded.any():
        return faces
    part = face_parts(faces)
    sheet = np.bincount(part, ~folded) == 0
    return faces[~folded | sheet[part]]
