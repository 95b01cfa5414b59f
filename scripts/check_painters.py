"""Whether the views of a painter land where they belong: true pictures of coloured objects instead of generated ones.

Each object is rendered in the published view layout of a painter (its cameras, its order, its background), written down
here from the public facts and not taken from our own layout. The pictures then go the painter's way through the texture
stage, as if a network had made them: cut out, matched, baked, further passes. A view that is swapped, mirrored, flipped
or shifted on the way shows at once.

    python scripts/check_painters.py objects.npz --count 20

objects.npz: see bench_texture.py. Exit code 1 when the mean PSNR is below the bar.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from bench_texture import OTHER_VIEWS, bare, choose, load_object, seen_by
from texture_scores import psnr

from varco3d.kernels.atlas.bake import Baker, View
from varco3d.kernels.views.cameras import Camera
from varco3d.kernels.views.render_maps import render_maps
from varco3d.pipeline.artifacts import Asset, Mesh, Subject
from varco3d.pipeline.meshes.preview import render_view
from varco3d.pipeline.settings import make_settings
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.texture import Texture
from varco3d.weights.painters import PAINTERS, PaintedViews, Painter, PaintTask, Room, load_painter

BAR = 34.0  # dB
GREY = 0.5
INPUT = Camera(20.0, 10.0, 1.3)  # where the input picture is taken from
INPUT_SIDE = 768


@dataclass(frozen=True)
class Published:
    """A layout as its public code has it, in that code's own world.

    Azimuths and elevations of cameras that look at a mesh with z up whose front faces -y, half the picture's width, and
    the mesh's largest coordinate there.
    """

    azimuths: tuple[float, ...]
    elevations: tuple[float, ...]
    half_width: float
    reach: float
    size: int

    def cameras(self, vertices: np.ndarray) -> list[Camera]:
        """Return the same cameras around our mesh [V, 3]: y up, front +z, so that their azimuth -90 is our 0."""
        scale = self.reach / float(np.abs(vertices).max())
        return [Camera(azimuth + 90.0, elevation, self.half_width / scale) for azimuth, elevation in
                zip(self.azimuths, self.elevations, strict=True)]  # fmt: skip


LAYOUTS = {
    "mvadapter": Published((-90, 0, 90, 180, 90, 90), (0, 0, 0, 0, 89.99, -89.99), 0.55, 0.5, 768),
}


Tint = Callable[[int], np.ndarray]
"""Factors [3] of linear light by the number of a view, as a network's colours may be off."""


class TruePainter:
    """A painter whose network knows the truth. own: the painter of ours whose way the pictures go."""

    words = True

    def __init__(self, own: Painter, layout: Published, truth: Mesh, shape: Mesh, tint: Tint | None = None):
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
        for number, camera in enumerate(self.layout.cameras(task.vertices)):
            rgba = render_view(shown, camera, self.layout.size, light=0.0, background=None).astype(np.float32) / 255
            if self.tint is not None:
                rgba[..., :3] = np.clip(rgba[..., :3] ** 2.2 * self.tint(number), 0, 1) ** (1 / 2.2)
            pictures.append(rgba[..., :3] * rgba[..., 3:] + GREY * (1 - rgba[..., 3:]))
        cameras = self.own.cameras(task.vertices, self.layout.size)
        return PaintedViews({name: View(c, p) for (name, c), p in zip(cameras.items(), pictures, strict=True)})


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
    facts = asset.report["texture"]
    return {
        **score(truth, shape, asset.mesh, layout.cameras(shape.vertices)),
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
    mean = {key: float(np.mean([row[key] for row in rows])) for key in ("psnr", "psnr_seen", "made", "cpu")}
    worst = min(row["psnr_seen"] for row in rows)
    met = sum(row["psnr_seen"] >= BAR for row in rows)
    print(f"mean {mean}, worst {worst:.1f}, {met} of {len(rows)} at {BAR:g} dB or more")
    if arguments.json:
        arguments.json.write_text(json.dumps({"painter": arguments.painter, "mean": mean, "objects": rows}, indent=1))
    return 0 if mean["psnr_seen"] >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
