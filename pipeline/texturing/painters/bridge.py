"""The bridge between the texture stage and the learned painters: conditions in, views ready for baking out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np

from ....errors import UsageError
from ....kernels.atlas.bake import View
from ....kernels.views.render_maps import render_maps
from ....weights.painters import Painter, PainterOptions, PaintTask
from ....weights.painters.lora import parse_lora
from ...stage import Context
from ..picture import prepare_picture, resized
from ..synthesis import Conditions

UPSCALERS = "varco3d.upscalers"  # entry points: a callable without arguments -> Upscaler
PRIORITY = 0.3  # of a generated view beside the input picture, times the painter's own weight


@dataclass(frozen=True)
class Wishes:
    """Wishes of the user to a painter; None leaves it to the painter."""

    prompt: str | None = None
    negative: str | None = None
    steps: int | None = None
    guidance: float | None = None
    size: int | None = None
    options: PainterOptions = field(default_factory=PainterOptions)
    extra_views: int = 0
    delight: bool | None = None


Upscaler = Callable[[np.ndarray], np.ndarray]
"""Picture float32 [H, W, 3] in 0..1 -> the same picture, larger, in the same frame."""


def _quiet(*_: Any) -> None:
    return None


@dataclass
class LearnedSynthesizer:
    """A painter as a ViewSynthesizer.

    upscale: makes its pictures larger, or None. facts: of its last answer, for the record. folder: where its maps and
    views go as PNG, or None.
    """

    painter: Painter
    wishes: Wishes = field(default_factory=Wishes)
    upscale: Upscaler | None = None
    progress: Callable[..., None] = _quiet
    warn: Callable[[str], None] = _quiet
    folder: Path | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.painter.name

    def task(self, conditions: Conditions) -> PaintTask:
        """Return the painter's task for these conditions."""
        wishes = self.wishes
        return PaintTask(
            conditions.vertices,
            conditions.faces,
            conditions.normals,
            conditions.rgba,
            wishes.prompt,
            wishes.negative,
            conditions.seed,
            wishes.steps,
            wishes.guidance,
            wishes.size,
            extra_views=wishes.extra_views,
            delight=wishes.delight,
            options=wishes.options,
            progress=self.progress,
            warn=self.warn,
        )

    def synthesize(self, conditions: Conditions) -> list[View]:
        return list(self.paint(self.task(conditions)).values())

    def paint(self, task: PaintTask, folder: str = "painter") -> dict[str, View]:
        """Return the painter's views by name, ready for baking."""
        answer = self.painter.paint(task)
        self.facts = dict(answer.facts)
        if self.folder is not None:
            save_views(self.folder / folder, answer.views, answer.maps)
        views = answer.views
        if self.upscale is not None:
            views = {name: replace(view, picture=self.upscale(view.picture)) for name, view in views.items()}
        return ready_views(views, task.vertices, task.faces)


def learned_synthesizer(name: str, settings: Any, context: Context) -> LearnedSynthesizer:
    """Return the painter `name` with what the texture stage's settings ask of it."""
    options = PainterOptions(settings.painter_base, tuple(parse_lora(text) for text in settings.lora))
    wishes = Wishes(
        settings.prompt,
        settings.negative,
        settings.painter_steps,
        settings.painter_guidance,
        settings.painter_size,
        options,
        settings.extra_views,
        {"auto": None, "on": True, "off": False}[settings.painter_delight],
    )
    return LearnedSynthesizer(
        context.load("painter", name),
        wishes,
        find_upscaler(settings.upscaler),
        context.progress,
        context.warn,
        context.folder,
    )


def find_upscaler(name: str | None) -> Upscaler | None:
    """Another package's upscaler, by its name in the entry-point group `varco3d.upscalers`. Raises UsageError."""
    if name is None:
        return None
    found = {point.name: point for point in entry_points(group=UPSCALERS)}
    if name not in found:
        known = ", ".join(sorted(found)) or "none is installed"
        raise UsageError(f"there is no upscaler '{name}'", f"Known: {known}.")
    return found[name].load()()


def ready_views(views: Mapping[str, View], vertices: np.ndarray, faces: np.ndarray) -> dict[str, View]:
    """Return generated pictures cut out along the mesh's own outline.

    Their colours are continued past it. They have trust in pixels and a priority below the input picture's.
    """
    names = list(views)
    ready = {}
    for name in names:
        view = views[name]
        mask = render_maps(vertices, faces, view.camera, view.picture.shape[:2], maps=()).mask
        if not mask.any():
            continue
        picture, trust = prepare_picture(_cut_out(view.picture, mask))
        if view.confidence is not None:
            trust = trust * resized(view.confidence[..., None], *trust.shape)[..., 0]
        material = None
        if view.material is not None:  # cut out at its own size: enlarged first, the background would run into it
            own = render_maps(vertices, faces, view.camera, view.material.shape[:2], maps=()).mask
            colours = np.concatenate([view.material, view.material[..., :1]], -1)
            material = resized(prepare_picture(_cut_out(colours, own))[0][..., :2], *trust.shape)
        ready[name] = replace(
            view, picture=picture, confidence=trust, priority=PRIORITY * view.priority, material=material
        )
    return ready


def _cut_out(colours: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return colours [H, W, 3] with the outline as alpha, float32 [H, W, 4]."""
    return np.concatenate([colours, mask[..., None]], -1).astype(np.float32)


def save_views(folder: Path, views: Mapping[str, View], maps: Mapping[str, np.ndarray]) -> None:
    """Write view_<name>.png as generated, and <kind>_<name>.png of every map that the painter was shown.

    roughness_<name>.png and metalness_<name>.png, grey, of painters that make them.
    """
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    shown = {f"view_{name}": view.picture for name, view in views.items()}
    for k, kind in enumerate(("roughness", "metalness")):
        made = {name: view.material[..., k] for name, view in views.items() if view.material is not None}
        shown |= {f"{kind}_{name}": grey for name, grey in made.items()}
    for kind, pictures in maps.items():
        shown |= {f"{kind}_{name}": picture for name, picture in zip(views, pictures, strict=True)}
    for name, picture in shown.items():
        Image.fromarray(np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)).save(folder / f"{name}.png")
