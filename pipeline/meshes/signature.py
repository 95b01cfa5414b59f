"""The mark by which the program knows its own files again, so that it replaces those and no others."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

from ..._files import opened_regular

SOFTWARE = "varco3d"
_NEAR = 4096  # bytes from either end in which a mark stands
_SOFTWARE_TAG = 0x0131  # EXIF and TIFF: Software


def picture_signature(image_format: str) -> dict[str, Any]:
    """Arguments for Pillow's `save` that put the mark into a PNG, JPEG, WebP or GIF."""
    from PIL import Image, PngImagePlugin

    if image_format == "png":
        text = PngImagePlugin.PngInfo()
        text.add_text("Software", SOFTWARE)
        return {"pnginfo": text}
    if image_format == "gif":
        return {"comment": SOFTWARE.encode()}
    exif = Image.Exif()
    exif[_SOFTWARE_TAG] = SOFTWARE
    return {"exif": exif}


def is_own(path: Path) -> bool:
    """Tell whether this program wrote the file, by the mark in its content; False for what cannot be read.

    Costs two short reads. A file that another program has saved since bears that program's mark.
    """
    try:
        with opened_regular(path) as file:
            head = file.read(_NEAR)
            file.seek(max(0, file.seek(0, 2) - _NEAR))
            tail = file.read(_NEAR)
    except (OSError, ValueError):
        return False
    mark = SOFTWARE.encode()
    suffix = path.suffix.lower()
    if suffix in (".obj", ".mtl"):
        return head.startswith(b"# " + mark)
    if suffix == ".stl":
        return head.startswith(mark.ljust(80, b"\0"))
    if suffix == ".ply":
        return b"\ncomment " + mark + b"\n" in head
    if suffix == ".glb":
        return head.startswith(b"glTF") and b'"generator":"' + mark + b'"' in head
    if suffix == ".3mf":
        return _three_mf_application(path) == SOFTWARE
    if suffix in (".html", ".htm"):
        return b'<meta name="generator" content="' + mark + b'">' in head
    if head.startswith(b"\x89PNG"):
        return b"tEXtSoftware\0" + mark in head
    if head.startswith(b"GIF8"):
        return b"\x21\xfe" + bytes([len(mark)]) + mark + b"\0" in head
    exif = next((end for end in (head, tail) if mark + b"\0" in end), b"")
    return b"\x01\x31\0\x02" in exif or b"\x31\x01\x02\0" in exif


def _three_mf_application(path: Path) -> str:
    """Return the program named in the metadata of a 3MF package, "" without one near its beginning."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("3D/3dmodel.model") as model:
            head = model.read(_NEAR).decode("utf-8", "replace")
    except (OSError, ValueError, KeyError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return ""
    _, found, rest = head.partition('<metadata name="Application">')
    return rest.partition("<")[0] if found else ""
