"""Castles, towers, mills and bridges."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth
from ...paint import (
    BLACK,
    LAMP,
    STEEL,
    WHITE,
    chance,
    glass,
    grey,
    leaf,
    pick,
    shade,
    speckled,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from .houses import door, roof_colour, stone, wall_colour


def battlements(rng: np.random.Generator, r: float, colour: Colour) -> Shape:
    """Return a ring of merlons around a tower's top, standing on y = 0."""
    count = int(rng.integers(7, 10))
    ring = lathe([(r, -0.05), (1.14 * r, 0.02), (1.14 * r, 0.16), (0, 0.16)], 20)
    return (ring + box(0.36 * r, 0.2, 0.22 * r).move(0, 0.22, 1.02 * r).around(count)).paint(colour)


def round_tower(rng: np.random.Generator, r: float, high: float, colour: Colour, roof: Colour | None) -> Shape:
    """Return a tower with slits, under a cone or battlements."""
    shape = rod(1.08 * r, high, r, 20).paint(colour).move(0, high / 2)
    slit = box(0.28 * r, 0.5 * r, 0.14).paint(BLACK)
    for level, turn in ((0.45, 20), (0.75, -35), (0.7, 150), (0.5, -110)):
        shape += slit.move(0, level * high, 1.0 * r).turn("y", turn)
    if roof is None:
        return shape + battlements(rng, r, shade(colour, 0.92)).move(0, high)
    tall = rng.uniform(1.6, 2.6) * r
    shape += (
        lathe([(1.0 * r, -0.03), (1.28 * r, -0.06), (0.5 * r, 0.6 * tall), (0, tall)], 20).paint(roof).move(0, high)
    )
    if chance(rng, 0.6):
        shape += rail((0, high + tall - 0.1, 0), (0, high + tall + 0.4, 0), 0.03).paint(wood(rng)) + extrude(
            [(0, 0), (0.36, 0.1), (0, 0.2)], 0.05
        ).paint(vivid(rng)).move(0, high + tall + 0.2)
    return shape


def castle(rng: np.random.Generator) -> Shape:
    """Corner towers, walls with battlements, a gate, a keep."""
    colour = stone(rng)
    roof = pick(rng, [None, roof_colour(rng), roof_colour(rng), vivid(rng)])
    half, high, r = rng.uniform(1.2, 1.6), rng.uniform(1.0, 1.4), rng.uniform(0.34, 0.46)
    shape = join(
        round_tower(rng, r, high * rng.uniform(1.2, 1.5), colour, roof).move(x, 0, z)
        for x in (half, -half)
        for z in (half, -half)
    )
    wall = box(2 * half, high, 0.3).paint(shade(colour, 0.95)).move(0, high / 2) + box(0.2, 0.18, 0.3).along(
        int(half * 4), x=0.42
    ).paint(shade(colour, 0.9)).move(0, high + 0.08)
    shape += wall.move(0, 0, half).around(4)
    gate = (
        box(0.95, 1.25 * high, 0.5).paint(colour).move(0, 0.62 * high)
        + door(0.5, 0.75 * high, wood(rng), True).move(0, 0, 0.24)
        + box(0.2, 0.18, 0.5).along(3, x=0.36).paint(colour).move(0, 1.25 * high + 0.08)
    )
    shape += gate.move(0, 0, half)
    keep = high * rng.uniform(1.6, 2.2)
    shape += box(1.2, keep, 1.2).paint(shade(colour, 1.08)).move(0, keep / 2, -0.2) + box(0.18, 0.4, 0.08).paint(
        BLACK
    ).along(2, x=0.5).move(0, 0.8 * keep, 0.4)
    if roof is None:
        shape += (
            (box(0.22, 0.2, 0.22).along(3, x=0.48).move(0, 0, 0.48).around(4))
            .paint(shade(colour, 1.0))
            .move(0, keep + 0.1, -0.2)
        )
    else:
        shape += lathe([(1.0, 0), (0.45, 0.7), (0, 1.3)], 4).turn("y", 45).paint(roof).move(0, keep, -0.2)
    return shape + box(2 * half + 0.5, 0.1, 2 * half + 0.5, 0.03).paint(pick(rng, [leaf(rng), stone(rng)])).move(0, 0.0)


def tower(rng: np.random.Generator) -> Shape:
    """Return a lighthouse, a clock tower, a water tower or a chess-like keep."""
    kind = pick(rng, ["lighthouse", "lighthouse", "clock", "keep"])
    if kind == "lighthouse":
        high, first = rng.uniform(2.0, 2.8), pick(rng, [(0.8, 0.12, 0.1), vivid(rng), (0.1, 0.2, 0.5)])
        rings = np.linspace(0, 1, 19)
        shape = lathe([(0.5 - 0.2 * t, high * t) for t in rings], 24).paint(
            stripes([first, WHITE], "y", high / pick(rng, [4, 6]))
        )
        shape += (
            rod(0.44, 0.1, around=24).paint(BLACK).move(0, high)
            + rod(0.2, 0.45, around=16).paint(LAMP).move(0, high + 0.25)
            + rail((0.24, high, 0), (0.24, high + 0.5, 0), 0.025).around(6).paint(BLACK)
        )
        shape += torus(0.42, 0.025, 24, 6).paint(BLACK).move(0, high + 0.2) + rail(
            (0.42, high, 0), (0.42, high + 0.2, 0), 0.02
        ).around(8).paint(BLACK)
        shape += lathe([(0.34, 0), (0.2, 0.18), (0.04, 0.3), (0, 0.42)], 20).paint(first).move(0, high + 0.46) + door(
            0.26, 0.45, wood(rng), True
        ).move(0, 0.05, 0.47)
        shape += box(0.12, 0.18, 0.1).paint(BLACK).move(0, 0.5 * high, 0.38) + ball(0.85, 0.14, 0.8, detail=12).paint(
            speckled(rng, stone(rng), 0.06)
        )
        return shape
    if kind == "keep":
        return round_tower(
            rng, rng.uniform(0.45, 0.6), rng.uniform(1.8, 2.6), stone(rng), pick(rng, [None, roof_colour(rng)])
        ) + door(0.36, 0.6, wood(rng), True).move(0, 0, 0.58)
    wall, roof, high = pick(rng, [stone(rng), wall_colour(rng)]), roof_colour(rng), rng.uniform(2.2, 3.0)
    shape = box(0.9, high, 0.9, 0.02).paint(wall).move(0, high / 2) + box(1.02, 0.1, 1.02).along(
        3, y=0.42 * high
    ).paint(shade(wall, 0.8)).move(0, 0.46 * high)
    face = (
        rod(0.34, 0.08, around=28).turn("x", 90).paint(WHITE)
        + torus(0.35, 0.04, 28, 6).turn("x", 90).paint(BLACK)
        + box(0.05, 0.2, 0.04).paint(BLACK).move(0, 0.1, 0.04)
        + box(0.16, 0.04, 0.04).paint(BLACK).move(0.08, 0, 0.04)
    )
    shape += (
        face.move(0, 0.85 * high, 0.46).around(4)
        + door(0.34, 0.55, wood(rng), True).move(0, 0, 0.45)
        + box(0.18, 0.4, 0.06).paint(BLACK).move(0, 0.5 * high, 0.45).around(4)
    )
    tall = rng.uniform(0.7, 1.5)
    return (
        shape
        + lathe([(0.72, 0), (0.35, 0.55 * tall), (0, tall)], 4).turn("y", 45).paint(roof).move(0, high)
        + rail((0, high + tall - 0.1, 0), (0, high + tall + 0.3, 0), 0.03).paint(STEEL)
    )


def windmill(rng: np.random.Generator) -> Shape:
    """Return an old mill with lattice sails, or a wind turbine."""
    if chance(rng, 0.35):
        high = rng.uniform(2.0, 2.6)
        shape = rod(0.13, high, 0.07, 18).paint(WHITE).move(0, high / 2) + hull(
            [(-0.35, 0.07, -0.07, 0.08), (0.1, 0.11, -0.1, 0.11), (0.26, 0.08, -0.08, 0.08)], 16, 9
        ).paint(WHITE).move(0, high)
        blade = hull(
            [(0, 0.045, -0.045, 0.045, 2), (0.2, 0.11, -0.03, 0.03, 2), (1.25, 0.03, -0.015, 0.015, 2)], 12, 12, "y"
        ).turn("y", 15)
        return shape + (blade.around(3, "z").turn("z", rng.uniform(0, 120)) + ball(0.09, 0.09, 0.12, detail=12)).paint(
            WHITE
        ).move(0, high, 0.32)
    wall, roof, high = (
        pick(rng, [WHITE, stone(rng), wood(rng), (0.72, 0.36, 0.26)]),
        roof_colour(rng),
        rng.uniform(1.5, 1.9),
    )
    around = pick(rng, [8, 24])
    shape = lathe([(0.62, 0), (0.38, high), (0, high)], around).paint(wall) + lathe(
        smooth([(0.44, 0), (0.4, 0.14), (0.24, 0.34), (0, 0.44)], 10), 20
    ).paint(roof).move(0, high)
    shape += (
        door(0.28, 0.5, wood(rng), chance(rng, 0.5)).move(0, 0.02, 0.57)
        + box(0.18, 0.22, 0.1).paint(glass(rng)).move(0, 0.62 * high, 0.45)
        + box(0.18, 0.22, 0.1).paint(glass(rng)).move(0, 0.4 * high, 0.52).around(3).turn("y", 90)
    )
    if chance(rng, 0.5):
        shape += torus(0.66, 0.05, 24, 6, 0.03).paint(wood(rng)).move(0, 0.42 * high)
    long = rng.uniform(0.95, 1.2)
    timber, cloth = wood(rng), pick(rng, [WHITE, WHITE, wood(rng), vivid(rng)])
    sail = (
        box(0.05, long, 0.05).paint(timber).move(0, long / 2)
        + box(0.25, 0.78 * long, 0.035).paint(cloth).move(0.14, 0.58 * long, 0.0)
        + box(0.3, 0.03, 0.055).along(5, y=0.17 * long).paint(timber).move(0.13, 0.58 * long, 0.005)
    )
    hub = sail.around(4, "z").turn("z", rng.uniform(0, 90)) + rod(0.07, 0.3, around=12).turn("x", 90).paint(
        timber
    ).move(0, 0, -0.08)
    return shape + hub.move(0, high + 0.08, 0.52)


def bridge(rng: np.random.Generator) -> Shape:
    """Return a stone arch bridge, a suspension bridge, or a humped wooden one."""
    kind = pick(rng, ["stone", "stone", "cables", "wood"])
    if kind == "cables":
        colour, long, high = (
            pick(rng, [(0.75, 0.25, 0.15), STEEL, grey(rng, 0.4, 0.7)]),
            rng.uniform(1.8, 2.3),
            rng.uniform(0.6, 0.85),
        )
        shape = box(2 * long, 0.1, 0.5).paint(grey(rng, 0.3, 0.5)) + box(2 * long, 0.12, 0.05).paint(colour).move(
            0, 0.03, 0.26
        ).both("z")
        mast = (
            box(0.11, high + 0.5, 0.1).move(0, high / 2 - 0.2, 0.27).both("z")
            + box(0.1, 0.1, 0.6).move(0, high - 0.05)
            + box(0.1, 0.1, 0.6).move(0, 0.5 * high)
        )
        shape += (mast + box(0.3, 0.18, 0.85).move(0, -0.5)).paint(colour).move(0.5 * long).both()
        x = np.linspace(-0.5 * long, 0.5 * long, 15)
        middle = np.stack([x, 0.12 + (high - 0.12) * (x / (0.5 * long)) ** 2, 0 * x], 1)
        side = tube([(0.5 * long, high, 0), (0.75 * long, 0.32 * high, 0), (long, 0.06, 0)], 0.03, 6, along=8)
        ropes = [rail((a, 0, 0), (a, b, 0), 0.018, around=5) for a, b in middle[1:-1:2, :2]] + [
            rail((s * a, 0, 0), (s * a, b, 0), 0.018, around=5)
            for s in (1, -1)
            for a, b in ((0.62 * long, 0.6 * high), (0.76 * long, 0.3 * high))
        ]
        return shape + (tube(middle, 0.03, 6) + side.both() + join(ropes)).paint(colour).move(0, 0, 0.27).both("z")
    if kind == "wood":
        colour, long, rise = pick(rng, [wood(rng), (0.7, 0.15, 0.12)]), 1.2, rng.uniform(0.25, 0.5)
        x = np.linspace(-long, long, 13)
        y = rise * (1 - (x / long) ** 2)
        slope = np.degrees(np.arctan2(-2 * rise * x, long**2))
        shape = join(
            box(0.17, 0.06, 0.8, 0.01).turn("z", float(a)).move(b, c) for b, c, a in zip(x, y, slope, strict=True)
        ).paint(wood(rng))
        rails = (
            tube(np.stack([x, y + 0.38, 0 * x], 1), 0.035, 8)
            + tube(np.stack([x, y - 0.05, 0 * x], 1), 0.05, 8)
            + join(box(0.06, 0.42, 0.06).move(b, c + 0.18) for b, c in zip(x[::2], y[::2], strict=True))
        )
        return shape + rails.paint(colour).move(0, 0, 0.38).both("z")
    colour, arches = stone(rng), int(rng.integers(1, 4))
    long, high, r = 0.8 * arches + 0.6, rng.uniform(0.7, 0.95), 0.33
    bottom = [(-long / 2, 0.0)]
    for k in range(arches):
        x = (k - (arches - 1) / 2) * 0.8
        bottom += [(x - r, 0.0), *arc(r, 180, 0, 11, (x, 0.12)).tolist(), (x + r, 0.0)]
    hump = rng.uniform(0, 0.25)
    top = [(x, high + hump * (1 - (2 * x / long) ** 2)) for x in np.linspace(long / 2, -long / 2, 11)]
    shape = extrude([*bottom, (long / 2, 0.0), *top], 0.7).paint(colour)
    edge = tube([(x, y + 0.05, 0) for x, y in top], np.array([[0.07, 0.12]] * 11), 4).paint(shade(colour, 0.85))
    return (
        shape
        + edge.move(0, 0, 0.32).both("z")
        + box(0.22, 0.5, 0.9).paint(shade(colour, 0.9)).move(long / 2, 0.25).both()
    )


FAMILIES = {
    "castle": castle,
    "tower": tower,
    "windmill": windmill,
    "bridge": bridge,
}
