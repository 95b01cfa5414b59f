"""Convolutions on sparse voxels: rows gathered through a table, then one matrix product, in chunks of bounded memory.

One product of all 27 neighbours beats 27 products that are added up: no scattered additions, and the sums stay in the
registers of the matrix product. Absent neighbours read a row of zeros.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .voxel_set import SparseTensor, VoxelSet

HALF = (torch.bfloat16, torch.float16)
CHUNK_BYTES = {"cpu": 16 << 20, "cuda": 512 << 20}  # gathered rows worked on at once


def gather_product(features: Tensor, table: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """sum_k weight[:, k] @ features[table[:, k]]: [N, C], [M, K] int32, [O, K * C] -> [M, O].

    A table entry of N stands for zeros. Rows are worked on in chunks of CHUNK_BYTES outside of training. Half precision
    is multiplied in float32 by processors without instructions for it, which would take many times as long.
    """
    kernel, channels = table.shape[1], features.shape[1]
    if features.dtype in HALF and features.device.type == "cpu" and not multiplies_quickly(features.dtype):
        exact = gather_product(features.float(), table, weight.float(), None if bias is None else bias.float())
        return exact.to(features.dtype)
    weight = weight.to(features.dtype)
    bias = None if bias is None else bias.to(features.dtype)
    if len(table) == 0:
        return features.new_zeros(0, len(weight))
    padded = torch.cat([features, features.new_zeros(1, channels)])
    limit = CHUNK_BYTES.get(features.device.type, CHUNK_BYTES["cpu"])
    chunk = max(64, limit // (kernel * channels * features.element_size()))
    if torch.is_grad_enabled() and (features.requires_grad or weight.requires_grad):
        parts = [
            F.linear(padded.index_select(0, rows.reshape(-1)).view(len(rows), -1), weight, bias)
            for rows in table.split(chunk)
        ]
        return torch.cat(parts)
    out = features.new_empty(len(table), len(weight))
    gathered = features.new_empty(min(chunk, len(table)) * kernel, channels)
    transposed = weight.t()
    for first in range(0, len(table), chunk):
        rows = table[first : first + chunk]
        block = gathered[: rows.numel()]
        torch.index_select(padded, 0, rows.reshape(-1), out=block)
        result = out[first : first + chunk]
        torch.mm(block.view(len(rows), -1), transposed, out=result)
        if bias is not None:
            result += bias
    return out


def multiplies_quickly(dtype: torch.dtype) -> bool:
    """Tell whether this processor has matrix instructions for a half-precision type."""
    capabilities = getattr(torch.cpu, "get_capabilities", dict)()  # of torch 2.9 and later
    return bool(capabilities.get("amx_bf16" if dtype == torch.bfloat16 else "amx_fp16"))


class KernelWeights(nn.Module):
    """weight [out, k, k, k, in] and bias [out], as published files hold them."""

    def __init__(self, channels_in: int, channels_out: int, size: int, bias: bool = True):
        super().__init__()
        self.size = size
        self.weight = nn.Parameter(torch.empty(channels_out, size, size, size, channels_in))
        self.bias = nn.Parameter(torch.empty(channels_out)) if bias else None
        bound = (size**3 * channels_in) ** -0.5
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)


class SubmanifoldConv(KernelWeights):
    """Convolution whose outputs live on its inputs' voxels: conv3d of the zero-filled grid, read at the voxels.

    size: odd. A size of 1 is a linear map per voxel.
    """

    def forward(self, x: SparseTensor) -> SparseTensor:
        if self.size == 1:
            return x.but(F.linear(x.features, self.weight.flatten(1), self.bias))
        return x.but(gather_product(x.features, x.voxels.table(self.size), self.weight.flatten(1), self.bias))


class StridedConv(KernelWeights):
    """Convolution with a stride equal to its kernel; outputs live on the voxels' parents."""

    def forward(self, x: SparseTensor) -> SparseTensor:
        coarse, _ = x.voxels.parents(self.size)
        table = x.voxels.child_table(self.size)
        return SparseTensor(gather_product(x.features, table, self.weight.flatten(1), self.bias), coarse)


class TransposedConv(KernelWeights):
    """Way back of StridedConv onto the voxels `onto`, whose parents carry the input: one product per kernel cell."""

    def forward(self, x: SparseTensor, onto: VoxelSet) -> SparseTensor:
        """Raise ValueError unless x lives on `onto.parents(size)`."""
        coarse, parent = onto.parents(self.size)
        if coarse is not x.voxels and not torch.equal(coarse.coords, x.coords):
            raise ValueError("the input lives on other voxels than the parents of the output")
        place = onto.coords[:, 1:] % self.size
        cell = (place[:, 0] * self.size + place[:, 1]) * self.size + place[:, 2]
        kernels = self.weight.flatten(1, 3).unbind(1)
        out = x.features.new_zeros(len(onto), len(self.weight))
        for number, kernel in enumerate(kernels):
            rows = torch.nonzero(cell == number)[:, 0]
            out = out.index_copy(0, rows, F.linear(x.features[parent[rows]], kernel, self.bias))
        return SparseTensor(out, onto)


def subdivided_product(x: SparseTensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Submanifold 3^3 convolution of `subdivide(x)` without making it: [N, C], [O, 3, 3, 3, C] -> [8 N, O].

    All halves of a voxel have its features, so each half reads 2^3 parents, by sums of the taps that fall on each.
    """
    table = x.voxels.table(3).view(-1, 3, 3, 3)
    outputs = []
    for half in range(8):
        bits = [half >> 2 & 1, half >> 1 & 1, half & 1]
        summed = weight.float()
        for axis, bit in enumerate(bits):  # taps -1, 0, 1 of half 0 fall on parents -1, 0, 0; of half 1 on 0, 0, 1
            taps = summed.unbind(axis + 1)
            pair = (taps[0], taps[1] + taps[2]) if bit == 0 else (taps[0] + taps[1], taps[2])
            summed = torch.stack(pair, dim=axis + 1)
        near = table[:, bits[0] : bits[0] + 2, bits[1] : bits[1] + 2, bits[2] : bits[2] + 2].reshape(-1, 8)
        outputs.append(gather_product(x.features, near, summed.flatten(1), bias))
    return torch.stack(outputs, dim=1).flatten(0, 1)
