"""Fields on the rays of a picture."""

import numpy as np
import pytest
import torch

from varco3d.kernels.fields.ray_grid import (
    column_field,
    field_columns,
    ray_places,
    ray_points,
    refined_columns,
    sample_columns,
    smoothed_columns,
    smoothed_field,
    touched_rays,
)

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
    columns = field_columns(ball, CAMERA, np.ones((64, 64), bool), 48, 1.0)
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
    columns = field_columns(solid, CAMERA, touched_rays(alpha, 16), 12, 1.0)
    places = torch.cat(asked) @ CAMERA[:, :3].T + CAMERA[:, 3]
    assert places[:, 0].min() > 0 and torch.cat(asked).abs().max() < 1
    assert (columns[:, :, :8] == -1).all() and (columns[:, :, 8:] == 1).any()
    field = column_field(columns, CAMERA, 1.0, TRUNCATION)
    assert field(torch.tensor([[0.4, 0.0, 0.0], [-0.4, 0.0, 0.0], [0.99, 0.0, 0.0]])).sign().tolist() == [1, -1, -1]


def test_an_empty_mask_gives_an_empty_field():
    columns = field_columns(ball, CAMERA, np.zeros((16, 16), bool), 12, 1.0)
    assert (columns == -1).all()


def test_smoothing_reaches_equally_far_along_and_across_the_rays():
    """An impulse spreads to a Gaussian of the wanted width, in box units, by every camera."""
    camera = torch.tensor([[0.9, 0.0, 0.0, 0.0], [0.0, 0.5, 0.0, 0.0]])  # columns lie 0.9 / 0.5 times denser than rows
    columns = torch.zeros(48, 64, 64)
    columns[24, 32, 32] = 1
    weights = smoothed_columns(columns, camera, 1.0, 0.1).flatten()
    points = ray_points(camera, 64, 48, 1.0).view(64, 64, 48, 3).permute(2, 0, 1, 3).reshape(-1, 3)
    middle = (weights[:, None] * points).sum(0)
    spread = (weights[:, None] * (points - middle).square()).sum(0).sqrt()
    assert weights.sum().item() == pytest.approx(1, abs=1e-4)
    assert spread.tolist() == pytest.approx([0.1, 0.1, 0.1], rel=0.05)


def test_smoothing_leaves_what_is_even():
    ramp = torch.linspace(-1, 1, 32).view(1, 1, 32).expand(24, 32, 32)
    smooth = smoothed_columns(ramp, CAMERA, 1.0, 0.05)
    assert torch.allclose(smooth[:, :, 8:-8], ramp[:, :, 8:-8], atol=1e-3)


def test_a_smoothed_field_keeps_its_surface_within_the_mask_and_loses_its_ripples():
    axis = (np.arange(256) + 0.5) * (2 / 256) - 1
    columns, rows = np.meshgrid(axis, -axis)
    alpha = (np.hypot(columns - 0.18, rows + 0.24) < 0.45).astype(np.float32)  # about where the camera sees the ball

    def rough(points: torch.Tensor) -> torch.Tensor:
        return (ball(points) + 0.2 * (points * 60).sin().prod(-1)).clamp(-1, 1)

    smooth = smoothed_field(rough, CAMERA, alpha, 1.0, TRUNCATION, 0.02)
    towards = torch.nn.functional.normalize(torch.randn(3000, 3, generator=torch.Generator().manual_seed(0)), dim=-1)
    surface = torch.tensor([0.1, -0.1, 0.2]) + 0.5 * towards
    assert rough(surface).std() > 0.05
    assert smooth(surface).std() < 0.03 and smooth(surface).mean().abs() < 0.03
    assert (smooth(torch.tensor([[-0.7, 0.7, 0.0], [0.9, 0.0, 0.9]])) < 0).all()


def test_columns_are_refined_near_the_surface_only():
    asked = []

    def counted(points: torch.Tensor) -> torch.Tensor:
        asked.append(len(points))
        return ball(points)

    rough = field_columns(ball, CAMERA, np.ones((48, 48), bool), 48, 1.0)
    fine = refined_columns(rough, counted, CAMERA, 1.0)
    assert sum(asked) < 0.2 * fine.numel()
    assert (fine - field_columns(ball, CAMERA, np.ones((96, 96), bool), 96, 1.0)).abs().max() < 0.06
