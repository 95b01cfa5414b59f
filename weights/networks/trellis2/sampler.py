"""Guidance of the flows of TRELLIS.2: within an interval of noise levels, with its estimate of the data rescaled.

Levels, time units and the meaning of a velocity are those of `trellis.sampler`. Pure functions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ..trellis.sampler import TIME_UNITS, Call, data_estimate

Spread = Callable[[Tensor], Tensor]
"""Standard deviation of every item of x, shaped so that it multiplies x."""


@dataclass(frozen=True)
class GuidanceSettings:
    """Sampling settings of a flow, as published.

    strength: s of s with + (1 - s) without; 1 is none. rescale: share of the estimate that gets the spread of the one
    with the context alone. interval: noise levels with guidance, both ends included. time_rescale: above 1 spends more
    steps on high noise. sigma_min: least noise of training.
    """

    steps: int = 12
    strength: float = 7.5
    rescale: float = 0.5
    interval: tuple[float, float] = (0.6, 1.0)
    time_rescale: float = 3.0
    sigma_min: float = 1e-5


def guided_velocity(
    call: Call, x: Tensor, level: float, context: Tensor, null: Tensor, settings: GuidanceSettings, spread: Spread
) -> Tensor:
    """Return the velocity at a noise level, from one call, or from two while guidance is on.

    level: float64, as `noise_levels` gives it; in float32 an end of the interval may fall outside. null: [B, M, K].
    """
    t = torch.full((len(null),), TIME_UNITS * level, dtype=torch.float32, device=x.device)
    told = call(x, t, context)
    low, high = settings.interval
    if settings.strength == 1.0 or not low <= level <= high:
        return told
    velocity = settings.strength * told + (1 - settings.strength) * call(x, t, null)
    if settings.rescale <= 0.0:
        return velocity
    least = settings.sigma_min
    data = data_estimate(x, velocity, level, least)
    rescaled = data * (spread(data_estimate(x, told, level, least)) / spread(data))
    data = settings.rescale * rescaled + (1 - settings.rescale) * data
    return ((1 - least) * x - data) / (least + (1 - least) * level)


def dense_spread(x: Tensor) -> Tensor:
    """[B, ...] -> [B, 1, ...], over all that an item has, unbiased."""
    return x.std(dim=tuple(range(1, x.ndim)), keepdim=True)


def sparse_spread(x: Tensor, slices: list[slice]) -> Tensor:
    """[N, C] with the rows of each item -> [N, 1], over the rows and channels of the item, of the population."""
    parts = [x[rows].std(correction=0).expand(rows.stop - rows.start) for rows in slices]
    return torch.cat(parts)[:, None]
