"""The stage protocol and the registry of stages.

A third party adds a stage with one file and one line: a class with the members of `Stage`, named in the entry-point
group `varco3d.stages` of its package.
"""

from __future__ import annotations

import dataclasses
import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from .._plugins import STAGES, plugins
from .._text import GIB, suggestion
from ..errors import ModelMissingError, UsageError
from .artifacts import Asset
from .machine import free_memory, used_memory
from .stages.settings import ORDER, SETTINGS, SPARSE

FREE_SHARE = 0.8  # of a device's free memory that one call of the decoder may take
LEAST_CHUNK = 256  # query points; fewer are slower and save nothing
_BUILT_IN = {name: f"{'sparse.' if name in SPARSE else ''}{name}:{name.title().replace('_', '')}" for name in SETTINGS}


def _ignore(*_: Any) -> None:
    return None


def _nothing_to_load(part: str, model: str) -> Any:
    raise ModelMissingError(f"nothing here loads {model}", f"Run the stage in a chain, which loads its {part}.")


@dataclass(frozen=True)
class Context:
    """Context that the chain hands to a stage beside the asset.

    seed: for this stage of this item; device, dtype: torch names; memory: budget in GiB or None; networks: part name
    -> loaded network, for the parts the stage asked for; progress(step, steps, note): to report work; warn(text): a
    sentence for the record; folder: where extra pictures may go, or None; output: path without suffix that the export
    stage writes to; about: facts for `asset.extras` (recipe, seed, version, licence); models: what the recipe names
    by part; load(part, model): another network, which leaves with those of the stage.
    """

    seed: int = 0
    device: str = "cpu"
    dtype: str = "float32"
    memory: float | None = None
    networks: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    progress: Callable[..., None] = _ignore
    warn: Callable[[str], None] = _ignore
    emit: Callable[[Any], None] = _ignore
    folder: Path | None = None
    output: Path | None = None
    about: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    models: Mapping[str, str] = dataclasses.field(default_factory=dict)
    load: Callable[[str, str], Any] = _nothing_to_load


def fitted_chunk(chunk: int, generator: Any, context: Context) -> int:
    """Query points per call of the decoder.

    `chunk`, or fewer when `memory` or the free memory of a device leaves no room for their activations.
    """
    from ..weights.generators.generator import PointCounting, offers

    if not offers(generator, PointCounting):
        return chunk
    room = math.inf if context.memory is None else context.memory - used_memory(context.device)
    if context.device.startswith("cuda"):
        room = min(room, FREE_SHARE * free_memory(context.device))
    if room == math.inf:
        return chunk
    return max(LEAST_CHUNK, min(chunk, int(room * GIB / generator.point_bytes())))


@runtime_checkable
class Stage(Protocol):
    """One step of the chain.

    name: key in recipes; Settings: a frozen dataclass made with `setting` (settings.py); needs: slots of Asset that
    must be filled ("mesh|coarse" = either); gives: slots it fills; networks: parts of the model it wants loaded, e.g.
    ("refine",).
    """

    name: str
    Settings: type[Any]
    needs: tuple[str, ...]
    gives: tuple[str, ...]
    networks: tuple[str, ...]

    def run(self, asset: Asset, settings: Any, context: Context) -> Asset: ...


def stage_names() -> list[str]:
    """Built-in stages in chain order, then those of other packages, sorted."""
    return [*ORDER, *sorted(name for name in _foreign() if name not in ORDER)]


def load_stage(name: str) -> Stage:
    """Return an instance of the stage called `name`.

    Imports only that stage's module. Raises UsageError when unknown.
    """
    foreign = _foreign()
    if name in foreign:
        made = foreign[name].load()()
    elif name in _BUILT_IN:
        module, _, attribute = _BUILT_IN[name].partition(":")
        made = getattr(importlib.import_module(f".stages.{module}", __package__), attribute)()
    else:
        raise UsageError(f"there is no stage '{name}'", suggestion(name, stage_names()))
    missing = [member for member in ("name", "Settings", "needs", "gives", "run") if not hasattr(made, member)]
    if missing:
        raise UsageError(f"stage '{name}' lacks {', '.join(missing)}", "See pipeline/stage.py for the protocol.")
    return made


def _foreign() -> dict[str, Any]:
    return dict(plugins(STAGES))
