"""Stage 3, voxelize: coarse Mesh -> VoxelGrid: the voxels at its surface, from the triangles, never from samples."""

from __future__ import annotations

import dataclasses

import numpy as np

from ...errors import BadMeshError
from ..artifacts import Asset, VoxelGrid
from ..stage import Context
from .settings import VoxelizeSettings


class Voxelize:
    name = "voxelize"
    Settings = VoxelizeSettings
    needs = ("coarse",)
    gives = ("voxels",)
    networks = ()

    def run(self, asset: Asset, settings: VoxelizeSettings, context: Context) -> Asset:
        from ...kernels.meshes.boxes import into_box
        from ...kernels.voxels.voxelize import voxelize

        mesh = asset.coarse
        assert mesh is not None
        vertices = into_box(mesh.vertices, settings.fit) if settings.fit else mesh.vertices
        indices, _ = voxelize(vertices, mesh.faces, settings.resolution, rule=settings.rule, band=settings.band)
        if len(indices) == 0:
            raise BadMeshError("the coarse mesh touches no voxel of the box", "It lies outside [-1,1]^3 or is empty.")
        return dataclasses.replace(asset, voxels=VoxelGrid(np.asarray(indices, np.int32), settings.resolution))
