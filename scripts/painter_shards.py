"""What the painter learns from: coloured objects seen by one picture each, and the six views it is to paint.

    python scripts/painter_shards.py --data DATA --shards RUNS/shards --out RUNS/painter [--workers 2]

The picture is lit at random (a third of them are not lit); the wanted colours of the views are those under even light
of the picture's mean brightness. What is known about the views is worked out as the texture stage does it, from a
camera that is off by as much as registration is. Rows: training objects, then held-out ones. A run that was
stopped goes on.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from functools import partial
from pathlib import Path

import numpy as np

from varco3d.kernels.meshes.normals import smooth_normals
from varco3d.kernels.views.cameras import Camera
from varco3d.kernels.views.render_maps import Maps, render_maps
from varco3d.pipeline.texturing.register import Registration
from varco3d.pipeline.texturing.synthesis import Conditions, MirrorSynthesizer, input_view, wanted_cameras
from varco3d.weights.painting import ViewFacts, view_facts
from varco3d.weights.training.objects import TrainingObject, open_archive
from varco3d.weights.training.renders import corner_normals, framed_camera, random_pose, shade, surface_colours
from varco3d.weights.training.train_painter import VIEW_SIDE, open_painter_arrays, pack_facts
from varco3d.weights.training.train_vae import FRAME, yaw_matrix

PICTURE = 192  # side of the rendered picture; the shards keep it at the painter's size
UNLIT = 1 / 3  # share of pictures
OFF = 0.7  # share of pictures whose camera is not quite the true one


def seen_colours(obj: TrainingObject, maps: Maps) -> np.ndarray:
    """Plain colours [N,3] of the pixels that show the object."""
    return surface_colours(obj, maps.face[maps.mask], maps.barycentrics[maps.mask])


def disturbed(camera: Camera, rng: np.random.Generator) -> Camera:
    """A camera as registration to an imperfect mesh would find it."""
    if rng.random() > OFF:
        return camera
    grow, (x, y) = float(np.exp(0.02 * rng.normal())), 0.012 * rng.normal(size=2)
    elevation = float(np.clip(camera.elevation + 3 * rng.normal(), -80, 80))
    moved = camera.moved(azimuth=3 * float(rng.normal()), elevation=elevation)
    shift = (camera.shift[0] + float(x), camera.shift[1] + float(y))
    if camera.fov is None:
        return moved.moved(half_height=camera.half_height * grow, shift=shift)
    return moved.moved(distance=camera.distance * grow, shift=shift)


def light_picture(
    obj: TrainingObject, vertices: np.ndarray, normals: np.ndarray, camera: Camera, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """(RGBA float32 [PICTURE,PICTURE,4], mean brightness over plain linear colours). normals [F,3,3] of the corners."""
    maps = render_maps(vertices, obj.faces, camera, PICTURE, maps=())
    plain = seen_colours(obj, maps)
    picture = np.zeros((PICTURE, PICTURE, 4), np.float32)
    if rng.random() < UNLIT:
        lit = plain
    else:
        normal = (normals[maps.face[maps.mask]] * maps.barycentrics[maps.mask][..., None]).sum(1)
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
        normal *= np.where(normal @ camera.axes()[2] < -0.2, -1, 1)[:, None]
        lit = shade(plain, normal, rng)
    picture[maps.mask] = np.concatenate([lit, np.ones((len(lit), 1))], 1)
    return picture, float((lit**2.2).sum() / max(float((plain**2.2).sum()), 1e-6))


def painter_sample(obj: TrainingObject, seed: int) -> tuple[np.ndarray, ViewFacts, np.ndarray]:
    """(picture RGBA, facts about the six views, wanted colours [6,S,S,3])."""
    rng = np.random.default_rng([11, seed])
    pose = random_pose(rng)
    turn = yaw_matrix(pose.azimuth)
    vertices = (obj.vertices @ turn.T * np.float32(FRAME)).astype(np.float32)
    camera = framed_camera(vertices, pose)
    picture, brightness = light_picture(obj, vertices, corner_normals(obj.vertices, obj.faces) @ turn.T, camera, rng)
    cameras = wanted_cameras()
    found = Registration(disturbed(camera, rng), 1.0, True)
    smooth = smooth_normals(vertices, obj.faces)
    conditions = Conditions(picture, found, vertices, obj.faces, smooth, cameras)
    views = [input_view(conditions), *MirrorSynthesizer().synthesize(conditions)]
    side = VIEW_SIDE
    facts = view_facts(vertices, obj.faces, None, list(cameras.values()), views, side)
    maps = render_maps(vertices, obj.faces, list(cameras.values()), side, maps=())
    wanted = np.zeros((len(cameras), side, side, 3), np.float32)
    wanted[maps.mask] = np.clip(seen_colours(obj, maps) ** 2.2 * brightness, 0, 1) ** (1 / 2.2)
    return picture, facts, wanted


def _one(data: Path, task: tuple[int, int]) -> tuple[int, dict[str, np.ndarray]]:
    row, i = task
    return row, pack_facts(*painter_sample(open_archive(data)[i], i))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--shards", type=Path, required=True, help="for the split")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--limit", type=int, help="only so many objects of either side of the split")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    index = json.loads((args.shards / "index.json").read_text())
    manifest = open_archive(args.data).manifest

    def chosen(side: str) -> list[int]:
        rows = np.random.default_rng(0).permutation(index[f"{side}_rows"])
        return [i for i in (index["objects"][row] for row in rows) if manifest[i]["has_colour"]][: args.limit]

    training, validation = chosen("training"), chosen("validation")
    tasks = list(enumerate(training + validation))
    resumed = (args.out / "view.npy").exists()
    arrays = open_painter_arrays(args.out, len(tasks), "r+" if resumed else "w+")
    if len(arrays["picture"]) != len(tasks):
        raise SystemExit(f"{args.out} was begun with another --limit")
    tasks = [(row, i) for row, i in tasks if not arrays["picture"][row, 3].any()]
    with multiprocessing.get_context("spawn").Pool(args.workers) as pool:
        for done, (row, packed) in enumerate(pool.imap_unordered(partial(_one, args.data), tasks, chunksize=4)):
            for name, values in packed.items():
                arrays[name][row] = values
            if done % 200 == 0:
                print(f"{done}/{len(tasks)}", flush=True)
    counts = {"training": len(training), "count": len(training) + len(validation)}
    (args.out / "index.json").write_text(json.dumps(counts))


if __name__ == "__main__":
    main()
