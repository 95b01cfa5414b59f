"""Furniture of bedrooms and nurseries."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth
from ...paint import (
    BLACK,
    GOLD,
    STEEL,
    WHITE,
    chance,
    muted,
    pastel,
    pick,
    shade,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from .comfort import MIRROR, cloth
from .storage import knob


def bunk_bed(rng: np.random.Generator) -> Shape:
    """Return two beds one above the other, or a high bed with a desk below; a ladder or slide."""
    colour, a, b = (
        pick(rng, [wood(rng), wood(rng), WHITE, vivid(rng), BLACK]),
        cloth(rng),
        pick(rng, [vivid(rng), pastel(rng)]),
    )
    half, long, high = rng.uniform(0.42, 0.5), rng.uniform(0.9, 1.05), rng.uniform(1.45, 1.8)
    thick = rng.uniform(0.05, 0.08)
    post = (
        (rod(0.6 * thick, high, around=10) if chance(rng, 0.3) else box(thick, high, thick))
        .paint(colour)
        .move(long, high / 2, half)
        .corners()
    )
    top = high - rng.uniform(0.35, 0.45)

    def bed(level: float) -> Shape:
        """Return a mattress with its frame, pillow and blanket."""
        frame = (
            box(2 * long, 0.16, 0.06).move(0, level, half).both("z")
            + box(0.06, 0.16, 2 * half).move(long, level).both()
            + box(2 * long, 0.05, 2 * half).move(0, level)
        )
        rest = box(0.4, 0.12, 1.3 * half, 0.05).paint(WHITE).move(-0.75 * long, level + 0.22) + box(
            1.3 * long, 0.17, 1.95 * half, 0.05
        ).paint(a if level > 0.5 else b).move(0.3 * long, level + 0.1)
        return frame.paint(colour) + box(1.95 * long, 0.15, 1.9 * half, 0.04).paint(WHITE).move(0, level + 0.09) + rest

    guard = (
        box(2 * long, 0.06, 0.05).move(0, top + 0.33, -half)
        + box(1.4 * long, 0.06, 0.05).move(-0.3 * long, top + 0.33, half)
        + box(0.05, 0.06, 2 * half).along(2, y=0.16).move(long, top + 0.25).both()
        + box(0.05, 0.3, 0.05).along(3, x=0.5 * long).move(-0.2 * long, top + 0.2, half)
    )
    shape = post + bed(top) + guard.paint(colour)
    if chance(rng, 0.7):
        shape += bed(0.3) + box(0.05, 0.06, 2 * half).along(3, y=0.14).paint(colour).move(long, 0.55).both()
    else:
        shape += (
            box(1.7 * long, 0.06, 1.2 * half).paint(colour).move(0, 0.62, -0.35 * half)
            + box(0.4, 0.3, 0.3).paint(b).move(0.6 * long, 0.47, -0.3 * half)
            + box(0.5, 0.35, 0.05).paint(BLACK).move(-0.2, 0.85, -0.6 * half)
            + box(0.1, 0.2, 0.1).paint(BLACK).move(-0.2, 0.68, -0.6 * half)
            + box(0.05, 0.62, 1.2 * half).paint(colour).move(0.8 * long, 0.31, -0.35 * half).both()
        )
    if chance(rng, 0.25):
        slide = tube(
            [(0, top + 0.05, half), (0, 0.6 * top, half + 0.45), (0, 0.12, half + 1.1), (0, 0.06, half + 1.35)],
            np.array([[0.24, 0.04]] * 4),
            8,
            along=12,
        ).paint(vivid(rng))
        return shape + slide.move(0.7 * long)
    ladder = rail((0.16, 0, 0.22), (0.16, top + 0.4, 0.02), 0.03, around=6).both() + join(
        rod(0.026, 0.32, around=6).turn("z", 90).move(0, y, 0.22 - 0.2 * y / (top + 0.4))
        for y in np.linspace(0.2, top, 5)
    )
    return shape + ladder.paint(pick(rng, [colour, b])).move(0.7 * long, 0, half + 0.03)


def _crib_mobile(base: float, half: float, high: float, long: float, shape: Shape, soft: Colour) -> Shape:
    """Return the crib with a mobile of toys."""
    arm = tube(
        [
            (-long, base + 0.3, -half),
            (-long, high + 0.5, -half),
            (-0.7 * long, high + 0.65, -0.5 * half),
            (-0.3 * long, high + 0.6, 0),
        ],
        0.028,
        along=14,
    ).paint(WHITE)
    toys = (
        (rod(0.016, 0.22, around=5).paint(WHITE).move(0, -0.1) + ball(0.06, detail=8).paint(soft).move(0, -0.22))
        .move(0.2)
        .around(4)
    )
    shape += arm + (
        toys + rail((-0.2, 0, 0), (0.2, 0, 0), 0.02).paint(WHITE) + rail((0, 0, -0.2), (0, 0, 0.2), 0.02).paint(WHITE)
    ).move(-0.3 * long, high + 0.6)
    return shape


def crib(rng: np.random.Generator) -> Shape:
    """Return a cot with bars, or a cradle on rockers, perhaps with a mobile of toys."""
    colour, cover, soft = (
        pick(rng, [wood(rng), WHITE, pastel(rng), muted(rng)]),
        pastel(rng),
        pick(rng, [pastel(rng), vivid(rng)]),
    )
    half, long, base, high = (
        rng.uniform(0.32, 0.4),
        rng.uniform(0.55, 0.7),
        rng.uniform(0.25, 0.4),
        rng.uniform(0.8, 1.0),
    )
    rock = chance(rng, 0.35)
    if rock:
        base, high = 0.22, rng.uniform(0.6, 0.7)
    count = int(rng.integers(6, 10))
    shape = rod(0.024, high - base, around=6).along(count, x=1.85 * long / count)
    shape += box(2 * long, 0.07, 0.07).along(2, y=high - base)
    shape = shape.move(0, (high + base) / 2, half).both("z").paint(colour)
    rise = rng.uniform(0.0, 0.3)
    top = smooth([(0.7 * half, high + 0.3 * rise), (0, high + rise), (-0.7 * half, high + 0.3 * rise)], 9)
    if chance(rng, 0.6):
        outline = [(-half, base), (half, base), (half, high), *top, (-half, high)]
        board = extrude(outline, 0.07, 0.015, plane="zy")
    else:
        board = rod(0.024, high - base, around=6).along(5, z=0.4 * half)
        board = (board + box(0.07, 0.07, 2 * half).along(2, y=high - base)).move(0, (high + base) / 2)
    shape += board.move(long).both().paint(pick(rng, [colour, shade(colour, 0.85)])) + box(
        2 * long, 0.14, 2 * half - 0.05, 0.04
    ).paint(WHITE).move(0, base + 0.1)
    shape += box(1.1 * long, 0.1, 2 * half - 0.1, 0.04).paint(cover).move(0.35 * long, base + 0.18) + box(
        0.3, 0.1, 0.45, 0.04
    ).paint(soft).move(-0.7 * long, base + 0.2)
    if rock:
        rocker = tube([(0, y + 0.72, z) for z, y in arc(0.72, 232, 308, 9)], 0.045, 8).paint(shade(colour, 0.8))
        shape += (
            rocker.move(0.85 * long).both()
            + box(0.06, base, 0.08).paint(colour).move(0.85 * long, base / 2 + 0.06, 0.7 * half).corners()
        )
    else:
        shape += (
            box(0.08, high + 0.04, 0.08).paint(colour).move(long, (high + 0.04) / 2, half).corners()
            + ball(0.055, detail=8).paint(soft).move(long, high + 0.06, half).corners()
        )
    if chance(rng, 0.4):
        shape = _crib_mobile(base, half, high, long, shape, soft)
    return shape


def _vanity_glass(kind: str, r: float, trim: Colour) -> Shape:
    """Return a round or threefold mirror for a dressing table."""
    glass_of = (
        rod(r, 0.06, around=26).turn("x", 90).paint(MIRROR) + torus(r, 0.04, 26, 6).turn("x", 90).paint(trim)
    ).scale(0.8 if kind == "oval" else 1, 1.2 if kind == "oval" else 1, 1)
    if kind == "three":
        glass_of += (
            (box(0.7 * r, 1.5 * r, 0.05, 0.02).paint(trim) + box(0.55 * r, 1.3 * r, 0.07).paint(MIRROR))
            .turn("y", -35)
            .move(1.25 * r, 0, 0.12)
            .both()
        )
    return glass_of


def vanity(rng: np.random.Generator) -> Shape:
    """Return a dressing table with mirror and drawers, sometimes lamps around it and a stool."""
    colour, trim = (
        pick(rng, [WHITE, pastel(rng), wood(rng), wood(rng), vivid(rng)]),
        pick(rng, [GOLD, STEEL, WHITE, (0.9, 0.6, 0.7)]),
    )
    half, deep, high = rng.uniform(0.45, 0.65), rng.uniform(0.2, 0.26), rng.uniform(0.68, 0.76)
    top = box(2 * half + 0.05, 0.05, 2 * deep + 0.05, 0.015).paint(colour).move(0, high)
    box_of = rng.uniform(0.16, 0.24)
    front = (
        (box(0.6 * half, 0.8 * box_of, 0.04, 0.01).paint(shade(colour, 0.92)) + knob(rng, 0.03))
        .along(3, x=0.65 * half)
        .move(0, high - box_of / 2 - 0.01, deep)
    )
    shape = top + box(2 * half, box_of, 2 * deep).paint(colour).move(0, high - box_of / 2) + front
    if chance(rng, 0.5):
        leg = tube(
            [(0, high - box_of, 0), (0.04, 0.6 * high, 0.04), (0.0, 0.25 * high, 0), (0.05, 0.02, 0.05)],
            [0.05, 0.045, 0.025, 0.035],
            8,
            along=10,
        )
        shape += leg.move(half - 0.08, 0, deep - 0.06).corners().paint(colour)
    else:
        shape += (
            (
                box(0.6 * half, high - 0.05, 1.9 * deep).paint(colour)
                + (box(0.52 * half, 0.26 * high, 0.04, 0.01).paint(shade(colour, 0.92)) + knob(rng, 0.03))
                .along(2, y=0.3 * high)
                .move(0, -0.14 * high, 0.97 * deep)
            )
            .move(0.68 * half, high / 2)
            .both()
        )
    kind, r = pick(rng, ["oval", "round", "square", "three"]), rng.uniform(0.26, 0.36)
    if kind == "square":
        glass_of = box(2.4 * r, 2 * r, 0.06, 0.02).paint(trim) + box(2.15 * r, 1.75 * r, 0.08).paint(MIRROR)
        bulbs = ball(0.045, detail=8).paint((1, 0.95, 0.75)).along(4, y=0.5 * r).move(1.13 * r, 0, 0.04).both() + ball(
            0.045, detail=8
        ).paint((1, 0.95, 0.75)).along(3, x=0.55 * r).move(0, 0.94 * r, 0.04)
        glass_of += bulbs if chance(rng, 0.6) else box(0.1, 0.1, 0.1).paint(trim).move(0, r)
    else:
        glass_of = _vanity_glass(kind, r, trim)
    shape += glass_of.move(0, high + 1.25 * r + 0.05, -0.7 * deep) + box(0.8 * r, 0.3 * r + 0.1, 0.06).paint(trim).move(
        0, high + 0.1 * r, -0.75 * deep
    )
    bottle = lathe([(0.04, 0), (0.05, 0.08), (0.02, 0.1), (0.02, 0.15), (0, 0.15)], 10)
    shape += (
        bottle.paint(vivid(rng)).move(0.7 * half, high + 0.02, 0.05)
        + bottle.scale(0.8).paint(pastel(rng)).move(0.5 * half, high + 0.02, 0.1)
        + box(0.16, 0.08, 0.12, 0.02).paint(vivid(rng)).move(-0.65 * half, high + 0.05)
    )
    if chance(rng, 0.6):
        shape += rod(0.2, 0.12, around=18, round_by=0.04).paint(vivid(rng)).move(0, 0.42, deep + 0.25) + rail(
            (0.15, 0, 0.15), (0.12, 0.4, 0.12), 0.025
        ).corners().paint(colour).move(0, 0, deep + 0.25)
    return shape


FAMILIES = {
    "bunk_bed": bunk_bed,
    "crib": crib,
    "vanity": vanity,
}
