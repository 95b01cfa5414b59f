"""Command and group classes: global flags everywhere, help in panels that leads with examples, suggestions."""

import difflib
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from ..session import Session

GLOBAL_PANEL = "Global"


def _store(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if value is not None and value is not False:
            setattr(ctx.ensure_object(Session), name, value)

    return keep


def global_options() -> list[click.Option]:
    """Fresh copies of the global flags, which every command and group carries; their values go to the Session."""

    def flag(names: list[str], key: str, text: str, **more: Any) -> click.Option:
        option = click.Option(names, help=text, expose_value=False, callback=_store(key), **more)
        option.panel = GLOBAL_PANEL  # type: ignore[attr-defined]
        return option

    path = click.Path(path_type=Path)
    return [
        flag(["--json"], "as_json", "Results as JSON on stdout (events, one a line, for runs).", is_flag=True),
        flag(["-q", "--quiet"], "quiet", "Errors only.", is_flag=True),
        flag(["-v", "--verbose"], "verbose", "Details, and tracebacks of errors.", is_flag=True),
        flag(["--no-color"], "no_color", "No colours; NO_COLOR does the same.", is_flag=True),
        flag(["--no-input"], "no_input", "Never ask.", is_flag=True),
        flag(["-n", "--dry-run"], "dry_run", "Say what would be done, and stop.", is_flag=True),
        flag(["--offline"], "offline", "Never touch the network.", is_flag=True),
        flag(["--log-file"], "log_file", "Append everything to this file.", type=path, metavar="FILE",
             envvar="VARCO3D_LOG_FILE"),
        flag(["--config"], "config", "Use this config file only.", type=path, metavar="FILE", envvar="VARCO3D_CONFIG"),
    ]  # fmt: skip


class Verb(click.Command):
    """A command with the global flags, `-h`, and help whose options stand in panels."""

    def __init__(self, *args: Any, examples: str = "", **kwargs: Any):
        kwargs["context_settings"] = {"help_option_names": ["-h", "--help"], **(kwargs.get("context_settings") or {})}
        super().__init__(*args, **kwargs)
        self.examples = examples
        self.params = [*self.params, *global_options()]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_examples(self.examples, formatter)
        super().format_help(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_panels(self, ctx, formatter)


class VerbGroup(click.Group):
    """A group whose commands live in modules that are imported when called. `verbs` maps name -> (module, summary).

    A module named "x" must hold `command`; "x:name" names another attribute.
    """

    def __init__(
        self, *args: Any, verbs: Mapping[str, tuple[str, str]] | None = None, examples: str = "", **kwargs: Any
    ):
        kwargs["context_settings"] = {"help_option_names": ["-h", "--help"], **(kwargs.get("context_settings") or {})}
        super().__init__(*args, **kwargs)
        self.verbs = dict(verbs or {})
        self.examples = examples
        self.params = [*self.params, *global_options()]

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.verbs, *sorted(self.commands)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.verbs:
            module, _, name = self.verbs[cmd_name][0].partition(":")
            return getattr(import_module(f".{module}", __package__), name or "command")
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.list_commands(ctx) and not name.startswith("-"):
            raise click.UsageError(f"there is no command {name!r}; {self.advice(ctx, name)}", ctx)
        return super().resolve_command(ctx, args)

    def advice(self, ctx: click.Context, name: str) -> str:
        """What the person probably wanted: a verb with a similar name, or `generate` for a picture or folder."""
        if ctx.parent is None and looks_like_input(name):
            return f"did you mean: varco3d generate {name}"
        near = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
        if near:
            return f"did you mean: {ctx.command_path} {near[0]}"
        return f"see {ctx.command_path} --help"

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Verbs from the table (importing none), then flags."""
        verbs = [CompletionItem(n, help=text) for n, (_, text) in self.verbs.items() if n.startswith(incomplete)]
        return [*verbs, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_examples(self.examples, formatter)
        super().format_help(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        write_panels(self, ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, summary) for name, (_, summary) in self.verbs.items()]
        rows += [(name, command.get_short_help_str()) for name, command in sorted(self.commands.items())]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def looks_like_input(name: str) -> bool:
    """True for a picture, folder or pattern typed where a verb belongs."""
    suffixes = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
    path = Path(name)
    return path.suffix.lower() in suffixes or "*" in name or "/" in name or path.exists()


def write_examples(examples: str, formatter: click.HelpFormatter) -> None:
    """Examples come first: most people read no further."""
    if examples:
        with formatter.section("Examples"):
            formatter.write("".join(f"  {line.strip()}\n" for line in examples.strip().splitlines()))
        formatter.write_paragraph()


def write_panels(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """The options by panel, in the order of their first flag, global ones last."""
    panels: dict[str, list[tuple[str, str]]] = {"Options": []}
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        if record is not None:
            panels.setdefault(getattr(param, "panel", "Options"), []).append(record)
    ordered = [(n, r) for n, r in panels.items() if n not in ("Options", GLOBAL_PANEL)]
    ordered += [(n, panels.get(n, [])) for n in ("Options", GLOBAL_PANEL)]
    for name, rows in ordered:
        if rows:
            with formatter.section(name):
                formatter.write_dl(rows)
