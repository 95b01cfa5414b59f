"""Settings of the public VecSet models, as the configuration files beside their checkpoints hold them.

They are here because several files come without one (UltraShape, single files that users kept), so that a checkpoint
can be built from its tensors and its name alone. `target` is a bare class name: it is compared, never imported.
Sources: the public hub folders and code repositories, as recorded with the key manifests.
"""

from typing import Any

Config = dict[str, Any]

SCALE_20 = 0.9990943042622529
SCALE_MINI = 1.0188137142395404
SCALE_21 = 1.0039506158752403


def dino(size: str, **more: Any) -> Config:
    """DINOv2 "large" (1024 wide, 24 layers, GELU) or "giant" (1536 wide, 40 layers, SwiGLU), patch 14, 37x37 grid."""
    width, layers, heads, swiglu = {"large": (1024, 24, 16, False), "giant": (1536, 40, 24, True)}[size]
    return {
        "attention_probs_dropout_prob": 0.0,
        "drop_path_rate": 0.0,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.0,
        "hidden_size": width,
        "image_size": 518,
        "initializer_range": 0.02,
        "layer_norm_eps": 1e-06,
        "layerscale_value": 1.0,
        "mlp_ratio": 4,
        "model_type": "dinov2",
        "num_attention_heads": heads,
        "num_channels": 3,
        "num_hidden_layers": layers,
        "patch_size": 14,
        "qkv_bias": True,
        "torch_dtype": "float32",
        "use_swiglu_ffn": swiglu,
        "attn_implementation": None,
        **more,
    }


def shape_vae(tokens: int, scale: float, **more: Any) -> Config:
    """Return the 1024-wide VecSet VAE with 64 channels per token."""
    return {
        "target": "ShapeVAE",
        "params": {
            "num_latents": tokens,
            "embed_dim": 64,
            "num_freqs": 8,
            "include_pi": False,
            "heads": 16,
            "width": 1024,
            "num_decoder_layers": 16,
            "qkv_bias": False,
            "qk_norm": True,
            "scale_factor": scale,
            **more,
        },
    }


def decoder(turbo: bool = False) -> Config:
    """Return settings of a VAE's query decoder; the turbo one is half as wide, without MLP expansion and last norm."""
    return {
        "geo_decoder_mlp_expand_ratio": 1 if turbo else 4,
        "geo_decoder_downsample_ratio": 2 if turbo else 1,
        "geo_decoder_ln_post": not turbo,
    }


def cloud(points: int, sharp: int) -> Config:
    """Describe the encoder's input: surface points, and how many of them lie on sharp edges."""
    return {"point_feats": 4, "pc_size": points, "pc_sharpedge_size": sharp}


VAE_21 = shape_vae(4096, SCALE_21, num_encoder_layers=8, **decoder(), **cloud(81920, 0))


def _scheduler(turbo: bool) -> Config:
    if turbo:
        return {
            "target": "ConsistencyFlowMatchEulerDiscreteScheduler",
            "params": {"num_train_timesteps": 1000, "pcm_timesteps": 100},
        }
    return {"target": "FlowMatchEulerDiscreteScheduler", "params": {"num_train_timesteps": 1000}}


def _conditioner(encoder: str, image: int, kind: str = "DinoImageEncoder", **more: Any) -> Config:
    kwargs = {"config": dino(encoder), "image_size": image, **more}
    return {"target": "SingleImageEncoder", "params": {"main_image_encoder": {"type": kind, "kwargs": kwargs}}}


def hunyuan20(
    depth: int,
    vae: Config,
    *,
    guidance: bool | None = None,
    turbo: bool = False,
    views: bool = False,
    image: tuple[int, int] = (512, 518),
) -> Config:
    """Return a Hunyuan3D-2.0, 2mini or 2mv pipeline.

    guidance None: the key is absent; image: picture and encoder side.
    """
    model: Config = {
        "in_channels": 64,
        "context_in_dim": 1536,
        "hidden_size": 1024,
        "mlp_ratio": 4.0,
        "num_heads": 16,
        "depth": depth,
        "depth_single_blocks": 2 * depth,
        "axes_dim": [64],
        "theta": 10000,
        "qkv_bias": True,
    }
    if guidance is not None:
        model["guidance_embed"] = guidance
    return {
        "model": {"target": "Hunyuan3DDiT", "params": model},
        "vae": vae,
        "conditioner": _conditioner("giant", image[1], "DinoImageEncoderMV" if views else "DinoImageEncoder"),
        "scheduler": _scheduler(turbo),
        "image_processor": {
            "target": "MVImageProcessorV2" if views else "ImageProcessorV2",
            "params": {"size": image[0], "border_ratio": 0.15},
        },
        "pipeline": {"target": "Hunyuan3DDiTFlowMatchingPipeline"},
    }


def _skip_dit(tokens: int) -> Config:
    return {
        "input_size": tokens,
        "in_channels": 64,
        "hidden_size": 2048,
        "context_dim": 1024,
        "depth": 21,
        "num_heads": 16,
        "qk_norm": True,
        "text_len": 1370,
        "qk_norm_type": "rms",
        "qkv_bias": False,
        "num_moe_layers": 6,
        "num_experts": 8,
        "moe_top_k": 2,
    }


def hunyuan21() -> Config:
    """Return the Hunyuan3D-2.1 pipeline."""
    switches = {"with_decoupled_ca": False, "use_attention_pooling": False, "use_pos_emb": False}
    return {
        "model": {"target": "HunYuanDiTPlain", "params": {**_skip_dit(4096), **switches}},
        "vae": VAE_21,
        "conditioner": _conditioner("large", 518, use_cls_token=True),
        "scheduler": _scheduler(False),
        "image_processor": {"target": "ImageProcessorV2", "params": {"size": 512, "border_ratio": 0.15}},
        "pipeline": {"target": "Hunyuan3DDiTFlowMatchingPipeline"},
    }


def ultrashape() -> Config:
    """Return the UltraShape 1.0 refiner; its hub folder holds no configuration."""
    vae = shape_vae(
        32768,
        SCALE_21,
        **cloud(409600, 0),
        num_encoder_layers=8,
        downsample_ratio=20,
        geo_decoder_mlp_expand_ratio=4,
        geo_decoder_ln_post=True,
        enable_flashvdm=True,
        jitter_query=False,
        voxel_query=True,
        voxel_query_res=128,
    )
    encoder = {"version": "facebook/dinov2-large", "image_size": 1022, "use_cls_token": True}
    conditioner = {"drop_ratio": 0.0, "main_image_encoder": {"type": "DinoImageEncoder", "kwargs": encoder}}
    params = {
        "vae_config": vae,
        "dit_cfg": {"target": "RefineDiT", "params": _skip_dit(32768)},
        "conditioner_config": {"target": "SingleImageEncoder", "params": conditioner},
        "scheduler_cfg": _scheduler(False),
        "image_processor_cfg": {"target": "ImageProcessorV2", "params": {"size": 1024}},
    }
    return {"model": {"target": "UltraShapePipeline", "params": params}}


def triposg_dit(scribble: bool = False) -> Config:
    """TripoSG's transformer; the scribble one attends to text (768) and to the drawing (1024)."""
    shared = {"in_channels": 64, "num_attention_heads": 16, "num_layers": 21, "width": 2048}
    head = {"_class_name": "TripoSGDiTModel", "_diffusers_version": "0.33.1" if scribble else "0.30.3"}
    if scribble:
        two = {"cross_attention_dim": 768, "cross_attention_2_dim": 1024, "use_cross_attention_2": True}
        return {**head, **two, **shared}
    return {**head, "cross_attention_dim": 1024, **shared}


def triposg_vae(scribble: bool = False) -> Config:
    """TripoSG's VAE: encoder 512 wide, decoder 1024."""
    return {
        "_class_name": "TripoSGVAEModel" if scribble else "Tripo2VAEModel",
        "_diffusers_version": "0.33.1" if scribble else "0.30.3",
        "embed_frequency": 8,
        "embed_include_pi": False,
        "embedding_type": "frequency",
        "in_channels": 3,
        "latent_channels": 64,
        "num_attention_heads": 8,
        "num_layers_decoder": 16,
        "num_layers_encoder": 8,
        "width_decoder": 1024,
        "width_encoder": 512,
    }


def clip_text() -> Config:
    """CLIP ViT-L/14's text encoder, which reads the scribble model's prompt."""
    return {
        "architectures": ["CLIPTextModelWithProjection"],
        "attention_dropout": 0.0,
        "attn_implementation": None,
        "bos_token_id": 0,
        "dropout": 0.0,
        "eos_token_id": 2,
        "hidden_act": "quick_gelu",
        "hidden_size": 768,
        "initializer_factor": 1.0,
        "initializer_range": 0.02,
        "intermediate_size": 3072,
        "layer_norm_eps": 1e-05,
        "max_position_embeddings": 77,
        "model_type": "clip_text_model",
        "num_attention_heads": 12,
        "num_hidden_layers": 12,
        "pad_token_id": 1,
        "projection_dim": 768,
        "torch_dtype": "float16",
        "transformers_version": "4.50.3",
        "vocab_size": 49408,
    }


def vecset_settings() -> dict[str, Config]:
    """Return the settings of every VecSet checkpoint and of the encoders beside them, by its name in the zoo."""
    big, small = shape_vae(3072, SCALE_20), shape_vae(512, SCALE_MINI)
    small_turbo = shape_vae(3072, SCALE_MINI)
    demo = cloud(5120, 5120)  # the hub's own settings of the files with an encoder were not seen
    dit, vae = "hunyuan3d-dit", "hunyuan3d-vae"
    stages = [f"stage{number}" for number in range(1, 25)]
    return {
        f"{dit}-v2-0": hunyuan20(16, big),
        f"{dit}-v2-0-fast": hunyuan20(16, big, guidance=True),
        f"{dit}-v2-0-turbo": hunyuan20(16, big, guidance=True, turbo=True),
        f"{dit}-v2-mini": hunyuan20(8, small, guidance=False),
        f"{dit}-v2-mini-fast": hunyuan20(8, small, guidance=True),
        f"{dit}-v2-mini-turbo": hunyuan20(8, small_turbo, guidance=True, turbo=True, image=(1022, 1022)),
        f"{dit}-v2-mv": hunyuan20(16, big, views=True),
        f"{dit}-v2-mv-fast": hunyuan20(16, big, guidance=True, views=True),
        f"{dit}-v2-mv-turbo": hunyuan20(16, big, guidance=True, turbo=True, views=True),
        f"{dit}-v2-1": hunyuan21(),
        f"{vae}-v2-0": shape_vae(3072, SCALE_20, **decoder()),
        f"{vae}-v2-0-turbo": shape_vae(3072, SCALE_20, **decoder(True)),
        f"{vae}-v2-0-withencoder": shape_vae(3072, SCALE_20, **decoder(), **demo),
        f"{vae}-v2-mini": shape_vae(512, SCALE_MINI, **decoder()),
        f"{vae}-v2-mini-turbo": shape_vae(3072, SCALE_MINI, **decoder(True)),
        f"{vae}-v2-mini-withencoder": shape_vae(512, SCALE_MINI, **decoder(), **demo),
        f"{vae}-v2-1": VAE_21,
        "ultrashape_v1": ultrashape(),
        "triposg-transformer": triposg_dit(),
        "triposg-vae": triposg_vae(),
        "triposg-image_encoder_dinov2": dino(
            "large",
            _name_or_path="facebook/dinov2-large",
            apply_layernorm=True,
            architectures=["Dinov2Model"],
            out_features=["stage24"],
            out_indices=[24],
            reshape_hidden_states=True,
            stage_names=["stem", *stages],
            transformers_version="4.45.2",
        ),
        "triposg-scribble-transformer": triposg_dit(True),
        "triposg-scribble-vae": triposg_vae(True),
        "triposg-scribble-text_encoder": clip_text(),
        "dinov2-large": dino("large"),
        "dinov2-giant": dino("giant"),
    }
