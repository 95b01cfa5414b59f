"""Expands the panels in a command's signature into options, and hands the command one object per panel."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import typer

from ..config import ConfigFiles, read_config_files
from ..session import Session
from .flag import GIVEN, Flag, Panel, PanelGroup, typer_option
from .globals import GlobalFlags

Found = TypeVar("Found", bound=Panel)


def expand(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function for Typer that calls `command` with the objects its parameters name.

    A parameter annotated with a Panel, or with a group of panels (RunOptions), becomes the options of its fields.
    One annotated with Session becomes the global flags. All others are left to Typer.
    """
    wanted = inspect.signature(command).parameters
    panels = [panel for parameter in wanted.values() for panel in _panels(parameter.annotation)]
    reads_files = any(flag.stored for panel in panels for flag in panel.flags())
    parameters = [inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)]
    for parameter in wanted.values():
        if not _panels(parameter.annotation) and parameter.annotation is not Session:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))
    for panel in panels:
        parameters += [_parameter(flag, panel) for flag in panel.flags()]
    for flag in GlobalFlags.flags():
        eager = {"is_eager": True, "callback": _load_files} if reads_files and flag.name == "config" else {}
        parameters.append(_parameter(flag, GlobalFlags, **eager))

    @functools.wraps(command)
    def call(context: typer.Context, **values: Any) -> Any:
        session = context.ensure_object(Session)
        session.flags = _read(GlobalFlags, context, values, session.files).over(session.flags)
        made = {
            name: session if kind is Session else _make(kind, context, values, session.files) or values[name]
            for name, kind in ((name, parameter.annotation) for name, parameter in wanted.items())
        }
        return command(**made)

    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # Typer reads it
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return call


def _panels(kind: Any) -> list[type[Panel]]:
    """Return the panels behind a parameter's annotation, in order."""
    if not isinstance(kind, type):
        return []
    if issubclass(kind, Panel):
        return [kind]
    return list(kind.panel_types().values()) if issubclass(kind, PanelGroup) else []


def _parameter(flag: Flag, panel: type[Panel], **more: Any) -> inspect.Parameter:
    annotation, default = typer_option(flag, panel.title or panel.__name__, **more)
    return inspect.Parameter(flag.field, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _make(kind: Any, context: typer.Context, values: dict[str, Any], files: ConfigFiles) -> Any:
    """Return an object of a panel's class, or of a group of panels; None when `kind` is neither."""
    if not _panels(kind):
        return None
    if issubclass(kind, Panel):
        return _read(kind, context, values, files)
    return kind(**{name: _read(panel, context, values, files) for name, panel in kind.panel_types().items()})


def _read(panel: type[Found], context: typer.Context, values: dict[str, Any], files: ConfigFiles) -> Found:
    """Return the panel's object from what Typer parsed, with the origin of every value that is no default."""
    origins, given = {}, {}
    for flag in panel.flags():
        origin = origin_of(flag, context, files)
        if origin is not None:
            origins[flag.name] = origin
            given[flag.field] = tuple(values[flag.field] or ()) if flag.many else values[flag.field]
    return panel(**given, origins=origins)


def origin_of(flag: Flag, context: typer.Context, files: ConfigFiles) -> str | None:
    """GIVEN, a variable, or a file: where the value of a flag came from; None for its default."""
    source = context.get_parameter_source(flag.field)
    kind = "DEFAULT" if source is None else source.name
    if kind == "ENVIRONMENT":
        return flag.variable
    if kind == "DEFAULT_MAP":
        return files.flags[flag.name].origin
    return GIVEN if kind == "COMMANDLINE" else None


def _load_files(context: typer.Context, value: Any) -> Any:
    """Read the config files before any other flag is looked up, so that Typer takes their values as defaults."""
    if context.resilient_parsing:
        return value
    session = context.ensure_object(Session)
    session.files = read_config_files(value or session.flags.config)
    context.default_map = session.files.defaults()
    return value
