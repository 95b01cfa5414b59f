"""Stage 3, voxelize: coarse Mesh -> VoxelGrid: the voxels at its surface, from the triangles, never from samples."""

from __future__ import annotations

import dataclasses

import numpy as np

from ...errors import BadMeshError, OutOfMemoryError, UsageError
from ..artifacts import Asset, Mesh, VoxelGrid
from ..stage import Context
from .settings import VoxelizeSettings

_LEAST_FIT = 0.1  # an object smaller than that is not worth its voxels


class Voxelize:
    name = "voxelize"
    Settings = VoxelizeSettings
    needs = ("coarse",)
    gives = ("voxels",)
    networks = ()

    def run(self, asset: Asset, settings: VoxelizeSettings, context: Context) -> Asset:
        assert asset.coarse is not None
        indices = voxels_at(asset.coarse, settings, settings.fit)
        if len(indices) == 0:
            raise BadMeshError("the coarse mesh touches no voxel of the box", "It lies outside [-1,1]^3 or is empty.")
        if settings.voxels and len(indices) > settings.voxels:
            indices = fewer_voxels(asset.coarse, settings, len(indices), context)
        return dataclasses.replace(asset, voxels=VoxelGrid(indices, settings.resolution))


def voxels_at(mesh: Mesh, settings: VoxelizeSettings, fit: float) -> np.ndarray:
    """Voxels int32 [M,3] of a mesh whose longest side is made 2 * fit, or left as it is for 0."""
    from ...kernels.meshes.boxes import into_box
    from ...kernels.voxels.bands import FINE, band_voxels
    from ...kernels.voxels.voxelize import voxelize

    vertices = into_box(mesh.vertices, fit) if fit else mesh.vertices
    if settings.rule == "band":
        return band_voxels(vertices, mesh.faces, FINE * settings.resolution)
    indices, _ = voxelize(vertices, mesh.faces, settings.resolution, rule=settings.rule, band=settings.band)
    return np.asarray(indices, np.int32)


def fewer_voxels(mesh: Mesh, settings: VoxelizeSettings, count: int, context: Context) -> np.ndarray:
    """Voxels of the mesh made smaller, by hundredths of the box, until they are few enough.

    count: as many as there are at first. Raises UsageError when the mesh is to be left as it is, OutOfMemoryError.
    """
    if not settings.fit:
        raise UsageError(
            f"{count} voxels are more than the {settings.voxels} of `voxelize.voxels`", "Set `voxelize.fit` to 0.95."
        )
    fit, found = settings.fit, count
    while found > settings.voxels:
        # A surface has voxels by the square of its size.
        fit = min(fit - 0.01, np.floor(100 * fit * (settings.voxels / found) ** 0.5) / 100)
        if fit < _LEAST_FIT:
            raise OutOfMemoryError(
                f"{count} voxels do not become {settings.voxels} in any size", "Raise `voxelize.voxels`."
            )
        indices = voxels_at(mesh, settings, fit)
        found = len(indices)
    context.warn(f"{count} voxels became {found}: the object fills {fit:.2f} of the box, not {settings.fit:g}")
    return indices
