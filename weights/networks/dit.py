"""Skip diffusion transformer: Hunyuan3D-2.1, UltraShape, TripoSG and TripoSG-scribble, by config.

Time enters as one extra token in front of the latents; the second half of the blocks takes long skips from the first.
Shapes: B batch, N latent tokens, M context tokens, W width.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .fourier import lattice_rotation, rotate_halves, sinusoid_frequencies, time_sinusoid
from .layers import Attend, CrossAttention, Embedder, HeadNorm, Mlp, SelfAttention, attend_all
from .mixture import Mixture

SINUSOID_PERIOD = 10000.0


@dataclass(frozen=True)
class SkipDitConfig:
    """contexts: widths of the one or two conditions. moe_blocks: how many of the last blocks are mixtures."""

    channels: int
    width: int
    heads: int
    depth: int
    contexts: tuple[int, ...]
    eps: float = 1e-6
    qkv_bias: bool = False
    qk_norm: HeadNorm = "rms"
    moe_blocks: int = 0
    experts: int = 8
    experts_used: int = 2
    lattice: bool = False  # tokens sit at voxels and self attention is rotated by their indices


class SkipBlock(nn.Module):
    """Long skip (in later blocks), self attention, cross attention to each context, MLP or mixture."""

    def __init__(self, config: SkipDitConfig, index: int):
        super().__init__()
        width = config.width
        if index > config.depth // 2:
            self.skip = nn.Linear(2 * width, width)
            self.skip_norm = nn.LayerNorm(width, eps=config.eps)
        self.norm1 = nn.LayerNorm(width, eps=config.eps)
        self.attn1 = SelfAttention(width, config.heads, qkv_bias=config.qkv_bias, norm=config.qk_norm)
        self.norm2 = nn.ModuleList(nn.LayerNorm(width, eps=config.eps) for _ in config.contexts)
        self.attn2 = nn.ModuleList(
            CrossAttention(width, context, config.heads, bias=config.qkv_bias, norm=config.qk_norm)
            for context in config.contexts
        )
        self.norm3 = nn.LayerNorm(width, eps=config.eps)
        mixture = index >= config.depth - config.moe_blocks
        self.mlp = Mixture(width, config.experts, config.experts_used) if mixture else Mlp(width, 4 * width)

    def forward(
        self,
        x: Tensor,
        contexts: tuple[Tensor, ...],
        skipped: Tensor | None,
        rotate: Callable[[Tensor], Tensor] | None,
        attend: Attend,
        weights: tuple[float, ...],
    ) -> Tensor:
        if skipped is not None:
            x = self.skip_norm(self.skip(torch.cat([skipped, x], dim=-1)))
        x = x + self.attn1(self.norm1(x), rotate)
        # With two contexts both look at the same x.
        x = x + sum(
            weight * attn(norm(x), attn.keys_of(context), attend)  # type: ignore[operator]
            for weight, norm, attn, context in zip(weights, self.norm2, self.attn2, contexts, strict=True)
        )
        return x + self.mlp(self.norm3(x))


class SkipDit(nn.Module):
    """Velocity of the latents. Time goes in as the family counts it: 0..1 (Hunyuan, UltraShape), 1000..0 (TripoSG)."""

    def __init__(self, config: SkipDitConfig):
        super().__init__()
        self.config = config
        self.latent_in = nn.Linear(config.channels, config.width)
        self.time_in = Embedder(config.width, 4 * config.width, config.width, F.gelu)
        self.blocks = nn.ModuleList(SkipBlock(config, index) for index in range(config.depth))
        self.final_norm = nn.LayerNorm(config.width, eps=config.eps)
        self.final = nn.Linear(config.width, config.channels)

    def time_token(self, t: Tensor) -> Tensor:
        """t [B] -> [B, 1, W]."""
        return self.time_in(self.sinusoid(t))[:, None]

    def sinusoid(self, t: Tensor) -> Tensor:
        """t [B] -> [B, W]."""
        frequencies = sinusoid_frequencies(self.config.width // 2, SINUSOID_PERIOD, t.device)
        return time_sinusoid(t, frequencies, cosine_first=False)

    def rotation(self, anchors: Tensor) -> tuple[Tensor, Tensor]:
        """Voxel indices [B, N, 3] -> tables [B, 1 + N, d]; the time token is not turned."""
        cosine, sine = lattice_rotation(anchors, self.config.width // self.config.heads)
        return F.pad(cosine, (0, 0, 1, 0), value=1.0), F.pad(sine, (0, 0, 1, 0), value=0.0)

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        contexts: tuple[Tensor, ...],
        anchors: Tensor | None = None,
        attend: Attend = attend_all,
        weights: tuple[float, ...] | None = None,
    ) -> Tensor:
        """x [B, N, C], t [B], each context [B, M, .], anchors [B, N, 3] voxel indices -> [B, N, C] in float32.

        attend: how latents look at their context; the place to leave padded context rows out. weights: how much each
        context counts, 1 when not told.
        """
        dtype = self.latent_in.weight.dtype
        rotate = None
        if self.config.lattice:
            if anchors is None:
                raise ValueError("a lattice transformer needs the voxel index of every token")
            cosine, sine = self.rotation(anchors)
            rotate = partial(rotate_halves, cosine=cosine, sine=sine)
        contexts = tuple(context.to(dtype) for context in contexts)
        x = torch.cat([self.time_token(t), self.latent_in(x.to(dtype))], dim=1)
        weights = weights or (1.0,) * len(contexts)
        skips: list[Tensor] = []
        for index, block in enumerate(self.blocks):
            skipped = skips.pop() if index > self.config.depth // 2 else None
            x = block(x, contexts, skipped, rotate, attend, weights)
            if index < self.config.depth // 2:
                skips.append(x)
        return self.final(self.final_norm(x)[:, 1:]).float()
