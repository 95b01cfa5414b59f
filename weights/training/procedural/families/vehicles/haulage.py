"""Tankers, trailers, caravans and mobile cranes."""

from __future__ import annotations

import numpy as np

from ...curves import arc
from ...paint import (
    BLACK,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    dark,
    glass,
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
from ...shape import Shape, join
from .chassis import lamps, sides, wheel
from .service import ladder_of, lorry_front
from .sports import on_axles


def tanker(rng: np.random.Generator) -> Shape:
    """Return a fuel lorry: an oval tank with bands, manholes and a catwalk."""
    cab, skin_of = vivid(rng), pick(rng, [STEEL, WHITE, vivid(rng), vivid(rng)])
    half, roof, long = rng.uniform(0.95, 1.05), rng.uniform(2.1, 2.5), rng.uniform(3.2, 5.5)
    shape = lorry_front(rng, half, roof, rng.uniform(1.3, 1.7), cab)
    high, middle, start = rng.uniform(0.6, 0.85), 1.6, -0.25
    ends = [
        (-long, 0.5 * half, middle - 0.5 * high, middle + 0.5 * high, 2.4),
        (-long + 0.12, half, middle - high, middle + high, 2.4),
    ]
    ends += [(start - 0.12 - long * k, half, middle - high, middle + high, 2.4) for k in (0.75, 0.5, 0.25, 0)]
    tank = hull([*ends, (start, 0.5 * half, middle - 0.5 * high, middle + 0.5 * high, 2.4)], 24).finer()
    trim = pick(rng, [vivid(rng), shade(skin_of, 0.7)])
    shape += tank.paint(pick(rng, [skin_of, stripes([skin_of, trim], "y", 0.5, 0.15 + 4)]))
    band = hull(
        [
            (0, 1.03 * half, middle - 1.03 * high, middle + 1.03 * high, 2.4),
            (0.14, 1.03 * half, middle - 1.03 * high, middle + 1.03 * high, 2.4),
        ],
        24,
    )
    shape += band.paint(shade(skin_of, 0.75)).along(3, z=0.33 * long).move(0, 0, -long / 2 - 0.1)
    shape += rod(0.25, 0.2, around=14).paint(STEEL).along(3, z=0.28 * long).move(0, middle + high + 0.03, -long / 2)
    plate = sides(box(0.06, 0.5, 0.9).paint(pick(rng, [WHITE, vivid(rng)])).move(0, middle, -long / 2), half - 0.02)
    shape += plate + box(0.8, 0.25, long + 1).paint(BLACK).move(0, 0.72, -long / 2 + 0.3)
    shape += ladder_of(1.4, 0.2, 0.05, STEEL).turn("x", -90).move(0, 0.9, -long - 0.1) + lamps(
        0.7 * half, 0.7, -long, 0.1, RED_LAMP
    )
    axles = [0.7, -0.2 * long] if long < 4 else [0.7, -0.8]
    return shape + on_axles(wheel(0.46, 0.32, metal(rng)), half - 0.12, 0.46, [*axles, -long + 1.5, -long + 0.55])


def trailer(rng: np.random.Generator) -> Shape:
    """Return a trailer with a drawbar: low box, covered, with slatted sides, or with a boat."""
    body, half, long, floor = (
        pick(rng, [STEEL, vivid(rng), wood(rng)]),
        rng.uniform(0.6, 0.8),
        rng.uniform(0.9, 1.5),
        0.55,
    )
    kind = pick(rng, ["box", "cover", "slats", "load"])
    shape = box(2 * half, 0.12, 2 * long, 0.03).paint(shade(body, 0.7)).move(0, floor)
    wall = rng.uniform(0.3, 0.6)
    if kind == "slats":
        shape += sides(box(0.08, 0.12, 2 * long).along(3, y=0.24).paint(body).move(0, floor + 0.35), half)
        shape += box(2 * half, 0.12, 0.08).along(3, y=0.24).paint(body).move(0, floor + 0.35, long).both("z")
        shape += box(0.1, 0.75, 0.1).along(4, z=0.64 * long).paint(shade(body, 0.8)).move(half, floor + 0.35).both()
    else:
        shape += sides(box(0.09, wall, 2 * long).paint(body).move(0, floor + wall / 2), half)
        shape += box(2 * half, wall, 0.09).paint(body).move(0, floor + wall / 2, long).both("z")
    if kind == "cover":
        high = rng.uniform(0.6, 1.1)
        cover = extrude(
            [(-half, 0), (half, 0), (half, 0.8 * high), (0.8 * half, high), (-0.8 * half, high), (-half, 0.8 * high)],
            2.04 * long,
            0.03,
        )
        shape += cover.paint(pick(rng, [vivid(rng), muted(rng), WHITE])).move(0, floor + wall)
    elif kind == "load":
        for _ in range(4):
            size = rng.uniform(0.4, 0.7, 3)
            place = rng.uniform(-0.45, 0.45, 2) * (half, 1.2 * long)
            shape += (
                box(*size, round_by=0.02)
                .paint(pick(rng, [wood(rng), vivid(rng), muted(rng)]))
                .move(place[0], floor + size[1] / 2, place[1])
            )
    bar = rail((0.8 * half, floor - 0.03, long), (0, floor - 0.1, long + 0.9), 0.06).both()
    shape += (bar + rail((0, floor - 0.1, long), (0, floor - 0.1, long + 1.0), 0.07)).paint(STEEL) + ball(
        0.1, detail=10
    ).paint(BLACK).move(0, floor - 0.1, long + 1.0)
    shape += rod(0.05, 0.45).paint(STEEL).move(0.1, floor - 0.25, long + 0.6) + lamps(
        0.8 * half, floor, -long, 0.1, RED_LAMP
    )
    axles = [0.35, -0.4] if long > 1.25 else [0.0]
    fender = tube(
        np.array([(0, *p) for p in arc(0.42, 0, 180, 9)])[:, [0, 2, 1]], np.array([[0.14, 0.04]] * 9), 6
    ).paint(BLACK)
    return shape + on_axles(wheel(0.34, 0.22, metal(rng)) + fender.move(0, 0.02), half + 0.16, 0.34, axles)


def _caravan_modern(high: float, long: float, low: float) -> list:
    """Return the caravan with its modern parts."""
    outline = [
        (-long, low),
        (long, low),
        (1.04 * long, 0.95),
        (0.75 * long, low + high),
        (-0.9 * long, low + high),
        (-1.02 * long, 1.0),
    ]
    return outline


def caravan(rng: np.random.Generator) -> Shape:
    """Return a camping trailer: modern, a teardrop or rounded like a loaf of bread."""
    body, trim, pane = (
        pick(rng, [WHITE, pastel(rng), STEEL, vivid(rng)]),
        pick(rng, [vivid(rng), pastel(rng), wood(rng)]),
        glass(rng),
    )
    long, half, high, low = rng.uniform(1.5, 2.2), rng.uniform(0.8, 1.0), rng.uniform(1.7, 2.0), 0.45
    kind = pick(rng, ["modern", "loaf", "teardrop"])
    if kind == "modern":
        outline = _caravan_modern(high, long, low)
    elif kind == "loaf":
        top = arc(1.0, 5, 175, 15) * [long, 0.62 * high] + [0, low + 0.38 * high]
        outline = [(-0.75 * long, low), (0.75 * long, low), *top]
    else:
        high = 0.85 * high
        outline = [
            (-long, low),
            (0.8 * long, low),
            (long, low + 0.35 * high),
            (0.75 * long, low + 0.85 * high),
            (0.35 * long, low + high),
            (-0.2 * long, low + 0.92 * high),
            (-0.8 * long, low + 0.45 * high),
        ]
    shape = extrude(outline, 2 * half, 0.1, plane="zy").paint(body)
    foot = 0.72 * long if kind == "loaf" else 0.95 * long
    shape += box(2 * half + 0.06, 0.35 * high, 1.9 * foot, 0.04).paint(trim).move(0, low + 0.2 * high, 0)
    z = -0.35 * long if kind == "teardrop" else -0.4 * long
    frame = box(0.08, 0.42, 0.62, 0.03).paint(trim) + box(0.12, 0.32, 0.5, 0.02).paint(pane)
    shape += frame.move(half, low + 0.6 * high, 0.4 * long).both() + frame.move(-half, low + 0.6 * high, z)
    shape += (
        box(0.08, 1.2 if kind != "teardrop" else 0.9, 0.56, 0.02).paint(shade(body, 0.85))
        + box(0.12, 0.3, 0.32).paint(pane).move(0, 0.3)
    ).move(half, low + 0.42 * high, z)
    if kind == "modern":
        shape += box(1.3 * half, 0.55, 0.1).turn("x", -15).paint(pane).move(0, low + 0.68 * high, 0.89 * long)
    if chance(rng, 0.4):
        awning = (
            box(0.9, 0.06, 1.6, cuts=8)
            .paint(stripes([trim, WHITE], "z", 0.2, 4))
            .turn("z", -14)
            .move(half + 0.42, low + 0.86 * high)
        )
        shape += awning + (rail((half + 0.82, 0, 0.75), (half + 0.82, low + 0.8 * high, 0.75), 0.035).both("z")).paint(
            STEEL
        )
    bar = rail((0.5 * half, low + 0.05, 0.9 * long), (0, low, long + 0.8), 0.06).both() + rod(0.05, low + 0.1).move(
        0, 0.25, long + 0.65
    )
    shape += bar.paint(STEEL) + lamps(0.7 * half, low + 0.2, -0.95 * foot, 0.1, RED_LAMP)
    arch = rod(0.4, 0.12, around=18).turn("z", 90).paint(dark(rng))
    return (
        shape + on_axles(arch, half - 0.04, 0.38, [0]) + on_axles(wheel(0.33, 0.22, metal(rng)), half - 0.05, 0.33, [0])
    )


def crane_truck(rng: np.random.Generator) -> Shape:
    """Return a mobile crane with a lattice or telescopic boom and a hook."""
    body, half = pick(rng, [(0.95, 0.72, 0.1), vivid(rng), (0.95, 0.4, 0.08)]), rng.uniform(0.85, 1.0)
    long, rise = rng.uniform(3.0, 3.8), rng.uniform(18, 55)
    shape = lorry_front(rng, half, rng.uniform(1.6, 2.0), 1.2, body) + box(1.9 * half, 0.4, long, 0.04).paint(
        dark(rng)
    ).move(0, 0.7, -long / 2)
    house = box(1.4 * half, 0.8, 1.5, 0.06).paint(body).move(0.1, 0.5, -0.3) + box(0.55, 0.85, 0.8, 0.05).paint(
        glass(rng)
    ).move(-0.75 * half, 0.5, 0.4)
    house += box(0.6, 0.08, 0.85).paint(body).move(-0.75 * half, 0.95, 0.4) + box(1.5 * half, 0.6, 0.4, 0.08).paint(
        shade(body, 0.5)
    ).move(0, 0.45, -1.1)
    reach = rng.uniform(3.6, 5.0)
    if chance(rng, 0.5):
        boom = join(
            box(0.42 - 0.1 * k, 0.48 - 0.1 * k, reach / 3 + 0.2).move(0, 0, reach * (k + 0.5) / 3) for k in range(3)
        ).paint(body)
    else:
        chords = rail((0.2, 0.2, 0), (0.12, 0.12, reach), 0.06, around=6)
        chords = chords.both("x").both("y")
        step = reach / 7
        web = [
            rail(
                (0.2 - 0.01 * k, (-1) ** k * 0.18, step * k),
                (0.2 - 0.01 * k, -((-1) ** k) * 0.18, step * (k + 1)),
                0.045,
                around=5,
            )
            for k in range(7)
        ]
        webs = [w.turn("z", 90) for w in web]
        boom = (chords + join(web).both() + join(webs).both("y")).paint(pick(rng, [body, vivid(rng)]))
    boom = boom.turn("x", -rise).move(0, 0.75, -0.3)
    tip = np.array([0, 0.75 + reach * np.sin(np.radians(rise)), -0.3 + reach * np.cos(np.radians(rise))])
    drop = tip[1] * rng.uniform(0.25, 0.6)
    hook = rail(tip, tip - [0, drop, 0], 0.06) + rod(0.16, 0.3, around=10).move(tip[0], tip[1] - drop, tip[2])
    crook = tube([(0, -0.1, 0), (0, -0.3, 0), (0.14, -0.42, 0), (0.22, -0.28, 0)], 0.07, along=8).move(
        *(tip - [0, drop, 0])
    )
    house += (
        boom
        + (hook + crook).paint(BLACK)
        + rail((0, 0.5, 0.5), (0, 0.75 + 0.3 * tip[1], 0.35 * tip[2]), 0.1).paint(STEEL)
    )
    shape += rod(0.55, 0.2, around=18).paint(BLACK).move(0, 0.95, -0.6 * long) + house.move(0, 1.0, -0.6 * long)
    return shape + on_axles(wheel(0.44, 0.3, metal(rng)), half - 0.1, 0.44, [0.6, -0.5 * long, -0.85 * long])


FAMILIES = {
    "tanker": tanker,
    "trailer": trailer,
    "caravan": caravan,
    "crane_truck": crane_truck,
}
