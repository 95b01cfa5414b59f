"""Baked goods and desserts."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth
from ...paint import CHOCOLATE, CREAM, WHITE, chance, hsv, near, pastel, pick, shade, split_at
from ...parts import ball, box, extrude, hull, lathe, rod, torus, tube
from ...shape import NOTHING, Colour, Shape, join
from .serving import CRUMB, CRUST, fluted, plate, posed, sides, strewn

SYRUP: Colour = (0.65, 0.32, 0.06)
BUTTER: Colour = (0.98, 0.88, 0.5)


def pancakes(rng: np.random.Generator) -> Shape:
    """Return a stack on a plate, with butter, syrup or berries."""
    count, thick, around = int(rng.integers(2, 7)), rng.uniform(0.12, 0.18), sides(rng)
    shapes, top = [], near(rng, (0.8, 0.52, 0.22))
    for k in range(count):
        disc = rod(0.6, thick, around=around, round_by=0.4 * thick)
        cake = disc.paint(near(rng, (0.94, 0.78, 0.48), 0.03)) + rod(0.56, 0.03, around=around).paint(top).move(
            0, thick / 2
        )
        shapes.append(cake.move(rng.uniform(-0.05, 0.05), thick * (k + 0.5), rng.uniform(-0.05, 0.05)))
    level = count * thick
    sauce = pick(rng, [SYRUP, CHOCOLATE, (0.75, 0.1, 0.2)])
    shape = join(shapes) + plate(rng, 0.95)
    if chance(rng, 0.75):
        pool = fluted(rod(0.45, 0.07, around=40, round_by=0.03), int(rng.integers(4, 7)), 0.2).move(0, level + 0.02)
        drop = rod(0.07, 1.1 * thick, around=8, round_by=0.06).move(0.58, level - 0.4 * thick)
        link = box(0.25, 0.06, 0.13, 0.02).move(0.5, level + 0.015)
        shape += (pool + (drop + link).around(int(rng.integers(3, 6)))).paint(sauce)
    if chance(rng, 0.6):
        return shape + box(0.24, 0.12, 0.24, 0.03).turn("y", 30).paint(BUTTER).move(0, level + 0.1)
    berry = pick(rng, [(0.85, 0.1, 0.12), (0.25, 0.25, 0.55)])
    return shape + strewn(rng, lambda: ball(0.09, detail=10), 5, 0.2, level + 0.1).paint(berry)


def waffle(rng: np.random.Generator) -> Shape:
    """Return a square or round waffle with a grid of ribs."""
    crust = near(rng, pick(rng, [(0.82, 0.56, 0.26), (0.9, 0.68, 0.38)]))
    kind, count = pick(rng, ["square", "round"]), int(rng.integers(4, 7))
    pitch, thick = 1.0 / count, rng.uniform(0.1, 0.16)
    wide = 0.33 * pitch
    shape = []
    for k in range(count + 1):
        at = -0.5 + pitch * k
        half = 0.5 if kind == "square" else np.sqrt(max(0.27 - at**2, 0.01))
        shape += [box(2 * half, thick + 0.1, wide).move(0, 0, at), box(wide, thick + 0.1, 2 * half).move(at, 0, 0)]
    base = box(1.0, thick, 1.0, 0.03) if kind == "square" else rod(0.5, thick, around=32)
    body = join(shape).paint(crust) + base.paint(shade(crust, 0.8))
    if chance(rng, 0.5):
        topping = ball(0.14, 0.1, 0.14, detail=14).paint(pick(rng, [CREAM, BUTTER])).move(0.08, 0.12, 0.05)
        pool = fluted(rod(0.36, 0.06, around=36), 5, 0.2).paint(pick(rng, [SYRUP, CHOCOLATE, (0.8, 0.1, 0.2)]))
        body += pool.move(0, thick / 2 + 0.05) + topping
        return body + (plate(rng, 0.8).move(0, -0.1) if chance(rng, 0.5) else NOTHING)
    return posed(rng, body)


def pie(rng: np.random.Generator) -> Shape:
    """Return a pie with a lattice or a closed cover, or a slice of it."""
    crust = near(rng, pick(rng, [CRUST, (0.88, 0.66, 0.36)]))
    fruit = pick(rng, [(0.7, 0.1, 0.12), (0.9, 0.5, 0.1), (0.3, 0.12, 0.35), (0.85, 0.65, 0.25), CHOCOLATE])
    high = rng.uniform(0.25, 0.38)
    if chance(rng, 0.3):
        wedge = np.array([(0, 0), *arc(1.0, 65, 115, 9)])
        shape = extrude(wedge, 0.08, plane="xz").paint(crust).move(0, 0.04)
        shape += extrude(wedge * 0.97, high, plane="xz").paint(fruit).move(0, high / 2 + 0.04)
        rim = tube([(x, high, z) for x, z in arc(0.98, 64, 116, 12)], 0.1 + 0.02 * np.cos(np.arange(12) * np.pi), 8)
        top = extrude(wedge * 0.98, 0.07, plane="xz").paint(pick(rng, [crust, CREAM])).move(0, high + 0.06)
        back = extrude(np.array([*arc(0.92, 65, 115, 9), *arc(1.0, 115, 65, 9)]), high, plane="xz").move(0, high / 2)
        blob = ball(0.17, 0.14, detail=12).paint(CREAM).move(0, high + 0.16, 0.55)
        return (
            (shape + (rim + back).paint(crust) + top + (blob if chance(rng, 0.5) else NOTHING))
            .turn("y", 180)
            .move(0, 0, 1)
        )
    dish = lathe([(0.5, 0), (0.68, high), (0.64, high), (0, 0.1)], 32).paint(
        pick(rng, [crust, (0.75, 0.76, 0.78), pastel(rng)])
    )
    rim = fluted(torus(0.66, 0.09, 48, 8, 0.06), int(rng.integers(12, 20)), 0.035).paint(crust).move(0, high)
    shape = dish + rim + rod(0.62, 0.08, around=28).paint(fruit).move(0, high - 0.02)
    if chance(rng, 0.6):
        for at in np.linspace(-0.45, 0.45, int(rng.integers(4, 6))):
            half = np.sqrt(0.43 - at**2)
            bar = box(2 * half, 0.05, 0.09, 0.015).paint(crust)
            shape += bar.move(0, high + 0.055, at) + bar.turn("y", 90).move(at, high + 0.035, 0)
        return shape
    shape += lathe(smooth([(0.64, 0), (0.45, 0.1), (0, 0.16)], 8), 28).paint(crust).move(0, high)
    return shape + box(0.05, 0.05, 0.2, 0.02).move(0, high + 0.14, 0.22).around(int(rng.integers(4, 7))).paint(
        shade(fruit, 0.8)
    )


def pudding(rng: np.random.Generator) -> Shape:
    """Return a caramel flan or a fluted jelly on a plate, at times with cream and a cherry."""
    high, foot, top = rng.uniform(0.5, 0.8), rng.uniform(0.5, 0.62), rng.uniform(0.3, 0.45)
    body = lathe(
        [
            *smooth([(foot, 0), (0.5 * (foot + top) + 0.02, 0.5 * high), (top, 0.96 * high)], 9),
            (0.9 * top, high),
            (0, high),
        ],
        40,
    )
    if chance(rng, 0.5):
        custard = near(rng, pick(rng, [(0.97, 0.85, 0.5), CREAM, (0.95, 0.75, 0.75)]))
        sauce = pick(rng, [(0.5, 0.22, 0.05), CHOCOLATE, (0.8, 0.1, 0.2)])
        shape = body.paint(custard) + fluted(rod(1.03 * top, 0.16, 0.96 * top, 40, 0.04), 7, 0.04).paint(sauce).move(
            0, high - 0.03
        )
        shape += (
            fluted(rod(1.2 * foot, 0.06, around=40), 5, 0.06).paint(sauce).move(0, 0.02)
            if chance(rng, 0.4)
            else NOTHING
        )
    else:
        shape = fluted(body, int(rng.integers(6, 11)), 0.06).paint(hsv(rng.random(), 0.75, 0.85))
    if chance(rng, 0.6):
        shape += lathe(smooth([(0.2, 0), (0.22, 0.08), (0.08, 0.2), (0, 0.25)], 8), 18).paint(WHITE).move(0, high)
        shape += ball(0.1, detail=12).paint((0.85, 0.08, 0.12)).move(0, high + 0.27)
    return shape + plate(rng, 1.0)


def tin_loaf(rng: np.random.Generator, kind: str, crust: Colour) -> Shape:
    """Return a loaf baked in a tin, whole or cut, or a slice of it."""
    wide = rng.uniform(0.36, 0.44)
    outline = np.array(
        [
            (-wide, 0),
            (wide, 0),
            (wide, 0.4),
            (1.18 * wide, 0.5),
            *arc(0.9 * wide, 30, 150, 9, (0, 0.45)) * [1.15, 1],
            (-1.18 * wide, 0.5),
            (-wide, 0.4),
        ]
    )
    if kind == "slice":
        deep = rng.uniform(0.14, 0.25)
        shape = extrude(outline, deep, 0.02).paint(crust) + extrude(outline * 0.88 + [0, 0.05], deep + 0.04).paint(
            CRUMB
        )
        if chance(rng, 0.4):
            shape += box(0.25, 0.25, 0.07, 0.02).turn("z", 20).paint(BUTTER).move(0, 0.45, deep / 2 + 0.04)
        return shape
    long = rng.uniform(1.1, 1.6)
    shape = extrude(outline, long, 0.05).paint(crust).turn("y", 90)
    if chance(rng, 0.6):
        face = extrude(outline * 0.9 + [0, 0.05], 0.1).paint(CRUMB).turn("y", 90).move(long / 2 - 0.04)
        cut = (extrude(outline, 0.12, 0.02).paint(crust) + extrude(outline * 0.9 + [0, 0.05], 0.15).paint(CRUMB)).turn(
            "y", 90
        )
        return shape + face + cut.turn("z", -12).move(long / 2 + 0.2) + cut.turn("z", -78).move(long / 2 + 0.3, 0.08)
    return shape


def bread(rng: np.random.Generator) -> Shape:
    """Return a loaf, a baguette, a round bread or a slice of toast."""
    crust, kind = (
        near(rng, pick(rng, [CRUST, (0.62, 0.36, 0.15), (0.85, 0.6, 0.3)])),
        pick(rng, ["loaf", "baguette", "round", "slice"]),
    )
    if kind in ("loaf", "slice"):
        return tin_loaf(rng, kind, crust)
    cut = near(rng, (0.93, 0.78, 0.52))
    if kind == "round":
        shape = lathe(smooth([(0.4, 0), (0.62, 0.12), (0.6, 0.3), (0.35, 0.5), (0, 0.56)], 16), sides(rng)).paint(crust)
        score = tube(
            [(-0.38, 0.46, 0), (0, 0.56, 0), (0.38, 0.46, 0)],
            np.array([[0.04, 0.03], [0.06, 0.05], [0.04, 0.03]]),
            8,
            along=9,
        )
        return shape + pick(rng, [score.around(2, total=180), score.along(3, z=0.22).scale(0.85, 0.98, 1)]).paint(cut)
    long, r = rng.uniform(0.9, 1.2), rng.uniform(0.15, 0.22)
    body = hull(
        [
            (-long, 0.02, 0, 0.04),
            (-0.9 * long, 0.6 * r, -0.4 * r, 0.6 * r),
            (-0.5 * long, r, -0.7 * r, r),
            (0.5 * long, r, -0.7 * r, r),
            (0.9 * long, 0.6 * r, -0.4 * r, 0.6 * r),
            (long, 0.02, 0, 0.04),
        ],
        16,
        25,
    ).paint(crust)
    cuts = box(0.09, 0.06, 0.34, 0.025).turn("y", 35).move(0, 0.95 * r).along(int(rng.integers(4, 7)), z=0.28 * long)
    loaf = body + cuts.paint(cut)
    if chance(rng, 0.3):
        loaf = loaf.turn("y", 12) + loaf.turn("y", -14).move(0.1, 1.5 * r)
    return loaf.turn("y", pick(rng, [90, 60])) if chance(rng, 0.7) else loaf.turn("x", 75)


def cheese(rng: np.random.Generator) -> Shape:
    """Return a wedge with holes, a wheel, or slices cut from a block."""
    colour = near(rng, pick(rng, [(0.98, 0.8, 0.25), (0.98, 0.85, 0.45), (0.95, 0.62, 0.15), (0.96, 0.92, 0.8)]))
    rind, hole, high = (
        pick(rng, [shade(colour, 0.8), (0.75, 0.12, 0.1), (0.92, 0.88, 0.75)]),
        shade(colour, 0.68),
        rng.uniform(0.4, 0.6),
    )
    kind = pick(rng, ["wedge", "wedge", "wheel", "block"])
    if kind == "block":
        long = rng.uniform(0.9, 1.3)
        shape = (
            box(long, high, 0.6, 0.02)
            .paint(pick(rng, [colour, split_at(rind, colour, "y", -0.3 * high)]))
            .move(0, high / 2)
        )
        cut = box(0.08, high, 0.6, 0.01).paint(shade(colour, 1.1))
        fallen = join(
            cut.turn("z", -a).move(long / 2 + 0.14 + x, high * c, 0)
            for a, x, c in ((18, 0.0, 0.47), (55, 0.2, 0.35), (80, 0.42, 0.15))
        )
        return shape + fallen + (plate(rng, 1.1).move(0.2) if chance(rng, 0.4) else NOTHING)
    open_by = rng.uniform(35, 60) if kind == "wedge" else rng.uniform(270, 320)
    start = 90 - open_by / 2 if kind == "wedge" else 90 + (360 - open_by) / 2
    wedge = [(0, 0), *arc(1.0, start, start + open_by, 9 if kind == "wedge" else 30)]
    shape = extrude(wedge, high, plane="xz").paint(colour)
    outer = [*arc(1.05, start + 0.7, start + open_by - 0.7, 20), *arc(0.96, start + open_by - 0.7, start + 0.7, 20)]
    shape += extrude(outer, high + 0.02, plane="xz").paint(rind)
    if kind == "wheel":
        lid = [(0, 0.03), *arc(1.0, start + 1, start + open_by - 1, 30)]
        return shape + extrude(lid, high + 0.06, plane="xz").paint(pick(rng, [rind, colour]))
    for side in (-1, 1):
        edge = np.radians(90 + side * open_by / 2)
        for _ in range(int(rng.integers(4, 7))):
            out, size = rng.uniform(0.3, 0.88), rng.uniform(0.05, 0.11)
            disc = rod(size, 0.04, around=14).turn("z", 90).turn("y", -np.degrees(edge) + 90)
            shape += disc.paint(hole).move(out * np.cos(edge), rng.uniform(-0.32, 0.32) * high, out * np.sin(edge))
    shape += (
        strewn(rng, lambda: rod(rng.uniform(0.05, 0.09), 0.04, around=14), 4, 0.22, high / 2)
        .paint(hole)
        .move(0, 0, 0.65)
    )
    return shape.turn("y", pick(rng, [0, 90, 180, 135]))


FAMILIES = {"pancakes": pancakes, "waffle": waffle, "pie": pie, "pudding": pudding, "bread": bread, "cheese": cheese}
