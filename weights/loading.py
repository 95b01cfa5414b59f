"""Finds the family of a model name and builds the generator of one part."""

from __future__ import annotations

from typing import Literal

from ..kernels.errors import ModelMissingError
from .generator import Generator

Part = Literal["coarse", "refine"]


def load_generator(model: str, part: Part, device: str = "cpu", dtype: str = "float32") -> Generator:
    """The generator of `part` of `model`, in eval mode on `device`.

    Raises ModelMissingError when the name is unknown or its weights are not on this machine, CheckpointError when they
    do not fit.
    """
    if model == "tiny":
        from .families.tiny import load_tiny

        return load_tiny(part, device, dtype)
    raise ModelMissingError(f"no model is called '{model}'", "See varco3d models list.")
