"""Insects."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, WHITE, dark, pick, shade, stripes, vivid
from ...parts import ball, extrude, hull, rod, tube
from ...shape import Shape


def butterfly(rng: np.random.Generator) -> Shape:
    """Wings raised from a thin body, with spots."""
    colour, other, body = vivid(rng), vivid(rng), dark(rng)
    fold = rng.uniform(5, 60)
    upper = smooth([(0, 0.05), (0.3, 0.5), (0.85, 0.85), (1.0, 0.55), (0.85, 0.12), (0.4, -0.05)], 26, closed=True)
    lower = smooth([(0, -0.02), (0.4, 0.02), (0.72, -0.2), (0.6, -0.65), (0.3, -0.6), (0.05, -0.2)], 22, closed=True)
    wing = (
        extrude(upper, 0.06, plane="xz").paint(body)
        + extrude(upper * 0.8 + [0.08, 0.06], 0.09, plane="xz").paint(colour)
        + extrude(lower, 0.05, plane="xz").paint(body)
        + extrude(lower * 0.78 + [0.06, -0.04], 0.08, plane="xz").paint(pick(rng, [colour, other]))
    )
    dot = rod(0.1, 0.12, around=16).paint(other)
    wing += (
        dot.move(0.68, 0, 0.5)
        + dot.scale(0.7, 1, 0.7).move(0.45, 0, 0.28)
        + dot.scale(0.8, 1, 0.8).move(0.42, 0, -0.32)
    )
    shape = wing.turn("z", fold).move(0.03).both()
    shape += hull(
        [(-0.5, 0.03, -0.03, 0.03), (-0.2, 0.075, -0.075, 0.075), (0.15, 0.09, -0.09, 0.09), (0.35, 0.05, -0.05, 0.05)],
        14,
        12,
    ).paint(body) + ball(0.095, detail=12).paint(body).move(0, 0.02, 0.4)
    return (
        shape
        + (
            tube([(0.03, 0.07, 0.45), (0.12, 0.25, 0.65), (0.24, 0.28, 0.8)], 0.02, along=8)
            + ball(0.035, detail=8).move(0.24, 0.28, 0.8)
        )
        .both()
        .paint(body)
        + ball(0.03, detail=8).paint(WHITE).move(0.06, 0.05, 0.46).both()
    )


def bee(rng: np.random.Generator) -> Shape:
    """Bee, wasp or fly: banded body, two pairs of wings, six legs."""
    yellow = pick(rng, [(0.97, 0.78, 0.1), (0.97, 0.78, 0.1), (0.9, 0.5, 0.1), (0.3, 0.55, 0.35)])
    plump = rng.uniform(0.8, 1.15)
    rear = hull(
        [
            (-0.75, 0.01, -0.08, -0.06),
            (-0.55, 0.2 * plump, -0.24, 0.16),
            (-0.2, 0.32 * plump, -0.3, 0.28),
            (0.1, 0.12, -0.1, 0.12),
        ],
        20,
        16,
    ).paint(stripes([yellow, BLACK], "z", 0.13, 5))
    shape = (
        rear
        + ball(0.25, 0.25, 0.24).paint(pick(rng, [shade(yellow, 0.7), BLACK])).move(0, 0.04, 0.2)
        + ball(0.2, 0.2, 0.17).paint(BLACK).move(0, 0.02, 0.48)
    )
    shape += (
        ball(0.08, 0.12, 0.09, detail=10)
        .paint(pick(rng, [(0.5, 0.1, 0.1), WHITE, (0.2, 0.2, 0.25)]))
        .move(0.14, 0.07, 0.56)
        .both()
    )
    glassy = (0.8, 0.88, 0.95)
    wing = ball(0.45, 0.035, 0.17, detail=14).move(0.42).turn("y", 15).turn("z", rng.uniform(10, 50)) + ball(
        0.3, 0.035, 0.12, detail=12
    ).move(0.28).turn("y", 42).turn("z", rng.uniform(8, 40))
    shape += wing.paint(glassy).move(0.08, 0.24, 0.15).both() + tube(
        [(0.06, 0.16, 0.58), (0.12, 0.32, 0.7), (0.16, 0.34, 0.82)], 0.022, along=6
    ).both().paint(BLACK)
    for k in range(3):
        shape += (
            tube(
                [(0.1, -0.1, 0.25 - 0.12 * k), (0.34, -0.16, 0.32 - 0.2 * k), (0.42, -0.45, 0.34 - 0.24 * k)],
                0.025,
                along=7,
            )
            .both()
            .paint(BLACK)
        )
    return shape


FAMILIES = {
    "butterfly": butterfly,
    "bee": bee,
}
