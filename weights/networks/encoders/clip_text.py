"""CLIP text encoder: token ids become one vector each; the text condition of TripoSG-scribble.

Shapes: B batch, L length, W width.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..layers import SelfAttention


@dataclass(frozen=True)
class ClipTextConfig:
    width: int
    heads: int
    layers: int
    hidden: int
    words: int = 49408
    length: int = 77
    eps: float = 1e-5
    quick_gelu: bool = True


class TextMlp(nn.Module):
    def __init__(self, config: ClipTextConfig):
        super().__init__()
        self.fc1 = nn.Linear(config.width, config.hidden)
        self.fc2 = nn.Linear(config.hidden, config.width)
        self.quick = config.quick_gelu

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc1(x)
        return self.fc2(x * torch.sigmoid(1.702 * x) if self.quick else F.gelu(x))


class TextBlock(nn.Module):
    """A token sees itself and those before it."""

    def __init__(self, config: ClipTextConfig):
        super().__init__()
        self.norm1 = nn.LayerNorm(config.width, eps=config.eps)
        self.attn = SelfAttention(config.width, config.heads, qkv_bias=True, layout="block")
        self.norm2 = nn.LayerNorm(config.width, eps=config.eps)
        self.mlp = TextMlp(config)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.attn.heads_of(self.norm1(x))
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.attn.out(attended.transpose(1, 2).flatten(2))
        return x + self.mlp(self.norm2(x))


class ClipText(nn.Module):
    def __init__(self, config: ClipTextConfig):
        super().__init__()
        self.config = config
        self.token_embedding = nn.Embedding(config.words, config.width)
        self.position_embedding = nn.Embedding(config.length, config.width)
        self.blocks = nn.ModuleList(TextBlock(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width, eps=config.eps)

    def forward(self, ids: Tensor) -> Tensor:
        """ids [B, L] -> the last hidden states [B, L, W] after the final norm."""
        x = self.token_embedding(ids) + self.position_embedding.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.norm(x)
