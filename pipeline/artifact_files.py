"""Files of artifacts: arrays, pictures and JSON, written whole and checked when they are read.

Kept stages can be looked at, changed and started from, so what is read may be damaged, edited or hostile: every
member has a type, a shape and a bounded size, or the answer is BadInputError with the name of the file.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .._files import opened_regular, write_whole
from .._text import printable
from ..errors import BadInputError, Varco3DError

_AGAIN = "Run the earlier stage again."
_LARGEST = 8 << 30  # bytes of one array
_LARGEST_TEXT = 64 << 20  # bytes of one JSON file
LARGEST_GRID = 1 << 16  # voxels or cells per side


@dataclass(frozen=True)
class Array:
    """Demands on a member.

    kinds: letters of NumPy's dtype.kind; shape: sizes, None for any; low, high: of its values; optional: it may be
    absent.
    """

    kinds: str
    shape: tuple[int | None, ...]
    optional: bool = False
    low: float | None = None
    high: float | None = None

    def problem(self, array: np.ndarray) -> str:
        """Return the words for the first demand that is not met, or nothing."""
        fits = len(array.shape) == len(self.shape) and all(
            wanted in (None, size) for wanted, size in zip(self.shape, array.shape, strict=True)
        )
        if array.dtype.kind not in self.kinds or not fits:
            return f"is {array.dtype} of the shape {array.shape}"
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            return "holds values that are not finite"
        if array.size and self.low is not None and array.min() < self.low:
            return f"holds {array.min()}, less than {self.low:g}"
        if array.size and self.high is not None and array.max() > self.high:
            return f"holds {array.max()}, more than {self.high:g}"
        return ""


def bad_file(path: Path, reason: object) -> BadInputError:
    """Return the error for an artifact that cannot be used."""
    return BadInputError(f"{printable(path)} cannot be read: {printable(reason)}", _AGAIN)


def save_arrays(path: Path, **arrays: Any) -> None:
    """Write the arrays that are not None."""
    present = {name: value for name, value in arrays.items() if value is not None}
    write_whole(path, lambda file: np.savez(file, **present))


def load_arrays(path: Path, wanted: Mapping[str, Array]) -> dict[str, np.ndarray]:
    """Return the members named in `wanted`, each as demanded. Pickles are not opened. Raises BadInputError."""
    try:
        with opened_regular(path) as file, zipfile.ZipFile(file) as archive:
            found = {name: _member(archive, f"{name}.npy") for name in wanted if f"{name}.npy" in archive.namelist()}
    except FileNotFoundError as error:
        raise BadInputError(
            f"{printable(path)} does not exist", "Run the earlier stage again with `save_stages`."
        ) from error
    except Exception as error:  # zipfile, zlib and NumPy raise anything on broken data
        raise bad_file(path, str(error) or type(error).__name__) from error
    for name, demand in wanted.items():
        if name not in found:
            if demand.optional:
                continue
            raise bad_file(path, f"{name} is missing")
        problem = demand.problem(found[name])
        if problem:
            raise bad_file(path, f"{name} {problem}")
    return found


def _member(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """One array. Its header is compared with the size of the member before any memory is taken. Raises ValueError."""
    with archive.open(name) as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(file)
    count = 1
    for size in shape:
        count *= size
    if dtype.hasobject or count * dtype.itemsize > min(_LARGEST, archive.getinfo(name).file_size):
        raise ValueError(f"{name} does not hold what its header says")
    with archive.open(name) as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def save_png(path: Path, pixels: np.ndarray) -> None:
    """Write uint8 pixels."""
    from PIL import Image

    write_whole(path, lambda file: Image.fromarray(pixels).save(file, format="PNG", compress_level=1))


def load_png(path: Path, mode: str) -> np.ndarray:
    """uint8 pixels: [H,W,4] for RGBA, [H,W,3] for RGB, [H,W] for L. Raises BadInputError."""
    from .pictures.reading import open_picture

    try:
        rgba = open_picture(path, least=1).rgba  # textures of foreign meshes may be a single texel
    except BadInputError as error:
        raise BadInputError(error.message, _AGAIN) from error
    except Varco3DError as error:
        raise bad_file(path, error.message) from error
    return rgba if mode == "RGBA" else np.ascontiguousarray(rgba[..., 0] if mode == "L" else rgba[..., :3])


def load_square(path: Path) -> np.ndarray:
    """Return a square picture as float32 [S,S,4] in 0..1. Raises BadInputError."""
    rgba = load_png(path, "RGBA")
    if rgba.shape[0] != rgba.shape[1]:
        raise bad_file(path, f"it is {rgba.shape[1]}x{rgba.shape[0]} pixels and not square")
    return rgba.astype(np.float32) / np.float32(255)


def load_indices(path: Path) -> tuple[np.ndarray, int]:
    """Return voxels int32 [M,3] and the resolution of their grid. Raises BadInputError."""
    wanted = {"indices": Array("iu", (None, 3), low=0), "resolution": Array("iu", (), low=1, high=LARGEST_GRID)}
    arrays = load_arrays(path, wanted)
    resolution = int(arrays["resolution"])
    if arrays["indices"].size and arrays["indices"].max() >= resolution:
        raise bad_file(path, f"it names voxels beyond its resolution of {resolution}")
    return arrays["indices"].astype(np.int32, copy=False), resolution


def load_json(path: Path) -> dict[str, Any]:
    """Return a JSON object. Raises BadInputError."""
    try:
        with opened_regular(path) as file:
            text = file.read(_LARGEST_TEXT + 1)
        if len(text) > _LARGEST_TEXT:
            raise ValueError("it is too long")
        found = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise bad_file(path, error) from error
    if not isinstance(found, dict):
        raise bad_file(path, "it is no JSON object")
    return found


def numbers(path: Path, value: Any, *shape: int) -> np.ndarray:
    """Return a member of a JSON file as finite float64 of a shape. Raises BadInputError."""
    try:
        array = np.array(value, np.float64).reshape(shape)
    except (TypeError, ValueError, OverflowError) as error:
        raise bad_file(path, error) from error
    if not np.isfinite(array).all():
        raise bad_file(path, "it holds values that are not finite")
    return array


def load_material(path: Path, names: Iterable[str]) -> dict[str, Any]:
    """Those of the named factors of a mesh's material that a JSON file holds. Raises BadInputError."""
    about = load_json(path)
    return {name: _FACTORS[name](path, about[name]) for name in names if name in about}


def _number(path: Path, value: Any) -> float:
    return float(numbers(path, value))


def _wrap(path: Path, value: Any) -> tuple[str, str]:
    """Return the wrap rule of a texture, per axis."""
    if (
        not isinstance(value, list)
        or len(value) != 2
        or any(part not in ("repeat", "clamp", "mirror") for part in value)
    ):
        raise bad_file(path, f"wrap is {value}")
    return value[0], value[1]


def _alpha_mode(path: Path, value: Any) -> str:
    if value not in ("opaque", "mask", "blend"):
        raise bad_file(path, f"alpha_mode is {value}")
    return value


def _truth(path: Path, value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise bad_file(path, f"{value} is neither true nor false")
    return value


_FACTORS: dict[str, Callable[[Path, Any], Any]] = {
    "metallic": _number, "roughness": _number, "wrap": _wrap, "alpha_mode": _alpha_mode, "alpha_cutoff": _number,
    "alpha": _number, "double_sided": _truth,
}  # fmt: skip
"""Members of material.json, and how each is read."""
