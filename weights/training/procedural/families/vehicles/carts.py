"""Barrows, carts, prams and sleds."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth
from ...paint import (
    BLACK,
    STEEL,
    WHITE,
    chance,
    dark,
    grey,
    metal,
    muted,
    pastel,
    pick,
    shade,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, rail, rod, tube
from ...shape import Colour, Shape, join
from .chassis import wheel
from .sports import on_axles
from .toys import disc_wheel, spoked_wheel


def _sled_tray(half: float, long: float, trim: Colour) -> Shape:
    """Return the tray kind of sled."""
    rows = [
        (-long, 0.9 * half, 0.05, 0.35, 4),
        (-0.6 * long, half, 0, 0.32, 4),
        (0.5 * long, half, 0, 0.32, 4),
        (long, 0.5 * half, 0.3, 0.5, 3),
    ]
    shape = hull(rows, 20, 14).paint(trim) + box(1.5 * half, 0.06, 1.3 * long, 0.02).paint(shade(trim, 0.55)).move(
        0, 0.31, -0.1 * long
    )
    shape += (
        box(0.1, 0.12, 0.4, 0.03).paint(BLACK).move(half, 0.32, 0).both()
        + box(0.12, 0.1, 1.7 * long, 0.03).paint(shade(trim, 0.8)).move(0.6 * half, 0).both()
    )
    return shape + tube(
        [
            (-0.3 * half, 0.42, 0.9 * long),
            (-0.2, 0.6, 1.2 * long),
            (0.2, 0.6, 1.2 * long),
            (0.3 * half, 0.42, 0.9 * long),
        ],
        0.035,
        along=10,
    ).paint(WHITE)


def _sled_slats(
    rng: np.random.Generator, half: float, high: float, long: float, shape: Shape, timber: Colour, trim: Colour
) -> Shape:
    """Return the slats kind of sled."""
    count = int(rng.integers(3, 6))
    shape += (
        box(1.5 * half / count, 0.07, 1.75 * long, 0.02)
        .along(count, x=2 * half / count)
        .paint(pick(rng, [timber, shade(timber, 1.2), trim]))
        .move(0, high + 0.05, -0.1 * long)
    )
    shape += rod(0.05, 2 * half).turn("z", 90).paint(timber).move(0, high + 0.12, 1.05 * long)
    if chance(rng, 0.5):
        shape += tube(
            [(0, high + 0.1, 1.1 * long), (0.1, 0.1, 1.4 * long), (-0.1, 0.05, 1.6 * long)], 0.03, along=8
        ).paint((0.75, 0.65, 0.45))
    return shape


def sled(rng: np.random.Generator) -> Shape:
    """Return a sled with wooden runners and slats, a sleigh with seats, or a plastic tray."""
    kind, timber, trim = pick(rng, ["slats", "slats", "sleigh", "tray"]), wood(rng), vivid(rng)
    long, half, high = rng.uniform(0.9, 1.2), rng.uniform(0.32, 0.45), rng.uniform(0.25, 0.4)
    if kind == "tray":
        return _sled_tray(half, long, trim)
    runner = [
        (0, 0.04, -long),
        (0, 0.04, 0.6 * long),
        (0, 0.16, 0.95 * long),
        (0, high + 0.12, 1.12 * long),
        (0, high + 0.3, 0.98 * long),
    ]
    shape = (
        tube(runner, np.array([[0.05, 0.06]] * 5), 6, along=16)
        .paint(pick(rng, [STEEL, timber, trim]))
        .move(half)
        .both()
    )
    posts = box(0.08, high, 0.1).along(3, z=0.65 * long).move(half, high / 2, -0.15 * long).both()
    shape += posts.paint(timber) + box(2 * half + 0.1, 0.08, 0.1).along(3, z=0.65 * long).paint(timber).move(
        0, high - 0.02, -0.15 * long
    )
    if kind == "slats":
        return _sled_slats(rng, half, high, long, shape, timber, trim)
    back = rng.uniform(0.7, 0.95)
    side = [
        (-long, 0),
        (0.75 * long, 0),
        *smooth(
            [
                (0.95 * long, 0.3),
                (0.6 * long, 0.3),
                (0.2 * long, 0.18),
                (-0.5 * long, 0.45),
                (-0.95 * long, back),
                (-1.1 * long, back),
            ],
            14,
        ),
    ]
    shape += extrude(side, 0.09, 0.02, plane="zy").paint(trim).move(half, high).both() + box(
        2 * half, 0.1, 1.75 * long
    ).paint(timber).move(0, high + 0.05, -0.1 * long)
    shape += box(2 * half, back, 0.12, 0.03).turn("x", -8).paint(trim).move(0, high + back / 2, -0.98 * long) + box(
        1.8 * half, 0.3, 0.6 * long, 0.06
    ).paint(pick(rng, [dark(rng), vivid(rng)])).move(0, high + 0.2, -0.55 * long)
    if chance(rng, 0.6):
        shape += join(
            box(*rng.uniform(0.22, 0.34, 3), round_by=0.02).paint(vivid(rng)).move(x, high + 0.22, t)
            for x, t in ((0.12, 0.1), (-0.14, 0.3), (0.1, 0.5))
        )
        shape += ball(0.3, 0.36, 0.3, detail=12).paint((0.6, 0.42, 0.25)).move(-0.05, high + 0.6, -0.5 * long)
    return shape


def wheelbarrow(rng: np.random.Generator) -> Shape:
    """Return a barrow with one wheel in front, its tray empty or full."""
    tray, frame = (
        pick(rng, [vivid(rng), (0.25, 0.5, 0.25), STEEL, wood(rng)]),
        pick(rng, [STEEL, wood(rng), vivid(rng), BLACK]),
    )
    half, r = rng.uniform(0.36, 0.46), rng.uniform(0.2, 0.26)
    deep = rng.uniform(0.28, 0.4)
    bowl = [(0, 0.55 * half, -0.35, 0.35, 5), (deep, half, -0.62, 0.65, 5)]
    y = r + 0.2
    shape = hull(bowl, 20, axis="y").paint(tray).move(0, y) + hull(
        [(0, 0.86 * half, -0.52, 0.55, 5), (0.04, 0.88 * half, -0.53, 0.56, 5)], 20, axis="y"
    ).paint(shade(tray, 0.6)).move(0, y + deep - 0.015)
    shape += box(2 * half, 0.06, 0.06).along(2, z=1.24).paint(tray).move(0, y + deep, 0.01)
    bar = tube([(0.07, r, 0.78), (0.26, y - 0.03, 0.3), (0.3, y - 0.02, -0.35), (0.34, y + 0.16, -1.15)], 0.035)
    leg = tube([(0.3, y - 0.02, -0.3), (0.32, 0.03, -0.45), (0.3, y, -0.6)], 0.035)
    grip = rail((0.34, y + 0.13, -1.0), (0.345, y + 0.19, -1.25), 0.05).paint(BLACK)
    shape += (bar.paint(frame) + leg.paint(frame) + grip).both() + rod(0.03, 0.66).turn("z", 90).paint(frame).move(
        0, 0.06, -0.45
    )
    shape += (wheel(r, 0.14, metal(rng)) if chance(rng, 0.7) else spoked_wheel(r, 0.035, frame)).move(0, r, 0.78) + rod(
        0.04, 0.2
    ).turn("z", 90).paint(STEEL).move(0, r, 0.78)
    load = rng.random()
    if load < 0.3:
        shape += (
            ball(0.85 * half, 0.28, 0.5, detail=12)
            .paint(pick(rng, [(0.35, 0.24, 0.14), (0.8, 0.7, 0.45), (0.5, 0.5, 0.5)]))
            .move(0, y + deep)
        )
    elif load < 0.5:
        shape += join(
            ball(0.17, 0.15, 0.17, detail=8)
            .paint(pick(rng, [(0.9, 0.45, 0.1), (0.3, 0.55, 0.2), (0.55, 0.5, 0.45)]))
            .move(*p)
            for p in rng.uniform(-1, 1, (8, 3)) * [0.6 * half, 0.05, 0.42] + [0, y + deep + 0.06, 0]
        )
    return shape


def _hand_cart_mine(rng: np.random.Generator, deep: float, half: float, long: float) -> Shape:
    """Return the mine kind of hand cart."""
    body = pick(rng, [grey(rng, 0.25, 0.5), wood(rng), (0.5, 0.32, 0.22)])
    shape = hull(
        [(0.3, 0.75 * half, -0.6 * long, 0.6 * long, 8), (0.3 + 1.6 * deep, half, -0.8 * long, 0.8 * long, 8)],
        20,
        axis="y",
    ).paint(body)
    top = 0.3 + 1.6 * deep
    shape += (
        box(2.1 * half, 0.1, 0.1).paint(shade(body, 0.6)).move(0, top, 0.8 * long).both("z")
        + box(0.1, 0.1, 1.7 * long).paint(shade(body, 0.6)).move(half, top).both()
    )
    shape += join(
        ball(0.2, 0.16, 0.2, 2, 7).paint(pick(rng, [(0.2, 0.2, 0.22), (0.9, 0.72, 0.2), (0.3, 0.75, 0.85)])).move(*p)
        for p in rng.uniform(-1, 1, (9, 3)) * [0.65 * half, 0.05, 0.55 * long] + [0, top, 0]
    )
    shape += box(1.3 * half, 0.12, 1.3 * long).paint(BLACK).move(0, 0.28)
    return shape + on_axles(disc_wheel(0.2, 0.12, (0.3, 0.3, 0.32), STEEL), 0.7 * half, 0.2, [-0.4 * long, 0.4 * long])


def hand_cart(rng: np.random.Generator) -> Shape:
    """Return a wooden cart with two or four wheels, a market barrow or a mine cart."""
    timber, trim = wood(rng), pick(rng, [wood(rng), vivid(rng), grey(rng, 0.2, 0.4)])
    kind = pick(rng, ["two", "four", "market", "mine"])
    half, long, deep = rng.uniform(0.45, 0.6), rng.uniform(0.7, 0.95), rng.uniform(0.3, 0.5)
    if kind == "mine":
        return _hand_cart_mine(rng, deep, half, long)
    r = rng.uniform(0.32, 0.5) if kind != "four" else rng.uniform(0.22, 0.3)
    spokes = spoked_wheel(r, 0.045, trim, int(rng.integers(5, 10))) if chance(rng, 0.7) else wheel(r, 0.12, metal(rng))
    floor = r + 0.12
    shape = box(2 * half, 0.08, 2 * long).paint(shade(timber, 0.8)).move(0, floor)
    board = deep / 3
    shape += box(0.07, 0.88 * board, 2 * long, 0.01).along(3, y=board).paint(timber).move(
        half, floor + deep / 2
    ).both() + box(2 * half, 0.88 * board, 0.07, 0.01).along(3, y=board).paint(timber).move(
        0, floor + deep / 2, long
    ).both("z")
    shape += box(0.1, deep + 0.1, 0.1).paint(shade(timber, 0.7)).move(half, floor + deep / 2, 0.97 * long).corners()
    axles = [0.0] if kind != "four" else [-0.65 * long, 0.65 * long]
    shape += on_axles(spokes, half + 0.12, r, axles) + join(
        rod(0.05, 2 * half + 0.3, around=8).turn("z", 90).paint(STEEL).move(0, r, z) for z in axles
    )
    if kind == "four":
        shape += tube([(0, r + 0.05, long), (0, r + 0.1, long + 0.3), (0, r + 0.9, long + 0.75)], 0.04).paint(
            trim
        ) + rod(0.045, 0.36).turn("z", 90).paint(BLACK).move(0, r + 0.9, long + 0.75)
    else:
        shape += (
            (rail((0.8 * half, floor, 0.5 * long), (0.75 * half, floor + 0.1, long + 0.9), 0.05)).both().paint(trim)
            + rod(0.045, 1.5 * half).turn("z", 90).paint(trim).move(0, floor + 0.1, long + 0.85)
            + box(0.08, floor, 0.08).paint(timber).move(0.6 * half, floor / 2, 0.9 * long).both()
        )
    if kind == "market":
        shape += rail((half, floor, 0.9 * long), (half, floor + 1.3, 0.9 * long), 0.04).corners().paint(timber)
        cover = extrude([(-1.2 * half, 0), (1.2 * half, 0), (0, 0.35)], 2.3 * long).finer().finer()
        shape += cover.paint(stripes([vivid(rng), WHITE], "z", 0.23, 6 * 0.23)).move(0, floor + 1.25)
    fruit = pick(rng, [(0.9, 0.2, 0.15), (0.95, 0.55, 0.1), (0.4, 0.65, 0.2), (0.85, 0.75, 0.4)])
    if kind == "market" or chance(rng, 0.35):
        shape += join(
            ball(0.16, detail=8).paint(fruit).move(*p)
            for p in rng.uniform(-1, 1, (14, 3)) * [0.75 * half, 0.06, 0.8 * long] + [0, floor + deep, 0]
        ) + box(1.9 * half, 0.9 * deep, 1.9 * long).paint(shade(fruit, 0.7)).move(0, floor + 0.45 * deep)
    return shape


def _hooded_pram(rng: np.random.Generator, cloth: Colour, frame: Colour, trim: Colour) -> Shape:
    """Return a pram with hood and spoked wheels."""
    r = rng.uniform(0.28, 0.38)
    y = 2 * r + 0.12
    rows = [
        (-0.75, 0.26, 0.12, 0.5, 3),
        (-0.5, 0.32, 0.0, 0.48, 3),
        (0.45, 0.32, 0.0, 0.46, 3),
        (0.75, 0.24, 0.15, 0.5, 3),
    ]
    shape = hull(rows, 18, 12).paint(cloth).move(0, y) + box(0.5, 0.08, 0.7, 0.03).paint(trim).move(0, y + 0.48, 0.3)
    fold = arc(0.5, 0, 115, 10)
    hood = (
        extrude([(0, 0), *fold], 0.66, 0.05, plane="zy")
        .finer()
        .paint(stripes([cloth, shade(cloth, 0.85)], "z", 0.16, 4))
    )
    shape += hood.turn("y", 180).move(0, y + 0.44, -0.2) + ball(0.14, detail=10).paint((0.95, 0.78, 0.66)).move(
        0, y + 0.5, 0.05
    )
    shape += tube(
        [(0.3, y + 0.3, -0.6), (0.3, y + 0.55, -1.05), (-0.3, y + 0.55, -1.05), (-0.3, y + 0.3, -0.6)],
        0.035,
        along=12,
    ).paint(frame)
    spring = tube([(0.3, r, 0.55), (0.3, r + 0.2, 0.3), (0.3, r + 0.2, -0.3), (0.3, r, -0.55)], 0.035, along=10) + rail(
        (0.3, r + 0.15, 0.2), (0.28, y + 0.1, 0.35), 0.03
    ).both("z")
    return (
        shape
        + spring.both().paint(frame)
        + on_axles(spoked_wheel(r, 0.035, pick(rng, [frame, trim])), 0.36, r, [-0.55, 0.55])
        + rod(0.035, 0.7).turn("z", 90).along(2, z=1.1).paint(frame).move(0, r)
    )


def pram(rng: np.random.Generator) -> Shape:
    """Return a pram with a hood and big wheels, or a folding stroller."""
    cloth, trim, frame = (
        pick(rng, [vivid(rng), pastel(rng), dark(rng), muted(rng)]),
        pick(rng, [WHITE, pastel(rng), vivid(rng)]),
        pick(rng, [STEEL, BLACK, metal(rng)]),
    )
    if chance(rng, 0.55):
        return _hooded_pram(rng, cloth, frame, trim)
    r = rng.uniform(0.14, 0.2)
    seat = (
        box(0.5, 0.14, 0.5, 0.05).move(0, 0.6, 0.1)
        + box(0.5, 0.65, 0.12, 0.05).turn("x", -20).move(0, 0.88, -0.25)
        + box(0.4, 0.1, 0.3, 0.03).turn("x", 60).move(0, 0.42, 0.42)
    )
    hood = (
        extrude([(0, 0), *arc(0.42, 15, 120, 9)], 0.54, 0.04, plane="zy")
        .paint(pick(rng, [cloth, trim]))
        .move(0, 1.05, -0.25)
    )
    side = (
        rail((0.3, r, 0.6), (0.3, 1.3, -0.65), 0.035)
        + rail((0.3, r, -0.45), (0.3, 0.7, 0.15), 0.035)
        + rail((0.3, 0.62, 0.0), (0.3, 0.62, 0.35), 0.03)
    )
    bars = (
        rod(0.04, 0.62).turn("z", 90).move(0, 1.3, -0.65)
        + rod(0.03, 0.62).turn("z", 90).move(0, r, 0.6)
        + rod(0.03, 0.62).turn("z", 90).move(0, r, -0.45)
        + rod(0.03, 0.55).turn("z", 90).move(0, 0.85, 0.35)
        + rail((0.27, 0.64, 0.3), (0.27, 0.85, 0.35), 0.03).both()
    )
    shape = (
        seat.paint(cloth)
        + hood
        + (side.both() + bars).paint(frame)
        + box(0.45, 0.16, 0.4, 0.04).paint(shade(cloth, 0.6)).move(0, 0.3, -0.05)
    )
    return shape + on_axles(wheel(r, 0.1, frame), 0.34, r, [-0.45, 0.6])


FAMILIES = {
    "sled": sled,
    "wheelbarrow": wheelbarrow,
    "hand_cart": hand_cart,
    "pram": pram,
}
