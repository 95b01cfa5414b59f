"""Reference pictures of Hunyuan3D-Paint: centred, and with the colours of the original after light is taken out."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .....errors import NoSubjectError

BORDER = 0.2  # of the object's own sides, on each side
AGREEMENT = 0.95  # share of the means that the transfer of colours takes


def recentred(rgba: np.ndarray) -> np.ndarray:
    """Return the object of a picture uint8 [H, W, 4] in a square [S, S, 4] of transparent white.

    Raises NoSubjectError when nothing is opaque.
    """
    rows, columns = np.nonzero(rgba[..., 3])
    if not len(rows):
        raise NoSubjectError("the picture shows no object", "Give a picture with alpha, or a mask.")
    part = rgba[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height, width = part.shape[0], part.shape[1]
    tall, wide = height + 2 * int(height * BORDER), width + 2 * int(width * BORDER)
    side = max(tall, wide)
    square = np.zeros((side, side, 4), np.uint8)
    square[..., :3] = 255
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = part
    return square


def on_white(rgba: np.ndarray, size: int) -> np.ndarray:
    """Return a picture uint8 [H, W, 4] at `size` px on white, uint8 [size, size, 3]."""
    resized = Image.fromarray(rgba).resize((size, size))
    white = Image.new("RGB", resized.size, (255, 255, 255))
    white.paste(resized, mask=resized.getchannel("A"))
    return np.asarray(white)


def colours_restored(lit_out: np.ndarray, original: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Return a picture [H, W, 3] in 0..1 with the means and deviations of the original's channels, under alpha > 0.5.

    alpha [H, W]. The picture is returned as it is when it was nearer to the original before.
    """
    inside = alpha > 0.5
    if inside.sum() < 2:
        return lit_out
    here, there = lit_out[inside], original[inside]
    scale = there.std(0, ddof=1) / np.maximum(here.std(0, ddof=1), 1e-9)
    moved = ((lit_out - AGREEMENT * here.mean(0)) * scale + AGREEMENT * there.mean(0)).clip(0, 1)
    farther = ((moved - original) ** 2).mean() > ((lit_out - original) ** 2).mean()
    return lit_out if farther else moved.astype(lit_out.dtype)
