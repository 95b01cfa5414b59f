"""Tins, cartons and cardboard boxes."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    STEEL,
    WHITE,
    chance,
    pick,
    shade,
    stripes,
    vivid,
)
from ...parts import ball, box, extrude, lathe, rod, torus, tube
from ...shape import Colour, Shape, join
from .everyday import CARDBOARD


def _tin_paint(rng: np.random.Generator, high: float, r: float, shape: Shape) -> Shape:
    """Return the paint kind of tin."""
    drip = join(
        ball(0.07, h, 0.05, detail=8).move(r * np.sin(w), high - 0.6 * h, r * np.cos(w))
        for w, h in zip(rng.uniform(0, 6.3, 5), rng.uniform(0.1, 0.3, 5), strict=True)
    )
    return (
        shape
        + (rod(0.85 * r, 0.05, around=22).move(0, high) + drip).paint(vivid(rng))
        + tube(
            [
                (r, 0.8 * high, 0),
                (1.1 * r, high + 0.1, 0.1),
                (0, high + 0.5, 0.2),
                (-1.1 * r, high + 0.1, 0.1),
                (-r, 0.8 * high, 0),
            ],
            0.03,
            along=18,
        ).paint(STEEL)
    )


def _tin_flat(rng: np.random.Generator, a: Colour, b: Colour) -> Shape:
    """Return the flat kind of tin."""
    shape = (
        box(1.2, 0.3, 0.8, 0.14, 4).paint(pick(rng, [STEEL, a]))
        + box(1.0, 0.32, 0.6, 0.1).paint(pick(rng, [a, b]))
        + ball(0.3, 0.05, 0.12, detail=12).paint(vivid(rng)).move(0.05, 0.16)
    )
    return (
        shape
        + extrude([(0.25, 0), (0.5, 0.14), (0.5, -0.14)], 0.06, plane="xz").paint(STEEL).move(-0.6, 0.16)
        + torus(0.1, 0.03, 14, 6).paint(STEEL).move(0.5, 0.17)
    )


def tin(rng: np.random.Generator) -> Shape:
    """Return a food tin, a drinks can, a spray can, a paint pot, or a flat tin of fish."""
    a, b, kind = (
        vivid(rng),
        pick(rng, [WHITE, vivid(rng), (0.95, 0.85, 0.3)]),
        pick(rng, ["food", "drink", "spray", "paint", "flat"]),
    )
    around = int(pick(rng, [10, 26, 26]))
    if kind == "flat":
        return _tin_flat(rng, a, b)
    r, high = (
        rng.uniform(0.34, 0.42),
        {"food": 0.95, "drink": 1.2, "spray": 1.25, "paint": 0.85}[kind] * rng.uniform(0.85, 1.15),
    )
    t = np.linspace(0.06, high - 0.06, 13)
    if kind == "drink":
        profile = [(0.75 * r, 0), *[(r, y) for y in t[1:-1]], (0.8 * r, high), (0.7 * r, high - 0.03), (0, high - 0.03)]
    else:
        profile = [(r, 0), *[(r, y) for y in t], (r, high), (0.9 * r, high), (0.9 * r, high - 0.03), (0, high - 0.03)]
    cover = pick(rng, [stripes([a, a, b], "y", high / 6, 0.1), stripes([a, b, b, a], "y", high / 4, 0), a])
    shape = (
        lathe(profile, around).paint(cover)
        + torus(0.97 * (r if kind != "drink" else 0.82 * r), 0.035, around, 6).paint(STEEL).move(0, high)
        + torus(0.97 * r if kind != "drink" else 0.8 * r, 0.035, around, 6).paint(STEEL).move(0, 0.02)
        + rod(0.7 * r, 0.05, around=20).paint(shade(STEEL, 0.95)).move(0, high - 0.02)
    )
    shape += (
        ball(0.5 * r, 0.2 * high, 0.1, detail=12).paint(pick(rng, [b, vivid(rng), WHITE])).move(0, 0.5 * high, 0.95 * r)
    )
    if kind == "drink":
        return shape + (torus(0.1, 0.03, 12, 6, 0.03).scale(1, 1, 1.4) + rod(0.05, 0.06).move(0, 0, -0.1)).paint(
            STEEL
        ).move(0, high + 0.01, 0.06)
    if kind == "spray":
        return (
            shape
            + lathe(smooth([(0.97 * r, 0), (0.8 * r, 0.09), (0.4 * r, 0.17), (0.35 * r, 0.2)], 8), around)
            .paint(STEEL)
            .move(0, high)
            + rod(0.3 * r, 0.2, 0.24 * r, 14).paint(pick(rng, [WHITE, a, BLACK])).move(0, high + 0.26)
            + rod(0.03, 0.05).turn("x", 90).paint(BLACK).move(0, high + 0.3, 0.26 * r)
        )
    if kind == "paint":
        return _tin_paint(rng, high, r, shape)
    if chance(rng, 0.4):
        return (
            shape
            + rod(0.9 * r, 0.05, around=22).turn("x", -70).paint(STEEL).move(0, high + 0.8 * r, -0.9 * r)
            + rod(0.85 * r, 0.04, around=20).paint(vivid(rng)).move(0, high - 0.01)
        )
    return shape + (torus(0.12, 0.03, 14, 6).move(0, 0, 0.08) + rod(0.04, 0.05)).paint(STEEL).move(0, high + 0.01)


def _box_package_carton(rng: np.random.Generator, a: Colour, b: Colour, kind: str) -> Shape:
    """Return the carton kind of box package."""
    half, high = rng.uniform(0.24, 0.3), rng.uniform(0.6, 0.9)
    shape = box(2 * half, high, 2 * half, cuts=8).paint(stripes([a, b, b, a], "y", high / 4, 0)).move(
        0, high / 2
    ) + ball(0.6 * half, 0.2 * high, 0.06, detail=12).paint(vivid(rng)).move(0, 0.5 * high, half)
    if kind == "juice":
        return (
            shape
            + box(2 * half, 0.05, 2 * half).paint(shade(a, 0.8)).move(0, high)
            + tube([(0.1, high - 0.05, 0), (0.1, high + 0.2, 0), (0.3, high + 0.32, 0)], 0.035, along=8).paint(
                pick(rng, [WHITE, vivid(rng)])
            )
        )
    return (
        shape
        + extrude([(-half, 0), (half, 0), (0.05, 0.3), (0.05, 0.42), (-0.05, 0.42), (-0.05, 0.3)], 2 * half, plane="zy")
        .paint(pick(rng, [a, WHITE]))
        .move(0, high)
        + rod(0.09, 0.1, around=14).turn("x", 52).paint(vivid(rng)).move(0, high + 0.17, 0.6 * half)
    )


def _box_package_cereal(rng: np.random.Generator, a: Colour, b: Colour) -> Shape:
    """Return the cereal kind of box package."""
    half, high, deep = rng.uniform(0.32, 0.42), rng.uniform(0.9, 1.15), rng.uniform(0.1, 0.16)
    shape = (
        box(2 * half, high, 2 * deep, cuts=4).paint(a).move(0, high / 2)
        + box(1.8 * half, 0.22 * high, 2 * deep + 0.04).paint(b).move(0, 0.8 * high)
        + box(0.24 * half, 0.1 * high, 2 * deep + 0.07).along(5, x=0.32 * half).paint(vivid(rng)).move(0, 0.8 * high)
    )
    bowl = lathe([(0.12, 0), (0.26, 0.18), (0, 0.18)], 16).scale(1, 1, 0.25).paint(WHITE) + join(
        torus(0.045, 0.025, 10, 6).turn("x", 70).paint((0.85, 0.6, 0.25)).move(x, 0.21 + 0.03 * (k % 2), 0.03)
        for k, x in enumerate((-0.15, -0.05, 0.05, 0.15))
    )
    return (
        shape
        + bowl.move(0, 0.25 * high, deep + 0.03)
        + box(2 * half + 0.02, 0.06 * high, 2 * deep + 0.02).paint(shade(a, 0.7)).move(0, 0.05)
    )


def box_package(rng: np.random.Generator) -> Shape:
    """Return a cereal box, a milk carton, a shut parcel, or an open cardboard box."""
    a, b, kind = (
        vivid(rng),
        pick(rng, [WHITE, vivid(rng), (0.95, 0.85, 0.3)]),
        pick(rng, ["cereal", "carton", "parcel", "open", "juice"]),
    )
    if kind == "cereal":
        return _box_package_cereal(rng, a, b)
    if kind in ("carton", "juice"):
        return _box_package_carton(rng, a, b, kind)
    half, high, deep = rng.uniform(0.4, 0.7), rng.uniform(0.4, 0.75), rng.uniform(0.35, 0.5)
    colour = pick(rng, [CARDBOARD, CARDBOARD, WHITE, vivid(rng)])
    if kind == "parcel":
        band = pick(rng, [(0.88, 0.78, 0.55), vivid(rng)])
        shape = box(2 * half, high, 2 * deep, 0.01).paint(colour).move(0, high / 2) + box(
            0.14, high + 0.02, 2 * deep + 0.02
        ).paint(band).move(0, high / 2)
        if chance(rng, 0.4):
            shape += (
                box(2 * half + 0.02, high + 0.02, 0.14).paint(band).move(0, high / 2)
                + ball(0.16, 0.1, 0.09, detail=10).paint(band).turn("z", 25).move(0.14, high + 0.08).both()
            )
        return (
            shape
            + box(0.4 * half, 0.03, 0.4 * deep).paint(WHITE).move(0.55 * half, high + 0.01, 0.4 * deep)
            + box(0.16, 0.2, 0.03).paint(shade(colour, 0.5)).move(0.6 * half, 0.35 * high, deep)
        )
    wall = 0.06
    shape = (
        box(wall, high, 2 * deep).move(half, high / 2).both()
        + box(2 * half, high, wall).move(0, high / 2, deep).both("z")
        + box(2 * half, wall, 2 * deep).move(0, wall / 2)
    )
    flap = box(0.8 * deep, wall, 1.95 * deep).move(0.4 * deep).turn("z", -rng.uniform(-10, 50)).move(
        half, high
    ).both() + box(1.95 * half, wall, 0.7 * deep).move(0, 0, 0.35 * deep).turn("x", rng.uniform(0, 60)).move(
        0, high, deep
    ).both("z")
    shape = shape.paint(colour) + flap.paint(shade(colour, 1.15))
    if chance(rng, 0.6):
        shape += join(
            pick(rng, [ball(0.2, detail=10), box(0.3, 0.3, 0.3, 0.02), rod(0.12, 0.5, around=12)])
            .paint(vivid(rng))
            .turn("z", rng.uniform(-30, 30))
            .move(x * half, high - 0.1, z * deep)
            for x, z in ((-0.4, 0.3), (0.4, 0.2), (0.0, -0.4))
        )
    return shape + box(0.3, 0.03, 0.03).along(2, y=0.1).paint(shade(colour, 0.5)).move(
        0.3 * half, 0.4 * high, deep + wall / 2
    )


FAMILIES = {
    "tin": tin,
    "box_package": box_package,
}
