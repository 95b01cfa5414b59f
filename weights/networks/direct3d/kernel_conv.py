"""Submanifold convolution with the weights of Direct3D-S2's files: [27, in, out], the first coordinate fastest."""

import torch
from torch import Tensor, nn

from ..sparse import SparseTensor, gather_product
from ..sparse.convolution import subdivided_product


class KernelConv(nn.Module):
    """conv3d of the zero-filled grid, read at the voxels; kernel tap k reads voxel + (k % 3, k // 3 % 3, k // 9) - 1.

    size: 3 or 1; a size of 1 is a linear map with a kernel [in, out].
    """

    def __init__(self, channels_in: int, channels_out: int, size: int = 3):
        super().__init__()
        self.size = size
        taps = (size**3,) if size > 1 else ()
        self.kernel = nn.Parameter(torch.empty(*taps, channels_in, channels_out))
        self.bias = nn.Parameter(torch.empty(channels_out))
        bound = (size**3 * channels_in) ** -0.5
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def weight(self) -> Tensor:
        """Return the kernel as [out, kx, ky, kz, in]."""
        return self.kernel.unflatten(0, (self.size,) * 3).permute(4, 2, 1, 0, 3)

    def forward(self, x: SparseTensor) -> SparseTensor:
        if self.size == 1:
            return x.but(x.features @ self.kernel + self.bias)
        table = x.voxels.table(self.size)
        return x.but(gather_product(x.features, table, self.weight().flatten(1), self.bias))

    def of_halves(self, x: SparseTensor) -> SparseTensor:
        """Convolve `subdivide(x)` without making it: [N, in] -> [8 N, out] on the subdivided voxels."""
        halves = x.voxels.subdivided()
        return SparseTensor(subdivided_product(x, self.weight().contiguous(), self.bias), halves)
