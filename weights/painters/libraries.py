"""The two libraries that plain parts of the painters come from, imported where they are used."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from ...errors import CheckpointError, MissingDependencyError

PIP = "pip install 'varco3d[painter]'"


def diffusers() -> ModuleType:
    """Return the diffusers package. Raises MissingDependencyError."""
    return _library("diffusers")


def transformers() -> ModuleType:
    """Return the transformers package. Raises MissingDependencyError."""
    return _library("transformers")


@contextmanager
def quiet(library: ModuleType) -> Iterator[None]:
    """Keep a library from printing reports and bars for a block; errors say what they told."""
    logging = library.utils.logging
    before = logging.get_verbosity()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)


def make_scheduler(kind: str, config: Mapping[str, Any], origin: Path) -> Any:
    """Return a scheduler of diffusers. origin: the folder that the settings come from. Raises CheckpointError."""
    lib = diffusers()
    try:
        with quiet(lib):
            return getattr(lib, kind).from_config(dict(config))
    except (TypeError, ValueError, KeyError, NotImplementedError) as error:
        told = str(error).partition("\n")[0]
        raise CheckpointError(f"{origin}: its settings make no {kind}: {told}", "Fetch the model again.") from error


def _library(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingDependencyError(f"learned painters need {name} ({error})", f"Run: {PIP}") from error
