"""MV-Adapter on SDXL as one network: the published UNet with the adapter's attention, and the condition encoder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ....errors import CheckpointError
from ...checkpoints.conversion.containers import Tensors, give_back
from ..libraries import diffusers
from .attention import VIEWS, AdapterConfig, Installed, Reading, install


@dataclass(frozen=True)
class ConditionConfig:
    """The condition encoder, as published for SDXL."""

    in_channels: int = 6
    channels: tuple[int, ...] = (320, 640, 1280, 1280)
    num_res_blocks: int = 2
    downscale_factor: int = 16
    adapter_type: str = "full_adapter_xl"


def condition_config(unet: Any) -> ConditionConfig:
    """Return the condition encoder that fits a UNet: its block widths, the last one twice."""
    widths = tuple(unet.config.block_out_channels)
    return ConditionConfig(channels=(*widths, widths[-1]))


def condition_encoder(config: ConditionConfig) -> Any:
    """diffusers' T2IAdapter on the meta device, unfilled."""
    with torch.device("meta"):
        return diffusers().T2IAdapter(
            in_channels=config.in_channels,
            channels=list(config.channels),
            num_res_blocks=config.num_res_blocks,
            downscale_factor=config.downscale_factor,
            adapter_type=config.adapter_type,
        )


def reads_reference(keys: Sequence[str]) -> bool:
    """Return True for an adapter file with the attention to a reference picture (ig2mv)."""
    return any(".to_q_ref." in key for key in keys)


def adapter_shapes(encoder: Any, installed: Installed) -> dict[str, tuple[int, ...]]:
    """Every key of an adapter file with its shape, by the networks that it fills."""
    shapes = {key: tuple(owner.get_parameter(leaf).shape) for key, owner, leaf in installed.parameters()}
    return shapes | {name: tuple(parameter.shape) for name, parameter in encoder.named_parameters()}


def check_kind(stored: Tensors, kind: str) -> None:
    """Raise CheckpointError when an adapter file is not of its kind: ig2mv reads a reference, tg2mv reads none."""
    adapter = any(".to_q_mv." in key for key in stored)
    if adapter and reads_reference(list(stored)) != (kind == "ig2mv"):
        is_, wanted = ("for words alone", "for pictures") if kind == "ig2mv" else ("for pictures", "for words alone")
        raise CheckpointError(
            f"{stored.origin} is the adapter {is_}, not the one {wanted}", "Put the published file of that name there."
        )


@dataclass(frozen=True)
class MvAdapterNetwork:
    """UNet and condition encoder, filled. reference: it has the attention to a reference picture."""

    unet: Any
    encoder: Any
    reference: bool

    @property
    def device(self) -> torch.device:
        return self.unet.device

    @property
    def dtype(self) -> torch.dtype:
        return self.unet.dtype


def install_adapter(unet: Any, stored: Tensors, device: str, dtype: torch.dtype) -> MvAdapterNetwork:
    """Put an adapter file into a filled UNet. Every key must have its place in it, and every place its key.

    Raises CheckpointError.
    """
    reference = reads_reference(list(stored))
    installed = install(unet, AdapterConfig("row-column", reference))
    encoder = condition_encoder(condition_config(unet))
    wanted = adapter_shapes(encoder, installed)
    missing = sorted(set(wanted) - set(stored))
    unexpected = sorted(set(stored) - set(wanted))
    misshapen = [key for key in wanted if key in stored and tuple(stored[key].shape) != wanted[key]]
    if missing or unexpected or misshapen:
        told = [f"{len(names)} {word}: {', '.join(names[:10])}" for word, names in
                (("missing", missing), ("unexpected", unexpected), ("misshapen", misshapen)) if names]  # fmt: skip
        raise CheckpointError(
            f"{stored.origin} does not fit this base model: {'; '.join(told)}",
            "MV-Adapter's SDXL files need an SDXL base.",
        )
    places: list[tuple[str, nn.Module, str]] = list(installed.parameters())
    for name, _ in encoder.named_parameters():
        owner, _, leaf = name.rpartition(".")
        places.append((name, encoder.get_submodule(owner), leaf))
    for key, owner, leaf in places:
        read = stored[key].read()
        filled = torch.empty(read.shape, dtype=dtype, device=device).copy_(read)
        owner.register_parameter(leaf, nn.Parameter(filled, requires_grad=False))
        if stored[key].mapped:
            give_back(read)
    return MvAdapterNetwork(unet.eval(), encoder.eval(), reference)


@dataclass(frozen=True)
class Conditioning:
    """Inputs of every sampling step besides the latents.

    tokens, pooled: [2, 77, C] and [2, P], negative words first. states: of the condition encoder, [6, C, h, w] each.
    features: of the reference by processor name, [1, L, C], or None. size: of the pictures, pixels.
    """

    tokens: Tensor
    pooled: Tensor
    states: Sequence[Tensor]
    features: Mapping[str, Tensor] | None
    size: int

    def size_ids(self, rows: int) -> Tensor:
        """SDXL's size numbers [rows, 6]: original size, crop, target size."""
        return self.tokens.new_tensor([[self.size, self.size, 0, 0, self.size, self.size]]).expand(rows, -1)


def reference_features(
    network: MvAdapterNetwork, latents: Tensor, tokens: Tensor, pooled: Tensor, size: int, limit: int | None = None
) -> dict[str, Tensor]:
    """Record inputs of each self-attention while the UNet reads the clean latents [B, 4, h, w] of pictures, at time 0.

    tokens [B, 77, C], pooled [B, P]: of the wanted words. Neither other views nor control maps take part.
    """
    kept: dict[str, Tensor] = {}
    ids = tokens.new_tensor([[size, size, 0, 0, size, size]]).expand(len(latents), -1)
    network.unet(
        latents,
        torch.zeros((), dtype=torch.long, device=latents.device),
        encoder_hidden_states=tokens,
        added_cond_kwargs={"text_embeds": pooled, "time_ids": ids},
        cross_attention_kwargs={"reading": Reading(1, multi_view=0.0, reference=0.0, kept=kept, limit=limit)},
        return_dict=False,
    )
    return kept


def predict(
    network: MvAdapterNetwork, x: Tensor, time: Tensor, given: Conditioning, together: bool, limit: int | None = None
) -> Tensor:
    """Predict with the UNet for scaled latents x [6, 4, h, w] -> [12, 4, h, w], negative words first.

    The negative half reads a reference of zeros: its attention is uniform over nothing, so the bias of its output
    stays. together: both halves in one batch; else one after the other, in half of the memory.
    """
    halves: list[Callable[[], Tensor]] = []
    for rows in ([0, 1],) if together else ([0], [1]):
        halves.append(lambda rows=rows: _predict_rows(network, x, time, given, rows, limit))
    return torch.cat([half() for half in halves])


def _predict_rows(
    network: MvAdapterNetwork, x: Tensor, time: Tensor, given: Conditioning, rows: list[int], limit: int | None
) -> Tensor:
    features = None
    if given.features is not None:
        features = {
            name: torch.cat([(value * row).expand(VIEWS, -1, -1) for row in rows])
            for name, value in given.features.items()
        }
    count = VIEWS * len(rows)
    return network.unet(
        torch.cat([x] * len(rows)),
        time,
        encoder_hidden_states=given.tokens[rows].repeat_interleave(VIEWS, 0),
        added_cond_kwargs={
            "text_embeds": given.pooled[rows].repeat_interleave(VIEWS, 0),
            "time_ids": given.size_ids(count),
        },
        cross_attention_kwargs={"reading": Reading(features=features, limit=limit)},
        # the UNet takes them out of the list one by one
        down_intrablock_additional_residuals=[torch.cat([state] * len(rows)) for state in given.states],
        return_dict=False,
    )[0]
