"""Pictures of results side by side, for looking at many of them at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from varco3d.kernels.views.cameras import Camera, six_cameras
from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.preview import render_view

TILE = 160  # pixels
SIDES = (0.0, 90.0, 180.0, 270.0)  # azimuths: front, right, back, left


def on_white(rgba: np.ndarray) -> Image.Image:
    """Return a subject, float32 [S,S,4] in 0..1 with straight alpha, as a tile."""
    flat = rgba[..., :3] * rgba[..., 3:] + 1 - rgba[..., 3:]
    picture = Image.fromarray(np.rint(np.clip(flat, 0, 1) * 255).astype(np.uint8))
    return picture.resize((TILE, TILE), Image.Resampling.LANCZOS)


def view(mesh: Mesh, azimuth: float, colour: str = "texture") -> Image.Image:
    """Return a mesh of the frame from a little above; colour as in render_view."""
    light = 1.0 if colour == "clay" else 0.5
    return Image.fromarray(render_view(mesh, Camera(azimuth, 12.0, 1.2), TILE, colour, light=light))


def strip(rgba: np.ndarray, coarse: Mesh, painted: Mesh, truth: Mesh | None) -> Image.Image:
    """Input, coarse shape, refined shape, the painted mesh from four sides, and the truth from four sides."""
    tiles = [on_white(rgba), view(coarse, 0.0, "clay"), view(painted, 0.0, "clay")]
    tiles += [view(mesh, azimuth) for mesh in (painted, truth) if mesh is not None for azimuth in SIDES]
    page = Image.new("RGB", (TILE * len(tiles), TILE), "white")
    for k, tile in enumerate(tiles):
        page.paste(tile, (k * TILE, 0))
    return page


def sides_block(rgba: np.ndarray, truth: Mesh, painted: Mesh) -> Image.Image:
    """Input, and beside it the true colours above the painted ones, each from six sides, without light."""
    page = Image.new("RGB", (TILE * 8, TILE * 2), "white")
    page.paste(on_white(rgba).resize((TILE * 2, TILE * 2), Image.Resampling.LANCZOS), (0, 0))
    for row, mesh in enumerate((truth, painted)):
        for column, camera in enumerate(six_cameras(1.1)):
            tile = Image.fromarray(render_view(mesh, camera, TILE, light=0.0))
            page.paste(tile, (TILE * (2 + column), TILE * row))
    return page


def sheet(strips: Sequence[Image.Image]) -> Image.Image:
    """Strip below each other, under a line that names the columns."""
    sides = ["front", "right", "back", "left"]
    heads = [
        "input",
        "coarse",
        "refined",
        *(f"painted, {side}" for side in sides),
        *(f"truth, {side}" for side in sides),
    ]
    rows = stacked(strips)
    page = Image.new("RGB", (rows.width, 20 + rows.height), "white")
    for k, head in enumerate(heads[: rows.width // TILE]):
        ImageDraw.Draw(page).text((k * TILE + 6, 4), head, "black")
    page.paste(rows, (0, 20))
    return page


def stacked(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures below each other."""
    page = Image.new("RGB", (max(p.width for p in pictures), sum(p.height for p in pictures)), "white")
    top = 0
    for picture in pictures:
        page.paste(picture, (0, top))
        top += picture.height
    return page
