"""Couches and bags to lie on."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    GOLD,
    WHITE,
    by_face,
    chance,
    dark,
    muted,
    pick,
    shade,
    spots,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, lathe, rail, rod, tube
from ...shape import Shape
from .comfort import cloth


def chaise(rng: np.random.Generator) -> Shape:
    """Return a couch to lie on: one raised scrolled end, part of a back; or a modern bent lounger."""
    cover, leg = cloth(rng), pick(rng, [wood(rng), GOLD, BLACK])
    long, half, high = rng.uniform(0.85, 1.05), rng.uniform(0.32, 0.4), rng.uniform(0.3, 0.4)
    if chance(rng, 0.35):
        path = [
            (0, 0.75, -long),
            (0, 0.42, -0.45 * long),
            (0, 0.36, -0.2 * long),
            (0, 0.52, 0.3 * long),
            (0, 0.44, long),
        ]
        shape = tube(path, np.array([[half, 0.09]] * 5), 12, along=22).paint(cover) + rod(
            0.13, 1.6 * half, around=14
        ).turn("z", 90).paint(pick(rng, [vivid(rng), dark(rng)])).move(0, 0.83, -0.9 * long)
        legs = tube(
            [(0, 0.4, -0.5 * long), (0, 0.03, -0.55 * long), (0, 0.03, 0.5 * long), (0, 0.45, 0.5 * long)], 0.04, 8
        ).move(0.7 * half).both() + rod(0.04, 1.4 * half).turn("z", 90).move(0, 0.05, 0.5 * long).both("z")
        return (shape + legs.paint(leg)).turn("y", -55)
    shape = box(2 * half, 0.2, 2 * long, 0.07).paint(cover).move(0, high) + box(
        2 * half - 0.04, 0.1, 1.96 * long, 0.02
    ).paint(leg).move(0, high - 0.12)
    tall = rng.uniform(0.45, 0.6)
    roll = [
        (0, high, -0.86 * long),
        (0, high + 0.6 * tall, -0.98 * long),
        (0, high + tall, -1.12 * long),
        (0, high + tall - 0.06, -1.25 * long),
    ]
    shape += tube(roll, np.array([[half, 0.1]] * 4), 12, along=12).paint(cover)
    if chance(rng, 0.6):
        back = extrude(
            [
                (-0.9 * long, 0),
                (0.4 * long, 0),
                *smooth([(0.4 * long, 0.1), (0, 0.24), (-0.5 * long, 0.5), (-0.95 * long, tall)], 10),
            ],
            0.14,
            0.03,
            plane="zy",
        )
        shape += back.paint(cover if not callable(cover) else muted(rng)).move(-half + 0.07, high + 0.06)
    if chance(rng, 0.6):
        shape += rod(0.12, 1.7 * half, around=14).turn("z", 90).paint(vivid(rng)).move(0, high + 0.2, -0.7 * long)
    foot = (
        lathe(smooth([(0.025, 0), (0.05, 0.08), (0.03, 0.14), (0.06, high - 0.14)], 8), 10)
        if chance(rng, 0.6)
        else rail((0, 0, 0), (0, high - 0.1, 0), 0.03, 0.05, 4)
    )
    return (shape + foot.paint(leg).move(half - 0.08, 0, 0.88 * long).corners()).turn("y", -pick(rng, [35, 60, 90]))


def bean_bag(rng: np.random.Generator) -> Shape:
    """Return a slumped bag of gores: a pear, a ball, a cushion, or one like a football."""
    a, b = vivid(rng), pick(rng, [WHITE, vivid(rng), muted(rng)])
    kind, count = pick(rng, ["pear", "pear", "round", "chair"]), int(rng.integers(5, 9))
    high = rng.uniform(0.75, 1.0)
    profile = {
        "pear": [(0.02, 0), (0.55, 0.01), (0.66, 0.15), (0.6, 0.4), (0.36, 0.7), (0.12, 0.92), (0.02, 0.96)],
        "round": [(0.02, 0), (0.5, 0.01), (0.7, 0.2), (0.68, 0.42), (0.45, 0.62), (0.02, 0.66)],
        "chair": [(0.02, 0), (0.6, 0.01), (0.72, 0.18), (0.66, 0.4), (0.5, 0.6), (0.3, 0.75), (0.02, 0.8)],
    }[kind]
    bag = lathe(smooth(profile, 18) * [1, high], 4 * count)

    def slump(v: np.ndarray) -> np.ndarray:
        """Dent the seams, and sink the front to a seat."""
        angle = np.arctan2(v[:, 0], v[:, 2])
        seam = 1 - 0.05 * np.abs(np.cos(count * angle / 2)) ** 8
        x, z, y = v[:, 0] * seam, v[:, 2] * seam, v[:, 1]
        if kind != "round":
            y = y - (0.35 if kind == "chair" else 0.15) * np.clip(y, 0, 1) * np.exp(
                -(((z - 0.3) / 0.3) ** 2 + (x / 0.4) ** 2)
            )
            z = z - 0.25 * np.clip(y - 0.3, 0, 1)
        return np.stack([x, y, z], 1)

    table = np.array([a, b if chance(rng, 0.5) else shade(a, 0.85)])
    gores = by_face(lambda p: table[np.floor((np.arctan2(p[:, 0], p[:, 2]) / (2 * np.pi) + 1) * count).astype(int) % 2])
    shape = bag.finer().paint(pick(rng, [gores, a, spots(rng, a, b, 0.3)])).bend(slump)
    top = shape.vertices[shape.vertices[:, 1].argmax()]
    shape += ball(0.09, 0.06, 0.09, detail=8).paint(pick(rng, [b, BLACK])).move(*top)
    return shape + (
        tube([top, *(top + np.array([(0, 0.14, -0.04), (0, 0.12, -0.16), (0, -0.04, -0.12)]))], 0.035, along=10).paint(
            shade(a, 0.7)
        )
        if chance(rng, 0.5)
        else ball(0.3, 0.2, 0.1, 3, 10).paint(b).turn("x", -60).move(0, 0.3 * high, 0.6)
    )


FAMILIES = {
    "chaise": chaise,
    "bean_bag": bean_bag,
}
