"""The program: reads the verb, runs it, and turns whatever happens into one error line and an exit code.

Only click is imported here. A verb's module is imported when the verb is called, torch and trimesh later still, so that
`--help` answers at once.
"""

import contextlib
import os
import sys
from collections.abc import Sequence

import click

from ..kernels.errors import Varco3DError
from .commands.base import VerbGroup
from .exit_codes import INTERRUPTED, MEANINGS, TERMINATED, USAGE, exit_code
from .session import Session, TerminatedError, sigterm_as_exception

VERBS = {
    "generate": ("generate", "Turn pictures into textured meshes: one, many, or whole folders."),
    "refine": ("refine", "Turn a coarse mesh and its picture into a fine mesh."),
    "texture": ("texture", "Paint an existing mesh from one or more pictures."),
    "convert": ("convert", "Change format, scale, axis or face count of a mesh."),
    "inspect": ("inspect", "Health numbers of meshes; a quality gate with --require."),
    "preview": ("preview", "Six views of a mesh as PNG, or a turntable as GIF or WebP."),
    "plan": ("plan", "What generate would do: files, stages, device, memory, time."),
    "report": ("report", "Table and gallery page of a finished run."),
    "models": ("models", "List, download, import, verify and remove models."),
    "doctor": ("doctor", "Check this machine; every problem comes with a fix."),
    "config": ("config", "Show the settings and where each comes from."),
    "cache": ("cache", "Show or clear what varco3d keeps on disk."),
    "completion": ("completion", "Print the completion script of your shell."),
}

EXAMPLES = """
varco3d generate chair.png -o chair.glb --preview png
varco3d generate photos/ -o meshes/ --json > events.ndjson
varco3d inspect chair.glb --require 'watertight,faces<=50000'
"""


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from .version import version

        click.echo(f"varco3d {version()}")
        ctx.exit()


def build_app() -> click.Group:
    """The top-level group. Made per call, so that nothing is shared between calls in one process."""
    codes = "\n".join(f"  {code:>3}  {text}" for code, text in MEANINGS.items())
    app = VerbGroup(
        "varco3d",
        verbs=VERBS,
        examples=EXAMPLES,
        help="One picture in, a textured 3D mesh out.",
        epilog=f"\b\nExit codes:\n{codes}",
        params=[
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_print_version,
                help="Print the version.",
            ),
        ],
    )
    return app


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit code; never raises."""
    args = list(sys.argv[1:] if argv is None else argv)
    session = Session()
    error: BaseException | None = None
    try:
        with sigterm_as_exception():
            code = _run(args, session)
    except (KeyboardInterrupt, click.Abort) as stop:
        cause = stop.__cause__ or stop  # click wraps what it catches in Abort
        code, error = (TERMINATED if isinstance(cause, TerminatedError) else INTERRUPTED), cause
    except BrokenPipeError as gone:  # `varco3d ... | head`: the reader has enough
        code, error = 0, gone
        _drop_stdout()
    except Varco3DError as failure:
        code, error = exit_code(failure.code), failure
        session.emergency_console().error(failure.code, failure.message, failure.hint, failure)
    except Exception as bug:
        code, error = exit_code("internal"), bug
        hint = "" if session.verbose else "Run again with -v for the traceback; it belongs in a bug report."
        session.emergency_console().error("internal", f"{type(bug).__name__}: {bug}", hint, bug)
    return _finish(session, code, error)


def _drop_stdout() -> None:
    """Sends stdout to nowhere, so that Python's flush at exit does not complain about the broken pipe."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)


def _finish(session: Session, code: int, error: BaseException | None) -> int:
    """Last words (run_finished), then the exit code. A second Ctrl-C here still ends with the first one's code."""
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError, ValueError):
        session.end(code, error)
    session.close()
    return code


def _run(args: list[str], session: Session) -> int:
    try:
        result = build_app().main(args, prog_name="varco3d", standalone_mode=False, obj=session)
    except click.exceptions.NoArgsIsHelpError as help_text:
        click.echo(help_text.ctx.get_help() if help_text.ctx else help_text.message, err=True)
        return USAGE
    except click.UsageError as mistake:
        session.as_json = session.as_json or "--json" in args  # the mistake may stand before the flag
        path = mistake.ctx.command_path if mistake.ctx else "varco3d"
        session.emergency_console().error("usage", mistake.format_message(), f"See {path} --help.")
        return USAGE
    return result if isinstance(result, int) else 0
