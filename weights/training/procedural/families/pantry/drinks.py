"""Drinks in cans, cartons, glasses and cups."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    CHOCOLATE,
    CREAM,
    STEEL,
    WHITE,
    chance,
    grey,
    near,
    pastel,
    pick,
    shade,
    split_at,
    stripes,
    vivid,
    wedges,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape
from .serving import SALAD, TOMATO, sides

CLEAR: Colour = (0.86, 0.92, 0.95)


def drink_colour(rng: np.random.Generator) -> Colour:
    """Return the colour of a juice, tea, coffee, or soda."""
    return near(
        rng,
        pick(
            rng,
            [
                (0.95, 0.55, 0.1),
                (0.85, 0.15, 0.2),
                (0.75, 0.45, 0.12),
                (0.3, 0.15, 0.08),
                (0.95, 0.6, 0.7),
                (0.45, 0.75, 0.35),
                (0.3, 0.6, 0.9),
                (0.97, 0.88, 0.5),
            ],
        ),
    )


def straw(rng: np.random.Generator, foot: float, high: float, lean: float = 0.1) -> Shape:
    """Return a straight or bent straw, striped or plain, with its foot at height `foot`."""
    radius = rng.uniform(0.03, 0.05)
    path = [(0, foot, 0), (lean, high, 0)]
    if chance(rng, 0.5):
        path += [(lean + 0.22, high + 0.12, 0)]
    shape = (
        tube(path, radius, 8)
        if len(path) == 2
        else tube([path[0], (0.97 * lean, 0.97 * high, 0), *path[1:]], radius, 8)
    )
    cover = pick(rng, [vivid(rng), vivid(rng), BLACK])
    if chance(rng, 0.4):
        return shape.finer().finer().paint(stripes([cover, WHITE], "y", 0.09))
    return shape.paint(cover)


def label(rng: np.random.Generator, r: float, high: float, y: float) -> Shape:
    """Return a paper band around a round thing with a sign in front."""
    colour = pick(rng, [WHITE, vivid(rng), (0.93, 0.88, 0.72)])
    band = rod(1.02 * r, high, around=28).paint(pick(rng, [colour, split_at(colour, vivid(rng), "y", 0.2 * high)]))
    sign = ball(0.45 * r, 0.36 * high, 0.2 * r, pick(rng, [2, 2, 4]), 14).paint(vivid(rng)).move(0, 0, 0.88 * r)
    return (band + sign if chance(rng, 0.6) else band).move(0, y)


def soda_can(rng: np.random.Generator) -> Shape:
    """Return a drinks can with a ring pull, or a food tin."""
    r = 0.36
    if chance(rng, 0.3):
        high = rng.uniform(0.35, 1.0)
        steel = near(rng, STEEL, 0.04)
        shape = rod(r, high, around=28).paint(steel).move(0, high / 2)
        rims = torus(r, 0.035, 28, 8).paint(steel)
        shape += rims.move(0, 0.03) + rims.move(0, high) + label(rng, r, 0.8 * high, high / 2)
        if chance(rng, 0.35):
            lid = rod(0.97 * r, 0.05, around=28).move(0, 0, r).turn("x", -65).move(0, high, -r).paint(steel)
            return (
                shape
                + lid
                + rod(0.9 * r, 0.04, around=24).paint(pick(rng, [TOMATO, (0.85, 0.6, 0.3)])).move(0, high + 0.02)
            )
        return shape
    high, first, second = rng.uniform(0.95, 1.35), vivid(rng), pick(rng, [WHITE, vivid(rng), grey(rng)])
    cover = pick(
        rng,
        [
            first,
            split_at(first, second, "y", high * rng.uniform(0.3, 0.7)),
            stripes([first, second], "y", 0.25 * high),
            wedges([first, second], 3),
        ],
    )
    around = sides(rng)
    t = np.linspace(0.1, 0.9, 14)
    wall = np.stack([np.full(14, r), high * t], 1)
    shape = lathe(
        [(0.78 * r, 0), (0.98 * r, 0.06 * high), *wall, (0.98 * r, 0.93 * high), (0.8 * r, high), (0, high)], around
    ).paint(cover)
    shape += torus(0.78 * r, 0.03, 28, 8).move(0, high) + torus(0.76 * r, 0.03, 28, 8).move(0, 0.02)
    ring = torus(0.08, 0.028, 14, 6).scale(1, 1, 1.3).move(0, high + 0.03, 0.08) + rod(0.03, 0.05, around=8).move(
        0, high + 0.02
    )
    if chance(rng, 0.5):
        shape += ball(0.2, 0.24, 0.06, detail=14).paint(second).move(0, 0.5 * high, 0.97 * r)
    return shape + ring.paint(STEEL)


def juice_carton(rng: np.random.Generator) -> Shape:
    """Return a gable-top carton or a box with a straw."""
    wide, high, deep = rng.uniform(0.5, 0.62), rng.uniform(0.7, 1.2), rng.uniform(0.4, 0.58)
    first, second = pick(rng, [WHITE, vivid(rng), pastel(rng)]), vivid(rng)
    cover = pick(
        rng,
        [
            split_at(second, first, "y", rng.uniform(-0.3, 0.2) * high),
            first,
            stripes([first, first, second], "y", 0.2 * high),
        ],
    )
    shape = box(wide, high, deep, 0.015, cuts=8).paint(cover).move(0, high / 2)
    shape += box(0.3 * wide, 0.12, 0.05).paint(second if first == WHITE else WHITE).move(0, 0.72 * high, deep / 2)
    fruit = ball(0.3 * wide, 0.3 * wide, 0.05, detail=16).paint(drink_colour(rng)) + ball(
        0.12 * wide, 0.06 * wide, 0.04, detail=8
    ).paint(SALAD).move(0.1 * wide, 0.3 * wide)
    shape += fruit.move(0, 0.35 * high, deep / 2)
    if chance(rng, 0.6):
        rise = rng.uniform(0.55, 0.75) * deep
        roof = extrude([(-deep / 2, 0), (deep / 2, 0), (0.03, rise), (-0.03, rise)], wide, plane="zy").paint(
            pick(rng, [first, second, WHITE])
        )
        shape += roof.move(0, high) + box(wide, 0.16, 0.07).paint(first).move(0, high + rise + 0.02)
        if chance(rng, 0.5):
            shape += rod(0.09, 0.1, around=16).paint(second).turn("x", 40).move(0, high + 0.45 * rise, 0.28 * deep)
        return shape
    return shape + straw(rng, 0.5 * high, high + 0.3, 0.06).move(0.1 * wide, 0, 0)


def jar(rng: np.random.Generator) -> Shape:
    """Return a jar of jam, honey, sweets or pickles, its lid on."""
    r, high = rng.uniform(0.38, 0.5), rng.uniform(0.65, 1.2)
    fill = pick(
        rng,
        [
            near(rng, (0.7, 0.08, 0.12)),
            near(rng, (0.95, 0.65, 0.1)),
            CHOCOLATE,
            near(rng, (0.5, 0.6, 0.25)),
            drink_colour(rng),
        ],
    )
    level = rng.uniform(0.6, 0.9) * high
    t = np.linspace(0.08, 0.85, 12)
    swell = 1 + rng.uniform(-0.02, 0.16) * np.sin(np.pi * t)
    body = lathe(
        [(0.85 * r, 0), *np.stack([r * swell, high * t], 1), (0.85 * r, 0.95 * high), (0.84 * r, high), (0, high)],
        pick(rng, [28, 28, 6, 8]),
    )
    shape = body.paint(split_at(fill, CLEAR, "y", level))
    if chance(rng, 0.7):
        shape += label(rng, r * 1.06, 0.35 * high, 0.42 * high)
    lid = pick(rng, [wood(rng), vivid(rng), STEEL, (0.85, 0.7, 0.3)])
    kind = pick(rng, ["screw", "cloth", "cork", "knob"])
    if kind == "cloth":
        cloth = lathe([(1.25 * r, -0.16), (0.98 * r, 0.0), (0.9 * r, 0.08), (0, 0.1)], 32).finer()
        shape += cloth.paint(pick(rng, [stripes([lid, WHITE], "x", 0.12, 5), lid])).move(0, high) + torus(
            0.95 * r, 0.04, 24, 8
        ).paint(vivid(rng)).move(0, high)
    elif kind == "cork":
        shape += rod(0.76 * r, 0.22, 0.82 * r, 20, 0.03).paint((0.75, 0.57, 0.38)).move(0, high + 0.06)
    else:
        shape += rod(0.95 * r, 0.18, around=28, round_by=0.03).paint(lid).move(0, high + 0.06)
        shape += (
            ball(0.12).paint(lid).move(0, high + 0.22)
            if kind == "knob"
            else torus(0.95 * r, 0.025, 28, 6).paint(shade(lid, 0.8)).move(0, high)
        )
    if chance(rng, 0.2):
        shape += rail((0.2, high, 0.2), (0.75, high + 0.6, 0.3), 0.035).paint(wood(rng)) + ball(0.13, 0.18, 0.13).paint(
            (0.85, 0.6, 0.25)
        ).move(0.1, high + 0.2, 0.2)
    return shape


def sauce_bottle(rng: np.random.Generator) -> Shape:
    """Return a squeeze bottle with a nozzle, a glass sauce bottle, or an oil bottle."""
    colour = pick(rng, [(0.8, 0.1, 0.08), (0.95, 0.78, 0.12), WHITE, (0.35, 0.6, 0.2), (0.25, 0.12, 0.08), vivid(rng)])
    r, high = rng.uniform(0.24, 0.34), rng.uniform(0.8, 1.2)
    if chance(rng, 0.55):
        around = sides(rng)
        body = lathe(
            [
                (0.95 * r, 0),
                (r, 0.04),
                *[(r * (1 - 0.07 * np.sin(3 * np.pi * k)), high * k) for k in np.linspace(0.1, 0.85, 12)],
                (0.75 * r, high),
                (0, high),
            ],
            around,
        )
        cap = lathe([(0.8 * r, 0), (0.8 * r, 0.12), (0.3 * r, 0.2), (0.12 * r, 0.55), (0, 0.56)], around)
        shape = body.paint(colour) + cap.paint(pick(rng, [colour, WHITE, shade(colour, 0.7)])).move(0, high)
        if chance(rng, 0.6):
            shape += (
                box(0.9 * r, 0.4 * high, 0.1, 0.04).paint(pick(rng, [WHITE, vivid(rng)])).move(0, 0.45 * high, 0.96 * r)
            )
        return shape
    if chance(rng, 0.5):
        flat = [
            (0, r, -0.6 * r, 0.6 * r, 4),
            (0.6 * high, 1.05 * r, -0.62 * r, 0.62 * r, 4),
            (0.85 * high, 0.5 * r, -0.4 * r, 0.4 * r, 2),
            (high, 0.35 * r, -0.35 * r, 0.35 * r, 2),
        ]
        shape = hull(flat, 24, 18, "y").paint(colour)
        shape += (
            box(1.5 * r, 0.36 * high, 1.3 * r, 0.02).paint(pick(rng, [WHITE, CREAM, vivid(rng)])).move(0, 0.35 * high)
        )
    else:
        shape = lathe(
            smooth(
                [
                    (r, 0),
                    (1.03 * r, 0.3 * high),
                    (0.9 * r, 0.55 * high),
                    (0.4 * r, 0.85 * high),
                    (0.36 * r, 1.1 * high),
                ],
                20,
            ),
            sides(rng),
        ).paint(colour)
        shape += label(rng, 1.02 * r, 0.3 * high, 0.26 * high) + rod(0.38 * r, 0.12, around=16).paint(
            pick(rng, [WHITE, vivid(rng)])
        ).move(0, 0.85 * high)
        high *= 1.1
    return shape + rod(0.5 * r, 0.18, around=16, round_by=0.03).paint(
        pick(rng, [WHITE, BLACK, vivid(rng), (0.85, 0.7, 0.3)])
    ).move(0, high + 0.06)


FAMILIES = {"soda_can": soda_can, "juice_carton": juice_carton, "jar": jar, "sauce_bottle": sauce_bottle}
