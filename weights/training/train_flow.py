"""Trains one flow stage of `tiny`: the coarse generator or the Lattice refiner.

    python -m varco3d.weights.training.train_flow coarse --data DATA --shards SHARDS --vae RUNS/vae --out RUNS/coarse
    python -m varco3d.weights.training.train_flow fine --start RUNS/coarse ...

The data are latents that the frozen autoencoder gives for the object as the camera sees it (azimuth turned to zero,
perhaps mirrored with its picture). The refiner also reads the latents of a rough surface, whose voxels its anchors
are: what the coarse stage made of the picture (roughs.py), or the true surface smoothly disturbed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from scipy.spatial import KDTree
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from ..families.tiny import load_backbone
from ..networks.anchored_dit import COARSE_DIT, FINE_DIT, AnchoredDiTConfig, lattice_grouping
from ..networks.anchored_vae import AnchoredVAE, lattice_anchors
from ..networks.flow import interpolate, logit_normal_times
from ..networks.image_encoder import ImageEncoderConfig, ImageFeatures
from ..networks.picture_flow import PictureFlow
from .loop import Loop, LoopConfig
from .objects import ObjectArchive
from .renders import Pose, framed_camera
from .shards import unpack_surface
from .train_vae import LATTICE, VAE_CONFIG, FieldShards, disturb, stack, vae_sample, voxel_anchors, yaw_matrix

PICTURE_DROP = 0.1  # share of draws without a picture, for classifier-free guidance
# The many latents of a shape give each other away as soon as a tenth of them shows through the noise, so what the
# picture has to decide is decided at small t: with a mean of 0 the coarse stage hardly learned to look at it.
TIME_MEAN = {"coarse": -1.5, "fine": -0.5}
TIME_DEVIATION = 1.3
FIELD_POINTS = (320, 192)  # near the surface and anywhere, where the decoded field is compared
FIELD_WEIGHT = 2.0
FIRST_STEP = 0.75  # share of pictures whose first draw is at t = 0, where the picture alone decides the shape
ROUGH_POINTS = 4096
ROUGH_SHARE = 0.6  # of the refiner's samples, at least, that see a shape of the coarse stage
ROUGH_DROP = 0.1  # share of samples without a rough surface: meshes can be refined from the picture alone
DRAWS = 2  # times and noises per picture: the encoder and the latents are paid once


def grouped_lattice() -> np.ndarray:
    """The coarse anchors in token order: 2x2x2 neighbours together, [216,3]."""
    return lattice_anchors(LATTICE)[lattice_grouping(LATTICE)].numpy()


def augment(rgba: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """[S,S,4] uint8 -> float32 [4,S,S]: brightness, contrast and saturation, softened, eroded or noisy now and then."""
    picture = rgba.astype(np.float32) / 255
    colour = picture[..., :3]
    grey = colour.mean(-1, keepdims=True)
    colour = grey + (colour - grey) * rng.uniform(0.6, 1.3)
    colour = (colour - 0.5) * rng.uniform(0.7, 1.25) + 0.5 + rng.uniform(-0.12, 0.12)
    if rng.random() < 0.3:
        colour = colour + rng.normal(size=colour.shape).astype(np.float32) * rng.uniform(0, 0.05)
    picture = np.concatenate([np.clip(colour, 0, 1), picture[..., 3:]], -1)
    if rng.random() < 0.3:  # a soft picture that was enlarged
        soft = (picture + np.roll(picture, 1, 0) + np.roll(picture, 1, 1) + np.roll(picture, (1, 1), (0, 1))) / 4
        picture = soft
    return np.ascontiguousarray(picture.transpose(2, 0, 1), np.float32)


def disturbed(surface: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A surface [P,6] smoothly displaced, now and then with a hole and with strays, [ROUGH_POINTS,6]."""
    points = disturb(surface[:, :3], rng)
    normals = surface[:, 3:]
    if rng.random() < 0.5:
        keep = ((points - points[rng.integers(len(points))]) ** 2).sum(1) > rng.uniform(0, 0.25) ** 2
        points, normals = points[keep], normals[keep]
    pick = rng.integers(0, len(points), ROUGH_POINTS)
    points, normals = points[pick], normals[pick]
    strays = rng.integers(0, 60)
    points[:strays] += rng.normal(size=(strays, 3)) * 0.06
    return np.concatenate([points, normals], 1)


class PosedViews:
    """Pictures with the objects as their cameras see them."""

    def __init__(self, data: Path, shards: Path):
        self.shards = FieldShards(shards)
        self.archive = ObjectArchive(data)
        self.views = np.load(shards / "views.npy", mmap_mode="r")
        self.poses = np.load(shards / "poses.npy", mmap_mode="r")
        roughs = shards / "roughs.npy"
        self.roughs = np.load(roughs, mmap_mode="r") if roughs.exists() else None

    def random_view(self, rng: np.random.Generator) -> int:
        """Any view, more often one whose coarse shape is known."""
        if self.roughs is not None and rng.random() < ROUGH_SHARE:
            return int(rng.integers(self.roughs.shape[1]))
        return int(rng.integers(self.views.shape[1]))

    def camera_map(self, row: int, view: int, posed: np.ndarray, mirrored: bool) -> np.ndarray:
        """Least-squares affine map [2,4] from the frame to the picture (x right, y up, -1..1); posed [P,3]."""
        azimuth, elevation, fov = (float(v) for v in self.poses[row, view])
        vertices = self.archive.vertices(self.shards.index["objects"][row]) @ yaw_matrix(azimuth).T
        camera = framed_camera(vertices, Pose(azimuth, elevation, fov or None))
        low, high = vertices.min(0), vertices.max(0)
        corners = np.stack(np.meshgrid(*np.stack([low, high], 1), indexing="ij"), -1).reshape(-1, 3)
        places = camera.project(corners, 2, 2)[:, :2] * (1, -1) + (-1, 1)
        centre, scale = (low + high) / 2, np.ptp(posed, axis=0).max() / (high - low).max()
        framed = (corners - centre) * scale
        if mirrored:
            framed, places = framed * (-1, 1, 1), places * (-1, 1)
        framed = np.concatenate([framed, np.ones((8, 1))], 1)
        ridge = 1e-6 * np.eye(4)  # flat objects leave one direction open
        return np.linalg.solve(framed.T @ framed + ridge, framed.T @ places).T.astype(np.float32)

    def rough(self, row: int, view: int, flip: np.ndarray, surface: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A rough surface [ROUGH_POINTS,6] in the frame of the view, inside the box."""
        if self.roughs is not None and view < self.roughs.shape[1] and self.roughs[row, view].any():
            rough = unpack_surface(self.roughs[row, view]) * np.tile(flip, 2)
        else:
            rough = disturbed(surface, rng)
        rough[:, :3] = np.clip(rough[:, :3], -0.999, 0.999)
        return rough.astype(np.float32)

    def sample(
        self, row: int, view: int, mirrored: bool, tokens: int, rng: np.random.Generator, training: bool
    ) -> dict:
        """tokens 0: the coarse lattice; otherwise that many voxel anchors."""
        flip = np.array([-1 if mirrored else 1, 1, 1], np.float32)
        posed = self.shards.pose(row, yaw_matrix(float(self.poses[row, view, 0])) * flip[:, None])
        rgba = self.views[row, view]
        if mirrored:
            rgba = rgba[:, ::-1]
        if training:
            picture = augment(rgba, rng)
        else:
            picture = np.ascontiguousarray(rgba.transpose(2, 0, 1), np.float32) / 255
        sample = {"picture": picture, "camera": self.camera_map(row, view, posed.surface[:, :3], mirrored)}
        if not tokens:
            return sample | vae_sample(posed, grouped_lattice(), 2048, *FIELD_POINTS, rng)
        rough = self.rough(row, view, flip, posed.surface, rng)
        anchors = voxel_anchors(rough[:, :3], tokens, rng, jitter=False)
        sample["rough"] = rough
        sample["rough_neighbours"] = KDTree(rough[:, :3]).query(anchors, VAE_CONFIG.points_per_anchor)[1]
        return sample | vae_sample(posed, anchors, 4096, *FIELD_POINTS, rng)


class FlowBatches(IterableDataset):
    def __init__(self, data: Path, shards: Path, seed: int, batch: int, tokens: int):
        self.data, self.shards, self.seed, self.batch, self.tokens = data, shards, seed, batch, tokens

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        torch.set_num_threads(1)
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        views = PosedViews(self.data, self.shards)
        rows = np.array(views.shards.index["training_rows"])
        while True:
            picks = [(rng.choice(rows), views.random_view(rng), bool(rng.random() < 0.5)) for _ in range(self.batch)]
            yield stack([views.sample(int(r), int(v), m, self.tokens, rng, True) for r, v, m in picks])


def held_out_batches(data: Path, shards: Path, tokens: int, count: int) -> list[dict[str, Tensor]]:
    rng = np.random.default_rng(1)
    views = PosedViews(data, shards)
    rows = rng.permutation(views.shards.index["validation_rows"])[:count]
    samples = [views.sample(int(r), 0, False, tokens, rng, False) for r in rows]
    return [stack(samples[i : i + 16]) for i in range(0, len(samples), 16)]


@torch.no_grad()
def latents_of(vae: AnchoredVAE, batch: dict[str, Tensor], surface: str = "surface") -> Tensor:
    """Posterior modes [B,N,C] of the batch's objects at its anchors, or of another of its surfaces."""
    with torch.autocast("cpu", torch.bfloat16):
        return vae.encode(batch[surface], batch["anchors"], batch[f"{surface}_neighbours"])[0]


@torch.no_grad()
def semantic_features(backbone: nn.Module, pictures: Tensor) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        return backbone(pictures)


def flow_loss(
    model: PictureFlow,
    vae: AnchoredVAE,
    batch: dict[str, Tensor],
    semantic: Tensor,
    latents: Tensor,
    noise: Tensor,
    t: Tensor,
    keep: Tensor,
    rough: Tensor | None = None,
):
    """latents, rough [B,N,C] normalised; semantic: of the pictures; noise [B*R,N,C], t [B*R], keep [B] -> losses.

    The error of the velocity treats all latent channels alike. What they mean for the shape enters by a second term:
    the data that the first draw of every picture points to, decoded, against the true field.
    """
    draws = len(noise) // len(latents)
    data = latents.repeat_interleave(draws, 0)
    with torch.autocast("cpu", torch.bfloat16):
        picture = model.encoder(batch["picture"], semantic)
        # Sampling uses the true camera: at run time registration to the coarse mesh improves on the head's guess.
        aligned = ImageFeatures(picture.tokens, picture.positions, picture.detail, batch["camera"])
        anchors = batch["anchors"].repeat_interleave(draws, 0)
        x = interpolate(noise, data, t)
        velocity = model.velocity(x, t, anchors, aligned, keep, rough)
        guess = (x + (1 - t).view(-1, 1, 1) * velocity)[::draws]
        features = vae.decode(model.denormalise(guess), batch["anchors"])
        field = vae.query(features, batch["anchors"], batch["points"], batch["point_neighbours"])
    flow = (velocity - (data - noise)).square().mean()
    error = field - (batch["distance"] / vae.config.truncation).clamp(-1, 1)
    fit = error.abs().mean() + error.square().mean()
    camera = (picture.camera - batch["camera"]).square().mean()
    loss = flow + FIELD_WEIGHT * fit + camera
    return {"loss": loss, "flow": flow.detach(), "field": fit.detach(), "camera": camera.detach()}


def set_statistics(model: PictureFlow, vae: AnchoredVAE, batches: Iterator[dict[str, Tensor]], count: int = 6) -> None:
    """Mean and deviation of the latents per channel, from `count` batches."""
    latents = torch.cat([latents_of(vae, next(batches)).flatten(0, 1) for _ in range(count)])
    model.latent_mean.copy_(latents.mean(0))
    model.latent_deviation.copy_(latents.std(0).clamp(min=1e-3))


@torch.no_grad()
def held_out_loss(
    model: nn.Module, vae: AnchoredVAE, backbone: nn.Module, batches: list[dict[str, Tensor]]
) -> dict[str, float]:
    """Errors at fixed noise and evenly spread times; `first_*` at t = 0."""
    generator = torch.Generator().manual_seed(0)
    totals: list[dict[str, float]] = []
    for batch in batches:
        latents = model.normalise(latents_of(vae, batch))  # type: ignore[operator]
        noise = torch.randn((2 * len(latents), *latents.shape[1:]), generator=generator)
        spread = (torch.arange(len(noise)) + 0.5) / len(noise)
        semantic = semantic_features(backbone, batch["picture"])
        rough = model.normalise(latents_of(vae, batch, "rough")) if "rough" in batch else None  # type: ignore[operator]
        scores: dict[str, float] = {}
        for prefix, t in (("held_out", spread), ("first", torch.zeros(len(noise)))):
            keep = torch.ones(len(latents))
            losses = flow_loss(model, vae, batch, semantic, latents, noise, t, keep, rough)  # type: ignore[arg-type]
            scores |= {f"{prefix}_{k}": float(v) for k, v in losses.items() if k != "loss"}
        totals.append(scores)
    return {k: round(sum(x[k] for x in totals) / len(totals), 5) for k in totals[0]}


def load_vae(folder: Path) -> AnchoredVAE:
    """The averaged weights of a train_vae run."""
    vae = AnchoredVAE(VAE_CONFIG)
    vae.load_state_dict(torch.load(folder / "checkpoint.pt", weights_only=True)["ema"])
    return vae.eval().requires_grad_(False)


def load_flow(folder: Path, dit: AnchoredDiTConfig) -> PictureFlow:
    """The averaged weights of a train_flow run."""
    flow = PictureFlow(ImageEncoderConfig(), dit)
    flow.load_state_dict(torch.load(folder / "checkpoint.pt", weights_only=True)["ema"])
    return flow


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=["coarse", "fine"])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--shards", type=Path, required=True)
    parser.add_argument("--vae", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="a coarse run whose picture encoder the fine run starts from")
    parser.add_argument("--init", type=Path, help="safetensors to begin from, such as those that are shipped")
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--tokens", type=int, default=256, help="voxel anchors per object of the fine stage")
    parser.add_argument("--learning-rate", type=float, default=8e-4)
    parser.add_argument("--time-mean", type=float, help="of the logit-normal training times; default by stage")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    time_mean = TIME_MEAN[args.stage] if args.time_mean is None else args.time_mean
    tokens = args.tokens if args.stage == "fine" else 0
    vae, backbone = load_vae(args.vae), load_backbone()
    model = PictureFlow(ImageEncoderConfig(), FINE_DIT if args.stage == "fine" else COARSE_DIT)
    if args.start:
        trained = torch.load(args.start / "checkpoint.pt", weights_only=True)["ema"]
        model.encoder.load_state_dict({k[8:]: v for k, v in trained.items() if k.startswith("encoder.")})
    if args.init:
        model.load_state_dict({key: value.float() for key, value in load_file(args.init).items()})
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters")
    resumed = (args.out / "checkpoint.pt").exists()
    loop = Loop(model, LoopConfig(minutes=args.minutes, learning_rate=args.learning_rate), args.out)
    dataset = FlowBatches(args.data, args.shards, args.seed + loop.steps, args.batch, tokens)
    source = iter(DataLoader(dataset, batch_size=None, num_workers=1, prefetch_factor=6))
    if not resumed and not args.init:
        set_statistics(model, vae, source)
        loop.ema.load_state_dict(model.state_dict())
    held_out = held_out_batches(args.data, args.shards, tokens, 64)
    encode, look, loss = torch.compile(latents_of), torch.compile(semantic_features), torch.compile(flow_loss)

    def step(batch: dict[str, Tensor]) -> dict[str, Tensor]:
        latents = model.normalise(encode(vae, batch))
        semantic = look(backbone, batch["picture"])
        noise = torch.randn(args.draws * len(latents), *latents.shape[1:])
        keep = (torch.rand(len(latents)) >= PICTURE_DROP).float()
        t = logit_normal_times(len(noise), time_mean, TIME_DEVIATION)
        t[:: args.draws] *= (torch.rand(len(latents)) >= FIRST_STEP).float()
        rough = None
        if tokens:
            known = (torch.rand(len(latents), 1, 1) >= ROUGH_DROP).float()
            rough = model.normalise(encode(vae, batch, "rough")) * known
        return loss(model, vae, batch, semantic, latents, noise, t, keep, rough)

    loop.run(source, step, lambda m: held_out_loss(m, vae, backbone, held_out), validate_every=200)


if __name__ == "__main__":
    main()
