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
from scipy import ndimage
from scipy.spatial import KDTree
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from ..families.tiny import load_backbone
from ..networks.anchored_dit import COARSE_DIT, FINE_DIT, AnchoredDiTConfig, lattice_grouping
from ..networks.anchored_vae import AnchoredVAE, lattice_anchors
from ..networks.flow import interpolate, logit_normal_times
from ..networks.image_encoder import ImageEncoderConfig, ImageFeatures, picture_planes
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
CAMERA_WEIGHT = 4.0
FIRST_STEP = 0.75  # share of pictures whose first draw is at t = 0, where the picture alone decides the shape
ROUGH_POINTS = 4096
ROUGH_SHARE = 0.6  # of the refiner's samples, at least, that see a shape of the coarse stage
ROUGH_DROP = 0.1  # share of samples without a rough surface: meshes can be refined from the picture alone
DRAWS = 2  # times and noises per picture: the encoder and the latents are paid once


def grouped_lattice() -> np.ndarray:
    """The coarse anchors in token order: 2x2x2 neighbours together, [216,3]."""
    return lattice_anchors(LATTICE)[lattice_grouping(LATTICE)].numpy()


def augment(rgba: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """[S,S,4] uint8 -> float32 in 0..1: other brightness, contrast and saturation; soft, noisy or badly cut out."""
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
    if rng.random() < 0.2:  # a mask that is a pixel too wide or too narrow, and rounder than the object
        alpha = ndimage.gaussian_filter(picture[..., 3], rng.uniform(0.5, 1.5))
        picture[..., 3] = np.clip((alpha - rng.uniform(0.35, 0.65)) * 4 + 0.5, 0, 1)
    return picture.astype(np.float32)


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

    def random_picks(self, rows: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
        """Endless (row, view) of any view, or, in ROUGH_SHARE of them, of one whose coarse shape is known."""
        found = np.empty((0, 2), np.int64) if self.roughs is None else np.argwhere(self.roughs[:, :, :8].any((2, 3)))
        found = found[np.isin(found[:, 0], rows)]
        while True:
            if len(found) and rng.random() < ROUGH_SHARE:
                row, view = found[rng.integers(len(found))]
            else:
                row, view = rng.choice(rows), rng.integers(self.views.shape[1])
            yield int(row), int(view)

    def pose(self, row: int, view: int) -> tuple[float, float, float]:
        """Azimuth, elevation, vertical field of view (0: orthographic), degrees."""
        azimuth, elevation, fov = (float(v) for v in self.poses[row, view, :3])
        return azimuth, elevation, fov

    def stretch(self, row: int, view: int) -> np.ndarray:
        return np.array(self.poses[row, view, 3:])

    def plain_views(self) -> int:
        """How many views, the first ones, show every object with its own proportions."""
        plain = (self.poses[:, :, 3:] == 1).all((0, 2))
        return len(plain) if plain.all() else int(plain.argmin())

    def camera_map(self, row: int, view: int, posed: np.ndarray, mirrored: bool) -> np.ndarray:
        """Least-squares affine map [2,4] from the frame to the picture (x right, y up, -1..1); posed [P,3]."""
        azimuth, elevation, fov = self.pose(row, view)
        vertices = self.archive.vertices(self.shards.index["objects"][row]) * self.stretch(row, view)
        vertices = vertices @ yaw_matrix(azimuth).T
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
        turn = yaw_matrix(self.pose(row, view)[0])
        posed = self.shards.pose(row, turn * flip[:, None], self.stretch(row, view))
        rgba = self.views[row, view]
        if mirrored:
            rgba = rgba[:, ::-1]
        picture = picture_planes(augment(rgba, rng) if training else rgba.astype(np.float32) / 255)
        sample = {"picture": picture, "camera": self.camera_map(row, view, posed.surface[:, :3], mirrored)}
        if not tokens:
            return sample | vae_sample(posed, grouped_lattice(), 2048, *FIELD_POINTS, rng)
        rough = self.rough(row, view, flip, posed.surface, rng)
        anchors = voxel_anchors(rough[:, :3], tokens, rng, jitter=False)
        sample["rough"] = rough
        sample["rough_neighbours"] = np.asarray(KDTree(rough[:, :3]).query(anchors, VAE_CONFIG.points_per_anchor)[1])
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
        picks = views.random_picks(rows, rng)
        while True:
            mirrored = rng.random(self.batch) < 0.5
            yield stack([views.sample(*next(picks), bool(m), self.tokens, rng, True) for m in mirrored])


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
):
    """latents, rough [B,N,C] normalised; semantic: of the pictures; noise [B*R,N,C], t [B*R], keep [B] -> losses.

    trust [B]: where picture features are sampled, 0 by the true camera, 1 by the one that the encoder reads off the
    picture, as at run time. With the latter alone the shape would learn to be as unsure as the camera is.

    The error of the velocity treats all latent channels alike. What they mean for the shape enters by a second term:
    the data that the first draw of every picture points to, decoded, against the true field.
    """
    draws = len(noise) // len(latents)
    data = latents.repeat_interleave(draws, 0)
    with torch.autocast("cpu", torch.bfloat16):
        picture = model.encoder(batch["picture"], semantic)
        camera = torch.lerp(batch["camera"], picture.camera.detach(), trust.view(-1, 1, 1))
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


def misplaced(camera: Tensor, truth: Tensor, points: Tensor) -> Tensor:
    """Mean squared distance in the picture (-1..1) between where two cameras [B,2,4] put points [B,P,3].

    What a camera does along a direction in which the object has no extent is nobody's concern.
    """
    change = camera - truth
    return (torch.einsum("bij,bpj->bpi", change[:, :, :3], points) + change[:, None, :, 3]).square().sum(-1).mean()


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
            ones = torch.ones(len(latents))
            losses = flow_loss(model, vae, batch, semantic, latents, noise, t, ones, ones, rough)  # type: ignore[arg-type]
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


@torch.no_grad()
def load_matching(model: nn.Module, weights: dict[str, Tensor]) -> None:
    """Fills a network from one of an earlier shape: what a layer has more inputs for starts at zero."""
    own = model.state_dict()
    for key in own.keys() & weights.keys():
        old = weights[key]
        if own[key].shape == old.shape:
            own[key].copy_(old)
        elif own[key].ndim >= 2 and own[key].shape[2:] == old.shape[2:] and own[key].shape[0] == old.shape[0]:
            own[key].zero_()
            own[key][:, : old.shape[1]] = old


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
    if args.init:
        load_matching(model, {key: value.float() for key, value in load_file(args.init).items()})
    if args.start:
        trained = torch.load(args.start / "checkpoint.pt", weights_only=True)["ema"]
        model.encoder.load_state_dict({k[8:]: v for k, v in trained.items() if k.startswith("encoder.")})
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters")
    resumed = (args.out / "checkpoint.pt").exists()
    loop = Loop(model, LoopConfig(minutes=args.minutes, learning_rate=args.learning_rate), args.out)
    dataset = FlowBatches(args.data, args.shards, args.seed + loop.steps, args.batch, tokens)
    source = iter(DataLoader(dataset, batch_size=None, num_workers=1, prefetch_factor=6))
    if not resumed:
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
        return loss(model, vae, batch, semantic, latents, noise, t, keep, torch.rand(len(latents)), rough)

    loop.run(source, step, lambda m: held_out_loss(m, vae, backbone, held_out), validate_every=200)


if __name__ == "__main__":
    main()
