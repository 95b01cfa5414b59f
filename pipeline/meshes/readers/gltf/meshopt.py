"""Decodes buffer views of EXT_meshopt_compression and KHR_meshopt_compression.

Source: the bit streams as the two extensions' specifications define them (KhronosGroup/glTF, "Appendix A: Bitstream").
No library serves: the one on PyPI has no wheels. A decoder returns bytes or raises ValueError on a malformed stream.
"""

from __future__ import annotations

import numpy as np

_GROUP = 16  # values that share one bit width
_WIDTHS = {
    0: (0, 2, 4, 8),
    1: (0, 1, 2, 4),
    2: (1, 2, 4, 8),
}  # of stream version 0, and of control modes 0, 1 of version 1
_SPLIT = {
    1: [tuple(byte >> shift & 1 for shift in range(8)) for byte in range(256)],  # lowest bit first
    2: [tuple(byte >> shift & 3 for shift in (6, 4, 2, 0)) for byte in range(256)],
    4: [(byte >> 4, byte & 15) for byte in range(256)],
}
_EXPANSION = 64  # decoded bytes per stored byte, beyond which a large stream counts as a bomb
_SMALL = 64 << 20


def decode(data: bytes, mode: str, count: int, stride: int, filter_name: str = "NONE") -> bytes:
    """`count` elements of `stride` bytes. mode: ATTRIBUTES, TRIANGLES or INDICES; filter_name: as in the extension."""
    if count < 0 or not 0 < stride <= 256:
        raise ValueError("count or stride is out of range")
    if count * stride > max(_SMALL, _EXPANSION * len(data)):
        raise ValueError(f"{len(data)} bytes cannot hold {count} elements")
    if mode == "ATTRIBUTES":
        return _filtered(_attributes(data, count, stride), filter_name)
    if stride not in (2, 4):
        raise ValueError("indices are of 2 or 4 bytes")
    if mode == "TRIANGLES":
        indices = _triangles(data, count)
    elif mode == "INDICES":
        indices = _sequence(data, count)
    else:
        raise ValueError("unknown mode")
    return (np.array(indices, np.int64) & 0xFFFFFFFF).astype("<u4").astype("<u2" if stride == 2 else "<u4").tobytes()


def _attributes(data: bytes, count: int, stride: int) -> np.ndarray:
    """uint8 [count, stride]."""
    if stride % 4 or not data or data[0] not in (0xA0, 0xA1):
        raise ValueError("no stream of attributes")
    version = data[0] & 15
    tail = stride if version == 0 else stride + stride // 4
    end = len(data) - tail
    if end < 1:
        raise ValueError("the stream is too short")
    last = np.frombuffer(data, np.uint8, stride, end)
    channels = bytes(stride // 4) if version == 0 else data[end + stride :]
    block = min((8192 // stride) & ~(_GROUP - 1), 256)
    out = np.empty((count, stride), np.uint8)
    at = 1
    for start in range(0, count, block):
        size = min(block, count - start)
        at, planes = _planes(data, at, end, size, stride, version)
        for four in range(0, stride, 4):
            columns = slice(four, four + 4)
            out[start : start + size, columns] = _summed(planes[columns], last[columns], channels[four // 4])
        last = out[start + size - 1]
    if at != len(data) - max(tail, 24 if version else 32):
        raise ValueError("the stream has another length than its elements")
    return out


def _planes(data: bytes, at: int, end: int, size: int, stride: int, version: int) -> tuple[int, np.ndarray]:
    """Return the differences of one block, uint8 [stride, size], and the start of the next.

    A row holds one byte of each element.
    """
    planes = np.zeros((stride, size), np.uint8)
    control = b""
    if version:
        control = data[at : at + stride // 4]
        at += stride // 4
    for row in range(stride):
        mode = (control[row // 4] >> (row % 4 * 2)) & 3 if version else 0
        if mode == 2:
            continue
        if mode == 3:
            if at + size > end:
                raise ValueError("the stream is too short")
            planes[row] = np.frombuffer(data, np.uint8, size, at)
            at += size
            continue
        at, values = _groups(data, at, end, size, _WIDTHS[mode + 1 if version else 0])
        planes[row] = np.frombuffer(values, np.uint8, size)
    return at, planes


def _groups(data: bytes, at: int, end: int, size: int, widths: tuple[int, ...]) -> tuple[int, bytearray]:
    groups = -(-size // _GROUP)
    head = data[at : at + -(-groups // 4)]
    at += len(head)
    values = bytearray()
    for group in range(groups):
        width = widths[(head[group // 4] >> (group % 4 * 2)) & 3]
        if width == 0:
            values += bytes(_GROUP)
        elif width == 8:
            values += data[at : at + _GROUP]
            at += _GROUP
        else:
            packed = data[at : at + width * 2]
            at += width * 2
            full, split = (1 << width) - 1, _SPLIT[width]
            for byte in packed:
                for value in split[byte]:
                    if value == full:  # the value itself follows the packed ones
                        value = data[at]
                        at += 1
                    values.append(value)
        if at > end:
            raise ValueError("the stream is too short")
    return at, values


def _summed(planes: np.ndarray, last: np.ndarray, channel: int) -> np.ndarray:
    """Values uint8 [size, 4] from the differences [4, size]; `last` holds the four bytes of the element before."""
    kind = channel & 3
    raw = np.ascontiguousarray(planes.T)
    if kind == 2:  # 32-bit words, rotated, each the exclusive or with the one before
        words = raw.view("<u4").reshape(-1)
        turn = channel >> 4
        words = (words >> np.uint32(turn)) | (words << np.uint32((32 - turn) & 31)) if turn else words
        words = np.bitwise_xor.accumulate(np.concatenate([last.copy().view("<u4"), words]))[1:]
        return words.astype("<u4").view(np.uint8).reshape(-1, 4)
    if kind == 3:
        raise ValueError("unknown channel")
    words = raw.view("<u2") if kind == 1 else raw
    one = words.dtype.type(1)
    signed = np.where(words & one, ~(words >> one), words >> one)
    first = last.copy().view(words.dtype)[None]
    summed = np.cumsum(np.concatenate([first, signed]), axis=0, dtype=words.dtype)[1:]
    return np.ascontiguousarray(summed).view(np.uint8).reshape(-1, 4)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of one to five bytes, seven bits each, lowest first; and the start of the next."""
    value = shift = 0
    for _ in range(5):
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            break
    return value, at


def _triangles(data: bytes, count: int) -> list[int]:
    if count % 3 or len(data) < 17 + count // 3 or data[0] not in (0xE0, 0xE1):
        raise ValueError("no stream of triangles")
    return _Triangles(data, count // 3).run()


class _Triangles:
    """The state of the triangle decoder: two rings of 16 recent edges and vertices, and the next new vertex."""

    def __init__(self, data: bytes, count: int):
        self.data, self.count = data, count
        self.fresh_limit = 13 if data[0] & 15 else 15
        self.at, self.end = 1 + count, len(data) - 16
        self.edges: list[tuple[int, int]] = [(0, 0)] * 16
        self.recent = [0] * 16
        self.edge_at = self.recent_at = self.next = self.last = 0

    def run(self) -> list[int]:
        out: list[int] = []
        for code in self.data[1 : 1 + self.count]:
            if self.at > self.end:
                raise ValueError("the stream is too short")
            a, b, c = self._beside_edge(code) if code < 0xF0 else self._apart(code)
            out += (a, b, c)
        if self.at != self.end:
            raise ValueError("the stream has another length than its triangles")
        return out

    def _beside_edge(self, code: int) -> tuple[int, int, int]:
        a, b = self.edges[(self.edge_at - 1 - (code >> 4)) & 15]
        kind = code & 15
        if kind == 0:
            c = self._new()
        elif kind < self.fresh_limit:
            c = self.recent[(self.recent_at - 1 - kind) & 15]
        elif kind == 15:
            c = self._free()
        else:
            self.last = c = self.last + (-1 if kind == 13 else 1)
            self._remember(c)
        self._push_edge(c, b)
        self._push_edge(a, c)
        return a, b, c

    def _apart(self, code: int) -> tuple[int, int, int]:
        """Return a triangle that shares no recent edge: one of 14 usual patterns, or one spelt out."""
        if code < 0xFE:
            pattern = self.data[self.end + (code & 15)]
            first = 0
        else:
            pattern = self.data[self.at]
            self.at += 1
            first = 0 if code == 0xFE else 15
            if pattern == 0:
                self.next = 0
        a, b, c = self._three(first, pattern >> 4, pattern & 15)
        self._push_edge(b, a)
        self._push_edge(c, b)
        self._push_edge(a, c)
        return a, b, c

    def _three(self, *kinds: int) -> tuple[int, int, int]:
        """Corners by kind: 0 a new vertex, 15 spelt out, else one of the recent; all read before any is remembered."""
        found: list[int] = []
        for kind in kinds:
            if kind == 0:
                found.append(self.next)
                self.next += 1
            else:
                found.append(self.recent[(self.recent_at - kind) & 15])
        for corner, kind in enumerate(kinds):
            if kind == 15:
                found[corner] = self._spelt()
        for value, kind in zip(found, kinds, strict=True):
            if kind in (0, 15):
                self._remember(value)
        return found[0], found[1], found[2]

    def _new(self) -> int:
        value = self.next
        self.next += 1
        self._remember(value)
        return value

    def _free(self) -> int:
        value = self._spelt()
        self._remember(value)
        return value

    def _spelt(self) -> int:
        number, self.at = _number(self.data, self.at)
        self.last = (self.last + ((number >> 1) ^ -(number & 1))) & 0xFFFFFFFF
        return self.last

    def _remember(self, vertex: int) -> None:
        self.recent[self.recent_at] = vertex
        self.recent_at = (self.recent_at + 1) & 15

    def _push_edge(self, a: int, b: int) -> None:
        self.edges[self.edge_at] = (a, b)
        self.edge_at = (self.edge_at + 1) & 15


def _sequence(data: bytes, count: int) -> list[int]:
    if len(data) < 5 + count or data[0] not in (0xD0, 0xD1):
        raise ValueError("no stream of indices")
    at, last, out = 1, [0, 0], []
    for _ in range(count):
        number, at = _number(data, at)
        line, number = number & 1, number >> 1
        last[line] = (last[line] + ((number >> 1) ^ -(number & 1))) & 0xFFFFFFFF
        out.append(last[line])
    if at != len(data) - 4:
        raise ValueError("the stream has another length than its indices")
    return out


def _filtered(raw: np.ndarray, name: str) -> bytes:
    """Undoes the filter of a stream of attributes, uint8 [count, stride]."""
    if name == "NONE":
        return raw.tobytes()
    stride = raw.shape[1]
    if name == "OCTAHEDRAL" and stride in (4, 8):
        return _octahedral(raw.view("<i1" if stride == 4 else "<i2")).tobytes()
    if name == "QUATERNION" and stride == 8:
        return _quaternion(raw.view("<i2")).tobytes()
    if name == "EXPONENTIAL":
        words = raw.view("<i4")
        mantissa = (words << 8) >> 8
        return np.ldexp(mantissa.astype(np.float32), words >> 24).astype("<f4").tobytes()
    raise ValueError("unknown filter")


def _octahedral(values: np.ndarray) -> np.ndarray:
    """Return unit vectors of signed integers; the fourth column is kept."""
    most = np.iinfo(values.dtype).max
    x, y, one, _ = values.astype(np.float32).T
    z = one - np.abs(x) - np.abs(y)
    fold = np.minimum(z, 0)
    x = x + np.where(x >= 0, fold, -fold)
    y = y + np.where(y >= 0, fold, -fold)
    length = np.maximum(np.sqrt(x * x + y * y + z * z), 1e-20)
    out = values.copy()
    for column, part in enumerate((x, y, z)):
        out[:, column] = _nearest(part * (most / length))
    return out


def _quaternion(values: np.ndarray) -> np.ndarray:
    scale = 1 / (np.sqrt(np.float32(2)) * (values[:, 3] | 3).astype(np.float32))
    x, y, z = (values[:, k].astype(np.float32) * scale for k in range(3))
    w = np.sqrt(np.maximum(1 - x * x - y * y - z * z, 0))
    order = values[:, 3] & 3
    out, rows = np.empty_like(values), np.arange(len(values))
    for step, part in ((1, x), (2, y), (3, z), (4, w)):
        out[rows, (order + step) & 3] = _nearest(part * 32767)
    return out


def _nearest(values: np.ndarray) -> np.ndarray:
    return np.trunc(values + np.where(values >= 0, 0.5, -0.5)).astype(np.int64)
