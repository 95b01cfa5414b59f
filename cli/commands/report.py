"""`varco3d report`: what became of a run, as a table and as one page that shows every asset in 3D."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ...errors import Varco3DError
from ..report.gallery import SORTS, STATUSES, Entry, Page, cached, describe, read_entries, sort_entries, totals
from ..session import Session
from .base import Verb

EXAMPLES = """
varco3d report meshes/
varco3d report meshes/ --status failed --no-page
varco3d report meshes/ --page gallery.html --sort time --json
"""
PARTS = Path(__file__).parents[1] / "report"


@click.command("report", cls=Verb, examples=EXAMPLES)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="OUT")
@click.option("--page", type=click.Path(dir_okay=False, path_type=Path), help="The page. [default: OUT/report.html]")
@click.option("--no-page", is_flag=True, help="Only the table.")
@click.option("--sort", type=click.Choice(SORTS), default="status", show_default=True, help="Order of the table.")
@click.option("--status", type=click.Choice(STATUSES), help="Only items with this status in the table.")
@click.option("--thumbnails/--no-thumbnails", default=True, help="Draw meshes that have no preview picture.")
@click.option(
    "--embed",
    type=click.IntRange(min=0),
    default=64,
    show_default=True,
    metavar="MB",
    help="Meshes inside the page up to this; the rest goes into a folder beside it.",
)
@click.pass_obj
def command(
    session: Session,
    folder: Path,
    page: Path | None,
    no_page: bool,
    sort: str,
    status: str | None,
    thumbnails: bool,
    embed: int,
) -> None:
    """Merge the records of OUT (all shards), print a table, and write a gallery page.

    The page is one HTML file that works from disk without a network: thumbnails, sorting by status, time and faces, and
    a 3D view of every GLB.
    """
    session.console.note(f"reading the records of {folder}")
    entries = read_entries(folder)
    numbers = totals(folder, entries)
    chosen = [entry for entry in sort_entries(entries, sort) if status is None or entry.status == status]
    written: list[Path] = []
    if not no_page and not session.dry_run:
        written = _write(session, folder, page or folder / "report.html", entries, thumbnails, embed)
    if session.as_json:
        value: dict[str, Any] = {"schema": "varco3d.report/1", **numbers, "page": str(written[0]) if written else None}
        session.console.result_json({**value, "list": [_plain(entry) for entry in chosen]})
    else:
        session.console.table(("item", "status", "time", "faces", "watertight", "what"), [_row(e) for e in chosen])
        if written:
            session.console.result(str(written[0]))
    session.console.note(describe(numbers))


def _write(
    session: Session, folder: Path, page: Path, entries: Sequence[Entry], thumbnails: bool, embed: int
) -> list[Path]:
    from ..report.gallery import write_gallery

    title = f"varco3d: {folder.resolve().name}"
    how = Page(PARTS, embed * 1_000_000, title, lambda entry: _thumbnail(session, folder, entry, thumbnails))
    return write_gallery(page, folder, sort_entries(entries, "status"), how)


def _thumbnail(session: Session, folder: Path, entry: Entry, draw: bool) -> bytes | None:
    """The front of the preview sheet where there is one, else a drawing of the GLB; kept for the next report."""
    from ..report.gallery import mesh_thumbnail, sheet_thumbnail

    sheet = next((o for o in entry.outputs if str(o["path"]).endswith(".preview.png")), None)
    if sheet is not None:
        return cached(folder, str(sheet.get("sha256")), lambda: sheet_thumbnail(folder / sheet["path"]))
    mesh = entry.output("glb")
    if mesh is None or not draw or entry.status == "lost":
        return None

    def make() -> bytes | None:
        from ...pipeline.meshes.reading import load_mesh

        try:
            with session.console.guard_stdout():
                return mesh_thumbnail(load_mesh(folder / mesh["path"]))
        except Varco3DError as error:
            session.console.warn(f"{entry.name}: no thumbnail, {error.message}")
            return None

    return cached(folder, str(mesh.get("sha256")), make)


def _row(entry: Entry) -> tuple[object, ...]:
    seconds = "-" if entry.seconds is None else f"{entry.seconds:.1f} s"
    closed = entry.mesh.get("watertight")
    tight = "-" if closed is None else "yes" if closed else "no"
    glb = entry.output("glb") or (entry.outputs[0] if entry.outputs else None)
    what = str(entry.error.get("code")) if entry.error else str(glb["path"]) if glb else ""
    return (
        _line(entry.name),
        entry.status,
        seconds,
        entry.faces if entry.faces is not None else "-",
        tight,
        _line(what),
    )


def _line(text: str) -> str:
    """One line of a table, whatever the file was called."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _plain(entry: Entry) -> dict[str, Any]:
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
