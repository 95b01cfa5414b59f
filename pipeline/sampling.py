"""The rectified-flow sampling loop that the coarse and the refine stage share, and the shape of a set of latents."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kernels.errors import EmptyFieldError
from .artifacts import Mesh
from .stage import Context

if TYPE_CHECKING:
    from torch import Tensor

OnStep = Callable[[int, "Tensor"], None]


def draw_noise(seed: int, count: int, channels: int) -> Tensor:
    """Standard normal [1,count,channels], drawn on the CPU so that every device starts from the same numbers."""
    import torch

    return torch.randn((1, count, channels), generator=torch.Generator().manual_seed(seed % 2**63))


def sample_latents(
    generator: Any,
    rgba: np.ndarray,
    anchors: Tensor | None,
    count: int,
    steps: int,
    guidance: float,
    context: Context,
    on_step: OnStep | None = None,
) -> Tensor:
    """Latents [1,count,channels] for a picture [S,S,4], by Euler steps along the generator's schedule.

    on_step(step, data): called after each step with the data the velocity points to, x + (1 - t) v.
    """
    condition = generator.condition(rgba)
    x = draw_noise(context.seed, count, generator.channels).to(context.device)
    times = generator.schedule(steps).tolist()
    for step, (t, t_next) in enumerate(pairwise(times), start=1):
        v = generator.velocity(x, t, condition, anchors, guidance)
        if on_step is not None:
            on_step(step, x + (1 - t) * v)
        x = x + (t_next - t) * v
        context.progress(step, len(times) - 1)
    return x


def latents_mesh(
    generator: Any, latents: Tensor, anchors: Tensor | None, resolution: int, device: str, chunk: int = 65536
) -> Mesh:
    """The zero surface of the latents' field, by octree decoding and marching cubes. Raises EmptyFieldError."""
    import torch

    from ..kernels.decode_octree import decode_octree
    from ..kernels.marching_cubes import marching_cubes

    with torch.inference_mode():
        query = generator.field(latents, anchors)
        start = min(32, resolution)
        field = decode_octree(query, resolution, generator.field_bounds, start=start, chunk=chunk, device=device)
    if len(field.cells) == 0:
        raise EmptyFieldError("the generated field has no surface", "Try another --seed or a clearer picture.")
    vertices, faces = marching_cubes(field)
    return Mesh(np.asarray(vertices, np.float32), np.asarray(faces, np.int32))
