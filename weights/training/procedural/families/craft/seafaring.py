"""Old and new craft of rivers and seas, and buoys."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    LAMP,
    RED_LAMP,
    RUBBER,
    STEEL,
    WHITE,
    chance,
    glass,
    near,
    pick,
    shade,
    split_at,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, rail, rod, torus, tube
from ...shape import Colour, Pattern, Shape
from .ships import boat_hull


def square_sail(wide: float, tall: float, bulge: float, cover: Colour | Pattern) -> Shape:
    """Return a sail in the XY plane that swells towards +Z, with its yard on top."""
    t = np.linspace(-0.5, 0.5, 8)
    path = np.stack([0 * t, tall * t, bulge * np.cos(np.pi * t)], 1)
    cloth = tube(path, np.stack([wide / 2 * (1 - 0.12 * (t + 0.5)), 0 * t + 0.035], 1), 14)
    cloth = (cloth.finer() if callable(cover) else cloth).paint(cover)
    return cloth + rod(0.04, 1.05 * wide, around=8).turn("z", 90).paint((0.4, 0.26, 0.14)).move(0, tall / 2)


def viking_ship(rng: np.random.Generator) -> Shape:
    """Return a longship: raised stems with a dragon head, shields, oars and a striped sail."""
    timber, a, b = wood(rng), vivid(rng), pick(rng, [WHITE, vivid(rng), (0.93, 0.88, 0.75)])
    long, half, deep = rng.uniform(1.8, 2.3), rng.uniform(0.4, 0.52), rng.uniform(0.35, 0.45)
    z = np.linspace(-1, 1, 13)
    wide, rise = half * (1 - np.abs(z) ** 2.4) + 0.05, 0.5 * deep * np.abs(z) ** 3
    rows = np.stack([long * z, wide, rise - deep * (1 - 0.6 * np.abs(z) ** 3), rise + 0.05, 0 * z + 2.2], 1)
    shape = hull(rows, 18).finer().paint(stripes([timber, shade(timber, 0.8)], "y", 0.1, 5))
    shape += box(1.5 * half, 0.06, 1.4 * long).paint(shade(timber, 0.65)).move(0, 0.04)
    rim = tube(np.stack([wide + 0.02, rise + 0.06, long * z], 1), 0.05, 6).paint(shade(timber, 0.7))
    shape += rim.both()
    top = rng.uniform(0.8, 1.1)
    stem = [(0, 0.1, 0.96 * long), (0, 0.5, 1.12 * long), (0, top, 1.1 * long)]
    shape += tube(stem, [0.11, 0.1, 0.08], 8, along=9).paint(timber) + tube(
        [(x, y, -q) for x, y, q in stem], [0.11, 0.09, 0.05], 8, along=9
    ).paint(timber)
    head = hull(
        [(-0.12, 0.09, -0.1, 0.12, 2.5), (0.1, 0.1, -0.06, 0.1, 2.5), (0.34, 0.06, -0.08, 0.03, 2.5)], 12
    ).paint(pick(rng, [timber, a]))
    head += (
        extrude([(0, 0), (0.06, 0.2), (0.12, 0)], 0.06, plane="zy")
        .move(0.05, 0.08, -0.15)
        .both()
        .paint(shade(timber, 0.7))
        + ball(0.035, detail=6).paint(WHITE).move(0.08, 0.06, 0.1).both()
    )
    shape += head.move(0, top + 0.04, 1.1 * long) + torus(0.12, 0.06, 12, 6).turn("z", 90).paint(timber).move(
        0, top + 0.08, -1.04 * long
    )
    count = int(rng.integers(4, 8))
    for k in range(count):
        place = long * 1.3 * ((k + 0.5) / count - 0.5)
        x = float(np.interp(place, long * z, wide))
        shield = rod(0.17, 0.06, around=14).paint([a, b, near(rng, a, 0.1)][k % 3]) + ball(
            0.06, 0.05, 0.06, detail=6
        ).paint(STEEL).move(0, 0.04)
        shape += shield.turn("z", -90).move(x + 0.05, 0.08, place).both()
        if chance(rng, 0.5):
            shape += (
                (
                    rail((x, 0, place + 0.15), (x + 0.75, -0.5, place), 0.035, around=6)
                    + box(0.24, 0.05, 0.12).turn("z", -34).move(x + 0.75, -0.5, place)
                )
                .paint(shade(timber, 1.2))
                .both()
            )
    high = rng.uniform(1.7, 2.1)
    shape += rail((0, 0, 0), (0, high + 0.15, 0), 0.05, 0.04).paint(timber)
    cover = pick(rng, [stripes([a, b], "x", 0.22, 22 * 0.22), stripes([a, b], "y", 0.25, 5), b, a])
    sail = square_sail(rng.uniform(1.3, 1.8), 0.6 * high, rng.uniform(0.15, 0.4), cover)
    return shape + sail.turn("y", rng.uniform(-20, 20)).move(0, 0.65 * high, 0.05)


def pirate_ship(rng: np.random.Generator) -> Shape:
    """Return a galleon: high stern castle, gun ports, masts, dark or pale sails and a flag."""
    timber, trim = wood(rng), pick(rng, [(0.85, 0.65, 0.2), vivid(rng), WHITE])
    sail = pick(rng, [BLACK, WHITE, (0.9, 0.84, 0.7), (0.6, 0.1, 0.1)])
    long, half, deep = rng.uniform(1.6, 2.1), rng.uniform(0.42, 0.55), rng.uniform(0.5, 0.65)
    rows = [
        (-long, 0.8 * half, -0.2, 0.6, 3),
        (-0.8 * long, half, -deep, 0.45, 3),
        (0, half, -deep, 0.2, 3),
        (0.6 * long, 0.8 * half, -0.9 * deep, 0.3, 2.6),
    ]
    shape = (
        hull([*rows, (long, 0.08, -0.1, 0.5, 2)], 18, 14)
        .finer()
        .paint(stripes([timber, timber, shade(timber, 0.7)], "y", 0.12, 5))
    )
    shape += box(1.7 * half, 0.06, 1.3 * long).paint(shade(timber, 1.25)).move(0, 0.24, 0)
    back = rng.uniform(0.5, 0.8)
    shape += box(1.75 * half, back, 0.5 * long, 0.03).paint(shade(timber, 0.85)).move(
        0, 0.3 + back / 2, -0.72 * long
    ) + box(1.85 * half, 0.08, 0.55 * long).paint(trim).move(0, 0.3 + back, -0.72 * long)
    shape += box(0.26, 0.24, 0.06, 0.01).along(3, x=0.5 * half).paint((0.95, 0.8, 0.35)).move(
        0, 0.6, -0.98 * long
    ) + box(1.2 * half, 0.3, 0.35 * long, 0.03).paint(timber).move(0, 0.35, 0.6 * long)
    port = box(0.1, 0.14, 0.16).paint(BLACK) + rod(0.05, 0.3, around=8).turn("z", 90).paint((0.25, 0.25, 0.27)).move(
        0.08
    )
    shape += port.along(int(rng.integers(3, 6)), z=0.24 * long).move(half - 0.02, -0.1, -0.15 * long).both()
    rim = tube(
        [(0.95 * half, 0.5, -0.5 * long), (half, 0.28, 0), (0.8 * half, 0.36, 0.6 * long), (0.06, 0.58, 1.02 * long)],
        0.05,
        6,
        along=10,
    )
    shape += rim.both().paint(trim) + rail((0, 0.4, 0.85 * long), (0, 0.85, 1.45 * long), 0.05, 0.035).paint(
        shade(timber, 0.7)
    )
    masts = [(0.45 * long, 0.85), (-0.1 * long, 1.0)] + ([(-0.7 * long, 0.8)] if chance(rng, 0.6) else [])
    top = rng.uniform(1.9, 2.4)
    for z, share in masts:
        high = top * share
        shape += rail((0, 0, z), (0, high, z), 0.055, 0.035).paint(shade(timber, 0.7)) + rod(
            0.13, 0.12, 0.17, 10
        ).paint(timber).move(0, 0.86 * high, z)
        shape += square_sail(1.5 * share, 0.42 * high, 0.22, sail).move(0, 0.45 * high + 0.1, z + 0.06) + square_sail(
            1.0 * share, 0.24 * high, 0.14, sail
        ).move(0, 0.83 * high, z + 0.06)
    flag = box(0.06, 0.28, 0.45).paint(pick(rng, [BLACK, vivid(rng)])) + ball(0.05, 0.08, 0.08, detail=8).paint(WHITE)
    return (
        shape
        + flag.move(0, top + 0.1, -0.1 * long - 0.25)
        + rail((0, top - 0.1, -0.1 * long), (0, top + 0.28, -0.1 * long), 0.03).paint(timber)
        + ball(0.1, 0.14, 0.1, detail=8).paint(LAMP).move(0, 0.5 + back, -1.0 * long)
    )


def cruise_ship(rng: np.random.Generator) -> Shape:
    """Return a liner with rows of windows on white decks, lifeboats and funnels."""
    body, trim, pane = pick(rng, [WHITE, (0.1, 0.14, 0.3), vivid(rng), BLACK]), vivid(rng), glass(rng)
    long, half, deep = rng.uniform(6, 8), rng.uniform(0.75, 0.95), rng.uniform(0.6, 0.8)
    shape = (
        boat_hull(long, half, deep, 0.85)
        .finer()
        .paint(split_at(pick(rng, [trim, (0.6, 0.12, 0.1)]), body, "y", -0.65 * deep))
    )
    shape += box(1.8 * half, 0.08, 0.72 * long).paint(wood(rng)).move(0, 0.05, -0.1 * long)
    level, size, middle = 0.05, 0.72 * long, -0.08 * long
    width = 1.75 * half
    for k in range(int(rng.integers(3, 6))):
        shape += box(width, 0.36, size, 0.06).paint(WHITE).move(0, level + 0.18, middle)
        count = int(size / 0.5)
        shape += box(width + 0.06, 0.15, 0.28 if chance(rng, 0.6) else 0.5).along(count, z=0.94 * size / count).paint(
            pane
        ).move(0, level + 0.2, middle) + box(0.8 * width, 0.16, 0.06).paint(pane).move(
            0, level + 0.22, middle + size / 2
        )
        level += 0.36
        size *= rng.uniform(0.8, 0.93)
        middle -= 0.03 * long * (k % 2)
    boat = hull(
        [(-0.3, 0.05, -0.02, 0.08), (-0.1, 0.12, -0.1, 0.1), (0.1, 0.12, -0.1, 0.1), (0.3, 0.05, -0.02, 0.08)], 10
    ).paint(pick(rng, [(0.95, 0.5, 0.1), WHITE]))
    shape += boat.along(int(rng.integers(3, 6)), z=0.09 * long).move(width / 2 + 0.08, 0.62, -0.08 * long).both()
    for k in range(int(rng.integers(1, 4))):
        funnel = (
            hull([(0, 0.24, -0.36, 0.3), (0.75, 0.2, -0.36, 0.22)], 14, axis="y")
            .finer()
            .finer()
            .paint(stripes([trim, trim, WHITE if chance(rng, 0.5) else trim, BLACK], "y", 0.2))
        )
        shape += funnel.turn("x", -10).move(0, level - 0.05, middle - 0.9 * k)
    shape += box(0.9 * width, 0.3, 0.4, 0.05).paint(pane).move(0, level + 0.1, middle + 0.42 * size) + rail(
        (0, level, middle + 0.3 * size), (0, level + 0.9, middle + 0.3 * size), 0.05
    ).paint(WHITE)
    return (
        shape
        + box(0.6, 0.06, 0.06).paint(WHITE).move(0, level + 0.6, middle + 0.3 * size)
        + rod(0.06, 0.5).paint(WHITE).move(0, 0.4, 0.42 * long)
    )


def tugboat(rng: np.random.Generator) -> Shape:
    """Return a stubby tug: fenders of tyres, a tall wheelhouse and a striped funnel."""
    body, trim, pane = vivid(rng), pick(rng, [WHITE, vivid(rng), (0.95, 0.85, 0.6)]), glass(rng)
    long, half, deep = rng.uniform(2.4, 3.0), rng.uniform(0.55, 0.7), rng.uniform(0.5, 0.65)
    shape = (
        boat_hull(long, half, deep, 0.85)
        .finer()
        .paint(split_at(pick(rng, [(0.6, 0.12, 0.1), BLACK, body]), body, "y", -0.5 * deep))
    )
    shape += boat_hull(1.04 * long, 1.08 * half, 0.22 * deep, 0.85).paint(pick(rng, [BLACK, trim])).move(
        0, 0.06
    ) + boat_hull(0.92 * long, 0.92 * half, 0.1).paint(wood(rng)).move(0, 0.1)
    house = rng.uniform(0.45, 0.6)
    shape += box(1.15 * half, house, 0.42 * long, 0.06).paint(trim).move(0, house / 2 + 0.05, -0.02 * long)
    port = torus(0.09, 0.03, 12, 6).paint(STEEL) + rod(0.09, 0.05, around=12).paint(pane)
    shape += port.turn("z", 90).along(3, z=0.12 * long).move(0.58 * half, 0.6 * house, -0.02 * long).both()
    tall = rng.uniform(0.5, 0.7)
    shape += box(0.95 * half, tall, 0.2 * long, 0.05).paint(pick(rng, [trim, body])).move(
        0, house + tall / 2, 0.07 * long
    ) + box(1.0 * half, 0.4 * tall, 0.16 * long).paint(pane).move(0, house + 0.62 * tall, 0.07 * long)
    shape += box(0.8 * half, 0.4 * tall, 0.21 * long).paint(pane).move(0, house + 0.62 * tall, 0.07 * long) + box(
        1.15 * half, 0.1, 0.26 * long, 0.03
    ).paint(body).move(0, house + tall, 0.07 * long)
    funnel = (
        rod(0.2, 0.9, 0.18, 16)
        .finer()
        .finer()
        .paint(stripes([body, body, WHITE, BLACK], "y", 0.225, 4.5 * 0.225 - 0.45 + 0.9))
    )
    shape += (
        funnel.move(0, house + 0.42, -0.13 * long)
        + rod(0.05, 0.7).paint(STEEL).move(0, house + tall + 0.35, 0.05 * long)
        + ball(0.09, detail=8).paint(pick(rng, [LAMP, RED_LAMP])).move(0, house + tall + 0.7, 0.05 * long)
    )
    tyre = torus(0.14, 0.06, 14, 6).turn("z", 90).paint(RUBBER)
    shape += tyre.along(int(rng.integers(3, 5)), z=0.22 * long).move(1.02 * half, -0.06, -0.16 * long).both() + torus(
        0.16, 0.07, 14, 6
    ).turn("x", 90).paint(RUBBER).move(0, 0.1, 0.52 * long)
    shape += (
        rod(0.08, 0.3).along(2, x=0.3).paint(BLACK).move(0, 0.2, -0.36 * long)
        + torus(0.14, 0.04, 14, 6)
        .turn("z", 90)
        .paint((0.95, 0.45, 0.1))
        .move(0.6 * half, 0.75 * house, 0.17 * long)
        .both()
    )
    return shape


FAMILIES = {
    "viking_ship": viking_ship,
    "pirate_ship": pirate_ship,
    "cruise_ship": cruise_ship,
    "tugboat": tugboat,
}
