"""Vegetables, whole and chopped."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import CREAM, chance, leaf, near, pick, shade, tiles, wedges
from ...parts import ball, lathe, rail, rod, tube
from ...shape import Shape, join
from ..home.fruit import stalk
from .serving import TOMATO, YOLK, fluted, heap, sides


def corn(rng: np.random.Generator) -> Shape:
    """Return an ear of corn in its husk, a bare cob, or an upright plant."""
    colour, green = near(rng, (0.97, 0.8, 0.2)), leaf(rng)
    high, r, rows = rng.uniform(1.1, 1.5), rng.uniform(0.2, 0.26), int(rng.integers(11, 15))
    t = np.linspace(0, 1, rows)
    profile = np.stack([r * np.sqrt(np.maximum(1 - t**3, 0)) * (0.8 + 0.2 * np.minimum(5 * t, 1)), high * t], 1)
    if chance(rng, 0.6):
        kernels = [
            ball(0.065, 0.055, 0.05, detail=6).move(0, y, max(x - 0.015, 0.02)).turn("y", 36 * i + 18 * k)
            for k, (x, y) in enumerate(profile[:-1])
            for i in range(10)
        ]
        cob = join(kernels).paint(colour) + lathe([*profile[:-1] * [0.92, 1], (0, high)], 16).paint(shade(colour, 0.8))
    else:
        cob = lathe([*profile[:-1], (0, high)], 18).paint(tiles([colour, shade(colour, 0.8)], high / rows, 9))
    shape = cob + rod(0.08, 0.25, around=10).paint(shade(green, 1.2)).move(0, -0.1)
    if chance(rng, 0.75):
        count, reach = int(rng.integers(3, 6)), rng.uniform(0.5, 0.9) * high
        path = [
            (0.08, -0.08, 0),
            (r + 0.06, 0.25 * high, 0),
            (r + rng.uniform(0.05, 0.2), 0.6 * reach, 0),
            (r + rng.uniform(0.1, 0.45), reach, 0),
        ]
        one = tube(path, np.array([[0.12, 0.04], [0.25, 0.04], [0.17, 0.035], [0.02, 0.02]]), 8, along=10)
        shape += one.around(count).paint(green)
    return shape.turn("z", pick(rng, [0, 0, 25, 80]))


def broccoli(rng: np.random.Generator) -> Shape:
    """Return a floret of broccoli or a cauliflower."""
    if chance(rng, 0.3):
        white = near(rng, (0.95, 0.92, 0.82), 0.03)
        shape = heap(rng, lambda: ball(0.17, detail=8), 26, 0.45, 0.35).paint(white) + ball(0.5, 0.35).paint(
            shade(white, 0.95)
        )
        one = tube(
            [(0.1, -0.3, 0), (0.55, -0.1, 0), (0.62, 0.3, 0)],
            np.array([[0.1, 0.05], [0.32, 0.05], [0.1, 0.03]]),
            8,
            along=8,
        )
        return (
            shape
            + one.around(int(rng.integers(5, 8))).paint(leaf(rng))
            + rod(0.18, 0.3, around=12).paint(shade(white, 0.9)).move(0, -0.35)
        )
    stem, green = near(rng, (0.62, 0.75, 0.4)), near(rng, (0.2, 0.45, 0.15))
    trunk = lathe(smooth([(0.2, 0), (0.17, 0.2), (0.24, 0.55), (0.1, 0.75)], 10), sides(rng, 14)).paint(stem)
    lumps = join(
        ball(s * rng.uniform(0.9, 1.1), detail=8).move(0.34 * x, 0.8 + y, 0.34 * z)
        for s, x, y, z in [(0.34, 0, 0.12, 0), *[(0.27, np.cos(a), 0, np.sin(a)) for a in np.arange(6) * 1.05]]
    )
    buds = heap(rng, lambda: ball(0.1, detail=6), 30, 0.58, 0.52).move(0, 0.74)
    branch = rail((0.08, 0.4, 0), (0.36, 0.75, 0), 0.08, 0.1).around(5)
    return trunk + branch.paint(stem) + lumps.paint(green) + buds.paint(shade(green, pick(rng, [0.85, 1.25])))


def lettuce(rng: np.random.Generator) -> Shape:
    """Return a head of lettuce or cabbage of many leaves."""
    green, count = (
        near(rng, pick(rng, [(0.5, 0.72, 0.25), (0.6, 0.78, 0.42), (0.45, 0.15, 0.35)])),
        int(rng.integers(5, 8)),
    )
    tall = rng.uniform(0.8, 1.5)
    shape = ball(0.42, 0.42 * tall, 0.42, detail=14).paint(shade(green, 1.35)).move(0, 0.4 * tall)
    for k, (out, rise, wide) in enumerate(((0.62, 0.5, 0.36), (0.5, 0.75, 0.36), (0.33, 0.9, 0.3))):
        path = [
            (0.08, 0, 0),
            (0.85 * out, 0.3 * rise * tall, 0),
            (out, rise * tall, 0),
            (out + rng.uniform(-0.05, 0.2), (rise + 0.12) * tall, 0),
        ]
        one = tube(path, np.array([[0.1, 0.06], [wide, 0.045], [0.9 * wide, 0.035], [0.3 * wide, 0.02]]), 12, along=12)
        wave = one.bend(lambda v: v + np.stack([0.05 * np.sin(16 * v[:, 2]) * v[:, 1], 0 * v[:, 1], 0 * v[:, 1]], 1))
        rib = tube([(x + 0.045, y, z) for x, y, z in path[:3]], [0.05, 0.035, 0.02], 6, along=8)
        shape += wave.around(count).turn("y", 30 * k).paint(shade(green, 0.85 + 0.2 * k)) + rib.around(count).turn(
            "y", 30 * k
        ).paint(shade(green, 1.6))
    return shape + rod(0.14, 0.16, around=12).paint(CREAM)


def aubergine(rng: np.random.Generator) -> Shape:
    """Return an aubergine, a cucumber or a courgette."""
    kind, long = pick(rng, ["aubergine", "aubergine", "cucumber"]), rng.uniform(1.0, 1.6)
    bow = rng.uniform(-0.15, 0.15)
    if kind == "aubergine":
        r, tone = (
            rng.uniform(0.26, 0.4),
            near(rng, pick(rng, [(0.28, 0.1, 0.32), (0.2, 0.08, 0.22), (0.92, 0.9, 0.92)])),
        )
        body = lathe(
            smooth(
                [
                    (0, 0),
                    (0.7 * r, 0.05),
                    (r, 0.3 * long),
                    (0.65 * r, 0.65 * long),
                    (0.45 * r, 0.95 * long),
                    (0.2 * r, long),
                ],
                22,
            ),
            sides(rng, 20),
        ).paint(tone)
        green = leaf(rng)
        cap = tube(
            [(0, long, 0), (0.42 * r, 0.95 * long, 0), (0.66 * r, 0.74 * long, 0)],
            np.array([[0.08, 0.06], [0.16, 0.05], [0.02, 0.03]]),
            8,
            along=7,
        ).around(5)
        shape = (
            body
            + (cap + rod(0.3 * r, 0.1, around=10).move(0, long)).paint(green)
            + stalk(0.25, 0.06, green).move(0, long + 0.03)
        )
    else:
        r, green = rng.uniform(0.17, 0.24), near(rng, (0.2, 0.45, 0.15))
        body = lathe(
            smooth([(0, 0), (0.7 * r, 0.06), (r, 0.2 * long), (r, 0.8 * long), (0.6 * r, 0.97 * long), (0, long)], 22),
            20,
        )
        shape = body.paint(wedges([green, shade(green, 1.35)], int(rng.integers(5, 10)))) + stalk(
            0.14, 0.04, shade(green, 1.3)
        ).move(0, long)
        cut = rod(r, 0.08, around=20).paint(green) + rod(0.85 * r, 0.1, around=18).paint((0.85, 0.92, 0.65))
        if chance(rng, 0.5):
            shape += cut.turn("z", 70).move(0.3, 0.3) + cut.turn("z", 25).turn("y", 30).move(0.55, 0.15, 0.1)
            return shape.turn("z", -90)
    shape = shape.bend(lambda v: v + np.stack([bow * v[:, 1] ** 2, 0 * v[:, 0], 0 * v[:, 0]], 1))
    return shape.turn("z", pick(rng, [0, 0, 180, 75, -30]))


def pepper(rng: np.random.Generator) -> Shape:
    """Return a bell pepper or a chili."""
    colour, green = (
        near(rng, pick(rng, [TOMATO, TOMATO, YOLK, (0.95, 0.5, 0.1), (0.3, 0.55, 0.15)])),
        near(rng, (0.3, 0.5, 0.15)),
    )
    if chance(rng, 0.5):
        wide, high, lobes = rng.uniform(0.42, 0.52), rng.uniform(0.8, 1.1), int(rng.integers(3, 5))
        body = lathe(
            smooth(
                [
                    (0, 0.08),
                    (0.5 * wide, 0),
                    (0.85 * wide, 0.2 * high),
                    (wide, 0.75 * high),
                    (0.7 * wide, 0.98 * high),
                    (0.3 * wide, 0.95 * high),
                    (0, 0.88 * high),
                ],
                24,
            ),
            40,
        )
        return (
            fluted(body, lobes, 0.1).paint(colour)
            + lathe([(0.16, 0), (0.12, 0.05), (0, 0.07)], 10).paint(green).move(0, 0.9 * high)
            + stalk(0.32, 0.06, green).move(0, 0.9 * high)
        )
    long, r, bow = rng.uniform(1.1, 1.6), rng.uniform(0.14, 0.24), rng.uniform(0.1, 0.4)
    path = [(0, 0, 0), (0.02, -0.3 * long, 0), (0.3 * bow, -0.7 * long, 0), (bow, -long, 0)]
    shape = tube(path, [0.8 * r, r, 0.65 * r, 0.02], sides(rng, 14), along=18).paint(colour)
    shape += lathe([(1.0 * r, -0.06), (0.7 * r, 0.08), (0.2 * r, 0.12), (0, 0.12)], 10).paint(green) + stalk(
        0.32, 0.05, green
    ).move(0, 0.1)
    if chance(rng, 0.3):
        shape = shape.turn("z", 18) + shape.turn("y", 150).turn("z", -18).move(0.05, 0, 0.1)
    return shape.turn("z", pick(rng, [0, 0, 60, -90]))


def pea_pod(rng: np.random.Generator) -> Shape:
    """Return an open pod with peas, or a bean pod."""
    green, count = near(rng, (0.4, 0.68, 0.2)), int(rng.integers(4, 8))
    long, bow = 0.2 * count, rng.uniform(0.0, 0.12)
    t = np.linspace(-1, 1, 21)
    size = np.maximum(1 - np.abs(t) ** 3, 0.05)
    path = np.stack([long * 0.62 * t, bow * (t**2 - 1), 0 * t], 1)
    half = tube(path + np.stack([0 * t, 0 * t, 0.13 * size], 1), np.stack([0.06 * size, 0.2 * size], 1), 10)
    if np.ptp(half.vertices[:, 2]) > np.ptp(half.vertices[:, 1]):
        half = tube(path + np.stack([0 * t, 0 * t, 0.13 * size], 1), np.stack([0.2 * size, 0.06 * size], 1), 10)
    back = tube(path - [0, 0.08, 0], 0.11 * size, 10)
    peas = join(
        ball(0.125, detail=12).move(x, bow * ((x / long / 0.62) ** 2 - 1) + 0.02)
        for x in np.linspace(-0.8, 0.8, count) * 0.5 * long
    )
    tip = stalk(0.22, 0.04, shade(green, 0.7)).turn("z", 90).move(-0.6 * long, 0)
    return (
        ((half.turn("x", 14).both("z") + back).paint(green) + peas.paint(shade(green, 1.35)) + tip)
        .turn("x", pick(rng, [0, 35, 60]))
        .turn("z", pick(rng, [0, 20, -30]))
    )


FAMILIES = {
    "corn": corn,
    "broccoli": broccoli,
    "lettuce": lettuce,
    "aubergine": aubergine,
    "pepper": pepper,
    "pea_pod": pea_pod,
}
