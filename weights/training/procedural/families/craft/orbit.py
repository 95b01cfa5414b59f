"""Planets, satellites, landers and stations."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    GOLD,
    LAMP,
    STEEL,
    WHITE,
    by_face,
    chance,
    dark,
    glass,
    grey,
    metal,
    near,
    pick,
    shade,
    spots,
    stripes,
    vivid,
)
from ...parts import ball, box, extrude, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from ..vehicles.chassis import wheel
from ..vehicles.sports import on_axles
from .space import SOLAR, dish, nozzle, solar_panel


def lander(rng: np.random.Generator) -> Shape:
    """Return a moon lander: faceted cabin on a stage with four legs, or a capsule on legs."""
    foil, body = pick(rng, [GOLD, (0.8, 0.55, 0.2), grey(rng, 0.3, 0.6)]), pick(rng, [WHITE, STEEL, vivid(rng)])
    sides_of, r, base = int(pick(rng, [6, 8, 8])), rng.uniform(0.65, 0.85), rng.uniform(0.6, 0.8)
    shape = lathe([(r, 0), (1.05 * r, 0.1), (1.05 * r, 0.45), (r, 0.55)], sides_of).paint(foil).move(0, base)
    reach = r + rng.uniform(0.45, 0.7)
    leg = rail((0.9 * r, base + 0.45, 0), (reach, 0.08, 0), 0.05) + rail(
        (0.8 * r, base + 0.05, 0.2), (0.85 * reach, 0.3, 0), 0.035
    ).both("z")
    shape += (
        (leg.paint(STEEL) + lathe([(0.2, 0), (0.16, 0.08), (0, 0.1)], 14).paint(foil).move(reach))
        .turn("y", 45)
        .around(int(pick(rng, [3, 4, 4])))
    )
    shape += nozzle(0.32, 0.45).turn("x", -90).move(0, base + 0.1)
    top = base + 0.55
    if chance(rng, 0.6):
        cab = ball(0.62 * r + 0.1, 0.42, 0.55, rng.uniform(2, 5), int(pick(rng, [8, 12]))).paint(body).move(0, 0.4)
        cab += extrude([(0, 0), (0.2, 0.02), (0.12, 0.22)], 0.06).paint(BLACK).turn("y", 12).move(
            0.1, 0.4, 0.53
        ).both() + box(0.3, 0.32, 0.1, 0.03).paint(shade(body, 0.7)).move(0, 0.16, 0.52)
        cab += ball(0.24, 0.28, 0.24, detail=10).paint(shade(body, 0.85)).move(0.6 * r + 0.1, 0.35).both()
    else:
        cab = lathe([(0.85 * r, 0), (0.35 * r, 0.7), (0.25 * r, 0.78), (0, 0.78)], int(pick(rng, [8, 20]))).paint(body)
        cab += box(0.2, 0.2, 0.08, 0.03).turn("x", -25).paint(glass(rng)).move(0, 0.38, 0.62 * r).around(4)
    shape += (
        cab.move(0, top)
        + dish(0.28, WHITE).turn("z", -40).move(0.3 * r, top + 0.75)
        + rod(0.025, 0.5, around=6).paint(STEEL).move(-0.2, top + 0.85)
    )
    shape += rail((0.9 * r, top - 0.1, 0), (reach, 0.1, 0), 0.03).move(0, 0, 0.1).both("z").turn("y", 45).paint(STEEL)
    if chance(rng, 0.35):
        shape += (
            rod(0.03, 1.0, around=8).paint(STEEL).move(0, 0.5) + box(0.5, 0.3, 0.06).paint(vivid(rng)).move(0.25, 0.85)
        ).move(0, top + 0.6, -0.2)
    return shape


def satellite(rng: np.random.Generator) -> Shape:
    """Return a box, drum or ball with solar wings, dishes and aerials."""
    body, trim, cells = (
        pick(rng, [GOLD, STEEL, WHITE, grey(rng, 0.3, 0.6)]),
        pick(rng, [STEEL, vivid(rng)]),
        pick(rng, [SOLAR, SOLAR, near(rng, (0.25, 0.1, 0.4)), (0.1, 0.35, 0.55)]),
    )
    kind = pick(rng, ["box", "drum", "drum", "ball"])
    if kind == "ball":
        aerial = rail((0.2, 0.1, 0), (1.5, 0.7, -0.9), 0.035, 0.025, 6).paint(STEEL)
        shape = (
            ball(0.45, detail=int(pick(rng, [8, 22]))).paint(body)
            + torus(0.45, 0.05, 24, 6).paint(trim)
            + aerial.both("x").both("y")
        )
        return shape + rod(0.1, 0.12, around=12).turn("x", 90).paint(BLACK).move(0.15, 0.15, 0.4).both("x")
    high = rng.uniform(0.6, 1.2)
    if kind == "box":
        shape = (
            box(0.6, high, 0.6, 0.03).paint(body)
            + box(0.64, 0.08, 0.64).paint(trim).along(3, y=0.4 * high)
            + box(0.3, 0.25, 0.66).paint(dark(rng))
        )
    else:
        shape = rod(0.34, high, around=int(pick(rng, [8, 20]))).finer().paint(
            stripes([body, body, trim], "y", high / 6, 5)
        ) + rod(0.2, high + 0.3, around=12).paint(STEEL)
    wide, tall = rng.uniform(0.9, 1.6), rng.uniform(0.45, 0.8)
    wing = solar_panel(wide, tall, cells).turn("x", rng.uniform(-50, 50)).move(0.5) + rail(
        (0.2, 0, 0), (0.6, 0, 0), 0.05
    ).paint(STEEL)
    shape += wing.both() if chance(rng, 0.75) else wing.around(4, "z")
    shape += dish(rng.uniform(0.3, 0.55), WHITE).turn("x", rng.uniform(60, 110)).move(0, rng.uniform(-0.2, 0.2), 0.26)
    if chance(rng, 0.6):
        shape += (
            (rod(0.03, 0.5, around=8).move(0, 0.25) + ball(0.06, detail=8).move(0, 0.5))
            .paint(STEEL)
            .move(0.1, high / 2)
        )
    return shape + nozzle(0.2, 0.25).turn("x", -90).move(0, -high / 2)


def planet(rng: np.random.Generator) -> Shape:
    """Return a planet: banded, with seas and caps, cratered, or burning; sometimes ringed or with a moon."""
    kind, first, second = pick(rng, ["bands", "seas", "craters", "fire"]), vivid(rng), vivid(rng)
    globe = ball(1, detail=int(pick(rng, [14, 26, 32]))).finer()
    if kind == "bands":
        shape = globe.paint(
            stripes([first, shade(first, 1.3), second, shade(first, 0.8)], "y", rng.uniform(0.12, 0.3), 5)
        )
        shape += ball(0.2, 0.12, 0.08, detail=10).paint(second).turn("x", 15).move(0.2, -0.25, 0.93)
    elif kind == "seas":
        sea, land = pick(rng, [(0.15, 0.35, 0.75), first]), pick(rng, [(0.25, 0.55, 0.2), (0.75, 0.65, 0.4), second])
        shape = (
            globe.paint(spots(rng, sea, land, rng.uniform(0.4, 0.8), 0.45))
            + ball(0.45, 0.1, 0.45).paint(WHITE).move(0, 0.94)
            + ball(0.35, 0.1, 0.35).paint(WHITE).move(0, -0.95)
        )
        if chance(rng, 0.5):
            for _ in range(5):
                cloud = ball(0.28, 0.09, 0.1, detail=10).paint(WHITE).move(0, 0, 1.0)
                shape += cloud.turn("x", rng.uniform(-50, 50)).turn("y", rng.uniform(0, 360))
    elif kind == "craters":
        shape = globe.paint(spots(rng, first, shade(first, 0.75), 0.5))
        for _ in range(int(rng.integers(6, 12))):
            r = rng.uniform(0.1, 0.28)
            crater = torus(r, 0.05, 14, 6).paint(shade(first, 1.2)) + rod(r, 0.06, around=14).paint(shade(first, 0.6))
            shape += crater.move(0, np.sqrt(1 - r * r)).turn("x", rng.uniform(20, 150)).turn("y", rng.uniform(0, 360))
    else:
        hot = pick(rng, [(1.0, 0.6, 0.1), (1.0, 0.3, 0.05)])
        shape = globe.paint(spots(rng, hot, pick(rng, [(0.25, 0.1, 0.08), (1.0, 0.85, 0.3)]), 0.4, 0.45))
    if chance(rng, 0.45):
        inner, outer = rng.uniform(1.25, 1.4), rng.uniform(1.6, 2.2)
        ring = torus((inner + outer) / 2, (outer - inner) / 2, 40, 8, 0.05).finer()
        table, step = np.array([second, shade(second, 1.4), shade(second, 0.7)]), rng.uniform(0.1, 0.2)
        shape += ring.paint(by_face(lambda p: table[np.floor(np.hypot(p[:, 0], p[:, 2]) / step).astype(int) % 3]))
    elif chance(rng, 0.3):
        shape += ball(0.22, detail=12).paint(grey(rng, 0.5, 0.8)).move(1.35, 0.3)
    return shape.turn("z", rng.uniform(-28, 28))


def space_station_pod(rng: np.random.Generator) -> Shape:
    """Return a capsule, a module with panels, or a wheel-shaped station."""
    body, trim, pane = pick(rng, [WHITE, STEEL, grey(rng, 0.4, 0.8), vivid(rng)]), vivid(rng), glass(rng)
    kind = pick(rng, ["capsule", "module", "wheel"])
    port = torus(0.15, 0.05, 14, 6).turn("x", 90).paint(STEEL) + rod(0.14, 0.08, around=12).turn("x", 90).paint(pane)
    if kind == "capsule":
        around = int(pick(rng, [8, 12, 24]))
        shape = lathe([(0.8, 0), (0.95, 0.12), (0.9, 0.25), (0.4, 1.15), (0.35, 1.25), (0, 1.25)], around).paint(
            body
        ) + rod(0.98, 0.12, around=around).paint(shade(trim, 0.7)).move(0, 0.12)
        shape += port.turn("x", -28).move(0, 0.65, 0.68).around(int(rng.integers(3, 6))) + rod(
            0.28, 0.25, around=14
        ).paint(STEEL).move(0, 1.3)
        if chance(rng, 0.6):
            shape += rod(0.8, 1.2, around=around).paint(pick(rng, [STEEL, body])).move(0, -0.6) + nozzle(
                0.45, 0.5
            ).turn("x", -90).move(0, -1.15)
            shape += (
                (solar_panel(1.1, 0.5) + rail((-0.3, 0, 0), (0.1, 0, 0), 0.06).paint(STEEL)).move(1.0, -0.6).both()
                if chance(rng, 0.6)
                else box(0.12, 0.7, 0.3).paint(trim).move(0, -0.6, 0.85).around(4)
            )
        return shape
    if kind == "module":
        shape = rod(0.4, 1.9, around=int(pick(rng, [8, 18])), round_by=0.12).turn("x", 90).paint(body) + rod(
            0.42, 0.12, around=18
        ).turn("x", 90).along(4, z=0.5).paint(shade(body, 0.7))
        shape += rod(0.34, 1.4, around=16, round_by=0.1).turn("z", 90).paint(shade(body, 0.9)).move(
            0.75, 0, -0.3
        ) + rod(0.25, 0.3, around=14).turn("x", 90).paint(STEEL).move(0, 0, 1.05)
        shape += port.turn("y", 90).move(0.4, 0.05, 0.5).both() + dish(0.35, WHITE).turn("z", 20).move(0.1, 0.38, 0.3)
        truss = box(0.14, 0.14, 2.6).paint(STEEL).turn("y", 90).move(0, 0.62, -0.5) + box(0.14, 0.3, 0.14).paint(
            STEEL
        ).move(0, 0.5, -0.5)
        panel = solar_panel(1.5, 0.55).turn("z", 90).turn("y", 90)
        wings = panel.move(1.2, 0, 0) + panel.move(1.2, -1.5, 0)
        return shape + truss + wings.turn("x", rng.uniform(50, 90)).move(0, 0.62, -0.5).both()
    r = rng.uniform(0.9, 1.1)
    shape = (
        torus(r, 0.2, 36, 10).paint(body)
        + torus(r, 0.215, 36, 6, 0.07).paint(pick(rng, [pane, trim]))
        + rail((0, 0, 0), (r, 0, 0), 0.1).around(int(rng.integers(3, 7))).paint(shade(body, 0.8))
    )
    shape += (
        lathe([(0.15, -0.6), (0.3, -0.4), (0.36, 0), (0.3, 0.4), (0.15, 0.6), (0, 0.6)], 16).paint(trim)
        + dish(0.25, WHITE).move(0, 0.6)
        + rod(0.04, 0.5).paint(STEEL).move(0, -0.8)
    )
    return (shape + ball(0.08, detail=8).paint(LAMP).move(r + 0.17, 0.08).around(12)).turn("x", rng.uniform(10, 50))


def _moon_buggy(
    body: Colour, half: float, long: float, radius: float, shape: Shape, trim: Colour, tyre: Shape
) -> Shape:
    """Return a rover with two seats and four wheels."""
    shape += on_axles(tyre, half + 0.1, radius, [-0.7 * long, 0.7 * long]) + rod(0.06, 2 * half).turn("z", 90).paint(
        STEEL
    ).move(0, radius).along(2, z=1.4 * long)
    seat = box(0.4, 0.1, 0.4).move(0, 0.1) + box(0.4, 0.45, 0.1).turn("x", -15).move(0, 0.3, -0.2)
    shape += seat.move(0.25, 2 * radius + 0.3, -0.1).both().paint(trim) + box(0.4, 0.35, 0.3, 0.04).paint(STEEL).move(
        0, 2 * radius + 0.4, -0.6 * long
    )
    mast = rod(0.035, 1.0, around=8).paint(STEEL).move(0, 0.5) + dish(0.4, GOLD).turn("x", 40).move(0, 1.0)
    shape += mast.move(0.3, 2 * radius + 0.3, 0.6 * long) + box(2 * half + 0.2, 0.06, 0.4).paint(body).move(
        0, 2 * radius + 0.06
    ).along(2, z=1.4 * long)
    return shape + box(0.06, 0.3, 0.06).paint(BLACK).move(0, 2 * radius + 0.45, 0.4)


def rover(rng: np.random.Generator) -> Shape:
    """Return a planetary rover: six wheels, mast with camera, panels; or a moon buggy with seats."""
    body, trim = pick(rng, [GOLD, WHITE, grey(rng, 0.5, 0.9), vivid(rng)]), pick(rng, [STEEL, vivid(rng), dark(rng)])
    radius, half, long = rng.uniform(0.22, 0.32), rng.uniform(0.5, 0.65), rng.uniform(0.75, 1.0)
    tyre = wheel(radius, 0.26, metal(rng), int(pick(rng, [10, 20]))) + box(0.28, 0.06, 0.08).move(0, radius).around(
        10, "x"
    ).paint(STEEL)
    shape = box(1.2 * half, 0.3, 1.5 * long, 0.04).paint(body).move(0, 2 * radius + 0.15)
    if chance(rng, 0.3):
        return _moon_buggy(body, half, long, radius, shape, trim, tyre)
    shape += on_axles(tyre, half + 0.12, radius, [-0.95 * long, 0, 0.95 * long])
    top = 2 * radius + 0.3
    arms = [
        [(half, top - 0.1, 0.1), (half + 0.05, top - 0.1, 0.7 * long), (half + 0.05, radius, 0.95 * long)],
        [(half, top - 0.1, 0.1), (half + 0.05, 1.3 * radius, -0.5 * long), (half + 0.05, radius, 0)],
    ]
    arms.append(
        [
            (half + 0.05, 1.3 * radius, -0.5 * long),
            (half + 0.05, 1.4 * radius, -0.8 * long),
            (half + 0.05, radius, -0.95 * long),
        ]
    )
    shape += (
        (join(tube(a, 0.05, 6) for a in arms) + rail((0, top - 0.1, 0.1), (half, top - 0.1, 0.1), 0.06))
        .paint(trim)
        .both()
    )
    high = rng.uniform(0.6, 0.9)
    head = (
        box(0.4, 0.2, 0.2, 0.03).paint(WHITE)
        + rod(0.07, 0.08, around=12).turn("x", 90).paint(BLACK).move(0.1, 0, 0.11).both()
    )
    shape += (
        rod(0.05, high, around=8).paint(STEEL).move(0, high / 2)
        + head.turn("y", rng.uniform(-30, 30)).move(0, high + 0.06)
    ).move(-0.2, top, 0.55 * long)
    if chance(rng, 0.6):
        shape += (
            box(2.1 * half, 0.06, 1.5 * long, cuts=6)
            .paint(stripes([SOLAR, shade(SOLAR, 0.7)], "x", 0.18, 5))
            .move(0, top + 0.05, -0.15)
        )
        shape += box(0.9 * half, 0.07, 0.5 * long).paint(SOLAR).turn("z", 10).move(1.4 * half, top + 0.08, -0.3).both()
    else:
        shape += rod(0.14, 0.6, around=10).turn("x", 65).paint(dark(rng)).move(0, top + 0.1, -0.85 * long) + dish(
            0.3, WHITE
        ).turn("x", -30).move(0.25, top + 0.1, -0.3)
        shape += rod(0.025, 0.6, around=6).paint(BLACK).move(-0.3, top + 0.3, -0.6 * long)
    arm = tube(
        [(0.2, top - 0.1, 0.75 * long), (0.25, top + 0.1, long + 0.1), (0.2, 0.8 * radius, long + 0.35)], 0.05
    ).paint(STEEL)
    return shape + arm + rod(0.1, 0.2, around=10).paint(trim).move(0.2, 0.8 * radius, long + 0.35)


FAMILIES = {
    "rover": rover,
    "lander": lander,
    "satellite": satellite,
    "planet": planet,
    "space_station_pod": space_station_pod,
}
