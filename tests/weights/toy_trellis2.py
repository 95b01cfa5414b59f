"""A TRELLIS.2 of toy size with random numbers, in the layout of its hub: pipeline.json, ckpts/, the picture encoder."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn
from toy_trellis import stored

from varco3d.weights.checkpoints.conversion.trellis import trellis_network
from varco3d.weights.checkpoints.conversion.trellis2 import DINOV3, dinov3_config, is_trellis2, trellis2_network
from varco3d.weights.checkpoints.zoo import MODELS
from varco3d.weights.generators.trellis2.files import ROLES, ZOO_PARTS
from varco3d.weights.networks.encoders.dinov3 import Dinov3

ENCODER = {
    "hidden_size": 32, "num_attention_heads": 1, "num_hidden_layers": 1, "intermediate_size": 32,
    "num_register_tokens": 4, "patch_size": 16,
}  # fmt: skip
FLOW = {
    "model_channels": 32, "cond_channels": 32, "num_blocks": 1, "num_heads": 2, "mlp_ratio": 1, "pe_mode": "rope",
    "share_mod": True, "qk_rms_norm": True, "qk_rms_norm_cross": True,
}  # fmt: skip
WIDTHS, BLOCKS = [16, 16, 16, 8, 8], [1, 1, 1, 1, 0]


def latent_flow(resolution: int, inputs: int) -> dict[str, Any]:
    return {
        "name": "SLatFlowModel",
        "args": {**FLOW, "resolution": resolution, "in_channels": inputs, "out_channels": 4},
    }


def vae(name: str, change: str, kind: str, **told: Any) -> dict[str, Any]:
    up = change == "up_block_type"
    args = {
        "model_channels": WIDTHS if up else WIDTHS[::-1],
        "num_blocks": BLOCKS if up else BLOCKS[::-1],
        "latent_channels": 4,
        "block_type": ["SparseConvNeXtBlock3d"] * 5,
        change: [kind] * 4,
        **told,
    }
    return {"name": name, "args": args}


UP, DOWN = ("up_block_type", "SparseResBlockC2S3d"), ("down_block_type", "SparseResBlockS2C3d")
NETWORKS = {
    "sparse_structure_flow_model": {
        "name": "SparseStructureFlowModel",
        "args": {**FLOW, "resolution": 4, "in_channels": 4, "out_channels": 4},
    },
    "sparse_structure_decoder": {
        "name": "SparseStructureDecoder",
        "args": {
            "out_channels": 1, "latent_channels": 4, "num_res_blocks": 1, "num_res_blocks_middle": 1,
            "channels": [8, 8, 8],
        },
    },
    "shape_slat_flow_model_512": latent_flow(4, 4),
    "shape_slat_flow_model_1024": latent_flow(8, 4),
    "shape_slat_decoder": vae("FlexiDualGridVaeDecoder", *UP),
    "tex_slat_flow_model_512": latent_flow(4, 8),
    "tex_slat_flow_model_1024": latent_flow(8, 8),
    "tex_slat_decoder": vae("SparseUnetVaeDecoder", *UP, out_channels=6, pred_subdiv=False),
    "shape_slat_encoder": vae("FlexiDualGridVaeEncoder", *DOWN),
}  # fmt: skip


SPECS = {
    ZOO_PARTS[spec.part]: spec
    for spec in MODELS.values()
    if spec.name == "trellis-ss-dec" or (spec.family == "trellis2" and spec.part in ZOO_PARTS)
}
FILES = {key: SPECS[name].weights[0].name.removesuffix(".safetensors") for key, name in ROLES.items()}
"""Names of the published files, by role."""


def sampler(strength: float, rescale: float, time: float) -> dict[str, Any]:
    params = {"steps": 2, "guidance_strength": strength, "guidance_rescale": rescale, "guidance_interval": [0.6, 1.0]}
    return {"args": {"sigma_min": 1e-5}, "params": {**params, "rescale_t": time}}


def write_toy_trellis2(folder: Path, seed: int = 0, occupancy: float = 0.0) -> Path:
    """Write the model. occupancy: added to the logits of the structure's voxels."""
    torch.manual_seed(seed)
    (folder / "ckpts").mkdir(parents=True)
    assert set(NETWORKS) == set(ROLES)
    for key, config in NETWORKS.items():
        build, layout = trellis2_network(config) if is_trellis2(config) else trellis_network(config)
        network = build()
        if key == "sparse_structure_decoder":
            nn.init.constant_(network.out_layer.conv.bias, occupancy)  # type: ignore[union-attr, arg-type]
        save_file(stored(network, layout), folder / "ckpts" / f"{FILES[key]}.safetensors")
        (folder / "ckpts" / f"{FILES[key]}.json").write_text(json.dumps(config))
    (folder / "dinov3").mkdir()
    save_file(stored(partial(Dinov3, dinov3_config(ENCODER))(), DINOV3), folder / "dinov3" / "model.safetensors")
    (folder / "dinov3" / "config.json").write_text(json.dumps(ENCODER))
    plain = {"mean": [0.0] * 4, "std": [1.0] * 4}
    args = {
        "models": {key: f"ckpts/{name}" for key, name in FILES.items()},
        "sparse_structure_sampler": sampler(7.5, 0.7, 5.0),
        "shape_slat_sampler": sampler(7.5, 0.5, 3.0),
        "tex_slat_sampler": sampler(1.0, 0.0, 3.0),
        "shape_slat_normalization": plain,
        "tex_slat_normalization": {"mean": [0.1] * 4, "std": [2.0] * 4},
        "image_cond_model": {"name": "DinoV3FeatureExtractor", "args": {"model_name": "facebook/dinov3"}},
    }
    (folder / "pipeline.json").write_text(json.dumps({"name": "Trellis2ImageTo3DPipeline", "args": args}))
    return folder
