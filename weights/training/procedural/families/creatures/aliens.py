"""Aliens and monsters."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    WHITE,
    chance,
    near,
    pastel,
    pick,
    shade,
    spots,
    stripes,
    vivid,
)
from ...parts import ball, box, hull, lathe, rail, torus, tube
from ...shape import Colour, Shape, join
from ..living.skeleton import eyes
from .oddities import mouth


def stalk_alien(rng: np.random.Generator, colour: Colour) -> Shape:
    """Return an egg-shaped alien with eyes on stalks."""
    shape = (
        ball(0.34, 0.42, 0.32, pick(rng, [2, 2.8]), 20)
        .paint(pick(rng, [colour, spots(rng, colour, shade(colour, 0.7), 0.15, 0.25)]))
        .move(0, 0.62)
    )
    count = int(rng.integers(1, 4))
    for x in np.linspace(-0.22, 0.22, count) if count > 1 else [0.0]:
        tip = (1.7 * x, 1.35 - abs(x), 0.1)
        ball_eye = ball(0.13, detail=14).paint(WHITE) + ball(0.07, detail=10).paint(BLACK).move(0, 0, 0.09)
        shape += tube([(0.6 * x, 0.95, 0), (1.4 * x, 1.15, 0.02), tip], 0.05, 8, along=8).paint(colour) + ball_eye.move(
            *tip
        )
    shape += (
        mouth(rng, 0.15, 0.33).move(0, 0.6)
        + tube(
            [(0.3, 0.6, 0), (0.52, 0.45, 0.05), (0.6, 0.6 + rng.uniform(-0.3, 0.2), 0.12)],
            [0.08, 0.06, 0.07],
            8,
            along=9,
        )
        .paint(colour)
        .both()
    )
    return (
        shape
        + (tube([(0.15, 0.3, 0), (0.18, 0.05, 0)], 0.08, 8) + ball(0.12, 0.06, 0.16, detail=10).move(0.18, 0.05, 0.05))
        .paint(shade(colour, 0.8))
        .both()
    )


def in_saucer(rng: np.random.Generator, body: Shape, arm: Shape, head: Shape, r: float) -> Shape:
    """Return a flying saucer with its pilot."""
    metal, trim = (
        pick(rng, [(0.7, 0.73, 0.78), vivid(rng)]),
        pick(rng, [(0.4, 0.95, 0.5), (0.98, 0.85, 0.3), vivid(rng)]),
    )
    disc = lathe(smooth([(0.25, -0.1), (0.5, 0.05), (1.0, 0.25), (0.9, 0.36), (0.45, 0.48)], 18), 32).paint(metal)
    return (
        disc
        + ball(0.075, detail=10).paint(trim).move(0.95, 0.29).around(int(rng.integers(8, 13)))
        + (body + arm.both()).move(0, -0.2)
        + head.move(0, 0.85 + r)
        + torus(0.42, 0.06, 26, 8).paint(shade(metal, 0.7)).move(0, 0.47)
    )


def alien(rng: np.random.Generator) -> Shape:
    """Return a grey alien with a tall head, a stalk-eyed one, or one in a saucer."""
    colour, kind = (
        pick(rng, [(0.55, 0.75, 0.4), (0.65, 0.68, 0.66), vivid(rng), pastel(rng)]),
        pick(rng, ["grey", "grey", "stalks", "saucer"]),
    )
    r = rng.uniform(0.3, 0.4)
    if kind == "stalks":
        return stalk_alien(rng, colour)
    head = hull(
        [
            (-1.1 * r, 0.1 * r, 0.1 * r, 0.4 * r),
            (-0.6 * r, 0.5 * r, -0.4 * r, 0.6 * r),
            (0.1 * r, 0.95 * r, -0.85 * r, 0.85 * r),
            (0.7 * r, 0.85 * r, -0.85 * r, 0.75 * r),
            (1.1 * r, 0.05, -0.1, 0.05),
        ],
        20,
        16,
        "y",
    ).paint(colour)
    head += ball(0.34 * r, 0.5 * r, 0.2 * r, detail=14).turn("z", -28).paint(BLACK).move(
        0.42 * r, 0.0, 0.7 * r
    ).both() + box(0.24 * r, 0.05 * r, 0.08 * r).paint(shade(colour, 0.4)).move(0, -0.7 * r, 0.58 * r)
    suit = pick(rng, [colour, shade(colour, 0.8), vivid(rng)])
    body = hull(
        [(0.38, 0.12, -0.1, 0.1), (0.6, 0.15, -0.11, 0.12), (0.85, 0.2, -0.12, 0.12), (0.97, 0.06, -0.06, 0.06)],
        14,
        12,
        "y",
    ).paint(suit)
    lift = rng.uniform(-0.3, 0.35)
    arm = tube(
        [(0.18, 0.86, 0), (0.34, 0.68 + 0.3 * lift, 0.05), (0.42, 0.5 + lift, 0.14)], [0.07, 0.055, 0.05], 8, along=9
    ).paint(suit) + ball(0.08, detail=8).paint(colour).move(0.42, 0.48 + lift, 0.15)
    if kind == "saucer":
        return in_saucer(rng, body, arm, head, r)
    leg = tube([(0.08, 0.42, 0), (0.11, 0.2, 0.03), (0.1, 0.05, 0)], [0.08, 0.06, 0.055], 8, along=8).paint(
        suit
    ) + ball(0.07, 0.045, 0.12, detail=10).paint(shade(suit, 0.7)).move(0.1, 0.04, 0.05)
    shape = body + (arm + leg).both() + head.move(0, 0.97 + 0.95 * r)
    if chance(rng, 0.3):
        shape += (
            (rail((0, 2 * r, 0), (0.12, 2 * r + 0.25, 0), 0.025) + ball(0.06, detail=8).move(0.12, 2 * r + 0.27))
            .paint(colour)
            .move(0.08, 0.9)
            .both()
        )
    return shape


def big_eye(rng: np.random.Generator, r: float, colour: Colour) -> Shape:
    """Return an eye of radius r, at times under a lid."""
    eye = (
        ball(r, detail=18).paint(WHITE)
        + ball(0.62 * r, 0.62 * r, 0.5 * r, detail=14).paint(vivid(rng)).move(0, 0, 0.62 * r)
        + ball(0.34 * r, 0.34 * r, 0.3 * r, detail=10).paint(BLACK).move(0, 0, 0.98 * r)
    )
    if chance(rng, 0.5):
        eye += (
            ball(1.1 * r, 1.1 * r, 1.1 * r, 2, 16)
            .bend(lambda v: v * np.where(v[:, 1:2] > 0, 1, [[0.9, 0.05, 0.9]]))
            .turn("x", -12)
            .paint(shade(colour, 0.8))
            .move(0, 0.28 * r, 0.02)
        )
    return eye


def one_eyed_monster(rng: np.random.Generator) -> Shape:
    """Return a round, square or pear monster with one big eye, horns and teeth."""
    colour, belly = vivid(rng), pastel(rng)
    kind, r = pick(rng, ["ball", "box", "pear", "floating"]), rng.uniform(0.2, 0.28)
    cover = pick(
        rng,
        [
            colour,
            colour,
            spots(rng, colour, shade(colour, 0.65), 0.2, 0.25),
            stripes([colour, shade(colour, 0.75)], "y", 0.16),
        ],
    )
    if kind == "pear":
        shape = lathe(
            smooth([(0, -0.5), (0.4, -0.48), (0.5, -0.15), (0.38, 0.3), (0.3, 0.55), (0, 0.66)], 22) * [1, 1], 26
        ).paint(cover)
        y, z = 0.28, 0.36
    else:
        shape = (ball(0.5, 0.56, 0.48, 3.6, 22) if kind == "box" else ball(0.5, 0.5, 0.48, detail=24)).paint(cover)
        y, z = 0.13, 0.44
    eye = big_eye(rng, r, colour)
    shape += eye.move(0, y, z - 0.1) + mouth(rng, 0.2, 0.47).move(0, y - r - 0.14)
    top = 0.5
    if chance(rng, 0.7):
        shape += (
            tube([(0.24, 0.35, 0), (0.42, 0.6, 0), (rng.uniform(0.3, 0.55), 0.8, 0.03)], [0.11, 0.08, 0.02], 8, along=9)
            .paint(pick(rng, [WHITE, (0.9, 0.85, 0.65), shade(colour, 0.5)]))
            .both()
        )
    else:
        shape += tube([(0, top, 0), (0.04, top + 0.2, 0), (0, top + 0.3, 0.1)], [0.06, 0.05, 0.06], 8, along=7).paint(
            colour
        ) + ball(0.1, detail=10).paint(belly).move(0, top + 0.33, 0.1)
    if kind == "floating":
        count = int(rng.integers(5, 9))
        stalk = (
            tube([(0, 0.42, 0), (0.05, 0.62, 0), (0.02, 0.75, 0.05)], 0.04, 8, along=8).paint(colour)
            + ball(0.085, detail=10).paint(WHITE).move(0.02, 0.77, 0.05)
            + ball(0.045, detail=8).paint(BLACK).move(0.02, 0.79, 0.12)
        )
        return shape + join(stalk.turn("z", a) for a in np.linspace(-75, 75, count))
    lift = rng.uniform(-0.3, 0.35)
    shape += (
        tube([(0.42, 0.0, 0), (0.62, -0.1 + 0.4 * lift, 0.08), (0.68, lift, 0.16)], [0.09, 0.075, 0.1], 10, along=8)
        .paint(colour)
        .both()
    )
    shape += (
        ball(0.14, 0.2, 0.15, detail=10).paint(colour).move(0.22, -0.5).both()
        + ball(0.16, 0.08, 0.22, detail=10).paint(shade(colour, 0.7)).move(0.22, -0.65, 0.06).both()
    )
    return shape


def tentacle_monster(rng: np.random.Generator) -> Shape:
    """Return a body on writhing arms with suckers: kraken, plant with a maw, or a many-eyed blob."""
    colour = pick(rng, [vivid(rng), near(rng, (0.35, 0.5, 0.3)), near(rng, (0.5, 0.25, 0.5))])
    light, count = shade(colour, 1.7), int(rng.integers(5, 9))
    arms = []
    for k in range(count):
        a, curl = rng.uniform(-0.25, 0.25), rng.uniform(0.1, 0.9)
        long = rng.uniform(0.8, 1.15)
        path = [
            (0.2, 0.28, 0),
            (0.5 * long, 0.1, 0.1 * a),
            (0.9 * long, 0.12 + 0.2 * curl, a),
            (1.05 * long, 0.1 + 0.75 * curl, a),
            (0.85 * long, 0.15 + curl, 0.5 * a),
        ]
        arm = tube(path, [0.17, 0.14, 0.1, 0.07, 0.03], 10, along=20).paint(colour)
        cups = join(
            ball(0.05 - 0.006 * j, detail=6).move(p[0] - 0.05, p[1] + (0.09 - 0.012 * j), p[2])
            for j, p in enumerate(smooth(path, 8)[2:6])
        ).paint(light)
        arms.append((arm + cups).turn("y", 360 * k / count + rng.uniform(-10, 10)))
    shape = join(arms)
    kind = pick(rng, ["kraken", "maw", "eyes"])
    if kind == "maw":
        stem = tube([(0, 0.1, 0), (0, 0.6, -0.15), (0, 1.0, 0.05)], [0.2, 0.14, 0.13], 10, along=10).paint(
            shade(colour, 0.8)
        )
        t = np.linspace(0, 1.57, 8)
        jaw = lathe([*np.stack([0.42 * np.sin(t), -0.32 * np.cos(t)], 1), (0.34, 0.0), (0, -0.2)], 22)
        teeth = lathe([(0.05, 0), (0, 0.16)], 6).move(0.36, -0.02).around(9).paint(WHITE)
        half = (
            jaw.paint(pick(rng, [(0.75, 0.12, 0.2), vivid(rng), spots(rng, (0.75, 0.12, 0.2), WHITE, 0.2, 0.2)]))
            + teeth
        )
        mouth_of = half.turn("x", 20) + half.mirrored("y").turn("x", -28).move(0, 0.05, -0.02)
        return (
            shape
            + stem
            + mouth_of.turn("x", rng.uniform(-10, 25)).move(0, 1.15, 0.12)
            + ball(0.15, 0.05, 0.4, detail=10).paint((0.9, 0.4, 0.5)).move(0, 1.1, 0.2)
        )
    body = lathe(smooth([(0.25, 0.05), (0.42, 0.3), (0.4, 0.6), (0.46, 0.95), (0.3, 1.25), (0, 1.36)], 20), 24)
    shape += body.paint(pick(rng, [colour, spots(rng, colour, light, 0.2, 0.2)]))
    if kind == "eyes":
        eye = ball(0.12, detail=12).paint(WHITE) + ball(0.065, detail=8).paint(BLACK).move(0, 0, 0.09)
        for _ in range(int(rng.integers(5, 9))):
            y = rng.uniform(0.55, 1.15)
            shape += eye.scale(rng.uniform(0.6, 1.2)).move(0, y, 0.4).turn("y", rng.uniform(-100, 100))
        return shape + mouth(rng, 0.2, 0.44).move(0, 0.42)
    return shape + eyes(0.2, 0.72, 0.38, rng.uniform(0.1, 0.15)) + mouth(rng, 0.18, 0.44).move(0, 0.45)


FAMILIES = {"alien": alien, "one_eyed_monster": one_eyed_monster, "tentacle_monster": tentacle_monster}
