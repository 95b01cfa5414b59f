"""farthest_points against the greedy loop, index for index."""

from pathlib import Path

import numpy as np
import pytest
import torch
import twins
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import load_file

from varco3d.errors import BadInputError, UsageError
from varco3d.kernels.voxels.farthest_points import _by_passes, farthest_points, morton_codes

RNG = np.random.default_rng(0)
CLOUDS = {
    "random": RNG.normal(size=(3000, 3)).astype(np.float32),
    "lattice": RNG.integers(0, 9, (2500, 3)).astype(np.float32),
    "line": np.outer(np.arange(300), [1.0, 2.0, -1.0]).astype(np.float32),
    "duplicates": np.repeat(RNG.normal(size=(40, 3)), 5, axis=0).astype(np.float32),
    "far apart": (RNG.normal(size=(500, 3)) * [1e-4, 1.0, 1e4]).astype(np.float32),
}


@pytest.mark.parametrize("name", CLOUDS)
@pytest.mark.parametrize("start", [0, 7])
def test_equals_the_greedy_loop(name, start, run):
    points = CLOUDS[name]
    count = min(len(points), 600)
    expected = twins.farthest_points(points, count, start)
    np.testing.assert_array_equal(run(farthest_points, points, count, start), expected)


@pytest.mark.parametrize("name", CLOUDS)
def test_the_cuda_algorithm_gives_the_same_on_the_cpu(name):
    points = CLOUDS[name][:800]
    expected = twins.farthest_points(points, 150, 3)
    np.testing.assert_array_equal(_by_passes(points, 150, 3, "cpu"), expected)


@pytest.mark.parametrize("case", ["0", "1", "2"])
def test_equals_torch_cluster(case, run):
    """Index for index what torch_cluster 1.6.3 chose, which the published encoders call."""
    tensors = load_file(Path(__file__).parents[2] / "parity" / "fixtures" / "fps" / "io.safetensors")
    points, flat = tensors[f"{case}.points"], tensors[f"{case}.index"]
    batches, size, _ = points.shape
    for b, expected in enumerate(flat.reshape(batches, -1) - size * np.arange(batches)[:, None]):
        np.testing.assert_array_equal(run(farthest_points, points[b], len(expected)), expected)


def test_all_points_are_taken_once_each():
    points = np.unique(CLOUDS["lattice"], axis=0)
    assert sorted(farthest_points(points, len(points))) == list(range(len(points)))


def test_kind_and_type_follow_the_input():
    tensor = farthest_points(torch.from_numpy(CLOUDS["random"]), 5)
    assert isinstance(tensor, torch.Tensor) and tensor.dtype == torch.int64
    array = farthest_points(CLOUDS["random"].astype(np.float64), 5)
    assert isinstance(array, np.ndarray) and array.dtype == np.int64
    assert array.tolist() == tensor.tolist()


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(np.float32, st.tuples(st.integers(1, 80), st.just(3)), elements=st.integers(-4, 4).map(float)),
    st.data(),
)
def test_property_equals_the_greedy_loop_on_ties(points, data):
    count = data.draw(st.integers(1, len(points)))
    start = data.draw(st.integers(0, len(points) - 1))
    np.testing.assert_array_equal(farthest_points(points, count, start), twins.farthest_points(points, count, start))


def test_refuses_what_has_no_answer():
    points = CLOUDS["line"]
    assert len(farthest_points(points, 0)) == 0
    assert len(farthest_points(points[:0], 0)) == 0
    with pytest.raises(UsageError):
        farthest_points(points, len(points) + 1)
    with pytest.raises(UsageError):
        farthest_points(points, 2, start=len(points))
    with pytest.raises(BadInputError):
        farthest_points(np.full((4, 3), np.nan, np.float32), 2)
    with pytest.raises(BadInputError):
        farthest_points(points[:, :2], 2)


def test_morton_codes_interleave_the_axes():
    corners = np.array([[0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0], [1, 1, 1]], np.float32) * 1023
    ones = 0x9249249
    assert morton_codes(corners).tolist() == [0, ones, 2 * ones, 4 * ones, 7 * ones]
