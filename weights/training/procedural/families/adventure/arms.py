"""Shields, staffs, clubs, bombs and armour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...curves import Points, arc, smooth, star
from ...paint import (
    GOLD,
    LEATHER,
    STEEL,
    WHITE,
    by_face,
    chance,
    dark,
    grey,
    hsv,
    metal,
    pick,
    shade,
    vivid,
    wedges,
    wood,
)
from ...parts import ball, box, extrude, lathe, loft, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from ..things.blades import shaft


def ways(count: int) -> np.ndarray:
    """Return unit vectors [count,3] spread evenly over all directions."""
    k = np.arange(count) + 0.5
    y, turn = 1 - 2 * k / count, np.pi * (1 + 5**0.5) * k
    across = np.sqrt(1 - y**2)
    return np.stack([across * np.cos(turn), y, across * np.sin(turn)], 1)


def outwards(part: Shape, directions: np.ndarray) -> Shape:
    """Return copies of a part that stands along +Y, turned into unit directions [K,3]."""
    aside = np.where(np.abs(directions[:, :1]) < 0.9, [[1.0, 0, 0]], [[0, 0, 1.0]])
    first = np.cross(directions, aside)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    frames = np.stack([first, directions, np.cross(first, directions)], 1)
    return join(replace(part, vertices=part.vertices @ frame) for frame in frames)


def spikes(directions: np.ndarray, radius: float, long: float, thick: float, around: int = 8) -> Shape:
    """Return cones on a ball of a radius, outwards."""
    return outwards(lathe([(thick, 0.85 * radius), (0.006, radius + long)], around), directions)


def emblem(rng: np.random.Generator, size: float, colour: Colour) -> Shape:
    """Return a raised sign in the xy plane."""
    kind = pick(rng, ["cross", "star", "moon", "chevron", "diamond"])
    if kind == "cross":
        return (
            box(0.3 * size, 1.6 * size, 0.1, 0.02) + box(1.2 * size, 0.3 * size, 0.1, 0.02).move(0, 0.2 * size)
        ).paint(colour)
    if kind == "star":
        return extrude(star(0.4 * size, size, int(rng.choice([4, 5, 8]))), 0.1, 0.02).paint(colour)
    if kind == "moon":
        return extrude(
            np.concatenate([arc(size, 60, 300, 16), arc(0.8 * size, 285, 75, 12, (0.32 * size, 0))]), 0.1
        ).paint(colour)
    if kind == "chevron":
        half = [(0, 0.6 * size), (size, -0.3 * size), (size, -0.75 * size), (0, 0.15 * size)]
        return extrude([*half, (-size, -0.75 * size), (-size, -0.3 * size)], 0.1, 0.02).paint(colour)
    return extrude([(0.6 * size, 0), (0, size), (-0.6 * size, 0), (0, -size)], 0.1, 0.03).paint(colour)


def round_shield(rng: np.random.Generator, ground: Colour, other: Colour, trim: Colour) -> Shape:
    """Return a domed round shield towards +Z with boss, rim and studs."""
    n, rise = int(rng.choice([8, 12, 32, 32])), rng.uniform(0.06, 0.3)
    r = np.linspace(0.96, 0.02, 8)
    plate = lathe([(0.5, -0.08), (0.97, -0.08), *np.stack([r, rise * (1 - r**2)], 1)], n)
    kind = pick(rng, ["plain", "wedges", "planks", "rings"])
    if kind == "wedges":
        plate = plate.paint(wedges([ground, other], int(rng.choice([4, 8]))))
    elif kind == "planks":
        plate = plate.finer().paint(
            by_face(lambda p: np.where(np.floor(p[:, :1] / 0.25) % 2 > 0, np.asarray(ground), shade(ground, 0.8)))
        )
    else:
        plate = plate.paint(ground)
    shape = plate + torus(0.97, rng.uniform(0.05, 0.1), n, 6).paint(trim)
    if kind == "rings":
        shape += torus(0.62, 0.07, n, 6).paint(other).move(0, 0.6 * rise)
    boss = rng.uniform(0.16, 0.3)
    shape += ball(boss, 0.6 * boss, boss, detail=14).paint(trim).move(0, rise) + rod(1.25 * boss, 0.07, around=n).paint(
        shade(trim, 0.8)
    ).move(0, rise)
    if chance(rng, 0.5):
        shape += ball(0.05, detail=6).move(0.97, 0.06).around(12).paint(shade(trim, 1.4))
    if chance(rng, 0.3):
        shape += rod(0.09, 0.45, 0.008, 8).paint(trim).move(0, rise + boss * 0.5 + 0.2)
        shape += rail((0.9, 0, 0), (1.25, 0, 0), 0.09, 0.008).around(8).paint(trim)
    shape += box(0.8, 0.12, 0.14, 0.03).paint(LEATHER).move(0, -0.1)
    return shape.turn("x", 90)


def shield(rng: np.random.Generator) -> Shape:
    """Return a round, pointed, kite or tall shield, its face towards +Z."""
    ground, other, trim = (
        pick(rng, [vivid(rng), wood(rng), STEEL]),
        pick(rng, [WHITE, vivid(rng), dark(rng)]),
        pick(rng, [GOLD, STEEL, dark(rng), metal(rng)]),
    )
    kind = pick(rng, ["round", "heater", "heater", "tower", "kite"])
    if kind == "round":
        return round_shield(rng, ground, other, trim)
    wide, high = rng.uniform(0.5, 0.65), rng.uniform(1.3, 1.6)
    if kind == "heater":
        dip = rng.uniform(-0.1, 0.12)
        side = smooth([(wide, high), (wide, 0.6 * high), (0.68 * wide, 0.25 * high), (0, 0)], 12)
        half = np.concatenate([[(0, high + dip), (0.5 * wide, high - 0.3 * dip)], side])
    elif kind == "kite":
        half = smooth(
            [
                (0, high),
                (0.6 * wide, 0.95 * high),
                (0.9 * wide, 0.72 * high),
                (0.5 * wide, 0.3 * high),
                (0, -0.1 * high),
            ],
            14,
        )
    else:
        half = np.array([(0, high + 0.1), (0.9 * wide, high), (0.95 * wide, 0.5 * high), (0.9 * wide, 0), (0, -0.1)])
    outline = np.concatenate([half, half[-2:0:-1] * [-1, 1]])
    middle = np.array([0, 0.55 * high])
    curve = rng.uniform(0, 0.38)

    def bow(v: np.ndarray) -> np.ndarray:
        return v - np.stack([0 * v[:, 0], 0 * v[:, 0], curve * v[:, 0] ** 2], 1)

    rows = [(0.5, 0.0), (1, 0.0), (1, 0.14), (0.87, 0.14), (0.86, 0.1)]
    rings = np.stack(
        [np.concatenate([middle + k * (outline - middle), np.full((len(outline), 1), z)], 1) for k, z in rows]
    )
    rim = loft(rings).paint(trim)
    inner = [
        np.concatenate([middle + k * (outline - middle), np.full((len(outline), 1), z)], 1)
        for k, z in ((0.9, 0.08), (0.9, 0.12), (0.6, 0.15), (0.3, 0.18))
    ]
    face = loft(np.stack(inner))
    paint = pick(rng, ["plain", "halves", "quarters"])
    if paint == "plain":
        face = face.paint(ground)
    else:
        level = 0.55 * high if paint == "quarters" else -9.0
        side = by_face(lambda p: np.where(p[:, :1] * (p[:, 1:2] - level) > 0, np.asarray(ground), other))
        face = face.finer().paint(side)
    strap = box(0.9 * wide, 0.14, 0.14, 0.03).paint(LEATHER).move(0, 0.55 * high, -0.03)
    shape = (rim + face).bend(bow) + strap
    if chance(rng, 0.7):
        shape += emblem(rng, rng.uniform(0.22, 0.34), pick(rng, [trim, WHITE, vivid(rng)])).move(0, 0.58 * high, 0.19)
    return shape


def mace(rng: np.random.Generator) -> Shape:
    """Return a club, a flanged mace, a morning star or a flail."""
    long, iron, timber = rng.uniform(1.0, 1.5), pick(rng, [STEEL, dark(rng), GOLD, grey(rng, 0.3, 0.6)]), wood(rng)
    kind, r = pick(rng, ["club", "flanged", "star", "star", "flail"]), rng.uniform(0.2, 0.34)
    if kind == "club":
        n, fat = int(rng.choice([7, 10, 18])), rng.uniform(0.17, 0.27)
        body = [
            (0.09, 0),
            (0.08, 0.06),
            (0.06, 0.12),
            (0.07, 0.4 * long),
            (fat, 0.8 * long),
            (fat, 0.95 * long),
            (0.6 * fat, long + 0.06),
        ]
        shape = lathe(smooth(body, 16), n).paint(timber)
        for _ in range(int(rng.integers(0, 14))):
            y = rng.uniform(0.6, 0.95) * long
            at = float(np.interp(y, [0.4 * long, 0.8 * long], [0.07, fat]))
            shape += rail((0.8 * at, y, 0), (at + 0.13, y, 0), 0.05, 0.008).turn("y", rng.uniform(0, 360)).paint(iron)
        if chance(rng, 0.5):
            shape += rod(0.085, 0.3 * long, around=12).paint(pick(rng, [dark(rng), vivid(rng)])).move(0, 0.22 * long)
        return shape
    shape = shaft(rng, long, 0.055, pick(rng, [timber, dark(rng), iron])) + ball(0.1, detail=10).paint(iron)
    shape += rod(0.105, 0.3, around=12).paint(pick(rng, [dark(rng), vivid(rng)])).move(0, 0.24)
    if kind == "flanged":
        count = int(rng.integers(5, 9))
        blade = extrude(
            [(0.03, -1.2 * r), (r, -0.5 * r), (1.1 * r, 0.1), (0.5 * r, 1.1 * r), (0.03, 1.3 * r)], 0.055
        ).around(count)
        tip = rod(0.07, 0.25, 0.01, 10).move(0, 1.4 * r)
        return shape + (blade + rod(0.1, 2.2 * r, around=12) + tip).paint(iron).move(0, long)
    thorns = pick(rng, [ways(int(rng.integers(14, 30))), np.concatenate([np.eye(3), -np.eye(3)])])
    head = ball(r, detail=pick(rng, [8, 16])).paint(shade(iron, 0.8)) + spikes(
        thorns, r, rng.uniform(0.1, 0.25), 0.07
    ).paint(iron)
    if kind == "star":
        return shape + rod(0.09, 0.16).paint(GOLD).move(0, long - r) + head.move(0, long)
    count = int(rng.integers(4, 7))
    links = join(
        torus(0.07, 0.026, 12, 6).scale(1, 1, 1.3).turn("x", 90).turn("y", 90 * (k % 2)).move(0, -0.12 * k)
        for k in range(count)
    )
    side = 0.22
    path = tube([(0, long - 0.02, 0), (0.1, long + 0.06, 0), (side, long, 0)], 0.05, along=8)
    return shape + (path + links.move(side, long - 0.06)).paint(iron) + head.move(side, long - 0.1 - 0.12 * count - r)


def staff_head(rng: np.random.Generator, timber: Colour, glow: Colour) -> Shape:
    """Return a wizard's sign about the origin: orb, crystal, curl, moon or star."""
    kind, r = pick(rng, ["orb", "crystal", "curl", "moon", "star", "skull"]), rng.uniform(0.16, 0.26)
    trim = pick(rng, [timber, GOLD, STEEL, dark(rng)])
    claw = tube(
        [(0.03, -1.5 * r, 0), (1.05 * r, -0.9 * r, 0), (1.25 * r, 0, 0), (0.75 * r, 0.85 * r, 0)],
        [0.05, 0.055, 0.045, 0.02],
        6,
        along=10,
    )
    claws = claw.around(int(rng.integers(3, 6))).paint(trim)
    if kind == "orb":
        return ball(r, detail=pick(rng, [8, 16])).paint(glow) + (
            claws if chance(rng, 0.7) else torus(1.0 * r, 0.06, 20, 6).paint(trim).move(0, -0.3 * r)
        )
    if kind == "crystal":
        gem = lathe(
            [(0.02, -1.3 * r), (0.75 * r, -0.2 * r), (0.7 * r, 0.5 * r), (0.02, 1.6 * r)], int(rng.choice([4, 6, 8]))
        ).paint(glow)
        return gem + claws
    if kind == "curl":
        t = np.linspace(0, 1, 26)
        way, size = 2 * np.pi * 1.4 * t - np.pi / 2, 1.7 * r * (1 - 0.8 * t)
        path = np.stack([size * np.cos(way) * -1, size * np.sin(way) + 0.3 * r, 0 * t], 1)
        return tube(path, np.linspace(0.07, 0.04, 26), 8).paint(timber) + ball(0.4 * r, detail=10).paint(glow).move(
            0, 0.3 * r
        )
    if kind == "moon":
        outline = np.concatenate([arc(1.3 * r, 120, 420, 20), arc(0.95 * r, 50, -230, 16, (0, 0.4 * r))])
        return extrude(outline, 0.1, 0.02).paint(trim) + ball(0.5 * r, detail=10).paint(glow).move(0, 0.5 * r)
    if kind == "star":
        return extrude(star(0.6 * r, 1.4 * r, int(rng.choice([4, 5, 8]))), 0.12, 0.03).paint(glow) + torus(
            1.45 * r, 0.05, 24, 6
        ).turn("x", 90).paint(trim)
    skull = ball(r, 0.95 * r, r, detail=12) + box(r, 0.6 * r, 0.9 * r, 0.05).move(0, -0.8 * r, 0.2 * r)
    return (
        skull.paint((0.92, 0.88, 0.78)) + ball(0.27 * r, detail=8).paint(glow).move(0.4 * r, -0.05 * r, 0.88 * r).both()
    )


def staff(rng: np.random.Generator) -> Shape:
    """Return a wizard's long staff or short wand, upright, its magic end up."""
    timber, glow = (
        pick(rng, [wood(rng), wood(rng), dark(rng), WHITE, vivid(rng)]),
        hsv(rng.random(), rng.uniform(0.4, 0.9), rng.uniform(0.8, 1)),
    )
    long = rng.uniform(0.7, 2.0)
    bent, thick = rng.uniform(0, 0.05), rng.uniform(0.045, 0.07)
    path = [(rng.normal(0, bent), long * t, rng.normal(0, bent)) for t in (0, 0.3, 0.6, 0.85)]
    shape = tube(
        [*path, (0, long, 0)], [0.8 * thick, thick, thick, 1.1 * thick, 1.3 * thick], pick(rng, [6, 10]), along=16
    ).paint(timber)
    trim = pick(rng, [GOLD, STEEL, vivid(rng), dark(rng)])
    if chance(rng, 0.5):
        shape += rod(1.5 * thick, 0.26, around=10).paint(trim).move(path[2][0], 0.6 * long, path[2][2])
    if chance(rng, 0.4):
        shape += (
            lathe([(0.02, -0.16), (1.5 * thick, 0.02), (1.5 * thick, 0.08)], 8)
            .paint(trim)
            .move(path[0][0], 0, path[0][2])
        )
    shape += rod(1.7 * thick, 0.09, around=10).paint(trim).move(0, long - 0.03)
    return shape + staff_head(rng, timber, glow).move(0, long + 0.28)


def scythe(rng: np.random.Generator) -> Shape:
    """Return a reaper's scythe or a sickle, its blade at the top."""
    short = chance(rng, 0.3)
    long, iron, timber = (
        (0.5 if short else rng.uniform(1.6, 2.1)),
        pick(rng, [STEEL, grey(rng, 0.3, 0.6), vivid(rng)]),
        pick(rng, [wood(rng), wood(rng), dark(rng)]),
    )
    bow = 0 if short else rng.uniform(-0.12, 0.12)
    shape = tube([(0, 0, 0), (bow, 0.35 * long, 0), (-bow, 0.7 * long, 0), (0, long, 0)], 0.055, 10, along=16).paint(
        timber
    )
    reach, drop = rng.uniform(0.8, 1.2), rng.uniform(0.2, 0.55)
    if short:
        outer, inner = arc(0.55, -80, 170, 20, (0.1, 0.5)), arc(0.46, 160, -60, 18, (0.04, 0.47))
        outline: Points = np.concatenate([outer, inner])
        return (
            shape
            + extrude(outline, 0.06).paint(iron).mirrored().move(0.2, long - 0.05)
            + rod(0.08, 0.12).paint(dark(rng)).move(0, long)
        )
    top = smooth([(-0.1, 0.12), (0.35 * reach, 0.16), (0.75 * reach, -0.1 * drop), (reach, -drop)], 12)
    low = smooth([(0.74 * reach, -0.45 * drop), (0.35 * reach, -0.08), (-0.1, -0.1)], 9)
    shape += extrude(np.concatenate([top, low]), 0.07).paint(iron).move(0, long)
    shape += (
        extrude(np.concatenate([low[:-1], np.add(low[-2::-1], (0, 0.07))]), 0.09).paint(shade(iron, 1.5)).move(0, long)
    )
    shape += box(0.2, 0.26, 0.14, 0.03).paint(dark(rng)).move(0, long)
    if chance(rng, 0.6):
        handle = rail((0, 0, 0), (0.22, 0.05, 0), 0.045, around=8) + rail((0.22, 0, 0), (0.22, 0.16, 0), 0.05, around=8)
        shape += handle.paint(shade(timber, 0.8)).move(0, 0.4 * long) + handle.paint(shade(timber, 0.8)).move(
            0, 0.7 * long
        )
    return shape


FAMILIES = {"shield": shield, "mace": mace, "staff": staff, "scythe": scythe}
