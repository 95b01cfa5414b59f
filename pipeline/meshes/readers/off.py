"""OFF and its kinds with colours, normals and UVs (COFF, NOFF, STOFF); text only.

Source: Geomview's documentation of the format.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import replace

import numpy as np

from .polygons import triangulate
from .scene import Part, Scene, Source, check_indices

_MAGIC = re.compile(r"(ST)?(C)?(N)?(4)?(n)?OFF$")


def read(source: Source) -> Scene:
    """Return the scene of an .off. Raises BadInputError, BadMeshError."""
    lines = [line for line in (row.partition("#")[0].strip() for row in source.read_text().splitlines()) if line]
    if not lines:
        raise source.bad("it is empty")
    kind = _MAGIC.match(lines[0].split()[0])
    if kind is None:
        raise source.bad("it does not begin with OFF", "Check its suffix.")
    rest = lines[0].split()[1:]
    if kind[4] or kind[5] or "BINARY" in rest:
        raise source.bad("binary OFF and four dimensions are not read", "Save it as plain OFF.")
    lines = [" ".join(rest), *lines[1:]] if rest else lines[1:]
    counts = lines[0].split() if lines else []
    if len(counts) < 2 or not all(count.isdecimal() for count in counts[:2]):
        raise source.bad("it announces no vertices and faces")
    vertices, faces = int(counts[0]), int(counts[1])
    if vertices + faces > len(lines) - 1:
        raise source.bad(f"it announces {vertices} vertices and {faces} faces and has {len(lines) - 1} lines")
    rows = _table(lines[1 : 1 + vertices], source)
    part, counts_, colors = _faces(lines[1 + vertices : 1 + vertices + faces], source)
    if vertices == 0 or faces == 0:
        return Scene()
    points = np.ascontiguousarray(rows[:, :3])
    check_indices(source, part, vertices)
    places, polygon = triangulate(points, part, counts_, source)
    return Scene([_part(rows, points, part[places], colors[polygon] if colors is not None else None, kind, source)])


def _part(
    rows: np.ndarray, points: np.ndarray, faces: np.ndarray, colors: np.ndarray | None, kind: re.Match, source: Source
) -> Part:
    at = 3
    normals = uv = own = None
    if kind[3]:
        normals, at = rows[:, at : at + 3], at + 3
    last = rows.shape[1] - (2 if kind[1] else 0)
    if kind[2] or (last - at in (3, 4) and not kind[1]):
        own, at = as_colors(rows[:, at:last]), last
    if kind[1]:
        uv = rows[:, last : last + 2]
        source.warn("UVs of OFF name no texture")
    if own is None and colors is not None:
        return paint_faces(Part(points, faces, normals, uv), colors)
    return Part(points, faces, normals, uv, own)


def _table(lines: list[str], source: Source) -> np.ndarray:
    """float64 [V, columns] of lines with equally many numbers."""
    width = len(lines[0].split()) if lines else 3
    values = numbers_in(" ".join(lines), source)
    if width < 3 or len(values) != width * len(lines):
        raise source.bad("its vertices differ in how many numbers they have")
    return values.reshape(-1, width)


def _faces(lines: list[str], source: Source) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """(vertex of each corner, corners of each face, uint8 [F,3] colours or None)."""
    corners: list[int] = []
    counts: list[int] = []
    colors: list[tuple[float, ...]] = []
    for line in lines:
        words = line.split()
        try:
            count = int(words[0])
            if not 0 <= count < len(words):
                raise ValueError
            corners += map(int, words[1 : count + 1])
            color = tuple(float(word) for word in words[count + 1 :])
        except ValueError as error:
            raise source.bad(f"a face is malformed: {line[:40]!r}") from error
        counts.append(count)
        colors.append(color if len(color) in (3, 4) else ())
    paint = None
    if any(colors):
        paint = as_colors(np.array([(*color[:3],) if color else (-1, -1, -1) for color in colors]))
    if len(corners) and max(map(abs, corners)) >= 2**62:
        raise source.bad_mesh("a face names a vertex that does not exist")
    return np.array(corners, np.int64), np.array(counts, np.int64), paint


def as_colors(values: np.ndarray) -> np.ndarray:
    """sRGB uint8 [N,3] of numbers 0..1 or 0..255; negative ones, for none, become white."""
    rgb = np.nan_to_num(values[:, :3])
    rgb = rgb if rgb.max(initial=0) > 1 else rgb * 255
    return np.where(rgb < 0, 255, np.clip(np.rint(rgb), 0, 255)).astype(np.uint8)


def paint_faces(part: Part, colors: np.ndarray) -> Part:
    """Return the part with a colour per face, uint8 [F,3]: vertices of faces of several colours are doubled."""
    code = colors.astype(np.int64) @ np.array([65536, 256, 1])
    key = part.faces * (1 << 24) + code[:, None]
    distinct, faces = np.unique(key, return_inverse=True)
    vertex, code = distinct >> 24, distinct & 0xFFFFFF
    rgb = np.stack([code >> 16, (code >> 8) & 255, code & 255], axis=1).astype(np.uint8)
    return replace(part.taken(vertex, faces.reshape(-1, 3)), colors=rgb)


def numbers_in(text: str | bytes, source: Source) -> np.ndarray:
    """All numbers of a text, float64. Raises BadInputError for another word."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.fromstring(text, np.float64, sep=" ") if text else np.zeros(0)
        except (ValueError, DeprecationWarning) as error:
            raise source.bad("it holds a word where a number belongs") from error
