"""Blocky animals, vehicles and houses."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    LAMP,
    RED_LAMP,
    RUBBER,
    STEEL,
    WHITE,
    chance,
    checks,
    dark,
    fur,
    glass,
    grey,
    near,
    pick,
    shade,
    spots,
    stripes,
    vivid,
    wood,
)
from ...parts import box, extrude, rod
from ...shape import Colour, Shape, join

PINK: Colour = (0.93, 0.65, 0.66)


def block_bird(rng: np.random.Generator) -> Shape:
    """Return a blocky chicken, duck or penguin."""
    colour = pick(rng, [WHITE, (0.6, 0.35, 0.2), (0.95, 0.85, 0.3), BLACK])
    light, beak = (WHITE if colour == BLACK else colour), (0.95, 0.6, 0.1)
    shape = box(0.5, 0.5, 0.65, cuts=3).paint(colour).move(0, 0.55) + box(0.42, 0.36, 0.06).paint(light).move(
        0, 0.53, 0.32
    )
    head = (
        box(0.34, 0.45, 0.32).paint(colour)
        + box(0.2, 0.1, 0.18).paint(beak).move(0, 0, 0.22)
        + box(0.06, 0.08, 0.06).paint(WHITE if colour == BLACK else BLACK).move(0.13, 0.1, 0.15).both()
    )
    if chance(rng, 0.6):
        head += box(0.1, 0.14, 0.24).paint((0.85, 0.1, 0.1)).move(0, 0.28) + box(0.1, 0.14, 0.08).paint(
            (0.85, 0.1, 0.1)
        ).move(0, -0.12, 0.2)
    shape += head.move(0, 1.0, 0.3) + box(0.08, 0.34, 0.45).paint(shade(colour, 0.85)).move(0.28, 0.58, -0.02).both()
    legs = box(0.07, 0.3, 0.07).move(0.13, 0.16) + box(0.16, 0.06, 0.22).move(0.13, 0.03, 0.06)
    return shape + legs.both().paint(beak) + box(0.3, 0.25, 0.2).paint(shade(colour, 0.85)).move(0, 0.75, -0.36)


def animal_head(rng: np.random.Generator, colour: Colour, kind: str, h: float, edge: float) -> Shape:
    """Return a head with muzzle, eyes, ears and horns."""
    muzzle = {"pig": shade(PINK, 0.8), "cow": PINK, "bear": shade(colour, 1.4), "fox": WHITE}.get(
        kind, pick(rng, [shade(colour, 1.4), WHITE])
    )
    head = box(h, h, 0.9 * h, edge).paint((0.85, 0.7, 0.6) if kind == "sheep" else colour)
    head += (
        box(0.5 * h, 0.36 * h, (0.6 if kind in ("horse", "fox") else 0.3) * h, edge)
        .paint(muzzle)
        .move(0, -0.24 * h, 0.55 * h)
    )
    head += (
        box(0.16 * h, 0.12 * h, 0.08 * h)
        .paint(BLACK)
        .move(0, -0.13 * h, (0.87 if kind in ("horse", "fox") else 0.72) * h)
        + box(0.13 * h, 0.16 * h, 0.06 * h).paint(BLACK).move(0.28 * h, 0.14 * h, 0.45 * h).both()
    )
    ear = {
        "rabbit": (0.2, 1.0, 0.25, 0.9),
        "dog": (0.14, 0.5, 0.54, 0.1),
        "cow": (0.3, 0.18, 0.62, 0.3),
        "horse": (0.18, 0.35, 0.3, 0.6),
        "pig": (0.26, 0.2, 0.36, 0.52),
    }.get(kind, (0.28, 0.3, 0.34, 0.6))
    head += box(ear[0] * h, ear[1] * h, 0.14 * h).paint(shade(colour, 0.75)).move(ear[2] * h, ear[3] * h).both()
    if kind == "sheep":
        head += box(1.1 * h, 0.4 * h, 0.9 * h).paint(WHITE).move(0, 0.4 * h, -0.1 * h)
    if kind == "cow" and chance(rng, 0.7):
        head += box(0.14 * h, 0.34 * h, 0.14 * h).paint((0.9, 0.87, 0.78)).move(0.48 * h, 0.6 * h).both()
    return head


def block_animal(rng: np.random.Generator) -> Shape:
    """Return a four-legged animal or a bird made of boxes."""
    kinds = {
        "pig": (PINK, 0.34, 0.5, 0.44),
        "cow": (pick(rng, [WHITE, (0.35, 0.23, 0.15), BLACK]), 0.6, 0.5, 0.42),
        "sheep": (WHITE, 0.5, 0.52, 0.36),
        "dog": (fur(rng), 0.4, 0.36, 0.38),
        "cat": (pick(rng, [(0.9, 0.55, 0.2), grey(rng), BLACK]), 0.36, 0.3, 0.34),
        "bear": (pick(rng, [(0.4, 0.25, 0.14), WHITE]), 0.45, 0.62, 0.46),
        "rabbit": (fur(rng), 0.22, 0.36, 0.36),
        "horse": (near(rng, (0.5, 0.3, 0.16)), 0.75, 0.5, 0.36),
        "fox": ((0.88, 0.45, 0.12), 0.32, 0.34, 0.36),
    }
    kind = pick(rng, ["bird", *kinds])
    if kind == "bird":
        return block_bird(rng)
    colour, leg, wide, h = kinds[kind]
    stretch = np.exp(rng.normal(0, 0.1, 4).clip(-0.2, 0.2))
    leg, wide, h, long = leg * stretch[0], wide * stretch[1], h * stretch[2], stretch[3] * pick(rng, [0.8, 1.0, 1.15])
    edge, other = pick(rng, [0.0, 0.0, 0.04]), pick(rng, [WHITE, shade(colour, 0.5), BLACK])
    tall, limb = 0.95 * wide, rng.uniform(0.3, 0.42) * wide
    cover = spots(rng, colour, other, 0.3, 0.35) if kind == "cow" or chance(rng, 0.15) else colour
    shape = box(wide, tall, long, edge, cuts=6).paint(cover).move(0, leg + tall / 2)
    swing = rng.uniform(0, 25) * chance(rng, 0.5)
    for k, (x, z) in enumerate(((1, 1), (-1, 1), (1, -1), (-1, -1))):
        one = (
            box(limb, leg + 0.1, limb, edge)
            .paint(colour if kind != "sheep" else (0.8, 0.65, 0.55))
            .move(0, -leg / 2 + 0.05)
        )
        one += box(1.06 * limb, 0.22 * leg, 1.06 * limb, edge).paint(other).move(0, -0.89 * leg)
        shape += one.turn("x", swing * (1 if k in (0, 3) else -1)).move(
            x * (wide - limb) / 2, leg, z * (long - limb) / 2
        )
    head = animal_head(rng, colour, kind, h, edge)
    lift = 0.9 if kind == "horse" else rng.uniform(0.0, 0.35)
    if kind == "horse":
        shape += box(0.5 * wide, 0.75, 0.3, edge).paint(colour).turn("x", 30).move(0, leg + tall + 0.1, long / 2) + box(
            0.14, 0.8, 0.16
        ).paint(other).turn("x", 30).move(0, leg + tall + 0.2, long / 2 - 0.18)
    shape += head.turn("y", rng.uniform(-20, 20)).move(
        0, leg + tall * 0.75 + lift * h, long / 2 + (0.45 if kind == "horse" else 0.38) * h
    )
    thick, reach = (0.26, 0.6) if kind == "fox" else (0.13, 0.45)
    tilt = rng.uniform(-60, 50)
    tail = box(thick, thick, reach, edge).paint(colour).move(0, 0, -reach / 2 + 0.06) + box(
        1.05 * thick, 1.05 * thick, 0.3 * reach
    ).paint(other).move(0, 0, -0.9 * reach)
    return shape + (
        tail if kind not in ("rabbit", "bear", "sheep") else box(0.2, 0.2, 0.2).paint(shade(colour, 1.3))
    ).turn("x", tilt).move(0, leg + 0.75 * tall, -long / 2)


def block_wheels(rng: np.random.Generator, r: float, x: float, places: list[float]) -> Shape:
    """Return wheels of few sides, or square ones, at both sides."""
    hub, around = pick(rng, [STEEL, WHITE, vivid(rng), dark(rng)]), pick(rng, [6, 8, 10, 14])
    tyre = box(2 * r, 0.26, 2 * r).paint(RUBBER) if chance(rng, 0.15) else rod(r, 0.26, around=around).paint(RUBBER)
    one = (tyre + rod(0.5 * r, 0.3, around=around).paint(hub)).turn("z", 90)
    return join(one.move(x, r, z) for z in places).both()


def car_cabin(
    rng: np.random.Generator,
    shape: Shape,
    kind: str,
    long: float,
    wide: float,
    body: Colour,
    top: float,
    pane: Colour,
    low: float,
    tall: float,
    r: float,
) -> Shape:
    """Return a car body with its cabin, panes, and what its roof carries."""
    cabin, back = rng.uniform(0.34, 0.46), {"van": -0.12, "jeep": -0.1}.get(kind, rng.uniform(-0.12, 0.02))
    deep = {"van": 0.72, "jeep": 0.62}.get(kind, rng.uniform(0.42, 0.56)) * long
    slope = 0.0 if kind in ("jeep",) or chance(rng, 0.3) else rng.uniform(0.08, 0.22)
    outline = [(-deep / 2, 0), (deep / 2, 0), (deep / 2 - slope, cabin), (-deep / 2 + 0.6 * slope, cabin)]
    shape += extrude(outline, 0.9 * wide, plane="zy").paint(body).move(0, top - 0.01, back * long)
    glassy = np.array(outline) * [0.86, 0.7] + [0, 0.1 * cabin]
    shape += extrude(glassy, 0.93 * wide, plane="zy").paint(pane).move(0, top, back * long)
    front = np.array([(0, 0.12 * cabin), (0, 0.85 * cabin)])
    for s, z in ((1, deep / 2), (-1, -deep / 2)):
        lean = slope if s > 0 else 0.6 * slope
        slab = [
            (z - s * lean * front[0, 1] / cabin + s * 0.025, front[0, 1]),
            (z - s * lean * front[1, 1] / cabin + s * 0.025, front[1, 1]),
            (z - s * 0.2, front[1, 1]),
            (z - s * 0.2, front[0, 1]),
        ]
        shape += extrude(slab, 0.76 * wide, plane="zy").paint(pane).move(0, top, back * long)
    shape += box(0.06, cabin, 0.06).move(0.46 * wide, top + cabin / 2, back * long).both().paint(body)
    if kind == "taxi":
        shape += box(0.36, 0.13, 0.16).paint(LAMP).move(0, top + cabin + 0.06, back * long) + box(
            1.02 * wide, 0.09, 0.9 * long, cuts=16
        ).paint(checks([BLACK, WHITE], 0.075)).move(0, low + 0.6 * tall)
    elif chance(rng, 0.3):
        shape += (
            box(0.5 * wide, 0.1, 0.12).paint((0.2, 0.3, 0.9)).move(0, top + cabin + 0.04, back * long)
            if chance(rng, 0.5)
            else box(0.6 * wide, 0.12, 0.4 * deep).paint(wood(rng)).move(0, top + cabin + 0.05, back * long)
        )
    if kind == "jeep":
        shape += rod(0.8 * r, 0.16, around=10).turn("x", 90).paint(RUBBER).move(0, low + 0.8 * tall, -long / 2 - 0.07)
    return shape


def block_car(rng: np.random.Generator) -> Shape:
    """Return a blocky car, lorry, bus, or jeep, low-poly and chunky."""
    kind = pick(rng, ["car", "car", "taxi", "truck", "bus", "jeep", "van"])
    wide, long, r = (
        rng.uniform(0.9, 1.15),
        {"bus": 2.4, "truck": 2.2, "jeep": 1.5}.get(kind, 1.9) * rng.uniform(0.85, 1.15),
        rng.uniform(0.2, 0.32),
    )
    body, pane, low = (0.97, 0.78, 0.1) if kind == "taxi" else vivid(rng), glass(rng), 0.75 * r
    tall = rng.uniform(0.34, 0.46) * (1.9 if kind == "bus" else 1)
    shape = box(wide, tall, long, pick(rng, [0, 0.04, 0.07])).paint(body).move(0, low + tall / 2)
    top = low + tall
    if kind == "bus":
        windows = box(1.03 * wide, 0.36 * tall, 0.78 * long / 5).along(5, z=0.92 * long / 5)
        shape += windows.paint(pane).move(0, low + 0.68 * tall) + box(0.85 * wide, 0.4 * tall, 0.06).paint(pane).move(
            0, low + 0.66 * tall, long / 2
        )
        shape += box(0.9 * wide, 0.07, 0.92 * long).paint(shade(body, 1.4)).move(0, top)
    elif kind == "truck":
        shape += box(0.98 * wide, 0.55, 0.5, 0.03).paint(body).move(0, top + 0.25, 0.5 * long - 0.3) + box(
            0.84 * wide, 0.26, 0.54
        ).paint(pane).move(0, top + 0.28, 0.5 * long - 0.28)
        load = pick(rng, [WHITE, vivid(rng), wood(rng)])
        if chance(rng, 0.6):
            shape += (
                box(1.04 * wide, rng.uniform(0.6, 1.0), 0.66 * long)
                .paint(pick(rng, [load, stripes([load, shade(load, 0.8)], "z", 0.2)]))
                .move(0, top + 0.4, -0.16 * long)
            )
        else:
            shape += box(0.08, 0.36, 0.66 * long).move(wide / 2 - 0.04, top + 0.14, -0.16 * long).both().paint(
                load
            ) + join(
                box(0.3, 0.3, 0.3).turn("y", 20 * k).move(0.2 * (-1) ** k, top + 0.16, -0.4 + 0.28 * k)
                for k in range(3)
            ).paint(wood(rng))
    else:
        shape = car_cabin(rng, shape, kind, long, wide, body, top, pane, low, tall, r)
    lamp, size = pick(rng, [box(0.18, 0.14, 0.07), rod(0.09, 0.08, around=8).turn("x", 90)]), 0.36 * wide
    shape += (
        lamp.paint(LAMP).move(size, low + 0.25 + 0.02, long / 2).both()
        + box(0.16, 0.13, 0.07).paint(RED_LAMP).move(size, low + 0.25, -long / 2).both()
    )
    shape += box(1.04 * wide, 0.11, 0.1).paint(pick(rng, [dark(rng), STEEL])).move(0, low + 0.06, long / 2).both(
        "z"
    ) + box(0.35 * wide, 0.12, 0.06).paint(dark(rng)).move(0, low + 0.24, long / 2)
    places = [-0.3 * long, 0.3 * long] if kind != "truck" else [-0.36 * long, -0.36 * long + 2.1 * r, 0.3 * long]
    return shape + block_wheels(rng, r, wide / 2 - 0.06, places)


FAMILIES = {"block_animal": block_animal, "block_car": block_car}
