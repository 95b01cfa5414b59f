"""Wavefront OBJ: polygons, relative indices, vertex colours, materials (mtl.py).

tinyobjloader was measured and left: it is faster, but takes words for zeros, wraps large indices round, and its Python
arrays count at most 255 corners.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from .mtl import MtlMaterial, read_mtl
from .polygons import triangulate
from .scene import BARE, Part, Scene, Source, printable

_PASSED_OVER = {"l": "points and lines", "p": "points and lines", "curv": "free-form curves and surfaces",
                "curv2": "free-form curves and surfaces", "surf": "free-form curves and surfaces"}  # fmt: skip


@dataclass
class _Lines:
    """The statements of a file by kind, still words. names: material in force at each face, by number."""

    rows: dict[str, list[list[str]]] = field(default_factory=lambda: {"v": [], "vt": [], "vn": []})
    corners: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    relative: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    chosen: list[int] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=lambda: {"": 0})
    libraries: list[str] = field(default_factory=list)


def read(source: Source) -> Scene:
    """The scene of an .obj. Raises BadInputError, BadMeshError."""
    lines = _sorted(source.read_text(), source)
    vertices = _numbers(lines.rows["v"], 3, "v", source)
    if not lines.counts or not len(vertices):
        return Scene()
    texture = _numbers(lines.rows["vt"], 2, "vt", source)
    normals = _numbers(lines.rows["vn"], 3, "vn", source)
    counts = np.array(lines.counts, np.int64)
    corners = _corners(lines, counts, (len(vertices), len(texture), len(normals)), source)
    places, polygon = triangulate(vertices, corners[:, 0], counts, source)
    whole = _split(vertices, texture, normals, _colors(lines.rows["v"], source), corners, places)
    return Scene(_by_material(whole, np.array(lines.chosen)[polygon], lines, source))


def _sorted(text: str, source: Source) -> _Lines:
    found, material = _Lines(), 0
    rows = found.rows
    for line in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        words = line.split()
        if not words:
            continue
        key = words[0]
        if key == "f":
            del words[0]
            if "#" in line:
                words = words[: next((at for at, word in enumerate(words) if word.startswith("#")), None)]
            if "-" in line:
                found.relative[len(found.counts)] = (len(rows["v"]), len(rows["vt"]), len(rows["vn"]))
            found.counts.append(len(words))
            found.corners += words
            found.chosen.append(material)
        elif key in rows:
            rows[key].append(words)
        elif key == "usemtl":
            material = found.names.setdefault(line.strip()[6:].strip(), len(found.names))
        elif key == "mtllib":
            found.libraries.append(line.strip()[6:].strip())
        elif key in _PASSED_OVER:
            source.warn(f"{_PASSED_OVER[key]} were left out")
    return found


def _numbers(rows: list[list[str]], width: int, key: str, source: Source) -> np.ndarray:
    """The first `width` numbers of each statement, float64 [N, width]; a texture coordinate may have one."""
    shortest = min(map(len, rows), default=width + 1) - 1
    if shortest < (1 if key == "vt" else width):
        raise source.bad(f"a '{key}' has fewer than {width} numbers")
    if shortest < width:
        rows = [[*row, "0"] for row in rows]
    try:
        flat = list(map(float, chain.from_iterable(row[1 : width + 1] for row in rows)))
    except ValueError as error:
        raise source.bad(f"a '{key}' holds a word where a number belongs: {_first_wrong(rows, width)}") from error
    return np.array(flat, np.float64).reshape(-1, width)


def _first_wrong(rows: list[list[str]], width: int) -> str:
    for row in rows:
        for word in row[1 : width + 1]:
            try:
                float(word)
            except ValueError:
                return repr(printable(word)[:20])
    return ""


def _corners(lines: _Lines, counts: np.ndarray, have: tuple[int, int, int], source: Source) -> np.ndarray:
    """Vertex, texture coordinate and normal of each corner, int64 [C,3], from 0; -1 where a corner names none."""
    try:
        numbers = _indices(lines.corners)
    except (ValueError, OverflowError) as error:
        raise source.bad("a face has a corner that is no number") from error
    if lines.relative:
        starts = np.cumsum(counts) - counts
        for face, before in lines.relative.items():
            block = numbers[starts[face] : starts[face] + counts[face]]
            block += np.where(block < 0, np.array(before) + 1, 0)
    for column, what in enumerate(("vertex", "texture coordinate", "normal")):
        least = 1 if column == 0 else 0
        low, high = int(numbers[:, column].min(initial=1)), int(numbers[:, column].max(initial=0))
        if low < least or high > have[column]:
            wrong = low if low < least else high
            raise source.bad_mesh(f"a face names {what} {wrong}, but they are 1 to {have[column]}")
    return numbers - 1


def _indices(corners: list[str]) -> np.ndarray:
    """int64 [C,3] as written, 0 where a corner names none."""
    out = np.zeros((len(corners), 3), np.int64)
    slashes = {corner.count("/") for corner in corners}
    if slashes == {0}:
        out[:, 0] = list(map(int, corners))
    elif slashes <= {1, 2} and len(slashes) == 1 and not any("//" in c or c[-1] == "/" for c in corners):
        width = slashes.pop() + 1
        out[:, :width] = np.array(list(map(int, " ".join(corners).replace("/", " ").split()))).reshape(-1, width)
    else:
        rows = ([int(word or 0) for word in corner.split("/")[:3]] for corner in corners)
        out[:] = [[*row, 0, 0][:3] for row in rows]
    return out


def _colors(rows: list[list[str]], source: Source) -> np.ndarray | None:
    """uint8 [V,3] of vertices that carry a colour behind their position, 0..1 or 0..255."""
    if min(map(len, rows)) < 7:
        return None
    try:
        values = np.array([list(map(float, row[4:7])) for row in rows])
    except ValueError:
        source.warn("colours of vertices were left out: they are no numbers")
        return None
    values = np.nan_to_num(values)
    return np.rint(np.clip(values / (255.0 if values.max() > 1.0 else 1.0), 0, 1) * 255).astype(np.uint8)


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


def _by_material(whole: Part, chosen: np.ndarray, lines: _Lines, source: Source) -> list[Part]:
    """A part per material; v is turned to run down here, after the material's own placing."""
    materials = _materials(lines.libraries, source)
    parts = []
    for name, number in lines.names.items():
        faces = whole.faces[chosen == number]
        if not len(faces):
            continue
        if name and name not in materials and lines.libraries:
            source.warn(f"the material {printable(name)[:60]} is not defined")
        entry = materials.get(name, MtlMaterial(BARE))
        uv = whole.uv
        if uv is not None:
            uv = uv * entry.scale + entry.offset
            uv = np.stack([uv[:, 0], 1.0 - uv[:, 1]], axis=1)
        parts.append(replace(whole, faces=faces, uv=uv, material=entry.material))
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
                found |= read_mtl(path, source)
    return found
