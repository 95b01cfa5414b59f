"""Surface samples: on the surface, uniform by area, repeatable."""

import numpy as np
import pytest
import torch
import twins
from hypothesis import given, settings
from hypothesis import strategies as st

from varco3d.errors import BadMeshError
from varco3d.kernels.meshes.sample_surface import sample_sharp_edges, sample_surface


def stretched_box():
    """A box of 2 x 1 x 0.5, so that faces differ in area and edges in length."""
    vertices, faces = twins.box_mesh()
    return vertices * np.array([2.0, 1.0, 0.5], np.float32), faces


@pytest.mark.parametrize("stratified", [True, False])
def test_uniform_by_area(stratified):
    vertices, faces = stretched_box()
    points, normals, face = sample_surface(vertices, faces, 20000, seed=1, stratified=stratified)
    np.testing.assert_allclose(np.abs(points / [1.0, 0.5, 0.25]).max(axis=1), 1, atol=1e-6)
    for axis, area in enumerate((0.5, 1.0, 2.0)):  # of one side, of 3.5 in all on three sides
        share = (np.abs(normals[:, axis]) > 0.5).mean()
        assert share == pytest.approx(area / 3.5, abs=0.012)
    # Outward, and the normal of the face named.
    assert ((points * normals).sum(axis=1) > 0).all()
    corners = vertices[faces[face]]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    np.testing.assert_allclose(normals, cross / np.linalg.norm(cross, axis=1, keepdims=True), atol=1e-6)
    # Even within a side: each quarter of the top holds a quarter of its points.
    top = points[normals[:, 2] > 0.5]
    assert np.histogram2d(top[:, 0], top[:, 1], bins=2)[0] / len(top) == pytest.approx(np.full((2, 2), 0.25), abs=0.02)


def test_seeded():
    mesh = twins.sphere_mesh()
    first = sample_surface(*mesh, 100, seed=3)
    np.testing.assert_array_equal(first[0], sample_surface(*mesh, 100, seed=3)[0])
    assert not np.array_equal(first[0], sample_surface(*mesh, 100, seed=4)[0])
    tensor = sample_surface(torch.from_numpy(mesh[0]), torch.from_numpy(mesh[1]), 100, seed=3)
    np.testing.assert_array_equal(tensor[0].numpy(), first[0])


def test_sharp_edges_of_a_box_are_its_twelve():
    vertices, faces = stretched_box()
    points, normals = sample_sharp_edges(vertices, faces, 7000, seed=2)
    at_wall = np.abs(np.abs(points / [1.0, 0.5, 0.25]) - 1) < 1e-6
    assert (at_wall.sum(axis=1) >= 2).all()
    for axis, length in enumerate((2.0, 1.0, 0.5)):
        assert (~at_wall[:, axis]).mean() == pytest.approx(length / 3.5, abs=0.02)
    along_x = np.abs(normals[~at_wall[:, 0]])
    np.testing.assert_allclose(along_x, np.broadcast_to([0, 0.5**0.5, 0.5**0.5], along_x.shape), atol=1e-6)
    # Turning some faces inside out makes no edge sharper.
    turned = faces.copy()
    turned[::3] = turned[::3, ::-1]
    assert len(np.unique(sample_sharp_edges(vertices, turned, 500)[0][:, 0].round(5))) > 100
    assert len(sample_sharp_edges(vertices, turned, 500, angle=95)[0]) == 0


def test_sharp_edges_are_seeded():
    mesh = stretched_box()
    first = sample_sharp_edges(*mesh, 100, seed=3)[0]
    np.testing.assert_array_equal(first, sample_sharp_edges(*mesh, 100, seed=3)[0])
    assert not np.array_equal(first, sample_sharp_edges(*mesh, 100, seed=4)[0])


def test_a_smooth_mesh_has_no_sharp_edge():
    points, normals = sample_sharp_edges(*twins.sphere_mesh(24), 100)
    assert points.shape == normals.shape == (0, 3)


def test_faces_without_area_are_never_picked():
    vertices, faces = twins.box_mesh()
    mixed = np.concatenate([[[0, 0, 1]], faces, [[3, 3, 3]]])
    face = sample_surface(vertices, mixed, 500)[2]
    assert face.min() == 1 and face.max() == 12


def test_refuses_a_mesh_without_area():
    vertices, faces = twins.box_mesh()
    for bad in (faces[:0], faces * 0):
        with pytest.raises(BadMeshError):
            sample_surface(vertices, bad, 3)
        assert len(sample_surface(vertices, bad, 0)[0]) == 0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 300), st.booleans())
def test_property_points_lie_on_their_faces(seed, count, stratified):
    vertices, faces = twins.soup(seed % 1000)
    points, normals, face = sample_surface(vertices, faces, count, seed, stratified)
    a, b, c = (vertices[faces[face, k]].astype(np.float64) for k in range(3))
    cross = np.cross(b - a, c - a)
    area = np.linalg.norm(cross, axis=1)
    assert (area > 0).all() and len(points) == count
    np.testing.assert_allclose(normals, cross / area[:, None], atol=1e-5)
    parts = [np.linalg.norm(np.cross(q - points, r - points), axis=1) for q, r in ((a, b), (b, c), (c, a))]
    # Inside the triangle the three parts that a point cuts it into make up the whole.
    np.testing.assert_allclose(np.sum(parts, axis=0), area, atol=1e-5)
    again = sample_surface(vertices, faces, count, seed, stratified)
    np.testing.assert_array_equal(points, again[0])
