"""Textured meshes -> materials of voxels."""

import numpy as np
import pytest

from varco3d.errors import BadInputError
from varco3d.kernels.ovoxel.dual_grid import mesh_to_grid
from varco3d.kernels.ovoxel.materials import Look, mesh_to_materials

SHEET = np.float32([[-0.5, -0.5, 0.01], [0.5, -0.5, 0.01], [0.5, 0.5, 0.01], [-0.5, 0.5, 0.01]])
FACES = np.int32([[0, 1, 2], [0, 2, 3]])
UV = np.float32([[0, 0], [1, 0], [1, 1], [0, 1]])


def ramp(side: int, channels: int) -> np.ndarray:
    """Texture [S, S, C]: the first channel grows with u, the second with v, the rest is 200."""
    at = (np.arange(side) + 0.5) / side * 255
    pixels = np.full((side, side, channels), 200, np.uint8)
    pixels[..., 0], pixels[..., 1] = at[None], at[:, None]
    return pixels


@pytest.mark.parametrize("side", [8, 64, 512])
def test_a_voxel_shows_what_lies_at_its_centre(side: int) -> None:
    look = Look(UV, ramp(side, 4), ramp(32, 2), alpha_mode="blend", wrap=("clamp", "clamp"))
    coords, found = mesh_to_materials(SHEET, FACES, look, 32)
    expected = (coords[:, :2] + 0.5) / 32 * 255
    assert np.abs(found[:, :2] - expected).max() < (5 if side > 8 else 17)  # cut at every level; half a texel of 8
    assert np.abs(found[:, 3:5] - expected).max() < 5
    assert (found[:, [2, 5]] == 200).all()


def test_voxels_are_those_of_the_grid() -> None:
    turned = SHEET @ np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0].astype(np.float32) * np.float32(0.6)
    coords, _ = mesh_to_materials(turned, FACES, Look(), 48)
    np.testing.assert_array_equal(coords, mesh_to_grid(turned, FACES, 48).coords)


def test_texels_smaller_than_a_voxel_are_averaged() -> None:
    checks = np.zeros((256, 256, 4), np.uint8)
    checks[(np.indices((256, 256)).sum(0) & 1) == 1] = 255
    found = mesh_to_materials(SHEET, FACES, Look(UV, checks), 16)[1]
    assert np.abs(found[:, :3].astype(int) - 127).max() <= 1


def test_factors_and_tints_multiply() -> None:
    tints = np.uint8([[255, 0, 255]] * 4)
    look = Look(tints=tints, base_factor=(0.5, 1, 1, 0.25), surface_factor=(0.2, 0.6), alpha_mode="blend")
    found = mesh_to_materials(SHEET, FACES, look, 8)[1]
    np.testing.assert_array_equal(found, np.broadcast_to(np.uint8([128, 0, 255, 51, 153, 64]), found.shape))


def test_opacity_follows_its_mode() -> None:
    base = ramp(64, 4)
    base[..., 3] = base[..., 0]
    for mode, expected in (("opaque", {255}), ("mask", {0, 255})):
        found = mesh_to_materials(SHEET, FACES, Look(UV, base, alpha_mode=mode, alpha_cutoff=0.3), 32)[1]
        assert set(np.unique(found[:, 5])) == expected
    share = (found[:, 5] == 255).mean()
    assert abs(share - 0.7) < 0.05


def test_a_texture_goes_on_beyond_its_square_as_its_wrap_says() -> None:
    half = np.zeros((16, 16, 4), np.uint8)
    half[:, 8:] = 255
    tall = UV * np.float32([2, 1])  # the right half of the sheet shows what lies beyond
    means = {}
    for rule in ("repeat", "clamp", "mirror"):
        coords, found = mesh_to_materials(SHEET, FACES, Look(tall, half, wrap=(rule, rule)), 32)
        column = [found[coords[:, 0] == x, 0].mean() for x in (18, 29)]
        means[rule] = [int(value > 127) for value in column]
    assert means == {"repeat": [0, 1], "clamp": [1, 1], "mirror": [1, 0]}


@pytest.mark.parametrize(
    "look",
    [
        Look(UV, np.zeros((8, 4, 4), np.uint8)),
        Look(UV, np.zeros((6, 6, 4), np.uint8)),
        Look(UV, np.zeros((8, 8, 3), np.uint8)),
        Look(None, np.zeros((8, 8, 4), np.uint8)),
        Look(UV[:3], np.zeros((8, 8, 4), np.uint8)),
        Look(tints=np.zeros((3, 3), np.uint8)),
        Look(alpha_mode="cut"),
        Look(wrap=("repeat", "border")),
    ],
)
def test_textures_that_do_not_fit_are_refused(look: Look) -> None:
    with pytest.raises(BadInputError):
        mesh_to_materials(SHEET, FACES, look, 8)


def test_a_mesh_without_faces_has_no_voxels() -> None:
    coords, found = mesh_to_materials(SHEET, np.zeros((0, 3), np.int32), Look(), 8)
    assert coords.shape == (0, 3) and found.shape == (0, 6)
