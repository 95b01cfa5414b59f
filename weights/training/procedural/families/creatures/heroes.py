"""Chunky game figures: heroes of several trades, zombies and skeletons."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, GOLD, STEEL, WHITE, chance, dark, grey, muted, near, pick, shade, skin, vivid, wood
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from ..living.people import hair
from .figure import Figure, body, face

BONE: Colour = (0.92, 0.89, 0.8)


def beard(rng: np.random.Generator, r: float) -> Shape:
    colour = pick(rng, [WHITE, (0.4, 0.22, 0.1), (0.75, 0.4, 0.15), BLACK])
    long = rng.uniform(0.5, 1.4) * r
    return hull(
        [
            (-0.35 * r - long, 0.05 * r, 0.4 * r, 0.6 * r),
            (-0.55 * r, 0.62 * r, 0.1 * r, 1.0 * r),
            (-0.2 * r, 0.8 * r, 0, 0.96 * r),
        ],
        12,
        7,
        "y",
    ).paint(colour)


def knight_helmet(rng: np.random.Generator, r: float, n: int, colour: Colour) -> Shape:
    """Return a great helm or a round one, at times plumed."""
    iron = grey(rng, 0.45, 0.75)
    shape = (
        lathe([(1.12 * r, -0.75 * r), (1.12 * r, 0.3 * r), (0.8 * r, 0.85 * r), (0, 1.1 * r)], n).paint(iron)
        if chance(rng, 0.5)
        else ball(1.12 * r, 1.1 * r, 1.12 * r, 2, n + 4).paint(iron)
    )
    shape += box(1.25 * r, 0.2 * r, 0.25 * r).paint(BLACK).move(0, 0.05 * r, 1.0 * r) + box(
        0.14 * r, 1.1 * r, 0.2 * r
    ).paint(shade(iron, 0.8)).move(0, -0.1 * r, 1.06 * r)
    plume = ball(0.16 * r, 0.5 * r, 0.7 * r, detail=10).paint(colour).move(0, 1.25 * r, -0.2 * r)
    return shape + plume if chance(rng, 0.6) else shape


def pirate_hat(r: float, n: int, colour: Colour) -> Shape:
    """Return a cocked hat with a skull, and an eye patch."""
    brim = extrude(
        [
            (-1.5 * r, 0.4 * r),
            (0, 0.3 * r),
            (1.5 * r, 0.4 * r),
            (0.9 * r, 1.0 * r),
            (0, 1.3 * r),
            (-0.9 * r, 1.0 * r),
        ],
        0.24 * r,
    )
    shape = (
        brim.turn("x", -6).move(0, 0.1 * r, 0.7 * r)
        + brim.turn("x", 8).move(0, 0.1 * r, -0.7 * r)
        + ball(1.0 * r, 0.7 * r, 0.95 * r, 2, n + 4).move(0, 0.4 * r)
    )
    sign = ball(0.24 * r, 0.24 * r, 0.1 * r, detail=10).move(0, 0.85 * r, 0.82 * r) + box(
        0.2 * r, 0.16 * r, 0.12 * r
    ).move(0, 0.62 * r, 0.82 * r)
    patch = ball(0.24 * r, 0.24 * r, 0.12 * r, detail=8).paint(BLACK).move(0.34 * r, 0.05 * r, 0.9 * r)
    return shape.paint(colour) + sign.paint(WHITE) + patch


def viking_helmet(rng: np.random.Generator, r: float, n: int) -> Shape:
    """Return a round helmet with horns."""
    iron = grey(rng, 0.4, 0.7)
    bow = (
        tube(
            [(0.9 * r, 0.5 * r, 0), (1.5 * r, 0.75 * r, 0), (1.6 * r, 1.4 * r, 0.1 * r)],
            [0.28 * r, 0.2 * r, 0.05 * r],
            8,
            along=8,
        )
        .paint(BONE)
        .both()
    )
    return (
        ball(1.08 * r, 0.9 * r, 1.06 * r, 2, n + 4).paint(iron).move(0, 0.4 * r)
        + torus(1.05 * r, 0.13 * r, 18, 6).paint(GOLD).move(0, 0.35 * r)
        + bow
    )


def headgear(rng: np.random.Generator, kind: str, r: float, colour: Colour, around: int) -> Shape:
    """Return what a hero of a kind wears on a head of radius r."""
    n = max(around, 8)
    if kind == "knight":
        return knight_helmet(rng, r, n, colour)
    if kind == "wizard":
        tip = smooth(
            [(0, 0.35 * r, 0), (0, 1.2 * r, 0), (0.1 * r, 2.0 * r, -0.15 * r), (0.3 * r, 2.5 * r, -0.5 * r)], 10
        )
        return (
            tube(tip, np.linspace(1.05, 0.06, 10) * r, n) + rod(1.6 * r, 0.14 * r, 1.5 * r, n + 6).move(0, 0.36 * r)
        ).paint(colour) + rod(1.08 * r, 0.22 * r, 1.0 * r, n).paint(GOLD).move(0, 0.5 * r)
    if kind == "archer":
        return ball(1.08 * r, 1.1 * r, 1.08 * r, 2, n + 4).paint(colour).move(0, 0.1 * r, -0.2 * r) + tube(
            [(0, 0.7 * r, -0.8 * r), (0, 0.6 * r, -1.4 * r), (0, 0.2 * r, -1.7 * r)],
            [0.6 * r, 0.35 * r, 0.08 * r],
            n,
            along=7,
        ).paint(colour)
    if kind == "pirate":
        return pirate_hat(r, n, colour)
    if kind == "astronaut":
        white = pick(rng, [WHITE, (0.95, 0.5, 0.15), grey(rng, 0.7, 0.9)])
        pane = pick(rng, [(0.95, 0.7, 0.2), (0.15, 0.2, 0.3), (0.4, 0.7, 0.9)])
        return (
            ball(1.35 * r, 1.3 * r, 1.3 * r, 2, n + 6).paint(white)
            + ball(1.05 * r, 0.85 * r, 0.6 * r, 2.5, 16).paint(pane).move(0, 0.05 * r, 0.82 * r)
            + (rod(0.4 * r, 0.3 * r, around=10).turn("z", 90).paint(colour).move(1.3 * r)).both()
        )
    if kind == "viking":
        return viking_helmet(rng, r, n)
    if kind == "ninja":
        return (
            ball(1.06 * r, 1.12 * r, 1.04 * r, 2, n + 4).paint(colour).move(0, 0, -0.06 * r)
            + box(1.3 * r, 0.36 * r, 0.3 * r, 0.1 * r).paint((0.93, 0.76, 0.6)).move(0, 0.08 * r, 0.86 * r)
            + ball(0.11 * r, 0.09 * r, 0.06 * r, detail=8).paint(BLACK).move(0.32 * r, 0.08 * r, 1.02 * r).both()
        )
    crown = lathe(
        [(0.9 * r, 0), (1.02 * r, 0.4 * r), (0.85 * r, 0.4 * r), (0.75 * r, 0.05 * r), (0, 0.05 * r)], 20
    ) + lathe([(0.18 * r, 0), (0, 0.4 * r)], 6).move(0.92 * r, 0.35 * r).around(6)
    return hair(rng, r) + crown.paint(GOLD).move(0, 0.72 * r)


def robe(f: Figure, colour: Colour, trim: Colour, parts: list[Shape]) -> list[Shape]:
    """Return the robe of a wizard with a band down its front."""
    parts += [
        lathe(
            [
                (1.35 * f.half, 0.06),
                (0.82 * f.half, f.leg + 0.1),
                (0.8 * f.half, f.leg + 0.3 * f.tall),
                (0, f.leg + 0.3 * f.tall),
            ],
            max(f.around, 8),
        )
        .scale(1, 1, 0.85)
        .paint(colour),
        box(0.12, 0.8 * f.leg + 0.2, 0.06).turn("x", -9).paint(trim).move(0, 0.55 * f.leg, 0.95 * f.half),
    ]
    return parts


def pack(rng: np.random.Generator, f: Figure, parts: list[Shape]) -> list[Shape]:
    """Return what an astronaut carries on back and chest."""
    parts += [
        box(1.3 * f.half, 0.75 * f.tall, 0.26, 0.06).paint(grey(rng, 0.6, 0.9)).move(0, f.leg + 0.6 * f.tall, -0.25),
        box(0.8 * f.half, 0.2 * f.tall, 0.12, 0.03).paint(dark(rng)).move(0, f.leg + 0.6 * f.tall, 0.17),
        rod(0.03, 0.06, around=8).turn("x", 90).along(3, x=0.1).paint(vivid(rng)).move(0, f.leg + 0.6 * f.tall, 0.23),
    ]
    return parts


def outfit(rng: np.random.Generator, kind: str, f: Figure, colour: Colour) -> Shape:
    """Return what a hero of a kind wears on the body: plates, a robe, a cape, a pack."""
    trim = pick(rng, [vivid(rng), GOLD, WHITE])
    parts = []
    if kind in ("knight", "viking"):
        iron = grey(rng, 0.45, 0.75) if kind == "knight" else wood(rng)
        parts += [
            ball(1.9 * f.limb, 1.5 * f.limb, 1.9 * f.limb, detail=10)
            .paint(iron)
            .move(f.half + 0.1 * f.limb, f.neck - 0.5 * f.limb)
            .both(),
            ball(0.85 * f.half, 0.4 * f.tall, 0.16, 3, 14).paint(iron).move(0, f.leg + 0.62 * f.tall, 0.07),
        ]
    if kind == "wizard":
        parts = robe(f, colour, trim, parts)
    if kind == "astronaut":
        parts = pack(rng, f, parts)
    if kind == "archer":
        quiver = rod(0.1, 0.55, 0.12, 10).paint(wood(rng)) + (
            rail((0.05, 0.2, 0), (0.06, 0.5, 0), 0.025).around(4).paint(WHITE)
        )
        parts.append(quiver.turn("z", -25).move(0.05, f.leg + 0.7 * f.tall, -0.25))
    if kind in ("king", "knight", "viking") and chance(rng, 0.6):
        cape = hull(
            [
                (0.1, 1.15 * f.half, -0.42, -0.34, 4),
                (f.leg, f.half, -0.33, -0.25, 4),
                (f.neck - 0.03, 0.75 * f.half, -0.2, -0.1, 4),
            ],
            14,
            9,
            "y",
        )
        parts += [
            cape.paint(trim),
            torus(0.5 * f.half, 0.08, 16, 6).paint(pick(rng, [trim, WHITE])).move(0, f.neck - 0.02),
        ]
    if kind in ("pirate", "ninja"):
        parts.append(
            rail((-0.8 * f.half, f.leg + 0.1, 0.14), (0.75 * f.half, f.neck - 0.1, 0.14), 0.05).paint(trim)
            if kind == "pirate"
            else rail((-0.2, f.leg, -0.2), (0.35, f.neck + 0.3, -0.2), 0.04).paint(dark(rng))
        )
    return join(parts) if parts else ball(0.05).paint(trim).move(0, f.neck - 0.1)


def weapon(rng: np.random.Generator, kind: str) -> Shape:
    """Return what a hero of a kind holds at the origin: sword, axe, staff, bow."""
    grip, iron = wood(rng), pick(rng, [STEEL, near(rng, STEEL, 0.1), (0.5, 0.8, 0.9)])
    if kind == "wizard":
        return (
            rail((0, -0.5, 0), (0, 0.75, 0), 0.045).paint(grip)
            + ball(0.14, detail=pick(rng, [6, 12])).paint(vivid(rng)).move(0, 0.85)
            + torus(0.15, 0.035, 14, 6).turn("x", 90).paint(GOLD).move(0, 0.85)
        )
    if kind == "archer":
        bow = tube(
            [(0, -0.55, -0.12), (0, -0.4, 0.08), (0, 0, 0.16), (0, 0.4, 0.08), (0, 0.55, -0.12)],
            [0.025, 0.04, 0.05, 0.04, 0.025],
            8,
            along=14,
        ).move(0, 0, -0.12)
        return bow.paint(grip) + rail((0, -0.55, -0.24), (0, 0.55, -0.24), 0.02).paint(WHITE)
    if kind == "viking":
        head = extrude([(-0.05, -0.1), (0.18, -0.2), (0.26, 0), (0.18, 0.2), (-0.05, 0.1)], 0.07, plane="zy")
        return rail((0, -0.3, 0), (0, 0.6, 0), 0.045).paint(grip) + (
            head.both("z") if chance(rng, 0.4) else head
        ).paint(iron).move(0, 0.5)
    curve = 0.12 if kind == "pirate" else 0.0
    blade = hull(
        [(0.1, 0.04, -0.07, 0.07, 2), (0.6, 0.04, -0.06, 0.06, 2), (0.9, 0.01, -0.01, 0.01, 2)], 8, 7, "y"
    ).bend(lambda v: v + np.stack([0 * v[:, 0], 0 * v[:, 0], curve * v[:, 1] ** 2], 1))
    return (
        blade.paint(iron)
        + box(0.08, 0.08, 0.32, 0.02).paint(GOLD).move(0, 0.1)
        + rail((0, -0.18, 0), (0, 0.1, 0), 0.04).paint(grip)
    )


def hero(rng: np.random.Generator) -> Shape:
    """Return a knight, wizard, archer, pirate, astronaut, viking, ninja or king, at times armed."""
    kind, f = (
        pick(rng, ["knight", "knight", "wizard", "archer", "pirate", "astronaut", "viking", "ninja", "king"]),
        Figure.drawn(rng),
    )
    tone, colour = skin(rng), pick(rng, [vivid(rng), vivid(rng), muted(rng)])
    suit = {
        "astronaut": pick(rng, [WHITE, (0.95, 0.5, 0.15)]),
        "ninja": pick(rng, [BLACK, dark(rng), (0.6, 0.1, 0.1)]),
    }.get(kind, colour)
    trousers = suit if kind in ("astronaut", "ninja", "wizard") else pick(rng, [dark(rng), muted(rng), wood(rng)])
    sleeve = suit if kind in ("astronaut", "ninja", "wizard") or chance(rng, 0.4) else tone
    glove = pick(rng, [tone, dark(rng), wood(rng)]) if kind != "astronaut" else grey(rng, 0.3, 0.8)
    shape = body(f, suit, trousers, sleeve, glove, pick(rng, [dark(rng), wood(rng)]), pick(rng, [dark(rng), wood(rng)]))
    head = face(rng, f.head, tone, f.around, pick(rng, [2, 2.5, 4]) if kind in ("wizard", "king") else 2)
    if (kind in ("wizard", "viking", "king") and chance(rng, 0.7)) or (kind == "pirate" and chance(rng, 0.4)):
        head += beard(rng, f.head)
    cover = BLACK if kind == "pirate" and chance(rng, 0.6) else suit
    head += headgear(rng, kind, f.head, cover if kind != "knight" else colour, f.around)
    shape += head.turn("y", rng.uniform(-12, 12)).move(0, f.neck + 0.85 * f.head) + outfit(rng, kind, f, colour)
    x, y, z = f.hand
    if kind not in ("astronaut",) and chance(rng, 0.55):
        tilt = pick(rng, [0, 25, 60]) if kind not in ("wizard", "archer") else 0
        shape += weapon(rng, kind).turn("x", tilt).move(-x, y, z + 0.04)
    if kind in ("knight", "viking") and chance(rng, 0.5):
        shield = (
            rod(0.3, 0.07, 0.27, 16).paint(colour) + rod(0.09, 0.14, around=10).paint(STEEL)
            if chance(rng, 0.5)
            else extrude([(-0.24, -0.2), (0, 0.35), (0.24, -0.2), (0.22, -0.3), (-0.22, -0.3)], 0.07, plane="xz").paint(
                colour
            )
            + box(0.08, 0.09, 0.4).paint(WHITE)
        )
        shape += shield.turn("x", 90).turn("y", 55 if f.arms < 60 else 0).move(x + 0.1, y, z + 0.12)
    return shape


FAMILIES = {"hero": hero}
