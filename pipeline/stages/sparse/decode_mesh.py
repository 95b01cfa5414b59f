"""Stands in for `decode` and `extract` where latents stand for a mesh: Latents -> Mesh with vertex colours."""

from __future__ import annotations

import dataclasses

from ....errors import EmptyFieldError, UsageError
from ...artifacts import Asset, Mesh
from ...stage import Context
from ..settings import DecodeMeshSettings


class DecodeMesh:
    name = "decode_mesh"
    Settings = DecodeMeshSettings
    needs = ("latents",)
    gives = ("mesh",)
    networks = ("refine",)

    def run(self, asset: Asset, settings: DecodeMeshSettings, context: Context) -> Asset:
        """Raise UsageError for another kind of model, EmptyFieldError when there is no surface."""
        from ....weights.generators.generator import MeshDrawer, offers

        assert asset.latents is not None
        generator = context.networks["refine"]
        tokens, anchors = asset.latents.tensors()
        if not offers(generator, MeshDrawer) or anchors is None:
            raise UsageError("the latents of this model stand for a field", "Use the stages decode and extract.")
        drawn = generator.mesh(tokens, anchors, published=settings.compat == "reference")
        if len(drawn.faces) == 0:
            raise EmptyFieldError("the decoded mesh has no surface", "Try another `seed` or a clearer picture.")
        return dataclasses.replace(asset, mesh=Mesh(drawn.vertices, drawn.faces, colors=drawn.colours))
