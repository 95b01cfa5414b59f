"""MV-Adapter's attention: beside each self-attention of the SDXL UNet, one across views and one to the reference.

    out = self(x) + a * views(x) + b * reference(x)

All three read the same x and have projections of their own. They are diffusers attention processors, so the UNet stays
the published one. Source: the facts of the public MV-Adapter (Huang et al. 2024), compared with recordings of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from ..attention import attend

VIEWS = 6  # 0 front, 1 right (+x), 2 back, 3 left, 4 top, 5 bottom
ROWS = (0, 1, 2, 3)  # views that share image rows
COLUMNS = (0, 2, 4, 5)  # views that share image columns; view 0 mirrored
PATTERNS = ("row", "row-column")


@dataclass
class Reading:
    """A pass of the UNet as its attention layers see it.

    views: pictures per sample; rows of a batch are (sample, view). multi_view, reference: factors a and b; 0 leaves the
    attention out. features: input of each self-attention in the pass over the reference, [rows, L, C] by processor
    name. kept: when a dictionary, those inputs are put there. limit: bytes for the scores of one attention call.
    """

    views: int = VIEWS
    multi_view: float = 1.0
    reference: float = 1.0
    features: dict[str, Tensor] | None = None
    kept: dict[str, Tensor] | None = None
    limit: int | None = None


@dataclass(frozen=True)
class AdapterConfig:
    """pattern: one of PATTERNS. reference: with the attention to a reference picture."""

    pattern: str = "row-column"
    reference: bool = True


class MultiViewAttention(nn.Module):
    """Processor of one self-attention. name: its key in `unet.attn_processors`; width: channels."""

    def __init__(self, name: str, width: int, config: AdapterConfig):
        super().__init__()
        self.name, self.pattern = name, config.pattern
        self.to_q_mv = nn.Linear(width, width, bias=False)
        self.to_k_mv = nn.Linear(width, width, bias=False)
        self.to_v_mv = nn.Linear(width, width, bias=False)
        self.to_out_mv = nn.ModuleList([nn.Linear(width, width)])
        self.with_reference = config.reference
        if config.reference:
            self.to_q_ref = nn.Linear(width, width, bias=False)
            self.to_k_ref = nn.Linear(width, width, bias=False)
            self.to_v_ref = nn.Linear(width, width, bias=False)
            self.to_out_ref = nn.ModuleList([nn.Linear(width, width)])

    # diffusers looks at the signature of __call__ to see which arguments a processor takes.
    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,  # [rows, L, C]
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
        reading: Reading | None = None,
    ) -> Tensor:
        x, reading = hidden_states, reading or Reading()
        if reading.kept is not None:
            reading.kept[self.name] = x
        out = attend(attn.to_q(x), attn.to_k(x), attn.to_v(x), attn.heads, reading.limit)
        out = attn.to_out[0](out)
        if reading.multi_view:
            q, k, v = self.to_q_mv(x), self.to_k_mv(x), self.to_v_mv(x)
            crossed = across_views(q, k, v, attn.heads, reading.views, self.pattern, reading.limit)
            out = out + reading.multi_view * self.to_out_mv[0](crossed)
        if self.with_reference and reading.reference and reading.features is not None:
            seen = reading.features[self.name]
            read = attend(self.to_q_ref(x), self.to_k_ref(seen), self.to_v_ref(seen), attn.heads, reading.limit)
            out = out + reading.reference * self.to_out_ref[0](read)
        return out


class PlainAttention:
    """Processor of the attention to the words, which MV-Adapter leaves as it is."""

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
        reading: Reading | None = None,
    ) -> Tensor:
        words = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        limit = None if reading is None else reading.limit
        out = attend(attn.to_q(hidden_states), attn.to_k(words), attn.to_v(words), attn.heads, limit)
        return attn.to_out[0](out)


def across_views(
    q: Tensor, k: Tensor, v: Tensor, heads: int, views: int, pattern: str, limit: int | None = None
) -> Tensor:
    """Attention between the pictures of a sample, [rows, L, C] -> [rows, L, C]; pictures are square.

    row: an image row of one view attends to the same row of all views. row-column: see `_row_column`.
    """
    side = math.isqrt(q.shape[1])
    if side * side != q.shape[1] or len(q) % views:
        raise ValueError(f"{len(q)} pictures of {q.shape[1]} tokens are no whole sets of {views} square views")
    q, k, v = (x.unflatten(1, (side, side)).unflatten(0, (-1, views)) for x in (q, k, v))  # [B, V, H, W, C]
    if pattern == "row":
        out = _along_rows([q, k, v], heads, limit)
    else:
        out = _row_column(q, k, v, heads, limit)
    return out.flatten(2, 3).flatten(0, 1)


def _row_column(q: Tensor, k: Tensor, v: Tensor, heads: int, limit: int | None) -> Tensor:
    """Attend along rows of views 0-3 and along columns of views 0 (mirrored), 2, 4, 5. [B, 6, H, W, C].

    Views 0 and 2 take the mean of both.

    The sides stand around the object at one height, so a row of one is the same height in all. Top and bottom look
    with +x to the left, as the back does: there the columns agree, and for the front once it is mirrored.
    """
    rows = _along_rows([x[:, list(ROWS)] for x in (q, k, v)], heads, limit)  # [B, 4, H, W, C]
    turned = [_front_mirrored(x[:, list(COLUMNS)]).transpose(2, 3) for x in (q, k, v)]
    columns = _front_mirrored(_along_rows(turned, heads, limit).transpose(2, 3))
    front, back = (rows[:, 0] + columns[:, 0]) / 2, (rows[:, 2] + columns[:, 1]) / 2
    return torch.stack([front, rows[:, 1], back, rows[:, 3], columns[:, 2], columns[:, 3]], 1)


def _front_mirrored(x: Tensor) -> Tensor:
    """[B, V, H, W, C] with view 0 mirrored left to right."""
    return torch.cat([x[:, :1].flip(3), x[:, 1:]], 1)


def _along_rows(qkv: Sequence[Tensor], heads: int, limit: int | None) -> Tensor:
    """Each image row attends to the same row of all views; queries, keys and values [B, V, H, W, C]."""
    batch, views, height, width, channels = qkv[0].shape
    q, k, v = (x.transpose(1, 2).reshape(batch * height, views * width, channels) for x in qkv)
    out = attend(q, k, v, heads, limit)
    return out.view(batch, height, views, width, channels).transpose(1, 2)


@dataclass(frozen=True)
class Installed:
    """The processors put into a UNet, by name."""

    attention: dict[str, MultiViewAttention] = field(default_factory=dict)

    def parameters(self) -> Iterable[tuple[str, nn.Module, str]]:
        """Yield (stored key, module that owns the parameter, its leaf name) of every adapter parameter."""
        for name, processor in self.attention.items():
            for path, _ in processor.named_parameters():
                owner, _, leaf = path.rpartition(".")
                yield f"{name}.{path}", processor.get_submodule(owner), leaf


def install(unet: Any, config: AdapterConfig) -> Installed:
    """Put the adapter's attention into a diffusers UNet, unfilled, on the meta device."""
    processors: dict[str, Any] = {}
    added: dict[str, MultiViewAttention] = {}
    for key in unet.attn_processors:
        if key.endswith("attn1.processor"):
            owner = unet.get_submodule(key.removesuffix(".processor"))
            with torch.device("meta"):
                processors[key] = added[key] = MultiViewAttention(key, owner.to_q.in_features, config)
        else:
            processors[key] = PlainAttention()
    unet.set_attn_processor(processors)
    return Installed(added)
