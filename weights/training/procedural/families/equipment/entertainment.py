"""Radios, consoles, televisions and projectors."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    glass,
    grey,
    pastel,
    pick,
    shade,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from .office import plastic


def _handle(reach: float, high: float, rise: float, thick: float) -> Shape:
    """Return a bail over the top of a case, `reach` to either side."""
    low, top = high - 0.04, high + rise
    return tube([(-reach, low, 0), (-reach, top, 0), (reach, top, 0), (reach, low, 0)], thick, 8)


def _radio_front(
    deep: float,
    dial: Shape,
    grille: Shape,
    half: float,
    high: float,
    kind: str,
    knobs: Shape,
    shape: Shape,
    trim: Colour,
    z: float,
) -> Shape:
    """Return the radio with one loudspeaker and its handle or feet."""
    shape += (
        grille.move(-0.5 * half, 0.5 * high, z)
        + dial.move(0.45 * half, 0.68 * high, z)
        + knobs.along(2, x=0.4 * half).move(0.45 * half, 0.3 * high, z + 0.02)
    )
    if kind == "portable":
        shape += _handle(0.6 * half, high, 0.16, 0.035).paint(trim)
    else:
        shape += rod(0.03, 0.14, 0.04).paint(trim).move(0.75 * half, -0.05).both() + box(
            2 * half + 0.03, 0.06, deep + 0.03, 0.02
        ).paint(trim).move(0, high * 0.93)
    return shape


def radio(rng: np.random.Generator) -> Shape:
    """Return a radio: old wooden arch, portable with aerial, a boom box, or a small alarm radio."""
    colour, trim = (
        pick(rng, [vivid(rng), pastel(rng), wood(rng), BLACK]),
        pick(rng, [(0.85, 0.7, 0.4), STEEL, WHITE, BLACK]),
    )
    kind = pick(rng, ["arch", "portable", "boom", "retro"])
    knobs = rod(0.06, 0.07, around=14).turn("x", 90).paint(trim)
    if kind == "arch":
        timber, half, high = wood(rng), rng.uniform(0.4, 0.5), rng.uniform(0.3, 0.55)
        t = np.linspace(0, np.pi, 15)
        shape = extrude(
            [(-half, 0), (half, 0), *np.stack([half * np.cos(t), high + half * np.sin(t)], 1)], 0.5, 0.03
        ).paint(timber) + rod(0.6 * half, 0.06, around=22).turn("x", 90).paint((0.75, 0.65, 0.45)).move(
            0, high + 0.2 * half, 0.24
        )
        shape += join(
            box(0.04, w, 0.04).move(x, high + 0.2 * half, 0.27)
            for x, w in ((-0.4 * half, 0.8 * half), (0, 1.15 * half), (0.4 * half, 0.8 * half))
        ).paint(shade(timber, 0.7)) + box(0.5, 0.14, 0.05).paint((1, 0.9, 0.6)).move(0, 0.5 * high, 0.24)
        return (
            shape
            + knobs.along(3, x=0.25).move(0, 0.2 * high, 0.26)
            + box(2 * half + 0.1, 0.07, 0.58).paint(shade(timber, 0.8)).move(0, 0.02)
        )
    half, high, deep = rng.uniform(0.5, 0.75), rng.uniform(0.5, 0.7), rng.uniform(0.2, 0.3)
    bevel = rng.uniform(0.01, 0.14)
    shape = box(2 * half, high, deep, bevel, 4).paint(colour).move(0, high / 2)
    z = deep / 2
    grille = (
        rod(0.36 * high, 0.06, around=22).turn("x", 90).paint(BLACK)
        + torus(0.36 * high, 0.035, 22, 6).turn("x", 90).paint(trim).move(0, 0, 0.03)
        + ball(0.14 * high, 0.14 * high, 0.05, detail=10).paint(trim).move(0, 0, 0.03)
    )
    dial = box(0.55 * half, 0.24 * high, 0.04).paint((1, 0.92, 0.7)) + box(0.03, 0.2 * high, 0.05).paint(RED_LAMP).move(
        0.1 * half
    )
    if kind == "boom":
        shape += (
            grille.move(0.6 * half, 0.42 * high, z).both()
            + box(0.5 * half, 0.4 * high, 0.05, 0.01).paint(trim).move(0, 0.35 * high, z)
            + rod(0.06, 0.06, around=12).turn("x", 90).paint(BLACK).move(0.1 * half, 0.35 * high, z + 0.01).both()
            + dial.scale(1.5, 0.6, 1).move(0, 0.8 * high, z)
        )
        shape += box(0.09, 0.05, 0.08).along(5, x=0.12).paint(trim).move(0, high + 0.01) + _handle(
            0.8 * half, high, 0.22, 0.04
        ).paint(BLACK)
    else:
        shape = _radio_front(deep, dial, grille, half, high, kind, knobs, shape, trim, z)
    return shape + rail(
        (0.85 * half, high - 0.05, -0.05), (rng.uniform(0.7, 1.3), high + rng.uniform(0.4, 0.8), -0.1), 0.028, 0.022
    ).paint(STEEL)


def projector(rng: np.random.Generator) -> Shape:
    """Return a projector: a flat modern box with lens, a slide projector, or one with film reels."""
    colour, trim = plastic(rng), pick(rng, [BLACK, STEEL, grey(rng, 0.3, 0.6)])
    lens = (
        rod(0.16, 0.16, around=20).turn("x", 90).paint(BLACK)
        + torus(0.15, 0.035, 20, 6).turn("x", 90).paint(STEEL).move(0, 0, 0.08)
        + ball(0.12, 0.12, 0.06, detail=12).paint(glass(rng)).move(0, 0, 0.07)
    )
    kind = pick(rng, ["modern", "modern", "film", "slides"])
    if kind == "film":
        shape = (
            box(0.5, 0.7, 0.8, 0.03).paint(colour).move(0, 0.5)
            + box(0.7, 0.14, 1.0, 0.03).paint(trim).move(0, 0.08)
            + lens.scale(0.9, 0.9, 2.2).move(0, 0.6, 0.5)
        )
        reel = torus(0.4, 0.05, 26, 6, 0.06) + rail((0, 0, 0), (0.4, 0, 0), 0.05).around(5) + rod(0.1, 0.14, around=12)
        reel = reel.paint(STEEL) + rod(0.28, 0.08, around=20).paint((0.25, 0.16, 0.12))
        arm = rail((0, 0.8, 0.2), (0, 1.15, 0.55), 0.05) + rail((0, 0.8, -0.2), (0, 1.15, -0.55), 0.05)
        return (
            shape
            + arm.paint(trim)
            + (reel.turn("z", 90).move(0, 1.2, 0.48) + reel.turn("z", 90).move(0, 1.2, -0.48)).scale(1, 1, 1).move(0.06)
            + rod(0.05, 0.06).turn("z", 90).along(3, z=0.2).paint(vivid(rng)).move(0.26, 0.35, 0)
        )
    half, high, deep = rng.uniform(0.5, 0.65), rng.uniform(0.3, 0.42), rng.uniform(0.4, 0.5)
    shape = (
        box(2 * half, high, 2 * deep, rng.uniform(0.03, 0.12), 4).paint(colour).move(0, high / 2 + 0.06)
        + rod(0.06, 0.08, around=10).paint(BLACK).move(0.75 * half, 0.03, 0.7 * deep).corners()
    )
    shape += (
        lens.scale(0.95).move(pick(rng, [-0.4, 0, 0.4]) * half, high / 2 + 0.07, deep)
        + box(0.04, 0.5 * high, 0.05).along(5, x=0.08).paint(BLACK).move(0.62 * half, high / 2 + 0.06, deep)
        + box(0.05, 0.5 * high, 0.05)
        .along(6, z=0.11)
        .paint(shade(colour, 0.5))
        .move(half - 0.01, high / 2 + 0.06)
        .both()
    )
    if kind == "slides":
        slots = box(0.06, 0.2, 0.12).move(0.36).around(20)
        return shape + (
            rod(0.42, 0.16, around=26).paint(BLACK)
            + slots.paint((0.85, 0.85, 0.82))
            + rod(0.12, 0.22, around=14).paint(trim)
        ).move(0, high + 0.13)
    shape += (rod(0.05, 0.05, around=10).move(0.12).around(4) + rod(0.06, 0.05, around=10)).paint(trim).move(
        -0.3 * half, high + 0.065, -0.2 * deep
    ) + box(0.2, 0.05, 0.1).paint(BLACK).move(0.4 * half, high + 0.06, 0.5 * deep)
    return shape + (
        box(1.9 * half, 0.05, 0.06).paint(trim).move(0, 0.75 * high, deep)
        if chance(rng, 0.5)
        else rod(0.03, 0.03).paint((0.3, 0.8, 1)).move(0.4 * half, high + 0.07, -0.3 * deep)
    )


FAMILIES = {
    "radio": radio,
    "projector": projector,
}
