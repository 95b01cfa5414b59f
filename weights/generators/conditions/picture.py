"""Picture preparation of the public families: from a cut-out picture to the pixels their image encoder takes."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ....errors import NoSubjectError
from .resample import resize_area, resize_cubic, resize_nearest

MEAN = (0.485, 0.456, 0.406)  # of the picture collection that the encoders were trained on
DEVIATION = (0.229, 0.224, 0.225)


def to_uint8(rgba: np.ndarray) -> np.ndarray:
    """float [H, W, 4] in 0..1, or uint8, to uint8 [H, W, 4]; opaque when there is no alpha."""
    if rgba.dtype != np.uint8:
        rgba = np.rint(np.clip(rgba, 0.0, 1.0) * 255.0).astype(np.uint8)
    if rgba.shape[-1] == 4:
        return rgba
    return np.dstack([rgba, np.full(rgba.shape[:2], 255, np.uint8)])


def recentre(rgba: np.ndarray, border: float) -> tuple[np.ndarray, np.ndarray]:
    """Put the object in the middle of a white square, its longer side 1 - border of it.

    rgba: uint8 [H, W, 4]. Returns uint8 [S, S, 3] on white and uint8 [S, S, 1] mask, S = max(H, W). As published, the
    last row and column of the object are left out. Raises NoSubjectError when nothing is opaque.
    """
    rows, columns = np.nonzero(rgba[..., 3])
    if len(rows) == 0 or rows.min() == rows.max() or columns.min() == columns.max():
        raise NoSubjectError("the picture shows no object", "Give a picture with alpha, or a mask.")
    part = rgba[rows.min() : rows.max(), columns.min() : columns.max()]
    size = max(rgba.shape[:2])
    scale = int(size * (1 - border)) / max(part.shape[:2])
    height, width = int(part.shape[0] * scale), int(part.shape[1] * scale)
    top, left = (size - height) // 2, (size - width) // 2
    square = np.zeros((size, size, 4), np.uint8)
    square[top : top + height, left : left + width] = resize_area(part, height, width)
    alpha = square[..., 3:].astype(np.float32) / 255
    colour = square[..., :3] * alpha + np.float32(255) * (1 - alpha)
    return np.clip(colour, 0, 255).astype(np.uint8), np.clip(alpha * 255, 0, 255).astype(np.uint8)


def hunyuan_picture(rgba: np.ndarray, size: int, border: float) -> tuple[Tensor, Tensor]:
    """Return a cut-out picture [H, W, 4] -> picture [1, 3, size, size] and mask [1, 1, size, size], both in -1..1."""
    colour, mask = recentre(to_uint8(rgba), border)
    colour, mask = resize_cubic(colour, size, size), resize_nearest(mask, size, size)
    return signed(colour), signed(mask)


def signed(image: np.ndarray) -> Tensor:
    """uint8 [H, W, C] -> float32 [1, C, H, W] in -1..1."""
    return (torch.from_numpy(image.astype(np.float32)) / 255 * 2 - 1).permute(2, 0, 1)[None]


def encoder_pixels(picture: Tensor, size: int) -> Tensor:
    """Pictures [B, 3, H, W] in -1..1 -> [B, 3, size, size] normalised: bilinear with smoothing, middle square."""
    height, width = picture.shape[-2:]
    pixels = (picture.float() + 1) / 2
    short = min(height, width)
    if short != size:
        new = (size, int(size * width / height)) if height <= width else (int(size * height / width), size)
        pixels = F.interpolate(pixels, size=new, mode="bilinear", antialias=True, align_corners=False)
    top, left = round((pixels.shape[-2] - size) / 2), round((pixels.shape[-1] - size) / 2)  # .5 to even, as published
    return normalise(pixels[..., top : top + size, left : left + size])


def normalise(pixels: Tensor, mean: tuple[float, ...] = MEAN, deviation: tuple[float, ...] = DEVIATION) -> Tensor:
    shape = (1, -1, 1, 1)
    centre = torch.tensor(mean, device=pixels.device).reshape(shape)
    return (pixels - centre) / torch.tensor(deviation, device=pixels.device).reshape(shape)


def patch_mask(mask: Tensor, size: int, patch: int) -> Tensor:
    """Mark patches with any foreground: mask [B, 1, H, W] in -1..1 -> bool [B, (size / patch)^2], row by row."""
    resized = F.interpolate(mask.float(), size=(size, size), mode="nearest")
    return (F.max_pool2d(resized, patch, stride=patch) != -1).flatten(1)
