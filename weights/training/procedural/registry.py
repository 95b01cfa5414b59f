"""All families by name, and objects drawn from them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable

import numpy as np

from ....errors import UsageError
from ..objects import TrainingObject
from .assemble import training_object
from .families import KINDS
from .shape import Shape

PROPORTION_SPREAD = 0.04  # of the logarithm of the scale along each axis


@functools.cache
def makers() -> dict[str, Callable[[np.random.Generator], Shape]]:
    """Makers by family, in the order of the kinds."""
    return {name: make for kind in KINDS for name, make in kind.FAMILIES.items()}


def families() -> tuple[str, ...]:
    return tuple(makers())


def make_object(family: str, seed: int) -> TrainingObject:
    """Return the object of a family and a seed (0 and up), always the same. UsageError for an unknown family."""
    make = makers().get(family)
    if make is None:
        raise UsageError(f"no procedural family '{family}'; there are {', '.join(families())}")
    # A family's objects stay when others are added: its own name is the second part of the seed.
    own = int.from_bytes(hashlib.blake2b(family.encode(), digest_size=4).digest(), "big")
    rng = np.random.default_rng([seed, own])
    shape = make(rng)
    stretch = np.exp(rng.normal(0, PROPORTION_SPREAD, 3))
    return training_object(shape.scale(*stretch), f"{family}-{seed}")


def sample_object(rng: np.random.Generator) -> TrainingObject:
    """Return an object of any family, all equally likely."""
    names = sorted(families())  # the modules' order may change without changing what a generator draws
    return make_object(names[int(rng.integers(len(names)))], int(rng.integers(2**31)))
