"""Diggers, tanks, and craft from space."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth
from ...paint import (
    BLACK,
    GOLD,
    LAMP,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    glass,
    grey,
    leaf,
    metal,
    pick,
    shade,
    spots,
    vivid,
)
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape
from ..craft.aircraft import wing


def track(long: float, high: float, wide: float, colour: Colour) -> Shape:
    """Return a chain track with its wheels, along z, on y = 0."""
    r = high / 2
    half = long / 2 - r
    outline = [
        *[(half + y, r + z) for y, z in arc(r, -90, 90, 9)],
        *[(-half + y, r + z) for y, z in arc(r, 90, 270, 9)],
    ]
    shape = extrude(outline, wide, 0.02, plane="zy").paint(BLACK)
    count = max(3, int(long / (1.1 * high)) + 1)
    shape += (
        rod(0.36 * high, wide + 0.05, around=16)
        .turn("z", 90)
        .along(count, z=2 * half / (count - 1))
        .paint(colour)
        .move(0, r)
    )
    grip = box(wide + 0.04, 0.05, 0.09).along(int(long / 0.22), z=0.2)
    return shape + (grip + grip.move(0, high)).paint((0.2, 0.2, 0.21))


def digger(rng: np.random.Generator) -> Shape:
    """Return an excavator with its arm, or a bulldozer with its blade."""
    colour, pane = pick(rng, [(0.95, 0.7, 0.08), (0.95, 0.7, 0.08), (0.9, 0.4, 0.1), vivid(rng)]), glass(rng)
    long = rng.uniform(1.6, 2.0)
    shape = track(long, 0.48, 0.32, STEEL).move(0.52).both() + box(0.9, 0.25, 0.9).paint(BLACK).move(0, 0.38)
    cab = (
        box(0.55, 0.8, 0.75, 0.06).paint(pane)
        + box(0.6, 0.1, 0.8, 0.03).paint(colour).move(0, 0.42)
        + box(0.6, 0.3, 0.8, 0.03).paint(colour).move(0, -0.32)
        + box(0.08, 0.75, 0.08).paint(colour).move(0.26, 0, 0.35).corners()
    )
    if chance(rng, 0.6):
        body = (
            box(1.25, 0.45, 1.0, 0.06).paint(colour).move(0, 0.75, -0.35)
            + box(1.2, 0.5, 0.4, 0.1).paint(shade(colour, 0.75)).move(0, 0.95, -0.7)
            + cab.move(-0.32, 1.25, 0.12)
        )
        elbow, hand = (
            np.array([0.25, rng.uniform(2.0, 2.4), 1.1]),
            np.array([0.25, rng.uniform(0.6, 1.3), rng.uniform(1.9, 2.3)]),
        )
        arm = tube(
            [(0.25, 0.85, 0.1), (0.25, 1.75, 0.45), elbow],
            np.array([[0.09, 0.16], [0.09, 0.2], [0.08, 0.13]]),
            8,
            along=10,
        ) + tube([elbow + np.array([0, 0.12, -0.12]), hand], np.array([[0.08, 0.15], [0.07, 0.09]]), 8)
        scoop = extrude(
            [(-0.25, 0.3), (0.05, 0.35), (0.25, 0.1), (0.3, -0.3), (0.2, -0.32), (-0.05, -0.15), (-0.3, -0.05)],
            0.6,
            0.02,
            plane="zy",
        ).turn("x", rng.uniform(0, 50))
        body += (
            arm.paint(colour)
            + scoop.paint(grey(rng, 0.3, 0.5)).move(*(hand - np.array([0, 0.12, -0.05])))
            + rail((0.25, 1.0, 0.45), (0.25, 1.75, 0.75), 0.06).paint(STEEL)
            + rail((0.25, 2.05, 0.7), elbow + np.array([0, 0.15, 0.2]), 0.05).paint(STEEL)
        )
        return shape + body.turn("y", rng.uniform(-50, 50))
    shape += (
        box(0.8, 0.6, 1.0, 0.06).paint(colour).move(0, 0.85, 0.45)
        + cab.scale(1.35, 1.1, 1).move(0, 1.15, -0.4)
        + rod(0.05, 0.45).paint(BLACK).move(0.2, 1.35, 0.55)
        + box(0.6, 0.4, 0.05).paint(BLACK).move(0, 0.85, 0.95)
    )
    t = np.linspace(-0.5, 0.5, 7)
    curve = np.stack([0.0 * t, 0.45 + 0.8 * t, 1.35 + 0.5 * t**2], 1)
    blade = tube(curve, np.array([[0.95, 0.05]] * 7), 4).paint(shade(colour, 0.9))
    return shape + blade + rail((0.6, 0.35, 0), (0.6, 0.35, 1.35), 0.07, around=6).both().paint(colour)


def tank(rng: np.random.Generator) -> Shape:
    colour = pick(rng, [(0.35, 0.4, 0.25), (0.6, 0.52, 0.36), grey(rng, 0.3, 0.5), leaf(rng)])
    long, wide = rng.uniform(2.2, 2.7), rng.uniform(0.55, 0.68)
    shape = track(long, 0.5, 0.36, shade(colour, 0.8)).move(wide).both()
    body = extrude(
        [
            (-long / 2 - 0.05, 0.3),
            (-long / 2 - 0.1, 0.75),
            (long / 2 - 0.5, 0.75),
            (long / 2 + 0.12, 0.5),
            (long / 2 - 0.1, 0.25),
        ],
        2 * wide,
        0.03,
        plane="zy",
    )
    cover = pick(rng, [colour, spots(rng, colour, shade(colour, 0.6), 0.4, 0.35)])
    shape += body.finer().paint(cover) + box(2 * wide + 0.4, 0.05, long - 0.1, 0.02).paint(colour).move(0, 0.62)
    turret = hull(
        [
            (0, 0.52 * wide * 1.5, -0.6, 0.55, 3.5),
            (0.28, 0.46 * wide * 1.5, -0.5, 0.42, 3.5),
            (0.34, 0.3, -0.3, 0.25, 3),
        ],
        22,
        axis="y",
    ).paint(cover)
    gun, rise = rng.uniform(1.2, 1.7), rng.uniform(0, 10)
    barrel = rod(0.07, gun, 0.055, 14).turn("x", 90).move(0, 0, gun / 2) + rod(0.09, 0.22, around=14).turn(
        "x", 90
    ).move(0, 0, gun - 0.08)
    turret += barrel.turn("x", -rise).paint(shade(colour, 0.85)).move(0, 0.16, 0.4) + box(0.4, 0.22, 0.2, 0.05).paint(
        colour
    ).move(0, 0.16, 0.5)
    turret += rod(0.17, 0.1, around=18, round_by=0.03).paint(shade(colour, 0.8)).move(0.2, 0.36, -0.15) + rail(
        (-0.3, 0.3, -0.35), (-0.32, 1.0, -0.4), 0.02
    ).paint(BLACK)
    star_of = (
        rod(0.12, 0.03, around=14)
        .turn("z", 90)
        .paint(pick(rng, [WHITE, (0.8, 0.1, 0.1)]))
        .move(0.48 * wide * 1.55, 0.14)
        .both()
    )
    return (
        shape
        + (turret + star_of).turn("y", rng.uniform(-40, 40)).move(0, 0.74, -0.1)
        + box(0.12, 0.1, 0.06).paint(LAMP).move(0.8 * wide, 0.68, long / 2 - 0.1).both()
    )


def shuttle(trim: Colour) -> Shape:
    """Return a winged shuttle with three nozzles."""
    body = hull(
        [
            (-1.3, 0.3, -0.28, 0.32, 2.6),
            (0.4, 0.32, -0.3, 0.32, 2.6),
            (0.9, 0.24, -0.24, 0.2, 2.2),
            (1.25, 0.05, -0.1, -0.02, 2),
        ],
        22,
        20,
    ).paint(WHITE)
    body += wing(0.85, 1.5, 0.3, 0.75, 0.16).move(0.2, -0.2, -0.5).both().paint(WHITE) + wing(
        0.7, 0.65, 0.35, 0.4, 0.12
    ).turn("z", 90).move(0, 0.25, -0.95).paint(trim)
    body += ball(0.24, 0.1, 0.2, detail=12).paint(BLACK).move(0, 0.15, 0.82) + ball(0.3, 0.06, 1.2).paint(BLACK).move(
        0, -0.27, -0.1
    )
    nozzle = lathe([(0.16, -0.22), (0.08, 0.05), (0, 0.05)], 16).turn("x", 90).paint(BLACK)
    return (
        body
        + nozzle.move(0, 0.14, -1.38)
        + nozzle.move(0.16, -0.1, -1.38).both()
        + ball(0.12, 0.12, 0.3, detail=12).paint(WHITE).move(0.2, 0.26, -1.1).both()
    )


def spaceship(rng: np.random.Generator) -> Shape:
    """Return a flying saucer, a shuttle, or a satellite."""
    kind, colour, trim = (
        pick(rng, ["saucer", "saucer", "shuttle", "satellite"]),
        pick(rng, [STEEL, metal(rng), WHITE, vivid(rng)]),
        vivid(rng),
    )
    if kind == "saucer":
        flat_by = rng.uniform(0.16, 0.28)
        shape = lathe(
            smooth([(0.25, -flat_by), (0.7, -0.6 * flat_by), (1.0, 0), (0.75, 0.55 * flat_by), (0.4, flat_by)], 20), 36
        ).paint(colour)
        shape += ball(0.42, rng.uniform(0.3, 0.45), 0.42, detail=20).paint(glass(rng)).move(0, flat_by - 0.05) + torus(
            1.0, 0.045, 36, 8
        ).paint(trim)
        lamp = ball(0.07, 0.05, 0.07, detail=8).move(0.72, -0.52 * flat_by)
        shape += lamp.around(int(rng.integers(6, 11))).paint(pick(rng, [LAMP, RED_LAMP, trim])) + rod(
            0.28, 0.1, 0.34, 24
        ).paint(shade(colour, 0.6)).move(0, -flat_by)
        if chance(rng, 0.5):
            shape += (
                (rail((0.4, -0.6 * flat_by, 0), (0.6, -0.6, 0), 0.04) + ball(0.09, 0.05, detail=10).move(0.6, -0.6))
                .around(3)
                .paint(shade(colour, 0.8))
            )
        return shape + ball(0.13, 0.17, 0.13, detail=12).paint(leaf(rng)).move(0, flat_by + 0.08)
    if kind == "shuttle":
        return shuttle(trim)
    core = box(0.5, 0.6, 0.5, 0.03).paint(pick(rng, [GOLD, colour])) + rod(0.2, 0.2, around=16).paint(STEEL).move(
        0, 0.35
    )
    panel = box(0.95, 0.46, 0.05).paint((0.12, 0.2, 0.5)) + (
        box(0.03, 0.48, 0.07).along(5, x=0.23) + box(0.97, 0.03, 0.07).along(3, y=0.22)
    ).paint(STEEL)
    arm = rail((0.2, 0, 0), (0.5, 0, 0), 0.04).paint(STEEL)
    dish = (
        lathe([(0.05, 0), (0.3, 0.08), (0.45, 0.25), (0.41, 0.25), (0.26, 0.12), (0, 0.05)], 24).paint(WHITE)
        + rail((0, 0.05, 0), (0, 0.32, 0), 0.02).paint(STEEL)
        + ball(0.05, detail=8).paint(RED_LAMP).move(0, 0.32)
    )
    return (
        core
        + (panel.turn("x", rng.uniform(-40, 40)).move(0.95) + arm).both()
        + dish.turn("x", rng.uniform(30, 90)).move(0, 0.0, 0.3)
        + rail((0, -0.3, 0), (0.1, -0.8, 0), 0.022).paint(STEEL)
    )


FAMILIES = {"digger": digger, "tank": tank, "spaceship": spaceship}
