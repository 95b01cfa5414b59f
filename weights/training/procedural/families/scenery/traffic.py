"""Traffic lights, barriers and cones."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    grey,
    near,
    pick,
    shade,
    split_at,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join

LIGHTS: tuple[Colour, ...] = ((0.9, 0.12, 0.1), (0.97, 0.75, 0.12), (0.15, 0.8, 0.35))
ORANGE: Colour = (0.95, 0.42, 0.1)


def signal_head(rng: np.random.Generator, lamps: tuple[Colour, ...], body: Colour, round_lamp: bool) -> Shape:
    """Return a lamp box that looks along +Z, centred on the origin."""
    count, lit = len(lamps), int(rng.integers(len(lamps)))
    shape = box(0.36, 0.34 * count + 0.08, 0.22, pick(rng, [0.0, 0.05])).paint(body)
    for k, colour in enumerate(lamps):
        y = 0.34 * ((count - 1) / 2 - k)
        tone = colour if k == lit or chance(rng, 0.5) else shade(colour, 0.45)
        lamp = rod(0.12, 0.06, around=16).turn("x", 90) if round_lamp else box(0.23, 0.23, 0.06)
        hood = box(0.3, 0.05, 0.16).move(0, 0.14, 0.06) + box(0.05, 0.15, 0.14).move(0.14, 0.07, 0.05).both()
        shape += lamp.paint(tone).move(0, y, 0.11) + hood.paint(shade(body, 0.6)).move(0, y, 0.12)
    return shape


def traffic_light(rng: np.random.Generator) -> Shape:
    """Return lamps on a pole, on an arm over the road, or a low one with more heads."""
    body, pole = (
        pick(rng, [BLACK, (0.95, 0.75, 0.1), (0.15, 0.25, 0.2), grey(rng, 0.2, 0.4), vivid(rng)]),
        pick(rng, [STEEL, BLACK, grey(rng, 0.3, 0.6), (0.9, 0.7, 0.1)]),
    )
    high, lamps = rng.uniform(0.9, 2.1), pick(rng, [LIGHTS, LIGHTS, LIGHTS, (LIGHTS[0], LIGHTS[2])])
    head = signal_head(rng, lamps, body, chance(rng, 0.85))
    if chance(rng, 0.3):
        head += (
            box(0.52, 0.34 * len(lamps) + 0.26, 0.05).paint(BLACK)
            + box(0.56, 0.34 * len(lamps) + 0.3, 0.04).paint(WHITE).move(0, 0, -0.01)
        ).move(0, 0, -0.04)
    shape = rod(0.06, high, around=10).paint(pole).move(0, high / 2)
    foot = rod(0.2, 0.1, 0.16, 14) if chance(rng, 0.6) else box(0.4, 0.16, 0.4)
    shape += foot.paint(pick(rng, [pole, grey(rng, 0.4, 0.7)])).move(0, 0.05)
    kind, tall = pick(rng, ["top", "top", "arm", "cross", "side"]), 0.17 * len(lamps) + 0.04
    if kind == "top":
        return shape + head.move(0, high + tall)
    if kind == "side":
        return (
            shape
            + rod(0.06, 2 * tall, around=10).paint(pole).move(0, high + tall)
            + head.move(0, high + tall, 0.16)
            + (
                head.turn("y", 90).move(0.16, high + tall)
                if chance(rng, 0.4)
                else head.scale(0.6).move(0, high * 0.6, 0.12)
            )
        )
    if kind == "cross":
        return (
            shape
            + head.move(0, 0, 0.14).around(pick(rng, [2, 4])).move(0, high + tall)
            + rod(0.16, 2 * tall + 0.1, around=10).paint(body).move(0, high + tall)
            + lathe([(0.3, 0), (0, 0.16)], 12).paint(body).move(0, high + 2 * tall)
        )
    reach = rng.uniform(0.8, 1.3)
    arm = tube(
        [(0, high - 0.1, 0), (0, high + 0.75, 0), (0.25, high + 0.95, 0), (reach, high + 1.0, 0)],
        [0.06, 0.06, 0.055, 0.045],
        10,
        along=14,
    )
    return shape + arm.paint(pole) + head.move(reach - 0.1, high + 0.98 - tall, 0.12) + head.move(0, high * 0.95, 0.14)


def concrete_wall(rng: np.random.Generator, pair: list[Colour]) -> Shape:
    """Return concrete road blocks in a row."""
    outline = [(-0.3, 0), (0.3, 0), (0.3, 0.1), (0.16, 0.32), (0.1, 0.8), (-0.1, 0.8), (-0.16, 0.32), (-0.3, 0.1)]
    tone = pick(rng, [grey(rng, 0.55, 0.85), pair[0]])
    part = extrude(outline, 0.62, 0.015, "zy").turn("y", 0)
    count = int(rng.integers(2, 4))
    return join(
        part.paint(tone if k % 2 == 0 or chance(rng, 0.5) else pair[1]).move(0.64 * (k - (count - 1) / 2))
        for k in range(count)
    ).finer()


def boom(rng: np.random.Generator, pair: list[Colour]) -> Shape:
    """Return a boom with its post, shut or rising."""
    base = (
        box(0.36, 0.95, 0.3, 0.03).paint(pick(rng, [ORANGE, WHITE, (0.9, 0.75, 0.1), vivid(rng)])).move(0, 0.47)
        + box(0.5, 0.08, 0.44).paint(grey(rng)).move(0, 0.04)
        + ball(0.09, detail=8).paint(RED_LAMP).move(0, 0.99)
    )
    arm = box(1.9, 0.12, 0.08, cuts=19).paint(stripes(pair, "x", 0.21, 9)).move(0.85) + box(0.3, 0.22, 0.12).paint(
        BLACK
    ).move(-0.2)
    up = pick(rng, [0, 0, 45])
    post = box(0.09, 0.85, 0.09).paint(STEEL).move(1.7, 0.42, 0.2)
    shape = base + arm.turn("z", up).move(0, 0.82, 0.2)
    return shape + post if up == 0 else shape


def crowd_fence(rng: np.random.Generator, wide: float) -> Shape:
    """Return a fence of tubes on feet."""
    tone, bars = pick(rng, [STEEL, STEEL, vivid(rng)]), int(rng.integers(7, 12))
    frame = tube(
        [
            (-wide / 2, 0.12, 0),
            (-wide / 2, 0.85, 0),
            (-wide / 2 + 0.1, 0.95, 0),
            (wide / 2 - 0.1, 0.95, 0),
            (wide / 2, 0.85, 0),
            (wide / 2, 0.12, 0),
        ],
        0.04,
        8,
    )
    fill = rail((0, 0.2, 0), (0, 0.94, 0), 0.028, around=6).along(bars, x=wide / (bars + 1)) + rail(
        (-wide / 2, 0.2, 0), (wide / 2, 0.2, 0), 0.04
    )
    return (
        frame
        + fill
        + box(0.1, 0.07, 0.65).move(0.4 * wide, 0.06).both()
        + box(0.06, 0.16, 0.06).move(0.4 * wide, 0.12).both()
    ).paint(tone)


def barrier(rng: np.random.Generator) -> Shape:
    """Return a concrete wall, striped boards, a boom, bollards with a chain, or a crowd fence."""
    pair = pick(rng, [[(0.85, 0.12, 0.1), WHITE], [ORANGE, WHITE], [(0.95, 0.78, 0.1), BLACK]])
    wide, kind = rng.uniform(1.3, 2.2), pick(rng, ["concrete", "boards", "boards", "boom", "bollards", "fence"])
    if kind == "concrete":
        return concrete_wall(rng, pair)
    slanted = box(wide, 0.24, 0.07, cuts=14).bend(lambda v: v + np.stack([0.5 * v[:, 1], 0 * v[:, 1], 0 * v[:, 1]], 1))
    board = slanted.paint(stripes(pair, "x", wide / 9, 5))
    if kind == "boards":
        high = rng.uniform(0.8, 1.1)
        count = int(rng.integers(1, 4))
        frame = pick(rng, [STEEL, WHITE, wood(rng), ORANGE])
        legs = (
            rail((0.38 * wide, 0, 0.3), (0.38 * wide, high, 0.02), 0.045, around=4).both().both("z").paint(frame)
            if chance(rng, 0.5)
            else (
                box(0.09, high, 0.07).move(0.38 * wide, high / 2, -0.05) + box(0.14, 0.08, 0.6).move(0.38 * wide, 0.04)
            )
            .both()
            .paint(frame)
        )
        shape = legs + join(board.move(0, high - 0.14 - 0.3 * k, 0.04 + 0.06 * k * 0) for k in range(count))
        if chance(rng, 0.5):
            lamp = rod(0.07, 0.1, around=10).paint(BLACK) + ball(0.1, 0.11, 0.07, detail=8).paint(
                pick(rng, [(0.98, 0.7, 0.1), RED_LAMP])
            ).move(0, 0.11)
            shape += lamp.move(0.38 * wide, high + 0.03).both()
        return shape
    if kind == "boom":
        return boom(rng, pair)
    if kind == "bollards":
        count, gap = int(rng.integers(2, 5)), rng.uniform(0.6, 0.8)
        tone = pick(rng, [BLACK, STEEL, pair[0], wood(rng)])
        one = lathe([(0.16, 0), (0.16, 0.08), (0.1, 0.1), (0.09, 0.72), (0.12, 0.74), (0.12, 0.82), (0, 0.9)], 12)
        one = one.finer().paint(split_at(tone, pair[1], "y", 0.6) if chance(rng, 0.5) else tone)
        chain = tube([(-gap / 2, 0.66, 0), (0, 0.46, 0), (gap / 2, 0.66, 0)], 0.035, 6, along=10).paint(
            stripes(pair, "x", 0.08, 5)
        )
        return one.along(count, x=gap) + chain.along(count - 1, x=gap)
    return crowd_fence(rng, wide)


def traffic_cone(rng: np.random.Generator) -> Shape:
    """Return a cone, a striped drum, a flat post or a tall slim cone; once in a while two."""
    tone, band = (
        pick(rng, [ORANGE, ORANGE, near(rng, ORANGE), (0.9, 0.15, 0.1), (0.95, 0.8, 0.1), vivid(rng)]),
        pick(rng, [WHITE, WHITE, (0.85, 0.85, 0.3)]),
    )
    kind, around = pick(rng, ["cone", "cone", "cone", "drum", "post"]), pick(rng, [6, 8, 24, 24])
    if kind == "drum":
        r, high = rng.uniform(0.3, 0.4), rng.uniform(0.95, 1.2)
        profile = [(r * (1.05 if k % 2 == 0 else 0.98) * (1 - 0.015 * k), high * k / 10) for k in range(11)]
        shape = lathe([*profile, (0, high)], around).finer().paint(stripes([tone, band], "y", high / 5)) + rod(
            1.35 * r, 0.1, 1.2 * r, around
        ).paint(BLACK).move(0, 0.05)
        return shape + (
            box(0.3, 0.12, 0.07).paint(BLACK).move(0, high + 0.05)
            if chance(rng, 0.5)
            else ball(0.11, detail=8).paint((0.98, 0.75, 0.1)).move(0, high + 0.06)
        )
    if kind == "post":
        high = rng.uniform(0.9, 1.3)
        shape = (
            rod(0.1, high, 0.09, around)
            .finer()
            .paint(stripes([tone, tone, band], "y", high / 6, 0.3))
            .move(0, high / 2)
            + ball(0.1, 0.08, detail=10).paint(tone).move(0, high)
            + lathe([(0.36, 0), (0.34, 0.08), (0.12, 0.14), (0, 0.14)], pick(rng, [4, 8, 20])).paint(BLACK)
        )
        return shape + torus(0.11, 0.035, 14, 6).paint(tone).move(0, high + 0.12).turn("x", 0)
    high, foot, top = rng.uniform(0.75, 1.5), rng.uniform(0.26, 0.38), rng.uniform(0.05, 0.1)
    t = np.linspace(0, 1, 19)
    bands = stripes(
        pick(rng, [[tone, tone, band], [tone, band], [tone, tone, tone, band]]), "y", high / pick(rng, [5, 6, 7])
    )
    shape = lathe(
        [
            *[(foot + (top - foot) * k, high * k) for k in t],
            (0.6 * top, high),
            (0.6 * top, high - 0.1),
            (0, high - 0.1),
        ],
        around,
    ).paint(bands)
    base = (
        box(2.6 * foot, 0.09, 2.6 * foot, pick(rng, [0.0, 0.04]))
        if chance(rng, 0.7)
        else rod(1.4 * foot, 0.09, around=8)
    )
    shape += base.paint(pick(rng, [tone, BLACK, BLACK]))
    if chance(rng, 0.2):
        shape = join(shape.move(0, 0.2 * high * k) for k in range(int(rng.integers(2, 4))))
    return shape


FAMILIES = {
    "traffic_light": traffic_light,
    "barrier": barrier,
    "traffic_cone": traffic_cone,
}
