"""Check that the views of a painter land where they belong, with true pictures of coloured objects.

Each object is rendered in the published view layout of a painter (its cameras, its order, its background), written down
here from the public facts and not taken from our own layout. The pictures then go the painter's way through the texture
stage, as if a network had made them: cut out, matched, baked, further passes. A view that is swapped, mirrored, flipped
or shifted on the way shows at once. Beside it, on the same atlas and the same pictures, the rules of the public bake:
fixed weights times cosine^k, no picture beside the views, no matching, holes filled in the texture.

    python scripts/check_painters.py objects.npz --count 20 --results painters.jsonl
    python scripts/check_painters.py objects.npz --count 4 --painter hunyuan3d-paint-2.1 --passes 1

objects.npz: see bench_texture.py. --results keeps one line of JSON per painter and object, and skips those that it
holds already, so an interrupted run goes on. Exit code 1 when the mean PSNR of a painter is below the bar.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from bench_texture import OTHER_VIEWS, bare, choose, load_object, seen_by
from painter_layouts import LAYOUTS, Layout, PublicBake
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
from varco3d.weights.painters import PaintedViews, Painter, PaintTask, Room, load_painter

BAR = 34.0  # dB
INPUT = Camera(20.0, 10.0, 1.3)  # where the input picture is taken from
INPUT_SIDE = 768


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
    """PSNR, dB, of roughness and metalness: of all, and of what the layout's views show; nothing without materials.

    Metalness counts twice.
    """
    if out.metallic_roughness is None:
        return {}
    wanted = [picture[..., [1, 0, 0, 3]] for picture in seen_by(truth, OTHER_VIEWS)]
    surface = replace(out, texture=out.metallic_roughness)
    got = [picture[..., [1, 2, 2, 3]] for picture in seen_by(surface, OTHER_VIEWS)]
    masks = seen_part(shape, cameras)
    shown = [np.where(mask[..., None], picture, 0) for mask, picture in zip(masks, wanted, strict=True)]
    return {"psnr_material": psnr(shown, got), "psnr_material_all": psnr(wanted, got)}


@dataclass(frozen=True)
class Case:
    """One object on one painter's way.

    size: of the texture. faces: that the shape has at least. passes: further ones. picture: beside the words.
    """

    painter: str
    object: str
    size: int
    faces: int
    passes: int
    picture: bool


def check(data: dict, number: int, case: Case) -> dict[str, Any]:
    """Return the scores of object `number`."""
    truth = load_object(data, number)
    shape = bare(truth, case.faces)
    layout = LAYOUTS[case.painter]
    painter = TruePainter(load_painter(case.painter, Room()), layout, truth, shape)
    started = time.process_time()
    asset = painted(truth, shape, painter, case.size, case.picture, passes=case.passes)
    seconds = time.process_time() - started
    assert asset.mesh is not None
    facts, cameras = asset.report["texture"], layout.cameras(shape.vertices)
    task = PaintTask(shape.vertices, shape.faces, smooth_normals(shape.vertices, shape.faces))
    views = list(painter.paint(task).views.values())
    plain = replace(asset.mesh, texture=public_bake(asset.mesh, views, layout.public, case.size))
    return {
        **score(truth, shape, asset.mesh, cameras),
        **{f"public_{key}": value for key, value in score(truth, shape, plain, cameras).items()},
        **material_score(truth, shape, asset.mesh, cameras),
        "made": facts["made"],
        "passes_made": facts["further_passes"],
        "cpu": seconds,
    }


def kept_rows(results: Path | None) -> dict[Case, dict[str, Any]]:
    """Return the rows that an earlier run left."""
    if results is None or not results.exists():
        return {}
    rows = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    return {Case(**row["case"]): row["scores"] for row in rows}


def summary(name: str, rows: list[dict[str, Any]]) -> str:
    """Return the rows of a Markdown table for one painter: mean, worst, objects that meet the bar."""

    def line(title: str, key: str, all_: str) -> str:
        seen = [row[key] for row in rows]
        met = sum(value >= BAR for value in seen)
        mean, of_all = float(np.mean(seen)), float(np.mean([row[all_] for row in rows]))
        return f"| {title} | {mean:.1f} dB | {min(seen):.1f} | {met} of {len(rows)} | {of_all:.1f} |"

    lines = [line(name, "psnr_seen", "psnr"), line(f"{name}, public rules", "public_psnr_seen", "public_psnr")]
    if "psnr_material" in rows[0]:
        lines.append(line(f"{name}, materials", "psnr_material", "psnr_material_all"))
    seconds = float(np.mean([row["cpu"] for row in rows]))
    return "\n".join([*lines, f"({name}: {seconds:.1f} CPU s an object)"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("objects", type=Path)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--painter", choices=sorted(LAYOUTS), action="append", help="again for more; default: all")
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--faces", type=int, default=10_000, help="split triangles until there are this many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--passes", type=int, default=0, help="further passes over what the layout leaves out")
    parser.add_argument("--no-picture", action="store_true", help="paint from words alone")
    parser.add_argument("--results", type=Path, help="JSON lines, one per painter and object; rows in it are kept")
    arguments = parser.parse_args()
    with np.load(arguments.objects) as archive:
        data = {name: archive[name] for name in archive.files}
    rows = kept_rows(arguments.results)
    by_painter: dict[str, list[dict[str, Any]]] = {}
    for name in arguments.painter or LAYOUTS:
        for number in choose(data, arguments.count, arguments.seed):
            identity = str(data["ids"][number])
            case = Case(name, identity, arguments.size, arguments.faces, arguments.passes, not arguments.no_picture)
            if case not in rows:
                rows[case] = check(data, number, case)
                line = json.dumps({"case": asdict(case), "scores": rows[case]})
                print(line, flush=True)
                if arguments.results is not None:
                    with arguments.results.open("a", encoding="utf-8") as file:
                        file.write(line + "\n")
            by_painter.setdefault(name, []).append(rows[case])
    for name, made in by_painter.items():
        print(summary(name, made))
    return 0 if all(np.mean([row["psnr_seen"] for row in made]) >= BAR for made in by_painter.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
