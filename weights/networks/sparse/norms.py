"""Norms of sparse features, computed in float32 whatever the features are."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .voxel_set import SparseTensor

BLOCK = 65536  # rows whose float32 copy exists at once


class LayerNorm(nn.LayerNorm):
    """Layer norm over the channels of a row, in float32, given back in the type of its input."""

    def __init__(self, width: int, eps: float, affine: bool = True):
        super().__init__(width, eps=eps, elementwise_affine=affine)

    def forward(self, x: Tensor) -> Tensor:
        weight = None if self.weight is None else self.weight.float()
        bias = None if self.bias is None else self.bias.float()
        if x.dtype == torch.float32 or torch.is_grad_enabled() or x.ndim != 2 or len(x) <= BLOCK:
            return F.layer_norm(x.float(), self.normalized_shape, weight, bias, self.eps).to(x.dtype)
        out = torch.empty_like(x)
        for part, target in zip(x.split(BLOCK), out.split(BLOCK), strict=True):
            target.copy_(F.layer_norm(part.float(), self.normalized_shape, weight, bias, self.eps))
        return out


class GroupNorm(nn.Module):
    """Group norm with the statistics of an item: all its voxels times the channels of a group."""

    def __init__(self, groups: int, channels: int, eps: float = 1e-5):
        super().__init__()
        self.groups, self.eps = groups, eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: SparseTensor) -> SparseTensor:
        parts = [self.normalise(x.features[rows]) for rows in x.voxels.slices]
        return x.but(parts[0] if len(parts) == 1 else torch.cat(parts) if parts else x.features)

    def normalise(self, x: Tensor) -> Tensor:
        """Rows [n, C] of one item."""
        if len(x) == 0:
            return x
        mean, variance = self.moments(x)
        factor = self.weight.float() * torch.rsqrt(variance + self.eps)
        if torch.is_grad_enabled():
            return ((x.float() - mean) * factor + self.bias.float()).to(x.dtype)
        out = torch.empty_like(x)
        for part, target in zip(x.split(BLOCK), out.split(BLOCK), strict=True):
            target.copy_((part.float() - mean).mul_(factor).add_(self.bias.float()))
        return out

    def moments(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance of the group of every channel, both [C] float32; block by block, merged in float64."""
        blocks = x.split(BLOCK)
        rows = torch.tensor([len(block) for block in blocks], dtype=torch.float64, device=x.device)[:, None]
        moments = [torch.var_mean(block.float(), dim=0, correction=0) for block in blocks]
        means = torch.stack([mean for _, mean in moments]).double()  # [blocks, C]
        variances = torch.stack([variance for variance, _ in moments]).double()
        channel_mean = (means * rows).sum(0) / len(x)
        channel_variance = ((variances + (means - channel_mean).square()) * rows).sum(0) / len(x)
        by_group = channel_mean.view(self.groups, -1)
        mean = by_group.mean(1, keepdim=True)
        spread = (by_group - mean).square().mean(1, keepdim=True)
        variance = channel_variance.view(self.groups, -1).mean(1, keepdim=True) + spread
        size = by_group.shape[1]
        return tuple(value.expand(-1, size).reshape(-1).float() for value in (mean, variance))  # type: ignore[return-value]
