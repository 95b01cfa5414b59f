"""Containers and small things of workshops and depots."""

from __future__ import annotations

import numpy as np

from ...curves import arc, flat, rounded, smooth
from ...paint import (
    BLACK,
    STEEL,
    WHITE,
    by_face,
    chance,
    dark,
    gradient,
    grey,
    hsv,
    metal,
    muted,
    pick,
    shade,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, lathe, rail, rod, sweep, torus, tube
from ...shape import Shape, join


def gas_can(rng: np.random.Generator) -> Shape:
    """Return a jerrycan with a cross or panel, a plastic can, or a gas bottle."""
    colour, trim = (
        pick(rng, [(0.75, 0.12, 0.1), (0.3, 0.34, 0.2), vivid(rng), vivid(rng)]),
        pick(rng, [BLACK, STEEL, vivid(rng)]),
    )
    kind = pick(rng, ["jerry", "jerry", "plastic", "bottle"])
    if kind == "bottle":
        r, high = rng.uniform(0.28, 0.42), rng.uniform(0.8, 1.3)
        shape = rod(r, high, around=pick(rng, [8, 20]), round_by=0.6 * r).paint(colour) + lathe(
            [(0.8 * r, 0), (0.85 * r, 0.16)], 18
        ).paint(shade(colour, 0.7)).move(0, -high / 2 - 0.05)
        shape += rod(1.02 * r, 0.14, around=20).paint(trim).move(0, rng.uniform(-0.2, 0.2) * high)
        shape += rod(0.1, 0.25, around=12).paint(STEEL).move(0, high / 2 + 0.06) + rod(0.05, 0.28).turn("z", 90).paint(
            STEEL
        ).move(0.08, high / 2 + 0.1)
        cage = tube([(0.6 * r, 0, 0), (0.6 * r, 0.26, 0), (-0.6 * r, 0.26, 0), (-0.6 * r, 0, 0)], 0.045, along=20)
        return shape + cage.paint(shade(colour, 0.8)).move(0, high / 2 - 0.08)
    wide, high, deep = rng.uniform(0.75, 1.0), rng.uniform(0.9, 1.2), rng.uniform(0.3, 0.5)
    corners = [(-wide / 2, 0), (wide / 2, 0), (wide / 2, 0.85 * high), (0.3 * wide, high), (-wide / 2, high)]
    shape = extrude(rounded(corners, pick(rng, [0.03, 0.12])), deep, 0.05).paint(colour)
    if kind == "jerry":
        bar = box(0.85 * wide, 0.09, deep + 0.06, 0.02)
        cross = (
            bar.turn("z", 42) + bar.turn("z", -42)
            if chance(rng, 0.6)
            else box(0.6 * wide, 0.5 * high, deep + 0.05, 0.02)
        )
        shape += cross.paint(shade(colour, 0.8)).move(0, 0.46 * high)
        shape += (
            box(0.55 * wide, 0.07, 0.08, 0.02)
            .along(3, z=0.3 * deep)
            .paint(shade(colour, 0.7))
            .move(-0.1 * wide, high + 0.12)
        )
        shape += (
            box(0.08, 0.16, 0.8 * deep, 0.02)
            .along(2, x=0.5 * wide)
            .paint(shade(colour, 0.7))
            .move(-0.1 * wide, high + 0.06)
        )
    else:
        loop = flat(
            [
                (-0.45 * wide, 0.9 * high),
                (-0.42 * wide, 1.22 * high),
                (0.1 * wide, 1.22 * high),
                (0.14 * wide, 0.95 * high),
            ]
        )
        shape += tube(loop, 0.06, 8, along=18).paint(colour) + box(0.5 * wide, 0.35 * high, deep + 0.05, 0.02).paint(
            trim
        ).move(0, 0.45 * high)
    spout = rod(0.1, 0.28, 0.08, 12).paint(trim) + rod(0.13, 0.1, around=12).paint(shade(trim, 0.7)).move(0, 0.15)
    return shape + spout.turn("z", -40).move(0.46 * wide, high + 0.02)


def extinguisher(rng: np.random.Generator) -> Shape:
    """Return a fire extinguisher with label, handles, gauge and hose."""
    colour, n = pick(rng, [(0.8, 0.08, 0.07), (0.8, 0.08, 0.07), vivid(rng)]), int(rng.choice([8, 12, 24]))
    r, high = rng.uniform(0.24, 0.38), rng.uniform(1.0, 1.4)
    shape = lathe(
        [
            *smooth([(0.95 * r, 0), (r, 0.06), (r, 0.8 * high), (0.8 * r, 0.93 * high), (0.3 * r, high)], 14),
            (0.28 * r, high + 0.1),
        ],
        n,
    ).paint(colour)
    shape += rod(1.03 * r, 0.09, around=n).paint(BLACK).move(0, 0.03)
    label = pick(rng, [WHITE, (0.95, 0.85, 0.3), BLACK])
    shape += rod(1.02 * r, rng.uniform(0.2, 0.45) * high, around=n).paint(label).move(0, rng.uniform(0.4, 0.5) * high)
    iron = pick(rng, [BLACK, STEEL])
    shape += rod(0.12, 0.16, around=12).paint(metal(rng)).move(0, high + 0.12)
    lever = box(0.12, 0.06, 0.5, 0.02)
    shape += (lever.turn("x", -rng.uniform(12, 28)).move(0, high + 0.3, 0.14) + lever.move(0, high + 0.18, 0.14)).paint(
        iron
    )
    shape += rod(0.08, 0.06, around=12).turn("z", 90).paint(WHITE).move(0.13, high + 0.13)
    low = rng.uniform(0.25, 0.55) * high
    hose = tube(
        [(-0.05, high + 0.14, 0), (-0.9 * r, high + 0.15, 0), (-1.35 * r, 0.8 * high, 0), (-1.2 * r, low, 0)],
        0.05,
        8,
        along=16,
    )
    horn = rail((-1.2 * r, low + 0.05, 0), (-1.15 * r, low - 0.3, 0), 0.055, rng.uniform(0.06, 0.13), 10)
    return shape + (hose + horn).paint(BLACK)


def lever(rng: np.random.Generator) -> Shape:
    """Return a switch with a stick in a slot, a wall switch, or a push button."""
    ground, knob = (
        pick(rng, [grey(rng, 0.3, 0.6), wood(rng), vivid(rng), dark(rng)]),
        pick(rng, [(0.85, 0.1, 0.08), vivid(rng)]),
    )
    wide, long = rng.uniform(0.45, 0.7), rng.uniform(0.8, 1.1)
    kind = pick(rng, ["stick", "stick", "button", "railway"])
    if kind == "button":
        n = int(rng.choice([8, 24]))
        base = rod(0.5, 0.24, 0.44, n) if chance(rng, 0.6) else box(1.0, 0.26, 1.0, 0.04)
        dome = rod(0.34, 0.2, around=n, round_by=0.07) if chance(rng, 0.6) else ball(0.34, 0.25, detail=n)
        ring = torus(0.37, 0.05, n, 6).paint(pick(rng, [BLACK, STEEL, WHITE])).move(0, 0.13)
        return (base.paint(ground) + ring + dome.paint(knob).move(0, 0.19)).turn("x", pick(rng, [0, 0, 60]))
    if kind == "railway":
        shape = box(wide, 0.14, wide, 0.02).paint(ground).move(0, 0.07) + extrude(
            [(0.3, 0), *arc(0.3, 10, 170, 9), (-0.3, 0)], 0.2
        ).paint(shade(ground, 0.7)).move(0, 0.14)
        long = rng.uniform(0.9, 1.3)
    else:
        shape = box(wide, 0.22, long, pick(rng, [0, 0.05])).paint(ground).move(0, 0.11) + box(
            0.16, 0.06, 0.75 * long
        ).paint(BLACK).move(0, 0.21)
        shape += rod(0.05, 0.08, around=8).paint(STEEL).move(0.4 * wide, 0.2, 0.4 * long).corners()
    stick = rail((0, 0.15, 0), (0, 0.2 + long * 0.8, 0), 0.055, 0.045, 10).paint(STEEL) + ball(
        rng.uniform(0.11, 0.17), detail=12
    ).paint(knob).move(0, 0.2 + 0.82 * long)
    if kind == "railway":
        return shape + stick.turn("z", rng.uniform(-40, 40))
    shape += stick.turn("x", rng.choice([-1, 1]) * rng.uniform(15, 40))
    return shape.turn("x", pick(rng, [0, 0, 90]))


def shipping_container(rng: np.random.Generator) -> Shape:
    """Return a corrugated container, doors towards +Z; sometimes two stacked."""
    colour = pick(rng, [vivid(rng), vivid(rng), muted(rng), grey(rng, 0.4, 0.8)])
    wide, high, long = 0.8, rng.uniform(0.75, 0.95), rng.uniform(1.1, 2.2)
    rib, n = rng.uniform(0.045, 0.07), int(rng.integers(9, 17))
    shape = box(wide - 0.08, high - 0.06, long - 0.06).paint(shade(colour, 0.85))
    ribs = box(0.05, high - 0.1, 0.5 * long / n).along(n, z=0.94 * long / n).move(wide / 2 - 0.035).both()
    shape += ribs.paint(colour) + box(wide - 0.1, 0.05, 0.5 * long / n).along(n, z=0.94 * long / n).paint(colour).move(
        0, high / 2 - 0.03
    )
    frame = box(rib, high, rib).move(wide / 2 - rib / 2, 0, long / 2 - rib / 2).corners()
    frame += box(wide, rib, rib).move(0, high / 2 - rib / 2, long / 2 - rib / 2).both("z").both("y")
    frame += box(rib, rib, long).move(wide / 2 - rib / 2, high / 2 - rib / 2).both("x").both("y")
    bars = rail((0, -0.44 * high, 0), (0, 0.44 * high, 0), 0.025, around=6).move(0.11, 0, long / 2 - 0.015) + rail(
        (0, -0.44 * high, 0), (0, 0.44 * high, 0), 0.025, around=6
    ).move(0.27, 0, long / 2 - 0.015)
    shape += (
        frame.paint(shade(colour, 0.7))
        + bars.both().paint(STEEL)
        + box(0.04, 0.9 * high, 0.05).paint(dark(rng)).move(0, 0, long / 2 - 0.03)
    )
    if chance(rng, 0.5):
        shape += box(0.05, 0.24 * high, 0.5 * long).paint(WHITE).move(wide / 2 - 0.03, 0.05).both()
    if chance(rng, 0.2):
        other = vivid(rng)
        top = shape.paint(by_face(lambda p: np.where(np.abs(p[:, :1]) > 0.36, np.asarray(other), shade(other, 0.8))))
        return shape + top.turn("y", pick(rng, [0, 180])).move(0, high, 0)
    return shape


def pallet(rng: np.random.Generator) -> Shape:
    """Return a pallet of planks on blocks, empty or loaded with boxes or sacks."""
    timber, n = pick(rng, [wood(rng), wood(rng), wood(rng), vivid(rng)]), int(rng.integers(4, 8))
    wide, deep, thick = 1.2, rng.uniform(0.85, 1.2), rng.uniform(0.05, 0.08)
    gap = deep / n
    deck = join(
        box(wide, thick, 0.8 * gap).paint(shade(timber, rng.uniform(0.8, 1.15))).move(0, 0.24, (k - n / 2 + 0.5) * gap)
        for k in range(n)
    )
    beams = box(0.14, 0.16, 0.95 * deep).along(3, x=0.52).paint(shade(timber, 0.75)).move(0, 0.14)
    feet = box(wide, thick, 0.14).along(3, z=0.43 * deep).paint(shade(timber, 0.9)).move(0, 0.03)
    shape, load = deck + beams + feet, pick(rng, ["none", "none", "boxes", "stack"])
    if load == "stack":
        return join(shape.turn("y", 90 * (k % 2)).move(0, 0.29 * k) for k in range(int(rng.integers(2, 5))))
    if load == "boxes":
        colour, high = pick(rng, [(0.72, 0.55, 0.36), vivid(rng), WHITE]), rng.uniform(0.25, 0.4)
        crate = box(0.52, high, 0.44 * deep, 0.02).paint(colour) + box(0.08, high + 0.015, 0.44 * deep + 0.015).paint(
            shade(colour, 0.8)
        )
        four = crate.move(0.28, 0, 0.23 * deep).corners()
        return shape + join(four.move(0, 0.27 + high * (k + 0.5), 0) for k in range(int(rng.integers(1, 4))))
    return shape


def sack(rng: np.random.Generator) -> Shape:
    """Return a tied sack, an open one with its contents, or sandbags in a pile."""
    cloth = pick(rng, [(0.72, 0.58, 0.38), (0.6, 0.46, 0.28), muted(rng), vivid(rng)])
    kind, r = pick(rng, ["tied", "tied", "open", "bags"]), rng.uniform(0.5, 0.65)
    if kind == "bags":
        bag = ball(0.42, 0.17, 0.27, 3, 14).paint(cloth) + box(0.09, 0.22, 0.3, 0.04).paint(shade(cloth, 0.8)).move(0.4)
        rows = int(rng.integers(2, 4))
        return join(
            bag.turn("y", rng.uniform(-8, 8)).move((i - (rows - k - 1) / 2) * 0.84, 0.3 * k, 0)
            for k in range(rows)
            for i in range(rows - k)
        )
    high, n = rng.uniform(0.9, 1.3), int(rng.choice([7, 10, 20]))
    profile = [
        (0.75 * r, 0),
        (0.98 * r, 0.12 * high),
        (r, 0.35 * high),
        (0.85 * r, 0.62 * high),
        (0.5 * r, 0.82 * high),
    ]
    patch = box(0.34 * r, 0.34 * r, 0.1, 0.02).paint(shade(cloth, 0.75)).move(0, 0.35 * high, 0.96 * r)
    mark = pick(
        rng,
        [
            patch,
            patch.turn("y", 70),
            ball(0.22 * r, 0.22 * r, 0.06, detail=10).paint((0.85, 0.7, 0.2)).move(0, 0.4 * high, 0.98 * r),
        ],
    )
    if kind == "open":
        fill = pick(rng, [(0.9, 0.72, 0.2), (0.35, 0.2, 0.1), (0.93, 0.88, 0.75), (0.6, 0.4, 0.2)])
        shape = lathe(smooth([*profile[:4], (0.85 * r, 0.8 * high)], 14), n).paint(cloth) + torus(
            0.84 * r, 0.09, n, 8
        ).paint(shade(cloth, 1.2)).move(0, 0.8 * high)
        lumps = [
            ball(0.13, detail=7).move(
                *(rng.uniform(-0.5, 0.5) * r, 0.84 * high + rng.uniform(0, 0.08), rng.uniform(-0.5, 0.5) * r)
            )
            for _ in range(12)
        ]
        return (
            shape
            + ball(0.76 * r, 0.14, detail=12).paint(fill).move(0, 0.8 * high)
            + join(lumps).paint(shade(fill, 1.2))
            + mark
        )
    shape = lathe([*smooth([*profile, (0.2 * r, high)], 16), (0.42 * r, high + 0.24), (0.2 * r, high + 0.22)], n).paint(
        cloth
    )
    rope = (
        torus(0.24 * r, 0.055, 14, 6)
        .paint(pick(rng, [(0.5, 0.33, 0.15), (0.8, 0.15, 0.1), (0.85, 0.75, 0.5)]))
        .move(0, high)
    )
    lean = rng.uniform(-0.12, 0.12)
    return (shape + rope + mark).bend(lambda v: v + np.stack([lean * v[:, 1] ** 2, 0 * v[:, 1], 0 * v[:, 1]], 1))


def spring(rng: np.random.Generator) -> Shape:
    """Return a coil, bare, between plates, or a strut with a damper."""
    turns, r, high = int(rng.integers(4, 8)), rng.uniform(0.28, 0.42), rng.uniform(0.8, 1.3)
    t = np.linspace(0, 1, turns * 16)
    grow = rng.uniform(0.55, 1.3) if chance(rng, 0.3) else 1.0
    radius = r * (1 + (grow - 1) * t)
    path = np.stack([radius * np.cos(2 * np.pi * turns * t), high * t, radius * np.sin(2 * np.pi * turns * t)], 1)
    colour = pick(rng, [STEEL, metal(rng), vivid(rng), vivid(rng)])
    paint = gradient(colour, vivid(rng), "y", 0, high) if chance(rng, 0.15) else colour
    shape = tube(path, rng.uniform(0.045, 0.075), 7).paint(paint)
    kind = pick(rng, ["bare", "plates", "plates", "strut"])
    if kind == "bare":
        return shape
    plate = rod(1.25 * max(r, r * grow), 0.12, around=pick(rng, [8, 24]), round_by=0.03).paint(
        pick(rng, [vivid(rng), dark(rng), wood(rng)])
    )
    shape += plate + plate.move(0, high)
    if kind == "strut":
        shape += rod(0.45 * r, 0.55 * high).paint(dark(rng)).move(0, 0.28 * high) + rod(0.22 * r, high).paint(
            STEEL
        ).move(0, high / 2)
        eye = torus(0.12, 0.06, 16, 8).turn("x", 90).paint(BLACK)
        shape += eye.move(0, high + 0.2) + eye.move(0, -0.2)
    return shape


def magnet(rng: np.random.Generator) -> Shape:
    """Return a horseshoe magnet with bright ends, or a straight one."""
    colour = pick(rng, [(0.8, 0.1, 0.1), (0.8, 0.1, 0.1), (0.15, 0.3, 0.75), vivid(rng)])
    other, thick = pick(rng, [colour, colour, (0.15, 0.3, 0.75)]), rng.uniform(0.16, 0.24)
    if chance(rng, 0.15):
        bar = box(0.7, 0.34, 0.3, 0.03)
        return (
            bar.paint(colour).move(0.35) + bar.paint((0.15, 0.3, 0.75)).move(-0.35) + box(0.1, 0.36, 0.32).paint(WHITE)
        )
    r, leg = rng.uniform(0.42, 0.6), rng.uniform(0.3, 0.7)
    path = np.concatenate([[(r, leg), (r, 0.5 * leg)], arc(r, 0, -180, 19), [(-r, 0.5 * leg), (-r, leg)]])
    square = chance(rng, 0.6)
    ring = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)]) if square else arc(1.1, 0, 330, 12)
    shape = sweep(flat(path), ring, thick).paint(
        by_face(lambda p: np.where(p[:, :1] > 0, np.asarray(colour), np.asarray(other)))
    )
    end = box(2.02 * thick, 0.26, 2.02 * thick, 0.01) if square else rod(1.13 * thick, 0.26)
    shape += end.paint(pick(rng, [STEEL, WHITE])).move(r, leg + 0.1).both()
    if chance(rng, 0.3):
        bolt = extrude(np.array([(0, 0), (0.12, 0.2), (0.04, 0.2), (0.1, 0.42), (-0.1, 0.14), (0, 0.14)]), 0.08)
        shape += bolt.paint(hsv(0.14, 0.8, 1)).move(r, leg + 0.2).both()
    return shape.turn("z", pick(rng, [0, 0, 180, 40]))


FAMILIES = {
    "gas_can": gas_can,
    "extinguisher": extinguisher,
    "lever": lever,
    "shipping_container": shipping_container,
    "pallet": pallet,
    "sack": sack,
    "spring": spring,
    "magnet": magnet,
}
