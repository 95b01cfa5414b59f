"""Picture -> tokens with positions, for the tiny family: a convolutional stem and a few transformer blocks.

What the subject is comes from a frozen network that has seen many photographs (efficientnet_lite), added to the
patches; where its outlines run comes from the stem, which is trained along, and is told how deep inside the outline
every pixel lies. Maps of all scales are added into one, `detail`, to be sampled where a 3D position projects.
Tokens carry the rotary position (x, y, 0) of their patch in the box that the subject's frame spans, so that
cross-attention from 3D anchors starts near pixel alignment. A small head reads the camera off the picture, as the
affine map from box positions to picture positions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ....kernels.views.picture_places import picture_places
from ....kernels.views.silhouette import mask_distance
from ..rotary import RotaryBlock, rotary_table


@dataclass(frozen=True)
class ImageEncoderConfig:
    picture: int = 128  # side of the RGBA input in pixels
    stem: tuple[int, ...] = (32, 64, 128)  # channels at 1/2, 1/4, 1/8 of the side
    width: int = 256
    heads: int = 8
    layers: int = 4
    semantic_channels: int = 768  # of the frozen network's features, one vector a patch
    detail_channels: int = 64  # of the map at 1/4 of the side that is sampled where anchors project


PLANES = 5  # red, green, blue, alpha, depth inside the outline


def outline_depth(alpha: np.ndarray) -> np.ndarray:
    """Distance to the outline of a mask [S,S] in 0..1, positive inside, in quarters of the side, clipped to -1..1."""
    return np.clip(mask_distance(alpha > 0.5) * (4 / alpha.shape[0]), -1, 1).astype(np.float32)


def picture_planes(rgba: np.ndarray) -> np.ndarray:
    """Straight RGBA [S,S,4] in 0..1 -> what ImageEncoder reads, [PLANES,S,S] float32."""
    return np.concatenate([rgba.transpose(2, 0, 1), outline_depth(rgba[..., 3])[None]], 0, dtype=np.float32)


def centred(planes: Tensor) -> Tensor:
    """picture_planes [B,5,S,S] with colours from -1 to 1 inside the subject and 0 outside."""
    alpha = planes[:, 3:4]
    return torch.cat([planes[:, :3] * alpha * 2 - alpha, planes[:, 3:]], 1)


def patch_positions(side: int, device: torch.device | None = None) -> Tensor:
    """Places (x right, y up, 0) of a picture's patches, -1..1, row by row from the top, [side*side,3] float32."""
    axis = (torch.arange(side, dtype=torch.float32, device=device) + 0.5) * (2 / side) - 1
    rows, columns = torch.meshgrid(-axis, axis, indexing="ij")
    return torch.stack([columns, rows, torch.zeros_like(rows)], -1).reshape(-1, 3)


class ResidualConv(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.norm = nn.GroupNorm(8, channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.gelu(self.conv1(F.gelu(self.norm(x)))))


@dataclass(frozen=True)
class ImageFeatures:
    """tokens [B,M,width] with positions [M,3] in the box; detail [B,detail_channels,S/4,S/4]; camera [B,2,4].

    camera maps a homogeneous box position (x, y, z, 1) to the picture: x right, y up, both -1..1 across the frame.
    """

    tokens: Tensor
    positions: Tensor
    detail: Tensor
    camera: Tensor


class ImageEncoder(nn.Module):
    """picture_planes [B,5,S,S] with the picture's features [B,semantic_channels,S/16,S/16] -> ImageFeatures."""

    def __init__(self, config: ImageEncoderConfig):
        super().__init__()
        self.config = config
        a, b, c = config.stem
        self.stem_half = nn.Conv2d(PLANES, a, 4, 2, 1)
        self.stem_quarter = nn.Sequential(nn.GELU(), nn.Conv2d(a, b, 4, 2, 1), ResidualConv(b))
        self.stem_eighth = nn.Sequential(nn.GELU(), nn.Conv2d(b, c, 4, 2, 1), ResidualConv(c))
        self.patch = nn.Conv2d(c, config.width, 2, 2)
        self.semantic_norm = nn.LayerNorm(config.semantic_channels)
        self.semantic = nn.Linear(config.semantic_channels, config.width)
        nn.init.zeros_(self.semantic.weight)
        nn.init.zeros_(self.semantic.bias)
        self.blocks = nn.ModuleList(RotaryBlock(config.width, config.heads) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        self.detail = nn.Conv2d(b, config.detail_channels, 1)
        self.detail_eighth = nn.Conv2d(c, config.detail_channels, 1)
        self.detail_tokens = nn.Linear(config.width, config.detail_channels)
        self.camera = nn.Linear(config.width, 8)
        nn.init.zeros_(self.camera.weight)
        # A straight front view: x right, y up, the object filling most of the frame.
        self.camera.bias.data = torch.tensor([0.8, 0, 0, 0, 0, 0.8, 0, 0])

    def positions(self, device: torch.device | None = None) -> Tensor:
        """Patch centres in the box, row by row from the top, [M,3]; the subject spans 0.8 of its frame."""
        return patch_positions(self.config.picture // 16, device) / 0.8

    def forward(self, planes: Tensor, semantic: Tensor) -> ImageFeatures:
        x = self.stem_half(centred(planes))
        quarter = self.stem_quarter(x)
        eighth = self.stem_eighth(quarter)
        h = self.patch(eighth).flatten(2).transpose(1, 2)
        h = h + self.semantic(self.semantic_norm(semantic.flatten(2).transpose(1, 2)))
        positions = self.positions(planes.device)
        table = rotary_table(positions[None], h.shape[-1] // self.config.heads)
        for block in self.blocks:
            h = block(h, table)
        tokens = self.norm(h)
        camera = self.camera(tokens.mean(1)).float().view(-1, 2, 4)
        wide = self.detail_tokens(tokens).transpose(1, 2).unflatten(2, (self.config.picture // 16, -1))
        detail = self.detail(quarter) + upsample(self.detail_eighth(eighth) + upsample(wide))
        return ImageFeatures(tokens, positions, detail, camera)


def upsample(x: Tensor) -> Tensor:
    """[B,C,H,W] -> [B,C,2H,2W]."""
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def sample_detail(detail: Tensor, camera: Tensor, points: Tensor) -> Tensor:
    """Picture features where box positions project: detail [B,C,H,W], camera [B,2,4], points [B,N,3] -> [B,N,C]."""
    grid = picture_places(camera, points)
    sampled = F.grid_sample(detail.float(), grid[:, :, None], align_corners=False)
    return sampled.squeeze(-1).transpose(1, 2)
