"""Depths of a field along the rays of a picture, with the distance to the surface and the certainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csc_array
from scipy.sparse.linalg import spsolve
from torch import Tensor

from .field_function import FieldFunction
from .ray_grid import ray_points, values_where, view_direction

DEPTHS = 48  # samples on a ray
KEEN = 20.0  # how much more the highest values of a ray count than others; 0: all the same
SAMPLING = 0.05  # box units that a depth is uncertain by at least
STIFF = 2000.0  # 1 / box units^2; how much neighbours' depths hold together beside 1 / variance of each


@dataclass(frozen=True)
class RayDepths:
    """On the rays of mask [S,S], rows from the top, arrays [S,S] with 0 elsewhere.

    The field's highest value; middle and variance, in box units along the view direction, of where the ray comes
    nearest to the inside.
    """

    mask: np.ndarray
    highest: np.ndarray
    middle: np.ndarray
    variance: np.ndarray

    def settled(self) -> np.ndarray:
        """Middles [S,S] that neighbours inside the mask agree on.

        Those of sure rays stay, the others follow what they are connected with. Least squares: a screened Poisson
        equation on the mask's pixels.
        """
        count = int(self.mask.sum())
        number = np.full(self.mask.shape, -1)
        number[self.mask] = np.arange(count)
        pairs = [neighbours(number, down, right) for down, right in ((0, 1), (1, 0), (1, 1), (1, -1))]
        one, other = (np.concatenate(side) for side in zip(*pairs, strict=True))
        trust = 1 / (self.variance[self.mask] + SAMPLING**2)
        linked = np.bincount(np.concatenate([one, other]), minlength=count)
        places = np.arange(count)
        matrix = csc_array(
            (
                np.concatenate([trust + STIFF * linked, np.full(2 * len(one), -STIFF)]),
                (np.concatenate([places, one, other]), np.concatenate([places, other, one])),
            ),
            shape=(count, count),
        )
        return on_mask(self.mask, np.asarray(spsolve(matrix, trust * self.middle[self.mask])))


def neighbours(number: np.ndarray, down: int, right: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of pixels and of those that lie so many rows and columns further, where both have one (0 or more)."""
    rows, columns = number.shape
    one = number[: rows - down, max(0, -right) : columns - max(0, right)]
    other = number[down:, max(0, right) : columns - max(0, -right)]
    both = (one >= 0) & (other >= 0)
    return one[both], other[both]


def cast_rays(field: FieldFunction, camera: Tensor, mask: np.ndarray, bounds: float) -> RayDepths:
    """Look at a field through an affine camera [2,4] along the rays of mask [S,S], bool."""
    chosen = torch.from_numpy(mask.reshape(-1)).to(camera.device)
    points = ray_points(camera, mask.shape[0], DEPTHS, bounds)[chosen]
    depth = points @ view_direction(camera)
    values = values_where(field, points, points.abs().amax(-1) < bounds, -torch.inf)
    weights = torch.softmax(KEEN * values.clamp(min=-3), 1)
    middle = (weights * depth).sum(1)
    variance = (weights * (depth - middle[:, None]).square()).sum(1)
    return RayDepths(mask, *(on_mask(mask, found.cpu().numpy()) for found in (values.amax(1), middle, variance)))


def on_mask(mask: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values [N] at the N pixels of mask [S,S], 0 elsewhere."""
    plane = np.zeros(mask.shape)
    plane[mask] = values
    return plane
