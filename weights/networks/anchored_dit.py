"""Rectified-flow transformer over anchored latents: the coarse generator and the Lattice refiner of the tiny family.

One token per anchor, or per `group` anchors that lie together (the coarse lattice, 2x2x2 to a token: an eighth of the
attention and MLP work for the same latents). Positions enter by rotary embedding in self-attention and, against the
picture's tokens, in cross-attention. Time enters by adaptive layer norm shared over the blocks (PixArt's adaLN-single,
arXiv 2310.00426).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .fourier import octaves
from .rotary import attend, rotary_table, rotate, split_heads


@dataclass(frozen=True)
class AnchoredDiTConfig:
    latent_channels: int = 16
    group: int = 1  # anchors to a token
    width: int = 320
    heads: int = 10
    depth: int = 8
    context_width: int = 256
    detail_channels: int = 0  # of features sampled from the picture at every anchor; 0: none
    position_octaves: int = 0  # of the token's place, told outright beside its rotary angles
    rough: bool = False  # whether the latents of a rough surface, at the same anchors, are read too
    mlp_ratio: int = 4


COARSE_DIT = AnchoredDiTConfig(group=8, depth=6, detail_channels=64, position_octaves=6)
FINE_DIT = AnchoredDiTConfig(width=192, heads=6, depth=6, detail_channels=64, position_octaves=6, rough=True)


def lattice_grouping(per_side: int) -> Tensor:
    """Order that puts the 2x2x2 neighbours of a lattice (x slowest) next to each other, [per_side^3] int64."""
    index = torch.arange(per_side**3).view(per_side // 2, 2, per_side // 2, 2, per_side // 2, 2)
    return index.permute(0, 2, 4, 1, 3, 5).reshape(-1)


def time_features(t: Tensor, width: int) -> Tensor:
    """Sinusoids of 1000 t, base 10000. t [B] -> [B,width]."""
    half = width // 2
    frequency = torch.exp(-math.log(10000) * torch.arange(half, device=t.device) / half)
    angle = 1000 * t.float()[:, None] * frequency
    return torch.cat([angle.cos(), angle.sin()], -1)


class CrossAttention(nn.Module):
    def __init__(self, width: int, heads: int, context_width: int):
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(width, width)
        self.kv = nn.Linear(context_width, 2 * width)
        self.q_norm = nn.RMSNorm(width // heads, eps=1e-6)
        self.k_norm = nn.RMSNorm(width // heads, eps=1e-6)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, table: tuple[Tensor, Tensor], context: Tensor, context_table: tuple[Tensor, Tensor]):
        """x [B*R,N,width] attends to context [B,M,C]: R draws share the keys of their picture."""
        b, draws = len(context), len(x) // len(context)
        q = self.q_norm(split_heads(self.q(x), self.heads))
        q = rotate(q, table).unflatten(0, (b, draws)).transpose(1, 2).flatten(2, 3)  # [B,H,R*N,D]
        k, v = (split_heads(part, self.heads) for part in self.kv(context).chunk(2, -1))
        k = rotate(self.k_norm(k), context_table)
        y = attend(q, k, v.to(q.dtype))
        return self.out(y.transpose(1, 2).flatten(2).unflatten(1, (draws, -1)).flatten(0, 1))


class DiTBlock(nn.Module):
    def __init__(self, config: AnchoredDiTConfig):
        super().__init__()
        w = config.width
        self.heads = config.heads
        self.shifts = nn.Parameter(torch.randn(6, w) / w**0.5)  # this block's share of the modulation
        self.qkv = nn.Linear(w, 3 * w)
        self.q_norm = nn.RMSNorm(w // config.heads, eps=1e-6)
        self.k_norm = nn.RMSNorm(w // config.heads, eps=1e-6)
        self.out = nn.Linear(w, w)
        self.cross_norm = nn.LayerNorm(w)
        self.cross = CrossAttention(w, config.heads, config.context_width)
        self.up = nn.Linear(w, config.mlp_ratio * w)
        self.down = nn.Linear(config.mlp_ratio * w, w)

    def forward(self, x: Tensor, modulation: Tensor, table, context: Tensor, context_table) -> Tensor:
        """x [B*R,N,w], modulation [B*R,6,w] -> [B*R,N,w]."""
        shift1, scale1, gate1, shift2, scale2, gate2 = (modulation + self.shifts).to(x.dtype)[:, :, None].unbind(1)
        h = F.layer_norm(x, x.shape[-1:]) * (1 + scale1) + shift1
        q, k, v = (split_heads(part, self.heads) for part in self.qkv(h).chunk(3, -1))
        q, k = rotate(self.q_norm(q), table), rotate(self.k_norm(k), table)
        h = attend(q, k, v.to(q.dtype)).transpose(1, 2).flatten(2)
        x = x + gate1 * self.out(h)
        x = x + self.cross(self.cross_norm(x), table, context, context_table)
        h = F.layer_norm(x, x.shape[-1:]) * (1 + scale2) + shift2
        return x + gate2 * self.down(F.gelu(self.up(h), approximate="tanh"))


class AnchoredDiT(nn.Module):
    """Velocity of the latents at anchors, given time and a picture."""

    def __init__(self, config: AnchoredDiTConfig):
        super().__init__()
        self.config = config
        w, channels = config.width, config.latent_channels * config.group
        detail = config.detail_channels * config.group
        self.latent_in = nn.Linear(channels * (1 + config.rough) + detail + 6 * config.position_octaves, w)
        self.time = nn.Sequential(nn.Linear(256, w), nn.SiLU(), nn.Linear(w, w), nn.SiLU())
        self.modulation = nn.Linear(w, 6 * w)
        self.blocks = nn.ModuleList(DiTBlock(config) for _ in range(config.depth))
        self.final_modulation = nn.Linear(w, 2 * w)
        self.latent_out = nn.Linear(w, channels)
        nn.init.zeros_(self.latent_out.weight)
        nn.init.zeros_(self.latent_out.bias)

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        anchors: Tensor,
        context: Tensor,
        context_positions: Tensor,
        detail: Tensor | None = None,
        rough: Tensor | None = None,
    ) -> Tensor:
        """x [B*R,N,C], t [B*R], anchors [B*R,N,3], context [B,M,context_width], positions [M,3] -> velocity [B*R,N,C].

        Groups of `group` consecutive anchors make one token. detail [B*R,N,detail_channels] when configured, rough
        [B*R,N,C] likewise; without one, zeros: the mean of normalised latents.
        """
        g = self.config.group
        h = x.unflatten(1, (-1, g)).flatten(2)
        if self.config.rough:
            h = torch.cat([h, torch.zeros_like(h) if rough is None else rough.to(h.dtype)], -1)
        if detail is not None:
            h = torch.cat([h, detail.unflatten(1, (-1, g)).flatten(2).to(h.dtype)], -1)
        centres = anchors.unflatten(1, (-1, g)).mean(2)
        if self.config.position_octaves:
            h = torch.cat([h, octaves(centres * 0.5, self.config.position_octaves).to(h.dtype)], -1)
        h = self.latent_in(h)
        emb = self.time(time_features(t, 256))
        modulation = self.modulation(emb).unflatten(-1, (6, -1))
        head_dim = self.config.width // self.config.heads
        table, context_table = rotary_table(centres, head_dim), rotary_table(context_positions[None], head_dim)
        for block in self.blocks:
            h = block(h, modulation, table, context, context_table)
        shift, scale = self.final_modulation(emb)[:, None].to(h.dtype).chunk(2, -1)
        out = self.latent_out(F.layer_norm(h, h.shape[-1:]) * (1 + scale) + shift)
        return out.unflatten(-1, (g, -1)).flatten(1, 2).float()
