"""Wild animals on the shared skeleton."""

from __future__ import annotations

import dataclasses

import numpy as np

from ...paint import BLACK, WHITE, chance, fur, grey, near, pick, shade, spots
from ...parts import ball, rod, tube
from ...shape import Shape
from .farm import PINK, coat, trunk
from .skeleton import (
    Build,
    floppy_ears,
    head,
    horn,
    legs,
    place_head,
    tail,
)


def elephant(rng: np.random.Generator) -> Shape:
    b = Build(1.35, 0.55, 0.5, 0.47, 0.4, 0.08, 35, 0.85, 0.02, 0.17, 0.15, 1.25, 0.66).varied(rng, 0.06)
    colour = pick(rng, [grey(rng, 0.4, 0.65), (0.5, 0.5, 0.56), (0.55, 0.47, 0.42)])
    shape = trunk(b, colour) + legs(b, rng, colour, shade(colour, 0.9), 1.1)
    r = b.head
    face = (
        ball(0.85 * r, r, 0.9 * r).paint(colour)
        + ball(0.09 * r, detail=8).paint(BLACK).move(0.62 * r, 0.2 * r, 0.6 * r).both()
    )
    up = chance(rng, 0.4)
    path = (
        [(0, -0.1, 0.6), (0, -0.45, 1.1), (0, -0.6, 1.6), (0, -0.2, 2.1), (0, 0.5, 2.25)]
        if up
        else [(0, -0.1, 0.6), (0, -0.6, 1.15), (0, -1.3, 1.3), (0, -2.0, 1.25), (0, -2.3, 1.55)]
    )
    face += tube(np.array(path) * r, np.array([0.42, 0.34, 0.26, 0.19, 0.15]) * r, 12, along=16).paint(colour)
    size = rng.uniform(0.75, 1.15) * r
    ear = ball(size * 0.75, size, 0.09, 2.3, 14).turn("y", -rng.uniform(15, 50)).paint(shade(colour, 0.9))
    face += ear.move(0.8 * r + 0.5 * size, 0.05 * r, -0.2 * r).both()
    if chance(rng, 0.75):
        face += horn(
            [(0.4 * r, -0.4 * r, 0.6 * r), (0.5 * r, -0.8 * r, 1.1 * r), (0.48 * r, -0.8 * r, 1.7 * r)],
            0.11 * r,
            (0.95, 0.92, 0.82),
        )
    shape += place_head(b, face, rng, 0, 12)
    return shape + tail(b, [(0, -0.1, -0.06), (0, -0.35, -0.08)], 0.05, 0.03, colour)


def big_cat(rng: np.random.Generator) -> Shape:
    """Lion, lioness, tiger, leopard or panther."""
    b = Build(1.2, 0.42, 0.26, 0.23, 0.24, 0.14, 40, 0.78, 0.1, 0.13, 0.07, 1.6).varied(rng, 0.07)
    kind = pick(rng, ["lion", "lion", "lioness", "tiger", "tiger", "leopard", "panther"])
    colour = {"tiger": (0.92, 0.52, 0.14), "panther": (0.1, 0.1, 0.12), "leopard": (0.88, 0.68, 0.35)}.get(
        kind, (0.83, 0.62, 0.32)
    )
    other = (0.12, 0.08, 0.06)
    cover = coat(rng, b, colour, other, "stripes" if kind == "tiger" else "plain")
    if kind == "leopard":
        cover = spots(rng, colour, other, 0.07, 0.3)
    shape = trunk(b, cover) + legs(b, rng, colour, shade(colour, 1.2), 1.4)
    face = head(b, colour, shade(colour, 1.5), (0.3, 0.15, 0.12), 0.13, kind != "panther")
    r = b.head
    face += (
        (ball(0.26 * r, 0.28 * r, 0.14 * r, detail=10).paint(shade(colour, 0.8)))
        .move(0.65 * r, 0.85 * r, -0.1 * r)
        .both()
    )
    if kind == "lion":
        mane = pick(rng, [(0.45, 0.24, 0.1), (0.3, 0.16, 0.08), (0.7, 0.4, 0.15)])
        locks = ball(0.34 * r, 0.62 * r, 0.5 * r, detail=8).move(0, 1.05 * r).around(11, "z")
        face += (ball(1.35 * r, 1.4 * r, 0.75 * r) + locks).paint(mane).move(0, -0.05 * r, -0.4 * r)
    shape += place_head(b, face, rng, 5)
    shape += tail(b, [(0, -0.05, -0.15), (0, -0.2, -0.35), (0, -0.1, -0.6)], 0.045, 0.03, colour)
    end = np.array(
        [0, b.leg + 1.15 * b.rump + 0.45 * b.chest - 0.1 * b.long, -b.long / 2 - 0.2 * b.rump - 0.62 * b.long]
    )
    return shape + (
        ball(0.07, 0.07, 0.11, detail=8).paint((0.3, 0.16, 0.08)).move(*end)
        if kind.startswith("lion")
        else ball(0.04, detail=8).paint(other).move(*end)
    )


def bear(rng: np.random.Generator) -> Shape:
    """Brown bear, polar bear or panda."""
    b = Build(1.1, 0.38, 0.36, 0.36, 0.26, 0.1, 30, 0.85, 0.12, 0.13, 0.1, 1.5).varied(rng, 0.08)
    kind = pick(rng, ["brown", "brown", "polar", "panda"])
    colour = {"polar": (0.95, 0.94, 0.9), "panda": WHITE}.get(kind) or near(rng, (0.38, 0.23, 0.12))
    limb = BLACK if kind == "panda" else colour
    shape = trunk(b, colour) + legs(b, rng, limb, limb, 1.25)
    r = b.head
    face = (
        head(b, colour, shade(colour, 1.4), BLACK, 0.1)
        + ball(0.3 * r, 0.3 * r, 0.15 * r, detail=10).paint(limb).move(0.68 * r, 0.82 * r, -0.1 * r).both()
    )
    if kind == "panda":
        face += (
            ball(0.26 * r, 0.32 * r, 0.2 * r, detail=10)
            .turn("z", 25)
            .paint(BLACK)
            .move(0.45 * r, 0.22 * r, 0.68 * r)
            .both()
            + ball(0.1 * r, detail=8).paint(WHITE).move(0.46 * r, 0.28 * r, 0.86 * r).both()
        )
    return (
        shape
        + place_head(b, face, rng, 8)
        + ball(0.09).paint(colour).move(0, b.leg + 1.2 * b.rump, -b.long / 2 - 0.45 * b.rump)
    )


def rabbit(rng: np.random.Generator) -> Shape:
    """Crouched: large haunches, a round tail, long ears."""
    colour, r = pick(rng, [fur(rng), WHITE, grey(rng)]), rng.uniform(0.19, 0.24)
    inner = PINK
    lean = rng.uniform(0, 25)
    body = ball(0.3, 0.32, 0.45).turn("x", -lean).move(0, 0.35).paint(colour)
    body += (
        ball(0.15, 0.2, 0.24).paint(shade(colour, 0.93)).move(0.24, 0.24, -0.18).both()
        + ball(0.08, 0.06, 0.2).paint(colour).move(0.24, 0.06, 0).both()
    )
    body += (
        tube([(0.13, 0.3, 0.28), (0.13, 0.1, 0.36), (0.13, 0.05, 0.42)], [0.09, 0.065, 0.06], along=7)
        .paint(colour)
        .both()
    )
    body += ball(0.12).paint(pick(rng, [WHITE, shade(colour, 1.3)])).move(0, 0.32, -0.48)
    b = dataclasses.replace(Build(0.8, 0.1, 0.3, 0.3, r), snout=0.03, muzzle=0.09)
    face = head(b, colour, shade(colour, 1.3), PINK, 0.17, chance(rng, 0.4))
    long, width = rng.uniform(0.24, 0.36), rng.uniform(0.06, 0.08)
    if chance(rng, 0.8):
        ear = (
            ball(width, long, 0.04, detail=12).paint(colour)
            + ball(0.6 * width, 0.85 * long, 0.03, detail=10).paint(inner).move(0, -0.02, 0.022)
        ).move(0, long * 0.9)
        face += ear.turn("x", -rng.uniform(0, 40)).turn("z", -rng.uniform(4, 18)).move(0.07, 0.75 * r, -0.03).both()
    else:
        face += floppy_ears(r, long * 0.9, shade(colour, 0.8))
    return body + face.turn("y", rng.uniform(-20, 20)).move(0, 0.6 + 0.004 * lean, 0.42 - 0.002 * lean)


def giraffe(rng: np.random.Generator) -> Shape:
    b = Build(1.0, 1.05, 0.28, 0.22, 0.17, 1.15, 68, 0.75, 0.2, 0.09, 0.065, 1.9).varied(rng, 0.06)
    colour, other = (0.92, 0.78, 0.5), near(rng, (0.6, 0.35, 0.15))
    cover = spots(rng, colour, other, rng.uniform(0.1, 0.15), 0.55)
    shape = trunk(b, cover) + legs(b, rng, colour, shade(other, 0.6), 1.25)
    r = b.head
    face = (
        head(b, colour, shade(colour, 0.85), shade(other, 0.5), 0.15, drop=0.3)
        + ball(0.35 * r, 0.15 * r, 0.1 * r, detail=8).paint(colour).move(0.95 * r, 0.45 * r, -0.3 * r).both()
    )
    face += (
        (rod(0.09 * r, 0.7 * r, around=8).move(0, 0.3 * r) + ball(0.15 * r, detail=8).move(0, 0.68 * r))
        .paint(other)
        .move(0.3 * r, 0.8 * r, -0.1 * r)
        .both()
    )
    shape += place_head(b, face, rng, 25, 15)
    return shape + tail(b, [(0, -0.1, -0.08), (0, -0.5, -0.1)], 0.03, 0.03, shade(other, 0.6))


def deer(rng: np.random.Generator) -> Shape:
    """Return a stag with antlers, a hind, or a moose."""
    b = Build(1.0, 0.62, 0.22, 0.2, 0.16, 0.36, 62, 0.75, 0.15, 0.075, 0.042, 2.0).varied(rng, 0.08)
    colour = near(rng, (0.58, 0.36, 0.18))
    cover = spots(rng, colour, (0.95, 0.9, 0.8), 0.07, 0.12) if chance(rng, 0.25) else colour
    shape = trunk(b, cover) + legs(b, rng, colour, BLACK, 1.2)
    r, bone = b.head, (0.72, 0.6, 0.42)
    face = (
        head(b, colour, shade(colour, 1.3), BLACK, 0.16)
        + ball(0.42 * r, 0.2 * r, 0.12 * r, detail=10)
        .turn("z", 20)
        .paint(colour)
        .move(1.1 * r, 0.6 * r, -0.2 * r)
        .both()
    )
    if chance(rng, 0.75):
        main = np.array([(0.35, 0.7, 0), (0.8, 1.5, -0.5), (1.5, 2.4, -0.5), (1.4, 3.3, 0)]) * r * rng.uniform(0.8, 1.2)
        antler = tube(main, np.array([0.14, 0.12, 0.1, 0.05]) * r, 6, along=10)
        for k, reach in ((1, 0.9), (2, 0.8)):
            antler += tube([main[k], main[k] + np.array([0.2, 0.5, 0.8]) * r * reach], [0.1 * r, 0.05 * r], 6)
        face += antler.paint(bone).both()
    shape += place_head(b, face, rng, 15)
    return shape + ball(0.05, 0.09, 0.05, detail=8).turn("x", 30).paint(WHITE).move(
        0, b.leg + 1.4 * b.rump, -b.long / 2 - 0.5 * b.rump
    )


FAMILIES = {
    "elephant": elephant,
    "big_cat": big_cat,
    "bear": bear,
    "rabbit": rabbit,
    "giraffe": giraffe,
    "deer": deer,
}
