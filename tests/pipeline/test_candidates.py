"""The coarse stage when it draws several shapes for one picture."""

import numpy as np
import pytest
from fakes import FakeGenerator
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
