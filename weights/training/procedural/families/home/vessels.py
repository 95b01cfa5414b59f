"""Vessels turned on a lathe."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    STEEL,
    WHITE,
    chance,
    dark,
    glass,
    hsv,
    muted,
    pastel,
    pick,
    split_at,
    spots,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, lathe, rail, rod, tube
from ...shape import Colour, Pattern, Shape


def glaze(rng: np.random.Generator, high: float) -> Colour | Pattern:
    """Return a plain, banded, dipped or dotted cover for something `high` that stands on y = 0."""
    colour, other = pick(rng, [vivid, muted, pastel])(rng), pick(rng, [WHITE, vivid(rng), dark(rng)])
    kind = pick(rng, ["plain", "plain", "bands", "dipped", "dots"])
    if kind == "bands":
        return stripes([colour, other], "y", high * rng.uniform(0.08, 0.25))
    if kind == "dipped":
        return split_at(colour, other, "y", high * rng.uniform(0.3, 0.7))
    if kind == "dots":
        return spots(rng, colour, other, 0.16 * high, 0.25)
    return colour


def vessel(outside: np.ndarray, wall: float, around: int = 28, depth: float = 0.9) -> Shape:
    """Return an open vessel.

    A profile [K,2] of radius and height from its foot to its rim, hollow down to a share of it.
    """
    low, high = outside[0, 1], outside[-1, 1]
    floor = high - depth * (high - low)
    inner = outside[::-1].copy()
    inner[:, 0] = np.maximum(inner[:, 0] - wall, 0.15 * inner[:, 0])
    inner = inner[inner[:, 1] > floor + 0.02 * (high - low)]
    inner = np.concatenate([inner, [(0.8 * inner[-1, 0], floor), (0.0, floor)]])
    return lathe(np.concatenate([outside, inner]), around)


def handle(radius: float, low: float, high: float, out: float, thick: float) -> Shape:
    """Return a loop towards +X on a wall at `radius`."""
    path = [
        (radius - 0.3 * thick, low, 0),
        (radius + 0.85 * out, low + 0.06, 0),
        (radius + out, (low + high) / 2 + 0.05, 0),
        (radius + 0.8 * out, high, 0),
        (radius - 0.3 * thick, high - 0.02, 0),
    ]
    return tube(path, np.array([[1.35 * thick, 0.8 * thick]] * 5), 10, along=16)


def mug(rng: np.random.Generator) -> Shape:
    r, high = rng.uniform(0.36, 0.5), rng.uniform(0.75, 1.1)
    shapes = [
        [(0.85, 0), (1, 0.06), (1, 0.5), (1, 1)],
        [(0.7, 0), (0.85, 0.1), (0.92, 0.5), (1.05, 1)],
        [(0.75, 0), (1.0, 0.15), (1.06, 0.5), (0.95, 1)],
    ]
    profile = smooth(np.array(pick(rng, shapes)) * [r, high], 18)
    cover, wall = glaze(rng, high), rng.uniform(0.05, 0.075)
    shape = vessel(profile, wall, 32).paint(cover)
    at = float(np.interp(0.5 * high, profile[:, 1], profile[:, 0]))
    grip = handle(at, 0.2 * high, 0.8 * high, rng.uniform(0.24, 0.36), rng.uniform(0.05, 0.065))
    shape += grip.paint(cover if not callable(cover) else vivid(rng)).turn("y", pick(rng, [0, 0, 180]))
    if chance(rng, 0.5):
        shape += rod(0.93 * r, 0.04, around=28).paint((0.35, 0.2, 0.1)).move(0, 0.85 * high)
    return shape


def teacup(rng: np.random.Generator) -> Shape:
    """Return a cup with its saucer."""
    cover = glaze(rng, 0.5)
    profile = smooth([(0.2, 0), (0.22, 0.06), (0.42, 0.26), (0.5, rng.uniform(0.45, 0.56))], 16)
    plate = smooth([(0.3, 0), (0.32, 0.03), (0.6, 0.08), (0.82, 0.16)], 12)
    saucer = lathe([*plate, (0.8, 0.2), (0.6, 0.13), (0.3, 0.09), (0, 0.08)], 36)
    shape = vessel(profile, 0.05, 32).paint(cover).move(0, 0.08) + saucer.paint(
        pick(rng, [WHITE, pastel(rng), vivid(rng)])
    )
    shape += rod(0.42, 0.04, around=26).paint(pick(rng, [(0.4, 0.22, 0.1), (0.6, 0.35, 0.12)])).move(0, 0.44)
    shape += handle(0.42, 0.22, 0.5, 0.24, 0.04).paint(pick(rng, [WHITE, vivid(rng)])).turn("y", rng.uniform(-40, 40))
    if chance(rng, 0.4):
        spoon = ball(0.09, 0.03, 0.13, detail=10).move(0, 0, 0.4) + rail((0, 0, 0.3), (0, 0.03, -0.35), 0.025)
        shape += spoon.paint(STEEL).turn("y", 10).move(-0.6, 0.19, 0)
    return shape


def teapot(rng: np.random.Generator) -> Shape:
    r, high = rng.uniform(0.5, 0.62), rng.uniform(0.7, 1.0)
    cover = glaze(rng, high)
    trim = pick(rng, [vivid(rng), WHITE, dark(rng)]) if callable(cover) else cover
    profile = smooth(
        [(0.55 * r, 0), (0.95 * r, 0.2 * high), (r, 0.45 * high), (0.75 * r, 0.85 * high), (0.45 * r, high)], 22
    )
    shape = lathe(profile, 32).paint(cover) + lathe(
        smooth([(0.48 * r, 0), (0.42 * r, 0.07), (0.2 * r, 0.13), (0.03, 0.15)], 9), 24
    ).paint(trim).move(0, high - 0.01)
    shape += ball(0.08).paint(trim).move(0, high + 0.2)
    spout = tube(
        [(0.85 * r, 0.32 * high, 0), (1.3 * r, 0.42 * high, 0), (1.45 * r, 0.75 * high, 0), (1.72 * r, 0.95 * high, 0)],
        [0.17, 0.12, 0.085, 0.075],
        14,
        along=16,
    )
    shape += spout.paint(trim)
    if chance(rng, 0.7):
        return shape + handle(0.85 * r, 0.25 * high, 0.82 * high, 0.34, 0.06).turn("y", 180).paint(trim)
    loop = tube(
        [
            (-0.55 * r, 0.85 * high, 0),
            (-0.7 * r, 1.3 * high, 0),
            (0, 1.3 * high + 0.32, 0),
            (0.7 * r, 1.3 * high, 0),
            (0.55 * r, 0.85 * high, 0),
        ],
        0.045,
        along=20,
    )
    return shape + loop.paint(pick(rng, [BLACK, wood(rng)]))


def bottle(rng: np.random.Generator) -> Shape:
    """Wine, soda, milk, or medicine, with label and cap."""
    r, high = rng.uniform(0.2, 0.32), rng.uniform(1.1, 1.5)
    neck, shoulder = rng.uniform(0.28, 0.42) * r, rng.uniform(0.5, 0.72) * high
    colour = pick(rng, [(0.12, 0.3, 0.15), (0.35, 0.2, 0.08), glass(rng), vivid(rng), WHITE])
    soft = rng.uniform(0.06, 0.16) * high
    profile = [
        (0.9 * r, 0),
        (r, 0.04),
        (r, 0.3 * high),
        (r, shoulder),
        (0.9 * r, shoulder + 0.3 * soft),
        (0.5 * (r + neck), shoulder + 0.75 * soft),
        (1.05 * neck, shoulder + 1.3 * soft),
        (neck, shoulder + 1.7 * soft),
        (neck, high),
        (0, high),
    ]
    shape = lathe(profile, 28).paint(colour)
    label = rng.uniform(0.25, 0.42) * high
    shape += (
        rod(1.02 * r, label, around=28)
        .paint(pick(rng, [WHITE, vivid(rng), (0.93, 0.88, 0.72)]))
        .move(0, shoulder * 0.5)
    )
    shape += (
        rod(1.03 * r, 0.2 * label, around=28)
        .paint(vivid(rng))
        .move(0, shoulder * 0.5 + rng.uniform(-0.25, 0.25) * label)
    )
    return shape + rod(1.25 * neck, 0.09, around=20, round_by=0.02).paint(
        pick(rng, [vivid(rng), wood(rng), BLACK])
    ).move(0, high)


def vase(rng: np.random.Generator) -> Shape:
    """Return an open vase of free profile, sometimes with two handles or ribs."""
    high = rng.uniform(1.0, 1.5)
    foot, belly, neck, lip = (
        rng.uniform(0.16, 0.3),
        rng.uniform(0.34, 0.55),
        rng.uniform(0.13, 0.26),
        rng.uniform(0.2, 0.34),
    )
    at = rng.uniform(0.25, 0.6)
    profile = smooth(
        [
            (foot, 0),
            (0.8 * (foot + belly) / 1.6, 0.5 * at * high),
            (belly, at * high),
            (0.55 * (belly + neck), (at + 0.22) * high),
            (neck, 0.86 * high),
            (lip, high),
        ],
        28,
    )
    cover = glaze(rng, high)
    shape = vessel(profile, 0.055, 32)
    if chance(rng, 0.25):
        ribs = int(rng.integers(6, 12))
        shape = shape.bend(
            lambda v: v * (1 + 0.05 * np.cos(ribs * np.arctan2(v[:, 2], v[:, 0])))[:, None] ** np.array([1, 0, 1])
        )
    shape = shape.paint(cover)
    if chance(rng, 0.3):
        ear = tube(
            [
                (0.9 * neck, 0.84 * high, 0),
                (neck + 0.22, 0.86 * high, 0),
                (0.9 * belly + 0.1, (at + 0.2) * high, 0),
                (0.8 * belly, (at + 0.12) * high, 0),
            ],
            0.05,
            along=14,
        )
        shape += ear.both().paint(cover if not callable(cover) else vivid(rng))
    return shape


def bowl(rng: np.random.Generator) -> Shape:
    """Return a bowl, sometimes with soup, rice, salad or fruit."""
    r, high = rng.uniform(0.55, 0.75), rng.uniform(0.3, 0.5)
    profile = smooth([(0.4 * r, 0), (0.42 * r, 0.05), (0.8 * r, 0.35 * high), (r, high)], 16)
    shape = vessel(profile, 0.06, 36).paint(glaze(rng, high))
    fill = pick(rng, ["none", "soup", "rice", "fruit", "fruit"])
    if fill == "soup":
        shape += rod(0.86 * r, 0.05, around=32).paint(hsv(rng.uniform(0.03, 0.28), 0.75, 0.7)).move(0, 0.78 * high)
    elif fill == "rice":
        shape += ball(0.84 * r, 0.24, 0.84 * r, detail=24).paint((0.95, 0.93, 0.86)).move(0, 0.85 * high)
    elif fill == "fruit":
        for k in range(int(rng.integers(4, 7))):
            angle, size = k * 1.26, rng.uniform(0.17, 0.24)
            colour = hsv(pick(rng, [0.0, 0.08, 0.15, 0.3]), 0.8, 0.8)
            shape += (
                ball(size, 0.95 * size, detail=14)
                .paint(colour)
                .move(
                    0.4 * r * np.cos(angle) * (k < 5), 0.85 * high + 0.12 * (k >= 5), 0.4 * r * np.sin(angle) * (k < 5)
                )
            )
    return shape


FAMILIES = {
    "mug": mug,
    "teacup": teacup,
    "teapot": teapot,
    "bottle": bottle,
    "vase": vase,
    "bowl": bowl,
}
