"""The coarse stage when it draws several shapes for one picture."""

import numpy as np
import pytest
import torch
from fakes import FakeGenerator, cutout

from varco3d.errors import UsageError
from varco3d.pipeline.artifacts import Asset, Subject
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.coarse import Coarse, CoarseSettings


class CountingGenerator(FakeGenerator):
    """Has its lattice, and counts how often it was made to look at the picture."""

    looked = 0

    def condition(self, rgba):
        self.looked += 1

    def anchors(self, indices, resolution):
        return super().anchors(np.argwhere(np.ones((2, 2, 2))), 2)


@pytest.mark.parametrize("combine", ["best", "mean"])
def test_the_picture_is_encoded_once_for_all_candidates(combine):
    generator = CountingGenerator()
    rgba = np.ones((32, 32, 4), np.float32)
    asset = Asset(subject=Subject(rgba, np.eye(3), (32, 32)))
    settings = CoarseSettings(steps=1, resolution=16, candidates=3, combine=combine)
    made = Coarse().run(asset, settings, Context(networks={"coarse": generator}))
    assert made.coarse is not None and len(made.coarse.faces) > 0
    assert generator.looked == 1


class BallGenerator(FakeGenerator):
    """A ball of radius 0.5, seen straight from the front."""

    truncation = 1.0

    def camera(self, condition):
        return torch.tensor([[1.0, 0, 0, 0], [0, 1, 0, 0]])

    def field(self, latents, anchors):
        return lambda points: 0.5 - points.norm(dim=-1)


def radius(generator: FakeGenerator, **settings) -> float:
    """Of what the coarse stage makes of a disc of radius 0.4."""
    y, x = (np.mgrid[:128, :128] + 0.5) / 64 - 1
    asset = Asset(subject=Subject(cutout((np.hypot(x, y) < 0.4).astype(np.float32)), np.eye(3), (128, 128)))
    context = Context(networks={"coarse": generator})
    made = Coarse().run(asset, CoarseSettings(steps=1, resolution=48, **settings), context)
    return float(np.linalg.norm(made.coarse.vertices, axis=1).mean())


def test_the_surface_is_taken_at_the_level_asked_for():
    found = [radius(BallGenerator(), level=level) for level in (0.0, 0.1, -0.1)]
    assert found == pytest.approx([0.5, 0.4, 0.6], abs=0.015)


def test_the_shape_is_held_to_the_outline():
    """Of a ball whose lower half the picture does not show, the upper half is left, and the camera is told."""
    y, x = (np.mgrid[:128, :128] + 0.5) / 64 - 1
    upper = cutout(((np.hypot(x, y) < 0.5) & (y < 0)).astype(np.float32))
    asset = Asset(subject=Subject(upper, np.eye(3), (128, 128)))
    made = Coarse().run(
        asset, CoarseSettings(steps=1, resolution=48, outline=True), Context(networks={"coarse": BallGenerator()})
    )
    low, high = made.coarse.vertices.min(0), made.coarse.vertices.max(0)
    assert low[1] == pytest.approx(0, abs=0.04) and high[1] == pytest.approx(0.5, abs=0.03)
    assert high[0] == pytest.approx(0.5, abs=0.03)
    assert np.array_equal(made.camera.affine, [[1, 0, 0, 0], [0, 1, 0, 0]])


def test_a_model_without_a_camera_cannot_be_held():
    with pytest.raises(UsageError, match="does not tell the picture's camera") as caught:
        radius(FakeGenerator(), outline=True)
    assert "coarse.outline" in caught.value.hint


class SecondLooker(BallGenerator):
    """Sees, when it looks again, that the ball is smaller."""

    def second_look(self, field, condition):
        return lambda points: field(points) - 0.2


def test_a_second_look_comes_before_the_level():
    assert radius(SecondLooker(), second_look=True) == pytest.approx(0.3, abs=0.015)
    assert radius(SecondLooker(), second_look=True, level=-0.1) == pytest.approx(0.4, abs=0.015)


def test_a_model_without_a_second_look_says_so():
    with pytest.raises(UsageError, match="no second look") as caught:
        radius(BallGenerator(), second_look=True)
    assert "coarse.second_look" in caught.value.hint
