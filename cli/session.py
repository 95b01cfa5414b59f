"""State of one call of the program: the global flags, the console, signals and the exit code."""

import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import IO, Any

from .config import ConfigFiles
from .console import Console, open_log, wants_color
from .exit_codes import INTERRUPTED
from .options.globals import GlobalFlags


class TerminatedError(KeyboardInterrupt):
    """SIGTERM: unwinds like Ctrl-C and ends with 143."""


@dataclass
class Session:
    """One call. flags: the global flags, before the verb and after it; files: the config files that count."""

    flags: GlobalFlags = field(default_factory=GlobalFlags)
    files: ConfigFiles = field(default_factory=ConfigFiles)
    ended: bool = False  # run_finished has been said
    on_end: list[Callable[[int, BaseException | None], None]] = field(default_factory=list)
    _console: Console | None = None
    _log: IO[str] | None = None

    @property
    def console(self) -> Console:
        """Made at first use, when every flag has been read."""
        if self._console is None:
            if self.flags.log_file is not None:
                self._log = open_log(self.flags.log_file)
            self._console = self._new_console(self.flags.json)
        return self._console

    def emergency_console(self, as_json: bool = False) -> Console:
        """Return a console for the error line even when the log cannot be opened."""
        return self._console or self._new_console(self.flags.json or as_json)

    def _new_console(self, as_json: bool) -> Console:
        return Console(
            as_json=as_json,
            quiet=self.flags.quiet,
            verbose=self.flags.verbose,
            color=wants_color(sys.stderr, self.flags.no_color, os.environ),
            log=self._log,
        )

    def may_ask(self) -> bool:
        """Return True when a person sits there to answer a question."""
        return not self.flags.no_input and not self.flags.json and sys.stdin is not None and sys.stdin.isatty()

    def end(self, exit_code: int, error: BaseException | None) -> None:
        """Run what must happen last (the run_finished event), once, whatever ended the command."""
        while self.on_end:
            self.ended = True
            self.on_end.pop()(exit_code, error)

    def close(self) -> None:
        if self._log is not None:
            self._log.close()


@contextmanager
def second_interrupt_ends() -> Iterator[None]:
    """Inside, a second Ctrl-C within two seconds ends the process a second later, should it still be there.

    Python hands a signal to the program between two of its own instructions, which a long call into a library can put
    off for minutes. Such calls let other threads run, so one of those watches.
    """
    read, write = os.pipe()
    os.set_blocking(write, False)
    try:
        before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    except ValueError:  # not the main thread
        os.close(read)
        os.close(write)
        yield
        return
    over = threading.Event()

    def watch() -> None:
        last = -math.inf
        while received := os.read(read, 64):
            for _ in range(received.count(signal.SIGINT)):
                now = time.monotonic()
                if now - last < 2 and not over.wait(1):
                    os._exit(INTERRUPTED)
                last = now
        os.close(read)

    threading.Thread(target=watch, name="second-interrupt", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        signal.set_wakeup_fd(before)
        os.close(write)


@contextmanager
def interrupts_ignored(for_good: bool) -> Iterator[None]:
    """Inside, Ctrl-C does nothing; afterwards too when the process is about to end (for_good)."""
    with _handled(signal.SIGINT, signal.SIG_IGN, for_good):
        yield


@contextmanager
def sigterm_as_exception() -> Iterator[None]:
    """Inside, SIGTERM raises TerminatedError in the main thread; outside the main thread nothing changes."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TerminatedError

    with _handled(signal.SIGTERM, stop):
        yield


@contextmanager
def _handled(number: signal.Signals, handler: Any, for_good: bool = False) -> Iterator[None]:
    """Inside, and with for_good from then on, a signal meets `handler`; outside the main thread nothing changes."""
    try:
        before: Any = signal.signal(number, handler)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        if not for_good:
            signal.signal(number, before)
