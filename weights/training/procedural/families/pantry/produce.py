"""Fruit, whole and cut."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth
from ...paint import (
    BLACK,
    CREAM,
    WHITE,
    chance,
    leaf,
    near,
    pick,
    shade,
    split_at,
    spots,
    stripes,
    tiles,
    wedges,
)
from ...parts import ball, extrude, lathe, rail, rod, torus, tube
from ...shape import NOTHING, Colour, Shape, join
from ..home.fruit import blade, stalk
from .serving import YOLK, sides, strewn


def pineapple(rng: np.random.Generator) -> Shape:
    """Return a pineapple with its crown, whole or cut to a ring or wedge beside it."""
    high, r = rng.uniform(0.8, 1.1), rng.uniform(0.34, 0.44)
    skin, green = near(rng, pick(rng, [(0.85, 0.6, 0.15), (0.75, 0.5, 0.2), (0.7, 0.62, 0.2)])), leaf(rng)
    t = np.linspace(-1, 1, 15)
    profile = np.stack([r * np.maximum(1 - np.abs(t) ** 3.2 * 0.55, 0), high * (t + 1) / 2], 1)
    body = lathe([*profile, (0, high)], 24).paint(tiles([skin, shade(skin, 0.72)], high / 7, 12))
    if chance(rng, 0.6):
        knobs = [
            ball(0.07, 0.07, 0.05, detail=6)
            .move(0, y, float(np.interp(y, profile[:, 1], profile[:, 0])) - 0.01)
            .turn("y", 36 * i + 18 * k)
            for k, y in enumerate(np.linspace(0.1, 0.9, 6) * high)
            for i in range(10)
        ]
        body = lathe([*profile, (0, high)], 20).paint(shade(skin, 0.8)) + join(knobs).paint(skin)
    shape = body
    for k, (count, out, rise) in enumerate(((7, 0.42, 0.22), (6, 0.3, 0.42), (5, 0.14, 0.58))):
        path = [(0.04, 0, 0), (0.5 * out, 0.65 * rise, 0), (out, rise, 0)]
        one = tube(path, np.array([[0.07, 0.04], [0.085, 0.035], [0.01, 0.01]]), 8, along=7)
        shape += one.around(count).turn("y", 25 * k).paint(shade(green, 0.85 + 0.15 * k)).move(0, high - 0.04)
    if chance(rng, 0.25):
        ring = torus(0.24, 0.12, 24, 8, 0.07).paint(YOLK) + torus(0.34, 0.05, 24, 6, 0.075).paint(skin)
        shape += ring.turn("x", 65).move(0.45, 0.3, 0.35)
    return shape


def melon_slice(rng: np.random.Generator) -> Shape:
    """Return a slice of melon: half disc, wedge or triangle, or a halved melon."""
    flesh = near(rng, pick(rng, [(0.92, 0.2, 0.22), (0.92, 0.2, 0.22), (0.95, 0.6, 0.25), (0.75, 0.88, 0.5)]))
    rind, seeds = near(rng, (0.2, 0.5, 0.18)), flesh[1] < 0.4
    deep, kind = rng.uniform(0.16, 0.4), pick(rng, ["half", "triangle", "wedge", "bowl"])
    if kind == "bowl":
        t = np.linspace(0, np.pi / 2, 10)
        low = np.stack([0.7 * np.sin(t), -0.66 * np.cos(t)], 1)
        skin = (
            stripes([rind, shade(rind, 1.7)], "x", 0.12, 5) if chance(rng, 0.5) else wedges([rind, shade(rind, 1.6)], 9)
        )
        shape = lathe([*low, (0.68, 0.03), (0, 0.03)], 32).paint(skin)
        shape += rod(0.65, 0.1, around=32).paint((0.9, 0.95, 0.8)) + rod(0.6, 0.13, around=30).paint(flesh)
        pips = ball(0.035, 0.03, 0.05, detail=6)
        return (
            shape
            + (
                strewn(rng, lambda: pips, 14, 0.45, 0.06).paint(BLACK)
                if seeds
                else rod(0.25, 0.15, around=20).paint(shade(flesh, 0.75))
            )
        ).turn("x", pick(rng, [0, 25, 60]))
    if kind == "wedge":
        t = np.linspace(-1, 1, 19)
        path = np.stack([0.75 * np.sin(1.25 * t), 0.75 - 0.75 * np.cos(1.25 * t), 0 * t], 1)
        size = np.maximum(1 - np.abs(t) ** 2.2, 0.02)
        inner = path + np.stack([0 * t, 0.16 * size, 0 * t], 1)
        shape = tube(path, np.stack([0.2 * size, 0.12 * size], 1), 12).paint(rind)
        return shape + tube(inner, np.stack([0.16 * size, 0.17 * size], 1), 10).paint(flesh)
    start, end = (180, 360) if kind == "half" else (238, 302)
    count = 25 if kind == "half" else 11

    def piece(r: float, thick: float, colour: Colour) -> Shape:
        outline = arc(r, start, end, count)
        return extrude(outline if kind == "half" else [(0, 0), *outline], thick).paint(colour)

    shape = (
        piece(0.8, deep, rind)
        + piece(0.75, deep + 0.03, (0.88, 0.95, 0.75)).move(0, 0.004)
        + piece(0.69, deep + 0.06, flesh).move(0, 0.008)
    )
    if seeds:
        angles = np.radians(np.linspace(start + 14, end - 14, 6 if kind == "half" else 3))
        for k, a in enumerate(angles):
            out = 0.5 - 0.18 * (k % 2)
            pip = ball(0.03, 0.05, deep / 2 + 0.05, detail=6).turn("z", np.degrees(a) + 90)
            shape += pip.paint(BLACK).move(out * np.cos(a), out * np.sin(a))
    return shape.turn("z", pick(rng, [0, 0, 180]) if kind == "half" else 0).turn("x", pick(rng, [0, -20]))


def half_coconut(r: float, high: float) -> Shape:
    """Return a hollow half of a coconut."""
    hollow = vessel_of(r, high)
    shape = hollow.paint(split_at((0.4, 0.26, 0.15), (0.97, 0.96, 0.92), "y", -0.001)) + torus(
        0.93 * r, 0.06, 28, 8
    ).paint((0.4, 0.26, 0.15))
    shape += torus(0.82 * r, 0.07, 28, 8).paint(WHITE)
    return shape


def half_fruit(rng: np.random.Generator) -> Shape:
    """Return a fruit cut in half: avocado, coconut, orange, kiwi, onion, peach or pomegranate."""
    kind = pick(rng, ["avocado", "coconut", "citrus", "citrus", "kiwi", "onion", "peach"])
    r, high = 0.55, rng.uniform(0.4, 0.55)
    t = np.linspace(0, np.pi / 2, 9)

    def dome(colour: Colour, deep: float = high) -> Shape:
        return lathe([*np.stack([r * np.sin(t), -deep * np.cos(t)], 1), (0.98 * r, 0.02), (0, 0.02)], 28).paint(colour)

    def layer(share: float, colour: Colour, rise: float) -> Shape:
        return rod(share * r, 0.08, around=28).paint(colour).move(0, rise - 0.02)

    if kind == "avocado":
        shape = (
            dome(near(rng, (0.2, 0.3, 0.12)))
            + layer(0.92, (0.62, 0.75, 0.3), 0.02)
            + layer(0.82, (0.9, 0.9, 0.55), 0.035)
        )
        shape += (
            ball(0.2, detail=16).paint((0.5, 0.3, 0.15)).move(0, 0.04, 0.1)
            if chance(rng, 0.7)
            else layer(0.36, (0.75, 0.7, 0.35), 0.05)
        )
        shape = shape.bend(
            lambda v: v * np.stack([1 - 0.28 * np.clip(-v[:, 2], -0.2, 1), np.ones(len(v)), 1.25 - 0.3 * v[:, 2]], 1)
        )
    elif kind == "coconut":
        shape = half_coconut(r, high)
    elif kind == "kiwi":
        green = near(rng, (0.5, 0.72, 0.15))
        shape = dome(near(rng, (0.45, 0.33, 0.18))) + layer(0.93, green, 0.03) + layer(0.3, (0.93, 0.93, 0.75), 0.05)
        shape += ball(0.025, 0.03, 0.045, detail=6).move(0, 0.06, 0.26).around(14).paint(BLACK)
    elif kind == "onion":
        tone = near(rng, pick(rng, [(0.6, 0.2, 0.4), (0.85, 0.6, 0.25)]))
        shape = dome(tone) + join(
            layer(1 - 0.16 * k, pick(rng, [(0.95, 0.9, 0.93), shade(tone, 1.8)]) if k % 2 else WHITE, 0.02 + 0.012 * k)
            for k in range(6)
        )
        shape += rail((0, -0.05, -0.5), (0, 0, -0.75), 0.08, 0.03).paint(shade(tone, 0.8))
    elif kind == "peach":
        tone = near(rng, (0.95, 0.6, 0.4))
        shape = (
            dome(shade(tone, 0.85))
            + layer(0.95, (0.98, 0.8, 0.5), 0.03)
            + ball(0.2, 0.14, 0.24, detail=10).paint((0.5, 0.28, 0.15)).move(0, 0.06)
        )
    else:
        peel = near(rng, pick(rng, [(0.97, 0.55, 0.08), (0.97, 0.85, 0.2), (0.45, 0.7, 0.2), (0.95, 0.45, 0.35)]))
        count = int(rng.integers(7, 11))
        segment = extrude([(0, 0.06), *arc(0.84 * r, 90 - 150 / count, 90 + 150 / count, 5)], 0.08, plane="xz").paint(
            shade(peel, 1.15)
        )
        shape = dome(peel) + layer(0.95, CREAM, 0.02) + segment.around(count).move(0, 0.045)
    shape = shape.turn("x", pick(rng, [90, 70, 40]))
    if chance(rng, 0.3):
        return shape + dome(shape.colours[0, 0]).turn("x", rng.uniform(-120, -60)).move(0.75, -0.1, -0.4)
    return shape


def vessel_of(r: float, high: float) -> Shape:
    """Return a half shell, open above, its rim on y = 0."""
    t = np.linspace(0, np.pi / 2, 9)
    outside = np.stack([r * np.sin(t), -high * np.cos(t)], 1)
    inside = np.stack([0.8 * r * np.sin(t[::-1]), -0.72 * high * np.cos(t[::-1])], 1)
    return lathe([*outside, *inside], 28)


def nut(rng: np.random.Generator) -> Shape:
    """Return an acorn, a walnut, a hazelnut or a coconut."""
    kind, colour = (
        pick(rng, ["acorn", "acorn", "walnut", "coconut", "hazelnut"]),
        near(rng, pick(rng, [(0.6, 0.38, 0.18), (0.72, 0.48, 0.25)])),
    )
    if kind == "acorn":
        shape = lathe(smooth([(0, -0.58), (0.05, -0.52), (0.3, -0.3), (0.4, 0.05), (0.36, 0.2)], 18), sides(rng)).paint(
            colour
        )
        cap = lathe(smooth([(0.4, 0.08), (0.48, 0.14), (0.4, 0.34), (0.15, 0.46), (0, 0.47)], 14), 24)
        cap = cap.paint(tiles([shade(colour, 0.55), shade(colour, 0.72)], 0.07, 14))
        return (
            shape
            + cap
            + stalk(0.25, 0.05).move(0, 0.44)
            + (blade(0.5, 0.14, leaf(rng)).move(0, 0.5) if chance(rng, 0.5) else NOTHING)
        )
    if kind == "walnut":
        shape = ball(0.5, 0.46, 0.42, detail=26)
        shape = shape.bend(
            lambda v: v * (1 + 0.05 * np.sin(13 * v[:, :1] + 2 * np.sin(9 * v[:, 1:2])) * np.cos(15 * v[:, 2:]))
        )
        return shape.paint(colour) + torus(0.47, 0.05, 28, 8).turn("x", 90).paint(shade(colour, 0.75))
    if kind == "coconut":
        husk = near(rng, (0.4, 0.26, 0.15))
        shape = ball(0.5, 0.5, 0.55, detail=24).paint(spots(rng, husk, shade(husk, 0.75), 0.12, 0.4))
        return shape + ball(0.07, 0.07, 0.05, detail=8).paint(shade(husk, 0.4)).move(0, 0.13, 0.52).around(3, "z")
    shape = lathe(smooth([(0, -0.45), (0.25, -0.38), (0.42, -0.05), (0.3, 0.3), (0.05, 0.5), (0, 0.5)], 18), 24).paint(
        colour
    )
    return (
        shape
        + lathe([(0.28, -0.46), (0.3, -0.36), (0, -0.3)], 20).paint(shade(colour, 1.4))
        + strewn(rng, lambda: blade(0.55, 0.2, leaf(rng)), 3, 0.1, -0.42)
    )


FAMILIES = {"pineapple": pineapple, "melon_slice": melon_slice, "half_fruit": half_fruit, "nut": nut}
