"""Configs of the public files -> our frozen configs.

The files name classes and their arguments. Class names are compared, never imported; arguments are read with the
defaults those classes have. An option we do not implement is an error, not a silent difference.
"""

from collections.abc import Mapping
from typing import Any

from ....errors import CheckpointError
from ...networks.dit import SkipDitConfig
from ...networks.encoders.clip_text import ClipTextConfig
from ...networks.encoders.dino import DinoConfig
from ...networks.flux_dit import FluxDitConfig
from ...networks.layers import HeadNorm
from ...networks.vecset_vae import VecSetEncoderConfig, VecSetVaeConfig

Params = Mapping[str, Any]

DINO_LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16}
DINO_GIANT = {"hidden_size": 1536, "num_hidden_layers": 40, "num_attention_heads": 24, "use_swiglu_ffn": True}
# A conditioner may name one of these instead of giving its sizes; their weights are in the same file all the same.
DINO_VERSIONS = {"facebook/dinov2-large": DINO_LARGE, "facebook/dinov2-giant": DINO_GIANT}


def class_name(target: str) -> str:
    """Return the last part of a dotted path: `hy3dgen.shapegen.models.ShapeVAE` -> `ShapeVAE`."""
    return str(target).rpartition(".")[2]


def refuse(params: Params, *options: str) -> None:
    for option in options:
        if params.get(option):
            raise CheckpointError(f"the config asks for {option}={params[option]!r}, which is not supported", "")


def absolute_positions(params: Params, what: str) -> None:
    """Refuse positions of another kind than TRELLIS' absolute ones. Raises CheckpointError."""
    if params.get("pe_mode", "ape") != "ape":
        raise CheckpointError(f"the config of the {what} asks for pe_mode={params['pe_mode']!r}, not supported", "")


def head_count(params: Params, width: int) -> int:
    """Return the heads of attention, as networks of the TRELLIS family name them or derive them from the width."""
    return params.get("num_heads") or width // params.get("num_head_channels", 64)


def required(params: Params, what: str, *names: str) -> list[Any]:
    lost = [name for name in names if params.get(name) is None]
    if lost:
        raise CheckpointError(
            f"the config of the {what} lacks {', '.join(lost)}", "take the config of the same hub folder"
        )
    return [params[name] for name in names]


def vecset_config(params: Params, with_encoder: bool) -> VecSetVaeConfig:
    """ShapeVAE of Hunyuan3D and UltraShape. with_encoder: whether the file holds one (many hold the decoder only)."""
    width, heads, layers, channels = required(params, "VAE", "width", "heads", "num_decoder_layers", "embed_dim")
    refuse(params, "use_ln_pre")
    norm: HeadNorm = "layer" if params.get("qk_norm", False) else "none"
    ratio = params.get("geo_decoder_downsample_ratio", 1)
    geo_norm = params.get("geo_decoder_ln_post", True)
    voxel = bool(params.get("voxel_query", False))
    encoder = None
    if with_encoder:
        encoder = VecSetEncoderConfig(
            width,
            heads,
            params.get("num_encoder_layers", 8),
            params.get("point_feats", 3),
            position_queries=voxel,
            norm=params.get("use_ln_post", True),
        )
    uniform, sharp = params.get("pc_size", 5120), params.get("pc_sharpedge_size", 5120)
    sampling = {"uniform": uniform, "sharp": sharp, "ratio": params.get("downsample_ratio", 20)}
    if voxel:
        sampling["voxels"] = params.get("voxel_query_res", 128)
    return VecSetVaeConfig(
        channels=channels,
        width=width,
        heads=heads,
        layers=layers,
        encoder=encoder,
        octaves=params.get("num_freqs", 8),
        times_pi=params.get("include_pi", True),
        qkv_bias=params.get("qkv_bias", True),
        qk_norm=norm,
        geo_width=width // ratio if ratio != 1 else 0,
        geo_heads=heads // ratio if ratio != 1 else 0,
        geo_mlp_ratio=params.get("geo_decoder_mlp_expand_ratio", 4),
        geo_norm=geo_norm,
        geo_qk_norm=norm if geo_norm else "none",  # the turbo decoders drop both
        scale=params.get("scale_factor", 1.0),
        tokens=params.get("num_latents", 0),
        sampling=sampling,
    )


def triposg_vae_config(params: Params) -> VecSetVaeConfig:
    """TripoSGVAEModel (Tripo2VAEModel in older files)."""
    if params.get("embedding_type", "frequency") != "frequency":
        raise CheckpointError(f"embedding_type {params['embedding_type']!r} is not supported", "")
    heads, width = params.get("num_attention_heads", 8), params.get("width_decoder", 1024)
    encoder = VecSetEncoderConfig(
        params.get("width_encoder", 512), heads, params.get("num_layers_encoder", 8), params.get("in_channels", 3)
    )
    return VecSetVaeConfig(
        channels=params.get("latent_channels", 64),
        width=width,
        heads=heads,
        layers=params.get("num_layers_decoder", 16),
        encoder=encoder,
        octaves=params.get("embed_frequency", 8),
        times_pi=params.get("embed_include_pi", False),
        qk_norm="none",
        eps=1e-5,
        geo_qk_norm="none",
        negate=True,
        tokens=2048,
    )


def flux_config(params: Params) -> FluxDitConfig:
    """Hunyuan3DDiT of the 2.0 family."""
    return FluxDitConfig(
        channels=params.get("in_channels", 64),
        context=params.get("context_in_dim", 1536),
        width=params.get("hidden_size", 1024),
        heads=params.get("num_heads", 16),
        double_blocks=params.get("depth", 16),
        single_blocks=params.get("depth_single_blocks", 32),
        mlp_ratio=params.get("mlp_ratio", 4.0),
        qkv_bias=params.get("qkv_bias", True),
        guidance=params.get("guidance_embed", False),
        period=params.get("time_factor", 1000.0),
    )


def skip_config(params: Params, lattice: bool) -> SkipDitConfig:
    """HunYuanDiTPlain of Hunyuan3D-2.1, and RefineDiT of UltraShape (lattice)."""
    refuse(params, "with_decoupled_ca", "use_pos_emb", "guidance_cond_proj_dim")
    if not lattice and params.get("use_attention_pooling", True):
        raise CheckpointError("the config asks for use_attention_pooling, which is not supported", "")
    if params.get("norm_type", "layer") != "layer":
        raise CheckpointError(f"the config asks for norm_type={params['norm_type']!r}, which is not supported", "")
    width, depth, heads = required(params, "DiT", "hidden_size", "depth", "num_heads")
    norm: HeadNorm = "none"
    if params.get("qk_norm", False):
        norm = "rms" if params.get("qk_norm_type", "rms") == "rms" else "layer"
    return SkipDitConfig(
        channels=params.get("in_channels", 4),
        width=width,
        heads=heads,
        depth=depth,
        contexts=(params.get("context_dim", 1024),),
        qkv_bias=params.get("qkv_bias", True),
        qk_norm=norm,
        moe_blocks=params.get("num_moe_layers", 6),
        experts=params.get("num_experts", 8),
        experts_used=params.get("moe_top_k", 2),
        lattice=lattice,
    )


def triposg_dit_config(params: Params) -> SkipDitConfig:
    """TripoSGDiTModel, with a second context in the scribble model."""
    contexts = [params.get("cross_attention_dim", 1024)]
    if params.get("use_cross_attention_2", False):
        contexts.append(params["cross_attention_2_dim"])
    return SkipDitConfig(
        channels=params.get("in_channels", 64),
        width=params.get("width", 2048),
        heads=params.get("num_attention_heads", 16),
        depth=params.get("num_layers", 21),
        contexts=tuple(contexts),
        eps=1e-5,
    )


def dino_config(params: Params) -> DinoConfig:
    """Dinov2Model, with the defaults of its config class."""
    if params.get("hidden_act", "gelu") != "gelu":
        raise CheckpointError(f"the image encoder's activation {params['hidden_act']!r} is not supported", "")
    return DinoConfig(
        width=params.get("hidden_size", 768),
        heads=params.get("num_attention_heads", 12),
        layers=params.get("num_hidden_layers", 12),
        image_size=params.get("image_size", 518),
        patch=params.get("patch_size", 14),
        mlp_ratio=params.get("mlp_ratio", 4),
        swiglu=params.get("use_swiglu_ffn", False),
        qkv_bias=params.get("qkv_bias", True),
        eps=params.get("layer_norm_eps", 1e-6),
    )


def clip_text_config(params: Params) -> ClipTextConfig:
    """CLIPTextModelWithProjection."""
    return ClipTextConfig(
        width=params.get("hidden_size", 512),
        heads=params.get("num_attention_heads", 8),
        layers=params.get("num_hidden_layers", 12),
        hidden=params.get("intermediate_size", 2048),
        words=params.get("vocab_size", 49408),
        length=params.get("max_position_embeddings", 77),
        eps=params.get("layer_norm_eps", 1e-5),
        quick_gelu=params.get("hidden_act", "quick_gelu") == "quick_gelu",
    )
