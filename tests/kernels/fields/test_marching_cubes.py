"""marching_cubes against the dense one of scikit-image, and its tables against the rules they are made by."""

import dataclasses

import numpy as np
import pytest
import torch
import twins
from hypothesis import given, settings
from hypothesis import strategies as st

from varco3d.errors import BadInputError
from varco3d.kernels.fields.field import field_from_grid
from varco3d.kernels.fields.marching_cubes import field_normals, marching_cubes
from varco3d.kernels.fields.mc_tables import EDGES, tables

BOX = ((-0.5, -1.0, 0.0), (1.5, 1.0, 3.0))


def walled(grid):
    """The grid with its outer samples outside, so that the surface closes within the box."""
    grid = grid.copy()
    for axis in range(3):
        np.moveaxis(grid, axis, 0)[[0, -1]] = -1
    return grid


def test_equals_the_dense_surface_of_scikit_image(run):
    measure = pytest.importorskip("skimage.measure")
    grid = twins.dense_grid(twins.knobs, 32)
    vertices, faces = run(marching_cubes, field_from_grid(grid))
    peer_vertices, peer_faces, _, _ = measure.marching_cubes(grid, 0.0)
    assert len(faces) == len(peer_faces)
    peer = peer_vertices * 2 / 32 - 1
    np.testing.assert_allclose(np.unique(vertices.round(4), axis=0), np.unique(peer.round(4), axis=0), atol=2e-4)
    assert twins.edge_multiplicities(faces)[1:].tolist() == [0, len(faces) * 3 // 2]
    assert twins.volume(vertices, faces) > 0


def test_vertices_lie_in_world_units_without_an_offset():
    """The surface of a linear field is found exactly, whatever the box."""
    field = field_from_grid(np.linspace(1, -2, 7)[:, None, None] * np.ones((7, 7, 7)), BOX)
    vertices, faces = marching_cubes(field)
    np.testing.assert_allclose(vertices[:, 0], -0.5 + 2 / 3, atol=1e-6)
    np.testing.assert_allclose(vertices.min(axis=0)[1:], [-1, 0])
    np.testing.assert_allclose(vertices.max(axis=0)[1:], [1, 3])
    normal = np.cross(vertices[faces[0, 1]] - vertices[faces[0, 0]], vertices[faces[0, 2]] - vertices[faces[0, 0]])
    assert normal[0] > 0  # inside is where x is small


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.4, -0.7]))
def test_property_noise_gives_a_closed_surface_with_two_faces_an_edge(seed, level):
    grid = walled(np.random.default_rng(seed).normal(size=(8, 8, 8)))
    vertices, faces = marching_cubes(field_from_grid(grid, level=level))
    assert np.isfinite(vertices).all()
    assert np.array_equal(np.unique(faces), np.arange(len(vertices)))
    assert set(np.flatnonzero(twins.edge_multiplicities(faces))) == {2}
    sides = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    assert len(np.unique(sides, axis=0)) == len(sides)  # neighbours run along their edge in opposite ways


def test_many_cells_on_several_threads(run):
    grid = walled(np.random.default_rng(3).normal(size=(24, 24, 24)))
    _, faces = run(marching_cubes, field_from_grid(grid))
    assert twins.edge_multiplicities(faces).nonzero()[0].tolist() == [2]


def test_a_field_of_tensors_gives_tensors_of_the_same_surface():
    field = field_from_grid(twins.dense_grid(twins.knobs, 24))
    tensors = field.on_device("cpu")
    vertices, faces = marching_cubes(tensors)
    assert isinstance(vertices, torch.Tensor) and isinstance(faces, torch.Tensor)
    expected = marching_cubes(field)
    assert np.array_equal(vertices, expected[0]) and np.array_equal(faces, expected[1])
    assert np.array_equal(field_normals(tensors), field_normals(field))
    assert isinstance(tensors.on_host().values, np.ndarray)
    broken = dataclasses.replace(tensors, values=tensors.values * torch.nan)
    with pytest.raises(BadInputError):
        marching_cubes(broken)


def test_another_level_than_the_field_s_own():
    grid = twins.dense_grid(twins.ball, 16)
    checkered = np.where(np.indices(grid.shape).sum(axis=0) % 2 == 0, 1.0, -1.0)
    every_cell = field_from_grid(checkered)
    every_cell = dataclasses.replace(every_cell, values=grid[tuple(every_cell.points.T)])
    expected = twins.volume(*marching_cubes(field_from_grid(grid, level=0.2)))
    assert twins.volume(*marching_cubes(every_cell, 0.2)) == pytest.approx(expected, rel=1e-6)


def test_empty_and_not_finite():
    field = field_from_grid(np.full((3, 3, 3), -1.0))
    vertices, faces = marching_cubes(field)
    assert vertices.shape == (0, 3) and faces.shape == (0, 3)
    field = field_from_grid(twins.dense_grid(twins.ball, 4))
    field.values[0] = np.nan
    with pytest.raises(BadInputError):
        marching_cubes(field)


def test_samples_that_only_float64_tells_from_the_level_leave_no_hole():
    grid = walled(np.full((6, 6, 6), 1.0))
    grid[2, 2, 2] = 0.1 + 1e-12
    _, faces = marching_cubes(field_from_grid(grid, level=0.1))
    assert set(np.flatnonzero(twins.edge_multiplicities(faces))) == {2}


def test_normals_follow_the_gradient(run):
    field = field_from_grid(twins.dense_grid(lambda p: twins.ball(p, radius=0.7), 24))
    vertices, _ = marching_cubes(field)
    normals = run(field_normals, field)
    assert normals.shape == vertices.shape and normals.dtype == np.float32
    expected = vertices / np.linalg.norm(vertices, axis=1, keepdims=True)
    assert (normals * expected).sum(axis=1).min() > 0.99


def test_tables_leave_no_diagonal_in_a_face():
    """No two corners of a triangle lie in one face of the cell, unless that face's own segment joins them."""
    table = tables()
    corners = np.array([[c & 1, c >> 1 & 1, c >> 2 & 1] for c in range(8)])
    middles = np.array([(corners[a] + corners[b]) / 2 for a, b, _ in EDGES])
    for case in range(256):
        cut = table.triangles[case, : 3 * table.triangle_count[case]].reshape(-1, 3)
        sides = {}
        for t in cut:
            for k in range(3):
                pair = (t[k - 1], t[k])
                sides[pair] = sides.get(pair, 0) + 1
        assert all(count == 1 for count in sides.values())
        for a, b in sides:
            if (b, a) in sides:  # a diagonal
                shared = (middles[a] == middles[b]) & ((middles[a] == 0) | (middles[a] == 1))
                assert not shared.any(), case


def test_tables_separate_inside_from_outside():
    table = tables()
    assert table.triangle_count[0] == table.triangle_count[255] == 0
    assert (table.triangle_count[1:255] > 0).all()
    for case in range(256):
        used = set(table.triangles[case][table.triangles[case] >= 0])
        crossed = {e for e, (a, b, _) in enumerate(EDGES) if (case >> a & 1) != (case >> b & 1)}
        assert used == crossed == {e for e in range(12) if table.edge_mask[case] >> e & 1}
