"""From a mesh in the box to files: orientation, scale, checks, formats. Used by the export stage and by `convert`."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..._files import output_error, write_whole
from ..._text import suggestion
from ...errors import BadMeshError, OutputError, UsageError
from ...kernels.meshes.standing import standing_height
from ..artifacts import Mesh, Output
from .formats import MESH_FORMATS, PER_METRE, unit_of, up_of
from .meshlab import quads
from .report import is_closed
from .writers.glb import glb_bytes
from .writers.obj import obj_files, obj_names
from .writers.ply import ply_bytes
from .writers.stl import stl_bytes
from .writers.three_mf import three_mf_bytes


@dataclass(frozen=True)
class Placement:
    """Placement of the mesh in the file: axes, unit, size and origin.

    up: auto, y or z; size: longest side in metres, None keeps the mesh's own; side: the axis that has this size instead
    of the longest, 0 for X, 1 for Y, 2 for Z, or None; unit: auto, m, cm or mm; origin: center (of the box), base
    (middle of its underside) or keep; offset: what `keep` adds to the mesh's coordinates, in metres: where a mesh at
    map coordinates lies.
    """

    up: str = "auto"
    size: float | None = 1.0
    unit: str = "auto"
    origin: str = "center"
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    side: int | None = None


def measure(
    size: float | None, width: float | None, height: float | None, depth: float | None
) -> tuple[float | None, int | None]:
    """Return (metres, axis that they belong to or None for the longest). Raises UsageError for two sides."""
    sides = {axis: metres for axis, metres in enumerate((width, height, depth)) if metres is not None}
    if len(sides) > 1:
        raise UsageError("a mesh takes one measure; its other sides follow", "Give one of height, width and depth.")
    return next(((metres, axis) for axis, metres in sides.items()), (size, None))


def place(mesh: Mesh, file_format: str, placement: Placement) -> tuple[Mesh, str]:
    """Return the mesh in the axes and unit of the file, and that unit.

    Normals turn along. Vertices are float64 when the placement has an offset.
    """
    up = up_of(file_format, placement.up)
    unit = unit_of(file_format, placement.unit)
    points = mesh.vertices.astype(np.float64)
    low, high = points.min(0), points.max(0)
    extent = float((high - low).max() if placement.side is None else (high - low)[placement.side])
    if placement.side is not None and placement.size and extent <= 0:
        raise BadMeshError("the mesh is flat on the side that is to have a size", "Set `export.size` instead.")
    scale = PER_METRE[unit] * (placement.size / extent if placement.size and extent > 0 else 1.0)
    shift = {"center": (low + high) / 2}
    if placement.origin == "base":
        stands = standing_height(mesh.vertices, mesh.faces)
        shift["base"] = np.array([(low + high)[0] / 2, stands, (low + high)[2] / 2])
    points = (points - shift.get(placement.origin, -np.array(placement.offset))) * scale
    normals = mesh.normals
    if up == "z":
        points = _y_up_to_z_up(points)
        normals = None if normals is None else _y_up_to_z_up(normals)
    kind = np.float64 if any(placement.offset) else np.float32
    return dataclasses.replace(mesh, vertices=points.astype(kind), normals=normals), unit


def _y_up_to_z_up(points: np.ndarray) -> np.ndarray:
    """[N,3] turned by 90 degrees about X: up (+Y) becomes +Z, front (+Z) becomes -Y."""
    return np.ascontiguousarray(np.stack([points[:, 0], -points[:, 2], points[:, 1]], axis=1))


def finish(mesh: Mesh) -> Mesh:
    """Check that every number is finite, drop unused vertices and add normals from welded vertices."""
    from ...kernels.meshes.normals import smooth_normals

    check(mesh)
    used, faces = np.unique(mesh.faces, return_inverse=True)
    if len(used) < len(mesh.vertices):
        rows = {name: getattr(mesh, name) for name in ("vertices", "normals", "uv", "colors")}
        rows = {name: None if value is None else value[used] for name, value in rows.items()}
        mesh = dataclasses.replace(mesh, faces=faces.reshape(-1, 3).astype(np.int32), **rows)
    if mesh.normals is None:
        mesh = dataclasses.replace(mesh, normals=smooth_normals(mesh.vertices, mesh.faces))
    return mesh


def check(mesh: Mesh) -> None:
    """Raise BadMeshError when the mesh has no face, a face names a missing vertex, or a value is not finite."""
    if len(mesh.faces) == 0 or len(mesh.vertices) == 0:
        raise BadMeshError(
            "the mesh has no faces", "Nothing was left after clean-up; see the preview of the coarse mesh."
        )
    if mesh.faces.min() < 0 or mesh.faces.max() >= len(mesh.vertices):
        raise BadMeshError("a face names a vertex that does not exist", "This is a defect of the stage that made it.")
    for name in ("vertices", "normals", "uv"):
        values = getattr(mesh, name)
        if values is not None and not np.isfinite(values).all():
            raise BadMeshError(f"the mesh's {name} hold values that are not finite", "One NaN makes a file unreadable.")


def mesh_names(stem: str, formats: Iterable[str], texture_format: str = "png") -> list[str]:
    """Every file name that `encode` may give for these formats, whatever the mesh holds."""
    names = {"obj": obj_names(stem, texture_format)}
    return [name for kind in formats for name in names.get(kind, (f"{stem}.{kind}",))]


def encode(
    mesh: Mesh,
    file_format: str,
    stem: str,
    placement: Placement,
    texture_format: str = "png",
    extras: Mapping[str, Any] | None = None,
    pair: bool = False,
) -> dict[str, bytes]:
    """File name -> bytes for one format; the file that a user opens comes last.

    mesh: after `finish`; pair: triangles become quads where that makes good ones, in the one format that can hold them,
    OBJ. Raises MissingDependencyError.
    """
    placed, unit = place(mesh, file_format, placement)
    if file_format == "glb":
        double_sided = not is_closed(mesh) if mesh.double_sided is None else mesh.double_sided
        return {f"{stem}.glb": glb_bytes(placed, double_sided, texture_format, extras)}
    if file_format == "obj":
        return obj_files(placed, stem, texture_format, quads(placed) if pair else None)
    if file_format == "ply":
        return {f"{stem}.ply": ply_bytes(placed)}
    if file_format == "stl":
        return {f"{stem}.stl": stl_bytes(placed)}
    if file_format == "3mf":
        return {f"{stem}.3mf": three_mf_bytes(placed, unit)}
    raise OutputError(f"'{file_format}' is no mesh format", suggestion(file_format, MESH_FORMATS))


def write_mesh(
    mesh: Mesh,
    stem: Path,
    formats: tuple[str, ...],
    placement: Placement | None = None,
    texture_format: str = "png",
    extras: Mapping[str, Any] | None = None,
    pair: bool = False,
) -> tuple[Output, ...]:
    """Write `stem`.glb and so on, each file atomically. Raises BadMeshError, OutputError (disk full, read-only)."""
    ready = finish(mesh)
    outputs = []
    for file_format in formats:
        for name, data in encode(
            ready, file_format, stem.name, placement or Placement(), texture_format, extras, pair
        ).items():
            path = stem.with_name(name)
            write_bytes(path, data)
            kind = path.suffix[1:].lower()
            outputs.append(Output(str(path), kind, len(data), hashlib.sha256(data).hexdigest()))
    return tuple(outputs)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file atomically, making its folder. Raises OutputError with the system's reason."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, lambda file: file.write(data))
    except OSError as error:
        raise output_error(path, error) from error
