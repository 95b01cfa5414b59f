"""Measure meshes from dual grids with a decoder's errors: the public rule beside the mended one, on the same grids.

    python scripts/open_surfaces.py --resolution 64                        # a table for each strength of error
    python scripts/open_surfaces.py --resolution 96 --shapes "T joint,cup" --picture torn.png
    python scripts/open_surfaces.py --objects DATA                         # and four objects of a packed archive
    python scripts/open_surfaces.py --windows                              # small holes that are meant, closed or not
    python scripts/open_surfaces.py --speed                                # a mesh of 200,978 faces to 512^3 and back

Sixteen shapes by formulas (open_shapes.py), closed, open and branched, go to their true grid. Noise is added to the
dual vertices, flags are flipped and voxels dropped at random, and both rules make a mesh of what is left. A false edge
is a boundary edge between two voxels that the mesh of the true grid has not. A hole counts as closed where less than
half of a boundary of the shape has a boundary of the mesh within two voxels. Distances are those of the result's
vertices to the shape. DATA: folder with objects.npz and manifest.jsonl, as the training scripts take it.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from open_shapes import Mesh, boxed, shapes, sieve, torus
from scipy.spatial import KDTree

from varco3d.kernels.meshes.clean import drop_unused, weld
from varco3d.kernels.meshes.closest_point import closest_point
from varco3d.kernels.meshes.topology import face_pairs, face_parts
from varco3d.kernels.ovoxel.distinct import boundary_edges
from varco3d.kernels.ovoxel.dual_grid import DualGrid, mesh_to_grid
from varco3d.kernels.ovoxel.grid_mesh import grid_to_mesh
from varco3d.kernels.ovoxel.mending.mend import Mending, mend_grid
from varco3d.kernels.ovoxel.mending.sheets import mended_mesh
from varco3d.kernels.parallel import thread_count

WINDOWS = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)  # sides, voxels
OBJECTS = 4  # of an archive, those with most of their edges open


@dataclass(frozen=True)
class Errors:
    """Standard deviation of vertices in voxels; shares of flags flipped, of voxels and of blocks of 2^3 dropped."""

    noise: float = 0.1
    flipped: float = 0.01
    dropped: float = 0.01
    blocks: float = 0.0


SETTINGS = (
    Errors(0.05, 0.005, 0.005),
    Errors(),
    Errors(0.3, 0.01, 0.01),
    Errors(0.3, 0.05, 0.02),
    Errors(0.1, 0.01, 0.01, 0.01),
)


@dataclass
class Score:
    """Sums over shapes of one rule's figures."""

    false: int = 0
    kept: int = 0
    boundary: int = 0
    closed: int = 0
    parts: int = 0
    wrong: int = 0
    pairs: int = 0
    near: float = 0.0
    far: float = 0.0

    def add(self, other: Score) -> None:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resolution", type=int, default=64)
    parser.add_argument("--shapes", help="names, with commas between; by default all")
    parser.add_argument("--settings", type=int, nargs="*", default=range(len(SETTINGS)), help="numbers, from 0")
    parser.add_argument("--planes", type=float, default=Mending.planes, help="most that planes may say; 0 is without")
    parser.add_argument("--cluster", type=float, default=Mending.cluster, help="errors side by side; large is without")
    parser.add_argument("--windows", action="store_true", help="count closed windows of a bent sheet instead")
    parser.add_argument("--speed", action="store_true", help="time a mesh to 512^3 and back, best of three, instead")
    parser.add_argument("--objects", type=Path, help="folder with objects.npz and manifest.jsonl")
    parser.add_argument("--picture", type=Path, help="draw the first three shapes, torn above, mended below")
    chosen = parser.parse_args()
    mending = Mending(planes=chosen.planes, cluster=chosen.cluster)
    if chosen.speed:
        speed()
        return
    if chosen.windows:
        windows(chosen.resolution, mending)
        return
    made = shapes() | (opened(chosen.objects) if chosen.objects else {})
    if chosen.shapes:
        made = {name: made[name] for name in chosen.shapes.split(",")}
    for number in chosen.settings:
        table(made, chosen.resolution, SETTINGS[number], mending)
    if chosen.picture:
        draw(list(made.values())[:3], chosen.resolution, mending, chosen.picture)


def table(made: dict[str, Mesh], resolution: int, errors: Errors, mending: Mending) -> None:
    """Print a row for each shape, and the sums."""
    print(f"\n{errors}, {resolution}^3")
    print("shape                 voxels   true  false edges      share  closed  parts     wrong pairs %  mean/99.9 %")
    sums, spent, worst = (Score(), Score()), 0.0, 0.0
    for number, (name, mesh) in enumerate(made.items()):
        true = mesh_to_grid(*mesh, resolution)
        given = harmed(true, errors, np.random.default_rng(number))
        start = time.perf_counter()
        whole = mended_mesh(*given, mending=mending)
        spent += time.perf_counter() - start
        ends = sides(true.coords, grid_to_mesh(*known(true))[1])
        coords = mend_grid(*given, mending=mending).coords
        scores = (
            score(mesh, ends, given[0], grid_to_mesh(*given, split="first"), resolution),
            score(mesh, ends, coords, whole, resolution),
        )
        for total, one in zip(sums, scores, strict=True):
            total.add(one)
        worst = max(worst, scores[1].false / max(scores[0].false, 1))
        print(row(name, len(true.coords), scores, 1))
    print(row("all", 0, sums, len(made)))
    print(f"largest share {worst:.3f}; mending took {spent:.1f} s")


def row(name: str, voxels: int, scores: tuple[Score, Score], count: int) -> str:
    public, mended = scores
    share = mended.false / max(public.false, 1)
    wrong = [100 * one.wrong / max(one.pairs, 1) for one in scores]
    return (
        f"{name:20s} {voxels:7d} {public.boundary:6d} {public.false:6d} {mended.false:5d}"
        f" {share:10.4f} {mended.closed:7d}"
        f" {public.parts:6d} {mended.parts:3d} {wrong[0]:8.1f} {wrong[1]:5.2f}"
        f"   {public.near / count:.3f} {mended.near / count:.3f} / {public.far / count:.2f} {mended.far / count:.2f}"
    )


def known(grid: DualGrid) -> tuple[Any, Any, Any, int]:
    return grid.coords, grid.local, grid.crossed, grid.resolution


def harmed(grid: DualGrid, errors: Errors, rng: np.random.Generator) -> tuple[Any, Any, Any, int]:
    """Return voxels, vertices, flags and resolution as a decoder might predict them."""
    left = rng.random(len(grid.coords)) >= errors.dropped
    local = np.clip(grid.local + rng.normal(0, errors.noise, grid.local.shape), -0.5, 1.5).astype(np.float32)
    crossed = grid.crossed ^ (rng.random(grid.crossed.shape) < errors.flipped)
    block = (grid.coords >> 1) @ np.array([1, 1000, 1_000_000])
    blocks = np.unique(block)
    left &= ~np.isin(block, blocks[rng.random(len(blocks)) < errors.blocks])
    return grid.coords[left], local[left], crossed[left].astype(np.uint8), grid.resolution


def sides(coords: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return the boundary edges as keys [E] of two voxels."""
    place = coords.astype(np.int64) @ np.array([1 << 20, 1 << 10, 1])
    pair = place[boundary_edges(faces)].reshape(-1, 2)
    return pair.min(axis=1) << 30 | pair.max(axis=1)


def score(mesh: Mesh, true: np.ndarray, coords: np.ndarray, result: tuple[Any, Any], resolution: int) -> Score:
    """Return the figures of one rule's mesh; `coords` [M, 3] are the voxels of its vertices."""
    points, faces = result
    ends = sides(coords, faces)
    _, _, same_way = face_pairs(faces)
    distance = closest_point(*mesh, drop_unused(points, faces)[0])[0] * resolution
    return Score(
        false=len(np.setdiff1d(ends, true)),
        kept=len(np.intersect1d(ends, true)),
        boundary=len(true),
        closed=closed_holes(mesh, points, faces, resolution),
        parts=int(face_parts(faces).max()) + 1,
        wrong=int(same_way.sum()),
        pairs=len(same_way),
        near=float(distance.mean()),
        far=float(np.quantile(distance, 0.999)),
    )


def closed_holes(mesh: Mesh, points: np.ndarray, faces: np.ndarray, resolution: int) -> int:
    """Return how many boundaries of `mesh` longer than twelve voxels the result has lost."""
    sizes, open_ = boundaries(mesh, points, faces, resolution, 2.0)
    return int(((sizes > 12) & (open_ < 0.5)).sum())


def boundaries(
    mesh: Mesh, points: np.ndarray, faces: np.ndarray, resolution: int, reach: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the length of each boundary of `mesh` in voxels, and the share that the result keeps open."""
    rim, ends = boundary_edges(mesh[1]), boundary_edges(faces)
    if len(rim) == 0:
        return np.zeros(0), np.zeros(0)
    found = KDTree(points[np.unique(ends)] if len(ends) else np.full((1, 3), 9.0))
    loop = face_parts(rim[:, [0, 1, 1]])
    length = np.linalg.norm(np.diff(mesh[0][rim], axis=1)[:, 0], axis=1)
    near = found.query(mesh[0][rim].mean(axis=1))[0] < reach / resolution
    sizes = np.bincount(loop, length)
    return sizes * resolution, np.bincount(loop, length * near) / sizes


def speed() -> None:
    """Print seconds of the wall and of the processor, the best of three: to the grid, back, and back mended."""
    mesh = boxed(torus(0.06, 317)[0]), torus(0.06, 317)[1]
    grid = mesh_to_grid(*mesh, 512)
    given = grid.coords, grid.local, grid.crossed, 512
    works = {
        "mesh to grid": lambda: mesh_to_grid(*mesh, 512),
        "grid to mesh": lambda: grid_to_mesh(*given, facing=grid.facing),
        "mended": lambda: mended_mesh(*given),
    }
    print(f"{len(mesh[1])} faces, {len(grid.coords)} voxels, {thread_count()} cores")
    for name, work in works.items():
        runs = []
        for _ in range(3):
            start, busy = time.perf_counter(), time.process_time()
            work()
            runs.append((time.perf_counter() - start, time.process_time() - busy))
        wall, cpu = (min(column) for column in zip(*runs, strict=True))
        print(f"{name:14s} {wall:6.2f} s, processor {cpu:6.2f} s")


def windows(resolution: int, mending: Mending) -> None:
    """Print how many square windows of a bent sheet are closed in the true mesh and in the mended ones."""
    rows = []
    for number, turn in enumerate(((0.0, 0.0), (0.3, 0.2), (0.7, 0.5), (0.4, 0.9))):
        mesh = sieve(turn, WINDOWS, 0.9 * resolution)
        true = mesh_to_grid(*mesh, resolution)
        made = [grid_to_mesh(*known(true)), mended_mesh(*known(true), mending=mending)]
        made += [mended_mesh(*harmed(true, Errors(), np.random.default_rng(number)), mending=mending)]
        found = [boundaries(mesh, *one, resolution, 1.0) for one in made]
        rows.append(np.stack([found[0][0] / 4, *(open_ < 0.5 for _, open_ in found)], axis=1))
    table = np.concatenate(rows)
    print("side (voxels)   windows   closed in the true mesh   true grid mended   with errors, mended")
    for low in np.arange(0.25, max(WINDOWS) + 0.25, 0.5):
        some = table[(table[:, 0] >= low) & (table[:, 0] < low + 0.5), 1:]
        counts = some.sum(axis=0).astype(int)
        print(f"{low:.2f}..{low + 0.5:.2f}     {len(some):7d} {counts[0]:25d} {counts[1]:18d} {counts[2]:21d}")


def opened(folder: Path) -> dict[str, Mesh]:
    """Return objects of the archive with most of their edges open, welded and scaled into the box."""
    from varco3d.weights.training.objects import ObjectArchive

    archive = ObjectArchive(folder)
    shares = [entry["boundary_edge_frac"] * (entry["n_faces"] < 20_000) for entry in archive.manifest]
    found = {}
    for i in np.argsort(shares)[::-1][:OBJECTS]:
        entry = archive[int(i)]
        points, faces = weld(boxed(entry.vertices), entry.faces)
        found[entry.name] = drop_unused(points, faces)
    return found


def draw(made: list[Mesh], resolution: int, mending: Mending, target: Path) -> None:
    """Write a picture of the shapes by the public rule, and mended below."""
    from PIL import Image

    from varco3d.kernels.views.cameras import Camera
    from varco3d.pipeline.artifacts import Mesh as Shown
    from varco3d.pipeline.meshes.preview import render_view

    rows: list[list[np.ndarray]] = [[], []]
    for number, mesh in enumerate(made):
        given = harmed(mesh_to_grid(*mesh, resolution), Errors(), np.random.default_rng(number))
        for line, (points, faces) in zip(
            rows, (grid_to_mesh(*given, split="first"), mended_mesh(*given, mending=mending)), strict=True
        ):
            shown = Shown(*drop_unused(2 * points, faces))
            line.append(render_view(shown, Camera(215.0, 30.0, 1.0), 420, "clay"))
    sheet = np.concatenate([np.concatenate(line, axis=1) for line in rows])
    Image.fromarray(sheet).convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(target, optimize=True)


if __name__ == "__main__":
    main()
