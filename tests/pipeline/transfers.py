"""Watches torch for moves between a device and the host, each of which makes the host wait: explicit ones, those that
hide in a condition or an index, and tensors made of numbers of the host."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("kernels", "weights", "pipeline")
T = torch.Tensor
MOVES: dict[Any, str] = {
    T.cpu: "cpu", T.numpy: "numpy", T.item: "item", T.tolist: "tolist", T.__array__: "array", T.__bool__: "bool",
    T.__float__: "float", T.__int__: "int", T.__index__: "index", T.nonzero: "nonzero", torch.nonzero: "nonzero",
    torch.unique: "unique", torch.unique_consecutive: "unique", T.unique: "unique", T.masked_select: "masked_select",
    torch.masked_select: "masked_select", torch.tensor: "tensor", torch.as_tensor: "tensor",
    torch.from_numpy: "from_numpy",
}  # fmt: skip


def hides_a_count(func: Any, arguments: tuple[Any, ...]) -> bool:
    """Whether an index is a mask, whose hits the host has to be told."""
    if func is not T.__getitem__:
        return False
    index = arguments[1] if isinstance(arguments[1], tuple) else (arguments[1],)
    return any(isinstance(part, Tensor) and part.dtype in (torch.bool, torch.uint8) for part in index)


def place() -> str:
    """Where in the product the call was made: file, function."""
    frame = sys._getframe(2)
    while frame is not None:
        path = os.path.realpath(frame.f_code.co_filename)
        if path.startswith(str(ROOT)):
            name = Path(path).relative_to(ROOT).as_posix()
            if name.startswith(LAYERS):
                return f"{name}: {frame.f_code.co_name}"
        frame = frame.f_back
    return "outside"


class Transfers(TorchFunctionMode):
    """Counts of moves by place, `found`, and by stage: on a CPU every tensor stands for one on a device.

    stage: set by whoever runs a chain.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[tuple[str, str]] = Counter()
        self.by_stage: Counter[str] = Counter()
        self.stage = "none"

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        kind = MOVES.get(func)
        if kind is None and hides_a_count(func, args):
            kind = "mask"
        if kind is not None:
            where = place()
            self.found[where, kind] += 1
            self.by_stage[self.stage] += where != "outside"
        return func(*args, **kwargs)
