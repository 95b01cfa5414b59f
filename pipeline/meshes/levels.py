"""Fewer faces, levels of detail, closed meshes; colours are carried over. For the stages and for `convert`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ...errors import BadMeshError
from ...kernels.meshes.normals import area_vectors
from ..artifacts import Mesh

_PATCHED = 0.1  # share of the surface that may be patches over holes


def simplify(mesh: Mesh, count: int, texture_size: int | None = None) -> Mesh:
    """Return the mesh with about `count` faces; unchanged when it has no more. Texture and colours are carried over.

    texture_size: texels per side of a texture carried over, None for as many as it had.
    """
    if len(mesh.faces) <= count:
        return mesh
    from ...kernels.meshes.decimate import decimate
    from ..texturing.transfer import transfer_texture

    return transfer_texture(mesh, *decimate(mesh.vertices, mesh.faces, count), size=_texels(mesh, texture_size))


def close(mesh: Mesh, texture_size: int | None = None) -> Mesh:
    """Return the mesh closed; unchanged when it is. Raises MissingDependencyError.

    Small holes are filled and leave the rest as it is; what is open more widely than that is wrapped: around a shell
    with a large opening that goes in and out again, so it gets two walls.
    """
    from ..texturing.transfer import transfer_texture
    from .meshlab import fill_holes, wrap
    from .report import is_closed

    if is_closed(mesh):
        return mesh
    vertices, faces = fill_holes(mesh)
    grown = _area(vertices, faces) / max(_area(mesh.vertices, mesh.faces), 1e-30) - 1
    if grown > _PATCHED or not is_closed(Mesh(vertices, faces)):
        vertices, faces = wrap(mesh)
    closed = transfer_texture(mesh, vertices, faces, size=_texels(mesh, texture_size))
    return replace(closed, double_sided=None)  # its inside is not seen any more


def through_voxels(
    mesh: Mesh,
    resolution: int,
    faces: int | None = None,
    texture_size: int | None = None,
    materials: bool = False,
    mended: bool = False,
) -> Mesh:
    """Return the mesh remeshed on O-Voxel of `resolution` voxels a side; what is open stays open.

    faces: about how many the result has at most, None for as many as the voxels give. mended: tears of one or two
    voxels are closed. Texture and colours are carried over from the nearest points, or with `materials` as the voxels
    hold them. Raises BadMeshError, UsageError.
    """
    from ...kernels.meshes.decimate import decimate
    from ...kernels.ovoxel.remesh import remesh
    from ..texturing.transfer import transfer_texture

    vertices, triangles = remesh(mesh.vertices, mesh.faces, resolution, mended)
    if len(triangles) == 0:
        raise BadMeshError(
            f"the mesh has no surface that {resolution} voxels a side would show",
            "Its faces have no area or are finer than a voxel: take more voxels, or export it again.",
        )
    if faces and len(triangles) > faces:
        vertices, triangles = decimate(vertices, triangles, faces)
    if materials and (mesh.texture is not None or mesh.colors is not None):
        return _with_voxel_materials(mesh, vertices, triangles, resolution, _texels(mesh, texture_size))
    return transfer_texture(mesh, vertices, triangles, size=_texels(mesh, texture_size))


def _with_voxel_materials(mesh: Mesh, vertices: np.ndarray, faces: np.ndarray, resolution: int, size: int) -> Mesh:
    """Return vertices and faces with the materials of `mesh` by voxels: a texture if it has one, else colours."""
    from ...kernels.atlas.unwrap import unwrap
    from ...kernels.meshes.normals import smooth_normals
    from ...kernels.ovoxel.remesh import cube_round
    from ..texturing.voxel_bake import bake_materials, material_at, voxel_materials

    centre, side = cube_round(mesh.vertices, mesh.faces)

    def boxed(points: np.ndarray) -> np.ndarray:
        return ((points - centre) * (2 / side)).astype(np.float32)

    found = voxel_materials(mesh, boxed(mesh.vertices), resolution)
    kept = {name: getattr(mesh, name) for name in ("alpha_mode", "alpha_cutoff", "double_sided")}
    if mesh.texture is None:
        colours = np.rint(material_at(found, boxed(vertices))[:, :3] * 255).astype(np.uint8)
        factors = {"metallic": mesh.metallic, "roughness": mesh.roughness, "alpha": mesh.alpha}
        return Mesh(vertices, faces, colors=colours, **factors, **kept)
    atlas = unwrap(vertices, faces, size)
    points, normals = vertices[atlas.vertex], smooth_normals(vertices, faces)[atlas.vertex]
    cut = Mesh(points, atlas.faces, normals, atlas.uv, **kept)
    return bake_materials(cut, boxed(points), found, size, mesh.alpha_mode)


def _area(vertices: np.ndarray, faces: np.ndarray) -> float:
    return float(np.linalg.norm(area_vectors(vertices, faces), axis=1).sum()) / 2


def level_names(stem: str, fractions: Sequence[float]) -> list[str]:
    """Return the names of the levels' files: NAME for the whole alone, else NAME_lod0, NAME_lod1, ..."""
    return [stem] if tuple(fractions) == (1.0,) else [f"{stem}_lod{level}" for level in range(len(fractions))]


def levels(
    mesh: Mesh, stem: str, fractions: Sequence[float], texture_size: int | None = None
) -> Iterator[tuple[str, Mesh]]:
    """(name, mesh) per level of detail; fractions: of the faces of `mesh`, above 0 and at most 1."""
    for name, fraction in zip(level_names(stem, fractions), fractions, strict=True):
        yield name, simplify(mesh, max(4, round(len(mesh.faces) * fraction)), texture_size)


def _texels(mesh: Mesh, wanted: int | None) -> int:
    """Return a power of two: the wanted size, or the larger side of the present texture."""
    if wanted is not None:
        return 1 << (wanted - 1).bit_length()
    largest = max(mesh.texture.shape[:2]) if mesh.texture is not None else 1024
    return 1 << (max(64, min(largest, 8192)) - 1).bit_length()
