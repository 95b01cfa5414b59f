"""Conditioning views of the training objects: RGBA pictures cropped as the prepare stage crops them.

    python -m varco3d.weights.training.renders --data DATA --out RUNS/shards [--views 6] [--stretched 6]

Training objects are shown as people's pictures are (everyday_pose, looks.py), held-out ones from any azimuth, elevation
-5 to 35 degrees, evenly lit. The `stretched` views after the plain ones show training objects with their proportions
changed: more shapes to learn from. `views.npy` [objects, views, 128, 128, 4] uint8 with straight alpha, `poses.npy`
[objects, views, 6] azimuth, elevation, vertical field of view in degrees (0: orthographic), stretch along the object's
axes. The background is absent; alpha is the truth, or a cut-out of it for training objects.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import multiprocessing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from ...kernels.views.cameras import Camera
from ...kernels.views.render_maps import render_maps
from .looks import SeenSurface, flawed, lit_picture
from .objects import TrainingObject, open_archive
from .train_vae import stretched_normals, yaw_matrix
from .variants import variant

VIEW_SIZE = 128
FILL = 0.8  # of the frame that the longer side of the silhouette's box takes, as in the prepare stage
CREASE = math.cos(math.radians(35))


@dataclass(frozen=True)
class Pose:
    azimuth: float
    elevation: float
    fov: float | None


def random_pose(rng: np.random.Generator) -> Pose:
    """Any azimuth, elevations of the product's users, orthographic or a mild perspective."""
    fov = None if rng.random() < 0.3 else float(rng.uniform(12, 40))
    return Pose(float(rng.uniform(0, 360)), float(rng.uniform(-5, 35)), fov)


def everyday_pose(rng: np.random.Generator) -> Pose:
    """As people take pictures: rather from the front, from a little above, by phones at arm's length or drawn flat."""
    azimuth = rng.normal(0, 40) if rng.random() < 0.4 else rng.uniform(0, 360)
    elevation = rng.uniform(-10, 50) if rng.random() < 0.3 else np.clip(rng.normal(14, 11), -10, 50)
    fov = None if rng.random() < 0.25 else float(rng.uniform(12, 45))
    return Pose(float(azimuth % 360), float(elevation), fov)


def random_stretch(rng: np.random.Generator) -> np.ndarray:
    """Factors [3] along the object's axes: taller or flatter, deeper or shallower, by up to about a third."""
    height, depth = np.exp(rng.uniform(-0.3, 0.3, 2))
    return np.array([1 / depth, height, depth], np.float32)


def framed_camera(vertices: np.ndarray, pose: Pose) -> Camera:
    """Return the camera of `pose` (azimuth 0.

    Vertices [V,3] are already turned) that frames the object as prepare does.
    """
    tangent = 1.0 if pose.fov is None else math.tan(math.radians(pose.fov / 2))
    camera = Camera(0.0, pose.elevation, 1.0, pose.fov, 4.0 if pose.fov is None else 1.3 + 1.0 / tangent)
    places = camera.project(vertices, 2, 2)[:, :2] - 1  # in half pictures, y down
    low, high = places.min(0), places.max(0)
    zoom = FILL / max(float((high - low).max()) / 2, 1e-6)
    centre = (low + high) / 2 * zoom
    fov = None if pose.fov is None else 2 * math.degrees(math.atan(tangent / zoom))
    return camera.moved(half_height=1.0 / zoom, fov=fov, shift=(-float(centre[0]), float(centre[1])))


def corner_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return unit normals per face corner [F,3,3], smooth across edges flatter than 35 degrees."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    unit = cross / np.maximum(np.linalg.norm(cross, axis=1, keepdims=True), 1e-12)
    _, welded = np.unique(np.round(vertices * 4096).astype(np.int32), axis=0, return_inverse=True)
    corner_vertex = welded.reshape(-1)[faces].reshape(-1)
    order = np.argsort(corner_vertex, kind="stable")
    counts = np.bincount(corner_vertex)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    partners = counts[corner_vertex]  # faces around each corner
    corner = np.repeat(np.arange(len(corner_vertex)), partners)
    step = np.arange(len(corner)) - np.repeat(np.cumsum(partners) - partners, partners)
    other = order[starts[corner_vertex[corner]] + step] // 3
    near = (unit[corner // 3] * unit[other]).sum(1) > CREASE
    weighted = cross[other] * near[:, None]
    total = np.stack([np.bincount(corner, weighted[:, k], len(corner_vertex)) for k in range(3)], 1)
    normals = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
    return normals.reshape(-1, 3, 3).astype(np.float32)


def surface_colours(obj: TrainingObject, face: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """sRGB colours in 0..1 at points given by face [P] and barycentrics [P,3] -> [P,3]."""
    colours = (obj.corner_colours[face].astype(np.float32) * weights[..., None]).sum(1) / 255
    if obj.uv is not None and obj.texture is not None:
        texture = np.asarray(obj.texture)
        uv = (obj.uv[face] * weights[..., None]).sum(1)
        textured = np.isfinite(uv).all(1)
        h, w = texture.shape[:2]
        x = np.clip((uv[textured, 0] * w).astype(int), 0, w - 1)
        y = np.clip((uv[textured, 1] * h).astype(int), 0, h - 1)
        colours[textured] = texture[y, x] / np.float32(255)
    return colours


def shade(colours: np.ndarray, normals: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lit colours [P,3] sRGB in 0..1: sky and ground ambient, a key light from above the camera, a slight gloss."""
    linear = colours**2.2
    key = np.array([rng.normal() * 0.8, rng.uniform(0.2, 1.5), rng.uniform(0.3, 1.5)])
    key /= np.linalg.norm(key)
    ambient, strength = rng.uniform(0.3, 0.7), rng.uniform(0.4, 0.9)
    sky = ambient * (0.8 + 0.2 * normals[:, 1])
    light = sky + strength * np.maximum(normals @ key, 0)
    half = key + np.array([0, 0, 1.0])
    gloss = rng.choice([0.0, 0.0, rng.uniform(0, 0.4)]) * np.maximum(normals @ (half / np.linalg.norm(half)), 0) ** 24
    return np.clip(linear * light[:, None] + gloss[:, None], 0, 1) ** (1 / 2.2)


def recolour(colours: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Now and then other colours for the same shape, so that colour is no key to it."""
    choice = rng.random()
    if choice < 0.25:
        return colours[:, rng.permutation(3)]
    if choice < 0.35:
        return np.repeat(colours.mean(1, keepdims=True), 3, 1)
    return colours


def seen_surface(obj: TrainingObject, normals: np.ndarray, pose: Pose, size: int) -> SeenSurface:
    """Render an object as a pose's camera sees it, at azimuth 0. normals: of corner_normals; size: pixels a side."""
    turn = yaw_matrix(pose.azimuth)
    vertices = obj.vertices @ turn.T
    camera = framed_camera(vertices, pose)
    maps = render_maps(vertices, obj.faces, camera, size, maps=("depth", "position"))
    seen = maps.face >= 0
    face, weights = maps.face[seen], maps.barycentrics[seen]
    normal = (normals[face] * weights[..., None]).sum(1) @ turn.T
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    # Many of these meshes have flipped faces; what the camera sees is a front.
    normal *= np.where(normal[:, 2:] < -0.2, -1, 1)
    places = maps.position[seen]
    return SeenSurface(
        mask=seen,
        colours=surface_colours(obj, face, weights),
        normals=normal,
        positions=places,
        own=places @ turn,
        depth=maps.depth,
        vertices=vertices,
        faces=obj.faces,
        towards=camera.axes()[2],
    )


def render_view(
    obj: TrainingObject, normals: np.ndarray, pose: Pose, rng: np.random.Generator, plain: bool
) -> np.ndarray:
    """RGBA uint8 [VIEW_SIZE, VIEW_SIZE, 4], straight alpha, antialiased 2x2.

    normals: of corner_normals; plain: evenly lit and flawless, as held-out objects are shown ever since they are
    measured.
    """
    size = 2 * VIEW_SIZE
    seen = seen_surface(obj, normals, pose, size)
    coloured = dataclasses.replace(seen, colours=recolour(seen.colours, rng))
    if plain:
        picture = np.zeros((size, size, 4), np.float32)
        picture[seen.mask, :3] = shade(coloured.colours, seen.normals, rng)
        picture[seen.mask, 3] = 1
    else:
        picture = lit_picture(coloured, rng)
    pooled = picture.reshape(VIEW_SIZE, 2, VIEW_SIZE, 2, 4).mean((1, 3))
    pooled[..., :3] /= np.maximum(pooled[..., 3:], 1e-6)
    return np.round((pooled if plain else flawed(pooled, rng)) * 255).astype(np.uint8)


def object_views(
    data: Path, seed: int, job: tuple[int, int, int, int, int, bool]
) -> tuple[int, np.ndarray, np.ndarray]:
    """job: row, object, variant, plain views, stretched views, training -> row, views [K,S,S,4], poses [K,6].

    Views of held-out objects are all plain and keep to the product's elevations.
    """
    row, i, number, plain, stretched, training = job
    obj = variant(open_archive(data), i, number)
    rng = np.random.default_rng([seed, i, number])
    normals = corner_normals(obj.vertices, obj.faces)
    views, poses = [], []
    for k in range(plain + stretched):
        pose = everyday_pose(rng) if training else random_pose(rng)
        stretch = np.ones(3, np.float32)
        shown, shading = obj, normals
        if training and k >= plain:
            stretch = random_stretch(rng)
            shown = obj.with_vertices(obj.vertices * stretch)
            shading = stretched_normals(normals, stretch)
        views.append(render_view(shown, shading, pose, rng, plain=not training))
        poses.append((pose.azimuth, pose.elevation, pose.fov or 0, *stretch))
    return row, np.stack(views), np.array(poses, np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--views", type=int, default=6)
    parser.add_argument("--stretched", type=int, default=6)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    index = json.loads((args.out / "index.json").read_text())
    order, training = index["objects"], set(index["training_rows"])
    shape = (len(order), args.views + args.stretched, VIEW_SIZE, VIEW_SIZE, 4)
    views = np.lib.format.open_memmap(args.out / "views.npy", mode="w+", dtype=np.uint8, shape=shape)
    poses = np.lib.format.open_memmap(args.out / "poses.npy", mode="w+", dtype=np.float32, shape=(*shape[:2], 6))
    jobs = [
        (row, i, number, args.views, args.stretched, row in training)
        for row, (i, number) in enumerate(zip(order, index["variants"], strict=True))
    ]
    with multiprocessing.get_context("spawn").Pool(args.workers) as pool:
        for done, (row, pictures, cameras) in enumerate(
            pool.imap_unordered(partial(object_views, args.data, args.seed), jobs, chunksize=4)
        ):
            views[row], poses[row] = pictures, cameras
            if done % 200 == 0:
                print(f"{done}/{len(order)}", flush=True)


if __name__ == "__main__":
    main()
