"""Sources of every setting, strongest first: flag > VARCO3D_* > ./varco3d.toml > user config > preset > default.

A config file holds flags by their name and a table per stage:

    model = "tiny"
    preset = "high"
    [clean]
    faces = 20000

Typer reads flags and variables and takes the files' values as defaults (options/expand.py); this module reads the files
and merges what all sources say about the stages. An unknown key is an error with a suggestion, so that a typing mistake
never silently changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._files import no_file
from .._places import config_folder
from .._text import did_you_mean
from .._toml import read_toml
from ..errors import UsageError
from .options.flag import GIVEN, PREFIX, Flag, shown

if TYPE_CHECKING:
    from .options.panels import RunOptions

PROJECT_FILE = "varco3d.toml"

# Variables that other parts of the product read; they are no flags of a run.
OTHER_VARIABLES = frozenset({"VARCO3D_CONFIG", "VARCO3D_MODELS", "VARCO3D_OFFLINE", "VARCO3D_LOG_FILE"})


@dataclass(frozen=True)
class Value:
    """A setting and where it came from: "flag", "VARCO3D_SEED", a file's path, "preset standard" or "default"."""

    value: Any
    origin: str


# -------------------------------------------------------------------------------------------------------------- files


@dataclass(frozen=True)
class ConfigFiles:
    """Values read from the config files.

    paths: strongest first; flags: name -> value of the strongest file that holds it; stages: per file, stage -> key ->
    value.
    """

    paths: tuple[Path, ...] = ()
    flags: Mapping[str, Value] = field(default_factory=dict)
    stages: tuple[tuple[Path, Mapping[str, Mapping[str, Any]]], ...] = ()

    def defaults(self) -> dict[str, Any]:
        """Return the flags' values as one would type them, by field: Typer's default map."""
        known = {flag.name: flag for flag in run_flags()}
        given = {name: value.value for name, value in self.flags.items() if value.value != []}
        return {known[name].field: _typed(value, bool(known[name].many)) for name, value in given.items()}


def run_flags() -> tuple[Flag, ...]:
    """Return the flags of a run. Their declarations are imported when they are needed, so that --help is quick."""
    from .options.panels import RunOptions

    return RunOptions.flags()


def user_config_path() -> Path:
    """Return the user's config file; it need not exist."""
    return config_folder() / "config.toml"


def config_paths(explicit: Path | None, folder: Path) -> tuple[Path, ...]:
    """Return the config files that count, strongest first. Raises UsageError when the one asked for does not exist."""
    if explicit is not None:
        if not explicit.is_file():
            raise UsageError(f"the config file {explicit} {no_file(explicit)}", "Check --config or VARCO3D_CONFIG.")
        return (explicit,)
    return tuple(path for path in (folder / PROJECT_FILE, user_config_path()) if _is_file(path))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder that may not be looked into holds no config for us
        return False


def read_config_files(explicit: Path | None = None, folder: Path | None = None) -> ConfigFiles:
    """Read the file asked for, or those of the folder and the user. Raises UsageError: unreadable, unknown key."""
    paths = config_paths(explicit, folder or Path.cwd())
    stored = {flag.name for flag in run_flags() if flag.stored}
    flags: dict[str, Value] = {}
    stages = []
    for path in paths:
        tables: dict[str, Mapping[str, Any]] = {}
        for key, value in _read(path).items():
            name = key.replace("-", "_")
            if isinstance(value, dict):
                tables[key] = {setting.replace("-", "_"): part for setting, part in value.items()}
            elif name in stored:
                flags.setdefault(name, Value(value, str(path)))
            else:
                raise UsageError(f"{path}: unknown key {key!r}{did_you_mean(name, stored)}")
        stages.append((path, tables))
    return ConfigFiles(paths, flags, tuple(stages))


def _read(path: Path) -> dict[str, Any]:
    """Return a config file as a dictionary. Raises UsageError with the line of a mistake."""
    try:
        return read_toml(path)
    except (OSError, ValueError, RecursionError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or error
        raise UsageError(f"cannot read {path}: {reason}", "It must be a TOML file.") from error


def _typed(value: Any, many: bool) -> Any:
    """Return a value of a TOML file as one would type it, so that the checks of flags apply."""
    if many:
        return [shown(item) for item in value] if isinstance(value, list) else [shown(value)]
    return shown(value)


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Return a sentence for every VARCO3D_* variable that means nothing.

    The environment is shared, so it is no error.
    """
    known = {flag.variable for flag in run_flags() if flag.stored}
    strange = (name for name, text in environ.items() if name.startswith(PREFIX) and text)
    return [
        f"the variable {name} is unknown{did_you_mean(name, known)}"
        for name in strange
        if name not in known | OTHER_VARIABLES
    ]


# ------------------------------------------------------------------------------------------------------------- stages


@dataclass(frozen=True)
class StageSettings:
    """The settings of stages that differ from the recipe's: stage -> key -> Value."""

    values: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)

    def plain(self) -> dict[str, dict[str, Any]]:
        """Return the settings without their origins: {"coarse": {"steps": 20}}."""
        return {stage: {key: found.value for key, found in keys.items()} for stage, keys in self.values.items()}

    def put(self, stage: str, values: Mapping[str, Any], origin: str) -> StageSettings:
        """Return a copy in which `values` of a stage come from `origin`."""
        changed = {**self.values.get(stage, {}), **{key: Value(value, origin) for key, value in values.items()}}
        return StageSettings({**self.values, stage: changed})


def stage_settings(options: RunOptions, files: ConfigFiles) -> StageSettings:
    """Merge the stage settings of all sources, the chosen model's preset among them. Raises UsageError."""
    from ..pipeline.recipe import PRESETS, preset_settings, read_recipe
    from ..pipeline.stages.settings import ORDER

    raw = read_recipe(options.model.model)
    presets = {name: preset_settings(raw, name) for name in PRESETS}
    return merge(options, files, presets[options.model.preset], {*ORDER, *raw.get("order", ())})


def merge(
    options: RunOptions, files: ConfigFiles, preset: Mapping[str, Mapping[str, Any]], stages: Iterable[str]
) -> StageSettings:
    """Merge flags, variables, files and the preset: the strongest source wins, and in it a setting named outright.

    preset: stage -> key -> value; stages: names that a table or --set may have. Raises UsageError for another name.
    """
    known = set(stages)
    for stage, _, _ in options.assignments.assignments:
        _check_stage(stage, known, "--set")
    for path, tables in files.stages:
        for stage in tables:
            _check_stage(stage, known, str(path))
    ranks = {GIVEN: 0, **{str(path): number for number, path in enumerate(files.paths, start=2)}}
    found: list[tuple[int, str, str, Value]] = []
    for stage, key, text in options.assignments.assignments[::-1]:  # of two, the last one typed wins
        found.append((0, stage, key, Value(text, GIVEN)))
    for path, tables in files.stages:
        found += [(ranks[str(path)], *entry) for entry in _entries(tables, str(path))]
    for target, value in _from_flags(options):
        stage, _, key = target.partition(".")
        found.append((ranks.get(value.origin, 1), stage, key, value))  # a variable stands between flags and files
    weakest = len(files.paths) + 2
    found += [(weakest, *entry) for entry in _entries(preset, f"preset {options.model.preset}")]
    merged: dict[str, dict[str, Value]] = {}
    for _, stage, key, value in sorted(found, key=lambda entry: entry[0]):
        merged.setdefault(stage, {}).setdefault(key, value)
    return StageSettings(merged)


def _from_flags(options: RunOptions) -> Iterator[tuple[str, Value]]:
    """("stage.key", value) of every flag that was given and stands for a setting."""
    for panel in options.panels():
        for flag in panel.flags():
            if flag.sets and flag.name in panel.origins:
                value = Value(getattr(panel, flag.field), panel.origins[flag.name])
                yield from ((target, value) for target in flag.sets)


def _entries(tables: Mapping[str, Mapping[str, Any]], origin: str) -> Iterator[tuple[str, str, Value]]:
    for stage, keys in tables.items():
        yield from ((stage, key, Value(value, origin)) for key, value in keys.items())


def _check_stage(stage: str, known: set[str], origin: str) -> None:
    if stage not in known:
        raise UsageError(f"{origin}: there is no stage {stage!r}{did_you_mean(stage, known)}")
