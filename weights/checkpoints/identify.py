"""Tells what a checkpoint file holds from its keys and shapes, without reading its numbers and without trusting it.

Safetensors are read by their header alone. Pickles (.ckpt, .pt, .pth, .bin) are opened by torch with
weights_only=True on the meta device, so that no code in them runs and no tensor is loaded.
"""

import hashlib
import json
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..._files import sha256_of
from ..._text import printable
from ...errors import CheckpointError
from .zoo import MODELS, ModelSpec

SAFE = (".safetensors",)
PICKLED = (".ckpt", ".pt", ".pth", ".bin")
_LARGEST_HEADER = 100_000_000  # bytes; the public files have 0.2 MB


@dataclass(frozen=True)
class Structure:
    """Keys and shapes of a checkpoint: how many tensors, and a fingerprint that ignores the number type."""

    tensors: int
    fingerprint: str
    bytes: int


def fingerprint(shapes: Mapping[str, Sequence[int]]) -> str:
    """16 hex digits for a set of (key, shape). Keys of nested dictionaries are joined with dots.

    Counters of positions, which older text encoders were saved with, do not count: they hold nothing learned.
    """
    lines = sorted(
        f"{key} {'x'.join(map(str, shape))}" for key, shape in shapes.items() if not key.endswith("position_ids")
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def structure_of(path: Path) -> Structure:
    """Read the structure of one checkpoint file. Raises CheckpointError when it is damaged or cut off."""
    if path.suffix.lower() in SAFE:
        shapes = safetensors_shapes(path)
    elif path.suffix.lower() in PICKLED:
        shapes = _pickle_shapes(path)
    else:
        raise CheckpointError(f"{path} is no checkpoint", f"Known endings: {', '.join((*SAFE, *PICKLED))}.")
    return Structure(len(shapes), fingerprint(shapes), path.stat().st_size)


def safetensors_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Key -> shape from a safetensors header, after checking that the file is as long as the header says.

    Raises CheckpointError.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if not 2 <= length <= min(_LARGEST_HEADER, size):
                raise ValueError("its header length makes no sense")
            header = json.loads(file.read(length))
        entries = {key: value for key, value in header.items() if key != "__metadata__"}
        end = max((int(value["data_offsets"][1]) for value in entries.values()), default=0)
        shapes = {key: tuple(int(n) for n in value["shape"]) for key, value in entries.items()}
    except OSError:
        raise
    except Exception as error:  # a header may hold anything: nested too deep, infinite, of other types
        raise CheckpointError(
            f"{path} is not a readable safetensors file: {printable(str(error)[:200])}", _AGAIN
        ) from error
    if size != 8 + length + end:
        raise CheckpointError(f"{path} has {size} bytes, its header says {8 + length + end}", _AGAIN)
    return shapes


_AGAIN = "Fetch it again: `varco3d models pull NAME`, or copy it anew."
_GLOBAL = re.compile(r"GLOBAL (\S+)")  # in torch's message about a pickle that calls more than it may


def _pickle_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    import zipfile

    import torch

    try:
        read = torch.load(path, map_location="meta", weights_only=True, mmap=zipfile.is_zipfile(path))
        shapes: dict[str, tuple[int, ...]] = {}
        _collect(read, "", shapes)
    except MemoryError:
        raise
    except Exception as error:  # torch raises whatever the bytes lead it to
        named = _GLOBAL.search(str(error))
        reason = f"it names {printable(named[1][:200])}" if named else "its data are damaged"
        raise CheckpointError(
            f"{path} cannot be opened safely: {reason}",
            "A checkpoint holds tensors; varco3d runs no code from one." if named else _AGAIN,
        ) from error
    if not shapes:
        raise CheckpointError(f"{path} holds no tensors", _AGAIN)
    return shapes


def _collect(value: Any, prefix: str, shapes: dict[str, tuple[int, ...]]) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            _collect(item, f"{prefix}.{key}" if prefix else str(key), shapes)
    elif hasattr(value, "shape") and hasattr(value, "dtype"):
        shapes[prefix] = tuple(int(n) for n in value.shape)


def candidates(path: Path, specs: Iterable[ModelSpec] | None = None) -> list[ModelSpec]:
    """Return the specs a checkpoint file may be, best guess first; empty when none has its structure.

    Several public checkpoints share keys and shapes (fast and turbo, 2.0 and mv), so the name of the file and of its
    folders decides next, then a published size, then a published hash. More than one left: the caller must ask.
    Raises CheckpointError when the file cannot be read.
    """
    structure = structure_of(path)
    pool = list(MODELS.values()) if specs is None else list(specs)
    found = [spec for spec in pool if structure.fingerprint in spec.structures]
    if len(found) > 1:
        found = _by_name(path, found)
    if len(found) > 1:
        found = [s for s in found if s.weights[0].exact and s.weights[0].size == structure.bytes] or found
    if len(found) > 1 and any(file.sha256 for s in found for file in s.weights):
        digest = sha256_of(path)
        found = [s for s in found if any(f.sha256 == digest for f in s.weights)] or [
            s for s in found if not s.weights[0].sha256 or s.weights[0].size != structure.bytes
        ]
    return found


def _by_name(path: Path, found: list[ModelSpec]) -> list[ModelSpec]:
    """Return the specs whose name or folder stands in the path, then repository, then file; longer words win."""
    text = "/".join(part.lower() for part in path.parts)
    for words_of in (lambda s: {s.name.lower(), s.folder.lower()} - {""}, _repo_words, _file_words):
        scores = [max((_word_score(word, text) for word in words_of(spec)), default=0) for spec in found]
        best = max(scores)
        if best > 0:
            found = [spec for score, spec in zip(scores, found, strict=True) if score == best]
    return found


def _repo_words(spec: ModelSpec) -> set[str]:
    """Return names of a repository in paths: owner/name in our store, models--owner--name in the hub cache."""
    return {spec.repo.lower(), "models--" + spec.repo.lower().replace("/", "--"), spec.repo.lower().rpartition("/")[2]}


def _file_words(spec: ModelSpec) -> set[str]:
    """Return names of the weight files without their endings."""
    return {file.name.rpartition(".")[0].lower() for file in spec.weights}


def _word_score(word: str, text: str) -> int:
    """Length of `word` if it stands in `text` as a whole (no letter or -suffix after it), else 0."""
    start = text.find(word)
    while start >= 0:
        after = text[start + len(word) : start + len(word) + 1]
        if not after or after in "/._ ":
            return len(word)
        rest = text[start + len(word) :]
        if rest.startswith(("-fp16", "-fp32", "-bf16", "_fp16", "-model")):
            return len(word)
        start = text.find(word, start + 1)
    return 0
