"""Does one item at a time from picture to published files. Lives in this process, in a spawned one or on a Ray node."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..._files import is_temporary, move_whole, output_error, sha256_of
from ...errors import OutOfMemoryError, OutputError, Varco3DError
from ..artifacts import Asset
from ..chain import Chain, ItemState, is_out_of_memory, load_stages, select_stages
from ..events import Emit, ItemStarted
from ..machine import resolve_device, resolve_dtype
from ..network_pool import Loader, NetworkPool
from ..recipe import Recipe
from ..seeds import item_seed
from .naming import Item
from .records import STAGES_FORMAT
from .reductions import reduced


@dataclass(frozen=True)
class RunConfig:
    """Configuration that every worker of a run shares; picklable.

    recipe: resolved; device: auto, cpu, cuda:0, ...; start, until, skip: of the chain; previews: suffixes of pictures
    to render; save_stages: keep artifacts in `<target>.stages`; tmp: folder for unfinished outputs; timeout: seconds an
    item may take; retries: further tries after out_of_memory or worker_died; loader: how networks are loaded, None =
    the model zoo; gate: raises QualityGateError for a mesh report that will not do.
    """

    recipe: Recipe
    device: str = "cpu"
    dtype: str = "auto"
    memory: float | None = None
    offload: str = "auto"
    start: str | None = None
    until: str | None = None
    skip: tuple[str, ...] = ()
    previews: tuple[str, ...] = ()
    save_stages: bool = False
    tmp: Path = Path(".varco3d/tmp")
    timeout: float | None = None
    retries: int = 2
    loader: Loader | None = None
    gate: Callable[[Mapping[str, Any]], None] | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def keeps_stages(self) -> bool:
        """Tell whether the stages' results are kept: asked for, or all that a run that ends early has to show."""
        return self.save_stages or self.until not in (None, self.recipe.names()[-1])


@dataclass(frozen=True)
class Task:
    """An item, ready to work on.

    sha256: of its picture; settings: hash of all else that decides what comes out; hashes: of all its pictures, by the
    slot they fill; attempt: from 1; reductions: of its settings, after it ran out of memory.
    """

    item: Item
    sha256: str
    settings: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 1
    reductions: int = 0
    history: tuple[dict[str, Any], ...] = ()

    @property
    def seed(self) -> int:
        return item_seed(self.item.run_seed, self.sha256)


@dataclass(frozen=True)
class Result:
    """Result of a task.

    status: ok or failed; error: {"code","message","hint"[,"traceback"]}. history: errors of earlier attempts, and what
    was turned down after each. lasting: False for an error that lies with this item, although its code mostly means
    that all items fail.
    """

    status: str
    outputs: tuple[dict[str, Any], ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    timings: Mapping[str, Any] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    seconds: float = 0.0
    history: tuple[dict[str, Any], ...] = ()
    lasting: bool = True


class Worker:
    """Holds the loaded networks between items. `run` never raises for what goes wrong with one item."""

    def __init__(self, config: RunConfig, device: str | None = None):
        """device: overrides the config's, for one of several workers."""
        self.config = config
        self.device = resolve_device(device or config.device)
        self.dtype = resolve_dtype(config.dtype, self.device)
        models = config.recipe.models
        self.pool = NetworkPool(models, self.device, self.dtype, config.memory, config.offload, config.loader)
        self.save = config.keeps_stages
        self._chains: dict[tuple[int, tuple[str, ...]], Chain] = {}

    def run(self, task: Task, emit: Emit) -> Result:
        """One attempt at one item. Only KeyboardInterrupt and SystemExit come out."""
        started = time.perf_counter()
        state = self.begin(task, emit)
        try:
            chain = self.chain(task, state)
            chain.run(state, emit, self.save)
            return self.finish(task, state, started)
        except Exception as error:
            return self.failed(task, state, error, started)
        finally:
            self.clear(task)

    def begin(self, task: Task, emit: Emit) -> ItemState:
        """Announces the item and makes its state."""
        item, config = task.item, self.config
        emit(ItemStarted(item.id, str(item.source), task.sha256, task.seed, task.attempt))
        asset = dataclasses.replace(item.asset or Asset(), source=item.source, mask=item.mask, hashes=dict(task.hashes))
        about = {**config.recipe.about(item.run_seed), **config.about}
        return ItemState(
            id=item.id,
            asset=asset,
            seed=task.seed,
            output=self._folder(task) / item.target.name,
            folder=stages_folder(item.target),
            deadline=None if config.timeout is None else time.monotonic() + config.timeout,
            about=about,
            warnings=list(item.warnings),
        )

    def chain(self, task: Task, state: ItemState) -> Chain:
        """Return the chain for this task's reductions; load kept stages when the run starts at a later stage."""
        config = self.config
        if config.start is not None:
            folder = stages_folder(task.item.target)
            state.asset = load_stages(state.asset, config.recipe, folder, config.start, config.skip)
        have = tuple(f.name for f in dataclasses.fields(Asset) if getattr(state.asset, f.name))
        key = (task.reductions, have)
        if key not in self._chains:
            recipe, _ = reduced(config.recipe, task.reductions)
            names = select_stages(recipe, config.start, config.until, config.skip, have)
            self._chains[key] = Chain(recipe, self.pool, names, self.device, self.dtype, config.memory)
        return self._chains[key]

    def finish(self, task: Task, state: ItemState, started: float) -> Result:
        """Render previews, put the files in their place and return the outputs."""
        asset, folder = state.asset, self._folder(task)
        mesh = asset.mesh or asset.coarse
        if mesh is not None and self.config.previews:
            from ..meshes.preview import write_preview

            folder.mkdir(parents=True, exist_ok=True)
            for kind in self.config.previews:
                write_preview(mesh, folder / f"{task.item.target.name}.preview.{kind}")
        outputs = publish(folder, task.item.target.parent)
        if self.save:
            outputs += kept_stages(stages_folder(task.item.target))
        result = Result(
            status="ok",
            outputs=tuple(outputs),
            report=asset.report,
            warnings=tuple(state.warnings),
            timings=state.timings,
            seconds=round(time.perf_counter() - started, 4),
            history=task.history,
        )
        if self.config.gate is not None and asset.report:
            try:
                self.config.gate(asset.report)
            except Varco3DError as error:
                return dataclasses.replace(result, status="failed", error=describe_error(error))
        return result

    def failed(self, task: Task, state: ItemState, error: BaseException, started: float) -> Result:
        """Return the result for an error that ended the item."""
        if is_out_of_memory(error) and not isinstance(error, Varco3DError):
            error = OutOfMemoryError(f"memory ran out: {error}", "Try `preset` draft or a smaller `memory`.")
        if isinstance(error, OSError) and error.filename is not None:  # what is read has errors of its own
            error = output_error(Path(os.fsdecode(error.filename)), error)
        if isinstance(error, OutputError):  # say where the file was to go, not where it is made
            message = error.message.replace(str(self._folder(task)), str(task.item.target.parent))
            error = OutputError(message, error.hint, error.lasting)
        return Result(
            status="failed",
            warnings=tuple(state.warnings),
            timings=state.timings,
            error=describe_error(error),
            seconds=round(time.perf_counter() - started, 4),
            history=task.history,
            lasting=getattr(error, "lasting", True),
        )

    def clear(self, task: Task) -> None:
        """Remove what an item left in the folder for unfinished outputs."""
        shutil.rmtree(self._folder(task), ignore_errors=True)

    def close(self) -> None:
        self.pool.close()

    def _folder(self, task: Task) -> Path:
        digest = hashlib.blake2b(task.item.id.encode("utf-8", "surrogateescape"), digest_size=10).hexdigest()
        return self.config.tmp / f"{digest}-{os.getpid()}"


def stages_folder(target: Path) -> Path:
    """Return the folder in which `save_stages` keeps the artifacts of the item with this target."""
    return target.with_name(target.name + ".stages")


def publish(folder: Path, destination: Path) -> list[dict[str, Any]]:
    """Move every file of `folder` to `destination`, each by fsync and rename; meshes last, since others serve them.

    Returns [{"path", "format", "bytes", "sha256"}], meshes first. Raises OutputError.
    """
    outputs = []
    files = sorted(folder.iterdir(), key=lambda path: path.name) if folder.is_dir() else []
    for path in sorted(files, key=_is_mesh):
        final = destination / path.name
        try:
            data = path.read_bytes()
            destination.mkdir(parents=True, exist_ok=True)
            with open(path, "rb") as file:
                os.fsync(file.fileno())
            move_whole(path, final)
        except OSError as error:
            raise output_error(final, error) from error
        kind = "preview" if ".preview." in path.name else path.suffix[1:].lower()
        digest = hashlib.sha256(data).hexdigest()
        outputs.append({"path": str(final), "format": kind, "bytes": len(data), "sha256": digest})
    return sorted(outputs, key=lambda output: not _is_mesh(Path(output["path"])))


def kept_stages(folder: Path) -> list[dict[str, Any]]:
    """Return the folder of kept stages as an output.

    It has the bytes of all its files, sha256 over names and contents of the artifacts (not of stage.json, which holds
    timings). Empty when there is no such folder.
    """
    if not folder.is_dir():
        return []
    size, digest = 0, hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not is_temporary(path)):
        size += path.stat().st_size
        if path.name != "stage.json":
            digest.update(f"{path.relative_to(folder).as_posix()}\0{sha256_of(path)}\0".encode())
    return [{"path": str(folder), "format": STAGES_FORMAT, "bytes": size, "sha256": digest.hexdigest()}]


def _is_mesh(path: Path) -> bool:
    return path.suffix in (".glb", ".obj")


def describe_error(error: BaseException) -> dict[str, Any]:
    """{"code","message","hint"} of any exception; unexpected ones carry their traceback."""
    if isinstance(error, Varco3DError):
        return {"code": error.code, "message": error.message, "hint": error.hint}
    if isinstance(error, OSError) and error.errno in (28, 30, 122):  # disk full, read-only, quota
        failure = output_error(Path(error.filename or "the output"), error)
        return {"code": failure.code, "message": failure.message, "hint": failure.hint}
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    message = f"{type(error).__name__}: {error}".strip()[:500]
    return {
        "code": "internal",
        "message": message,
        "hint": "Run again with -v and report it.",
        "traceback": text[-8000:],
    }


def error_of(description: dict[str, Any]) -> Varco3DError:
    """Return the exception for {"code","message","hint"}, of the class that has the code."""
    classes: list[type[Varco3DError]] = [Varco3DError]
    for kind in classes:
        classes += kind.__subclasses__()
    matching = [kind for kind in classes if kind.__dict__.get("code") == description.get("code")]
    kind = matching[0] if matching else Varco3DError
    return kind(description.get("message", "unknown error"), description.get("hint", ""))
