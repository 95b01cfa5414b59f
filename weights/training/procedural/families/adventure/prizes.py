"""Gifts, hourglasses, padlocks, medals, dice and puzzle pieces."""

from __future__ import annotations

import numpy as np

from ...curves import arc, flat, smooth, star
from ...paint import (
    BLACK,
    GOLD,
    STEEL,
    WHITE,
    chance,
    checks,
    dark,
    hsv,
    metal,
    pastel,
    pick,
    shade,
    spots,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, lathe, rod, torus, tube
from ...shape import Colour, Shape, join
from .symbols import glyph, heart_outline, rim
from .treasure import BRONZE, SILVER, noble


def ribbon_bow(rng: np.random.Generator, size: float, colour: Colour) -> Shape:
    """Return a tied bow about the origin, loops to both sides."""
    path = [
        (0, 0, 0),
        (0.7 * size, 0.55 * size, 0),
        (1.1 * size, 0.25 * size, 0),
        (0.7 * size, 0.05 * size, 0),
        (0.05, 0.03, 0),
    ]
    loop = tube(path, np.array([[0.3 * size, 0.06]] * 5), 6, along=16)
    tail = tube(
        [(0, 0, 0.05), (0.4 * size, 0.02, 0.2), (0.8 * size, -0.12, 0.4 * size)],
        np.array([[0.2 * size, 0.05]] * 3),
        4,
        along=6,
    )
    shape = loop.both()
    if chance(rng, 0.5):
        shape += loop.both().turn("y", 90)
    elif chance(rng, 0.6):
        shape += tail.both()
    return shape.paint(colour) + ball(0.2 * size, detail=8).paint(shade(colour, 0.8)).move(0, 0.08 * size)


def gift(rng: np.random.Generator) -> Shape:
    """Return a present with ribbon and bow: a box with a lid, a round box, or a stack."""
    paper, band = vivid(rng), pick(rng, [GOLD, WHITE, vivid(rng), (0.85, 0.1, 0.12)])
    wide, high, deep = rng.uniform(0.8, 1.2), rng.uniform(0.5, 1.2), rng.uniform(0.8, 1.1)
    paint = pick(
        rng,
        [
            paper,
            paper,
            stripes([paper, WHITE], pick(rng, ["x", "y"]), 0.16, 5),
            spots(rng, paper, pastel(rng), 0.2, 0.25),
            checks([paper, shade(paper, 0.7)], 0.2),
        ],
    )
    if chance(rng, 0.18):
        r, n = 0.55 * wide, int(rng.choice([6, 8, 28]))
        shape = rod(r, high, around=n).paint(paper).move(0, high / 2) + rod(1.08 * r, 0.24 * high, around=n).paint(
            pick(rng, [shade(paper, 0.8), vivid(rng)])
        ).move(0, 0.95 * high)
        cross = (box(0.16, 0.05, 2.16 * r) + box(2.16 * r, 0.05, 0.16)).move(0, 1.07 * high)
        shape += (cross + box(0.16, high, 0.06).move(0, high / 2, r).around(4)).paint(band)
        return shape + ribbon_bow(rng, 0.42, band).move(0, 1.09 * high)
    shape = box(wide, high, deep, pick(rng, [0, 0.03]), cuts=8).paint(paint).move(0, high / 2)
    lid_high, grow = rng.uniform(0.18, 0.3) * high, 1.0
    if chance(rng, 0.6):
        grow = 1.08
        shape += (
            box(grow * wide, lid_high, grow * deep, 0.02)
            .paint(pick(rng, [shade(paper, 0.75), vivid(rng)]))
            .move(0, high)
        )
    top, thick = high + (lid_high / 2 if grow > 1 else 0), rng.uniform(0.12, 0.22)
    strap = box(thick, high + 0.02, grow * deep + 0.05).move(0, high / 2) + box(
        grow * wide + 0.05, high + 0.02, thick
    ).move(0, high / 2)
    strap += (box(thick, 0.06, grow * deep + 0.05) + box(grow * wide + 0.05, 0.06, thick)).move(0, top)
    if grow > 1:
        strap += (box(thick, lid_high, grow * deep + 0.05) + box(grow * wide + 0.05, lid_high, thick)).move(0, high)
    shape += strap.paint(band) + ribbon_bow(rng, rng.uniform(0.35, 0.5), band).move(0, top + 0.03)
    if chance(rng, 0.12):
        small = box(0.6 * wide, 0.4 * high, 0.6 * deep).paint(vivid(rng)) + box(0.14, 0.42 * high, 0.62 * deep).paint(
            WHITE
        )
        return shape + small.turn("y", 20).move(1.05 * wide, 0.2 * high, 0.2)
    return shape


def hourglass(rng: np.random.Generator) -> Shape:
    """Return a sand glass between two plates with posts."""
    timber, sand = (
        pick(rng, [wood(rng), wood(rng), noble(rng), dark(rng)]),
        pick(rng, [(0.9, 0.75, 0.4), (0.85, 0.6, 0.3), vivid(rng)]),
    )
    pane, high, r = (
        hsv(0.55, rng.uniform(0.05, 0.25), rng.uniform(0.82, 0.96)),
        rng.uniform(0.6, 0.8),
        rng.uniform(0.32, 0.46),
    )
    n, left, waist = int(rng.choice([6, 8, 20])), rng.uniform(0.1, 0.9), rng.uniform(0.05, 0.08)
    profile = smooth(
        [(waist, 0), (0.55 * r, 0.22 * high), (r, 0.5 * high), (0.95 * r, 0.8 * high), (0.75 * r, high)], 14
    )
    bulb = lathe(profile, n)
    level, fill = (0.2 + 0.6 * left) * high, (0.9 - 0.6 * left) * high
    upper = bulb.paint(
        lambda c: np.where((c[..., 1:2].mean(1, keepdims=True) < level), np.asarray(sand), np.asarray(pane)) + 0 * c
    )
    lower = bulb.mirrored("y").paint(
        lambda c: np.where((c[..., 1:2].mean(1, keepdims=True) < -fill), np.asarray(sand), np.asarray(pane)) + 0 * c
    )
    shape = upper + lower + torus(1.4 * waist, 0.04, 12, 6).paint(timber)
    square = chance(rng, 0.25)
    plate = (
        box(2.3 * r, 0.14, 2.3 * r, 0.03) if square else rod(1.3 * r, 0.14, around=pick(rng, [6, 8, 24]), round_by=0.03)
    )
    cap = plate.move(0, high + 0.05) + rod(0.95 * r, 0.1, around=n).move(0, high - 0.04)
    shape += cap.both("y").paint(timber)
    post = pick(
        rng,
        [
            rod(0.055, 2 * high),
            lathe(smooth([(0.05, -high), (0.09, -0.6 * high), (0.045, 0), (0.09, 0.6 * high), (0.05, high)], 16), 8),
        ],
    )
    shape += post.move(1.1 * r).around(int(rng.choice([3, 4]))).turn("y", 45).paint(pick(rng, [timber, noble(rng)]))
    return shape.turn("z", pick(rng, [0, 0, 0, 25]))


def padlock(rng: np.random.Generator) -> Shape:
    """Return a padlock, shut or open, square, round, shield-like or heart-like."""
    colour, steel = (
        pick(rng, [noble(rng), metal(rng), vivid(rng), dark(rng)]),
        pick(rng, [STEEL, STEEL, dark(rng), GOLD]),
    )
    wide, deep, kind = (
        rng.uniform(0.5, 0.65),
        rng.uniform(0.28, 0.45),
        pick(rng, ["square", "square", "round", "shield", "heart"]),
    )
    high = rng.uniform(0.8, 1.1)
    if kind == "square":
        shape = box(2 * wide, high, deep, pick(rng, [0, 0.06, 0.14])).paint(colour)
        if chance(rng, 0.4):
            shape += box(2.06 * wide, 0.12, 1.06 * deep, 0.02).along(2, y=0.62 * high).paint(shade(colour, 0.75))
    elif kind == "round":
        high = 2 * wide
        shape = rod(wide, deep, around=int(rng.choice([8, 32])), round_by=0.06).turn("x", 90).paint(colour) + torus(
            0.85 * wide, 0.05, 28, 6, 0.54 * deep
        ).turn("x", 90).paint(shade(colour, 0.75))
    elif kind == "shield":
        half = smooth([(wide, 0.5 * high), (wide, 0), (0.6 * wide, -0.4 * high), (0.08, -0.6 * high)], 9)
        shape = extrude(np.concatenate([half, half[::-1] * [-1, 1]]), deep, 0.05).paint(colour)
    else:
        shape, high = extrude(1.05 * wide * heart_outline(36), deep, 0.05).paint(colour), 1.35 * wide
    hole = rod(0.11, 1.06 * deep, around=14).turn("x", 90) + extrude(
        [(-0.05, 0), (0.05, 0), (0.09, -0.26), (-0.09, -0.26)], 1.06 * deep
    )
    if chance(rng, 0.4):
        ring = rod(0.21, 1.03 * deep, around=pick(rng, [6, 20])).turn("x", 90)
        shape += ring.paint(shade(colour, 1.3)).move(0, -0.02)
    shape += hole.paint(BLACK).move(0, 0.04)
    r, rise, thick = 0.66 * wide, rng.uniform(0.05, 0.3), rng.uniform(0.075, 0.12)
    opened = chance(rng, 0.3)
    low = 0.2 * high if not opened else 0.62 * high
    bend = arc(r, 0, 180, 13, (0, 0.5 * high + rise))
    path = flat(np.concatenate([[(r, low)], bend, [(-r, 0.2 * high)]]))
    return shape + tube(path, thick, pick(rng, [6, 10])).paint(steel).move(0, 0.16 if opened else 0)


def medal(rng: np.random.Generator) -> Shape:
    """Return a medal on a ribbon, a rosette, or a laurel badge."""
    colour, cloth, other = (
        pick(rng, [GOLD, SILVER, BRONZE, noble(rng)]),
        vivid(rng),
        pick(rng, [WHITE, vivid(rng), GOLD]),
    )
    kind, deep, n = (
        pick(rng, ["ribbon", "ribbon", "neck", "rosette"]),
        rng.uniform(0.12, 0.22),
        int(rng.choice([8, 32, 32])),
    )
    if kind == "rosette":
        t = np.arange(48) * 2 * np.pi / 48
        radius = 1 + 0.1 * np.cos(12 * t)
        frill = extrude(np.stack([0.75 * radius * np.cos(t), 0.75 * radius * np.sin(t)], 1), 0.12).paint(cloth)
        disc = rod(0.58, 0.24, around=24).turn("x", 90).paint(other) + rod(0.48, 0.28, around=24).turn("x", 90).paint(
            colour
        )
        strip = extrude([(-0.18, 0), (0.18, 0), (0.2, -1.1), (0, -0.95), (-0.2, -1.1)], 0.08).move(0, -0.4, -0.06)
        return (
            frill
            + disc
            + (strip.turn("z", 18) + strip.turn("z", -18)).paint(cloth)
            + glyph(pick(rng, [*"123"]), 0.13, 0.2, 9).scale(0.42, 0.42, 1).paint(shade(colour, 0.6)).move(0, 0, 0.12)
        )
    form = pick(rng, ["round", "round", "star", "cross"])
    if form == "round":
        shape = rod(0.55, deep, around=n).turn("x", 90).paint(colour) + rim(
            arc(0.54, 0, 345, 24), 0.06, shade(colour, 1.2), 0.65 * deep
        )
    elif form == "star":
        shape = extrude(star(0.38, 0.7, int(rng.choice([5, 6, 8]))), deep, 0.04).paint(colour) + rod(
            0.3, 1.3 * deep, around=20
        ).turn("x", 90).paint(other)
    else:
        arm = extrude([(0.08, 0), (0.28, 0.65), (-0.28, 0.65), (-0.08, 0)], deep, 0.03)
        shape = join(arm.turn("z", 90 * k) for k in range(4)).paint(colour) + rod(0.2, 1.3 * deep, around=18).turn(
            "x", 90
        ).paint(other)
    sign = pick(
        rng,
        [glyph(pick(rng, [*"123"]), 0.13, 1, 9).scale(0.4, 0.4, 1.35 * deep), extrude(star(0.13, 0.3, 5), 1.35 * deep)],
    )
    if form == "round":
        shape += sign.paint(shade(colour, pick(rng, [0.65, 1.4])))
    shape += torus(0.12, 0.04, 16, 6).turn("x", 90).paint(shade(colour, 0.8)).move(0, 0.7)
    if kind == "neck":
        band = extrude([(-0.1, 0), (0.12, 0), (0.72, 1.2), (0.44, 1.2)], 0.08).finer()
        return shape + band.both().paint(cloth).move(0, 0.74)
    wide, long = rng.uniform(0.24, 0.36), rng.uniform(0.6, 1.0)
    strip = (
        box(2 * wide, long, 0.09, cuts=9)
        .paint(stripes([cloth, other, cloth], "x", 2 * wide / 3, wide))
        .move(0, 0.75 + long / 2)
    )
    point = extrude([(-wide, 0.02), (0, -0.16), (wide, 0.02)], 0.09).paint(cloth).move(0, 0.76)
    return shape + strip + point + box(2.2 * wide, 0.12, 0.14, 0.03).paint(colour).move(0, 0.76 + long)


PIPS = {1: [(0, 0)], 2: [(-1, -1), (1, 1)], 3: [(-1, -1), (0, 0), (1, 1)], 4: [(-1, -1), (1, 1), (-1, 1), (1, -1)]}
PIPS |= {5: [*PIPS[4], (0, 0)], 6: [*PIPS[4], (-1, 0), (1, 0)]}


def dice(rng: np.random.Generator) -> Shape:
    """Return one die or a pair, or a many-sided one."""
    colour = pick(rng, [WHITE, WHITE, (0.8, 0.08, 0.1), vivid(rng), dark(rng)])
    spot = BLACK if sum(colour) > 1.6 else WHITE
    if chance(rng, 0.2):
        sides = int(rng.choice([4, 5, 6]))
        shape = lathe([(0.01, -1), (0.85, -0.12), (0.85, 0.12), (0.01, 1)], sides).finer().finer().paint(colour)
        mark = glyph(pick(rng, [*"234678"]), 0.14, 0.2, 9).scale(0.26, 0.26, 1).turn("x", -43)
        return shape + mark.paint(spot).move(0, 0.5, 0.45 * np.cos(np.pi / sides) + 0.05).turn(
            "y", 90 + 180 / sides
        ).around(sides)
    soft, size = rng.uniform(0.05, 0.3), rng.uniform(0.13, 0.2)
    one = box(2, 2, 2, soft, 4).paint(colour)
    pip = pick(rng, [ball(size, size, 0.06, detail=10), box(1.7 * size, 1.7 * size, 0.1)]).move(0, 0, 1)
    for count, (axis, turn) in zip(
        (1, 6, 3, 4, 2, 5), (("y", 0), ("y", 180), ("y", 90), ("y", -90), ("x", -90), ("x", 90)), strict=True
    ):
        one += (
            join(pip.move(0.5 * x, 0.5 * y) for x, y in PIPS[count])
            .turn(axis, turn)
            .paint((0.8, 0.08, 0.1) if count == 1 and chance(rng, 0.3) else spot)
        )
    if chance(rng, 0.3):
        return one.turn("y", rng.uniform(0, 90)).move(-1.3) + one.turn("x", 90).turn("y", rng.uniform(0, 90)).move(
            1.3, 0, rng.uniform(-0.6, 0.6)
        )
    return one.turn("x", pick(rng, [0, 90, 180])).turn("y", rng.uniform(-30, 30))


def puzzle_piece(rng: np.random.Generator) -> Shape:
    """Return a jigsaw piece, upright, or two joined."""
    colour, deep = vivid(rng), rng.uniform(0.25, 0.5)
    knob, neck = rng.uniform(0.24, 0.3), rng.uniform(0.14, 0.18)

    def edge(sign: int) -> np.ndarray:
        """Return the edge below, its knob outwards (1), inwards (-1) or none (0)."""
        if not sign:
            return np.array([(-1.0, -1.0)])
        half = np.degrees(np.arcsin(neck / knob))
        turn = arc(knob, 90 + half, 450 - half, 13, (0, -0.82 * knob))
        return np.concatenate([[(-1.0, -1.0)], turn * [1, sign] + [0, -1]])

    signs = [int(rng.choice([-1, 1, 1, -1, 0])) for _ in range(4)]
    signs[0] = signs[0] or 1
    sides = []
    for k, sign in enumerate(signs):
        cos, sin = np.cos(k * np.pi / 2), np.sin(k * np.pi / 2)
        sides.append(edge(sign) @ np.array([[cos, sin], [-sin, cos]]))
    shape = extrude(np.concatenate(sides), deep, pick(rng, [0, 0.04])).paint(pick(rng, [colour, wood(rng)]))
    return shape.turn("z", pick(rng, [0, 90, 12, -15]))


FAMILIES = {
    "gift": gift,
    "hourglass": hourglass,
    "padlock": padlock,
    "medal": medal,
    "dice": dice,
    "puzzle_piece": puzzle_piece,
}
