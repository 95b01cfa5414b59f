"""The one place that prints: results to stdout, everything else to stderr.

stdout carries only results (paths written, one a line, or JSON with --json). stderr carries progress, warnings and
errors. What other libraries print to stdout goes to the log file, or to stderr with -v, or nowhere.
"""

import contextlib
import io
import json
import os
import re
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, BinaryIO

from .._files import open_to_write
from .._text import printable
from ..errors import OutputError, UsageError
from .options.spoken import spoken

_LOG_LINE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d \w+: ")
_LONGEST_ERROR = 1000  # characters of an error on the screen; the log has all
_RED, _YELLOW, _DIM, _BOLD, _OFF = "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[1m", "\x1b[0m"


def wants_color(stream: IO[str], refused: bool, environ: Mapping[str, str]) -> bool:
    """Return True when `stream` gets colours: a terminal, and --no-color, NO_COLOR and TERM=dumb do not forbid it."""
    if refused or environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return False
    return is_terminal(stream)


def is_terminal(stream: IO[Any]) -> bool:
    """isatty() that also answers for closed and replaced streams."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


class ReaderGoneError(Exception):
    """Whoever read our stdout has enough, as in `varco3d ... | head`: the program ends without a word."""


class Console:
    """Output of a command to stdout and stderr.

    Writing results raises ReaderGoneError when the reader of stdout has gone.
    """

    def __init__(
        self,
        out: IO[str] | None = None,
        err: IO[str] | None = None,
        *,
        as_json: bool = False,
        quiet: bool = False,
        verbose: bool = False,
        color: bool = False,
        log: IO[str] | None = None,
    ):
        self.out = out or sys.stdout
        self.err = err or sys.stderr or open(os.devnull, "w")  # noqa: SIM115  # stderr is closed: nobody listens
        self.as_json = as_json
        self.quiet = quiet
        self.verbose = verbose
        self.color = color
        self.log = log
        self.said: set[str] = set()  # messages of errors that were shown
        self.live: Any = None  # a rich progress bar that owns the last lines of the terminal, while one runs

    # results ---------------------------------------------------------------------------------------------------------

    def result(self, text: str) -> None:
        """One line of result on stdout; exact where a program reads it, without control characters on a terminal."""
        self._write(shown(text) if is_terminal(self.out) else text)
        self._log("result", text)

    def _write(self, text: str) -> None:
        """Write a line to stdout; a progress bar on the same terminal steps aside for it."""
        aside = self.live if self.live is not None and is_terminal(self.out) else None
        if aside is not None:
            aside.stop()
        with self._reader_needed():
            try:
                self.out.write(f"{text}\n")
            except UnicodeEncodeError:  # an ASCII terminal or log
                known = getattr(self.out, "encoding", None) or "ascii"
                self.out.write(f"{text.encode(known, 'backslashreplace').decode(known)}\n")
            self.out.flush()
        if aside is not None:
            aside.start()

    def result_json(self, value: Any, indent: int | None = 2) -> None:
        """One JSON document on stdout; indent=None gives one line (NDJSON)."""
        text = json.dumps(value, indent=indent, ensure_ascii=False, default=_plain)
        self.result("".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text))

    def result_bytes(self, data: bytes) -> None:
        """Raw bytes on stdout (`-o -`); refused on a terminal. Raises UsageError."""
        if is_terminal(self.out):
            raise UsageError("stdout is a terminal and a GLB is binary", "Redirect it: -o - > mesh.glb")
        stream: BinaryIO = self.out.buffer  # type: ignore[attr-defined]
        with self._reader_needed():
            stream.write(data)
            stream.flush()

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Aligned columns on stdout, readable by people and by `awk` alike."""
        cells = [[printable(c) for c in row] for row in [head, *rows]]
        widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
        for number, row in enumerate(cells):
            line = "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()
            self._write(f"{_BOLD}{line}{_OFF}" if number == 0 and self.color and is_terminal(self.out) else line)
            self._log("result", line)

    # messages --------------------------------------------------------------------------------------------------------

    def note(self, text: str) -> None:
        """Progress and advice; silent with -q."""
        if not self.quiet:
            self._err(shown(text))
        self._log("note", text)

    def detail(self, text: str) -> None:
        """Only with -v (and in the log)."""
        if self.verbose:
            self._err(self._paint(shown(text), _DIM))
        self._log("detail", text)

    def warn(self, text: str) -> None:
        """Print a warning: the run continues. Silent with -q, which means errors only."""
        text = spoken(text)
        if not self.quiet:
            self._err(f"{self._paint('warning:', _YELLOW)} {shown(text)}")
        self._log("warning", text)

    def error(self, code: str, message: str, hint: str = "", cause: BaseException | None = None) -> None:
        """`error[code]: what and why. What to do.` The traceback of `cause` only with -v, and always in the log."""
        self.said.add(message)
        message, hint = spoken(message), spoken(hint)
        said = message if len(message) <= _LONGEST_ERROR else f"{message[:_LONGEST_ERROR]}..."
        self._err(f"{self._paint(f'error[{code}]:', _RED)} {shown(one_line(said, hint))}")
        trace = "".join(traceback.format_exception(cause)) if cause is not None else ""
        if trace and self.verbose:
            self._err(shown(trace.rstrip()))
        self._log("error", f"[{code}] {one_line(message, hint)}\n{trace}".rstrip())

    def _err(self, text: str) -> None:
        if self.live is not None:
            self.live.console.print(text, markup=False, highlight=False, soft_wrap=True)
            return
        try:
            self.err.write(f"{text}\n")
            self.err.flush()
        except UnicodeEncodeError:
            self.err.write(f"{text.encode('ascii', 'backslashreplace').decode()}\n")
        except (OSError, ValueError):  # progress that nobody can see is no reason to do nothing
            silence(self.err)

    def _paint(self, text: str, color: str) -> str:
        return f"{color}{text}{_OFF}" if self.color else text

    def _log(self, kind: str, text: str) -> None:
        if self.log is None:
            return
        try:
            self.log.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {kind}: {shown(text)}\n")
            self.log.flush()
        except (OSError, ValueError) as error:  # a full disk there is no reason to end the run
            silence(self.log)
            self.log = None
            reason = getattr(error, "strerror", None) or str(error)
            self._err(f"{self._paint('warning:', _YELLOW)} the log ends here, it cannot be written: {reason}")

    @contextlib.contextmanager
    def _reader_needed(self) -> Iterator[None]:
        """Inside, results are written. Raises ReaderGoneError, and OutputError where stdout is closed or its disk full.

        The command line's library would end the program by itself on a BrokenPipeError, with exit code 1.
        """
        if self.out is None:
            raise OutputError("stdout is closed", "Results are written there; send them to a file.")
        try:
            yield
        except BrokenPipeError as error:
            raise ReaderGoneError from error
        except (OSError, ValueError) as error:
            silence(self.out)
            reason = getattr(error, "strerror", None) or str(error)
            raise OutputError(f"cannot write to stdout: {reason}", "Send the results elsewhere.") from error

    # other people's prints -------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def guard_stdout(self) -> Iterator[None]:
        """Inside, what others print to stdout (Python or C) goes to the log, to stderr with -v, or nowhere.

        Our own results keep going to the real stdout. When stdout is not file descriptor 1, as in tests, only what
        Python code prints is caught.
        """
        try:
            real = self.out.fileno() == 1 and sys.stdout is self.out
        except (OSError, ValueError, AttributeError):
            real = False
        if not real:
            with open(os.devnull, "w") as nowhere:
                sink = self.log or (self.err if self.verbose else nowhere)
                with contextlib.redirect_stdout(sink):
                    yield
            return
        self.out.flush()
        kept = os.dup(1)
        if self.log is not None:
            os.dup2(self.log.fileno(), 1)
        elif self.verbose:
            os.dup2(2, 1)
        else:
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), 1)
        before = self.out
        self.out = os.fdopen(kept, "w", encoding="utf-8", errors="surrogateescape", newline="")
        try:
            yield
        finally:
            with contextlib.suppress(OSError, ValueError):
                self.out.flush()
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.flush()
            os.dup2(kept, 1)
            with contextlib.suppress(OSError, ValueError):
                self.out.close()
            self.out = before


def shown(text: str) -> str:
    """Return the text without control characters other than line ends and tabs."""
    return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text)


def silence(stream: IO[Any]) -> None:
    """Send what a stream still holds to nowhere, so that the interpreter does not fail over it when it ends."""
    with contextlib.suppress(OSError, ValueError, AttributeError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


def open_standard_streams() -> None:
    """Give closed standard streams to nowhere: the next file that is opened would take their number otherwise."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, os.O_RDWR)


def open_log(path: Path) -> IO[str]:
    """Open the log for appending, making its folder. Raises OutputError; UsageError for a file that is no log."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.stat().st_size and not _is_log(path):
            raise UsageError(f"{path} exists and is no log of varco3d", "Give --log-file another name.")
        return io.TextIOWrapper(open_to_write(path, "ab"), encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise OutputError(f"cannot write the log {path}: {error.strerror}", "Give --log-file another place.") from error


def _is_log(path: Path) -> bool:
    with path.open("rb") as file:
        return _LOG_LINE.match(file.read(40)) is not None


def one_line(message: str, hint: str = "") -> str:
    """Message and hint as one line: `message. hint`, whatever punctuation the parts came with."""
    text = " ".join(message.split()).rstrip(".")
    advice = " ".join(hint.split())
    stop = "" if text.endswith(("?", "!")) else "."
    return f"{text}{stop} {advice}" if advice else text


def seconds(value: float) -> str:
    """3.2 s, 4 min 10 s, 2 h 05 min: a duration for people."""
    if value < 60:
        return f"{value:.1f} s"
    if value < 3600:
        return f"{int(value // 60)} min {int(value % 60):02d} s"
    return f"{int(value // 3600)} h {int(value % 3600 // 60):02d} min"


def _plain(value: object) -> object:
    """Convert paths and NumPy numbers, which json cannot write by itself."""
    if isinstance(value, Path):
        return str(value)
    for reader in ("tolist", "item"):
        if hasattr(value, reader):
            return getattr(value, reader)()
    raise TypeError(f"{type(value).__name__} is not JSON")
