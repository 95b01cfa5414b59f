"""Sampling of Hunyuan3D-Paint: rows of the guidance, steps, and pictures to latents and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from ..latents import KnownLatents
from .network20 import Given20, Network20
from .network21 import MATERIALS, Given21, Network21
from .steps import AncestralSteps, ConsistencySteps, Draw

Progress = Callable[[int, int], None]


def _quiet(step: int, steps: int) -> None:
    return None


def rows20(network: Network20, given: Given20, guided: bool) -> list[tuple[Tensor, Given20]]:
    """Return text and conditions of each guidance row: without reference and words first, if guided.

    The row without a reference leaves its attention out, which equals the published factor of 0.
    """
    wanted = (network.text, given)
    if not guided:
        return [wanted]
    return [(torch.zeros_like(network.text), replace(given, features=None)), wanted]


def sample20(
    network: Network20,
    steps: AncestralSteps | ConsistencySteps,
    noise: Tensor,
    given: Given20,
    guidance: float | None,
    draw: Draw,
    progress: Progress = _quiet,
    kept: KnownLatents | None = None,
) -> Tensor:
    """Return latents [V, 4, h, w] from noise [V, 4, h, w] of variance 1. guidance None: the turbo model's one row.

    What is kept takes, after each step, the noise that the next one expects: so the rest grows towards it.
    """
    rows = rows20(network, given, guidance is not None)
    x, count = steps.start(noise), len(steps.times)
    for step, time in enumerate(steps.times):
        read = steps.scaled(x, step).to(given.normal.dtype)[None]
        said = [network.predict(read, time.to(x.device), *row).float() for row in rows]
        x = steps.next(said[0] if guidance is None else said[0] + guidance * (said[1] - said[0]), x, step, draw)
        if kept is not None:
            x = kept.share * steps.noised(kept.latents, noise, step) + (1 - kept.share) * x
        progress(step + 1, count)
    return x


def rows21(network: Network21, given: Given21, tokens: Tensor) -> list[Given21]:
    """Return the conditions of both guidance rows that count: nothing, then reference and DINO tokens [1, N, E].

    The published middle row, reference alone, is added and taken away again. Text is the same in all rows; DINO zeros
    go through the projection.
    """
    without = replace(given, features=None, dino=network.project_dino(torch.zeros_like(tokens)))
    return [without, replace(given, dino=network.project_dino(tokens))]


def sample21(
    network: Network21,
    schedule: Any,
    noise: Tensor,
    given: Given21,
    tokens: Tensor,
    steps: int,
    guidance: float,
    progress: Progress = _quiet,
    kept: KnownLatents | None = None,
) -> Tensor:
    """Return latents [2 * V, 4, h, w], albedo first, from noise like them of variance 1. schedule: diffusers' UniPC.

    kept [2 * V, ...]: see sample20.
    """
    schedule.set_timesteps(steps, device=noise.device)
    rows, x = rows21(network, given, tokens), noise * schedule.init_noise_sigma
    for step, time in enumerate(schedule.timesteps):
        read = schedule.scale_model_input(x, time).to(given.normal.dtype)
        read = read.unflatten(0, (1, MATERIALS, -1))
        without, wanted = (network.predict(read, time, network.text, row).float() for row in rows)
        x = schedule.step(without + guidance * (wanted - without), time, x, return_dict=False)[0]
        if kept is not None:
            left = schedule.sigmas[step + 1].to(x)  # of noise beside the picture, before both are scaled to variance 1
            x = kept.share * (kept.latents + left * noise) / (left**2 + 1) ** 0.5 + (1 - kept.share) * x
        progress(step + 1, steps)
    return x
