"""Tables, desks, shelves and cabinets."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    STEEL,
    WHITE,
    chance,
    grey,
    metal,
    muted,
    pick,
    shade,
    vivid,
    wood,
)
from ...parts import ball, box, lathe, rail, rod, tube
from ...shape import Colour, Shape, join


def table(rng: np.random.Generator) -> Shape:
    """Rectangular, round or on a column; dining, coffee or side table."""
    top, leg = pick(rng, [wood(rng), wood(rng), WHITE, grey(rng), vivid(rng)]), pick(rng, [wood(rng), BLACK, STEEL])
    high, thick = pick(rng, [rng.uniform(0.68, 0.78), rng.uniform(0.36, 0.5)]), rng.uniform(0.035, 0.07)
    half, deep, leg = rng.uniform(0.4, 0.95), rng.uniform(0.35, 0.5), top if chance(rng, 0.6) else leg
    if chance(rng, 0.4):  # round
        r = rng.uniform(0.36, 0.62)
        shape = rod(r, thick, around=36, round_by=0.4 * thick).paint(top).move(0, high)
        if chance(rng, 0.6):
            turned = smooth([(0.11, 0.06), (0.05, 0.2), (0.07, 0.5), (0.04, 0.75), (0.09, 1.0)], 12) * [1, high]
            shape += lathe(turned, 16).paint(leg)
            foot = tube(
                [(0, 0.16 * high, 0.02), (0, 0.1 * high, 0.5 * r), (0, 0.03, 0.7 * r)], [0.045, 0.04, 0.03], along=7
            )
            return shape + (
                foot.around(int(rng.integers(3, 5)))
                if chance(rng, 0.6)
                else rod(0.55 * r, 0.04, around=28, round_by=0.015).move(0, 0.02)
            ).paint(leg)
        legs = rail((0, 0, 0.8 * r), (0, high, 0.6 * r), 0.022, 0.035, 12).around(int(rng.integers(3, 5)))
        return shape + legs.paint(leg)
    shape = box(2 * half, thick, 2 * deep, rng.uniform(0.1, 0.45) * thick).paint(top).move(0, high)
    kind = pick(rng, ["square", "square", "round", "trestle", "slab"])
    if kind == "slab":
        shape += box(0.06, high, 1.9 * deep, 0.01).paint(leg).move(half - 0.1, high / 2).both()
    elif kind == "trestle":
        side = rail((0, 0, 0.85 * deep), (0, high, -0.3 * deep), 0.035, around=4) + rail(
            (0, 0, -0.85 * deep), (0, high, 0.3 * deep), 0.035, around=4
        )
        shape += (side.move(half - 0.18).both() + box(2 * half - 0.3, 0.06, 0.05).move(0, 0.55 * high)).paint(leg)
    else:
        radius = rng.uniform(0.028, 0.05)
        if kind == "square":
            shape += (
                box(2 * radius, high, 2 * radius, 0.004)
                .paint(leg)
                .move(half - radius - 0.02, high / 2, deep - radius - 0.02)
                .corners()
            )
        else:
            shape += (
                rail((half - 0.08, 0, deep - 0.08), (half - 0.12, high, deep - 0.12), 0.6 * radius, radius, 12)
                .paint(leg)
                .corners()
            )
        if chance(rng, 0.6):
            shape += (
                box(2 * half - 0.14, 0.08, 0.035).paint(leg).move(0, high - 0.06, deep - 0.07).both("z")
                + box(0.035, 0.08, 2 * deep - 0.14).paint(leg).move(half - 0.07, high - 0.06).both()
            )
    if chance(rng, 0.2):
        shape += box(1.8 * half, 0.035, 1.7 * deep).paint(top).move(0, 0.25 * high)
    if chance(rng, 0.25):
        shape += (
            lathe([(0.05, 0), (0.09, 0.08), (0.04, 0.2), (0.06, 0.24), (0, 0.24)], 16)
            .paint(vivid(rng))
            .move(rng.uniform(-0.5, 0.5) * half, high + thick / 2)
        )
    return shape


def drawers(rng: np.random.Generator, width: float, height: float, rows: int, colour: Colour) -> Shape:
    """Fronts with knobs in the plane z = 0, standing on y = 0."""
    step, knob = height / rows, metal(rng)
    front = box(width * 0.92, step * 0.86, 0.04, 0.012).paint(colour)
    if chance(rng, 0.5):
        pull = ball(0.022, detail=8).move(0, 0, 0.035).paint(knob)
        pull = pull.move(0.22 * width).both() if width > 0.6 else pull
    else:
        pull = box(0.3 * width, 0.022, 0.03).paint(knob).move(0, 0, 0.035)
    return (front + pull).along(rows, y=step).move(0, height / 2)


def desk(rng: np.random.Generator) -> Shape:
    """Return a writing desk with drawers on one or both sides; sometimes a screen on it."""
    colour, half, deep, high = (
        pick(rng, [wood(rng), wood(rng), WHITE, grey(rng)]),
        rng.uniform(0.55, 0.8),
        rng.uniform(0.28, 0.38),
        rng.uniform(0.7, 0.77),
    )
    front = shade(colour, rng.uniform(0.8, 1.3))
    shape = box(2 * half, 0.05, 2 * deep, 0.015).paint(colour).move(0, high)
    width, rows = rng.uniform(0.36, 0.45), int(rng.integers(2, 5))
    foot = rng.uniform(0.0, 0.08)
    block = box(width, high - foot, 1.9 * deep, 0.01).paint(colour).move(0, (high + foot) / 2) + drawers(
        rng, width, high - foot - 0.06, rows, front
    ).move(0, foot + 0.02, 0.95 * deep)
    if foot:
        block += box(0.05, foot, 0.05).paint(BLACK).move(width / 2 - 0.04, foot / 2, 0.85 * deep).corners()
    shape += block.move(half - width / 2 - 0.02)
    if chance(rng, 0.45):
        shape += block.move(-(half - width / 2 - 0.02))
    elif chance(rng, 0.5):
        shape += box(0.05, high, 1.9 * deep).paint(colour).move(-half + 0.04, high / 2)
    else:
        shape += (
            box(0.055, high, 0.055)
            .paint(pick(rng, [colour, BLACK, STEEL]))
            .move(-half + 0.05, high / 2, 0.85 * deep)
            .both("z")
        )
    shape += box(2 * half - 0.1, 0.35 * high, 0.03).paint(colour).move(0, 0.78 * high, -0.8 * deep)
    if chance(rng, 0.35):
        shape += screen(rng, 0.5, 0.3).move(-0.1 * half, high + 0.02, -0.1) + box(0.4, 0.03, 0.14, 0.01).paint(
            grey(rng)
        ).move(-0.1 * half, high + 0.04, 0.14)
    elif chance(rng, 0.4):
        shape += box(2 * half, 0.3, 0.035).paint(colour).move(0, high + 0.17, -deep + 0.03) + box(
            2 * half, 0.03, 0.2
        ).paint(colour).move(0, high + 0.32, -deep + 0.1)
    return shape


def screen(rng: np.random.Generator, width: float, height: float) -> Shape:
    """Return a flat screen on a foot, standing on y = 0."""
    frame, picture = (
        pick(rng, [BLACK, grey(rng, 0.1, 0.3), STEEL]),
        pick(rng, [(0.1, 0.12, 0.16), vivid(rng), (0.2, 0.35, 0.5)]),
    )
    rise = 0.25 * height
    shape = box(width, height, 0.07 * width, 0.012).paint(frame).move(0, rise + height / 2) + box(
        0.94 * width, 0.9 * height, 0.02
    ).paint(picture).move(0, rise + height / 2 + 0.01 * height, 0.033 * width)
    return (
        shape
        + box(0.12 * width, rise + 0.3 * height, 0.05 * width)
        .paint(frame)
        .move(0, (rise + 0.3 * height) / 2, -0.03 * width)
        + box(0.42 * width, 0.03, 0.28 * width, 0.012).paint(frame).move(0, 0.015, -0.02 * width)
    )


def shelf(rng: np.random.Generator) -> Shape:
    """Return a bookcase, partly filled with books, boxes and vases."""
    colour, half, deep, high = (
        pick(rng, [wood(rng), wood(rng), WHITE, BLACK]),
        rng.uniform(0.3, 0.55),
        rng.uniform(0.13, 0.18),
        rng.uniform(0.8, 1.9),
    )
    rows, thick = max(2, round(high / 0.36)), rng.uniform(0.03, 0.045)
    step = (high - thick) / rows
    shape = box(thick, high, 2 * deep, 0.005).move(half, high / 2).both() + box(2 * half, thick, 2 * deep).along(
        rows + 1, y=step
    ).move(0, high / 2)
    shape = shape.paint(colour)
    if chance(rng, 0.7):
        shape += box(2 * half, high, 0.03).paint(shade(colour, 0.8)).move(0, high / 2, -deep + 0.015)
    items = []
    for k in range(rows):
        x, floor = -half + thick, k * step + thick
        while x < half - 0.12 and len(items) < 60:
            if chance(rng, 0.72):
                width, tall = rng.uniform(0.035, 0.07), rng.uniform(0.55, 0.85) * (step - thick)
                items.append(
                    box(width * 0.96, tall, 1.4 * deep).paint(vivid(rng)).move(x + width / 2, floor + tall / 2, 0.02)
                )
                x += width
            elif chance(rng, 0.3):
                items.append(
                    lathe([(0.04, 0), (0.06, 0.08), (0.025, 0.17), (0, 0.17)], 12)
                    .paint(vivid(rng))
                    .move(x + 0.07, floor)
                )
                x += 0.14
            else:
                x += rng.uniform(0.08, 0.4)
    return join([shape, *items])


def cabinet(rng: np.random.Generator) -> Shape:
    """Wardrobe, chest of drawers, sideboard or bedside cabinet."""
    kind = pick(rng, ["wardrobe", "drawers", "sideboard", "bedside"])
    width, high, deep = {
        "wardrobe": (1.1, 1.95, 0.58),
        "drawers": (0.85, 0.95, 0.45),
        "sideboard": (1.6, 0.75, 0.42),
        "bedside": (0.45, 0.55, 0.4),
    }[kind]
    width, high, deep = width * rng.uniform(0.8, 1.25), high * rng.uniform(0.85, 1.15), deep * rng.uniform(0.9, 1.1)
    colour, foot = pick(rng, [wood(rng), wood(rng), WHITE, muted(rng)]), rng.uniform(0.03, 0.16)
    front = pick(rng, [colour, shade(colour, 1.25), shade(colour, 0.8), WHITE])
    shape = box(width, high - foot, deep, 0.02).paint(colour).move(0, (high + foot) / 2)
    shape += (
        box(0.05, foot + 0.02, 0.05)
        .paint(pick(rng, [BLACK, shade(colour, 0.7)]))
        .move(width / 2 - 0.05, foot / 2, deep / 2 - 0.05)
        .corners()
    )
    if chance(rng, 0.6):
        shape += box(width + 0.06, 0.05, deep + 0.05, 0.015).paint(colour).move(0, high)
    inner, z = high - foot - 0.06, deep / 2
    if kind == "drawers" or (kind == "bedside" and chance(rng, 0.6)):
        rows = int(rng.integers(3, 6)) if kind == "drawers" else int(rng.integers(1, 4))
        return shape + drawers(rng, width, inner, rows, front).move(0, foot + 0.02, z)
    doors = {"wardrobe": int(rng.integers(2, 4)), "sideboard": int(rng.integers(2, 4)), "bedside": 1}[kind]
    lower = 0.28 * inner if kind == "wardrobe" and chance(rng, 0.4) else 0.0
    if lower:
        shape += drawers(rng, width, lower, 1, front).move(0, foot + 0.02, z)
    step, tall, knob = width / doors, inner - lower, metal(rng)
    for k in range(doors):
        x = (k - (doors - 1) / 2) * step
        door = box(0.94 * step, 0.95 * tall, 0.04, 0.012).paint(front)
        if chance(rng, 0.5):
            door += box(0.66 * step, 0.72 * tall, 0.03, 0.01).paint(shade(front, 0.85)).move(0, 0, 0.02)
        grip = rod(0.015, 0.14, around=8).paint(knob).move((0.38 if k < doors / 2 else -0.38) * step, 0, 0.045)
        shape += (door + grip).move(x, foot + 0.02 + lower + tall / 2, z)
    return shape


FAMILIES = {
    "table": table,
    "desk": desk,
    "shelf": shelf,
    "cabinet": cabinet,
}
