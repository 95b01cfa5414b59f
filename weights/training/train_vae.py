"""Trains the anchored autoencoder on the field shards.

    python -m varco3d.weights.training.train_vae --shards RUNS/shards --out RUNS/vae --minutes 40

Every sample is an object turned by a random angle about Y, perhaps mirrored, scaled to the product's frame. Coarse
batches use the 8^3 lattice, fine batches jittered active voxels, so that one network serves both stages.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.spatial import KDTree
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from ...kernels.meshes.boxes import box_transform
from ...kernels.voxels.farthest_points import farthest_points
from ..networks.anchored_vae import AnchoredVAE, AnchoredVAEConfig, lattice_anchors
from .loop import Loop, add_run_options, initial_weights, run_config
from .shards import open_arrays, unpack_samples, unpack_surface

FRAME = 0.95  # half the longest side of an object in the product's frame
LATTICE = 8
VOXELS = 32
VAE_CONFIG = AnchoredVAEConfig()
POINT_SPACING = 0.04  # about that of the stored surface points, box units
VISION = "vision.npy"


@dataclass(frozen=True)
class Posed:
    """An object in the product's frame. surface [S,6], near [N,4], far [M,4] float32, distances in box units.

    stretched: its proportions were changed, and of the distances only the signs still hold.
    vision [S,V]: what a vision model says of the surface points, for autoencoders that are aligned with it.
    """

    surface: np.ndarray
    near: np.ndarray
    far: np.ndarray
    stretched: bool = False
    vision: np.ndarray | None = None

    def distances(self, query: np.ndarray) -> np.ndarray:
        """[P] of samples [P,4] out of `near` or `far`; measured anew to the surface points when stretched."""
        if not self.stretched:
            return query[:, 3]
        reach, index = KDTree(self.surface[:, :3]).query(query[:, :3])
        offset = query[:, :3] - self.surface[index, :3]
        level = np.abs((offset * self.surface[index, 3:]).sum(1))
        # Beside a surface point the plane through it is nearer than the point; beyond a rim the point itself counts.
        aside = np.sqrt(np.maximum(reach**2 - level**2, 0))
        return np.copysign(np.where(aside < POINT_SPACING, level, reach), query[:, 3])


def yaw_matrix(degrees: float) -> np.ndarray:
    """Rotation about Y that brings azimuth `degrees` (towards +X from +Z) to the front (+Z)."""
    a = np.deg2rad(degrees)
    return np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]], np.float32)


def frame_transform(points: np.ndarray) -> tuple[float, np.ndarray]:
    """(scale, offset) that centre the bounding box of points [P,3] and make its longest side 2*FRAME."""
    return box_transform(points, FRAME)


def stretched_normals(normals: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Return unit normals [...,3] of a surface whose points are multiplied by factors [3]."""
    turned = normals / factors
    return turned / np.maximum(np.linalg.norm(turned, axis=-1, keepdims=True), 1e-6)


class FieldShards:
    """Objects of the shards, posed on request."""

    def __init__(self, folder: Path, vision: Path | None = None):
        """vision: a folder of vision_points, whose features every posed object then holds."""
        self.index = json.loads((folder / "index.json").read_text())
        self.arrays = open_arrays(folder, 0, "r")
        self.vision = None if vision is None else np.load(vision / VISION, mmap_mode="r")

    def raw_surface(self, row: int) -> np.ndarray:
        """Positions [S,3] in the object's canonical frame."""
        return unpack_surface(self.arrays["surface"][row])[:, :3]

    def pose(self, row: int, rotation: np.ndarray, stretch: np.ndarray | None = None) -> Posed:
        """rotation [3,3], proper or mirrored; stretch [3]: factors along the object's own axes, applied first."""
        factors = np.ones(3, np.float32) if stretch is None else stretch
        surface = unpack_surface(self.arrays["surface"][row])
        normals = stretched_normals(surface[:, 3:], factors)
        surface = np.concatenate([surface[:, :3] * factors @ rotation.T, normals @ rotation.T], 1)
        scale, offset = frame_transform(surface[:, :3])
        surface[:, :3] = surface[:, :3] * scale + offset

        def place(packed: np.ndarray) -> np.ndarray:
            samples = unpack_samples(packed)
            return np.concatenate([samples[:, :3] * factors @ rotation.T * scale + offset, samples[:, 3:] * scale], 1)

        near, far = place(self.arrays["near"][row]), place(self.arrays["far"][row])
        near, far = (samples[np.abs(samples[:, :3]).max(1) < 1] for samples in (near, far))
        vision = None if self.vision is None else self.vision[row].astype(np.float32)
        return Posed(surface, near, far, stretched=bool((factors != 1).any()), vision=vision)


def random_rotation(rng: np.random.Generator) -> np.ndarray:
    rotation = yaw_matrix(rng.uniform(0, 360))
    return rotation * np.array([rng.choice([-1, 1]), 1, 1], np.float32)[:, None]


def voxel_anchors(points: np.ndarray, count: int, rng: np.random.Generator, jitter: bool) -> np.ndarray:
    """Active voxels of `points` [P,3] at VOXELS^3, `count` of them by farthest point sampling, [count,3] float32.

    With fewer voxels than asked, some repeat under their own jitter. The half-voxel jitter is what lets the
    autoencoder work at other resolutions (LATTICE).
    """
    cells = np.unique(np.clip(np.floor((points + 1) * (VOXELS / 2)), 0, VOXELS - 1).astype(np.int32), axis=0)
    if len(cells) > count:
        cells = cells[farthest_points(cells.astype(np.float32), count, start=int(rng.integers(len(cells))))]
    elif len(cells) < count:
        cells = np.concatenate([cells, cells[rng.integers(0, len(cells), count - len(cells))]])
        jitter = True
    centres = (cells + 0.5) * (2 / VOXELS) - 1
    if jitter:
        centres = centres + rng.uniform(-1 / VOXELS, 1 / VOXELS, centres.shape)
    return centres.astype(np.float32)


def disturb(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move points [P,3] smoothly, by up to about 0.06, as the coarse stage misplaces a surface."""
    amplitude = rng.uniform(0, 0.04) * rng.normal(size=(4, 3))
    waves, phase = rng.normal(size=(4, 3)) * 3, rng.uniform(0, 2 * np.pi, 4)
    return (points + np.sin(points @ waves.T + phase) @ amplitude * 0.6).astype(np.float32)


def vae_sample(
    posed: Posed, anchors: np.ndarray, surface_points: int, near: int, far: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """One training sample with its neighbourhoods, all float32 or int64 arrays."""
    picked = rng.choice(len(posed.surface), surface_points, replace=False)
    surface = posed.surface[picked]
    query = np.concatenate([a[rng.integers(0, len(a), n)] for a, n in ((posed.near, near), (posed.far, far))])
    neighbours = np.asarray(KDTree(surface[:, :3]).query(anchors, VAE_CONFIG.points_per_anchor)[1])
    vision = {} if posed.vision is None else {"vision": posed.vision[picked][neighbours].mean(1)}
    return vision | {
        "surface": surface.astype(np.float32),
        "anchors": anchors,
        "surface_neighbours": neighbours,
        "points": query[:, :3].astype(np.float32),
        "distance": posed.distances(query).astype(np.float32),
        "point_neighbours": np.asarray(KDTree(anchors).query(query[:, :3], VAE_CONFIG.anchors_per_query)[1]),
    }


def stack(samples: list[dict[str, np.ndarray]]) -> dict[str, Tensor]:
    return {key: torch.from_numpy(np.stack([s[key] for s in samples])) for key in samples[0]}


class VAEBatches(IterableDataset):
    """Endless batches, coarse and fine in turn."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        coarse_batch: int = 10,
        fine_batch: int = 10,
        fine_tokens: int = 512,
        vision: Path | None = None,
    ):
        self.folder, self.seed, self.vision = folder, seed, vision
        self.coarse_batch, self.fine_batch, self.fine_tokens = coarse_batch, fine_batch, fine_tokens

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        torch.set_num_threads(1)
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        shards = FieldShards(self.folder, self.vision)
        rows = shards.index["training_rows"]
        lattice = lattice_anchors(LATTICE).numpy()
        while True:
            yield stack([self._coarse(shards, rows, lattice, rng) for _ in range(self.coarse_batch)])
            yield stack([self._fine(shards, rows, rng) for _ in range(self.fine_batch)])

    def _coarse(self, shards: FieldShards, rows: list[int], lattice: np.ndarray, rng: np.random.Generator):
        return vae_sample(shards.pose(rng.choice(rows), random_rotation(rng)), lattice, 2048, 512, 192, rng)

    def _fine(self, shards: FieldShards, rows: list[int], rng: np.random.Generator):
        posed = shards.pose(rng.choice(rows), random_rotation(rng))
        points = posed.surface[:, :3]
        if rng.random() < 0.5:  # at run time the voxels come from a coarse mesh, not from the truth
            points = np.clip(disturb(points, rng), -0.999, 0.999)
        anchors = voxel_anchors(points, self.fine_tokens, rng, jitter=True)
        return vae_sample(posed, anchors, 4096, 576, 128, rng)


def reconstruct(vae: AnchoredVAE, batch: dict[str, Tensor], sample: bool) -> tuple[Tensor, Tensor, Tensor]:
    """(field at the batch's points [B,P], KL per latent channel, latents' means [B,N,C])."""
    with torch.autocast(batch["surface"].device.type, torch.bfloat16):
        mean, log_variance = vae.encode(batch["surface"], batch["anchors"], batch["surface_neighbours"])
        latents = mean + torch.randn_like(mean) * (0.5 * log_variance).exp() if sample else mean
        features = vae.decode(latents, batch["anchors"])
        field = vae.query(features, batch["anchors"], batch["points"], batch["point_neighbours"])
    kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()
    return field, kl, mean


def vae_losses(vae: AnchoredVAE, batch: dict[str, Tensor]) -> tuple[dict[str, Tensor], Tensor]:
    """Return the losses of a batch and the latents' means [B,N,C]."""
    field, kl, latents = reconstruct(vae, batch, sample=True)
    target = (batch["distance"] / vae.config.truncation).clamp(-1, 1)
    error = field - target
    fit = error.abs().mean() + error.square().mean()
    kind = "coarse" if batch["anchors"].shape[1] == LATTICE**3 else "fine"
    return {"loss": fit + 1e-3 * kl, f"fit_{kind}": fit.detach(), f"kl_{kind}": kl.detach()}, latents


def vae_loss(vae: AnchoredVAE, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    return vae_losses(vae, batch)[0]


def validation_batches(shards: FieldShards, count: int, seed: int = 1) -> list[dict[str, Tensor]]:
    """Alternating coarse and fine batches of 8 validation objects; the points are uniform in the box only."""
    rng = np.random.default_rng(seed)
    batches = []
    rows = rng.permutation(shards.index["validation_rows"])[:count]
    lattice = lattice_anchors(LATTICE).numpy()
    for start in range(0, len(rows), 8):
        posed = [shards.pose(row, yaw_matrix(rng.uniform(0, 360))) for row in rows[start : start + 8]]
        batches.append(stack([vae_sample(p, lattice, 2048, 0, 1024, rng) for p in posed]))
        fine = [voxel_anchors(p.surface[:, :3], 512, rng, jitter=False) for p in posed]
        batches.append(stack([vae_sample(p, a, 4096, 0, 1024, rng) for p, a in zip(posed, fine, strict=True)]))
    return batches


@torch.no_grad()
def vae_scores(vae: nn.Module, batches: list[dict[str, Tensor]]) -> dict[str, float]:
    """Mean volume IoU over objects, from uniform points, for coarse and fine anchors."""
    scores: dict[str, list[float]] = {"iou_coarse": [], "iou_fine": []}
    for k, batch in enumerate(batches):
        field, *_ = reconstruct(vae, batch, sample=False)  # type: ignore[arg-type]
        inside, truth = field > 0, batch["distance"] > 0
        iou = (inside & truth).sum(1) / (inside | truth).sum(1).clamp(min=1)
        scores["iou_fine" if k % 2 else "iou_coarse"] += iou[truth.sum(1) >= 8].tolist()
    return {key: round(float(np.mean(v)), 4) for key, v in scores.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=Path, required=True)
    add_run_options(parser, minutes=40, learning_rate=1.5e-3)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    vae = AnchoredVAE(VAE_CONFIG)
    if args.init:
        vae.load_state_dict(initial_weights(args.init))
    print(f"{sum(p.numel() for p in vae.parameters()) / 1e6:.2f} M parameters")
    loop = Loop(vae, run_config(args), args.out)
    dataset = VAEBatches(args.shards, args.seed + loop.steps)
    prefetch = 4 if args.workers else None
    batches = DataLoader(dataset, batch_size=None, num_workers=args.workers, prefetch_factor=prefetch)
    held_out = validation_batches(FieldShards(args.shards), 32)
    compiled = torch.compile(vae_loss)  # fuses the pointwise work: 2 to 4 times faster than eager on CPU
    loop.run(batches, lambda b: compiled(vae, b), lambda m: vae_scores(m, held_out), validate_every=250)


if __name__ == "__main__":
    main()
