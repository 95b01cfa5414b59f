"""Sandwiches, rolls, rice and fast food."""

from __future__ import annotations

import numpy as np

from ...curves import arc, rounded, smooth
from ...paint import BLACK, CREAM, WHITE, chance, near, pick, shade, speckled, split_at, stripes, vivid, wood
from ...parts import ball, box, extrude, hull, lathe, rail, rod, tube
from ...shape import NOTHING, Colour, Shape, join
from .serving import CRUMB, CRUST, MEAT, RICE, SALAD, TOMATO, YOLK, fluted, heap, plate, strewn

NORI: Colour = (0.08, 0.15, 0.1)
SALMON: Colour = (0.98, 0.52, 0.32)


def fillings(rng: np.random.Generator, count: int) -> list[tuple[Colour, float]]:
    """Return colours and thicknesses of layers between two breads."""
    options = [(SALAD, 0.06), (TOMATO, 0.07), (YOLK, 0.05), ((0.9, 0.55, 0.5), 0.08), (MEAT, 0.14), (CREAM, 0.06)]
    return [options[int(k)] for k in rng.permutation(len(options))[:count]]


def sandwich(rng: np.random.Generator) -> Shape:
    """Return triangle halves, a square stack or a long filled roll."""
    bread = near(rng, pick(rng, [CRUMB, (0.85, 0.66, 0.42)]))
    kind, layers = pick(rng, ["triangles", "triangles", "square", "roll"]), fillings(rng, int(rng.integers(2, 5)))
    if kind == "roll":
        long, crust = rng.uniform(0.8, 1.1), near(rng, CRUST)
        half = hull(
            [(-long, 0.05, 0, 0.05), (-0.85 * long, 0.3, 0, 0.2), (0.85 * long, 0.3, 0, 0.2), (long, 0.05, 0, 0.05)],
            18,
            15,
        )
        shape, level = half.paint(crust).mirrored("y").move(0, 0.2), 0.2
        for colour, _ in layers:
            shape += (
                strewn(rng, lambda: ball(0.15, 0.05, 0.15, detail=8), 12, 0.36)
                .scale(0.95, 1, 2.3 * long)
                .paint(colour)
                .move(0, level)
            )
            level += 0.06
        return (shape + half.paint(crust).move(0, level)).turn("y", pick(rng, [90, 60, 0]))
    outline = (
        [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)] if kind == "square" else [(-0.55, 0), (0.55, 0), (0, 0.55)]
    )
    outline, thick = rounded(outline, 0.08), rng.uniform(0.13, 0.18)

    def slice_of() -> Shape:
        return extrude(np.array(outline) * 0.97, 1.02 * thick).paint(bread) + extrude(
            outline, 0.85 * thick, 0.02
        ).paint(near(rng, CRUST))

    shape, level = slice_of(), thick / 2
    for colour, high in layers:
        shape += (
            extrude(np.array(outline) * rng.uniform(0.96, 1.08), high + 0.03, 0.01)
            .paint(colour)
            .move(0, 0, level + high / 2)
        )
        level += high
    shape += slice_of().move(0, 0, level + thick / 2)
    if kind == "square":
        shape = shape.turn("x", -90)
        return (
            shape
            + rail((0, level, 0), (0, level + 0.6, 0), 0.035).paint(wood(rng))
            + ball(0.09).paint(SALAD).move(0, level + 0.5)
            if chance(rng, 0.5)
            else shape
        )
    if chance(rng, 0.5):
        return shape.move(0, 0, 0.1) + shape.turn("y", rng.uniform(-20, 20)).move(0.1, 0, -level - 0.25)
    return shape.turn("x", pick(rng, [0, -90])).turn("y", rng.uniform(0, 60))


def taco(rng: np.random.Generator) -> Shape:
    """Return a folded shell with filling, or a wrapped roll with an open end."""
    shell = near(rng, pick(rng, [(0.93, 0.74, 0.36), (0.92, 0.83, 0.62)]))
    if chance(rng, 0.3):
        long, r = rng.uniform(1.0, 1.4), rng.uniform(0.24, 0.32)
        shape = lathe(
            [(0.8 * r, 0), (r, 0.1), (r, long), (0.9 * r, long), (0.85 * r, long - 0.1), (0, long - 0.1)], 24
        ).paint(speckled(rng, shell, 0.03))
        shape += (
            rod(1.06 * r, 0.5 * long, around=24)
            .paint(pick(rng, [(0.8, 0.82, 0.85), vivid(rng), WHITE]))
            .move(0, 0.25 * long)
        )
        top = heap(
            rng, lambda: box(0.13, 0.13, 0.13, 0.02).paint(pick(rng, [SALAD, TOMATO, MEAT, YOLK])), 12, 0.75 * r, 0.1
        )
        return (shape + top.move(0, long - 0.06)).turn("z", pick(rng, [0, 20, -70]))
    r, open_by = rng.uniform(0.62, 0.75), rng.uniform(14, 26)
    half = extrude([*arc(r, 2, 178, 17), (-r, -0.1), (r, -0.1)], 0.07)
    wall = half.turn("x", open_by).move(0, 0.06, 0.09)
    shape = (wall.both("z") + rail((-0.97 * r, 0, 0), (0.97 * r, 0, 0), 0.13, around=12)).paint(shell)
    for k, (colour, size) in enumerate(((MEAT, 0.12), (SALAD, 0.11), (pick(rng, [TOMATO, YOLK]), 0.08))):
        high = (0.72 + 0.12 * k) * r
        for angle in np.radians(np.linspace(12, 168, 11 - 2 * k)):
            piece = ball(size, 0.7 * size, 1.3 * size, detail=8) if k != 2 else box(size, size, size, 0.02)
            shape += (
                piece.turn("y", rng.uniform(0, 90))
                .paint(near(rng, colour))
                .move(high * np.cos(angle), high * np.sin(angle), rng.normal(0, 0.04))
            )
    return shape.turn("y", pick(rng, [0, 0, 90]))


def hot_dog(rng: np.random.Generator) -> Shape:
    """Return a sausage in a split bun with mustard, at times in a paper tray."""
    long, bun = rng.uniform(0.75, 1.0), near(rng, pick(rng, [(0.88, 0.62, 0.32), (0.75, 0.48, 0.22)]))
    half = hull(
        [
            (-long, 0.05, 0, 0.1),
            (-0.9 * long, 0.14, -0.1, 0.2),
            (0, 0.18, -0.14, 0.26),
            (0.9 * long, 0.14, -0.1, 0.2),
            (long, 0.05, 0, 0.1),
        ],
        14,
        17,
    )
    shape = half.turn("z", -16).move(0.2, 0.1).both().paint(bun) + hull(
        [(-0.95 * long, 0.15, -0.06, 0.08), (0.95 * long, 0.15, -0.06, 0.08)], 12
    ).paint(CRUMB)
    over, r = long * rng.uniform(1.05, 1.2), rng.uniform(0.12, 0.15)
    sausage = tube(
        [(0, 0.26, -over), (0, 0.22, -0.92 * over), (0, 0.2, 0), (0, 0.22, 0.92 * over), (0, 0.26, over)],
        [0.05, r, r, r, 0.05],
        14,
        along=22,
    )
    shape += sausage.paint(near(rng, pick(rng, [(0.72, 0.25, 0.14), (0.55, 0.25, 0.14), (0.85, 0.4, 0.3)])))
    count = int(rng.integers(7, 13))
    t = np.arange(count)
    sauce = np.stack([0.08 * (-1.0) ** t, np.full(count, 0.19 + r), np.linspace(-0.85, 0.85, count) * long], 1)
    shape += tube(sauce, 0.04, 8, along=5 * count).paint(pick(rng, [(0.95, 0.75, 0.1), TOMATO]))
    if chance(rng, 0.3):
        shape += strewn(rng, lambda: ball(0.12, 0.03, 0.09, detail=8), 10, 0.2, 0.14).scale(1, 1, 3.5).paint(SALAD)
    if chance(rng, 0.25):
        shape += (
            lathe([(0.3, 0), (0.42, 0.22), (0.38, 0.22), (0, 0.05)], 4)
            .turn("y", 45)
            .scale(1.1, 1, 2.8)
            .paint(stripes([WHITE, vivid(rng)], "z", 0.2))
            .move(0, -0.17)
        )
    return shape.turn("y", pick(rng, [90, 90, 45, 0]))


def sushi_piece(rng: np.random.Generator, kind: str) -> Shape:
    """Return a nigiri, a cut roll or a gunkan on y = 0."""
    if kind == "nigiri":
        top = pick(rng, [SALMON, (0.85, 0.2, 0.25), (0.95, 0.7, 0.6), YOLK])
        rice = ball(0.3, 0.2, 0.5, 3, 14).paint(speckled(rng, RICE, 0.02)).move(0, 0.2)
        slab = box(0.62, 0.14, 1.15, 0.06, cuts=8).bend(lambda v: v - np.array([0, 0.5, 0]) * (v[:, 2:] ** 2) * 0.9)
        slab = slab.turn("y", 0).paint(stripes([top, top, shade(top, 1.5)], "z", 0.09, 5)).move(0, 0.47)
        band = box(0.68, 0.5, 0.16, 0.04).paint(NORI).move(0, 0.3)
        return rice + slab + (band if chance(rng, 0.4) else NOTHING)
    high = rng.uniform(0.4, 0.6)
    roll = rod(0.36, high, around=24, round_by=0.03).paint(NORI) + rod(0.31, high + 0.04, around=24).paint(RICE)
    if kind == "maki":
        core = join(
            rod(0.1, high + 0.08, around=8).move(*p).paint(c)
            for p, c in (
                ((0.07, 0, 0.06), SALMON),
                ((-0.1, 0, 0.02), SALAD),
                ((0.02, 0, -0.11), pick(rng, [YOLK, CREAM])),
            )
        )
        return (roll + core).move(0, high / 2).turn("x", pick(rng, [0, 90])).move(0, 0.18)
    eggs = strewn(rng, lambda: ball(0.085, detail=8), 12, 0.28, high + 0.03)
    return roll.move(0, high / 2) + eggs.paint(pick(rng, [(0.95, 0.35, 0.08), SALAD, (0.1, 0.1, 0.12)]))


def sushi(rng: np.random.Generator) -> Shape:
    """Return one piece of sushi, or a row on a board with ginger and sticks."""
    kinds = ["nigiri", "maki", "gunkan"]
    if chance(rng, 0.5):
        return sushi_piece(rng, pick(rng, kinds)).turn("y", pick(rng, [90, 40]))
    count = int(rng.integers(2, 5))
    lead = pick(rng, kinds)
    shape = join(
        sushi_piece(rng, pick(rng, [lead, pick(rng, kinds)])).move(0.85 * (k - (count - 1) / 2)) for k in range(count)
    )
    board = wood(rng)
    shape += (
        box(0.9 * count + 0.3, 0.1, 1.5, 0.02).paint(board).move(0, -0.05)
        + box(0.15, 0.15, 1.3).paint(board).move(0.32 * count, -0.16).both()
    )
    if chance(rng, 0.4):
        shape += rail((-0.45 * count, 0.05, 0.66), (0.45 * count, 0.07, 0.68), 0.035).paint(shade(board, 0.6)) + ball(
            0.13, 0.1
        ).paint(SALAD).move(0.42 * count, 0.08, -0.55)
    return shape


def rice_ball(rng: np.random.Generator) -> Shape:
    """Return a triangular or round ball of rice with a seaweed band, at times a face."""
    corner = 0.5 * rng.uniform(0.9, 1.1)
    outline = rounded([(-0.62, 0), (0.62, 0), (0, 1.1)], corner, 5)
    deep, kind = rng.uniform(0.4, 0.55), pick(rng, ["front", "front", "wrap", "round"])
    rice = extrude(outline, deep, 0.1).finer().paint(speckled(rng, RICE, 0.025))
    if kind == "round":
        rice = ball(0.52, 0.46, 0.5, detail=22).paint(speckled(rng, RICE, 0.025)).move(0, 0.46)
        shape = rice + box(0.34, 0.5, 0.98, 0.1).paint(NORI).move(0, 0.22)
        return shape + (ball(0.06, detail=8).move(0.3, 0.55, 0.4).both().paint(BLACK) if chance(rng, 0.5) else NOTHING)
    if kind == "wrap":
        nori = extrude(rounded([(-0.6, -0.03), (0.6, -0.03), (0.42, 0.42), (-0.42, 0.42)], 0.15), deep + 0.06, 0.08)
        shape = rice + nori.paint(NORI)
        return shape + box(0.5, 0.4, deep + 0.07, 0.04).paint(NORI).move(0, 0.15)
    shape = rice + box(rng.uniform(0.3, 0.5), rng.uniform(0.38, 0.55), deep + 0.08, 0.03).paint(NORI).move(0, 0.2)
    if chance(rng, 0.5):
        shape += (
            (
                ball(0.055, detail=8).paint(BLACK)
                + ball(0.06, 0.04, 0.04, detail=8).paint((0.95, 0.6, 0.6)).move(0.08, -0.09)
            )
            .move(0.14, 0.6, deep / 2)
            .both()
        )
    return shape


def fries(rng: np.random.Generator) -> Shape:
    """Return chips in a carton, a paper cone or a bowl."""
    colour, potato = pick(rng, [(0.85, 0.1, 0.1), WHITE, vivid(rng)]), near(rng, (0.95, 0.77, 0.3))
    thick, kind = rng.uniform(0.08, 0.12), pick(rng, ["carton", "carton", "cone", "bowl"])
    sticks = []
    for k in range(int(rng.integers(16, 26))):
        out, angle = np.sqrt((k + 0.5) / 25), 2.4 * k
        x, z = 0.36 * out * np.cos(angle), (0.15 if kind == "carton" else 0.34) * out * np.sin(angle)
        long = rng.uniform(0.55, 0.95)
        stick = (
            box(thick, long, thick, 0.012)
            .turn("y", rng.uniform(0, 90))
            .turn("z", -38 * x + rng.normal(0, 5))
            .turn("x", 30 * z)
        )
        sticks.append(stick.paint(near(rng, potato, 0.03)).move(x, 0.5 + long / 2 - 0.1, z))
    shape = join(sticks)
    if kind == "bowl":
        return shape.scale(1.1, 0.8, 1.1).move(0, -0.2) + lathe(
            smooth([(0.3, 0), (0.45, 0.2), (0.55, 0.5), (0.5, 0.52), (0, 0.35)], 14), 26
        ).paint(colour)
    if kind == "cone":
        return shape + lathe([(0.06, -0.3), (0.47, 0.75), (0.42, 0.75), (0, 0.5)], 22).finer().paint(
            pick(rng, [stripes([colour, WHITE], "y", 0.13), colour])
        )
    front = [(-0.32, 0), (0.32, 0), (0.45, 0.72), *smooth([(0.3, 0.64), (0, 0.56), (-0.3, 0.64)], 7), (-0.45, 0.72)]
    back = [(-0.32, 0), (0.32, 0), (0.45, 0.72), *smooth([(0.3, 0.9), (0, 0.98), (-0.3, 0.9)], 7), (-0.45, 0.72)]
    pack = extrude(front, 0.06).move(0, 0, 0.19) + extrude(back, 0.06).move(0, 0, -0.19)
    inside = hull([(0, 0.31, -0.19, 0.19, 6), (0.6, 0.42, -0.2, 0.2, 6)], 20, 0, "y")
    shape += pack.paint(colour) + inside.paint(shade(colour, 0.85))
    return shape + ball(0.15, 0.15, 0.04, detail=14).paint(pick(rng, [YOLK, WHITE, vivid(rng)])).move(0, 0.32, 0.21)


def boiled_egg(rng: np.random.Generator) -> Shape:
    """Return an egg half, an egg in a cup, or a fried egg."""
    t = np.radians(np.linspace(-90, 90, 15))
    profile = np.stack([0.4 * np.cos(t) * (1 - 0.13 * np.sin(t)), 0.52 * np.sin(t)], 1)
    kind, shell = (
        pick(rng, ["half", "half", "cup", "fried"]),
        near(rng, pick(rng, [(0.95, 0.88, 0.78), (0.8, 0.56, 0.38), WHITE])),
    )
    profile[[0, -1], 0] = 0
    if kind == "fried":
        white = fluted(
            lathe(smooth([(0.55, 0), (0.6, 0.05), (0.3, 0.12), (0, 0.13)], 10), 40),
            int(rng.integers(3, 6)),
            rng.uniform(0.06, 0.18),
        )
        yolk = (
            ball(0.22, 0.16, detail=18)
            .paint(near(rng, YOLK))
            .move(rng.uniform(-0.12, 0.12), 0.12, rng.uniform(-0.1, 0.1))
        )
        shape = white.scale(1, 1.2, 1).paint(WHITE) + yolk
        return shape + (plate(rng, 0.9) if chance(rng, 0.4) else NOTHING)
    egg = lathe(profile, 26)
    if kind == "cup":
        cup = lathe(
            [
                *smooth([(0.32, -0.75), (0.28, -0.68), (0.14, -0.5), (0.4, -0.2), (0.44, 0.02)], 18),
                (0.36, 0.02),
                (0, -0.2),
            ],
            26,
        )
        whole = egg.paint(split_at(shell, pick(rng, [shell, WHITE]), "y", 0.25)).move(0, 0.15)
        return whole + cup.paint(vivid(rng))
    yolk = (
        rod(rng.uniform(0.2, 0.25), 0.1, around=24, round_by=0.03)
        .turn("x", 90)
        .paint(near(rng, YOLK))
        .move(0, -0.06, 0.03)
    )
    face = extrude(np.concatenate([profile, profile[-2:0:-1] * [-1, 1]]), 0.06, 0.015).paint(WHITE)
    back = egg.bend(lambda v: v * np.where(v[:, 2:] > 0, [1, 1, 0.04], [1, 1, 0.87])).paint(pick(rng, [WHITE, shell]))
    shape = back + face.move(0, 0, 0.01) + yolk
    if chance(rng, 0.5):
        shape = shape.move(-0.36, 0, 0.1).turn("z", 8) + egg.paint(pick(rng, [WHITE, shell])).move(0.36, 0, -0.2)
    return shape.turn("x", pick(rng, [0, -20, -60]))


FAMILIES = {
    "sandwich": sandwich,
    "taco": taco,
    "hot_dog": hot_dog,
    "sushi": sushi,
    "rice_ball": rice_ball,
    "fries": fries,
    "boiled_egg": boiled_egg,
}
