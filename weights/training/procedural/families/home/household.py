"""Lamps, clocks and fences."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth
from ...paint import (
    BLACK,
    LAMP,
    WHITE,
    chance,
    glass,
    metal,
    pastel,
    pick,
    shade,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, lathe, rail, rod, torus, tube
from ...shape import Shape


def lamp(rng: np.random.Generator) -> Shape:
    """Table lamp, floor lamp or desk lamp with a jointed arm."""
    shade_colour, base = (
        pick(rng, [LAMP, (0.95, 0.9, 0.8), vivid(rng), pastel(rng)]),
        pick(rng, [metal(rng), BLACK, wood(rng), vivid(rng)]),
    )
    kind = pick(rng, ["table", "table", "floor", "desk"])
    if kind == "desk":
        colour, elbow, top = vivid(rng), np.array([0, 0.36, -0.16]), np.array([0, 0.62, 0.1])
        shape = (
            rod(0.13, 0.04, around=24, round_by=0.015).move(0, 0.02)
            + rail((0, 0.03, 0), elbow, 0.018)
            + rail(elbow, top, 0.018)
        )
        shape += ball(0.03, detail=8).move(*elbow) + ball(0.03, detail=8).move(*top)
        cone = lathe([(0.035, 0.12), (0.045, 0.05), (0.13, -0.1), (0.105, -0.1), (0.03, 0.03)], 20).paint(
            colour
        ) + ball(0.05, detail=10).paint(LAMP).move(0, -0.05)
        return shape.paint(pick(rng, [base, colour])) + cone.turn("x", -rng.uniform(10, 40)).move(
            *(top + np.array([0, -0.02, 0.06]))
        )
    high = rng.uniform(0.3, 0.5) if kind == "table" else rng.uniform(1.1, 1.5)
    r = rng.uniform(0.15, 0.24)
    if kind == "table" and chance(rng, 0.6):
        body = smooth(
            [(0.09, 0), (0.06, 0.06), (rng.uniform(0.06, 0.14), 0.4 * high), (0.03, 0.85 * high), (0.02, high)], 16
        )
        shape = lathe(body, 20).paint(base)
    else:
        shape = (
            rod(0.13, 0.035, around=24, round_by=0.012).move(0, 0.018) + rod(0.018, high, around=10).move(0, high / 2)
        ).paint(base)
    tall, top = rng.uniform(0.2, 0.3), r * rng.uniform(0.45, 0.95)
    cover = pick(rng, [shade_colour, shade_colour, stripes([shade_colour, shade(shade_colour, 0.75)], "y", 0.04, 5)])
    profile = [
        (0.02, 0.02),
        (r - 0.03, 0.0),
        (r, 0.0),
        *[(r + (top - r) * t, tall * t) for t in np.linspace(0.15, 1, 7)],
        (top - 0.03, tall),
        (0.02, tall - 0.02),
    ]
    return (
        shape
        + lathe(profile, 28).paint(cover).move(0, high - 0.12)
        + ball(0.03, detail=8).paint(base).move(0, high + tall - 0.12)
    )


def clock(rng: np.random.Generator) -> Shape:
    """Wall clock, alarm clock, mantel clock or grandfather clock."""
    kind = pick(rng, ["wall", "alarm", "alarm", "mantel", "grandfather"])
    colour, face = (
        vivid(rng) if kind in ("wall", "alarm") else wood(rng),
        pick(rng, [WHITE, WHITE, (0.95, 0.92, 0.82), BLACK]),
    )
    r, ink = 0.3, BLACK if face != BLACK else WHITE
    dial = rod(0.9 * r, 0.05, around=32).turn("x", 90).paint(face)
    marks = box(0.022, 0.06, 0.02).move(0, 0.76 * r).around(12, "z").paint(ink).move(0, 0, 0.025)
    hour, minute = rng.uniform(0, 360, 2)
    hands = (
        box(0.032, 0.5 * r, 0.02).move(0, 0.22 * r).turn("z", hour)
        + box(0.022, 0.72 * r, 0.02).move(0, 0.33 * r).turn("z", minute)
        + rod(0.03, 0.03, around=10).turn("x", 90)
    )
    dial += marks + hands.paint(ink).move(0, 0, 0.035)
    depth = 0.12 if kind == "wall" else 0.22
    ring = torus(0.95 * r, 0.05, 36, 8).turn("x", 90).paint(colour).move(0, 0, depth / 2)
    drum = rod(0.95 * r, depth, around=36).turn("x", 90).paint(colour)
    round_clock = drum + ring + dial.move(0, 0, depth / 2)
    if kind == "wall":
        return round_clock
    if kind == "alarm":
        bell = lathe([(0.11, 0), (0.1, 0.05), (0.05, 0.09), (0, 0.1)], 16) + ball(0.02, detail=8).move(0, 0.11)
        bells = (
            bell.turn("z", -28).move(0.17, 0.29).both()
            + rail((0, 0.28, 0), (0, 0.4, 0), 0.015)
            + box(0.07, 0.04, 0.04).move(0, 0.41)
            + tube([(-0.12, 0.38, 0), (-0.1, 0.47, 0), (0.1, 0.47, 0), (0.12, 0.38, 0)], 0.017)
        )
        legs = rail((0.16, -0.2, 0), (0.22, -0.36, 0.05), 0.03, 0.025).both()
        return round_clock + (bells + legs).paint(metal(rng))
    if kind == "mantel":
        outline = [(-0.55, 0), (0.55, 0), (0.55, 0.08), *arc(0.42, 0, 180, 15, (0, 0.36)), (-0.55, 0.08)]
        return extrude(outline, 0.24, 0.02).paint(colour).move(0, -0.36) + (
            torus(0.95 * r, 0.04, 32, 8).turn("x", 90).paint(metal(rng)) + dial
        ).scale(0.85).move(0, 0, 0.12)
    case = (
        box(0.52, 1.0, 0.3, 0.02).move(0, -0.65)
        + box(0.68, 0.42, 0.38, 0.02).move(0, -1.25)
        + box(0.72, 0.75, 0.36, 0.02).move(0, 0.02)
        + extrude([(-0.42, 0), (0.42, 0), (0.2, 0.14), (0, 0.3), (-0.2, 0.14)], 0.38, 0.02).move(0, 0.38)
    )
    door = box(0.34, 0.8, 0.04).paint(glass(rng)).move(0, -0.65, 0.15) + (
        rod(0.016, 0.5).move(0, 0.1) + rod(0.08, 0.03, around=20).turn("x", 90).move(0, -0.18)
    ).paint((0.85, 0.68, 0.25)).move(0, -0.65, 0.175)
    return case.paint(colour) + door + dial.move(0, 0.02, 0.17)


def fence(rng: np.random.Generator) -> Shape:
    """Pickets, rails or planks between posts."""
    colour, count = pick(rng, [WHITE, wood(rng), wood(rng), vivid(rng)]), int(rng.integers(8, 16))
    high, width = rng.uniform(0.65, 1.1), rng.uniform(0.1, 0.16)
    kind = pick(rng, ["picket", "picket", "rails", "planks"])
    if kind == "rails":
        posts = box(0.14, high, 0.14, 0.02).along(int(rng.integers(2, 5)), x=1.1)
        long = float(np.ptp(posts.vertices[:, 0])) - 0.1
        return (posts + box(long, 0.12, 0.06, 0.01).along(int(rng.integers(2, 4)), y=0.32 * high).move(0, 0.05)).paint(
            colour
        )
    gap = width * (1.03 if kind == "planks" else rng.uniform(1.35, 1.9))
    tip = 0.6 * width if chance(rng, 0.7) else 0.05 * width
    picket = extrude(
        [
            (-width / 2, -high / 2),
            (width / 2, -high / 2),
            (width / 2, high / 2 - tip),
            (0, high / 2),
            (-width / 2, high / 2 - tip),
        ],
        0.05,
        0.008,
    )
    long = gap * (count - 1) + width
    rails = box(long, 0.1, 0.06, 0.01).along(2, y=0.5 * high).move(0, -0.05, -0.05)
    posts = box(0.12, 1.05 * high, 0.1, 0.01).move(long / 2 - 0.1, 0, -0.08).both()
    return picket.along(count, x=gap).paint(colour) + (rails + posts).paint(shade(colour, 0.9))


FAMILIES = {
    "lamp": lamp,
    "clock": clock,
    "fence": fence,
}
