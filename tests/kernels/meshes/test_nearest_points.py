"""nearest_points: the kernel against the tree."""

import numpy as np
import pytest
import torch

from varco3d.errors import BadInputError, UsageError
from varco3d.kernels.meshes.nearest_points import NearestPoints


@pytest.mark.parametrize(("points", "count"), [(1, 1), (7, 7), (500, 8), (3000, 24)])
def test_kernel_finds_what_the_tree_finds(points, count, device):
    rng = np.random.default_rng(points)
    there = torch.from_numpy(rng.uniform(-1, 1, (points, 3)).astype(np.float32))
    queries = torch.from_numpy(rng.uniform(-1.2, 1.2, (4000, 3)).astype(np.float32))
    expected = NearestPoints(there, by_tree=True).indices(queries, count)
    found = NearestPoints(there.to(device), by_tree=False).indices(queries.to(device), count).cpu()
    assert found.dtype == torch.int64 and found.shape == (4000, count)
    reach = [(queries[:, None] - there[index]).norm(dim=-1) for index in (expected, found)]
    assert torch.allclose(*reach, atol=1e-6)  # where two are equally far, either is right
    assert float((found == expected).float().mean()) > 0.999
    assert bool((reach[1].diff(dim=1) >= -1e-6).all())


def test_points_at_one_place_and_bad_input():
    same = torch.zeros(5, 3)
    found = NearestPoints(same, by_tree=False).indices(torch.ones(2, 3), 5)
    assert found.sort(1).values.tolist() == [[0, 1, 2, 3, 4]] * 2
    with pytest.raises(UsageError):
        NearestPoints(same).indices(torch.ones(2, 3), 6)
    with pytest.raises(BadInputError):
        NearestPoints(same / 0)
