"""Writes a mesh as binary glTF 2.0, byte for byte the same for the same mesh: no timestamp, no library's version.

One mesh, one primitive, one metallic-roughness material. glTF is right-handed, +Y up, front +Z, metres.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...artifacts import Mesh
from ..report import far_origin

_FLOAT, _USHORT, _UINT, _UBYTE = 5126, 5123, 5125, 5121
_ARRAY, _ELEMENTS = 34962, 34963
_LINEAR, _LINEAR_MIPMAP = 9729, 9987
_WRAPS = {"clamp": 33071, "mirror": 33648, "repeat": 10497}
_MIME = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


def glb_bytes(
    mesh: Mesh,
    double_sided: bool = False,
    texture_format: str = "png",
    extras: Mapping[str, Any] | None = None,
    name: str = "mesh",
) -> bytes:
    """Return the file's bytes.

    mesh: already in glTF axes and metres, finite, with unit normals when it has any; vertices far from the origin, in
    float64, are stored around a node that stands there.
    double_sided: for open meshes, whose inside can be seen; texture_format: png, jpeg or webp (an extension that
    some viewers lack); extras: put in asset.extras.
    """
    chunk = _Chunk()
    origin = far_origin(mesh.vertices.min(0), mesh.vertices.max(0)) if mesh.vertices.dtype == np.float64 else None
    node: dict[str, Any] = {"mesh": 0, "name": name}
    if origin is not None and origin.any():
        mesh = replace(mesh, vertices=mesh.vertices - origin)
        node["translation"] = origin.tolist()
    asset: dict[str, Any] = {"version": "2.0", "generator": "varco3d"}
    if extras:
        asset["extras"] = dict(extras)
    document: dict[str, Any] = {
        "asset": asset,
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [node],
        "meshes": [{"name": name, "primitives": [_primitive(chunk, mesh)]}],
        "materials": [_material(chunk, mesh, double_sided, texture_format)],
    }
    if chunk.images:
        wrap = {key: _WRAPS[rule] for key, rule in zip(("wrapS", "wrapT"), mesh.wrap, strict=True)}
        document["samplers"] = [{"magFilter": _LINEAR, "minFilter": _LINEAR_MIPMAP, **wrap}]
        document["textures"] = [_texture(index, texture_format) for index in range(len(chunk.images))]
        document["images"] = chunk.images
        if texture_format == "webp":
            document["extensionsUsed"] = document["extensionsRequired"] = ["EXT_texture_webp"]
    document["accessors"] = chunk.accessors
    document["bufferViews"] = chunk.views
    document["buffers"] = [{"byteLength": len(chunk.data)}]
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)
    body = bytes(chunk.data)
    total = 12 + 8 + len(text) + 8 + len(body)
    head = struct.pack("<4sII", b"glTF", 2, total)
    return b"".join(
        [head, struct.pack("<I4s", len(text), b"JSON"), text, struct.pack("<I4s", len(body), b"BIN\0"), body]
    )


class _Chunk:
    """The binary part as it grows, with the accessors and views that describe it."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []
        self.images: list[dict[str, Any]] = []

    def view(self, data: bytes, **about: Any) -> int:
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data), **about})
        self.data += data + b"\0" * (-len(data) % 4)
        return len(self.views) - 1

    def array(self, values: np.ndarray, component: int, kind: str, target: int, **about: Any) -> int:
        stride = values.itemsize * (values.shape[1] if values.ndim > 1 else 1)
        extra = {"byteStride": stride} if target == _ARRAY else {}
        view = self.view(np.ascontiguousarray(values).tobytes(), target=target, **extra)
        self.accessors.append(
            {"bufferView": view, "componentType": component, "count": len(values), "type": kind, **about}
        )
        return len(self.accessors) - 1

    def image(self, pixels: np.ndarray, texture_format: str) -> dict[str, int]:
        view = self.view(encode_image(pixels, texture_format))
        self.images.append({"bufferView": view, "mimeType": _MIME[texture_format]})
        return {"index": len(self.images) - 1}


def _primitive(chunk: _Chunk, mesh: Mesh) -> dict[str, Any]:
    points = mesh.vertices.astype("<f4")
    span = {"min": points.min(0).tolist(), "max": points.max(0).tolist()}
    attributes = {"POSITION": chunk.array(points, _FLOAT, "VEC3", _ARRAY, **span)}
    if mesh.normals is not None:
        attributes["NORMAL"] = chunk.array(mesh.normals.astype("<f4"), _FLOAT, "VEC3", _ARRAY)
    if mesh.uv is not None:
        attributes["TEXCOORD_0"] = chunk.array(mesh.uv.astype("<f4"), _FLOAT, "VEC2", _ARRAY)
    if mesh.colors is not None and _one_color(mesh) is None:
        colors = np.dstack([linear_from_srgb(mesh.colors)[None], np.full((1, len(mesh.colors), 1), 65535)])[0]
        attributes["COLOR_0"] = chunk.array(colors.astype("<u2"), _USHORT, "VEC4", _ARRAY, normalized=True)
    indices = mesh.faces.reshape(-1)
    # The largest value of a type means "restart" and is not allowed as an index.
    small = len(points) <= 65535
    indices = indices.astype("<u2" if small else "<u4")
    index = chunk.array(indices, _USHORT if small else _UINT, "SCALAR", _ELEMENTS)
    return {"attributes": attributes, "indices": index, "material": 0, "mode": 4}


def _material(chunk: _Chunk, mesh: Mesh, double_sided: bool, texture_format: str) -> dict[str, Any]:
    color = _one_color(mesh)
    factor = [1.0, 1.0, 1.0] if color is None else (linear_from_srgb(color) / 65535).round(5).tolist()
    surface: dict[str, Any] = {"baseColorFactor": [*factor, mesh.alpha]}
    material: dict[str, Any] = {"name": "surface", "pbrMetallicRoughness": surface}
    color_format = "png" if see_through(mesh) and texture_format == "jpeg" else texture_format
    pixels = color_pixels(mesh, color_format)
    if pixels is not None:
        surface["baseColorTexture"] = chunk.image(pixels, color_format)
    if mesh.metallic_roughness is not None:
        # Data, not colour: kept without loss whatever the colour's format, unless that is WebP, which can be lossless.
        surface["metallicRoughnessTexture"] = chunk.image(mesh.metallic_roughness, _data_format(texture_format))
        surface["metallicFactor"] = surface["roughnessFactor"] = 1.0
    else:
        surface["metallicFactor"] = float(mesh.metallic)
        surface["roughnessFactor"] = float(mesh.roughness)
    if mesh.normal_map is not None:
        material["normalTexture"] = chunk.image(mesh.normal_map, _data_format(texture_format))
    material["alphaMode"] = mesh.alpha_mode.upper()
    if mesh.alpha_mode == "mask":
        material["alphaCutoff"] = mesh.alpha_cutoff
    material["doubleSided"] = double_sided
    return material


def _one_color(mesh: Mesh) -> np.ndarray | None:
    """Return the colour uint8 [3] that all vertices of a mesh without texture share.

    A factor stores it more exactly.
    """
    if mesh.texture is not None or mesh.colors is None or not len(mesh.colors):
        return None
    return mesh.colors[0] if (mesh.colors == mesh.colors[0]).all() else None


def see_through(mesh: Mesh) -> bool:
    """Tell whether the texture has visible opacity."""
    return mesh.opacity is not None and mesh.alpha_mode != "opaque"


def color_pixels(mesh: Mesh, texture_format: str) -> np.ndarray | None:
    """Return the colour texture uint8 [H,W,3], or None.

    It is [H,W,4] with its opacity where the format can hold one.
    """
    if mesh.texture is None or mesh.opacity is None or not see_through(mesh) or texture_format == "jpeg":
        return mesh.texture
    return np.dstack([mesh.texture, mesh.opacity])


def _data_format(texture_format: str) -> str:
    return "webp" if texture_format == "webp" else "png"


def _texture(index: int, texture_format: str) -> dict[str, Any]:
    if texture_format == "webp":
        return {"sampler": 0, "extensions": {"EXT_texture_webp": {"source": index}}}
    return {"sampler": 0, "source": index}


def encode_image(pixels: np.ndarray, image_format: str, signed: bool = False) -> bytes:
    """uint8 [H,W,3] as the bytes of a PNG, JPEG (quality 92, full chroma) or lossless WebP; [H,W,4] not as JPEG.

    signed: it says which program made it, for a picture that is a file of its own; else there is no metadata.
    """
    from PIL import Image

    from ..signature import picture_signature

    options: dict[str, Any] = {
        "png": {"compress_level": 6},
        "jpeg": {"quality": 92, "subsampling": 0},
        "webp": {"lossless": True, "quality": 50, "method": 2},
    }[image_format]
    buffer = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(pixels[..., : 3 if image_format == "jpeg" else 4]))
    image.save(buffer, format=image_format.upper(), **options, **(picture_signature(image_format) if signed else {}))
    return buffer.getvalue()


def linear_from_srgb(colors: np.ndarray) -> np.ndarray:
    """sRGB uint8 [...] -> linear light, 0..65535: glTF vertex colours are linear, and 8 bits would band in the dark."""
    value = colors.astype(np.float64) / 255
    return np.rint(np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4) * 65535)
