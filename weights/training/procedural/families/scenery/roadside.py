"""Billboards, flags and bus stops."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    LAMP,
    STEEL,
    WHITE,
    chance,
    checks,
    dark,
    glass,
    grey,
    leaf,
    pick,
    shade,
    split_at,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, lathe, rail, rod
from ...shape import Colour, Shape


def picture_panel(rng: np.random.Generator, wide: float, high: float) -> Shape:
    """Return a board that looks along +Z with a simple picture on it, centred on the origin."""
    ground, tone, other = vivid(rng), vivid(rng), pick(rng, [WHITE, dark(rng), vivid(rng)])
    shape = box(wide, high, 0.08).paint(ground)
    kind = pick(rng, ["text", "sun", "checks", "bottle", "arrow", "face"])
    if kind == "sun":
        shape += rod(0.26 * high, 0.12, around=20).turn("x", 90).paint(tone).move(-0.2 * wide, 0.1 * high) + extrude(
            [
                (-wide / 2, -high / 2),
                (wide / 2, -high / 2),
                (wide / 2, -0.1 * high),
                (0.15 * wide, 0.25 * high),
                (-0.1 * wide, -0.2 * high),
            ],
            0.11,
        ).paint(leaf(rng))
    elif kind == "checks":
        shape += box(0.94 * wide, 0.9 * high, 0.1, cuts=10).paint(checks([ground, other], 0.19 * high))
    elif kind == "bottle":
        shape += (
            extrude(
                [
                    (-0.1, -0.4),
                    (0.1, -0.4),
                    (0.1, 0.05),
                    (0.04, 0.2),
                    (0.04, 0.4),
                    (-0.04, 0.4),
                    (-0.04, 0.2),
                    (-0.1, 0.05),
                ],
                0.14,
            )
            .scale(1.1 * high, high, 1)
            .paint(tone)
            .move(-0.25 * wide)
        )
        shape += box(0.4 * wide, 0.12 * high, 0.11).along(3, y=0.24 * high).paint(other).move(0.18 * wide)
    elif kind == "arrow":
        shape += (
            extrude([(-0.4, -0.1), (0.1, -0.1), (0.1, -0.28), (0.42, 0), (0.1, 0.28), (0.1, 0.1), (-0.4, 0.1)], 0.12)
            .scale(wide, high, 1)
            .paint(other)
        )
    elif kind == "face":
        shape += (
            rod(0.4 * high, 0.12, around=22).turn("x", 90).paint(pick(rng, [(0.98, 0.82, 0.2), tone]))
            + box(0.08, 0.2 * high, 0.15).paint(BLACK).move(0.14 * high, 0.1 * high).both()
            + box(0.4 * high, 0.07, 0.15).paint(BLACK).move(0, -0.18 * high)
        )
    else:
        for k in range(3):
            long = wide * rng.uniform(0.4, 0.85)
            shape += (
                box(long, 0.16 * high, 0.12)
                .paint(other if k else tone)
                .move((long - 0.88 * wide) / 2, 0.28 * high - 0.27 * high * k)
            )
    return shape


def billboard(rng: np.random.Generator) -> Shape:
    """Return a big advertising board on one post or on legs, with frame, lamps and catwalk; or a sandwich board."""
    wide, high = rng.uniform(1.2, 2.2), rng.uniform(0.7, 1.1)
    steel, leg = pick(rng, [STEEL, dark(rng), wood(rng), grey(rng, 0.3, 0.7)]), rng.uniform(0.4, 1.4)
    kind = pick(rng, ["post", "legs", "legs", "low"])
    panel = picture_panel(rng, wide, high)
    panel += (
        box(wide + 0.12, 0.09, 0.14).move(0, high / 2).both("y") + box(0.09, high + 0.12, 0.14).move(wide / 2).both()
    ).paint(steel)
    if kind == "low":
        tall = rng.uniform(1.1, 1.4)
        panel = picture_panel(rng, 0.75, tall) + (
            box(0.85, 0.08, 0.13).move(0, tall / 2).both("y") + box(0.08, tall + 0.25, 0.13).move(0.4, -0.06).both()
        ).paint(steel)
        side = panel.turn("x", -14).move(0, tall / 2 + 0.1, 0.22)
        return side + side.turn("y", 180)
    shape = panel.move(0, leg + high / 2)
    if chance(rng, 0.6):
        shape += box(0.96 * wide, 0.95 * high, 0.06).paint(grey(rng, 0.4, 0.8)).move(0, leg + high / 2, -0.07)
    else:
        shape += panel.turn("y", 180).move(0, leg + high / 2, -0.1)
    if kind == "post":
        shape += rod(0.12, leg + 0.2, around=pick(rng, [6, 14])).paint(steel).move(0, leg / 2, -0.06) + rod(
            0.3, 0.1, around=14
        ).paint(grey(rng)).move(0, 0.05, -0.06)
    else:
        post = box(0.1, leg + high, 0.1).move(0.33 * wide, (leg + high) / 2, -0.12)
        if chance(rng, 0.5):
            post += rail((0.33 * wide, 0, -0.7), (0.33 * wide, leg + 0.5 * high, -0.12), 0.05, around=4)
        shape += post.both().paint(steel)
    if chance(rng, 0.6):
        lamp = rail((0, 0, 0), (0, 0.12, 0.25), 0.03) + box(0.16, 0.07, 0.12).move(0, 0.12, 0.28)
        shape += lamp.along(int(rng.integers(2, 5)), x=0.26 * wide).paint(steel).move(0, leg + high + 0.02)
    if chance(rng, 0.4):
        shape += box(1.02 * wide, 0.06, 0.26).paint(shade(steel, 0.8)).move(0, leg - 0.04, 0.12)
    return shape


def cloth_colours(rng: np.random.Generator, wide: float, high: float) -> Shape:
    """Return a flag from x = 0 to `wide`, centred in y, plain, striped, with a cross, or a disc."""
    kind, a, b, c = (
        pick(rng, ["rows", "columns", "cross", "disc", "plain", "checks"]),
        vivid(rng),
        pick(rng, [WHITE, vivid(rng)]),
        vivid(rng),
    )
    shape = box(wide, high, 0.07, cuts=12).move(wide / 2)
    if kind == "rows":
        shape = shape.paint(stripes([a, b, c] if chance(rng, 0.5) else [a, b], "y", high / 3, high / 2 + 3e-4))
    elif kind == "columns":
        shape = shape.paint(stripes([a, b, c], "x", wide / 3))
    elif kind == "checks":
        shape = shape.paint(checks([WHITE, BLACK], high / 4))
    else:
        shape = shape.paint(a)
    if kind == "cross":
        shape += (
            box(wide, 0.17 * high, 0.09, cuts=10).move(wide / 2)
            + box(0.17 * high, high, 0.09, cuts=4).move(0.36 * wide)
        ).paint(b)
    elif kind == "disc":
        shape += rod(0.27 * high, 0.1, around=18).turn("x", 90).paint(b).move(wide / 2)
    return shape


def waving(rng: np.random.Generator, shape: Shape, high: float, knob: Colour) -> Shape:
    """Return the pole with a waving flag."""
    wide, tall = rng.uniform(0.8, 1.2), rng.uniform(0.5, 0.75)
    wave, phase = rng.uniform(0.02, 0.09), rng.uniform(5, 9)
    flag = cloth_colours(rng, wide, tall)
    if chance(rng, 0.25):
        flag = flag.bend(lambda v: v * np.stack([1 + 0 * v[:, 0], 1 - 0.97 * v[:, 0] / wide, 1 + 0 * v[:, 0]], 1))
    flag = flag.bend(lambda v: v + np.stack([0 * v[:, 0], -0.1 * v[:, 0] ** 2, wave * np.sin(phase * v[:, 0])], 1))
    return shape + flag.move(0, high - tall / 2 - 0.05) + ball(0.08, detail=10).paint(knob).move(0, high + 0.04)


def feather(rng: np.random.Generator, shape: Shape, high: float, tone: Colour, trim: Colour) -> Shape:
    """Return the pole with a feather flag."""
    wide = rng.uniform(0.4, 0.6)
    line = smooth(
        [
            (0, 0),
            (0, 0.8 * high),
            (0.3 * wide, high),
            (0.85 * wide, 0.95 * high),
            (wide, 0.8 * high),
            (0.9 * wide, 0.3 * high),
        ],
        18,
    )
    return (
        shape
        + extrude([*line[::-1], (0.05 * wide, 0)], 0.07).move(0, 0.14).paint(tone).finer()
        + box(0.45 * wide, 0.09, 0.1).along(int(rng.integers(3, 6)), y=0.16).paint(trim).move(0.5 * wide, 0.6 * high)
    )


def banner(rng: np.random.Generator) -> Shape:
    """Return a waving flag on a pole, a hanging banner with points, or a feather flag."""
    kind, pole = (
        pick(rng, ["flag", "flag", "hang", "hang", "feather"]),
        pick(rng, [wood(rng), STEEL, WHITE, dark(rng), (0.85, 0.66, 0.2)]),
    )
    high, knob = rng.uniform(1.5, 2.3), pick(rng, [(0.9, 0.72, 0.2), STEEL, pole])
    foot = pick(
        rng,
        [
            rod(0.24, 0.1, 0.18, 16).move(0, 0.05),
            box(0.4, 0.14, 0.4).move(0, 0.07),
            lathe([(0.3, 0), (0.12, 0.25), (0, 0.25)], 7),
        ],
    )
    shape = rod(0.045, high, around=8).paint(pole).move(0, high / 2) + foot.paint(grey(rng, 0.2, 0.7))
    if kind == "flag":
        return waving(rng, shape, high, knob)
    tone, trim = vivid(rng), pick(rng, [WHITE, (0.9, 0.72, 0.2), vivid(rng), dark(rng)])
    if kind == "feather":
        return feather(rng, shape, high, tone, trim)
    wide, tall = rng.uniform(0.5, 0.8), rng.uniform(0.8, 1.2)
    tail = pick(
        rng,
        [[(0, -tall - 0.2)], [(0.25 * wide, -tall - 0.2), (0, -tall), (-0.25 * wide, -tall - 0.2)], [(0, -tall + 0.2)]],
    )
    outline = [(wide / 2, 0), (wide / 2, -tall), *tail, (-wide / 2, -tall), (-wide / 2, 0)]
    cloth = (
        extrude(outline, 0.06)
        .finer()
        .paint(
            pick(rng, [tone, split_at(trim, tone, "y", -0.85 * tall), stripes([tone, trim], "x", wide / 3, wide / 2)])
        )
    )
    mark = pick(
        rng,
        [
            rod(0.17, 0.12, around=14).turn("x", 90),
            box(0.09, 0.4, 0.12) + box(0.3, 0.09, 0.12),
            lathe([(0, -0.22), (0.17, 0), (0, 0.22)], 4).scale(1, 1, 0.35),
        ],
    )
    bar = (
        rail((-0.6 * wide, 0, 0), (0.6 * wide, 0, 0), 0.045).paint(pole)
        + ball(0.07, detail=8).paint(knob).move(0.62 * wide).both()
    )
    return (
        shape
        + (cloth + mark.paint(trim).move(0, -0.45 * tall) + bar).move(0, high - 0.12, 0.07)
        + lathe([(0.07, 0), (0.1, 0.08), (0, 0.26)], 6).paint(knob).move(0, high - 0.02)
    )


def stop_sign(rng: np.random.Generator, shape: Shape, frame: Colour, wide: float, deep: float, high: float) -> Shape:
    """Return the shelter with a stop sign beside it."""
    plate = pick(rng, [rod(0.2, 0.07, around=18).turn("x", 90), box(0.34, 0.4, 0.07)]).paint(
        pick(rng, [(0.15, 0.35, 0.75), (0.95, 0.8, 0.1), (0.1, 0.5, 0.3), vivid(rng)])
    )
    plate += box(0.2, 0.1, 0.1).paint(WHITE).move(0, 0.02) + box(0.05, 0.05, 0.11).paint(BLACK).move(0.06, -0.05).both()
    shape += (
        rod(0.045, high + 0.3, around=8).paint(frame).move(0, high / 2 + 0.15) + plate.move(0, high + 0.25, 0.05)
    ).move((wide / 2 + 0.35) * pick(rng, [-1, 1]), 0, deep / 2)
    return shape


def bus_stop(rng: np.random.Generator) -> Shape:
    """Return a shelter with roof, glass walls and bench, a sign beside it."""
    frame, pane, wide, deep, high = (
        pick(rng, [STEEL, dark(rng), vivid(rng), wood(rng), leaf(rng)]),
        glass(rng),
        rng.uniform(1.6, 2.4),
        rng.uniform(0.6, 0.85),
        rng.uniform(1.15, 1.4),
    )
    back = pick(rng, [pane, pane, wood(rng), vivid(rng)])
    shape = box(0.08, high, 0.08).move(wide / 2, high / 2, deep / 2).corners().paint(frame) + box(
        wide, 0.84 * high, 0.06
    ).paint(back).move(0, 0.54 * high, -deep / 2)
    shape += (
        box(wide, 0.07, 0.09).move(0, 0.12 * high, -deep / 2)
        + box(0.06, 0.84 * high, 0.08).along(3, x=wide / 3).move(0, 0.54 * high, -deep / 2)
    ).paint(frame)
    walls = box(0.06, 0.8 * high, 0.75 * deep).paint(pane).move(wide / 2, 0.54 * high, -0.1 * deep)
    shape += walls.both() if chance(rng, 0.6) else walls
    if chance(rng, 0.4):
        shape += (
            box(0.07, 0.66 * high, 0.55 * deep).paint(vivid(rng)) + box(0.09, 0.16 * high, 0.4 * deep).paint(WHITE)
        ).move(wide / 2 + 0.02, 0.55 * high, -0.05)
    roof, cover = pick(rng, [frame, vivid(rng), grey(rng, 0.4, 0.9)]), pick(rng, ["flat", "bow", "slope"])
    if cover == "bow":
        t = np.linspace(-1, 1, 9)
        rise = 0.2
        line = np.stack([t * (deep / 2 + 0.16), rise * (1 - t**2)], 1)
        shape += extrude([*line, *(line[::-1] - (0, 0.08))], wide + 0.3, plane="zy").paint(roof).move(0, high)
    else:
        shape += (
            box(wide + 0.3, 0.1, deep + 0.4, 0.02)
            .turn("x", -8 if cover == "slope" else 0)
            .paint(roof)
            .move(0, high + 0.05, 0.06)
        )
    seat = (
        box(0.7 * wide, 0.07, 0.28).paint(pick(rng, [wood(rng), frame, vivid(rng)])).move(0, 0.36)
        + box(0.08, 0.36, 0.2).paint(frame).move(0.28 * wide, 0.18).both()
    )
    shape += seat.move(0, 0, -0.2 * deep)
    if chance(rng, 0.8):
        shape = stop_sign(rng, shape, frame, wide, deep, high)
    ground = box(wide + 1.0, 0.1, deep + 0.5).paint(grey(rng, 0.45, 0.75)).move(0, -0.04)
    return (
        shape
        + ground
        + (
            rod(0.13, 0.4, 0.15, 12).paint(dark(rng)).move(-wide / 2 + 0.25, 0.2, deep / 2 - 0.1)
            if chance(rng, 0.4)
            else box(0.2, 0.06, 0.1).paint(LAMP).move(0, high - 0.03)
        )
    )


FAMILIES = {
    "billboard": billboard,
    "banner": banner,
    "bus_stop": bus_stop,
}
