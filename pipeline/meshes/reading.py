"""Reads mesh files of any origin into the product's Mesh: all parts joined, Y up, textures and colours kept.

docs/formats.md holds the table of what each format carries.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..._files import no_file
from ..._text import printable
from ...errors import BadInputError, Varco3DError
from ...kernels.meshes.normals import area_vectors
from ..artifacts import Mesh
from .formats import up_of
from .joining import join
from .readers import obj, off, ply, stl, three_mf
from .readers.gltf import gltf
from .readers.scene import Scene, Source

READERS: dict[str, Callable[[Source], Scene]] = {
    ".glb": gltf.read, ".gltf": gltf.read, ".obj": obj.read, ".ply": ply.read, ".stl": stl.read, ".3mf": three_mf.read,
    ".off": off.read,
}  # fmt: skip
"""The formats that are read, by suffix."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MeshFile:
    """A mesh as a file holds it.

    mesh: in the file's unit, Y up, relative to `offset`; offset: float64 [3], zero unless the mesh lies far from the
    origin; metres: per unit, when the file itself states its unit; warnings: what the mesh lost on the way.
    """

    mesh: Mesh
    offset: np.ndarray
    metres: float | None
    warnings: tuple[str, ...]


def load_mesh(path: Path, up: str | None = None, warn: Callable[[str], None] | None = None) -> Mesh:
    """Return the mesh in `path`, as `read_mesh` gives it; warn: called with each warning."""
    found = read_mesh(path, up)
    if warn is not None:
        for text in found.warnings:
            warn(text)
    return found.mesh


def read_mesh(path: Path, up: str | None = None) -> MeshFile:
    """Return the mesh in `path`, all parts joined, turned so that +Y is up.

    up: "y" or "z", the axis that points up in the file; None takes the format's habit (STL and 3MF: z, others: y).
    Raises BadInputError (missing, damaged, unknown format or extension) and BadMeshError (no triangle, not finite, a
    vertex that does not exist).
    """
    source, suffix = Source(path), path.suffix.lower()
    _check_file(path, source.name)
    if suffix not in READERS:
        raise BadInputError(
            f"{source.name}: {printable(suffix) or 'no suffix'} is no mesh format", f"Known: {', '.join(READERS)}."
        )
    try:
        with np.errstate(all="ignore"):  # damaged numbers are found by their results, which are looked at
            scene = READERS[suffix](source)
            joined = join(scene, source)
    except Varco3DError:
        raise
    except OSError as error:
        raise source.bad(error.strerror or "it cannot be opened", "Check the path and its rights.") from error
    except Exception as error:  # damaged data can break any assumption; which one is no help to anybody but us
        _log.info("reading %s failed", source.name, exc_info=error)
        raise source.bad("its data are damaged") from error
    mesh, offset = joined.mesh, joined.offset
    if not _has_area(mesh):
        source.warn("none of its triangles has an area")
    if up_of(suffix[1:], up or "auto") == "z":
        normals = None if mesh.normals is None else z_up_to_y_up(mesh.normals)
        mesh = replace(mesh, vertices=z_up_to_y_up(mesh.vertices), normals=normals)
        offset = z_up_to_y_up(offset[None])[0]
    return MeshFile(mesh, offset, scene.unit, tuple(f"{source.name}: {text}" for text in source.warnings))


def z_up_to_y_up(points: np.ndarray) -> np.ndarray:
    """[N,3] turned by -90 degrees about X: up (+Z) becomes +Y, front (-Y) becomes +Z."""
    return np.ascontiguousarray(np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1))


def _has_area(mesh: Mesh) -> bool:
    """Tell whether any triangle is more than a line or a point; the first ones of most meshes are."""
    for first in range(0, len(mesh.faces), 1 << 16):
        if area_vectors(mesh.vertices, mesh.faces[first : first + (1 << 16)]).any():
            return True
    return False


def _check_file(path: Path, name: str) -> None:
    try:
        if not path.is_file():
            raise BadInputError(f"{name} {no_file(path)}", "Check the path.")
        if path.stat().st_size == 0:
            raise BadInputError(f"{name} is empty (zero bytes)", "Copy the file again.")
    except (OSError, ValueError) as error:
        raise BadInputError(f"{name} cannot be opened", "Check the path and its rights.") from error
