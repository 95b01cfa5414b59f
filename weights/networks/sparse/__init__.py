"""Networks on sparse voxels: sets of voxels with features, and the layers that work on them, on CPU and CUDA.

A `SparseTensor` is features [N, C] on a `VoxelSet`, the coordinates [N, 4] int32 (item, x, y, z) of all items of a
batch, one item after another. Tensors on the same voxels share the set, and the set keeps what layers derive from it:
neighbour tables, parents and children, windows. A layer takes a SparseTensor and gives one; nothing is padded.

Read voxel_set (coordinates and all that follows from them), then

    products      convolution    SubmanifoldConv, StridedConv, TransposedConv; gather_product under them
    levels        resample       down (mean, or the sum by children + 1), up, subdivide
    norms         norms          LayerNorm of a voxel, GroupNorm over the voxels of an item, both in float32
    attention     attention      attend_packed within items or windows, attend_context from items to contexts
    positions     positions      sines and cosines of integer coordinates, for sparse and dense grids

Weights of a convolution lie as published for spconv, [out, kx, ky, kz, in], axes in the order of the coordinates, and
correlate as torch.nn.functional.conv3d does. Memory of products is bounded by chunks of rows (`CHUNK_BYTES`).
"""

from .attention import attend_context, attend_packed
from .convolution import StridedConv, SubmanifoldConv, TransposedConv, gather_product
from .norms import GroupNorm, LayerNorm
from .positions import axis_sinusoids
from .resample import down, subdivide, up
from .voxel_set import Segments, SparseTensor, VoxelSet

__all__ = [
    "GroupNorm",
    "LayerNorm",
    "Segments",
    "SparseTensor",
    "StridedConv",
    "SubmanifoldConv",
    "TransposedConv",
    "VoxelSet",
    "attend_context",
    "attend_packed",
    "axis_sinusoids",
    "down",
    "gather_product",
    "subdivide",
    "up",
]
