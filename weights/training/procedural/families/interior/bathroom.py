"""Things of bathrooms and laundries."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    STEEL,
    WHITE,
    chance,
    glass,
    metal,
    pastel,
    pick,
    shade,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, hull, lathe, rail, rod, torus
from ...shape import Colour, Shape, join
from ..equipment.everyday import CARDBOARD


def _soap_bottle_bar(rng: np.random.Generator, colour: Colour, trim: Colour) -> Shape:
    """Return the bar kind of soap bottle."""
    dish = hull([(0, 0.4, -0.3, 0.3, 3), (0.12, 0.6, -0.42, 0.42, 3)], 24, axis="y").paint(trim)
    bar = ball(0.42, 0.16, 0.28, rng.uniform(2.6, 5), 18).paint(colour).move(0, 0.2)
    return (
        dish
        + bar
        + join(
            ball(0.08, detail=8).paint((0.92, 0.95, 1)).move(*p)
            for p in ((0.2, 0.36, 0.1), (0.08, 0.38, -0.05), (0.28, 0.33, -0.05))
        )
    )


def soap_bottle(rng: np.random.Generator) -> Shape:
    """Return a bottle with a pump, a flat shampoo bottle, a tube, or a bar of soap in a dish."""
    colour, trim, kind = (
        pick(rng, [vivid(rng), pastel(rng), WHITE]),
        pick(rng, [WHITE, vivid(rng), STEEL, BLACK]),
        pick(rng, ["pump", "pump", "flat", "tube", "bar"]),
    )
    if kind == "bar":
        return _soap_bottle_bar(rng, colour, trim)
    high, half, power = rng.uniform(0.8, 1.2), rng.uniform(0.24, 0.34), pick(rng, [2, 2, 3, 6])
    deep = half if kind == "pump" and chance(rng, 0.6) else 0.6 * half
    if kind == "tube":
        body = hull(
            [
                (0.15, 0.2, -0.2, 0.2),
                (0.3, 0.26, -0.26, 0.26),
                (0.8 * high, 0.3, -0.12, 0.12),
                (high + 0.1, 0.32, -0.05, 0.05, 4),
            ],
            22,
            12,
            "y",
        )
        return (
            body.finer().paint(pick(rng, [stripes([trim, colour, colour], "y", high / 3, 3), colour]))
            + rod(0.19, 0.18, around=14).paint(trim).move(0, 0.09)
            + box(0.3, 0.3, 0.04).paint(trim).move(0, 0.55 * high, 0.17)
        )
    rows = [
        (0, 0.95 * half, -0.95 * deep, 0.95 * deep, power),
        (0.06, half, -deep, deep, power),
        (0.75 * high, half, -deep, deep, power),
        (0.93 * high, 0.5 * half, -0.5 * deep, 0.5 * deep, 2.2),
        (high, 0.3 * half, -0.3 * half, 0.3 * half, 2),
    ]
    shape = hull(rows, 22, 14 if chance(rng, 0.6) else 0, "y").paint(colour)
    shape += hull(
        [
            (0.2 * high, 1.02 * half, -1.03 * deep, 1.03 * deep, power),
            (0.58 * high, 1.02 * half, -1.03 * deep, 1.03 * deep, power),
        ],
        22,
        axis="y",
    ).paint(pick(rng, [WHITE, trim, pastel(rng)])) + ball(0.45 * half, 0.1 * high, 0.05, detail=12).paint(
        vivid(rng)
    ).move(0, 0.4 * high, deep)
    if kind == "flat":
        return shape + rod(0.32 * half, 0.2, around=14).paint(trim).move(0, high + 0.06)
    neck = (
        rod(0.36 * half, 0.12, around=14).move(0, high + 0.03)
        + rod(0.04, 0.24, around=8).move(0, high + 0.18)
        + box(0.14, 0.08, 0.2, 0.03).move(0, high + 0.32, 0.02)
    )
    return shape + (neck + rail((0, high + 0.33, 0.05), (0, high + 0.29, 0.34), 0.04)).paint(trim)


def toothbrush(rng: np.random.Generator) -> Shape:
    """Return a toothbrush, plain or electric, upright; or a beaker with brushes and paste."""
    colour, trim = vivid(rng), pick(rng, [WHITE, pastel(rng), vivid(rng)])
    bristle = join(box(0.1, 0.06, 0.13).paint(pick(rng, [WHITE, trim])).move(0, 0.08 * k, 0.1) for k in range(4))
    brush = hull(
        [
            (0, 0.055, -0.05, 0.05, 2.5),
            (0.3, 0.075, -0.06, 0.07, 2.5),
            (0.7, 0.06, -0.06, 0.05, 2.5),
            (1.05, 0.035, -0.035, 0.03, 2.3),
            (1.15, 0.06, -0.03, 0.04, 2.5),
            (1.5, 0.055, -0.03, 0.04, 2.5),
        ],
        14,
        18,
        "y",
    )
    plain = brush.finer().paint(pick(rng, [colour, stripes([colour, colour, trim], "y", 0.2, 6)])) + bristle.move(
        0, 1.2
    )
    kind = pick(rng, ["plain", "electric", "beaker"])
    if kind == "plain":
        return plain
    if kind == "electric":
        body = (
            lathe(smooth([(0.11, 0), (0.13, 0.1), (0.12, 0.5), (0.09, 0.75), (0.05, 0.85)], 14), 18).paint(
                pick(rng, [WHITE, colour])
            )
            + box(0.07, 0.12, 0.05, 0.02).paint(trim).move(0, 0.5, 0.11)
            + rod(0.035, 0.5, around=10).paint(WHITE).move(0, 1.05)
        )
        head = rod(0.09, 0.07, around=16).turn("x", 90).paint(WHITE).move(0, 1.32, 0.03) + rod(
            0.08, 0.09, around=14
        ).turn("x", 90).paint(colour).move(0, 1.32, 0.1)
        return (
            body
            + head
            + torus(0.12, 0.02, 16, 6).paint(colour).move(0, 0.78)
            + rod(0.2, 0.1, 0.17, 18).paint(WHITE).move(0, 0.0)
        )
    cup = lathe([(0, 0.05), (0.26, 0), (0.32, 0.7), (0.27, 0.7), (0.23, 0.1), (0, 0.1)], int(pick(rng, [8, 20]))).paint(
        pick(rng, [colour, glass(rng), WHITE])
    )
    other = brush.paint(vivid(rng)) + bristle.move(0, 1.2)
    paste = (
        hull([(0, 0.1, -0.1, 0.1), (0.5, 0.13, -0.06, 0.06), (0.65, 0.13, -0.03, 0.03, 4)], 12, axis="y").paint(WHITE)
        + rod(0.07, 0.12, around=10).paint(trim).move(0, -0.05)
    ).turn("z", 180)
    return (
        cup
        + plain.scale(0.85).turn("z", -12).move(-0.06, 0.06)
        + other.scale(0.85).turn("z", 14).move(0.05, 0.06)
        + (
            paste.turn("x", 10).move(0, 1.15, -0.08)
            if chance(rng, 0.5)
            else box(0.2, 0.2, 0.05).paint(trim).move(0, 0.35, 0.27)
        )
    )


def toilet_roll(rng: np.random.Generator) -> Shape:
    """Return a roll of paper with a hanging sheet, standing, on a holder, or stacked."""
    paper, r, high = pick(rng, [WHITE, WHITE, pastel(rng)]), rng.uniform(0.36, 0.48), rng.uniform(0.7, 0.85)
    core = 0.15
    roll = (
        rod(r, high, around=30, round_by=0.03).paint(paper)
        + torus(core, 0.03, 18, 6).paint(CARDBOARD).move(0, high / 2).both("y")
        + rod(core, high + 0.02, around=16).paint(shade(CARDBOARD, 0.45))
    )
    kind = pick(rng, ["lying", "standing", "holder", "stack"])
    if kind == "standing":
        return roll + box(0.4, 0.9 * high, 0.04).turn("y", 20).paint(paper).move(r - 0.1, 0, r - 0.12)
    if kind == "stack":
        return (
            roll.along(2, x=2 * r).move(0, 0)
            + roll.turn("y", 40).move(0, high)
            + (
                roll.turn("x", 90).move(2.4 * r, -high / 2 + r, 0.3)
                if chance(rng, 0.5)
                else roll.scale(0.98).move(0, 0, -2 * r)
            )
        )
    sheet = box(0.04, rng.uniform(0.5, 1.0), high * 0.98)
    lying = roll.turn("x", 90) + sheet.paint(paper).move(r - 0.02, -0.35)
    lying = lying.turn("y", -90)
    if kind == "lying":
        return lying
    colour = pick(rng, [metal(rng), BLACK, wood(rng)])
    arm = (
        rod(0.05, high + 0.2, around=10).turn("z", 90)
        + (box(0.07, 0.1, 0.5).move(high / 2 + 0.1, 0, -0.25)).both()
        + box(high + 0.3, 0.3, 0.07, 0.02).move(0, 0, -0.5)
    )
    return lying + arm.paint(colour)


FAMILIES = {
    "soap_bottle": soap_bottle,
    "toothbrush": toothbrush,
    "toilet_roll": toilet_roll,
}
