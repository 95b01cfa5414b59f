"""Typer's command classes with what all verbs share: examples first, help that is plain off a terminal, suggestions."""

import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from ..._text import nearest
from ...errors import UsageError
from ..console import is_terminal
from ..exit_codes import USAGE
from ..light_rich import import_renderer
from ..options.expand import expand
from ..options.globals import GlobalFlags
from ..options.synonyms import VERBS
from ..session import Session

if TYPE_CHECKING:
    from ..options.panels import RunOptions

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 120}
PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"}


class _Help:
    """The help of verbs and groups: examples first, and plain text with the same panels off a terminal."""

    examples: ClassVar[str] = ""
    params: list[Any]

    def get_help_option(self, ctx):
        """--help, in the panel of the global flags."""
        option = super().get_help_option(ctx)  # type: ignore[misc]  # Typer's classes have it
        if option is not None:
            option.rich_help_panel = GlobalFlags.title
        return option

    def format_help(self, ctx, formatter) -> None:
        """Write the help: through rich to a terminal, else into the formatter."""
        for param in self.params:  # --no-NAME of a switch that is off says nothing, and takes a column
            if getattr(param, "secondary_opts", None) and param.default is not True:
                param.secondary_opts = []
            text = getattr(param, "show_default", None)
            if isinstance(text, str):  # Typer would put it in parentheses
                param._get_default_string = lambda text=text, **_: text
        self.rich_markup_mode = show_examples(self.examples, formatter)
        super().format_help(ctx, formatter)  # type: ignore[misc]

    def collect_usage_pieces(self, ctx) -> list[str]:
        """Return the arguments of the usage line; Typer puts required ones in braces, which shells take for lists."""
        pieces = super().collect_usage_pieces(ctx)  # type: ignore[misc]
        return [piece[1:-1] if piece.startswith("{") and piece.endswith("}") else piece for piece in pieces]

    def format_options(self, ctx, formatter) -> None:
        """Write the plain help's commands, then its parameters by panel."""
        if isinstance(self, TyperGroup):
            self.format_commands(ctx, formatter)
        write_panels(self, ctx, formatter)


class Verb(_Help, TyperCommand):
    """A verb; it reports a wrong value from a variable or a config file with its origin."""

    def parse_args(self, ctx, args: list[str]) -> list[str]:
        """Parse the arguments behind the verb."""
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            raise located(error, ctx) from error


class Group(_Help, TyperGroup):
    """A group of verbs. Without arguments it prints its help on stderr and ends with 2."""

    def parse_args(self, ctx, args: list[str]) -> list[str]:
        """Parse what stands before the verb."""
        if not args and not ctx.resilient_parsing:
            formatter = ctx.make_formatter()
            self.rich_markup_mode = None
            write_examples(self.examples, formatter)
            super(_Help, self).format_help(ctx, formatter)
            typer.echo(formatter.getvalue().rstrip(), err=True)
            raise typer.Exit(USAGE)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx, args: list[str]):
        """Return the verb and its arguments. Raises UsageError, with advice, when there is no such verb."""
        name = args[0]
        if name not in self.commands and not name.startswith("-") and not ctx.resilient_parsing:
            raise UsageError(
                f"there is no command {name!r}; {self.advice(ctx, name)}", f"See {ctx.command_path} --help."
            )
        return super().resolve_command(ctx, args)

    def advice(self, ctx, name: str) -> str:
        """Suggest a verb: one with a similar name, or `generate` for a picture or folder."""
        if ctx.parent is None and looks_like_input(name):
            return f"did you mean: varco3d generate {name}"
        close, group = VERBS.get(name.lower(), ""), f"{ctx.info_name} "
        if ctx.parent is not None:
            close = close.removeprefix(group) if close.startswith(group) else ""
        close = close or nearest(name, self.commands)
        return f"did you mean: {ctx.command_path} {close}" if close else f"it has {', '.join(self.commands)}"


class LazyVerb(Verb):
    """A verb of the root as its help shows it: a name and a summary. `load` imports the module that holds the rest."""

    def load(self):
        """Return the verb itself, from the `app` of commands/NAME.py."""
        return typer.main.get_command(import_module(f".{self.name}", __package__).app)


class LazyGroup(Group):
    """The root: a verb's module is imported when the verb is called."""

    def resolve_command(self, ctx, args: list[str]):
        """Return the loaded verb and its arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, LazyVerb) else command, rest


# --------------------------------------------------------------------------------------------------------- declaring


def take_global_flags(session: Session) -> None:
    """Nothing more: the global flags before the verb go to the session."""


def new_app(
    name: str | None = None,
    help: str = "",
    examples: str = "",
    cls: type[Group] = Group,
    callback: Callable[..., Any] = take_global_flags,
) -> typer.Typer:
    """Return a Typer app; with a name it is a group of verbs.

    The callback of a group takes what stands before the verb.
    """
    app = typer.Typer(
        name=name,
        cls=type(cls.__name__, (cls,), {"examples": examples}),
        help=help,
        context_settings=CONTEXT,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    if name is not None:
        app.callback()(expand(callback))
    return app


def verb(app: typer.Typer, name: str, examples: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as a verb: its panels become options, its docstring the help."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        paragraphs = (function.__doc__ or "").strip().split("\n\n")
        text = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
        kind = type("Verb", (Verb,), {"examples": examples})
        app.command(name, cls=kind, help=text, context_settings=CONTEXT)(expand(function))
        return function

    return register


def run_options(session: Session, args: Sequence[str] = ()) -> "RunOptions":
    """Read a run's options from flags, variables and config files, as `generate` would. Raises UsageError."""
    from ..options.panels import RunOptions

    app = new_app()

    def generate(session: Session, options: RunOptions) -> RunOptions:
        return options

    verb(app, "generate", "")(generate)
    command = typer.main.get_command(app)
    with command.make_context("varco3d generate", list(args), obj=session) as context:
        return command.invoke(context)


def looks_like_input(name: str) -> bool:
    """Return True for a picture, folder or pattern typed where a verb belongs."""
    path = Path(name)
    return path.suffix.lower() in PICTURES or "*" in name or "/" in name or path.exists()


_NUMBERS = {"int": "whole number", "integer": "whole number", "float": "number"}  # the library's names of types
_TYPED = re.compile(r"is not a valid (int|integer|float)(?: range)?\b")


def located(error: typer.BadParameter, ctx) -> Exception:
    """Return the error with the variable or file that holds the wrong value; for the command line in plain words."""
    error.message = _TYPED.sub(lambda found: f"is not a {_NUMBERS[found[1]]}", error.message)
    name = getattr(error.param, "name", None)
    source = ctx.get_parameter_source(name) if name else None
    hint = f"See {ctx.command_path} --help."
    if source is not None and source.name == "ENVIRONMENT":
        return UsageError(f"{error.param.envvar}: {error.message}", hint)  # type: ignore[union-attr]
    if source is not None and source.name == "DEFAULT_MAP":
        session = ctx.ensure_object(Session)
        return UsageError(f"{session.files.flags[name].origin}: {name}: {error.message}", hint)
    return error


# -------------------------------------------------------------------------------------------------------------- help


def show_examples(examples: str, formatter: Any) -> Any:
    """Examples come first: most people read no further. Returns Typer's markup mode: None off a terminal."""
    rich = (is_terminal(sys.stdout) and os.environ.get("TERM") != "dumb") or bool(os.environ.get("FORCE_COLOR"))
    if not rich:
        write_examples(examples, formatter)
        return None
    import_renderer()
    typer.secho("\n Examples:", bold=True)
    for line in examples.strip().splitlines():
        typer.echo(f"   {line.strip()}")
    return "rich"


def write_examples(examples: str, formatter: Any) -> None:
    """Write the examples as plain text."""
    if examples:
        with formatter.section("Examples"):
            formatter.write("".join(f"  {line.strip()}\n" for line in examples.strip().splitlines()))
        formatter.write_paragraph()


def write_panels(command: Any, ctx: Any, formatter: Any) -> None:
    """Write the parameters by panel as plain text, in the order of their first flag, global ones last."""
    panels: dict[str, list[tuple[str, str]]] = {}
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        if record is not None:
            kind = "Arguments" if param.param_type_name == "argument" else "Options"
            panels.setdefault(getattr(param, "rich_help_panel", None) or kind, []).append(record)
    for name, rows in panels.items():
        with formatter.section(name):
            formatter.write_dl(rows)
