"""Refiners of Direct3D-S2: dense 3D UNets that smooth the decoded signed distances, or find the sign between them.

They work in patches of a grid. Shapes: B items, C channels, R voxels a side, P voxels of a patch.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from types import EllipsisType

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GROUPS = 4
EPS = 1e-5
STEM = 8  # channels beside the UNet
MLP_WIDTH = 32
TAPS = 27
PASSES = 3  # of an adaptive filter


@dataclass(frozen=True)
class RefinerConfig:
    """channels: of the UNet's levels. layers, middle: residual blocks of a level and of the middle, less one.

    features: of a voxel beside its signed distance; 0 for the sign. patch, stride: voxels, of the network's grid.
    """

    channels: tuple[int, ...]
    layers: int
    middle: int
    features: int
    resolution: int
    patch: int
    stride: int

    @property
    def patches(self) -> int:
        """Number of patches in a grid."""
        return len(list(starts(self.resolution, self.patch, self.stride)))


class ResidualBlock(nn.Module):
    """x + conv(silu(norm(conv(silu(norm x))))), with a linear skip where channels change."""

    def __init__(self, channels_in: int, channels_out: int):
        super().__init__()
        self.norm1 = nn.GroupNorm(GROUPS, channels_in, eps=EPS)
        self.conv1 = nn.Conv3d(channels_in, channels_out, 3, padding=1)
        self.norm2 = nn.GroupNorm(GROUPS, channels_out, eps=EPS)
        self.conv2 = nn.Conv3d(channels_out, channels_out, 3, padding=1)
        self.skip = nn.Conv3d(channels_in, channels_out, 1) if channels_in != channels_out else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        return self.skip(x) + self.conv2(F.silu(self.norm2(h)))


class Level(nn.Module):
    """Residual blocks of one resolution, and the convolution that leaves it, down or up, if any."""

    def __init__(self, blocks: list[ResidualBlock], leave: nn.Module | None):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.leave = leave

    def forward(self, x: Tensor, skips: list[Tensor] | None = None) -> tuple[Tensor, list[Tensor]]:
        """Return the output, and that of every layer; each block takes the last of `skips` away and reads it too."""
        seen = []
        for block in self.blocks:
            x = block(x if skips is None else torch.cat([x, skips.pop()], dim=1))
            seen.append(x)
        if self.leave is not None:
            x = self.leave(x)
            seen.append(x)
        return x, seen


class Unet(nn.Module):
    """[B, C, P, P, P] -> [B, channels[0], P, P, P]; ends with a norm and SiLU, without a convolution."""

    def __init__(self, config: RefinerConfig, channels_in: int):
        super().__init__()
        widths = config.channels
        self.conv_in = nn.Conv3d(channels_in, widths[0], 3, padding=1)
        current, kept = widths[0], [widths[0]]
        levels = []
        for number, width in enumerate(widths):
            blocks = [ResidualBlock(current if i == 0 else width, width) for i in range(config.layers)]
            last = number + 1 == len(widths)
            levels.append(Level(blocks, None if last else nn.Conv3d(width, width, 2, stride=2)))
            kept += [width] * (config.layers + (not last))
            current = width
        self.down = nn.ModuleList(levels)
        self.middle = Level([ResidualBlock(current, current) for _ in range(config.middle + 1)], None)
        levels = []
        for number, width in enumerate(reversed(widths)):
            blocks = []
            for _ in range(config.layers + 1):
                blocks.append(ResidualBlock(current + kept.pop(), width))
                current = width
            last = number + 1 == len(widths)
            levels.append(Level(blocks, None if last else nn.ConvTranspose3d(width, width, 2, stride=2)))
        self.up = nn.ModuleList(levels)
        self.norm_out = nn.GroupNorm(GROUPS, widths[0], eps=EPS)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv_in(x)
        kept = [h]
        for level in self.down:
            h, seen = level(h)
            kept += seen
        h, _ = self.middle(h)
        for level in self.up:
            h, _ = level(h, kept)
        return F.silu(self.norm_out(h))


class AdaptiveFilter(nn.Module):
    """Filters of 3^3 voxels that a small network makes for every voxel, divided by their L1 norm, applied again."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv3d(STEM, STEM, 3, padding=1)
        self.conv2 = nn.Conv3d(STEM, TAPS, 3, padding=1, bias=False)

    def forward(self, x: Tensor, guide: Tensor) -> Tensor:
        """x [B, C, P, P, P], guide [B, 8, P, P, P] -> like x; all channels of a voxel share its filter."""
        taps = F.normalize(self.conv2(F.relu(self.conv1(guide))), p=1.0, dim=1)
        for _ in range(PASSES):
            x = filtered(x, taps)
        return x


def filtered(x: Tensor, taps: Tensor) -> Tensor:
    """Every voxel the sum of its neighbours, zeros outside, by its taps [B, 27, P, P, P], z fastest."""
    size = x.shape[-1]
    padded = F.pad(x, (1,) * 6)
    out = torch.zeros_like(x)
    for tap, (i, j, k) in enumerate(product(range(3), repeat=3)):
        out += taps[:, tap : tap + 1] * padded[..., i : i + size, j : j + size, k : k + size]
    return out


def starts(resolution: int, patch: int, stride: int) -> Iterator[tuple[int, int, int]]:
    """Return the first corners of the patches of a grid, z fastest."""
    first = range(0, resolution - patch + 1, stride)
    return product(first, first, first)


def window(corner: tuple[int, int, int], size: int) -> tuple[slice | EllipsisType, ...]:
    """Return the index of a patch in [..., R, R, R]."""
    return (..., *(slice(first, first + size) for first in corner))


class Refiner(nn.Module):
    """Signed distances and features of a dense grid -> smoother signed distances in -1..1."""

    def __init__(self, config: RefinerConfig):
        super().__init__()
        self.config = config
        self.conv_in = nn.Conv3d(1, STEM, 3, padding=1)
        sizes = (config.features, MLP_WIDTH, MLP_WIDTH, MLP_WIDTH, STEM)
        self.features_in = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.unet = Unet(config, 2 * STEM)
        self.filters = nn.ModuleList(AdaptiveFilter() for _ in range(3))
        self.middle = nn.Conv3d(STEM, STEM, 3, padding=1)
        self.out = nn.Conv3d(STEM, 1, 3, padding=1)

    def forward(self, sdf: Tensor, features: Tensor) -> Tensor:
        """sdf [1, 1, P, P, P], features [1, F, P, P, P] -> [1, 1, P, P, P]."""
        h = features.movedim(1, -1)
        for number, layer in enumerate(self.features_in):
            h = layer(F.relu(h) if number else h)
        x = self.unet(torch.cat([self.conv_in(sdf), h.movedim(-1, 1)], dim=1))
        x = self.filters[0](x, x)
        x = self.middle(x)
        x = self.filters[1](x, x)
        return torch.tanh(self.filters[2](self.out(x), x))

    def whole(self, sdf: Tensor, features: Tensor) -> Tensor:
        """sdf [R, R, R], +1 where unknown, features [F, R, R, R], 0 there -> float32 [R, R, R]; patches are blended."""
        total, weight = torch.zeros_like(sdf, dtype=torch.float32), torch.zeros_like(sdf, dtype=torch.float32)
        size, dtype = self.config.patch, self.out.weight.dtype
        for corner in starts(self.config.resolution, size, self.config.stride):
            part = window(corner, size)
            refined = self(sdf[part].to(dtype)[None, None], features[part].to(dtype)[None])[0, 0].float()
            share = self.shares(corner, sdf.device)
            total[part] += refined * share
            weight[part] += share
        return total / weight

    def shares(self, corner: tuple[int, int, int], device: torch.device) -> Tensor:
        """Weights [P, P, P] of a patch: 1, falling linearly where a neighbour overlaps it."""
        size, overlap = self.config.patch, self.config.patch - self.config.stride
        ramp = torch.linspace(0, 1, overlap, device=device)
        axes = []
        for first in corner:
            axis = torch.ones(size, device=device)
            if first > 0:
                axis[:overlap] = ramp
            if first + size < self.config.resolution:
                axis[-overlap:] = ramp.flip(0)
            axes.append(axis)
        return axes[0][:, None, None] * axes[1][:, None] * axes[2]


class SignRefiner(nn.Module):
    """Signed distances of a dense grid at half resolution -> logits of being outside."""

    def __init__(self, config: RefinerConfig):
        super().__init__()
        self.config = config
        self.conv_in = nn.Conv3d(1, STEM, 3, padding=1)
        self.unet = Unet(config, STEM)
        self.out = nn.Conv3d(STEM, 1, 3, padding=1)

    def forward(self, sdf: Tensor) -> Tensor:
        """[1, 1, P, P, P] -> [1, 1, P, P, P]."""
        return self.out(self.unet(self.conv_in(sdf)))

    def outside(self, sdf: Tensor, after: Callable[[], None] = lambda: None) -> Tensor:
        """sdf [R, R, R], +1 where unknown -> bool [R, R, R]; where patches overlap, the later one tells.

        after: called after each patch.
        """
        found = torch.ones(sdf.shape, dtype=torch.bool, device=sdf.device)
        for corner in starts(self.config.resolution, self.config.patch, self.config.stride):
            part = window(corner, self.config.patch)
            found[part] = self(sdf[part].to(self.out.weight.dtype)[None, None])[0, 0] >= 0
            after()
        return found
