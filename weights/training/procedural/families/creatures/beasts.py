"""Beasts of farm and wilderness on the shared skeleton."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, WHITE, chance, fur, grey, near, pick, shade, stripes
from ...parts import ball, hull, lathe, tube
from ...shape import Colour, Shape
from ..living.farm import PINK, coat, trunk
from ..living.skeleton import Build, eyes, head, horn, legs, place_head, pointed_ears, tail

FOX_RED: Colour = (0.85, 0.42, 0.12)


def fox(rng: np.random.Generator) -> Shape:
    """Return a fox, a wolf or a raccoon with a bushy tail."""
    b = Build(0.95, 0.36, 0.18, 0.16, 0.19, 0.12, 48, 0.8, 0.17, 0.075, 0.045, 1.5).varied(rng)
    kind = pick(rng, ["fox", "fox", "wolf", "raccoon"])
    colour = near(rng, {"fox": FOX_RED, "wolf": (0.45, 0.45, 0.48), "raccoon": (0.5, 0.47, 0.44)}[kind])
    light = pick(rng, [WHITE, (0.92, 0.86, 0.76)])
    shape = trunk(b, colour) + legs(b, rng, colour, BLACK if kind != "wolf" else light)
    shape += (
        ball(b.chest * 0.6, b.chest * 0.8, 0.14).paint(light).move(0, b.leg + b.chest * 0.9, b.long / 2 + 0.2 * b.chest)
    )
    face = head(b, colour, light, BLACK, 0.14) + pointed_ears(
        b.head, 0.5 * b.head, 0.34 * b.head, colour, BLACK if kind == "fox" else PINK
    )
    face += (
        ball(0.3 * b.head, 0.22 * b.head, 0.4 * b.head, detail=10)
        .paint(light)
        .move(0.62 * b.head, -0.28 * b.head, 0.42 * b.head)
        .both()
    )
    if kind == "raccoon":
        face += (
            ball(0.32 * b.head, 0.2 * b.head, 0.12 * b.head, detail=10)
            .paint(BLACK)
            .move(0.48 * b.head, 0.26 * b.head, 0.72 * b.head)
            .both()
        )
        face += eyes(0.46 * b.head, 0.28 * b.head, 0.86 * b.head, 0.1 * b.head)
    shape += place_head(b, face, rng, 5)
    root = np.array([0, b.leg + 1.3 * b.rump, -b.long / 2 - 0.1 * b.rump])
    lift = rng.uniform(-0.15, 0.5)
    offsets = np.array(
        [(0, 0, 0), (0, 0.3 * lift, -0.2), (0, 0.7 * lift, -0.42), (0, lift, -0.58), (0, 1.15 * lift, -0.68)]
    )
    brush = tube(root + offsets, [0.05, 0.12, 0.16, 0.12, 0.02], 12, along=22)
    tip = tube((root + offsets)[3:], [0.125, 0.025], 12, along=6)
    if kind == "raccoon":
        return shape + brush.paint(stripes([colour, BLACK], "z", 0.1, 5))
    return shape + brush.paint(colour) + tip.scale(1.0).paint(light if kind == "fox" else shade(colour, 0.6))


def goat(rng: np.random.Generator) -> Shape:
    """Return a goat, an antelope or a llama."""
    kind = pick(rng, ["goat", "goat", "llama", "antelope"])
    if kind == "llama":
        b = Build(0.9, 0.5, 0.28, 0.26, 0.17, 0.55, 70, 0.9, 0.13, 0.08, 0.06, 1.6).varied(rng, 0.08)
    else:
        b = Build(1.0, 0.5, 0.24, 0.23, 0.16, 0.24, 52, 0.8, 0.15, 0.08, 0.045, 1.8).varied(rng, 0.08)
    colour, other = pick(rng, [fur(rng), WHITE, grey(rng)]), fur(rng)
    shape = trunk(b, coat(rng, b, colour, other, pick(rng, ["plain", "plain", "spots"]))) + legs(
        b, rng, colour, BLACK, 1.2
    )
    r = b.head
    face = head(b, colour, pick(rng, [colour, other]), shade(colour, 0.5), 0.14)
    if kind == "llama":
        face += pointed_ears(r, 0.55 * r, 0.2 * r, colour, PINK, 0.4) + ball(
            0.6 * r, 0.5 * r, 0.6 * r, detail=10
        ).paint(shade(colour, 1.3)).move(0, 0.8 * r)
        top = np.array(b.head_place)
        wool = tube(
            [(0, b.leg + b.chest, b.long / 2 - 0.1), top * [0, 0.75, 1] + [0, 0.1, 0], top],
            [0.25, 0.18, 0.15],
            10,
            along=9,
        )
        shape += wool.paint(colour)
    else:
        face += (
            ball(0.42 * r, 0.14 * r, 0.2 * r, detail=10).turn("z", -25).paint(colour).move(1.05 * r, 0.25 * r).both()
        )
        long = rng.uniform(0.8, 2.0) * r
        bone = pick(rng, [(0.6, 0.52, 0.4), BLACK, (0.85, 0.8, 0.68)])
        face += horn(
            [
                (0.35 * r, 0.75 * r, 0),
                (0.5 * r, 0.75 * r + 0.6 * long, -0.3 * long),
                (0.75 * r, 0.75 * r + 0.6 * long, -long),
            ],
            0.2 * r,
            bone,
        )
        if kind == "goat":
            face += (
                lathe([(0.22 * r, 0), (0.1 * r, -0.6 * r), (0, -0.9 * r)], 8)
                .paint(shade(colour, 0.8))
                .move(0, -0.5 * r, 0.5 * r + 0.6 * b.snout)
            )
    shape += place_head(b, face, rng, 14)
    return shape + tail(b, [(0, 0.08, -0.08), (0, 0.16, -0.14)], 0.05, 0.03, colour)


def camel(rng: np.random.Generator) -> Shape:
    """Return a camel with one hump or two, at times with a saddle cloth."""
    b = Build(1.15, 0.78, 0.29, 0.26, 0.16, 0.5, 42, 0.75, 0.2, 0.09, 0.06, 1.9).varied(rng, 0.08)
    colour = near(rng, (0.76, 0.58, 0.36))
    shape = trunk(b, colour) + legs(b, rng, colour, shade(colour, 0.7), 1.5)
    top, two = b.leg + 1.85 * b.chest, chance(rng, 0.5)
    hump = ball(0.2, rng.uniform(0.26, 0.4), 0.24, detail=16).paint(shade(colour, 0.85))
    shape += hump.move(0, top, 0.24) + hump.move(0, top, -0.28) if two else hump.scale(1.2).move(0, top, -0.05)
    r = b.head
    face = head(b, colour, shade(colour, 1.2), shade(colour, 0.5), 0.14, drop=0.3) + pointed_ears(
        r, 0.3 * r, 0.2 * r, colour, shade(colour, 0.6), 0.5
    )
    shape += place_head(b, face, rng, 20, 12)
    if chance(rng, 0.4):
        cloth = pick(rng, [(0.75, 0.12, 0.15), (0.2, 0.35, 0.7), (0.55, 0.2, 0.5)])
        shape += (
            ball(b.chest * 0.95, b.chest * 1.05, 0.24, 3, 18)
            .finer()
            .paint(stripes([cloth, cloth, (0.95, 0.8, 0.3)], "z", 0.07, 5))
            .move(0, b.leg + b.chest * 1.05)
        )
    return shape + tail(b, [(0, -0.05, -0.08), (0, -0.32, -0.12)], 0.035, 0.03, colour)


def ears_round(r: float, size: float, colour: Colour, inner: Colour) -> Shape:
    """Return round ears at the sides of a head of radius r."""
    ear = ball(size, size, 0.35 * size, detail=12).paint(colour) + ball(
        0.7 * size, 0.7 * size, 0.3 * size, detail=10
    ).paint(inner).move(0, 0, 0.15 * size)
    return ear.move(0.7 * r + 0.4 * size, 0.65 * r + 0.3 * size).both()


def mouse(rng: np.random.Generator) -> Shape:
    """Return a mouse, a rat or a hamster, with round ears and a long tail."""
    fat, colour = (
        rng.uniform(0.85, 1.3),
        pick(rng, [grey(rng, 0.4, 0.7), WHITE, near(rng, (0.55, 0.4, 0.28)), near(rng, (0.8, 0.55, 0.3))]),
    )
    hamster = chance(rng, 0.25)
    body = ball(0.34 * fat, 0.32 * fat, 0.5, detail=20).paint(colour).move(0, 0.34 * fat)
    belly = ball(0.26 * fat, 0.2 * fat, 0.4, detail=14).paint(shade(colour, 1.5)).move(0, 0.22 * fat, 0.06)
    snout = lathe(smooth([(0.27, -0.1), (0.2, 0.15), (0.05, 0.36), (0, 0.37)], 12), 16).turn("x", 90)
    face = (
        (ball(0.27) + snout).paint(colour)
        + ball(0.055, detail=8).paint(PINK).move(0, 0, 0.37)
        + eyes(0.14, 0.1, 0.2, 0.055, chance(rng, 0.3))
    )
    face += ears_round(0.24, rng.uniform(0.08, 0.12) if hamster else rng.uniform(0.14, 0.24), colour, PINK)
    shape = body + belly + face.turn("x", 12).move(0, 0.4 * fat, 0.5)
    feet = ball(0.08, 0.11, 0.14, detail=10).paint(PINK)
    shape += (feet.move(0.17 * fat, 0.09, 0.3) + feet.scale(1.2).move(0.2 * fat, 0.1, -0.22)).both()
    if hamster:
        return shape + ball(0.06).paint(PINK).move(0, 0.25, -0.5)
    path = [(0, 0.25, -0.4), (0.05, 0.1, -0.7), (0.25, 0.08, -1.0), (0.1, 0.2, -1.25)]
    return shape + tube(path, [0.055, 0.045, 0.035, 0.03], 8, along=16).paint(PINK)


def squirrel(rng: np.random.Generator) -> Shape:
    """Return a sitting squirrel with a nut, its tail up behind it."""
    colour = near(rng, pick(rng, [(0.65, 0.32, 0.14), (0.5, 0.45, 0.42), (0.35, 0.22, 0.15)]))
    light = near(rng, (0.95, 0.88, 0.78))
    body = hull(
        [(0, 0.26, -0.28, 0.24), (0.3, 0.3, -0.28, 0.26), (0.65, 0.19, -0.14, 0.2), (0.8, 0.05, 0, 0.1)], 18, 16, "y"
    ).paint(colour)
    shape = (
        body
        + ball(0.19, 0.28, 0.1, detail=14).paint(light).move(0, 0.36, 0.2)
        + ball(0.13, 0.2, 0.22, detail=12).paint(colour).move(0.24, 0.2, 0.05).both()
    )
    shape += ball(0.1, 0.06, 0.2, detail=10).paint(shade(colour, 0.8)).move(0.2, 0.05, 0.25).both()
    face = ball(0.22, 0.21, 0.23).paint(colour) + ball(0.13, 0.1, 0.14, detail=10).paint(light).move(0, -0.07, 0.16)
    face += (
        ball(0.035, detail=8).paint(BLACK).move(0, -0.03, 0.3)
        + eyes(0.13, 0.06, 0.16, 0.05, False)
        + pointed_ears(0.21, 0.13, 0.08, colour, light)
    )
    shape += face.turn("y", rng.uniform(-20, 20)).move(0, 0.92, 0.12)
    shape += (
        tube([(0.18, 0.62, 0.1), (0.2, 0.5, 0.26), (0.07, 0.52, 0.36)], [0.08, 0.06, 0.055], 8, along=8)
        .paint(colour)
        .both()
    )
    if chance(rng, 0.7):
        shape += ball(0.09, 0.11, 0.09, detail=10).paint((0.6, 0.4, 0.18)).move(0, 0.54, 0.4) + ball(
            0.095, 0.05, 0.095, detail=10
        ).paint((0.35, 0.22, 0.12)).move(0, 0.63, 0.4)
    path = [(0, 0.1, -0.22), (0, 0.3, -0.5), (0, 0.75, -0.52), (0, 1.12, -0.4), (0, 1.2, -0.62), (0, 1.0, -0.72)]
    brush = tube(path, rng.uniform(0.85, 1.2) * np.array([0.08, 0.18, 0.2, 0.19, 0.13, 0.04]), 12, along=26)
    return shape + brush.paint(pick(rng, [colour, shade(colour, 0.8), light]))


def hedgehog(rng: np.random.Generator) -> Shape:
    """Return a hedgehog or a porcupine."""
    dark, light = near(rng, (0.38, 0.26, 0.18)), near(rng, (0.9, 0.76, 0.58))
    high, long = rng.uniform(0.34, 0.42), rng.uniform(0.48, 0.6)
    shape = ball(0.42, high, long, detail=18).paint(dark).move(0, high + 0.04) + ball(0.36, 0.2, 0.5, detail=14).paint(
        light
    ).move(0, 0.2, 0.08)
    shape += (
        lathe(smooth([(0.27, -0.1), (0.19, 0.18), (0.06, 0.38), (0, 0.39)], 12), 16)
        .turn("x", 98)
        .paint(light)
        .move(0, 0.3, 0.42)
    )
    shape += (
        ball(0.065, detail=10).paint(BLACK).move(0, 0.25, 0.82)
        + eyes(0.13, 0.37, 0.6, 0.05, chance(rng, 0.3))
        + ball(0.09, 0.1, 0.05, detail=10).paint(light).move(0.24, 0.46, 0.42).both()
    )
    count, reach = int(rng.integers(70, 120)), rng.uniform(0.12, 0.26)
    k = np.arange(count)
    up = 0.95 - 0.98 * k / count
    angle = 2.39996 * k
    spike = lathe([(0.05, 0), (0, reach + 0.06)], 5).paint(pick(rng, [shade(dark, 1.5), shade(dark, 0.7), light]))
    for y, a in zip(up, angle, strict=True):
        flat_by = np.sqrt(1 - y * y)
        x, z = flat_by * np.cos(a), flat_by * np.sin(a)
        if z > 0.62 and y < 0.75:
            continue
        tilt = np.degrees(np.arccos(y))
        one = spike.turn("x", 0.8 * tilt - 0).turn("y", np.degrees(np.arctan2(x, z)))
        shape += one.turn("x", -12).move(0.38 * x, high + 0.04 + 0.9 * high * y, 0.92 * long * z)
    return shape + ball(0.08, 0.06, 0.11, detail=8).paint(shade(light, 0.7)).move(0.22, 0.05, 0.25).corners()


FAMILIES = {
    "fox": fox,
    "goat": goat,
    "camel": camel,
    "mouse": mouse,
    "squirrel": squirrel,
    "hedgehog": hedgehog,
}
