"""Stage 5, refine: Queries -> Latents. The Lattice flow: one token per voxel query, which knows its own place."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from ...kernels.errors import BadMeshError
from ..artifacts import Asset, Latents
from ..stage import Context, setting


@dataclass(frozen=True)
class RefineSettings:
    steps: int = setting(12, "evaluations of the flow", 1, 1000)
    guidance: float = setting(2.0, "classifier-free guidance; 1 is none", 0.0, 30.0)


class Refine:
    name = "refine"
    Settings = RefineSettings
    needs = ("subject", "queries")
    gives = ("latents",)
    networks = ("refine",)

    def run(self, asset: Asset, settings: RefineSettings, context: Context) -> Asset:
        from ...weights.sampling import sample_latents

        assert asset.subject is not None and asset.queries is not None
        queries = asset.queries
        if len(queries.indices) == 0:
            raise BadMeshError("there is no voxel to refine", "The coarse mesh is empty; try another --seed.")
        generator = context.networks["refine"]
        anchors = generator.anchors(queries.indices, queries.resolution)
        latents = sample_latents(
            generator,
            asset.subject.rgba,
            anchors,
            len(queries.indices),
            settings.steps,
            settings.guidance,
            context.seed,
            context.device,
            lambda step, steps, _: context.progress(step, steps),
        )
        return dataclasses.replace(asset, latents=Latents(latents[0].cpu().numpy(), queries.centres()))
