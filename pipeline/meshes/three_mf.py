"""Reads the triangles of a 3MF file with the standard library (trimesh needs lxml for it)."""

import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import numpy as np

_LARGEST = 1 << 30  # bytes of unpacked model text; more is a zip bomb or no mesh for us


def read_3mf(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(vertices float32 [V,3] in the file's unit, faces int32 [F,3]) of everything that is built.

    Raises ValueError (no 3MF, no model part), KeyError, zipfile.BadZipFile, ElementTree.ParseError.
    """
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".model")]
        if not names:
            raise ValueError("it holds no model part")
        if archive.getinfo(names[0]).file_size > _LARGEST:
            raise ValueError("its model part is larger than 1 GB")
        root = ElementTree.fromstring(archive.read(names[0]))
    objects = {element.get("id"): element for element in root.iter() if _name(element) == "object"}
    parts: list[tuple[np.ndarray, np.ndarray]] = []
    for item in (element for element in root.iter() if _name(element) == "item"):
        _collect(objects, item.get("objectid"), _matrix(item.get("transform")), parts, 0)
    if not parts:
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32)
    offsets = np.cumsum([0, *(len(vertices) for vertices, _ in parts)])
    vertices = np.concatenate([vertices for vertices, _ in parts])
    faces = np.concatenate([faces + offset for (_, faces), offset in zip(parts, offsets[:-1], strict=True)])
    return vertices.astype(np.float32), faces.astype(np.int32)


def _collect(
    objects: dict[str | None, ElementTree.Element],
    key: str | None,
    place: np.ndarray,
    parts: list[tuple[np.ndarray, np.ndarray]],
    depth: int,
) -> None:
    """Adds the mesh of one object, or of its components, turned by `place` [4,3]."""
    if depth > 16:
        raise ValueError("its components refer to each other in a circle")
    for element in objects[key].iter():
        if _name(element) == "component":
            inner = np.eye(4)
            inner[:, :3] = _matrix(element.get("transform"))
            _collect(objects, element.get("objectid"), inner @ place, parts, depth + 1)
        elif _name(element) == "mesh":
            points = [[float(v.get(axis, "")) for axis in "xyz"] for v in element.iter() if _name(v) == "vertex"]
            corners = ("v1", "v2", "v3")
            faces = [[int(t.get(c, "")) for c in corners] for t in element.iter() if _name(t) == "triangle"]
            vertices = np.array(points, np.float64).reshape(-1, 3)
            parts.append((vertices @ place[:3] + place[3], np.array(faces, np.int64).reshape(-1, 3)))


def _matrix(text: str | None) -> np.ndarray:
    """A 3MF transform, [4,3]: row vectors are multiplied from the left, the last row moves."""
    if not text:
        return np.eye(4)[:, :3]
    return np.array([float(word) for word in text.split()]).reshape(4, 3)


def _name(element: ElementTree.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]
