"""People, their hair and their hats."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    WHITE,
    chance,
    dark,
    grey,
    pick,
    shade,
    skin,
    stripes,
    vivid,
)
from ...parts import ball, box, hull, lathe, rod, torus, tube
from ...shape import Colour, Shape, join
from .skeleton import eyes


def limb(
    start: tuple, bend: tuple, end: tuple, thick: float, thin: float, colour: Colour, upper: Colour | None = None
) -> Shape:
    """Return an arm or leg of two segments; `upper` colours a sleeve over the first."""
    shape = tube([start, bend, end], [thick, 0.5 * (thick + thin), thin], 12, along=9).paint(colour)
    if upper is not None:
        half = 0.15 * np.array(start) + 0.85 * np.array(bend)
        shape += tube([start, half], [1.12 * thick, 0.62 * (thick + thin)], 12).paint(upper)
    return shape


def hair(rng: np.random.Generator, r: float) -> Shape:
    """Short, long, bun or curls on a head of radius r."""
    colour = pick(rng, [BLACK, (0.3, 0.18, 0.1), (0.85, 0.68, 0.35), (0.6, 0.25, 0.1), grey(rng)])
    cap = ball(1.05 * r, 0.85 * r, 1.02 * r).move(0, 0.35 * r, -0.15 * r)
    kind = pick(rng, ["short", "short", "long", "bun", "curls", "none"])
    if kind == "none":
        return ball(0.3 * r, 0.12 * r, 0.1 * r, detail=8).paint(colour).move(0, -0.4 * r, 0.88 * r)
    if kind == "long":
        cap += hull(
            [
                (-1.9 * r, 0.75 * r, -0.55 * r, 0.0, 3),
                (-0.6 * r, 1.0 * r, -0.95 * r, 0.1 * r, 3),
                (0.5 * r, 0.95 * r, -0.9 * r, 0.1 * r, 3),
            ],
            16,
            9,
            "y",
        )
    elif kind == "bun":
        cap += ball(0.4 * r).move(0, 1.25 * r, -0.3 * r)
    elif kind == "curls":
        cap += join(
            ball(0.34 * r, detail=8).move(
                *(np.array([np.sin(a) * np.cos(b), np.sin(b) + 0.35, np.cos(a) * np.cos(b) * 0.9 - 0.15]) * r)
            )
            for b in (0.3, 0.9)
            for a in np.arange(7) * 0.9
        )
    return cap.paint(colour)


def hat(rng: np.random.Generator, r: float) -> Shape:
    """Something on a head of radius r."""
    colour = vivid(rng)
    kind = pick(rng, ["cap", "top", "beanie", "cone", "straw", "helmet"])
    if kind == "cap":
        return (
            ball(1.06 * r, 0.8 * r, 1.06 * r).move(0, 0.4 * r)
            + ball(0.75 * r, 0.1 * r, 0.8 * r).move(0, 0.42 * r, 0.8 * r)
        ).paint(colour)
    if kind == "top":
        return lathe(
            [(1.5 * r, 0), (1.5 * r, 0.12 * r), (0.85 * r, 0.16 * r), (0.9 * r, 1.4 * r), (0, 1.4 * r)], 24
        ).paint(BLACK).move(0, 0.55 * r) + rod(0.9 * r, 0.25 * r, around=24).paint(colour).move(0, 0.85 * r)
    if kind == "beanie":
        return (
            ball(1.08 * r, 1.0 * r, 1.08 * r).move(0, 0.35 * r) + torus(1.0 * r, 0.16 * r, 24, 8).move(0, 0.3 * r)
        ).paint(colour) + ball(0.25 * r).paint(WHITE).move(0, 1.4 * r)
    if kind == "cone":
        return (
            lathe([(0.9 * r, 0), (0.45 * r, 0.9 * r), (0, 1.8 * r)], 20)
            .finer()
            .paint(stripes([colour, WHITE], "y", 0.35 * r))
            .move(0, 0.6 * r)
        )
    if kind == "straw":
        return (
            lathe([(1.8 * r, 0), (1.8 * r, 0.1 * r), (1.0 * r, 0.15 * r), (0.85 * r, 0.7 * r), (0, 0.8 * r)], 24)
            .paint((0.88, 0.74, 0.42))
            .move(0, 0.45 * r)
        )
    return ball(1.12 * r, 1.0 * r, 1.12 * r, detail=18).paint(colour).move(0, 0.3 * r)


def portrait(rng: np.random.Generator, r: float, tone: Colour) -> Shape:
    """Return a head of radius r at the origin, with hair or a hat."""
    face = (
        ball(0.9 * r, r, 0.92 * r).paint(tone)
        + eyes(0.34 * r, 0.1 * r, 0.82 * r, 0.13 * r)
        + ball(0.1 * r, 0.14 * r, 0.14 * r, detail=8).paint(shade(tone, 0.9)).move(0, -0.12 * r, 0.92 * r)
    )
    face += (
        tube(
            [(-0.26 * r, -0.38 * r, 0.8 * r), (0, -0.48 * r, 0.84 * r), (0.26 * r, -0.38 * r, 0.8 * r)],
            0.05 * r,
            6,
            along=8,
        ).paint((0.6, 0.2, 0.2))
        + ball(0.12 * r, 0.2 * r, 0.1 * r, detail=8).paint(tone).move(0.9 * r).both()
    )
    face += hat(rng, r) if chance(rng, 0.4) else hair(rng, r)
    return face


def with_legs(
    shape: Shape,
    step: float,
    leg: float,
    wide: float,
    hip: float,
    skirt: bool,
    tone: Colour,
    trousers: Colour,
    shoes: Colour,
) -> Shape:
    """Return the trunk with legs, shoes, and a skirt or a waist."""
    for side in (1, -1):
        z = side * step * leg
        x = 0.45 * wide * side
        shape += limb(
            (x, hip, 0), (x, 0.52 * leg, 0.5 * z + 0.05), (x, 0.08, z), 0.09, 0.06, tone if skirt else trousers
        )
        shape += (
            hull([(-0.08, 0.05, 0, 0.1), (0.04, 0.065, 0, 0.11), (0.16, 0.055, 0, 0.06)], 14, 9)
            .paint(shoes)
            .move(x, 0, z)
        )
    shape += (
        lathe([(1.45 * wide, 0), (0.85 * wide, 0.42 * leg), (0, 0.42 * leg)], 24)
        .paint(trousers)
        .move(0, hip - 0.36 * leg)
        if skirt
        else hull(
            [
                (hip - 0.12, 0.7 * wide, -0.1, 0.1, 3),
                (hip - 0.04, 0.95 * wide, -0.135, 0.135, 3),
                (hip + 0.05, 0.9 * wide, -0.13, 0.135, 3),
            ],
            20,
            axis="y",
        ).paint(trousers)
    )
    return shape


def person(rng: np.random.Generator) -> Shape:
    """Return a standing, walking or waving person, child or adult, dressed."""
    tone, top, trousers, shoes = (
        skin(rng),
        vivid(rng),
        pick(rng, [vivid(rng), dark(rng), (0.2, 0.28, 0.5)]),
        pick(rng, [BLACK, WHITE, vivid(rng)]),
    )
    child = rng.uniform(0.0, 1.0)
    r = 0.15 + 0.12 * child * pick(rng, [0.3, 1.0])
    leg, trunk, wide = 0.85 - 0.35 * child, 0.62 - 0.18 * child, rng.uniform(0.17, 0.24)
    step = rng.uniform(-0.22, 0.22)
    hip, neck = leg, leg + trunk
    shape = hull(
        [
            (hip - 0.08, 0.8 * wide, -0.11, 0.11, 3),
            (hip + 0.3 * trunk, 0.82 * wide, -0.11, 0.12, 3),
            (hip + 0.82 * trunk, wide, -0.12, 0.13, 3),
            (neck, 0.5 * wide, -0.07, 0.07, 2),
        ],
        20,
        14,
        "y",
    ).paint(top)
    skirt = chance(rng, 0.25)
    shape = with_legs(shape, step, leg, wide, hip, skirt, tone, trousers, shoes)
    wave = rng.random() < 0.35
    sleeve = top if chance(rng, 0.5) else None
    for side in (1, -1):
        out = rng.uniform(0.05, 0.22)
        shoulder = (side * wide * 0.95, neck - 0.08, 0)
        if wave and side == 1:
            elbow, hand = (side * (wide + 0.25), neck - 0.1, 0.02), (side * (wide + 0.32), neck + 0.22, 0.05)
        else:
            elbow, hand = (
                (side * (wide + 0.6 * out + 0.04), neck - 0.45 * trunk, -0.02 - side * step * 0.3),
                (side * (wide + out + 0.03), neck - 0.95 * trunk + rng.uniform(0, 0.15), 0.06 - side * step * 0.9),
            )
        shape += limb(shoulder, elbow, hand, 0.07, 0.045, tone if sleeve else top, sleeve) + ball(
            0.055, 0.065, 0.05, detail=10
        ).paint(tone).move(*hand)
    face = portrait(rng, r, tone)
    shape += rod(0.4 * r, 0.16, around=14).paint(tone).move(0, neck + 0.03) + face.turn("y", rng.uniform(-25, 25)).move(
        0, neck + 0.07 + 0.9 * r
    )
    if chance(rng, 0.25):
        shape += box(0.3, 0.36, 0.16, 0.06, 4).paint(vivid(rng)).move(0, neck - 0.26, -0.18)
    return shape


def modelled_head(rng: np.random.Generator, r: float, tone: Colour, stone: bool) -> Shape:
    """Return a head with nose, lips and brows, of stone or alive."""
    face = hull(
        [
            (-1.05 * r, 0.3 * r, -0.1 * r, 0.55 * r),
            (-0.75 * r, 0.6 * r, -0.35 * r, 0.85 * r),
            (0.0, 0.82 * r, -0.85 * r, 0.9 * r),
            (0.5 * r, 0.85 * r, -0.95 * r, 0.85 * r),
            (0.95 * r, 0.55 * r, -0.6 * r, 0.5 * r),
            (1.1 * r, 0.02, -0.02, 0.02),
        ],
        24,
        20,
        "y",
    ).paint(tone)
    nose = hull(
        [
            (-0.32 * r, 0.17 * r, 0.7 * r, 1.12 * r),
            (-0.2 * r, 0.15 * r, 0.7 * r, 1.15 * r),
            (0.15 * r, 0.07 * r, 0.7 * r, 0.95 * r),
        ],
        12,
        8,
        "y",
    ).paint(tone)
    lips = ball(0.27 * r, 0.07 * r, 0.12 * r, detail=10).move(0, -0.52 * r, 0.84 * r) + ball(
        0.2 * r, 0.07 * r, 0.12 * r, detail=10
    ).move(0, -0.6 * r, 0.83 * r)
    face += (
        nose
        + lips.paint(tone if stone else shade(tone, 0.75))
        + ball(0.1 * r, 0.26 * r, 0.17 * r, detail=10).paint(tone).move(0.88 * r, -0.02 * r, -0.02 * r).both()
    )
    brow = tube(
        [(0.18 * r, 0.33 * r, 0.9 * r), (0.4 * r, 0.38 * r, 0.85 * r), (0.6 * r, 0.3 * r, 0.7 * r)],
        0.05 * r,
        6,
        along=6,
    )
    if stone:
        face += (
            ball(0.15 * r, 0.1 * r, 0.08 * r, detail=10).paint(tone).move(0.36 * r, 0.12 * r, 0.82 * r).both()
            + brow.paint(tone).both()
        )
        cut = hair(rng, r)
        face += cut.paint(shade(tone, 0.92))
    else:
        face += (
            eyes(0.36 * r, 0.12 * r, 0.76 * r, 0.14 * r)
            + brow.paint(shade(tone, 0.4)).both()
            + (hat(rng, 0.98 * r) if chance(rng, 0.25) else hair(rng, 0.98 * r))
        )
    return face


def bust(rng: np.random.Generator) -> Shape:
    """Head and shoulders, of a person or of stone on a plinth."""
    stone = chance(rng, 0.35)
    tone = pick(rng, [(0.9, 0.88, 0.83), (0.6, 0.6, 0.62), (0.55, 0.38, 0.2)]) if stone else skin(rng)
    top = tone if stone else vivid(rng)
    r = 0.3
    long = rng.uniform(0.95, 1.15)
    face = modelled_head(rng, r, tone, stone)
    shape = face.scale(1, long, 1).turn("y", rng.uniform(-20, 20)).move(0, 0.62) + rod(0.5 * r, 0.4, around=18).paint(
        tone
    ).move(0, 0.28, -0.03)
    chest = hull(
        [
            (-0.32, 0.36, -0.14, 0.2, 2.6),
            (-0.05, 0.46, -0.17, 0.2, 2.6),
            (0.1, 0.38, -0.14, 0.14, 2.4),
            (0.2, 0.17, -0.1, 0.1, 2),
        ],
        24,
        14,
        "y",
    )
    shape += chest.paint(top)
    if stone:
        return shape + lathe(
            [(0.28, -0.7), (0.28, -0.62), (0.16, -0.55), (0.16, -0.42), (0.26, -0.36), (0.24, -0.3), (0, -0.3)], 24
        ).paint(shade(tone, 0.9))
    return shape


FAMILIES = {"person": person, "bust": bust}
