"""`varco3d report`: what became of a run, as a table and as one page that shows every asset in 3D."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import typer

from ..._text import printable
from ...errors import UsageError, Varco3DError
from ..console import seconds as duration
from ..options.flag import Panel, flag
from ..report.order import SORTS, STATUSES
from ..session import Session
from .base import new_app, verb

if TYPE_CHECKING:
    from ..report.entries import Entry

EXAMPLES = """
varco3d report meshes/
varco3d report meshes/ --status failed --no-page
varco3d report meshes/ --page gallery.html --sort time --json
"""

app = new_app()
PARTS = Path(__file__).parents[1] / "report"


@dataclass(frozen=True)
class Listing(Panel):
    """The table, and the page beside it."""

    title: ClassVar[str] = "Report"

    page: Path | None = flag(None, "The page.", metavar="FILE", note="OUT/report.html")
    no_page: bool = flag(False, "Only the table.")
    sort: str = flag("status", "Order of the table.", choices=SORTS)
    status: str | None = flag(None, "Only items with this status in the table.", choices=STATUSES)
    thumbnails: bool = flag(True, "Draw meshes that have no preview picture.")
    embed: int = flag(
        64, "Megabytes of meshes inside the page; a folder beside it holds the rest.", metavar="MB", minimum=0
    )


@verb(app, "report", EXAMPLES)
def report(
    session: Session,
    listing: Listing,
    folder: Path = typer.Argument(..., exists=True, file_okay=False, metavar="OUT", help="The run's output folder."),
) -> None:
    """Merge the records of OUT (all shards), print a table, and write a gallery page.

    The page is one HTML file that works from disk without a network: thumbnails, sorting by status, time and faces, and
    a 3D view of every GLB.
    """
    from ..report.entries import describe, read_entries, sort_entries, totals

    session.console.note(printable(f"reading the records of {folder}"))
    entries = read_entries(folder)
    numbers = totals(folder, entries)
    chosen = [entry for entry in sort_entries(entries, listing.sort) if listing.status in (None, entry.status)]
    written: list[Path] = []
    if not listing.no_page and not session.flags.dry_run:
        written = _write(session, folder, listing, entries)
    if session.flags.json:
        value: dict[str, Any] = {"schema": "varco3d.report/1", **numbers, "page": str(written[0]) if written else None}
        session.console.result_json({**value, "list": [_plain(entry) for entry in chosen]})
    else:
        session.console.table(("item", "status", "time", "faces", "watertight", "what"), [_row(e) for e in chosen])
        if written:
            session.console.result(str(written[0]))
    session.console.note(describe(numbers))


def _write(session: Session, folder: Path, listing: Listing, entries: "Sequence[Entry]") -> list[Path]:
    from ...pipeline.batch.claims import Claim, check_claims
    from ..report.entries import sort_entries
    from ..report.gallery import Page, write_gallery

    page = listing.page or folder / "report.html"
    if page.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{page} is no page", "Give --page a name that ends in .html.")
    check_claims([Claim(page, "the report")], [], another="Give --page another name.")
    title = f"varco3d: {folder.resolve().name}"
    draw = listing.thumbnails
    how = Page(PARTS, listing.embed * 1_000_000, title, lambda entry: _thumbnail(session, folder, entry, draw))
    return write_gallery(page, folder, sort_entries(entries, "status"), how)


def _thumbnail(session: Session, folder: Path, entry: "Entry", draw: bool) -> bytes | None:
    """Return the front of the preview sheet, or else a drawing of the GLB, kept for the next report."""
    from ..report.entries import inside
    from ..report.thumbnails import cached, mesh_thumbnail, sheet_thumbnail

    sheet = next((o for o in entry.outputs if str(o["path"]).endswith(".preview.png")), None)
    if sheet is not None:
        drawn = inside(folder, sheet, (".png",))
        return None if drawn is None else cached(folder, str(sheet.get("sha256")), lambda: sheet_thumbnail(drawn))
    mesh = entry.output("glb")
    path = None if mesh is None else inside(folder, mesh, (".glb",))
    if mesh is None or path is None or not draw or entry.status == "lost":
        return None

    def make() -> bytes | None:
        from ...pipeline.meshes.reading import load_mesh

        try:
            with session.console.guard_stdout():
                return mesh_thumbnail(load_mesh(path))
        except Varco3DError as error:
            session.console.warn(f"{entry.name}: no thumbnail, {error.message}")
            return None

    return cached(folder, str(mesh.get("sha256")), make)


def _row(entry: "Entry") -> tuple[object, ...]:
    took = "-" if entry.seconds is None else duration(entry.seconds)
    closed = entry.mesh.get("watertight")
    tight = "-" if closed is None else "yes" if closed else "no"
    glb = entry.output("glb") or (entry.outputs[0] if entry.outputs else None)
    what = str(entry.error.get("code")) if entry.error else str(glb["path"]) if glb else ""
    return (
        _line(entry.name),
        entry.status,
        took,
        entry.faces if entry.faces is not None else "-",
        tight,
        _line(what),
    )


def _line(text: str) -> str:
    """One line of a table, whatever the file was called."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _plain(entry: "Entry") -> dict[str, Any]:
    keys = ("code", "message", "hint")
    return {
        "id": entry.name,
        "status": entry.status,
        "input": str(entry.source) if entry.source is not None else None,
        "seconds": entry.seconds,
        "outputs": list(entry.outputs),
        "mesh": dict(entry.mesh),
        "warnings": list(entry.warnings),
        "error": {key: entry.error.get(key) for key in keys} if entry.error else None,
    }
