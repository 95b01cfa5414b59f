"""Machines and racks that stand on a worktop."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    grey,
    pastel,
    pick,
    shade,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from ..home.appliances import casing


def microwave(rng: np.random.Generator) -> Shape:
    """Return a microwave oven with window, keys or dials; its door shut or open."""
    colour = casing(rng)
    wide, high, deep = rng.uniform(0.85, 1.05), rng.uniform(0.45, 0.58), rng.uniform(0.5, 0.62)
    bevel, dial = rng.uniform(0.01, 0.09), chance(rng, 0.4)
    shape = (
        box(wide, high, deep, bevel, 4).paint(colour).move(0, high / 2 + 0.04)
        + box(0.08, 0.06, 0.08).paint(BLACK).move(0.38 * wide, 0.03, 0.36 * deep).corners()
    )
    door = (
        box(0.68 * wide, 0.86 * high, 0.05, 0.015).paint(pick(rng, [BLACK, shade(colour, 0.9), STEEL]))
        + box(0.5 * wide, 0.56 * high, 0.06, 0.01).paint((0.16, 0.18, 0.2))
        + rod(0.02, 0.6 * high, around=8).paint(pick(rng, [STEEL, BLACK])).move(0.29 * wide, 0, 0.06)
    )
    panel = (
        box(0.24 * wide, 0.86 * high, 0.04, 0.01)
        .paint(pick(rng, [BLACK, shade(colour, 0.8)]))
        .move(0.36 * wide, high / 2 + 0.04, deep / 2)
    )
    panel += box(0.17 * wide, 0.14 * high, 0.05).paint((0.2, 0.7, 0.5)).move(0.36 * wide, 0.84 * high, deep / 2 + 0.005)
    keys = (
        rod(0.06, 0.06, around=16).turn("x", 90).along(2, y=0.32 * high)
        if dial
        else join(box(0.05, 0.04, 0.03).along(3, x=0.065).move(0, -0.07 * k + 0.1) for k in range(4))
    )
    panel += keys.paint(pick(rng, [STEEL, WHITE, grey(rng, 0.4, 0.7)])).move(0.36 * wide, 0.42 * high, deep / 2 + 0.03)
    if chance(rng, 0.3):
        inside = box(0.58 * wide, 0.7 * high, 0.04).paint((0.88, 0.86, 0.75)).move(
            -0.13 * wide, high / 2 + 0.04, deep / 2
        ) + box(0.5 * wide, 0.56 * high, 0.05).paint((0.35, 0.34, 0.3)).move(-0.13 * wide, high / 2 + 0.04, deep / 2)
        return (
            shape
            + panel
            + inside
            + door.move(0.34 * wide).turn("y", -rng.uniform(60, 110)).move(-0.47 * wide, high / 2 + 0.04, deep / 2)
        )
    return shape + panel + door.move(-0.13 * wide, high / 2 + 0.04, deep / 2)


def toaster(rng: np.random.Generator) -> Shape:
    """Return a toaster: rounded, boxy or retro, with bread in its slots."""
    colour, trim = (
        pick(rng, [STEEL, vivid(rng), vivid(rng), pastel(rng), WHITE, BLACK]),
        pick(rng, [BLACK, STEEL, WHITE]),
    )
    wide, high, deep = rng.uniform(0.6, 0.85), rng.uniform(0.42, 0.55), rng.uniform(0.3, 0.55)
    kind = pick(rng, ["box", "retro", "loaf"])
    if kind == "retro":
        shape = (
            hull(
                [
                    (-wide / 2, 0.42 * deep, 0.05, 0.9 * high, 3),
                    (-0.42 * wide, 0.5 * deep, 0.03, high, 3),
                    (0.42 * wide, 0.5 * deep, 0.03, high, 3),
                    (wide / 2, 0.42 * deep, 0.05, 0.9 * high, 3),
                ],
                22,
            )
            .turn("y", 90)
            .paint(colour)
        )
        shape += box(wide + 0.04, 0.07, deep + 0.03, 0.02).paint(trim).move(0, 0.04) + box(
            0.5 * wide, 0.05, 0.03
        ).along(3, y=0.08).paint(trim).move(0, 0.45 * high, deep / 2)
    else:
        shape = box(wide, high, deep, 0.04 if kind == "box" else 0.16, 4).paint(colour).move(0, high / 2 + 0.02) + box(
            1.02 * wide, 0.08, 1.02 * deep, 0.03
        ).paint(trim).move(0, 0.05)
        if chance(rng, 0.5):
            shape += box(0.1, 0.85 * high, 1.02 * deep, 0.03).paint(trim).move(wide / 2 - 0.03, high / 2).both()
    lever = (
        box(0.07, 0.06, 0.14, 0.02).paint(BLACK).move(wide / 2 + 0.03, rng.uniform(0.35, 0.8) * high)
        + box(0.03, 0.5 * high, 0.04).paint(BLACK).move(wide / 2 + 0.005, 0.55 * high)
        + rod(0.05, 0.06, around=14).turn("z", 90).paint(trim).move(wide / 2 + 0.02, 0.2 * high, 0.08)
    )
    count = 2 if deep < 0.45 else int(pick(rng, [2, 3]))
    step = 0.62 * deep / (count - 1) if count > 2 else 0.4 * deep
    shape += lever + box(0.72 * wide, 0.05, 0.07).along(count, z=step).paint(BLACK).move(0, high + 0.005)
    if chance(rng, 0.7):
        edge = smooth(
            [(-0.2, -0.3), (0.2, -0.3), (0.22, 0.06), (0.15, 0.16), (-0.15, 0.16), (-0.22, 0.06)], 18, closed=True
        )
        bread = extrude(np.array(edge) * [wide / 0.75, 1], 0.06).paint((0.6, 0.38, 0.18)) + extrude(
            np.array(edge) * [0.85 * wide / 0.75, 0.85], 0.07
        ).paint((0.92, 0.76, 0.48))
        shape += bread.along(count, z=step).move(0, high + rng.uniform(-0.02, 0.08))
    return shape


def _coffee_machine_espresso(rng: np.random.Generator, colour: Colour, cup: Shape, trim: Colour) -> Shape:
    """Return the espresso kind of coffee machine."""
    wide, high, deep = rng.uniform(0.6, 0.95), rng.uniform(0.6, 0.75), 0.5
    bevel = pick(rng, [0.0, 0.03, 0.1])
    shape = (
        box(wide, 0.14, deep + 0.15, 0.02).paint(trim).move(0, 0.07, 0.08)
        + box(0.86 * wide, 0.03, 0.3).paint(BLACK).move(0, 0.15, 0.2)
        + box(wide, high, 0.3, bevel).paint(colour).move(0, high / 2, -0.12)
        + box(wide, 0.28, deep, bevel).paint(colour).move(0, high - 0.1, 0.02)
    )
    groups = 1 if wide < 0.75 else 2
    group = rod(0.09, 0.12, around=14).move(0, high - 0.28) + rod(0.08, 0.08, 0.07, 14).move(0, high - 0.37)
    shape += (
        (
            group.paint(STEEL)
            + rail((0, high - 0.36, 0.05), (0, high - 0.38, 0.3), 0.03).paint(BLACK)
            + cup.move(0, 0.16, 0)
        )
        .along(groups, x=0.42 * wide)
        .move(0, 0, 0.18)
    )
    shape += rod(0.06, 0.04, around=14).turn("x", 90).paint(WHITE).along(int(rng.integers(2, 4)), x=0.18).move(
        0, high - 0.08, 0.28
    ) + tube([(0, high - 0.2, 0.2), (0.06, 0.35, 0.28), (0.05, 0.24, 0.3)], 0.02, along=8).paint(STEEL).move(
        0.44 * wide
    )
    return (
        shape
        + cup.along(3, x=0.2).move(0, high + 0.03, -0.05)
        + box(0.95 * wide, 0.04, 0.03).paint(trim).move(0, high + 0.08, 0.2)
    )


def _coffee_machine_filter(rng: np.random.Generator, colour: Colour, trim: Colour) -> Shape:
    """Return the filter kind of coffee machine."""
    wide, high = rng.uniform(0.42, 0.52), rng.uniform(0.72, 0.9)
    shape = (
        box(wide, 0.12, 0.62, 0.03).paint(colour).move(0, 0.06, 0.05)
        + box(wide, high, 0.22, 0.03).paint(colour).move(0, high / 2, -0.2)
        + box(wide, 0.26, 0.6, 0.05).paint(colour).move(0, high - 0.1, 0.03)
    )
    jug = lathe(smooth([(0.13, 0), (0.17, 0.06), (0.17, 0.16), (0.12, 0.28), (0.13, 0.32)], 12), 18).finer().paint(
        stripes([(0.2, 0.1, 0.06), (0.2, 0.1, 0.06), (0.75, 0.85, 0.88), (0.75, 0.85, 0.88)], "y", 0.085)
    ) + rod(0.13, 0.05, around=16).paint(BLACK).move(0, 0.33)
    jug += tube([(0, 0.3, 0.12), (0, 0.28, 0.26), (0, 0.1, 0.26), (0, 0.06, 0.16)], 0.025, along=10).paint(BLACK)
    return (
        shape
        + rod(0.17, 0.03, around=18).paint(BLACK).move(0, 0.13, 0.12)
        + jug.turn("y", pick(rng, [0, 60, -60])).move(0, 0.14, 0.12)
        + lathe([(0.09, 0), (0.17, 0.2), (0, 0.2)], 16).paint(trim).move(0, high - 0.34, 0.12)
        + box(0.08, 0.05, 0.03).paint(RED_LAMP).move(0, 0.06, 0.36)
    )


def coffee_machine(rng: np.random.Generator) -> Shape:
    """Return a filter machine with its jug, an espresso machine, or one for capsules."""
    colour, trim, kind = (
        pick(rng, [BLACK, STEEL, vivid(rng), WHITE, pastel(rng)]),
        pick(rng, [STEEL, BLACK, (0.8, 0.64, 0.3)]),
        pick(rng, ["filter", "espresso", "capsule"]),
    )
    if kind == "filter":
        return _coffee_machine_filter(rng, colour, trim)
    cup = lathe([(0.05, 0), (0.075, 0.12), (0.06, 0.12), (0, 0.03)], 14).paint(WHITE) + torus(0.035, 0.015, 10, 6).turn(
        "x", 90
    ).paint(WHITE).move(0.085, 0.06)
    if kind == "espresso":
        return _coffee_machine_espresso(rng, colour, cup, trim)
    high, deep = rng.uniform(0.55, 0.75), rng.uniform(0.5, 0.65)
    shape = hull(
        [
            (0, 0.2, -0.5 * deep, 0.15 * deep, 4),
            (0.6 * high, 0.18, -0.5 * deep, 0.1 * deep, 3),
            (high, 0.16, -0.4 * deep, 0.1 * deep, 2.5),
        ],
        20,
        9,
        "y",
    ).paint(colour)
    shape += hull(
        [(-0.1, 0.14, -0.1, 0.12, 2.5), (0.35 * deep, 0.13, -0.08, 0.1, 2.5), (0.55 * deep, 0.08, -0.06, 0.05, 2.2)],
        16,
        8,
    ).paint(pick(rng, [colour, trim])).move(0, 0.82 * high) + rod(0.035, 0.1).paint(BLACK).move(
        0, 0.82 * high - 0.1, 0.35 * deep
    )
    shape += (
        box(0.36, 0.08, 0.4, 0.03).paint(trim).move(0, 0.04, 0.25)
        + cup.scale(1.1).move(0, 0.08, 0.35 * deep)
        + tube(
            [(-0.1, high, -0.05), (-0.1, high + 0.08, 0.1), (0.1, high + 0.08, 0.1), (0.1, high, -0.05)],
            0.025,
            along=10,
        ).paint(STEEL)
    )
    return shape + (
        rod(0.15, 0.5 * high, around=16).paint((0.7, 0.82, 0.9))
        + rod(0.16, 0.04, around=16).paint(BLACK).move(0, 0.26 * high)
    ).move(0, 0.35 * high, -0.62 * deep)


def _cutlery_pot(colour: Colour) -> Shape:
    """Return a pot with cutlery in it."""
    return rod(0.09, 0.2, 0.1, 12).paint(colour) + join(
        (
            rail((x, 0, z), (1.6 * x, 0.3, 1.6 * z), 0.02, around=5)
            + ball(0.035, 0.05, 0.02, detail=6).move(1.6 * x, 0.3, 1.6 * z)
        ).paint(STEEL)
        for x, z in ((0.04, 0), (-0.03, 0.03), (0, -0.04))
    )


def dish_rack(rng: np.random.Generator) -> Shape:
    """Return a rack with plates, cups and cutlery: wire, wood or plastic."""
    colour, kind = pick(rng, [STEEL, vivid(rng), WHITE, BLACK, wood(rng)]), pick(rng, ["wire", "wire", "cross", "tray"])
    half, deep, high = rng.uniform(0.45, 0.6), rng.uniform(0.3, 0.38), rng.uniform(0.16, 0.26)
    count = int(rng.integers(4, 8))
    if kind == "cross":
        bar = (
            rail((0, 0, deep), (0, 2 * high, -deep), 0.028, around=6).move(half).both()
            + rail((0, 0, -deep), (0, 2 * high, deep), 0.028, around=6).move(half).both()
        )
        shape = (
            bar
            + rod(0.026, 2 * half, around=6).turn("z", 90).move(0, high).along(2, z=0.3)
            + rod(0.026, 2 * half, around=6).turn("z", 90).move(0, 2 * high, deep).both("z")
            + rod(0.02, 0.5, around=6).move(0, high + 0.1).along(count + 1, x=1.8 * half / count)
        ).paint(colour)
        base = high
    elif kind == "tray":
        shape = (
            box(2 * half, 0.07, 2 * deep, 0.02).paint(colour).move(0, 0.035)
            + (
                box(0.06, high, 2 * deep, 0.02).move(half, high / 2).both()
                + box(2 * half, high, 0.06, 0.02).move(0, high / 2, deep).both("z")
            ).paint(colour)
            + box(0.035, 0.2, 1.2 * deep).along(count + 1, x=1.7 * half / count).paint(shade(colour, 0.8)).move(0, 0.12)
        )
        base = 0.08
    else:
        ring = np.array([(-half, 0, -deep), (half, 0, -deep), (half, 0, deep), (-half, 0, deep)])
        loop = tube(ring, 0.024, 6, closed=True, along=24)
        shape = (
            loop.scale(0.95, 1, 0.95).move(0, 0.05)
            + loop.move(0, high)
            + rail((half, 0, deep), (half, high, deep), 0.024).corners()
            + rod(0.018, 2 * deep, around=5).turn("x", 90).along(2 * count, x=0.95 * half / count).move(0, 0.06)
        )
        shape = (
            shape
            + rail((0, 0.06, -deep), (0, high, -1.02 * deep), 0.018, around=5).along(6, x=0.36 * half)
            + rail((0, 0.06, deep), (0, high, 1.02 * deep), 0.018, around=5).along(6, x=0.36 * half)
        ).paint(colour)
        if chance(rng, 0.6):
            shape += box(2.1 * half, 0.04, 2.15 * deep, 0.015).paint(pick(rng, [BLACK, WHITE, vivid(rng)])).move(0, 0.0)
        base = 0.08
    r = rng.uniform(0.22, 0.28)
    plate = (rod(r, 0.035, around=20, round_by=0.012) + rod(0.65 * r, 0.045, around=18)).turn("z", 84)
    shape += join(
        plate.paint(pick(rng, [WHITE, WHITE, pastel(rng)])).move(
            (k - count / 2 + 0.3) * 1.4 * half / count - 0.1 * half, base + r, -0.05
        )
        for k in range(count)
    )
    cup = lathe([(0.08, 0), (0.085, 0.2), (0.065, 0.2), (0, 0.05)][::-1], 12).turn("x", 180).paint(vivid(rng))
    shape += cup.move(0.78 * half, base + 0.2, 0.4 * deep) + cup.move(0.78 * half, base + 0.2, -0.3 * deep)
    return shape + _cutlery_pot(shade(colour, 0.7)).move(-0.85 * half, base + 0.1, 0.8 * deep)


FAMILIES = {
    "microwave": microwave,
    "toaster": toaster,
    "coffee_machine": coffee_machine,
    "dish_rack": dish_rack,
}
