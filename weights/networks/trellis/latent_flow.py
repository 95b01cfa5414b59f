"""Flow transformer of TRELLIS over structured latents: features on the occupied voxels of a 64^3 grid.

Sparse residual convolutions lead from voxels to tokens of 2^3 voxels, blocks attend among all tokens of an item, and
convolutions lead back with skips. Shapes: N voxels, T tokens, B items, C channels, W width.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..layers import Embedder
from ..sparse import LayerNorm, SparseTensor, SubmanifoldConv, VoxelSet, axis_sinusoids, down, up
from .modulated import BLOCK_EPS, FINAL_EPS, ModulatedBlock, per_row
from .structure_flow import TIME_WIDTH, time_features


@dataclass(frozen=True)
class LatentFlowConfig:
    """resolution: voxels a side. io_channels: width of the convolutions at full resolution."""

    resolution: int
    channels: int
    width: int
    context: int
    blocks: int
    heads: int
    io_channels: int
    io_blocks: int = 2
    mlp_ratio: float = 4
    qk_norm: bool = False
    shared_modulation: bool = False


class ResidualConvs(nn.Module):
    """conv(silu(norm(conv(silu(norm x))) (1 + scale) + shift)) + skip x; time gives scale and shift."""

    def __init__(self, channels_in: int, channels_out: int, time_width: int):
        super().__init__()
        self.norm1 = LayerNorm(channels_in, BLOCK_EPS)
        self.conv1 = SubmanifoldConv(channels_in, channels_out, 3)
        self.norm2 = LayerNorm(channels_out, BLOCK_EPS, affine=False)
        self.conv2 = SubmanifoldConv(channels_out, channels_out, 3)
        self.modulation = nn.Linear(time_width, 2 * channels_out)
        self.skip = nn.Linear(channels_in, channels_out) if channels_in != channels_out else nn.Identity()

    def forward(self, x: SparseTensor, time: Tensor) -> SparseTensor:
        """time [B, W] after its activation."""
        scale, shift = (per_row(values, x.voxels) for values in self.modulation(time).chunk(2, dim=-1))
        h = self.conv1(x.but(F.silu(self.norm1(x.features)))).features
        h = F.silu(self.norm2(h) * (1 + scale) + shift)
        return x.but(self.conv2(x.but(h)).features + self.skip(x.features))


class LatentFlow(nn.Module):
    """Velocity of the latents of voxels. Time counts 1000 (noise) to 0 (data)."""

    def __init__(self, config: LatentFlowConfig):
        super().__init__()
        self.config = config
        width, io = config.width, config.io_channels
        self.time_in = Embedder(TIME_WIDTH, width, width, F.silu)
        self.modulation = nn.Linear(width, 6 * width) if config.shared_modulation else None
        self.input_layer = nn.Linear(config.channels, io)
        # The last of the input blocks and the first of the output blocks change the level.
        inputs = [io] * config.io_blocks + [width]
        self.input_blocks = nn.ModuleList(
            ResidualConvs(inputs[i], inputs[i + 1], width) for i in range(config.io_blocks)
        )
        self.blocks = nn.ModuleList(
            ModulatedBlock(
                width,
                config.context,
                config.heads,
                int(width * config.mlp_ratio),
                config.qk_norm,
                modulation=not config.shared_modulation,
            )
            for _ in range(config.blocks)
        )
        self.out_blocks = nn.ModuleList(
            ResidualConvs(2 * (width if i == 0 else io), io, width) for i in range(config.io_blocks)
        )
        self.final_norm = LayerNorm(io, FINAL_EPS, affine=False)
        self.out_layer = nn.Linear(io, config.channels)

    def forward(self, x: SparseTensor, t: Tensor, context: Tensor) -> SparseTensor:
        """x [N, C], t [B], context [B, M, K] -> velocity [N, C] in float32 on the same voxels."""
        dtype = self.input_layer.weight.dtype
        activated = F.silu(self.time_in(time_features(t)))
        h = x.but(self.input_layer(x.features.to(dtype)))
        skips: list[SparseTensor] = []
        for index, block in enumerate(self.input_blocks):
            if index == len(self.input_blocks) - 1:
                h = down(h, merge="mean_with_zero")
            h = block(h, activated)
            skips.append(h)
        h = self.transform(h, activated, context.to(dtype))
        for index, block in enumerate(self.out_blocks):
            h = h.but(torch.cat([h.features, skips.pop().features], dim=-1))
            if index == 0:
                h = up(h, x.voxels)
            h = block(h, activated)
        return h.but(self.out_layer(self.final_norm(h.features)).float())

    def transform(self, tokens: SparseTensor, activated: Tensor, context: Tensor) -> SparseTensor:
        """Blocks over the tokens [T, W] of the coarser voxels, whose indices give the positions."""
        time = activated if self.modulation is None else self.modulation(activated)
        voxels: VoxelSet = tokens.voxels
        positions = axis_sinusoids(voxels.coords[:, 1:], self.config.width)
        x = tokens.features + positions.to(tokens.features.dtype)
        for block in self.blocks:
            x = block(x, time, context, voxels)
        return tokens.but(x)
