"""Shoes, boots and glasses."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    LEATHER,
    WHITE,
    chance,
    metal,
    near,
    pick,
    shade,
    vivid,
)
from ...parts import ball, box, extrude, hull, rail, torus, tube
from ...shape import Colour, Shape, join


def sole_outline(long: float, wide: float) -> np.ndarray:
    """Outline [N,2] of a sole in (x, z), its toe at +Z."""
    right = [(0.0, -0.5), (0.6, -0.44), (0.66, -0.25), (0.55, 0.0), (0.9, 0.24), (0.75, 0.44), (0.15, 0.5)]
    left = [(-0.35, 0.47), (-0.85, 0.3), (-0.75, 0.0), (-0.66, -0.25), (-0.6, -0.44)]
    return smooth(np.array(right + left) * [wide, long], 40, closed=True)


def one_shoe(rng: np.random.Generator, kind: str, colour: Colour, trim: Colour, wide: float, sole: Colour) -> Shape:
    """Return a left shoe of a kind."""
    if kind == "heel":
        lift = rng.uniform(0.3, 0.5)

        def rise(z: np.ndarray) -> np.ndarray:
            return lift * np.clip((0.18 - z) / 0.5, 0, 1) ** 1.3

        upper = hull(
            [
                (-0.5, 0.08, 0.0, 0.2, 2.4),
                (-0.42, 0.13, 0, 0.24, 2.4),
                (-0.2, 0.13, 0, 0.12, 2.4),
                (0.05, 0.15, 0, 0.1, 2.4),
                (0.28, 0.15, 0, 0.16, 2.4),
                (0.46, 0.07, 0, 0.09, 2.2),
                (0.52, 0.02, 0.01, 0.03, 2),
            ],
            20,
            26,
        )
        shape = upper.bend(lambda v: v + np.stack([0 * v[:, 2], rise(v[:, 2]), 0 * v[:, 2]], 1)).paint(colour)
        shape += rail((0, lift + 0.08, -0.42), (0, 0.0, -0.45), 0.075, 0.025, 12).paint(pick(rng, [colour, BLACK]))
        if chance(rng, 0.5):
            strap = torus(0.14, 0.025, 20, 6, 0.03).scale(1, 1, 1.1).turn("x", -10)
            shape += strap.paint(trim).move(0, lift + 0.2, -0.37)
    else:
        outline = sole_outline(1.0, wide)
        thick = rng.uniform(0.06, 0.12) if kind == "trainer" else 0.05
        shape = extrude(outline, thick, 0.015, plane="xz").paint(sole).move(0, thick / 2)
        tall = rng.uniform(0.24, 0.36) if kind == "trainer" else 0.2
        rows = [
            (-0.5, 0.06, 0.02, 0.3, 2.5),
            (-0.44, 0.11, 0, tall + 0.08, 3),
            (-0.3, 0.125, 0, tall + 0.03, 3),
            (-0.1, 0.115, 0, tall, 3),
            (0.08, 0.13, 0, 0.8 * tall, 2.6),
            (0.3, 0.155, 0, 0.5 * tall, 2.6),
            (0.44, 0.11, 0, 0.36 * tall, 2.4),
            (0.5, 0.03, 0.01, 0.2 * tall, 2),
        ]
        shape += hull(rows, 22, 30).paint(colour).move(0, thick - 0.02)
        shape += ball(0.09, 0.06, 0.16).paint(shade(colour, 0.4)).move(0, tall + thick - 0.02, -0.27)
        if kind == "trainer":
            lace = tube([(-0.08, 0, 0), (0, 0.035, 0), (0.08, 0, 0)], 0.018, 6, along=6)
            shape += join(lace.move(0, thick + (0.62 + 0.1 * k) * tall, 0.2 - 0.08 * k) for k in range(4)).paint(
                WHITE if colour != WHITE else trim
            )
            stripe = box(0.3, 0.05, 0.05, 0.015).turn("x", 35)
            shape += stripe.along(int(rng.integers(1, 4)), z=0.09).paint(trim).move(0, thick + 0.4 * tall, -0.02)
            shape += ball(0.15, 0.07, 0.1).paint(pick(rng, [sole, colour, trim])).move(0, thick + 0.02, 0.43)
        else:
            shape += box(0.22, 0.03, 0.1, 0.01).paint(trim).turn("x", 25).move(0, thick + 0.68 * tall, 0.12) + box(
                0.2, 0.06, 0.22, 0.02
            ).paint(sole).move(0, 0.02, -0.36)
    return shape


def shoe(rng: np.random.Generator) -> Shape:
    """Trainer, court shoe, high heel or slipper; one or a pair, toes towards +Z."""
    colour, sole, trim = (
        pick(rng, [vivid(rng), WHITE, BLACK, LEATHER]),
        pick(rng, [WHITE, BLACK, (0.75, 0.6, 0.4)]),
        vivid(rng),
    )
    kind = pick(rng, ["trainer", "trainer", "heel", "loafer"])
    wide = rng.uniform(0.17, 0.2)
    shape = one_shoe(rng, kind, colour, trim, wide, sole)
    if chance(rng, 0.4):
        return shape.turn("y", rng.uniform(-12, 5)).move(0.24) + shape.mirrored().turn("y", rng.uniform(-5, 12)).move(
            -0.24, 0, rng.uniform(-0.15, 0.15)
        )
    return shape


def boot(rng: np.random.Generator) -> Shape:
    """Wellington, cowboy or hiking boot."""
    colour, sole = (
        pick(rng, [vivid(rng), LEATHER, BLACK, near(rng, LEATHER)]),
        pick(rng, [BLACK, (0.3, 0.2, 0.12), WHITE]),
    )
    high, wide = rng.uniform(0.5, 1.1), 0.19
    shape = extrude(sole_outline(1.0, wide), 0.08, 0.015, plane="xz").paint(sole).move(0, 0.04) + box(
        0.24, 0.12, 0.28, 0.03
    ).paint(sole).move(0, 0.02, -0.32)
    foot = hull(
        [
            (-0.5, 0.08, 0.02, 0.34, 2.5),
            (-0.42, 0.14, 0, 0.42, 3),
            (-0.15, 0.14, 0, 0.38, 3),
            (0.1, 0.15, 0, 0.27, 2.6),
            (0.32, 0.165, 0, 0.2, 2.6),
            (0.45, 0.11, 0, 0.15, 2.4),
            (0.51, 0.03, 0.01, 0.08, 2),
        ],
        22,
        26,
    )
    shaft = hull(
        [
            (0.1, 0.15, -0.46, 0.0, 2.6),
            (0.3, 0.145, -0.44, -0.08, 2.4),
            (0.32 + 0.5 * high, 0.17, -0.48, -0.08, 2.2),
            (0.32 + high, 0.19, -0.5, -0.06, 2.2),
        ],
        22,
        14,
        "y",
    )
    rim = torus(0.19, 0.03, 24, 8, 0.035).scale(1, 1, 1.15).move(0, 0.32 + high, -0.28)
    shape += (
        (foot + shaft).paint(colour).move(0, 0.06)
        + rim.paint(pick(rng, [colour, sole, vivid(rng)])).move(0, 0.06)
        + ball(0.15, 0.03, 0.18).paint(BLACK).move(0, 0.38 + high, -0.28)
    )
    extra = pick(rng, ["laces", "buckle", "none", "fur"])
    if extra == "laces":
        lace = tube([(-0.11, 0, -0.02), (0, 0.02, 0.03), (0.11, 0, -0.02)], 0.018, 6, along=6)
        shape += (
            lace.along(max(3, int(5 * high)), y=0.13)
            .paint(pick(rng, [WHITE, (0.9, 0.75, 0.2)]))
            .move(0, 0.4 + 0.4 * high, -0.09)
        )
    elif extra == "buckle":
        shape += torus(0.165, 0.03, 24, 6, 0.04).scale(1, 1, 1.2).paint(shade(colour, 0.5)).move(0, 0.5, -0.27) + box(
            0.12, 0.1, 0.04, 0.01
        ).paint(metal(rng)).move(0, 0.5, -0.06)
    elif extra == "fur":
        shape += torus(0.2, 0.07, 22, 8).scale(1, 1, 1.15).paint((0.93, 0.88, 0.78)).move(0, 0.38 + high, -0.28)
    if chance(rng, 0.35):
        return shape.move(0.27) + shape.mirrored().turn("y", rng.uniform(-5, 12)).move(
            -0.27, 0, rng.uniform(-0.15, 0.1)
        )
    return shape


def glasses(rng: np.random.Generator) -> Shape:
    """Spectacles or sun glasses, arms backwards."""
    frame, lens = (
        pick(rng, [BLACK, vivid(rng), metal(rng), LEATHER]),
        pick(rng, [(0.12, 0.12, 0.15), (0.75, 0.85, 0.92), vivid(rng)]),
    )
    r, thick = rng.uniform(0.26, 0.32), rng.uniform(0.03, 0.05)
    power, flat_by = pick(rng, [(2, 1), (3.5, 0.75), (2.6, 0.85)])
    angle = np.arange(28) * 2 * np.pi / 28
    path = np.stack(
        [
            r * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** (2 / power),
            flat_by * r * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** (2 / power),
            0 * angle,
        ],
        1,
    )
    eye = tube(path, thick, 8, closed=True).paint(frame) + extrude(path[:, :2], 0.045).paint(lens)
    gap = r + 0.06
    arm = tube(
        [
            (gap + r, 0.06, 0),
            (gap + r + 0.04, 0.06, -0.1),
            (gap + r + 0.02, 0.04, -0.75),
            (gap + r - 0.02, -0.16, -1.0),
        ],
        0.8 * thick,
        8,
        along=14,
    ).paint(frame)
    return (eye.move(gap) + arm).both() + tube(
        [(-0.08, 0.06, 0), (0, 0.1, 0.02), (0.08, 0.06, 0)], 0.9 * thick, 8, along=6
    ).paint(frame)


FAMILIES = {
    "shoe": shoe,
    "boot": boot,
    "glasses": glasses,
}
