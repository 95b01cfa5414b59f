"""Kitchen utensils."""

from __future__ import annotations

import numpy as np

from ...curves import rounded, smooth
from ...paint import (
    BLACK,
    STEEL,
    WHITE,
    chance,
    dark,
    grey,
    metal,
    near,
    pastel,
    pick,
    shade,
    split_at,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape
from ..home.vessels import glaze, vessel
from .serving import SALAD, TOMATO, sides, strewn


def rolling_pin(rng: np.random.Generator) -> Shape:
    """Return a rolling pin, with handles or tapered, lying."""
    r, long, colour = rng.uniform(0.13, 0.2), rng.uniform(0.9, 1.3), wood(rng)
    grip = pick(rng, [colour, shade(colour, 0.7), vivid(rng)])
    around = sides(rng, 20)
    if chance(rng, 0.25):
        t = np.linspace(-1, 1, 15)
        shape = lathe([(0, -long), *np.stack([r * (1.02 - 0.6 * t**4), long * t], 1), (0, long)], around).paint(colour)
    else:
        body = rod(r, long, around=around, round_by=0.03).paint(pick(rng, [colour, colour, WHITE, grey(rng, 0.5, 0.8)]))
        knob = lathe(smooth([(0.045, 0), (0.08, 0.1), (0.085, 0.25), (0.06, 0.36), (0.02, 0.4)], 12), 14).move(
            0, long / 2
        )
        shape = body + (knob + rod(0.07, 0.06, around=12).move(0, long / 2)).both("y").paint(grip)
    return shape.turn("z", pick(rng, [90, 90, 65, 0]))


def cutting_board(rng: np.random.Generator) -> Shape:
    """Return a board with a grip or a hole, lying or upright, at times with food and a knife."""
    colour, wide, long, thick = wood(rng), rng.uniform(0.6, 0.85), rng.uniform(0.9, 1.2), rng.uniform(0.07, 0.12)
    kind = pick(rng, ["grip", "plain", "round"])
    if kind == "round":
        outline = np.array(
            [
                *[(0.55 * np.cos(a), 0.55 * np.sin(a)) for a in np.linspace(-1.35, 4.49, 26)],
                (-0.12, -0.95),
                (0.12, -0.95),
            ]
        )
    elif kind == "grip":
        outline = rounded(
            [
                (-wide / 2, 0.5 * long),
                (wide / 2, 0.5 * long),
                (wide / 2, -0.4 * long),
                (0.11, -0.5 * long),
                (0.11, -0.75 * long),
                (-0.11, -0.75 * long),
                (-0.11, -0.5 * long),
                (-wide / 2, -0.4 * long),
            ],
            0.1,
        )
    else:
        outline = rounded(
            [(-wide / 2, -long / 2), (wide / 2, -long / 2), (wide / 2, long / 2), (-wide / 2, long / 2)], 0.08
        )
    board = extrude(outline, thick, 0.015).finer().paint(pick(rng, [colour, colour, pastel(rng)]))
    low = float(np.array(outline)[:, 1].min())
    board += torus(0.05, 0.025, 14, 6, thick / 2 + 0.02).turn("x", 90).paint(shade(colour, 0.6)).move(0, low + 0.14)
    if chance(rng, 0.4):
        return board.turn("z", pick(rng, [0, 180, 180]))
    shape = board.turn("x", -90)
    if chance(rng, 0.6):
        piece = pick(rng, [TOMATO, SALAD, (0.95, 0.5, 0.12)])
        shape += strewn(
            rng,
            lambda: pick(rng, [rod(0.12, 0.05, around=14), ball(0.1, detail=8)]).paint(near(rng, piece)),
            int(rng.integers(3, 8)),
            0.25,
            thick / 2 + 0.03,
        )
    if chance(rng, 0.5):
        blade = extrude([(0, 0), (0.45, 0), (0.5, 0.07), (0.1, 0.14), (0, 0.14)], 0.04, plane="zx").paint(STEEL) + box(
            0.09, 0.07, 0.35, 0.02
        ).paint(BLACK).move(0.08, 0, -0.16)
        shape += blade.move(0.25, thick / 2 + 0.03, -0.1)
    return shape.turn("y", pick(rng, [0, 90, 90]))


def spatula(rng: np.random.Generator) -> Shape:
    """Return a spatula, whisk, ladle, wooden spoon or masher, upright."""
    colour = pick(rng, [wood(rng), BLACK, STEEL, vivid(rng)])
    kind, long = pick(rng, ["spatula", "whisk", "ladle", "spoon", "turner"]), rng.uniform(0.8, 1.2)
    grip = hull([(0, 0.05, -0.04, 0.04, 3), (0.2, 0.075, -0.055, 0.055, 3), (0.5, 0.055, -0.045, 0.045, 3)], 12, 9, "y")
    shape = grip.paint(colour) + rail((0, 0.4, 0), (0, long, 0), 0.04).paint(
        colour if kind == "spoon" else pick(rng, [STEEL, colour])
    )
    if kind == "whisk":
        loop = [
            (0, long - 0.05, 0),
            (0.16, long + 0.2, 0),
            (0.27, long + 0.55, 0),
            (0.15, long + 0.78, 0),
            (0, long + 0.83, 0),
        ]
        return shape + tube(loop, 0.025, 6, along=14).around(int(rng.integers(6, 9))).paint(STEEL)
    if kind == "ladle":
        cup = vessel(smooth([(0.02, -0.26), (0.18, -0.2), (0.28, 0)], 10), 0.04, 24, 0.85).paint(
            pick(rng, [STEEL, colour])
        )
        neck = tube([(0, long - 0.05, 0), (0, long + 0.1, 0), (0, long + 0.25, 0.06)], 0.04, 8, along=7).paint(STEEL)
        return (shape + neck + cup.move(0, long + 0.28, 0.32)).turn("z", pick(rng, [180, 180, 0]))
    if kind == "spoon":
        bowl = ball(0.2, 0.28, 0.08, detail=16).paint(colour) + ball(0.14, 0.21, 0.03, detail=12).paint(
            shade(colour, 0.7)
        ).move(0, 0, 0.06)
        return shape + bowl.move(0, long + 0.2)
    wide, tall = rng.uniform(0.2, 0.3), rng.uniform(0.4, 0.55)
    outline = (
        rounded([(-0.6 * wide, 0), (0.6 * wide, 0), (wide, tall), (-wide, tall)], 0.08)
        if kind == "turner"
        else rounded([(-0.8 * wide, 0), (0.8 * wide, 0), (0.8 * wide, tall), (-0.65 * wide, tall)], 0.12)
    )
    head = pick(rng, [STEEL, colour, vivid(rng)])
    shape += extrude(outline, 0.07, 0.015).paint(head).move(0, long - 0.04)
    if kind == "turner":
        shape += box(0.05, 0.6 * tall, 0.085, 0.02).along(3, x=0.5 * wide).paint(dark(rng)).move(0, long + 0.5 * tall)
    return shape


def shaker(rng: np.random.Generator) -> Shape:
    """Return a salt shaker, a pepper mill, or a pair."""
    if chance(rng, 0.45):
        colour, high = pick(rng, [wood(rng), wood(rng), vivid(rng), dark(rng), WHITE]), rng.uniform(0.9, 1.4)
        profile = smooth([(0.26, 0), (0.27, 0.1), (0.16, 0.35), (0.18, 0.55), (0.22, 0.72), (0.14, 0.8)], 24) * [
            1,
            high,
        ]
        shape = lathe([*profile, (0, 0.8 * high)], sides(rng)).paint(colour)
        shape += torus(0.15, 0.04, 20, 8).paint(STEEL).move(0, 0.8 * high) + ball(0.2, 0.17).paint(colour).move(
            0, 0.92 * high
        )
        return shape + ball(0.06).paint(metal(rng)).move(0, 0.92 * high + 0.19)
    power, high, foot, top = (
        pick(rng, [2, 2, 5]),
        rng.uniform(0.6, 1.0),
        rng.uniform(0.26, 0.36),
        rng.uniform(0.2, 0.28),
    )

    def one(fill: Colour) -> Shape:
        body = lathe(
            [(foot, 0), *[(foot + (top - foot) * k, high * k) for k in np.linspace(0.05, 1, 10)], (0, high)],
            pick(rng, [24, 24, 8]),
            power,
        )
        shape = body.paint(split_at(fill, (0.87, 0.92, 0.95), "y", 0.65 * high)) if clear else body.paint(fill)
        cap = lathe([(1.06 * top, 0), (1.06 * top, 0.12), (0.8 * top, 0.24), (0.3 * top, 0.3), (0, 0.3)], 24).paint(lid)
        holes = ball(0.03, 0.03, detail=6).move(0.45 * top, 0.28).around(5) + ball(0.03, 0.03, detail=6).move(0, 0.31)
        return shape + cap.move(0, high) + holes.paint(BLACK).move(0, high)

    clear, lid = chance(rng, 0.5), pick(rng, [STEEL, STEEL, wood(rng), vivid(rng)])
    first = WHITE if clear else pick(rng, [WHITE, vivid(rng), pastel(rng)])
    if chance(rng, 0.4):
        return one(first).move(-0.4) + one(pick(rng, [BLACK, dark(rng)])).move(0.4)
    return one(pick(rng, [first, BLACK])).turn("z", pick(rng, [0, 0, 0, 35]))


def knife_block(rng: np.random.Generator) -> Shape:
    """Return a block with knives in it, or a pot of utensils."""
    colour, hilt = pick(rng, [wood(rng), wood(rng), dark(rng), WHITE]), pick(rng, [BLACK, wood(rng), vivid(rng), STEEL])
    if chance(rng, 0.35):
        high = rng.uniform(0.6, 0.8)
        shape = vessel(smooth([(0.32, 0), (0.34, 0.2), (0.33, high)], 14), 0.05, sides(rng), 0.5).paint(
            glaze(rng, high)
        )
        for k in range(int(rng.integers(3, 6))):
            angle = 2.4 * k
            tool = spatula(rng)
            tool = tool.move(0, -tool.vertices[:, 1].min()).scale(0.75)
            shape += (
                tool.turn("z", rng.uniform(5, 14))
                .turn("y", np.degrees(angle))
                .move(-0.12 * np.cos(angle), 0.3, 0.12 * np.sin(angle))
            )
        return shape
    wide, high, lean = rng.uniform(0.45, 0.65), rng.uniform(0.75, 1.0), rng.uniform(18, 32)
    outline = [(-0.3, 0), (0.35, 0), (0.35, 0.1), (0.05, high), (-0.42, 0.8 * high)]
    shape = extrude(outline, wide, 0.02, plane="zy").paint(colour)
    for row, columns in enumerate((3, 2, 3)):
        for x in (np.arange(columns) - (columns - 1) / 2) * wide / 3.2:
            at = (row + 0.5) / 3
            long = rng.uniform(0.24, 0.4)
            grip = box(0.07, long, 0.1, 0.025).paint(hilt) + box(0.08, 0.06, 0.11, 0.015).paint(STEEL).move(
                0, -long / 2
            )
            place = np.array([-0.42, 0.8 * high]) * (1 - at) + np.array([0.05, high]) * at
            shape += grip.move(0, long / 2 + 0.02).turn("x", -lean).move(x, place[1], place[0])
    return shape


FAMILIES = {
    "rolling_pin": rolling_pin,
    "cutting_board": cutting_board,
    "spatula": spatula,
    "shaker": shaker,
    "knife_block": knife_block,
}
