"""Height that an object stands at: its lowest point, unless that is the tip of thorns below its body."""

from __future__ import annotations

import numpy as np

_SLICES = 128  # over the height
_THORN_HEIGHT = 0.15  # of the height: a longer foot is part of the object
_THORN_LENGTH = 0.12  # of the outline of the body's cuts, above which a cut is no thorn's
_TIP = 0.4  # of a thorn's longest cut: how long the first one is at most; feet are as thick at their end
_WIDENS = 3.0  # times, from the thorns to the body above them, within three slices


def standing_height(vertices: np.ndarray, faces: np.ndarray) -> float:
    """Return the Y at which the mesh stands.

    Thorns are thin, end in a tip, and hang below a body that begins at once: what generated shapes let hang. A cone
    widens slowly and stands on its tip; feet keep their thickness to the ground. The outline of level cuts tells.
    """
    if not len(faces):
        return float(vertices[:, 1].min())
    used = vertices[np.unique(faces), 1].astype(np.float64)
    low, high = float(used.min()), float(used.max())
    if high <= low:
        return low
    lowest = vertices[faces, 1].min(axis=1) < low + (high - low) / 3
    triangles = vertices[faces[lowest]].astype(np.float64)  # [F, 3, 3]
    step = (high - low) / _SLICES
    cuts = np.array([_outline(triangles, low + (number + 0.5) * step) for number in range(_SLICES // 3)])
    body = cuts.max()
    for number in range(2, int(_THORN_HEIGHT * _SLICES) + 1):
        below = cuts[:number].max()
        if below > _THORN_LENGTH * body:
            return low
        wide = np.flatnonzero(cuts[number : number + 3] > max(_WIDENS * below, 2 * _THORN_LENGTH * body))
        if len(wide) and cuts[0] < _TIP * below:
            return low + (number + int(wide[0])) * step
    return low


def _outline(triangles: np.ndarray, height: float) -> float:
    """Return the length of the cut of triangles [F,3,3] at a height."""
    above = triangles[..., 1] > height
    cut = triangles[above.any(1) & ~above.all(1)]
    if not len(cut):
        return 0.0
    start, end = cut, np.roll(cut, -1, axis=1)
    crosses = (start[..., 1] > height) != (end[..., 1] > height)  # two edges of each triangle
    share = (height - start[..., 1])[crosses] / (end[..., 1] - start[..., 1])[crosses]
    points = (start[crosses] + share[:, None] * (end[crosses] - start[crosses])).reshape(-1, 2, 3)
    return float(np.linalg.norm(points[:, 1] - points[:, 0], axis=1).sum())
