"""Height that an object stands at: its lowest point, unless that is the tip of a thorn below its body."""

from __future__ import annotations

import numpy as np

_SLICES = 64  # over the height
_THORN_HEIGHT = 0.15  # of the height: a longer foot is part of the object
_THORN_WIDTH = 0.12  # of the object's width
_WIDENS = 3.0  # times, from the thorn to the body above it, within two slices


def standing_height(vertices: np.ndarray, faces: np.ndarray) -> float:
    """Return the Y at which the mesh stands.

    A thorn is thin below a body that begins at once: what generated shapes let hang. A cone widens slowly and stands on
    its tip; legs are slices as wide as the object.
    """
    if not len(faces):
        return float(vertices[:, 1].min())
    used = vertices[np.unique(faces)].astype(np.float64)
    low, high = float(used[:, 1].min()), float(used[:, 1].max())
    width = float(np.hypot(*np.ptp(used, axis=0)[[0, 2]]))
    if high <= low or width <= 0:
        return low
    lowest = vertices[faces, 1].min(axis=1) < low + (high - low) / 4
    triangles = vertices[faces[lowest]].astype(np.float64)  # [F, 3, 3]
    heights = low + (high - low) * (np.arange(_SLICES // 4) + 0.5) / _SLICES
    widths = np.array([_slice_width(triangles, height) for height in heights])
    limit = int(_THORN_HEIGHT * _SLICES)
    for number in range(1, limit + 1):
        below, above = widths[:number].max(), widths[number : number + 2].max(initial=0.0)
        if below > _THORN_WIDTH * width:
            return low
        if above > max(_WIDENS * below, 2 * _THORN_WIDTH * width):
            return float(heights[number] - 0.5 * (high - low) / _SLICES)
    return low


def _slice_width(triangles: np.ndarray, height: float) -> float:
    """Return the diagonal of the box around the cut of triangles [F,3,3] at a height; 0 where nothing is cut."""
    above = triangles[..., 1] > height
    cut = triangles[above.any(1) & ~above.all(1)]
    if not len(cut):
        return 0.0
    start, end = cut, np.roll(cut, -1, axis=1)
    rise = end[..., 1] - start[..., 1]
    crosses = (start[..., 1] > height) != (end[..., 1] > height)
    share = ((height - start[..., 1])[crosses] / rise[crosses])[:, None]
    points = start[crosses] + share * (end[crosses] - start[crosses])
    return float(np.hypot(*np.ptp(points[:, [0, 2]], axis=0)))
