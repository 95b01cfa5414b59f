"""From merged settings to what workers and batches are told, with the checks that need no picture.

`config show` makes them all; nothing heavy is imported.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..._text import suggestion
from ...errors import UsageError
from ...pipeline.batch.inputs import parse_shard
from ...pipeline.batch.runner import BatchOptions
from ...pipeline.batch.worker import RunConfig
from ...pipeline.checks import check_stages
from ...pipeline.meshes.report import REPORT_KEYS
from ...pipeline.recipe import Recipe, read_recipe
from ...pipeline.settings import make_settings
from ...pipeline.stages.settings import ORDER, SETTINGS
from ..config import StageSettings
from ..options.panels import RunOptions
from ..options.spoken import spoken
from .requirements import Gate, parse_requirements

ONE_WORKER = "--order stage is for one worker"


def check_settings(options: RunOptions, settings: StageSettings) -> None:
    """Refuse what a run with these settings would refuse whatever its pictures are.

    Settings of another package's stage are left to it. Raises UsageError, MissingDependencyError, BadInputError.
    """
    raw = read_recipe(options.model.model)
    order, skip, found = raw.get("order", ORDER), left_out(options), settings.plain()
    for name in sorted(skip - set(order)):
        raise UsageError(f"there is no stage '{name}'", suggestion(name, order))
    made: dict[str, Any] = {}
    for stage in order:
        kind = SETTINGS.get(raw.get("stages", {}).get(stage, {}).get("use", stage))
        if kind is not None:
            own = {"formats": options.output.format} if stage == "export" else {}
            made[stage] = make_settings(kind, {**found.get(stage, {}), **own}, stage)
    check_stages({stage: values for stage, values in made.items() if stage not in skip})
    gate_of(options)
    batch_options(options)
    if options.selection.shard:
        parse_shard(options.selection.shard, os.environ)


def left_out(options: RunOptions) -> set[str]:
    """Return the stages that the flags leave out."""
    return {*options.stages.skip, *(["texture"] if options.mesh.texture == "off" else [])}


def run_config(options: RunOptions, recipe: Recipe, skip: Iterable[str], stages: Sequence[str]) -> RunConfig:
    """Return the configuration of the workers. skip: stages left out; stages: those that run.

    Raises UsageError, and MissingDependencyError now rather than in the middle of the run.
    """
    check_stages({name: recipe.stage(name).settings for name in stages})
    output, machine = options.output, options.machine
    return RunConfig(
        recipe=recipe,
        device=machine.device,
        dtype=machine.dtype,
        memory=machine.memory,
        offload=machine.offload,
        start=options.stages.start,
        until=options.stages.until,
        skip=tuple(sorted(skip)),
        previews=output.preview,
        # Whoever stops before the export wants what the stages made.
        save_stages=output.save_stages or output.steps_preview or "export" not in stages,
        timeout=options.batch.timeout,
        retries=options.batch.retries,
        gate=gate_of(options),
    )


def batch_options(
    options: RunOptions, folder: Path | None = None, shard: tuple[int, int] | None = None, ignored: int = 0
) -> BatchOptions:
    """Return the BatchOptions of the run. Raises UsageError."""
    machine, batch = options.machine, options.batch
    workers = machine.jobs > 1 or machine.devices or machine.recycle_after
    if batch.order == "stage" and (workers or machine.executor not in ("auto", "inline")):
        raise UsageError(ONE_WORKER, "Leave out --executor, --jobs, --devices, --recycle-after.")
    return BatchOptions(
        folder=folder,
        resume=batch.resume,
        force=batch.force,
        fail_fast=batch.fail_fast,
        max_failures=batch.max_failures,
        executor=machine.executor,
        jobs=machine.jobs,
        devices=machine.devices,
        recycle_after=machine.recycle_after,
        order=batch.order,
        ray_address=machine.ray_address,
        shard=shard,
        ignored=ignored,
        wording=spoken,
    )


def gate_of(options: RunOptions) -> Gate | None:
    """Return the quality gate that --require and --watertight ask for. Raises UsageError."""
    texts = (*options.output.require, *(["watertight"] if options.mesh.watertight else []))
    parse_requirements(texts, REPORT_KEYS)  # a mistake is found now, not after the first mesh
    return Gate(texts) if texts else None
