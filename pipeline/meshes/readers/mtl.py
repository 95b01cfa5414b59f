"""MTL material libraries of OBJ files. Colours are taken as sRGB, as viewers show them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ...._text import printable
from .scene import Material, Picture, Source, linear_from_srgb8

_MAPS = {"map_kd": "base", "map_d": "opacity", "norm": "normal"}
_COUNTS = {"-bm": 1, "-blendu": 1, "-blendv": 1, "-cc": 1, "-clamp": 1, "-imfchan": 1, "-mm": 2, "-texres": 1,
           "-type": 1, "-boost": 1}  # fmt: skip
_VECTORS = ("-s", "-o", "-t")
_LOST = ("map_ks", "map_ka", "map_ke", "map_ns", "map_bump", "bump", "map_pr", "map_pm", "map_refl", "refl", "disp",
         "decal", "map_ps", "map_norm")  # fmt: skip


@dataclass
class MtlMaterial:
    """A material and how its texture is placed: u' = u * scale + offset, v counted from below."""

    material: Material = field(default_factory=lambda: Material(roughness=0.9))
    scale: np.ndarray = field(default_factory=lambda: np.ones(2))
    offset: np.ndarray = field(default_factory=lambda: np.zeros(2))


def read_mtl(path: Path, source: Source) -> dict[str, MtlMaterial]:
    """Materials by name. A missing texture gets a warning and leaves its material the colour."""
    found: dict[str, MtlMaterial] = {}
    current: MtlMaterial | None = None
    for line in Source(path).read_text().splitlines():
        key, rest = [*line.split(maxsplit=1), "", ""][:2]  # blanks or tabs
        key, rest = key.lower(), rest.strip()
        if key == "newmtl":
            current = found.setdefault(rest, MtlMaterial())
        elif current is not None and rest:
            _take(current, key, rest, source)
    for entry in found.values():
        entry.material = _finished(entry.material)
    return found


def _take(entry: MtlMaterial, key: str, rest: str, source: Source) -> None:
    material = entry.material
    if key in ("d", "tr", "pr", "pm"):
        value = _numbers(rest, 1, source)
        if value is not None:
            share = float(np.clip(value[0], 0, 1))
            if key in ("d", "tr"):
                entry.material = replace(material, factor=(*material.factor[:3], share if key == "d" else 1 - share))
            else:
                entry.material = replace(material, **{"roughness" if key == "pr" else "metallic": share})
    elif key == "kd":
        color = _numbers(rest, 3, source)
        if color is not None:
            red, green, blue = linear_from_srgb8(np.rint(np.clip(color, 0, 1) * 255).astype(np.uint8)).tolist()
            entry.material = replace(material, factor=(red, green, blue, material.factor[3]))
    elif key in _MAPS:
        _take_map(entry, _MAPS[key], rest, source)
    elif key in _LOST:
        source.warn(f"{key} textures were left out")


def _take_map(entry: MtlMaterial, slot: str, rest: str, source: Source) -> None:
    words, options = rest.split(), {}
    while len(words) > 1 and words[0].lower() in (*_VECTORS, *_COUNTS):
        option = words.pop(0).lower()
        values: list[str] = []
        if option in _VECTORS:
            while len(values) < 3 and len(words) > 1 and _is_number(words[0]):
                values.append(words.pop(0))
        else:
            values, words = words[: _COUNTS[option]], words[_COUNTS[option] :]
        options[option] = values
    name = " ".join(words)
    path = source.beside(name)
    if path is None:
        source.warn(f"the texture {printable(name)[:80]} is not beside it and was left out")
        return
    known = next((p for p in entry.material.pictures if p.data == path), None)
    entry.material = replace(entry.material, **{slot: known or Picture(printable(path.name), path)})
    if slot != "base":
        return
    for option, vector in (("-s", entry.scale), ("-o", entry.offset)):
        for axis, value in enumerate(options.get(option, [])[:2]):
            vector[axis] = float(value)
    if [value.lower() for value in options.get("-clamp", [])] == ["on"]:
        entry.material = replace(entry.material, wrap=("clamp", "clamp"))
    if "-mm" in options:
        source.warn("the brightness of a texture (-mm) was left out")


def _finished(material: Material) -> Material:
    """Return the material with its opacity mode, and without grey over a texture.

    Exporters write the grey that they start with.
    """
    red, green, blue, alpha = material.factor
    if material.base is not None and red == green == blue:
        red = green = blue = 1.0
    mode = "blend" if material.opacity is not None or alpha < 1 else "opaque"
    return replace(material, factor=(red, green, blue, alpha), alpha=mode)


def _numbers(text: str, count: int, source: Source) -> list[float] | None:
    words = text.split()
    if not words or not all(_is_number(word) for word in words[:count]):
        source.warn(f"a material value was left out: {printable(text)[:40]}")
        return None
    values = [float(word) for word in words[:count]]
    return values * count if len(values) == 1 else values + values[-1:] * (count - len(values))


def _is_number(word: str) -> bool:
    try:
        return abs(float(word)) < 1e30
    except ValueError:
        return False
