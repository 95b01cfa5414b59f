"""Stands in for `voxelize` where a generator draws its shape twice: VoxelGrid -> VoxelGrid, finer, for the second."""

from __future__ import annotations

import dataclasses

from ....errors import EmptyFieldError, OutOfMemoryError, UsageError
from ...artifacts import Asset, VoxelGrid
from ...stage import Context
from ...voxel_memory import memory_room
from ..coarse import condition_of
from ..settings import CascadeSettings


class Cascade:
    name = "cascade"
    Settings = CascadeSettings
    needs = ("subject", "voxels")
    gives = ("voxels",)
    networks = ("coarse",)

    def run(self, asset: Asset, settings: CascadeSettings, context: Context) -> Asset:
        """Raise EmptyFieldError when the coarse shape is empty, OutOfMemoryError when no resolution fits."""
        from ....weights.generators.generator import StructureDrawer, VoxelCascade, offers
        from ....weights.generators.sampling import sample_latents

        assert asset.subject is not None and asset.voxels is not None
        if not settings.resolution:
            return asset
        generator = context.networks["coarse"]
        if not offers(generator, VoxelCascade) or not offers(generator, StructureDrawer):
            raise UsageError("this model draws its shape once", "Set `voxelize.resolution` to 0.")
        anchors = generator.anchors(asset.voxels.indices, asset.voxels.resolution)
        latents = sample_latents(
            generator,
            condition_of(generator, asset.subject),
            anchors,
            len(asset.voxels.indices),
            settings.steps,
            settings.guidance,
            context.seed,
            context.device,
            lambda step, steps, _: context.progress(step, steps),
        )
        room = memory_room(generator, context)
        indices, resolution = generator.finer(latents, anchors, settings.resolution, min(settings.voxels, room))
        if len(indices) == 0:
            raise EmptyFieldError("the coarse shape has no voxel", "Try another `seed` or a clearer picture.")
        if len(indices) > room:
            raise OutOfMemoryError(
                f"{len(indices)} latent voxels do not fit the memory, which has room for {room}",
                "Raise `memory`, use `dtype` bfloat16 or float16, or the preset draft.",
            )
        side = settings.resolution // 16
        if resolution < side:
            context.warn(f"the mesh has {16 * resolution} voxels a side, not {16 * side}: there were too many")
        return dataclasses.replace(asset, voxels=VoxelGrid(indices, resolution))
