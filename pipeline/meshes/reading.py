"""Reads mesh files of any origin into the product's Mesh: scene flattened, Y up, textures kept."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import BadInputError, BadMeshError
from ..artifacts import Mesh

if TYPE_CHECKING:
    import trimesh

SUFFIXES = (".glb", ".gltf", ".obj", ".ply", ".stl", ".3mf", ".off")
Z_UP = (".stl", ".3mf")  # by convention, and as our own export writes them


def load_mesh(path: Path, up: str | None = None) -> Mesh:
    """The mesh in `path`, all parts joined, in the file's own units, turned so that +Y is up.

    up: "y" or "z", the axis that points up in the file; None takes the format's habit (STL and 3MF: z, others: y).
    Raises BadInputError (missing, unreadable, unknown suffix) and BadMeshError (no triangle, not finite).
    """
    suffix = path.suffix.lower()
    if not path.is_file():
        raise BadInputError(f"{path} does not exist" if not path.exists() else f"{path} is no file", "Check the path.")
    if suffix not in SUFFIXES:
        raise BadInputError(f"{path}: {suffix or 'no suffix'} is no mesh format", f"Known: {', '.join(SUFFIXES)}.")
    if path.stat().st_size == 0:
        raise BadInputError(f"{path} is empty (zero bytes)", "Copy the file again.")
    if suffix == ".3mf":
        joined = _read_3mf(path)
    else:
        joined = _read(path)
    vertices = np.ascontiguousarray(joined.vertices, np.float32)
    faces = np.ascontiguousarray(joined.faces, np.int32)
    if len(faces) == 0:
        raise BadMeshError(f"{path} holds no triangles", "Point clouds and curves cannot be used.")
    if not np.isfinite(vertices).all():
        raise BadMeshError(f"{path} holds vertices that are not finite numbers", "Export it again from its program.")
    if (up or ("z" if suffix in Z_UP else "y")) == "z":
        vertices = z_up_to_y_up(vertices)
    return Mesh(vertices, faces, **_surface(joined, len(vertices)))


def z_up_to_y_up(points: np.ndarray) -> np.ndarray:
    """[N,3] turned by -90 degrees about X: up (+Z) becomes +Y, front (-Y) becomes +Z."""
    return np.ascontiguousarray(np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1))


def _read(path: Path) -> "trimesh.Trimesh":
    import trimesh

    try:
        scene = trimesh.load_scene(path, process=False)
        joined = scene.to_mesh()
    except Exception as error:  # trimesh has no exception class of its own; a broken file raises almost anything
        raise BadInputError(
            f"{path} cannot be read as {path.suffix[1:].upper()}: {error}", "Is it complete?"
        ) from error
    if not isinstance(joined, trimesh.Trimesh):
        raise BadMeshError(f"{path} holds no triangles", "Point clouds and curves cannot be used.")
    return joined


def _read_3mf(path: Path) -> "trimesh.Trimesh":
    import xml.etree.ElementTree as ElementTree
    import zipfile

    import trimesh

    from .three_mf import read_3mf

    try:
        vertices, faces = read_3mf(path)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, ElementTree.ParseError) as error:
        raise BadInputError(f"{path} cannot be read as 3MF: {error}", "Is it complete?") from error
    return trimesh.Trimesh(vertices, faces, process=False)


def _surface(joined: "trimesh.Trimesh", count: int) -> dict[str, Any]:
    """uv and textures, or vertex colours, as keyword arguments of Mesh. Nothing for a bare mesh."""
    visual: Any = joined.visual
    uv = getattr(visual, "uv", None)
    material = getattr(visual, "material", None)
    if uv is not None and material is not None and len(uv) == count:
        return _textured(np.asarray(uv, np.float32), material)
    if getattr(visual, "kind", None) == "vertex":
        return {"colors": np.ascontiguousarray(visual.vertex_colors[:, :3], np.uint8)}
    return {}


def _textured(uv: np.ndarray, material: Any) -> dict[str, Any]:
    base = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    if base is None:
        return {}
    found: dict[str, Any] = {
        "uv": np.stack([uv[:, 0], 1.0 - uv[:, 1]], axis=1),  # trimesh counts v from below, glTF from above
        "texture": _pixels(base),
    }
    for key, name in (("normal_map", "normalTexture"), ("metallic_roughness", "metallicRoughnessTexture")):
        picture = getattr(material, name, None)
        if picture is not None:
            found[key] = _pixels(picture)
    for key, name in (("metallic", "metallicFactor"), ("roughness", "roughnessFactor")):
        factor = getattr(material, name, None)
        if factor is not None:
            found[key] = float(factor)
    return found


def _pixels(picture: Any) -> np.ndarray:
    return np.asarray(picture.convert("RGB"), np.uint8)
