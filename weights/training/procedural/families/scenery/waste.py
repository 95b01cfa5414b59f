"""Dumpsters and bins."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    RUBBER,
    STEEL,
    WHITE,
    chance,
    checks,
    dark,
    grey,
    pick,
    shade,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from ..nature.stones import EARTH, stone, stone_colour


def lidded(rng: np.random.Generator, wide: float, deep: float, high: float, lean: float, colour: Colour) -> Shape:
    """Return an open-topped box on y = 0 whose front leans out by `lean`, with ribs."""
    outline = [
        (-deep / 2, 0),
        (deep / 2, 0),
        (deep / 2 + lean, 0.75 * high),
        (deep / 2 + lean, 0.85 * high),
        (-deep / 2, high),
    ]
    shape = extrude(outline, wide, 0.02, "zy").paint(colour)
    ribs = (
        box(0.07, 0.8 * high, 0.06)
        .along(int(rng.integers(3, 6)), x=0.22 * wide)
        .turn("x", np.degrees(np.arctan2(lean, 0.75 * high)))
    )
    shape += ribs.paint(shade(colour, 0.85)).move(0, 0.42 * high, deep / 2 + 0.55 * lean)
    return shape + box(wide + 0.1, 0.08, 0.1).paint(shade(colour, 0.8)).move(0, 0.8 * high, deep / 2 + lean)


def bags(rng: np.random.Generator, count: int, size: float) -> Shape:
    """Return tied rubbish bags side by side along X on y = 0."""
    one = ball(size, 0.85 * size, detail=9).move(0, 0.75 * size) + lathe(
        [(0.15 * size, 0), (0.28 * size, 0.3 * size), (0, 0.25 * size)], 7
    ).move(0, 1.5 * size)
    tone = pick(rng, [BLACK, (0.2, 0.22, 0.25), (0.3, 0.5, 0.35), WHITE])
    return join(
        one.scale(rng.uniform(0.75, 1.1))
        .turn("y", 70 * k)
        .move(1.2 * size * (k - (count - 1) / 2), 0, rng.uniform(-0.1, 0.1))
        for k in range(count)
    ).paint(tone)


def skip(rng: np.random.Generator, colour: Colour, wide: float, deep: float, high: float) -> Shape:
    """Return an open skip with sloping ends, mostly full of rubble."""
    t = 0.22 * wide
    outline = [
        (-wide / 2, 0),
        (wide / 2, 0),
        (wide / 2 + t, high),
        (wide / 2 + t - 0.1, high),
        (wide / 2 - 0.06, 0.4 * high),
        (-wide / 2 + 0.06, 0.4 * high),
        (-wide / 2 - t + 0.1, high),
        (-wide / 2 - t, high),
    ]
    side = (
        extrude([(-wide / 2, 0), (wide / 2, 0), (wide / 2 + t, high), (-wide / 2 - t, high)], 0.08)
        .move(0, 0, deep / 2)
        .both("z")
    )
    shape = (extrude(outline, deep) + side).paint(colour) + box(wide + 2 * t + 0.1, 0.09, 0.12).paint(
        shade(colour, 0.75)
    ).move(0, high, deep / 2).both("z")
    shape += (
        box(0.09, 0.9 * high, 0.09)
        .along(3, x=0.35 * wide)
        .paint(shade(colour, 0.8))
        .move(0, 0.5 * high, deep / 2 + 0.05)
        .both("z")
    )
    heap = [
        stone(rng, rng.uniform(0.14, 0.26), "facets", stone_colour(rng)).move(
            rng.uniform(-0.4, 0.4) * wide, 0.75 * high, rng.uniform(-0.3, 0.3) * deep
        )
        for _ in range(6)
    ]
    return (
        shape + join(heap) + box(0.8 * wide, 0.45 * high, 0.9 * deep).paint(EARTH).move(0, 0.55 * high)
        if chance(rng, 0.7)
        else shape.finer()
    )


def dumpster(rng: np.random.Generator) -> Shape:
    """Return a steel waste container with lids, side pockets and wheels, or an open skip with rubble."""
    colour, wide, deep, high = (
        pick(rng, [(0.15, 0.4, 0.25), (0.15, 0.3, 0.55), vivid(rng), grey(rng, 0.3, 0.6)]),
        rng.uniform(1.3, 1.9),
        rng.uniform(0.7, 1.0),
        rng.uniform(0.7, 1.0),
    )
    if chance(rng, 0.3):
        return skip(rng, colour, wide, deep, high)
    lid = pick(rng, [BLACK, shade(colour, 0.7), colour])
    shape = lidded(rng, wide, deep, high, rng.uniform(0.0, 0.15), colour)
    slope = np.degrees(np.arctan2(0.15 * high, deep))
    for side in (-1, 1):
        plate = box(0.48 * wide, 0.06, deep + 0.1).move(0, 0, (deep + 0.1) / 2)
        plate = (plate + box(0.06, 0.05, deep).along(2, x=0.22 * wide).move(0, 0.04, deep / 2)).turn(
            "x", -pick(rng, [0, 0, 75, 105]) + slope
        )
        shape += plate.paint(lid).move(side * 0.25 * wide, high + 0.03, -deep / 2)
    if chance(rng, 0.6):
        shape += bags(rng, 3, 0.24).move(0, 0.78 * high)
    pocket = box(0.1, 0.18, 0.7 * deep) + box(0.16, 0.1, 0.7 * deep)
    shape += pocket.paint(shade(colour, 0.8)).move(wide / 2 + 0.04, 0.55 * high).both()
    wheel = rod(0.1, 0.09, around=12).turn("z", 90).paint(RUBBER) + box(0.08, 0.12, 0.12).paint(STEEL).move(0, 0.08)
    shape += wheel.move(0.42 * wide, -0.06, 0.4 * deep).corners()
    if chance(rng, 0.5):
        shape += (
            box(0.4, 0.26, 0.08)
            .paint(pick(rng, [WHITE, (0.95, 0.8, 0.1)]))
            .move(0.2 * wide, 0.45 * high, deep / 2 + 0.06)
        )
    return shape


def wheelie_bin(rng: np.random.Generator, colour: Colour, high: float) -> Shape:
    """Return a bin with a lid and two wheels."""
    deep = 0.72
    shape = lidded(rng, 0.62, 0.5, high, 0.1, colour) + box(0.7, 0.09, deep + 0.12, 0.03).turn(
        "x", pick(rng, [9, 9, -70])
    ).paint(pick(rng, [colour, shade(colour, 0.7), vivid(rng)])).move(0, 0.98 * high, 0.06)
    wheel = rod(0.14, 0.09, around=14).turn("z", 90).paint(RUBBER) + rod(0.07, 0.11, around=10).turn("z", 90).paint(
        grey(rng)
    )
    shape += (
        wheel.move(0.34, 0.1, -0.26).both()
        + rail((-0.25, 0.95 * high, -0.36), (0.25, 0.95 * high, -0.36), 0.04).paint(shade(colour, 0.7))
        + box(0.05, 0.06, 0.14).paint(shade(colour, 0.7)).move(0.22, 0.95 * high, -0.3).both()
    )
    return shape + (
        box(0.24, 0.24, 0.06).paint(WHITE).move(0, 0.5 * high, 0.33)
        if chance(rng, 0.5)
        else box(0.3, 0.06, 0.1).paint(BLACK).move(0, 0.05, 0.22)
    )


def slat_bin(rng: np.random.Generator, colour: Colour, r: float, high: float) -> Shape:
    """Return a round park bin of slats."""
    count, timber = int(rng.integers(10, 17)), pick(rng, [wood(rng), colour])
    slat = box(2 * np.pi * r / count * 0.72, high, 0.06).move(0, high / 2, r)
    shape = (
        slat.around(count).paint(timber)
        + torus(r, 0.045, 24, 6).along(2, y=0.7 * high).paint(dark(rng)).move(0, 0.5 * high)
        + rod(0.9 * r, 0.9 * high, around=16).paint((0.12, 0.12, 0.12)).move(0, 0.46 * high)
    )
    if chance(rng, 0.5):
        shape += box(0.06, 0.45, 0.06).move(r, high + 0.1).around(4).paint(dark(rng)) + lathe(
            [(1.2 * r, 0), (1.2 * r, 0.05), (0, 0.3)], 20
        ).paint(dark(rng)).move(0, high + 0.3)
    return shape


def paper_basket(rng: np.random.Generator, colour: Colour, r: float, high: float) -> Shape:
    """Return an open basket with crumpled paper."""
    profile = [(0.75 * r, 0), (r, high), (0.94 * r, high), (0.72 * r, 0.1), (0, 0.1)]
    paper = [
        ball(0.15, detail=5)
        .bend(lambda v: v * (1 + 0.25 * np.sin(31 * v[:, :1] + 17 * v[:, 1:2])))
        .move(0.16 * np.cos(2 * k), high - 0.02 + 0.04 * k, 0.16 * np.sin(2 * k))
        for k in range(5)
    ]
    mesh = pick(rng, [colour, checks([colour, shade(colour, 0.6)], 0.09)])
    return (
        lathe(profile, 24).finer().paint(mesh)
        + rod(0.85 * r, 0.1, around=16).paint(dark(rng)).move(0, 0.85 * high)
        + join(paper).paint(WHITE)
        + torus(r, 0.035, 24, 6).paint(shade(colour, 0.7)).move(0, high)
    )


def trash_bin(rng: np.random.Generator) -> Shape:
    """Return a ribbed metal can, a wheelie bin, a swing-lid or pedal bin, or a park bin of slats."""
    kind, colour = (
        pick(rng, ["can", "can", "wheelie", "wheelie", "slats", "swing", "office"]),
        pick(rng, [vivid(rng), (0.2, 0.45, 0.25), dark(rng), STEEL, grey(rng, 0.4, 0.7)]),
    )
    r, high, around = rng.uniform(0.32, 0.45), rng.uniform(0.85, 1.15), pick(rng, [8, 20, 24])
    if kind == "wheelie":
        return wheelie_bin(rng, colour, high)
    if kind == "slats":
        return slat_bin(rng, colour, r, high)
    if kind == "swing":
        body = box(0.7, high, 0.6, pick(rng, [0.0, 0.06])).paint(colour).move(0, high / 2)
        top = (
            extrude([(-0.35, 0), (0.35, 0), (0.22, 0.32), (-0.22, 0.32)], 0.62, 0.02)
            .turn("y", pick(rng, [0, 90]))
            .paint(pick(rng, [shade(colour, 0.7), STEEL, vivid(rng)]))
        )
        return (
            body
            + top.move(0, high)
            + box(0.36, 0.16, 0.66).paint(BLACK).move(0, high + 0.14)
            + box(0.3, 0.3, 0.63).paint(WHITE).move(0, 0.55 * high)
        ).finer()
    if kind == "office":
        return paper_basket(rng, colour, r, high)
    rows = 11
    ribs = [(r * (0.88 + 0.12 * k / rows) * (1 + 0.04 * (k % 2)), high * k / rows) for k in range(rows + 1)]
    shape = lathe([*ribs, (0, high)], around).paint(stripes([colour, shade(colour, 0.85)], "y", high / rows))
    lid = lathe([(1.12 * r, 0), (1.12 * r, 0.06), (0.9 * r, 0.14), (0.2 * r, 0.22), (0, 0.22)], around) + tube(
        [(-0.12, 0.2, 0), (-0.1, 0.34, 0), (0.1, 0.34, 0), (0.12, 0.2, 0)], 0.035, 6, along=9
    )
    grip = tube(
        [(r, 0.62 * high, -0.12), (r + 0.14, 0.62 * high, -0.1), (r + 0.14, 0.62 * high, 0.1), (r, 0.62 * high, 0.12)],
        0.035,
        6,
        along=9,
    )
    shape += grip.both().paint(shade(colour, 0.8))
    state = pick(rng, ["shut", "shut", "leaning", "full"])
    if state == "leaning":
        return (
            shape
            + lid.turn("z", -70).paint(shade(colour, 1.1)).move(r + 0.2, 0.42 * r + 0.12, 0.25)
            + rod(0.88 * r, 0.05, around=around).paint(BLACK).move(0, high)
        )
    if state == "full":
        return (
            shape
            + bags(rng, 2, 0.25).move(0, 0.82 * high)
            + lid.turn("z", 25).paint(shade(colour, 1.1)).move(0.05, high + 0.32)
        )
    return shape + lid.paint(shade(colour, 1.1)).move(0, high)


FAMILIES = {
    "dumpster": dumpster,
    "trash_bin": trash_bin,
}
