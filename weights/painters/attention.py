"""Attention over heads, in slices when the scores of all rows or queries together would not fit."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def attend(query: Tensor, key: Tensor, value: Tensor, heads: int, limit: int | None = None) -> Tensor:
    """Softmax attention [N, T, C] of query [N, T, C] over key, value [N, S, C]; channels are cut into `heads`.

    limit: see attend_in_heads.
    """
    q, k, v = (in_heads(each, heads) for each in (query, key, value))
    read = attend_in_heads(q, k, v, limit)
    return read.transpose(1, 2).flatten(2)


def attend_in_heads(query: Tensor, key: Tensor, value: Tensor, limit: int | None = None) -> Tensor:
    """Softmax attention [N, H, T, D] of query [N, H, T, D] over key, value [N, H, S, D].

    limit: bytes that the scores [rows, H, queries, S] of one call may take; None computes all at once. Rows are cut
    first, then the queries of one row. Fused kernels never hold the scores, others do, so the limit is an upper bound.
    """
    rows, heads, queries, _ = query.shape
    if limit is not None:
        one_query = heads * key.shape[2] * query.element_size()
        rows = max(1, limit // max(one_query * queries, 1))
        queries = max(1, min(queries, limit // max(one_query, 1)))
    parts = []
    for q, k, v in zip(query.split(rows), key.split(rows), value.split(rows), strict=True):
        some = [F.scaled_dot_product_attention(each, k, v) for each in q.split(queries, 2)]
        parts.append(some[0] if len(some) == 1 else torch.cat(some, 2))
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def in_heads(x: Tensor, heads: int) -> Tensor:
    """Return x [N, T, C] as [N, heads, T, C / heads]."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)
