"""Changes of level without weights: voxels merge into their parents, or split into their children."""

from typing import Literal

from torch import Tensor

from .voxel_set import SparseTensor, VoxelSet

# "mean" of the children; "mean_with_zero" counts one more child of zeros, as TRELLIS and Direct3D-S2 were trained.
Merge = Literal["mean", "mean_with_zero"]


def down(x: SparseTensor, factor: int = 2, merge: Merge = "mean") -> SparseTensor:
    """Features of the children merged on their parents, which are ordered by (item, x, y, z)."""
    coarse, parent = x.voxels.parents(factor)
    extra = 1 if merge == "mean_with_zero" else 0
    counts = x.voxels.keep(("child_counts", factor), lambda: parent.bincount(minlength=len(coarse)))
    total = x.features.new_zeros(len(coarse), x.features.shape[1]).index_add(0, parent, x.features)
    return SparseTensor(total / (counts + extra)[:, None].to(total.dtype), coarse)


def up(x: SparseTensor, onto: VoxelSet, factor: int = 2) -> SparseTensor:
    """Every voxel of `onto` with the features of its parent; x lives on `onto.parents(factor)`."""
    coarse, parent = onto.parents(factor)
    if coarse is not x.voxels and len(coarse) != len(x.voxels):
        raise ValueError(f"{len(x.voxels)} voxels are not the {len(coarse)} parents of the voxels asked for")
    return SparseTensor(x.features[parent], onto)


def subdivide(x: SparseTensor) -> SparseTensor:
    """All eight children of every voxel, each with its features."""
    return SparseTensor(x.features.repeat_interleave(8, 0), x.voxels.subdivided())


def child_rows(features: Tensor) -> Tensor:
    """[N, 8 * C], child after child -> [8 * N, C], the order of `VoxelSet.subdivided`."""
    return features.view(len(features) * 8, -1)
