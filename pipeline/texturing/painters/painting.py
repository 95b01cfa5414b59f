"""From a painter's name to a texture: views, colours that agree, baking, further passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ....errors import BadMeshError, UsageError
from ....kernels.atlas.bake import View
from ....kernels.parallel import has_cuda
from ....weights.painters import painter_names
from ...artifacts import Mesh
from ...meshes.preview import render_view
from ...meshes.report import has_boundary
from ...stage import Context
from ..paint import Painted, paint
from ..picture import prepare_picture
from ..sides import SidePictures
from ..synthesis import Conditions, input_view, make_synthesizer
from .agree import settled
from .bridge import learned_synthesizer
from .choice import PLAIN
from .match import matched
from .passes import further_views

OWN_SIDE = 256  # pixels of the views that a picture is compared with


@dataclass
class Painting:
    """One mesh on its way to a texture of `size` texels.

    conditions: the mesh as views see it, and its picture, whose registration may change. cut: the mesh cut for its
    atlas, with the colours that show where no view does; place [V, 3]: where the vertices of that lie in the box.
    cut_out: the file of a side's picture -> its subject, float32 [S, S, 4].
    """

    conditions: Conditions
    cut: Mesh
    place: np.ndarray
    size: int
    settings: Any
    context: Context
    cut_out: Callable[[Path], np.ndarray]

    def paint(self, painter: str) -> tuple[Painted, list[View], dict[str, Any]]:
        """Return (the texture, the views it was baked from, facts of the painter)."""
        conditions, settings = self.conditions, self.settings
        learned = painter not in PLAIN and painter in painter_names()
        # A picture that fits the mesh nowhere would colour the wrong parts; a learned painter needs no such help.
        found = conditions.registration
        coloured = painter == "own" and self.cut.colors is not None
        misfit = (learned or coloured) and settings.register and found is not None and not found.accepted
        if coloured:
            return self._own(misfit)
        baked = found is not None and not misfit and (settings.bake_picture or not learned)
        views = [input_view(conditions)] if baked else []
        if not learned:
            sides = self._sides() if painter == "folder" else None
            views += (sides or make_synthesizer(painter)).synthesize(conditions)
            self.context.progress(3, 4, "paint")
            return self._bake(views), views, {"sides": sides.facts} if sides else {}
        if misfit:
            self.context.warn(f"the picture is shown to {painter} only; no part of it is baked itself")
        return self._learned(painter, views)

    def _own(self, misfit: bool) -> tuple[Painted, list[View], dict[str, Any]]:
        """Return the mesh's own colours, with the picture on the surface that it sees.

        The picture's camera is the one that agrees with the colours best.
        """
        settings, context = self.settings, self.context
        if misfit:
            context.warn("the picture fits the mesh badly; the mesh keeps its own colours")
        elif settings.register and self.conditions.registration is not None:
            found = settled(self.conditions, self._own_views(), settings.spread, settings.lowest_iou, context.warn)
            self.conditions = replace(self.conditions, registration=found)
        context.progress(3, 4, "paint")
        if self.conditions.registration is None:
            raise BadMeshError("there is no picture to paint", "Name another `texture.painter` for words alone.")
        view = input_view(self.conditions)
        if misfit:
            return self._bake([replace(view, confidence=np.zeros(view.picture.shape[:2], np.float32))]), [], {}
        return self._bake([view]), [view], {}

    def _own_views(self) -> list[View]:
        """Return the mesh in its own colours from the wanted cameras."""
        mesh = Mesh(self.place, self.cut.faces, colors=self.cut.colors)
        views = []
        for camera in self.conditions.cameras.values():
            rgba = render_view(mesh, camera, OWN_SIDE, light=0.0, background=None).astype(np.float32) / 255
            views.append(View(camera, *prepare_picture(rgba)))
        return views

    def _sides(self) -> SidePictures:
        """Return the synthesiser of the pictures in `texture.views`. Raises UsageError without any."""
        settings = self.settings
        if not settings.views:
            raise UsageError("the painter folder needs pictures", "Name a folder or front.png,... in `texture.views`.")
        lowest = settings.lowest_iou if settings.register else None
        warn = self.context.warn
        return SidePictures(settings.views, settings.views_framed, self.cut_out, settings.spread, lowest, warn)

    def _learned(self, name: str, views: list[View]) -> tuple[Painted, list[View], dict[str, Any]]:
        """Return views of a learned painter in the picture's colours, with further passes over the unseen surface."""
        context, settings = self.context, self.settings
        synthesizer = learned_synthesizer(name, settings, context)
        fixed, made = len(views), synthesizer.synthesize(self.conditions)
        if fixed and settings.register:
            found = settled(self.conditions, made, settings.spread, settings.lowest_iou, context.warn)
            self.conditions = replace(self.conditions, registration=found)
            views = [input_view(self.conditions)]
        conditions, views = self.conditions, views + made
        facts, passes = {"painter_settings": synthesizer.facts}, 0
        views, factors = matched(views, conditions.vertices, conditions.faces, fixed)
        context.progress(3, 4, "paint")
        painted = self._bake(views)
        assert self.cut.uv is not None
        for number in range(1, self.settings.passes + 1):
            cut = self.place, self.cut.faces, self.cut.uv
            more = further_views(synthesizer, conditions, views, cut, painted, number)
            if not more:
                break
            views, _ = matched([*views, *more], conditions.vertices, conditions.faces, len(views))
            painted, passes = self._bake(views), number
        facts |= {"further_passes": passes, "colour_factors": np.round(factors, 3).tolist()}
        return painted, views, facts

    def _bake(self, views: list[View]) -> Painted:
        assert self.cut.uv is not None and self.cut.normals is not None
        if not views:
            raise BadMeshError("no view shows the mesh", "Check its scale and `texture.views`.")
        exponent, own = self.settings.exponent, self.cut.colors
        base = None if own is None else own.astype(np.float32) / 255
        device = self.context.device if has_cuda(self.context.device) else None
        surface = self.place, self.cut.faces, self.cut.uv, self.cut.normals
        return paint(*surface, views, self.size, exponent, base, two_sided=has_boundary(self.cut), device=device)
