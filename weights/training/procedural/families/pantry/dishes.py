"""Served dishes."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import CREAM, STEEL, WHITE, chance, near, pick, shade, vivid, wood
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus
from ...shape import Shape, join
from ..home.vessels import glaze, vessel
from .serving import MEAT, RICE, SALAD, TOMATO, YOLK, fluted, heap, plate, strewn


def with_noodles(rng: np.random.Generator, shape: Shape, r: float, top: float) -> Shape:
    """Return a bowl with noodles, an egg and a leaf of seaweed."""
    noodle = near(rng, (0.95, 0.82, 0.45))
    shape += join(
        torus(rng.uniform(0.12, 0.3) * r, 0.035, 16, 6)
        .turn("x", rng.uniform(-15, 15))
        .move(*(rng.uniform(-0.35, 0.35, 3) * [r, 0.08, r] + [0, top, 0]))
        for _ in range(9)
    ).paint(noodle)
    egg = ball(0.17, 0.1, 0.2, detail=12).paint(WHITE) + ball(0.09, 0.06, detail=10).paint(YOLK).move(0, 0.07)
    shape += egg.move(0.35 * r, top + 0.04, 0.3 * r) + box(0.3, 0.4, 0.05, 0.01).paint((0.1, 0.18, 0.12)).turn(
        "x", -20
    ).move(-0.3 * r, top + 0.12, -0.55 * r)
    shape += rod(0.13, 0.06, around=12).paint((0.95, 0.6, 0.65)).move(-0.35 * r, top + 0.05, 0.35 * r)
    return shape


def bowl_of_food(rng: np.random.Generator) -> Shape:
    """Return a bowl of noodles, soup, rice, salad or cereal."""
    high, r = rng.uniform(0.45, 0.65), rng.uniform(0.6, 0.75)
    profile = smooth([(0.4 * r, 0), (0.42 * r, 0.06), (0.8 * r, 0.35 * high), (r, high)], 16)
    shape = vessel(profile, 0.06, 30).paint(glaze(rng, high))
    kind, top = pick(rng, ["noodles", "soup", "rice", "salad", "cereal"]), 0.88 * high
    broth = {
        "noodles": (0.75, 0.45, 0.15),
        "soup": pick(rng, [TOMATO, (0.95, 0.6, 0.2), SALAD, CREAM]),
        "rice": RICE,
        "salad": SALAD,
        "cereal": WHITE,
    }
    shape += rod(0.93 * r, 0.08, around=28).paint(near(rng, broth[kind], 0.03)).move(0, top - 0.04)
    if kind == "noodles":
        shape = with_noodles(rng, shape, r, top)
    elif kind == "rice":
        shape += ball(0.86 * r, 0.4, 0.86 * r, detail=22).paint(near(rng, RICE, 0.02)).move(0, top - 0.05)
        if chance(rng, 0.5):
            shape += heap(
                rng, lambda: ball(0.1, detail=8).paint(pick(rng, [MEAT, TOMATO, SALAD])), 7, 0.35 * r, 0.08
            ).move(0, top + 0.24)
    elif kind == "salad":
        shape += heap(
            rng,
            lambda: pick(
                rng,
                [
                    ball(0.2, 0.05, 0.14, detail=8).paint(near(rng, SALAD)),
                    ball(0.11, detail=8).paint(TOMATO),
                    box(0.16, 0.1, 0.16, 0.02).paint(CREAM),
                ],
            ),
            24,
            0.8 * r,
            0.22,
        ).move(0, top)
    elif kind == "cereal":
        colours = [vivid(rng), (0.85, 0.6, 0.25), vivid(rng)]
        shape += strewn(rng, lambda: torus(0.07, 0.035, 10, 6).paint(pick(rng, colours)), 16, 0.75 * r, top + 0.03)
    else:
        shape += strewn(
            rng,
            lambda: pick(
                rng, [ball(0.08, 0.05, detail=8).paint(SALAD), box(0.12, 0.08, 0.12, 0.02).paint((0.95, 0.5, 0.15))]
            ),
            8,
            0.6 * r,
            top + 0.01,
        )
    if chance(rng, 0.4):
        tools = rail((0.2, top + 0.05, 0.1), (1.2 * r, high + 0.45, -0.2), 0.035, around=6).paint(wood(rng))
        shape += (
            tools + tools.move(0.02, 0, 0.12)
            if kind in ("noodles", "rice")
            else tools + ball(0.12, 0.06, 0.15, detail=10).paint(STEEL).move(0.2, top + 0.04, 0.1)
        )
    return shape


def plate_of_food(rng: np.random.Generator) -> Shape:
    """Return a plate with meat or fish, vegetables and a side of rice or pasta."""
    shape = plate(rng, 1.1)
    side = pick(rng, ["rice", "spaghetti", "mash"])
    main = pick(rng, ["steak", "fish", "cutlets", "pasta"])
    if main == "pasta":
        noodle = near(rng, (0.96, 0.83, 0.45))
        shape += lathe(smooth([(0.65, 0), (0.55, 0.15), (0.2, 0.3), (0, 0.32)], 10), 24).paint(noodle)
        shape += join(
            torus(rng.uniform(0.2, 0.42), 0.045, 18, 6)
            .turn("x", rng.uniform(-20, 20))
            .move(*(rng.uniform(-0.16, 0.16, 3) + np.array([0, 0.2, 0])))
            for _ in range(8)
        ).paint(shade(noodle, 0.9))
        shape += fluted(lathe([(0.4, 0), (0.25, 0.12), (0, 0.15)], 30), 6, 0.15).paint(TOMATO).move(0, 0.28)
        return shape + strewn(rng, lambda: ball(0.12, detail=10).paint(MEAT), int(rng.integers(2, 5)), 0.2, 0.45)
    if main == "fish":
        body = hull(
            [(-0.55, 0.05, 0.05, 0.12), (-0.2, 0.24, 0, 0.22), (0.3, 0.2, 0, 0.2), (0.55, 0.05, 0.03, 0.12)], 16, 14
        )
        shape += (
            (body + extrude([(-0.25, -0.3), (0, 0.1), (0.25, -0.3), (0, -0.2)], 0.08, plane="xz").move(0, 0.08, -0.55))
            .paint(near(rng, (0.75, 0.5, 0.25)))
            .turn("y", 70)
            .move(0, 0, 0.2)
        )
    elif main == "steak":
        shape += ball(0.5, 0.12, 0.34, 2.5, 20).paint(near(rng, MEAT)).move(0.15, 0.1, 0.28)
    else:
        shape += strewn(rng, lambda: ball(0.22, 0.12, 0.2, detail=14).paint(near(rng, MEAT)), 3, 0.3, 0.1).move(
            0, 0, 0.3
        )
    if side == "spaghetti":
        shape += join(
            torus(rng.uniform(0.12, 0.24), 0.05, 16, 6).move(-0.4, 0.06 + 0.05 * k, -0.35) for k in range(4)
        ).paint((0.95, 0.82, 0.45))
    else:
        shape += (
            ball(0.34, 0.28, detail=16).paint(RICE if side == "rice" else (0.96, 0.86, 0.55)).move(-0.4, 0.03, -0.35)
        )
    green = pick(rng, [SALAD, (0.95, 0.5, 0.12), TOMATO])
    return shape + heap(rng, lambda: ball(0.11, 0.09, detail=8).paint(near(rng, green)), 9, 0.3, 0.15).move(
        0.42, 0.06, -0.35
    )


FAMILIES = {"bowl_of_food": bowl_of_food, "plate_of_food": plate_of_food}
