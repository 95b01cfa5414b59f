"""Safes, vending machines and server racks."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    dark,
    grey,
    pick,
    shade,
    vivid,
)
from ...parts import ball, box, extrude, lathe, rail, rod, tube
from ...shape import Shape, join
from ..interior.decor import picture_of


def _keypad(door: Shape, tall: float) -> Shape:
    """Return the safe's door with a keypad."""
    door += (
        box(0.36, 0.44, 0.06, 0.02).paint(BLACK).move(0.1, 0.25 * tall, 0.06)
        + join(
            box(0.07, 0.06, 0.05).along(3, x=0.1).paint(WHITE).move(0.1, 0.25 * tall + 0.02 - 0.1 * k, 0.09)
            for k in range(2)
        )
        + box(0.26, 0.08, 0.05).paint((0.3, 0.85, 0.4)).move(0.1, 0.25 * tall + 0.14, 0.08)
    )
    return door


def safe(rng: np.random.Generator) -> Shape:
    """Return a strong box with dial, wheel or keypad; shut, or open with gold inside."""
    colour, trim = (
        pick(rng, [grey(rng, 0.15, 0.6), dark(rng), (0.2, 0.3, 0.25), vivid(rng)]),
        pick(rng, [STEEL, (0.85, 0.68, 0.3)]),
    )
    half, tall, deep = rng.uniform(0.42, 0.55), rng.uniform(0.4, 0.7), rng.uniform(0.4, 0.5)
    bevel = pick(rng, [0.0, 0.03, 0.06])
    door = box(1.7 * half, 1.75 * tall, 0.1, 0.02).paint(shade(colour, 1.25)) + box(
        1.4 * half, 1.45 * tall, 0.12, 0.01
    ).paint(colour)
    if chance(rng, 0.6):
        door += (
            (
                rod(0.17, 0.1, around=20).paint(trim)
                + rod(0.11, 0.14, around=16).paint(BLACK)
                + box(0.025, 0.16, 0.05).paint(WHITE)
            )
            .turn("x", 90)
            .move(0, 0.2 * tall, 0.08)
        )
    else:
        door = _keypad(door, tall)
    spokes = int(pick(rng, [1, 3, 5]))
    door += (
        (
            rail((0, 0, 0), (0, 0.2, 0), 0.03).around(spokes, "z")
            + rod(0.06, 0.1).turn("x", 90)
            + ball(0.045, detail=8).move(0, 0.2).around(spokes, "z")
        )
        .paint(trim)
        .move(-0.05, -0.4 * tall, 0.12)
    )
    hinge = rod(0.05, 0.22, around=10).paint(trim).along(2, y=1.1 * tall).move(0.9 * half, 0, 0.02)
    feet = box(0.14, 0.1, 0.14).paint(BLACK).move(0.8 * half, -tall - 0.03, 0.75 * deep).corners()
    if chance(rng, 0.6):
        return box(2 * half, 2 * tall, 2 * deep, bevel).paint(colour) + (door + hinge).move(0, 0, deep) + feet
    wall = 0.13
    shell = (
        box(wall, 2 * tall, 2 * deep).move(half - wall / 2).both()
        + box(2 * half, wall, 2 * deep).move(0, tall - wall / 2).both("y")
        + box(2 * half, 2 * tall, wall).move(0, 0, -deep + wall / 2)
    )
    gold = extrude([(-0.13, 0), (0.13, 0), (0.09, 0.11), (-0.09, 0.11)], 0.34, 0.01).paint((0.95, 0.75, 0.2))
    inside = (
        join(gold.move(x, -tall + wall + y, 0.05) for x, y in ((-0.15, 0), (0.15, 0), (0, 0.11)))
        + box(1.7 * half, 0.06, 1.6 * deep).paint(grey(rng, 0.3, 0.6)).move(0, 0.15 * tall)
        + box(0.3, 0.16, 0.2).along(2, x=0.34).paint((0.4, 0.6, 0.4)).move(0, 0.15 * tall + 0.1, 0.1)
    )
    return (
        shell.paint(colour)
        + inside
        + (door.move(-0.88 * half)).turn("y", rng.uniform(70, 125)).move(0.92 * half, 0, deep + 0.04)
        + feet
    )


def vending_machine(rng: np.random.Generator) -> Shape:
    """Return a machine for drinks or snacks behind glass, with keypad and tray, or with big buttons."""
    colour, trim = vivid(rng), pick(rng, [WHITE, BLACK, vivid(rng)])
    half, high, deep = rng.uniform(0.42, 0.55), rng.uniform(1.6, 1.95), rng.uniform(0.33, 0.42)
    shape = (
        box(2 * half, high, 2 * deep, rng.uniform(0.01, 0.06)).paint(colour).move(0, high / 2 + 0.05)
        + box(0.12, 0.08, 0.12).paint(BLACK).move(0.8 * half, 0.03, 0.75 * deep).corners()
    )
    if chance(rng, 0.65):
        wide, rows, count = 1.35 * half, int(rng.integers(4, 6)), int(rng.integers(3, 6))
        x, y0 = -0.25 * half, 0.32 * high
        shape += box(wide + 0.06, 0.62 * high, 0.04).paint(trim).move(x, 0.64 * high, deep) + box(
            wide, 0.59 * high, 0.06
        ).paint((0.16, 0.2, 0.25)).move(x, 0.64 * high, deep)
        step = 0.59 * high / rows
        for k in range(rows):
            shape += box(wide, 0.03, 0.09).paint(STEEL).move(x, y0 + 0.03 + k * step, deep + 0.01)
            item = pick(
                rng,
                [
                    rod(0.05, 0.6 * step, around=8),
                    box(0.09, 0.6 * step, 0.06),
                    lathe([(0.05, -0.3 * step), (0.05, 0.1 * step), (0.02, 0.3 * step), (0, 0.3 * step)], 8),
                ],
            )
            shape += join(
                item.paint(vivid(rng)).move(
                    x + (j - (count - 1) / 2) * wide / count, y0 + 0.05 + (k + 0.36) * step, deep + 0.03
                )
                for j in range(count)
            )
        panel = (
            box(0.42 * half, 0.4, 0.05).paint(shade(trim, 0.8))
            + box(0.3 * half, 0.08, 0.07).paint((0.3, 0.85, 0.5)).move(0, 0.13)
            + join(
                box(0.045, 0.045, 0.07).along(3, x=0.06).paint(grey(rng, 0.4, 0.9)).move(0, 0.02 - 0.07 * k)
                for k in range(3)
            )
        )
        shape += panel.move(0.74 * half, 0.62 * high, deep)
    else:
        face = picture_of(rng, 0.62 * half, 0.28 * high)
        shape += (
            face.move(-0.2 * half, 0.62 * high, deep + 0.01)
            + box(0.16, 0.09, 0.05, 0.01).along(5, y=0.13).paint(WHITE).move(0.72 * half, 0.68 * high, deep)
            + box(1.9 * half, 0.2, 0.06).paint(trim).move(0, 0.95 * high, deep)
        )
    shape += box(0.05, 0.1, 0.05).paint(STEEL).move(0.74 * half, 0.42 * high, deep + 0.01)
    return (
        shape
        + box(1.2 * half, 0.13 * high, 0.05).paint(BLACK).move(-0.2 * half, 0.17 * high, deep + 0.005)
        + box(1.3 * half, 0.03, 0.09).paint(STEEL).move(-0.2 * half, 0.25 * high, deep)
        + box(2 * half + 0.02, 0.06, 2 * deep + 0.03).paint(trim).move(0, 0.1 * high)
    )


def server_rack(rng: np.random.Generator) -> Shape:
    """Return a rack full of servers with lights, vents and cables, closed behind or with open posts."""
    colour = pick(rng, [BLACK, grey(rng, 0.15, 0.5), WHITE])
    half, high, deep, units = (
        rng.uniform(0.35, 0.5),
        rng.uniform(1.0, 1.9),
        rng.uniform(0.35, 0.5),
        int(rng.integers(6, 12)),
    )
    if chance(rng, 0.6):
        shape = box(2 * half, high, 2 * deep, 0.015).paint(colour).move(0, high / 2)
    else:
        shape = (
            box(0.08, high, 0.08).move(half - 0.04, high / 2, deep - 0.04).corners()
            + box(2 * half, 0.08, 2 * deep).along(2, y=high - 0.08).move(0, high / 2)
        ).paint(colour)
    step = (high - 0.16) / units
    lights = [(0.3, 0.9, 0.4), (0.2, 0.6, 1.0), (1.0, 0.6, 0.1), RED_LAMP]
    k = 0
    while k < units:
        tall = int(pick(rng, [1, 1, 2]))
        tall = min(tall, units - k)
        y = 0.08 + step * (k + tall / 2)
        face = pick(rng, [grey(rng, 0.1, 0.35), grey(rng, 0.4, 0.7), BLACK])
        shape += box(1.75 * half, 0.88 * step * tall, 2 * deep - 0.04).paint(face).move(0, y, 0.03)
        kind = pick(rng, ["lights", "vents", "ports", "blank"])
        if kind == "lights":
            shape += join(
                box(0.04, 0.04, 0.03).paint(pick(rng, lights)).move(-0.75 * half + 0.075 * j, y, deep + 0.01)
                for j in range(6)
            ) + box(0.5 * half, 0.4 * step, 0.03).paint(BLACK).move(0.5 * half, y, deep + 0.005)
        elif kind == "vents":
            shape += (
                box(0.04, 0.6 * step * tall, 0.03)
                .along(9, x=0.16 * half)
                .paint(shade(face, 0.3))
                .move(0.05, y, deep + 0.005)
            )
        elif kind == "ports":
            shape += box(0.06, 0.06, 0.03).along(8, x=0.19 * half).paint(BLACK).move(0, y, deep + 0.01)
            j = rng.integers(-3, 3)
            shape += tube(
                [
                    (0.19 * half * j, y, deep),
                    (0.19 * half * j, y, deep + 0.12),
                    (0.19 * half * j + 0.1, max(y - 0.3, 0.1), deep + 0.12),
                    (0.85 * half, max(y - 0.35, 0.06), deep),
                ],
                0.026,
                6,
                along=10,
            ).paint(vivid(rng))
        k += tall
    return shape + rod(0.05, 0.05, around=10).turn("z", 90).paint(BLACK).move(0.8 * half, 0, 0.8 * deep).corners()


FAMILIES = {
    "safe": safe,
    "vending_machine": vending_machine,
    "server_rack": server_rack,
}
