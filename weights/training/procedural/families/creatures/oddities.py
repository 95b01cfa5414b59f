"""Ghosts, slimes, aliens and monsters of one eye or many arms."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    GOLD,
    WHITE,
    chance,
    gradient,
    hsv,
    pastel,
    pick,
    shade,
    split_at,
    vivid,
)
from ...parts import ball, box, lathe, tube
from ...shape import Shape, join
from ..living.people import hat
from ..living.skeleton import eyes


def mouth(rng: np.random.Generator, wide: float, z: float) -> Shape:
    """Return a smile, an open mouth with teeth, or a row of fangs, around the origin in front."""
    kind = pick(rng, ["smile", "open", "fangs"])
    if kind == "smile":
        return tube(
            [(-wide, 0.25 * wide, z - 0.1 * wide), (0, -0.15 * wide, z), (wide, 0.25 * wide, z - 0.1 * wide)],
            0.13 * wide,
            6,
            along=9,
        ).paint(BLACK)
    shape = ball(wide, 0.5 * wide, 0.25 * wide, detail=14).paint((0.35, 0.05, 0.1)).move(0, 0, z - 0.05 * wide)
    if kind == "open":
        return (
            shape
            + ball(0.55 * wide, 0.25 * wide, 0.2 * wide, detail=10)
            .paint((0.9, 0.4, 0.45))
            .move(0, -0.22 * wide, z + 0.05 * wide)
            + box(1.1 * wide, 0.16 * wide, 0.12 * wide).paint(WHITE).move(0, 0.3 * wide, z + 0.08 * wide)
        )
    tooth = lathe([(0.13 * wide, 0), (0, -0.4 * wide)], 8).paint(WHITE)
    return (
        shape
        + tooth.along(4, x=0.4 * wide).move(0, 0.36 * wide, z + 0.12 * wide)
        + tooth.mirrored("y").along(3, x=0.4 * wide).move(0, -0.4 * wide, z + 0.12 * wide)
    )


def ghost(rng: np.random.Generator) -> Shape:
    """Return a floating ghost with a wavy hem or a curled tail, stub arms and a face."""
    colour, waves = pick(rng, [WHITE, WHITE, (0.85, 0.9, 1.0), pastel(rng), vivid(rng)]), int(rng.integers(5, 9))
    fat = rng.uniform(0.85, 1.2)
    if chance(rng, 0.5):
        outside = smooth([(0.52, -0.6), (0.46, -0.25), (0.42, 0.15), (0.36, 0.45), (0.2, 0.66), (0.02, 0.72)], 18)
        cloth = lathe([(0, -0.45), (0.4, -0.52), *np.maximum(outside, [0, -9]), (0, 0.72)], 36)
        wave = rng.uniform(0.06, 0.14)
        shape = cloth.bend(
            lambda v: (
                v
                + np.stack([0.1 * v[:, 0], wave * np.cos(waves * np.arctan2(v[:, 2], v[:, 0])), 0.1 * v[:, 2]], 1)
                * np.clip((-0.1 - v[:, 1:2]) / 0.5, 0, 1)
            )
        )
    else:
        side = pick(rng, [-1, 1])
        path = [(0, 0.6, 0), (0, 0.3, 0), (0, -0.1, 0), (0.12 * side, -0.5, -0.05), (0.4 * side, -0.72, -0.1)]
        shape = tube(path, [0.25, 0.42, 0.4, 0.22, 0.02], 20, along=22) + ball(0.4, 0.38, 0.39, detail=20).move(0, 0.36)
    shape = shape.scale(fat, 1, fat).paint(pick(rng, [colour, gradient(shade(colour, 0.75), colour, "y", -0.6, 0.2)]))
    lift, z = rng.uniform(-0.2, 0.3), 0.4 * fat
    arm = tube(
        [(0.33 * fat, 0.12, 0.08), (0.56 * fat, 0.14 + 0.5 * lift, 0.14), (0.68 * fat, 0.16 + lift, 0.2)],
        [0.12, 0.1, 0.06],
        10,
        along=8,
    ).paint(colour)
    look = (
        ball(0.08, rng.uniform(0.08, 0.14), 0.06, detail=12).paint(BLACK).move(0.15, 0.34, z - 0.04).both()
        if chance(rng, 0.7)
        else eyes(0.15, 0.34, z - 0.03, 0.1)
    )
    shape += (
        arm.both()
        + look
        + (
            ball(0.08, 0.11, 0.05, detail=12).paint(BLACK).move(0, 0.1, z)
            if chance(rng, 0.5)
            else mouth(rng, 0.13, z + 0.02).move(0, 0.1)
        )
    )
    if chance(rng, 0.3):
        shape += ball(0.06, 0.035, 0.04, detail=8).paint((0.95, 0.6, 0.65)).move(0.25 * fat, 0.2, z - 0.08).both()
    return shape + hat(rng, 0.4 * fat).move(0, 0.38) if chance(rng, 0.2) else shape


def slime(rng: np.random.Generator) -> Shape:
    """Return a drop-shaped or cubic slime with a face, at times a crown or a leaf."""
    colour, kind = (
        pick(rng, [vivid(rng), hsv(rng.random(), 0.6, 0.9), pastel(rng)]),
        pick(rng, ["drop", "dome", "dome", "cube", "puddle"]),
    )
    high = rng.uniform(0.5, 0.8)
    if kind == "cube":
        shape = (
            box(0.95, 0.85, 0.95, pick(rng, [0.03, 0.2]), cuts=6)
            .paint(pick(rng, [colour, split_at(shade(colour, 0.8), colour, "y", -0.2)]))
            .move(0, 0.43)
        )
        z, y, top = 0.47, 0.5, 0.85
    else:
        points = {
            "drop": [(0, 0), (0.45, 0.02), (0.5, 0.25), (0.3, 0.6), (0.1, 0.9), (0, 1.05)],
            "dome": [(0, 0), (0.5, 0.01), (0.56, 0.15), (0.45, 0.65 * high), (0.2, 0.95 * high), (0, high)],
            "puddle": [(0, 0), (0.75, 0.01), (0.62, 0.1), (0.42, 0.3), (0.35, 0.55), (0.15, 0.78), (0, 0.8)],
        }[kind]
        profile = np.maximum(smooth(points, 26), [0, -1])
        profile[[0, -1], 0] = 0
        shape = lathe(profile, 30).paint(pick(rng, [colour, gradient(shade(colour, 0.65), colour, "y", 0, 0.5)]))
        top = float(profile[-1, 1])
        y = {"drop": 0.33, "dome": 0.5 * high, "puddle": 0.42}[kind]
        half = profile[8:]
        z = float(np.interp(y, half[:, 1], half[:, 0]))
        if kind != "drop":
            shape += join(
                ball(rng.uniform(0.09, 0.16), 0.07, 0.12, detail=10).move(0.55 * np.cos(a), 0.05, 0.55 * np.sin(a))
                for a in rng.uniform(0, 6.3, 4)
            ).paint(colour)
    shape += (
        eyes(0.18, y + 0.05, z - 0.02, rng.uniform(0.08, 0.12))
        if chance(rng, 0.6)
        else ball(0.06, 0.1, 0.05, detail=10).paint(BLACK).move(0.16, y + 0.05, z - 0.01).both()
    ) + mouth(rng, 0.11, z + 0.04).move(0, y - 0.13)
    extra = pick(rng, ["", "", "crown", "leaf", "bubbles"])
    if extra == "crown":
        crown = lathe([(0.2, 0), (0.24, 0.14), (0.18, 0.14), (0.15, 0.02), (0, 0.02)], 16) + lathe(
            [(0.06, 0), (0, 0.14)], 6
        ).move(0.2, 0.12).around(5)
        shape += crown.paint(GOLD).move(0, top - 0.1)
    elif extra == "leaf":
        shape += tube(
            [(0, top - 0.05, 0), (0.02, top + 0.15, 0), (0.22, top + 0.28, 0)],
            np.array([[0.03, 0.03], [0.04, 0.1], [0.02, 0.02]]),
            8,
            along=9,
        ).paint((0.35, 0.65, 0.25))
    elif extra == "bubbles":
        shape += join(
            ball(rng.uniform(0.04, 0.08), detail=8).move(0.42 * np.cos(a), y + rng.uniform(-0.2, 0.1), 0.38 * np.sin(a))
            for a in rng.uniform(0, 6.3, 7)
        ).paint(shade(colour, 1.6))
    return shape


FAMILIES = {"ghost": ghost, "slime": slime}
