"""Attention to a few keys: the points of a sub-volume vote for the latents that they attend to.

Published with FlashVDM (arXiv 2503.16302). It is lossy where latents are not local in space.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor

from .layers import Attend, attend_all

Selection = Literal["mean", "merge"]
# (points [P, 3], how to attend) -> logits [P]
Query = Callable[[Tensor, Attend], Tensor]

MERGE_FLOOR = 1e-6  # attention below which a key is dropped in "merge"
CELLS = 6  # sub-volumes per side of the box, as published
VOTERS = 4  # per side of a sub-volume; the published walk takes every 30th to 100th point of a cell


def key_count(keys: int) -> int:
    """Return the number of keys that "mean" keeps."""
    return {3072: 1024, 512: 256}.get(keys, keys // 3)


def voted_keys(voters: Tensor, k: Tensor, select: Selection) -> Tensor:
    """Return the keys that queries vote for: voters [B, H, S, d], k [B, H, M, d] -> index [B, H, K].

    "mean": per head, the keys with the largest mean product. "merge": index [K] for all heads, the keys to which any
    voter gives weight, averaged over heads.
    """
    scores = voters @ k.transpose(-1, -2)  # [B, H, S, M]
    if select == "mean":
        return scores.mean(dim=2).topk(key_count(k.shape[2]), dim=-1).indices
    weight = scores.softmax(dim=-1).mean(dim=1)  # [B, S, M]
    return torch.nonzero((weight > MERGE_FLOOR).flatten(0, 1).any(dim=0))[:, 0]


def attend_voted(q: Tensor, k: Tensor, v: Tensor, index: Tensor) -> Tensor:
    """Attention of q [B, H, N, d] to the keys that `voted_keys` gave."""
    if index.ndim == 1:
        return attend_all(q, k[:, :, index], v[:, :, index])
    wide = index[..., None].expand(-1, -1, -1, k.shape[-1])
    return attend_all(q, k.gather(2, wide), v.gather(2, wide))


def attend_selected(counts: Sequence[int], stride: int, select: Selection) -> Attend:
    """Attend in consecutive groups of `counts` queries to the keys that every `stride`-th query votes for."""

    def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        groups = q.split(list(counts), dim=2)
        return torch.cat([attend_voted(g, k, v, voted_keys(g[:, :, ::stride], k, select)) for g in groups], dim=2)

    return attend


class CellKeys:
    """A field asked cell by cell of its box, each cell with keys of its own.

    Unlike the published walk the voters of a cell are a fixed lattice in it, so that a point's value depends neither on
    the points asked beside it nor on the size of a chunk.
    """

    def __init__(self, query: Query, bounds: float, select: Selection):
        """query: the field of one object, with the attention to use; bounds: half the side of its box."""
        self._query, self._bounds = query, bounds
        self._select: Selection = select
        self._voted: dict[int, Tensor] = {}

    def ask(self, points: Tensor) -> Tensor:
        """points [P, 3] -> field [P]; the linear layers see all points at once, only the attention goes by cells."""
        place = ((points + self._bounds) * (CELLS / (2 * self._bounds))).floor().clamp(0, CELLS - 1).long()
        number, order = torch.sort((place[:, 0] * CELLS + place[:, 1]) * CELLS + place[:, 2], stable=True)
        counts = torch.bincount(number, minlength=CELLS**3).tolist()  # the one wait of a chunk
        voted = [self._keys_of(cell, points.device) for cell, count in enumerate(counts) if count]
        sizes = [count for count in counts if count]

        def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            groups = q.split(sizes, dim=2)
            return torch.cat([attend_voted(g, k, v, i) for g, i in zip(groups, voted, strict=True)], dim=2)

        asked = self._query(points[order], attend)
        return torch.empty_like(asked).index_copy_(0, order, asked)

    def _keys_of(self, cell: int, device: torch.device) -> Tensor:
        """Return the vote of a cell, taken when it is first asked."""
        if cell not in self._voted:
            corner = torch.tensor([cell // CELLS**2, cell // CELLS % CELLS, cell % CELLS])
            steps = (torch.arange(VOTERS) + 0.5) / VOTERS
            lattice = torch.stack(torch.meshgrid(steps, steps, steps, indexing="ij"), dim=-1).reshape(-1, 3)

            def vote(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
                self._voted[cell] = voted_keys(q, k, self._select)
                return attend_all(q, k, v)

            self._query(((corner + lattice) * (2 * self._bounds / CELLS) - self._bounds).to(device), vote)
        return self._voted[cell]
