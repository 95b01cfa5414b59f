"""Rafts, canoes, hovercraft and buoys."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    LAMP,
    LEATHER,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    glass,
    grey,
    metal,
    near,
    pick,
    shade,
    split_at,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Pattern, Shape, join
from .aircraft import propeller
from .seafaring import square_sail


def _dinghy(rng: np.random.Generator) -> Shape:
    """Return an inflatable dinghy."""
    colour, trim = (
        pick(rng, [(0.95, 0.5, 0.1), vivid(rng), grey(rng, 0.2, 0.5), (0.9, 0.8, 0.2)]),
        pick(rng, [BLACK, WHITE, vivid(rng)]),
    )
    long, half, thick = rng.uniform(1.0, 1.4), rng.uniform(0.5, 0.65), rng.uniform(0.18, 0.24)
    ring = [
        (-half, 0, -long),
        (-half, 0, 0.5 * long),
        (-0.5 * half, 0.1, long),
        (0.5 * half, 0.1, long),
        (half, 0, 0.5 * long),
        (half, 0, -long),
    ]
    shape = tube(ring, thick, 12, closed=True, along=32).paint(colour) + box(2 * half, 0.1, 1.9 * long, 0.04).paint(
        shade(colour, 0.6)
    ).move(0, -0.05)
    shape += box(2 * half, 0.12, 0.3, 0.05).along(int(rng.integers(1, 3)), z=0.8).paint(trim).move(0, 0.1, -0.1)
    if chance(rng, 0.5):
        shape += box(0.28, 0.4, 0.3, 0.06).paint(BLACK).move(0, 0.25, -long - 0.2) + rod(0.06, 0.5).paint(BLACK).move(
            0, -0.1, -long - 0.22
        )
    else:
        oar = rail((0.1, 0.28, -0.2), (half + 0.6, 0.05, 0.2), 0.04) + ball(0.26, 0.05, 0.12, detail=10).turn(
            "y", -30
        ).move(half + 0.75, 0.02, 0.3)
        shape += oar.both().paint(pick(rng, [wood(rng), trim]))
    return shape + torus(0.5 * half, 0.035, 16, 6).turn("x", 70).paint(WHITE).move(0, 0.12, long + 0.1)


def raft(rng: np.random.Generator) -> Shape:
    """Return a raft of logs with mast or hut, or an inflatable dinghy."""
    if chance(rng, 0.35):
        return _dinghy(rng)
    timber, count = wood(rng), int(rng.integers(5, 9))
    r = 0.9 / count
    around = int(pick(rng, [6, 8, 12]))
    shape = join(
        rod(r * rng.uniform(0.85, 1.05), 2.2 + rng.uniform(-0.2, 0.2), around=around)
        .turn("x", 90)
        .paint(near(rng, timber, 0.05))
        .move((k - (count - 1) / 2) * 1.9 * r, 0, rng.uniform(-0.05, 0.05))
        for k in range(count)
    )
    shape += box(2.0, 0.1, 0.16).along(int(rng.integers(2, 4)), z=0.8).paint(shade(timber, 0.75)).move(0, r) + box(
        1.9, 0.06, 0.08
    ).along(2, z=1.7).paint((0.8, 0.7, 0.5)).move(0, r + 0.02)
    extra = pick(rng, ["sail", "hut", "crates", "flag"])
    if extra == "sail":
        shape += rail((0, 0, 0), (0, 1.9, 0), 0.06, 0.045).paint(timber) + square_sail(
            1.2, 0.95, 0.2, pick(rng, [(0.92, 0.86, 0.72), WHITE, vivid(rng)])
        ).move(0, 1.2, 0.06)
    elif extra == "hut":
        shape += (
            box(1.0, 0.6, 0.9).paint(shade(timber, 1.2)).move(0, 0.45, -0.3)
            + extrude([(-0.7, 0), (0.7, 0), (0, 0.45)], 1.15).paint((0.75, 0.62, 0.35)).move(0, 0.72, -0.3)
            + box(0.3, 0.42, 0.06).paint(BLACK).move(0, 0.36, 0.15)
        )
    else:
        shape += box(0.4, 0.35, 0.4, 0.02).paint(near(rng, timber)).move(0.4, r + 0.2, 0.3) + rod(
            0.2, 0.5, around=12, round_by=0.06
        ).paint(LEATHER).move(-0.4, r + 0.25, -0.5)
        if extra == "flag":
            shape += rail((0, 0, -0.8), (0, 1.4, -0.8), 0.045).paint(timber) + box(0.5, 0.3, 0.06).paint(
                vivid(rng)
            ).move(0.26, 1.2, -0.8)
    paddle = rail((0.55, r + 0.1, 0.9), (0.7, r + 0.12, -0.6), 0.04) + box(0.2, 0.05, 0.4, 0.02).move(
        0.53, r + 0.1, 1.0
    )
    return shape + paddle.paint(shade(timber, 1.3)) if chance(rng, 0.6) else shape


def canoe(rng: np.random.Generator) -> Shape:
    """Return an open canoe with raised ends, a kayak with its cockpit, or an outrigger."""
    colour, trim, kind = (
        pick(rng, [vivid(rng), wood(rng), (0.6, 0.2, 0.12)]),
        pick(rng, [wood(rng), WHITE, vivid(rng)]),
        pick(rng, ["canoe", "kayak", "outrigger"]),
    )
    long, half, deep = rng.uniform(1.5, 1.9), rng.uniform(0.28, 0.36), rng.uniform(0.26, 0.34)
    z = np.linspace(-1, 1, 15)
    wide = half * (1 - np.abs(z) ** 2.2) + 0.03
    lift = 0 * z if kind == "kayak" else rng.uniform(0.3, 0.8) * deep * np.abs(z) ** 4
    low = lift - deep * (1 - 0.7 * z**4)
    paint = pick(rng, [colour, split_at(colour, trim, "y", -0.45 * deep), split_at(trim, colour, "y", -0.12)])
    if kind == "kayak":
        rows = np.stack([long * z, wide, 0.7 * low, 0.1 * (1 - z**2) + 0.03, 0 * z + 2], 1)
        shape = (
            hull(rows, 18).finer().paint(split_at(pick(rng, [WHITE, trim]), colour, "y", -0.03))
            + torus(0.2, 0.045, 20, 6).scale(1, 1, 1.7).paint(BLACK).move(0, 0.12)
            + ball(0.19, 0.06, 0.32, detail=12).paint((0.1, 0.1, 0.1)).move(0, 0.1)
        )
        shape += box(0.3, 0.3, 0.07, 0.03).turn("x", -12).paint(trim).move(0, 0.2, -0.28) + rod(0.14, 0.06).scale(
            1, 1, 1.4
        ).paint(BLACK).move(0, 0.09, 0.95).both("z")
        blade = ball(0.26, 0.1, 0.05, detail=10)
        paddle = rail((-0.8, 0, 0), (0.8, 0, 0), 0.035) + blade.move(0.95).both()
        return shape + paddle.paint(pick(rng, [trim, BLACK, wood(rng)])).turn("y", rng.uniform(-25, 25)).move(
            0, 0.24, 0.35
        )
    rows = np.stack([long * z, wide, low, lift + 0.02, 0 * z + 2.3], 1)
    inner = np.stack([0.92 * long * z, np.maximum(wide - 0.05, 0.01), lift - 0.05, lift + 0.035, 0 * z + 3], 1)
    shape = hull(rows, 18).paint(paint) + hull(inner, 12).paint(shade(wood(rng), 0.55))
    shape += tube(np.stack([wide, lift + 0.03, long * z], 1), 0.045, 6).both().paint(trim) + box(
        1.8 * half, 0.07, 0.2, 0.02
    ).along(int(rng.integers(2, 4)), z=0.5 * long).paint(trim).move(0, 0.06)
    paddle = rail((0, 0.1, -0.5), (0.1, 0.12, 0.5), 0.035) + ball(0.11, 0.05, 0.24, detail=10).move(0.12, 0.12, 0.65)
    shape += paddle.paint(wood(rng)).move(0.5 * half, 0.05, 0)
    if kind == "outrigger":
        bar = tube([(0, 0.06, 0.5), (0.6, 0.16, 0.5), (1.0, -0.15, 0.5)], 0.04, along=8).both("z")
        floating = hull(
            [(-0.9, 0.02, -0.02, 0.05), (-0.6, 0.09, -0.1, 0.08), (0.6, 0.09, -0.1, 0.08), (1.0, 0.02, 0.02, 0.1)],
            10,
            10,
        ).move(1.0, -0.18)
        shape += bar.paint(wood(rng)) + floating.paint(trim)
        if chance(rng, 0.5):
            sail = extrude([(0, 0), *smooth([(0.9, 0.9), (0.75, 1.4), (0.4, 1.7)], 7)], 0.06, plane="zy").paint(
                pick(rng, [(0.92, 0.85, 0.7), vivid(rng)])
            )
            shape += rail((0, 0, 0.3), (0, 1.5, 0.3), 0.04).paint(wood(rng)) + sail.turn("y", 180).move(0, 0.3, 0.5)
    return shape


def hovercraft(rng: np.random.Generator) -> Shape:
    """Return a craft on a black skirt with a cabin and one or two fans behind."""
    body, trim, pane = vivid(rng), pick(rng, [WHITE, vivid(rng), BLACK]), glass(rng)
    long, half = rng.uniform(1.5, 2.1), rng.uniform(0.8, 1.0)
    power = rng.uniform(2.6, 5)
    shape = hull(
        [
            (0, 0.9 * half, -0.92 * long, 0.92 * long, power),
            (0.18, half, -long, long, power),
            (0.36, 0.95 * half, -0.96 * long, 0.96 * long, power),
        ],
        28,
        8,
        "y",
    ).paint((0.16, 0.16, 0.17))
    shape += hull(
        [(0.34, 0.97 * half, -0.97 * long, 0.97 * long, power), (0.5, 0.9 * half, -0.92 * long, 0.9 * long, power)],
        28,
        axis="y",
    ).paint(body)
    tall = rng.uniform(0.4, 0.6)
    cab = hull(
        [
            (-0.35 * long, 0.6 * half, 0.4, 0.5 + tall, 5),
            (0.25 * long, 0.6 * half, 0.4, 0.5 + tall, 5),
            (0.55 * long, 0.5 * half, 0.4, 0.62, 4),
        ],
        18,
    )
    shape += cab.finer().paint(split_at(trim, pane, "y", 0.62)) + box(1.15 * half, 0.1, 0.6 * long, 0.04).paint(
        body
    ).move(0, 0.52 + tall, -0.05 * long)
    shape += rail((0.58 * half, 0.5, -0.34 * long), (0.58 * half, 0.5 + tall, -0.33 * long), 0.05).both().paint(body)
    r = rng.uniform(0.36, 0.44)
    fan = (
        torus(r, 0.07, 24, 8, 0.14).turn("x", 90).paint(trim)
        + propeller(0.92 * r, 4, metal(rng))
        + box(0.12, 0.5, 0.12).paint(body).move(0, -r - 0.1)
    )
    fan += box(0.06, 1.7 * r, 0.25).along(2, x=0.5 * r).paint(body).move(0, 0, -0.26)
    shape += (
        fan.move(0.45 * half, 0.75 + r, -0.72 * long).both()
        if chance(rng, 0.6)
        else fan.scale(1.25).move(0, 0.8 + 1.25 * r, -0.7 * long)
    )
    shape += lamps_of(half, long) + box(0.07, 0.1, 1.0 * long).paint(trim).move(0.93 * half, 0.45).both()
    return shape


def lamps_of(half: float, long: float) -> Shape:
    """Return two head lamps on the deck's front."""
    return ball(0.1, 0.09, 0.09, detail=8).paint(LAMP).move(0.45 * half, 0.52, 0.78 * long).both()


def _buoy_ball(around: int, b: Colour, cover: Colour | Pattern) -> Shape:
    """Return the ball kind of buoy."""
    shape = (
        ball(0.6, detail=around).finer().paint(cover)
        + rod(0.14, 0.3, around=12).paint(b).move(0, 0.6)
        + torus(0.13, 0.05, 14, 6).turn("x", 90).paint(STEEL).move(0, 0.85)
    )
    return (
        shape
        + torus(0.61, 0.06, 24, 6).paint(b)
        + tube([(0, -0.55, 0), (0.1, -0.9, 0), (-0.05, -1.2, 0)], 0.05, along=7).paint(STEEL)
    )


def buoy(rng: np.random.Generator) -> Shape:
    """Return a sea mark: a can, a cone or a lattice tower on a float, or a round marker."""
    a, b = (
        pick(rng, [(0.85, 0.1, 0.1), (0.1, 0.5, 0.25), (0.95, 0.75, 0.1), (0.95, 0.45, 0.1), vivid(rng)]),
        pick(rng, [WHITE, WHITE, BLACK, (0.95, 0.8, 0.15)]),
    )
    kind, around = pick(rng, ["tower", "tower", "cone", "ball"]), int(pick(rng, [8, 20, 20]))
    cover = pick(rng, [stripes([a, b], "y", rng.uniform(0.18, 0.35), 6), a])
    if kind == "ball":
        return _buoy_ball(around, b, cover)
    shape = lathe([(0.55, -0.3), (0.85, -0.2), (0.85, 0.15), (0.7, 0.25), (0, 0.25)], around).paint(
        pick(rng, [a, b])
    ) + torus(0.86, 0.07, 24, 6).paint(BLACK)
    high = rng.uniform(1.0, 1.6)
    if kind == "cone":
        t = np.linspace(0, 1, 9)
        shape += lathe(
            [*np.stack([0.55 - (0.55 - rng.uniform(0.08, 0.4)) * t, 0.2 + high * t], 1), (0, 0.2 + high)], around
        ).paint(cover)
    else:
        leg = rail((0.5, 0.2, 0), (0.2, 0.2 + high, 0), 0.05)
        shape += (
            leg.around(4).paint(a)
            + (
                torus(0.42, 0.04, 4, 6).move(0, 0.2 + 0.3 * high) + torus(0.32, 0.04, 4, 6).move(0, 0.2 + 0.65 * high)
            ).paint(a)
            + rod(0.28, 0.08, around=12).paint(b).move(0, 0.2 + high)
        )
        if chance(rng, 0.5):
            shape += (
                lathe([(0.22, 0), (0.14, 0.25), (0.06, 0.3), (0, 0.3)], 14)
                .paint((0.8, 0.64, 0.3))
                .move(0, 0.2 + 0.55 * high)
            )
        else:
            shape += box(0.5, 0.4, 0.06).paint(pick(rng, [a, b])).move(0, 0.2 + 0.5 * high, 0.36).around(4)
    top = 0.24 + high
    mark = pick(rng, ["lamp", "ball", "cross"])
    if mark == "lamp":
        return (
            shape
            + rod(0.12, 0.2, around=12).paint(pick(rng, [RED_LAMP, LAMP, (0.2, 0.85, 0.4)])).move(0, top + 0.1)
            + rod(0.15, 0.06, around=12).paint(BLACK).move(0, top + 0.22)
        )
    if mark == "ball":
        return (
            shape + rod(0.04, 0.3).paint(BLACK).move(0, top + 0.1) + ball(0.16, detail=12).paint(a).move(0, top + 0.35)
        )
    return (
        shape
        + rod(0.04, 0.3).paint(BLACK).move(0, top + 0.1)
        + (box(0.09, 0.5, 0.09).turn("z", 45).both()).paint(b if b != WHITE else a).move(0, top + 0.4)
    )


FAMILIES = {
    "raft": raft,
    "canoe": canoe,
    "hovercraft": hovercraft,
    "buoy": buoy,
}
