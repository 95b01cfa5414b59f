"""Rays against a float64 brute force, and the edges of the contract."""

import numpy as np
import pytest
import twins
from hypothesis import given, settings
from hypothesis import strategies as st

from varco3d.errors import BadInputError
from varco3d.kernels.views.cast_rays import cast_rays


def test_equals_brute_force():
    rng = np.random.default_rng(5)
    vertices = rng.normal(0, 0.6, (30, 3)).astype(np.float32)
    faces = np.arange(30, dtype=np.int32).reshape(-1, 3)
    origins = rng.normal(0, 1.5, (400, 3)).astype(np.float32)
    directions = (rng.normal(0, 0.3, (400, 3)) - origins).astype(np.float32)
    hits = cast_rays(vertices, faces, origins, directions)
    t = vertices.astype(np.float64)[faces]
    e1, e2 = t[:, 1] - t[:, 0], t[:, 2] - t[:, 0]
    expected = np.full(400, np.inf)
    for k in range(400):
        p = np.cross(directions[k], e2)
        determinant = (e1 * p).sum(1)
        s = origins[k] - t[:, 0]
        u = (s * p).sum(1) / determinant
        q = np.cross(s, e1)
        v = (q @ directions[k]) / determinant
        along = (q * e2).sum(1) / determinant
        along[~((u >= 0) & (v >= 0) & (u + v <= 1) & (along > 0))] = np.inf
        expected[k] = along.min()
    found = np.isfinite(expected)
    assert 50 < found.sum() < 350
    assert np.array_equal(np.isfinite(hits.distance), found)
    assert np.allclose(hits.distance[found], expected[found], atol=1e-4)
    place = (hits.barycentrics[found][:, :, None] * vertices[faces[hits.face[found]]]).sum(1)
    assert np.allclose(place, (origins + directions * hits.distance[:, None])[found], atol=1e-4)


def test_limits():
    vertices = np.array([[-1, -1, 0], [1, -1, 0], [0, 1, 0]], np.float32)
    faces = np.array([[0, 1, 2]], np.int32)
    origins = np.array([[0, 0, 2], [0, 0, -2], [0, 0, 2], [0, 0, 2]], np.float32)
    directions = np.array([[0, 0, -1], [0, 0, 2], [0, 0, 0], [0, 0, 1]], np.float32)
    hits = cast_rays(vertices, faces, origins, directions)
    assert np.allclose(hits.distance, [2, 1, np.inf, np.inf]) and hits.face.tolist() == [0, 0, -1, -1]
    assert np.isinf(cast_rays(vertices, faces, origins, directions, longest=0.9).distance).all()
    assert (cast_rays(vertices, faces[:0], origins, directions).face == -1).all()
    assert len(cast_rays(vertices, faces, origins[:0], directions[:0]).face) == 0
    with pytest.raises(BadInputError):
        cast_rays(vertices, faces, origins, directions[:1])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 10), st.floats(-3, 3))
def test_property_hits_lie_on_their_face_and_on_their_ray(seed, scale, shift):
    """And a ray from within a closed mesh always hits; scaling and moving both changes no face."""
    vertices, faces = twins.sphere_mesh(8)
    rng = np.random.default_rng(seed)
    origins = rng.uniform(-0.3, 0.3, (50, 3)).astype(np.float32)
    directions = rng.normal(size=(50, 3)).astype(np.float32)
    hits = cast_rays(vertices, faces, origins, directions)
    assert (hits.face >= 0).all()
    place = (hits.barycentrics[:, :, None] * vertices[faces[hits.face]]).sum(1)
    assert np.allclose(place, origins + directions * hits.distance[:, None], atol=1e-5)
    moved = cast_rays(
        vertices * np.float32(scale) + np.float32(shift),
        faces,
        origins * np.float32(scale) + np.float32(shift),
        directions,
    )
    assert np.allclose(moved.distance, hits.distance * scale, rtol=1e-3, atol=1e-4)
