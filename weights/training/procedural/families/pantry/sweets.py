"""Sweets and pastries."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth
from ...paint import (
    CHOCOLATE,
    CREAM,
    WHITE,
    chance,
    hsv,
    near,
    pastel,
    pick,
    shade,
    split_at,
    stripes,
    vivid,
    wedges,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import NOTHING, Colour, Shape, join
from .serving import CRUST, fluted, plate, posed, sides, strewn


def heart(size: float, count: int = 28) -> np.ndarray:
    """[count,2] outline of a heart, about 2 * size wide."""
    t = np.linspace(0, 2 * np.pi, count, endpoint=False) + 0.05
    x = np.sin(t) ** 3
    y = (13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 16
    return np.stack([x, y], 1) * size


def gingerbread(rng: np.random.Generator) -> Shape:
    """Return a gingerbread man with buttons, standing."""
    dough, icing = near(rng, (0.62, 0.38, 0.18)), pick(rng, [WHITE, pastel(rng)])
    deep = rng.uniform(0.12, 0.2)
    shape = rod(0.3, deep, around=22, round_by=0.05).turn("x", 90).move(0, 1.15)
    shape += box(0.46, 0.6, deep, 0.1).move(0, 0.7)
    shape += box(0.5, 0.2, 0.95 * deep, 0.09).turn("z", rng.uniform(-10, 35)).move(0.38, 0.85).both()
    shape += box(0.2, 0.5, 0.95 * deep, 0.09).turn("z", 14).move(0.18, 0.3).both()
    z = deep / 2
    face = ball(0.045, detail=8).move(0.1, 1.22, z).both().paint(pick(rng, [CHOCOLATE, icing]))
    face += tube([(-0.13, 1.08, z), (0, 1.02, z), (0.13, 1.08, z)], 0.03, 6, along=7).paint(icing)
    buttons = ball(0.055, detail=8).move(0, 0.72, z).along(3, y=0.15).paint(vivid(rng))
    cuffs = rail((0.5, 0.75, z), (0.53, 0.98, z), 0.028).both() + rail((0.12, 0.18, z), (0.33, 0.13, z), 0.028).both()
    return shape.paint(dough) + face + buttons + cuffs.paint(icing)


def cookie(rng: np.random.Generator) -> Shape:
    """Return a chip cookie, a sandwich cookie, a heart with icing or a gingerbread man."""
    kind = pick(rng, ["chips", "chips", "filled", "heart", "man"])
    if kind == "man":
        return gingerbread(rng)
    dough, thick = pick(rng, [near(rng, CRUST), near(rng, (0.85, 0.65, 0.38)), CHOCOLATE]), rng.uniform(0.14, 0.26)
    around = sides(rng)
    disc = rod(0.5, thick, 0.47, around, 0.4 * thick)
    if kind == "filled":
        top = fluted(rod(0.5, 0.13, around=48, round_by=0.03), 24, 0.02).paint(dough)
        bumps = rail((0.12, 0.07, 0), (0.4, 0.07, 0), 0.03).around(int(rng.integers(6, 13))).paint(shade(dough, 0.75))
        shape = top + rod(0.45, 0.2, around=28).paint(pick(rng, [CREAM, pastel(rng)])).move(0, -0.13)
        return posed(rng, shape + bumps + top.move(0, -0.26))
    if kind == "heart":
        base = extrude(heart(0.55), thick, 0.04).paint(dough)
        icing = pick(rng, [pastel(rng), vivid(rng), WHITE])
        shape = base + extrude(heart(0.46), 0.06, 0.02).paint(icing).move(0, 0.01, thick / 2)
        return shape + strewn(rng, lambda: rod(0.03, 0.05, around=8).paint(vivid(rng)), 14, 0.3).turn("x", 90).move(
            0, 0.05, thick / 2 + 0.03
        )
    chip = shade(CHOCOLATE, rng.uniform(0.5, 1.1)) if dough != CHOCOLATE else CREAM
    size = rng.uniform(0.05, 0.085)
    chips = strewn(rng, lambda: ball(size * rng.uniform(0.7, 1.2), 0.8 * size, size, detail=8), 12, 0.42, thick / 2)
    shape = fluted(disc, int(rng.integers(3, 7)), rng.uniform(0, 0.05)).paint(dough) + chips.paint(chip)
    if chance(rng, 0.25):
        shape = shape + shape.turn("y", 50).move(0.05, -thick, 0.06) + shape.turn("y", 130).move(0, -2 * thick)
        return shape
    return posed(rng, shape)


def candy(rng: np.random.Generator) -> Shape:
    """Return a wrapped sweet, a candy cane, or a gumdrop."""
    first, second = vivid(rng), pick(rng, [WHITE, vivid(rng), pastel(rng)])
    kind = pick(rng, ["wrapped", "wrapped", "cane", "drop"])
    if kind == "cane":
        r, bow = rng.uniform(0.08, 0.13), rng.uniform(0.24, 0.34)
        path = [(bow, 0, 0), (bow, 0.5, 0), (bow, 1.0, 0), *[(x, y, 0) for x, y in arc(bow, 25, 180, 6, (0, 1.0))]]
        path += [(-bow, 0.85, 0)]
        cane = tube(path, r, 12, along=48)
        turns = np.arange(len(cane.faces) // 24 + 1) // 3 % 2
        table = np.array([first, second])
        rings = np.minimum(np.arange(len(cane.faces)) // 24, len(turns) - 1)
        part = np.arange(len(cane.faces)) % 24 // 8
        return Shape(
            cane.vertices, cane.faces, np.repeat(table[(rings + part) // 3 % 2][:, None], 3, 1).astype(np.float32)
        )
    if kind == "drop":
        shape = lathe(smooth([(0.5, 0), (0.52, 0.15), (0.38, 0.55), (0.2, 0.75), (0, 0.8)], 16), sides(rng))
        shape = shape.paint(first)
        return shape + shape.paint(second).turn("z", 75).move(0.95, 0.42, 0.1) if chance(rng, 0.4) else shape
    around = sides(rng, 24)
    middle = pick(rng, [ball(0.42, 0.4, detail=24), rod(0.33, 0.7, around=around, round_by=0.08).turn("z", 90)])
    cover = pick(
        rng, [wedges([first, second], int(rng.integers(4, 9)), "x"), first, stripes([first, second], "x", 0.14)]
    )
    twist = fluted(lathe([(0.07, 0), (0.12, 0.06), (0.34, 0.34), (0.3, 0.36), (0, 0.2)], 32), 8, 0.12).turn("z", -90)
    shape = middle.paint(cover) + twist.paint(pick(rng, [first, second])).move(0.36).both()
    return shape.turn("z", pick(rng, [0, 25, -25]))


def lollipop(rng: np.random.Generator) -> Shape:
    """Return a swirl disc, a ball or a heart on a stick."""
    first, second = vivid(rng), pick(rng, [WHITE, vivid(rng), pastel(rng)])
    long, kind = rng.uniform(0.7, 1.2), pick(rng, ["swirl", "swirl", "ball", "heart"])
    stick = rod(rng.uniform(0.04, 0.065), long, around=10).paint(pick(rng, [WHITE, wood(rng), CREAM]))
    if kind == "ball":
        head = ball(0.36, detail=24).paint(
            pick(rng, [first, wedges([first, second], 6), split_at(first, second, "y", 0)])
        )
        head += torus(0.36, 0.035, 24, 8).paint(shade(first, 0.8)) if chance(rng, 0.5) else NOTHING
    elif kind == "heart":
        head = extrude(heart(0.45), 0.22, 0.07).paint(first)
        head += extrude(heart(0.28), 0.26, 0.05).paint(second).move(0, 0.01)
    else:
        turn = np.linspace(0, rng.uniform(2.5, 3.6) * 2 * np.pi, 60)
        out = 0.05 + 0.4 * turn / turn[-1]
        swirl = np.stack([out * np.cos(turn), out * np.sin(turn), 0 * turn], 1)
        head = tube(swirl, np.array([[0.12, 0.06]] * 60), 8).paint(first) + rod(0.47, 0.17, around=32).turn(
            "x", 90
        ).paint(second)
    shape = head + stick.move(0, -0.3 - long / 2)
    if chance(rng, 0.3):
        bow = ball(0.16, 0.1, 0.06, detail=10).turn("z", 20).move(0.14).both() + ball(0.06, detail=8)
        shape += bow.paint(vivid(rng)).move(0, -0.5, 0.05)
    return shape


def pretzel(rng: np.random.Generator) -> Shape:
    """Return a knotted pretzel with salt, or some salt sticks in a cup."""
    crust = near(rng, pick(rng, [(0.55, 0.3, 0.12), (0.7, 0.42, 0.18)]))
    if chance(rng, 0.2):
        sticks = [
            rail((0.02 * k, 0.1, 0), (0.5 * x, rng.uniform(1.2, 1.5), 0.5 * z), 0.055).paint(near(rng, crust))
            for k, (x, z) in enumerate(np.stack([np.cos(np.arange(9) * 2.4), np.sin(np.arange(9) * 2.4)], 1))
        ]
        return join(sticks) + lathe([(0.3, 0), (0.38, 0.8), (0.33, 0.8), (0.3, 0.6), (0, 0.6)], 22).paint(vivid(rng))
    half = [(0, 0.0), (0.25, 0.32), (0.47, 0.33), (0.6, 0.05), (0.42, -0.36), (0, -0.5)]
    right = [(x, y, 0.07 if k == 0 else 0) for k, (x, y) in enumerate(half)]
    left = [(-x, y, -0.07 if k == 4 else 0) for k, (x, y) in enumerate(half[-2::-1])]
    thick = rng.uniform(0.085, 0.13)
    path = np.array([(-0.26, -0.4, 0.1), *right, *left, (0.26, -0.4, 0.1)])
    radii = thick * np.array([0.65, 0.7, 0.8, 1, 1.1, 1.2, 1.3, 1.2, 1.1, 1, 0.8, 0.7, 0.65])
    shape = tube(path, radii, 10, along=64).paint(crust)
    grains = smooth(path, 26)[3:-3] + np.array([0, 0, 0.95 * thick])
    if chance(rng, 0.8):
        shape += join(box(0.05, 0.05, 0.05).turn("z", 33 * k).move(*g) for k, g in enumerate(grains)).paint(WHITE)
    return shape.turn("x", pick(rng, [0, 0, -60]))


def croissant(rng: np.random.Generator) -> Shape:
    """Return a crescent of rolled dough, in steps."""
    colour, bow = near(rng, pick(rng, [(0.8, 0.5, 0.2), (0.68, 0.38, 0.14), (0.88, 0.64, 0.34)])), rng.uniform(100, 210)
    t = np.linspace(-1, 1, 50)
    angle = np.radians(bow / 2) * t
    count = int(rng.integers(3, 5))
    step = 1 - np.abs(t)
    saw = (step * count) % 1
    radius = (0.07 + 0.27 * step**0.75) * (0.94 + 0.12 * (1 - saw))
    path = np.stack([0.62 * np.sin(angle), 0 * t, 0.62 * np.cos(angle)], 1)
    shape = tube(path, np.stack([radius * 0.85, radius], 1), 14)
    dark = shade(colour, 0.62)
    groove = np.where((saw < 0.16)[np.clip(np.arange(len(shape.faces)) // 28, 0, 49)][:, None], dark, colour)
    shape = Shape(shape.vertices, shape.faces, np.repeat(groove[:, None], 3, 1).astype(np.float32))
    if chance(rng, 0.3):
        shape += tube(path[8:-8] + np.stack([0 * t, 0.86 * radius, 0 * t], 1)[8:-8], 0.05, 6).paint(CHOCOLATE)
    return shape + plate(rng, 0.85).move(0, -0.26, 0.3) if chance(rng, 0.2) else shape


def chocolate_bar(rng: np.random.Generator) -> Shape:
    """Return a bar of squares, half in its wrapper, or a packed snack bar."""
    colour, paper = pick(rng, [CHOCOLATE, CHOCOLATE, near(rng, (0.45, 0.26, 0.14)), CREAM]), vivid(rng)
    if chance(rng, 0.3):
        long = rng.uniform(1.0, 1.5)
        body = box(0.5, long, 0.24, 0.08, cuts=6).paint(
            pick(rng, [stripes([paper, paper, vivid(rng)], "y", 0.2), paper])
        )
        ends = [(-0.24, 0), *[(-0.24 + 0.06 * k, 0.16 + 0.05 * (k % 2)) for k in range(9)], (0.24, 0)]
        end = extrude(ends, 0.06).paint(shade(paper, 0.8)).move(0, long / 2 - 0.04)
        logo = ball(0.2, 0.3, 0.04, detail=14).paint(pick(rng, [WHITE, vivid(rng)])).move(0, 0, 0.115)
        return (body + end.both("y") + logo).turn("z", pick(rng, [0, 0, 90, 25]))
    rows, columns = int(rng.integers(4, 7)), int(rng.integers(2, 5))
    size, deep = 0.24, rng.uniform(0.12, 0.18)
    block = box(0.88 * size, 0.88 * size, deep, 0.045)
    grid = join(
        block.move(size * (i - (columns - 1) / 2), size * j)
        for i in range(columns)
        for j in range(rows)
        if not (i == 0 and j == rows - 1 and rows % 2)
    )
    wide, high = columns * size, rows * size
    shape = grid.paint(colour).move(0, 0, 0.03) + box(0.96 * wide, 0.85 * high, 0.7 * deep).paint(
        shade(colour, 0.85)
    ).move(0, 0.425 * high - 0.5 * size)
    if chance(rng, 0.75):
        foil = box(wide + 0.05, 0.12, deep + 0.1, 0.02).paint((0.85, 0.85, 0.88)).move(0, 0.46 * high - size / 2)
        shape += foil + box(wide + 0.08, 0.45 * high, deep + 0.12, 0.03).paint(paper).move(0, 0.18 * high - size / 2)
        shape += (
            box(0.8 * wide, 0.2 * high, deep + 0.16, 0.02)
            .paint(pick(rng, [WHITE, vivid(rng)]))
            .move(0, 0.18 * high - size / 2)
        )
    return shape.turn("z", pick(rng, [0, 0, 90, 20]))


def popsicle(rng: np.random.Generator) -> Shape:
    """Return an ice on one or two sticks, in layers or dipped in chocolate, at times bitten."""
    first, second = (
        pick(rng, [vivid(rng), pastel(rng), hsv(rng.random(), 0.5, 0.95)]),
        pick(rng, [CHOCOLATE, vivid(rng), CREAM, WHITE]),
    )
    high, wide, deep = rng.uniform(0.9, 1.3), rng.uniform(0.3, 0.42), rng.uniform(0.14, 0.22)
    twin = chance(rng, 0.25)
    bar = hull(
        [
            (0, wide, -deep, deep, 4),
            (0.62 * high, wide, -deep, deep, 4),
            (0.85 * high, 0.86 * wide, -0.9 * deep, 0.9 * deep, 3),
            (0.97 * high, 0.45 * wide, -0.7 * deep, 0.7 * deep, 3),
            (high, 0.02, -0.02, 0.02),
        ],
        sides(rng, 24),
        22,
        "y",
    )
    cover = pick(
        rng,
        [
            split_at(first, second, "y", high * rng.uniform(0.4, 0.7)),
            stripes([first, second, vivid(rng)], "y", 0.34 * high),
            first,
        ],
    )
    shape = bar.paint(cover)
    stick = box(0.15, 0.55, 0.08, 0.035).paint(near(rng, (0.87, 0.72, 0.48))).move(0, -0.2)
    if twin:
        shape = (bar.scale(0.62, 1, 1).move(0.58 * wide)).both().paint(cover)
        stick = stick.move(0.58 * wide).both()
    elif chance(rng, 0.5):
        shape += (
            box(0.09, 0.55 * high, 0.06, 0.03)
            .move(0.4 * wide, 0.42 * high, deep - 0.005)
            .both()
            .paint(shade(first, 0.8))
        )
    if chance(rng, 0.4):
        drops = strewn(rng, lambda: box(0.05, 0.05, 0.05).paint(vivid(rng)), 12, 0.8 * wide).turn("x", 90)
        shape += drops.move(0, 0.65 * high, 0.95 * deep)
    if chance(rng, 0.3):
        shape += join(
            ball(0.09, 0.06, 0.09, detail=8).move(x * wide, 0.01, 0.5 * deep) for x in (-0.5, 0.1, 0.6)
        ).paint(first)
    return shape + stick


def macaron(rng: np.random.Generator) -> Shape:
    """Return one macaron, or a stack of them in several colours."""
    r, count = 0.5, pick(rng, [1, 1, 2, 3, 4])
    dome = lathe(smooth([(0.48, 0.05), (0.5, 0.12), (0.42, 0.26), (0.2, 0.32), (0, 0.33)], 12), sides(rng, 26))
    foot = torus(0.47, 0.06, 30, 6, 0.05)
    shapes = []
    for k in range(count):
        colour: Colour = pick(rng, [pastel(rng), hsv(rng.random(), 0.45, 0.9), near(rng, (0.5, 0.3, 0.18))])
        half = dome.paint(colour) + fluted(foot, 15, 0.025).paint(shade(colour, 0.9)).move(0, 0.05)
        one = half.move(0, 0.08).both("y") + rod(0.46 * r / 0.5, 0.2, around=26).paint(
            pick(rng, [CREAM, shade(colour, 1.3), CHOCOLATE])
        )
        shapes.append(one.move(rng.uniform(-0.06, 0.06), 0.8 * k, rng.uniform(-0.06, 0.06)))
    if count == 1:
        return shapes[0].turn("z", pick(rng, [0, 0, 60])).turn("x", pick(rng, [0, 20, 80]))
    return join(shapes)


FAMILIES = {
    "cookie": cookie,
    "candy": candy,
    "lollipop": lollipop,
    "pretzel": pretzel,
    "croissant": croissant,
    "chocolate_bar": chocolate_bar,
    "popsicle": popsicle,
    "macaron": macaron,
}
