"""Writes features of a vision model for the surface points of all objects, to align latents with (train_vae --align).

    python -m varco3d.weights.training.vision_points --data DATA --shards SHARDS --out RUNS/vision

The frozen EfficientNet-Lite0 sees every picture of an object as 768 channels at 8x8 places. Their principal components
are read at the place of each surface point; pictures that the point faces count by the cosine.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.lib.format import open_memmap
from torch import Tensor

from ..generators.tiny import load_backbone
from ..networks.encoders.image_encoder import picture_planes
from .posed_views import PosedViews
from .train_flow import semantic_features
from .train_vae import VISION, yaw_matrix

COMPONENTS = 32
SPREAD = 42.0  # codes of an int8 per standard deviation of a component
FITTED = 256  # objects that the components are fitted on


@dataclass(frozen=True)
class Components:
    """Principal components of picture features: mean [C], directions [C,COMPONENTS], deviation over all of them."""

    mean: Tensor
    directions: Tensor
    deviation: Tensor

    @classmethod
    def fitted(cls, features: Tensor) -> Components:
        """Fit to features [N,C]."""
        mean = features.mean(0)
        _, _, directions = torch.pca_lowrank(features - mean, COMPONENTS, center=False)
        return cls(mean, directions, ((features - mean) @ directions).std())

    def of_maps(self, maps: Tensor) -> Tensor:
        """Return the components [V,COMPONENTS,H,W] of maps [V,C,H,W], with deviation 1."""
        centred = maps - self.mean[:, None, None]
        return torch.einsum("vchw,cd->vdhw", centred, self.directions) / self.deviation


def picture_maps(views: PosedViews, look: Callable[[Tensor], Tensor], row: int, pictures: int) -> Tensor:
    """Return the backbone's features [pictures,768,8,8] of a row's first pictures."""
    planes = [picture_planes(views.views[row, view].astype(np.float32) / 255) for view in range(pictures)]
    return look(torch.from_numpy(np.stack(planes))).float()


def point_features(views: PosedViews, maps: Tensor, row: int) -> Tensor:
    """Return features [S,C] of a row's surface points out of maps [V,C,H,W]; 0 where no picture faces a point."""
    places, weights = [], []
    for view in range(len(maps)):
        azimuth, elevation, _ = views.pose(row, view)
        posed = views.shards.pose(row, yaw_matrix(azimuth), views.stretch(row, view)).surface
        camera = views.camera_map(row, view, posed[:, :3], False)
        places.append((posed[:, :3] @ camera[:, :3].T + camera[:, 3]) * (1, -1))  # rows of a picture run down
        towards = np.deg2rad(elevation)
        weights.append(np.maximum(posed[:, 3:] @ np.array([0, np.sin(towards), np.cos(towards)]), 0))
    grid = torch.from_numpy(np.stack(places)).float()[:, None]
    features = F.grid_sample(maps, grid, padding_mode="border", align_corners=False)[:, :, 0]  # [V,C,S]
    weight = torch.from_numpy(np.stack(weights)).float()
    return torch.einsum("vcs,vs->sc", features, weight / weight.sum(0).clamp(min=1e-3))


def write_vision_points(views: PosedViews, out: Path, pictures: int) -> Path:
    """Write out/vision.npy, int8 [objects, S, COMPONENTS]."""
    look = partial(torch.compile(semantic_features), load_backbone())
    rows = len(views.shards.index["objects"])
    sample = np.random.default_rng(0).permutation(rows)[:FITTED]
    maps = torch.cat([picture_maps(views, look, int(row), pictures) for row in sample])
    components = Components.fitted(maps.flatten(2).transpose(1, 2).flatten(0, 1))
    out.mkdir(parents=True, exist_ok=True)
    points = views.shards.arrays["surface"].shape[1]
    codes = open_memmap(out / VISION, "w+", np.int8, (rows, points, COMPONENTS))
    for row in range(rows):
        features = point_features(views, components.of_maps(picture_maps(views, look, row, pictures)), row)
        codes[row] = (features * SPREAD).clamp(-127, 127).round().to(torch.int8).numpy()
        if row % 200 == 0:
            print(f"{row}/{rows}", flush=True)
    codes.flush()
    return out / VISION


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--shards", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--views", type=int, default=3, help="pictures of every object that are looked at")
    args = parser.parse_args()
    write_vision_points(PosedViews(args.data, args.shards), args.out, args.views)


if __name__ == "__main__":
    main()
