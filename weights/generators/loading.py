"""Finds the family of a model name and builds the generator of one part."""

from __future__ import annotations

from typing import Literal

from .generator import Flow

PartName = Literal["coarse", "refine"]


def load_generator(model: str, part: PartName, device: str = "cpu", dtype: str = "float32") -> Flow:
    """Return the generator of `part` of `model`, in eval mode on `device`.

    model: a name of the zoo, a folder, or NAME+VAE. Raises UsageError when the name is unknown, ModelMissingError when
    its weights are not on this machine, CheckpointError when they do not fit.
    """
    if model == "tiny":
        from .tiny import load_tiny

        return load_tiny(part, device, dtype)
    from .public import load_public

    return load_public(model, part, device, dtype)
