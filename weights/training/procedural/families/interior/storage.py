"""Wardrobes, dressers, bookcases, racks and other furniture to keep things in."""

from __future__ import annotations

import numpy as np

from ...paint import BLACK, STEEL, WHITE, chance, glass, grey, metal, muted, pastel, pick, shade, vivid, wood
from ...parts import ball, box, extrude, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from ..home.furniture import drawers


def finish(rng: np.random.Generator) -> Colour:
    """Return the colour of a piece of furniture."""
    return pick(rng, [wood(rng), wood(rng), wood(rng), WHITE, pastel(rng), muted(rng), grey(rng, 0.15, 0.8)])


def feet(rng: np.random.Generator, half: float, deep: float, high: float, colour: Colour) -> Shape:
    """Return four feet under a case: turned, tapered, square, or a plinth."""
    kind = pick(rng, ["ball", "taper", "square", "plinth"])
    if kind == "plinth":
        return box(1.9 * half, high, 1.8 * deep).paint(shade(colour, 0.7)).move(0, high / 2)
    if kind == "ball":
        foot = ball(0.05, high / 2 + 0.01, 0.05, detail=10).move(0, high / 2)
    elif kind == "taper":
        foot = rod(0.022, high, 0.04, 10).move(0, high / 2)
    else:
        foot = box(0.07, high, 0.07).move(0, high / 2)
    return foot.paint(shade(colour, 0.8)).move(half - 0.07, 0, deep - 0.07).corners()


def knob(rng: np.random.Generator, tall: float = 0.15) -> Shape:
    """Return a knob or bar handle at the origin, standing out towards +Z."""
    colour = metal(rng)
    if chance(rng, 0.5):
        return ball(0.025, detail=8).paint(colour).move(0, 0, 0.02)
    return box(0.025, tall, 0.035, 0.01).paint(colour).move(0, 0, 0.015)


def book_row(rng: np.random.Generator, width: float, tall: float, deep: float) -> Shape:
    """Return books side by side, standing on y = 0, centred on x = 0."""
    x, books = -width / 2, []
    while x < width / 2 - 0.05:
        thick = rng.uniform(0.035, 0.08)
        high = tall * rng.uniform(0.6, 0.95)
        if chance(rng, 0.12):
            x += thick
            continue
        colour = pick(rng, [vivid(rng), muted(rng), (0.45, 0.2, 0.15)])
        books.append(box(0.9 * thick, high, deep * rng.uniform(0.75, 0.95)).paint(colour).move(x + thick / 2, high / 2))
        x += thick
    return join(books) if books else box(0.1, 0.5 * tall, deep).move(0, 0.25 * tall)


def trinket(rng: np.random.Generator) -> Shape:
    """Return a vase, a plant, a box or a small stack of books, standing on y = 0."""
    kind = pick(rng, ["vase", "plant", "box", "books"])
    if kind == "vase":
        return lathe([(0.04, 0), (0.08, 0.08), (0.03, 0.17), (0.05, 0.2), (0, 0.2)], 12).paint(vivid(rng))
    if kind == "plant":
        pot = rod(0.05, 0.1, 0.07, 10).paint(pick(rng, [WHITE, (0.7, 0.4, 0.25)])).move(0, 0.05)
        return pot + ball(0.1, 0.12, 0.1, detail=8).paint((0.25, 0.5, 0.2)).move(0, 0.2)
    if kind == "box":
        return box(0.16, 0.12, 0.14, 0.02).paint(vivid(rng)).move(0, 0.06)
    return join(
        box(0.2, 0.04, 0.15).turn("y", rng.uniform(-20, 20)).paint(vivid(rng)).move(0, 0.02 + 0.04 * k)
        for k in range(3)
    )


def wardrobe(rng: np.random.Generator) -> Shape:
    """Return a wardrobe with two or three doors, drawers below, a mirror or an open side."""
    colour = finish(rng)
    front = pick(rng, [colour, shade(colour, 1.2), shade(colour, 0.8), WHITE])
    half, high, deep, foot = (
        rng.uniform(0.45, 0.85),
        rng.uniform(1.6, 2.1),
        rng.uniform(0.25, 0.32),
        rng.uniform(0.04, 0.14),
    )
    shape = box(2 * half, high, 2 * deep, rng.uniform(0, 0.03)).paint(colour).move(0, foot + high / 2) + feet(
        rng, half, deep, foot + 0.01, colour
    )
    low = rng.uniform(0.25, 0.4) if chance(rng, 0.5) else 0.03
    if low > 0.1:
        shape += drawers(rng, 2 * half, low, int(rng.integers(1, 3)), front).move(0, foot, deep)
    count = int(rng.integers(2, 3 + (half > 0.6)))
    wide, tall = 1.94 * half / count, high - low - 0.06
    style = pick(rng, ["flat", "panels", "mirror", "slats", "oval"])
    for k in range(count):
        door = box(0.94 * wide, tall, 0.05, 0.012).paint(front)
        if style == "panels":
            door += box(0.66 * wide, 0.38 * tall, 0.07, 0.015).along(2, y=0.46 * tall).paint(shade(front, 0.85))
        elif style == "mirror" and k != 1:
            door += box(0.7 * wide, 0.85 * tall, 0.06).paint((0.75, 0.85, 0.9))
        elif style == "slats":
            door += box(0.7 * wide, 0.03, 0.08).along(12, y=0.07 * tall).paint(shade(front, 0.8))
        elif style == "oval":
            door += rod(1, 0.07, around=20).turn("x", 90).scale(0.3 * wide, 0.35 * tall, 1).paint(shade(front, 0.8))
        side = -1 if k % 2 else 1
        shape += (door + knob(rng).move(side * 0.38 * wide, -0.05, 0.035)).move(
            (k - (count - 1) / 2) * wide, foot + low + tall / 2 + 0.03, deep
        )
    top = foot + high
    crown = pick(rng, ["none", "slab", "arch"])
    if crown == "slab":
        shape += box(2 * half + 0.12, 0.08, 2 * deep + 0.1, 0.02).paint(colour).move(0, top)
    elif crown == "arch":
        t = np.linspace(-1, 1, 13)
        shape += (
            extrude(
                [(-half, 0), *np.stack([half * t, 0.04 + 0.16 * np.cos(t * np.pi / 2)], 1), (half, 0)][::-1], 2 * deep
            )
            .paint(colour)
            .move(0, top - 0.01)
        )
    return shape


def dresser(rng: np.random.Generator) -> Shape:
    """Return a chest of drawers in one or two columns, with or without a mirror."""
    colour = finish(rng)
    front = pick(rng, [colour, shade(colour, 1.25), shade(colour, 0.8), WHITE, pastel(rng)])
    columns = int(rng.integers(1, 3))
    half, high, deep, foot = (
        rng.uniform(0.3, 0.42) * (1 + 0.7 * (columns == 2)),
        rng.uniform(0.65, 1.15),
        rng.uniform(0.2, 0.27),
        rng.uniform(0.05, 0.2),
    )
    shape = box(2 * half, high, 2 * deep, 0.015).paint(colour).move(0, foot + high / 2) + feet(
        rng, half, deep, foot + 0.01, colour
    )
    shape += box(2 * half + 0.06, 0.05, 2 * deep + 0.05, 0.015).paint(colour).move(0, foot + high)
    rows = int(rng.integers(3, 6))
    state = rng.bit_generator.state
    for k in range(columns):
        rng.bit_generator.state = state  # both columns alike
        shape += drawers(rng, 2 * half / columns, high - 0.08, rows, front).move(
            (k - (columns - 1) / 2) * 1.94 * half / columns, foot + 0.02, deep
        )
    if chance(rng, 0.35):
        r = rng.uniform(0.25, 0.35)
        frame = box(2 * r + 0.1, 2.4 * r, 0.06, 0.02).paint(colour) + box(2 * r, 2.1 * r, 0.08).paint(
            (0.75, 0.86, 0.92)
        )
        if chance(rng, 0.5):
            frame = rod(r + 0.05, 0.06, around=26).turn("x", 90).paint(colour) + rod(r, 0.09, around=26).turn(
                "x", 90
            ).paint((0.75, 0.86, 0.92))
        shape += (
            frame.move(0, foot + high + 1.1 * r + 0.05, -0.6 * deep)
            + box(0.06, 1.2 * r, 0.05).paint(colour).move(0.7 * r, foot + high + 0.5 * r, -0.7 * deep).both()
        )
    elif chance(rng, 0.6):
        shape += trinket(rng).move(rng.uniform(-0.5, 0.5) * half, foot + high + 0.02) + trinket(rng).move(
            0.7 * half, foot + high + 0.02
        )
    return shape


def nightstand(rng: np.random.Generator) -> Shape:
    """Return a bedside table: drawers, an open shelf or a round column; often with a lamp or clock."""
    colour = finish(rng)
    half, high, deep = rng.uniform(0.2, 0.28), rng.uniform(0.45, 0.65), rng.uniform(0.18, 0.24)
    kind = pick(rng, ["drawers", "shelf", "legs", "round"])
    if kind == "round":
        around = int(pick(rng, [8, 24]))
        shape = (
            rod(half, high, around=around).paint(colour).move(0, high / 2)
            + rod(half + 0.03, 0.04, around=around).paint(shade(colour, 1.2)).move(0, high)
            + rod(half + 0.01, 0.03, around=around).along(2, y=0.4 * high).paint(shade(colour, 0.7)).move(0, high / 2)
        )
        shape += knob(rng).move(0, 0.72 * high, half)
    else:
        foot = {"drawers": 0.06, "shelf": 0.05, "legs": 0.55 * high}[kind]
        body = high - foot
        shape = (
            feet(rng, half, deep, foot + 0.01, colour)
            if kind != "legs"
            else rail((half - 0.02, 0, deep - 0.02), (half - 0.05, foot + 0.05, deep - 0.05), 0.018, 0.028)
            .corners()
            .paint(pick(rng, [colour, BLACK]))
        )
        top = 0.4 * body if kind == "shelf" else body
        shape += box(2 * half, top, 2 * deep, 0.012).paint(colour).move(0, high - top / 2) + drawers(
            rng,
            2 * half,
            top - 0.03,
            1 if kind != "drawers" else int(rng.integers(2, 4)),
            pick(rng, [colour, shade(colour, 1.3)]),
        ).move(0, high - top, deep)
        if kind == "shelf":
            shape += (
                box(0.04, body, 2 * deep).paint(colour).move(half - 0.02, foot + body / 2).both()
                + box(2 * half, 0.04, 2 * deep).paint(colour).move(0, foot + 0.02)
                + box(2 * half, body, 0.04).paint(shade(colour, 0.8)).move(0, foot + body / 2, -deep)
            )
            shape += book_row(rng, 0.25, 0.22, 0.2).move(0, foot + 0.04)
        shape += box(2 * half + 0.05, 0.035, 2 * deep + 0.04, 0.012).paint(colour).move(0, high)
    extra = rng.random()
    if extra < 0.45:
        lamp = lathe([(0.08, 0), (0.05, 0.05), (0.06, 0.12), (0.02, 0.2), (0, 0.2)], 12).paint(vivid(rng)) + lathe(
            [(0, 0), (0.14, 0), (0.09, 0.17), (0, 0.17)], 16
        ).paint((1, 0.94, 0.75)).move(0, 0.2)
        shape += lamp.move(-0.3 * half, high + 0.015)
    elif extra < 0.75:
        shape += trinket(rng).move(0.3 * half, high + 0.015)
    return shape


def kitchen_unit(rng: np.random.Generator) -> Shape:
    """Return kitchen cupboards under a counter, often with hob or wall cupboards above."""
    colour, top = (
        pick(rng, [WHITE, pastel(rng), wood(rng), vivid(rng), grey(rng, 0.2, 0.8)]),
        pick(rng, [wood(rng), BLACK, grey(rng, 0.4, 0.9), WHITE]),
    )
    count = int(rng.integers(2, 5))
    wide, high, deep, plinth = rng.uniform(0.42, 0.6), rng.uniform(0.78, 0.88), rng.uniform(0.27, 0.32), 0.1
    full = count * wide
    shape = (
        box(full, high - plinth, 2 * deep).paint(shade(colour, 0.85)).move(0, (high + plinth) / 2)
        + box(0.96 * full, plinth + 0.02, 1.8 * deep).paint(BLACK).move(0, plinth / 2)
        + box(full + 0.05, 0.06, 2 * deep + 0.06, 0.015).paint(top).move(0, high + 0.02)
    )
    for k in range(count):
        x = (k - (count - 1) / 2) * wide
        if chance(rng, 0.4):
            shape += drawers(rng, wide, high - plinth - 0.02, int(rng.integers(2, 5)), colour).move(x, plinth, deep)
        else:
            door = box(0.94 * wide, high - plinth - 0.04, 0.04, 0.012).paint(colour) + box(
                0.64 * wide, 0.62 * high, 0.05, 0.01
            ).paint(shade(colour, 0.93))
            shape += (door + knob(rng).move(0.38 * wide, 0.25 * high, 0.03)).move(x, (high + plinth) / 2, deep)
    extra = pick(rng, ["plain", "hob", "sink", "pots"])
    x = (int(rng.integers(0, count)) - (count - 1) / 2) * wide
    if extra == "hob":
        shape += box(0.9 * wide, 0.03, 1.6 * deep).paint(BLACK).move(x, high + 0.06) + torus(0.08, 0.02, 16, 6).move(
            0.12, 0, 0.12
        ).corners().paint(grey(rng, 0.3, 0.5)).move(x, high + 0.08)
    elif extra == "sink":
        shape += (
            box(0.85 * wide, 0.035, 1.5 * deep, 0.01).paint(STEEL).move(x, high + 0.055)
            + box(0.65 * wide, 0.04, 1.0 * deep).paint(grey(rng, 0.3, 0.4)).move(x, high + 0.058, 0.04)
            + tube(
                [(x, high, -0.2), (x, high + 0.3, -0.2), (x, high + 0.36, -0.1), (x, high + 0.26, 0)], 0.025, along=12
            ).paint(STEEL)
        )
    elif extra == "pots":
        shape += trinket(rng).move(-0.3 * full, high + 0.05) + (
            rod(0.12, 0.16, around=16).move(0, 0.08)
            + rod(0.13, 0.03, around=16).move(0, 0.17)
            + ball(0.03, detail=6).move(0, 0.2)
        ).paint(vivid(rng)).move(x, high + 0.05)
    if chance(rng, 0.5):
        shape += (
            box(full, 0.6, 0.05)
            .paint(pick(rng, [WHITE, pastel(rng), shade(top, 0.9)]))
            .move(0, high + 0.3, -deep + 0.03)
        )
        upper = box(full, 0.6, 0.34).paint(shade(colour, 0.85)) + join(
            (
                box(0.94 * wide, 0.56, 0.04, 0.01).paint(colour if chance(rng, 0.8) else glass(rng))
                + knob(rng, 0.1).move(0.36 * wide, -0.18, 0.03)
            ).move((k - (count - 1) / 2) * wide, 0, 0.18)
            for k in range(count)
        )
        shape += upper.move(0, high + 0.85, -deep + 0.17)
    return shape


FAMILIES = {
    "wardrobe": wardrobe,
    "dresser": dresser,
    "nightstand": nightstand,
    "kitchen_unit": kitchen_unit,
}
