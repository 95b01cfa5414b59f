"""Rough surfaces for the refiner's training: what the trained coarse stage makes of the training pictures.

    python -m varco3d.weights.training.roughs --shards RUNS/shards --vae RUNS/vae --coarse RUNS/coarse \
           --rays RUNS/rays-run

Of the first views of the objects, surface points with normals in the frame of the view, in `roughs.npy` among the
shards; zeros where the picture gave no surface. Validation objects come first, the others in random order, so it can be
stopped when there are enough; it resumes where it stopped.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...kernels.errors import EmptyFieldError
from ...kernels.sample_surface import sample_surface
from ..families.tiny import TinyGenerator, load_backbone
from ..generator import Condition, FieldFunction
from ..networks.anchored_dit import COARSE_DIT
from ..networks.ray_unet import RayUNet, RayUNetConfig
from ..outline import held_to_outline
from ..sampling import latents_surface, mean_latents, sample_latents
from .loop import averaged_weights
from .posed_views import ROUGH_POINTS
from .shards import pack_surface
from .train_flow import load_flow, load_vae
from .train_vae import LATTICE

# As in the recipe, but for the number of draws.
GRID = 64
DRAWS = 4
GUIDANCE = 2.0
LEVEL = -0.1


def load_coarse(vae: Path, run: Path, rays: Path | None = None) -> TinyGenerator:
    """The coarse stage from the averaged weights of a train_flow run, with the second look of a train_rays run."""
    flow, network = load_flow(run, COARSE_DIT), None
    if rays is not None:
        network = RayUNet(RayUNetConfig())
        network.load_state_dict(averaged_weights(rays))
    return TinyGenerator(load_backbone(), load_vae(vae), flow, LATTICE, "cpu", torch.bfloat16, network)


def mean_guess(generator: TinyGenerator, condition: Condition, seed: int) -> tuple[Tensor, Tensor]:
    """Latents [1,N,C], the mean of one-step draws of the coarse stage, and their anchors [N,3]."""
    anchors = generator.anchors(None, 0)
    latents = mean_latents(
        lambda k: sample_latents(generator, condition, anchors, len(anchors), 1, GUIDANCE, seed * DRAWS + k), DRAWS
    )
    return latents, anchors


def rough_surface(generator: TinyGenerator, rgba: np.ndarray, seed: int) -> np.ndarray:
    """[ROUGH_POINTS,6] positions and normals of the coarse shape of a picture [S,S,4]."""
    condition = generator.condition(rgba)
    latents, anchors = mean_guess(generator, condition, seed)
    camera, alpha = generator.camera(condition).float(), rgba[..., 3]

    def bend(field: FieldFunction) -> FieldFunction:
        looked = generator.second_look(field, condition)
        return held_to_outline(
            lambda points: looked(points) - LEVEL, camera, alpha, generator.field_bounds, generator.truncation
        )

    vertices, faces = latents_surface(generator, latents, anchors, GRID, bend=bend)
    points, normals, _ = sample_surface(vertices, faces, ROUGH_POINTS, seed=seed)
    return np.concatenate([points, normals], 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=Path, required=True)
    parser.add_argument("--vae", type=Path, required=True)
    parser.add_argument("--coarse", type=Path, required=True)
    parser.add_argument("--rays", type=Path, required=True, help="a run of train_rays: the second look")
    parser.add_argument("--views", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(1)
    generator = load_coarse(args.vae, args.coarse, args.rays)
    views = np.load(args.shards / "views.npy", mmap_mode="r")
    path = args.shards / "roughs.npy"
    shape = (len(views), args.views, ROUGH_POINTS, 6)
    if path.exists():
        roughs = np.lib.format.open_memmap(path, mode="r+")
    else:
        roughs = np.lib.format.open_memmap(path, mode="w+", dtype=np.int16, shape=shape)
    validation = json.loads((args.shards / "index.json").read_text())["validation_rows"]
    others = np.setdiff1d(np.arange(len(views)), validation)
    order = [*validation, *np.random.default_rng(0).permutation(others).tolist()]
    for view in range(shape[1]):
        for done, row in enumerate(order):
            if roughs[row, view].any():
                continue
            try:
                surface = rough_surface(generator, views[row, view].astype(np.float32) / 255, row)
            except EmptyFieldError:
                continue
            roughs[row, view] = pack_surface(surface.astype(np.float32))
            if done % 200 == 0:
                print(f"view {view}: {done}/{len(views)}", flush=True)


if __name__ == "__main__":
    main()
