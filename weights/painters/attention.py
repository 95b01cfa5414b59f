"""Attention over heads, in slices when the scores of all rows together would not fit."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def attend(query: Tensor, key: Tensor, value: Tensor, heads: int, limit: int | None = None) -> Tensor:
    """Softmax attention [N, T, C] of query [N, T, C] over key, value [N, S, C]; channels are cut into `heads`.

    limit: bytes that the scores [rows, heads, T, S] of one call may take; None computes all rows at once. Fused kernels
    never hold the scores, others do, so the limit is an upper bound.
    """
    rows = len(query)
    if limit is not None:
        row_bytes = heads * query.shape[1] * key.shape[1] * query.element_size()
        rows = max(1, limit // max(row_bytes, 1))
    parts = []
    for q, k, v in zip(query.split(rows), key.split(rows), value.split(rows), strict=True):
        out = F.scaled_dot_product_attention(_in_heads(q, heads), _in_heads(k, heads), _in_heads(v, heads))
        parts.append(out.transpose(1, 2).flatten(2))
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def _in_heads(x: Tensor, heads: int) -> Tensor:
    """[N, T, C] -> [N, heads, T, C / heads]."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)
