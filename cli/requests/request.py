"""From merged settings to a run: recipe, stages, inputs, items, options.

Everything that can be refused is refused here, before any work.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from ..._files import bounded
from ..._places import user_path
from ...errors import UsageError
from ...pipeline.artifacts import Asset
from ...pipeline.batch.claims import check_claims, item_claims
from ...pipeline.batch.inputs import (
    MAX_LIST,
    FoundInputs,
    InputFile,
    in_shard,
    list_lines,
    parse_shard,
    read_list,
    resolve_inputs,
)
from ...pipeline.batch.naming import Item, plan_items, single_item
from ...pipeline.batch.runner import BatchOptions
from ...pipeline.batch.worker import RunConfig
from ...pipeline.chain import select_stages
from ...pipeline.checks import check_sides
from ...pipeline.meshes.formats import ADVICE, MESH_SUFFIXES, NOT_FOLDERS
from ...pipeline.pictures.formats import existing_picture
from ...pipeline.recipe import Recipe, load_recipe, read_recipe
from ...pipeline.stage import ORDER, load_stage
from ..config import StageSettings
from ..options.flag import shown
from ..options.panels import RunOptions
from .run_settings import batch_options, left_out, run_config

DEFAULT_FOLDER = "varco3d-out"
PREVIEWED_STEPS = 5  # pictures in the strip of --steps-preview


@dataclass(frozen=True)
class Request:
    """A run that is ready to start.

    stages: those that will run, in order; singly: settings that make the shapes of several seeds differ, "" for none.
    """

    flags: RunOptions
    config: RunConfig
    items: tuple[Item, ...]
    options: BatchOptions
    stages: tuple[str, ...]
    singly: str = ""

    @property
    def to_stdout(self) -> bool:
        """Tell whether the GLB's bytes go to stdout."""
        return self.flags.output.to_stdout


def build_request(
    arguments: Sequence[str],
    options: RunOptions,
    settings: StageSettings,
    environ: Mapping[str, str],
    scratch: Path | None = None,
) -> Request:
    """Read the inputs and refuses what cannot work. scratch: folder for the one GLB that goes to stdout.

    Raises UsageError, NothingMatchedError, BadInputError.
    """
    output = output_path(options, scratch)
    found, shard = _inputs(arguments, options, environ)
    files = found.files
    mask = mask_path(options)
    sides = {side: user_path(path) for side, path in options.sides.pictures().items()}
    if mask and len(files) != 1:
        raise UsageError("--mask is for one picture", "Pictures with alpha need no mask.")
    if sides and len(files) != 1:
        raise UsageError(f"--{min(sides)} is for one object", "Name the picture of its front as the only input.")
    for path in (*sides.values(), *([mask] if mask else [])):
        existing_picture(path)
    items, folder, formats = make_items(files, output, options)
    if shard is not None:  # names are given before the parts are taken, so that no part knows less than another
        items = tuple(item for item in items if in_shard(item.relpath, *shard))
    if sides:
        items = tuple(replace(item, asset=Asset(sides=sides)) for item in items)
    recipe = make_recipe(options, settings, formats)
    recipe, singly = with_variants(recipe, options, settings)
    skip = left_out(options)
    stages = select_stages(recipe, options.stages.start, options.stages.until, sorted(skip))
    refuse_for_stdout(options, formats, stages, len(files) * options.model.num_seeds)
    check_sides(recipe, sides)
    config = run_config(options, recipe, skip, stages)
    batch = batch_options(options, folder, shard, found.ignored)
    request = Request(options, config, items, batch, stages, singly if "coarse" in stages else "")
    listed = [options.selection.from_list] if options.selection.from_list else []
    check_outputs(request, output, [*(file.path for file in files), *listed])
    return request


def check_outputs(request: Request, output: Path | None, inputs: Iterable[Path]) -> None:
    """Refuse a run that would overwrite an input, another result, or a file of other origin.

    output: the file that the user named, or None. inputs: pictures and meshes. Raises UsageError.
    """
    config, read = request.config, [*inputs]
    for item in request.items:
        read += [path for path in (item.mask, *(item.asset.sides.values() if item.asset else ())) if path]
    claims = [claim for item in request.items for claim in item_claims(item, config, request.stages, output)]
    check_claims(claims, read, request.options.folder)


def output_path(options: RunOptions, scratch: Path | None) -> Path | None:
    """Return the path of --output: a file in `scratch` for `-o -`, None when it is not given."""
    if options.output.to_stdout and scratch is not None:
        return scratch / "mesh.glb"
    return user_path(options.output.output) if options.output.output else None


def mask_path(options: RunOptions) -> Path | None:
    """Return the path of --mask, or None when it is not given."""
    return user_path(options.picture.mask) if options.picture.mask else None


def refuse_for_stdout(options: RunOptions, formats: Sequence[str], stages: Sequence[str], meshes: int) -> None:
    """`-o -` has room for one GLB and for nothing beside it. Raises UsageError."""
    if not options.output.to_stdout:
        return
    if meshes != 1:
        raise UsageError(f"-o - writes one mesh, but there are {meshes} to make", "Name a folder with -o.")
    if tuple(formats) != ("glb",) or options.mesh.lod:
        raise UsageError("-o - writes one GLB", "Leave --format and --lod out.")
    if "export" not in stages:
        raise UsageError("-o - writes a GLB, but no stage makes one", "Leave --until and --skip out, or name a folder.")
    beside = {
        "--preview": options.output.preview,
        "--save-stages": options.output.save_stages,
        "--steps-preview": options.output.steps_preview,
    }
    for flag, wanted in beside.items():
        if wanted:
            raise UsageError(f"-o - excludes {flag}", "Name a file or a folder with -o.")


def _formats_for(output: Path, options: RunOptions) -> tuple[str, ...]:
    """Return the formats of `-o name.suffix`: the suffix's own, then those of --format."""
    chosen = output.suffix[1:].lower()
    extra = options.output.format if "format" in options.output.origins else ()
    return (chosen, *(kind for kind in extra if kind != chosen))


def needed_models(request: Request) -> list[str]:
    """Names of the models that the chosen stages load; folders are not among them."""
    recipe = request.config.recipe
    parts = {part for name in request.stages for part in getattr(load_stage(recipe.stage(name).use), "networks", ())}
    names = {recipe.models[part] for part in parts if part in recipe.models}
    return sorted(name for name in {*names, *painter_models(request)} if not Path(name).exists())


def painter_models(request: Request) -> tuple[str, ...]:
    """Models of the learned painter that the run asks for by its name or by a prompt. Raises UsageError."""
    from ...weights.painters import needed_models as of_painter

    if "texture" not in request.stages:
        return ()
    settings = request.config.recipe.stage("texture").settings
    # A mesh that comes from a file without its picture prepared is painted from words alone.
    bare = "prepare" not in request.stages and any(item.asset and item.asset.mesh for item in request.items)
    words = settings.words or bool(settings.lora)
    return of_painter(settings.painter, not bare, words, settings.painter_base)


def _inputs(
    arguments: Sequence[str], options: RunOptions, environ: Mapping[str, str]
) -> tuple[FoundInputs, tuple[int, int] | None]:
    """Return the pictures of all parts of this run, and the part that is to be done now."""
    wanted = options.selection
    listed: list[str] = read_list(wanted.from_list) if wanted.from_list else []
    if "-" in arguments:
        if sys.stdin is None or sys.stdin.isatty():
            what = "closed" if sys.stdin is None else "a terminal"
            raise UsageError(f"- reads a list of paths from stdin, but stdin is {what}", "Pipe it: ls *.png | ... -")
        listed += list_lines(stdin_bytes(), "stdin")
    plain = [argument for argument in arguments if argument != "-"]
    found = resolve_inputs(plain, wanted.recursive, wanted.include, wanted.exclude, listed, wanted.limit)
    return found, parse_shard(wanted.shard, environ) if wanted.shard else None


def stdin_bytes() -> bytes:
    """All of stdin; a text stream that tests put there has no bytes below. Raises UsageError when it does not end."""
    stream = getattr(sys.stdin, "buffer", None)
    try:
        if stream is not None:
            return bounded(stream, MAX_LIST, "stdin")
    except OSError as error:
        raise UsageError(f"cannot read the list on stdin: {error.strerror}", "Pipe paths, one a line.") from error
    return sys.stdin.read().encode("utf-8", "surrogateescape")


def make_items(
    files: tuple[InputFile, ...], output: Path | None, options: RunOptions
) -> tuple[tuple[Item, ...], Path | None, tuple[str, ...]]:
    """(items, folder of the record or None for stdout, formats). Raises UsageError."""
    model, seed, count = options.model.model, options.model.seed, options.model.num_seeds
    formats, mask = options.output.format, mask_path(options)
    suffix = output.suffix.lower() if output is not None else ""
    if suffix in NOT_FOLDERS and output is not None and not output.is_dir():
        advice = ADVICE.get(suffix[1:], "")
        hint = f"Mesh files are {', '.join(MESH_SUFFIXES)}. {advice}".rstrip()
        raise UsageError(f"{output}: {suffix} cannot be written", hint)
    if output is not None and suffix in MESH_SUFFIXES:
        if len(files) > 1:
            raise UsageError(f"-o {output} is one file, but there are {len(files)} pictures", "Name a folder.")
        formats = _formats_for(output, options)
        if count == 1:
            kept = not options.output.to_stdout and (output.is_file() or not output.exists())  # a pipe keeps no record
            folder = output.parent if kept else None
            return tuple(single_item(file, output, seed, mask) for file in files), folder, formats
        template = output.stem.replace("{", "{{").replace("}", "}}") + "_s{seed}.{ext}"
        return plan_items(files, output.parent, template, seed, count, model, mask), output.parent, formats
    lone = output is None and len(files) == 1 and options.selection.shard is None
    folder = Path() if lone else output or Path(DEFAULT_FOLDER)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"-o {folder} is a file without a mesh suffix", "Name a folder, or a file like chair.glb.")
    items = plan_items(files, folder, options.output.name, seed, count, model, mask)
    return items, folder, formats


def make_recipe(
    options: RunOptions, settings: StageSettings, formats: tuple[str, ...], size: float | None = None
) -> Recipe:
    """Return the recipe with all settings. size: longest side in metres when --size is not given."""
    values = _without_absent(settings.plain(), options)
    export = values.setdefault("export", {})
    export["formats"] = formats
    if size is not None:
        export.setdefault("size", size)
    recipe = load_recipe(options.model.model, options.model.preset, values)
    if options.output.steps_preview and "coarse" in recipe.names():
        coarse = recipe.stage("coarse").settings
        if "preview_steps" not in {field.name for field in fields(coarse)}:
            raise UsageError(
                f"{options.model.model} draws voxels first, so it has no preview of the steps of a shape",
                "Leave --steps-preview out.",
            )
        steps = coarse.steps
        shown = tuple(sorted({max(1, round(steps * part / PREVIEWED_STEPS)) for part in range(1, PREVIEWED_STEPS + 1)}))
        recipe = recipe.with_settings({"coarse": {"preview_steps": shown}})
    return recipe


def with_variants(recipe: Recipe, options: RunOptions, settings: StageSettings) -> tuple[Recipe, str]:
    """(recipe, what was changed in words): for several seeds the recipe's own settings of variants.

    Settings of the user win. A setting for the number of draws or their combination keeps the recipe unchanged.
    """
    wanted = read_recipe(options.model.model).get("variants", {})
    if options.model.num_seeds == 1 or not wanted:
        return recipe, ""
    chosen = {(stage, key) for stage, keys in settings.values.items() for key, value in keys.items()
              if not value.origin.startswith("preset ")}  # fmt: skip
    if chosen & {("coarse", "combine"), ("coarse", "candidates")}:
        return recipe, ""
    layer = {stage: {key: value for key, value in keys.items() if (stage, key) not in chosen}
             for stage, keys in wanted.items()}  # fmt: skip
    text = ", ".join(f"{stage}.{key}={shown(value)}" for stage, keys in layer.items() for key, value in keys.items())
    return recipe.with_settings(layer), text


def _without_absent(settings: dict[str, dict[str, Any]], options: RunOptions) -> dict[str, dict[str, Any]]:
    """Drop settings of stages the recipe lacks when a flag set them along with others: --steps without a refiner."""
    order = read_recipe(options.model.model).get("order", ORDER)
    targets = [flag.sets for flag in options.flags() if any(target.partition(".")[0] in order for target in flag.sets)]
    shared = {target for sets in targets for target in sets}
    kept = {
        stage: {key: value for key, value in keys.items() if stage in order or f"{stage}.{key}" not in shared}
        for stage, keys in settings.items()
    }
    return {stage: keys for stage, keys in kept.items() if keys}
