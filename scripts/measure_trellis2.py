"""Measures the networks of TRELLIS.2 at full size on random weights, on the CPU, for docs/models.md.

    python scripts/measure_trellis2.py FOLDER --part structure_flow [--dtype bfloat16] [--voxels 4096] [--radius 0.3]

Parts: structure_flow, shape_flow, texture_flow, shape_decoder, texture_decoder, shape_encoder, image. Writes one
network (up to 2.6 GB) into FOLDER from its key manifest, measures loading and one call, and deletes it. Flows run once,
without guidance, on --voxels latent voxels; decoders and the encoder on the voxels of a sphere at 512^3 whose radius is
a part of the box's side. Peak memory is above what the process held before.
"""

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from measure_models import loaded, measured, sphere, write_weights

from varco3d.kernels.ovoxel.dual_grid import mesh_to_grid
from varco3d.weights.checkpoints.conversion.trellis2 import DINOV3, dinov3_config, trellis2_network
from varco3d.weights.checkpoints.zoo import MODELS
from varco3d.weights.generators.parts import Part
from varco3d.weights.networks.encoders.dinov3 import Dinov3
from varco3d.weights.networks.sparse import SparseTensor, VoxelSet
from varco3d.weights.networks.trellis2.sc_vae import levels_of, shape_inputs

# What a part is called in the zoo and among the manifests.
PARTS = {
    "structure_flow": ("trellis2-ss-flow", "trellis2-ss_flow_img_dit_1_3B_64_bf16"),
    "shape_flow": ("trellis2-shape-flow-512", "trellis2-slat_flow_img2shape_dit_1_3B_512_bf16"),
    "texture_flow": ("trellis2-tex-flow-512", "trellis2-slat_flow_imgshape2tex_dit_1_3B_512_bf16"),
    "shape_decoder": ("trellis2-shape-dec", "trellis2-shape_dec_next_dc_f16c32_fp16"),
    "texture_decoder": ("trellis2-tex-dec", "trellis2-tex_dec_next_dc_f16c32_fp16"),
    "shape_encoder": ("trellis2-shape-enc", "trellis2-shape_enc_next_dc_f16c32_fp16"),
    "image": ("dinov3-vitl16", "dinov3-vitl16"),
}
TOKENS = 1029  # of a picture of 512 pixels
RESOLUTION = 512


def network_of(folder: Path, part: str, dtype: str) -> tuple[Any, dict[str, Any]]:
    """Return the network of random weights, and figures of loading it."""
    name, manifest = PARTS[part]
    path = folder / f"{name}.safetensors"
    write_weights(path, manifest)
    config = MODELS[name].config or {}
    build, layout = (partial(Dinov3, dinov3_config(config)), DINOV3) if part == "image" else trellis2_network(config)
    return loaded(path, lambda: Part(build, layout, path).load("cpu", getattr(torch, dtype)))


def ball(radius: float) -> tuple[VoxelSet, torch.Tensor]:
    """Return the voxels of a sphere at 512^3 and the inputs of the encoder [N, 6]."""
    from trimesh.creation import icosphere

    mesh = icosphere(subdivisions=6, radius=radius)
    grid = mesh_to_grid(mesh.vertices.astype(np.float32), mesh.faces.astype(np.int32), RESOLUTION)
    coords = torch.from_numpy(grid.coords)
    voxels = VoxelSet(torch.cat([torch.zeros_like(coords[:, :1]), coords], dim=1), 1)
    return voxels, shape_inputs(torch.from_numpy(grid.local), torch.from_numpy(grid.crossed))


def call(network: Any, part: str, count: int, radius: float) -> tuple[Callable[[], Any], dict[str, int]]:
    """Return one call of a part, and how much it works on."""
    t, context = torch.tensor([700.0]), torch.randn(1, TOKENS, 1024)
    if part == "structure_flow":
        return lambda: network(torch.randn(1, 8, 16, 16, 16), t, context), {"tokens": 4096}
    if part == "image":
        return lambda: network(torch.randn(1, 3, 512, 512)), {"tokens": TOKENS}
    if part.endswith("flow"):
        voxels = sphere(count)
        x = SparseTensor(torch.randn(len(voxels), 64 if part == "texture_flow" else 32), voxels)
        return lambda: network(x, t, context), {"tokens": len(voxels)}
    fine, inputs = ball(radius)
    if part == "shape_encoder":
        return lambda: network(SparseTensor(inputs, fine)), {"voxels": len(fine)}
    guides = levels_of(fine, 4)
    latents = guides[0].parents()[0]
    x = SparseTensor(torch.randn(len(latents), 32), latents)
    return lambda: network(x, guides), {"voxels": len(fine), "latents": len(latents)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", choices=PARTS, required=True)
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--voxels", type=int, default=4096)
    parser.add_argument("--radius", type=float, default=0.3)
    chosen = parser.parse_args()
    network, row = network_of(chosen.folder, chosen.part, chosen.dtype)
    work, counts = call(network, chosen.part, chosen.voxels, chosen.radius)
    with torch.inference_mode():
        row["call"] = measured(work)
    print(json.dumps({"part": chosen.part, "dtype": chosen.dtype, **row, **counts}))


if __name__ == "__main__":
    main()
