"""Flexible dual grid -> mesh against a loop over voxels; look-up of values between voxels."""

import numpy as np
import pytest

from varco3d.errors import BadInputError, UsageError
from varco3d.kernels.ovoxel.grid_mesh import grid_to_mesh
from varco3d.kernels.ovoxel.sample import sample_voxels

ROUND = [
    [(0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 0)],
    [(0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1)],
    [(0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 0, 0)],
]


def random_grid(seed=0, side=6):
    rng = np.random.default_rng(seed)
    coords = np.argwhere(rng.random((side,) * 3) < 0.7).astype(np.int32)
    rng.shuffle(coords)
    local = rng.uniform(-0.5, 1.5, coords.shape).astype(np.float32)
    crossed = (rng.random(coords.shape) < 0.4).astype(np.uint8)
    return coords, local, crossed, rng.uniform(0.1, 1, len(coords)).astype(np.float32)


def quads_by_loop(coords, crossed):
    rows = {tuple(voxel): row for row, voxel in enumerate(coords)}
    quads = []
    for row, axis in np.argwhere(crossed):
        quad = [rows.get(tuple(coords[row] + step), -1) for step in ROUND[axis]]
        if min(quad) >= 0:
            quads.append([*quad, row, axis])
    return np.array(quads)


def bend(a, b, c, d):
    n, m = np.cross(b - a, c - a), np.cross(c - a, d - a)
    return n @ m / (np.linalg.norm(n) * np.linalg.norm(m))


@pytest.mark.parametrize("split", ["weights", "first", "flat"])
def test_faces_equal_a_loop_over_voxels(split, run):
    coords, local, crossed, weights = random_grid()
    given = {"weights": weights} if split == "weights" else {"split": split}
    vertices, faces = run(grid_to_mesh, coords, local, crossed, 6, **given)
    np.testing.assert_allclose(vertices, (coords + local.astype(np.float64)) / 6 - 0.5, atol=1e-6)
    expected = []
    for a, b, c, d, *_ in quads_by_loop(coords, crossed):
        p = vertices.astype(np.float64)
        first = split == "first"
        if split == "weights":
            first = weights[a] * weights[c] > weights[b] * weights[d]
        elif split == "flat":
            first = bend(p[a], p[b], p[c], p[d]) >= bend(p[b], p[c], p[d], p[a])
        expected += [[a, b, c], [a, c, d]] if first else [[a, b, d], [d, b, c]]
    assert len(expected) > 50
    np.testing.assert_array_equal(faces, expected)


def test_facing_turns_the_faces(run):
    coords, local, crossed, _ = random_grid(1)
    local = np.full_like(local, 0.5)
    facing = np.random.default_rng(0).choice(np.int8([-1, 1]), crossed.shape)
    vertices, faces = run(grid_to_mesh, coords, local, crossed, 6, facing=facing)
    normals = np.cross(vertices[faces[:, 1]] - vertices[faces[:, 0]], vertices[faces[:, 2]] - vertices[faces[:, 0]])
    row, axis = quads_by_loop(coords, crossed)[:, 4:].T
    np.testing.assert_array_equal(np.sign(normals[::2][np.arange(len(row)), axis]), facing[row, axis])
    np.testing.assert_array_equal(np.sign(normals[1::2][np.arange(len(row)), axis]), facing[row, axis])


def test_centres_without_weights_lie_in_the_middle(run):
    coords, local, crossed, _ = random_grid(2)
    vertices, faces = run(grid_to_mesh, coords, local, crossed, 6, split="centre")
    quads = quads_by_loop(coords, crossed)[:, :4]
    np.testing.assert_allclose(vertices[len(coords) :], vertices[quads].mean(axis=1), atol=1e-6)
    around, after, centre = np.moveaxis(faces.reshape(-1, 4, 3), 2, 0)
    np.testing.assert_array_equal(around, quads)
    np.testing.assert_array_equal(after, np.roll(quads, -1, axis=1))
    np.testing.assert_array_equal(centre, np.repeat(len(coords) + np.arange(len(quads))[:, None], 4, axis=1))


def test_arrays_that_do_not_fit_are_told():
    coords, local, crossed, weights = random_grid()
    with pytest.raises(BadInputError, match="local"):
        grid_to_mesh(coords, local[1:], crossed, 6)
    with pytest.raises(BadInputError, match="weights"):
        grid_to_mesh(coords, local, crossed, 6, weights=weights[1:])
    with pytest.raises(UsageError, match="split"):
        grid_to_mesh(coords, local, crossed, 6, split="other")
    with pytest.raises(BadInputError, match="queries"):
        sample_voxels(np.zeros((1, 4), np.int32), np.ones((1, 1), np.float32), np.zeros((2, 2), np.float32))


def test_look_up_keeps_what_is_constant_and_linear(run):
    coords = np.argwhere(np.ones((4, 4, 4))).astype(np.int32)
    rows = np.concatenate([np.zeros((64, 1), np.int32), coords], axis=1)
    values = np.concatenate([coords + 0.5, np.ones((64, 1))], axis=1).astype(np.float32)
    queries = np.random.default_rng(0).uniform(0.5, 3.5, (50, 3)).astype(np.float32)
    found = run(sample_voxels, rows, values, queries)
    np.testing.assert_allclose(found[:, :3], queries, atol=1e-5)
    edge = run(sample_voxels, rows, values, np.array([[0.1, 0.2, 3.9], [9.0, 9.0, 9.0]], np.float32))
    np.testing.assert_allclose(edge, [[0.5, 0.5, 3.5, 1.0], [0, 0, 0, 0]], atol=1e-6)
