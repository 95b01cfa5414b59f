"""Fittings and machines of kitchens."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    STEEL,
    WHITE,
    chance,
    grey,
    pastel,
    pick,
    shade,
    vivid,
    wood,
)
from ...parts import ball, box, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from ..interior.storage import finish, knob, trinket


def tap(rng: np.random.Generator, high: float, colour: Colour) -> Shape:
    """Return a water tap that stands on y = 0 and reaches towards +Z."""
    if chance(rng, 0.4):
        spout = (
            box(0.06, high, 0.06).move(0, high / 2)
            + box(0.06, 0.05, 0.3).move(0, high, 0.12)
            + box(0.06, 0.07, 0.05).move(0, high - 0.04, 0.25)
        )
    else:
        spout = tube(
            [(0, 0, 0), (0, 0.75 * high, 0), (0, high, 0.1), (0, 0.85 * high, 0.24), (0, 0.7 * high, 0.25)],
            0.03,
            along=16,
        )
    grips = (
        (rod(0.03, 0.1).move(0, 0.05) + ball(0.045, 0.03, 0.045, detail=8).move(0, 0.11)).move(0.15).both()
        if chance(rng, 0.5)
        else rail((0, 0.5 * high, 0), (0.12, 0.62 * high, 0), 0.02)
    )
    return (spout + grips + rod(0.05, 0.04, around=12).move(0, 0.02)).paint(colour)


def _sink_kitchen(rng: np.random.Generator, deep: float, level: float, steel: Colour) -> Shape:
    """Return the kitchen kind of sink."""
    wide = rng.uniform(0.6, 0.85)
    top = (
        box(2 * wide, 0.06, 2 * deep + 0.1, 0.015).paint(STEEL)
        + box(0.7 * wide, 0.07, 1.4 * deep, 0.01).paint(grey(rng, 0.3, 0.45)).move(-0.5 * wide, 0.0, 0.03)
        + box(0.03, 0.03, 1.4 * deep).along(6, x=0.12 * wide).paint(shade(STEEL, 0.8)).move(0.5 * wide, 0.03)
    )
    top += tap(rng, 0.34, steel).move(-0.5 * wide, 0.02, -0.85 * deep)
    body = finish(rng)
    doors = (
        (box(0.92 * wide, level - 0.2, 0.04, 0.01).paint(shade(body, 1.15)) + knob(rng).move(-0.36 * wide, 0.2, 0.03))
        .move(0.49 * wide, level / 2 + 0.03, deep)
        .both()
    )
    return (
        top.move(0, level)
        + box(1.95 * wide, level - 0.08, 2 * deep).paint(body).move(0, level / 2 + 0.04)
        + doors
        + box(1.8 * wide, 0.1, 1.8 * deep).paint(BLACK).move(0, 0.05)
    )


def sink(rng: np.random.Generator) -> Shape:
    """Return a wash basin: on a pedestal, on a cupboard, a bowl, or a kitchen sink with drainer."""
    colour, steel = pick(rng, [WHITE, WHITE, pastel(rng), STEEL]), pick(rng, [STEEL, (0.85, 0.68, 0.3), BLACK])
    half, deep = rng.uniform(0.28, 0.42), rng.uniform(0.22, 0.3)
    kind, power = pick(rng, ["pedestal", "cupboard", "bowl", "kitchen"]), pick(rng, [2, 2.6, 5])
    level = rng.uniform(0.75, 0.85)
    basin = hull(
        [
            (-0.2, 0.55 * half, -0.5 * deep, 0.6 * deep, power),
            (-0.1, 0.9 * half, -0.9 * deep, 0.92 * deep, power),
            (0, half, -deep, deep, power),
        ],
        28,
        9,
        "y",
    ).paint(colour)
    basin += hull(
        [(0.0, 0.82 * half, -0.6 * deep, 0.82 * deep, power), (0.012, 0.83 * half, -0.62 * deep, 0.83 * deep, power)],
        28,
        axis="y",
    ).paint(shade(colour, 0.75)) + rod(0.04, 0.02, around=12).paint(steel).move(0, 0.015, 0.05)
    basin += tap(rng, rng.uniform(0.2, 0.34), steel).move(0, 0, -0.78 * deep)
    if kind == "pedestal":
        leg = lathe(
            smooth([(0.16, 0), (0.13, 0.06), (0.08, 0.3), (0.1, 0.6), (0.17, level - 0.12)], 12),
            int(pick(rng, [8, 18])),
        ).paint(colour)
        return (
            basin.move(0, level)
            + leg.move(0, 0, -0.2 * deep)
            + box(1.5 * half, 0.1, 0.05).paint(colour).move(0, level + 0.02, -deep)
        )
    if kind == "kitchen":
        return _sink_kitchen(rng, deep, level, steel)
    wide, body = half + rng.uniform(0.05, 0.3), finish(rng)
    shape = (
        box(2 * wide, level - 0.22, 2 * deep, 0.015).paint(body).move(0, level / 2 - 0.06)
        + (box(0.94 * wide, level - 0.32, 0.04, 0.01).paint(shade(body, 1.15)) + knob(rng).move(-0.38 * wide))
        .move(0.49 * wide, level / 2 - 0.06, deep)
        .both()
    )
    shape += box(0.05, 0.14, 0.05).paint(BLACK).move(wide - 0.06, 0.05, deep - 0.06).corners()
    counter = box(2 * wide + 0.06, 0.05, 2 * deep + 0.06, 0.01).paint(
        pick(rng, [WHITE, wood(rng), grey(rng, 0.3, 0.8)])
    )
    lift = 0.13 if kind == "bowl" else 0.02
    shape += counter.move(0, level - 0.14) + basin.move(0, level - 0.12 + lift)
    if chance(rng, 0.4):
        shape += (
            box(1.4 * half, 0.7, 0.05, 0.015).paint(shade(body, 0.8)).move(0, level + 0.52, -deep)
            + box(1.25 * half, 0.6, 0.06).paint((0.75, 0.86, 0.92)).move(0, level + 0.52, -deep + 0.01)
            + box(2 * wide, 1.1, 0.04).paint(pastel(rng)).move(0, level + 0.4, -deep - 0.03)
        )
    return shape


def kitchen_island(rng: np.random.Generator) -> Shape:
    """Return a free-standing counter with shelves or doors, often with stools, a hob or fruit."""
    colour, top = finish(rng), pick(rng, [wood(rng), WHITE, grey(rng, 0.2, 0.8), BLACK])
    half, high, deep = rng.uniform(0.55, 0.95), rng.uniform(0.82, 0.92), rng.uniform(0.3, 0.42)
    over = rng.uniform(0.02, 0.22)
    shape = box(2 * half + 0.1, 0.07, 2 * deep + over, 0.015).paint(top).move(0, high, -over / 2 + 0.03)
    if chance(rng, 0.4):
        shape += (
            box(0.08, high, 0.08).paint(colour).move(half - 0.05, high / 2, deep - 0.05).corners()
            + box(2 * half, 0.05, 2 * deep).along(2, y=0.34).paint(colour).move(0, 0.32)
            + box(1.9 * half, 0.16, 1.9 * deep).paint(shade(colour, 0.85)).move(0, high - 0.1)
        )
        shape += join(
            trinket(rng).scale(1.3).move(x, y)
            for x, y in ((-0.5 * half, 0.17), (0.3 * half, 0.17), (0.55 * half, 0.51), (-0.2 * half, 0.51))
        )
        shape += (
            box(0.4, 0.12, 0.03, 0.01).paint(shade(colour, 1.2)).move(0.5 * half, high - 0.1, deep).both()
            if chance(rng, 0.5)
            else rod(0.02, 1.6 * deep, around=8).turn("x", 90).paint(STEEL).move(half + 0.06, high - 0.1)
        )
        if chance(rng, 0.5):
            shape += rod(0.07, 0.05, around=12).turn("z", 90).paint(BLACK).move(half - 0.05, 0, deep - 0.05).corners()
    else:
        count = int(rng.integers(2, 5))
        wide = 1.96 * half / count
        shape += box(2 * half, high - 0.1, 2 * deep).paint(shade(colour, 0.9)).move(0, high / 2 + 0.05) + box(
            1.9 * half, 0.12, 1.9 * deep
        ).paint(BLACK).move(0, 0.06)
        door = (
            box(0.92 * wide, high - 0.22, 0.04, 0.012).paint(colour)
            + box(0.6 * wide, 0.6 * high, 0.055, 0.01).paint(shade(colour, 0.92))
            + knob(rng).move(0.36 * wide, 0.2, 0.03)
        )
        shape += door.along(count, x=wide).move(0, high / 2 + 0.05, deep)
    if chance(rng, 0.5):
        seat = pick(rng, [wood(rng), vivid(rng), BLACK])
        stool = rod(0.17, 0.06, around=int(pick(rng, [8, 18])), round_by=0.02).paint(seat).move(0, 0.66) + (
            rail((0.15, 0, 0.15), (0.09, 0.65, 0.09), 0.022).corners() + torus(0.15, 0.018, 14, 6).move(0, 0.25)
        ).paint(pick(rng, [seat, STEEL, BLACK]))
        shape += stool.along(int(rng.integers(1, 4)), x=0.5).move(0, 0, -deep - 0.3)
    if chance(rng, 0.5):
        shape += hull([(0, 0.1, -0.1, 0.1), (0.1, 0.2, -0.2, 0.2)], 16, axis="y").paint(wood(rng)).move(
            -0.4 * half, high + 0.03
        ) + join(
            ball(0.08, detail=8)
            .paint(pick(rng, [(0.85, 0.2, 0.15), (0.95, 0.6, 0.1), (0.5, 0.7, 0.2)]))
            .move(-0.4 * half + x, high + 0.15, z)
            for x, z in ((0.08, 0), (-0.07, 0.06), (-0.03, -0.09))
        )
    if chance(rng, 0.4):
        shape += box(0.6, 0.025, 0.45, 0.01).paint(BLACK).move(0.45 * half, high + 0.045) + torus(
            0.09, 0.018, 16, 6
        ).move(0.14, 0, 0.1).corners().paint(grey(rng, 0.3, 0.5)).move(0.45 * half, high + 0.06)
    return shape


FAMILIES = {
    "sink": sink,
    "kitchen_island": kitchen_island,
}
