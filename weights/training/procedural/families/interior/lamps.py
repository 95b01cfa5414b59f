"""Lamps of desks and walls."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, LAMP, WHITE, chance, metal, pastel, pick, vivid, wood
from ...parts import ball, box, hull, lathe, rail, rod, tube
from ...shape import Colour, Shape, join
from .lighting import GLOWING, lamp_shade, stem_foot

RED_BUTTON: Colour = (0.8, 0.12, 0.1)


def _desk_lamp_banker(rng: np.random.Generator, base: Colour, colour: Colour) -> Shape:
    """Return the banker kind of desk lamp."""
    hood = hull(
        [
            (-0.26, 0.09, 0, 0.1, 2.5),
            (-0.22, 0.13, -0.02, 0.14, 2.5),
            (0.22, 0.13, -0.02, 0.14, 2.5),
            (0.26, 0.09, 0, 0.1, 2.5),
        ],
        16,
    ).turn("y", 90)
    return (
        stem_foot(rng, 0.18, base)
        + rod(0.025, 0.46).paint(base).move(0, 0.25)
        + hood.paint(pick(rng, [(0.08, 0.4, 0.22), colour, (0.15, 0.25, 0.5)])).move(0, 0.44, 0.04)
        + rod(0.05, 0.4, around=10).turn("z", 90).paint(LAMP).move(0, 0.43, 0.06)
        + rod(0.016, 0.16, around=6).paint((0.85, 0.68, 0.3)).move(0.14, 0.36, 0.08)
        + ball(0.025, detail=6).paint((0.85, 0.68, 0.3)).move(0.14, 0.28, 0.08)
    )


def desk_lamp(rng: np.random.Generator) -> Shape:
    """Return a lamp for a desk: jointed arms, goose neck, banker's, or a table lamp with a turned body."""
    colour, base, kind = (
        vivid(rng),
        pick(rng, [metal(rng), BLACK, vivid(rng), wood(rng)]),
        pick(rng, ["joints", "neck", "banker", "table", "slab"]),
    )
    foot = rod(0.16, 0.06, around=int(pick(rng, [8, 20])), round_by=0.02).move(0, 0.03)
    cone = lathe(
        [(0.04, 0.16), (0.06, 0.05), (0.16, -0.12), (0.13, -0.12), (0.03, 0.03)], int(pick(rng, [8, 20]))
    ).paint(colour) + ball(0.07, detail=8).paint(LAMP).move(0, -0.07)
    if kind == "joints":
        elbow, top = (
            np.array([0, rng.uniform(0.36, 0.5), -rng.uniform(0.15, 0.25)]),
            np.array([0, rng.uniform(0.62, 0.8), rng.uniform(0.1, 0.25)]),
        )
        bars = (
            rail((0.03, 0.05, 0), elbow + np.array([0.03, 0, 0]), 0.018)
            + rail(elbow + np.array([0.03, 0, 0]), top + np.array([0.03, 0, 0]), 0.018)
        ).both()
        shape = (
            foot + bars + join(rod(0.035, 0.11, around=12).turn("z", 90).move(*p) for p in ((0, 0.07, 0), elbow, top))
        ).paint(base)
        return shape + cone.turn("x", -rng.uniform(15, 55)).move(*(top + np.array([0, -0.04, 0.08])))
    if kind == "neck":
        path = [(0, 0.04, 0), (0, 0.35, -0.08), (0, 0.62, -0.02), (0, 0.68, 0.16), (0, 0.56, 0.26)]
        return (
            foot.paint(pick(rng, [base, colour]))
            + tube(path, 0.024, 8, along=18).paint(base)
            + cone.turn("x", -rng.uniform(0, 25)).move(0, 0.48, 0.28)
        )
    if kind == "banker":
        return _desk_lamp_banker(rng, base, colour)
    if kind == "slab":
        lean = rng.uniform(-0.1, 0.1)
        return (
            (
                box(0.28, 0.05, 0.2, 0.01).move(0, 0.025)
                + rail((0, 0.03, -0.06), (0, 0.6, -0.06 + lean), 0.025, around=4)
                + box(0.1, 0.06, 0.55, 0.02).move(0, 0.6, 0.16 + lean)
            ).paint(base)
            + box(0.08, 0.03, 0.34).paint(LAMP).move(0, 0.57, 0.22 + lean)
            + rod(0.03, 0.03, around=10).paint(RED_BUTTON).move(0.08, 0.06, 0.05)
        )
    high = rng.uniform(0.3, 0.5)
    body = pick(
        rng,
        [
            [(0.12, 0), (0.05, 0.1), (0.13, 0.5), (0.04, 0.9), (0.025, 1)],
            [(0.14, 0), (0.15, 0.35), (0.06, 0.75), (0.025, 1)],
            [(0.14, 0), (0.04, 0.12), (0.03, 0.9), (0.025, 1)],
        ],
    )
    return (
        lathe(smooth(body, 14) * [1, high], int(pick(rng, [6, 18]))).paint(pick(rng, [base, colour]))
        + rod(0.02, 0.2).paint(base).move(0, high)
        + lamp_shade(rng, rng.uniform(0.18, 0.26), rng.uniform(0.2, 0.3)).move(0, high)
    )


def _wall_lamp_candles(rng: np.random.Generator, colour: Colour, plate: Shape) -> Shape:
    """Return the candles kind of wall lamp."""
    arm = tube([(0, 0, 0.02), (0.05, -0.12, 0.12), (0.2, -0.12, 0.18), (0.24, 0.02, 0.18)], 0.025, along=12).paint(
        colour
    )
    candle = (
        rod(0.035, 0.16, around=10).paint(WHITE).move(0, 0.1)
        + ball(0.03, 0.055, 0.03, detail=8).paint((1.0, 0.85, 0.4)).move(0, 0.21)
        + rod(0.06, 0.03, 0.08, 12).paint(colour)
    )
    if chance(rng, 0.4):
        candle += lamp_shade(rng, 0.14, 0.15).move(0, 0.14)
    return (
        plate.scale(1, 1.3, 1)
        + (arm + candle.move(0.24, 0.04, 0.18)).both()
        + ball(0.05, detail=8).paint(colour).move(0, 0, 0.04)
    )


def wall_lamp(rng: np.random.Generator) -> Shape:
    """Return a lamp on a wall plate: sconce with candles, lantern, swing arm, or half bowl."""
    colour, kind = (
        pick(rng, [metal(rng), BLACK, WHITE, wood(rng), vivid(rng)]),
        pick(rng, ["candles", "lantern", "arm", "bowl", "tube"]),
    )
    plate = (
        rod(0.13, 0.05, around=int(pick(rng, [6, 20]))).turn("x", 90).paint(colour)
        if chance(rng, 0.6)
        else box(0.2, 0.34, 0.05, 0.015).paint(colour)
    )
    if kind == "candles":
        return _wall_lamp_candles(rng, colour, plate)
    if kind == "lantern":
        n = int(pick(rng, [4, 6]))
        body = (
            lathe([(0.1, 0), (0.16, 0.32), (0, 0.32)], n).paint(GLOWING)
            + lathe([(0.21, 0), (0.08, 0.12), (0.03, 0.16), (0, 0.16)], n).paint(colour).move(0, 0.32)
            + rail((0.1, 0, 0), (0.16, 0.32, 0), 0.022, around=6).around(n).paint(colour)
            + rod(0.11, 0.04, around=n).paint(colour)
        )
        arm = tube([(0, -0.05, 0.02), (0, 0.18, 0.1), (0, 0.24, 0.22), (0, 0.16, 0.28)], 0.025, along=12).paint(colour)
        return plate.scale(1, 1.4, 1) + arm + body.turn("y", 45 if n == 4 else 0).move(0, -0.34, 0.28)
    if kind == "arm":
        arm = (
            rail((0, -0.05, 0.02), (0, 0.1, 0.4), 0.025)
            + rail((0, 0.1, 0.4), (0.15, 0.14, 0.6), 0.025)
            + ball(0.04, detail=8).move(0, 0.1, 0.4)
        )
        return plate + arm.paint(colour) + lamp_shade(rng, 0.17, 0.2).move(0.15, 0.0, 0.62)
    if kind == "tube":
        long = rng.uniform(0.4, 0.7)
        return (
            plate
            + rail((0, 0, 0), (0, 0, 0.14), 0.03).paint(colour)
            + rod(0.07, long, around=14).paint(GLOWING).move(0, 0, 0.16)
            + rod(0.085, 0.08, around=14).along(2, y=long).paint(colour).move(0, 0, 0.16)
            + box(0.04, long, 0.04).paint(colour).move(0, 0, 0.07)
        )
    bowl = lathe(
        [*smooth([(0.04, 0), (0.2, 0.06), (0.3, 0.2)], 8), (0.26, 0.2), (0, 0.12)], int(pick(rng, [8, 24]))
    ).paint(pick(rng, [WHITE, colour, pastel(rng)])) + rod(0.24, 0.03, around=18).paint(LAMP).move(0, 0.17)
    return (
        plate.move(0, 0.1)
        + bowl.move(0, 0, 0.24)
        + box(0.08, 0.06, 0.2).paint(colour).move(0, 0.06, 0.08)
        + rod(0.03, 0.06).paint(colour).move(0, -0.02, 0.24)
    )


FAMILIES = {
    "desk_lamp": desk_lamp,
    "wall_lamp": wall_lamp,
}
