"""Painters that work in space, and shapes that came with materials: voxels in, textures out."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....errors import BadMeshError
from ....kernels.meshes.normals import smooth_normals
from ....kernels.ovoxel.remesh import cube_round
from ....weights.painters import PainterOptions, PaintTask
from ...artifacts import Asset, Mesh
from ...stage import Context
from ...voxel_materials import VoxelMaterials
from ..voxel_bake import bake_materials


def painted_in_space(
    painter: str, asset: Asset, cut: Mesh, source: np.ndarray, size: int, settings: Any, context: Context
) -> tuple[Mesh, dict[str, Any]]:
    """Return the mesh with textures of `size` texels, and facts.

    cut: the mesh cut for its atlas; source [V]: the vertex of the asset's mesh that each of its vertices was. Raises
    BadMeshError when there is no voxel at the surface.
    """
    assert asset.mesh is not None
    if painter == "own":
        assert asset.materials is not None
        place, found, facts = asset.mesh.vertices, asset.materials, {}
    else:
        place = filling(asset.mesh.vertices, asset.mesh.faces)
        found, facts = _materials(painter, asset, place, settings, context)
    if len(found.indices) == 0:
        raise BadMeshError("the surface has no voxel to paint", "Its parts are all smaller than a voxel.")
    context.progress(3, 4, "paint")
    finished = bake_materials(cut, place[source], found, size)
    told = {"seen": 0.0, "made": 1.0, "views": 0, "light_removed": 0.0, "registered": False, "registration_iou": None}
    told |= {"azimuth": None, "elevation": None, "camera": None}
    voxels = {"voxels": len(found.indices), "voxel_resolution": found.resolution, "alpha_mode": finished.alpha_mode}
    return finished, {**told, **voxels, "painter_settings": facts}


def _materials(
    painter: str, asset: Asset, place: np.ndarray, settings: Any, context: Context
) -> tuple[VoxelMaterials, dict[str, Any]]:
    """Return what a painter answers for the mesh at `place` [V, 3] of the box."""
    assert asset.mesh is not None
    faces = asset.mesh.faces
    task = PaintTask(
        place,
        faces,
        smooth_normals(place, faces),
        None if asset.subject is None else asset.subject.rgba,
        settings.prompt,
        settings.negative,
        context.seed,
        settings.painter_steps,
        settings.painter_guidance,
        settings.painter_size,
        options=PainterOptions(settings.painter_base),
        progress=context.progress,
        warn=context.warn,
    )
    answer = context.load("painter", painter).materials(task)
    return VoxelMaterials(answer.indices, answer.resolution, answer.values), dict(answer.facts)


def filling(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return vertices moved and scaled so that what faces use nearly fills the box [-1, 1]^3."""
    centre, side = cube_round(vertices, faces)
    return ((vertices - centre) * (2 / side)).astype(np.float32)
