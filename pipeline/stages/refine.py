"""Stage 5, refine: Queries -> Latents. The Lattice flow: one token per voxel query, which knows its own place."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...kernels.errors import BadMeshError, UsageError
from ..artifacts import Asset, Latents
from ..stage import Context, setting

if TYPE_CHECKING:
    from torch import Tensor

SURFACE_POINTS = 8192  # of the coarse mesh, when it is encoded


@dataclass(frozen=True)
class RefineSettings:
    steps: int = setting(12, "evaluations of the flow", 1, 1000)
    guidance: float = setting(2.0, "classifier-free guidance; 1 is none", 0.0, 30.0)
    strength: float = setting(1.0, "1 starts from pure noise, less from the encoded coarse surface", 0.01, 1.0)


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
            generator.condition(asset.subject.rgba),
            anchors,
            len(queries.indices),
            settings.steps,
            settings.guidance,
            context.seed,
            context.device,
            lambda step, steps, _: context.progress(step, steps),
            coarse_latents(generator, asset, anchors, context) if settings.strength < 1 else None,
            settings.strength,
        )
        return dataclasses.replace(asset, latents=Latents(latents[0].cpu().numpy(), queries.centres()))


def coarse_latents(generator: Any, asset: Asset, anchors: Tensor, context: Context) -> Tensor | None:
    """The latents of the coarse mesh at the anchors; None, with a warning, when there is no coarse mesh."""
    if not hasattr(generator, "encode"):
        raise UsageError("this model cannot start from the coarse surface", "Set refine.strength to 1.")
    if asset.coarse is None:
        context.warn("no coarse mesh to start from; refined from pure noise")
        return None
    from ...kernels.sample_surface import sample_surface

    points, normals, _ = sample_surface(asset.coarse.vertices, asset.coarse.faces, SURFACE_POINTS, seed=0)
    return generator.encode(points, normals, anchors)
