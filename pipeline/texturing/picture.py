"""Make pictures safe to sample: no background in them, and a weight for each pixel."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter, maximum_filter, median_filter

from ...kernels.atlas.fill import push_pull

# Shares of the picture's side.
RIM = 0.003  # inside the silhouette: mixed with background, or seen at a grazing angle
RAMP = 0.012  # trust grows to 1 over this width
RIM_WINDOW, BODY_WINDOW = 0.04, 0.25  # of medians in a calm picture: near the outline, and further in
RIM_WIDTH = 0.06  # inside the outline: what counts as near
REACH = 0.05  # outside the silhouette: continued colours are taken up to here, for meshes a little larger

CALM_SIDE = 64  # pixels of a picture without its detail
LOPSIDED_SIDE = 96  # pixels of a picture that is compared with its mirror image
OUTLINE_ALIKE = 0.82  # overlap of an outline with its mirror image from which the two are alike
COLOURS_ALIKE = 0.55  # correlation of the colours


def prepare_picture(rgba: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Colours that continue past the silhouette, and trust.

    rgba: float32 [S, S, 4], straight alpha, 0..1. Returns picture float32 [S, S, 3] and confidence float32 [S, S]: 1
    well inside the silhouette, small just outside it, 0 further out.
    """
    side = max(rgba.shape[:2])
    inside = rgba[..., 3] > 0.9
    if not inside.any():
        inside = rgba[..., 3] >= rgba[..., 3].max()
    # The frame's border is no silhouette: an object cut by the frame is trusted up to it.
    depth = _distance(np.pad(inside, 1, mode="edge"))[1:-1, 1:-1]
    rim = max(2.0, RIM * side)
    # Thin parts are all rim: of them the middle half counts.
    middle = 0.5 * maximum_filter(depth, size=2 * int(np.ceil(rim)) + 1)
    core = inside & (depth > np.minimum(rim, middle))
    picture = push_pull(np.where(core[..., None], rgba[..., :3], 0.0), core.astype(np.float32))
    trust = np.clip((depth - 1.0) / (RAMP * side), 0.1, 1.0)
    outside = _distance(~inside)
    fade = 0.08 * np.clip(1.0 - outside / (REACH * side), 0.0, 1.0)
    return picture, np.where(inside, trust, fade).astype(np.float32)


def _distance(mask: np.ndarray) -> np.ndarray:
    """Distance in pixels of each true pixel to the nearest false one; above 640 px measured at half size."""
    if max(mask.shape) <= 640:
        return np.asarray(distance_transform_edt(mask), np.float32)
    half = np.asarray(distance_transform_edt(mask[::2, ::2]), np.float32)
    fine = resized(half[..., None], *mask.shape)[..., 0] * 2.0
    return np.where(mask, np.maximum(fine, 1.0), 0.0)


def is_lopsided(rgba: np.ndarray) -> bool:
    """Tell whether a subject's outline or its colours differ from their mirror image, at the best upright axis.

    Most things are their own mirror image when seen from the front; a car seen from its side is not, nor are the
    patterns of a round pot. rgba: float32 [H, W, 4].
    """
    side, reach = LOPSIDED_SIDE, LOPSIDED_SIDE // 5
    alpha = resized(rgba[..., 3:], side, side)
    colours = resized(rgba[..., :3] * rgba[..., 3:], side, side)
    border = ((0, 0), (reach, reach), (0, 0))
    whole = np.pad(np.concatenate([colours, alpha], 2), border)
    inside = whole[..., 3] > 0.5

    def overlap(turned: np.ndarray) -> float:
        either = int((inside | turned).sum())
        return int((inside & turned).sum()) / max(either, 1)

    shift = max(range(-reach, reach + 1), key=lambda k: overlap(np.roll(inside[:, ::-1], k, 1)))
    turned = np.roll(whole[:, ::-1], shift, 1)
    both = inside & (turned[..., 3] > 0.5)
    if not both.any():
        return False
    here, there = whole[both][:, :3], turned[both][:, :3]
    likeness = 1.0 - float(np.square(here - there).mean()) / (2.0 * float(here.var(0).mean()) + 1e-4)
    return overlap(turned[..., 3] > 0.5) < OUTLINE_ALIKE or likeness < COLOURS_ALIKE


def without_detail(picture: np.ndarray, confidence: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Return the colours that a subject's back may have, [H, W, 3]: a back's outline is the front's.

    Near the outline colours stay, without small spots, for they go on behind it; further in a wide median leaves the
    large areas of colour and drops eyes, faces and labels. picture, confidence: of `prepare_picture`; alpha [H, W].
    """
    side = CALM_SIDE
    small = resized(picture, side, side)
    trust, inside = (resized(plane[..., None], side, side)[..., 0] for plane in (confidence, alpha))
    inside = inside > 0.5
    filled = push_pull(small, (inside & (trust > 0.3)).astype(np.float32))
    near, far = (_medians(filled, window) for window in (RIM_WINDOW, BODY_WINDOW))
    deep = np.clip((_distance(np.pad(inside, 1))[1:-1, 1:-1] / side - 0.02) / RIM_WIDTH, 0.0, 1.0)[..., None]
    deep = deep * deep * (3.0 - 2.0 * deep)
    calm = gaussian_filter(near + deep * (far - near), (1.0, 1.0, 0.0))
    return resized(calm, *picture.shape[:2])


def _medians(picture: np.ndarray, window: float) -> np.ndarray:
    """Return the medians of each channel in square windows, a share of the side wide."""
    width = max(3, int(window * len(picture)) | 1)
    return np.stack([median_filter(picture[..., k], size=width, mode="nearest") for k in range(3)], 2)


def resized(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """Float picture [H, W, C] at another size: area means when it shrinks, bilinear when it grows."""
    from PIL import Image

    method = Image.Resampling.BOX if height < picture.shape[0] else Image.Resampling.BILINEAR
    planes = [Image.fromarray(np.ascontiguousarray(picture[..., k], np.float32)) for k in range(picture.shape[2])]
    return np.stack([np.asarray(plane.resize((width, height), method), np.float32) for plane in planes], 2)
