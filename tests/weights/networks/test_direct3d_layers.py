"""Layers of Direct3D-S2 beside slow twins, in any order of voxels and any size of chunks."""

import numpy as np
import pytest
import torch
from torch import Tensor

from varco3d.kernels.meshes.boxes import into_box
from varco3d.kernels.voxels.bands import band_voxels
from varco3d.weights.networks.direct3d import sparse_attention
from varco3d.weights.networks.direct3d.sampler import block_order, noise_levels
from varco3d.weights.networks.direct3d.sdf_vae import SdfDecoder, SdfVaeConfig
from varco3d.weights.networks.direct3d.sparse_attention import SparseAttentionConfig, SpatialSparseAttention, product
from varco3d.weights.networks.layers import rounded
from varco3d.weights.networks.sparse import SparseTensor, VoxelSet

CONFIG = SparseAttentionConfig(16, 4, 2, 4, compressed=2, selected=4, top=3, window=4, shift=2)


def scattered(count: int, side: int, items: int = 1, seed: int = 0) -> VoxelSet:
    """Distinct voxels of each item in a random order; the later items have fewer."""
    generator = torch.Generator().manual_seed(seed)
    parts = []
    for item in range(items):
        cells = torch.randperm(side**3, generator=generator)[: count // (item + 1)]
        place = torch.stack([cells // side**2, cells // side % side, cells % side], dim=1)
        parts.append(torch.nn.functional.pad(place, (1, 0), value=item))
    return VoxelSet(torch.cat(parts).to(torch.int32), items)


def attention(config: SparseAttentionConfig = CONFIG) -> SpatialSparseAttention:
    torch.manual_seed(0)
    network = SpatialSparseAttention(config)
    torch.nn.init.normal_(network.places)
    return network.eval()


def selected_slowly(network: SpatialSparseAttention, q: Tensor, k: Tensor, v: Tensor, voxels: VoxelSet, chosen: Tensor):
    """Selection with one softmax per voxel and head."""
    parent = voxels.parents(network.config.selected)[1]
    out = torch.empty_like(q)
    for row in range(len(q)):
        for head in range(q.shape[1]):
            group = head * k.shape[1] // q.shape[1]
            read = torch.isin(parent, chosen[group, row])
            scores = k[read, group] @ q[row, head] * q.shape[2] ** -0.5
            out[row, head] = scores.softmax(0) @ v[read, group]
    return out


@pytest.mark.parametrize("top", [1, 3, 40])
def test_selection_equals_a_softmax_per_voxel(top: int) -> None:
    config = SparseAttentionConfig(16, 4, 2, 4, compressed=2, selected=4, top=top)
    network, voxels = attention(config), scattered(90, 16, items=2)
    with torch.inference_mode():
        q, k, v = network.projected(torch.randn(len(voxels), 16))
        chosen = network.compression(q, *network.tokens(k, v, voxels), voxels).chosen
        found = network.selection(q, k, v, chosen, voxels)
        torch.testing.assert_close(found, selected_slowly(network, q, k, v, voxels, chosen), atol=1e-6, rtol=1e-5)


def test_order_of_voxels_is_of_no_effect() -> None:
    network, voxels = attention(), scattered(120, 16)
    x, order = torch.randn(len(voxels), 16), torch.randperm(len(voxels))
    with torch.inference_mode():
        mixed = network(x[order], VoxelSet(voxels.coords[order], 1))
        torch.testing.assert_close(mixed, network(x, voxels)[order], atol=1e-6, rtol=1e-5)


def test_half_products_come_in_few_sizes() -> None:
    sizes = {rounded(count) for count in range(1, 4097)}
    assert len(sizes) == 15 and all(count <= rounded(count) <= max(32, 1.5 * count) for count in range(1, 4097))
    generator = torch.Generator().manual_seed(0)
    for n, k, m in ((1, 5, 3), (100, 32, 51), (33, 77, 32)):
        a, b = torch.randn(n, k, generator=generator), torch.randn(k, m, generator=generator)
        assert torch.equal(product(a, b), a @ b)
        half = product(a.bfloat16(), b.bfloat16())
        assert half.shape == (n, m) and half.dtype == torch.bfloat16
        torch.testing.assert_close(half.float(), a.bfloat16().float() @ b.bfloat16().float(), atol=0.05, rtol=0.02)


def test_items_do_not_see_each_other() -> None:
    network, voxels = attention(), scattered(60, 16, items=3)
    x = torch.randn(len(voxels), 16)
    with torch.inference_mode():
        whole = network(x, voxels)
        for item, rows in enumerate(voxels.slices):
            alone = voxels.coords[rows].clone()
            alone[:, 0] = 0
            torch.testing.assert_close(whole[rows], network(x[rows], VoxelSet(alone, 1)), atol=1e-6, rtol=1e-5)
            assert item < 3


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    network, voxels = attention(), scattered(200, 16)
    x = torch.randn(len(voxels), 16)
    with torch.inference_mode():
        whole = network(x, voxels)
        monkeypatch.setattr(sparse_attention, "CHUNK_BYTES", {"cpu": 1})
        torch.testing.assert_close(network(x, voxels), whole, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("chunk", [3, 8])
def test_decoding_in_chunks_changes_nothing(chunk: int) -> None:
    torch.manual_seed(0)
    decoder = SdfDecoder(SdfVaeConfig(16, channels=3, width=32, blocks=2, heads=2)).eval()
    latents = SparseTensor(torch.randn(40, 3), scattered(40, 12))
    with torch.inference_mode():
        whole, _ = decoder(latents)
        parts = decoder.in_chunks(latents, chunk)
    ours, theirs = torch.argsort(parts.voxels.keys), torch.argsort(whole.voxels.keys)
    assert torch.equal(parts.coords[ours], whole.coords[theirs])
    torch.testing.assert_close(parts.features[ours], whole.features[theirs], atol=1e-6, rtol=1e-5)


def test_blocks_come_one_after_another() -> None:
    voxels = scattered(100, 16)
    coords = voxels.coords[block_order(voxels.coords, 4)][:, 1:].tolist()
    assert coords == sorted(voxels.coords[:, 1:].tolist(), key=lambda c: ([v // 4 for v in c], [v % 4 for v in c]))


def test_shift_falls_twice_on_the_lower_end() -> None:
    levels = noise_levels(50, 6.0)
    assert len(levels) == 51 and levels[0] == 1 and levels[-1] == 0
    assert abs(float(levels[-2]) - 0.0348) < 1e-4


def test_voxels_lie_around_the_surface() -> None:
    corners = np.array([[0, 0, 0], [3, 0, 0], [0, 1, 0], [3, 1, 0]], dtype=np.float64)
    vertices = into_box(corners, 0.95)
    voxels = band_voxels(vertices, np.array([[0, 1, 2], [1, 3, 2]]), 128)
    assert set(voxels[:, 2]) == {7, 8} and voxels[:, 0].min() == 0 and voxels[:, 0].max() == 15
