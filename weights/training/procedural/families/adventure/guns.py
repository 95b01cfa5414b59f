"""Hand guns and long guns, their muzzles towards +Z."""

from __future__ import annotations

import numpy as np

from ...curves import Points, flat, rounded
from ...paint import BLACK, STEEL, chance, dark, grey, hsv, pick, shade, stripes, vivid, wood
from ...parts import ball, box, extrude, hull, lathe, rod, torus, tube
from ...shape import Colour, Shape, join

BRASS: Colour = (0.8, 0.62, 0.26)


def along_z(
    radius: float, start: float, end: float, y: float = 0, top: float | None = None, around: int = 14, soft: float = 0
) -> Shape:
    """Return a round bar from one z to another."""
    return rod(radius, end - start, top, around, soft).turn("x", 90).move(0, y, (start + end) / 2)


def bore(
    radius: float, start: float, end: float, y: float, colour: Colour, around: int = 16, hole: float = 0.6
) -> Shape:
    """Return a barrel with a dark hole at its end."""
    long = end - start
    deep, inner = min(0.5 * long, 1.2 * radius), hole * radius
    tube_part = lathe([(radius, 0), (radius, long), (inner, long), (inner, long - deep)], around)
    shape = tube_part.turn("x", 90).move(0, y, start).paint(colour)
    return shape + along_z(1.06 * inner, end - deep - 0.02, end - 0.6 * deep, y, around=around).paint(BLACK)


def slab(outline: Points, width: float, colour: Colour, soft: float = 0) -> Shape:
    """Return a polygon of (z, y) made `width` thick, its rims bevelled."""
    return extrude(outline, width, soft, "zy").paint(colour)


def scheme(rng: np.random.Generator) -> tuple[Colour, Colour, Colour]:
    """Return main, second and accent colours: military, wood or toy."""
    main = pick(
        rng, [dark(rng), dark(rng), grey(rng, 0.2, 0.5), STEEL, (0.33, 0.35, 0.22), (0.7, 0.6, 0.42), vivid(rng)]
    )
    second = pick(rng, [wood(rng), wood(rng), dark(rng), shade(main, 0.65), grey(rng, 0.15, 0.4), vivid(rng)])
    return main, second, pick(rng, [BRASS, STEEL, vivid(rng), BLACK])


def trigger(z: float, y: float, long: float, deep: float, colour: Colour) -> Shape:
    """Return a guard below y and a trigger within."""
    places = flat([(z, y + 0.02), (z + 0.02, y - deep), (z + 0.92 * long, y - deep), (z + long, y + 0.02)], "zy")
    loop = tube(places, np.array([[0.045, 0.028]] * 4), 8, along=14).paint(colour)
    tongue = [(z + 0.4 * long, y + 0.02), (z + 0.62 * long, y + 0.02), (z + 0.6 * long, y - 0.75 * deep)]
    return loop + slab([*tongue, (z + 0.46 * long, y - 0.7 * deep)], 0.05, shade(colour, 0.7))


def grip(z: float, y: float, long: float, deep: float, lean: float, width: float, colour: Colour) -> Shape:
    """Return a pistol grip from y down, leaning back by `lean`."""
    corners = [(z, y), (z + deep, y), (z + 1.02 * deep - lean, y - long), (z - 0.06 - lean, y - long)]
    shape = slab(rounded(corners, 0.25 * deep), width, colour, 0.2 * width)
    ridges = box(1.04 * width, 0.03, 0.5 * deep).along(4, y=-0.16 * long, z=-0.16 * lean)
    return shape + ridges.paint(shade(colour, 0.7)).move(0, y - 0.5 * long, z + 0.5 * deep - 0.5 * lean)


def sights(rear: float, front: float, y: float, size: float, colour: Colour) -> Shape:
    back = box(0.05, size, 0.06).move(0.045).both().move(0, y + 0.4 * size, rear)
    return (back + box(0.05, size, 0.07).move(0, y + 0.4 * size, front)).paint(colour)


def optic(y: float, z: float, long: float, radius: float, colour: Colour, glass: Colour) -> Shape:
    """Return a sight tube over y with its two feet, about z."""
    high = y + 1.6 * radius
    shape = along_z(0.75 * radius, z - long / 2, z + long / 2, high)
    shape += along_z(0.75 * radius, z + 0.2 * long, z + 0.32 * long, high, radius)
    shape += along_z(radius, z + 0.32 * long, z + 0.5 * long, high) + along_z(
        radius, z - long / 2, z - 0.34 * long, high
    )
    shape += box(0.08, 1.4 * radius, 0.1).move(0, y + 0.6 * radius).along(2, z=0.34 * long).move(0, 0, z)
    shape += rod(0.4 * radius, radius, around=12).move(0, high + radius, z)
    lens = along_z(0.8 * radius, z - long / 2 - 0.01, z + long / 2 + 0.01, high).paint(glass)
    return shape.paint(colour) + lens


def revolver(rng: np.random.Generator) -> Shape:
    """Return a six-shooter with a long or a snub barrel."""
    main, second, accent = scheme(rng)
    long, r = rng.uniform(0.35, 1.0), rng.uniform(0.16, 0.22)
    frame = [(-0.3, 0.16), (-0.14, 0.22), (0.36, 0.22), (0.36, -0.2), (0.0, -0.26), (-0.26, -0.2)]
    shape = slab(rounded(frame, 0.05), 0.16, main, 0.03)
    shape += along_z(r, -0.06, 0.3, 0.02, around=12, soft=0.03).paint(shade(main, 1.3))
    flutes = along_z(0.25 * r, 0.02, 0.32, 0.02).move(0, 0.9 * r).turn("z", 30)
    shape += join(flutes.move(0, -0.02).turn("z", 60 * k).move(0, 0.02) for k in range(6)).paint(shade(main, 0.55))
    shape += bore(0.095, 0.34, 0.36 + long, 0.1, main, int(rng.choice([8, 16])))
    if chance(rng, 0.6):
        shape += along_z(0.05, 0.34, 0.36 + 0.8 * long, -0.03).paint(shade(main, 0.8))
    shape += box(0.05, 0.08, 0.12).paint(accent).move(0, 0.22, 0.28 + long)
    shape += slab([(-0.26, 0.12), (-0.16, 0.14), (-0.22, 0.3), (-0.36, 0.36), (-0.38, 0.3)], 0.07, shade(main, 0.7))
    path = flat([(-0.2, 0.02), (-0.3, -0.18), (-0.4, -0.42), (-0.56, -0.62)], "zy")
    sizes = np.array([[0.085, 0.13], [0.09, 0.12], [0.095, 0.13], [0.11, 0.17]]) * rng.uniform(0.9, 1.15)
    return shape + tube(path, sizes, 12, along=12).paint(second) + trigger(-0.16, -0.2, 0.3, 0.18, main)


def flintlock(rng: np.random.Generator) -> Shape:
    """Return a pirate's pistol of wood and brass."""
    timber, iron, trim = wood(rng), pick(rng, [STEEL, dark(rng), BRASS]), pick(rng, [BRASS, STEEL, (0.9, 0.75, 0.3)])
    long = rng.uniform(0.7, 1.1)
    path = flat([(long - 0.15, -0.02), (0.3, -0.04), (-0.05, -0.03), (-0.32, -0.16), (-0.5, -0.45)], "zy")
    sizes = np.array([[0.08, 0.07], [0.09, 0.1], [0.1, 0.13], [0.09, 0.11], [0.1, 0.12]])
    shape = tube(path, sizes, 12, along=18).paint(timber) + ball(0.15, 0.13, 0.15, detail=12).paint(trim).move(
        0, -0.48, -0.52
    )
    shape += bore(0.085, -0.05, long, 0.08, iron, 14)
    shape += along_z(0.105, long - 0.09, long - 0.02, 0.08, top=rng.uniform(0.11, 0.18)).paint(trim)
    bands = box(0.2, 0.2, 0.06, 0.03).along(2, z=0.32 * long).move(0, 0.02, 0.55 * long)
    lock = box(0.06, 0.12, 0.3, 0.02).paint(trim).move(0.1, 0.02, 0.0)
    cock = tube(flat([(-0.02, 0.05), (-0.12, 0.14), (-0.1, 0.25), (0.02, 0.27)], "zy"), 0.04, 8, along=10)
    return shape + bands.paint(trim) + lock + cock.paint(iron).move(0.1) + trigger(-0.15, -0.13, 0.28, 0.15, trim)


def pistol(rng: np.random.Generator) -> Shape:
    """Return an automatic, a revolver or a flintlock pistol."""
    kind = pick(rng, ["automatic", "automatic", "revolver", "flintlock"])
    if kind == "revolver":
        return revolver(rng)
    if kind == "flintlock":
        return flintlock(rng)
    main, second, accent = scheme(rng)
    long, tall, wide = rng.uniform(0.9, 1.4), rng.uniform(0.16, 0.28), rng.uniform(0.15, 0.26)
    soft, low = pick(rng, [0, 0.02, 0.05]), -0.5 * tall
    shape = box(wide, tall, long, soft).paint(main) + box(0.88 * wide, 0.6 * tall, 0.86 * long, soft).paint(
        second
    ).move(0, low - 0.2 * tall, -0.04 * long)
    shape += bore(0.34 * tall, 0.4 * long, 0.5 * long + 0.05, 0, shade(main, 0.7), 12)
    shape += sights(-0.45 * long, 0.44 * long, 0.5 * tall, 0.09, BLACK)
    ribs = box(1.05 * wide, 0.75 * tall, 0.03).along(int(rng.integers(3, 6)), z=0.06)
    shape += ribs.paint(shade(main, 0.7)).move(0, 0, -0.33 * long)
    high = rng.uniform(0.5, 0.75)
    shape += grip(
        -0.46 * long, low - 0.3 * tall, high, rng.uniform(0.26, 0.34), rng.uniform(0, 0.16), 0.9 * wide, second
    )
    shape += trigger(-0.46 * long + 0.3, low - 0.45 * tall, rng.uniform(0.25, 0.34), rng.uniform(0.14, 0.22), second)
    extra = pick(rng, ["none", "silencer", "laser", "sight"])
    if extra == "silencer":
        shape += bore(0.5 * tall, 0.5 * long, (0.5 + rng.uniform(0.35, 0.6)) * long, 0, dark(rng), 16, 0.4)
    elif extra == "laser":
        shape += box(0.7 * wide, 0.5 * tall, 0.3 * long, 0.02).paint(accent).move(0, -1.2 * tall, 0.24 * long)
    elif extra == "sight":
        shape += optic(0.5 * tall, 0, 0.5 * long, 0.5 * wide, dark(rng), (0.4, 0.65, 0.8))
    return shape


def stock(rng: np.random.Generator, z: float, y: float, long: float, colour: Colour) -> Shape:
    """Return a shoulder stock from z backwards: solid, with a hole, or a bar."""
    kind, deep, wide = pick(rng, ["solid", "solid", "bar", "frame"]), rng.uniform(0.22, 0.34), rng.uniform(0.1, 0.15)
    if kind == "solid":
        corners = [(z + 0.05, y + 0.08), (z - long, y + 0.06), (z - long, y - deep), (z - 0.5 * long, y - 0.6 * deep)]
        return slab(rounded([*corners, (z + 0.05, y - 0.1)], 0.04), wide, colour, 0.03)
    pad = box(wide, deep + 0.08, 0.1, 0.03).paint(shade(colour, 0.7)).move(0, y - 0.5 * deep + 0.04, z - long)
    bar = box(0.7 * wide, 0.1, long + 0.05, 0.02).move(0, y, z - long / 2)
    if kind == "frame":
        bar += box(0.7 * wide, 0.07, long + 0.05, 0.02).turn("x", 14).move(0, y - 0.6 * deep, z - long / 2)
    return pad + bar.paint(colour)


def rifle(rng: np.random.Generator) -> Shape:
    """Return an assault rifle, a submachine gun or a hunting rifle."""
    main, second, accent = scheme(rng)
    if chance(rng, 0.3):
        butt = [(-0.2, -0.08), (-0.34, -0.16), (-0.95, -0.34), (-0.95, -0.02), (-0.4, 0.0), (-0.2, 0.06), (0.9, 0.04)]
        shape = slab(rounded([*butt, (0.9, -0.06), (0.2, -0.1)], 0.03), rng.uniform(0.1, 0.14), second, 0.03)
        shape += bore(0.055, -0.2, rng.uniform(1.2, 1.6), 0.07, main, 12) + trigger(-0.28, -0.1, 0.24, 0.12, main)
        shape += box(0.13, 0.12, 0.5, 0.03).paint(main).move(0, 0.06, -0.05)
        bolt = tube([(0.04, 0.08, -0.2), (0.18, 0.02, -0.22)], 0.03) + ball(0.05, detail=8).move(0.19, 0.01, -0.22)
        shape += bolt.paint(accent) + box(0.05, 0.09, 0.06).paint(BLACK).move(0, 0.13, 1.1)
        return shape + optic(0.12, 0, rng.uniform(0.5, 0.8), rng.uniform(0.07, 0.1), dark(rng), (0.35, 0.6, 0.8))
    front, wide, tall = rng.uniform(0.45, 0.8), rng.uniform(0.13, 0.19), rng.uniform(0.2, 0.28)
    shape = box(wide, tall, 0.8, 0.03).paint(main) + box(0.8 * wide, 0.5 * tall, 0.5, 0.02).paint(main).move(
        0, -0.5 * tall
    )
    guard = pick(
        rng, [box(1.1 * wide, 0.75 * tall, front, 0.03), along_z(0.55 * wide, -front / 2, front / 2, around=8)]
    )
    shape += guard.paint(second).move(0, 0.02, 0.4 + front / 2)
    shape += (
        box(1.14 * wide, 0.05, 0.06).along(4, z=0.2 * front).paint(shade(second, 0.6)).move(0, 0.04, 0.4 + front / 2)
    )
    tip = 0.4 + front + rng.uniform(0.15, 0.45)
    shape += bore(0.05, 0.3 + front, tip, 0.03, shade(main, 0.8), 12)
    shape += bore(rng.uniform(0.06, 0.09), tip - 0.16, tip + 0.04, 0.03, dark(rng), 10)
    shape += stock(rng, -0.38, 0.02, rng.uniform(0.45, 0.75), pick(rng, [main, second]))
    shape += grip(-0.36, -0.5 * tall, 0.36, 0.2, 0.1, 0.12, second) + trigger(-0.16, -0.65 * tall, 0.22, 0.12, main)
    long, curve = rng.uniform(0.35, 0.65), rng.uniform(0, 0.3)
    path = flat([(0.2, -0.1), (0.2 + 0.25 * curve, -0.1 - 0.5 * long), (0.2 + curve, -0.1 - long)], "zy")
    shape += hull_path(path, 0.065, 0.11).paint(pick(rng, [accent, shade(main, 0.7), second]))
    extra = pick(rng, ["sights", "optic", "handle"])
    if extra == "optic":
        return shape + optic(tall / 2, 0, rng.uniform(0.35, 0.6), rng.uniform(0.07, 0.1), dark(rng), (0.35, 0.6, 0.8))
    if extra == "handle":
        arch = [(-0.3, 0), (-0.2, 0.16), (0.2, 0.16), (0.3, 0)]
        return shape + tube(flat(arch, "zy"), 0.04, along=16).paint(main).move(0, tall / 2)
    return shape + sights(-0.3, 0.38 + front, tall / 2 - 0.02, 0.14, BLACK)


def hull_path(path: Points, half: float, deep: float) -> Shape:
    """Return a boxy bar along a path in the zy plane."""
    return tube(path, np.array([[1.3 * half, 1.3 * deep]] * len(path)), 4, along=10) if half else tube(path, deep, 4)


def shotgun(rng: np.random.Generator) -> Shape:
    """Return a pump gun or a double-barrelled gun, long or sawn off."""
    main, second, accent = scheme(rng)
    long, r, sides = rng.uniform(0.7, 1.4), rng.uniform(0.07, 0.095), int(rng.choice([8, 14]))
    wide = pick(rng, [0.16, 0.2])
    shape = box(wide, 0.24, 0.56, 0.04).paint(main)
    double = chance(rng, 0.45)
    if double:
        shape += bore(r, 0.2, 0.25 + long, 0.04, main, sides, 0.7).move(r).both()
        shape += box(2 * r, 0.09, 0.5 * long, 0.03).paint(second).move(0, -0.05, 0.25 + 0.27 * long)
        shape += tube(flat([(-0.2, 0.1), (-0.28, 0.18), (-0.38, 0.2)], "zy"), 0.035).paint(accent).move(0.06).both()
    else:
        shape += bore(r, 0.2, 0.25 + long, 0.06, main, sides, 0.7)
        shape += along_z(0.9 * r, 0.2, 0.25 + 0.85 * long, 0.06 - 1.9 * r, around=sides).paint(shade(main, 0.8))
        pump = along_z(1.5 * r, 0, 0.36 * long, 0, around=sides, soft=0.03).paint(second)
        pump += join(along_z(1.6 * r, k, k + 0.03, around=sides) for k in np.linspace(0.05, 0.3 * long, 5)).paint(
            shade(second, 0.7)
        )
        shape += pump.move(0, 0.06 - 1.9 * r, 0.3 + 0.2 * long) + box(0.05, 0.06, 0.05).paint(accent).move(
            0, 0.16, 0.2 + long
        )
        shape += box(0.03, 0.1, 0.22).paint(accent).move(wide / 2, 0.03, 0.05)
    shape += trigger(-0.2, -0.11, 0.3, 0.14, main)
    if chance(rng, 0.3):
        path = flat([(-0.2, 0), (-0.38, -0.08), (-0.5, -0.36)], "zy")
        return shape + tube(path, np.array([[0.08, 0.12], [0.08, 0.1], [0.09, 0.12]]), 12, along=12).paint(second)
    butt = [(-0.2, -0.11), (-0.4, -0.16), (-1.0, -0.36), (-1.04, -0.04), (-0.45, 0.0), (-0.2, 0.1)]
    shape += slab(rounded(butt, 0.05), 0.8 * wide, second, 0.04)
    return shape + box(0.8 * wide, 0.32, 0.06, 0.02).paint(BLACK).move(0, -0.2, -1.04)


def muzzle(rng: np.random.Generator, z: float, r: float, main: Colour, glow: Colour) -> Shape:
    """Return the front end of a ray gun: rings and ball, dish, prongs or a pipe."""
    kind = pick(rng, ["ball", "dish", "prongs", "pipe", "pipe"])
    core = along_z(0.4 * r, z - 0.1, z + 0.5, around=12).paint(main)
    if kind == "ball":
        rings = join(
            torus(r * k, 0.05, 20, 6).turn("x", 90).move(0, 0, z + 0.1 + 0.14 * i)
            for i, k in enumerate((0.9, 0.7, 0.5))
        )
        return core + rings.paint(glow) + ball(0.5 * r, detail=12).paint(glow).move(0, 0, z + 0.52)
    if kind == "dish":
        cup = (
            lathe([(0.3 * r, 0), (1.3 * r, 0.3), (1.15 * r, 0.34), (0.2 * r, 0.12)], 18)
            .turn("x", 90)
            .move(0, 0, z + 0.1)
        )
        return core + cup.paint(main) + ball(0.3 * r, detail=10).paint(glow).move(0, 0, z + 0.5)
    if kind == "prongs":
        prong = tube(
            [(0, 0.5 * r, z - 0.05), (0, 1.1 * r, z + 0.2), (0, 0.6 * r, z + 0.6)], [0.08, 0.07, 0.03], 6, along=8
        )
        return (
            core
            + join(prong.turn("z", 120 * k) for k in range(3)).paint(main)
            + ball(0.4 * r).paint(glow).move(0, 0, z + 0.45)
        )
    sides = int(rng.choice([6, 8, 16]))
    shape = bore(0.75 * r, z - 0.1, z + rng.uniform(0.35, 0.7), 0, main, sides)
    return shape + along_z(0.85 * r, z + 0.05, z + 0.14, around=sides).paint(glow)


def blaster(rng: np.random.Generator) -> Shape:
    """Return a chunky toy gun of science fiction with glowing parts."""
    main, second = vivid(rng), pick(rng, [vivid(rng), grey(rng, 0.15, 0.4), (0.93, 0.93, 0.92)])
    glow = hsv(rng.random(), rng.uniform(0.5, 0.9), 1.0)
    r, long = rng.uniform(0.22, 0.34), rng.uniform(0.7, 1.1)
    kind = pick(rng, ["egg", "block", "wedge"])
    if kind == "egg":
        rows = [
            (-long / 2, 0.2 * r, -0.2 * r, 0.2 * r),
            (-0.3 * long, r, -r, r),
            (0.2 * long, 0.9 * r, -0.8 * r, 0.9 * r),
        ]
        shape = hull([*rows, (long / 2, 0.4 * r, -0.4 * r, 0.4 * r)], 18, 14).paint(main)
    elif kind == "block":
        shape = box(1.5 * r, 1.6 * r, long, pick(rng, [0, 0.06])).paint(main)
        shape += box(1.6 * r, 0.5 * r, 0.7 * long, 0.03).paint(second)
    else:
        corners = [
            (-long / 2, -0.7 * r),
            (long / 2, -0.6 * r),
            (long / 2, 0.5 * r),
            (0.1 * long, r),
            (-0.6 * long, 0.8 * r),
        ]
        shape = slab(corners, 1.4 * r, main, 0.06) + box(1.55 * r, 0.3 * r, 0.5 * long).paint(second).move(
            0, 0.1 * r, 0.1 * long
        )
    shape += muzzle(rng, long / 2, r, second, glow)
    shape += grip(-0.45 * long, -0.5 * r, rng.uniform(0.5, 0.65), 0.28, rng.uniform(0.05, 0.25), 0.2, second)
    shape += trigger(-0.12 * long, -0.7 * r, 0.3, 0.2, second)
    extra = pick(rng, ["fin", "tank", "scope", "cells"])
    if extra == "fin":
        corners = [(-0.6 * long, 1.9 * r), (-0.4 * long, 0.7 * r), (0.25 * long, 0.7 * r)]
        shape += slab(corners, 0.1, second, 0.02)
    elif extra == "tank":
        shape += along_z(0.5 * r, -0.3 * long, 0.25 * long, 1.2 * r, soft=0.08).paint(glow)
    elif extra == "scope":
        shape += optic(0.75 * r, 0, 0.6 * long, 0.4 * r, second, glow)
    else:
        shape += box(1.7 * r, 0.5 * r, 0.1).along(3, z=0.2 * long).paint(glow)
    if chance(rng, 0.3):
        shape += along_z(0.3 * r, 0.1 * long, 0.6 * long, -0.8 * r).paint(stripes([second, main], "z", 0.1))
    return shape


FAMILIES = {"pistol": pistol, "rifle": rifle, "shotgun": shotgun, "blaster": blaster}
