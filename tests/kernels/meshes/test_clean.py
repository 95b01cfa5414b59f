"""clean: each step on a mesh with that flaw, and all of them together."""

import numpy as np
import pytest
import torch
import twins
from hypothesis import given, settings
from hypothesis import strategies as st

from varco3d.errors import BadMeshError
from varco3d.kernels.meshes.clean import clean, orient_outward, weld
from varco3d.kernels.meshes.topology import face_pairs, face_parts

MOEBIUS = np.array([[0, 1, 2], [1, 3, 2], [2, 3, 4], [3, 5, 4], [4, 5, 1], [5, 0, 1]])


def joined(*meshes):
    """Several meshes in one pair of arrays."""
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in meshes)])
    faces = [faces + start for (_, faces), start in zip(meshes, starts, strict=False)]
    return np.concatenate([vertices for vertices, _ in meshes]), np.concatenate(faces)


def test_a_sound_mesh_is_untouched():
    vertices, faces = twins.sphere_mesh()
    again = clean(vertices, faces)
    np.testing.assert_array_equal(again[0], vertices)
    np.testing.assert_array_equal(again[1], faces)
    assert again[1].dtype == np.int32


def test_all_flaws_at_once():
    vertices, faces = twins.sphere_mesh()
    apart = vertices[faces].reshape(-1, 3)  # no two faces share a vertex
    spoilt = np.concatenate([apart, [[np.nan, 0, 0], [9, 9, 9]]]).astype(np.float32)
    n = len(apart)
    own = np.arange(n).reshape(-1, 3)
    flaws = np.array([[0, 0, 1], [0, 1, n], [0, 2, 1]])  # no area, not finite, the first face turned round
    mended, triangles = clean(spoilt, np.concatenate([own, flaws]))
    assert len(mended) == len(vertices) and len(triangles) == len(faces)
    assert set(np.flatnonzero(twins.edge_multiplicities(triangles))) == {2}
    assert twins.volume(mended, triangles) == pytest.approx(twins.volume(vertices, faces), rel=1e-6)


def test_weld_joins_zeros_of_both_signs_and_respects_the_tolerance():
    vertices = np.array([[0.0, 0, 0], [-0.0, 0, 0], [1e-4, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    faces = np.array([[0, 3, 4], [1, 3, 4], [2, 3, 4]])
    assert weld(vertices, faces)[1][:, 0].tolist() == [0, 0, 2]
    assert weld(vertices, faces, 1e-3)[1][:, 0].tolist() == [0, 0, 0]


def test_small_parts_go_by_area():
    big, small = twins.sphere_mesh(8), (twins.sphere_mesh(16)[0] * 0.05 + 0.9, twins.sphere_mesh(16)[1])
    vertices, faces = joined(big, small)  # the small one has more faces
    assert len(clean(vertices, faces, min_part=0.02)[1]) == len(big[1])
    assert len(clean(vertices, faces, min_part=0.001)[1]) == len(faces)
    assert face_parts(faces).tolist() == [0] * len(big[1]) + [1] * len(small[1])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.booleans(), min_size=len(twins.sphere_mesh(5)[1]), max_size=len(twins.sphere_mesh(5)[1])))
def test_property_any_turning_is_undone(turn):
    vertices, faces = twins.sphere_mesh(5)
    turned = faces.copy()
    turned[np.array(turn)] = turned[np.array(turn)][:, ::-1]
    mended = orient_outward(vertices, turned)
    assert not face_pairs(mended)[2].any()
    assert twins.volume(vertices, mended) == pytest.approx(twins.volume(vertices, faces))


def test_a_cavity_stays_a_cavity():
    vertices, faces = joined(
        twins.sphere_mesh(8, 0.8), (twins.sphere_mesh(8, 0.4)[0], twins.sphere_mesh(8)[1][:, ::-1])
    )
    np.testing.assert_array_equal(orient_outward(vertices, faces), faces)
    np.testing.assert_array_equal(orient_outward(vertices, faces[:, ::-1]), faces)  # all inside out


def test_a_cavity_stays_one_while_another_part_is_mended():
    (outer, sides), (inner, _) = twins.sphere_mesh(8, 0.8), twins.sphere_mesh(8, 0.4)
    other = sides.copy()
    other[::2] = other[::2, ::-1]
    vertices, faces = joined((outer, sides), (inner, sides[:, ::-1]), (outer + np.float32(3), other))
    wanted = joined((outer, sides), (inner, sides[:, ::-1]), (outer, sides))[1]
    mended = orient_outward(vertices, faces)
    for part in range(3):  # each starts at any of its corners
        own = slice(part * len(sides), (part + 1) * len(sides))
        assert twins.volume(vertices, mended[own]) == pytest.approx(twins.volume(vertices, wanted[own]))
        assert not face_pairs(mended[own])[2].any()


def test_a_surface_without_sides_is_not_an_endless_loop():
    vertices = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    assert len(orient_outward(vertices, MOEBIUS)) == len(MOEBIUS)


def test_nothing_left_and_nothing_given():
    vertices, faces = twins.box_mesh()
    for mesh in ((vertices, faces[:0]), (vertices, faces * 0), (vertices * np.nan, faces), (vertices[:0], faces[:0])):
        points, triangles = clean(*mesh)
        assert points.shape == (0, 3) and triangles.shape == (0, 3)


def test_kind_of_arrays_and_malformed_meshes():
    vertices, faces = twins.box_mesh()
    points, triangles = clean(torch.from_numpy(vertices), torch.from_numpy(faces))
    assert isinstance(points, torch.Tensor) and triangles.dtype == torch.int32
    for bad in ((vertices, faces + 1), (vertices[:, :2], faces), (vertices, faces[:, :2])):
        with pytest.raises(BadMeshError):
            clean(*bad)
