"""Sparse SDF VAE of Direct3D-S2: signed distances of fine voxels become latents of voxels of 8^3, and back.

Both halves have the trunk of TRELLIS's latent VAE: blocks that attend within shifted windows. Signed distances are
negative inside and squashed to -1..1; the decoder gives all 512 fine voxels of a voxel.
Shapes: N voxels, C channels, W width.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..sparse import GroupNorm, LayerNorm, SparseTensor, VoxelSet, down
from ..trellis.latent_vae import LatentVaeConfig, Trunk
from ..trellis.modulated import FINAL_EPS
from .kernel_conv import KernelConv

LEVELS = 3
FINE = 2**LEVELS  # fine voxels along a voxel
REACH = 4  # voxels around a chunk that its convolutions read; they reach less than two


@dataclass(frozen=True)
class SdfVaeConfig:
    """resolution: voxels a side. groups: of the encoder's norms."""

    resolution: int
    channels: int
    width: int
    blocks: int
    heads: int
    mlp_ratio: float = 4
    window: int = 8
    groups: int = 32

    @property
    def widths(self) -> tuple[int, int, int]:
        """Channels at twice, four times and eight times the resolution."""
        return self.width // 4, self.width // 8, self.width // 16

    def trunk(self, inputs: int) -> Trunk:
        """Trunk that reads `inputs` channels."""
        config = LatentVaeConfig(
            self.resolution, self.channels, self.width, self.blocks, self.heads, inputs, self.mlp_ratio, self.window
        )
        return Trunk(config, inputs)


class DownBlock(nn.Module):
    """Eight voxels become one: conv1(pool x) + conv(silu(norm(conv(pool(silu(norm x)))))); sums by children + 1."""

    def __init__(self, channels_in: int, channels_out: int, groups: int):
        super().__init__()
        self.norm1 = GroupNorm(groups, channels_in)
        self.conv1 = KernelConv(channels_in, channels_out)
        self.norm2 = GroupNorm(groups, channels_out)
        self.conv2 = KernelConv(channels_out, channels_out)
        self.skip = KernelConv(channels_in, channels_out, 1)

    def forward(self, x: SparseTensor) -> SparseTensor:
        h = down(x.but(F.silu(self.norm1(x).features)), merge="mean_with_zero")
        h = self.norm2(self.conv1(h))
        skipped = self.skip(down(x, merge="mean_with_zero"))
        return skipped.but(skipped.features + self.conv2(h.but(F.silu(h.features))).features)


class SdfEncoder(nn.Module):
    """Signed distances [F, 1] of fine voxels -> mean and log-variance [N, C] in float32, and their voxels."""

    def __init__(self, config: SdfVaeConfig):
        super().__init__()
        channels = (*reversed(config.widths), config.width)
        self.lift = nn.Linear(1, config.width // 16)
        self.downsample = nn.ModuleList(
            DownBlock(wide, wider, config.groups)
            for wide, wider in zip((channels[0], *channels[1:-1]), channels[1:], strict=True)
        )
        self.trunk = config.trunk(config.width)
        self.norm = LayerNorm(config.width, FINAL_EPS, affine=False)
        self.out_layer = nn.Linear(config.width, 2 * config.channels)

    def forward(self, sdf: SparseTensor) -> tuple[Tensor, Tensor, VoxelSet]:
        h = sdf.but(self.lift(sdf.features.to(self.lift.weight.dtype)))
        for block in self.downsample:
            h = block(h)
        h = self.trunk(h)
        mean, logvar = self.out_layer(self.norm(h.features)).float().chunk(2, dim=-1)
        return mean, logvar, h.voxels


def boxes_of(voxels: VoxelSet, chunk: int) -> Tensor:
    """Return the boxes of chunk^3 voxels that hold any: item and place, [B, 4]."""

    def find() -> Tensor:
        box = torch.div(voxels.coords[:, 1:], chunk, rounding_mode="floor")
        return torch.unique(torch.cat([voxels.coords[:, :1], box], dim=1), dim=0)

    return voxels.keep(("boxes", chunk), find)


class SubdivideBlock(nn.Module):
    """Every voxel becomes its halves: silu(conv(halves of silu(conv x)))."""

    def __init__(self, channels_in: int, channels_out: int):
        super().__init__()
        self.conv1 = KernelConv(channels_in, channels_out)
        self.conv2 = KernelConv(channels_out, channels_out)

    def forward(self, x: SparseTensor) -> SparseTensor:
        h = self.conv1(x)
        h = self.conv2.of_halves(h.but(F.silu(h.features)))
        return h.but(F.silu(h.features))


class SdfDecoder(nn.Module):
    """Latents [N, C] -> signed distances [512 N, 1] of fine voxels in float32, with what they are projected from."""

    def __init__(self, config: SdfVaeConfig):
        super().__init__()
        self.config = config
        self.trunk = config.trunk(config.channels)
        channels = (config.width, *config.widths)
        self.upsample = nn.ModuleList(SubdivideBlock(channels[i], channels[i + 1]) for i in range(LEVELS))
        self.out_layer = nn.Linear(channels[-1], 1)

    def forward(self, latents: SparseTensor) -> tuple[SparseTensor, SparseTensor]:
        """Signed distances [512 N, 1] and features [512 N, W / 16], voxel after voxel."""
        return self.upsampled(self.trunk(latents))

    def upsampled(self, h: SparseTensor) -> tuple[SparseTensor, SparseTensor]:
        """Output of the trunk [N, W] -> signed distances and features of the fine voxels."""
        for block in self.upsample:
            h = block(h)
        return h.but(torch.tanh(self.out_layer(h.features)).float()), h

    def in_chunks(self, latents: SparseTensor, chunk: int) -> SparseTensor:
        """Signed distances as `forward` gives them, decoded for boxes of chunk^3 voxels. Rows are ordered by box."""
        coords, values = [], []
        for rows, sdf, _ in self.boxes(latents, chunk):
            fine = VoxelSet(latents.coords[rows])
            for _ in range(LEVELS):
                fine = fine.subdivided()
            coords.append(fine.coords)
            values.append(sdf)
        return SparseTensor(torch.cat(values), VoxelSet(torch.cat(coords), latents.voxels.items))

    def boxes(self, latents: SparseTensor, chunk: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Decode boxes of chunk^3 voxels, one after another.

        Gives rows [n] of a box, signed distances [512 n, 1] and features [512 n, W / 16] of its fine voxels. The trunk
        runs once; only convolutions are cut, and each box is given what lies within their reach, so nothing changes
        but memory.
        """
        whole = self.trunk(latents)
        item, place = whole.coords[:, :1], whole.coords[:, 1:]
        for told in boxes_of(latents.voxels, chunk):
            low, high = told[1:] * chunk, told[1:] * chunk + chunk
            near = (item[:, 0] == told[0]) & ((place >= low - REACH) & (place < high + REACH)).all(1)
            inside = ((place >= low) & (place < high)).all(1) & near
            sdf, features = self.upsampled(SparseTensor(whole.features[near], VoxelSet(whole.coords[near])))
            kept = inside[near].repeat_interleave(FINE**3)
            yield torch.nonzero(inside)[:, 0], sdf.features[kept], features.features[kept]
