"""A Direct3D-S2 of toy size with random numbers, in the layout of its hub folder, and its image encoder beside it.

Its grids are an eighth of the published ones: voxels of 8^3 and 16^3, signed distances of 64^3 and 128^3.
"""

import json
from functools import partial
from pathlib import Path
from typing import Any

import torch
import yaml
from safetensors.torch import save_file
from torch import nn
from toy_trellis import DINO as LARGER
from toy_trellis import stored

from varco3d.weights.checkpoints.conversion.direct3d import NETWORKS
from varco3d.weights.checkpoints.conversion.trellis import DINO_HUB, dino_hub_config
from varco3d.weights.generators.direct3d.files import NAMES, SECTIONS
from varco3d.weights.networks.direct3d.refiner import Refiner, SignRefiner
from varco3d.weights.networks.direct3d.sdf_vae import SdfDecoder
from varco3d.weights.networks.encoders.dino import Dino
from varco3d.weights.networks.trellis.structure_vae import StructureDecoder

PICTURE = 56  # pixels a side of what the image encoder is given
DINO = {**LARGER, "img_size": PICTURE}
WIDTH = 64  # of the image encoder's tokens, and so of the networks of the first version
UNET = {"block_out_channels": [8, 8], "layers_per_block": 1, "layers_mid_block": 1, "feature_channels": 3}


def _sparse(resolution: int, factor: float, placed: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    vae = {
        "embed_dim": 4, "model_channels_encoder": 32, "num_heads_encoder": 2, "num_blocks_encoder": 1,
        "model_channels_decoder": 48, "num_heads_decoder": 2, "num_blocks_decoder": 1, "resolution": resolution,
        "window_size": 4,
    }  # fmt: skip
    flow = {
        "resolution": resolution, "in_channels": 4, "out_channels": 4, "model_channels": 64, "cond_channels": WIDTH,
        "num_blocks": 2, "num_heads": 4, "num_kv_heads": 2, "mlp_ratio": 2, "compression_block_size": 4,
        "selection_block_size": 4, "topk": 2, "compression_version": "v1", "factor": factor, "window_size": 4,
        "sparse_conditions": placed,
    }  # fmt: skip
    return vae, flow


def settings(placed: bool) -> dict[str, Any]:
    """config.yaml of the toy. placed: context tokens of the object alone, with their places, as in version 1.0."""

    def about(kind: str, params: dict[str, Any]) -> dict[str, Any]:
        return {"target": f"direct3d_s2.models.{kind}", "params": params}

    dense_vae = {
        "embed_dim": 4, "model_channels_encoder": [4, 4, 4], "num_res_blocks_encoder": 1,
        "num_res_blocks_middle_encoder": 1, "model_channels_decoder": [8, 8, 6], "num_res_blocks_decoder": 1,
        "num_res_blocks_middle_decoder": 1,
    }  # fmt: skip
    dense_flow = {
        "resolution": 2, "in_channels": 4, "out_channels": 4, "model_channels": 32, "cond_channels": WIDTH,
        "num_blocks": 1, "num_heads": 2, "mlp_ratio": 2, "patch_size": 1, "qk_rms_norm": True,
    }  # fmt: skip
    coarse, fine = _sparse(8, 1.0, placed), _sparse(16, 0.5, placed)
    return {
        "dense_vae": about("DenseShapeVAE", dense_vae),
        "dense_dit": about("DenseDiT", dense_flow),
        "dense_scheduler": about("Scheduler", {"shift": 6.0}),
        "sparse_vae_512": about("SparseSDFVAE", coarse[0]),
        "sparse_dit_512": about("SparseDiT", coarse[1]),
        "sparse_scheduler_512": about("Scheduler", {"shift": 6.0}),
        "sparse_vae_1024": about("SparseSDFVAE", {**fine[0], "chunk_size": 4}),
        "sparse_dit_1024": about("SparseDiT", fine[1]),
        "sparse_scheduler_1024": about("Scheduler", {"shift": 8.0}),
        "sparse_image_encoder": about("DinoEncoder", {"size": PICTURE}),
        "refiner": about("Voxel_RefinerXL", {**UNET, "patch_size": 64, "stride": 64, "res": 64}),
        "refiner_1024": about("Voxel_RefinerXL_sign", {**UNET, "patch_size": 64, "stride": 64, "res_net": 64}),
    }


def write_toy_direct3d(folder: Path, seed: int = 0, occupancy: float = -2.2, placed: bool = False) -> Path:
    """Write the model. occupancy: added to the logits of the voxels, of which those above -2.2 are active."""
    torch.manual_seed(seed)
    folder.mkdir(parents=True)
    told = settings(placed)
    (folder / "config.yaml").write_text(yaml.safe_dump(told))
    for word, name in NAMES.items():
        parts = {}
        for part in ("vae", "dit", "refiner"):
            if part not in SECTIONS[word]:
                continue
            about, numbers = told[SECTIONS[word][part]], {}
            for half, (read, build, layout) in NETWORKS[about["target"].rpartition(".")[2]].items():
                network = build(read(about["params"]))
                shape(network, occupancy)
                prefix = f"{half}." if half else ""
                numbers |= {prefix + key: value for key, value in stored(network, layout).items()}
            parts[part] = numbers
        torch.save(parts, folder / f"{name}.ckpt")
    save_file(stored(partial(Dino, dino_hub_config(DINO))(), DINO_HUB), folder / "dinov2_vitl14_reg.safetensors")
    (folder / "dinov2_vitl14_reg.json").write_text(json.dumps(DINO))
    return folder


def shape(network: nn.Module, occupancy: float) -> None:
    """Let about half of the voxels be active, and most fine voxels lie inside, so that surfaces stay simple."""
    if isinstance(network, StructureDecoder):
        nn.init.constant_(network.out_layer.conv.bias, occupancy)  # type: ignore[arg-type]
    if isinstance(network, SdfDecoder):
        nn.init.constant_(network.out_layer.bias, -0.5)
        nn.init.normal_(network.out_layer.weight, std=0.02)
    if isinstance(network, SignRefiner):
        nn.init.constant_(network.out.bias, 2.0)  # type: ignore[arg-type]
    if isinstance(network, Refiner):  # values lie round the level, as the filters leave them as they are
        for smoother in network.filters:
            nn.init.zeros_(smoother.conv1.weight)  # type: ignore[union-attr, arg-type]
            nn.init.ones_(smoother.conv1.bias)  # type: ignore[union-attr, arg-type]
            nn.init.zeros_(smoother.conv2.weight)  # type: ignore[union-attr, arg-type]
            smoother.conv2.weight.data[13, 0, 1, 1, 1] = 1.0  # type: ignore[union-attr]
        nn.init.constant_(network.out.bias, 0.75)  # type: ignore[arg-type]
