"""Materials of voxels into textures or vertex colours, and those of a textured mesh into voxels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image
from scipy.spatial import KDTree

from ...kernels.atlas.fill import fill_gutters
from ...kernels.atlas.texel_maps import texel_maps
from ...kernels.atlas.unwrap import default_padding
from ...kernels.ovoxel.materials import Look, mesh_to_materials
from ...kernels.ovoxel.sample import sample_voxels
from ...kernels.parallel import thread_count
from ..artifacts import Mesh
from ..voxel_materials import VoxelMaterials

CHUNK = 1 << 19  # places looked up at once
LARGEST_LOOK = 4096  # texels a side of a texture that is read; finer ones are averaged by their mip levels anyway
CLEAR = 0.9 * 255  # opacity below which a texel lets light through
FEW = 0.01  # share of the texels that may, in a surface that counts as opaque


def material_at(materials: VoxelMaterials, points: np.ndarray) -> np.ndarray:
    """Return the materials [P, 6] in 0..1 at points [P, 3] of the box [-1, 1]^3.

    Trilinear among the voxels there; the nearest voxel's where there are none. Raises ValueError without any voxel.
    """
    if len(materials.indices) == 0:
        raise ValueError("there are no voxels to look up")
    coords = np.concatenate([np.zeros_like(materials.indices[:, :1]), materials.indices], axis=1)
    values = materials.values.astype(np.float32) / np.float32(255)
    known = np.concatenate([values, np.ones((len(values), 1), np.float32)], axis=1)
    out = np.empty((len(points), 6), np.float32)
    tree: KDTree | None = None
    for start in range(0, len(points), CHUNK):
        part = slice(start, start + CHUNK)
        places = (points[part].astype(np.float32) + 1) * np.float32(materials.resolution / 2)
        found = sample_voxels(coords, known, places)
        out[part] = found[:, :6]
        alone = np.flatnonzero(found[:, 6] < 0.5)
        if len(alone):
            tree = tree or KDTree(materials.indices + 0.5, compact_nodes=False, balanced_tree=False)
            nearest = tree.query(places[alone], workers=thread_count())[1]
            out[start + alone] = values[np.asarray(nearest)]
    return np.clip(out, 0, 1)


def bake_materials(
    cut: Mesh, place: np.ndarray, materials: VoxelMaterials, size: int, alpha_mode: str | None = None
) -> Mesh:
    """Return the mesh, cut for its atlas, with textures of `size` texels a side.

    place [V, 3]: where its vertices lie in the box [-1, 1]^3. alpha_mode: opaque, mask or blend; None: blend where more
    than 1 % of the texels let light through, else opaque.
    """
    assert cut.uv is not None
    texels = texel_maps(place, cut.faces, cut.uv, size, rims=True)
    found = material_at(materials, np.asarray(texels.position))
    whole = np.zeros((size * size, 6), np.float32)
    covered = np.zeros(size * size, bool)
    whole[texels.index], covered[texels.index] = found, True
    mask = covered.reshape(size, size)

    def picture(channels: list[int]) -> np.ndarray:
        filled = fill_gutters(whole[:, channels].reshape(size, size, 3), mask, 2 * default_padding(size))
        return np.rint(np.clip(filled, 0.0, 1.0) * 255).astype(np.uint8)

    surface = picture([3, 4, 3])  # glTF: green roughness, blue metalness
    surface[..., 0] = 0
    opacity = picture([5, 5, 5])[..., 0]
    if alpha_mode is None:
        seen = opacity.reshape(-1)[covered]
        alpha_mode = "blend" if len(seen) and (seen < CLEAR).mean() > FEW else "opaque"
    return replace(
        cut,
        texture=picture([0, 1, 2]),
        metallic_roughness=surface,
        metallic=1.0,
        roughness=1.0,
        colors=None,
        alpha_mode=alpha_mode,
        alpha=1.0,
        opacity=None if alpha_mode == "opaque" else opacity,
    )


def look_of(mesh: Mesh) -> Look:
    """Return the textures, colours and factors of a mesh as O-Voxel reads them."""
    base = surface = None
    if mesh.texture is not None and mesh.uv is not None:
        opacity = np.full(mesh.texture.shape[:2], 255, np.uint8) if mesh.opacity is None else mesh.opacity
        if opacity.shape != mesh.texture.shape[:2]:
            opacity = np.asarray(Image.fromarray(opacity).resize(mesh.texture.shape[1::-1], Image.Resampling.BILINEAR))
        base = _square(np.dstack([mesh.texture, opacity]))
    if mesh.metallic_roughness is not None and mesh.uv is not None:
        surface = np.ascontiguousarray(_square(mesh.metallic_roughness)[..., [2, 1]])
    return Look(
        uv=mesh.uv,
        base=base,
        surface=surface,
        tints=mesh.colors,
        base_factor=(1.0, 1.0, 1.0, mesh.alpha),
        surface_factor=(mesh.metallic, mesh.roughness),
        alpha_mode=mesh.alpha_mode,
        alpha_cutoff=mesh.alpha_cutoff,
        wrap=mesh.wrap,
    )


def _square(pixels: np.ndarray) -> np.ndarray:
    """Return a texture [H, W, C] as one whose sides are equal and a power of two, channel by channel."""
    side = min(LARGEST_LOOK, 1 << (max(pixels.shape[:2]) - 1).bit_length())
    if pixels.shape[:2] == (side, side):
        return pixels
    planes = [
        np.asarray(Image.fromarray(np.ascontiguousarray(plane)).resize((side, side), Image.Resampling.BILINEAR))
        for plane in np.moveaxis(pixels, 2, 0)
    ]
    return np.stack(planes, axis=2)


def voxel_materials(mesh: Mesh, place: np.ndarray, resolution: int) -> VoxelMaterials:
    """Return the materials of a mesh whose vertices lie at `place` [V, 3] of the box [-1, 1]^3."""
    coords, values = mesh_to_materials(place * np.float32(0.5), mesh.faces, look_of(mesh), resolution)
    return VoxelMaterials(coords, resolution, values)
