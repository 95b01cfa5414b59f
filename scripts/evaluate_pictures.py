"""Runs pictures without a known shape through the whole chain and measures what can be measured; prints a table.

    python scripts/evaluate_pictures.py IMAGES --out FOLDER [--preset high] [--set refine.steps=8]

IMAGES: a folder with pictures; a manifest.jsonl beside them ("file", "cls") groups them. Columns: overlap of the mesh's
silhouette with the picture's at the registered camera, PSNR of the texture there, and the health of the mesh. FOLDER
gets scores.jsonl and sheet.png: input, coarse, refined, painted from four sides.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from collections.abc import Iterable
from pathlib import Path

from contact_sheet import sheet, strip
from evaluate import input_view_scores
from PIL import Image

from varco3d.errors import Varco3DError
from varco3d.pipeline.artifacts import Asset
from varco3d.pipeline.chain import Chain, ItemState
from varco3d.pipeline.machine import resolve_dtype
from varco3d.pipeline.meshes.report import mesh_report
from varco3d.pipeline.network_pool import NetworkPool
from varco3d.pipeline.pictures.formats import is_picture
from varco3d.pipeline.recipe import Recipe, load_recipe
from varco3d.pipeline.settings import parse_assignments
from varco3d.weights.training.evaluation.tables import Record, main_table

ALL = "all pictures"


class PictureRuns:
    """The chain up to the texture on single pictures."""

    def __init__(self, recipe: Recipe, out: Path):
        self._out = out
        dtype = resolve_dtype("auto", "cpu")
        pool = NetworkPool(recipe.models, "cpu", dtype)
        names = recipe.names()
        self._chain = Chain(recipe, pool, names[: names.index("texture") + 1], "cpu", dtype)

    def score(self, path: Path) -> Record:
        """Scores by name; only the `error` when the chain fails."""
        state = ItemState(path.stem, Asset(source=path))
        try:
            asset = self._chain.run(state, lambda event: None)
        except Varco3DError as error:
            return {"error": str(error)}
        assert asset.mesh is not None and asset.coarse is not None and asset.subject is not None
        strip(asset.subject.rgba, asset.coarse, asset.mesh, None).save(self._out / f"{path.stem}.png")
        report = mesh_report(asset.mesh)
        return {
            **input_view_scores(asset),
            "watertight": float(report["watertight"]),
            "manifold": float(report["non_manifold_edges"] == 0),
            "components": report["components"],
            "seconds": sum(times["seconds"] for times in state.timings.values()),
        }


_worker: PictureRuns | None = None  # set once in every worker process


def _start_worker(recipe: Recipe, out: Path) -> None:
    global _worker
    _worker = PictureRuns(recipe, out)


def _score(path: Path) -> Record:
    assert _worker is not None
    return _worker.score(path)


def kinds_of(folder: Path) -> dict[str, str]:
    """Kind of picture by file name, from the manifest."""
    manifest = folder / "manifest.jsonl"
    lines = manifest.read_text().splitlines() if manifest.exists() else []
    return {Path(row["file"]).name: row["cls"] for row in map(json.loads, lines)}


def table(records: Iterable[Record]) -> str:
    """Return a line for all pictures, then one per kind."""
    rows = list(records)
    return main_table([row | {"method": ALL} for row in rows] + sorted(rows, key=lambda row: row["method"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--preset", default="standard")
    parser.add_argument("--set", action="append", default=[], metavar="STAGE.KEY=VALUE", dest="overrides")
    parser.add_argument("--count", type=int, help="only the first pictures by name")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    args = parser.parse_args()
    recipe = load_recipe("tiny", args.preset, parse_assignments(args.overrides))
    kinds = kinds_of(args.images)
    pictures = sorted(path for path in args.images.iterdir() if is_picture(path))[: args.count]
    args.out.mkdir(parents=True, exist_ok=True)
    records: list[Record] = []
    with multiprocessing.get_context("spawn").Pool(args.jobs, _start_worker, (recipe, args.out)) as pool:
        for path, scores in zip(pictures, pool.imap(_score, pictures), strict=True):
            kind = kinds.get(path.name, "pictures")
            records.append({"method": kind, "object": path.stem, "publisher": "", **scores})
    (args.out / "scores.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    print(f"{len(records)} pictures, preset {args.preset}; ± is half the bootstrap 95 % interval\n\n{table(records)}")
    strips = [path for record in records if (path := args.out / f"{record['object']}.png").exists()]
    if strips:
        sheet([Image.open(path) for path in strips]).save(args.out / "sheet.png")


if __name__ == "__main__":
    main()
