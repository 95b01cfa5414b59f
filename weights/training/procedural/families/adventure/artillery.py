"""Cannons, turrets, sights and ammunition."""

from __future__ import annotations

import numpy as np

from ...curves import ellipse, flat, smooth
from ...paint import BLACK, STEEL, chance, dark, grey, hsv, pick, shade, vivid, wood
from ...parts import ball, box, hull, lathe, rail, rod, sweep, torus
from ...shape import Colour, Shape, join
from .guns import BRASS, along_z, bore, optic, slab
from .machinery import spoked_wheel


def telescope(rng: np.random.Generator) -> Shape:
    """Return a brass spyglass in drawn tubes, on a tripod or in the hand."""
    outer, inner = pick(rng, [wood(rng), BRASS, vivid(rng), dark(rng)]), pick(rng, [BRASS, STEEL])
    r, count, long = rng.uniform(0.14, 0.2), int(rng.integers(2, 5)), rng.uniform(0.35, 0.55)
    drawn, z = [], count * long / 2
    for k in range(count):
        radius = r * 0.82**k
        part = along_z(radius, z - long - 0.03, z, around=18).paint(inner if k else outer)
        part += along_z(1.12 * radius, z - 0.07, z, around=18).paint(inner)
        part += along_z(1.12 * radius, z - long, z - long + 0.06, around=18).paint(inner)
        drawn.append(part)
        z -= long
    shape = join(drawn) + along_z(0.85 * r, 0, count * long / 2 + 0.01, around=18).paint((0.45, 0.65, 0.8))
    if chance(rng, 0.4):
        return shape.turn("x", -rng.uniform(0, 40))
    colour, high = pick(rng, [wood(rng), dark(rng), STEEL]), rng.uniform(0.8, 1.2)
    legs = rail((0, 0, 0.03), (0, -high, 0.45), 0.045, 0.035).around(3).paint(colour)
    return shape.turn("x", -rng.uniform(5, 40)) + legs + rod(0.1, 0.3, around=12).paint(inner).move(0, -0.1)


def scope(rng: np.random.Generator) -> Shape:
    """Return a gun's telescopic sight, a reflex sight or a telescope."""
    kind, colour, lens = (
        pick(rng, ["tube", "tube", "reflex", "telescope", "telescope"]),
        dark(rng),
        hsv(rng.random(), 0.5, 0.9),
    )
    if kind == "telescope":
        return telescope(rng)
    if chance(rng, 0.3):
        colour = pick(rng, [vivid(rng), grey(rng, 0.3, 0.6), (0.6, 0.52, 0.36)])
    if kind == "tube":
        long, r = rng.uniform(1.1, 1.7), rng.uniform(0.14, 0.24)
        shape = optic(0, 0, long, r, colour, lens) + rod(0.35 * r, 0.9 * r, around=12).turn("z", -90).paint(
            shade(colour, 1.3)
        ).move(0.9 * r, 1.6 * r)
        shape += along_z(1.06 * r, -0.45 * long, -0.4 * long, 1.6 * r).paint(
            pick(rng, [vivid(rng), shade(colour, 0.6)])
        )
        return shape + box(1.4 * r, 0.12, 0.5 * long, 0.02).paint(shade(colour, 0.8))
    wide, high = rng.uniform(0.4, 0.55), rng.uniform(0.45, 0.6)
    shape = box(wide, 0.2, 0.9, 0.05).paint(colour) + box(0.8 * wide, 0.12, 0.6).paint(shade(colour, 0.7)).move(
        0, -0.15
    )
    window = flat([(-wide / 2, 0.05), (-0.48 * wide, high), (0.48 * wide, high), (wide / 2, 0.05)])
    frame = sweep(smooth(window, 18), ellipse(0.12, 0.045, 8)).paint(colour).move(0, 0, 0.3)
    shape += frame + box(0.86 * wide, high, 0.05).paint(lens).move(0, high / 2 + 0.03, 0.3)
    return shape + rod(0.09, 0.1, around=12).turn("z", 90).paint(vivid(rng)).move(wide / 2, 0, 0)


def cartridge(rng: np.random.Generator) -> Shape:
    """Return a cartridge with its bullet, or a shotgun shell, upright."""
    r, high, n = rng.uniform(0.16, 0.26), rng.uniform(0.7, 1.1), int(rng.choice([8, 12, 20]))
    brass = pick(rng, [BRASS, BRASS, STEEL])
    rim = lathe([(1.08 * r, 0), (1.08 * r, 0.06), (0.9 * r, 0.09), (0.9 * r, 0.13), (r, 0.16), (r, 0.3)], n).paint(
        brass
    )
    if chance(rng, 0.3):
        colour = pick(rng, [(0.8, 0.1, 0.08), (0.1, 0.4, 0.2), vivid(rng)])
        return rim + lathe([(0.98 * r, 0.28), (0.98 * r, high), (0.85 * r, high + 0.05), (0.3 * r, high)], n).paint(
            colour
        )
    neck = pick(rng, [r, 0.65 * r])
    case = lathe([(r, 0.28), (r, 0.75 * high), (neck, 0.85 * high), (neck, high)], n).paint(brass)
    tall = rng.uniform(0.25, 0.6)
    tip = lathe(
        smooth([(0.92 * neck, 0), (0.9 * neck, 0.3 * tall), (0.55 * neck, 0.78 * tall), (0.1 * neck, tall)], 10), n
    )
    return rim + case + tip.paint(pick(rng, [(0.72, 0.42, 0.26), grey(rng, 0.3, 0.6), vivid(rng)])).move(0, high)


def magazine(rng: np.random.Generator) -> Shape:
    """Return a straight or curved clip, a drum, one cartridge or several."""
    kind = pick(rng, ["clip", "clip", "drum", "cartridge", "row"])
    if kind == "cartridge":
        return cartridge(rng)
    if kind == "row":
        one = cartridge(rng).scale(0.8)
        return one.along(int(rng.integers(2, 5)), x=rng.uniform(0.42, 0.5))
    colour, brass = pick(rng, [dark(rng), dark(rng), grey(rng, 0.3, 0.6), (0.35, 0.36, 0.24), vivid(rng)]), BRASS
    wide, deep, long = rng.uniform(0.16, 0.26), rng.uniform(0.36, 0.5), rng.uniform(0.9, 1.4)
    bullet = (
        along_z(0.4 * wide, -0.5 * deep, 0.22 * deep) + along_z(0.4 * wide, 0.22 * deep, 0.55 * deep, top=0.02)
    ).paint(brass)
    shape = box(wide, 0.12, deep, 0.02).paint(shade(colour, 0.8)) + bullet.move(0, 0.1)
    if kind == "drum":
        shape += box(wide, 0.5, 0.8 * deep, 0.02).paint(colour).move(0, -0.2)
        drum = rod(0.5, 1.6 * wide, around=int(rng.choice([10, 24])), round_by=0.05).turn("z", 90).paint(colour)
        drum += rod(0.3, 1.8 * wide, around=16).turn("z", 90).paint(shade(colour, 1.5)) + rod(0.1, 2 * wide).turn(
            "z", 90
        ).paint(brass)
        return shape + drum.move(0, -0.75)
    body = box(wide, long, 0.94 * deep, pick(rng, [0, 0.04]), cuts=10).paint(colour)
    ribs = (
        box(1.1 * wide, 0.7 * long, 0.06, cuts=8)
        .along(int(rng.integers(2, 4)), z=0.24 * deep)
        .paint(shade(colour, 0.65))
    )
    foot = box(1.25 * wide, 0.12, 1.05 * deep, 0.03, cuts=2).paint(pick(rng, [vivid(rng), shade(colour, 1.4)]))
    curve = rng.uniform(0, 0.35)

    def bow(v: np.ndarray) -> np.ndarray:
        return v + np.stack([0 * v[:, 0], 0 * v[:, 0], curve * (np.clip(-v[:, 1], 0, None) / long) ** 1.6], 1)

    return shape + (body + ribs).move(0, -long / 2).bend(bow) + foot.move(0, -long).bend(bow)


def gun_barrel(rng: np.random.Generator, long: float, r: float, iron: Colour, trim: Colour) -> Shape:
    """Return an old cannon's barrel about its pivot, towards +Z."""
    n, flare = int(rng.choice([8, 12, 22])), rng.uniform(1.0, 1.35)
    profile = [
        (0.3 * r, -0.5 * long),
        (r, -0.48 * long),
        (1.02 * r, -0.2 * long),
        (0.8 * r, 0.2 * long),
        (0.7 * r, 0.42 * long),
    ]
    profile += [
        (0.72 * r * flare, 0.47 * long),
        (0.72 * r * flare, 0.5 * long),
        (0.45 * r, 0.5 * long),
        (0.45 * r, 0.35 * long),
    ]
    shape = lathe(profile, n).turn("x", 90).paint(iron)
    shape += along_z(0.48 * r, 0.32 * long, 0.4 * long, around=n).paint(BLACK)
    for z, k in ((-0.46, 1.12), (-0.18, 1.1), (0.2, 0.9)):
        shape += along_z(k * r, z * long, z * long + 0.07, around=n).paint(trim)
    knob = ball(0.35 * r, detail=10).move(0, 0, -0.56 * long) + along_z(0.18 * r, -0.56 * long, -0.45 * long)
    return shape + knob.paint(trim) + rod(0.25 * r, 2.7 * r).turn("z", 90).paint(iron)


def cannon(rng: np.random.Generator) -> Shape:
    """Return a ship's gun on four small wheels, a field gun on two large ones, or a mortar."""
    iron, trim, timber = (
        pick(rng, [dark(rng), dark(rng), BRASS, grey(rng, 0.3, 0.6)]),
        pick(rng, [BRASS, STEEL, dark(rng)]),
        wood(rng),
    )
    if chance(rng, 0.25):
        timber = vivid(rng)
    kind, long, r = pick(rng, ["ship", "field", "field", "mortar"]), rng.uniform(1.3, 2.0), rng.uniform(0.22, 0.32)
    if kind == "mortar":
        barrel = gun_barrel(rng, rng.uniform(0.8, 1.1), rng.uniform(0.36, 0.46), iron, trim).turn(
            "x", -rng.uniform(40, 65)
        )
        bed = box(0.9, 0.24, 1.3, 0.03).move(0, -0.5) + box(0.14, 0.5, 0.4, 0.04).move(0.45, -0.2).both()
        return (
            barrel + bed.paint(timber) + torus(0.1, 0.04, 14, 6).turn("z", 90).paint(trim).move(0.57, -0.42, 0.3).both()
        )
    barrel = gun_barrel(rng, long, r, iron, trim).turn("x", -rng.uniform(0, 18))
    if kind == "ship":
        steps = [
            (-0.45 * long, -0.6),
            (0.3 * long, -0.6),
            (0.3 * long, 0),
            (0, 0),
            (-0.12 * long, -0.15),
            (-0.3 * long, -0.32),
        ]
        cheek = slab([*steps, (-0.45 * long, -0.4)], 0.14, timber, 0.02).move(1.2 * r).both()
        small = rod(0.2, 0.14, around=pick(rng, [8, 18])).turn("z", 90).paint(shade(timber, 0.7))
        small += rod(0.07, 0.2).turn("z", 90).paint(trim)
        wheels = (
            small.move(1.2 * r + 0.16, -0.62, 0.2 * long) + small.move(1.2 * r + 0.16, -0.62, -0.35 * long)
        ).both()
        bed = box(2.3 * r, 0.12, 0.7 * long).paint(shade(timber, 0.85)).move(0, -0.52, -0.08 * long)
        return barrel + cheek + wheels + bed
    big = rng.uniform(0.5, 0.75)
    wheels = spoked_wheel(rng, big, 0.12, timber, trim).move(1.2 * r + 0.16, -0.05).both()
    axle = rod(0.07, 2.4 * r + 0.4).turn("z", 90).paint(iron).move(0, -0.05)
    trail = rail((0, -0.08, 0.15), (0, 0.08 - big, -0.85 * long), 0.12, 0.09, 6).move(0.7 * r).both()
    return barrel + wheels + axle + trail.paint(timber) + box(2.4 * r, 0.16, 0.3).paint(timber).move(0, -0.2, 0)


def turret_foot(rng: np.random.Generator, colour: Colour, high: float) -> Shape:
    """Return the stand of a turret from the ground up: tripod, drum or stepped block."""
    kind = pick(rng, ["tripod", "drum", "block"])
    if kind == "tripod":
        count = int(rng.choice([3, 4]))
        leg = rail((0, high, 0), (0, 0.06, 0.6), 0.09, 0.07, 6) + box(0.24, 0.1, 0.3, 0.02).move(0, 0.05, 0.62)
        return leg.around(count).turn("y", 180 / count).paint(colour) + rod(0.18, 0.3, around=12).paint(
            shade(colour, 0.7)
        ).move(0, high)
    if kind == "drum":
        n = int(rng.choice([6, 8, 20]))
        shape = lathe([(0.62, 0), (0.62, 0.15), (0.45, 0.22), (0.36, high), (0.3, high + 0.05)], n).paint(colour)
        return shape + rod(0.07, 0.08, around=8).move(0.53, 0.2).around(n if n < 9 else 8).paint(shade(colour, 0.6))
    shape = box(1.1, 0.2, 1.1, 0.03).move(0, 0.1) + box(0.8, 0.25, 0.8, 0.03).move(0, 0.3)
    return shape.paint(colour) + rod(0.25, high - 0.2, around=12).paint(shade(colour, 0.7)).move(0, 0.5 * high + 0.1)


def turret(rng: np.random.Generator) -> Shape:
    """Return a sentry gun: a turning head with one to four barrels on a stand."""
    main, second = (
        pick(rng, [vivid(rng), grey(rng, 0.3, 0.7), (0.35, 0.38, 0.25)]),
        pick(rng, [dark(rng), vivid(rng), STEEL]),
    )
    glow, high = hsv(rng.random(), 0.8, 1.0), rng.uniform(0.5, 0.9)
    shape = turret_foot(rng, second, high)
    r, kind = rng.uniform(0.36, 0.5), pick(rng, ["ball", "box", "dome", "wedge"])
    if kind == "ball":
        head = ball(r, detail=pick(rng, [8, 18])).paint(main) + torus(1.02 * r, 0.05, 20, 6).paint(second)
    elif kind == "box":
        head = box(1.5 * r, 1.3 * r, 2.1 * r, pick(rng, [0, 0.08])).paint(main)
        head += box(0.2, 0.9 * r, 1.3 * r, 0.03).paint(second).move(0.85 * r).both()
    elif kind == "dome":
        head = lathe(
            [(1.2 * r, -0.5 * r), (1.25 * r, -0.2 * r), (r, 0.5 * r), (0.5 * r, 0.85 * r)], pick(rng, [6, 8, 22])
        ).paint(main)
    else:
        head = hull(
            [
                (-1.2 * r, 0.8 * r, -0.5 * r, 0.7 * r, 5),
                (0, r, -0.6 * r, 0.8 * r, 5),
                (1.1 * r, 0.5 * r, -0.4 * r, 0.2 * r, 5),
            ],
            16,
        )
        head = head.paint(main)
    long, thick = rng.uniform(0.6, 1.2), rng.uniform(0.09, 0.17)
    one = bore(thick, 0.5 * r, 0.8 * r + long, 0, second, pick(rng, [8, 14]))
    one += along_z(1.35 * thick, 0.8 * r, 0.8 * r + 0.25 * long).paint(shade(second, 1.4))
    count = int(rng.choice([1, 2, 2, 4]))
    if count == 1:
        head += one.scale(1.3, 1.3, 1)
    elif count == 2:
        head += one.move(1.35 * thick + 0.02).both()
    else:
        head += one.scale(0.7, 0.7, 1).move(thick, thick).both("x").both("y")
    if chance(rng, 0.6):
        head += ball(0.12, detail=10).paint(glow).move(0, 0.75 * r, 0.45 * r) + box(0.2, 0.3, 0.3, 0.03).paint(
            second
        ).move(0, 0.7 * r, 0.2 * r)
    if chance(rng, 0.4):
        head += rod(0.035, 0.6, 0.03).paint(second).move(-0.4 * r, r + 0.2, -0.4 * r) + ball(0.07, detail=8).paint(
            glow
        ).move(-0.4 * r, r + 0.5, -0.4 * r)
    return shape + head.turn("x", -rng.uniform(0, 12)).move(0, high + 0.6 * r)


FAMILIES = {"scope": scope, "magazine": magazine, "cannon": cannon, "turret": turret}
