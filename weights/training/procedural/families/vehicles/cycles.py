"""Two-wheelers, carts and other open vehicles."""

from __future__ import annotations

import numpy as np

from ...curves import arc
from ...paint import BLACK, LAMP, RED_LAMP, RUBBER, STEEL, chance, dark, grey, metal, pick, shade, vivid, wood
from ...parts import ball, box, hull, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from .chassis import wheel


def spoked(radius: float, thick: float, spokes: int, rim: Colour, spoke: Colour) -> Shape:
    """Return a wheel with spokes, its axle along x."""
    bars = rail((0, 0, 0), (0, radius * 0.96, 0), 0.4 * thick, around=6).around(spokes, "x").paint(spoke)
    ring = torus(radius - thick, thick, 30, 8).turn("z", 90).paint(rim)
    return ring + bars + rod(1.7 * thick, 4 * thick, around=10).turn("z", 90).paint(STEEL)


def with_handlebar(rng: np.random.Generator, shape: Shape, head: np.ndarray, thick: float) -> Shape:
    """Return the bicycle with its stem and a racing or town handlebar."""
    stem, wide = head + np.array([0, 0.16, -0.03]), rng.uniform(0.22, 0.3)
    shape += rail(head, stem, thick * 0.9).paint(STEEL)
    if chance(rng, 0.4):
        bar = tube(
            [
                stem,
                stem + np.array([wide * 0.8, 0, 0.02]),
                stem + np.array([wide * 0.9, 0, 0.14]),
                stem + np.array([wide * 0.9, -0.1, 0.17]),
                stem + np.array([wide * 0.9, -0.16, 0.07]),
            ],
            0.02,
            along=14,
        )
    else:
        bar = tube(
            [stem, stem + np.array([0.6 * wide, 0.05, 0.03]), stem + np.array([wide, 0.05, -0.1])], 0.02, along=8
        )
    shape += bar.both().paint(BLACK)
    return shape


def bicycle(rng: np.random.Generator) -> Shape:
    """Return a frame of tubes; racing, town or children's bicycle."""
    r, base = rng.uniform(0.3, 0.36), rng.uniform(0.95, 1.1)
    colour, thick = vivid(rng), rng.uniform(0.022, 0.03)
    back, front = np.array([0, r, -base / 2]), np.array([0, r, base / 2])
    saddle, pedal, head = (
        np.array([0, r + 0.46, -0.26 * base]),
        np.array([0, r - 0.04, -0.08 * base]),
        np.array([0, r + 0.44, 0.32 * base]),
    )
    shape = spoked(r, thick, int(rng.integers(8, 13)), RUBBER, STEEL).move(*back) + spoked(
        r, thick, 9, RUBBER, STEEL
    ).move(*front)
    tubes = [
        rail(pedal, saddle, thick),
        rail(pedal, head - np.array([0, 0.1, 0]), thick * 1.15),
        rail(back, pedal, thick),
        rail(back, saddle - np.array([0, 0.05, 0]), thick),
    ]
    if chance(rng, 0.6):
        tubes.append(rail(saddle - np.array([0, 0.05, 0]), head, thick))
    else:
        tubes.append(
            tube([saddle - np.array([0, 0.24, -0.05]), [0, r + 0.12, 0], head - np.array([0, 0.03, 0])], thick, along=7)
        )
    fork = tube([head + np.array([0, 0.05, -0.02]), head - np.array([0, 0.12, -0.04]), front], thick, along=7)
    shape += (join(tubes) + fork).paint(colour)
    post = saddle + np.array([0, 0.1, -0.02])
    shape += rail(saddle, post, thick * 0.9).paint(STEEL) + ball(0.085, 0.035, 0.14, detail=12).paint(dark(rng)).move(
        *(post + np.array([0, 0.03, 0.01]))
    )
    shape = with_handlebar(rng, shape, head, thick)
    shape += (
        (
            rod(0.09, 0.03, around=16).turn("z", 90).move(0.05, 0, 0)
            + rail((0.06, 0, 0), (0.06, -0.15, 0.06), 0.018)
            + box(0.1, 0.03, 0.08).move(0.12, -0.16, 0.06)
        )
        .paint(STEEL)
        .move(*pedal)
    )
    shape += (
        (rail((-0.06, 0, 0), (-0.06, 0.15, -0.06), 0.018) + box(0.1, 0.03, 0.08).move(-0.12, 0.16, -0.06))
        .paint(STEEL)
        .move(*pedal)
    )
    extra = rng.random()
    if extra < 0.35:
        basket = box(0.34, 0.22, 0.26, 0.03).paint((0.66, 0.46, 0.26))
        shape += basket.move(*(head + np.array([0, 0.06, 0.22])))
    elif extra < 0.7:
        guard = tube(
            [(0, r + (r + 0.05) * y, z * (r + 0.05)) for z, y in arc(1, 20, 170, 10)],
            np.array([[0.035, 0.016]] * 10),
            8,
        )
        shape += guard.paint(colour).move(*(back * [0, 0, 1])) + guard.paint(colour).move(*(front * [0, 0, 1]))
    return shape


def with_front(
    rng: np.random.Generator,
    shape: Shape,
    r: float,
    base: float,
    front: np.ndarray,
    back: np.ndarray,
    chopper: bool,
    colour: Colour,
) -> Shape:
    """Return the motorcycle with its fork, handlebar, lamp and fairing."""
    head = np.array([0, r + 0.62, base * 0.28])
    shape += rail(head + np.array([0.09, 0, 0]), front + np.array([0.11, 0, 0]), 0.035).both().paint(STEEL) + rail(
        back + np.array([0.1, 0, 0]), (0.1, r, 0.1), 0.035
    ).both().paint(STEEL)
    shape += rail((0, r + 0.1, 0.1), head, 0.05).paint(BLACK) + rail(
        back + np.array([0.08, 0, 0]), (0.08, r + 0.4, -0.4), 0.03
    ).both().paint(BLACK)
    rise = 0.32 if chopper else 0.1
    shape += (
        tube([head, head + np.array([0.15, rise, 0.0]), head + np.array([0.36, rise + 0.02, -0.16])], 0.028, along=7)
        .both()
        .paint(BLACK)
    )
    shape += ball(0.12, detail=12).paint(STEEL).move(*(head + np.array([0, 0.02, 0.14]))) + ball(0.1, detail=10).paint(
        LAMP
    ).move(*(head + np.array([0, 0.02, 0.19])))
    if not chopper and chance(rng, 0.6):
        fairing = hull([(-0.1, 0.22, -0.35, 0.2), (0.1, 0.2, -0.25, 0.14), (0.28, 0.06, -0.12, 0.02)], 16, 9)
        shape += fairing.paint(colour).move(*head) + ball(0.14, 0.16, 0.05, detail=10).turn("x", -40).paint(
            (0.3, 0.35, 0.4)
        ).move(*(head + np.array([0, 0.24, 0.06])))
    return shape


def motorcycle(rng: np.random.Generator) -> Shape:
    """Tank, engine, seat, fat wheels, exhausts; sports, touring or chopper."""
    r, base, colour = rng.uniform(0.3, 0.34), rng.uniform(1.35, 1.65), vivid(rng)
    chopper = chance(rng, 0.3)
    back, front = np.array([0, r, -base / 2]), np.array([0, r, base / 2 + 0.2 * chopper])
    tyre = (
        torus(r - 0.075, 0.075, 26, 10).turn("z", 90).paint(RUBBER)
        + rod(0.1, 0.16, around=12).turn("z", 90).paint(STEEL)
        + rail((0, 0, 0), (0, r - 0.06, 0), 0.022, around=6).around(6, "x").paint(metal(rng))
    )
    shape = tyre.move(*back) + tyre.move(*front)
    shape += (
        (
            box(0.3, 0.3, 0.36, 0.05)
            + rod(0.11, 0.34).turn("x", -25).move(0, 0.14, 0.12)
            + rod(0.11, 0.34).turn("x", 25).move(0, 0.14, -0.12)
        )
        .paint(grey(rng, 0.3, 0.6))
        .move(0, r + 0.05, 0)
    )
    tank = hull(
        [(-0.3, 0.06, -0.05, 0.05), (-0.1, 0.13, -0.1, 0.1), (0.15, 0.16, -0.12, 0.15), (0.34, 0.08, -0.08, 0.08)],
        16,
        12,
    )
    shape += tank.paint(colour).move(0, r + 0.5, 0.12)
    seat = hull(
        [(-0.42, 0.1, 0.02, 0.14), (-0.2, 0.15, -0.05, 0.08), (0.15, 0.13, -0.05, 0.05), (0.3, 0.08, -0.02, 0.05)],
        14,
        10,
    ).paint(BLACK)
    shape += (
        seat.move(0, r + 0.44, -0.36)
        + box(0.18, 0.16, 0.5, 0.06).paint(colour).move(0, r + 0.36, -0.45)
        + lamp_bar(0.0, r + 0.4, -0.74, RED_LAMP)
    )
    shape = with_front(rng, shape, r, base, front, back, chopper, colour)
    pipe = tube(
        [(0.16, r + 0.1, 0.2), (0.2, r - 0.12, 0.15), (0.21, r - 0.12, -0.2), (0.2, r - 0.05, -0.75)],
        [0.04, 0.045, 0.06, 0.075],
        10,
        along=12,
    )
    shape += pipe.both().paint(STEEL) if chance(rng, 0.5) else pipe.paint(STEEL)
    for wheel_at, span in ((front, (30, 150)), (back, (20, 130))):
        guard = tube([(0, (r + 0.04) * y, z * (r + 0.04)) for z, y in arc(1, *span, 9)], np.array([[0.1, 0.02]] * 9), 8)
        shape += guard.paint(colour).move(*wheel_at)
    return shape


def lamp_bar(x: float, y: float, z: float, colour: Colour) -> Shape:
    return box(0.16, 0.08, 0.06, 0.02).paint(colour).move(x, y, z)


def scooter(rng: np.random.Generator) -> Shape:
    """Return a motor scooter: leg shield, flat floor, round tail."""
    colour, r = pick(rng, [vivid(rng), (0.6, 0.85, 0.75)]), 0.22
    tyre = torus(r - 0.06, 0.06, 22, 10).turn("z", 90).paint(RUBBER) + rod(r - 0.07, 0.07, around=16).turn(
        "z", 90
    ).paint(STEEL)
    shape = tyre.move(0, r, 0.62) + tyre.move(0, r, -0.55)
    tail = hull(
        [
            (-0.95, 0.04, 0.42, 0.5),
            (-0.75, 0.19, 0.24, 0.6),
            (-0.45, 0.24, 0.2, 0.66),
            (-0.15, 0.16, 0.2, 0.58),
            (-0.05, 0.08, 0.22, 0.4),
        ],
        18,
        16,
    )
    shape += tail.paint(colour) + box(0.36, 0.07, 0.55, 0.03).paint(pick(rng, [dark(rng), colour])).move(0, 0.23, 0.12)
    shield = tube(
        [(0, 0.22, 0.36), (0, 0.4, 0.44), (0, 0.75, 0.42), (0, 0.9, 0.38)],
        np.array([[0.2, 0.035], [0.25, 0.03], [0.22, 0.03], [0.1, 0.03]]),
        16,
        along=9,
    )
    shape += shield.paint(colour) + hull(
        [(0.42, 0.07, 0.3, 0.5), (0.62, 0.11, 0.38, 0.5), (0.86, 0.05, 0.3, 0.36)], 14, 8
    ).paint(colour)
    shape += (
        rail((0, r, 0.62), (0, 0.95, 0.4), 0.04).paint(STEEL)
        + ball(0.09, 0.09, 0.08, detail=12).paint(colour).move(0, 0.98, 0.42)
        + ball(0.07, 0.07, 0.04, detail=10).paint(LAMP).move(0, 0.98, 0.5)
    )
    shape += tube([(0, 0.97, 0.38), (0.16, 1.0, 0.37), (0.3, 1.0, 0.28)], 0.025, along=6).both().paint(BLACK)
    shape += hull([(-0.8, 0.1, 0.62, 0.7), (-0.45, 0.16, 0.62, 0.74), (-0.05, 0.1, 0.58, 0.66)], 14, 9).paint(
        pick(rng, [BLACK, wood(rng)])
    )
    shape += box(0.14, 0.07, 0.05, 0.02).paint(RED_LAMP).move(0, 0.52, -0.93)
    if chance(rng, 0.5):
        shape += (
            tube([(0.1, 1.0, 0.36), (0.2, 1.12, 0.34), (0.26, 1.16, 0.34)], 0.014).both().paint(STEEL)
            + rod(0.06, 0.03, around=14).turn("x", 90).paint(STEEL).move(0.28, 1.18, 0.34).both()
        )
    if chance(rng, 0.35):
        shape += box(0.34, 0.28, 0.3, 0.05).paint(vivid(rng)).move(0, 0.86, -0.78)
    return shape


def cart(rng: np.random.Generator) -> Shape:
    """Return a wheelbarrow or a wooden cart with shafts."""
    colour, timber = vivid(rng), wood(rng)
    if chance(rng, 0.5):
        tray = hull([(0, 0.22, -0.3, 0.3, 6), (0.28, 0.34, -0.4, 0.5, 6)], 24, axis="y").paint(colour)
        hollow = ball(0.28, 0.06, 0.36, 4).paint(pick(rng, [(0.4, 0.28, 0.18), shade(colour, 0.6)])).move(0, 0.27, 0.05)
        shape = (tray + hollow).move(0, 0.34, 0) + wheel(0.2, 0.12, STEEL).move(0, 0.2, 0.6)
        handle = tube([(0.05, 0.2, 0.6), (0.2, 0.35, 0.3), (0.26, 0.42, -0.3), (0.28, 0.6, -0.85)], 0.03, along=10)
        leg = tube([(0.24, 0.4, -0.15), (0.24, 0.02, -0.25), (0.24, 0.02, -0.35), (0.25, 0.42, -0.4)], 0.022)
        return (
            shape
            + (handle + leg).both().paint(pick(rng, [timber, STEEL, BLACK]))
            + rail((0.27, 0.57, -0.78), (0.28, 0.6, -0.9), 0.04).both().paint(BLACK)
        )
    r, long = rng.uniform(0.36, 0.5), rng.uniform(1.2, 1.7)
    shape = (
        box(0.9, 0.07, long).move(0, r + 0.05)
        + box(0.05, 0.3, long).move(0.44, r + 0.22).both()
        + box(0.9, 0.3, 0.05).move(0, r + 0.22, long / 2 - 0.03).both("z")
    )
    shape = (
        shape.paint(timber)
        + spoked(r, 0.04, 8, shade(timber, 0.5), timber).move(0.55, r, -0.05).both()
        + rod(0.04, 1.1).turn("z", 90).paint(BLACK).move(0, r, -0.05)
    )
    shape += rail((0.36, r + 0.02, long / 2), (0.34, r - 0.05, long / 2 + 0.95), 0.035).both().paint(timber)
    load = pick(rng, ["none", "hay", "barrels"])
    if load == "hay":
        shape += ball(0.45, 0.42, 0.48 * long, 2.6).paint((0.85, 0.7, 0.35)).move(0, r + 0.35)
    elif load == "barrels":
        shape += rod(0.2, 0.5, around=16, round_by=0.08).paint(wood(rng)).along(3, z=0.42).move(0, r + 0.33)
    return shape


FAMILIES = {"bicycle": bicycle, "motorcycle": motorcycle, "scooter": scooter, "cart": cart}
