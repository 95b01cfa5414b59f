"""Flow transformer of TRELLIS over the dense latent grid of the sparse structure.

The grid of 16^3 is cut into patches, one token each, x slowest; blocks attend among all of them and to the picture.
Shapes: B items, C channels, R cells a side, p cells of a patch, N = B (R/p)^3 tokens, W width.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..fourier import sinusoid_frequencies, time_sinusoid
from ..layers import Embedder
from ..sparse import LayerNorm, VoxelSet, axis_sinusoids
from .modulated import FINAL_EPS, ModulatedBlock

TIME_WIDTH = 256
TIME_PERIOD = 10000.0


@dataclass(frozen=True)
class StructureFlowConfig:
    """shared_modulation: one projection of time for all blocks."""

    resolution: int
    channels: int
    width: int
    context: int
    blocks: int
    heads: int
    mlp_ratio: float = 4
    patch: int = 1
    qk_norm: bool = False
    cross_qk_norm: bool = False
    shared_modulation: bool = False


class StructureFlow(nn.Module):
    """Velocity of the latent grid. Time counts 1000 (noise) to 0 (data)."""

    def __init__(self, config: StructureFlowConfig):
        super().__init__()
        self.config, self.grid = config, KeptGrid()
        inner = config.channels * config.patch**3
        self.time_in = Embedder(TIME_WIDTH, config.width, config.width, F.silu)
        self.modulation = nn.Linear(config.width, 6 * config.width) if config.shared_modulation else None
        self.input_layer = nn.Linear(inner, config.width)
        self.blocks = nn.ModuleList(
            ModulatedBlock(
                config.width,
                config.context,
                config.heads,
                int(config.width * config.mlp_ratio),
                config.qk_norm,
                config.cross_qk_norm,
                modulation=not config.shared_modulation,
            )
            for _ in range(config.blocks)
        )
        self.final_norm = LayerNorm(config.width, FINAL_EPS, affine=False)
        self.out_layer = nn.Linear(config.width, inner)

    def forward(self, x: Tensor, t: Tensor, context: Tensor) -> Tensor:
        """x [B, C, R, R, R], t [B], context [B, M, K] -> velocity [B, C, R, R, R] in float32."""
        voxels = self.grid.of(len(x), self.config.resolution // self.config.patch, x.device)
        dtype = self.input_layer.weight.dtype
        time = F.silu(self.time_in(time_features(t)))
        if self.modulation is not None:
            time = self.modulation(time)
        tokens = self.embed(patches(x, self.config.patch), voxels)
        for block in self.blocks:
            tokens = block(tokens, time, context.to(dtype), voxels)
        tokens = self.out_layer(self.final_norm(tokens)).float()
        return joined(tokens, len(x), self.config.patch)

    def embed(self, tokens: Tensor, voxels: VoxelSet) -> Tensor:
        """Patches [N, C p^3] -> tokens [N, W] with their position added."""
        positions = axis_sinusoids(voxels.coords[:, 1:], self.config.width)
        projected = self.input_layer(tokens.to(self.input_layer.weight.dtype))
        return projected + positions.to(projected.dtype)


def time_features(t: Tensor) -> Tensor:
    """Embed times [B] -> [B, 256], cosines first."""
    return time_sinusoid(t, sinusoid_frequencies(TIME_WIDTH // 2, TIME_PERIOD, t.device), cosine_first=True)


def patches(x: Tensor, patch: int) -> Tensor:
    """[B, C, R, R, R] -> [B (R/p)^3, C p^3]; features go by channel, then by place in the patch, z fastest."""
    b, c, r = x.shape[0], x.shape[1], x.shape[2] // patch
    return x.reshape(b, c, r, patch, r, patch, r, patch).permute(0, 2, 4, 6, 1, 3, 5, 7).reshape(b * r**3, -1)


def joined(tokens: Tensor, items: int, patch: int) -> Tensor:
    """Reverse of `patches`."""
    r = round((len(tokens) / items) ** (1 / 3))
    x = tokens.view(items, r, r, r, -1, patch, patch, patch).permute(0, 4, 1, 5, 2, 6, 3, 7)
    return x.reshape(items, -1, r * patch, r * patch, r * patch)


class KeptGrid:
    """The grid of the last call, kept for the next step of a sampler. Checking a new one makes the host wait."""

    def __init__(self) -> None:
        self._last: tuple[tuple[int, int, torch.device, bool], VoxelSet] | None = None

    def of(self, items: int, side: int, device: torch.device) -> VoxelSet:
        """Return `whole_grid` of these. Tensors of inference mode are not given to training."""
        asked = (items, side, device, torch.is_inference_mode_enabled())
        if self._last is None or self._last[0] != asked:
            self._last = asked, whole_grid(items, side, device)
        return self._last[1]


def whole_grid(items: int, side: int, device: torch.device) -> VoxelSet:
    """All voxels of `items` grids of side^3, x slowest."""
    axes = [torch.arange(n, dtype=torch.int32, device=device) for n in (items, side, side, side)]
    return VoxelSet(torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1).view(-1, 4), items)
