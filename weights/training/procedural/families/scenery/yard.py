"""Mailboxes, slides and grandstands."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth
from ...paint import (
    BLACK,
    GOLD,
    STEEL,
    WHITE,
    chance,
    dark,
    grey,
    leaf,
    pick,
    shade,
    stripes,
    vivid,
    wood,
)
from ...parts import box, extrude, lathe, loft, rail, rod
from ...shape import Shape, join
from ..nature.stones import EARTH


def mailbox(rng: np.random.Generator) -> Shape:
    """Return a round-roofed box with a flag, a big street box, or a small house-shaped one."""
    kind, colour = (
        pick(rng, ["tunnel", "tunnel", "street", "house"]),
        pick(rng, [vivid(rng), (0.15, 0.25, 0.55), (0.8, 0.12, 0.1), STEEL, BLACK, WHITE]),
    )
    high, post = rng.uniform(0.6, 1.1), pick(rng, [wood(rng), WHITE, dark(rng)])
    if kind == "street":
        wide = rng.uniform(0.6, 0.75)
        outline = [
            (-wide / 2, 0.2),
            (wide / 2, 0.2),
            *arc(wide / 2, 0, 180, 13, (0, 1.0)),
        ]
        shape = (
            extrude(outline, 0.7, 0.02, "zy").paint(colour)
            + box(0.09, 0.3, 0.09).paint(shade(colour, 0.7)).move(0.28, 0.13, 0.4 * wide).corners()
        )
        shape += box(0.5, 0.09, 0.1).turn("x", -35).paint(shade(colour, 0.6)).move(0, 1.18, 0.42 * wide) + box(
            0.42, 0.36, 0.06
        ).paint(pick(rng, [WHITE, shade(colour, 1.3)])).move(0, 0.66, wide / 2)
        return shape + box(0.76, 0.08, wide + 0.06).paint(shade(colour, 0.75)).move(0, 0.24)
    shape = (
        box(0.13, high, 0.13).move(0, high / 2) if chance(rng, 0.6) else rod(0.08, high, around=10).move(0, high / 2)
    ).paint(post)
    shape += pick(rng, [box(0.5, 0.08, 0.5), rod(0.3, 0.08, around=12), box(0.3, 0.14, 0.3)]).paint(
        pick(rng, [leaf(rng), grey(rng), EARTH])
    )
    if chance(rng, 0.4):
        shape += rail((0, high - 0.4, 0), (0, high, 0.32), 0.05, around=4).paint(post)
    red = pick(rng, [(0.85, 0.1, 0.1), (0.95, 0.75, 0.1), WHITE])
    if kind == "tunnel":
        half, tall, long = rng.uniform(0.17, 0.24), rng.uniform(0.14, 0.24), rng.uniform(0.65, 0.9)
        outline = [(-half, 0), (half, 0), *arc(half, 0, 180, 11, (0, tall))]
        body = extrude(outline, long, 0.015).paint(colour).finer()
        cap = extrude(np.array(outline) * 0.9 + (0, 0.02), 0.06).paint(shade(colour, 0.8)).move(
            0, 0, long / 2 + 0.02
        ) + box(0.08, 0.06, 0.08).paint(STEEL).move(0, tall + 0.7 * half, long / 2 + 0.06)
        body += cap
        flag = box(0.05, 0.34, 0.06).move(0, 0.12) + box(0.05, 0.13, 0.2).move(0, 0.24, -0.08)
        body += flag.turn("x", pick(rng, [0, -80])).paint(red).move(half + 0.02, tall, 0.12)
        if chance(rng, 0.4):
            body += box(0.06, 0.1, 0.3).along(1).paint(WHITE).move(half, 0.5 * tall, -0.15).both()
        return shape + body.move(0, high - 0.02, 0.06)
    house = box(0.56, 0.5, 0.42).paint(colour).move(0, 0.25) + extrude(
        [(-0.4, -0.04), (0.4, -0.04), (0, 0.34)], 0.54
    ).paint(pick(rng, [wood(rng), vivid(rng), dark(rng)])).move(0, 0.5)
    house += (
        box(0.34, 0.06, 0.08).paint(BLACK).move(0, 0.38, 0.2)
        + box(0.2, 0.14, 0.06).paint(WHITE).move(0, 0.18, 0.21)
        + box(0.2, 0.05, 0.14).turn("x", -30).paint(WHITE).move(0, 0.42, 0.24)
        + rod(0.06, 0.05, around=10).turn("x", 90).paint(GOLD).move(0, 0.6, 0.26)
    )
    return (shape + house.move(0, high - 0.03, 0.04)).finer()


def chute(path: np.ndarray, side: np.ndarray, half: float) -> Shape:
    """Return a gutter with raised sides along a path [K,3]; `side` [K,3] points across it."""
    right = [(half - 0.07, 0.04), (half - 0.06, 0.16), (half, 0.16), (half, -0.03)]
    ring = np.array([*[(-x, y) for x, y in right[::-1]], *right])
    rings = path[:, None] + ring[None, :, :1] * side[:, None]
    rings[:, :, 1] += ring[None, :, 1]
    return loft(rings)


def slide(rng: np.random.Generator) -> Shape:
    """Return a playground slide: straight, wavy or spiral, with ladder, rails, perhaps a roofed deck."""
    colour, frame, high = vivid(rng), pick(rng, [STEEL, vivid(rng), wood(rng)]), rng.uniform(1.0, 1.5)
    kind, half = pick(rng, ["straight", "wavy", "straight", "spiral"]), rng.uniform(0.2, 0.28)
    if kind == "spiral":
        t, turn = np.linspace(0, 1, 36), rng.uniform(1.2, 1.7) * 2 * np.pi
        r = 0.55
        centre = np.stack([r * np.sin(turn * t), high * (1 - t) + 0.1, r - r * np.cos(turn * t) + 0.25], 1)
        side = np.stack([np.sin(turn * t), 0 * t, -np.cos(turn * t)], 1)
        shape = chute(centre, side, half).paint(colour) + rod(0.07, high + 0.5, around=10).paint(frame).move(
            0, high / 2 + 0.25, r + 0.25
        )
    else:
        run = high * rng.uniform(1.1, 1.5)
        bump = 0.12 * high if kind == "wavy" else 0.0
        places = [
            (0, high, -0.1),
            (0, high - 0.02, 0.15),
            (0, 0.66 * high + bump, 0.36 * run),
            (0, 0.42 * high - 0.3 * bump, 0.6 * run),
            (0, 0.16 * high + 0.05, 0.86 * run),
            (0, 0.14, run),
            (0, 0.13, run + 0.3),
        ]
        path = smooth(places, 28)
        shape = chute(path, np.tile([1.0, 0, 0], (len(path), 1)), half).paint(colour)
        if chance(rng, 0.5):
            shape += box(0.08, 0.4 * high, 0.08).paint(frame).move(half - 0.05, 0.2 * high, 0.62 * run).both()
    deck = rng.uniform(0.3, 0.6)
    shape += (
        box(2 * half + 0.1, 0.08, deck).paint(frame).move(0, high - 0.02, -deck / 2)
        + box(0.08, high + 0.45, 0.08).paint(frame).move(half + 0.03, (high + 0.45) / 2, -0.05).both()
    )
    back = pick(rng, [0.1, 0.45])
    ladder = rail((half + 0.02, 0, -deck - back), (half + 0.02, high + 0.45, -deck), 0.045).both()
    rungs = join(
        box(2 * half, 0.06, 0.09).move(0, high * s, -deck - back * (1 - s * high / (high + 0.45)))
        for s in np.linspace(0.15, 0.85, int(rng.integers(4, 7)))
    )
    shape += (ladder + rungs).paint(frame) + rail(
        (half + 0.03, high + 0.42, -deck), (half + 0.03, high + 0.42, -0.05), 0.04
    ).both().paint(vivid(rng))
    if chance(rng, 0.35):
        tall = high + 0.95
        shape += box(0.08, tall, 0.08).paint(frame).move(half + 0.03, tall / 2, -deck / 2).both("x").move(
            0, 0, 0
        ) + lathe([(0.62, -0.03), (0.62, 0.05), (0, 0.5)], 4).turn("y", 45).paint(vivid(rng)).move(0, tall, -deck / 2)
    return shape


def grandstand(rng: np.random.Generator) -> Shape:
    """Return tiers of seats or benches, open or built up, with a roof on posts now and then."""
    rows, wide = int(rng.integers(3, 7)), rng.uniform(1.8, 2.8)
    rise, run = rng.uniform(0.2, 0.28), rng.uniform(0.3, 0.38)
    solid, tone, seats = chance(rng, 0.6), grey(rng, 0.5, 0.85), [vivid(rng), pick(rng, [vivid(rng), WHITE])]
    steel = pick(rng, [STEEL, dark(rng), vivid(rng)])
    style, parts = pick(rng, ["chairs", "chairs", "benches"]), []
    count = int(wide / rng.uniform(0.2, 0.3))
    for k in range(rows):
        z, y = -run * k, rise * (k + 1)
        parts.append(
            (box(wide, y, run * 1.02).move(0, y / 2) if solid else box(wide, 0.07, run * 1.02).move(0, y))
            .paint(shade(tone, 1 - 0.06 * (k % 2)))
            .move(0, 0, z)
        )
        if style == "chairs":
            chair = (
                box(0.72 * wide / count, 0.06, 0.14).move(0, 0.11)
                + box(0.72 * wide / count, 0.18, 0.05).move(0, 0.17, -0.07)
                + box(0.06, 0.1, 0.08).move(0, 0.05)
            )
            for j in range(count):
                if count % 2 and j == count // 2:
                    continue
                parts.append(
                    chair.paint(seats[(j * 4 // count) % 2]).move(wide / count * (j - (count - 1) / 2), y, z - 0.02)
                )
        else:
            parts.append(
                box(0.96 * wide, 0.07, 0.2).paint(seats[k % 2] if chance(rng, 0.5) else seats[0]).move(0, y + 0.13, z)
                + box(0.07, 0.14, 0.1).paint(steel).along(4, x=0.28 * wide).move(0, y + 0.07, z)
            )
    shape = join(parts)
    depth, high = run * (rows - 1), rise * rows
    if not solid:
        frame = (
            rail((0, 0, run / 2), (0, high, -depth - run / 2), 0.05, around=4)
            + rail((0, 0, -depth), (0, high, -depth), 0.05, around=4)
            + rail((0, 0.04, run / 2), (0, 0.04, -depth), 0.045, around=4)
        )
        shape += frame.along(4, x=0.31 * wide).paint(steel)
    bars = box(wide, 0.06, 0.06).along(2, y=0.22).move(0, high + 0.35, -depth - run / 2) + box(0.06, 0.55, 0.06).along(
        5, x=0.24 * wide
    ).move(0, high + 0.22, -depth - run / 2)
    shape += bars.paint(steel)
    if chance(rng, 0.45):
        tall = high + rng.uniform(0.8, 1.1)
        cover = (
            box(wide + 0.2, 0.09, depth + 2 * run, cuts=8)
            .paint(stripes([seats[0], pick(rng, [seats[0], WHITE])], "x", wide / 6, 9))
            .turn("x", -7)
        )
        shape += cover.move(0, tall, -depth / 2) + box(0.09, tall, 0.09).along(3, x=0.46 * wide).paint(steel).move(
            0, tall / 2, -depth - run / 2
        )
    return shape


FAMILIES = {
    "mailbox": mailbox,
    "slide": slide,
    "grandstand": grandstand,
}
