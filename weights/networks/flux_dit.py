"""Two-stream diffusion transformer of Hunyuan3D-2.0, 2mini and 2mv: image and shape tokens first apart, then as one.

No position enters at all: a latent set has no order. Shapes: B batch, N latent tokens, M image tokens, W width.
"""

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .fourier import sinusoid_frequencies, time_sinusoid
from .layers import Embedder, Mlp, RmsNorm, SelfAttention, attend_all

TIME_UNITS = 1000.0  # time and guidance are counted in thousandths
SINUSOID_WIDTH = 256
# The public code takes the exponential of its machine, which is not always the nearest float32. These are the entries
# of the period 1000 in which the recorded runs (an Intel processor) step to the next number; another processor steps
# elsewhere. At a guidance scale of 7.5, a phase of 7500, one such step moves the embedding by 4e-4.
LAST_PLACE = {2: 0.0, 9: 1.0, 26: 1.0}  # index: the value towards which to step


@dataclass(frozen=True)
class FluxDitConfig:
    """guidance: whether the file was distilled to take the guidance scale as an input (one pass, no null condition).

    period: the sinusoids of time fall to one over it: to 1/1000, not to the usual 1/10000.
    """

    channels: int
    context: int
    width: int
    heads: int
    double_blocks: int
    single_blocks: int
    mlp_ratio: float = 4.0
    qkv_bias: bool = True
    guidance: bool = False
    period: float = 1000.0


@cache
def recorded_frequencies(period: float, device: torch.device) -> Tensor:
    """Frequencies [128] falling from 1 to 1 / period, as the recorded runs had them. Not to be written to."""
    table = sinusoid_frequencies(SINUSOID_WIDTH // 2, period).clone()
    for index, towards in LAST_PLACE.items() if period == 1000.0 else ():
        table[index] = torch.nextafter(table[index], torch.tensor(towards))
    return table.to(device)


def plain_norm(width: int) -> nn.LayerNorm:
    """Return a norm without learned weights: the modulation supplies them."""
    return nn.LayerNorm(width, eps=1e-6, elementwise_affine=False)


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    return (1 + scale) * x + shift


class Modulation(nn.Module):
    """vec [B, W] -> `count` vectors [B, 1, W]: shift, scale, gate, and again for the second sub-layer."""

    def __init__(self, width: int, count: int):
        super().__init__()
        self.count = count
        self.linear = nn.Linear(width, count * width)

    def forward(self, vec: Tensor) -> tuple[Tensor, ...]:
        return self.linear(F.silu(vec))[:, None].chunk(self.count, dim=-1)


class Stream(nn.Module):
    """One of the two streams of a double block: its modulation, norms, projections and MLP."""

    def __init__(self, config: FluxDitConfig):
        super().__init__()
        self.modulation = Modulation(config.width, 6)
        self.norm1 = plain_norm(config.width)
        self.attn = SelfAttention(
            config.width, config.heads, qkv_bias=config.qkv_bias, norm="rms", eps=1e-6, layout="block"
        )
        self.norm2 = plain_norm(config.width)
        self.mlp = Mlp(config.width, int(config.width * config.mlp_ratio), gelu="tanh")

    def finish(self, x: Tensor, attended: Tensor, parts: tuple[Tensor, ...]) -> Tensor:
        """Add the attention result [B, N, W] and then the MLP, both gated."""
        _, _, gate1, shift2, scale2, gate2 = parts
        x = x + gate1 * self.attn.out(attended)
        return x + gate2 * self.mlp(modulate(self.norm2(x), shift2, scale2))


class DoubleBlock(nn.Module):
    """Both streams attend to the joined sequence, image tokens first."""

    def __init__(self, config: FluxDitConfig):
        super().__init__()
        self.latent = Stream(config)
        self.context = Stream(config)

    def forward(self, x: Tensor, context: Tensor, vec: Tensor) -> tuple[Tensor, Tensor]:
        of_x, of_context = self.latent.modulation(vec), self.context.modulation(vec)
        heads_x = self.latent.attn.heads_of(modulate(self.latent.norm1(x), *of_x[:2]))
        heads_context = self.context.attn.heads_of(modulate(self.context.norm1(context), *of_context[:2]))
        q, k, v = (torch.cat(pair, dim=2) for pair in zip(heads_context, heads_x, strict=True))
        attended = attend_all(q, k, v).transpose(1, 2).flatten(2)
        count = context.shape[1]
        context = self.context.finish(context, attended[:, :count], of_context)
        return self.latent.finish(x, attended[:, count:], of_x), context


class SingleBlock(nn.Module):
    """Attention and MLP side by side on the joined sequence, sharing one projection in and one out."""

    def __init__(self, config: FluxDitConfig):
        super().__init__()
        width, hidden = config.width, int(config.width * config.mlp_ratio)
        self.heads = config.heads
        self.modulation = Modulation(width, 3)
        self.norm = plain_norm(width)
        self.linear_in = nn.Linear(width, 3 * width + hidden)
        self.norm_q = RmsNorm(width // config.heads, eps=1e-6)
        self.norm_k = RmsNorm(width // config.heads, eps=1e-6)
        self.linear_out = nn.Linear(width + hidden, width)

    def forward(self, x: Tensor, vec: Tensor) -> Tensor:
        shift, scale, gate = self.modulation(vec)
        width = x.shape[-1]
        y = self.linear_in(modulate(self.norm(x), shift, scale))  # q | k | v | hidden
        q, k, v = y[..., : 3 * width].unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        attended = attend_all(self.norm_q(q), self.norm_k(k), v).transpose(1, 2).flatten(2)
        hidden = F.gelu(y[..., 3 * width :], approximate="tanh")
        return x + gate * self.linear_out(torch.cat([attended, hidden], dim=-1))


class FluxDit(nn.Module):
    """Velocity of the latents at time t in [0, 1], 0 noise and 1 data."""

    def __init__(self, config: FluxDitConfig):
        super().__init__()
        self.config = config
        self.latent_in = nn.Linear(config.channels, config.width)
        self.context_in = nn.Linear(config.context, config.width)
        self.time_in = Embedder(SINUSOID_WIDTH, config.width, config.width, F.silu)
        if config.guidance:
            self.guidance_in = Embedder(SINUSOID_WIDTH, config.width, config.width, F.silu)
        self.double_blocks = nn.ModuleList(DoubleBlock(config) for _ in range(config.double_blocks))
        self.single_blocks = nn.ModuleList(SingleBlock(config) for _ in range(config.single_blocks))
        self.final_modulation = Modulation(config.width, 2)
        self.final_norm = plain_norm(config.width)
        self.final = nn.Linear(config.width, config.channels)

    def embed(self, t: Tensor, guidance: Tensor | None) -> Tensor:
        """t [B], guidance scale [B] -> the vector [B, W] that modulates every block."""
        vec = self.time_in(self.sinusoid(t))
        if guidance is not None and self.config.guidance:
            vec = vec + self.guidance_in(self.sinusoid(guidance))
        return vec

    def sinusoid(self, t: Tensor) -> Tensor:
        """Embed times or guidance scales [B] -> [B, 256]."""
        frequencies = recorded_frequencies(self.config.period, t.device)
        return time_sinusoid(TIME_UNITS * t.float(), frequencies, cosine_first=True)

    def forward(self, x: Tensor, t: Tensor, context: Tensor, guidance: Tensor | None = None) -> Tensor:
        """x [B, N, C], t [B], context [B, M, context], guidance [B] for distilled files -> [B, N, C] in float32."""
        dtype = self.latent_in.weight.dtype
        vec = self.embed(t, guidance)
        x, context = self.latent_in(x.to(dtype)), self.context_in(context.to(dtype))
        for block in self.double_blocks:
            x, context = block(x, context, vec)
        joined = torch.cat([context, x], dim=1)
        for block in self.single_blocks:
            joined = block(joined, vec)
        x = joined[:, context.shape[1] :]
        return self.final(modulate(self.final_norm(x), *self.final_modulation(vec))).float()
