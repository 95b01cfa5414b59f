"""A mesh through O-Voxel and back."""

import numpy as np
import pytest
import twins

from varco3d.kernels.meshes.closest_point import closest_point
from varco3d.kernels.meshes.topology import face_parts
from varco3d.kernels.ovoxel.distinct import boundary_edges
from varco3d.kernels.ovoxel.remesh import drop_flaps, remesh


@pytest.mark.parametrize("resolution", [16, 64])
def test_the_boundary_of_a_half_sphere_is_its_rim(resolution):
    vertices, faces = twins.half_sphere()
    placed, quads = remesh(vertices * np.float32(3) + np.float32(7), faces, resolution)
    size = np.ptp(vertices * 3, axis=0).max() / resolution
    rim = boundary_edges(quads)
    assert len(np.unique(face_parts(quads))) == 1 and len(np.unique(face_parts(rim[:, [0, 1, 1]]))) == 1
    assert (np.unique(rim, return_counts=True)[1] == 2).all()  # a loop
    assert np.abs(placed[np.unique(rim)][:, 2] - 3 * (-0.157) - 7).max() < size


@pytest.mark.parametrize("shape", ["sphere", "box", "half sphere", "crossing sheets"])
def test_stays_near_the_mesh_and_covers_it(shape):
    flat = [[-1, -1, 0.1], [1, -1, 0], [1, 1, 0.1], [-1, 1, 0]]
    sheets = np.float32([*flat, [0.1, -1, -1], [0, 1, -1], [0, 1, 1], [0.1, -1, 1]])
    vertices, faces = {
        "sphere": twins.sphere_mesh(30),
        "box": twins.box_mesh(0.5),
        "half sphere": twins.half_sphere(),
        "crossing sheets": (sheets, np.int32([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])),
    }[shape]
    placed, quads = remesh(vertices, faces, 64)
    size = float(np.ptp(vertices, axis=0).max()) / 64
    there = closest_point(vertices, faces, placed)[0] / size
    assert there.mean() < 0.1 and np.quantile(there, 0.999) < 1.0
    rng = np.random.default_rng(0)
    corners, weights = vertices[faces[rng.integers(0, len(faces), 4000)]], rng.dirichlet(np.ones(3), 4000)
    back = closest_point(placed, quads, np.einsum("nk,nkc->nc", weights, corners).astype(np.float32))[0] / size
    assert back.mean() < 0.1 and np.quantile(back, 0.999) < 1.5


def test_flaps_go_and_nothing_else():
    coords = np.argwhere(np.ones((3, 3, 2))).astype(np.int32)
    rows = {tuple(voxel): row for row, voxel in enumerate(coords)}
    square = ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0))
    flat = [
        [rows[tuple(np.add(first, step))] for step in square] for first in ((0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 0))
    ]
    upright = [rows[1, 1, 0], rows[2, 1, 0], rows[2, 1, 1], rows[1, 1, 1]]
    faces = np.int32([[q[k] for k in three] for q in [*flat, upright] for three in ((0, 1, 2), (0, 2, 3))])
    facing = np.ones((len(coords), 3), np.int8)
    np.testing.assert_array_equal(drop_flaps(coords, facing, faces), faces)
    facing[rows[1, 1, 0], 1] = 0
    np.testing.assert_array_equal(drop_flaps(coords, facing, faces), faces[:-2])
