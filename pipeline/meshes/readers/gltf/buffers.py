"""glTF buffers, buffer views and accessors: sparse, quantised, and compressed by meshopt."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote_to_bytes

import numpy as np

from ....._text import printable
from ..scene import MAX_EMPTY, Source, pick
from . import meshopt

_TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_MESHOPT = ("EXT_meshopt_compression", "KHR_meshopt_compression")


class Buffers:
    """The binary side of one glTF document. chunk: the binary part of a GLB, None for a .gltf."""

    def __init__(self, document: dict[str, Any], chunk: bytes | None, source: Source):
        self.document, self.source = document, source
        self._chunk = chunk
        self._buffers: dict[int, bytes] = {}
        self._views: dict[int, memoryview] = {}

    def accessor(self, index: Any) -> np.ndarray:
        """Return the values [count, width] as stored; integers that mean fractions become float64 in 0..1 or -1..1."""
        about = self._get("accessors", index, "accessor")
        kind = known(_TYPES, about.get("componentType"))
        width = known(_WIDTHS, about.get("type"))
        if kind is None or width is None:
            raise self.source.bad(f"accessor {index} has an unknown type")
        dtype = np.dtype(kind)
        count = self._number(about, "count", f"accessor {index}")
        if "bufferView" in about:
            values = self._rows(about, count, width, dtype, f"accessor {index}")
        elif count > MAX_EMPTY:
            raise self.source.bad(f"accessor {index} announces {count} elements and holds none")
        else:
            values = np.zeros((count, width), dtype)
        if "sparse" in about:
            values = self._sparse(about["sparse"], values, f"accessor {index}")
        return normalised(values) if about.get("normalized") else values

    def indices(self, index: Any) -> np.ndarray:
        """Vertex numbers, int64 [count]."""
        values = self.accessor(index)
        if values.shape[1] != 1 or values.dtype.kind != "u":
            raise self.source.bad(f"accessor {index} holds no indices")
        return values[:, 0].astype(np.int64)

    def view(self, index: Any) -> memoryview:
        """Return the bytes of a buffer view, decompressed."""
        if isinstance(index, int) and index in self._views:
            return self._views[index]
        about = self._get("bufferViews", index, "buffer view")
        extensions = self.of(about, "extensions")
        packed = next((extensions[name] for name in _MESHOPT if name in extensions), None)
        if packed is None:
            return self._slice(about, f"buffer view {index}")
        if not isinstance(packed, dict):
            raise self.source.bad(f"buffer view {index} is malformed")
        count = self._number(packed, "count", f"buffer view {index}")
        stride = self._number(packed, "byteStride", f"buffer view {index}")
        data = self._slice(packed, f"buffer view {index}")
        try:
            mode, undo = str(packed.get("mode")), str(packed.get("filter", "NONE"))
            found = memoryview(meshopt.decode(bytes(data), mode, count, stride, undo))
        except (ValueError, IndexError) as error:
            raise self.source.bad(f"the compressed data of buffer view {index} (meshopt) are damaged") from error
        self._views[index] = found
        return found

    def of(self, about: dict[str, Any], key: str) -> dict[str, Any]:
        """Return the object about[key], empty when absent. Raises BadInputError for another type."""
        found = about.get(key, {})
        if not isinstance(found, dict):
            raise self.source.bad(f"its '{key}' is no object")
        return found

    def _rows(self, about: dict[str, Any], count: int, width: int, dtype: np.dtype, name: str) -> np.ndarray:
        data = self.view(about["bufferView"])
        offset = self._number(about, "byteOffset", name, 0)
        size = width * dtype.itemsize
        stride = self._stride(about["bufferView"]) or size
        if stride < size or (count and offset + (count - 1) * stride + size > len(data)):
            raise self.source.bad(f"{name} reaches beyond its data")
        return np.ndarray((count, width), dtype, data, offset, (stride, dtype.itemsize))

    def _stride(self, index: Any) -> int:
        about = self._get("bufferViews", index, "buffer view")
        extensions = self.of(about, "extensions")
        packed = next((extensions[name] for name in _MESHOPT if name in extensions), about)
        return self._number(packed, "byteStride", f"buffer view {index}", 0)

    def _sparse(self, sparse: Any, values: np.ndarray, name: str) -> np.ndarray:
        """Return the values with those replaced that the sparse part lists."""
        if not isinstance(sparse, dict):
            raise self.source.bad(f"{name} is malformed")
        count = self._number(sparse, "count", name)
        places, news = self.of(sparse, "indices"), self.of(sparse, "values")
        kind = known(_TYPES, places.get("componentType"))
        if kind not in ("<u1", "<u2", "<u4") or "bufferView" not in places or "bufferView" not in news:
            raise self.source.bad(f"the sparse part of {name} is malformed")
        rows = self._rows(places, count, 1, np.dtype(kind), f"the sparse part of {name}")[:, 0].astype(np.int64)
        if len(rows) and rows.max() >= len(values):
            raise self.source.bad(f"the sparse part of {name} names an element that does not exist")
        out = np.array(values)
        out[rows] = self._rows(news, count, values.shape[1], values.dtype, f"the sparse part of {name}")
        return out

    def _slice(self, about: dict[str, Any], name: str) -> memoryview:
        data = memoryview(self._buffer(about.get("buffer")))
        start = self._number(about, "byteOffset", name, 0)
        length = self._number(about, "byteLength", name)
        if start + length > len(data):
            raise self.source.bad(f"{name} reaches beyond its buffer")
        return data[start : start + length]

    def _buffer(self, index: Any) -> bytes:
        about = self._get("buffers", index, "buffer")
        if index not in self._buffers:
            if "uri" in about:
                self._buffers[index] = self.resource(about["uri"], f"buffer {index}")
            elif index == 0 and self._chunk is not None:
                self._buffers[index] = self._chunk
            else:
                raise self.source.bad(f"buffer {index} has no data")
            if self._number(about, "byteLength", f"buffer {index}") > len(self._buffers[index]):
                raise self.source.bad(f"buffer {index} is shorter than announced")
        return self._buffers[index]

    def resource(self, uri: Any, name: str) -> bytes:
        """Return the bytes of a data URI or of a file beside the document. Raises BadInputError."""
        if not isinstance(uri, str):
            raise self.source.bad(f"{name} is malformed")
        if uri.startswith("data:"):
            head, _, body = uri.partition(",")
            try:
                return base64.b64decode(body, validate=False) if head.endswith(";base64") else unquote_to_bytes(body)
            except (binascii.Error, ValueError) as error:
                raise self.source.bad(f"the data of {name} are no base64") from error
        path = None if "://" in uri else self.source.beside(uri)
        if path is None:
            raise self.source.bad(
                f"{name}, {printable(uri)[:80]}, is not beside it", "Keep all files of the mesh together."
            )
        return Source(path).read()

    def _get(self, key: str, index: Any, what: str) -> dict[str, Any]:
        found = pick(self.source, self.document.get(key), index, what)
        if not isinstance(found, dict):
            raise self.source.bad(f"{what} {index} is malformed")
        return found

    def _number(self, about: dict[str, Any], key: str, name: str, default: int | None = None) -> int:
        value = about.get(key, default)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.source.bad(f"{name} has no valid {key}")
        return value


def known(table: dict[Any, Any], value: Any) -> Any:
    """table[value], None when there is none; a value of the JSON may be of any type."""
    return table.get(value) if isinstance(value, int | str) else None


def normalised(values: np.ndarray) -> np.ndarray:
    """Integers as the fractions they mean: 0..1 of unsigned, -1..1 of signed types; floats as they are."""
    if values.dtype.kind == "f":
        return values
    return np.maximum(values.astype(np.float64) / np.iinfo(values.dtype).max, -1.0)
