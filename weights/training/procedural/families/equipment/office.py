"""Machines and fittings of offices and studies."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    LAMP,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    grey,
    metal,
    pick,
    shade,
    vivid,
    wood,
)
from ...parts import ball, box, hull, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from ..home.furniture import drawers

SCREEN: Colour = (0.1, 0.12, 0.16)


def plastic(rng: np.random.Generator) -> Colour:
    """Return the colour of a machine's case."""
    return pick(rng, [BLACK, WHITE, grey(rng, 0.2, 0.9), (0.85, 0.8, 0.68), vivid(rng)])


def display(rng: np.random.Generator, half: float, tall: float) -> Shape:
    """Return a lit screen in the XY plane with windows or lines on it."""
    ground = pick(rng, [SCREEN, (0.15, 0.35, 0.7), (0.2, 0.55, 0.6), vivid(rng)])
    shape = box(2 * half, 2 * tall, 0.04).paint(ground)
    if chance(rng, 0.5):
        return shape + (
            box(0.9 * half, 0.9 * tall, 0.05).paint(WHITE)
            + box(0.9 * half, 0.15 * tall, 0.06).paint(vivid(rng)).move(0, 0.4 * tall)
        ).move(rng.uniform(-0.4, 0.4) * half, rng.uniform(-0.3, 0.3) * tall)
    return shape + box(0.9 * half, 0.09 * tall, 0.05).along(5, y=0.26 * tall).paint(
        pick(rng, [WHITE, (0.3, 0.9, 0.4), LAMP])
    ).move(-0.35 * half, 0)


def keys_of(rng: np.random.Generator, wide: float, colour: Colour) -> Shape:
    """Return a keyboard that lies on y = 0."""
    key = shade(colour, pick(rng, [0.6, 1.6]))
    rows = box(0.09 * wide, 0.05, 0.07, 0).along(8, x=0.115 * wide).along(3, z=0.1).paint(key).move(0, 0.06, -0.04)
    return (
        box(wide, 0.06, 0.42, 0.015).paint(colour).move(0, 0.03)
        + rows
        + box(0.45 * wide, 0.05, 0.07).paint(key).move(0, 0.06, 0.15)
    )


def computer(rng: np.random.Generator) -> Shape:
    """Return a desktop computer: flat or deep monitor, tower or flat case, keyboard and mouse."""
    colour = plastic(rng)
    half, tall = rng.uniform(0.5, 0.75), rng.uniform(0.34, 0.44)
    kind = pick(rng, ["flat", "flat", "tube", "all"])
    y = tall + rng.uniform(0.2, 0.3)
    if kind == "tube":
        half, tall = 0.45, 0.38
        base = 0.26 if chance(rng, 0.5) else 0.0
        monitor = (
            box(2 * half, 2 * tall, 0.4, 0.05).paint(colour)
            + hull([(-0.85, 0.28, -0.22, 0.2, 5), (-0.2, 0.42, -0.34, 0.36, 5)], 20).paint(shade(colour, 0.9))
            + display(rng, 0.78 * half, 0.74 * tall).move(0, 0.04, 0.2)
        )
        shape = monitor.move(0, tall + 0.1 + base, 0) + rod(0.3, 0.1, 0.2, 16).paint(colour).move(0, 0.05 + base)
        if base:
            shape += (
                box(1.1, 0.24, 0.9, 0.03).paint(colour).move(0, 0.12, -0.1)
                + box(0.4, 0.05, 0.04).paint(BLACK).move(0.25, 0.15, 0.35)
                + box(0.06, 0.06, 0.04).paint((0.3, 0.8, 0.4)).move(-0.4, 0.1, 0.35)
            )
    else:
        deep = 0.08 if kind == "flat" else 0.12
        shape = (
            (
                box(2 * half, 2 * tall, deep, 0.025).paint(colour)
                + display(rng, 0.93 * half, 0.9 * tall).move(0, 0.01, deep / 2)
            ).move(0, y)
            + box(0.14, y, 0.07).paint(shade(colour, 0.8)).move(0, y / 2, -0.07)
            + box(0.5, 0.05, 0.34, 0.015).paint(shade(colour, 0.8)).move(0, 0.025)
        )
        if kind == "all":
            shape += box(2 * half, 0.25 * tall, deep + 0.02, 0.02).paint(shade(colour, 1.2)).move(0, y - 0.95 * tall)
    if kind == "flat" or (kind == "tube" and half == 0.45 and chance(rng, 0.4)):
        case, glow = plastic(rng), pick(rng, [(0.2, 0.9, 1.0), RED_LAMP, (0.3, 0.9, 0.4)])
        tower = (
            box(0.34, 0.82, 0.8, 0.02).paint(case)
            + box(0.26, 0.08, 0.04).along(2, y=0.13).paint(shade(case, 1.5)).move(0, 0.28, 0.4)
            + box(0.06, 0.06, 0.04).paint(glow).move(0, 0.0, 0.4)
            + box(0.2, 0.03, 0.04).along(4, y=0.06).paint(BLACK).move(0, -0.22, 0.4)
        )
        shape += tower.move((half + 0.3) * pick(rng, [-1, 1]), 0.41, -0.05)
    shape += keys_of(rng, 0.95, plastic(rng)).move(-0.08, 0, 0.6)
    return shape + ball(0.08, 0.06, 0.12, detail=10).paint(plastic(rng)).move(0.58, 0.03, 0.6)


def printer(rng: np.random.Generator) -> Shape:
    """Return a printer or copier with paper in its trays."""
    colour, trim = plastic(rng), pick(rng, [BLACK, grey(rng, 0.3, 0.6), vivid(rng)])
    half, high, deep = rng.uniform(0.42, 0.6), rng.uniform(0.32, 0.5), rng.uniform(0.3, 0.42)
    paper = box(1.1 * half, 0.04, 0.5).paint(WHITE)
    if chance(rng, 0.3):
        high = rng.uniform(0.9, 1.1)
        shape = (
            box(2 * half, high, 2 * deep, 0.02).paint(colour).move(0, high / 2)
            + drawers(rng, 2 * half, 0.55 * high, 3, shade(colour, 0.85)).move(0, 0.04, deep)
            + box(1.9 * half, 0.2, 0.06).paint(BLACK).move(0, 0.72 * high, deep - 0.01)
        )
        shape += (
            paper.move(0, 0.7 * high, deep + 0.05)
            + box(2 * half, 0.1, 2 * deep, 0.02).paint(trim).move(0, high + 0.05)
            + box(0.5, 0.06, 0.22).turn("x", 25).paint(trim).move(0.4 * half, high + 0.02, deep + 0.08)
            + box(0.2, 0.05, 0.12).turn("x", 25).paint((0.3, 0.7, 0.8)).move(0.3 * half, high + 0.05, deep + 0.09)
        )
        return shape + box(0.5, 0.06, 1.4 * deep, 0.02).turn("z", 12).paint(shade(colour, 0.9)).move(
            -half - 0.2, 0.75 * high
        )
    shape = (
        box(2 * half, high, 2 * deep, rng.uniform(0.02, 0.1), 4).paint(colour).move(0, high / 2)
        + box(1.4 * half, 0.4 * high, 0.05).paint(BLACK).move(0, 0.42 * high, deep - 0.01)
        + box(1.25 * half, 0.05, 0.4, 0.015).paint(shade(colour, 0.8)).move(0, 0.24 * high, deep + 0.15)
    )
    if chance(rng, 0.8):
        shape += paper.turn("x", 6).move(0, 0.36 * high, deep + 0.1)
    if chance(rng, 0.6):
        shape += (
            (box(1.3 * half, 0.05, 0.5, 0.015).paint(trim) + paper.scale(1, 1, 1.15).move(0, 0.04, -0.08))
            .turn("x", 65)
            .move(0, high + 0.16, -deep + 0.04)
        )
    else:
        shape += box(1.96 * half, 0.08, 1.8 * deep, 0.02).paint(trim).move(0, high + 0.03) + box(
            1.4 * half, 0.06, 0.6 * deep
        ).paint(shade(trim, 1.3)).move(0, high + 0.06, -0.3 * deep)
    panel = (
        box(0.5 * half, 0.05, 0.2, 0.01).paint(trim)
        + box(0.25 * half, 0.06, 0.1).paint((0.3, 0.65, 0.85))
        + rod(0.03, 0.07, around=8).paint((0.3, 0.8, 0.4)).move(0.2 * half, 0)
    )
    return shape + panel.turn("x", 30).move(0.62 * half, high, 0.85 * deep)


def filing_cabinet(rng: np.random.Generator) -> Shape:
    """Return a steel cabinet of two to four drawers with labels; one may be open with folders."""
    colour = pick(rng, [grey(rng, 0.3, 0.8), (0.35, 0.42, 0.35), vivid(rng), BLACK, WHITE, wood(rng)])
    half, deep, rows = rng.uniform(0.24, 0.32), rng.uniform(0.28, 0.36), int(rng.integers(2, 6))
    step, columns = rng.uniform(0.28, 0.34), int(pick(rng, [1, 1, 2]))
    wide, high = 2 * half, rows * step + 0.06
    shape = box(wide * columns, high, 2 * deep, 0.01).paint(shade(colour, 0.85)).move(0, high / 2 + 0.03) + box(
        wide * columns - 0.06, 0.06, 1.9 * deep
    ).paint(BLACK).move(0, 0.03)
    front = (
        box(0.93 * wide, 0.9 * step, 0.05, 0.01).paint(colour)
        + box(0.14, 0.06, 0.065).paint(WHITE).move(0, 0.2 * step)
        + box(0.2, 0.04, 0.1, 0.01).paint(metal(rng)).move(0, -0.02)
    )
    opened = int(rng.integers(0, rows * columns * 2))
    for k in range(rows * columns):
        x, y = (k // rows - (columns - 1) / 2) * wide, 0.06 + step * (k % rows + 0.5)
        out = 0.36 if k == opened else 0.0
        shape += front.move(x, y, deep + out)
        if out:
            tray = (
                box(0.86 * wide, 0.6 * step, out + 0.1)
                .paint(shade(colour, 0.7))
                .move(x, y - 0.1 * step, deep + out / 2)
            )
            shape += tray + join(
                box(0.76 * wide, 0.5 * step, 0.035)
                .paint(pick(rng, [(0.9, 0.8, 0.5), vivid(rng)]))
                .move(x + 0.02 * (-1) ** j, y + 0.12 * step, deep + 0.07 * j + 0.05)
                for j in range(4)
            )
    if chance(rng, 0.4):
        shape += box(0.3, 0.12, 0.24).paint(vivid(rng)).move(0, high + 0.09) + box(0.26, 0.05, 0.2).paint(WHITE).move(
            0, high + 0.17
        )
    return shape


def _whiteboard_wheels(frame: Colour, half: float, shape: Shape, tall: float) -> Shape:
    """Return the wheels kind of whiteboard."""
    leg = (
        box(0.07, 1.9 * tall + 0.7, 0.07).move(half + 0.06, -0.35)
        + box(0.07, 0.07, 0.7).move(half + 0.06, -tall - 0.68)
        + rod(0.06, 0.05, around=10).turn("z", 90).move(half + 0.06, -tall - 0.73, 0.3).both("z")
    )
    return shape + leg.both().paint(frame) + box(2 * half, 0.06, 0.06).paint(frame).move(0, -tall - 0.5)


def whiteboard(rng: np.random.Generator) -> Shape:
    """Return a board on a wall, on wheels or an easel, white, green or with sheets, written on."""
    kind, frame = (
        pick(rng, ["wall", "wheels", "wheels", "easel", "flip"]),
        pick(rng, [STEEL, wood(rng), BLACK, vivid(rng)]),
    )
    board = pick(rng, [WHITE, WHITE, (0.12, 0.3, 0.22), (0.16, 0.17, 0.18)])
    half, tall = (
        (rng.uniform(0.7, 1.0), rng.uniform(0.45, 0.6))
        if kind not in ("easel", "flip")
        else (0.5, rng.uniform(0.6, 0.7))
    )
    shape = box(2 * half, 2 * tall, 0.06).paint(board) + (
        box(2 * half + 0.08, 0.07, 0.1).move(0, tall).both("y") + box(0.07, 2 * tall, 0.1).move(half).both()
    ).paint(frame)
    ink = [vivid(rng), vivid(rng), BLACK if board == WHITE else WHITE]
    for k in range(int(rng.integers(3, 6))):
        long = rng.uniform(0.4, 0.9) * half
        shape += (
            box(long, 0.045, 0.03)
            .paint(pick(rng, ink))
            .move(-0.85 * half + long / 2, 0.7 * tall - 0.28 * tall * k, 0.03)
        )
    mark = pick(rng, ["bars", "ring", "line"])
    if mark == "bars":
        shape += join(
            box(0.1, h, 0.035).paint(pick(rng, ink)).move(0.3 * half + 0.15 * k, -0.6 * tall + h / 2, 0.03)
            for k, h in enumerate(rng.uniform(0.15, 0.8, 4) * tall)
        )
    elif mark == "ring":
        shape += torus(0.25 * half, 0.03, 20, 6).turn("x", 90).paint(pick(rng, ink)).move(0.5 * half, 0.1 * tall, 0.03)
    else:
        shape += tube(
            [
                (0.1 * half, -0.5 * tall, 0.04),
                (0.35 * half, 0, 0.04),
                (0.5 * half, -0.15 * tall, 0.04),
                (0.85 * half, 0.5 * tall, 0.04),
            ],
            0.03,
        ).paint(pick(rng, ink))
    shape += box(1.2 * half, 0.05, 0.14).paint(frame).move(0, -tall - 0.02, 0.08) + rod(0.03, 0.2, around=8).turn(
        "z", 90
    ).along(3, x=0.25).paint(pick(rng, ink)).move(0, -tall + 0.02, 0.1)
    if kind == "wall":
        return shape
    if kind == "wheels":
        return _whiteboard_wheels(frame, half, shape, tall)
    if kind == "flip":
        shape += box(1.8 * half, 1.8 * tall, 0.05).paint(WHITE).move(0, 0.02, -0.06) + box(1.9 * half, 0.1, 0.12).paint(
            frame
        ).move(0, tall)
    legs = rail((0.3, tall + 0.15, -0.05), (0.55, -tall - 0.9, 0.1), 0.035).both() + rail(
        (0, tall + 0.15, -0.08), (0, -tall - 0.9, -0.75), 0.035
    )
    return shape + legs.paint(frame)


FAMILIES = {
    "computer": computer,
    "printer": printer,
    "filing_cabinet": filing_cabinet,
    "whiteboard": whiteboard,
}
