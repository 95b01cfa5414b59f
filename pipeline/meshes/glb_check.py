"""Checks a GLB file without any other tool: container, accessors, indices, numbers, pictures.

A subset of what the Khronos validator checks, for machines that lack it; the tests run both.
"""

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

_TYPES = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_COMPONENTS = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}


def check_glb(path: Path) -> list[str]:
    """Problems found, one sentence each; empty when the file is sound. Raises OSError when it cannot be read."""
    data = path.read_bytes()
    try:
        document, binary = _split(data)
        return _check_document(document, binary)
    except (ValueError, KeyError, IndexError, TypeError, struct.error) as error:
        return [f"the file is not a readable GLB: {type(error).__name__}: {error}"]


def _split(data: bytes) -> tuple[dict[str, Any], bytes]:
    magic, version, length = struct.unpack_from("<4sII", data)
    if magic != b"glTF" or version != 2:
        raise ValueError("no GLB 2.0 header")
    if length != len(data):
        raise ValueError(f"the header says {length} bytes, the file has {len(data)}")
    chunks, offset = [], 12
    while offset < length:
        size, kind = struct.unpack_from("<I4s", data, offset)
        if size % 4 or offset + 8 + size > length:
            raise ValueError("a chunk does not fit")
        chunks.append((kind, data[offset + 8 : offset + 8 + size]))
        offset += 8 + size
    if not chunks or chunks[0][0] != b"JSON":
        raise ValueError("the first chunk is not JSON")
    return json.loads(chunks[0][1]), chunks[1][1] if len(chunks) > 1 else b""


def _check_document(document: dict[str, Any], binary: bytes) -> list[str]:
    problems = []
    if document.get("asset", {}).get("version") != "2.0":
        problems.append("asset.version is not 2.0")
    if not document.get("meshes"):
        problems.append("there is no mesh")
    for mesh in document.get("meshes", []):
        for primitive in mesh["primitives"]:
            problems += _check_primitive(document, binary, primitive)
    for number, image in enumerate(document.get("images", [])):
        problems += _check_image(document, binary, image, number)
    return problems


def _check_primitive(document: dict[str, Any], binary: bytes, primitive: dict[str, Any]) -> list[str]:
    problems = []
    arrays = {name: _read(document, binary, index) for name, index in primitive["attributes"].items()}
    counts = {len(array) for array in arrays.values()}
    if len(counts) != 1:
        return [f"attributes have different lengths: {sorted(counts)}"]
    (count,) = counts
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            problems.append(f"{name} holds values that are not finite")
    lengths = np.linalg.norm(arrays["NORMAL"], axis=1) if "NORMAL" in arrays else np.ones(1)
    if np.abs(lengths - 1).max(initial=0) > 1e-2:
        problems.append("NORMAL holds vectors that are not of length 1")
    about = document["accessors"][primitive["attributes"]["POSITION"]]
    position = arrays["POSITION"]
    for key, found in (("min", position.min(0)), ("max", position.max(0))):
        if key not in about or not np.array_equal(np.asarray(about[key], np.float32), found.astype(np.float32)):
            problems.append(f"POSITION.{key} is missing or wrong")
    if "indices" in primitive:
        indices = _read(document, binary, primitive["indices"]).reshape(-1)
        if len(indices) == 0 or len(indices) % 3:
            problems.append("the indices make no whole triangles")
        elif int(indices.max()) >= count:
            problems.append("an index names a vertex that does not exist")
    return problems


def _read(document: dict[str, Any], binary: bytes, index: int) -> np.ndarray:
    accessor = document["accessors"][index]
    view = document["bufferViews"][accessor["bufferView"]]
    width = _TYPES[accessor["type"]]
    kind = np.dtype(_COMPONENTS[accessor["componentType"]])
    start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    if start % kind.itemsize:
        raise ValueError(f"accessor {index} is not aligned")
    stride = view.get("byteStride", width * kind.itemsize)
    count = accessor["count"]
    if start + (count - 1) * stride + width * kind.itemsize > len(binary):
        raise ValueError(f"accessor {index} reaches beyond the data")
    return np.ndarray((count, width), kind, binary, start, (stride, kind.itemsize))


def _check_image(document: dict[str, Any], binary: bytes, image: dict[str, Any], number: int) -> list[str]:
    from PIL import Image

    view = document["bufferViews"][image["bufferView"]]
    start = view.get("byteOffset", 0)
    try:
        with Image.open(io.BytesIO(binary[start : start + view["byteLength"]])) as picture:
            picture.load()
            width, height = picture.size
    except (OSError, ValueError) as error:
        return [f"image {number} cannot be read: {error}"]
    if width & (width - 1) or height & (height - 1):
        return [f"image {number} is {width} x {height}, not a power of two"]
    return []
