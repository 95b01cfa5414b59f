"""Fetching weights for `models pull` and `generate --pull`: the licence question, the progress, the result."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence

import typer

from .._text import byte_count
from ..errors import UsageError
from ..weights.checkpoints.licences import LICENCES, Licence, require
from ..weights.checkpoints.locations import Located
from ..weights.checkpoints.pull import Progress, pull
from ..weights.checkpoints.store import Store
from ..weights.checkpoints.zoo import BUNDLES, MODELS, ModelSpec, specs_of
from .console import seconds
from .session import Session


def accepted_names(values: Sequence[str]) -> frozenset[str]:
    """--accept-licence values as licence names; a model's name stands for its licences. Raises UsageError."""
    found: set[str] = set()
    for value in values:
        if value in LICENCES:
            found.add(value)
        elif value in BUNDLES or value in MODELS:
            found |= {spec.licence for spec in specs_of(value, extras=True)}
        else:
            raise UsageError(f"there is no licence {value!r}", f"Known: {', '.join(sorted(LICENCES))}.")
    return frozenset(found)


def ask_for(licence: Licence, store: Store, session: Session, accepted: frozenset[str]) -> None:
    """Show a licence and its territory clause, and gets a yes: from --accept-licence, on record, or by asking.

    Raises LicenceNotAcceptedError.
    """
    if not licence.ask or licence.name in store.acceptances.names():
        return
    if licence.name not in accepted and session.may_ask():
        typer.echo(licence.notice(), err=True)
        answer = typer.prompt("Type yes to accept, anything else to stop", default="no", show_default=False, err=True)
        if answer.strip().lower() == "yes":
            accepted = accepted | {licence.name}
    else:
        session.console.note(licence.notice())
    require(licence, accepted)
    store.acceptances.add(licence.name)


def fetch(
    specs: Sequence[ModelSpec],
    store: Store,
    session: Session,
    *,
    accepted: frozenset[str] = frozenset(),
    revision: str = "main",
    accept_changed: bool = False,
) -> list[Located]:
    """Brings every checkpoint here, asking for each licence first, so that nothing stops in the middle.

    Raises what weights.pull.pull raises.
    """
    missing = [spec for spec in specs if store.find(spec) is None]
    for licence in dict.fromkeys(spec.terms for spec in missing):
        ask_for(licence, store, session, accepted)
    found = []
    for spec in specs:
        here = store.find(spec)
        if here is None:
            session.console.note(f"{spec.name}: {byte_count(spec.download)} from {spec.repo} ({spec.terms.title})")
            with show_progress(session) as report:
                here = pull(
                    spec,
                    store,
                    accepted=accepted,
                    revision=revision,
                    accept_changed=accept_changed,
                    no_network=session.flags.offline,
                    progress=report,
                )
        found.append(here)
    return found


@contextlib.contextmanager
def show_progress(session: Session) -> Iterator[Callable[[Progress], None]]:
    """Return a callback that shows downloads: a bar on a terminal, else a line every ten seconds."""
    console = session.console
    if console.quiet:
        yield lambda _: None
    elif console.err.isatty() and not console.as_json:
        with _bar() as report:
            yield report
    else:
        yield _Lines(console.note)


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Bars(*columns, TimeRemainingColumn(), console=Terminal(stderr=True)) as bars:
        tasks: dict[tuple[str, str], int] = {}

        def report(now: Progress) -> None:
            phase = "verify" if now.phase == "verify" else "download"
            key = (now.file, phase)
            if key not in tasks:
                tasks[key] = bars.add_task(f"{phase} {now.file.rpartition('/')[2]}", total=now.total)
            bars.update(tasks[key], completed=now.done)  # type: ignore[arg-type]

        yield report


class _Lines:
    """Progress as occasional lines, for logs and pipes."""

    def __init__(self, say: Callable[[str], None], every: float = 10.0):
        self.say = say
        self.every = every
        self.start = self.last = time.monotonic()

    def __call__(self, now: Progress) -> None:
        if now.phase == "resume":
            self.say(f"{now.file}: going on after {byte_count(now.done)} of {byte_count(now.total or 0)}")
        elif time.monotonic() - self.last >= self.every:
            self.last = time.monotonic()
            share = f" of {byte_count(now.total)}" if now.total else ""
            self.say(f"{now.file}: {now.phase} {byte_count(now.done)}{share} after {seconds(self.last - self.start)}")
