"""Several materials in one set of textures: a tile for each, with the part that its UVs use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .readers.scene import Material, Part, Source, srgb_from_linear
from .readers.textures import base_pixels, check_sizes, decode, surface_pixels
from .texture_lookup import wrapped

MAX_SIDE = 8192
_GUTTER = 4  # texels around each tile, so that filtering stays inside
_PLAIN = 8  # texels per side of a tile of one colour


@dataclass
class _Tile:
    """A rectangle of the atlas.

    low: its first texel in the texture's own texels, which count on beyond its border; scale: texels of the tile per
    texel of the texture; at: place in the atlas, column and row.
    """

    material: Material
    size: tuple[int, int]  # of the texture, width and height
    low: np.ndarray
    high: np.ndarray
    scale: float = 1.0
    at: tuple[int, int] = (0, 0)

    @property
    def sides(self) -> tuple[int, int]:
        wide, high = np.maximum(np.ceil((self.high - self.low) * self.scale), 1).astype(int) + 2 * _GUTTER
        return int(wide), int(high)


def build_atlas(parts: list[Part], source: Source) -> tuple[list[Part], dict[str, Any]]:
    """(parts with UVs in the atlas, keyword arguments of Mesh for its textures)."""
    parts = [_shifted(part) if part.material.pictures else part for part in parts]
    sizes = check_sizes([picture for part in parts for picture in part.material.pictures], source)
    tiles: dict[Material, _Tile] = {}
    for part in parts:
        _extend(tiles, part, sizes)
    width, height = _packed(list(tiles.values()), source)
    surface = _painted(list(tiles.values()), width, height, source)
    moved = [replace(part, uv=_uv_in(tiles[part.material], part, width, height)) for part in parts]
    return moved, surface


def _shifted(part: Part) -> Part:
    """UVs moved by whole periods, island by island, so that those of a repeated texture lie near the origin."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    uv = np.array(part.uv, np.float64)
    pairs = np.concatenate([part.faces[:, [0, 1]], part.faces[:, [1, 2]]])
    graph = coo_matrix((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(uv), len(uv)))
    count, island = connected_components(graph, directed=False)
    for axis, wrap in enumerate(part.material.wrap):
        if wrap == "clamp":
            uv[:, axis] = np.clip(uv[:, axis], 0, 1)
            continue
        low = np.full(count, np.inf)
        np.minimum.at(low, island, uv[:, axis])
        period = 2 if wrap == "mirror" else 1
        uv[:, axis] -= (np.floor((low + 1e-6) / period) * period)[island]
    return replace(part, uv=uv)


def _extend(tiles: dict[Material, _Tile], part: Part, sizes: dict[Any, tuple[int, int]]) -> None:
    """Make the tile of the part's material large enough for the part."""
    material = part.material
    if not material.pictures or part.uv is None:
        flat = np.zeros(2), np.full(2, float(_PLAIN))
        tiles.setdefault(material, _Tile(material, (_PLAIN, _PLAIN), *flat))
        return
    size = np.max([sizes[picture] for picture in material.pictures], axis=0)
    low, high = np.floor(part.uv.min(0) * size), np.ceil(part.uv.max(0) * size)
    tile = tiles.setdefault(material, _Tile(material, (int(size[0]), int(size[1])), low, high))
    tile.low, tile.high = np.minimum(tile.low, low), np.maximum(tile.high, high)


def _packed(tiles: list[_Tile], source: Source) -> tuple[int, int]:
    """Places all tiles in rows and returns the atlas's width and height; scales them until it fits."""
    reach = max(float((tile.high - tile.low).max()) for tile in tiles)
    for tile in tiles:
        tile.scale = min(1.0, (MAX_SIDE - 2 * _GUTTER) / max(float((tile.high - tile.low).max()), 1.0))
    while True:
        area = sum(wide * high for wide, high in (tile.sides for tile in tiles))
        width = max(int(np.ceil(np.sqrt(area))), max(tile.sides[0] for tile in tiles))
        width = min(_power_of_two(width), MAX_SIDE)
        height = _power_of_two(_in_rows(tiles, width))
        if height <= MAX_SIDE:
            break
        for tile in tiles:
            tile.scale *= 0.8 if tile.material.pictures else 1.0
    smallest = min(tile.scale for tile in tiles)
    if smallest < 1:
        why = f"its textures need {reach:.0f} texels a side" if reach > MAX_SIDE else "its textures fill more than one"
        source.warn(f"textures were scaled down to {smallest:.0%} or more: {why}; the atlas has {MAX_SIDE} at most")
    return width, height


def _in_rows(tiles: list[_Tile], width: int) -> int:
    column = row = tallest = 0
    for tile in sorted(tiles, key=lambda tile: -tile.sides[1]):
        wide, high = tile.sides
        if column and column + wide > width:
            column, row, tallest = 0, row + tallest, 0
        tile.at = (column, row)
        column, tallest = column + wide, max(tallest, high)
    return row + tallest


def _power_of_two(length: int) -> int:
    return 1 << (length - 1).bit_length()


def _painted(tiles: list[_Tile], width: int, height: int, source: Source) -> dict[str, Any]:
    materials = [tile.material for tile in tiles]
    color = np.zeros((height, width, 4), np.uint8)
    pairs = {(material.metallic, material.roughness) for material in materials}
    mapped = any(material.metallic_roughness for material in materials) or len(pairs) > 1
    surface = np.zeros((height, width, 3), np.uint8) if mapped else None
    bumps = None
    if any(material.normal for material in materials):
        bumps = np.full((height, width, 3), (128, 128, 255), np.uint8)
    for tile in tiles:
        material = tile.material
        _paint(color, tile, base_pixels(material, source), _flat_color(material))
        if material.alpha != "opaque":
            _fade(color, tile)
        else:
            _region(color, tile)[..., 3] = 255
        if surface is not None:
            flat = np.rint(np.array([0, material.roughness, material.metallic]) * 255).astype(np.uint8)
            _paint(surface, tile, surface_pixels(material, source), flat)
        if bumps is not None and material.normal is not None:
            _paint(bumps, tile, decode(material.normal, source, "RGB"), np.array([128, 128, 255], np.uint8))
    found: dict[str, Any] = {"texture": np.ascontiguousarray(color[..., :3]), "normal_map": bumps}
    metallic, roughness = (1.0, 1.0) if mapped else next(iter(pairs))
    found |= {"metallic_roughness": surface, "metallic": metallic, "roughness": roughness}
    modes = {material.alpha for material in materials}
    if modes != {"opaque"}:
        found |= {"opacity": np.ascontiguousarray(color[..., 3]), "alpha_mode": "blend" if "blend" in modes else "mask"}
    return found


def _flat_color(material: Material) -> np.ndarray:
    return np.append(srgb_from_linear(np.array(material.factor[:3])), np.uint8(255))


def _region(canvas: np.ndarray, tile: _Tile) -> np.ndarray:
    column, row = tile.at
    wide, high = tile.sides
    return canvas[row : row + high, column : column + wide]


def _fade(canvas: np.ndarray, tile: _Tile) -> None:
    """Multiply the tile's opacity by the factor; hard where the material has a threshold.

    The atlas sets the threshold to 0.5.
    """
    alpha = _region(canvas, tile)[..., 3]
    faded = np.rint(alpha * tile.material.factor[3])
    alpha[:] = np.where(faded >= tile.material.cutoff * 255, 255, 0) if tile.material.alpha == "mask" else faded


def _paint(canvas: np.ndarray, tile: _Tile, pixels: np.ndarray | None, flat: np.ndarray) -> None:
    """Fill the tile with the texture as its wrap rule continues it, or with one colour."""
    from PIL import Image

    place = _region(canvas, tile)
    if pixels is None:
        place[:] = flat
        return
    whole = np.maximum(np.rint(np.array(tile.size) * tile.scale), 1).astype(int)
    if (pixels.shape[1], pixels.shape[0]) != tuple(whole):
        pixels = np.asarray(Image.fromarray(pixels).resize((int(whole[0]), int(whole[1])), Image.Resampling.BOX))
    ratio = whole / np.array(tile.size)
    columns, rows = (
        wrapped(np.floor((np.arange(side) - _GUTTER) / tile.scale * r + low * r + 1e-6).astype(np.int64), int(n), wrap)
        for side, low, n, r, wrap in zip(tile.sides, tile.low, whole, ratio, tile.material.wrap, strict=True)
    )
    place[..., : pixels.shape[2]] = pixels[rows[:, None], columns[None]]


def _uv_in(tile: _Tile, part: Part, width: int, height: int) -> np.ndarray:
    """UVs [V,2] of the part in the atlas."""
    if part.uv is None or not tile.material.pictures:
        inside = np.broadcast_to(np.array(tile.sides) / 2, (len(part.vertices), 2))
    else:
        inside = (part.uv * np.array(tile.size) - tile.low) * tile.scale + _GUTTER
    return (inside + np.array(tile.at)) / np.array([width, height])
