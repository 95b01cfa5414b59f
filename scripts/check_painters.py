"""Check that the views of a painter land where they belong, with true pictures of coloured objects.

Each object is rendered in the published view layout of a painter (its cameras, its order, its background), written down
here from the public facts and not taken from our own layout. The pictures then go the painter's way through the texture
stage, as if a network had made them: cut out, matched, baked, further passes. A view that is swapped, mirrored, flipped
or shifted on the way shows at once. Beside it, on the same atlas and the same pictures, the rules of the public bake:
fixed weights times cosine^k, no picture beside the views, no matching, holes filled in the texture.

    python scripts/check_painters.py objects.npz --count 20
    python scripts/check_painters.py objects.npz --count 20 --painter hunyuan3d-paint-2.0

objects.npz: see bench_texture.py. Exit code 1 when the mean PSNR is below the bar.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from bench_texture import OTHER_VIEWS, bare, choose, load_object, seen_by
from scipy.ndimage import maximum_filter, minimum_filter
from texture_scores import psnr

from varco3d.kernels.atlas.bake import Baker, View, bake
from varco3d.kernels.atlas.fill import push_pull
from varco3d.kernels.meshes.normals import smooth_normals
from varco3d.kernels.views.cameras import Camera
from varco3d.kernels.views.render_maps import render_maps
from varco3d.pipeline.artifacts import Asset, Mesh, Subject
from varco3d.pipeline.meshes.preview import render_view
from varco3d.pipeline.settings import make_settings
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.texture import Texture
from varco3d.weights.painters import PAINTERS, PaintedViews, Painter, PaintTask, Room, load_painter

BAR = 34.0  # dB
INPUT = Camera(20.0, 10.0, 1.3)  # where the input picture is taken from
INPUT_SIDE = 768


@dataclass(frozen=True)
class PublicBake:
    """Rules by which a public system bakes its views.

    weights: of the views. exponent: of the cosine. flattest: cosine from which a view counts. rim: share of the
    picture's side that is dropped beside outlines and jumps of depth.
    """

    weights: tuple[float, ...]
    exponent: float
    flattest: float
    rim: float


class Layout(Protocol):
    """The views of a painter as its public code has them, of `size` pixels, on `background`."""

    size: int
    background: float
    materials: bool
    public: PublicBake

    def cameras(self, vertices: np.ndarray) -> list[Camera]:
        """Return cameras that look at our mesh [V, 3] from where the views do."""
        ...

    def pictures(self, shown: Mesh, vertices: np.ndarray) -> list[np.ndarray]:
        """Return the views of a coloured mesh whose shape is [V, 3], float32 [size, size, 4]."""
        ...


@dataclass(frozen=True)
class AdapterLayout:
    """MV-Adapter's layout, in its own world.

    Azimuths and elevations of cameras that look at a mesh with z up whose front faces -y, half the picture's width, and
    the mesh's largest coordinate there.
    """

    azimuths: tuple[float, ...]
    elevations: tuple[float, ...]
    half_width: float
    reach: float
    size: int
    public: PublicBake
    background: float = 0.5
    materials: bool = False

    def cameras(self, vertices: np.ndarray) -> list[Camera]:
        """Return the same cameras around our mesh [V, 3]: y up, front +z, so that their azimuth -90 is our 0."""
        scale = self.reach / float(np.abs(vertices).max())
        return [Camera(azimuth + 90.0, elevation, self.half_width / scale) for azimuth, elevation in
                zip(self.azimuths, self.elevations, strict=True)]  # fmt: skip

    def pictures(self, shown: Mesh, vertices: np.ndarray) -> list[np.ndarray]:
        """Return the views of a coloured mesh whose shape is [V, 3], float32 [size, size, 4]."""
        return [rendered(shown, camera, self.size) for camera in self.cameras(vertices)]


@dataclass(frozen=True)
class HunyuanLayout:
    """Hunyuan3D-Paint's layout: a mirrored world with z down, the mesh centred by its box in a ball.

    Its cameras stand at azimuth a + 90 and elevation -e and look at the origin, "up" is +z, and rows of a picture grow
    with the camera's y. At the poles the sine and cosine of a right angle, as computers round them, decide the roll.
    """

    public: PublicBake
    materials: bool = False
    size: int = 512
    background: float = 1.0
    azimuths: tuple[float, ...] = (0, 90, 180, 270, 0, 180)
    elevations: tuple[float, ...] = (0, 0, 0, 0, 90, -90)
    ball: float = 1.15
    half_width: float = 0.6

    def cameras(self, vertices: np.ndarray) -> list[Camera]:
        """Return cameras that look at our mesh [V, 3] from where the views do."""
        reach = 1.8 * float(np.abs(vertices).max())
        return [Camera(a, e, reach) for a, e in zip(self.azimuths, self.elevations, strict=True)]

    def pictures(self, shown: Mesh, vertices: np.ndarray) -> list[np.ndarray]:
        """Return the views of a coloured mesh whose shape is [V, 3], float32 [size, size, 4]."""
        own, all_ = (points.astype(np.float64)[:, [0, 2, 1]] * [-1, 1, -1] for points in (shown.vertices, vertices))
        middle = (all_.min(0) + all_.max(0)) / 2
        scale = self.ball / 2 / np.linalg.norm(all_ - middle, axis=1).max()
        # From straight ahead our camera sees what theirs does once the mesh stands as they see it.
        ahead = Camera(0.0, 0.0, self.half_width * self.size / (self.size - 1))
        return [
            rendered(replace(shown, vertices=((own - middle) * scale @ turn.T).astype(np.float32)), ahead, self.size)
            for turn in (self.turn(a + 90, -e) for a, e in zip(self.azimuths, self.elevations, strict=True))
        ]

    def turn(self, azimuth: float, elevation: float) -> np.ndarray:
        """Return the matrix [3, 3] that turns a camera's right, picture rows and line of sight to ours."""
        a, e = math.radians(azimuth), math.radians(elevation)
        towards = np.array([math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e)])
        right = np.cross(-towards, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        return np.stack([right, -np.cross(right, -towards), towards])


def rendered(mesh: Mesh, camera: Camera, size: int) -> np.ndarray:
    """Return the picture of a coloured mesh without light, float32 [size, size, 4]."""
    return render_view(mesh, camera, size, light=0.0, background=None).astype(np.float32) / 255


BAKE_20 = PublicBake((1.0, 0.1, 0.5, 0.1, 0.05, 0.05), 4.0, math.cos(math.radians(75)), 17 / 2048)
LAYOUTS: dict[str, Layout] = {
    "mvadapter": AdapterLayout(
        (-90, 0, 90, 180, 90, 90),
        (0, 0, 0, 0, 89.99, -89.99),
        0.55,
        0.5,
        768,
        PublicBake((1.0,) * 6, 3.0, 0.2, 5 / 1536),
    ),
    "hunyuan3d-paint-2.0": HunyuanLayout(BAKE_20),
    "hunyuan3d-paint-2.1": HunyuanLayout(BAKE_20, materials=True),
}


Tint = Callable[[int], np.ndarray]
"""Factors [3] of linear light by the number of a view, as a network's colours may be off."""


class TruePainter:
    """A painter whose network knows the truth. own: the painter of ours whose way the pictures go."""

    words = True

    def __init__(self, own: Painter, layout: Layout, truth: Mesh, shape: Mesh, tint: Tint | None = None):
        """shape: the mesh that will be painted, in the truth's place."""
        self.name, self.own, self.layout = own.name, own, layout
        self.truth, self.shape, self.tint = truth, shape, tint

    def cameras(self, vertices: np.ndarray, size: int) -> dict[str, Camera]:
        return self.own.cameras(vertices, size)

    def size(self, task: PaintTask) -> int:
        return self.layout.size

    def limit_memory(self, gib: float) -> None:
        """Do nothing: it needs no memory."""

    def release(self) -> None:
        """Do nothing: it holds nothing."""

    def paint(self, task: PaintTask) -> PaintedViews:
        # A further pass turns the mesh; the truth turns with it.
        turn = np.linalg.lstsq(self.shape.vertices, task.vertices, rcond=None)[0]
        shown = replace(self.truth, vertices=(self.truth.vertices @ turn).astype(np.float32))
        pictures = []
        for number, rgba in enumerate(self.layout.pictures(shown, task.vertices)):
            if self.tint is not None:
                rgba[..., :3] = np.clip(rgba[..., :3] ** 2.2 * self.tint(number), 0, 1) ** (1 / 2.2)
            pictures.append(rgba[..., :3] * rgba[..., 3:] + self.layout.background * (1 - rgba[..., 3:]))
        cameras = self.own.cameras(task.vertices, self.layout.size)
        views = {}
        for (name, camera), picture in zip(cameras.items(), pictures, strict=True):
            # Made-up materials: what is green is rough, what is red is metal.
            material = picture[..., [1, 0]] if self.layout.materials else None
            views[name] = View(camera, picture, material=material)
        return PaintedViews(views)


def public_bake(mesh: Mesh, views: list[View], rules: PublicBake, size: int) -> np.ndarray:
    """Return the texture uint8 [size, size, 3] of a mesh with uv by a public system's rules."""
    trust = []
    for view in views:
        side = len(view.picture)
        depth = np.asarray(render_maps(mesh.vertices, mesh.faces, view.camera, side, maps=("depth",)).depth)
        depth = np.where(np.isfinite(depth), depth, 1e3)
        jump = maximum_filter(depth, 3) - minimum_filter(depth, 3) > 0.1
        trust.append(~maximum_filter(jump, 2 * max(1, round(rules.rim * side)) + 1))
    pictures = np.stack([view.picture for view in views])
    cameras = [view.camera for view in views]
    texture, weight = bake(
        mesh, pictures, cameras, size, rules.weights, np.stack(trust), rules.exponent, rules.flattest
    )
    return np.rint(255 * np.clip(push_pull(texture, (weight > 0).astype(np.float32)), 0, 1)).astype(np.uint8)


def painted(truth: Mesh, shape: Mesh, painter: Painter, size: int, picture: bool, **settings: object) -> Asset:
    """Return the shape, painted by a painter through the texture stage."""
    subject = None
    if picture:
        rgba = render_view(truth, INPUT, INPUT_SIDE, light=0.0, background=None).astype(np.float32) / 255
        subject = Subject(rgba, np.eye(3), (INPUT_SIDE, INPUT_SIDE))
    chosen = make_settings(Texture.Settings, {"size": size, "painter": painter.name, "prompt": "the truth", **settings})
    context = Context(load=lambda part, model: painter)
    return Texture().run(Asset(mesh=shape, subject=subject), chosen, context)


def seen_part(shape: Mesh, cameras: list[Camera]) -> list[np.ndarray]:
    """For each of OTHER_VIEWS, the pixels [320, 320] whose place on the surface some of the cameras sees."""
    out = []
    for other in OTHER_VIEWS:
        maps = render_maps(shape.vertices, shape.faces, other, 320, maps=("position", "normal"))
        mask = np.array(maps.mask)
        baker = Baker(shape.vertices, shape.faces, maps.position[mask], maps.normal[mask], lowest_cosine=0.3)
        blank = [View(camera, np.zeros((768, 768, 3), np.float32)) for camera in cameras]
        mask[mask] = np.any([baker.look_up(view, baker.depth(view))[:, 3] > 0 for view in blank], axis=0)
        out.append(mask)
    return out


def score(truth: Mesh, shape: Mesh, out: Mesh, cameras: list[Camera]) -> dict[str, float]:
    """PSNR from eight other directions, dB: of all that is seen, and of what the layout's views show."""
    wanted, got = seen_by(truth, OTHER_VIEWS), seen_by(out, OTHER_VIEWS)
    shown = [
        np.where(mask[..., None], picture, 0) for mask, picture in zip(seen_part(shape, cameras), wanted, strict=True)
    ]
    return {"psnr": psnr(wanted, got), "psnr_seen": psnr(shown, got)}


def material_score(truth: Mesh, shape: Mesh, out: Mesh, cameras: list[Camera]) -> dict[str, float]:
    """PSNR, dB, of the roughness and metalness of what the layout's views show; nothing without materials.

    Metalness counts twice.
    """
    if out.metallic_roughness is None:
        return {}
    wanted = [picture[..., [1, 0, 0, 3]] for picture in seen_by(truth, OTHER_VIEWS)]
    surface = replace(out, texture=out.metallic_roughness)
    got = [picture[..., [1, 2, 2, 3]] for picture in seen_by(surface, OTHER_VIEWS)]
    masks = seen_part(shape, cameras)
    shown = [np.where(mask[..., None], picture, 0) for mask, picture in zip(masks, wanted, strict=True)]
    return {"psnr_material": psnr(shown, got)}


def check(data: dict, number: int, name: str, size: int, faces: int, picture: bool, **settings: object) -> dict:
    """One object through one painter's way."""
    truth = load_object(data, number)
    shape = bare(truth, faces)
    layout = LAYOUTS[name]
    painter = TruePainter(load_painter(name, Room()), layout, truth, shape)
    started = time.process_time()
    asset = painted(truth, shape, painter, size, picture, **settings)
    seconds = time.process_time() - started
    assert asset.mesh is not None
    facts, cameras = asset.report["texture"], layout.cameras(shape.vertices)
    task = PaintTask(shape.vertices, shape.faces, smooth_normals(shape.vertices, shape.faces))
    views = list(painter.paint(task).views.values())
    plain = replace(asset.mesh, texture=public_bake(asset.mesh, views, layout.public, size))
    return {
        **score(truth, shape, asset.mesh, cameras),
        **{f"public_{key}": value for key, value in score(truth, shape, plain, cameras).items()},
        **material_score(truth, shape, asset.mesh, cameras),
        "made": facts["made"],
        "passes": facts["further_passes"],
        "cpu": seconds,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("objects", type=Path)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--painter", choices=sorted(set(LAYOUTS) & set(PAINTERS)), default="mvadapter")
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--faces", type=int, default=10_000, help="split triangles until there are this many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--passes", type=int, default=0, help="further passes over what the layout leaves out")
    parser.add_argument("--no-picture", action="store_true", help="paint from words alone")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with np.load(arguments.objects) as archive:
        data = {name: archive[name] for name in archive.files}
    rows = []
    for number in choose(data, arguments.count, arguments.seed):
        row = check(
            data,
            number,
            arguments.painter,
            arguments.size,
            arguments.faces,
            not arguments.no_picture,
            passes=arguments.passes,
        )
        rows.append({"object": str(data["ids"][number]), **row})
        print(
            "  ".join(f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}" for k, v in rows[-1].items()), flush=True
        )
    mean = {key: float(np.mean([row[key] for row in rows])) for key in rows[0] if key not in ("object", "passes")}
    worst = min(row["psnr_seen"] for row in rows)
    met = sum(row["psnr_seen"] >= BAR for row in rows)
    print(f"mean {mean}, worst {worst:.1f}, {met} of {len(rows)} at {BAR:g} dB or more")
    if arguments.json:
        arguments.json.write_text(json.dumps({"painter": arguments.painter, "mean": mean, "objects": rows}, indent=1))
    return 0 if mean["psnr_seen"] >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
