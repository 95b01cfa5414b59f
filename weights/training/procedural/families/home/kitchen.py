"""Kettles, pans, glasses and cutlery."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    STEEL,
    WHITE,
    chance,
    dark,
    glass,
    hsv,
    metal,
    pick,
    shade,
    split_at,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, rail, rod, tube
from ...shape import Shape
from .vessels import handle, vessel


def kettle(rng: np.random.Generator) -> Shape:
    """Return a stove kettle with a bow, or an electric one on its base."""
    colour, grip = pick(rng, [metal(rng), vivid(rng), STEEL]), pick(rng, [BLACK, wood(rng)])
    r, high = rng.uniform(0.48, 0.58), rng.uniform(0.6, 0.75)
    if chance(rng, 0.55):
        shape = lathe(
            smooth(
                [(0.95 * r, 0), (1.02 * r, 0.06), (0.97 * r, 0.4 * high), (0.62 * r, 0.85 * high), (0.38 * r, high)], 20
            ),
            32,
        ).paint(colour)
        shape += lathe([(0.4 * r, 0), (0.3 * r, 0.06), (0.05, 0.09), (0, 0.09)], 20).paint(shade(colour, 0.85)).move(
            0, high
        ) + ball(0.07).paint(grip).move(0, high + 0.13)
        shape += rail((0.7 * r, 0.45 * high, 0), (1.5 * r, 0.98 * high, 0), 0.14, 0.06, 12).paint(colour)
        bow = tube(
            [
                (0.62 * r, 0.75 * high, 0),
                (0.75 * r, 1.4 * high, 0),
                (0, 1.75 * high, 0),
                (-0.75 * r, 1.4 * high, 0),
                (-0.62 * r, 0.75 * high, 0),
            ],
            0.045,
            10,
            along=22,
        )
        return shape + bow.paint(grip)
    high *= 1.55
    shape = lathe(smooth([(r, 0.12), (0.98 * r, 0.3 * high), (0.75 * r, 0.9 * high), (0.7 * r, high)], 16), 30).paint(
        colour
    )
    shape += (
        rod(1.08 * r, 0.12, around=30, round_by=0.04).paint(BLACK).move(0, 0.06)
        + lathe([(0.72 * r, 0), (0.6 * r, 0.06), (0, 0.08)], 28).paint(grip).move(0, high)
        + ball(0.06).paint(grip).move(0, high + 0.09)
    )
    shape += extrude([(0.5 * r, 0.72 * high), (1.12 * r, 0.97 * high), (0.5 * r, 0.99 * high)], 0.26, 0.05).paint(
        colour
    )
    return shape + handle(0.8 * r, 0.25 * high, 0.9 * high, 0.4, 0.07).turn("y", 180).paint(grip)


def pan(rng: np.random.Generator) -> Shape:
    """Frying pan or pot, with or without lid."""
    colour, grip = pick(rng, [dark(rng), STEEL, metal(rng), vivid(rng)]), pick(rng, [BLACK, BLACK, wood(rng), STEEL])
    r = rng.uniform(0.45, 0.6)
    if chance(rng, 0.5):
        high = rng.uniform(0.14, 0.22)
        shape = vessel(smooth([(0.78 * r, 0), (0.85 * r, 0.04), (r, high)], 8), 0.05, 36, 0.72).paint(colour) + tube(
            [(0, 0.75 * high, 0.9 * r), (0, high, r + 0.15), (0, high + 0.16, r + 0.9)],
            np.array([[0.07, 0.035], [0.055, 0.035], [0.09, 0.045]]),
            10,
            along=10,
        ).paint(grip)
        if chance(rng, 0.3):
            shape += ball(0.3, 0.04, 0.27, detail=18).paint(WHITE).move(0.05, 0.09, 0) + ball(
                0.11, 0.07, 0.11, detail=12
            ).paint((0.95, 0.7, 0.1)).move(0.05, 0.12, 0)
        return shape
    high = rng.uniform(0.4, 0.75)
    shape = vessel(
        np.array([(0.93 * r, 0), (r, 0.05), (r, 0.3 * high), (r, 0.7 * high), (1.03 * r, high)]), 0.06, 36
    ).paint(colour)
    if chance(rng, 0.6):
        lid = lathe(smooth([(1.04 * r, 0), (0.8 * r, 0.09), (0.3 * r, 0.15), (0.02, 0.16)], 10), 36).paint(
            pick(rng, [colour, glass(rng), STEEL])
        ) + ball(0.08, 0.06).paint(grip).move(0, 0.2)
        shape += lid.move(0, high)
    if chance(rng, 0.35):
        return shape + rail((0.95 * r, 0.8 * high, 0), (r + 0.85, 0.9 * high, 0), 0.045, 0.06, 10).paint(grip)
    ear = tube(
        [
            (r - 0.02, 0.75 * high, 0.16),
            (r + 0.16, 0.77 * high, 0.13),
            (r + 0.16, 0.77 * high, -0.13),
            (r - 0.02, 0.75 * high, -0.16),
        ],
        0.04,
        along=12,
    )
    return shape + ear.both().paint(grip)


def glass_cup(rng: np.random.Generator) -> Shape:
    """Return a stemmed glass or a tumbler with a drink."""
    colour, drink = (
        hsv(0.55, rng.uniform(0.05, 0.2), rng.uniform(0.8, 0.95)),
        hsv(pick(rng, [0.0, 0.08, 0.13, 0.95, 0.3]), 0.8, rng.uniform(0.5, 0.9)),
    )
    if chance(rng, 0.6):
        stem, r = rng.uniform(0.4, 0.65), rng.uniform(0.25, 0.38)
        wide = pick(
            rng,
            [
                [(0.05, 0), (0.75, 0.18), (1, 0.5), (0.8, 1)],
                [(0.05, 0), (0.5, 0.3), (1.25, 0.75)],
                [(0.05, 0), (0.5, 0.12), (0.6, 0.5), (0.62, 1.2)],
            ],
        )
        tall = rng.uniform(0.5, 0.7)
        profile = smooth(np.array(wide) * [r, tall], 14) + np.array([0, stem])
        shape = vessel(profile, 0.045, 28, 0.85).paint(
            split_at(drink, colour, "y", stem + rng.uniform(0.3, 0.6) * tall)
        ) + rod(0.035, stem + 0.1, around=12).paint(colour).move(0, stem / 2)
        return shape + lathe([(0.3, 0), (0.3, 0.03), (0.1, 0.06), (0.03, 0.12)], 28).paint(colour)
    r, high = rng.uniform(0.28, 0.36), rng.uniform(0.7, 1.0)
    shape = vessel(np.array([(0.8 * r, 0), (0.84 * r, 0.1), (0.9 * r, 0.5 * high), (r, high)]), 0.05, 28).paint(
        split_at(drink, colour, "y", rng.uniform(0.6, 0.85) * high)
    )
    shape += rod(0.8 * r, 0.03, around=24).paint(drink).move(0, 0.8 * high)
    return shape + rail((0.1, 0.1, 0), (-0.32, high + 0.5, 0.05), 0.03).paint(vivid(rng)) if chance(rng, 0.6) else shape


def cutlery(rng: np.random.Generator) -> Shape:
    """Return a fork, a spoon, a spatula or a whisk, upright."""
    colour = pick(rng, [STEEL, STEEL, metal(rng), wood(rng)])
    kind = pick(rng, ["fork", "spoon", "spoon", "spatula", "whisk"])
    grip = hull(
        [
            (-1.0, 0.07, -0.03, 0.03, 3),
            (-0.8, 0.085, -0.035, 0.035, 3),
            (-0.3, 0.045, -0.028, 0.028, 3),
            (0.25, 0.04, -0.026, 0.026, 3),
        ],
        14,
        12,
        "y",
    )
    grip = grip.paint(pick(rng, [colour, BLACK, wood(rng), vivid(rng)]))
    if kind == "spoon":
        head = hull(
            [
                (0.18, 0.03, -0.03, 0.03),
                (0.32, 0.14, -0.07, 0.0),
                (0.5, 0.2, -0.1, -0.02),
                (0.7, 0.14, -0.07, 0.01),
                (0.78, 0.02, -0.03, 0.02),
            ],
            20,
            16,
            "y",
        )
        return grip + head.paint(colour)
    if kind == "fork":
        tine = tube([(0, 0.4, -0.02), (0, 0.6, -0.05), (0, 0.86, 0.03)], [0.026, 0.024, 0.016], along=7).along(
            4, x=0.075
        )
        base = hull(
            [(0.18, 0.04, -0.028, 0.028, 3), (0.32, 0.13, -0.045, 0.015, 3), (0.46, 0.135, -0.055, 0.0, 4)], 16, 9, "y"
        )
        return grip + (tine + base).paint(colour)
    if kind == "spatula":
        return grip + (box(0.4, 0.5, 0.05, 0.02).move(0, 0.6, -0.02) + box(0.08, 0.3, 0.05).move(0, 0.3)).paint(colour)
    wire = tube(
        [
            (0.04, 0.15, 0),
            (0.18, 0.5, 0),
            (0.16, 0.75, 0),
            (0, 0.85, 0),
            (-0.16, 0.75, 0),
            (-0.18, 0.5, 0),
            (-0.04, 0.15, 0),
        ],
        0.018,
        6,
        along=20,
    )
    return grip + wire.around(4, total=180).paint(STEEL)


FAMILIES = {
    "kettle": kettle,
    "pan": pan,
    "glass": glass_cup,
    "cutlery": cutlery,
}
