"""Decorations of walls and hearths."""

from __future__ import annotations

import numpy as np

from ...curves import arc, ellipse, flat, smooth
from ...paint import (
    BLACK,
    GOLD,
    STEEL,
    WHITE,
    chance,
    dark,
    metal,
    muted,
    near,
    pastel,
    pick,
    shade,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, lathe, loft, rail, rod, torus, tube
from ...shape import Colour, Shape
from .comfort import MIRROR, cloth


def picture_of(rng: np.random.Generator, half: float, tall: float) -> Shape:
    """Return a simple painting in the XY plane: landscape, portrait, flower or blocks of colour."""
    kind = pick(rng, ["land", "land", "face", "flower", "blocks"])
    ground = pick(rng, [pastel(rng), muted(rng), (0.6, 0.8, 0.95)])
    shape = box(2 * half, 2 * tall, 0.05).paint(ground)
    if kind == "land":
        shape += box(2 * half, 0.7 * tall, 0.07).paint((0.3, 0.55, 0.25)).move(0, -0.65 * tall) + rod(
            0.2 * tall, 0.07, around=14
        ).turn("x", 90).paint((1, 0.85, 0.3)).move(0.5 * half, 0.55 * tall)
        return (
            shape
            + extrude(
                [(-0.9 * half, -0.35 * tall), (0.1 * half, -0.35 * tall), (-0.4 * half, 0.5 * tall)], 0.065
            ).paint(muted(rng))
            + extrude(
                [(-0.2 * half, -0.35 * tall), (0.8 * half, -0.35 * tall), (0.3 * half, 0.25 * tall)], 0.075
            ).paint(muted(rng))
        )
    if kind == "face":
        tone, size = near(rng, (0.85, 0.65, 0.5)), 0.4 * min(half, tall)
        return (
            shape
            + ball(size, 1.25 * size, 0.045, detail=14).paint(tone).move(0, 0.15 * tall)
            + ball(1.2 * size, 0.9 * size, 0.04, detail=14).paint(dark(rng)).move(0, 0.5 * tall)
            + ball(1.6 * size, size, 0.05, 3, 12).paint(vivid(rng)).move(0, -0.7 * tall + 0.1 * size)
        )
    if kind == "flower":
        size = 0.3 * min(half, tall)
        return (
            shape
            + ball(0.6 * size, size, 0.04, detail=10).paint(vivid(rng)).move(0, 1.1 * size).around(6, "z")
            + ball(0.6 * size, 0.6 * size, 0.045, detail=10).paint((0.95, 0.8, 0.2))
        )
    for _ in range(5):
        size = rng.uniform(0.2, 0.6, 2) * (half, tall)
        place = rng.uniform(-1, 1, 2) * (half - size[0], tall - size[1])
        shape += box(2 * size[0], 2 * size[1], 0.05 + rng.uniform(0.02, 0.04)).paint(vivid(rng)).move(*place)
    return shape


def frame_of(rng: np.random.Generator, half: float, tall: float, colour: Colour) -> Shape:
    """Return a frame around an opening in the XY plane: plain, stepped or gilded with knobs."""
    wide = rng.uniform(0.06, 0.16)
    bars = (
        box(2 * half + 2 * wide, wide, 0.1, 0.02).move(0, tall + wide / 2).both("y")
        + box(wide, 2 * tall, 0.1, 0.02).move(half + wide / 2).both()
    ).paint(colour)
    if chance(rng, 0.4):
        bars += (box(2 * half, 0.04, 0.12).move(0, tall).both("y") + box(0.04, 2 * tall, 0.12).move(half).both()).paint(
            shade(colour, 1.4)
        )
    if chance(rng, 0.3):
        bars += (
            ball(0.7 * wide, detail=8)
            .paint(shade(colour, 1.2))
            .move(half + wide / 2, tall + wide / 2)
            .both("x")
            .both("y")
        )
    return bars


def picture_frame(rng: np.random.Generator) -> Shape:
    """Return a framed picture, wide or tall or oval, one on a stand, or a group of three."""
    colour, kind = (
        pick(rng, [wood(rng), GOLD, BLACK, WHITE, vivid(rng)]),
        pick(rng, ["one", "one", "oval", "stand", "three"]),
    )
    half, tall = rng.uniform(0.4, 0.8), rng.uniform(0.4, 0.8)
    if kind == "oval":
        shape = (
            torus(0.6, 0.09, 32, 8).turn("x", 90).paint(colour)
            + rod(0.58, 0.05, around=28).turn("x", 90).paint(pastel(rng))
            + picture_of(rng, 0.3, 0.36)
        )
        return shape.scale(0.8, 1, 1)
    shape = (
        picture_of(rng, half, tall)
        + frame_of(rng, half, tall, colour)
        + box(2 * half, 2 * tall, 0.04).paint(wood(rng)).move(0, 0, -0.03)
    )
    if kind == "stand":
        return shape.turn("x", -14) + rail((0, 0.3 * tall, -0.1), (0, -tall - 0.12, -0.55), 0.05, around=4).paint(
            dark(rng)
        )
    if kind == "three":
        small = picture_of(rng, 0.28, 0.34) + frame_of(rng, 0.28, 0.34, colour)
        return (
            shape
            + small.move(half + 0.6, 0.45)
            + (picture_of(rng, 0.28, 0.3) + frame_of(rng, 0.28, 0.3, colour)).move(half + 0.6, -0.55)
        )
    return shape + (
        rail((-0.5 * half, tall + 0.05, -0.03), (0, tall + 0.45, -0.03), 0.03).both().paint(BLACK)
        if chance(rng, 0.25)
        else box(0.1, 0.1, 0.03).paint(BLACK).move(0, 0.5 * tall, -0.06)
    )


def _mirror_hand(rng: np.random.Generator, colour: Colour) -> Shape:
    """Return the hand kind of mirror."""
    back = pick(rng, [pastel(rng), colour])
    return (
        ball(0.46, 0.55, 0.07, detail=22).paint(back).move(0, 0.55)
        + ball(0.38, 0.46, 0.05, detail=20).paint(MIRROR).move(0, 0.55, 0.035)
        + lathe(smooth([(0.04, -0.75), (0.085, -0.65), (0.05, -0.35), (0.07, 0.02)], 12), 12).paint(back)
        + ball(0.07, detail=8).paint(colour).move(0, -0.77)
    )


def mirror(rng: np.random.Generator) -> Shape:
    """Return a mirror: round, arched, standing on feet, with sun rays, or a hand mirror."""
    colour, kind = (
        pick(rng, [GOLD, wood(rng), BLACK, WHITE, metal(rng), vivid(rng)]),
        pick(rng, ["round", "sun", "arch", "cheval", "hand", "square"]),
    )
    if kind in ("round", "sun"):
        shape = rod(0.6, 0.07, around=32).turn("x", 90).paint(MIRROR) + torus(
            0.62, rng.uniform(0.05, 0.12), 32, 8, 0.06
        ).turn("x", 90).paint(colour)
        if kind == "sun":
            count = int(rng.integers(10, 20))
            ray = extrude([(-0.07, 0.6), (0.07, 0.6), (0, rng.uniform(0.85, 1.15))], 0.06).paint(shade(colour, 0.85))
            shape += ray.around(count, "z")
        return shape
    if kind == "hand":
        return _mirror_hand(rng, colour)
    half, tall = rng.uniform(0.28, 0.42), rng.uniform(0.7, 0.95)
    outline = (
        [
            (-half, -tall),
            (half, -tall),
            (half, tall - half),
            *arc(half, 8, 172, 13, (0, tall - half)),
            (-half, tall - half),
        ]
        if kind == "arch" or chance(rng, 0.3)
        else [(-half, -tall), (half, -tall), (half, tall), (-half, tall)]
    )
    if kind == "cheval" and chance(rng, 0.6):
        outline = ellipse(half, tall, 28)
    around = np.array([(x, y, 0) for x, y in outline])
    shape = extrude(outline, 0.06).paint(MIRROR) + tube(
        np.repeat(around, 2, 0) + np.tile([[-1e-3, 0, 0], [1e-3, 0, 0]], (len(around), 1))
        if len(around) < 6
        else around,
        0.05,
        8,
        closed=True,
    ).paint(colour)
    if len(around) < 6:
        shape = extrude(outline, 0.06).paint(MIRROR) + frame_of(rng, half, tall, colour)
    shape += extrude(np.asarray(outline) * 0.98, 0.04).paint(shade(colour, 0.6)).move(0, 0, -0.05)
    if kind != "cheval":
        return shape
    post = (
        rod(0.045, 2.1 * tall, around=10).move(half + 0.14, 0)
        + ball(0.07, detail=8).move(half + 0.14, 1.08 * tall)
        + box(0.08, 0.07, 0.75, 0.02).move(half + 0.14, -1.05 * tall)
        + rod(0.04, 0.3, around=8).turn("z", 90).move(half + 0.06, 0)
    )
    return (
        shape.turn("x", -rng.uniform(3, 12))
        + post.both().paint(colour)
        + rod(0.035, 2 * half + 0.28, around=8).turn("z", 90).paint(colour).move(0, -1.0 * tall)
    )


def curtains(rng: np.random.Generator) -> Shape:
    """Return a pair of curtains on a rod: hanging or tied back, with a window or a pelmet behind."""
    colour, metal_of = cloth(rng, 0.2), pick(rng, [wood(rng), GOLD, BLACK, STEEL])
    if not callable(colour):
        colour = pick(rng, [colour, stripes([colour, shade(colour, 0.85)], "x", 0.06, 6)])
    half, high, tied = rng.uniform(0.7, 1.0), rng.uniform(1.3, 1.9), chance(rng, 0.5)
    wide = rng.uniform(0.35, 0.9) * half
    folds = rng.uniform(3, 6) * np.pi / wide

    def hang(v: np.ndarray) -> np.ndarray:
        """Fold the cloth, and gather it towards its outer edge at the tie."""
        x = v[:, 0]
        if tied:
            gather = 1 - 0.62 * np.exp(-(((v[:, 1] + 0.62 * high) / (0.28 * high)) ** 2))
            x = half - (half - x) * gather
        return np.stack([x, v[:, 1], v[:, 2] + 0.05 * np.sin(folds * (half - v[:, 0]))], 1)

    across = np.linspace(half - wide, half, 20)
    ring = np.stack([np.r_[across, across[::-1]], np.repeat([0.035, -0.035], 20)], 1)
    levels = np.linspace(-high, 0, 12)
    sheet = loft(np.array([flat(ring, "xz", y) for y in levels])).bend(hang)
    shape = (
        sheet.paint(colour).both()
        + rod(0.04, 2 * half + 0.3, around=10).turn("z", 90).paint(metal_of)
        + ball(0.09, detail=10).paint(metal_of).move(half + 0.18).both()
    )
    if tied:
        shape += (
            torus(0.2 * wide, 0.05, 16, 6)
            .paint(pick(rng, [GOLD, WHITE, vivid(rng)]))
            .move(half - 0.19 * wide, -0.62 * high)
            .both()
        )
    if chance(rng, 0.5):
        frame = pick(rng, [WHITE, wood(rng)])
        window = box(1.7 * half, 0.75 * high, 0.05).paint((0.65, 0.82, 0.95)) + (
            box(0.07, 0.75 * high, 0.09).along(3, x=0.83 * half) + box(1.75 * half, 0.07, 0.09).along(3, y=0.37 * high)
        ).paint(frame)
        shape += (
            window.move(0, -0.45 * high, -0.15)
            + box(1.9 * half, 0.06, 0.25).paint(frame).move(0, -0.84 * high, -0.1)
            + box(0.06, 0.06, 0.2).paint(metal_of).move(half, 0, -0.08).both()
        )
    elif chance(rng, 0.5):
        shape += box(2 * half + 0.2, 0.26, 0.22, 0.04).paint(pick(rng, [vivid(rng), wood(rng)])).move(0, 0.02) + ball(
            0.16, 0.1, 0.1, detail=10
        ).paint(vivid(rng)).along(int(2 * half / 0.3), x=0.3).move(0, -0.1, 0.05)
    return shape


FAMILIES = {
    "picture_frame": picture_frame,
    "mirror": mirror,
    "curtains": curtains,
}
