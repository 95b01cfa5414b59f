"""Rough surfaces for the refiner's training: what the trained coarse stage makes of the training pictures.

    python -m varco3d.weights.training.roughs --shards RUNS/shards --vae RUNS/vae --coarse RUNS/coarse

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
from ..generator import Condition
from ..networks.anchored_dit import COARSE_DIT
from ..outline import held_to_outline
from ..sampling import latents_surface, mean_latents, sample_latents
from .posed_views import ROUGH_POINTS
from .shards import pack_surface
from .train_flow import load_flow, load_vae
from .train_vae import LATTICE

GRID = 32  # cells per side: the points are all that is kept
DRAWS = 2


def load_coarse(vae: Path, run: Path) -> TinyGenerator:
    """The coarse stage from the averaged weights of a train_flow run."""
    flow = load_flow(run, COARSE_DIT)
    return TinyGenerator(load_backbone(), load_vae(vae), flow, LATTICE, "cpu", torch.bfloat16)


def mean_guess(
    generator: TinyGenerator, condition: Condition, guidance: float, draws: int, seed: int
) -> tuple[Tensor, Tensor]:
    """Latents [1,N,C], the mean of one-step draws of the coarse stage, and their anchors [N,3]."""
    anchors = generator.anchors(None, 0)
    latents = mean_latents(
        lambda k: sample_latents(generator, condition, anchors, len(anchors), 1, guidance, seed * draws + k), draws
    )
    return latents, anchors


def rough_surface(generator: TinyGenerator, rgba: np.ndarray, seed: int) -> np.ndarray:
    """[ROUGH_POINTS,6] positions and normals of the coarse shape of a picture [S,S,4]."""
    condition = generator.condition(rgba)
    latents, anchors = mean_guess(generator, condition, 1.0, DRAWS, seed)
    camera, alpha, bounds = generator.camera(condition).float(), rgba[..., 3], generator.field_bounds
    vertices, faces = latents_surface(
        generator,
        latents,
        anchors,
        GRID,
        start=16,
        bend=lambda field: held_to_outline(field, camera, alpha, bounds, generator.truncation),
    )
    points, normals, _ = sample_surface(vertices, faces, ROUGH_POINTS, seed=seed)
    return np.concatenate([points, normals], 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=Path, required=True)
    parser.add_argument("--vae", type=Path, required=True)
    parser.add_argument("--coarse", type=Path, required=True)
    parser.add_argument("--views", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(1)
    generator = load_coarse(args.vae, args.coarse)
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
