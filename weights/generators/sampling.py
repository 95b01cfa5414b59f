"""Using a generator: the rectified-flow sampling loop, and the surface that a set of latents stands for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from ...errors import EmptyFieldError
from ...kernels.arrays import to_numpy
from ...kernels.fields.decode_octree import decode_octree
from ...kernels.fields.field_function import FieldFunction
from ...kernels.fields.marching_cubes import marching_cubes
from ...kernels.views.silhouette import silhouette_agreement
from .generator import Condition, Flow, Generator

OnStep = Callable[[int, int, Tensor], None]


def draw_noise(seed: int, count: int, channels: int) -> Tensor:
    """Return standard normal [1,count,channels], drawn on the CPU so that every device starts from the same numbers."""
    return torch.randn((1, count, channels), generator=torch.Generator().manual_seed(seed % 2**63))


def sample_latents(
    generator: Flow,
    condition: Condition | Sequence[Condition],
    anchors: Tensor | None,
    count: int,
    steps: int,
    guidance: float,
    seed: int,
    device: str = "cpu",
    on_step: OnStep | None = None,
) -> Tensor:
    """Latents [1,count,channels] for what a picture says, by Euler steps along the generator's schedule.

    condition: `generator.condition(rgba)`, which draws of one picture share; of several, each step takes the next.
    on_step(step, steps, data): called after each step with the data the velocity points to, x + (1 - t) v.
    """
    x = draw_noise(seed, count, generator.channels).to(device)
    times = generator.schedule(steps).tolist()
    conditions = condition if isinstance(condition, Sequence) else [condition]
    for step, (t, t_next) in enumerate(pairwise(times), start=1):
        v = generator.velocity(x, t, conditions[(step - 1) % len(conditions)], anchors, guidance)
        if on_step is not None:
            on_step(step, len(times) - 1, x + (1 - t) * v)
        x = x + (t_next - t) * v
    return x


def latents_surface(
    generator: Generator,
    latents: Tensor,
    anchors: Tensor | None,
    resolution: int,
    device: str = "cpu",
    chunk: int = 65536,
    start: int = 32,
    change: Callable[[FieldFunction], FieldFunction] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Vertices [V,3] float32 and faces [F,3] int32 of the latents' surface. Raises EmptyFieldError.

    change: gives the field whose surface at 0 is wanted, for the generator's own.
    """
    with torch.inference_mode():
        query = generator.field(latents, anchors)
        if change:
            query = change(query)
        start = min(start, resolution)
        field = decode_octree(query, resolution, generator.field_bounds, start=start, chunk=chunk, device=device)
    if len(field.cells) == 0:
        raise EmptyFieldError("the generated field has no surface", "Try another `seed` or a clearer picture.")
    vertices, faces = marching_cubes(field)
    return to_numpy(vertices, np.float32), to_numpy(faces, np.int32)


def best_surface(
    draw: Callable[[int], tuple[np.ndarray, np.ndarray]], alpha: np.ndarray, candidates: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the one of draw(0) ... draw(candidates - 1) whose outline fits the mask alpha [S,S] best.

    A draw that raises EmptyFieldError is passed over; the error is raised when all do. One candidate is not judged.
    """
    best, best_fit, empty = None, -1.0, EmptyFieldError("no candidate was drawn")
    for candidate in range(candidates):
        try:
            surface = draw(candidate)
        except EmptyFieldError as error:
            empty = error
            continue
        if candidates == 1:
            return surface
        fit = silhouette_agreement(*surface, alpha)
        if fit > best_fit:
            best, best_fit = surface, fit
    if best is None:
        raise empty
    return best


def mean_latents(draw: Callable[[int], Tensor], count: int) -> Tensor:
    """Return the mean of latents draw(0) ... draw(count - 1), which share their anchors.

    Latents at fixed anchors describe the same places, so their mean is close to the mean of the shapes: a generator
    that is unsure errs less, at the price of detail.
    """
    return torch.stack([draw(k) for k in range(count)]).mean(0)
