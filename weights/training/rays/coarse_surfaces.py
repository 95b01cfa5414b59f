"""Rough surfaces for the refiner's training: what the trained coarse stage makes of the training pictures.

    python -m varco3d.weights.training.rays.coarse_surfaces --shards RUNS/shards --vae RUNS/vae --coarse RUNS/coarse \
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

from ....errors import EmptyFieldError
from ....kernels.fields.field_function import FieldFunction
from ....kernels.fields.outline import held_to_outline
from ....kernels.meshes.sample_surface import sample_surface
from ...generators.sampling import latents_surface
from ...generators.tiny import TinyGenerator
from ..posed_views import ROUGH_POINTS
from ..shards import pack_surface
from .coarse_guess import load_coarse, mean_guess
from .loading import load_rays

GRID, LEVEL = 64, -0.1  # the recipe's


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

    vertices, faces = latents_surface(generator, latents, anchors, GRID, change=bend)
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
    generator = load_coarse(args.vae, args.coarse, load_rays(args.rays))
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
