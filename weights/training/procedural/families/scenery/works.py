"""Water towers, wind turbines, solar panels and dish antennas."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, RED_LAMP, STEEL, WHITE, chance, dark, grey, leaf, muted, pick, shade, stripes, vivid, wood
from ...parts import ball, box, hull, lathe, rail, rod, torus
from ...shape import Colour, Shape, join
from ..places.houses import roof_colour, stone


def brick_tank(rng: np.random.Generator, high: float, r: float, tone: Colour, roof: Colour) -> Shape:
    """Return a brick tower with a wider tank on top."""
    brick = pick(rng, [(0.66, 0.34, 0.26), stone(rng)])
    shape = rod(0.42, high, 0.34, 12).finer().paint(stripes([brick, shade(brick, 0.92)], "y", 0.12)).move(0, high / 2)
    shape += lathe([(0.36, 0), (r, 0.2), (r, 0.75), (0, 0.75)], 12).paint(pick(rng, [brick, tone])).move(
        0, high - 0.02
    ) + lathe([(1.12 * r, 0), (0, 0.45)], 12).paint(roof).move(0, high + 0.73)
    return (
        shape
        + box(0.12, 0.24, 0.08).paint(BLACK).move(0, 0.6 * high, 0.37).around(4)
        + box(0.24, 0.42, 0.1).paint(wood(rng)).move(0, 0.2, 0.41)
    )


def braces(
    rng: np.random.Generator, steel: Colour, out: float, shape: Shape, high: float, r: float, legs: int
) -> Shape:
    """Return the legs with crossed braces and rings."""
    levels = int(rng.integers(1, 4))
    for k in range(levels):
        a, b = k / levels, (k + 1) / levels
        ra, rb = out + (0.8 * r - out) * a, out + (0.8 * r - out) * b
        c, s = np.cos(2 * np.pi / legs), np.sin(2 * np.pi / legs)
        brace = rail((ra, a * high, 0), (rb * c, b * high, rb * s), 0.034, around=4) + rail(
            (ra * c, a * high, ra * s), (rb, b * high, 0), 0.034, around=4
        )
        shape += (
            (brace + rail((rb, b * high, 0), (rb * c, b * high, rb * s), 0.038, around=4)).around(legs).paint(steel)
        )
    return shape


def water_tower(rng: np.random.Generator) -> Shape:
    """Return a tank on braced legs, of wood, riveted steel or a ball on a stem, or a brick one."""
    kind = pick(rng, ["wood", "wood", "steel", "steel", "ball", "brick"])
    high, r = rng.uniform(0.8, 1.7), rng.uniform(0.45, 0.65)
    tone, roof = pick(rng, [STEEL, WHITE, muted(rng), vivid(rng), (0.55, 0.72, 0.8)]), roof_colour(rng)
    if kind == "ball":
        stem = lathe(smooth([(0.34, 0), (0.2, 0.2 * high), (0.16, 0.8 * high), (0.3, high + 0.1)], 12), 16).paint(tone)
        tank = ball(1.1 * r, rng.uniform(0.6, 1.0) * r, detail=22).paint(
            stripes([tone, pick(rng, [tone, vivid(rng)])], "y", 0.3 * r, 9 * r)
        )
        return (
            stem
            + tank.move(0, high + 0.5 * r)
            + rod(0.06, 0.2).paint(RED_LAMP).move(0, high + 1.4 * r)
            + rod(0.45, 0.08, around=16).paint(grey(rng))
        )
    if kind == "brick":
        return brick_tank(rng, high, r, tone, roof)
    legs, tall = pick(rng, [4, 4, 6]), rng.uniform(0.6, 1.0)
    plank = wood(rng) if kind == "wood" else tone
    steel = pick(rng, [wood(rng), dark(rng)]) if kind == "wood" else pick(rng, [tone, dark(rng), STEEL])
    sides = pick(rng, [4, 8])
    out = 1.15 * r
    shape = rail((out, 0, 0), (0.8 * r, high, 0), 0.055, around=sides).around(legs).paint(steel)
    shape = braces(rng, steel, out, shape, high, r, legs)
    around = pick(rng, [10, 20])
    shape += rod(0.08, high, around=8).paint(shade(steel, 0.8)).move(0, high / 2) + rod(
        1.2 * r, 0.07, around=around
    ).paint(steel).move(0, high)
    body = rod(r, tall, r * (0.96 if kind == "wood" else 1), around).finer()
    cover = (
        stripes([plank, shade(plank, 0.85)], "y", tall / 6)
        if kind == "wood"
        else stripes([tone, tone, pick(rng, [tone, vivid(rng), WHITE])], "y", tall / 4.5, 9)
    )
    shape += body.paint(cover).move(0, high + tall / 2)
    if kind == "steel" and chance(rng, 0.6):
        shape += (
            ball(0.98 * r, 0.35, 0.98 * r, detail=around).paint(tone).move(0, high)
            + torus(1.15 * r, 0.035, around, 6).paint(steel).move(0, high + 0.2)
            + rail((1.15 * r, high, 0), (1.15 * r, high + 0.2, 0), 0.03).around(8).paint(steel)
        )
    else:
        shape += torus(1.0 * r, 0.035, around, 6).along(2, y=0.5 * tall).paint(dark(rng)).move(0, high + 0.5 * tall)
    shape += (
        lathe([(1.12 * r, -0.03), (1.14 * r, 0.04), (0.08, rng.uniform(0.25, 0.55)), (0, 0.5)], around)
        .paint(pick(rng, [roof, tone, steel]))
        .move(0, high + tall)
    )
    ladder = box(0.04, high + tall, 0.05).move(0.09).both() + box(0.2, 0.04, 0.05).along(8, y=(high + tall) / 9)
    return shape + (
        ladder.paint(steel).move(0, (high + tall) / 2, 1.17 * r)
        if chance(rng, 0.5)
        else ball(0.07).paint(steel).move(0, high + tall + 0.45)
    )


def wind_pump(rng: np.random.Generator, high: float, tone: Colour) -> Shape:
    """Return a farm wind pump on a lattice."""
    steel, count, r = (
        pick(rng, [STEEL, wood(rng), grey(rng, 0.3, 0.6)]),
        int(rng.integers(9, 15)),
        rng.uniform(0.5, 0.65),
    )
    shape = rail((0.38, 0, 0.38), (0.07, high, 0.07), 0.045, around=4).corners().paint(steel)
    for k in range(3):
        a, b = 0.38 - 0.31 * k / 3, 0.38 - 0.31 * (k + 1) / 3
        shape += (
            (
                rail((-a, high * k / 3, a), (b, high * (k + 1) / 3, b), 0.033, around=4)
                + rail((-b, high * (k + 1) / 3, b), (b, high * (k + 1) / 3, b), 0.035, around=4)
            )
            .around(4)
            .paint(steel)
        )
    vane = box(0.13, 0.62 * r, 0.035).turn("y", 28).move(0, 0.66 * r)
    wheel = (
        vane.around(count, "z").paint(tone)
        + torus(0.62 * r, 0.028, 24, 6).turn("x", 90).paint(steel)
        + rod(0.08, 0.16, around=10).turn("x", 90).paint(steel)
    )
    tail = box(0.06, 0.34, 0.42).paint(pick(rng, [vivid(rng), tone])).move(0, 0, -0.75) + rail(
        (0, 0, 0.15), (0, 0, -0.7), 0.04
    ).paint(steel)
    return shape + (wheel.move(0, 0, 0.2) + tail).move(0, high + 0.05)


def upright_rotor(rng: np.random.Generator, high: float, pole: Shape, foot: Shape, tone: Colour) -> Shape:
    """Return a turbine with upright twisted blades."""
    blade = hull([(0, 0.09, -0.035, 0.035), (0.5, 0.1, -0.04, 0.04), (1.0, 0.09, -0.035, 0.035)], 10, 14, "y").move(
        0, 0, 0.42
    )
    turn = rng.uniform(0.0, 2.0)

    def twist(v: np.ndarray) -> np.ndarray:
        a = turn * v[:, 1]
        return np.stack(
            [v[:, 0] * np.cos(a) + v[:, 2] * np.sin(a), v[:, 1], -v[:, 0] * np.sin(a) + v[:, 2] * np.cos(a)], 1
        )

    arm = rail((0, 0, 0), (0, 0, 0.44), 0.04)
    rotor = (blade + arm.move(0, 0.12) + arm.move(0, 0.88)).bend(twist).around(3)
    return (
        pole
        + foot
        + rotor.scale(1, rng.uniform(0.8, 1.2), 1).paint(tone).move(0, high - 0.75)
        + rod(0.06, 0.5).paint(STEEL).move(0, high)
    )


def wind_turbine(rng: np.random.Generator) -> Shape:
    """Return a tall turbine of three slim blades, a farm wind pump, or an upright helix rotor."""
    kind, tone = (
        pick(rng, ["blades", "blades", "blades", "pump", "upright"]),
        pick(rng, [WHITE, WHITE, grey(rng, 0.7, 0.9), vivid(rng)]),
    )
    high = rng.uniform(1.6, 2.4)
    if kind == "pump":
        return wind_pump(rng, high, tone)
    pole = (
        rod(rng.uniform(0.09, 0.16), high, 0.06, 14)
        .finer()
        .paint(stripes([tone, tone, tone, pick(rng, [tone, (0.85, 0.15, 0.1), (0.3, 0.6, 0.3)])], "y", high / 8, high))
        .move(0, high / 2)
    )
    foot = pick(rng, [rod(0.28, 0.1, 0.22, 18), box(0.5, 0.12, 0.5), ball(0.6, 0.14, 0.6, detail=12)]).paint(
        pick(rng, [grey(rng, 0.4, 0.7), leaf(rng)])
    )
    if kind == "upright":
        return upright_rotor(rng, high, pole, foot, tone)
    long, count = rng.uniform(0.8, 1.3), pick(rng, [3, 3, 3, 2, 4])
    wide = rng.uniform(0.09, 0.16)
    blade = hull(
        [
            (0, 0.045, -0.045, 0.045),
            (0.18 * long, wide, -0.035, 0.035),
            (0.6 * long, 0.6 * wide, -0.03, 0.03),
            (long, 0.035, -0.025, 0.025),
        ],
        10,
        14,
        "y",
    )
    blade = (
        blade.turn("y", 15)
        .finer()
        .paint(stripes([tone, tone, tone, pick(rng, [tone, (0.85, 0.15, 0.1)])], "y", 0.25 * long, 0.03))
    )
    nacelle = (
        hull([(-0.42, 0.08, -0.08, 0.09, 3), (-0.1, 0.12, -0.1, 0.12, 3), (0.2, 0.1, -0.09, 0.1, 3)], 14, 9)
        if chance(rng, 0.7)
        else box(0.24, 0.22, 0.6).move(0, 0, -0.1)
    )
    hub = blade.around(count, "z").turn("z", rng.uniform(0, 120)) + ball(0.1, 0.1, 0.14, detail=12).paint(tone)
    return pole + foot + nacelle.paint(shade(tone, 0.93)).move(0, high) + hub.move(0, high, 0.26)


def solar_panel(rng: np.random.Generator) -> Shape:
    """Return a tilted panel of dark cells on a post, a row on a frame, or a tracker with several."""
    cell, trim = (
        pick(rng, [(0.08, 0.14, 0.35), (0.1, 0.12, 0.2), (0.15, 0.25, 0.5)]),
        pick(rng, [STEEL, WHITE, grey(rng, 0.3, 0.9)]),
    )
    across, rows = int(rng.integers(3, 7)), int(rng.integers(2, 5))
    size = rng.uniform(0.24, 0.32)
    wide, high = across * size, rows * size * rng.uniform(1.0, 1.3)
    panel = box(wide + 0.1, high + 0.1, 0.07).paint(trim)
    one = box(0.88 * size, 0.88 * high / rows, 0.1)
    panel += join(
        one.move(size * (i - (across - 1) / 2), high / rows * (j - (rows - 1) / 2)).paint(
            shade(cell, 1.0 if (i + j) % 2 else 1.15)
        )
        for i in range(across)
        for j in range(rows)
    )
    tilt, kind = rng.uniform(25, 60), pick(rng, ["post", "frame", "frame", "tracker"])
    steel = pick(rng, [STEEL, dark(rng), grey(rng, 0.4, 0.8)])
    ground = pick(rng, [leaf(rng), grey(rng, 0.4, 0.7), (0.75, 0.62, 0.4)])
    if kind == "post":
        tall = 0.45 * high + rng.uniform(0.2, 0.9)
        shape = (
            panel.turn("x", -tilt).move(0, tall, 0.05)
            + rod(0.07, tall, around=10).paint(steel).move(0, tall / 2)
            + box(0.5, 0.09, 0.5).paint(ground)
            + box(0.5 * wide, 0.08, 0.08).paint(steel).move(0, tall - 0.03, -0.03)
        )
        return shape + (
            box(0.2, 0.3, 0.14).paint(grey(rng)).move(0, 0.4 * tall, 0.1)
            if chance(rng, 0.4)
            else rod(0.12, 0.14).paint(steel).move(0, 0.08)
        )
    if kind == "tracker":
        tall = 0.7 * high + rng.uniform(0.3, 0.6)
        pair = panel.move(wide / 2 + 0.08).both()
        return (
            pair.turn("x", -tilt).move(0, tall, 0.1)
            + rod(0.12, tall, 0.09, 12).paint(steel).move(0, tall / 2)
            + rail((-wide, 0, 0), (wide, 0, 0), 0.06).paint(steel).move(0, tall)
            + rod(0.35, 0.1, around=16).paint(ground).move(0, 0.03)
        )
    lift = 0.14
    rise, run = high * np.sin(np.radians(90 - tilt)), high * np.cos(np.radians(90 - tilt))
    leg = (
        rail((0.4 * wide, 0, -run / 2), (0.4 * wide, lift + rise, -run / 2), 0.045, around=4)
        + rail((0.4 * wide, 0, run / 2), (0.4 * wide, lift, run / 2), 0.045, around=4)
        + rail((0.4 * wide, 0.05, run / 2), (0.4 * wide, 0.05, -run / 2), 0.045, around=4)
    )
    one_row = panel.turn("x", -tilt).move(0, lift + rise / 2 + 0.02, 0.02) + leg.both().paint(steel)
    count = int(rng.integers(1, 4))
    shape = one_row.along(count, z=run + 0.45)
    return shape + (
        box(wide + 0.5, 0.08, count * (run + 0.45) + 0.1).paint(ground)
        if count > 1 or chance(rng, 0.4)
        else box(wide, 0.06, 0.09).paint(steel).move(0, 0.04, run / 2)
    )


def dish_antenna(rng: np.random.Generator) -> Shape:
    """Return a parabolic dish on a mast, a big radio telescope, or a small one on a box."""
    tone, steel = (
        pick(rng, [WHITE, WHITE, grey(rng, 0.5, 0.9), vivid(rng)]),
        pick(rng, [STEEL, dark(rng), grey(rng, 0.4, 0.8)]),
    )
    r, hollow, around = rng.uniform(0.6, 0.9), rng.uniform(0.25, 0.45), pick(rng, [10, 16, 28])
    t = np.linspace(0.12, 1, 7)
    outside, inside = (
        np.stack([r * t, hollow * t**2 - 0.06], 1),
        np.stack([0.96 * r * t[::-1], hollow * t[::-1] ** 2 + 0.02], 1),
    )
    dish = lathe([*outside, (r, hollow), *inside, (0, 0.02)], around).paint(tone)
    if chance(rng, 0.4):
        dish += torus(0.99 * r, 0.035, around, 6).paint(pick(rng, [steel, vivid(rng)])).move(0, hollow)
    focus = hollow + rng.uniform(0.2, 0.4)
    arms = (
        rail((0.75 * r, 0.5 * hollow, 0), (0.05, focus, 0), 0.033, around=6).around(pick(rng, [1, 3, 4])).paint(steel)
    )
    dish += arms + (
        lathe([(0.06, -0.12), (0.11, 0), (0.09, 0.12), (0, 0.14)], 10).paint(steel)
        + ball(0.07, detail=8).paint(pick(rng, [RED_LAMP, BLACK])).move(0, -0.14)
    ).move(0, focus)
    dish += box(0.26, 0.2, 0.26).paint(steel).move(0, -0.13)
    aim = dish.turn("x", rng.uniform(25, 75)).turn("y", rng.uniform(-30, 30))
    kind = pick(rng, ["mast", "fork", "fork", "lattice", "roof"])
    high = r + rng.uniform(0.1, 0.6)
    if kind == "fork":
        base = lathe([(0.6 * r, 0), (0.5 * r, 0.1), (0.34 * r, 0.5 * high), (0, 0.5 * high)], pick(rng, [6, 16])).paint(
            pick(rng, [tone, grey(rng, 0.5, 0.9)])
        )
        fork = box(0.1, 0.62 * high, 0.24).move(0.2, 0.72 * high).both() + box(0.5, 0.12, 0.3).move(0, 0.5 * high)
        shape = base + fork.paint(steel) + box(0.16, 0.32, 0.08).paint(dark(rng)).move(0, 0.18, 0.56 * r)
    elif kind == "lattice":
        high += 0.5
        shape = rail((0.42, 0, 0.42), (0.1, high, 0.1), 0.045, around=4).corners().paint(steel) + join(
            rail(
                (-0.42 + 0.32 * t0, high * t0, 0.42 - 0.32 * t0),
                (0.42 - 0.32 * (t0 + 0.33), high * (t0 + 0.33), 0.42 - 0.32 * (t0 + 0.33)),
                0.034,
                around=4,
            ).around(4)
            for t0 in (0, 0.33, 0.66)
        ).paint(steel)
    elif kind == "roof":
        shape = (
            box(1.2, 0.4, 1.0).paint(muted(rng)).move(0, 0.2)
            + box(1.3, 0.08, 1.1).paint(grey(rng)).move(0, 0.42)
            + rod(0.07, high, around=10).paint(steel).move(0, 0.5 * high + 0.2)
            + box(0.3, 0.28, 0.05).paint(dark(rng)).move(0.2, 0.18, 0.5)
        )
        high += 0.3
    else:
        shape = (
            rod(0.09, high, 0.07, 12).paint(steel).move(0, high / 2)
            + rail((0.5, 0, 0), (0, 0.6 * high, 0), 0.04).around(3).paint(steel)
            + rod(0.3, 0.08, around=14).paint(grey(rng)).move(0, 0.04)
        )
    return shape + aim.move(0, high + 0.12, 0.06)


FAMILIES = {
    "water_tower": water_tower,
    "wind_turbine": wind_turbine,
    "solar_panel": solar_panel,
    "dish_antenna": dish_antenna,
}
