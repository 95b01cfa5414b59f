"""Stage 5, refine: Queries -> Latents. The Lattice flow: one token per voxel query, which knows its own place."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from ...errors import BadMeshError
from ..artifacts import Asset, Latents, Queries
from ..stage import Context
from ..voxel_memory import fitting_voxels, warn_of_many
from .coarse import conditions_of
from .settings import RefineSettings

if TYPE_CHECKING:
    from torch import Tensor

    from ...weights.generators.generator import Condition, SurfaceConditioned

SURFACE_POINTS = 4096  # of the coarse mesh, for a generator that reads it: as many as in training


class Refine:
    name = "refine"
    Settings = RefineSettings
    needs = ("subject", "queries")
    gives = ("latents",)
    networks = ("refine",)

    def run(self, asset: Asset, settings: RefineSettings, context: Context) -> Asset:
        from ...weights.generators.generator import CameraTaker, SurfaceConditioned, VoxelBound, offers
        from ...weights.generators.sampling import mean_latents, sample_latents

        assert asset.subject is not None and asset.queries is not None
        queries = asset.queries
        if len(queries.indices) == 0:
            raise BadMeshError("there is no voxel to refine", "The coarse mesh is empty; try another `seed`.")
        generator = context.networks["refine"]
        if offers(generator, VoxelBound):
            kept = fitting_voxels(queries.indices, queries.resolution, generator, context)
            queries = Queries(kept, queries.resolution)
            warn_of_many(len(kept), generator, context)
        anchors = generator.anchors(queries.indices, queries.resolution)
        if asset.subject.sides and settings.views != "front":
            condition = conditions_of(generator, asset.subject, settings.views)
        else:
            condition = generator.condition(asset.subject.rgba)
        if asset.camera is not None and offers(generator, CameraTaker):
            condition = generator.with_camera(condition, asset.camera.affine)
        if offers(generator, SurfaceConditioned):
            condition = with_coarse_surface(generator, condition, asset, anchors, context)
        count = len(queries.indices)

        def draw(k: int) -> Tensor:
            def on_step(step: int, steps: int, _: Tensor) -> None:
                context.progress(k * steps + step, settings.draws * steps)

            seed = context.seed + k
            return sample_latents(
                generator, condition, anchors, count, settings.steps, settings.guidance, seed, context.device, on_step
            )

        latents = mean_latents(draw, settings.draws)
        return dataclasses.replace(asset, latents=Latents(latents[0].cpu().numpy(), queries.centres()))


def with_coarse_surface(
    generator: SurfaceConditioned, condition: Condition, asset: Asset, anchors: Tensor, context: Context
) -> Condition:
    """Return the condition with the coarse mesh; as it is, with a warning, when there is none."""
    if asset.coarse is None:
        context.warn("no coarse mesh to refine; the shape comes from the picture and the voxels alone")
        return condition
    from ...kernels.meshes.sample_surface import sample_surface

    points, normals, _ = sample_surface(asset.coarse.vertices, asset.coarse.faces, SURFACE_POINTS, seed=0)
    return generator.with_surface(condition, points, normals, anchors)
