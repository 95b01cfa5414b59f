"""Softmax attention of packed rows, scaled by 1 / sqrt(d), through scaled_dot_product_attention without padding.

Groups of one size form a batch without a mask. Windows of a surface have some hundred sizes, so the number of calls is
bounded by the size of a window, not by the number of windows. Shapes: N rows, H heads, G key heads, d channels.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from .voxel_set import Segments, VoxelSet


def attend_packed(q: Tensor, k: Tensor, v: Tensor, segments: Segments) -> Tensor:
    """q [N, H, d], k and v [N, G, d] -> [N, H, d]; each row attends to the rows of its segment.

    G divides H: neighbouring query heads share a key head.
    """
    whole = segments.rows[0] if len(segments.rows) == 1 else None
    if isinstance(whole, slice) and whole.stop - whole.start == len(q):
        return attend(q[None], k[None], v[None])[0]
    out = torch.zeros_like(q)
    for rows in segments.rows:
        if isinstance(rows, slice):
            part = attend(q[None, rows], k[None, rows], v[None, rows])[0]
            out = _written(out, rows, part)
        else:
            out = _written(out, rows.flatten(), attend(q[rows], k[rows], v[rows]).flatten(0, 1))
    return out


def attend_context(q: Tensor, keys: Sequence[Tensor], values: Sequence[Tensor], voxels: VoxelSet) -> Tensor:
    """q [N, H, d] -> [N, H, d]; rows of item b attend to keys[b] and values[b], each [M, G, d]."""
    if voxels.items == 1:
        return attend(q[None], keys[0][None], values[0][None])[0]
    parts = [attend(q[None, rows], keys[item][None], values[item][None])[0] for item, rows in enumerate(voxels.slices)]
    return torch.cat(parts) if parts else q


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """q [B, N, H, d], k and v [B, M, G, d] -> [B, N, H, d]."""
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v, enable_gqa=q.shape[1] != k.shape[1]).transpose(1, 2)


def _written(out: Tensor, rows: Tensor | slice, part: Tensor) -> Tensor:
    """`out` with `part` in the given rows; in place unless gradients need what was there."""
    if torch.is_grad_enabled() and part.requires_grad:
        index = torch.arange(rows.start, rows.stop, device=out.device) if isinstance(rows, slice) else rows
        return out.index_copy(0, index, part)
    out[rows] = part
    return out
