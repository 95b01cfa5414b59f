"""DINOv2 with registers from its files, under either of their names: the image encoder of TRELLIS and Direct3D-S2."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ....errors import ModelMissingError
from ...checkpoints.conversion.containers import TORCH_SUFFIXES, open_tensors
from ...checkpoints.conversion.settings_files import read_json
from ...checkpoints.conversion.trellis import DINO_HUB, DINO_REGISTERS, dino_hub_config
from ...networks.encoders.dino import Dino
from ..parts import Part


def register_encoder(path: Path, config: Mapping[str, Any]) -> Part:
    """Return the encoder in a file; config: arguments as its own repository names them."""
    by_hub = "cls_token" in open_tensors(path)
    return Part(partial(Dino, dino_hub_config(config), "smooth"), DINO_HUB if by_hub else DINO_REGISTERS, path)


def encoder_in_folder(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    """Return the file dinov2*reg* of a folder, and its settings: the .json of its name, else as published.

    Raises ModelMissingError when there is none.
    """
    from ...checkpoints.published_settings.trellis import DINO_REGISTERS as PUBLISHED

    found = [path for path in sorted(folder.glob("dinov2*reg*")) if path.suffix in (".safetensors", *TORCH_SUFFIXES)]
    if not found:
        raise ModelMissingError(
            f"{folder} holds no image encoder", "Put dinov2_vitl14_reg4_pretrain.pth there, or pull the model."
        )
    beside = found[0].with_suffix(".json")
    return found[0], read_json(beside) if beside.is_file() else PUBLISHED
