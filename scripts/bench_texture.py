"""How good and how fast the texture stage is, on objects with known colours.

Each object is painted from six rendered pictures of itself, then compared with itself from eight other directions.
Beside it, in the same run, the simplest method: every texel takes the picture whose camera faces it most, without any
test of visibility, blending or filling. With --single the object is painted from one picture, as `generate` does.

    python scripts/bench_texture.py objects.npz --count 30 --size 2048

objects.npz: packed meshes, arrays v, f, cc (corner colours), uv, tex with offsets ov, of, ou, ox.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import time
from pathlib import Path

import numpy as np
from PIL import Image
from varco3d.kernels.bake import Baker, View
from varco3d.kernels.cameras import SIX_VIEWS, Camera
from varco3d.kernels.closest_point import closest_point
from varco3d.kernels.normals import smooth_normals, weld
from varco3d.kernels.texel_maps import texel_maps
from varco3d.kernels.unwrap import unwrap
from varco3d.pipeline.artifacts import Asset, Mesh, Subject
from varco3d.pipeline.preview import render_view, sample_texture
from varco3d.pipeline.stage import Context, make_settings
from varco3d.pipeline.stages.texture import Texture
from varco3d.pipeline.texturing.paint import paint
from varco3d.pipeline.texturing.picture import prepare_picture

OTHER_VIEWS = [Camera(azimuth, elevation, 1.3) for azimuth in (45, 135, 225, 315) for elevation in (30, -20)]


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
    """The welded shape without colours, its triangles split until there are about `faces` of them."""
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


def psnr(truth: Mesh, painted: Mesh, cameras: list[Camera], side: int = 320) -> float:
    """Over the object's pixels of all views, dB."""
    error, count = 0.0, 0
    for camera in cameras:
        a = render_view(truth, camera, side, light=0.0, background=None).astype(np.float64)
        b = render_view(painted, camera, side, light=0.0, background=None).astype(np.float64)
        both = (a[..., 3] == 255) & (b[..., 3] == 255)
        error += ((a - b)[both][:, :3] ** 2).sum()
        count += 3 * int(both.sum())
    return float(10 * np.log10(255.0**2 / max(error / max(count, 1), 1e-9)))


def seam_energy(mesh: Mesh, source: np.ndarray, truth: Mesh) -> float:
    """Mean colour jump over UV seams divided by the mean jump over the other edges, half a texel to both sides.

    Only edges over which the truth itself has one colour count. source [V']: number of the uncut vertex of each vertex.
    """
    corners = mesh.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    whole = source[corners]
    low, high = whole.min(1).astype(np.int64), whole.max(1).astype(np.int64)
    key = low * (int(source.max()) + 1) + high
    order = np.argsort(key, kind="stable")
    pairs = np.flatnonzero(key[order][1:] == key[order][:-1])
    pairs = np.random.default_rng(0).permutation(pairs)[:20_000]
    a, b = order[pairs], order[pairs + 1]
    size = mesh.texture.shape[0]

    def beside(edge: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
        """Painted and true colours next to the edges, `share` of the way from their lower vertex."""
        first = np.where(whole[edge, 0] < whole[edge, 1], corners[edge, 0], corners[edge, 1])
        second = np.where(whole[edge, 0] < whole[edge, 1], corners[edge, 1], corners[edge, 0])
        uv = mesh.uv[first] * (1 - share) + mesh.uv[second] * share
        inwards = mesh.uv[mesh.faces[edge // 3]].mean(1) - uv
        inwards *= (0.5 / size) / np.maximum(np.linalg.norm(inwards, axis=1), 1e-9)[:, None]
        place = mesh.vertices[first] * (1 - share) + mesh.vertices[second] * share
        place = place + 0.02 * (mesh.vertices[mesh.faces[edge // 3]].mean(1) - place)
        return sample_texture(mesh.texture, uv + inwards), true_colours(truth, place)

    jumps = []
    for share in (0.3, 0.7):
        (ours_a, true_a), (ours_b, true_b) = beside(a, share), beside(b, share)
        jump = np.abs(ours_a - ours_b).mean(1)
        jump[np.abs(true_a - true_b).max(1) > 0.02] = np.nan
        jumps.append(jump)
    jump = np.concatenate(jumps)
    seam = np.tile((np.sort(corners[a], 1) != np.sort(corners[b], 1)).any(1), 2)
    fair = np.isfinite(jump)
    inside = max(float(jump[fair & ~seam].mean()), 1 / 255)  # below one grey level nobody sees anything
    return float(jump[fair & seam].mean() / inside) if (fair & seam).any() else 1.0


def true_colours(truth: Mesh, points: np.ndarray) -> np.ndarray:
    """Colours [N, 3] in 0..1 of the nearest points of the truth."""
    _, nearest, face = closest_point(truth.vertices, truth.faces, points.astype(np.float32))
    p, q, r = (truth.vertices[truth.faces[face][:, k]].astype(np.float64) for k in range(3))
    normal = np.cross(q - p, r - p)
    area = np.maximum((normal**2).sum(1), 1e-30)
    w1 = (np.cross(nearest - p, r - p) * normal).sum(1) / area
    w2 = (np.cross(q - p, nearest - p) * normal).sum(1) / area
    weights = np.stack([1 - w1 - w2, w1, w2], 1)[..., None]
    if truth.texture is not None:
        return sample_texture(truth.texture, (truth.uv[truth.faces[face]] * weights).sum(1))
    return (truth.colors[truth.faces[face]] / 255.0 * weights).sum(1)


def nearest_view(mesh: Mesh, views: list[View], size: int) -> Mesh:
    """The simplest method: the picture that faces the texel most; black where none does."""
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


def run_six(truth: Mesh, shape: Mesh, size: int) -> dict:
    """Paint from six pictures of 1024 px."""
    views = []
    for azimuth, elevation in SIX_VIEWS.values():
        camera = Camera(azimuth, elevation, 1.1)
        rgba = render_view(truth, camera, 1024, light=0.0, background=None, samples=1).astype(np.float32) / 255
        views.append((camera, rgba))
    wall, cpu = time.perf_counter(), time.process_time()
    atlas = unwrap(shape.vertices, shape.faces, size)
    normals = smooth_normals(shape.vertices, shape.faces)[atlas.vertex]
    cut = Mesh(shape.vertices[atlas.vertex], atlas.faces, normals, atlas.uv)
    unwrapped = time.process_time()
    prepared = [View(camera, *prepare_picture(rgba)) for camera, rgba in views]
    result = paint(cut.vertices, cut.faces, cut.uv, cut.normals, prepared, size)
    seconds = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "cpu_unwrap": unwrapped - cpu}
    ours = Mesh(cut.vertices, cut.faces, uv=cut.uv, texture=result.texture)
    simple = nearest_view(cut, prepared, size)
    return {
        "psnr": psnr(truth, ours, OTHER_VIEWS),
        "psnr_simple": psnr(truth, simple, OTHER_VIEWS),
        "seam": seam_energy(ours, atlas.vertex, truth),
        "seam_simple": seam_energy(simple, atlas.vertex, truth),
        "seen": result.made,
        "charts": atlas.charts,
        **seconds,
    }


def run_single(truth: Mesh, shape: Mesh, size: int) -> dict:
    """Paint from one picture at azimuth 20, elevation 15, as the chain does."""
    camera = Camera(20, 15, 1.3)
    rgba = render_view(truth, camera, 512, light=0.0, background=None).astype(np.float32) / 255
    asset = Asset(subject=Subject(rgba, np.eye(3), (512, 512)), mesh=shape)
    wall, cpu = time.perf_counter(), time.process_time()
    out = Texture().run(asset, make_settings(Texture.Settings, {"size": size}), Context())
    seconds = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    back = [Camera(180 + azimuth, 10, 1.3) for azimuth in (-30, 0, 30)]
    facts = out.report["texture"]
    return {
        "psnr_front": psnr(truth, out.mesh, [camera]),
        "psnr": psnr(truth, out.mesh, OTHER_VIEWS),
        "psnr_back": psnr(truth, out.mesh, back),
        "iou": facts["registration_iou"],
        "azimuth_error": abs(facts["azimuth"] - 20),
        "elevation_error": abs(facts["elevation"] - 15),
        "seen": facts["seen"],
        **seconds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("objects", type=Path)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--faces", type=int, default=10_000, help="split triangles until there are this many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--single", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with np.load(arguments.objects) as archive:
        data = {name: archive[name] for name in archive.files}
    faces = np.diff(data["of"])
    chosen = np.random.default_rng(arguments.seed).permutation(np.flatnonzero(faces > 300))[: arguments.count]
    rows = []
    for i in chosen:
        truth = load_object(data, int(i))
        shape = bare(truth, arguments.faces)
        row = {"object": str(data["ids"][i]), "faces": len(shape.faces)}
        row |= (run_single if arguments.single else run_six)(truth, shape, arguments.size)
        rows.append(row)
        print(" ".join(f"{k}={v:.3f}" if isinstance(v, float) else f"{k}={v}" for k, v in row.items()), flush=True)
    for key in rows[0]:
        if isinstance(rows[0][key], float):
            values = np.array([row[key] for row in rows])
            spread = f"worst {values.min():.3f} / {values.max():.3f}"
            print(f"{key}: mean {values.mean():.3f} median {np.median(values):.3f} {spread}")
    print(
        f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB (with the pictures compared)"
    )
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
