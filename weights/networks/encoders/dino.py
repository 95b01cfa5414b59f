"""DINOv2 image encoder: pixels become one class token and one token per 14 x 14 patch.

Written out here because the transformers package renamed the keys of the files this has to read. Shapes: B batch,
h x w patches, R registers, W width.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..layers import Mlp, SelfAttention

# How the table of position embeddings is resized when the picture is not of the training size. "size" asks for the
# new grid; "scale" passes (n + 0.1) / grid as a factor, as transformers did before 4.46; "smooth" asks for the new
# grid with smoothing, as the models with registers do. They differ a little.
PositionResize = Literal["size", "scale", "smooth"]


BARE_EPS = 1e-5  # of a last norm without weights


@dataclass(frozen=True)
class DinoConfig:
    """swiglu: the gated MLP of the giant model. image_size: pixels the position table was made for.

    registers: learned tokens after the class token, without a position. bare_norm: the last norm has no weights and
    its own epsilon, whatever the file holds, as TRELLIS reads its picture.
    """

    width: int
    heads: int
    layers: int
    image_size: int = 518
    patch: int = 14
    mlp_ratio: int = 4
    swiglu: bool = False
    qkv_bias: bool = True
    eps: float = 1e-6
    registers: int = 0
    bare_norm: bool = False


class Scale(nn.Module):
    """A learned factor per channel on the way back into the residual."""

    def __init__(self, width: int):
        super().__init__()
        self.factor = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor


class GatedMlp(nn.Module):
    """silu(first half) * second half of one projection; its hidden width is two thirds of the plain one, in eights."""

    def __init__(self, width: int, hidden: int):
        super().__init__()
        inner = (int(hidden * 2 / 3) + 7) // 8 * 8
        self.fc1 = nn.Linear(width, 2 * inner)
        self.fc2 = nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        gate, value = self.fc1(x).chunk(2, dim=-1)
        return self.fc2(F.silu(gate) * value)


class DinoBlock(nn.Module):
    def __init__(self, config: DinoConfig):
        super().__init__()
        hidden = int(config.width * config.mlp_ratio)
        self.norm1 = nn.LayerNorm(config.width, eps=config.eps)
        self.attn = SelfAttention(config.width, config.heads, qkv_bias=config.qkv_bias, layout="block")
        self.scale1 = Scale(config.width)
        self.norm2 = nn.LayerNorm(config.width, eps=config.eps)
        self.mlp = GatedMlp(config.width, hidden) if config.swiglu else Mlp(config.width, hidden)
        self.scale2 = Scale(config.width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.scale1(self.attn(self.norm1(x)))
        return x + self.scale2(self.mlp(self.norm2(x)))


class Dino(nn.Module):
    """The whole encoder, up to and including its last norm."""

    def __init__(self, config: DinoConfig, position_resize: PositionResize = "size"):
        super().__init__()
        self.config = config
        self.position_resize: PositionResize = position_resize
        grid = config.image_size // config.patch
        self.class_token = nn.Parameter(torch.zeros(1, 1, config.width))
        self.positions = nn.Parameter(torch.zeros(1, 1 + grid * grid, config.width))
        self.patches = nn.Conv2d(3, config.width, config.patch, stride=config.patch)
        if config.registers:
            self.registers = nn.Parameter(torch.zeros(1, config.registers, config.width))
        self.blocks = nn.ModuleList(DinoBlock(config) for _ in range(config.layers))
        if config.bare_norm:
            self.norm = nn.LayerNorm(config.width, eps=BARE_EPS, elementwise_affine=False)
        else:
            self.norm = nn.LayerNorm(config.width, eps=config.eps)

    def position_table(self, rows: int, columns: int) -> Tensor:
        """[1, 1 + rows * columns, W], bicubically resized from the trained grid when the patch grid differs."""
        grid = self.config.image_size // self.config.patch
        if rows == grid and columns == grid:
            return self.positions
        table = self.positions[:, 1:].float().unflatten(1, (grid, grid)).permute(0, 3, 1, 2)
        if self.position_resize != "scale":
            smooth = self.position_resize == "smooth"
            table = F.interpolate(table, size=(rows, columns), mode="bicubic", align_corners=False, antialias=smooth)
        else:
            factors = ((rows + 0.1) / grid, (columns + 0.1) / grid)
            table = F.interpolate(table, scale_factor=factors, mode="bicubic", align_corners=False)
        table = table.permute(0, 2, 3, 1).flatten(1, 2).to(self.positions.dtype)
        return torch.cat([self.positions[:, :1], table], dim=1)

    def embed(self, pixels: Tensor) -> Tensor:
        """pixels [B, 3, 14 h, 14 w], normalised -> [B, 1 + R + h * w, W]: class token, registers, patches by row."""
        patches = self.patches(pixels.to(self.patches.weight.dtype))
        rows, columns = patches.shape[-2:]
        x = torch.cat([self.class_token.expand(len(pixels), -1, -1), patches.flatten(2).transpose(1, 2)], dim=1)
        x = x + self.position_table(rows, columns)
        if not self.config.registers:
            return x
        return torch.cat([x[:, :1], self.registers.expand(len(pixels), -1, -1), x[:, 1:]], dim=1)

    def forward(self, pixels: Tensor) -> Tensor:
        """pixels [B, 3, 14 h, 14 w], normalised -> [B, 1 + R + h * w, W]."""
        x = self.embed(pixels)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


def view_embedding(views: int, width: int, device: torch.device | None = None) -> Tensor:
    """Return fixed sines and cosines [views, W] that mark the side a picture shows (multi-view models)."""
    frequencies = 10000.0 ** (-torch.arange(width // 2, dtype=torch.float64, device=device) / (width / 2))
    phases = torch.arange(views, dtype=torch.float64, device=device)[:, None] * frequencies
    return torch.cat([phases.sin(), phases.cos()], dim=-1).float()
