"""PLY: polygons and strips, colours of vertices or faces, normals, UVs with the texture that a comment names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...._text import printable
from .off import paint_faces
from .ply_elements import Element, ListValues, read_elements
from .polygons import triangulate
from .scene import Material, Part, Picture, Scene, Source, check_indices, split_by

_TOP = {"u1": 255.0, "u2": 65535.0, "i1": 127.0, "i2": 32767.0}


def read(source: Source) -> Scene:
    """Return the scene of a .ply. Raises BadInputError, BadMeshError."""
    elements, comments = read_elements(source)
    vertex = elements.get("vertex")
    if vertex is None or not all(name in vertex.data for name in "xyz"):
        raise source.bad("it has no vertices")
    points = np.stack([vertex.data[name].astype(np.float64) for name in "xyz"], axis=1)
    corners, counts, face = _corners(elements, source)
    if not len(counts):
        return Scene()
    check_indices(source, corners, len(points))
    places, polygon = triangulate(points, corners, counts, source)
    part = Part(points, corners[places], _normals(vertex), _uv(vertex), _colors(vertex, source))
    if face is not None:
        part = _with_corner_uv(part, face.list("texcoord", "texcoords"), counts, places)
        painted = _colors(face, source)
        if painted is not None and part.colors is None and part.uv is None:
            part = paint_faces(part, painted[polygon])
        elif painted is not None:
            source.warn("colours of faces were left out: the file has colours or UVs of vertices too")
    return Scene(_textured(part, face, polygon, comments, source))


def _corners(elements: dict[str, Element], source: Source) -> tuple[np.ndarray, np.ndarray, Element | None]:
    """(vertex of each corner, corners of each face, the table of faces or None for strips)."""
    face, strips = elements.get("face"), elements.get("tristrips")
    listed = face.list("vertex_indices", "vertex_index") if face is not None else None
    if listed is not None:
        return _whole(listed.values, source), listed.counts, face
    listed = strips.list("vertex_indices", "vertex_index") if strips is not None else None
    if listed is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), None
    rows = np.split(_whole(listed.values, source), np.cumsum(listed.counts)[:-1])
    faces = [_strip(run) for row in rows for run in np.split(row, np.flatnonzero(row == -1))]
    joined = np.concatenate([np.zeros((0, 3), np.int64), *faces])
    return joined.reshape(-1), np.full(len(joined), 3, np.int64), None


def _whole(values: np.ndarray, source: Source) -> np.ndarray:
    if not (np.abs(values) < 2**53).all():
        raise source.bad_mesh("a face names a vertex that does not exist")
    return values.astype(np.int64)


def _strip(run: np.ndarray) -> np.ndarray:
    run = run[run != -1]
    if len(run) < 3:
        return np.zeros((0, 3), np.int64)
    faces = np.stack([run[:-2], run[1:-1], run[2:]], axis=1)
    faces[1::2] = faces[1::2][:, [1, 0, 2]]
    return faces[(faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 0] != faces[:, 2])]


def _normals(vertex: Element) -> np.ndarray | None:
    columns = [vertex.column(name) for name in ("nx", "ny", "nz")]
    return None if any(c is None for c in columns) else np.stack(columns, axis=1).astype(np.float64)  # type: ignore[arg-type]


def _uv(vertex: Element) -> np.ndarray | None:
    u, v = vertex.column("s", "u", "texture_u", "tx"), vertex.column("t", "v", "texture_v", "ty")
    return None if u is None or v is None else np.stack([u, 1.0 - v.astype(np.float64)], axis=1)


def _colors(element: Element, source: Source) -> np.ndarray | None:
    """uint8 [N,3] of a table with red, green and blue; whole numbers by their type, fractions as 0..1."""
    found = []
    kinds = {column.name: column.kind for column in element.columns}
    for name in ("red", "green", "blue"):
        key = next((key for key in (name, name[0], f"diffuse_{name}") if key in element.data), None)
        if key is None:
            return None
        values = np.nan_to_num(element.data[key].astype(np.float64))
        top = _TOP.get(kinds[key], 1.0 if values.max(initial=0) <= 1.0 else 255.0)
        found.append(np.rint(np.clip(values / top, 0, 1) * 255))
    alpha = element.column("alpha", "a")
    if alpha is not None and len(alpha) and alpha.min() < _TOP.get(kinds.get("alpha", kinds.get("a", "")), 1.0):
        source.warn("opacity of vertices or faces was left out")
    return np.stack(found, axis=1).astype(np.uint8)


def _with_corner_uv(part: Part, listed: ListValues | None, counts: np.ndarray, places: np.ndarray) -> Part:
    """Return the part with a UV per corner of its faces; vertices with several are doubled."""
    if listed is None or not np.array_equal(listed.counts, counts * 2):
        return part
    uv = listed.values.reshape(-1, 2)[places.reshape(-1)]
    pairs = np.unique(np.column_stack([part.faces.reshape(-1), uv]), axis=0, return_inverse=True)
    vertex, faces = pairs[0][:, 0].astype(np.int64), pairs[1].reshape(-1, 3)
    flipped = np.stack([pairs[0][:, 1], 1.0 - pairs[0][:, 2]], axis=1)
    return replace(part.taken(vertex, faces), uv=flipped)


def _textured(part: Part, face: Element | None, polygon: np.ndarray, comments: list[str], source: Source) -> list[Part]:
    """Return the part, or one part per texture, when comments name pictures and the mesh has UVs."""
    names = [text.partition(" ")[2].strip() for text in comments if text.lower().startswith("texturefile ")]
    if part.uv is None or not names:
        return [part]
    chosen = face.column("texnumber") if face is not None else None
    number = np.zeros(len(part.faces)) if chosen is None else np.nan_to_num(chosen[polygon])
    number = np.where((number >= 0) & (number < len(names)), number, 0).astype(np.int64)
    parts = []
    for index, faces in split_by(number):
        name = names[index]
        path = source.beside(name)
        if path is None:
            source.warn(f"the texture {printable(name)[:80]} is not beside it and was left out")
        material = Material(base=None if path is None else Picture(printable(path.name), path))
        parts.append(replace(part, faces=part.faces[faces], material=material))
    return parts
