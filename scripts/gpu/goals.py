"""Figures that one H100 is to reach, written beside what was measured there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KERNELS = {  # milliseconds
    "voxelize 1M": 10.0,
    "farthest_points 200000 to 32768": 60.0,
    "decode_octree 1024": 60.0,
    "bake 1M": 20.0,
}
# Milliseconds of a decode that chooses no keys. 490 is the time that FlashVDM (arXiv 2503.16302) gives for its own.
EXACT_DECODES = {"384": 490.0}
STEP_SHARE, STEP_TOKENS = 45.0, 4096  # per cent of the measured product rate, for so many tokens and more
PICTURE_SECONDS = 1.0  # of a further picture with `tiny`


def kernel_goal(line: Mapping[str, Any]) -> float | None:
    """Return the milliseconds wanted of a kernel; None where no goal was set."""
    return KERNELS.get(str(line["case"]))


def decode_goal(line: Mapping[str, Any]) -> float | None:
    """Return the milliseconds wanted of a whole decode."""
    _, resolution, way = str(line["case"]).split(" ", 2)
    return EXACT_DECODES.get(resolution) if way == "exact" else None


def step_goal(line: Mapping[str, Any]) -> float | None:
    """Return the share of the product rate wanted of a guided step, in per cent."""
    return STEP_SHARE if line.get("tokens", 0) >= STEP_TOKENS else None
