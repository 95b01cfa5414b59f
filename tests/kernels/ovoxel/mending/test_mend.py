"""Grids with a decoder's errors, mended: what comes back, what stays open, and what a slow twin says."""

import numpy as np
import pytest
import torch
import twins

from varco3d.errors import BadInputError, UsageError
from varco3d.kernels.meshes.closest_point import closest_point
from varco3d.kernels.meshes.topology import face_pairs, face_parts
from varco3d.kernels.ovoxel.distinct import boundary_edges
from varco3d.kernels.ovoxel.dual_grid import mesh_to_grid
from varco3d.kernels.ovoxel.grid_mesh import grid_to_mesh
from varco3d.kernels.ovoxel.mending.mend import Mending, mend_grid
from varco3d.kernels.ovoxel.mending.sheets import drop_scraps, mended_mesh
from varco3d.kernels.ovoxel.remesh import remesh

SIDE = 48


def harmed(grid, seed=0, flipped=0.01, dropped=0.01, noise=0.1):
    """The grid as a decoder might predict it, and which voxels are left."""
    rng = np.random.default_rng(seed)
    left = np.flatnonzero(rng.random(len(grid.coords)) >= dropped)
    local = np.float32(grid.local + rng.normal(0, noise, grid.local.shape))
    crossed = grid.crossed ^ (rng.random(grid.crossed.shape) < flipped)
    return grid.coords[left], local[left], crossed[left].astype(np.uint8), left


def corners(vertices, faces):
    return (vertices[faces[:, k]] for k in range(3))


def sides(coords, faces):
    """Boundary edges as pairs of voxels."""
    return {tuple(sorted((tuple(coords[a]), tuple(coords[b])))) for a, b in boundary_edges(faces)}


@pytest.mark.parametrize("shape", ["sphere", "half sphere"])
def test_what_a_decoder_tears_is_mended_and_what_is_open_stays(shape):
    vertices, faces = twins.half_sphere() if shape == "half sphere" else twins.sphere_mesh(40, 0.45)
    grid = mesh_to_grid(vertices, faces, SIDE)
    true = sides(grid.coords, grid_to_mesh(grid.coords, grid.local, grid.crossed, SIDE)[1])
    coords, local, crossed, _ = harmed(grid)
    torn = sides(coords, grid_to_mesh(coords, local, crossed, SIDE)[1]) - true
    mended = mend_grid(coords, local, crossed, SIDE)
    placed, quads = mended_mesh(coords, local, crossed, SIDE)
    ends = sides(mended.coords, quads)
    assert len(torn) > 200 and len(ends - true) <= len(torn) / 20 and len(true - ends) <= len(true) / 10
    assert face_parts(quads).max() == 0 and not face_pairs(quads)[2].any()
    assert np.quantile(closest_point(vertices, faces, placed)[0], 0.99) < 0.35 / SIDE


def test_lost_voxels_come_back_behind_the_given_ones_and_lie_on_the_surface():
    vertices, faces = twins.sphere_mesh(40, 0.45)
    grid = mesh_to_grid(vertices, faces, SIDE)
    coords, local, crossed, left = harmed(grid, flipped=0.0, noise=0.0)
    mended = mend_grid(coords, local, crossed, SIDE)
    np.testing.assert_array_equal(mended.coords[: len(left)], coords)
    np.testing.assert_array_equal(mended.local[: len(left)], local)
    back = {tuple(voxel) for voxel in mended.coords[len(left) :].tolist()}
    lost = {tuple(voxel) for voxel in np.delete(grid.coords, left, axis=0).tolist()}
    assert len(lost) > 30 and len(lost - back) <= 1 and len(back - lost) <= 1
    where = (mended.coords[len(left) :] + mended.local[len(left) :]) / SIDE - 0.5
    assert closest_point(vertices, faces, where.astype(np.float32))[0].max() < 0.35 / SIDE


def test_windows_of_three_quads_stay_and_a_missing_quad_does_not():
    crossed = np.zeros((16, 16, 3), np.uint8)
    crossed[:15, :15, 2] = 1
    crossed[7:10, 4:7, 2] = 0
    true = crossed.copy()
    crossed[4, 11, 2] = 0
    coords = np.argwhere(np.ones((16, 16, 1))).astype(np.int32) + np.int32([0, 0, 5])
    inside = (abs(coords[:, 0] - 8.5) < 1) & (abs(coords[:, 1] - 5.5) < 1)  # round these voxels nothing is crossed
    coords, flags = coords[~inside], crossed.reshape(-1, 3)[~inside]
    found = mend_grid(coords, np.full((len(coords), 3), 0.5, np.float32), flags, 16)
    np.testing.assert_array_equal(found.coords, coords)
    np.testing.assert_array_equal(found.crossed, true.reshape(-1, 3)[~inside])


def test_what_one_error_does_not_explain_stays():
    """Two by two quads without their voxel, a slit of four and a loose sheet of four stay; two missing ones do not."""
    crossed = np.zeros((20, 20, 8, 3), np.uint8)
    crossed[:19, :19, 2, 2] = 1
    crossed[4:6, 4:6, 2, 2] = 0  # a window
    crossed[3:7, 12, 2, 2] = 0  # a slit
    crossed[10:12, 10:12, 6, 2] = 1  # a loose sheet
    true = crossed.copy()
    crossed[12:14, 6, 2, 2] = 0
    whole = np.zeros((20, 20, 8), bool)
    for x, y, z, _ in np.argwhere(true):
        whole[x : x + 2, y : y + 2, z] = True
    coords = np.argwhere(whole).astype(np.int32)
    assert not whole[5, 5, 2]
    flags, wanted = (array[tuple(coords.T)] for array in (crossed, true))
    found = mend_grid(coords, np.full((len(coords), 3), 0.5, np.float32), flags, 20)
    np.testing.assert_array_equal(found.coords, coords)
    np.testing.assert_array_equal(found.crossed, wanted)
    bare = mend_grid(coords, np.full((len(coords), 3), 0.5, np.float32), flags, 20, mending=Mending(cluster=1e6))
    assert len(bare.coords) == len(coords) + 1 and bare.crossed[:, 2].sum() > wanted[:, 2].sum()


def test_blocks_of_eight_lost_voxels_come_back():
    vertices, faces = twins.sphere_mesh(40, 0.45)
    grid = mesh_to_grid(vertices, faces, 32)
    block = (grid.coords >> 1) @ [1, 100, 10_000]
    gone = np.isin(block, np.random.default_rng(3).choice(np.unique(block), 12, replace=False))
    rest = (grid.coords[~gone], grid.local[~gone], grid.crossed[~gone], 32)
    torn, mended = boundary_edges(grid_to_mesh(*rest)[1]), boundary_edges(mended_mesh(*rest)[1])
    assert len(torn) > 100 and len(mended) <= len(torn) / 20


def test_beliefs_are_those_of_all_settings_counted_where_no_walls_make_a_circle():
    """Two quads side by side: each setting of the two edges weighed by flags and by its walls, added up."""
    coords = np.argwhere(np.ones((3, 2, 1))).astype(np.int32)
    local = np.full((6, 3), 0.5, np.float32)
    rates = Mending(flipped=0.2, dropped=0.01, odd=0.1, planes=0.0, sweeps=60)
    for flags in ((1, 0), (0, 0), (1, 1)):
        crossed = np.zeros((6, 3), np.uint8)
        crossed[[0, 2], 2] = flags
        weight = np.zeros((2, 2))
        for first, second in np.ndindex(2, 2):
            right = sum(a == b for a, b in zip((first, second), flags, strict=True))
            odd = 3 * first + 3 * second + (first + second) % 2  # seven walls: three of one quad each, one of both
            weight[first, second] = 0.8**right * 0.2 ** (2 - right) * 0.1**odd * 0.9 ** (7 - odd)
        likely = (weight[1].sum() > weight[0].sum(), weight[:, 1].sum() > weight[:, 0].sum())
        found = mend_grid(coords, local, crossed, 8, mending=rates)
        assert tuple(found.crossed[[0, 2], 2].astype(bool)) == likely


def test_tensors_give_what_arrays_give_and_distances_sharpen_it():
    vertices, faces = twins.half_sphere()
    grid = mesh_to_grid(vertices, faces, 32)
    coords, local, crossed, _ = harmed(grid, noise=0.3)
    plain = mended_mesh(coords, local, crossed, 32)
    given = [torch.from_numpy(array) for array in (coords, local, crossed)]
    tensors = mended_mesh(*given, 32)
    np.testing.assert_array_equal(tensors[1].numpy(), plain[1])
    np.testing.assert_array_equal(tensors[0].numpy(), plain[0])
    centres = ((coords + 0.5) / 32 - 0.5).astype(np.float32)
    far = closest_point(vertices, faces, centres)[0] * 32
    helped = mend_grid(coords, local, crossed, 32, distances=far)
    bare = mend_grid(coords, local, crossed, 32)
    error = [
        closest_point(vertices, faces, ((g.coords + g.local)[len(coords) :] / 32 - 0.5).astype(np.float32))[0].mean()
        for g in (helped, bare)
    ]
    assert error[0] < error[1]


def test_faces_look_where_most_known_signs_do():
    vertices, faces = twins.half_sphere()
    grid = mesh_to_grid(vertices, faces, 32)
    out = mended_mesh(grid.coords, grid.local, grid.crossed, 32, facing=grid.facing)
    inward = mended_mesh(grid.coords, grid.local, grid.crossed, 32, facing=-grid.facing)
    a, b, c = corners(*out)
    middle = np.float32([0.013, 0.021, -0.157])
    assert (np.einsum("ij,ij->i", np.cross(b - a, c - a), a - middle) > 0).all()
    one, other = (np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() for a, b, c in (corners(*out), corners(*inward)))
    a, b, c = corners(*inward)
    assert (np.einsum("ij,ij->i", np.cross(b - a, c - a), a - middle) < 0).all() and len(out[1]) == len(inward[1])
    assert abs(one - other) < 1e-3 * one


def test_scraps_go_and_small_closed_parts_stay():
    box = twins.box_mesh()[1]
    scrap = np.int32([[8, 9, 10], [8, 10, 11], [0, 12, 13]])  # the last one hangs from the box by a vertex
    np.testing.assert_array_equal(drop_scraps(np.concatenate([box, scrap])), box)
    assert len(drop_scraps(box[:0])) == 0


def test_a_torn_mesh_is_mended_through_voxels():
    vertices, faces = twins.sphere_mesh(60, 0.4)
    rng = np.random.default_rng(2)
    torn = np.delete(faces, rng.choice(len(faces), 60, replace=False), axis=0)
    assert len(boundary_edges(remesh(vertices, torn, 40)[1])) > 100
    assert len(boundary_edges(remesh(vertices, torn, 40, mended=True)[1])) == 0


def test_nothing_gives_nothing_and_wrong_arrays_are_refused():
    nothing = [np.zeros((0, 3), kind) for kind in (np.int32, np.float32, np.uint8)]
    placed, quads = mended_mesh(*nothing, 16)
    assert placed.shape == quads.shape == (0, 3)
    one = [np.zeros((1, 3), kind) for kind in (np.int32, np.float32, np.uint8)]
    with pytest.raises(BadInputError):
        mend_grid(*one, 16, distances=np.zeros(2, np.float32))
    with pytest.raises(BadInputError):
        mend_grid(one[0], one[1][:0], one[2], 16)
    with pytest.raises(UsageError):
        Mending(flipped=0.7)
