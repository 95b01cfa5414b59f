"""Time schedules of the public models, as pure functions.

Every schedule is float32 and ascends from 0 (noise) to 1 (data), because in all of them the velocity points from
noise to data and x += (t_next - t) * v. The published samplers add a last call over a step of length zero:
`without_idle_steps` drops it, which changes nothing.
"""

import numpy as np
import torch
from torch import Tensor


def flow_match_times(steps: int, shift: float = 1.0) -> Tensor:
    """Hunyuan3D and UltraShape: `steps` times from 0 to 1, with the published repeat of 1 at the end [steps + 1].

    shift: as published; above 1 it spends more times near the data.
    """
    times = np.linspace(0.0, 1.0, steps)
    times = shift * times / (1 + (shift - 1) * times)
    return torch.cat([torch.from_numpy(times.astype(np.float32)), torch.ones(1)])


def consistency_grid(train_steps: int = 1000, phases: int = 100) -> tuple[Tensor, Tensor]:
    """Return the times a consistency-distilled model knows: index into the training grid and time, both [phases]."""
    index = np.arange(1, phases) * (train_steps // phases) - 1
    index = np.concatenate([[0], index])
    times = np.linspace(0.0, 1.0, train_steps)[index]
    return torch.from_numpy(index), torch.from_numpy(times.astype(np.float32))


def consistency_times(steps: int, train_steps: int = 1000, phases: int = 100) -> Tensor:
    """Turbo models: `steps` evenly spaced members of the consistency grid, then 1 [steps + 1]."""
    _, times = consistency_grid(train_steps, phases)
    picked = np.floor(np.linspace(0, phases, num=steps, endpoint=False)).astype(np.int64)
    return torch.cat([times[picked], torch.ones(1)])


def rectified_flow_noise_levels(steps: int, shift: float = 1.0) -> Tensor:
    """TripoSG counts noise, from 1 down to 0 [steps + 1]: level_i = 1 - i / steps, shifted, then 0.

    shift: as published; above 1 it spends more levels near the noise.
    """
    levels = np.array([1.0 - i / steps for i in range(steps)], dtype=np.float64)
    levels = shift * levels / (1 + (shift - 1) * levels)
    return torch.cat([torch.from_numpy(levels.astype(np.float32)), torch.zeros(1)])


def without_idle_steps(times: Tensor) -> Tensor:
    """Drop times that repeat the one before: a step of length zero moves nothing."""
    keep = torch.ones(len(times), dtype=torch.bool)
    keep[1:] = times[1:] != times[:-1]
    return times[keep]


def guided(conditional: Tensor, unconditional: Tensor, scale: float) -> Tensor:
    """Classifier-free guidance: unconditional + scale (conditional - unconditional)."""
    return torch.lerp(unconditional, conditional, scale)


def data_estimate(x: Tensor, velocity: Tensor, t: float) -> Tensor:
    """Return the end of the flow if it went straight on from time t."""
    return x + (1.0 - t) * velocity
