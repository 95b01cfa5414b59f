"""Snails, turtles, frogs, snakes and dinosaurs."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    WHITE,
    chance,
    dark,
    leaf,
    near,
    pick,
    shade,
    split_at,
    spots,
    stripes,
    vivid,
    wedges,
)
from ...parts import ball, extrude, hull, lathe, rail, rod, tube
from ...shape import Colour, Shape, join
from .skeleton import Build, eyes, legs, neck, place_head, torso


def snail(rng: np.random.Generator) -> Shape:
    body, shell = near(rng, (0.75, 0.62, 0.42)), vivid(rng)
    shape = hull(
        [
            (-0.8, 0.02, 0.0, 0.04),
            (-0.4, 0.18, 0, 0.16),
            (0.2, 0.22, 0, 0.22),
            (0.6, 0.17, 0.02, 0.3),
            (0.75, 0.1, 0.12, 0.34),
        ],
        18,
        18,
    ).paint(body)
    shape += tube([(0, 0.12, 0.5), (0, 0.35, 0.72), (0, 0.5, 0.8)], [0.15, 0.12, 0.12], 12, along=9).paint(body) + ball(
        0.14
    ).paint(body).move(0, 0.52, 0.82)
    shape += (
        tube([(0.06, 0.58, 0.84), (0.12, 0.75, 0.9), (0.14, 0.88, 0.96)], 0.03, along=7).paint(body)
        + ball(0.06, detail=10).paint(pick(rng, [WHITE, BLACK])).move(0.14, 0.9, 0.97)
        + ball(0.035, detail=8).paint(BLACK).move(0.14, 0.91, 1.02)
    ).both()
    turns = rng.uniform(2.2, 2.9)
    angle = np.linspace(0, turns * 2 * np.pi, 46)
    size = np.linspace(0.03, 1, 46) ** 1.0
    spiral = np.stack(
        [
            0.24 * (1 - size),
            0.46 * size * np.sin(angle - angle[-1] - 1.2),
            0.46 * size * np.cos(angle - angle[-1] - 1.2),
        ],
        1,
    )
    coil = tube(spiral, np.maximum(0.27 * size, 0.02), 12)
    cover = pick(rng, [shell, wedges([shell, shade(shell, 0.6)], 14, "x")])
    return shape + coil.paint(cover).move(0, 0.6, -0.15)


def turtle(rng: np.random.Generator) -> Shape:
    skin, shell = (
        near(rng, (0.45, 0.6, 0.3)),
        near(rng, pick(rng, [(0.4, 0.3, 0.15), (0.25, 0.4, 0.2), (0.55, 0.45, 0.2)])),
    )
    high, sea = rng.uniform(0.3, 0.5), chance(rng, 0.35)
    shape = (
        lathe(smooth([(0.62, 0), (0.6, 0.3 * high), (0.4, 0.8 * high), (0.02, high)], 12), 24)
        .scale(0.85, 1, 1)
        .paint(shell)
    )
    plate = lathe([(0.15, 0), (0.11, 0.05), (0, 0.06)], 6).paint(shade(shell, 1.5))
    shape += plate.move(0, high - 0.03) + join(
        plate.turn("z", -32).move(0.33, 0.78 * high).turn("y", 60 * k + 30).scale(0.9, 1, 1) for k in range(6)
    ).paint(shade(shell, 1.4))
    shape += lathe([(0.63, -0.05), (0.67, 0), (0.63, 0.06), (0, 0.06)], 24).scale(0.85, 1, 1).paint(shade(skin, 1.4))
    if sea:
        shape += (
            ball(0.55, 0.05, 0.15, detail=14).turn("y", 30).paint(skin).move(0.65, 0, 0.42).both()
            + ball(0.28, 0.045, 0.11, detail=12).turn("y", -35).paint(skin).move(0.48, 0, -0.52).both()
        )
    else:
        shape += (
            (rod(0.13, 0.3, 0.15, 14, 0.04) + ball(0.15, 0.06, 0.17, detail=10).move(0, -0.13, 0.03))
            .paint(skin)
            .move(0.38, -0.12, 0.38)
            .corners()
        )
    shape += (
        tube([(0, 0.02, 0.5), (0, 0.08, 0.75), (0, 0.2, 0.88)], [0.15, 0.12, 0.12], 12, along=8).paint(skin)
        + ball(0.17, 0.16, 0.21).paint(skin).move(0, 0.24, 0.95)
        + eyes(0.12, 0.3, 1.06, 0.045)
    )
    return shape + lathe([(0.08, 0), (0, 0.25)], 10).turn("x", -100).paint(skin).move(0, 0, -0.6)


def frog(rng: np.random.Generator) -> Shape:
    colour = pick(rng, [leaf(rng), (0.35, 0.7, 0.25), vivid(rng)])
    body = hull(
        [
            (-0.5, 0.1, 0.02, 0.14),
            (-0.2, 0.32, -0.02, 0.34),
            (0.15, 0.36, 0.0, 0.5),
            (0.4, 0.34, 0.12, 0.55),
            (0.6, 0.14, 0.22, 0.42),
        ],
        20,
        18,
    ).paint(
        pick(
            rng,
            [
                colour,
                split_at(shade(colour, 1.8), colour, "y", 0.16),
                spots(rng, colour, shade(colour, 0.6), 0.15, 0.25),
            ],
        )
    )
    body += (
        (
            ball(0.13).paint(colour)
            + ball(0.1).paint(pick(rng, [(0.95, 0.85, 0.2), WHITE])).move(0.02, 0.01, 0.05)
            + ball(0.05, 0.06, 0.05, detail=8).paint(BLACK).move(0.025, 0.02, 0.12)
        )
        .move(0.2, 0.55, 0.36)
        .both()
    )
    body += tube([(-0.28, 0.28, 0.5), (0, 0.24, 0.63), (0.28, 0.28, 0.5)], 0.018, along=10).paint(shade(colour, 0.5))
    toes = (
        ball(0.05, 0.025, 0.13, detail=8).turn("y", 32)
        + ball(0.05, 0.025, 0.13, detail=8)
        + ball(0.05, 0.025, 0.13, detail=8).turn("y", -32)
    )
    body += (
        (
            tube([(0.27, 0.2, 0.28), (0.38, 0.1, 0.36), (0.34, -0.04, 0.42)], [0.085, 0.07, 0.05], along=8)
            + toes.move(0.34, -0.05, 0.5)
        )
        .paint(colour)
        .both()
    )
    return (
        body
        + (
            ball(0.14, 0.17, 0.32).turn("x", -20).move(0.36, 0.14, -0.22)
            + ball(0.07, 0.06, 0.24, detail=10).turn("y", 12).move(0.44, -0.02, -0.08)
            + toes.scale(1.3).move(0.48, -0.05, 0.14)
        )
        .paint(shade(colour, 0.92))
        .both()
    )


def rex(rng: np.random.Generator, colour: Colour, other: Colour) -> Shape:
    """Return a tyrannosaur on two legs."""
    body = hull(
        [
            (-1.5, 0.02, 0.72, 0.76),
            (-0.9, 0.11, 0.55, 0.8),
            (-0.35, 0.26, 0.36, 0.98),
            (0.1, 0.3, 0.42, 1.1),
            (0.45, 0.2, 0.72, 1.2),
            (0.62, 0.12, 0.95, 1.24),
        ],
        20,
        26,
    ).paint(pick(rng, [colour, split_at(other, colour, "y", 0.6), stripes([colour, colour, other], "z", 0.1, 5)]))
    body += tube([(0, 1.0, 0.4), (0, 1.22, 0.58), (0, 1.38, 0.68)], [0.19, 0.16, 0.16], 12, along=8).paint(colour)
    head = (
        hull(
            [(-0.15, 0.14, -0.1, 0.16), (0.1, 0.2, -0.02, 0.2), (0.4, 0.14, 0.0, 0.12), (0.52, 0.08, 0.02, 0.08)],
            16,
            12,
        ).paint(colour)
        + hull([(-0.1, 0.12, -0.16, -0.04), (0.2, 0.14, -0.16, -0.08), (0.42, 0.1, -0.13, -0.07)], 14, 9)
        .turn("x", 8)
        .paint(shade(colour, 0.85))
        + eyes(0.15, 0.13, 0.14, 0.05)
    )
    head += lathe([(0.022, 0), (0, -0.07)], 6).along(6, z=0.07).move(0.11, 0.0, 0.25).both().paint(WHITE)
    body += head.turn("x", rng.uniform(-5, 12)).move(0, 1.42, 0.72)
    leg = tube(
        [(0.2, 0.62, 0.0), (0.26, 0.42, 0.16), (0.26, 0.22, -0.06), (0.26, 0.06, 0.02)],
        [0.18, 0.14, 0.085, 0.08],
        12,
        along=12,
    ) + ball(0.1, 0.06, 0.19, detail=12).move(0.26, 0.05, 0.12)
    arm = tube([(0.17, 0.92, 0.45), (0.2, 0.78, 0.55), (0.17, 0.76, 0.68)], [0.06, 0.045, 0.03], along=8)
    return body + (leg + arm).both().paint(shade(colour, 0.92))


def dinosaur(rng: np.random.Generator) -> Shape:
    """Long-neck, tyrannosaur, stegosaur or horned one."""
    kind = pick(rng, ["long", "rex", "rex", "plates", "horns"])
    colour = pick(rng, [leaf(rng), vivid(rng), near(rng, (0.5, 0.45, 0.3))])
    other = shade(colour, pick(rng, [0.6, 1.6]))
    return rex(rng, colour, other) if kind == "rex" else heavy(rng, kind, colour, other)


def heavy_head(b: Build, colour: Colour, kind: str, other: Colour) -> Shape:
    """Return a head at the origin, horned ones with a collar."""
    r = b.head
    face = (
        ball(0.9 * r, 0.9 * r, r).paint(colour)
        + hull(
            [
                (0, 0.7 * r, -0.6 * r, 0.4 * r),
                (0.6 * r + b.snout, b.muzzle, -0.7 * r, 0.05 * r),
                (0.75 * r + b.snout, 0.4 * b.muzzle, -0.55 * r, -0.2 * r),
            ],
            14,
            9,
        ).paint(colour)
        + eyes(0.62 * r, 0.35 * r, 0.55 * r, 0.18 * r)
    )
    if kind == "horns":
        face += (
            lathe([(1.7 * r, -0.05), (1.75 * r, 0), (1.6 * r, 0.08), (0, 0.12)], 24)
            .turn("x", 65)
            .scale(1, 0.95, 1)
            .paint(other)
            .move(0, 0.5 * r, -0.3 * r)
        )
        face += tube(
            [(0.45 * r, 0.6 * r, 0.3 * r), (0.55 * r, 1.1 * r, 0.9 * r), (0.5 * r, 1.3 * r, 1.6 * r)],
            [0.17 * r, 0.13 * r, 0.03 * r],
            along=9,
        ).both().paint(WHITE) + lathe([(0.15 * r, 0), (0, 0.5 * r)], 8).turn("x", 30).paint(WHITE).move(
            0, 0.05 * r, 0.6 * r + 0.8 * b.snout
        )
    return face


def heavy(rng: np.random.Generator, kind: str, colour: Colour, other: Colour) -> Shape:
    """Return a dinosaur on four legs: long, plates or horns."""
    b = {
        "long": Build(1.3, 0.42, 0.34, 0.34, 0.15, 0.95, 55, 0.85, 0.1, 0.09, 0.12, 1.4),
        "plates": Build(1.2, 0.38, 0.26, 0.4, 0.15, 0.14, 5, 0.75, 0.16, 0.09, 0.1, 1.5),
        "horns": Build(1.2, 0.36, 0.36, 0.36, 0.27, 0.06, 15, 0.85, 0.22, 0.13, 0.12, 1.4),
    }[kind].varied(rng, 0.06)
    shape = (torso(b) + neck(b, 0.5 if kind == "long" else 0.62)).paint(colour) + legs(
        b, rng, colour, shade(colour, 0.8), 1.15
    )
    y, z = b.leg + 1.1 * b.rump, -b.long / 2
    long = {"long": 1.4, "plates": 0.95}.get(kind, 0.8)
    shape += tube(
        [(0, y, z + 0.2), (0, y - 0.08, z - 0.3 * long), (0, y - 0.25, z - 0.7 * long), (0.05, y - 0.22, z - long)],
        [0.75 * b.rump, 0.5 * b.rump, 0.25 * b.rump, 0.03],
        12,
        along=16,
    ).paint(colour)
    face = heavy_head(b, colour, kind, other)
    shape += place_head(b, face, rng, 15 if kind == "long" else 5, 15)
    if kind == "plates":
        for t in np.linspace(-0.95, 0.55, 9):
            size = 0.17 * (1.3 - 1.2 * abs(t + 0.1)) + 0.07
            top = float(
                np.interp(
                    t, [-1.4, -0.5, 0, 0.6], [y - 0.3, y + 0.55 * b.rump, b.leg + 2 * b.rump, b.leg + 1.9 * b.chest]
                )
            )
            shape += (
                extrude(
                    [
                        (-0.5 * size, -0.1),
                        (0.5 * size, -0.1),
                        (0.6 * size, 0.6 * size),
                        (0, 1.4 * size),
                        (-0.6 * size, 0.6 * size),
                    ],
                    0.05,
                    plane="zy",
                )
                .paint(other)
                .move(0, top, t)
            )
        shape += (
            lathe([(0.03, 0), (0, 0.25)], 8)
            .turn("z", -60)
            .move(0.03, y - 0.2, z - 0.8)
            .both()
            .along(2, z=0.14)
            .paint(WHITE)
        )
    return shape


def snake(rng: np.random.Generator) -> Shape:
    """Return a snake in bends, its head raised."""
    colour, other = vivid(rng), dark(rng)
    t = np.linspace(0, 1, 60)
    waves, wide = rng.uniform(1.5, 2.6), rng.uniform(0.25, 0.45)
    x, z = wide * np.sin(waves * 2 * np.pi * t) * np.minimum(1.3 * (1 - t) + 0.25, 1), 2.2 * t - 1.1
    y = 0.1 + 0.5 * np.clip((t - 0.82) / 0.18, 0, 1) ** 2 * rng.uniform(0.3, 1.2)
    size = 0.1 * np.minimum(0.1 + 4 * t, 1) * (1 - 0.35 * np.clip((t - 0.8) / 0.2, 0, 1))
    along = tube(np.stack([x, y, z], 1), size, 12)
    shape = along.paint(
        pick(rng, [stripes([colour, other], "z", 0.12, 5), stripes([colour, colour, other], "z", 0.09, 5), colour])
    )
    head = (
        ball(0.12, 0.075, 0.17).paint(colour)
        + eyes(0.075, 0.05, 0.08, 0.03)
        + rail((0, -0.02, 0.15), (0, -0.03, 0.3), 0.015).paint((0.85, 0.1, 0.1))
    )
    return shape + head.turn("y", float(np.degrees(np.arctan2(x[-1] - x[-4], z[-1] - z[-4])))).move(
        x[-1], y[-1] + 0.02, z[-1] + 0.06
    )


FAMILIES = {
    "snail": snail,
    "turtle": turtle,
    "frog": frog,
    "dinosaur": dinosaur,
    "snake": snake,
}
