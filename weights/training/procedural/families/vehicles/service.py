"""Vehicles of service and haulage: fire engines, refuse lorries, trailers, cranes, trams."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    LAMP,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    dark,
    glass,
    grey,
    metal,
    pick,
    shade,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from .chassis import lamps, sides, wheel
from .sports import driver, on_axles, steering


def lorry_front(rng: np.random.Generator, half: float, roof: float, deep: float, body: Colour) -> Shape:
    """Return a driver's cab on its frame, its back at z = 0, front at z = deep."""
    pane = glass(rng)
    lean = rng.uniform(0, 0.35)
    outline = [(0, 0.45), (deep, 0.45), (deep, 0.5 * roof + 0.2), (deep - lean, roof), (0, roof)]
    shape = extrude(outline, 2 * half, 0.06, plane="zy").paint(body)
    belt = 0.5 * roof + 0.25
    tall = 0.8 * (roof - belt)
    shape += (
        box(1.7 * half, tall, 0.1, 0.03)
        .turn("x", -np.degrees(np.arctan2(lean, roof - belt)))
        .paint(pane)
        .move(0, belt + tall / 2, deep - lean / 2)
    )
    shape += sides(
        box(0.1, tall, 0.5 * deep, 0.03).paint(pane).move(0, belt + tall / 2, 0.52 * deep - 0.3 * lean), half - 0.01
    )
    shape += lamps(0.74 * half, 0.75, deep, 0.16, LAMP) + box(half, 0.3, 0.1, 0.03).paint(BLACK).move(0, 1.0, deep)
    shape += box(2 * half + 0.06, 0.24, 0.2, 0.05).paint(pick(rng, [STEEL, WHITE, BLACK])).move(0, 0.5, deep)
    return shape + sides(box(0.12, 0.3, 0.14, 0.03).paint(BLACK).move(0, belt + 0.2, deep - lean), half + 0.1)


def beacon(rng: np.random.Generator, width: float, colour: Colour | None = None) -> Shape:
    """Return a bar of signal lamps, or two single lamps, standing on y = 0."""
    colour = colour or pick(rng, [(0.1, 0.25, 0.95), (0.1, 0.25, 0.95), (0.9, 0.12, 0.1)])
    if chance(rng, 0.5):
        return (
            box(0.4 * width, 0.2, 0.24, 0.06).paint(colour).move(0.28 * width).both()
            + box(0.25 * width, 0.14, 0.2).paint(WHITE)
        ).move(0, 0.08)
    return lathe([(0.13, 0), (0.13, 0.16), (0.07, 0.24), (0, 0.25)], 12).paint(colour).move(0.3 * width).both()


def ladder_of(long: float, half: float, radius: float, colour: Colour) -> Shape:
    """Return a ladder along +Z from the origin."""
    steps = max(4, int(long / 0.35))
    rungs = rod(0.8 * radius, 2 * half, around=6).turn("z", 90).along(steps, z=long / steps).move(0, 0, long / 2)
    return (box(2 * radius, 2.4 * radius, long).move(half, 0, long / 2).both() + rungs).paint(colour)


def fire_engine(rng: np.random.Generator) -> Shape:
    """Return a red engine with lockers, blue lamps and a ladder."""
    body = pick(rng, [(0.8, 0.08, 0.07), (0.85, 0.12, 0.08), (0.95, 0.45, 0.08), (0.85, 0.85, 0.1)])
    half, roof, long = rng.uniform(0.95, 1.1), rng.uniform(2.1, 2.5), rng.uniform(3.0, 4.2)
    deep = rng.uniform(1.4, 2.0)
    shape = lorry_front(rng, half, roof, deep, body).move(0, 0, 0.0)
    high = roof - rng.uniform(0.1, 0.5)
    shape += box(2 * half, high - 0.5, long, 0.04).paint(body).move(0, (high + 0.5) / 2, -long / 2)
    count = int(rng.integers(2, 5))
    panel = box(0.08, 0.6 * high - 0.3, 0.8 * long / count, 0.02).paint(pick(rng, [STEEL, grey(rng, 0.6, 0.9)]))
    shape += sides(panel.along(count, z=0.95 * long / count).move(0, 0.62 * high, -long / 2), half)
    shape += sides(
        box(0.07, 0.16, long + deep - 0.1)
        .paint(pick(rng, [WHITE, (0.95, 0.85, 0.2)]))
        .move(0, 0.78, (deep - long) / 2),
        half,
    )
    shape += beacon(rng, 1.6 * half).move(0, roof, 0.6 * deep)
    steel = pick(rng, [STEEL, WHITE, (0.75, 0.75, 0.78)])
    ladder = ladder_of(long * rng.uniform(0.95, 1.2), 0.36, 0.06, steel)
    if chance(rng, 0.5):
        ladder += ladder_of(long, 0.28, 0.06, shade(steel, 0.85)).move(0, 0.15, 0.3)
        turret = rod(0.5, 0.3, around=18).paint(dark(rng)).move(0, 0.1, -0.0)
        shape += (turret + ladder.turn("x", -rng.uniform(4, 40)).move(0, 0.35, -0.2)).move(0, high, -0.8 * long)
    else:
        shape += ladder.move(0.3 * half, high + 0.14, -long) + rod(0.22, 0.5).turn("z", 90).paint(body).move(
            -0.5 * half, high + 0.15, -0.5 * long
        )
    shape += lamps(0.8 * half, 0.8, -long, 0.14, RED_LAMP) + box(2 * half, 0.3, long + deep - 0.3).paint(BLACK).move(
        0, 0.5, (deep - long) / 2
    )
    return shape + on_axles(wheel(0.48, 0.32, metal(rng)), half - 0.1, 0.48, [0.55 * deep, -0.7 * long])


def garbage_truck(rng: np.random.Generator) -> Shape:
    """Return a refuse lorry: a rounded body with a sloping hopper behind."""
    body, cab = (
        pick(rng, [(0.25, 0.5, 0.2), WHITE, (0.95, 0.5, 0.1), vivid(rng)]),
        pick(rng, [WHITE, vivid(rng), (0.95, 0.5, 0.1)]),
    )
    half, roof, long = rng.uniform(0.95, 1.05), rng.uniform(2.0, 2.3), rng.uniform(2.8, 3.6)
    shape = lorry_front(rng, half, roof, 1.4, cab) + box(1.6 * half, 0.3, long + 1).paint(BLACK).move(
        0, 0.6, -long / 2 + 0.2
    )
    top = roof + rng.uniform(0.1, 0.5)
    shape += box(2 * half, top - 0.7, long - 0.2, 0.12).paint(body).move(0, (top + 0.7) / 2, -long / 2 - 0.05)
    shape += (
        box(2 * half + 0.08, top - 0.75, 0.1)
        .along(int(rng.integers(3, 6)), z=long / 5.5)
        .paint(shade(body, 0.8))
        .move(0, (top + 0.7) / 2, -long / 2)
    )
    back = extrude(
        [(0, top), (-0.5, top - 0.1), (-1.1, 1.3), (-1.05, 0.6), (0, 0.6)], 2 * half, 0.05, plane="zy"
    ).paint(shade(body, 0.9))
    shape += back.move(0, 0, -long) + box(1.6 * half, 0.7, 0.2).paint(BLACK).move(0, 1.1, -long - 1.0)
    if chance(rng, 0.5):
        bin_of = box(0.6, 0.8, 0.5, 0.04).paint(dark(rng)) + box(0.66, 0.1, 0.56).paint(vivid(rng)).move(0, 0.42)
        shape += bin_of.move(0.36, 0.9, -long - 1.3).both()
    shape += sides(rail((0, top - 0.2, -long - 0.3), (0, 1.1, -long - 0.9), 0.08).paint(STEEL), half + 0.02)
    shape += beacon(rng, 1.4 * half, (0.95, 0.55, 0.05)).move(0, roof, 0.6) + lamps(
        0.85 * half, 0.75, -long - 1.0, 0.1, RED_LAMP
    )
    return shape + on_axles(wheel(0.46, 0.32, metal(rng)), half - 0.12, 0.46, [0.75, -0.6 * long, -0.6 * long - 1.0])


def ambulance(rng: np.random.Generator) -> Shape:
    """Return a van or box ambulance with a stripe, crosses and signal lamps."""
    body, mark = (
        pick(rng, [WHITE, WHITE, (0.95, 0.9, 0.3)]),
        pick(rng, [(0.85, 0.1, 0.1), (0.95, 0.45, 0.1), (0.1, 0.3, 0.75)]),
    )
    half, roof, long, pane = rng.uniform(0.9, 1.0), rng.uniform(1.9, 2.3), rng.uniform(2.4, 3.2), glass(rng)
    hood = rng.uniform(0.5, 1.0)
    shape = box(2 * half, roof - 0.4, long, rng.uniform(0.04, 0.14)).paint(body).move(0, (roof + 0.4) / 2, -long / 2)
    nose = extrude(
        [(0, 0.4), (0.7 + hood, 0.4), (0.7 + hood, 0.9), (0.7, 1.05), (0.3, roof - 0.1), (0, roof - 0.1)],
        1.9 * half,
        0.05,
        plane="zy",
    )
    shape += nose.paint(body) + box(1.6 * half, 0.75, 0.08).turn("x", -24).paint(pane).move(
        0, (roof + 1.0) / 2 - 0.05, 0.5
    )
    shape += sides(box(0.08, 0.55, 0.4, 0.02).paint(pane).move(0, 1.35, 0.15), 0.95 * half)
    stripe = box(0.07, 0.2, long + hood + 0.5).paint(mark).move(0, 0.85, (hood + 0.6 - long) / 2)
    bars = box(0.08, 0.62, 0.2) + box(0.08, 0.2, 0.62)
    if chance(rng, 0.4):
        bars = box(0.08, 0.72, 0.15) + box(0.08, 0.72, 0.15).turn("x", 60) + box(0.08, 0.72, 0.15).turn("x", -60)
    shape += sides(stripe + bars.paint(mark).move(0, 0.72 * roof, -0.55 * long), half)
    shape += (bars.turn("y", 90).scale(0.7).paint(mark).move(0, 0.7, 0.7 + hood)) + box(0.6, 0.4, 0.06).paint(
        pane
    ).move(0.42, 0.75 * roof, -long).both()
    shape += sides(box(0.08, 0.4, 0.5).paint(pane).move(0, 0.72 * roof, -0.2 * long), half) + bars.turn("y", 90).scale(
        0.8
    ).paint(mark).move(0, 0.4 * roof, -long)
    shape += beacon(rng, 1.6 * half).move(0, roof - 0.1, 0.05) + beacon(rng, 1.6 * half).move(0, roof, -long + 0.25)
    shape += lamps(0.7 * half, 0.72, 0.7 + hood, 0.15, LAMP) + box(1.9 * half, 0.18, 0.16, 0.04).paint(BLACK).move(
        0, 0.45, 0.7 + hood
    )
    return shape + on_axles(wheel(0.37, 0.26, metal(rng)), half - 0.08, 0.37, [0.35 + 0.5 * hood, -0.75 * long])


def forklift(rng: np.random.Generator) -> Shape:
    """Return a fork lift truck with mast, forks, cage and sometimes a load."""
    body, high = pick(rng, [(0.95, 0.72, 0.1), (0.95, 0.45, 0.1), vivid(rng)]), rng.uniform(1.9, 2.5)
    shape = box(0.95, 0.5, 1.2, 0.06).paint(body).move(0, 0.5, 0.05)
    back = extrude([(-0.95, 0.3), (-0.3, 0.3), (-0.3, 1.05), (-0.75, 1.05), (-0.98, 0.8)], 0.95, 0.06, plane="zy")
    shape += back.paint(shade(body, rng.uniform(0.5, 1.0)))
    posts = rail((0.4, 0.7, 0.5), (0.38, 1.85, 0.2), 0.045) + rail((0.4, 1.0, -0.65), (0.38, 1.85, -0.5), 0.045)
    shape += posts.both().paint(BLACK) + (box(0.86, 0.08, 0.85) + box(0.06, 0.1, 0.8).along(5, x=0.18)).paint(
        BLACK
    ).move(0, 1.86, -0.15)
    shape += (box(0.5, 0.12, 0.45, 0.04).move(0, 0.86, -0.2) + box(0.5, 0.45, 0.12, 0.04).move(0, 1.1, -0.42)).paint(
        dark(rng)
    ) + steering(0.16).move(0, 1.15, 0.3)
    if chance(rng, 0.4):
        shape += driver(rng).move(0, 1.3, -0.2) + box(0.4, 0.5, 0.26, 0.08).paint((0.95, 0.6, 0.1)).move(0, 1.0, -0.2)
    mast = box(0.1, high, 0.14).paint(dark(rng)).move(0.28, high / 2 + 0.1).both() + box(0.65, 0.1, 0.1).along(
        3, y=high / 2.1
    ).paint(BLACK).move(0, high / 2)
    shape += mast.turn("x", rng.uniform(-4, 4)).move(0, 0, 0.76)
    lift = rng.uniform(0.15, 1.0)
    fork = (
        box(0.8, 0.5, 0.08).move(0, lift + 0.25, 0.86)
        + (box(0.13, 0.08, 1.0).move(0, lift, 1.35) + box(0.13, 0.6, 0.08).move(0, lift + 0.3, 0.9)).move(0.24).both()
    )
    shape += fork.paint(grey(rng, 0.2, 0.4))
    if chance(rng, 0.5):
        timber = wood(rng)
        shape += (
            (box(0.9, 0.06, 0.85) + box(0.1, 0.12, 0.85).along(3, x=0.38).move(0, -0.07))
            .paint(timber)
            .move(0, lift + 0.15, 1.4)
        )
        shape += (
            box(0.8, rng.uniform(0.3, 0.7), 0.75, 0.02)
            .paint(pick(rng, [shade(timber, 1.2), vivid(rng)]))
            .move(0, lift + 0.4, 1.4)
        )
    return (
        shape
        + on_axles(wheel(0.3, 0.24, metal(rng)), 0.42, 0.3, [0.5])
        + on_axles(wheel(0.24, 0.22, metal(rng)), 0.42, 0.24, [-0.6])
    )


def tram(rng: np.random.Generator) -> Shape:
    """Return an old tram with lamps and open platforms, or a modern one in sections."""
    body, trim, pane = vivid(rng), pick(rng, [WHITE, (0.95, 0.88, 0.7), vivid(rng)]), glass(rng)
    half, roof = rng.uniform(0.9, 1.05), rng.uniform(2.4, 2.7)
    modern = chance(rng, 0.5)
    long = rng.uniform(3.0, 4.2) if modern else rng.uniform(2.2, 3.0)
    rows = [
        (-long, 0.7 * half, 0.35, roof - 0.5, 5),
        (-long + 0.45, half, 0.3, roof, 8),
        (long - 0.45, half, 0.3, roof, 8),
        (long, 0.7 * half, 0.35, roof - 0.5, 5),
    ]
    shape = hull(rows, 24).paint(body) if modern else box(2 * half, 1.05, 2 * long, 0.15).paint(body).move(0, 0.9)
    count = int(rng.integers(4, 7))
    step = 1.7 * long / count
    if modern:
        shape += sides(box(0.08, 0.85, 0.9 * step, 0.03).along(count, z=step).paint(pane).move(0, 1.65), half - 0.01)
        shape += sides(box(0.08, 0.2, 1.8 * long).paint(trim).move(0, 0.7), half - 0.01)
        shape += ball(0.75 * half, 0.55, 0.3, 3, 14).paint(pane).move(0, 1.55, long - 0.12).both("z") + box(
            2 * half + 0.06, roof - 0.5, 0.16
        ).paint(dark(rng)).along(2, z=0.66 * long).move(0, roof / 2 + 0.2)
    else:
        shape += box(1.9 * half, 0.9, 1.9 * long, 0.1).paint(pane).move(0, 1.75)
        shape += sides(box(0.1, 1.0, 0.12).along(count + 1, z=step).paint(trim).move(0, 1.75), 0.95 * half)
        shape += box(0.1, 1.0, 0.12).along(4, x=0.6 * half).paint(trim).move(0, 1.75, 0.95 * long).both("z")
        shape += box(2.1 * half, 0.2, 2.1 * long, 0.08).paint(trim).move(0, 2.25) + box(
            1.2 * half, 0.25, 1.6 * long, 0.08
        ).paint(body).move(0, 2.4)
        shape += rod(0.16, 0.12, around=14).turn("x", 90).paint(LAMP).move(0, 1.1, long).both("z")
        roof = 2.5
    shape += lamps(0.55 * half, 0.85, long - 0.03, 0.12, LAMP) + box(1.7 * half, 0.3, 1.5 * long).paint(BLACK).move(
        0, 0.3
    )
    arm = tube([(0, 0, 0), (0, 0.35, -0.5), (0, 0.75, 0.05)], 0.05) if modern else rail((0, 0, 0), (0, 0.9, -0.9), 0.05)
    top = (
        box(0.9, 0.07, 0.1).move(0, 0.75, 0.05)
        if modern
        else torus(0.1, 0.04, 12, 6).turn("z", 90).move(0, 0.92, -0.92)
    )
    shape += (arm + top + box(0.6, 0.14, 0.8)).paint(dark(rng)).move(0, roof, 0)
    wheels = wheel(0.3, 0.14, STEEL).along(2, z=0.75)
    return shape + join(wheels.move(0.7 * half, 0.28, z) for z in (-0.6 * long, 0.6 * long)).both()


FAMILIES = {
    "fire_engine": fire_engine,
    "garbage_truck": garbage_truck,
    "ambulance": ambulance,
    "forklift": forklift,
    "tram": tram,
}
