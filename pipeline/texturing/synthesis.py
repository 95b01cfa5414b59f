"""Pictures of the sides that the input does not show: the protocol, and the two synthesisers that need no network.

A synthesiser is told the subject, the registered camera and the views wanted; it renders the condition maps it needs at
its own resolution and returns pictures with trust. It may return other views than those wanted (a mirrored input, say).
A third party adds one in the entry-point group `varco3d.synthesizers`: a callable without arguments.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
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
from .picture import prepare_picture, without_detail
from .register import Registration
from .symmetry import find_symmetries

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

    The back, when no plane reaches it, takes the large areas of colour of the front, straight through. Mirrored
    pictures are sharp: a point is looked up where its mirror image lies in the input picture, when that image is
    visible there.
    """

    name = "mirror"
    mirror_priority = 0.03
    back_priority = 0.003
    alike = 0.004  # share of the extent
    through_priority = 1e-4
    # A mirror image lies on the shape only about: tolerance of the depth test in box units, at least and at most.
    margins = (0.015, 0.1)
    through_trust = 0.06  # only surfaces turned well away take colour straight through, the rest is filled

    def synthesize(self, conditions: Conditions) -> list[View]:
        front = input_view(conditions)
        assert front.confidence is not None
        camera = front.camera
        calm = without_detail(front.picture, front.confidence)
        back = camera.axes()[2]
        views = []
        for symmetry in find_symmetries(conditions.vertices, conditions.faces):
            # A front repeated on the back puts a second face there, unless front and back are truly alike.
            to_the_back = float(back @ symmetry.transform[:3, :3] @ back) < -0.4
            picture = calm if to_the_back and symmetry.error > self.alike else front.picture
            priority = (self.back_priority if to_the_back else self.mirror_priority) / (1.0 + 20.0 * symmetry.error)
            margin = float(np.clip(5.0 * symmetry.error, *self.margins))
            views.append(View(camera, picture, front.confidence, priority, symmetry.transform, margin))
        through = np.eye(4)
        through[:3, :3] -= 2.0 * np.outer(back, back)
        trust = self.through_trust * front.confidence
        views.append(View(camera, calm, trust, self.through_priority, through, margin=np.inf))
        return views


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
