"""Weights in half precision, in files that are small enough to be carried anywhere: NAME-00.safetensors and so on."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from ....errors import CheckpointError

PIECE_BYTES = 16 << 20
HEADER_BYTES = 1 << 16  # room for the names and shapes of a file


def save_pieces(weights: dict[str, Tensor], folder: Path, name: str) -> list[Path]:
    """Write the tensors as float16 into as few files as take them; files of an earlier call go.

    Raises CheckpointError for a tensor that no file takes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pieces: list[dict[str, Tensor]] = [{}]
    room = PIECE_BYTES - HEADER_BYTES
    for key, value in weights.items():
        half = value.detach().to("cpu", torch.float16).contiguous()
        size = half.numel() * half.element_size()
        if size > PIECE_BYTES - HEADER_BYTES:
            raise CheckpointError(
                f"{name}: {key} has {size} bytes, a file takes {PIECE_BYTES}", "Use a narrower network."
            )
        if size > room:
            pieces.append({})
            room = PIECE_BYTES - HEADER_BYTES
        pieces[-1][key] = half
        room -= size
    paths = []
    for number, piece in enumerate(pieces):
        path = folder / f"{name}-{number:02d}.safetensors"
        fresh = path.with_suffix(".new")
        save_file(piece, fresh)
        fresh.chmod(0o644)  # safetensors writes files that only their owner reads
        fresh.replace(path)
        paths.append(path)
    for path in folder.glob(f"{name}-[0-9][0-9].safetensors"):
        if path not in paths:
            path.unlink()
    return paths


def load_pieces(folder: Path, name: str) -> dict[str, Tensor] | None:
    """Return the tensors of NAME-00 ..., or of the one file NAME.safetensors, as float32; None without any."""
    paths = sorted(folder.glob(f"{name}-[0-9][0-9].safetensors")) or sorted(folder.glob(f"{name}.safetensors"))
    found = {key: value.float() for path in paths for key, value in load_file(path).items()}
    return found or None
