"""Measures the whole chain on held-out objects, beside the autoencoder and two baselines; prints Markdown tables.

    python scripts/evaluate.py --data DATA --shards RUNS/shards --out FOLDER [--objects 64] [--views 3]
                               [--preset high] [--set refine.steps=8] [--tokens 512 1024 2048 4096] [--true-camera]

--true-camera tells the chain what it has to guess otherwise: what shapes would gain from better guesses. The stages are
the product's own with the settings of the recipe `tiny`. --tokens adds a row per count, refined from the same coarse
mesh. FOLDER gets scores.jsonl and, of the first objects, sheet.png: input, coarse, refined, painted, truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from contact_sheet import sheet, strip
from PIL import Image

from varco3d.kernels.views.cameras import Camera
from varco3d.pipeline.artifacts import Asset, Mesh, Subject
from varco3d.pipeline.chain import Chain, ItemState
from varco3d.pipeline.machine import resolve_dtype
from varco3d.pipeline.meshes.preview import render_view
from varco3d.pipeline.network_pool import NetworkPool, default_loader
from varco3d.pipeline.recipe import Recipe, load_recipe
from varco3d.pipeline.settings import parse_assignments
from varco3d.weights.training.evaluation import evaluate as networks
from varco3d.weights.training.evaluation.cases import Case
from varco3d.weights.training.evaluation.evaluate import Methods, Prediction
from varco3d.weights.training.evaluation.metrics import silhouette_iou
from varco3d.weights.training.evaluation.tables import change, main_table, publisher_table
from varco3d.weights.training.objects import TrainingObject
from varco3d.weights.training.posed_views import PosedViews

COARSE, CHAIN = "coarse stage", "whole chain"


class TrueCameras:
    """A loader of networks; the coarse one is told the camera of the picture instead of reading it."""

    def __init__(self, views: PosedViews):
        self._views, self._camera = views, np.zeros((2, 4), np.float32)

    def turn_to(self, case: Case) -> None:
        self._camera = self._views.camera_map(case.row, case.view, case.surface[:, :3], mirrored=False)

    def __call__(self, model: str, part: str, device: str, dtype: str) -> Any:
        network = default_loader(model, part, device, dtype)
        if part == "coarse":
            read = network.condition
            network.condition = lambda rgba: network.with_camera(read(rgba), self._camera)
        return network


class ChainRuns:
    """The stages of a recipe on held-out pictures.

    The coarse mesh of the last picture is kept for the other rows.
    """

    def __init__(self, recipe: Recipe, told: TrueCameras | None):
        """told: what tells the coarse stage its cameras."""
        self._recipe, self._told = recipe, told
        self._dtype = resolve_dtype("auto", "cpu")
        self._pool = NetworkPool(recipe.models, "cpu", self._dtype, loader=told)
        self._last: tuple[Case, ItemState] | None = None

    def _run(self, recipe: Recipe, names: Sequence[str], state: ItemState) -> ItemState:
        Chain(recipe, self._pool, names, "cpu", self._dtype).run(state, lambda event: None)
        return state

    def coarse(self, case: Case) -> ItemState:
        """Return the coarse stage alone; the held-out picture stands for what the prepare stage gives."""
        if self._last is None or self._last[0] is not case:
            rgba = case.rgba.astype(np.float32) / 255
            subject = Subject(rgba, np.eye(3), (rgba.shape[1], rgba.shape[0]))
            state = ItemState(case.name, Asset(subject=subject))
            if self._told is not None:
                self._told.turn_to(case)
            self._last = case, self._run(self._recipe, ["coarse"], state)
        return self._last[1]

    def after_coarse(self, case: Case, last: str, tokens: int | None = None) -> ItemState:
        """Return the stages from voxelize to `last`; tokens: other than the recipe's."""
        rough = self.coarse(case)
        recipe = self._recipe.with_settings({"sample": {"tokens": tokens}}) if tokens else self._recipe
        names = recipe.names()
        state = ItemState(case.name, rough.asset, timings=dict(rough.timings))
        return self._run(recipe, names[names.index("voxelize") : names.index(last) + 1], state)


def prediction(state: ItemState, mesh: Mesh | None) -> Prediction:
    assert mesh is not None
    notes = {"seconds": sum(times["seconds"] for times in state.timings.values())}
    if state.asset.queries is not None:
        notes["tokens"] = len(state.asset.queries.indices)
    return Prediction((mesh.vertices, mesh.faces), notes)


def input_view_scores(asset: Asset) -> dict[str, float]:
    """Return the scores of an asset's painted mesh at the camera that the texture stage found.

    `registered`, the overlap of the silhouettes, and `psnr`, dB over the pixels that both the render (unlit) and the
    picture cover.
    """
    assert asset.mesh is not None and asset.subject is not None
    mesh, rgba, camera = asset.mesh, asset.subject.rgba, Camera(**asset.report["texture"]["camera"])
    seen = render_view(mesh, camera, rgba.shape[0], background=None, light=0.0).astype(np.float32) / 255
    both = (seen[..., 3] > 0.99) & (rgba[..., 3] > 0.99)
    error = float(np.square(seen[both][:, :3] - rgba[both][:, :3]).mean()) if both.any() else 1.0
    return {
        "registered": silhouette_iou((mesh.vertices, mesh.faces), camera, rgba[..., 3] > 0.5),
        "psnr": -10 * float(np.log10(max(error, 1e-9))),
    }


def coloured_mesh(obj: TrainingObject, vertices: np.ndarray) -> Mesh:
    """Return a training object as a soup of corners with its own texture or colours; vertices [V,3]: where they lie."""
    corners = np.arange(3 * len(obj.faces), dtype=np.int32).reshape(-1, 3)
    soup = vertices[obj.faces].reshape(-1, 3)
    if obj.uv is not None and obj.texture is not None and np.isfinite(obj.uv).all():
        return Mesh(soup, corners, uv=obj.uv.reshape(-1, 2), texture=np.asarray(obj.texture))
    return Mesh(soup, corners, colors=obj.corner_colours.reshape(-1, 3))


def chain_methods(
    views: PosedViews,
    recipe: Recipe,
    tokens: Sequence[int],
    shown: frozenset[tuple[int, int]],
    out: Path,
    true_camera: bool,
) -> Methods:
    """All rows of the table. shown: cases (row, view) that leave a strip of pictures in `out`."""
    runs = ChainRuns(recipe, TrueCameras(views) if true_camera else None)

    def coarse(case: Case) -> Prediction:
        state = runs.coarse(case)
        return prediction(state, state.asset.coarse)

    def refined(case: Case, count: int) -> Prediction:
        state = runs.after_coarse(case, "clean", count)
        return prediction(state, state.asset.mesh)

    def whole(case: Case) -> Prediction:
        state = runs.after_coarse(case, "texture")
        mesh, rough, subject = state.asset.mesh, state.asset.coarse, state.asset.subject
        assert mesh is not None and rough is not None and subject is not None
        if (case.row, case.view) in shown:
            truth = coloured_mesh(case.obj, case.framed_vertices())
            strip(subject.rgba, rough, mesh, truth).save(strip_path(out, case.row, case.view))
        found = prediction(state, mesh)
        found.notes.update(input_view_scores(state.asset))
        return found

    rows: Methods = {COARSE: coarse}
    rows |= {f"refined, at most {count} tokens": partial(refined, count=count) for count in tokens}
    return {**networks.autoencoder_methods(), **rows, CHAIN: whole, **networks.baseline_methods(views)}


def strip_path(out: Path, row: int, view: int) -> Path:
    return out / f"{row}-{view}.png"


def bars(records: list[dict]) -> str:
    """Return the changes that the project's bars speak of, each with its paired 95 % interval."""
    lines = []
    for name, score, relative, unit in (("CD", "chamfer", True, " %"), ("F@0.05", "f_5", False, " points")):
        for before in (COARSE, *networks.BASELINES):
            found = change(records, score, before, CHAIN, relative)
            if found:
                interval = f"[{found.low:+.1f}, {found.high:+.1f}]"
                lines.append(f"- {name}, {CHAIN} against {before}: {found.value:+.1f}{unit} {interval}")
    return "\n".join(lines)


def main() -> None:
    parser = networks.make_parser(__doc__)
    parser.add_argument("--preset", default="standard")
    parser.add_argument("--set", action="append", default=[], metavar="STAGE.KEY=VALUE", dest="overrides")
    parser.add_argument("--tokens", type=int, nargs="*", default=[])
    parser.add_argument("--shown", type=int, default=16, help="objects on the sheet of pictures")
    parser.add_argument("--true-camera", action="store_true", help="tell the coarse stage the picture's camera")
    args = parser.parse_args()
    recipe = load_recipe("tiny", args.preset, parse_assignments(args.overrides))
    shown = networks.drawn_cases(args.shards, min(args.shown, args.objects), 1, args.training)
    args.out.mkdir(parents=True, exist_ok=True)
    settings = {"tokens": args.tokens, "shown": frozenset(shown), "out": args.out, "true_camera": args.true_camera}
    build = partial(chain_methods, recipe=recipe, **settings)
    records = networks.evaluate(args, build)
    heading = networks.heading(records, args.training)
    told = ", true cameras" if args.true_camera else ""
    print(f"{heading}; preset {args.preset}{told}\n\n{main_table(records)}\n\n{bars(records)}\n")
    print(publisher_table(records, [m for m in (COARSE, CHAIN, *networks.BASELINES) if args.only in m]))
    strips = [path for row, view in shown if (path := strip_path(args.out, row, view)).exists()]
    if strips:
        sheet([Image.open(path) for path in strips]).save(args.out / "sheet.png")


if __name__ == "__main__":
    main()
