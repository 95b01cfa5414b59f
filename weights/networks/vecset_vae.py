"""VecSet autoencoder: a surface becomes a set of latent tokens, and the tokens become a field to ask anywhere.

One network, by config, for Hunyuan3D-2.0, 2mini, 2.1, their turbo decoders, UltraShape and TripoSG.
Shapes: B batch, N tokens, P points, C latent channels, W width.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from .fourier import fourier_features, fourier_width
from .layers import Attend, CrossAttention, HeadNorm, Mlp, SelfAttention, attend_all

FINAL_EPS = 1e-5  # the last norm of encoder and decoder, whatever the eps inside the blocks


@dataclass(frozen=True)
class VecSetEncoderConfig:
    """The way in. features: channels after the position in a surface row (normal, and the sharp flag when 4)."""

    width: int
    heads: int
    layers: int
    features: int
    position_queries: bool = False  # queries are bare positions (voxel centres) with a projection of their own
    norm: bool = True  # after the last block


@dataclass(frozen=True)
class VecSetVaeConfig:
    """Sizes and habits of one autoencoder; `geo_*` describe the last, cross-attending block of the decoder."""

    channels: int
    width: int
    heads: int
    layers: int
    encoder: VecSetEncoderConfig | None
    octaves: int = 8
    times_pi: bool = False
    qkv_bias: bool = False
    qk_norm: HeadNorm = "layer"
    eps: float = 1e-6
    geo_width: int = 0  # 0: the same as width, with the latents going in without a projection
    geo_heads: int = 0
    geo_mlp_ratio: int = 4
    geo_norm: bool = True
    geo_qk_norm: HeadNorm = "layer"
    negate: bool = False  # the file's logits are negative inside
    scale: float = 1.0  # latents of the diffusion model = scale * latents of this network
    tokens: int = 0  # tokens it was trained or is published with
    sampling: dict[str, float] = field(default_factory=dict, hash=False)  # how the published encoder picks its points


class Block(nn.Module):
    """x += attention(norm x); x += mlp(norm x)."""

    def __init__(self, config: VecSetVaeConfig, width: int, heads: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=config.eps)
        self.attn = SelfAttention(width, heads, qkv_bias=config.qkv_bias, norm=config.qk_norm)
        self.norm2 = nn.LayerNorm(width, eps=config.eps)
        self.mlp = Mlp(width, 4 * width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class CrossBlock(nn.Module):
    """x += attention(norm x, norm context); x += mlp(norm x)."""

    def __init__(self, config: VecSetVaeConfig, width: int, heads: int, mlp_ratio: int, qk_norm: HeadNorm):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=config.eps)
        self.norm_context = nn.LayerNorm(width, eps=config.eps)
        self.attn = CrossAttention(width, width, heads, bias=config.qkv_bias, norm=qk_norm)
        self.norm2 = nn.LayerNorm(width, eps=config.eps)
        self.mlp = Mlp(width, mlp_ratio * width)

    def keys_of(self, context: Tensor) -> tuple[Tensor, Tensor]:
        return self.attn.keys_of(self.norm_context(context))

    def forward(self, x: Tensor, keys: tuple[Tensor, Tensor], attend: Attend = attend_all) -> Tensor:
        x = x + self.attn(self.norm1(x), keys, attend)
        return x + self.mlp(self.norm2(x))


class Encoder(nn.Module):
    """Chosen points gather from all points of a surface, then talk among themselves."""

    def __init__(self, config: VecSetVaeConfig, encoder: VecSetEncoderConfig):
        super().__init__()
        position = fourier_width(config.octaves)
        self.octaves, self.times_pi = config.octaves, config.times_pi
        self.input = nn.Linear(position + encoder.features, encoder.width)
        self.input_query = nn.Linear(position, encoder.width) if encoder.position_queries else None
        self.cross = CrossBlock(config, encoder.width, encoder.heads, 4, config.qk_norm)
        self.blocks = nn.ModuleList(Block(config, encoder.width, encoder.heads) for _ in range(encoder.layers))
        self.norm = nn.LayerNorm(encoder.width, eps=FINAL_EPS) if encoder.norm else nn.Identity()

    def features_of(self, surface: Tensor) -> Tensor:
        """Rows [B, P, 3 + features] -> [B, P, fourier + features]; bare positions [B, P, 3] give [B, P, fourier]."""
        position = fourier_features(surface[..., :3], self.octaves, self.times_pi)
        return torch.cat([position, surface[..., 3:].float()], dim=-1).to(self.input.weight.dtype)

    def forward(self, queries: Tensor, surface: Tensor) -> Tensor:
        """Encode queries [B, N, 3 + features] (or [B, N, 3]), surface [B, P, 3 + features] -> [B, N, W]."""
        project = self.input if self.input_query is None else self.input_query
        x = project(self.features_of(queries))
        x = self.cross(x, self.cross.keys_of(self.input(self.features_of(surface))))
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class GeoDecoder(nn.Module):
    """The field: one cross-attention block from a point's Fourier features to the decoded tokens."""

    def __init__(self, config: VecSetVaeConfig):
        super().__init__()
        width, heads = config.geo_width or config.width, config.geo_heads or config.heads
        self.octaves, self.times_pi = config.octaves, config.times_pi
        self.query = nn.Linear(fourier_width(config.octaves), width)
        self.latents = nn.Linear(config.width, width) if config.geo_width else None
        self.cross = CrossBlock(config, width, heads, config.geo_mlp_ratio, config.geo_qk_norm)
        self.norm = nn.LayerNorm(width, eps=FINAL_EPS) if config.geo_norm else nn.Identity()
        self.out = nn.Linear(width, 1)

    def keys_of(self, decoded: Tensor) -> tuple[Tensor, Tensor]:
        """Project decoded [B, N, W] to keys and values, the same for every point."""
        return self.cross.keys_of(decoded if self.latents is None else self.latents(decoded))

    def forward(self, points: Tensor, keys: tuple[Tensor, Tensor], attend: Attend = attend_all) -> Tensor:
        """points [B, P, 3] -> logits [B, P] as the file's network gives them.

        Points come in float32 whatever the weights are: features are rounded to half precision, coordinates never.
        """
        position = fourier_features(points, self.octaves, self.times_pi).to(self.query.weight.dtype)
        return self.out(self.norm(self.cross(self.query(position), keys, attend))).squeeze(-1)


class VecSetVae(nn.Module):
    """Encoder (when the file has one), bottleneck, decoder and field. The scale factor is the caller's: see config."""

    def __init__(self, config: VecSetVaeConfig):
        super().__init__()
        self.config = config
        if config.encoder is not None:
            self.encoder = Encoder(config, config.encoder)
            self.to_moments = nn.Linear(config.encoder.width, 2 * config.channels)
        self.from_latents = nn.Linear(config.channels, config.width)
        self.blocks = nn.ModuleList(Block(config, config.width, config.heads) for _ in range(config.layers))
        self.geo = GeoDecoder(config)

    def encode(self, queries: Tensor, surface: Tensor) -> tuple[Tensor, Tensor]:
        """Chosen rows [B, N, .] and all rows [B, P, .] -> mean and log-variance [B, N, C], unscaled."""
        mean, logvar = self.to_moments(self.encoder(queries, surface)).chunk(2, dim=-1)
        return mean, logvar.clamp(-30.0, 20.0)

    def decode(self, latents: Tensor) -> Tensor:
        """latents [B, N, C], already divided by the scale factor -> tokens [B, N, W]."""
        x = self.from_latents(latents.to(self.from_latents.weight.dtype))
        for block in self.blocks:
            x = block(x)
        return x

    def field(self, points: Tensor, keys: tuple[Tensor, Tensor], attend: Attend = attend_all) -> Tensor:
        """points [B, P, 3] and `geo.keys_of(decoded)` -> logits [B, P] in float32, positive inside."""
        logits = self.geo(points, keys, attend).float()
        return -logits if self.config.negate else logits
