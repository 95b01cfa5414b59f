"""Rotary position embedding over continuous 3D positions, and the pre-norm transformer block that uses it.

RoPE (arXiv 2104.09864), split over the three axes as in LATTICE (arXiv 2512.03052).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MAX_WAVES = 16.0  # waves across half the box at the highest frequency: resolves 1/32 of it


def rotary_table(positions: Tensor, head_dim: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines for positions [B,N,3] in box units -> two [B,1,N,head_dim/2].

    head_dim/2 rotation planes are dealt to x, y, z; frequencies run geometrically from 1/4 to MAX_WAVES waves per unit.
    """
    planes = head_dim // 2
    per_axis = [planes // 3 + (1 if axis < planes % 3 else 0) for axis in range(3)]
    angles = []
    for axis, count in enumerate(per_axis):
        exponent = torch.linspace(0, 1, count, device=positions.device)
        frequency = 0.25 * (MAX_WAVES / 0.25) ** exponent * math.pi
        angles.append(positions[..., axis : axis + 1].float() * frequency)
    angle = torch.cat(angles, -1)[:, None]
    return angle.cos(), angle.sin()


def rotate(x: Tensor, table: tuple[Tensor, Tensor]) -> Tensor:
    """Rotate-half pairing. x [B,H,N,D]."""
    cos, sin = (t.to(x.dtype) for t in table)
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def split_heads(x: Tensor, heads: int) -> Tensor:
    """[B,N,H*D] -> [B,H,N,D]."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Scaled dot-product attention, q [B,H,N,D], k and v [B,H,M,D] -> [B,H,N,D].

    On the CPU the fused kernel's backward is several times slower than plain products for short sequences, so training
    writes the softmax out (as exponentials: torch.compile would turn `softmax` back into the fused kernel).
    """
    if not (torch.is_grad_enabled() and q.device.type == "cpu"):
        return F.scaled_dot_product_attention(q, k, v)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
    weights = (scores - scores.amax(-1, keepdim=True)).exp()
    return (weights / weights.sum(-1, keepdim=True)) @ v


class RotaryBlock(nn.Module):
    """Pre-norm self-attention and MLP; queries and keys are RMS-normalised, then rotated by position."""

    def __init__(self, width: int, heads: int, mlp_ratio: int = 4):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.q_norm = nn.RMSNorm(width // heads, eps=1e-6)
        self.k_norm = nn.RMSNorm(width // heads, eps=1e-6)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, mlp_ratio * width)
        self.down = nn.Linear(mlp_ratio * width, width)

    def forward(self, x: Tensor, table: tuple[Tensor, Tensor]) -> Tensor:
        """x [B,N,width] -> [B,N,width]."""
        q, k, v = (split_heads(t, self.heads) for t in self.qkv(self.norm1(x)).chunk(3, -1))
        q, k = rotate(self.q_norm(q), table), rotate(self.k_norm(k), table)
        attended = attend(q, k, v.to(q.dtype)).transpose(1, 2).flatten(-2)
        x = x + self.out(attended)
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))
