"""Stage 1, prepare: any picture -> Subject: one object, cut out, centred, square.

The object's alpha bounding box is centred and its longest side fills 1 - 2*margin of the frame. The networks are
trained on exactly this framing, so it is a contract and not a taste.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from ..._text import printable
from ...errors import MissingDependencyError, NoSubjectError
from ..artifacts import Asset, Subject
from ..machine import used_memory
from ..pictures.cutout import bleed, main_parts, plain_background, tidy_mask, touched_sides
from ..pictures.gaps import ground_inside
from ..pictures.own_alpha import own_cutout, solid_alpha
from ..pictures.reading import open_mask, open_picture
from ..stage import Context
from .settings import PrepareSettings

_WORK_SIDE = 3072  # pixels; larger pictures are averaged down first, which bounds memory
_SMALL = 64  # pixels; below, a warning


class Prepare:
    """Opens, cuts out, crops and resizes. Fails with no_subject when nothing is left, warns on doubtful subjects."""

    name = "prepare"
    Settings = PrepareSettings
    needs = ("source",)
    gives = ("subject",)
    networks = ("cutout",)

    def run(self, asset: Asset, settings: PrepareSettings, context: Context) -> Asset:
        assert asset.source is not None
        hashes = asset.hashes
        subject = prepared(asset.source, asset.mask, settings, context, hashes)
        sides = {
            name: prepared(path, None, settings, context, {"source": hashes.get(name, "")}).rgba
            for name, path in asset.sides.items()
        }
        return dataclasses.replace(asset, subject=dataclasses.replace(subject, sides=sides))


def prepared(
    source: Path,
    mask: Path | None,
    settings: PrepareSettings,
    context: Context,
    hashes: Mapping[str, str] = MappingProxyType({}),
) -> Subject:
    """One picture, opened, cut out and framed. hashes: sha256 that `source` and `mask` must have, where known.

    Raises BadInputError, InputChangedError, NoSubjectError.
    """
    room = None if context.memory is None else context.memory - used_memory()
    picture = open_picture(source, max(_WORK_SIDE, settings.size), hashes.get("source") or None, room)
    rgba = picture.rgba
    if mask is not None:
        alpha, own = open_mask(mask, (rgba.shape[1], rgba.shape[0]), hashes.get("mask") or None), False
    else:
        alpha, own = find_alpha(rgba, settings, context)
    box = bounding_box(alpha)
    if box is None and mask is not None:
        raise NoSubjectError(f"the mask {printable(mask)} is black all over", "The subject is white in a mask.")
    if box is None:
        raise NoSubjectError(f"{printable(source.name)} shows no object", "Give a `mask`, or a picture with alpha.")
    _warn(alpha, box, settings, context)
    if not own and (inside := ground_inside(rgba[..., :3], alpha)):
        context.warn(
            f"{inside:.0%} of the object has the colours of the ground around it: background seen through gaps is "
            "painted onto the body; a picture with alpha, or a `mask`, leaves it out"
        )
    # A picture's own alpha has true colours at its rim; a cut-out's rim still shows the background.
    subject = frame(rgba[..., :3], alpha, box, settings, solid=0.02 if own else 0.95)
    crop = np.diag([picture.factor, picture.factor, 1.0]) @ subject.crop
    return dataclasses.replace(subject, crop=crop, source_size=picture.size)


def find_alpha(rgba: np.ndarray, settings: PrepareSettings, context: Context) -> tuple[np.ndarray, bool]:
    """Alpha float32 [H,W] in 0..1 and whether it is the picture's own."""
    own = rgba[..., 3].astype(np.float32) / 255
    if settings.cutout == "off":
        return np.ones_like(own), True
    outline = solid_alpha(own) if settings.cutout == "keep" else own_cutout(own)
    if outline is not None:
        return outline, True
    rgb = rgba[..., :3]
    if own.min() < 0.5:  # colours of transparent pixels are anything
        rgb = bleed(rgb, own, 0.5).astype(np.uint8)
    if settings.method == "rembg":
        return _with_rembg(rgb), False
    if settings.method in ("auto", "plain"):
        alpha = plain_background(rgb, max(1024, 2 * settings.size))
        if alpha is not None:
            return alpha, False
        if settings.method == "plain":
            raise NoSubjectError("the background is not one plain colour", "Use `prepare.method` network.")
    return network_alpha(rgb, context.networks["cutout"]), False


def network_alpha(rgb: np.ndarray, network: Any) -> np.ndarray:
    """Two looks: the whole picture, then the object's surroundings, where 320 samples a side give a sharper rim."""
    alpha = tidy_mask(network(rgb))
    box = bounding_box(alpha)
    if box is None:
        return alpha
    x0, y0, x1, y1 = box
    pad = int(0.15 * max(x1 - x0, y1 - y0)) + 4
    height, width = alpha.shape
    left, top, right, bottom = max(0, x0 - pad), max(0, y0 - pad), min(width, x1 + pad), min(height, y1 + pad)
    if (right - left) * (bottom - top) > 0.7 * width * height:
        return alpha
    closer = network(np.ascontiguousarray(rgb[top:bottom, left:right]))
    combined = np.zeros_like(alpha)
    combined[top:bottom, left:right] = closer
    second = tidy_mask(combined)
    # The closer look may lose part of the object or fall for its surroundings; then the first one stands.
    first_area, second_area = float((alpha > 0.5).sum()), float((second > 0.5).sum())
    shared = float(((alpha > 0.5) & (second > 0.5)).sum())
    return second if shared > 0.8 * max(first_area, second_area) else alpha


def _with_rembg(rgb: np.ndarray) -> np.ndarray:
    try:
        import rembg  # type: ignore[import-not-found]  # the `cutout` extra
    except ImportError as error:
        raise MissingDependencyError("`prepare.method` rembg needs rembg", 'pip install "varco3d[cutout]"') from error
    from PIL import Image

    return np.asarray(rembg.remove(Image.fromarray(rgb)))[..., 3].astype(np.float32) / 255


def bounding_box(alpha: np.ndarray) -> tuple[int, int, int, int] | None:
    """(x0, y0, x1, y1), x1 and y1 exclusive, of alpha >= 0.5 (of >= 0.1 when nothing is), or None."""
    for level in (0.5, 0.1):
        solid = alpha >= level
        if solid.any():
            columns, rows = np.flatnonzero(solid.any(axis=0)), np.flatnonzero(solid.any(axis=1))
            return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    return None


def frame(
    rgb: np.ndarray, alpha: np.ndarray, box: tuple[int, int, int, int], settings: PrepareSettings, solid: float
) -> Subject:
    """Cuts the square around `box` and filters it to `settings.size` pixels a side, on premultiplied colours.

    rgb: uint8 [H,W,3]; alpha: float32 [H,W]; solid: alpha below which a pixel's colour is its nearest neighbour's.
    """
    height, width = alpha.shape
    size = settings.size
    x0, y0, x1, y1 = box
    side = max(x1 - x0, y1 - y0) / (1.0 - 2.0 * settings.margin)
    left, top = (x0 + x1 - side) / 2, (y0 + y1 - side) / 2
    # Whole pixels around the square, empty where it leaves the picture.
    i0, j0, i1, j1 = int(np.floor(left)), int(np.floor(top)), int(np.ceil(left + side)), int(np.ceil(top + side))
    window = np.zeros((j1 - j0, i1 - i0, 4), np.float32)
    a, b, c, d = max(i0, 0), max(j0, 0), min(i1, width), min(j1, height)
    part = alpha[b:d, a:c]
    window[b - j0 : d - j0, a - i0 : c - i0, 3] = part
    colours = bleed(rgb[b:d, a:c], part, solid)
    window[b - j0 : d - j0, a - i0 : c - i0, :3] = colours * (part[..., None] / 255)
    inner = (left - i0, top - j0, left - i0 + side, top - j0 + side)
    small = np.clip(_resample(window, inner, size), 0.0, 1.0)
    opacity = small[..., 3]
    straight = np.clip(small[..., :3] / np.maximum(opacity, 1e-6)[..., None], 0.0, 1.0)
    spread = bleed(straight, opacity, solid=min(0.02, float(opacity.max())))
    rgba = np.dstack([spread, opacity])
    grid = np.rint(rgba * 255).astype(np.float32) / np.float32(255)
    scale = side / size
    return Subject(grid, np.array([[scale, 0, left], [0, scale, top], [0, 0, 1]]), (width, height))


def _resample(window: np.ndarray, inner: tuple[float, float, float, float], size: int) -> np.ndarray:
    """Area average when the picture shrinks, bicubic when it grows; [size,size,C]."""
    from PIL import Image

    shrinks = inner[2] - inner[0] >= size
    method = Image.Resampling.BOX if shrinks else Image.Resampling.BICUBIC
    planes = [
        np.asarray(Image.fromarray(np.ascontiguousarray(window[..., c])).resize((size, size), method, box=inner))
        for c in range(window.shape[2])
    ]
    return np.stack(planes, axis=-1)


def _warn(alpha: np.ndarray, box: tuple[int, int, int, int], settings: PrepareSettings, context: Context) -> None:
    if settings.cutout != "off" and (sides := touched_sides(alpha)):
        context.warn(f"the object touches the {' and '.join(sides)} of the picture and may be cut off")
    if (parts := main_parts(alpha)) > 1:
        context.warn(f"the picture shows {parts} separate parts; all are taken as one object")
    longest = max(box[2] - box[0], box[3] - box[1])
    if longest < _SMALL:
        context.warn(f"the object is only {longest} pixels large")
