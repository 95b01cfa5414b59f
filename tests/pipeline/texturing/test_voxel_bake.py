"""Materials of voxels as textures, and textures as materials of voxels."""

from dataclasses import replace

import numpy as np
import pytest

from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.texturing.voxel_bake import bake_materials, look_of, material_at, voxel_materials
from varco3d.pipeline.voxel_materials import VoxelMaterials

SHEET = Mesh(
    np.float32([[-0.8, -0.8, 0], [0.8, -0.8, 0], [0.8, 0.8, 0], [-0.8, 0.8, 0]]),
    np.int32([[0, 1, 2], [0, 2, 3]]),
    np.float32([[0, 0, 1]] * 4),
    np.float32([[0.1, 0.9], [0.9, 0.9], [0.9, 0.1], [0.1, 0.1]]),
)


def layer(resolution: int = 16, opacity: int = 255) -> VoxelMaterials:
    """Two layers of voxels round z = 0 whose red grows with x; roughness 51, metalness 204."""
    indices = np.argwhere(np.ones((resolution, resolution, 2), bool)).astype(np.int32)
    indices[:, 2] += resolution // 2 - 1
    values = np.zeros((len(indices), 6), np.uint8)
    values[:, 0] = indices[:, 0] * 10
    values[:, 3:] = 204, 51, opacity
    return VoxelMaterials(indices, resolution, values)


def test_lies_between_voxels_and_holds_beyond_them() -> None:
    points = np.float32([[0, 0, 0], [1 / 16, 0, 0], [0, 0, 0.9], [0.5, 0, 0.1]])
    found = material_at(layer(), points)[:, 0] * 255
    np.testing.assert_allclose(found, [75, 80, 75, 115], atol=6)  # far away: one of the two nearest
    np.testing.assert_allclose(found[[0, 1, 3]], [75, 80, 115], atol=0.01)


def test_textures_hold_colour_roughness_and_metalness_as_gltf_packs_them() -> None:
    baked = bake_materials(SHEET, SHEET.vertices, layer(), 64)
    assert baked.texture is not None and baked.metallic_roughness is not None
    row = baked.texture[32, 8:56, 0].astype(int)
    assert (np.diff(row) >= 0).all() and row[-1] - row[0] > 100
    assert (baked.metallic_roughness[8:56, 8:56] == (0, 51, 204)).all()
    assert (baked.metallic, baked.roughness, baked.alpha_mode, baked.opacity) == (1.0, 1.0, "opaque", None)


@pytest.mark.parametrize(("opacity", "mode"), [(250, "opaque"), (120, "blend")])
def test_a_surface_that_lets_light_through_is_blended(opacity: int, mode: str) -> None:
    baked = bake_materials(SHEET, SHEET.vertices, layer(opacity=opacity), 64)
    assert baked.alpha_mode == mode
    assert (baked.opacity is None) == (mode == "opaque")
    masked = bake_materials(SHEET, SHEET.vertices, layer(opacity=opacity), 64, alpha_mode="mask")
    assert masked.alpha_mode == "mask" and masked.opacity is not None and masked.opacity[32, 32] == opacity


def test_a_texture_of_any_shape_goes_into_voxels_and_back() -> None:
    texture = np.zeros((48, 100, 3), np.uint8)
    texture[..., 1] = np.arange(48)[:, None] * 5
    opacity = np.full((24, 50), 77, np.uint8)
    packed = np.full((10, 10, 3), (9, 60, 180), np.uint8)
    mesh = replace(SHEET, texture=texture, opacity=opacity, alpha_mode="blend", metallic_roughness=packed, metallic=0.5)
    assert look_of(mesh).base is not None
    found = voxel_materials(mesh, mesh.vertices, 32)
    np.testing.assert_allclose(found.values[:, 3], 90, atol=1)
    np.testing.assert_allclose(found.values[:, 4], 54, atol=1)  # a mesh's own roughness is 0.9
    assert (found.values[:, 5] == 77).all()
    baked = bake_materials(SHEET, SHEET.vertices, found, 64, mesh.alpha_mode)
    assert baked.texture is not None
    expected = np.interp((np.arange(10, 54) + 0.5) / 64 * 48 - 0.5, np.arange(48), texture[:, 0, 1])
    np.testing.assert_allclose(baked.texture[10:54, 32, 1], expected, atol=8)


def test_no_voxels_cannot_be_looked_up() -> None:
    with pytest.raises(ValueError, match="no voxels"):
        material_at(VoxelMaterials(np.zeros((0, 3), np.int32), 8, np.zeros((0, 6), np.uint8)), np.zeros((1, 3)))
