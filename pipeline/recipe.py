"""Recipes: which stage implementation, which checkpoint and which settings, as one TOML file per model.

    name = "tiny"
    description = "..."
    [models]                    # part of the model -> name in the model zoo, or a folder
    coarse = "tiny"
    [stages.coarse]             # a table per stage; the built-in order when the file does not give `order`
    use = "coarse"              # implementation in the stage registry; default: the stage's name
    settings = { steps = 20 }
    [presets.draft]             # settings on top, per preset
    coarse = { steps = 10 }
    [variants]                  # settings on top when several seeds are asked of one picture
    coarse = { candidates = 1 }
    models = { refine = "..." } # other checkpoints and implementations than the recipe's, where a preset needs some
    use = { coarse = "..." }

Another package adds recipes in the entry-point group `varco3d.recipes`: a callable that returns the file's path.

Later layers win: implementation default, recipe, preset, the caller's overrides.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._places import user_path
from .._plugins import RECIPES, package_of, plugins
from .._text import suggestion
from .._toml import read_toml
from .._version import __version__
from ..errors import UsageError
from .settings import change_settings
from .stage import ORDER, load_stage

PRESETS = ("draft", "standard", "high")
_KEYS = ("name", "description", "licence", "models", "order", "stages", "presets", "variants")
_STAGE_KEYS = ("use", "settings")
_PRESET_KEYS = ("models", "use")


@dataclass(frozen=True)
class StageSpec:
    """One stage of a recipe: its key, its implementation and its validated settings."""

    name: str
    use: str
    settings: Any


@dataclass(frozen=True)
class Recipe:
    """A recipe with everything resolved; picklable, so that it can be sent to workers."""

    name: str
    description: str
    stages: tuple[StageSpec, ...]
    models: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""
    preset: str = "standard"

    def stage(self, name: str) -> StageSpec:
        """Return the spec of one stage. Raises UsageError when the recipe has none of that name."""
        for spec in self.stages:
            if spec.name == name:
                return spec
        raise UsageError(f"recipe '{self.name}' has no stage '{name}'", suggestion(name, self.names()))

    def names(self) -> tuple[str, ...]:
        return tuple(spec.name for spec in self.stages)

    def with_settings(self, overrides: Mapping[str, Mapping[str, Any]]) -> Recipe:
        """Return a copy with settings changed: {"coarse": {"steps": "20"}}; strings are converted, ranges checked."""
        for name in overrides:
            self.stage(name)
        stages = tuple(
            dataclasses.replace(spec, settings=change_settings(spec.settings, overrides.get(spec.name, {}), spec.name))
            for spec in self.stages
        )
        return dataclasses.replace(self, stages=stages)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, in stage order: what the record, the dry run and the hash are made of."""
        stages = {spec.name: {"use": spec.use, "settings": dataclasses.asdict(spec.settings)} for spec in self.stages}
        return {"name": self.name, "models": dict(self.models), "stages": stages}

    def about(self, run_seed: int) -> dict[str, Any]:
        """Return the facts about a result that a GLB's extras hold."""
        return {
            "recipe": self.name,
            "preset": self.preset,
            "seed": run_seed,
            "version": __version__,
            "weights_licence": self.licence,
        }

    def digest(self) -> str:
        """sha256 of the resolved settings: equal digests promise equal results for equal inputs and weights."""
        return digest(self.as_dict())


def digest(value: object) -> str:
    """sha256 hex digest of a JSON-like value, keys sorted; paths and tuples become strings and lists."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def recipe_names() -> list[str]:
    """Recipes that ship with the package, sorted, then those of other packages."""
    ours = sorted(path.stem for path in _folder().glob("*.toml"))
    return [*ours, *(name for name in plugins(RECIPES) if name not in ours)]


def load_recipe(
    name: str = "tiny",
    preset: str = "standard",
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
) -> Recipe:
    """Return the recipe called `name` (or in the file or folder `name`), with a preset and overrides applied.

    Imports the modules of its stages. Raises UsageError naming the unknown recipe, preset, stage or setting.
    """
    raw = read_recipe(name)
    if preset not in PRESETS:
        raise UsageError(f"there is no preset '{preset}'", suggestion(preset, PRESETS))
    table = raw.get("stages", {})
    order = tuple(raw.get("order", ORDER))
    _check_keys(table, order, f"stages of recipe '{raw['name']}'")
    where = f"preset '{preset}' of recipe '{raw['name']}'"
    layer, chosen = preset_settings(raw, preset), raw.get("presets", {}).get(preset, {})
    _check_keys(layer, order, where)
    _check_keys(chosen.get("use", {}), order, f"use of {where}")
    stages = []
    for key in order:
        entry = table.get(key, {})
        _check_keys(entry, _STAGE_KEYS, f"[stages.{key}] of recipe '{raw['name']}'")
        use = chosen.get("use", {}).get(key, entry.get("use", key))
        settings = load_stage(use).Settings()
        for values in (entry.get("settings", {}), layer.get(key, {})):
            settings = change_settings(settings, values, key)
        stages.append(StageSpec(key, use, settings))
    made = Recipe(
        name=raw["name"],
        description=raw.get("description", ""),
        stages=tuple(stages),
        models={**raw.get("models", {}), **chosen.get("models", {})},
        licence=raw.get("licence", ""),
        preset=preset,
    )
    return made.with_settings(overrides or {})


def preset_settings(raw: Mapping[str, Any], preset: str) -> dict[str, dict[str, Any]]:
    """Return the settings that a preset of a recipe as read puts on top, by stage."""
    layer = raw.get("presets", {}).get(preset, {})
    return {key: values for key, values in layer.items() if key not in _PRESET_KEYS}


def read_recipe(name: str) -> dict[str, Any]:
    """Return the TOML of a recipe as a dict, stages not imported yet. Cheap: used by listings."""
    path = _find(name)
    try:
        raw = read_toml(path)
    except OSError as error:
        raise UsageError(f"cannot read the recipe {path}: {error.strerror}", "Check its rights.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"recipe {path} is not valid TOML: {error}", "See pipeline/recipes/tiny.toml.") from error
    _check_keys(raw, _KEYS, f"recipe {path}")
    _check_types(raw, f"recipe {path}")
    raw.setdefault("name", path.stem)
    return raw


def _find(name: str) -> Path:
    if name.endswith(".toml") or "/" in name or os.path.isdir(name):
        path = user_path(name)
        path = path / "recipe.toml" if os.path.isdir(path) else path
        if os.path.isfile(path):
            return path
        raise UsageError(f"there is no recipe at {path}", "A model folder holds a recipe.toml.")
    path = _folder() / f"{name}.toml"
    if os.path.isfile(path):
        return path
    point = plugins(RECIPES).get(name)
    if point is None:
        raise UsageError(f"there is no recipe '{name}'", suggestion(name, recipe_names()))
    foreign = Path(point.load()())
    if not foreign.is_file():
        raise UsageError(f"the recipe '{name}' of {package_of(point)} is missing: {foreign}", "Reinstall that package.")
    return foreign


def _folder() -> Path:
    return Path(__file__).parent / "recipes"


def _check_types(raw: Mapping[str, Any], where: str) -> None:
    """Raise UsageError when a member is of another type than recipes have."""
    problem = ""
    if not all(isinstance(raw.get(key, ""), str) for key in ("name", "description", "licence")):
        problem = "name, description and licence are texts"
    order = raw.get("order", ["x"])
    if not isinstance(order, list) or not order or not all(isinstance(name, str) for name in order):
        problem = "order is a list of names of stages"
    elif len(set(order)) < len(order):
        problem = "order names a stage twice"
    models = raw.get("models", {})
    if not isinstance(models, dict) or not all(isinstance(name, str) for name in models.values()):
        problem = "[models] holds a name or a folder for each part"
    stages = raw.get("stages", {})
    if not isinstance(stages, dict) or not all(
        isinstance(entry, dict)
        and isinstance(entry.get("use", ""), str)
        and isinstance(entry.get("settings", {}), dict)
        for entry in stages.values()
    ):
        problem = "[stages.NAME] holds use, a text, and settings, a table"
    presets = raw.get("presets", {})
    if not isinstance(presets, dict) or not all(
        isinstance(layer, dict) and all(isinstance(values, dict) for values in layer.values())
        for layer in presets.values()
    ):
        problem = "[presets.NAME] holds a table for each stage"
    elif not all(
        isinstance(name, str)
        for layer in presets.values()
        for key in _PRESET_KEYS
        for name in layer.get(key, {}).values()
    ):
        problem = "models and use of [presets.NAME] hold names"
    variants = raw.get("variants", {})
    if not isinstance(variants, dict) or not all(isinstance(values, dict) for values in variants.values()):
        problem = "[variants] holds a table for each stage"
    if problem:
        raise UsageError(f"{where} is not like a recipe: {problem}", "See pipeline/recipes/tiny.toml.")


def _check_keys(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            raise UsageError(f"{where} has an unknown key '{key}'", suggestion(key, known))
