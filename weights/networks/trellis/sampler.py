"""Sampling of the flows of TRELLIS: noise levels from 1 to 0, and guidance within an interval of them. Pure functions.

The noise level t belongs to x = (1 - t) data + (s + (1 - s) t) noise, with s the least noise of training. The networks
count it in thousandths and give noise - data.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

TIME_UNITS = 1000.0

Call = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(x, t [B] in thousandths, context) -> velocity like x."""


@dataclass(frozen=True)
class FlowSettings:
    """Sampling settings of a flow, as published.

    strength: of guidance, with + strength (with - without); None is none. interval: noise levels with guidance, both
    ends included. rescale: above 1 spends more steps on high noise. sigma_min: least noise of training.
    """

    steps: int = 25
    strength: float | None = 5.0
    interval: tuple[float, float] = (0.0, 1.0)
    rescale: float = 3.0
    sigma_min: float = 1e-5


def noise_levels(steps: int, rescale: float) -> Tensor:
    """Levels [steps + 1] float64 from 1 to 0; every step between two calls the network.

    Spaced as numpy does: in its last place a level decides whether it lies in an interval that ends there.
    """
    t = torch.from_numpy(np.linspace(1.0, 0.0, steps + 1))
    return rescale * t / (1 + (rescale - 1) * t)


def guided_velocity(
    call: Call, x: Tensor, level: float, context: Tensor, null: Tensor, strength: float | None, settings: FlowSettings
) -> Tensor:
    """Velocity at a noise level: with the context, and away from without it while guidance is on. Two calls at most.

    null: [B, M, K], the context of nothing, one for each item.
    """
    t = torch.full((len(null),), TIME_UNITS * level, dtype=torch.float32, device=x.device)
    velocity = call(x, t, context)
    low, high = settings.interval
    if strength is None or not low <= level <= high:
        return velocity
    return (1 + strength) * velocity - strength * call(x, t, null)


def data_estimate(x: Tensor, velocity: Tensor, level: float, sigma_min: float) -> Tensor:
    """Return data that the velocity points to from a noise level."""
    return (1 - sigma_min) * x - (sigma_min + (1 - sigma_min) * level) * velocity
