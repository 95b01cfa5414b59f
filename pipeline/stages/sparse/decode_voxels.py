"""Stands in for `decode` where latents stand for a field on fine voxels: Latents -> Field, of the cells it crosses."""

from __future__ import annotations

import dataclasses

from ....errors import UsageError
from ...artifacts import Asset, Field
from ...stage import Context
from ..settings import DecodeVoxelsSettings


class DecodeVoxels:
    name = "decode_voxels"
    Settings = DecodeVoxelsSettings
    needs = ("latents",)
    gives = ("field",)
    networks = ("refine",)

    def run(self, asset: Asset, settings: DecodeVoxelsSettings, context: Context) -> Asset:
        """Raise UsageError for another kind of model."""
        from ....weights.generators.generator import SparseFieldDrawer, offers

        assert asset.latents is not None
        generator = context.networks["refine"]
        tokens, anchors = asset.latents.tensors()
        if not offers(generator, SparseFieldDrawer) or anchors is None:
            raise UsageError("the latents of this model stand for no voxels", "Use the stage `decode` with it.")
        refine = {"auto": None, "on": True, "off": False}[settings.refiner]
        samples = generator.sparse_field(
            tokens, anchors, settings.level, refine, settings.chunk, progress=context.progress
        )
        return dataclasses.replace(asset, field=Field(samples))
