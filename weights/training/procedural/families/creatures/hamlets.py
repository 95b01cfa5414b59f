"""Blocky houses."""

from __future__ import annotations

import numpy as np

from ...paint import (
    LAMP,
    WHITE,
    chance,
    checks,
    dark,
    glass,
    grey,
    leaf,
    near,
    pick,
    shade,
    stripes,
    vivid,
    wood,
)
from ...parts import box, extrude
from ...shape import Shape


def with_openings(rng: np.random.Generator, shape: Shape, wide: float, deep: float, high: float) -> Shape:
    """Return a house with its door, step and windows."""
    door, x = vivid(rng) if chance(rng, 0.5) else wood(rng), rng.uniform(-0.2, 0.2) * wide
    shape += (
        box(0.34, 0.6, 0.08).paint(shade(door, 0.6)).move(x, 0.32, deep / 2)
        + box(0.27, 0.55, 0.11).paint(door).move(x, 0.3, deep / 2)
        + box(0.05, 0.05, 0.16).paint((0.9, 0.75, 0.3)).move(x + 0.08, 0.3, deep / 2)
    )
    shape += box(0.5, 0.1, 0.3).paint(grey(rng, 0.5, 0.7)).move(x, 0.05, deep / 2 + 0.12)
    pane, frame = pick(rng, [LAMP, glass(rng), (0.6, 0.8, 0.95)]), pick(rng, [WHITE, wood(rng), dark(rng)])
    window = (
        box(0.3, 0.3, 0.08).paint(frame)
        + box(0.23, 0.23, 0.11).paint(pane)
        + box(0.04, 0.26, 0.13).paint(frame)
        + box(0.26, 0.04, 0.13).paint(frame)
    )
    levels = [0.45, 1.05] if high > 1.15 else [0.45]
    for y in levels:
        shape += window.move(0.36 * wide, y, deep / 2) + (
            window.move(-0.36 * wide, y, deep / 2)
            if x > -0.1 * wide or y > 1
            else window.turn("y", 180).move(0, y, -deep / 2)
        )
        shape += (
            window.turn("y", 90).move(wide / 2, y, 0.2 * deep) + window.turn("y", 90).move(wide / 2, y, -0.25 * deep)
        ).both() + window.turn("y", 180).move(0.3 * wide, y, -deep / 2)
    return shape


def block_house(rng: np.random.Generator) -> Shape:
    """Return a small house of blocks: pitched or stepped roof, or flat; door, windows, chimney, hedge."""
    wide, deep, high = rng.uniform(1.2, 1.9), rng.uniform(1.1, 1.6), rng.uniform(0.7, 1.1) * pick(rng, [1, 1, 1.6])
    wall, roof = (
        near(rng, pick(rng, [(0.92, 0.87, 0.75), wood(rng), (0.75, 0.42, 0.32), WHITE, grey(rng, 0.5, 0.8)])),
        pick(rng, [(0.7, 0.25, 0.18), dark(rng), vivid(rng), (0.4, 0.3, 0.22)]),
    )
    cover = pick(rng, [wall, checks([wall, shade(wall, 0.9)], 0.22), stripes([wall, shade(wall, 0.85)], "y", 0.18)])
    shape = box(wide, high, deep, cuts=8).paint(cover).move(0, high / 2) + box(1.08 * wide, 0.1, 1.08 * deep).paint(
        grey(rng, 0.4, 0.6)
    ).move(0, 0.04)
    shape += (
        box(0.12, high, 0.12).move(wide / 2, high / 2, deep / 2).corners().paint(shade(wood(rng), 0.7))
        if chance(rng, 0.4)
        else box(0.1, 0.1, 0.1).paint(wall).move(0, 0.1)
    )
    kind, rise = pick(rng, ["pitched", "pitched", "steps", "flat"]), rng.uniform(0.45, 0.8)
    if kind == "pitched":
        half = wide / 2 + 0.14
        shape += extrude([(-wide / 2, 0), (wide / 2, 0), (0, rise)], 0.98 * deep).paint(wall).move(0, high - 0.01)
        drop = 0.14 * rise / (wide / 2)
        slab = [(-half, -drop), (-half, -drop + 0.13), (0, rise + 0.15), (half, -drop + 0.13), (half, -drop), (0, rise)]
        shape += extrude(slab, deep + 0.26).paint(roof).move(0, high)
    elif kind == "steps":
        count = int(rng.integers(3, 6))
        for k in range(count):
            shape += (
                box((wide + 0.3) * (1 - k / count), rise / count + 0.01, deep + 0.26, cuts=2)
                .paint(shade(roof, 1 + 0.12 * (k % 2)))
                .move(0, high + rise * (k + 0.5) / count)
            )
    else:
        rise = 0.16
        shape += box(wide + 0.16, rise, deep + 0.16).paint(roof).move(0, high + 0.06) + box(0.2, 0.2, 0.2).move(
            0.5 * wide - 0.02, high + 0.16, 0.5 * deep - 0.02
        ).corners().paint(shade(roof, 0.8))
    shape = with_openings(rng, shape, wide, deep, high)
    if chance(rng, 0.6):
        shape += (
            box(0.2, 0.6, 0.2)
            .paint(near(rng, (0.6, 0.35, 0.28)))
            .move(0.28 * wide, high + 0.55 * rise + 0.15, -0.2 * deep)
        )
    if chance(rng, 0.4):
        green = leaf(rng)
        shape += (
            box(wide + 1.0, 0.12, deep + 0.9).paint(near(rng, (0.4, 0.62, 0.28))).move(0, -0.06)
            + box(0.14, 0.5, 0.14).paint(wood(rng)).move(wide / 2 + 0.28, 0.24, 0.3)
            + (box(0.5, 0.5, 0.5) + box(0.34, 0.24, 0.34).move(0, 0.35)).paint(green).move(wide / 2 + 0.28, 0.7, 0.3)
        )
    return shape


FAMILIES = {"block_house": block_house}
