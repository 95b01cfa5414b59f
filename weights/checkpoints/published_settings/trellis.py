"""The settings of TRELLIS, as the files beside its checkpoints and its pipeline.json hold them.

Sources: public configs of its repository, as recorded with the key manifests; the normalisation of structured latents
and the sampler settings, quoted by several public projects.
"""

from typing import Any

Config = dict[str, Any]

_FLOW = {
    "in_channels": 8,
    "out_channels": 8,
    "model_channels": 1024,
    "cond_channels": 1024,
    "num_blocks": 24,
    "num_heads": 16,
    "mlp_ratio": 4,
    "pe_mode": "ape",
    "qk_rms_norm": True,
    "use_fp16": True,
}
_LATENT_VAE = {
    "resolution": 64,
    "model_channels": 768,
    "latent_channels": 8,
    "num_blocks": 12,
    "num_heads": 12,
    "mlp_ratio": 4,
    "attn_mode": "swin",
    "window_size": 8,
    "use_fp16": True,
}
_STRUCTURE_VAE = {"latent_channels": 8, "num_res_blocks": 2, "num_res_blocks_middle": 2, "use_fp16": True}

DINO_REGISTERS: Config = {
    "img_size": 518,
    "patch_size": 14,
    "embed_dim": 1024,
    "depth": 24,
    "num_heads": 16,
    "mlp_ratio": 4,
    "init_values": 1.0,
    "ffn_layer": "mlp",
    "num_register_tokens": 4,
    "interpolate_antialias": True,
    "interpolate_offset": 0.0,
    "block_chunks": 0,
}

_SAMPLER = {
    "name": "FlowEulerGuidanceIntervalSampler",
    "args": {"sigma_min": 1e-5},
    "params": {"steps": 25, "cfg_strength": 5.0, "cfg_interval": [0.5, 1.0], "rescale_t": 3.0},
}
PIPELINE: Config = {
    "name": "TrellisImageTo3DPipeline",
    "args": {
        "sparse_structure_sampler": _SAMPLER,
        "slat_sampler": _SAMPLER,
        "slat_normalization": {
            "mean": [
                -2.1687545776367188,
                -0.004347046371549368,
                -0.13352349400520325,
                -0.08418072760105133,
                -0.5271206498146057,
                0.7238689064979553,
                -1.1414450407028198,
                1.2039363384246826,
            ],
            "std": [
                2.377650737762451,
                2.386378288269043,
                2.124418020248413,
                2.1748552322387695,
                2.663944721221924,
                2.371192216873169,
                2.6217446327209473,
                2.684523105621338,
            ],
        },
        "image_cond_model": "dinov2_vitl14_reg",
    },
}


def trellis_settings() -> dict[str, Config]:
    """Return the settings of every checkpoint of TRELLIS, by its name in the zoo."""
    structure = {**_FLOW, "resolution": 16, "patch_size": 1}
    latent = {**_FLOW, "resolution": 64, "patch_size": 2, "num_io_res_blocks": 2, "io_block_channels": [128]}
    mesh = {**_LATENT_VAE, "representation_config": {"use_color": True}}
    down, up = [32, 128, 512], [512, 128, 32]
    return {
        "trellis-ss-flow-img-L": {"name": "SparseStructureFlowModel", "args": structure},
        "trellis-ss-enc": {
            "name": "SparseStructureEncoder",
            "args": {"in_channels": 1, **_STRUCTURE_VAE, "channels": down},
        },
        "trellis-ss-dec": {
            "name": "SparseStructureDecoder",
            "args": {"out_channels": 1, **_STRUCTURE_VAE, "channels": up},
        },
        "trellis-slat-flow-img-L": {"name": "ElasticSLatFlowModel", "args": latent},
        "trellis-slat-enc": {"name": "ElasticSLatEncoder", "args": {**_LATENT_VAE, "in_channels": 1024}},
        "trellis-slat-dec-mesh": {"name": "ElasticSLatMeshDecoder", "args": mesh},
        "dinov2-vitl14-reg": DINO_REGISTERS,
    }
