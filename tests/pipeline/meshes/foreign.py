"""Builds small mesh files of other programs' making: GLBs from arrays and JSON, 3MF packages from XML."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
SQUARE_UV = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32)
SIDES = np.array([[0, 1, 2], [0, 2, 3]], np.uint16)
_COMPONENTS = {"int8": 5120, "uint8": 5121, "int16": 5122, "uint16": 5123, "uint32": 5125, "float32": 5126}
_TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}


class Glb:
    """A document to which arrays and pictures are added; the rest is plain JSON."""

    def __init__(self, **document: Any):
        self.document: dict[str, Any] = {"asset": {"version": "2.0"}, "scenes": [{"nodes": [0]}], **document}
        self.data = bytearray()

    def view(self, data: bytes, **about: Any) -> int:
        self.data += b"\0" * (-len(self.data) % 8)
        entry = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data), **about}
        self.data += data
        self.document.setdefault("bufferViews", []).append(entry)
        return len(self.document["bufferViews"]) - 1

    def array(self, values: np.ndarray, **about: Any) -> int:
        values = np.ascontiguousarray(values)
        width = values.shape[1] if values.ndim > 1 else 1
        kind = {"componentType": _COMPONENTS[values.dtype.name], "count": len(values), "type": _TYPES[width]}
        self.document.setdefault("accessors", []).append({"bufferView": self.view(values.tobytes()), **kind, **about})
        return len(self.document["accessors"]) - 1

    def picture(self, pixels: np.ndarray) -> int:
        """The index of a texture that shows `pixels`."""
        image = {"bufferView": self.view(png(pixels)), "mimeType": "image/png"}
        self.document.setdefault("images", []).append(image)
        self.document.setdefault("textures", []).append({"source": len(self.document["images"]) - 1})
        return len(self.document["textures"]) - 1

    def square(self, material: dict[str, Any] | None = None, **attributes: np.ndarray) -> dict[str, Any]:
        """A primitive: the unit square with UVs; attributes: more of them, integers as fractions."""
        arrays = {"POSITION": SQUARE, "TEXCOORD_0": SQUARE_UV, **attributes}
        primitive: dict[str, Any] = {"indices": self.array(SIDES.reshape(-1)), "attributes": {}}
        for name, values in arrays.items():
            fraction = {"normalized": True} if values.dtype.kind in "iu" and name[:6] != "JOINTS" else {}
            primitive["attributes"][name] = self.array(values, **fraction)
        if material is not None:
            self.document.setdefault("materials", []).append(material)
            primitive["material"] = len(self.document["materials"]) - 1
        return primitive

    def write(self, path: Path, *primitives: dict[str, Any], node: dict[str, Any] | None = None) -> Path:
        """Writes the file, with one mesh of these primitives at one node unless the document has nodes."""
        if primitives:
            self.document["meshes"] = [{"primitives": list(primitives)}]
        self.document.setdefault("nodes", [{"mesh": 0, **(node or {})}])
        self.document["buffers"] = [{"byteLength": len(self.data)}]
        text = json.dumps(self.document).encode()
        text += b" " * (-len(text) % 4)
        self.data += b"\0" * (-len(self.data) % 4)
        head = struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(self.data))
        chunks = [(text, b"JSON"), (bytes(self.data), b"BIN\0")]
        path.write_bytes(head + b"".join(struct.pack("<I4s", len(body), kind) + body for body, kind in chunks))
        return path


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG")
    return buffer.getvalue()


def plain(*color: int, size: int = 4) -> np.ndarray:
    """A picture of one colour."""
    return np.full((size, size, len(color)), color, np.uint8)


def textured(glb: Glb, pixels: np.ndarray, **about: Any) -> dict[str, Any]:
    """A material whose base colour is a picture; about: more of its baseColorTexture."""
    return {"pbrMetallicRoughness": {"baseColorTexture": {"index": glb.picture(pixels), **about}, "metallicFactor": 0}}


TETRAHEDRON = (
    '<mesh><vertices><vertex x="0" y="0" z="0"/><vertex x="1" y="0" z="0"/><vertex x="0" y="1" z="0"/>'
    '<vertex x="0" y="0" z="1"/></vertices><triangles>{}</triangles></mesh>'
)
TRIANGLES = (
    '<triangle v1="0" v2="2" v3="1"/><triangle v1="0" v2="1" v3="3"/><triangle v1="1" v2="2" v3="3"/>'
    '<triangle v1="2" v2="0" v3="3"/>'
)
_MODEL = (
    '<model xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02" {} '
    'xmlns:m="http://schemas.microsoft.com/3dmanufacturing/material/2015/02" '
    'xmlns:p="http://schemas.microsoft.com/3dmanufacturing/production/2015/06">{}</model>'
)


def model(resources: str, build: str = '<item objectid="1"/>', about: str = "") -> str:
    """The XML of a 3MF model part."""
    return _MODEL.format(about, f"<resources>{resources}</resources><build>{build}</build>")


def solid(triangles: str = TRIANGLES, about: str = 'id="1"') -> str:
    """An object: a tetrahedron with edges of length 1."""
    return f"<object {about}>{TETRAHEDRON.format(triangles)}</object>"


def three_mf(path: Path, **parts: str | bytes) -> Path:
    """A package of parts, by name without slashes: `main` is 3D/3dmodel.model, others are 3D/NAME.model or 3D/NAME."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            place = (
                "3D/3dmodel.model" if name == "main" else f"3D/{name}.model" if isinstance(data, str) else f"3D/{name}"
            )
            archive.writestr(place, data)
    return path
