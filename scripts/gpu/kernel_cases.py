"""The kernels at 20 thousand, 200 thousand and a million faces: the device, its limit by bytes, the CPU beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from bench import Bench, Case, ceilings

from varco3d.cli.bench.shapes import FIELDS, TRIAL, shape_field
from varco3d.kernels import (
    bake,
    cast_rays,
    closest_point,
    decode_octree,
    farthest_points,
    marching_cubes,
    render_maps,
    voxelize,
)
from varco3d.kernels.fields.field import Field
from varco3d.kernels.views.cameras import Camera, six_cameras

SHAPE = "bunny"
FACES = {"20k": 20_000, "200k": 200_000, "1M": 1_000_000}
SMALL_FACES = {"2k": 2_000}
DECODED = (384, 512, 1024)
SAMPLED = ((20_000, 4096), (72_000, 8192), (200_000, 32_768))


@cache
def sampled_field(faces: int) -> Field:
    """Return the shape's samples at the resolution that gives about `faces` triangles."""
    _, trial = marching_cubes(shape_field(SHAPE, TRIAL))
    return shape_field(SHAPE, max(8, round(TRIAL * (faces / len(trial)) ** 0.5)))


@cache
def mesh(faces: int) -> tuple[np.ndarray, np.ndarray]:
    return marching_cubes(sampled_field(faces))


def box_uv(vertices: np.ndarray) -> np.ndarray:
    """Atlas places [V,2] of a projection along the axis that leads from the middle: quick, and for timing only."""
    axis = np.abs(vertices).argmax(1)
    side = (np.take_along_axis(vertices, axis[:, None], 1)[:, 0] > 0).astype(np.int64)
    across = np.stack([vertices[np.arange(len(vertices)), (axis + k) % 3] for k in (1, 2)], 1)
    return ((across + 1) / 2 * 0.98 + 0.01 + np.stack([axis, side], 1)) / (3, 2)


def compared(bench: Bench, call: Callable[..., Any], arrays: list[np.ndarray], moved: int) -> dict[str, Any]:
    """Figures of `call` on the device and on the CPU. moved: bytes that must at least be read and written."""
    there = [torch.from_numpy(array).to(bench.device) for array in arrays]
    figures: dict[str, Any] = bench.timed(lambda: call(*there))
    return figures | {"cpu_ms": bench.once(lambda: call(*arrays)), "moved_mb": moved / 1e6}


def size_of(*arrays: np.ndarray) -> int:
    return sum(array.nbytes for array in arrays)


def voxelized(bench: Bench, faces: int) -> dict[str, Any]:
    vertices, triangles = mesh(faces)
    side = 32 if bench.small else 128
    found = voxelize(vertices, triangles, side, "distance", 1.0)
    moved = size_of(vertices, triangles, *found) + 4 * side**3
    return compared(bench, lambda v, f: voxelize(v, f, side, "distance", 1.0), [vertices, triangles], moved)


def sampled(bench: Bench, count: int, wanted: int) -> dict[str, Any]:
    """Measure sampling of points on the lattice of voxels.

    For every sample each point is read, and its distance read and written.
    """
    rng = np.random.default_rng(0)
    side = max(8, round((count / 3) ** 0.5))
    points = rng.integers(0, side, (count, 3)).astype(np.float32)
    return compared(bench, lambda p: farthest_points(p, wanted), [points], 20 * count * wanted)


def decoded(bench: Bench, resolution: int) -> dict[str, Any]:
    """Return the field is a formula; its own time is part of the figures."""
    field = FIELDS[SHAPE]
    chunk = 1 << 20
    figures: dict[str, Any] = bench.timed(lambda: decode_octree(field, resolution, chunk=chunk, device=bench.device))
    kept: list[Field] = []
    figures["cpu_ms"] = bench.once(lambda: kept.append(decode_octree(field, resolution, chunk=chunk)))
    made = kept[-1].on_host()
    return figures | {"moved_mb": size_of(made.cells, made.corners, made.points, made.values) / 1e6}


def extracted(bench: Bench, faces: int) -> dict[str, Any]:
    field = sampled_field(faces)
    there = field.on_device(bench.device)
    figures: dict[str, Any] = bench.timed(lambda: marching_cubes(there))
    figures["cpu_ms"] = bench.once(lambda: marching_cubes(field))
    moved = size_of(field.corners, field.points, field.values, *marching_cubes(field))
    return figures | {"moved_mb": moved / 1e6}


def rendered(bench: Bench, faces: int) -> dict[str, Any]:
    vertices, triangles = mesh(faces)
    side, camera = (128, 1024)[not bench.small], Camera(30.0, 20.0, 1.0)
    moved = size_of(vertices, triangles) + side * side * (4 + 12 + 4 + 12 + 12)
    return compared(bench, lambda v, f: render_maps(v, f, camera, side), [vertices, triangles], moved)


def cast(bench: Bench, faces: int) -> dict[str, Any]:
    vertices, triangles = mesh(faces)
    count = 1_000 if bench.small else 1_000_000
    rng = np.random.default_rng(0)
    origins = rng.uniform(-1, 1, (count, 3)).astype(np.float32) * np.float32(1.5)
    directions = rng.normal(size=(count, 3)).astype(np.float32)
    moved = size_of(vertices, triangles, origins, directions) + count * 20
    return compared(bench, lambda *arrays: cast_rays(*arrays), [vertices, triangles, origins, directions], moved)


def baked(bench: Bench, faces: int) -> dict[str, Any]:
    vertices, triangles = mesh(faces)
    texels, pixels = (128, 64) if bench.small else (2048, 1024)
    views = np.random.default_rng(0).random((6, pixels, pixels, 3), np.float32)
    uv = box_uv(vertices).astype(np.float32)
    moved = size_of(vertices, triangles, uv, views) + texels * texels * (12 + 4 + 24)

    def call(v: Any, f: Any, places: Any, pictures: Any) -> Any:
        return bake(SimpleNamespace(vertices=v, faces=f, uv=places), pictures, six_cameras(), texels)

    return compared(bench, call, [vertices, triangles, uv, views], moved)


def nearest(bench: Bench, faces: int) -> dict[str, Any]:
    vertices, triangles = mesh(faces)
    points = np.random.default_rng(0).uniform(-1, 1, (2_000 if bench.small else 200_000, 3)).astype(np.float32)
    moved = size_of(vertices, triangles, points) + len(points) * 20
    return compared(bench, closest_point, [vertices, triangles, points], moved)


def cases(small: bool) -> list[Case]:
    """Return the ceilings first, then kernel by kernel from few faces to many."""
    by_faces = {
        "voxelize": voxelized,
        "marching_cubes": extracted,
        "render_maps": rendered,
        "cast_rays": cast,
        "bake": baked,
        "closest_point": nearest,
    }
    sizes = SMALL_FACES if small else FACES
    listed = [
        Case("kernels", f"{name} {label}", lambda bench, run=run, faces=faces: run(bench, faces))
        for name, run in by_faces.items()
        for label, faces in sizes.items()
    ]
    for count, wanted in ((500, 50),) if small else SAMPLED:
        name = f"farthest_points {count} to {wanted}"
        listed.append(Case("kernels", name, lambda bench, n=count, k=wanted: sampled(bench, n, k)))
    for resolution in (40,) if small else DECODED:
        listed.append(Case("kernels", f"decode_octree {resolution}", lambda bench, r=resolution: decoded(bench, r)))
    return [*ceilings(), *listed]
