"""Signs and small prizes: hearts, stars, arrows, letters."""

from __future__ import annotations

import numpy as np

from ...curves import Points, arc, flat, rounded, smooth, star
from ...paint import BLACK, GOLD, WHITE, chance, dark, gradient, grey, metal, pick, shade, vivid, wood
from ...parts import ball, box, extrude, lathe, rail, rod, sweep, torus
from ...shape import Colour, Shape, join
from .treasure import enough, noble, pillow


def heart_outline(count: int = 40) -> np.ndarray:
    """Return a heart's outline [count,2], about 2 wide, round the origin."""
    t = np.arange(count) * 2 * np.pi / count + np.pi / count
    x, y = 16 * np.sin(t) ** 3, 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([x, y + 2], 1)[::-1] / 16


def rim(outline: Points, thick: float, colour: Colour, deep: float | None = None) -> Shape:
    """Return a bar along a closed outline in the xy plane."""
    size = np.array([[deep or thick, thick]] * len(outline))
    return sweep(flat(outline), arc(1, 0, 300, 6), size, closed=True).paint(colour)


def heart(rng: np.random.Generator) -> Shape:
    """Return a puffy, faceted, flat or framed heart; sometimes pierced, winged or broken."""
    colour = pick(rng, [(0.88, 0.1, 0.15), (0.88, 0.1, 0.15), (0.95, 0.4, 0.6), vivid(rng)])
    kind, deep = pick(rng, ["puffy", "puffy", "facets", "flat", "framed", "broken"]), rng.uniform(0.4, 0.9)
    outline = heart_outline(40) * [rng.uniform(0.9, 1.1), 1]
    if kind == "facets":
        outline = heart_outline(14)
        shape = pillow(outline, deep, 0.9, 5).paint(colour)
    elif kind == "puffy":
        shape = pillow(outline, deep, rng.uniform(0.4, 0.8), 11).paint(
            pick(rng, [colour, gradient(shade(colour, 0.6), shade(colour, 1.3), "y", -1, 1)])
        )
        if chance(rng, 0.3):
            shape += ball(0.16, 0.24, 0.08, detail=10).turn("z", 35).paint(WHITE).move(-0.5, 0.45, 0.32 * deep)
    elif kind == "flat":
        shape = extrude(outline, 0.5 * deep, pick(rng, [0, 0.06])).paint(colour)
    elif kind == "framed":
        shape = pillow(0.9 * outline, deep, 0.6, 9).paint(colour) + rim(
            outline, 0.09, pick(rng, [noble(rng), WHITE, dark(rng)]), 0.16
        )
    else:
        crack = [(0, 0.55), (0.16, 0.25), (-0.12, 0), (0.12, -0.3), (0, -0.95)]
        right = outline[outline[:, 0] > 0.06]
        right = right[np.argsort(np.arctan2(right[:, 1], right[:, 0]))]
        left = outline[outline[:, 0] < -0.06]
        left = left[np.argsort(np.arctan2(left[:, 1], -left[:, 0]))]
        half, other = np.concatenate([right, crack]), np.concatenate([left, crack])
        gap = rng.uniform(0.03, 0.12)
        shape = extrude(half, 0.45 * deep).turn("z", -8).move(gap) + extrude(other, 0.45 * deep).turn("z", 8).move(-gap)
        return shape.paint(colour)
    extra = pick(rng, ["none", "none", "none", "arrow", "wings"])
    if extra == "arrow":
        shaft = rail((-1.4, -0.5, 0.05), (1.4, 0.6, 0.05), 0.06).paint(wood(rng))
        tip = lathe([(0.18, 0), (0.01, 0.36)], 8).turn("z", -68).paint(metal(rng)).move(1.35, 0.58, 0.05)
        vane = box(0.34, 0.3, 0.08, 0.02).turn("z", 21).paint(vivid(rng)).move(-1.3, -0.46, 0.05)
        shape += shaft + tip + vane
    elif extra == "wings":
        feathers = join(
            ball(0.45 - 0.08 * k, 0.13, 0.08, detail=10)
            .turn("z", 25 - 24 * k)
            .move(1.1 - 0.06 * k, 0.35 - 0.22 * k, -0.05)
            for k in range(3)
        )
        shape += feathers.both().paint(pick(rng, [WHITE, WHITE, shade(colour, 0.5)]))
    return shape


def lightning(rng: np.random.Generator) -> Shape:
    """Return a bolt, plain, bevelled or framed, or on a round badge."""
    colour, deep, kind = (
        pick(rng, [(0.98, 0.8, 0.1), (0.98, 0.8, 0.1), (0.3, 0.7, 1.0), vivid(rng)]),
        rng.uniform(0.2, 0.45),
        pick(rng, ["classic", "zigzag", "wide"]),
    )
    if kind == "classic":
        outline = [(0.15, 1), (-0.55, -0.1), (-0.08, -0.1), (-0.3, -1), (0.55, 0.22), (0.06, 0.22), (0.5, 1)]
    elif kind == "zigzag":
        outline = [
            (-0.1, 1),
            (-0.45, 0.35),
            (-0.15, 0.3),
            (-0.4, -0.2),
            (-0.12, -0.25),
            (-0.3, -1),
            (0.5, -0.02),
            (0.2, 0.06),
            (0.55, 0.5),
            (0.25, 0.56),
            (0.4, 1),
        ]
    else:
        outline = [(-0.3, 1), (-0.62, 0.02), (-0.1, 0.02), (-0.42, -1), (0.75, 0.3), (0.2, 0.3), (0.6, 1)]
    bolt = np.array(outline) * [rng.uniform(0.8, 1.25), 1]
    shape = extrude(bolt, deep, pick(rng, [0, 0.03, 0.06])).paint(
        pick(rng, [colour, colour, gradient(shade(colour, 0.75), shade(colour, 1.4), "y", -1, 1)])
    )
    extra = pick(rng, ["none", "none", "edge", "badge"])
    if extra == "edge":
        shape = extrude(1.12 * bolt, 0.6 * deep).paint(pick(rng, [BLACK, WHITE, shade(colour, 0.5)])) + shape
    elif extra == "badge":
        n = int(rng.choice([6, 8, 32]))
        plate = rod(1.15, 0.16, around=n).turn("x", 90).paint(vivid(rng))
        return plate + rim(arc(1.15, 0, 360 - 360 / n, n), 0.09, dark(rng)) + shape.scale(0.85)
    return enough(shape.turn("z", pick(rng, [0, 0, -12])))


def star_shape(rng: np.random.Generator) -> Shape:
    """Return a star: puffy, faceted or flat, with eyes, a stick or a frame."""
    colour = pick(rng, [(0.98, 0.8, 0.15), (0.98, 0.8, 0.15), noble(rng), vivid(rng)])
    points, inner = int(rng.choice([4, 5, 5, 5, 6, 8])), rng.uniform(0.42, 0.62)
    outline = star(inner, 1, points)
    kind, deep = pick(rng, ["puffy", "facets", "facets", "flat"]), rng.uniform(0.3, 0.7)
    if kind == "puffy":
        shape = pillow(rounded(outline, 0.22, 4), deep, 0.5, 9).paint(colour)
    elif kind == "facets":
        shape = pillow(outline, deep, 1.0, 3).paint(colour)
        if chance(rng, 0.2):
            shape += extrude(0.4 * outline, 0.5 * deep).paint(shade(colour, 1.3))
    else:
        shape = extrude(pick(rng, [outline, rounded(outline, 0.15, 3)]), 0.5 * deep, 0.05).paint(colour)
    front = 0.5 * deep if kind != "flat" else 0.25 * deep
    extra = pick(rng, ["none", "none", "eyes", "stick", "frame", "tail"])
    if extra == "eyes":
        shape += ball(0.07, 0.16, 0.07, detail=10).paint(BLACK).move(0.15, 0.08, front * 0.88).both()
    elif extra == "stick":
        return shape + rail((0, -0.4, 0), (0, -2.0, 0), 0.07).paint(pick(rng, [WHITE, GOLD, vivid(rng)]))
    elif extra == "frame":
        shape += rim(arc(1.08, 0, 350, 36), 0.08, pick(rng, [noble(rng), vivid(rng)]))
    elif extra == "tail":
        strip = [(0.5, -0.3), (2.0, -0.9), (1.6, -0.45), (2.1, -0.2), (1.6, -0.05), (1.9, 0.35), (0.5, 0.3)]
        return shape + extrude(strip, 0.12).finer().paint(gradient(colour, vivid(rng), "x", 0.5, 2)).turn(
            "z", rng.uniform(0, 40)
        )
    return enough(shape)


def arrow_outline(rng: np.random.Generator) -> np.ndarray:
    """Return the outline of an arrow towards +X, from -1 to 1."""
    neck, head, at = rng.uniform(0.16, 0.34), rng.uniform(0.5, 0.85), rng.uniform(-0.1, 0.3)
    notch = at + pick(rng, [0.0, 0.0, -0.15, 0.12])
    tail = -1 + pick(rng, [0.0, 0.0, 0.25])
    half = [(-1, -neck), (notch, -neck), (at - 0.02, -head), (1, 0), (at - 0.02, head), (notch, neck), (-1, neck)]
    return np.array([*half, (tail, 0)] if tail > -1 else half)


def arrow_sign(rng: np.random.Generator) -> Shape:
    """Return a thick arrow, a curved one, a double one, a location pin, or planks on a post."""
    colour, kind = vivid(rng), pick(rng, ["plain", "plain", "curved", "double", "post", "post", "pin"])
    deep = rng.uniform(0.2, 0.5)
    if kind == "plain":
        shape = extrude(arrow_outline(rng), deep, pick(rng, [0, 0.05])).paint(
            pick(rng, [colour, gradient(colour, vivid(rng), "x", -1, 1)])
        )
        return enough(shape.turn("z", pick(rng, [0, 90, -90, 180])))
    if kind == "double":
        half = [(0.35, 0.2), (0.35, 0.55), (1, 0), (0.35, -0.55), (0.35, -0.2)]
        shape = extrude([*half, *[(-x, y) for x, y in half[::-1]]], deep, 0.03).paint(colour)
        return enough(shape.turn("z", pick(rng, [0, 90])))
    if kind == "curved":
        end = rng.uniform(-150, -60)
        bar = sweep(
            flat(arc(0.75, 180, 180 + end, 20)),
            np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)]),
            np.array([[0.5 * deep, 0.2]] * 20),
        )
        tip = (
            extrude([(0.48, 0.1), (-0.48, 0.1), (0, -0.6)], 1.15 * deep)
            .turn("z", 180 + end)
            .move(0.75 * np.cos(np.radians(180 + end)), 0.75 * np.sin(np.radians(180 + end)))
        )
        return enough((bar + tip).paint(colour))
    if kind == "pin":
        drop = lathe(
            smooth([(0.02, -1), (0.3, -0.35), (0.56, 0.2), (0.45, 0.62), (0.02, 0.8)], 16), int(rng.choice([8, 24]))
        ).paint(colour)
        shape = drop + rod(0.3, 1.2, around=20).turn("x", 90).paint(pick(rng, [WHITE, dark(rng)])).move(0, 0.25)
        if chance(rng, 0.4):
            shape += torus(0.45, 0.05, 24, 6).paint(shade(colour, 0.6)).move(0, -1)
        return enough(shape)
    timber = wood(rng)
    shape = box(0.16, 2.0, 0.16, pick(rng, [0, 0.03])).paint(timber)
    for k in range(int(rng.integers(1, 4))):
        board = extrude([(-0.55, -0.16), (0.4, -0.18), (0.65, 0), (0.42, 0.18), (-0.52, 0.15)], 0.1).paint(
            pick(rng, [shade(timber, 1.25), vivid(rng)])
        )
        board += box(0.5, 0.05, 0.06).paint(shade(timber, 0.5)).move(-0.05, 0.0, 0.04)
        shape += (
            board.turn("z", rng.uniform(-10, 10)).turn("y", pick(rng, [0, 180, 20, 160])).move(0, 0.7 - 0.48 * k, 0.11)
        )
    foot = ball(0.3, 0.12, 0.28, detail=9).paint(grey(rng, 0.3, 0.6)).move(0, -0.98)
    grass = ball(0.4, 0.1, 0.4, detail=9).paint((0.3, 0.5, 0.2)).move(0, -1)
    return enough(shape + pick(rng, [foot, grass]))


GLYPHS: dict[str, list[list[tuple[float, float]]]] = {
    "0": [
        [(0.4, 0), (0.3, 0.52), (0, 0.75), (-0.3, 0.52), (-0.4, 0), (-0.3, -0.52), (0, -0.75), (0.3, -0.52), (0.4, 0)]
    ],
    "1": [[(-0.3, 0.45), (0.02, 0.75)], [(0.02, 0.75), (0.02, -0.75)], [(-0.3, -0.72), (0.34, -0.72)]],
    "2": [
        [(-0.4, 0.42), (-0.2, 0.74), (0.25, 0.72), (0.38, 0.35), (0.05, -0.15), (-0.4, -0.7)],
        [(-0.4, -0.7), (0.45, -0.7)],
    ],
    "3": [
        [(-0.38, 0.6), (0.0, 0.75), (0.36, 0.42), (-0.05, 0.06)],
        [(-0.05, 0.06), (0.4, -0.33), (0, -0.75), (-0.4, -0.55)],
    ],
    "4": [[(0.2, 0.75), (-0.42, -0.25)], [(-0.42, -0.25), (0.45, -0.25)], [(0.2, 0.75), (0.2, -0.75)]],
    "5": [
        [(0.38, 0.72), (-0.35, 0.72)],
        [(-0.35, 0.72), (-0.38, 0.08)],
        [(-0.38, 0.08), (0.1, 0.2), (0.4, -0.25), (0.05, -0.74), (-0.4, -0.6)],
    ],
    "6": [[(0.25, 0.75), (-0.3, 0.2), (-0.38, -0.35), (0, -0.75), (0.38, -0.35), (0, 0.05), (-0.36, -0.25)]],
    "7": [[(-0.42, 0.7), (0.4, 0.7)], [(0.4, 0.7), (-0.12, -0.75)]],
    "8": [
        [(0, 0.08), (0.32, 0.4), (0, 0.75), (-0.32, 0.4), (0, 0.08)],
        [(0, 0.05), (0.4, -0.34), (0, -0.75), (-0.4, -0.34), (0, 0.05)],
    ],
    "9": [[(-0.25, -0.75), (0.3, -0.2), (0.38, 0.35), (0, 0.75), (-0.38, 0.35), (0, -0.05), (0.36, 0.25)]],
    "A": [[(-0.45, -0.75), (0, 0.75)], [(0, 0.75), (0.45, -0.75)], [(-0.28, -0.2), (0.28, -0.2)]],
    "B": [
        [(-0.35, -0.75), (-0.35, 0.75)],
        [(-0.35, 0.7), (0.3, 0.6), (0.2, 0.1), (-0.35, 0.05)],
        [(-0.35, 0.05), (0.35, -0.05), (0.35, -0.6), (-0.35, -0.7)],
    ],
    "C": [[(0.4, 0.5), (0, 0.75), (-0.4, 0.3), (-0.4, -0.3), (0, -0.75), (0.4, -0.5)]],
    "E": [
        [(-0.35, -0.75), (-0.35, 0.75)],
        [(-0.4, 0.7), (0.4, 0.7)],
        [(-0.35, 0), (0.3, 0)],
        [(-0.4, -0.7), (0.4, -0.7)],
    ],
    "H": [[(-0.38, -0.75), (-0.38, 0.75)], [(0.38, -0.75), (0.38, 0.75)], [(-0.38, 0), (0.38, 0)]],
    "K": [[(-0.35, -0.75), (-0.35, 0.75)], [(-0.3, 0), (0.38, 0.75)], [(-0.2, 0.1), (0.42, -0.75)]],
    "M": [
        [(-0.5, -0.75), (-0.5, 0.75)],
        [(-0.5, 0.7), (0, -0.1)],
        [(0, -0.1), (0.5, 0.7)],
        [(0.5, 0.75), (0.5, -0.75)],
    ],
    "R": [
        [(-0.35, -0.75), (-0.35, 0.75)],
        [(-0.35, 0.7), (0.35, 0.6), (0.3, 0.08), (-0.35, 0.0)],
        [(0, 0), (0.42, -0.75)],
    ],
    "S": [[(0.38, 0.5), (0, 0.75), (-0.38, 0.42), (0, 0.03), (0.38, -0.36), (0, -0.75), (-0.4, -0.5)]],
    "T": [[(0, -0.75), (0, 0.75)], [(-0.45, 0.7), (0.45, 0.7)]],
    "X": [[(-0.42, -0.75), (0.42, 0.75)], [(-0.42, 0.75), (0.42, -0.75)]],
    "Z": [[(-0.42, 0.7), (0.42, 0.7)], [(0.4, 0.7), (-0.4, -0.7)], [(-0.42, -0.7), (0.45, -0.7)]],
    "?": [[(-0.36, 0.4), (-0.05, 0.75), (0.36, 0.42), (0.02, 0.02), (0, -0.28)], [(0, -0.6), (0, -0.78)]],
    "!": [[(0, 0.75), (0, -0.25)], [(0, -0.58), (0, -0.78)]],
}


def glyph(sign: str, thick: float, deep: float, power: float) -> Shape:
    """Return a letter, digit or mark as thick strokes in the xy plane."""
    outline = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)]) if power > 8 else arc(1.15, 0, 324, 10)
    parts = []
    for points in GLYPHS[sign]:
        path = np.array(points) if len(points) == 2 else smooth(points, 6 * len(points))
        if len(points) == 2:
            step = (path[1] - path[0]) / np.linalg.norm(path[1] - path[0]) * 0.55 * thick
            path = np.stack([path[0] - step, path[1] + step])
        places = flat(path)
        if len(points) == 2:  # a little bent, so that the plane of the stroke is told
            middle = places.mean(0) + np.array([1e-4 * step[1], -1e-4 * step[0], 0])
            places = np.stack([places[0], middle, places[1]])
        parts.append(sweep(places, outline, np.array([[deep / 2, thick]] * len(places))))
    return join(parts)


def digit(rng: np.random.Generator) -> Shape:
    """Return a digit, a letter, a question or an exclamation mark, bare, on a block or on a stand."""
    sign = pick(rng, [*"0123456789", *"0123456789", *"ABCEHKMRSTXZ?!?!"])
    colour, deep = vivid(rng), rng.uniform(0.28, 0.6)
    thick, power = rng.uniform(0.11, 0.19), pick(rng, [2, 9, 9])
    shape = glyph(sign, thick, deep, power)
    kind = pick(rng, ["bare", "bare", "block", "stand"])
    paint = pick(rng, ["plain", "plain", "gradient", "inline"])
    if paint == "gradient":
        shape = shape.paint(gradient(colour, vivid(rng), "y", -0.8, 0.8))
    else:
        shape = shape.paint(colour)
    if paint == "inline":
        shape += glyph(sign, 0.55 * thick, deep + 0.08, power).paint(pick(rng, [WHITE, vivid(rng)]))
    if kind == "block":
        cube = box(1.9, 1.9, 1.9, pick(rng, [0, 0.1])).paint(pick(rng, [wood(rng), vivid(rng), (0.95, 0.75, 0.2)]))
        small = shape.scale(0.85, 0.85, 0.3)
        return cube + join(small.move(0, 0, 0.95).turn("y", a) for a in (0, 90, 180, 270))
    if kind == "stand":
        return shape + box(1.3, 0.16, max(deep, 0.4) + 0.1, 0.03).paint(pick(rng, [wood(rng), WHITE, dark(rng)])).move(
            0, -0.92
        )
    return shape


FAMILIES = {"heart": heart, "lightning": lightning, "star_shape": star_shape, "arrow_sign": arrow_sign, "digit": digit}
