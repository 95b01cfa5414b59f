"""A mesh file as another mesh file: what `convert` does, without its flags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..artifacts import Mesh, Output
from .formats import PER_METRE, unit_of
from .levels import close, levels, simplify, through_voxels
from .outputs import Placement, place, write_mesh
from .reading import MeshFile, read_mesh

_COARSE = 1e-5  # rounding of coordinates, as a share of the mesh's size, that is worth a warning


@dataclass(frozen=True)
class Conversion:
    """The result that is wanted. None keeps what the mesh has, or takes the habit of the format.

    faces: about how many; fractions: of the faces, one file each; size: longest side in metres, or that of the axis
    `side`; origin: keep, center or base; from_up, from_unit: of the file that is read, over what it says itself;
    voxels: of O-Voxel a side; voxel_materials: textures go through the voxels as well; mended: tears of one or two
    voxels are closed.
    """

    faces: int | None = None
    fractions: tuple[float, ...] = (1.0,)
    quads: bool = False
    watertight: bool = False
    texture_size: int | None = None
    texture_format: str = "png"
    size: float | None = None
    side: int | None = None
    unit: str | None = None
    up: str | None = None
    origin: str = "keep"
    from_up: str | None = None
    from_unit: str | None = None
    voxels: int | None = None
    voxel_materials: bool = False
    mended: bool = False


def convert_mesh(path: Path, out: Path, how: Conversion, warn: Callable[[str], None]) -> list[Output]:
    """Read `path` and write `out`, or its levels of detail.

    warn: called with every loss of the conversion. Raises BadInputError, BadMeshError, MissingDependencyError,
    OutputError.
    """
    kind = out.suffix[1:].lower()
    found = read_mesh(path, how.from_up)
    for text in found.warnings:
        warn(text)
    metres = metres_per_unit(path, found, how.from_unit)
    whole = found.mesh if metres == 1 else replace(found.mesh, vertices=found.mesh.vertices * np.float32(metres))
    if how.voxels:
        whole = through_voxels(
            whole, how.voxels, how.faces, how.texture_size, materials=how.voxel_materials, mended=how.mended
        )
    if how.watertight:
        whole = close(whole, how.texture_size)
    if how.faces:
        whole = simplify(whole, how.faces, how.texture_size)
    if found.mesh.normal_map is not None and whole.normal_map is None:
        warn(f"{path}: the normal texture was left out: it belongs to the UVs from before")
    # Size and origin are those of the whole, so that the levels of detail lie in the same place.
    whole, _ = place(whole, "glb", Placement("y", how.size, "m", how.origin, side=how.side))
    scale = _scale(found.mesh, whole, metres) if how.size else metres
    offset = found.offset * scale if how.origin == "keep" else np.zeros(3)
    x, y, z = offset.tolist()
    placement = Placement(how.up or "auto", None, how.unit or "auto", "keep", (x, y, z))
    for text in losses(whole, kind, how.texture_format, offset):
        warn(f"{out}: {text}")
    written: list[Output] = []
    for name, level in levels(whole, out.stem, how.fractions, how.texture_size):
        target = out.with_name(name)
        written += write_mesh(level, target, (kind,), placement, how.texture_format, pair=how.quads)
    return written


def metres_per_unit(path: Path, found: MeshFile, unit: str | None = None) -> float:
    """Return the metres per unit of the file: as asked, as declared, or by the format's habit."""
    if unit is None and found.metres is not None:
        return found.metres
    return 1 / PER_METRE[unit_of(path.suffix[1:].lower(), unit or "auto")]


def _scale(before: Mesh, after: Mesh, metres: float) -> float:
    """Metres after per unit before; simplifying hardly changes the size, and the offset needs no more."""
    longest = float(np.ptp(before.vertices, axis=0).max())
    return float(np.ptp(after.vertices, axis=0).max()) / longest if longest > 0 else metres


def losses(mesh: Mesh, kind: str, texture_format: str = "png", offset: np.ndarray | None = None) -> list[str]:
    """Return the losses of a mesh in a file of this format, one sentence each."""
    found = []
    textured, colored = mesh.texture is not None and mesh.uv is not None, mesh.colors is not None
    if kind == "stl" and (textured or colored):
        found.append("STL holds no colours; they were left out")
    if kind == "3mf" and textured:
        found.append("3MF is written without textures; they were left out")
    if kind == "ply" and textured:
        found.append("PLY is written without textures; each vertex got its colour")
    if kind == "obj" and (mesh.normal_map is not None or mesh.metallic_roughness is not None):
        found.append("OBJ is written with the colour texture alone; those of surface and normals were left out")
    if kind == "obj" and textured and "mirror" in mesh.wrap:
        found.append("OBJ cannot mirror a texture; it is repeated")
    if kind == "obj" and textured and colored:
        found.append("OBJ holds a texture or colours of vertices; the colours were left out")
    if kind != "glb" and mesh.alpha_mode != "opaque" and (kind != "obj" or texture_format == "jpeg" or not textured):
        found.append("opacity was left out")
    far = float(np.abs(offset).max()) if offset is not None else 0.0
    step = float(np.spacing(np.float32(far)))
    if kind == "stl" and step > _COARSE * float(np.ptp(mesh.vertices, axis=0).max()):
        found.append(f"STL keeps steps of {step:g} m so far from the origin; `export.origin` center keeps the shape")
    return found
