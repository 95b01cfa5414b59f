"""Runs a recipe on one image: order, networks, seeds, timing, peak memory, events, save and resume per stage."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._files import drop_streams, sweep, write_json
from .._text import suggestion
from ..errors import BadInputError, ItemTimeoutError, OutOfMemoryError, UsageError, Varco3DError
from .artifacts import ARTIFACTS, Asset
from .events import COMPILING, Emit, Event, Progress, StageFinished, StageStarted
from .machine import PeakMeter
from .network_pool import NetworkPool
from .recipe import Recipe, StageSpec
from .seeds import stage_seed
from .stage import Context, Stage, load_stage

_PROGRESS_GAP = 0.05  # seconds between two progress events of one stage


def select_stages(
    recipe: Recipe,
    start: str | None = None,
    until: str | None = None,
    skip: Iterable[str] = (),
    have: Iterable[str] = ("source",),
    stages: Mapping[str, Stage] | None = None,
) -> tuple[str, ...]:
    """Names of the stages to run, in order.

    start, until: inclusive; skip: left out; have: slots of the asset that are filled from elsewhere; stages: instances
    by name, default those that the recipe names. A stage that needs
    something no stage gives any more falls away with the skipped one (without `refine`, `decode` and `extract` go too
    and `clean` takes the coarse mesh), and a stage whose result nobody uses is not run.
    """
    names = recipe.names()
    for name in (start, until, *skip):
        if name is not None:
            recipe.stage(name)
    first = names.index(start) if start else 0
    last = names.index(until) if until else len(names) - 1
    if first > last:
        raise UsageError(f"`start` {start} comes after `until` {until}", f"The order is {', '.join(names)}.")
    if stages is None:
        stages = {name: load_stage(recipe.stage(name).use) for name in names}
    filled = set(have)
    for name in names[:first]:
        filled.update(stages[name].gives)
    chosen = []
    for name in names[first : last + 1]:
        if name in skip or not all(_met(need, filled) for need in stages[name].needs):
            continue
        chosen.append(name)
        filled.update(stages[name].gives)
    for name in (start, until):
        if name is not None and name not in skip and name not in chosen:
            raise UsageError(f"stage '{name}' cannot run", f"It needs {', '.join(stages[name].needs)}.")
    return tuple(_used(chosen, stages))


def _met(need: str, filled: set[str]) -> bool:
    return any(option in filled for option in need.split("|"))


def _used(chosen: list[str], stages: Mapping[str, Stage]) -> list[str]:
    """Drop stages whose every slot is unused downstream; the last stage is what the caller wants."""
    wanted: set[str] = set()
    kept: list[str] = []
    for name in reversed(chosen):
        stage = stages[name]
        if kept and not wanted.intersection(stage.gives):
            continue
        kept.append(name)
        # Of alternatives the first that an earlier stage gives is the one that will be read.
        earlier = chosen[: chosen.index(name)]
        for need in stage.needs:
            options = need.split("|")
            given = [option for option in options if any(option in stages[other].gives for other in earlier)]
            wanted.update(given[:1] or options)
    return kept[::-1]


@dataclass
class ItemState:
    """One item on its way: the asset so far, its seed, and what there is to say about it."""

    id: str
    asset: Asset
    seed: int = 0
    output: Path | None = None
    folder: Path | None = None
    deadline: float | None = None
    about: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    timings: dict[str, dict[str, float]] = field(default_factory=dict)


class Chain:
    """A recipe made ready to run. Holds no item; `run_stage` may be called over a window of items in any order."""

    def __init__(
        self,
        recipe: Recipe,
        pool: NetworkPool,
        names: Iterable[str] | None = None,
        device: str = "cpu",
        dtype: str = "float32",
        memory: float | None = None,
        stages: Mapping[str, Stage] | None = None,
    ):
        """names: what select_stages gave; default all.

        device, dtype: resolved names; memory: budget, GiB, or None; stages: instances by name, default those that the
        recipe names.
        """
        self.recipe = recipe
        self.names = tuple(recipe.names() if names is None else names)
        self._stages = dict(stages) if stages else {name: load_stage(recipe.stage(name).use) for name in self.names}
        self._pool = pool
        self._device, self._dtype, self._memory = device, dtype, memory
        self._meter = PeakMeter(device)

    def run(self, state: ItemState, emit: Emit, save: bool = False) -> Asset:
        """All stages on one item. save: keep each stage's artifacts in state.folder. Returns the final asset."""
        for name in self.names:
            self.run_stage(name, state, emit, save)
        return state.asset

    def run_stage(self, name: str, state: ItemState, emit: Emit, save: bool = False, last: bool = True) -> None:
        """One stage on one item; state is updated.

        last: False keeps the networks for another item that is about to go through the same stage.
        """
        stage, spec = self._stages[name], self.recipe.stage(name)
        _check_deadline(state, name)
        emit(StageStarted(state.id, name))
        self._meter.reset()
        networks, load_seconds = self._pool.take(getattr(stage, "networks", ()))
        started = time.perf_counter()
        extra = _stage_folder(state, name) if save and state.folder else None
        context = Context(
            seed=stage_seed(state.seed, name),
            device=self._device,
            dtype=self._dtype,
            memory=self._memory,
            networks=networks,
            progress=_reporter(state, name, started, emit),
            warn=_warner(state, name),
            emit=emit,
            folder=extra,
            output=state.output,
            about=state.about,
            models=self.recipe.models,
            load=self._pool.load,
        )
        try:
            with _compiling_told(state, name, started, emit):
                state.asset = stage.run(state.asset, spec.settings, context)
        except Varco3DError:
            raise
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            raise OutOfMemoryError(f"{name} ran out of memory: {_first_line(error)}", _smaller(spec)) from error
        finally:
            if last:
                self._pool.release(self._upcoming(name))
        seconds = time.perf_counter() - started
        peak = self._meter.read()
        state.timings[name] = {"seconds": round(seconds, 4), "load_seconds": round(load_seconds, 4)}
        if peak is not None:
            state.timings[name]["peak_mb"] = round(peak, 1)
        if extra is not None:
            save_stage(extra, stage, spec, state)
        emit(StageFinished(state.id, name, round(seconds, 4), peak and round(peak, 1), round(load_seconds, 4)))

    def _upcoming(self, name: str) -> set[str]:
        later = self.names[self.names.index(name) + 1 :]
        return {part for other in later for part in getattr(self._stages[other], "networks", ())}


# ------------------------------------------------------------------------------------------------- save and resume


def _stage_folder(state: ItemState, name: str) -> Path:
    assert state.folder is not None
    folder = state.folder / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def save_stage(folder: Path, stage: Stage, spec: StageSpec, state: ItemState) -> None:
    """Write the artifacts that `stage` gave; `stage.json` comes last, so its presence means that all are there."""
    marker = folder / "stage.json"
    sweep(folder, every=True)  # what a run that was killed had not finished: the folder is this item's alone
    marker.unlink(missing_ok=True)
    drop_streams(folder)
    for slot in stage.gives:
        artifact = getattr(state.asset, slot, None)
        if slot in ARTIFACTS and artifact is not None:
            sweep(folder / slot, every=True)
            drop_streams(folder / slot)
            artifact.save(folder / slot)
    settings = dataclasses.asdict(spec.settings)
    about = {"stage": spec.name, "use": spec.use, "seed": stage_seed(state.seed, spec.name), "settings": settings}
    write_json(marker, json.loads(json.dumps({**about, **state.timings.get(spec.name, {})}, default=str)))


def load_stages(asset: Asset, recipe: Recipe, folder: Path, start: str, skip: Iterable[str] = ()) -> Asset:
    """Return the asset as it was before stage `start`, from the folders that `save_stages` left.

    A stage without a folder was skipped then and is passed over; what it would have given must not be needed.
    Raises BadInputError when nothing is there or a needed artifact is missing.
    """
    names = recipe.names()
    if start not in names:
        raise UsageError(f"there is no stage '{start}'", suggestion(start, names))
    values: dict[str, Any] = {}
    for name in names[: names.index(start)]:
        if name in skip or not (folder / name / "stage.json").exists():
            continue
        for slot in load_stage(recipe.stage(name).use).gives:
            if slot in ARTIFACTS and (folder / name / slot).is_dir():
                values[slot] = ARTIFACTS[slot].load(folder / name / slot)
    loaded = dataclasses.replace(asset, **values)
    needs = load_stage(recipe.stage(start).use).needs
    missing = [need for need in needs if all(getattr(loaded, slot, None) is None for slot in need.split("|"))]
    if missing:
        raise BadInputError(
            f"{folder} holds no {', '.join(missing)} to start {start} from",
            "Run once with `save_stages`, up to the stage before.",
        )
    return loaded


# --------------------------------------------------------------------------------------------------------- helpers


def _reporter(state: ItemState, name: str, started: float, emit: Callable[[Event], None]) -> Callable[..., None]:
    last = 0.0

    def progress(step: int, steps: int, note: str = "") -> None:
        nonlocal last
        _check_deadline(state, name)
        now = time.perf_counter()
        if step < steps and now - last < _PROGRESS_GAP:
            return
        last = now
        emit(Progress(state.id, name, int(step), int(steps), round(now - started, 3), note))

    return progress


@contextlib.contextmanager
def _compiling_told(state: ItemState, name: str, started: float, emit: Emit) -> Iterator[None]:
    """Inside, one Progress event tells that kernels are compiled, when the first one has to be."""

    class Teller(logging.Handler):
        told = False

        def emit(self, record: logging.LogRecord) -> None:
            if not self.told:
                self.told = True
                emit(Progress(state.id, name, 0, 0, round(time.perf_counter() - started, 3), COMPILING))

    log, teller = logging.getLogger("varco3d.kernels.compiling"), Teller()
    before = log.level
    log.setLevel(logging.INFO)
    log.addHandler(teller)
    try:
        yield
    finally:
        log.removeHandler(teller)
        log.setLevel(before)


def _warner(state: ItemState, name: str) -> Callable[[str], None]:
    def warn(text: str) -> None:
        state.warnings.append(f"{name}: {text}")

    return warn


def _check_deadline(state: ItemState, name: str) -> None:
    if state.deadline is not None and time.monotonic() > state.deadline:
        raise ItemTimeoutError(f"time was up in stage {name}", "Raise `timeout`, or use `preset` draft.")


def is_out_of_memory(error: BaseException) -> bool:
    """Return True for the many ways Python, torch and Warp say that memory ran out."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError)
        and any(
            mark in text
            for mark in (
                "out of memory",
                "not enough memory",
                "can't allocate memory",
                "failed to allocate",
                "bad_alloc",
            )
        )
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def _smaller(spec: StageSpec) -> str:
    knobs = [knob for knob in ("chunk", "resolution", "tokens", "size") if hasattr(spec.settings, knob)]
    return f"Try a smaller `{spec.name}.{knobs[0]}`, or `preset` draft." if knobs else "Try `preset` draft."
