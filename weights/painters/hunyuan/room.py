"""Hunyuan3D-Paint's memory plan: which networks stay loaded, slices of attention, and the peak that follows.

Guidance rows run one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...._text import GIB
from ....errors import OutOfMemoryError
from ..base import Room
from ..memory import ACTIVATIONS, DECODING, LEAST_LIMIT, LIBRARIES, LOADING, number_bytes, scores_limit


@dataclass(frozen=True)
class Plan:
    """One way to paint within a memory budget.

    keep: all networks stay loaded between their turns. need: GiB at the peak. limit: bytes for the scores of an
    attention call, None for no limit.
    """

    keep: bool
    need: float
    limit: int | None = None


def plan_room(room: Room, name: str, size: int, pictures: int, parts: Mapping[str, float]) -> Plan:
    """Return the fastest plan within the budget. Raises OutOfMemoryError when not even the smallest fits.

    pictures: that the UNet denoises at once. parts: see part_bytes. Activations are those measured for SDXL, whose
    blocks are as wide.
    """
    latents, number = (size // 8) ** 2, number_bytes(room.dtype)
    activations = pictures * latents * number * ACTIVATIONS * 1.25
    one = activations / pictures  # of the picture whose light is taken out
    painting = activations + LEAST_LIMIT
    decoding = latents * number * DECODING
    both = (parts["unet"] + parts["unet_dual"]) * LOADING
    budget, need = room.budget(), 0.0
    for keep in (True, False):
        if keep:
            turns = (both + parts["vae"] + parts["dino"] + max(painting, decoding, parts["delight"] + one),)
        else:  # the UNet that reads references has left before the first step
            turns = (both, parts["unet"] * LOADING + painting, parts["vae"] + decoding)
            turns += (parts["dino"] * LOADING, parts["delight"] * LOADING + one)
        need = LIBRARIES + max(turns)
        if need <= budget:
            return Plan(keep, need / GIB, scores_limit(budget, need, LEAST_LIMIT))
    raise OutOfMemoryError(
        f"{name} needs about {need / GIB:.1f} GiB for views of {size} px, the budget is {budget / GIB:.1f}",
        "Raise `memory`, halve the need with `dtype` float16, or paint smaller views.",
    )
