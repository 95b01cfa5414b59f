"""Hunyuan3D-Paint 2.0: one colour picture per view, all views of a sample in one joint attention.

A block computes, with n = norm1(x):

    x += self(n);  x += r * reference(n);  x += m * views(n);  x += text(norm2(x));  x += feed_forward(norm3(x))

The base and the turbo model share this network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .unet import (
    Attention,
    Shapes,
    WrappedBlock,
    add_text,
    attention,
    painting_unet,
    read_clean,
    reading_unet,
    wrap_blocks,
)

CAMERAS = 49  # 0-4 reference cameras, 5-48 painted ones
FIRST_PAINTED = 5


@dataclass
class Reading20:
    """A pass of a UNet as its blocks see it.

    views: pictures per sample; rows of a batch are (sample, view). features: norm1 outputs of the reference by block,
    [B or 1, R * L, C], or None. reference: factor r per sample, [B]. multi_view: factor m. kept: a dictionary that
    takes the norm1 outputs, joined per sample. limit: bytes for the scores of one attention call.
    """

    views: int
    features: Mapping[str, Tensor] | None = None
    reference: Tensor | None = None
    multi_view: float = 1.0
    kept: dict[str, Tensor] | None = None
    limit: int | None = None


class Block20(WrappedBlock):
    """A transformer block with attention to other views and to the reference."""

    def __init__(self, transformer: Any, name: str, across: bool):
        super().__init__(transformer, name, across)
        if across:
            self.attn_multiview = Attention(self.width, self.width, self.heads)
            self.attn_refview = Attention(self.width, self.width, self.heads)

    def forward(
        self,
        hidden_states: Tensor,  # [B * V, L, C]
        attention_mask: Tensor | None = None,
        encoder_hidden_states: Tensor | None = None,  # [B * V, T, D]
        encoder_attention_mask: Tensor | None = None,
        timestep: Tensor | None = None,
        cross_attention_kwargs: dict[str, Any] | None = None,
        class_labels: Tensor | None = None,
    ) -> Tensor:
        """Return [B * V, L, C]. The signature is the one that diffusers calls its blocks with."""
        assert cross_attention_kwargs is not None and encoder_hidden_states is not None
        reading: Reading20 = cross_attention_kwargs["reading"]
        part, x, limit = self.transformer, hidden_states, reading.limit
        n = part.norm1(x)
        joined = n.unflatten(0, (-1, reading.views)).flatten(1, 2)  # [B, V * L, C]
        if reading.kept is not None:
            reading.kept[self.name] = joined
        x = x + attention(part.attn1, n, n, limit)
        if self.across and reading.features is not None:
            seen = reading.features[self.name].expand(len(joined), -1, -1)
            read = attention(self.attn_refview, joined, seen, limit)
            if reading.reference is not None:
                read = read * reading.reference.to(read)[:, None, None]
            x = x + read.view_as(x)
        if self.across and reading.multi_view:
            x = x + reading.multi_view * attention(self.attn_multiview, joined, joined, limit).view_as(x)
        x = x + attention(part.attn2, part.norm2(x), encoder_hidden_states, limit)
        return x + part.ff(part.norm3(x))


class Network20(nn.Module):
    """Both UNets, unfilled. config: of the published inner UNet; shapes: of the stored tensors."""

    def __init__(self, config: Mapping[str, Any], shapes: Shapes):
        super().__init__()
        self.unet = painting_unet(config, CAMERAS)
        self.unet_dual = reading_unet(config)
        wrap_blocks(self.unet, lambda block, name: Block20(block, name, across=True))
        wrap_blocks(self.unet_dual, lambda block, name: Block20(block, name, across=False))
        add_text(self.unet, shapes, "learned_text_clip_gen", "learned_text_clip_ref")

    @property
    def text(self) -> Tensor:
        """Learned text of the painted views, [1, T, D]."""
        return self.unet.learned_text_clip_gen

    def read_reference(self, latents: Tensor, limit: int | None = None) -> dict[str, Tensor]:
        """Return the features [B, R * L, C] by block of clean reference latents [B, R, 4, h, w], read at time 0."""
        kept: dict[str, Tensor] = {}
        reading = Reading20(latents.shape[1], kept=kept, limit=limit)
        read_clean(self.unet_dual, latents, self.unet.learned_text_clip_ref, reading)
        return kept

    def forget_reader(self) -> None:
        """Drop the UNet that reads references; read_reference cannot be called any more."""
        self.unet_dual = None

    def predict(self, x: Tensor, time: Tensor, text: Tensor, given: Given20) -> Tensor:
        """Return what the UNet says to noisy latents x [B, V, 4, h, w], [B * V, 4, h, w]. text [B, T, D]."""
        views = x.shape[1]
        maps = [each.expand(len(x), -1, -1, -1, -1) for each in (given.normal, given.position)]
        cameras = (given.cameras + FIRST_PAINTED).expand(len(x), -1)
        reading = Reading20(views, given.features, given.reference, given.multi_view, limit=given.limit)
        return self.unet(
            torch.cat([x, *maps], 2).flatten(0, 1),
            time,
            encoder_hidden_states=text.repeat_interleave(views, 0),
            class_labels=cameras.flatten(),
            cross_attention_kwargs={"reading": reading},
            return_dict=False,
        )[0]


@dataclass(frozen=True)
class Given20:
    """All that every step reads besides latents and text.

    normal, position: latents of the maps, [B or 1, V, 4, h, w]. cameras: numbers of the views, int64 [B or 1, V].
    features, reference, multi_view, limit: see Reading20.
    """

    normal: Tensor
    position: Tensor
    cameras: Tensor
    features: Mapping[str, Tensor] | None
    reference: Tensor | None = None
    multi_view: float = 1.0
    limit: int | None = None
