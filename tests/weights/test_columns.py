"""Fields on the rays of a picture."""

import numpy as np
import torch
from varco3d.weights.columns import column_field, field_columns, ray_places, ray_points, sample_columns

CAMERA = torch.tensor([[0.9, 0.0, 0.2, 0.05], [0.0, 0.8, -0.3, -0.1]])
TRUNCATION = 0.2


def ball(points: torch.Tensor) -> torch.Tensor:
    """Truncated signed distance to a ball away from the middle."""
    return ((0.5 - (points - torch.tensor([0.1, -0.1, 0.2])).norm(dim=-1)) / TRUNCATION).clamp(-1, 1)


def test_points_of_a_ray_project_to_its_pixel():
    points = ray_points(CAMERA, 4, 5, 1.0)
    places = points @ CAMERA[:, :3].T + CAMERA[:, 3]
    assert torch.allclose(places, places[:, :1].expand_as(places), atol=1e-5)
    assert torch.allclose(places[:, 0][0], torch.tensor([-0.75, 0.75]), atol=1e-5)  # the top left pixel's centre
    assert torch.allclose(places[:, 0][-1], torch.tensor([0.75, -0.75]), atol=1e-5)


def test_places_of_a_grids_points_are_the_middles_of_its_cells():
    """So what was put on the grid is read off it again, for every camera of a batch."""
    cameras = torch.stack([CAMERA, torch.tensor([[1.0, 0, 0, 0], [0, 1, 0, 0]])])
    points = torch.stack([ray_points(camera, 6, 8, 1.0).reshape(-1, 3) for camera in cameras])
    grid = torch.randn(2, 8, 6, 6)
    found = sample_columns(grid, ray_places(cameras, points, 1.0))
    assert torch.allclose(found, grid.flatten(2).transpose(1, 2).reshape(2, -1), atol=1e-4)


def test_a_field_survives_its_columns():
    columns = field_columns(ball, CAMERA, np.ones((128, 128), np.float32), 64, 48, 1.0)
    assert columns.shape == (48, 64, 64)
    points = torch.rand(4000, 3, generator=torch.Generator().manual_seed(0)) * 1.6 - 0.8
    error = (column_field(columns, CAMERA, 1.0, TRUNCATION)(points) - ball(points)).abs()
    assert error.mean() < 0.01 and error.max() < 0.15


def test_only_rays_of_the_mask_are_asked_and_the_box_is_closed():
    asked = []

    def solid(points: torch.Tensor) -> torch.Tensor:
        asked.append(points)
        return torch.ones(len(points))

    alpha = np.zeros((64, 64), np.float32)
    alpha[:, 33:] = 1  # the right half, and a quarter pixel of what is left of it
    columns = field_columns(solid, CAMERA, alpha, 16, 12, 1.0)
    places = torch.cat(asked) @ CAMERA[:, :3].T + CAMERA[:, 3]
    assert places[:, 0].min() > 0 and torch.cat(asked).abs().max() < 1
    assert (columns[:, :, :8] == -1).all() and (columns[:, :, 8:] == 1).any()
    field = column_field(columns, CAMERA, 1.0, TRUNCATION)
    assert field(torch.tensor([[0.4, 0.0, 0.0], [-0.4, 0.0, 0.0], [0.99, 0.0, 0.0]])).sign().tolist() == [1, -1, -1]


def test_an_empty_mask_gives_an_empty_field():
    columns = field_columns(ball, CAMERA, np.zeros((32, 32), np.float32), 16, 12, 1.0)
    assert (columns == -1).all()
