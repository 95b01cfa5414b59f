"""Tools, upright, their heads at the top."""

from __future__ import annotations

import numpy as np

from ...curves import arc, flat, smooth
from ...paint import BLACK, STEEL, chance, grey, metal, pick, stripes, vivid, wood
from ...parts import box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import Shape
from .blades import shaft


def hammer(rng: np.random.Generator) -> Shape:
    """Claw hammer, mallet or sledgehammer."""
    long, iron = rng.uniform(1.0, 1.5), pick(rng, [STEEL, grey(rng, 0.2, 0.5)])
    shape = shaft(rng, long, rng.uniform(0.055, 0.075))
    if chance(rng, 0.4):
        shape += shaft(rng, 0.4 * long, 0.085, pick(rng, [BLACK, vivid(rng)]))
    kind = pick(rng, ["claw", "claw", "mallet", "sledge"])
    if kind == "mallet":
        head = (
            box(0.34, 0.36, 0.66, 0.04) if chance(rng, 0.5) else rod(0.21, 0.62, around=24, round_by=0.05).turn("x", 90)
        )
        return shape + head.paint(pick(rng, [wood(rng), BLACK, vivid(rng)])).move(0, long)
    if kind == "sledge":
        return shape + (box(0.22, 0.24, 0.6, 0.05)).paint(iron).move(0, long)
    head = (
        box(0.17, 0.19, 0.2, 0.03)
        + rod(0.075, 0.2, around=16).turn("x", 90).move(0, 0, 0.18)
        + rod(0.115, 0.12, around=18, round_by=0.02).turn("x", 90).move(0, 0, 0.32)
    )
    claw = tube(
        [(0, 0.02, -0.05), (0.03, 0.03, -0.25), (0.06, -0.05, -0.45), (0.075, -0.16, -0.56)],
        np.array([[0.05, 0.08], [0.05, 0.06], [0.04, 0.035], [0.03, 0.015]]),
        10,
        along=10,
    )
    return shape + (head + claw.both()).paint(iron).move(0, long)


def saw(rng: np.random.Generator) -> Shape:
    """Return a hand saw: a long toothed blade and a closed handle."""
    long, wide = rng.uniform(1.5, 2.0), rng.uniform(0.32, 0.42)
    count = int(rng.integers(14, 24))
    teeth = [
        p for k in range(count) for p in ((long * (count - k) / count, 0), (long * (count - k - 0.5) / count, 0.055))
    ]
    blade = extrude([(0, wide), (long, 0.5 * wide), *teeth, (0, 0)], 0.05).paint(STEEL)
    ring = [(0.05, -0.02), (-0.2, -0.08), (-0.42, 0.0), (-0.5, 0.2), (-0.42, 0.42), (-0.2, 0.5), (0.05, wide + 0.03)]
    grip = tube(flat(ring), np.array([[0.07, 0.075]] * 7), 10, along=20) + box(0.22, wide + 0.08, 0.12, 0.04).move(
        0.06, wide / 2
    )
    shape = (
        blade
        + grip.paint(pick(rng, [wood(rng), vivid(rng)]))
        + rod(0.035, 0.14, around=10).turn("x", 90).along(2, y=0.18).paint(metal(rng)).move(0.06, wide / 2)
    )
    return shape.turn("y", pick(rng, [0, 180]))


def spade(rng: np.random.Generator) -> Shape:
    """Spade, shovel, rake or pitchfork with a long handle, working end down."""
    long, iron = rng.uniform(1.4, 1.9), pick(rng, [STEEL, grey(rng, 0.2, 0.5), vivid(rng)])
    colour = pick(rng, [wood(rng), vivid(rng)])
    shape = rail((0, 0, 0), (0, long, 0), 0.035, around=12).paint(colour)
    if chance(rng, 0.5):
        shape += tube(
            [
                (0, long - 0.08, 0),
                (0.13, long + 0.02, 0),
                (0.13, long + 0.14, 0),
                (-0.13, long + 0.14, 0),
                (-0.13, long + 0.02, 0),
                (0, long - 0.08, 0),
            ],
            0.03,
            along=24,
        ).paint(colour)
    kind = pick(rng, ["spade", "spade", "rake", "fork"])
    if kind == "spade":
        tip = rng.uniform(0.1, 0.3)
        outline = [
            (-0.17, 0.05),
            (0.17, 0.05),
            (0.18, -0.4),
            *smooth([(0.13, -0.5), (0, -0.5 - tip), (-0.13, -0.5)], 9),
            (-0.18, -0.4),
        ]
        blade = (
            extrude(outline, 0.045)
            .finer()
            .bend(lambda v: v + np.stack([0 * v[:, 0], 0 * v[:, 0], 2.2 * v[:, 0] ** 2 + 0.12 * v[:, 1] ** 2], 1))
        )
        return shape + (blade + rod(0.05, 0.3).move(0, 0.1)).paint(iron)
    if kind == "rake":
        return shape + (box(0.6, 0.06, 0.06, 0.01) + box(0.035, 0.04, 0.22).along(9, x=0.07).move(0, 0, 0.1)).paint(
            iron
        )
    prong = tube([(0, 0.02, 0), (0, -0.3, 0.05), (0, -0.7, 0.02)], [0.025, 0.024, 0.014], along=7)
    return shape + (prong.along(4, x=0.12) + box(0.42, 0.06, 0.06, 0.01)).paint(iron)


def hand_tool(rng: np.random.Generator) -> Shape:
    """Screwdriver, spanner or pliers."""
    kind, colour = pick(rng, ["screwdriver", "spanner", "pliers"]), vivid(rng)
    if kind == "screwdriver":
        long = rng.uniform(0.7, 1.1)
        grip = lathe(smooth([(0.1, 0), (0.15, 0.08), (0.13, 0.35), (0.15, 0.55), (0.08, 0.68)], 20), 18).bend(
            lambda v: v * (1 + 0.08 * np.cos(6 * np.arctan2(v[:, 2], v[:, 0])))[:, None] ** np.array([1, 0, 1])
        )
        blade = rod(0.04, long, around=12).move(0, 0.65 + long / 2) + hull(
            [
                (0.6 + long, 0.04, -0.04, 0.04, 2),
                (0.7 + long, 0.075, -0.025, 0.025, 4),
                (0.8 + long, 0.07, -0.015, 0.015, 4),
            ],
            12,
            axis="y",
        )
        return grip.paint(stripes([colour, colour, BLACK], "y", 0.23)) + blade.paint(STEEL)
    if kind == "spanner":
        long = rng.uniform(1.2, 1.6)
        jaw = [*arc(0.24, 55, 305, 20), (0.02, -0.1), (0.02, 0.1)]
        head = extrude(jaw, 0.12, 0.02)
        ring = torus(0.17, 0.075, 24, 8, 0.06).turn("x", 90)
        return (
            (box(long, 0.15, 0.08, 0.03).move(-long / 2 - 0.15) + head + ring.move(-long - 0.25))
            .paint(pick(rng, [STEEL, STEEL, vivid(rng)]))
            .turn("z", -90)
        )
    open_by = rng.uniform(6, 16)
    half = tube(
        [(0.03, 0.75, 0), (0.09, 0.4, 0), (0.02, 0.05, 0)],
        np.array([[0.06, 0.035], [0.07, 0.07], [0.07, 0.08]]),
        10,
        along=10,
    ).paint(STEEL)
    half += tube(
        [(0.0, 0.05, 0), (-0.16, -0.3, 0), (-0.2, -0.7, 0), (-0.12, -1.0, 0)], [0.07, 0.075, 0.07, 0.06], 12, along=14
    ).paint(colour)
    return half.turn("z", -open_by).both() + rod(0.09, 0.18, around=18).turn("x", 90).paint(metal(rng)).move(0, 0.05)


FAMILIES = {
    "hammer": hammer,
    "saw": saw,
    "spade": spade,
    "hand_tool": hand_tool,
}
