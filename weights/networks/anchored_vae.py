"""Anchored VecSet autoencoder: one latent token per 3D anchor, local in and local out.

The set autoencoder of 3DShape2VecSet (arXiv 2301.11445) with two changes that make it small: every token owns a
position, as in LATTICE (arXiv 2512.03052), and both cross-attentions are restricted to nearest neighbours with
relative positions. The same weights serve a regular lattice of a few anchors (coarse) and thousands of active voxels
(fine), because every length is measured in units of the anchors' own spacing.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .fourier import octaves
from .rotary import RotaryBlock, rotary_table


@dataclass(frozen=True)
class AnchoredVAEConfig:
    width: int = 192  # token width
    heads: int = 6
    local_width: int = 96  # width of the neighbourhood networks
    local_heads: int = 6
    latent_channels: int = 16
    encoder_layers: int = 2
    decoder_layers: int = 3
    points_per_anchor: int = 24  # surface points an anchor looks at
    anchors_per_query: int = 8  # anchors a query point looks at
    truncation: float = 0.1  # the field is clamp(signed distance / truncation, -1, 1)


def lattice_anchors(per_side: int) -> Tensor:
    """Centres of a regular lattice over [-1,1]^3, [per_side^3, 3], x slowest."""
    axis = (torch.arange(per_side, dtype=torch.float32) + 0.5) * (2 / per_side) - 1
    return torch.cartesian_prod(axis, axis, axis)


def anchor_spacing(anchors: Tensor) -> Tensor:
    """Median distance from an anchor to its nearest neighbour. anchors [B,N,3] -> [B], box units."""
    distance = torch.cdist(anchors, anchors[:, :: max(1, anchors.shape[1] // 1024)])
    distance = torch.where(distance < 1e-5, torch.inf, distance)
    return distance.amin(1).median(1).values


def nearest(points: Tensor, to: Tensor, count: int) -> Tensor:
    """Return indices of the `count` nearest of `points` [B,P,3] for each of `to` [B,N,3] -> [B,N,count] int64."""
    return torch.cdist(to, points).topk(min(count, points.shape[1]), largest=False).indices


def take(values: Tensor, index: Tensor) -> Tensor:
    """values [B,N,C], index [B,P,K] -> [B,P,K,C]."""
    batch = torch.arange(len(values), device=values.device)[:, None, None]
    return values[batch, index]


class SurfacePooling(nn.Module):
    """Surface points -> one feature per anchor, from the nearest points with positions relative to the anchor."""

    def __init__(self, config: AnchoredVAEConfig):
        super().__init__()
        w = config.local_width
        self.heads = config.local_heads
        self.inputs = nn.Linear(3 + 1 + 3 + 18, w)
        self.hidden = nn.Linear(w, w)
        self.logits = nn.Linear(w, config.local_heads)
        self.out = nn.Linear(2 * w, config.width)

    def forward(self, anchors: Tensor, surface: Tensor, neighbours: Tensor, spacing: Tensor) -> Tensor:
        """anchors [B,N,3], surface [B,P,6], neighbours [B,N,K], spacing [B] -> [B,N,width]."""
        local = take(surface, neighbours)
        relative = (local[..., :3] - anchors[:, :, None]) / spacing[:, None, None, None]
        distance = relative.norm(dim=-1, keepdim=True)
        features = torch.cat([relative, distance, local[..., 3:], octaves(relative * 0.5, 3)], -1)
        h = F.relu(self.hidden(F.relu(self.inputs(features.to(self.inputs.weight.dtype)))))
        weight = self.logits(h).softmax(2)  # [B,N,K,heads]
        b, n, k, w = h.shape
        values = h.view(b, n, k, self.heads, w // self.heads)
        pooled = (weight[..., None] * values).sum(2).flatten(-2)
        return self.out(torch.cat([pooled, h.amax(2)], -1))


class FieldHead(nn.Module):
    """Anchor features -> truncated signed distance at query points, from each query's nearest anchors."""

    def __init__(self, config: AnchoredVAEConfig):
        super().__init__()
        w = config.local_width
        self.heads = config.local_heads
        self.token = nn.Linear(config.width, w)
        self.relative = nn.Linear(3 + 1 + 18, w)
        self.mix = nn.Linear(w, w + config.local_heads)
        self.hidden1 = nn.Linear(w, 2 * w)
        self.hidden2 = nn.Linear(2 * w, w)
        self.out = nn.Linear(w, 1)

    def prepare(self, tokens: Tensor) -> Tensor:
        """Return the part that does not depend on the query point: [B,N,width] -> [B,N,local_width]."""
        return self.token(tokens)

    def forward(self, prepared: Tensor, anchors: Tensor, points: Tensor, neighbours: Tensor, spacing: Tensor) -> Tensor:
        """Decode prepared [B,N,w], anchors [B,N,3], points [B,P,3], neighbours [B,P,K], spacing [B] -> [B,P]."""
        relative = (points[:, :, None] - take(anchors, neighbours)) / spacing[:, None, None, None]
        features = torch.cat([relative, relative.norm(dim=-1, keepdim=True), octaves(relative * 0.5, 3)], -1)
        h = F.relu(take(prepared, neighbours) + self.relative(features.to(prepared.dtype)))
        mixed = self.mix(h)
        values, logits = mixed[..., : -self.heads], mixed[..., -self.heads :]
        b, p, k, w = values.shape
        weight = logits.softmax(2)
        h = (weight[..., None] * values.view(b, p, k, self.heads, w // self.heads)).sum(2).flatten(-2)
        h = F.relu(self.hidden1(h))
        return self.out(F.relu(self.hidden2(h))).squeeze(-1).float()


class AnchoredVAE(nn.Module):
    """Encoder: surface -> latents at the anchors. Decoder: latents -> field at any point.

    The field is positive inside, in [-1, 1] up to network error, in units of `config.truncation`.
    """

    def __init__(self, config: AnchoredVAEConfig):
        super().__init__()
        self.config = config
        c, w = config.latent_channels, config.width
        self.pooling = SurfacePooling(config)
        self.encoder_position = nn.Linear(3 * 12 + 1, w)
        self.encoder = nn.ModuleList(RotaryBlock(w, config.heads) for _ in range(config.encoder_layers))
        self.moments = nn.Linear(w, 2 * c)
        self.decoder_in = nn.Linear(c, w)
        self.decoder_position = nn.Linear(3 * 12 + 1, w)
        self.decoder = nn.ModuleList(RotaryBlock(w, config.heads) for _ in range(config.decoder_layers))
        self.head = FieldHead(config)

    def _position(self, layer: nn.Linear, anchors: Tensor, spacing: Tensor) -> Tensor:
        scale = spacing.log()[:, None, None].expand(-1, anchors.shape[1], 1)
        return layer(torch.cat([octaves(anchors * 0.5, 6), scale], -1).to(layer.weight.dtype))

    def encode(self, surface: Tensor, anchors: Tensor, neighbours: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """surface [B,P,6] positions and normals, anchors [B,N,3] -> mean, log-variance [B,N,latent_channels]."""
        spacing = anchor_spacing(anchors)
        if neighbours is None:
            neighbours = nearest(surface[..., :3], anchors, self.config.points_per_anchor)
        h = self.pooling(anchors, surface, neighbours, spacing) + self._position(
            self.encoder_position, anchors, spacing
        )
        table = rotary_table(anchors, h.shape[-1] // self.config.heads)
        for block in self.encoder:
            h = block(h, table)
        mean, log_variance = self.moments(h).float().chunk(2, -1)
        return mean, log_variance.clamp(-20, 10)

    def decode(self, latents: Tensor, anchors: Tensor) -> Tensor:
        """latents [B,N,latent_channels] -> features at the anchors for `query`, [B,N,local_width]."""
        spacing = anchor_spacing(anchors)
        h = self.decoder_in(latents.to(self.decoder_in.weight.dtype))
        h = h + self._position(self.decoder_position, anchors, spacing)
        table = rotary_table(anchors, h.shape[-1] // self.config.heads)
        for block in self.decoder:
            h = block(h, table)
        return self.head.prepare(h)

    def query(self, features: Tensor, anchors: Tensor, points: Tensor, neighbours: Tensor | None = None) -> Tensor:
        """Field at points [B,P,3] -> [B,P] float32, positive inside."""
        if neighbours is None:
            neighbours = nearest(anchors, points, self.config.anchors_per_query)
        return self.head(features, anchors, points, neighbours, anchor_spacing(anchors))
