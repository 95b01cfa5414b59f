"""Backpacks, suitcases and handbags."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    LEATHER,
    STEEL,
    chance,
    checks,
    metal,
    near,
    pick,
    shade,
    vivid,
)
from ...parts import ball, box, hull, rail, tube
from ...shape import Colour, Shape


def with_closure(rng: np.random.Generator, shape: Shape, wide: float, high: float, deep: float, trim: Colour) -> Shape:
    """Return the backpack with a buckled flap or a zip."""
    if chance(rng, 0.5):
        flap = ball(0.46 * wide, 0.3 * high, 0.3 * deep, 2.5, 18).paint(trim).move(0, 0.72 * high, 0.25 * deep)
        shape += (
            flap
            + box(0.06, 0.2 * high, 0.05, 0.01).paint(LEATHER).move(0.16 * wide, 0.5 * high, 0.53 * deep).both()
            + box(0.08, 0.06, 0.07).paint(metal(rng)).move(0.16 * wide, 0.46 * high, 0.53 * deep).both()
        )
    else:
        shape += (
            tube(
                [
                    (0.44 * wide, 0.55 * high, 0.35 * deep),
                    (0.38 * wide, 0.85 * high, 0.3 * deep),
                    (0, 0.95 * high, 0.3 * deep),
                ],
                0.022,
                6,
                along=10,
            )
            .both()
            .paint(BLACK)
        )
    return shape


def backpack(rng: np.random.Generator) -> Shape:
    """Return a rucksack with pockets, flap, straps on its back."""
    colour, trim = vivid(rng), pick(rng, [vivid(rng), LEATHER, BLACK])
    wide, high, deep = rng.uniform(0.62, 0.78), rng.uniform(0.85, 1.1), rng.uniform(0.34, 0.46)
    shape = hull(
        [
            (0, 0.42 * wide, -0.4 * deep, 0.42 * deep, 4),
            (0.08 * high, 0.5 * wide, -0.48 * deep, 0.5 * deep, 4),
            (0.7 * high, 0.48 * wide, -0.46 * deep, 0.45 * deep, 4),
            (0.92 * high, 0.4 * wide, -0.4 * deep, 0.32 * deep, 3),
            (high, 0.2 * wide, -0.2 * deep, 0.15 * deep, 2.5),
        ],
        26,
        18,
        "y",
    ).paint(colour)
    shape += (
        box(0.66 * wide, 0.36 * high, 0.16, 0.06, 4)
        .paint(pick(rng, [trim, shade(colour, 0.75)]))
        .move(0, 0.27 * high, 0.5 * deep)
    )
    shape += box(0.5 * wide, 0.03, 0.03).paint(STEEL).move(0, 0.4 * high, 0.5 * deep + 0.07)
    if chance(rng, 0.5):
        shape += box(0.14, 0.3 * high, 0.26, 0.05, 4).paint(shade(colour, 0.8)).move(0.5 * wide, 0.22 * high).both()
    shape = with_closure(rng, shape, wide, high, deep, trim)
    strap = tube(
        [
            (0.22 * wide, 0.9 * high, -0.42 * deep),
            (0.3 * wide, 0.75 * high, -0.5 * deep - 0.2),
            (0.36 * wide, 0.35 * high, -0.5 * deep - 0.18),
            (0.36 * wide, 0.08 * high, -0.42 * deep),
        ],
        np.array([[0.06, 0.03]] * 4),
        8,
        along=14,
    )
    shape += strap.paint(trim).both() + tube(
        [
            (-0.1, 0.95 * high, -0.25 * deep),
            (-0.08, high + 0.1, -0.25 * deep),
            (0.08, high + 0.1, -0.25 * deep),
            (0.1, 0.95 * high, -0.25 * deep),
        ],
        0.025,
        along=10,
    ).paint(trim)
    return shape


def handbag(rng: np.random.Generator, colour: Colour) -> Shape:
    """Return a soft bag with a clasp and two loops."""
    wide, high = rng.uniform(0.8, 1.1), rng.uniform(0.55, 0.75)
    shape = hull(
        [
            (0, 0.5 * wide, -0.2, 0.2, 5),
            (0.5 * high, 0.46 * wide, -0.17, 0.17, 4),
            (high, 0.4 * wide, -0.07, 0.07, 4),
        ],
        26,
        10,
        "y",
    ).paint(pick(rng, [colour, LEATHER, checks([colour, shade(colour, 0.8)], 0.15)]))
    shape += box(0.16, 0.13, 0.06, 0.02).paint((0.9, 0.73, 0.25)).move(0, 0.7 * high, 0.14) + ball(
        0.44 * wide, 0.16, 0.17, 3, 16
    ).paint(shade(colour, 0.75)).move(0, 0.93 * high)
    loop = tube(
        [
            (-0.26 * wide, 0.9 * high, 0),
            (-0.22 * wide, high + 0.3, 0),
            (0.22 * wide, high + 0.3, 0),
            (0.26 * wide, 0.9 * high, 0),
        ],
        0.032,
        along=18,
    )
    return shape + loop.paint(pick(rng, [LEATHER, BLACK, colour])).move(0, 0, 0.08).both("z")


def suitcase(rng: np.random.Generator) -> Shape:
    """Return a trolley with ribs, an old leather case with straps, a briefcase, or a handbag."""
    kind, colour = pick(rng, ["trolley", "trolley", "old", "handbag"]), vivid(rng)
    if kind == "trolley":
        wide, high, deep = rng.uniform(0.6, 0.72), rng.uniform(0.85, 1.05), rng.uniform(0.28, 0.36)
        shape = box(wide, high, deep, 0.07, 4).paint(colour).move(0, high / 2 + 0.08)
        ribs = int(rng.integers(4, 7))
        shape += box(0.05, 0.9 * high, deep + 0.035, 0.012).along(ribs, x=0.8 * wide / ribs).paint(
            shade(colour, 0.85)
        ).move(0, high / 2 + 0.08) + box(wide + 0.01, high + 0.01, 0.03, 0.012).paint(BLACK).move(0, high / 2 + 0.08)
        shape += ball(0.06, detail=10).paint(BLACK).move(0.4 * wide, 0.06, 0.35 * deep).corners()
        tall = pick(rng, [0.06, rng.uniform(0.25, 0.45)])
        shape += rail((0.16, high, -0.35 * deep), (0.16, high + 0.08 + tall, -0.35 * deep), 0.02).both().paint(
            STEEL
        ) + box(0.4, 0.05, 0.06, 0.02).paint(BLACK).move(0, high + 0.1 + tall, -0.35 * deep)
        return shape
    if kind == "handbag":
        return handbag(rng, colour)
    colour = pick(rng, [LEATHER, near(rng, LEATHER, 0.1), (0.2, 0.3, 0.35), BLACK, colour])
    wide, high, deep = rng.uniform(0.9, 1.2), rng.uniform(0.6, 0.75), rng.uniform(0.22, 0.34)
    shape = box(wide, high, deep, 0.04).paint(colour).move(0, high / 2) + box(wide + 0.012, high + 0.012, 0.025).paint(
        shade(colour, 0.5)
    ).move(0, high / 2)
    shape += (
        box(0.07, high + 0.03, deep + 0.03, 0.01).paint(shade(colour, 0.6)).move(0.28 * wide, high / 2).both()
        + box(0.1, 0.08, 0.03).paint((0.88, 0.72, 0.3)).move(0.28 * wide, 0.7 * high, deep / 2 + 0.015).both()
    )
    shape += (
        ball(0.09, detail=8)
        .paint(shade(colour, 0.6))
        .move(wide / 2 - 0.05, high / 2 - 0.26 * high, deep / 2 - 0.05)
        .corners()
        .move(0, 0.0)
        if chance(rng, 0.3)
        else box(0.13, 0.13, deep + 0.02, 0.03).paint(shade(colour, 0.6)).move(wide / 2 - 0.055, 0.06).both()
    )
    return shape + tube(
        [(-0.14, high, 0), (-0.12, high + 0.11, 0), (0.12, high + 0.11, 0), (0.14, high, 0)],
        np.array([[0.04, 0.025]] * 4),
        8,
        along=12,
    ).paint(shade(colour, 0.6))


FAMILIES = {
    "backpack": backpack,
    "suitcase": suitcase,
}
