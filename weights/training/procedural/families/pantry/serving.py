"""Parts that meals share: plates, heaps, fluted sides, poses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...curves import smooth
from ...paint import WHITE, chance, muted, pastel, pick, vivid, wood
from ...parts import box, lathe, rod
from ...shape import Colour, Shape, join

CRUST: Colour = (0.78, 0.52, 0.25)
CRUMB: Colour = (0.95, 0.86, 0.66)
SALAD: Colour = (0.45, 0.7, 0.2)
TOMATO: Colour = (0.85, 0.15, 0.1)
YOLK: Colour = (0.98, 0.72, 0.12)
MEAT: Colour = (0.55, 0.28, 0.15)
RICE: Colour = (0.96, 0.95, 0.9)


def plate(rng: np.random.Generator, r: float) -> Shape:
    """Return a round or square plate or a wooden board whose top lies on y = 0."""
    colour = pick(rng, [WHITE, WHITE, pastel(rng), vivid(rng), muted(rng)])
    kind = pick(rng, ["round", "round", "flat", "board"])
    if kind == "board":
        return box(2 * r, 0.12 * r, 1.7 * r, 0.05 * r).paint(wood(rng)).move(0, -0.06 * r)
    if kind == "flat":
        return rod(r, 0.1 * r, around=int(rng.integers(8, 32)), round_by=0.03 * r).paint(colour).move(0, -0.05 * r)
    rim = smooth([(0.55, -0.1), (0.6, -0.07), (0.85, 0.0), (1.05, 0.09)], 9)
    profile = np.array([*rim, (1.03, 0.14), (0.85, 0.06), (0.62, 0.0), (0, 0)]) * r
    return lathe(profile, 32).paint(colour)


def fluted(shape: Shape, count: int, amount: float) -> Shape:
    """Return a shape whose distance from the Y axis waves `count` times around."""

    def wave(v: np.ndarray) -> np.ndarray:
        swell = 1 + amount * np.cos(count * np.arctan2(v[:, 2], v[:, 0]))
        return v * np.stack([swell, np.ones(len(v)), swell], 1)

    return shape.bend(wave)


def strewn(rng: np.random.Generator, piece: Callable[[], Shape], count: int, r: float, y: float = 0) -> Shape:
    """Return pieces turned at random, spread evenly over a disc of radius r at height y."""
    shapes = []
    for k in range(count):
        angle, out = 2.4 * k + rng.normal(0, 0.15), r * np.sqrt((k + 0.5) / count)
        shapes.append(piece().turn("y", rng.uniform(0, 360)).move(out * np.cos(angle), y, out * np.sin(angle)))
    return join(shapes)


def heap(rng: np.random.Generator, piece: Callable[[], Shape], count: int, r: float, high: float) -> Shape:
    """Return pieces piled into a dome of radius r on y = 0."""
    shapes = []
    for k in range(count):
        out, angle = np.sqrt((k + 0.5) / count), 2.4 * k
        place = (r * out * np.cos(angle), high * (1 - out**2), r * out * np.sin(angle))
        shapes.append(piece().turn("x", rng.uniform(-40, 40)).turn("y", rng.uniform(0, 360)).move(*place))
    return join(shapes)


def posed(rng: np.random.Generator, shape: Shape) -> Shape:
    """Return something flat about Y lying, leaning, or upright with its top towards +Z."""
    return shape.turn("x", pick(rng, [0, 25, 75, 90]))


def sides(rng: np.random.Generator, many: int = 28) -> int:
    """Return a count of sides around: mostly smooth, at times low-poly."""
    return int(rng.integers(7, 11)) if chance(rng, 0.25) else many
