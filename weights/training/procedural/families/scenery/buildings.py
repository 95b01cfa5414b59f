"""Temples, pagodas, churches, barns, huts, watchtowers and gates."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth
from ...paint import (
    BLACK,
    GOLD,
    LAMP,
    WHITE,
    chance,
    glass,
    grey,
    pick,
    shade,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, lathe, rod, torus
from ...shape import Colour, Shape, join
from ..places.houses import door, gable, roof_colour, stone, wall_colour, window
from .monuments import marble, pillar


def stepped_pyramid(rng: np.random.Generator, colour: Colour) -> Shape:
    """Return a stepped pyramid with stairs and a cell on top."""
    steps, wide, rise = int(rng.integers(4, 8)), rng.uniform(1.8, 2.4), rng.uniform(0.2, 0.3)
    shape = join(
        box(wide * (1 - 0.72 * k / steps), rise, wide * (1 - 0.72 * k / steps))
        .paint(shade(colour, 1 if k % 2 else 0.85))
        .move(0, rise * (k + 0.5))
        for k in range(steps)
    )
    slope = np.arctan2(rise * steps, 0.36 * wide)
    long = np.hypot(rise * steps, 0.36 * wide)
    flight = (
        (box(0.4, 0.12, long) + box(0.09, 0.2, long).move(0.23).both())
        .turn("x", np.degrees(slope))
        .move(0, rise * steps / 2 + 0.02, 0.34 * wide)
    )
    flight = flight.paint(stripes([shade(colour, 1.15), shade(colour, 0.7)], "y", 0.1)).finer()
    shape += flight.around(pick(rng, [1, 4]))
    top = 0.2 * wide
    cell = (
        box(top, 0.4, top).move(0, 0.2).paint(colour)
        + box(0.4 * top, 0.3, 0.06).paint(BLACK).move(0, 0.15, top / 2)
        + box(1.2 * top, 0.12, 1.2 * top).paint(pick(rng, [colour, vivid(rng)])).move(0, 0.44)
    )
    return (shape + cell.move(0, rise * steps)).finer()


def round_temple(rng: np.random.Generator, roof: Colour, one: Shape, colour: Colour, high: float) -> Shape:
    """Return a ring of columns under a dome."""
    count, wide = int(rng.integers(6, 11)), rng.uniform(0.7, 0.95)
    shape = join(rod(wide + 0.2 + 0.14 * k, 0.1, around=24).move(0, -0.05 - 0.1 * k) for k in range(3)).paint(colour)
    shape += one.move(wide - 0.02).around(count) + rod(wide + 0.16, 0.16, around=24).paint(colour).move(0, high + 0.08)
    dome = (
        ball(wide + 0.06, rng.uniform(0.4, 0.8), detail=18)
        .paint(pick(rng, [roof, GOLD, vivid(rng)]))
        .move(0, high + 0.12)
    )
    return (
        shape
        + dome
        + (
            rod(0.6 * wide, high, around=16).paint(shade(colour, 0.75)).move(0, high / 2)
            if chance(rng, 0.6)
            else ball(0.1).paint(GOLD).move(0, 0.1)
        )
    )


def temple(rng: np.random.Generator) -> Shape:
    """Return a temple with columns and pediment, a round one, or a stepped pyramid."""
    colour, kind = marble(rng), pick(rng, ["greek", "greek", "round", "pyramid"])
    order, high, r = pick(rng, ["doric", "scroll", "square"]), rng.uniform(0.8, 1.3), rng.uniform(0.08, 0.12)
    if kind == "pyramid":
        return stepped_pyramid(rng, colour)
    roof = pick(rng, [colour, shade(colour, 0.8), roof_colour(rng)])
    one = pillar(r, high, shade(colour, 1.1), order, 8)
    if kind == "round":
        return round_temple(rng, roof, one, colour, high)
    across, deep = int(rng.integers(4, 7)), int(rng.integers(3, 7))
    step = rng.uniform(0.36, 0.46)
    wide, long = step * (across - 1), step * (deep - 1)
    shape = join(
        box(wide + 0.4 + 0.24 * k, 0.1, long + 0.4 + 0.24 * k).move(0, -0.05 - 0.1 * k) for k in range(3)
    ).paint(shade(colour, 0.92))
    shape += one.along(across, x=step).move(0, 0, long / 2).both("z")
    if deep > 2:
        shape += one.along(deep - 2, z=step).move(wide / 2).both()
    shape += box(wide - 0.3, high, max(long - 0.4, 0.3)).paint(shade(colour, 0.8)).move(0, high / 2)
    shape += door(0.32, 0.7 * high, pick(rng, [wood(rng), BLACK]), False).move(0, 0, max(long - 0.4, 0.3) / 2)
    shape += box(wide + 0.34, 0.18, long + 0.34).paint(colour).move(0, high + 0.09)
    rise = rng.uniform(0.35, 0.6)
    return (
        shape
        + gable(wide + 0.34, rise, long + 0.34, 0.1, roof, shade(colour, 1.1)).move(0, high + 0.18)
        + ball(0.12, 0.12, 0.05, detail=8).paint(GOLD).move(0, high + 0.18 + 0.4 * rise, long / 2 + 0.17)
    )


def curled_roof(wide: float, rise: float, top: float, lift: float, sides: int, colour: Colour) -> Shape:
    """Return a hollowed hip roof with raised corners on y = 0; sides 4, or a many-sided one."""
    profile = [
        (0.6 * wide, -0.04),
        (wide, 0.0),
        (1.01 * wide, 0.07),
        (0.75 * wide, 0.2 * rise + 0.05),
        (0.55 * (wide + top) / 1.3, 0.5 * rise),
        (top, rise),
        (0, rise),
    ]
    if sides == 4:
        roof = lathe(profile, 24, 9)
        roof = roof.bend(
            lambda v: (
                v + np.stack([0 * v[:, 0], lift * (np.abs(v[:, 0] * v[:, 2]) / (0.86 * wide**2)) ** 2, 0 * v[:, 0]], 1)
            )
        )
    else:
        roof = lathe(profile, sides)
        roof += ball(0.05 * wide, 0.1 * wide, detail=6).move(wide, 0.08).around(sides)
    return roof.paint(colour)


def pagoda(rng: np.random.Generator) -> Shape:
    """Return a tower of curled roofs, square, six- or eight-sided, or a single hall."""
    sides, tiers = pick(rng, [4, 4, 6, 8]), int(rng.integers(1, 7))
    wall, trim = (
        pick(rng, [(0.75, 0.16, 0.12), WHITE, wood(rng), vivid(rng), (0.9, 0.82, 0.65)]),
        pick(rng, [(0.7, 0.12, 0.1), GOLD, wood(rng), vivid(rng)]),
    )
    roof = pick(rng, [roof_colour(rng), (0.2, 0.22, 0.26), (0.15, 0.4, 0.35), (0.6, 0.2, 0.15)])
    wide, level = rng.uniform(0.6, 0.85) * (1.5 if tiers == 1 else 1), 0.0
    shape = (
        box(2.6 * wide, 0.16, 2.6 * wide).paint(stone(rng))
        if sides == 4
        else rod(1.5 * wide, 0.16, around=sides).paint(stone(rng))
    )
    shape += box(0.6, 0.12, 0.3).paint(stone(rng)).move(0, -0.02, 1.35 * wide)
    flare, shrink = rng.uniform(1.35, 1.7), rng.uniform(0.8, 0.92)
    for k in range(tiers):
        high = rng.uniform(0.4, 0.55) * (1.2 if k == 0 else 1) * (1.6 if tiers == 1 else 1)
        if sides == 4:
            body = box(1.7 * wide, high, 1.7 * wide).paint(wall).move(0, high / 2) + box(0.1, high, 0.1).move(
                0.84 * wide, high / 2, 0.84 * wide
            ).corners().paint(trim)
            front = 0.85 * wide
        else:
            body = rod(wide, high, around=sides).paint(wall).move(0, high / 2) + box(0.09, high, 0.09).move(
                wide, high / 2
            ).around(sides).paint(trim)
            front = wide * np.cos(np.pi / sides)
        pane = box(0.42 * wide, 0.55 * high, 0.08).paint(pick(rng, [BLACK, LAMP, shade(trim, 0.7)])) + box(
            0.05, 0.55 * high, 0.1
        ).paint(trim)
        panes = pane.move(0, 0.5 * high, front)
        body += panes.around(4) if sides != 6 else panes.turn("y", 0 if sides == 4 else 30).around(6)
        body += (
            box(1.9 * wide, 0.07, 1.9 * wide).paint(trim).move(0, high - 0.03)
            if sides == 4
            else rod(1.1 * wide, 0.07, around=sides).paint(trim).move(0, high - 0.03)
        )
        shape += body.move(0, level)
        level += high
        rise = 0.34 if k < tiers - 1 else rng.uniform(0.5, 0.8)
        shape += curled_roof(flare * wide, rise, 0.06 if k == tiers - 1 else 0.75 * wide, 0.2 * wide, sides, roof).move(
            0, level
        )
        level += rise - (0.06 if k < tiers - 1 else 0.02)
        wide *= shrink
    spire = (
        rod(0.05, 0.4, 0.035, 8).move(0, 0.15)
        + torus(0.09, 0.035, 12, 6).along(3, y=0.1).move(0, 0.17)
        + ball(0.08, detail=8).move(0, 0.38)
    )
    return shape + spire.paint(pick(rng, [GOLD, GOLD, roof])).move(0, level)


def lancet(wide: float, high: float, pane: Colour, frame: Colour) -> Shape:
    """Return a round-headed window that stands on y = 0 in the plane z = 0."""
    outline = [(-wide / 2, 0), (wide / 2, 0), *arc(wide / 2, 0, 180, 7, (0, high - wide / 2))]
    return extrude(outline, 0.1).paint(pane) + extrude(np.array(outline) * 1.2 - (0, 0.08), 0.06).paint(frame)


def onion(r: float, colour: Colour, around: int = 16) -> Shape:
    """Return a bulbous dome with a tip on y = 0."""
    return lathe(
        smooth([(0.75 * r, 0), (1.15 * r, 0.45 * r), (0.95 * r, 1.0 * r), (0.25 * r, 1.6 * r), (0.04, 2.0 * r)], 16),
        around,
    ).paint(colour)


def steeple(
    rng: np.random.Generator,
    style: str,
    side: float,
    tall: float,
    wall: Colour,
    frame: Colour,
    roof: Colour,
    cross: Shape,
) -> Shape:
    """Return a square church tower with a spire, an onion dome or a flat top, and a cross."""
    ledge = box(1.1 * side, 0.08, 1.1 * side).paint(frame)
    tower = box(side, tall, side).paint(wall).move(0, tall / 2) + ledge.move(0, tall) + ledge.move(0, tall - 0.64)
    tower += lancet(0.2, 0.36, BLACK, frame).move(0, tall - 0.5, side / 2).around(4)
    if style == "spire":
        up, sides = rng.uniform(0.8, 1.8), pick(rng, [4, 8])
        spire = lathe([(0.78 * side, 0), (0.74 * side, 0.06), (0, up)], sides)
        tower += spire.turn("y", 180 / sides).paint(roof).move(0, tall)
    elif style == "onion":
        up = 0.96 * side
        tower += onion(0.48 * side, roof).move(0, tall)
    else:
        up = 0.16
        corner = box(0.16, 0.2, 0.16).move(0.44 * side, 0.08, 0.44 * side).corners()
        tower += corner.paint(wall).move(0, tall) + box(side, 0.14, side).paint(roof).move(0, tall + 0.04)
    if chance(rng, 0.4):
        tower += rod(0.17, 0.08, around=14).turn("x", 90).paint(WHITE).move(0, 0.6 * tall, side / 2)
    return tower + cross.move(0, tall + up - 0.04)


def church(rng: np.random.Generator) -> Shape:
    """Return a nave with a spired or domed tower, cross, round-headed windows, sometimes an apse."""
    wall, roof, pane = (
        pick(rng, [wall_colour(rng), WHITE, stone(rng)]),
        roof_colour(rng),
        pick(rng, [glass(rng), vivid(rng)]),
    )
    frame = pick(rng, [WHITE, stone(rng)])
    wide, long, high, rise = rng.uniform(1.0, 1.5), rng.uniform(1.6, 2.6), rng.uniform(0.9, 1.3), rng.uniform(0.7, 1.2)
    shape = box(wide, high, long).paint(wall).move(0, high / 2) + gable(wide, rise, long, 0.12, roof, wall).move(
        0, high
    )
    count = int(rng.integers(2, 5))
    shape += (
        lancet(0.24, 0.6 * high, pane, frame)
        .along(count, x=long / (count + 0.5))
        .turn("y", 90)
        .move(wide / 2, 0.22 * high)
        .both()
    )
    cross = (box(0.07, 0.42, 0.07).move(0, 0.2) + box(0.28, 0.07, 0.07).move(0, 0.27)).paint(
        pick(rng, [GOLD, BLACK, WHITE])
    )
    style = pick(rng, ["spire", "spire", "onion", "flat", "bell"])
    if style == "bell":
        top = (
            box(0.6, 0.7, 0.2).paint(wall).move(0, 0.3)
            + lancet(0.28, 0.4, BLACK, frame).move(0, 0.2, 0.08)
            + gable(0.62, 0.28, 0.24, 0.06, roof, wall).move(0, 0.64)
            + cross.move(0, 0.9)
        )
        front = long / 2
        shape += top.move(0, high + rise - 0.25, front - 0.12)
    else:
        side, tall = rng.uniform(0.5, 0.75), high + rise * rng.uniform(0.7, 1.4)
        front = long / 2 + 0.6 * side
        tint = pick(rng, [GOLD, (0.2, 0.4, 0.7), (0.2, 0.5, 0.4), roof]) if style == "onion" else roof
        shape += steeple(rng, style, side, tall, wall, frame, tint, cross).move(0, 0, front - side / 2)
        if style == "onion":
            small = rod(0.15, 0.4).paint(wall) + onion(0.17, tint, 12).move(0, 0.2)
            shape += small.move(0, high + 0.9 * rise).along(2, z=0.45 * long)
    shape += door(0.36, 0.65, wood(rng), True).move(0, 0.02, front + 0.02) + box(0.6, 0.08, 0.24).paint(
        stone(rng)
    ).move(0, 0.04, front + 0.14)
    if chance(rng, 0.4):
        shape += rod(0.4 * wide, 0.8 * high, around=12).paint(wall).move(0, 0.4 * high, -long / 2) + lathe(
            [(0.46 * wide, 0), (0, 0.4)], 12
        ).paint(roof).move(0, 0.8 * high, -long / 2)
    return shape


def barn(rng: np.random.Generator) -> Shape:
    """Return a barn with a gambrel, pointed or round roof, white trim, perhaps a silo and a fence."""
    wall = pick(rng, [(0.65, 0.14, 0.1), (0.72, 0.2, 0.14), wood(rng), (0.25, 0.4, 0.3), WHITE])
    trim, roof = pick(rng, [WHITE, WHITE, wood(rng)]), pick(rng, [roof_colour(rng), grey(rng, 0.3, 0.7)])
    half, high, long, rise = rng.uniform(0.8, 1.1), rng.uniform(0.7, 1.1), rng.uniform(1.7, 2.8), rng.uniform(0.7, 1.0)
    kind = pick(rng, ["gambrel", "gambrel", "gable", "round"])
    line = {
        "gambrel": [(half, 0), (0.68 * half, 0.62 * rise), (0, rise), (-0.68 * half, 0.62 * rise), (-half, 0)],
        "gable": [(half, 0), (0, 0.9 * rise), (-half, 0)],
        "round": list(arc(1, 0, 180, 11) * (half, rise)),
    }[kind]
    upper = np.add(line, (0, high))
    shape = extrude([(-half, 0), (half, 0), *upper], long).finer().paint(stripes([wall, shade(wall, 0.88)], "x", 0.14))
    outer = np.array(line) * (1.12, 1.08) + (0, high + 0.1)
    shell = extrude([*outer, *(upper[::-1] - (0, 0.02))], long + 0.24).paint(roof)
    gate = box(0.8, 0.85, 0.08).paint(trim) + box(0.66, 0.72, 0.1).paint(wall)
    brace = box(0.07, 0.95, 0.12).turn("z", 42) + box(0.07, 0.95, 0.12).turn("z", -42) + box(0.07, 0.8, 0.12)
    front = gate.move(0, 0.43) + brace.paint(trim).move(0, 0.43)
    loft = box(0.42, 0.36, 0.08).paint(trim) + box(0.3, 0.25, 0.12).paint(BLACK)
    shape += shell + front.move(0, 0, long / 2) + loft.move(0, high + 0.28 * rise, long / 2).both("z")
    shape += (
        window(rng, 0.28, 0.28, trim, glass(rng)).along(3, x=0.3 * long).turn("y", 90).move(half, 0.55 * high).both()
    )
    shape += box(0.1, high, 0.1).paint(trim).move(half, high / 2, long / 2).corners()
    if chance(rng, 0.55):
        r, tall = rng.uniform(0.3, 0.42), rng.uniform(1.6, 2.4)
        tone = grey(rng, 0.5, 0.9)
        silo = (
            rod(r, tall, around=16).finer().paint(stripes([tone, shade(tone, 0.85)], "y", tall / 8)).move(0, tall / 2)
        )
        silo += (
            ball(r * 1.03, 0.8 * r, r * 1.03, detail=16)
            .paint(pick(rng, [roof, grey(rng, 0.4, 0.9), wall]))
            .move(0, tall)
        )
        shape += silo.move((half + r) * pick(rng, [-1, 1]), 0, rng.uniform(-0.3, 0.2) * long)
    if chance(rng, 0.3):
        cap = box(0.3, 0.26, 0.3).paint(trim) + lathe([(0.28, 0), (0, 0.24)], 4).turn("y", 45).paint(roof).move(0, 0.12)
        shape += cap.move(0, high + 0.95 * rise + 0.2)
    return shape


FAMILIES = {
    "temple": temple,
    "pagoda": pagoda,
    "church": church,
    "barn": barn,
}
