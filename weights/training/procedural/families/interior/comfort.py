"""Soft and decorative things of living rooms and bedrooms."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    WHITE,
    by_face,
    chance,
    checks,
    muted,
    pastel,
    pick,
    shade,
    spots,
    stripes,
    vivid,
)
from ...parts import ball, box, extrude, hull, lathe, rod, torus, tube
from ...shape import Colour, Pattern, Shape

MIRROR: Colour = (0.76, 0.87, 0.93)


def cloth(rng: np.random.Generator, size: float = 0.15) -> Colour | Pattern:
    """Return a plain colour or a pattern of fabric."""
    a, b = pick(rng, [vivid(rng), muted(rng), pastel(rng)]), pick(rng, [WHITE, vivid(rng), muted(rng)])
    return pick(
        rng,
        [
            a,
            a,
            stripes([a, b], "x", size, 40 * size),
            checks([a, b], size),
            spots(rng, a, b, 1.5 * size),
            stripes([a, a, b], "z", size, 42 * size),
        ],
    )


def _pillow_bolster(cover: Colour | Pattern, trim: Colour) -> Shape:
    """Return the bolster kind of pillow."""
    shape = (
        hull(
            [
                (-0.7, 0.12, -0.12, 0.12),
                (-0.66, 0.24, -0.24, 0.24),
                (0, 0.27, -0.27, 0.27),
                (0.66, 0.24, -0.24, 0.24),
                (0.7, 0.12, -0.12, 0.12),
            ],
            20,
            20,
        )
        .turn("y", 90)
        .paint(cover)
    )
    return (
        shape
        + ball(0.06, detail=8).paint(trim).move(0.72).both()
        + torus(0.25, 0.03, 20, 6).turn("z", 90).paint(trim).move(0.64).both()
    )


def pillow(rng: np.random.Generator) -> Shape:
    """Return a cushion: square, long, round, a bolster or a stack, standing or lying."""
    kind, cover = pick(rng, ["square", "square", "long", "round", "bolster", "stack"]), cloth(rng)
    trim = pick(rng, [vivid(rng), WHITE, muted(rng)])
    if kind == "bolster":
        return _pillow_bolster(cover, trim)
    if kind == "round":
        shape = ball(0.5, 0.5, rng.uniform(0.14, 0.24), 2, 22).paint(cover) + torus(0.5, 0.035, 28, 6).turn(
            "x", 90
        ).paint(trim)
        return (shape + ball(0.06, 0.06, 0.05, detail=8).paint(trim).move(0, 0, 0.18).both("z")).turn(
            "x", pick(rng, [-15, -80])
        )
    wide, thick = (
        (rng.uniform(0.65, 0.8), rng.uniform(0.16, 0.24))
        if kind == "long"
        else (rng.uniform(0.42, 0.5), rng.uniform(0.14, 0.22))
    )

    def puff(v: np.ndarray) -> np.ndarray:
        """Pull the sides in and leave four pointed corners."""
        x, y = v[:, 0] / wide, v[:, 1] / 0.45
        edge = (1 - x**2) * (1 - y**2)
        return np.stack(
            [
                v[:, 0] * (1 - 0.1 * (1 - y**2)),
                v[:, 1] * (1 - 0.1 * (1 - x**2)),
                v[:, 2] * (0.2 + 0.8 * np.sqrt(np.clip(edge, 0, 1))),
            ],
            1,
        )

    shape = box(2 * wide, 0.9, 2 * thick, 0.05, cuts=10).bend(puff).paint(cover)
    detail = pick(rng, ["button", "tassels", "none"])
    if detail == "button":
        shape += ball(0.06, 0.06, 0.04, detail=8).paint(trim).move(0, 0, thick - 0.02).both("z")
    elif detail == "tassels":
        shape += ball(0.05, 0.05, 0.04, detail=8).paint(trim).move(wide, 0.45).both("x").both("y")
    if kind == "stack":
        flat_one = shape.turn("x", 90)
        return (
            flat_one
            + flat_one.paint(vivid(rng)).turn("y", rng.uniform(-25, 25)).move(0, 1.6 * thick)
            + (
                flat_one.paint(cloth(rng)).turn("y", rng.uniform(-25, 25)).move(0, 3.2 * thick)
                if chance(rng, 0.5)
                else flat_one.scale(0.8).move(0, 3.0 * thick)
            )
        )
    return shape.turn("x", pick(rng, [-10, -20, -85])).turn("z", pick(rng, [0, 0, 45]) if kind == "square" else 0)


def _rug_hide(rng: np.random.Generator, thick: float) -> Shape:
    """Return the hide kind of rug."""
    outline = smooth(
        [
            (0, 1.0),
            (0.2, 0.75),
            (0.75, 0.9),
            (0.62, 0.5),
            (0.5, 0),
            (0.6, -0.5),
            (0.8, -0.85),
            (0.3, -0.7),
            (0, -0.85),
            (-0.3, -0.7),
            (-0.8, -0.85),
            (-0.6, -0.5),
            (-0.5, 0),
            (-0.62, 0.5),
            (-0.75, 0.9),
            (-0.2, 0.75),
        ],
        48,
        closed=True,
    )
    coat = pick(rng, [(0.4, 0.27, 0.16), WHITE, (0.75, 0.6, 0.4), (0.9, 0.55, 0.15)])
    shape = (
        extrude(outline, thick, 0.02, plane="xz")
        .finer()
        .finer()
        .paint(pick(rng, [spots(rng, coat, shade(coat, 0.3), 0.4), coat]))
    )
    return (
        shape
        + (ball(0.22, 0.14, 0.26, detail=12) + ball(0.07, detail=8).move(0.17, 0.1, -0.05).both())
        .paint(coat)
        .move(0, 0.1, 1.0)
        + ball(0.06, detail=6).paint(BLACK).move(0, 0.12, 1.26)
    )


def rug(rng: np.random.Generator) -> Shape:
    """Return a rug as a thick slab: bordered, striped, round, a hide, or rolled at one end."""
    a, b, c = pick(rng, [vivid(rng), muted(rng)]), pick(rng, [vivid(rng), WHITE, muted(rng)]), muted(rng)
    kind = pick(rng, ["frame", "stripes", "checks", "round", "oval", "hide", "roll"])
    half, deep, thick = rng.uniform(0.8, 1.1), rng.uniform(0.55, 0.8), rng.uniform(0.07, 0.1)
    table = np.array([a, b, c, shade(a, 0.7)])
    if kind in ("round", "oval"):
        wide = 1.0 if kind == "round" else 1.45
        rings = lathe(
            [
                (0, -thick / 2),
                *[(r, -thick / 2) for r in (0.5, 0.8)],
                (0.8, thick / 2),
                *[(r, thick / 2) for r in (0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)],
                (0, thick / 2),
            ],
            36,
        )
        step = pick(rng, [0.1, 0.2])
        shape = rings.paint(
            by_face(lambda p: table[np.floor(np.hypot(p[:, 0], p[:, 2]) / step + 0.01).astype(int) % 4])
        ).scale(wide, 1, 1)
        return shape + (
            rod(0.05, thick, around=6).move(0.83).around(28).scale(wide, 0.8, 1).paint(b)
            if chance(rng, 0.5)
            else torus(0.8, 0.05, 36, 6).scale(wide, 1, 1).paint(c)
        )
    if kind == "hide":
        return _rug_hide(rng, thick)
    if kind == "stripes":
        cover: Pattern = stripes([a, b, a, c], "x", rng.uniform(0.1, 0.2), 8)
    elif kind == "checks":
        cover = checks([a, b], rng.uniform(0.16, 0.3))
    else:
        cover = by_face(
            lambda p: table[
                np.floor(np.minimum(half - np.abs(p[:, 0]), deep - np.abs(p[:, 2])) / 0.11).clip(0, 3).astype(int)
            ]
        )
    shape = box(2 * half, thick, 2 * deep, 0.02, cuts=16).paint(cover)
    if kind == "frame":
        shape += rod(0.3, thick + 0.03, around=4).scale(1.5, 1, 0.9).paint(b) + rod(0.15, thick + 0.05, around=4).scale(
            1.5, 1, 0.9
        ).paint(c)
    if kind == "roll":
        t = np.linspace(0, 3.4 * np.pi, 26)
        r = 0.08 + 0.012 * t
        spiral = np.stack([half + r[::-1] * np.sin(t), r[-1] - r[::-1] * np.cos(t), 0 * t], 1)
        shape += tube(spiral, np.array([[deep, 0.035]] * 26), 6).paint(shade(a, 0.8))
    fringe = box(0.12, 0.5 * thick, 0.05).along(int(2 * deep / 0.1), z=0.1).move(half + 0.05)
    return shape + (fringe.both() if kind != "roll" else fringe.mirrored()).paint(pick(rng, [WHITE, b]))


FAMILIES = {
    "pillow": pillow,
    "rug": rug,
}
