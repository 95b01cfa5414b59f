"""Pictures of a mesh by our own rasteriser: one view, six views as a sheet, a turntable. Needs neither GPU nor window.

Colours: the texture where there is one, else vertex colours, else grey clay. Light: a soft sky and a lamp beside the
camera, so that shape shows and colours stay what they are.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..._files import write_whole
from ...errors import UsageError
from ...kernels.meshes.boxes import into_box
from ...kernels.meshes.normals import crease_normals, smooth_normals
from ...kernels.views.cameras import SIX_VIEWS, Camera, orbit
from ...kernels.views.render_maps import render_maps
from ..artifacts import Mesh
from .formats import PREVIEW_FORMATS
from .signature import picture_signature
from .texture_lookup import sample_texture

if TYPE_CHECKING:
    from PIL import Image

CLAY = np.array([0.72, 0.72, 0.74], np.float32)
BACKGROUND = (1.0, 1.0, 1.0)
CREASE_LIMIT = 150_000  # faces; above it normals are smooth everywhere, which nobody sees at that density


def render_view(
    mesh: Mesh,
    camera: Camera,
    size: int | tuple[int, int] = 512,
    colour: str = "texture",
    background: tuple[float, float, float] | None = BACKGROUND,
    light: float = 1.0,
    samples: int = 2,
) -> np.ndarray:
    """One picture, uint8 [H, W, 3], or [H, W, 4] with straight alpha when `background` is None.

    size: side or (height, width) in pixels. colour: "texture" (falls back to vertex colours, then clay), "clay" or
    "normal" (world normals as colours). light: 0 = the plain colours, 1 = fully lit. samples: per pixel and direction.
    """
    if colour not in ("texture", "clay", "normal"):
        raise UsageError(f"there is no colouring '{colour}'", "Choose texture, clay or normal.")
    height, width = (size, size) if isinstance(size, int) else size
    soup = _Soup(mesh)
    return _render(soup, camera, height, width, colour, background, light, samples)


def six_views(mesh: Mesh, size: int = 256, background: tuple[float, float, float] = BACKGROUND) -> np.ndarray:
    """Front, back, left, right, top, bottom side by side, uint8: colours in the upper row, clay in the lower.

    A mesh without colours gives one row. `left` is what a camera on the object's -X side sees. The mesh is centred and
    scaled to fit. size: of one view, pixels.
    """
    fitted = fit_to_box(mesh)
    soup = _Soup(fitted)
    rows = [("texture", 0.6), ("clay", 1.0)] if soup.coloured else [("clay", 1.0)]
    cameras = [Camera(azimuth, elevation, 1.08) for azimuth, elevation in SIX_VIEWS.values()]
    sheet = [
        np.concatenate([_render(soup, camera, size, size, colour, background, light, 2) for camera in cameras], 1)
        for colour, light in rows
    ]
    return np.concatenate(sheet, 0)


def turntable(
    mesh: Mesh,
    frames: int = 36,
    size: int = 320,
    elevation: float = 15.0,
    background: tuple[float, float, float] = BACKGROUND,
) -> list[np.ndarray]:
    """`frames` pictures uint8 [size, size, 3] of one turn around the vertical axis, starting at the front."""
    if not 1 <= frames <= 360:
        raise UsageError(f"a turntable of {frames} frames is out of range", "Choose 1 to 360 frames.")
    fitted = fit_to_box(mesh)
    soup = _Soup(fitted)
    radius = float(np.linalg.norm(fitted.vertices[:, [0, 2]], axis=1).max(initial=0.0))
    tilt = np.radians(abs(elevation))
    reach = float(np.abs(fitted.vertices[:, 1]).max(initial=0.0)) * np.cos(tilt) + radius * np.sin(tilt)
    cameras = orbit(frames, elevation, max(radius, reach, 1e-3) * 1.06)
    return [_render(soup, camera, size, size, "texture", background, 0.7, 2) for camera in cameras]


def write_preview(
    mesh: Mesh,
    path: Path,
    size: int | None = None,
    frames: int = 36,
    background: tuple[float, float, float] = BACKGROUND,
) -> None:
    """Write a six-view sheet (.png) or a turntable (.gif, .webp) to `path`, atomically.

    size: of one view in pixels, 256 for the sheet and 320 for the turntable by default. Raises UsageError for other
    suffixes.
    """
    from PIL import Image

    kind = path.suffix.lower().lstrip(".")
    if kind == "png":
        picture = Image.fromarray(six_views(mesh, size or 256, background))
        write_whole(path, lambda file: picture.save(file, format="PNG", optimize=True, **picture_signature("png")))
        return
    if kind not in PREVIEW_FORMATS:
        raise UsageError(f"a preview cannot be written as '{path.suffix}'", "Use .png, .gif or .webp.")
    pictures = [Image.fromarray(frame) for frame in turntable(mesh, frames, size or 320, background=background)]
    seconds_per_turn = 3.0
    options = {"save_all": True, "loop": 0, "duration": max(20, round(1000 * seconds_per_turn / frames))}
    options |= picture_signature(kind)
    if kind == "gif":
        palette = _common_palette(pictures)
        pictures = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    else:
        options |= {"quality": 80, "method": 4}
    first, rest = pictures[0], pictures[1:]
    write_whole(path, lambda file: first.save(file, format=kind.upper(), append_images=rest, **options))


def _common_palette(pictures: list[Image.Image]) -> Image.Image:
    """Choose 255 colours from all frames.

    A palette per frame flickers, and the first frame's lacks the colours of the back.
    """
    from PIL import Image

    halves = [np.asarray(picture.reduce(2)) for picture in pictures]
    return Image.fromarray(np.concatenate(halves, 0)).quantize(255, kmeans=2, dither=Image.Dither.NONE)


def fit_to_box(mesh: Mesh) -> Mesh:
    """Return the mesh centred by its bounding box, longest side 2."""
    return replace(mesh, vertices=into_box(mesh.vertices, 1.0))


class _Soup:
    """A mesh prepared for rendering: corners with their own normals where there are creases."""

    def __init__(self, mesh: Mesh):
        self.texture = mesh.texture if mesh.uv is not None else None
        self.wrap = mesh.wrap
        self.coloured = self.texture is not None or mesh.colors is not None
        uv = mesh.uv if self.texture is not None else None
        if len(mesh.faces) <= CREASE_LIMIT and len(mesh.faces):
            self.normals = crease_normals(mesh.vertices, mesh.faces).reshape(-1, 3)
            take = mesh.faces.reshape(-1)
            self.vertices = mesh.vertices[take]
            self.faces = np.arange(len(take), dtype=np.int32).reshape(-1, 3)
            self.uv = None if uv is None else uv[take]
            self.colors = None if mesh.colors is None else mesh.colors[take]
        else:
            self.normals = smooth_normals(mesh.vertices, mesh.faces)
            self.vertices, self.faces, self.uv, self.colors = mesh.vertices, mesh.faces, uv, mesh.colors


def _render(
    soup: _Soup,
    camera: Camera,
    height: int,
    width: int,
    colour: str,
    background: tuple[float, float, float] | None,
    light: float,
    samples: int,
) -> np.ndarray:
    maps = render_maps(
        soup.vertices, soup.faces, camera, (height * samples, width * samples), soup.normals, maps=("normal",)
    )
    mask = maps.mask
    normal = _towards(maps.normal[mask], camera)
    if colour == "normal":
        shaded = normal * 0.5 + 0.5
    else:
        base = CLAY if colour == "clay" else _base_colour(soup, maps.face[mask], maps.barycentrics[mask])
        shaded = base * (1.0 - light + light * _lamp(normal, camera))[:, None]
    picture = np.zeros((*mask.shape, 4), np.float32)  # premultiplied while averaging
    picture[mask, :3] = np.clip(shaded, 0.0, 1.0)
    picture[mask, 3] = 1.0
    picture = picture.reshape(height, samples, width, samples, 4).mean((1, 3))
    if background is None:
        picture[..., :3] /= np.maximum(picture[..., 3:], 1e-6)
        return np.rint(picture * 255).astype(np.uint8)
    flat = picture[..., :3] + (1.0 - picture[..., 3:]) * np.asarray(background, np.float32)
    return np.rint(flat * 255).astype(np.uint8)


def _towards(normal: np.ndarray, camera: Camera) -> np.ndarray:
    """Return normals turned to the camera's side: open surfaces are seen from both."""
    facing = normal @ camera.axes()[2].astype(np.float32)
    return np.where((facing < 0)[:, None], -normal, normal)


def _lamp(normal: np.ndarray, camera: Camera) -> np.ndarray:
    """Brightness 0.33..1.1 of unit normals [N, 3]: sky from above, a lamp left above the camera."""
    right, up, back = camera.axes()
    lamp = back - 0.45 * right + 0.6 * up
    lamp /= np.linalg.norm(lamp)
    direct = np.maximum(normal @ lamp.astype(np.float32), 0.0)
    sky = 0.5 + 0.5 * normal[:, 1]
    return 0.33 + 0.62 * direct + 0.20 * sky


def _base_colour(soup: _Soup, face: np.ndarray, barycentrics: np.ndarray) -> np.ndarray:
    """Colours [N, 3] in 0..1 at points on faces."""
    corners = soup.faces[face]
    colors = None
    if soup.colors is not None:
        colors = np.einsum("nk,nkc->nc", barycentrics, soup.colors[corners].astype(np.float32) / 255.0)
    if soup.texture is not None and soup.uv is not None:
        uv = np.einsum("nk,nkc->nc", barycentrics, soup.uv[corners])
        texels = sample_texture(soup.texture, uv, soup.wrap)
        return texels if colors is None else texels * colors
    return np.broadcast_to(CLAY, (len(face), 3)) if colors is None else colors
