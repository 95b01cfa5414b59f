"""Plays a device on the CPU: tensors that were put on a device are marked, and what CUDA refuses is noted.

CUDA refuses to put tensors of two places into one operation, and to give a tensor of its own to NumPy. Both go unseen
where there is one place only.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten
from transfers import place

T = torch.Tensor
TO_HOST = {T.cpu}
THERE, EITHER = "there", "either"  # a tensor of the device; one that was made where another tensor lies
READ_BY_NUMPY = {T.numpy, T.__array__}
# Allowed between two places: copies, and places in a tensor of a device told by the host, which is a move.
ACROSS = {
    T.copy_,
    T.data.__set__,
    T.__getitem__,
    T.__setitem__,
    T.to,
    T.type_as,
    torch.result_type,
    torch.promote_types,
}


def names_a_device(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether the call says where its result is to be: `to(device)`, `zeros(..., device=...)`."""
    if kwargs.get("device") is not None:
        return True
    return func is T.to and any(isinstance(part, torch.device | str | Tensor) for part in args[1:2])


class ShadowDevice(TorchFunctionMode):
    """Notes by place and kind, `found`: "mixed" operations, and device tensors "given to NumPy"."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[tuple[str, str]] = Counter()
        self.marked = 0

    @staticmethod
    def home(tensor: Tensor) -> str | None:
        """THERE, EITHER or None, the host. Parameters are there; so is what a network made before the watch."""
        return THERE if isinstance(tensor, nn.Parameter) else getattr(tensor, "_shadow_home", None)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        given = [part for part in tree_flatten((args, kwargs))[0] if isinstance(part, Tensor)]
        homes = [self.home(part) for part in given]
        there = THERE in homes
        if there and func in READ_BY_NUMPY:
            self.found[place(), "given to NumPy"] += 1
        strangers = [part for part, home in zip(given, homes, strict=True) if home is None and part.ndim]
        if there and func not in ACROSS and strangers:
            self.found[place(), "mixed"] += 1
        result = func(*args, **kwargs)
        named = names_a_device(func, args, kwargs)
        if func in TO_HOST:
            return result.clone() if result is args[0] else result  # the device's own stays there
        if named and func is T.to:
            home = THERE
            result = result.clone() if result is args[0] and not there else result  # the host's own stays here
        else:
            home = THERE if there else EITHER if named or (homes and set(homes) == {EITHER}) else None
        for part in tree_flatten(result)[0] if home else ():
            if isinstance(part, Tensor) and (home == THERE or self.home(part) != THERE):
                part._shadow_home = home  # type: ignore[attr-defined]
                self.marked += home == THERE
        return result
