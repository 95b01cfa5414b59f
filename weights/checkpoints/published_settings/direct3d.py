"""The settings of Direct3D-S2, of each file what the config.yaml of its hub folder says about it.

Sources: copies of config.yaml in a public wrapper, as recorded with the key manifests.
"""

from typing import Any

Config = dict[str, Any]

_DENSE: Config = {
    "vae": {
        "class": "DenseShapeVAE",
        "params": {
            "use_checkpoint": True,
            "embed_dim": 8,
            "in_channels": 1,
            "out_channels": 1,
            "model_channels_encoder": [32, 128, 512],
            "num_res_blocks_encoder": 2,
            "num_res_blocks_middle_encoder": 2,
            "model_channels_decoder": [512, 128, 64],
            "num_res_blocks_decoder": 4,
            "num_res_blocks_middle_decoder": 4,
            "use_fp16": True,
            "latents_scale": 1.0,
            "latents_shift": 0.0,
        },
    },
    "dit": {
        "class": "DenseDiT",
        "params": {
            "resolution": 16,
            "in_channels": 8,
            "out_channels": 8,
            "model_channels": 1024,
            "cond_channels": 1024,
            "num_blocks": 24,
            "num_heads": 16,
            "mlp_ratio": 4,
            "patch_size": 1,
            "pe_mode": "ape",
            "qk_rms_norm": True,
            "use_checkpoint": True,
            "use_fp16": True,
            "latent_shape": [8, 16, 16, 16],
        },
    },
}
_SPARSE_VAE = {
    "use_checkpoint": True,
    "embed_dim": 16,
    "num_head_channels_encoder": 64,
    "model_channels_encoder": 512,
    "num_heads_encoder": 8,
    "num_blocks_encoder": 4,
    "num_head_channels_decoder": 64,
    "model_channels_decoder": 512,
    "num_heads_decoder": 8,
    "num_blocks_decoder": 4,
    "out_channels": 1,
    "use_fp16": True,
    "latents_scale": 1.0,
    "latents_shift": 0.0,
}
_SPARSE_FLOW = {
    "in_channels": 16,
    "out_channels": 16,
    "model_channels": 1024,
    "cond_channels": 1024,
    "num_blocks": 24,
    "num_heads": 32,
    "num_kv_heads": 2,
    "pe_mode": "ape",
    "qk_rms_norm": True,
    "use_shift": True,
    "use_checkpoint": True,
    "use_fp16": True,
    "selection_block_size": 8,
}
# Attention of the versions: what it compresses, and what the network reads of the picture.
_ATTENTION: dict[str, Config] = {
    "1-1": {"compression_block_size": 8, "compression_version": "v1", "sparse_conditions": False},
    "1-0": {"compression_block_size": 4, "compression_version": "v2", "sparse_conditions": True},
}
_REFINER = {"in_channels": 1, "out_channels": 1, "layers_per_block": 2, "layers_mid_block": 2, "use_fp16": True}
_IMAGE = {
    "target": "direct3d_s2.models.conditioner.DinoEncoder",
    "params": {"model": "facebookresearch/dinov2", "version": "dinov2_vitl14_reg", "size": 518},
}


def _scheduler(shift: float) -> Config:
    return {
        "target": "diffusers.schedulers.FlowMatchEulerDiscreteScheduler",
        "params": {"num_train_timesteps": 1000, "shift": shift},
    }


def _sparse(version: str, resolution: int, factor: float, top: int, shift: float, **vae: Any) -> Config:
    flow = {**_SPARSE_FLOW, **_ATTENTION[version], "resolution": resolution, "factor": factor, "topk": top}
    return {
        "vae": {"class": "SparseSDFVAE", "params": {**_SPARSE_VAE, "resolution": resolution, **vae}},
        "dit": {"class": "SparseDiT", "params": flow},
        "scheduler": _scheduler(shift),
        "image_encoder": _IMAGE,
    }


def direct3d_settings() -> dict[str, Config]:
    """Return the settings of every checkpoint of Direct3D-S2, by its name in the zoo."""
    found = {}
    for version, top in (("1-1", 8), ("1-0", 32)):
        folder = f"direct3d-s2-v-{version}-model"
        refiner, sign = {**_REFINER, "patch_size": 192}, {**_REFINER, "patch_size": 256}
        found[f"{folder}_dense"] = {**_DENSE, "scheduler": _scheduler(6.0), "image_encoder": _IMAGE}
        found[f"{folder}_sparse_512"] = _sparse(version, 64, 1.0, top, 6.0)
        found[f"{folder}_sparse_1024"] = _sparse(version, 128, 0.5, 8, 8.0, chunk_size=4)
        found[f"{folder}_refiner"] = {"refiner": {"class": "Voxel_RefinerXL", "params": refiner}}
        found[f"{folder}_refiner_1024"] = {"refiner": {"class": "Voxel_RefinerXL_sign", "params": sign}}
    return found
