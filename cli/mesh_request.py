"""Runs that start from a mesh file instead of a generated one: for the verbs `refine` and `texture`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..kernels.errors import BadInputError, UsageError
from ..pipeline.artifacts import Asset, Mesh
from ..pipeline.batch import BatchOptions
from ..pipeline.chain import select_stages
from ..pipeline.naming import MESH_SUFFIXES, Item
from ..pipeline.recipe import Recipe, load_recipe
from .config import Resolved
from .mesh_files import load_mesh
from .request import Request, formats_for, run_config, without_absent

FRAME = 0.95  # half of the longest side of an object in the box [-1,1]^3, as the networks know it


def build_mesh_request(mesh: Path, image: Path, resolved: Resolved, slot: str, skip: Sequence[str]) -> Request:
    """The run that fills `slot` ("coarse" or "mesh") from a file and leaves out the stages `skip`.

    The mesh is centred and scaled into the box; the result gets its longest side back unless --size is given.
    Raises UsageError, BadInputError, BadMeshError.
    """
    if not image.is_file():
        raise BadInputError(f"{image} does not exist", "Check the path of the picture.")
    framed, longest = into_frame(load_mesh(mesh))
    output = Path(resolved["output"]).expanduser() if resolved["output"] else Path(f"{mesh.stem}.{skip_name(slot)}.glb")
    if output.suffix.lower() not in MESH_SUFFIXES:
        output = output / f"{mesh.stem}.glb"
    if output.exists() and output.samefile(mesh):
        raise UsageError(f"{output} is the mesh that is read", "Give -o another name.")
    recipe = _recipe(resolved, output, longest)
    # `coarse` stays as it is while `mesh` is simplified: a normal map takes its detail from there.
    asset = Asset(source=image, coarse=framed, mesh=framed if slot == "mesh" else None)
    mask = Path(resolved["mask"]) if resolved["mask"] else None
    item = Item(output.stem, image, image.name, resolved["seed"], output.with_suffix(""), mask, asset)
    left_out = {*skip, *resolved["skip"]} & set(recipe.names())
    if resolved["from"]:
        raise UsageError("--from belongs to generate", "Here the chain starts from the mesh; --skip leaves stages out.")
    stages = select_stages(recipe, None, resolved["until"], left_out, ("source", slot))
    config = run_config(resolved, recipe, left_out, stages)
    return Request(resolved, config, (item,), BatchOptions(executor="inline"), stages)


def into_frame(mesh: Mesh) -> tuple[Mesh, float]:
    """(the mesh centred, its longest side 2 * FRAME; its longest side before)."""
    low, high = mesh.vertices.min(0), mesh.vertices.max(0)
    longest = float((high - low).max())
    if longest <= 0:
        raise BadInputError("the mesh has no extent", "All its vertices lie at one place.")
    vertices = (mesh.vertices - (low + high) / 2) * np.float32(2 * FRAME / longest)
    return replace(mesh, vertices=vertices.astype(np.float32)), longest


def skip_name(slot: str) -> str:
    """What the default output is called: chair.refined.glb, chair.textured.glb."""
    return {"coarse": "refined", "mesh": "textured"}[slot]


def _recipe(resolved: Resolved, output: Path, longest: float) -> Recipe:
    settings = without_absent(resolved.settings(), resolved["model"])
    export = settings.setdefault("export", {})
    export["formats"] = formats_for(output, resolved)
    export.setdefault("size", longest)
    return load_recipe(resolved["model"], resolved["preset"], settings)
