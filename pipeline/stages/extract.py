"""Stage 7, extract: Field -> Mesh by marching cubes on the sparse field."""

from __future__ import annotations

import dataclasses

import numpy as np

from ...errors import EmptyFieldError
from ..artifacts import Asset, Mesh
from ..stage import Context
from .settings import ExtractSettings


class Extract:
    name = "extract"
    Settings = ExtractSettings
    needs = ("field",)
    gives = ("mesh",)
    networks = ()

    def run(self, asset: Asset, settings: ExtractSettings, context: Context) -> Asset:
        from ...kernels.arrays import to_numpy
        from ...kernels.fields.marching_cubes import marching_cubes

        assert asset.field is not None
        samples = asset.field.samples
        if len(samples.cells) == 0:
            raise EmptyFieldError("the field has no surface", "Try another `seed`, or look at the coarse mesh.")
        vertices, faces = marching_cubes(samples)
        if len(faces) == 0:
            raise EmptyFieldError("the field has no surface", "Try another `seed`, or look at the coarse mesh.")
        mesh = Mesh(to_numpy(vertices, np.float32), to_numpy(faces, np.int32))
        return dataclasses.replace(asset, mesh=mesh)
