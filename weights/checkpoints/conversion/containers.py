"""Files that hold tensors, read lazily: safetensors (one file or shards) and torch.save files of dictionaries.

Nothing here unpickles objects: .ckpt, .pt, .pth and .bin files go through torch's weights_only reader. Tensors stay
memory-mapped until they are asked for, and their pages are given back once they have been copied.
"""

import ctypes
import json
import math
import mmap
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from ...._files import read_bounded
from ....errors import CheckpointError, ModelMissingError

TORCH_SUFFIXES = (".ckpt", ".pt", ".pth", ".bin")
# Names under which hubs publish one model, best first. An index lists shards.
FILE_NAMES = tuple(
    f"{stem}{variant}{ending}"
    for ending in (".safetensors.index.json", ".safetensors", ".ckpt")
    for variant in (".fp16", "")
    for stem in ("model", "diffusion_pytorch_model")
)
SEPARATORS = "./"


@dataclass(frozen=True)
class Entry:
    """One stored tensor: its shape and type are known without reading it."""

    shape: tuple[int, ...]
    dtype: str
    read: Callable[[], Tensor]
    mapped: bool = True  # the file backs the memory, so its pages can be given back after copying


class Tensors(Mapping[str, Entry]):
    """Names to stored tensors. `part` narrows to one sub-network, whose other tensors are then never read."""

    def __init__(self, entries: Mapping[str, Entry], origin: str):
        self.entries = dict(entries)
        self.origin = origin  # for error messages

    def __getitem__(self, name: str) -> Entry:
        return self.entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def has_part(self, *names: str) -> bool:
        return any(key.startswith(tuple(name + mark for mark in SEPARATORS)) for name in names for key in self.entries)

    def part(self, *names: str) -> "Tensors":
        """Return the tensors below the first of `names` that exists, without the prefix.

        Raises CheckpointError when none does.
        """
        for name in names:
            prefixes = tuple(name + mark for mark in SEPARATORS)
            found = {key[len(name) + 1 :]: entry for key, entry in self.entries.items() if key.startswith(prefixes)}
            if found:
                return Tensors(found, f"{self.origin}, part {name}")
        tops = sorted({key.replace("/", ".").split(".")[0] for key in self.entries})
        raise CheckpointError(
            f"{self.origin} holds no {' or '.join(names)}; its parts are {', '.join(tops)}",
            "check that the file belongs to this model",
        )


def count_numbers(stored: Mapping[str, Entry]) -> int:
    """Return how many numbers tensors hold, by their shapes: none is read."""
    return sum(math.prod(entry.shape) for entry in stored.values())


def find_weights(folder: Path) -> Path:
    """Return the file in `folder` that holds the weights (an index file for shards). Raises ModelMissingError."""
    if folder.is_file():
        return folder
    for name in FILE_NAMES:
        if (folder / name).is_file():
            return folder / name
    others = sorted(path for path in folder.glob("*.safetensors")) if folder.is_dir() else []
    others += sorted(path for suffix in TORCH_SUFFIXES for path in folder.glob(f"*{suffix}"))
    if others:
        return others[0]
    raise ModelMissingError(f"no weights in {folder}", "it should hold a .safetensors, .ckpt or .pt file")


def open_tensors(path: Path) -> Tensors:
    """Open a weights file, or a folder that holds one. Raises CheckpointError when it is damaged or of another kind."""
    path = find_weights(path)
    if path.name.endswith(".index.json"):
        return open_shards(path)
    if path.suffix == ".safetensors":
        return open_safetensors(path)
    if path.suffix in TORCH_SUFFIXES:
        return open_torch(path)
    raise CheckpointError(f"{path} is not a weights file", "known are .safetensors, .ckpt, .pt, .pth and .bin")


def open_safetensors(path: Path) -> Tensors:
    try:
        file = safe_open(str(path), framework="pt")
        entries = {}
        for name in file.keys():  # noqa: SIM118  (the handle is no mapping)
            view = file.get_slice(name)
            entries[name] = Entry(tuple(view.get_shape()), str(view.get_dtype()), _reader(file, name))
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}", "fetch the file again; it may be cut short") from error
    return Tensors(entries, str(path))


def _reader(file, name: str) -> Callable[[], Tensor]:
    return lambda: file.get_tensor(name)


def open_shards(index: Path) -> Tensors:
    """Shards named by a *.safetensors.index.json; every name it promises must be in the shard it names."""
    try:
        where: dict[str, str] = json.loads(read_bounded(index).decode())["weight_map"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise CheckpointError(f"{index} is no index of shards: {error}", "fetch the file again") from error
    entries: dict[str, Entry] = {}
    for shard in sorted(set(where.values())):
        path = index.parent / shard
        if path.parent.resolve() != index.parent.resolve() or not path.is_file():
            raise CheckpointError(f"{index.name} names {shard}, which is not beside it", "fetch the missing shard")
        entries.update(open_safetensors(path))
    lost = sorted(set(where) - set(entries))
    if lost:
        raise CheckpointError(
            f"{index} promises {len(lost)} tensors no shard has: {', '.join(lost[:5])}", "fetch again"
        )
    return Tensors(entries, str(index))


def open_torch(path: Path) -> Tensors:
    """Return a torch.save file of a state dict, or of a dictionary of them; nested names are joined with '/'."""
    mapped = zipfile.is_zipfile(path)  # what torch has written since 1.6; older files have to be read whole
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except Exception as error:  # the unpickler raises many kinds; each means the same to the user
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CheckpointError(
            f"{path} cannot be read safely: {reason}", "only files of plain tensors are accepted; fetch it again"
        ) from error
    if isinstance(loaded, dict) and set(loaded) & {"state_dict", "module"} and not _tensors_in(loaded):
        loaded = loaded.get("state_dict", loaded.get("module"))
    if not isinstance(loaded, dict):
        raise CheckpointError(f"{path} holds a {type(loaded).__name__}, not a dictionary of tensors", "")
    entries = dict(_flatten(loaded, "", mapped))
    if not entries:
        raise CheckpointError(f"{path} holds no tensors", "")
    return Tensors(entries, str(path))


def _tensors_in(loaded: dict) -> bool:
    return any(isinstance(value, Tensor) for value in loaded.values())


def _flatten(loaded: dict, prefix: str, mapped: bool) -> Iterator[tuple[str, Entry]]:
    for name, value in loaded.items():
        if isinstance(value, Tensor):
            dtype = str(value.dtype).removeprefix("torch.")
            yield f"{prefix}{name}", Entry(tuple(value.shape), dtype, lambda value=value: value, mapped)
        elif isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}/", mapped)


def give_back(tensor: Tensor) -> None:
    """Tell the system that the mapped pages under `tensor` are needed no more.

    Otherwise the pages of all tensors add up. Only for tensors whose Entry is `mapped`, and only once they have been
    copied: the file still backs those, while other memory would come back as zeros. Its first and last page may hold
    neighbours too, which the file backs as well. Elsewhere than on Linux, nothing.
    """
    if not sys.platform.startswith("linux") or tensor.device.type != "cpu":
        return
    page = mmap.PAGESIZE
    start = tensor.data_ptr()
    first = start // page * page
    last = -(-(start + tensor.numel() * tensor.element_size()) // page) * page
    if last > first:
        ctypes.CDLL(None).madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), mmap.MADV_DONTNEED)
