"""Flow transformer of TRELLIS.2 over latents of voxels, whose indices rotate queries and keys.

One network for the dense grid of the structure and for the sparse voxels of shape and texture. Shapes: N voxels, B
items, C channels, W width, H heads, d = W / H.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..fourier import rotate_pairs
from ..layers import Embedder, Mlp
from ..sparse import LayerNorm, SparseTensor, VoxelSet
from ..trellis.modulated import BLOCK_EPS, FINAL_EPS, PackedCrossAttention, PackedSelfAttention, per_row
from ..trellis.structure_flow import TIME_WIDTH, KeptGrid, joined, patches, time_features

ROTATION_PERIOD = 10000.0

Rotation = tuple[Tensor, Tensor]
"""Cosines and sines [N, 1, d / 2]."""


@dataclass(frozen=True)
class LatticeFlowConfig:
    """channels_in: of noise and, for texture, of the shape latents after it."""

    channels_in: int
    channels_out: int
    width: int
    context: int
    blocks: int
    heads: int
    hidden: int
    qk_norm: bool = True
    cross_qk_norm: bool = True


class LatticeBlock(nn.Module):
    """x += gate attention(norm x); x += cross(norm x); x += gate mlp(norm x).

    Time gives shifts, scales and gates for all blocks alike, and a block adds a vector of its own to them.
    """

    def __init__(self, config: LatticeFlowConfig):
        super().__init__()
        width, heads = config.width, config.heads
        self.norm1 = LayerNorm(width, BLOCK_EPS, affine=False)
        self.attn = PackedSelfAttention(width, heads, config.qk_norm)
        self.norm2 = LayerNorm(width, BLOCK_EPS)
        self.cross = PackedCrossAttention(width, config.context, heads, config.cross_qk_norm)
        self.norm3 = LayerNorm(width, BLOCK_EPS, affine=False)
        self.mlp = Mlp(width, config.hidden, gelu="tanh")
        self.modulation = nn.Parameter(torch.zeros(6 * width))

    def forward(self, x: Tensor, time: Tensor, context: Tensor, voxels: VoxelSet, rotation: Rotation) -> Tensor:
        """x [N, W], time [B, 6 W], context [B, M, K] -> [N, W]."""
        values = (time + self.modulation).to(x.dtype).chunk(6, dim=-1)
        shift1, scale1, gate1, shift3, scale3, gate3 = (per_row(value, voxels) for value in values)
        h = self.norm1(x) * (1 + scale1) + shift1
        x = x + gate1 * self.attn(h, voxels.whole_items(), lambda heads: rotate_pairs(heads, *rotation))
        x = x + self.cross(self.norm2(x), context, voxels)
        return x + gate3 * self.mlp(self.norm3(x) * (1 + scale3) + shift3)


class LatticeFlow(nn.Module):
    """Velocity of the latents of sparse voxels. Time counts 1000 (noise) to 0 (data)."""

    def __init__(self, config: LatticeFlowConfig):
        super().__init__()
        self.config = config
        self.time_in = Embedder(TIME_WIDTH, config.width, config.width, F.silu)
        self.modulation = nn.Linear(config.width, 6 * config.width)
        self.input_layer = nn.Linear(config.channels_in, config.width)
        self.blocks = nn.ModuleList(LatticeBlock(config) for _ in range(config.blocks))
        self.final_norm = LayerNorm(config.width, FINAL_EPS, affine=False)
        self.out_layer = nn.Linear(config.width, config.channels_out)

    def forward(self, x: SparseTensor, t: Tensor, context: Tensor) -> SparseTensor:
        """x [N, C], t [B], context [B, M, K] -> velocity [N, C] in float32 on the same voxels."""
        dtype = self.input_layer.weight.dtype
        time = self.modulation(F.silu(self.time_in(time_features(t))))
        rotation = lattice_angles(x.coords[:, 1:], self.config.width // self.config.heads)
        tokens = self.input_layer(x.features.to(dtype))
        for block in self.blocks:
            tokens = block(tokens, time, context.to(dtype), x.voxels, rotation)
        return x.but(self.out_layer(self.final_norm(tokens)).float())


class DenseLatticeFlow(LatticeFlow):
    """Velocity of the latents of the structure, on all voxels of a grid."""

    def __init__(self, config: LatticeFlowConfig):
        super().__init__(config)
        self.grid = KeptGrid()

    def forward(self, x: Tensor, t: Tensor, context: Tensor) -> Tensor:  # type: ignore[override]
        """x [B, C, R, R, R], t [B], context [B, M, K] -> velocity [B, C, R, R, R] in float32."""
        voxels = self.grid.of(len(x), x.shape[2], x.device)
        velocity = super().forward(SparseTensor(patches(x, 1), voxels), t, context)
        return joined(velocity.features, len(x), 1)


def lattice_angles(indices: Tensor, channels: int) -> Rotation:
    """Return cosines and sines [N, 1, d / 2] of indices [N, 3]: x, y, z, each by falling frequency, then zeros."""
    count = channels // 2 // 3
    exponents = torch.arange(count, dtype=torch.float32, device=indices.device) / count
    angles = (indices.float()[..., None] / ROTATION_PERIOD**exponents).flatten(1)
    angles = F.pad(angles, (0, channels // 2 - angles.shape[1]))[:, None]
    return angles.cos(), angles.sin()
