"""Toy trains, boards, sleds, barrows and prams."""

from __future__ import annotations

import numpy as np

from ...curves import arc
from ...paint import (
    BLACK,
    STEEL,
    WHITE,
    chance,
    pastel,
    pick,
    shade,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from .sports import on_axles


def disc_wheel(radius: float, width: float, colour: Colour, hub: Colour) -> Shape:
    """Return a plain toy wheel with a hub cap, its axle along x."""
    tyre = rod(radius, width, around=18, round_by=0.2 * width).paint(colour)
    return (tyre + rod(0.35 * radius, 1.3 * width, around=10).paint(hub)).turn("z", 90)


def spoked_wheel(radius: float, thick: float, colour: Colour, spokes: int = 8) -> Shape:
    """Return a cart wheel with rim, spokes and nave, its axle along x."""
    shape = torus(radius - thick, thick, 24, 6, 1.2 * thick) + rail(
        (0, 0, 0), (radius - thick, 0, 0), 0.7 * thick, around=6
    ).around(spokes)
    return (shape + rod(2.2 * thick, 4 * thick, around=10)).turn("z", 90).paint(colour)


def _toy_boiler(rng: np.random.Generator, a: Colour, b: Colour, c: Colour, shape: Shape, top: float) -> Shape:
    """Return the toy engine with boiler and chimney."""
    fat = rng.uniform(0.28, 0.36)
    shape += rod(fat, 1.1, around=int(pick(rng, [8, 20]))).turn("x", 90).paint(a).move(0, top + fat, 0.35) + rod(
        0.9 * fat, 0.1, around=18
    ).turn("x", 90).paint(c).move(0, top + fat, 0.92)
    shape += lathe([(0.1, 0), (0.1, 0.25), (0.19, 0.42), (0.14, 0.46), (0, 0.4)], 14).paint(b).move(
        0, top + 1.9 * fat, 0.6
    ) + ball(0.13, detail=10).paint(c).move(0, top + 2 * fat, 0.12)
    if chance(rng, 0.3):
        shape += (
            ball(0.08, 0.1, 0.05, detail=8).paint(WHITE) + ball(0.04, detail=6).paint(BLACK).move(0, 0, 0.04)
        ).move(0.12, top + 1.2 * fat, 0.97).both() + tube(
            [(-0.12, top + 0.7 * fat, 0.97), (0, top + 0.5 * fat, 0.98), (0.12, top + 0.7 * fat, 0.97)], 0.03
        ).paint(BLACK)
    return shape


def toy_train(rng: np.random.Generator) -> Shape:
    """Return a chunky toy engine, with up to two wagons that carry blocks, balls or logs."""
    a, b, c, roof = vivid(rng), vivid(rng), vivid(rng), pick(rng, [vivid(rng), wood(rng)])
    base, rim = pick(rng, [wood(rng), vivid(rng)]), pick(rng, [BLACK, vivid(rng), wood(rng)])
    r = rng.uniform(0.2, 0.28)
    shape = box(0.8, 0.18, 1.9, 0.05).paint(base).move(0, r + 0.12)
    top = r + 0.2
    if chance(rng, 0.75):
        shape = _toy_boiler(rng, a, b, c, shape, top)
    else:
        shape += box(0.7, 0.5, 1.1, 0.12).paint(a).move(0, top + 0.25, 0.3) + box(0.5, 0.25, 0.06).paint(b).move(
            0, top + 0.3, 0.86
        )
    cab = rng.uniform(0.8, 1.05)
    shape += box(0.74, cab, 0.65, 0.04).paint(b).move(0, top + cab / 2, -0.55) + box(0.78, 0.3, 0.35, 0.04).paint(
        c
    ).move(0, top + 0.7 * cab, -0.55)
    if chance(rng, 0.5):
        shape += (
            extrude(np.concatenate([arc(0.46, 20, 160, 9) - [0, 0.1], [(-0.43, -0.02), (0.43, -0.02)]]), 0.85)
            .paint(roof)
            .move(0, top + cab, -0.55)
        )
    else:
        shape += box(0.95, 0.12, 0.9, 0.04).paint(roof).move(0, top + cab + 0.04, -0.55)
    disc = disc_wheel(r, 0.14, rim, c)
    shape += on_axles(disc, 0.42, r, [-0.62, 0, 0.62]) + box(0.7, 0.14, 0.25, 0.05).paint(c).move(0, r, 1.0)
    for k in range(int(rng.integers(0, 3))):
        z = -1.75 - 1.45 * k
        wagon = (
            box(0.75, 0.16, 1.15, 0.04).paint(base).move(0, r + 0.12)
            + on_axles(disc, 0.42, r, [-0.35, 0.35])
            + box(0.12, 0.1, 0.5).paint(BLACK).move(0, r + 0.12, 0.7)
        )
        load = pick(rng, ["box", "logs", "blocks"])
        if load == "box":
            wagon += box(0.72, 0.4, 1.05, 0.04).paint(vivid(rng)).move(0, top + 0.2) + join(
                ball(0.2, detail=10).paint(vivid(rng)).move(x, top + 0.45, t)
                for x, t in ((0.15, 0.3), (-0.14, 0), (0.12, -0.3))
            )
        elif load == "logs":
            wagon += join(
                rod(0.14, 1.05, around=10).turn("x", 90).paint(wood(rng)).move(x, top + y)
                for x, y in ((-0.2, 0.14), (0.1, 0.14), (-0.05, 0.36))
            )
        else:
            wagon += join(
                box(0.36, 0.36, 0.36, 0.03).paint(vivid(rng)).move(0, top + 0.18 + y, t)
                for y, t in ((0, -0.25), (0, 0.25), (0.36, 0))
            )
        shape += wagon.move(0, 0, z)
    return shape


def skateboard(rng: np.random.Generator) -> Shape:
    """Return a skateboard or longboard on its wheels, or leaning upright to show its belly."""
    long, half = rng.uniform(1.1, 1.6), rng.uniform(0.2, 0.3)
    deck, belly, tyre = (
        pick(rng, [BLACK, wood(rng), vivid(rng)]),
        pick(rng, [vivid(rng), wood(rng)]),
        pick(rng, [WHITE, vivid(rng), (0.95, 0.85, 0.5)]),
    )
    kick = rng.uniform(0.1, 0.28)
    z = np.linspace(-1, 1, 17)
    path = np.stack([0 * z, kick * np.clip((np.abs(z) - 0.65) / 0.35, 0, 1) ** 1.5, long * z], 1)
    wide = half * np.clip(1 - np.abs(z) ** rng.uniform(5, 12), 0.12, 1) ** 0.5
    blank = tube(path, np.stack([wide, 0 * z + 0.045], 1), 8)
    shape = blank.paint(belly) + blank.scale(0.97, 1, 0.98).move(0, 0.025).paint(
        pick(rng, [deck, stripes([deck, deck, belly], "z", 0.3, 6)])
    )
    if chance(rng, 0.5):
        shape += rod(0.6 * half, 0.05, around=5).paint(vivid(rng)).move(0, 0.065)
    truck = box(0.22, 0.1, 0.34, 0.03).move(0, -0.08) + rod(0.06, 1.7 * half, around=10).turn("z", 90).move(0, -0.17)
    r = rng.uniform(0.09, 0.13)
    wheels = rod(r, 0.16, around=14, round_by=0.04).turn("z", 90).move(0.95 * half, -0.18).both()
    shape += join((truck.paint(STEEL) + wheels.paint(tyre)).move(0, 0, s * 0.6 * long) for s in (-1, 1))
    if chance(rng, 0.35):
        return shape.turn("x", -90).turn("y", pick(rng, [0, 180])).turn("x", -10)
    return shape.turn("y", pick(rng, [0, 0, 90]))


def roller_skate(rng: np.random.Generator) -> Shape:
    """Return a boot on four wheels, or an inline skate."""
    boot, trim, tyre = (
        pick(rng, [vivid(rng), WHITE, BLACK, pastel(rng)]),
        pick(rng, [vivid(rng), WHITE]),
        pick(rng, [vivid(rng), (0.95, 0.8, 0.4), BLACK]),
    )
    inline, high = chance(rng, 0.4), rng.uniform(0.75, 1.0)
    base = 0.42 if inline else 0.36
    foot = hull(
        [
            (-0.55, 0.16, 0, 0.42, 3),
            (-0.3, 0.2, 0, 0.45, 3),
            (0.2, 0.23, 0, 0.34, 2.6),
            (0.55, 0.2, 0, 0.24, 2.5),
            (0.72, 0.08, 0.02, 0.14, 2.2),
        ],
        18,
        14,
    )
    leg = hull(
        [(0.25, 0.2, -0.56, 0.02, 2.6), (0.6, 0.18, -0.54, -0.05, 2.6), (high, 0.22, -0.6, 0.02, 2.6)], 18, 8, "y"
    )
    shape = (
        foot.paint(boot)
        + leg.paint(boot)
        + hull([(0, 0.23, -0.62, 0.03, 2.6), (0.09, 0.23, -0.62, 0.03, 2.6)], 18, axis="y")
        .paint(trim)
        .move(0, high - 0.05)
    )
    lace = rod(0.035, 0.3, around=8).turn("z", 90).paint(trim)
    shape += join(lace.move(0, 0.36 + 0.1 * k, 0.26 - 0.1 * k) for k in range(4)) + box(0.4, 0.08, 1.25, 0.03).paint(
        shade(trim, 0.6)
    ).move(0, 0, 0.05)
    shape = shape.move(0, base)
    if inline:
        shape += box(0.14, 0.2, 1.2, 0.02).paint(STEEL).move(0, base - 0.1, 0.05) + rod(
            0.17, 0.12, around=16, round_by=0.04
        ).turn("z", 90).paint(tyre).along(4, z=0.38).move(0, 0.17, 0.05)
        shape += rod(0.05, 0.2, around=8).turn("z", 90).paint(BLACK).along(4, z=0.38).move(0, 0.17, 0.05)
        return (
            shape
            + box(0.5, 0.1, 0.2, 0.03).paint(BLACK).move(0, base + 0.6, -0.25)
            + box(0.12, 0.18, 0.14, 0.03).paint(BLACK).move(0, 0.2, -0.68)
        )
    axle = (
        box(0.2, 0.16, 0.2).paint(STEEL).move(0, base - 0.1)
        + rod(0.16, 0.16, around=14, round_by=0.04).turn("z", 90).paint(tyre).move(0.22, 0.16).both()
        + rod(0.06, 0.66, around=10).turn("z", 90).paint(STEEL).move(0, 0.16)
    )
    return (
        shape
        + join(axle.move(0, 0, z) for z in (-0.35, 0.42))
        + rod(0.09, 0.2, 0.07, 10).turn("x", 30).paint(pick(rng, [tyre, trim])).move(0, 0.24, 0.72)
        + box(0.1, 0.12, 0.3).paint(STEEL).move(0, 0.32, 0.6)
    )


FAMILIES = {
    "toy_train": toy_train,
    "skateboard": skateboard,
    "roller_skate": roller_skate,
}
