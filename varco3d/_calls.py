"""One-line calls: each loads a pipeline, runs it once and drops it."""

from __future__ import annotations

from typing import Any

from ._inputs import MeshLike, Picture
from ._pipeline import OnProgress, Pipeline
from ._results import Result


def generate(
    picture: Picture,
    model: str = "tiny",
    preset: str = "standard",
    *,
    device: str = "auto",
    dtype: str = "auto",
    memory: float | None = None,
    progress: OnProgress | None = None,
    **options: Any,
) -> Result:
    """Return a textured mesh from one picture.

    picture: path, PIL image or array; model: recipe name or model folder; preset: draft, standard or high; memory:
    budget in GiB; options: seed, mask, sides, until, skip and stage settings as stage_key (see Pipeline.steps).
    Raises the errors of varco3d.errors.
    """
    with Pipeline.load(model, preset, device=device, dtype=dtype, memory=memory) as pipeline:
        return pipeline(picture, progress=progress, **options)


def refine(
    mesh: MeshLike,
    picture: Picture,
    model: str = "tiny",
    preset: str = "standard",
    *,
    device: str = "auto",
    dtype: str = "auto",
    memory: float | None = None,
    progress: OnProgress | None = None,
    **options: Any,
) -> Result:
    """Return a fine mesh from a coarse mesh and its picture; arguments as in `generate`."""
    with Pipeline.load(model, preset, device=device, dtype=dtype, memory=memory) as pipeline:
        return pipeline.refine(mesh, picture, progress=progress, **options)


def texture(
    mesh: MeshLike,
    picture: Picture | None = None,
    model: str = "tiny",
    preset: str = "standard",
    *,
    prompt: str | None = None,
    device: str = "auto",
    dtype: str = "auto",
    memory: float | None = None,
    progress: OnProgress | None = None,
    **options: Any,
) -> Result:
    """Return the mesh with a texture painted from its picture, from a prompt, or both; arguments as in `generate`."""
    with Pipeline.load(model, preset, device=device, dtype=dtype, memory=memory) as pipeline:
        return pipeline.texture(mesh, picture, prompt=prompt, progress=progress, **options)
