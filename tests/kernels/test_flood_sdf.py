"""wrap_closed: closed whatever goes in, and where it was."""

import numpy as np
import pytest
import twins
from hypothesis import given, settings
from hypothesis import strategies as st
from varco3d.kernels.closest_point import closest_point
from varco3d.kernels.errors import BadMeshError
from varco3d.kernels.flood_sdf import wrap_closed


def assert_closed(faces):
    assert set(np.flatnonzero(twins.edge_multiplicities(faces))) == {2}


def test_a_sphere_with_cracks_and_turned_faces_becomes_solid():
    vertices, faces = twins.sphere_mesh(16)
    apart = 5 * vertices[faces].reshape(-1, 3) + np.float32(7)
    middle = apart.reshape(-1, 3, 3).mean(axis=1, keepdims=True)
    cracked = (middle + 0.98 * (apart.reshape(-1, 3, 3) - middle)).reshape(-1, 3)
    own = np.arange(len(cracked)).reshape(-1, 3)
    own[::2] = own[::2, ::-1]
    wrapped, triangles = wrap_closed(cracked, own, 48)
    assert_closed(triangles)
    expected = 125 * twins.volume(vertices, faces)
    assert twins.volume(wrapped, triangles) == pytest.approx(expected, rel=0.03)
    assert closest_point(cracked, own, wrapped)[0].max() < 1e-4


def test_an_open_sheet_becomes_a_thin_plate():
    square = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    wrapped, triangles = wrap_closed(square, np.array([[0, 1, 2], [0, 2, 3]]), 40)
    assert_closed(triangles)
    voxel = 2 / 40 / 0.9
    assert np.abs(wrapped[:, 2]).max() == pytest.approx(0.2 * voxel, rel=0.01)
    assert twins.volume(wrapped, triangles) == pytest.approx(4 * 0.4 * voxel, rel=0.1)


def test_refuses_an_empty_mesh():
    with pytest.raises(BadMeshError):
        wrap_closed(np.zeros((3, 3), np.float32), np.array([[0, 1, 2]]), 16)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12))
def test_property_whatever_triangles_are_wrapped_closely_and_closed(seed, count):
    vertices, faces = twins.soup(seed, count)
    try:
        wrapped, triangles = wrap_closed(vertices, faces, 24)
    except BadMeshError:
        assert not np.linalg.norm(
            np.cross(*np.diff(vertices[faces].astype(float), axis=1).swapaxes(0, 1)), axis=1
        ).any()
        return
    assert_closed(triangles)
    side = np.ptp(vertices[faces].reshape(-1, 3), axis=0).max()
    assert closest_point(vertices, faces, wrapped)[0].max() < 0.21 * side / (0.9 * 24)
