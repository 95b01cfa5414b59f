"""Musical instruments."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, STEEL, WHITE, chance, pick, shade, vivid, wood
from ...parts import ball, box, extrude, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join


def waist(long: float, upper: float, lower: float, middle: float) -> np.ndarray:
    """Outline [N,2] of a guitar or violin body, its lower bout at the bottom."""
    right = smooth(
        [
            (0, 0),
            (0.75 * lower, 0.05 * long),
            (lower, 0.25 * long),
            (middle, 0.58 * long),
            (upper, 0.8 * long),
            (0.6 * upper, 0.97 * long),
            (0, long),
        ],
        26,
    )
    return np.concatenate([right[:-1], right[::-1][:-1] * [-1, 1]])


def guitar_body(
    rng: np.random.Generator,
    electric: bool,
    deep: float,
    body: Colour,
    long: float,
    upper: float,
    lower: float,
    dark_wood: Colour,
) -> tuple[Shape, float]:
    """Return a body standing on y = 0 and the height where its neck begins."""
    if electric and chance(rng, 0.5):
        outline = smooth(
            [
                (0, 0),
                (0.3, 0.03),
                (0.36, 0.25),
                (0.22, 0.5),
                (0.34, 0.72),
                (0.3, 0.95),
                (0.18, 0.75),
                (0.06, 0.72),
                (-0.06, 0.72),
                (-0.17, 0.8),
                (-0.32, 1.08),
                (-0.33, 0.75),
                (-0.21, 0.5),
                (-0.36, 0.25),
                (-0.3, 0.03),
            ],
            46,
            closed=True,
        )
        shape = extrude(outline, deep, 0.02).paint(body) + extrude(outline * 0.62 + [0, 0.17], 0.03).paint(
            pick(rng, [WHITE, BLACK])
        ).move(0, 0, deep / 2)
        long = 0.75
    else:
        outline = waist(long, upper, lower, 0.19)
        shape = extrude(outline, deep, 0.02).paint(body) + extrude(outline * 0.97 + [0, 0.014 * long], 0.02).paint(
            shade(body, pick(rng, [1.5, 1.2]))
        ).move(0, 0, deep / 2)
        if not electric:
            shape += rod(0.115, 0.03, around=24).turn("x", 90).paint(BLACK).move(0, 0.62 * long, deep / 2) + torus(
                0.125, 0.02, 24, 6
            ).turn("x", 90).paint(dark_wood).move(0, 0.62 * long, deep / 2 + 0.005)
    return shape, long


def guitar(rng: np.random.Generator) -> Shape:
    """Acoustic or electric guitar, or a ukulele, upright."""
    electric = chance(rng, 0.45)
    body = vivid(rng) if electric else pick(rng, [wood(rng), wood(rng), vivid(rng)])
    long, neck = rng.uniform(0.85, 1.0), rng.uniform(0.85, 1.1) * (1 if not chance(rng, 0.2) else 0.75)
    upper, lower = rng.uniform(0.24, 0.29), rng.uniform(0.34, 0.4)
    dark_wood = shade(wood(rng), 0.5)
    deep = 0.09 if electric else rng.uniform(0.18, 0.24)
    shape, long = guitar_body(rng, electric, deep, body, long, upper, lower, dark_wood)
    z = deep / 2 + 0.015
    if electric:
        shape += box(0.18, 0.05, 0.035, 0.01).paint(BLACK).along(2, y=0.17).move(0, 0.45 * long, z) + rod(
            0.03, 0.04, around=12
        ).turn("x", 90).paint(STEEL).along(2, y=0.12).move(0.2, 0.2, z)
    shape += (
        box(0.24 if not electric else 0.16, 0.045, 0.04, 0.01)
        .paint(dark_wood if not electric else STEEL)
        .move(0, 0.25 * long, z)
    )
    top = long + neck
    shape += box(0.1, neck + 0.3, 0.06, 0.02).paint(dark_wood).move(0, long + neck / 2 - 0.15, z - 0.02) + box(
        0.1, 0.012, 0.02
    ).paint(STEEL).along(int(rng.integers(7, 12)), y=0.085 * neck).move(0, long + 0.5 * neck, z + 0.008)
    shape += box(0.035, top - 0.2 * long, 0.012).paint(STEEL).move(0, (top + 0.25 * long) / 2, z + 0.03)
    head = (
        extrude([(-0.06, 0), (0.06, 0), (0.1, 0.06), (0.09, 0.28), (-0.09, 0.28), (-0.1, 0.06)], 0.06, 0.01)
        .turn("x", -10)
        .paint(pick(rng, [body, dark_wood]))
    )
    pegs = (
        (rail((0.08, 0, 0), (0.15, 0, 0), 0.016) + ball(0.03, 0.02, 0.03, detail=8).move(0.16))
        .both()
        .along(3, y=0.075)
        .paint(STEEL)
    )
    return shape + head.move(0, top, z - 0.02) + pegs.move(0, top + 0.15, z - 0.04)


def violin(rng: np.random.Generator) -> Shape:
    """Violin or cello, upright, with its bow beside it now and then."""
    body, black = near_brown(rng), BLACK
    outline = waist(1.0, 0.22, 0.28, 0.15)
    deep = rng.uniform(0.12, 0.2)
    shape = extrude(outline, deep, 0.03).paint(body) + extrude(outline * 1.04 - [0, 0.02], 0.035, 0.01).paint(
        shade(body, 1.25)
    ).move(0, 0, deep / 2)
    z = deep / 2 + 0.03
    shape += box(0.085, 0.75, 0.05, 0.015).paint(black).move(0, 0.98, z + 0.03) + box(0.075, 0.6, 0.07, 0.02).paint(
        body
    ).move(0, 1.2, z - 0.02)
    hole = tube([(0.1, 0.62, z), (0.14, 0.55, z), (0.12, 0.42, z), (0.17, 0.36, z)], 0.018, 6, along=10)
    shape += (
        hole.both().paint(black)
        + extrude([(-0.03, 0), (0.03, 0), (0.06, 0.32), (-0.06, 0.32)], 0.04).paint(black).move(0, 0.05, z + 0.02)
        + box(0.16, 0.03, 0.1, 0.01).paint(shade(body, 1.5)).move(0, 0.46, z + 0.03)
    )
    angle = np.linspace(0, 8, 16)
    scroll = np.stack(
        [
            0 * angle,
            1.53 + 0.055 * np.cos(angle) * (1 - angle / 10),
            z - 0.03 - 0.055 * np.sin(angle) * (1 - angle / 10),
        ],
        1,
    )
    shape += (
        tube(scroll, 0.03).paint(body)
        + (
            rail((0.02, 1.48, z - 0.02), (0.12, 1.48, z - 0.02), 0.018)
            + ball(0.03, detail=8).move(0.13, 1.48, z - 0.02)
        )
        .paint(black)
        .both()
        + box(0.02, 1.3, 0.012).paint(STEEL).move(0, 0.85, z + 0.085)
    )
    if chance(rng, 0.5):
        shape += rail((0, 0.02, 0), (0, -0.25, 0), 0.025, 0.012).paint(STEEL)
    if chance(rng, 0.4):
        bow = (
            rail((0, 0, 0), (0, 1.4, 0.05), 0.018).paint(wood(rng))
            + rail((0, 0.05, 0.08), (0, 1.38, 0.08), 0.012).paint(WHITE)
            + box(0.03, 0.12, 0.1).paint(black).move(0, 0.06, 0.04)
        )
        shape += bow.turn("z", -8).move(0.36, 0.1)
    return shape


def near_brown(rng: np.random.Generator) -> Colour:
    return shade((0.55, 0.25, 0.1), rng.uniform(0.7, 1.5))


def drum(rng: np.random.Generator) -> Shape:
    """Return a snare with sticks, a bongo pair, or a small kit."""
    colour, skin, rim = vivid(rng), (0.95, 0.93, 0.86), pick(rng, [STEEL, (0.85, 0.68, 0.3), WHITE])

    def one(r: float, high: float, paint: Colour, top: float = 1.0) -> Shape:
        shape = (
            rod(r, high, top * r, 28).paint(paint)
            + torus(top * r, 0.03, 28, 8, 0.045).paint(rim).move(0, high / 2)
            + torus(r, 0.03, 28, 8, 0.045).paint(rim).move(0, -high / 2)
        )
        lug = (
            rail((1.03 * r, -high / 2, 0), (1.03 * top * r, high / 2, 0), 0.02, around=6)
            .around(int(rng.integers(6, 11)))
            .paint(rim)
        )
        return shape + lug + rod(0.96 * top * r, 0.03, around=28).paint(skin).move(0, high / 2 + 0.03)

    kind = pick(rng, ["snare", "snare", "bongo", "kit"])
    if kind == "snare":
        high = rng.uniform(0.35, 0.9)
        shape = one(0.5, high, colour)
        stick = rail((-0.5, 0, 0), (0.55, 0.05, 0), 0.03, 0.022) + ball(0.045, 0.035, 0.035, detail=8).move(0.58, 0.05)
        return (
            shape
            + stick.paint(wood(rng)).turn("y", 25).move(-0.1, high / 2 + 0.1, 0.1)
            + stick.paint(wood(rng)).turn("y", -30).move(-0.1, high / 2 + 0.1, -0.1)
        )
    if kind == "bongo":
        timber = wood(rng)
        return (
            one(0.3, 0.6, timber, 1.15).move(-0.36)
            + one(0.26, 0.6, timber, 1.15).move(0.34)
            + box(0.2, 0.2, 0.16, 0.02).paint(BLACK)
        )
    shape = (
        one(0.5, 0.42, colour).turn("x", 90).move(0, 0.5)
        + one(0.22, 0.26, colour).turn("x", 25).move(0.26, 1.15, 0.02).both()
        + rail((0.1, 0.9, 0), (0.26, 1.05, 0), 0.03).both().paint(rim)
    )
    shape += (
        one(0.27, 0.4, colour).move(-0.7, 0.45, -0.25)
        + one(0.28, 0.2, colour).move(0.68, 0.62, -0.3)
        + rail((0, 0, 0), (0, 0.4, 0), 0.025).move(-0.9, 0, -0.25).paint(rim)
    )
    shape += rail((0.68, 0, -0.3), (0.68, 0.6, -0.3), 0.03).paint(rim) + rail(
        (-0.55, 0, -0.25), (-0.55, 0.3, -0.25), 0.025
    ).paint(rim)
    cymbal = lathe([(0.03, 0.06), (0.12, 0.04), (0.36, -0.02), (0.36, -0.05), (0, 0)], 26).paint((0.85, 0.7, 0.3))
    return (
        shape
        + (
            cymbal.turn("x", 14).move(0.85, 1.5, -0.1) + rail((0.85, 0, -0.1), (0.85, 1.5, -0.1), 0.025).paint(rim)
        ).both()
        + rail((0.4, 0.2, 0.2), (0.5, 0, 0.3), 0.025).both().paint(rim)
    )


def keys(width: float) -> Shape:
    """Three octaves of keys, their fronts towards +Z."""
    count = 21
    step = width / count
    white = box(0.92 * step, 0.04, 0.16).along(count, x=step).paint(WHITE)
    spots_at = [x for k in range(3) for x in (0.5, 1.5, 3.5, 4.5, 5.5) for x in [7 * k + x]]
    black = join(box(0.5 * step, 0.04, 0.09).move((x + 0.5 - count / 2) * step, 0.03, -0.035) for x in spots_at).paint(
        BLACK
    )
    return white + black


def piano(rng: np.random.Generator) -> Shape:
    """Grand or upright, or a keyboard on a stand."""
    colour = pick(rng, [BLACK, BLACK, wood(rng), WHITE])
    kind = pick(rng, ["grand", "upright", "upright"])

    if kind == "upright":
        high, width = rng.uniform(1.1, 1.3), 1.45
        shape = (
            box(width, high, 0.34, 0.02).paint(colour).move(0, high / 2, -0.2)
            + box(width, 0.1, 0.42, 0.015).paint(colour).move(0, 0.64, 0.12)
            + keys(1.28).move(0, 0.71, 0.22)
        )
        shape += (
            box(0.08, 0.14, 0.36, 0.02).paint(colour).move(width / 2 - 0.04, 0.74, 0.14).both()
            + box(0.08, 0.62, 0.08).paint(colour).move(width / 2 - 0.05, 0.31, 0.27).both()
        )
        shape += box(width + 0.06, 0.05, 0.4, 0.01).paint(colour).move(0, high, -0.2) + box(0.5, 0.24, 0.03).turn(
            "x", -15
        ).paint(shade(colour, 1.3)).move(0, 0.92, 0.0)
        pedals = box(0.06, 0.03, 0.14, 0.01).along(3, x=0.12).paint((0.85, 0.68, 0.3)).move(0, 0.08, 0.02)
        bench = box(0.6, 0.08, 0.3, 0.03).paint(BLACK).move(0, 0.5, 0.75) + box(0.05, 0.48, 0.05).move(
            0.26, 0.24, 0.11
        ).corners().move(0, 0, 0.75).paint(colour)
        return shape + pedals + bench if chance(rng, 0.6) else shape + pedals
    long = rng.uniform(1.5, 1.9)
    outline = smooth(
        [
            (-0.72, 0.4),
            (-0.72, -0.4),
            (-0.7, -long + 0.5),
            (-0.35, -long + 0.1),
            (0.0, -long + 0.25),
            (0.25, -0.75),
            (0.72, -0.35),
            (0.72, 0.4),
        ],
        34,
    )
    case = extrude(outline, 0.26, 0.01, plane="xz").paint(colour).move(0, 0.82)
    lid = extrude(outline * 0.99, 0.04, plane="xz").move(0.72, 0, 0)
    opened = lid.turn("z", 38 if chance(rng, 0.7) else 2).paint(shade(colour, 1.15)).move(-0.72, 0.97)
    shape = case + opened + keys(1.28).move(0, 0.92, 0.34) + box(1.44, 0.06, 0.25).paint(colour).move(0, 0.86, 0.36)
    leg = rod(0.05, 0.75, 0.09, 12).paint(colour)
    shape += (
        leg.move(0.6, 0.37, 0.2).both()
        + leg.move(-0.35, 0.37, -long + 0.45)
        + box(0.05, 0.7, 0.05).paint(colour).move(0, 0.4, 0.05)
    )
    return shape + (
        rail((0.35, 0.9, -0.5), (0.5, 1.55, -0.5), 0.02).paint(colour)
        if opened.high[1] > 1.3
        else box(0.4, 0.2, 0.03).paint(colour).move(0, 1.05, 0.1)
    )


def trumpet(rng: np.random.Generator) -> Shape:
    """Return a trumpet, cornet or trombone, its bell towards +Z."""
    colour = pick(rng, [(0.88, 0.7, 0.25), (0.88, 0.7, 0.25), STEEL, (0.75, 0.45, 0.25)])
    r, long, wide = rng.uniform(0.045, 0.06), rng.uniform(0.75, 1.4), rng.uniform(0.28, 0.42)
    slide = chance(rng, 0.3)
    loop = [(0, 0.12, -1.0 * long), (0, 0.12, 0.3), (0, 0.1, 0.5), (0, 0, 0.58), (0, -0.12, 0.5), (0, -0.14, 0.3)]
    loop += [(0, -0.14, -0.35), (0, -0.1, -0.5), (0, 0.0, -0.55), (0, 0.1, -0.5)]
    if slide:
        loop = [(0, -0.2, -0.6), (0, -0.2, 1.3 * long), (0.12, -0.22, 1.45 * long), (0.24, -0.2, 1.3 * long)]
        loop += [(0.24, -0.2, -0.5), (0.2, -0.1, -0.7), (0.1, 0.1, -0.7), (0, 0.12, -0.5), (0, 0.12, 0.3)]
    profile = [
        (r, 0),
        (1.1 * r, 0.3),
        (0.3 * wide, 0.5),
        (0.56 * wide, 0.62),
        (wide, 0.72),
        (0.95 * wide, 0.74),
        (0.4 * wide, 0.64),
        (0, 0.5),
    ]
    shape = (tube(loop, r, 10, along=50) + lathe(profile, 28).turn("x", 90).move(0, 0.12, 0.3)).paint(colour)
    mouth = (0, -0.2, -0.6) if slide else (0, 0.12, -long)
    piece = lathe([(0.03, -0.05), (0.045, 0.08), (0.085, 0.14), (0.085, 0.17), (0, 0.17)], 14).turn("x", -90)
    shape += piece.paint(STEEL).move(*mouth)
    if slide:
        return shape + rail((0, -0.2, 0.1), (0.24, -0.2, 0.1), 0.03).along(2, z=0.5).paint(colour)
    valve = (
        rod(0.065, 0.42, around=14)
        + rod(0.03, 0.12, around=10).move(0, 0.25)
        + rod(0.055, 0.035, around=12).move(0, 0.31)
    )
    return shape + valve.paint(pick(rng, [STEEL, colour])).along(3, z=0.15).move(0, 0, rng.uniform(-0.15, 0.05))


FAMILIES = {
    "guitar": guitar,
    "violin": violin,
    "drum": drum,
    "piano": piano,
    "trumpet": trumpet,
}
