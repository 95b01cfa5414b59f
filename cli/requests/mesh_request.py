"""Runs that start from a mesh file instead of a generated one: for the verbs `refine` and `texture`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..._text import printable
from ...errors import UsageError
from ...pipeline.artifacts import Asset
from ...pipeline.batch.inputs import InputFile
from ...pipeline.chain import select_stages
from ...pipeline.meshes.framing import into_frame, told_open
from ...pipeline.meshes.reading import load_mesh
from ...pipeline.pictures.formats import existing_picture
from ..config import StageSettings
from ..options.panels import RunOptions
from .request import (
    Request,
    check_outputs,
    make_items,
    make_recipe,
    output_path,
    refuse_for_stdout,
)
from .run_settings import batch_options, run_config


def build_mesh_request(
    mesh: Path,
    image: Path | None,
    options: RunOptions,
    settings: StageSettings,
    slot: str,
    skip: Sequence[str],
    scratch: Path,
) -> Request:
    """Return the run that fills `slot` ("coarse" or "mesh") from a file and leaves out the stages `skip`.

    The mesh is centred and scaled into the box; the result gets its longest side back unless --size is given. A mesh
    stands in no record: its results are made anew each time. image: None where words alone say what is wanted; nothing
    is prepared then. scratch: folder for the one GLB that goes to stdout.
    Raises UsageError, BadInputError, BadMeshError.
    """
    if options.stages.start:
        raise UsageError("--from belongs to generate", "Here the chain starts from the mesh; --skip leaves stages out.")
    if image is not None:
        existing_picture(image)
    source = mesh if image is None else image
    skip = skip if image is not None else [*skip, "prepare"]
    lost: list[str] = []
    framed, longest = into_frame(load_mesh(mesh, warn=lost.append), printable(mesh))
    output = output_path(options, scratch) or Path(f"{mesh.stem}.{result_name(slot)}.glb")
    # Results are called after the mesh, wherever its picture comes from.
    items, _, formats = make_items((InputFile(source, mesh.name),), output, options)
    # `coarse` stays unchanged while `mesh` is simplified: a normal map takes its detail from `coarse`.
    asset = Asset(source=source, coarse=framed, mesh=framed if slot == "mesh" else None)
    recipe = make_recipe(options, settings, formats, size=longest)
    if slot == "coarse" and "refine" not in recipe.names():
        raise UsageError(f"{recipe.name} refines no mesh", "Use -m tiny, or ultrashape.")
    if slot == "coarse":
        lost += told_open(framed, recipe.names())
    items = tuple(replace(item, relpath=source.name, asset=asset, warnings=tuple(lost)) for item in items)
    unpainted = ["texture"] if slot == "coarse" and options.mesh.texture == "off" else []
    left_out = {*skip, *unpainted, *options.stages.skip} & set(recipe.names())
    stages = select_stages(recipe, None, options.stages.until, left_out, ("source", slot))
    refuse_for_stdout(options, formats, stages, len(items))
    config = run_config(options, recipe, left_out, stages)
    request = Request(options, config, items, batch_options(options), stages)
    check_outputs(request, output, [mesh, source])
    return request


def result_name(slot: str) -> str:
    """Return the default output's middle name: chair.refined.glb, chair.textured.glb."""
    return {"coarse": "refined", "mesh": "textured"}[slot]
