"""Settings beside the weights of public models, read as plain values, with errors that name the file."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...._files import read_bounded
from ....errors import CheckpointError, MissingDependencyError, ModelMissingError
from ..locations import Located

AGAIN = "Fetch the model's folder again."


def read_json(path: Path) -> dict[str, Any]:
    """Return a config.json or pipeline.json as plain values. Raises CheckpointError when it is none."""
    return _read(path, json.loads, ValueError)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return a config.yaml as plain values. Raises CheckpointError when it is none."""
    try:
        import yaml
    except ImportError as error:  # pragma: no cover - a dependency of the package
        raise MissingDependencyError(f"{path} needs PyYAML", "pip install pyyaml") from error
    return _read(path, yaml.safe_load, yaml.YAMLError)


def settings_beside(found: Located, *names: str) -> Mapping[str, Any]:
    """Return the settings of a checkpoint: the first file of these names beside it, else as published.

    Raises CheckpointError, ModelMissingError.
    """
    for name in names:
        if name in found.sides:
            path = found.sides[name]
            return read_yaml(path) if path.suffix == ".yaml" else read_json(path)
    if found.spec.config is None:
        raise ModelMissingError(f"{found.spec.name} has no config", "Fetch it again with `varco3d models pull`.")
    return found.spec.config


def _read(path: Path, parse: Callable[[str], Any], bad: type[Exception]) -> dict[str, Any]:
    try:
        read = parse(read_bounded(path).decode())
    except (bad, OSError, UnicodeDecodeError, RecursionError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}", AGAIN) from error
    if not isinstance(read, dict):
        raise CheckpointError(f"{path} holds no settings", AGAIN)
    return read


def pipeline_arguments(path: Path) -> dict[str, Any]:
    """Return `args` of a pipeline.json of the TRELLIS family. Raises CheckpointError."""
    told = read_json(path).get("args")
    if not isinstance(told, dict):
        raise CheckpointError(f"{path} holds no `args`", AGAIN)
    return told


@contextmanager
def fitting_settings(of: object) -> Iterator[None]:
    """Raise CheckpointError for what lacking or odd settings of a model break while its networks are described."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RuntimeError) as error:
        what = f"lack {error}" if isinstance(error, KeyError) else f"do not fit: {error}"
        raise CheckpointError(f"the settings of {of} {what}", "Use the files of one hub folder.") from error
