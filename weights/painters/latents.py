"""Pictures to latents of a VAE of diffusers, and back: what the painters share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F


def vae_input(pictures: np.ndarray, like: Any) -> Tensor:
    """Return pictures [V, S, S, 3] in 0..1 as [V, 3, S, S] in -1..1, as the network `like` reads them."""
    planes = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2)
    return (planes * 2 - 1).to(like.device, like.dtype)


def encode(vae: Any, pictures: np.ndarray, noise: Tensor | None = None) -> Tensor:
    """Return scaled latents float32 [V, 4, S / 8, S / 8] of pictures [V, S, S, 3] in 0..1.

    They are drawn from the posterior with noise of that shape; without it they are its mean.
    """
    posterior = vae.encode(vae_input(pictures, vae)).latent_dist
    latents = posterior.mean.float()
    if noise is not None:
        latents = latents + posterior.std.float() * noise.to(latents)
    return latents * vae.config.scaling_factor


def decode_latents(vae: Any, latents: Tensor) -> np.ndarray:
    """Return pictures float32 [V, S, S, 3] in 0..1; one at a time, since six together take six times the memory."""
    shown = [vae.decode(one[None].to(vae.dtype) / vae.config.scaling_factor, return_dict=False)[0] for one in latents]
    pictures = (torch.cat(shown).float() / 2 + 0.5).clamp(0, 1)
    return pictures.permute(0, 2, 3, 1).cpu().numpy()


@dataclass(frozen=True)
class KnownLatents:
    """Latents [V, 4, h, w] of what is painted already, and where they must stay, [V, 1, h, w] in 0..1."""

    latents: Tensor
    share: Tensor


def known_latents(latents: Tensor, share: np.ndarray) -> KnownLatents:
    """Return latents [V, 4, S / 8, S / 8] that stay where all of their 8 x 8 pixels in share [V, S, S] do."""
    pixels = torch.from_numpy(share)[:, None].to(latents)
    return KnownLatents(latents, -F.max_pool2d(-pixels, 8))
