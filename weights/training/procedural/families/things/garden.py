"""Household and garden helpers: buckets, baskets, ladders, brooms."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, STEEL, WHITE, chance, grey, metal, near, pick, shade, tiles, vivid, wood
from ...parts import ball, box, hull, lathe, rail, rod, torus, tube
from ...shape import Shape


def bucket(rng: np.random.Generator) -> Shape:
    """Return a bucket with a bow, or a watering can."""
    colour = pick(rng, [vivid(rng), vivid(rng), STEEL, wood(rng)])
    if chance(rng, 0.5):
        low, high, tall = rng.uniform(0.3, 0.38), rng.uniform(0.42, 0.5), rng.uniform(0.6, 0.8)
        shape = lathe([(low, 0), (high, tall), (high - 0.05, tall), (low - 0.04, 0.08), (0, 0.08)], 28).paint(colour)
        shape += torus(high, 0.03, 28, 8).paint(shade(colour, 0.85)).move(0, tall) + torus(
            low + 0.01, 0.02, 28, 6
        ).paint(shade(colour, 0.85)).move(0, 0.02)
        drop = rng.uniform(-40, 40)
        bow = tube(
            [(-high, 0, 0), (-0.75 * high, 0.3, 0), (0, 0.45, 0), (0.75 * high, 0.3, 0), (high, 0, 0)], 0.022, along=18
        )
        bow = bow.paint(metal(rng)) + rod(0.05, 0.22, around=10).turn("z", 90).paint(
            pick(rng, [BLACK, wood(rng)])
        ).move(0, 0.45)
        shape += bow.turn("x", drop).move(0, tall - 0.06)
        if chance(rng, 0.5):
            shape += (
                rod(high - 0.06, 0.04, around=26)
                .paint(pick(rng, [(0.4, 0.65, 0.85), (0.85, 0.72, 0.48)]))
                .move(0, 0.8 * tall)
            )
        return shape
    high, r = rng.uniform(0.6, 0.75), rng.uniform(0.34, 0.42)
    shape = lathe([(r, 0), (0.92 * r, high), (0.5 * r, high + 0.08), (0, high + 0.08)], 26).paint(colour) + torus(
        r, 0.03, 26, 6
    ).paint(shade(colour, 0.8)).move(0, 0.03)
    spout = tube(
        [(0.8 * r, 0.15, 0), (r + 0.3, 0.5 * high, 0), (r + 0.6, high + 0.1, 0)], [0.1, 0.065, 0.055], 12, along=10
    )
    rose = lathe([(0.05, -0.05), (0.17, 0.1), (0, 0.12)], 20).turn("z", -55).move(r + 0.64, high + 0.15)
    back = tube(
        [
            (-0.85 * r, 0.2, 0),
            (-r - 0.35, 0.45 * high, 0),
            (-r - 0.15, high + 0.18, 0),
            (-0.2 * r, high + 0.2, 0),
            (0.3 * r, high + 0.06, 0),
        ],
        0.045,
        along=18,
    )
    return (
        shape
        + spout.paint(colour)
        + rose.paint(pick(rng, [STEEL, shade(colour, 0.8)]))
        + back.paint(shade(colour, 0.85))
    )


def basket(rng: np.random.Generator) -> Shape:
    """Return a wicker basket, empty, with bread, eggs or flowers."""
    wicker = near(rng, (0.68, 0.47, 0.25))
    wide, tall, oval = rng.uniform(0.42, 0.55), rng.uniform(0.32, 0.5), rng.uniform(0.65, 1.0)
    profile = [
        *[((0.8 + 0.2 * t) * wide, tall * t) for t in np.linspace(0, 1, 8)],
        (0.9 * wide, tall),
        (0.72 * wide, 0.08),
        (0, 0.08),
    ]
    shape = lathe(profile, 32).paint(tiles([wicker, shade(wicker, 0.78)], tall / 7, 32)) + torus(
        wide, 0.05, 32, 8
    ).paint(shade(wicker, 0.85)).move(0, tall)
    if chance(rng, 0.75):
        bow = tube(
            [
                (-wide, tall, 0),
                (-0.9 * wide, tall + 0.4, 0),
                (0, tall + 0.62, 0),
                (0.9 * wide, tall + 0.4, 0),
                (wide, tall, 0),
            ],
            np.array([[0.06, 0.035]] * 5),
            8,
            along=20,
        )
        shape += bow.paint(shade(wicker, 0.9))
    fill = pick(rng, ["none", "eggs", "bread", "fruit"])
    for k in range(7 if fill != "none" else 0):
        angle, out = 2.4 * k, 0.5 * wide * (k > 0)
        place = (out * np.cos(angle), tall + 0.03 * (k == 0), out * np.sin(angle))
        if fill == "bread":
            shape += (
                ball(0.12, 0.11, 0.3, detail=12).turn("y", 40 * k).paint(near(rng, (0.82, 0.55, 0.26))).move(*place)
            )
        else:
            colour = pick(rng, [WHITE, near(rng, (0.85, 0.65, 0.45)), vivid(rng)]) if fill == "eggs" else vivid(rng)
            shape += ball(0.14, 0.18 if fill == "eggs" else 0.14, detail=12).paint(colour).move(*place)
    return shape.scale(1, 1, oval)


def ladder(rng: np.random.Generator) -> Shape:
    """Return a single ladder or a step ladder."""
    colour, high, half = pick(rng, [wood(rng), STEEL, vivid(rng)]), rng.uniform(1.6, 2.6), rng.uniform(0.24, 0.34)
    count = int(rng.integers(4, 9))
    step_of = pick(rng, ["rungs", "rungs", "treads"])
    side = box(0.075, high, 0.09, 0.015).move(half, high / 2).both()
    rung = rod(0.03, 2 * half, around=10).turn("z", 90) if step_of == "rungs" else box(2 * half, 0.045, 0.16, 0.01)
    rungs = rung.along(count, y=0.86 * high / max(count - 1, 1)).move(0, high / 2)
    frame = side.paint(colour) + rungs.paint(pick(rng, [colour, shade(colour, 0.8), STEEL]))
    lean = rng.uniform(14, 22)
    if chance(rng, 0.55):
        rear = (side + box(2 * half, 0.05, 0.04).along(2, y=0.5 * high).move(0, 0.4 * high)).paint(shade(colour, 0.9))
        front = frame.move(0, -high).turn("x", -lean).move(0, high * np.cos(np.radians(lean)))
        rear = rear.move(0, -high).turn("x", lean).move(0, high * np.cos(np.radians(lean)), -0.1)
        return (
            front
            + rear
            + box(2 * half + 0.14, 0.06, 0.34, 0.02)
            .paint(pick(rng, [colour, BLACK]))
            .move(0, high * np.cos(np.radians(lean)), -0.05)
        )
    return frame.turn("x", -rng.uniform(0, 20))


def broom(rng: np.random.Generator) -> Shape:
    """Return a besom, a wide broom, a brush, or a mop with a bucket-like head."""
    kind, pole = pick(rng, ["besom", "wide", "wide", "mop"]), pick(rng, [wood(rng), vivid(rng)])
    high = rng.uniform(1.3, 1.7)
    shape = rail((0, 0.3, 0), (0, high, 0), 0.03, around=12).paint(pole)
    straw = pick(rng, [(0.82, 0.66, 0.32), vivid(rng), BLACK])
    if kind == "besom":
        head = lathe(smooth([(0.26, -0.1), (0.24, 0.05), (0.15, 0.4), (0.06, 0.62), (0.04, 0.66)], 16), 24)
        head = head.bend(
            lambda v: (
                v
                * np.stack(
                    [
                        1 + 0.1 * np.cos(12 * np.arctan2(v[:, 2], v[:, 0])),
                        np.ones(len(v)),
                        1 + 0.1 * np.cos(12 * np.arctan2(v[:, 2], v[:, 0])),
                    ],
                    1,
                )
            )
        )
        return (
            shape
            + head.paint((0.8, 0.62, 0.3))
            + torus(0.1, 0.03, 20, 6).paint(vivid(rng)).along(2, y=0.1).move(0, 0.5)
        )
    if kind == "wide":
        wide = rng.uniform(0.5, 0.8)
        shape += box(wide, 0.1, 0.16, 0.03).paint(pick(rng, [wood(rng), vivid(rng)])).move(0, 0.3)
        bristle = hull([(0.0, 0.52 * wide, -0.13, 0.13, 4), (0.27, 0.48 * wide, -0.07, 0.07, 4)], 28, axis="y")
        return (
            shape
            + bristle.paint(straw)
            + box(0.02, 0.24, 0.2).along(int(wide / 0.07), x=0.065).paint(shade(straw, 0.8)).move(0, 0.13)
        )
    strands = tube([(0, 0.35, 0.03), (0, 0.25, 0.16), (0, 0.02, 0.26)], [0.04, 0.055, 0.05], 8, along=8).around(12)
    return (
        shape
        + strands.paint(pick(rng, [WHITE, grey(rng, 0.6, 0.9), vivid(rng)]))
        + rod(0.1, 0.12, 0.06, 14).paint(vivid(rng)).move(0, 0.38)
    )


FAMILIES = {"bucket": bucket, "basket": basket, "ladder": ladder, "broom": broom}
