"""Words for messages: near names for mistyped ones, byte counts, and text that is safe to show."""

import difflib
from collections.abc import Iterable

GIB = 1 << 30  # bytes


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like `word`, or None when none is near."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return close[0] if close else None


def printable(text: object) -> str:
    """Return the text as one line without control characters: names of files may hold any, and terminals obey them."""
    return "".join(character if character.isprintable() else "?" for character in str(text))


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return a hint naming the nearest known word, or all of them."""
    options = list(known)
    close = nearest(word, options)
    return f"Did you mean '{close}'?" if close else f"Known: {', '.join(options)}."


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'steps'?` or nothing, to append to a message."""
    close = nearest(word, known)
    return f"; did you mean {close!r}?" if close else ""


def byte_count(count: float) -> str:
    """Return a byte count for people in decimal units, as hubs and disks are labelled: 4.9 GB, 407 MB, 1.2 kB."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}" if count < 100 * size else f"{count / size:.0f} {unit}"
    return f"{count:.0f} B"


def binary_count(count: float) -> str:
    """Return a byte count for people in binary units, as memory is counted: 4.6 GiB, 1.2 MiB, 320 KiB."""
    for unit, size in (("GiB", GIB), ("MiB", 1 << 20)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count / 1024:.0f} KiB"
