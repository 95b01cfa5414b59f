"""Hunyuan3D-Paint 2.1: albedo and metallic-roughness of each view, with positions on the mesh in the attention.

A block computes, with n = norm1(x) and t = norm2(x):

    x += self(n);  x += r * reference(n);  x += m * views(n);  x += text(t) + dino(t);  x += feed_forward(norm3(x))

Rows of a batch are (sample, material, view); material 0 is albedo, 1 metallic-roughness ("mr").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..attention import attend, attend_in_heads, in_heads
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

MATERIALS = 2
PERIOD = 10000.0
AXIS_EIGHTHS = (3, 3, 2)  # shares of a head that turn with x, y, z


@dataclass
class Reading21:
    """A pass of a UNet as its blocks see it.

    views: pictures per sample and material. features: norm1 outputs of the reference by block, [B or 1, R * L, C].
    reference: factor r per sample, [B]. multi_view: factor m. voxels: positions of tokens by their number,
    int64 [B or 1, V * L, 3]. dino: [B, N, D]. kept: a dictionary that takes the norm1 outputs, joined per sample.
    limit: bytes for the scores of one attention call.
    """

    views: int
    features: Mapping[str, Tensor] | None = None
    reference: Tensor | None = None
    multi_view: float = 1.0
    voxels: Mapping[int, Tensor] | None = None
    dino: Tensor | None = None
    kept: dict[str, Tensor] | None = None
    limit: int | None = None


class MaterialProjections(nn.Module):
    """Second projections of the self-attention, for metallic-roughness."""

    def __init__(self, width: int):
        super().__init__()
        self.to_q_mr = nn.Linear(width, width, bias=False)
        self.to_k_mr = nn.Linear(width, width, bias=False)
        self.to_v_mr = nn.Linear(width, width, bias=False)
        self.to_out_mr = nn.ModuleList([nn.Linear(width, width)])

    def attention(self, x: Tensor, heads: int, limit: int | None = None) -> Tensor:
        """Return self-attention [N, L, C] of x [N, L, C]."""
        return self.to_out_mr[0](attend(self.to_q_mr(x), self.to_k_mr(x), self.to_v_mr(x), heads, limit))


class MaterialValues(nn.Module):
    """Second value and output projections of the reference attention, for metallic-roughness."""

    def __init__(self, width: int):
        super().__init__()
        self.to_v_mr = nn.Linear(width, width, bias=False)
        self.to_out_mr = nn.ModuleList([nn.Linear(width, width)])


class ReferenceAttention(Attention):
    """Attention to the reference with shared scores and values of both materials."""

    def __init__(self, width: int, heads: int):
        super().__init__(width, width, heads)
        self.processor = MaterialValues(width)

    def forward(self, x: Tensor, context: Tensor, limit: int | None = None) -> Tensor:
        """Return [N, 2, T, C] for albedo queries x [N, T, C] and context [N, S, C].

        As published, values of both materials are joined on the channels and only then cut into heads, so that the
        heads mix the materials. Kernels that hold no scores want values as wide as keys, so each half goes by itself.
        """
        values = torch.cat([self.to_v(context), self.processor.to_v_mr(context)], -1)
        q, k, v = (in_heads(each, self.heads) for each in (self.to_q(x), self.to_k(context), values))
        read = [attend_in_heads(q, k, half, limit) for half in v.chunk(2, -1)]  # [N, heads, T, C / heads] each
        joined = [each.transpose(1, 2).flatten(2) for each in read]
        return torch.stack([self.to_out[0](joined[0]), self.processor.to_out_mr[0](joined[1])], 1)


class ViewAttention(Attention):
    """Joint attention of all views of a material, turned by positions on the mesh."""

    def forward(self, x: Tensor, turns: tuple[Tensor, Tensor] | None, limit: int | None = None) -> Tensor:
        """Return [N, T, C] for x [N, T, C]; turns: cosines and sines [N, T, C / heads], or None."""
        q, k, v = (in_heads(each, self.heads) for each in (self.to_q(x), self.to_k(x), self.to_v(x)))
        if turns is not None:
            q, k = rotate_pairs(q, *turns), rotate_pairs(k, *turns)
        out = attend_in_heads(q, k, v, limit)
        return self.to_out[0](out.transpose(1, 2).flatten(2))


def rotation(voxels: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """Return cosines and sines [..., width] of voxel positions [..., 3] for heads of `width`, a multiple of 16."""
    angles = []
    for axis, eighths in enumerate(AXIS_EIGHTHS):
        size = width * eighths // 8
        powers = torch.arange(0, size, 2, device=voxels.device).float() / size
        angles.append(voxels[..., axis, None].float() * (1.0 / PERIOD**powers))
    joined = torch.cat(angles, -1).repeat_interleave(2, -1)
    return joined.cos(), joined.sin()


def rotate_pairs(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Return x [N, heads, T, D] with its neighbouring pairs of channels turned by [N, T, D]."""
    first, second = x.unflatten(-1, (-1, 2)).unbind(-1)
    turned = torch.stack([-second, first], -1).flatten(-2)
    return (x.float() * cosine[:, None] + turned.float() * sine[:, None]).to(x.dtype)


class Block21(WrappedBlock):
    """A transformer block with attention of materials, views, reference and DINO."""

    def __init__(self, transformer: Any, name: str, across: bool):
        super().__init__(transformer, name, across)
        if across:
            transformer.attn1.set_processor(MaterialProjections(self.width))
            self.attn_refview = ReferenceAttention(self.width, self.heads)
            self.attn_multiview = ViewAttention(self.width, self.width, self.heads)
            self.attn_dino = Attention(self.width, transformer.attn2.to_k.in_features, self.heads)

    def forward(
        self,
        hidden_states: Tensor,  # [B * M * V, L, C]
        attention_mask: Tensor | None = None,
        encoder_hidden_states: Tensor | None = None,  # [B * M * V, T, D]
        encoder_attention_mask: Tensor | None = None,
        timestep: Tensor | None = None,
        cross_attention_kwargs: dict[str, Any] | None = None,
        class_labels: Tensor | None = None,
    ) -> Tensor:
        """Return [B * M * V, L, C]. The signature is the one that diffusers calls its blocks with."""
        assert cross_attention_kwargs is not None and encoder_hidden_states is not None
        reading: Reading21 = cross_attention_kwargs["reading"]
        part, x, limit = self.transformer, hidden_states, reading.limit
        n = part.norm1(x)
        if reading.kept is not None:
            reading.kept[self.name] = n.unflatten(0, (-1, reading.views)).flatten(1, 2)
        if self.across:
            own = n.unflatten(0, (-1, MATERIALS, reading.views))
            x = x + self_attention(part.attn1, own, limit).view_as(x)
            x = self._across(x, n, reading)
        else:
            x = x + attention(part.attn1, n, n, limit)
        t = part.norm2(x)
        x = x + attention(part.attn2, t, encoder_hidden_states, limit)
        if self.across and reading.dino is not None:
            shared = reading.dino.repeat_interleave(len(t) // len(reading.dino), 0)
            x = x + attention(self.attn_dino, t, shared, limit)
        return x + part.ff(part.norm3(x))

    def _across(self, x: Tensor, n: Tensor, reading: Reading21) -> Tensor:
        """Return x with what norm1 outputs n read in the reference and in the other views; all [B * M * V, L, C]."""
        joined = n.unflatten(0, (-1, MATERIALS, reading.views)).flatten(2, 3)  # [B, M, V * L, C]
        if reading.features is not None:
            seen = reading.features[self.name].expand(len(joined), -1, -1)
            read = self.attn_refview(joined[:, 0], seen, reading.limit)
            if reading.reference is not None:
                read = read * reading.reference.to(read)[:, None, None, None]
            x = x + read.view_as(x)
        if reading.multi_view:
            turns = None
            if reading.voxels is not None:
                voxels = reading.voxels[joined.shape[2]].expand(len(joined), -1, -1)
                width = joined.shape[-1] // self.attn_multiview.heads
                turns = rotation(voxels.repeat_interleave(MATERIALS, 0), width)
            read = self.attn_multiview(joined.flatten(0, 1), turns, reading.limit)
            x = x + reading.multi_view * read.view_as(x)
        return x


def self_attention(layer: Any, x: Tensor, limit: int | None = None) -> Tensor:
    """Return attention inside each view, [B, 2, V, L, C], by the projections of each material."""
    albedo, mr = (x[:, material].flatten(0, 1) for material in range(MATERIALS))  # [B * V, L, C]
    out = [attention(layer, albedo, albedo, limit), layer.processor.attention(mr, layer.heads, limit)]
    return torch.stack([each.view_as(x[:, 0]) for each in out], 1)


class DinoProjection(nn.Module):
    """DINO tokens as more tokens of the text's width: [B, N, E] -> [B, N * count, D]."""

    def __init__(self, width: int, inner: int, count: int):
        super().__init__()
        self.count = count
        self.proj = nn.Linear(width, inner * count)
        self.norm = nn.LayerNorm(inner)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return [B, N * count, D]."""
        return self.norm(self.proj(tokens).unflatten(-1, (self.count, -1)).flatten(1, 2))


class Network21(nn.Module):
    """Both UNets, unfilled. config: of the published inner UNet; shapes: of the stored tensors."""

    def __init__(self, config: Mapping[str, Any], shapes: Shapes):
        super().__init__()
        self.unet = painting_unet(config, None)
        self.unet_dual = reading_unet(config)
        wrap_blocks(self.unet, lambda block, name: Block21(block, name, across=True))
        wrap_blocks(self.unet_dual, lambda block, name: Block21(block, name, across=False))
        add_text(self.unet, shapes, "learned_text_clip_albedo", "learned_text_clip_mr", "learned_text_clip_ref")
        inner = int(self.unet.config.cross_attention_dim)
        joined, width = shapes.get("unet.image_proj_model_dino.proj.weight", (inner, 0))
        with torch.device("meta"):
            self.unet.image_proj_model_dino = DinoProjection(width, inner, joined // inner)

    @property
    def text(self) -> Tensor:
        """Learned text of both materials, [1, 2, T, D]."""
        return torch.stack([self.unet.learned_text_clip_albedo, self.unet.learned_text_clip_mr])[None]

    def read_reference(self, latents: Tensor, limit: int | None = None) -> dict[str, Tensor]:
        """Return the features [B, R * L, C] by block of clean reference latents [B, R, 4, h, w], read at time 0."""
        kept: dict[str, Tensor] = {}
        reading = Reading21(latents.shape[1], kept=kept, limit=limit)
        read_clean(self.unet_dual, latents, self.unet.learned_text_clip_ref, reading)
        return kept

    def forget_reader(self) -> None:
        """Drop the UNet that reads references; read_reference cannot be called any more."""
        self.unet_dual = None

    def project_dino(self, tokens: Tensor) -> Tensor:
        """Return DINO tokens [B, N, E] as the blocks read them, [B, N * 4, D]. Zeros become the bias."""
        return self.unet.image_proj_model_dino(tokens)

    def predict(self, x: Tensor, time: Tensor, text: Tensor, given: Given21) -> Tensor:
        """Return what the UNet says to latents x [B, 2, V, 4, h, w], [B * 2 * V, 4, h, w]. text [B, 2, T, D]."""
        views = x.shape[2]
        maps = [each[:, None].expand(len(x), MATERIALS, -1, -1, -1, -1) for each in (given.normal, given.position)]
        reading = Reading21(
            views, given.features, given.reference, given.multi_view, given.voxels, given.dino, limit=given.limit
        )
        return self.unet(
            torch.cat([x, *maps], 3).flatten(0, 2),
            time,
            encoder_hidden_states=text.flatten(0, 1).repeat_interleave(views, 0),
            cross_attention_kwargs={"reading": reading},
            return_dict=False,
        )[0]


@dataclass(frozen=True)
class Given21:
    """All that every step reads besides latents and text.

    normal, position: latents of the maps, [B or 1, V, 4, h, w]. voxels, dino, features, reference, multi_view,
    limit: see Reading21.
    """

    normal: Tensor
    position: Tensor
    voxels: Mapping[int, Tensor] | None
    dino: Tensor | None
    features: Mapping[str, Tensor] | None
    reference: Tensor | None = None
    multi_view: float = 1.0
    limit: int | None = None
