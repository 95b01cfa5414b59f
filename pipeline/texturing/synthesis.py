"""Pictures of the sides that the input does not show: the protocol, and the two synthesisers that need no network.

A synthesiser is told the subject, the registered camera and the views wanted; it renders the condition maps it needs at
its own resolution and returns pictures with trust. It may return other views than those wanted (a mirrored input, say).
A third party adds one in the entry-point group `varco3d.synthesizers`: a callable without arguments.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from ..._files import write_json
from ..._plugins import SYNTHESIZERS, plugins
from ..._text import suggestion
from ...errors import UsageError
from ...kernels.atlas.bake import View
from ...kernels.views.cameras import SIX_VIEWS, Camera
from ...kernels.views.render_maps import Maps, render_maps
from ...weights.painters import painter_names
from .painters.choice import PLAIN
from .picture import is_lopsided, prepare_picture, without_detail
from .register import Registration
from .symmetry import Symmetry, find_symmetries, plane_across

# Cosines between the horizontal line of sight and the normal of a plane that lies across it, or along it.
ACROSS, ALONG = 0.9, 0.42
HALF_HEIGHT = 1.1  # orthographic half height of the wanted views; the mesh lies in [-1, 1]^3


@dataclass(frozen=True)
class Conditions:
    """Input of a synthesiser.

    rgba: the subject, float32 [S, S, 4], straight alpha; registration: the camera it was taken from; both None where
    words alone say what is wanted. vertices [V, 3], faces [F, 3], normals [V, 3] of the mesh. cameras: wanted views by
    name. seed: for synthesisers that draw.
    """

    rgba: np.ndarray | None
    registration: Registration | None
    vertices: np.ndarray
    faces: np.ndarray
    normals: np.ndarray
    cameras: dict[str, Camera]
    seed: int = 0

    def maps(self, size: int) -> Maps:
        """Depth, normal and position maps of the wanted views, [K, size, size, ...]."""
        return render_maps(self.vertices, self.faces, list(self.cameras.values()), size, self.normals)


class ViewSynthesizer(Protocol):
    """Makes views. name: for records."""

    name: str

    def synthesize(self, conditions: Conditions) -> list[View]: ...


def wanted_cameras() -> dict[str, Camera]:
    """Return the six fixed views."""
    return {name: Camera(azimuth, elevation, HALF_HEIGHT) for name, (azimuth, elevation) in SIX_VIEWS.items()}


def input_view(conditions: Conditions) -> View:
    """Return the input picture itself, first among the views. Raises UsageError without one."""
    if conditions.rgba is None or conditions.registration is None:
        hint = "Give one, or a `texture.prompt` for `texture.painter` mvadapter."
        raise UsageError("there is no picture to paint from", hint)
    picture, confidence = prepare_picture(conditions.rgba)
    return View(conditions.registration.camera, picture, confidence)


class MirrorSynthesizer:
    """Synthesiser that colours the hidden side through the shape's own symmetry.

    Most things have one vertical mirror plane. When it lies across the line of sight, as of a car seen from its side,
    the far side is the near side's mirror image, sharp and whole; so it is of round things with a pattern. Otherwise
    planes along the line of sight, or oblique to it, show what they reach, and the back takes the large areas of colour
    of the front: a face is not repeated on the back of the head. A mirrored point is looked up in the picture where its
    mirror image is visible.
    """

    name = "mirror"
    mirror_priority = 0.03
    back_priority = 0.003
    further = 0.1  # of a plane oblique to the line of sight, or a half turn, that is not the best: it patches only
    alike = 0.004  # error of a plane across the line of sight up to which front and back are alike
    as_alike = 1.6  # or so many times the error of a plane along it: round things
    rounded = 0.01  # or an error up to which a guessed shape is as round as guesses are, where a plane lies along it
    through_priority = 1e-4
    # A mirror image lies on the shape only about: tolerance of the depth test in box units, at least and at most.
    margins = (0.015, 0.1)
    slack = 0.001  # of such comparisons of errors: their noise
    # The same where the whole far side is one mirror image, which is to have no holes: per error, and at most.
    whole_margins = (50.0, 0.2)
    through_trust = 0.06  # only surfaces turned well away take calm colour straight through, the rest is filled

    def synthesize(self, conditions: Conditions) -> list[View]:
        front = input_view(conditions)
        assert front.confidence is not None and conditions.rgba is not None
        sight = front.camera.axes()[2]
        through = np.eye(4)
        through[:3, :3] -= 2.0 * np.outer(sight, sight)
        straight = replace(front, priority=self.through_priority, mirror=through, margin=np.inf)
        found = find_symmetries(conditions.vertices, conditions.faces)
        facing = next((symmetry for symmetry in found if symmetry.towards(sight) > ACROSS), None)
        if self._repeats(facing, found, sight, is_lopsided(conditions.rgba)):
            # Straight across, the picture and its mirror image meet in one line: the outline.
            level = plane_across(conditions.vertices, conditions.faces, sight)
            if facing is None or level is None:
                return [straight]
            plane = level if level.error <= self.as_alike * facing.error + self.slack else facing
            steep, most = self.whole_margins
            return [self._mirrored(front, plane, self.mirror_priority, min(steep * plane.error, most)), straight]
        calm = replace(front, picture=without_detail(front.picture, front.confidence, conditions.rgba[..., 3]))
        views = []
        for symmetry in found:
            to_the_back = float(sight @ symmetry.transform[:3, :3] @ sight) < -0.4
            unlike = to_the_back and symmetry.error > self.alike
            priority = self.back_priority if to_the_back else self.mirror_priority
            oblique = ALONG < symmetry.towards(sight) < ACROSS and symmetry is not found[0]
            priority *= self.further if oblique or symmetry.normal is None else 1.0
            views.append(self._mirrored(calm if unlike else front, symmetry, priority))
        trust = self.through_trust * front.confidence
        return [*views, replace(straight, picture=calm.picture, confidence=trust)]

    def _repeats(self, facing: Symmetry | None, found: list[Symmetry], sight: np.ndarray, lopsided: bool) -> bool:
        """Tell whether the far side shows the picture again.

        facing: the plane across the line of sight, of those found. lopsided: the picture is not its own mirror image,
        so the thing's own plane does not lie along the line of sight.
        """
        if facing is None:
            return lopsided and not found
        planes = [symmetry for symmetry in found if symmetry.normal is not None]
        along = [plane.error for plane in planes if plane.towards(sight) < ALONG]
        round_limit = max(self.as_alike * along[0], self.rounded) if lopsided and along else 0.0
        return facing.error <= max(self.alike, round_limit) or (lopsided and facing is found[0])

    def _mirrored(self, view: View, symmetry: Symmetry, priority: float, margin: float = 0.0) -> View:
        """Return a view as seen in a mirror of the shape, the less preferred the less exact that is.

        margin: the least one.
        """
        margin = max(margin, float(np.clip(5.0 * symmetry.error, *self.margins)))
        priority /= 1.0 + 20.0 * symmetry.error
        return replace(view, priority=priority, mirror=symmetry.transform, margin=margin)


class OwnSynthesizer:
    """Nothing beside the picture: the rest takes the mesh's own colours, or what spreads along the surface."""

    name = "own"

    def synthesize(self, conditions: Conditions) -> list[View]:
        return []


def make_synthesizer(name: str) -> ViewSynthesizer:
    """Return `mirror`, `own`, or one from the entry-point group `varco3d.synthesizers`. Raises UsageError."""
    if name == "mirror":
        return MirrorSynthesizer()
    if name == "own":
        return OwnSynthesizer()
    found = plugins(SYNTHESIZERS)
    if name in found:
        return found[name].load()()
    known = [*PLAIN, *painter_names(), *found]
    raise UsageError(f"there is no painter '{name}'", suggestion(name, known))


def write_conditions(conditions: Conditions, folder: Path, size: int = 768) -> None:
    """Write condition maps as PNG, and cameras.json with the cameras of the views.

    normal_<view>.png: world normals as colours; position_<view>.png: box as colours; depth_<view>.png: 16 bit, near is
    bright, 0 outside.
    """
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    found = conditions.registration
    cameras = conditions.cameras if found is None else {"input": found.camera, **conditions.cameras}
    write_json(folder / "cameras.json", {name: asdict(camera) for name, camera in cameras.items()})
    maps = conditions.maps(size)
    for k, name in enumerate(conditions.cameras):
        mask = maps.mask[k][..., None]
        for kind, values in (("normal", maps.normal[k] * 0.5 + 0.5), ("position", maps.position[k] * 0.5 + 0.5)):
            colours = np.rint(np.clip(np.where(mask, values, 0.5), 0, 1) * 255).astype(np.uint8)
            Image.fromarray(colours).save(folder / f"{kind}_{name}.png", compress_level=1)
        # the box lies within 1.8 of the origin
        near = np.where(maps.mask[k], 1.0 - (maps.depth[k] - conditions.cameras[name].distance + 1.8) / 3.6, 0.0)
        Image.fromarray(np.rint(np.clip(near, 0, 1) * 65535).astype(np.uint16)).save(
            folder / f"depth_{name}.png", compress_level=1
        )
