"""From a painter's name to a texture: views, colours that agree, baking, further passes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ....errors import BadMeshError
from ....kernels.atlas.bake import View
from ....weights.painters import painter_names
from ...artifacts import Mesh
from ...stage import Context
from ..paint import Painted, paint
from ..synthesis import Conditions, input_view, make_synthesizer
from .agree import settled
from .bridge import learned_synthesizer
from .choice import PLAIN
from .match import matched
from .passes import further_views


@dataclass
class Painting:
    """One mesh on its way to a texture of `size` texels.

    conditions: the mesh as views see it, and its picture, whose registration may change. cut: the mesh cut for its
    atlas, with the colours that show where no view does; place [V, 3]: where the vertices of that lie in the box.
    """

    conditions: Conditions
    cut: Mesh
    place: np.ndarray
    size: int
    settings: Any
    context: Context

    def paint(self, painter: str) -> tuple[Painted, list[View], dict[str, Any]]:
        """(the texture, the views it was baked from, facts of the painter)."""
        conditions, settings = self.conditions, self.settings
        learned = painter not in PLAIN and painter in painter_names()
        # A picture that fits the mesh nowhere would colour the wrong parts; a learned painter needs no such help.
        found = conditions.registration
        misfit = learned and settings.register and found is not None and not found.accepted
        views = [input_view(conditions)] if found is not None and not misfit else []
        if not learned:
            views += make_synthesizer(painter, settings.views).synthesize(conditions)
            self.context.progress(3, 4, "paint")
            return self._bake(views), views, {}
        if misfit:
            self.context.warn(f"the picture is shown to {painter} only; no part of it is baked itself")
        return self._learned(painter, views)

    def _learned(self, name: str, views: list[View]) -> tuple[Painted, list[View], dict[str, Any]]:
        """Views of a learned painter, brought to the picture's colours, then further passes over what is unseen."""
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
            more = further_views(synthesizer, conditions, views, cut, painted.texture, number)
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
        return paint(self.place, self.cut.faces, self.cut.uv, self.cut.normals, views, self.size, exponent, base)
