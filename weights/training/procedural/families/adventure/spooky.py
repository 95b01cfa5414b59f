"""Skulls, bones, coffins and cauldrons."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, GOLD, STEEL, WHITE, chance, dark, grey, hsv, near, pick, shade, vivid, wood
from ...parts import ball, box, extrude, hull, lathe, rail, tube
from ...shape import Colour, Shape, join


def ivory(rng: np.random.Generator) -> Colour:
    return near(rng, pick(rng, [(0.93, 0.89, 0.78), (0.96, 0.95, 0.92), (0.8, 0.74, 0.58)]), 0.03)


def blocky_skull(rng: np.random.Generator, colour: Colour, dim: Colour, glow: Colour) -> Shape:
    """Return a skull of boxes."""
    shape = box(1.2, 0.95, 1.2, pick(rng, [0, 0.1])).paint(colour).move(0, 0.1) + box(
        0.85, 0.4, 0.8, pick(rng, [0, 0.04])
    ).paint(colour).move(0, -0.5, 0.15)
    hole = box(0.32, rng.uniform(0.25, 0.36), 0.2)
    shape += hole.paint(glow).move(0.3, 0.02, 0.54).both() + box(0.14, 0.16, 0.12).paint(dim).move(0, -0.25, 0.57)
    return shape + box(0.05, 0.2, 0.06).along(int(rng.integers(3, 6)), x=0.16).paint(dim).move(0, -0.58, 0.55)


def jaw(colour: Colour, drop: float) -> Shape:
    """Return a lower jaw, opened by `drop`."""
    half = [(0.46, -0.1, -0.05), (0.4, -0.5 - drop, 0.1)]
    curve = [*half, (0, -0.68 - drop, 0.42), *[(-x, y, z) for x, y, z in half[::-1]]]
    sizes = np.array([[0.1, 0.1], [0.11, 0.13], [0.13, 0.12], [0.11, 0.13], [0.1, 0.1]])
    return tube(curve, sizes, 8, along=16).paint(shade(colour, 0.93))


def skull(rng: np.random.Generator) -> Shape:
    """Return a human skull, a blocky one, or a beast's with horns."""
    colour, dim = ivory(rng), pick(rng, [BLACK, (0.18, 0.12, 0.1), dark(rng)])
    if chance(rng, 0.08):
        colour = pick(rng, [GOLD, vivid(rng)])
    glow = pick(rng, [dim, dim, dim, hsv(rng.random(), 0.8, 1)])
    kind, detail = pick(rng, ["human", "human", "block", "horned"]), int(rng.choice([10, 16, 22]))
    wide = rng.uniform(0.58, 0.68)
    if kind == "block":
        return blocky_skull(rng, colour, dim, glow)
    cranium = ball(wide, 0.6, 0.72, 2.1, detail).move(0, 0.22, -0.08)
    rows = [(-0.42, 0.3, 0.08, 0.5, 3), (-0.15, 0.44, 0.0, 0.56, 2.6), (0.15, 0.54, -0.1, 0.6, 2.4)]
    face = hull([*rows, (0.4, 0.5, -0.1, 0.56, 2.2)], 16, 9, "y")
    cheek = ball(0.18, 0.12, 0.16, detail=8).move(0.4, -0.12, 0.4).both()
    shape = (cranium + face + cheek).paint(colour)
    socket = rng.uniform(0.16, 0.22)
    shape += ball(socket, rng.uniform(0.85, 1.15) * socket, 0.14, detail=12).paint(glow).move(0.24, 0.08, 0.53).both()
    nose = extrude([(0, 0.16), (0.1, -0.08), (0.03, -0.05), (-0.03, -0.05), (-0.1, -0.08)], 0.16)
    shape += nose.paint(dim).move(0, -0.13, 0.54)
    teeth = box(0.085, 0.15, 0.1, 0.02).along(6, x=0.095).paint(shade(colour, 1.25)).move(0, -0.43, 0.44)
    shape += box(0.52, 0.12, 0.08).paint(dim).move(0, -0.5, 0.4) + teeth
    if chance(rng, 0.75):
        drop = rng.uniform(0.0, 0.16)
        shape += jaw(colour, drop) + teeth.scale(0.95, 0.8, 1).move(0, -0.22 - 0.9 * drop, 0.02)
    if kind == "horned":
        horn = tube(
            [
                (0.45, 0.45, 0),
                (0.85, 0.6, 0.02),
                (1.0, rng.uniform(0.8, 1.2), rng.uniform(-0.2, 0.4)),
                (0.85, 1.35, 0.1),
            ],
            [0.18, 0.15, 0.1, 0.02],
            8,
            along=12,
        )
        shape += horn.both().paint(pick(rng, [shade(colour, 0.6), dark(rng)]))
    elif chance(rng, 0.15):
        shape += lathe([(0.12, 0), (0.12, 0.3), (0.08, 0.32)], 10).paint(WHITE).move(0, 0.78, -0.05) + ball(
            0.07, 0.13, 0.07, detail=8
        ).paint((1, 0.7, 0.2)).move(0, 1.2, -0.05)
    return shape


def long_bone(rng: np.random.Generator, colour: Colour) -> Shape:
    """Return one bone upright about the origin, of length 1.4 or so."""
    long, thick, knob = rng.uniform(1.0, 1.5), rng.uniform(0.07, 0.13), rng.uniform(0.13, 0.21)
    n = int(rng.choice([6, 8, 12]))
    shaft = lathe(
        smooth(
            [(1.3 * thick, -long / 2), (thick, -0.25 * long), (0.9 * thick, 0.1 * long), (1.3 * thick, long / 2)], 10
        ),
        n,
    )
    end = ball(knob, detail=n).move(0.75 * knob, long / 2 + 0.3 * knob).both()
    return (shaft + end.both("y")).paint(colour)


def ribs(rng: np.random.Generator, colour: Colour) -> Shape:
    """Return a rib cage on its spine, upright."""
    count, high = int(rng.integers(4, 8)), rng.uniform(0.9, 1.2)
    shape = join(
        box(0.16, 0.7 * high / count, 0.16, 0.03).move(0, high * (k + 0.5) / count, -0.4) for k in range(-1, count + 1)
    ).paint(colour)
    shape += rail((0, -0.1, -0.4), (0, high + 0.2, -0.4), 0.05).paint(shade(colour, 0.8))
    for k in range(count):
        y, wide = high * (k + 0.5) / count, 0.5 * np.sin(np.pi * (0.28 + 0.55 * (1 - k / count)))
        path = [
            (0, y, -0.4),
            (wide, y + 0.02, -0.3),
            (1.15 * wide, y - 0.06, 0.05),
            (0.7 * wide, y - 0.1, 0.32),
            (0.06, y - 0.06, 0.4),
        ]
        shape += tube(path, 0.05, 6, along=14).both().paint(colour)
    return shape + box(0.16, 0.85 * high, 0.08, 0.03).paint(colour).move(0, 0.46 * high, 0.4)


def bone(rng: np.random.Generator) -> Shape:
    """Return one bone, crossed bones, a rib cage, or a heap."""
    colour, kind = ivory(rng), pick(rng, ["one", "one", "crossed", "ribs", "ribs", "heap"])
    if kind == "one":
        return long_bone(rng, colour).turn("z", pick(rng, [0, 90, 45, -35]))
    if kind == "ribs":
        return ribs(rng, colour)
    one = long_bone(rng, colour)
    if kind == "crossed":
        shape = one.turn("z", 45) + one.turn("z", -45).move(0, 0, 0.12)
        return shape + skull(rng).scale(0.45).move(0, 0.15, 0.25) if chance(rng, 0.4) else shape
    lying = [
        one.turn("z", 90).turn("y", rng.uniform(0, 180)).turn("z", rng.uniform(-12, 12)).move(0, 0.13 * k, 0)
        for k in range(5)
    ]
    return join(lying) + skull(rng).scale(0.42).move(rng.uniform(-0.2, 0.2), 0.95, 0)


def coffin(rng: np.random.Generator) -> Shape:
    """Return a six-sided coffin or a casket, standing, lying, or a little open."""
    timber, trim = (
        pick(rng, [wood(rng), wood(rng), dark(rng), (0.4, 0.1, 0.1), grey(rng, 0.4, 0.7)]),
        pick(rng, [GOLD, STEEL, dark(rng), WHITE]),
    )
    high, wide, deep = rng.uniform(1.6, 2.0), rng.uniform(0.38, 0.5), rng.uniform(0.35, 0.5)
    shoulder, head, foot = (
        rng.uniform(0.66, 0.76) * high,
        rng.uniform(0.55, 0.75) * wide,
        rng.uniform(0.45, 0.65) * wide,
    )
    if chance(rng, 0.2):
        head, foot = wide, wide
    half = np.array([(foot, 0), (wide, shoulder), (head, high)])
    outline = np.concatenate([half, half[::-1] * [-1, 1]])
    middle = np.array([0, 0.55 * high])

    def grown(k: float) -> np.ndarray:
        return middle + (outline - middle) * np.array([k, 1 + (k - 1) * 0.4])

    body = extrude(outline, deep).paint(timber) + extrude(grown(1.08), 0.08).paint(shade(timber, 0.8)).move(
        0, 0, -deep / 2
    )
    lid = extrude(grown(1.1), 0.1, 0.02).paint(shade(timber, 0.85)) + extrude(grown(0.85), 0.1, 0.03).paint(
        shade(timber, 1.1)
    ).move(0, 0, 0.07)
    sign = pick(rng, ["cross", "cross", "skull", "nails", "plate"])
    if sign == "cross":
        lid += (
            (box(0.1, 0.34 * high, 0.1) + box(0.3, 0.1, 0.1).move(0, 0.07 * high))
            .paint(trim)
            .move(0, 0.66 * high, 0.12)
        )
    elif sign == "skull":
        lid += skull(rng).scale(0.22, 0.22, 0.14).move(0, 0.72 * high, 0.14)
    elif sign == "plate":
        lid += box(0.34, 0.2, 0.08, 0.02).paint(trim).move(0, 0.66 * high, 0.12)
    nails = [(0.98 * x * s, middle[1] + (y - middle[1]) * 0.94) for x, y in half for s in (1, -1)]
    lid += join(ball(0.045, detail=6).move(x, y, 0.05) for x, y in nails).paint(trim)
    pull = tube([(0, -0.12, 0), (0.1, -0.1, 0), (0.1, 0.1, 0), (0, 0.12, 0)], 0.035, along=8)
    body += (pull.move(0.93 * wide, 0.58 * high) + pull.move(0.7 * wide, 0.25 * high)).both().paint(trim)
    opened = chance(rng, 0.35)
    if opened:
        body += (
            extrude(grown(0.9), 0.04)
            .paint(pick(rng, [(0.55, 0.05, 0.1), (0.12, 0.1, 0.1), (0.45, 0.2, 0.5)]))
            .move(0, 0, deep / 2)
        )
        lid = lid.turn("z", rng.uniform(8, 22)).move(0.3 * wide, 0.05, 0.02)
    shape = body + lid.move(0, 0, deep / 2 + 0.05)
    return shape.turn("x", -90).turn("y", pick(rng, [0, 90])) if chance(rng, 0.55) else shape


FAMILIES = {"skull": skull, "bone": bone, "coffin": coffin}
