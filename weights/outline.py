"""Holding a field to the picture's outline.

A generator that is unsure of thin parts gives them values just below zero, and a bulky guess reaches beyond the
subject. The picture's mask tells which, along every ray of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import Tensor

from ..kernels.silhouette import mask_distance
from .columns import CHUNK, ray_points
from .generator import FieldFunction, box_end
from .networks.image_encoder import picture_places

SIDE = 56  # rays across the picture
DEPTHS = 44  # samples on a ray
MASK_SIDE = 256  # pixels of the map of distances to the outline
PRESENCE = 0.08  # value that every ray inside the outline is to reach
DEEPEST = -0.9  # what is further below 0 is raised no more: nothing is there to be raised
SMOOTH = 1.0  # rays over which the raising of neighbours is evened out
EDGE_SMOOTH = 2.0  # pixels of that map: what is cut along a slanted edge shows no steps


@dataclass(frozen=True)
class Rays:
    """highest [SIDE,SIDE]: the field's largest value on every ray of the picture, rows from the top. mask: whether the
    ray is inside the outline."""

    highest: np.ndarray
    mask: np.ndarray


def cast_rays(field: FieldFunction, camera: Tensor, alpha: np.ndarray, bounds: float) -> Rays:
    """Looks at a field through an affine camera [2,4]; alpha [S,S] in 0..1: the picture's mask."""
    points = ray_points(camera, SIDE, DEPTHS, bounds)
    inside = points.abs().amax(-1) < bounds
    values = torch.full(inside.shape, -torch.inf, device=camera.device)
    values[inside] = torch.cat([field(part).to(values.dtype) for part in points[inside].split(CHUNK)])
    return Rays(values.amax(1).view(SIDE, SIDE).cpu().numpy(), mask_at(alpha, SIDE))


def mask_at(alpha: np.ndarray, side: int) -> np.ndarray:
    """A mask [S,S] in 0..1 at the middles of side x side pixels, bool."""
    places = ((np.arange(side) + 0.5) * (alpha.shape[0] / side)).astype(int)
    return alpha[np.ix_(places, places)] > 0.5


def held_to_outline(
    field: FieldFunction, camera: Tensor, alpha: np.ndarray, bounds: float, truncation: float
) -> FieldFunction:
    """A field whose surface at 0 is that of `field`, but for the outline, which is that of the mask alpha [S,S] as an
    affine camera [2,4] sees it.

    Where a ray inside the mask meets nothing, all of its values are raised until it does; so a thin part appears where
    the field came nearest to it. What lies outside the mask is cut off. What was raised ends before the box does, so
    that the surface stays closed. truncation: box units that a value of 1 means.
    """
    rays = cast_rays(field, camera, alpha, bounds)
    missing = np.clip(rays.highest - PRESENCE, DEEPEST, 0) * rays.mask
    levels = ndimage.gaussian_filter(missing.astype(np.float32), SMOOTH)
    unit = 2 / MASK_SIDE / float(camera[0, :3].norm())  # box units a pixel
    distance = outline_distance(alpha, MASK_SIDE) * np.float32(unit / truncation)
    level_map, distance_map = (torch.from_numpy(m)[None, None].to(camera.device) for m in (levels, distance))

    def query(points: Tensor) -> Tensor:
        grid = picture_places(camera, points)[None, None]
        values = field(points)
        raised, room = (
            F.grid_sample(m, grid, padding_mode="border", align_corners=False)[0, 0, 0].to(values.dtype)
            for m in (level_map, distance_map)
        )
        end = box_end(points, bounds, truncation).to(values.dtype)
        return torch.minimum(torch.minimum(values - raised, room), end)

    return query


def outline_distance(alpha: np.ndarray, side: int) -> np.ndarray:
    """Distance in pixels to the outline of a mask [S,S], positive inside, on side x side pixels, float32."""
    distance = mask_distance(mask_at(alpha, side))
    # A pixel's middle lies half a pixel inside the edge that it has with its neighbour.
    distance = np.clip(distance - 0.5 * np.sign(distance), -side, side).astype(np.float32)
    return ndimage.gaussian_filter(distance, EDGE_SMOOTH)
