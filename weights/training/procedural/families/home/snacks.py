"""Burgers, pizza and hot dogs."""

from __future__ import annotations

import numpy as np

from ...curves import arc
from ...paint import (
    CREAM,
    chance,
    leaf,
    near,
    pick,
)
from ...parts import ball, box, extrude, hull, lathe, rod, torus, tube
from ...shape import Colour, Shape
from .food import DOUGH


def upper_bun(rng: np.random.Generator, shape: Shape, r: float, bun: Colour, level: float) -> Shape:
    """Return the burger with its upper bun, mostly with sesame."""
    tall = rng.uniform(0.26, 0.4)
    top = np.linspace(0, np.pi / 2, 10)
    dome = np.concatenate([[[0.9 * r, 0]], np.stack([r * np.cos(top) ** 0.8, 0.05 + tall * np.sin(top)], 1)])
    dome[-1, 0] = 0
    shape += lathe(dome, 32).paint(bun).move(0, level)
    if chance(rng, 0.75):
        for k in range(18):
            lat, turn = rng.uniform(0.5, 1.45), 2.4 * k
            shape += (
                ball(0.022, 0.02, 0.04, detail=6)
                .turn("y", 40 * k)
                .paint(CREAM)
                .move(
                    r * np.cos(lat) ** 0.8 * np.cos(turn),
                    level + 0.055 + tall * np.sin(lat),
                    r * np.cos(lat) ** 0.8 * np.sin(turn),
                )
            )
    return shape


def burger(rng: np.random.Generator) -> Shape:
    """Bun, meat, cheese, salad, tomato, in varying layers."""
    r, bun = 0.55, near(rng, (0.82, 0.52, 0.22))
    shape, level = rod(r, 0.2, 0.98 * r, 32, 0.08).paint(bun).move(0, 0.1), 0.2
    salad = lathe([(0.2, 0), (1.12 * r, -0.03), (1.14 * r, 0.03), (0.2, 0.06)], 36).bend(
        lambda v: (
            v
            + np.stack(
                [
                    0 * v[:, 0],
                    0.04 * np.cos(9 * np.arctan2(v[:, 2], v[:, 0])) * np.hypot(v[:, 0], v[:, 2]) / r,
                    0 * v[:, 0],
                ],
                1,
            )
        )
    )
    for _ in range(int(rng.integers(1, 4))):
        shape += rod(1.02 * r, 0.16, around=30, round_by=0.06).paint((0.36, 0.19, 0.1)).move(0, level + 0.08)
        level += 0.16
        for extra in rng.permutation(["cheese", "salad", "tomato", "onion"])[: int(rng.integers(1, 4))]:
            if extra == "cheese":
                shape += (
                    box(1.55 * r, 0.04, 1.55 * r)
                    .finer()
                    .finer()
                    .bend(
                        lambda v: (
                            v
                            - np.stack(
                                [0 * v[:, 0], 0.5 * np.clip(np.hypot(v[:, 0], v[:, 2]) - 0.95 * r, 0, 1), 0 * v[:, 0]],
                                1,
                            )
                        )
                    )
                    .turn("y", rng.uniform(0, 90))
                    .paint((0.98, 0.75, 0.15))
                    .move(0, level + 0.02)
                )
                level += 0.04
            elif extra == "salad":
                shape += salad.paint((0.45, 0.72, 0.2)).move(0, level + 0.02)
                level += 0.06
            elif extra == "tomato":
                shape += (
                    rod(0.3, 0.07, around=20, round_by=0.02)
                    .paint((0.85, 0.15, 0.1))
                    .move(0.27, level + 0.035)
                    .around(3)
                )
                level += 0.07
            else:
                shape += torus(0.4, 0.04, 24, 6).paint((0.93, 0.88, 0.92)).move(0, level + 0.03)
                level += 0.05
    shape = upper_bun(rng, shape, r, bun, level)
    return shape


def pizza(rng: np.random.Generator) -> Shape:
    """Return a slice or a whole pizza with toppings, or a hot dog."""
    crust, cheese = DOUGH, (0.97, 0.8, 0.35)
    kind = pick(rng, ["slice", "whole", "hotdog"])
    if kind == "hotdog":
        bun = (
            hull(
                [
                    (-0.62, 0.1, -0.08, 0.1),
                    (-0.5, 0.17, -0.14, 0.16),
                    (0.5, 0.17, -0.14, 0.16),
                    (0.62, 0.1, -0.08, 0.1),
                ],
                18,
                14,
            )
            .turn("z", 20)
            .paint(near(rng, (0.85, 0.58, 0.3)))
            .move(0.2, 0)
            .both()
        )
        sausage = tube(
            [(0, 0.1, -0.75), (0, 0.14, -0.6), (0, 0.15, 0.6), (0, 0.1, 0.75)], [0.08, 0.13, 0.13, 0.08], 12, along=12
        ).paint((0.62, 0.25, 0.14))
        z = np.linspace(-0.6, 0.6, 40)
        return (
            bun
            + sausage
            + tube(np.stack([0.06 * np.sin(20 * z), 0.29 + 0 * z, z], 1), 0.035, 8).paint(
                pick(rng, [(0.97, 0.8, 0.1), (0.8, 0.1, 0.05)])
            )
            + box(0.36, 0.1, 1.0).paint(near(rng, (0.85, 0.6, 0.33))).move(0, -0.08)
        )
    r = 0.75
    if kind == "slice":
        shape = extrude([(0, 0), *arc(r, -24, 24, 9)], 0.07, plane="xz").paint(cheese) + tube(
            [(r * np.cos(a), 0.03, r * np.sin(a)) for a in np.radians(np.linspace(-25, 25, 9))], 0.075, 10
        ).paint(crust)
        places = [(0.3, 0), (0.55, 0.12), (0.56, -0.14)]
    else:
        shape = (
            rod(r, 0.07, around=40).paint(cheese)
            + torus(r, 0.075, 40, 10).paint(crust)
            + rod(0.96 * r, 0.09, around=40).paint((0.85, 0.3, 0.12)).move(0, -0.02)
        )
        places = [
            (q * np.cos(a), q * np.sin(a))
            for q, n in ((0.0, 1), (0.32, 5), (0.57, 9))
            for a in np.arange(n) * 2 * np.pi / n
        ]
    for x, z in places:
        kind_of = pick(rng, ["salami", "salami", "olive", "basil"])
        if kind_of == "salami":
            shape += rod(0.09, 0.04, around=16).paint((0.7, 0.15, 0.1)).move(x, 0.05, z)
        elif kind_of == "olive":
            shape += torus(0.045, 0.025, 12, 6).paint((0.15, 0.15, 0.12)).move(x, 0.055, z)
        else:
            shape += ball(0.09, 0.025, 0.05, detail=8).turn("y", rng.uniform(0, 180)).paint(leaf(rng)).move(x, 0.05, z)
    return shape.turn("y", 90).turn("x", pick(rng, [0, 30, 70]))


FAMILIES = {
    "burger": burger,
    "pizza": pizza,
}
