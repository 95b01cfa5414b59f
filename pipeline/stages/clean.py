"""Stage 8, clean: Mesh -> Mesh without floaters and degenerate faces, with as many faces as asked for."""

from __future__ import annotations

import dataclasses

import numpy as np

from ...errors import BadMeshError
from ..artifacts import Asset, Mesh
from ..meshes.levels import close
from ..stage import Context
from .settings import CleanSettings


class Clean:
    """Welds, drops small parts and degenerate faces, turns faces outward, wraps if asked, decimates to the budget."""

    name = "clean"
    Settings = CleanSettings
    needs = ("mesh|coarse",)
    gives = ("mesh",)
    networks = ()

    def run(self, asset: Asset, settings: CleanSettings, context: Context) -> Asset:
        from ...kernels.meshes.clean import clean
        from ...kernels.meshes.decimate import decimate
        from ...kernels.meshes.topology import face_parts

        mesh = asset.mesh or asset.coarse
        assert mesh is not None
        whole, all_faces = clean(mesh.vertices, mesh.faces, tolerance=settings.tolerance)
        vertices, faces = clean(whole, all_faces, settings.min_part, orient=False)
        if len(faces) == 0:
            raise BadMeshError("nothing is left of the mesh after clean-up", "It has no face with an area.")
        if len(faces) < len(all_faces):
            dropped = int(face_parts(all_faces).max() - face_parts(faces).max())
            context.warn(f"{dropped} small loose parts were dropped")
        if settings.watertight:
            closed = close(Mesh(vertices.astype(np.float32), faces.astype(np.int32)))
            vertices, faces = closed.vertices, closed.faces
        context.progress(1, 2)
        if settings.faces and len(faces) > settings.faces:
            vertices, faces = decimate(vertices, faces, max(4, settings.faces))
        sides = None if settings.watertight else mesh.double_sided
        cleaned = Mesh(vertices.astype(np.float32), faces.astype(np.int32), double_sided=sides)
        if mesh.colors is not None:
            from ..texturing.transfer import nearest_colors

            cleaned = dataclasses.replace(cleaned, colors=nearest_colors(mesh, cleaned.vertices))
        return dataclasses.replace(asset, mesh=cleaned)
