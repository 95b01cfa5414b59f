"""Campfires and corals."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, chance, dark, gradient, grey, pick, shade, stripes, vivid, wood
from ...parts import ball, lathe, rail, rod, torus
from ...shape import Colour, Shape, join
from ..living.trees import bark
from .stones import grounded, stone, stone_colour
from .timber import log
from .woodland import limb


def campfire(rng: np.random.Generator) -> Shape:
    """Return burning logs in a ring of stones, stacked or crossed, sometimes under a pot or a spit."""
    brown, kind = bark(rng), pick(rng, ["teepee", "cross", "stack"])
    around, r = int(rng.integers(7, 12)), rng.uniform(0.55, 0.7)
    shape = rod(r, 0.06, around=16).paint((0.2, 0.18, 0.17)).move(0, 0.02)
    if chance(rng, 0.8):
        shape += join(
            stone(rng, rng.uniform(0.13, 0.2), "facets", grey(rng, 0.35, 0.65)).move(r).turn("y", 360 * k / around)
            for k in range(around)
        )
    one = log(rng, rng.uniform(0.07, 0.1), rng.uniform(0.7, 0.95), brown, 7)
    if kind == "teepee":
        shape += one.turn("z", -55).move(-0.24, 0.3).around(int(rng.integers(4, 7)))
    elif kind == "cross":
        shape += one.turn("z", 14).move(0.2, 0.12).around(5)
    else:
        pair = one.move(0, 0.08, 0.22).both("z")
        shape += pair + pair.turn("y", 90).move(0, 0.15) + pair.move(0, 0.3)
    if chance(rng, 0.85):
        flame = lathe(smooth([(0.06, 0), (0.2, 0.18), (0.13, 0.5), (0, 0.9)], 9), pick(rng, [5, 10]))
        flame = flame.bend(
            lambda v: v + np.stack([0.1 * np.sin(5 * v[:, 1]), 0 * v[:, 1], 0.06 * np.sin(7 * v[:, 1])], 1)
        )
        for k in range(int(rng.integers(3, 7))):
            size, out = (1.1, 0) if k == 0 else (rng.uniform(0.5, 0.85), 0.17)
            tone = pick(rng, [(0.98, 0.55, 0.1), (0.95, 0.35, 0.08), (0.99, 0.8, 0.25)])
            shape += (
                flame.scale(size)
                .turn("y", 80 * k)
                .paint(gradient((0.99, 0.85, 0.3), tone, "y", 0, 0.5))
                .move(out * np.cos(2.4 * k), 0.1, out * np.sin(2.4 * k))
            )
    if chance(rng, 0.35):
        pole, iron = wood(rng), dark(rng)
        fork = rail((0.85, 0, 0), (0.8, 1.15, 0), 0.045).both().paint(pole) + rail(
            (-0.95, 1.1, 0), (0.95, 1.1, 0), 0.04
        ).paint(pole)
        pot = lathe([(0.14, 0), (0.26, 0.1), (0.28, 0.3), (0.24, 0.36), (0.2, 0.3), (0, 0.28)], 14).paint(iron)
        shape += fork + pot.move(0, 0.68) + torus(0.22, 0.03, 14, 6).turn("x", 90).paint(BLACK).move(0, 1.0)
    return shape


def branched(rng: np.random.Generator, kind: str, colour: Colour, shape: Shape, top: float) -> Shape:
    """Return the rock with a branching or fan coral."""
    parts: list[Shape] = []
    for k in range(int(rng.integers(2, 5)) if kind == "branch" else 2):
        way = np.array([0.5 * np.cos(2.4 * k), 1.0, 0.5 * np.sin(2.4 * k)])
        parts += limb(
            rng,
            np.array([0, top, 0]),
            way / np.linalg.norm(way),
            rng.uniform(0.35, 0.55),
            0.11,
            2,
            pick(rng, ["oak", "umbrella", "fork"]),
        )
    parts = parts[:70]
    tips = join(ball(0.06, detail=6).move(*p.vertices[-1]) for p in parts)
    whole = join(parts) + tips
    if kind == "fan":
        whole = whole.scale(1.3, 1, 0.35)
    return shape + whole.paint(gradient(shade(colour, 0.75), shade(colour, 1.3), "y", top, whole.high[1]))


def tubes(rng: np.random.Generator, colour: Colour, shape: Shape, top: float) -> Shape:
    """Return the rock with a bunch of open tubes."""
    for k in range(int(rng.integers(5, 11))):
        r, high = rng.uniform(0.1, 0.17), rng.uniform(0.3, 0.95)
        pipe = lathe(
            [
                (0.7 * r, 0),
                (r, high),
                (1.12 * r, high + 0.04),
                (0.7 * r, high + 0.03),
                (0.6 * r, 0.7 * high),
                (0, 0.7 * high),
            ],
            12,
        )
        out = 0.05 + 0.032 * k
        shape += (
            pipe.paint(shade(colour, rng.uniform(0.8, 1.25)))
            .turn("x", 4 * k)
            .move(0, 0.7 * top, out)
            .turn("y", 137.5 * k)
        )
    return shape


def coral(rng: np.random.Generator) -> Shape:
    """Return branching, tube, brain, fan or plate coral on a rock."""
    kind = pick(rng, ["branch", "branch", "tubes", "brain", "fan", "plates"])
    colour = pick(
        rng, [(0.95, 0.4, 0.35), (0.95, 0.6, 0.3), (0.9, 0.4, 0.65), (0.6, 0.4, 0.8), (0.95, 0.85, 0.7), vivid(rng)]
    )
    shape = stone(rng, 0.5, pick(rng, ["facets", "slab"]), stone_colour(rng))
    top = 0.6 * shape.high[1]
    if kind in ("branch", "fan"):
        return branched(rng, kind, colour, shape, top)
    if kind == "tubes":
        return tubes(rng, colour, shape, top)
    if kind == "brain":
        ways = rng.normal(size=(3, 3)) * 7

        def folds(v: np.ndarray) -> np.ndarray:
            return v * (1 + 0.07 * np.sin(9 * v[:, 0] + 2 * np.sin(v @ ways.T).sum(1)))[:, None]

        dome = grounded(ball(0.6, 0.5, 0.55, detail=34).bend(folds), 0.3)
        shade_of = stripes([colour, shade(colour, 0.7)], "x", 0.1)
        return shape + dome.paint(shade_of).move(0, 0.5 * top)
    for k in range(int(rng.integers(4, 8))):
        r = rng.uniform(0.3, 0.6)
        plate = lathe([(0.1, -0.25), (0.5 * r, -0.06), (r, 0.02), (0.96 * r, 0.08), (0.4 * r, 0.02), (0, 0)], 16)
        wavy = plate.bend(
            lambda v, r=r: (
                v
                + np.stack(
                    [
                        0 * v[:, 0],
                        0.1 * np.hypot(v[:, 0], v[:, 2]) * np.sin(5 * np.arctan2(v[:, 2], v[:, 0])),
                        0 * v[:, 0],
                    ],
                    1,
                )
            )
        )
        shape += wavy.paint(shade(colour, rng.uniform(0.8, 1.2))).move(
            0.22 * np.cos(2.4 * k), top + 0.13 * k, 0.22 * np.sin(2.4 * k)
        )
    return shape + rod(0.12, top + 0.13 * k, 0.09, 8).paint(shade(colour, 0.6)).move(0.1, (top + 0.13 * k) / 2)


FAMILIES = {
    "campfire": campfire,
    "coral": coral,
}
