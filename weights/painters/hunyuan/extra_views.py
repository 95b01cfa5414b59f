"""Extra views of 2.1: after the six, whichever of 24 candidates shows most surface that no view has shown yet."""

from __future__ import annotations

import numpy as np

from ....kernels.meshes.normals import area_vectors
from ....kernels.views.render_maps import render_maps
from .maps import PLACES, Frame

CANDIDATES = (*PLACES, *((azimuth, elevation) for azimuth in range(0, 360, 30) for elevation in (20, -20)))
LEAST_GAIN = 0.01  # of the surface
CANDIDATE_SIZE = 1024
EXTRA_WEIGHT = 0.01  # of a view beside the six in the bake


def visible_triangles(vertices: np.ndarray, faces: np.ndarray, size: int = CANDIDATE_SIZE) -> np.ndarray:
    """Return which triangles own a pixel of each candidate's picture of `size` px, bool [candidates, F]."""
    frame = Frame.around(vertices)
    seen = np.zeros((len(CANDIDATES), len(faces)), bool)
    for row, place in zip(seen, CANDIDATES, strict=True):
        shown = np.asarray(render_maps(vertices, faces, frame.camera(place, size), size, maps=()).face)
        row[np.unique(shown[shown >= 0])] = True
    return seen


def triangle_areas(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return the area of each triangle, float64 [F]."""
    return np.linalg.norm(area_vectors(vertices, faces), axis=1) / 2


def choose_views(seen: np.ndarray, areas: np.ndarray, most: int) -> list[tuple[int, int]]:
    """Return (azimuth, elevation) of the six views and of extra ones, at most `most`, in the order of their choice.

    seen: bool [candidates, F]; areas [F]. A view is added while it shows more than 1 % of the surface anew.
    """
    chosen = list(range(len(PLACES)))
    shown = seen[chosen].any(0)
    shares = areas / max(float(areas.sum()), 1e-30)
    while len(chosen) < most:
        gains = [-1.0 if index in chosen else float(shares[row & ~shown].sum()) for index, row in enumerate(seen)]
        best = int(np.argmax(gains))
        if gains[best] <= LEAST_GAIN:
            break
        chosen.append(best)
        shown |= seen[best]
    return [CANDIDATES[index] for index in chosen]
