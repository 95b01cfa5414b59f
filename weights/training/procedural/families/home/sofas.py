"""Padded seats, stools, benches and beds."""

from __future__ import annotations

import numpy as np

from ...paint import BLACK, STEEL, chance, checks, grey, metal, pick, shade, stripes, vivid, wood
from ...parts import ball, box, extrude, rail, rod, torus, tube
from ...shape import Shape
from .chairs import cushion, fabric, four_legs


def armchair(rng: np.random.Generator) -> Shape:
    """Return a wide padded chair; sometimes with wings, a round back or tufts."""
    colour = fabric(rng)
    half, deep, seat = rng.uniform(0.28, 0.34), rng.uniform(0.34, 0.4), rng.uniform(0.36, 0.44)
    arm, leg, high = rng.uniform(0.1, 0.18), rng.uniform(0.05, 0.16), rng.uniform(0.4, 0.72)
    shape = (
        box(2 * half + arm, seat - leg - 0.1, 2 * deep, 0.04).paint(shade(colour, 0.9)).move(0, (seat + leg) / 2 - 0.05)
    )
    shape += (
        cushion(2 * half - 0.02, 0.15, 2 * deep - 0.1)
        .paint(colour if chance(rng, 0.7) else fabric(rng))
        .move(0, seat - 0.03, 0.05)
    )
    lean = -rng.uniform(4, 14)
    back = box(2 * half + arm * 0.6, high + 0.2, 0.2, rng.uniform(0.05, 0.095), 4).paint(colour).move(0, high / 2 - 0.1)
    shape += back.turn("x", lean).move(0, seat, -deep + 0.08)
    rest = rng.uniform(0.16, 0.26)
    side = box(arm, seat + rest - leg, 2 * deep - 0.02, 0.04).move(half + arm / 2, (seat + rest + leg) / 2)
    if chance(rng, 0.5):
        side += rod(arm * 0.62, 2 * deep, around=16, round_by=0.03).turn("x", 90).move(half + arm / 2, seat + rest)
    shape += side.both().paint(colour)
    if high > 0.58:
        shape += (
            box(0.1, high * 0.65, 0.26, 0.045, 4)
            .turn("x", lean)
            .move(half + 0.02, seat + high * 0.62, -deep + 0.16)
            .both()
            .paint(colour)
        )
    return shape + four_legs(half, deep - 0.06, leg + 0.02, 0.03).paint(wood(rng))


def sofa(rng: np.random.Generator) -> Shape:
    """Two to four places, sometimes with a corner part, loose cushions on it."""
    colour, places = fabric(rng), int(rng.integers(2, 5))
    each, deep, seat = rng.uniform(0.55, 0.7), rng.uniform(0.42, 0.5), rng.uniform(0.36, 0.46)
    arm, leg, high, rest = (
        rng.uniform(0.12, 0.26),
        rng.uniform(0.04, 0.16),
        rng.uniform(0.34, 0.55),
        rng.uniform(0.1, 0.26),
    )
    half = places * each / 2
    cloth = pick(rng, [colour, colour, checks([colour, shade(colour, 0.75)], 0.12)])
    shape = (
        box(2 * half + arm, seat - leg - 0.1, 2 * deep, 0.04)
        .paint(shade(colour, 0.85))
        .move(0, (seat + leg) / 2 - 0.05)
    )
    shape += cushion(each * 0.98, 0.17, 2 * deep - 0.16).along(places, x=each).paint(colour).move(0, seat - 0.03, 0.08)
    whole = (
        box(2 * half + arm, seat + high - leg, 0.18, 0.06, 4)
        .paint(colour)
        .move(0, (seat + high + leg) / 2 - 0.03, -deep + 0.06)
    )
    pads = (
        cushion(each * 0.98, high, 0.2)
        .along(places, x=each)
        .paint(colour)
        .turn("x", -9)
        .move(0, seat + high / 2, -deep + 0.2)
    )
    shape += whole + pads
    side = box(arm, seat + rest - leg, 2 * deep, 0.05, 4).move(half + arm / 2, (seat + rest + leg) / 2)
    if chance(rng, 0.4):
        side += rod(arm * 0.6, 2 * deep, around=16, round_by=0.03).turn("x", 90).move(half + arm / 2, seat + rest)
    shape += side.both().paint(colour)
    if chance(rng, 0.3):
        sign = pick(rng, [-1, 1])
        corner = box(each, seat - leg - 0.1, 0.8, 0.04).move(0, (seat + leg) / 2 - 0.05) + cushion(
            each * 0.98, 0.17, 0.85
        ).move(0, seat - 0.03)
        shape += corner.paint(colour).move(sign * (half - each / 2), 0, deep + 0.35)
    for x in rng.uniform(-half * 0.8, half * 0.8, int(rng.integers(0, 4))):
        pillow = cushion(0.36, 0.36, 0.14).turn("z", rng.uniform(-15, 15)).turn("x", -20)
        shape += pillow.paint(vivid(rng)).move(x, seat + 0.22, -deep + 0.38)
    legs = four_legs(half, deep - 0.06, leg + 0.03, 0.032).paint(pick(rng, [wood(rng), BLACK, STEEL]))
    return shape.paint(cloth) + legs if callable(cloth) and chance(rng, 0.3) else shape + legs


def stool(rng: np.random.Generator) -> Shape:
    """Return a seat without a back: three or four legs, or a bar stool on one column."""
    colour, seat = pick(rng, [wood(rng), vivid(rng), metal(rng)]), rng.uniform(0.42, 0.78)
    radius, thick = rng.uniform(0.15, 0.2), rng.uniform(0.035, 0.09)
    top = rod(radius, thick, around=40, round_by=0.4 * thick)
    if chance(rng, 0.3):
        top = box(2 * radius, thick, 1.7 * radius, 0.4 * thick)
    top = top.paint(pick(rng, [colour, fabric(rng)])).move(0, seat)
    if chance(rng, 0.3):
        frame = metal(rng)
        base = rod(radius * 1.15, 0.03, around=24, round_by=0.012).move(0, 0.015) + rod(0.03, seat).move(0, seat / 2)
        return top + (
            base
            + torus(radius * 0.8, 0.018).move(0, seat * 0.35)
            + rail((0, seat * 0.35, 0), (0, seat * 0.35, radius * 0.8), 0.015)
        ).paint(frame)
    count, spread = int(rng.integers(3, 5)), rng.uniform(0.0, 0.09)
    foot, rung = radius * 0.75 + spread, seat * rng.uniform(0.25, 0.5)
    legs = rail((0, 0, foot), (0, seat, radius * 0.72), 0.018, 0.023, 12).around(count)
    if chance(rng, 0.7):
        at = foot + (radius * 0.72 - foot) * rung / seat
        turn = 2 * np.pi / count
        legs += rail((0, rung, at), (at * np.sin(turn), rung, at * np.cos(turn)), 0.014).around(count)
    return top + legs.paint(colour)


def bench(rng: np.random.Generator) -> Shape:
    """Return a park bench of planks on cast or wooden sides."""
    plank, frame = wood(rng), pick(rng, [BLACK, metal(rng), wood(rng)])
    long, seat = rng.uniform(1.1, 1.9), rng.uniform(0.42, 0.47)
    slats = int(rng.integers(3, 6))
    board = 0.44 / slats
    shape = box(long, 0.035, board * 0.8, 0.01).along(slats, z=board).move(0, seat).paint(plank)
    back = chance(rng, 0.8)
    if back:
        rows = int(rng.integers(2, 4))
        shape += (
            box(long, 0.1, 0.035, 0.01)
            .along(rows, y=0.14)
            .move(0, 0.25)
            .turn("x", -12)
            .move(0, seat, -0.22)
            .paint(plank)
        )
    side = box(0.06, 0.05, 0.46).move(0, seat - 0.04) + rail((0, 0, 0.2), (0, seat, 0.18), 0.03, around=6)
    side += rail((0, 0, -0.24), (0, seat, -0.2), 0.03, around=6)
    if back:
        side += rail((0, seat - 0.04, -0.22), (0, seat + 0.48, -0.34), 0.028, around=6)
        if chance(rng, 0.7):
            side += tube(
                [(0, seat, 0.2), (0, seat + 0.2, 0.2), (0, seat + 0.22, 0), (0, seat + 0.22, -0.26)], 0.025, along=10
            )
    return shape + side.paint(frame).move(long / 2 - rng.uniform(0.05, 0.2)).both()


def throne(rng: np.random.Generator) -> Shape:
    """Return a high carved chair with knobs and a red or blue cushion."""
    frame, cloth = pick(rng, [(0.85, 0.66, 0.2), wood(rng), grey(rng, 0.3, 0.6)]), vivid(rng)
    half, seat, high = rng.uniform(0.28, 0.34), rng.uniform(0.46, 0.54), rng.uniform(0.85, 1.15)
    shape = (
        box(2 * half, 0.14, 0.56, 0.03).move(0, seat - 0.07)
        + box(0.08, seat, 0.08).move(half - 0.04, seat / 2, 0.24).corners()
    )
    shape += (
        box(0.08, high, 0.08).move(half - 0.04, seat + high / 2, -0.24).both()
        + ball(0.06, 0.08).move(half - 0.04, seat + high + 0.05, -0.24).both()
    )
    crown = [(-half, 0), (half, 0), (half, 0.1), (half * 0.5, 0.16), (0, 0.32), (-half * 0.5, 0.16), (-half, 0.1)]
    shape += extrude(crown, 0.07).move(0, seat + high - 0.12, -0.24) + box(2 * half, 0.1, 0.06).move(
        0, seat + 0.1, -0.24
    )
    shape += (
        box(0.08, 0.06, 0.52, 0.02).move(half - 0.03, seat + 0.27).both()
        + box(0.07, 0.28, 0.07).move(half - 0.03, seat + 0.14, 0.22).both()
    )
    shape = (shape + ball(0.055).move(half - 0.03, seat + 0.29, 0.26).both()).paint(frame)
    shape += box(1.6 * half, high * 0.8, 0.09, 0.03, 4).paint(cloth).move(0, seat + high * 0.47, -0.23)
    return shape + cushion(1.75 * half, 0.1, 0.5).paint(cloth).move(0, seat + 0.03, 0.02)


def bed(rng: np.random.Generator) -> Shape:
    """Return a bedstead with mattress, blanket and pillows; the foot looks towards +Z."""
    half, long = pick(rng, [rng.uniform(0.45, 0.55), rng.uniform(0.75, 0.95)]), rng.uniform(1.9, 2.1)
    frame, cover, sheet = pick(rng, [wood(rng), wood(rng), fabric(rng), BLACK]), fabric(rng), grey(rng, 0.8, 0.97)
    low, head, foot = rng.uniform(0.16, 0.3), rng.uniform(0.75, 1.2), rng.uniform(0.3, 0.6)
    shape = box(2 * half + 0.06, 0.16, long, 0.03).paint(frame).move(0, low + 0.06)
    top = low + 0.36
    shape += box(2 * half, 0.24, long - 0.06, 0.08, 4).paint(sheet).move(0, top - 0.12)
    cut = rng.uniform(0.45, 0.75) * long
    pattern = pick(
        rng, [cover, stripes([cover, shade(cover, 1.5)], "x", 0.12, 5), checks([cover, shade(cover, 0.7)], 0.16)]
    )
    blanket = box(2 * half + 0.07, 0.22, cut, 0.08, 4, cuts=14).paint(pattern)
    shape += blanket.move(0, top - 0.06, long / 2 - cut / 2)
    count = 1 if half < 0.6 else 2
    pillow = box(0.85 * 2 * half / count, 0.16, 0.38, 0.075, 4).turn("x", 12).along(count, x=2 * half / count)
    shape += pillow.paint(pick(rng, [sheet, shade(cover, 1.6)])).move(0, top + 0.05, -long / 2 + 0.28)
    if chance(rng, 0.75):
        shape += box(2 * half + 0.1, head, 0.07, 0.03).paint(frame).move(0, head / 2, -long / 2)
    else:
        bars = rod(0.02, head * 0.95, around=8).along(int(rng.integers(5, 9)), x=2 * half / 8).move(0, head * 0.48)
        shape += (
            (
                bars
                + tube(
                    [(-half, 0, 0), (-half, head * 0.9, 0), (0, head * 1.1, 0), (half, head * 0.9, 0), (half, 0, 0)],
                    0.03,
                    along=17,
                )
            )
            .paint(frame)
            .move(0, 0, -long / 2)
        )
    if chance(rng, 0.6):
        shape += box(2 * half + 0.1, foot, 0.06, 0.03).paint(frame).move(0, foot / 2, long / 2)
    return shape + box(0.08, low + 0.1, 0.08).paint(frame).move(half, low / 2 + 0.05, long / 2 - 0.04).corners()


FAMILIES = {
    "armchair": armchair,
    "throne": throne,
    "sofa": sofa,
    "stool": stool,
    "bench": bench,
    "bed": bed,
}
