"""Huts, market stalls and watchtowers."""

from __future__ import annotations

import numpy as np

from ...curves import arc
from ...paint import (
    BLACK,
    GOLD,
    WHITE,
    chance,
    glass,
    near,
    pick,
    shade,
    speckled,
    stripes,
    tiles,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, lathe, rail, rod
from ...shape import Colour, Shape, join
from ..nature.timber import log
from ..places.houses import door, gable, roof_colour, stone, window
from .buildings import curled_roof


def thatch(rng: np.random.Generator, r: float, high: float, around: int) -> Shape:
    """Return a layered cone of straw on y = 0."""
    straw, layers = (
        near(rng, pick(rng, [(0.78, 0.62, 0.32), (0.6, 0.47, 0.28), (0.7, 0.35, 0.2)]), 0.04),
        int(rng.integers(1, 5)),
    )
    parts = []
    for k in range(layers):
        t, up = k / layers, high / layers
        low, top = r * (1 - 0.85 * t), r * (1 - 0.85 * (k + 1) / layers) * 0.95
        parts.append(
            lathe([(0.8 * low, 0.02), (low, -0.05), (low, 0.03), (max(top, 0.05), up * 1.05), (0, up * 1.15)], around)
            .paint(speckled(rng, shade(straw, 1 + 0.08 * k), 0.05))
            .move(0, up * k)
        )
    return join(parts) + ball(0.09, 0.13, detail=7).paint(shade(straw, 0.7)).move(0, high)


def igloo(wide: float) -> Shape:
    """Return a dome of snow blocks with an entrance."""
    snow = (0.92, 0.95, 0.98)
    blocks = tiles([snow, shade(snow, 0.86)], 0.2, 12)
    dome = (
        lathe([*[(wide * np.cos(a), 0.9 * wide * np.sin(a)) for a in np.linspace(0, 1.5, 12)], (0, 0.9 * wide)], 24)
        .finer()
        .paint(blocks)
    )
    way = [(-0.36, 0), (0.36, 0), *arc(0.36, 0, 180, 9, (0, 0.22))]
    return (
        dome
        + extrude(way, 0.7).paint(shade(snow, 0.93)).move(0, 0, wide + 0.1)
        + extrude(np.array(way) * 0.7, 0.74).paint((0.15, 0.18, 0.25)).move(0, 0, wide + 0.1)
    )


def cabin(rng: np.random.Generator, timber: Colour, wide: float, high: float) -> Shape:
    """Return a log cabin, perhaps with a chimney."""
    long, r, roof = rng.uniform(0.9, 1.4), 0.09, pick(rng, [roof_colour(rng), shade(timber, 0.6)])
    rows = int(high / (1.8 * r)) + 1
    beam = log(rng, r, 2 * wide + 0.25, timber, 7).move(0, r).along(rows, y=1.8 * r).move(0, 0.9 * r * (rows - 1))
    side = (
        rod(r, 2 * long + 0.25, around=7)
        .turn("x", 90)
        .paint(shade(timber, 0.9))
        .move(wide, r)
        .along(rows, y=1.8 * r)
        .move(0, 0.9 * r * (rows - 1))
    )
    high = 1.8 * r * rows
    shape = (
        beam.move(0, 0, long).both("z")
        + side.both()
        + box(1.9 * wide, high, 1.9 * long).paint(shade(timber, 0.5)).move(0, high / 2)
    )
    shape += gable(2 * wide, rng.uniform(0.6, 0.9), 2 * long + 0.1, 0.2, roof, shade(timber, 1.15)).move(0, high)
    shape += door(0.42, 0.75 * high, shade(timber, 1.3), False).move(-0.35 * wide, 0, long + 0.09) + window(
        rng, 0.3, 0.3, WHITE, glass(rng)
    ).move(0.45 * wide, 0.6 * high, long + 0.09)
    chimney = (
        box(0.26, high + 1.0, 0.26)
        .paint(speckled(rng, stone(rng), 0.05))
        .move(0.75 * wide * pick(rng, [1, -1]), (high + 1.0) / 2, -0.4 * long)
    )
    return shape + chimney if chance(rng, 0.6) else shape


def hut(rng: np.random.Generator) -> Shape:
    """Return a round thatched hut, a log cabin, a hut on stilts, or an igloo."""
    kind, timber = pick(rng, ["round", "round", "cabin", "stilts", "igloo"]), wood(rng)
    around = pick(rng, [8, 12, 24])
    wide, high = rng.uniform(0.8, 1.1), rng.uniform(0.7, 1.0)
    if kind == "igloo":
        return igloo(wide)
    if kind == "cabin":
        return cabin(rng, timber, wide, high)
    wall = pick(rng, [(0.75, 0.6, 0.45), WHITE, timber, stone(rng), (0.65, 0.42, 0.28)])
    planks = stripes([wall, shade(wall, 0.86)], "y", high / 6) if chance(rng, 0.5) else speckled(rng, wall, 0.03)
    shape = rod(wide, high, 0.94 * wide, around).finer().paint(planks).move(0, high / 2)
    shape += thatch(rng, wide * rng.uniform(1.2, 1.45), rng.uniform(0.7, 1.4), around).move(0, high - 0.03)
    shape += door(0.46, 0.78 * high, shade(timber, 0.7), chance(rng, 0.5)).move(0, 0.02, 0.97 * wide)
    pane = rod(0.15, 0.12, around=10).turn("x", 90).paint(BLACK) + rod(0.2, 0.08, around=10).turn("x", 90).paint(timber)
    shape += pane.move(0, 0.58 * high, 0.96 * wide).turn("y", 65) + pane.move(0, 0.58 * high, 0.96 * wide).turn(
        "y", -65
    )
    if kind == "stilts":
        legs = rng.uniform(0.5, 1.0)
        post = rail((0.75 * wide, -legs, 0), (0.7 * wide, 0, 0), 0.07).around(pick(rng, [4, 6])).turn("y", 45)
        ladder = rail((0.17, 0, wide + 0.1), (0.17, -legs, wide + 0.5), 0.045).both() + join(
            box(0.36, 0.06, 0.06).move(0, -legs * t, wide + 0.1 + 0.4 * t) for t in np.linspace(0.15, 0.85, 4)
        )
        shape += rod(1.25 * wide, 0.09, around=around).paint(timber).move(0, -0.03) + (post + ladder).paint(
            shade(timber, 0.8)
        )
    elif chance(rng, 0.4):
        shape += rod(1.35 * wide, 0.1, around=around).paint(stone(rng)).move(0, 0)
    return shape


def awning(wide: float, deep: float, drop: float, colours: list[Colour], count: int) -> Shape:
    """Return a striped sloping cloth with flaps, its back edge at y = z = 0."""
    strip = wide / count
    parts = []
    for k in range(count):
        slab = extrude([(0, 0.04), (0, -0.04), (deep, -drop - 0.04), (deep, -drop + 0.04)], strip, plane="zy")
        flap = extrude(arc(strip / 2, 180, 360, 6), 0.06).move(0, -drop, deep)
        parts.append((slab + flap).paint(colours[k % len(colours)]).move(strip * (k - (count - 1) / 2)))
    return join(parts)


def goods(rng: np.random.Generator, wide: float, colour: Colour) -> Shape:
    """Return a crate of fruit or fish on y = 0."""
    crate = box(wide, 0.16, 0.32).paint(wood(rng)).move(0, 0.08)
    count = 4
    fruit = ball(wide / count / 1.9, detail=6).along(count, x=wide / (count + 0.3)).along(2, z=0.14).move(0, 0.18)
    return crate + fruit.paint(colour)


def market_stall(rng: np.random.Generator) -> Shape:
    """Return a stall with counter, posts, striped awning or tent roof, and crates of goods."""
    timber, colours = wood(rng), [vivid(rng), pick(rng, [WHITE, vivid(rng)])]
    wide, deep, high = rng.uniform(1.3, 2.0), rng.uniform(0.7, 1.0), rng.uniform(1.3, 1.6)
    table = rng.uniform(0.5, 0.65)
    shape = box(0.09, high, 0.09).move(wide / 2 - 0.05, high / 2, deep / 2 - 0.05).corners().paint(timber)
    front = (
        box(wide, table, 0.1)
        .finer()
        .paint(stripes([timber, shade(timber, 0.82)] if chance(rng, 0.6) else colours, "x", wide / 8))
    )
    shape += front.move(0, table / 2, deep / 2) + box(wide + 0.12, 0.08, 0.6 * deep).paint(shade(timber, 1.2)).move(
        0, table, deep / 4
    )
    kind, count = pick(rng, ["slope", "slope", "tent", "double"]), int(rng.integers(5, 9))
    if kind == "slope":
        shape += awning(wide + 0.25, deep + 0.45, rng.uniform(0.25, 0.5), colours, count).move(
            0, high + 0.28, -deep / 2 - 0.05
        )
        shape += box(0.08, 0.32, 0.08).paint(timber).move(wide / 2 - 0.05, high + 0.13, -deep / 2 + 0.05).both()
    else:
        half = awning(wide + 0.25, deep / 2 + 0.3, rng.uniform(0.25, 0.5), colours, count).move(0, high + 0.36)
        shape += half + half.turn("y", 180) + box(wide, 0.08, 0.08).paint(timber).move(0, high + 0.34)
        shape += (
            box(0.08, 0.45, 0.08).paint(timber).move(wide / 2 - 0.05, high + 0.16).both()
            + box(0.08, 0.08, deep).paint(timber).move(wide / 2 - 0.05, high - 0.05).both()
        )
    crates = int(rng.integers(2, 4))
    for k in range(crates):
        tone = pick(rng, [(0.85, 0.15, 0.1), (0.95, 0.6, 0.1), (0.4, 0.65, 0.2), (0.9, 0.8, 0.2), (0.5, 0.3, 0.5)])
        shape += (
            goods(rng, 0.85 * wide / crates, tone)
            .turn("x", 14)
            .move(wide / crates * (k - (crates - 1) / 2), table + 0.03, deep / 4)
        )
    if chance(rng, 0.5):
        sign = box(0.7, 0.26, 0.06).paint(timber) + box(0.5, 0.08, 0.09).paint(pick(rng, [WHITE, GOLD]))
        shape += sign.move(0, 0.5 * table, deep / 2 + 0.06)
    if chance(rng, 0.5):
        shape += goods(rng, 0.45, vivid(rng)).move(0.5 * wide + 0.35, 0, 0.2)
        shape += box(wide, 0.8 * high, 0.07).paint(shade(timber, 0.9)).move(0, 0.4 * high, -deep / 2 + 0.03)
    return shape


def tower_roof(
    rng: np.random.Generator, shape: Shape, deck: float, timber: Colour, roof: Colour, high: float, room: float
) -> Shape:
    """Return the tower with its roof."""
    cover = pick(rng, ["pyramid", "pyramid", "gable", "curled"])
    if cover == "pyramid":
        shape += (
            lathe([(1.6 * deck, -0.04), (1.62 * deck, 0.05), (0, rng.uniform(0.4, 0.9))], 4)
            .turn("y", 45)
            .finer()
            .paint(stripes([roof, shade(roof, 0.85)], "y", 0.12))
            .move(0, high + room)
        )
    elif cover == "gable":
        shape += gable(2 * deck, 0.5, 2 * deck, 0.12, roof, timber).move(0, high + room)
    else:
        shape += curled_roof(1.25 * deck, 0.5, 0.1, 0.15, 4, roof).move(0, high + room)
    return shape


def watchtower(rng: np.random.Generator) -> Shape:
    """Return a wooden tower on braced legs with a railed platform, roof and ladder."""
    timber, roof = wood(rng), pick(rng, [roof_colour(rng), wood(rng), vivid(rng), (0.75, 0.6, 0.3)])
    low, top, high = rng.uniform(0.5, 0.75), rng.uniform(0.42, 0.55), rng.uniform(1.2, 2.2)
    sides = pick(rng, [4, 4, 8])
    shape = rail((low, 0, low), (top, high, top), 0.07, around=sides).corners().paint(timber)
    levels = int(rng.integers(1, 4))
    for k in range(levels):
        a, b = k / levels, (k + 1) / levels
        wa, wb = low + (top - low) * a, low + (top - low) * b
        brace = rail((-wa, a * high, wa), (wb, b * high, wb), 0.045, around=sides)
        if chance(rng, 0.8):
            brace += brace.mirrored()
        shape += (
            (brace + rail((-wb, b * high - 0.04, wb), (wb, b * high - 0.04, wb), 0.05, around=sides))
            .around(4)
            .paint(shade(timber, 0.85))
        )
    deck = top + rng.uniform(0.12, 0.28)
    shape += (
        box(2 * deck, 0.1, 2 * deck, cuts=3)
        .finer()
        .paint(stripes([timber, shade(timber, 0.8)], "x", 2 * deck / 7))
        .move(0, high)
    )
    room, post = rng.uniform(0.7, 0.95), deck - 0.08
    style = pick(rng, ["rails", "boards", "cabin"])
    if style == "cabin":
        shape += box(1.5 * deck, room, 1.5 * deck).paint(shade(timber, 1.15)).move(0, high + room / 2) + box(
            0.7 * deck, 0.32, 0.06
        ).paint(glass(rng)).move(0, high + 0.55 * room, 0.75 * deck).around(4)
    shape += box(0.09, room, 0.09).move(post, high + room / 2, post).corners().paint(timber)
    if style == "boards":
        shape += (
            box(2 * deck, 0.34, 0.08)
            .finer()
            .paint(stripes([timber, shade(timber, 0.8)], "x", 0.14))
            .move(0, high + 0.2, post)
            .around(4)
        )
    else:
        shape += box(2 * deck, 0.07, 0.07).along(2, y=0.16).move(0, high + 0.26, post).around(4).paint(timber)
    shape = tower_roof(rng, shape, deck, timber, roof, high, room)
    if chance(rng, 0.7):
        out = low + 0.05
        ladder = rail((0.16, 0, out + 0.1), (0.16, high + 0.1, top + 0.14), 0.04, around=6).both()
        count = int(high / 0.2)
        rungs = join(
            box(0.34, 0.05, 0.06).move(0, t * high, out + 0.1 + (top + 0.04 - out) * t)
            for t in np.linspace(0.08, 0.95, count)
        )
        shape += (ladder + rungs).paint(shade(timber, 1.25))
    if chance(rng, 0.35):
        shape += rail((0, high + room, 0), (0, high + room + 1.3, 0), 0.04).paint(timber) + extrude(
            [(0, 0), (0.45, 0.13), (0, 0.28)], 0.05
        ).paint(vivid(rng)).move(0, high + room + 0.95)
    return shape


FAMILIES = {
    "hut": hut,
    "market_stall": market_stall,
    "watchtower": watchtower,
}
