"""Stable Diffusion XL in one file, as people keep it: the original code's names, brought to diffusers' by diffusers.

The file holds no settings. Those of SDXL base 1.0, which all such models share, are in sdxl_base.json; a file whose
tensors do not fit them is refused.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from ...errors import CheckpointError, MissingDependencyError
from ..checkpoints.conversion.containers import Entry, Tensors, count_numbers, open_tensors
from ..checkpoints.conversion.convert import load_into
from .libraries import PIP, diffusers, make_scheduler, quiet, transformers
from .sdxl import (
    PLAIN,
    TEXT_ENCODERS,
    TOLD,
    check_loaded,
    load_text_encoder,
    load_vae,
    numbers_in,
    plain_network,
    token_ids,
)

UNET, VAE = "model.diffusion_model.", "first_stage_model."
TEXT, TEXT_2 = "conditioner.embedders.0.transformer.", "conditioner.embedders.1.model."
PREFIXES = {"unet": UNET, "vae": VAE, "text_encoder": TEXT, "text_encoder_2": TEXT_2}
SECOND_PAD = "!"  # with which the second encoder's texts are filled up


def base_settings() -> dict[str, dict[str, Any]]:
    """Return the settings of SDXL base 1.0 by part."""
    return json.loads((Path(__file__).parent / "sdxl_base.json").read_text(encoding="utf-8"))


def tensors_of(path: Path) -> Tensors:
    """Return the tensors of a base model in one file. Raises CheckpointError when it holds no UNet of SDXL."""
    found = open_tensors(path)
    found = found.part("state_dict") if found.has_part("state_dict") else found
    if not any(key.startswith(UNET) for key in found):
        raise CheckpointError(
            f"{path} is no SDXL model: it holds no tensor {UNET}*",
            "Give a checkpoint of an SDXL base, or a folder in the diffusers layout. LoRA files go to `texture.lora`.",
        )
    if "v_pred" in found:
        raise CheckpointError(f"{path} predicts velocities; MV-Adapter's base predicts noise", "Use another.")
    return found


def parts_lacking_in_file(path: Path) -> tuple[str, ...]:
    """Return what a base model in one file lacks: the tokenizer always, often the autoencoder or text encoders.

    Reads the header only. Raises CheckpointError when it holds no UNet of SDXL.
    """
    found = tensors_of(path)
    return (*(part for part, prefix in PREFIXES.items() if not any(key.startswith(prefix) for key in found)),
            "tokenizer")  # fmt: skip


@dataclass(frozen=True)
class SdxlFile:
    """A base model in one file. instead: folders of the parts that the file does not hold, among them the tokenizer."""

    path: Path
    instead: Mapping[str, Path]

    def stored(self) -> Tensors:
        """Return the tensors of the file. Raises CheckpointError when it is no SDXL model."""
        return tensors_of(self.path)

    def numbers(self, part: str) -> int:
        """Return how many numbers a part has. Reads headers only."""
        if part in self.instead:
            return numbers_in(self.instead[part])
        return count_numbers(self._below(PREFIXES[part]))

    def load_unet(self, device: str, dtype: torch.dtype) -> Any:
        """Return the UNet, filled strictly."""
        return self._network("UNet2DConditionModel", "unet", self._below(UNET), device, dtype)

    def load_vae(self, device: str, dtype: torch.dtype) -> Any:
        """Return the autoencoder of pictures; the file's own in float32 instead of float16, which overflows."""
        if "vae" in self.instead:
            return load_vae(self.instead["vae"], device, dtype)
        upcast = torch.float32 if dtype == torch.float16 else dtype
        return self._network("AutoencoderKL", "vae", _read(self._below(VAE)), device, upcast)

    def load_text_encoders(self, device: str, dtype: torch.dtype) -> nn.ModuleList:
        """Return both text encoders, filled strictly."""
        made = []
        for kind, part in zip(TEXT_ENCODERS, ("text_encoder", "text_encoder_2"), strict=True):
            if part in self.instead:
                made.append(load_text_encoder(kind, self.instead[part], device, dtype))
            else:
                made.append(self._text_encoder(kind, part, dtype))
        return nn.ModuleList(made).to(device)

    def load_scheduler(self) -> Any:
        """Return the Euler scheduler with the noise levels of SDXL base 1.0."""
        return make_scheduler("EulerDiscreteScheduler", base_settings()["scheduler"], self.path)

    def token_ids(self, text: str) -> tuple[list[Tensor], bool]:
        """Return token ids [1, 77] for both encoders, and whether the text was longer than they read."""
        tokens = self.instead["tokenizer"]
        (first, cut), (second, _) = token_ids(tokens, text), token_ids(tokens, text, pad_token=SECOND_PAD)
        return [first, second], cut

    def _below(self, prefix: str) -> dict[str, Entry]:
        return {key: entry for key, entry in self.stored().items() if key.startswith(prefix)}

    def _network(self, kind: str, part: str, held: Mapping[str, Any], device: str, dtype: torch.dtype) -> Any:
        """Return a diffusers network with the file's tensors. held: tensors, or entries that are not read yet."""
        settings = base_settings()[part]
        network = plain_network(kind, settings)
        convert = getattr(_conversions(), f"convert_ldm_{part}_checkpoint")
        try:
            renamed = convert(dict(held), config=dict(network.config))
        except (KeyError, IndexError) as error:
            raise CheckpointError(f"the {part} of {self.path} is not SDXL's: {error} is missing", "") from error
        entries = {key: each if isinstance(each, Entry) else _entry(each) for key, each in renamed.items()}
        return load_into(network, Tensors(entries, str(self.path)), PLAIN, device, dtype)

    def _text_encoder(self, kind: str, part: str, dtype: torch.dtype) -> Any:
        """Return a text encoder of transformers' class `kind` from the file."""
        settings, lib, convert = base_settings()[part], transformers(), _conversions()
        if part == "text_encoder":
            state = convert.convert_ldm_clip_checkpoint(_read(self._below(TEXT)))
        else:
            config = SimpleNamespace(config=SimpleNamespace(**settings))
            state = convert.convert_open_clip_checkpoint(config, _read(self._below(TEXT_2)), TEXT_2)
        held = {key: each.contiguous() for key, each in state.items() if not key.endswith("position_ids")}
        try:
            with quiet(lib):
                network, told = getattr(lib, kind).from_pretrained(
                    None, config=lib.CLIPTextConfig(**settings), state_dict=held, dtype=dtype, **TOLD
                )
        except (OSError, ValueError, RuntimeError) as error:
            raise CheckpointError(f"{kind} of {self.path} cannot be read: {error}", "Fetch it again.") from error
        check_loaded(told, str(self.path), kind)
        return network.eval().requires_grad_(False)


def _read(entries: Mapping[str, Entry]) -> dict[str, Tensor]:
    return {key: entry.read() for key, entry in entries.items()}


def _entry(tensor: Tensor) -> Entry:
    return Entry(tuple(tensor.shape), str(tensor.dtype), lambda: tensor, mapped=False)


def _conversions() -> Any:
    """Return diffusers' functions that rename tensors of the original code. Raises MissingDependencyError."""
    diffusers()
    try:
        return importlib.import_module("diffusers.loaders.single_file_utils")
    except ImportError as error:
        raise MissingDependencyError(f"this diffusers reads no one-file models ({error})", f"Run: {PIP}") from error
