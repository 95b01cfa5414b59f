"""Beings of fantasy: dragons, winged horses, bats, mechs and aliens."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    GOLD,
    WHITE,
    chance,
    dark,
    grey,
    hsv,
    near,
    pastel,
    pick,
    shade,
    stripes,
    vivid,
)
from ...parts import ball, extrude, lathe, rail, tube
from ...shape import Colour, Shape, join
from ..living.farm import trunk
from ..living.skeleton import Build, eyes, head, legs, place_head, pointed_ears


def leather_wing(span: float, chord: float, rise: float, skin: Colour, bone: Colour) -> Shape:
    """Return a pair of scalloped wings with finger bones, rooted at the origin, spread along X."""
    outline = [
        (0, 0),
        (0.45 * span, 0.3 * chord),
        (span, 0.1 * chord),
        (0.86 * span, -0.45 * chord),
        (0.7 * span, -0.3 * chord),
        (0.55 * span, -0.75 * chord),
        (0.38 * span, -0.45 * chord),
        (0.22 * span, -0.8 * chord),
        (0, -0.45 * chord),
    ]
    sheet = extrude(outline, 0.055, plane="xz").finer().paint(skin)
    bones = tube(
        [(0, 0, 0), (0.45 * span, 0.03, 0.3 * chord), (span, 0, 0.1 * chord)], [0.07, 0.055, 0.025], 8, along=9
    )
    bones += join(
        rail((0.45 * span, 0.02, 0.28 * chord), (x * span, 0.0, z * chord), 0.045, 0.03)
        for x, z in ((0.84, -0.42), (0.54, -0.72), (0.22, -0.76))
    )
    wing = (sheet.turn("z", 0) + bones.paint(bone)).bend(
        lambda v: (
            v
            + np.stack([0 * v[:, 0], 0.25 * np.sin(np.pi * np.clip(v[:, 0] / span, 0, 1)) * 0.5 * span, 0 * v[:, 0]], 1)
        )
    )
    return wing.turn("z", rise).both()


def dragon_head(rng: np.random.Generator, b: Build, colour: Colour, r: float, horns: Colour) -> Shape:
    """Return a head with horns and cheek fins."""
    face = head(b, colour, shade(colour, 1.15), BLACK, 0.17, chance(rng, 0.5), 0.2)
    face += (
        tube(
            [(0.4 * r, 0.7 * r, -0.2 * r), (0.55 * r, 1.2 * r, -0.7 * r), (0.6 * r, 1.4 * r, -1.3 * r)],
            [0.2 * r, 0.15 * r, 0.04 * r],
            8,
            along=8,
        )
        .paint(horns)
        .both()
    )
    return face


def dragon(rng: np.random.Generator) -> Shape:
    """Return a four-legged dragon with wings, horns, a ridge and a tail; small and plump or long."""
    colour = pick(rng, [vivid(rng), near(rng, (0.25, 0.5, 0.25)), near(rng, (0.7, 0.15, 0.12)), dark(rng)])
    light, horns = pick(rng, [shade(colour, 1.7), (0.93, 0.82, 0.5)]), pick(rng, [(0.9, 0.85, 0.7), BLACK, GOLD])
    baby = chance(rng, 0.45)
    b = (
        Build(0.8, 0.28, 0.3, 0.28, 0.34, 0.05, 60, 0.9, 0.12, 0.17, 0.09, 1.5)
        if baby
        else Build(1.2, 0.5, 0.28, 0.25, 0.2, 0.55, 58, 0.8, 0.24, 0.13, 0.07, 1.9)
    )
    b = b.varied(rng, 0.09)
    shape = (
        trunk(b, colour)
        + legs(b, rng, colour, shade(colour, 0.6), 1.5)
        + ball(b.chest * 0.6, b.chest * 0.75, 0.5 * b.long).paint(light).move(0, b.leg + 0.72 * b.chest, 0.1)
    )
    r = b.head
    face = dragon_head(rng, b, colour, r, horns)
    face += (
        extrude([(0, 0), (0.7 * r, 0.35 * r), (0.55 * r, -0.1 * r), (0.35 * r, -0.3 * r)], 0.16 * r)
        .turn("y", 35)
        .paint(light)
        .move(0.75 * r, -0.05 * r, -0.2 * r)
        .both()
    )
    shape += place_head(b, face, rng, 12, 18)
    span, chord = rng.uniform(0.8, 1.3) * (0.8 if baby else 1.1), rng.uniform(0.55, 0.8)
    shape += leather_wing(span, chord, rng.uniform(5, 50), light, colour).move(0, b.leg + 1.75 * b.chest, 0.25 * b.long)
    hip = np.array([0, b.leg + b.rump, -b.long / 2])
    swing = rng.uniform(-0.35, 0.35)
    path = hip + np.array(
        [
            (0, 0.1, 0.15),
            (0.2 * swing, -0.1, -0.3),
            (0.8 * swing, -0.3, -0.7),
            (1.6 * swing, -0.2, -1.05),
            (1.7 * swing, 0.0, -1.35),
        ]
    ) * (0.7 if baby else 1)
    shape += tube(path, b.rump * np.array([0.75, 0.55, 0.36, 0.2, 0.08]), 12, along=22).paint(colour)
    tip = extrude([(-0.14, 0), (0, 0.24), (0.14, 0), (0, -0.06)], 0.07, plane="xy").turn("x", -70).paint(light)
    shape += tip.move(*path[-1])
    ridge = smooth(
        np.concatenate(
            [
                [b.head_place * [0, 1, 1] + [0, 0.5 * r, -0.7 * r]],
                [
                    [0, b.leg + 2 * b.chest, 0.3 * b.long],
                    [0, b.leg + 1.9 * b.chest, -0.1],
                    [0, b.leg + 1.9 * b.rump, -0.4 * b.long],
                ],
                path[1:4] + np.array([0, 0.1, 0]),
            ]
        ),
        14,
    )
    return shape + join(lathe([(0.055, -0.06), (0, 0.15)], 6).scale(0.7, 1, 1.3).move(*p) for p in ridge).paint(
        pick(rng, [light, horns, shade(colour, 0.6)])
    )


def winged_horse(rng: np.random.Generator) -> Shape:
    """Return a unicorn or a pegasus, with mane and tail of bright colours."""
    b = Build(1.05, 0.62, 0.27, 0.25, 0.22, 0.42, 55, 0.78, 0.18, 0.11, 0.065, 1.8).varied(rng, 0.09)
    colour, mane = (
        pick(rng, [WHITE, WHITE, pastel(rng), near(rng, (0.25, 0.2, 0.3))]),
        pick(rng, [[pastel(rng)], [vivid(rng)], [hsv(k / 6, 0.45, 0.95) for k in range(6)]]),
    )
    shape = trunk(b, colour) + legs(b, rng, colour, pick(rng, [GOLD, mane[0], grey(rng)]), 1.25)
    r, winged = b.head, chance(rng, 0.5)
    face = head(b, colour, shade(colour, 0.92), shade(colour, 0.5), 0.17, chance(rng, 0.5), 0.3) + pointed_ears(
        r, 0.32 * r, 0.17 * r, colour, (0.95, 0.7, 0.75), 0.42
    )
    if not winged or chance(rng, 0.5):
        face += (
            lathe([(0.17 * r, 0), (0.12 * r, 0.6 * r), (0.07 * r, 1.2 * r), (0, 1.7 * r)], 12)
            .finer()
            .paint(stripes([GOLD, shade(GOLD, 1.4)], "y", 0.22 * r))
            .turn("x", 28)
            .move(0, 0.75 * r, 0.5 * r)
        )
    shape += place_head(b, face, rng, 36, 10)
    top, foot = b.head_place, np.array([0, b.leg + 2 * b.chest, b.long / 2 - 0.5 * b.chest])
    for k, p in enumerate(np.linspace(foot, top + np.array([0, 0.9, 0.1]) * r, 7)):
        shape += (
            ball(0.09, 0.15, 0.14, detail=10)
            .paint(mane[k % len(mane)])
            .move(0.03 * (-1) ** k, p[1] + 0.02, p[2] - 0.09)
        )
    root = np.array([0, b.leg + 1.5 * b.rump, -b.long / 2 - 0.15])
    for k in range(5):
        x = 0.05 * (k - 2)
        path = root + np.array(
            [(0, 0, 0.1), (0.5 * x, 0.08, -0.16), (1.5 * x, -0.2, -0.32), (2 * x, -0.55, -0.34 - 0.02 * k)]
        )
        shape += tube(path, [0.05, 0.08, 0.07, 0.02], 8, along=12).paint(mane[k % len(mane)])
    if winged:
        wing = join(
            ball(0.32 - 0.04 * k, 0.045, 0.1, detail=10)
            .move(0.3 - 0.03 * k, 0, 0)
            .turn("y", 18 * k)
            .move(0, 0, -0.04 * k)
            for k in range(5)
        )
        wing = wing.scale(1.7, 1, 1.6) + ball(0.3, 0.07, 0.16, detail=12).move(0.25)
        shape += (
            wing.turn("z", rng.uniform(20, 55))
            .paint(pick(rng, [WHITE, mane[0], shade(colour, 0.9)]))
            .move(0.12, b.leg + 1.7 * b.chest, 0.2)
            .both()
        )
    return shape


def bat(rng: np.random.Generator) -> Shape:
    """Return a flying bat with open wings, ears and fangs."""
    colour = pick(
        rng, [near(rng, (0.25, 0.18, 0.2)), dark(rng), near(rng, (0.4, 0.25, 0.45)), near(rng, (0.45, 0.3, 0.2))]
    )
    skin, r = pick(rng, [shade(colour, 0.65), shade(colour, 1.5), (0.55, 0.2, 0.25)]), rng.uniform(0.26, 0.36)
    shape = ball(0.26, 0.32, 0.24, detail=16).paint(colour) + ball(0.17, 0.22, 0.1, detail=12).paint(
        shade(colour, 1.4)
    ).move(0, -0.02, 0.17)
    face = (
        ball(r, 0.92 * r, 0.9 * r, detail=16).paint(colour)
        + pointed_ears(r, 0.5 * r, 0.36 * r, colour, skin)
        + eyes(0.36 * r, 0.15 * r, 0.75 * r, 0.2 * r, chance(rng, 0.7))
    )
    face += (
        ball(0.14 * r, 0.1 * r, 0.14 * r, detail=8).paint(skin).move(0, -0.12 * r, 0.9 * r)
        + lathe([(0.07 * r, 0), (0, -0.24 * r)], 8).paint(WHITE).move(0.17 * r, -0.38 * r, 0.82 * r).both()
    )
    shape += (
        face.move(0, 0.26 + 0.7 * r, 0.06) + ball(0.06, 0.09, 0.07, detail=8).paint(skin).move(0.1, -0.34, 0.05).both()
    )
    wing = leather_wing(rng.uniform(0.75, 1.1), rng.uniform(0.5, 0.7), 0, skin, colour).turn(
        "x", -90 + rng.uniform(-12, 12)
    )
    return shape + wing.turn("x", 0).move(0, 0.16, -0.08)


FAMILIES = {"dragon": dragon, "winged_horse": winged_horse, "bat": bat}
