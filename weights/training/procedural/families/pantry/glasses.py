"""Drinks in glasses."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    CHOCOLATE,
    CREAM,
    STEEL,
    WHITE,
    chance,
    glass,
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
from ...parts import ball, box, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape
from ..home.vessels import handle, vessel
from .drinks import CLEAR, drink_colour, straw
from .serving import sides, strewn


def citrus(rng: np.random.Generator, r: float = 0.2) -> Shape:
    """Return a slice of lemon, lime or orange that faces +Z."""
    peel = pick(rng, [(0.98, 0.85, 0.15), (0.45, 0.75, 0.2), (0.98, 0.6, 0.1)])
    shape = rod(r, 0.07, around=20).paint(peel) + rod(0.88 * r, 0.08, around=20).paint(CREAM)
    return (shape + rod(0.8 * r, 0.09, around=24).paint(wedges([shade(peel, 1.3), peel], 8))).turn("x", 90)


def stem(high: float, foot: float) -> Shape:
    """Return the foot and stem of a glass from y = 0 up."""
    return lathe(smooth([(foot, 0), (0.9 * foot, 0.035), (0.06, 0.12), (0.045, 0.5 * high), (0.06, high)], 18), 26)


def cocktail(rng: np.random.Generator) -> Shape:
    """Return a martini, a tall drink or a coconut with garnish, straw or paper umbrella."""
    drink, kind = drink_colour(rng), pick(rng, ["martini", "martini", "hurricane", "tumbler"])
    pane = pick(rng, [CLEAR, near(rng, CLEAR), pastel(rng)])
    if kind == "martini":
        tall, r, deep = rng.uniform(0.5, 0.7), rng.uniform(0.45, 0.58), rng.uniform(0.38, 0.55)
        cone = lathe([(0.05, 0), (r, deep), (0.93 * r, deep), (0.85 * r, 0.86 * deep), (0, 0.86 * deep)], 28)
        shape = stem(tall, 0.34).paint(pane) + cone.finer().paint(split_at(drink, pane, "y", 0.8 * deep)).move(
            0, tall - 0.03
        )
        shape += rod(0.86 * r, 0.04, around=26).paint(drink).move(0, tall + 0.84 * deep - 0.03)
        top = tall + deep
    else:
        top = rng.uniform(0.95, 1.2)
        points = (
            [(0.3, 0), (0.28, 0.06), (0.16, 0.14), (0.32, 0.5), (0.24, 0.8), (0.34, 1)]
            if kind == "hurricane"
            else [(0.28, 0), (0.3, 0.1), (0.33, 0.6), (0.36, 1)]
        )
        profile = smooth(np.array(points) * [1.1, top], 30)
        r = float(profile[-1, 0])
        second = pick(rng, [drink, drink_colour(rng)])
        low = split_at(second, drink, "y", 0.45 * top)
        shape = vessel(profile, 0.04, 28, 0.2).paint(pane if chance(rng, 0.1) else low) + torus(
            0.97 * r, 0.03, 28, 8
        ).paint(pane).move(0, top)
        shape += strewn(
            rng, lambda: box(0.17, 0.17, 0.17, 0.03).turn("x", rng.uniform(0, 40)), 3, 0.4 * r, 0.95 * top
        ).paint(CLEAR)
    shape += citrus(rng, rng.uniform(0.16, 0.22)).turn("y", 60).move(0.92 * r, top + 0.04, 0.1)
    if chance(rng, 0.6):
        shape += straw(rng, 0.8 * top, top + 0.45, 0.12).move(-0.1, 0, -0.05)
    if chance(rng, 0.4):
        cover = lathe([(0.34, -0.14), (0.3, -0.1), (0, 0.06)], 16).paint(wedges([vivid(rng), vivid(rng)], 8)) + rail(
            (0, -0.6, 0), (0, 0.1, 0), 0.025
        )
        return shape + cover.turn("z", 28).move(-0.35, top + 0.38, 0.1)
    return shape + ball(0.075, detail=10).paint(pick(rng, [(0.8, 0.08, 0.12), (0.5, 0.6, 0.2)])).move(
        -0.1, top - 0.02, 0.15
    )


def swirl(r: float, high: float, colour: Colour) -> Shape:
    """Return a whorl of cream on y = 0."""
    turn = np.linspace(0, 2.6 * 2 * np.pi, 36)
    out = 0.62 * r * (1 - turn / turn[-1])
    path = np.stack([out * np.cos(turn), 0.1 * r + high * 0.85 * turn / turn[-1], out * np.sin(turn)], 1)
    return (
        tube(path, np.linspace(0.4 * r, 0.1 * r, 36), 8)
        + lathe([(0.7 * r, 0), (0.4 * r, 0.4 * high), (0, 0.8 * high)], 16)
    ).paint(colour)


def milkshake(rng: np.random.Generator) -> Shape:
    """Return a tall glass with cream, sauce, a cherry and a straw."""
    drink, top = (
        pick(rng, [pastel(rng), near(rng, (0.95, 0.7, 0.75)), near(rng, (0.55, 0.35, 0.22)), CREAM]),
        rng.uniform(0.9, 1.3),
    )
    kind = pick(rng, ["footed", "tall", "mug"])
    points = {
        "footed": [(0.3, 0), (0.26, 0.06), (0.1, 0.16), (0.24, 0.3), (0.36, 1)],
        "tall": [(0.24, 0), (0.26, 0.1), (0.33, 0.7), (0.37, 1)],
        "mug": [(0.36, 0), (0.38, 0.1), (0.38, 0.6), (0.38, 1)],
    }[kind]
    profile = smooth(np.array(points) * [1, top], 26)
    sauce = pick(rng, [CHOCOLATE, (0.85, 0.15, 0.25), shade(drink, 0.7)])
    shape = lathe([*profile, (0, top)], 26).paint(
        pick(
            rng,
            [split_at(CLEAR, drink, "y", 0.22 * top), drink, stripes([drink, drink, shade(drink, 0.75)], "y", 0.12)],
        )
    )
    shape += torus(0.36, 0.04, 28, 8).paint(CLEAR).move(0, top)
    if kind == "mug":
        shape += handle(0.36, 0.25 * top, 0.75 * top, 0.25, 0.05).paint(CLEAR)
    high = rng.uniform(0.35, 0.5)
    shape += swirl(0.37, high, pick(rng, [WHITE, CREAM, drink])).move(0, top)
    if chance(rng, 0.5):
        shape += strewn(rng, lambda: box(0.05, 0.05, 0.05).paint(vivid(rng)), 10, 0.3, top + 0.22)
    if chance(rng, 0.5):
        shape += (ball(0.09, 0.07, 0.09, detail=8).move(0.27, 0.14).around(6)).paint(sauce).move(0, top)
    shape += ball(0.1, detail=12).paint((0.85, 0.08, 0.12)).move(0, top + high + 0.04)
    if chance(rng, 0.25):
        shape += torus(0.17, 0.08, 22, 10).turn("x", 90).paint(vivid(rng)).move(-0.25, top + 0.25, -0.1)
    return shape + straw(rng, 0.9 * top, top + 0.75, 0.16).move(0.1, 0, -0.06)


def wine_glass(rng: np.random.Generator) -> Shape:
    """Return a wine glass, a flute or a goblet, at times with a drink."""
    kind, tall = pick(rng, ["red", "flute", "goblet", "red"]), rng.uniform(0.45, 0.75)
    metal = kind == "goblet"
    pane = (
        pick(rng, [(0.85, 0.68, 0.25), STEEL, wood(rng)])
        if metal
        else pick(rng, [CLEAR, CLEAR, glass(rng), pastel(rng)])
    )
    points = {
        "red": [(0.05, 0), (0.28, 0.12), (0.38, 0.36), (0.3, 0.72)],
        "flute": [(0.05, 0), (0.16, 0.12), (0.2, 0.5), (0.18, 0.95)],
        "goblet": [(0.08, 0), (0.3, 0.08), (0.34, 0.3), (0.38, 0.6)],
    }[kind]
    profile = smooth(np.array(points) * [rng.uniform(0.9, 1.2), rng.uniform(0.9, 1.15)], 20)
    drink = pick(rng, [(0.5, 0.05, 0.15), (0.95, 0.85, 0.5), (0.95, 0.6, 0.6)])
    full = not metal and chance(rng, 0.7)
    level = float(profile[-1, 1]) * rng.uniform(0.4, 0.75)
    cup = vessel(profile, 0.045, sides(rng), 1 - level / float(profile[-1, 1]) if full else 0.85)
    shape = cup.paint(split_at(drink, pane, "y", level + 0.01) if full else pane).move(0, tall - 0.02)
    shape += stem(tall, rng.uniform(0.26, 0.34)).paint(pane)
    if metal:
        shape += ball(0.1, 0.08).paint(pane).move(0, 0.55 * tall) + ball(0.05, detail=8).move(0.37, tall + 0.3).around(
            6
        ).paint(vivid(rng))
    return shape


FAMILIES = {"cocktail": cocktail, "milkshake": milkshake, "wine_glass": wine_glass}
