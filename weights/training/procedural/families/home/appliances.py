"""Kitchen and bathroom appliances."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, RED_LAMP, STEEL, WHITE, chance, glass, grey, pastel, pick, shade, vivid, wood
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join


def casing(rng: np.random.Generator) -> Colour:
    return pick(rng, [WHITE, WHITE, STEEL, pastel(rng), vivid(rng), grey(rng, 0.15, 0.4)])


def fridge(rng: np.random.Generator) -> Shape:
    """One or two doors, rounded or square, with long handles."""
    colour, grip = casing(rng), pick(rng, [STEEL, BLACK])
    wide, high, deep = rng.uniform(0.6, 0.95), rng.uniform(1.3, 1.95), rng.uniform(0.58, 0.7)
    bevel = rng.uniform(0.01, 0.1)
    shape = box(wide, high, deep, bevel, 4).paint(shade(colour, 0.9)).move(0, high / 2 + 0.04)
    z = deep / 2 + 0.02
    if wide > 0.8:
        door = box(0.49 * wide, 0.97 * high, 0.08, min(bevel, 0.035)).move(0.25 * wide).both()
        handle = rod(0.018, 0.5 * high, around=10).move(0.04, 0, 0.07).both()
        front = door.paint(colour) + handle.paint(grip)
        if chance(rng, 0.5):
            front += box(0.2, 0.3, 0.04, 0.015).paint(BLACK).move(-0.25 * wide, 0.1 * high, 0.035)
    else:
        split = rng.uniform(0.25, 0.4) * high
        door = box(0.97 * wide, high - split - 0.03, 0.08, min(bevel, 0.035)).move(0, -split / 2)
        door += box(0.97 * wide, split - 0.02, 0.08, min(bevel, 0.035)).move(0, high / 2 - split / 2)
        handle = rod(0.018, 0.3, around=10).move(-0.38 * wide, high / 2 - split - 0.25, 0.07)
        handle += rod(0.018, 0.5 * split, around=10).move(-0.38 * wide, high / 2 - 0.5 * split, 0.07)
        front = door.paint(colour) + handle.paint(grip)
    shape += front.move(0, high / 2 + 0.04, z)
    return shape + box(0.08, 0.08, 0.08).paint(BLACK).move(0.4 * wide, 0.02, 0.38 * deep).corners()


def washing_machine(rng: np.random.Generator) -> Shape:
    """Return a front loader with porthole, drawer, knob and display."""
    colour = casing(rng)
    wide, high, deep = rng.uniform(0.58, 0.64), rng.uniform(0.8, 0.9), rng.uniform(0.5, 0.62)
    shape = box(wide, high, deep, 0.025).paint(colour).move(0, high / 2)
    z, r = deep / 2, rng.uniform(0.17, 0.22)
    ring = (
        torus(r, 0.04, 32, 8).paint(pick(rng, [STEEL, BLACK, shade(colour, 0.7)]))
        + rod(0.95 * r, 0.06, around=28).paint(glass(rng))
        + ball(0.7 * r, 0.05, 0.7 * r, detail=16).paint(glass(rng)).move(0, 0.02)
    )
    shape += ring.turn("x", 90).move(0, 0.42 * high, z) + box(0.04, 0.1, 0.05, 0.015).paint(STEEL).move(
        -r - 0.02, 0.42 * high, z + 0.02
    )
    shape += box(0.96 * wide, 0.13 * high, 0.03, 0.01).paint(shade(colour, 0.85)).move(0, 0.9 * high, z) + box(
        0.2, 0.08, 0.03, 0.01
    ).paint(colour).move(-0.28 * wide, 0.9 * high, z + 0.015)
    shape += rod(0.045, 0.05, around=18).turn("x", 90).paint(STEEL).move(0.05, 0.9 * high, z + 0.02) + box(
        0.12, 0.05, 0.03
    ).paint(BLACK).move(0.3 * wide, 0.9 * high, z + 0.01)
    return shape + box(0.06, 0.04, 0.06).paint(BLACK).move(0.42 * wide, 0, 0.4 * deep).corners()


def stove(rng: np.random.Generator) -> Shape:
    """Return an oven with hob, or a microwave oven, or a toaster."""
    kind, colour = pick(rng, ["stove", "stove", "microwave", "toaster"]), casing(rng)
    if kind == "toaster":
        wide, high, deep = rng.uniform(0.62, 0.8), rng.uniform(0.42, 0.52), rng.uniform(0.32, 0.4)
        shape = box(wide, high, deep, rng.uniform(0.06, 0.15), 4).paint(colour).move(0, high / 2)
        shape += (
            box(0.7 * wide, 0.05, 0.06).paint(BLACK).move(0, high - 0.015, 0.24 * deep).both("z")
            + box(0.05, 0.05, 0.12, 0.02).paint(BLACK).move(wide / 2 + 0.02, 0.6 * high)
            + rod(0.05, 0.05, around=14).turn("z", 90).paint(BLACK).move(wide / 2 + 0.01, 0.25 * high)
        )
        if chance(rng, 0.6):
            slice_of = extrude(
                smooth(
                    [(-0.2, -0.2), (0.2, -0.2), (0.22, 0.1), (0.14, 0.2), (-0.14, 0.2), (-0.22, 0.1)], 20, closed=True
                ),
                0.07,
            ).paint((0.85, 0.62, 0.35))
            shape += slice_of.move(0, high + 0.02, 0.24 * deep).both("z")
        return shape
    if kind == "microwave":
        wide, high, deep = rng.uniform(0.85, 1.0), rng.uniform(0.46, 0.55), rng.uniform(0.5, 0.6)
        shape = (
            box(wide, high, deep, 0.03).paint(colour).move(0, high / 2)
            + box(0.68 * wide, 0.84 * high, 0.04, 0.015).paint(BLACK).move(-0.13 * wide, high / 2, deep / 2)
            + box(0.5 * wide, 0.55 * high, 0.03).paint((0.25, 0.27, 0.3)).move(-0.13 * wide, high / 2, deep / 2 + 0.01)
        )
        shape += rod(0.018, 0.7 * high, around=8).paint(STEEL).move(0.2 * wide, high / 2, deep / 2 + 0.06) + box(
            0.17 * wide, 0.12 * high, 0.03
        ).paint((0.2, 0.5, 0.35)).move(0.36 * wide, 0.82 * high, deep / 2 + 0.005)
        return (
            shape
            + box(0.04, 0.035, 0.03)
            .along(3, x=0.055 * wide)
            .along(4, y=0.12 * high)
            .paint(grey(rng, 0.4, 0.7))
            .move(0.36 * wide, 0.42 * high, deep / 2 + 0.005)
            + box(0.06, 0.04, 0.06).paint(BLACK).move(0.4 * wide, 0, 0.35 * deep).corners()
        )
    wide, high, deep = rng.uniform(0.58, 0.75), 0.85, 0.6
    shape = box(wide, high, deep, 0.015).paint(colour).move(0, high / 2) + box(
        wide + 0.02, 0.04, deep + 0.02, 0.01
    ).paint(pick(rng, [BLACK, STEEL])).move(0, high)
    ring = rod(0.1, 0.03, around=22).paint(grey(rng, 0.1, 0.3)) + torus(0.07, 0.015, 18, 6).paint(
        pick(rng, [RED_LAMP, STEEL])
    ).move(0, 0.015)
    shape += ring.move(0.25 * wide, high + 0.025, 0.23 * deep).corners()
    shape += box(0.9 * wide, 0.5 * high, 0.05, 0.015).paint(BLACK).move(0, 0.38 * high, deep / 2) + box(
        0.65 * wide, 0.26 * high, 0.03
    ).paint((0.3, 0.3, 0.32)).move(0, 0.36 * high, deep / 2 + 0.02)
    shape += rail((-0.36 * wide, 0.6 * high, deep / 2 + 0.06), (0.36 * wide, 0.6 * high, deep / 2 + 0.06), 0.02).paint(
        STEEL
    ) + rod(0.032, 0.05, around=14).turn("x", 90).paint(BLACK).along(int(rng.integers(4, 7)), x=0.14 * wide).move(
        0, 0.87 * high, deep / 2 + 0.02
    )
    return shape


def toilet(rng: np.random.Generator) -> Shape:
    """Return a pan with its seat, lid open or shut, and a cistern."""
    colour, seat = pick(rng, [WHITE, WHITE, pastel(rng)]), pick(rng, [WHITE, WHITE, wood(rng), BLACK])
    foot = hull(
        [
            (0, 0.13, -0.2, 0.2, 2.6),
            (0.12, 0.11, -0.2, 0.16, 2.6),
            (0.28, 0.17, -0.24, 0.3, 2.2),
            (0.4, 0.2, -0.24, 0.36, 2.2),
        ],
        24,
        12,
        "y",
    )
    shape = (
        foot.paint(colour)
        + torus(0.17, 0.05, 28, 8, 0.025).scale(1, 1, 1.3).paint(seat).move(0, 0.42, 0.08)
        + ball(0.14, 0.03, 0.19, detail=16).paint((0.6, 0.75, 0.85)).move(0, 0.395, 0.08)
    )
    lid = ball(0.2, 0.03, 0.27, 2.4, 18).paint(seat)
    shape += (
        lid.move(0, 0, 0.27).turn("x", -rng.uniform(75, 100)).move(0, 0.44, -0.18)
        if chance(rng, 0.6)
        else lid.move(0, 0.46, 0.08)
    )
    high = rng.uniform(0.32, 0.42)
    tank = box(0.42, high, 0.19, 0.04, 4).move(0, 0.42 + high / 2, -0.3) + box(0.45, 0.05, 0.22, 0.02).move(
        0, 0.42 + high, -0.3
    )
    return (
        shape
        + tank.paint(colour)
        + box(0.3, 0.2, 0.14).paint(colour).move(0, 0.35, -0.22)
        + rod(0.03, 0.03, around=14).paint(STEEL).move(0, 0.46 + high, -0.3)
    )


def bathtub(rng: np.random.Generator) -> Shape:
    """Return a free-standing tub on feet, with taps and sometimes foam; or a washbasin on a column."""
    colour, tap = pick(rng, [WHITE, WHITE, pastel(rng), vivid(rng)]), pick(rng, [STEEL, (0.88, 0.7, 0.3)])
    spout = tube([(0, 0, 0), (0, 0.2, 0), (0, 0.26, 0.08), (0, 0.2, 0.16)], 0.03, 10, along=12)
    knobs = (rod(0.045, 0.05, around=12).move(0.12, 0.07) + rod(0.02, 0.1, around=8).move(0.12, 0.02)).both()
    if chance(rng, 0.4):
        bowl = lathe(
            [
                (0.1, -0.2),
                (0.26, -0.12),
                (0.36, 0.04),
                (0.38, 0.08),
                (0.33, 0.08),
                (0.22, -0.06),
                (0.05, -0.1),
                (0, -0.1),
            ],
            32,
        ).scale(1.15, 1, 0.9)
        column = lathe(smooth([(0.2, 0), (0.12, 0.1), (0.1, 0.5), (0.14, 0.72)], 14), 22)
        return (
            (column + bowl.move(0, 0.85)).paint(colour)
            + box(0.6, 0.1, 0.16, 0.03).paint(colour).move(0, 0.89, -0.3)
            + (spout + knobs).paint(tap).move(0, 0.92, -0.28)
        )
    long, wide, high = rng.uniform(0.75, 0.9), rng.uniform(0.36, 0.42), rng.uniform(0.42, 0.52)
    level = np.array([0.0, 0.08, 0.55, 0.95, 1.0, 1.0, 0.6, 0.3, 0.28])
    size = np.array([0.72, 0.84, 0.95, 1.04, 1.05, 0.95, 0.86, 0.7, 0.0])
    tub = lathe(np.stack([size, level * high], 1), 36, 3).scale(long, 1, wide).paint(colour)
    rim = torus(1.0, 0.05, 36, 8, 0.035)
    tub += rim.scale(long, 1, wide).paint(pick(rng, [colour, tap])).move(0, high)
    claw = tube(
        [(0.55 * long, 0.06, 0.55 * wide), (0.68 * long, -0.02, 0.7 * wide), (0.7 * long, -0.14, 0.7 * wide)],
        [0.06, 0.05, 0.055],
        along=8,
    ).corners()
    shape = (
        tub
        + claw.paint(pick(rng, [tap, BLACK]))
        + (spout + knobs).turn("y", 90).paint(tap).move(-long - 0.02, high - 0.05)
    )
    if chance(rng, 0.5):
        shape += (
            rod(1, 0.06, around=32).scale(0.86 * long, 1, 0.86 * wide).paint((0.6, 0.82, 0.92)).move(0, 0.72 * high)
        )
        shape += join(
            ball(0.1 * rng.uniform(0.6, 1.2), detail=8).move(
                rng.uniform(-0.6, 0.6) * long, 0.78 * high, rng.uniform(-0.5, 0.5) * wide
            )
            for _ in range(14)
        ).paint(WHITE)
    return shape


def fan(rng: np.random.Generator) -> Shape:
    """Return a table or standing fan with its guard."""
    colour, blade_of = pick(rng, [WHITE, BLACK, STEEL, vivid(rng)]), pick(rng, [vivid(rng), STEEL, WHITE])
    high, r = pick(rng, [rng.uniform(0.35, 0.5), rng.uniform(0.9, 1.2)]), rng.uniform(0.3, 0.38)
    blade = (
        ball(0.38 * r, 0.5 * r, 0.03, 2.2, 12)
        .turn("y", 24)
        .move(0, 0.48 * r)
        .around(int(rng.integers(3, 6)), "z")
        .paint(blade_of)
    )
    rings = join(
        torus(size * r, 0.014, 30, 6).turn("x", 90).move(0, 0, z)
        for size, z in ((1.0, 0), (0.85, 0.07), (0.6, 0.1), (0.35, 0.11), (0.85, -0.07), (0.6, -0.1))
    )
    wires = tube(
        [(0, 0.1 * r, 0.115), (0, 0.6 * r, 0.1), (0, r, 0.0), (0, 0.6 * r, -0.1), (0, 0.1 * r, -0.115)],
        0.012,
        5,
        along=12,
    ).around(12, "z")
    head = (
        blade
        + (rings + wires).paint(pick(rng, [STEEL, colour]))
        + rod(0.09, 0.26, 0.07, 18, 0.03).turn("x", 90).paint(colour).move(0, 0, -0.14)
        + rod(0.06, 0.06, around=16).turn("x", 90).paint(colour).move(0, 0, 0.1)
    )
    shape = head.turn("x", -rng.uniform(0, 18)).turn("y", rng.uniform(-25, 25)).move(0, high + 0.12)
    return (
        shape
        + rod(0.03, high + 0.1, around=12).paint(colour).move(0, high / 2 + 0.02, -0.14)
        + rod(0.24, 0.06, around=28, round_by=0.025).paint(colour).move(0, 0.03, -0.1)
    )


FAMILIES = {
    "fridge": fridge,
    "washing_machine": washing_machine,
    "stove": stove,
    "toilet": toilet,
    "bathtub": bathtub,
    "fan": fan,
}
