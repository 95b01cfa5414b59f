"""Finds the object in a picture without alpha: a plain-background shortcut, mask clean-up and edge colours."""

from __future__ import annotations

from typing import Any

import numpy as np

_PLAIN_SPREAD = 10.0  # how far border pixels may lie from their median, 8-bit steps, and still be "one colour"
_PLAIN_SHARE = 0.8  # the object itself may touch the border
_RIM = 9  # pixels to either side of the outline in which compression rings: a block of JPEG and one more
_INSIDE = 4.0  # pixels inside from which a colour is the object's own
_RINGS = 0.3  # mean difference from the ground beside the outline, 8-bit steps, from which compression is suspected
_SPECK = 0.002  # of the object's area, below which a faint separate patch is no part of it
_WEAK = 0.3  # of the strongest difference nearby, below which a fringe pixel is ringing
_DISTINCT = 4.0  # how many times the tolerance the object must differ from its ground to be measured against it
_HOLE_SHARE = 0.008  # of the object's area, from which an enclosed patch of the background's colour is a hole


def plain_background(rgb: np.ndarray, side: int = 1024) -> np.ndarray | None:
    """Alpha from a background of one colour: float32 [H,W], or None when the border is not one uniform colour.

    rgb: uint8 [H,W,3]; side: pixels at which the outline is looked for in larger pictures. Background is what is near
    the border's colour and connected to the border, so that a white shirt on white paper keeps its inside.
    """
    if (factor := -(-max(rgb.shape[:2]) // side)) > 1:
        return _at_size(plain_background(_reduced(rgb, factor), side), rgb.shape)
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
    background = _without_ringing(distance, background, near)
    return _rim(rgb.astype(np.float32), colour, background, near)


def _rim(rgb: np.ndarray, ground: np.ndarray, background: np.ndarray, near: float) -> np.ndarray:
    """Alpha [H,W] with a soft outline: how far each pixel near it has come from the ground to the object's colour.

    A tolerance for the ground alone takes the ringing of compression, strongest beside edges, for the object. Where the
    object hardly differs from its ground nothing can be measured and the outline stays as it was found.
    """
    ndimage = _ndimage()
    inside = ndimage.distance_transform_edt(~background)
    outside = ndimage.distance_transform_edt(background)
    band = (inside < _RIM) & (outside < _RIM)
    # Thin parts have no pixel so deep inside; their middle is the best there is.
    deepest = ndimage.maximum_filter(inside, size=2 * _RIM + 1)
    core = (inside >= np.minimum(_INSIDE, 0.7 * deepest)) & ~background
    if not core.any() or not band.any():
        return (~background).astype(np.float32)
    rows, columns = ndimage.distance_transform_edt(~core, return_distances=False, return_indices=True)
    away = rgb[rows[band], columns[band]] - ground
    length = (away * away).sum(axis=1)
    share = np.einsum("nc,nc->n", rgb[band] - ground, away) / np.maximum(length, 1e-6)
    alpha = (~background).astype(np.float32)
    measured = np.where(length > (_DISTINCT * near) ** 2, np.clip(share, 0.0, 1.0), alpha[band])
    alpha[band] = measured
    # Nothing lights up beyond one pixel of softness.
    return np.where(outside < 1.5, alpha, 0.0).astype(np.float32)


def _without_ringing(distance: np.ndarray, background: np.ndarray, near: float) -> np.ndarray:
    """Return the background with the fringe that lossy compression leaves around the object, bool [H,W].

    Compression shows on the background's own side of the outline: pixels near it differ more from the ground than those
    far away. Then whatever is weak beside a strong edge, and connected to the background, belongs to it.
    """
    ndimage = _ndimage()
    outside = ndimage.distance_transform_edt(background)
    beside, far = (outside > 1.5) & (outside <= _RIM), outside > 2 * _RIM
    if not beside.any():
        return background
    quiet = float(distance[far].mean()) if far.any() else 0.0
    if float(distance[beside].mean()) < max(_RINGS, 1.3 * quiet):
        return background
    inside = ndimage.distance_transform_edt(~background)
    strongest = ndimage.maximum_filter(distance, size=2 * _RIM + 1)
    weak = ~background & (inside <= _RIM) & (distance < _WEAK * strongest)
    labels, _ = ndimage.label(background | weak)
    touching = np.unique(labels[background])
    return _without_specks(distance, np.isin(labels, touching[touching > 0]), near)


def _without_specks(distance: np.ndarray, background: np.ndarray, near: float) -> np.ndarray:
    """Return the background with small faint patches of ringing that lie apart from the object."""
    ndimage = _ndimage()
    labels, count = ndimage.label(~background, np.ones((3, 3)))
    if count < 2:
        return background
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    strongest = ndimage.maximum(distance, labels, np.arange(count + 1))
    specks = (sizes < _SPECK * sizes.max()) & (strongest < _DISTINCT * near)
    return background | specks[labels]


def _reduced(rgb: np.ndarray, factor: int) -> np.ndarray:
    from PIL import Image

    return np.array(Image.fromarray(np.ascontiguousarray(rgb)).reduce(factor))


def _at_size(alpha: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray | None:
    from PIL import Image

    if alpha is None:
        return None
    return np.array(Image.fromarray(alpha).resize((shape[1], shape[0]), Image.Resampling.BILINEAR))


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
    """Return a network's soft mask as alpha [H,W]: contrast stretched, specks dropped, pin holes closed."""
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
    """Count the separate parts of the object that have at least 5 % of the largest one's area."""
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
    """Return the outermost pixels, [N,3]: 2 deep, or 1 on very small pictures."""
    deep = 2 if min(rgb.shape[:2]) > 32 else 1
    strips = (rgb[:deep], rgb[-deep:], rgb[:, :deep], rgb[:, -deep:])
    return np.concatenate([strip.reshape(-1, 3) for strip in strips])


def _ndimage() -> Any:
    """scipy.ndimage, imported at first use; its type stubs do not know what `label` returns."""
    from scipy import ndimage

    return ndimage
