"""Barrels, chests, crates and rocks."""

from __future__ import annotations

import numpy as np

from ...curves import arc
from ...paint import (
    GOLD,
    STEEL,
    WHITE,
    chance,
    checks,
    dark,
    grey,
    leaf,
    near,
    pick,
    shade,
    speckled,
    split_at,
    stripes,
    vivid,
    wedges,
    wood,
)
from ...parts import ball, box, extrude, lathe, rod, torus, tube
from ...shape import Shape, join


def barrel(rng: np.random.Generator) -> Shape:
    """Return a wooden cask, an oil drum or a dustbin."""
    kind = pick(rng, ["cask", "cask", "drum", "bin"])
    high = rng.uniform(1.1, 1.4)
    if kind == "cask":
        timber, iron = wood(rng), pick(rng, [dark(rng), STEEL, (0.7, 0.55, 0.25)])
        waist, end = rng.uniform(0.48, 0.56), 0.4
        height = np.linspace(0, high, 11)
        radius = end + (waist - end) * np.sin(np.pi * height / high)
        shape = lathe(
            [
                (0.9 * end, 0.04),
                (0.9 * end, 0),
                *zip(radius, height, strict=True),
                (0.9 * end, high),
                (0.9 * end, high - 0.04),
            ],
            24,
        ).paint(wedges([timber, shade(timber, 0.85), shade(timber, 1.1)], 12))
        for t in (0.08, 0.3, 0.7, 0.92):
            shape += (
                rod(1.03 * float(np.interp(t * high, height, radius)), 0.09, around=24).paint(iron).move(0, t * high)
            )
        return shape.turn("x", 90) if chance(rng, 0.25) else shape
    if kind == "drum":
        colour = vivid(rng)
        shape = (
            rod(0.45, high, around=28)
            .paint(pick(rng, [colour, split_at(colour, shade(colour, 0.6), "y", 0)]))
            .move(0, high / 2)
        )
        shape += torus(0.455, 0.03, 28, 8).along(4, y=high / 3.05).paint(shade(colour, 0.8)).move(0, high / 2)
        return (
            shape
            + rod(0.07, 0.06, around=14).paint(STEEL).move(0.22, high, 0.1)
            + rod(0.04, 0.05, around=10).paint(STEEL).move(-0.24, high, 0)
        )
    colour = pick(rng, [STEEL, (0.25, 0.4, 0.3), grey(rng, 0.3, 0.6)])
    shape = lathe([(0.38, 0), (0.46, high), (0, high)], 30).paint(colour) + box(0.05, high * 0.94, 0.05).turn(
        "x", 3.4
    ).move(0, high / 2, 0.43).around(15).paint(shade(colour, 0.85))
    lid = lathe([(0.5, 0), (0.5, 0.06), (0.3, 0.15), (0, 0.18)], 30) + tube(
        [(-0.1, 0.15, 0), (-0.08, 0.26, 0), (0.08, 0.26, 0), (0.1, 0.15, 0)], 0.03, along=10
    )
    return (
        shape
        + lid.paint(shade(colour, 0.92)).turn("z", pick(rng, [0, 0, 10])).move(0, high)
        + torus(0.1, 0.025, 16, 6).turn("z", 90).paint(colour).move(0.46, 0.75 * high).both()
    )


def chest(rng: np.random.Generator) -> Shape:
    """Return a treasure chest, shut or open on gold."""
    timber, iron = wood(rng), pick(rng, [GOLD, dark(rng), STEEL])
    wide, deep, high = rng.uniform(1.0, 1.35), rng.uniform(0.65, 0.85), rng.uniform(0.4, 0.55)
    opened = chance(rng, 0.5)
    cover = stripes([timber, shade(timber, 0.85)], "y", 0.14)
    shape = box(wide, high, deep, 0.015, cuts=8).paint(cover).move(0, high / 2)
    lid = extrude([(-deep / 2, 0), (deep / 2, 0), *arc(deep / 2, 8, 172, 13)], wide, plane="zy").paint(
        shade(timber, 0.95)
    )
    band = extrude(
        [(-deep / 2 - 0.02, 0), (deep / 2 + 0.02, 0), *arc(deep / 2 + 0.025, 5, 175, 13)], 0.11, plane="zy"
    ).paint(iron)
    lid += band.move(0.4 * wide).both() + (band if chance(rng, 0.4) else band.scale(0.5, 0.99, 0.99))
    lid += box(0.16, 0.2, 0.06, 0.01).paint(GOLD if iron != GOLD else dark(rng)).move(0, 0.0, deep / 2)
    shape += (
        box(0.11, high, deep + 0.04).paint(iron).move(0.4 * wide, high / 2).both()
        + box(wide + 0.03, 0.08, deep + 0.03).paint(iron).move(0, high - 0.04)
        + box(wide + 0.03, 0.08, deep + 0.03).paint(iron).move(0, 0.04)
    )
    if not opened:
        return shape + lid.move(0, high)
    shape += lid.move(0, 0, deep / 2).turn("x", -rng.uniform(50, 85)).move(0, high, -deep / 2)
    gold = ball(0.46 * wide, 0.16, 0.42 * deep, 2.6).paint(GOLD).move(0, high)
    coins = [
        rod(0.09, 0.03, around=12)
        .turn("x", rng.uniform(-60, 60))
        .turn("y", rng.uniform(0, 180))
        .move(*(rng.uniform(-1, 1, 3) * [0.36 * wide, 0.04, 0.3 * deep] + [0, high + 0.14, 0]))
        for _ in range(14)
    ]
    return (
        shape
        + gold
        + join(coins).paint(shade(GOLD, 1.1))
        + ball(0.09, detail=8, power=1.4).paint(vivid(rng)).move(0.1, high + 0.2, 0.05)
    )


def cardboard_box(rng: np.random.Generator, wide: float, high: float, deep: float) -> Shape:
    """Return a box with flaps, open or taped."""
    card = (0.72, 0.54, 0.35)
    shape = box(wide, high, deep, 0.01).paint(card)
    flap = rng.uniform(10, 60)
    lid = box(wide, 0.035, deep / 2).move(0, 0, -deep / 4).turn("x", flap).move(0, high / 2, deep / 2)
    if chance(rng, 0.5):
        return (
            shape
            + lid.both("z").paint(shade(card, 1.1))
            + box(0.92 * wide, 0.03, 0.92 * deep).paint(shade(card, 0.6)).move(0, high / 2)
        )
    return (
        shape
        + box(0.14, 0.5 * high, deep + 0.02).paint((0.85, 0.75, 0.55)).move(0, 0.28 * high)
        + box(0.3, 0.2, 0.02).paint(WHITE).move(0.25 * wide, -0.1, deep / 2)
    )


def crate(rng: np.random.Generator) -> Shape:
    """Return a wooden crate, a cardboard box, or a present with a bow."""
    kind, wide = pick(rng, ["crate", "crate", "present", "present", "cardboard"]), 1.0
    high, deep = rng.uniform(0.6, 1.1), rng.uniform(0.7, 1.1)
    if kind == "crate":
        timber = wood(rng)
        shape = box(0.94 * wide, 0.94 * high, 0.94 * deep).paint(shade(timber, 0.75))
        post = box(0.12, high, 0.12).move(0.44 * wide, 0, deep / 2 - 0.06).corners()
        rails = (
            box(wide, 0.12, 0.1).move(0, high / 2 - 0.06, deep / 2 - 0.04).both("z")
            + box(0.1, 0.12, deep).move(wide / 2 - 0.04, high / 2 - 0.06).both()
        )
        cross = (
            box(np.hypot(wide, high) * 0.86, 0.11, 0.07)
            .turn("z", np.degrees(np.arctan2(high, wide)))
            .move(0, 0, deep / 2 - 0.03)
            .both("z")
        )
        cross += (
            box(0.07, 0.11, np.hypot(deep, high) * 0.86)
            .turn("x", np.degrees(np.arctan2(high, deep)))
            .move(wide / 2 - 0.03)
            .both()
        )
        return shape + (post + rails + rails.mirrored("y")).paint(timber) + cross.paint(shade(timber, 0.9))
    if kind == "cardboard":
        return cardboard_box(rng, wide, high, deep)
    colour, ribbon = vivid(rng), vivid(rng)
    shape = box(wide, high, deep, 0.02, cuts=10).paint(
        pick(
            rng, [colour, stripes([colour, shade(colour, 1.4)], "x", 0.2, 5), checks([colour, shade(colour, 0.8)], 0.2)]
        )
    )
    shape += box(0.15, high + 0.03, deep + 0.03).paint(ribbon) + box(wide + 0.03, high + 0.03, 0.15).paint(ribbon)
    if chance(rng, 0.5):
        shape += (
            box(wide + 0.08, 0.18, deep + 0.08, 0.02).paint(colour).move(0, high / 2 - 0.06)
            + box(0.15, 0.19, deep + 0.11).paint(ribbon).move(0, high / 2 - 0.06)
            + box(wide + 0.11, 0.19, 0.15).paint(ribbon).move(0, high / 2 - 0.06)
        )
    loop = tube(
        [(0, 0, 0), (0.18, 0.22, 0), (0.36, 0.14, 0), (0.22, 0.02, 0), (0, 0, 0)],
        np.array([[0.07, 0.025]] * 5),
        8,
        along=16,
    )
    bow = loop.both() + loop.scale(0.8).turn("y", 90).both("z") + ball(0.08, detail=10)
    return shape + bow.paint(ribbon).move(0, high / 2 + 0.05)


def rock(rng: np.random.Generator) -> Shape:
    """One boulder or a group; sometimes with moss, or crystals."""
    colour = near(rng, pick(rng, [(0.5, 0.5, 0.5), (0.55, 0.48, 0.4), (0.4, 0.42, 0.46), (0.65, 0.6, 0.52)]), 0.05)
    if chance(rng, 0.25):
        gem = vivid(rng)
        shape = ball(0.6, 0.2, 0.55, detail=14).paint(speckled(rng, colour, 0.06))
        for k in range(int(rng.integers(5, 9))):
            high, r = rng.uniform(0.4, 1.1), rng.uniform(0.09, 0.16)
            spike = (
                lathe([(r, -0.1), (1.1 * r, 0.75 * high), (0, high)], 6)
                .turn("x", rng.uniform(5, 38))
                .turn("y", 137 * k)
            )
            shape += spike.paint(shade(gem, 0.8 + 0.5 * high)).move(
                0.25 * np.cos(2.4 * k) * (k > 0), 0.05, 0.25 * np.sin(2.4 * k) * (k > 0)
            )
        return shape

    def stone(size: float) -> Shape:
        ways, phases = rng.normal(size=(6, 3)) * 2.2, rng.uniform(0, 6, 6)
        cuts = rng.normal(size=(9, 3))
        cuts /= np.linalg.norm(cuts, axis=1, keepdims=True)
        depth = rng.uniform(0.62, 0.95, 9)

        def chip(v: np.ndarray) -> np.ndarray:
            for cut, far in zip(cuts, depth, strict=True):
                over = np.maximum(v @ cut - far, 0)
                v = v - 0.9 * over[:, None] * cut
            return v * (1 + 0.05 * np.sin(v @ ways.T + phases).sum(1, keepdims=True) / 2)

        lump = ball(1, detail=26).bend(chip).scale(size, size * rng.uniform(0.55, 0.95), size * rng.uniform(0.7, 1.1))
        plain = speckled(rng, colour, 0.05)
        moss = leaf(rng)
        return (
            lump.paint(split_at(shade(colour, 0.9), moss, "y", 0.42 * size)) if chance(rng, 0.25) else lump.paint(plain)
        )

    shape = stone(0.7)
    for k in range(int(rng.integers(0, 4))):
        size = rng.uniform(0.2, 0.42)
        shape += stone(size).move(0.75 * np.cos(2.1 * k + 1), -0.3 + 0.4 * size, 0.75 * np.sin(2.1 * k + 1))
    return shape


FAMILIES = {
    "barrel": barrel,
    "chest": chest,
    "crate": crate,
    "rock": rock,
}
