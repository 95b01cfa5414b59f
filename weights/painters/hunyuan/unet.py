"""Parts that both Hunyuan3D-Paint networks share: two wrapped Stable Diffusion 2.1 UNets and their attention.

`unet` paints: its input is noise, normal and position latents (12 channels). `unet_dual` reads clean reference
pictures (4 channels). Each transformer block is wrapped, its own weights under `transformer`, new attention beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ...checkpoints.conversion.containers import Tensors
from ...checkpoints.conversion.convert import load_into
from ..attention import attend
from ..sdxl import PLAIN, plain_network

PAINTED_CHANNELS = 12  # noise, normal, position latents in this order
READ_CHANNELS = 4
Shapes = Mapping[str, tuple[int, ...]]


class Attention(nn.Module):
    """Projections of one attention layer: query width, context width, number of heads."""

    def __init__(self, width: int, context: int, heads: int):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context, width, bias=False)
        self.to_v = nn.Linear(context, width, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(width, width)])


class WrappedBlock(nn.Module):
    """A transformer block with new attention beside it; name: its path in the UNet.

    across: with the new attention; the reference UNet has none.
    """

    def __init__(self, transformer: Any, name: str, across: bool):
        super().__init__()
        self.transformer, self.name, self.across = transformer, name, across
        self.width, self.heads = int(transformer.attn1.to_q.in_features), int(transformer.attn1.heads)


def attention(layer: Any, x: Tensor, context: Tensor, limit: int | None = None) -> Tensor:
    """Return what queries x [N, T, C] read in context [N, S, D], [N, T, C]; `layer` has the members of Attention.

    limit: bytes for the scores of one attention call, None for no limit.
    """
    read = attend(layer.to_q(x), layer.to_k(context), layer.to_v(context), layer.heads, limit)
    return layer.to_out[0](read)


def painting_unet(config: Mapping[str, Any], cameras: int | None) -> Any:
    """Return the unfilled UNet that paints. cameras: rows of its table of cameras, None without one."""
    return plain_network(
        "UNet2DConditionModel", {**config, "in_channels": PAINTED_CHANNELS, "num_class_embeds": cameras}
    )


def reading_unet(config: Mapping[str, Any]) -> Any:
    """Return the unfilled UNet that reads references."""
    return plain_network("UNet2DConditionModel", {**config, "in_channels": READ_CHANNELS, "num_class_embeds": None})


def wrap_blocks(unet: Any, wrap: Callable[[Any, str], nn.Module]) -> None:
    """Replace every transformer block of a UNet by wrap(block, its path)."""
    lists = [(path, part) for path, part in unet.named_modules() if path.endswith(".transformer_blocks")]
    for path, blocks in lists:
        for index, block in enumerate(blocks):
            blocks[index] = wrap(block, f"{path}.{index}")


def add_text(unet: Any, shapes: Shapes, *names: str) -> None:
    """Give a UNet the learned text parameters `names` with the shapes that a file has for them."""
    for name in names:
        shape = shapes.get(f"unet.{name}", (0,))  # what a file lacks is told when it is read
        unet.register_parameter(name, nn.Parameter(torch.empty(shape, device="meta"), requires_grad=False))


def fill(network: nn.Module, stored: Tensors, device: str, dtype: torch.dtype) -> Any:
    """Fill both UNets from one file with the prefixes `unet.` and `unet_dual.`. Raises CheckpointError."""
    return load_into(network, stored, PLAIN, device, dtype)


def shapes_of(stored: Tensors) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor of a file by its key."""
    return {key: tuple(entry.shape) for key, entry in stored.items()}


def read_clean(unet: Any, latents: Tensor, text: Tensor, reading: Any) -> None:
    """Run a reading UNet at time 0 on clean latents [B, R, 4, h, w] with text [1, T, D].

    `reading` keeps its features.
    """
    pictures = latents.flatten(0, 1)
    unet(
        pictures,
        torch.zeros((), dtype=torch.long, device=latents.device),
        encoder_hidden_states=text.expand(len(pictures), -1, -1),
        cross_attention_kwargs={"reading": reading},
        return_dict=False,
    )
