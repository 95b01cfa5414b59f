"""glTF materials, textures and samplers as `Material`s."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ....._text import printable
from ..scene import BARE, Material, Picture, Source, pick
from .buffers import Buffers, known

_WRAPS = {33071: "clamp", 33648: "mirror", 10497: "repeat"}
_NEAREST = 9728
_MIMES = ("EXT_texture_webp", "EXT_texture_avif")
_GLOSSY = "KHR_materials_pbrSpecularGlossiness"
# Extensions of materials that change nothing here, and such as say what a base colour says.
_QUIET = ("KHR_materials_unlit", "KHR_materials_variants", "KHR_materials_ior", _GLOSSY)


@dataclass(frozen=True)
class Placing:
    """The UV set and the transform, float64 [2,3], that a texture is looked up with."""

    uv_set: int = 0
    transform: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)

    def apply(self, uv: np.ndarray) -> np.ndarray:
        if self == Placing(self.uv_set):
            return uv
        matrix = np.array(self.transform).reshape(2, 3)
        return uv @ matrix[:, :2].T + matrix[:, 2]


class Materials:
    """The materials of one document, each read once."""

    def __init__(self, buffers: Buffers, source: Source):
        self._buffers, self._source = buffers, source
        self._document = buffers.document
        self._pictures: dict[int, Picture | None] = {}
        self._made: dict[int, tuple[Material, Placing]] = {}

    def get(self, index: Any) -> tuple[Material, Placing]:
        """Return (the material, how its textures are placed); the plain one when `index` is None."""
        if index is None:
            return BARE, Placing()
        about = pick(self._source, self._document.get("materials"), index, "material")
        if index not in self._made:
            if not isinstance(about, dict):
                raise self._source.bad(f"material {index} is malformed")
            self._made[index] = self._read(about)
        return self._made[index]

    def _read(self, about: dict[str, Any]) -> tuple[Material, Placing]:
        of = self._buffers.of
        extensions = of(about, "extensions")
        pbr = of(about, "pbrMetallicRoughness")
        slots = {"base": pbr.get("baseColorTexture"), "metallic_roughness": pbr.get("metallicRoughnessTexture")}
        factor = pbr.get("baseColorFactor", [1, 1, 1, 1])
        metallic, roughness = self._float(pbr, "metallicFactor", 1.0), self._float(pbr, "roughnessFactor", 1.0)
        if _GLOSSY in extensions:
            glossy = of(extensions, _GLOSSY)
            slots = {"base": glossy.get("diffuseTexture")}
            factor = glossy.get("diffuseFactor", [1, 1, 1, 1])
            metallic, roughness = 0.0, 1.0 - self._float(glossy, "glossinessFactor", 1.0)
            if "specularGlossinessTexture" in glossy:
                self._source.warn("specular and gloss textures were left out; the diffuse colour is kept")
        slots["normal"] = about.get("normalTexture")
        self._say_what_is_lost(about, extensions)
        alpha = {"MASK": "mask", "BLEND": "blend"}.get(str(about.get("alphaMode")), "opaque")
        pictures, wrap, placing = self._textures(slots)
        material = Material(
            factor=self._factor(factor),
            wrap=wrap,
            alpha=alpha,
            cutoff=self._float(about, "alphaCutoff", 0.5),
            metallic=min(max(metallic, 0.0), 1.0),
            roughness=min(max(roughness, 0.0), 1.0),
            double_sided=about.get("doubleSided") is True,
            **pictures,
        )
        return material, placing

    def _textures(self, slots: dict[str, Any]) -> tuple[dict[str, Picture], tuple[str, str], Placing]:
        """Return the pictures that share the placing of the first; the others are left out with a warning."""
        found: dict[str, Picture] = {}
        first: tuple[tuple[str, str], Placing] | None = None
        for slot, about in slots.items():
            if about is None:
                continue
            if not isinstance(about, dict):
                raise self._source.bad("a material is malformed")
            picture, wrap = self._texture(about.get("index"))
            placing = self._placing(about)
            first = first or (wrap, placing)
            what = slot.replace("_", " and ")
            if picture is not None and placing != first[1]:
                self._source.warn(f"a {what} texture was left out: it has other UVs than the base colour")
            elif picture is not None:
                found[slot] = picture
            if slot == "normal" and self._float(about, "scale", 1.0) != 1.0:
                self._source.warn("the strength of a normal texture was left out")
        wrap, placing = first or (("repeat", "repeat"), Placing())
        return found, wrap, placing

    def _placing(self, about: dict[str, Any]) -> Placing:
        moved = self._buffers.of(self._buffers.of(about, "extensions"), "KHR_texture_transform")
        uv_set = moved.get("texCoord", about.get("texCoord", 0))
        if not isinstance(uv_set, int) or not 0 <= uv_set < 64:
            raise self._source.bad("a texture names an impossible UV set")
        if not moved:
            return Placing(uv_set)
        (x, y), (wide, high) = (self._numbers(moved, key, 2, fill) for key, fill in (("offset", 0.0), ("scale", 1.0)))
        turn = self._float(moved, "rotation", 0.0)
        cos, sin = float(np.cos(turn)), float(np.sin(turn))
        return Placing(uv_set, (cos * wide, sin * high, x, -sin * wide, cos * high, y))

    def _texture(self, index: Any) -> tuple[Picture | None, tuple[str, str]]:
        about = pick(self._source, self._document.get("textures"), index, "texture")
        if not isinstance(about, dict):
            raise self._source.bad(f"texture {index} is malformed")
        extensions = self._buffers.of(about, "extensions")
        image = next((self._buffers.of(extensions, name).get("source") for name in _MIMES if name in extensions), None)
        image = about.get("source") if image is None else image
        others = [printable(str(name)) for name in extensions if name not in _MIMES]
        if image is None:
            self._source.warn(f"a texture was left out: {', '.join(others) or 'it names no picture'}")
        sampler: Any = {}
        if "sampler" in about:
            sampler = pick(self._source, self._document.get("samplers"), about["sampler"], "sampler")
            if not isinstance(sampler, dict):
                raise self._source.bad("a sampler is malformed")
        if sampler.get("magFilter") == _NEAREST:
            self._source.warn("hard texels (filter NEAREST) become smooth ones")
        wrap = tuple(known(_WRAPS, sampler.get(key)) or "repeat" for key in ("wrapS", "wrapT"))
        return (None if image is None else self._picture(image)), (wrap[0], wrap[1])

    def _picture(self, index: Any) -> Picture | None:
        about = pick(self._source, self._document.get("images"), index, "image")
        if index not in self._pictures:
            self._pictures[index] = self._open(about, index)
        return self._pictures[index]

    def _open(self, about: Any, index: int) -> Picture | None:
        name = f"image {index}"
        if isinstance(about, dict) and "bufferView" in about:
            return Picture(name, bytes(self._buffers.view(about["bufferView"])))
        uri = about.get("uri") if isinstance(about, dict) else None
        if not isinstance(uri, str):
            raise self._source.bad(f"image {index} is malformed")
        if uri.startswith("data:"):
            return Picture(name, self._buffers.resource(uri, name))
        path = None if "://" in uri else self._source.beside(uri)
        if path is None:
            self._source.warn(f"the texture {printable(uri)[:80]} is not beside it and was left out")
            return None
        return Picture(printable(path.name), path)

    def _say_what_is_lost(self, about: dict[str, Any], extensions: dict[str, Any]) -> None:
        if "occlusionTexture" in about:
            self._source.warn("ambient occlusion was left out")
        glow = self._numbers(about, "emissiveFactor", 3, 0.0)
        if any(glow):
            self._source.warn("emission was left out")
        lost = [printable(str(name)) for name in extensions if name not in _QUIET]
        if lost:
            self._source.warn(f"material properties were left out: {', '.join(sorted(lost))}")

    def _factor(self, value: Any) -> tuple[float, float, float, float]:
        red, green, blue, alpha = self._numbers({"factor": value}, "factor", 4, 1.0)
        limited = [min(max(part, 0.0), 1.0) for part in (red, green, blue, alpha)]
        return limited[0], limited[1], limited[2], limited[3]

    def _float(self, about: dict[str, Any], key: str, default: float) -> float:
        return self._numbers({key: [about[key]]} if key in about else {}, key, 1, default)[0]

    def _numbers(self, about: dict[str, Any], key: str, count: int, fill: float) -> list[float]:
        """`count` finite numbers about[key], or as many times `fill`."""
        return numbers(self._source, about, key, [fill] * count)


def numbers(source: Source, about: dict[str, Any], key: str, default: list[float]) -> list[float]:
    """Return the finite numbers about[key], as many as the default has. Raises BadInputError."""
    values = about.get(key, default)
    if (
        not isinstance(values, list)
        or len(values) != len(default)
        or not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
        or not all(abs(value) < 1e30 for value in values)
    ):
        raise source.bad(f"its '{key}' is malformed")
    return [float(value) for value in values]
