"""Attention, feed-forward and normalisation layers that the public networks share.

Shapes: B batch, N tokens, M context tokens, W width, H heads, d = W / H.
"""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# (q [B, H, N, d], k [B, H, M, d], v [B, H, M, d]) -> [B, H, N, d]
Attend = Callable[[Tensor, Tensor, Tensor], Tensor]
HeadNorm = Literal["none", "layer", "rms"]


def attend_all(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Softmax attention over every key, scaled by 1 / sqrt(d)."""
    return F.scaled_dot_product_attention(q, k, v)


class RmsNorm(nn.Module):
    """x / rms(x) * weight over the last dimension, computed in float32."""

    def __init__(self, width: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        y = x.float()
        y = y * torch.rsqrt(y.square().mean(dim=-1, keepdim=True) + self.eps)
        return y.to(x.dtype) * self.weight


def head_norm(kind: HeadNorm, width: int, eps: float) -> nn.Module:
    """Return the norm put on queries and keys, over the channels of one head."""
    if kind == "layer":
        return nn.LayerNorm(width, eps=eps)
    return RmsNorm(width, eps) if kind == "rms" else nn.Identity()


class SelfAttention(nn.Module):
    """Attention among tokens with one fused projection.

    layout says how the 3W outputs of `qkv` are cut. "head": head h owns 3d neighbouring rows, split q | k | v
    (VecSet autoencoders; the skip DiT too, whose files hold three matrices that are joined first and cut afterwards).
    "block": W rows of q, then k, then v (flux DiT, DINOv2).
    """

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        qkv_bias: bool,
        norm: HeadNorm = "none",
        eps: float = 1e-6,
        layout: Literal["head", "block"] = "head",
    ):
        super().__init__()
        self.heads, self.layout = heads, layout
        self.qkv = nn.Linear(width, 3 * width, bias=qkv_bias)
        self.norm_q = head_norm(norm, width // heads, eps)
        self.norm_k = head_norm(norm, width // heads, eps)
        self.out = nn.Linear(width, width)

    def heads_of(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x [B, N, W] -> normed q, normed k, v, each [B, H, N, d]."""
        if self.layout == "head":
            q, k, v = self.qkv(x).unflatten(-1, (self.heads, 3, -1)).permute(3, 0, 2, 1, 4)
        else:
            q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        return self.norm_q(q), self.norm_k(k), v

    def forward(self, x: Tensor, rotate: Callable[[Tensor], Tensor] | None = None) -> Tensor:
        """x [B, N, W] -> [B, N, W]; `rotate` turns q and k by position after their norm."""
        q, k, v = self.heads_of(x)
        if rotate is not None:
            q, k = rotate(q), rotate(k)
        return self.out(attend_all(q, k, v).transpose(1, 2).flatten(2))


class CrossAttention(nn.Module):
    """Attention from tokens to a context; the 2W outputs of `kv` are cut per head, each k | v."""

    def __init__(
        self, width: int, context_width: int, heads: int, *, bias: bool, norm: HeadNorm = "none", eps: float = 1e-6
    ):
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(width, width, bias=bias)
        self.kv = nn.Linear(context_width, 2 * width, bias=bias)
        self.norm_q = head_norm(norm, width // heads, eps)
        self.norm_k = head_norm(norm, width // heads, eps)
        self.out = nn.Linear(width, width)

    def keys_of(self, context: Tensor) -> tuple[Tensor, Tensor]:
        """context [B, M, C] -> normed k and v, each [B, H, M, d]; worth keeping while the context stays the same."""
        k, v = self.kv(context).unflatten(-1, (self.heads, 2, -1)).permute(3, 0, 2, 1, 4)
        return self.norm_k(k), v

    def forward(self, x: Tensor, keys: tuple[Tensor, Tensor], attend: Attend = attend_all) -> Tensor:
        """x [B, N, W], keys from `keys_of` -> [B, N, W]."""
        q = self.norm_q(self.q(x).unflatten(-1, (self.heads, -1)).transpose(1, 2))
        return self.out(attend(q, *keys).transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    """Linear, GELU, Linear. rows: tokens worked on at once outside training, which bounds the hidden activations."""

    def __init__(self, width: int, hidden: int, *, gelu: Literal["none", "tanh"] = "none", rows: int = 4096):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)
        self.gelu: Literal["none", "tanh"] = gelu
        self.rows = rows

    def forward(self, x: Tensor) -> Tensor:
        if torch.is_grad_enabled() or x.shape[:-1].numel() <= self.rows:
            return self.fc2(F.gelu(self.fc1(x), approximate=self.gelu))
        parts = [self.fc2(F.gelu(self.fc1(part), approximate=self.gelu)) for part in x.flatten(0, -2).split(self.rows)]
        return torch.cat(parts).unflatten(0, x.shape[:-1])


class Embedder(nn.Module):
    """Two linear layers with an activation between, for time and guidance."""

    def __init__(self, inputs: int, hidden: int, outputs: int, activation: Callable[[Tensor], Tensor]):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, outputs)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(self.activation(self.fc1(x.to(self.fc1.weight.dtype))))


def keeps_sizes(device: torch.device, dtype: torch.dtype) -> bool:
    """Tell whether a product of each new size costs memory for good.

    oneDNN compiles a kernel for each in half precision and keeps it outside of its cache: 0.3 to 1 MB.
    """
    return device.type == "cpu" and dtype in (torch.bfloat16, torch.float16)


def rounded(count: int, steps: int = 2) -> int:
    """Return the next of `steps` sizes from one power of two to the next, 32 at least."""
    power = 1 << max(5, count.bit_length() - 1)
    step = power // steps
    return max(power, -(-count // step) * step)
