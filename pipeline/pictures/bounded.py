"""Bounds the time that decoding a picture may take, by its number of pixels.

A decoder cannot be ended from outside, so it works in a thread of its own that is left behind when time is up. What
reads its file piece by piece, as JPEG does through any number of passes, ends with its next piece.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar

from ...errors import BadInputError

SECONDS = 10.0  # for a picture of any size
SECONDS_PER_MEGAPIXEL = 0.5  # some twenty times what the slowest codec takes on one core
_PIECE = 4096  # bytes of a JPEG handed over at a time: few enough that its passes over the picture can be stopped

T = TypeVar("T")


class DecodeTimeoutError(BadInputError):
    """A picture takes longer than its pixels are worth."""


class Clock:
    """Time that one picture has left. name: of the picture, for the error."""

    def __init__(self, name: str):
        self._name, self._seconds = name, SECONDS
        self._until = time.monotonic() + SECONDS

    @property
    def left(self) -> float:
        """Seconds; zero or less when time is up."""
        return self._until - time.monotonic()

    def grant(self, image: Any) -> None:
        """Add the time that the pixels of an opened Pillow image are worth."""
        seconds = image.width * image.height / 1e6 * SECONDS_PER_MEGAPIXEL
        self._seconds += seconds
        self._until += seconds
        if image.format in ("JPEG", "MPO"):
            image.decodermaxblock = _PIECE

    def error(self) -> DecodeTimeoutError:
        """Return the error of a picture whose time is up."""
        return DecodeTimeoutError(
            f"{self._name} was not decoded within {self._seconds:.0f} s", "The file looks damaged; save it again."
        )


class TimedFile:
    """An open file that raises once the clock has run out."""

    def __init__(self, file: BinaryIO, clock: Clock):
        self._file, self._clock = file, clock

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes. Raises DecodeTimeoutError when time is up."""
        if self._clock.left <= 0:
            raise self._clock.error()
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def timed(name: str, work: Callable[[Clock], T]) -> T:
    """Return what `work` returns, in a thread of its own.

    Raises what it raises, or DecodeTimeoutError when time is up.
    """
    clock, answers, failures = Clock(name), list[T](), list[BaseException]()

    def run() -> None:
        try:
            answers.append(work(clock))
        except BaseException as error:  # handed to the caller, whatever it is
            failures.append(error)

    thread = threading.Thread(target=run, name="decoder", daemon=True)
    thread.start()
    while thread.is_alive() and (left := clock.left) > 0:
        thread.join(left)
    if failures:
        raise failures[0]
    if not answers:
        raise clock.error()
    return answers[0]
