"""Factories and garages."""

from __future__ import annotations

import numpy as np

from ...curves import arc
from ...paint import STEEL, WHITE, chance, dark, glass, grey, pick, shade, stripes, vivid, wood
from ...parts import ball, box, extrude, lathe, rail, rod
from ...shape import Shape, join
from ..places.houses import door, gable, roof_colour, wall_colour, window
from .town import parapet, roof_gear


def chimney(rng: np.random.Generator, high: float, r: float) -> Shape:
    """Return a smokestack on y = 0 with bands, sometimes smoking."""
    brick = pick(rng, [(0.65, 0.32, 0.24), grey(rng, 0.5, 0.85)])
    shape = (
        rod(r, high, 0.7 * r, 14)
        .finer()
        .paint(stripes([brick, brick, pick(rng, [WHITE, (0.8, 0.15, 0.1), shade(brick, 0.7)])], "y", high / 7, 7))
        .move(0, high / 2)
    )
    shape += rod(0.85 * r, 0.08, around=14).paint(shade(brick, 0.6)).move(0, high)
    if chance(rng, 0.3):
        smoke = [
            ball((0.8 + 0.4 * k) * r, detail=9).move(0.45 * r * k, high + (0.3 + 1.0 * k) * r, 0.2 * r * k)
            for k in range(4)
        ]
        shape += join(smoke).paint(grey(rng, 0.55, 0.9))
    return shape


def factory(rng: np.random.Generator) -> Shape:
    """Return a hall with a sawtooth or flat roof, smokestacks, tanks, pipes and loading doors."""
    wall, pane, roof = (
        pick(rng, [(0.68, 0.36, 0.28), grey(rng, 0.5, 0.85), wall_colour(rng)]),
        glass(rng),
        roof_colour(rng),
    )
    wide, deep, high = rng.uniform(1.8, 2.6), rng.uniform(1.1, 1.6), rng.uniform(0.7, 1.1)
    shape = box(wide, high, deep).paint(wall).move(0, high / 2) + box(wide + 0.4, 0.08, deep + 0.5).paint(
        grey(rng, 0.35, 0.6)
    ).move(0, 0.0)
    teeth = int(rng.integers(3, 6))
    step = wide / teeth
    kind = pick(rng, ["saw", "saw", "flat", "barrel"])
    if kind == "saw":
        tooth = extrude([(-step / 2, 0), (step / 2, 0), (-step / 2, 0.42)], deep).paint(wall) + extrude(
            [(-step / 2 - 0.03, 0.42), (step / 2, -0.02), (step / 2, 0.07), (-step / 2 - 0.03, 0.51)], deep + 0.1
        ).paint(roof)
        tooth += box(0.05, 0.24, 0.8 * deep).paint(pane).move(-step / 2, 0.22)
        shape += tooth.along(teeth, x=step).move(0, high)
    elif kind == "barrel":
        tooth = extrude(arc(step / 2, 0, 180, 11) * (1, 0.7), deep + 0.08).paint(roof)
        shape += tooth.along(teeth, x=step).move(0, high)
    else:
        shape += parapet(wide + 0.06, deep + 0.06, 0.16, shade(wall, 0.8)).move(0, high - 0.02) + roof_gear(
            rng, wide, deep
        ).move(0, high)
    panes = box(0.22, 0.22, 0.06).along(int(wide / 0.36), x=0.34).along(2 if high > 0.85 else 1, y=0.32).paint(pane)
    shape += panes.move(0, 0.65 * high, deep / 2).both("z")
    gate = box(0.42, 0.42, 0.08).finer().paint(stripes([vivid(rng), STEEL], "y", 0.1))
    shape += gate.along(int(rng.integers(1, 4)), x=0.55).move(0, 0.24, deep / 2 + 0.02)
    stacks, tall = int(rng.integers(1, 4)), rng.uniform(1.4, 2.4)
    at = rng.uniform(0.16, 0.24)
    stack = [
        chimney(rng, tall * rng.uniform(0.85, 1), at).move(-wide / 2 + 0.35 + 0.5 * k, 0, -deep / 2 - 0.6 * at)
        for k in range(stacks)
    ]
    shape += join(stack)
    if chance(rng, 0.6):
        tone = grey(rng, 0.6, 0.9)
        tank = (
            rod(0.28, 0.8, around=16).paint(tone).move(0, 0.4)
            + ball(0.28, 0.14, 0.28, detail=12).paint(tone).move(0, 0.8)
            + rail((0, 0.5, 0), (-0.5, 0.5, 0), 0.06).paint(vivid(rng))
        )
        shape += tank.along(2, z=0.6).move(wide / 2 + 0.32, 0, -0.1)
    if chance(rng, 0.25):
        t = np.linspace(0, 1, 9)
        tower = lathe(
            [*np.stack([0.55 - 0.4 * t + 0.28 * t**2, 1.5 * t], 1), (0.36, 1.5), (0.3, 1.3), (0, 1.3)], 20
        ).paint(grey(rng, 0.7, 0.9))
        shape += tower.move(-wide / 2 - 0.6)
    return shape


def garage(rng: np.random.Generator) -> Shape:
    """Return a garage with one to three roller doors, shut or half open, or a carport on posts."""
    wall, trim, roof = wall_colour(rng), pick(rng, [WHITE, wood(rng), dark(rng)]), roof_colour(rng)
    bays, high, deep = int(rng.integers(1, 4)), rng.uniform(0.95, 1.25), rng.uniform(1.4, 2.0)
    wide = 1.15 * bays + 0.3
    cover = pick(rng, ["flat", "gable", "gable", "shed"])
    if chance(rng, 0.15):
        shape = box(0.11, high, 0.11).paint(trim).move(wide / 2 - 0.1, high / 2, deep / 2 - 0.1).corners() + box(
            wide, 0.06, deep
        ).paint(grey(rng, 0.4, 0.7)).move(0, 0.02)
        shape += box(wide, 0.5 * high, 0.07).paint(wall).move(0, 0.3 * high, -deep / 2 + 0.06)
    else:
        shape = box(wide, high, deep).paint(wall).move(0, high / 2) + box(wide + 0.1, 0.08, deep + 0.5).paint(
            grey(rng, 0.4, 0.7)
        ).move(0, 0, 0.15)
        tone = pick(rng, [WHITE, vivid(rng), grey(rng, 0.4, 0.9), wood(rng)])
        for k in range(bays):
            x = 1.15 * (k - (bays - 1) / 2)
            share = pick(rng, [1.0, 1.0, 0.45])
            part = box(1.02, 0.84 * high, 0.06).paint(trim).move(0, 0.42 * high) + box(0.9, 0.78 * high, 0.09).paint(
                (0.1, 0.1, 0.12)
            ).move(0, 0.39 * high)
            tall = 0.78 * high * share
            part += (
                box(0.9, tall, 0.12, cuts=5)
                .paint(stripes([tone, shade(tone, 0.82)], "y", tall / 5, tall))
                .move(0, 0.78 * high - tall / 2)
            )
            if share == 1 and chance(rng, 0.6):
                part += box(0.16, 0.12, 0.15).along(4, x=0.21).paint(glass(rng)).move(0, 0.65 * high)
            shape += part.move(x, 0.02, deep / 2)
        shape += window(rng, 0.34, 0.3, trim, glass(rng)).turn("y", 90).move(wide / 2, 0.6 * high).both() + door(
            0.36, 0.75 * high, trim, False
        ).turn("y", 180).move(0, 0.02, -deep / 2)
    if cover == "gable":
        turned = chance(rng, 0.4)
        a, b = (deep, wide) if turned else (wide, deep)
        top = gable(a, rng.uniform(0.3, 0.6), b, 0.12, roof, wall)
        return shape + (top.turn("y", 90) if turned else top).move(0, high)
    if cover == "shed":
        return (
            shape
            + extrude([(-deep / 2, 0), (deep / 2, 0), (deep / 2, 0.3)], wide, plane="zy").paint(wall).move(0, high)
            + box(wide + 0.2, 0.1, deep + 0.3)
            .turn("x", -np.degrees(np.arctan2(0.3, deep)))
            .paint(roof)
            .move(0, high + 0.2)
        )
    shape += box(wide + 0.16, 0.16, deep + 0.16).paint(roof).move(0, high + 0.06)
    return shape + (
        roof_gear(rng, 0.8 * wide, deep).move(0, high + 0.12)
        if chance(rng, 0.4)
        else box(0.5 * wide, 0.22, 0.08).paint(vivid(rng)).move(0, high + 0.2, deep / 2)
    )


FAMILIES = {
    "factory": factory,
    "garage": garage,
}
