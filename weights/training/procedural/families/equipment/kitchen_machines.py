"""Cooker hoods and dishwashers."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    LAMP,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    glass,
    grey,
    pastel,
    pick,
    shade,
    vivid,
)
from ...parts import box, hull, rail, rod, torus
from ...shape import Shape
from ..home.appliances import casing
from ..interior.storage import finish, knob


def _oven_hood_box(rng: np.random.Generator, deep: float, half: float, rim: Shape) -> Shape:
    """Return the oven hood with its box parts."""
    shape = (
        rim
        + box(1.9 * half, 0.5, 1.4 * deep, 0.01).paint(finish(rng)).move(0, 0.3, -0.2 * deep)
        + (box(0.9 * half, 0.44, 0.03, 0.01).paint(WHITE) + knob(rng).move(-0.36 * half, -0.1, 0.02))
        .move(0.47 * half, 0.3, 0.52 * deep)
        .both()
    )
    return shape


def oven_hood(rng: np.random.Generator) -> Shape:
    """Return a cooker hood: pyramid and chimney, slanted glass, or a box under a cupboard."""
    colour, kind = (
        pick(rng, [STEEL, STEEL, BLACK, WHITE, (0.75, 0.45, 0.28), vivid(rng)]),
        pick(rng, ["pyramid", "pyramid", "slant", "box", "bell"]),
    )
    half, deep, chimney = rng.uniform(0.4, 0.6), rng.uniform(0.24, 0.32), rng.uniform(0.5, 0.9)
    lamps = (rod(0.05, 0.03, around=12).move(0.5 * half).both()).paint(LAMP)
    buttons = (
        rod(0.022, 0.03, around=8)
        .turn("x", 90)
        .along(int(rng.integers(3, 6)), x=0.08)
        .paint(pick(rng, [BLACK, WHITE, RED_LAMP]))
    )
    stack = box(0.34, chimney, 0.28).paint(colour).move(0, chimney / 2, -0.05)
    filters = box(0.85 * half, 0.02, 1.4 * deep).paint(grey(rng, 0.3, 0.5)).move(0.46 * half, -0.03).both()
    if kind == "slant":
        pane = box(2 * half, 0.06, 0.7, 0.015).paint(pick(rng, [BLACK, glass(rng)])).turn("x", 52).move(0, 0.28, 0.12)
        return (
            stack.move(0, 0.25)
            + pane
            + box(1.9 * half, 0.1, 0.3, 0.02).paint(colour).move(0, 0.02, -0.1)
            + buttons.move(0, 0.02, 0.06)
            + lamps.move(0, -0.03, -0.1)
        )
    rim = box(2 * half, 0.09, 2 * deep, 0.01).paint(colour)
    if kind == "box":
        shape = _oven_hood_box(rng, deep, half, rim)
    elif kind == "bell":
        shape = (
            rim
            + hull(
                [
                    (0, half, -deep, deep, 6),
                    (0.12, 0.75 * half, -0.85 * deep, 0.7 * deep, 5),
                    (0.35, 0.35 * half, -0.65 * deep, 0.3 * deep, 4),
                    (0.45, 0.2, -0.6 * deep, 0.2 * deep, 4),
                ],
                20,
                9,
                "y",
            ).paint(colour)
            + rod(0.16, chimney, around=16).paint(colour).move(0, 0.4 + chimney / 2, -0.05)
        )
        shape += torus(0.17, 0.03, 18, 6).paint((0.8, 0.64, 0.3)).move(0, 0.45, -0.05)
    else:
        shape = (
            rim
            + hull(
                [(0, half, -deep, deep, 9), (rng.uniform(0.2, 0.4), 0.2, -0.7 * deep, 0.3 * deep, 9)], 20, axis="y"
            ).paint(shade(colour, 0.92))
            + stack.move(0, 0.15)
        )
    return shape + filters + lamps.move(0, -0.05, 0.6 * deep) + buttons.move(0, 0, deep + 0.01)


def dishwasher(rng: np.random.Generator) -> Shape:
    """Return a dishwasher, shut, or with its door down and racks of plates."""
    colour, panel = casing(rng), pick(rng, [BLACK, STEEL, WHITE])
    half, high, deep = rng.uniform(0.28, 0.33), rng.uniform(0.78, 0.88), rng.uniform(0.27, 0.31)
    lights = (
        box(0.05, 0.03, 0.03)
        .along(4, x=0.08)
        .paint(pick(rng, [(0.3, 0.8, 0.4), WHITE, BLACK]))
        .move(0.3 * half, 0.92 * high, deep + 0.02)
    )
    front = (
        box(2 * half, 0.14 * high, 0.05, 0.01).paint(panel).move(0, 0.92 * high, deep)
        + lights
        + rod(0.035, 0.04, around=12).turn("x", 90).paint(STEEL).move(-0.6 * half, 0.92 * high, deep + 0.03)
    )
    feet = box(0.06, 0.06, 0.06).paint(BLACK).move(0.85 * half, 0.02, 0.85 * deep).corners()
    door = box(1.96 * half, 0.78 * high, 0.06, 0.015).paint(colour) + (
        rod(0.02, 1.4 * half, around=8).turn("z", 90).paint(STEEL).move(0, 0.34 * high, 0.06)
        + box(0.03, 0.03, 0.06).paint(STEEL).move(0.6 * half, 0.34 * high, 0.04).both()
    )
    if chance(rng, 0.55):
        return (
            box(2 * half, high, 2 * deep, 0.015).paint(shade(colour, 0.9)).move(0, high / 2 + 0.03)
            + front
            + door.move(0, 0.46 * high, deep + 0.02)
            + feet
        )
    wall = 0.05
    shape = (
        box(wall, high, 2 * deep).move(half - wall / 2, high / 2).both()
        + box(2 * half, wall, 2 * deep).move(0, high).along(1)
        + box(2 * half, wall, 2 * deep).move(0, 0.05)
        + box(2 * half, high, wall).move(0, high / 2, -deep)
    ).paint(shade(colour, 0.85))
    shape += front + feet + door.turn("x", 90).move(0, 0.1, deep + 0.39 * high)
    for level, z in ((0.2, rng.uniform(0.05, 0.3)), (0.52, rng.uniform(0, 0.12))):
        rack = (
            rail((-0.85 * half, 0, 0), (0.85 * half, 0, 0), 0.016, around=5).along(6, z=0.09)
            + rail((0.85 * half, 0.0, -0.26), (0.85 * half, 0.0, 0.26), 0.018, around=5).both()
            + rail((0.85 * half, 0.12, -0.26), (0.85 * half, 0.12, 0.26), 0.018, around=5).both()
            + rail((-0.85 * half, 0.12, 0.26), (0.85 * half, 0.12, 0.26), 0.018, around=5)
        )
        plates = rod(0.13, 0.03, around=16).turn("x", 80).along(4, z=0.1).paint(pick(rng, [WHITE, pastel(rng)])).move(
            -0.35 * half, 0.12, 0
        ) + rod(0.05, 0.12, 0.04, 10).along(3, z=0.14).paint(vivid(rng)).move(0.5 * half, 0.07)
        shape += (rack.paint(STEEL) + plates).move(0, level * high, z)
    return shape


FAMILIES = {
    "oven_hood": oven_hood,
    "dishwasher": dishwasher,
}
