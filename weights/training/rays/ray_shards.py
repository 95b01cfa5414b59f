"""Training data of the second look: pictures and what is read in them, their true cameras and the true field.

    python -m varco3d.weights.training.rays.ray_shards --data DATA --shards RUNS/shards --out RUNS/rays --count 12000 \
           [--vae RUNS/vae --coarse RUNS/coarse] [--from-view 10]

Random views of the training objects, or, with --held-out, the first views of the others. The coarse stage, whose
picture tokens are kept, knows views that it was trained on better than those of a user: leave them out with
--from-view. Without --coarse the shipped weights read the pictures. A run that was stopped goes on.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from ...generators.generator import Condition
from ...generators.tiny import TinyGenerator, load_tiny
from ...networks.ray_unet import RayUNetConfig
from ..posed_views import PosedViews, augment
from ..shards import open_maps
from ..train_vae import yaw_matrix
from .coarse_guess import load_coarse

AUGMENTED = 0.6  # share of training pictures
TOGETHER = 16  # pictures read at once
NEAR_POINTS, FAR_POINTS = 2048, 1536
PLACE_UNIT = 32000.0
CODES = 127  # of fields, -1..1


def open_ray_arrays(folder: Path, count: int, mode: str) -> dict[str, np.ndarray]:
    """Memory maps by name.

    rgba: the picture; semantic, tokens: what is read in it; camera: its true one; points (NEAR_POINTS near the
    surface, the others in the box) and target: the true field there, in codes.
    """
    config = RayUNetConfig()
    patches, points = config.side // 8, NEAR_POINTS + FAR_POINTS
    kinds = {
        "rgba": ((config.side, config.side, 4), np.uint8),
        "semantic": ((config.semantic_channels, patches, patches), np.float16),
        "tokens": ((config.token_channels, patches, patches), np.float16),
        "camera": ((2, 4), np.float32),
        "points": ((points, 3), np.int16),
        "target": ((points,), np.int8),
    }
    return open_maps(folder, kinds, count, mode)


def codes(values: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(values, -1, 1) * CODES).astype(np.int8)


def picture_row(generator: TinyGenerator, condition: Condition) -> dict[str, np.ndarray]:
    """Return the row's part that a picture gives."""
    inputs = generator.ray_inputs(condition)
    said = {name: inputs[name][0].float().cpu().numpy() for name in ("planes", "semantic", "tokens")}
    return said | {"rgba": np.rint(said.pop("planes")[:4].transpose(1, 2, 0) * 255)}


def true_row(views: PosedViews, row: int, view: int, truncation: float, rng: np.random.Generator) -> dict:
    """Return the row's part that the object gives: its camera, points and the true field there."""
    posed = views.shards.pose(row, yaw_matrix(views.pose(row, view)[0]), views.stretch(row, view))
    parts = ((posed.near, NEAR_POINTS), (posed.far, FAR_POINTS))
    query = np.concatenate([samples[rng.integers(0, len(samples), count)] for samples, count in parts])
    return {
        "camera": views.camera_map(row, view, posed.surface[:, :3], mirrored=False),
        "points": np.rint(query[:, :3] * PLACE_UNIT),
        "target": codes(posed.distances(query) / truncation),
    }


def some_objects(rows: list[int], count: int | None) -> list[int]:
    """Return `count` of the rows, all if absent; those of a smaller count are among those of a larger."""
    return rows if count is None else np.random.default_rng(0).permutation(rows)[:count].tolist()


def picks(
    views: PosedViews, held_out: bool, first_view: int, rng: np.random.Generator, objects: int | None = None
) -> Iterator[tuple[int, int]]:
    """Endless (row, view): every object once before any of them again; objects: so many of them."""
    index = views.shards.index
    if held_out:
        yield from ((row, view) for view in range(views.plain_views()) for row in index["validation_rows"])
        return
    rows = some_objects(index["training_rows"], objects)
    while True:
        for row in rng.permutation(rows):
            yield int(row), int(rng.integers(first_view, views.views.shape[1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--shards", type=Path, required=True)
    parser.add_argument("--vae", type=Path)
    parser.add_argument("--coarse", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--from-view", type=int, default=0)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--objects", type=int, help="learn from so many objects alone, to see what their number gains")
    parser.add_argument("--held-out", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    generator = load_coarse(args.vae, args.coarse) if args.coarse else load_tiny("coarse", "cpu", "bfloat16")
    views = PosedViews(args.data, args.shards)
    resumed = (args.out / "target.npy").exists()
    arrays = open_ray_arrays(args.out, args.count, "r+" if resumed else "w+")
    chosen = picks(views, args.held_out, args.from_view, np.random.default_rng(args.seed), args.objects)
    missing = ((k, *pick) for k, pick in enumerate(islice(chosen, len(arrays["camera"]))) if not is_whole(arrays, k))
    while block := list(islice(missing, TOGETHER)):
        rngs = [np.random.default_rng([5, k, args.seed]) for k, _, _ in block]
        share = 0 if args.held_out else AUGMENTED
        pictures = [shown(views.views[row, view], share, rng) for (_, row, view), rng in zip(block, rngs, strict=True)]
        conditions = generator.conditions(pictures)
        for (k, row, view), rng, condition in zip(block, rngs, conditions, strict=True):
            filled = true_row(views, row, view, generator.truncation, rng) | picture_row(generator, condition)
            for name in sorted(filled, key=lambda name: name == "camera"):  # it comes last: the row is whole
                arrays[name][k] = filled[name]
        print(f"{block[-1][0] + 1}/{args.count}", flush=True)


def is_whole(arrays: dict[str, np.ndarray], k: int) -> bool:
    return bool(arrays["camera"][k].any())


def shown(rgba: np.ndarray, augmented: float, rng: np.random.Generator) -> np.ndarray:
    """Return a picture [S,S,4] as float32 in 0..1, changed in a share of all cases."""
    return augment(rgba, rng) if rng.random() < augmented else rgba.astype(np.float32) / 255


if __name__ == "__main__":
    main()
