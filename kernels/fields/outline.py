"""Holding a field to the picture's outline.

A generator that is unsure of thin parts gives them values just below zero, and a bulky guess reaches beyond the
subject. The picture's mask tells which, along every ray of the picture.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import Tensor

from ..views.picture_places import picture_places
from ..views.silhouette import local_radius, mask_distance
from .field_function import FieldFunction, box_end
from .ray_depths import RayDepths, cast_rays
from .ray_grid import view_direction

SIDE = 96  # rays across the picture
PIXELS = 4  # of the map of distances to the outline, a ray
EDGE_SMOOTH = 1.5  # pixels of that map: what is cut along a slanted edge shows no steps
PRESENCE = 0.08  # value to which the rays inside the outline are raised
THICK = 0.02  # box units that a part of unsure depth reaches at least from its middle, if the outline leaves them
DEEPEST = -0.9  # what is further below 0 is raised no more: nothing is there to be raised
SMOOTH = 3.0  # rays over which the raising of neighbours is evened out
THIN = 4  # rays; parts of a smaller radius are believed to be deeper than wide if the field is sure of it
SURE = 0.9  # share of the value that a round part would have, which their rays are to have on average for that
TOGETHER = 3.0  # rays over which that average is taken
ROUND = 1.5  # depth of a part that the field is not sure of, through its width
UNLIMITED = 3.0  # box units


def held_to_outline(
    field: FieldFunction, camera: Tensor, alpha: np.ndarray, bounds: float, truncation: float
) -> FieldFunction:
    """Return `field` with the outline of the mask alpha [S,S], as an affine camera [2,4] sees it.

    Where a ray inside the mask meets nothing, all of its values are raised until it does; so a thin part appears where
    the field came nearest to it, about as deep as it is wide and at a depth that its neighbours share. What lies
    outside the mask is cut off. What was raised ends before the box does, so that the surface stays closed.
    truncation: box units that a value of 1 means.
    """
    pixel = 2 / (PIXELS * SIDE) / float(camera[0, :3].norm())  # box units
    distance = outline_distance(alpha, PIXELS * SIDE)
    deepest = distance.reshape(SIDE, PIXELS, SIDE, PIXELS).max((1, 3))
    if not (deepest > 0).any():
        return field
    rays = cast_rays(field, camera, deepest > 0, bounds)
    maps = [plane.astype(np.float32) for plane in raising(rays, deepest, pixel, truncation)]
    held = torch.from_numpy(np.stack(maps))[None].to(camera.device)
    room = torch.from_numpy(distance * np.float32(pixel / truncation))[None, None].to(camera.device)
    direction = view_direction(camera)

    def query(points: Tensor) -> Tensor:
        values = field(points)
        grid = picture_places(camera, points)[None, None]
        level, middle, half, core, inside = (
            plane.to(values.dtype)
            for m in (held, room)
            for plane in F.grid_sample(m, grid, padding_mode="border", align_corners=False)[0, :, 0]
        )
        off = (points @ direction - middle).abs()
        limited = torch.minimum(values - level, (half - off) / truncation)
        with_core = torch.maximum(limited, (core - off) / truncation)
        return torch.minimum(torch.minimum(with_core, inside), box_end(points, bounds, truncation).to(values.dtype))

    return query


def raising(rays: RayDepths, deepest: np.ndarray, pixel: float, truncation: float) -> tuple[np.ndarray, ...]:
    """Return four maps [SIDE,SIDE] that say how the field changes on every ray; beside the mask as at its edge.

    What its values are lowered by (0 or less); the middle depth of the part it meets; how deep that part may at most
    and must at least reach from there, box units. deepest: pixels that the ray's inmost point has to the outline;
    pixel: box units.
    """
    mask = rays.mask
    radius = local_radius(deepest / PIXELS, 2 * THIN)
    round_value = np.maximum(np.minimum(deepest * pixel, THICK) / truncation, PRESENCE)
    missing = np.clip(rays.highest - PRESENCE, DEEPEST, 0)
    share = np.clip(rays.highest / round_value, -1, 1.5)
    thin = mask & (radius < THIN)
    certain = np.where(thin, mean_over(share, thin, TOGETHER) >= SURE, mean_over(share, mask, TOGETHER) >= 0)
    unsure = mask & ~certain
    half = np.where(unsure, ROUND * radius * PIXELS * pixel, UNLIMITED)
    core = np.where(unsure, np.minimum(deepest * pixel, THICK), -UNLIMITED)
    nearest = tuple(np.asarray(ndimage.distance_transform_edt(~mask, return_distances=False, return_indices=True)))
    return mean_over(missing, mask, SMOOTH), *(plane[nearest] for plane in (rays.settled(), half, core))


def mean_over(values: np.ndarray, mask: np.ndarray, rays: float) -> np.ndarray:
    """Means [S,S] of values [S,S] over the mask's part around, beside the mask as at its edge.

    rays: standard deviation of the weights.
    """
    share = ndimage.gaussian_filter(mask.astype(np.float64), rays)
    return ndimage.gaussian_filter(np.where(mask, values, 0.0), rays) / np.maximum(share, 1e-6)


def outline_distance(alpha: np.ndarray, side: int) -> np.ndarray:
    """Distance in pixels to the outline of a mask [S,S] in 0..1, positive inside, on side x side pixels, float32."""
    soft = F.interpolate(
        torch.from_numpy(np.ascontiguousarray(alpha, np.float32))[None, None],
        (side, side),
        mode="bilinear",
        antialias=True,
        align_corners=False,
    )
    distance = mask_distance(soft[0, 0].numpy() > 0.5)
    # A pixel's middle lies half a pixel inside the edge that it has with its neighbour.
    distance = np.clip(distance - 0.5 * np.sign(distance), -side, side).astype(np.float32)
    return ndimage.gaussian_filter(distance, EDGE_SMOOTH)
