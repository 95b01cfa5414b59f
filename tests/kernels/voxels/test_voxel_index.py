"""Rows of voxels by coordinate, against a dictionary."""

import numpy as np
import pytest
import torch

from varco3d.errors import BadInputError, UsageError
from varco3d.kernels.arrays import to_numpy
from varco3d.kernels.voxels.voxel_index import VoxelIndex, kernel_offsets


def dictionary_neighbours(coords: np.ndarray, offsets: np.ndarray, absent: int) -> np.ndarray:
    rows = {tuple(voxel): row for row, voxel in enumerate(coords.tolist())}
    table = np.full((len(coords), len(offsets)), absent, np.int32)
    for row, (item, x, y, z) in enumerate(coords.tolist()):
        for column, (dx, dy, dz) in enumerate(offsets.tolist()):
            table[row, column] = rows.get((item, x + dx, y + dy, z + dz), absent)
    return table


def random_voxels(count: int, low: int, high: int, items: int = 2, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    coords = np.concatenate(
        [random.integers(0, items, (count, 1)), random.integers(low, high, (count, 3))], axis=1
    ).astype(np.int32)
    return random.permutation(np.unique(coords, axis=0))


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("bounds", [(0, 12), (-9, 7), (-131072, -131060), (131060, 131072)])
def test_neighbours_are_those_of_a_dictionary(size: int, bounds: tuple[int, int], device: str) -> None:
    coords = random_voxels(900, *bounds)
    index = VoxelIndex(torch.from_numpy(coords).to(device))
    found = to_numpy(index.neighbours(kernel_offsets(size), absent=len(coords)))
    np.testing.assert_array_equal(found, dictionary_neighbours(coords, kernel_offsets(size), len(coords)))


def test_far_apart_voxels_make_the_table_grow(device: str) -> None:
    coords = random_voxels(20_000, -100_000, 100_000, items=300)
    given = torch.from_numpy(coords).to(device)
    index = VoxelIndex(given)
    assert index.bricks > len(coords) * 0.99
    np.testing.assert_array_equal(to_numpy(index.rows(given)), np.arange(len(coords)))


def test_rows_of_any_query() -> None:
    coords = random_voxels(500, 0, 9)
    queries = random_voxels(2000, -3, 12, items=3, seed=1)
    rows = {tuple(voxel): row for row, voxel in enumerate(coords.tolist())}
    wanted = [rows.get(tuple(query), -7) for query in queries.tolist()]
    found = VoxelIndex(torch.from_numpy(coords)).rows(torch.from_numpy(queries).long(), absent=-7)
    assert found.tolist() == wanted
    far = np.array([[0, 2**30, 0, 0], [-1, 0, 0, 0]])
    assert VoxelIndex(coords).rows(far).tolist() == [-1, -1]


def test_no_voxel_has_no_neighbour() -> None:
    index = VoxelIndex(np.zeros((0, 4), np.int32))
    assert index.neighbours(kernel_offsets(3)).shape == (0, 27)
    assert index.rows(np.zeros((2, 4), np.int32)).tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("coords", "message"),
    [
        (np.array([[0, 1, 2, 3], [0, 1, 2, 4], [0, 1, 2, 3]]), "given twice"),
        (np.array([[0, 1 << 18, 2, 3]]), "lies outside"),
        (np.array([[-1, 1, 2, 3]]), "lies outside"),
        (np.array([[0, 1 << 40, 2, 3]]), "32 bits"),
        (np.zeros((3, 3), np.int32), r"\[N, 4\]"),
        (np.zeros((3, 4)), "float64"),
    ],
)
def test_bad_voxels_are_refused(coords: np.ndarray, message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        VoxelIndex(coords)


def test_offsets_beyond_the_next_brick_are_refused() -> None:
    with pytest.raises(UsageError, match="up to 5"):
        VoxelIndex(random_voxels(9, 0, 9)).neighbours(np.array([[0, 5, 0]]))
