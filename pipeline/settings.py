"""Settings of stages: frozen dataclasses whose fields carry a help text and a range, and the checks that hold them.

Imports nothing heavy, so that the command line can describe every setting without loading a stage.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from .._text import suggestion
from ..errors import UsageError


def setting(
    default: Any,
    help: str,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Iterable[Any] | None = None,
) -> Any:
    """Return a field of a Settings dataclass.

    minimum and maximum are inclusive; choices hold for each member of a tuple.
    """
    allowed = None if choices is None else tuple(choices)
    about = {"help": help, "min": minimum, "max": maximum, "choices": allowed}
    return dataclasses.field(default=default, metadata=about)


def make_settings(kind: type[Any], values: Mapping[str, Any], where: str = "") -> Any:
    """Build `kind(**values)`, converting strings and TOML values, checking names, types and ranges.

    where: the stage's name, for messages. Raises UsageError with a suggestion.
    """
    return change_settings(kind(), values, where)


def change_settings(settings: Any, values: Mapping[str, Any], where: str = "") -> Any:
    """Return a copy of `settings` with `values` put in, checked like make_settings. None of `values` is changed."""
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


def parse_assignment(text: str) -> tuple[str, str, str]:
    """ "coarse.steps=20" as (stage, key, text of the value). Raises UsageError on bad form."""
    path, equals, value = text.partition("=")
    stage, dot, key = path.strip().partition(".")
    if not (equals and dot and stage and key):
        raise UsageError(f"'{text}' is no setting", "Write stage.key=value, e.g. coarse.steps=20.")
    return stage, key.strip().replace("-", "_"), value.strip()


def parse_assignments(texts: Iterable[str]) -> dict[str, dict[str, str]]:
    """`["coarse.steps=20"]` -> `{"coarse": {"steps": "20"}}`. Raises UsageError on bad form."""
    parsed: dict[str, dict[str, str]] = {}
    for stage, key, value in map(parse_assignment, texts):
        parsed.setdefault(stage, {})[key] = value
    return parsed


def describe_settings(kind: type[Any]) -> list[dict[str, Any]]:
    """One row per setting: name, type, default, min, max, choices, help. For the documentation."""
    hints = typing.get_type_hints(kind)
    rows = []
    for field in dataclasses.fields(kind):
        shown = hints[field.name]
        kind_name = shown.__name__ if isinstance(shown, type) and not typing.get_args(shown) else str(shown)
        default = list(field.default) if isinstance(field.default, tuple) else field.default
        rows.append({"name": field.name, "type": kind_name, "default": default, **field.metadata})
    return rows


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
        # A list may be typed as TOML writes it: [1, 2].
        text = value.strip().removeprefix("[").removesuffix("]") if isinstance(value, str) else ""
        parts = [part.strip(" '\"") for part in text.split(",") if part.strip()] if isinstance(value, str) else value
        if not isinstance(parts, (list, tuple)):
            parts = [parts]
        return tuple(_convert(arguments[0], part, label) for part in parts)
    try:
        return _convert_plain(hint, value)
    except (TypeError, ValueError, OverflowError) as error:
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
            raise UsageError(f"{label} = {str(part)[:20]} is out of range", f"Choose from {low_text} to {high_text}.")
