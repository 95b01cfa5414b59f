"""The two libraries that plain parts of the painters come from, imported where they are used."""

from __future__ import annotations

import importlib
from types import ModuleType

from ...errors import MissingDependencyError

PIP = "pip install 'varco3d[painter]'"


def diffusers() -> ModuleType:
    """Return the diffusers package. Raises MissingDependencyError."""
    return _library("diffusers")


def transformers() -> ModuleType:
    """Return the transformers package. Raises MissingDependencyError."""
    return _library("transformers")


def _library(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingDependencyError(f"learned painters need {name} ({error})", f"Run: {PIP}") from error
