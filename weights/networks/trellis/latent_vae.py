"""Structured-latent VAE of TRELLIS: features of 64^3 voxels become latents, and latents a mesh description at 256^3.

Both halves are a trunk of blocks that attend within windows of 8^3 voxels, shifted by half a window in every other
block. The decoder then halves every voxel twice, by sparse convolutions whose group norms see the whole item.
Shapes: N voxels, C channels, W width.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..sparse import GroupNorm, LayerNorm, Segments, SparseTensor, SubmanifoldConv, VoxelSet, axis_sinusoids
from ..sparse.convolution import subdivided_product
from .modulated import FINAL_EPS, PlainBlock

GROUPS = 32
CORNERS = 8
SHAPE_CHANNELS = CORNERS + 3 * CORNERS + 21  # signed distances, displacements, weights
COLOUR_CHANNELS = 6 * CORNERS


@dataclass(frozen=True)
class LatentVaeConfig:
    """channels: of a latent. features: of a voxel that the encoder reads. window: voxels a side; 0 is the whole item.

    colour: whether the mesh decoder tells colours and normals of the corners too. primitives: channels that a decoder
    to Gaussians or radiance tensors gives.
    """

    resolution: int
    channels: int
    width: int
    blocks: int
    heads: int
    features: int = 0
    mlp_ratio: float = 4
    window: int = 8
    qk_norm: bool = False
    colour: bool = True
    primitives: int = 0

    @property
    def mesh_channels(self) -> int:
        return SHAPE_CHANNELS + (COLOUR_CHANNELS if self.colour else 0)


class Trunk(nn.Module):
    """Projection, positions, windowed blocks."""

    def __init__(self, config: LatentVaeConfig, inputs: int):
        super().__init__()
        self.config = config
        hidden = int(config.width * config.mlp_ratio)
        self.input_layer = nn.Linear(inputs, config.width)
        self.blocks = nn.ModuleList(
            PlainBlock(config.width, config.heads, hidden, config.qk_norm) for _ in range(config.blocks)
        )

    def forward(self, x: SparseTensor) -> SparseTensor:
        """Features [N, inputs] -> [N, W]."""
        h = self.input_layer(x.features.to(self.input_layer.weight.dtype))
        h = h + axis_sinusoids(x.coords[:, 1:], self.config.width).to(h.dtype)
        for index, block in enumerate(self.blocks):
            h = block(h, self.segments(x.voxels, index))
        return x.but(h)

    def segments(self, voxels: VoxelSet, block: int) -> Segments:
        size = self.config.window
        return voxels.windows(size, size // 2 * (block % 2)) if size else voxels.whole_items()


class LatentEncoder(nn.Module):
    """Features of voxels [N, F] -> mean and log-variance [N, C] in float32."""

    def __init__(self, config: LatentVaeConfig):
        super().__init__()
        self.trunk = Trunk(config, config.features)
        self.norm = LayerNorm(config.width, FINAL_EPS, affine=False)
        self.out_layer = nn.Linear(config.width, 2 * config.channels)

    def forward(self, x: SparseTensor) -> tuple[Tensor, Tensor]:
        mean, logvar = self.out_layer(self.norm(self.trunk(x).features)).float().chunk(2, dim=-1)
        return mean, logvar


class PrimitiveDecoder(nn.Module):
    """Latents [N, C] -> raw description [N, primitives] of Gaussians or radiance tensors; nothing here renders them."""

    def __init__(self, config: LatentVaeConfig):
        super().__init__()
        self.trunk = Trunk(config, config.channels)
        self.norm = LayerNorm(config.width, FINAL_EPS, affine=False)
        self.out_layer = nn.Linear(config.width, config.primitives)

    def forward(self, x: SparseTensor) -> SparseTensor:
        return x.but(self.out_layer(self.norm(self.trunk(x).features)).float())


class SubdivideBlock(nn.Module):
    """Every voxel becomes its eight halves, with fewer channels.

    h = conv(silu(norm(conv(halves of silu(norm x))))) plus a linear skip. The first convolution reads the parents: all
    halves of a voxel are equal there, so its 27 taps are eight sums of taps on parents.
    """

    def __init__(self, channels_in: int, channels_out: int):
        super().__init__()
        self.norm1 = GroupNorm(GROUPS, channels_in)
        self.conv1 = SubmanifoldConv(channels_in, channels_out, 3)
        self.norm2 = GroupNorm(GROUPS, channels_out)
        self.conv2 = SubmanifoldConv(channels_out, channels_out, 3)
        self.skip = SubmanifoldConv(channels_in, channels_out, 1) if channels_in != channels_out else nn.Identity()

    def forward(self, x: SparseTensor) -> SparseTensor:
        """[N, C] -> [8 N, C'] on the subdivided voxels."""
        halves = x.voxels.subdivided()
        activated = x.but(F.silu(self.norm1(x).features))
        h = SparseTensor(subdivided_product(activated, self.conv1.weight, self.conv1.bias), halves)
        h = self.conv2(h.but(F.silu(self.norm2(h).features)))
        skipped = self.skip(x).features
        return h.but((h.features.view(len(skipped), 8, -1) + skipped[:, None]).flatten(0, 1))


class MeshDecoder(nn.Module):
    """Latents [N, C] -> mesh description [64 N, 101] in float32 of the cubes that quarter each voxel.

    Channels: signed distance of 8 corners, displacement 8 x 3, 21 weights (12 edges, 8 corners, 1 diagonal), then
    colour and normal 8 x 6. Corner k lies at (k & 1, k >> 1 & 1, k >> 2 & 1).
    """

    def __init__(self, config: LatentVaeConfig):
        super().__init__()
        self.config = config
        width = config.width
        self.trunk = Trunk(config, config.channels)
        self.upsample = nn.ModuleList([SubdivideBlock(width, width // 4), SubdivideBlock(width // 4, width // 8)])
        self.out_layer = nn.Linear(width // 8, config.mesh_channels)

    def forward(self, x: SparseTensor) -> SparseTensor:
        h = self.trunk(x)
        for block in self.upsample:
            h = block(h)
        return h.but(self.described(h.features))

    def described(self, features: Tensor) -> Tensor:
        """Last projection, in blocks: its input is large, and its output is float32."""
        if torch.is_grad_enabled():
            return self.out_layer(features).float()
        out = torch.empty(len(features), self.config.mesh_channels, device=features.device)
        for part, target in zip(features.split(1 << 16), out.split(1 << 16), strict=True):
            target.copy_(self.out_layer(part))
        return out
