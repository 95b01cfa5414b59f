"""Apes, kangaroos, seals and crocodiles."""

from __future__ import annotations

import numpy as np

from ...paint import BLACK, WHITE, chance, grey, near, pick, shade, stripes, vivid
from ...parts import ball, hull, lathe, rail, tube
from ...shape import Colour, Shape
from ..living.skeleton import eyes


def ape_head(r: float, colour: Colour, face: Colour, brow: float) -> Shape:
    """Return a head with a bare face, brow ridge and ears."""
    shape = ball(r, r, 0.95 * r).paint(colour) + ball(0.72 * r, 0.62 * r, 0.4 * r, 2.5).paint(face).move(
        0, 0.05 * r, 0.66 * r
    )
    shape += ball(0.55 * r, 0.42 * r, 0.45 * r).paint(face).move(0, -0.38 * r, 0.8 * r) + eyes(
        0.28 * r, 0.22 * r, 0.98 * r, 0.13 * r
    )
    shape += ball(0.05 * r, 0.05 * r, 0.05 * r, detail=6).paint(BLACK).move(0.1 * r, -0.2 * r, 1.2 * r).both()
    shape += tube(
        [(-0.3 * r, -0.45 * r, 1.12 * r), (0, -0.52 * r, 1.24 * r), (0.3 * r, -0.45 * r, 1.12 * r)],
        0.045 * r,
        6,
        along=7,
    ).paint(shade(face, 0.4))
    if brow:
        shape += ball(0.7 * r, 0.16 * r, 0.3 * r, detail=12).paint(shade(colour, 0.8)).move(0, 0.42 * r, 0.75 * r)
        return shape + ball(0.6 * r, 0.45 * r, 0.7 * r).paint(colour).move(0, 0.75 * r, -0.15 * r)
    ear = ball(0.36 * r, 0.38 * r, 0.14 * r, detail=12).paint(colour) + ball(
        0.24 * r, 0.26 * r, 0.12 * r, detail=10
    ).paint(face).move(0, 0, 0.06 * r)
    return shape + ear.move(1.08 * r, 0.1 * r).both()


def monkey(rng: np.random.Generator) -> Shape:
    """Return a monkey that sits or stands, with a long curled tail, at times a banana."""
    colour, face = (
        near(rng, pick(rng, [(0.42, 0.26, 0.15), (0.6, 0.4, 0.22), (0.25, 0.2, 0.18), (0.75, 0.5, 0.2)])),
        near(rng, (0.93, 0.74, 0.58)),
    )
    sit = chance(rng, 0.6)
    shape = hull(
        [(0, 0.24, -0.2, 0.2), (0.25, 0.28, -0.22, 0.24), (0.6, 0.2, -0.14, 0.16), (0.72, 0.08, -0.05, 0.08)],
        18,
        14,
        "y",
    ).paint(colour)
    shape += ball(0.18, 0.25, 0.1, detail=14).paint(face).move(0, 0.28, 0.17)
    up = rng.uniform(-0.3, 0.5)
    arm = tube([(0.16, 0.58, 0), (0.42, 0.42, 0.08), (0.5, 0.42 + up, 0.24)], [0.09, 0.075, 0.07], 10, along=9).paint(
        colour
    ) + ball(0.09, detail=10).paint(face).move(0.5, 0.44 + up, 0.26)
    if sit:
        leg = tube([(0.15, 0.08, 0), (0.36, 0.22, 0.25), (0.3, 0.0, 0.45)], [0.13, 0.1, 0.075], 10, along=9).paint(
            colour
        ) + ball(0.09, 0.07, 0.15, detail=10).paint(face).move(0.3, 0.0, 0.5)
    else:
        leg = tube([(0.14, 0.1, 0), (0.2, -0.2, 0.06), (0.2, -0.48, 0)], [0.13, 0.1, 0.08], 10, along=9).paint(
            colour
        ) + ball(0.1, 0.07, 0.16, detail=10).paint(face).move(0.2, -0.5, 0.06)
    shape += (arm + leg).both() + ape_head(rng.uniform(0.26, 0.34), colour, face, 0).move(0, 0.95, 0.05)
    tail_path = [
        (0, 0.08, -0.15),
        (0.1, 0.0, -0.45),
        (0.3, 0.3, -0.6),
        (0.35, 0.65, -0.5),
        (0.2, 0.72, -0.42),
        (0.2, 0.55, -0.4),
    ]
    shape += tube(tail_path, 0.05, 8, along=26).paint(colour)
    if chance(rng, 0.3):
        shape += tube(
            [(0.5, 0.3 + up, 0.3), (0.57, 0.5 + up, 0.36), (0.52, 0.72 + up, 0.34)], [0.03, 0.07, 0.03], 8, along=8
        ).paint((0.97, 0.85, 0.2))
    return shape


def gorilla(rng: np.random.Generator) -> Shape:
    """Return a gorilla on its knuckles."""
    colour, face = (
        near(rng, pick(rng, [(0.16, 0.15, 0.17), (0.25, 0.22, 0.22), (0.4, 0.25, 0.15)]), 0.04),
        pick(rng, [(0.3, 0.27, 0.28), (0.6, 0.5, 0.45)]),
    )
    b = rng.uniform(0.9, 1.15)
    rows = [
        (-0.55, 0.05, 0.4, 0.5),
        (-0.45, 0.28, 0.22, 0.72),
        (0, 0.42 * b, 0.35, 1.05),
        (0.35, 0.46 * b, 0.5, 1.28),
        (0.55, 0.2, 0.8, 1.15),
    ]
    shape = hull(rows, 20, 16).paint(colour) + ball(0.35 * b, 0.3, 0.12, 2.6).paint(shade(colour, 1.35)).move(
        0, 0.85, 0.42
    )
    if chance(rng, 0.5):
        shape += ball(0.38 * b, 0.2, 0.3).paint(grey(rng, 0.4, 0.6)).move(0, 0.85, -0.15)
    reach = rng.uniform(0, 0.15)
    arm = tube([(0.36, 1.05, 0.3), (0.62, 0.6, 0.36), (0.52, 0.12, 0.5 + reach)], [0.2, 0.16, 0.15], 12, along=9).paint(
        colour
    ) + ball(0.14, 0.11, 0.16, detail=10).paint(face).move(0.52, 0.1, 0.55 + reach)
    leg = tube([(0.22, 0.45, -0.35), (0.36, 0.3, -0.2), (0.3, 0.08, -0.35)], [0.2, 0.17, 0.13], 12, along=9).paint(
        colour
    ) + ball(0.13, 0.08, 0.2, detail=10).paint(face).move(0.3, 0.07, -0.25)
    return shape + (arm + leg).both() + ape_head(0.29, colour, face, 1).move(0, 1.32, 0.55)


def kangaroo(rng: np.random.Generator) -> Shape:
    """Return an upright kangaroo with a pouch, at times with a young one."""
    colour = near(rng, pick(rng, [(0.7, 0.48, 0.3), (0.55, 0.5, 0.46), (0.6, 0.33, 0.2)]))
    light = shade(colour, 1.5)
    fat = rng.uniform(0.9, 1.15)
    rows = [
        (0.22, 0.1, -0.18, 0.08),
        (0.38, 0.31 * fat, -0.38, 0.3),
        (0.68, 0.28 * fat, -0.24, 0.28),
        (1.05, 0.17, -0.02, 0.26),
        (1.25, 0.08, 0.06, 0.2),
    ]
    shape = hull(rows, 18, 18, "y").paint(colour) + ball(0.2, 0.3, 0.12).paint(light).move(0, 0.62, 0.22)
    face = ball(0.17, 0.16, 0.18).paint(colour) + hull(
        [(0, 0.14, -0.14, 0.08), (0.22, 0.08, -0.12, 0.02), (0.33, 0.06, -0.1, 0.0), (0.36, 0.01, -0.05, -0.04)], 14, 9
    ).paint(light)
    face += ball(0.05, 0.04, 0.04, detail=8).paint(BLACK).move(0, -0.01, 0.33) + eyes(0.1, 0.07, 0.11, 0.04, False)
    face += (
        (
            ball(0.07, 0.22, 0.05, 1.7, 12).paint(colour)
            + ball(0.04, 0.17, 0.03, 1.7, 10).paint((0.9, 0.65, 0.6)).move(0, 0, 0.03)
        )
        .turn("z", -18)
        .move(0.13, 0.3)
        .both()
    )
    shape += face.turn("y", rng.uniform(-20, 20)).move(0, 1.36, 0.2)
    arm = tube([(0.15, 1.0, 0.12), (0.27, 0.82, 0.22), (0.2, 0.76, 0.42)], [0.08, 0.06, 0.05], 10, along=8)
    leg = ball(0.15, 0.3, 0.26).turn("x", 30).move(0.27 * fat, 0.4, -0.06) + rail(
        (0.28 * fat, 0.25, -0.2), (0.27 * fat, 0.06, -0.12), 0.08
    )
    foot = hull([(-0.2, 0.05, 0, 0.1), (0.1, 0.08, 0, 0.1), (0.42, 0.05, 0, 0.05)], 12, 9).move(0.27 * fat, 0, 0)
    shape += (arm + leg + foot).both().paint(colour)
    if chance(rng, 0.5):
        shape += ball(0.19, 0.12, 0.12).paint(shade(colour, 0.85)).move(0, 0.52, 0.26)
        if chance(rng, 0.7):
            shape += (
                ball(0.1).paint(colour)
                + ball(0.07, 0.05, 0.08, detail=10).paint(light).move(0, -0.03, 0.08)
                + eyes(0.05, 0.03, 0.08, 0.022, False)
                + ball(0.03, 0.1, 0.03, detail=8).paint(colour).move(0.06, 0.12).both()
            ).move(0, 0.68, 0.32)
    return shape + tube(
        [(0, 0.36, -0.25), (0, 0.12, -0.6), (0, 0.07, -0.95), (0, 0.12, -1.25)], [0.2, 0.12, 0.08, 0.04], 12, along=16
    ).paint(colour)


def with_jaws(shape: Shape, snout: float, colour: Colour, light: Colour, gape: float) -> Shape:
    """Return a crocodile with its jaws, teeth and eyes."""
    jaw = [
        (0, 0.2, -0.01, 0.2, 3),
        (0.25, 0.2, -0.01, 0.16, 3),
        (0.9 * snout, 0.12, -0.01, 0.1, 3),
        (snout, 0.08, 0, 0.06, 3),
    ]
    teeth = lathe([(0.028, 0), (0, -0.09)], 6).along(6, z=snout / 7).move(0.14, 0.0, 0.58 * snout).both().paint(WHITE)
    upper = (
        hull(jaw, 16, 14).paint(colour)
        + teeth
        + ball(0.075, 0.07, 0.05, detail=8).paint(colour).move(0.06, 0.09, 0.95 * snout).both()
    )
    upper += (
        (
            ball(0.1, 0.1, 0.12, detail=10).paint(colour)
            + ball(0.06, detail=8).paint((0.95, 0.85, 0.2)).move(0.03, 0.03, 0.07)
            + ball(0.03, detail=6).paint(BLACK).move(0.05, 0.04, 0.12)
        )
        .move(0.12, 0.2, 0.06)
        .both()
    )
    lower = hull(jaw, 16, 14).mirrored("y").scale(0.95, 0.6, 0.97).paint(light) + teeth.mirrored("y").scale(
        0.9, 0.8, 0.9
    )
    tongue = ball(0.12, 0.03, 0.4 * snout, detail=10).paint((0.8, 0.3, 0.35)).move(0, 0.02, 0.45 * snout)
    shape += (upper.turn("x", -gape) + (lower + tongue).turn("x", 3)).move(0, 0.27, 0.62)
    return shape


def crocodile(rng: np.random.Generator) -> Shape:
    """Return a crocodile or a lizard, its mouth closed or open."""
    colour = near(rng, pick(rng, [(0.25, 0.45, 0.2), (0.35, 0.4, 0.22), (0.3, 0.6, 0.25), (0.45, 0.38, 0.25)]))
    light, gape = near(rng, (0.85, 0.82, 0.55)), pick(rng, [0, 0, 22, 30])
    wide, snout = rng.uniform(0.24, 0.34), rng.uniform(0.55, 0.85)
    rows = [
        (-1.5, 0.02, 0.14, 0.2),
        (-1.0, 0.09, 0.09, 0.28),
        (-0.55, 0.2, 0.08, 0.4),
        (0, wide, 0.06, 0.5),
        (0.45, 0.85 * wide, 0.08, 0.46),
        (0.75, 0.15, 0.2, 0.42),
    ]
    swing = rng.uniform(-0.25, 0.25)
    body = hull(rows, 18, 26).bend(
        lambda v: v + np.stack([swing * np.clip(-v[:, 2] - 0.3, 0, 2) ** 2, 0 * v[:, 0], 0 * v[:, 0]], 1)
    )
    shape = body.paint(
        lambda p: np.where((p[..., 1:2].mean(1, keepdims=True) < 0.16), np.array(light), np.array(colour)) + 0 * p
    )
    shape = with_jaws(shape, snout, colour, light, gape)
    reach = rng.uniform(-0.1, 0.1)
    for z, turn in ((0.38, 1), (-0.42, -1)):
        leg = tube(
            [(0.16, 0.26, z), (0.48, 0.24, z + 0.05 * turn), (0.5, 0.05, z + 0.08 + reach * turn)],
            [0.12, 0.1, 0.075],
            10,
            along=8,
        )
        toes = ball(0.05, 0.035, 0.13, detail=8).move(0, 0, 0.1)
        shape += (
            leg.paint(colour)
            + (toes.turn("y", 28) + toes + toes.turn("y", -28))
            .paint(shade(colour, 0.8))
            .move(0.5, 0.035, z + 0.06 + reach * turn)
        ).both()
    for k, z in enumerate(np.linspace(-1.25, 0.5, 12)):
        y = float(np.interp(z, [row[0] for row in rows], [row[3] for row in rows]))
        x = swing * max(-z - 0.3, 0) ** 2
        shape += ball(0.04, 0.08, 0.06, 1.5, 8).paint(shade(colour, 0.65)).move(x + (0.09 if k > 4 else 0), y, z)
        shape += ball(0.04, 0.08, 0.06, 1.5, 8).paint(shade(colour, 0.65)).move(x - (0.09 if k > 4 else 0.001), y, z)
    return shape


def seal(rng: np.random.Generator) -> Shape:
    """Return a seal, a sea lion with a ball, or a walrus with tusks."""
    kind = pick(rng, ["seal", "lion", "walrus"])
    colour = near(rng, {"seal": (0.6, 0.62, 0.66), "lion": (0.3, 0.26, 0.25), "walrus": (0.55, 0.36, 0.27)}[kind])
    fat = {"seal": 1.1, "lion": 0.9, "walrus": 1.3}[kind] * rng.uniform(0.9, 1.1)
    rise = {"seal": 0.5, "lion": 0.95, "walrus": 0.7}[kind] * rng.uniform(0.9, 1.1)
    path = [
        (0, 0.1, -1.1),
        (0, 0.16, -0.8),
        (0, 0.3 * fat, -0.25),
        (0, 0.32 * fat, 0.2),
        (0, 0.3 + 0.6 * rise, 0.42),
        (0, 0.32 + rise, 0.55),
    ]
    shape = tube(path, fat * np.array([0.06, 0.12, 0.31, 0.33, 0.22, 0.15]), 18, along=24).paint(colour)
    face = (
        ball(0.24, 0.22, 0.25).paint(colour)
        + ball(0.12 * fat, 0.1, 0.12, detail=12).paint(shade(colour, 1.3)).move(0.08, -0.07, 0.22).both()
    )
    face += ball(0.06, 0.045, 0.05, detail=8).paint(BLACK).move(0, 0.0, 0.33) + eyes(0.12, 0.09, 0.19, 0.05, False)
    if kind == "walrus":
        face += (
            tube([(0.09, -0.1, 0.28), (0.1, -0.32, 0.33), (0.09, -0.55, 0.28)], [0.05, 0.04, 0.015], 8, along=8)
            .paint((0.96, 0.93, 0.82))
            .both()
        )
    face = face.turn("x", -35 if kind == "lion" and chance(rng, 0.6) else rng.uniform(-10, 10))
    shape += face.move(0, 0.38 + rise, 0.62)
    flip = ball(0.16, 0.04, 0.36, detail=14).turn("y", 65).turn("z", -22).move(0.48 * fat, 0.16, 0.3)
    end = ball(0.14, 0.045, 0.26, detail=12).turn("y", -25).move(0.14, 0.1, -1.25)
    shape += (flip + end).both().paint(shade(colour, 0.75))
    if kind == "lion" and chance(rng, 0.5):
        toy = vivid(rng)
        shape += ball(0.2, detail=18).paint(stripes([toy, WHITE], "x", 0.1, 5)).move(0, 0.82 + rise, 0.95)
    return shape


FAMILIES = {"monkey": monkey, "gorilla": gorilla, "kangaroo": kangaroo, "crocodile": crocodile, "seal": seal}
