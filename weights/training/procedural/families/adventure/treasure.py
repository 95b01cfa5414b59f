"""Potions, jewels, coins and crowns."""

from __future__ import annotations

import numpy as np

from ...curves import smooth, star
from ...paint import (
    GOLD,
    by_face,
    hsv,
    near,
    pick,
    shade,
    speckled,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, loft, rod, torus
from ...shape import Colour, Shape, join

SILVER: Colour = (0.8, 0.82, 0.85)
BRONZE: Colour = (0.72, 0.45, 0.25)


def jewel_colour(rng: np.random.Generator) -> Colour:
    """Return ruby, emerald, sapphire, amethyst, diamond or any bright colour."""
    hue = pick(rng, [0.97, 0.38, 0.6, 0.77, 0.5, 0.12, float(rng.random())])
    return hsv(hue + rng.normal(0, 0.02), pick(rng, [0.25, rng.uniform(0.6, 0.95)]), rng.uniform(0.65, 1.0))


def noble(rng: np.random.Generator) -> Colour:
    return near(rng, pick(rng, [GOLD, GOLD, SILVER, BRONZE]), 0.04)


def body(kind: str, r: float, high: float, n: int) -> Shape:
    """Return a flask's closed belly from y = 0 up to `high`."""
    if kind == "cone":
        return lathe(smooth([(0.8 * r, 0), (1.05 * r, 0.07 * high), (0.7 * r, 0.5 * high), (0.3 * r, high)], 14), n)
    if kind == "square":
        return hull(
            [
                (0, 0.8 * r, -0.8 * r, 0.8 * r, 6),
                (0.85 * high, 0.8 * r, -0.8 * r, 0.8 * r, 6),
                (high, 0.4 * r, -0.4 * r, 0.4 * r, 3),
            ],
            24,
            axis="y",
        )
    if kind == "tall":
        return lathe(smooth([(0.55 * r, 0), (0.62 * r, 0.05), (0.62 * r, 0.8 * high), (0.3 * r, high)], 14), n)
    if kind == "drop":
        return lathe(smooth([(0.5 * r, 0), (r, 0.25 * high), (0.75 * r, 0.6 * high), (0.3 * r, high)], 14), n)
    return lathe(smooth([(0.55 * r, 0), (0.95 * r, 0.25 * high), (0.95 * r, 0.62 * high), (0.3 * r, high)], 14), n)


def potion(rng: np.random.Generator) -> Shape:
    """Return a flask of coloured liquid: round, conical, square, heart, tall or drop."""
    kind = pick(rng, ["round", "round", "cone", "square", "heart", "tall", "drop"])
    r, high, n = rng.uniform(0.42, 0.6), rng.uniform(0.7, 0.95), int(rng.choice([6, 8, 14, 26]))
    liquid, pane = jewel_colour(rng), hsv(rng.uniform(0.45, 0.65), rng.uniform(0.05, 0.25), rng.uniform(0.75, 0.95))
    if kind == "heart":
        t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        x, y = 16 * np.sin(t) ** 3, 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
        shape, high = pillow(np.stack([x, y + 2], 1) * (r / 15), 0.6).move(0, 0.95 * r), 1.55 * r
    else:
        if kind == "tall":
            high *= 1.5
        shape = body(kind, r, high, n)
    full = rng.uniform(0.45, 0.8) * high
    shape = shape.paint(
        by_face(
            lambda p: np.where(p[:, 1:2] > full, pane, np.where(p[:, 1:2] > full - 0.1, shade(liquid, 1.35), liquid))
        )
    )
    neck, tall = rng.uniform(0.12, 0.18), rng.uniform(0.16, 0.4)
    shape += rod(neck, tall + 0.1, around=max(n, 8)).paint(pane).move(0, high + tall / 2 - 0.05)
    shape += torus(1.1 * neck, 0.05, max(n, 8), 6).paint(shade(pane, 1.1)).move(0, high + tall)
    cork = pick(rng, [(0.7, 0.5, 0.3), wood(rng), GOLD])
    shape += rod(0.85 * neck, 0.22, 1.05 * neck, max(n, 8)).paint(cork).move(0, high + tall + 0.1)
    extra = pick(rng, ["none", "label", "band", "bubbles", "string"])
    front = 0.8 * r if kind == "square" else 0.62 * r if kind == "tall" else 0.9 * r
    if extra == "label" and kind in ("square", "tall"):
        shape += box(0.7 * r, 0.32 * high, 0.1).paint((0.92, 0.86, 0.7)).move(0, 0.42 * high, front - 0.02)
        shape += extrude(star(0.05, 0.11, 5), 0.12).paint(liquid).move(0, 0.42 * high, front)
    elif extra == "band" and kind != "heart":
        shape += (
            torus(front + 0.05, 0.06, 26, 6).paint(noble(rng)).move(0, 0.42 * high)
            if kind in ("round", "tall")
            else rod(neck + 0.04, 0.08).paint(GOLD).move(0, high)
        )
    elif extra == "bubbles":
        places = [(rng.uniform(-0.3, 0.3), rng.uniform(0.2, 0.6) * high) for _ in range(4)]
        shape += join(
            ball(0.06, detail=8).move(
                x, y, 0.93 * np.sqrt(max(front**2 - x * x, 0.01)) * (0.55 if kind in ("cone", "heart") else 0.95)
            )
            for x, y in places
        ).paint(shade(liquid, 1.6))
    elif extra == "string":
        shape += torus(neck + 0.02, 0.035, 16, 6).paint((0.75, 0.6, 0.35)).move(0, high + 0.1) + box(
            0.2, 0.26, 0.06, 0.02
        ).turn("z", 15).paint((0.92, 0.86, 0.7)).move(0.14, high - 0.04, neck + 0.12)
    return shape


def pillow(outline: np.ndarray, depth: float, power: float = 1.0, steps: int = 9, least: float = 0.0) -> Shape:
    """Return a puffed body over an outline [N,2] that goes round the origin once."""
    t = np.linspace(-1, 1, steps) * (np.pi / 2) * (1 - 0.12)
    rings = [
        np.concatenate([outline * max(np.cos(a) ** power, least), np.full((len(outline), 1), np.sin(a) * depth / 2)], 1)
        for a in t
    ]
    return loft(np.stack(rings))


def enough(shape: Shape) -> Shape:
    """Return the shape cut finer while it has fewer triangles than an object needs."""
    while len(shape.faces) < 200:
        shape = shape.finer()
    return shape


def gem_part(rng: np.random.Generator, colour: Colour) -> Shape:
    """Return one cut stone: brilliant, step cut, drop, octahedron or rod of crystal."""
    kind, n = pick(rng, ["brilliant", "brilliant", "step", "drop", "octa", "rod"]), int(rng.choice([6, 8, 8, 10]))
    if kind == "brilliant":
        table = rng.uniform(0.5, 0.7)
        shape = lathe(
            [(0.01, -rng.uniform(0.7, 1.0)), (1, 0), (1, 0.08), (0.85 * (1 + table) / 2 + 0.08, 0.25), (table, 0.36)], n
        )
    elif kind == "step":
        shape = lathe([(0.3, -0.45), (0.75, -0.25), (1, 0), (1, 0.1), (0.75, 0.3), (0.6, 0.36)], 8).turn("y", 22.5)
        shape = shape.scale(1, 1, rng.uniform(0.6, 1)).turn("x", 90)
    elif kind == "drop":
        shape = lathe([(0.02, -0.8), (0.6, -0.55), (0.8, -0.2), (0.5, 0.5), (0.02, 1.2)], n).scale(1, 1, 0.7)
    elif kind == "octa":
        shape = lathe([(0.01, -1), (rng.uniform(0.5, 0.8), 0), (0.01, 1)], int(rng.choice([4, 6])))
    else:
        shape = lathe([(0.02, -1.1), (0.45, -0.6), (0.45, 0.6), (0.02, 1.1)], 6)
    return shape.paint(speckled(rng, colour, 0.07))


def gem(rng: np.random.Generator) -> Shape:
    """Return a cut gem, a cluster of crystals, or a heap of gems."""
    colour, kind = jewel_colour(rng), pick(rng, ["one", "one", "one", "cluster", "heap"])
    if kind == "one":
        return enough(gem_part(rng, colour))
    if kind == "heap":
        stones = [
            gem_part(rng, jewel_colour(rng)).scale(rng.uniform(0.3, 0.45)).turn("x", rng.uniform(-60, 60))
            for _ in range(6)
        ]
        ring = [(0.43 * np.cos(a), 0.0, 0.43 * np.sin(a)) for a in np.arange(5) * 2 * np.pi / 5] + [(0.0, 0.3, 0.0)]
        return join(stone.move(*place) for stone, place in zip(stones, ring, strict=True))
    count = int(rng.integers(4, 9))
    shape = ball(0.6, 0.22, 0.6, detail=7).paint(
        pick(rng, [(0.35, 0.33, 0.36), shade(colour, 0.5), (0.45, 0.38, 0.32)])
    )
    for k in range(count):
        tall, thick = rng.uniform(0.5, 1.3) * (1.3 if k == 0 else 0.8), rng.uniform(0.13, 0.24)
        spike = lathe([(0.8 * thick, -0.1), (thick, 0.7 * tall), (0.02, tall)], pick(rng, [5, 6])).paint(
            speckled(rng, shade(colour, rng.uniform(0.8, 1.3)), 0.05)
        )
        lean = 0 if k == 0 else rng.uniform(12, 45)
        shape += (
            spike.turn("z", -lean).move(0.25 if k else 0).turn("y", 360 * k / max(count - 1, 1) + rng.uniform(-15, 15))
        )
    return shape


def coin(rng: np.random.Generator, colour: Colour, thick: float, n: int) -> Shape:
    """Return a coin about the Z axis with a rim and a sign on both faces."""
    shape = rod(1, thick, around=n).paint(colour) + torus(0.9, 0.1, n, 4, 0.62 * thick).paint(shade(colour, 1.2))
    shape = shape.turn("x", 90)
    signs = [extrude(star(0.27, 0.6, int(rng.choice([4, 5, 6]))), 1.25 * thick), box(0.3, 0.95, 1.25 * thick, 0.03)]
    crown = [(-0.5, -0.35), (0.5, -0.35), (0.55, 0.35), (0.25, 0.0), (0, 0.45), (-0.25, 0.0), (-0.55, 0.35)]
    signs += [
        extrude(crown, 1.25 * thick),
        box(0.9, 0.16, 1.25 * thick) + box(0.16, 0.9, 1.25 * thick),
        ball(0.45, 0.45, 0.7 * thick, detail=14),
    ]
    return shape + pick(rng, signs).paint(shade(colour, pick(rng, [0.7, 0.8, 1.35])))


def coins(rng: np.random.Generator) -> Shape:
    """Return one coin upright, stacks of coins, or a heap."""
    colour, kind, n = noble(rng), pick(rng, ["one", "one", "stacks", "heap"]), int(rng.choice([8, 12, 24, 32]))
    if kind == "one":
        return coin(rng, colour, rng.uniform(0.14, 0.3), n)
    n = min(n, 16)
    disc = rod(0.3, 0.075, around=n, round_by=0.015)
    if kind == "stacks":
        places = [(0.0, 0.0), (0.66, 0.1), (-0.62, 0.2), (0.1, 0.66), (-0.2, -0.6)][: int(rng.integers(1, 5))]
        pile = [
            disc.paint(shade(colour, rng.uniform(0.85, 1.25))).move(
                x + rng.normal(0, 0.02), 0.085 * k, z + rng.normal(0, 0.02)
            )
            for x, z in places
            for k in range(int(rng.integers(3, 13)))
        ]
        return join(pile)
    shape = lathe(smooth([(1, 0), (0.75, 0.2), (0.4, 0.46), (0.02, 0.56)], 9), 14).paint(shade(colour, 0.8))
    flat_disc = rod(0.2, 0.06, around=9)
    for _ in range(46):
        far, way = np.sqrt(rng.random()), rng.uniform(0, 360)
        lift = float(np.interp(far, [0, 0.4, 0.75, 1.0], [0.56, 0.46, 0.2, 0.03]))
        shape += (
            flat_disc.turn("z", rng.uniform(-45, 10) - 10)
            .move(far, lift, 0)
            .turn("y", way)
            .paint(shade(colour, rng.uniform(0.85, 1.3)))
        )
    for _ in range(int(rng.integers(0, 5))):
        stone = lathe([(0.01, -0.12), (0.13, 0.02), (0.08, 0.08)], 6).paint(jewel_colour(rng))
        shape += stone.move(rng.uniform(0, 0.5), 0.55, 0).turn("y", rng.uniform(0, 360))
    return shape


def ingots(rng: np.random.Generator) -> Shape:
    """Return one bar of metal or a stack of bars."""
    colour = near(rng, pick(rng, [GOLD, GOLD, SILVER, BRONZE, (0.45, 0.47, 0.5)]), 0.05)
    wide, high, long, slope = (
        rng.uniform(0.4, 0.55),
        rng.uniform(0.2, 0.32),
        rng.uniform(0.8, 1.2),
        rng.uniform(0.7, 0.9),
    )
    half, deep = slope * wide / 2, (0.5 + 0.5 * slope) * long / 2
    rows = [(0, wide / 2, -long / 2, long / 2, 9), (0.85 * high, half, -deep, deep, 9)]
    bar = hull([*rows, (high, 0.94 * half, -0.95 * deep, 0.95 * deep, 9)], 24, axis="y")
    bar = bar.paint(colour) + box(0.55 * slope * wide, 0.06, 0.5 * long).paint(
        shade(colour, pick(rng, [0.75, 1.3]))
    ).move(0, high)
    kind = pick(rng, ["one", "three", "pyramid", "cross"])
    if kind == "one":
        return bar.turn("y", pick(rng, [0, 90]))
    if kind == "cross":
        layer = bar.along(2, x=1.15 * wide)
        return join(layer.turn("y", 90 * (k % 2)).move(0, k * (high + 0.01), 0) for k in range(int(rng.integers(2, 5))))
    count = 2 if kind == "three" else 3
    return join(bar.along(count - k, x=1.08 * wide).move(0, k * high, 0) for k in range(count))


FAMILIES = {"potion": potion, "gem": gem, "coins": coins, "ingots": ingots}
