"""Hats and helmets."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    LEATHER,
    STEEL,
    WHITE,
    chance,
    pick,
    shade,
    split_at,
    stripes,
    vivid,
    wedges,
)
from ...parts import ball, box, lathe, loft, rod, torus, tube
from ...shape import Colour, Shape, join


def golden_crown(rng: np.random.Generator) -> Shape:
    """Return a ring of points with balls and gems."""
    gold, points = pick(rng, [(0.92, 0.73, 0.2), (0.92, 0.73, 0.2), STEEL]), int(rng.integers(5, 9))
    high = rng.uniform(0.3, 0.5)
    t = np.linspace(0, 2 * np.pi, 8 * points, endpoint=False)
    zig = high * (0.45 + 0.55 * np.abs(((t * points / (2 * np.pi)) % 1) * 2 - 1))
    flare = 1 + 0.18 * zig / high
    rings = [
        np.stack([r * f * np.cos(t), y, -r * f * np.sin(t)], 1)
        for r, f, y in (
            (0.4, np.ones(len(t)), 0 * t),
            (0.46, np.ones(len(t)), 0 * t),
            (0.46, flare, zig),
            (0.4, flare, zig),
        )
    ]
    shape = loft(np.array(rings), closed=True).paint(gold)
    tips = [(0.43 * 1.18 * np.cos(a), high, -0.43 * 1.18 * np.sin(a)) for a in np.arange(points) * 2 * np.pi / points]
    shape += join(ball(0.05, detail=8).move(*tip) for tip in tips).paint(pick(rng, [gold, vivid(rng)]))
    gem = ball(0.055, 0.07, 0.04, 1.4, 8).move(0, 0.14, 0.46)
    return (
        shape
        + gem.around(points).paint(vivid(rng))
        + torus(0.44, 0.04, 32, 6).paint(shade(gold, 0.85))
        + (
            ball(0.41, 0.3, 0.41).paint(vivid(rng)).move(0, 0.08)
            if chance(rng, 0.4)
            else torus(0.43, 0.03, 32, 6).paint(gold).move(0, 0.24)
        )
    )


def pointed_hat(rng: np.random.Generator, colour: Colour, band: Colour) -> Shape:
    """Return a wizard's hat with a bent tip."""
    bend, high = rng.uniform(-0.3, 0.3), rng.uniform(0.9, 1.3)
    cone = (
        lathe(
            [
                (0.42, 0),
                (0.36, 0.15 * high),
                (0.27, 0.4 * high),
                (0.18, 0.62 * high),
                (0.09, 0.84 * high),
                (0, high),
            ],
            24,
        )
        .finer()
        .bend(lambda v: v + np.stack([bend * np.clip(v[:, 1] / high, 0, 1) ** 2, 0 * v[:, 1], 0 * v[:, 1]], 1))
    )
    dark_cloth = pick(rng, [(0.2, 0.15, 0.45), BLACK, colour])
    shape = (
        cone.paint(dark_cloth)
        + lathe([(0.35, -0.02), (0.8, -0.03), (0.82, 0), (0.8, 0.03), (0.35, 0.03)], 32).paint(dark_cloth)
        + rod(0.41, 0.12, 0.39, 28).paint(band).move(0, 0.07)
    )
    return shape + box(0.16, 0.14, 0.05, 0.01).paint((0.9, 0.75, 0.2)).move(0, 0.07, 0.4)


def brimmed_hat(rng: np.random.Generator, kind: str, band: Colour) -> Shape:
    """Return a cowboy's or a straw hat."""
    felt = pick(rng, [LEATHER, BLACK, WHITE]) if kind == "cowboy" else (0.9, 0.76, 0.45)
    curl = rng.uniform(0.5, 0.9) if kind == "cowboy" else 0.1
    brim = (
        lathe([(0.3, -0.02), (0.85, -0.03), (0.87, 0.0), (0.85, 0.03), (0.3, 0.03)], 36)
        .scale(0.85, 1, 1.05)
        .bend(
            lambda v: (
                v
                + np.stack(
                    [
                        -0.12 * curl * np.sign(v[:, 0]) * np.clip(np.abs(v[:, 0]) - 0.35, 0, 1) * 2,
                        curl * np.clip(np.abs(v[:, 0]) - 0.3, 0, 1) ** 1.5,
                        0 * v[:, 0],
                    ],
                    1,
                )
            )
        )
    )
    crown = lathe(smooth([(0.42, 0), (0.4, 0.2), (0.34, 0.36), (0.16, 0.4), (0, 0.36)], 16), 28).scale(0.82, 1, 1.05)
    if kind == "cowboy":
        crown = crown.bend(
            lambda v: (
                v
                * np.stack(
                    [
                        1 - 0.25 * np.clip(v[:, 1] / 0.4, 0, 1) * np.clip(v[:, 2] / 0.4 + 0.3, 0, 1),
                        np.ones(len(v)),
                        np.ones(len(v)),
                    ],
                    1,
                )
            )
        )
    return (brim + crown).paint(felt) + rod(0.415, 0.09, 0.41, 28).scale(0.83, 1, 1.06).paint(band).move(0, 0.06)


def peaked_cap(rng: np.random.Generator, colour: Colour, band: Colour) -> Shape:
    """Return a cap with a peak to +Z."""
    dome = lathe(
        [
            (0.45, 0.0),
            (0.47, 0.08),
            *[(0.46 * np.cos(t), 0.08 + 0.34 * np.sin(t)) for t in np.linspace(0.2, np.pi / 2 - 0.05, 8)],
            (0, 0.42),
        ],
        24,
    ).scale(0.92, 1, 1.05)
    peak = ball(0.36, 0.045, 0.42, detail=18).turn("x", rng.uniform(2, 14)).move(0, 0.03, 0.52)
    return (
        dome.paint(pick(rng, [colour, wedges([colour, WHITE], 6), wedges([colour, shade(colour, 0.7)], 6)]))
        + peak.paint(pick(rng, [colour, band]))
        + ball(0.05, 0.04, detail=8).paint(band).move(0, 0.42)
        + (
            box(0.24, 0.18, 0.05, 0.02).turn("x", -18).paint(WHITE).move(0, 0.22, 0.43)
            if chance(rng, 0.5)
            else rod(0.44, 0.06, around=24).scale(0.92, 1, 1.05).paint(band).move(0, 0.03)
        )
    )


def hat(rng: np.random.Generator) -> Shape:
    """Top hat, cap, cowboy hat, wizard's hat, woolly hat, crown, straw hat."""
    colour, band = vivid(rng), vivid(rng)
    kind = pick(rng, ["top", "cap", "cap", "cowboy", "wizard", "wool", "crown", "straw"])
    if kind == "top":
        high = rng.uniform(0.45, 0.75)
        crown = lathe(
            [
                (0.78, 0.04),
                (0.8, 0.0),
                (0.76, -0.03),
                (0.4, 0.0),
                (0.4, 0.05),
                (0.42, 0.3 * high),
                (0.46, high),
                (0.42, high + 0.03),
                (0, high + 0.03),
            ],
            32,
        )
        return crown.scale(0.92, 1, 1).paint(pick(rng, [BLACK, BLACK, colour])) + rod(0.425, 0.14, around=32).scale(
            0.93, 1, 1
        ).paint(band).move(0, 0.12)
    if kind == "cap":
        return peaked_cap(rng, colour, band)
    if kind in ("cowboy", "straw"):
        return brimmed_hat(rng, kind, band)
    if kind == "wizard":
        return pointed_hat(rng, colour, band)
    if kind == "wool":
        dome = lathe([(0.43, 0.0), (0.45, 0.15), (0.4, 0.38), (0.22, 0.52), (0, 0.56)], 32).finer()
        return (
            dome.paint(
                pick(rng, [colour, stripes([colour, band], "y", 0.12), stripes([colour, WHITE, band], "y", 0.1)])
            )
            + torus(0.43, 0.085, 32, 8, 0.11).paint(pick(rng, [band, colour])).move(0, 0.05)
            + (
                ball(0.14).paint(pick(rng, [WHITE, band])).move(0, 0.64)
                if chance(rng, 0.7)
                else ball(0.05, detail=8).paint(colour).move(0, 0.55)
            )
        )
    return golden_crown(rng)


def knight_helmet(rng: np.random.Generator, colour: Colour) -> Shape:
    """Return a helmet with slit, breaths and mostly a plume."""
    iron = pick(rng, [STEEL, (0.5, 0.5, 0.53), (0.85, 0.7, 0.3)])
    shape = (
        lathe(
            [
                (0.4, -0.5),
                (0.4, 0.0),
                *[(0.4 * np.cos(t), 0.4 * np.sin(t)) for t in np.linspace(0.15, 1.45, 9)],
                (0, 0.42),
            ],
            26,
        )
        .scale(0.9, 1, 1.05)
        .paint(iron)
    )
    shape += (
        box(0.6, 0.07, 0.12, 0.01).paint(BLACK).move(0, 0.02, 0.37)
        + box(0.07, 0.7, 0.1, 0.02).paint(shade(iron, 1.3)).move(0, -0.1, 0.4)
        + rod(0.025, 0.05, around=8)
        .turn("x", 90)
        .paint(BLACK)
        .along(3, x=0.09)
        .along(2, y=0.1)
        .move(0.16, -0.25, 0.375)
        .both()
        .scale(0.9, 1, 1)
    )
    plume = tube(
        [(0, 0.38, 0.2), (0, 0.68, 0.02), (0, 0.6, -0.4), (0, 0.1, -0.6)],
        np.array([[0.06, 0.08], [0.08, 0.16], [0.08, 0.15], [0.03, 0.05]]),
        10,
        along=16,
    )
    return (
        shape
        + torus(0.41, 0.045, 26, 6).scale(0.9, 1, 1.05).paint(shade(iron, 0.8)).move(0, -0.48)
        + (plume.paint(colour) if chance(rng, 0.7) else ball(0.05, 0.1, 0.05).paint(iron).move(0, 0.45))
    )


def helmet(rng: np.random.Generator) -> Shape:
    """Motorcycle, building site, knight, cycle or astronaut helmet."""
    colour, visor = vivid(rng), pick(rng, [(0.1, 0.1, 0.13), (0.3, 0.35, 0.45), (0.85, 0.6, 0.2)])
    kind = pick(rng, ["motor", "site", "knight", "cycle", "space"])
    if kind in ("motor", "space"):
        shell = WHITE if kind == "space" else colour
        shape = ball(0.48, 0.5, 0.52, 2.2, 24).paint(
            pick(rng, [shell, shell, split_at(shade(shell, 0.6), shell, "y", -0.1)])
        )
        shape += ball(0.4, 0.21 if kind == "motor" else 0.3, 0.3, 2.6, 20).paint(visor).move(0, 0.05, 0.27)
        if kind == "motor":
            shape += (
                ball(0.3, 0.17, 0.2, 2.5, 14).paint(shade(colour, 0.85)).move(0, -0.3, 0.38)
                + box(0.2, 0.04, 0.1, 0.015).paint(BLACK).move(0, -0.3, 0.56)
                + rod(0.07, 0.06, around=16).turn("z", 90).paint(BLACK).move(0.47, 0.06, 0.08).both()
            )
            return shape + ball(0.06, 0.515, 0.535, 2.2, 16).paint(pick(rng, [WHITE, shade(colour, 0.6)]))
        return (
            shape
            + torus(0.36, 0.09, 26, 8, 0.07).paint(STEEL).move(0, -0.48)
            + rod(0.1, 0.14, around=16).turn("z", 90).paint(STEEL).move(0.48, 0.0, 0).both()
        )
    if kind == "site":
        yellow = pick(rng, [(0.98, 0.8, 0.1), WHITE, colour])
        dome = lathe(
            [
                (0.44, 0),
                (0.45, 0.1),
                *[(0.44 * np.cos(t), 0.1 + 0.36 * np.sin(t)) for t in np.linspace(0.2, 1.5, 8)],
                (0, 0.46),
            ],
            26,
        ).scale(0.88, 1, 1.1)
        brim = ball(0.44, 0.045, 0.55, detail=22).move(0, 0.01, 0.06)
        ridge = ball(0.06, 0.1, 0.42, 2.6, 14).move(0, 0.43) + ball(0.045, 0.1, 0.38, 2.6, 12).move(0.16, 0.38).both()
        return (dome + brim + ridge).paint(yellow)
    if kind == "knight":
        return knight_helmet(rng, colour)
    shape = ball(0.36, 0.3, 0.5, detail=22).paint(colour)
    ridge = tube(
        [(0, 0.05, 0.46), (0, 0.22, 0.3), (0, 0.29, 0), (0, 0.22, -0.3), (0, 0.05, -0.46)],
        np.array([[0.05, 0.04]] * 5),
        8,
        along=14,
    )
    shape += (
        ridge.paint(shade(colour, 0.7))
        + ridge.scale(1, 0.95, 0.97).turn("z", 32).paint(BLACK)
        + ridge.scale(1, 0.95, 0.97).turn("z", -32).paint(BLACK)
    )
    return (
        shape
        + torus(0.36, 0.04, 28, 6).scale(1, 1, 1.38).paint(BLACK).move(0, -0.05)
        + tube([(0.33, -0.06, 0.1), (0.25, -0.35, 0.12), (0, -0.48, 0.16)], 0.025, along=8).both().paint(BLACK)
    )


FAMILIES = {
    "hat": hat,
    "helmet": helmet,
}
