"""Opens pictures as upright 8-bit RGBA, and answers every broken one with BadInputError."""

from __future__ import annotations

import hashlib
import io
import os
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..._files import BLOCK, opened_regular
from ..._text import GIB, printable
from ...errors import BadInputError, InputChangedError, ItemTimeoutError, MissingDependencyError, OutOfMemoryError
from ..machine import free_memory
from .bounded import Clock, timed
from .formats import open_image, open_tiff_numbers

MAX_PIXELS = 120_000_000
MAX_SIDE = 20_000
MAX_BYTES = 2_000_000_000
MIN_SIDE = 8
_DECODED = 16  # bytes per pixel that opening takes at its peak; a decoder that fails with less to do is misled
_HELD = 8  # bytes per pixel that a picture takes until it is averaged down
_ROWS = 512  # rows of wide numbers turned to 8 bits at a time


@dataclass(frozen=True)
class Picture:
    """rgba: uint8 [H,W,4], sRGB, straight alpha; size: (width, height) before it was averaged down by `factor`."""

    rgba: np.ndarray
    size: tuple[int, int]
    factor: int = 1


def open_rgba(path: Path) -> np.ndarray:
    """Return the first frame of the picture at `path`, upright, uint8 [H,W,4].

    Colours are sRGB, alpha is straight, 255 where there is none. An embedded colour profile is applied. Palettes,
    transparency keys, 16-bit, float, CMYK, grey and animated files are all taken. Raises BadInputError that names the
    file when it is empty, truncated, no picture, too large or too small.
    """
    return open_picture(path).rgba


def open_picture(
    path: Path,
    limit: int | None = None,
    sha256: str | None = None,
    room: float | None = None,
    least: int = MIN_SIDE,
) -> Picture:
    """Return the picture at `path` as in `open_rgba`, area-averaged by a whole factor so that no side exceeds `limit`.

    sha256: of the bytes that are expected; room: GiB that its pixels may take; least: pixels a side, fewer are refused.
    Raises BadInputError, InputChangedError when the bytes are others, OutOfMemoryError.
    """
    with _opened(path) as file:
        before = os.fstat(file.fileno())
        if sha256 is not None and _digest(file, path) != sha256:
            raise _changed(path)
        picture = timed(printable(path), lambda clock: _decoded(path, file, limit, room, clock))
        _check_least(path, picture.size, least)
        after = os.fstat(file.fileno())
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
            raise _changed(path)
        return picture


def check_picture(path: Path) -> None:
    """Read the head of a picture, its format and size. Raises BadInputError where `open_picture` would for those."""
    with _opened(path) as file:
        picture = timed(printable(path), lambda clock: _decoded(path, file, None, None, clock, head=True))
    _check_least(path, picture.size, MIN_SIDE)


def picture_sha256(path: Path, deadline: float | None = None) -> str:
    """Hex digest of a picture's bytes. deadline: of time.monotonic. Raises BadInputError, ItemTimeoutError, OSError."""
    with _opened(path) as file:
        return _digest(file, path, deadline)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Return the file, when it is one that may hold a picture. Raises BadInputError."""
    try:
        if path.is_dir():
            os.listdir(path)  # its rights may be the reason that it is here at all
            raise BadInputError(f"{printable(path)} is a folder", "Give a picture.")
        with opened_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size == 0:
                raise BadInputError(f"{printable(path)} is empty (zero bytes)", "Copy the file again.")
            if size > MAX_BYTES:
                raise BadInputError(
                    f"{printable(path)} is too large: {size / 1e9:.1f} GB; the limit is {MAX_BYTES / 1e9:g} GB",
                    "Scale it down first.",
                )
            yield file
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise BadInputError(
            f"{printable(path)} cannot be opened: {reason}", "Check the path and its rights."
        ) from error


def _digest(file: BinaryIO, path: Path, deadline: float | None = None) -> str:
    digest, done = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        digest.update(block)
        done += len(block)
        if done > MAX_BYTES:  # it grows while it is read
            raise BadInputError(f"{printable(path)} does not end", "Give a picture.")
        if deadline is not None and time.monotonic() > deadline:
            raise ItemTimeoutError(f"time was up while {printable(path)} was read", "Raise `timeout`.")
    file.seek(0)
    return digest.hexdigest()


def _changed(path: Path) -> InputChangedError:
    return InputChangedError(f"{printable(path)} was changed while the run was at it", "Run again.")


def _decoded(
    path: Path, file: BinaryIO, limit: int | None, room: float | None, clock: Clock, head: bool = False
) -> Picture:
    """Decode an open file. head: stop before the pixels, of which the Picture then holds none."""
    from PIL import Image

    pixels = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # size is checked below, with a clearer message
            try:
                image = open_image(file, printable(path), clock)
            except Image.UnidentifiedImageError:
                numbers = open_tiff_numbers(file, MAX_PIXELS)
                if numbers is None:
                    raise
                rgba = _eight_bits(path, numbers)
                shrunk, factor = shrink(rgba, limit or MAX_SIDE)
                return Picture(shrunk, (rgba.shape[1], rgba.shape[0]), factor)
            _check_size(path, image.size)
            if head:
                return Picture(np.zeros((0, 0, 4), np.uint8), image.size)
            pixels = image.size[0] * image.size[1]
            _check_room(path, pixels, room)
            clock.grant(image)
            image.load()
            _check_size(path, image.size)  # icons hold whole pictures, of any size
            return _shrunk(path, image, limit)
    except (BadInputError, MissingDependencyError, OutOfMemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(path, "more pixels than Pillow opens") from error
    except Image.UnidentifiedImageError as error:
        raise BadInputError(
            f"{printable(path)} is not a picture", "Give a PNG, JPEG, WebP or another picture."
        ) from error
    except MemoryError as error:
        if free_memory() * GIB < 2 * _DECODED * max(pixels, 1):
            raise
        raise _damaged(path, "its decoder asks for memory without bounds") from error  # Pillow's word for broken data
    except Exception as error:  # decoders raise anything on broken data: struct.error, SyntaxError, zlib.error, ...
        if "MAX_TEXT" in str(error):
            raise BadInputError(
                f"{printable(path)} holds too much text beside the picture", "Save it without metadata."
            ) from error
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise _damaged(path, reason) from error


def _damaged(path: Path, reason: str) -> BadInputError:
    return BadInputError(
        f"{printable(path)} cannot be read: {printable(reason)}", "The file looks damaged; save it again."
    )


def _shrunk(path: Path, image: Any, limit: int | None) -> Picture:
    """Pixels, upright, in RGBA, averaged down before they are copied, so that a large picture is held once."""
    from PIL import ImageOps

    upright = _upright(image, ImageOps)
    size = upright.size
    if upright.mode in ("I", "F") or upright.mode.startswith("I;"):
        shrunk, factor = shrink(_eight_bits(path, np.asarray(upright)), limit or MAX_SIDE)
        return Picture(shrunk, size, factor)
    if upright.info.get("icc_profile"):
        upright = _to_srgb(upright)
    if upright.mode in ("CMYK", "YCbCr", "LAB", "HSV"):
        upright = upright.convert("RGB")
    factor = 1 if limit is None else max(1, -(-max(size) // limit))
    if factor > 1 and upright.mode in ("L", "RGB") and not upright.has_transparency_data:
        upright = upright.reduce(factor)
        return Picture(np.array(upright.convert("RGBA")), size, factor)
    shrunk, factor = shrink(np.array(upright.convert("RGBA")), limit or MAX_SIDE)
    return Picture(shrunk, size, factor)


def shrink(rgba: np.ndarray, limit: int) -> tuple[np.ndarray, int]:
    """Return the picture area-averaged by a whole factor, and the factor (1 = untouched).

    No side exceeds `limit`.
    """
    from PIL import Image

    factor = -(-max(rgba.shape[:2]) // limit)
    if factor <= 1:
        return rgba, 1
    image = Image.fromarray(rgba)
    if rgba[..., 3].min() == 255:
        return np.array(image.reduce(factor)), factor
    return np.array(image.convert("RGBa").reduce(factor).convert("RGBA")), factor


def open_mask(path: Path, size: tuple[int, int], sha256: str | None = None) -> np.ndarray:
    """Return a mask as float32 [H,W] in 0..1 of `size` (width, height).

    The values are its alpha if it has one, else its brightness.
    """
    from PIL import Image

    rgba = open_picture(path, sha256=sha256).rgba
    height, width = rgba.shape[:2]
    if abs(width * size[1] - height * size[0]) > 0.02 * width * size[1]:
        raise BadInputError(
            f"mask {printable(path)} is {width}x{height}, the picture {size[0]}x{size[1]}",
            "Give a mask of the same shape.",
        )
    plane = rgba[..., 3] if rgba[..., 3].min() < 255 else rgba[..., :3].mean(axis=2).round().astype(np.uint8)
    if (width, height) != size:
        plane = np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BILINEAR))
    return plane.astype(np.float32) / 255


def _check_size(path: Path, size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS or max(size) > MAX_SIDE:
        raise _too_large(path, f"{width}x{height} pixels")


def _check_least(path: Path, size: tuple[int, int], least: int) -> None:
    if min(size) < least:
        shape = f"{size[0]}x{size[1]}"
        raise BadInputError(
            f"{printable(path)} is only {shape} pixels", f"Give at least {least}x{least}, better 512x512."
        )


def _check_room(path: Path, pixels: int, room: float | None) -> None:
    need = pixels * _HELD / GIB
    if room is not None and need > room:
        raise OutOfMemoryError(
            f"{printable(path)} has {pixels / 1e6:.0f} megapixels, which take about {need:.1f} GiB; the budget leaves "
            f"{max(0.0, room):.1f}",
            "Raise `memory`, or scale it down first.",
        )


def _too_large(path: Path, what: str) -> BadInputError:
    limit = f"the limit is {MAX_PIXELS // 1_000_000} megapixels and {MAX_SIDE} pixels a side"
    return BadInputError(
        f"{printable(path)} is too large: {what}; {limit}", "Scale it down first, e.g. to 2048 pixels."
    )


def _upright(image: Any, image_ops: Any) -> Any:
    with suppress(Exception):  # a broken EXIF block must not lose the picture; it then stays as stored
        image_ops.exif_transpose(image, in_place=True)  # else a picture that is upright is copied whole
    return image


_PROFILED = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # colour space of a profile -> mode its numbers are in


def _to_srgb(image: Any) -> Any:
    """Return the picture with the colours that its embedded profile means, in sRGB.

    A damaged profile leaves it unchanged.
    """
    from PIL import ImageCms

    try:
        profile: Any = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        if "srgb" in ImageCms.getProfileDescription(profile).lower():
            return image
        mode = _PROFILED[profile.profile.xcolor_space.strip()]
        if (mode == "CMYK") != (image.mode == "CMYK") or (mode == "L") != (image.mode in ("1", "L", "LA")):
            return image  # a profile that was copied along from another picture
        converted = ImageCms.profileToProfile(
            image.convert(mode), profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, KeyError, ImportError):  # ImportError: Pillow was built without LittleCMS
        return image
    if converted is not None and image.has_transparency_data:
        converted.putalpha(image.convert("RGBA").getchannel("A"))
    return converted


def _eight_bits(path: Path, numbers: np.ndarray) -> np.ndarray:
    """Return numbers [H,W] or [H,W,1..4] of 16 or 32 bits or floats as RGBA.

    The range is that of the type; for floats 0..1, 0..255 or the maximum of the colours. Two and four channels hold
    alpha last.
    """
    if not np.isfinite(numbers).all():
        raise BadInputError(f"{printable(path)} holds values that are not finite", "Save it as an 8-bit picture.")
    planes = numbers if numbers.ndim == 3 else numbers[..., None]
    channels = planes.shape[2]
    colours = channels - 1 if channels in (2, 4) else channels
    _check_size(path, (planes.shape[1], planes.shape[0]))
    top = float(planes[..., :colours].max())
    if np.issubdtype(numbers.dtype, np.floating):
        white = 1.0 if top <= 1.0 else 255.0 if top <= 255.0 else top
    else:
        white = 255.0 if top <= 255 else 65535.0 if top <= 65535 else top
    opaque = white if not np.issubdtype(numbers.dtype, np.floating) else 1.0 if planes[..., -1].max() <= 1.0 else white
    rgba = np.full((*planes.shape[:2], 4), 255, np.uint8)
    for start in range(0, len(planes), _ROWS):
        part = planes[start : start + _ROWS].astype(np.float64)
        rgba[start : start + _ROWS, :, :3] = np.clip(np.rint(part[..., :colours] * (255.0 / white)), 0, 255)
        if colours < channels:
            rgba[start : start + _ROWS, :, 3] = np.clip(np.rint(part[..., -1] * (255.0 / opaque)), 0, 255)
    return rgba
