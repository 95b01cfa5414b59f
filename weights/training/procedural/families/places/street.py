"""Objects of streets, gardens and playgrounds."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth
from ...paint import (
    BLACK,
    LAMP,
    STEEL,
    WHITE,
    chance,
    dark,
    grey,
    near,
    pick,
    shade,
    stripes,
    vivid,
    wedges,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join


def street_lamp(rng: np.random.Generator) -> Shape:
    """Return an old lantern on a post, or a bent mast."""
    iron, high = pick(rng, [BLACK, (0.1, 0.25, 0.18), STEEL, grey(rng, 0.3, 0.6)]), rng.uniform(1.7, 2.4)
    foot = lathe(smooth([(0.2, 0), (0.18, 0.1), (0.08, 0.3), (0.06, 0.5)], 12), 16).paint(iron)
    if chance(rng, 0.6):
        shape = foot + rod(0.055, high, 0.04, 12).paint(iron).move(0, high / 2)
        lantern = (
            lathe([(0.1, 0), (0.2, 0.36), (0, 0.36)], 6).paint(LAMP)
            + lathe([(0.26, 0), (0.1, 0.14), (0.03, 0.24), (0, 0.26)], 6).paint(iron).move(0, 0.36)
            + rail((0.1, 0, 0), (0.2, 0.36, 0), 0.018).around(6).paint(iron)
            + rod(0.13, 0.05, around=12).paint(iron)
        )
        if chance(rng, 0.4):
            arm = tube([(0, high - 0.25, 0), (0.25, high - 0.2, 0), (0.42, high - 0.05, 0)], 0.03, along=8).paint(iron)
            return (
                shape
                + (arm + lantern.scale(0.8).move(0.42, high - 0.03)).both()
                + lantern.scale(0.9).move(0, high + 0.05)
            )
        return shape + lantern.move(0, high) + rail((-0.2, high - 0.3, 0), (0.2, high - 0.3, 0), 0.022).paint(iron)
    reach = rng.uniform(0.45, 0.75)
    mast = tube(
        [(0, 0, 0), (0, 0.7 * high, 0), (0, high, 0.08), (0, high + 0.12, reach)],
        [0.075, 0.055, 0.045, 0.04],
        12,
        along=16,
    ).paint(iron)
    return (
        foot
        + mast
        + hull([(-0.12, 0.08, -0.03, 0.05), (0.1, 0.12, -0.05, 0.05), (0.34, 0.05, -0.02, 0.03)], 14, 9)
        .paint(iron)
        .move(0, high + 0.1, reach)
        + ball(0.08, 0.03, 0.13, detail=10).paint(LAMP).move(0, high + 0.06, reach + 0.12)
    )


def road_sign(rng: np.random.Generator) -> Shape:
    """Return a signal with three lamps on a pole, or a road sign."""
    pole, high = pick(rng, [STEEL, BLACK, grey(rng, 0.4, 0.6)]), rng.uniform(1.1, 1.8)
    shape = rod(0.05, high, around=12).paint(pole).move(0, high / 2) + rod(0.16, 0.06, around=18).paint(
        grey(rng, 0.3, 0.5)
    ).move(0, 0.03)
    if chance(rng, 0.5):
        body = box(0.36, 0.95, 0.22, 0.05).paint(pick(rng, [BLACK, (0.9, 0.7, 0.1), (0.15, 0.25, 0.2)]))
        for k, colour in enumerate(((0.85, 0.1, 0.08), (0.95, 0.75, 0.1), (0.15, 0.75, 0.3))):
            y = 0.3 - 0.3 * k
            hood = tube(
                [
                    (-0.13, y - 0.02, 0.16),
                    (-0.1, y + 0.1, 0.18),
                    (0, y + 0.14, 0.19),
                    (0.1, y + 0.1, 0.18),
                    (0.13, y - 0.02, 0.16),
                ],
                np.array([[0.02, 0.02]] * 5) * [4, 1],
                6,
                along=10,
            )
            body += rod(0.11, 0.06, around=20).turn("x", 90).paint(colour).move(0, y, 0.11) + hood.paint(BLACK)
        shape += body.move(0, high + 0.4)
        return shape + body.turn("y", 90).scale(0.9).move(0, high + 0.4, 0) if chance(rng, 0.2) else shape
    kind, plate = pick(rng, ["stop", "yield", "round", "square"]), 0.05
    colour = (0.8, 0.1, 0.1)
    if kind == "stop":
        face = (
            rod(0.36, plate, around=8).turn("x", 90).turn("z", 22.5).paint(colour)
            + rod(0.39, 0.7 * plate, around=8).turn("x", 90).turn("z", 22.5).paint(WHITE)
            + box(0.09, 0.16, 0.03).along(4, x=0.13).paint(WHITE).move(0, 0, 0.025)
        )
    elif kind == "yield":
        face = extrude([(-0.42, 0.28), (0.42, 0.28), (0, -0.42)], plate).paint(colour) + extrude(
            [(-0.27, 0.2), (0.27, 0.2), (0, -0.24)], 1.3 * plate
        ).paint(WHITE)
    elif kind == "round":
        face = (
            rod(0.38, plate, around=30).turn("x", 90).paint(colour)
            + rod(0.29, 1.3 * plate, around=30).turn("x", 90).paint(WHITE)
            + box(0.07, 0.24, 0.03).along(2, x=0.16).paint(BLACK).move(0, 0, 0.035)
        )
    else:
        face = box(0.7, 0.5, plate, 0.02).paint(pick(rng, [(0.15, 0.3, 0.7), (0.1, 0.45, 0.25)])) + extrude(
            [(-0.2, -0.05), (0.05, -0.05), (0.05, -0.14), (0.24, 0), (0.05, 0.14), (0.05, 0.05), (-0.2, 0.05)],
            1.3 * plate,
        ).paint(WHITE)
    return shape + face.move(0, high + 0.15, 0.06)


def fire_hydrant(rng: np.random.Generator, colour: Colour) -> Shape:
    """Return a pillar with three caps and bolts."""
    cap = rod(0.12, 0.16, around=8).paint(pick(rng, [STEEL, WHITE, colour]))
    body = lathe(
        [
            (0.32, 0),
            (0.32, 0.08),
            (0.22, 0.1),
            (0.2, 0.75),
            (0.27, 0.77),
            (0.27, 0.85),
            (0.22, 0.86),
            *[(0.22 * np.cos(a), 0.86 + 0.24 * np.sin(a)) for a in np.linspace(0.2, 1.4, 6)],
            (0, 1.1),
        ],
        24,
    )
    bolts = rod(0.03, 0.06, around=8).move(0.28, 0.1).around(8) + rod(0.03, 0.06, around=8).move(0.24, 0.87).around(8)
    return (
        (body + bolts + rod(0.06, 0.12, around=6).move(0, 1.14)).paint(colour)
        + (cap.turn("z", 90).move(0.25, 0.56)).both()
        + cap.scale(1.3).turn("x", 90).move(0, 0.5, 0.24)
        + torus(0.1, 0.02, 14, 6).turn("z", 90).paint(STEEL).move(0.33, 0.42).both()
    )


def hydrant(rng: np.random.Generator) -> Shape:
    """Return a fire hydrant, a letter box, or a traffic cone."""
    kind, colour = (
        pick(rng, ["hydrant", "letters", "letters", "cone"]),
        pick(rng, [(0.8, 0.12, 0.1), (0.8, 0.12, 0.1), (0.95, 0.75, 0.1), (0.15, 0.3, 0.65)]),
    )
    if kind == "cone":
        orange, high = (0.95, 0.42, 0.1), rng.uniform(0.9, 1.3)
        t = np.linspace(0, 1, 19)
        return lathe([*[(0.36 - 0.29 * k, high * k) for k in t], (0, high)], 24).paint(
            stripes([orange, orange, WHITE], "y", high / 6)
        ) + box(0.95, 0.08, 0.95, 0.04).paint(pick(rng, [orange, BLACK]))
    if kind == "hydrant":
        return fire_hydrant(rng, colour)
    if chance(rng, 0.5):
        shape = (
            rod(0.3, 1.2, around=28).paint(colour).move(0, 0.68)
            + rod(0.33, 0.16, around=28).paint(BLACK).move(0, 0.08)
            + lathe([(0.35, 0), (0.35, 0.07), (0.25, 0.16), (0, 0.2)], 28).paint(colour).move(0, 1.27)
        )
        return (
            shape
            + box(0.3, 0.05, 0.08).paint(BLACK).move(0, 1.12, 0.28)
            + box(0.24, 0.3, 0.06).paint(WHITE).move(0, 0.82, 0.275)
        )
    high = rng.uniform(0.7, 1.0)
    outline = [(-0.17, 0), (0.17, 0), (0.17, 0.16), *arc(0.17, 10, 170, 9, (0, 0.16)), (-0.17, 0.16)]
    shape = (
        extrude(outline, 0.62, 0.015).paint(pick(rng, [colour, STEEL, WHITE])).move(0, high)
        + box(0.1, high, 0.1).paint(wood(rng)).move(0, high / 2)
        + box(0.3, 0.05, 0.5).paint(wood(rng)).move(0, high - 0.02)
    )
    return (
        shape
        + box(0.035, 0.26, 0.05).paint((0.8, 0.1, 0.1)).move(0.18, high + 0.26, 0.08)
        + box(0.035, 0.09, 0.16).paint((0.8, 0.1, 0.1)).move(0.18, high + 0.36, 0.13)
        + box(0.1, 0.05, 0.04).paint(BLACK).move(0, high + 0.22, 0.31)
    )


def dome_tent(rng: np.random.Generator, first: Colour, second: Colour) -> Shape:
    """Return a dome over crossed bows."""
    r, high = 0.8, rng.uniform(0.6, 0.8)
    t = np.linspace(0, np.pi / 2, 11)
    shape = (
        lathe([*np.stack([r * np.cos(t[:-1]), high * np.sin(t[:-1])], 1), (0, high)], 24)
        .finer()
        .paint(pick(rng, [wedges([first, second], 4), first]))
    )
    bows = [
        tube([(1.01 * r * x, 1.02 * high * y, 0) for x, y in arc(1, 0, 180, 15)], 0.025).turn("y", a) for a in (45, 135)
    ]
    return (
        shape
        + join(bows).paint(dark(rng))
        + ball(0.24, 0.42, 0.16, 2.4, 14).paint(dark(rng)).move(0, 0.1, 0.68)
        + ball(0.28, 0.46, 0.13, 2.4, 14).paint(second).move(0, 0.1, 0.68)
    )


def tent(rng: np.random.Generator) -> Shape:
    """Return a ridge tent, a dome, a tepee or a circus tent."""
    first, second = vivid(rng), pick(rng, [WHITE, vivid(rng)])
    kind = pick(rng, ["ridge", "dome", "tepee", "circus"])
    if kind == "ridge":
        half, high, long = rng.uniform(0.65, 0.85), rng.uniform(0.8, 1.1), rng.uniform(1.4, 2.0)
        shape = extrude([(-half, 0), (half, 0), (0, high)], long).paint(first) + extrude(
            [(-0.3 * half, 0), (0.3 * half, 0), (0, 0.78 * high)], long + 0.04
        ).paint(dark(rng))
        flap = (
            extrude([(0, 0), (0.5 * half, 0.05), (0.05, 0.75 * high)], 0.05)
            .turn("y", -30)
            .move(0.28 * half, 0, long / 2 + 0.02)
        )
        shape += flap.both().paint(second) + box(0.06, 0.06, long + 0.1).paint(second).move(0, high)
        return shape + (
            rail((0.6 * half, 0.45 * high, long / 2 - 0.1), (half + 0.35, 0, long / 2 + 0.1), 0.016).corners()
        ).paint(WHITE)
    if kind == "dome":
        return dome_tent(rng, first, second)
    if kind == "tepee":
        high, count = rng.uniform(1.5, 1.9), 12
        shape = (
            lathe([(0.75, 0), (0.1, high), (0, high)], count)
            .finer()
            .paint(
                pick(rng, [stripes([(0.92, 0.85, 0.7), (0.92, 0.85, 0.7), first], "y", 0.2 * high), (0.92, 0.85, 0.7)])
            )
        )
        shape += rail((0.06, 0.92 * high, 0), (-0.18, high + 0.4, 0), 0.03).around(6).paint(wood(rng)) + extrude(
            [(-0.2, 0), (0.2, 0), (0, 0.75)], 0.1
        ).turn("x", -23).paint((0.2, 0.14, 0.1)).move(0, 0.02, 0.7)
        return shape
    count = int(pick(rng, [6, 8, 10]))
    wall = rod(0.95, 0.6, around=4 * count).paint(wedges([first, second], 2 * count)).move(0, 0.3)
    roof = (
        lathe(smooth([(1.1, 0), (0.6, 0.28), (0.25, 0.6), (0, 0.95)], 10), 4 * count)
        .paint(wedges([first, second], 2 * count))
        .move(0, 0.6)
    )
    scallop = ball(0.14, 0.1, 0.03, detail=8).move(0, 0.6, 1.08).around(2 * count)
    return (
        wall
        + roof
        + scallop.paint(second)
        + rail((0, 1.5, 0), (0, 1.85, 0), 0.025).paint(wood(rng))
        + extrude([(0, 0), (0.32, 0.09), (0, 0.18)], 0.05).paint(first).move(0, 1.66)
        + box(0.4, 0.5, 0.1).paint(dark(rng)).move(0, 0.25, 0.93)
    )


def well(rng: np.random.Generator) -> Shape:
    """Return a well with its roof, a fountain, or a gravestone."""
    kind, stone = (
        pick(rng, ["well", "well", "fountain", "grave"]),
        near(rng, pick(rng, [(0.6, 0.58, 0.55), (0.7, 0.65, 0.55)])),
    )
    if kind == "grave":
        wide, high = rng.uniform(0.6, 0.8), rng.uniform(0.8, 1.1)
        if chance(rng, 0.4):
            shape = box(0.2, 1.1, 0.18, 0.02).move(0, 0.6) + box(0.75, 0.2, 0.18, 0.02).move(0, 0.78)
        else:
            shape = extrude(
                [
                    (-wide / 2, 0),
                    (wide / 2, 0),
                    (wide / 2, high - wide / 2),
                    *arc(wide / 2, 5, 175, 13, (0, high - wide / 2)),
                    (-wide / 2, high - wide / 2),
                ],
                0.2,
                0.02,
            )
        shape = shape.paint(stone) + box(0.5 * wide, 0.03, 0.03).along(4, y=0.1).paint(shade(stone, 0.5)).move(
            0, 0.5 * high, 0.1
        )
        return (
            shape
            + box(1.2 * wide, 0.14, 0.4, 0.03).paint(shade(stone, 0.85)).move(0, 0.05)
            + box(0.9 * wide, 0.12, 1.0, 0.05).paint((0.35, 0.26, 0.16)).move(0, 0.03, 0.55)
        )
    water, r = (0.35, 0.6, 0.8), rng.uniform(0.5, 0.6)
    ring = lathe([(r, 0), (r, 0.5), (r - 0.12, 0.5), (r - 0.12, 0.25), (0, 0.25)], 24).finer()
    shape = (
        ring.paint(stripes([stone, shade(stone, 0.85)], "y", 0.125))
        + torus(r - 0.05, 0.08, 28, 6, 0.05).paint(shade(stone, 1.15)).move(0, 0.5)
        + rod(r - 0.1, 0.04, around=24).paint(water).move(0, 0.4)
    )
    if kind == "fountain":
        shape = shape.scale(1.5, 0.7, 1.5)
        shape += (
            lathe(smooth([(0.22, 0.2), (0.1, 0.4), (0.09, 0.8), (0.16, 0.95)], 14), 18).paint(stone)
            + lathe([(0.1, 0.9), (0.42, 1.02), (0.46, 1.1), (0.38, 1.1), (0, 1.02)], 26).paint(stone)
            + rod(0.38, 0.04, around=24).paint(water).move(0, 1.07)
        )
        jet = tube(
            [(0.02, 1.0, 0), (0.1, 1.45, 0), (0.25, 1.4, 0), (0.36, 1.08, 0)], [0.04, 0.035, 0.035, 0.03], along=12
        )
        return shape + jet.around(6).paint((0.75, 0.88, 0.96)) + rod(0.06, 0.3, around=12).paint(stone).move(0, 1.15)
    timber, roof = wood(rng), near(rng, (0.5, 0.2, 0.14))
    shape += (
        box(0.1, 1.1, 0.1).paint(timber).move(r - 0.05, 0.95).both()
        + rail((-r, 1.15, 0), (r + 0.2, 1.15, 0), 0.05).paint(timber)
        + rod(0.09, 0.5, around=14).turn("z", 90).paint((0.75, 0.62, 0.42)).move(0, 1.15)
    )
    plate = box(1.5, 0.06, 0.62, 0.01).turn("x", 38).move(0, 1.55, 0.24)
    bucket = rod(0.1, 0.18, 0.13, 14).paint(wood(rng)).move(0, 0.72) + rail((0, 0.8, 0), (0, 1.15, 0), 0.015).paint(
        (0.75, 0.62, 0.42)
    )
    return shape + plate.both("z").paint(roof) + bucket


FAMILIES = {"street_lamp": street_lamp, "road_sign": road_sign, "hydrant": hydrant, "tent": tent, "well": well}
