"""Stage 2, coarse: Subject -> coarse Mesh. Picture tokens, a rectified flow over VecSet latents, the VecSet decoder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._files import write_whole
from ...errors import EmptyFieldError, UsageError
from ..artifacts import Asset, Mesh, PictureCamera, Subject
from ..stage import Context, fitted_chunk
from .settings import CoarseSettings

if TYPE_CHECKING:
    from torch import Tensor

    from ...kernels.fields.field_function import FieldFunction

FRAME_SIDE = 192  # pixels of one picture in the strip of denoising steps


class Coarse:
    name = "coarse"
    Settings = CoarseSettings
    needs = ("subject",)
    gives = ("coarse", "camera")
    networks = ("coarse",)

    def run(self, asset: Asset, settings: CoarseSettings, context: Context) -> Asset:
        from ...weights.generators.generator import CameraReader, offers
        from ...weights.generators.sampling import best_surface, latents_surface, mean_latents, sample_latents

        assert asset.subject is not None
        rgba, device = asset.subject.rgba, context.device
        generator = context.networks["coarse"]
        anchors = generator.anchors(None, 0)
        count = len(anchors) if anchors is not None else settings.tokens or generator.default_tokens
        condition = condition_of(generator, asset.subject)
        strip = StepStrip(generator, anchors, settings, context)

        def latents_of(candidate: int) -> Tensor:
            def on_step(step: int, steps: int, data: Tensor) -> None:
                context.progress(candidate * steps + step, settings.candidates * steps)
                if candidate == 0:
                    strip.add(step, data)

            seed = context.seed + candidate
            return sample_latents(
                generator, condition, anchors, count, settings.steps, settings.guidance, seed, device, on_step
            )

        camera = generator.camera(condition).float() if offers(generator, CameraReader) else None
        change = field_change(generator, condition, camera, rgba[..., 3], settings)

        def surface_of(latents: Tensor) -> tuple[np.ndarray, np.ndarray]:
            chunk = fitted_chunk(settings.chunk, generator, context)
            return latents_surface(generator, latents, anchors, settings.resolution, device, chunk, change=change)

        if settings.combine == "mean":
            if anchors is None:
                raise UsageError("latents without anchors have no mean", "Set `coarse.combine` to best.")
            vertices, faces = surface_of(mean_latents(latents_of, settings.candidates))
        else:
            vertices, faces = best_surface(lambda k: surface_of(latents_of(k)), rgba[..., 3], settings.candidates)
        strip.save()
        seen = None if camera is None else PictureCamera(camera.cpu().numpy())
        return dataclasses.replace(asset, coarse=Mesh(vertices, faces), camera=seen)


ONE_PICTURE = "this model takes one picture"
SIDES_HINT = "To paint with them: `texture.views` back=FILE. To shape with them: `model` hunyuan3d-2mv."


def condition_of(generator: Any, subject: Subject, prompt: str = "") -> Any:
    """Return the condition of the picture, of all its sides, and of words for a model that takes them.

    Raises UsageError for several pictures and a model that takes one.
    """
    from ...weights.generators.generator import Prompted, SeveralViews, offers

    if not subject.sides:
        if offers(generator, Prompted):
            return generator.condition_prompted(subject.rgba, prompt)
        return generator.condition(subject.rgba)
    if not offers(generator, SeveralViews):
        raise UsageError(ONE_PICTURE, SIDES_HINT)
    return generator.condition_views({"front": subject.rgba, **subject.sides})


def conditions_of(generator: Any, subject: Subject, views: str) -> Any:
    """As `condition_of`; views = "turns" gives one condition for each picture, of which every step takes the next."""
    if subject.sides and views == "turns":
        return [generator.condition(rgba) for rgba in (subject.rgba, *subject.sides.values())]
    return condition_of(generator, subject)


def field_change(
    generator: Any, condition: Any, camera: Tensor | None, alpha: np.ndarray, settings: CoarseSettings
) -> Callable[[FieldFunction], FieldFunction]:
    """Return the function that changes the field of the latents.

    A second look, the surface at another level, held to the mask alpha [S,S] as the camera sees it.

    Raises UsageError for a generator that has no second look, tells no camera, or not what its field's values mean.
    """
    from ...kernels.fields.outline import held_to_outline
    from ...weights.generators.generator import ScaledField, SecondLooker, offers

    if settings.second_look and not offers(generator, SecondLooker):
        raise UsageError("this model has no second look", "Leave `coarse.second_look` out.")
    if settings.outline and (camera is None or not offers(generator, ScaledField)):
        raise UsageError("this model does not tell the picture's camera", "Leave `coarse.outline` out.")

    def change(field: FieldFunction) -> FieldFunction:
        looked = generator.second_look(field, condition) if settings.second_look else field
        levelled = (lambda points: looked(points) - settings.level) if settings.level else looked
        if not settings.outline:
            return levelled
        assert camera is not None
        return held_to_outline(levelled, camera, alpha, generator.field_bounds, generator.truncation)

    return change


class StepStrip:
    """Pictures of what the first candidate's flow points to at chosen steps, written as one strip `steps.png`."""

    def __init__(self, generator: Any, anchors: Tensor | None, settings: CoarseSettings, context: Context):
        self._generator, self._anchors, self._settings, self._context = generator, anchors, settings, context
        self._frames: list[np.ndarray] = []

    def add(self, step: int, data: Tensor) -> None:
        if self._context.folder is None or step not in self._settings.preview_steps:
            return
        from ...kernels.views.cameras import Camera
        from ...weights.generators.sampling import latents_surface
        from ..meshes.preview import render_view

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
        write_whole(self._context.folder / "steps.png", lambda file: strip.save(file, format="PNG"))
