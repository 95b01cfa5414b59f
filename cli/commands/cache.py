"""`varco3d cache`: what the product and its kernels keep on disk, and how to be rid of it."""

import shutil
from pathlib import Path

import typer

from ..._places import cache_folder
from ..._text import byte_count
from ...errors import OutputError, UsageError
from ..session import Session
from .base import new_app, verb

app = new_app(
    "cache",
    "Show or clear what varco3d keeps on disk. Weights are handled by `varco3d models`.",
    "varco3d cache info\nvarco3d cache clear",
)


def caches() -> dict[str, tuple[Path, str]]:
    """Name -> (folder, what it is for). All can be deleted at any time. Weights are no cache: see `models rm`."""
    return {
        "kernels": (cache_folder("warp"), "compiled geometry kernels; made again in seconds"),
        "varco3d": (cache_folder(), "downloads in progress, timing history"),
    }


def folder_size(folder: Path) -> tuple[int, int]:
    """(files, bytes) below `folder`; unreadable entries do not count."""
    files = total = 0
    for path in folder.rglob("*"):
        try:
            if path.is_file() and not path.is_symlink():
                files, total = files + 1, total + path.stat().st_size
        except OSError:
            continue
    return files, total


@verb(app, "info", "varco3d cache info\nvarco3d cache info --json")
def info(session: Session) -> None:
    """Show each cache: its folder, its size, and what it is for."""
    rows = []
    for name, (folder, purpose) in caches().items():
        files, total = folder_size(folder)
        rows.append({"name": name, "files": files, "bytes": total, "path": str(folder), "purpose": purpose})
    if session.flags.json:
        session.console.result_json({"schema": "varco3d.cache/1", "caches": rows})
        return
    cells = [(r["name"], r["files"], byte_count(float(str(r["bytes"]))), r["path"], r["purpose"]) for r in rows]
    session.console.table(("cache", "files", "size", "folder", "what for"), cells)


@verb(app, "clear", "varco3d cache clear\nvarco3d cache clear kernels\nvarco3d cache clear -n")
def clear(
    session: Session,
    names: list[str] = typer.Argument(None, metavar="[NAME]...", help="Caches, as `cache info` names them."),
) -> None:
    """Delete the caches named, or all of them. Weights stay."""
    known = caches()
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise UsageError(f"there is no cache {unknown[0]!r}", f"There are {', '.join(known)}.")
    for name in names or tuple(known):
        folder = known[name][0]
        files, total = folder_size(folder)
        if not folder.exists():
            continue
        if not session.flags.dry_run:
            try:
                shutil.rmtree(folder)
            except OSError as error:
                raise OutputError(f"cannot delete {folder}: {error.strerror}", "Check who owns it.") from error
        verb = "would delete" if session.flags.dry_run else "deleted"
        session.console.note(f"{verb} {name}: {files} files, {byte_count(total)}")
        session.console.result(str(folder))
