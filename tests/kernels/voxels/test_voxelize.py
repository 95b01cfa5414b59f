"""voxelize against float64 brute force over every voxel and triangle."""

import numpy as np
import pytest
import torch
import twins
from hypothesis import given, settings
from hypothesis import strategies as st

from varco3d.errors import BadMeshError, UsageError
from varco3d.kernels.voxels import voxelize as module
from varco3d.kernels.voxels.voxelize import voxelize

NEEDLES = np.array([[-0.9, -0.8, -0.7], [0.9, 0.8, 0.7], [0.0, 0.0, 0.0], [0.3, 0.3, 0.3], [0.3, 0.3, 0.3]], np.float32)
SLIVERS = np.array([[0, 1, 2], [3, 4, 0], [3, 3, 3], [0, 1, 0]], np.int32)
THIN = np.array([[-2, -0.5, 0.1], [2, -0.49999, 0.1], [2, 0.6, 0.10001]], np.float32)
MESHES = {
    "sphere": twins.sphere_mesh(6),
    "box": twins.box_mesh(0.5),
    "soup": twins.soup(count=15),
    "slivers": (NEEDLES, SLIVERS),
    "one thin": (THIN, np.array([[0, 1, 2]], np.int32)),
    "outside": (twins.box_mesh()[0] + np.float32(5), twins.box_mesh()[1]),
    "huge": (1e6 * THIN, np.array([[0, 1, 2]], np.int32)),
    "empty": (np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32)),
}


@pytest.mark.parametrize("name", MESHES)
@pytest.mark.parametrize(("resolution", "band"), [(1, 1.0), (17, 1.0), (11, 2.5)])
def test_distance_rule_equals_brute_force(name, resolution, band, run):
    vertices, faces = MESHES[name]
    expected = twins.voxel_distances(vertices, faces, resolution)
    indices, distance = run(voxelize, vertices, faces, resolution, "distance", band)
    found = np.full(expected.shape, np.inf)
    found[tuple(indices.T)] = distance
    # Nothing is decided differently but what lies on the band within rounding.
    clear = np.abs(expected - band) > 1e-6
    np.testing.assert_array_equal(np.isfinite(found)[clear], (expected <= band)[clear])
    both = np.isfinite(found)
    np.testing.assert_allclose(found[both], expected[both], atol=2e-6)


@pytest.mark.parametrize("name", [name for name in MESHES if name != "huge"])
@pytest.mark.parametrize("resolution", [1, 10])
def test_intersect_rule_equals_clipping(name, resolution, run):
    vertices, faces = MESHES[name]
    indices, distance = run(voxelize, vertices, faces, resolution)
    expected = np.argwhere(twins.touched_voxels(vertices, faces, resolution))
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_allclose(
        distance, twins.voxel_distances(vertices, faces, resolution)[tuple(indices.T)], atol=2e-6
    )


def test_a_plane_between_voxels_touches_both_layers():
    square = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    indices, distance = voxelize(square, np.array([[0, 1, 2], [0, 2, 3]]), 8)
    assert sorted(set(indices[:, 2])) == [3, 4] and len(indices) == 128
    np.testing.assert_array_equal(distance, 0.5)


@pytest.mark.parametrize("resolution", [33, 70, 260])
def test_tile_sizes_agree(resolution, monkeypatch):
    """The tile is only a unit of work: another one gives the same voxels and the same bits."""
    vertices, faces = twins.sphere_mesh(8)
    first = voxelize(vertices, faces, resolution, "distance", 1.0)
    monkeypatch.setattr(module, "tile_side", lambda resolution: 24)
    second = voxelize(vertices, faces, resolution, "distance", 1.0)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_threads_do_not_change_a_bit(monkeypatch):
    vertices, faces = twins.sphere_mesh(40)
    first = voxelize(vertices, faces, 96)
    monkeypatch.setattr("varco3d.kernels.parallel.thread_count", lambda: 5)
    second = voxelize(vertices, faces, 96)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_memory_grows_with_the_surface_not_the_box(run):
    """A small box at 2048^3: the dense grid would take 34 GB."""
    vertices, faces = twins.box_mesh(0.02)
    indices, _ = run(voxelize, vertices, faces, 2048)
    # Its sides at 0.02 * 1024 = 20.48 voxels from the middle: the outermost touched layer is 20, 42 voxels a side.
    assert len(indices) == 42**3 - 40**3
    assert indices.min() == 1024 - 21 and indices.max() == 1024 + 20


def test_kind_of_arrays():
    vertices, faces = twins.box_mesh()
    indices, distance = voxelize(torch.from_numpy(vertices), torch.from_numpy(faces).long(), 16)
    assert indices.dtype == torch.int32 and distance.dtype == torch.float32
    other, _ = voxelize(vertices.astype(np.float64), faces.astype(np.uint32), 16)
    assert isinstance(other, np.ndarray)
    np.testing.assert_array_equal(indices.numpy(), other)
    np.testing.assert_array_equal(indices, np.unique(indices, axis=0))  # lexicographic, each once


def test_refuses_malformed_meshes():
    vertices, faces = twins.box_mesh()
    broken = vertices.copy()
    broken[3, 1] = np.inf
    for bad in (broken, np.where(broken > 1e30, np.nan, broken)):
        with pytest.raises(BadMeshError):
            voxelize(bad, faces, 16)
        assert len(voxelize(np.concatenate([vertices, bad]), faces, 16)[0])  # not used, so it does no harm
    with pytest.raises(BadMeshError):
        voxelize(vertices.astype(np.float64) * 1e300, faces, 16)
    for bad_faces in (faces + 1, faces - 1, faces[:, :2], faces.astype(np.float32)):
        with pytest.raises(BadMeshError):
            voxelize(vertices, bad_faces, 16)
    for arguments in ((0,), (16, "touch"), (16, "distance", -1.0)):
        with pytest.raises(UsageError):
            voxelize(vertices, faces, *arguments)


coordinate = st.floats(-3, 3, width=32) | st.sampled_from([0.0, 0.5, -1.0, 1.0, 0.25])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(coordinate, coordinate, coordinate), min_size=3, max_size=6), st.integers(1, 9), st.data())
def test_property_both_rules_equal_brute_force(corners, resolution, data):
    vertices = np.array(corners, np.float32)
    corner = st.integers(0, len(vertices) - 1)
    faces = np.array(data.draw(st.lists(st.tuples(corner, corner, corner), min_size=1, max_size=4)))
    expected = twins.voxel_distances(vertices, faces, resolution)
    indices, distance = voxelize(vertices, faces, resolution, "distance", 1.0)
    assert set(map(tuple, np.argwhere(expected < 1 - 1e-6))) <= set(map(tuple, indices))
    assert set(map(tuple, indices)) <= set(map(tuple, np.argwhere(expected < 1 + 1e-6)))
    np.testing.assert_allclose(distance, expected[tuple(indices.T)], atol=2e-6)
    # A voxel grazed within rounding may fall either way, so compare with slightly shrunk and grown distances instead.
    touched = set(map(tuple, voxelize(vertices, faces, resolution)[0]))
    assert touched >= set(map(tuple, np.argwhere(expected < 0.5 - 1e-6)))
    assert touched <= set(map(tuple, np.argwhere(expected < module.HALF_DIAGONAL + 1e-6)))
