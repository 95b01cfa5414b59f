"""decode_octree against the dense grid: same cells, same values, far fewer evaluations."""

from itertools import pairwise

import numpy as np
import pytest
import torch
import twins
from hypothesis import given, settings
from hypothesis import strategies as st

from varco3d.errors import BadInputError, UsageError
from varco3d.kernels.fields.decode_octree import decode_octree, level_sides
from varco3d.kernels.fields.marching_cubes import marching_cubes


class Counted:
    """A query that keeps what it was asked."""

    def __init__(self, query):
        self.query = query
        self.asked = []

    def __call__(self, points):
        self.asked.append(points)
        return self.query(points)

    @property
    def count(self):
        return sum(len(points) for points in self.asked)


def assert_equals_dense(field, query, lower=-1.0, upper=1.0, level=0.0):
    grid = twins.dense_grid(query, field.resolution, lower, upper)
    order = np.lexsort(field.cells.T[::-1])
    np.testing.assert_array_equal(field.cells[order], twins.crossing_cells(grid, level))
    np.testing.assert_allclose(field.values, grid[tuple(field.points.T)], atol=1e-6)
    at_corners = field.points[field.corners]
    offsets = np.array([[c & 1, c >> 1 & 1, c >> 2 & 1] for c in range(8)])
    np.testing.assert_array_equal(at_corners, field.cells[:, None] + offsets)


@pytest.mark.parametrize("resolution", [1, 7, 8, 16, 24, 25, 33, 48, 51, 64])
def test_equals_the_dense_grid_at_any_resolution(resolution, device):
    field = decode_octree(twins.knobs, resolution, start=8, device=device).on_host()
    assert field.resolution == resolution
    assert_equals_dense(field, twins.knobs)


@pytest.mark.parametrize("level", [0.1, -0.2])
def test_level_and_box(level):
    box = ((-1.0, -0.8, -0.9), (0.9, 1.1, 1.0))
    field = decode_octree(twins.knobs, 40, box, level=level, start=10)
    assert field.level == level and field.bounds == box
    assert_equals_dense(field, twins.knobs, *box, level=level)


def test_queries_grow_with_the_surface():
    counts = []
    for resolution in (32, 64, 128):
        query = Counted(twins.knobs)
        field = decode_octree(query, resolution, start=16)
        counts.append(query.count)
    assert counts[2] - counts[1] < 5 * (counts[1] - counts[0])
    # Each sample at the surface once, few beside it, none twice.
    assert counts[2] < 17**3 + 2 * len(field.points)
    asked = np.concatenate([points.numpy() for points in query.asked])
    assert len(np.unique(asked, axis=0)) == len(asked)


def twin_of_asked(query, sides):
    """Number of points that the levels ask for by the rule in decode_octree's docstring, on dense grids."""
    asked, crossed, before = 0, set(), set()
    offsets = np.array(list(np.ndindex(2, 2, 2)))
    for coarse, side in zip([0, *sides], sides, strict=False):
        inside = twins.dense_grid(query, side) > 0
        if coarse:
            edges = [(np.array(cell) * side // coarse, -(-(np.array(cell) + 1) * side // coarse)) for cell in crossed]
            looked = {tuple(low + step) for low, high in edges for step in np.ndindex(*(high - low))}
        else:
            looked = set(np.ndindex((side,) * 3))
        crossed, waiting = set(), list(looked)
        while waiting:
            cell = waiting.pop()
            corners = inside[tuple((np.array(cell) + offsets).T)].reshape(2, 2, 2)
            if corners.all() or not corners.any():
                continue
            crossed.add(cell)
            for axis, end in np.ndindex(3, 2):
                face = corners.take(end, axis)
                beyond = tuple(np.array(cell) + (2 * end - 1) * np.eye(3, dtype=int)[axis])
                if face.any() and not face.all() and 0 <= beyond[axis] < side and beyond not in looked:
                    looked.add(beyond)
                    waiting.append(beyond)
        nodes = {(x + i, y + j, z + k) for x, y, z in looked for i, j, k in offsets.tolist()}
        kept = {(2 * x, 2 * y, 2 * z) for x, y, z in before} & nodes if side == 2 * coarse else set()
        asked, before = asked + len(nodes) - len(kept), nodes
    return asked


@pytest.mark.parametrize(("resolution", "start"), [(20, 5), (23, 6)])
def test_no_point_is_asked_for_beyond_the_rule(resolution, start, device):
    query = Counted(twins.knobs)
    decode_octree(query, resolution, start=start, device=device)
    assert query.count == twin_of_asked(twins.knobs, level_sides(resolution, start))


def test_chunks_bound_each_query_and_change_nothing():
    query = Counted(twins.knobs)
    small = decode_octree(query, 32, start=8, chunk=100)
    assert max(len(points) for points in query.asked) == 100
    large = decode_octree(twins.knobs, 32, start=8)
    for name in ("cells", "corners", "points", "values"):
        np.testing.assert_array_equal(getattr(small, name), getattr(large, name))


def two_balls(points):
    """A large ball, and one that fits between the samples of an 8^3 lattice."""
    return torch.maximum(twins.ball(points, (-0.3, 0, 0), 0.5), twins.ball(points, (0.625, 0.625, 0.625), 0.1))


def test_seeds_find_what_the_start_level_cannot_see():
    blind = decode_octree(two_balls, 64, start=8)
    seeds = np.array([[26, 26, 26]]), 32
    seen = decode_octree(two_balls, 64, start=8, seeds=seeds)
    assert len(blind.cells) < len(seen.cells)
    assert_equals_dense(seen, two_balls)


@pytest.mark.parametrize("seed_resolution", [1, 4, 30, 64, 200])
def test_seeds_of_any_resolution_do_no_harm(seed_resolution):
    cells = np.array([[0, 0, 0], [seed_resolution - 1] * 3, [seed_resolution // 2] * 3], np.int64)
    field = decode_octree(twins.knobs, 32, start=8, seeds=(cells, seed_resolution))
    assert_equals_dense(field, twins.knobs)


def test_surface_is_closed_up_to_the_wall(device):
    vertices, faces = marching_cubes(decode_octree(twins.knobs, 50, start=8, device=device).on_host())
    assert set(np.flatnonzero(twins.edge_multiplicities(faces))) == {2}
    # A ball that sticks out of the box ends at the wall, and nowhere else.
    vertices, faces = marching_cubes(decode_octree(lambda p: twins.ball(p, (0.8, 0, 0), 0.5), 24, start=8))
    sides = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    edges, count = np.unique(sides, axis=0, return_counts=True)
    np.testing.assert_allclose(vertices[edges[count == 1]][..., 0], 1.0)


def test_progress_ascends_to_one():
    seen = []
    decode_octree(twins.knobs, 40, start=8, chunk=500, progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == 1.0 and len(seen) > 5 and seen[0] > 0


def test_no_surface_gives_no_cells():
    field = decode_octree(lambda points: -torch.ones(len(points)), 32, start=8)
    assert len(field.cells) == len(field.points) == 0
    assert field.cells.shape == (0, 3) and field.corners.shape == (0, 8)


ANSWERS = {
    "numpy": lambda values: values.numpy(),
    "double": lambda values: values.double(),
    "column": lambda values: values[:, None],
    "bfloat16": lambda values: values.bfloat16(),
    "with a graph": lambda values: values.requires_grad_(),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_kinds_of_answers(answer):
    field = decode_octree(lambda points: ANSWERS[answer](twins.ball(points)), 16, start=8)
    assert len(field.cells) > 100 and field.values.dtype == np.float32


def test_refuses_bad_answers_and_settings():
    with pytest.raises(BadInputError, match="finite"):
        decode_octree(lambda p: twins.ball(p) / 0 * 0, 16)
    with pytest.raises(BadInputError, match="values for"):
        decode_octree(lambda p: twins.ball(p)[:-1], 16)
    for keywords in ({"resolution": 0}, {"resolution": 16, "chunk": 0}, {"resolution": 16, "start": 0}):
        with pytest.raises(UsageError):
            decode_octree(twins.ball, **keywords)
    with pytest.raises(BadInputError):
        decode_octree(twins.ball, 16, bounds=0.0)
    with pytest.raises(BadInputError):
        decode_octree(twins.ball, 16, seeds=(np.array([[0, 0, 32]]), 32))


@given(st.integers(1, 4096), st.integers(1, 256))
def test_property_levels_reach_the_resolution_in_steps_of_at_most_two(resolution, start):
    sides = level_sides(resolution, start)
    assert sides[-1] == resolution
    assert sides[0] == min(start, resolution)
    assert all(a < b <= 2 * a for a, b in pairwise(sides))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(9, 30))
def test_property_smooth_fields_equal_the_dense_grid(seed, resolution):
    """Waves longer than a start cell: what the start level can see, continuation must find, all of it."""
    rng = np.random.default_rng(seed)
    waves = torch.from_numpy(rng.normal(size=(3, 4)).astype(np.float32) * 2)

    def query(points):
        return (points @ waves).sin().sum(dim=1) + 0.3

    grid = twins.dense_grid(query, resolution)
    field = decode_octree(query, resolution, start=8)
    expected = set(map(tuple, twins.crossing_cells(grid)))
    found = set(map(tuple, field.cells))
    assert found <= expected
    # A component smaller than a start cell may be missed; then all of it is, so what was found is closed.
    missed = expected - found
    for x, y, z in missed:
        near = {(x + 1, y, z), (x - 1, y, z), (x, y + 1, z), (x, y - 1, z), (x, y, z + 1), (x, y, z - 1)} & found
        for other in near:
            axis = int(np.flatnonzero(np.array(other) != (x, y, z))[0])
            low = np.maximum(other, (x, y, z))
            face = [low + np.insert(corner, axis, 0) for corner in np.ndindex(2, 2)]
            assert len({bool(grid[tuple(corner)] > 0) for corner in face}) == 1
