"""DINOv3 picture encoder: pixels become a class token, registers, and one token per 16 x 16 patch.

Patches turn their queries and keys by place, so any size of picture works. Shapes: B batch, h x w patches, R registers,
N = 1 + R + h w tokens, W width, H heads, d = W / H.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..fourier import rotate_halves
from ..layers import Mlp, attend_all
from .dino import BARE_EPS, Scale


@dataclass(frozen=True)
class Dinov3Config:
    """registers: learned tokens after the class token. period: of the slowest rotation."""

    width: int
    heads: int
    layers: int
    hidden: int
    patch: int = 16
    registers: int = 4
    period: float = 100.0
    eps: float = 1e-5
    key_bias: bool = False


class PlacedAttention(nn.Module):
    """Attention among tokens; those after the first R + 1 turn by their place in the picture."""

    def __init__(self, config: Dinov3Config):
        super().__init__()
        self.heads = config.heads
        self.q = nn.Linear(config.width, config.width)
        self.k = nn.Linear(config.width, config.width, bias=config.key_bias)
        self.v = nn.Linear(config.width, config.width)
        self.out = nn.Linear(config.width, config.width)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        """x [B, N, W], tables [1, h w, d] -> [B, N, W]."""
        q, k, v = (layer(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for layer in (self.q, self.k, self.v))
        placeless = x.shape[1] - cosine.shape[1]
        q, k = (
            torch.cat([y[:, :, :placeless], rotate_halves(y[:, :, placeless:], cosine, sine)], dim=2) for y in (q, k)
        )
        return self.out(attend_all(q, k, v).transpose(1, 2).flatten(2))


class Dinov3Block(nn.Module):
    """x += scale attention(norm x); x += scale mlp(norm x)."""

    def __init__(self, config: Dinov3Config):
        super().__init__()
        self.norm1 = nn.LayerNorm(config.width, eps=config.eps)
        self.attn = PlacedAttention(config)
        self.scale1 = Scale(config.width)
        self.norm2 = nn.LayerNorm(config.width, eps=config.eps)
        self.mlp = Mlp(config.width, config.hidden)
        self.scale2 = Scale(config.width)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        x = x + self.scale1(self.attn(self.norm1(x), cosine, sine))
        return x + self.scale2(self.mlp(self.norm2(x)))


class Dinov3(nn.Module):
    """The encoder as TRELLIS.2 reads it: a last norm without weights in place of the file's own."""

    def __init__(self, config: Dinov3Config):
        super().__init__()
        self.config = config
        self.class_token = nn.Parameter(torch.zeros(1, 1, config.width))
        self.registers = nn.Parameter(torch.zeros(1, config.registers, config.width))
        self.patches = nn.Conv2d(3, config.width, config.patch, stride=config.patch)
        self.blocks = nn.ModuleList(Dinov3Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width, eps=BARE_EPS, elementwise_affine=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """pixels [B, 3, 16 h, 16 w], normalised -> tokens [B, 1 + R + h w, W], patches by row."""
        patches = self.patches(pixels.to(self.patches.weight.dtype))
        rows, columns = patches.shape[-2:]
        x = torch.cat(
            [
                self.class_token.expand(len(pixels), -1, -1),
                self.registers.expand(len(pixels), -1, -1),
                patches.flatten(2).transpose(1, 2),
            ],
            dim=1,
        )
        cosine, sine = place_rotation(rows, columns, self.config.width // self.config.heads, self.config.period)
        cosine, sine = cosine[None].to(x.device), sine[None].to(x.device)
        for block in self.blocks:
            x = block(x, cosine, sine)
        return self.norm(x)


def place_rotation(rows: int, columns: int, channels: int, period: float) -> tuple[Tensor, Tensor]:
    """Return cosines and sines [h w, d] for `rotate_halves`: row, then column by falling frequency, both of them twice.

    A patch lies at the place of its centre, -1 to 1 along each side of the picture.
    """
    quarter = channels // 4
    frequencies = 1.0 / period ** (torch.arange(quarter, dtype=torch.float32) * 4 / channels)
    centres = [(torch.arange(count, dtype=torch.float32) + 0.5) / count * 2 - 1 for count in (rows, columns)]
    places = torch.stack(torch.meshgrid(*centres, indexing="ij"), dim=-1).view(-1, 2)
    angles = (2 * torch.pi * places[..., None] * frequencies).flatten(1).repeat(1, 2)
    return angles.cos(), angles.sin()
