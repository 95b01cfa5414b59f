"""3MF packages: units, components, parts in other files of the package (production), colours and textures.

lib3mf was measured and left: it refuses packages without relationships that slicers open, and says nothing more than
"invalid parameter" of a damaged one.
"""

from __future__ import annotations

import errno
import re
import zipfile
import zlib
from dataclasses import replace

import numpy as np

from ...._text import printable
from .off import paint_faces
from .scene import MAX_COPIES, Material, Part, Picture, Scene, Source, check_indices, split_by
from .three_mf_model import METRES, Component, Group, Model, Object, parse_model

_MAX_TEXT = 2 << 30  # unpacked bytes of all model parts
_MAX_RATIO = 200  # unpacked to packed, beyond which more than _FREE is a bomb; meshes have 5 to 40
_FREE = 32 << 20
_START = re.compile(rb'<Relationship\b[^>]*3dmanufacturing/2013/01/3dmodel"[^>]*>')
_TARGET = re.compile(rb'Target="([^"]*)"')


def read(source: Source) -> Scene:
    """Return the scene of a .3mf. Raises BadInputError, BadMeshError."""
    if source.path.stat().st_size > _MAX_TEXT:
        raise source.bad("it is larger than 2 GiB", "Split or simplify it first.")
    try:
        with zipfile.ZipFile(source.path) as archive:
            return _Package(archive, source).scene()
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise source.bad("its ZIP archive is damaged") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # what seeking to an impossible place gives
            raise
        raise source.bad("its ZIP archive is damaged") from error
    except (NotImplementedError, RuntimeError) as error:  # encrypted, or packed by a rare method
        raise source.bad("its ZIP archive is encrypted or packed in an unusual way") from error


class _Package:
    """The parts of one package, each parsed once."""

    def __init__(self, archive: zipfile.ZipFile, source: Source):
        self._archive, self._source = archive, source
        self._names = {"/" + name.lstrip("/").lower(): name for name in archive.namelist()}
        self._models: dict[str, Model] = {}
        self._pictures: dict[str, Picture | None] = {}
        self._parts: dict[tuple[str, str], list[Part]] = {}
        self._text = self._stored = self._copied = 0
        self._unit = ""

    def scene(self) -> Scene:
        start = self._start()
        model = self._model(start)
        self._unit = model.unit
        parts: list[Part] = []
        for item in model.items:
            self._collect(start, item, parts)
        return Scene(parts, METRES[model.unit])

    def _start(self) -> str:
        """Return the path of the model that is built: the one the package's relationships name, else the first."""
        if "/_rels/.rels" in self._names:
            relations = self._read("/_rels/.rels", 1 << 20)
            target = _TARGET.search(found[0]) if (found := _START.search(relations)) else None
            path = "/" + target[1].decode("utf-8", "replace").lstrip("/").lower() if target else ""
            if path in self._names:
                return path
        models = sorted(path for path in self._names if path.endswith(".model"))
        if not models:
            raise self._source.bad("it holds no model part", "Check its suffix.")
        return "/3d/3dmodel.model" if "/3d/3dmodel.model" in models else models[0]

    def _info(self, path: str) -> zipfile.ZipInfo:
        info = self._archive.getinfo(self._names[path])
        if info.file_size > max(_FREE, _MAX_RATIO * info.compress_size):
            raise self._source.bad(
                f"{printable(path)[:60]} unpacks {info.compress_size} bytes to {info.file_size}", "It is a ZIP bomb."
            )
        return info

    def _read(self, path: str, limit: int) -> bytes:
        info = self._info(path)
        if info.file_size > limit:
            raise self._source.bad(f"{printable(path)[:60]} is larger than {limit >> 20} MiB")
        return self._archive.read(info)

    def _model(self, path: str) -> Model:
        if path not in self._names:
            raise self._source.bad(f"its part {printable(path)[:80]} is missing")
        if path not in self._models:
            info = self._info(path)
            self._text += info.file_size
            if self._text > _MAX_TEXT:
                raise self._source.bad("its model parts unpack to more than 2 GiB", "Split or simplify it first.")
            with self._archive.open(info) as stream:
                self._models[path] = parse_model(stream, info.file_size, self._source)  # type: ignore[arg-type]
        return self._models[path]

    def _collect(self, start: str, item: Component, parts: list[Part]) -> None:
        """Add the meshes of one built item, through all its components."""
        todo = [(start, item, np.eye(4), 0)]
        visits = 0
        while todo:
            path, reference, outer, depth = todo.pop()
            visits += 1
            path = "/" + reference.path.lstrip("/").lower() if reference.path else path
            model = self._model(path)
            found = model.objects.get(reference.object_id)
            if found is None:
                raise self._source.bad(f"object {printable(reference.object_id)[:20]} does not exist")
            if depth > 32 or visits > 100_000:
                raise self._source.bad("its components go round in a circle, or are too many")
            if model.unit != self._unit:
                raise self._source.bad("its parts have different units")
            inner = np.eye(4)
            inner[:, :3] = reference.place
            placed = inner @ outer
            todo += [(path, component, placed, depth + 1) for component in reversed(found.components)]
            if found.triangles:
                parts += [_placed(part, placed[:, :3]) for part in self._mesh(path, reference.object_id, model, found)]

    def _mesh(self, path: str, name: str, model: Model, found: Object) -> list[Part]:
        count = len(found.triangles) // 3
        if (path, name) in self._parts:
            self._copied += count
            if self._copied > MAX_COPIES + self._stored:
                raise self._source.bad_mesh(f"its copies make more than {MAX_COPIES} triangles", "Split it first.")
        else:
            self._stored += count
            self._parts[path, name] = self._read_mesh(model, found)
        return self._parts[path, name]

    def _read_mesh(self, model: Model, found: Object) -> list[Part]:
        """Parts of one object: those of plain colour together, and one for each texture."""
        vertices = np.frombuffer(found.vertices, np.float64).reshape(-1, 3)
        faces = np.frombuffer(found.triangles, np.int64).reshape(-1, 3)
        check_indices(self._source, faces, len(vertices))
        own = np.frombuffer(found.properties, np.int64).reshape(-1, 5)
        groups = np.full(len(faces), -1)
        entries = np.full((len(faces), 3), found.entry)
        groups[own[:, 0]], entries[own[:, 0]] = own[:, 1], own[:, 2:]
        names = [*model.group_names, found.group or ""]
        groups[groups < 0] = len(names) - 1
        parts: list[Part] = []
        plain = np.zeros(len(faces), bool)
        colors = np.full((len(faces), 3, 3), 255, np.uint8)
        painted = False
        for number, chosen in split_by(groups):
            group = model.groups.get(names[number])
            if group is not None and group.texture is not None:
                parts.append(self._textured(model, group, vertices, faces[chosen], entries[chosen]))
                continue
            plain[chosen] = True
            if group is not None and group.colors:
                painted = True
                colors[chosen] = self._colors(group)[self._entries(entries[chosen], len(group.colors))]
        if plain.any():
            part = Part(vertices, faces[plain])
            parts.append(_painted(part, colors[plain]) if painted else part)
        return parts

    def _textured(
        self, model: Model, group: Group, vertices: np.ndarray, faces: np.ndarray, entries: np.ndarray
    ) -> Part:
        uv = np.frombuffer(group.uv, np.float64).reshape(-1, 2)
        chosen = self._entries(entries, len(uv))
        pairs, index = np.unique(faces * (len(uv) + 1) + chosen, return_inverse=True)
        vertex, coordinate = np.divmod(pairs, len(uv) + 1)
        texture = group.texture or ""
        picture = self._picture(model.textures.get(texture, ""))
        material = Material(base=picture, wrap=model.wraps.get(texture, ("repeat", "repeat")))
        flipped = np.stack([uv[coordinate, 0], 1.0 - uv[coordinate, 1]], axis=1)
        return Part(vertices[vertex], index.reshape(-1, 3), uv=flipped, material=material)

    def _picture(self, path: str) -> Picture | None:
        key = "/" + path.lstrip("/").lower()
        if key not in self._pictures:
            self._pictures[key] = None
            if key in self._names:
                self._pictures[key] = Picture(printable(path), self._read(key, 1 << 30))
            else:
                self._source.warn(f"the texture {printable(path)[:80]} is missing and was left out")
        return self._pictures[key]

    def _entries(self, entries: np.ndarray, count: int) -> np.ndarray:
        if count == 0 or entries.min(initial=0) < 0 or entries.max(initial=0) >= count:
            raise self._source.bad_mesh("a triangle names a colour or UV that does not exist")
        return entries

    def _colors(self, group: Group) -> np.ndarray:
        """sRGB uint8 [N,3]."""
        found = []
        for text in group.colors:
            if not re.fullmatch(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?", text):
                raise self._source.bad(f"{printable(text)[:12]} is no colour")
            if text[7:9] not in ("", "ff", "FF"):
                self._source.warn("opacity of colours was left out")
            found.append([int(text[at : at + 2], 16) for at in (1, 3, 5)])
        return np.array(found, np.uint8).reshape(-1, 3)


def _painted(part: Part, colors: np.ndarray) -> Part:
    """Return the part with a colour per corner, uint8 [F,3,3]; vertices of several colours are doubled."""
    if (colors == colors[:, :1]).all():
        return paint_faces(part, colors[:, 0])
    code = colors.astype(np.int64) @ np.array([65536, 256, 1])
    distinct, faces = np.unique(part.faces * (1 << 24) + code, return_inverse=True)
    code = distinct & 0xFFFFFF
    rgb = np.stack([code >> 16, (code >> 8) & 255, code & 255], axis=1).astype(np.uint8)
    return Part(part.vertices[distinct >> 24], faces.reshape(-1, 3), colors=rgb)


def _placed(part: Part, place: np.ndarray) -> Part:
    """Return the part under a transform [4,3]; a mirror turns its faces round."""
    faces = part.faces[:, ::-1] if np.linalg.det(place[:3]) < 0 else part.faces
    return replace(part, vertices=part.vertices @ place[:3] + place[3], faces=faces)
