"""Picture formats: which are opened, by content, and what opens them where Pillow alone does not.

Pillow knows formats that start other programs (EPS starts Ghostscript) or read for minutes (FITS). Only those on the
list take part, whatever the file is called.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from ..._files import no_file, opened_regular
from ..._text import printable
from ...errors import BadInputError, MissingDependencyError
from .bounded import Clock, TimedFile

OPENED = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "PPM", "JPEG2000", "ICO", "ICNS", "PCX", "DDS",
          "SGI", "AVIF", "QOI", "PSD", "TGA")  # fmt: skip
SUFFIXES = frozenset((
    ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".dib", ".gif", ".tif", ".tiff", ".tga", ".ppm",
    ".pgm", ".pbm", ".pnm", ".jp2", ".j2k", ".ico", ".icns", ".pcx", ".dds", ".sgi", ".avif", ".avifs", ".qoi", ".heic",
    ".heif", ".psd",
))  # fmt: skip
"""Suffixes taken for pictures, lower case, with the dot."""

_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_HEIF = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"mif2")
_AVIF = (b"avif", b"avis")
_HEAD = 64  # bytes that tell a format


class PictureCodecError(MissingDependencyError):
    """A picture needs a package that is not installed; other pictures of the run do not."""

    lasting = False


def existing_picture(path: Path) -> Path:
    """Return the path of a picture that was named. Raises BadInputError when there is no such file."""
    if not path.is_file():
        raise BadInputError(f"{printable(path)} {no_file(path)}", "Check the path of the picture.")
    return path


def is_picture(path: Path) -> bool:
    """Return True when the file's suffix or its first bytes are those of a picture."""
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        with opened_regular(path) as file:
            head = file.read(_HEAD)
    except (OSError, ValueError):
        return False
    return head.startswith(_STARTS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or bool(_brand(head))


def open_image(file: BinaryIO, name: str, clock: Clock) -> Any:
    """Return the picture in an open file as an image of Pillow that reads its pixels later, within the clock.

    Raises PictureCodecError when its format needs a package that is not here, and whatever Pillow raises.
    """
    from PIL import Image, features

    timed = cast("BinaryIO", TimedFile(file, clock))
    head = timed.read(_HEAD)
    timed.seek(0)
    brand = _brand(head)
    if brand == "heif":
        return _heif(timed, name)
    if brand == "avif" and not features.check("avif"):
        raise PictureCodecError(f"{name} is an AVIF picture, which needs Pillow 11.3", 'pip install "pillow>=11.3"')
    return Image.open(timed, formats=OPENED)


def _brand(head: bytes) -> str:
    """heif, avif or nothing: what the first box of an ISO media file says."""
    if head[4:8] != b"ftyp":
        return ""
    brands = [head[8:12], *(head[start : start + 4] for start in range(16, min(len(head), _length(head)) - 3, 4))]
    return "avif" if any(b in _AVIF for b in brands) else "heif" if any(b in _HEIF for b in brands) else ""


def _length(head: bytes) -> int:
    return int.from_bytes(head[:4], "big")


def _heif(file: BinaryIO, name: str) -> Any:
    try:
        import pillow_heif  # the extra `heif`
    except ImportError as error:
        raise PictureCodecError(
            f"{name} is a HEIC picture, which needs pillow-heif", 'pip install "varco3d[heif]"'
        ) from error
    return pillow_heif.HeifImageFile(file)


def open_tiff_numbers(file: BinaryIO, largest: int) -> np.ndarray | None:
    """Return the pixels [H,W] or [H,W,1..4] of a TIFF that Pillow cannot open, such as floats of several channels.

    None when the file is no TIFF. largest: pixels. Raises BadInputError, and whatever tifffile raises.
    """
    import tifffile

    file.seek(0)
    if file.read(4) not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return None
    file.seek(0)
    with tifffile.TiffFile(io.BytesIO(file.read())) as tiff:
        page = tiff.pages[0]
        shape = tuple(page.shape)
        if len(shape) == 3 and shape[0] <= 4 < shape[-1]:
            shape = (*shape[1:], shape[0])
        if not 2 <= len(shape) <= 3 or (len(shape) == 3 and shape[2] > 4):
            raise BadInputError(f"this TIFF holds an array of the shape {page.shape}", "Save it as PNG.")
        if shape[0] * shape[1] > largest:
            raise BadInputError(f"it is too large: {shape[1]}x{shape[0]} pixels", "Scale it down first.")
        pixels = np.asarray(page.asarray())
    return np.moveaxis(pixels, 0, -1) if pixels.shape != shape else pixels
