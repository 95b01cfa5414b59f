"""Opens any picture Pillow knows as upright 8-bit RGBA, and answers every broken one with BadInputError."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import BadInputError

MAX_PIXELS = 120_000_000
MAX_SIDE = 20_000
MIN_SIDE = 8
_SUFFIXES = (
    ".png .apng .jpg .jpeg .jpe .jfif .webp .bmp .dib .gif .tif .tiff .tga .ppm .pgm .pbm .pnm .jp2 .j2k .ico "
    ".icns .pcx .dds .sgi .avif .avifs .qoi .heic .heif .psd"
)


def open_rgba(path: Path) -> np.ndarray:
    """The first frame of the picture at `path`, upright: uint8 [H,W,4], sRGB, straight alpha, 255 where there is none.

    An embedded colour profile is applied. Palettes, transparency keys, 16-bit, float, CMYK, grey and animated files are
    all taken. Raises BadInputError that names the file when it is empty, truncated, no picture, too large or too small.
    """
    from PIL import Image, ImageOps

    _check_file(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # size is checked below, with a clearer message
            with Image.open(path) as image:
                _check_size(path, image.size)
                image.load()
                image = _upright(image, ImageOps)
                return _to_rgba(path, image)
    except (BadInputError, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(path, "more pixels than Pillow opens") from error
    except Image.UnidentifiedImageError as error:
        raise BadInputError(f"{_name(path)} is not a picture", "Give a PNG, JPEG, WebP or another picture.") from error
    except Exception as error:  # decoders raise anything on broken data: struct.error, SyntaxError, zlib.error, ...
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise BadInputError(
            f"{_name(path)} cannot be read: {reason}", "The file looks damaged; save it again."
        ) from error


def shrink(rgba: np.ndarray, limit: int) -> tuple[np.ndarray, int]:
    """The picture area-averaged by a whole factor so that no side exceeds `limit`, and the factor (1 = untouched)."""
    from PIL import Image

    factor = -(-max(rgba.shape[:2]) // limit)
    if factor <= 1:
        return rgba, 1
    image = Image.fromarray(rgba)
    if rgba[..., 3].min() == 255:
        return np.array(image.reduce(factor)), factor
    return np.array(image.convert("RGBa").reduce(factor).convert("RGBA")), factor


def open_mask(path: Path, size: tuple[int, int]) -> np.ndarray:
    """A mask as float32 [H,W] in 0..1 of `size` (width, height): its alpha if it has one, else its brightness."""
    from PIL import Image

    rgba = open_rgba(path)
    height, width = rgba.shape[:2]
    if abs(width * size[1] - height * size[0]) > 0.02 * width * size[1]:
        raise BadInputError(
            f"mask {_name(path)} is {width}x{height}, the picture {size[0]}x{size[1]}", "Give a mask of the same shape."
        )
    plane = rgba[..., 3] if rgba[..., 3].min() < 255 else rgba[..., :3].mean(axis=2).round().astype(np.uint8)
    if (width, height) != size:
        plane = np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BILINEAR))
    return plane.astype(np.float32) / 255


def is_picture(path: Path) -> bool:
    """True when the file's suffix or its first bytes are those of a picture."""
    return path.suffix.lower() in picture_suffixes() or sniff(path)


def picture_suffixes() -> frozenset[str]:
    """Suffixes taken for pictures, lower case, with the dot."""
    return frozenset(_SUFFIXES.split())


def sniff(path: Path) -> bool:
    """True when the first bytes are those of PNG, JPEG, GIF, WebP, BMP or TIFF."""
    try:
        with open(path, "rb") as file:
            head = file.read(12)
    except OSError:
        return False
    starts = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
    return head.startswith(starts) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def _check_file(path: Path) -> None:
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise BadInputError(f"{_name(path)} is a folder", "Give a picture.")
        if size == 0:
            raise BadInputError(f"{_name(path)} is empty (zero bytes)", "Copy the file again.")
    except OSError as error:
        raise BadInputError(
            f"{_name(path)} cannot be opened: {error.strerror}", "Check the path and its rights."
        ) from error


def _check_size(path: Path, size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS or max(size) > MAX_SIDE:
        raise _too_large(path, f"{width}x{height} pixels")
    if min(size) < MIN_SIDE:
        raise BadInputError(
            f"{_name(path)} is only {width}x{height} pixels", f"Give at least {MIN_SIDE}x{MIN_SIDE}, better 512x512."
        )


def _too_large(path: Path, what: str) -> BadInputError:
    limit = f"the limit is {MAX_PIXELS // 1_000_000} megapixels and {MAX_SIDE} pixels a side"
    return BadInputError(f"{_name(path)} is too large: {what}; {limit}", "Scale it down first, e.g. to 2048 pixels.")


def _upright(image: Any, image_ops: Any) -> Any:
    try:
        return image_ops.exif_transpose(image)
    except Exception:  # a broken EXIF block must not lose the picture; it then stays as stored
        return image


def _to_rgba(path: Path, image: Any) -> np.ndarray:
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        return _wide_grey(path, np.asarray(image))
    if image.info.get("icc_profile"):
        image = _to_srgb(image)
    if image.mode in ("CMYK", "YCbCr", "LAB", "HSV"):
        image = image.convert("RGB")
    return np.array(image.convert("RGBA"))


_PROFILED = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # colour space of a profile -> mode its numbers are in


def _to_srgb(image: Any) -> Any:
    """The picture with the colours that its embedded profile means, in sRGB; as it is when the profile is of no use."""
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


def _wide_grey(path: Path, plane: np.ndarray) -> np.ndarray:
    """Grey of 16 or 32 bits or float as RGBA: the full range of the type is taken, of floats 0..1 or the maximum."""
    if not np.isfinite(plane).all():
        raise BadInputError(f"{_name(path)} holds values that are not finite", "Save it as an 8-bit picture.")
    top = float(plane.max())
    if np.issubdtype(plane.dtype, np.floating):
        white = 1.0 if top <= 1.0 else 255.0 if top <= 255.0 else top
    else:
        white = 255.0 if top <= 255 else 65535.0 if top <= 65535 else top
    grey = np.clip(np.rint(plane.astype(np.float64) * (255.0 / white)), 0, 255).astype(np.uint8)
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def _name(path: Path) -> str:
    """The path as one printable line: names may hold newlines."""
    return "".join(character if character.isprintable() else "?" for character in str(path))
