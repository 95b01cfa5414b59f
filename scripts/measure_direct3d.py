"""Measures the networks of Direct3D-S2 at full size on random weights, one at a time; prints JSON.

    python scripts/measure_direct3d.py FOLDER --part dense|flow-512|flow-1024|decode-512|decode-1024|refine|signs

The file of the network is written into FOLDER, loaded as a generator loads it, and removed. dense, flow: one call
without guidance. decode: latents on the voxels of a ball to a mesh, with the distances of the ball instead of what
random weights give. refine, signs: one patch of the dense networks, and how many patches a ball takes. --voxels makes
the ball smaller, until it has no more voxels than that. Run one part at a time: peak memory is the process's own
high-water mark above what it held before; on a busy machine only processor time, with OMP_NUM_THREADS=1, says anything.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from measure_models import loaded, measured, print_found, write_weights
from torch import Tensor
from trimesh.creation import icosphere

from varco3d.kernels.fields.marching_cubes import marching_cubes
from varco3d.kernels.voxels.bands import FINE, band_voxels
from varco3d.weights.checkpoints.zoo import MODELS
from varco3d.weights.generators.direct3d.files import Source
from varco3d.weights.generators.direct3d.surface import Bricks, decoded_bricks, in_patch, patch_of, told_field
from varco3d.weights.networks.direct3d.refiner import starts
from varco3d.weights.networks.sparse import SparseTensor, VoxelSet

FILES = {
    "dense": ("dense", "dit", ""),
    "flow-512": ("sparse_512", "dit", ""),
    "flow-1024": ("sparse_1024", "dit", ""),
    "decode-512": ("sparse_512", "vae", "decoder"),
    "decode-1024": ("sparse_1024", "vae", "decoder"),
    "refine": ("refiner", "refiner", ""),
    "signs": ("refiner_1024", "refiner", ""),
}
TOKENS, CONTEXT = 1374, 1024  # of the picture
CHUNK = 32  # voxels along a box that is decoded at once, as in the stage
BAND = 16  # fine voxels over which the distances of the ball go from 0 to 1


def ball(resolution: int, most: int) -> tuple[np.ndarray, float]:
    """Return the active voxels [N, 3] of a ball, at most `most`, and its radius.

    The ball is as large as its box, or smaller.
    """
    radius = 0.95
    while True:
        sphere = icosphere(subdivisions=6, radius=radius)
        voxels = band_voxels(np.asarray(sphere.vertices), np.asarray(sphere.faces, np.int32), FINE * resolution)
        if not most or len(voxels) <= most:
            return voxels, radius
        radius = min(radius - 0.01, radius * (most / len(voxels)) ** 0.5)


def distances(places: Tensor, resolution: int, radius: float) -> Tensor:
    """Signed distances [N, 8, 8, 8] of the ball, squashed to -1..1."""
    step = 2 / (FINE * resolution)
    axes = (places.long()[..., None] * FINE + torch.arange(FINE)) * step - 1
    x, y, z = axes.unbind(1)
    far = (x[:, :, None, None] ** 2 + y[:, None, :, None] ** 2 + z[:, None, None, :] ** 2).sqrt()
    return ((far - radius) / (BAND * step)).clamp(-1, 1)


def work_of(part: str, network: Any, most: int, counts: dict[str, int]) -> Callable[[], object]:
    """Return the call that is measured; it and this function fill `counts`."""
    resolution = 128 if part.endswith("1024") or part == "signs" else 64
    time, context = torch.tensor([700.0]), torch.randn(1, TOKENS, CONTEXT)
    if part == "dense":
        grid = torch.randn(1, 8, 16, 16, 16)
        return lambda: network(grid, time, context)
    found, radius = ball(resolution, most)
    voxels = VoxelSet(torch.nn.functional.pad(torch.from_numpy(found), (1, 0)))
    counts["voxels"] = len(found)
    latents = SparseTensor(torch.randn(len(found), 16), voxels)
    if part.startswith("flow"):
        return lambda: network(latents, time, context)
    places = torch.from_numpy(found)
    told = distances(places, resolution, radius)
    if part.startswith("decode"):

        def decode() -> None:
            bricks = decoded_bricks(network, latents, CHUNK, features=part == "decode-512")
            kept = Bricks(bricks.places, told, bricks.features)
            vertices, faces = marching_cubes(told_field(kept, FINE * resolution, 0.2))
            counts.update(vertices=len(vertices), faces=len(faces))

        return decode
    config = network.config
    if part == "signs":
        counts["patches"] = len(list(starts(config.resolution, config.patch, config.stride)))
        patch = torch.ones(1, 1, *(config.patch,) * 3, dtype=network.out.weight.dtype)
        return lambda: network(patch)
    width = network.features_in[0].in_features
    features = torch.randn(len(found), FINE, FINE, FINE, width).to(network.out.weight.dtype)
    corners = [
        c for c in starts(config.resolution, config.patch, config.stride) if len(in_patch(places, c, config.patch)[0])
    ]
    counts["patches"] = len(corners)
    bricks = Bricks(places, told, features)
    return lambda: network(*patch_of(bricks, corners[0], config.patch, network.out.weight.dtype))


def measure(folder: Path, part: str, dtype: str, most: int) -> dict[str, Any]:
    """Write the file, load the network, time its call."""
    file, section, half = FILES[part]
    name = f"direct3d-s2-v-1-1-model_{file}"
    path = folder / f"{name}.safetensors"
    write_weights(path, name, section, level=".")
    source = Source(path, MODELS[name].config or {}).network(section, half)
    network, row = loaded(path, lambda: source.load("cpu", getattr(torch, dtype)))
    counts: dict[str, int] = {}
    work = work_of(part, network, most, counts)
    with torch.inference_mode():
        call = measured(work)
    return {"part": part, **row, "call": call, **counts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", choices=FILES, required=True)
    parser.add_argument("--dtype", default="bfloat16", choices=("float32", "bfloat16", "float16"))
    parser.add_argument("--voxels", type=int, default=0)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    print_found(measure(chosen.folder, chosen.part, chosen.dtype, chosen.voxels))


if __name__ == "__main__":
    main()
