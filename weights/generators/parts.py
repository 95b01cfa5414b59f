"""The networks of one generator, loaded when first used and dropped when memory is short."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ..._memory import free_on_device, free_on_host
from ..._text import GIB
from ...errors import OutOfMemoryError
from ..checkpoints.conversion.containers import Tensors, open_tensors
from ..checkpoints.conversion.convert import Layout, load_into
from ..checkpoints.conversion.settings_files import fitting_settings

LOADING = 1.15  # what reading takes at most, as a multiple of what is kept; zoo.memory_gib reckons with it too
HEADROOM = 1.25  # room asked for, as a multiple of the weights about to be loaded


@dataclass(frozen=True)
class Part:
    """One network: how to build it, which file holds it, under which of several prefixes, in which names."""

    build: Callable[[], nn.Module]
    layout: Layout
    path: Path
    prefixes: tuple[str, ...] = ()  # none: the file is this network alone
    below: str = ""  # a further prefix inside the part
    encoder: bool = True  # False: leave out the tensors that only encoding needs

    def stored(self) -> Tensors:
        """Return the tensors of this part; other parts of the file are never read."""
        stored = open_tensors(self.path)
        if self.prefixes and stored.has_part(*self.prefixes):
            stored = stored.part(*self.prefixes)
        if self.below and stored.has_part(self.below):
            stored = stored.part(self.below)
        if not self.encoder:
            kept = {name: stored[name] for name in stored if not name.startswith(ENCODING)}
            stored = Tensors(kept, stored.origin)
        return stored

    def load(self, device: str | torch.device, dtype: torch.dtype) -> nn.Module:
        return load_into(self.blank(), self.stored(), self.layout, device, dtype)

    def blank(self) -> nn.Module:
        """Return the network without memory for its weights, on the meta device. Raises CheckpointError."""
        with torch.device("meta"), fitting_settings(self.path):
            return self.build()


ENCODING = ("encoder.", "pre_kl.", "quant.")


class Parts:
    """Networks by name. Taking one loads it; when it would not fit beside the others, those go first."""

    def __init__(self, parts: Mapping[str, Part], device: str, dtype: str):
        self.device, self.dtype = torch.device(device), getattr(torch, dtype)
        self.budget = float("inf")  # bytes that all networks may take together
        self._parts = dict(parts)
        self._loaded: dict[str, nn.Module] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def take(self, name: str) -> nn.Module:
        """Return the network, loaded if it is not here.

        Raises CheckpointError, and OutOfMemoryError beyond the budget.
        """
        if name not in self._loaded:
            size = self._bytes(name)
            held = sum(_bytes_of(network, None) for network in self._loaded.values())
            if self._loaded and size * HEADROOM > min(free_bytes(self.device), self.budget - held):
                self.release()
            if size * LOADING > self.budget:
                raise OutOfMemoryError(
                    f"network '{name}' needs {size * LOADING / GIB:.1f} GiB, the budget is {self.budget / GIB:.1f}",
                    "Raise `memory`, or halve the need with `dtype` bfloat16 or float16.",
                )
            self._loaded[name] = self._parts[name].load(self.device, self.dtype)
        return self._loaded[name]

    def put(self, name: str, network: nn.Module) -> None:
        """Use a network that is already built, in place of loading one."""
        self._loaded[name] = network.to(self.device)

    def release(self) -> None:
        """Drop every loaded network."""
        self._loaded.clear()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def blank(self, name: str) -> nn.Module:
        """Return the network without memory for its weights, on the meta device. Raises CheckpointError."""
        return self._parts[name].blank()

    def _bytes(self, name: str) -> int:
        return _bytes_of(self.blank(name), self.dtype)


def _bytes_of(network: nn.Module, dtype: torch.dtype | None) -> int:
    """Size of the weights, in their own number type or in `dtype`."""
    return sum(p.numel() * (p.dtype if dtype is None else dtype).itemsize for p in network.parameters())


def free_bytes(device: torch.device) -> float:
    """Memory that can still be had on the device, or on the machine."""
    return float(free_on_device(device) if device.type == "cuda" else free_on_host())
