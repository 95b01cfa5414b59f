"""Fit of a mesh to the outline of a picture from an unknown elevation of the camera."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import distance_transform_edt

from .cameras import Camera
from .render_maps import render_maps

ELEVATIONS = (-5.0, 5.0, 15.0, 25.0, 35.0)
SIDE = 64  # pixels: enough to rank candidates


def silhouette_agreement(
    vertices: np.ndarray, faces: np.ndarray, alpha: np.ndarray, elevations: Sequence[float] = ELEVATIONS
) -> float:
    """Best IoU, 0..1, of the mesh's silhouette from the front with a mask, over the elevations.

    vertices [V,3], faces [F,3]; alpha [S,S] in 0..1. Both silhouettes are compared in their own bounding boxes (longest
    side equal, centred), so that neither scale nor place matters. 0 for an empty mask or mesh.
    """
    wanted = framed_mask(alpha > 0.5)
    if wanted is None or len(faces) == 0:
        return 0.0
    reach = float(np.linalg.norm(vertices, axis=1).max())
    best = 0.0
    for elevation in elevations:
        camera = Camera(0.0, elevation, half_height=max(reach, 1e-6), distance=2 * reach + 1)
        mask = framed_mask(render_maps(vertices, faces, camera, 2 * SIDE, maps=()).mask)
        if mask is not None:
            best = max(best, float((mask & wanted).sum() / (mask | wanted).sum()))
    return best


def mask_distance(mask: np.ndarray) -> np.ndarray:
    """Measure pixels float64 from each pixel of a bool mask [H,W] or [D,H,W] to the nearest of the other kind.

    Positive inside; inf or -inf where there is no other kind.
    """
    if mask.all() or not mask.any():
        return np.where(mask, np.inf, -np.inf)
    return np.asarray(distance_transform_edt(mask)) - np.asarray(distance_transform_edt(~mask))


def local_radius(distance: np.ndarray, largest: int) -> np.ndarray:
    """Radius in pixels, in steps of 1 up to `largest`, of the largest disc inside a mask that covers a pixel.

    Distance [H,W]: of `mask_distance` -> [H,W], 0 outside the mask.
    """
    inside = distance > 0
    radius = np.where(inside, np.minimum(distance, 1.0), 0.0)
    for r in range(1, largest + 1):
        middles = distance >= r
        if not middles.any():
            break
        radius[inside & (np.asarray(distance_transform_edt(~middles)) <= r)] = r
    return radius


def framed_mask(mask: np.ndarray) -> np.ndarray | None:
    """mask [H,W] bool, cropped to its bounding box, scaled so that its longest side fills SIDE, centred -> [SIDE,SIDE].

    None when the mask is empty.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(rows) == 0:
        return None
    longest = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    grid = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    row = np.round((rows[0] + rows[-1]) / 2 + grid * longest).astype(int)
    column = np.round((columns[0] + columns[-1]) / 2 + grid * longest).astype(int)
    inside = ((row >= 0) & (row < mask.shape[0]))[:, None] & ((column >= 0) & (column < mask.shape[1]))[None]
    return mask[np.clip(row, 0, mask.shape[0] - 1)][:, np.clip(column, 0, mask.shape[1] - 1)] & inside
