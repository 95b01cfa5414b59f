"""People, robots, toys that stand on two legs, snowmen and ghosts."""

from __future__ import annotations

import itertools

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    LAMP,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    fur,
    grey,
    metal,
    pick,
    shade,
    stripes,
    vivid,
)
from ...parts import ball, box, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from .people import hat
from .skeleton import eyes, floppy_ears


def with_robot_head(
    rng: np.random.Generator,
    shape: Shape,
    wide: float,
    high: float,
    colour: Colour,
    deep: float,
    eye: Colour,
    other: Colour,
) -> Shape:
    """Return the trunk with a head that has lamps for eyes."""
    head_wide, head_high = wide * rng.uniform(0.6, 1.0), rng.uniform(0.32, 0.45)
    top = high / 2 + 0.1
    round_head = chance(rng, 0.35)
    head = (
        ball(head_wide / 2, head_high / 2, head_wide * 0.45).paint(colour)
        if round_head
        else box(head_wide, head_high, 0.85 * deep, 0.05).paint(colour)
    )
    z = head_wide * 0.45 - 0.03 if round_head else 0.425 * deep
    head += (
        (
            rod(0.085, 0.08, around=16).turn("x", 90).paint(BLACK)
            + rod(0.06, 0.06, around=14).turn("x", 90).paint(eye).move(0, 0, 0.03)
        )
        .move(0.24 * head_wide, 0.05, z - 0.02)
        .both()
    )
    head += (
        box(0.45 * head_wide, 0.06, 0.05).paint(BLACK).move(0, -0.3 * head_high, z - 0.02)
        + rail((0, head_high / 2 - 0.03, 0), (0, head_high / 2 + 0.2, 0), 0.022).paint(other)
        + ball(0.05, detail=10).paint(RED_LAMP).move(0, head_high / 2 + 0.22)
    )
    head += rod(0.07, 0.08, around=12).turn("z", 90).paint(other).move(head_wide / 2).both()
    shape += rod(0.1, 0.2, around=14).paint(other).move(0, top) + head.turn("y", rng.uniform(-25, 25)).move(
        0, top + 0.05 + head_high / 2
    )
    return shape


def robot(rng: np.random.Generator) -> Shape:
    """Boxes and tubes, lamps and aerials; on legs, tracks or one wheel."""
    colour, other, eye = (
        pick(rng, [metal(rng), vivid(rng), grey(rng, 0.5, 0.9)]),
        pick(rng, [STEEL, BLACK, vivid(rng)]),
        pick(rng, [LAMP, (0.3, 0.9, 1.0), RED_LAMP]),
    )
    wide, high, deep = rng.uniform(0.5, 0.75), rng.uniform(0.55, 0.8), rng.uniform(0.36, 0.5)
    shape = (
        box(wide, high, deep, rng.uniform(0.03, 0.14), 4).paint(colour)
        if chance(rng, 0.7)
        else rod(0.5 * wide, high, 0.55 * wide, 24, 0.05).paint(colour)
    )
    panel = (
        box(0.6 * wide, 0.4 * high, 0.05, 0.02).paint(shade(colour, 0.7))
        + join(
            rod(0.04, 0.05, around=12).turn("x", 90).paint(vivid(rng)).move((k - 1) * 0.13, 0.06, 0.02)
            for k in range(3)
        )
        + box(0.4 * wide, 0.05, 0.04).paint(BLACK).move(0, -0.08, 0.015)
    )
    shape += panel.move(0, 0.05, deep / 2)
    shape = with_robot_head(rng, shape, wide, high, colour, deep, eye, other)
    for side in (1, -1):
        lift = rng.uniform(-0.35, 0.5) if chance(rng, 0.4) else -0.4
        shoulder = np.array([side * (wide / 2 + 0.06), high * 0.3, 0])
        hand = shoulder + np.array([side * 0.16, lift, 0.15])
        arm = tube([shoulder, shoulder + np.array([side * 0.16, lift * 0.4, 0.0]), hand], 0.06, 10, along=8).paint(
            other
        ) + ball(0.11, detail=12).paint(colour).move(*shoulder)
        claw = torus(0.08, 0.03, 16, 8).turn("z", 90) + ball(0.05, detail=8).move(0, 0.06)
        shape += arm + claw.paint(colour).move(*(hand - np.array([0, 0.06, 0])))
    base = pick(rng, ["legs", "legs", "tracks", "wheel"])
    if base == "legs":
        leg = (
            rod(0.075, 0.42, around=12).paint(other).move(0, -0.2)
            + box(0.2, 0.12, 0.32, 0.04).paint(colour).move(0, -0.42, 0.05)
            + ball(0.09, detail=10).paint(colour).move(0, -0.2)
        )
        return shape + leg.move(0.26 * wide, -high / 2).both()
    if base == "tracks":
        track = box(0.18, 0.26, 0.75, 0.12, 4).paint(BLACK) + rod(0.08, 0.2, around=14).turn("z", 90).paint(
            STEEL
        ).along(3, z=0.24)
        return (
            shape
            + track.move(0.36 * wide + 0.08, -high / 2 - 0.14).both()
            + box(0.6 * wide, 0.2, 0.5).paint(other).move(0, -high / 2 - 0.08)
        )
    return (
        shape
        + torus(0.2, 0.09, 24, 10).turn("z", 90).paint(BLACK).move(0, -high / 2 - 0.28)
        + rod(0.13, 0.14, around=16).turn("z", 90).paint(STEEL).move(0, -high / 2 - 0.28)
        + box(0.3, 0.3, 0.12, 0.03).paint(other).move(0.13, -high / 2 - 0.12).both().scale(0.8, 1, 1)
    )


def teddy(rng: np.random.Generator) -> Shape:
    """Return a sitting or standing stuffed bear, rabbit or monkey."""
    colour = pick(rng, [fur(rng), (0.7, 0.48, 0.28), vivid(rng), (0.9, 0.8, 0.7)])
    light = shade(colour, 1.7)
    shape = ball(0.34, 0.38, 0.3).paint(colour) + ball(0.24, 0.27, 0.14).paint(light).move(0, -0.03, 0.2)
    r = rng.uniform(0.28, 0.34)
    head = (
        ball(r, 0.92 * r, 0.9 * r).paint(colour)
        + ball(0.45 * r, 0.36 * r, 0.35 * r).paint(light).move(0, -0.25 * r, 0.75 * r)
        + ball(0.15 * r, 0.11 * r, 0.1 * r, detail=10).paint(BLACK).move(0, -0.12 * r, 1.07 * r)
        + eyes(0.38 * r, 0.18 * r, 0.8 * r, 0.1 * r, False)
    )
    kind = pick(rng, ["bear", "bear", "bear", "rabbit", "dog"])
    if kind == "bear":
        head += (
            (
                ball(0.36 * r, 0.36 * r, 0.16 * r).paint(colour)
                + ball(0.22 * r, 0.22 * r, 0.1 * r, detail=10).paint(light).move(0, 0, 0.1 * r)
            )
            .move(0.72 * r, 0.78 * r)
            .both()
        )
    elif kind == "rabbit":
        head += (
            (
                ball(0.2 * r, 0.7 * r, 0.14 * r).paint(colour)
                + ball(0.12 * r, 0.55 * r, 0.08 * r, detail=10).paint(light).move(0, 0, 0.09 * r)
            )
            .turn("z", -12)
            .move(0.4 * r, 1.35 * r)
            .both()
        )
    else:
        head += floppy_ears(r, 0.6 * r, shade(colour, 0.7))
    shape += head.turn("z", rng.uniform(-8, 8)).move(0, 0.36 + 0.8 * r)
    sit = chance(rng, 0.6)
    arm = ball(0.12, 0.26, 0.13).turn("z", rng.uniform(25, 60)).paint(colour).move(0.38, 0.1, 0.08)
    leg = (
        ball(0.15, 0.15, 0.3).turn("y", 20).move(0.24, -0.28, 0.3)
        if sit
        else ball(0.15, 0.27, 0.16).move(0.19, -0.48, 0)
    )
    sole = (
        ball(0.12, 0.12, 0.04, detail=12).paint(light).turn("y", 20).move(0.34, -0.28, 0.57)
        if sit
        else ball(0.15, 0.08, 0.2, detail=12).paint(colour).move(0.19, -0.72, 0.06)
    )
    shape += (arm + leg.paint(colour) + sole).both() + ball(0.08, detail=10).paint(light).move(0, -0.2, -0.28)
    if chance(rng, 0.5):
        bow = vivid(rng)
        shape += (
            (ball(0.12, 0.08, 0.05, 1.6, 10).move(0.12).both() + ball(0.05, detail=8)).paint(bow).move(0, 0.34, 0.28)
        )
    return shape


def snowman(rng: np.random.Generator) -> Shape:
    """Two or three balls, a carrot, coals, twigs, a hat and a scarf."""
    snow, carrot = (0.96, 0.97, 1.0), (0.95, 0.5, 0.1)
    sizes = [rng.uniform(0.46, 0.55), rng.uniform(0.33, 0.4), rng.uniform(0.23, 0.28)]
    if chance(rng, 0.3):
        del sizes[1]
    shape, level = ball(sizes[0], 0.92 * sizes[0], detail=20).paint(snow).move(0, 0.9 * sizes[0]), 0.9 * sizes[0]
    for low, r in itertools.pairwise(sizes):
        level += 0.72 * low + 0.72 * r
        shape += ball(r, 0.95 * r, detail=18).paint(snow).move(0, level)
    r = sizes[-1]
    body, size = (level - 0.72 * (r + sizes[-2]), sizes[-2])
    coal = ball(0.035, detail=8).paint(BLACK)
    shape += coal.move(0.09, level + 0.07, 0.91 * r).both() + lathe([(0.05, 0), (0.03, 0.14), (0, 0.32)], 10).turn(
        "x", 90
    ).paint(carrot).move(0, level, 0.9 * r)
    shape += join(
        coal.scale(0.7).move(x, level - 0.09 - 0.04 * np.cos(9 * x), 0.88 * r) for x in (-0.1, -0.05, 0, 0.05, 0.1)
    )
    shape += join(coal.scale(1.3).move(0, body + size * np.sin(a), size * np.cos(a) * 0.98) for a in (-0.25, 0.1, 0.45))
    twig = tube(
        [
            (0.75 * size, body + 0.1, 0),
            (size + 0.2, body + 0.25, 0.03),
            (size + 0.42, body + rng.uniform(0.2, 0.5), 0.08),
        ],
        [0.035, 0.03, 0.025],
        8,
        along=7,
    )
    twig += rail((size + 0.25, body + 0.26, 0.03), (size + 0.36, body + 0.45, 0.0), 0.024)
    shape += twig.both().paint((0.35, 0.22, 0.12))
    if chance(rng, 0.6):
        scarf = vivid(rng)
        shape += torus(0.8 * r, 0.08, 24, 8).paint(scarf).move(0, level - 0.75 * r) + box(0.14, 0.4, 0.07, 0.03).turn(
            "z", 8
        ).paint(scarf).move(0.13, level - 1.2 * r - 0.1, 0.75 * size)
    return shape + hat(rng, 0.95 * r).move(0, level) if chance(rng, 0.8) else shape


def ghost(rng: np.random.Generator) -> Shape:
    """Return a floating cloth with a wavy hem."""
    waves = int(rng.integers(5, 9))
    profile = smooth([(0.02, -0.6), (0.5, -0.7), (0.46, -0.4), (0.4, 0.1), (0.36, 0.45), (0.2, 0.68), (0.0, 0.74)], 26)
    cloth = lathe(np.maximum(profile, [0, -9]), 36).bend(
        lambda v: (
            v
            + np.stack([0.1 * v[:, 0], 0.12 * np.cos(waves * np.arctan2(v[:, 2], v[:, 0])), 0.1 * v[:, 2]], 1)
            * np.clip((-0.1 - v[:, 1:2]) / 0.5, 0, 1)
        )
    )
    shape = cloth.paint(pick(rng, [WHITE, (0.85, 0.9, 1.0), vivid(rng)])) + (
        ball(0.075, 0.11, 0.06, detail=12).move(0.14, 0.35, 0.33).both()
        + ball(0.08, 0.1, 0.06, detail=12).move(0, 0.1, 0.38)
    ).paint(BLACK)
    return (
        shape
        + tube([(0.3, 0.12, 0.05), (0.55, 0.2, 0.15), (0.62, 0.3, 0.25)], [0.12, 0.1, 0.05], 10, along=8)
        .paint(WHITE)
        .both()
    )


def monster(rng: np.random.Generator) -> Shape:
    """Return a ghost with a wavy hem, an alien, or a round monster with teeth."""
    kind = pick(rng, ["ghost", "alien", "monster", "monster"])
    if kind == "ghost":
        return ghost(rng)
    colour = vivid(rng)
    if kind == "alien":
        shape = ball(0.36, 0.4, 0.34).paint(colour).move(0, 0.75) + hull(
            [(0, 0.14, -0.12, 0.12), (0.25, 0.2, -0.16, 0.16), (0.5, 0.1, -0.08, 0.08)], 18, 10, "y"
        ).paint(shade(colour, 0.8))
        shape += ball(0.13, 0.17, 0.08, detail=12).turn("z", -20).paint(BLACK).move(0.16, 0.75, 0.27).both() + (
            tube([(0.1, 1.08, 0), (0.16, 1.3, 0), (0.24, 1.38, 0)], 0.03, along=7)
            + ball(0.065, detail=10).move(0.25, 1.4)
        ).both().paint(colour)
        shape += tube(
            [(0.15, 0.38, 0), (0.36, 0.25, 0.05), (0.42, 0.05, 0.12)], [0.06, 0.05, 0.06], 10, along=8
        ).both().paint(colour) + tube(
            [(0.09, 0.05, 0), (0.12, -0.2, 0.02), (0.12, -0.32, 0.1)], [0.08, 0.07, 0.09], 10, along=8
        ).both().paint(colour)
        return shape + tube([(-0.1, 0.53, 0.27), (0, 0.5, 0.29), (0.1, 0.53, 0.27)], 0.02, along=6).paint(
            shade(colour, 0.4)
        )
    shape = ball(rng.uniform(0.4, 0.5), rng.uniform(0.42, 0.6), 0.4, pick(rng, [2, 2.8])).paint(
        pick(rng, [colour, stripes([colour, shade(colour, 0.7)], "y", 0.12, 5)])
    ) + ball(0.26, 0.1, 0.08, detail=14).paint((0.35, 0.05, 0.1)).move(0, -0.14, 0.35)
    shape += (
        lathe([(0.035, 0), (0, -0.1)], 8).paint(WHITE).along(4, x=0.11).move(0, -0.07, 0.42)
        + (lathe([(0.08, 0), (0.05, 0.15), (0, 0.3)], 10).turn("z", -30)).paint(WHITE).move(0.28, 0.38).both()
    )
    shape += (
        (ball(0.17).paint(WHITE) + ball(0.09, detail=12).paint(BLACK).move(0, 0, 0.12)).move(0, 0.2, 0.34)
        if chance(rng, 0.4)
        else eyes(0.16, 0.22, 0.36, 0.1)
    )
    return (
        shape
        + ball(0.13, 0.2, 0.14, detail=12).paint(colour).move(0.2, -0.5).both()
        + tube([(0.36, 0, 0), (0.58, -0.08, 0.1), (0.62, rng.uniform(-0.3, 0.25), 0.2)], [0.1, 0.085, 0.1], 10, along=8)
        .both()
        .paint(colour)
    )


FAMILIES = {
    "robot": robot,
    "teddy": teddy,
    "snowman": snowman,
    "monster": monster,
}
