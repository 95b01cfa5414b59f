"""Stands in for `decode` and `extract` where latents stand for an O-Voxel grid: Latents -> Mesh and its materials."""

from __future__ import annotations

import dataclasses

import numpy as np

from ....errors import EmptyFieldError, UsageError
from ...artifacts import Asset, Mesh
from ...stage import Context
from ...voxel_materials import VoxelMaterials
from ..coarse import condition_of
from ..settings import DecodeGridSettings


class DecodeGrid:
    name = "decode_grid"
    Settings = DecodeGridSettings
    needs = ("subject", "queries", "latents")
    gives = ("mesh", "materials")
    networks = ("refine",)

    def run(self, asset: Asset, settings: DecodeGridSettings, context: Context) -> Asset:
        """Raise UsageError for another kind of model, EmptyFieldError when there is no surface."""
        from ....kernels.arrays import to_numpy
        from ....kernels.meshes.clean import drop_unused
        from ....kernels.ovoxel.grid_mesh import grid_to_mesh
        from ....kernels.ovoxel.mending.sheets import mended_mesh
        from ....weights.generators.generator import GridDrawer, offers
        from ....weights.generators.sampling import sample_latents

        assert asset.subject is not None and asset.queries is not None and asset.latents is not None
        generator = context.networks["refine"]
        if not offers(generator, GridDrawer):
            raise UsageError("the latents of this model stand for a field", "Use the stages decode and extract.")
        resolution = asset.queries.resolution
        centres = asset.latents.anchors
        if centres is None:
            raise UsageError("the latents of this model have no places", "Use the stages decode and extract.")
        # Of the queries memory may have left some out.
        anchors = generator.anchors(np.floor((centres + 1) * (resolution / 2)).astype(np.int32), resolution)
        tokens, _ = asset.latents.tensors()
        grid = generator.dual_grid(tokens, anchors)
        context.progress(1, settings.steps + 2, "shape")
        to_mesh = mended_mesh if settings.rule == "mended" else grid_to_mesh
        vertices, faces = to_mesh(grid.coords, grid.local, grid.crossed, grid.resolution, weights=grid.weights)
        if len(faces) == 0:
            raise EmptyFieldError("the decoded grid has no surface", "Try another `seed` or a clearer picture.")
        placed, triangles = drop_unused(to_numpy(generator.placed(vertices), np.float32), to_numpy(faces, np.int32))
        # No side of the surface is the outer one, so both are shown.
        mesh = Mesh(placed.astype(np.float32), triangles.astype(np.int32), double_sided=True)
        del vertices, faces
        flow = generator.texture(tokens, anchors)
        texture = sample_latents(
            flow,
            condition_of(generator, asset.subject),
            anchors,
            len(centres),
            settings.steps,
            settings.guidance,
            context.seed,
            context.device,
            lambda step, steps, _: context.progress(step + 1, steps + 2, "texture"),
        )
        indices, values = generator.materials(texture, anchors, grid)
        return dataclasses.replace(asset, mesh=mesh, materials=VoxelMaterials(indices, grid.resolution, values))
