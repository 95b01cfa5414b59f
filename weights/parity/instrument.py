"""Networks of a fixture while they run: built and filled, watched inside, fed what was recorded."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor, nn

from ..checkpoints.conversion.containers import Tensors, open_tensors
from ..checkpoints.conversion.convert import Layout, load_into
from ..networks.sparse import SparseTensor
from .fixture import SINGLE, Fixture

LAST_PLACE = 2.0**-23  # relative step of float32


def filled(build: Callable[[], nn.Module], layout: Layout, stored: Tensors, device: str = "cpu") -> nn.Module:
    """Build a network in float32 and fill it strictly."""
    with torch.device("meta"):
        network = build()
    return load_into(network, stored, layout, device, torch.float32)


def weights_of(fixture: Fixture) -> Tensors:
    return open_tensors(fixture.folder / fixture.config.get("weights", "weights.safetensors"))


def below(stored: Tensors, *prefixes: str) -> Tensors:
    """Step into whichever of the prefixes are there."""
    for prefix in prefixes:
        if stored.has_part(prefix):
            stored = stored.part(prefix)
    return stored


@contextmanager
def watching(modules: dict[str, nn.Module]) -> Iterator[dict[str, Tensor]]:
    """Collect outputs of modules during the block, by name."""
    seen: dict[str, Tensor] = {}

    def keep(name: str, _module: nn.Module, _inputs: object, output: Tensor | SparseTensor) -> None:
        seen[name] = output.features if isinstance(output, SparseTensor) else output

    handles = [module.register_forward_hook(partial(keep, name)) for name, module in modules.items()]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def fed(fixture: Fixture, name: str, module: nn.Module) -> Iterator[None]:
    """During the block `module` gets the recorded tensor `name`, when there is one, for its own input.

    For sinusoids of time: a frequency may lie one unit in its last place beside ours, because the exponential of
    another processor rounds otherwise, and a phase of 1000 makes 6e-5 of that. They are compared by themselves.
    """
    if name not in fixture:
        yield
        return
    recorded = fixture.number(name)
    handle = module.register_forward_pre_hook(lambda _module, inputs: (recorded.to(inputs[0].device),))
    try:
        yield
    finally:
        handle.remove()


def compare_sinusoid(fixture: Fixture, name: str, value: Tensor, largest: float) -> None:
    """Compare a sinusoid of phases up to `largest`, each as exact as float32 holds it."""
    if name in fixture:
        fixture.close(name, value, SINGLE + largest * LAST_PLACE)


def compare_all(fixture: Fixture, seen: dict[str, Tensor], allowed: float = SINGLE) -> None:
    for name, value in seen.items():
        if name in fixture:
            fixture.close(name, value, allowed)
