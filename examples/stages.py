"""Shows what each stage of the chain makes of one picture, as a notebook would.

    python examples/stages.py examples/fluent3d_mushroom.png --out stages.png

Cells are marked with %%, as editors and Jupyter (jupytext) understand them.
"""

# %%
import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import varco3d
from varco3d.kernels import Camera, render_maps

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("picture", nargs="?", default="examples/fluent3d_mushroom.png")
parser.add_argument("--out", type=Path, default=Path("stages.png"))
parser.add_argument("--preset", default="standard")
arguments = parser.parse_args()

SIDE = 256
VIEW = Camera(azimuth=35, elevation=20, half_height=1.2)


# %% Pictures of what travels along the chain
def clay(vertices: np.ndarray, faces: np.ndarray) -> Image.Image:
    """Return a shaded view of a mesh."""
    maps = render_maps(vertices, faces, [VIEW], SIDE)
    normal = np.asarray(maps.normal)[0]
    light = np.clip(normal @ np.array([0.4, 0.7, 0.6]) / np.linalg.norm([0.4, 0.7, 0.6]), 0, 1)
    seen = np.asarray(maps.face)[0] >= 0
    return Image.fromarray(np.where(seen, 60 + 180 * light, 255).astype(np.uint8)).convert("RGB")


def dots(points: np.ndarray) -> Image.Image:
    """Draw points as dots, nearer ones darker."""
    turn = np.radians(35)
    x = points[:, 0] * np.cos(turn) - points[:, 2] * np.sin(turn)
    depth = points[:, 0] * np.sin(turn) + points[:, 2] * np.cos(turn)
    image = Image.new("RGB", (SIDE, SIDE), "white")
    draw = ImageDraw.Draw(image)
    for index in np.argsort(depth):
        at = ((x[index] / 2.4 + 0.5) * SIDE, (0.5 - points[index, 1] / 2.4) * SIDE)
        shade = int(150 - 70 * depth[index])
        draw.ellipse([at[0] - 1, at[1] - 1, at[0] + 1, at[1] + 1], fill=(shade, shade, shade))
    return image


def shown(asset: object, stage: str) -> Image.Image | None:
    """Return the newest artifact of a stage as a picture."""
    if stage == "prepare":
        return Image.fromarray((asset.subject.rgba * 255).astype(np.uint8)).resize((SIDE, SIDE))
    if stage in ("voxelize", "sample"):
        return dots((asset.voxels if stage == "voxelize" else asset.queries).centres())
    if stage in ("refine", "decode"):
        return None  # latents and fields have no picture of their own; extract shows their surface
    mesh = asset.coarse if stage == "coarse" else asset.mesh
    return None if mesh is None else clay(mesh.vertices, mesh.faces)


# %% Run the chain and keep a picture of every stage
panels: list[tuple[str, Image.Image]] = []
with varco3d.Pipeline.load("tiny", arguments.preset) as pipeline:
    for step in pipeline.steps(arguments.picture):
        if isinstance(step, varco3d.Step):
            print(f"{step.stage:10} {step.seconds:6.2f} s")
            if (picture := shown(step.asset, step.stage)) is not None:
                panels.append((f"{step.stage}, {step.seconds:.1f} s", picture))

# %% One strip of all stages
strip = Image.new("RGB", (SIDE * len(panels), SIDE + 20), "white")
for column, (title, picture) in enumerate(panels):
    strip.paste(picture, (column * SIDE, 20), picture if picture.mode == "RGBA" else None)
    ImageDraw.Draw(strip).text((column * SIDE + 6, 4), title, fill="black")
strip.save(arguments.out)
print(arguments.out)
