"""Transformer blocks on packed tokens that TRELLIS is made of, with and without modulation by time.

Tokens of all items lie in one row of rows [N, W]; a VoxelSet tells their items and windows. A dense grid is a set with
all voxels. Shapes: N tokens, B items, M context tokens, W width, H heads, d = W / H.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..layers import Mlp
from ..sparse import LayerNorm, Segments, VoxelSet, attend_context, attend_packed

BLOCK_EPS = 1e-6  # of the norms inside blocks; the last norm of a network has FINAL_EPS
FINAL_EPS = 1e-5


class HeadNorm(nn.Module):
    """x / |x| * sqrt(d) * gamma over the channels of each head, in float32; every head has its own gamma [H, d]."""

    def __init__(self, heads: int, channels: int):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(heads, channels))

    def forward(self, x: Tensor) -> Tensor:
        y = F.normalize(x.float(), dim=-1) * (self.gamma.float() * x.shape[-1] ** 0.5)
        return y.to(x.dtype)


def head_norm(used: bool, heads: int, width: int) -> nn.Module:
    return HeadNorm(heads, width // heads) if used else nn.Identity()


class PackedSelfAttention(nn.Module):
    """Attention among the tokens of a segment; the 3W outputs of `qkv` are q, k, v, each cut into heads."""

    def __init__(self, width: int, heads: int, qk_norm: bool):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.norm_q = head_norm(qk_norm, heads, width)
        self.norm_k = head_norm(qk_norm, heads, width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, segments: Segments, rotate: Callable[[Tensor], Tensor] | None = None) -> Tensor:
        """x [N, W] -> [N, W]; `rotate` turns q and k [N, H, d] by position after their norm."""
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).unbind(1)
        q, k = self.norm_q(q), self.norm_k(k)
        if rotate is not None:
            q, k = rotate(q), rotate(k)
        return self.out(attend_packed(q, k, v, segments).flatten(1))


class ItemAttention(PackedSelfAttention):
    """Attention among all tokens of an item."""

    def forward(self, x: Tensor, voxels: VoxelSet) -> Tensor:
        return super().forward(x, voxels.whole_items())


class PackedCrossAttention(nn.Module):
    """Attention from the tokens of an item to its context; the 2W outputs of `kv` are k, v, each cut into heads."""

    def __init__(self, width: int, context: int, heads: int, qk_norm: bool):
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(width, width)
        self.kv = nn.Linear(context, 2 * width)
        self.norm_q = head_norm(qk_norm, heads, width)
        self.norm_k = head_norm(qk_norm, heads, width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, context: Tensor | Sequence[Tensor], voxels: VoxelSet) -> Tensor:
        """x [N, W], context of each item [M, C] -> [N, W]."""
        q = self.norm_q(self.q(x).unflatten(-1, (self.heads, -1)))
        pairs = [self.kv(tokens).unflatten(-1, (2, self.heads, -1)).unbind(1) for tokens in context]
        keys, values = [self.norm_k(k) for k, _ in pairs], [v for _, v in pairs]
        return self.out(attend_context(q, keys, values, voxels).flatten(1))


class ModulatedBlock(nn.Module):
    """x += gate attention(norm x); x += cross(norm x); x += gate mlp(norm x).

    Time shifts, scales and gates the first and the last; the norm before the context has weights of its own instead.
    """

    def __init__(
        self,
        width: int,
        context: int,
        heads: int,
        hidden: int,
        qk_norm: bool,
        cross_qk_norm: bool = False,
        modulation: bool = True,
        attention: nn.Module | None = None,
    ):
        """attention: (tokens [N, W], their VoxelSet) -> [N, W], instead of that among all tokens of an item."""
        super().__init__()
        self.norm1 = LayerNorm(width, BLOCK_EPS, affine=False)
        self.attn = ItemAttention(width, heads, qk_norm) if attention is None else attention
        self.norm2 = LayerNorm(width, BLOCK_EPS)
        self.cross = PackedCrossAttention(width, context, heads, cross_qk_norm)
        self.norm3 = LayerNorm(width, BLOCK_EPS, affine=False)
        self.mlp = Mlp(width, hidden, gelu="tanh")
        self.modulation = nn.Linear(width, 6 * width) if modulation else None

    def forward(self, x: Tensor, time: Tensor, context: Tensor | Sequence[Tensor], voxels: VoxelSet) -> Tensor:
        """x [N, W]; time [B, W] after its activation, or [B, 6W] when the network modulates all blocks alike."""
        values = time if self.modulation is None else self.modulation(time)
        shift1, scale1, gate1, shift3, scale3, gate3 = (per_row(v, voxels) for v in values.chunk(6, dim=-1))
        x = x + gate1 * self.attn(self.norm1(x) * (1 + scale1) + shift1, voxels)
        x = x + self.cross(self.norm2(x), context, voxels)
        return x + gate3 * self.mlp(self.norm3(x) * (1 + scale3) + shift3)


class PlainBlock(nn.Module):
    """x += attention(norm x); x += mlp(norm x); the norms have no weights."""

    def __init__(self, width: int, heads: int, hidden: int, qk_norm: bool = False):
        super().__init__()
        self.norm1 = LayerNorm(width, BLOCK_EPS, affine=False)
        self.attn = PackedSelfAttention(width, heads, qk_norm)
        self.norm2 = LayerNorm(width, BLOCK_EPS, affine=False)
        self.mlp = Mlp(width, hidden, gelu="tanh")

    def forward(self, x: Tensor, segments: Segments) -> Tensor:
        x = x + self.attn(self.norm1(x), segments)
        return x + self.mlp(self.norm2(x))


def per_row(values: Tensor, voxels: VoxelSet) -> Tensor:
    """Values of items [B, C] for each of their rows: [N, C], or [1, C] where one item makes a broadcast do."""
    return values if voxels.items == 1 else values[voxels.coords[:, 0].long()]
