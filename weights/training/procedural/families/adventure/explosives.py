"""Bombs, grenades and armour."""

from __future__ import annotations

import numpy as np

from ...curves import smooth, star
from ...paint import BLACK, GOLD, STEEL, WHITE, chance, dark, grey, metal, pick, shade, split_at, vivid
from ...parts import ball, box, extrude, hull, lathe, rod, torus, tube
from ...shape import Colour, Shape, join


def fuse(rng: np.random.Generator) -> Shape:
    """Return a cord from the origin up, burning or not."""
    lean, high = rng.uniform(-0.3, 0.3), rng.uniform(0.25, 0.5)
    cord = tube([(0, 0, 0), (0.02, 0.5 * high, 0), (lean, high, 0)], 0.045, 8, along=10).paint(
        pick(rng, [(0.75, 0.62, 0.4), grey(rng, 0.4, 0.9)])
    )
    if chance(rng, 0.4):
        return cord
    spark = ball(0.07, detail=8).paint((1, 0.9, 0.3))
    star_part = extrude(star(0.07, 0.17, 8), 0.07).paint((0.98, 0.55, 0.1))
    return cord + (spark + star_part + star_part.turn("y", 90)).move(lean, high)


def dynamite(rng: np.random.Generator) -> Shape:
    """Return a bundle of sticks with a band and a fuse or a clock."""
    colour, r, high = pick(rng, [(0.8, 0.12, 0.1), (0.8, 0.12, 0.1), vivid(rng)]), 0.2, rng.uniform(0.9, 1.4)
    stick = rod(r, high, around=pick(rng, [7, 16]), round_by=0.02).paint(colour) + rod(
        0.8 * r, high + 0.03, around=16
    ).paint((0.85, 0.75, 0.55))
    kind = pick(rng, ["one", "three", "row", "seven"])
    if kind == "one":
        return stick + fuse(rng).move(0, high / 2)
    places = {"three": [(0, 0.23), (0.2, -0.11), (-0.2, -0.11)], "row": [(-0.4, 0), (0, 0), (0.4, 0)]}
    ring = [(0.0, 0.0), *[(0.4 * np.cos(k * np.pi / 3), 0.4 * np.sin(k * np.pi / 3)) for k in range(6)]]
    spots = places.get(kind, ring)
    shape = join(stick.move(x, rng.uniform(-0.03, 0.03), z) for x, z in spots)
    wide, deep = (0.62, 0.23) if kind == "row" else (0.44, 0.44) if kind == "three" else (0.62, 0.62)
    band = (
        rod(1, 0.1, around=24)
        .scale(wide, 1, deep)
        .along(2, y=0.45 * high)
        .paint(pick(rng, [BLACK, (0.8, 0.7, 0.5), dark(rng)]))
    )
    if chance(rng, 0.5):
        clock = box(0.5, 0.36, 0.16, 0.03).paint(BLACK) + box(0.38, 0.18, 0.06).paint((0.9, 0.15, 0.1)).move(
            0, 0.04, 0.07
        )
        wire = tube(
            [(0.2, 0.1, 0), (0.35, 0.4, -0.05), (0.2, 0.5 * high + 0.1, -0.2), (0.1, 0.45 * high, -0.3)], 0.03, along=12
        )
        return shape + band + (clock + wire.paint(vivid(rng))).move(0, 0, deep + 0.05)
    return shape + band + fuse(rng).move(0, high / 2)


def bomb(rng: np.random.Generator) -> Shape:
    """Return a round bomb with a fuse, dynamite, or a finned bomb."""
    kind, colour = (
        pick(rng, ["round", "round", "round", "dynamite", "finned"]),
        pick(rng, [BLACK, dark(rng), dark(rng), vivid(rng)]),
    )
    if kind == "dynamite":
        return dynamite(rng)
    trim = pick(rng, [shade(colour, 1.6), GOLD, STEEL, vivid(rng)])
    if kind == "finned":
        colour = pick(rng, [(0.35, 0.38, 0.25), grey(rng, 0.3, 0.6), vivid(rng)])
        r, high = rng.uniform(0.32, 0.5), rng.uniform(1.3, 1.7)
        body = smooth(
            [(0.02, 0), (0.7 * r, 0.12 * high), (r, 0.4 * high), (0.7 * r, 0.75 * high), (0.35 * r, high)], 18
        )
        shape = lathe(body, int(rng.choice([8, 22]))).paint(
            pick(rng, [colour, split_at(vivid(rng), colour, "y", 0.2 * high)])
        )
        fin = extrude(
            [(0.3 * r, 0.7 * high), (1.1 * r, 0.9 * high), (1.1 * r, 1.15 * high), (0.2 * r, high)], 0.06
        ).around(4)
        shape += fin.paint(shade(colour, 0.75)) + rod(1.02 * r, 0.08, around=22).paint(
            pick(rng, [(0.9, 0.75, 0.1), trim])
        ).move(0, 0.4 * high)
        if chance(rng, 0.5):
            shape += rod(1.12 * r, 0.14, around=20).paint(shade(colour, 0.6)).move(0, 1.1 * high)
        return shape.turn("x", pick(rng, [0, 90, 90, 180]))
    shape = (
        ball(0.7, detail=pick(rng, [8, 12, 22])).paint(colour)
        + rod(0.24, 0.24, 0.22, 14).paint(trim).move(0, 0.7)
        + fuse(rng).move(0, 0.8)
    )
    extra = pick(rng, ["none", "none", "skull", "band", "face"])
    if extra == "skull":
        bone = ball(0.22, 0.2, 0.08, detail=12).move(0, 0.08, 0.66) + box(0.2, 0.14, 0.1, 0.02).move(0, -0.13, 0.66)
        shape += bone.paint(WHITE) + ball(0.06, detail=8).paint(BLACK).move(0.08, 0.07, 0.72).both()
    elif extra == "band":
        shape += torus(0.69, 0.06, 24, 6).paint(trim) + ball(0.08, detail=8).move(0.72).around(6).paint(trim)
    elif extra == "face":
        shape += (
            ball(0.1, 0.17, 0.07, detail=10).paint(WHITE).move(0.2, 0.15, 0.63).both()
            + ball(0.05, 0.09, 0.05, detail=8).paint(BLACK).move(0.2, 0.15, 0.68).both()
        )
        foot = ball(0.2, 0.14, 0.3, detail=10).paint(pick(rng, [GOLD, vivid(rng)])).move(0.3, -0.72, 0.1).both()
        shape += foot
    return shape.turn("z", rng.uniform(-20, 20))


def grenade(rng: np.random.Generator) -> Shape:
    """Return a pineapple, a smooth, a smoke or a stick grenade."""
    colour, iron = (
        pick(rng, [(0.28, 0.33, 0.18), (0.28, 0.33, 0.18), dark(rng), vivid(rng)]),
        pick(rng, [STEEL, grey(rng, 0.3, 0.6), GOLD]),
    )
    kind = pick(rng, ["pineapple", "pineapple", "smooth", "can", "stick"])
    if kind == "stick":
        shape = rod(0.27, 0.5, around=pick(rng, [8, 18]), round_by=0.02).paint(colour).move(0, 1.25) + rod(
            0.08, 1.0, 0.07, 12
        ).paint((0.6, 0.42, 0.22)).move(0, 0.5)
        return shape + rod(0.1, 0.12, around=12).paint(iron) + rod(0.29, 0.07, around=18).paint(iron).move(0, 1.05)
    r, high = rng.uniform(0.36, 0.46), rng.uniform(0.9, 1.15)
    if kind == "can":
        shape = rod(0.85 * r, high, around=pick(rng, [8, 22]), round_by=0.03).paint(colour).move(0, high / 2)
        shape += rod(0.87 * r, 0.16, around=22).paint(vivid(rng)).move(0, rng.uniform(0.4, 0.8) * high)
        shape += rod(0.9 * r, 0.05, around=22).along(2, y=0.92 * high).paint(shade(colour, 0.7)).move(0, high / 2)
    else:
        profile = smooth(
            [(0.35 * r, 0), (0.85 * r, 0.14 * high), (r, 0.48 * high), (0.8 * r, 0.8 * high), (0.35 * r, high)], 18
        )
        n = int(rng.choice([8, 20]))
        shape = lathe(profile, n).paint(colour if kind == "smooth" else shade(colour, 0.7))
        if kind == "smooth":
            shape += rod(1.02 * r, 0.07, around=20).paint(pick(rng, [(0.9, 0.75, 0.1), vivid(rng)])).move(0, 0.6 * high)
        else:
            rows = int(rng.integers(4, 6))
            for k in range(rows):
                y = high * (0.14 + 0.72 * (k + 0.5) / rows)
                at = float(np.interp(y, profile[:, 1], profile[:, 0]))
                shape += (
                    box(0.14, 0.58 * high / rows, 1.35 * at * np.pi / 8, 0.03)
                    .move(at)
                    .around(8)
                    .paint(colour)
                    .move(0, y)
                )
    shape += rod(0.17, 0.22, around=12).paint(iron).move(0, high + 0.08) + box(0.26, 0.1, 0.2, 0.02).paint(iron).move(
        0.03, high + 0.22
    )
    spoon = tube(
        [(0.0, high + 0.26, 0), (0.25, high + 0.22, 0), (r + 0.1, 0.75 * high, 0), (r + 0.08, 0.4 * high, 0)],
        np.array([[0.08, 0.03]] * 4),
        6,
        along=12,
    )
    ring = torus(0.13, 0.03, 18, 6).turn("x", 90).paint(metal(rng)).move(-0.28, high + 0.16)
    return shape + spoon.paint(shade(iron, 0.85)) + ring


def pauldron(rng: np.random.Generator, r: float, colour: Colour, trim: Colour, thorny: bool) -> Shape:
    """Return a shoulder guard of overlapping plates about the origin, outwards to +X."""
    count = int(rng.integers(1, 4))
    plates = []
    for k in range(count):
        size = r * (1 - 0.14 * k)
        cup = lathe(
            [(0.9 * size, 0), (size, 0), (0.9 * size, 0.45 * size), (0.5 * size, 0.8 * size), (0.05, 0.92 * size)], 16
        ).paint(colour)
        plate = (
            (cup + torus(0.97 * size, 0.045, 16, 6).paint(trim))
            .turn("z", -22 - 20 * k)
            .move(0.32 * k * r, -0.26 * k * r)
        )
        plates.append(plate)
    shape = join(plates)
    if thorny:
        thorn = rod(0.09, 0.42, 0.01, 8).move(0, r + 0.12)
        shape += join(thorn.turn("z", a) for a in (5, -30, -65)).paint(trim)
    return shape


def armour(rng: np.random.Generator) -> Shape:
    """Return a breastplate with shoulder guards and skirt."""
    colour, trim = (
        pick(rng, [STEEL, STEEL, dark(rng), GOLD, (0.5, 0.32, 0.18), vivid(rng)]),
        pick(rng, [GOLD, dark(rng), STEEL, vivid(rng)]),
    )
    n, thorny = int(rng.choice([8, 14, 24])), chance(rng, 0.3)
    wide, deep = rng.uniform(0.48, 0.6), rng.uniform(0.3, 0.38)
    waist = rng.uniform(0.68, 0.9)
    rows = [
        (0, waist * wide, -0.8 * deep, 0.85 * deep, 2.4),
        (0.3, 0.86 * wide, -0.85 * deep, deep, 2.4),
        (0.65, wide, -0.9 * deep, 1.15 * deep, 2.4),
    ]
    rows += [(0.9, 0.92 * wide, -0.75 * deep, 0.8 * deep, 2.2), (1.03, 0.5 * wide, -0.5 * deep, 0.45 * deep, 2)]
    shape = hull(rows, n, 14, "y").paint(colour)
    shape += torus(0.5 * wide, 0.06, n, 6).scale(1, 1, 0.85).paint(trim).move(0, 1.02) + rod(
        0.4 * wide, 0.05, around=16
    ).scale(1, 1, 0.8).paint(BLACK).move(0, 1.05)
    ridge = tube(
        [(0, 0.1, 0.85 * deep), (0, 0.4, 1.0 * deep), (0, 0.65, 1.1 * deep), (0, 0.88, 0.8 * deep)], 0.05, 6, along=10
    )
    mark = extrude(star(0.07, 0.17, int(rng.choice([4, 5]))), 0.1, 0.02).move(0, 0.62, 1.12 * deep)
    muscle = ball(0.46 * wide, 0.22, 0.12, detail=12).move(0.42 * wide, 0.68, 0.95 * deep).both()
    shape += pick(rng, [ridge.paint(trim), mark.paint(trim), muscle.paint(shade(colour, 1.15))])
    belt = (
        rod(1, 0.13, around=n)
        .scale(1.06 * waist * wide, 1, 0.9 * deep)
        .paint(pick(rng, [trim, (0.35, 0.2, 0.1)]))
        .move(0, 0.02)
    )
    shape += belt + box(0.2, 0.18, 0.1, 0.03).paint(GOLD if trim != GOLD else STEEL).move(0, 0.02, 0.9 * deep)
    if chance(rng, 0.7):
        tall = rng.uniform(0.28, 0.5)
        skirt = lathe([(1.3, -tall), (1.36, -tall), (1.0, 0), (0.9, 0)], n).scale(waist * wide, 1, 0.85 * deep)
        shape += skirt.paint(pick(rng, [colour, shade(colour, 0.75), (0.45, 0.28, 0.15)]))
        plate = box(0.17, 1.05 * tall, 0.06, 0.02).turn("x", -22).move(0, -0.5 * tall, 1.04 * deep)
        shape += (plate.move(0.24).both() + plate).paint(trim)
    if chance(rng, 0.85):
        return shape + pauldron(rng, rng.uniform(0.26, 0.38), colour, trim, thorny).move(0.95 * wide, 0.82).both()
    sleeve = rod(0.2, 0.3, 0.16, 12).turn("z", 100).move(wide + 0.02, 0.8).both()
    return shape + sleeve.paint(pick(rng, [dark(rng), vivid(rng)]))


FAMILIES = {"bomb": bomb, "grenade": grenade, "armour": armour}
