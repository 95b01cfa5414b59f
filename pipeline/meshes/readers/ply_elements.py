"""The tables of a PLY file: its head, and each element as columns, text or binary of either byte order."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...._text import printable
from .off import numbers_in
from .scene import Source

_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2", "ushort": "u2",
    "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4", "float": "f4", "float32": "f4",
    "double": "f8", "float64": "f8",
}  # fmt: skip
_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
_LONGEST_HEAD = 1 << 20


@dataclass(frozen=True)
class Column:
    """One property. counter: type of a list's length, "" for a plain number."""

    name: str
    kind: str
    counter: str = ""


@dataclass(frozen=True)
class ListValues:
    """A list property: all values one after the other, and how many each row has."""

    values: np.ndarray
    counts: np.ndarray


@dataclass
class Element:
    """One table of the file; `data` by property once it is read."""

    name: str
    count: int
    columns: list[Column] = field(default_factory=list)
    data: dict[str, np.ndarray] = field(default_factory=dict)
    lists: dict[str, ListValues] = field(default_factory=dict)

    def column(self, *names: str) -> np.ndarray | None:
        """Return the first of these properties that there is."""
        return next((self.data[name] for name in names if name in self.data), None)

    def list(self, *names: str) -> ListValues | None:
        return next((self.lists[name] for name in names if name in self.lists), None)


def read_elements(source: Source) -> tuple[dict[str, Element], list[str]]:
    """(elements by name, comments). Raises BadInputError."""
    head = source.head(_LONGEST_HEAD)
    end = head.find(b"end_header")
    if not head.startswith(b"ply") or end < 0:
        raise source.bad("it has no head of a PLY", "Check its suffix.")
    order, elements, comments = _head(head[:end].decode("latin-1"), source)
    line_end = head[end + 10 : end + 12]
    start = end + 10 + (2 if line_end == b"\r\n" else 1)
    data = memoryview(source.read())[start:]
    if order == "":
        numbers = numbers_in(bytes(data), source)
        at = 0
        for element in elements:
            at = _read_text(element, numbers, at, source)
    else:
        at = 0
        for element in elements:
            at = _read_binary(element, data, at, order, source)
    return {element.name: element for element in elements}, comments


def _head(text: str, source: Source) -> tuple[str, list[Element], list[str]]:
    order: str | None = None
    elements: list[Element] = []
    comments: list[str] = []
    for line in text.splitlines()[1:]:
        words = line.split()
        if not words or words[0] == "obj_info":
            continue
        if words[0] == "comment":
            comments.append(line.partition("comment")[2].strip())
        elif words[0] == "format" and len(words) > 1 and words[1] in _ORDERS:
            order = _ORDERS[words[1]]
        elif words[0] == "element" and len(words) == 3 and words[2].isdecimal():
            elements.append(Element(words[1], int(words[2])))
        elif words[0] == "property" and elements and (column := _column(words)) is not None:
            elements[-1].columns.append(column)
        else:
            raise source.bad(f"its head has a line that means nothing: {printable(line)[:60]}")
    if order is None:
        raise source.bad("its head names no format that is known")
    return order, elements, comments


def _column(words: list[str]) -> Column | None:
    if len(words) == 3 and words[1] in _TYPES:
        return Column(words[2], _TYPES[words[1]])
    if len(words) == 5 and words[1] == "list" and words[3] in _TYPES and _TYPES.get(words[2], "f")[0] != "f":
        return Column(words[4], _TYPES[words[3]], _TYPES[words[2]])
    return None


def _short(element: Element, source: Source) -> Exception:
    return source.bad(f"it announces {element.count} rows of '{printable(element.name)}' and ends before")


def _read_binary(element: Element, data: memoryview, at: int, order: str, source: Source) -> int:
    """Fill the element from the bytes at `at` and return the start of the next."""
    least = sum(np.dtype(column.counter or column.kind).itemsize for column in element.columns)
    if element.count * least > len(data) - at:
        raise _short(element, source)
    if not element.count or not element.columns:
        return at
    lengths = _first_lengths(element, data, at, order)
    fields: list[tuple] = []
    for number, column in enumerate(element.columns):
        if column.counter:
            fields.append((f"count{number}", order + column.counter))
        fields.append((f"value{number}", order + column.kind, (lengths[number],) if column.counter else ()))
    table = np.dtype(fields)
    if table.itemsize * element.count <= len(data) - at:
        rows = np.frombuffer(data, table, element.count, at)
        listed = [number for number, column in enumerate(element.columns) if column.counter]
        if all((rows[f"count{number}"] == lengths[number]).all() for number in listed):
            for number, column in enumerate(element.columns):
                values = rows[f"value{number}"]
                if column.counter:
                    counts = np.full(element.count, lengths[number], np.int64)
                    element.lists[column.name] = ListValues(values.reshape(-1).astype(np.float64), counts)
                else:
                    element.data[column.name] = values
            return at + table.itemsize * element.count
    return _read_ragged(element, data, at, order, source)


def _first_lengths(element: Element, data: memoryview, at: int, order: str) -> list[int]:
    """Return the lengths of the lists in the first row; 0 where the data end before."""
    lengths = []
    for column in element.columns:
        length = 1
        if column.counter:
            counter = np.dtype(order + column.counter)
            inside = 0 <= at <= len(data) - counter.itemsize
            length = max(int(np.frombuffer(data, counter, 1, at)[0]), 0) if inside else 0
            at += counter.itemsize
        lengths.append(length)
        at += length * np.dtype(column.kind).itemsize
    return lengths


def _read_ragged(element: Element, data: memoryview, at: int, order: str, source: Source) -> int:
    """Rows whose lists differ in length: walked one by one for where things lie, then gathered."""
    byte_order = "little" if order == "<" else "big"
    steps = [(np.dtype(c.counter).itemsize if c.counter else 0, np.dtype(c.kind).itemsize) for c in element.columns]
    signed = [column.counter[:1] == "i" for column in element.columns]
    places: list[list[int]] = [[] for _ in element.columns]
    counts: list[list[int]] = [[] for _ in element.columns]
    for _ in range(element.count):
        for number, (counter, size) in enumerate(steps):
            length = 1
            if counter:
                length = int.from_bytes(data[at : at + counter], byte_order, signed=signed[number])
                at += counter
            places[number].append(at)
            counts[number].append(length)
            at += length * size
            if length < 0 or at > len(data):
                raise _short(element, source)
    flat = np.frombuffer(data, np.uint8)
    for number, column in enumerate(element.columns):
        kind = np.dtype(order + column.kind)
        start, length = np.array(places[number], np.int64), np.array(counts[number], np.int64)
        index = spread(start, length, kind.itemsize)
        values = flat[index[:, None] + np.arange(kind.itemsize)].reshape(-1).view(kind)
        if column.counter:
            element.lists[column.name] = ListValues(values.astype(np.float64), length)
        else:
            element.data[column.name] = values
    return at


def _read_text(element: Element, numbers: np.ndarray, at: int, source: Source) -> int:
    if element.count * len(element.columns) > len(numbers) - at:
        raise _short(element, source)
    listed = [bool(column.counter) for column in element.columns]
    if not any(listed):
        end = at + element.count * len(element.columns)
        table = numbers[at:end].reshape(element.count, -1)
        for number, column in enumerate(element.columns):
            element.data[column.name] = table[:, number]
        return end
    places: list[list[int]] = [[] for _ in listed]
    counts: list[list[int]] = [[] for _ in listed]
    for _ in range(element.count):
        for number, is_list in enumerate(listed):
            length = 1
            if is_list:
                if at >= len(numbers) or not 0 <= numbers[at] <= len(numbers):
                    raise _short(element, source)
                length = int(numbers[at])
                at += 1
            places[number].append(at)
            counts[number].append(length)
            at += length
        if at > len(numbers):
            raise _short(element, source)
    for number, column in enumerate(element.columns):
        length = np.array(counts[number], np.int64)
        values = numbers[spread(np.array(places[number], np.int64), length, 1)]
        if column.counter:
            element.lists[column.name] = ListValues(values, length)
        else:
            element.data[column.name] = values
    return at


def spread(start: np.ndarray, counts: np.ndarray, step: int) -> np.ndarray:
    """start[0], start[0] + step, ... counts[0] of them, then those of the next row, int64."""
    before = np.cumsum(counts) - counts
    return np.repeat(start - before * step, counts) + np.arange(int(counts.sum())) * step
