"""Stable Diffusion XL as a base: its published networks, taken from diffusers and transformers and filled strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ...errors import CheckpointError, ModelMissingError
from ..checkpoints.conversion.containers import count_numbers, open_tensors
from ..checkpoints.conversion.convert import Layout, load_into
from ..checkpoints.conversion.settings_files import read_json
from .libraries import diffusers, make_scheduler, quiet, transformers

PLAIN = Layout("the published network", ())
# Attention as VAEs saved by diffusers before 0.17 name it.
OLD_VAE = Layout(
    "the published VAE, in its old names",
    (
        (r"\.to_q\.", ".query."),
        (r"\.to_k\.", ".key."),
        (r"\.to_v\.", ".value."),
        (r"\.to_out\.0\.", ".proj_attn."),
    ),
)
NAMES = ("unet", "vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "scheduler")
FOLDERS_HINT = "Give a folder in the diffusers layout, with model_index.json."


class SdxlBase(Protocol):
    """A base model: folders (below), or one file (sdxl_file.py)."""

    def numbers(self, part: str) -> int: ...

    def load_unet(self, device: str, dtype: torch.dtype) -> Any: ...

    def load_vae(self, device: str, dtype: torch.dtype) -> Any: ...

    def load_text_encoders(self, device: str, dtype: torch.dtype) -> nn.ModuleList: ...

    def load_scheduler(self) -> Any: ...

    def token_ids(self, text: str) -> tuple[list[Tensor], bool]: ...


@dataclass(frozen=True)
class SdxlFolders:
    """Folders of the parts in the diffusers layout, each with its config and weights."""

    unet: Path
    vae: Path
    text_encoder: Path
    text_encoder_2: Path
    tokenizer: Path
    tokenizer_2: Path
    scheduler: Path

    @classmethod
    def below(cls, folder: Path, instead: Mapping[str, Path] | None = None) -> SdxlFolders:
        """Return the parts of a model folder; `instead`: folders of parts from elsewhere.

        Raises ModelMissingError naming what is not there.
        """
        places = {name: folder / name for name in NAMES} | dict(instead or {})
        lacking = [name for name, place in places.items() if not place.is_dir()]
        if lacking:
            raise ModelMissingError(f"{folder} is no SDXL model: it has no folder {', '.join(lacking)}", FOLDERS_HINT)
        return cls(**places)

    def numbers(self, part: str) -> int:
        """Return how many numbers a part has. Reads headers only."""
        return numbers_in(getattr(self, part))

    def load_unet(self, device: str, dtype: torch.dtype) -> Any:
        """Return the UNet, filled strictly."""
        return load_network("UNet2DConditionModel", self.unet, device, dtype)

    def load_vae(self, device: str, dtype: torch.dtype) -> Any:
        """Return the autoencoder of pictures, filled strictly."""
        return load_vae(self.vae, device, dtype)

    def load_text_encoders(self, device: str, dtype: torch.dtype) -> nn.ModuleList:
        """Return both text encoders, filled strictly."""
        return load_text_encoders(self, device, dtype)

    def load_scheduler(self) -> Any:
        """Return the Euler scheduler with the model's noise levels."""
        return load_scheduler(self.scheduler)

    def token_ids(self, text: str) -> tuple[list[Tensor], bool]:
        """Return token ids [1, 77] for both encoders, and whether the text was longer than they read."""
        return tokenize(self, text)


def parts_lacking_in_folder(folder: Path) -> tuple[str, ...]:
    """Return the parts of NAMES that a model folder lacks. Raises ModelMissingError when it has no UNet."""
    if not (folder / "unet").is_dir():
        raise ModelMissingError(f"{folder} is no SDXL model: it has no folder unet", FOLDERS_HINT)
    return tuple(name for name in NAMES if not (folder / name).is_dir())


@dataclass(frozen=True)
class Words:
    """A text as the UNet reads it: tokens [1, 77, C], pooled [1, P]."""

    tokens: Tensor
    pooled: Tensor


def numbers_in(place: Path) -> int:
    """Return how many numbers the tensors of a file, or of the one in a folder, hold. Reads headers only."""
    return count_numbers(open_tensors(place))


def plain_network(kind: str, config: Mapping[str, Any], origin: Path | None = None) -> Any:
    """Return a diffusers network of class `kind` on the meta device. origin: the folder of the settings.

    Raises CheckpointError for settings it does not take.
    """
    lib = diffusers()
    try:
        with torch.device("meta"), quiet(lib):
            return getattr(lib, kind).from_config(dict(config))
    except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
        place = f"the config of {kind}" if origin is None else str(origin / "config.json")
        raise CheckpointError(f"{place} cannot be used: {error}", "Fetch the model again.") from error


def load_network(kind: str, folder: Path, device: str, dtype: torch.dtype) -> Any:
    """Return a diffusers network from its folder, filled strictly."""
    return load_into(
        plain_network(kind, read_json(folder / "config.json"), folder), open_tensors(folder), PLAIN, device, dtype
    )


def load_vae(folder: Path, device: str, dtype: torch.dtype) -> Any:
    """Return the autoencoder of pictures; in float32 when its config says that it overflows in half precision."""
    upcast = bool(read_json(folder / "config.json").get("force_upcast", True)) and dtype == torch.float16
    stored = open_tensors(folder)
    layout = OLD_VAE if any(".proj_attn." in name for name in stored) else PLAIN
    network = plain_network("AutoencoderKL", read_json(folder / "config.json"), folder)
    return load_into(network, stored, layout, device, torch.float32 if upcast else dtype)


def load_scheduler(folder: Path) -> Any:
    """Return the Euler scheduler with the base model's noise levels."""
    return make_scheduler("EulerDiscreteScheduler", read_json(folder / "scheduler_config.json"), folder)


TEXT_ENCODERS = ("CLIPTextModel", "CLIPTextModelWithProjection")
TOLD = {"output_loading_info": True, "ignore_mismatched_sizes": True}  # check_loaded names all that does not fit


def load_text_encoders(folders: SdxlFolders, device: str, dtype: torch.dtype) -> nn.ModuleList:
    """Return both CLIP text encoders. Raises CheckpointError."""
    places = (folders.text_encoder, folders.text_encoder_2)
    return nn.ModuleList(
        [load_text_encoder(kind, place, device, dtype) for kind, place in zip(TEXT_ENCODERS, places, strict=True)]
    )


def load_text_encoder(kind: str, folder: Path, device: str, dtype: torch.dtype) -> Any:
    """Return a CLIP text encoder of transformers' class `kind`, filled strictly. Raises CheckpointError.

    Stored names are older than the library's own, which converts them itself.
    """
    lib = transformers()
    variant = "fp16" if (folder / "model.fp16.safetensors").is_file() else None
    asked = {"variant": variant, "dtype": dtype, "local_files_only": True, **TOLD}
    try:
        with quiet(lib):
            network, told = getattr(lib, kind).from_pretrained(str(folder), **asked)
    except (OSError, ValueError, RuntimeError, TypeError, KeyError) as error:
        raise CheckpointError(f"{folder} cannot be read: {error}", "Fetch the model again.") from error
    check_loaded(told, str(folder), kind)
    return network.to(device).eval().requires_grad_(False)


def check_loaded(told: Mapping[str, Any], origin: str, kind: str) -> None:
    """Raise CheckpointError unless every tensor of a file found its place in a network of transformers."""
    wrong = [*told["missing_keys"], *told["unexpected_keys"], *told["mismatched_keys"]]
    wrong = [name for name in map(str, wrong) if "position_ids" not in name]
    if wrong:
        raise CheckpointError(f"{origin} does not fit {kind}: {', '.join(wrong[:10])}", "Fetch the model again.")


def tokenize(folders: SdxlFolders, text: str) -> tuple[list[Tensor], bool]:
    """Token ids [1, 77] for both encoders, and whether the text was longer than they read."""
    read = [token_ids(folder, text) for folder in (folders.tokenizer, folders.tokenizer_2)]
    return [ids for ids, _ in read], any(cut for _, cut in read)


def token_ids(folder: Path, text: str, **settings: Any) -> tuple[Tensor, bool]:
    """Return token ids [1, 77] by the tokenizer in a folder, and whether the text was longer than that.

    settings: instead of the folder's own. Raises CheckpointError.
    """
    lib = transformers()
    try:
        with quiet(lib):
            tokenizer = lib.CLIPTokenizer.from_pretrained(str(folder), local_files_only=True, **settings)
            length = tokenizer.model_max_length
            ids = tokenizer(text, padding="max_length", max_length=length, truncation=True, return_tensors="pt")
            return ids["input_ids"], len(tokenizer(text)["input_ids"]) > length
    except Exception as error:  # the library below it raises no narrower class
        raise CheckpointError(f"{folder} is no tokenizer of CLIP: {error}", "Fetch the model again.") from error


def encode_text(encoders: nn.ModuleList, ids: list[Tensor]) -> Words:
    """Tokens of both encoders beside each other, from their last layer but one, and the second's pooled vector."""
    layers, pooled = [], None
    for encoder, each in zip(encoders, ids, strict=True):
        device = next(encoder.parameters()).device
        out = encoder(each.to(device), output_hidden_states=True)
        layers.append(out.hidden_states[-2])
        pooled = out[0]
    assert pooled is not None
    return Words(torch.cat(layers, -1), pooled)
