"""Bookcases, shelves, racks and stacks of crates."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ...paint import BLACK, STEEL, WHITE, chance, metal, muted, near, pick, shade, vivid, wood
from ...parts import ball, box, extrude, lathe, rail, rod, tube
from ...shape import Colour, Shape, join
from ..home.furniture import drawers
from .storage import book_row, feet, finish, knob, trinket


def bookcase(rng: np.random.Generator) -> Shape:
    """Return a case of shelves full of books and trinkets: tall, low, stepped or cubes."""
    colour = finish(rng)
    half, high, deep, rows = (
        rng.uniform(0.35, 0.75),
        rng.uniform(0.9, 2.0),
        rng.uniform(0.14, 0.18),
        int(rng.integers(3, 6)),
    )
    columns, board = (2 if half > 0.55 else 1), rng.uniform(0.035, 0.06)
    foot, step = rng.uniform(0.02, 0.1), high / rows
    stepped = chance(rng, 0.2)
    shape = (
        box(2 * half, board, 2 * deep).paint(colour).move(0, foot)
        + box(board, foot + 0.02, 2 * deep).paint(colour).move(half - board, foot / 2).both()
    )
    for k in range(rows):
        width = 2 * half * (1 - 0.7 * k / rows) if stepped else 2 * half
        middle = -half + width / 2
        y = foot + k * step
        shape += (
            box(width, board, 2 * deep).paint(colour).move(middle, y + step)
            + box(board, step, 2 * deep).paint(colour).move(middle + width / 2 - board / 2, y + step / 2)
            + box(board, step, 2 * deep).paint(colour).move(middle - width / 2 + board / 2, y + step / 2)
        )
        shape += box(width, step, 0.04).paint(shade(colour, 0.75)).move(middle, y + step / 2, -deep + 0.02)
        for c in range(columns):
            cell = width / columns
            x = middle + (c - (columns - 1) / 2) * cell
            if chance(rng, 0.75):
                shape += book_row(rng, (cell - 0.1) * rng.uniform(0.5, 1), min(0.9 * step, 0.38), 1.7 * deep).move(
                    x, y + board / 2, 0.02
                )
            else:
                shape += trinket(rng).move(x, y + board / 2)
        if columns == 2:
            shape += box(board, step, 1.9 * deep).paint(colour).move(middle, y + step / 2)
    return shape


def wall_shelf(rng: np.random.Generator) -> Shape:
    """Return boards on brackets, a cube, or a house-shaped shelf, with things on them."""
    colour, kind = finish(rng), pick(rng, ["board", "board", "cube", "house", "ladder"])
    half, deep, thick = rng.uniform(0.4, 0.7), rng.uniform(0.12, 0.18), rng.uniform(0.05, 0.07)
    if kind == "board":
        count, step = int(rng.integers(1, 4)), rng.uniform(0.38, 0.5)
        shape = []
        for k in range(count):
            x = rng.uniform(-0.2, 0.2) if count > 1 else 0
            bracket = (
                box(0.05, 0.22, 0.05).move(0, -0.11, -deep + 0.025)
                + box(0.05, 0.05, 1.8 * deep).move(0, -0.04)
                + rail((0, -0.2, -deep), (0, -0.03, 0.6 * deep), 0.025, around=6)
            )
            part = box(2 * half, thick, 2 * deep, 0.01).paint(colour) + bracket.move(0.65 * half).both().paint(
                pick(rng, [BLACK, colour, STEEL])
            )
            part += (
                book_row(rng, half * rng.uniform(0.5, 0.9), 0.3, 0.2).move(-0.4 * half, thick / 2)
                + trinket(rng).move(0.35 * half, thick / 2)
                + trinket(rng).move(0.75 * half, thick / 2)
            )
            shape.append(part.move(x, k * step))
        return join(shape)
    if kind == "ladder":
        high = rng.uniform(1.2, 1.6)
        side = (
            rail((0, 0, 0.3), (0, high, 0), 0.035, around=4).move(half).both()
            + rail((0, 0, 0), (0, high, 0), 0.03, around=4).move(half).both()
        )
        boards = [
            box(2 * half, 0.05, 0.5 - 0.09 * k).paint(colour).move(0, 0.2 + 0.33 * k, 0.12)
            + trinket(rng).move(rng.uniform(-0.6, 0.6) * half, 0.22 + 0.33 * k, 0.08)
            for k in range(4)
        ]
        return side.paint(pick(rng, [colour, BLACK])) + join(boards)
    size = rng.uniform(0.4, 0.55)
    outline = (
        [(-size, 0), (size, 0), (size, 2 * size), (-size, 2 * size)]
        if kind == "cube"
        else [(-size, 0), (size, 0), (size, 1.3 * size), (0, 2.2 * size), (-size, 1.3 * size)]
    )
    corners = np.array([*outline, outline[0]])
    shape = join(_plank(a, b, 0.05, 2 * deep) for a, b in pairwise(corners)).paint(colour)
    shape += box(2 * size, 0.05, 2 * deep).paint(colour).move(0, 0.75 * size) + extrude(outline, 0.04).paint(
        shade(colour, 0.8)
    ).move(0, 0, -deep)
    return (
        shape
        + book_row(rng, size, 0.6 * size, 1.6 * deep).move(-0.3 * size, 0.03)
        + trinket(rng).move(0.5 * size, 0.03)
        + trinket(rng).move(-0.4 * size, 0.77 * size)
        + trinket(rng).move(0.3 * size, 0.77 * size)
    )


def _plank(a: np.ndarray, b: np.ndarray, thick: float, deep: float) -> Shape:
    """Return a board from one place of the XY plane to another."""
    step = b - a
    long = float(np.hypot(*step))
    return (
        box(long + thick, thick, deep).turn("z", float(np.degrees(np.arctan2(step[1], step[0])))).move(*((a + b) / 2))
    )


def _coat_rack_tree(rng: np.random.Generator, coat: Shape, colour: Colour) -> Shape:
    """Return the tree kind of coat rack."""
    high, count = rng.uniform(1.6, 1.9), int(rng.integers(4, 7))
    shape = rod(0.04, high, 0.03, 12).move(0, high / 2) + ball(0.06, detail=10).move(0, high)
    hook = tube([(0, high - 0.25, 0), (0.16, high - 0.2, 0), (0.24, high - 0.02, 0)], 0.026, along=8) + ball(
        0.035, detail=6
    ).move(0.24, high)
    foot = (
        tube([(0, 0.25, 0), (0.2, 0.16, 0), (0.36, 0.02, 0)], 0.035, along=8)
        if chance(rng, 0.6)
        else box(0.36, 0.06, 0.07).move(0.18, 0.03)
    )
    shape = (shape + hook.around(count) + foot.around(int(rng.integers(3, 5)))).paint(colour)
    if chance(rng, 0.6):
        shape += coat.paint(vivid(rng)).move(0.24, high - 0.1)
    if chance(rng, 0.5):
        shape += (
            (lathe([(0.2, 0), (0.2, 0.03), (0.1, 0.04), (0.09, 0.14), (0, 0.14)], 14))
            .paint(muted(rng))
            .move(-0.2 if count % 2 == 0 else 0, high - 0.02)
        )
    return shape


def coat_rack(rng: np.random.Generator) -> Shape:
    """Return a coat tree, a rail on wheels with clothes, or a board of hooks."""
    colour, kind = (
        pick(rng, [wood(rng), wood(rng), BLACK, STEEL, vivid(rng)]),
        pick(rng, ["tree", "tree", "rail", "board"]),
    )
    coat = lathe([(0.06, 0), (0.16, -0.08), (0.17, -0.3), (0.22, -0.8), (0, -0.8)], 10).scale(1, 1, 0.45)
    if kind == "tree":
        return _coat_rack_tree(rng, coat, colour)
    if kind == "rail":
        half, high = rng.uniform(0.5, 0.75), rng.uniform(1.3, 1.6)
        frame = (
            rod(0.03, high, around=8).move(half, high / 2).both()
            + rod(0.03, 2 * half + 0.1, around=8).turn("z", 90).move(0, high)
            + box(0.07, 0.06, 0.6).move(half, 0.1).both()
            + box(2 * half, 0.05, 0.1).move(0, 0.12)
        )
        shape = (
            frame.paint(colour) + rod(0.05, 0.05, around=12).turn("z", 90).paint(BLACK).move(half, 0.05, 0.26).corners()
        )
        count = int(rng.integers(4, 8))
        for k in range(count):
            shape += (
                coat.scale(0.9, rng.uniform(0.8, 1.2), 1.1)
                .turn("y", 90)
                .paint(pick(rng, [vivid(rng), muted(rng)]))
                .move((k - (count - 1) / 2) * 1.5 * half / count, high - 0.06)
            )
        return shape
    half = rng.uniform(0.4, 0.6)
    hook = tube([(0, 0.04, 0.03), (0, 0, 0.12), (0, 0.08, 0.16)], 0.022, along=8) + ball(0.03, detail=6).move(
        0, 0.09, 0.16
    )
    count = int(rng.integers(3, 6))
    shape = (
        box(2 * half, 0.16, 0.05, 0.015).paint(wood(rng))
        + hook.along(count, x=1.8 * half / count).paint(metal(rng))
        + box(2 * half, 0.05, 0.24, 0.01).paint(colour).move(0, 0.12, 0.1)
    )
    return (
        shape
        + coat.scale(0.8).paint(vivid(rng)).move((1 - count) / 2 * 1.8 * half / count, 0, 0.14)
        + trinket(rng).move(0.4 * half, 0.14, 0.1)
    )


def crates_stack(rng: np.random.Generator) -> Shape:
    """Return stacked boxes or slatted crates, perhaps on a pallet."""
    kind, base = pick(rng, ["slats", "slats", "boards", "carton", "plastic"]), wood(rng)
    size = rng.uniform(0.45, 0.6)

    def crate(colour: Colour, w: float, h: float, d: float) -> Shape:
        """Return one of them, standing on y = 0."""
        if kind == "carton":
            return (
                box(w, h, d, 0.01).paint((0.72, 0.54, 0.35)) + box(0.08, h + 0.02, d + 0.02).paint((0.85, 0.75, 0.55))
            ).move(0, h / 2)
        if kind == "plastic":
            shape = box(0.95 * w, 0.96 * h, 0.95 * d).paint(shade(colour, 0.6)) + box(w, 0.1 * h, d).along(
                3, y=0.44 * h
            ).paint(colour)
            return (shape + box(0.08, h, 0.08).move(0.46 * w, 0, 0.46 * d).corners().paint(colour)).move(0, h / 2)
        inner = box(0.93 * w, 0.94 * h, 0.93 * d).paint(shade(colour, 0.55 if kind == "slats" else 0.85))
        posts = box(0.08, h, 0.08).move(0.5 * w - 0.04, 0, 0.5 * d - 0.04).corners()
        if kind == "slats":
            posts += box(w, 0.19 * h, d).along(4, y=0.265 * h)
        else:
            bar = (
                box(w, 0.08, 0.05).move(0, h / 2 - 0.04, d / 2 - 0.02).both("z")
                + box(0.05, 0.08, d).move(w / 2 - 0.02, h / 2 - 0.04).both()
            )
            brace = (
                box(1.25 * w, 0.07, 0.05).turn("z", 42).move(0, 0, d / 2 - 0.02).both("z")
                + box(0.05, 0.07, 1.25 * d).turn("x", 42).move(w / 2 - 0.02).both()
            )
            posts += bar + bar.move(0, -h + 0.08) + brace
        return (inner + posts.paint(colour)).move(0, h / 2)

    shape, level = [], 0.0
    if chance(rng, 0.3):
        shape.append(
            (box(1.5, 0.06, 1.1).move(0, 0.15) + box(0.12, 0.12, 1.1).along(3, x=0.65).move(0, 0.06)).paint(
                shade(base, 0.8)
            )
        )
        level = 0.18
    places = [(-0.36, 0), (0.36, 0)] if chance(rng, 0.6) else [(0, 0)]
    tops = []
    for x, z in places:
        colour = near(rng, base, 0.06) if kind != "plastic" else vivid(rng)
        h = size * rng.uniform(0.8, 1.1)
        shape.append(crate(colour, 0.66, h, 0.62).turn("y", rng.uniform(-8, 8)).move(x, level, z))
        tops.append(level + h)
    colour = near(rng, base, 0.06) if kind != "plastic" else vivid(rng)
    if len(tops) == 1 or abs(tops[0] - tops[1]) < 0.05:
        shape.append(crate(colour, 0.6, size, 0.58).turn("y", rng.uniform(-25, 25)).move(0, max(tops) - 0.01))
    else:
        k = int(np.argmax(tops))
        shape.append(
            crate(colour, 0.5, 0.8 * size, 0.5).turn("y", rng.uniform(-25, 25)).move(places[k][0], tops[k] - 0.01)
        )
    if chance(rng, 0.4):
        shape.append(
            crate(near(rng, base, 0.06), 0.42, 0.6 * size, 0.42).turn("y", rng.uniform(0, 60)).move(0.25, 0, 0.6)
        )
    return join(shape)


def sideboard(rng: np.random.Generator) -> Shape:
    """Return a long low cupboard with doors and drawers, on legs or a plinth; things stand on it."""
    colour = finish(rng)
    front = pick(rng, [colour, shade(colour, 1.25), WHITE, muted(rng)])
    half, high, deep, foot = (
        rng.uniform(0.7, 1.0),
        rng.uniform(0.42, 0.6),
        rng.uniform(0.2, 0.26),
        rng.uniform(0.1, 0.28),
    )
    shape = box(2 * half, high, 2 * deep, 0.015).paint(colour).move(0, foot + high / 2)
    shape += (
        feet(rng, half, deep, foot + 0.01, colour)
        if chance(rng, 0.5)
        else rail((half - 0.1, 0, deep - 0.04), (half - 0.2, foot + 0.02, deep - 0.1), 0.022, 0.035)
        .corners()
        .paint(pick(rng, [BLACK, shade(colour, 0.7)]))
    )
    columns = int(rng.integers(3, 5))
    wide = 1.94 * half / columns
    drawer_at = int(rng.integers(-1, columns))
    slats = chance(rng, 0.25)
    for k in range(columns):
        x = (k - (columns - 1) / 2) * wide
        if k == drawer_at:
            shape += drawers(rng, wide, high - 0.04, 3, front).move(x, foot + 0.02, deep)
        else:
            door = box(0.94 * wide, high - 0.06, 0.045, 0.012).paint(front)
            door += (
                box(0.03, high - 0.1, 0.06).along(7, x=0.12 * wide).paint(shade(front, 0.8))
                if slats
                else knob(rng, 0.12).move(0.36 * wide * (-1) ** k, 0, 0.03)
            )
            shape += door.move(x, foot + high / 2, deep)
    top = foot + high
    if chance(rng, 0.3):
        case = (
            box(1.8 * half, 0.06, 1.4 * deep).along(2, y=0.35).move(0, 0.53)
            + box(0.06, 0.75, 1.4 * deep).along(3, x=0.85 * half).move(0, 0.36)
            + box(1.8 * half, 0.7, 0.05).move(0, 0.36, -0.65 * deep)
        )
        return (
            shape
            + case.paint(colour).move(0, top, -0.2 * deep)
            + join(
                trinket(rng).move(x, top + y)
                for x, y in ((-0.5 * half, 0), (0.4 * half, 0), (-0.3 * half, 0.38), (0.5 * half, 0.38))
            )
        )
    return shape + join(trinket(rng).scale(1.3).move(x, top) for x in rng.uniform(-0.8, 0.8, 3) * half)


FAMILIES = {
    "sideboard": sideboard,
    "bookcase": bookcase,
    "wall_shelf": wall_shelf,
    "coat_rack": coat_rack,
    "crates_stack": crates_stack,
}
