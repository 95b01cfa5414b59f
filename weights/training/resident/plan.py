"""Plan of a run in minutes: stages and amounts of data, from a TOML file whose entries all have defaults."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...._toml import read_toml
from ....errors import UsageError

COMPILE = ("auto", "on", "off")
NAMES = ("vae", "coarse", "rays", "refine")


@dataclass(frozen=True)
class DataPlan:
    """Amounts of data.

    objects: of the archive, 0 for all; procedural: made on the spot beside them; views: pictures of each; held_out:
    objects kept aside for evaluation; ready: objects that must be there before the first step."""

    objects: int = 0
    procedural: int = 4000
    views: int = 8
    held_out: int = 64
    ready: int = 256


@dataclass(frozen=True)
class StagePlan:
    """One stage of the training.

    share: of the minutes, against the other stages; batch: objects a step; tokens: voxel anchors of an object where
    anchors are voxels; draws: times and noises a picture; network: entries of the network's config that differ."""

    share: float
    batch: int
    learning_rate: float
    tokens: int = 0
    draws: int = 2
    surface_points: int = 2048
    near: int = 512
    far: int = 192
    network: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    data: DataPlan = DataPlan()
    vae: StagePlan = StagePlan(0.2, 64, 1.5e-3, tokens=512)
    coarse: StagePlan = StagePlan(0.4, 128, 8e-4, near=320)
    rays: StagePlan = StagePlan(0.2, 96, 1e-3, near=1024)
    refine: StagePlan = StagePlan(0.2, 48, 8e-4, tokens=256, surface_points=4096, near=320)
    compile: str = "auto"
    evaluate_minutes: float = 1.0
    seed: int = 0

    def stages(self) -> list[str]:
        """Names of the stages that get a share, in order."""
        return [name for name in NAMES if getattr(self, name).share > 0]


def read_plan(path: Path | None) -> Plan:
    """Return the plan of a TOML file, or the default one. Raises UsageError for what it does not know."""
    if path is None:
        return Plan()
    try:
        given = read_toml(path)
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"the plan {path} cannot be read: {error}", "Write it as TOML.") from error
    plan = changed(Plan(), given, str(path))
    if plan.compile not in COMPILE:
        raise UsageError(f"{path}: compile is {plan.compile!r}", f"Choose from {', '.join(COMPILE)}.")
    if not plan.stages():
        raise UsageError(f"{path}: no stage has a share", f"Give one of {', '.join(NAMES)} a share above 0.")
    return plan


def changed(settings: Any, given: dict[str, Any], where: str) -> Any:
    """Return `settings` with the entries of a table put in, nested tables likewise. Raises UsageError."""
    known = {entry.name: getattr(settings, entry.name) for entry in dataclasses.fields(settings)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise UsageError(f"{where}: there is no entry '{name}'", f"Known: {', '.join(known)}.")
        old = known[name]
        if dataclasses.is_dataclass(old):
            if not isinstance(value, dict):
                raise UsageError(f"{where}: {name} is no table", f"Write [{name}].")
            value = changed(old, value, f"{where}, [{name}]")
        elif isinstance(old, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        elif type(value) is not type(old):
            raise UsageError(f"{where}: {name} is {value!r}", f"It is to be like {old!r}.")
        values[name] = value
    return dataclasses.replace(settings, **values)
