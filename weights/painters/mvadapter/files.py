"""Paths of MV-Adapter's files: the base model's folders and the adapters, from the store or from a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ...._places import user_path
from ....errors import CheckpointError, ModelMissingError
from ...checkpoints.locations import hub_caches
from ...checkpoints.store import Store
from ...checkpoints.zoo import spec
from ..base import PainterOptions, Room
from ..memory import number_bytes
from ..sdxl import NAMES, SdxlBase, SdxlFolders, numbers_in, parts_lacking_in_folder
from ..sdxl_file import SdxlFile, parts_lacking_in_file
from .room import PartBytes

MODELS = {"ig2mv": "mvadapter", "tg2mv": "mvadapter-text"}  # names of the zoo: what to pull
ADAPTERS = {"ig2mv": "mvadapter-ig2mv-sdxl", "tg2mv": "mvadapter-tg2mv-sdxl"}
VAE = "sdxl-vae-fp16-fix"  # which half precision does not overflow
# The checkpoint that holds, or lies beside, each part of the published base.
PUBLISHED = {
    "unet": "sdxl-unet",
    "vae": VAE,
    "text_encoder": "sdxl-text-encoder",
    "text_encoder_2": "sdxl-text-encoder-2",
    "tokenizer": "sdxl-text-encoder",
    "tokenizer_2": "sdxl-text-encoder-2",
    "scheduler": "sdxl-unet",
}


def kind_of(picture: bool) -> str:
    """Return which adapter a task needs: ig2mv with a picture, tg2mv for words alone."""
    return "ig2mv" if picture else "tg2mv"


@dataclass(frozen=True)
class MvAdapterFiles:
    """A base and the adapter of one kind."""

    base: SdxlBase
    adapter: Path
    dtype: str = "float32"

    def bytes(self) -> PartBytes:
        """Bytes of the networks in the number type that they run in. Reads headers only."""
        number = number_bytes(self.dtype)
        counted = {name: number * self.base.numbers(name) for name in NAMES[:4]}
        adapter = number * numbers_in(self.adapter)
        return PartBytes(counted["text_encoder"] + counted["text_encoder_2"], counted["unet"] + adapter, counted["vae"])


def locate(room: Room, options: PainterOptions, kind: str, store: Store | None = None) -> MvAdapterFiles:
    """Return the files for a painter. Raises ModelMissingError with the pull line, CheckpointError."""
    store = store or Store()
    adapter = store.find(spec(ADAPTERS[kind]))
    if options.base is None:
        if adapter is None:
            raise store.missing(MODELS[kind], [spec(ADAPTERS[kind])])
        return MvAdapterFiles(published_base(store, MODELS[kind]), adapter.path, room.dtype)
    lacking = [name for name in beside(kind, options.base, store) if store.find(spec(name)) is None]
    if lacking or adapter is None:
        raise store.missing(" ".join(lacking), [spec(name) for name in lacking])
    return MvAdapterFiles(other_base(options.base, store), adapter.path, room.dtype)


def published_parts(parts: Iterable[str], store: Store, model: str) -> dict[str, Path]:
    """Return the folders of parts of SDXL base 1.0. Raises ModelMissingError to pull `model`, CheckpointError."""
    wanted = list(parts)
    located = {name: store.find(spec(name)) for name in dict.fromkeys(PUBLISHED[part] for part in wanted)}
    missing = [spec(name) for name, place in located.items() if place is None]
    if missing:
        raise store.missing(model or " ".join(each.name for each in missing), missing)
    folders = {}
    for part in wanted:
        place = located[PUBLISHED[part]]
        assert place is not None
        own = part in ("unet", "vae", "text_encoder", "text_encoder_2")
        folders[part] = place.folder if own else place.folder.parent / part
    lacking = {part: folder for part, folder in folders.items() if not folder.is_dir()}
    if lacking:
        above = next(iter(lacking.values())).parent
        raise CheckpointError(f"{above} lacks {', '.join(lacking)}", "Pull it again, or copy the missing folders.")
    return folders


def published_base(store: Store, model: str) -> SdxlFolders:
    """Return SDXL base 1.0 as the zoo's checkpoints. Raises ModelMissingError to pull `model`, CheckpointError."""
    return SdxlFolders(**published_parts(NAMES, store, model))


def base_place(name: str, store: Store) -> Path:
    """Return the file or folder of a base of the user's. Raises ModelMissingError."""
    place = user_path(name)
    if place.exists():
        return place
    if name.count("/") == 1 and not name.startswith(("/", ".", "~")):
        for cache in hub_caches(store.environ):
            snapshots = cache / f"models--{name.replace('/', '--')}" / "snapshots"
            newest = sorted(snapshots.glob("*/"), key=os.path.getmtime, reverse=True) if snapshots.is_dir() else []
            if newest:
                return newest[0]
    raise ModelMissingError(
        f"there is no base model {name}",
        "Give a file, a folder in the diffusers layout, or owner/name of a model in your Hugging Face cache.",
    )


def lacking_parts(place: Path) -> tuple[str, ...]:
    """Return the parts that a base of the user's leaves to the published one. Raises CheckpointError without a UNet."""
    return parts_lacking_in_file(place) if place.is_file() else parts_lacking_in_folder(place)


def beside(kind: str, base: str, store: Store | None = None) -> tuple[str, ...]:
    """Return the checkpoints needed beside a base of the user's: the adapter, and what the base lacks.

    Raises ModelMissingError, CheckpointError.
    """
    store = store or Store()
    wanted = [ADAPTERS[kind], *(PUBLISHED[part] for part in lacking_parts(base_place(base, store)))]
    return tuple(dict.fromkeys(wanted))


def needed_beside(picture: bool, base: str) -> tuple[str, ...]:
    """Return the checkpoints needed beside a base of the user's for a task with a picture, or without."""
    return beside(kind_of(picture), base)


def other_base(name: str, store: Store) -> SdxlBase:
    """Return a base of the user's: one file, a folder in the diffusers layout, or a cached repository.

    Published parts stand in for those that it lacks. Raises ModelMissingError, CheckpointError.
    """
    place = base_place(name, store)
    instead = published_parts(lacking_parts(place), store, "")
    return SdxlFile(place, instead) if place.is_file() else SdxlFolders.below(place, instead)
