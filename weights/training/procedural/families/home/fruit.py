"""Fruit and vegetables."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth
from ...paint import (
    BLACK,
    CREAM,
    chance,
    gradient,
    leaf,
    pick,
    shade,
    tiles,
    wedges,
)
from ...parts import ball, extrude, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join


def stalk(high: float, thick: float, colour: Colour = (0.36, 0.24, 0.12)) -> Shape:
    return tube(
        [(0, -0.05, 0), (0.02, 0.5 * high, 0), (0.07, high, 0)], [thick, 0.8 * thick, 1.1 * thick], 8, along=6
    ).paint(colour)


def blade(long: float, wide: float, colour: Colour) -> Shape:
    """One leaf towards +X."""
    return tube(
        [(0, 0, 0), (0.5 * long, 0.25 * long, 0), (long, 0.05 * long, 0)],
        np.array([[0.025, 0.025], [wide, 0.02], [0.012, 0.01]]),
        8,
        along=8,
    ).paint(colour)


def apple(rng: np.random.Generator) -> Shape:
    """Apple, pear, orange, peach or lemon."""
    kind = pick(rng, ["apple", "apple", "pear", "orange", "lemon"])
    if kind == "apple":
        colour = pick(rng, [(0.8, 0.08, 0.08), (0.5, 0.72, 0.15), (0.9, 0.75, 0.2)])
        wide = rng.uniform(0.92, 1.08)
        fruit = lathe(
            smooth(
                [
                    (0.0, 0.12),
                    (0.2, 0.02),
                    (0.4 * wide, 0.22),
                    (0.5 * wide, 0.55),
                    (0.36 * wide, 0.85),
                    (0.14, 0.88),
                    (0.0, 0.78),
                ],
                26,
            )
            * [1, rng.uniform(0.9, 1.1)],
            26,
        )
        shape = fruit.paint(pick(rng, [colour, gradient(shade(colour, 1.6), colour, "x", -0.6, 0.3)])) + stalk(
            0.26, 0.035
        ).move(0, 0.78)
        return (
            shape + blade(0.32, 0.1, leaf(rng)).turn("y", rng.uniform(0, 360)).move(0.03, 0.95)
            if chance(rng, 0.7)
            else shape
        )
    if kind == "pear":
        colour = pick(rng, [(0.72, 0.78, 0.25), (0.85, 0.7, 0.25), (0.7, 0.45, 0.2)])
        fruit = lathe(
            smooth([(0, 0), (0.25, 0.03), (0.45, 0.35), (0.36, 0.7), (0.2, 1.02), (0.08, 1.18), (0, 1.17)], 26), 24
        ).bend(lambda v: v + np.stack([0.05 * v[:, 1] ** 2, 0 * v[:, 0], 0 * v[:, 0]], 1))
        return fruit.paint(colour) + stalk(0.25, 0.03).move(0.06, 1.15) + blade(0.3, 0.09, leaf(rng)).move(0.1, 1.25)
    if kind == "orange":
        colour = pick(rng, [(0.95, 0.55, 0.08), (0.95, 0.62, 0.4)])
        return (
            ball(0.5, 0.47, detail=26).paint(colour)
            + rod(0.07, 0.05, around=8, round_by=0.02).paint(leaf(rng)).move(0, 0.46)
            + blade(0.38, 0.12, leaf(rng)).turn("y", rng.uniform(0, 360)).move(0, 0.47)
        )
    colour = pick(rng, [(0.97, 0.87, 0.2), (0.55, 0.75, 0.2)])
    fruit = lathe(
        smooth([(0, -0.66), (0.09, -0.6), (0.3, -0.42), (0.42, 0), (0.3, 0.42), (0.08, 0.6), (0, 0.63)], 26), 22
    ).turn("z", rng.uniform(60, 90))
    return fruit.paint(colour) + blade(0.35, 0.11, leaf(rng)).move(-0.6, 0.05)


def bananas(rng: np.random.Generator) -> Shape:
    """Return a bunch of bananas or one."""
    colour = pick(rng, [(0.96, 0.83, 0.2), (0.96, 0.83, 0.2), (0.7, 0.75, 0.25)])
    count = int(rng.integers(1, 6))
    bow = rng.uniform(0.28, 0.45)
    path = [
        (0, 0.55, 0.02),
        (0, 0.45, 0.1),
        (0, 0.2, 0.32),
        (0, -0.15, 0.32 + 0.3 * bow),
        (0, -0.48, 0.42 - bow * 0.2),
        (0, -0.6, 0.32 - 0.2 * bow),
    ]
    one = tube(path, [0.045, 0.06, 0.125, 0.135, 0.09, 0.03], 10, along=20).paint(colour) + ball(0.04, detail=8).paint(
        (0.25, 0.18, 0.1)
    ).move(0, -0.6, 0.32 - 0.2 * bow)
    shape = join(one.turn("y", 30 * (k - (count - 1) / 2)).turn("x", rng.uniform(-4, 4)) for k in range(count))
    return shape + rod(0.09 if count > 1 else 0.05, 0.16, around=10, round_by=0.03).paint((0.5, 0.42, 0.15)).move(
        0, 0.58
    )


def berries(rng: np.random.Generator) -> Shape:
    """Grapes, a strawberry, or cherries."""
    kind = pick(rng, ["grapes", "strawberry", "strawberry", "cherries"])
    green = leaf(rng)
    if kind == "grapes":
        colour = pick(rng, [(0.35, 0.12, 0.4), (0.6, 0.75, 0.3), (0.45, 0.1, 0.2)])
        places = [
            (r * np.cos(a + level), -0.22 * level, r * np.sin(a + level))
            for level, (count, r) in enumerate(((5, 0.2), (7, 0.3), (6, 0.27), (5, 0.2), (3, 0.12), (1, 0.0)))
            for a in np.arange(count) * 2 * np.pi / count
        ]
        return (
            join(ball(0.15 * rng.uniform(0.9, 1.1), detail=10).move(*place) for place in places).paint(colour)
            + stalk(0.4, 0.035).move(0, 0.1)
            + blade(0.45, 0.2, green).move(0, 0.3)
        )
    if kind == "strawberry":
        colour = (0.87, 0.1, 0.12)
        t = rng.uniform(0.95, 1.25)
        shape = lathe(
            smooth([(0, -0.6 * t), (0.2, -0.48 * t), (0.42, 0.0), (0.4, 0.25), (0.2, 0.36), (0, 0.34)], 24), 24
        ).paint(colour)
        seeds = [
            (np.interp(y, [-0.55, -0.45, 0, 0.25], [0.12, 0.22, 0.42, 0.4]), y * t if y < 0 else y, a + 3 * y)
            for y in np.linspace(-0.45, 0.2, 5)
            for a in np.arange(8) * np.pi / 4
        ]
        shape += join(
            ball(0.022, 0.035, 0.022, detail=6).move(r * np.cos(a), y, r * np.sin(a)) for r, y, a in seeds
        ).paint((0.97, 0.85, 0.4))
        return (
            shape
            + join(blade(0.34, 0.1, green).turn("y", 60 * k) for k in range(6)).move(0, 0.32)
            + stalk(0.22, 0.03, green).move(0, 0.35)
        )
    colour = (0.6, 0.03, 0.1)
    shape = ball(0.3, 0.28).paint(colour).move(-0.33, 0) + ball(0.29, 0.27).paint(colour).move(0.33, -0.1, 0.1)
    top = np.array([0.05, 1.0, 0])
    for start in ((-0.33, 0.24, 0), (0.33, 0.12, 0.1)):
        shape += tube(
            [start, 0.5 * (np.array(start) + top) + np.array([0.1 * np.sign(start[0]), 0.05, 0]), top], 0.03, 8, along=9
        ).paint(green)
    return (
        shape
        + blade(0.5, 0.15, green).turn("z", -15).move(*top)
        + ball(0.05, detail=8).paint((0.4, 0.28, 0.12)).move(*top)
    )


def ribbed_pumpkin(rng: np.random.Generator) -> Shape:
    """Return a ribbed pumpkin, one in two with a cut face."""
    ribs, flat_by = int(rng.integers(8, 12)), rng.uniform(0.7, 0.95)
    colour = pick(rng, [(0.92, 0.48, 0.08), (0.92, 0.48, 0.08), (0.85, 0.7, 0.3), (0.4, 0.5, 0.25)])
    shape = (
        ball(0.5, 0.5 * flat_by, detail=4 * ribs)
        .bend(
            lambda v: (
                v
                * np.stack(
                    [
                        1 - 0.1 * np.abs(np.sin(ribs / 2 * np.arctan2(v[:, 2], v[:, 0]))) ** 0.5 * -1,
                        np.ones(len(v)),
                        1 + 0.1 * np.abs(np.sin(ribs / 2 * np.arctan2(v[:, 2], v[:, 0]))) ** 0.5,
                    ],
                    1,
                )
            )
        )
        .paint(colour)
    )
    if chance(rng, 0.5):
        face = extrude([(-0.09, -0.06), (0.09, -0.06), (0, 0.1)], 0.16).move(0.17, 0.1, 0.45).both() + extrude(
            [(-0.05, -0.04), (0.05, -0.04), (0, 0.05)], 0.14
        ).move(0, 0.0, 0.5)
        mouth = extrude(
            [
                (-0.26, -0.06),
                (-0.14, -0.16),
                (-0.06, -0.12),
                (0.0, -0.19),
                (0.06, -0.12),
                (0.14, -0.16),
                (0.26, -0.06),
                (0, -0.1),
            ],
            0.16,
        ).move(0, -0.03, 0.46)
        shape += (face + mouth).paint(pick(rng, [BLACK, (1.0, 0.85, 0.3)]))
    return shape + stalk(0.25, 0.07, (0.4, 0.45, 0.2)).move(0, 0.45 * flat_by)


def pumpkin(rng: np.random.Generator) -> Shape:
    """Pumpkin, melon or pineapple."""
    kind, green = pick(rng, ["pineapple", "pumpkin", "pumpkin", "melon"]), leaf(rng)
    if kind == "pineapple":
        colour = (0.85, 0.6, 0.15)
        high = rng.uniform(0.45, 0.6)
        shape = ball(0.36, high, detail=26, power=2.3).paint(tiles([colour, shade(colour, 0.65)], 0.09, 26))
        for k in range(16):
            tall = 0.5 - 0.014 * k
            shape += (
                tube(
                    [(0, 0, 0), (0, 0.5 * tall, 0.05 + 0.008 * k), (0, tall, 0.1 + 0.025 * k)],
                    np.array([[0.07, 0.025], [0.055, 0.02], [0.01, 0.01]]),
                    8,
                    along=7,
                )
                .paint(shade(green, rng.uniform(0.8, 1.2)))
                .turn("y", 137.5 * k)
                .move(0, 0.9 * high)
            )
        return shape
    if kind == "pumpkin":
        return ribbed_pumpkin(rng)
    ripe = (0.9, 0.2, 0.22)
    if chance(rng, 0.5):
        slice_of = extrude([*arc(0.6, 180, 360, 17), (0.6, 0.0)], 0.3)
        return (
            slice_of.scale(1.06, 1.06, 1.0).paint((0.2, 0.5, 0.2))
            + extrude(arc(0.58, 182, 358, 15), 0.32).paint(CREAM).move(0, 0.005)
            + extrude(arc(0.54, 183, 357, 15), 0.34).paint(ripe).move(0, 0.012)
            + join(
                ball(0.025, 0.04, 0.02, detail=6).move(x, y, z)
                for z in (0.17, -0.17)
                for x, y in (
                    (-0.3, -0.12),
                    (-0.1, -0.2),
                    (0.1, -0.18),
                    (0.3, -0.1),
                    (0.0, -0.38),
                    (-0.2, -0.33),
                    (0.2, -0.35),
                )
            ).paint(BLACK)
        )
    return ball(0.62, 0.5, 0.5, detail=28).turn("y", 90).paint(
        wedges([(0.15, 0.42, 0.18), (0.45, 0.65, 0.3)], 14, "z")
    ) + stalk(0.14, 0.03, green).turn("x", 60).move(0, 0.05, 0.6)


def vegetable(rng: np.random.Generator) -> Shape:
    """Carrot, tomato, aubergine, maize or broccoli."""
    kind, green = pick(rng, ["carrot", "carrot", "tomato", "aubergine", "maize", "broccoli"]), leaf(rng)
    if kind == "carrot":
        long = rng.uniform(0.9, 1.3)
        shape = lathe(
            smooth([(0, -long), (0.06, -0.9 * long), (0.15, -0.4 * long), (0.2, -0.05), (0.12, 0.03), (0, 0.03)], 22),
            20,
        ).paint((0.95, 0.5, 0.1)) + join(
            torus(r, 0.014, 18, 5).move(0, -y * long) for y, r in ((0.25, 0.17), (0.5, 0.13), (0.7, 0.1))
        ).paint((0.8, 0.38, 0.06))
        for k in range(7):
            shape += (
                tube([(0, 0, 0), (0, 0.25, 0.06), (0, 0.5, 0.16 + 0.02 * k)], [0.03, 0.05, 0.025], 7, along=7)
                .paint(shade(green, rng.uniform(0.8, 1.3)))
                .turn("y", 55 * k)
            )
        return shape.turn("z", pick(rng, [0, 0, 60, 90]))
    if kind == "tomato":
        shape = ball(0.5, 0.4, detail=24, power=2.2).paint((0.87, 0.15, 0.08))
        return (
            shape
            + join(blade(0.28, 0.06, green).turn("y", 72 * k) for k in range(5)).move(0, 0.38)
            + stalk(0.16, 0.035, green).move(0, 0.38)
        )
    if kind == "aubergine":
        shape = (
            lathe(smooth([(0, -0.75), (0.24, -0.68), (0.33, -0.35), (0.22, 0.15), (0.15, 0.45), (0, 0.5)], 24), 22)
            .bend(lambda v: v + np.stack([0.12 * v[:, 1] ** 2, 0 * v[:, 0], 0 * v[:, 0]], 1))
            .paint((0.25, 0.08, 0.3))
        )
        return shape + (lathe([(0.2, -0.1), (0.12, 0.06), (0.05, 0.12), (0.05, 0.25), (0, 0.25)], 10)).paint(
            green
        ).move(0.03, 0.42)
    if kind == "maize":
        corn = lathe(smooth([(0.1, -0.6), (0.2, -0.45), (0.2, 0.1), (0.12, 0.5), (0, 0.62)], 30), 26).paint(
            tiles([(0.97, 0.82, 0.25), (0.88, 0.68, 0.15)], 0.05, 18)
        )
        husk = tube(
            [(0, -0.65, 0.12), (0, -0.25, 0.24), (0, 0.15, 0.3), (0, 0.45, 0.42)],
            np.array([[0.1, 0.03], [0.17, 0.025], [0.13, 0.02], [0.015, 0.012]]),
            8,
            along=9,
        )
        return corn + husk.paint(green).around(3) + rod(0.07, 0.25, around=10).paint(green).move(0, -0.7)
    shape = rod(0.14, 0.6, 0.17, 12).paint((0.65, 0.75, 0.4)).move(0, -0.2)
    for k in range(9):
        place = (
            np.array([0.3 * np.cos(2.4 * k), 0.3 + 0.05 * (k % 2), 0.3 * np.sin(2.4 * k)])
            if k
            else np.array([0, 0.42, 0])
        )
        shape += rail((0, -0.1, 0), place, 0.09, 0.06, 8).paint((0.6, 0.72, 0.35)) + join(
            ball(0.13, detail=8).move(*(place + 0.1 * v)) for v in rng.normal(size=(4, 3)) * 0.7
        ).paint(shade((0.2, 0.45, 0.15), rng.uniform(0.8, 1.3)))
    return shape


FAMILIES = {
    "apple": apple,
    "bananas": bananas,
    "berries": berries,
    "pumpkin": pumpkin,
    "vegetable": vegetable,
}
