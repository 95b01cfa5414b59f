"""Holding a field to the picture's outline."""

import numpy as np
import pytest
import torch

from varco3d.kernels.fields.outline import held_to_outline
from varco3d.kernels.fields.ray_depths import DEPTHS, RayDepths, cast_rays
from varco3d.kernels.fields.ray_grid import ray_points
from varco3d.kernels.views.silhouette import local_radius, mask_distance

FRONT = torch.tensor([[1.0, 0, 0, 0], [0, 1.0, 0, 0]])
TRUNCATION = 0.2


def pixels(side: int) -> tuple[np.ndarray, np.ndarray]:
    """x and y of a picture's pixels, -1..1, y up."""
    axis = (np.arange(side) + 0.5) * (2 / side) - 1
    return np.meshgrid(axis, -axis)


def ball(points: torch.Tensor, radius: float = 0.4) -> torch.Tensor:
    """Truncated signed distance to a ball."""
    return ((radius - points.norm(dim=-1)) / TRUNCATION).clamp(-1, 1)


def lollipop(points: torch.Tensor) -> torch.Tensor:
    """A ball, and below it a stick that the field is unsure of: its values come near 0 from below, at z = 0.2."""
    stick = -0.3 - ((points[:, 2] - 0.2).abs() + points[:, 0].abs()) * (points[:, 1] < 0) - 2 * (points[:, 1] > 0)
    return torch.maximum(ball(points), stick.clamp(min=-1))


def outline(field, camera: torch.Tensor, side: int = 100) -> np.ndarray:
    """What a field hides from a camera, [side,side]."""
    points = ray_points(camera, side, 100, 1.0)
    inside = (points.abs() < 1).all(-1)
    return ((field(points.reshape(-1, 3)).view(inside.shape) > 0) & inside).any(1).view(side, side).numpy()


def test_rays_tell_how_near_they_come_and_where():
    x, y = pixels(80)
    mask = np.hypot(x, y) < 0.5
    rays = cast_rays(lambda p: (0.6 - (p - torch.tensor([0, 0, 0.3])).norm(dim=-1)) * 2, FRONT, mask, 1.0)
    assert np.abs(rays.highest - (1.2 - 2 * np.hypot(x, y)))[mask].max() < 0.06
    assert np.abs(rays.middle - 0.3)[mask].max() < 0.02 and not rays.highest[~mask].any()
    flat = cast_rays(lambda p: torch.full(p.shape[:1], -0.5), FRONT, mask, 1.0)
    assert flat.variance[mask].min() > 20 * rays.variance[np.hypot(x, y) < 0.2].max()
    assert flat.variance[mask].max() < 2.4**2 / 4 and DEPTHS > 20


def test_unsure_depths_follow_what_they_are_connected_with():
    """A bar between two sure ends, and an island that is connected with nothing."""
    mask = np.zeros((32, 32), bool)
    mask[10, 2:30] = mask[20, 5] = True
    middle, variance = np.zeros((32, 32)), np.full((32, 32), 1e6)
    middle[10, 2], middle[10, 29], middle[10, 15], middle[20, 5] = 0.2, 0.6, -3.0, 0.9
    variance[10, [2, 29]] = 0.0
    settled = RayDepths(mask, np.zeros((32, 32)), middle, variance).settled()
    bar = settled[10, 2:30]
    assert (np.diff(bar) > 0).all() and bar[0] == pytest.approx(0.2, abs=0.15) and np.abs(np.diff(bar, 2)).max() < 1e-3
    assert settled[20, 5] == pytest.approx(0.9) and settled[0, 0] == 0


def test_local_radius_is_that_of_the_widest_disc():
    x, y = pixels(64)
    mask = (np.hypot(x + 0.4, y) < 0.4) | ((np.abs(y) < 0.09) & (x > 0) & (x < 0.9))
    radius = local_radius(mask_distance(mask), 20)
    assert abs(radius[32, 16] - 0.4 * 32) <= 1 and abs(radius[32, 6] - 0.4 * 32) <= 1.5  # also near the disc's edge
    assert abs(radius[32, 55] - 0.09 * 32) <= 1 and radius[2, 2] == 0
    assert local_radius(mask_distance(mask), 5).max() == 5


def test_a_shape_that_fits_is_left_alone():
    x, y = pixels(200)
    held = held_to_outline(ball, FRONT, (np.hypot(x, y) < 0.4).astype(np.float32), 1.0, TRUNCATION)
    points = torch.rand(4000, 3, generator=torch.Generator().manual_seed(0)) * 1.2 - 0.6
    clear = (ball(points).abs() > 0.1) & (points[:, :2].norm(dim=-1) < 0.3)
    assert torch.allclose(held(points)[clear], ball(points)[clear], atol=0.05)
    assert (held(points)[~clear & (points[:, :2].norm(dim=-1) > 0.44)] < 0).all()


def test_missing_parts_appear_where_the_field_came_nearest_to_them():
    x, y = pixels(200)
    alpha = ((np.hypot(x, y) < 0.4) | ((np.abs(x) < 0.06) & (y < 0) & (y > -0.8))).astype(np.float32)
    bent = held_to_outline(lollipop, FRONT, alpha, 1.0, TRUNCATION)
    seen = [outline(field, FRONT) for field in (lollipop, bent)]
    wanted = alpha[::2, ::2] > 0.5
    before, after = ((s & wanted).sum() / (s | wanted).sum() for s in seen)
    assert before < 0.9 and after > 0.94
    stick = torch.tensor([[0.0, -0.6, 0.2], [0.0, -0.6, -0.5], [0.3, -0.6, 0.2]])
    assert bent(stick)[0] > 0 and (bent(stick)[1:] < 0).all()


def flagpole(points: torch.Tensor, pole: float) -> torch.Tensor:
    """A ball at z = 0.2, and under it `pole` at every depth: the field knows that there is one, not where."""
    return torch.where(points[:, 1] < 0, ball(points - torch.tensor([0, 0, 0.2])).clamp(min=pole), torch.tensor(-1.0))


@pytest.mark.parametrize("side", [128, 512])
def test_a_pole_of_unknown_depth_stands_under_what_it_carries(side):
    """A pole two hundredths of the picture wide: as deep as wide, whole, and where the ball is."""
    x, y = pixels(side)
    alpha = ((np.hypot(x, y) < 0.4) & (y < 0) | ((np.abs(x) < 0.02) & (y < 0) & (y > -0.8))).astype(np.float32)
    for pole in (-0.3, -1.0):
        held = held_to_outline(lambda p, pole=pole: flagpole(p, pole), FRONT, alpha, 1.0, TRUNCATION)
        heights = torch.linspace(-0.76, -0.44, 9)
        depths = torch.linspace(-0.9, 0.9, 181)
        grid = torch.stack(torch.meshgrid(torch.zeros(1), heights, depths, indexing="ij"), -1)[0]
        there = held(grid.reshape(-1, 3)).view(9, 181) > 0
        assert there.any(1).all() and (there.sum(1) <= 8).all()  # of 0.01 each
        middles = (there * depths).sum(1) / there.sum(1)
        assert (middles - 0.2).abs().max() < 0.12 and middles.diff().abs().max() < 0.04


def test_a_plate_seen_edge_on_keeps_its_depth():
    def plate(points: torch.Tensor) -> torch.Tensor:
        beyond = points.abs() - torch.tensor([0.04, 0.6, 0.6])
        return (-beyond.amax(-1) / TRUNCATION).clamp(-1, 1)

    x, y = pixels(256)
    held = held_to_outline(plate, FRONT, ((np.abs(x) < 0.04) & (np.abs(y) < 0.6)).astype(np.float32), 1.0, TRUNCATION)
    line = torch.stack([torch.zeros(40), torch.zeros(40), torch.linspace(-0.8, 0.8, 40)], 1)
    assert ((held(line) > 0) == (plate(line) > 0)).all()


def test_what_lies_outside_the_outline_is_cut_off():
    x, y = pixels(200)
    alpha = ((np.hypot(x, y) < 0.4) & (x < 0.1)).astype(np.float32)
    for camera in (FRONT, torch.tensor([[0.8, 0, 0.1, 0.0], [0, 0.8, 0.1, 0.0]])):
        held = held_to_outline(ball, camera, alpha, 1.0, TRUNCATION)
        seen = outline(held, camera)
        assert (seen & (alpha[::2, ::2] < 0.5)).sum() < 0.02 * seen.sum()


def test_what_is_raised_stays_inside_the_box():
    """A mask that reaches the frame's edge raises the field there, but not at the very end of the box."""
    x, _ = pixels(200)
    held = held_to_outline(lollipop, FRONT, (np.abs(x) < 0.06).astype(np.float32), 1.0, TRUNCATION)
    down = torch.tensor([[0.0, -0.95, 0.2], [0.0, -0.98, 0.2], [0.0, -1.0, 0.2]])
    assert held(down)[0] > 0 and (held(down)[1:] < 0).all()


def test_without_a_mask_to_speak_of_nothing_breaks():
    points = torch.zeros(5, 3)
    for alpha in (np.zeros((64, 64), np.float32), np.ones((64, 64), np.float32)):
        assert torch.isfinite(held_to_outline(ball, FRONT, alpha, 1.0, TRUNCATION)(points)).all()
