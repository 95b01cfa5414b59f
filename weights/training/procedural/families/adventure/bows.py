"""Bows, arrows, spears and targets."""

from __future__ import annotations

import numpy as np

from ...curves import arc, flat, rounded, smooth
from ...paint import BLACK, GOLD, STEEL, WHITE, chance, dark, grey, metal, pick, shade, stripes, vivid, wood
from ...parts import box, extrude, lathe, rail, rod, tube
from ...shape import Colour, Shape, join
from .guns import slab, trigger


def arrow(rng: np.random.Generator, long: float, thick: float, timber: Colour, feather: Colour, iron: Colour) -> Shape:
    """Return an arrow along Y, its tip up at `long`."""
    shape = rail((0, 0.02, 0), (0, long - 0.1, 0), thick, around=8).paint(timber)
    size, kind = thick * rng.uniform(2.2, 3.2), pick(rng, ["cone", "leaf", "barbed"])
    if kind == "cone":
        tip = lathe([(size, 0), (0.8 * size, 0.3 * size), (0.008, 3.2 * size)], pick(rng, [4, 8]))
    elif kind == "leaf":
        tip = lathe([(0.3 * size, 0), (size, 1.2 * size), (0.008, 4 * size)], 4).scale(1.3, 1, 0.6)
    else:
        half = [(0, 3.4 * size), (1.4 * size, -0.4 * size), (0.4 * size, 0.3 * size)]
        tip = extrude([*half, (-0.4 * size, 0.3 * size), (-1.4 * size, -0.4 * size)], 1.1 * thick)
    shape += tip.paint(iron).move(0, long - 0.14)
    vane = [(0, 0.04), (4.2 * thick, 0), (4.4 * thick, 7 * thick), (0, 13 * thick)]
    count = int(rng.choice([2, 3, 4]))
    shape += extrude(vane, 1.1 * thick).around(count).turn("y", 20).paint(feather) + rod(
        1.4 * thick, 0.05, around=8
    ).paint(shade(feather, 0.6)).move(0, 0.02)
    return shape


def arrows(rng: np.random.Generator) -> Shape:
    """Return one arrow, a crossed pair, a tied bundle, or a quiver full."""
    kind, timber, iron, feather = (
        pick(rng, ["one", "pair", "bundle", "quiver", "quiver"]),
        wood(rng),
        pick(rng, [STEEL, dark(rng), GOLD]),
        vivid(rng),
    )
    thick = rng.uniform(0.035, 0.055)
    if kind == "one":
        return arrow(rng, rng.uniform(0.9, 1.5), 1.2 * thick, timber, feather, iron).turn("z", pick(rng, [0, 180, -45]))
    if kind == "pair":
        one = arrow(rng, 1.3, thick, timber, feather, iron).move(0, -0.65)
        return one.turn("z", 35) + one.turn("z", -35).move(0, 0, 0.09)
    one, count = arrow(rng, 1.3, thick, timber, feather, iron), int(rng.integers(3, 8))
    if kind == "bundle":
        r = 0.11 if count < 5 else 0.17
        shape = join(
            one.move(r * np.cos(a), rng.uniform(-0.05, 0.05), r * np.sin(a))
            for a in np.arange(count) * 2 * np.pi / count
        )
        band = rod(r + 1.3 * thick, 0.12, around=14).paint(pick(rng, [(0.7, 0.55, 0.35), dark(rng), vivid(rng)]))
        return shape + band.move(0, 0.72) + one
    hide = pick(rng, [(0.45, 0.27, 0.14), dark(rng), vivid(rng)])
    r, high, n = rng.uniform(0.22, 0.3), rng.uniform(0.85, 1.1), int(rng.choice([6, 8, 18]))
    shape = lathe([(0.7 * r, 0), (0.78 * r, 0.04), (r, high), (0.85 * r, high), (0.8 * r, high - 0.1)], n).paint(hide)
    trim = pick(rng, [GOLD, shade(hide, 0.6), STEEL])
    shape += rod(1.08 * r, 0.1, around=n).paint(trim).move(0, high - 0.12) + rod(0.88 * r, 0.1, around=n).paint(
        trim
    ).move(0, 0.15)
    tilt = arrow(rng, 0.95, thick, timber, feather, iron).turn("z", 180).move(0, high + 0.42)
    for k in range(count):
        way = 2 * np.pi * k / count
        shape += (
            tilt.turn("y", rng.uniform(0, 90))
            .turn("z", 5 * np.cos(way))
            .move(0.4 * r * np.cos(way), rng.uniform(-0.1, 0.08), 0.4 * r * np.sin(way))
        )
    strap = tube(
        [(-0.9 * r, high - 0.1, 0), (-1.9 * r, 0.75 * high, 0), (-1.8 * r, 0.35 * high, 0), (-0.75 * r, 0.12, 0)],
        np.array([[0.06, 0.03]] * 4),
        6,
        along=14,
    )
    return shape + strap.paint(shade(hide, 0.7)) if chance(rng, 0.7) else shape


def bow(rng: np.random.Generator) -> Shape:
    """Return a long bow, a recurved one or a compound bow, upright, sometimes with an arrow."""
    colour, trim, high = (
        pick(rng, [wood(rng), wood(rng), dark(rng), vivid(rng)]),
        pick(rng, [GOLD, dark(rng), vivid(rng)]),
        0.95,
    )
    kind, deep = pick(rng, ["long", "recurve", "recurve", "compound"]), rng.uniform(0.25, 0.5)
    if kind == "long":
        half, back = [(0, 0), (-0.1 * deep, 0.3), (-0.5 * deep, 0.7), (-deep, high)], -deep
    elif kind == "recurve":
        half, back = (
            [
                (0, 0),
                (0.14, 0.16),
                (-0.1 * deep, 0.5),
                (-0.9 * deep, 0.8),
                (-0.75 * deep, high),
                (-0.5 * deep, high + 0.06),
            ],
            -0.8 * deep,
        )
    else:
        half, back = [(0, 0), (0.06, 0.2), (0.02, 0.4), (-0.25 * deep, 0.62), (-0.6 * deep, 0.82)], -0.7 * deep
    sizes = np.linspace(0.06, 0.035, len(half)) * rng.uniform(0.95, 1.4)
    limb = tube(flat(half), np.stack([sizes * rng.uniform(1, 1.4), sizes], 1), pick(rng, [4, 8]), along=16).paint(
        colour
    )
    shape = limb.both("y") + box(0.13, 0.34, 0.13, 0.04).paint(trim)
    end = max(y for _, y in half)
    string = pick(rng, [WHITE, grey(rng, 0.5, 0.9), vivid(rng)])
    drawn = chance(rng, 0.3)
    nock = back - (0.3 if drawn else 0.0)
    at = half[-2] if kind == "recurve" else half[-1]
    shape += rail((at[0], at[1], 0), (nock, 0, 0), 0.026, around=6).both("y").paint(string)
    if kind == "compound":
        cam = rod(0.13, 0.07, around=16).turn("x", 90).paint(dark(rng)).move(half[-1][0], end).both("y")
        shape += cam + rail((half[-1][0] + 0.1, end, 0), (half[-1][0] + 0.1, -end, 0), 0.026, around=6).paint(string)
        shape += tube(flat([(0.05, 0.2), (0.2, 0.45), (0.02, 0.6)]), 0.04, along=8).both("y").paint(shade(colour, 0.7))
    elif chance(rng, 0.5):
        shape += rod(0.075, 0.07, around=8).paint(trim).move(half[1][0] * 0.8, 0.55 * half[1][1]).both("y")
    if drawn or chance(rng, 0.25):
        shot = arrow(rng, 1.0, 0.032, wood(rng), vivid(rng), STEEL).turn("z", -90)
        shape += shot.move(nock, 0, 0.0)
    return shape


def crossbow(rng: np.random.Generator) -> Shape:
    """Return a crossbow with its stock along Z and its bow in front."""
    timber, iron = pick(rng, [wood(rng), wood(rng), dark(rng), vivid(rng)]), pick(rng, [STEEL, dark(rng), GOLD])
    long, span, wide = rng.uniform(0.7, 1.0), rng.uniform(0.6, 1.0), rng.uniform(0.12, 0.18)
    kind = pick(rng, ["old", "modern", "block"])
    if kind == "old":
        butt = [(long, 0.07), (-0.4, 0.07), (-0.95, -0.08), (-1.0, -0.3), (-0.8, -0.3), (-0.35, -0.1), (long, -0.08)]
    elif kind == "modern":
        butt = [
            (long, 0.07),
            (-0.95, 0.07),
            (-0.95, -0.28),
            (-0.75, -0.28),
            (-0.5, -0.09),
            (-0.15, -0.12),
            (long, -0.08),
        ]
    else:
        butt = [(long, 0.08), (-0.9, 0.08), (-0.9, -0.12), (long, -0.12)]
    shape = slab(rounded(butt, 0.04) if kind != "block" else butt, wide, timber, 0.02)
    if kind == "modern":
        shape += slab(
            rounded([(-0.32, -0.05), (-0.12, -0.05), (-0.26, -0.5), (-0.44, -0.48)], 0.05), 0.9 * wide, dark(rng), 0.02
        )
    back = rng.uniform(0.2, 0.45)
    half = flat([(0, 0), (0.3 * span, -0.02), (0.75 * span, -0.4 * back), (span, -back)], "xz")
    limb = tube(half, np.array([[0.09, 0.06], [0.085, 0.055], [0.07, 0.045], [0.05, 0.035]]), 6, along=12).both()
    at = long - 0.12
    shape += limb.paint(pick(rng, [iron, shade(timber, 0.7), vivid(rng)])).move(0, 0.05, at) + box(
        1.5 * wide, 0.22, 0.16, 0.03
    ).paint(iron).move(0, 0.02, at)
    nut = at - back - rng.uniform(0.0, 0.4)
    shape += (
        rail((span, 0.06, at - back), (0, 0.11, nut), 0.027, around=6)
        .both()
        .paint(pick(rng, [WHITE, grey(rng, 0.4, 0.9)]))
    )
    shape += rod(0.07, 0.8 * wide).turn("z", 90).paint(iron).move(0, 0.1, nut) + trigger(-0.32, -0.08, 0.28, 0.14, iron)
    if chance(rng, 0.6):
        bolt = arrow(rng, 0.85, 0.035, wood(rng), vivid(rng), STEEL).turn("x", 90)
        shape += bolt.move(0, 0.13, nut)
    if chance(rng, 0.5):
        hoop = tube(flat([(0.1, 0), (0.12, 0.2), (-0.12, 0.2), (-0.1, 0)], "xz"), 0.035, along=14)
        shape += hoop.paint(iron).move(0, 0, long - 0.02)
    return shape


def spear_head(rng: np.random.Generator, kind: str, iron: Colour) -> Shape:
    """Return the top of a spear, trident or halberd, from y = 0 up."""
    tall, wide = rng.uniform(0.35, 0.6), rng.uniform(0.09, 0.16)
    socket = rod(0.07, 0.16, 0.06, 10)
    if kind == "trident":
        tine = tube(
            [(0, 0.1, 0), (0.2, 0.12, 0), (0.24, 0.28, 0), (0.22, 0.2 + tall, 0)],
            [0.05, 0.055, 0.05, 0.03],
            8,
            along=12,
        )
        barb = rod(0.085, 0.2, 0.008, 4).move(0, 0.1)
        middle = rail((0, 0, 0), (0, 0.32 + tall, 0), 0.05, 0.04)
        return (tine.both() + middle + barb.move(0.22, 0.18 + tall).both() + barb.move(0, 0.3 + tall) + socket).paint(
            iron
        )
    point = (
        lathe([(0.4 * wide, 0), (wide, 0.22 * tall), (0.8 * wide, 0.6 * tall), (0.006, tall)], 4)
        .turn("y", 45)
        .scale(1.35, 1, 0.75)
        .turn("y", pick(rng, [0, 45]))
    )
    shape = point.move(0, 0.06) + socket
    if kind == "halberd":
        edge = smooth([(0.3, -0.3), (0.44, 0), (0.3, 0.24)], 9)
        axe = extrude([(0.03, -0.08), (0.12, -0.1), *edge, (0.12, 0.07), (0.03, 0.06)], 0.06).move(0, -0.1)
        hook = extrude([(-0.03, -0.08), (-0.03, 0.06), (-0.16, 0.04), (-0.34, -0.12), (-0.16, -0.06)], 0.07).move(
            0, -0.08
        )
        shape += axe + hook + rod(0.08, 0.4, around=10).move(0, -0.1)
    elif kind == "winged":
        shape += extrude([(0, 0), (0.26, 0.16), (0.2, -0.06), (0, -0.12), (-0.2, -0.06), (-0.26, 0.16)], 0.07)
    return shape.paint(iron)


def spear(rng: np.random.Generator) -> Shape:
    """Return a spear, trident or halberd, upright."""
    kind, iron = (
        pick(rng, ["spear", "winged", "trident", "trident", "halberd", "halberd"]),
        pick(rng, [STEEL, STEEL, GOLD, dark(rng), metal(rng)]),
    )
    long, thick = rng.uniform(0.8, 1.7), rng.uniform(0.04, 0.06)
    timber = pick(rng, [wood(rng), wood(rng), dark(rng), vivid(rng), iron])
    shape = rail((0, 0, 0), (0, long, 0), thick, around=pick(rng, [6, 10])).paint(timber) + spear_head(
        rng, kind, iron
    ).move(0, long)
    if chance(rng, 0.5):
        shape += rod(1.3 * thick, 0.3, around=10).paint(pick(rng, [vivid(rng), dark(rng)])).move(0, 0.5 * long)
    if chance(rng, 0.4):
        shape += lathe([(0.008, -0.16), (1.4 * thick, 0.02), (1.2 * thick, 0.1)], 8).paint(iron)
    if chance(rng, 0.35):
        tuft = lathe([(0.11, -0.26), (0.13, -0.2), (0.06, 0)], 10).paint(vivid(rng))
        shape += tuft.move(0, long - 0.02)
        if chance(rng, 0.5):
            flag = extrude([(0, 0), (0.45, -0.1), (0.3, -0.2), (0.45, -0.32), (0, -0.4)], 0.06).paint(vivid(rng))
            shape += flag.move(0, long - 0.2)
    return shape


def target(rng: np.random.Generator) -> Shape:
    """Return an archery target on a stand, a straw square, or a shooter's figure on a foot."""
    kind, timber = pick(rng, ["disc", "disc", "tripod", "straw", "figure"]), wood(rng)
    a, b = pick(
        rng,
        [
            ((0.85, 0.1, 0.1), WHITE),
            ((0.85, 0.1, 0.1), WHITE),
            ((0.1, 0.35, 0.75), WHITE),
            (vivid(rng), vivid(rng)),
            (BLACK, WHITE),
        ],
    )
    count, n = int(rng.integers(3, 6)), int(rng.choice([8, 12, 32]))
    deep = rng.uniform(0.1, 0.3)
    rings = join(
        rod(0.7 * (1 - k / count), deep + 0.05 * k, around=n).paint(b if k % 2 else a).move(0, 0.036 * k)
        for k in range(count)
    ).turn("x", 90)
    if chance(rng, 0.5):
        rings += (
            rod(0.7 / count, 0.05 * count + deep, around=n)
            .turn("x", 90)
            .paint((0.95, 0.8, 0.15))
            .move(0, 0, 0.037 * count)
        )
    if kind == "figure":
        body = [(0.4, 0), (0.42, 0.5), (0.3, 0.62), (0.12, 0.68), (0.1, 0.74)]
        half = [*body, *arc(0.19, -50, 90, 7, (0, 0.9))]
        outline = np.array([*half, *[(-x, y) for x, y in half[::-1] if x > 1e-6]])
        shape = extrude(outline, 0.09).paint(pick(rng, [BLACK, timber, a])) + rings.scale(0.34, 0.34, 0.2).move(
            0, 0.36, 0.05
        )
        post = box(0.12, 0.7, 0.08).move(0, -0.3, -0.05) + box(0.7, 0.08, 0.5, 0.02).move(0, -0.65)
        return shape + post.paint(timber)
    shape = rings
    if kind == "straw":
        straw = (0.85, 0.7, 0.35)
        shape = box(1.5, 1.5, 0.3, 0.05, cuts=10).paint(stripes([straw, shade(straw, 0.85)], "y", 0.15, 5)).move(
            0, 0, -0.14
        ) + rings.move(0, 0, 0.12)
    if kind in ("tripod", "straw"):
        legs = rail((0.25, 0.7, -0.2), (0.62, -1.1, 0.25), 0.06).both() + rail((0, 0.7, -0.25), (0, -1.1, -0.8), 0.06)
        shape += legs.move(0, 0, -0.1 - 0.3 * (kind == "straw")).paint(timber) + box(1.0, 0.09, 0.1).paint(timber).move(
            0, -0.72, 0.06 - 0.3 * (kind == "straw")
        )
    elif chance(rng, 0.5):
        shape += box(0.14, 1.3, 0.1, 0.02).paint(timber).move(0, -0.6, -deep / 2 - 0.04) + box(
            0.8, 0.1, 0.6, 0.02
        ).paint(timber).move(0, -1.25, -deep / 2)
    for _ in range(int(rng.integers(0, 4))):
        shot = arrow(rng, 0.8, 0.032, wood(rng), vivid(rng), STEEL).turn("x", -90)
        shape += shot.turn("x", rng.uniform(-8, 8)).move(
            rng.uniform(-0.35, 0.35), rng.uniform(-0.35, 0.35), 0.7 + deep / 2
        )
    return shape


FAMILIES = {"bow": bow, "crossbow": crossbow, "arrows": arrows, "spear": spear, "target": target}
