"""Pictures as TRELLIS.2 reads them: cut to the object on black, then resized for the encoder. Pure functions."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ....errors import NoSubjectError

SOLID_ALPHA = 0.8 * 255
LONGEST = 1024  # pixels of the longer side before the cut
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)


def cut_to_object(rgba: np.ndarray) -> np.ndarray:
    """uint8 [H, W, 4] -> the object on black, uint8 [S, S, 3], as published. Raises NoSubjectError.

    The square is as wide as the solid pixels reach, less one, and has no margin.
    """
    image = Image.fromarray(rgba)
    scale = min(1.0, LONGEST / max(image.size))
    if scale < 1.0:
        width, height = (int(side * scale) for side in image.size)
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    rows, columns = np.nonzero(np.asarray(image)[..., 3] > SOLID_ALPHA)
    if len(rows) == 0:
        raise NoSubjectError("the picture shows no object", "Give a picture with alpha, or a mask.")
    left, top, right, bottom = int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())
    half = max(right - left, bottom - top) // 2
    if half == 0:
        raise NoSubjectError("the object in the picture is one pixel large", "Give a larger picture.")
    x, y = (left + right) / 2, (top + bottom) / 2
    box = tuple(round(side) for side in (x - half, y - half, x + half, y + half))
    pixels = np.asarray(image.crop(box)).astype(np.float32) / 255  # type: ignore[arg-type]
    return (pixels[..., :3] * pixels[..., 3:] * 255).astype(np.uint8)


def resized(rgb: np.ndarray, side: int) -> np.ndarray:
    """uint8 [H, W, 3] -> uint8 [side, side, 3]; the proportions are not kept."""
    return np.asarray(Image.fromarray(rgb).resize((side, side), Image.Resampling.LANCZOS))


def encoder_pixels(rgb: np.ndarray, side: int) -> Tensor:
    """uint8 [H, W, 3] -> [1, 3, side, side] float32, normalised for the encoder."""
    pixels = torch.tensor(resized(rgb, side)).float() / 255
    return ((pixels - torch.tensor(MEAN)) / torch.tensor(DEVIATION)).permute(2, 0, 1)[None]
