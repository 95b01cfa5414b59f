"""Books, balls, trophies, candles and globes."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth, star
from ...paint import (
    BLACK,
    GOLD,
    STEEL,
    WHITE,
    chance,
    grey,
    near,
    pick,
    shade,
    stripes,
    vivid,
    wedges,
    wood,
)
from ...parts import ball, box, extrude, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join


def book(rng: np.random.Generator) -> Shape:
    """Return a closed book, an open one, or a stack."""
    page = (0.95, 0.92, 0.82)

    def closed(wide: float, thick: float, deep: float) -> Shape:
        colour = vivid(rng)
        shape = box(wide, 0.04, deep, 0.008).move(0, thick / 2).both("y").paint(colour) + box(
            0.05, thick + 0.04, deep, 0.02
        ).paint(colour).move(-wide / 2 + 0.02)
        shape += box(wide - 0.06, thick, deep - 0.07).paint(page).move(-0.01, 0, 0)
        trim = pick(rng, [GOLD, WHITE, shade(colour, 0.6)])
        return (
            shape
            + box(0.5 * wide, 0.012, 0.18 * deep).paint(trim).move(0, thick / 2 + 0.02, -0.2 * deep)
            + box(0.06, thick * 0.8, 0.05).paint(trim).along(2, z=0.6 * deep).move(-wide / 2 + 0.015)
        )

    kind = pick(rng, ["closed", "open", "stack"])
    if kind == "closed":
        return closed(0.8, rng.uniform(0.12, 0.3), 1.1).turn("x", pick(rng, [0, 70, 90]))
    if kind == "stack":
        shape, level = None, 0.0
        for _ in range(int(rng.integers(3, 7))):
            thick = rng.uniform(0.1, 0.2)
            one = (
                closed(rng.uniform(0.6, 0.85), thick, rng.uniform(0.9, 1.15))
                .turn("y", rng.uniform(-25, 25))
                .move(rng.uniform(-0.05, 0.05), level + thick / 2 + 0.02, 0)
            )
            shape, level = one if shape is None else shape + one, level + thick + 0.05
        return shape if shape is not None else closed(0.8, 0.2, 1.1)
    x = np.linspace(0, 0.75, 10)
    top = 0.06 + 0.16 * np.sin(np.pi * (x / 0.75) ** 0.6) * rng.uniform(0.6, 1.1)
    outline = np.concatenate([np.stack([x, top], 1), [[0.75, 0.03], [0, 0.03]]])
    half = extrude(outline, 1.0).paint(page) + box(0.8, 0.04, 1.06, 0.01).paint(vivid(rng)).move(0.4, 0.02)
    lines = box(0.5, 0.012, 0.025).along(7, z=0.1).paint(grey(rng, 0.3, 0.5))
    slant = np.degrees(np.arctan2(top[6] - top[3], x[6] - x[3]))
    half += lines.turn("z", float(slant)).move(0.42, float(np.interp(0.42, x, top)) + 0.0, 0)
    return half.both().turn("x", pick(rng, [0, 25, 45]))


def sports_ball(rng: np.random.Generator) -> Shape:
    """Football, basketball, tennis ball, beach ball, bowling ball with pin."""
    kind = pick(rng, ["foot", "basket", "beach", "bowling", "rugby"])
    if kind == "foot":
        colour = pick(rng, [BLACK, BLACK, vivid(rng)])
        golden = (1 + 5**0.5) / 2
        spots_at = np.array([(0, a, b * golden) for a in (1, -1) for b in (1, -1)])
        spots_at = np.concatenate([np.roll(spots_at, k, 1) for k in range(3)])
        spots_at /= np.linalg.norm(spots_at, axis=1, keepdims=True)

        def patches(corners: np.ndarray) -> np.ndarray:
            middle = corners.mean(1)
            middle = middle / np.linalg.norm(middle, axis=1, keepdims=True)
            near_spot = (middle @ spots_at.T).max(1) > 0.94
            return np.repeat(np.where(near_spot[:, None], colour, WHITE)[:, None], 3, 1)

        return ball(1, detail=60).paint(patches).turn("x", rng.uniform(0, 60)).turn("z", rng.uniform(0, 60))
    if kind == "basket":
        line = torus(1.0, 0.02, 48, 6, 0.02).paint(BLACK)
        colour = near(rng, (0.85, 0.42, 0.12))
        shape = (
            ball(1, detail=30).paint(colour)
            + line
            + line.turn("x", 90)
            + line.scale(0.72, 1, 0.72).move(0, 0, 0).turn("z", 90).move(0.69).both()
        )
        return shape.turn("y", rng.uniform(0, 90)).turn("x", rng.uniform(0, 40))
    if kind == "beach":
        return ball(1, detail=36).paint(wedges([vivid(rng), WHITE, vivid(rng), WHITE, vivid(rng), WHITE], 6)).turn(
            "z", rng.uniform(0, 50)
        ) + rod(0.12, 0.05, around=14).paint(WHITE).move(0, 1.0)
    if kind == "rugby":
        colour = near(rng, (0.55, 0.28, 0.14))
        shape = lathe(
            smooth([(0, -1.0), (0.25, -0.86), (0.55, -0.3), (0.55, 0.3), (0.25, 0.86), (0, 1.0)], 26), 26
        ).paint(colour)
        shape += torus(0.44, 0.05, 26, 6, 0.06).paint(WHITE).move(0, 0.6).both("y") + (
            box(0.03, 0.5, 0.05) + box(0.14, 0.03, 0.05).along(5, y=0.11)
        ).paint(WHITE).move(0, 0, 0.58)
        return shape.turn("z", rng.uniform(40, 90))
    colour = vivid(rng)
    shape = (
        ball(0.42, detail=26).paint(colour)
        + rod(0.055, 0.08, around=12).paint(BLACK).move(0.07, 0.4, 0.06).both()
        + rod(0.055, 0.08, around=12).paint(BLACK).move(0, 0.41, -0.06)
    )
    pin = lathe(smooth([(0.12, 0), (0.22, 0.4), (0.1, 0.85), (0.13, 1.02), (0, 1.15)], 22), 20).paint(WHITE) + torus(
        0.115, 0.025, 20, 6
    ).paint((0.85, 0.1, 0.1)).along(2, y=0.07).move(0, 0.78)
    return shape.move(0, 0.42, 0.3) + join(pin.move((k - 1) * 0.45, 0.02, -0.4 - 0.2 * abs(k - 1)) for k in range(3))


def cup_trophy(rng: np.random.Generator, colour: Colour) -> Shape:
    """Return a cup with two handles on a base."""
    high = rng.uniform(0.6, 0.8)
    cup = lathe(
        [
            (0.04, 0),
            (0.1, 0.02),
            (0.3, 0.2),
            (0.36, 0.5 * high),
            (0.4, high),
            (0.36, high),
            (0.3, 0.5 * high),
            (0.1, 0.15),
            (0, 0.12),
        ],
        28,
    )
    shape = (
        cup.paint(colour)
        + lathe(smooth([(0.2, -0.36), (0.07, -0.24), (0.05, -0.1), (0.08, 0.03)], 12), 20).paint(colour)
        + box(0.5, 0.2, 0.5, 0.03).paint(pick(rng, [BLACK, wood(rng)])).move(0, -0.45)
        + box(0.26, 0.1, 0.03).paint(colour).move(0, -0.45, 0.25)
    )
    ear = tube([(0.32, 0.22, 0), (0.6, 0.3, 0), (0.62, 0.65 * high, 0), (0.38, 0.85 * high, 0)], 0.045, along=16)
    return (
        shape
        + ear.both().paint(colour)
        + (
            extrude(star(0.05, 0.12, 5), 0.06).paint(WHITE).move(0, 0.5 * high, 0.37)
            if chance(rng, 0.5)
            else torus(0.385, 0.03, 28, 6).paint(shade(colour, 0.8)).move(0, 0.9 * high)
        )
    )


def trophy(rng: np.random.Generator) -> Shape:
    """Return a cup with handles, a candlestick, a bell, or a hand lantern."""
    kind, colour = (
        pick(rng, ["cup", "cup", "candle", "bell", "lantern"]),
        pick(rng, [GOLD, GOLD, STEEL, (0.72, 0.45, 0.25)]),
    )
    if kind == "cup":
        return cup_trophy(rng, colour)
    if kind == "bell":
        shape = (
            lathe(smooth([(0.5, 0), (0.4, 0.16), (0.3, 0.5), (0.2, 0.68), (0, 0.72)], 18), 28).paint(colour)
            + torus(0.49, 0.04, 28, 8).paint(shade(colour, 0.85))
            + ball(0.1).paint(BLACK).move(0, -0.02)
        )
        return shape + (
            rod(0.07, 0.45, 0.05, 14).paint(wood(rng)).move(0, 0.92) + ball(0.09).paint(wood(rng)).move(0, 1.15)
            if chance(rng, 0.5)
            else torus(0.12, 0.035, 18, 8).turn("x", 90).paint(colour).move(0, 0.8)
        )
    flame = lathe(smooth([(0.02, 0), (0.07, 0.07), (0.05, 0.17), (0, 0.28)], 10), 12).paint((1.0, 0.72, 0.15))
    if kind == "candle":
        wax, high = pick(rng, [WHITE, (0.93, 0.88, 0.72), vivid(rng)]), rng.uniform(0.35, 0.8)
        shape = (
            rod(0.11, high, around=18, round_by=0.02).paint(wax).move(0, high / 2)
            + rail((0, high - 0.02, 0), (0, high + 0.07, 0), 0.018).paint(BLACK)
            + flame.move(0, high + 0.05)
        )
        if chance(rng, 0.5):
            return (
                shape
                + lathe([(0.34, 0), (0.38, 0.07), (0.3, 0.03), (0, 0.02)], 26).paint(colour)
                + torus(0.1, 0.03, 16, 6).turn("x", 90).paint(colour).move(0.45, 0.05)
            )
        stem = lathe(
            smooth([(0.3, -0.7), (0.08, -0.6), (0.1, -0.35), (0.05, -0.2), (0.16, 0.0), (0.15, 0.05)], 22), 22
        ).paint(colour)
        return shape + stem
    cage = (
        rail((0.24, 0, 0.24), (0.22, 0.6, 0.22), 0.025, around=6).corners()
        + box(0.6, 0.08, 0.6, 0.02)
        + box(0.56, 0.06, 0.56, 0.02).move(0, 0.6)
        + lathe([(0.42, 0), (0.15, 0.22), (0.08, 0.3), (0, 0.3)], 4).turn("y", 45).move(0, 0.62)
    )
    ring = torus(0.12, 0.025, 18, 6).turn("x", 90).move(0, 1.0)
    return (
        (cage + ring).paint(pick(rng, [BLACK, colour]))
        + rod(0.09, 0.26, around=12).paint(WHITE).move(0, 0.16)
        + flame.move(0, 0.28)
        + box(0.42, 0.54, 0.42).paint((0.98, 0.9, 0.6)).move(0, 0.3)
        if chance(rng, 0.5)
        else (cage + ring).paint(BLACK)
        + rod(0.1, 0.28, around=12).paint(WHITE).move(0, 0.16)
        + flame.scale(1.3).move(0, 0.28)
    )


def globe(rng: np.random.Generator) -> Shape:
    """Return a globe on its stand, or a planet with a ring."""
    kind = pick(rng, ["globe", "globe", "planet"])
    sea, land = (0.2, 0.45, 0.75), near(rng, (0.45, 0.62, 0.3))
    if kind == "planet":
        first, second = vivid(rng), vivid(rng)
        shape = ball(0.7, detail=30).paint(stripes([first, shade(first, 1.3), second], "y", rng.uniform(0.12, 0.25)))
        band = torus(1.1, 0.2, 40, 6, 0.03).paint(shade(second, 1.3))
        return (shape + band).turn("z", rng.uniform(-30, 30))
    ways = rng.normal(size=(7, 3))
    ways *= 3.2 / np.linalg.norm(ways, axis=1, keepdims=True)
    phases = rng.uniform(0, 6.3, 7)

    def continents(corners: np.ndarray) -> np.ndarray:
        waves = np.sin(corners.mean(1) @ ways.T * 1.6 + phases).sum(1)
        return np.repeat(np.where((waves > np.quantile(waves, 0.62))[:, None], land, sea)[:, None], 3, 1)

    metal_of = pick(rng, [GOLD, STEEL, wood(rng), BLACK])
    ball_of = ball(0.6, detail=48).paint(continents) + rail((0, -0.7, 0), (0, 0.7, 0), 0.03).paint(metal_of)
    bow = tube([(x, y, 0) for x, y in arc(0.7, -90, 90, 17)], 0.035, 8).paint(metal_of)
    shape = (ball_of + bow).turn("z", -23)
    foot = lathe(smooth([(0.4, -1.1), (0.36, -1.02), (0.1, -0.95), (0.06, -0.8), (0.05, -0.66)], 16), 24)
    return shape + foot.paint(pick(rng, [metal_of, wood(rng)]))


FAMILIES = {
    "book": book,
    "ball": sports_ball,
    "trophy": trophy,
    "globe": globe,
}
