"""Holding a field to the picture's outline.

A generator that is unsure of thin parts gives them values just below zero: missing at level 0, whole at a slightly
lower one; a bulky guess wants a higher one. The picture's mask tells which, for the shape as a whole (outline_level)
and along every ray of the picture (held_to_outline).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import Tensor

from .generator import SHAPE_END, FieldFunction

LEVELS = np.linspace(-0.2, 0.2, 41)  # of the field's range -1..1
SIDE = 56  # rays across the picture
DEPTHS = 44  # samples on a ray
CHUNK = 8192  # points asked of the field at once
MASK_SIDE = 256  # pixels of the map of distances to the outline
PRESENCE = 0.08  # value that every ray inside the outline is to reach
DEEPEST = -0.9  # what is further below the level is raised no more: nothing is there to be raised
SMOOTH = 1.0  # rays over which the raising of neighbours is evened out
EDGE_SMOOTH = 2.0  # pixels of that map: what is cut along a slanted edge shows no steps


@dataclass(frozen=True)
class Rays:
    """highest [SIDE,SIDE]: the field's largest value on every ray of the picture, rows from the top. mask: whether the
    ray is inside the outline."""

    highest: np.ndarray
    mask: np.ndarray


def ray_points(camera: Tensor, side: int, depths: int, bounds: float) -> Tensor:
    """Points [side*side,depths,3] on the rays of an affine camera [2,4], rows from the top, within 1.2 bounds.

    camera maps (x, y, z, 1) to the picture, x right, y up, both -1..1 (ImageFeatures).
    """
    linear, offset = camera[:, :3], camera[:, 3]
    axis = (torch.arange(side, device=camera.device) + 0.5) * (2 / side) - 1
    rows, columns = torch.meshgrid(-axis, axis, indexing="ij")
    places = torch.stack([columns, rows], -1).reshape(-1, 2)
    nearest = (places - offset) @ torch.linalg.pinv(linear).T  # of each ray to the origin
    direction = F.normalize(torch.linalg.cross(linear[0], linear[1]), dim=0)
    depth = ((torch.arange(depths, device=camera.device) + 0.5) * (2 / depths) - 1) * (1.2 * bounds)
    return nearest[:, None] + depth[None, :, None] * direction


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


def outline_level(rays: Rays) -> float:
    """Of LEVELS the one at which the field's outline overlaps the mask best; ties: nearest to 0."""
    overlaps = []
    for level in LEVELS:
        seen = rays.highest > level
        overlaps.append((seen & rays.mask).sum() / max(1, (seen | rays.mask).sum()))
    best = np.flatnonzero(np.isclose(overlaps, max(overlaps)))
    return float(LEVELS[best[np.abs(LEVELS[best]).argmin()]])


def held_to_outline(
    field: FieldFunction,
    rays: Rays,
    level: float,
    camera: Tensor,
    alpha: np.ndarray,
    bounds: float,
    truncation: float,
) -> FieldFunction:
    """A field whose surface at 0 is that of `field` at `level`, but for the outline, which is the mask's.

    Where a ray inside the mask meets nothing, all of its values are raised until it does; so a thin part appears where
    the field came nearest to it. What lies outside the mask is cut off. What was raised ends before the box does, so
    that the surface stays closed. truncation: box units that a value of 1 means.
    """
    missing = np.clip(rays.highest - PRESENCE - level, DEEPEST, 0) * rays.mask
    levels = level + ndimage.gaussian_filter(missing.astype(np.float32), SMOOTH)
    unit = 2 / MASK_SIDE / float(camera[0, :3].norm())  # box units a pixel
    distance = outline_distance(alpha, MASK_SIDE) * np.float32(unit / truncation)
    level_map, distance_map = (torch.from_numpy(m)[None, None].to(camera.device) for m in (levels, distance))

    def query(points: Tensor) -> Tensor:
        places = points @ camera[:, :3].T + camera[:, 3]
        grid = (places * places.new_tensor([1.0, -1.0]))[None, None]  # pictures count rows downwards
        values = field(points)
        raised, room = (
            F.grid_sample(m, grid, padding_mode="border", align_corners=False)[0, 0, 0].to(values.dtype)
            for m in (level_map, distance_map)
        )
        end = (SHAPE_END * bounds - points.abs().amax(-1)) / truncation
        return torch.minimum(torch.minimum(values - raised, room), end.to(values.dtype))

    return query


def bent_to_outline(
    field: FieldFunction, camera: Tensor, alpha: np.ndarray, bounds: float, share: float, truncation: float | None
) -> FieldFunction:
    """A field whose surface at 0 is that of `field` at `share` of the level whose outline fits the mask alpha [S,S];
    held to the outline when `truncation` says what a value of 1 means in box units."""
    rays = cast_rays(field, camera, alpha, bounds)
    level = share * outline_level(rays) if share else 0.0
    if truncation is None:
        return lambda points: field(points) - level
    return held_to_outline(field, rays, level, camera, alpha, bounds, truncation)


def outline_distance(alpha: np.ndarray, side: int) -> np.ndarray:
    """Distance in pixels to the outline of a mask [S,S], positive inside, on side x side pixels, float32."""
    mask = mask_at(alpha, side)
    if mask.all() or not mask.any():
        return np.full((side, side), side if mask.any() else -side, np.float32)
    inner, outer = (np.asarray(ndimage.distance_transform_edt(part)) for part in (mask, ~mask))
    # A pixel's middle lies half a pixel inside the edge that it has with its neighbour.
    distance = np.where(mask, inner - 0.5, 0.5 - outer).astype(np.float32)
    return ndimage.gaussian_filter(distance, EDGE_SMOOTH)
