"""Rectified flow as pure functions (arXiv 2209.03003; time runs 0 = noise to 1 = data, velocity = data - noise)."""

from __future__ import annotations

import torch
from torch import Tensor


def interpolate(noise: Tensor, data: Tensor, t: Tensor) -> Tensor:
    """x_t = (1 - t) noise + t data. t broadcasts over the trailing dimensions of noise [B,...], t [B]."""
    t = t.view(-1, *[1] * (noise.ndim - 1))
    return noise + t * (data - noise)


def logit_normal_times(
    count: int, mean: float = 0.0, deviation: float = 1.0, device: torch.device | None = None
) -> Tensor:
    """Training times in (0,1), sigmoid of a normal (arXiv 2403.03206). A negative mean dwells on the noise."""
    return torch.sigmoid(mean + deviation * torch.randn(count, device=device))


def uniform_schedule(steps: int, noise_share: float = 1.0) -> Tensor:
    """Return steps + 1 times from 0 to 1, float32: t' = t / (t + s (1 - t)).

    noise_share: s; above 1 it spends more times near the noise.
    """
    t = torch.linspace(0, 1, steps + 1)
    return t / (t + noise_share * (1 - t))
