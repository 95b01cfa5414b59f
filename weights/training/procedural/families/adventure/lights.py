"""Candles, torches, lanterns and chandeliers."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    GOLD,
    LAMP,
    STEEL,
    WHITE,
    chance,
    dark,
    gradient,
    grey,
    metal,
    near,
    pastel,
    pick,
    shade,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from .treasure import noble


def flame(rng: np.random.Generator, high: float, n: int = 10) -> Shape:
    """Return a flame from y = 0 up, yellow below, orange or another colour above."""
    wide, lean = high * rng.uniform(0.24, 0.36), rng.uniform(-0.12, 0.12) * high
    shape = lathe(smooth([(0.3 * wide, 0), (wide, 0.28 * high), (0.6 * wide, 0.65 * high), (0.02 * wide, high)], 9), n)
    low, top = pick(
        rng,
        [((1, 0.92, 0.45), (0.98, 0.5, 0.1)), ((1, 0.85, 0.3), (0.9, 0.25, 0.06)), ((1, 0.95, 0.7), (1, 0.75, 0.2))],
    )
    if chance(rng, 0.08):
        low, top = (0.8, 1, 0.95), pick(rng, [(0.2, 0.7, 0.9), (0.3, 0.85, 0.3), (0.6, 0.3, 0.9)])
    shape = shape.paint(gradient(low, top, "y", 0.2 * high, 0.9 * high))
    return shape.bend(
        lambda v: v + np.stack([lean * (np.clip(v[:, 1], 0, None) / high) ** 2, 0 * v[:, 1], 0 * v[:, 1]], 1)
    )


def blaze(rng: np.random.Generator, r: float, high: float) -> Shape:
    """Return a fire of several tongues on a circle of radius r."""
    count = int(rng.integers(3, 7))
    tongues = [
        flame(rng, high * rng.uniform(0.5, 0.8), 8).move(0.5 * r, 0, 0).turn("y", 360 * k / count) for k in range(count)
    ]
    return flame(rng, high) + join(tongues)


def wax(rng: np.random.Generator, r: float, high: float, colour: Colour, lit: bool) -> Shape:
    """Return one candle from y = 0 up, with drips, wick and flame."""
    n = int(rng.choice([8, 12, 18]))
    shape = lathe([(r, 0), (r, high), (0.8 * r, high + 0.02), (0.6 * r, high - 0.03)], n).paint(colour)
    if chance(rng, 0.5):
        for _ in range(int(rng.integers(2, 6))):
            long = rng.uniform(0.15, 0.5) * high
            drip = rail((0.92 * r, high + 0.01, 0), (0.96 * r, high - long, 0), 0.2 * r, 0.24 * r, 6)
            shape += (
                (drip + ball(0.28 * r, detail=6).move(0.96 * r, high - long))
                .paint(shade(colour, 1.1))
                .turn("y", rng.uniform(0, 360))
            )
    elif chance(rng, 0.3):
        shape += rod(1.03 * r, 0.2 * high, around=n).paint(vivid(rng)).move(0, rng.uniform(0.3, 0.7) * high)
    shape += rod(max(0.1 * r, 0.02), 0.12, around=6).paint(BLACK).move(0, high + 0.04)
    return shape + flame(rng, rng.uniform(0.9, 1.5) * max(r, 0.15) + 0.1).move(0, high + 0.05) if lit else shape


def candle(rng: np.random.Generator) -> Shape:
    """Return one candle, alone, in a dish with a handle or on a stick, or a group of three."""
    colour, iron = (
        pick(rng, [(0.95, 0.92, 0.82), (0.93, 0.85, 0.6), vivid(rng), pastel(rng)]),
        pick(rng, [GOLD, metal(rng), dark(rng), vivid(rng)]),
    )
    kind, lit, r, high = (
        pick(rng, ["plain", "dish", "dish", "stick", "group"]),
        chance(rng, 0.8),
        rng.uniform(0.13, 0.3),
        rng.uniform(0.4, 1.0),
    )
    if kind == "group":
        spots = [(0.0, 0.0), (0.5, 0.16), (-0.2, 0.48)][: int(rng.integers(2, 4))]
        shape = join(
            wax(rng, rng.uniform(0.18, 0.25), rng.uniform(0.35, 0.95), colour, lit).move(x, 0, z) for x, z in spots
        )
        if chance(rng, 0.5):
            shape += rod(0.72, 0.08, around=20, round_by=0.03).paint(pick(rng, [iron, wood(rng)])).move(0.1, -0.02, 0.2)
        return shape + ball(0.4, 0.05, 0.4, detail=10).paint(shade(colour, 0.95)).move(0.1, 0.02, 0.2)
    shape = wax(rng, r, high, colour, lit)
    if kind == "plain":
        return shape + (
            ball(1.5 * r, 0.06, 1.4 * r, detail=12).paint(colour)
            if chance(rng, 0.6)
            else rod(1.1 * r, 0.04).paint(iron)
        )
    if kind == "dish":
        plate = lathe(
            [(1.7 * r, -0.06), (2.4 * r, 0.06), (2.25 * r, 0.08), (1.6 * r, 0)], int(rng.choice([8, 24]))
        ).paint(iron)
        shape += plate + rod(1.25 * r, 0.16, around=16).paint(iron).move(0, 0.06)
        return shape + torus(0.14, 0.04, 16, 6).turn("x", 90).paint(iron).move(2.4 * r + 0.1, 0.08)
    tall = rng.uniform(0.4, 0.9)
    profile = [
        (2.0 * r, 0),
        (1.9 * r, 0.07),
        (0.6 * r, 0.14),
        (0.4 * r, 0.45 * tall),
        (0.8 * r, 0.55 * tall),
        (0.4 * r, 0.7 * tall),
        (1.4 * r, 0.97 * tall),
    ]
    return shape.move(0, tall) + lathe([*profile, (1.4 * r, tall + 0.05)], int(rng.choice([8, 20]))).paint(iron)


def candelabrum(rng: np.random.Generator) -> Shape:
    """Return a branched candlestick of two to seven arms."""
    colour, white, count = (
        pick(rng, [noble(rng), noble(rng), metal(rng), dark(rng)]),
        pick(rng, [(0.95, 0.92, 0.82), vivid(rng)]),
        int(rng.choice([1, 1, 2, 3])),
    )
    high, n, lit = rng.uniform(0.8, 1.2), int(rng.choice([8, 18])), chance(rng, 0.8)
    foot = smooth(
        [(0.36, 0), (0.34, 0.06), (0.14, 0.14), (0.07, 0.3), (0.1, 0.45 * high), (0.06, 0.6 * high), (0.06, high)], 20
    )
    shape = lathe(foot, n).paint(colour)
    knobs = join(ball(0.1, 0.07, 0.1, detail=8).move(0, y) for y in (0.3, 0.62 * high)).paint(shade(colour, 1.2))
    shape += knobs
    cup = lathe([(0.05, -0.1), (0.14, 0), (0.14, 0.04), (0.06, 0.03)], 12).paint(colour)
    r, tall = rng.uniform(0.06, 0.08), rng.uniform(0.25, 0.45)

    def place(x: float, y: float) -> Shape:
        return (cup + wax(rng, r, tall, white, lit)).move(x, y)

    level = rng.choice([0.0, 0.0, -0.12])
    ring = chance(rng, 0.3) and count < 3
    for k in range(count):
        far = 0.34 + 0.28 * k
        y, low = high + level * (k + 1), 0.6 * high - 0.05 * k
        arm = tube(
            [(0, low, 0), (0.55 * far, low - 0.1, 0), (far, low + 0.12, 0), (far, y - 0.06, 0)], 0.045, 8, along=14
        ).paint(colour)
        if ring:
            shape += join((arm + place(far, y)).turn("y", a) for a in range(0, 360, 90))
        else:
            shape += arm.both() + place(far, y) + place(-far, y)
    return shape + place(0, high + rng.uniform(0, 0.16))


def torch(rng: np.random.Generator) -> Shape:
    """Return a burning torch: a wrapped stick, an iron basket, a wall bracket or an electric one."""
    timber, iron, kind = (
        wood(rng),
        pick(rng, [dark(rng), STEEL, GOLD]),
        pick(rng, ["cloth", "cloth", "basket", "wall", "electric"]),
    )
    long, n = rng.uniform(0.8, 1.3), int(rng.choice([4, 6, 12]))
    if kind == "electric":
        colour = pick(rng, [BLACK, vivid(rng), grey(rng, 0.3, 0.7)])
        shape = rod(0.15, 0.8, around=18).paint(colour) + rod(0.165, 0.05, around=18).along(5, y=0.11).paint(
            shade(colour, 0.7)
        ).move(0, -0.1)
        shape += (
            lathe([(0.15, 0), (0.26, 0.16), (0.27, 0.36), (0.22, 0.36), (0.2, 0.3)], 20)
            .paint(pick(rng, [colour, shade(colour, 1.5)]))
            .move(0, 0.38)
        )
        shape += rod(0.225, 0.05, around=20).paint(LAMP).move(0, 0.7) + box(0.09, 0.16, 0.06, 0.02).paint(
            (0.85, 0.2, 0.1)
        ).move(0, 0.22, 0.15)
        return shape.turn("x", pick(rng, [0, 90, 60])) if chance(rng, 0.7) else shape.turn("z", 70)
    thick = rng.uniform(0.05, 0.08)
    shape = rod(0.75 * thick, long, 1.25 * thick, n).paint(timber).move(0, long / 2)
    if kind == "basket":
        bars = tube([(0.06, long - 0.08, 0), (0.24, long + 0.08, 0), (0.27, long + 0.35, 0)], 0.04, 6, along=8).around(
            6
        )
        hoops = torus(0.25, 0.04, 18, 6).move(0, long + 0.12) + torus(0.28, 0.04, 18, 6).move(0, long + 0.34)
        return (
            shape
            + (bars + hoops).paint(iron)
            + ball(0.2, 0.14, 0.2, detail=8).paint((0.25, 0.1, 0.06)).move(0, long + 0.1)
            + blaze(rng, 0.22, rng.uniform(0.6, 0.8)).move(0, long + 0.14)
        )
    cloth = pick(rng, [(0.55, 0.45, 0.32), dark(rng), vivid(rng)])
    high = rng.uniform(0.22, 0.38)
    head = lathe(
        [(1.2 * thick, 0), (2.1 * thick, 0.15 * high), (2.3 * thick, 0.8 * high), (1.5 * thick, high)], max(n, 6), 2
    ).finer()
    shape += head.paint(stripes([cloth, shade(cloth, 0.75)], "y", high / 5)).move(0, long - 0.1)
    if chance(rng, 0.5):
        shape += torus(2.3 * thick, 0.035, 14, 6).along(2, y=0.5 * high).paint(iron).move(0, long - 0.1 + 0.5 * high)
    shape += blaze(rng, 2 * thick, rng.uniform(0.45, 0.75)).move(0, long + high - 0.16)
    if kind != "wall":
        return shape
    plate = box(0.24, 0.6, 0.08, 0.02).move(0, 0.5 * long, -0.42) + tube(
        [(0, 0.35 * long, -0.4), (0, 0.3 * long, -0.15), (0, 0.5 * long, -0.02)], 0.04, along=10
    )
    return shape.turn("x", 12) + (
        plate
        + torus(0.12, 0.04, 16, 6).move(0, 0.52 * long, 0.09)
        + rail((0, 0.52 * long, -0.4), (0, 0.52 * long, 0), 0.04)
    ).paint(iron)


def lantern(rng: np.random.Generator) -> Shape:
    """Return a lantern with four to eight glass sides, a storm lamp, or a paper lantern."""
    iron, kind = (
        pick(rng, [dark(rng), BLACK, metal(rng), GOLD, vivid(rng)]),
        pick(rng, ["sides", "sides", "storm", "paper"]),
    )
    glow = pick(rng, [LAMP, (1, 0.85, 0.45), (1, 0.7, 0.3), near(rng, (0.75, 0.85, 0.9))])
    if kind == "paper":
        colour, n = pick(rng, [(0.85, 0.1, 0.08), (0.95, 0.5, 0.1), vivid(rng), WHITE]), int(rng.choice([8, 12, 20]))
        r, high = rng.uniform(0.45, 0.6), rng.uniform(0.6, 1.2)
        t = np.linspace(0.15, np.pi - 0.15, 12)
        shape = lathe(np.stack([r * np.sin(t) ** 0.7, -high / 2 * np.cos(t)], 1), n).paint(colour)
        shape += join(
            torus(r * np.sin(a) ** 0.7, 0.025, 20, 5).move(0, -high / 2 * np.cos(a)) for a in t[1:-1:2]
        ).paint(shade(colour, 0.75))
        cap = rod(0.42 * r, 0.12, around=16).paint(pick(rng, [GOLD, BLACK])).move(0, high / 2)
        tassel = rod(0.07, 0.35, 0.05).paint(pick(rng, [GOLD, colour])).move(0, -high / 2 - 0.2)
        return (
            shape + cap.both("y") + tassel + torus(0.1, 0.03, 14, 6).turn("x", 90).paint(BLACK).move(0, high / 2 + 0.14)
        )
    r, high, n = rng.uniform(0.34, 0.46), rng.uniform(0.55, 0.85), int(rng.choice([4, 4, 6, 8]))
    handle = tube(
        [(0.7 * r, 0, 0), (0.75 * r, 0.3, 0), (0, 0.5, 0), (-0.75 * r, 0.3, 0), (-0.7 * r, 0, 0)], 0.035, along=20
    ).paint(iron)
    if kind == "storm":
        shape = lathe([(1.1 * r, 0), (1.1 * r, 0.2), (0.6 * r, 0.3), (0.6 * r, 0.34)], 20).paint(iron)
        globe = smooth([(0.5 * r, 0.32), (0.85 * r, 0.32 + 0.4 * high), (0.45 * r, 0.32 + 0.85 * high)], 10)
        shape += lathe(globe, 16).paint(glow) + lathe(
            [(0.6 * r, 0), (0.6 * r, 0.1), (0.3 * r, 0.22), (0.4 * r, 0.3), (0.1, 0.34)], 16
        ).paint(iron).move(0, 0.3 + 0.85 * high)
        path = [(1.0 * r, 0.15, 0), (1.15 * r, 0.5 * high + 0.2, 0), (0.9 * r, 0.4 + 0.9 * high, 0)]
        bar = tube([*path, (0.3 * r, 0.42 + 0.9 * high, 0)], 0.045, along=14)
        return shape + bar.both().paint(iron) + handle.move(0, 0.45 + 0.85 * high)
    turn = 180 / n
    shape = rod(0.9 * r, high, r, n).paint(glow) if chance(rng, 0.6) else rod(0.92 * r, high, around=n).paint(glow)
    posts = rail((0.93 * r, -high / 2, 0), (1.0 * r, high / 2, 0), 0.045, around=4).around(n)
    base = rod(1.15 * r, 0.1, 1.1 * r, n).move(0, -high / 2) + rod(0.8 * r, 0.1, around=n).move(0, -high / 2 - 0.08)
    roof = lathe([(1.2 * r, 0), (1.25 * r, 0.06), (0.45 * r, rng.uniform(0.2, 0.36)), (0.2 * r, 0.4)], n).move(
        0, high / 2
    )
    shape += (posts + base + roof).paint(iron)
    if chance(rng, 0.4):
        shape += (
            box(0.05, high, 0.05).move(0, 0, 0.68 * r).around(4).turn("y", 45).paint(iron)
            if n == 4
            else torus(0.98 * r, 0.03, n, 4).paint(iron)
        )
    shape = shape.turn("y", turn)
    return shape + (
        handle.move(0, high / 2 + 0.12)
        if chance(rng, 0.5)
        else torus(0.13, 0.035, 16, 6).turn("x", 90).paint(iron).move(0, high / 2 + 0.5)
    )


def chandelier(rng: np.random.Generator) -> Shape:
    """Return a hanging light: arms with candles, a wooden ring, or drops of glass."""
    colour, kind = (
        pick(rng, [noble(rng), noble(rng), dark(rng), metal(rng)]),
        pick(rng, ["arms", "arms", "ring", "drops"]),
    )
    count, white = int(rng.choice([4, 5, 6, 8])), (0.95, 0.92, 0.82)
    cup = lathe([(0.04, -0.08), (0.12, 0), (0.12, 0.04), (0.05, 0.03)], 10).paint(colour)
    light = cup + wax(rng, 0.06, rng.uniform(0.18, 0.3), white, True)
    if chance(rng, 0.3):
        light = cup + ball(0.14, 0.18, 0.14, detail=9).paint(LAMP).move(0, 0.14)
    chain = join(
        torus(0.075, 0.028, 10, 5).scale(1, 1, 1.4).turn("x", 90).turn("y", 90 * (k % 2)).move(0, 0.15 * k)
        for k in range(4)
    ).paint(colour)
    far = rng.uniform(0.65, 0.9)
    if kind == "ring":
        timber = pick(rng, [wood(rng), colour])
        shape = torus(far, 0.08, 28, 4, 0.07).paint(timber) + light.move(far, 0.14).around(count)
        shape += rail((far, 0, 0), (0, 0.75, 0), 0.035, around=6).around(pick(rng, [3, 4])).paint(colour)
        if chance(rng, 0.5):
            shape += torus(0.55 * far, 0.06, 24, 4).paint(timber).move(0, 0.34)
        return shape + chain.move(0, 0.8)
    stem = smooth(
        [(0.03, -0.45), (0.16, -0.28), (0.08, -0.1), (0.18, 0.08), (0.07, 0.3), (0.05, 0.75), (0.12, 0.85)], 20
    )
    shape = lathe(stem, 12).paint(colour) + chain.move(0, 0.9)
    arm = tube(
        [(0.05, -0.05, 0), (0.45 * far, -0.3, 0), (0.95 * far, -0.22, 0), (far, 0.02, 0)], 0.045, 8, along=14
    ).paint(colour)
    shape += (arm + light.move(far, 0.1)).around(count)
    if kind == "drops":
        pane = near(rng, (0.8, 0.9, 0.95), 0.03)
        drop = lathe([(0.01, -0.15), (0.06, -0.04), (0.01, 0.09)], 5).paint(pane)
        shape += (
            drop.move(far, -0.14).around(count)
            + drop.move(0.55 * far, -0.36).around(count)
            + ball(0.13, detail=10).paint(pane).move(0, -0.5)
        )
        swag = tube([(0.1, 0.6, 0), (0.45 * far, 0.2, 0), (far, 0.06, 0)], 0.035, 6, along=8).around(count).paint(pane)
        return shape + swag
    return shape + ball(0.11, detail=10).paint(shade(colour, 1.2)).move(0, -0.47)


FAMILIES = {"candle": candle, "candelabrum": candelabrum, "torch": torch, "lantern": lantern, "chandelier": chandelier}
