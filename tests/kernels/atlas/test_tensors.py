"""The kernels of the atlas on tensors give what they give on NumPy arrays, and mixing and summing what loops give."""

import numpy as np
import pytest
import torch
from charts import painted, two_charts

from varco3d.kernels.atlas.fill import fill_gutters, grow_rings, push_pull
from varco3d.kernels.atlas.level_seams import level_seams
from varco3d.kernels.atlas.mix_views import Rule, mix_views
from varco3d.kernels.atlas.texel_maps import texel_maps
from varco3d.kernels.meshes.sums import sums_by_key

RULE = Rule(faint=0.03, stand_in=0.2)


def there(array, device):
    return torch.from_numpy(np.ascontiguousarray(array)).to(device)


def same(found, expected, device):
    assert isinstance(found, torch.Tensor) and found.device.type == torch.device(device).type
    assert (
        np.array_equal(found.cpu().numpy(), expected)
        if device == "cpu"
        else np.allclose(found.cpu(), expected, atol=1e-6)
    )


def test_fills(device):
    rng = np.random.default_rng(0)
    picture, covered = rng.random((20, 33, 3), np.float32), rng.random((20, 33)) < 0.1
    expected = fill_gutters(picture, covered, 2)
    found = fill_gutters(there(picture, device), there(covered, device), 2).cpu().numpy()
    assert np.allclose(found, expected, atol=1e-6) and np.array_equal(found[covered], picture[covered])
    four = np.concatenate([picture, covered[..., None]], 2).astype(np.float32)
    before = four.copy()
    for one, other in zip(grow_rings(there(four, device), 2), grow_rings(four, 2), strict=True):
        same(one, other, device)
    weight = covered.astype(np.float32)
    same(push_pull(there(picture, device), there(weight, device)), push_pull(picture, weight), device)
    assert np.array_equal(four, before)  # the caller's own memory stays as it is


def test_seams_and_texels(device):
    texture, covered = painted(0.5, 0.6)
    vertices, faces, uv = two_charts()
    expected = level_seams(texture, covered, vertices, faces, uv)
    assert not np.array_equal(expected, texture)
    same(level_seams(there(texture, device), there(covered, device), vertices, faces, uv), expected, device)
    normals = np.tile(np.float32([0, 0, 1]), (len(vertices), 1))
    tensors = (there(array, device) for array in (vertices, faces, uv))
    found = texel_maps(*tensors, 64, there(normals, device), rims=True)
    plain = texel_maps(vertices, faces, uv, 64, normals, rims=True)
    for name in ("index", "face", "barycentrics", "position", "normal"):
        same(getattr(found, name), getattr(plain, name), device)


def test_sums_add_in_the_order_of_the_values(device):
    rng = np.random.default_rng(1)
    keys, values = rng.integers(0, 40, 500), (rng.normal(size=(500, 2)) * 10.0 ** rng.integers(-6, 6, (500, 1)))
    values = values.astype(np.float32)
    expected = np.zeros((43, 2))
    for key, row in zip(keys, values, strict=True):
        expected[key] += row
    assert np.array_equal(sums_by_key(keys, values, 43), expected)
    found = sums_by_key(there(keys, device), there(values, device), 43)
    assert found.dtype == torch.float64 and np.array_equal(found.cpu().numpy(), expected)


def mixed_by_hand(found, priorities, support):
    """Sharp, wide, sure and seen of one point. found: [K, 4], support: [K]."""
    around = [max(s, 0) * p * min(max((s - 0.03) / 0.09, 0.01), 1) for s, p in zip(support, priorities, strict=True)]
    shown = found[:, 3]
    weights = [np.sqrt(w * p * a) for w, p, a in zip(shown, priorities, around, strict=True)]
    share = np.array(weights) / max(*weights, 1e-12)
    sharp = (share[:, None] ** 4 * found[:, :3]).sum(0) / max((share**4).sum(), 1e-12)
    wide = (share[:, None] * found[:, :3]).sum(0) / max(share.sum(), 1e-12)
    usable = [a if w > 0 else 0 for w, a in zip(shown, around, strict=True)]
    stand_in = priorities[int(np.argmax(usable))] / priorities[int(np.argmax(around))] * (max(usable) > 0)
    sure = max(np.sqrt(w * max(s, 0)) for w, s in zip(shown, support, strict=True))
    seen = any(w > 0 and p >= 1 for w, p in zip(shown, priorities, strict=True))
    return sharp, wide, sure * min(max((stand_in - 0.2) / 0.2, 0), 1), seen


@pytest.mark.parametrize("kind", ["numpy", "tensor"])
def test_views_are_mixed_as_by_hand(kind, device):
    rng = np.random.default_rng(2)
    found = rng.random((3, 200, 4), np.float32)
    found[..., 3] *= rng.random((3, 200)) < 0.6
    priorities = [1.0, 0.3, 0.03]
    support = (rng.random((30, 3)) * 0.6 - 0.1).astype(np.float32)
    corners, face = rng.integers(0, 30, (50, 3)).astype(np.int32), rng.integers(0, 50, 200).astype(np.int32)
    share = rng.dirichlet(np.ones(3), 200).astype(np.float32)
    arrays = [found, support, corners, face, share]
    if kind == "tensor":
        arrays = [there(array, device) for array in arrays]
    mixed = mix_views(arrays[0], priorities, *arrays[1:], RULE)
    sharp, wide, sure, seen = (np.asarray(torch.as_tensor(a).cpu()) for a in vars(mixed).values())
    held = (support[corners[face]] * share[..., None]).sum(1)
    for q in range(200):
        expected = mixed_by_hand(found[:, q], priorities, held[q])
        assert np.allclose(sharp[q], expected[0], atol=2e-5) and np.allclose(wide[q], expected[1], atol=2e-5)
        assert abs(sure[q] - expected[2]) < 2e-5 and seen[q] == expected[3]
    assert 0 < seen.sum() < 200 and (sure == 0).any() and (sure > 0).any()
