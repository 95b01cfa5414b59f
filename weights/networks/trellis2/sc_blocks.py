"""Blocks of the sparse autoencoders of TRELLIS.2: on one level of voxels, down to parents, up to children.

Children are numbered s = x + 2 y + 4 z by the low bits of their coordinates, x fastest. Between levels a convolution
works on the coarse side and its channels are spread over the children, or the children's are put side by side; the skip
does the same without weights. Shapes: N voxels, M voxels of the level below or above, C and D channels in and out.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..layers import Embedder
from ..sparse import LayerNorm, SparseTensor, SubmanifoldConv, VoxelSet, down

EPS = 1e-6
EXPANSION = 4  # hidden channels of an MLP over its own
X_FASTEST = (0, 4, 2, 6, 1, 5, 3, 7)  # columns of VoxelSet.child_table, whose z is fastest, by s

Guide = Tensor | VoxelSet
"""The children that exist: numbers [N, 8] of every voxel, positive for those, or the set of them."""


class ConvNextBlock(nn.Module):
    """x + mlp(norm(conv x))."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = SubmanifoldConv(channels, channels, 3)
        self.norm = LayerNorm(channels, EPS)
        self.mlp = Embedder(channels, EXPANSION * channels, channels, F.silu)

    def forward(self, x: SparseTensor) -> SparseTensor:
        return x.but(x.features + self.mlp(self.norm(self.conv(x).features)))


class ResidualBlock(nn.Module):
    """skip x + conv(silu(norm(conv(silu(norm x))))); the second norm has no weights."""

    def __init__(self, channels_in: int, channels_out: int):
        super().__init__()
        self.norm1 = LayerNorm(channels_in, EPS)
        self.conv1 = SubmanifoldConv(channels_in, channels_out, 3)
        self.norm2 = LayerNorm(channels_out, EPS, affine=False)
        self.conv2 = SubmanifoldConv(channels_out, channels_out, 3)
        self.skip = nn.Linear(channels_in, channels_out) if channels_in != channels_out else nn.Identity()

    def forward(self, x: SparseTensor) -> SparseTensor:
        return self.combined(x.but(F.silu(self.norm1(x.features))), x)

    def combined(self, activated: SparseTensor, x: SparseTensor) -> SparseTensor:
        """Both convolutions of what is activated, and the skip of x."""
        h = self.conv1(activated)
        h = self.conv2(h.but(F.silu(self.norm2(h.features))))
        return h.but(h.features + self.skip(x.features))


class MeanDown(ResidualBlock):
    """A residual block on the parents, each with the mean of its children."""

    def forward(self, x: SparseTensor) -> SparseTensor:
        activated = x.but(F.silu(self.norm1(x.features)))
        return self.combined(down(activated), down(x))


class CopyUp(ResidualBlock):
    """A residual block on the children, each with what its parent has."""

    def __init__(self, channels_in: int, channels_out: int, predicts: bool = True):
        super().__init__(channels_in, channels_out)
        self.to_children = nn.Linear(channels_in, 8) if predicts else None

    def forward(self, x: SparseTensor, guide: Guide | None = None) -> tuple[SparseTensor, SparseTensor | None]:
        logits = child_logits(self.to_children, x)
        onto, parent, _ = children(x.voxels, chosen(guide, logits))
        activated = F.silu(self.norm1(x.features))
        h = self.combined(SparseTensor(activated[parent], onto), SparseTensor(x.features[parent], onto))
        return h, logits


class FoldDown(nn.Module):
    """[N, C] on voxels -> [M, D] on their parents; a convolution to D / 8 channels, folded to D, and another."""

    def __init__(self, channels_in: int, channels_out: int):
        super().__init__()
        self.norm1 = LayerNorm(channels_in, EPS)
        self.conv1 = SubmanifoldConv(channels_in, channels_out // 8, 3)
        self.norm2 = LayerNorm(channels_out, EPS, affine=False)
        self.conv2 = SubmanifoldConv(channels_out, channels_out, 3)
        self.channels_out = channels_out

    def forward(self, x: SparseTensor) -> SparseTensor:
        h = folded(self.conv1(x.but(F.silu(self.norm1(x.features)))))
        h = self.conv2(h.but(F.silu(self.norm2(h.features))))
        skip = folded(x).features.unflatten(1, (self.channels_out, -1)).mean(dim=-1)  # of neighbouring channels
        return h.but(h.features + skip)


class UnfoldUp(nn.Module):
    """[N, C] on voxels -> [M, D] on their children; a convolution to 8 D channels, unfolded to D, and another.

    predicts: the block tells the children itself, from its input before any norm; else a guide has to.
    """

    def __init__(self, channels_in: int, channels_out: int, predicts: bool = True):
        super().__init__()
        self.norm1 = LayerNorm(channels_in, EPS)
        self.conv1 = SubmanifoldConv(channels_in, 8 * channels_out, 3)
        self.norm2 = LayerNorm(channels_out, EPS, affine=False)
        self.conv2 = SubmanifoldConv(channels_out, channels_out, 3)
        self.to_children = nn.Linear(channels_in, 8) if predicts else None
        self.repeats = channels_out // (channels_in // 8)

    def forward(self, x: SparseTensor, guide: Guide | None = None) -> tuple[SparseTensor, SparseTensor | None]:
        """Return the children, and the logits [N, 8] of the voxels when the block predicts them."""
        logits = child_logits(self.to_children, x)
        onto, parent, number = children(x.voxels, chosen(guide, logits))
        h = self.conv1(x.but(F.silu(self.norm1(x.features)))).features.unflatten(1, (8, -1))[parent, number]
        h = self.conv2(SparseTensor(F.silu(self.norm2(h)), onto))
        skip = x.features.unflatten(1, (8, -1))[parent, number].repeat_interleave(self.repeats, dim=1)
        return h.but(h.features + skip), logits


def child_logits(layer: nn.Linear | None, x: SparseTensor) -> SparseTensor | None:
    """Return numbers [N, 8] in float32, positive for the children that exist; None without a layer that tells."""
    return None if layer is None else x.but(layer(x.features).float())


def chosen(guide: Guide | None, logits: SparseTensor | None) -> Guide:
    """Return the guide where there is one, else what was predicted. Raises ValueError when nothing tells."""
    if guide is not None:
        return guide
    if logits is None:
        raise ValueError("the block predicts no children, and no guide gives them")
    return logits.features


def folded(x: SparseTensor) -> SparseTensor:
    """[N, C] -> [M, 8 C] on the parents: the channels of child 0, 1, ... 7, zeros for those that do not exist."""
    table = x.voxels.child_table()[:, list(X_FASTEST)]
    padded = torch.cat([x.features, x.features.new_zeros(1, x.features.shape[1])])
    return SparseTensor(padded[table.long()].flatten(1), x.voxels.parents()[0])


def children(voxels: VoxelSet, guide: Guide) -> tuple[VoxelSet, Tensor, Tensor]:
    """Return the children that a guide tells, and their parent rows and numbers s, both [M] int64.

    By numbers they come parent by parent, then by s; a set keeps its order. Raises ValueError when the guide belongs to
    other voxels.
    """
    if isinstance(guide, VoxelSet):
        coarse, parent = guide.parents()
        if coarse is not voxels and not torch.equal(coarse.coords, voxels.coords):
            raise ValueError("the guide holds children of other voxels")
        bits = guide.coords[:, 1:].long() & 1
        return guide, parent, bits[:, 0] + 2 * bits[:, 1] + 4 * bits[:, 2]
    if guide.shape != (len(voxels), 8):
        raise ValueError(f"a guide of shape {list(guide.shape)} does not fit {len(voxels)} voxels")
    parent, number = torch.nonzero(guide > 0, as_tuple=True)
    bits = torch.stack([number & 1, number >> 1 & 1, number >> 2], dim=1).to(torch.int32)
    coords = voxels.coords[parent]
    coords = torch.cat([coords[:, :1], 2 * coords[:, 1:] + bits], dim=1)
    return VoxelSet(coords, voxels.items), parent, number
