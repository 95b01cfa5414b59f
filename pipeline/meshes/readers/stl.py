"""STL, binary and text. Bytes after the last facet are passed over; a file that ends before it is refused."""

from __future__ import annotations

import re

import numpy as np

from ...._files import opened_regular
from .scene import Part, Scene, Source

_HEAD = 84
_FACET = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_CORNER = re.compile(rb"vertex\s+(\S+)\s+(\S+)\s+(\S+)", re.IGNORECASE)


def read(source: Source) -> Scene:
    """Return the scene of an .stl. Raises BadInputError."""
    head = source.head(_HEAD)
    size = source.path.stat().st_size
    count = int.from_bytes(head[80:84], "little") if len(head) == _HEAD else 0
    fits = len(head) == _HEAD and size >= _HEAD + 50 * count
    text = head.lstrip()[:5].lower() == b"solid" and b"\0" not in head
    # Some programs begin binary files with "solid" too: then the count fits the size to the byte.
    if fits and (not text or size == _HEAD + 50 * count):
        return _binary(source, count)
    if text:
        return _text(source)
    if len(head) < _HEAD:
        raise source.bad("it ends within its head")
    raise source.bad(f"it announces {count} triangles and has {(size - _HEAD) // 50}")


def _binary(source: Source, count: int) -> Scene:
    with opened_regular(source.path) as file:
        file.seek(_HEAD)
        facets = np.frombuffer(file.read(50 * count), _FACET)
    if facets["attribute"].any():
        source.warn("colours of facets were left out")
    return _scene(facets["corners"].reshape(-1, 3).astype(np.float64))


def _text(source: Source) -> Scene:
    data = source.read()
    corners = _CORNER.findall(data)
    if len(corners) % 3 or len(re.findall(rb"^\s*facet", data, re.IGNORECASE | re.MULTILINE)) * 3 != len(corners):
        raise source.bad("a facet does not have three corners")
    try:
        vertices = np.array(corners, dtype="S32").astype(np.float64)
    except ValueError as error:
        raise source.bad("a coordinate is no number") from error
    return _scene(vertices.reshape(-1, 3))


def _scene(vertices: np.ndarray) -> Scene:
    return Scene([Part(vertices, np.arange(len(vertices), dtype=np.int64).reshape(-1, 3))])
