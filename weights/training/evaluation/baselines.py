"""Simple baselines: the training object with the nearest silhouette, and the inflated silhouette."""

from __future__ import annotations

import numpy as np
import torch

from ....kernels.fields.decode_octree import decode_octree
from ....kernels.fields.marching_cubes import marching_cubes
from ....kernels.views.silhouette import mask_distance
from ..posed_views import PosedViews
from ..renders import FILL
from ..train_vae import FRAME
from .metrics import Triangles

MASK_SIDE = 32


def small_masks(rgba: np.ndarray) -> np.ndarray:
    """Alpha of pictures [K,S,S,4] uint8, averaged to 32 pixels a side -> [K,1024] float32 in 0..1."""
    k, side = rgba.shape[0], rgba.shape[1]
    step = side // MASK_SIDE
    alpha = rgba[..., 3].reshape(k, MASK_SIDE, step, MASK_SIDE, step).mean((2, 4)) / 255
    return alpha.reshape(k, -1).astype(np.float32)


class SilhouetteRetrieval:
    """Training objects by the soft overlap of their silhouettes with a query's, over all plain views."""

    def __init__(self, views: PosedViews):
        self.rows = views.shards.index["training_rows"]
        self.per_object = views.plain_views()
        self.masks = np.concatenate([small_masks(views.views[row, : self.per_object]) for row in self.rows])

    def nearest(self, rgba: np.ndarray) -> tuple[int, int]:
        """(row, view) of the training picture whose silhouette is nearest to that of rgba [S,S,4]."""
        query = small_masks(rgba[None])[0]
        both = np.minimum(self.masks, query).sum(1)
        either = np.maximum(self.masks, query).sum(1)
        best = int(np.argmax(both / np.maximum(either, 1e-6)))
        return self.rows[best // self.per_object], best % self.per_object


def inflate_silhouette(alpha: np.ndarray, resolution: int = 96) -> Triangles:
    """Return a shape from the mask [S,S] alone: as deep at each pixel as a ball that touches the outline."""
    mask = np.pad(alpha > 0.5, 1)
    side = alpha.shape[0]
    depth = mask_distance(mask) * (2 * FRAME / (FILL * side))  # box units
    height = np.sqrt(np.maximum(depth * (2 * depth.max() - depth), 0))
    table = torch.from_numpy(np.where(mask, height, depth).astype(np.float32))[None, None]

    def query(points: torch.Tensor) -> torch.Tensor:
        places = points[:, :2] * torch.tensor([1.0, -1.0]) * (FILL / FRAME * side / (side + 2))
        sampled = torch.nn.functional.grid_sample(table, places[None, None], padding_mode="border", align_corners=False)
        return sampled.view(-1) - points[:, 2].abs()

    vertices, faces = marching_cubes(decode_octree(query, resolution))
    return np.asarray(vertices, np.float32), np.asarray(faces, np.int32)
