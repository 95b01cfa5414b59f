"""Measures the autoencoder of `tiny`, and two baselines, on the held-out objects; prints Markdown tables.

    python -m varco3d.weights.training.evaluation.evaluate --data DATA --shards RUNS/shards [--objects 64] [--views 3]

The truth is an object's outer hull in the frame of each view. Generation is measured by `scripts/evaluate.py`, which
runs the product's own stages with a recipe's settings and adds their rows to these.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import torch

from ....errors import EmptyFieldError
from ...generators.sampling import latents_surface
from ...generators.tiny import TinyGenerator, load_tiny
from ..posed_views import PosedViews
from ..train_vae import LATTICE, lattice_anchors, voxel_anchors
from .baselines import SilhouetteRetrieval, inflate_silhouette
from .cases import Case, make_case, object_hull
from .metrics import Triangles
from .tables import Record, main_table

FINE_GRID = 128
COARSE_ANCHORS, FINE_ANCHORS = f"autoencoder, {LATTICE**3} coarse anchors", "autoencoder, 1024 fine anchors"
RETRIEVAL, INFLATION = "baseline: nearest training silhouette", "baseline: silhouette inflation"
BASELINES = (RETRIEVAL, INFLATION)


@dataclass(frozen=True)
class Prediction:
    """Output of a method for a case. mesh: in the frame of the view; notes: further scores by name."""

    mesh: Triangles
    notes: dict[str, float] = field(default_factory=dict)


Method = Callable[[Case], Prediction]
"""Raises EmptyFieldError when there is no surface."""
Methods = dict[str, Method]
Build = Callable[[PosedViews], Methods]
"""Makes the rows of the table; picklable, because worker processes are given it."""


def reconstruction(refine: TinyGenerator, case: Case, anchors: np.ndarray, points: int) -> Prediction:
    """Score the true surface as the autoencoder keeps it."""
    rng = np.random.default_rng(0)
    surface = case.surface[rng.choice(len(case.surface), points, replace=False)]
    places = torch.from_numpy(anchors)
    latents = refine.encode(surface[:, :3], surface[:, 3:], places)
    return Prediction(latents_surface(refine, latents, places, FINE_GRID), {"tokens": len(anchors)})


def autoencoder_methods() -> Methods:
    refine = load_tiny("refine", "cpu", "float32")
    lattice = lattice_anchors(LATTICE).numpy()

    def fine(case: Case) -> Prediction:
        anchors = voxel_anchors(case.surface[:, :3], 1024, np.random.default_rng(0), jitter=False)
        return reconstruction(refine, case, anchors, 4096)

    return {COARSE_ANCHORS: lambda case: reconstruction(refine, case, lattice, 2048), FINE_ANCHORS: fine}


def baseline_methods(views: PosedViews) -> Methods:
    retrieval = cache(lambda: SilhouetteRetrieval(views))  # reads every training picture, so only when asked
    return {
        RETRIEVAL: lambda case: Prediction(object_hull(views, *retrieval().nearest(case.rgba))[0]),
        INFLATION: lambda case: Prediction(inflate_silhouette(case.rgba[..., 3] / 255)),
    }


def build_methods(views: PosedViews) -> Methods:
    return {**autoencoder_methods(), **baseline_methods(views)}


def measure(method: str, run: Method, case: Case) -> Record:
    """Return the record of one method on one case; without scores when it gave no surface."""
    record = {"method": method, "object": case.name, "publisher": case.publisher, "view": case.view}
    started = time.perf_counter()
    try:
        found = run(case)
    except EmptyFieldError:
        return record
    seconds = time.perf_counter() - started
    scores = {**case.judge.scores(found.mesh).as_dict(), "silhouette": case.silhouette(found.mesh), "seconds": seconds}
    return {**record, **scores, **found.notes}


class Evaluation:
    """One process's part of the work: reads the data, builds the methods, scores cases."""

    def __init__(self, data: Path, shards: Path, build: Build, only: str):
        """only: rows whose name contains this."""
        self._views = PosedViews(data, shards)
        self._methods = {name: run for name, run in build(self._views).items() if only in name}

    def score(self, row: int, view: int) -> list[Record]:
        case = make_case(self._views, row, view)
        return [measure(name, run, case) for name, run in self._methods.items()]


_worker: Evaluation | None = None  # set once in every worker process


def _start_worker(*arguments) -> None:
    global _worker
    torch.set_num_threads(1)
    _worker = Evaluation(*arguments)


def _score(case: tuple[int, int]) -> list[Record]:
    assert _worker is not None
    return _worker.score(*case)


def drawn_cases(shards: Path, objects: int, views: int, training: bool = False) -> list[tuple[int, int]]:
    """(row, view) of the first views of `objects` held-out objects, or training ones, drawn with a fixed seed."""
    index = json.loads((shards / "index.json").read_text())
    rows = np.random.default_rng(1).permutation(index["training_rows" if training else "validation_rows"])
    return [(int(row), view) for row in rows[:objects] for view in range(views)]


def evaluate(args: argparse.Namespace, build: Build) -> list[Record]:
    """Return records of all methods on all cases, in order.

    Written to --out as they come, so that a long run can be read.
    """
    cases = drawn_cases(args.shards, args.objects, args.views, args.training)
    start = (args.data, args.shards, build, args.only)
    args.out.mkdir(parents=True, exist_ok=True)
    records: list[Record] = []
    with (
        multiprocessing.get_context("spawn").Pool(args.jobs, _start_worker, start) as pool,
        (args.out / "scores.jsonl").open("w") as file,
    ):
        for scored in pool.imap(_score, cases):
            records += scored
            file.writelines(json.dumps(record) + "\n" for record in scored)
            file.flush()
    return records


def make_parser(about: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--shards", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for scores.jsonl")
    parser.add_argument("--objects", type=int, default=64)
    parser.add_argument("--views", type=int, default=1, help="pictures per object, each from another side")
    parser.add_argument("--training", action="store_true", help="training objects instead: what was learnt by heart")
    parser.add_argument("--only", default="", help="rows whose name contains this")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    return parser


def heading(records: list[Record], training: bool) -> str:
    views = {(record["object"], record["view"]) for record in records}
    objects = len({name for name, _ in views})
    kind = "training" if training else "held-out"
    return f"{objects} {kind} objects, {len(views)} views; ± is half the bootstrap 95 % interval over objects"


def main() -> None:
    args = make_parser(__doc__).parse_args()
    records = evaluate(args, build_methods)
    print(f"{heading(records, args.training)}\n\n{main_table(records)}")


if __name__ == "__main__":
    main()
