"""Holds the loaded networks for the chain: loaded when a stage starts, kept or released when it ends."""

from __future__ import annotations

import gc
import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from .._files import sha256_of
from .._places import user_path
from .._text import suggestion
from ..errors import ModelMissingError, UsageError, Varco3DError
from .machine import empty_cache, free_memory, used_memory

Loader = Callable[[str, str, str, str], Any]
"""(model, part, device, dtype) -> network. A module-level function, so that workers can be given it."""

OFFLOAD = ("auto", "stage", "none")
_HASHED_WHOLE = 1 << 27  # bytes; reading all of larger files would take longer than a run
_SAMPLES, _SAMPLE = 256, 1 << 14  # blocks and their bytes: training moves every number of a file, so any block tells
_HEADROOM = 2.0  # GiB that must stay free for a network to be kept under "auto"


def default_loader(model: str, part: str, device: str, dtype: str) -> Any:
    """Return the model zoo's loader, imported at first use; the cut-out network is not a generator and has its own."""
    if part == "cutout":
        from ..weights.cutout import load_cutout

        return load_cutout(model)
    if part == "painter":
        from ..weights.painters import Room, load_painter

        return load_painter(model, Room(device, dtype))
    from ..weights.generators.loading import load_generator

    return load_generator(model, part, device, dtype)  # type: ignore[arg-type]  # part names are checked there


class NetworkPool:
    """Networks by part name. One pool per worker; it outlives items, so models are loaded once per worker."""

    def __init__(
        self,
        models: Mapping[str, str],
        device: str = "cpu",
        dtype: str = "float32",
        memory: float | None = None,
        offload: str = "auto",
        loader: Loader | None = None,
    ):
        """models: part -> model name; memory: budget in GiB or None; offload: one of OFFLOAD."""
        if offload not in OFFLOAD:
            raise UsageError(f"offload '{offload}' does not exist", suggestion(offload, OFFLOAD))
        self._models = dict(models)
        self._device, self._dtype = device, dtype
        self._memory, self._offload = memory, offload
        self._loader = loader or default_loader
        self._loaded: dict[str, Any] = {}

    def take(self, parts: Iterable[str]) -> tuple[dict[str, Any], float]:
        """Return the networks of `parts`, loading the missing ones, and the seconds that took."""
        started = time.perf_counter()
        wanted = tuple(parts)
        for part in wanted:
            if part in self._loaded:
                continue
            if part not in self._models:
                raise ModelMissingError(
                    f"the recipe names no model for part '{part}'", "Add it under [models] of the recipe."
                )
            network = self._loader(self._models[part], part, self._device, self._dtype)
            if self._memory is not None:
                from ..weights.generators.generator import MemoryBound, offers

                if offers(network, MemoryBound):
                    network.limit_memory(self._memory)
            self._loaded[part] = network
        return {part: self._loaded[part] for part in wanted}, time.perf_counter() - started

    def load(self, part: str, model: str) -> Any:
        """Return the network of `part` by a model that a stage chose itself, instead of the recipe's."""
        if self._models.get(part) != model and part in self._loaded:
            self._drop([part])
        self._models[part] = model
        return self.take((part,))[0][part]

    def release(self, upcoming: Iterable[str] = ()) -> None:
        """Drop, when a stage ends, what neither the policy nor a later stage of this item keeps."""
        if not self._loaded or self._offload == "none" or (self._offload == "auto" and self._roomy()):
            return
        keep = set(upcoming)
        self._drop([part for part in self._loaded if part not in keep])

    def close(self) -> None:
        """Drop everything."""
        self._drop(list(self._loaded))

    def loaded(self) -> tuple[str, ...]:
        return tuple(self._loaded)

    def _roomy(self) -> bool:
        if self._memory is not None and used_memory(self._device) + _HEADROOM / 2 > self._memory:
            return False
        return free_memory(self._device) > _HEADROOM

    def _drop(self, parts: list[str]) -> None:
        if not parts:
            return
        for part in parts:
            del self._loaded[part]
        gc.collect()
        empty_cache(self._device)


def model_digest(models: Mapping[str, str]) -> str:
    """sha256 over the weights that a recipe names.

    Contents of files up to 128 MiB; of larger ones the size and 256 blocks all over the file.
    """
    digest = hashlib.sha256()
    for part, model in sorted(models.items()):
        digest.update(f"{part}={model}\0".encode())
        for path in _weight_files(model):
            size = path.stat().st_size
            digest.update(f"{path.name}\0{size}\0".encode())
            digest.update((sha256_of(path) if size < _HASHED_WHOLE else _sampled(path, size)).encode())
    return digest.hexdigest()


def _sampled(path: Path, size: int) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for index in range(_SAMPLES):
            file.seek((size - _SAMPLE) * index // (_SAMPLES - 1))
            digest.update(file.read(_SAMPLE))
    return digest.hexdigest()


def _weight_files(model: str) -> list[Path]:
    """Return the files of a model, sorted: shipped, in the store, or of a folder; none when it is absent."""
    shipped = Path(__file__).parent.parent / "weights"
    for folder in (shipped / model, user_path(model)):
        if folder.is_dir():
            return sorted(path for path in folder.iterdir() if path.suffix in (".safetensors", ".json", ".onnx"))
    from ..weights.checkpoints.store import Store

    try:
        return sorted(path for located in Store().locate(model) for path in located.weights)
    except Varco3DError:
        return []  # not here: loading it will say so
