"""Trains one flow stage of `tiny`: the coarse generator or the Lattice refiner.

    python -m varco3d.weights.training.train_flow coarse --data DATA --shards SHARDS --vae RUNS/vae --out RUNS/coarse
    python -m varco3d.weights.training.train_flow fine --start RUNS/coarse ...

Several --shards are mixed by their --shares. --frozen-encoder trains the transformer alone, so that what else reads the
picture's tokens stays as it is.

The data are latents that the frozen autoencoder gives for the object as the camera sees it (azimuth turned to zero,
perhaps mirrored with its picture). The refiner also reads the latents of a rough surface, whose voxels its anchors
are: what the coarse stage made of the picture (rays/coarse_surfaces.py), or the true surface smoothly disturbed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from ..generators.tiny import load_backbone, patch_map
from ..networks.anchored_dit import COARSE_DIT, FINE_DIT, AnchoredDiTConfig
from ..networks.anchored_vae import AnchoredVAE
from ..networks.encoders.image_encoder import ImageEncoderConfig, ImageFeatures
from ..networks.flow import interpolate, logit_normal_times
from ..networks.picture_flow import PictureFlow
from ..networks.ray_unet import RayUNet
from .cameras import CAMERA_WEIGHT, misplaced
from .loop import (
    Loop,
    add_run_options,
    averaged_weights,
    initial_weights,
    load_matching,
    parsed_with_shares,
    run_config,
)
from .posed_views import PosedViews
from .rays.loading import load_rays
from .resident.batches import small_planes
from .train_vae import VAE_CONFIG, stack

PICTURE_DROP = 0.1  # share of draws without a picture, for classifier-free guidance
# The many latents of a shape give each other away as soon as a tenth of them shows through the noise, so what the
# picture has to decide is decided at small t: with a mean of 0 the coarse stage hardly learned to look at it.
TIME_MEAN = {"coarse": -1.5, "fine": -0.5}
TIME_DEVIATION = 1.3
FIELD_WEIGHT = 2.0
FIRST_STEP = 0.75  # share of pictures whose first draw is at t = 0, where the picture alone decides the shape
ROUGH_DROP = 0.1  # share of samples without a rough surface: meshes can be refined from the picture alone
DRAWS = 2  # times and noises per picture: the encoder and the latents are paid once


class FlowBatches(IterableDataset):
    """Endless batches; shares: of the shards in the samples, the same for all if absent."""

    def __init__(
        self, data: Path, shards: list[Path], seed: int, batch: int, tokens: int, shares: list[float] | None = None
    ):
        self.data, self.shards, self.seed, self.batch, self.tokens = data, shards, seed, batch, tokens
        self.shares = np.array(shares or [1.0] * len(shards))

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        torch.set_num_threads(1)
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        mixed = [PosedViews(self.data, folder) for folder in self.shards]
        picks = [views.random_picks(np.array(views.shards.index["training_rows"]), rng) for views in mixed]
        while True:
            mirrored = rng.random(self.batch) < 0.5
            chosen = rng.choice(len(mixed), self.batch, p=self.shares / self.shares.sum())
            yield stack(
                [
                    mixed[k].sample(*next(picks[k]), bool(m), self.tokens, rng, True)
                    for k, m in zip(chosen, mirrored, strict=True)
                ]
            )


def held_out_batches(data: Path, shards: Path, tokens: int, count: int) -> list[dict[str, Tensor]]:
    rng = np.random.default_rng(1)
    views = PosedViews(data, shards)
    rows = rng.permutation(views.shards.index["validation_rows"])[:count]
    samples = [views.sample(int(r), 0, False, tokens, rng, False) for r in rows]
    return [stack(samples[i : i + 16]) for i in range(0, len(samples), 16)]


@torch.no_grad()
def latents_of(vae: AnchoredVAE, batch: dict[str, Tensor], surface: str = "surface") -> Tensor:
    """Posterior modes [B,N,C] of the batch's objects at its anchors, or of another of its surfaces."""
    with torch.autocast(batch[surface].device.type, torch.bfloat16):
        return vae.encode(batch[surface], batch["anchors"], batch[f"{surface}_neighbours"])[0]


@torch.no_grad()
def semantic_features(backbone: nn.Module, pictures: Tensor) -> Tensor:
    with torch.autocast(pictures.device.type, torch.bfloat16):
        return backbone(pictures[:, :4])


def flow_loss(
    model: PictureFlow,
    vae: AnchoredVAE,
    batch: dict[str, Tensor],
    semantic: Tensor,
    latents: Tensor,
    noise: Tensor,
    t: Tensor,
    keep: Tensor,
    trust: Tensor,
    rough: Tensor | None = None,
    reader: RayUNet | None = None,
):
    """latents, rough [B,N,C] normalised; semantic: of the pictures; noise [B*R,N,C], t [B*R], keep [B] -> losses.

    trust [B]: where picture features are sampled, 0 by the true camera, 1 by the one that the reader, or else the
    encoder, reads off the picture, as at run time. With the latter alone the shape would learn to be as unsure as the
    camera is.

    The error of the velocity treats all latent channels alike. What they mean for the shape enters by a second term:
    the data that the first draw of every picture points to, decoded, against the true field.
    """
    draws = len(noise) // len(latents)
    data = latents.repeat_interleave(draws, 0)
    with torch.autocast(noise.device.type, torch.bfloat16):
        picture = model.encoder(batch["picture"], semantic)
        read = picture.camera
        if reader is not None:
            planes = small_planes(batch["picture"], reader.config.side)
            read = reader.read_camera(planes, semantic, patch_map(picture.tokens))
        camera = torch.lerp(batch["camera"], read.detach(), trust.view(-1, 1, 1))
        aligned = ImageFeatures(picture.tokens, picture.positions, picture.detail, camera)
        anchors = batch["anchors"].repeat_interleave(draws, 0)
        x = interpolate(noise, data, t)
        velocity = model.velocity(x, t, anchors, aligned, keep, rough)
        guess = (x + (1 - t).view(-1, 1, 1) * velocity)[::draws]
        features = vae.decode(model.denormalise(guess), batch["anchors"])
        field = vae.query(features, batch["anchors"], batch["points"], batch["point_neighbours"])
    flow = (velocity - (data - noise)).square().mean()
    error = field - (batch["distance"] / vae.config.truncation).clamp(-1, 1)
    fit = error.abs().mean() + error.square().mean()
    off = misplaced(picture.camera, batch["camera"], batch["surface"][:, ::8, :3])
    loss = flow + FIELD_WEIGHT * fit + CAMERA_WEIGHT * off
    return {"loss": loss, "flow": flow.detach(), "field": fit.detach(), "camera": off.detach()}


def set_statistics(model: PictureFlow, vae: AnchoredVAE, batches: Iterator[dict[str, Tensor]], count: int = 6) -> None:
    """Mean and deviation of the latents per channel, from `count` batches."""
    latents = torch.cat([latents_of(vae, next(batches)).flatten(0, 1) for _ in range(count)])
    model.latent_mean.copy_(latents.mean(0))
    model.latent_deviation.copy_(latents.std(0).clamp(min=1e-3))


@torch.no_grad()
def held_out_loss(
    model: nn.Module,
    vae: AnchoredVAE,
    backbone: nn.Module,
    batches: list[dict[str, Tensor]],
    reader: RayUNet | None = None,
) -> dict[str, float]:
    """Errors at fixed noise and evenly spread times; `first_*` at t = 0."""
    generator = torch.Generator().manual_seed(0)
    totals: list[dict[str, float]] = []
    for batch in batches:
        latents = model.normalise(latents_of(vae, batch))  # type: ignore[operator]
        noise = torch.randn((2 * len(latents), *latents.shape[1:]), generator=generator).to(latents.device)
        spread = (torch.arange(len(noise), device=noise.device) + 0.5) / len(noise)
        semantic = semantic_features(backbone, batch["picture"])
        rough = model.normalise(latents_of(vae, batch, "rough")) if "rough" in batch else None  # type: ignore[operator]
        scores: dict[str, float] = {}
        for prefix, t in (("held_out", spread), ("first", torch.zeros_like(spread))):
            ones = torch.ones_like(spread[: len(latents)])
            losses = flow_loss(model, vae, batch, semantic, latents, noise, t, ones, ones, rough, reader)  # type: ignore[arg-type]
            scores |= {f"{prefix}_{k}": float(v) for k, v in losses.items() if k != "loss"}
        totals.append(scores)
    return {k: round(sum(x[k] for x in totals) / len(totals), 5) for k in totals[0]}


def load_vae(folder: Path) -> AnchoredVAE:
    """Return the averaged weights of a train_vae or train_aligned run."""
    vae = AnchoredVAE(VAE_CONFIG)
    weights = averaged_weights(folder)
    vae.load_state_dict({k.removeprefix("vae."): v for k, v in weights.items() if not k.startswith("projection.")})
    return vae.eval().requires_grad_(False)


def load_flow(folder: Path, dit: AnchoredDiTConfig) -> PictureFlow:
    """Return the averaged weights of a train_flow run."""
    flow = PictureFlow(ImageEncoderConfig(), dit)
    flow.load_state_dict(averaged_weights(folder))
    return flow


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=["coarse", "fine"])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--shards", type=Path, required=True, nargs="+", help="held-out objects are the first one's")
    parser.add_argument("--shares", type=float, nargs="+", help="of each of the shards; equal ones by default")
    parser.add_argument("--vae", type=Path, required=True)
    add_run_options(parser, minutes=40, learning_rate=8e-4)
    parser.add_argument("--start", type=Path, help="a coarse run whose picture encoder the fine run starts from")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--tokens", type=int, default=256, help="voxel anchors per object of the fine stage")
    parser.add_argument("--rays", type=Path, help="a run of train_rays, which reads the camera at run time")
    parser.add_argument("--frozen-encoder", action="store_true", help="leave the picture encoder as it is")
    parser.add_argument("--time-mean", type=float, help="of the logit-normal training times; default by stage")
    args = parsed_with_shares(parser)
    torch.manual_seed(args.seed)
    time_mean = TIME_MEAN[args.stage] if args.time_mean is None else args.time_mean
    tokens = args.tokens if args.stage == "fine" else 0
    vae, backbone = load_vae(args.vae), load_backbone()
    model = PictureFlow(ImageEncoderConfig(), FINE_DIT if args.stage == "fine" else COARSE_DIT)
    if args.init:
        load_matching(model, initial_weights(args.init))
    if args.start:
        trained = averaged_weights(args.start)
        model.encoder.load_state_dict({k[8:]: v for k, v in trained.items() if k.startswith("encoder.")})
    model.encoder.requires_grad_(not args.frozen_encoder)
    print(f"{sum(p.numel() for p in model.parameters() if p.requires_grad) / 1e6:.2f} M parameters to train")
    loop = Loop(model, run_config(args), args.out)
    dataset = FlowBatches(args.data, args.shards, args.seed + loop.steps, args.batch, tokens, args.shares)
    source = iter(DataLoader(dataset, batch_size=None, num_workers=1, prefetch_factor=6))
    if not loop.steps and not args.init:
        set_statistics(model, vae, source)
        loop.ema.load_state_dict(model.state_dict())
    reader = load_rays(args.rays).eval().requires_grad_(False) if args.rays else None
    held_out = held_out_batches(args.data, args.shards[0], tokens, 64)
    encode, look, loss = torch.compile(latents_of), torch.compile(semantic_features), torch.compile(flow_loss)

    def step(batch: dict[str, Tensor]) -> dict[str, Tensor]:
        latents = model.normalise(encode(vae, batch))
        semantic = look(backbone, batch["picture"])
        noise = torch.randn(args.draws * len(latents), *latents.shape[1:])
        keep = (torch.rand(len(latents)) >= PICTURE_DROP).float()
        t = logit_normal_times(len(noise), time_mean, TIME_DEVIATION)
        t[:: args.draws] *= (torch.rand(len(latents)) >= FIRST_STEP).float()
        trust, rough = torch.rand(len(latents)), None
        if tokens:
            trust = torch.ones(len(latents))  # the rough surface follows the camera that is read
            known = (torch.rand(len(latents), 1, 1) >= ROUGH_DROP).float()
            rough = model.normalise(encode(vae, batch, "rough")) * known
        return loss(model, vae, batch, semantic, latents, noise, t, keep, trust, rough, reader)

    loop.run(source, step, lambda m: held_out_loss(m, vae, backbone, held_out, reader), validate_every=200)


if __name__ == "__main__":
    main()
