"""Measures `tiny` on the validation objects beside two baselines; prints a Markdown table.

    python -m varco3d.weights.training.evaluate --data DATA --shards RUNS/shards [--objects 64] [--out FOLDER]

Every object is seen once; the truth is its outer hull in the frame of that view. Rows: the autoencoder with coarse and
fine anchors, the coarse stage, the whole chain's geometry, retrieval by silhouette, silhouette inflation.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ...kernels.cameras import Camera
from ...kernels.decode_octree import decode_octree
from ...kernels.errors import EmptyFieldError
from ...kernels.farthest_points import farthest_points
from ...kernels.marching_cubes import marching_cubes
from ...kernels.sample_surface import sample_surface
from ...kernels.voxelize import voxelize
from ..families.tiny import TinyGenerator, load_tiny
from ..sampling import best_surface, latents_surface, mean_latents, sample_latents
from .baselines import SilhouetteRetrieval, inflate_silhouette
from .metrics import ShapeScores, Triangles, shape_scores, silhouette_iou
from .objects import SignedDistance
from .renders import Pose, framed_camera
from .train_flow import PosedViews
from .train_vae import LATTICE, VOXELS, frame_transform, lattice_anchors, voxel_anchors, yaw_matrix

HULL_GRID = 128  # cells per side of the hull that counts as truth
FINE_GRID = 128


@dataclass(frozen=True)
class Case:
    """One validation object in the frame of one view. to_object: (scale, offset) of the frame; camera of the view."""

    name: str
    truth: Triangles
    surface: np.ndarray
    rgba: np.ndarray
    camera: Camera
    scale: float
    offset: np.ndarray

    def silhouette(self, mesh: Triangles) -> float:
        vertices = ((mesh[0] - self.offset) / self.scale).astype(np.float32)
        return silhouette_iou((vertices, mesh[1]), self.camera, self.rgba[..., 3] > 127)


def object_hull(views: PosedViews, row: int, view: int) -> tuple[Triangles, float, np.ndarray]:
    """The outer hull of an object in the frame of a view, with the frame's scale and offset."""
    obj = views.archive[views.shards.index["objects"][row]]
    turn = yaw_matrix(float(views.poses[row, view, 0]))
    posed = views.shards.pose(row, turn)
    raw = views.shards.raw_surface(row) @ turn.T
    scale, offset = frame_transform(raw)
    field = SignedDistance(obj.vertices, obj.faces)

    def query(points: torch.Tensor) -> torch.Tensor:
        canonical = ((points.numpy() - offset) / scale) @ turn
        return torch.from_numpy(field(canonical.astype(np.float32)) * np.float32(scale))

    seeds = np.unique(np.floor((posed.surface[:, :3] + 1) * 32).clip(0, 63).astype(np.int32), axis=0)
    vertices, faces = marching_cubes(decode_octree(query, HULL_GRID, seeds=(seeds, 64)))
    return (np.asarray(vertices, np.float32), np.asarray(faces, np.int32)), scale, offset


def make_case(views: PosedViews, row: int, view: int) -> Case:
    truth, scale, offset = object_hull(views, row, view)
    azimuth, elevation, fov = (float(v) for v in views.poses[row, view])
    vertices = views.archive.vertices(views.shards.index["objects"][row]) @ yaw_matrix(azimuth).T
    camera = framed_camera(vertices, Pose(azimuth, elevation, fov or None))
    surface = views.shards.pose(row, yaw_matrix(azimuth)).surface
    name = views.archive.manifest[views.shards.index["objects"][row]]["name"]
    return Case(name, truth, surface, np.array(views.views[row, view]), camera, scale, offset)


def reconstruction(refine: TinyGenerator, case: Case, anchors: np.ndarray, points: int) -> Triangles:
    """What the autoencoder keeps of the true surface."""
    rng = np.random.default_rng(0)
    surface = case.surface[rng.choice(len(case.surface), points, replace=False)].astype(np.float32)
    places = torch.from_numpy(anchors)
    with torch.inference_mode():
        mean = refine.vae.encode(torch.from_numpy(surface)[None], places[None])[0]
        return latents_surface(refine, refine.flow.normalise(mean), places, FINE_GRID)


@dataclass(frozen=True)
class ChainSettings:
    """Of the chain that is measured; the defaults are those of the tiny recipe."""

    candidates: int = 6
    combine: str = "mean"
    coarse_steps: int = 10
    coarse_guidance: float = 3.0
    tokens: int = 1024
    refine_steps: int = 4
    refine_guidance: float = 1.0
    strength: float = 0.05
    seed: int = 0


def coarse_mesh(coarse: TinyGenerator, rgba: np.ndarray, settings: ChainSettings) -> Triangles:
    """As the coarse stage makes it."""
    anchors = coarse.anchors(None, 0)
    condition = coarse.condition(rgba)
    steps, guidance = settings.coarse_steps, settings.coarse_guidance

    def draw(candidate: int) -> torch.Tensor:
        return sample_latents(coarse, condition, anchors, len(anchors), steps, guidance, settings.seed + candidate)

    if settings.combine == "mean":
        return latents_surface(coarse, mean_latents(draw, settings.candidates), anchors, 64)
    return best_surface(
        lambda candidate: latents_surface(coarse, draw(candidate), anchors, 64), rgba[..., 3], settings.candidates
    )


def refined_mesh(refine: TinyGenerator, rgba: np.ndarray, rough: Triangles, settings: ChainSettings) -> Triangles:
    """Voxels of the coarse mesh, farthest point sampling, the Lattice flow, octree decoding."""
    voxels, _ = voxelize(rough[0], rough[1], VOXELS)
    if len(voxels) > settings.tokens:
        voxels = voxels[farthest_points(voxels.astype(np.float32), settings.tokens)]
    anchors = refine.anchors(voxels, VOXELS)
    points, normals, _ = sample_surface(*rough, 8192)
    latents = sample_latents(
        refine,
        refine.condition(rgba),
        anchors,
        len(anchors),
        settings.refine_steps,
        settings.refine_guidance,
        settings.seed,
        start=refine.encode(points, normals, anchors) if settings.strength < 1 else None,
        strength=settings.strength,
    )
    return latents_surface(refine, latents, anchors, FINE_GRID)


Method = Callable[[Case], Triangles]


def methods(views: PosedViews, settings: ChainSettings) -> dict[str, Method]:
    """The rows of the table. The coarse mesh of a case is made once."""
    coarse, refine = load_tiny("coarse", "cpu", "bfloat16"), load_tiny("refine", "cpu", "bfloat16")
    retrieval = SilhouetteRetrieval(views)
    lattice = lattice_anchors(LATTICE).numpy()
    rough: dict[str, Triangles] = {}

    def picture(case: Case) -> np.ndarray:
        return case.rgba.astype(np.float32) / 255

    def run_coarse(case: Case) -> Triangles:
        if case.name not in rough:
            rough[case.name] = coarse_mesh(coarse, picture(case), settings)
        return rough[case.name]

    def fine_reconstruction(case: Case) -> Triangles:
        anchors = voxel_anchors(case.surface[:, :3], 1024, np.random.default_rng(0), jitter=False)
        return reconstruction(refine, case, anchors, 4096)

    return {
        "autoencoder, 216 coarse anchors": lambda case: reconstruction(refine, case, lattice, 2048),
        "autoencoder, 1024 fine anchors": fine_reconstruction,
        "coarse stage": run_coarse,
        "whole chain": lambda case: refined_mesh(refine, picture(case), run_coarse(case), settings),
        "baseline: nearest training silhouette": lambda case: object_hull(views, *retrieval.nearest(case.rgba))[0],
        "baseline: silhouette inflation": lambda case: inflate_silhouette(case.rgba[..., 3] / 255),
    }


def table(scores: dict[str, list[dict[str, float]]]) -> str:
    columns = {
        "CD": "chamfer",
        "F@0.01": "f_1",
        "F@0.02": "f_2",
        "F@0.05": "f_5",
        "V-IoU": "iou",
        "normals": "normal",
        "silhouette IoU": "silhouette",
        "s": "seconds",
    }
    lines = ["| | " + " | ".join(columns) + " | failed |", "|---" * (len(columns) + 2) + "|"]
    for method, rows in scores.items():
        good = [row for row in rows if row]
        cells = [
            f"{np.mean([row[key] for row in good]):.{1 if k.startswith('F@') else 4}f}" for k, key in columns.items()
        ]
        lines.append(f"| {method} | " + " | ".join(cells) + f" | {len(rows) - len(good)} |")
    return "\n".join(lines)


def measure(run: Method, case: Case) -> dict[str, float]:
    """Scores of one method on one case; empty when it gave no surface."""
    started = time.perf_counter()
    try:
        mesh = run(case)
    except EmptyFieldError:
        return {}
    seconds = time.perf_counter() - started
    scores: ShapeScores = shape_scores(mesh, case.truth)
    return {**scores.as_dict(), "silhouette": case.silhouette(mesh), "seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--shards", type=Path, required=True)
    parser.add_argument("--objects", type=int, default=64)
    parser.add_argument("--only", help="rows whose name contains this")
    parser.add_argument("--out", type=Path, help="a folder for the scores of every object, scores.json")
    for name, value in vars(ChainSettings()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    args = parser.parse_args()
    settings = ChainSettings(**{name: getattr(args, name) for name in vars(ChainSettings())})
    views = PosedViews(args.data, args.shards)
    rows = np.random.default_rng(1).permutation(views.shards.index["validation_rows"])[: args.objects]
    chosen = {k: v for k, v in methods(views, settings).items() if not args.only or args.only in k}
    scores: dict[str, list[dict[str, float]]] = defaultdict(list)
    for row in rows:
        case = make_case(views, int(row), 0)
        for name, run in chosen.items():
            scores[name].append(measure(run, case))
    print(f"{len(rows)} validation objects, one view each, {settings.tokens} tokens at {VOXELS}^3 voxels\n")
    print(table(scores))
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "scores.json").write_text(json.dumps(scores, indent=1))


if __name__ == "__main__":
    main()
