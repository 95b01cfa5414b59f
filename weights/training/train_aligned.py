"""Trains the anchored autoencoder with latents aligned to a vision model's features (VA-VAE, arXiv 2501.01423).

    python -m varco3d.weights.training.train_aligned --shards SHARDS --vision RUNS/vision --out RUNS/vae-aligned

`--weight 0` is the control: the same batches, steps and compute without the alignment.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader

from ..networks.anchored_vae import AnchoredVAE
from .loop import Loop, add_run_options, run_config
from .train_vae import VAE_CONFIG, FieldShards, VAEBatches, vae_losses, vae_scores, validation_batches
from .vision_points import COMPONENTS

# Margins of the paper: latents that are this near to the vision model's features are near enough.
COSINE_MARGIN, DISTANCE_MARGIN = 0.5, 0.25
PAIR_STEP = 4  # every fourth token enters the comparison of tokens with each other


class AlignedVAE(nn.Module):
    """An autoencoder beside the linear map that compares its latents with a vision model's features."""

    def __init__(self, vae: AnchoredVAE, vision_channels: int):
        super().__init__()
        self.vae = vae
        self.projection = nn.Linear(vae.config.latent_channels, vision_channels, bias=False)

    def misalignment(self, latents: Tensor, vision: Tensor) -> Tensor:
        """Return the mean shortfall of cosines and of cosines between tokens; latents [B,N,C], vision [B,N,V].

        Tokens whose features are 0, which no picture shows, do not count.
        """
        known = (vision.norm(dim=-1) > 0).float()
        target, own = F.normalize(vision, dim=-1), F.normalize(self.projection(latents.float()), dim=-1)
        apart = F.relu(1 - COSINE_MARGIN - (own * target).sum(-1))
        some, some_target = F.normalize(latents.float(), dim=-1)[:, ::PAIR_STEP], target[:, ::PAIR_STEP]
        pairs = known[:, ::PAIR_STEP, None] * known[:, None, ::PAIR_STEP]
        change = (some @ some.transpose(1, 2) - some_target @ some_target.transpose(1, 2)).abs()
        between = (F.relu(change - DISTANCE_MARGIN) * pairs).sum() / pairs.sum().clamp(min=1)
        return (apart * known).sum() / known.sum().clamp(min=1) + between


def aligned_loss(model: AlignedVAE, batch: dict[str, Tensor], weight: float) -> dict[str, Tensor]:
    """Return the autoencoder's losses, `weight` times the misalignment added to what is minimised."""
    losses, latents = vae_losses(model.vae, batch)
    apart = model.misalignment(latents, batch["vision"])
    return losses | {"loss": losses["loss"] + weight * apart, "apart": apart.detach()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=Path, required=True)
    parser.add_argument("--vision", type=Path, required=True, help="folder of vision_points")
    parser.add_argument("--weight", type=float, default=0.3, help="of the alignment beside the field's error")
    add_run_options(parser, minutes=40, learning_rate=1.5e-3)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    model = AlignedVAE(AnchoredVAE(VAE_CONFIG), COMPONENTS)
    loop = Loop(model, run_config(args), args.out)
    dataset = VAEBatches(args.shards, args.seed + loop.steps, vision=args.vision)
    batches = DataLoader(dataset, batch_size=None, num_workers=1, prefetch_factor=4)
    held_out = validation_batches(FieldShards(args.shards), 32)
    compiled = torch.compile(aligned_loss)
    loop.run(batches, lambda b: compiled(model, b, args.weight), lambda m: vae_scores(m.vae, held_out), 250)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
