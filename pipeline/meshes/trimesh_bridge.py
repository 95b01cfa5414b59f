"""Meshes between the product and trimesh, with UVs, textures, material factors and vertex colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import BadMeshError
from ..artifacts import Mesh

if TYPE_CHECKING:
    import trimesh

_MAPS = (
    ("texture", "baseColorTexture"),
    ("normal_map", "normalTexture"),
    ("metallic_roughness", "metallicRoughnessTexture"),
)


def to_trimesh(mesh: Mesh) -> trimesh.Trimesh:
    """`mesh` as a Trimesh whose vertices and faces keep their order; textures become a PBR material."""
    import trimesh
    from PIL import Image
    from trimesh.visual import ColorVisuals, TextureVisuals
    from trimesh.visual.material import PBRMaterial

    visual: Any = None
    if mesh.uv is not None and mesh.texture is not None:
        maps: dict[str, Any] = {
            theirs: Image.fromarray(pixels) for ours, theirs in _MAPS if (pixels := getattr(mesh, ours)) is not None
        }
        material = PBRMaterial(metallicFactor=mesh.metallic, roughnessFactor=mesh.roughness, **maps)
        visual = TextureVisuals(uv=_turned(mesh.uv), material=material)
    elif mesh.colors is not None:
        visual = ColorVisuals(vertex_colors=mesh.colors)
    return trimesh.Trimesh(
        mesh.vertices, mesh.faces, vertex_normals=mesh.normals, visual=visual, process=False, validate=False
    )


def from_trimesh(source: Any) -> Mesh:
    """Return the product's Mesh of a Trimesh, or of a Scene with its nodes joined.

    Raises BadMeshError without triangles.
    """
    import trimesh

    if isinstance(source, trimesh.Scene):
        source = source.to_mesh()
    if not isinstance(source, trimesh.Trimesh) or len(source.faces) == 0:
        raise BadMeshError("the trimesh object holds no triangles", "Point clouds and curves cannot be used.")
    vertices = np.ascontiguousarray(source.vertices, np.float32)
    if not np.isfinite(vertices).all():
        raise BadMeshError("the trimesh object holds vertices that are not finite numbers")
    return Mesh(vertices, np.ascontiguousarray(source.faces, np.int32), **_surface(source.visual, len(vertices)))


def _surface(visual: Any, count: int) -> dict[str, Any]:
    """UVs and material, or vertex colours, as keyword arguments of Mesh."""
    uv, material = getattr(visual, "uv", None), getattr(visual, "material", None)
    if uv is None or material is None or len(uv) != count:
        if getattr(visual, "kind", None) == "vertex":
            return {"colors": np.ascontiguousarray(visual.vertex_colors[:, :3], np.uint8)}
        return {}
    if hasattr(material, "to_pbr"):
        material = material.to_pbr()
    found: dict[str, Any] = {}
    for ours, theirs in _MAPS:
        if (picture := getattr(material, theirs, None)) is not None:
            found[ours] = np.asarray(picture.convert("RGB"), np.uint8)
    if "texture" not in found:
        return {}
    for ours, theirs in (("metallic", "metallicFactor"), ("roughness", "roughnessFactor")):
        if (factor := getattr(material, theirs, None)) is not None:
            found[ours] = float(factor)
    return {"uv": _turned(np.asarray(uv, np.float32)), **found}


def _turned(uv: np.ndarray) -> np.ndarray:
    """UVs with v counted from the other edge: trimesh counts from below, glTF from above."""
    return np.stack([uv[:, 0], 1.0 - uv[:, 1]], axis=1).astype(np.float32)
