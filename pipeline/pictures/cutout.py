"""Finds the object in a picture without alpha: a plain-background shortcut, mask clean-up and edge colours."""

from __future__ import annotations

from typing import Any

import numpy as np

_PLAIN_SPREAD = 10.0  # how far border pixels may lie from their median, 8-bit steps, and still be "one colour"
_PLAIN_SHARE = 0.8  # the object itself may touch the border
_HOLE_SHARE = 0.008  # of the object's area, from which an enclosed patch of the background's colour is a hole


def plain_background(rgb: np.ndarray) -> np.ndarray | None:
    """Alpha from a background of one colour: float32 [H,W], or None when the border is not one uniform colour.

    rgb: uint8 [H,W,3]. Background is what is near the border's colour and connected to the border, so that a white
    shirt on white paper keeps its inside.
    """
    ndimage = _ndimage()
    border = _border(rgb).astype(np.float32)
    colour = np.median(border, axis=0)
    away = np.abs(border - colour).max(axis=1)
    if (away <= _PLAIN_SPREAD).mean() < _PLAIN_SHARE:
        return None
    # JPEG noise and soft shadows: the tolerance follows the border's own noise.
    near = float(np.clip(3.0 * np.quantile(away[away <= _PLAIN_SPREAD], 0.98) + 4.0, 6.0, 24.0))
    distance = np.abs(rgb.astype(np.float32) - colour).max(axis=2)
    labels, _ = ndimage.label(distance <= near)
    touching = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    background = np.isin(labels, touching[touching > 0])
    background |= _holes(distance, near, background)
    share = 1.0 - background.mean()
    if not 0.002 < share < 0.98:
        return None
    # One soft pixel at the rim: how far its colour has left the background, against the object's side of the rim.
    rim = ndimage.binary_dilation(background, iterations=1) & ~background
    alpha = (~background).astype(np.float32)
    alpha[rim] = np.clip(distance[rim] / (4.0 * near), 0.3, 1.0)
    return alpha


def _holes(distance: np.ndarray, near: float, background: np.ndarray) -> np.ndarray:
    """Enclosed patches that are as flat and as near the background's colour as the background itself, bool [H,W]."""
    ndimage = _ndimage()
    labels, count = ndimage.label((distance <= near / 2) & ~background)
    if count == 0:
        return np.zeros_like(background)
    sizes = np.bincount(labels.ravel())
    level = ndimage.mean(distance, labels, np.arange(count + 1))
    limit = max(1.0, 2.0 * float(distance[background].mean()) + 0.5) if background.any() else 1.0
    taken = (sizes > _HOLE_SHARE * (~background).sum()) & (level <= limit)
    taken[0] = False
    return taken[labels]


def tidy_mask(mask: np.ndarray) -> np.ndarray:
    """A network's soft mask as alpha [H,W]: contrast stretched, specks dropped, pin holes closed."""
    ndimage = _ndimage()
    alpha = np.clip((mask - 0.2) / 0.6, 0.0, 1.0).astype(np.float32)
    solid = alpha > 0.5
    labels, count = ndimage.label(solid)
    if count > 1:
        sizes = np.bincount(labels.ravel())[1:]
        small = np.flatnonzero(sizes < 0.02 * sizes.max()) + 1
        near_small = ndimage.binary_dilation(np.isin(labels, small), iterations=3)
        alpha[near_small & ~np.isin(labels, np.flatnonzero(sizes >= 0.02 * sizes.max()) + 1)] = 0.0
    holes = ndimage.binary_fill_holes(alpha > 0.5) & ~(alpha > 0.5)
    labels, count = ndimage.label(holes)
    if count:
        sizes = np.bincount(labels.ravel())
        sizes[0] = 0
        alpha[(sizes[labels] > 0) & (sizes[labels] < 0.0005 * mask.size)] = 1.0
    return alpha


def bleed(rgb: np.ndarray, alpha: np.ndarray, solid: float) -> np.ndarray:
    """Colours float32 [H,W,3] where every pixel below `solid` alpha takes the nearest pixel's that is not.

    Filtering then never mixes in what lay behind the object. alpha: [H,W] in 0..1; at least one pixel must be solid.
    """
    ndimage = _ndimage()
    empty = alpha < solid
    if not empty.any() or empty.all():
        return rgb.astype(np.float32)
    rows, columns = ndimage.distance_transform_edt(empty, return_distances=False, return_indices=True)
    return rgb[rows, columns].astype(np.float32)


def main_parts(alpha: np.ndarray) -> int:
    """How many separate parts the object has, counting those of at least 5 % of the largest one's area."""
    ndimage = _ndimage()
    labels, count = ndimage.label(alpha > 0.5)
    if count == 0:
        return 0
    sizes = np.bincount(labels.ravel())[1:]
    return int((sizes >= 0.05 * sizes.max()).sum())


def touched_sides(alpha: np.ndarray) -> list[str]:
    """Sides of the picture that the object runs into over more than 2 % of their length."""
    solid = alpha > 0.5
    lines = {"top": solid[0], "bottom": solid[-1], "left": solid[:, 0], "right": solid[:, -1]}
    return [side for side, line in lines.items() if line.mean() > 0.02]


def _border(rgb: np.ndarray) -> np.ndarray:
    """The outermost pixels, [N,3]: 2 deep, or 1 on very small pictures."""
    deep = 2 if min(rgb.shape[:2]) > 32 else 1
    strips = (rgb[:deep], rgb[-deep:], rgb[:, :deep], rgb[:, -deep:])
    return np.concatenate([strip.reshape(-1, 3) for strip in strips])


def _ndimage() -> Any:
    """scipy.ndimage, imported at first use; its type stubs do not know what `label` returns."""
    from scipy import ndimage

    return ndimage
