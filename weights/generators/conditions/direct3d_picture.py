"""Picture preparation of Direct3D-S2: the object on a white square, and which patches of it show the object."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from ....errors import NoSubjectError
from .picture import normalise

PICTURE = 518  # pixels a side
MARGIN = 16  # white pixels around, before the picture is brought to its size again


def square_picture(rgba: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Put the object of uint8 [H, W, 4] on white: uint8 [518, 518, 3], and its mask uint8 [518, 518], as published.

    Raises NoSubjectError when nothing is opaque.
    """
    rows, columns = np.nonzero(rgba[..., 3])
    if len(rows) == 0:
        raise NoSubjectError("the picture shows no object", "Give a picture with alpha, or a mask.")
    whole = rgba[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    part = whole / 255.0  # float64: the values are cut off below, and one bit decides about a level
    alpha = part[..., 3:]
    colour = ((part[..., :3] * alpha + (1.0 - alpha)) * 255.0).astype(np.uint8)
    side = max(colour.shape[:2])
    top, left = (side - colour.shape[0]) // 2, (side - colour.shape[1]) // 2
    around = ((top, side - colour.shape[0] - top), (left, side - colour.shape[1] - left))
    colour = np.pad(colour, (*around, (0, 0)), constant_values=255)
    mask = np.pad(whole[..., 3], around)
    for margin in (0, MARGIN):
        edge = ((margin, margin), (margin, margin))
        colour = resized(np.pad(colour, (*edge, (0, 0)), constant_values=255), Image.Resampling.BILINEAR)
        mask = resized(np.pad(mask, edge), Image.Resampling.NEAREST)
    return colour, mask


def resized(image: np.ndarray, how: Image.Resampling) -> np.ndarray:
    """Resize uint8 [S, S] or [S, S, 3] to the size of the encoder's picture."""
    return np.asarray(Image.fromarray(image).resize((PICTURE, PICTURE), how))


def encoder_input(colour: np.ndarray, size: int = PICTURE) -> Tensor:
    """Return uint8 [518, 518, 3] as normalised [1, 3, size, size], smoothed when smaller."""
    pixels = torch.from_numpy(colour.astype(np.float32) / 255).permute(2, 0, 1)[None]
    if size != PICTURE:
        pixels = F.interpolate(pixels, size=(size, size), mode="bilinear", antialias=True, align_corners=False)
    return normalise(pixels)


def object_patches(mask: Tensor, patch: int) -> Tensor:
    """Tell which patches of masks [B, 1, H, W] hold any of the object: bool [B, h w], row by row."""
    return (F.max_pool2d(mask.float(), patch, stride=patch) > 0).flatten(1)


def patch_places(shown: Tensor, registers: int) -> tuple[Tensor, Tensor]:
    """Return the tokens that version 1.0 reads: class, registers and the patches `shown` [h w] of a square picture.

    Gives their numbers [M] and places [M, 3]: (column, row, 0) of patches, (0, 0, 1) of the others.
    """
    side = round(len(shown) ** 0.5)
    patches = torch.nonzero(shown)[:, 0]
    first = torch.arange(1 + registers, device=shown.device)
    rows = torch.div(patches, side, rounding_mode="floor")
    places = torch.stack([patches % side, rows, torch.zeros_like(patches)], dim=1)
    others = torch.tensor([[0, 0, 1]], device=shown.device).expand(len(first), -1)
    return torch.cat([first, patches + len(first)]), torch.cat([others, places])
