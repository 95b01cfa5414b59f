"""Sparse-structure VAE of TRELLIS: an occupancy grid of 64^3 becomes a latent grid of 16^3, and back.

Dense 3D convolutions with residual blocks. Going up, a convolution makes eight times the channels and a pixel shuffle
spreads them over the eight halves of a voxel. Shapes: B items, C channels, R cells a side.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class StructureVaeConfig:
    """channels: per level, from the grid down for the encoder, from the latents up for the decoder."""

    channels: tuple[int, ...]
    latent_channels: int = 8
    grid_channels: int = 1
    blocks: int = 2
    middle_blocks: int = 2
    out_norm: str = "layer"  # or "group"; the residual blocks always have layer norms
    eps: float = 1e-5


class ChannelNorm(nn.Module):
    """Layer norm over the channels of every cell of [B, C, R, R, R], in float32."""

    def __init__(self, channels: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = self.weight.float(), self.bias.float()
        y = F.layer_norm(x.permute(0, 2, 3, 4, 1).float(), weight.shape, weight, bias, self.eps)
        return y.permute(0, 4, 1, 2, 3).to(x.dtype)


class GridGroupNorm(nn.GroupNorm):
    """Group norm of [B, C, R, R, R] over 32 groups, in float32."""

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = self.weight.float(), self.bias.float()
        return F.group_norm(x.float(), self.num_groups, weight, bias, self.eps).to(x.dtype)


class ResidualBlock(nn.Module):
    """x + conv(silu(norm(conv(silu(norm x)))))."""

    def __init__(self, channels: int, eps: float):
        super().__init__()
        self.norm1 = ChannelNorm(channels, eps)
        self.conv1 = nn.Conv3d(channels, channels, 3, padding=1)
        self.norm2 = ChannelNorm(channels, eps)
        self.conv2 = nn.Conv3d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        return x + self.conv2(F.silu(self.norm2(h)))


class Down(nn.Module):
    """Convolution of 2^3 cells into one."""

    def __init__(self, channels_in: int, channels_out: int):
        super().__init__()
        self.conv = nn.Conv3d(channels_in, channels_out, 2, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Up(nn.Module):
    """Convolution to eight times the channels, channel c * 8 + half, spread over the halves, z fastest."""

    def __init__(self, channels_in: int, channels_out: int):
        super().__init__()
        self.conv = nn.Conv3d(channels_in, 8 * channels_out, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return shuffled(self.conv(x))


def shuffled(x: Tensor) -> Tensor:
    """[B, 8C, R, R, R] -> [B, C, 2R, 2R, 2R]."""
    b, c, r = x.shape[0], x.shape[1] // 8, x.shape[2]
    return x.view(b, c, 2, 2, 2, r, r, r).permute(0, 1, 5, 2, 6, 3, 7, 4).reshape(b, c, 2 * r, 2 * r, 2 * r)


class OutLayer(nn.Module):
    """Norm, SiLU, convolution."""

    def __init__(self, config: StructureVaeConfig, channels_in: int, channels_out: int):
        super().__init__()
        grouped = config.out_norm == "group"
        self.norm = GridGroupNorm(32, channels_in, config.eps) if grouped else ChannelNorm(channels_in, config.eps)
        self.conv = nn.Conv3d(channels_in, channels_out, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.silu(self.norm(x)))


class StructureEncoder(nn.Module):
    """Occupancy [B, 1, R, R, R] in {0, 1} -> mean and log-variance [B, C, r, r, r] in float32."""

    def __init__(self, config: StructureVaeConfig):
        super().__init__()
        self.config = config
        first, last = config.channels[0], config.channels[-1]
        self.input_layer = nn.Conv3d(config.grid_channels, first, 3, padding=1)
        levels: list[nn.Module] = []
        for level, channels in enumerate(config.channels):
            levels += [ResidualBlock(channels, config.eps) for _ in range(config.blocks)]
            if level + 1 < len(config.channels):
                levels.append(Down(channels, config.channels[level + 1]))
        self.blocks = nn.Sequential(*levels)
        self.middle_block = nn.Sequential(*(ResidualBlock(last, config.eps) for _ in range(config.middle_blocks)))
        self.out_layer = OutLayer(config, last, 2 * config.latent_channels)

    def forward(self, occupancy: Tensor) -> tuple[Tensor, Tensor]:
        x = self.input_layer(occupancy.to(self.input_layer.weight.dtype))
        mean, logvar = self.out_layer(self.middle_block(self.blocks(x))).float().chunk(2, dim=1)
        return mean, logvar


class StructureDecoder(nn.Module):
    """Latents [B, C, r, r, r] -> occupancy logits [B, 1, R, R, R] in float32, occupied above 0."""

    def __init__(self, config: StructureVaeConfig):
        super().__init__()
        self.config = config
        first, last = config.channels[0], config.channels[-1]
        self.input_layer = nn.Conv3d(config.latent_channels, first, 3, padding=1)
        self.middle_block = nn.Sequential(*(ResidualBlock(first, config.eps) for _ in range(config.middle_blocks)))
        levels: list[nn.Module] = []
        for level, channels in enumerate(config.channels):
            levels += [ResidualBlock(channels, config.eps) for _ in range(config.blocks)]
            if level + 1 < len(config.channels):
                levels.append(Up(channels, config.channels[level + 1]))
        self.blocks = nn.Sequential(*levels)
        self.out_layer = OutLayer(config, last, config.grid_channels)

    def forward(self, latents: Tensor) -> Tensor:
        x = self.input_layer(latents.to(self.input_layer.weight.dtype))
        return self.out_layer(self.blocks(self.middle_block(x))).float()


def occupied(logits: Tensor, cells: int = 1) -> Tensor:
    """Logits [B, 1, R, R, R] -> voxels [N, 4] int32 (item, x, y, z), x slowest, of cells^3 with one above 0 in them."""
    solid = logits[:, 0] > 0
    if cells > 1:
        solid = F.max_pool3d(solid.float(), cells) > 0
    return torch.nonzero(solid).to(torch.int32)
