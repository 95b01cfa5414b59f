"""Drinks to take away."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    CREAM,
    WHITE,
    chance,
    hsv,
    near,
    pastel,
    pick,
    shade,
    split_at,
    stripes,
    vivid,
)
from ...parts import ball, lathe
from ...shape import Shape
from .drinks import CLEAR, drink_colour, straw
from .serving import SALAD, sides


def bubble_tea(
    rng: np.random.Generator,
    profile: list[np.ndarray | tuple[float, float]],
    around: int,
    high: float,
    foot: float,
    r: float,
) -> Shape:
    """Return a clear cup of tea with pearls under a domed lid."""
    drink = pick(rng, [(0.82, 0.65, 0.5), pastel(rng), drink_colour(rng)])
    shape = lathe(profile, around).paint(split_at(drink, shade(drink, 1.2), "y", 0.75 * high))
    for _ in range(34):
        angle, y = rng.uniform(0, 2 * np.pi), rng.uniform(0.06, 0.3) * high
        out = foot + (r - foot) * y / high
        shape += ball(0.055, detail=6).paint((0.12, 0.08, 0.07)).move(out * np.cos(angle), y, out * np.sin(angle))
    dome = lathe(
        [
            (1.05 * r, 0),
            (1.05 * r, 0.05),
            *[(r * np.cos(a), 0.05 + 0.6 * r * np.sin(a)) for a in np.linspace(0.05, 1.5, 6)],
            (0, 0.05 + 0.6 * r),
        ],
        26,
    )
    return shape + dome.paint(CLEAR).move(0, high) + straw(rng, high, high + 0.75, 0.08)


def takeaway_cup(rng: np.random.Generator) -> Shape:
    """Return a coffee cup with lid and sleeve, a soda with a straw, or bubble tea."""
    high, foot, r = rng.uniform(0.85, 1.3), rng.uniform(0.24, 0.3), rng.uniform(0.36, 0.44)
    kind, paper, around = (
        pick(rng, ["coffee", "coffee", "soda", "bubble"]),
        pick(rng, [WHITE, near(rng, (0.75, 0.58, 0.38)), vivid(rng), hsv(rng.random(), 0.4, 0.5)]),
        sides(rng),
    )
    t = np.linspace(0, 1, 14)
    profile = [*np.stack([foot + (r - foot) * t, high * t], 1), (0, high)]
    if kind == "bubble":
        return bubble_tea(rng, profile, around, high, foot, r)
    first = pick(
        rng, [stripes([paper, vivid(rng)], "y", 0.2 * high), split_at(vivid(rng), paper, "y", 0.4 * high), paper, paper]
    )
    shape = lathe(profile, around).paint(first)
    lid = pick(rng, [WHITE, BLACK, CREAM, (0.4, 0.25, 0.15)])
    shape += (
        lathe(
            [
                (1.06 * r, 0),
                (1.06 * r, 0.06),
                (0.95 * r, 0.08),
                (0.88 * r, 0.19),
                (0.8 * r, 0.19),
                (0.76 * r, 0.15),
                (0, 0.15),
            ],
            28,
        )
        .paint(lid)
        .move(0, high - 0.03)
    )
    if kind == "soda":
        shape += ball(0.22, 0.24, 0.06, pick(rng, [2, 4]), 14).paint(vivid(rng)).move(0, 0.5 * high, 0.5 * (r + foot))
        return shape + straw(rng, high, high + rng.uniform(0.4, 0.7), 0.05)
    low, top = 0.3, rng.uniform(0.6, 0.75)
    sleeve = lathe([(1.05 * (foot + (r - foot) * low), low * high), (1.05 * (foot + (r - foot) * top), top * high)], 26)
    shape += sleeve.paint(pick(rng, [near(rng, (0.62, 0.44, 0.28)), vivid(rng), near(rng, (0.85, 0.75, 0.6))]))
    if chance(rng, 0.5):
        shape += (
            ball(0.15, 0.15, 0.06, detail=14)
            .paint(pick(rng, [SALAD, WHITE, vivid(rng)]))
            .move(0, 0.5 * high, 1.02 * 0.5 * (r + foot))
        )
    return shape


FAMILIES = {"takeaway_cup": takeaway_cup}
