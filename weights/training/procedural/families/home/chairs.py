"""Chairs of many kinds; the sitter looks towards +Z."""

from __future__ import annotations

import numpy as np

from ...paint import BLACK, STEEL, chance, grey, muted, pick, stripes, vivid, wood
from ...parts import ball, box, hull, loft, rail, rod, tube
from ...shape import Colour, Shape


def fabric(rng: np.random.Generator) -> Colour:
    return pick(rng, [muted, muted, vivid, grey, wood])(rng)


def four_legs(
    half_x: float, half_z: float, height: float, radius: float, splay: float = 0, square: bool = False
) -> Shape:
    """Legs from the ground up to `height`, further apart at the ground by `splay`."""
    around = 4 if square else 10
    leg = rail((half_x + splay, 0, half_z + splay), (half_x, height, half_z), radius * 0.75, radius, around)
    return leg.corners()


def backrest(rng: np.random.Generator, kind: str, width: float, height: float, thick: float, colour: Colour) -> Shape:
    """Return a back that stands on y = 0 in the plane z = 0: panel, slats, bars, ladder or hoop."""
    if kind == "panel":
        return box(width, height * 0.62, thick, 0.3 * thick).paint(colour).move(0, height * 0.69)
    posts = box(thick, height, thick, 0.2 * thick).move(width / 2 - thick / 2, height / 2).both()
    if kind == "hoop":
        angle = np.linspace(0, np.pi, 13)
        path = np.stack([-np.cos(angle) * width / 2, np.sin(angle) ** 0.6 * height, 0 * angle], 1)
        bars = (
            rod(0.4 * thick, height * 0.95, around=8)
            .along(int(rng.integers(4, 7)), x=width * 0.13)
            .move(0, height * 0.48)
        )
        return (tube(path, 0.55 * thick) + bars).paint(colour)
    top = box(width, 0.16 * height, thick, 0.2 * thick).move(0, height * 0.93)
    if kind == "slats":
        middle = box(0.12 * width, height * 0.9, 0.7 * thick, 0.1 * thick).along(
            int(rng.integers(3, 5)), x=0.22 * width
        )
        return (posts + top + middle.move(0, height * 0.47)).paint(colour)
    if kind == "ladder":
        rungs = int(rng.integers(2, 4))
        return (
            posts + top + box(width, 0.13 * height, 0.8 * thick).along(rungs, y=0.27 * height).move(0, 0.5 * height)
        ).paint(colour)
    centre = box(0.36 * width, height * 0.9, 0.7 * thick, 0.1 * thick).move(0, height * 0.47)
    return (posts + top + centre).paint(colour)


def cushion(width: float, height: float, depth: float) -> Shape:
    return box(width, height, depth, 0.42 * min(width, height, depth), 4)


def chair(rng: np.random.Generator) -> Shape:
    """Return a dining chair of wood or metal with one of several backs."""
    half, deep, seat = rng.uniform(0.2, 0.26), rng.uniform(0.2, 0.25), rng.uniform(0.42, 0.5)
    colour = pick(rng, [wood(rng), wood(rng), vivid(rng), grey(rng)])
    thick, high = rng.uniform(0.034, 0.055), rng.uniform(0.36, 0.62)
    kind = pick(rng, ["panel", "slats", "ladder", "hoop", "splat"])
    square = kind != "hoop"
    shape = four_legs(half - 0.03, deep - 0.03, seat, thick * 0.62, 0 if square else 0.05, square).paint(colour)
    shape += box(2 * half, thick, 2 * deep, 0.4 * thick).paint(colour).move(0, seat)
    if chance(rng, 0.5):
        shape += cushion(1.9 * half, 0.06, 1.9 * deep).paint(fabric(rng)).move(0, seat + 0.035)
    back = backrest(rng, kind, 2 * half, high, thick, colour)
    if kind == "panel":
        back += box(thick, high * 0.6, thick).paint(colour).move(half * 0.8, high * 0.3).both()
    shape += back.turn("x", -rng.uniform(3, 14)).move(0, seat, -deep + thick / 2)
    if chance(rng, 0.5):
        low = rng.uniform(0.25, 0.5) * seat
        shape += rail((half - 0.03, low, deep), (half - 0.03, low, -deep), 0.35 * thick).paint(colour).both()
        shape += rail((-half, low, 0), (half, low, 0), 0.35 * thick).paint(colour)
    if chance(rng, 0.3):
        arm = box(thick, thick, 2 * deep, 0.2 * thick).move(half, seat + 0.22) + box(thick, 0.24, thick).move(
            half, seat + 0.11, deep - 0.04
        )
        shape += arm.paint(colour).both()
    return shape


def office_chair(rng: np.random.Generator) -> Shape:
    """Five castors, a gas spring, a padded seat and back, mostly arm rests."""
    colour, frame = pick(rng, [BLACK, fabric(rng), grey(rng, 0.1, 0.4)]), pick(rng, [BLACK, STEEL])
    seat, half = rng.uniform(0.45, 0.55), rng.uniform(0.23, 0.27)
    leg = rail((0, 0.14, 0), (0, 0.08, 0.3), 0.03, 0.022).paint(frame) + ball(0.045, detail=10).paint(BLACK).move(
        0, 0.045, 0.3
    )
    shape = leg.around(5) + rod(0.03, seat - 0.1, around=12).paint(frame).move(0, seat / 2 + 0.05)
    shape += box(0.2, 0.05, 0.24).paint(BLACK).move(0, seat - 0.06) + cushion(2 * half, 0.09, 2 * half).paint(
        colour
    ).move(0, seat)
    high, wide = rng.uniform(0.4, 0.75), rng.uniform(0.85, 1.0)
    back = hull(
        [
            (0, 0.75 * half * wide, -0.03, 0.03, 4),
            (0.35 * high, half * wide, -0.045, 0.03, 4),
            (0.85 * high, 0.95 * half * wide, -0.03, 0.035, 4),
            (high, 0.7 * half * wide, -0.02, 0.02, 3),
        ],
        20,
        9,
        "y",
    ).paint(colour)
    if chance(rng, 0.3):
        back += cushion(0.28, 0.16, 0.07).paint(colour).move(0, high + 0.14) + box(0.06, 0.2, 0.03).paint(frame).move(
            0, high + 0.03
        )
    shape += back.turn("x", -rng.uniform(4, 14)).move(0, seat + 0.12, -half)
    shape += tube(
        [(0, seat - 0.06, 0), (0, seat - 0.05, -half - 0.04), (0, seat + 0.22, -half - 0.05)], 0.03, along=8
    ).paint(frame)
    if chance(rng, 0.75):
        arm = tube(
            [(half - 0.02, seat - 0.03, 0), (half + 0.07, seat, 0), (half + 0.07, seat + 0.2, 0)], 0.022, along=7
        ).paint(frame)
        shape += (arm + box(0.07, 0.035, 0.26, 0.015).paint(BLACK).move(half + 0.07, seat + 0.21)).both()
    return shape


def shell_chair(rng: np.random.Generator) -> Shape:
    """One bent shell for seat and back on thin legs."""
    colour, half = vivid(rng), rng.uniform(0.22, 0.27)
    seat, high = rng.uniform(0.4, 0.46), rng.uniform(0.36, 0.46)
    side = np.array(
        [
            (0.26, seat - 0.03),
            (0.18, seat),
            (-0.02, seat - 0.02),
            (-0.15, seat),
            (-0.21, seat + 0.1),
            (-0.26, seat + 0.25),
            (-0.3, seat + high),
        ]
    )
    arms, width = rng.uniform(0, 0.14), np.array([0.86, 0.98, 1.0, 1.0, 1.0, 0.95, 0.7]) * half
    u = np.concatenate([np.linspace(-1, 1, 13), np.linspace(1, -1, 13)])
    step = np.gradient(side, axis=0)
    normal = np.stack([-step[:, 1], step[:, 0]], 1) / np.linalg.norm(step, axis=1, keepdims=True)
    normal *= np.where(normal[:, 1:] + normal[:, :1] < 0, -1, 1)
    rings = []
    for k in range(len(side)):
        lift = u**2 * (0.03 + arms * (2 < k < 6)) + np.where(np.arange(26) < 13, -0.014, 0.014)
        rings.append(np.stack([u * width[k], side[k, 1] + normal[k, 1] * lift, side[k, 0] + normal[k, 0] * lift], 1))
    shape = loft(np.array(rings)).paint(colour)
    if chance(rng, 0.6):
        legs = pick(rng, [wood(rng), wood(rng), STEEL])
        shape += four_legs(0.13, 0.13, seat, 0.024, 0.1).paint(legs) + box(0.28, 0.03, 0.28).paint(legs).move(
            0, seat - 0.05
        )
    else:
        frame = pick(rng, [STEEL, BLACK, colour])
        shape += rod(0.25, 0.03, around=24, round_by=0.01).paint(frame).move(0, 0.015) + rod(
            0.07, seat - 0.02, 0.04
        ).paint(frame).move(0, seat / 2)
    return shape


def rocking_chair(rng: np.random.Generator) -> Shape:
    """Return a wooden chair on two bows."""
    colour = wood(rng)
    half, seat = rng.uniform(0.24, 0.29), rng.uniform(0.4, 0.46)
    angle = np.radians(np.linspace(-128, -55, 10))
    bow = tube(np.stack([np.full(10, half - 0.02), 0.9 + 0.88 * np.sin(angle), 0.88 * np.cos(angle)], 1), 0.025)
    shape = bow.both() + four_legs(half - 0.03, 0.2, seat, 0.03, 0.01).move(0, 0.04)
    shape += box(2 * half, 0.045, 0.48, 0.02).move(0, seat)
    high = rng.uniform(0.55, 0.75)
    back = backrest(rng, pick(rng, ["slats", "ladder", "hoop"]), 2 * half, high, 0.042, colour)
    shape += back.turn("x", -rng.uniform(10, 18)).move(0, seat, -0.2)
    arm = box(0.06, 0.03, 0.5, 0.01).move(half + 0.01, seat + 0.23) + rod(0.02, 0.23).move(half, seat + 0.12, 0.19)
    shape = (shape + arm.both()).paint(colour)
    if chance(rng, 0.4):
        shape += cushion(1.8 * half, 0.07, 0.42).paint(fabric(rng)).move(0, seat + 0.045)
    return shape


def deck_chair(rng: np.random.Generator) -> Shape:
    """Two crossed wooden frames and a hanging cloth, mostly striped."""
    frame, half = wood(rng), rng.uniform(0.24, 0.3)
    long = rail((half, 0, 0.55), (half, 0.92, -0.5), 0.025, around=4) + rail(
        (half - 0.05, 0, -0.5), (half - 0.05, 0.42, 0.5), 0.025, around=4
    )
    shape = (
        long.both()
        + rail((-half, 0.9, -0.48), (half, 0.9, -0.48), 0.025)
        + rail((-half, 0.4, 0.46), (half, 0.4, 0.46), 0.025)
    )
    shape = (
        shape
        + rail((-half, 0.04, 0.5), (half, 0.04, 0.5), 0.02)
        + rail((-half, 0.05, -0.42), (half, 0.05, -0.42), 0.02)
    ).paint(frame)
    path = [(0, 0.91, -0.49), (0, 0.6, -0.22), (0, 0.32, 0.06), (0, 0.28, 0.25), (0, 0.41, 0.47)]
    cloth = tube(path, np.array([[half - 0.06, 0.016]] * 5), 20, along=12)
    first, second = vivid(rng), pick(rng, [(0.95, 0.95, 0.92), vivid(rng)])
    return shape + cloth.paint(stripes([first, second], "x", rng.uniform(0.05, 0.11), 5))


def cantilever_chair(rng: np.random.Generator) -> Shape:
    """One bent steel tube that carries seat and back without rear legs."""
    colour, frame = fabric(rng), pick(rng, [STEEL, STEEL, BLACK, vivid(rng)])
    half, seat, high = rng.uniform(0.22, 0.26), rng.uniform(0.42, 0.47), rng.uniform(0.82, 0.95)
    side = [
        (0, 0.02, -0.26),
        (half, 0.02, -0.24),
        (half, 0.02, 0.2),
        (half, 0.06, 0.25),
        (half, seat - 0.05, 0.25),
        (half, seat, 0.2),
        (half, seat, -0.18),
        (half, seat + 0.05, -0.23),
        (half, high, -0.3),
    ]
    shape = tube(side, 0.02).both().paint(frame)
    shape += box(2 * half, 0.05, 0.46, 0.02).paint(colour).move(0, seat + 0.01, 0.01)
    tall = rng.uniform(0.2, 0.4)
    shape += box(2 * half + 0.02, tall, 0.05, 0.02).turn("x", -10).paint(colour).move(0, high - tall / 2, -0.285)
    if chance(rng, 0.35):
        arm = tube(
            [(half, high - 0.2, -0.28), (half, seat + 0.22, -0.2), (half, seat + 0.22, 0.15), (half, seat, 0.22)], 0.02
        )
        shape += arm.both().paint(frame)
    return shape


FAMILIES = {
    "chair": chair,
    "office_chair": office_chair,
    "shell_chair": shell_chair,
    "rocking_chair": rocking_chair,
    "deck_chair": deck_chair,
    "cantilever_chair": cantilever_chair,
}
