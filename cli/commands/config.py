"""`varco3d config`: which settings hold here, and why."""

import os

import typer

from ..._text import did_you_mean
from ...errors import UsageError
from ..config import Value, stage_settings, unknown_variables, user_config_path
from ..options.flag import shown
from ..session import Session
from .base import new_app, run_options, verb

app = new_app(
    "config",
    "Show the settings and where each comes from: flag, VARCO3D_*, ./varco3d.toml, user config, preset, default.",
    "varco3d config show --origin\nvarco3d config path",
)


@verb(app, "show", "varco3d config show --origin\nVARCO3D_SEED=7 varco3d config show seed")
def show(
    session: Session,
    keys: list[str] = typer.Argument(None, metavar="[SETTING]...", help="Only these settings."),
    origin: bool = typer.Option(False, "--origin", help="Tell where each value came from."),
) -> None:
    """Show every setting, merged from environment, config files and preset.

    Settings of stages are shown where they differ from those of the model. Whatever `plan` would refuse is refused.
    """
    from ..requests.run_settings import check_settings

    options = run_options(session)
    for text in unknown_variables(os.environ):
        session.console.warn(text)
    values = {
        flag.name: Value(getattr(panel, flag.field), panel.origins.get(flag.name, "default"))
        for panel in options.panels()
        for flag in panel.flags()
        if flag.stored
    }
    merged = stage_settings(options, session.files)
    check_settings(options, merged)
    settings = merged.values
    values |= {f"{stage}.{key}": value for stage, found in settings.items() for key, value in found.items()}
    wanted = [key.replace("-", "_") for key in keys or ()]
    for key in wanted:
        if key not in values:
            raise UsageError(f"no such setting: {key}{did_you_mean(key, values)}")
    if wanted:
        values = {key: values[key] for key in wanted}
    if session.flags.json:
        plain = {name: {"value": value.value, "origin": value.origin} for name, value in values.items()}
        session.console.result_json({"schema": "varco3d.config/1", "settings": plain})
    elif origin:
        rows = [(name, _text(value.value), value.origin) for name, value in values.items()]
        session.console.table(("setting", "value", "origin"), rows)
    else:
        for name, value in values.items():
            session.console.result(f"{name} = {_text(value.value)}")


@verb(app, "path", "varco3d config path")
def path(session: Session) -> None:
    """Print the path of the user's config file, which need not exist."""
    session.console.result(str(user_config_path()))


def _text(value: object) -> str:
    return "-" if value is None or value == () else shown(value)
