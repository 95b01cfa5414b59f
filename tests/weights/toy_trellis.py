"""A TRELLIS of toy size with random numbers, in the layout of its hub: pipeline.json, ckpts/, the image encoder."""

import json
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from varco3d.weights.checkpoints.conversion.convert import Layout
from varco3d.weights.checkpoints.conversion.trellis import DINO_HUB, dino_hub_config, trellis_network
from varco3d.weights.networks.encoders.dino import Dino

DINO = {"img_size": 518, "embed_dim": 64, "depth": 1, "num_heads": 1, "mlp_ratio": 1, "num_register_tokens": 4}
FLOW = {"model_channels": 32, "cond_channels": 64, "num_blocks": 1, "num_heads": 2, "mlp_ratio": 1, "qk_rms_norm": True}
SAMPLER = {
    "name": "FlowEulerGuidanceIntervalSampler",
    "args": {"sigma_min": 1e-5},
    "params": {"steps": 2, "cfg_strength": 2.0, "cfg_interval": [0.5, 1.0], "rescale_t": 3.0},
}
NETWORKS = {
    "sparse_structure_flow_model": {
        "name": "SparseStructureFlowModel",
        "args": {**FLOW, "resolution": 4, "in_channels": 4, "out_channels": 4, "patch_size": 1},
    },
    "sparse_structure_decoder": {
        "name": "SparseStructureDecoder",
        "args": {
            "out_channels": 1, "latent_channels": 4, "num_res_blocks": 1, "num_res_blocks_middle": 1,
            "channels": [8, 8, 8],
        },
    },
    "slat_flow_model": {
        "name": "ElasticSLatFlowModel",
        "args": {
            **FLOW, "resolution": 16, "in_channels": 4, "out_channels": 4, "patch_size": 2, "io_block_channels": [8],
        },
    },
    "slat_decoder_mesh": {
        "name": "ElasticSLatMeshDecoder",
        "args": {
            "resolution": 16, "model_channels": 256, "latent_channels": 4, "num_blocks": 1, "num_heads": 4,
            "mlp_ratio": 0.25, "attn_mode": "swin", "window_size": 8, "representation_config": {"use_color": True},
        },
    },
}  # fmt: skip


def stored(network: nn.Module, layout: Layout) -> dict[str, torch.Tensor]:
    """Numbers of a network under the names of its file."""
    return {layout.sources(name)[0]: value.detach().clone() for name, value in network.named_parameters()}


def write_toy_trellis(folder: Path, seed: int = 0, occupancy: float = 0.0) -> Path:
    """Write the model. occupancy: added to the logits of the voxels."""
    torch.manual_seed(seed)
    (folder / "ckpts").mkdir(parents=True)
    models = {}
    for key, config in NETWORKS.items():
        build, layout = trellis_network(config)
        network = build()
        if key == "sparse_structure_decoder":
            nn.init.constant_(network.out_layer.conv.bias, occupancy)  # type: ignore[union-attr, arg-type]
        save_file(stored(network, layout), folder / "ckpts" / f"{key}.safetensors")
        (folder / "ckpts" / f"{key}.json").write_text(json.dumps(config))
        models[key] = f"ckpts/{key}"
    save_file(stored(partial(Dino, dino_hub_config(DINO))(), DINO_HUB), folder / "dinov2_vitl14_reg.safetensors")
    (folder / "dinov2_vitl14_reg.json").write_text(json.dumps(DINO))
    args = {
        "models": models,
        "sparse_structure_sampler": SAMPLER,
        "slat_sampler": SAMPLER,
        "slat_normalization": {"mean": [0.0] * 4, "std": [1.0] * 4},
        "image_cond_model": "dinov2_vitl14_reg",
    }
    (folder / "pipeline.json").write_text(json.dumps({"name": "TrellisImageTo3DPipeline", "args": args}))
    return folder
