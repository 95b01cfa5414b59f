"""Weights in half precision, or in 8 bits, in files small enough to be carried anywhere: NAME-00.safetensors and so on.

In 8 bits, the matrices of a network are held as whole numbers -127..127 times a scale for each row.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from ....errors import CheckpointError

PIECE_BYTES = 16 << 20
HEADER_BYTES = 1 << 16  # room for the names and shapes of a file
TOTAL_BYTES = 60 << 20  # of all files of a run
SCALE = ".scale"  # ends the name of the scales of a tensor in 8 bits
LEAST_ROW = 16  # numbers; shorter rows stay in half precision


def stored(weights: dict[str, Tensor], eight_bit: bool) -> dict[str, Tensor]:
    """Return the tensors as files hold them; meta tensors stay meta tensors."""
    held: dict[str, Tensor] = {}
    for key, value in weights.items():
        rows = value.detach().float().flatten(1) if value.ndim > 1 else value[:0].view(0, 0)
        if eight_bit and rows.shape[0] and rows.shape[1] >= LEAST_ROW:
            scale = (rows.abs().amax(1) / 127).clamp(min=1e-7).half()
            shape = (-1, *[1] * (value.ndim - 1))
            held[key] = (value.detach().float() / scale.float().view(shape)).round().clamp(-127, 127).to(torch.int8)
            held[key + SCALE] = scale
        else:
            held[key] = value.detach().half()
    return held


def parts_of(held: dict[str, Tensor], name: str) -> list[dict[str, Tensor]]:
    """Divide stored tensors among as few files as take them. Raises CheckpointError for one that no file takes."""
    parts: list[dict[str, Tensor]] = [{}]
    room = PIECE_BYTES - HEADER_BYTES
    for key, value in held.items():
        size = value.numel() * value.element_size()
        if size > PIECE_BYTES - HEADER_BYTES:
            raise CheckpointError(
                f"{name}: {key} has {size} bytes, a file takes {PIECE_BYTES}", "Use a narrower network."
            )
        if size > room:
            parts.append({})
            room = PIECE_BYTES - HEADER_BYTES
        parts[-1][key] = value
        room -= size
    return parts


def file_bytes(weights: dict[str, Tensor], eight_bit: bool = False) -> int:
    """Return the most that the files of these weights take; shapes are enough."""
    held = stored({key: value.to("meta") for key, value in weights.items()}, eight_bit)
    return len(parts_of(held, "")) * HEADER_BYTES + sum(v.numel() * v.element_size() for v in held.values())


def save_pieces(weights: dict[str, Tensor], folder: Path, name: str, eight_bit: bool = False) -> list[Path]:
    """Write the tensors into as few files as take them; files of an earlier call go.

    eight_bit: hold matrices in 8 bits. Raises CheckpointError for a tensor that no file takes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = {key: value.cpu().contiguous() for key, value in stored(weights, eight_bit).items()}
    pieces = parts_of(held, name)
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
    for key in [key for key in found if key.removesuffix(SCALE) in found and key.endswith(SCALE)]:
        scale, own = found.pop(key), key.removesuffix(SCALE)
        found[own] = found[own] * scale.view(-1, *[1] * (found[own].ndim - 1))
    return found or None
