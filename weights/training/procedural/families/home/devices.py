"""Screens, telephones and cameras."""

from __future__ import annotations

import numpy as np

from ...paint import BLACK, STEEL, WHITE, chance, dark, grey, metal, pick, shade, vivid, wood
from ...parts import ball, box, extrude, hull, rail, rod, torus, tube
from ...shape import Shape, join
from .furniture import screen


def television(rng: np.random.Generator) -> Shape:
    """Return a flat screen on feet, or an old box with aerials and knobs."""
    if chance(rng, 0.5):
        width = rng.uniform(1.2, 1.7)
        return screen(rng, width, width * rng.uniform(0.52, 0.62))
    colour, width, high, deep = (
        pick(rng, [wood(rng), grey(rng, 0.15, 0.4), vivid(rng)]),
        rng.uniform(0.85, 1.1),
        rng.uniform(0.65, 0.8),
        rng.uniform(0.5, 0.7),
    )
    shape = box(width, high, deep, 0.05).paint(colour).move(0, high / 2) + box(
        0.75 * width, 0.75 * high, 0.3, 0.08
    ).paint(shade(colour, 0.85)).move(0, high / 2, -deep / 2)
    shape += (
        box(0.66 * width, 0.78 * high, 0.08, 0.038, 4)
        .paint(grey(rng, 0.2, 0.6))
        .move(-0.12 * width, high / 2, deep / 2)
    )
    knob = (
        rod(0.06, 0.07, around=16, round_by=0.015)
        .turn("x", 90)
        .paint(metal(rng))
        .move(0.37 * width, 0.68 * high, deep / 2 + 0.02)
    )
    shape += (
        knob
        + knob.move(0, -0.2 * high)
        + box(0.13 * width, 0.02, 0.04).paint(BLACK).along(4, y=0.05).move(0.37 * width, 0.2 * high, deep / 2)
    )
    if chance(rng, 0.75):
        shape += (
            rail((0.02, high, 0), (0.35, high + 0.55, -0.1), 0.018).paint(STEEL)
            + rail((-0.02, high, 0), (-0.3, high + 0.55, -0.1), 0.018).paint(STEEL)
            + ball(0.08, 0.05, detail=10).paint(BLACK).move(0, high)
        )
    return shape + rail((0.36 * width, 0.05, 0.3 * deep), (0.42 * width, -0.22, 0.4 * deep), 0.03).corners().paint(
        wood(rng)
    )


def laptop(rng: np.random.Generator) -> Shape:
    colour, deep, width = pick(rng, [STEEL, grey(rng, 0.15, 0.8), vivid(rng)]), 0.9, rng.uniform(1.25, 1.4)
    shape = box(width, 0.07, deep, 0.025).paint(colour) + box(0.86 * width, 0.02, 0.4 * deep).paint(
        shade(colour, 0.5)
    ).move(0, 0.032, -0.14)
    keys = box(0.058 * width, 0.03, 0.07 * deep).along(13, x=0.064 * width).along(5, z=0.078 * deep)
    shape += keys.paint(pick(rng, [BLACK, WHITE])).move(0, 0.04, -0.14) + box(0.3 * width, 0.02, 0.22 * deep).paint(
        shade(colour, 0.8)
    ).move(0, 0.033, 0.28)
    lid = box(width, 0.88 * deep, 0.05, 0.02).paint(colour) + box(0.92 * width, 0.76 * deep, 0.02).paint(
        pick(rng, [vivid(rng), (0.12, 0.14, 0.2), (0.3, 0.5, 0.75)])
    ).move(0, 0.01, 0.02)
    return shape + lid.move(0, 0.44 * deep).turn("x", -rng.uniform(5, 40)).move(0, 0.02, -deep / 2)


def phone(rng: np.random.Generator) -> Shape:
    """Return a smartphone, a desk telephone with receiver, or an old mobile with keys."""
    kind = pick(rng, ["smart", "desk", "desk", "keys"])
    colour = pick(rng, [BLACK, vivid(rng), WHITE, grey(rng)])
    if kind == "smart":
        high = rng.uniform(1.35, 1.5)
        shape = box(0.7, high, 0.08, 0.035, 4).paint(colour) + box(0.64, 0.93 * high, 0.02).paint(
            pick(rng, [vivid(rng), (0.1, 0.1, 0.14)])
        ).move(0, 0, 0.036)
        icon = box(0.1, 0.1, 0.02, 0.006).move(0, 0, 0.047)
        shape += join(
            icon.paint(vivid(rng)).move((k % 4 - 1.5) * 0.15, 0.5 - k // 4 * 0.16)
            for k in range(int(rng.integers(8, 21)))
        )
        return (
            shape
            + box(0.22, 0.24, 0.05, 0.02).paint(shade(colour, 0.7)).move(0.18, high / 2 - 0.2, -0.04)
            + rod(0.045, 0.03, around=14).turn("x", 90).paint(BLACK).move(0.18, high / 2 - 0.15, -0.07)
        )
    if kind == "keys":
        shape = (
            box(0.5, 1.15, 0.17, 0.07, 4).paint(colour)
            + box(0.36, 0.3, 0.03, 0.01).paint((0.55, 0.66, 0.45)).move(0, 0.28, 0.08)
            + rod(0.035, 0.25, around=10).paint(BLACK).move(0.17, 0.66)
        )
        return (
            shape
            + box(0.09, 0.055, 0.04, 0.015)
            .along(3, x=0.125)
            .along(4, y=0.1)
            .paint(WHITE if colour != WHITE else dark(rng))
            .move(0, -0.22, 0.085)
            + rod(0.06, 0.04, around=14).turn("x", 90).paint(metal(rng)).move(0, 0.05, 0.085)
        )
    base = hull([(-0.4, 0.5, 0, 0.42, 5), (-0.1, 0.5, 0, 0.42, 5), (0.45, 0.5, 0, 0.12, 5)], 24).paint(colour)
    dial = (
        rod(0.25, 0.05, around=26).paint(WHITE)
        + rod(0.035, 0.03, around=10).move(0.17, 0.025).around(10).paint(BLACK)
        + rod(0.09, 0.07, around=16).paint(metal(rng))
    )
    base += dial.turn("x", 29).move(0, 0.31, 0.16)
    cradle = box(0.12, 0.16, 0.16, 0.03).paint(colour).move(0.32, 0.45, -0.24).both()
    receiver = (
        tube([(-0.55, 0, 0), (-0.3, 0.13, 0), (0.3, 0.13, 0), (0.55, 0, 0)], [0.08, 0.07, 0.07, 0.08], 12, along=14)
        + rod(0.14, 0.14, around=20, round_by=0.04).move(0.52, -0.06).both()
    )
    return base + cradle + receiver.paint(pick(rng, [colour, BLACK])).move(0, 0.52, -0.24)


def camera(rng: np.random.Generator) -> Shape:
    """Return a photo camera with lens, prism, buttons, sometimes a strap."""
    colour, trim = (
        pick(rng, [BLACK, BLACK, grey(rng, 0.2, 0.4), vivid(rng), wood(rng)]),
        pick(rng, [STEEL, STEEL, BLACK, WHITE]),
    )
    width, high, deep = rng.uniform(1.1, 1.35), rng.uniform(0.66, 0.8), rng.uniform(0.3, 0.42)
    shape = box(width, 0.75 * high, deep, 0.05).paint(colour).move(0, -0.05 * high) + box(
        width, 0.25 * high, deep * 0.98, 0.05
    ).paint(trim).move(0, 0.42 * high)
    r, long = rng.uniform(0.25, 0.32), rng.uniform(0.2, 0.7)
    lens = rod(r, 0.6 * long, around=28).turn("x", 90).paint(BLACK).move(0, 0, 0.3 * long) + rod(
        0.92 * r, long, around=28, round_by=0.02
    ).turn("x", 90).paint(pick(rng, [BLACK, STEEL])).move(0, 0, long / 2)
    lens += rod(0.72 * r, 0.04, around=24).turn("x", 90).paint((0.2, 0.25, 0.4)).move(0, 0, long) + torus(
        0.82 * r, 0.045, 28, 8
    ).turn("x", 90).paint(trim).move(0, 0, long)
    x = rng.uniform(-0.12, 0.2)
    shape += lens.move(x, -0.02, deep / 2)
    if chance(rng, 0.6):
        shape += extrude([(-0.24, 0), (0.24, 0), (0.15, 0.2), (-0.15, 0.2)], deep * 0.95, 0.03).paint(
            pick(rng, [colour, trim])
        ).move(x, 0.52 * high) + box(0.2, 0.1, 0.04).paint(BLACK).move(x, 0.58 * high, -deep / 2)
    else:
        shape += box(0.2, 0.13, 0.05, 0.015).paint((0.4, 0.5, 0.6)).move(0.28 * width, 0.38 * high, deep / 2)
    shape += rod(0.075, 0.1, around=16, round_by=0.015).paint(pick(rng, [STEEL, (0.8, 0.1, 0.1)])).move(
        -0.36 * width, 0.58 * high
    ) + rod(0.11, 0.07, around=20).paint(trim).move(0.36 * width, 0.56 * high)
    shape += box(0.75 * width, 0.5 * high, 0.04).paint((0.15, 0.18, 0.22)).move(0, -0.05, -deep / 2)
    if chance(rng, 0.35):
        shape += box(0.18, 0.8 * high, 0.12, 0.05).paint(BLACK).move(-0.42 * width, -0.02, deep / 2)
    return shape


FAMILIES = {
    "television": television,
    "laptop": laptop,
    "phone": phone,
    "camera": camera,
}
