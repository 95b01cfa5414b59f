"""Where every setting comes from: flag > VARCO3D_* > ./varco3d.toml > user config > preset > default.

A config file holds flags by their name and a table per stage:

    model = "tiny"
    preset = "high"
    [clean]
    faces = 20000

An unknown key is an error with a suggestion, so that a typing mistake never silently changes nothing.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from .._places import config_folder
from .._text import did_you_mean
from ..errors import UsageError
from .flags import BY_NAME, FLAGS, STAGES, Flag

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT_FILE = "varco3d.toml"

# Variables that other parts of the product read; they are no flags.
OTHER_VARIABLES = frozenset({"VARCO3D_CONFIG", "VARCO3D_MODELS", "VARCO3D_OFFLINE", "VARCO3D_LOG_FILE"})


@dataclass(frozen=True)
class Value:
    """A setting and where it came from: "flag", "VARCO3D_SEED", a file's path, "preset standard" or "default"."""

    value: Any
    origin: str


@dataclass(frozen=True)
class Resolved:
    """Every flag with its value, and the stage settings that differ from the recipe's: stage -> key -> Value."""

    flags: Mapping[str, Value]
    stages: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Any:
        return self.flags[name].value

    def settings(self) -> dict[str, dict[str, Any]]:
        """The stage settings without their origins: {"coarse": {"steps": 20}}."""
        return {stage: {key: v.value for key, v in keys.items()} for stage, keys in self.stages.items()}


def user_config_path() -> Path:
    """The user's config file; it need not exist."""
    return config_folder() / "config.toml"


def config_files(explicit: Path | None, folder: Path) -> list[Path]:
    """The config files that count, strongest first. Raises UsageError when the one asked for does not exist."""
    if explicit is not None:
        if not explicit.is_file():
            raise UsageError(f"the config file {explicit} does not exist", "Check --config or VARCO3D_CONFIG.")
        return [explicit]
    return [path for path in (folder / PROJECT_FILE, user_config_path()) if _is_file(path)]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder that may not be looked into holds no config for us
        return False


def resolve(
    given: Mapping[str, Any],
    environ: Mapping[str, str],
    files: Iterable[Path] = (),
    presets: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
    stages: Iterable[str] | None = STAGES,
) -> Resolved:
    """Merges all sources.

    given: flags from the command line, None or () meaning "not given". presets: name -> stage -> key -> value, of the
    recipe. stages: names that a table or --set may have; None takes any. Raises UsageError (unknown key, wrong type,
    unknown preset, unreadable file).
    """
    known = None if stages is None else tuple(stages)
    layers = [_Layer.from_flags(given, known), _Layer.from_environment(environ)]
    layers += [_Layer.from_file(path, known) for path in files]
    flags = {}
    for flag in FLAGS:
        hit = next((layer.flags[flag.name] for layer in layers if flag.name in layer.flags), None)
        flags[flag.name] = hit or Value(flag.default, "default")
    chosen = flags["preset"].value
    if presets is not None:
        if presets and chosen not in presets:
            raise UsageError(f"this model has no preset {chosen!r}", f"It has: {', '.join(presets)}.")
        layers.append(_Layer.from_preset(chosen, presets.get(chosen, {})))
    merged: dict[str, dict[str, Value]] = {}
    for layer in layers:
        for stage, keys in layer.stages.items():
            for key, value in keys.items():
                merged.setdefault(stage, {}).setdefault(key, value)
    return Resolved(flags, merged, tuple(text for layer in layers for text in layer.warnings))


def merge(given: Mapping[str, Any], environ: Mapping[str, str], files: Sequence[Path]) -> Resolved:
    """All sources of settings, the presets of the chosen model among them. Raises UsageError, BadInputError."""
    from ..pipeline.recipe import PRESETS, read_recipe
    from ..pipeline.stage import ORDER

    first = resolve(given, environ, files, stages=None)
    raw = read_recipe(first["model"])
    presets = {name: raw.get("presets", {}).get(name, {}) for name in PRESETS}
    return resolve(given, environ, files, presets, (*ORDER, *raw.get("order", ())))


@dataclass
class _Layer:
    """One source: its flags, and its stage settings (a flag like --steps already spread to the stages it sets)."""

    flags: dict[str, Value] = field(default_factory=dict)
    stages: dict[str, dict[str, Value]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def put(self, flag: Flag, raw: Any, origin: str) -> None:
        try:
            value = flag.parse(raw)
        except click.UsageError as error:
            in_file = f"{origin}: {flag.option[2:]}"
            where = {"flag": flag.option, flag.variable: flag.variable}.get(origin, in_file)
            raise UsageError(f"{where}: {error.message}", f"See varco3d generate --help for {flag.option}.") from error
        self.flags[flag.name] = Value(value, origin)

    def spread(self) -> "_Layer":
        """Stage keys named outright in a layer win over the short flags of the same layer."""
        for name, value in self.flags.items():
            for target in BY_NAME[name].settings:
                stage, key = target.split(".")
                self.stages.setdefault(stage, {}).setdefault(key, value)
        return self

    @classmethod
    def from_flags(cls, given: Mapping[str, Any], stages: tuple[str, ...] | None) -> "_Layer":
        layer = cls()
        for name, raw in given.items():
            if raw is None or raw == ():
                continue
            layer.put(BY_NAME[name], raw, "flag")
        for stage, key, text in layer.flags.get("set", Value((), "")).value:
            check_stage(stage, stages, "--set")
            layer.stages.setdefault(stage, {})[key] = Value(literal(text), "flag")
        return layer.spread()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "_Layer":
        layer = cls()
        known = {flag.variable: flag for flag in FLAGS if flag.stored}
        for variable, text in environ.items():
            if not variable.startswith("VARCO3D_") or variable in OTHER_VARIABLES or text == "":
                continue
            if variable in known:
                layer.put(known[variable], text, variable)
            else:  # the environment is shared with other programs' wrappers: a warning, not an error
                layer.warnings.append(f"the variable {variable} means nothing here{did_you_mean(variable, known)}")
        return layer.spread()

    @classmethod
    def from_file(cls, path: Path, stages: tuple[str, ...] | None) -> "_Layer":
        layer = cls()
        for raw_key, value in read_toml(path).items():
            key = raw_key.replace("-", "_")
            if isinstance(value, dict):
                check_stage(raw_key, stages, str(path))
                for name, setting in value.items():
                    layer.stages.setdefault(raw_key, {})[name.replace("-", "_")] = Value(setting, str(path))
            elif key in BY_NAME and BY_NAME[key].stored:
                layer.put(BY_NAME[key], value, str(path))
            else:
                names = [flag.name for flag in FLAGS if flag.stored]
                raise UsageError(f"{path}: unknown key {raw_key!r}{did_you_mean(key, [*names, *STAGES])}")
        return layer.spread()

    @classmethod
    def from_preset(cls, name: str, stages: Mapping[str, Mapping[str, Any]]) -> "_Layer":
        origin = f"preset {name}"
        return cls(stages={s: {k: Value(v, origin) for k, v in keys.items()} for s, keys in stages.items()})


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as a dictionary. Raises UsageError with the line of a mistake."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"cannot read {path}: {error}", "It must be a TOML file.") from error


def literal(text: str) -> Any:
    """The value of --set as TOML would read it, or as text: 20, 0.5, true, [1, 2], "quoted" or a bare word."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def check_stage(stage: str, known: tuple[str, ...] | None, origin: str) -> None:
    """Raises UsageError, with a suggestion, when `stage` is none of the known ones."""
    if known is not None and stage not in known:
        raise UsageError(f"{origin}: there is no stage {stage!r}{did_you_mean(stage, known)}")
