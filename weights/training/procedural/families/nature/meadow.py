"""Grass, crops and other low plants."""

from __future__ import annotations

import numpy as np

from ...curves import arc
from ...paint import (
    WHITE,
    chance,
    gradient,
    hsv,
    leaf,
    near,
    pick,
    shade,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, lathe, rail, rod, tube
from ...shape import Shape, join
from .stones import EARTH, grounded, stone, stone_colour


def blade(tall: float, out: float, wide: float, thick: float = 0.03, droop: float = 0.0) -> Shape:
    """Return a leaf that rises and leans towards +Z, wide across X."""
    path = [(0, 0, 0.02), (0, 0.6 * tall, 0.35 * out), (0, tall - droop, out)]
    return tube(path, np.array([[0.7 * wide, thick], [wide, thick], [0.012, 0.012]]), 6, along=7)


def grass(rng: np.random.Generator) -> Shape:
    """Return a clump of wide blades, straight spikes or reeds, sometimes with flowers or on a sod."""
    green, kind = (
        pick(rng, [leaf(rng), leaf(rng), (0.75, 0.65, 0.3), (0.45, 0.7, 0.25)]),
        pick(rng, ["blades", "blades", "spikes", "reeds"]),
    )
    count, wide, parts = int(rng.integers(8, 26)), rng.uniform(0.05, 0.1), []
    spread = rng.uniform(0.1, 0.4)
    for k in range(count):
        tall = rng.uniform(0.45, 1.0)
        tone = shade(green, rng.uniform(0.75, 1.3))
        if kind == "spikes":
            one = lathe([(1.2 * wide, 0), (wide, 0.4 * tall), (0, tall)], 4).turn("x", rng.uniform(0, 30))
        elif kind == "reeds":
            one = blade(tall * 1.3, rng.uniform(0.05, 0.3), 0.8 * wide)
        else:
            one = blade(tall, rng.uniform(0.15, 0.6), wide, 0.03, rng.uniform(0, 0.3) * tall)
        out = spread * np.sqrt((k + 0.5) / count)
        parts.append(one.paint(gradient(shade(tone, 0.7), tone, "y", 0, 0.6)).move(0, 0, out).turn("y", 137.5 * k))
    shape = join(parts)
    if kind == "reeds" or chance(rng, 0.25):
        head = (
            ball(0.07, 0.2, detail=8).paint((0.42, 0.25, 0.12))
            if kind == "reeds"
            else ball(0.11, 0.08, detail=8).paint(vivid(rng))
        )
        for turn in rng.uniform(0, 360, int(rng.integers(2, 6))):
            tall, lean = rng.uniform(1.0, 1.4), rng.uniform(0.05, 0.3)
            shape += (rail((0, 0, 0), (0, tall, lean), 0.033).paint(green) + head.move(0, tall, lean)).turn("y", turn)
    if chance(rng, 0.35):
        sod = rod(spread + 0.3, 0.14, spread + 0.24, pick(rng, [7, 18])) if chance(rng, 0.5) else box(1.1, 0.14, 1.1)
        shape += sod.paint(pick(rng, [EARTH, shade(green, 0.6)])).move(0, -0.05)
    if chance(rng, 0.2):
        shape += stone(rng, 0.2, "facets", stone_colour(rng)).move(spread + 0.1, 0, 0.1)
    return shape


def bamboo(rng: np.random.Generator) -> Shape:
    """Return stalks with knots and leaves, a few or a thicket, some of them cut."""
    green = pick(rng, [near(rng, (0.45, 0.62, 0.25)), near(rng, (0.35, 0.55, 0.3)), near(rng, (0.78, 0.7, 0.4))])
    shape = grounded(ball(0.55, 0.14, 0.5, detail=10), 0.5).paint(pick(rng, [EARTH, leaf(rng), stone_colour(rng)]))
    cut, r = chance(rng, 0.25), rng.uniform(0.05, 0.09)
    for k in range(int(rng.integers(3, 7))):
        high = rng.uniform(0.9, 2.2) * (0.6 if cut else 1)
        step = rng.uniform(0.22, 0.34)
        stalk = (
            rod(r, high, 0.85 * r, 8)
            .finer()
            .paint(gradient(shade(green, 0.8), shade(green, 1.15), "y", -high / 2, high / 2))
        )
        for level in np.arange(step, high - 0.05, step):
            stalk += rod(1.22 * r, 0.05, around=8).paint(shade(green, 0.65)).move(0, level - high / 2)
        stalk = stalk.move(0, high / 2)
        if cut:
            stalk += rod(0.75 * r, 0.05, around=8).paint((0.85, 0.8, 0.55)).move(0, high)
        for j in range(int(rng.integers(2, 4))):
            fan = join(blade(0.1, rng.uniform(0.3, 0.5), 0.07, 0.028, 0.2).turn("y", turn) for turn in (-25, 25))
            level = high * rng.uniform(0.45, 0.98)
            stalk += fan.paint(shade(leaf(rng), rng.uniform(0.9, 1.3))).turn("y", 137 * j).move(0, level)
        out = 0.14 + 0.045 * k
        shape += stalk.turn("x", rng.uniform(-2, 7)).move(0, 0, out).turn("y", 137.5 * k)
    return shape


def crop_plant(rng: np.random.Generator, kind: str) -> Shape:
    """Return one plant of a kind on y = 0."""
    green = leaf(rng)
    if kind == "corn":
        tall = rng.uniform(0.9, 1.3)
        shape = rail((0, 0, 0), (0, tall, 0), 0.045, 0.033).paint(green)
        for k in range(5):
            shape += (
                blade(0.3, 0.4, 0.06, 0.03, 0.22)
                .paint(shade(green, 1 + 0.08 * k))
                .turn("y", 137 * k)
                .move(0, (0.15 + 0.16 * k) * tall)
            )
        ear = ball(0.07, 0.17, detail=7).paint((0.95, 0.8, 0.25)) + lathe(
            [(0.06, -0.2), (0.09, -0.1), (0.07, 0.02), (0, 0.02)], 7
        ).paint(green)
        return (
            shape
            + ear.turn("z", -25).move(0.09, 0.55 * tall, 0.03)
            + lathe([(0.03, 0), (0.07, 0.1), (0, 0.25)], 6).paint((0.85, 0.7, 0.4)).move(0, tall - 0.03)
        )
    if kind == "wheat":
        gold = near(rng, (0.88, 0.7, 0.3))
        shape = blade(0.4, 0.2, 0.05).paint(gold).turn("y", 40)
        for k in range(4):
            tall = rng.uniform(0.6, 0.9)
            one = rail((0, 0, 0), (0, tall, 0.1), 0.03).paint(shade(gold, 0.85)) + ball(
                0.06, 0.17, 0.06, detail=6
            ).paint(gold).move(0, tall + 0.08, 0.1)
            shape += one.turn("y", 90 * k + 20)
        return shape
    if kind == "carrot":
        root = lathe([(0.06, -0.05), (0.15, 0.04), (0.13, 0.12), (0, 0.14)], 8).paint((0.95, 0.5, 0.12))
        tops = join(blade(rng.uniform(0.3, 0.5), rng.uniform(0.1, 0.25), 0.05).turn("y", 72 * k) for k in range(5))
        return root + tops.paint(green).move(0, 0.1)
    if kind == "pumpkin":
        body = ball(0.12, 0.17, 0.17, detail=8).move(0.1, 0.15).around(6).paint((0.93, 0.5, 0.1))
        return (
            body
            + rail((0, 0.25, 0), (0.04, 0.42, 0), 0.04).paint(green)
            + blade(0.2, 0.3, 0.1).paint(green).turn("y", 60).move(0.15)
        )
    pale = pick(rng, [(0.55, 0.75, 0.4), (0.5, 0.3, 0.5), (0.45, 0.68, 0.45)])
    shape = ball(0.17, 0.16, detail=10).paint(shade(pale, 1.2)).move(0, 0.17)
    for k in range(8):
        leafy = ball(0.15, 0.16, 0.035, detail=8).turn("x", 22 + 4 * k).move(0, 0.17, 0.15 + 0.008 * k)
        shape += leafy.paint(shade(pale, 1.1 - 0.05 * k)).turn("y", 137.5 * k)
    return shape


def crop(rng: np.random.Generator) -> Shape:
    """Return a bed of earth with rows of corn, wheat, carrots, pumpkins or cabbages."""
    kind, earth = pick(rng, ["corn", "wheat", "carrot", "cabbage", "pumpkin"]), near(rng, EARTH, 0.04)
    rows, along, step = int(rng.integers(1, 4)), int(rng.integers(2, 5)), rng.uniform(0.42, 0.5)
    plants = [crop_plant(rng, kind) for _ in range(2)]
    count = 8 if kind in ("corn", "pumpkin") else 12
    shape = box(step * along + 0.15, 0.16, step * rows + 0.15).paint(earth).move(0, -0.08)
    if chance(rng, 0.4):
        shape += (
            box(step * along + 0.3, 0.24, 0.08).move(0, -0.08, (step * rows + 0.2) / 2).both("z")
            + box(0.08, 0.24, step * rows + 0.2).move((step * along + 0.22) / 2, -0.08).both()
        ).paint(wood(rng))
    else:
        shape += ball(0.5 * step * along, 0.09, 0.2, detail=10).along(rows, z=step).paint(shade(earth, 0.85))
    places = [(i - (along - 1) / 2, j - (rows - 1) / 2) for i in range(along) for j in range(rows)][:count]
    for k, (i, j) in enumerate(places):
        one = plants[k % 2].turn("y", rng.uniform(0, 360)).scale(rng.uniform(0.8, 1.1))
        shape += one.move(i * step, 0.02, j * step)
    return shape


def water_lily(rng: np.random.Generator) -> Shape:
    """Return notched pads with a blossom, on water or alone, or a lotus on its stalk."""
    green, colour = leaf(rng), pick(rng, [(0.95, 0.55, 0.75), WHITE, (0.98, 0.85, 0.4), (0.65, 0.5, 0.9), vivid(rng)])
    petals, parts = int(rng.integers(6, 10)), []
    for ring in range(3):
        lean, size = 62 - 22 * ring, 1 - 0.18 * ring
        petal = tube(
            [(0, 0, 0), (0, 0.2, 0.04), (0, 0.42, 0)],
            np.array([[0.03, 0.03], [0.12, 0.03], [0.012, 0.012]]),
            6,
            along=7,
        )
        parts.append(
            petal.scale(size)
            .turn("x", lean)
            .move(0, 0.02, 0.05)
            .around(petals - ring)
            .turn("y", 20 * ring)
            .paint(gradient(WHITE, colour, "y", -0.1, 0.35) if chance(rng, 0.5) else shade(colour, 1 + 0.1 * ring))
        )
    blossom = join(parts) + ball(0.09, 0.07, detail=8).paint((0.95, 0.75, 0.15)).move(0, 0.08)

    def pad(r: float) -> Shape:
        outline = [(0.12 * r, 0), *arc(r, 14, 346, 18)]
        plate = extrude(outline, 0.07, 0.02, "xz").paint(shade(green, rng.uniform(0.85, 1.2)))
        ribs = box(0.75 * r, 0.04, 0.035).move(-0.45 * r, 0.03).around(5, total=220).turn("y", 250)
        return (plate + ribs.paint(shade(green, 0.7))).turn("y", rng.uniform(0, 360))

    if chance(rng, 0.3):
        high = rng.uniform(0.7, 1.2)
        shape = rail((0, 0, 0), (0.08, high, 0), 0.035).paint(green) + blossom.move(0.08, high) + pad(0.5)
        return (
            shape
            + rail((0.3, 0, 0.1), (0.5, 0.55 * high, 0.2), 0.033).paint(green)
            + pad(0.38).turn("z", 12).move(0.5, 0.56 * high, 0.2)
        )
    shape = blossom.scale(rng.uniform(0.9, 1.3)).move(0, 0.03) + pad(rng.uniform(0.45, 0.7))
    for k in range(int(rng.integers(1, 5))):
        r = rng.uniform(0.25, 0.5)
        shape += pad(r).move((0.5 + r) * np.cos(2.2 * k), 0.02 * (k % 2), (0.5 + r) * np.sin(2.2 * k))
    if chance(rng, 0.4):
        shape += rod(1.2, 0.1, around=28).paint(hsv(rng.uniform(0.5, 0.6), 0.5, 0.75)).move(0, -0.07)
    return shape


FAMILIES = {
    "grass": grass,
    "bamboo": bamboo,
    "crop": crop,
    "water_lily": water_lily,
}
