"""MV-Adapter's memory plan: the networks that stay loaded, and how much runs at once."""

from __future__ import annotations

from dataclasses import dataclass

from ...._text import GIB
from ....errors import OutOfMemoryError
from ..base import Room
from ..memory import ACTIVATIONS, DECODING, LIBRARIES, LOADING, number_bytes, scores_limit


@dataclass(frozen=True)
class MvAdapterPlan:
    """One way to paint within a memory budget.

    keep: all networks stay loaded. together: both halves of the guidance in one batch. limit: bytes for the scores of
    an attention call, None for no limit. need: GiB at the peak.
    """

    keep: bool
    together: bool
    limit: int | None
    need: float


@dataclass(frozen=True)
class PartBytes:
    """Bytes of the networks in the number type that they run in."""

    text: float
    network: float
    vae: float


def plan_room(room: Room, size: int, kind: str, parts: PartBytes) -> MvAdapterPlan:
    """Return the fastest plan that stays within the budget. Raises OutOfMemoryError when not even the smallest does."""
    latents = (size // 8) ** 2
    number = number_bytes(room.dtype)
    one_half = 6 * latents * number * ACTIVATIONS
    decoding = LIBRARIES + parts.vae + latents * number * DECODING
    budget = room.budget()
    kept = parts.text + parts.network + parts.vae
    for keep, together in ((True, True), (False, True), (False, False)):
        activations = (2 if together else 1) * one_half
        scores = activations / 4
        held = kept if keep else parts.network * LOADING
        need = max(LIBRARIES + held + activations + scores, decoding, LIBRARIES + parts.text * LOADING)
        if need <= budget:
            return MvAdapterPlan(keep, together, scores_limit(budget, need, scores), need / GIB)
    raise OutOfMemoryError(
        f"mvadapter needs about {need / GIB:.1f} GiB for views of {size} px, the budget is {budget / GIB:.1f}",
        "Raise `memory`, halve the need with `dtype` float16, or paint smaller views.",
    )
