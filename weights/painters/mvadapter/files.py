"""Paths of MV-Adapter's files: the base model's folders and the adapters, from the store or from a folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...._places import user_path
from ....errors import CheckpointError, ModelMissingError
from ...checkpoints.conversion.containers import Tensors, open_tensors
from ...checkpoints.locations import hub_caches
from ...checkpoints.store import Store
from ...checkpoints.zoo import spec
from ..base import PainterOptions, Room
from ..sdxl import NAMES, SdxlBase, SdxlFolders
from ..sdxl_file import SdxlFile
from .room import PartBytes

MODELS = {"ig2mv": "mvadapter", "tg2mv": "mvadapter-text"}  # names of the zoo: what to pull
ADAPTERS = {"ig2mv": "mvadapter-ig2mv-sdxl", "tg2mv": "mvadapter-tg2mv-sdxl"}
BASE = {"unet": "sdxl-unet", "text_encoder": "sdxl-text-encoder", "text_encoder_2": "sdxl-text-encoder-2"}
VAE = "sdxl-vae-fp16-fix"


@dataclass(frozen=True)
class MvAdapterFiles:
    """adapters: by kind, those that are here."""

    base: SdxlBase
    adapters: Mapping[str, Path]
    dtype: str = "float32"

    def bytes(self, kind: str) -> PartBytes:
        """Bytes of the networks in the number type that they run in. Reads headers only."""
        number = 4 if self.dtype == "float32" else 2
        counted = {name: number * self.base.numbers(name) for name in NAMES[:4]}
        adapter = self.adapters.get(kind)
        network = counted["unet"] + (0 if adapter is None else number * _numbers(open_tensors(adapter)))
        return PartBytes(counted["text_encoder"] + counted["text_encoder_2"], network, counted["vae"])


def _numbers(stored: Tensors) -> int:
    total = 0
    for entry in stored.values():
        count = 1
        for length in entry.shape:
            count *= length
        total += count
    return total


def locate(room: Room, options: PainterOptions, store: Store | None = None) -> MvAdapterFiles:
    """Return the files for a painter. Raises ModelMissingError with the pull line."""
    store = store or Store()
    found = {kind: store.find(spec(name)) for kind, name in ADAPTERS.items()}
    adapters = {kind: located.path for kind, located in found.items() if located is not None}
    if not adapters:
        raise store.missing(MODELS["ig2mv"], [spec(ADAPTERS["ig2mv"])])
    base = published_base(store) if options.base is None else other_base(options.base, store)
    return MvAdapterFiles(base, adapters, room.dtype)


def published_base(store: Store) -> SdxlFolders:
    """SDXL base 1.0 as the zoo's checkpoints, with the VAE that half precision does not overflow."""
    located = {name: store.find(spec(checkpoint)) for name, checkpoint in {**BASE, "vae": VAE}.items()}
    missing = [spec({**BASE, "vae": VAE}[name]) for name, place in located.items() if place is None]
    if missing:
        raise store.missing(MODELS["ig2mv"], missing)
    folders = {name: place.folder for name, place in located.items() if place is not None}
    folders["scheduler"] = folders["unet"].parent / "scheduler"
    folders["tokenizer"] = folders["text_encoder"].parent / "tokenizer"
    folders["tokenizer_2"] = folders["text_encoder_2"].parent / "tokenizer_2"
    lacking = [name for name in NAMES if not folders[name].is_dir()]
    if lacking:
        raise CheckpointError(
            f"{folders['unet'].parent} lacks {', '.join(lacking)}", "Pull it again, or copy the missing folders."
        )
    return SdxlFolders(**folders)


def other_base(name: str, store: Store) -> SdxlBase:
    """Return a base of the user's: one file, a folder in the diffusers layout, or a cached repository.

    Raises ModelMissingError.
    """
    folder = user_path(name)
    if folder.is_dir():
        return SdxlFolders.below(folder)
    if name.count("/") == 1 and not name.startswith(("/", ".", "~")):
        for cache in hub_caches(store.environ):
            snapshots = cache / f"models--{name.replace('/', '--')}" / "snapshots"
            newest = sorted(snapshots.glob("*/"), key=os.path.getmtime, reverse=True) if snapshots.is_dir() else []
            if newest:
                return SdxlFolders.below(newest[0])
    if folder.is_file():
        tokens = store.find(spec(BASE["text_encoder"]))
        if tokens is None:  # beside which the tokenizer lies
            raise store.missing(BASE["text_encoder"], [spec(BASE["text_encoder"])])
        return SdxlFile(folder, tokens.folder.parent / "tokenizer")
    raise ModelMissingError(
        f"there is no base model {name}",
        "Give a file, a folder in the diffusers layout, or owner/name of a model in your Hugging Face cache.",
    )
