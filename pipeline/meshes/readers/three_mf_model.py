"""One model part of a 3MF package, parsed as a stream: objects, their triangles and properties, what is built.

Source: the 3MF core, production and materials specifications.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

import numpy as np

from ...._text import printable
from .scene import Source

CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
MATERIALS = "http://schemas.microsoft.com/3dmanufacturing/material/2015/02"
PRODUCTION = "http://schemas.microsoft.com/3dmanufacturing/production/2015/06"
_READ = (CORE, MATERIALS, PRODUCTION)
_SLICES = "http://schemas.microsoft.com/3dmanufacturing/slice/2015/07"  # for printers, beside the mesh
METRES = {"micron": 1e-6, "millimeter": 1e-3, "centimeter": 1e-2, "inch": 0.0254, "foot": 0.3048, "meter": 1.0}
MAX_ELEMENTS = 60_000_000
MAX_IDLE = 1_000_000  # elements that are neither vertex nor triangle
_BLOCK = 1 << 20


@dataclass
class Component:
    """A reference to an object. place: [4,3], row vectors are multiplied from the left; path: of another part."""

    object_id: str
    place: np.ndarray
    path: str | None


@dataclass
class Object:
    """Object of a 3MF model, in flat arrays.

    vertices: three numbers each; triangles: three vertices each; properties: five numbers each: triangle, group (index
    into `Model.groups`), and an entry per corner.
    """

    group: str | None = None
    entry: int = 0
    vertices: array = field(default_factory=lambda: array("d"))
    triangles: array = field(default_factory=lambda: array("q"))
    properties: array = field(default_factory=lambda: array("q"))
    components: list[Component] = field(default_factory=list)


@dataclass
class Group:
    """Properties that triangles name: sRGB colours "#rrggbb", or UVs, v up, on a texture."""

    colors: list[str] = field(default_factory=list)
    texture: str | None = None
    uv: array = field(default_factory=lambda: array("d"))


@dataclass
class Model:
    unit: str = "millimeter"
    objects: dict[str, Object] = field(default_factory=dict)
    items: list[Component] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)
    group_names: list[str] = field(default_factory=list)
    textures: dict[str, str] = field(default_factory=dict)
    wraps: dict[str, tuple[str, str]] = field(default_factory=dict)


def parse_model(stream: BinaryIO, limit: int, source: Source) -> Model:
    """Return the model in `stream`, of at most `limit` bytes. Raises BadInputError, BadMeshError."""
    handler = _Handler(source)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.StartNamespaceDeclHandler = handler.declare
    parser.StartDoctypeDeclHandler = handler.refuse_doctype
    read = 0
    try:
        while block := stream.read(_BLOCK):
            read += len(block)
            if read > limit:
                raise source.bad("a model part is longer than announced")
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise source.bad(f"line {error.lineno} of a model part is no XML") from error
    return handler.model


class _Handler:
    """Collects what the parser meets."""

    def __init__(self, source: Source):
        self.source = source
        self.model = Model()
        self._object = Object()
        self._group = Group()
        self._prefixes: dict[str | None, str] = {}
        self._left, self._idle = MAX_ELEMENTS, MAX_IDLE
        self._group_numbers: dict[str, int] = {}
        self._takers: dict[str, Callable[[dict[str, str]], None]] = {
            f"{CORE} vertex": self._vertex,
            f"{CORE} triangle": self._triangle,
            f"{CORE} model": self._model,
            f"{CORE} object": self._start_object,
            f"{CORE} component": self._component,
            f"{CORE} item": self._item,
            f"{CORE} basematerials": self._start_group,
            f"{CORE} base": lambda about: self._color(about.get("displaycolor")),
            f"{MATERIALS} colorgroup": self._start_group,
            f"{MATERIALS} color": lambda about: self._color(about.get("color")),
            f"{MATERIALS} texture2d": self._texture,
            f"{MATERIALS} texture2dgroup": self._start_group,
            f"{MATERIALS} tex2coord": self._tex_coord,
            f"{MATERIALS} compositematerials": lambda _: self._lose("mixed materials"),
            f"{MATERIALS} multiproperties": lambda _: self._lose("layers of materials"),
        }

    def start(self, name: str, about: dict[str, str]) -> None:
        self._left -= 1
        taker = self._takers.get(name)
        if taker != self._vertex and taker != self._triangle:
            self._idle -= 1
        if self._left < 0 or self._idle < 0:
            raise self.source.bad("it has too many elements", "Split or simplify it first.")
        if taker is not None:
            try:
                taker(about)
            except (KeyError, ValueError) as error:
                raise self.source.bad(f"a <{printable(name.split(' ')[-1])}> is malformed") from error
            except OverflowError as error:
                raise self.source.bad_mesh("a triangle names a vertex that does not exist") from error
        elif name.endswith(" beamlattice"):
            self._lose("a lattice of beams")

    def declare(self, prefix: str | None, uri: str) -> None:
        self._prefixes[prefix] = uri

    def refuse_doctype(self, *_: object) -> None:
        raise self.source.bad("a model part declares a document type, which 3MF forbids")

    def _lose(self, what: str) -> None:
        self.source.warn(f"{what} were left out" if what.endswith("s") else f"{what} was left out")

    def _model(self, about: dict[str, str]) -> None:
        self.model.unit = about.get("unit", "millimeter")
        if self.model.unit not in METRES:
            raise self.source.bad(f"its unit is {printable(self.model.unit)[:20]}")
        for prefix in about.get("requiredextensions", "").split():
            uri = self._prefixes.get(prefix, prefix)
            if uri not in (*_READ, _SLICES):
                raise self.source.bad(
                    f"it requires the extension {printable(uri)[:90]}, which is not supported", "Export it without."
                )

    def _start_object(self, about: dict[str, str]) -> None:
        self._object = Object(about.get("pid"), int(about.get("pindex", "0")))
        self.model.objects[about["id"]] = self._object

    def _vertex(self, about: dict[str, str]) -> None:
        self._object.vertices.extend((float(about["x"]), float(about["y"]), float(about["z"])))

    def _triangle(self, about: dict[str, str]) -> None:
        owner = self._object
        owner.triangles.extend((int(about["v1"]), int(about["v2"]), int(about["v3"])))
        if "pid" in about or "p1" in about:
            first = int(about.get("p1", owner.entry))
            group = about.get("pid", owner.group or "")
            if group not in self._group_numbers:
                self._group_numbers[group] = len(self.model.group_names)
                self.model.group_names.append(group)
            corners = (first, int(about.get("p2", first)), int(about.get("p3", first)))
            number = self._group_numbers[group]
            owner.properties.extend((len(owner.triangles) // 3 - 1, number, *corners))

    def _component(self, about: dict[str, str]) -> None:
        path = about.get(f"{PRODUCTION} path")
        self._object.components.append(Component(about["objectid"], place(about.get("transform")), path))

    def _item(self, about: dict[str, str]) -> None:
        path = about.get(f"{PRODUCTION} path")
        self.model.items.append(Component(about["objectid"], place(about.get("transform")), path))

    def _start_group(self, about: dict[str, str]) -> None:
        self._group = Group(texture=about.get("texid"))
        self.model.groups[about["id"]] = self._group

    def _color(self, text: str | None) -> None:
        self._group.colors.append(text or "#FFFFFF")

    def _texture(self, about: dict[str, str]) -> None:
        rules = {"wrap": "repeat", "mirror": "mirror", "clamp": "clamp", "none": "clamp"}
        self.model.textures[about["id"]] = about["path"]
        u, v = (rules.get(about.get(f"tilestyle{axis}", "wrap"), "repeat") for axis in "uv")
        self.model.wraps[about["id"]] = (u, v)

    def _tex_coord(self, about: dict[str, str]) -> None:
        self._group.uv.extend((float(about["u"]), float(about["v"])))


def place(text: str | None) -> np.ndarray:
    """Return a 3MF transform, float64 [4,3]: row vectors are multiplied from the left, the last row moves."""
    if not text:
        return np.eye(4)[:, :3]
    matrix = np.array([float(word) for word in text.split()])
    if matrix.size != 12 or not np.isfinite(matrix).all():
        raise ValueError("a transform has twelve numbers")
    return matrix.reshape(4, 3)
