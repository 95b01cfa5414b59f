"""Fill: colours spread along the surface, not through it; nothing stays empty; known pixels stay."""

import numpy as np
import pytest
from varco3d.kernels.errors import BadInputError
from varco3d.kernels.fill import fill_gutters, fill_surface, push_pull

RED, BLUE = np.array([0.9, 0.1, 0.1]), np.array([0.1, 0.1, 0.9])


def plate(count: int = 4000, thickness: float = 0.02) -> tuple[np.ndarray, np.ndarray]:
    """Points on both sides of a thin plate, front half first."""
    rng = np.random.default_rng(1)
    flat = rng.uniform(-0.8, 0.8, (count, 2))
    sign = np.repeat([1.0, -1.0], count // 2)
    position = np.concatenate([flat, (sign * thickness / 2)[:, None]], 1)
    normal = np.stack([np.zeros(count), np.zeros(count), sign], 1)
    return position.astype(np.float32), normal.astype(np.float32)


def test_the_other_side_of_a_plate_keeps_its_colour():
    position, normal = plate()
    front = normal[:, 2] > 0
    known = position[:, 0] < 0
    colour = np.where(front[:, None], RED, BLUE) * known[:, None]
    out = fill_surface(position, normal, colour.astype(np.float32), known.astype(np.float32))
    assert np.abs(out[front & ~known] - RED).max() < 0.15
    assert np.abs(out[~front & ~known] - BLUE).max() < 0.15


def test_between_two_colours_the_fill_is_a_ramp():
    position, normal = plate()
    x = position[:, 0]
    known = np.abs(x) > 0.5
    colour = np.where((x > 0)[:, None], RED, BLUE) * known[:, None]
    red = fill_surface(position, normal, colour.astype(np.float32), known.astype(np.float32))[:, 0]
    bins = [red[(x > a) & (x < a + 0.2)].mean() for a in np.arange(-0.5, 0.5, 0.2)]
    assert np.all(np.diff(bins) > 0.05) and 0.4 < bins[2] < 0.6


def test_a_loose_part_takes_the_nearest_colour():
    position, normal = plate(800)
    part = np.random.default_rng(2).normal(0, 0.02, (300, 3)).astype(np.float32) + np.array([1.5, 0, 0])
    up = np.tile([0, 1, 0], (300, 1))
    everything = np.concatenate([position, part]).astype(np.float32), np.concatenate([normal, up]).astype(np.float32)
    weight = np.concatenate([np.ones(800), np.zeros(300)]).astype(np.float32)
    colour = np.tile(RED, (1100, 1)) * weight[:, None]
    out = fill_surface(*everything, colour.astype(np.float32), weight)
    assert np.abs(out - RED).max() < 0.01


def test_nothing_known_is_grey_and_no_points_are_fine():
    position, normal = plate(100)
    assert (fill_surface(position, normal, np.zeros((100, 3)), np.zeros(100)) == 0.5).all()
    nothing = np.zeros((0, 3))
    assert fill_surface(nothing, nothing, nothing, np.zeros(0)).shape == (0, 3)
    with pytest.raises(BadInputError):
        fill_surface(position, normal, np.zeros((99, 3)), np.zeros(100))


def test_gutters():
    picture = np.zeros((32, 32, 3), np.float32)
    covered = np.zeros((32, 32), bool)
    covered[10:14, 10:14], covered[10:14, 20:24] = True, True
    picture[10:14, 10:14], picture[10:14, 20:24] = RED, BLUE
    out = fill_gutters(picture, covered, 2)
    assert np.allclose(out[8:16, 8:16], RED) and np.allclose(out[8:16, 18:26], BLUE)
    assert np.allclose(out[0, 0], (RED + BLUE) / 2, atol=1e-5)
    assert np.array_equal(out[covered], picture[covered])


@pytest.mark.parametrize("shape", [(33, 50), (64, 64), (1, 7)])
def test_push_pull(shape):
    rng = np.random.default_rng(0)
    weight = (rng.random(shape) < 0.2).astype(np.float32)
    weight.flat[0] = 1.0
    picture = rng.random((*shape, 3)).astype(np.float32)
    out = push_pull(picture * weight[..., None], weight)
    assert np.allclose(out[weight > 0], picture[weight > 0], atol=1e-6)
    assert out.min() >= picture[weight > 0].min() - 1e-5 and out.max() <= picture[weight > 0].max() + 1e-5
    flat = push_pull(np.where(weight[..., None] > 0, RED, 0.0), weight)
    assert np.allclose(flat, RED, atol=1e-5)
