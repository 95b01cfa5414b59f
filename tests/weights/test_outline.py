"""Holding a field to the picture's outline."""

import numpy as np
import torch
from varco3d.weights.columns import ray_points
from varco3d.weights.outline import SIDE, cast_rays, held_to_outline

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


def test_rays_tell_the_largest_value_they_meet():
    x, y = pixels(160)
    rays = cast_rays(lambda p: 0.6 - p.norm(dim=-1), FRONT, (np.hypot(x, y) < 0.5).astype(np.float32), 1.0)
    assert rays.mask.shape == rays.highest.shape == (SIDE, SIDE)
    across, down = pixels(SIDE)
    assert np.abs(rays.highest - (0.6 - np.hypot(across, down))).max() < 0.03
    assert np.array_equal(rays.mask, np.hypot(across, down) < 0.5)


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
