"""One flag: its declaration as a field of a panel, and the Typer option made of it.

A panel is a frozen dataclass whose fields are made with `flag` or `short_for`. A field made with `short_for` stands for
settings of stages and takes range, choices, default and help from them.
"""

import dataclasses
import functools
import math
import os
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import typer

PREFIX = "VARCO3D_"
GIVEN = "flag"  # origin of a value from the command line
WORDS = ("on", "off")
WIDEST = 19  # characters of choices in the help's narrow column; longer lists stand in the text
_FAILURES = {int: "whole number", float: "number"}


@dataclass(frozen=True)
class Flag:
    """One flag: its form on the command line, in a variable or a config file, and its description.

    field: its name in the panel; name: as typed, with underscores; kind: type of one value; many: repetitions make a
    tuple (None: as the annotation says); split: and so do commas; sets: "stage.key" of the settings it stands for;
    note: what happens when it is not given, where that is no value; stored: whether a variable and a config file may
    hold it (None: as its panel says); negated: whether --no-flag exists; parse: reads one value, and raises ValueError
    with a sentence; complete: values for the shell, from what was typed so far; advice: a value that people try -> what
    to take instead.
    """

    help: str
    field: str = ""
    name: str = ""
    short: str = ""
    kind: type[Any] = str
    many: bool | None = None
    split: bool = True
    default: Any = None
    metavar: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    note: str | None = None
    stored: bool | None = None
    negated: bool = False
    parse: Callable[[str], Any] | None = None
    complete: Callable[[str], Iterable[str]] | None = None
    advice: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def option(self) -> str:
        """The flag as one types it: --octree-resolution."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment variable that holds its value, where it is stored."""
        return PREFIX + self.name.upper()

    def default_text(self) -> str:
        """Return the default for people, "" for none; a flag that stands for settings shows theirs."""
        if self.note is not None:
            return self.note
        if not self.sets:
            return "" if self.default in (None, ()) else shown(self.default)
        found = {target.partition(".")[0]: default_of(target) for target in self.sets}
        defaults = {stage: "" if default is None else shown(default) for stage, default in found.items()}
        if len(set(defaults.values())) == 1:
            return next(iter(defaults.values()))
        return ", ".join(f"{stage} {text}" for stage, text in defaults.items())


def flag(default: Any, help: str, **more: Any) -> Any:
    """Return a field of a panel; `more` are members of Flag. Its annotation gives kind, choices and many."""
    return dataclasses.field(default=default, metadata={"flag": Flag(help, default=default, **more)})


def short_for(*targets: str, words: bool = False, **more: Any) -> Any:
    """Return a field of a panel that stands for the settings `targets`; None means that it was not given.

    words: --flag on|off for a truth value, instead of --flag and --no-flag. Raises ValueError when the settings differ
    in type, range or choices.
    """
    fields = [setting_of(target) for target in targets]
    abouts = [{key: field.metadata[key] for key in ("min", "max", "choices")} for field in fields]
    if any(about != abouts[0] for about in abouts) or len({field.type for field in fields}) > 1:
        raise ValueError(f"{', '.join(targets)} differ: no flag can stand for all of them")
    about = abouts[0]
    kind, many = kind_of(setting_types(targets[0]))
    if words:
        kind, about["choices"] = str, WORDS
    made = Flag(
        more.pop("help", fields[0].metadata["help"]),
        kind=kind,
        many=many,
        minimum=about["min"],
        maximum=about["max"],
        choices=tuple(about["choices"] or ()),
        sets=targets,
        **more,
    )
    return dataclasses.field(default=None, metadata={"flag": made})


def setting_of(target: str) -> dataclasses.Field[Any]:
    """Return the field of a stage's Settings behind "stage.key"."""
    from ...pipeline.stages.settings import SETTINGS

    stage, _, key = target.partition(".")
    return SETTINGS[stage].__dataclass_fields__[key]


def default_of(target: str) -> Any:
    """Return the default of the setting "stage.key"."""
    return setting_of(target).default


def setting_types(target: str) -> Any:
    """Return the annotation of the setting "stage.key"."""
    stage, _, key = target.partition(".")
    return _types_of(stage)[key]


@functools.cache
def _types_of(stage: str) -> dict[str, Any]:
    from ...pipeline.stages.settings import SETTINGS

    return typing.get_type_hints(SETTINGS[stage])


def kind_of(annotation: Any) -> tuple[Any, bool]:
    """(type of one value, whether there are many): `tuple[float, ...] | None` gives (float, True)."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        (annotation,) = (kind for kind in typing.get_args(annotation) if kind is not types.NoneType)
    if typing.get_origin(annotation) is tuple:
        return typing.get_args(annotation)[0], True
    return annotation, False


def shown(value: Any) -> str:
    """Return a value as one would type it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple | list):
        return ",".join(shown(v) for v in value)
    return "none" if value is None else str(value)


# ------------------------------------------------------------------------------------------------------------- panels


@dataclass(frozen=True)
class Panel:
    """Base of the panels.

    origins: flag name -> where its value came from (GIVEN, a variable, a file); a flag at its default is not in it.

    title: heading in the help; stored: whether variables and config files may hold its flags.
    """

    title: ClassVar[str] = ""
    stored: ClassVar[bool] = False

    origins: Mapping[str, str] = dataclasses.field(default_factory=dict, kw_only=True, repr=False, compare=False)

    @classmethod
    def flags(cls) -> tuple[Flag, ...]:
        """Return the flags of this panel, in order."""
        return tuple(_complete(cls, field) for field in dataclasses.fields(cls) if "flag" in field.metadata)


@dataclass(frozen=True)
class PanelGroup:
    """Base of the dataclasses whose fields are panels."""

    def panels(self) -> Iterator[Panel]:
        """Return the panels, in the order of the help."""
        return (getattr(self, field.name) for field in dataclasses.fields(self))

    @classmethod
    def panel_types(cls) -> dict[str, type[Panel]]:
        """Return the class of each panel by its field."""
        return {field.name: field.type for field in dataclasses.fields(cls) if isinstance(field.type, type)}

    @classmethod
    def flags(cls) -> tuple[Flag, ...]:
        """All flags, in the order of the help."""
        return tuple(flag for panel in cls.panel_types().values() for flag in panel.flags())


def _complete(panel: type[Panel], field: dataclasses.Field[Any]) -> Flag:
    declared: Flag = field.metadata["flag"]
    about: dict[str, Any] = {"field": field.name, "name": declared.name or field.name}
    about["stored"] = panel.stored if declared.stored is None else declared.stored
    about["negated"] = panel.stored or declared.default is True
    if not declared.sets:
        about["kind"], many = kind_of(field.type)
        about["many"] = many if declared.many is None else declared.many
        if typing.get_origin(about["kind"]) is Literal:
            about |= {"choices": typing.get_args(about["kind"]), "kind": str}
    return dataclasses.replace(declared, **about)


# ------------------------------------------------------------------------------------------------------- Typer option


def typer_option(flag: Flag, title: str, **more: Any) -> tuple[Any, Any]:
    """(annotation, default) of the parameter that makes Typer read this flag; `more` goes to typer.Option."""
    negated = flag.kind is bool and flag.negated
    names = [f"{flag.option}/--no-{flag.option[2:]}" if negated else flag.option]
    names += [flag.short] if flag.short else []
    annotation, reader = _reader(flag)
    about: dict[str, Any] = {
        "help": _help(flag),
        "rich_help_panel": title,
        "envvar": flag.variable if flag.stored else None,
        "show_envvar": False,
        "case_sensitive": False,
        "metavar": flag.metavar or _metavar(flag),
        "min": _whole(flag.minimum),
        "max": _whole(flag.maximum),
        "autocompletion": _completion(flag),
        "show_default": _shown_default(flag),
    }
    # Typer parses defaults too; one that has no text of its own stays with the panel.
    default = None if flag.note is not None or flag.default == () else flag.default
    return annotation, typer.Option(
        list(default) if isinstance(default, tuple) else default, *names, **{**about, **reader, **more}
    )


def _help(flag: Flag) -> str:
    """Return the meaning, and the choices where they are too long for the column of values."""
    named = not flag.choices or flag.metavar is not None or not str(_metavar(flag)).startswith("NAME")
    return flag.help if named else f"{flag.help} One of {', '.join(flag.choices)}."


def _whole(bound: float | None) -> float | None:
    """Return a bound without .0, as the help shows it."""
    return int(bound) if bound is not None and float(bound).is_integer() else bound


def _shown_default(flag: Flag) -> bool | str:
    """Return True to show the flag's default.

    A text, which Typer puts in parentheses, where it is no value of the flag.
    """
    if flag.sets or flag.note is not None:
        return False if flag.default_text() in ("", "off") else flag.default_text()
    return flag.default not in (None, ()) and flag.default is not False


def _reader(flag: Flag) -> tuple[Any, dict[str, Any]]:
    """(annotation, arguments of typer.Option) that turn text into the values of this flag."""
    if flag.many:
        return list[str] | None, {"callback": _split(flag)}
    if flag.parse is not None:
        return str | None, {"callback": _parsed(flag)}
    if flag.choices:
        kind: Any = Literal[flag.choices]
        return kind | None, {}
    return flag.kind | None, {"callback": _finite} if flag.kind is float else {}


def _finite(value: float | None) -> float | None:
    """Return a number that is one: NaN lies in every range. Raises typer.BadParameter."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is not a finite number.")
    return value


def _parsed(flag: Flag) -> Callable[[Any], Any]:
    return lambda value: value if value is None else _read_one(flag, value)


def _split(flag: Flag) -> Callable[[typer.Context, Any], Any]:
    def split(context: typer.Context, value: Any) -> tuple[Any, ...]:
        source = context.get_parameter_source(flag.field)
        # Typer would cut the text of a variable at its spaces; patterns and paths may hold some.
        items = [os.environ[flag.variable]] if source is not None and source.name == "ENVIRONMENT" else value or ()
        texts = [part.strip() for item in items for part in item.split(",")] if flag.split else items
        return tuple(_read_one(flag, text) for text in texts if text)

    return split


def _read_one(flag: Flag, text: str) -> Any:
    """One value of a comma list or of a flag with a parser. Raises typer.BadParameter."""
    try:
        if flag.parse is not None:
            return flag.parse(text)
        value = flag.kind(text)
        if flag.kind is float:
            _finite(value)
    except ValueError as error:
        wanted = _FAILURES.get(flag.kind)
        raise typer.BadParameter(f"{text!r} is not a {wanted}." if wanted else str(error)) from error
    if flag.choices:
        found = next((choice for choice in flag.choices if choice.lower() == text.lower()), None)
        if found is None:
            advice = flag.advice.get(text.lower(), "")
            raise typer.BadParameter(f"{text!r} is not one of {', '.join(map(repr, flag.choices))}. {advice}".rstrip())
        return found
    low, high = flag.minimum, flag.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise typer.BadParameter(f"{text} is not in the range {low}<=x<={high}.")
    return value


def _metavar(flag: Flag) -> str | None:
    choices = "|".join(flag.choices)
    if flag.many:
        return f"{choices or 'TEXT'},..." if len(choices) <= WIDEST else "NAME,..."
    if choices:
        return choices if len(choices) <= WIDEST else "NAME"
    return {int: "N", float: "X", str: "TEXT", bool: None}.get(flag.kind, "PATH")


def _completion(flag: Flag) -> Callable[[str], list[str]] | None:
    names = flag.complete or ((lambda _: flag.choices) if flag.many and flag.choices else None)
    if names is None:
        return None

    def complete(incomplete: str) -> list[str]:
        return [name for name in names(incomplete) if name.startswith(incomplete)]

    return complete
