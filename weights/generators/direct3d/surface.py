"""From latents on voxels to the field near the surface: bricks of signed distances, and the dense networks on them.

Signed distances are negative inside and squashed to -1..1; fields are positive inside. Fine voxel v lies at
2 v / resolution - 1, as published. Shapes: N voxels, each a brick of 8^3 fine voxels; F channels of a fine voxel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ....kernels.fields.brick_field import enclosed_bricks, field_from_bricks
from ....kernels.fields.field import Field
from ....kernels.voxels.voxel_index import kernel_offsets
from ...networks.direct3d.refiner import Refiner, SignRefiner, starts
from ...networks.direct3d.sdf_vae import FINE, SdfDecoder
from ...networks.sparse import SparseTensor

POOLED = 9  # the published mean of 8 fine voxels counts a zero beside them


Told = Callable[[], None]  # called after each box or patch


def untold() -> None:
    """Tell nobody that a box or a patch is done."""


class Counted:
    """Count boxes and patches as they are done, and report each with the number of all."""

    def __init__(self, total: int, progress: Callable[[int, int], None]):
        self.total, self.progress, self.done = total, progress, 0

    def __call__(self) -> None:
        self.done += 1
        self.progress(self.done, self.total)


@dataclass(frozen=True)
class Bricks:
    """places: [N, 3] int32. sdf: [N, 8, 8, 8] float32. features: [N, 8, 8, 8, F], in the decoder's type, or None."""

    places: Tensor
    sdf: Tensor
    features: Tensor | None = None


def decoded_bricks(
    decoder: SdfDecoder, latents: SparseTensor, chunk: int, features: bool, after: Told = untold
) -> Bricks:
    """Decode latents [N, C] in boxes of chunk^3 voxels; features: keep what signed distances are projected from."""
    count, width = len(latents.voxels), decoder.config.widths[-1]
    device, dtype = latents.features.device, decoder.out_layer.weight.dtype
    sdf = torch.empty(count, FINE, FINE, FINE, device=device)
    kept = torch.empty(count, FINE, FINE, FINE, width, device=device, dtype=dtype) if features else None
    for rows, distances, told in decoder.boxes(latents, chunk):
        sdf[rows] = in_bricks(distances)[..., 0]
        if kept is not None:
            kept[rows] = in_bricks(told).to(dtype)
        after()
    return Bricks(latents.coords[:, 1:], sdf, kept)


def in_bricks(fine: Tensor) -> Tensor:
    """Rows of fine voxels [512 N, F], halved three times, z fastest in each halving -> [N, 8, 8, 8, F]."""
    halved = fine.view(-1, *(2,) * 9, fine.shape[-1])
    return halved.permute(0, 1, 4, 7, 2, 5, 8, 3, 6, 9, 10).reshape(-1, FINE, FINE, FINE, fine.shape[-1])


def told_field(bricks: Bricks, resolution: int, level: float) -> Field:
    """Return the field of signed distances alone; spaces that voxels enclose are inside."""
    inside = enclosed_bricks(bricks.places, -bricks.sdf, resolution, -level)
    return field_from_bricks(bricks.places, -bricks.sdf, resolution, -level, inside)


def signed_field(refiner: SignRefiner, bricks: Bricks, resolution: int, level: float, after: Told = untold) -> Field:
    """Return the field with signs between the voxels as a network tells them from distances at half the resolution."""
    pooled = bricks.sdf.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).unflatten(1, (-1, 2)).sum((2, 4, 6)) / POOLED
    coarse = torch.ones((resolution // 2,) * 3, dtype=refiner.out.weight.dtype, device=bricks.sdf.device)
    side = FINE // 2
    x, y, z = (bricks.places.long()[..., None] * side + torch.arange(side, device=coarse.device)).unbind(1)
    coarse[x[:, :, None, None], y[:, None, :, None], z[:, None, None, :]] = pooled.to(coarse.dtype)
    inside = ~refiner.outside(coarse, after)
    return field_from_bricks(bricks.places, -bricks.sdf, resolution, -level, inside)


def refined_field(refiner: Refiner, bricks: Bricks, resolution: int, level: float, after: Told = untold) -> Field:
    """Return the field of signed distances as a network smooths them, on the voxels and those around them."""
    offsets = torch.as_tensor(kernel_offsets(3), device=bricks.places.device)
    around = torch.unique((bricks.places[:, None] + offsets).reshape(-1, 3), dim=0)
    around = around[((around >= 0) & (around < resolution // FINE)).all(1)]
    refined = refined_bricks(refiner, bricks, around, after)
    inside = enclosed_bricks(around, -refined, resolution, -level)
    return field_from_bricks(around, -refined, resolution, -level, inside)


def refined_bricks(refiner: Refiner, bricks: Bricks, wanted: Tensor, after: Told = untold) -> Tensor:
    """Return what `Refiner.whole` gives for the bricks at `wanted` [M, 3], without a grid: [M, 8, 8, 8] float32."""
    total = torch.zeros(len(wanted), FINE, FINE, FINE, device=wanted.device)
    weight = torch.zeros_like(total)
    size = refiner.config.patch
    for corner in starts(refiner.config.resolution, size, refiner.config.stride):
        rows, places, within = in_patch(wanted, corner, size)
        if len(rows) > 0:
            patch = refiner(*patch_of(bricks, corner, size, refiner.out.weight.dtype))[0, 0].float()
            share = refiner.shares(corner, wanted.device)
            total[rows] += torch.where(within, (patch * share).view(-1)[places], 0.0)
            weight[rows] += torch.where(within, share.view(-1)[places], 0.0)
        after()
    return total / weight


def patch_of(bricks: Bricks, corner: tuple[int, int, int], size: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Return signed distances [1, 1, P, P, P], 1 where unknown, and features [1, F, P, P, P], 0 there."""
    assert bricks.features is not None
    rows, places, within = in_patch(bricks.places, corner, size)
    device, width = bricks.sdf.device, bricks.features.shape[-1]
    sdf = torch.ones(size**3, dtype=dtype, device=device)
    features = torch.zeros(width, size**3, dtype=dtype, device=device)
    at = places[within]
    sdf[at] = bricks.sdf[rows][within].to(dtype)
    features[:, at] = bricks.features[rows][within].to(dtype).T
    return sdf.view(1, 1, size, size, size), features.view(1, width, size, size, size)


def in_patch(bricks: Tensor, corner: tuple[int, int, int], size: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return which bricks [M, 3] reach into a patch, [K], their places in it and which are in it, [K, 8, 8, 8]."""
    first = bricks.long() * FINE - torch.tensor(corner, device=bricks.device)
    rows = torch.nonzero(((first > -FINE) & (first < size)).all(1))[:, 0]
    axes = first[rows][..., None] + torch.arange(FINE, device=bricks.device)  # [K, 3, 8]
    held = (axes >= 0) & (axes < size)
    x, y, z = axes.clamp(0, size - 1).unbind(1)
    places = (x[:, :, None, None] * size + y[:, None, :, None]) * size + z[:, None, None, :]
    i, j, k = held.unbind(1)
    return rows, places, i[:, :, None, None] & j[:, None, :, None] & k[:, None, None, :]
