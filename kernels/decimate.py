"""Fewer faces by quadric edge collapse (fast-simplification)."""

from typing import Any

import numpy as np

from .arrays import Array, check_mesh, check_range, origin_of, to_numpy
from .clean import clean

# Low aggression follows the surface best; each number is the exponent of the error threshold's growth. Too low a number
# may stop far above the count asked for, so the next is tried then.
AGGRESSION = (3.0, 5.0, 7.0)
CLOSE_ENOUGH = 1.02


def decimate(vertices: Array, faces: Array, count: int) -> tuple[Any, Any]:
    """The mesh with about `count` faces: vertices [V', 3] float32, faces [F', 3] int32.

    A mesh that already has no more faces is returned cleaned only (see `clean`; degenerate faces would survive the
    collapse). The count is met within 2 % where the mesh allows it; a mesh of many parts may not. One call at a time
    per process: the library keeps its mesh in a global. Raises BadMeshError for a malformed mesh.
    """
    check_mesh(vertices, faces)
    check_range("count", count, 4, 2**31 - 1)
    origin = origin_of(vertices)
    points, triangles = clean(to_numpy(vertices, np.float32), to_numpy(faces))
    best = points, triangles
    for aggression in AGGRESSION:
        if len(best[1]) <= CLOSE_ENOUGH * count:
            break
        # Always from the original: collapsing what is collapsed already adds up errors.
        best = min(best, _collapse(points, triangles, count, aggression), key=lambda mesh: len(mesh[1]))
    return origin.give(best[0]), origin.give(best[1])


def _collapse(points: np.ndarray, faces: np.ndarray, count: int, aggression: float) -> tuple[np.ndarray, np.ndarray]:
    import fast_simplification

    simplified = fast_simplification.simplify(points, faces, target_count=count, agg=aggression)
    # Collapses can leave faces on top of each other, and do not touch orientation.
    return clean(np.asarray(simplified[0], np.float32), np.asarray(simplified[1], np.int32), orient=False)
