"""A Scene of many parts and materials as one Mesh: one vertex list, one material, its textures in one atlas."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...kernels.meshes.normals import smooth_normals
from ..artifacts import Mesh
from .atlas_of_materials import build_atlas
from .readers.scene import Material, Part, Scene, Source, check_indices
from .readers.textures import base_pixels, check_sizes, decode, surface_pixels, tinted
from .report import far_origin

LARGEST = 1e15  # of a coordinate; beyond, areas and volumes overflow


@dataclass(frozen=True)
class Joined:
    """mesh: Mesh of float32, relative to `offset`, float64 [3]; zero unless the mesh lies far from the origin."""

    mesh: Mesh
    offset: np.ndarray


def join(scene: Scene, source: Source) -> Joined:
    """One mesh from all parts. Raises BadMeshError (no triangle, a number that is not finite, a missing vertex)."""
    parts = [_checked(part, source) for part in scene.parts if len(part.faces)]
    if not parts:
        raise source.bad_mesh("it holds no triangles", "Point clouds and curves cannot be used.")
    low = np.min([part.vertices.min(0) for part in parts], axis=0)
    offset = far_origin(low, np.max([part.vertices.max(0) for part in parts], axis=0))
    parts = [replace(part, vertices=(part.vertices - offset).astype(np.float32)) for part in parts]
    parts, surface = _surface(_usable(parts, source), source)
    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
    if starts[-1] >= 2**31:
        raise source.bad_mesh("it has more than 2,147,483,647 vertices", "Split it first.")
    faces = np.concatenate([part.faces + start for part, start in zip(parts, starts[:-1], strict=True)])
    mesh = Mesh(
        np.concatenate([part.vertices for part in parts]),
        faces.astype(np.int32),
        _normals(parts),
        _together([part.uv for part in parts]),
        **surface,
    )
    return Joined(mesh, offset)


def _checked(part: Part, source: Source) -> Part:
    """Return the part without unused vertices, every number checked."""
    check_indices(source, part.faces, len(part.vertices))
    used, faces = np.unique(part.faces, return_inverse=True)
    part = part.taken(used, faces.reshape(-1, 3).astype(np.int64))
    if not np.isfinite(part.vertices).all():
        raise source.bad_mesh("it holds vertices that are not finite numbers")
    if np.abs(part.vertices).max() > LARGEST:
        raise source.bad_mesh(f"it holds coordinates beyond {LARGEST:g}", "Scale it in its own program.")
    if part.uv is not None and not np.isfinite(part.uv).all():
        source.warn("UVs that are not finite numbers were left out")
        part.uv = None
    if part.normals is not None:
        length = np.linalg.norm(part.normals, axis=1, keepdims=True)
        usable = bool(np.isfinite(length).all() and (length > 1e-12).all())
        if not usable:
            source.warn("normals without a direction were replaced by smooth ones")
        part.normals = (part.normals / length).astype(np.float32) if usable else None
    return part


def _usable(parts: list[Part], source: Source) -> list[Part]:
    """Parts whose materials name only pictures that exist and can be applied."""
    wanted = [picture for part in parts if part.uv is not None for picture in part.material.pictures]
    sizes = check_sizes(wanted, source)
    known: dict[Material, Material] = {}
    out = []
    for part in parts:
        material = part.material
        if part.uv is None and material.pictures:
            source.warn("a part has textures and no UVs; it gets its plain colour")
            material = replace(material, base=None, opacity=None, metallic_roughness=None, normal=None)
        elif material not in known:
            slots = ("base", "opacity", "metallic_roughness", "normal")
            lost = {name: None for name in slots if getattr(material, name) not in (None, *sizes)}
            known[material] = replace(material, **lost)
            material = known[material]
        else:
            material = known[material]
        out.append(replace(part, material=material))
    return out


def _surface(parts: list[Part], source: Source) -> tuple[list[Part], dict[str, Any]]:
    """(parts with the UVs of the result, keyword arguments of Mesh for its material and colours)."""
    materials = list(dict.fromkeys(part.material for part in parts))
    plain = not any(material.pictures for material in materials)
    same = len({(m.factor[3] if m.alpha != "opaque" else 1.0, m.alpha, m.cutoff) for m in materials}) == 1
    sided = {"double_sided": True} if any(material.double_sided for material in materials) else {}
    if plain and same:
        parts, colors = _plain_colors(parts)
        return _uv_of_all(parts), {"colors": colors, **_factors(materials[0]), **_mean_surface(parts, source), **sided}
    colors = None
    if any(part.colors is not None and part.colors.min(initial=255) < 255 for part in parts):
        white = [
            np.full((len(part.vertices), 3), 255, np.uint8) if part.colors is None else part.colors for part in parts
        ]
        colors = np.concatenate(white)
    if len(materials) == 1:
        return parts, {"colors": colors, **_single(materials[0], source), **_factors(materials[0]), **sided}
    parts, surface = build_atlas(parts, source)
    return parts, {"colors": colors, **surface, **sided}


def _factors(material: Material) -> dict[str, Any]:
    if material.alpha == "opaque":
        return {}
    return {"alpha_mode": material.alpha, "alpha_cutoff": material.cutoff, "alpha": float(material.factor[3])}


def _plain_colors(parts: list[Part]) -> tuple[list[Part], np.ndarray | None]:
    """Vertex colours uint8 [V,3] of parts without pictures: their own times the factor; None when nothing has any."""
    if all(part.colors is None and part.material.factor[:3] == (1.0, 1.0, 1.0) for part in parts):
        return parts, None
    colors = []
    for part in parts:
        own = np.full((len(part.vertices), 3), 255, np.uint8) if part.colors is None else part.colors
        colors.append(tinted(own, part.material.factor))
    return parts, np.concatenate(colors)


def _mean_surface(parts: list[Part], source: Source) -> dict[str, float]:
    """metallic and roughness of parts without pictures: the mean by faces where they differ."""
    weights = [len(part.faces) for part in parts]
    pairs = {(part.material.metallic, part.material.roughness) for part in parts}
    if len(pairs) > 1:
        source.warn("metalness and roughness differ between parts; the result has their mean")
    names = ("metallic", "roughness")
    return {name: float(np.average([getattr(p.material, name) for p in parts], weights=weights)) for name in names}


def _single(material: Material, source: Source) -> dict[str, Any]:
    """Return the textures of the one material, as they are but for the factors."""
    found: dict[str, Any] = {"wrap": material.wrap, "metallic": material.metallic, "roughness": material.roughness}
    rgba = base_pixels(material, source)
    if rgba is None:
        rgba = np.full((4, 4, 4), 255, np.uint8)
        rgba[..., :3] = tinted(rgba[..., :3], material.factor)
    found["texture"] = np.ascontiguousarray(rgba[..., :3])
    if material.alpha != "opaque" and rgba[..., 3].min() < 255:
        found["opacity"] = np.ascontiguousarray(rgba[..., 3])
    if material.metallic_roughness is not None:
        found["metallic_roughness"] = surface_pixels(material, source)
        found |= {} if found["metallic_roughness"] is None else {"metallic": 1.0, "roughness": 1.0}
    if material.normal is not None:
        found["normal_map"] = decode(material.normal, source, "RGB")
    return found


def _normals(parts: list[Part]) -> np.ndarray | None:
    """Return the file's own normals; smooth ones for parts that have none; None when no part has any."""
    if all(part.normals is None for part in parts):
        return None
    found = [smooth_normals(p.vertices, p.faces) if p.normals is None else p.normals for p in parts]
    return np.concatenate(found).astype(np.float32)


def _uv_of_all(parts: list[Part]) -> list[Part]:
    """UVs stay when every part has some."""
    whole = all(part.uv is not None for part in parts)
    return parts if whole else [replace(part, uv=None) for part in parts]


def _together(rows: list[np.ndarray | None]) -> np.ndarray | None:
    found = [row for row in rows if row is not None]
    return np.concatenate(found).astype(np.float32) if len(found) == len(rows) else None
