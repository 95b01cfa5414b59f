"""Painters: networks that generate the views of a mesh from which its texture is baked.

Read base.py first: a painter gets a `PaintTask` (mesh, picture or words, seed) and answers `PaintedViews` (pictures
with the cameras that show the mesh so). It knows nothing of atlases, baking or the command line; the texture stage
knows nothing of networks (pipeline/texturing/painters/bridge.py is the bridge).

A painter of another system is
1. its networks, condition maps, camera layout and sampling, one file each, in a folder of its name (mvadapter);
   plain blocks come from diffusers and transformers through libraries.py, filled strictly by weights' `load_into`;
2. a class with the members of `base.Painter`; `Turns` (turns.py) loads and releases its networks, a plan made from
   `Room` says what runs at once (mvadapter/room.py, with the figures of memory.py), attention.py cuts attention into
   the plan's slices; a call's base and LoRAs come in `PaintTask.options`;
3. checkpoints and a model in zoo.toml, licences in licences.py;
4. a row in PAINTERS below with the wishes that it reads, and `painter = "NAME"` under [models] of its recipes;
5. its recordings understood by weights/parity (painters/mvadapter.py there) and its manifests by parity/manifests.py;
6. its published view layout in LAYOUTS of scripts/painter_layouts.py; check_painters.py shows where its views land.

A painter that works in space (trellis2) answers `PaintedVoxels` instead: materials of the voxels at the mesh, which the
texture stage bakes (pipeline/texturing/painters/space.py). It is a `base.SpacePainter`, marked in its row.

Other packages add one in the entry-point group `varco3d.painters`: a callable (room) -> Painter.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from types import MappingProxyType
from typing import Any

from ..._plugins import PAINTERS as GROUP
from ..._plugins import plugins
from ...errors import UsageError
from .base import (
    TAKEN,
    Known,
    PaintedViews,
    PaintedVoxels,
    Painter,
    PainterOptions,
    PaintTask,
    Room,
    SpacePainter,
    refuse_wishes,
)


@dataclass(frozen=True)
class PainterRow:
    """One painter of ours.

    model, text_model: models to pull for a picture, and for words alone ("" where it needs a picture). loader: module
    and function (room) -> Painter. space: it is a SpacePainter, which paints in space and not by views. beside: module
    and function (picture, base) -> checkpoints needed beside a base of the user's, "" for one that takes none. takes:
    wishes of TAKEN that it reads.
    """

    name: str
    model: str
    loader: str
    text_model: str = ""
    space: bool = False
    beside: str = ""
    takes: tuple[str, ...] = ()

    def needs(self, picture: bool, base: str | None = None) -> tuple[str, ...]:
        """Return the models and checkpoints of the zoo that a task needs. base: the user's own base, or None.

        Raises UsageError when the painter cannot do it, ModelMissingError and CheckpointError for a base that is none.
        """
        if not picture and not self.text_model:
            raise UsageError(
                f"the painter {self.name} needs a picture", "Give one, or use `texture.painter` mvadapter."
            )
        if base is not None and self.space:
            return ()  # all of it is in that folder
        if base is not None and self.beside:
            return _member(self.beside)(picture, base)
        return (self.model if picture else self.text_model,)


PAINTERS: Mapping[str, PainterRow] = MappingProxyType(
    {
        "mvadapter": PainterRow(
            "mvadapter",
            "mvadapter",
            "mvadapter.painter:MvAdapter",
            "mvadapter-text",
            beside="mvadapter.files:needed_beside",
            takes=TAKEN,
        ),
        "hunyuan3d-paint-2.0": PainterRow("hunyuan3d-paint-2.0", "hunyuan3d-paint-2.0", "hunyuan.painter20:base"),
        "hunyuan3d-paint-2.0-turbo": PainterRow(
            "hunyuan3d-paint-2.0-turbo", "hunyuan3d-paint-2.0-turbo", "hunyuan.painter20:turbo"
        ),
        "hunyuan3d-paint-2.1": PainterRow("hunyuan3d-paint-2.1", "hunyuan3d-paint-2.1", "hunyuan.painter21:pbr"),
        "trellis2": PainterRow(
            "trellis2", "trellis2-texture", "trellis2:Trellis2Painter", space=True, takes=("other base",)
        ),
    }
)


def painter_names() -> tuple[str, ...]:
    """Painters of ours, then those of other packages."""
    return (*PAINTERS, *sorted(set(_foreign()) - set(PAINTERS)))


WITH_WORDS = "mvadapter"  # who reads a prompt when nobody is named


def needed_models(name: str, picture: bool, words: bool, base: str | None = None) -> tuple[str, ...]:
    """Return the models and checkpoints that a painter needs for a request. base: the user's own base.

    words: there is a prompt, or a LoRA. None for `auto` without words and base, which takes what is here, for painters
    of other packages, and for one in space that is all in the folder `base`. Raises UsageError, ModelMissingError,
    CheckpointError.
    """
    if name == "auto" and (words or base or not picture):
        name = WITH_WORDS
    return PAINTERS[name].needs(picture, base) if name in PAINTERS else ()


def missing_weights(name: str, picture: bool, base: str | None = None) -> tuple[str, ...]:
    """Return the models and checkpoints that a painter still needs pulled for a task. base: the user's own base.

    Painters of other packages fetch their own. Raises UsageError, ModelMissingError, CheckpointError.
    """
    from ..checkpoints.store import Store
    from ..checkpoints.zoo import specs_of

    if name not in PAINTERS:
        return ()
    store, wanted = Store(), PAINTERS[name].needs(picture, base)
    return tuple(model for model in wanted if any(store.find(each) is None for each in specs_of(model)))


def load_painter(name: str, room: Room) -> Painter | SpacePainter:
    """Return the painter called `name`; it reads its weights when it paints. Raises UsageError when there is none."""
    if name in PAINTERS:
        load = _member(PAINTERS[name].loader)
    elif name in _foreign():
        load = _foreign()[name].load()
    else:
        raise UsageError(f"there is no painter '{name}'", f"Known: {', '.join(painter_names())}.")
    return load(room)


def _member(path: str) -> Any:
    """Return the member of a module of this room, written MODULE:MEMBER; imported only now."""
    module, _, member = path.partition(":")
    return getattr(importlib.import_module(f".{module}", __package__), member)


def _foreign() -> dict[str, EntryPoint]:
    return plugins(GROUP)


__all__ = [
    "PAINTERS",
    "TAKEN",
    "WITH_WORDS",
    "Known",
    "PaintTask",
    "PaintedViews",
    "PaintedVoxels",
    "Painter",
    "PainterOptions",
    "Room",
    "SpacePainter",
    "load_painter",
    "missing_weights",
    "needed_models",
    "painter_names",
    "refuse_wishes",
]
