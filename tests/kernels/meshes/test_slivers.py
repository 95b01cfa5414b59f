"""mend_slivers: faces without area go, and a closed surface stays closed and where it was."""

import manifold3d
import numpy as np
import pytest
import twins
from hypothesis import example, given, settings
from hypothesis import strategies as st

from varco3d.kernels.meshes.clean import clean
from varco3d.kernels.meshes.normals import area_vectors
from varco3d.kernels.meshes.slivers import mend_slivers


def with_sliver(vertices, faces, face, side, at):
    """The mesh with a vertex on one side of a face, which cuts that face only: a sliver fills the place between."""
    u, v, w = np.roll(faces[face], -side)
    middle = len(vertices)
    vertices = np.concatenate([vertices, [(1 - at) * vertices[u] + at * vertices[v]]]).astype(np.float32)
    cut = [(u, middle, w), (middle, v, w), (u, v, middle)]
    return vertices, np.concatenate([np.delete(faces, face, axis=0), cut]).astype(np.int32)


def assert_sound(vertices, faces, volume):
    """Closed, of faces with an area, of that volume; and manifold3d takes it for a solid."""
    assert not np.isin(0, np.linalg.norm(area_vectors(vertices, faces), axis=1))
    assert set(np.flatnonzero(twins.edge_multiplicities(faces)).tolist()) == {2}
    assert twins.volume(vertices, faces) == pytest.approx(volume, rel=1e-5)
    solid = manifold3d.Manifold(manifold3d.Mesh(vert_properties=vertices, tri_verts=faces.astype(np.uint32)))
    assert solid.status() == manifold3d.Error.NoError
    assert solid.volume() == pytest.approx(volume, rel=1e-5)


def test_a_sliver_becomes_a_flipped_edge():
    vertices, faces = with_sliver(*twins.box_mesh(), 0, 1, 0.5)
    assert len(faces) == 14
    mended, triangles = clean(vertices, faces)
    np.testing.assert_array_equal(mended, vertices)  # nothing moves, no vertex is lost
    assert len(triangles) == 14
    assert_sound(mended, triangles, 1.0)


def test_slivers_back_to_back_on_one_edge():
    """Both faces of an edge are cut, each at its own vertex: two slivers share the edge between."""
    vertices, faces = with_sliver(*twins.box_mesh(), 0, 0, 0.25)
    u, v, _ = twins.box_mesh()[1][0]
    other = next(i for i, f in enumerate(faces) if any(f[k - 1] == v and f[k] == u for k in range(3)) and u != f[2])
    side = next(k for k in range(3) if faces[other][k] == v and faces[other][(k + 1) % 3] == u)
    assert_sound(*clean(*with_sliver(vertices, faces, other, side, 0.25)), 1.0)


def test_a_sliver_at_a_border_only_goes():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0.5, 0, 0]], np.float32)
    faces = np.array([[0, 3, 2], [3, 1, 2], [0, 1, 3]])
    np.testing.assert_array_equal(mend_slivers(vertices, faces), faces[:2])


def test_two_slivers_on_the_same_vertices_cancel():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0]], np.float32)
    assert len(mend_slivers(vertices, np.array([[0, 1, 2], [2, 1, 0]]))) == 0


def test_a_mesh_without_slivers_is_the_same_array():
    vertices, faces = twins.box_mesh()
    assert mend_slivers(vertices, faces) is faces


cuts = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 2), st.sampled_from([0.25, 0.5, 0.75])), min_size=1, max_size=8
)


@settings(max_examples=20, deadline=None)
@given(cuts)
@example([(721288, 2, 0.75), (391193, 2, 0.5), (465029, 0, 0.75)])  # a flip hands a sliver on that waits already
def test_property_a_closed_mesh_stays_closed(places):
    vertices, faces = twins.box_mesh()
    for face, side, at in places:
        # Cutting a sliver again would put two vertices at one place or a sliver beside a sliver; both must do.
        vertices, faces = with_sliver(vertices, faces, face % len(faces), side, at)
    mended, triangles = clean(vertices, faces)
    assert not np.isin(0, np.linalg.norm(area_vectors(mended, triangles), axis=1))
    edges = twins.edge_multiplicities(triangles)
    assert all(count % 2 == 0 for count in np.flatnonzero(edges))
    assert twins.volume(mended, triangles) == pytest.approx(1.0, rel=1e-5)
