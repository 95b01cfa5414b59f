"""Cakes, donuts and ice cream."""

from __future__ import annotations

import numpy as np

from ...curves import arc
from ...paint import (
    CHOCOLATE,
    CREAM,
    WHITE,
    chance,
    pastel,
    pick,
    shade,
    split_at,
    stripes,
    tiles,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join

DOUGH: Colour = (0.86, 0.62, 0.34)


def cupcake(rng: np.random.Generator, icing: Colour) -> Shape:
    """Return a cake in a paper cup under a swirl of icing."""
    cup = (
        lathe([(0.3, 0), (0.42, 0.38), (0, 0.38)], 32)
        .bend(
            lambda v: (
                v
                * np.stack(
                    [
                        1 + 0.05 * np.cos(16 * np.arctan2(v[:, 2], v[:, 0])),
                        np.ones(len(v)),
                        1 + 0.05 * np.cos(16 * np.arctan2(v[:, 2], v[:, 0])),
                    ],
                    1,
                )
            )
        )
        .paint(vivid(rng))
    )
    turn = np.linspace(0, 3 * 2 * np.pi, 44)
    swirl = np.stack(
        [0.34 * (1 - turn / 22) * np.cos(turn), 0.42 + 0.5 * turn / 19, 0.34 * (1 - turn / 22) * np.sin(turn)], 1
    )
    shape = (
        cup
        + tube(swirl, np.linspace(0.17, 0.05, 44), 10).paint(icing)
        + lathe([(0.36, 0.36), (0.25, 0.6), (0, 0.85)], 18).paint(icing)
    )
    topping = (
        ball(0.1).paint((0.85, 0.08, 0.1)).move(0, 1.0)
        if chance(rng, 0.6)
        else rod(0.03, 0.3, around=8).paint(vivid(rng)).move(0, 1.05)
    )
    return shape + topping


def cake(rng: np.random.Generator) -> Shape:
    """Return a round cake with layers and candles, a slice of it, or a cupcake."""
    sponge, icing = pick(rng, [DOUGH, CHOCOLATE, CREAM]), pick(rng, [pastel(rng), CREAM, CHOCOLATE, (0.95, 0.6, 0.7)])
    kind = pick(rng, ["round", "round", "slice", "cupcake", "cupcake"])
    if kind == "cupcake":
        return cupcake(rng, icing)
    high, r = rng.uniform(0.35, 0.55), rng.uniform(0.5, 0.62)
    if kind == "slice":
        wedge_of = [(0, 0), *arc(r * 1.3, -20, 20, 7)]
        layers = [(0, sponge), (0.3, icing), (0.36, sponge), (0.66, icing), (0.72, sponge)]
        levels = [*(level for level, _ in layers), 1.0]
        shape = join(
            extrude(wedge_of, (b - a) * high, plane="xz").paint(colour).move(0, (a + b) / 2 * high)
            for (a, colour), b in zip(layers, levels[1:], strict=True)
        )
        shape += extrude(np.array(wedge_of) * 1.02, 0.08, plane="xz").paint(icing).move(0, high + 0.04) + ball(
            0.1
        ).paint((0.85, 0.08, 0.1)).move(0.95 * r, high + 0.14)
        return shape.turn("y", -90).move(0, 0, -0.4)
    tiers, level, shape = int(rng.integers(1, 4)), 0.0, rod(1.25 * r, 0.05, around=36).paint(WHITE)
    for k in range(tiers):
        size = r * (1 - 0.28 * k)
        tall = high * (1 - 0.1 * k)
        shape += (
            rod(size, tall, around=36, round_by=0.05)
            .paint(pick(rng, [icing, split_at(sponge, icing, "y", 0.2 * tall)]))
            .move(0, level + tall / 2)
        )
        shape += (
            ball(0.06, detail=6)
            .move(0.92 * size)
            .around(int(rng.integers(10, 16)))
            .paint(pick(rng, [CREAM, (0.85, 0.1, 0.15), vivid(rng)]))
            .move(0, level + tall)
        )
        if chance(rng, 0.5):
            drip = rod(0.06, 0.35 * tall, around=6, round_by=0.05).move(size, -0.14 * tall)
            shape += (
                (drip.around(14) + rod(0.99 * size, 0.06, around=36, round_by=0.02))
                .paint(CHOCOLATE if icing != CHOCOLATE else CREAM)
                .move(0, level + tall)
            )
        level += tall
    size = r * (1 - 0.28 * (tiers - 1))
    candles = int(rng.integers(0, 7))
    for k in range(candles):
        a = 2 * np.pi * k / max(candles, 1)
        candle = rod(0.035, 0.28, around=8).paint(vivid(rng)) + ball(0.035, 0.07, detail=8).paint(
            (1.0, 0.75, 0.2)
        ).move(0, 0.2)
        shape += candle.move(0.55 * size * np.cos(a), level + 0.14, 0.55 * size * np.sin(a))
    return shape if candles else shape + ball(0.13).paint((0.85, 0.08, 0.1)).move(0, level + 0.1)


def donut(rng: np.random.Generator) -> Shape:
    """Return a ring with icing and sprinkles, upright or lying, or a pretzel."""
    thick = rng.uniform(0.18, 0.26)
    icing = pick(rng, [(0.95, 0.55, 0.7), CHOCOLATE, CREAM, pastel(rng), vivid(rng)])
    ring = torus(0.4, thick, 36, 16, 0.85 * thick).paint(DOUGH)
    top = (
        torus(0.4, 0.93 * thick, 36, 14, 0.8 * thick)
        .bend(
            lambda v: (
                v
                + np.stack(
                    [0 * v[:, 0], 0.03 * np.cos(7 * np.arctan2(v[:, 2], v[:, 0])) * (v[:, 1] < 0.05), 0 * v[:, 0]], 1
                )
            )
        )
        .paint(icing)
        .move(0, 0.13 * thick + 0.03)
    )
    shape = ring + top
    if chance(rng, 0.75):
        for _ in range(26):
            turn, tilt = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 2.6)
            radius = 0.4 + 0.9 * thick * np.cos(tilt)
            sprinkle = rail((-0.035, 0, 0), (0.035, 0, 0), 0.014, around=6).turn("y", rng.uniform(0, 180))
            shape += sprinkle.paint(vivid(rng)).move(
                radius * np.cos(turn), 0.13 * thick + 0.04 + 0.78 * thick * np.sin(tilt), radius * np.sin(turn)
            )
    return shape.turn("x", pick(rng, [0, 20, 70, 90]))


def ice_cream(rng: np.random.Generator) -> Shape:
    """Scoops on a cone, soft ice, or an ice lolly."""
    kind = pick(rng, ["scoops", "scoops", "soft", "lolly"])
    wafer = (0.85, 0.62, 0.35)
    if kind == "lolly":
        first, second = vivid(rng), pick(rng, [vivid(rng), CREAM, CHOCOLATE])
        shape = hull(
            [
                (0, 0.3, -0.12, 0.12, 5),
                (0.7, 0.3, -0.12, 0.12, 4),
                (0.95, 0.2, -0.1, 0.1, 3),
                (1.02, 0.02, -0.02, 0.02),
            ],
            22,
            20,
            "y",
        ).paint(
            pick(
                rng,
                [
                    first,
                    split_at(first, second, "y", rng.uniform(0.35, 0.7)),
                    stripes([first, second, CREAM], "y", 0.34),
                ],
            )
        )
        return shape + box(0.14, 0.5, 0.06, 0.025).paint(wood(rng)).move(0, -0.2)
    high = rng.uniform(0.8, 1.0)
    cone = (
        lathe([(0.02, -high), (0.3, 0), (0.27, 0.03), (0, 0.0)], 22)
        .finer()
        .paint(tiles([wafer, shade(wafer, 0.8)], 0.1, 10))
    )
    if kind == "soft":
        turn = np.linspace(0, 3.2 * 2 * np.pi, 48)
        radius = 0.24 * (1 - turn / 21)
        path = np.stack([radius * np.cos(turn), 0.06 + 0.75 * turn / turn[-1], radius * np.sin(turn)], 1)
        colour = pick(rng, [CREAM, pastel(rng), CHOCOLATE])
        return (
            cone
            + tube(path, np.linspace(0.17, 0.04, 48), 10).paint(colour)
            + lathe([(0.24, 0), (0.15, 0.4), (0, 0.75)], 16).paint(colour)
        )
    shape, level = cone, 0.12
    for k in range(int(rng.integers(1, 4))):
        colour, r = pick(rng, [pastel(rng), CREAM, CHOCOLATE, (0.95, 0.6, 0.65), vivid(rng)]), 0.32 - 0.03 * k
        skirt = torus(0.85 * r, 0.08, 24, 8).bend(
            lambda v: v + np.stack([0 * v[:, 0], 0.025 * np.cos(8 * np.arctan2(v[:, 2], v[:, 0])), 0 * v[:, 0]], 1)
        )
        shape += (ball(r, 0.95 * r, detail=18) + skirt.move(0, -0.12)).paint(colour).move(0, level)
        level += 0.4 - 0.03 * k
    if chance(rng, 0.6):
        shape += ball(0.09, detail=10).paint((0.85, 0.08, 0.1)).move(0, level - 0.05)
    return (
        shape + rail((0.1, level - 0.3, 0), (0.22, level + 0.25, 0.02), 0.035).paint(CHOCOLATE)
        if chance(rng, 0.3)
        else shape
    )


FAMILIES = {
    "cake": cake,
    "donut": donut,
    "ice_cream": ice_cream,
}
