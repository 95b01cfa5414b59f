"""Contact sheet of procedural objects: one row of seeds per family.

    python -m varco3d.weights.training.procedural.sheet OUT.jpg [--families car chair] [--seeds 1] [--columns 18]
        [--azimuths 35] [--size 100]

Several azimuths show each object from several sides, one beside the other.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ....kernels.views.render_maps import render_maps
from ..objects import TrainingObject
from ..renders import Pose, corner_normals, framed_camera
from ..train_vae import yaw_matrix
from .registry import families, make_object

GROUND = 1.0
LIGHT = np.array([0.35, 0.8, 0.5]) / np.linalg.norm([0.35, 0.8, 0.5])


def picture(obj: TrainingObject, azimuth: float, elevation: float, size: int) -> np.ndarray:
    """RGB uint8 [size,size,3] on white, one light from above, twice oversampled."""
    turn = yaw_matrix(azimuth)
    vertices = obj.vertices @ turn.T
    normals = corner_normals(obj.vertices, obj.faces)
    maps = render_maps(vertices, obj.faces, framed_camera(vertices, Pose(0, elevation, 25)), 2 * size, maps=())
    seen = maps.face >= 0
    face, weights = maps.face[seen], maps.barycentrics[seen]
    normal = (normals[face] * weights[..., None]).sum(1) @ turn.T
    colours = (obj.corner_colours[face].astype(np.float32) * weights[..., None]).sum(1) / 255
    light = 0.5 + 0.12 * normal[:, 1] + 0.5 * np.maximum(normal @ LIGHT, 0)
    canvas = np.full((2 * size, 2 * size, 3), GROUND, np.float32)
    canvas[seen] = np.clip(colours**2.2 * light[:, None], 0, 1) ** (1 / 2.2)
    return np.round(canvas.reshape(size, 2, size, 2, 3).mean((1, 3)) * 255).astype(np.uint8)


def sheet(names: list[str], seeds: list[int], azimuths: list[float], columns: int, size: int) -> Image.Image:
    """Cells in reading order: families, their seeds, their azimuths; the family's name in each first one."""
    cells = [(name, seed, azimuth) for name in names for seed in seeds for azimuth in azimuths]
    rows = -(-len(cells) // columns)
    canvas = Image.new("RGB", (columns * size, rows * size), "white")
    pen = ImageDraw.Draw(canvas)
    for k, (name, seed, azimuth) in enumerate(cells):
        place = (k % columns * size, k // columns * size)
        canvas.paste(Image.fromarray(picture(make_object(name, seed), azimuth, 18, size)), place)
        if seed == seeds[0] and azimuth == azimuths[0]:
            pen.text((place[0] + 3, place[1] + 1), name.replace("_", " "), fill=(40, 40, 40))
    return canvas


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--families", nargs="+", default=list(families()))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--azimuths", type=float, nargs="+", default=[35.0])
    parser.add_argument("--columns", type=int, default=18)
    parser.add_argument("--size", type=int, default=100)
    args = parser.parse_args()
    sheet(args.families, args.seeds, args.azimuths, args.columns, args.size).save(args.out, quality=85)


if __name__ == "__main__":
    main()
