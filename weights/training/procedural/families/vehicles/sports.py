"""Racing cars, karts, monster trucks, and cars of leisure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...paint import (
    BLACK,
    LAMP,
    LEATHER,
    RED_LAMP,
    RUBBER,
    STEEL,
    WHITE,
    chance,
    dark,
    glass,
    metal,
    pick,
    shade,
    stripes,
    vivid,
)
from ...parts import ball, box, extrude, hull, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from .chassis import lamps, wheel


def on_axles(tyre: Shape, x: float, y: float, axles: Sequence[float]) -> Shape:
    """Return a wheel on both sides of every axle."""
    return join(tyre.move(x, y, z) for z in axles).both()


def driver(rng: np.random.Generator) -> Shape:
    """Return a helmeted head and shoulders, the neck at the origin."""
    colour = vivid(rng)
    head = ball(0.17, 0.18, 0.19, detail=14).paint(colour).move(0, 0.16)
    visor = ball(0.14, 0.07, 0.1, 3, 10).paint(BLACK).move(0, 0.17, 0.11)
    return head + visor + box(0.5, 0.34, 0.26, 0.1).paint(shade(colour, 0.8)).move(0, -0.15)


def steering(radius: float, colour: Colour = BLACK) -> Shape:
    """Return a steering wheel on its column, facing back."""
    spokes = box(2 * radius, 0.04, 0.06) + rod(0.03, 0.4, around=8).move(0, -0.2)
    return (torus(radius, 0.035, 18, 6) + spokes).turn("x", -60).paint(colour)


def cabin(
    low: tuple[float, float], high: tuple[float, float], belt: float, roof: float, half: float, paints: Sequence[Colour]
) -> Shape:
    """Return panes under a roof on posts; low and high are z ranges, paints are body and pane."""
    body, pane = paints
    tall, top = roof - belt, 0.86 * half
    panes = hull([(belt - 0.1, half, *low, 8), (belt, half, *low, 8), (roof, top, *high, 8)], 20, axis="y").paint(pane)
    plate = box(2 * top + 0.04, 0.1 + 0.05 * tall, high[1] - high[0] + 0.06, 0.04).paint(body)
    shape = panes + plate.move(0, roof, sum(high) / 2)
    posts = [
        rail((0.93 * half, belt - 0.05, a), (0.95 * top, roof, b), 0.05, around=6)
        for a, b in zip(low, high, strict=True)
    ]
    middle = rail((0.99 * half, belt - 0.05, sum(low) / 2), (0.98 * top, roof, sum(high) / 2), 0.05, around=6)
    return shape + (join(posts) + middle).paint(body).both()


def _formula(rng: np.random.Generator, body: Colour, trim: Colour) -> Shape:
    """Return a single-seater with wings and open wheels."""
    rows = [(-1.9, 0.18, 0.25, 0.5, 4), (-1.0, 0.26, 0.16, 0.85, 4), (-0.2, 0.36, 0.14, 0.7, 5)]
    rows += [(0.5, 0.33, 0.14, 0.6, 5), (1.3, 0.2, 0.2, 0.48, 4), (2.3, 0.1, 0.2, 0.32, 3)]
    shape = hull(rows, 20).finer().paint(pick(rng, [body, stripes([body, body, trim], "z", 0.7, 5)]))
    pod = hull([(-1.3, 0.12, 0.15, 0.4, 4), (-0.5, 0.28, 0.13, 0.52, 5), (0.25, 0.26, 0.14, 0.55, 5)], 14)
    shape += pod.paint(pick(rng, [body, trim])).move(0.45).both() + box(1.3, 0.08, 2.6).paint(BLACK).move(0, 0.13, -0.4)
    shape += box(1.7, 0.07, 0.4, 0.02).paint(trim).move(0, 0.18, 2.15)
    shape += box(0.07, 0.24, 0.5).paint(body).move(0.85, 0.24, 2.12).both()
    high = rng.uniform(0.9, 1.1)
    shape += box(1.2, 0.08, 0.45, 0.02).paint(trim).move(0, high, -1.95).along(2, y=0.14, z=0.05)
    shape += box(0.07, 0.5, 0.6).paint(body).move(0.6, high - 0.1, -1.95).both()
    shape += box(0.12, high - 0.3, 0.2).paint(BLACK).move(0, high / 2 + 0.15, -1.85)
    shape += ball(0.28, 0.16, 0.5, 3, 14).paint(BLACK).move(0, 0.63, 0.05) + driver(rng).move(0, 0.6, -0.1)
    if chance(rng, 0.5):
        halo = [(0.3, 0.66, -0.2), (0.28, 0.88, 0.2), (0, 0.9, 0.45), (-0.28, 0.88, 0.2), (-0.3, 0.66, -0.2)]
        shape += tube(halo, 0.05, 8, along=12).paint(dark(rng))
    radius = rng.uniform(0.33, 0.42)
    hub = metal(rng)
    shape += on_axles(wheel(radius, 0.4, hub), 0.82, radius, [-1.5]) + on_axles(
        wheel(radius, 0.3, hub), 0.82, radius, [1.45]
    )
    return shape + join(rail((0, 0.35, z), (0.8, radius, z), 0.05, around=6) for z in (-1.5, 1.3, 1.55)).both().paint(
        BLACK
    )


def race_car(rng: np.random.Generator) -> Shape:
    """Return a formula car, an old cigar-shaped racer, or one of the future."""
    body, trim = vivid(rng), pick(rng, [WHITE, vivid(rng), BLACK])
    kind = pick(rng, ["formula", "old", "future"])
    if kind == "formula":
        return _formula(rng, body, trim)
    if kind == "old":
        long, half = rng.uniform(1.7, 2.1), rng.uniform(0.38, 0.5)
        rows = [(-long, 0.05, 0.5, 0.7), (-0.6 * long, 0.8 * half, 0.3, 0.95, 2.5), (0, half, 0.25, 1.0, 2.6)]
        rows += [(0.75 * long, 0.9 * half, 0.3, 0.95, 2.6), (long, 0.6 * half, 0.4, 0.85, 2.5)]
        shape = hull(rows, 20, 18).paint(body) + box(0.2, 0.04, 1.1 * long).paint(trim).move(0, 0.99, 0.35 * long)
        shape += rod(0.5 * half, 0.12, around=16).turn("x", 90).paint(STEEL).move(0, 0.62, long)
        shape += rod(0.24, 0.07, around=18).turn("z", 90).paint(WHITE).move(half, 0.68, -0.35 * long).both()
        shape += ball(0.32, 0.14, 0.4).paint(LEATHER).move(0, 0.98, -0.2 * long) + driver(rng).move(
            0, 1.0, -0.25 * long
        )
        pipe = rail((half, 0.5, 0.6 * long), (half + 0.08, 0.45, -0.9 * long), 0.06).paint(STEEL)
        radius = rng.uniform(0.42, 0.55)
        shape += pipe if chance(rng, 0.5) else pipe.both()
        axle = rod(0.06, 2 * half + 0.5, around=8).turn("z", 90).paint(BLACK)
        shape += axle.move(0, radius, -0.65 * long) + axle.move(0, radius, 0.68 * long)
        return shape + on_axles(wheel(radius, 0.2, metal(rng)), half + 0.3, radius, [-0.65 * long, 0.68 * long])
    long, half, high = rng.uniform(2.0, 2.5), rng.uniform(0.8, 1.0), rng.uniform(0.6, 0.8)
    rows = [
        (-long, 0.8 * half, 0.2, high, 4),
        (-0.3 * long, half, 0.12, high, 4),
        (0.4 * long, 0.8 * half, 0.12, 0.75 * high, 4),
    ]
    shape = hull([*rows, (long, 0.25 * half, 0.15, 0.32, 3)], 20, 14).finer()
    shape = shape.paint(pick(rng, [body, stripes([body, trim], "x", 0.5 * half, 5.25 * half)]))
    shape += ball(0.42 * half, 0.3, 0.4 * long, detail=16).paint(glass(rng)).move(0, high - 0.05, -0.1 * long)
    fin = extrude([(-0.5, 0), (0.3, 0), (-0.35, 0.6), (-0.7, 0.6)], 0.08, plane="zy").paint(trim)
    shape += fin.move(0.7 * half, high - 0.1, -0.75 * long).both() + box(1.7 * half, 0.08, 0.35).paint(trim).move(
        0, high + 0.46, -long
    )
    jet = rod(0.2, 0.4, 0.14, 16).turn("x", 90)
    shape += (
        jet.paint(STEEL).move(0.3, 0.45, -long).both()
        + ball(0.14, 0.14, 0.1).paint((0.3, 0.9, 1)).move(0.3, 0.45, -long - 0.2).both()
    )
    return shape + on_axles(
        wheel(0.4, 0.35, pick(rng, [trim, (0.2, 0.9, 1.0)])), 0.95 * half, 0.4, [-0.65 * long, 0.45 * long]
    )


def kart(rng: np.random.Generator) -> Shape:
    """Return a go-kart: flat frame, bumpers, seat; with or without a driver."""
    body, trim, long = vivid(rng), pick(rng, [BLACK, WHITE, vivid(rng)]), rng.uniform(0.85, 1.05)
    shape = box(0.9, 0.1, 2 * long, 0.03).paint(trim).move(0, 0.2)
    nose = hull([(0, 0.5, 0.12, 0.42, 4), (0.3, 0.42, 0.12, 0.36, 3), (0.45, 0.28, 0.14, 0.26, 3)], 16, 9)
    shape += nose.paint(body).move(0, 0, 0.75 * long) + box(0.26, 0.3, 0.9, 0.08).paint(body).move(0.52, 0.26, 0).both()
    shape += box(0.28, 0.3, 0.06).turn("x", -35).paint(WHITE).move(0, 0.5, 0.85 * long)
    shape += tube(
        [(-0.5, 0.25, -long), (-0.4, 0.28, -long - 0.2), (0.4, 0.28, -long - 0.2), (0.5, 0.25, -long)], 0.05
    ).paint(STEEL)
    seat = box(0.5, 0.12, 0.5, 0.05).move(0, 0.32, -0.25) + box(0.5, 0.6, 0.12, 0.05).turn("x", -18).move(
        0, 0.58, -0.52
    )
    shape += seat.paint(dark(rng)) + steering(0.2).move(0, 0.66, 0.22)
    shape += box(0.35, 0.35, 0.35, 0.04).paint(metal(rng)).move(0.3, 0.42, -0.8 * long) + rod(0.07, 0.5).turn(
        "x", 70
    ).paint(STEEL).move(-0.25, 0.45, -0.9 * long)
    if chance(rng, 0.5):
        arm = tube([(0.22, 0.85, -0.3), (0.3, 0.62, -0.05), (0.16, 0.68, 0.2)], 0.08).both()
        leg = tube([(0.13, 0.42, -0.25), (0.18, 0.52, 0.3), (0.16, 0.34, 0.7)], 0.1).both()
        shape += driver(rng).scale(1.2).move(0, 0.95, -0.35) + box(0.45, 0.5, 0.28, 0.1).paint(body).move(
            0, 0.62, -0.35
        )
        shape += arm.paint(body) + leg.paint(dark(rng))
    radius = rng.uniform(0.2, 0.3)
    return shape + on_axles(wheel(radius, 0.28, metal(rng)), 0.68, radius, [-0.72 * long, 0.62 * long])


def monster_truck(rng: np.random.Generator) -> Shape:
    """Return a pickup or van body high on giant wheels."""
    body, trim, pane = vivid(rng), pick(rng, [vivid(rng), BLACK, WHITE]), glass(rng)
    radius, half, base = rng.uniform(0.75, 1.05), rng.uniform(0.75, 0.95), rng.uniform(1.1, 1.4)
    long, belt = rng.uniform(1.9, 2.3), base + rng.uniform(0.55, 0.75)
    cover = pick(rng, [body, stripes([body, trim], "z", 0.5, 5), stripes([body, body, trim], "y", 0.22, 5)])
    shape = (
        box(2 * half, belt - base, 2 * long, rng.uniform(0.03, 0.14), cuts=8).paint(cover).move(0, (belt + base) / 2)
    )
    if chance(rng, 0.6):
        shape += cabin((-0.5, 0.9), (-0.35, 0.5), belt, belt + 0.62, 0.92 * half, (body, pane))
        shape += box(1.7 * half, 0.1, 1.1).paint(BLACK).move(0, belt, -0.35 * long - 0.5)
        bar = [
            (0.8 * half, belt, -0.75),
            (0.75 * half, belt + 0.65, -0.75),
            (-0.75 * half, belt + 0.65, -0.75),
            (-0.8 * half, belt, -0.75),
        ]
        shape += tube(bar, 0.06).paint(STEEL)
        shape += rod(0.1, 0.1, around=12).turn("x", 90).along(4, x=0.3).paint(LAMP).move(0, belt + 0.72, -0.7)
    else:
        shape += cabin((-0.95 * long, 0.8), (-0.9 * long, 0.4), belt, belt + 0.65, 0.94 * half, (trim, pane))
    shape += lamps(0.7 * half, belt - 0.25, long, 0.16, LAMP) + lamps(0.75 * half, belt - 0.22, -long, 0.12, RED_LAMP)
    shape += box(0.9 * half, 0.26, 0.08).paint(BLACK).move(0, belt - 0.25, long) + box(2 * half, 0.14, 0.2, 0.04).paint(
        STEEL
    ).move(0, base + 0.02, long)
    axles = (-0.68 * long, 0.68 * long)
    tread = box(0.62, 0.12, 0.2).move(0, radius).around(14, "x").paint(RUBBER)
    shape += on_axles(wheel(radius, 0.6, metal(rng)) + tread, half + 0.2, radius, axles)
    shape += box(0.35, 0.3, 1.6 * long).paint(BLACK).move(0, base - 0.15)
    link = rail((0.2, base, 0), (half, radius, 0), 0.09, around=8).paint(vivid(rng)) + rod(0.1, 2 * half).turn(
        "z", 90
    ).paint(STEEL).move(0, radius)
    return shape + join(link.both().move(0, 0, z) for z in axles)


FAMILIES = {
    "race_car": race_car,
    "kart": kart,
    "monster_truck": monster_truck,
}
