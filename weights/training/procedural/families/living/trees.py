"""Trees."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    chance,
    gradient,
    leaf,
    near,
    pick,
    shade,
    speckled,
    stripes,
    vivid,
)
from ...parts import ball, extrude, lathe, rail, rod, tube
from ...shape import Colour, Shape, join


def bark(rng: np.random.Generator) -> Colour:
    return near(rng, pick(rng, [(0.36, 0.24, 0.14), (0.45, 0.35, 0.25), (0.85, 0.83, 0.78)]), 0.04)


def tree(rng: np.random.Generator) -> Shape:
    """Return a leafy crown of balls on a branched trunk."""
    green, brown = pick(rng, [leaf(rng), leaf(rng), leaf(rng), (0.85, 0.5, 0.15), (0.95, 0.7, 0.8)]), bark(rng)
    high, thick = rng.uniform(0.5, 1.1), rng.uniform(0.07, 0.13)
    bend = rng.normal(0, 0.08, 2)
    top = np.array([bend[0], high, bend[1]])
    shape = tube(
        [(0, 0, 0), (0.3 * bend[0], 0.5 * high, 0.4 * bend[1]), top], [1.5 * thick, thick, 0.8 * thick], 12, along=9
    ).paint(brown)
    crown = rng.uniform(0.35, 0.55)
    count = int(rng.integers(6, 13))
    places = rng.normal(0, 1, (count, 3))
    places = (
        places
        / np.linalg.norm(places, axis=1, keepdims=True)
        * rng.uniform(0.5, 1.0, (count, 1))
        * crown
        * np.array([1, rng.uniform(0.6, 1.1), 1])
    )
    for place in places:
        shape += rail(
            top - np.array([0, 0.1, 0]), top + place + np.array([0, 0.6 * crown, 0]), 0.4 * thick, 0.25 * thick, 6
        ).paint(brown)
        r = rng.uniform(0.5, 0.75) * crown
        shape += (
            ball(r, 0.85 * r, detail=12)
            .paint(speckled(rng, green, 0.04))
            .move(*(top + place + np.array([0, 0.6 * crown, 0])))
        )
    shape += (
        ball(0.8 * crown, 0.75 * crown, detail=14)
        .paint(speckled(rng, green, 0.04))
        .move(*(top + np.array([0, 0.6 * crown, 0])))
    )
    if chance(rng, 0.3):
        fruit = pick(rng, [(0.85, 0.12, 0.1), (0.95, 0.6, 0.1), (0.9, 0.85, 0.2)])
        turns = rng.uniform(0, 2 * np.pi, 9)
        shape += join(
            ball(0.06, detail=8).move(
                *(top + np.array([np.cos(t) * crown, 0.35 * crown + rng.uniform(0, 0.7) * crown, np.sin(t) * crown]))
            )
            for t in turns
        ).paint(fruit)
    return shape


def conifer(rng: np.random.Generator) -> Shape:
    """Cones in tiers; now and then with baubles and a star."""
    green, tiers = pick(rng, [leaf(rng), (0.1, 0.3, 0.18), (0.15, 0.38, 0.2)]), int(rng.integers(3, 7))
    wide, high = rng.uniform(0.38, 0.6), rng.uniform(1.1, 1.7)
    foot = rng.uniform(0.12, 0.3)
    shape = rod(0.08, foot + 0.3, around=12).paint(bark(rng)).move(0, (foot + 0.3) / 2 - 0.05)
    step = high / (tiers + 0.6)
    for k in range(tiers):
        r = wide * (1 - 0.82 * k / tiers)
        cone = lathe([(0.3 * r, 0.04), (r, -0.05), (r * 0.92, 0.02), (0.4 * r, 0.9 * step), (0, 1.6 * step)], 18)
        spikes = int(rng.integers(7, 10))
        cone = cone.bend(
            lambda v, n=spikes, r=r: (
                v
                * np.stack(
                    [
                        1 + 0.08 * np.cos(n * np.arctan2(v[:, 2], v[:, 0])),
                        np.ones(len(v)),
                        1 + 0.08 * np.cos(n * np.arctan2(v[:, 2], v[:, 0])),
                    ],
                    1,
                )
            )
        )
        shape += (
            cone.turn("y", 25 * k)
            .paint(gradient(shade(green, 0.8), shade(green, 1.25), "y", -0.1, step))
            .move(0, foot + k * step)
        )
    if chance(rng, 0.35):
        for k in range(14):
            t, angle = rng.uniform(0.05, 0.8), 2.4 * k
            r = wide * (1 - 0.85 * t) * 0.85
            shape += ball(0.045, detail=8).paint(vivid(rng)).move(r * np.cos(angle), foot + t * high, r * np.sin(angle))
        shape += (
            extrude(
                [
                    (
                        0.13 * (1 if k % 2 == 0 else 0.45) * np.sin(k * np.pi / 5),
                        0.13 * (1 if k % 2 == 0 else 0.45) * np.cos(k * np.pi / 5),
                    )
                    for k in range(10)
                ],
                0.05,
            )
            .paint((0.98, 0.82, 0.2))
            .move(0, foot + high + 0.08)
        )
    return shape


def palm(rng: np.random.Generator) -> Shape:
    brown, green = near(rng, (0.55, 0.42, 0.28)), leaf(rng)
    high, lean = rng.uniform(1.2, 1.7), rng.uniform(-0.35, 0.35)
    path = smooth([(0, 0, 0), (0.25 * lean, 0.45 * high, 0), (lean, high, 0)], 22)
    size = np.linspace(0.12, 0.065, 22) * (1 + 0.12 * (np.arange(22) % 2))
    shape = tube(path, size, 12).paint(stripes([brown, shade(brown, 0.8)], "y", high / 22))
    count, long = int(rng.integers(7, 11)), rng.uniform(0.6, 0.85)
    for k in range(count):
        rise = rng.uniform(0.12, 0.35)
        frond = tube(
            [(0, 0, 0), (0, rise, 0.35 * long), (0, 0.6 * rise, 0.75 * long), (0, -0.25, long)],
            np.array([[0.04, 0.03], [0.15, 0.03], [0.13, 0.025], [0.02, 0.015]]),
            8,
            along=12,
        )
        shape += (
            frond.paint(shade(green, rng.uniform(0.8, 1.25)))
            .turn("y", 360 * k / count + rng.uniform(-8, 8))
            .move(lean, high - 0.02)
        )
    if chance(rng, 0.6):
        shape += ball(0.085, detail=10).move(0.1, -0.08).around(3).paint((0.35, 0.22, 0.1)).move(lean, high)
    return shape


FAMILIES = {
    "tree": tree,
    "conifer": conifer,
    "palm": palm,
}
