"""Places of Hunyuan3D-Paint's files, from the store, and the bytes that their networks take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ....errors import CheckpointError
from ...checkpoints.conversion.containers import Entry, Tensors, count_numbers, open_tensors
from ...checkpoints.conversion.settings_files import read_json
from ...checkpoints.store import Store
from ...checkpoints.zoo import spec
from ..memory import number_bytes

READING = "unet_dual."  # prefix of the UNet that reads references


@dataclass(frozen=True)
class Kind:
    """One published model: its painter's and zoo's name, and its checkpoints there.

    dino: the checkpoint of the image encoder; "" for a model that reads none.
    """

    name: str
    unet: str
    vae: str
    dino: str = ""


@dataclass(frozen=True)
class Folders:
    """Folders of the parts, each with its config. dino: None for a model that reads no DINO tokens."""

    unet: Path
    vae: Path
    scheduler: Path
    dino: Path | None = None


def locate(kind: Kind) -> Folders:
    """Return where a model's parts lie. Raises ModelMissingError with the pull line, CheckpointError."""
    store = Store()
    names = [name for name in (kind.unet, kind.vae, kind.dino) if name]
    found = {name: store.find(spec(name)) for name in names}
    missing = [spec(name) for name, located in found.items() if located is None]
    if missing:
        raise store.missing(kind.name, missing)
    folders = {name: located.folder for name, located in found.items() if located is not None}
    scheduler = folders[kind.unet].parent / "scheduler"
    if not scheduler.is_dir():
        raise CheckpointError(f"{scheduler.parent} lacks scheduler", "Pull it again, or copy the missing folder.")
    for folder in folders.values():  # a damaged one is told before any network runs
        read_json(folder / "config.json")
    read_json(scheduler / "scheduler_config.json")
    return Folders(folders[kind.unet], folders[kind.vae], scheduler, folders.get(kind.dino))


def part_bytes(folders: Folders, dtype: str, delight: Path | None = None) -> Mapping[str, float]:
    """Return the bytes of the networks in the number type that they run in. Reads headers only.

    "unet" and "unet_dual": the two UNets of one file; "vae"; "dino" and "delight": 0 where there is none.
    """
    rest = {"vae": folders.vae, "dino": folders.dino, "delight": delight}
    return unet_bytes(open_tensors(folders.unet), dtype) | {
        name: 0.0 if folder is None else _bytes(open_tensors(folder), dtype) for name, folder in rest.items()
    }


def unet_bytes(stored: Tensors, dtype: str) -> dict[str, float]:
    """Return the bytes of the two UNets of one file, "unet" and "unet_dual". dtype: the number type they run in."""
    parts = {False: "unet", True: "unet_dual"}
    return {
        name: _bytes({key: entry for key, entry in stored.items() if key.startswith(READING) is reading}, dtype)
        for reading, name in parts.items()
    }


def _bytes(stored: Mapping[str, Entry], dtype: str) -> float:
    return float(number_bytes(dtype) * count_numbers(stored))
