"""Decodes the pictures of meshes, within the limits that hold for pictures."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from ...pictures.bounded import Clock, DecodeTimeoutError, timed
from ...pictures.formats import open_image
from ...pictures.reading import MAX_PIXELS, MAX_SIDE
from .scene import Material, Picture, Source, linear_from_srgb8, srgb_from_linear

_ROWS = 256  # turned into numbers at a time
_NO_PICTURE = "it is no PNG, JPEG, WebP or other picture"
MAX_TOTAL = 210_000_000  # pixels of all textures of one mesh: three of 8192 x 8192

T = TypeVar("T")


def check_sizes(pictures: list[Picture], source: Source) -> dict[Picture, tuple[int, int]]:
    """(width, height) of every picture that can be opened; the others get a warning and are left out.

    Reads headers only. Raises BadInputError when one exceeds the limits of pictures, or all together MAX_TOTAL pixels.
    """
    sizes: dict[Picture, tuple[int, int]] = {}
    for picture in dict.fromkeys(pictures):
        size = _timed(picture, source, lambda image, clock: image.size)
        if size is None:
            continue
        width, height = size
        if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
            limit = f"the limit is {MAX_PIXELS // 1_000_000} megapixels and {MAX_SIDE} pixels a side"
            raise source.bad(
                f"its {picture.name} has {width}x{height} pixels; {limit}", "Scale the texture down first."
            )
        sizes[picture] = (width, height)
    total = sum(width * height for width, height in sizes.values())
    if total > MAX_TOTAL:
        raise source.bad(
            f"its textures have {total // 1_000_000} megapixels together; the limit is {MAX_TOTAL // 1_000_000}",
            "Scale the textures down first.",
        )
    return sizes


def decode(picture: Picture, source: Source, mode: str = "RGBA") -> np.ndarray | None:
    """Return the pixels, uint8 [H,W,channels of mode]; None with a warning when the picture is damaged."""

    def read(image: Any, clock: Clock) -> np.ndarray:
        clock.grant(image)
        size = image.size
        image.load()
        if image.size != size:  # an icon that holds a larger picture than it says
            raise ValueError(f"{image.size} pixels")
        return _converted(image, mode)

    return _timed(picture, source, read)


def base_pixels(material: Material, source: Source) -> np.ndarray | None:
    """Return the colour picture times the factor's colour, uint8 [H,W,3]; None without one.

    It is [H,W,4] where the material has opacity.
    """
    from PIL import Image

    mode = "RGB" if material.alpha == "opaque" else "RGBA"
    rgba = None if material.base is None else decode(material.base, source, mode)
    if material.opacity is not None:
        mask = decode(material.opacity, source)
        if mask is not None:
            grey = mask[..., 3] if mask[..., 3].min() < 255 else mask[..., :3].max(axis=2)
            rgba = np.full((*grey.shape, 4), 255, np.uint8) if rgba is None else rgba
            height, width = len(rgba), len(rgba[0])
            rgba[..., 3] = np.asarray(Image.fromarray(grey).resize((width, height)))
    if rgba is not None and material.factor[:3] != (1.0, 1.0, 1.0):
        rgba[..., :3] = tinted(rgba[..., :3], material.factor)
    return rgba


def surface_pixels(material: Material, source: Source) -> np.ndarray | None:
    """Metalness (blue) and roughness (green) with the factors multiplied in, uint8 [H,W,3]."""
    if material.metallic_roughness is None:
        return None
    pixels = decode(material.metallic_roughness, source, "RGB")
    if pixels is not None:
        for channel, factor in ((1, material.roughness), (2, material.metallic)):
            if factor != 1.0:
                pixels[..., channel] = np.rint(pixels[..., channel] * factor).astype(np.uint8)
    return pixels


def tinted(colors: np.ndarray, factor: tuple[float, float, float, float]) -> np.ndarray:
    """sRGB uint8 [...,3] times a linear factor."""
    if factor[:3] == (1.0, 1.0, 1.0):
        return colors
    tables = [srgb_from_linear(linear_from_srgb8(np.arange(256)) * factor[channel]) for channel in range(3)]
    return np.stack([table[colors[..., channel]] for channel, table in enumerate(tables)], axis=-1)


def _timed(picture: Picture, source: Source, use: Callable[[Any, Clock], T]) -> T | None:
    """Return what `use` makes of the opened picture; None with a warning when it cannot be opened or is damaged.

    Raises BadInputError when it has too many pixels or takes too long.
    """
    from PIL import Image

    opened = False

    def work(clock: Clock) -> T:
        nonlocal opened
        data = picture.data if isinstance(picture.data, bytes) else Source(picture.data).read()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the size is checked by the caller, with a clearer message
            with open_image(io.BytesIO(data), picture.name, clock) as image:
                opened = True
                return use(image, clock)

    try:
        return timed(picture.name, work)
    except DecodeTimeoutError as error:
        raise source.bad(f"its {error.message}", error.hint) from error
    except Image.DecompressionBombError as error:
        raise source.bad(f"its {picture.name} has too many pixels", "Scale the texture down first.") from error
    except Exception:  # decoders raise anything on damaged data
        if opened:
            source.warn(f"{picture.name} is damaged and was left out")
        else:
            kinds = "KTX2 textures are not supported" if _is_ktx(picture) else _NO_PICTURE
            source.warn(f"{picture.name} was left out: {kinds}")
        return None


def _is_ktx(picture: Picture) -> bool:
    if isinstance(picture.data, bytes):
        return picture.data[1:7] == b"KTX 20"
    return picture.data.suffix.lower() == ".ktx2"


def _converted(image: Any, mode: str) -> np.ndarray:
    """uint8 [H,W,channels]; numbers wider than 8 bits are scaled, where Pillow would cut them."""
    top = None
    if image.mode.startswith(("I", "F")):
        top = 1.0 if image.mode == "F" else 65535.0 if image.getextrema()[1] > 255 else 255.0
    out = np.full((image.height, image.width, len(mode)), 255, np.uint8)
    for start in range(
        0, image.height, _ROWS
    ):  # in bands: Pillow copies a picture three times over on its way to numpy
        band = image.crop((0, start, image.width, min(start + _ROWS, image.height)))
        if top is None:
            out[start : start + _ROWS] = np.asarray(band if band.mode == mode else band.convert(mode))
        else:
            grey = np.clip(np.rint(np.asarray(band, np.float64) * (255 / top)), 0, 255)
            out[start : start + _ROWS, :, :3] = grey[..., None]
    return out
