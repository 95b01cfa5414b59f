"""Judgement of a picture's own alpha: is it a cut-out, and how solid is the object in it."""

from __future__ import annotations

import numpy as np

_MEANINGFUL = 0.002  # share of transparent pixels from which alpha means something
_SEEN = 0.1  # alpha from which a pixel belongs to something
_CORNER = 0.2  # of the shorter side, within which rounded corners lie
_SOLID = 0.95  # typical alpha from which an object counts as opaque


def own_cutout(alpha: np.ndarray) -> np.ndarray | None:
    """Return the outline that a picture's own alpha [H,W] in 0..1 gives, or None when it is no cut-out.

    A frame whose corners alone are transparent (screenshots, app icons) is none. Glass and smoke, whose alpha is low
    all over, are taken as if they were solid.
    """
    if (alpha < 0.5).mean() <= _MEANINGFUL or _only_corners(alpha < 0.5):
        return None
    return solid_alpha(alpha)


def solid_alpha(alpha: np.ndarray) -> np.ndarray:
    """Alpha stretched so that its typical value, over all pixels that show something, becomes 1."""
    seen = alpha[alpha >= _SEEN]
    if not len(seen):
        highest = float(alpha.max())
        return alpha if highest < 2 / 255 else np.clip(alpha / highest, 0.0, 1.0).astype(np.float32)
    level = float(np.median(seen))
    return alpha if level >= _SOLID else np.clip(alpha / (0.9 * level), 0.0, 1.0).astype(np.float32)


def _only_corners(empty: np.ndarray) -> bool:
    """Tell whether all that is transparent lies near the corners, in patches that reach them."""
    height, width = empty.shape
    reach = max(1, int(_CORNER * min(height, width)))
    rest = empty.copy()
    for rows in (slice(0, reach), slice(height - reach, height)):
        for columns in (slice(0, reach), slice(width - reach, width)):
            rest[rows, columns] = False
    corners = empty[0, 0] or empty[0, -1] or empty[-1, 0] or empty[-1, -1]
    return bool(corners) and rest.mean() <= _MEANINGFUL / 10
