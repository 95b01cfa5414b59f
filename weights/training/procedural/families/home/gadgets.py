"""Small electronics: headphones, controllers, keyboards, microphones, watches."""

from __future__ import annotations

import numpy as np

from ...curves import arc
from ...paint import BLACK, GOLD, LEATHER, STEEL, WHITE, chance, dark, grey, pick, shade, vivid
from ...parts import ball, box, hull, lathe, rail, rod, torus, tube
from ...shape import Shape, join


def headphones(rng: np.random.Generator) -> Shape:
    colour, trim = pick(rng, [BLACK, WHITE, vivid(rng), vivid(rng)]), pick(rng, [STEEL, BLACK, vivid(rng)])
    r, wide = rng.uniform(0.62, 0.72), rng.uniform(0.05, 0.11)
    bow = tube([(r * x, r * y * 1.05, 0) for x, y in arc(1, -8, 188, 21)], np.array([[wide, 0.035]] * 21), 10).paint(
        colour
    )
    bow += tube(
        [(r * x, r * y * 1.05 - 0.05, 0) for x, y in arc(0.99, 40, 140, 13)], np.array([[1.2 * wide, 0.05]] * 13), 10
    ).paint(trim)
    size = rng.uniform(0.26, 0.34)
    cup = (
        rod(size, 0.16, 0.9 * size, 26, 0.05).turn("z", -90).paint(colour).move(0.05)
        + torus(0.78 * size, 0.09, 26, 10).turn("z", 90).paint(BLACK).move(-0.06)
        + rod(0.5 * size, 0.05, around=20).turn("z", 90).paint(trim).move(0.13)
    )
    shape = bow + (cup.turn("z", 6).move(r, -0.2) + rail((r * 0.99, -0.05, 0), (r, -0.25, 0), 0.04).paint(trim)).both()
    if chance(rng, 0.35):
        shape += tube([(r, -0.35, 0.05), (r - 0.05, -0.6, 0.35), (0.25, -0.62, 0.55)], 0.025, along=10).paint(
            BLACK
        ) + ball(0.07, detail=10).paint(BLACK).move(0.22, -0.62, 0.56)
    return shape


def controller(rng: np.random.Generator) -> Shape:
    """Return a game pad with sticks, cross and buttons, lying with its buttons up."""
    colour, trim = pick(rng, [BLACK, WHITE, grey(rng), vivid(rng)]), pick(rng, [BLACK, grey(rng, 0.3, 0.6)])
    reach = rng.uniform(0.25, 0.5)
    body = hull(
        [
            (-0.28, 0.5, -0.08, 0.09, 3),
            (-0.1, 0.62, -0.12, 0.13, 3),
            (0.12, 0.6, -0.11, 0.12, 3),
            (0.25, 0.45, -0.07, 0.08, 3),
        ],
        22,
        12,
    )
    grip = tube(
        [(0.42, 0.0, -0.05), (0.6, -0.04, 0.2), (0.66, -0.1, 0.3 + reach)], [0.17, 0.16, 0.11], 14, along=12
    ) + ball(0.11, detail=12).move(0.66, -0.1, 0.3 + reach)
    shape = (body + grip.both()).paint(colour)
    stick = (
        rod(0.1, 0.04, around=20).move(0, 0.02)
        + rod(0.04, 0.1, around=12)
        + ball(0.085, 0.04, 0.085, detail=14).move(0, 0.08)
    )
    shape += stick.paint(trim).move(0.2, 0.12, 0.14).both()
    shape += (box(0.22, 0.06, 0.07, 0.015) + box(0.07, 0.06, 0.22, 0.015)).paint(trim).move(-0.4, 0.12, -0.05)
    for k, place in enumerate(((0.1, 0), (-0.1, 0), (0, 0.1), (0, -0.1))):
        shape += (
            rod(0.045, 0.08, around=14, round_by=0.015)
            .paint([vivid(rng), (0.2, 0.5, 0.9), (0.9, 0.3, 0.3), (0.3, 0.75, 0.4)][k])
            .move(0.4 + place[0], 0.11, -0.05 + place[1])
        )
    return (
        shape
        + box(0.28, 0.08, 0.14, 0.03).paint(trim).move(0.42, 0.04, -0.28).both()
        + box(0.2, 0.04, 0.12, 0.015).paint(trim).move(0, 0.12, -0.08)
    ).turn("x", pick(rng, [0, 35, 60]))


def keyboard(rng: np.random.Generator) -> Shape:
    """Return a computer keyboard or a computer mouse."""
    colour, key = pick(rng, [BLACK, WHITE, grey(rng), vivid(rng)]), pick(rng, [BLACK, WHITE, grey(rng, 0.6, 0.9)])
    if chance(rng, 0.4):
        shape = hull(
            [
                (-0.5, 0.16, 0, 0.18, 2.5),
                (-0.35, 0.27, 0, 0.3, 2.5),
                (0.0, 0.29, 0, 0.38, 2.4),
                (0.35, 0.26, 0, 0.26, 2.4),
                (0.5, 0.15, 0, 0.12, 2.4),
            ],
            24,
            18,
        ).paint(colour)
        shape += box(0.02, 0.03, 0.36).paint(shade(colour, 0.4)).move(0, 0.35, 0.16).turn("x", 8) + rod(
            0.07, 0.06, around=16
        ).turn("z", 90).paint(key).move(0, 0.32, 0.22)
        return (
            shape
            + tube([(0, 0.08, 0.48), (0.05, 0.05, 0.7), (0.3, 0.03, 0.85), (0.15, 0.03, 1.1)], 0.025, along=16).paint(
                shade(colour, 0.6)
            )
            if chance(rng, 0.5)
            else shape
        )
    wide, rows = rng.uniform(1.3, 2.0), 5
    columns = int(wide / 0.125)
    shape = box(wide, 0.08, 0.72, 0.025).paint(colour)
    keys = box(0.1, 0.07, 0.1, 0.015).along(columns, x=0.12)
    places = [0.25, 0.125, 0.0, -0.125]
    shape += join(keys.move(0, 0.06, z) for z in places[: rows - 1]).paint(key)
    shape += (box(0.6, 0.07, 0.1, 0.015) + box(0.16, 0.07, 0.1, 0.015).move(0.45).both()).paint(key).move(
        0, 0.06, 0.25
    ) + keys.paint(vivid(rng)).move(0, 0.06, -0.26)
    return shape.turn("x", pick(rng, [0, 6, 60]))


def microphone(rng: np.random.Generator) -> Shape:
    """Return a hand microphone, or an old one on a stand."""
    colour = pick(rng, [BLACK, BLACK, STEEL, vivid(rng)])
    if chance(rng, 0.55):
        shape = ball(0.27, 0.28, detail=20).paint(shade(STEEL, rng.uniform(0.5, 1))).move(0, 0.62) + torus(
            0.27, 0.035, 24, 8
        ).paint(STEEL).move(0, 0.58)
        body = lathe([(0.13, -0.8), (0.16, -0.78), (0.17, -0.2), (0.22, 0.3), (0.23, 0.42), (0, 0.42)], 22)
        return (shape + body.paint(colour) + box(0.07, 0.16, 0.06, 0.02).paint(STEEL).move(0, 0.05, 0.18)).turn(
            "z", rng.uniform(-40, 40)
        )
    high = rng.uniform(0.5, 1.2)
    head = hull(
        [
            (-0.28, 0.12, -0.12, 0.12, 2.5),
            (-0.2, 0.2, -0.19, 0.19, 2.5),
            (0.2, 0.2, -0.19, 0.19, 2.5),
            (0.32, 0.1, -0.1, 0.1, 2.5),
        ],
        22,
        14,
        "y",
    ).paint(pick(rng, [STEEL, GOLD, colour]))
    head += box(0.035, 0.5, 0.06, 0.01).paint(BLACK).along(4, x=0.075).move(0, 0.02, 0.17).both("z") + torus(
        0.2, 0.03, 22, 6
    ).paint(BLACK)
    return (
        head.turn("x", -12).move(0, high + 0.35)
        + rod(0.035, high + 0.15, around=12).paint(STEEL).move(0, high / 2 + 0.03)
        + rod(0.28, 0.06, 0.2, 28, 0.02).paint(colour).move(0, 0.03)
    )


def watch(rng: np.random.Generator) -> Shape:
    """Return a wrist watch closed to a ring, or a ring with a stone."""
    trim = pick(rng, [GOLD, STEEL, STEEL, BLACK])
    r = rng.uniform(0.5, 0.58)
    if chance(rng, 0.3):
        band = torus(0.45, 0.06, 36, 10, 0.09).turn("x", 90).paint(pick(rng, [GOLD, STEEL]))
        gem = lathe([(0.0, -0.16), (0.2, 0.08), (0.13, 0.16), (0, 0.16)], 8).paint(vivid(rng))
        return band + gem.move(0, 0.62) + rail((0.1, 0.42, 0), (0.17, 0.66, 0.0), 0.03).around(4).paint(GOLD)
    strap = pick(rng, [LEATHER, BLACK, vivid(rng), trim])
    band = torus(r, 0.035, 36, 8, 0.2).turn("x", 90).scale(1, 0.9, 1).paint(strap)
    face = pick(rng, [WHITE, BLACK, dark(rng), vivid(rng)])
    ink = BLACK if sum(face) > 1.5 else WHITE
    if chance(rng, 0.3):
        case = (
            box(0.5, 0.14, 0.58, 0.06, 4).paint(trim)
            + box(0.42, 0.02, 0.5).paint(BLACK).move(0, 0.07)
            + join(
                rod(0.05, 0.02, around=12).paint(vivid(rng)).move(x, 0.08, z)
                for x in (-0.11, 0.0, 0.11)
                for z in (-0.12, 0.0, 0.12)
            )
        )
    else:
        case = (
            rod(0.31, 0.13, around=32, round_by=0.03).paint(trim)
            + rod(0.26, 0.03, around=28).paint(face).move(0, 0.065)
            + box(0.02, 0.02, 0.05).move(0, 0.085, 0.21).around(12).paint(ink)
        )
        case += (
            box(0.025, 0.02, 0.15).move(0, 0, 0.06).turn("y", rng.uniform(0, 360))
            + box(0.018, 0.02, 0.21).move(0, 0, 0.09).turn("y", rng.uniform(0, 360))
        ).paint(ink).move(0, 0.09) + rod(0.03, 0.07, around=10).turn("z", 90).paint(trim).move(0.33)
    links = box(0.3, 0.06, 0.42, 0.015).turn("z", -20).move(0.3, 0.86 * r, 0).both()
    return band + links.paint(strap) + case.move(0, 0.95 * r)


FAMILIES = {
    "headphones": headphones,
    "controller": controller,
    "keyboard": keyboard,
    "microphone": microphone,
    "watch": watch,
}
