"""Steps of the samplers that draw noise on the way: Euler ancestral (2.0 base) and latent consistency (2.0 turbo).

Their tables of times and noise levels are diffusers'; the noise is the caller's, so that one seed gives one result on
every device. Predictions are velocities (v).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...checkpoints.conversion.settings_files import read_json
from ..libraries import make_scheduler

TURBO_TABLE, TURBO_STEPS = 30, 10  # times of the turbo model: every third of a table of 30
TRAINED = 1000  # times of the training
CONSISTENCY_SCALE, DATA_DEVIATION = 10.0, 0.5
Draw = Callable[[int], Tensor]  # noise of a step, like the latents


def scheduler(kind: str, folder: Path) -> Any:
    """Return diffusers' scheduler `kind` with the noise levels that a model's folder tells and trailing times."""
    config = {**read_json(folder / "scheduler_config.json"), "timestep_spacing": "trailing"}
    return make_scheduler(kind, config, folder)


@dataclass(frozen=True)
class AncestralSteps:
    """Euler ancestral over `times` with noise levels `sigmas` (one more, the last 0)."""

    times: Tensor
    sigmas: Tensor

    @classmethod
    def of(cls, folder: Path, steps: int) -> AncestralSteps:
        """Return the steps of a model's folder."""
        made = scheduler("EulerAncestralDiscreteScheduler", folder)
        made.set_timesteps(steps)
        return cls(made.timesteps, made.sigmas)

    def start(self, noise: Tensor) -> Tensor:
        """Return the first latents for noise of variance 1."""
        return noise * self.sigmas[0]  # trailing times start at the largest level

    def scaled(self, x: Tensor, step: int) -> Tensor:
        """Return latents as the network reads them."""
        return x / (self.sigmas[step] ** 2 + 1) ** 0.5

    def next(self, velocity: Tensor, x: Tensor, step: int, draw: Draw) -> Tensor:
        """Return the latents after a step. velocity: the network's prediction."""
        now, then = self.sigmas[step], self.sigmas[step + 1]
        clean = velocity * (-now / (now**2 + 1) ** 0.5) + x / (now**2 + 1)
        up = (then**2 * (now**2 - then**2) / now**2) ** 0.5
        down = (then**2 - up**2) ** 0.5
        moved = x + (x - clean) / now * (down - now)
        return moved + draw(step) * up if float(up) > 0 else moved

    def noised(self, clean: Tensor, noise: Tensor, step: int) -> Tensor:
        """Return clean latents with the noise that is left after a step."""
        return clean + noise * self.sigmas[step + 1]


@dataclass(frozen=True)
class ConsistencySteps:
    """Latent consistency at `times` with the share of the picture `alphas` at each of the training's times."""

    times: Tensor
    alphas: Tensor

    @classmethod
    def of(cls, folder: Path) -> ConsistencySteps:
        """Return the fixed steps of the turbo model."""
        made = scheduler("LCMScheduler", folder)
        return cls(turbo_times(), made.alphas_cumprod)

    def start(self, noise: Tensor) -> Tensor:
        """Return the first latents for noise of variance 1."""
        return noise

    def scaled(self, x: Tensor, step: int) -> Tensor:
        """Return latents as the network reads them."""
        return x

    def next(self, velocity: Tensor, x: Tensor, step: int, draw: Draw) -> Tensor:
        """Return the latents after a step; the last one adds no noise. velocity: the network's prediction."""
        now = self.alphas[int(self.times[step])]
        clean = now**0.5 * x - (1 - now) ** 0.5 * velocity
        time = float(self.times[step]) * CONSISTENCY_SCALE
        skip = DATA_DEVIATION**2 / (time**2 + DATA_DEVIATION**2)
        out = time / (time**2 + DATA_DEVIATION**2) ** 0.5
        clean = out * clean + skip * x
        if step + 1 == len(self.times):
            return clean
        then = self.alphas[int(self.times[step + 1])]
        return then**0.5 * clean + (1 - then) ** 0.5 * draw(step)

    def noised(self, clean: Tensor, noise: Tensor, step: int) -> Tensor:
        """Return clean latents with the noise that is left after a step."""
        if step + 1 == len(self.times):
            return clean
        then = self.alphas[int(self.times[step + 1])]
        return then**0.5 * clean + (1 - then) ** 0.5 * noise


def turbo_times() -> Tensor:
    """Return the turbo model's ten times, falling, int64."""
    stride = TRAINED // TURBO_TABLE
    return torch.arange(TURBO_TABLE, 0, -TURBO_TABLE // TURBO_STEPS) * stride - 1
