"""Lorries, tractors and trains."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    LAMP,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    glass,
    grey,
    metal,
    pick,
    vivid,
)
from ...parts import ball, box, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape
from .chassis import lamps, sides, wheel


def with_bed(
    rng: np.random.Generator,
    shape: Shape,
    kind: str,
    load: float,
    half: float,
    colour: Colour,
    frame: float,
    middle: float,
    tail: float,
    cab_long: float,
) -> Shape:
    """Return the lorry with a tank, a tipper, logs or crates."""
    if kind == "tank":
        shape += (
            hull(
                [
                    (-load / 2, half * 0.7, -0.6, 0.6),
                    (-load / 2 + 0.2, half, -0.9, 0.9),
                    (load / 2 - 0.2, half, -0.9, 0.9),
                    (load / 2, half * 0.7, -0.6, 0.6),
                ],
                24,
            )
            .paint(colour)
            .move(0, frame + 0.9, middle)
        )
        shape += rod(0.3, 0.3).paint(STEEL).along(2, z=load / 3).move(0, frame + 1.85, middle)
    elif kind == "tipper":
        high = rng.uniform(0.9, 1.3)
        shape += box(2 * half, 0.2, load).paint(colour).move(0, frame + 0.1, middle)
        shape += sides(box(0.14, high, load).paint(colour).move(0, frame + high / 2, middle), half - 0.07)
        shape += (
            box(2 * half, high, 0.14)
            .paint(colour)
            .move(0, frame + high / 2, 0)
            .along(2, z=load - 0.14)
            .move(0, 0, middle)
        )
        shape += (
            ball(half * 0.95, high * 0.9, load * 0.46)
            .paint(pick(rng, [(0.5, 0.38, 0.25), (0.7, 0.65, 0.5)]))
            .move(0, frame + high * 0.6, middle)
        )
    else:
        shape += box(2 * half, 0.2, load, 0.03).paint(colour).move(0, frame + 0.1, middle)
        if kind == "logs":
            log = rod(0.36, load * 0.94, around=12).turn("x", 90).paint((0.5, 0.33, 0.2)).move(0, frame + 0.55, middle)
            shape += log.along(3, x=0.72) + log.along(2, x=0.72).move(0, 0.62) + log.move(0, 1.22)
        else:
            for z in np.arange(tail + 0.7, -cab_long - 0.6, 1.3):
                high = rng.uniform(0.6, 1.6)
                shape += box(1.7 * half, high, 1.1, 0.03).paint(vivid(rng)).move(0, frame + 0.2 + high / 2, z)
    return shape


def with_load(
    rng: np.random.Generator,
    shape: Shape,
    kind: str,
    half: float,
    load: float,
    colour: Colour,
    frame: float,
    middle: float,
    tail: float,
    cab_long: float,
) -> Shape:
    """Return the lorry with a box, a tank, a tipper, logs or crates behind its cab."""
    if kind == "box":
        high = rng.uniform(1.9, 2.6)
        shape += box(2.04 * half, high, load, 0.06).paint(colour).move(0, frame + high / 2, middle)
        if chance(rng, 0.6):
            shape += sides(
                box(0.05, high * 0.3, load * 0.7, 0.02).paint(vivid(rng)).move(0, frame + high * 0.55, middle),
                1.02 * half,
            )
        return shape
    return with_bed(rng, shape, kind, load, half, colour, frame, middle, tail, cab_long)


def truck(rng: np.random.Generator) -> Shape:
    """Return a cab before a box, a tank, a tipper or a flatbed with logs."""
    half, nose = rng.uniform(1.15, 1.3), 0.0
    cab_long, cab_high = rng.uniform(1.5, 2.1), rng.uniform(2.3, 3.0)
    load = rng.uniform(3.5, 6.5)
    body, pane, hub = vivid(rng), glass(rng), metal(rng)
    frame, ground = 1.0, 0.5
    shape = box(2 * half, cab_high - ground, cab_long, 0.16).paint(body).move(0, (cab_high + ground) / 2, -cab_long / 2)
    bonnet = chance(rng, 0.35)
    if bonnet:
        nose = rng.uniform(0.9, 1.4)
        shape += box(1.7 * half, 1.0, nose + 0.4, 0.2).paint(body).move(0, ground + 0.6, nose / 2 - 0.2)
    shape += box(1.75 * half, 0.36 * cab_high, 0.08, 0.02).paint(pane).move(0, cab_high * 0.74, 0)
    shape += sides(
        box(0.08, 0.3 * cab_high, 0.55 * cab_long, 0.02).paint(pane).move(0, cab_high * 0.74, -0.4 * cab_long), half
    )
    shape += box(1.2 * half, 0.5, 0.08, 0.02).paint(BLACK).move(0, ground + 0.55, nose)
    shape += box(2 * half, 0.25, 0.2, 0.05).paint(pick(rng, [STEEL, BLACK, body])).move(0, ground + 0.05, nose)
    shape += lamps(half * 0.75, ground + 0.35, nose + 0.05, 0.15, LAMP)
    shape += box(1.2 * half, 0.3, load + 1.0, 0).paint(BLACK).move(0, frame - 0.2, -cab_long - load / 2)
    middle, tail = -cab_long - 0.2 - load / 2, -cab_long - 0.2 - load
    kind = pick(rng, ["box", "box", "tank", "tipper", "logs", "crates"])
    colour = pick(rng, [WHITE, vivid(rng), grey(rng)])
    shape = with_load(rng, shape, kind, half, load, colour, frame, middle, tail, cab_long)
    radius = rng.uniform(0.46, 0.54)
    axles = [nose * 0.5 - 0.75 * (not bonnet), tail + 0.9] + ([tail + 2.0] if load > 4.5 else [])
    for z in axles:
        shape += wheel(radius, 0.36, hub).move(half - 0.18, radius, z).both()
    return shape + lamps(half * 0.8, frame, tail - 0.02, 0.12, RED_LAMP)


def tractor(rng: np.random.Generator) -> Shape:
    """Large rear wheels, small front wheels, a narrow bonnet, a cab or a seat."""
    body, hub, pane = vivid(rng), vivid(rng), glass(rng)
    large, small = rng.uniform(0.75, 0.95), rng.uniform(0.4, 0.5)
    shape = box(0.75, 0.7, 1.9, 0.12).paint(body).move(0, 1.15, 0.75)
    shape += box(0.6, 0.4, 2.6, 0.05).paint(BLACK).move(0, 0.75, 0.3)
    shape += box(0.6, 0.5, 0.08, 0.02).paint(BLACK).move(0, 1.15, 1.7) + lamps(0.25, 1.35, 1.7, 0.09, LAMP)
    shape += (
        wheel(large, 0.5, hub, 24).move(0.75, large, -0.75).both()
        + wheel(small, 0.32, hub).move(0.65, small, 1.2).both()
    )
    fender = [(y, z) for y, z in zip(np.sin(np.linspace(0.5, 2.6, 7)), np.cos(np.linspace(0.5, 2.6, 7)), strict=True)]
    shape += (
        tube([(0, large + y * large * 1.1, -0.75 + z * large * 1.1) for y, z in fender], np.array([[0.3, 0.05]] * 7), 8)
        .paint(body)
        .move(0.72)
        .both()
    )
    shape += rod(0.06, 0.8).paint(BLACK).move(0.22, 1.8, 1.0)
    if chance(rng, 0.6):
        shape += box(1.05, 0.95, 1.0, 0.08).paint(pane).move(0, 1.95, -0.65) + box(1.2, 0.12, 1.2, 0.05).paint(
            body
        ).move(0, 2.45, -0.65)
        shape += box(0.1, 1.0, 0.1).paint(body).move(0.5, 1.95, 0).both().along(2, z=0.98).move(0, 0, -0.65)
    else:
        shape += box(0.55, 0.15, 0.5, 0.06).paint(BLACK).move(0, 1.35, -0.75) + box(0.55, 0.5, 0.14, 0.06).paint(
            BLACK
        ).move(0, 1.6, -1.0)
        shape += torus(0.22, 0.04).turn("x", 60).paint(BLACK).move(0, 1.75, -0.25) + rail(
            (0, 1.3, 0), (0, 1.75, -0.25), 0.04
        ).paint(BLACK)
    return shape


def steam_engine(rng: np.random.Generator, trim: Colour, body: Colour, pane: Colour) -> tuple[Shape, float, float]:
    """Return a steam engine, the place of its rear end, its height."""
    long, radius = rng.uniform(2.4, 3.2), rng.uniform(0.6, 0.75)
    boiler = (
        lathe([(0, 0), (radius * 0.9, 0), (radius, 0.08), (radius, long), (0, long)], 24).turn("x", -90).move(0, 1.5, 0)
    )
    bands = rod(radius * 1.04, 0.1, around=24).turn("x", 90).along(3, z=-long / 3.5).move(0, 1.5, -long / 2).paint(trim)
    shape = (
        boiler.paint(body) + bands + rod(radius * 0.85, 0.12, around=20).turn("x", 90).paint(BLACK).move(0, 1.5, 0.02)
    )
    funnel = lathe([(0.16, 0), (0.16, 0.6), (0.28, 0.8), (0.28, 0.9), (0, 0.9)], 16).move(0, 1.4 + radius, -0.45)
    shape += funnel.paint(BLACK) + ball(0.26, 0.35).paint(trim).move(0, 1.5 + radius, -long * 0.55)
    shape += box(1.7, 1.3, 1.3, 0.04).paint(body).move(0, 1.65, -long - 0.5) + box(1.9, 0.12, 1.6, 0.04).paint(
        trim
    ).move(0, 2.5, -long - 0.5)
    shape += box(1.8, 0.5, 0.6, 0.02).paint(pane).move(0, 1.95, -long - 0.5) + box(1.5, 0.3, long + 1.5).paint(
        BLACK
    ).move(0, 0.8, -long / 2 - 0.4)
    shape += (
        wheel(0.5, 0.16, trim).along(3, z=1.05).move(0.72, 0.5, -long * 0.62).both()
        + box(0.1, 0.12, 2.3).paint(STEEL).move(0.84, 0.5, -long * 0.62).both()
    )
    shape += rod(0.12, 0.1).turn("x", 90).paint(LAMP).move(0, 1.5 + radius, 0.05)
    shape += (
        hull([(0, 0.75, 0.15, 0.8, 6), (0.6, 0.2, 0.1, 0.25, 4)], 16).paint(trim).move(0, 0, 0.1)
        + wheel(0.25, 0.14, trim).move(0.6, 0.25, -0.1).both()
    )
    back, high = -long - 1.15, 2.2
    return shape, back, high


def train(rng: np.random.Generator) -> Shape:
    """Return a steam engine, or a modern engine with rounded nose; sometimes with a carriage."""
    body, trim, pane = vivid(rng), vivid(rng), glass(rng)
    carriages = int(rng.integers(0, 2))
    if chance(rng, 0.5):
        shape, back, high = steam_engine(rng, trim, body, pane)
    else:
        long, high, nose = rng.uniform(4.5, 6.5), rng.uniform(2.3, 2.6), rng.uniform(0.5, 1.8)
        rows = [
            (-long, 0.95, 0.4, high, 7),
            (-nose, 0.95, 0.4, high, 7),
            (-0.45 * nose, 0.9, 0.4, high * 0.86, 5),
            (-0.1 * nose, 0.75, 0.42, high * 0.55, 4),
            (0, 0.5, 0.5, high * 0.42, 3),
        ]
        shape = hull(rows, 28).paint(body)
        shape += box(1.92, 0.25, long - nose, 0.02).paint(trim).move(0, 1.05, -(long + nose) / 2)
        shape += box(1.93, 0.5, 0.7 * (long - nose), 0.02).paint(pane).move(0, 1.65, -(long + nose) / 2)
        shape += ball(0.72, 0.42, 0.3 * nose + 0.1).paint(pane).move(0, high * 0.74, -0.48 * nose)
        shape += ball(0.14, 0.1, 0.12, detail=10).paint(LAMP).move(0.5, 0.95, -0.12 * nose).both()
        shape += box(1.6, 0.4, long - 0.5).paint(BLACK).move(0, 0.35, -long / 2 - 0.1)
        shape += wheel(0.32, 0.16, STEEL).along(4, z=long / 5).move(0.72, 0.32, -long / 2).both()
        back = -long
    for k in range(carriages):
        long = rng.uniform(2.6, 4)
        middle = back - 0.25 - long / 2 - k * (long + 0.3)
        shape += box(1.85, high - 0.6, long, 0.1).paint(body).move(0, (high + 0.6) / 2, middle) + box(
            0.3, 0.2, 0.5
        ).paint(BLACK).move(0, 0.8, middle + long / 2)
        shape += box(1.9, 0.55, 0.55, 0.02).paint(pane).along(4, z=long / 4.4).move(0, high * 0.68, middle)
        shape += wheel(0.34, 0.16, trim).along(2, z=long * 0.6).move(0.7, 0.34, middle).both() + box(
            1.5, 0.3, long * 0.8
        ).paint(BLACK).move(0, 0.55, middle)
    return shape


FAMILIES = {
    "truck": truck,
    "tractor": tractor,
    "train": train,
}
