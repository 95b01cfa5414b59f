"""The program: reads the verb, runs it, and turns whatever happens into one error line and an exit code."""

import contextlib
import errno
import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import typer

from .._text import printable
from ..errors import OutputError, UsageError, Varco3DError
from .app import build_app
from .console import ReaderGoneError, open_standard_streams
from .exit_codes import INTERRUPTED, OK, TERMINATED, USAGE, exit_code
from .options.completing import behind, join_at_equals
from .options.synonyms import flag_for
from .session import Session, TerminatedError, interrupts_ignored, second_interrupt_ends, sigterm_as_exception

RUNS = ("generate", "refine", "texture")  # verbs whose --json output is a stream of events
COMPLETION = "_VARCO3D_COMPLETE"  # the variable in which the shell asks for completions
_LONGEST = 80  # characters of a path in an error


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code; never raises."""
    args = list(sys.argv[1:] if argv is None else argv)
    if argv is None:
        open_standard_streams()
    session = Session()
    error: BaseException | None = None
    try:
        with second_interrupt_ends(), sigterm_as_exception():
            result = _call(args, session)
        code = result if isinstance(result, int) else OK
    except (KeyboardInterrupt, Exception) as caught:
        error = in_words(caught)
        code = exit_code_of(error)
    # The last words are said, and the first signal's code is kept, also while the interpreter shuts down.
    with interrupts_ignored(for_good=argv is None):
        if error is not None:
            _say(session, error, args)
        return _finish(session, code, error, args)


def _call(args: list[str], session: Session) -> Any:
    """Run the verb, or answers the shell that completes a line. Typer's own way would hide which signal came."""
    app = build_app()
    if os.environ.get(COMPLETION):
        from typer.completion import completion_init  # pyright: ignore[reportPrivateImportUsage]

        completion_init()
        kept, answers = "", io.StringIO()
        try:
            kept = join_at_equals(os.environ) if os.environ[COMPLETION].endswith("_bash") else ""
            with contextlib.redirect_stdout(answers):
                return app.main(args, prog_name="varco3d", complete_var=COMPLETION)
        except SystemExit as ended:
            sys.stdout.write(behind(kept, answers.getvalue()))
            return ended.code
        except (KeyError, ValueError) as error:
            raise UsageError(f"{COMPLETION} is for shells, which set more variables", "Unset it.") from error
    try:
        with app.make_context("varco3d", args, obj=session) as context:
            return app.invoke(context)
    except typer.Exit as ended:
        return ended.exit_code


def in_words(error: BaseException) -> BaseException:
    """Return an error of the operating system that nobody foresaw as an error about its file; others as they are."""
    if not isinstance(error, OSError) or error.errno is None:
        return error
    reason = error.strerror or str(error)
    if error.filename is None and error.errno == errno.ENOENT:
        told: Varco3DError = UsageError("this folder does not exist any more", "Change into one that does.")
    elif error.filename is None:
        told = OutputError(f"the system refuses: {reason}", "Free the missing resource, and run again.")
    else:
        name = printable(os.fsdecode(error.filename) if isinstance(error.filename, bytes) else str(error.filename))
        shown = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."
        told = UsageError(f"{shown}: {reason}", "Check the path and its rights.")
    told.__cause__ = error
    return told


def exit_code_of(error: BaseException) -> int:
    """Return the exit code of a program that `error` ends."""
    if isinstance(error, TerminatedError):
        return TERMINATED
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return INTERRUPTED
    if isinstance(error, ReaderGoneError):
        return OK
    if isinstance(error, typer.TyperException):
        return USAGE
    return exit_code(error.code if isinstance(error, Varco3DError) else "internal")


def _say(session: Session, error: BaseException, args: list[str]) -> None:
    """One line about what ended the program; nothing for signals, which the person sent, and for a closed pipe."""
    console = session.emergency_console(as_json="--json" in args)  # a mistake may stand before the flag
    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "varco3d"
        meant = flag_for(getattr(error, "option_name", "")) if not getattr(error, "possibilities", None) else ""
        message = f"No such option: {error.option_name}" if meant else error.format_message()  # type: ignore[attr-defined]
        console.error("usage", message, f"Use {meant}; see {path} --help." if meant else f"See {path} --help.")
    elif isinstance(error, Varco3DError) and error.message in console.said:
        return
    elif isinstance(error, Varco3DError):
        console.error(error.code, error.message, error.hint, error)
    elif isinstance(error, ReaderGoneError):
        _drop_stdout()
    elif isinstance(error, Exception) and not isinstance(error, typer.Abort):
        hint = "" if session.flags.verbose else "Run again with -v for the traceback; it belongs in a bug report."
        console.error("internal", f"{type(error).__name__}: {error}", hint, error)


def _drop_stdout() -> None:
    """Send stdout to nowhere, so that Python's flush at exit does not complain about the broken pipe."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)


def _finish(session: Session, code: int, error: BaseException | None, args: list[str]) -> int:
    """Last words, then the exit code."""
    with contextlib.suppress(ReaderGoneError, OutputError, ValueError):
        session.end(code, error)
        verb = next((word for word in args if not word.startswith("-")), "")
        as_json = session.flags.json or "--json" in args
        if as_json and verb in RUNS and error is not None and not session.ended:
            from .reporter import Reporter

            # The run ended before it began, on a flag that does not exist for instance; readers wait for this line.
            Reporter(session.emergency_console(as_json=True)).finish(code, error)
    session.close()
    return code
