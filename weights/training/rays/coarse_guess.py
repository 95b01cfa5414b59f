"""The trained coarse stage as the runs that learn from it ask it: what it guesses of a training picture."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from ...generators.generator import Condition
from ...generators.sampling import mean_latents, sample_latents
from ...generators.tiny import TinyGenerator, load_backbone
from ...networks.anchored_dit import COARSE_DIT
from ...networks.ray_unet import RayUNet
from ..train_flow import load_flow, load_vae
from ..train_vae import LATTICE

DRAWS = 4
GUIDANCE = 2.0  # the recipe's


def load_coarse(vae: Path, run: Path, rays: RayUNet | None = None) -> TinyGenerator:
    """Return the coarse stage from the averaged weights of a train_flow run; rays: what gives it a second look."""
    flow = load_flow(run, COARSE_DIT)
    return TinyGenerator(load_backbone(), load_vae(vae), flow, LATTICE, "cpu", torch.bfloat16, rays)


def mean_guess(generator: TinyGenerator, condition: Condition, seed: int) -> tuple[Tensor, Tensor]:
    """Latents [1,N,C], the mean of one-step draws of the coarse stage, and their anchors [N,3]."""
    anchors = generator.anchors(None, 0)
    latents = mean_latents(
        lambda k: sample_latents(generator, condition, anchors, len(anchors), 1, GUIDANCE, seed * DRAWS + k), DRAWS
    )
    return latents, anchors
