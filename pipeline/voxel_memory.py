"""Voxels that a memory budget has room for, for generators that work on all of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._text import GIB
from ..errors import OutOfMemoryError
from .machine import used_memory
from .stage import Context

if TYPE_CHECKING:
    from ..weights.generators.generator import VoxelBound

UNBOUNDED = 1 << 30


def memory_room(generator: VoxelBound, context: Context) -> int:
    """Voxels that the memory budget has room for; very many without a budget."""
    if context.memory is None:
        return UNBOUNDED
    return max(0, int((context.memory - used_memory(context.device)) * GIB / generator.voxel_bytes()))


def fitting_voxels(
    indices: np.ndarray, resolution: int, generator: VoxelBound, context: Context, wanted: int = UNBOUNDED
) -> np.ndarray:
    """Voxels [M,3] of indices [N,3] that fit the memory and number at most `wanted`: all, or the largest loose parts.

    Raises OutOfMemoryError when the largest part does not fit.
    """
    room = memory_room(generator, context)
    if len(indices) <= min(wanted, room):
        return indices
    kept = largest_parts(indices, resolution, min(wanted, room))
    if len(kept) == 0 and wanted < room:
        raise OutOfMemoryError(
            f"the largest connected part has more than the {wanted} voxels that `coarse.voxels` allows",
            "Raise `coarse.voxels`, or try another `seed`.",
        )
    if len(kept) == 0:
        raise OutOfMemoryError(
            f"{len(indices)} voxels do not fit the memory, which has room for {room}",
            "Raise `memory`, use `dtype` bfloat16 or float16, a lower `preset`, or try another `seed`.",
        )
    context.warn(f"{len(indices) - len(kept)} of {len(indices)} voxels were left out: the smaller loose parts")
    return kept


def warn_of_many(count: int, generator: VoxelBound, context: Context) -> None:
    """Put a warning into the record when there are more voxels than the model is known to take."""
    if count > generator.trained_voxels:
        context.warn(f"{count} voxels are more than the {generator.trained_voxels} that this model is known to take")


def largest_parts(indices: np.ndarray, resolution: int, most: int) -> np.ndarray:
    """Voxels [M,3] of the largest connected parts, touching at corners counts, of indices [N,3]; M <= most.

    Parts are taken by size as long as they fit; the order of voxels is kept. Empty when the largest does not fit.
    """
    from scipy.ndimage import label

    grid = np.zeros((resolution,) * 3, bool)
    grid[tuple(indices.T)] = True
    part = np.asarray(label(grid, np.ones((3, 3, 3)))[0])[tuple(indices.T)]  # type: ignore[index]
    sizes = np.bincount(part)
    kept, total = [], 0
    for number in np.argsort(-sizes[1:], kind="stable") + 1:
        if total + sizes[number] <= most:
            kept.append(number)
            total += sizes[number]
        elif not kept:
            break
    return indices[np.isin(part, kept)]
