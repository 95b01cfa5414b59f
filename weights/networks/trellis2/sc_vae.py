"""Sparse autoencoders of TRELLIS.2 for the dual grid and for materials; latents live on voxels sixteen times larger.

Four levels of blocks without attention. The decoder of shape predicts at every level which children exist; the decoder
of texture is guided by those predictions. Shapes: N voxels, M latent voxels, C channels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..sparse import LayerNorm, SparseTensor, VoxelSet
from .sc_blocks import (
    ConvNextBlock,
    CopyUp,
    FoldDown,
    Guide,
    MeanDown,
    ResidualBlock,
    UnfoldUp,
    child_logits,
    children,
    chosen,
)

FINAL_EPS = 1e-5
SHAPE_CHANNELS = 7  # of a voxel: its dual vertex, its three edges, its split weight
SHAPE_INPUTS = 6  # its dual vertex, its three edges
REACH = 0.5  # by how much a decoded vertex may leave its voxel, in voxels


@dataclass(frozen=True)
class ScVaeConfig:
    """widths, blocks: per level, from the input on. channels: in of the encoder, out of the decoder.

    convnext: blocks of a level are ConvNeXt blocks, else residual ones. fold: channels are folded between levels, else
    averaged and copied. predicts: the decoder tells the children itself.
    """

    widths: tuple[int, ...]
    blocks: tuple[int, ...]
    latent_channels: int
    channels: int
    convnext: bool = True
    fold: bool = True
    predicts: bool = True

    @property
    def steps(self) -> list[tuple[int, int]]:
        """Widths before and after every change of level."""
        return list(zip(self.widths[:-1], self.widths[1:], strict=True))

    def level(self, index: int) -> list[nn.Module]:
        """Return the blocks of a level."""
        width, count = self.widths[index], self.blocks[index]
        return [ConvNextBlock(width) if self.convnext else ResidualBlock(width, width) for _ in range(count)]


class ScEncoder(nn.Module):
    """Features of voxels -> mean and log-variance of their latents. The published chain uses the mean."""

    def __init__(self, config: ScVaeConfig):
        super().__init__()
        self.config = config
        change = FoldDown if config.fold else MeanDown
        levels = [config.level(index) for index in range(len(config.widths))]
        for level, (before, after) in zip(levels, config.steps, strict=False):
            level.append(change(before, after))
        self.input_layer = nn.Linear(config.channels, config.widths[0])
        self.blocks = nn.ModuleList(nn.ModuleList(level) for level in levels)
        self.final_norm = LayerNorm(config.widths[-1], FINAL_EPS, affine=False)
        self.to_latent = nn.Linear(config.widths[-1], 2 * config.latent_channels)

    def forward(self, x: SparseTensor) -> tuple[SparseTensor, Tensor]:
        """x [N, C] -> mean [M, L] on the latent voxels, in lexicographic order, and log-variance [M, L], float32."""
        h = x.but(self.input_layer(x.features.to(self.input_layer.weight.dtype)))
        for level in self.blocks:
            for block in level:  # type: ignore[attr-defined]
                h = block(h)
        mean, logvar = self.to_latent(self.final_norm(h.features)).float().chunk(2, dim=1)
        return h.but(mean), logvar


class ScDecoder(nn.Module):
    """Latents of voxels -> features of the voxels that they hold."""

    def __init__(self, config: ScVaeConfig):
        super().__init__()
        self.config = config
        change = UnfoldUp if config.fold else CopyUp
        levels = [config.level(index) for index in range(len(config.widths))]
        for level, (before, after) in zip(levels, config.steps, strict=False):
            level.append(change(before, after, config.predicts))
        self.from_latent = nn.Linear(config.latent_channels, config.widths[0])
        self.blocks = nn.ModuleList(nn.ModuleList(level) for level in levels)
        self.final_norm = LayerNorm(config.widths[-1], FINAL_EPS, affine=False)
        self.output_layer = nn.Linear(config.widths[-1], config.channels)

    def forward(self, latents: SparseTensor, guides: Sequence[Guide] = ()) -> tuple[SparseTensor, list[SparseTensor]]:
        """latents [M, L] -> raw features [N, C] in float32, and the logits [*, 8] of the children at every level.

        guides: for every change of level the children that exist; empty to go by the predictions.
        """
        h, found = self.entered(latents), []
        for block, splits, guide in self.walk(guides):
            if not splits:
                h = block(h)
                continue
            h, logits = block(h, guide)
            if logits is not None:
                found.append(logits)
        return h.but(self.output_layer(self.final_norm(h.features)).float()), found

    def voxels(self, latents: SparseTensor) -> VoxelSet:
        """Return the voxels that `forward` gives, without the work on the finest of them."""
        h, last = self.entered(latents), self.blocks[len(self.config.steps) - 1][-1]  # type: ignore[index]
        for block, splits, _ in self.walk(()):
            if block is last:
                return children(h.voxels, chosen(None, child_logits(block.to_children, h)))[0]  # type: ignore[arg-type]
            h = block(h)[0] if splits else block(h)
        return h.voxels

    def entered(self, latents: SparseTensor) -> SparseTensor:
        return latents.but(self.from_latent(latents.features.to(self.from_latent.weight.dtype)))

    def walk(self, guides: Sequence[Guide]) -> Iterator[tuple[nn.Module, bool, Guide | None]]:
        """Yield the blocks in order, whether each splits voxels, and its guide."""
        changes = len(self.config.steps)
        if guides and len(guides) != changes:
            raise ValueError(f"{len(guides)} guides for {changes} changes of level")
        for index, level in enumerate(self.blocks):
            blocks = list(level)  # type: ignore[arg-type]
            for block in blocks[: self.config.blocks[index]]:
                yield block, False, None
            if index < changes:
                yield blocks[-1], True, guides[index] if guides else None


def levels_of(voxels: VoxelSet, changes: int) -> list[VoxelSet]:
    """Return the sets that guide a decoder back to the voxels an encoder was given, coarsest first."""
    found = [voxels]
    for _ in range(changes - 1):
        found.append(found[-1].parents()[0])
    return found[::-1]


def shape_inputs(local: Tensor, crossed: Tensor) -> Tensor:
    """Dual vertices [N, 3], 0 to 1 in their voxels, and crossed edges [N, 3] -> inputs [N, 6] of the encoder."""
    return torch.cat([local, crossed.to(local.dtype)], dim=1) - 0.5


def shape_of(raw: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Raw features [N, 7] -> dual vertices [N, 3] in voxels, crossed edges [N, 3], split weights [N, 1]."""
    local = (1 + 2 * REACH) * raw[:, :3].sigmoid() - REACH
    return local, raw[:, 3:6] > 0, F.softplus(raw[:, 6:7])
