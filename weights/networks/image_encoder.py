"""Picture -> tokens with positions, for the tiny family: a convolutional stem and a few transformer blocks.

What the subject is comes from a frozen network that has seen many photographs (efficientnet_lite), added to the
patches; where its outlines run comes from the stem, which is trained along.
Tokens carry the rotary position (x, y, 0) of their patch in the box that the subject's frame spans, so that
cross-attention from 3D anchors starts near pixel alignment. A small head reads the camera off the picture, as the
affine map from box positions to picture positions.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .rotary import RotaryBlock, rotary_table


@dataclass(frozen=True)
class ImageEncoderConfig:
    picture: int = 128  # side of the RGBA input in pixels
    stem: tuple[int, ...] = (32, 64, 128)  # channels at 1/2, 1/4, 1/8 of the side
    width: int = 256
    heads: int = 8
    layers: int = 4
    semantic_channels: int = 768  # of the frozen network's features, one vector a patch
    detail_channels: int = 64  # of the map at 1/4 of the side that the fine stage samples


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
    """RGBA [B,4,S,S] in 0..1, straight alpha, with its features [B,semantic_channels,S/16,S/16] -> ImageFeatures."""

    def __init__(self, config: ImageEncoderConfig):
        super().__init__()
        self.config = config
        a, b, c = config.stem
        self.stem_half = nn.Conv2d(4, a, 4, 2, 1)
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
        self.camera = nn.Linear(config.width, 8)
        nn.init.zeros_(self.camera.weight)
        # A straight front view: x right, y up, the object filling most of the frame.
        self.camera.bias.data = torch.tensor([0.8, 0, 0, 0, 0, 0.8, 0, 0])

    def positions(self, device: torch.device | None = None) -> Tensor:
        """Patch centres in the box, row by row from the top, [M,3]; the subject spans 0.8 of its frame."""
        side = self.config.picture // 16
        axis = ((torch.arange(side, dtype=torch.float32, device=device) + 0.5) * (2 / side) - 1) / 0.8
        rows, columns = torch.meshgrid(-axis, axis, indexing="ij")
        return torch.stack([columns, rows, torch.zeros_like(rows)], -1).reshape(-1, 3)

    def forward(self, rgba: Tensor, semantic: Tensor) -> ImageFeatures:
        alpha = rgba[:, 3:]
        x = self.stem_half(torch.cat([rgba[:, :3] * alpha * 2 - alpha, alpha], 1))
        quarter = self.stem_quarter(x)
        h = self.patch(self.stem_eighth(quarter)).flatten(2).transpose(1, 2)
        h = h + self.semantic(self.semantic_norm(semantic.flatten(2).transpose(1, 2)))
        positions = self.positions(rgba.device)
        table = rotary_table(positions[None], h.shape[-1] // self.config.heads)
        for block in self.blocks:
            h = block(h, table)
        tokens = self.norm(h)
        camera = self.camera(tokens.mean(1)).float().view(-1, 2, 4)
        return ImageFeatures(tokens, positions, self.detail(quarter), camera)


def sample_detail(detail: Tensor, camera: Tensor, points: Tensor) -> Tensor:
    """Picture features where box positions project: detail [B,C,H,W], camera [B,2,4], points [B,N,3] -> [B,N,C]."""
    places = torch.einsum("bij,bnj->bni", camera[:, :, :3], points) + camera[:, None, :, 3]
    grid = places * torch.tensor([1.0, -1.0], device=places.device)  # pictures count rows downwards
    sampled = F.grid_sample(detail.float(), grid[:, :, None], align_corners=False)
    return sampled.squeeze(-1).transpose(1, 2)
