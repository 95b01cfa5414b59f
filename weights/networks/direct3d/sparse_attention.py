"""Spatial sparse attention of Direct3D-S2: every voxel looks at all blocks in short, at a few in full, and around.

Three attentions share queries and are mixed by gates of the voxel:

    compression   to one token per occupied block, merged from its voxels
    selection     to all voxels of the blocks that compression found most likely
    window        to the voxels of a box, which is shifted in every other layer

Voxels may come in any order: blocks are found by coordinates. Softmax and scores are float32, worked on in chunks of
queries. Shapes: N voxels, M compressed tokens, S selection blocks, H query heads, G key heads, d channels of a head.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..layers import keeps_sizes, rounded
from ..sparse import GroupNorm, SparseTensor, VoxelSet, attend_packed, down
from .kernel_conv import KernelConv

GROUPS = 32
CHUNK_BYTES = {"cpu": 64 << 20, "cuda": 1 << 30}  # of scores or gathered keys that exist at once

Compression = Literal["linear", "convolution"]  # "v1" and "v2" of the published settings


@dataclass(frozen=True)
class SparseAttentionConfig:
    """compressed: side of a compression block. selected: side of a selection block, a multiple of it.

    top: selection blocks that a voxel reads. window: side of a box. shift: added to coordinates before boxes are cut.
    """

    width: int
    heads: int
    key_heads: int
    head_width: int
    compressed: int
    selected: int
    top: int
    window: int = 8
    shift: int = 0
    compression: Compression = "linear"


class LinearCompression(nn.Module):
    """Linear, SiLU, then the sum over a block by its voxels + 1."""

    def __init__(self, channels: int, block: int):
        super().__init__()
        self.block = block
        self.mix = KernelConv(channels, channels, 1)

    def forward(self, x: SparseTensor) -> SparseTensor:
        return down(x.but(F.silu(self.mix(x).features)), self.block, "mean_with_zero")


class ConvolutionCompression(nn.Module):
    """pool(x) + conv(silu(norm(conv(pool(silu(norm x)))))), with the same sum over a block."""

    def __init__(self, channels: int, block: int):
        super().__init__()
        self.block = block
        self.norm1 = GroupNorm(GROUPS, channels)
        self.conv1 = KernelConv(channels, channels)
        self.norm2 = GroupNorm(GROUPS, channels)
        self.conv2 = KernelConv(channels, channels)

    def forward(self, x: SparseTensor) -> SparseTensor:
        pooled = down(x, self.block, "mean_with_zero")
        h = down(x.but(F.silu(self.norm1(x).features)), self.block, "mean_with_zero")
        h = self.norm2(self.conv1(h))
        return pooled.but(pooled.features + self.conv2(h.but(F.silu(h.features))).features)


@dataclass(frozen=True)
class Compressed:
    """Compression branch: its output [N, H, d], log-sum-exp of its scores [H, N], and the chosen blocks.

    chosen: [G, N, top] rows of the selection blocks of all items, ascending; -1 where an item has fewer.
    """

    output: Tensor
    lse: Tensor
    chosen: Tensor


class SpatialSparseAttention(nn.Module):
    """The three branches and their gates; no biases."""

    def __init__(self, config: SparseAttentionConfig):
        super().__init__()
        self.config = config
        keys = config.key_heads * config.head_width
        self.q = nn.Linear(config.width, config.heads * config.head_width, bias=False)
        self.k = nn.Linear(config.width, keys, bias=False)
        self.v = nn.Linear(config.width, keys, bias=False)
        self.out = nn.Linear(config.heads * config.head_width, config.width, bias=False)
        self.gate = nn.Linear(config.width, 3, bias=False)
        self.places = nn.Parameter(torch.zeros(config.compressed, config.compressed, config.compressed, keys))
        kind = LinearCompression if config.compression == "linear" else ConvolutionCompression
        self.compress_key = kind(keys, config.compressed)
        self.compress_value = kind(keys, config.compressed)

    def forward(self, x: Tensor, voxels: VoxelSet) -> Tensor:
        """[N, W] -> [N, W]."""
        branches = torch.stack(self.branches(x, voxels), dim=-1)  # [N, H, d, 3]
        gates = self.gates(x)[:, None, None]
        return self.out((branches * gates.to(branches.dtype)).sum(-1).flatten(1))

    def gates(self, x: Tensor) -> Tensor:
        """Share of each branch [N, 3], each from 0 to 1."""
        return torch.sigmoid(self.gate(x))

    def branches(self, x: Tensor, voxels: VoxelSet) -> tuple[Tensor, Tensor, Tensor]:
        """Compression, selection, window, each [N, H, d]."""
        q, k, v = self.projected(x)
        compressed = self.compression(q, *self.tokens(k, v, voxels), voxels)
        selection = self.selection(q, k, v, compressed.chosen, voxels)
        window = attend_packed(q, k, v, voxels.windows(self.config.window, self.config.shift))
        return compressed.output, selection, window

    def projected(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """q [N, H, d]; k and v [N, G, d]."""
        d = self.config.head_width
        return tuple(layer(x).unflatten(-1, (-1, d)) for layer in (self.q, self.k, self.v))  # type: ignore[return-value]

    def tokens(self, k: Tensor, v: Tensor, voxels: VoxelSet) -> tuple[Tensor, Tensor]:
        """Keys and values of the occupied blocks, [M, G, d]; keys know the place of a voxel in its block."""
        x, y, z = (voxels.coords[:, 1:].long() % self.config.compressed).unbind(1)
        placed = SparseTensor(k.flatten(1) + self.places[x, y, z], voxels)
        key, value = self.compress_key(placed), self.compress_value(SparseTensor(v.flatten(1), voxels))
        return tuple(t.features.unflatten(-1, k.shape[1:]) for t in (key, value))  # type: ignore[return-value]

    def compression(self, q: Tensor, key: Tensor, value: Tensor, voxels: VoxelSet) -> Compressed:
        """Attend to all blocks of an item, and choose the likeliest selection blocks of each voxel and key head."""
        coarse, _ = voxels.parents(self.config.compressed)
        output, groups = torch.empty_like(q), self.config.key_heads
        lse = q.new_empty(q.shape[1], len(q), dtype=torch.float32)
        chosen = torch.full((groups, len(q), self.config.top), -1, dtype=torch.long, device=q.device)
        selected, parts = self.selection_rows(voxels)
        for rows, blocks, within in zip(voxels.slices, coarse.slices, parts, strict=True):
            if rows.stop == rows.start:
                continue
            owner, first, count = selected[blocks], within.start, within.stop - within.start
            step = chunk_rows(q.device, 4 * q.shape[1] * (blocks.stop - blocks.start))
            for start in range(rows.start, rows.stop, step):
                part = slice(start, min(start + step, rows.stop))
                scores, lse[:, part], output[part] = attend_scored(q[part], key[blocks], value[blocks])
                merged = merged_scores(scores, owner - first, count)
                best = merged.topk(min(self.config.top, count), dim=-1).indices.sort(dim=-1).values
                chosen[:, part, : best.shape[-1]] = best + first
        return Compressed(output, lse, chosen)

    def selection_rows(self, voxels: VoxelSet) -> tuple[Tensor, list[slice]]:
        """Row of the selection block of every compressed block [M], and the rows of each item's selection blocks."""
        coarse, _ = voxels.parents(self.config.compressed)
        blocks, owner = coarse.parents(self.config.selected // self.config.compressed)
        return owner, blocks.slices

    def selection(self, q: Tensor, k: Tensor, v: Tensor, chosen: Tensor, voxels: VoxelSet) -> Tensor:
        """Attend to all voxels of the chosen blocks [G, N, top]: [N, H, d].

        Block after block, for all queries that chose it: keys are read once, and what blocks give is merged as it
        comes, weighted by their sums of exponentials.
        """
        order, blocks = voxels.keep(("blocks", self.config.selected), lambda: self.block_rows(voxels))
        heads = self.config.heads // self.config.key_heads
        queries = q.unflatten(1, (self.config.key_heads, heads))  # [N, G, H/G, d]
        out = torch.zeros(queries.shape, dtype=torch.float32, device=q.device)
        asked = askers(chosen, len(blocks))
        for group in range(self.config.key_heads):
            keys, values = k[order, group], v[order, group]
            peak = out.new_full((len(q), heads, 1), -torch.inf)
            total = torch.zeros_like(peak)
            for part, asking in zip(blocks, asked[group], strict=True):
                count = part.stop - part.start
                for rows in asking.split(chunk_rows(q.device, 12 * heads * max(count, q.shape[-1]))):
                    told = keys[part].T, values[part]
                    merge(queries[rows, group], *told, rows, out[:, group], peak, total)
            out[:, group] /= total
        return out.flatten(1, 2).to(q.dtype)

    def block_rows(self, voxels: VoxelSet) -> tuple[Tensor, list[slice]]:
        """Rows of voxels sorted by selection block [N], and the places of each block among them."""
        blocks, parent = voxels.parents(self.config.selected)
        ends = parent.bincount(minlength=len(blocks)).cumsum(0).tolist()
        places = [slice(first, end) for first, end in zip([0, *ends], ends, strict=False)]
        return torch.argsort(parent, stable=True), places


def attend_scored(q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Attend q [n, H, d] to k and v [m, G, d]: summed probabilities [G, n, m], log-sum-exp [H, n], output [n, H, d]."""
    groups = k.shape[1]
    queries = q.float().unflatten(1, (groups, -1)).permute(1, 2, 0, 3).flatten(1, 2)  # [G, H/G n, d]
    logits = torch.bmm(queries, k.float().permute(1, 2, 0)) * q.shape[-1] ** -0.5
    lse = logits.logsumexp(-1, keepdim=True)
    probabilities = logits.sub_(lse).exp_()
    output = torch.bmm(probabilities, v.float().transpose(0, 1)).unflatten(1, (-1, len(q)))  # [G, H/G, n, d]
    scores = probabilities.unflatten(1, (-1, len(q))).sum(1)
    return scores, lse.view(-1, len(q)), output.flatten(0, 1).transpose(0, 1).to(q.dtype)


def merged_scores(scores: Tensor, owner: Tensor, count: int) -> Tensor:
    """Sum scores of compressed blocks [G, n, m] by the selection block that owns each: [G, n, count]."""
    return scores.new_zeros(*scores.shape[:2], count).index_add(2, owner, scores)


def askers(chosen: Tensor, blocks: int) -> list[list[Tensor]]:
    """Return, for each key head, the rows of queries that chose each block; chosen: [G, N, top], -1 for none.

    A device's host waits once for all numbers of rows.
    """
    groups, _, top = chosen.shape
    slots = chosen.flatten(1)
    order = torch.argsort(slots, dim=1, stable=True)
    rows = torch.div(order, top, rounding_mode="floor")
    counts = slots.new_zeros((groups, blocks + 1))
    counts.scatter_add_(1, slots + 1, torch.ones_like(slots))
    return [list(each.split(told)[1:]) for each, told in zip(rows, counts.tolist(), strict=True)]


def merge(q: Tensor, keys: Tensor, values: Tensor, rows: Tensor, out: Tensor, peak: Tensor, total: Tensor) -> None:
    """Add what queries [n, h, d] read of keys [d, m] and values [m, d] to running sums of softmax, at `rows`.

    out [N, h, d], peak and total [N, h, 1]: weighted values, the largest logit so far, the sum of exponentials.
    """
    logits = product(q.flatten(0, 1), keys).float().unflatten(0, q.shape[:2]) * q.shape[-1] ** -0.5
    before = peak[rows]
    highest = torch.maximum(before, logits.amax(-1, keepdim=True))
    weights = logits.sub_(highest).exp_()
    kept = (before - highest).exp_()
    read = product(weights.to(q.dtype).flatten(0, 1), values).float().unflatten(0, q.shape[:2])
    out[rows] = out[rows] * kept + read
    total[rows] = total[rows] * kept + weights.sum(-1, keepdim=True)
    peak[rows] = highest


def product(a: Tensor, b: Tensor) -> Tensor:
    """Return a [n, k] @ b [k, m], in one of few sizes where each costs memory.

    Blocks are asked by ever other numbers of queries.
    """
    if not keeps_sizes(a.device, a.dtype):
        return a @ b
    (n, k), m = a.shape, b.shape[1]
    rows, inner, columns = rounded(n), rounded(k), rounded(m)
    wide = F.pad(a, (0, inner - k, 0, rows - n)) @ F.pad(b, (0, columns - m, 0, inner - k))
    return wide[:n, :m]


def chunk_rows(device: torch.device, bytes_each: int) -> int:
    """Return how many queries to work on at once when each needs so many bytes."""
    return max(16, CHUNK_BYTES.get(device.type, CHUNK_BYTES["cpu"]) // max(1, bytes_each))
