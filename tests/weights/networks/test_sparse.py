"""Layers on sparse voxels, against the same layers on dense grids and against plain loops."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from varco3d.errors import BadInputError
from varco3d.weights.networks import sparse
from varco3d.weights.networks.sparse import convolution
from varco3d.weights.networks.sparse.attention import attend
from varco3d.weights.networks.sparse.resample import child_rows

SIDE = 10


def voxels_of(items: int = 2, density: float = 0.2, seed: int = 0, side: int = SIDE) -> sparse.VoxelSet:
    generator = torch.Generator().manual_seed(seed)
    coords = torch.nonzero(torch.rand(items, side, side, side, generator=generator) < density)
    order = torch.argsort(coords[:, 0] * 1.0 + torch.rand(len(coords), generator=generator))  # any order in an item
    return sparse.VoxelSet(coords[order], items)


def filled(x: sparse.SparseTensor, side: int = SIDE) -> Tensor:
    """[B, C, S, S, S] with zeros where there is no voxel."""
    grid = x.features.new_zeros(x.voxels.items, side, side, side, x.features.shape[1])
    b, i, j, k = x.coords.long().T
    return grid.index_put((b, i, j, k), x.features).permute(0, 4, 1, 2, 3)


def read(grid: Tensor, voxels: sparse.VoxelSet) -> Tensor:
    b, i, j, k = voxels.coords.long().T
    return grid[b, :, i, j, k]


def random_tensor(channels: int, **which: float) -> sparse.SparseTensor:
    voxels = voxels_of(**which)  # type: ignore[arg-type]
    return sparse.SparseTensor(torch.randn(len(voxels), channels, generator=torch.Generator().manual_seed(1)), voxels)


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("chunk", [1, 1 << 20])
def test_submanifold_convolution_is_the_dense_one(size: int, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(convolution.CHUNK_BYTES, "cpu", chunk)
    x = random_tensor(6)
    conv = sparse.SubmanifoldConv(6, 9, size)
    dense = F.conv3d(filled(x), conv.weight.permute(0, 4, 1, 2, 3), conv.bias, padding=size // 2)
    torch.testing.assert_close(conv(x).features, read(dense, x.voxels), atol=2e-6, rtol=0)
    with torch.no_grad():
        torch.testing.assert_close(conv(x).features, read(dense, x.voxels), atol=2e-6, rtol=0)


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_rounded_once_or_multiplied_in_float32(
    quick: bool, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convolution, "multiplies_quickly", lambda dtype: quick)
    x = random_tensor(6)
    conv = sparse.SubmanifoldConv(6, 9, 3)
    exact = conv(x).features
    rounded = conv.to(dtype)(x.but(x.features.to(dtype))).features
    assert rounded.dtype == dtype
    torch.testing.assert_close(rounded.float(), exact, atol=0.05 if dtype == torch.bfloat16 else 0.005, rtol=0)


def test_gradients_of_the_convolution_are_the_dense_ones() -> None:
    x = random_tensor(3)
    x.features.requires_grad_()
    conv = sparse.SubmanifoldConv(3, 4, 3)
    conv(x).features.sin().sum().backward()
    ours = [x.features.grad, conv.weight.grad, conv.bias.grad]
    x.features.grad = conv.weight.grad = conv.bias.grad = None
    dense = F.conv3d(filled(x), conv.weight.permute(0, 4, 1, 2, 3), conv.bias, padding=1)
    read(dense, x.voxels).sin().sum().backward()
    for one, other in zip(ours, [x.features.grad, conv.weight.grad, conv.bias.grad], strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


def test_strided_and_transposed_convolution_are_the_dense_ones() -> None:
    x = random_tensor(5)
    conv = sparse.StridedConv(5, 7, 2)
    y = conv(x)
    dense = F.conv3d(filled(x), conv.weight.permute(0, 4, 1, 2, 3), conv.bias, stride=2)
    torch.testing.assert_close(y.features, read(dense, y.voxels), atol=2e-6, rtol=0)
    back = sparse.TransposedConv(7, 3, 2)
    weight = back.weight.permute(4, 0, 1, 2, 3)
    dense = F.conv_transpose3d(filled(y, SIDE // 2), weight, back.bias, stride=2)
    torch.testing.assert_close(back(y, x.voxels).features, read(dense, x.voxels), atol=2e-6, rtol=0)
    with pytest.raises(ValueError, match="other voxels"):
        back(sparse.SparseTensor(torch.zeros(len(x.voxels), 7), x.voxels), x.voxels)


@pytest.mark.parametrize(("merge", "extra"), [("mean", 0), ("mean_with_zero", 1)])
def test_down_merges_children(merge: str, extra: int) -> None:
    x = random_tensor(4)
    y = sparse.down(x, merge=merge)  # type: ignore[arg-type]
    ones = filled(x.but(torch.ones(len(x.voxels), 1)))
    total, count = 8 * F.avg_pool3d(filled(x), 2), 8 * F.avg_pool3d(ones, 2)
    torch.testing.assert_close(y.features, read(total / (count + extra), y.voxels))
    keys = y.voxels.keys
    assert bool((keys[1:] > keys[:-1]).all())
    assert len(y.voxels) == int((count > 0).sum())
    torch.testing.assert_close(
        sparse.up(y, x.voxels).features, read(F.interpolate(filled(y, SIDE // 2), scale_factor=2), x.voxels)
    )


def test_subdivide_gives_every_child_once() -> None:
    x = random_tensor(3)
    y = sparse.subdivide(x)
    nearest = F.interpolate(filled(x), scale_factor=2)
    torch.testing.assert_close(filled(y, 2 * SIDE), nearest)
    assert y.coords[:8, 1:].sub(2 * x.coords[0, 1:]).tolist()[:3] == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]
    halves = torch.arange(len(x.voxels) * 16.0).view(-1, 16)
    assert child_rows(halves)[8 + 3].tolist() == [22.0, 23.0]


def test_convolution_of_halves_reads_their_parents() -> None:
    x, conv = random_tensor(5), sparse.SubmanifoldConv(5, 7, 3)
    found = convolution.subdivided_product(x, conv.weight, conv.bias)
    torch.testing.assert_close(found, conv(sparse.subdivide(x)).features, atol=2e-6, rtol=0)


@pytest.mark.parametrize("offset", [0.0, 50.0])
def test_group_norm_is_that_of_one_item(offset: float, monkeypatch: pytest.MonkeyPatch) -> None:
    x = random_tensor(8)
    x = x.but(x.features + offset)
    norm = sparse.GroupNorm(4, 8)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    wanted = [F.group_norm(x.features[rows].T[None], 4, norm.weight, norm.bias)[0].T for rows in x.voxels.slices]
    torch.testing.assert_close(norm(x).features, torch.cat(wanted), atol=2e-5, rtol=1e-5)
    monkeypatch.setattr("varco3d.weights.networks.sparse.norms.BLOCK", 37)
    with torch.no_grad():
        torch.testing.assert_close(norm(x).features, torch.cat(wanted), atol=2e-5, rtol=1e-5)


def test_half_precision_norms_use_float32_statistics() -> None:
    x = random_tensor(8)
    half = x.but((x.features + 3).half())
    norm = sparse.GroupNorm(2, 8)
    exact = norm(half.but(half.features.float())).features
    assert norm(half).features.dtype == torch.float16
    torch.testing.assert_close(norm(half).features.float(), exact, atol=2e-3, rtol=0)
    layer = sparse.LayerNorm(8, 1e-6, affine=False)
    exact = F.layer_norm(half.features.float(), (8,), eps=1e-6)
    torch.testing.assert_close(layer(half.features).float(), exact, atol=2e-3, rtol=0)


@pytest.mark.parametrize("shift", [0, 2])
def test_windows_attend_as_a_mask_does(shift: int) -> None:
    voxels = voxels_of(items=3, density=0.15)
    q, k, v = torch.randn(3, len(voxels), 4, 8, generator=torch.Generator().manual_seed(2))
    window = torch.cat([voxels.coords[:, :1], (voxels.coords[:, 1:] + shift) // 4], 1)
    mask = (window[:, None] == window[None]).all(-1)
    wanted = F.scaled_dot_product_attention(*(x.transpose(0, 1) for x in (q, k, v)), attn_mask=mask).transpose(0, 1)
    torch.testing.assert_close(sparse.attend_packed(q, k, v, voxels.windows(4, shift)), wanted)
    q.requires_grad_()
    torch.testing.assert_close(sparse.attend_packed(q, k, v, voxels.windows(4, shift)), wanted)


def test_items_attend_to_themselves_and_to_their_context() -> None:
    voxels = voxels_of(items=3, density=0.1)
    q, k, v = torch.randn(3, len(voxels), 4, 8, generator=torch.Generator().manual_seed(2))
    k, v = k[:, ::2], v[:, ::2]  # two query heads share a key head
    by_item = [
        attend(q[None, rows], k[None, rows].repeat_interleave(2, 2), v[None, rows].repeat_interleave(2, 2))[0]
        for rows in voxels.slices
    ]
    torch.testing.assert_close(sparse.attend_packed(q, k, v, voxels.whole_items()), torch.cat(by_item))
    contexts = [torch.randn(n, 4, 8) for n in (3, 5, 1)]
    found = sparse.attend_context(q, contexts, contexts, voxels)
    rows = voxels.slices[1]
    torch.testing.assert_close(found[rows], attend(q[None, rows], contexts[1][None], contexts[1][None])[0])
    assert bool((found[voxels.slices[2]] == contexts[2]).all())


def test_tables_are_made_once_per_set() -> None:
    x = random_tensor(2)
    assert x.but(x.features + 1).voxels.table(3) is x.voxels.table(3)
    assert x.voxels.parents()[0] is x.voxels.parents()[0]
    kept = x.voxels.table(3)
    x.voxels.forget()
    assert x.voxels.table(3) is not kept


def test_an_item_may_be_empty() -> None:
    voxels = sparse.VoxelSet(torch.tensor([[0, 1, 1, 1], [2, 1, 1, 1], [2, 1, 1, 2]]), items=4)
    x = sparse.SparseTensor(torch.randn(3, 4), voxels)
    assert [len(range(*rows.indices(3))) for rows in voxels.slices] == [1, 0, 2, 0]
    assert sparse.GroupNorm(2, 4)(x).features.shape == (3, 4)
    assert sparse.SubmanifoldConv(4, 5, 3)(x).features.shape == (3, 5)
    q = torch.randn(3, 1, 4)
    assert sparse.attend_packed(q, q, q, voxels.whole_items()).shape == q.shape
    nothing = sparse.SparseTensor(torch.zeros(0, 4), sparse.VoxelSet(torch.zeros(0, 4, dtype=torch.int32)))
    assert sparse.SubmanifoldConv(4, 5, 3)(nothing).features.shape == (0, 5)
    assert sparse.GroupNorm(2, 4)(nothing).features.shape == (0, 4)
    assert sparse.down(nothing).features.shape == (0, 4)


@pytest.mark.parametrize(
    ("coords", "message"),
    [
        (torch.tensor([[1, 0, 0, 0], [0, 0, 0, 0]]), "mixed"),
        (torch.zeros(3, 3, dtype=torch.int32), r"\[N, 4\]"),
        (torch.zeros(3, 4), r"\[N, 4\]"),
    ],
)
def test_bad_sets_are_refused(coords: Tensor, message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        sparse.VoxelSet(coords)


def test_rows_and_voxels_must_match() -> None:
    with pytest.raises(BadInputError, match="3 rows"):
        sparse.SparseTensor(torch.zeros(3, 2), sparse.VoxelSet(torch.tensor([[0, 0, 0, 0]])))


def test_axis_sinusoids_pad_what_three_axes_leave() -> None:
    table = sparse.axis_sinusoids(torch.tensor([[1, 2, 3]]), 16)  # two frequencies per axis: 1 and 1/100
    x = torch.tensor([1.0, 0.01, 2.0, 0.02, 3.0, 0.03]).view(3, 2)
    wanted = torch.cat([x.sin(), x.cos()], 1).flatten()
    torch.testing.assert_close(table[0], F.pad(wanted, (0, 4)))
