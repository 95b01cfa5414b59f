"""The stage protocol, the registry, and settings with ranges.

A third party adds a stage with one file and one line: a class with the members of `Stage`, named in the entry-point
group `varco3d.stages` of its package.
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from ..errors import UsageError
from .artifacts import Asset
from .machine import GIB, used_memory

ENTRY_POINTS = "varco3d.stages"
LEAST_CHUNK = 256  # query points; fewer are slower and save nothing
ORDER = ("prepare", "coarse", "voxelize", "sample", "refine", "decode", "extract", "clean", "texture", "export")
# `generate` stands in for `coarse` in recipes whose one generator makes the final shape.
_BUILT_IN = {name: f"{name}:{name.capitalize()}" for name in (*ORDER, "generate")}


def _ignore(*_: Any) -> None:
    return None


@dataclass(frozen=True)
class Context:
    """What the chain hands to a stage beside the asset.

    seed: for this stage of this item; device, dtype: torch names; memory: budget in GiB or None; networks: part name
    -> loaded network, for the parts the stage asked for; progress(step, steps, note): to report work; warn(text): a
    sentence for the record; folder: where extra pictures may go, or None; output: path without suffix that the export
    stage writes to; about: facts for `asset.extras` (recipe, seed, version, licence).
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


def fitted_chunk(chunk: int, generator: Any, context: Context) -> int:
    """Query points per call of the decoder: `chunk`, or fewer when --memory leaves no room for their activations."""
    if context.memory is None or not hasattr(generator, "point_bytes"):
        return chunk
    room = (context.memory - used_memory(context.device)) * GIB
    return max(LEAST_CHUNK, min(chunk, int(room / generator.point_bytes())))


@runtime_checkable
class Stage(Protocol):
    """One step of the chain.

    name: key in recipes; Settings: a frozen dataclass made with `setting`; needs: slots of Asset that must be filled
    ("mesh|coarse" = either); gives: slots it fills; networks: parts of the model it wants loaded, e.g. ("refine",).
    """

    name: str
    Settings: type[Any]
    needs: tuple[str, ...]
    gives: tuple[str, ...]
    networks: tuple[str, ...]

    def run(self, asset: Asset, settings: Any, context: Context) -> Asset: ...


# ---------------------------------------------------------------------------------------------------------- registry


def stage_names() -> list[str]:
    """Built-in stages in chain order, then those of other packages, sorted."""
    return [*ORDER, *sorted(name for name in _foreign() if name not in ORDER)]


def load_stage(name: str) -> Stage:
    """An instance of the stage called `name`. Imports only that stage's module. Raises UsageError when unknown."""
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
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}


# ---------------------------------------------------------------------------------------------------------- settings


def setting(
    default: Any,
    help: str,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Iterable[Any] | None = None,
) -> Any:
    """A field of a Settings dataclass. minimum and maximum are inclusive; choices hold for each member of a tuple."""
    allowed = None if choices is None else tuple(choices)
    about = {"help": help, "min": minimum, "max": maximum, "choices": allowed}
    return dataclasses.field(default=default, metadata=about)


def make_settings(kind: type[Any], values: Mapping[str, Any], where: str = "") -> Any:
    """Build `kind(**values)`, converting strings and TOML values, checking names, types and ranges.

    where: the stage's name, for messages. Raises UsageError with a suggestion.
    """
    return change_settings(kind(), values, where)


def change_settings(settings: Any, values: Mapping[str, Any], where: str = "") -> Any:
    """A copy of `settings` with `values` put in, checked like make_settings. None of `values` is changed."""
    known = {field.name: field for field in dataclasses.fields(settings)}
    hints = typing.get_type_hints(type(settings))
    converted: dict[str, Any] = {}
    for key, value in values.items():
        name = key.replace("-", "_")
        label = f"{where}.{name}" if where else name
        if name not in known:
            raise UsageError(f"there is no setting '{label}'", suggestion(name, list(known)))
        converted[name] = _convert(hints[name], value, label)
        _check_range(known[name], converted[name], label)
    return dataclasses.replace(settings, **converted)


def parse_assignments(texts: Iterable[str]) -> dict[str, dict[str, str]]:
    """`["coarse.steps=20"]` -> `{"coarse": {"steps": "20"}}`: the values of --set. Raises UsageError on bad form."""
    parsed: dict[str, dict[str, str]] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        stage, dot, name = key.strip().partition(".")
        if not (equals and dot and stage and name):
            raise UsageError(f"'{text}' is no setting", "Write --set stage.key=value, e.g. --set coarse.steps=20.")
        parsed.setdefault(stage, {})[name.strip().replace("-", "_")] = value.strip()
    return parsed


def describe_settings(kind: type[Any]) -> list[dict[str, Any]]:
    """One row per setting: name, type, default, min, max, choices, help. For --help, docs and JSON Schemas."""
    hints = typing.get_type_hints(kind)
    rows = []
    for field in dataclasses.fields(kind):
        shown = hints[field.name]
        kind_name = shown.__name__ if isinstance(shown, type) and not typing.get_args(shown) else str(shown)
        default = list(field.default) if isinstance(field.default, tuple) else field.default
        rows.append({"name": field.name, "type": kind_name, "default": default, **field.metadata})
    return rows


def suggestion(word: str, known: Iterable[str]) -> str:
    """A hint naming the nearest known word, or all of them."""
    options = list(known)
    close = difflib.get_close_matches(word, options, n=1)
    return f"Did you mean '{close[0]}'?" if close else f"Known: {', '.join(options)}."


_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")


def _convert(hint: Any, value: Any, label: str) -> Any:
    """`value` (a string, or what TOML gave) as the annotated type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None or (isinstance(value, str) and value.lower() in ("none", "")):
            return None
        return _convert(next(kind for kind in arguments if kind is not type(None)), value, label)
    if origin is tuple:
        parts = [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        if not isinstance(parts, (list, tuple)):
            parts = [parts]
        return tuple(_convert(arguments[0], part, label) for part in parts)
    try:
        return _convert_plain(hint, value)
    except (TypeError, ValueError) as error:
        wanted = {bool: "on or off", int: "a whole number", float: "a number"}.get(hint, f"a {hint.__name__}")
        raise UsageError(f"{label} = {value!r} is not {wanted}", f"Give {label} {wanted}.") from error


def _convert_plain(hint: Any, value: Any) -> Any:
    if hint is bool:
        word = str(value).lower()
        if word not in _TRUE + _FALSE:
            raise ValueError(value)
        return word in _TRUE
    if hint is int:
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise ValueError(value)
        return int(value)
    if hint is float:
        if isinstance(value, bool):
            raise ValueError(value)
        number = float(value)
        if number != number:
            raise ValueError(value)
        return number
    if hint is str and not isinstance(value, str):
        raise ValueError(value)
    return hint(value)


def _check_range(field: dataclasses.Field[Any], value: Any, label: str) -> None:
    about = field.metadata
    low, high, choices = about.get("min"), about.get("max"), about.get("choices")
    for part in value if isinstance(value, tuple) else (value,):
        if part is None:
            continue
        if choices is not None and part not in choices:
            options = ", ".join(str(choice) for choice in choices)
            raise UsageError(f"{label} = {part} is not one of {options}", suggestion(str(part), map(str, choices)))
        if (low is not None and part < low) or (high is not None and part > high):
            low_text = "-inf" if low is None else f"{low:g}"
            high_text = "inf" if high is None else f"{high:g}"
            raise UsageError(f"{label} = {part:g} is out of range", f"Choose from {low_text} to {high_text}.")
