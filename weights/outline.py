"""The level of a field at which its outline fits the picture.

A generator that is unsure of thin parts gives them values just below zero: missing at level 0, whole at a slightly
lower one. A bulky guess wants a higher one. The picture's mask tells which.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .generator import FieldFunction

LEVELS = np.linspace(-0.2, 0.2, 41)  # of the field's range -1..1
SIDE = 40  # rays across the picture
DEPTHS = 40  # samples on a ray


def ray_points(camera: Tensor, side: int, depths: int, bounds: float) -> Tensor:
    """Points [side*side,depths,3] on the rays of an affine camera [2,4], rows from the top, within 1.2 bounds.

    camera maps (x, y, z, 1) to the picture, x right, y up, both -1..1 (ImageFeatures).
    """
    linear, offset = camera[:, :3], camera[:, 3]
    axis = (torch.arange(side, device=camera.device) + 0.5) * (2 / side) - 1
    rows, columns = torch.meshgrid(-axis, axis, indexing="ij")
    places = torch.stack([columns, rows], -1).reshape(-1, 2)
    nearest = (places - offset) @ torch.linalg.pinv(linear).T  # of each ray to the origin
    direction = torch.nn.functional.normalize(torch.linalg.cross(linear[0], linear[1]), dim=0)
    depth = ((torch.arange(depths, device=camera.device) + 0.5) * (2 / depths) - 1) * (1.2 * bounds)
    return nearest[:, None] + depth[None, :, None] * direction


def outline_level(field: FieldFunction, camera: Tensor, alpha: np.ndarray, bounds: float) -> float:
    """Of LEVELS the one at which the field's outline overlaps the mask alpha [S,S] in 0..1 best; ties: nearest to 0."""
    points = ray_points(camera, SIDE, DEPTHS, bounds)
    inside = points.abs().amax(-1) < bounds
    values = torch.full(inside.shape, -torch.inf, device=camera.device)
    values[inside] = field(points[inside]).to(values.dtype)
    highest = values.amax(1).cpu().numpy()
    places = ((np.arange(SIDE) + 0.5) * (alpha.shape[0] / SIDE)).astype(int)
    mask = alpha[np.ix_(places, places)].ravel() > 0.5
    overlaps = [(seen & mask).sum() / max(1, (seen | mask).sum()) for seen in highest[None] > LEVELS[:, None]]
    best = np.flatnonzero(np.isclose(overlaps, max(overlaps)))
    return float(LEVELS[best[np.abs(LEVELS[best]).argmin()]])
