"""Stage 2, coarse: Subject -> coarse Mesh. Picture tokens, a rectified flow over VecSet latents, the VecSet decoder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...kernels.errors import EmptyFieldError, UsageError
from ..artifacts import Asset, Mesh, Subject, write_atomic
from ..stage import Context, fitted_chunk, setting

if TYPE_CHECKING:
    from torch import Tensor

    from ...weights.generator import FieldFunction

FRAME_SIDE = 192  # pixels of one picture in the strip of denoising steps


@dataclass(frozen=True)
class CoarseSettings:
    steps: int = setting(20, "evaluations of the flow", 1, 1000)
    guidance: float = setting(3.0, "classifier-free guidance; 1 is none", 0.0, 30.0)
    tokens: int = setting(0, "latent tokens; 0: as the model wants (a model with a fixed lattice ignores it)", 0, 65536)
    resolution: int = setting(64, "cells per side of the coarse grid", 16, 1024)
    chunk: int = setting(65536, "query points per call of the decoder; bounds memory", 256, 4_000_000)
    candidates: int = setting(1, "shapes to draw", 1, 64)
    combine: str = setting(
        "best", "best keeps the shape whose outline fits; mean averages anchored latents", choices=("best", "mean")
    )
    fit_level: bool = setting(
        False, "take the surface at the value whose outline fits the picture best, instead of at 0"
    )
    mirror: bool = setting(False, "read the picture's mirror image too, and take the mean of both fields")
    fit_frame: bool = setting(False, "scale the shape so that its longest side is what the model was trained on")
    preview_steps: tuple[int, ...] = setting((), "steps to decode and draw side by side in steps.png", 1, 1000)


class Coarse:
    name = "coarse"
    Settings = CoarseSettings
    needs = ("subject",)
    gives = ("coarse",)
    networks = ("coarse",)

    def run(self, asset: Asset, settings: CoarseSettings, context: Context) -> Asset:
        from ...weights.sampling import best_surface, field_surface, mean_latents, sample_latents

        assert asset.subject is not None
        alpha, device = asset.subject.rgba[..., 3], context.device
        generator = context.networks["coarse"]
        anchors = generator.anchors(None, 0)
        count = len(anchors) if anchors is not None else settings.tokens or generator.default_tokens
        if settings.combine == "mean" and anchors is None:
            raise UsageError("latents without anchors have no mean", "Set coarse.combine to best.")
        conditions = conditions_of(generator, asset.subject, settings.mirror)
        draws = settings.candidates * len(conditions)
        strip = StepStrip(generator, anchors, settings, context)

        def latents_of(draw: int) -> Tensor:
            """Draws of the picture come first, then those of its mirror image."""

            def on_step(step: int, steps: int, data: Tensor) -> None:
                context.progress(draw * steps + step, draws * steps)
                if draw == 0:
                    strip.add(step, data)

            condition, seed = conditions[draw // settings.candidates], context.seed + draw
            return sample_latents(
                generator, condition, anchors, count, settings.steps, settings.guidance, seed, device, on_step
            )

        choose_level = level_chooser(generator, conditions[0], alpha) if settings.fit_level else None
        chunk = fitted_chunk(settings.chunk, generator, context)

        def surface_of(latents: list[Tensor]) -> tuple[np.ndarray, np.ndarray]:
            field = field_of(generator, latents, anchors)
            return field_surface(
                field, generator.field_bounds, settings.resolution, device, chunk, choose_level=choose_level
            )

        firsts = range(0, draws, settings.candidates)
        if settings.combine == "mean":
            surface = surface_of(
                [mean_latents(lambda k, first=first: latents_of(first + k), settings.candidates) for first in firsts]
            )
        else:
            surface = best_surface(
                lambda k: surface_of([latents_of(first + k) for first in firsts]), alpha, settings.candidates
            )
        strip.save()
        vertices, faces = surface
        if settings.fit_frame:
            vertices = framed(vertices, generator)
        return dataclasses.replace(asset, coarse=Mesh(vertices, faces))


def conditions_of(generator: Any, subject: Subject, mirror: bool) -> tuple[Any, ...]:
    """The condition of the picture, and of its mirror image. Raises UsageError for a model that cannot do that."""
    if not mirror:
        return (condition_of(generator, subject),)
    from ...weights.mirror import mirrored_pair

    if subject.sides or not hasattr(generator, "with_camera"):
        raise UsageError("this model does not read mirror images", "Leave coarse.mirror off.")
    return mirrored_pair(generator, generator, subject.rgba)


def field_of(generator: Any, latents: list[Tensor], anchors: Tensor | None) -> FieldFunction:
    """The field of one set of latents, or the mean of it and of its mirror image's."""
    from ...weights.mirror import mean_field

    fields = [generator.field(one, anchors) for one in latents]
    return fields[0] if len(fields) == 1 else mean_field(*fields)


def framed(vertices: np.ndarray, generator: Any) -> np.ndarray:
    """Vertices [V,3] moved and scaled so that their bounding box is centred and as long as a training object's.

    A model that is unsure of a shape tends to make it too small. Raises UsageError for one without such a frame.
    """
    if not hasattr(generator, "frame"):
        raise UsageError("this model has no frame that its shapes fill", "Leave coarse.fit_frame off.")
    low, high = vertices.min(0), vertices.max(0)
    scale = 2 * generator.frame / max(float((high - low).max()), 1e-6)
    return ((vertices - (low + high) / 2) * scale).astype(np.float32)


def condition_of(generator: Any, subject: Subject) -> Any:
    """What the picture says, or all pictures when there are several. Raises UsageError for a model that takes one."""
    if not subject.sides:
        return generator.condition(subject.rgba)
    if not hasattr(generator, "condition_views"):
        raise UsageError("this model takes one picture", "Leave the other sides out, or use -m hunyuan3d-2mv.")
    return generator.condition_views({"front": subject.rgba, **subject.sides})


def level_chooser(generator: Any, condition: Any, alpha: np.ndarray) -> Callable[[FieldFunction], float]:
    """The level of a field whose outline fits the mask alpha [S,S]. Raises UsageError without a known camera."""
    from ...weights.outline import outline_level

    if not hasattr(generator, "camera"):
        raise UsageError("this model does not tell the picture's camera", "Leave coarse.fit_level off.")
    return lambda field: outline_level(field, generator.camera(condition), alpha, generator.field_bounds)


class StepStrip:
    """Pictures of what the first candidate's flow points to at chosen steps, written as one strip `steps.png`."""

    def __init__(self, generator: Any, anchors: Tensor | None, settings: CoarseSettings, context: Context):
        self._generator, self._anchors, self._settings, self._context = generator, anchors, settings, context
        self._frames: list[np.ndarray] = []

    def add(self, step: int, data: Tensor) -> None:
        if self._context.folder is None or step not in self._settings.preview_steps:
            return
        from ...kernels.cameras import Camera
        from ...weights.sampling import latents_surface
        from ..preview import render_view

        resolution, device = self._settings.resolution, self._context.device
        try:
            mesh = Mesh(*latents_surface(self._generator, data, self._anchors, resolution, device))
        except EmptyFieldError:  # early steps point at the mean of all shapes, which may be nothing
            frame = np.full((FRAME_SIDE, FRAME_SIDE, 3), 255, np.uint8)
        else:
            frame = np.asarray(render_view(mesh, Camera(25.0, 15.0, 1.2), FRAME_SIDE))[..., :3]
        self._frames.append(frame)

    def save(self) -> None:
        if not self._frames or self._context.folder is None:
            return
        from PIL import Image

        strip = Image.fromarray(np.concatenate(self._frames, 1))
        write_atomic(self._context.folder / "steps.png", lambda file: strip.save(file, format="PNG"))
