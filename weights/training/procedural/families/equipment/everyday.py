"""Small things of bathrooms, drawers and shelves."""

from __future__ import annotations

import numpy as np

from ...curves import ellipse, flat, smooth
from ...paint import (
    BLACK,
    LAMP,
    STEEL,
    WHITE,
    chance,
    pick,
    shade,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, rod, sweep, torus, tube
from ...shape import Colour, Shape, join

CARDBOARD: Colour = (0.72, 0.54, 0.35)


def stapler(rng: np.random.Generator) -> Shape:
    """Return a stapler, half open, low or tall."""
    colour, trim = vivid(rng), pick(rng, [BLACK, STEEL])
    long, half, lift = rng.uniform(0.8, 1.0), rng.uniform(0.12, 0.17), rng.uniform(4, 18)
    tall = rng.uniform(0.14, 0.24)
    base = box(2 * half, 0.09, 2 * long, 0.03).paint(pick(rng, [trim, colour])).move(0, 0.045) + box(
        1.4 * half, 0.05, 0.3
    ).paint(STEEL).move(0, 0.1, 0.8 * long)
    arm = hull(
        [
            (0, 0.8 * half, 0, 0.6 * tall, 4),
            (0.3, half, 0, tall, 4),
            (1.3 * long, half, 0, 0.95 * tall, 4),
            (1.85 * long, 0.9 * half, 0, 0.6 * tall, 3),
        ],
        18,
        10 if chance(rng, 0.5) else 0,
    ).paint(colour)
    rail_of = box(1.5 * half, 0.1, 1.75 * long).paint(STEEL).move(0, -0.02, 0.95 * long) + box(
        1.1 * half, 0.05, 0.4, 0.02
    ).paint(BLACK).move(0, tall, 1.5 * long)
    return (
        base
        + (arm + rail_of).turn("x", -lift).move(0, 0.17, -0.95 * long)
        + (rod(0.06, 2.3 * half, around=12).turn("z", 90) + box(2 * half + 0.02, 0.2, 0.16))
        .paint(trim)
        .move(0, 0.16, -0.9 * long)
    )


def tape(rng: np.random.Generator) -> Shape:
    """Return a roll of tape, a desk dispenser, or a measuring tape."""
    colour, kind = pick(rng, [vivid(rng), (0.8, 0.68, 0.4), STEEL, BLACK]), pick(rng, ["roll", "desk", "measure"])
    if kind == "measure":
        body = box(0.8, 0.75, 0.4, 0.14, 4).paint(colour) + rod(0.24, 0.44, around=18).turn("x", 90).paint(
            pick(rng, [WHITE, BLACK])
        )
        blade = box(0.7, 0.05, 0.22, cuts=14).paint(
            stripes([(0.95, 0.85, 0.2), (0.95, 0.85, 0.2), BLACK], "x", 0.05, 6)
        ).move(0.7, -0.33) + box(0.05, 0.14, 0.24).paint(STEEL).move(1.05, -0.36)
        return (body + blade + box(0.2, 0.08, 0.14, 0.02).paint(BLACK).move(0.2, 0.38)).turn("y", -35)
    r, wide = rng.uniform(0.4, 0.5), rng.uniform(0.2, 0.4)
    inner = r * rng.uniform(0.55, 0.8)
    core = torus(inner + 0.01, 0.04, 28, 6, wide / 2).paint(pick(rng, [CARDBOARD, WHITE, vivid(rng)]))
    middle = flat(ellipse((r + inner) / 2, (r + inner) / 2, 32), "xz")
    body = sweep(middle, ellipse(wide / 2, (r - inner) / 2, 12, 10), closed=True)
    roll = body.paint(colour) + core
    if kind == "roll":
        tail = (
            box(0.3, 0.04, 0.9 * wide).turn("z", -20).paint(shade(colour, 1.2)).move(r - 0.02, r * 0.25).turn("x", 90)
        )
        if chance(rng, 0.4):
            return roll + roll.scale(0.95).paint(vivid(rng)).move(0, wide)
        return roll.turn("x", 90) + tail if chance(rng, 0.5) else roll.turn("x", 90)
    side = extrude(
        smooth(
            [
                (-0.75, 0),
                (0.7, 0),
                (0.9, 0.25),
                (0.85, 0.42),
                (0.45, 0.3),
                (0.2, 0.2),
                (-0.2, 0.22),
                (-0.6, 0.45),
                (-0.78, 0.3),
            ],
            28,
            closed=True,
        ),
        0.42,
        0.03,
    )
    base = vivid(rng)
    return (
        side.paint(base)
        + roll.turn("x", 90).scale(0.85).move(-0.12, 0.55)
        + rod(0.1, 0.46, around=12).turn("x", 90).paint(shade(base, 0.6)).move(-0.12, 0.55)
        + box(0.22, 0.6, 0.44, 0.03).paint(base).move(-0.12, 0.32)
        + box(0.05, 0.14, 0.4).paint(STEEL).move(0.86, 0.44)
        + box(0.75, 0.035, 0.28).turn("z", -28).paint(shade(colour, 1.3)).move(0.47, 0.65)
    )


def flashlight(rng: np.random.Generator) -> Shape:
    """Return a torch standing or lying, a lantern with a handle, or a head lamp like a box."""
    colour, trim = pick(rng, [BLACK, vivid(rng), vivid(rng), STEEL]), pick(rng, [BLACK, STEEL, vivid(rng)])
    around, kind = int(pick(rng, [8, 20, 20])), pick(rng, ["torch", "torch", "lantern", "block"])
    if kind == "lantern":
        shape = (
            rod(0.4, 0.3, 0.34, around).paint(colour).move(0, 0.15)
            + rod(0.3, 0.55, around=around).paint((1.0, 0.95, 0.7)).move(0, 0.55)
            + lathe([(0.38, 0), (0.36, 0.12), (0.15, 0.26), (0, 0.28)], around).paint(colour).move(0, 0.8)
        )
        return (
            shape
            + (rod(0.03, 0.6, around=6).move(0.33, 0.55).around(6)).paint(trim)
            + tube(
                [(0.36, 0.85, 0), (0.34, 1.2, 0), (0, 1.35, 0), (-0.34, 1.2, 0), (-0.36, 0.85, 0)], 0.035, along=16
            ).paint(trim)
        )
    lens = rod(0.25, 0.06, around=20).paint(LAMP) + torus(0.27, 0.06, 22, 6).paint(trim)
    if kind == "block":
        shape = (
            box(0.6, 0.7, 0.9, 0.06).paint(colour)
            + lens.scale(1.15).turn("x", 90).move(0, 0.05, 0.47)
            + tube([(0, 0.3, 0.3), (0, 0.62, 0.25), (0, 0.62, -0.3), (0, 0.3, -0.38)], 0.07, 8).paint(trim)
        )
        return (
            shape
            + box(0.12, 0.06, 0.16).paint(vivid(rng)).move(0.15, 0.36, 0.0)
            + rod(0.08, 0.1, around=12).paint(trim).move(0.2, -0.36, 0.3).corners()
        )
    long = rng.uniform(0.8, 1.3)
    body = lathe(
        [
            (0.15, 0),
            (0.17, 0.05),
            (0.17, long),
            (0.2, long + 0.05),
            (0.3, long + 0.25),
            (0.32, long + 0.4),
            (0.26, long + 0.4),
            (0, long + 0.3),
        ],
        around,
    ).paint(colour)
    rings = torus(0.165, 0.025, 20, 6).along(int(rng.integers(4, 9)), y=0.08).paint(trim).move(0, 0.4 * long)
    shape = (
        body
        + rings
        + lens.move(0, long + 0.38)
        + box(0.1, 0.2, 0.08, 0.02).paint(pick(rng, [vivid(rng), trim])).move(0, 0.8 * long, 0.16)
        + rod(0.18, 0.08, around=around).paint(trim).move(0, 0.02)
    )
    if chance(rng, 0.4):
        shape += torus(0.1, 0.03, 14, 6).turn("x", 90).paint(trim).move(0, -0.08)
    return shape if chance(rng, 0.4) else shape.turn("x", 90)


def _toy_blocks_castle(rng: np.random.Generator) -> Shape:
    """Return the castle kind of toy blocks."""
    a, b, c, d = vivid(rng), vivid(rng), vivid(rng), wood(rng)
    t = np.linspace(0, np.pi, 11)
    arch = extrude(
        [
            (-0.45, 0),
            (-0.22, 0),
            *np.stack([-0.22 * np.cos(t), 0.22 * np.sin(t)], 1)[1:-1],
            (0.22, 0),
            (0.45, 0),
            (0.45, 0.4),
            (-0.45, 0.4),
        ],
        0.3,
    ).paint(d)
    shape = (
        box(0.3, 0.3, 0.3, 0.015).paint(a).move(0.3, 0.15).both()
        + arch.move(0, 0.3)
        + rod(0.15, 0.4, around=16).paint(b).move(0.6, 0.2).both()
        + lathe([(0.17, 0), (0, 0.35)], 16).paint(c).move(0.6, 0.4).both()
    )
    return (
        shape
        + extrude([(-0.4, 0), (0.4, 0), (0, 0.32)], 0.3).paint(a).move(0, 0.7)
        + (
            ball(0.15, detail=12).paint(b).move(0.1, 0.15, 0.45)
            if chance(rng, 0.5)
            else box(0.5, 0.2, 0.2, 0.01).paint(c).turn("y", 30).move(0.1, 0.1, 0.45)
        )
    )


def toy_blocks(rng: np.random.Generator) -> Shape:
    """Return a pile of letter cubes, an arch of wooden blocks, or studded bricks."""
    kind = pick(rng, ["cubes", "castle", "bricks", "rings"])
    if kind == "rings":
        count = int(rng.integers(4, 7))
        shape = (
            rod(0.6, 0.1, around=24, round_by=0.03).paint(wood(rng))
            + rod(0.08, 0.22 * count, around=12).paint(wood(rng)).move(0, 0.11 * count)
            + ball(0.14, detail=12).paint(vivid(rng)).move(0, 0.06 + 0.21 * count + 0.08)
        )
        return shape + join(
            torus(0.48 - 0.3 * k / count - 0.09, 0.11, 24, 10).paint(vivid(rng)).move(0, 0.15 + 0.2 * k)
            for k in range(count)
        )
    if kind == "bricks":
        shape = []
        for k in range(int(rng.integers(3, 6))):
            count, colour = int(pick(rng, [2, 3, 4])), vivid(rng)
            studs = rod(0.08, 0.1, around=12).along(count, x=0.25).along(2, z=0.25).move(0, 0.15)
            shape.append(
                (box(0.25 * count - 0.01, 0.24, 0.49) + studs)
                .paint(colour)
                .turn("y", pick(rng, [0, 0, 90]))
                .move(rng.integers(-1, 2) * 0.125, 0.12 + 0.24 * k, 0)
            )
        return join(shape)
    if kind == "castle":
        return _toy_blocks_castle(rng)

    def cube() -> Shape:
        """Return a cube with a coloured frame and a sign on each side."""
        colour, size = vivid(rng), 0.5
        side = box(0.4, 0.4, 0.03).paint(pick(rng, [WHITE, (0.9, 0.78, 0.55)])) + pick(
            rng,
            [
                box(0.08, 0.26, 0.05) + box(0.2, 0.07, 0.05).move(0.04, 0.1),
                torus(0.1, 0.035, 14, 6).turn("x", 90),
                extrude([(-0.13, -0.1), (0.13, -0.1), (0, 0.14)], 0.05),
                box(0.26, 0.07, 0.05).along(2, y=0.16) + box(0.07, 0.26, 0.05),
            ],
        ).paint(colour).move(0, 0, 0.01)
        faces = side.move(0, 0, size / 2)
        return box(size, size, size, 0.03).paint(colour) + faces.around(4) + faces.turn("x", -90)

    base = [cube().turn("y", rng.uniform(-25, 25)).move(x, 0.25, z) for x, z in ((-0.3, 0), (0.3, 0.05))]
    if chance(rng, 0.5):
        base.append(cube().turn("y", 35).move(0.15, 0.25, 0.65))
    return join([*base, cube().turn("y", rng.uniform(-30, 30)).move(0, 0.75)])


FAMILIES = {
    "stapler": stapler,
    "tape": tape,
    "flashlight": flashlight,
    "toy_blocks": toy_blocks,
}
