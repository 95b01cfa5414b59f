"""Stage 2 of recipes with one generator: Subject -> Latents, for decode and extract to turn into the final mesh."""

from __future__ import annotations

import dataclasses

from ..artifacts import Asset, Latents
from ..stage import Context
from .coarse import StepStrip, condition_of
from .settings import GenerateSettings


class Generate:
    """Stands in for `coarse` where no refiner follows: its latents are decoded at full resolution."""

    name = "generate"
    Settings = GenerateSettings
    needs = ("subject",)
    gives = ("latents",)
    networks = ("coarse",)

    def run(self, asset: Asset, settings: GenerateSettings, context: Context) -> Asset:
        from ...weights.generators.sampling import sample_latents

        assert asset.subject is not None
        generator = context.networks["coarse"]
        anchors = generator.anchors(None, 0)
        count = len(anchors) if anchors is not None else settings.tokens or generator.default_tokens
        strip = StepStrip(generator, anchors, settings, context)  # type: ignore[arg-type]  # reads what both have

        def on_step(step: int, steps: int, data: object) -> None:
            context.progress(step, steps)
            strip.add(step, data)  # type: ignore[arg-type]

        latents = sample_latents(
            generator,
            condition_of(generator, asset.subject, settings.prompt),
            anchors,
            count,
            settings.steps,
            settings.guidance,
            context.seed,
            context.device,
            on_step,
        )
        strip.save()
        places = None if anchors is None else anchors.cpu().numpy()
        return dataclasses.replace(asset, latents=Latents(latents[0].float().cpu().numpy(), places))
