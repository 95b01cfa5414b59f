"""Background that a cut-out left inside of the object: seen between slats, spokes and legs."""

from __future__ import annotations

from typing import Any

import numpy as np

_LEVELS = 16  # of each colour channel
_MOST_COLOURS = 64  # of a ground that can be told from an object; a meadow has the colours of everything
_RING = 0.12  # of the object's size: how far around it the ground is looked at
_LEAST_SHARE = 0.02  # of the object's area, from which it is worth a word
_LEAST_PATCH = 0.002


def ground_inside(rgb: np.ndarray, alpha: np.ndarray) -> float:
    """Return the share of the object's area, 0..1, that is enclosed patches of the colours around the object.

    rgb: uint8 [H,W,3]; alpha: float32 [H,W] in 0..1, of a cut-out. 0 where the ground has too many colours to tell.
    """
    from scipy import ndimage as typed

    ndimage: Any = typed  # its type stubs do not know what `label` returns
    step = max(1, max(alpha.shape) // 512)
    colours, solid = rgb[::step, ::step].astype(np.int32), alpha[::step, ::step] > 0.5
    area = int(solid.sum())
    if not area:
        return 0.0
    near = ndimage.binary_dilation(solid, iterations=max(4, int(_RING * np.sqrt(area))))
    away = ndimage.binary_dilation(solid, iterations=3)
    keys = (colours * _LEVELS // 256) @ np.array([_LEVELS * _LEVELS, _LEVELS, 1])
    counts = np.bincount(keys[near & ~away], minlength=_LEVELS**3)
    if not counts.any():
        return 0.0
    order = np.argsort(-counts)
    common = order[: 1 + int(np.searchsorted(np.cumsum(counts[order]), 0.9 * counts.sum()))]
    if len(common) > _MOST_COLOURS:
        return 0.0
    alike = ndimage.binary_opening(np.isin(keys, common) & ndimage.binary_erosion(solid, iterations=2))
    labels, count = ndimage.label(alike)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    share = float(sizes[sizes >= _LEAST_PATCH * area].sum() / area)
    return share if share >= _LEAST_SHARE else 0.0
