"""Memory that the resolutions of a run take on the host, known before any work.

Measured with scripts/memory.py on objects that fill their frame; the surface grows with the square of the resolution.
"""

from __future__ import annotations

from collections.abc import Collection

from .machine import GIB
from .recipe import Recipe
from .stages.settings import DecodeSettings

PROGRAM = 0.75  # GiB of a process with torch, Warp and the shipped networks
_CELL = 3600.0  # bytes per square of decode.resolution, while the surface is cleaned
_TEXEL = 165.0  # bytes per texel, while a texture is painted and filled
_STEP = 64  # resolutions that are advised are multiples of it


def host_needs(recipe: Recipe, stages: Collection[str]) -> dict[str, float]:
    """Map each setting to the GiB that it takes: `decode.resolution` and `texture.size`, of the stages that run."""
    needs: dict[str, float] = {}
    if "decode" in stages and isinstance(decode := recipe.stage("decode").settings, DecodeSettings):
        needs["decode.resolution"] = PROGRAM + _CELL * decode.resolution**2 / GIB
    if "texture" in stages:
        needs["texture.size"] = PROGRAM + _TEXEL * recipe.stage("texture").settings.size ** 2 / GIB
    return needs


def largest_fit(setting: str, budget: float) -> int | None:
    """Return the largest value of a setting that fits a budget in GiB, or None."""
    room = (budget - PROGRAM) * GIB
    if room <= 0:
        return None
    if setting == "texture.size":
        return 1 << (int((room / _TEXEL) ** 0.5).bit_length() - 1)
    return int((room / _CELL) ** 0.5) // _STEP * _STEP or None
