"""closest_point against the distance to every triangle in float64."""

import numpy as np
import pytest
import torch
import twins
from hypothesis import given, settings
from hypothesis import strategies as st

from varco3d.errors import BadInputError, BadMeshError
from varco3d.kernels.meshes.closest_point import closest_point

RNG = np.random.default_rng(0)


def with_area(faces):
    """The faces with three different corners; the vertices here are in general position."""
    return faces[(faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])]


@pytest.mark.parametrize("name", ["sphere", "box", "soup"])
def test_equals_brute_force(name, run):
    vertices, faces = {"sphere": twins.sphere_mesh(8), "box": twins.box_mesh(), "soup": twins.soup(2)}[name]
    faces = with_area(faces)
    points = np.concatenate([RNG.uniform(-1.5, 1.5, (200, 3)), vertices[:20], 50 * RNG.normal(size=(5, 3))])
    points = points.astype(np.float32)
    distance, nearest, face = run(closest_point, vertices, faces, points)
    np.testing.assert_allclose(distance, twins.mesh_distance(vertices, faces, points), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(nearest - points, axis=1), distance, rtol=1e-5, atol=1e-6)
    corners = vertices.astype(np.float64)[faces[face]]
    on_face = [
        twins.triangle_distance(q[None], *t)[0] for q, t in zip(nearest.astype(np.float64), corners, strict=True)
    ]
    np.testing.assert_allclose(on_face, 0, atol=2e-6)


def test_face_numbers_are_the_caller_s_with_degenerate_faces_between(run):
    vertices, faces = twins.box_mesh()
    mixed = np.insert(faces, [0, 5], [[0, 0, 1], [2, 2, 2]], axis=0).astype(np.int32)
    points = vertices[faces].mean(axis=1)
    face = run(closest_point, vertices, mixed, points)[2]
    np.testing.assert_array_equal(mixed[face], faces)


def test_kinds_and_no_points():
    vertices, faces = twins.box_mesh()
    distance, nearest, face = closest_point(torch.from_numpy(vertices), torch.from_numpy(faces), torch.zeros(4, 3))
    assert distance.tolist() == [0.5] * 4 and nearest.shape == (4, 3) and face.dtype == torch.int32
    distance, nearest, face = closest_point(vertices, faces, np.zeros((0, 3)))
    assert distance.shape == (0,) and nearest.shape == (0, 3) and face.shape == (0,)


def test_refuses_what_has_no_answer():
    vertices, faces = twins.box_mesh()
    with pytest.raises(BadInputError):
        closest_point(vertices, faces, np.array([[0, 0, np.nan]]))
    for bad in (faces[:0], faces * 0, faces + 100):
        with pytest.raises(BadMeshError):
            closest_point(vertices, bad, np.zeros((1, 3)))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-3, 3))
def test_property_moves_with_the_mesh(seed, shift):
    rng = np.random.default_rng(seed)
    vertices, faces = twins.soup(seed, 10)
    points = rng.uniform(-2, 2, (10, 3)).astype(np.float32)
    solid = with_area(faces)
    distance = closest_point(vertices + np.float32(shift), solid, points + np.float32(shift))[0]
    np.testing.assert_allclose(distance, twins.mesh_distance(vertices, solid, points), atol=3e-6)
