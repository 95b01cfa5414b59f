"""Reads the camera off a picture, as the affine map from box positions to picture positions.

The longest side of an object fills the box, so the map's scale says how deep the object is where depth is its longest
side, and the map's tilt where its ground lies. Both take knowing what the subject is: outline and colours come from a
convolutional stem, the rest from a frozen network's features and from the tokens of the coarse stage's encoder.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..rotary import RotaryBlock, rotary_table
from .image_encoder import PLANES, ResidualConv, centred, patch_positions

STEM = (32, 64)  # channels at 1/2 and 1/4 of the side
HEAD = 32  # channels of an attention head
# A usual view: x right, y up, the ground seen a little from above.
USUAL = ((0.85, 0.0, 0.0, 0.0), (0.0, 0.8, -0.17, 0.0))


class CameraNet(nn.Module):
    """picture_planes [B,5,S,S], semantic [B,C,S/8,S/8] and tokens [B,T,S/8,S/8] -> camera [B,2,4] (ImageFeatures)."""

    def __init__(self, width: int, layers: int, semantic_channels: int, token_channels: int):
        super().__init__()
        a, b = STEM
        self.stem = nn.Sequential(
            nn.Conv2d(PLANES, a, 4, 2, 1), ResidualConv(a),
            nn.Conv2d(a, b, 4, 2, 1), ResidualConv(b),
            nn.Conv2d(b, width, 4, 2, 1), ResidualConv(width),
        )  # fmt: skip
        self.semantic_norm = nn.LayerNorm(semantic_channels)
        self.semantic = nn.Linear(semantic_channels, width)
        self.tokens = nn.Linear(token_channels, width)
        self.drop = nn.Dropout(0.1)
        self.blocks = nn.ModuleList(RotaryBlock(width, width // HEAD) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, 8)
        nn.init.zeros_(self.out.weight)
        self.out.bias.data = torch.tensor(USUAL).flatten()

    def forward(self, planes: Tensor, semantic: Tensor, tokens: Tensor) -> Tensor:
        x = self.stem(centred(planes))
        seen = self.semantic(self.semantic_norm(semantic.movedim(1, -1))) + self.tokens(tokens.movedim(1, -1))
        h = x.flatten(2).transpose(1, 2) + self.drop(seen).flatten(1, 2)
        table = rotary_table(patch_positions(x.shape[-1], planes.device)[None], HEAD)
        for block in self.blocks:
            h = block(h, table)
        pooled = self.norm(h).mean(1).float()
        with torch.autocast(planes.device.type, enabled=False):  # eight numbers, which every ray depends on
            return self.out(pooled).view(-1, 2, 4)
