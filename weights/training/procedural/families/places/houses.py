"""Houses and tower blocks."""

from __future__ import annotations

import numpy as np

from ...curves import arc
from ...paint import (
    BLACK,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    glass,
    grey,
    muted,
    near,
    pastel,
    pick,
    shade,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, lathe, loft, rail, rod
from ...shape import Colour, Shape


def wall_colour(rng: np.random.Generator) -> Colour:
    return pick(rng, [WHITE, muted(rng), pastel(rng), (0.72, 0.36, 0.26), (0.85, 0.78, 0.62), grey(rng, 0.5, 0.85)])


def roof_colour(rng: np.random.Generator) -> Colour:
    return near(
        rng, pick(rng, [(0.62, 0.22, 0.15), (0.35, 0.22, 0.18), (0.3, 0.33, 0.38), (0.2, 0.35, 0.5), (0.45, 0.5, 0.3)])
    )


def stone(rng: np.random.Generator) -> Colour:
    return near(rng, pick(rng, [(0.6, 0.58, 0.54), (0.72, 0.66, 0.54), (0.5, 0.48, 0.5)]), 0.04)


def window(rng: np.random.Generator, wide: float, high: float, frame: Colour, pane: Colour) -> Shape:
    """Return a window in the plane z = 0, crossed by bars, with a sill."""
    shape = box(1.18 * wide, 1.15 * high, 0.06).paint(frame) + box(wide, high, 0.09).paint(pane)
    shape += box(0.1 * wide, high, 0.1).paint(frame) + box(wide, 0.08 * high, 0.1).paint(frame)
    return shape + box(1.3 * wide, 0.08 * high, 0.14).paint(frame).move(0, -0.58 * high, 0.02)


def door(wide: float, high: float, colour: Colour, arched: bool) -> Shape:
    """Return a door that stands on y = 0 in the plane z = 0."""
    outline = [
        (-wide / 2, 0),
        (wide / 2, 0),
        *(arc(wide / 2, 0, 180, 9, (0, high - wide / 2)) if arched else [(wide / 2, high), (-wide / 2, high)]),
    ]
    return extrude(outline, 0.1).paint(colour) + ball(0.05 * high, detail=8).paint(STEEL).move(
        0.32 * wide, 0.48 * high, 0.06
    )


def gable(wide: float, high: float, deep: float, over: float, colour: Colour, wall: Colour) -> Shape:
    """Return a pitched roof over a box, its ridge along z, standing on y = 0."""
    slope = np.hypot(wide / 2, high)
    angle = np.degrees(np.arctan2(high, wide / 2))
    plate = (
        box(slope + over, 0.12, deep + 2 * over, 0.02)
        .move(-(slope + over) / 2, 0.05)
        .turn("z", angle)
        .mirrored()
        .move(0, high)
    )
    return extrude([(-wide / 2, 0), (wide / 2, 0), (0, high)], deep * 0.98).paint(wall) + plate.both().paint(colour)


def house_roof(
    rng: np.random.Generator,
    kind: str,
    turned: bool,
    wide: float,
    rise: float,
    deep: float,
    roof: Colour,
    wall: Colour,
    frame: Colour,
    pane: Colour,
) -> tuple[Shape, float]:
    """Return a gable, hip or flat roof on y = 0, and its height."""
    if kind == "gable":
        top = (
            gable(wide, rise, deep, 0.25, roof, wall)
            if not turned
            else gable(deep, rise, wide, 0.25, roof, wall).turn("y", 90)
        )
        if not turned and chance(rng, 0.6):
            top += window(rng, 0.4, 0.4, frame, pane).move(0, 0.4 * rise, deep / 2).both("z")
    elif kind == "hip":
        top = loft(
            np.array(
                [
                    [(x * s, y, z * t) for x, z in ((1, -1), (-1, -1), (-1, 1), (1, 1))]
                    for s, t, y in (
                        (wide / 2 + 0.25, deep / 2 + 0.25, 0),
                        (wide / 2 + 0.25, deep / 2 + 0.25, 0.1),
                        (0.25 * wide, 0.06 * deep, rise),
                    )
                ]
            )
        ).paint(roof)
    else:
        rise = 0.2
        top = box(wide + 0.3, 0.2, deep + 0.3, 0.03).paint(roof).move(0, 0.1)
    return top, rise


def house(rng: np.random.Generator) -> Shape:
    """One or two storeys under a gable or hip roof, with chimney, porch, garage."""
    wide, deep, storeys = rng.uniform(2.0, 3.2), rng.uniform(2.0, 3.2), int(rng.integers(1, 3))
    wall, roof, frame, pane = (
        wall_colour(rng),
        roof_colour(rng),
        pick(rng, [WHITE, WHITE, wood(rng), vivid(rng)]),
        glass(rng),
    )
    high = 1.25 * storeys
    shape = box(wide, high, deep).paint(wall).move(0, high / 2) + box(1.04 * wide, 0.16, 1.04 * deep).paint(
        stone(rng)
    ).move(0, 0.08)
    rise, turned = rng.uniform(0.8, 1.5), chance(rng, 0.5)
    kind = pick(rng, ["gable", "gable", "gable", "hip", "flat"])
    top, rise = house_roof(rng, kind, turned, wide, rise, deep, roof, wall, frame, pane)
    shape += top.move(0, high)
    if kind != "flat" and chance(rng, 0.6):
        shape += (
            (box(0.3, 1.0, 0.3) + box(0.38, 0.12, 0.38).move(0, 0.5))
            .paint((0.6, 0.3, 0.24))
            .move(0.28 * wide * pick(rng, [-1, 1]), high + 0.7 * rise, -0.2 * deep)
        )
    across = 2 if wide < 2.6 else 3
    columns = (np.arange(across) - (across - 1) / 2) * wide / across
    way = int(rng.integers(across))
    for storey in range(storeys):
        level = 1.25 * storey + 0.72
        for k, x in enumerate(columns):
            if storey == 0 and k == way:
                shape += door(0.48, 1.0, pick(rng, [vivid(rng), wood(rng)]), chance(rng, 0.25)).move(
                    x, 0.1, deep / 2 + 0.01
                ) + box(0.75, 0.12, 0.4).paint(stone(rng)).move(x, 0.06, deep / 2 + 0.2)
                if chance(rng, 0.4):
                    shape += box(0.9, 0.08, 0.6, 0.02).turn("x", 14).paint(roof).move(x, 1.3, deep / 2 + 0.25) + rod(
                        0.045, 1.2, around=8
                    ).paint(frame).move(0.38, 0.62, 0).both().move(x, 0, deep / 2 + 0.45)
            else:
                shape += window(rng, 0.45, 0.5, frame, pane).move(x, level, deep / 2)
            shape += window(rng, 0.42, 0.5, frame, pane).move(x, level, deep / 2).turn("y", 180)
        for z in (-0.25 * deep, 0.25 * deep):
            shape += window(rng, 0.42, 0.5, frame, pane).turn("y", 90).move(wide / 2, level, z).both()
    if chance(rng, 0.3):
        garage = (
            box(1.4, 1.15, 0.8 * deep).paint(wall).move(0, 0.57)
            + box(1.05, 0.85, 0.08).paint(stripes([frame, shade(frame, 0.85)], "y", 0.1)).move(0, 0.45, 0.4 * deep)
            + box(1.55, 0.12, 0.8 * deep + 0.2, 0.02).paint(roof).move(0, 1.18)
        )
        shape += garage.move((wide / 2 + 0.68) * pick(rng, [-1, 1]), 0, 0.05 * deep)
    return shape


def skyscraper(rng: np.random.Generator) -> Shape:
    """Return a tower block with rows of windows, set back at the top, sometimes an aerial."""
    wall, pane = wall_colour(rng), glass(rng)
    wide, deep, level = rng.uniform(0.9, 1.3), rng.uniform(0.8, 1.3), 0.0
    shape = box(1.25 * wide, 0.12, 1.25 * deep).paint(grey(rng, 0.4, 0.6)).move(0, 0.06)
    bands = chance(rng, 0.4)
    for _ in range(int(rng.integers(1, 4))):
        high = rng.uniform(1.0, 2.4)
        shape += box(wide, high, deep, 0.02).paint(wall).move(0, level + high / 2)
        rows, columns = max(3, int(high / 0.24)), 1 if bands else int(rng.integers(3, 6))
        step = high / rows
        pane_of = (
            box((0.9 if bands else 0.68) * wide / columns, 0.6 * step, 0.05)
            .along(columns, x=0.95 * wide / columns)
            .along(rows, y=step)
            .move(0, level + high / 2, deep / 2)
        )
        side = (
            box(0.05, 0.6 * step, (0.9 if bands else 0.68) * deep / columns)
            .along(columns, z=0.95 * deep / columns)
            .along(rows, y=step)
            .move(wide / 2, level + high / 2)
        )
        shape += (pane_of.both("z") + side.both()).paint(pane)
        level += high
        wide, deep = wide * rng.uniform(0.6, 0.85), deep * rng.uniform(0.6, 0.85)
    top = rng.random()
    if top < 0.4:
        shape += rail((0, level - 0.05, 0), (0, level + rng.uniform(0.5, 1.1), 0), 0.05, 0.025).paint(STEEL) + ball(
            0.06, detail=8
        ).paint(RED_LAMP).move(0, level + 0.5)
    elif top < 0.7:
        shape += (
            lathe([(0.6 * wide, 0), (0.35 * wide, 0.5), (0, 1.0)], 4)
            .turn("y", 45)
            .scale(1.15, 1, 1.15 * deep / wide)
            .paint(roof_colour(rng))
            .move(0, level)
        )
    else:
        shape += box(0.35 * wide, 0.2, 0.4 * deep).paint(grey(rng)).move(0.2 * wide, level + 0.1, 0) + rod(
            0.12, 0.25
        ).paint(STEEL).move(-0.25 * wide, level + 0.1)
    return shape + box(0.3, 0.32, 0.06).paint(BLACK).move(0, 0.25, shape.high[2] - 0.12)


FAMILIES = {
    "house": house,
    "skyscraper": skyscraper,
}
