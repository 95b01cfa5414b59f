"""Rocks, crystals, mountains and hills."""

from __future__ import annotations

import numpy as np

from ...curves import ellipse
from ...paint import (
    WHITE,
    by_face,
    chance,
    grey,
    hsv,
    leaf,
    near,
    pick,
    shade,
    speckled,
    split_at,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, lathe, loft, rod
from ...shape import Colour, Pattern, Shape, join

EARTH: Colour = (0.42, 0.29, 0.18)


def stone_colour(rng: np.random.Generator) -> Colour:
    choices = [(0.52, 0.52, 0.53), (0.58, 0.5, 0.42), (0.38, 0.41, 0.46), (0.68, 0.63, 0.54), (0.7, 0.42, 0.3)]
    return near(rng, pick(rng, choices), 0.05)


def facets(rng: np.random.Generator, r: float, detail: int = 7, rough: float = 0.12) -> Shape:
    """Return a ball of few irregular facets."""
    shape = ball(r, detail=detail).turn("x", rng.uniform(0, 90)).turn("y", rng.uniform(0, 360))
    factors = np.clip(1 + rng.normal(0, rough, (len(shape.vertices), 1)), 0.65, 1.35)
    return shape.bend(lambda v: v * factors)


def chipped(rng: np.random.Generator, r: float) -> Shape:
    """Return a ball cut flat by a dozen planes."""
    cuts = rng.normal(size=(13, 3))
    cuts /= np.linalg.norm(cuts, axis=1, keepdims=True)
    depth = rng.uniform(0.55, 0.88, 13) * r

    def chip(v: np.ndarray) -> np.ndarray:
        for cut, far in zip(cuts, depth, strict=True):
            v = v - 0.95 * np.maximum(v @ cut - far, 0)[:, None] * cut
        return v

    return ball(r, detail=18).bend(chip)


def grounded(shape: Shape, share: float) -> Shape:
    """Return the shape with its lower share pressed flat, standing on y = 0."""
    low = shape.vertices[:, 1].min()
    floor = low + share * (shape.high[1] - low)
    return shape.bend(lambda v: np.stack([v[:, 0], np.maximum(v[:, 1], floor + 1e-4 * v[:, 1]), v[:, 2]], 1)).move(
        0, -floor
    )


def topped(rng: np.random.Generator, low: Colour, high: Colour, level: float, wave: float) -> Pattern:
    """Return a pattern of two colours with a jagged border about a level."""
    ways, phases = rng.normal(size=(4, 3)) * 4, rng.uniform(0, 6, 4)

    def choose(p: np.ndarray) -> np.ndarray:
        edge = level + wave * np.sin(p @ ways.T + phases).sum(1) / 2
        return np.where((p[:, 1] > edge)[:, None], high, low)

    return by_face(choose)


def stone(rng: np.random.Generator, r: float, kind: str, colour: Colour) -> Shape:
    """Return one grounded rock of a kind: facets, chipped, slab or spire."""
    if kind == "chipped":
        shape = chipped(rng, r)
    else:
        shape = facets(rng, r, int(rng.integers(6, 9)))
    tall = {"slab": rng.uniform(0.35, 0.5), "spire": rng.uniform(1.6, 2.4)}.get(kind, rng.uniform(0.65, 1.1))
    shape = shape.scale(rng.uniform(0.8, 1.25), tall, rng.uniform(0.8, 1.2)).turn("y", rng.uniform(0, 360))
    shape = grounded(shape, rng.uniform(0.15, 0.35)).paint(speckled(rng, colour, 0.045))
    return shape if kind == "chipped" else shape.finer()


def rock_group(rng: np.random.Generator) -> Shape:
    """Return several rocks of different sizes side by side, or piled up."""
    colour, kind = stone_colour(rng), pick(rng, ["facets", "facets", "chipped", "slab", "spire"])
    count = int(rng.integers(3, 7))
    shape = stone(rng, 0.6, kind, colour)
    for k in range(1, count):
        angle, r = 2.4 * k + rng.uniform(-0.4, 0.4), rng.uniform(0.2, 0.45)
        part = stone(rng, r, kind, shade(colour, rng.uniform(0.85, 1.2)))
        out = 0.5 + 0.6 * r
        shape += part.move(out * np.cos(angle), 0, out * np.sin(angle))
    if kind == "slab" and chance(rng, 0.6):
        shape += stone(rng, 0.4, "facets", colour).move(rng.uniform(-0.1, 0.1), 0.3)
    if chance(rng, 0.35):
        blades = lathe([(0.06, 0), (0.045, 0.16), (0, 0.34)], 4).turn("z", -18).move(0.03).around(5)
        shape += blades.paint(leaf(rng)).move(0.62, 0, 0.62)
    if chance(rng, 0.3):
        shape += grounded(ball(1.15, 0.16, 1.05, detail=12), 0.5).paint(pick(rng, [leaf(rng), (0.8, 0.7, 0.5)]))
    return shape


def boulder(rng: np.random.Generator) -> Shape:
    """Return one big rock, faceted or cut, perhaps with moss or snow on top, or cracked bands."""
    colour, kind = stone_colour(rng), pick(rng, ["facets", "facets", "chipped", "spire", "slab"])
    shape = stone(rng, 0.8, kind, colour)
    cover = pick(rng, ["bare", "bare", "moss", "snow", "layers"])
    high = shape.high[1]
    if cover in ("moss", "snow"):
        top = leaf(rng) if cover == "moss" else WHITE
        shape = shape.finer().paint(topped(rng, colour, top, rng.uniform(0.55, 0.8) * high, 0.1 * high))
    elif cover == "layers":
        shape = shape.finer().paint(stripes([colour, shade(colour, 1.25), shade(colour, 0.85)], "y", high / 7))
    if chance(rng, 0.25):
        shape += join(
            stone(rng, rng.uniform(0.12, 0.22), "facets", colour).move(0.75 * np.cos(a), 0, 0.75 * np.sin(a))
            for a in rng.uniform(0, 6.28, 3)
        )
    return shape


def crystal(rng: np.random.Generator) -> Shape:
    """Return a cluster of prisms on a rock, a single floating-cut gem on a base, or a geode row."""
    gem = pick(rng, [vivid(rng), hsv(rng.uniform(0.45, 0.95), 0.6, 0.9), hsv(rng.uniform(0.45, 0.95), 0.35, 0.95)])
    sides, low = int(rng.integers(4, 8)), stone_colour(rng)
    if chance(rng, 0.2):
        r, high = rng.uniform(0.4, 0.6), rng.uniform(0.7, 1.3)
        cut = lathe([(0, 0), (r, 0.45 * high), (0.95 * r, 0.6 * high), (0.3 * r, high), (0, high)], sides)
        base = lathe([(0.6, 0), (0.5, 0.12), (0.25, 0.2), (0.2, 0.35), (0, 0.36)], sides).paint(speckled(rng, low))
        return cut.paint(speckled(rng, gem, 0.1)).finer().move(0, 0.2) + base.finer()
    count, lean = int(rng.integers(3, 10)), rng.uniform(18, 45)
    shape = stone(rng, 0.62, "slab", low) if chance(rng, 0.7) else stone(rng, 0.3, "slab", shade(gem, 0.7))
    for k in range(count):
        high, r = (rng.uniform(1.1, 1.6), rng.uniform(0.16, 0.27)) if k == 0 else (rng.uniform(0.4, 0.95), 0)
        r = r or rng.uniform(0.08, 0.17)
        tip = rng.uniform(0.65, 0.85)
        spike = lathe([(0.75 * r, -0.15), (r, tip * high), (0.25 * r, 0.97 * high), (0, high)], sides)
        spike = spike.paint(speckled(rng, shade(gem, rng.uniform(0.75, 1.3)), 0.06)).turn("x", lean * (k > 0))
        out = 0.1 * (k > 0)
        shape += spike.turn("y", 360 * k / max(count - 1, 1) + 20).move(
            out * np.cos(2.4 * k), 0.12, out * np.sin(2.4 * k)
        )
    return shape if len(shape.faces) > 200 else shape.finer()


def peak(rng: np.random.Generator, r: float, high: float, sides: int, rings: int, crater: bool = False) -> Shape:
    """Return a jagged cone on y = 0."""
    t = np.linspace(0, 1, rings)
    radius = r * ((1 - t) ** rng.uniform(0.8, 1.25) * (0.8 if crater else 1) + (0.2 if crater else 0.02))
    ring = ellipse(1, 1, sides)
    wobble = np.clip(1 + rng.normal(0, 0.13, (rings, sides)), 0.65, 1.4) * (1 + rng.normal(0, 0.1, sides))
    heights = high * t[:, None] + rng.normal(0, 0.25 * high / rings, (rings, sides)) * ((t > 0) & (t < 1))[:, None]
    flat = radius[:, None] * wobble
    places = np.stack([flat * ring[:, 0], heights, -flat * ring[:, 1]], 2)
    if crater:
        dent = places[-1] * np.array([0.7, 1, 0.7])
        low = places[-1] * np.array([0.55, 0, 0.55]) + np.array([0, 0.85 * high, 0])
        places = np.concatenate([places, dent[None], low[None]])
    return loft(places)


def streams(rng: np.random.Generator, ground: Pattern, lava: Colour, high: float) -> Pattern:
    """Return a ground with winding streams that run down from the top."""
    count, phase, low = int(rng.integers(2, 5)), rng.uniform(0, 6), rng.uniform(0.15, 0.5) * high

    def pattern(corners: np.ndarray) -> np.ndarray:
        p = corners.mean(1)
        turn = np.sin(count * np.arctan2(p[:, 2], p[:, 0]) + phase + 0.9 * np.sin(7 * p[:, 1]))
        hot = (turn > 0.75) & (p[:, 1] > low)
        return np.where(hot[:, None, None], np.asarray(lava), ground(corners))

    return pattern


def mountain(rng: np.random.Generator) -> Shape:
    """Return a low-poly peak with snow, a range of peaks, or a volcano."""
    colour, kind = stone_colour(rng), pick(rng, ["peak", "range", "range", "volcano"])
    sides, high = int(rng.integers(7, 14)), rng.uniform(0.9, 1.6)
    low = pick(rng, [colour, leaf(rng), shade(colour, 0.8)])
    if kind == "volcano":
        shape = peak(rng, 0.95, high, 14, 6, True).finer()
        lava = pick(rng, [(0.95, 0.3, 0.08), (0.98, 0.6, 0.1)])
        shape = shape.finer().paint(streams(rng, topped(rng, colour, shade(colour, 0.6), 0.6 * high, 0.12), lava, high))
        shape += rod(0.17, 0.05, around=12).paint(lava).move(0, 0.9 * high)
        return shape
    places = [(0.0, 0.0, 1.0, high)]
    if kind == "range":
        places += [
            (rng.uniform(-1, 1), rng.uniform(-0.6, 0.6), rng.uniform(0.4, 0.75), high * rng.uniform(0.4, 0.8))
            for _ in range(int(rng.integers(1, 5)))
        ]
    snow, smooth_by = pick(rng, [WHITE, WHITE, (0.85, 0.9, 0.97), None]), chance(rng, 0.5)
    line = rng.uniform(0.55, 0.75) * high
    parts = []
    for x, z, r, tall in places:
        part = peak(rng, r * rng.uniform(0.7, 0.9), tall, sides, int(rng.integers(4, 7)))
        part = part.paint(speckled(rng, colour, 0.04)).finer()
        if smooth_by:
            part = part.paint(topped(rng, low, colour, 0.3 * high, 0.08))
        white = split_at(low, WHITE, "y", line) if snow is None else topped(rng, colour, snow, line, 0.09)
        top = part.paint(white)
        use = part.vertices[part.faces].mean((1,))[:, 1] > line - 0.12
        part = Shape(part.vertices, part.faces, np.where(use[:, None, None], top.colours, part.colours))
        parts.append(part.move(x, 0, z))
    shape = join(parts)
    if chance(rng, 0.4):
        trees = [little_tree(rng, "cone", 0.22).move(np.cos(a), 0, np.sin(a)) for a in rng.uniform(0, 6.28, 5)]
        shape += join(trees) + rod(1.2, 0.1, around=sides).paint(leaf(rng)).move(0, -0.03)
    return shape


def little_tree(rng: np.random.Generator, kind: str, size: float) -> Shape:
    """Return a tiny tree of a cone or a ball on a trunk."""
    green = leaf(rng)
    shape = rod(0.12 * size, 0.6 * size, around=6).paint(wood(rng)).move(0, 0.2 * size)
    if kind == "cone":
        cone = lathe([(0.42 * size, 0), (0, 0.9 * size)], 7).paint(green)
        return shape + cone.move(0, 0.35 * size) + cone.scale(0.75).move(0, 0.75 * size)
    return shape + facets(rng, 0.45 * size, 7, 0.08).paint(speckled(rng, green, 0.04)).move(0, 0.8 * size)


def hill(rng: np.random.Generator) -> Shape:
    """Return a mound with trees, a cut block of land, or a floating island."""
    green, kind = leaf(rng), pick(rng, ["mound", "mound", "block", "island"])
    tree, count = pick(rng, ["cone", "ball"]), int(rng.integers(2, 9))
    high = rng.uniform(0.18, 0.6)
    mound = grounded(ball(1.0, high, rng.uniform(0.75, 1.05), detail=pick(rng, [9, 20])), 0.5)
    shape = mound.finer().paint(topped(rng, shade(green, 0.9), green, 0.3 * high, 0.1))
    if kind == "block":
        block = box(2.1, rng.uniform(0.2, 0.5), 2.0)
        deep = block.high[1]
        shape += block.paint(EARTH).move(0, -deep) + box(2.12, 0.1, 2.02).paint(shade(green, 0.9)).move(0, -0.04)
        shape += box(2.12, 0.08, 2.02).paint(shade(EARTH, 0.7)).move(0, -1.5 * deep)
    elif kind == "island":
        under = peak(rng, 1.0, rng.uniform(0.7, 1.3), int(rng.integers(7, 12)), 5)
        shape += under.turn("x", 180).paint(speckled(rng, pick(rng, [EARTH, stone_colour(rng)]), 0.05)).finer()
        shape += rod(0.98, 0.14, around=12).paint(shade(green, 0.8))
    for k in range(count):
        angle, out = 2.4 * k + rng.uniform(-0.3, 0.3), np.sqrt((k + 0.2) / count) * 0.72
        ground = high * np.sqrt(max(1 - out**2, 0)) - 0.06
        part = little_tree(rng, tree, rng.uniform(0.28, 0.5))
        shape += part.move(out * np.cos(angle), ground, 0.85 * out * np.sin(angle))
    if chance(rng, 0.4):
        shape += stone(rng, 0.2, "facets", grey(rng, 0.4, 0.7)).move(0.6, 0.3 * high, 0.5)
    return shape


FAMILIES = {
    "rock_group": rock_group,
    "boulder": boulder,
    "crystal": crystal,
    "mountain": mountain,
    "hill": hill,
}
