"""Toys in place of published checkpoints, for tests of the commands that take files in."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from varco3d.weights.checkpoints import zoo
from varco3d.weights.checkpoints.identify import structure_of


def take_for_published(
    monkeypatch: pytest.MonkeyPatch,
    bundles: Iterable[str],
    file_of: Callable[[zoo.ModelSpec], Path],
    encoder: Mapping[str, Any],
) -> None:
    """Let toys be known by their keys in place of the published files of `bundles`.

    file_of: the toy of a checkpoint; encoder: the settings of that of the picture encoder.
    """
    for name in {part for bundle in bundles for part in zoo.BUNDLES[bundle].parts}:
        spec = zoo.MODELS[name]
        structure = structure_of(file_of(spec))
        files = tuple(dataclasses.replace(file, size=None, exact=False, sha256=None) for file in spec.weights)
        toy = dataclasses.replace(
            spec, structure=structure.fingerprint, tensors=structure.tensors, other_structures=(), weights=files,
            config=encoder if spec.part == "image-encoder" else None,
        )  # fmt: skip
        monkeypatch.setitem(zoo._SPECS, name, toy)
