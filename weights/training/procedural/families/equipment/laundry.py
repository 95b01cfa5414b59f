"""Irons and hair dryers."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    STEEL,
    WHITE,
    chance,
    dark,
    glass,
    grey,
    pastel,
    pick,
    shade,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, rod, torus, tube
from ...shape import Shape


def iron(rng: np.random.Generator) -> Shape:
    """Return a clothes iron with handle and dial, modern, or an old one of cast iron."""
    colour, trim = pick(rng, [vivid(rng), pastel(rng), WHITE]), pick(rng, [BLACK, WHITE, vivid(rng)])
    sole = [
        (-0.42, -0.8),
        (0.42, -0.8),
        *smooth([(0.43, -0.2), (0.3, 0.45), (0, 0.95), (-0.3, 0.45), (-0.43, -0.2)], 13),
    ]
    if chance(rng, 0.25):
        body = dark(rng)
        shape = (
            extrude(sole, 0.4, 0.04, plane="xz").paint(body).move(0, 0.2)
            + tube([(0, 0.3, -0.55), (0, 0.75, -0.5), (0, 0.75, 0.35), (0, 0.3, 0.4)], 0.06, 8).paint(body)
            + rod(0.1, 0.62, around=12).turn("x", 90).paint(wood(rng)).move(0, 0.76, -0.08)
        )
        return shape + box(0.3, 0.06, 0.3).paint(shade(body, 1.5)).move(0, 0.42)
    shape = extrude(sole, 0.09, 0.02, plane="xz").paint(STEEL).move(0, 0.045)
    body = hull(
        [
            (-0.75, 0.36, 0.08, 0.42, 3),
            (-0.2, 0.37, 0.08, 0.46, 3),
            (0.4, 0.24, 0.08, 0.4, 2.6),
            (0.86, 0.04, 0.08, 0.16, 2),
        ],
        20,
        14,
    ).paint(colour)
    handle = tube(
        [(0, 0.3, -0.7), (0, 0.82, -0.68), (0, 0.92, -0.2), (0, 0.82, 0.3), (0, 0.38, 0.5)],
        [0.13, 0.1, 0.09, 0.09, 0.12],
        12,
        along=22,
    ).paint(pick(rng, [trim, colour]))
    shape += (
        body
        + handle
        + rod(0.15, 0.1, around=18).paint(trim).move(0, 0.47, -0.1)
        + ball(0.08, 0.08, 0.05, detail=8).paint(glass(rng)).move(0, 0.42, 0.55)
        + rod(0.05, 0.06).paint(vivid(rng)).along(2, x=0.14).move(0, 0.9, 0.12)
    )
    if chance(rng, 0.6):
        shape += tube(
            [(0, 0.75, -0.75), (0.05, 0.8, -0.95), (0.25, 0.4, -1.15), (0.35, 0.05, -0.9)], 0.04, along=14
        ).paint(BLACK)
    return shape.turn("x", -88).move(0, 0, 0) if chance(rng, 0.2) else shape.turn("y", pick(rng, [0, 50, -50]))


def hair_dryer(rng: np.random.Generator) -> Shape:
    """Return a hair dryer with nozzle or diffuser, grille, switches and cable."""
    colour, trim = pick(rng, [vivid(rng), pastel(rng), BLACK, WHITE]), pick(rng, [BLACK, STEEL, vivid(rng)])
    r, long = rng.uniform(0.26, 0.34), rng.uniform(0.4, 0.6)
    if chance(rng, 0.25):
        shape = torus(0.27, 0.11, 26, 12, 0.28).turn("x", 90).paint(colour) + torus(0.27, 0.07, 26, 8).turn(
            "x", 90
        ).paint(trim).move(0, 0, 0.26)
    else:
        shape = hull(
            [
                (-long, 0.6 * r, -0.6 * r, 0.6 * r),
                (-0.8 * long, r, -r, r),
                (-0.1, r, -r, r),
                (0.6 * long, 0.75 * r, -0.75 * r, 0.75 * r),
                (long + 0.1, 0.62 * r, -0.62 * r, 0.62 * r),
            ],
            int(pick(rng, [10, 22])),
            18,
        ).paint(colour)
        shape += rod(0.7 * r, 0.08, around=18).turn("x", 90).paint(trim).move(0, 0, -long) + torus(
            0.5 * r, 0.03, 18, 6
        ).turn("x", 90).paint(grey(rng, 0.4, 0.7)).move(0, 0, -long - 0.04)
        end = pick(rng, ["nozzle", "diffuser", "ring"])
        if end == "nozzle":
            shape += (
                hull([(0, 0.6 * r, -0.6 * r, 0.6 * r, 2), (0.28, 0.95 * r, -0.16 * r, 0.16 * r, 3)], 18)
                .paint(trim)
                .move(0, 0, long + 0.05)
            )
        elif end == "diffuser":
            shape += (
                hull(
                    [
                        (0, 0.55 * r, -0.55 * r, 0.55 * r),
                        (0.2, 1.25 * r, -1.25 * r, 1.25 * r),
                        (0.3, 1.25 * r, -1.25 * r, 1.25 * r),
                    ],
                    22,
                ).paint(trim)
                + rod(0.04, 0.16, around=8).turn("x", 90).move(0.8 * r, 0, 0.34).around(8, "z").paint(trim)
            ).move(0, 0, long)
        else:
            shape += rod(0.66 * r, 0.12, around=20).turn("x", 90).paint(trim).move(0, 0, long + 0.08)
    lean = rng.uniform(-0.12, 0.25)
    grip = tube(
        [(0, -0.8 * r, -0.15), (0, -0.7, -0.15 - 0.5 * lean), (0, -1.15, -0.15 - lean)],
        np.array([[0.14, 0.11], [0.12, 0.1], [0.13, 0.11]]),
        12,
        along=10,
    ).paint(pick(rng, [colour, trim]))
    shape += grip + box(0.08, 0.14, 0.06, 0.02).paint(pick(rng, [BLACK, vivid(rng)])).along(2, y=0.2).move(
        0, -0.6, -0.03 - 0.35 * lean
    )
    return shape + tube(
        [(0, -1.1, -0.15 - lean), (0, -1.3, -0.18 - lean), (0.15, -1.45, -0.3 - lean), (0.1, -1.5, -0.6)],
        0.045,
        along=12,
    ).paint(BLACK)


FAMILIES = {
    "iron": iron,
    "hair_dryer": hair_dryer,
}
