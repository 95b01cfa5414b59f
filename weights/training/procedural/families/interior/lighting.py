"""Lamps for floors, ceilings, desks and walls."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, LAMP, WHITE, chance, metal, pastel, pick, shade, stripes, vivid, wedges, wood
from ...parts import ball, box, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join

GLOWING: Colour = (1.0, 0.93, 0.7)


def lamp_shade(rng: np.random.Generator, r: float, tall: float) -> Shape:
    """Return a shade about Y with its lower rim at y = 0: cone, drum, bell, pleated, ball or square."""
    kind, colour = (
        pick(rng, ["cone", "drum", "bell", "pleats", "ball", "square"]),
        pick(rng, [GLOWING, (0.95, 0.9, 0.8), vivid(rng), pastel(rng)]),
    )
    if kind == "ball":
        return ball(0.9 * r, detail=int(pick(rng, [8, 18]))).paint(pick(rng, [WHITE, GLOWING])).move(0, 0.8 * r)
    top = r * (rng.uniform(0.3, 0.7) if kind != "drum" else 0.95)
    if kind == "bell":
        outside = smooth([(r, 0), (0.75 * r, 0.35 * tall), (0.5 * r, 0.75 * tall), (0.4 * r, tall)], 9)
        top = 0.4 * r
    else:
        t = np.linspace(0, 1, 6)
        outside = np.stack([r + (top - r) * t, tall * t], 1)
    around = {"square": 4, "pleats": 28}.get(kind, int(pick(rng, [8, 24, 24])))
    profile = [(0, 0.3 * tall), (0.8 * r, 0.02), (r - 0.02, 0), *outside, (0.8 * top, tall), (0, 0.9 * tall)]
    shape = lathe(profile, around).turn("y", 45 if kind == "square" else 0)
    cover = pick(rng, [colour, colour, stripes([colour, shade(colour, 0.7)], "y", tall / 5, 5)])
    shape = shape.paint(wedges([colour, shade(colour, 0.8)], 14) if kind == "pleats" else cover)
    return shape + ball(0.35 * r, detail=8).paint(LAMP).move(0, 0.12 * tall)


def stem_foot(rng: np.random.Generator, r: float, colour: Colour) -> Shape:
    """Return a lamp's foot on y = 0: a disc, a square plate, a dome or three legs."""
    kind = pick(rng, ["disc", "plate", "dome", "legs"])
    if kind == "disc":
        foot = rod(r, 0.06, around=int(pick(rng, [8, 22])), round_by=0.02).move(0, 0.03)
    elif kind == "plate":
        foot = box(1.7 * r, 0.06, 1.7 * r, 0.01).move(0, 0.03)
    elif kind == "dome":
        foot = lathe(smooth([(r, 0), (0.8 * r, 0.06), (0.3 * r, 0.12), (0.04, 0.2)], 9), 20)
    else:
        foot = tube([(0, 0.25, 0), (0.5 * r, 0.2, 0), (1.2 * r, 0.02, 0)], 0.028, along=8).around(3)
    return foot.paint(colour)


def floor_lamp(rng: np.random.Generator) -> Shape:
    """Return a lamp that stands on the floor: straight, tripod, bowed, uplight or with shelves."""
    colour, kind = (
        pick(rng, [metal(rng), BLACK, wood(rng), WHITE, vivid(rng)]),
        pick(rng, ["straight", "tripod", "bow", "uplight", "twin"]),
    )
    high, r = rng.uniform(1.2, 1.6), rng.uniform(0.2, 0.3)
    tall = rng.uniform(0.24, 0.36)
    if kind == "tripod":
        legs = rail((0.42, 0, 0), (0.03, high, 0), 0.032, 0.028, int(pick(rng, [4, 8]))).around(3)
        return (
            legs
            + rod(0.06, 0.08).move(0, high)
            + (
                torus(0.22, 0.02, 3, 6).turn("y", 60).move(0, 0.45 * high)
                if chance(rng, 0.4)
                else rod(0.03, 0.1).move(0, high)
            )
        ).paint(colour) + lamp_shade(rng, 1.2 * r, tall).move(0, high)
    if kind == "bow":
        path = [(0, 0.05, 0), (0, 0.75 * high, 0), (0.15, 1.1 * high, 0), (0.6, 1.25 * high, 0), (0.95, 1.05 * high, 0)]
        head = lathe(smooth([(0.26, 0), (0.22, 0.12), (0.1, 0.2), (0.03, 0.22)], 9), 22).paint(
            pick(rng, [colour, WHITE, vivid(rng)])
        ) + ball(0.12, 0.08, 0.12, detail=10).paint(LAMP).move(0, 0.01)
        return (
            tube(path, 0.028, 8, along=20).paint(colour)
            + box(0.36, 0.12, 0.3, 0.02).paint(pick(rng, [WHITE, BLACK, colour])).move(0, 0.06)
            + head.move(0.95, 1.05 * high - 0.2)
        )
    shape = stem_foot(rng, 0.2, colour) + rod(0.028, high, 0.024, 8).paint(colour).move(0, high / 2)
    if kind == "uplight":
        bowl = lathe([(0.04, 0), (0.16, 0.06), (0.26, 0.18), (0.23, 0.18), (0, 0.1)], 22).paint(
            pick(rng, [colour, WHITE, pastel(rng)])
        ) + rod(0.2, 0.03, around=18).paint(LAMP).move(0, 0.16)
        arm = tube([(0, 0.6 * high, 0), (0.16, 0.62 * high, 0.1), (0.26, 0.7 * high, 0.16)], 0.02, along=8).paint(
            colour
        ) + lathe([(0.1, 0), (0.03, 0.14), (0, 0.14)], 12).paint(colour).turn("x", 40).move(0.26, 0.66 * high, 0.18)
        return (
            shape + bowl.move(0, high) + (arm if chance(rng, 0.5) else ball(0.05, detail=8).paint(colour).move(0, high))
        )
    if kind == "twin":
        for k in range(int(rng.integers(2, 4))):
            spot = lathe([(0.1, -0.12), (0.11, -0.1), (0.07, 0.1), (0, 0.14)], 14).paint(
                pick(rng, [colour, vivid(rng)])
            ) + ball(0.08, 0.04, 0.08, detail=8).paint(LAMP).move(0, -0.12)
            y = high - 0.28 * k
            shape += (
                rail((0, y, 0), (0, y + 0.02, 0.16), 0.022).paint(colour)
                + spot.turn("x", -rng.uniform(20, 70)).move(0, y, 0.22)
            ).turn("y", 120 * k + 20)
        return shape
    if chance(rng, 0.3):
        shape += rod(0.24, 0.045, around=20).paint(wood(rng)).move(0, 0.4 * high)
    return shape + lamp_shade(rng, r, tall).move(0, high - 0.12)


def _ceiling_lamp_cluster(rng: np.random.Generator, colour: Colour, drop: float) -> Shape:
    """Return the cluster kind of ceiling lamp."""
    count = int(rng.integers(3, 6))
    shape = box(0.3 * count, 0.06, 0.14, 0.02).paint(colour)
    for k in range(count):
        low = drop * rng.uniform(0.6, 1.3) if chance(rng, 0.5) else drop
        bulb = pick(
            rng,
            [
                ball(0.12, detail=12).paint(GLOWING),
                lathe([(0.15, -0.12), (0.05, 0.1), (0, 0.1)], 14).paint(vivid(rng))
                + ball(0.07, detail=8).paint(LAMP).move(0, -0.12),
            ],
        )
        shape += (rod(0.018, low, around=6).paint(BLACK).move(0, -low / 2) + bulb.move(0, -low)).move(
            (k - (count - 1) / 2) * 0.3
        )
    return shape


def _ceiling_lamp_globe(rng: np.random.Generator, colour: Colour, cord: Shape, drop: float, rose: Shape) -> Shape:
    """Return the globe kind of ceiling lamp."""
    r = rng.uniform(0.3, 0.42)
    lines = join(torus(r, 0.025, 24, 6).turn("x", 90).turn("y", a) for a in (0, 60, 120))
    return (
        rose
        + cord
        + ball(r * 0.96, rng.uniform(0.7, 1) * r, r * 0.96, detail=16).paint(GLOWING).move(0, -drop - r)
        + (
            lines.paint(colour).move(0, -drop - r)
            if chance(rng, 0.5)
            else torus(0.98 * r, 0.04, 24, 6).paint(colour).move(0, -drop - r)
        )
    )


def ceiling_lamp(rng: np.random.Generator) -> Shape:
    """Return a lamp that hangs: pendant, cluster, chandelier, lantern or a fan with lights."""
    colour, kind = (
        pick(rng, [metal(rng), BLACK, WHITE, wood(rng), vivid(rng)]),
        pick(rng, ["pendant", "cluster", "chandelier", "wheel", "globe"]),
    )
    drop = rng.uniform(0.4, 0.8)
    rose = rod(0.12, 0.06, 0.09, 16).paint(colour)
    cord = rod(0.024, drop, around=6).paint(pick(rng, [BLACK, colour])).move(0, -drop / 2)
    if kind == "pendant":
        r = rng.uniform(0.28, 0.42)
        tall = rng.uniform(0.25, 0.5)
        return (
            rose
            + cord
            + lamp_shade(rng, r, tall).move(0, -drop - 0.9 * tall)
            + rod(0.05, 0.12).paint(colour).move(0, -drop)
        )
    if kind == "cluster":
        return _ceiling_lamp_cluster(rng, colour, drop)
    if kind == "globe":
        return _ceiling_lamp_globe(rng, colour, cord, drop, rose)
    count, reach = int(rng.integers(5, 9)), rng.uniform(0.45, 0.65)
    candle = (
        rod(0.035, 0.16, around=10).paint(pick(rng, [WHITE, (0.95, 0.9, 0.75)])).move(0, 0.1)
        + ball(0.03, 0.06, 0.03, detail=8).paint((1.0, 0.85, 0.4)).move(0, 0.22)
        + rod(0.07, 0.035, 0.09, 12).paint(colour)
    )
    if kind == "wheel":
        ring = (
            torus(reach, 0.045, 28, 6, 0.06).paint(colour)
            + rail((0, 0, 0), (reach, 0, 0), 0.035).around(4).paint(colour)
            + rail((reach, 0, 0), (0.03, 0.5 * drop, 0), 0.02, around=6).around(4).paint(BLACK)
        )
        return rose + cord.scale(1, 0.6, 1) + (ring + candle.move(reach, 0.05).around(count)).move(0, -drop)
    arm = tube(
        [(0, -0.1, 0), (0.45 * reach, -0.22, 0), (0.9 * reach, -0.14, 0), (reach, 0.02, 0)], 0.03, along=12
    ).paint(colour)
    body = lathe(
        smooth([(0.02, -0.3), (0.1, -0.18), (0.05, -0.05), (0.1, 0.1), (0.04, 0.25), (0.06, 0.4)], 16), 14
    ).paint(colour)
    drops = ball(0.035, 0.07, 0.035, detail=6).paint((0.85, 0.93, 0.97)).move(0.7 * reach, -0.28).around(count)
    return (
        rose
        + cord
        + (
            body
            + arm.around(count)
            + candle.move(reach, 0.03).around(count)
            + drops
            + tube([(0, 0.35, 0), (0.3 * reach, 0.15, 0), (reach, 0.02, 0)], 0.018, 6, along=8)
            .paint(colour)
            .around(count)
        ).move(0, -drop)
    )


FAMILIES = {
    "floor_lamp": floor_lamp,
    "ceiling_lamp": ceiling_lamp,
}
