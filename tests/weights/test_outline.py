"""The level at which a field's outline fits the picture."""

import numpy as np
import pytest
import torch
from varco3d.weights.outline import outline_level, ray_points

CAMERA = torch.tensor([[0.9, 0.0, 0.2, 0.05], [0.0, 0.8, -0.3, -0.1]])


def test_points_of_a_ray_project_to_its_pixel():
    points = ray_points(CAMERA, 4, 5, 1.0)
    places = points @ CAMERA[:, :3].T + CAMERA[:, 3]
    assert torch.allclose(places, places[:, :1].expand_as(places), atol=1e-5)
    assert torch.allclose(places[:, 0][0], torch.tensor([-0.75, 0.75]), atol=1e-5)  # the top left pixel's centre
    assert torch.allclose(places[:, 0][-1], torch.tensor([0.75, -0.75]), atol=1e-5)


@pytest.mark.parametrize(("radius", "level"), [(0.6, 0.0), (0.5, 0.1), (0.7, -0.1)])
def test_level_brings_a_ball_to_the_size_of_the_mask(radius, level):
    """A distance field of radius 0.6 takes the level by which the masked disc is smaller or larger."""
    camera = torch.tensor([[1.0, 0, 0, 0], [0, 1.0, 0, 0]])
    axis = (np.arange(160) + 0.5) / 80 - 1
    alpha = (axis[None] ** 2 + axis[:, None] ** 2 < radius**2).astype(np.float32)
    assert outline_level(lambda p: 0.6 - p.norm(dim=-1), camera, alpha, 1.0) == pytest.approx(level, abs=0.025)


def test_a_field_that_fits_at_every_level_keeps_zero():
    camera = torch.tensor([[1.0, 0, 0, 0], [0, 1.0, 0, 0]])
    assert outline_level(lambda p: torch.full((len(p),), -1.0), camera, np.ones((8, 8), np.float32), 1.0) == 0.0
