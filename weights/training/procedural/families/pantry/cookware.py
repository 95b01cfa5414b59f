"""Pots, steamers, mortars and trays."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
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
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, lathe, rail, rod, torus, tube
from ...shape import NOTHING, Shape, join
from ..home.vessels import glaze, handle, vessel
from .serving import SALAD, TOMATO, fluted, heap, sides, strewn


def mortar(rng: np.random.Generator) -> Shape:
    """Return a mortar with its pestle."""
    colour = pick(rng, [grey(rng, 0.3, 0.8), wood(rng), WHITE, metal(rng)])
    high, r = rng.uniform(0.5, 0.75), rng.uniform(0.42, 0.55)
    points = pick(
        rng,
        [
            [(0.75, 0), (0.8, 0.1), (0.92, 0.5), (1, 1)],
            [(0.7, 0), (0.65, 0.12), (0.4, 0.25), (0.85, 0.6), (1, 1)],
            [(0.6, 0), (0.9, 0.3), (1, 0.7), (0.95, 1)],
        ],
    )
    profile = smooth(np.array(points) * [r, high], 18)
    shape = vessel(profile, 0.1, pick(rng, [8, 26, 26]), 0.7).paint(colour) + torus(0.97 * r, 0.05, 28, 8).paint(
        colour
    ).move(0, high)
    pestle = lathe(
        smooth([(0.02, 0), (0.13, 0.05), (0.12, 0.18), (0.06, 0.4), (0.07, 0.75), (0.09, 0.9), (0.01, 0.96)], 20), 16
    )
    shape += (
        pestle.paint(pick(rng, [colour, shade(colour, 0.8), wood(rng)]))
        .turn("z", rng.uniform(-30, -15))
        .move(-0.15 * r, 0.35 * high)
    )
    if chance(rng, 0.4):
        shape += (
            heap(rng, lambda: ball(0.09, 0.06, detail=8), 9, 0.6 * r, 0.1)
            .paint(pick(rng, [SALAD, (0.8, 0.6, 0.3), TOMATO]))
            .move(0, 0.6 * high)
        )
    return shape


def steamer(rng: np.random.Generator) -> Shape:
    """Return bamboo baskets in a stack, closed by a lid or open with dumplings."""
    cane, r, high = near(rng, (0.85, 0.66, 0.4)), rng.uniform(0.55, 0.7), rng.uniform(0.22, 0.32)
    ring = lathe([(r, 0), (r, high), (0.9 * r, high), (0.9 * r, 0.1), (0, 0.1)], 30).paint(cane)
    bands = (rod(1.03 * r, 0.07, around=30).move(0, 0.05) + rod(1.03 * r, 0.07, around=30).move(0, high - 0.1)).paint(
        shade(cane, 0.75)
    )
    count, inner = (
        int(rng.integers(1, 4)),
        lathe([(0.86 * r, 0), (0.86 * r, 0.06), (0, 0.06)], 28).paint(shade(cane, 0.9)).move(0, high - 0.14),
    )
    solid = lathe(
        [(1.03 * r, high - 0.17), (1.03 * r, high - 0.1), (0.92 * r, high - 0.1), (0.92 * r, high - 0.17)], 30
    )
    shape = join((ring + bands.scale(1)).move(0, k * high) for k in range(count - 1)) if count > 1 else NOTHING
    top = (count - 1) * high
    if chance(rng, 0.5):
        lid = lathe(smooth([(r, 0), (0.9 * r, 0.1), (0.5 * r, 0.2), (0, 0.23)], 9), 30).paint(
            pick(rng, [stripes([cane, shade(cane, 0.85)], "x", 0.09, 5), cane])
        )
        shape += (
            (ring + bands).move(0, top)
            + lid.move(0, top + high - 0.01)
            + torus(1.0 * r, 0.04, 30, 6).paint(shade(cane, 0.7)).move(0, top + high)
        )
        return shape + torus(0.1, 0.035, 16, 6).turn("x", 90).paint(shade(cane, 0.7)).move(0, top + high + 0.28)
    shape += (ring + inner).move(0, top) + solid.paint(shade(cane, 0.75)).move(0, top)
    dough, tip = (
        near(rng, pick(rng, [WHITE, (0.97, 0.93, 0.82), (0.95, 0.85, 0.6)]), 0.03),
        pick(rng, [None, (0.95, 0.55, 0.6), SALAD]),
    )
    bun = fluted(
        lathe(smooth([(0.15, 0), (0.19, 0.08), (0.12, 0.19), (0.03, 0.26), (0, 0.25)], 12), 32), 8, 0.06
    ).paint(dough)
    if tip:
        bun += ball(0.05, 0.04, detail=8).paint(tip).move(0, 0.25)
    buns = bun.move(0.5 * r).around(int(rng.integers(4, 6))) + bun
    return shape + buns.move(0, top + high - 0.1)


def pot(rng: np.random.Generator) -> Shape:
    """Return a stew pot with handles, closed, with its lid aside, or full of soup; or a cauldron."""
    colour = pick(rng, [STEEL, vivid(rng), vivid(rng), dark(rng), pastel(rng)])
    r, high = rng.uniform(0.5, 0.65), rng.uniform(0.45, 0.85)
    trim = pick(rng, [colour, BLACK, shade(colour, 0.6)])
    if chance(rng, 0.2):
        iron = grey(rng, 0.12, 0.25)
        body = vessel(
            smooth([(0.1, 0), (0.45, 0.1), (0.62, 0.42), (0.45, 0.75), (0.55, 0.85)], 20), 0.07, sides(rng), 0.4
        ).paint(iron)
        legs = rail((0.3, 0.15, 0), (0.42, -0.2, 0), 0.07).around(3).paint(iron)
        stew = (
            rod(0.46, 0.06, around=24)
            .paint(pick(rng, [(0.4, 0.8, 0.3), (0.6, 0.35, 0.12), (0.5, 0.3, 0.7)]))
            .move(0, 0.7)
        )
        bow = tube(
            [(-0.52, 0.8, 0), (-0.4, 1.2, 0), (0, 1.35, 0), (0.4, 1.2, 0), (0.52, 0.8, 0)], 0.035, 8, along=16
        ).paint(iron)
        return (
            body
            + legs
            + stew
            + (bow if chance(rng, 0.5) else NOTHING)
            + strewn(rng, lambda: ball(rng.uniform(0.05, 0.1), detail=8), 5, 0.3, 0.74).paint(stew.colours[0, 0])
        )
    full = chance(rng, 0.4)
    profile = [(0.94 * r, 0), (r, 0.06), (r, 0.5 * high), (r, high)]
    body = vessel(np.array(profile), 0.06, sides(rng), 0.25).paint(
        pick(rng, [colour, glaze(rng, high) if colour != STEEL else colour])
    )
    shape = body + torus(r, 0.035, 28, 8).paint(trim).move(0, high)
    if chance(rng, 0.75):
        shape += handle(r, 0.68 * high, 0.84 * high, 0.2, 0.055).turn("x", 0).scale(1, 1, 2).both().paint(trim)
    else:
        shape += rail((r, 0.75 * high, 0), (r + 0.8, 0.8 * high, 0), 0.06, 0.075, 10).paint(trim)
    lid = lathe(smooth([(1.03 * r, 0), (0.9 * r, 0.09), (0.4 * r, 0.16), (0, 0.17)], 9), 28).paint(
        pick(rng, [colour, (0.8, 0.87, 0.9)])
    )
    lid += rod(0.06, 0.1, around=12).paint(trim).move(0, 0.2) + ball(0.12, 0.07).paint(trim).move(0, 0.27)
    if not full:
        return shape + lid.move(0, high + 0.01)
    soup = pick(rng, [(0.85, 0.35, 0.12), (0.6, 0.35, 0.15), (0.9, 0.75, 0.35), SALAD])
    shape += rod(0.93 * r, 0.05, around=26).paint(soup).move(0, 0.84 * high)
    shape += strewn(
        rng,
        lambda: box(0.13, 0.1, 0.13, 0.03).paint(pick(rng, [TOMATO, SALAD, (0.95, 0.6, 0.2), shade(soup, 0.6)])),
        10,
        0.75 * r,
        0.87 * high,
    )
    if chance(rng, 0.5):
        return shape + rail((0.1, 0.8 * high, 0), (0.8 * r, high + 0.55, 0.1), 0.045).paint(wood(rng))
    return shape + lid.turn("x", 70).move(0, r, r + 0.1)


def tray(rng: np.random.Generator) -> Shape:
    """Return a serving tray with cups or food, a cloche on a platter, or a muffin tin."""
    kind, colour = pick(rng, ["tray", "tray", "cloche", "tin"]), pick(rng, [wood(rng), STEEL, vivid(rng), dark(rng)])
    if kind == "cloche":
        shine = pick(rng, [STEEL, (0.9, 0.75, 0.35)])
        shape = lathe([(0.6, 0), (0.9, 0.06), (0.88, 0.1), (0, 0.06)], 32).paint(shine)
        dome = lathe(
            [*[(0.66 * np.cos(a), 0.6 * np.sin(a)) for a in np.linspace(0, 1.5, 12)], (0, 0.6)], sides(rng, 30)
        )
        return shape + (dome + torus(0.66, 0.035, 30, 8) + ball(0.08).move(0, 0.66)).paint(shade(shine, 1.1)).move(
            0, 0.08
        )
    wide, deep = rng.uniform(1.2, 1.6), rng.uniform(0.8, 1.0)
    shape = box(wide, 0.07, deep, 0.02).paint(colour)
    if kind == "tin":
        for x in (-0.34, 0, 0.34):
            for z in (-0.25, 0.25):
                cup = lathe([(0.13, 0), (0.19, 0.2), (0.14, 0.2), (0, 0.1)], 18).paint(shade(colour, 0.8))
                muffin = ball(0.2, 0.16, 0.2, detail=12).paint(near(rng, (0.75, 0.48, 0.22))).move(0, 0.22)
                shape += (cup + muffin).move(x * wide, 0, z * deep)
        return shape
    rim = (
        box(wide, 0.16, 0.06, 0.02).move(0, 0.06, deep / 2 - 0.03).both("z")
        + box(0.06, 0.16, deep, 0.02).move(wide / 2 - 0.03, 0.06).both()
    )
    grip = tube(
        [(wide / 2, 0.08, -0.2), (wide / 2 + 0.12, 0.16, -0.18), (wide / 2 + 0.12, 0.16, 0.18), (wide / 2, 0.08, 0.2)],
        0.035,
        8,
        along=12,
    )
    shape += rim.paint(shade(colour, 0.85)) + grip.both().paint(shade(colour, 0.7))
    cup = vessel(smooth([(0.12, 0), (0.16, 0.1), (0.17, 0.28)], 8), 0.03, 20, 0.3).paint(pick(rng, [WHITE, vivid(rng)]))
    shape += cup.move(0.28 * wide, 0.03, -0.15)
    if chance(rng, 0.6):
        shape += cup.move(0.1 * wide, 0.03, 0.18)
    dish = lathe([(0.18, 0), (0.3, 0.05), (0.27, 0.08), (0, 0.04)], 24).paint(WHITE)
    return shape + (
        dish
        + heap(rng, lambda: ball(0.09, detail=8).paint(pick(rng, [vivid(rng), (0.8, 0.55, 0.25)])), 7, 0.15, 0.08).move(
            0, 0.1
        )
    ).move(-0.22 * wide, 0.03, 0.05)


FAMILIES = {"mortar": mortar, "steamer": steamer, "pot": pot, "tray": tray}
