"""LoRA files merged into a base model: W + weight * alpha / rank * up @ down, once, when it is loaded.

Files name layers in diffusers', PEFT's or kohya's way. diffusers brings the last to its own names; what is left of the
differences is settled by comparing names without their dots.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..._places import user_path
from ...errors import CheckpointError, ModelMissingError, UsageError
from ..checkpoints.conversion.containers import open_tensors
from .libraries import diffusers

_ENDING = re.compile(r"[._]lora(?:_linear_layer)?[._](down|up|A|B)\.weight$")
_ALIASES = (("to_out_0", "to_out"), ("q_proj", "to_q"), ("k_proj", "to_k"), ("v_proj", "to_v"), ("out_proj", "to_out"))
PARTS = ("unet", "text_encoder", "text_encoder_2")
OTHER_FILE = "Give a LoRA file for SDXL; a whole model goes to `texture.painter_base`."


@dataclass(frozen=True)
class Change:
    """Low-rank update of one layer: up [out, R, ...] @ down [R, in, ...], times scale."""

    down: Tensor
    up: Tensor
    scale: float

    def delta(self, shape: torch.Size) -> Tensor:
        """Return the change of a weight of `shape`, float32. Raises ValueError when it has another one."""
        made = self.up.float().flatten(1) @ self.down.float().flatten(1)
        return (self.scale * made).reshape(shape)


def parse_lora(text: str) -> tuple[str, float]:
    """FILE or FILE:WEIGHT as (file, weight). Raises UsageError for a weight that is no number."""
    file, colon, weight = text.rpartition(":")
    if not colon or (len(file) == 1 and file.isalpha()):  # a drive letter is no file
        return text, 1.0
    try:
        return file, float(weight)
    except ValueError:
        raise UsageError(
            f"`texture.lora` {text}: {weight!r} is no weight", "Write FILE or FILE:WEIGHT, e.g. a.safetensors:0.8."
        ) from None


def find_lora(path: str) -> Path:
    """Return the place of a LoRA file. Raises ModelMissingError."""
    file = user_path(path)
    if not file.is_file():
        raise ModelMissingError(f"there is no LoRA file {file}", "Check the path.")
    return file


def merge_loras(unet: Any, loras: Iterable[tuple[str, float]]) -> None:
    """Change the weights of a UNet by LoRA files. Raises ModelMissingError, CheckpointError."""
    for path, weight in loras:
        _merge(unet, "unet", read_lora(path, unet.config)["unet"], weight, path)


def merge_text_loras(encoders: nn.ModuleList, loras: Iterable[tuple[str, float]]) -> None:
    """Change the weights of both text encoders by LoRA files that hold something for them."""
    for path, weight in loras:
        changes = read_lora(path, None)
        for part, encoder in zip(PARTS[1:], encoders, strict=True):
            _merge(encoder, part, changes[part], weight, path)


def read_lora(path: str, unet_config: Any) -> dict[str, dict[str, Change]]:
    """Return changes by part and by layer, named without dots. unet_config: for block numbers of old names."""
    file = find_lora(path)
    stored = {name: entry.read() for name, entry in open_tensors(file).items()}
    if any("dora_scale" in name or "lora_magnitude" in name for name in stored):
        raise CheckpointError(f"{file} is a DoRA, which is not supported", "Use a LoRA without magnitudes.")
    alphas = {name.removesuffix(".alpha"): float(stored[name]) for name in list(stored) if name.endswith(".alpha")}
    kohya = all(name.startswith("lora_") for name in stored)
    try:
        pipeline = diffusers().StableDiffusionXLPipeline
        named, converted = pipeline.lora_state_dict(dict(stored), unet_config=unet_config)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise CheckpointError(f"{file} holds no LoRA for SDXL: {str(error)[:200]}", OTHER_FILE) from error
    alphas = {name.removesuffix(".alpha"): value for name, value in (converted or {}).items()} if kohya else alphas
    return _changes(named, {_plain(name): value for name, value in alphas.items()}, file)


def _changes(named: Mapping[str, Tensor], alphas: Mapping[str, float], file: Path) -> dict[str, dict[str, Change]]:
    found: dict[str, dict[str, dict[str, Tensor]]] = {part: {} for part in PARTS}
    for name, tensor in named.items():
        part, _, rest = name.partition(".")
        ending = _ENDING.search(rest)
        if name.endswith(".alpha"):
            continue
        if part not in found or ending is None:
            raise CheckpointError(f"{file} holds {name}, which is no part of a LoRA for SDXL", OTHER_FILE)
        side = "down" if ending[1] in ("down", "A") else "up"
        found[part].setdefault(_plain(rest[: ending.start()]), {})[side] = tensor
    changes: dict[str, dict[str, Change]] = {part: {} for part in PARTS}
    for part, layers in found.items():
        for layer, both in layers.items():
            if len(both) < 2:
                raise CheckpointError(f"{file} holds half of a LoRA for {layer}", "Fetch it again.")
            rank = both["down"].shape[0]
            alpha = alphas.get(f"{part}_{layer}", alphas.get(f"{part}_{layer}_lora_down_weight", rank))
            changes[part][layer] = Change(both["down"], both["up"], alpha / rank)
    return changes


def _plain(name: str) -> str:
    """Return a layer's name without what differs between the ways of naming."""
    name = re.sub(r"_to_([qkv]|out)_lora.*$", r"_to_\1", name.replace(".processor", "").replace(".", "_"))
    name = name.replace("text_model_", "")
    for long, short in _ALIASES:
        name = name.replace(long, short)
    return name


def _merge(network: nn.Module, part: str, changes: Mapping[str, Change], weight: float, path: str) -> None:
    layers = {_plain(name): module for name, module in network.named_modules() if hasattr(module, "weight")}
    lost = sorted(set(changes) - set(layers))
    if lost:
        raise CheckpointError(
            f"{path} changes layers that the {part} of this base has not, {len(lost)} in all: {', '.join(lost[:5])}",
            "It was made for another base model.",
        )
    for name, change in changes.items():
        kept: Tensor = layers[name].weight  # type: ignore[assignment]  # looked for above
        try:
            delta = change.delta(kept.shape)
        except RuntimeError as error:
            raise CheckpointError(f"{path} does not fit {name}: {error}", "It was made for another base.") from error
        with torch.no_grad():
            kept.copy_((kept.float() + weight * delta.to(kept.device)).to(kept.dtype))
