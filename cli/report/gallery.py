"""The gallery: one HTML page with thumbnails, facts and every asset of a run in 3D.

The page holds everything it needs (viewer, pictures, meshes up to a limit) and works from disk without a network.
Meshes beyond the limit lie beside it as scripts, because a page opened from disk may load scripts but not fetch data.
"""

from __future__ import annotations

import base64
import contextlib
import html
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

from ..._files import opened_regular, output_error, sweep, write_whole
from ...errors import OutputError
from ...pipeline.batch.naming import STATE
from ...pipeline.batch.records import is_present
from .entries import Entry, describe, inside, totals
from .thumbnails import cached, input_thumbnail

_ASSET = b"varco3dAsset("
_SHOWN = ("vertices", "faces", "components", "watertight", "boundary_edges", "genus", "texture_coverage")


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
        picture = cached(folder, "input-" + digest, lambda: input_thumbnail(source, digest))
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
        raise OutputError(f"{target} exists and is no part of a report", "Give --page another name.")
    data = base64.b64encode(mesh.read_bytes())
    write_whole(target, lambda file: file.write(_ASSET + b'%d,"' % number + data + b'");\n'))
    return target


def _is_sidecar(path: Path) -> bool:
    """Tell whether the file is a script that a report wrote."""
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
