"""Walking machines and training dummies."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    LAMP,
    WHITE,
    chance,
    grey,
    muted,
    near,
    pick,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join


def mech_weapons(
    rng: np.random.Generator,
    shape: Shape,
    level: float,
    high: float,
    wide: float,
    steel: Colour,
    trim: Colour,
    colour: Colour,
) -> Shape:
    """Return a mech with arms, cannons or rocket pods at its sides."""
    kind, y = pick(rng, ["cannons", "arms", "pods"]), level + 0.55 * high
    if kind == "arms":
        arm = ball(0.16, detail=10).move(0.6 * wide, y) + tube(
            [(0.6 * wide, y, 0), (0.75 * wide, y - 0.3, 0.05), (0.72 * wide, y - 0.4, 0.4)], 0.085, 8
        )
        claw = box(0.08, 0.1, 0.26, 0.02).turn("y", 22).move(0.09).both() + box(0.24, 0.16, 0.12, 0.03).move(0, 0, -0.1)
        shape += (arm.paint(steel) + claw.paint(trim).move(0.72 * wide, y - 0.4, 0.56)).both()
    else:
        gun = box(0.24, 0.3, 0.5, 0.04).paint(colour) + rod(0.075, 0.5, around=10).turn("x", 90).along(2, x=0.13).paint(
            steel
        ).move(0, 0, 0.35)
        pod = box(0.3, 0.34, 0.42, 0.03).paint(colour) + rod(0.05, 0.06, around=8).turn("x", 90).along(2, x=0.13).along(
            3, y=0.1
        ).paint(trim).move(0, 0, 0.21)
        shape += (
            (gun if kind == "cannons" else pod).move(0.5 * wide + 0.2, y + 0.05)
            + rod(0.08, 0.4, around=8).turn("z", 90).paint(steel).move(0.5 * wide, y)
        ).both()
    return shape


def mech_legs(
    rng: np.random.Generator, shape: Shape, level: float, steel: Colour, colour: Colour, four: bool, wide: float
) -> Shape:
    """Return a mech on two or four jointed legs."""

    def leg(x: float, z: float, knee: float) -> Shape:
        joints = np.array([(x, level, z), (x + 0.12, 0.55 * level, z + knee), (x + 0.1, 0.12, z + 0.1 * np.sign(knee))])
        one = join(rod(0.11, 0.2, around=12).turn("z", 90).move(*p) for p in joints).paint(steel)
        one += (
            tube(joints[:2], 0.09, 6).paint(colour)
            + tube(joints[1:], 0.075, 6).paint(steel)
            + box(0.16, 0.3 * level, 0.2, 0.03).paint(colour).move(*(0.5 * (joints[0] + joints[1])))
        )
        return one + box(0.3, 0.12, 0.46, 0.04).paint(colour).move(joints[2, 0], 0.06, joints[2, 2] + 0.05)

    shape += (
        (leg(0.3 * wide, 0.22, 0.22) + leg(0.3 * wide, -0.22, -0.22)).both()
        if four
        else leg(0.3 * wide, 0.0, pick(rng, [-0.22, 0.2])).both()
    )
    return shape


def mech(rng: np.random.Generator) -> Shape:
    """Return a walking robot: cockpit on two or four legs, with cannons or arms."""
    colour, steel = pick(rng, [vivid(rng), muted(rng), grey(rng), (0.4, 0.45, 0.3)]), grey(rng, 0.2, 0.5)
    trim, wide, high = pick(rng, [vivid(rng), (0.95, 0.75, 0.1), WHITE]), rng.uniform(0.6, 0.9), rng.uniform(0.45, 0.7)
    level, four = rng.uniform(0.7, 1.0), chance(rng, 0.3)
    body = pick(
        rng,
        [
            box(wide, high, 0.8, 0.1),
            ball(0.6 * wide, 0.6 * high, 0.5, pick(rng, [2, 4]), 18),
            hull(
                [
                    (-0.45, 0.35 * wide, -0.4 * high, 0.4 * high, 5),
                    (0.1, 0.55 * wide, -0.5 * high, 0.5 * high, 5),
                    (0.5, 0.32 * wide, -0.25 * high, 0.2 * high, 5),
                ],
                12,
            ),
        ],
    )
    shape = body.paint(colour).move(0, level + high / 2)
    pane = pick(rng, [(0.95, 0.6, 0.1), (0.3, 0.75, 0.95), (0.9, 0.15, 0.1), (0.15, 0.18, 0.22)])
    shape += (
        pick(
            rng,
            [
                box(0.6 * wide, 0.24 * high, 0.3, 0.04),
                ball(0.22, 0.2, 0.2, detail=12),
                rod(0.17, 0.3, around=16).turn("x", 90),
            ],
        )
        .paint(pane)
        .move(0, level + 0.6 * high, 0.38)
    )
    shape += (
        box(0.5 * wide, 0.18, 0.5, 0.03).paint(steel).move(0, level)
        + box(0.22, 0.12, 0.5, 0.02).paint(trim).move(0.3 * wide, level + high, 0).both()
    )

    shape = mech_legs(rng, shape, level, steel, colour, four, wide)
    shape = mech_weapons(rng, shape, level, high, wide, steel, trim, colour)
    if chance(rng, 0.5):
        shape += rail((0.18, level + high - 0.05, -0.2), (0.2, level + high + 0.4, -0.25), 0.025).paint(steel) + ball(
            0.05, detail=8
        ).paint(pick(rng, [LAMP, (0.9, 0.1, 0.1)])).move(0.2, level + high + 0.4, -0.25)
    return shape


def manikin(rng: np.random.Generator, timber: Colour) -> Shape:
    """Return a jointed wooden figure on a disc."""
    shape = ball(0.16, 0.2, 0.16).move(0, 1.62) + lathe(
        [(0.08, 0.8), (0.17, 0.9), (0.15, 1.05), (0.24, 1.35), (0.07, 1.44), (0.05, 1.5), (0, 1.5)], 14
    ).scale(1, 1, 0.7)
    arm = rng.uniform(0.1, 0.5)
    limb = join(
        rail(a, c, 0.07, 0.055) + ball(0.075, detail=8).move(*a)
        for a, c in (
            ((0.27, 1.34, 0), (0.3 + arm / 2, 1.08, 0)),
            ((0.3 + arm / 2, 1.08, 0), (0.3 + arm, 0.84, 0.1)),
            ((0.11, 0.82, 0), (0.13, 0.45, 0.04)),
            ((0.13, 0.45, 0.04), (0.13, 0.1, 0)),
        )
    )
    return (shape + limb.both() + (ball(0.08, 0.05, 0.14, detail=10).move(0.13, 0.08, 0.05)).both()).paint(
        near(rng, (0.85, 0.68, 0.45))
    ) + rod(0.35, 0.06, around=20).paint(timber).move(0, 0.02)


def scarecrow(rng: np.random.Generator, shape: Shape, body: Shape, straw: Colour) -> Shape:
    """Return a post dressed as a scarecrow."""
    coat = vivid(rng)
    shape += (
        body.paint(pick(rng, [coat, stripes([coat, WHITE], "y", 0.12)]))
        + rod(0.14, 0.4, 0.1, 10).turn("z", 90).paint(coat).move(0.4, 1.2).both()
    )
    tuft = lathe([(0.05, 0), (0.11, 0.2), (0, 0.16)], 6)
    shape += (tuft.turn("z", -90).move(0.58, 1.2).both() + tuft.turn("x", 180).move(0, 0.6).scale(1.5, 1, 1.5)).paint(
        straw
    )
    face = (
        ball(0.23, 0.24, 0.22).paint((0.85, 0.7, 0.45))
        + ball(0.035, detail=8).paint(BLACK).move(0.08, 0.04, 0.2).both()
        + lathe([(0.04, 0), (0, 0.16)], 8).turn("x", 90).paint((0.95, 0.5, 0.1)).move(0, -0.03, 0.2)
    )
    return (
        shape
        + face.move(0, 1.58)
        + (lathe([(0.5, 0), (0.5, 0.05), (0.24, 0.08), (0.18, 0.3), (0, 0.33)], 16))
        .paint(near(rng, (0.6, 0.42, 0.2)))
        .move(0, 1.72)
    )


def dummy(rng: np.random.Generator) -> Shape:
    """Return a training dummy of straw or wood on a post, a scarecrow, or a jointed manikin."""
    kind, straw, timber = (
        pick(rng, ["dummy", "scarecrow", "target", "manikin"]),
        near(rng, (0.87, 0.72, 0.4)),
        wood(rng),
    )
    if kind == "manikin":
        return manikin(rng, timber)
    shape = rod(0.06, 1.5, around=8).paint(timber).move(0, 0.75) + (
        box(0.9, 0.08, 0.12).turn("y", 45).both().move(0, 0.05)
        if chance(rng, 0.5)
        else rod(0.4, 0.1, 0.34, 14).move(0, 0.05)
    ).paint(timber)
    shape += rail((-0.75, 1.2, 0), (0.75, 1.2, 0), 0.055).paint(timber)
    body = lathe(smooth([(0.16, 0.55), (0.27, 0.65), (0.3, 0.95), (0.24, 1.25), (0.1, 1.35)], 14), 14)
    if kind == "scarecrow":
        return scarecrow(rng, shape, body, straw)
    cloth = pick(rng, [straw, near(rng, (0.6, 0.4, 0.25)), muted(rng)])
    shape += (
        body.paint(cloth)
        + join(torus(w, 0.04, 18, 6).move(0, y) for y, w in ((0.72, 0.28), (0.98, 0.3), (1.2, 0.25))).paint(wood(rng))
        + rod(0.1, 0.45, around=8).turn("z", 90).paint(cloth).move(0.45, 1.2).both()
        + ball(0.2, 0.24, 0.2, detail=14).paint(cloth).move(0, 1.6)
    )
    shape += torus(0.14, 0.035, 16, 6).paint(wood(rng)).move(0, 1.4)
    if kind == "target":
        disc = (
            rod(0.28, 0.08, around=24).paint(WHITE)
            + rod(0.2, 0.1, around=22).paint((0.85, 0.12, 0.1))
            + rod(0.11, 0.12, around=18).paint(WHITE)
            + rod(0.05, 0.14, around=12).paint((0.85, 0.12, 0.1))
        )
        return shape + disc.turn("x", 90).move(0, 0.95, 0.3)
    return (
        shape
        + (box(0.05, 0.16, 0.05).turn("z", 45).paint(BLACK) + box(0.05, 0.16, 0.05).turn("z", -45).paint(BLACK))
        .move(0.08, 1.63, 0.19)
        .both()
    )


FAMILIES = {"mech": mech, "dummy": dummy}
