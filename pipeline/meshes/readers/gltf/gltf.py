"""glTF 2.0, binary (.glb) and text (.gltf): the JSON is walked here, compressed data by DracoPy and meshopt.py.

Source: the glTF 2.0 specification and the extensions' own; units are metres, +Y is up, colours are linear light.
"""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from typing import Any

import numpy as np

from ....._text import printable
from ..scene import MAX_COPIES, Part, Scene, Source, decoded, pick, srgb_from_linear
from .buffers import Buffers, known, normalised
from .materials import Materials, numbers
from .nodes import Nodes, Stand

EXTENSIONS = (
    "KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression", "KHR_mesh_quantization",
    "KHR_texture_transform", "EXT_texture_webp", "EXT_texture_avif", "EXT_mesh_gpu_instancing", "KHR_node_visibility",
    "KHR_lights_punctual", "KHR_xmp_json_ld", "KHR_animation_pointer",
)  # fmt: skip
"""Extensions that a file may require; those that begin with KHR_materials_ are approximated with a warning."""

_MAX_ITEMS = 10_000_000  # values in the JSON
_DRACO = "KHR_draco_mesh_compression"


def read(source: Source) -> Scene:
    """Return the scene of a .glb or .gltf. Raises BadInputError, BadMeshError."""
    document, chunk = _glb(source) if source.path.suffix.lower() == ".glb" else _gltf(source)
    _check_version(document, source)
    _check_extensions(document, source)
    if document.get("animations"):
        source.warn("animations were left out; the rest pose is taken")
    buffers = Buffers(document, chunk, source)
    meshes = _Meshes(buffers, source)
    parts: list[Part] = []
    stored = copied = 0
    seen: set[Any] = set()
    for stand in Nodes(buffers, source).stands():
        for part in meshes.get(stand):
            if len(stand.places) == 1 and stand.mesh not in seen:
                stored += len(part.faces)
            else:
                copied += len(part.faces) * len(stand.places)
            if copied > MAX_COPIES + stored:
                raise source.bad_mesh(f"its instances make more than {MAX_COPIES} triangles", "Split it first.")
            parts += [_moved(part, place) for place in stand.places]
        seen.add(stand.mesh)
    return Scene(parts, unit=1.0)


def _gltf(source: Source) -> tuple[dict[str, Any], None]:
    source.check_text()
    return _json(source, source.read()), None


def _glb(source: Source) -> tuple[dict[str, Any], bytes | None]:
    """Return (the document, the binary part) of a GLB."""
    if source.head(4) != b"glTF":
        raise source.bad("it is no GLB", "Check its suffix.")
    data = source.read()
    if len(data) < 20:
        raise source.bad("it ends within its head")
    version, length = struct.unpack_from("<II", data, 4)
    if version != 2:
        raise source.bad(f"it is glTF {version}.x; only 2.0 is read", "Export it as glTF 2.0.")
    if length > len(data):
        raise source.bad(f"it announces {length} bytes and has {len(data)}")
    text, chunk, at = None, None, 12
    while at + 8 <= length:
        size, kind = struct.unpack_from("<I4s", data, at)
        at += 8
        if at + size > length:
            raise source.bad(f"a chunk of {size} bytes is longer than the file")
        if kind == b"JSON" and text is None:
            text = data[at : at + size]
        elif kind == b"BIN\0" and chunk is None:
            chunk = data[at : at + size]
        at += size
    if text is None:
        raise source.bad("it has no JSON")
    return _json(source, text), chunk


def _json(source: Source, data: bytes) -> dict[str, Any]:
    if data.count(b",") > _MAX_ITEMS:
        raise source.bad("its JSON has more than ten million values", "Split it first.")
    try:
        document = json.loads(decoded(data))
    except (ValueError, RecursionError) as error:
        raise source.bad("its JSON is malformed") from error
    if not isinstance(document, dict):
        raise source.bad("its JSON is no object")
    for key in ("nodes", "meshes", "accessors", "bufferViews", "buffers", "materials", "animations"):
        if not isinstance(document.get(key, []), list):
            raise source.bad(f"its '{key}' is malformed")
    return document


def _check_version(document: dict[str, Any], source: Source) -> None:
    asset = document.get("asset")
    version = str(asset.get("version", "")) if isinstance(asset, dict) else ""
    if not version.startswith("2."):
        raise source.bad(
            f"it is glTF {printable(version)[:10] or 'of no version'}; only 2.0 is read", "Export it as glTF 2.0."
        )


def _check_extensions(document: dict[str, Any], source: Source) -> None:
    required = document.get("extensionsRequired", [])
    if not isinstance(required, list):
        raise source.bad("its 'extensionsRequired' is malformed")
    names = [printable(str(name))[:60] for name in required]
    unknown = [name for name in names if name not in EXTENSIONS and not name.startswith("KHR_materials_")]
    if unknown:
        raise source.bad(
            f"it requires {', '.join(unknown[:5])}, which {'is' if len(unknown) == 1 else 'are'} not supported",
            "Export it without, or convert it with another program, such as gltf-transform.",
        )


class _Meshes:
    """Primitives as parts in the mesh's own axes, with morph targets and bones applied."""

    def __init__(self, buffers: Buffers, source: Source):
        self._buffers, self._source = buffers, source
        self._materials = Materials(buffers, source)
        self._plain: dict[int, list[Part]] = {}

    def get(self, stand: Stand) -> list[Part]:
        mesh = pick(self._source, self._buffers.document.get("meshes"), stand.mesh, "mesh")
        primitives = mesh.get("primitives") if isinstance(mesh, dict) else None
        if not isinstance(primitives, list) or not all(isinstance(primitive, dict) for primitive in primitives):
            raise self._source.bad(f"mesh {stand.mesh} is malformed")
        weights = stand.weights if stand.weights is not None else mesh.get("weights")
        if stand.bones is None and stand.weights is None:
            if stand.mesh not in self._plain:
                self._plain[stand.mesh] = self._parts(primitives, weights, None)
            return self._plain[stand.mesh]
        return self._parts(primitives, weights, stand.bones)

    def _parts(self, primitives: list[dict[str, Any]], weights: Any, bones: np.ndarray | None) -> list[Part]:
        return [part for primitive in primitives if (part := self._part(primitive, weights, bones)) is not None]

    def _part(self, primitive: dict[str, Any], weights: Any, bones: np.ndarray | None) -> Part | None:
        mode = primitive.get("mode", 4)
        if mode not in (4, 5, 6):
            self._source.warn("points and lines were left out")
            return None
        attributes, indices = self._attributes(primitive)
        vertices = self._column(attributes, "POSITION", (3,))
        if vertices is None:
            return None
        count = len(vertices)
        order = np.arange(count) if indices is None else indices
        normals = self._column(attributes, "NORMAL", (3,), count)
        vertices, normals = self._morphed(primitive, weights, vertices, normals)
        if bones is not None:
            vertices, normals = self._posed(attributes, bones, vertices, normals)
        material, placing = self._materials.get(primitive.get("material"))
        uv = self._column(attributes, f"TEXCOORD_{placing.uv_set}", (2,), count)
        return Part(
            vertices,
            _triangles(order, mode),
            normals,
            None if uv is None else placing.apply(uv),
            self._colors(attributes, count, material.alpha),
            material,
        )

    def _attributes(self, primitive: dict[str, Any]) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
        """(values by attribute, vertex numbers or None), from Draco's data or from accessors."""
        given = self._buffers.of(primitive, "attributes")
        packed = self._buffers.of(self._buffers.of(primitive, "extensions"), _DRACO)
        found, faces = self._draco(packed, given) if packed else ({}, None)
        for name, index in given.items():
            known = name.split("_")[0] in ("POSITION", "NORMAL", "TEXCOORD", "COLOR", "JOINTS", "WEIGHTS")
            if known and name not in found:
                found[name] = self._buffers.accessor(index)
        if faces is None and "indices" in primitive:
            faces = self._buffers.indices(primitive["indices"])
        return found, faces

    def _draco(self, packed: dict[str, Any], given: dict[str, Any]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        import DracoPy

        data = bytes(self._buffers.view(packed.get("bufferView")))
        try:
            mesh = DracoPy.decode(data)
            faces = np.asarray(mesh.faces, np.int64).reshape(-1)
            rows = {entry["unique_id"]: np.asarray(entry["data"]) for entry in mesh.attributes}
        except Exception as error:  # the library raises its own kinds and ValueError
            raise self._source.bad(f"its compressed data ({_DRACO}) are damaged") from error
        found = {}
        for name, identity in self._buffers.of(packed, "attributes").items():
            about = pick(self._source, self._buffers.document.get("accessors"), given.get(name), "accessor")
            if not isinstance(identity, int) or identity not in rows or not isinstance(about, dict):
                raise self._source.bad(f"its compressed data ({_DRACO}) lack {printable(name)}")
            values = rows[identity].reshape(len(rows[identity]), -1)
            if about.get("normalized") and known(_INTEGERS, about.get("componentType")):
                values = normalised(values.astype(_INTEGERS[about["componentType"]]))
            found[name] = values
        return found, faces

    def _column(
        self, attributes: dict[str, np.ndarray], name: str, widths: tuple[int, ...], count: int | None = None
    ) -> np.ndarray | None:
        values = attributes.get(name)
        if values is None:
            return None
        if values.shape[1] not in widths or (count is not None and len(values) != count):
            raise self._source.bad(f"its {name} does not fit its POSITION")
        return values.astype(np.float64)

    def _colors(self, attributes: dict[str, np.ndarray], count: int, alpha: str) -> np.ndarray | None:
        values = attributes.get("COLOR_0")
        if values is None:
            return None
        if values.shape[1] not in (3, 4) or len(values) != count:
            raise self._source.bad("its COLOR_0 does not fit its POSITION")
        light = normalised(values)
        if alpha != "opaque" and values.shape[1] == 4 and light[:, 3].min(initial=1) < 1:
            self._source.warn("opacity per vertex was left out")
        return srgb_from_linear(light[:, :3])

    def _morphed(
        self, primitive: dict[str, Any], weights: Any, vertices: np.ndarray, normals: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        targets = primitive.get("targets", [])
        if not isinstance(targets, list) or not all(isinstance(target, dict) for target in targets):
            raise self._source.bad("its morph targets are malformed")
        if not targets or weights is None:
            return vertices, normals
        shares = numbers(self._source, {"weights": weights}, "weights", [0.0] * len(targets))
        for share, target in zip(shares, targets, strict=True):
            if share:
                names = [name for name in ("POSITION", "NORMAL") if name in target]
                steps = {name: self._buffers.accessor(target[name]) for name in names}
                moved = self._column(steps, "POSITION", (3,), len(vertices))
                vertices = vertices if moved is None else vertices + share * moved
                turned = self._column(steps, "NORMAL", (3,), len(vertices))
                normals = normals if turned is None or normals is None else normals + share * turned
        return vertices, normals

    def _posed(
        self, attributes: dict[str, np.ndarray], bones: np.ndarray, vertices: np.ndarray, normals: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Vertices where their bones hold them in the rest pose."""
        total = np.zeros((len(vertices), 3, 4))
        whole = np.zeros(len(vertices))
        for number in range(8):
            joints = self._column(attributes, f"JOINTS_{number}", (4,), len(vertices))
            shares = attributes.get(f"WEIGHTS_{number}")
            if joints is None or shares is None or shares.shape != joints.shape:
                break
            shares = normalised(shares).astype(np.float64)
            if joints.min(initial=0) < 0 or joints.max(initial=0) >= len(bones):
                raise self._source.bad("a vertex names a joint that does not exist")
            for corner in range(4):
                total += bones[joints[:, corner].astype(int), :3] * shares[:, corner, None, None]
                whole += shares[:, corner]
        held = np.abs(whole) > 1e-6
        total[held] /= whole[held, None, None]
        total[~held] = np.eye(4)[:3]
        vertices = np.einsum("nij,nj->ni", total[:, :, :3], vertices) + total[:, :, 3]
        return vertices, None if normals is None else np.einsum("nij,nj->ni", _cofactors(total[:, :, :3]), normals)


_INTEGERS = {5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16}


def _triangles(order: np.ndarray, mode: int) -> np.ndarray:
    """Faces [F,3] of a list of vertex numbers: triangles (4), a strip (5) or a fan (6)."""
    if mode == 4:
        return order[: len(order) // 3 * 3].reshape(-1, 3)
    if len(order) < 3:
        return np.zeros((0, 3), np.int64)
    first = np.broadcast_to(order[0], len(order) - 2) if mode == 6 else order[:-2]
    faces = np.stack([first, order[1:-1], order[2:]], axis=1)
    if mode == 5:
        faces[1::2] = faces[1::2][:, [1, 0, 2]]
    return faces[(faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 0] != faces[:, 2])]


def _moved(part: Part, place: np.ndarray) -> Part:
    """Return the part under a matrix [4,4]; a mirror turns its faces round."""
    if np.array_equal(place, np.eye(4)):
        return part
    linear = place[:3, :3]
    normals = None if part.normals is None else part.normals @ _cofactors(linear[None])[0].T
    faces = part.faces[:, ::-1] if np.linalg.det(linear) < 0 else part.faces
    return replace(part, vertices=part.vertices @ linear.T + place[:3, 3], faces=faces, normals=normals)


def _cofactors(linear: np.ndarray) -> np.ndarray:
    """Return the matrices [N,3,3] that turn normals along with `linear`.

    They exist for flat matrices too, and keep the direction of normals, not the length.
    """
    a, b, c = linear[:, :, 0], linear[:, :, 1], linear[:, :, 2]
    matrix = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=2)
    return matrix * np.sign(np.linalg.det(linear) + 1e-300)[:, None, None]
