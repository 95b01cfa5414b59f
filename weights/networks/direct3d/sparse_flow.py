"""Sparse flow transformer of Direct3D-S2: latents of 16 channels on the active voxels of a 64^3 or 128^3 grid.

The blocks of TRELLIS with spatial sparse attention among the voxels. Shapes: N voxels, B items, C channels, W width,
K channels of a context token.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from ..layers import Embedder
from ..sparse import LayerNorm, SparseTensor, axis_sinusoids
from ..trellis.modulated import FINAL_EPS, ModulatedBlock
from ..trellis.structure_flow import TIME_WIDTH, time_features
from .sparse_attention import Compression, SparseAttentionConfig, SpatialSparseAttention


@dataclass(frozen=True)
class SparseFlowConfig:
    """factor: of coordinates before positions are told, so that both grids share one frame.

    placed_context: context tokens are projected and told their (column, row) in the picture. shifted: windows of every
    other block move by half of their side.
    """

    resolution: int
    channels: int
    width: int
    context: int
    blocks: int
    heads: int
    key_heads: int
    compressed: int
    selected: int
    top: int
    factor: float = 1.0
    mlp_ratio: float = 4
    window: int = 8
    shifted: bool = True
    compression: Compression = "linear"
    placed_context: bool = False

    def attention(self, block: int) -> SparseAttentionConfig:
        """Attention of a block by its number."""
        return SparseAttentionConfig(
            width=self.width,
            heads=self.heads,
            key_heads=self.key_heads,
            head_width=self.width // self.heads,
            compressed=self.compressed,
            selected=self.selected,
            top=self.top,
            window=self.window,
            shift=self.window // 2 * (block % 2) if self.shifted else 0,
            compression=self.compression,
        )


class SparseFlow(nn.Module):
    """Velocity of the latents, from data to noise. Time counts 1000 (noise) to 0 (data)."""

    def __init__(self, config: SparseFlowConfig):
        super().__init__()
        self.config = config
        width, hidden = config.width, int(config.width * config.mlp_ratio)
        self.time_in = Embedder(TIME_WIDTH, width, width, F.silu)
        self.input_layer = nn.Linear(config.channels, width)
        self.context_in = nn.Linear(config.context, width) if config.placed_context else None
        context = width if config.placed_context else config.context
        self.blocks = nn.ModuleList(
            ModulatedBlock(
                width,
                context,
                config.heads,
                hidden,
                qk_norm=False,
                attention=SpatialSparseAttention(config.attention(block)),
            )
            for block in range(config.blocks)
        )
        self.final_norm = LayerNorm(width, FINAL_EPS, affine=False)
        self.out_layer = nn.Linear(width, config.channels)

    def forward(
        self, x: SparseTensor, t: Tensor, context: Sequence[Tensor] | Tensor, places: Sequence[Tensor] | None = None
    ) -> SparseTensor:
        """x [N, C], t [B], context of each item [M, K] -> velocity [N, C] in float32 on the same voxels.

        places: of each item's context tokens [M, 3] (column, row, 0), for networks with placed_context only.
        """
        dtype = self.input_layer.weight.dtype
        time = F.silu(self.time_in(time_features(t)))
        items = [tokens.to(dtype) for tokens in context]
        if self.context_in is not None:
            if places is None:
                raise ValueError("the context of this network needs the place of every token")
            items = [self.placed(tokens, place) for tokens, place in zip(items, places, strict=True)]
        h = self.input_layer(x.features.to(dtype))
        h = h + self.positions(x.coords[:, 1:]).to(dtype)
        for block in self.blocks:
            h = block(h, time, items, x.voxels)
        return x.but(self.out_layer(self.final_norm(h)).float())

    def positions(self, coords: Tensor) -> Tensor:
        """Integer coordinates [N, 3] -> [N, W]."""
        return axis_sinusoids(coords * self.config.factor, self.config.width)

    def placed(self, tokens: Tensor, places: Tensor) -> Tensor:
        """Context tokens [M, K], zeros too, projected and with their places [M, 3] added: [M, W]."""
        assert self.context_in is not None
        return self.context_in(tokens) + axis_sinusoids(places, self.config.width).to(tokens.dtype)
