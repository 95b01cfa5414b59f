"""Stumps and logs."""

from __future__ import annotations

import numpy as np

from ...paint import WHITE, chance, leaf, near, pick, shade, speckled, wood
from ...parts import ball, box, lathe, rail, rod
from ...shape import Colour, Shape, join
from ..living.trees import bark
from .stones import facets, grounded
from .woodland import roots


def rings(r: float, light: Colour, dark_ring: Colour, thick: float = 0.02) -> Shape:
    """Return a sawn face of year rings about Y, at y = 0, rising a little."""
    return join(
        rod(r * s, thick + 0.02 * k, around=16).paint(light if k % 2 == 0 else dark_ring)
        for k, s in enumerate((0.9, 0.68, 0.5, 0.3, 0.14))
    )


def stump(rng: np.random.Generator) -> Shape:
    """Return a tree stump with rings and roots, cut flat or broken, perhaps with mushrooms or an axe."""
    brown, r, high = bark(rng), rng.uniform(0.35, 0.6), rng.uniform(0.35, 1.0)
    light = near(rng, (0.85, 0.68, 0.45), 0.05)
    sides, ribs = pick(rng, [8, 24, 24]), int(rng.integers(5, 9))
    body = lathe([(1.45 * r, 0), (1.12 * r, 0.15 * high), (r, 0.45 * high), (r, high)], sides)
    wave = 0.08
    body = body.bend(
        lambda v: (
            v
            * np.stack(
                [
                    1 + wave * np.cos(ribs * np.arctan2(v[:, 2], v[:, 0])),
                    0 * v[:, 1] + 1,
                    1 + wave * np.cos(ribs * np.arctan2(v[:, 2], v[:, 0])),
                ],
                1,
            )
        )
    )
    broken = chance(rng, 0.25)
    shape = body.finer().paint(speckled(rng, brown, 0.03))
    if broken:
        spikes = [
            lathe([(0.35 * r, -0.1), (0.3 * r, 0.1), (0, rng.uniform(0.3, 0.7))], 5)
            .turn("z", -5)
            .move(0.6 * r, high, 0)
            .turn("y", 60 * k)
            for k in range(6)
        ]
        shape += join(spikes).paint(shade(light, 0.9))
    else:
        shape += rings(r, light, shade(light, 0.75)).move(0, high)
    shape += roots(rng, 1.0 * r, int(rng.integers(3, 7))).paint(shade(brown, 0.9))
    extra = pick(rng, ["none", "mushrooms", "axe", "moss", "sprout"])
    if extra == "mushrooms":
        cap = lathe([(0.02, 0), (0.16, 0), (0.12, 0.08), (0, 0.12)], 12).paint(
            pick(rng, [(0.8, 0.15, 0.1), (0.8, 0.6, 0.35)])
        )
        one = cap.move(0, 0.14) + rod(0.05, 0.2, around=8).paint(WHITE).move(0, 0.05)
        for k, angle in enumerate(rng.uniform(0, 6.28, 3)):
            shape += one.move(1.05 * r * np.cos(angle), (0.25 + 0.2 * k) * high, 1.05 * r * np.sin(angle))
    elif extra == "axe":
        helve = rail((0, 0, 0), (0.6, 0.55, 0), 0.04, 0.035).paint(wood(rng))
        head = box(0.16, 0.36, 0.09).paint((0.6, 0.62, 0.66)).turn("z", 40).move(0.04, 0.02)
        shape += (helve + head).turn("y", rng.uniform(-60, 60)).move(0, high + 0.1)
    elif extra == "moss":
        shape += grounded(ball(0.6 * r, 0.12, 0.7 * r, detail=10), 0.5).paint(leaf(rng)).move(-0.4 * r, high)
    elif extra == "sprout":
        shape += rail((0.4 * r, high - 0.05, 0), (0.6 * r, high + 0.3, 0), 0.035).paint(brown)
        shape += facets(rng, 0.17, 7).paint(leaf(rng)).move(0.6 * r, high + 0.38)
    return shape


def log(rng: np.random.Generator, r: float, long: float, brown: Colour, around: int) -> Shape:
    """Return a log along X with sawn faces, centred on the origin."""
    light = near(rng, (0.85, 0.68, 0.45), 0.05)
    pieces = rod(r, long, r * rng.uniform(0.88, 1), around).finer().paint(speckled(rng, brown, 0.035))
    for k, s in enumerate((0.88, 0.6, 0.34)):
        pieces += rod(s * r, long + 0.03 + 0.03 * k, s * r, around).paint(shade(light, 0.78) if k == 1 else light)
    return pieces.turn("z", 90)


def logs(rng: np.random.Generator) -> Shape:
    """Return a log lying on the ground, a pile of logs, or firewood between stakes."""
    brown, around, kind = bark(rng), pick(rng, [6, 8, 14]), pick(rng, ["one", "pile", "pile", "rack"])
    if kind == "one":
        r = rng.uniform(0.18, 0.34)
        shape = log(rng, r, rng.uniform(1.4, 2.2), brown, 16)
        for x in rng.uniform(-0.6, 0.6, int(rng.integers(1, 4))):
            twig = rod(0.3 * r, 0.7 * r, 0.24 * r, 8).paint(brown) + rod(0.2 * r, 0.75 * r, around=8).paint(
                (0.85, 0.68, 0.45)
            )
            shape += twig.move(0, 1.15 * r).turn("x", rng.uniform(-70, 70)).move(x)
        if chance(rng, 0.5):
            shape += ball(0.4, 0.35 * r, 0.8 * r, detail=10).paint(leaf(rng)).move(rng.uniform(-0.4, 0.4), 0.8 * r)
        return shape.turn("y", rng.uniform(-30, 30))
    r, long = rng.uniform(0.14, 0.22), rng.uniform(0.7, 1.7)
    layers, first = (int(rng.integers(2, 5)), 0) if kind == "pile" else (int(rng.integers(3, 5)), 4)
    parts = []
    for layer in range(layers):
        count = first or layers - layer
        for k in range(count):
            shift = 0 if not first else 0.5 * (layer % 2) - 0.25
            part = log(rng, r, long * rng.uniform(0.93, 1.04), shade(brown, rng.uniform(0.8, 1.2)), around)
            parts.append(
                part.turn("x", rng.uniform(0, 90)).move(0, r + 1.7 * r * layer, 2 * r * (k - (count - 1) / 2 + shift))
            )
    shape = join(parts)
    if first:
        post = box(0.09, 1.8 * r * layers + 0.3, 0.09).move(0.35 * long, 0.9 * r * layers, r * (first + 0.8))
        shape += (post.corners() + box(0.1, 0.09, 2 * r * (first + 1)).move(0.35 * long, -0.02).both()).paint(wood(rng))
    return shape.turn("y", pick(rng, [0, 90, 60, 30]))


FAMILIES = {
    "stump": stump,
    "logs": logs,
}
