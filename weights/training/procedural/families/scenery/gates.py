"""Gates and arches."""

from __future__ import annotations

import numpy as np

from ...curves import arc
from ...paint import BLACK, GOLD, WHITE, chance, pick, shade, speckled, vivid, wood
from ...parts import box, extrude, rail, rod
from ...shape import Colour, Shape
from ..places.houses import roof_colour, stone
from ..places.towers import round_tower
from .monuments import marble


def torii(rng: np.random.Generator) -> Shape:
    """Return a shrine gate of two posts and curved beams."""
    red, wide, high = (
        pick(rng, [(0.8, 0.2, 0.1), (0.8, 0.2, 0.1), wood(rng), (0.6, 0.6, 0.6)]),
        rng.uniform(0.7, 1.0),
        rng.uniform(1.4, 1.9),
    )
    post = (
        rail((wide, 0, 0), (0.93 * wide, high, 0), 0.11, 0.1, 14).both().paint(red)
        + rod(0.16, 0.22, around=14).paint(BLACK).move(wide, 0.11).both()
    )
    beam = box(3.0 * wide, 0.14, 0.22, cuts=8).paint(red) + box(3.2 * wide, 0.1, 0.3, cuts=8).paint(
        pick(rng, [BLACK, red])
    ).move(0, 0.12)
    lift = rng.uniform(0.03, 0.12)
    beam = beam.bend(lambda v: v + np.stack([0 * v[:, 0], lift * (v[:, 0] / wide) ** 2, 0 * v[:, 0]], 1))
    plate = box(0.22, 0.34, 0.09).paint(BLACK) + box(0.12, 0.24, 0.11).paint(GOLD)
    return (
        post
        + beam.move(0, high)
        + box(2.4 * wide, 0.13, 0.14).paint(red).move(0, 0.74 * high)
        + plate.move(0, 0.88 * high, 0.04)
    )


def ranch_gate(rng: np.random.Generator) -> Shape:
    """Return two posts, a beam with a sign, and two leaves of a wooden gate."""
    timber, wide, high = wood(rng), rng.uniform(0.8, 1.1), rng.uniform(1.2, 1.7)
    shape = box(0.16, high, 0.16).paint(timber).move(wide, high / 2).both() + box(2.5 * wide, 0.15, 0.15).paint(
        timber
    ).move(0, high)
    shape += (
        box(1.1 * wide, 0.34, 0.08).paint(shade(timber, 1.3)).move(0, high - 0.34)
        + box(0.05, 0.2, 0.05).paint(BLACK).move(0.4 * wide, high - 0.14).both()
    )
    leaf_of = (
        box(0.9 * wide, 0.08, 0.07).along(4, y=0.19).move(0, 0.45)
        + box(0.08, 0.7, 0.07).move(0.42 * wide, 0.45).both()
        + box(0.07, 0.95 * wide, 0.06).turn("z", 58).move(0, 0.45)
    )
    return shape + leaf_of.paint(pick(rng, [WHITE, shade(timber, 1.15)])).move(0.48 * wide).both()


def triumphal(
    rng: np.random.Generator, shape: Shape, colour: Colour, wide: float, deep: float, high: float, way: float
) -> Shape:
    """Return the arch with ledges, columns and a tablet."""
    shape += (
        box(wide + 0.14, 0.12, deep + 0.14).paint(shade(colour, 0.85)).move(0, high)
        + box(wide, 0.4, deep).paint(colour).move(0, high + 0.24)
        + box(wide + 0.14, 0.1, deep + 0.14).paint(shade(colour, 0.9)).move(0, high + 0.48)
    )
    if chance(rng, 0.7):
        shape += (
            rod(0.08, high, around=10)
            .paint(shade(colour, 1.1))
            .move((wide + way) / 4, high / 2, deep / 2 + 0.05)
            .corners()
        )
    shape += (
        box(0.55 * wide, 0.2, 0.06)
        .paint(pick(rng, [GOLD, shade(colour, 0.6)]))
        .move(0, high + 0.24, deep / 2)
        .both("z")
        + box((wide - way) / 2 + 0.1, 0.14, deep + 0.1).paint(shade(colour, 0.8)).move((wide + way) / 4, 0.07).both()
    )
    return shape


def gate(rng: np.random.Generator) -> Shape:
    """Return a triumphal arch, a city gate between towers, a shrine gate, or a ranch gate."""
    kind, colour = pick(rng, ["arch", "arch", "city", "torii", "ranch"]), marble(rng)
    if kind == "torii":
        return torii(rng)
    if kind == "ranch":
        return ranch_gate(rng)
    wide, deep, high, way = rng.uniform(1.4, 2.0), rng.uniform(0.5, 0.8), rng.uniform(1.3, 1.8), rng.uniform(0.5, 0.8)
    tall = 0.7 * high
    outline = [
        (-wide / 2, 0),
        (-way / 2, 0),
        *arc(way / 2, 180, 0, 11, (0, tall - way / 2)),
        (way / 2, 0),
        (wide / 2, 0),
        (wide / 2, high),
        (-wide / 2, high),
    ]
    shape = extrude(outline, deep).paint(speckled(rng, colour, 0.02))
    if kind == "arch":
        return triumphal(rng, shape, colour, wide, deep, high, way)
    roof, tone = pick(rng, [None, roof_colour(rng), vivid(rng)]), stone(rng)
    r = rng.uniform(0.3, 0.42)
    shape = extrude(outline, deep).paint(speckled(rng, tone, 0.02))
    shape += round_tower(rng, r, high * rng.uniform(1.15, 1.5), tone, roof).move(wide / 2 + 0.6 * r).both()
    shape += (
        box(0.18, 0.18, 0.16)
        .along(5, x=0.19 * wide)
        .move(0, high + 0.08, deep / 2 - 0.08)
        .both("z")
        .paint(shade(tone, 0.9))
    )
    bars = box(0.06, tall - 0.05, 0.06).along(4, x=way / 4.5).move(0, tall / 2) + box(way, 0.06, 0.06).along(
        3, y=0.25 * tall
    ).move(0, 0.5 * tall)
    if chance(rng, 0.5):
        return shape + bars.paint(pick(rng, [BLACK, wood(rng)])).move(0, 0.06)
    return (
        shape
        + box(way / 2, 0.85 * tall, 0.08)
        .paint(wood(rng))
        .move(way / 4)
        .turn("y", 70)
        .move(-way / 2 - 0.02, 0.43 * tall, deep / 2)
        .both()
    )


FAMILIES = {"gate": gate}
