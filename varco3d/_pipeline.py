"""Pipeline: a recipe with its networks loaded, run on one picture at a time from Python."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ._files import sha256_of
from ._inputs import MeshLike, Picture, mesh_of, picture_file, refuse_missing
from ._results import Result, Step
from ._text import suggestion
from .errors import UsageError
from .pipeline.artifacts import Asset
from .pipeline.chain import Chain, ItemState, select_stages
from .pipeline.checks import check_sides, check_stages
from .pipeline.events import Event, Progress
from .pipeline.machine import resolve_device, resolve_dtype
from .pipeline.meshes.framing import into_frame, told_open
from .pipeline.network_pool import NetworkPool
from .pipeline.recipe import Recipe, load_recipe
from .pipeline.seeds import item_seed
from .pipeline.stage import Stage, load_stage
from .pipeline.stages.export import ExportSettings

OnProgress = Callable[[str, int, int], None]
"""Called as progress(stage, step, steps) while a stage works."""


class Pipeline:
    """A recipe that keeps its networks between calls.

    stages: the stages by name, in order. Delete one to leave it out, assign an object with the members of
    `varco3d.pipeline.stage.Stage` to replace it. recipe: settings of every stage; device, dtype: as resolved.

        pipeline = Pipeline.load("tiny")
        result = pipeline("chair.png", seed=1, decode_resolution=192)
    """

    def __init__(
        self,
        recipe: Recipe,
        device: str = "auto",
        dtype: str = "auto",
        memory: float | None = None,
        offload: str = "auto",
    ):
        """Resolve the device and load the stages.

        device: auto, cpu, cuda, cuda:0, mps; dtype: auto, float32, float16, bfloat16; memory: budget in GiB or None;
        offload: auto, stage (drop networks after each stage) or none.
        """
        self.recipe = recipe
        self.device = resolve_device(device)
        self.dtype = resolve_dtype(dtype, self.device)
        self.memory = memory
        self.stages: dict[str, Stage] = {spec.name: load_stage(spec.use) for spec in recipe.stages}
        self._pool = NetworkPool(recipe.models, self.device, self.dtype, memory, offload)

    @classmethod
    def load(
        cls,
        model: str = "tiny",
        preset: str = "standard",
        *,
        device: str = "auto",
        dtype: str = "auto",
        memory: float | None = None,
        offload: str = "auto",
        **settings: Any,
    ) -> Pipeline:
        """Return the pipeline of a recipe name or model folder, with a preset (draft, standard, high).

        settings: stage settings as stage_key, such as decode_resolution=256. Networks are loaded at first use.
        Raises UsageError, DeviceError.
        """
        recipe = load_recipe(model, preset)
        return cls(recipe.with_settings(_by_stage(recipe, settings)), device, dtype, memory, offload)

    def __call__(self, picture: Picture, *, progress: OnProgress | None = None, **options: Any) -> Result:
        """Return a textured mesh from one picture; options as in `steps`. Raises the errors of varco3d.errors."""
        return _last(self._run({"source": picture}, progress=progress, **options))

    def steps(self, picture: Picture, *, progress: OnProgress | None = None, **options: Any) -> Iterator[Step | Result]:
        """Run stage by stage: yields a Step after each stage and the Result at the end.

        options: seed (0), mask (picture whose white part is the object), sides ({"back": picture, ...}), until (last
        stage), skip (stages left out), and stage settings as stage_key.
        """
        return self._run({"source": picture}, progress=progress, **options)

    def refine(self, mesh: MeshLike, picture: Picture, *, progress: OnProgress | None = None, **options: Any) -> Result:
        """Return a fine mesh from a coarse one and its picture; the longest side keeps its length in metres."""
        if "refine" not in self.stages:
            raise UsageError(f"{self.recipe.name} refines no mesh", "Load tiny, or ultrashape.")
        lost: list[str] = []
        framed, longest = into_frame(mesh_of(mesh, lost.append))
        lost += told_open(framed, self.stages)
        options["skip"] = {"coarse", *options.get("skip", ())}
        return _last(self._run({"source": picture, "coarse": framed}, longest, progress, lost, **options))

    def texture(
        self,
        mesh: MeshLike,
        picture: Picture | None = None,
        *,
        prompt: str | None = None,
        progress: OnProgress | None = None,
        **options: Any,
    ) -> Result:
        """Return the mesh with a texture painted from its picture, from words, or both; shape and longest side stay.

        Raises UsageError without either.
        """
        if picture is None and prompt is None:
            raise UsageError("there is neither a picture nor a prompt to paint from", "Give one of them.")
        lost: list[str] = []
        framed, longest = into_frame(mesh_of(mesh, lost.append))
        kept = {"texture", "export"} if picture is None else {"prepare", "texture", "export"}
        options["skip"] = {*(set(self.stages) - kept), *options.get("skip", ())}
        if prompt is not None:
            options["texture_prompt"] = prompt
        slots = {"source": picture, "coarse": framed, "mesh": framed}
        return _last(self._run(slots, longest, progress, lost, **options))

    def close(self) -> None:
        """Drop the loaded networks."""
        self._pool.close()

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(
        self,
        slots: dict[str, Any],
        longest: float | None = None,
        progress: OnProgress | None = None,
        warnings: Iterable[str] = (),
        *,
        seed: int = 0,
        mask: Picture | None = None,
        sides: Mapping[str, Picture] | None = None,
        until: str | None = None,
        skip: Iterable[str] = (),
        **settings: Any,
    ) -> Iterator[Step | Result]:
        """Run the stages on one item.

        slots: what the asset holds at the start; longest: its side in metres, if it has one; warnings: of its mesh.

        What cannot work is refused here; the iterator that is returned does the work.
        """
        recipe = self._with(settings, longest)
        given = {**slots, "mask": mask, "sides": {**(sides or {})}}
        refuse_missing([slots["source"], mask, *given["sides"].values()])
        check_sides(recipe, given["sides"])
        left_out = {*skip, *(set(recipe.names()) - set(self.stages)), "export"} & set(recipe.names())
        stages = {name: self.stages.get(name) or load_stage(recipe.stage(name).use) for name in recipe.names()}
        have = ("source", *(name for name, value in given.items() if name != "source" and value))
        names = select_stages(recipe, None, until, sorted(left_out), have, stages)
        check_stages({name: recipe.stage(name).settings for name in names})
        return self._work(given, recipe, stages, names, seed, warnings, progress)

    def _work(
        self,
        given: dict[str, Any],
        recipe: Recipe,
        stages: dict[str, Stage],
        names: tuple[str, ...],
        seed: int,
        warnings: Iterable[str],
        progress: OnProgress | None,
    ) -> Iterator[Step | Result]:
        """Run the stages `names`. given: the asset's slots, pictures as the caller has them."""
        with tempfile.TemporaryDirectory(prefix="varco3d-") as scratch:
            asset = _asset(given, Path(scratch))
            assert asset.source is not None
            chain = Chain(recipe, self._pool, names, self.device, self.dtype, self.memory, stages)
            about = recipe.about(seed)
            own_seed = item_seed(seed, sha256_of(asset.source))
            item = ItemState(asset.source.stem, asset, own_seed, warnings=[*warnings], about=about)
            emit = _teller(progress)
            for name in names:
                chain.run_stage(name, item, emit)
                yield Step(name, item.asset, item.timings[name]["seconds"])
            export = recipe.stage("export").settings if "export" in recipe.names() else ExportSettings()
            final = dataclasses.replace(item.asset, source=None, mask=None, sides={})
            yield Result(final, seed, tuple(item.warnings), item.timings, about, export)

    def _with(self, settings: Mapping[str, Any], longest: float | None) -> Recipe:
        """Return the recipe with a call's settings and with the own settings of stages that replace the recipe's."""
        specs = []
        for spec in self.recipe.stages:
            stage = self.stages.get(spec.name)
            replaced = stage is not None and not isinstance(spec.settings, stage.Settings)
            specs.append(dataclasses.replace(spec, settings=stage.Settings()) if stage and replaced else spec)
        recipe = dataclasses.replace(self.recipe, stages=tuple(specs))
        if longest is not None and "export" in recipe.names():
            recipe = recipe.with_settings({"export": {"size": longest}})
        return recipe.with_settings(_by_stage(recipe, settings))


def _by_stage(recipe: Recipe, settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """{"decode_resolution": 256} -> {"decode": {"resolution": 256}}. Raises UsageError for a name without a stage."""
    found: dict[str, dict[str, Any]] = {}
    names = recipe.names()
    for word, value in settings.items():
        stage = next((name for name in names if word.startswith(f"{name}_")), None)
        if stage is None:
            known = [f"{name}_{f.name}" for name in names for f in dataclasses.fields(recipe.stage(name).settings)]
            raise UsageError(f"there is no setting '{word}'", suggestion(word, known))
        found.setdefault(stage, {})[word[len(stage) + 1 :]] = value
    return found


def _asset(given: dict[str, Any], scratch: Path) -> Asset:
    """Return the asset that a run starts from; pictures that are no files are written to `scratch`."""
    if given["source"] is None:  # words alone; the seed then follows the mesh
        source = scratch / "mesh.npy"
        np.save(source, given["mesh"].vertices)
    else:
        source = picture_file(given["source"], scratch, "picture")
    mask = None if given["mask"] is None else picture_file(given["mask"], scratch, "mask")
    sides = {side: picture_file(picture, scratch, side) for side, picture in given["sides"].items()}
    return Asset(**{**given, "source": source, "mask": mask, "sides": sides})


def _teller(progress: OnProgress | None) -> Callable[[Event], None]:
    def emit(event: Event) -> None:
        if progress is not None and isinstance(event, Progress):
            progress(event.stage, event.step, event.steps)

    return emit


def _last(run: Iterator[Step | Result]) -> Result:
    *_, result = run
    assert isinstance(result, Result)
    return result
