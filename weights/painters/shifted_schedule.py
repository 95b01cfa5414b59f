"""Noise levels for several views at once: SDXL's own, with the signal-to-noise ratio lowered where noise is strong.

Many views show the same content, so the same noise hides less of it. MV-Adapter divides the ratio at step i of N by
scale^(i / (N - 1)), in logarithms, and hands the betas that follow to the scheduler of the base model.
"""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import Tensor

SCALE = 8.0


def shifted_betas(alphas_cumprod: Tensor, scale: float = SCALE, interpolated: bool = True) -> Tensor:
    """Betas [N] of a schedule whose signal-to-noise ratio is lowered by `scale`.

    alphas_cumprod: [N] of the base schedule. interpolated: from nothing at the first step to all of it at the last;
    else everywhere alike.
    """
    ratio = alphas_cumprod / (1 - alphas_cumprod)
    if interpolated:
        share = torch.arange(len(ratio), dtype=ratio.dtype) / (len(ratio) - 1)
        lowered = torch.exp((1 - share) * torch.log(ratio) + share * torch.log(ratio / scale))
    else:
        lowered = ratio / scale
    kept = lowered / (1 + lowered)
    before = torch.cat([torch.ones(1, dtype=kept.dtype), kept[:-1]])
    return 1 - kept / before


def shifted(scheduler: Any, kind: type | None = None, scale: float = SCALE, interpolated: bool = True) -> Any:
    """Return a scheduler with shifted betas, of the class of `scheduler` or of `kind` (diffusers scheduler classes)."""
    betas = shifted_betas(scheduler.alphas_cumprod, scale, interpolated)
    kind = kind or type(scheduler)
    known = inspect.signature(kind.__init__).parameters
    kept = {name: value for name, value in scheduler.config.items() if name in known}
    return kind.from_config({**kept, "trained_betas": betas.numpy()})
