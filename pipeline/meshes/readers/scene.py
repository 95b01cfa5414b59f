"""The neutral form of a mesh file: parts with materials, in the file's own unit and axes, float64."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from urllib.parse import unquote

import numpy as np

from ...._files import opened_regular
from ...._text import printable
from ....errors import BadInputError, BadMeshError

MAX_BYTES = 4 << 30  # of one file
MAX_COPIES = 5_000_000  # triangles that instances may add to those that the file stores
MAX_EMPTY = 5_000_000  # elements that a file may announce without storing a byte for them
_DAMAGED = "Copy or export it again; it may be cut short."

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Picture:
    """An encoded picture: its bytes, or the file that holds them. name: for messages."""

    name: str
    data: bytes | Path


@dataclass(frozen=True)
class Material:
    """A surface as this program understands it.

    factor: linear RGBA, multiplies the picture `base`; opacity: a picture of its own for the alpha (MTL); wrap: repeat,
    clamp or mirror per axis; alpha: opaque, mask or blend; metallic_roughness, normal: as glTF packs them.
    """

    base: Picture | None = None
    opacity: Picture | None = None
    factor: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    wrap: tuple[str, str] = ("repeat", "repeat")
    alpha: str = "opaque"
    cutoff: float = 0.5
    metallic: float = 0.0
    roughness: float = 0.9
    metallic_roughness: Picture | None = None
    normal: Picture | None = None
    double_sided: bool = False

    @property
    def pictures(self) -> tuple[Picture, ...]:
        found = (self.base, self.opacity, self.metallic_roughness, self.normal)
        return tuple(picture for picture in found if picture is not None)


BARE = Material()


@dataclass
class Part:
    """Triangles with one material.

    vertices: float64 [V,3]; faces: int64 [F,3]; normals: [V,3]; uv: [V,2], v down; colors: uint8 [V,3] sRGB.
    """

    vertices: np.ndarray
    faces: np.ndarray
    normals: np.ndarray | None = None
    uv: np.ndarray | None = None
    colors: np.ndarray | None = None
    material: Material = BARE

    def taken(self, rows: np.ndarray, faces: np.ndarray) -> Part:
        """Return the part with the vertices `rows`, in that order, and faces that name them."""
        normals, uv, colors = (None if v is None else v[rows] for v in (self.normals, self.uv, self.colors))
        return Part(self.vertices[rows], faces, normals, uv, colors, self.material)


@dataclass
class Scene:
    """All parts of a file. unit: metres per unit when the file itself states it."""

    parts: list[Part] = field(default_factory=list)
    unit: float | None = None


class Source:
    """The file that is being read: its bytes, the files beside it, its errors and its losses."""

    def __init__(self, path: Path):
        self.path = path
        self.name = printable(str(path))
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        """Note once a part or property that the mesh loses."""
        if text not in self.warnings:
            self.warnings.append(text)

    def bad(self, reason: str, hint: str = _DAMAGED) -> BadInputError:
        """Return the error of a damaged or unsupported file, to be raised."""
        return BadInputError(f"{self.name} cannot be read: {reason}", hint)

    def bad_mesh(self, reason: str, hint: str = "Export it again from its program.") -> BadMeshError:
        """Return the error of a file that is whole and holds an impossible mesh, to be raised."""
        return BadMeshError(f"{self.name}: {reason}", hint)

    def read(self) -> bytes:
        """Return the whole file. Raises BadInputError for more than MAX_BYTES, OSError."""
        with opened_regular(self.path) as file:
            data = file.read(MAX_BYTES + 1) if self.path.stat().st_size <= MAX_BYTES else None
        if data is None or len(data) > MAX_BYTES:
            raise self.bad(f"it is larger than {MAX_BYTES >> 30} GiB", "Split or simplify it first.")
        return data

    def head(self, count: int = 4096) -> bytes:
        with opened_regular(self.path) as file:
            return file.read(count)

    def check_text(self) -> None:
        """Raise BadInputError when the file begins as no text does, before much of it is read."""
        head = self.head()
        if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise self.bad(f"it is no {self.path.suffix[1:].upper()} text", "Check its suffix.")

    def read_text(self) -> str:
        """Return the whole file as text: UTF-8 with or without mark, UTF-16 with mark, else Latin-1."""
        self.check_text()
        return decoded(self.read())

    def beside(self, reference: str) -> Path | None:
        """Return the file that `reference` names, relative to this one; None when there is none that may be read.

        Backslashes and percent codes are understood. A path that leaves the folder above this file's own, or that does
        not exist, is looked for by its name alone beside this file.
        """
        here = self.path.parent
        for text in (reference, unquote(reference)):
            text = text.strip().strip('"').replace("\\", "/")
            if not text or "\0" in text or len(text) > 1024:
                continue
            place = PurePosixPath(text)
            names = [place.name]
            leaves = place.is_absolute() or ":" in place.parts[0] or ".." in place.parts[1:]
            if not leaves:
                names.insert(0, text)
            for name in names:
                try:
                    if name and (here / name).is_file():
                        return here / name
                except (OSError, ValueError):
                    continue
        return None


def pick(source: Source, items: Any, index: Any, what: str) -> Any:
    """items[index] with every doubt checked; `what` names the kind in the error."""
    if not isinstance(items, Sequence) or isinstance(items, str | bytes):
        raise source.bad(f"it names {what} {printable(str(index))[:20]} and has none")
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(items):
        raise source.bad(f"{what} {printable(str(index))[:20]} does not exist")
    return items[index]


def split_by(labels: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """(label, places of it in `labels`, rising) for each distinct label; the work does not grow with their number."""
    if not len(labels):
        return
    order = np.argsort(labels, kind="stable")
    distinct, starts = np.unique(labels[order], return_index=True)
    yield from zip(distinct.tolist(), np.split(order, starts[1:]), strict=True)


def check_indices(source: Source, faces: np.ndarray, count: int) -> None:
    """Raise BadMeshError when a face names a vertex outside of 0..count-1."""
    if len(faces) and (int(faces.min()) < 0 or int(faces.max()) >= count):
        low = int(faces.min())
        wrong = low if low < 0 else int(faces.max())
        raise source.bad_mesh(f"a face names vertex {wrong}, but there are {count} vertices")


def decoded(data: bytes) -> str:
    """Text of unknown encoding; a byte order mark is dropped. Latin-1 never fails, and geometry is ASCII anyway."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def srgb_from_linear(values: np.ndarray) -> np.ndarray:
    """Linear light 0..1 -> sRGB uint8, any shape."""
    light = np.clip(np.nan_to_num(np.asarray(values, np.float64)), 0.0, 1.0)
    curve = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.floor(curve * 255 + 0.501).astype(np.uint8)  # halves go up, also those that float32 misses by little


def linear_from_srgb8(values: np.ndarray) -> np.ndarray:
    """sRGB uint8 -> linear light 0..1 float64, any shape."""
    code = np.arange(256) / 255.0
    curve = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return curve[np.asarray(values, np.uint8)]
