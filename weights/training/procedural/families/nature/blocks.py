"""Game blocks and landing pads."""

from __future__ import annotations

import numpy as np

from ...paint import (
    STEEL,
    WHITE,
    chance,
    grey,
    leaf,
    pick,
    shade,
    speckled,
    vivid,
)
from ...parts import ball, box, extrude, lathe, rail, rod, torus
from ...shape import Colour, Shape, join
from .stones import EARTH, little_tree, stone, stone_colour


def topped_block(rng: np.random.Generator, kind: str, green: Colour, earth: Colour, high: float) -> Shape:
    """Return a block of earth with a grassy or sandy top, perhaps with something on it."""
    sides = {"cube": 4, "hexagon": 6, "disc": 20}[kind]
    long = rng.uniform(1.0, 2.0) if kind == "cube" and chance(rng, 0.5) else 1.0
    r = 0.75
    body = lathe([(r * rng.uniform(0.5, 1.0), -high), (r, 0)], sides).finer().finer().paint(speckled(rng, earth, 0.035))
    top = lathe([(1.06 * r, -0.16), (1.08 * r, -0.02), (1.02 * r, 0.07), (0, 0.07)], sides).paint(green)
    drips = box(0.2, 0.18, 0.1, pick(rng, [0.0, 0.04])).move(0, -0.2, 1.02 * r * np.cos(np.pi / sides))
    drops = join(
        drips.scale(1, rng.uniform(0.6, 1.3), 1).move(dx).turn("y", 360 * k / sides + 180 / sides * 0)
        for k in range(min(sides, 6))
        for dx in ((-0.28, 0.18) if sides < 6 else (0.05,))
    )
    if sides == 4:
        shape = (body + top).turn("y", 45) + drops.paint(shade(green, 0.9))
    else:
        shape = (body + top).turn("y", 30 if sides == 6 else 0) + (
            drops.paint(shade(green, 0.9)) if sides == 6 else torus(1.02 * r, 0.05, 20, 6).paint(shade(green, 0.8))
        )
    shape = shape.scale(long, 1, 1)
    extra = pick(rng, ["none", "tree", "rocks", "blades", "flag"])
    if extra == "tree":
        shape += little_tree(rng, pick(rng, ["cone", "ball"]), rng.uniform(0.6, 1.0)).move(0.2, 0.05, -0.1)
    elif extra == "rocks":
        shape += stone(rng, 0.26, "facets", stone_colour(rng)).move(-0.2, 0.05, 0.1) + stone(
            rng, 0.15, "facets", stone_colour(rng)
        ).move(0.25, 0.05, 0.25)
    elif extra == "blades":
        shape += join(
            lathe([(0.06, 0), (0.05, 0.14), (0, 0.3)], 4).turn("x", 12).move(x, 0.05, z)
            for x, z in rng.uniform(-0.42, 0.42, (9, 2))
        ).paint(shade(green, 0.8))
    elif extra == "flag":
        shape += rail((0, 0, 0), (0, 0.95, 0), 0.04).paint(WHITE) + extrude(
            [(0, 0.6), (0.45, 0.76), (0, 0.93)], 0.06
        ).paint(vivid(rng))
    return shape


def sign_block(rng: np.random.Generator, mark: Colour) -> Shape:
    """Return a framed cube with bolts and a sign."""
    wide = pick(rng, [1.0, 1.0, 2.0])
    face = pick(rng, [(0.75, 0.4, 0.22), (0.95, 0.72, 0.15), stone_colour(rng), vivid(rng)])
    shape = box(wide, 1.0, 1.0, pick(rng, [0.0, 0.08])).paint(face)
    frame = (
        box(wide + 0.08, 0.14, 0.14).move(0, 0.45, 0.45).both("y").both("z")
        + box(0.14, 1.06, 0.14).move(wide / 2 - 0.04, 0, 0.45).corners()
        + box(0.14, 0.14, 1.06).move(wide / 2 - 0.04, 0.45).both().both("y")
    )
    bolt = rod(0.08, 1.12, around=8).turn("x", 90).move(wide / 2 - 0.22, 0.28).both().both("y")
    sign = pick(
        rng,
        [
            ball(0.22, 0.22, 0.56, detail=10),
            box(0.3, 0.3, 1.06).turn("z", 45),
            box(0.14, 0.34, 1.08).move(0, 0.08) + box(0.14, 0.12, 1.08).move(0, -0.25),
        ],
    )
    return (
        shape
        + frame.paint(shade(face, 0.7))
        + bolt.paint(STEEL)
        + (sign + sign.turn("y", 90).scale(wide, 1, 1)).paint(mark)
    ).finer()


def platform(rng: np.random.Generator) -> Shape:
    """Return a game block: a grass-topped cube, hexagon or disc, a brick with a sign, or a landing pad."""
    kind, green = (
        pick(rng, ["cube", "cube", "hexagon", "hexagon", "pad", "brick", "disc"]),
        pick(rng, [leaf(rng), leaf(rng), WHITE, (0.9, 0.78, 0.5), (0.35, 0.6, 0.85), vivid(rng)]),
    )
    earth, high = pick(rng, [EARTH, stone_colour(rng), (0.6, 0.42, 0.26)]), rng.uniform(0.25, 1.0)
    if kind in ("cube", "hexagon", "disc"):
        return topped_block(rng, kind, green, earth, high)
    tone, mark = grey(rng, 0.25, 0.7), pick(rng, [WHITE, (0.95, 0.8, 0.1), (0.3, 0.9, 0.9)])
    if kind == "brick":
        return sign_block(rng, mark)
    sides, r, thick = pick(rng, [6, 8, 32]), rng.uniform(0.9, 1.1), rng.uniform(0.14, 0.3)
    shape = (
        lathe([(0.9 * r, -thick), (r, -0.6 * thick), (r, -0.04), (0.95 * r, 0), (0, 0)], sides).paint(tone)
        + rod(0.84 * r, 0.06, around=sides).paint(mark).move(0, 0.0)
        + rod(0.72 * r, 0.1, around=sides).paint(shade(tone, 0.8))
    )
    letter = pick(
        rng,
        [
            box(0.12, 0.06, 0.7).move(0.22).both() + box(0.44, 0.06, 0.12),
            extrude(
                [(-0.1, -0.4), (0.1, -0.4), (0.1, 0.05), (0.3, 0.05), (0, 0.42), (-0.3, 0.05), (-0.1, 0.05)],
                0.06,
                plane="xz",
            ),
            torus(0.3, 0.06, 20, 6, 0.04),
        ],
    )
    shape += letter.paint(mark).move(0, 0.06) + rod(0.06, 0.12, 0.04, 8).move(0.91 * r, 0.03).around(
        pick(rng, [6, 8, 12])
    ).paint(pick(rng, [(0.9, 0.15, 0.1), (0.2, 0.9, 0.4), mark]))
    if chance(rng, 0.5):
        legs = rail((0.8 * r, -thick, 0), (1.05 * r, -thick - 0.5, 0), 0.08, around=6).around(4).turn("y", 45) + rod(
            0.16, 0.07, around=8
        ).move(1.05 * r, -thick - 0.5).around(4).turn("y", 45)
        shape += legs.paint(shade(tone, 0.6)) + box(0.4, 0.08, 0.5).turn("x", 35).paint(tone).move(
            0, -thick - 0.15, r + 0.12
        )
    return shape


FAMILIES = {"platform": platform}
