"""Thumbnails of the gallery: inputs, preview sheets and meshes as WebP, kept beside the run's state."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..._files import opened_regular, write_whole
from ...errors import Varco3DError
from ...pipeline.batch.naming import STATE
from ...pipeline.pictures.bounded import Clock, timed
from ...pipeline.pictures.formats import open_image
from ...pipeline.pictures.reading import picture_sha256

_LARGEST_PICTURE = 64_000_000  # pixels to decode for a thumbnail; JPEGs shrink while they are decoded
_DIGEST = re.compile(r"(input-)?[0-9a-f]{64}")  # nothing else becomes the name of a file


def picture_thumbnail(path: Path, size: int = 160) -> bytes | None:
    """Return a picture shrunk to `size` pixels as WebP, alpha kept; None when it cannot be read or is huge."""
    from PIL import ImageOps

    def shrunk(image: Any) -> bytes:
        small = ImageOps.exif_transpose(image)
        small.thumbnail((size, size))
        return _webp(small.convert("RGBA"))

    return _thumbnail(path, shrunk, draft=size * 2)


def sheet_thumbnail(path: Path, size: int = 240) -> bytes | None:
    """Return the first of a sheet's six views, the front, as WebP; None if it cannot be read."""

    def first(image: Any) -> bytes:
        side = min(image.width // 6, image.height) if image.width >= 2 * image.height else image.height
        front = image.convert("RGB").crop((0, 0, side, side))
        front.thumbnail((size, size))
        return _webp(front)

    return _thumbnail(path, first)


def _thumbnail(path: Path, make: Callable[[Any], bytes], draft: int | None = None) -> bytes | None:
    """Return what `make` makes of the picture; None when it cannot be read in time, or is huge."""

    def work(clock: Clock) -> bytes | None:
        with opened_regular(path) as file, open_image(file, path.name, clock) as image:
            if draft is not None:
                image.draft("RGB", (draft, draft))
            if image.width * image.height > _LARGEST_PICTURE:
                return None
            clock.grant(image)
            return make(image)

    try:
        return timed(path.name, work)
    except Exception:  # decoders raise anything on broken data
        return None


def mesh_thumbnail(mesh: Any, size: int = 240) -> bytes:
    """Return a three-quarter view of an artifacts.Mesh, drawn by our own rasteriser, as WebP."""
    from PIL import Image

    from ...kernels.views.cameras import Camera
    from ...pipeline.meshes.preview import fit_to_box, render_view

    view = render_view(fit_to_box(mesh), Camera(25.0, 15.0, 1.25), size, light=0.6)
    return _webp(Image.fromarray(view))


def _webp(image: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=80, method=4)
    return buffer.getvalue()


def cached(folder: Path, digest: str, make: Callable[[], bytes | None]) -> bytes | None:
    """Return the picture for a file with this hash, kept in OUT/.varco3d/thumbnails where that can be written."""
    place = folder / STATE / "thumbnails" / f"{digest[:40]}.webp"
    if not _DIGEST.fullmatch(digest) or any(path.is_symlink() for path in (place, *list(place.parents)[:2])):
        return make()
    with contextlib.suppress(OSError):
        return place.read_bytes()
    data = make()
    if data is not None:
        with contextlib.suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, lambda file: file.write(data))
    return data


def input_thumbnail(source: Path, digest: str) -> bytes | None:
    """Return the thumbnail of an input, when it still is the picture that the record names by its hash."""
    try:
        return picture_thumbnail(source) if picture_sha256(source) == digest else None
    except Varco3DError:
        return None
