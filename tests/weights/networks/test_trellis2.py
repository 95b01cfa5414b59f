"""What holds for the networks of TRELLIS.2 whatever their weights."""

import numpy as np
import pytest
import torch

from varco3d.errors import CheckpointError, NoSubjectError
from varco3d.weights.checkpoints.conversion.trellis2 import is_trellis2, sc_vae_config
from varco3d.weights.generators.conditions.trellis2_picture import cut_to_object
from varco3d.weights.networks.sparse import SparseTensor, VoxelSet
from varco3d.weights.networks.trellis2.cascade import cascade_voxels, latent_voxels
from varco3d.weights.networks.trellis2.sc_blocks import children
from varco3d.weights.networks.trellis2.sc_vae import ScDecoder, ScEncoder, ScVaeConfig, levels_of, shape_of

WIDTHS = (8, 8, 16, 16, 16)
DECODER = ScVaeConfig(WIDTHS[::-1], (1, 1, 1, 1, 0), latent_channels=4, channels=7)


@pytest.fixture
def voxels() -> VoxelSet:
    """Voxels of two items of 32^3."""
    generator = torch.Generator().manual_seed(3)
    places = torch.randint(0, 32, (200, 3), generator=generator)
    items = torch.arange(200)[:, None] // 120
    return VoxelSet(torch.unique(torch.cat([items, places], dim=1), dim=0))


def test_the_way_back_along_the_given_voxels_has_their_rows(voxels: VoxelSet) -> None:
    torch.manual_seed(0)
    shuffled = torch.cat([torch.randperm(part.stop - part.start) + part.start for part in voxels.slices])
    given = VoxelSet(voxels.coords[shuffled])
    encoder = ScEncoder(ScVaeConfig(WIDTHS, (0, 1, 1, 1, 1), latent_channels=4, channels=6))
    mean, _ = encoder(SparseTensor(torch.randn(len(given), 6), given))
    raw, _ = ScDecoder(DECODER)(mean, levels_of(given, 4))
    assert torch.equal(raw.coords, given.coords)


@torch.no_grad()
def test_voxels_alone_are_those_of_the_whole_decoder() -> None:
    torch.manual_seed(1)
    decoder = ScDecoder(DECODER)
    latents = SparseTensor(torch.randn(3, 4), VoxelSet(torch.tensor([[0, 0, 1, 2], [0, 3, 1, 0], [1, 0, 0, 0]])))
    raw, logits = decoder(latents)
    assert len(logits) == 4
    assert len(raw.coords) > 0
    assert torch.equal(decoder.voxels(latents).coords, raw.coords)


def test_a_guide_of_other_voxels_is_refused(voxels: VoxelSet) -> None:
    with pytest.raises(ValueError, match="other voxels"):
        children(voxels, voxels)
    with pytest.raises(ValueError, match="does not fit"):
        children(voxels, torch.ones(3, 8))


def test_children_come_x_fastest() -> None:
    found, parent, number = children(VoxelSet(torch.tensor([[0, 1, 2, 3]])), torch.ones(1, 8))
    assert found.coords[:3].tolist() == [[0, 2, 4, 6], [0, 3, 4, 6], [0, 2, 5, 6]]
    assert parent.tolist() == [0] * 8
    assert number.tolist() == list(range(8))


def test_decoded_vertices_reach_half_a_voxel_beyond() -> None:
    local, crossed, weights = shape_of(torch.tensor([[100.0, -100.0, 0.0, 1.0, -1.0, 0.0, 0.0]]))
    assert local[0].tolist() == pytest.approx([1.5, -0.5, 0.5])
    assert crossed[0].tolist() == [True, False, False]
    assert float(weights) == pytest.approx(np.log(2))


def test_the_cascade_falls_to_the_resolution_that_fits() -> None:
    coords = torch.nn.functional.pad(torch.randint(0, 512, (4000, 3)), (1, 0))
    counts = {side: len(latent_voxels(coords, 512, side)) for side in range(1024, 1537, 128)}
    _, used = cascade_voxels(coords, 512, 1536, most=counts[1280] + 1)
    assert used == max(side for side, count in counts.items() if count < counts[1280] + 1)
    assert cascade_voxels(coords, 512, 1536, most=1)[1] == 1024


def test_a_picture_is_cut_without_margin_on_black() -> None:
    rgba = np.zeros((20, 30, 4), np.uint8)
    rgba[5:14, 10:19] = (200, 100, 50, 255)
    rgba[9, 14, 3] = 128
    cut = cut_to_object(rgba)
    assert cut.shape == (8, 8, 3)
    assert cut[0, 0].tolist() == [200, 100, 50]
    assert cut[4, 4].tolist() == [100, 50, 25]
    with pytest.raises(NoSubjectError):
        cut_to_object(np.zeros((8, 8, 4), np.uint8))


def test_flows_of_trellis_are_not_taken_for_those_of_trellis_2() -> None:
    assert not is_trellis2({"name": "ElasticSLatFlowModel", "args": {"pe_mode": "ape"}})
    assert is_trellis2({"name": "SLatFlowModel", "args": {"pe_mode": "rope"}})


def test_mixed_blocks_are_refused() -> None:
    params = {
        "model_channels": [8, 8],
        "num_blocks": [1, 1],
        "latent_channels": 4,
        "block_type": ["SparseConvNeXtBlock3d", "SparseResBlock3d"],
        "up_block_type": ["SparseResBlockC2S3d"],
    }
    with pytest.raises(CheckpointError, match="SparseResBlock3d"):
        sc_vae_config(7, "up_block_type", params)
