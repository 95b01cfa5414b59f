"""Gravestones and obelisks."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth
from ...paint import GOLD, chance, gradient, grey, leaf, pick, shade, speckled, vivid
from ...parts import ball, box, extrude, lathe, rod, torus
from ...shape import Shape
from ..nature.stones import EARTH, grounded, stone, stone_colour
from .monuments import marble


def gravestone(rng: np.random.Generator) -> Shape:
    """Return a slab with a round or pointed head, a cross, or a tomb, on grass or earth."""
    colour, kind = (
        pick(rng, [grey(rng, 0.35, 0.75), stone_colour(rng), marble(rng)]),
        pick(rng, ["round", "round", "cross", "gothic", "tomb"]),
    )
    wide, high, deep = rng.uniform(0.6, 0.9), rng.uniform(0.7, 1.3), rng.uniform(0.14, 0.28)
    dark_tone, half = shade(colour, 0.6), wide / 2
    if kind == "cross":
        arm = rng.uniform(0.16, 0.24)
        shape = box(arm, 1.3 * high, deep).move(0, 0.65 * high) + box(wide, arm, deep).move(0, 0.92 * high)
        if chance(rng, 0.4):
            shape += torus(0.27, 0.05, 20, 6, 0.06).turn("x", 90).move(0, 0.92 * high)
        shape = shape.paint(speckled(rng, colour, 0.03))
    elif kind == "tomb":
        shape = box(0.7, 0.45, 1.4, 0.02, cuts=2).paint(colour).move(0, 0.25) + box(0.85, 0.12, 1.55).paint(
            shade(colour, 1.15)
        ).move(0, 0.52)
        shape += box(0.1, 0.06, 0.8).paint(dark_tone).move(0, 0.59) + box(0.4, 0.06, 0.1).paint(dark_tone).move(
            0, 0.59, -0.2
        )
        shape += box(0.8, high, 0.16).paint(colour).move(0, high / 2, -0.8)
    else:
        head = (
            arc(half, 0, 180, 11, (0, high - half))
            if kind == "round"
            else [
                (half, 0.75 * high),
                *smooth([(0.4 * half, 0.92 * high), (0, 1.08 * high), (-0.4 * half, 0.92 * high)], 5),
                (-half, 0.75 * high),
            ]
        )
        shape = extrude([(-half, 0), (half, 0), *head], deep, 0.02).paint(speckled(rng, colour, 0.03))
        lines = (
            box(0.55 * wide, 0.05, 0.04)
            .along(int(rng.integers(2, 4)), y=0.13)
            .move(0, 0.42 * high, deep / 2)
            .paint(dark_tone)
        )
        mark = (
            box(0.06, 0.26, 0.05) + box(0.18, 0.06, 0.05).move(0, 0.04)
            if chance(rng, 0.6)
            else ball(0.1, 0.12, 0.05, detail=8)
        )
        shape += lines + mark.paint(dark_tone).move(0, 0.75 * high, deep / 2)
    if kind != "tomb":
        shape = shape.turn("z", rng.normal(0, 3)).turn("x", rng.normal(-2, 3))
        shape += box(1.25 * wide, 0.14, 0.4 + deep).paint(shade(colour, 0.85)).move(0, 0.05)
        if chance(rng, 0.5):
            shape += grounded(ball(0.45, 0.22, 0.65, detail=10), 0.5).paint(EARTH).move(0, 0, 0.75)
    if chance(rng, 0.5):
        ground = box(1.3, 0.1, 2.0 if kind == "tomb" else 1.9)
        shape += ground.paint(pick(rng, [leaf(rng), EARTH])).move(0, -0.04, 0.35 * (kind != "tomb"))
    if chance(rng, 0.3):
        bunch = ball(0.08, detail=6).along(3, x=0.13).paint(vivid(rng)) + ball(0.2, 0.08, 0.12, detail=6).paint(
            leaf(rng)
        ).move(0, -0.06)
        shape += bunch.move(0, 0.15 if kind != "tomb" else 0.68, 0.35)
    return shape if len(shape.faces) > 120 else shape.finer()


def obelisk(rng: np.random.Generator) -> Shape:
    """Return a tapering pillar on steps, with signs, a golden tip, or runes; or a rough standing stone."""
    colour, high = pick(rng, [marble(rng), stone_colour(rng), (0.2, 0.2, 0.24)]), rng.uniform(1.6, 2.6)
    glow = pick(rng, [GOLD, (0.3, 0.85, 0.9), shade(colour, 0.55), (0.9, 0.35, 0.3)])
    sides, r = pick(rng, [4, 4, 4, 6]), rng.uniform(0.2, 0.36)
    if chance(rng, 0.3):
        shape = extrude(
            [(-r, 0), (r, 0), (1.1 * r, 0.4 * high), (0.6 * r, 0.9 * high), (-0.1 * r, high), (-0.9 * r, 0.75 * high)],
            0.9 * r,
            0.06,
        ).paint(speckled(rng, colour, 0.03))
        slim = 0.0
        front, shape = 0.47 * r, shape.finer() + stone(rng, 0.42, "slab", shade(colour, 0.8))
    else:
        neck = rng.uniform(0.55, 0.8)
        slim = (1 - neck) / 0.86
        body = (
            lathe([(r, 0), (neck * r, 0.86 * high)], sides)
            .turn("y", 180 / sides)
            .finer()
            .paint(gradient(shade(colour, 0.85), colour, "y", 0, high))
        )
        tip = (
            lathe([(neck * r, 0), (0, 0.14 * high)], sides)
            .turn("y", 180 / sides)
            .paint(pick(rng, [colour, GOLD, glow]))
            .move(0, 0.86 * high)
        )
        shape, front = body + tip, r * np.cos(np.pi / sides)
        for k in range(int(rng.integers(1, 4))):
            shape += (
                box(2.2 * r + 0.3 * k, 0.16, 2.2 * r + 0.3 * k)
                .paint(shade(colour, 0.92 - 0.05 * k))
                .move(0, -0.08 - 0.15 * k)
            )
    if chance(rng, 0.75):
        for k in range(int(rng.integers(3, 6))):
            y = (0.18 + 0.13 * k) * high
            sign = pick(
                rng,
                [
                    box(0.35 * r, 0.07, 0.2),
                    box(0.07, 0.2, 0.2) + box(0.25 * r, 0.06, 0.2),
                    rod(0.18 * r, 0.2, around=8).turn("x", 90),
                ],
            )
            shape += sign.paint(glow).move(0, y, front * (1 - slim * y / high) - 0.06)
    if chance(rng, 0.25):
        shape += box(1.8, 0.1, 1.8).paint(leaf(rng)).move(0, shape.vertices[:, 1].min())
    return shape if len(shape.faces) > 110 else shape.finer()


FAMILIES = {
    "gravestone": gravestone,
    "obelisk": obelisk,
}
