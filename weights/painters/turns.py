"""Networks that take turns on a device: loaded when their turn comes, released after it unless all fit together."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch


class Turns:
    """Networks that take turns on the device.

    keep: hold every network between its turns. Use `holding` in a function of its own, so that no local variable
    outlives the turn.
    """

    def __init__(self, keep: bool):
        self.keep = keep
        self._held: dict[str, tuple[object, Any]] = {}

    @contextmanager
    def holding(self, name: str, load: Callable[[], Any], version: object = None) -> Iterator[Any]:
        """Yield the network `name` for a block. A `version` other than the last one loads it anew."""
        if name in self._held and self._held[name][0] != version:
            self.release(name)
        if name not in self._held:
            self._held[name] = (version, load())
        try:
            yield self._held[name][1]
        finally:
            if not self.keep:
                self.release(name)

    def held(self) -> tuple[str, ...]:
        return tuple(self._held)

    def release(self, *names: str) -> None:
        """Drop networks, by default all, and free their memory."""
        for name in names or tuple(self._held):
            self._held.pop(name, None)
        self.collect()

    def collect(self) -> None:
        """Free the memory of what nobody holds any more, and give it back to the system."""
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if sys.platform == "linux":  # the allocator of glibc keeps what was freed: 1.7 GB of a UNet, say
            trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
            if trim is not None:
                trim(0)
