"""Shops and town blocks."""

from __future__ import annotations

import numpy as np

from ...paint import (
    LAMP,
    STEEL,
    WHITE,
    chance,
    dark,
    glass,
    grey,
    leaf,
    muted,
    pick,
    vivid,
    wood,
)
from ...parts import ball, box, lathe, rail, rod, torus
from ...shape import Colour, Shape, join
from ..places.houses import gable, roof_colour, wall_colour, window
from .village import awning


def roof_gear(rng: np.random.Generator, wide: float, deep: float) -> Shape:
    """Return things that stand on a flat roof at y = 0."""
    tone, parts = grey(rng, 0.5, 0.85), []
    for x, z in ((-0.28, -0.25), (0.25, -0.2), (-0.2, 0.22), (0.28, 0.25)):
        kind = pick(rng, ["unit", "unit", "tank", "mast", "hatch", "plants", "none"])
        if kind == "unit":
            part = box(0.34, 0.22, 0.28).paint(tone).move(0, 0.13) + rod(0.1, 0.06, around=12).paint(dark(rng)).move(
                0, 0.25
            )
        elif kind == "tank":
            part = rod(0.18, 0.34, around=14).paint(wood(rng)).move(0, 0.32) + lathe([(0.21, 0), (0, 0.14)], 14).paint(
                dark(rng)
            ).move(0, 0.49)
            part += box(0.05, 0.2, 0.05).move(0.11, 0.08, 0.11).corners().paint(STEEL)
        elif kind == "mast":
            part = rail((0, 0, 0), (0, 0.6, 0), 0.035).paint(STEEL) + box(0.3, 0.04, 0.04).along(2, y=0.12).move(
                0, 0.48
            ).paint(STEEL)
        elif kind == "hatch":
            part = (
                box(0.4, 0.34, 0.4).paint(muted(rng)).move(0, 0.16)
                + box(0.46, 0.05, 0.46).paint(tone).move(0, 0.34)
                + box(0.18, 0.26, 0.05).paint(dark(rng)).move(0, 0.13, 0.2)
            )
        elif kind == "plants":
            part = box(0.44, 0.12, 0.2).paint(wood(rng)).move(0, 0.06) + ball(0.1, 0.12, detail=6).along(
                3, x=0.14
            ).paint(leaf(rng)).move(0, 0.15)
        else:
            continue
        parts.append(part.move(x * wide, 0, z * deep))
    return join(parts) if parts else box(0.3, 0.2, 0.3).paint(tone).move(0, 0.1)


def parapet(wide: float, deep: float, high: float, colour: Colour) -> Shape:
    """Return a low wall around a flat roof at y = 0."""
    return (
        box(wide, high, 0.08).move(0, high / 2, deep / 2 - 0.04).both("z")
        + box(0.08, high, deep).move(wide / 2 - 0.04, high / 2).both()
    ).paint(colour)


def shop_front(rng: np.random.Generator, wide: float, high: float, frame: Colour) -> Shape:
    """Return a door and show window on y = 0 in the plane z = 0, with sign and awning."""
    pane, side = glass(rng), pick(rng, [-1, 1])
    show = 0.52 * wide
    shape = box(show + 0.1, 0.6 * high, 0.08).paint(frame).move(-side * 0.2 * wide, 0.46 * high) + box(
        show, 0.5 * high, 0.11
    ).paint(pane).move(-side * 0.2 * wide, 0.46 * high)
    shape += box(0.05, 0.5 * high, 0.13).paint(frame).move(-side * 0.2 * wide, 0.46 * high)
    entry = (
        box(0.26 * wide, 0.72 * high, 0.08).paint(frame)
        + box(0.19 * wide, 0.4 * high, 0.11).paint(pane).move(0, 0.12 * high)
        + ball(0.035, detail=6).paint(STEEL).move(0.1 * wide, -0.1 * high, 0.06)
    )
    shape += entry.move(side * 0.32 * wide, 0.37 * high)
    colours = [vivid(rng), pick(rng, [WHITE, vivid(rng)])]
    if chance(rng, 0.75):
        shape += awning(0.96 * wide, rng.uniform(0.3, 0.5), 0.2, colours, int(rng.integers(5, 10))).move(0, 0.93 * high)
    board = box(0.8 * wide, 0.22, 0.1).paint(pick(rng, [colours[0], dark(rng), WHITE]))
    count = int(rng.integers(3, 7))
    board += box(0.07, 0.12, 0.14).along(count, x=0.55 * wide / count).paint(pick(rng, [LAMP, WHITE, vivid(rng)]))
    return shape + board.move(0, 1.08 * high)


def shop(rng: np.random.Generator) -> Shape:
    """Return a small shop with show window, awning, sign, and now and then a big emblem on the roof."""
    wall, trim = wall_colour(rng), pick(rng, [WHITE, wood(rng), vivid(rng), dark(rng)])
    wide, deep, high = rng.uniform(1.3, 2.2), rng.uniform(1.1, 1.9), rng.uniform(0.9, 1.15)
    upper = pick(rng, [0.3, 0.3, 0.9])
    shape = box(wide, high + upper, deep).paint(wall).move(0, (high + upper) / 2) + box(
        wide + 0.3, 0.08, deep + 0.5
    ).paint(grey(rng, 0.4, 0.75)).move(0, 0.0, 0.05)
    shape += shop_front(rng, wide, high, trim).move(0, 0.04, deep / 2)
    shape += (
        window(rng, 0.3, 0.35, trim, glass(rng)).along(2, x=0.42 * deep).turn("y", 90).move(wide / 2, 0.6 * high).both()
    )
    top = high + upper
    if upper > 0.5:
        shape += (
            window(rng, 0.28, 0.36, trim, glass(rng))
            .along(int(rng.integers(2, 4)), x=0.3 * wide)
            .move(0, high + 0.55, deep / 2)
        )
    if chance(rng, 0.35):
        return shape + gable(deep, rng.uniform(0.4, 0.7), wide, 0.12, roof_colour(rng), wall).turn("y", 90).move(0, top)
    shape += parapet(wide + 0.06, deep + 0.06, 0.2, trim).move(0, top - 0.04)
    emblem = pick(rng, ["none", "donut", "burger", "ice", "cup", "gear", "gear"])
    at = top + 0.1
    if emblem == "donut":
        ring = torus(0.3, 0.14, 24, 10).turn("x", 90)
        return (
            shape
            + ring.paint((0.8, 0.55, 0.3)).move(0, at + 0.36)
            + torus(0.3, 0.12, 24, 10)
            .turn("x", 90)
            .paint(pick(rng, [(0.95, 0.5, 0.7), (0.35, 0.2, 0.12)]))
            .move(0, at + 0.36, 0.05)
        )
    if emblem == "burger":
        bun = ball(0.38, 0.26, detail=14).paint((0.85, 0.55, 0.25))
        return (
            shape
            + bun.move(0, at + 0.38)
            + rod(0.4, 0.1, around=16).paint((0.35, 0.18, 0.1)).move(0, at + 0.28)
            + rod(0.42, 0.05, around=10).paint((0.4, 0.7, 0.2)).move(0, at + 0.36)
            + rod(0.37, 0.22, around=16).paint((0.85, 0.55, 0.25)).move(0, at + 0.12)
        )
    if emblem == "ice":
        return (
            shape
            + lathe([(0.05, 0), (0.24, 0.5), (0, 0.5)], 12).paint((0.85, 0.6, 0.3)).move(0, at - 0.05)
            + ball(0.27, detail=12).paint(vivid(rng)).move(0, at + 0.52)
            + ball(0.2, detail=12).paint(WHITE).move(0, at + 0.76)
        )
    if emblem == "cup":
        return (
            shape
            + lathe([(0.2, 0), (0.28, 0.55), (0, 0.55)], 16).paint(WHITE).move(0, at - 0.02)
            + rod(0.27, 0.2, around=16).paint(vivid(rng)).move(0, at + 0.26)
            + rod(0.3, 0.08, around=16).paint(dark(rng)).move(0, at + 0.56)
        )
    return shape + roof_gear(rng, wide, deep).move(0, top)


def balconies(
    rng: np.random.Generator,
    shape: Shape,
    columns: list[int],
    trim: Colour,
    storeys: int,
    across: int,
    deep: float,
    ground: float,
    floor: float,
    rail_tone: Colour,
    cloth: list[Colour],
) -> Shape:
    """Return the block with balconies and awnings in some columns."""
    for k in columns:
        x = 0.6 * (k - (across - 1) / 2)
        for storey in range(storeys):
            y = ground + floor * storey + 0.06
            if chance(rng, 0.75):
                part = (
                    box(0.52, 0.06, 0.28).paint(trim)
                    + box(0.52, 0.05, 0.05).paint(rail_tone).move(0, 0.22, 0.115)
                    + box(0.05, 0.2, 0.05).along(4, x=0.155).paint(rail_tone).move(0, 0.12, 0.115)
                )
                shape += part.move(x, y, deep / 2 + 0.14)
            elif chance(rng, 0.5):
                shape += awning(0.42, 0.24, 0.14, cloth, 4).move(x, y + 0.53, deep / 2)
    return shape


def town_window(style: str, trim: Colour, pane: Colour) -> Shape:
    """Return a window of a style (plain, sill, arched) in the plane z = 0, centred on the origin."""
    shape = box(0.34, 0.44, 0.06).paint(trim) + box(0.26, 0.36, 0.09).paint(pane) + box(0.26, 0.035, 0.1).paint(trim)
    if style == "sill":
        shape += box(0.42, 0.06, 0.14).paint(trim).move(0, -0.24, 0.02) + box(0.4, 0.05, 0.1).paint(trim).move(0, 0.25)
    elif style == "arched":
        shape += rod(0.17, 0.06, around=12).turn("x", 90).paint(trim).move(0, 0.21)
    return shape


def apartment_block(rng: np.random.Generator) -> Shape:
    """Return a town block: shop below, windows, balconies, ledges and roof gear, perhaps a corner turret."""
    wall, trim, pane = wall_colour(rng), pick(rng, [WHITE, wood(rng), dark(rng), grey(rng, 0.6, 0.9)]), glass(rng)
    storeys, across, sides = int(rng.integers(2, 6)), int(rng.integers(2, 5)), int(rng.integers(2, 4))
    wide, deep, ground = 0.62 * across, 0.62 * sides, 0.95
    floor, base = rng.uniform(0.62, 0.75), pick(rng, [wall, muted(rng), dark(rng), vivid(rng)])
    high = ground + floor * storeys
    shape = box(wide, ground, deep).paint(base).move(0, ground / 2) + box(wide, high - ground, deep).paint(wall).move(
        0, (high + ground) / 2
    )
    shape += box(wide + 0.1, 0.08, deep + 0.1).paint(trim).move(0, ground) + box(wide + 0.5, 0.1, deep + 0.5).paint(
        grey(rng, 0.45, 0.7)
    ).move(0, 0)
    shape += (
        shop_front(rng, 0.92 * wide, 0.8, trim).move(0, 0.05, deep / 2)
        if wide < 1.6
        else shop_front(rng, 0.47 * wide, 0.8, trim).move(0.25 * wide, 0.05, deep / 2).both()
    )
    pane_of = town_window(pick(rng, ["plain", "sill", "arched"]), trim, pane)
    rows = pane_of.along(storeys, y=floor).move(0, (high + ground) / 2)
    shape += (
        rows.along(across, x=0.6).move(0, 0, deep / 2).both("z")
        + rows.along(sides, x=0.6).turn("y", 90).move(wide / 2).both()
    )
    rail_tone, cloth = pick(rng, [dark(rng), trim, vivid(rng)]), [vivid(rng), WHITE]
    columns = [k for k in range(across) if chance(rng, 0.35)]
    shape = balconies(rng, shape, columns, trim, storeys, across, deep, ground, floor, rail_tone, cloth)
    cover = pick(rng, ["flat", "flat", "mansard", "gable"])
    if cover == "flat":
        return (
            shape
            + parapet(wide + 0.08, deep + 0.08, 0.18, pick(rng, [trim, wall])).move(0, high - 0.03)
            + roof_gear(rng, wide, deep).move(0, high)
        )
    roof = roof_colour(rng)
    if cover == "gable":
        return shape + gable(deep, rng.uniform(0.4, 0.8), wide, 0.1, roof, wall).turn("y", 90).move(0, high)
    top = (
        lathe([(0.53, 0), (0.46, 0.42), (0, 0.44)], 4)
        .turn("y", 45)
        .scale(1.414 * wide, 1, 1.414 * deep)
        .paint(roof)
        .move(0, high)
    )
    dormer = (
        box(0.28, 0.3, 0.2).paint(wall)
        + box(0.2, 0.22, 0.22).paint(pane)
        + box(0.34, 0.06, 0.26).paint(trim).move(0, 0.17)
    )
    return (
        shape
        + top
        + dormer.along(across, x=0.55).move(0, high + 0.2, 0.46 * deep).both("z")
        + box(wide + 0.14, 0.08, deep + 0.14).paint(trim).move(0, high)
    )


FAMILIES = {
    "shop": shop,
    "apartment_block": apartment_block,
}
