"""Stands in for `coarse` where a generator draws voxels and a finer model wants a mesh: Subject -> coarse Mesh.

Voxels, latents on them and the mesh that these stand for, by one generator.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from ....errors import EmptyFieldError, UsageError
from ...artifacts import Asset, Mesh
from ...stage import Context
from ...voxel_memory import warn_of_many
from ..coarse import conditions_of
from ..settings import StructureMeshSettings
from .structure import drawn_voxels


class StructureMesh:
    name = "structure_mesh"
    Settings = StructureMeshSettings
    needs = ("subject",)
    gives = ("coarse",)
    networks = ("coarse",)

    def run(self, asset: Asset, settings: StructureMeshSettings, context: Context) -> Asset:
        """Raise UsageError for another kind of model, EmptyFieldError without voxels or surface, OutOfMemoryError."""
        from ....weights.generators.sampling import sample_latents

        assert asset.subject is not None
        generator, total = context.networks["coarse"], settings.steps + settings.latent_steps
        counted = dataclasses.replace(
            context, progress=lambda step, steps, note="": context.progress(step, total, note)
        )
        voxels = drawn_voxels(generator, asset.subject, settings, counted)
        warn_of_many(len(voxels.indices), generator, context)
        anchors = generator.anchors(voxels.indices, voxels.resolution)
        latents = sample_latents(
            generator,
            conditions_of(generator, asset.subject, settings.views),
            anchors,
            len(voxels.indices),
            settings.latent_steps,
            settings.latent_guidance,
            context.seed + 1,
            context.device,
            lambda step, steps, _: context.progress(settings.steps + step, total),
        )
        return dataclasses.replace(asset, coarse=drawn_mesh(generator, latents, anchors, total, context))


def drawn_mesh(generator: Any, latents: Any, anchors: Any, steps: int, context: Context) -> Mesh:
    """Return the mesh that latents [1,N,C] at anchors [N,3] stand for, drawn in `steps` steps.

    Raises UsageError, EmptyFieldError.
    """
    from ....kernels.arrays import to_numpy
    from ....kernels.fields.marching_cubes import marching_cubes
    from ....weights.generators.generator import MeshDrawer, SparseFieldDrawer, offers

    if offers(generator, MeshDrawer):
        drawn = generator.mesh(latents, anchors)
        vertices, faces = drawn.vertices, drawn.faces
    elif offers(generator, SparseFieldDrawer):
        field = generator.sparse_field(
            latents, anchors, progress=lambda done, total: context.progress(steps, steps, f"decode {done}/{total}")
        )
        vertices, faces = marching_cubes(field)
    else:
        raise UsageError("the latents of this model stand for no mesh", "Use the stage `structure` with it.")
    if len(faces) == 0:
        raise EmptyFieldError("the coarse mesh has no surface", "Try another `seed` or a clearer picture.")
    return Mesh(to_numpy(vertices, np.float32), to_numpy(faces, np.int32))
