"""Compares the two ways from a coarse mesh to a fine one: VecSet-Lattice tokens, and sparse voxels; prints JSON.

    python scripts/compare_branches.py tokens            # tokens and field samples of plain shapes
    python scripts/compare_branches.py walls [--side 128]  # surfaces of a ball, by what is known between its samples
    python scripts/compare_branches.py block --branch lattice|sparse [--tokens N] [--dtype bfloat16]

block: one transformer block at published size on random weights, one call without guidance. Run one block at a time:
peak memory is the process's own high-water mark above what it held before; on a busy machine only processor time, with
OMP_NUM_THREADS=1, says anything.
"""

import argparse
import dataclasses
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import torch
import trimesh
from measure_direct3d import ball, distances
from measure_models import measured, random_weights

from varco3d.kernels.fields.brick_field import enclosed_bricks, field_from_bricks
from varco3d.kernels.fields.decode_octree import decode_octree
from varco3d.kernels.fields.marching_cubes import marching_cubes
from varco3d.kernels.meshes.boxes import into_box
from varco3d.kernels.meshes.topology import face_parts
from varco3d.kernels.ovoxel.distinct import boundary_edges
from varco3d.kernels.voxels.bands import FINE, band_voxels
from varco3d.kernels.voxels.voxelize import voxelize
from varco3d.weights.checkpoints.conversion.configs import skip_config
from varco3d.weights.checkpoints.conversion.direct3d import sparse_flow_config
from varco3d.weights.checkpoints.zoo import MODELS
from varco3d.weights.networks.direct3d.sparse_flow import SparseFlow
from varco3d.weights.networks.dit import SkipDit
from varco3d.weights.networks.sparse import SparseTensor, VoxelSet

LATTICE, SPARSE = "ultrashape_v1", "direct3d-s2-v-1-1-model_sparse_1024"
RESOLUTION = 128  # voxels a side, of both branches
LATTICE_FIT, SPARSE_FIT = 0.99, 0.95  # half of the longest side of a mesh, as each was trained
TOKENS, LATTICE_TOKENS = 1374, 1370  # of the picture


def shapes() -> dict[str, trimesh.Trimesh]:
    """Plain bodies, as large as their box."""
    return {
        "ball": trimesh.creation.icosphere(subdivisions=6),
        "cube": trimesh.creation.box(extents=(2, 2, 2)),
        "torus, tube 0.4 of the ring": trimesh.creation.torus(1.0, 0.4, major_sections=256, minor_sections=128),
        "plate 1 : 1 : 0.02": trimesh.creation.box(extents=(2, 2, 0.04)),
        "rod 1 : 20": trimesh.creation.cylinder(radius=0.05, height=2.0, sections=64),
    }


def tokens() -> dict[str, dict[str, int]]:
    """Count tokens of each shape: Lattice voxels and the tokens taken of them, sparse voxels of both levels."""
    found = {}
    for name, mesh in shapes().items():
        faces = np.asarray(mesh.faces, np.int32)
        touched, _ = voxelize(into_box(np.asarray(mesh.vertices), LATTICE_FIT), faces, RESOLUTION)
        fitted = into_box(np.asarray(mesh.vertices), SPARSE_FIT)
        fine, coarse = (len(band_voxels(fitted, faces, FINE * side)) for side in (RESOLUTION, RESOLUTION // 2))
        found[name] = {
            "lattice_voxels": len(touched),
            "lattice_tokens": min(32768, len(touched)),
            "sparse_tokens_64": coarse,
            "sparse_tokens_128": fine,
            "sparse_samples": FINE**3 * fine,
        }
    return found


def walls(side: int) -> dict[str, dict[str, Any]]:
    """Surface a ball in voxels of side^3, from points asked where it crosses and from whole voxels."""
    voxels, radius = ball(side, 0)
    places = torch.from_numpy(voxels)
    told = -distances(places, side, radius)
    asked, sampled = 0, FINE * side

    def query(points: torch.Tensor) -> torch.Tensor:
        nonlocal asked
        asked += len(points)
        return radius - points.norm(dim=-1)

    def row(field: Callable[[], Any]) -> dict[str, Any]:
        started = time.process_time()
        faces = np.asarray(marching_cubes(field())[1])
        spent = round(time.process_time() - started, 1)
        open_edges = len(boundary_edges(faces))
        return {
            "cpu_seconds": spent,
            "faces": len(faces),
            "surfaces": int(face_parts(faces).max()) + 1,
            "open_edges": open_edges,
        }

    found = {
        "lattice: octree": row(lambda: decode_octree(query, sampled, 1.0)),
        "sparse: outside between voxels": row(lambda: field_from_bricks(places, told, sampled)),
        "sparse: enclosed spaces inside": row(
            lambda: field_from_bricks(places, told, sampled, 0.0, enclosed_bricks(places, told, sampled))
        ),
    }
    found["lattice: octree"]["samples"] = asked
    return {**found, "sparse": {"samples": told.numel()}}


def block(branch: str, count: int, dtype: str) -> dict[str, Any]:
    """Measure one block on `count` tokens of a ball."""
    voxels, _ = ball(RESOLUTION, 0)
    chosen = voxels[np.sort(np.random.default_rng(0).permutation(len(voxels))[: count or len(voxels)])]
    number = getattr(torch, dtype)
    if branch == "lattice":
        config = skip_config((MODELS[LATTICE].config or {})["model"]["params"]["dit_cfg"]["params"], lattice=True)
        network: Any = random_weights(lambda: SkipDit(dataclasses.replace(config, depth=1, moe_blocks=0)), dtype)
        x = torch.randn(1, len(chosen), config.channels, dtype=number)
        context, places = torch.randn(1, LATTICE_TOKENS, config.contexts[0]), torch.from_numpy(chosen).float()[None]
        row = measured(lambda: network(x, torch.tensor([0.3]), (context,), places))
        return {**row, "tokens": len(chosen), "blocks": config.depth, "width": config.width}
    config = sparse_flow_config((MODELS[SPARSE].config or {})["dit"]["params"])
    network = random_weights(lambda: SparseFlow(dataclasses.replace(config, blocks=1)), dtype)
    if count:
        chosen, _ = ball(RESOLUTION, count)  # a smaller ball: attention wants whole neighbourhoods
    latents = SparseTensor(
        torch.randn(len(chosen), config.channels),
        VoxelSet(torch.nn.functional.pad(torch.from_numpy(chosen), (1, 0))),
    )
    context = torch.randn(1, TOKENS, config.context)
    row = measured(lambda: network(latents, torch.tensor([700.0]), context))
    return {**row, "tokens": len(chosen), "blocks": config.blocks, "width": config.width}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("tokens", "walls", "block"))
    parser.add_argument("--branch", choices=("lattice", "sparse"), default="sparse")
    parser.add_argument("--side", type=int, default=RESOLUTION, help="voxels a side, for walls")
    parser.add_argument("--tokens", type=int, default=0)
    parser.add_argument("--dtype", default="bfloat16", choices=("float32", "bfloat16"))
    chosen = parser.parse_args()
    with torch.inference_mode():
        if chosen.what == "block":
            found: Any = block(chosen.branch, chosen.tokens, chosen.dtype)
        else:
            found = tokens() if chosen.what == "tokens" else walls(chosen.side)
    about = {
        "date": str(date.today()),
        "machine": f"{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}",
        "threads": torch.get_num_threads(),
        "load": round(os.getloadavg()[0], 1),
        "arguments": sys.argv[1:],
    }
    print(json.dumps({**about, "found": found}, indent=1))


if __name__ == "__main__":
    main()
