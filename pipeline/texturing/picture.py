"""Make pictures safe to sample: no background in them, and a weight for each pixel."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt, maximum_filter, median_filter

from ...kernels.atlas.fill import push_pull

# Shares of the picture's side.
RIM = 0.003  # inside the silhouette: mixed with background, or seen at a grazing angle
RAMP = 0.012  # trust grows to 1 over this width
REACH = 0.05  # outside the silhouette: continued colours are taken up to here, for meshes a little larger


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


def without_detail(picture: np.ndarray, confidence: np.ndarray, window: float = 0.09) -> np.ndarray:
    """Return the picture's large areas of colour without its small features (eyes, labels).

    A wide median, then smoothing, leaves them.
    Used for sides that no picture shows, where a repeated face would be worse than none. window: share of the side.
    """
    side = 128
    small = resized(picture, side, side)
    trust = resized(confidence[..., None], side, side)[..., 0]
    filled = push_pull(small, np.where(trust > 0.3, 1.0, 0.0).astype(np.float32))
    width = max(3, int(window * side) | 1)
    calm = np.stack([median_filter(filled[..., k], size=width, mode="nearest") for k in range(3)], 2)
    return resized(calm, *picture.shape[:2])


def resized(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """Float picture [H, W, C] at another size: area means when it shrinks, bilinear when it grows."""
    from PIL import Image

    method = Image.Resampling.BOX if height < picture.shape[0] else Image.Resampling.BILINEAR
    planes = [Image.fromarray(np.ascontiguousarray(picture[..., k], np.float32)) for k in range(picture.shape[2])]
    return np.stack([np.asarray(plane.resize((width, height), method), np.float32) for plane in planes], 2)
