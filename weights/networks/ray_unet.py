"""A convolutional second look at a rough field, along the rays of its picture.

What the coarse stage guesses is sampled on the rays of the camera that it reads off the picture (weights.columns).
There every depth is a channel and every neighbour in the picture a neighbour of the ray, so a small U-Net sees outline,
colours and the whole depth of the guess at once: aligned with the pixels as PIFu (arXiv 1905.05172) is, but with all
depths of a ray answered together. The answer is the field itself, on a grid twice as fine across the picture. An
untrained network answers with the guess. A network may also go without the guess, from a body that the outline alone
suggests, as the shipped one does: it costs a tenth to make samples for, and errs in other places than the guess that
it is averaged with.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .encoders.image_encoder import PLANES, ResidualConv, centred, upsample
from .rotary import RotaryBlock, rotary_table


@dataclass(frozen=True)
class RayUNetConfig:
    side: int = 64  # rays across the picture, of what comes out; half as many go in
    depths: int = 48  # samples on a ray
    widths: tuple[int, int, int] = (160, 224, 224)  # channels at 1/2, 1/4 and 1/8 of the side
    blocks: int = 2  # per scale, down and up
    layers: int = 0  # of attention between all patches at 1/8 of the side
    guess: bool = True  # the columns are the coarse stage's; False: a body as deep as the outline (inflated_columns)
    semantic_channels: int = 768  # of the frozen network's features
    token_channels: int = 256  # of the coarse stage's picture tokens


class RayUNet(nn.Module):
    """U-Net over a picture with depths as channels.

    columns [B,D,S/2,S/2] of the rough field, picture_planes [B,5,S,S], semantic [B,C,S/8,S/8], tokens [B,T,S/8,S/8]
    and camera [B,2,4] of the picture -> the field [B,D,S,S], positive inside, in the units of the columns."""

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

    def forward(self, columns: Tensor, planes: Tensor, semantic: Tensor, tokens: Tensor, camera: Tensor) -> Tensor:
        half = self.down_half(self.stem(torch.cat([columns, F.pixel_unshuffle(centred(planes), 2)], 1)))
        quarter = self.down_quarter(self.to_quarter(half))
        seen = self.semantic(self.semantic_norm(semantic.movedim(1, -1))) + self.tokens(tokens.movedim(1, -1))
        seen = seen + self.camera(camera.flatten(1))[:, None, None]
        h = self.attended(self.middle(self.to_eighth(quarter) + seen.movedim(-1, 1)))
        h = self.up_quarter(quarter + double(self.from_eighth(h)))
        h = self.up_half(half + double(self.from_quarter(h)))
        change = F.pixel_shuffle(self.out(F.gelu(self.out_norm(h))), 2)
        return smoothed(change.float()) + upsample(columns.float())

    def attended(self, x: Tensor) -> Tensor:
        """Patches [B,C,H,W] that have looked at each other."""
        if not len(self.attention):
            return x
        side = x.shape[-1]
        axis = (torch.arange(side, dtype=torch.float32, device=x.device) + 0.5) * (2 / side) - 1
        rows, columns = torch.meshgrid(-axis, axis, indexing="ij")
        places = torch.stack([columns, rows, torch.zeros_like(rows)], -1).reshape(1, -1, 3)
        table, h = rotary_table(places, 32), x.flatten(2).transpose(1, 2)
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
