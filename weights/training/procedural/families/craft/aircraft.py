"""Planes, helicopters, rockets and balloons."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    BLACK,
    STEEL,
    WHITE,
    chance,
    glass,
    grey,
    pick,
    shade,
    split_at,
    stripes,
    vivid,
    wedges,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, loft, rail, rod, torus, tube
from ...shape import Colour, Shape


def wing(span: float, root: float, tip: float, sweep_back: float, thick: float, rise: float = 0) -> Shape:
    """One wing towards +X from x = 0, its chord along z, tapering; sweep_back: of the tip; rise: of the tip."""
    rings = []
    for t in (0, 0.97, 1.0):
        chord = (root + (tip - root) * t) * (1 if t < 1 else 0.7)
        depth = thick * (1 - 0.55 * t)
        z, y = np.array([0.5, 0.3, 0.0, -0.5, 0.0, 0.3]) * chord, np.array([0, 0.5, 0.55, 0.05, -0.3, -0.35]) * depth
        rings.append(np.stack([np.full(6, span * t), y + rise * t, z - sweep_back * t], 1))
    return loft(np.array(rings))


def propeller(radius: float, blades: int, colour: Colour) -> Shape:
    """Blades in the plane z = 0 with a spinner."""
    blade = box(0.16 * radius, radius, 0.07 * radius, 0.03 * radius).turn("y", 25).move(0, radius / 2)
    return blade.around(blades, "z").paint(colour) + ball(0.13 * radius, 0.13 * radius, 0.24 * radius, detail=10).paint(
        STEEL
    )


def airliner(rng: np.random.Generator) -> Shape:
    """Jets under the wings or at the tail, windows in a row, a coloured fin."""
    long, r = rng.uniform(6.5, 9), rng.uniform(0.42, 0.56)
    body, trim = pick(rng, [WHITE, WHITE, grey(rng, 0.7, 0.95), vivid(rng)]), vivid(rng)
    nose, tail = long / 2, -long / 2
    rows = [
        (tail, 0.05, 0.28 * r, 0.5 * r),
        (tail + 0.22 * long, 0.85 * r, -0.75 * r, 0.95 * r),
        (tail + 0.32 * long, r, -r, r),
        (nose - 1.2 * r, r, -r, r),
        (nose - 0.5 * r, 0.8 * r, -0.85 * r, 0.6 * r),
        (nose, 0.1, -0.35 * r, -0.1 * r),
    ]
    shape = hull(rows, 20, 24).paint(pick(rng, [body, split_at(trim, body, "y", -0.15 * r)]))
    count = int(rng.integers(9, 15))
    shape += (
        box(0.05, 0.13, 0.12, 0.02)
        .along(count, z=0.52 * long / count)
        .paint(glass(rng))
        .move(0.97 * r, 0.22 * r, 0.08 * long)
        .both()
    )
    shape += ball(0.55 * r, 0.2 * r, 0.4 * r, detail=12).paint(BLACK).move(0, 0.42 * r, nose - 0.66 * r)
    span, sweep_back = rng.uniform(0.4, 0.52) * long, rng.uniform(0.1, 0.24) * long
    place, rise = rng.uniform(0, 0.08) * long, rng.uniform(0.1, 0.5)
    shape += (
        wing(span, 0.24 * long, 0.07 * long, sweep_back, 0.24, rise)
        .move(0, -0.45 * r, place)
        .both()
        .paint(shade(body, 0.85))
    )
    shape += (
        wing(0.16 * long, 0.12 * long, 0.05 * long, 0.08 * long, 0.16, 0.1)
        .move(0, 0.35 * r, tail + 0.1 * long)
        .both()
        .paint(shade(body, 0.85))
    )
    shape += (
        wing(0.17 * long, 0.16 * long, 0.07 * long, 0.1 * long, 0.18)
        .turn("z", 90)
        .move(0, 0.5 * r, tail + 0.12 * long)
        .paint(trim)
    )
    jet = lathe([(0.1, -0.55), (0.2, -0.4), (0.27, 0.1), (0.26, 0.35), (0.2, 0.35), (0.18, 0.1), (0, 0.1)], 18).turn(
        "x", 90
    )
    jet = jet.paint(pick(rng, [trim, body, STEEL]))
    if chance(rng, 0.75):
        for k in range(2 if long > 8.2 else 1):
            share = 0.3 + 0.28 * k
            shape += jet.move(
                share * span, share * rise - 0.45 * r - 0.22, place + 0.13 * long - share * sweep_back
            ).both()
    else:
        shape += jet.move(r + 0.24, 0.3 * r, tail + 0.27 * long).both()
    return shape


def propeller_plane(rng: np.random.Generator) -> Shape:
    """Return a light aircraft or a biplane on wheels."""
    body, trim = vivid(rng), pick(rng, [WHITE, vivid(rng)])
    long, r = rng.uniform(2.6, 3.3), rng.uniform(0.28, 0.36)
    nose = 0.42 * long
    rows = [
        (-0.58 * long, 0.03, 0.05, 0.15),
        (-0.3 * long, 0.45 * r, -0.4 * r, 0.5 * r),
        (0, r, -r, 0.9 * r),
        (0.28 * long, r, -r, 0.85 * r),
        (nose, 0.6 * r, -0.6 * r, 0.6 * r),
    ]
    shape = hull(rows, 18, 18).paint(pick(rng, [body, split_at(trim, body, "y", -0.2 * r)]))
    biplane = chance(rng, 0.45)
    span, chord = rng.uniform(1.5, 2.0), rng.uniform(0.42, 0.55)
    low, high = (-0.6 * r, 2.3 * r) if biplane else (pick(rng, [-0.6, 1.45]) * r, 0.0)
    z = 0.15 * long
    colour = pick(rng, [body, trim])
    for level in (low, high) if biplane else (low,):
        shape += wing(span, chord, 0.75 * chord, 0.05, 0.1, 0.08).both().paint(colour).move(0, level, z)
    if biplane:
        struts = rail((0.7 * span, low, z), (0.7 * span, high + 0.05, z), 0.03) + rail(
            (0.4 * r, 0, z), (0.55 * r, high, z), 0.03
        )
        shape += struts.both().paint(wood(rng)) + ball(0.5 * r, 0.4 * r, 0.5 * r, detail=10).paint(glass(rng)).move(
            0, 0.95 * r, -0.05 * long
        )
    elif low > 0:
        shape += box(1.5 * r, 0.95 * r, 0.26 * long, 0.06).paint(glass(rng)).move(0, r, z - 0.02)
    else:
        shape += ball(0.75 * r, 0.85 * r, 0.17 * long, detail=14).paint(glass(rng)).move(0, 0.75 * r, 0.06 * long)
    shape += wing(0.55, 0.32, 0.2, 0.08, 0.07).move(0, 0.1, -0.5 * long).both().paint(colour)
    shape += wing(0.5, 0.36, 0.2, 0.1, 0.07).turn("z", 90).move(0, 0.1, -0.5 * long).paint(trim)
    shape += propeller(0.5, int(rng.integers(2, 5)), pick(rng, [BLACK, wood(rng)])).move(0, 0, nose + 0.06)
    wheel = rod(0.16, 0.1, around=16, round_by=0.03).turn("z", 90).paint(BLACK)
    return (
        shape
        + (
            wheel.move(0.42, -r - 0.26, 0.22 * long)
            + rail((0.15, -0.6 * r, 0.2 * long), (0.42, -r - 0.26, 0.22 * long), 0.03).paint(STEEL)
        ).both()
        + rail((0, 0, -0.45 * long), (0, -0.3, -0.5 * long), 0.035).paint(BLACK)
    )


def fighter_jet(rng: np.random.Generator) -> Shape:
    colour = pick(rng, [grey(rng, 0.35, 0.7), (0.35, 0.4, 0.28), vivid(rng)])
    long = rng.uniform(5, 6)
    rows = [
        (-0.5 * long, 0.3, -0.25, 0.3),
        (-0.2 * long, 0.42, -0.32, 0.38),
        (0.1 * long, 0.36, -0.32, 0.36),
        (0.36 * long, 0.2, -0.2, 0.22),
        (0.56 * long, 0.01, -0.03, 0.0),
    ]
    shape = hull(rows, 18, 20).paint(colour) + ball(0.2, 0.26, 0.55, detail=14).paint(glass(rng)).move(
        0, 0.28, 0.24 * long
    )
    shape += (
        wing(rng.uniform(1.3, 1.7), rng.uniform(1.8, 2.6), 0.4, rng.uniform(0.9, 1.3), 0.18)
        .move(0.1, -0.05, -0.1 * long)
        .both()
        .paint(colour)
    )
    shape += wing(0.85, 0.9, 0.35, 0.5, 0.14).move(0.15, 0, -0.46 * long).both().paint(colour)
    fin = wing(0.85, 0.95, 0.4, 0.55, 0.1).turn("z", 90)
    shape += (
        fin.turn("z", -18).move(0.24, 0.2, -0.36 * long).both() if chance(rng, 0.5) else fin.move(0, 0.25, -0.36 * long)
    ).paint(shade(colour, 0.8))
    nozzle = lathe([(0.22, -0.2), (0.26, 0.2), (0.2, 0.2), (0.17, 0), (0, 0)], 16).turn("x", -90).paint(BLACK)
    shape += (
        nozzle.move(0.2, 0, -0.52 * long).both() if chance(rng, 0.5) else nozzle.scale(1.3).move(0, 0, -0.52 * long)
    )
    shape += box(0.26, 0.36, 1.0, 0.08).paint(shade(colour, 0.8)).move(0.4, -0.08, 0.05 * long).both()
    missile = rod(0.06, 1.0, around=10).turn("x", 90) + ball(0.06, 0.06, 0.14, detail=10).move(0, 0, 0.5)
    return shape + missile.paint(WHITE).move(0.85, -0.2, -0.2 * long).both()


def helicopter(rng: np.random.Generator) -> Shape:
    body, trim, pane = vivid(rng), pick(rng, [WHITE, vivid(rng), BLACK]), glass(rng)
    r, long = rng.uniform(0.5, 0.62), rng.uniform(1.6, 2.3)
    cabin = hull(
        [
            (-0.95, 0.2, -0.1, 0.42),
            (-0.6, 0.85 * r, -0.75 * r, 0.9 * r),
            (0.1, r, -r, r),
            (0.7, 0.85 * r, -0.85 * r, 0.6 * r),
            (1.05, 0.2, -0.45 * r, -0.1 * r),
        ],
        20,
        18,
    )
    shape = cabin.paint(pick(rng, [body, split_at(trim, body, "y", -0.2)]))
    shape += ball(0.86 * r, 0.62 * r, 0.72, detail=16).paint(pane).move(0, 0.22 * r, 0.42)
    shape += box(0.05, 0.45, 0.5, 0.02).paint(pane).move(0.96 * r, 0.15, -0.1).both()
    shape += tube(
        [(0, 0.25, -0.6), (0, 0.3, -0.8 - 0.5 * long), (0, 0.35, -0.8 - long)], [0.26, 0.16, 0.09], 12, along=8
    ).paint(body)
    end = -0.8 - long
    shape += wing(0.6, 0.45, 0.22, 0.25, 0.08).turn("z", 90).move(0, 0.25, end + 0.05).paint(trim) + wing(
        0.4, 0.25, 0.18, 0.05, 0.06
    ).move(0, 0.32, end + 0.3).both().paint(trim)
    tail_blade = box(0.05, 0.4, 0.08, 0.02).move(0, 0.2).around(int(rng.integers(2, 5)), "x").paint(BLACK)
    shape += tail_blade.move(0.13, 0.55, end - 0.05) + rod(0.05, 0.2).turn("z", 90).paint(BLACK).move(
        0.08, 0.55, end - 0.05
    )
    shape += box(0.5, 0.25, 0.9, 0.1, 4).paint(body).move(0, r, -0.25) + rod(0.06, 0.4).paint(STEEL).move(
        0, r + 0.22, -0.15
    )
    reach, blades = rng.uniform(1.7, 2.2), int(rng.integers(2, 6))
    blade = box(0.16, 0.05, reach, 0.02).move(0, 0, reach / 2).around(blades).turn("y", rng.uniform(0, 90))
    shape += blade.paint(BLACK).move(0, r + 0.4, -0.15) + rod(0.12, 0.1, round_by=0.03).paint(BLACK).move(
        0, r + 0.4, -0.15
    )
    if chance(rng, 0.65):
        skid = tube([(0.55, -r - 0.3, 0.95), (0.55, -r - 0.36, 0.75), (0.55, -r - 0.36, -0.8)], 0.045)
        skid += rail((0.25, -0.7 * r, 0.35), (0.55, -r - 0.36, 0.4), 0.04) + rail(
            (0.25, -0.7 * r, -0.4), (0.55, -r - 0.36, -0.45), 0.04
        )
        return shape + skid.both().paint(STEEL)
    wheel = rod(0.17, 0.12, around=16, round_by=0.04).turn("z", 90).paint(BLACK)
    return (
        shape
        + wheel.move(0.42, -r - 0.1, -0.35).both()
        + wheel.move(0, -r - 0.05, 0.6)
        + box(0.9, 0.12, 0.12).paint(STEEL).move(0, -r, -0.35)
    )


def rocket(rng: np.random.Generator) -> Shape:
    """Return a toy or a launcher: a round body, a nose, fins, portholes, boosters."""
    body, trim = pick(rng, [WHITE, WHITE, grey(rng, 0.6, 0.9), vivid(rng)]), vivid(rng)
    high, r = rng.uniform(2.4, 4.2), rng.uniform(0.32, 0.5)
    if chance(rng, 0.5):  # a belly
        profile = smooth(
            [
                (0.55 * r, 0),
                (0.92 * r, 0.22 * high),
                (r, 0.45 * high),
                (0.72 * r, 0.75 * high),
                (0.3 * r, 0.93 * high),
                (0, high),
            ],
            26,
        )
    else:
        profile = np.array(
            [
                (0.8 * r, 0),
                (r, 0.03 * high),
                (r, 0.35 * high),
                (r, 0.55 * high),
                (r, 0.72 * high),
                (0.82 * r, 0.84 * high),
                (0.5 * r, 0.93 * high),
                (0.2 * r, 0.985 * high),
                (0, high),
            ]
        )
    level = profile[:, 1]
    cover = split_at(body, trim, "y", rng.uniform(0.68, 0.8) * high)
    shape = lathe(np.maximum(profile, 0), 24).paint(cover)
    nozzle = lathe([(0.45 * r, -0.22), (0.62 * r, -0.24), (0.42 * r, 0.05), (0, 0.05)], 18).paint(BLACK)
    shape += nozzle
    count, fin = int(rng.integers(3, 5)), rng.uniform(0.35, 0.75)
    drop = rng.uniform(0.0, 0.3)
    outline = [
        (0.5 * r, 0.35 * high),
        (r + 0.55 * fin, 0.12 * high),
        (r + fin, -drop),
        (r + 0.6 * fin, -drop),
        (0.5 * r, 0.06 * high),
    ]
    shape += extrude(outline, 0.1, 0.03).paint(trim).around(count).turn("y", 45)
    if chance(rng, 0.75):
        radius_at = float(np.interp(0.6 * high, level, profile[:, 0]))
        for k in range(int(rng.integers(1, 3))):
            port = torus(0.32 * r, 0.07 * r, 18, 8).paint(STEEL) + rod(0.3 * r, 0.08, around=16).paint(glass(rng))
            shape += port.turn("x", 90).move(0, (0.62 - 0.2 * k) * high, radius_at * (1 if k == 0 else 1.04))
    else:
        shape += rod(1.02 * r, 0.12, around=24).paint(BLACK).move(0, 0.4 * high)
        for side in (1, -1):
            booster = lathe([(0.2, 0), (0.24, 0.1), (0.24, 0.45 * high), (0.1, 0.56 * high), (0, 0.58 * high)], 16)
            shape += booster.paint(pick(rng, [body, trim])).move(side * (r + 0.2), 0, 0)
    if chance(rng, 0.3):
        flame = lathe(smooth([(0.4 * r, 0), (0.5 * r, -0.25), (0.25 * r, -0.6), (0, -0.95)], 10), 14)
        shape += flame.paint(pick(rng, [(1.0, 0.6, 0.1), (1.0, 0.8, 0.2)])).move(0, -0.2)
    return shape


def balloon(rng: np.random.Generator) -> Shape:
    """Return a hot-air balloon with its basket, coloured in gores or bands."""
    colours = [vivid(rng), pick(rng, [WHITE, vivid(rng)]), vivid(rng)][: int(rng.integers(2, 4))]
    high = rng.uniform(1.05, 1.3)
    profile = smooth([(0.22, 0), (0.55, 0.45), (0.95, 1.05), (1.0, 1.5), (0.72, 2.0), (0.3, 2.22), (0, 2.27)], 22) * [
        1,
        high,
    ]
    count = 24
    cover = pick(
        rng,
        [
            wedges(colours, count // 2 if len(colours) == 2 else count // 4 * 2),
            stripes(colours, "y", rng.uniform(0.25, 0.45)),
            wedges(colours, 6),
        ],
    )
    shape = lathe(np.maximum(profile, 0), 24).paint(cover)
    basket = box(0.4, 0.3, 0.4, 0.05).paint(shade((0.72, 0.52, 0.3), rng.uniform(0.7, 1.2))) + box(
        0.44, 0.07, 0.44, 0.03
    ).paint(wood(rng)).move(0, 0.16)
    drop = -rng.uniform(0.5, 0.8)
    ropes = rail((0.18, drop, 0.18), (0.16, 0.08, 0.16), 0.018, around=6).corners().paint(BLACK)
    return shape + basket.move(0, drop - 0.1) + ropes


FAMILIES = {
    "airliner": airliner,
    "propeller_plane": propeller_plane,
    "fighter_jet": fighter_jet,
    "helicopter": helicopter,
    "rocket": rocket,
    "balloon": balloon,
}
