"""Cauldrons, spiked balls and carved pumpkins."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, STEEL, WHITE, chance, dark, grey, hsv, leaf, near, pick, shade, vivid, wood
from ...parts import ball, extrude, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from ..home.vessels import vessel
from .arms import outwards, spikes, ways


def pot_extras(rng: np.random.Generator, r: float, high: float, iron: Colour) -> Shape:
    """Return feet and rings, and perhaps a ladle, a fire or a bail."""
    leg = rail((0.45 * r, 0.12, 0), (0.7 * r, -0.22, 0), 0.09, 0.07)
    shape = (
        leg.around(3).turn("y", 30).paint(iron)
        + torus(0.14, 0.045, 16, 6)
        .turn("z", 90)
        .turn("y", 90)
        .paint(shade(iron, 1.3))
        .move(1.0 * r, 0.68 * high)
        .both()
    )
    extra = pick(rng, ["none", "ladle", "fire", "bail"])
    if extra == "ladle":
        shape += (
            rail((0.1, 0.8 * high, 0), (0.55, high + 0.55, 0.1), 0.045, 0.055)
            .turn("y", rng.uniform(0, 360))
            .paint(wood(rng))
        )
    elif extra == "fire":
        log = rail((-0.6, -0.18, 0), (0.6, -0.18, 0), 0.09).paint(wood(rng))
        tongue = lathe([(0.08, 0), (0.12, 0.1), (0.01, 0.32)], 6).paint((0.98, 0.55, 0.1)).move(0.36, -0.18)
        shape += log + log.turn("y", 60) + log.turn("y", 120) + tongue.around(5)
    elif extra == "bail":
        shape += tube(
            [
                (r, 0.75 * high, 0),
                (0.95 * r, high + 0.35, 0),
                (0, high + 0.65, 0),
                (-0.95 * r, high + 0.35, 0),
                (-r, 0.75 * high, 0),
            ],
            0.04,
            along=20,
        ).paint(iron)
    return shape


def cauldron(rng: np.random.Generator) -> Shape:
    """Return a witch's pot on three feet, with brew, bubbles, ladle or fire."""
    iron, brew = (
        pick(rng, [dark(rng), dark(rng), (0.15, 0.15, 0.17), near(rng, (0.6, 0.36, 0.2))]),
        pick(rng, [(0.35, 0.85, 0.2), hsv(rng.random(), 0.8, 0.85)]),
    )
    r, high, n = rng.uniform(0.6, 0.72), rng.uniform(0.75, 1.0), int(rng.choice([8, 12, 28]))
    profile = smooth(
        [
            (0.3 * r, 0),
            (0.85 * r, 0.16 * high),
            (r, 0.45 * high),
            (0.85 * r, 0.82 * high),
            (0.8 * r, 0.9 * high),
            (0.95 * r, high),
        ],
        18,
    )
    shape = vessel(profile, 0.08, n, 0.35).paint(iron) + torus(0.93 * r, 0.06, n, 6).paint(shade(iron, 1.3)).move(
        0, high
    )
    shape += rod(0.77 * r, 0.06, around=n).paint(brew).move(0, 0.84 * high)
    for _ in range(int(rng.integers(2, 8))):
        size, way, far = rng.uniform(0.06, 0.15), rng.uniform(0, 6.28), rng.uniform(0, 0.55) * r
        shape += (
            ball(size, detail=9)
            .paint(shade(brew, rng.uniform(1.0, 1.6)))
            .move(far * np.cos(way), 0.86 * high + rng.uniform(0, 0.08), far * np.sin(way))
        )
    if chance(rng, 0.35):
        drip = rng.uniform(0.2, 0.45) * high
        shape += (
            rail((0, high + 0.02, 0.95 * r), (0, high - drip, 1.0 * r), 0.09, 0.08)
            .turn("y", rng.uniform(-60, 60))
            .paint(brew)
        )
    return shape + pot_extras(rng, r, high, iron)


def spiky_ball(rng: np.random.Generator) -> Shape:
    """Return a ball with spikes: a sea mine on its chain, a trap, or a germ."""
    colour, kind = (
        pick(rng, [dark(rng), grey(rng, 0.25, 0.6), STEEL, vivid(rng)]),
        pick(rng, ["mine", "trap", "trap", "germ"]),
    )
    detail = int(rng.choice([8, 14, 20]))
    trim = pick(rng, [colour, shade(colour, 1.4), STEEL, vivid(rng)])
    where = ways(int(rng.integers(12, 36)))
    if kind == "germ":
        knob = rng.uniform(0.08, 0.11)
        stalk = rod(0.055, 0.4, 0.05, 6).move(0, 0.78) + ball(knob, detail=6).move(0, 0.98)
        return ball(0.68, detail=detail).paint(colour) + outwards(stalk, where).paint(pick(rng, [vivid(rng), trim]))
    if kind == "mine":
        horn = rod(0.1, 0.32, 0.085, 8).move(0, 0.76) + rod(0.05, 0.1, 0.045, 6).move(0, 0.94)
        horns = outwards(horn, where[::2])
        shape = (
            ball(0.72, detail=detail).paint(colour)
            + horns.paint(trim)
            + torus(0.72, 0.05, 24, 6).paint(shade(colour, 0.7))
        )
        links = join(
            torus(0.09, 0.035, 12, 6).scale(1, 1, 1.35).turn("x", 90).turn("y", 90 * (k % 2)).move(0, -0.82 - 0.17 * k)
            for k in range(int(rng.integers(1, 5)))
        )
        return shape + links.paint(grey(rng, 0.3, 0.5)) if chance(rng, 0.7) else shape
    shape = ball(0.66, detail=detail).paint(colour) + spikes(
        where, 0.66, rng.uniform(0.2, 0.5), rng.uniform(0.09, 0.15), pick(rng, [4, 6, 10])
    ).paint(trim)
    if chance(rng, 0.25):
        shape += (
            ball(0.16, 0.2, 0.1, detail=10).paint(WHITE).move(0.2, 0.1, 0.58).both()
            + ball(0.08, 0.1, 0.06, detail=8).paint(BLACK).move(0.2, 0.08, 0.67).both()
        )
    return shape


def pumpkin_face(rng: np.random.Generator) -> Shape:
    """Return a lobed pumpkin with a carved face, dark or glowing, sometimes with a hat."""
    colour, lobes = (
        near(rng, pick(rng, [(0.92, 0.48, 0.08), (0.92, 0.48, 0.08), (0.85, 0.6, 0.2), (0.9, 0.88, 0.8)])),
        int(rng.integers(7, 12)),
    )
    flatness, deep = rng.uniform(0.68, 0.95), rng.uniform(0.05, 0.11)
    skin = ball(0.8, 0.8 * flatness, 0.8, detail=4 * lobes)

    def lobed(v: np.ndarray) -> np.ndarray:
        turn = np.arctan2(v[:, 0], v[:, 2])
        return v * (1 - deep * np.abs(np.cos(lobes * turn / 2)) ** 4 * np.hypot(v[:, 0], v[:, 2]) / 0.8)[:, None] * [
            1,
            0,
            1,
        ] + v * [0, 1, 0]

    shape = skin.bend(lobed).paint(colour)
    hole = pick(rng, [(1.0, 0.85, 0.25), (1.0, 0.75, 0.2), (0.15, 0.07, 0.03), (0.15, 0.07, 0.03)])
    size = rng.uniform(0.13, 0.18)
    eye = pick(
        rng,
        [
            [(-size, -size), (size, -size), (0.1 * size, size)],
            [(-size, size), (-0.6 * size, -size), (size, -0.9 * size), (1.1 * size, 0.1)],
        ],
    )
    eyes = pick(rng, [extrude(eye, 0.15).finer(), ball(size, 1.2 * size, 0.09, detail=12)])
    wide, smile = rng.uniform(0.3, 0.42), rng.uniform(0.1, 0.22)
    x = np.linspace(-wide, wide, 9)
    bow = -smile * (1 - (x / wide) ** 2)
    low, top = bow - 0.05, 0.25 * bow + np.where(np.arange(9) % 2 == 1, -0.05, 0.05)
    mouth = extrude(np.concatenate([np.stack([x, low], 1)[1:-1], np.stack([x, top], 1)[::-1]]), 0.15)
    nose = extrude([(-0.07, -0.06), (0.07, -0.06), (0, 0.08)], 0.15)
    face = eyes.move(0.29, 0.2 * flatness).both() + nose + mouth.move(0, -0.2 * flatness)

    def onto_skin(v: np.ndarray) -> np.ndarray:
        out = np.sqrt(np.maximum(0.61 - v[:, 0] ** 2 - (v[:, 1] / flatness) ** 2, 0.02))
        return v + np.stack([0 * out, 0 * out, out * (1 - 0.6 * deep)], 1)

    shape += face.finer().bend(onto_skin).paint(hole)
    top_y = 0.78 * flatness
    if chance(rng, 0.25):
        hat = lathe([(0.75, 0), (0.75, 0.06), (0.4, 0.1), (0.28, 0.5), (0.04, 1.0)], 18).bend(
            lambda v: v + np.stack([0.25 * np.clip(v[:, 1], 0, None) ** 2, 0 * v[:, 1], 0 * v[:, 1]], 1)
        )
        return (
            shape
            + hat.paint(pick(rng, [BLACK, (0.3, 0.1, 0.4)])).move(0, top_y - 0.08)
            + rod(0.41, 0.12, 0.38, 18).paint(vivid(rng)).move(0, top_y + 0.06)
        )
    stalk = tube(
        [(0, top_y - 0.12, 0), (0.02, top_y + 0.1, 0), (rng.uniform(-0.25, 0.25), top_y + 0.3, 0.05)],
        [0.14, 0.09, 0.1],
        6,
        along=8,
    )
    return shape + stalk.paint(leaf(rng))


FAMILIES = {"cauldron": cauldron, "spiky_ball": spiky_ball, "pumpkin_face": pumpkin_face}
