"""The program: reads the verb, runs it, and turns whatever happens into one error line and an exit code.

Only click is imported here. A verb's module is imported when the verb is called, torch and trimesh later still, so that
`--help` answers at once.
"""

import contextlib
import os
import sys
from collections.abc import Sequence

import click

from .._version import __version__
from ..errors import Varco3DError
from .commands.base import VerbGroup
from .console import ReaderGoneError
from .exit_codes import INTERRUPTED, MEANINGS, OK, TERMINATED, USAGE, exit_code
from .session import Session, TerminatedError, interrupts_ignored, second_interrupt_ends, sigterm_as_exception

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
    "bench": ("bench", "Time the geometry kernels beside other libraries."),
    "doctor": ("doctor", "Check this machine; every problem comes with a fix."),
    "config": ("config", "Show the settings and where each comes from."),
    "cache": ("cache", "Show or clear what varco3d keeps on disk."),
    "completion": ("completion", "Print the completion script of your shell."),
}

RUNS = ("generate", "refine", "texture")  # verbs whose --json output is a stream of events

EXAMPLES = """
varco3d generate chair.png -o chair.glb --preview png
varco3d generate photos/ -o meshes/ --json > events.ndjson
varco3d inspect chair.glb --require 'watertight,faces<=50000'
"""


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"varco3d {__version__}")
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
        with second_interrupt_ends(), sigterm_as_exception():
            result = build_app().main(args, prog_name="varco3d", standalone_mode=False, obj=session)
        code = result if isinstance(result, int) else OK
    except (KeyboardInterrupt, Exception) as caught:
        # click wraps a KeyboardInterrupt in Abort
        error = caught.__cause__ if isinstance(caught, click.Abort) and caught.__cause__ else caught
        code = exit_code_of(error)
    # The last words are said, and the first signal's code is kept, also while the interpreter shuts down.
    with interrupts_ignored(for_good=argv is None):
        if error is not None:
            session.as_json = session.as_json or "--json" in args  # a mistake may stand before the flag
            _say(session, error)
        return _finish(session, code, error, args)


def exit_code_of(error: BaseException) -> int:
    """The exit code of a program that `error` ends."""
    if isinstance(error, TerminatedError):
        return TERMINATED
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return INTERRUPTED
    if isinstance(error, ReaderGoneError):
        return OK
    if isinstance(error, click.UsageError):
        return USAGE
    return exit_code(error.code if isinstance(error, Varco3DError) else "internal")


def _say(session: Session, error: BaseException) -> None:
    """One line about what ended the program; nothing for signals, which the person sent, and for a closed pipe."""
    console = session.emergency_console()
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.message, err=True)
    elif isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx else "varco3d"
        console.error("usage", error.format_message(), f"See {path} --help.")
    elif isinstance(error, Varco3DError) and error.message in console.said:
        return
    elif isinstance(error, Varco3DError):
        console.error(error.code, error.message, error.hint, error)
    elif isinstance(error, ReaderGoneError):
        _drop_stdout()
    elif isinstance(error, Exception) and not isinstance(error, click.Abort):
        hint = "" if session.verbose else "Run again with -v for the traceback; it belongs in a bug report."
        console.error("internal", f"{type(error).__name__}: {error}", hint, error)


def _drop_stdout() -> None:
    """Sends stdout to nowhere, so that Python's flush at exit does not complain about the broken pipe."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)


def _finish(session: Session, code: int, error: BaseException | None, args: list[str]) -> int:
    """Last words, then the exit code."""
    with contextlib.suppress(ReaderGoneError, ValueError):
        session.end(code, error)
        verb = next((word for word in args if not word.startswith("-")), "")
        if session.as_json and verb in RUNS and error is not None and not session.ended:
            from .reporter import Reporter

            # The run ended before it began, on a flag that does not exist for instance; readers wait for this line.
            Reporter(session.emergency_console()).finish(code, error)
    session.close()
    return code
