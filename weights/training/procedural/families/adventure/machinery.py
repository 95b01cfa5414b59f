"""Wheels, gears and other parts of machines."""

from __future__ import annotations

import numpy as np

from ...curves import arc
from ...paint import BLACK, GOLD, RUBBER, STEEL, WHITE, chance, dark, grey, metal, pick, shade, stripes, vivid, wood
from ...parts import ball, box, extrude, lathe, loft, rail, rod, torus, tube
from ...shape import Colour, Shape, join


def spoked_wheel(rng: np.random.Generator, radius: float, width: float, timber: Colour, iron: Colour) -> Shape:
    """Return a cart wheel about the X axis."""
    count = int(rng.integers(6, 13))
    rim = torus(0.9 * radius, 0.1 * radius, 28, 4, 0.6 * width).paint(timber)
    rim += torus(0.98 * radius, 0.04 * radius, 28, 4, 0.7 * width).paint(iron)
    spokes = (
        rail((0.1 * radius, 0, 0), (0.9 * radius, 0, 0), 0.06 * radius, around=6)
        .around(count)
        .paint(shade(timber, 0.85))
    )
    hub = rod(0.2 * radius, 1.5 * width, around=14).paint(timber) + rod(0.1 * radius, 1.9 * width, around=10).paint(
        iron
    )
    return (rim + spokes + hub).turn("z", 90)


def tyre(rng: np.random.Generator) -> Shape:
    """Return a car's wheel about the X axis: treaded rubber on a spoked or disc rim."""
    wide, count = rng.uniform(0.4, 0.8), int(rng.integers(14, 25))
    inner = rng.uniform(0.55, 0.75)
    w = wide / 2
    profile = [
        (inner, -0.8 * w),
        (0.88, -w),
        (0.97, -0.8 * w),
        (1, 0),
        (0.97, 0.8 * w),
        (0.88, w),
        (inner, 0.8 * w),
        (0.9 * inner, 0.2 * w),
    ]
    shape = lathe(profile, 32).paint(RUBBER)
    lug = box(0.1, 0.6 * w, 0.12).turn("x", pick(rng, [0, 25])).move(0.98, 0.5 * w) + box(0.1, 0.6 * w, 0.12).move(
        0.98, -0.5 * w
    )
    if chance(rng, 0.7):
        shape += lug.around(count).paint(shade(RUBBER, 0.8))
    hub = pick(rng, [STEEL, STEEL, vivid(rng), GOLD, WHITE, dark(rng)])
    dish = lathe([(inner, -0.85 * w), (inner, 0.85 * w), (0.88 * inner, 0.85 * w), (0.85 * inner, 0.4 * w)], 28).paint(
        hub
    )
    spokes = int(rng.integers(4, 9))
    arm = box(0.8 * inner, 0.3 * w, rng.uniform(0.12, 0.24), 0.02).move(0.45 * inner, 0.55 * w).around(spokes)
    shape += dish + rod(0.84 * inner, 0.1, around=24).paint(shade(hub, 0.45)).move(0, 0.4 * w) + arm.paint(hub)
    shape += (
        rod(0.2 * inner, 0.4 * w, around=12, round_by=0.02).paint(pick(rng, [BLACK, hub, vivid(rng)])).move(0, 0.65 * w)
    )
    return shape.turn("z", -90)


def wheel(rng: np.random.Generator) -> Shape:
    """Return a car's wheel, a cart wheel or a ship's steering wheel."""
    kind = pick(rng, ["tyre", "tyre", "cart", "helm", "stack"])
    if kind == "tyre":
        return tyre(rng).turn("y", pick(rng, [0, -90, -90]))
    if kind == "stack":
        one, count = tyre(rng).turn("z", 90), int(rng.integers(2, 4))
        return join(
            one.turn("y", 37 * k).move(rng.uniform(-0.1, 0.1), k * (one.high[1] * 1.9), 0) for k in range(count)
        )
    timber, iron = pick(rng, [wood(rng), wood(rng), vivid(rng)]), metal(rng)
    shape = spoked_wheel(rng, 1, rng.uniform(0.14, 0.26), timber, iron).turn("y", 90)
    if kind == "cart":
        return shape
    grip = rod(0.06, 0.4, 0.075, 10, 0.03).turn("z", -90).move(1.2, 0, 0)
    return shape + join(grip.turn("z", 45 * k) for k in range(8)).paint(timber)


def ring_plate(outline: np.ndarray, hole: float, depth: float, colour: Colour) -> Shape:
    """Return a plate in the xy plane with a round hole; the outline goes round the origin once."""
    outside = np.asarray(outline, float)
    angle = np.arctan2(outside[:, 1], outside[:, 0])
    inside = hole * np.stack([np.cos(angle), np.sin(angle)], 1)
    rings = [(outside, -depth / 2), (outside, depth / 2), (inside, depth / 2), (inside, -depth / 2)]
    stacked = np.stack([np.concatenate([ring, np.full((len(ring), 1), z)], 1) for ring, z in rings])
    return loft(stacked, closed=True).paint(colour)


def toothed(rng: np.random.Generator, count: int, tooth: float) -> np.ndarray:
    """Outline [4 * count,2] of a gear of outer radius 1; teeth square, slanted or pointed."""
    slant = pick(rng, [0.5, 0.7, 0.85])
    step = 2 * np.pi / count
    shares = np.array([-0.25, -0.25 * slant, 0.25 * slant, 0.25]) * step
    angle = (np.arange(count)[:, None] * step + shares[None]).reshape(-1)
    radius = np.tile([1 - tooth, 1, 1, 1 - tooth], count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)


def one_gear(rng: np.random.Generator, colour: Colour) -> Shape:
    count, tooth, hole, depth = (
        int(rng.integers(7, 21)),
        rng.uniform(0.12, 0.24),
        rng.uniform(0.15, 0.45),
        rng.uniform(0.15, 0.4),
    )
    outline = toothed(rng, count, tooth)
    kind = pick(rng, ["plain", "boss", "spokes", "holes"])
    if kind == "plain":
        return ring_plate(outline, hole, depth, colour)
    if kind == "boss":
        shape = ring_plate(outline, 0.2, 0.7 * depth, colour)
        return shape + ring_plate(arc(0.42, 0, 345, 24), 0.2, 1.5 * depth, shade(colour, 0.75))
    if kind == "holes":
        dots = rod(0.11, 1.04 * depth, around=12).turn("x", 90).move(0.52)
        return ring_plate(outline, 0.2, depth, colour) + join(dots.turn("z", 60 * k) for k in range(6)).paint(BLACK)
    arms = int(rng.integers(3, 7))
    shape = ring_plate(outline, 0.62, depth, colour) + ring_plate(arc(0.3, 0, 345, 24), 0.15, 1.2 * depth, colour)
    arm = box(0.42, 0.16, 0.6 * depth).move(0.45)
    return shape + join(arm.turn("z", 360 * k / arms) for k in range(arms)).paint(shade(colour, 0.85))


def gear(rng: np.random.Generator) -> Shape:
    """Return one gear wheel upright, or two in mesh."""
    colour = pick(rng, [metal(rng), metal(rng), GOLD, vivid(rng), grey(rng, 0.2, 0.6)])
    shape = one_gear(rng, colour)
    if chance(rng, 0.3):
        other = one_gear(rng, pick(rng, [colour, metal(rng), vivid(rng)])).scale(rng.uniform(0.5, 0.8))
        turn = rng.uniform(0, 360)
        way = np.radians(turn)
        far = 0.9 + 0.9 * float(other.high[0])
        return shape + other.move(far * np.cos(way), far * np.sin(way), 0.06)
    return shape.turn("x", pick(rng, [0, 0, -90]))


def nut_bolt(rng: np.random.Generator) -> Shape:
    """Return a hexagonal bolt, a slotted screw or a nut."""
    colour = pick(rng, [STEEL, STEEL, GOLD, grey(rng, 0.3, 0.6), vivid(rng)])
    kind = pick(rng, ["bolt", "bolt", "screw", "nut"])
    if kind == "nut":
        angle = np.arange(24) * 15.0
        outline = arc(1, 0, 345, 24) / np.cos(np.radians((angle % 60) - 30))[:, None] * 0.87
        deep = rng.uniform(0.5, 0.9)
        shape = ring_plate(outline, rng.uniform(0.45, 0.6), deep, colour) + torus(0.6, 0.06, 24, 6).turn("x", 90).along(
            2, z=deep
        ).paint(shade(colour, 0.75))
        return shape.turn("x", pick(rng, [0, -90, -60]))
    r, long = rng.uniform(0.16, 0.26), rng.uniform(0.9, 1.5)
    shape = rod(0.9 * r, long, around=16).paint(shade(colour, 0.85)).move(0, long / 2)
    turns = int(rng.integers(6, 11))
    t = np.linspace(0, 1, turns * 12)
    taper = 1 - 0.8 * (1 - t) if kind == "screw" else 1 + 0 * t
    path = np.stack(
        [r * taper * np.cos(2 * np.pi * turns * t), 0.03 + 0.75 * long * t, r * taper * np.sin(2 * np.pi * turns * t)],
        1,
    )
    if kind == "screw":
        shape = lathe([(0.02, -0.1), (0.2 * r, 0.02), (0.95 * r, 0.8 * long), (0.95 * r, long)], 16).paint(
            shade(colour, 0.85)
        )
        head = lathe([(r, 0), (2 * r, 0.14), (1.9 * r, 0.2), (1.2 * r, 0.25)], 20).paint(colour)
        head += box(3.2 * r, 0.06, 0.09).paint(BLACK).move(0, 0.23)
        head += box(0.09, 0.06, 3.2 * r).paint(BLACK).move(0, 0.23)
    else:
        head = rod(2 * r, 1.3 * r, around=6, round_by=0.03).paint(colour).move(0, 0.6 * r)
        if chance(rng, 0.6):
            shape += rod(1.9 * r, 1.1 * r, around=6).paint(colour).move(0, rng.uniform(0.2, 0.7) * long)
    shape += tube(path, 0.22 * r, 5).paint(colour) + head.move(0, long)
    return shape.turn("z", pick(rng, [0, 0, 180, 70]))


def battery(rng: np.random.Generator) -> Shape:
    """Return a round cell, a nine-volt block, a car battery or a glowing cell."""
    kind, colour, other = (
        pick(rng, ["round", "round", "block", "car", "glow"]),
        vivid(rng),
        pick(rng, [BLACK, GOLD, WHITE, dark(rng)]),
    )
    if kind == "car":
        wide, high, deep = rng.uniform(1.1, 1.5), rng.uniform(0.7, 0.95), rng.uniform(0.55, 0.75)
        shape = box(wide, high, deep, 0.03).paint(pick(rng, [BLACK, dark(rng), grey(rng, 0.6, 0.8)])) + box(
            1.03 * wide, 0.14, 1.04 * deep, 0.03
        ).paint(colour).move(0, high / 2)
        shape += (
            box(0.6 * wide, 0.4 * high, 1.03 * deep)
            .paint(pick(rng, [WHITE, colour, (0.9, 0.75, 0.1)]))
            .move(0, -0.1 * high)
        )
        shape += rod(0.09, 0.2, around=12).paint((0.8, 0.1, 0.1)).move(0.36 * wide, high / 2 + 0.15)
        shape += rod(0.09, 0.2, around=12).paint(BLACK).move(-0.36 * wide, high / 2 + 0.15)
        caps = rod(0.06, 0.1, around=10).along(4, x=0.13 * wide).paint(other).move(0, high / 2 + 0.08)
        return shape + caps
    if kind == "block":
        shape = box(0.7, 0.9, 0.42, 0.04, cuts=2).paint(colour) + box(0.71, 0.3, 0.43, 0.04).paint(other).move(0, 0.36)
        caps = rod(0.11, 0.12, around=6).move(0.17, 0.55) + rod(0.09, 0.12, around=14).move(-0.17, 0.55)
        return shape + caps.paint(STEEL)
    r, high, n = rng.uniform(0.24, 0.5), rng.uniform(1.1, 1.5), int(rng.choice([8, 12, 24]))
    shape = rod(r, high, around=n, round_by=0.03).paint(colour)
    if kind == "glow":
        shape = rod(0.85 * r, high, around=n).paint(shade(colour, 1.5))
        end = rod(1.1 * r, 0.25 * high, around=n, round_by=0.05).paint(other)
        bars = rail((r, -0.4 * high, 0), (r, 0.4 * high, 0), 0.07).around(4).paint(dark(rng))
        return shape + end.move(0, 0.42 * high).both("y") + bars + rod(0.4 * r, high * 1.18, around=n).paint(STEEL)
    shape += rod(1.02 * r, rng.uniform(0.2, 0.4) * high, around=n).paint(other).move(0, 0.32 * high)
    plus = box(0.4 * r, 0.12 * r, 0.06) + box(0.12 * r, 0.4 * r, 0.06)
    shape += plus.paint(WHITE if other != WHITE else BLACK).move(0, 0.3 * high, 1.0 * r)
    shape += rod(0.9 * r, high + 0.05, around=n).paint(STEEL)
    return shape + rod(0.35 * r, 0.16, around=12, round_by=0.03).paint(STEEL).move(0, high / 2 + 0.06)


def anvil(rng: np.random.Generator) -> Shape:
    """Return a smith's anvil with one or two horns, sometimes on a log."""
    iron = pick(rng, [dark(rng), grey(rng, 0.2, 0.5), grey(rng, 0.3, 0.6)])
    long, high, deep = rng.uniform(0.9, 1.3), rng.uniform(0.55, 0.8), rng.uniform(0.3, 0.5)
    half = [
        (0.42 * long, 0),
        (0.4 * long, 0.16 * high),
        (0.2 * long, 0.35 * high),
        (0.2 * long, 0.6 * high),
        (0.45 * long, 0.78 * high),
    ]
    outline = [*half, (0.45 * long, high)]
    shape = extrude([*outline, *[(-x, y) for x, y in outline[::-1]]], deep, pick(rng, [0, 0.04])).paint(iron)
    horn = tube(
        [(0.4 * long, 0.86 * high, 0), (0.65 * long, 0.88 * high, 0), (0.95 * long, 0.97 * high, 0)],
        [0.15 * high, 0.12 * high, 0.02],
        pick(rng, [6, 12]),
        along=8,
    )
    shape += horn.paint(iron)
    if chance(rng, 0.35):
        shape += horn.mirrored().paint(iron)
    shape += box(0.9 * long, 0.07, 1.02 * deep).paint(shade(iron, 1.6)).move(0, high)
    shape += box(0.95 * long, 0.12 * high, 1.3 * deep, 0.02).paint(shade(iron, 0.8)).move(0, 0.06 * high)
    if chance(rng, 0.5):
        timber = wood(rng)
        log = rod(0.52 * long, 0.6, 0.48 * long, pick(rng, [8, 20])).paint(timber) + torus(
            0.5 * long, 0.035, 20, 6
        ).paint(dark(rng))
        return shape + log.scale(1, 1, 0.9).move(0, -0.3)
    return shape


def pipe(rng: np.random.Generator) -> Shape:
    """Return an elbow, a tee, a straight piece with a valve, or a pipe upright as in games."""
    colour, r = pick(rng, [(0.2, 0.6, 0.25), vivid(rng), metal(rng), grey(rng, 0.3, 0.7)]), rng.uniform(0.2, 0.3)
    n, trim = int(rng.choice([8, 12, 22])), pick(rng, [shade(colour, 0.75), shade(colour, 1.3), metal(rng)])
    end = lathe([(1.3 * r, 0), (1.3 * r, 0.16), (0.8 * r, 0.16), (0.8 * r, 0.08)], n).paint(trim)
    end += rod(0.85 * r, 0.05, around=n).paint(BLACK).move(0, 0.09)
    kind = pick(rng, ["elbow", "tee", "valve", "mouth"])
    if kind == "mouth":
        r2, high = rng.uniform(0.4, 0.6), rng.uniform(0.6, 1.1)
        shape = rod(r2, high, around=n).paint(colour).move(0, high / 2)
        return shape + end.scale(r2 / r, rng.uniform(1.5, 2.5), r2 / r).move(0, high)
    if kind == "elbow":
        bend = tube(
            [
                (0, 0, 0),
                (0, 0.5, 0),
                *[(0.5 - 0.5 * c, 0.5 + 0.5 * s, 0) for c, s in arc(1, 15, 75, 4)],
                (0.5, 1, 0),
                (0.9, 1, 0),
            ],
            r,
            n,
        )
        return bend.paint(colour) + end.turn("z", 180) + end.turn("z", -90).move(0.9, 1)
    shape = rod(r, 1.6, around=n).turn("z", 90).paint(colour) + (end.turn("z", -90).move(0.8)).both()
    if kind == "tee":
        return shape + rod(r, 0.6, around=n).paint(colour).move(0, 0.3) + end.move(0, 0.6)
    shape += ball(1.35 * r, detail=14).paint(trim) + rod(0.3 * r, 0.6).paint(STEEL).move(0, 0.35)
    hand = torus(0.32, 0.05, 20, 6) + rail((0, 0, 0), (0.32, 0, 0), 0.04).around(4)
    return shape + hand.paint(pick(rng, [(0.8, 0.1, 0.1), vivid(rng)])).turn("x", pick(rng, [0, 15])).move(0, 0.66)


def saw_blade(rng: np.random.Generator) -> Shape:
    """Return a round saw, bare or rising from a slot or on an arm, as in games."""
    n, colour = int(rng.integers(10, 25)), pick(rng, [STEEL, STEEL, grey(rng, 0.4, 0.7), metal(rng)])
    tooth = rng.uniform(0.1, 0.22)
    angle = np.arange(n) * 2 * np.pi / n
    lead = rng.uniform(0.1, 0.8) * 2 * np.pi / n
    both = np.stack(
        [
            np.stack([(1 - tooth) * np.cos(angle), (1 - tooth) * np.sin(angle)], 1),
            np.stack([np.cos(angle + lead), np.sin(angle + lead)], 1),
        ],
        1,
    )
    outline = both.reshape(-1, 2) if chance(rng, 0.8) else toothed(rng, n, tooth)
    shape = ring_plate(outline, 0.2, 0.08, colour) + ring_plate(arc(0.6, 0, 345, 24), 0.2, 0.11, shade(colour, 0.8))
    shape += rod(0.24, 0.2, around=pick(rng, [6, 18])).turn("x", 90).paint(pick(rng, [dark(rng), vivid(rng), STEEL]))
    kind = pick(rng, ["bare", "bare", "slot", "arm"])
    if kind == "slot":
        ground = pick(rng, [wood(rng), grey(rng, 0.3, 0.6), vivid(rng)])
        hazard = stripes([BLACK, (0.95, 0.75, 0.1)], "x", 0.2, 5)
        return (
            shape
            + box(2.3, 0.3, 0.6, 0.03).paint(ground).move(0, -0.4)
            + box(2.0, 0.1, 0.2, cuts=10).paint(hazard).move(0, -0.24)
        )
    if kind == "arm":
        return (
            shape
            + box(0.2, 1.5, 0.16, 0.03).paint(vivid(rng)).move(0, -0.75, -0.14)
            + box(0.9, 0.2, 0.7, 0.04).paint(dark(rng)).move(0, -1.5, -0.1)
        )
    return shape


FAMILIES = {
    "wheel": wheel,
    "gear": gear,
    "nut_bolt": nut_bolt,
    "battery": battery,
    "anvil": anvil,
    "pipe": pipe,
    "saw_blade": saw_blade,
}
