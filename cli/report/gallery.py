"""A finished run as a table and as one HTML page: records of all shards merged, thumbnails, every asset in 3D.

The page holds everything it needs (viewer, pictures, meshes up to a limit) and works from disk without a network.
Meshes beyond the limit lie beside it as scripts, because a page opened from disk may load scripts but not fetch data.
"""

from __future__ import annotations

import base64
import contextlib
import html
import io
import json
import os
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

from ..._files import opened_regular, output_error, sweep, write_whole
from ...errors import NothingMatchedError, OutputError, Varco3DError
from ...pipeline.batch.naming import STATE
from ...pipeline.batch.records import is_present, latest_records, output_path, record_files
from ...pipeline.pictures.bounded import Clock, timed
from ...pipeline.pictures.formats import open_image
from ...pipeline.pictures.reading import picture_sha256
from .order import STATUSES

_LARGEST_PICTURE = 64_000_000  # pixels to decode for a thumbnail; JPEGs shrink while they are decoded
_DIGEST = re.compile(r"(input-)?[0-9a-f]{64}")  # nothing else becomes the name of a file
_ASSET = b"varco3dAsset("
_SHOWN = ("vertices", "faces", "components", "watertight", "boundary_edges", "genus", "texture_coverage")


@dataclass(frozen=True)
class Entry:
    """One item. status: ok, failed, or lost (its record says ok, but an output is gone or has another size)."""

    name: str
    status: str
    source: Path | None
    seconds: float | None
    outputs: tuple[Mapping[str, Any], ...] = ()
    mesh: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    error: Mapping[str, Any] | None = None
    record: Mapping[str, Any] = field(default_factory=dict)

    @property
    def faces(self) -> int | None:
        """Triangles of the result, None when there is none."""
        value = self.mesh.get("faces")
        return int(value) if isinstance(value, int | float) else None

    def output(self, kind: str) -> Mapping[str, Any] | None:
        """Return the first output of a format ("glb", "preview", ...)."""
        return next((output for output in self.outputs if output.get("format") == kind), None)


def read_entries(folder: Path) -> list[Entry]:
    """Every item of an output folder, the last record of each, all shards together, by name.

    Raises NothingMatchedError when the folder holds no record.
    """
    records = latest_records(folder)
    if not records:
        found = (
            f"{folder} holds no varco3d*.jsonl" if not record_files(folder) else f"the records of {folder} are empty"
        )
        raise NothingMatchedError(found, "Give the output folder of a `varco3d generate` run.")
    return [_entry(folder, record) for _, record in sorted(records.items())]


def _entry(folder: Path, record: Mapping[str, Any]) -> Entry:
    status = "ok" if record["status"] == "ok" else "failed"
    if status == "ok" and not all(is_present(folder, output) for output in record["outputs"]):
        status = "lost"
    source = record["input"]
    return Entry(
        name=record["id"],
        status=status,
        source=Path(source) if source and "\0" not in source else None,
        seconds=record["seconds"],
        outputs=tuple(record["outputs"]),
        mesh=record["mesh"],
        warnings=tuple(record["warnings"]),
        error=record.get("error"),
        record=record,
    )


def inside(folder: Path, output: Mapping[str, Any], suffixes: tuple[str, ...]) -> Path | None:
    """Return an output of a record as a file to read: below the output folder, links followed, and of the right kind.

    A record may come from anywhere, and what is read goes into a page that is passed on.
    """
    path = output_path(folder, output)
    try:
        if path is None or path.suffix.lower() not in suffixes or not path.is_file():
            return None
        return path if path.resolve().is_relative_to(folder.resolve()) else None
    except (OSError, RuntimeError, ValueError):
        return None


def sort_entries(entries: Sequence[Entry], key: str) -> list[Entry]:
    """By name, by status (failures first), by time or by faces (largest first); unknown values last."""
    order = {name: number for number, name in enumerate(STATUSES)}
    by: dict[str, Callable[[Entry], tuple[Any, ...]]] = {
        "name": lambda entry: (entry.name,),
        "status": lambda entry: (order.get(entry.status, 9), entry.name),
        "time": lambda entry: (entry.seconds is None, -(entry.seconds or 0.0), entry.name),
        "faces": lambda entry: (entry.faces is None, -(entry.faces or 0), entry.name),
    }
    return sorted(entries, key=by[key])


def totals(folder: Path, entries: Sequence[Entry]) -> dict[str, Any]:
    """Count by status and by error code, times, and how many record files were merged."""
    seconds = [entry.seconds for entry in entries if entry.status == "ok" and entry.seconds is not None]
    codes: dict[str, int] = {}
    for entry in entries:
        if entry.error:
            code = str(entry.error.get("code"))
            codes[code] = codes.get(code, 0) + 1
    return {
        "items": len(entries),
        "counts": {status: sum(entry.status == status for entry in entries) for status in STATUSES},
        "errors": dict(sorted(codes.items())),
        "record_files": len(record_files(folder)),
        "seconds": round(sum(entry.seconds or 0.0 for entry in entries), 3),
        "median_seconds": round(statistics.median(seconds), 3) if seconds else None,
        "bytes": sum(int(output.get("bytes") or 0) for entry in entries for output in entry.outputs),
    }


# pictures ------------------------------------------------------------------------------------------------------------


def picture_thumbnail(path: Path, size: int = 160) -> bytes | None:
    """Return a picture shrunk to `size` pixels as WebP, alpha kept; None when it cannot be read or is huge."""
    from PIL import ImageOps

    def shrunk(image: Any) -> bytes:
        small = ImageOps.exif_transpose(image)
        small.thumbnail((size, size))
        return _webp(small.convert("RGBA"))

    return _thumbnail(path, shrunk, draft=size * 2)


def sheet_thumbnail(path: Path, size: int = 240) -> bytes | None:
    """Return the first of a sheet's six views, the front, as WebP; None if it cannot be read."""

    def first(image: Any) -> bytes:
        side = min(image.width // 6, image.height) if image.width >= 2 * image.height else image.height
        front = image.convert("RGB").crop((0, 0, side, side))
        front.thumbnail((size, size))
        return _webp(front)

    return _thumbnail(path, first)


def _thumbnail(path: Path, make: Callable[[Any], bytes], draft: int | None = None) -> bytes | None:
    """Return what `make` makes of the picture; None when it cannot be read in time, or is huge."""

    def work(clock: Clock) -> bytes | None:
        with opened_regular(path) as file, open_image(file, path.name, clock) as image:
            if draft is not None:
                image.draft("RGB", (draft, draft))
            if image.width * image.height > _LARGEST_PICTURE:
                return None
            clock.grant(image)
            return make(image)

    try:
        return timed(path.name, work)
    except Exception:  # decoders raise anything on broken data
        return None


def mesh_thumbnail(mesh: Any, size: int = 240) -> bytes:
    """Return a three-quarter view of an artifacts.Mesh, drawn by our own rasteriser, as WebP."""
    from PIL import Image

    from ...kernels.views.cameras import Camera
    from ...pipeline.meshes.preview import fit_to_box, render_view

    view = render_view(fit_to_box(mesh), Camera(25.0, 15.0, 1.25), size, light=0.6)
    return _webp(Image.fromarray(view))


def _webp(image: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=80, method=4)
    return buffer.getvalue()


def cached(folder: Path, digest: str, make: Callable[[], bytes | None]) -> bytes | None:
    """Return the picture for a file with this hash, kept in OUT/.varco3d/thumbnails where that can be written."""
    place = folder / STATE / "thumbnails" / f"{digest[:40]}.webp"
    if not _DIGEST.fullmatch(digest) or any(path.is_symlink() for path in (place, *list(place.parents)[:2])):
        return make()
    with contextlib.suppress(OSError):
        return place.read_bytes()
    data = make()
    if data is not None:
        with contextlib.suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, lambda file: file.write(data))
    return data


# the page ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """Options of the gallery page.

    parts: folder with page.html, page.css, page.js and the viewer; embed: bytes of meshes that go into the page itself,
    the rest lies beside it; thumbnail: a picture of an item's mesh as WebP, or None.
    """

    parts: Path
    embed: int = 64_000_000
    title: str = "varco3d"
    thumbnail: Callable[[Entry], bytes | None] = lambda entry: None


def write_gallery(path: Path, folder: Path, entries: Sequence[Entry], page: Page) -> list[Path]:
    """Write the page, and the meshes beyond `embed` as scripts beside it. Returns the files, the page first.

    Raises OutputError.
    """
    beside = path.with_name(path.stem + "_assets")
    for unfinished in (path.parent, beside, folder / STATE / "thumbnails"):
        sweep(unfinished)
    written: list[Path] = []
    items: list[dict[str, Any]] = []
    inline: list[tuple[int, Path]] = []
    room = page.embed
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for number, entry in enumerate(entries):
            item = _item(entry, folder, path.parent, page)
            mesh = _glb(folder, entry)
            if mesh is not None:
                item["asset"] = number
                if mesh.stat().st_size <= room:
                    room -= mesh.stat().st_size
                    inline.append((number, mesh))
                else:
                    written.append(_sidecar(beside, number, mesh))
                    item["sidecar"] = f"{_href(beside, path.parent)}/{number}.js"
            items.append(item)
        write_whole(path, lambda file: _write_page(file, page, totals(folder, entries), items, inline))
    except OSError as error:
        raise output_error(path, error) from error
    _drop_stale(beside, written)
    return [path, *written]


def _glb(folder: Path, entry: Entry) -> Path | None:
    output = entry.output("glb")
    return inside(folder, output, (".glb",)) if output is not None and is_present(folder, output) else None


def _item(entry: Entry, folder: Path, base: Path, page: Page) -> dict[str, Any]:
    """Return the facts about an item that the page's script reads."""
    picture, source, digest = None, entry.source, entry.record.get("sha256")
    if source is not None and isinstance(digest, str):
        picture = cached(folder, "input-" + digest, lambda: _thumbnail_of(source, digest))
    facts = [(name.replace("_", " "), _text(entry.mesh[name])) for name in _SHOWN if entry.mesh.get(name) is not None]
    timings = entry.record.get("timings") or {}
    facts += [(stage, f"{t.get('seconds', 0):.2f} s") for stage, t in timings.items() if isinstance(t, dict)]
    facts += [
        (key, _text(entry.record[key])) for key in ("recipe", "seed", "version") if entry.record.get(key) is not None
    ]
    files = [folder / output["path"] for output in entry.outputs if is_present(folder, output)]
    error = entry.error
    return {
        "name": entry.name,
        "status": entry.status,
        "seconds": entry.seconds,
        "faces": entry.faces,
        "thumbnail": _data_url(page.thumbnail(entry)),
        "picture": _data_url(picture),
        "error": {key: str(error.get(key) or "") for key in ("code", "message", "hint")} if error else None,
        "warnings": list(entry.warnings),
        "facts": facts,
        "files": [{"name": file.name, "href": _href(file, base)} for file in files],
        "asset": None,
        "sidecar": None,
    }


def _thumbnail_of(source: Path, digest: str) -> bytes | None:
    """Return the thumbnail of an input, when it still is the picture that the record names by its hash."""
    try:
        return picture_thumbnail(source) if picture_sha256(source) == digest else None
    except Varco3DError:
        return None


def _href(file: Path, base: Path) -> str:
    """Return a relative link; names that are no UTF-8 keep their bytes."""
    return quote(Path(os.path.relpath(file, base)).as_posix(), errors="surrogateescape")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _data_url(data: bytes | None) -> str | None:
    return None if data is None else "data:image/webp;base64," + base64.b64encode(data).decode()


def _sidecar(folder: Path, number: int, mesh: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{number}.js"
    if target.exists() and not _is_sidecar(target):
        raise OutputError(f"{target} is there already and is no part of a report", "Give --page another name.")
    data = base64.b64encode(mesh.read_bytes())
    write_whole(target, lambda file: file.write(_ASSET + b'%d,"' % number + data + b'");\n'))
    return target


def _is_sidecar(path: Path) -> bool:
    """Whether the file is a script that a report wrote."""
    try:
        with opened_regular(path) as file:
            return file.read(len(_ASSET)) == _ASSET
    except OSError:
        return False


def _drop_stale(folder: Path, written: Sequence[Path]) -> None:
    """Scripts of an earlier, larger page are removed; a folder left empty too."""
    if folder.is_dir():
        for path in folder.glob("*.js"):
            if path not in written and path.stem.isdigit() and _is_sidecar(path):
                path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            folder.rmdir()


def _write_page(
    file: Any, page: Page, numbers: Mapping[str, Any], items: list[dict[str, Any]], inline: list[tuple[int, Path]]
) -> None:
    """Fill page.html; meshes are streamed, so that memory holds one at a time."""
    parts = {name: (page.parts / name).read_text(encoding="utf-8") for name in ("page.html", "page.css", "page.js")}
    library = (page.parts / "model-viewer-umd.min.js").read_text(encoding="utf-8")
    for name, text in (("page.js", parts["page.js"]), ("the viewer", library)):
        if "</script" in text.lower():
            raise OutputError(f"{name} would end its own script element", "Reinstall varco3d.")
    head, tail = parts["page.html"].split("$assets")
    values = {
        "title": html.escape(page.title),
        "summary": html.escape(describe(numbers)),
        "style": parts["page.css"],
        # "<" never appears in the JSON, so that no name of a file can end the element.
        "items": json.dumps(items, separators=(",", ":")).replace("<", "\\u003c"),
    }
    file.write(Template(head).substitute(values).encode())
    for number, mesh in inline:
        file.write(f'<script type="text/plain" id="asset-{number}">'.encode())
        file.write(base64.b64encode(mesh.read_bytes()))
        file.write(b"</script>\n")
    file.write(Template(tail).substitute(viewer=library, script=parts["page.js"]).encode())


def describe(numbers: Mapping[str, Any]) -> str:
    """One line of totals for people: `97 ok, 2 failed (bad_input 2), 1 lost of 100; median 12.3 s`."""
    counts = numbers["counts"]
    errors = ", ".join(f"{code} {count}" for code, count in numbers["errors"].items())
    parts = [f"{counts['ok']} ok"]
    parts += [f"{counts['failed']} failed{f' ({errors})' if errors else ''}"] if counts["failed"] else []
    parts += [f"{counts['lost']} lost"] if counts["lost"] else []
    text = f"{', '.join(parts)} of {numbers['items']}"
    if numbers["median_seconds"] is not None:
        text += f"; median {numbers['median_seconds']:.1f} s"
    if numbers["record_files"] > 1:
        text += f"; {numbers['record_files']} record files merged"
    return text
