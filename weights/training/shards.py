"""Field shards: what the autoencoder learns from, computed once per object and kept in flat memory-mapped arrays.

    python -m varco3d.weights.training.shards --data DATA --out RUNS/shards [--variants 2] [--workers 2]

Per object, in its canonical frame: `surface` points with normals of the outer hull, `near` samples of the signed
distance around the surface, `far` samples in the box. Distances are stored in units of 1/DISTANCE_UNIT, positions in
units of 1/POSITION_UNIT, both int16. With --variants, more objects instead: that many variants of every training
object, and building pieces as they are. With --procedural, that many made-up objects instead; with --held-out, others
than those that --procedural gives for training.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from functools import partial
from pathlib import Path

import numpy as np

from .objects import ObjectArchive, SignedDistance, TrainingObject, open_archive
from .variants import PROCEDURAL, variant

SURFACE_POINTS = 8192
NEAR_POINTS = 8192
FAR_POINTS = 6144
NEAR_SPREAD = {0.01: 0.4, 0.03: 0.35, 0.1: 0.25}  # deviation from the surface -> share of the samples near it
FAR_EXTENT = 1.45  # an object turned about Y reaches sqrt(2)
POSITION_UNIT = 20000.0
DISTANCE_UNIT = 30000.0
HELD_OUT_FIRST = 1_000_001  # number of the first made-up object to measure with; training counts from 1


def visible_surface(obj: TrainingObject, field: SignedDistance, count: int, rng: np.random.Generator) -> np.ndarray:
    """[count,6] positions and outward normals on the part of the triangles that borders the outside.

    Area-uniform candidates; a point counts when one step along its normal, or against it, lies outside. The normal is
    turned outward, so flipped faces do no harm; a sheet yields points with both normals.
    """
    a, b, c = (obj.vertices[obj.faces[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    area = np.linalg.norm(cross, axis=1)
    pick = rng.choice(len(area), size=3 * count, p=area / area.sum())
    r1, r2 = np.sqrt(rng.random(len(pick), np.float32)), rng.random(len(pick), np.float32)
    points = (1 - r1)[:, None] * a[pick] + (r1 * (1 - r2))[:, None] * b[pick] + (r1 * r2)[:, None] * c[pick]
    normals = cross[pick] / np.maximum(area[pick], 1e-12)[:, None]
    step = 3.2 / field.resolution / field.scale
    front, back = field._is_outside(points + step * normals), field._is_outside(points - step * normals)
    sign = np.where(front & back, rng.choice([-1.0, 1.0], len(pick)), np.where(front, 1.0, -1.0))
    keep = np.flatnonzero(front | back)
    if len(keep) == 0:
        keep = np.arange(len(points))
    keep = keep[:count] if len(keep) >= count else rng.choice(keep, count)
    return np.concatenate([points[keep], normals[keep] * sign[keep, None]], 1).astype(np.float32)


def field_samples(obj: TrainingObject, seed: list[int]) -> dict[str, np.ndarray]:
    """surface [S,6], near [N,4], far [M,4] (position, signed distance), float32; longest side 2."""
    rng = np.random.default_rng(seed)
    field = SignedDistance(obj.vertices, obj.faces)
    surface = visible_surface(obj, field, SURFACE_POINTS, rng)
    base = surface[rng.integers(0, SURFACE_POINTS, NEAR_POINTS), :3]
    spread = rng.choice(list(NEAR_SPREAD), NEAR_POINTS, p=list(NEAR_SPREAD.values())).astype(np.float32)
    near = base + rng.normal(size=base.shape).astype(np.float32) * spread[:, None]
    near = np.clip(near, -FAR_EXTENT, FAR_EXTENT)
    far = rng.uniform(-FAR_EXTENT, FAR_EXTENT, (FAR_POINTS, 3)).astype(np.float32)
    distance = field(np.concatenate([near, far]))[:, None]
    return {
        "surface": surface,
        "near": np.concatenate([near, distance[:NEAR_POINTS]], 1),
        "far": np.concatenate([far, distance[NEAR_POINTS:]], 1),
    }


def pack_samples(samples: np.ndarray) -> np.ndarray:
    scale = np.array([POSITION_UNIT] * 3 + [DISTANCE_UNIT], np.float32)
    return np.clip(np.round(samples * scale), -32767, 32767).astype(np.int16)


def unpack_samples(packed: np.ndarray) -> np.ndarray:
    return packed.astype(np.float32) / np.array([POSITION_UNIT] * 3 + [DISTANCE_UNIT], np.float32)


def pack_surface(surface: np.ndarray) -> np.ndarray:
    return np.round(surface * np.array([POSITION_UNIT] * 3 + [32000.0] * 3, np.float32)).astype(np.int16)


def unpack_surface(packed: np.ndarray) -> np.ndarray:
    return packed.astype(np.float32) / np.array([POSITION_UNIT] * 3 + [32000.0] * 3, np.float32)


def chosen_objects(
    archive: ObjectArchive, variants: int, procedural: int, held_out: bool = False
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(training, validation) as pairs of object and variant; held_out: made-up objects are for validation."""
    if procedural:
        first = HELD_OUT_FIRST if held_out else 1
        made = [(PROCEDURAL, number) for number in range(first, first + procedural)]
        return ([], made) if held_out else (made, [])
    training, validation = archive.split()
    if not variants:
        return [(i, 0) for i in training], [(i, 0) for i in validation]
    pieces = [(i, 0) for i in archive.split(modular=True)[0]]
    return pieces + [(i, number) for number in range(1, variants + 1) for i in training], []


def _one(data: Path, job: tuple[int, tuple[int, int]]) -> tuple[int, dict[str, np.ndarray]]:
    row, (i, number) = job
    return row, field_samples(variant(open_archive(data), i, number), seed=[i, number])


def open_maps(folder: Path, kinds: dict[str, tuple[tuple, type]], count: int, mode: str) -> dict[str, np.ndarray]:
    """Memory maps by name, in `folder`/NAME.npy.

    kinds: shape of a row and its number type; count, of rows, is asked for by mode w+ alone, which makes them anew.
    """
    return {
        name: np.lib.format.open_memmap(
            folder / f"{name}.npy", mode=mode, dtype=kind, shape=(count, *shape) if mode == "w+" else None
        )
        for name, (shape, kind) in kinds.items()
    }


def open_arrays(out: Path, count: int, mode: str) -> dict[str, np.ndarray]:
    shapes = {"surface": (SURFACE_POINTS, 6), "near": (NEAR_POINTS, 4), "far": (FAR_POINTS, 4)}
    return open_maps(out, {name: (shape, np.int16) for name, shape in shapes.items()}, count, mode)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--variants", type=int, default=0)
    parser.add_argument("--procedural", type=int, default=0)
    parser.add_argument("--held-out", action="store_true", help="of --procedural: objects to measure with")
    args = parser.parse_args()
    if args.held_out and not args.procedural:
        parser.error("--held-out is for --procedural; of the others, some are always held out")
    args.out.mkdir(parents=True, exist_ok=True)
    training, validation = chosen_objects(ObjectArchive(args.data), args.variants, args.procedural, args.held_out)
    order = training + validation
    arrays = open_arrays(args.out, len(order), "w+")
    failed: list[int] = []
    with multiprocessing.get_context("spawn").Pool(args.workers) as pool:
        found = pool.imap_unordered(partial(_one, args.data), enumerate(order), chunksize=4)
        for done, (row, samples) in enumerate(found):
            if (samples["near"][:, 3] > 0).sum() < 64:
                failed.append(row)
            arrays["surface"][row] = pack_surface(samples["surface"])
            arrays["near"][row] = pack_samples(samples["near"])
            arrays["far"][row] = pack_samples(samples["far"])
            if done % 200 == 0:
                print(f"{done}/{len(order)}", flush=True)
    rows = [r for r in range(len(order)) if r not in set(failed)]
    index = {
        "objects": [i for i, _ in order],
        "variants": [number for _, number in order],
        "training_rows": [r for r in rows if r < len(training)],
        "validation_rows": [r for r in rows if r >= len(training)],
        "left_out": [order[r][0] for r in failed],
    }
    (args.out / "index.json").write_text(json.dumps(index))


if __name__ == "__main__":
    main()
