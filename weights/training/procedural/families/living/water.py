"""Fish, whales, octopuses, crabs, snails, and reptiles."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    WHITE,
    chance,
    dark,
    gradient,
    grey,
    near,
    pick,
    shade,
    split_at,
    spots,
    stripes,
    vivid,
)
from ...parts import ball, box, extrude, hull, rail, torus, tube
from ...shape import Shape
from .skeleton import eyes


def fin(points: list[tuple[float, float]], thick: float = 0.06) -> Shape:
    """Return a fin in the plane x = 0 from points of (z, y)."""
    return extrude(smooth(points, 4 * len(points), closed=True), thick, 0.0, plane="zy")


def fish(rng: np.random.Generator) -> Shape:
    """From round aquarium fish to slender ones."""
    colour, other = vivid(rng), pick(rng, [WHITE, vivid(rng), BLACK])
    tall, wide = rng.uniform(0.22, 0.5), rng.uniform(0.12, 0.2)
    body = hull(
        [
            (-0.6, 0.03, -0.07, 0.07),
            (-0.35, 0.5 * wide, -0.42 * tall, 0.42 * tall),
            (0.0, wide, -tall, tall),
            (0.35, 0.95 * wide, -0.8 * tall, 0.75 * tall),
            (0.6, 0.4 * wide, -0.3 * tall, 0.22 * tall),
            (0.66, 0.02, -0.06, 0.02),
        ],
        22,
        26,
    )
    body = body.paint(
        pick(
            rng,
            [
                colour,
                stripes([colour, other], "z", rng.uniform(0.1, 0.2), 5),
                split_at(other, colour, "y", -0.2 * tall),
                spots(rng, colour, other, 0.13, 0.25),
                gradient(other, colour, "z", -0.6, 0.5),
            ],
        )
    )
    trim, span = pick(rng, [colour, other, shade(colour, 0.7)]), rng.uniform(0.2, 0.38)
    shape = body + fin(
        [(-0.55, 0.03), (-0.85, span), (-0.98, span), (-0.86, 0), (-0.98, -span), (-0.85, -span), (-0.55, -0.03)]
    ).paint(trim)
    shape += fin(
        [(0.25, 0.75 * tall), (0.05, tall + rng.uniform(0.12, 0.28)), (-0.3, 0.6 * tall + 0.1), (-0.25, 0.4 * tall)]
    ).paint(trim)
    shape += fin([(-0.05, -0.8 * tall), (-0.2, -tall - 0.14), (-0.36, -0.5 * tall - 0.06), (-0.25, -0.4 * tall)]).paint(
        trim
    )
    shape += (
        ball(0.13, 0.03, 0.08, detail=10)
        .turn("z", -35)
        .turn("y", 30)
        .paint(trim)
        .move(wide + 0.08, -0.25 * tall, 0.18)
        .both()
    )
    eye = ball(0.065, detail=12).paint(WHITE) + ball(0.042, detail=10).paint(BLACK).move(0.035, 0, 0.015)
    shape += eye.move(0.62 * wide, 0.18 * tall, 0.44).both()
    if chance(rng, 0.6):
        shape += torus(0.045, 0.02, 14, 6).turn("x", 90).paint(shade(colour, 0.7)).move(0, -0.06, 0.65)
    return shape


def shark(rng: np.random.Generator) -> Shape:
    """Return a shark, a dolphin or an orca."""
    kind = pick(rng, ["shark", "shark", "dolphin", "orca"])
    colour = BLACK if kind == "orca" else near(rng, (0.42, 0.5, 0.58))
    rows = [
        (-0.9, 0.03, -0.03, 0.05),
        (-0.55, 0.1, -0.1, 0.12),
        (0.0, 0.23, -0.24, 0.22),
        (0.4, 0.23, -0.24, 0.2),
        (0.75, 0.14, -0.12, 0.13),
        (0.98, 0.02, -0.01, 0.04),
    ]
    body = hull(rows, 22, 28).paint(split_at(WHITE, colour, "y", -0.06))
    if kind == "shark":
        tail = fin(
            [(-0.8, 0.03), (-1.05, 0.32), (-1.18, 0.42), (-1.02, 0.06), (-1.1, -0.2), (-0.98, -0.16), (-0.8, -0.02)],
            0.05,
        )
        body += (
            tube([(-0.12, -0.1, 0.78), (0, -0.11, 0.84), (0.12, -0.1, 0.78)], 0.02, along=8).paint((0.4, 0.1, 0.1))
            + box(0.03, 0.1, 0.02).along(3, z=0.05).paint(dark(rng)).move(0.215, 0, 0.46).both()
        )
    else:
        tail = extrude(
            smooth(
                [
                    (0.03, -0.8),
                    (0.3, -1.05),
                    (0.42, -1.16),
                    (0.12, -1.05),
                    (0, -1.0),
                    (-0.12, -1.05),
                    (-0.42, -1.16),
                    (-0.3, -1.05),
                    (-0.03, -0.8),
                ],
                34,
                closed=True,
            ),
            0.05,
            plane="xz",
        )
        body += (
            hull([(0.8, 0.07, -0.08, 0.02), (1.0, 0.055, -0.065, 0.0), (1.14, 0.03, -0.05, -0.01)], 14, 8).paint(
                split_at(WHITE, colour, "y", -0.03)
            )
            if kind == "dolphin"
            else ball(0.03, 0.06, 0.1, detail=10).paint(WHITE).move(0.17, 0.08, 0.62).both()
        )
    body += tail.paint(colour) + fin([(0.18, 0.2), (-0.02, 0.5), (-0.1, 0.52), (-0.12, 0.18)], 0.055).paint(colour)
    flipper = extrude([(0, 0.12), (0.5, -0.15), (0.46, -0.22), (0, -0.1)], 0.05, 0.015, plane="xz")
    body += (
        flipper.turn("z", -28).paint(colour).move(0.16, -0.1, 0.28).both()
        + ball(0.03, detail=8).paint(BLACK if kind != "orca" else WHITE).move(0.145, 0.05, 0.74).both()
    )
    return body


def whale(rng: np.random.Generator) -> Shape:
    colour = pick(rng, [(0.25, 0.4, 0.6), grey(rng, 0.3, 0.5), (0.3, 0.55, 0.75)])
    fat = rng.uniform(0.9, 1.2)
    rows = [
        (-1.0, 0.05, 0.22, 0.34),
        (-0.6, 0.18, 0.0, 0.32),
        (-0.1, 0.42 * fat, -0.36, 0.34),
        (0.35, 0.5 * fat, -0.44, 0.4),
        (0.75, 0.4 * fat, -0.36, 0.3),
        (0.98, 0.16, -0.15, 0.1),
    ]
    shape = hull(rows, 24, 26).paint(split_at(shade(WHITE, 0.95), colour, "y", rng.uniform(-0.2, -0.1)))
    fluke = (
        extrude(
            smooth(
                [
                    (0.03, -0.85),
                    (0.42, -1.15),
                    (0.55, -1.3),
                    (0.2, -1.25),
                    (0, -1.15),
                    (-0.2, -1.25),
                    (-0.55, -1.3),
                    (-0.42, -1.15),
                    (-0.03, -0.85),
                ],
                34,
                closed=True,
            ),
            0.07,
            plane="xz",
        )
        .move(0, 0, 0.85)
        .turn("x", rng.uniform(-15, 25))
        .move(0, 0, -0.85)
    )
    shape += (
        fluke.paint(colour).move(0, 0.28)
        + extrude([(0, 0.14), (0.45, -0.12), (0.4, -0.22), (0, -0.12)], 0.07, 0.02, plane="xz")
        .turn("z", -35)
        .paint(colour)
        .move(0.36 * fat, -0.2, 0.35)
        .both()
    )
    shape += eyes(0.4 * fat, -0.02, 0.72, 0.055) + tube(
        [(-0.34 * fat, -0.12, 0.82), (0, -0.16, 0.99), (0.34 * fat, -0.12, 0.82)], 0.02, along=10
    ).paint(shade(colour, 0.6))
    if chance(rng, 0.4):
        jet = tube(
            [(0, 0.35, 0.4), (0.02, 0.65, 0.38), (0.22, 0.8, 0.36), (0.3, 0.68, 0.36)],
            [0.05, 0.05, 0.06, 0.04],
            along=12,
        )
        shape += jet.both().paint((0.65, 0.85, 0.97))
    return shape


def octopus(rng: np.random.Generator) -> Shape:
    """Return a head on eight arms that curl; or a jellyfish."""
    colour = vivid(rng)
    shape = hull(
        [
            (0.0, 0.22, -0.22, 0.22),
            (0.2, 0.3, -0.3, 0.3),
            (0.55, 0.42, -0.42, 0.42),
            (0.85, 0.36, -0.36, 0.36),
            (1.02, 0.03, -0.03, 0.03),
        ],
        22,
        18,
        "y",
    ).paint(colour)
    shape += eyes(0.17, 0.35, 0.34, 0.1) + ball(0.07, 0.03, 0.03, detail=8).paint(shade(colour, 0.5)).move(
        0, 0.18, 0.31
    )
    reach, curl, lift = rng.uniform(0.8, 1.1), rng.uniform(-0.5, 0.5), rng.uniform(0, 0.35)
    for k in range(8):
        turn = curl * rng.uniform(0.6, 1.4)
        arm = tube(
            [
                (0, 0.12, 0.12),
                (0, -0.1, 0.4),
                (0.2 * turn, -0.17, 0.7 * reach),
                (0.55 * turn, -0.14 + lift * rng.uniform(0, 1), reach),
                (0.9 * turn, 0.0 + lift * rng.uniform(0, 1), 1.05 * reach),
            ],
            [0.13, 0.11, 0.085, 0.06, 0.025],
            10,
            along=14,
        )
        shape += arm.paint(colour).turn("y", 45 * k + 22.5)
    if chance(rng, 0.4):
        shape += ball(0.06, 0.04, 0.03, detail=8).paint(shade(colour, 1.5)).move(0.2, 0.75, 0.33).both()
    return shape


def crab(rng: np.random.Generator) -> Shape:
    """Return a crab with raised claws, or a lobster."""
    colour = pick(rng, [(0.85, 0.2, 0.12), (0.9, 0.45, 0.2), vivid(rng)])
    shape = ball(0.52, 0.27, 0.4, 2.4, 18).paint(colour) + ball(0.45, 0.1, 0.3, detail=14).paint(
        shade(colour, 1.6)
    ).move(0, -0.14)
    for k in range(4):
        z = 0.18 - 0.14 * k
        shape += (
            tube(
                [(0.35, -0.05, z), (0.72, 0.16 - 0.02 * k, z - 0.1 * k + 0.1), (0.95, -0.28, z - 0.16 * k + 0.12)],
                [0.06, 0.055, 0.02],
                along=10,
            )
            .both()
            .paint(shade(colour, 0.9))
        )
    up, size = rng.uniform(0.15, 0.5), rng.uniform(1.1, 1.6)
    claw = ball(0.15, 0.12, 0.2, detail=12)
    claw += tube([(0.06, 0, 0.08), (0.13, 0.02, 0.3), (0.0, 0.03, 0.46)], [0.1, 0.085, 0.02], along=8)
    claw += tube([(-0.08, 0, 0.1), (-0.14, 0, 0.26), (-0.03, 0, 0.4)], [0.07, 0.06, 0.02], along=8)
    arm = tube([(0.36, 0, 0.2), (0.75, 0.06, 0.34), (0.72, up, 0.42)], [0.08, 0.085, 0.075], along=9)
    claw = claw.scale(size).turn("x", -55).turn("y", -12).move(0.7, up + 0.08, 0.46)
    shape += (arm + claw).both().paint(colour)
    return (
        shape
        + (
            rail((0.13, 0.12, 0.3), (0.15, 0.3, 0.36), 0.03).paint(colour)
            + ball(0.065, detail=10).paint(WHITE).move(0.15, 0.33, 0.37)
            + ball(0.04, detail=8).paint(BLACK).move(0.15, 0.34, 0.42)
        ).both()
    )


FAMILIES = {
    "fish": fish,
    "shark": shark,
    "whale": whale,
    "octopus": octopus,
    "crab": crab,
}
