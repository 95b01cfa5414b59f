"""Tools for the hand: scissors, pens, screwdrivers, pliers and wrenches, upright along Y."""

from __future__ import annotations

import numpy as np

from ...curves import arc, smooth
from ...paint import BLACK, STEEL, WHITE, chance, dark, metal, pick, shade, stripes, vivid, wood
from ...parts import box, extrude, hull, lathe, rod, torus, tube
from ...shape import Colour, Shape


def scissors(rng: np.random.Generator) -> Shape:
    """Return scissors or garden shears, points up, a little or wide open."""
    colour, steel = vivid(rng), pick(rng, [STEEL, STEEL, dark(rng)])
    long, wide, spread = rng.uniform(0.9, 1.4), rng.uniform(0.07, 0.12), rng.uniform(4, 26)
    blade = extrude(
        [(-wide, -0.12), (wide, -0.12), (wide, 0.3), (0.02, long), (-0.02, long), (-wide, 0.1)], 0.07, 0.01
    ).paint(steel)
    if chance(rng, 0.2):
        grip = tube(
            [(0.02, -0.05, 0), (0.12, -0.45, 0), (0.1, -0.9, 0), (0.2, -1.1, 0)],
            [0.07, 0.085, 0.08, 0.07],
            10,
            along=14,
        ).paint(colour)
        half = blade.scale(1, 0.8, 1) + grip.mirrored()
    else:
        big = rng.uniform(0.2, 0.28)
        ring = torus(big, 0.065, 22, 8).turn("x", 90).scale(0.8, 1.15, 1).turn("z", 15).move(0.26, -0.62 - big)
        half = (
            blade
            + (tube([(0, -0.08, 0), (0.06, -0.35, 0), (0.16, -0.56, 0)], [0.08, 0.07, 0.065], 8, along=8) + ring)
            .paint(colour)
            .mirrored()
        )
    first = half.turn("z", -spread / 2)
    return (
        first.move(0, 0, 0.03)
        + first.mirrored().move(0, 0, -0.03)
        + rod(0.065, 0.18, around=14).turn("x", 90).paint(metal(rng))
    )


def _pen_pencil(rng: np.random.Generator, colour: Colour, long: float, r: float, trim: Colour) -> Shape:
    """Return the pencil kind of pen."""
    shape = (
        rod(r, long, around=6).finer().paint(pick(rng, [stripes([colour, shade(colour, 0.7)], "x", r, 5 * r), colour]))
        + lathe([(0.02, -0.42), (r, 0), (0, 0)], 6).paint((0.9, 0.74, 0.5)).move(0, -long / 2)
        + lathe([(0, -0.43), (0.035, -0.29), (0, -0.29)], 8).paint(pick(rng, [BLACK, colour])).move(0, -long / 2)
    )
    return (
        shape
        + rod(1.06 * r, 0.16, around=14).paint(trim).move(0, long / 2 + 0.06)
        + rod(0.95 * r, 0.16, around=14, round_by=0.05).paint((0.92, 0.5, 0.55)).move(0, long / 2 + 0.2)
    )


def _pen_marker(rng: np.random.Generator, colour: Colour, r: float) -> Shape:
    """Return the marker kind of pen."""
    fat = 1.5 * r
    shape = (
        rod(fat, 0.9, around=18).paint(pick(rng, [WHITE, colour, BLACK])).move(0, 0.45)
        + rod(0.8 * fat, 0.5, around=18).paint(colour).move(0, 1.1)
        + rod(0.6 * fat, 0.3, 0.4 * fat, 14).paint(WHITE).move(0, -0.12)
        + rod(0.25 * fat, 0.2, 0.3 * fat, 10).paint(colour).move(0, -0.32)
    )
    return (
        shape
        + rod(1.03 * fat, 0.25, around=18).paint(colour).move(0, 0.45)
        + rod(0.83 * fat, 0.06, around=18, round_by=0.02).paint(shade(colour, 0.7)).move(0, 1.36)
    )


def pen(rng: np.random.Generator) -> Shape:
    """Return a pencil, a ball pen, a fountain pen, a felt marker, a paint brush or a crayon, tip down."""
    colour, trim, kind = (
        vivid(rng),
        pick(rng, [STEEL, (0.85, 0.68, 0.3), BLACK]),
        pick(rng, ["pencil", "ball", "marker", "brush", "brush", "crayon"]),
    )
    r, long = rng.uniform(0.09, 0.13), rng.uniform(1.3, 1.9)
    if kind == "pencil":
        return _pen_pencil(rng, colour, long, r, trim)
    if kind == "ball":
        shape = lathe(
            [(0.02, -0.28), (0.7 * r, -0.05), (r, 0.1), (r, 0.9 * long), (0.8 * r, long), (0, long)], 14
        ).finer().paint(stripes([trim, colour, colour, colour], "y", 0.3 * long, 0.05)) + rod(
            0.45 * r, 0.2, around=10
        ).paint(trim).move(0, long + 0.06)
        return (
            shape
            + box(0.07, 0.5, 0.06, 0.02).paint(trim).move(0, 0.78 * long, r + 0.04)
            + box(0.07, 0.07, 0.12).paint(trim).move(0, 0.95 * long, r)
            + torus(r, 0.025, 16, 6).paint(trim).move(0, 0.45 * long)
        )
    if kind == "marker":
        return _pen_marker(rng, colour, r)
    if kind == "crayon":
        shape = lathe([(0.06, -0.3), (1.4 * r, 0), (1.4 * r, 1.2), (0, 1.2)], int(pick(rng, [8, 18]))).paint(
            colour
        ) + rod(1.48 * r, 0.95, around=18).paint(shade(colour, 1.4)).move(0, 0.6)
        return shape + rod(1.52 * r, 0.06, around=18).along(4, y=0.24).paint(BLACK).move(0, 0.6)
    wide = rng.uniform(1, 3.2)
    hair = (
        hull(
            [
                (-0.5, 0.05 if wide < 1.8 else 0.9 * r * wide, -0.04, 0.04),
                (-0.3, 0.9 * r * wide, -0.8 * r, 0.8 * r),
                (0, r * wide, -r, r),
            ],
            16,
            9,
            "y",
        )
        .finer()
        .paint(stripes([(0.75, 0.55, 0.3), colour], "y", 0.25, 0.5))
    )
    ferrule = hull(
        [(0, r * wide, -r, r, 3), (0.35, 0.7 * r * max(1.0, 0.8 * wide), -0.8 * r, 0.8 * r, 2.4)], 16, axis="y"
    ).paint(trim)
    handle = hull(
        [
            (0.3, 0.75 * r, -0.7 * r, 0.7 * r),
            (0.55, r * max(1.0, 0.6 * wide), -r, r),
            (long, 0.6 * r, -0.55 * r, 0.55 * r),
            (long + 0.1, 0.3 * r, -0.3 * r, 0.3 * r),
        ],
        14,
        12,
        "y",
    ).paint(pick(rng, [wood(rng), vivid(rng)]))
    return hair + ferrule + handle


def screwdriver(rng: np.random.Generator) -> Shape:
    """Return a screwdriver, tip down, with a ribbed, bulbous or wooden handle; long or stubby."""
    colour, trim = pick(rng, [vivid(rng), vivid(rng), wood(rng)]), pick(rng, [BLACK, vivid(rng), STEEL])
    shank, grip, r = rng.uniform(0.5, 1.2), rng.uniform(0.6, 0.8), rng.uniform(0.14, 0.2)
    kind = pick(rng, ["bulb", "ribs", "plain"])
    profile = {
        "bulb": [
            (0.08, 0),
            (0.7 * r, 0.06),
            (0.65 * r, 0.15),
            (r, 0.45 * grip),
            (0.95 * r, 0.85 * grip),
            (0.4 * r, grip),
            (0, grip),
        ],
        "ribs": [(0.5 * r, 0), (0.6 * r, 0.1), (0.95 * r, 0.2), (r, 0.9 * grip), (0.7 * r, grip), (0, grip)],
        "plain": [(0.8 * r, 0), (0.8 * r, grip), (0, grip)],
    }[kind]
    handle = lathe(
        profile if kind == "plain" else [*smooth(profile[:-1], 14), profile[-1]], 8 if kind == "plain" else 20
    ).paint(colour)
    if kind == "ribs":
        handle += rod(0.035, 0.55 * grip, around=6).move(0.97 * r, 0.55 * grip).around(8).paint(trim)
    elif chance(rng, 0.6):
        handle += rod(1.02 * r, 0.1, around=20).paint(trim).move(0, 0.5 * grip)
    metal_of = pick(rng, [STEEL, dark(rng)])
    shape = handle + rod(0.045, shank, around=10).paint(metal_of).move(0, -shank / 2 + 0.05)
    if chance(rng, 0.55):
        return shape + hull(
            [(-0.22, 0.075, -0.015, 0.015, 4), (-0.1, 0.08, -0.03, 0.03, 3), (0.05, 0.045, -0.045, 0.045, 2)],
            12,
            axis="y",
        ).paint(shade(metal_of, 0.8)).move(0, -shank + 0.05)
    return (
        shape
        + lathe([(0, -0.16), (0.05, -0.05), (0.055, 0.06), (0, 0.06)], 4)
        .paint(shade(metal_of, 0.8))
        .move(0, -shank + 0.05)
        + rod(0.055, 0.1, around=10).paint(metal_of).move(0, -shank + 0.1)
    )


def pliers(rng: np.random.Generator) -> Shape:
    """Return pliers, jaws up: flat, long-nosed, cutters or pincers, with coloured grips."""
    colour, steel = vivid(rng), pick(rng, [STEEL, dark(rng), (0.4, 0.42, 0.45)])
    kind, spread = pick(rng, ["flat", "nose", "cut", "round"]), rng.uniform(2, 14)
    outline = {
        "flat": [(0.0, 0), (0.2, 0), (0.2, 0.25), (0.12, 0.6), (0.0, 0.62)],
        "nose": [(0.0, 0), (0.18, 0), (0.17, 0.2), (0.06, 0.95), (0.0, 0.95)],
        "cut": [(0.0, 0), (0.22, 0), (0.28, 0.25), (0.12, 0.48), (0.0, 0.46)],
        "round": [
            (0.06, 0),
            (0.22, 0),
            *smooth([(0.36, 0.22), (0.3, 0.45), (0.02, 0.62)], 6),
            (0.0, 0.55),
            *smooth([(0.18, 0.38), (0.2, 0.22), (0.06, 0.08)], 5),
        ],
    }[kind]
    jaw = extrude(outline, 0.2, 0.02).paint(steel)
    bow = rng.uniform(0.28, 0.4)
    path = [(0.0, 0.06, 0), (-0.14, -0.12, 0), (-bow, -0.5, 0), (-bow + 0.03, -1.0, 0), (-bow - 0.02, -1.35, 0)]
    arm = tube(
        path, np.array([[0.09, 0.11], [0.09, 0.1], [0.08, 0.09], [0.07, 0.08], [0.06, 0.07]]), 10, along=18
    ).paint(steel)
    cover = tube(path[2:], np.array([[0.12, 0.12], [0.11, 0.1], [0.09, 0.1]]), 10, along=12).paint(colour)
    half = (jaw + arm + cover).turn("z", -spread / 2)
    rivet = rod(0.19, 0.22, around=20).turn("x", 90).paint(shade(steel, 0.85)) + rod(0.09, 0.26, around=14).turn(
        "x", 90
    ).paint(shade(steel, 1.3))
    return half + half.mirrored() + rivet.move(0, 0.02)


def wrench(rng: np.random.Generator) -> Shape:
    """Return a spanner with open or ring ends, an adjustable wrench, or a pipe wrench."""
    steel, long = pick(rng, [STEEL, STEEL, (0.4, 0.42, 0.45), vivid(rng)]), rng.uniform(1.0, 1.5)
    half, thick = rng.uniform(0.1, 0.14), rng.uniform(0.12, 0.16)
    shaft = box(2 * half, long, thick, 0.04).paint(steel) + box(0.9 * half, 0.7 * long, thick + 0.03, 0.02).paint(
        shade(steel, pick(rng, [0.8, 1.25]))
    )
    r = rng.uniform(0.24, 0.3)
    gap = 0.55 * r
    angle = np.degrees(np.arcsin(gap / r))
    mouth = [
        (gap, 0.85 * r),
        *[(x, y) for x, y in arc(r, 90 - angle + 2, -270 + angle - 2, 22)],
        (-gap, 0.85 * r),
        (-gap, 0.1 * r),
        (-0.5 * gap, -0.25 * r),
        (0.5 * gap, -0.25 * r),
        (gap, 0.1 * r),
    ]
    open_end = extrude(mouth[1:-5] + mouth[-4:], 1.2 * thick, 0.02).paint(steel)
    ring_end = torus(0.78 * r, 0.3 * r, 12, 8, 0.6 * thick).turn("x", 90).paint(steel)
    kind = pick(rng, ["combi", "double", "ring", "adjust", "adjust"])
    y = long / 2 + 0.7 * r
    if kind == "combi":
        return shaft + open_end.turn("z", 15).move(0, y) + ring_end.move(0, -y)
    if kind == "double":
        return (
            shaft + open_end.turn("z", 15).move(0, y) + open_end.scale(0.85, 0.85, 1).turn("z", 195).move(0, -y + 0.04)
        )
    if kind == "ring":
        return shaft + ring_end.move(0, y) + ring_end.scale(0.85, 0.85, 1).move(0, -y + 0.03)
    fixed = extrude(
        [(-0.14, -0.25), (0.3, -0.2), (0.32, 0.0), (0.06, 0.1), (0.1, 0.5), (-0.06, 0.52), (-0.3, 0.3)],
        1.25 * thick,
        0.02,
    ).paint(steel)
    moving = extrude(
        [(0.1, 0.02), (0.36, -0.02), (0.42, 0.4), (0.3, 0.46), (0.26, 0.16), (0.1, 0.16)], 1.1 * thick, 0.02
    ).paint(shade(steel, 0.8))
    worm = rod(0.08, 0.22, around=12).turn("z", 90).paint(shade(steel, 0.6)) + torus(0.085, 0.025, 12, 6).turn(
        "z", 90
    ).along(3, x=0.07).paint(steel)
    hang = torus(0.13, 0.05, 18, 6, 0.5 * thick).turn("x", 90).paint(steel).move(0, -long / 2 - 0.06)
    grip = hull(
        [
            (-0.5 * long, 1.3 * half, -0.8 * thick, 0.8 * thick, 3),
            (0.15 * long, 1.2 * half, -0.75 * thick, 0.75 * thick, 3),
        ],
        16,
        6,
        "y",
    ).paint(vivid(rng))
    shape = shaft + (fixed + moving + worm.move(0.16, -0.08, 0)).move(-0.06, long / 2 + 0.15)
    return shape + (grip if chance(rng, 0.6) else hang)


FAMILIES = {
    "scissors": scissors,
    "pen": pen,
    "screwdriver": screwdriver,
    "pliers": pliers,
    "wrench": wrench,
}
