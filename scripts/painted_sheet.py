"""Makes docs/images/texture_real.png: pictures beside six sides of the shapes that `tiny` makes and paints from them.

python scripts/painted_sheet.py examples/fluent3d_automobile.png examples/fluent3d_mushroom.png --out sheet.png
"""

import argparse
from pathlib import Path

import numpy as np
from contact_sheet import TILE, on_white, view
from PIL import Image

import varco3d
from varco3d.kernels.views.cameras import SIX_VIEWS, Camera
from varco3d.pipeline.meshes.preview import render_view

COLOURS = 200  # of the palette of the written picture: soft shading, a fifth of the bytes


def row(picture: Path, pipeline: varco3d.Pipeline) -> Image.Image:
    """Return the picture as the chain sees it, then front, right, back, left, top and bottom of its mesh."""
    result = pipeline(picture)
    assert result.asset.subject is not None
    tiles = [on_white(result.asset.subject.rgba)]
    for side in ("front", "right", "back", "left"):
        tiles.append(view(result.mesh, SIX_VIEWS[side][0]))
    for side in ("top", "bottom"):
        tiles.append(Image.fromarray(render_view(result.mesh, Camera(*SIX_VIEWS[side], 1.2), TILE, light=0.5)))
    return Image.fromarray(np.concatenate([np.asarray(tile.convert("RGB")) for tile in tiles], 1))


def main() -> None:
    """Draws one row per picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pictures", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", default="tiny")
    arguments = parser.parse_args()
    with varco3d.Pipeline.load(arguments.model) as pipeline:
        rows = [np.asarray(row(picture, pipeline)) for picture in arguments.pictures]
    sheet = Image.fromarray(np.concatenate(rows, 0)).quantize(COLOURS, kmeans=1, dither=Image.Dither.NONE)
    sheet.save(arguments.out, optimize=True)


if __name__ == "__main__":
    main()
