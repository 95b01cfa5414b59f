"""Finds fixtures below a folder, recognises each by its content, runs it and tells what came out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from ..checkpoints.conversion.containers import TORCH_SUFFIXES
from . import functions as of_functions
from . import pipelines as of_pipelines
from . import volumes as of_volumes
from .direct3d import pipelines as direct3d_pipelines
from .direct3d.networks import direct3d_case
from .fixture import Check, Fixture, NotUnderstoodError, recordings
from .networks import network_case
from .painters import hypaint20 as of_hypaint20
from .painters import hypaint21 as of_hypaint21
from .painters import mvadapter as of_mvadapter
from .trellis import pipelines as trellis_pipelines
from .trellis.networks import trellis_case
from .trellis2 import networks as of_trellis2
from .trellis2.ovoxel import ovoxel_case
from .trellis2.pipelines import trellis2_case

Case = Callable[[Fixture], None]
TENSORS = (".safetensors", *TORCH_SUFFIXES)


@dataclass(frozen=True)
class Outcome:
    """Result of one folder. problem: the reason of a failure beside its numbers, else empty."""

    name: str
    checks: tuple[Check, ...]
    problem: str = ""

    @property
    def ok(self) -> bool:
        return not self.problem and bool(self.checks) and all(check.ok for check in self.checks)

    @property
    def worst(self) -> Check | None:
        """The comparison that uses most of its tolerance."""
        return max(self.checks, key=lambda check: check.weight, default=None)

    def line(self) -> str:
        """One line: name, number of quantities, the largest error with its limit, ok or FAIL."""
        verdict = "ok" if self.ok else "FAIL"
        told = f"{len(self.checks):3d} quantities"
        if self.worst is not None:
            told += f"  max error {self.worst.error:.2g} of {self.worst.allowed:.2g} ({self.worst.quantity})"
        return f"{self.name:28s} {told}  {verdict}" + (f"  {self.problem}" if self.problem else "")


def recognise(fixture: Fixture) -> Case:
    """Return the check that fits a fixture, by its config, files and tensors. Raises NotUnderstoodError."""
    config, folder = fixture.config, fixture.folder
    painter = of_mvadapter.painter_case(fixture) or of_hypaint20.case20(fixture) or of_hypaint21.case21(fixture)
    if painter is not None:
        return painter
    named = class_named(fixture)
    second = trellis2_case(fixture, named)
    if second is not None:
        return second
    if (folder / "model_index.json").is_file():
        return of_pipelines.triposg
    if (folder / "pipeline.json").is_file():
        return trellis_pipelines.pipeline
    if "TrellisImageTo3DPipeline.preprocess_image" in named:
        return trellis_pipelines.pictures
    if (folder / "config.yaml").is_file():
        text = (folder / "config.yaml").read_text(encoding="utf-8")
        if "direct3d_s2" in text:
            return direct3d_pipelines.pipeline
        return of_pipelines.ultrashape if "UltraShapePipeline" in text else of_pipelines.hunyuan
    if "repo" in config and "weights" in config:
        return of_volumes.flash
    if fixture.starting("out.dense"):
        return of_volumes.grids
    for word, case in (
        ("ImageProcessorV2", of_functions.pictures),
        ("voxelize_from_point", of_functions.voxels),
        ("precompute_freqs_cis_3d", of_functions.rotation),
        ("surface_loaders", of_functions.surface),
        ("torch_cluster", of_functions.farthest),
    ):
        if word in named:
            return case
    if "tags" in config:
        return of_functions.schedulers
    if {"in.grid", "out.v", "out.f"} <= fixture.names:
        return of_functions.extraction
    case = ovoxel_case(named) or trellis_case(named) or direct3d_case(named) or network_case(named)
    if case is None:
        raise NotUnderstoodError(f"no check for {named or 'a fixture that names no class'}")
    return case


def is_network(folder: Path) -> bool:
    """Tell whether a folder records a single network, which any device can be compared on.

    The rest is for the CPU.
    """
    fixture = Fixture(folder, recording=recordings(folder)[0])
    case = recognise(fixture)
    named = class_named(fixture)
    if case in of_trellis2.NETWORKS:
        return True
    return any(case is known(named) for known in (network_case, trellis_case, direct3d_case))


def class_named(fixture: Fixture) -> str:
    """Return the class or function that the config names as recorded, empty when it names none."""
    config = fixture.config
    return str(
        config.get("class")
        or config.get("function")
        or config.get("module")
        or config.get("library")
        or config.get("what")
        or ""
    )


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute with one thread for a block: the order of sums, and so the error, depends on their number."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@one_thread()
def run_fixture(folder: Path, device: str = "cpu") -> Outcome:
    """Run one folder; a failure of any kind becomes a problem in the outcome, never an exception."""
    checks: list[Check] = []
    for recording in recordings(folder):
        fixture: Fixture | None = None
        problem = ""
        try:
            fixture = Fixture(folder, device, recording)
            with torch.inference_mode():
                recognise(fixture)(fixture)
            fixture.finish()
        except NotUnderstoodError as error:
            problem = f"not understood: {error}"
        except Exception as error:  # whatever goes wrong in one fixture must not hide the others
            problem = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        way = f"{fixture.way}: " if fixture is not None and fixture.way else ""
        checks += [replace(check, quantity=way + check.quantity) for check in (fixture.checks if fixture else ())]
        if problem:
            return Outcome(folder.name, tuple(checks), way + problem)
    return Outcome(folder.name, tuple(checks))


def fixture_folders(root: Path) -> list[Path]:
    """Folders that should be fixtures: every one that holds a config.json or tensors and is inside no other one."""
    return sorted(_below(root))


def _below(folder: Path) -> Iterator[Path]:
    if (folder / "config.json").is_file() or any(path.suffix in TENSORS for path in folder.iterdir()):
        yield folder
        return
    for child in sorted(path for path in folder.iterdir() if path.is_dir()):
        yield from _below(child)


def run_all(root: Path) -> Iterator[Outcome]:
    """Outcomes in order of name, as they come."""
    for folder in fixture_folders(root):
        yield run_fixture(folder)
