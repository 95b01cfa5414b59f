"""Stands in for `coarse` where a generator draws occupied voxels: Subject -> VoxelGrid, on which latents are drawn."""

from __future__ import annotations

import dataclasses
from typing import Any

from ....errors import EmptyFieldError, UsageError
from ...artifacts import Asset, Subject, VoxelGrid
from ...stage import Context
from ...voxel_memory import fitting_voxels
from ..coarse import conditions_of
from ..settings import StructureSettings


class Structure:
    name = "structure"
    Settings = StructureSettings
    needs = ("subject",)
    gives = ("voxels",)
    networks = ("coarse",)

    def run(self, asset: Asset, settings: StructureSettings, context: Context) -> Asset:
        """Raise EmptyFieldError when nothing is occupied, OutOfMemoryError when no connected part fits."""
        assert asset.subject is not None
        return dataclasses.replace(
            asset, voxels=drawn_voxels(context.networks["coarse"], asset.subject, settings, context)
        )


def drawn_voxels(generator: Any, subject: Subject, settings: StructureSettings, context: Context) -> VoxelGrid:
    """Return the voxels that a generator draws for a picture.

    Raises UsageError for a generator that draws none, EmptyFieldError when nothing is occupied, OutOfMemoryError.
    """
    from ....weights.generators.generator import StructureDrawer, offers
    from ....weights.generators.sampling import sample_latents

    if not offers(generator, StructureDrawer):
        raise UsageError("this model draws no voxels", "Use the stage `coarse` with it.")
    latents = sample_latents(
        generator.structure,
        conditions_of(generator, subject, settings.views),
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
    return VoxelGrid(fitting_voxels(indices, resolution, generator, context, settings.voxels), resolution)
