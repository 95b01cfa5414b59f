"""Pets and farm animals on the shared skeleton."""

from __future__ import annotations

import numpy as np

from ...paint import BLACK, WHITE, chance, fur, grey, hsv, near, pick, shade, spots, stripes
from ...parts import ball, extrude, rod, torus, tube
from ...shape import Colour, Pattern, Shape, join
from .skeleton import (
    Build,
    floppy_ears,
    head,
    hoofed,
    horn,
    legs,
    neck,
    place_head,
    pointed_ears,
    tail,
    torso,
)

PINK: Colour = (0.92, 0.62, 0.62)


def coat(rng: np.random.Generator, b: Build, colour: Colour, other: Colour, kind: str) -> Colour | Pattern:
    """Return a plain, spotted or striped coat for the torso."""
    if kind == "spots":
        return spots(rng, colour, other, rng.uniform(0.12, 0.3) * b.long, rng.uniform(0.2, 0.5))
    if kind == "stripes":
        return stripes([colour, other], "z", rng.uniform(0.05, 0.08) * b.long, 5)
    return colour


def trunk(b: Build, cover: Colour | Pattern) -> Shape:
    return (torso(b, 18) + neck(b)).finer().paint(cover) if callable(cover) else (torso(b) + neck(b)).paint(cover)


def dog(rng: np.random.Generator) -> Shape:
    long_legs = rng.uniform(0.6, 1.2)
    b = Build(1.0, 0.42 * long_legs, 0.2, 0.17, 0.19, 0.16, 55, 0.8, rng.uniform(0.08, 0.22), 0.09, 0.052, 1.5).varied(
        rng
    )
    colour, other = fur(rng), fur(rng)
    shape = trunk(b, coat(rng, b, colour, other, pick(rng, ["plain", "plain", "spots"]))) + legs(
        b, rng, colour, pick(rng, [colour, other])
    )
    face = head(b, colour, pick(rng, [colour, other, shade(colour, 1.6)]), BLACK, 0.15)
    ear = pick(rng, [other, shade(colour, 0.6)])
    face += (
        floppy_ears(b.head, 0.55 * b.head, ear)
        if chance(rng, 0.55)
        else pointed_ears(b.head, 0.42 * b.head, 0.3 * b.head, colour, ear)
    )
    shape += place_head(b, face, rng, 5)
    curl = pick(
        rng,
        [
            [(0, 0.12, -0.12), (0, 0.3, -0.14)],
            [(0, 0.05, -0.2), (0, 0.14, -0.42)],
            [(0, 0.16, -0.1), (0, 0.26, 0.02), (0, 0.18, 0.1)],
        ],
    )
    shape += tail(b, curl, 0.05, 0.025, colour)
    if chance(rng, 0.4):
        x, y, z = (b.head_place * 0.45 + 0.55 * np.array([0, *b.shoulder])) + [0, 0.06, 0]
        shape += torus(0.75 * b.head, 0.03).turn("x", 90 - b.rise).paint(hsv(rng.random(), 0.8, 0.8)).move(x, y, z)
    return shape


def cat(rng: np.random.Generator) -> Shape:
    b = Build(0.9, 0.34, 0.17, 0.17, 0.19, 0.1, 50, 0.8, 0.03, 0.08, 0.045, 1.6).varied(rng)
    colour = pick(rng, [fur(rng), (0.9, 0.55, 0.2), grey(rng, 0.25, 0.6), BLACK, WHITE])
    other = shade(colour, pick(rng, [0.55, 1.8]))
    shape = trunk(b, coat(rng, b, colour, other, pick(rng, ["plain", "stripes", "stripes", "spots"])))
    shape += legs(b, rng, colour, pick(rng, [colour, WHITE]))
    face = head(b, colour, pick(rng, [colour, WHITE]), PINK, 0.17, True) + pointed_ears(
        b.head, 0.38 * b.head, 0.36 * b.head, colour, PINK
    )
    shape += place_head(b, face, rng)
    curl = pick(
        rng,
        [
            [(0, 0.1, -0.2), (0, 0.4, -0.28), (0, 0.6, -0.2)],
            [(0.05, 0.0, -0.25), (0.12, -0.1, -0.5), (0.2, 0.0, -0.7)],
            [(0, 0.3, -0.1), (0, 0.62, -0.15), (0.05, 0.75, -0.3)],
        ],
    )
    return shape + tail(b, curl, 0.045, 0.032, pick(rng, [colour, other]))


def horse(rng: np.random.Generator) -> Shape:
    """Return a horse, or a zebra, or a donkey."""
    b = Build(1.25, 0.74, 0.29, 0.27, 0.2, 0.5, 52, 0.75, 0.24, 0.11, 0.06, 2.0).varied(rng, 0.08)
    zebra = chance(rng, 0.25)
    colour = WHITE if zebra else pick(rng, [fur(rng), fur(rng), near(rng, (0.45, 0.22, 0.1)), grey(rng)])
    mane = BLACK if zebra else pick(rng, [shade(colour, 0.4), BLACK, (0.9, 0.82, 0.6)])
    cover = (
        stripes([WHITE, BLACK], "z", 0.065, 5)
        if zebra
        else coat(rng, b, colour, WHITE, pick(rng, ["plain", "plain", "spots"]))
    )
    shape = trunk(b, cover) + legs(b, rng, colour, hoofed(rng, colour), 1.25)
    face = head(b, colour, pick(rng, [colour, shade(colour, 0.6)]), shade(colour, 0.4), 0.13, drop=0.3)
    face += pointed_ears(b.head, 0.35 * b.head, 0.18 * b.head, colour, shade(colour, 0.6), 0.4)
    shape += place_head(b, face, rng, 38, 15)
    top, foot = b.head_place, np.array([0, b.leg + 2 * b.chest, b.long / 2 - 0.4 * b.chest])
    ridge = [
        foot,
        0.5 * (foot + top) + [0, 0.1, -0.16],
        top + np.array([0, 0.9, -0.35]) * b.head,
        top + np.array([0, 0.75, 0.5]) * b.head,
    ]
    shape += tube(ridge, np.array([[0.05, 0.09], [0.055, 0.13], [0.05, 0.1], [0.03, 0.04]]), 10, along=12).paint(mane)
    shape += tail(b, [(0, 0.0, -0.1), (0, -0.2, -0.2), (0, -0.5, -0.22)], 0.06, 0.07, mane)
    if chance(rng, 0.3):
        middle = b.leg + 2 * b.chest - 0.02
        shape += ball(0.2, 0.1, 0.26, 2.5).paint(near(rng, (0.4, 0.2, 0.1))).move(0, middle) + torus(
            b.chest * 0.92, 0.03
        ).turn("x", 90).scale(b.wide, 1, 1).paint(BLACK).move(0, b.leg + b.chest * 0.97, 0)
    return shape


def cow(rng: np.random.Generator) -> Shape:
    b = Build(1.45, 0.55, 0.36, 0.34, 0.24, 0.2, 30, 0.78, 0.16, 0.16, 0.075, 1.7).varied(rng, 0.08)
    colour = pick(rng, [WHITE, WHITE, near(rng, (0.55, 0.3, 0.15)), BLACK])
    other = BLACK if colour == WHITE else WHITE
    shape = trunk(b, coat(rng, b, colour, other, pick(rng, ["spots", "spots", "plain"]))) + legs(
        b, rng, colour, BLACK, 1.15
    )
    face = head(b, pick(rng, [colour, other]), PINK, shade(PINK, 0.6), 0.13, chance(rng, 0.4), 0.3)
    face += (
        ball(0.3 * b.head, 0.16 * b.head, 0.1 * b.head, detail=10)
        .turn("z", -15)
        .paint(colour)
        .move(1.1 * b.head, 0.3 * b.head)
        .both()
    )
    if chance(rng, 0.75):
        r = b.head
        face += horn(
            [(0.4 * r, 0.7 * r, 0), (0.9 * r, 1.0 * r, 0), (1.05 * r, 1.45 * r, 0.1 * r)], 0.13 * r, (0.9, 0.87, 0.75)
        )
    shape += place_head(b, face, rng, 18)
    shape += tail(b, [(0, -0.02, -0.06), (0, -0.25, -0.1), (0, -0.42, -0.09)], 0.03, 0.025, colour)
    shape += (
        ball(0.05, 0.1, 0.05, detail=8)
        .paint(other)
        .move(0, b.leg + 0.75 * b.rump + 0.4 * b.chest - 0.43 * b.long, -b.long / 2 - 0.2 * b.rump - 0.09 * b.long)
    )
    return shape + ball(0.15, 0.14, 0.18).paint(PINK).move(0, b.leg + 0.02, -0.28 * b.long)


def pig(rng: np.random.Generator) -> Shape:
    b = Build(1.0, 0.26, 0.31, 0.32, 0.27, 0.05, 15, 0.95, 0.12, 0.12, 0.07, 1.5).varied(rng, 0.08)
    colour = pick(rng, [PINK, PINK, near(rng, PINK), near(rng, (0.4, 0.3, 0.25))])
    shape = trunk(b, coat(rng, b, colour, shade(colour, 0.4), pick(rng, ["plain", "plain", "plain", "spots"]))) + legs(
        b, rng, colour, shade(colour, 0.6), 1.1
    )
    r = b.head
    face = head(b, colour, colour, shade(colour, 0.7), 0.12, drop=0.1)
    disc = (
        rod(b.muzzle, 0.08, around=16, round_by=0.02).turn("x", 90).paint(shade(colour, 0.85))
        + ball(0.022, detail=8).paint(BLACK).move(0.05, 0, 0.035).both()
    )
    face += disc.move(0, -0.1 * r, r * 0.55 + b.snout + 0.02)
    face += (
        extrude([(-0.3 * r, 0), (0.3 * r, 0), (0.05 * r, 0.6 * r)], 0.06)
        .turn("x", 35)
        .paint(shade(colour, 0.85))
        .move(0.55 * r, 0.65 * r, 0)
        .both()
    )
    shape += place_head(b, face, rng, 5)
    angle = np.linspace(0, 4 * np.pi, 20)
    curl = np.stack([0.06 * np.cos(angle) - 0.06, 0.06 * np.sin(angle), -np.linspace(0, 0.2, 20)], 1)
    return shape + tube(curl, 0.025).paint(colour).move(0, b.leg + b.rump * 1.2, -b.long / 2 - 0.4 * b.rump)


def sheep(rng: np.random.Generator) -> Shape:
    """Return a woolly body of many balls, a bare face, thin legs; rams have curled horns."""
    b = Build(0.95, 0.34, 0.28, 0.28, 0.19, 0.12, 40, 0.95, 0.1, 0.1, 0.05, 1.4).varied(rng, 0.08)
    wool = pick(rng, [WHITE, (0.93, 0.9, 0.82), grey(rng, 0.2, 0.5)])
    skin = pick(rng, [BLACK, (0.85, 0.72, 0.6), WHITE])
    shape = torso(b).paint(wool) + neck(b, 0.8).paint(wool) + legs(b, rng, skin, BLACK, 1.15)
    golden = np.arange(46) * 2.39996
    height = np.linspace(-0.75, 0.98, 46)
    ring = np.sqrt(1 - height**2)
    places = np.stack(
        [
            ring * np.cos(golden) * b.chest * b.wide,
            height * b.chest + b.leg + b.chest,
            ring * np.sin(golden) * b.long * 0.58,
        ],
        1,
    )
    shape += join(ball(rng.uniform(0.1, 0.15), detail=8).move(*place) for place in places).paint(wool)
    face = head(b, skin, skin, shade(skin, 0.5), 0.15, True) + ball(0.8 * b.head, 0.5 * b.head, 0.7 * b.head).paint(
        wool
    ).move(0, 0.75 * b.head, -0.2 * b.head)
    face += (
        ball(0.4 * b.head, 0.17 * b.head, 0.12 * b.head, detail=10)
        .turn("z", -20)
        .paint(skin)
        .move(1.15 * b.head, 0.15 * b.head)
        .both()
    )
    if chance(rng, 0.35):
        turn = np.linspace(0, 5.2, 14)
        curl = (
            np.stack([0.75 + 0.07 * turn, 0.4 + 0.45 * np.sin(turn + 1.2) - 0.2, -0.25 - 0.45 * np.cos(turn + 1.2)], 1)
            * b.head
        )
        face += tube(curl, np.linspace(0.2, 0.07, 14) * b.head).paint((0.6, 0.5, 0.35)).both()
    return shape + place_head(b, face, rng, 12) + ball(0.1).paint(wool).move(0, b.leg + b.rump, -b.long * 0.62)


FAMILIES = {
    "dog": dog,
    "cat": cat,
    "horse": horse,
    "cow": cow,
    "pig": pig,
    "sheep": sheep,
}
