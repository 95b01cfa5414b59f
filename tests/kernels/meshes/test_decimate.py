"""decimate: the count is met, the surface followed, the mesh stays closed."""

import numpy as np
import pytest
import torch
import twins
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage import measure

from varco3d.errors import BadMeshError, UsageError
from varco3d.kernels.meshes.clean import clean
from varco3d.kernels.meshes.closest_point import closest_point
from varco3d.kernels.meshes.decimate import decimate


def test_meets_the_count_and_follows_the_surface():
    vertices, faces = twins.sphere_mesh(40)
    points, triangles = decimate(vertices, faces, 600)
    assert 0.9 * 600 <= len(triangles) <= 1.02 * 600
    assert triangles.dtype == np.int32 and points.dtype == np.float32
    assert set(np.flatnonzero(twins.edge_multiplicities(triangles))) == {2}
    assert twins.volume(points, triangles) == pytest.approx(twins.volume(vertices, faces), rel=0.02)
    assert closest_point(points, triangles, vertices)[0].max() < 0.03


def test_a_flat_open_mesh_collapses_without_error_and_keeps_its_border():
    steps = np.arange(21)
    grid = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2) / 10.0 - 1
    vertices = np.concatenate([grid, np.zeros((len(grid), 1))], axis=1).astype(np.float32)
    corner = (np.arange(20)[:, None] * 21 + np.arange(20)).reshape(-1)
    faces = np.concatenate(
        [np.stack([corner, corner + 21, corner + 22], 1), np.stack([corner, corner + 22, corner + 1], 1)]
    )
    points, triangles = decimate(vertices, faces, 100)
    assert len(triangles) <= 102
    assert np.abs(points[:, 2]).max() < 1e-6
    a, b, c = (points[triangles[:, k]] for k in range(3))
    assert np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2 == pytest.approx(4.0, rel=1e-4)
    # Fewer faces than its 80 border edges allow: then the border is given up, not the count.
    assert len(decimate(vertices, faces, 40)[1]) <= 41


def test_a_mesh_small_enough_is_only_cleaned():
    vertices, faces = twins.box_mesh()
    points, triangles = decimate(
        torch.from_numpy(vertices), torch.from_numpy(np.concatenate([faces, [[0, 0, 1]]])), 100
    )
    np.testing.assert_array_equal(points.numpy(), vertices)
    np.testing.assert_array_equal(triangles.numpy(), faces)


def test_refuses_bad_input():
    vertices, faces = twins.box_mesh()
    with pytest.raises(UsageError):
        decimate(vertices, faces, 0)
    with pytest.raises(BadMeshError):
        decimate(vertices, faces + 1, 10)


@settings(max_examples=12, deadline=None)
@given(st.integers(8, 30), st.floats(0.1, 0.9), st.floats(0.01, 100))
def test_property_closed_meshes_stay_closed_and_meet_the_count(rings, share, scale):
    vertices, faces = twins.sphere_mesh(rings)
    count = max(60, round(share * len(faces)))
    points, triangles = decimate(vertices * np.float32(scale), faces, count)
    assert len(triangles) <= max(1.02 * count, 4)
    assert set(np.flatnonzero(twins.edge_multiplicities(triangles))) == {2}
    assert twins.volume(points, triangles) == pytest.approx(scale**3 * twins.volume(vertices, faces), rel=0.15)


def odd_edges(faces: np.ndarray) -> list[int]:
    return [int(n) for n in np.flatnonzero(twins.edge_multiplicities(faces)) if n % 2]


def test_a_rough_closed_mesh_stays_closed():
    """Where the surface folds onto itself both sides of the fold go; dropping one would leave a hole."""
    noise = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(56, 56, 56)), 1.2)
    vertices, faces, _, _ = measure.marching_cubes(np.pad(noise[4:-4, 4:-4, 4:-4], 4, constant_values=-1.0), 0.0)
    vertices, faces = clean(vertices.astype(np.float32), faces.astype(np.int32), orient=False)
    assert not odd_edges(faces)
    fewer = decimate(vertices, faces, len(faces) // 8)[1]
    assert len(fewer) < len(faces) / 6
    assert not odd_edges(fewer)
