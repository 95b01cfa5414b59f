"""Our geometry kernels beside the peers that are installed, in one process and interleaved: a markdown table on stdout.

    python scripts/bench_kernels.py                     # all kernels, 20k and 200k faces
    python scripts/bench_kernels.py voxelize --faces 1000000 --repeat 5

Times are CPU seconds of the whole process (user + system, all threads), the best of the repeats after one warm-up call.
On a machine shared with others that is steadier than wall time. Run with OMP_NUM_THREADS=1, or the idle OpenMP threads
of a peer are counted against it. A peer that is not installed is left out of the table.
"""

import argparse
import importlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from varco3d.kernels.closest_point import closest_point
from varco3d.kernels.decimate import decimate
from varco3d.kernels.decode_octree import decode_octree
from varco3d.kernels.farthest_points import farthest_points
from varco3d.kernels.field import Field
from varco3d.kernels.marching_cubes import marching_cubes
from varco3d.kernels.sample_surface import sample_surface
from varco3d.kernels.voxelize import voxelize

ELLIPSOIDS = (  # centre and half axes of a body, a head, two ears, two feet and a tail
    ((0, -0.3, 0), (0.5, 0.55, 0.48)),
    ((0, 0.3, 0.15), (0.3, 0.3, 0.3)),
    ((-0.15, 0.7, 0.05), (0.08, 0.25, 0.1)),
    ((0.15, 0.7, 0.05), (0.08, 0.25, 0.1)),
    ((-0.25, -0.75, 0.25), (0.15, 0.12, 0.25)),
    ((0.25, -0.75, 0.25), (0.15, 0.12, 0.25)),
    ((0, -0.4, -0.55), (0.13, 0.13, 0.13)),
)


@dataclass(frozen=True)
class Row:
    """One candidate for one job. same: what its answer says, to be compared by eye with the row of ours."""

    job: str
    who: str
    run: Callable[[], object]
    same: Callable[[object], str]


class Creature:
    """Smooth union of ellipsoids with fine bumps, positive inside; counts its queries and its own CPU time."""

    def __init__(self) -> None:
        self.queries = 0
        self.seconds = 0.0

    def __call__(self, points: torch.Tensor) -> torch.Tensor:
        began = time.process_time()
        self.queries += len(points)
        parts = []
        for centre, axes in ELLIPSOIDS:
            scaled = (points - points.new_tensor(centre)) / points.new_tensor(axes)
            parts.append((scaled.norm(dim=1) - 1) * min(axes))
        union = torch.logsumexp(torch.stack(parts) * -24, dim=0) / 24
        values = union - 0.006 * (40 * points).sin().prod(dim=1)
        self.seconds += time.process_time() - began
        return values


def field_of(faces: int) -> Field:
    """The creature at the resolution whose surface has about so many faces; a face takes half a cell's side squared."""
    resolution = round((faces / 3.53) ** 0.5)
    return decode_octree(Creature(), resolution)


def peer(name: str) -> object | None:
    """The module of that name, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def voxelize_rows(vertices: np.ndarray, faces: np.ndarray, _: Field) -> Iterator[Row]:
    def active(answer: object) -> str:
        return f"{len(answer[0])} voxels"  # type: ignore[index]

    yield Row("voxelize 128, intersect", "ours", lambda: voxelize(vertices, faces, 128), active)
    if (trimesh := peer("trimesh")) is not None:
        mesh = trimesh.Trimesh(vertices, faces, process=False)  # type: ignore[attr-defined]
        own = "own grid phase"
        yield Row("voxelize 128, intersect", "trimesh", lambda: mesh.copy().voxelized(2 / 128), lambda _: own)
    yield Row("voxelize 128, distance", "ours", lambda: voxelize(vertices, faces, 128, "distance", 1.0), active)


def sampling_rows(vertices: np.ndarray, faces: np.ndarray, _: Field) -> Iterator[Row]:
    voxels = voxelize(vertices, faces, 128)[0].astype(np.float32)
    count = min(8192, len(voxels))
    job = f"farthest points, {len(voxels)} to {count}"
    yield Row(job, "ours", lambda: farthest_points(voxels, count), lambda _: "exact, lowest index first")
    if (fps := peer("fpsample")) is not None:
        yield Row(job, "fpsample kdline", lambda: fps.bucket_fps_kdline_sampling(voxels, count, h=7), lambda _: "exact")  # type: ignore
    job = "sample 409,600 points"
    yield Row(job, "ours", lambda: sample_surface(vertices, faces, 409_600), lambda _: "stratified")
    if (trimesh := peer("trimesh")) is not None:
        mesh = trimesh.Trimesh(vertices, faces, process=False)  # type: ignore[attr-defined]
        yield Row(job, "trimesh", lambda: mesh.copy().sample(409_600), lambda _: "independent")


def surface_rows(vertices: np.ndarray, faces: np.ndarray, field: Field) -> Iterator[Row]:
    def size(answer: object) -> str:
        return f"{len(answer[0])} vertices, {len(answer[1])} faces"  # type: ignore[index]

    job = f"marching cubes at {field.resolution}"
    yield Row(job, "ours, sparse", lambda: marching_cubes(field), size)
    if (measure := peer("skimage.measure")) is not None and field.resolution <= 256:
        axis = torch.linspace(-1, 1, field.resolution + 1)
        planes = [Creature()(torch.cartesian_prod(x[None], axis, axis)) for x in axis]
        grid = torch.stack(planes).reshape((len(axis),) * 3).numpy()
        yield Row(job, "scikit-image, dense", lambda: measure.marching_cubes(grid, 0.0), size)  # type: ignore


def decimate_rows(vertices: np.ndarray, faces: np.ndarray, _: Field) -> Iterator[Row]:
    target = len(faces) // 10
    points = sample_surface(vertices, faces, 20_000)[0]

    def error(answer: object) -> str:
        mean = closest_point(np.asarray(answer[0], np.float32), answer[1], points)[0].mean()  # type: ignore[index]
        return f"{len(answer[1])} faces, mean error {mean * 1e5:.2f}e-5"  # type: ignore[index]

    job = f"decimate to {target}"
    yield Row(job, "ours", lambda: decimate(vertices, faces, target), error)
    if (meshlab := peer("pymeshlab")) is not None:

        def by_meshlab() -> object:
            session = meshlab.MeshSet()  # type: ignore[attr-defined]
            session.add_mesh(meshlab.Mesh(vertices.astype(float), faces))  # type: ignore[attr-defined]
            session.meshing_decimation_quadric_edge_collapse(targetfacenum=target, qualitythr=1.0, preservenormal=True)
            mesh = session.current_mesh()
            return mesh.vertex_matrix(), mesh.face_matrix().astype(np.int32)

        yield Row(job, "pymeshlab", by_meshlab, error)


JOBS = {"voxelize": voxelize_rows, "sample": sampling_rows, "extract": surface_rows, "decimate": decimate_rows}


def measured(rows: list[Row], repeat: int) -> list[tuple[Row, float, str]]:
    """Best CPU seconds of each row; one round of all rows after the other, so that a busy moment hits them alike."""
    answers = [row.run() for row in rows]
    best = [float("inf")] * len(rows)
    for _ in range(repeat):
        for i, row in enumerate(rows):
            began = time.process_time()
            row.run()
            best[i] = min(best[i], time.process_time() - began)
    return [(row, seconds, row.same(answer)) for row, seconds, answer in zip(rows, best, answers, strict=True)]


def decode_table(resolutions: list[int]) -> None:
    """Queries and bookkeeping of the octree decoder; the field's own time is taken off."""
    print("\n| decode | queries | of the dense grid | cells | bookkeeping, s |\n|---|---|---|---|---|")
    for resolution in resolutions:
        query = Creature()
        began = time.process_time()
        field = decode_octree(query, resolution, chunk=200_000)
        spent = time.process_time() - began - query.seconds
        share = query.queries / (resolution + 1) ** 3
        print(f"| {resolution}³ | {query.queries:,} | {share:.2%} | {len(field.cells):,} | {spent:.2f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job", nargs="*", choices=[*JOBS, "decode", []], help="default: all")
    parser.add_argument("--faces", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--resolution", type=int, nargs="+", default=[256, 512], help="of decode")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    jobs = options.job or [*JOBS, "decode"]
    for count in options.faces if set(jobs) & set(JOBS) else []:
        field = field_of(count)
        vertices, faces = marching_cubes(field)
        print(
            f"\n**{len(faces):,} faces**\n\n| job | who | CPU s | ours is | answer |\n|---|---|---|---|---|", flush=True
        )
        for job in [name for name in JOBS if name in jobs]:
            ours = 0.0
            for row, seconds, answer in measured(list(JOBS[job](vertices, faces, field)), options.repeat):
                ours = seconds if row.who.startswith("ours") else ours
                ratio = "" if row.who.startswith("ours") else f"{seconds / ours:.1f}x faster"
                print(f"| {row.job} | {row.who} | {seconds:.3f} | {ratio} | {answer} |", flush=True)
    if "decode" in jobs:
        decode_table(options.resolution)


if __name__ == "__main__":
    main()
