"""Fill of pictures: nothing stays empty, known pixels stay."""

import numpy as np
import pytest

from varco3d.kernels.atlas.fill import fill_gutters, push_pull

RED, BLUE = np.array([0.9, 0.1, 0.1]), np.array([0.1, 0.1, 0.9])


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
