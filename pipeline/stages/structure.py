"""Stands in for `coarse` where a generator draws occupied voxels: Subject -> VoxelGrid, on which latents are drawn."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from ..._text import GIB
from ...errors import EmptyFieldError, OutOfMemoryError, UsageError
from ..artifacts import Asset, VoxelGrid
from ..machine import used_memory
from ..stage import Context
from .coarse import conditions_of
from .settings import StructureSettings

if TYPE_CHECKING:
    from ...weights.generators.generator import StructureDrawer


class Structure:
    name = "structure"
    Settings = StructureSettings
    needs = ("subject",)
    gives = ("voxels",)
    networks = ("coarse",)

    def run(self, asset: Asset, settings: StructureSettings, context: Context) -> Asset:
        """Raise EmptyFieldError when nothing is occupied, OutOfMemoryError when no connected part fits."""
        from ...weights.generators.generator import StructureDrawer, offers
        from ...weights.generators.sampling import sample_latents

        assert asset.subject is not None
        generator = context.networks["coarse"]
        if not offers(generator, StructureDrawer):
            raise UsageError("this model draws no voxels", "Use the stage `coarse` with it.")
        latents = sample_latents(
            generator.structure,
            conditions_of(generator, asset.subject, settings.views),
            None,
            generator.structure_tokens,
            settings.steps,
            settings.guidance,
            context.seed,
            context.device,
            lambda step, steps, _: context.progress(step, steps),
        )
        indices, resolution = generator.occupied(latents)
        if len(indices) == 0:
            raise EmptyFieldError(
                "the picture gives no occupied voxel",
                "Try another `seed` or a clean cut-out of one whole object, or lower `coarse.guidance`.",
            )
        room = memory_room(generator, context)
        if len(indices) > min(settings.voxels, room):
            indices = self._fewer(indices, resolution, settings.voxels, room, context)
        if len(indices) > generator.trained_voxels:
            context.warn(f"{len(indices)} voxels are more than the {generator.trained_voxels} of training")
        return dataclasses.replace(asset, voxels=VoxelGrid(indices, resolution))

    def _fewer(self, indices: np.ndarray, resolution: int, wanted: int, room: int, context: Context) -> np.ndarray:
        kept = largest_parts(indices, resolution, min(wanted, room))
        if len(kept) == 0 and wanted < room:
            raise OutOfMemoryError(
                f"the largest connected part has more than the {wanted} voxels that `coarse.voxels` allows",
                "Raise `coarse.voxels`, or try another `seed`.",
            )
        if len(kept) == 0:
            raise OutOfMemoryError(
                f"{len(indices)} voxels do not fit the memory, which has room for {room}",
                "Raise `memory`, use `dtype` bfloat16 or float16, or try another `seed`.",
            )
        context.warn(f"{len(indices) - len(kept)} of {len(indices)} voxels were left out: the smaller loose parts")
        return kept


def memory_room(generator: StructureDrawer, context: Context) -> int:
    """Voxels that the memory budget has room for; very many without a budget."""
    if context.memory is None:
        return 1 << 30
    return max(0, int((context.memory - used_memory(context.device)) * GIB / generator.voxel_bytes()))


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
