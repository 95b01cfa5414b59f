"""`varco3d config`: which settings hold here, and why."""

import os
from pathlib import Path

import click

from ..._text import did_you_mean
from ..config import config_files, merge, user_config_path
from ..flags import FLAGS, show
from ..session import Session
from .base import Verb, VerbGroup


@click.command("show", cls=Verb, examples="varco3d config show --origin\nVARCO3D_SEED=7 varco3d config show seed")
@click.argument("keys", nargs=-1)
@click.option("--origin", is_flag=True, help="Tell where each value came from.")
@click.pass_obj
def show_command(session: Session, keys: tuple[str, ...], origin: bool) -> None:
    """Show every setting after merging environment, config files, the preset and defaults.

    Settings of stages are those that differ from the model's own.
    """
    found = merge({}, os.environ, config_files(session.config, Path.cwd()))
    for text in found.warnings:
        session.console.warn(text)
    values = {flag.name: found.flags[flag.name] for flag in FLAGS if flag.stored}
    values |= {f"{stage}.{key}": v for stage, settings in found.stages.items() for key, v in settings.items()}
    wanted = [key.replace("-", "_") for key in keys]
    for key in wanted:
        if key not in values:
            raise click.UsageError(f"no such setting: {key}{did_you_mean(key, values)}")
    if wanted:
        values = {key: values[key] for key in wanted}
    if session.as_json:
        settings = {name: {"value": value.value, "origin": value.origin} for name, value in values.items()}
        session.console.result_json({"schema": "varco3d.config/1", "settings": settings})
    elif origin:
        rows = [(name, _text(v.value), v.origin) for name, v in values.items()]
        session.console.table(("setting", "value", "origin"), rows)
    else:
        for name, value in values.items():
            session.console.result(f"{name} = {_text(value.value)}")


@click.command("path", cls=Verb, examples="varco3d config path")
@click.pass_obj
def path_command(session: Session) -> None:
    """Print the place of the user's config file, which need not exist."""
    session.console.result(str(user_config_path()))


def _text(value: object) -> str:
    return "-" if value is None or value == () else show(value)


command = VerbGroup(
    "config",
    verbs={
        "show": ("config:show_command", "Every setting, with --origin also where it came from."),
        "path": ("config:path_command", "Where the user's config file belongs."),
    },
    help="Show the settings and where each comes from: flag, VARCO3D_*, ./varco3d.toml, user config, preset, default.",
    examples="varco3d config show --origin\nvarco3d config path",
)
