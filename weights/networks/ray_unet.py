"""A convolutional second look at a picture, along its rays.

A small network reads the camera off the picture (camera_net). On the rays of that camera every depth is a channel and
every neighbour in the picture a neighbour of the ray, so a U-Net sees outline and colours and answers all depths of a
ray together: aligned with the pixels as PIFu (arXiv 1905.05172) is. It begins with a body as deep as the outline, with
which an untrained network answers; the answer is the field on a grid twice as fine across the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...kernels.fields.ray_grid import inflated_columns
from .encoders.camera_net import CameraNet
from .encoders.image_encoder import PLANES, ResidualConv, centred, patch_positions, upsample
from .rotary import RotaryBlock, rotary_table

DROPPED = 0.2  # share of the channels that tell of the subject, in training: features tell its few objects apart


@dataclass(frozen=True)
class RayUNetConfig:
    side: int = 64  # rays across the picture, of what comes out; half as many go in
    depths: int = 48  # samples on a ray
    widths: tuple[int, int, int] = (160, 224, 224)  # channels at 1/2, 1/4 and 1/8 of the side
    blocks: int = 2  # per scale, down and up
    layers: int = 0  # of attention between all patches at 1/8 of the side
    semantic_channels: int = 768  # of the frozen network's features
    token_channels: int = 256  # of the coarse stage's picture tokens
    camera_width: int = 160  # of the network that reads the camera
    camera_layers: int = 3
    truncation: float = 0.1  # box units that a value of 1 means


class RayUNet(nn.Module):
    """U-Net over a picture with depths as channels.

    picture_planes [B,5,S,S], semantic [B,C,S/8,S/8] and tokens [B,T,S/8,S/8] of the picture, and a camera [B,2,4]
    -> the field on the camera's rays [B,D,S,S], positive inside, in truncations. `read_camera` tells the camera."""

    def __init__(self, config: RayUNetConfig):
        super().__init__()
        self.config = config
        a, b, c = config.widths
        d = config.depths
        self.stem = nn.Conv2d(d + 4 * PLANES, a, 3, padding=1)
        self.down_half = self._blocks(a)
        self.to_quarter = nn.Conv2d(a, b, 2, 2)
        self.down_quarter = self._blocks(b)
        self.to_eighth = nn.Conv2d(b, c, 2, 2)
        self.semantic_norm = nn.LayerNorm(config.semantic_channels)
        self.semantic = nn.Linear(config.semantic_channels, c)
        self.tokens = nn.Linear(config.token_channels, c)
        self.camera = nn.Linear(8, c)
        self.drop = nn.Dropout2d(DROPPED)
        self.reader = CameraNet(
            config.camera_width, config.camera_layers, config.semantic_channels, config.token_channels
        )
        self.middle = self._blocks(c)
        self.attention = nn.ModuleList(RotaryBlock(c, c // 32) for _ in range(config.layers))
        for block in self.attention:
            for last in (block.out, block.down):  # type: ignore[union-attr]
                nn.init.zeros_(last.weight)  # type: ignore[arg-type]
                nn.init.zeros_(last.bias)  # type: ignore[arg-type]
        self.from_eighth = nn.Conv2d(c, b, 1)
        self.up_quarter = self._blocks(b)
        self.from_quarter = nn.Conv2d(b, a, 1)
        self.up_half = self._blocks(a)
        self.out_norm = nn.GroupNorm(8, a)
        self.out = nn.Conv2d(a, 4 * d, 3, padding=1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)  # type: ignore[arg-type]

    def _blocks(self, channels: int) -> nn.Sequential:
        return nn.Sequential(*(ResidualConv(channels) for _ in range(self.config.blocks)))

    def read_camera(self, planes: Tensor, semantic: Tensor, tokens: Tensor) -> Tensor:
        """Return the camera of a picture [B,2,4] (ImageFeatures)."""
        return self.reader(planes, semantic, tokens)

    def outline_body(self, planes: Tensor, camera: Tensor) -> Tensor:
        """Return what the answer begins with, [B,D,S/2,S/2]."""
        return inflated_columns(planes[:, 4:], camera, self.config.depths, self.config.truncation)

    def forward(self, planes: Tensor, semantic: Tensor, tokens: Tensor, camera: Tensor) -> Tensor:
        columns = self.outline_body(planes, camera)
        half = self.down_half(self.stem(torch.cat([columns, F.pixel_unshuffle(centred(planes), 2)], 1)))
        quarter = self.down_quarter(self.to_quarter(half))
        seen = self.semantic(self.semantic_norm(semantic.movedim(1, -1))) + self.tokens(tokens.movedim(1, -1))
        seen = self.drop(seen.movedim(-1, 1)) + self.camera(camera.flatten(1))[:, :, None, None]
        h = self.attended(self.middle(self.to_eighth(quarter) + seen))
        h = self.up_quarter(quarter + double(self.from_eighth(h)))
        h = self.up_half(half + double(self.from_quarter(h)))
        change = F.pixel_shuffle(self.out(F.gelu(self.out_norm(h))), 2)
        return smoothed(change.float()) + upsample(columns.float())

    def attended(self, x: Tensor) -> Tensor:
        """Patches [B,C,H,W] that have looked at each other."""
        if not len(self.attention):
            return x
        side = x.shape[-1]
        table, h = rotary_table(patch_positions(side, x.device)[None], 32), x.flatten(2).transpose(1, 2)
        for block in self.attention:
            h = block(h, table)
        return h.transpose(1, 2).unflatten(2, (side, side))


def smoothed(x: Tensor) -> Tensor:
    """[B,D,S,S] filtered by (1, 2, 1) / 4 along all three axes.

    Rays and depths answered each by its own channel would differ from their neighbours, and the surface be ribbed.
    """
    for axis in (1, 2, 3):
        before, after = x.narrow(axis, 0, 1), x.narrow(axis, x.shape[axis] - 1, 1)
        padded, length = torch.cat([before, x, after], axis), x.shape[axis]
        x = (padded.narrow(axis, 0, length) + padded.narrow(axis, 2, length)) / 4 + x / 2
    return x


def double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="nearest")
