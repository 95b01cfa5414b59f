"""The coarse stage when it draws several shapes for one picture."""

import numpy as np
import pytest
import torch
from fakes import FakeGenerator
from varco3d.kernels.errors import UsageError
from varco3d.pipeline.artifacts import Asset, Subject
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.coarse import Coarse, CoarseSettings
from varco3d.weights.mirror import mean_field, mirrored_camera, mirrored_pair


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


class LopsidedGenerator(FakeGenerator):
    """A ball too far to the right of where the picture shows its disc, seen by a camera that leans too."""

    frame = 0.9

    def condition(self, rgba):
        columns = np.nonzero(rgba[..., 3].max(0))[0]
        return 2 * (columns.mean() + 0.5) / rgba.shape[1] - 1, torch.tensor([[1.0, 0.1, 0, 0.2], [0, 1.0, 0, 0]])

    def camera(self, condition):
        return condition[1]

    def with_camera(self, condition, camera):
        return condition[0], camera

    def velocity(self, x, t, condition, anchors, guidance):
        return torch.full_like(x, condition[0] + 0.2) - x  # one step ends at the disc's place, too far right

    def field(self, latents, anchors):
        place = torch.tensor([float(latents[0, 0, 0]), 0.0, 0.0])
        return lambda points: 0.3 - (points - place).norm(dim=-1)


def disc(column: int) -> Subject:
    y, x = np.mgrid[:64, :64] + 0.5
    rgba = np.ones((64, 64, 4), np.float32)
    rgba[..., 3] = np.hypot(x - column, y - 32) < 10
    return Subject(rgba, np.eye(3), (64, 64))


def coarse_of(generator, **settings) -> np.ndarray:
    asset = Asset(subject=disc(42))
    context = Context(networks={"coarse": generator})
    return Coarse().run(asset, CoarseSettings(steps=1, resolution=48, **settings), context).coarse.vertices


def test_the_mirror_image_takes_back_what_the_picture_leans_to_one_side():
    truth = 2 * 42 / 64 - 1
    leaning, level = coarse_of(LopsidedGenerator()), coarse_of(LopsidedGenerator(), mirror=True)
    assert abs(leaning[:, 0].mean() - truth - 0.2) < 0.02
    middle = (level[:, 0].min() + level[:, 0].max()) / 2
    assert abs(middle - truth) < 0.02 and np.abs(level[:, 1:].mean(0)).max() < 0.02


def test_a_picture_and_its_mirror_image_agree_on_the_camera():
    generator = LopsidedGenerator()
    plain, mirrored = mirrored_pair(generator, generator, disc(42).rgba)
    assert torch.equal(plain[1], mirrored_camera(mirrored[1]))
    assert torch.equal(plain[1], torch.tensor([[1.0, 0, 0, 0], [0, 1, 0, 0]])), "what leans cancels out"
    camera, point = torch.tensor([[0.8, 0.1, -0.2, 0.05], [0.02, 0.7, 0.3, -0.1]]), torch.tensor([0.3, -0.5, 0.7, 1.0])
    seen = mirrored_camera(camera) @ (point * torch.tensor([-1.0, 1, 1, 1]))
    assert torch.allclose(seen, camera @ point * torch.tensor([-1.0, 1]))


def test_the_mean_field_turns_the_mirrored_one_back():
    field = mean_field(lambda points: points[:, 0], lambda points: points[:, 0] * 3)
    assert torch.equal(field(torch.tensor([[2.0, 5, 7]])), torch.tensor([-2.0]))


def test_the_frame_is_filled_whatever_the_guess():
    vertices = coarse_of(LopsidedGenerator(), fit_frame=True)
    assert np.allclose(vertices.max(0), 0.9, atol=0.02) and np.allclose(vertices.min(0), -0.9, atol=0.02)


@pytest.mark.parametrize("setting", ["mirror", "fit_frame", "fit_level"])
def test_models_that_cannot_do_it_are_told_by_the_setting(setting):
    with pytest.raises(UsageError, match=r"this model") as caught:
        coarse_of(FakeGenerator(), **{setting: True})
    assert f"coarse.{setting} off" in caught.value.hint
