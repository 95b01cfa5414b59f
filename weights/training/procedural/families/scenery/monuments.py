"""Statues, columns, stairs and shrines."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import GOLD, LAMP, chance, gradient, grey, leaf, near, pick, shade, speckled, split_at, vivid, wood
from ...parts import ball, box, extrude, lathe, rail, rod, tube
from ...shape import Colour, Shape, join
from ..living.birds import owl
from ..living.farm import cat, dog, horse
from ..living.people import bust, person
from ..living.wild import bear, big_cat, deer
from ..nature.stones import EARTH, stone, stone_colour
from ..places.houses import gable, roof_colour


def marble(rng: np.random.Generator) -> Colour:
    """Return a colour of building stone."""
    choices = [(0.9, 0.88, 0.84), (0.75, 0.73, 0.7), (0.85, 0.76, 0.6), (0.55, 0.55, 0.57), (0.72, 0.55, 0.42)]
    return near(rng, pick(rng, choices), 0.04)


def pillar(r: float, high: float, colour: Colour, order: str, around: int = 16) -> Shape:
    """Return a column on y = 0: an order of doric, scroll, leafy or square."""
    foot, cap = 0.12 * high * 0.6, 0.1 * high
    if order == "square":
        body = box(1.7 * r, high, 1.7 * r).move(0, high / 2) + box(2.3 * r, foot, 2.3 * r).move(0, foot / 2)
        return (body + box(2.3 * r, cap, 2.3 * r).move(0, high - cap / 2)).paint(colour)
    profile = smooth([(r, foot), (1.02 * r, 0.4 * high), (0.82 * r, high - cap)], 6)
    shaft = lathe(profile, 2 * around if around > 8 else around)
    if around > 8:
        lobes = around
        shaft = shaft.bend(
            lambda v: v * (1 - 0.05 * np.stack([np.cos(lobes * np.arctan2(v[:, 2], v[:, 0]))] * 3, 1) * (1, 0, 1))
        )
    base = box(2.7 * r, 0.5 * foot, 2.7 * r).move(0, 0.25 * foot) + rod(1.2 * r, 0.6 * foot, around=around).move(
        0, 0.75 * foot
    )
    top = box(2.6 * r, 0.4 * cap, 2.6 * r).move(0, high - 0.2 * cap)
    if order == "scroll":
        roll = rod(0.4 * r, 2.2 * r, around=10).turn("x", 90).move(0.95 * r, high - 0.75 * cap)
        top += roll.both() + box(1.9 * r, 0.4 * cap, 1.8 * r).move(0, high - 0.6 * cap)
    elif order == "leafy":
        top += lathe([(0.85 * r, -0.6 * cap), (0.95 * r, 0), (1.35 * r, cap)], 8).move(0, high - 1.3 * cap)
        top += ball(0.3 * r, 0.6 * cap, 0.2 * r, detail=6).move(0, high - cap, 1.0 * r).around(8)
    else:
        top += lathe([(0.85 * r, 0), (1.3 * r, 0.6 * cap)], around).move(0, high - cap)
    return (shaft + base + top).paint(colour)


def pedestal(rng: np.random.Generator, wide: float, colour: Colour) -> Shape:
    """Return a square or round pedestal whose top is at y = 0."""
    high = rng.uniform(0.35, 1.0)
    if chance(rng, 0.35):
        body = lathe(
            [
                (0.68 * wide, -high),
                (0.68 * wide, -0.85 * high),
                (0.52 * wide, -0.8 * high),
                (0.5 * wide, -0.12),
                (0.6 * wide, -0.1),
                (0.6 * wide, 0),
            ],
            pick(rng, [8, 24]),
        )
        return body.paint(colour)
    body = box(wide, high, wide).move(0, -high / 2) + box(1.25 * wide, 0.12, 1.25 * wide).move(0, -0.06)
    body = (body + box(1.35 * wide, 0.16, 1.35 * wide).move(0, -high + 0.08)).paint(colour)
    return body + box(0.6 * wide, 0.35 * high, 0.05).paint(pick(rng, [GOLD, shade(colour, 0.6)])).move(
        0, -0.5 * high, wide / 2
    )


def statue(rng: np.random.Generator) -> Shape:
    """Return a stone, bronze or golden figure, bust or animal on a pedestal."""
    make = pick(rng, [person, person, person, bust, horse, big_cat, owl, dog, deer, bear, cat])
    figure = make(rng)
    low, high = figure.vertices.min(0), figure.high
    size = rng.uniform(1.1, 1.5) / (high[1] - low[1])
    figure = figure.move(-(low[0] + high[0]) / 2, -low[1], -(low[2] + high[2]) / 2).scale(size)
    material = pick(rng, [marble(rng), stone_colour(rng), (0.35, 0.5, 0.42), (0.45, 0.32, 0.18), GOLD])
    tall = figure.high[1]
    figure = figure.paint(gradient(shade(material, 0.75), shade(material, 1.15), "y", 0, tall))
    reach = np.abs(figure.vertices[figure.vertices[:, 1] < 0.15 * tall][:, [0, 2]]).max()
    wide = float(np.clip(2 * reach, 0.6, 1.6))
    return figure + pedestal(rng, wide, pick(rng, [marble(rng), stone_colour(rng), material])).move(0, 0.02)


def column(rng: np.random.Generator) -> Shape:
    """Return a column of an order, whole, broken or twisted, perhaps with ivy or a ball on top."""
    colour, r, high = marble(rng), rng.uniform(0.14, 0.26), rng.uniform(1.3, 2.2)
    kind = pick(rng, ["whole", "whole", "broken", "twisted", "drums"])
    if kind == "whole":
        shape = pillar(r, high, colour, pick(rng, ["doric", "scroll", "leafy", "square"]), pick(rng, [8, 16, 20]))
        if chance(rng, 0.3):
            shape += ball(1.1 * r, detail=14).paint(pick(rng, [colour, GOLD, vivid(rng)])).move(0, high + r)
    elif kind == "twisted":
        lobes, turns = int(rng.integers(2, 5)), rng.uniform(2, 5)
        body = lathe([(r, high * t) for t in np.linspace(0.08, 0.92, 26)], 24)

        def twist(v: np.ndarray) -> np.ndarray:
            angle = np.arctan2(v[:, 2], v[:, 0]) + turns * v[:, 1]
            return v * np.stack([1 - 0.14 * np.cos(lobes * angle), 1 + 0 * angle, 1 - 0.14 * np.cos(lobes * angle)], 1)

        ends = box(2.8 * r, 0.1 * high, 2.8 * r).move(0, 0.05 * high) + box(2.6 * r, 0.09 * high, 2.6 * r).move(
            0, 0.95 * high
        )
        shape = (body.bend(twist) + ends).paint(colour)
    else:
        count, shape = int(rng.integers(2, 6)), box(3 * r, 0.16, 3 * r).paint(colour).move(0, 0.08)
        for k in range(count):
            part = (
                rod(r, 0.34, around=12, round_by=0.03)
                .turn("x", rng.normal(0, 1.5))
                .move(rng.normal(0, 0.012), 0.32 + 0.34 * k)
            )
            shape += part.paint(shade(colour, rng.uniform(0.88, 1.1)))
        if kind == "broken":
            shape += (
                lathe([(r, -0.05), (0.9 * r, 0.12), (0.4 * r, 0.3), (0, 0.34)], 6)
                .turn("z", 12)
                .paint(colour)
                .move(0.1 * r, 0.15 + 0.34 * count)
            )
            shape += (
                rod(r, rng.uniform(0.4, 0.8), around=12)
                .turn("z", 90)
                .turn("y", rng.uniform(0, 180))
                .paint(shade(colour, 0.9))
                .move(0.3, r, 3 * r)
            )
            shape += stone(rng, 0.16, "facets", colour).move(-0.4, 0, 0.3)
        else:
            shape += box(2.8 * r, 0.14, 2.8 * r).paint(colour).move(0, 0.22 + 0.34 * count)
    if chance(rng, 0.3):
        t = np.linspace(0, 1, 24)
        path = np.stack([1.12 * r * np.cos(9 * t), 0.1 + 0.65 * shape.high[1] * t, 1.12 * r * np.sin(9 * t)], 1)
        vine = tube(path, 0.035, 6) + join(ball(0.07, 0.06, detail=5).move(*path[k]) for k in range(1, 24, 3))
        shape += vine.paint(leaf(rng))
    return shape


def stairs(rng: np.random.Generator) -> Shape:
    """Return a straight flight, a stepped block, or a spiral, with or without rails."""
    count, kind = int(rng.integers(4, 11)), pick(rng, ["straight", "straight", "open", "spiral", "spiral", "podium"])
    tone = pick(rng, [wood(rng), marble(rng), grey(rng, 0.4, 0.8), stone_colour(rng)])
    wide, rise, run = rng.uniform(0.7, 1.4), rng.uniform(0.14, 0.2), rng.uniform(0.2, 0.28)
    rail_tone = pick(rng, [wood(rng), grey(rng, 0.1, 0.8), vivid(rng)])
    if kind == "spiral":
        count, r, step = count + 6, rng.uniform(0.55, 0.8), rng.uniform(22, 32)
        tread = extrude([(0, -0.06), (r, -0.24 * r), (r, 0.24 * r), (0, 0.06)], 0.07, plane="xz").paint(tone)
        shape = rod(0.08, rise * count + 0.5, around=12).paint(rail_tone).move(0, (rise * count + 0.5) / 2)
        shape += join(tread.turn("y", step * k).move(0, rise * (k + 0.6)) for k in range(count)) + rod(
            0.4, 0.06, around=18
        ).paint(tone).move(0, 0.03)
        if chance(rng, 0.7):
            post = rail((0.93 * r, 0, 0), (0.93 * r, 0.5, 0), 0.03, around=6)
            a, k = np.radians(step * np.arange(count)), np.arange(count)
            path = np.stack([0.93 * r * np.cos(a), rise * (k + 0.6) + 0.5, -0.93 * r * np.sin(a)], 1)
            posts = join(post.turn("y", step * j).move(0, rise * (j + 0.6)) for j in range(count))
            shape += (posts + tube(path, 0.04, 7, along=3 * count)).paint(rail_tone)
        return shape
    if kind == "podium":
        count = min(count, 5)
        shape = join(
            box(wide + 2 * run * k, rise, wide + 2 * run * k).move(0, rise * (count - k - 0.5)) for k in range(count)
        )
        return shape.paint(split_at(shade(tone, 0.8), tone, "y", 0.3 * rise * count)).finer().finer()
    parts = []
    for k in range(count):
        tall = rise * (k + 1) if kind == "straight" else 0.07
        parts.append(
            box(wide, tall, run * 1.02 if kind == "straight" else run * 1.15)
            .paint(shade(tone, 1.0 if k % 2 else 0.9))
            .move(0, rise * (k + 1) - tall / 2, -run * k)
        )
    shape = join(parts)
    beam = rail((wide / 2, 0, 0.1), (wide / 2, rise * count, -run * count + 0.1), 0.07, around=4)
    if kind == "open":
        shape += beam.both().paint(shade(tone, 0.7)) + box(0.1, rise * count, 0.1).move(
            0.45 * wide, rise * count / 2, -run * (count - 1)
        ).both().paint(shade(tone, 0.7))
    if chance(rng, 0.6):
        side = rail((wide / 2, 0.55 + rise, 0), (wide / 2, 0.55 + rise * count, -run * (count - 1)), 0.04)
        side += join(
            box(0.06, 0.58, 0.06).move(wide / 2 - 0.02, 0.27 + rise * (k + 1), -run * k) for k in range(0, count, 2)
        )
        side += box(0.07, 0.58, 0.07).move(wide / 2 - 0.02, 0.27 + rise * count, -run * (count - 1))
        shape += (side.both() if chance(rng, 0.7) else side).paint(rail_tone)
    return shape if len(shape.faces) > 110 else shape.finer()


def post_shrine(rng: np.random.Generator, colour: Colour, roof: Colour) -> Shape:
    """Return a small house with an idol on a post."""
    timber, high = wood(rng), rng.uniform(0.5, 1.0)
    shape = box(0.16, high, 0.16).paint(timber).move(0, high / 2) + box(0.8, 0.08, 0.6).paint(timber).move(0, high)
    shape += (
        (box(0.7, 0.55, 0.06).move(0, 0.3, -0.22) + box(0.07, 0.55, 0.45).move(0.32, 0.3).both())
        .paint(shade(timber, 1.2))
        .move(0, high)
    )
    shape += gable(0.75, 0.35, 0.5, 0.12, roof, timber).move(0, high + 0.56) + ball(0.3, detail=10).paint(EARTH).scale(
        1.3, 0.3, 1.3
    )
    idol = (lathe([(0.13, 0), (0.09, 0.22), (0, 0.25)], 10) + ball(0.09, detail=8).move(0, 0.32)).paint(
        pick(rng, [GOLD, vivid(rng), colour])
    )
    return (shape + idol.move(0, high + 0.04)).finer()


def shrine(rng: np.random.Generator) -> Shape:
    """Return a stone lantern, a small house on a post, or an altar under a roof with candles."""
    colour, roof, kind = marble(rng), roof_colour(rng), pick(rng, ["lantern", "post", "altar", "altar"])
    if kind == "lantern":
        around = pick(rng, [4, 6, 8])
        turn = 180 / around
        shape = lathe([(0.45, 0), (0.4, 0.14), (0.18, 0.2), (0.14, 0.75), (0.36, 0.9), (0.38, 1.0), (0, 1.0)], around)
        shape += lathe([(0.2, 0), (0.62, -0.02), (0.64, 0.06), (0.3, 0.25), (0.08, 0.42), (0, 0.42)], around).move(
            0, 1.36
        ) + ball(0.11, 0.15, detail=8).move(0, 1.86)
        shape += box(0.09, 0.4, 0.09).move(0.27).around(around).move(0, 1.17)
        return shape.turn("y", turn).paint(speckled(rng, colour, 0.03)) + rod(0.2, 0.38, around=8).paint(LAMP).move(
            0, 1.18
        )
    if kind == "post":
        return post_shrine(rng, colour, roof)
    wide, high = rng.uniform(1.0, 1.5), rng.uniform(0.9, 1.3)
    shape = box(wide + 0.5, 0.14, 1.3).paint(shade(colour, 0.8)).move(0, 0.07) + box(wide + 0.2, 0.14, 1.05).paint(
        colour
    ).move(0, 0.2)
    order = pick(rng, ["square", "doric", "scroll"])
    posts = pillar(0.08, high, pick(rng, [colour, vivid(rng), wood(rng)]), order, 8).move(0.42 * wide, 0.26, 0.38)
    shape += (
        posts.corners()
        + box(0.5 * wide, 0.4, 0.4).paint(colour).move(0, 0.46)
        + box(0.6 * wide, 0.08, 0.5).paint(shade(colour, 1.15)).move(0, 0.68)
    )
    candle = rod(0.045, 0.2, around=8).paint((0.95, 0.92, 0.85)) + ball(0.04, 0.08, detail=6).paint(
        (0.98, 0.65, 0.15)
    ).move(0, 0.15)
    idol = pick(
        rng,
        [
            ball(0.2, 0.26, detail=10).move(0, 0.25),
            lathe([(0.2, 0), (0.05, 0.1), (0.2, 0.3), (0.0, 0.5)], 6),
            box(0.08, 0.5, 0.08).move(0, 0.25) + box(0.3, 0.08, 0.08).move(0, 0.34),
        ],
    )
    shape += idol.paint(pick(rng, [GOLD, vivid(rng)])).move(0, 0.7, -0.05) + candle.move(0.22 * wide, 0.8, 0.1).both()
    top = (
        gable(wide, 0.45, 1.0, 0.15, roof, colour)
        if chance(rng, 0.6)
        else lathe([(0.85, -0.05), (0.9, 0.03), (0.35, 0.25), (0.05, 0.6), (0, 0.6)], 4)
        .turn("y", 45)
        .scale(wide, 1, 1)
        .paint(roof)
    )
    return shape + top.move(0, high + 0.24)


FAMILIES = {
    "statue": statue,
    "column": column,
    "stairs": stairs,
    "shrine": shrine,
}
