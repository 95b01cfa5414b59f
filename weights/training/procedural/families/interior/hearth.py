"""Fireplaces and stoves."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    GOLD,
    WHITE,
    chance,
    checks,
    dark,
    grey,
    pastel,
    pick,
    shade,
    stripes,
    wood,
)
from ...parts import ball, box, rail, rod
from ...shape import Shape


def _iron_stove(rng: np.random.Generator) -> Shape:
    """Return an iron stove with its pipe."""
    iron = pick(rng, [(0.17, 0.17, 0.19), dark(rng), (0.5, 0.15, 0.12)])
    body = box(0.9, 0.9, 0.65, 0.05).move(0, 0.75) if chance(rng, 0.5) else rod(0.45, 1.0, around=16).move(0, 0.75)
    door = (
        box(0.6, 0.5, 0.1, 0.03).paint(shade(iron, 1.5)).move(0, 0.78, 0.36)
        + box(0.44, 0.34, 0.13, 0.02).paint((1.0, 0.55, 0.12)).move(0, 0.78, 0.36)
        + box(0.44, 0.035, 0.15).along(2, y=0.12).paint(iron).move(0, 0.78, 0.36)
    )
    legs = rail((0.35, 0.35, 0.22), (0.42, 0, 0.28), 0.05).corners()
    return (
        (
            body
            + legs
            + box(1.0, 0.08, 0.75, 0.02).move(0, 1.24)
            + rod(0.13, 1.0, around=12).move(0, 1.7, -0.1)
            + rod(0.16, 0.06, around=12).move(0, 1.6, -0.1)
        ).paint(iron)
        + door
        + box(1.2, 0.06, 1.0).paint(grey(rng, 0.4, 0.7))
    )


def fireplace(rng: np.random.Generator) -> Shape:
    """Return a fireplace of brick, stone or wood with a fire and mantel, or an iron stove."""
    flame = (
        ball(0.12, 0.3, 0.1, detail=8).paint((1.0, 0.45, 0.08))
        + ball(0.07, 0.2, 0.1, detail=8).paint((1.0, 0.8, 0.2)).move(0, -0.06, 0.05)
    ).move(0, 0.32)
    fire = (
        rod(0.07, 0.6, around=8).turn("z", 90).paint((0.35, 0.22, 0.12)).turn("y", 15).move(0, 0.1)
        + rod(0.07, 0.5, around=8).turn("z", 90).paint((0.4, 0.25, 0.14)).turn("y", -20).move(0, 0.18)
        + flame
        + flame.scale(0.75).move(0.17).both()
    )
    if chance(rng, 0.3):
        return _iron_stove(rng)
    stone, top = (
        pick(rng, [(0.62, 0.28, 0.2), grey(rng, 0.45, 0.8), WHITE, wood(rng), (0.7, 0.62, 0.5)]),
        pick(rng, [wood(rng), WHITE, grey(rng, 0.3, 0.6)]),
    )
    half, high, deep, wide = (
        rng.uniform(0.75, 0.95),
        rng.uniform(1.0, 1.25),
        rng.uniform(0.22, 0.3),
        rng.uniform(0.24, 0.34),
    )
    open_high = rng.uniform(0.62, 0.75) * high
    cover = pick(
        rng, [stripes([stone, shade(stone, 0.8)], "y", 0.12, 6), checks([stone, shade(stone, 0.88)], 0.17), stone]
    )
    sides_of = box(wide, high, 2 * deep, cuts=8).move(half - wide / 2, high / 2).both() + box(
        2 * half, high - open_high, 2 * deep, cuts=8
    ).move(0, (high + open_high) / 2)
    shape = (
        sides_of.paint(cover)
        + box(2 * half - 0.1, high, 0.12).paint((0.14, 0.12, 0.12)).move(0, high / 2, -deep + 0.02)
        + box(2 * half + 0.2, 0.1, 2 * deep + 0.2, 0.02).paint(top).move(0, high + 0.04)
        + box(2 * half + 0.3, 0.08, 2 * deep + 0.5).paint(shade(stone, 0.7)).move(0, 0.02, 0.15)
    )
    if chance(rng, 0.5):
        shape += (
            box(rng.uniform(0.9, 1.5), rng.uniform(0.5, 1.0), 1.6 * deep, cuts=8)
            .paint(cover)
            .move(0, high + 0.4, -0.2 * deep)
        )
    else:
        shape += rod(0.05, 0.25, around=8).paint(WHITE).move(0.6 * half, high + 0.2).both() + (
            box(0.6, 0.45, 0.06).paint(GOLD) + box(0.5, 0.36, 0.08).paint(pastel(rng))
        ).move(0, high + 0.32, -0.5 * deep)
    return (
        shape
        + fire.scale(1.1).move(0, 0.05, 0.05)
        + (
            box(1.1, 0.05, 0.05).move(0, 0.3, deep) + rod(0.022, 0.3, around=6).along(6, x=0.19).move(0, 0.18, deep)
        ).paint(BLACK)
    )


FAMILIES = {
    "fireplace": fireplace,
}
