"""Wavefront OBJ: polygons, relative indices, vertex colours, materials (mtl.py).

tinyobjloader was measured and left: it is faster, but takes words for zeros, wraps large indices round, and its Python
arrays count at most 255 corners.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

import numpy as np

from ...._text import printable
from .mtl import MtlMaterial, read_mtl
from .polygons import triangulate
from .scene import BARE, Part, Scene, Source, decoded, split_by

_PASSED_OVER = {b"l": "points and lines", b"p": "points and lines", b"curv": "free-form curves and surfaces",
                b"curv2": "free-form curves and surfaces", b"surf": "free-form curves and surfaces"}  # fmt: skip


_BLOCK = 1 << 16  # statements kept as words before they become numbers, which take a tenth of the memory
_WIDTHS = {"v": 3, "vt": 2, "vn": 3}


class _Statements:
    """Numbers of a file.

    relative: (vertices, UVs, normals) before each face that counts from the end.
    """

    def __init__(self, source: Source):
        self._source = source
        self._rows: dict[bytes, list[list[bytes]]] = {b"v": [], b"vt": [], b"vn": []}
        self._words: list[bytes] = []
        self._tables: dict[str, list[np.ndarray]] = {"v": [], "vt": [], "vn": []}
        self._corners: list[np.ndarray] = []
        self._had = {"v": 0, "vt": 0, "vn": 0}
        self.counts: list[int] = []
        self.chosen: list[int] = []
        self.relative: dict[int, tuple[int, int, int]] = {}
        self.names: dict[str, int] = {"": 0}
        self.libraries: list[str] = []

    def read(self, data: bytes) -> None:
        material = 0
        for line in io.BytesIO(data):
            words = line.split()
            if not words:
                continue
            key = words[0]
            if key == b"f":
                self._face(line, words[1:], material)
            elif key in self._rows:
                self._rows[key].append(words)
                if len(self._rows[key]) >= _BLOCK:
                    self._numbers(key)
            elif key == b"usemtl":
                material = self.names.setdefault(_rest(line), len(self.names))
            elif key == b"mtllib":
                self.libraries.append(_rest(line))
            elif key in _PASSED_OVER:
                self._source.warn(f"{_PASSED_OVER[key]} were left out")
        for key in self._rows:
            self._numbers(key)
        self._indices()

    def table(self, key: str) -> np.ndarray:
        """Return the numbers of all statements of a kind, float64 [N, width]."""
        width = _WIDTHS[key]
        return np.concatenate([np.zeros((0, width)), *(block[:, :width] for block in self._tables[key])])

    def colors(self) -> np.ndarray | None:
        """uint8 [V,3] of vertices that carry a colour behind their position, 0..1 or 0..255."""
        blocks = self._tables["v"]
        if not blocks or any(block.shape[1] < 6 for block in blocks):
            return None
        values = np.nan_to_num(np.concatenate([block[:, 3:6] for block in blocks]))
        return np.rint(np.clip(values / (255.0 if values.max() > 1.0 else 1.0), 0, 1) * 255).astype(np.uint8)

    def corners(self) -> np.ndarray:
        """Vertex, UV and normal of each corner as written, int64 [C,3], 0 where it names none."""
        return np.concatenate([np.zeros((0, 3), np.int64), *self._corners])

    def _face(self, line: bytes, words: list[bytes], material: int) -> None:
        if b"#" in line:
            words = words[: next((at for at, word in enumerate(words) if word.startswith(b"#")), None)]
        if b"-" in line:
            before = [self._had[key] + len(self._rows[key.encode()]) for key in ("v", "vt", "vn")]
            self.relative[len(self.counts)] = (before[0], before[1], before[2])
        self.counts.append(len(words))
        self.chosen.append(material)
        self._words += words
        if len(self._words) >= 4 * _BLOCK:
            self._indices()

    def _numbers(self, key: bytes) -> None:
        """Turn the words of one kind into numbers; a texture coordinate may have one, a position a colour."""
        rows, name = self._rows[key], key.decode()
        if not rows:
            return
        width, shortest = _WIDTHS[name], min(map(len, rows)) - 1
        if shortest < (1 if name == "vt" else width):
            raise self._source.bad(f"a '{name}' has fewer than {width} numbers")
        if shortest < width:
            rows = [[*row, b"0"] for row in rows]
        width = 6 if name == "v" and shortest >= 6 else width
        try:
            flat = list(map(float, chain.from_iterable(row[1 : width + 1] for row in rows)))
        except ValueError as error:
            raise self._source.bad(f"a '{name}' holds a word where a number belongs: {_first_wrong(rows)}") from error
        self._tables[name].append(np.array(flat, np.float64).reshape(-1, width))
        self._had[name] += len(rows)
        self._rows[key].clear()

    def _indices(self) -> None:
        words, self._words = self._words, []
        try:
            self._corners.append(_indices(words))
        except (ValueError, OverflowError) as error:
            raise self._source.bad("a face has a corner that is no number") from error


def read(source: Source) -> Scene:
    """Return the scene of an .obj. Raises BadInputError, BadMeshError."""
    said = _Statements(source)
    said.read(_plain_bytes(source))
    vertices = said.table("v")
    if not said.counts or not len(vertices):
        return Scene()
    texture, normals = said.table("vt"), said.table("vn")
    counts = np.array(said.counts, np.int64)
    corners = _corners(said, counts, (len(vertices), len(texture), len(normals)), source)
    places, polygon = triangulate(vertices, corners[:, 0], counts, source)
    whole = _split(vertices, texture, normals, said.colors(), corners, places)
    return Scene(_by_material(whole, np.array(said.chosen)[polygon], said, source))


def _plain_bytes(source: Source) -> bytes:
    """Return the file with one statement a line, in an encoding whose digits are ASCII."""
    source.check_text()
    data = source.read()
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        data = decoded(data).encode()
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    for end in (b"\\\r\n", b"\\\n"):
        data = data.replace(end, b" ") if end in data else data
    return data


def _rest(line: bytes) -> str:
    """Return the text after the first word of a statement."""
    return decoded(b"".join(line.split(None, 1)[1:]).strip())


def _first_wrong(rows: list[list[bytes]]) -> str:
    for row in rows:
        for word in row[1:]:
            try:
                float(word)
            except ValueError:
                return repr(printable(decoded(word))[:20])
    return ""


def _corners(said: _Statements, counts: np.ndarray, have: tuple[int, int, int], source: Source) -> np.ndarray:
    """Vertex, texture coordinate and normal of each corner, int64 [C,3], from 0; -1 where a corner names none."""
    numbers = said.corners()
    if said.relative:
        starts = np.cumsum(counts) - counts
        for face, before in said.relative.items():
            block = numbers[starts[face] : starts[face] + counts[face]]
            block += np.where(block < 0, np.array(before) + 1, 0)
    for column, what in enumerate(("vertex", "texture coordinate", "normal")):
        least = 1 if column == 0 else 0
        low, high = int(numbers[:, column].min(initial=1)), int(numbers[:, column].max(initial=0))
        if low < least or high > have[column]:
            wrong = low if low < least else high
            raise source.bad_mesh(f"a face names {what} {wrong}, but they are 1 to {have[column]}")
    return numbers - 1


def _indices(corners: list[bytes]) -> np.ndarray:
    """int64 [C,3] as written, 0 where a corner names none."""
    out = np.zeros((len(corners), 3), np.int64)
    slashes = {corner.count(b"/") for corner in corners}
    if slashes == {0}:
        out[:, 0] = list(map(int, corners))
    elif slashes <= {1, 2} and len(slashes) == 1 and not any(b"//" in c or c[-1:] == b"/" for c in corners):
        width = slashes.pop() + 1
        out[:, :width] = np.array(list(map(int, b" ".join(corners).replace(b"/", b" ").split()))).reshape(-1, width)
    elif corners:
        rows = ([int(word or b"0") for word in corner.split(b"/")[:3]] for corner in corners)
        out[:] = [[*row, 0, 0][:3] for row in rows]
    return out


def _split(
    vertices: np.ndarray,
    texture: np.ndarray,
    normals: np.ndarray,
    colors: np.ndarray | None,
    corners: np.ndarray,
    places: np.ndarray,
) -> Part:
    """One vertex per distinct (position, UV, normal); corners: [C,3] indices of those; places: [T,3] into corners."""
    _, surface = np.unique((corners[:, 1] + 1) * (len(normals) + 2) + corners[:, 2] + 1, return_inverse=True)
    key = corners[:, 0] * (int(surface.max(initial=0)) + 1) + surface.reshape(-1)
    _, first, vertex = np.unique(key, return_index=True, return_inverse=True)
    rows = corners[first]
    uv = None
    if len(texture) and (rows[:, 1] >= 0).any():
        uv = np.where(rows[:, 1:2] >= 0, texture[rows[:, 1]], 0.0)
    with_normals = len(normals) > 0 and bool((rows[:, 2] >= 0).all())
    return Part(
        vertices[rows[:, 0]],
        vertex.reshape(-1)[places],
        normals[rows[:, 2]] if with_normals else None,
        uv,
        None if colors is None else colors[rows[:, 0]],
    )


def _by_material(whole: Part, chosen: np.ndarray, said: _Statements, source: Source) -> list[Part]:
    """Return a part per material; v is turned to run down here, after the material's own placing."""
    materials = _materials(said.libraries, source)
    names = list(said.names)
    if said.libraries and any(name and name not in materials for name in names):
        source.warn("some materials are not defined")
    # All faces without a material that is known go together.
    known = np.array([number if name in materials else -1 for number, name in enumerate(names)])
    parts = []
    for number, faces in split_by(known[chosen]):
        entry = materials[names[number]] if number >= 0 else MtlMaterial(BARE)
        rows, corners = np.unique(whole.faces[faces], return_inverse=True)
        part = replace(whole.taken(rows, corners.reshape(-1, 3)), material=entry.material)
        if part.uv is not None:
            uv = part.uv * entry.scale + entry.offset
            part.uv = np.stack([uv[:, 0], 1.0 - uv[:, 1]], axis=1)
        parts.append(part)
    return parts


def _materials(libraries: Iterable[str], source: Source) -> dict[str, MtlMaterial]:
    """Every material of these libraries, by name. A reference may name several files, or one with blanks."""
    found: dict[str, MtlMaterial] = {}
    for reference in dict.fromkeys(libraries):
        whole = source.beside(reference)
        paths = [whole] if whole is not None else [source.beside(word) for word in reference.split()]
        for path in paths:
            if path is None:
                source.warn(f"the material file {printable(reference)[:80]} is not beside it")
            else:
                try:
                    found |= read_mtl(path, source)
                except OSError as error:
                    source.warn(f"the material file {printable(reference)[:80]} was left out: {error.strerror}")
    return found
