"""Choice of the painter for the sides that the picture does not show."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...._plugins import SYNTHESIZERS, plugins
from ...._text import suggestion
from ....errors import ModelMissingError, UsageError
from ....weights.painters import PAINTERS, TAKEN, WITH_WORDS, missing_weights, painter_names, refuse_wishes
from ....weights.painters.libraries import PIP
from ...voxel_materials import VoxelMaterials

PLAIN = ("mirror", "own", "folder")  # no network


@dataclass(frozen=True)
class Asked:
    """Facts on which the choice of a painter depends.

    painter: the setting. own: the recipe's painter, or None. views: pictures of sides, if given. picture, words: there
    is a picture, there is a prompt. base: the user's own base, or None. loras: there are LoRAs.
    """

    painter: str
    own: str | None
    views: str | None
    picture: bool
    words: bool
    base: str | None = None
    loras: bool = False


def choose_painter(wish: Asked, warn: Callable[[str], None]) -> str:
    """Return the name of the painter for one mesh.

    auto: the recipe's painter when its weights are here, else `mirror` with a warning; words, a base and LoRAs select
    one that takes them. Raises UsageError, ModelMissingError, CheckpointError.
    """
    asked, own, views = wish.painter, wish.own, wish.views
    if asked == "tiny":
        warn("the painter tiny is called mirror now")
        asked = "mirror"
    if views and asked in ("auto", "mirror", "own"):
        asked = "folder"
    needs_words = wish.words or not wish.picture
    if asked != "auto":
        if needs_words and asked in PLAIN:
            hint = "Use `texture.painter` mvadapter, and leave `texture.views` out."
            raise UsageError(f"the painter {asked} takes no words", hint)
        return asked
    asks = {"words": needs_words, "other base": wish.base, "LoRAs": wish.loras}
    wishes = [taken for taken, given in asks.items() if given]
    name = own or ("mirror" if not wishes else WITH_WORDS)
    if not set(wishes) <= set(_takes(name)):
        name = WITH_WORDS
    lacking = _lacking(name, wish.picture, wish.base)
    if not lacking:
        return name
    if wishes:
        asking = "a prompt" if needs_words else "another base or a LoRA"
        raise ModelMissingError(f"{asking} needs the painter {name}, which cannot run here", f"Run: {lacking}")
    warn(f"the sides that the picture does not show are mirrored; to paint them with {name}, run: {lacking}")
    return "mirror"


def paints_in_space(painter: str, materials: VoxelMaterials | None) -> bool:
    """Return True when a painter answers materials of voxels: `own` where the shape came with some, and its kind."""
    return (painter == "own" and materials is not None) or (painter in PAINTERS and PAINTERS[painter].space)


def _takes(name: str) -> tuple[str, ...]:
    """Return the wishes of TAKEN that a painter reads; painters of other packages may read all."""
    if name in PAINTERS:
        return PAINTERS[name].takes
    return () if name in (*PLAIN, *plugins(SYNTHESIZERS)) else TAKEN


def check_painter(
    asked: str,
    views: str | None,
    extra_views: int,
    words: bool = False,
    base: str | None = None,
    loras: Sequence[str] = (),
) -> None:
    """Refuse before any work a painter that is not installed, side pictures and weights that cannot be used.

    words, base, loras: see TextureSettings. Raises UsageError, BadInputError, ModelMissingError.
    """
    known = ["auto", *PLAIN, *painter_names(), *plugins(SYNTHESIZERS)]
    if asked not in (*known, "tiny"):
        raise UsageError(f"there is no painter '{asked}'", suggestion(asked, known))
    painter = "folder" if views and asked == "auto" else asked
    if painter != "auto":
        wishes = {"words": words, "other base": base, "LoRAs": loras}
        refuse_wishes(painter, _takes("mirror" if painter == "tiny" else painter), wishes)
    if loras:
        from ....weights.painters.lora import find_lora, parse_lora

        for lora in loras:
            find_lora(parse_lora(lora)[0])
    if not views:
        if asked == "folder":
            raise UsageError("the painter folder needs pictures", "Name a folder or front.png,... in `texture.views`.")
        return
    if asked not in ("auto", "tiny", *PLAIN):
        raise UsageError(f"the painter {asked} reads no pictures of sides", "Leave `texture.views` out.")
    from ..sides import check_sides

    check_sides(views, extra_views)


def _lacking(name: str, picture: bool, base: str | None) -> str:
    """Return the command that brings what a painter lacks here; empty when it can run."""
    if name not in PAINTERS:
        return ""
    models = missing_weights(name, picture, base)
    if models:
        return f"varco3d models pull {' '.join(models)}"
    if PAINTERS[name].space:
        return ""
    found = all(importlib.util.find_spec(library) is not None for library in ("diffusers", "transformers"))
    return "" if found else PIP
