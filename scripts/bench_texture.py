"""Quality and speed of the texture stage on objects with known colours.

Each object is painted from six rendered pictures of itself, then compared with itself from eight other directions.
Beside it, in the same run, the simplest method: every texel takes the picture whose camera faces it most, without any
test of visibility, blending or filling. With --open3d also Open3D's project_images_to_albedo on the same atlas (all
methods then get perspective pictures, which is all it takes). With --single the object is painted from one picture, as
`generate` does; with --speed the whole stage is timed, from mesh and six picture files to a written GLB.

    python scripts/bench_texture.py objects.npz --count 30 --size 2048
    python scripts/bench_texture.py objects.npz --speed 40000,200000

objects.npz: packed meshes, arrays v, f, cc (corner colours), uv, tex with offsets ov, of, ou, ox.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from contact_sheet import sides_block, stacked
from PIL import Image
from texture_scores import coverage, psnr, seam_energy

from varco3d.kernels.atlas.bake import Baker, View
from varco3d.kernels.atlas.texel_maps import texel_maps
from varco3d.kernels.atlas.unwrap import unwrap
from varco3d.kernels.meshes.decimate import decimate
from varco3d.kernels.meshes.normals import smooth_normals, weld
from varco3d.kernels.views.cameras import SIX_VIEWS, Camera
from varco3d.pipeline.artifacts import Asset, Mesh, Subject
from varco3d.pipeline.meshes.preview import render_view
from varco3d.pipeline.settings import make_settings
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.export import Export
from varco3d.pipeline.stages.texture import Texture
from varco3d.pipeline.texturing.paint import paint
from varco3d.pipeline.texturing.picture import prepare_picture
from varco3d.pipeline.texturing.register import register
from varco3d.pipeline.texturing.synthesis import HALF_HEIGHT

OTHER_VIEWS = [Camera(azimuth, elevation, 1.3) for azimuth in (45, 135, 225, 315) for elevation in (30, -20)]

BARS = {
    "coverage": ("coverage", "at least", 1.0),
    "seam": ("seam energy", "at most", 1.2),
    "psnr": ("unseen-view PSNR", "at least", 28.0),
}


def load_object(data: dict, i: int) -> Mesh:
    """Object i as a soup of corners with its own colours or texture."""
    v = data["v"][data["ov"][i] : data["ov"][i + 1]].astype(np.float32) / 32767
    f = data["f"][data["of"][i] : data["of"][i + 1]].astype(np.int32)
    uv = data["uv"][data["ou"][i] : data["ou"][i + 1]]
    soup, corners = v[f].reshape(-1, 3), np.arange(3 * len(f), dtype=np.int32).reshape(-1, 3)
    encoded = data["tex"][data["ox"][i] : data["ox"][i + 1]].tobytes()
    if encoded and len(uv) and (uv != 65535).all():
        texture = np.asarray(Image.open(io.BytesIO(encoded)).convert("RGB"))
        return Mesh(soup, corners, uv=(uv.reshape(-1, 2) / 65534).astype(np.float32), texture=texture)
    return Mesh(soup, corners, colors=data["cc"][data["of"][i] : data["of"][i + 1]].reshape(-1, 3))


def bare(mesh: Mesh, faces: int) -> Mesh:
    """Return the welded shape without colours, its triangles split until there are about `faces` of them."""
    first = weld(mesh.vertices)
    vertices, triangles = mesh.vertices, first[mesh.faces].astype(np.int32)
    while len(triangles) < faces:
        edges = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), 1)
        unique, inverse = np.unique(edges, axis=0, return_inverse=True)
        middle = inverse.reshape(-1, 3) + len(vertices)
        vertices = np.concatenate([vertices, vertices[unique].mean(1, dtype=np.float32)])
        a, b, c = triangles.T
        ab, bc, ca = middle.T
        split = [np.stack(t, 1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
        triangles = np.concatenate(split).astype(np.int32)
    used, inverse = np.unique(triangles, return_inverse=True)
    return Mesh(vertices[used].astype(np.float32), inverse.reshape(-1, 3).astype(np.int32))


def seen_by(mesh: Mesh, cameras: list[Camera], side: int = 320) -> list[np.ndarray]:
    """Return the mesh's own colours without light, uint8 [side, side, 4] per camera."""
    return [render_view(mesh, camera, side, light=0.0, background=None) for camera in cameras]


def by_open3d(mesh: Mesh, pictures: list[tuple[Camera, np.ndarray]], size: int) -> Mesh:
    """Open3D's back-projection of the same pictures into the same atlas."""
    import open3d  # type: ignore[import-not-found]  # only here

    core, geometry = open3d.core, open3d.t.geometry
    target = geometry.TriangleMesh(core.Tensor(mesh.vertices), core.Tensor(mesh.faces.astype(np.int64)))
    flipped = np.stack([mesh.uv[:, 0], 1.0 - mesh.uv[:, 1]], 1)
    target.triangle["texture_uvs"] = core.Tensor(flipped[mesh.faces].astype(np.float32))
    images, intrinsics, extrinsics = [], [], []
    for camera, rgba in pictures:
        side = len(rgba)
        focal = side / 2 / np.tan(np.radians(camera.fov) / 2)
        right, up, back = camera.axes()
        turn = np.stack([right, -up, -back])
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = turn, -turn @ camera.position()
        white = np.where(rgba[..., 3:] > 0.5, rgba[..., :3], 1.0)
        images.append(geometry.Image(core.Tensor(np.rint(white * 255).astype(np.uint8))))
        intrinsics.append(core.Tensor(np.array([[focal, 0, side / 2], [0, focal, side / 2], [0, 0, 1]])))
        extrinsics.append(core.Tensor(pose))
    texture = target.project_images_to_albedo(images, intrinsics, extrinsics, size, False).as_tensor().numpy()
    return Mesh(mesh.vertices, mesh.faces, uv=mesh.uv, texture=np.ascontiguousarray(texture[..., :3], np.uint8))


def nearest_view(mesh: Mesh, views: list[View], size: int) -> Mesh:
    """Return the simplest method: the picture that faces the texel most; black where none does."""
    texels = texel_maps(mesh.vertices, mesh.faces, mesh.uv, size, mesh.normals)
    baker = Baker(mesh.vertices, mesh.faces, texels.position, texels.normal, lowest_cosine=0.0, exponent=1.0)
    plain = [View(view.camera, view.picture, margin=np.inf) for view in views]
    found = np.stack([baker.look_up(view, np.zeros(view.picture.shape[:2], np.float32)) for view in plain])
    best = found[..., 3].argmax(0)
    flat = np.zeros((size * size, 3), np.float32)
    flat[texels.index] = found[best, np.arange(len(best)), :3]
    return Mesh(
        mesh.vertices, mesh.faces, uv=mesh.uv, texture=np.rint(flat * 255).astype(np.uint8).reshape(size, size, 3)
    )


def render_six(truth: Mesh, perspective: bool) -> list[tuple[Camera, np.ndarray]]:
    """Six pictures of 1024 px, float32 [S, S, 4], with their cameras."""
    pictures = []
    for azimuth, elevation in SIX_VIEWS.values():
        camera = Camera(azimuth, elevation, HALF_HEIGHT, 30.0 if perspective else None, 5.2)
        rgba = render_view(truth, camera, 1024, light=0.0, background=None, samples=1)
        pictures.append((camera, rgba.astype(np.float32) / 255))
    return pictures


def run_six(truth: Mesh, shape: Mesh, size: int, open3d: bool) -> dict:
    """Paint from six pictures."""
    pictures = render_six(truth, perspective=open3d)
    wall, cpu = time.perf_counter(), time.process_time()
    atlas = unwrap(shape.vertices, shape.faces, size)
    normals = smooth_normals(shape.vertices, shape.faces)[atlas.vertex]
    cut = Mesh(shape.vertices[atlas.vertex], atlas.faces, normals, atlas.uv)
    unwrapped = time.process_time()
    prepared = [View(camera, *prepare_picture(rgba)) for camera, rgba in pictures]
    result = paint(cut.vertices, cut.faces, cut.uv, cut.normals, prepared, size)
    row = {
        "seen": result.made,
        "charts": atlas.charts,
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "cpu_unwrap": unwrapped - cpu,
    }
    painted = {"": replace(cut, texture=result.texture), "_simple": nearest_view(cut, prepared, size)}
    if open3d:
        started = time.process_time()
        painted["_open3d"] = by_open3d(cut, pictures, size)
        row["cpu_open3d"] = time.process_time() - started
    wanted = seen_by(truth, OTHER_VIEWS)
    for name, mesh in painted.items():
        row[f"psnr{name}"] = psnr(wanted, seen_by(mesh, OTHER_VIEWS))
        row[f"seam{name}"] = seam_energy(mesh, atlas.vertex, truth)
        row[f"coverage{name}"] = coverage(mesh, truth)
    return row


def run_speed(truth: Mesh, shape: Mesh, size: int) -> dict:
    """Return the whole stage with pictures from files, then the export of a GLB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for view, (_, rgba) in zip(SIX_VIEWS, render_six(truth, perspective=False), strict=True):
            Image.fromarray(np.rint(rgba * 255).astype(np.uint8)).save(folder / f"{view}.png")
        front = np.asarray(Image.open(folder / "front.png").convert("RGBA"), np.float32) / 255
        asset = Asset(subject=Subject(front, np.eye(3), (1024, 1024)), mesh=shape)
        settings = make_settings(Texture.Settings, {"size": size, "views": str(folder), "views_framed": True})
        wall, cpu = time.perf_counter(), time.process_time()
        out = Texture().run(asset, settings, Context())
        painted = {"wall_stage": time.perf_counter() - wall, "cpu_stage": time.process_time() - cpu}
        Export().run(out, Export.Settings(), Context(output=folder / "mesh"))
        return {**painted, "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def run_single(truth: Mesh, shape: Mesh, size: int, seed: int) -> tuple[dict, Image.Image]:
    """Paint from one picture of a random camera around the front, as the chain does, and measure the result."""
    draw = np.random.default_rng(seed)
    camera = Camera(float(draw.uniform(-28, 28)), float(draw.uniform(-5, 30)), 1.3)
    if draw.random() < 0.5:
        camera = camera.moved(fov=float(draw.uniform(15, 40)), distance=4.5)
    camera = showing_all(camera, shape.vertices)
    rgba = render_view(truth, camera, 512, light=0.0, background=None).astype(np.float32) / 255
    asset = Asset(subject=Subject(rgba, np.eye(3), (512, 512)), mesh=shape)
    wall, cpu = time.perf_counter(), time.process_time()
    register(shape.vertices, shape.faces, rgba)
    registered = {"wall_register": time.perf_counter() - wall, "cpu_register": time.process_time() - cpu}
    wall, cpu = time.perf_counter(), time.process_time()
    out = Texture().run(asset, make_settings(Texture.Settings, {"size": size}), Context())
    seconds = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, **registered}
    back = [Camera(180 + azimuth, 10, 1.3) for azimuth in (-30, 0, 30)]
    facts = out.report["texture"]
    row = {
        "psnr_front": psnr(seen_by(truth, [camera]), seen_by(out.mesh, [camera])),
        "psnr": psnr(seen_by(truth, OTHER_VIEWS), seen_by(out.mesh, OTHER_VIEWS)),
        "psnr_back": psnr(seen_by(truth, back), seen_by(out.mesh, back)),
        "iou": facts["registration_iou"],
        "azimuth_error": abs(facts["azimuth"] - camera.azimuth),
        "elevation_error": abs(facts["elevation"] - camera.elevation),
        "angle_error": angle_between(facts["azimuth"], facts["elevation"], camera),
        "seen": facts["seen"],
        **seconds,
    }
    return row, sides_block(rgba, truth, out.mesh)


def showing_all(camera: Camera, vertices: np.ndarray) -> Camera:
    """Return the camera moved so that the object fills 0.9 of the picture."""
    for _ in range(4):
        reach = float(np.abs(camera.project(vertices, 2, 2)[:, :2] - 1).max()) / 0.9
        camera = camera.moved(half_height=camera.half_height * reach, distance=camera.distance * reach)
    return camera


def angle_between(azimuth: float, elevation: float, camera: Camera) -> float:
    """Degrees between two directions of view."""
    cosine = Camera(azimuth, elevation).axes()[2] @ camera.axes()[2]
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def choose(data: dict, count: int, seed: int) -> list[int]:
    """Numbers of objects with more than 300 faces and more than one colour, drawn at random."""
    chosen = []
    for i in np.random.default_rng(seed).permutation(np.flatnonzero(np.diff(data["of"]) > 300)):
        colours = data["cc"][data["of"][i] : data["of"][i + 1]].reshape(-1, 3)
        if len(colours) and len(np.unique(colours[:: max(1, len(colours) // 500)], axis=0)) > 2:
            chosen.append(int(i))
        if len(chosen) == count:
            break
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("objects", type=Path)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--faces", type=int, default=10_000, help="split triangles until there are this many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--single", action="store_true")
    parser.add_argument("--open3d", action="store_true", help="beside it Open3D, which must be installed")
    parser.add_argument("--speed", metavar="FACES,...", help="time the whole stage on the first object split this far")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sheet", type=Path, help="with --single: a picture of the first four, truth and painted")
    arguments = parser.parse_args()
    with np.load(arguments.objects) as archive:
        data = {name: archive[name] for name in archive.files}
    chosen = choose(data, arguments.count, arguments.seed)
    jobs = [(i, arguments.faces) for i in chosen]
    if arguments.speed:
        # A first small run compiles the kernels.
        jobs = [(chosen[0], count) for count in (10, *(int(text) for text in arguments.speed.split(",")))]
    rows, blocks = [], []
    for i, faces in jobs:
        truth = load_object(data, int(i))
        shape = bare(truth, faces)
        if arguments.speed:
            vertices, triangles = decimate(shape.vertices, shape.faces, faces)
            shape = Mesh(vertices.astype(np.float32), triangles.astype(np.int32))
        row = {"object": str(data["ids"][i]), "faces": len(shape.faces)}
        if arguments.speed:
            row |= run_speed(truth, shape, arguments.size)
        elif arguments.single:
            scores, block = run_single(truth, shape, arguments.size, i)
            row |= scores
            blocks.append(block)
        else:
            row |= run_six(truth, shape, arguments.size, arguments.open3d)
        rows.append(row)
        print(" ".join(f"{k}={v:.3f}" if isinstance(v, float) else f"{k}={v}" for k, v in row.items()), flush=True)
    for key in rows[0]:
        if isinstance(rows[0][key], float):
            values = np.array([row[key] for row in rows])
            spread = f"worst {values.min():.3f} / {values.max():.3f}"
            print(f"{key}: mean {values.mean():.3f} median {np.median(values):.3f} {spread}")
    for key, (name, better, bar) in BARS.items():
        values = np.array([row[key] for row in rows if key in row])
        if len(values):
            met = int((values >= bar).sum() if better == "at least" else (values <= bar).sum())
            print(f"{name} {better} {bar}: {met} of {len(values)} objects, mean {values.mean():.3f}")
    print(
        f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB (with the pictures compared)"
    )
    if arguments.sheet:
        stacked(blocks[:4]).save(arguments.sheet)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
