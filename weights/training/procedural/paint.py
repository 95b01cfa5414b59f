"""Colours and simple patterns, drawn from a random generator; sRGB in 0..1."""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from .shape import AXES, Colour, Pattern

T = TypeVar("T")

BLACK: Colour = (0.07, 0.07, 0.08)
WHITE: Colour = (0.95, 0.95, 0.93)
RUBBER: Colour = (0.12, 0.12, 0.13)
STEEL: Colour = (0.72, 0.74, 0.77)
LAMP: Colour = (1.0, 0.96, 0.78)
RED_LAMP: Colour = (0.8, 0.08, 0.06)
GOLD: Colour = (0.9, 0.72, 0.2)
LEATHER: Colour = (0.45, 0.27, 0.14)
CREAM: Colour = (0.98, 0.94, 0.86)
CHOCOLATE: Colour = (0.32, 0.17, 0.09)


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    return options[int(rng.integers(len(options)))]


def chance(rng: np.random.Generator, share: float) -> bool:
    return bool(rng.random() < share)


def hsv(hue: float, saturation: float, value: float) -> Colour:
    return colorsys.hsv_to_rgb(hue % 1, float(np.clip(saturation, 0, 1)), float(np.clip(value, 0, 1)))


def vivid(rng: np.random.Generator) -> Colour:
    """Toys, cars, clothes: red, blue and green more often than pink, one in five white, grey or black."""
    if chance(rng, 0.2):
        return grey(rng, 0.1, 0.95)
    hue = rng.choice([0.0, 0.07, 0.14, 0.33, 0.48, 0.6, 0.76, 0.92], p=[0.24, 0.11, 0.13, 0.14, 0.07, 0.22, 0.04, 0.05])
    return hsv(hue + rng.normal(0, 0.025), rng.uniform(0.5, 0.95), rng.uniform(0.45, 0.95))


def muted(rng: np.random.Generator) -> Colour:
    """Fabrics, walls, glazes."""
    return hsv(rng.random(), rng.uniform(0.1, 0.5), rng.uniform(0.35, 0.9))


def pastel(rng: np.random.Generator) -> Colour:
    return hsv(rng.random(), rng.uniform(0.12, 0.4), rng.uniform(0.82, 0.97))


def grey(rng: np.random.Generator, low: float = 0.2, high: float = 0.9) -> Colour:
    return hsv(rng.random(), rng.uniform(0, 0.06), rng.uniform(low, high))


def dark(rng: np.random.Generator) -> Colour:
    return hsv(rng.random(), rng.uniform(0, 0.4), rng.uniform(0.06, 0.25))


def wood(rng: np.random.Generator) -> Colour:
    return hsv(rng.uniform(0.05, 0.11), rng.uniform(0.35, 0.75), rng.uniform(0.25, 0.85))


def metal(rng: np.random.Generator) -> Colour:
    """Steel, brass, copper or iron."""
    return near(rng, pick(rng, [STEEL, STEEL, (0.8, 0.64, 0.3), (0.72, 0.45, 0.3), (0.28, 0.28, 0.3)]), 0.05)


def glass(rng: np.random.Generator) -> Colour:
    """Window panes: dark, or a light blue."""
    return hsv(
        rng.uniform(0.52, 0.62), rng.uniform(0.15, 0.55), pick(rng, [rng.uniform(0.12, 0.3), rng.uniform(0.5, 0.9)])
    )


def leaf(rng: np.random.Generator) -> Colour:
    return hsv(rng.uniform(0.2, 0.4), rng.uniform(0.4, 0.85), rng.uniform(0.25, 0.7))


def fur(rng: np.random.Generator) -> Colour:
    return near(
        rng,
        pick(rng, [(0.45, 0.28, 0.14), (0.75, 0.55, 0.3), (0.2, 0.15, 0.12), (0.9, 0.86, 0.78), (0.5, 0.48, 0.46)]),
        0.07,
    )


def skin(rng: np.random.Generator) -> Colour:
    return near(rng, pick(rng, [(0.95, 0.78, 0.66), (0.85, 0.62, 0.46), (0.6, 0.4, 0.28), (0.36, 0.23, 0.16)]), 0.03)


def near(rng: np.random.Generator, colour: Colour, spread: float = 0.06) -> Colour:
    r, g, b = np.clip(np.asarray(colour) + rng.normal(0, spread / 2, 3) + rng.normal(0, spread), 0.02, 0.98)
    return float(r), float(g), float(b)


def shade(colour: Colour, factor: float) -> Colour:
    """Darker below 1, lighter above."""
    if factor <= 1:
        return colour[0] * factor, colour[1] * factor, colour[2] * factor
    lift = 1 - 1 / factor
    return colour[0] + (1 - colour[0]) * lift, colour[1] + (1 - colour[1]) * lift, colour[2] + (1 - colour[2]) * lift


def by_face(choose: Callable[[np.ndarray], np.ndarray]) -> Pattern:
    """Return a pattern of one colour a triangle: choose maps middles [F,3] to colours [F,3]."""

    def pattern(corners: np.ndarray) -> np.ndarray:
        middles = (corners.min(1) + corners.max(1)) / 2  # the same for both halves of a quad: straight borders
        return np.repeat(choose(middles)[:, None], 3, 1)

    return pattern


def stripes(colours: Sequence[Colour], axis: str, width: float, offset: float = 0) -> Pattern:
    """Bands across an axis, each `width` wide, in turn."""
    table = np.asarray(colours)
    return by_face(lambda p: table[np.floor((p[:, AXES[axis]] + offset) / width).astype(int) % len(table)])


def wedges(colours: Sequence[Colour], count: int, axis: str = "y") -> Pattern:
    """Sectors around an axis, in turn."""
    table, k = np.asarray(colours), AXES[axis]

    def choose(p: np.ndarray) -> np.ndarray:
        angle = np.arctan2(p[:, (k + 1) % 3], p[:, (k + 2) % 3]) / (2 * np.pi) + 1
        return table[np.floor(angle * count).astype(int) % len(table)]

    return by_face(choose)


def tiles(colours: Sequence[Colour], tall: float, around: int) -> Pattern:
    """Return a chequered wrap around Y: rows `tall` high, `around` tiles in each."""
    table = np.asarray(colours)

    def choose(p: np.ndarray) -> np.ndarray:
        angle = np.arctan2(p[:, 2], p[:, 0]) / (2 * np.pi) + 1
        return table[(np.floor(p[:, 1] / tall).astype(int) + np.floor(angle * around).astype(int)) % len(table)]

    return by_face(choose)


def checks(colours: Sequence[Colour], size: float) -> Pattern:
    table = np.asarray(colours)
    return by_face(lambda p: table[np.floor(p / size + 0.01).astype(int).sum(1) % len(table)])


def spots(rng: np.random.Generator, ground: Colour, spot: Colour, size: float, share: float = 0.35) -> Pattern:
    """Blotches about `size` across that cover about `share`: where a few random waves add up high."""
    ways = rng.normal(size=(7, 3))
    ways *= np.pi / size / np.linalg.norm(ways, axis=1, keepdims=True)
    phases = rng.uniform(0, 2 * np.pi, 7)

    def choose(p: np.ndarray) -> np.ndarray:
        waves = np.sin(p @ ways.T + phases).sum(1)
        return np.where((waves > np.quantile(waves, 1 - share))[:, None], spot, ground)

    return by_face(choose)


def gradient(low: Colour, high: Colour, axis: str, start: float, end: float) -> Pattern:
    """From one colour at `start` to the other at `end`."""

    def pattern(corners: np.ndarray) -> np.ndarray:
        t = np.clip((corners[..., AXES[axis]] - start) / (end - start), 0, 1)[..., None]
        return np.asarray(low) * (1 - t) + np.asarray(high) * t

    return pattern


def split_at(low: Colour, high: Colour, axis: str, level: float) -> Pattern:
    """Two colours, one below and one above a level."""
    return by_face(lambda p: np.where(p[:, AXES[axis]][:, None] > level, high, low))


def speckled(rng: np.random.Generator, colour: Colour, spread: float = 0.05) -> Pattern:
    """Every triangle a little lighter or darker."""
    seed = int(rng.integers(2**31))

    def choose(p: np.ndarray) -> np.ndarray:
        return np.asarray(colour) + np.random.default_rng(seed).normal(0, spread, (len(p), 1))

    return by_face(choose)
