"""Craft and bodies of space: saucers, rovers, landers, satellites, shuttles, fighters, planets, stations."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    GOLD,
    LAMP,
    RED_LAMP,
    STEEL,
    WHITE,
    by_face,
    chance,
    dark,
    glass,
    grey,
    leaf,
    metal,
    pick,
    shade,
    stripes,
    vivid,
)
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join

SOLAR: Colour = (0.12, 0.2, 0.5)
GLOW: Colour = (0.35, 0.9, 1.0)


def dish(radius: float, colour: Colour) -> Shape:
    """Return an aerial dish that looks up along +Y, its back at the origin."""
    profile = [(0.12, 0), (0.65, 0.16), (1.0, 0.45), (0.9, 0.5), (0.55, 0.25), (0, 0.12)]
    cup = lathe(np.array(profile) * radius, 20).paint(colour)
    return (
        cup
        + rod(0.06 * radius, 0.6 * radius, around=8).paint(STEEL).move(0, 0.35 * radius)
        + ball(0.11 * radius, detail=8).paint(RED_LAMP).move(0, 0.65 * radius)
    )


def solar_panel(wide: float, tall: float, colour: Colour = SOLAR) -> Shape:
    """Return a panel in the XY plane, from x = 0 to x = wide, with a grid of bars."""
    thick = 0.05 * max(wide, tall) + 0.02
    bars = box(0.04, tall, 1.3 * thick).along(5, x=wide / 4.2) + box(wide, 0.04, 1.3 * thick).along(3, y=tall / 2.1)
    return (box(wide, tall, thick).paint(colour) + bars.paint(STEEL)).move(wide / 2)


def nozzle(radius: float, long: float, colour: Colour = BLACK, glow: Colour | None = None) -> Shape:
    """Return a bell-shaped rocket nozzle that opens towards -Z, its throat at the origin."""
    bell = lathe([(0, 0), (0.45 * radius, 0), (radius, -long), (0.85 * radius, -long), (0, -0.4 * long)], 16).paint(
        colour
    )
    if glow is not None:
        bell += ball(0.75 * radius, 0.2 * long, 0.75 * radius, detail=10).paint(glow).move(0, -0.85 * long)
    return bell.turn("x", 90)


def ufo(rng: np.random.Generator) -> Shape:
    """Return a flying saucer: flat, stacked, with legs or with a beam below it."""
    colour, trim, light = (
        pick(rng, [STEEL, metal(rng), vivid(rng), dark(rng), WHITE]),
        vivid(rng),
        pick(rng, [LAMP, GLOW, vivid(rng)]),
    )
    around = int(pick(rng, [8, 12, 32, 32]))
    high, dome = rng.uniform(0.15, 0.4), rng.uniform(0.35, 0.55)
    profile = pick(
        rng,
        [
            [(0.3, -high), (1.0, -0.1), (1.0, 0.05), (0.45, high)],
            [(0.35, -high), (0.6, -0.5 * high), (1.0, 0), (0.6, 0.4 * high), (0.4, high)],
            [(0.2, -0.6 * high), (0.9, -high), (1.0, -0.4 * high), (0.5, 0.1), (0.4, high)],
        ],
    )
    shape = lathe(profile if around < 20 else smooth(profile, 16), around).paint(colour)
    shape += (
        ball(dome, rng.uniform(0.6, 1.1) * dome, dome, detail=8 if around < 20 else 18)
        .paint(pick(rng, [glass(rng), GLOW, (0.5, 0.95, 0.5)]))
        .move(0, high - 0.03)
    )
    lamp = pick(rng, [ball(0.09, 0.07, 0.09, detail=8), box(0.16, 0.09, 0.16)])
    shape += lamp.paint(light).move(0.97).around(int(rng.integers(6, 13)))
    if chance(rng, 0.5):
        shape += torus(0.62, 0.06, around, 6).paint(trim).move(0, 0.62 * high)
    under = pick(rng, ["legs", "legs", "beam", "ring"])
    if under == "legs":
        leg = tube([(0.45, -0.5 * high, 0), (0.75, -0.55, 0), (0.8, -0.75, 0)], 0.045) + rod(
            0.12, 0.06, around=10
        ).move(0.8, -0.75)
        shape += leg.around(int(rng.integers(3, 5))).paint(shade(colour, 0.6))
        if chance(rng, 0.5):
            shape += box(0.34, 0.05, 0.8).turn("x", 38).paint(dark(rng)).move(0, -0.5, 0.5)
    elif under == "beam":
        shape += (
            lathe([(0.3, 0), (rng.uniform(0.5, 0.8), -1.2), (0, -1.2)], 20)
            .paint(pick(rng, [(0.75, 1.0, 0.6), (0.7, 0.95, 1.0), (1.0, 0.95, 0.6)]))
            .move(0, -0.6 * high)
        )
    else:
        shape += torus(0.45, 0.1, around, 8).paint(light).move(0, -high)
    if chance(rng, 0.4):
        green = leaf(rng)
        head = (
            ball(0.15, 0.19, 0.14, detail=12).paint(green)
            + ball(0.045, 0.06, 0.04, detail=8).paint(BLACK).move(0.06, 0.02, 0.12).both()
        )
        return shape + head.move(0, high + dome) + rod(0.1, 0.3, around=10).paint(green).move(0, high + dome - 0.2)
    tip = rod(0.03, 0.3, around=8).paint(STEEL).move(0, high + dome) + ball(0.06, detail=8).paint(RED_LAMP).move(
        0, high + dome + 0.15
    )
    return shape + tip if chance(rng, 0.5) else shape


def _orbiter(rng: np.random.Generator, body: Shape, fat: float, tall: float) -> Shape:
    """Return the orbiter on its wheels."""
    leg = rail((0, 0, 0), (0, -0.3, 0), 0.05).paint(STEEL) + rod(0.13, 0.1, around=14).turn("z", 90).paint(BLACK).move(
        0.06, -0.3
    )
    if chance(rng, 0.4):
        door = box(0.06, 0.5, 1.7).paint(WHITE).turn("z", -50).move(fat + 0.2, tall + 0.1, -0.2)
        body += (
            door.both()
            + box(1.4 * fat, 0.1, 1.6).paint(grey(rng, 0.3, 0.6)).move(0, tall, -0.2)
            + rod(0.12, 1.0).turn("x", 90).paint(GOLD).move(0, tall + 0.08, -0.2)
        )
    return body + leg.move(0.45, -0.7 * tall, -0.6).both() + leg.move(0, -0.8 * tall, 0.9)


def space_shuttle(rng: np.random.Generator) -> Shape:
    """Return a winged orbiter lying on its wheels, or standing with tank and boosters for the start."""
    under, trim = (
        pick(rng, [BLACK, grey(rng, 0.15, 0.4), vivid(rng)]),
        pick(rng, [BLACK, vivid(rng), grey(rng, 0.3, 0.6)]),
    )
    fat, tall = rng.uniform(0.32, 0.42), rng.uniform(0.32, 0.4)
    rows = [
        (-1.5, 0.9 * fat, -tall, tall, 3.5),
        (0.6, fat, -tall, tall, 3.5),
        (1.15, 0.75 * fat, -tall, 0.5 * tall, 2.6),
        (1.55, 0.12, -0.7 * tall, -0.25 * tall, 2),
    ]
    body = hull(rows, 20, 16).finer().paint(by_face(lambda p: np.where(p[:, 1:2] > -0.6 * tall, WHITE, under)))
    reach = rng.uniform(0.9, 1.2)
    plan = [(0.1, 0.75), (fat + 0.1, -0.1), (reach, -1.0), (reach, -1.35), (0.1, -1.4)]
    wing = extrude(plan, 0.12, 0.03, plane="xz")
    body += (
        wing.paint(WHITE).move(0, -0.7 * tall).both()
        + extrude(np.array(plan) * 0.99, 0.06, plane="xz").paint(under).move(0, -0.7 * tall - 0.05).both()
    )
    fin = extrude([(-0.85, 0), (-1.4, 0.7), (-1.65, 0.7), (-1.5, 0)], 0.12, 0.03, plane="zy").paint(
        pick(rng, [WHITE, trim])
    )
    body += fin.move(0, 0.8 * tall) + box(0.9 * fat, 0.16, 0.2, 0.05).turn("x", 30).paint(BLACK).move(
        0, 0.55 * tall, 1.05
    )
    body += nozzle(0.2, 0.3).move(0, 0.4 * tall, -1.45) + nozzle(0.2, 0.3).move(0.19, -0.2, -1.45).both()
    body += (
        ball(0.14, 0.14, 0.4, detail=10).paint(WHITE).move(0.75 * fat, 0.7 * tall, -1.3).both()
        + box(0.05, 0.12, 0.5).paint(trim).move(fat - 0.01, 0.1, -0.2).both()
    )
    if chance(rng, 0.5):
        return _orbiter(rng, body, fat, tall)
    orange = pick(rng, [(0.8, 0.42, 0.18), (0.8, 0.42, 0.18), WHITE, vivid(rng)])
    tank = (
        lathe([(0.3, -1.3), (0.45, -1.15), (0.45, 1.2), (0.3, 1.7), (0.06, 2.05), (0, 2.1)], 20)
        .paint(orange)
        .move(0, 0, -0.75)
    )
    booster = (
        lathe([(0.22, -1.75), (0.17, -1.5), (0.17, 1.3), (0.05, 1.65), (0, 1.68)], 14)
        .finer()
        .paint(stripes([WHITE, WHITE, WHITE, trim], "y", 0.45, 9))
    )
    return (
        body.turn("x", -90).turn("y", 180)
        + tank
        + booster.move(0.62, 0, -0.75).both()
        + rail((0.3, 0.7, -0.75), (0.6, 0.7, -0.75), 0.06).along(2, y=1.6).move(0, -0.7).both().paint(STEEL)
        + box(0.2, 0.15, 0.6).along(2, y=1.6).paint(STEEL).move(0, 0, -0.3)
    )


def _starfighter_panels(rng: np.random.Generator, body: Colour, glow: Colour, pane: Colour, trim: Colour) -> Shape:
    """Return the panels kind of starfighter."""
    r, high = rng.uniform(0.42, 0.55), rng.uniform(0.9, 1.2)
    shape = (
        ball(r, detail=int(pick(rng, [8, 20]))).paint(body)
        + rod(0.6 * r, 0.1, around=8).turn("x", 90).paint(pane).move(0, 0, 0.9 * r)
        + torus(0.62 * r, 0.05, 16, 6).turn("x", 90).paint(trim).move(0, 0, 0.86 * r)
    )
    outline = pick(
        rng,
        [
            [(0.6, high), (1.0, 0), (0.6, -high), (-0.6, -high), (-1.0, 0), (-0.6, high)],
            [(0.9, 0.8 * high), (0.5, 0), (0.9, -0.8 * high), (-0.9, -high), (-0.9, high)],
        ],
    )
    panel = extrude(outline, 0.08, plane="zy").paint(dark(rng)) + extrude(
        np.array(outline) * 0.35, 0.14, plane="zy"
    ).paint(body)
    panel += join(rail((0, 0, 0), (0, p[1], p[0]), 0.05, around=6) for p in outline).paint(body)
    gun = rod(0.05, 0.3, around=8).turn("x", 90).paint(trim).move(0.15, -0.2, r).both()
    return (
        shape
        + (rod(0.14, 1.1, 0.2, 10).turn("z", 90).paint(body).move(0.6) + panel.move(1.1)).both()
        + gun
        + nozzle(0.16, 0.2, BLACK, glow).move(0.15, 0, -r).both()
    )


def _starfighter_cross(
    rng: np.random.Generator, body: Colour, engine: Shape, gun: Shape, long: float, shape: Shape, trim: Colour
) -> Shape:
    """Return the cross kind of starfighter."""
    spread, reach = rng.uniform(10, 25), rng.uniform(1.2, 1.5)
    wing = extrude([(0.2, 0.3), (reach, 0.05), (reach, -0.3), (0.2, -0.55)], 0.08, plane="xz").finer().paint(
        stripes([body, body, trim], "x", 0.3, 3)
    ) + gun.move(reach)
    wings = wing.turn("z", spread) + wing.turn("z", -spread)
    return (
        shape
        + wings.move(0, 0, -0.4 * long).both()
        + engine.move(0.36, 0.2, -0.45 * long).both("x")
        + engine.move(0.36, -0.2, -0.45 * long).both("x")
    )


def starfighter(rng: np.random.Generator) -> Shape:
    """Return a fighter of space: crossed wings, arrow, ball between panels, or forked hull."""
    body, trim, glow = (
        pick(rng, [WHITE, grey(rng, 0.35, 0.8), vivid(rng), dark(rng)]),
        vivid(rng),
        pick(rng, [GLOW, (1.0, 0.5, 0.15), (0.9, 0.3, 0.9)]),
    )
    kind, pane = pick(rng, ["cross", "arrow", "panels", "fork"]), glass(rng)
    if kind == "panels":
        return _starfighter_panels(rng, body, glow, pane, trim)
    long = rng.uniform(1.4, 1.9)
    rows = [
        (-0.6 * long, 0.3, -0.22, 0.26, 4),
        (0, 0.28, -0.22, 0.26, 3.5),
        (0.5 * long, 0.18, -0.14, 0.14, 3.5),
        (long, 0.06, -0.05, 0.05, 3),
    ]
    shape = (
        hull(rows, int(pick(rng, [8, 20])), 12)
        .finer()
        .paint(pick(rng, [body, stripes([body, body, body, trim], "z", 0.3, 6)]))
    )
    shape += ball(0.2, 0.2, 0.42, 2.5, 14).paint(pane).move(0, 0.2, 0.1 * long)
    engine = rod(0.17, 0.7, around=12).turn("x", 90).paint(shade(body, 0.7)) + nozzle(0.17, 0.22, BLACK, glow).move(
        0, 0, -0.33
    )
    gun = rod(0.05, rng.uniform(0.7, 1.2), around=8).turn("x", 90).paint(trim).move(0, 0, 0.35) + ball(
        0.06, 0.06, 0.12, detail=6
    ).paint(glow).move(0, 0, 0.85)
    if kind == "cross":
        return _starfighter_cross(rng, body, engine, gun, long, shape, trim)
    sweep = rng.uniform(-0.8, 0.5)
    if kind == "arrow":
        wing = extrude([(0.15, 0.7), (1.2, -0.5 + sweep), (1.25, -0.9 + sweep), (0.15, -0.8)], 0.1, plane="xz").paint(
            pick(rng, [body, trim])
        )
        fin = (
            extrude([(0.1, 0), (-0.5, 0.55), (-0.75, 0.55), (-0.6, 0)], 0.09, plane="zy")
            .turn("z", -20)
            .paint(trim)
            .move(0.3, 0.15, -0.3 * long)
        )
        return (
            shape
            + (wing.turn("z", rng.uniform(-15, 10)) + fin + gun.move(0.75, 0, -0.2 + 0.3 * sweep)).both()
            + engine.move(0.26, 0.05, -0.5 * long).both()
        )
    prong = hull([(-0.8, 0.2, -0.15, 0.15, 4), (0.3, 0.16, -0.13, 0.13, 4), (1.6, 0.05, -0.05, 0.05, 3)], 12).paint(
        trim
    )
    link = box(0.9, 0.14, 0.6, 0.03).paint(body).move(0.4, 0, -0.25)
    return (
        shape.scale(0.9)
        + (prong.move(0.8) + link + engine.move(0.8, 0, -0.9)).both()
        + engine.move(0, 0.02, -0.6 * long)
    )


FAMILIES = {
    "ufo": ufo,
    "space_shuttle": space_shuttle,
    "starfighter": starfighter,
}
