"""Creatures of the sea."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, chance, hsv, near, pastel, pick, shade, spots, vivid
from ...parts import ball, extrude, hull, lathe, rail, torus, tube
from ...shape import Colour, Shape, join
from ..living.skeleton import eyes
from .crawlers import side_legs


def jellyfish(rng: np.random.Generator) -> Shape:
    """Return a bell with hanging tentacles, plain or with a face."""
    colour, other = pick(rng, [pastel(rng), vivid(rng), hsv(rng.random(), 0.5, 0.9)]), pastel(rng)
    r, high, count = 0.5, rng.uniform(0.35, 0.6), int(rng.integers(6, 11))
    bell = [*[(r * np.cos(a), high * np.sin(a)) for a in np.linspace(0, 1.52, 10)], (0, high)]
    shape = (
        lathe([(0, 0.05), (0.8 * r, 0), (0.95 * r, -0.08), *bell], 32)
        .finer()
        .paint(pick(rng, [colour, spots(rng, colour, shade(colour, 1.5), 0.18, 0.25)]))
    )
    shape += (
        torus(0.96 * r, 0.06, 36, 8)
        .bend(
            lambda v: v + np.stack([0 * v[:, 0], 0.03 * np.cos(count * np.arctan2(v[:, 2], v[:, 0])), 0 * v[:, 0]], 1)
        )
        .paint(other)
        .move(0, -0.04)
    )
    for k in range(count):
        long, wave = rng.uniform(0.6, 1.3), rng.uniform(0.06, 0.12)
        y = np.linspace(0, -long, 14)
        path = np.stack([0.36 + wave * np.sin(9 * y + k), y, 0.5 * wave * np.cos(8 * y)], 1)
        shape += (
            tube(path, np.linspace(0.05, 0.025, 14), 8).turn("y", 360 * k / count).paint(pick(rng, [colour, other]))
        )
    frill = tube(
        [(0.1, 0, 0), (0.16, -0.3, 0.05), (0.08, -0.6, 0), (0.12, -0.8, 0)], [0.12, 0.1, 0.07, 0.02], 8, along=12
    )
    shape += frill.around(4).paint(shade(other, 0.9))
    return shape + eyes(0.17, 0.16, 0.44, 0.07) if chance(rng, 0.3) else shape


def starfish(rng: np.random.Generator) -> Shape:
    """Return a starfish, upright or lying, with bumps or a face; or a sea urchin."""
    colour = pick(rng, [(0.95, 0.45, 0.2), (0.85, 0.2, 0.2), vivid(rng), pastel(rng)])
    if chance(rng, 0.15):
        k = np.arange(110)
        up, angle = 1 - 1.7 * k / 110, 2.39996 * k
        spikes = [
            lathe([(0.05, 0), (0, 0.5)], 5)
            .turn("x", np.degrees(np.arccos(y)))
            .turn("y", np.degrees(a))
            .move(0.3 * np.sqrt(1 - y * y) * np.sin(a), 0.3 * y, 0.3 * np.sqrt(1 - y * y) * np.cos(a))
            for y, a in zip(up, angle, strict=True)
        ]
        return ball(0.36, 0.3).paint(shade(colour, 0.5)) + join(spikes).paint(
            pick(rng, [colour, (0.25, 0.12, 0.3), BLACK])
        )
    arms, thick, inner = int(pick(rng, [5, 5, 5, 6, 8])), rng.uniform(0.12, 0.2), rng.uniform(0.7, 1.3)
    curl = rng.uniform(-0.12, 0.25)
    arm = tube(
        [(0, 0, 0), (0, 0.3, 0), (0.03, 0.6, 0.3 * curl), (0.06, 0.9, curl)],
        [1.6 * thick * inner, 1.4 * thick, 0.9 * thick, 0.3 * thick],
        10,
        along=12,
    ).scale(1, 1, 0.75)
    shape = (arm.around(arms, "z") + ball(0.3, 0.3, 0.17, detail=16)).paint(colour)
    bump = join(
        ball(0.045 * (1 - 0.1 * k), detail=6).move(0, 0.14 + 0.14 * k, 0.8 * thick * (1.3 - 0.17 * k) + 0.08 * curl * k)
        for k in range(5)
    )
    shape += bump.around(arms, "z").paint(shade(colour, pick(rng, [0.7, 1.6])))
    if chance(rng, 0.35):
        shape += eyes(0.12, 0.08, 0.18, 0.08) + tube(
            [(-0.1, -0.1, 0.2), (0, -0.15, 0.2), (0.1, -0.1, 0.2)], 0.025, 6, along=7
        ).paint(BLACK)
    return shape.turn("x", pick(rng, [0, 0, -65, -90]))


def seahorse(rng: np.random.Generator) -> Shape:
    """Return an upright seahorse with a curled tail."""
    colour = pick(rng, [(0.95, 0.6, 0.15), (0.95, 0.8, 0.3), vivid(rng), pastel(rng)])
    fat = rng.uniform(0.85, 1.2)
    path = smooth(
        [
            (0, 1.15, -0.05),
            (0, 0.92, -0.18),
            (0, 0.6, 0.02),
            (0, 0.25, 0.05),
            (0, -0.1, -0.12),
            (0, -0.45, -0.1),
            (0, -0.6, 0.1),
            (0, -0.5, 0.26),
            (0, -0.38, 0.2),
            (0, -0.42, 0.12),
        ],
        46,
    )
    radius = fat * np.interp(
        np.linspace(0, 1, 46), [0, 0.12, 0.32, 0.5, 0.75, 1], [0.12, 0.13, 0.24, 0.17, 0.08, 0.035]
    )
    ridges = 1 + 0.07 * (np.arange(46) % 3 == 0)
    shape = tube(path, radius * ridges, 12).paint(colour)
    face = ball(0.2, 0.19, 0.23, detail=14) + hull(
        [(0.1, 0.1, -0.1, 0.06), (0.35, 0.05, -0.09, 0.01), (0.48, 0.065, -0.11, 0.03)], 12, 9
    )
    shape += (face.paint(colour) + eyes(0.14, 0.05, 0.13, 0.06)).turn("x", 15).move(0, 1.2, 0.04)
    spine = [path[k] - np.array([0, 0, radius[k] * 0.9]) for k in range(3, 26, 3)]
    shape += join(ball(0.04, 0.05, 0.07, detail=8).move(*p) for p in spine).paint(shade(colour, 0.7)) + lathe(
        [(0.05, 0), (0, 0.17)], 6
    ).move(0, 1.36, 0.02).along(3, z=0.09).paint(shade(colour, 0.7))
    fin = (
        extrude(
            smooth([(0, -0.12), (-0.22, -0.16), (-0.26, 0.06), (-0.12, 0.2), (0, 0.12)], 14, closed=True),
            0.06,
            plane="zy",
        )
        .paint(shade(colour, 1.5))
        .move(0, 0.55, -0.18 * fat)
    )
    belly = join(
        ball(0.13 * fat, 0.035, 0.06, detail=8).move(0, y, 0.22 * fat + 0.03) for y in np.linspace(0.3, 0.72, 5)
    ).paint(shade(colour, 1.5))
    return (
        shape
        + fin
        + belly
        + ball(0.03, 0.08, 0.1, detail=8).turn("y", 30).paint(shade(colour, 1.4)).move(0.14, 1.0, -0.14).both()
    )


def shrimp(colour: Colour) -> Shape:
    """Return a curled shrimp."""
    angle = np.linspace(-0.4, 3.4, 9)
    path = np.stack([0 * angle, 0.5 * np.sin(angle), 0.5 * np.cos(angle)], 1)
    body = join(
        ball(0.17 * (1.15 - 0.07 * k), 0.19 * (1.1 - 0.07 * k), 0.17, detail=12)
        .paint(colour if k % 2 else shade(colour, 1.35))
        .move(*p)
        for k, p in enumerate(path[::-1][::-1])
    )
    fan = ball(0.07, 0.2, 0.04, detail=10).move(0, -0.15).turn("z", 28).both() + ball(0.07, 0.2, 0.04, detail=10).move(
        0, -0.16
    )
    head = (
        lathe(smooth([(0.19, 0), (0.17, 0.2), (0.06, 0.4), (0, 0.42)], 10), 12)
        .turn("x", 95)
        .paint(colour)
        .move(*path[0])
    )
    legs = rail((0.08, 0, 0), (0.13, -0.3, 0.05), 0.03)
    legs = join(legs.move(0, 0.5 * np.sin(a) - 0.08, 0.5 * np.cos(a)) for a in (0.2, 0.6, 1.0, 1.4, 1.8)).both()
    feelers = tube([(0.06, -0.15, 0.8), (0.2, 0.2, 1.2), (0.3, 0.3, 0.6), (0.32, 0.2, 0.0)], 0.022, 8, along=16).both()
    return (
        body
        + head
        + (legs + feelers + fan.move(*path[-1])).paint(shade(colour, 0.8))
        + ball(0.06, detail=8).paint(BLACK).move(0.15, -0.08, 0.72).both()
    )


def lobster(rng: np.random.Generator) -> Shape:
    """Return a lobster or a shrimp."""
    colour = near(rng, pick(rng, [(0.82, 0.15, 0.1), (0.82, 0.15, 0.1), (0.2, 0.3, 0.5), (0.95, 0.55, 0.4)]))
    if chance(rng, 0.35):
        return shrimp(colour)
    shape = hull(
        [(-0.1, 0.24, 0.08, 0.46), (0.25, 0.26, 0.08, 0.5), (0.55, 0.16, 0.12, 0.42), (0.8, 0.02, 0.28, 0.32)], 16, 12
    ).paint(colour)
    for k in range(6):
        shape += (
            ball(0.24 - 0.018 * k, 0.19 - 0.012 * k, 0.13, detail=12)
            .paint(colour if k % 2 else shade(colour, 0.85))
            .move(0, 0.27 - 0.015 * k, -0.12 - 0.17 * k)
        )
    shape += (
        join(ball(0.11, 0.035, 0.24, detail=10).move(0, 0, -0.2).turn("y", a) for a in (-50, -25, 0, 25, 50))
        .paint(shade(colour, 0.8))
        .move(0, 0.18, -1.05)
    )
    size = rng.uniform(0.85, 1.3)
    claw = (
        ball(0.17, 0.1, 0.27, detail=12)
        + tube([(0.09, 0, 0.15), (0.12, 0, 0.4), (0.02, 0, 0.54)], [0.09, 0.08, 0.02], 8, along=8)
        + tube([(-0.1, 0, 0.12), (-0.14, 0, 0.32), (-0.05, 0, 0.45)], [0.07, 0.05, 0.015], 8, along=7)
    )
    arm = tube([(0.2, 0.25, 0.4), (0.52, 0.3, 0.6), (0.5, 0.28, 0.95)], [0.08, 0.08, 0.07], 8, along=9) + claw.scale(
        size
    ).move(0.48, 0.28, 1.1)
    shape += (arm.both() + side_legs(4, 0.2, 0.45, 0.2, 0.28, 0.04, 60, 0.45).move(0, 0, 0.2)).paint(colour)
    shape += (
        tube([(0.08, 0.4, 0.7), (0.25, 0.75, 0.8), (0.5, 0.8, 0.2), (0.6, 0.7, -0.4)], 0.025, 8, along=16)
        .paint(shade(colour, 0.7))
        .both()
    )
    return shape + ball(0.055, detail=8).paint(BLACK).move(0.13, 0.46, 0.6).both()


def ray_fish(rng: np.random.Generator) -> Shape:
    """Return a ray with broad wings and a thin tail."""
    colour = near(rng, pick(rng, [(0.25, 0.3, 0.4), (0.55, 0.45, 0.35), (0.3, 0.45, 0.6), (0.15, 0.15, 0.2)]))
    span, flap, long = rng.uniform(0.8, 1.2), rng.uniform(-0.15, 0.4), rng.uniform(0.5, 0.7)
    t = np.linspace(-1, 1, 25)
    size = np.maximum(1 - np.abs(t) ** 1.2, 0.03)
    path = np.stack([span * t, 0 * t, -0.25 * np.abs(t) ** 1.5], 1)
    wing = tube(path, np.stack([0.16 * size**0.8 + 0.012, long * size], 1), 16)
    if np.ptp(wing.vertices[:, 1]) > np.ptp(wing.vertices[:, 2]):
        wing = tube(path, np.stack([long * size, 0.16 * size**0.8 + 0.012], 1), 16)
    wing = wing.bend(lambda v: v + np.stack([0 * v[:, 0], flap * (v[:, 0] / span) ** 2, 0 * v[:, 0]], 1)).finer()
    cover = spots(rng, colour, shade(colour, 1.8), 0.2, 0.2) if chance(rng, 0.5) else colour
    light = np.array((0.93, 0.92, 0.88))

    def two_sided(p: np.ndarray) -> np.ndarray:
        middle = p.mean(1, keepdims=True)
        level = middle[..., 1:2] - flap * (middle[..., :1] / span) ** 2
        return np.where(level < -0.035, light, cover(p) if callable(cover) else np.array(cover)) + 0 * p

    shape = wing.paint(two_sided)
    shape += tube(
        [(0, 0, -0.4 * long), (0.05, 0.02, -1.0), (-0.05, 0.05, -1.6), (0.05, 0.1, -2.0)],
        [0.09, 0.05, 0.035, 0.025],
        8,
        along=18,
    ).paint(colour)
    shape += (
        ball(0.09, 0.09, 0.1, detail=10).paint(colour).move(0.17, 0.14, 0.62 * long).both()
        + ball(0.05, detail=8).paint(BLACK).move(0.2, 0.16, 0.62 * long + 0.07).both()
    )
    if chance(rng, 0.4):
        shape += ball(0.05, 0.04, 0.16, detail=8).turn("y", 15).paint(colour).move(0.15, -0.02, long + 0.05).both()
    return shape.turn("x", pick(rng, [0, 0, -30]))


FAMILIES = {
    "jellyfish": jellyfish,
    "starfish": starfish,
    "seahorse": seahorse,
    "lobster": lobster,
    "ray_fish": ray_fish,
}
