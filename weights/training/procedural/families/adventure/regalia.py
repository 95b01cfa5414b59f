"""Keys, rings, necklaces, crowns and chalices."""

from __future__ import annotations

import numpy as np

from ...curves import arc, ellipse, flat, smooth
from ...paint import STEEL, WHITE, chance, dark, near, pick, shade, vivid
from ...parts import ball, box, extrude, lathe, loft, rail, rod, torus, tube
from ...shape import Shape, join
from ..home.vessels import vessel
from .treasure import BRONZE, gem_part, jewel_colour, noble


def key(rng: np.random.Generator) -> Shape:
    """Return an old key or a flat modern one, upright, its bow at the top."""
    colour, thick = pick(rng, [noble(rng), noble(rng), STEEL, dark(rng)]), rng.uniform(0.05, 0.08)
    trim = pick(rng, [colour, colour, noble(rng), vivid(rng)])
    long, bow_at = rng.uniform(0.9, 1.4), 0.26
    if chance(rng, 0.25):
        teeth = [
            (0.14, 0),
            (0.14, 0.1),
            (0.07, 0.16),
            (0.14, 0.24),
            (0.09, 0.32),
            (0.15, 0.42),
            (0.1, 0.5),
            (0.14, 0.6),
        ]
        shape = extrude([(0, -0.1), *teeth, (0.14, long), (-0.12, long), (-0.12, 0)], 0.08).paint(colour)
        head = extrude(ellipse(0.32, 0.28, 24, pick(rng, [2, 4, 1.4])), 0.12, 0.02).paint(trim)
        return shape + head.move(0, long + 0.15) + rod(0.09, 0.13).turn("x", 90).paint(dark(rng)).move(0, long + 0.28)
    shape = rail((0, 0, 0), (0, long, 0), thick, around=pick(rng, [4, 6, 12])).paint(colour)
    n = int(rng.integers(2, 4))
    for k in range(n):
        wide = rng.uniform(0.16, 0.36)
        shape += box(wide, 0.09, 1.3 * thick).paint(colour).move(wide / 2, 0.06 + 0.14 * k)
    if chance(rng, 0.5):
        shape += box(0.09, 0.14 * n, 1.3 * thick).paint(colour).move(0.1, 0.06 + 0.07 * n)
    shape += join(torus(1.2 * thick, 0.04, 14, 6).move(0, y) for y in (0.7 * long, 0.86 * long)).paint(trim)
    kind = pick(rng, ["ring", "clover", "heart", "square", "skull"])
    ring = torus(0.22, 0.06, 20, 6).turn("x", 90)
    if kind == "ring":
        head = ring.scale(rng.uniform(1, 1.4), rng.uniform(0.8, 1.2), 1)
    elif kind == "clover":
        shape += rail((0, long - 0.05, 0), (0, long + 0.3, 0), 0.06).paint(trim)
        head = (ring.scale(0.7).move(0.2).both() + ring.scale(0.7).move(0, 0.22)).move(0, -0.03)
    elif kind == "heart":
        path = flat([(0, -0.26), (0.3, 0.05), (0.24, 0.26), (0, 0.14), (-0.24, 0.26), (-0.3, 0.05)])
        head = tube(path, 0.06, 6, closed=True, along=30)
    elif kind == "square":
        head = torus(0.27, 0.07, 4, 6).turn("x", 90)
    else:
        head = (
            ball(0.24, 0.24, 0.14, detail=12).paint(trim)
            + ball(0.07, detail=8).paint(dark(rng)).move(0.1, 0, 0.12).both()
        )
        return shape + head.move(0, long + bow_at - 0.08) + box(0.2, 0.14, 0.16, 0.02).paint(trim).move(0, long)
    if chance(rng, 0.4):
        head += ball(0.1, detail=8, power=1.5)
    return shape + head.paint(trim).move(0, long + bow_at)


def ring(rng: np.random.Generator) -> Shape:
    """Return a finger ring upright with a stone, a cluster, a seal, or plain."""
    colour, r, thick = noble(rng), 0.7, rng.uniform(0.07, 0.14)
    n = int(rng.choice([12, 28, 40]))
    deep = rng.uniform(0.9, 2.2) * thick
    shape = torus(r, thick, n, pick(rng, [4, 6, 10]), deep).turn("x", 90).paint(colour)
    kind, top, stone = pick(rng, ["stone", "stone", "cluster", "seal", "plain"]), r + thick, jewel_colour(rng)
    if kind == "plain":
        shape += (
            torus(r + 0.4 * thick, 0.7 * thick, n, 6, 0.4 * deep)
            .turn("x", 90)
            .paint(pick(rng, [shade(colour, 1.3), stone]))
        )
        if chance(rng, 0.6):
            dot = ball(0.6 * thick, detail=8).move(0, r + thick, 0)
            shape += join(dot.turn("z", a) for a in range(0, 360, 30)).paint(pick(rng, [stone, WHITE]))
        return shape
    if kind == "seal":
        plate = rod(0.34, 0.14, around=pick(rng, [4, 8, 24])).paint(colour) + rod(
            0.25, 0.18, around=pick(rng, [4, 16])
        ).paint(pick(rng, [stone, shade(colour, 0.7)]))
        return shape + plate.scale(1, 1, rng.uniform(0.7, 1)).move(0, top)
    size = rng.uniform(0.26, 0.46)
    cup = lathe([(0.3 * size, -0.1), (0.75 * size, 0.16), (0.6 * size, 0.16)], 12).paint(colour).move(0, top)
    claw = (
        rail((0.4 * size, top - 0.05, 0), (0.9 * size, top + 0.3 * size + 0.1, 0), 0.045)
        .around(4)
        .turn("y", 45)
        .paint(colour)
    )
    cut = pick(
        rng,
        [
            lathe([(0.01, -0.6), (0.9, 0.1), (0.85, 0.3), (0.5, 0.5)], 8),
            ball(0.8, 0.6, 0.8, detail=10),
            box(1.4, 0.9, 1.1, 0.2),
        ],
    )
    shape += cup + claw + cut.scale(size).paint(stone).move(0, top + 0.28 * size + 0.06)
    if kind == "cluster":
        side = ball(0.13, detail=8, power=1.6).paint(pick(rng, [WHITE, jewel_colour(rng)])).move(0, top - 0.02)
        shape += side.turn("z", 26).both() + side.scale(0.98).turn("z", 42).both()
    return shape


def necklace(rng: np.random.Generator) -> Shape:
    """Return a chain or a string of beads with a pendant, hanging as if worn."""
    colour, stone = noble(rng), jewel_colour(rng)
    wide, high = rng.uniform(0.55, 0.75), rng.uniform(0.8, 1.1)
    t = np.linspace(0, 2 * np.pi, 200, endpoint=False) + np.pi / 2
    x = wide * np.cos(t) * (1 - 0.22 * np.clip(-np.sin(t), 0, 1) ** 1.5)
    path = np.stack([x, high * np.sin(t) * np.where(np.sin(t) < 0, 1.0, 0.55), 0.12 * np.sin(t)], 1)
    kind = pick(rng, ["beads", "links", "cord"])
    step = np.linalg.norm(np.roll(path, -1, 0) - path, axis=1)
    places = np.interp(
        np.linspace(0, step.sum(), 41)[:-1], np.concatenate([[0], np.cumsum(step)[:-1]]), np.arange(200)
    ).astype(int)
    if kind == "cord":
        shape = tube(path[::5], 0.04, 8, closed=True).paint(pick(rng, [(0.4, 0.25, 0.14), dark(rng), colour]))
    elif kind == "beads":
        pair = [pick(rng, [WHITE, stone, vivid(rng)]), pick(rng, [colour, WHITE, vivid(rng)])]
        bead = ball(rng.uniform(0.06, 0.085), detail=pick(rng, [6, 9]))
        shape = join(bead.paint(pair[k % 2]).move(*path[i]) for k, i in enumerate(places)) + tube(
            path[::5], 0.03, 6, closed=True
        ).paint(colour)
    else:
        link = torus(0.07, 0.03, 10, 5).scale(1.35, 1, 1).turn("x", 90)
        angles = np.degrees(np.arctan2(*(np.roll(path, -1, 0) - path)[:, [1, 0]].T))
        shape = join(
            link.turn("x", 90 * (k % 2)).turn("z", float(angles[i])).move(*path[i]) for k, i in enumerate(places)
        ).paint(colour)
    low = float(path[:, 1].min())
    pendant = pick(rng, ["gem", "disc", "cross", "heart", "tooth"])
    if pendant == "gem":
        charm = gem_part(rng, stone).scale(0.24) + torus(0.22, 0.04, 16, 6).turn("x", 90).paint(colour)
    elif pendant == "disc":
        charm = rod(0.26, 0.09, around=20).turn("x", 90).paint(colour) + ball(0.13, 0.13, 0.1, detail=10).paint(stone)
    elif pendant == "cross":
        charm = (box(0.12, 0.5, 0.09, 0.02) + box(0.34, 0.12, 0.09, 0.02).move(0, 0.08)).paint(colour) + ball(
            0.07, detail=8
        ).paint(stone).move(0, 0.08, 0.03)
    elif pendant == "heart":
        charm = extrude(
            [(0, -0.28), *arc(0.15, -25, 165, 9, (0.13, 0.08)), *arc(0.15, 15, 205, 9, (-0.13, 0.08))], 0.12, 0.03
        ).paint(stone)
    else:
        charm = lathe([(0.1, 0.22), (0.09, 0.05), (0.01, -0.3)], 8).paint((0.93, 0.88, 0.76)) + rod(0.12, 0.1).paint(
            colour
        ).move(0, 0.2)
    return (
        shape
        + torus(0.06, 0.03, 12, 6).turn("x", 90).paint(colour).move(0, low - 0.08, -0.12)
        + charm.move(0, low - 0.34, -0.1)
    )


def crown(rng: np.random.Generator) -> Shape:
    """Return an open crown with points, a royal one with arches and cap, or a tiara."""
    colour, stone, n = noble(rng), jewel_colour(rng), int(rng.choice([5, 6, 8, 10]))
    r, band, tall, thick = 0.7, rng.uniform(0.2, 0.34), rng.uniform(0.25, 0.55), 0.09
    flare = rng.uniform(1.0, 1.25)
    kind, steps = pick(rng, ["points", "points", "waves", "royal"]), 8
    angle = np.arange(n * steps) * 2 * np.pi / (n * steps)
    phase = (np.arange(n * steps) % steps) / steps
    rise = np.abs(2 * phase - 1) if kind == "points" else 0.5 + 0.5 * np.cos(2 * np.pi * phase)
    top = band + tall * rise * (0.4 if kind == "royal" else 1)
    ring = np.stack([np.cos(angle), 0 * angle, -np.sin(angle)], 1)
    up = np.array([0, 1.0, 0])
    rows = [(1.0, 0 * top), (flare, top), (flare - thick, top), (1.0 - thick, 0 * top)]
    shape = loft(np.stack([r * k * ring + h[:, None] * up for k, h in rows]), closed=True).paint(colour)
    shape += (torus(1.02 * r, 0.06, 32, 6) + torus(r * (1 + (flare - 1) * 0.5), 0.045, 32, 6).move(0, band)).paint(
        shade(colour, pick(rng, [0.8, 1.2]))
    )
    dot = pick(
        rng,
        [ball(0.09, 0.12, 0.06, detail=8, power=1.5), ball(0.08, detail=8), box(0.14, 0.14, 0.1, 0.02).turn("z", 45)],
    )
    shape += dot.paint(stone).move(0, 0.52 * band, r * (1 + 0.25 * (flare - 1))).around(n).turn("y", 90)
    if kind != "royal":
        if chance(rng, 0.7):
            tip = ball(rng.uniform(0.06, 0.1), detail=8).paint(pick(rng, [colour, stone, WHITE]))
            shape += tip.move(flare * r - 0.03, band + tall, 0).around(n)
        if chance(rng, 0.25):
            dome = smooth(
                [(0.9 * r, 0.03), (0.85 * r, band), (0.5 * r, band + 0.7 * tall), (0.03, band + 0.85 * tall)], 10
            )
            shape += lathe(dome, 24).paint(vivid(rng))
        return shape
    cap = pick(rng, [(0.6, 0.08, 0.12), (0.4, 0.1, 0.45), vivid(rng)])
    shape += ball(0.92 * r, 0.6, 0.92 * r, detail=18).paint(cap).move(0, 0.2)
    arch = (
        tube([(r, 0.15, 0), (1.05 * r, 0.6, 0), (0.5 * r, 0.92, 0), (0, 0.86, 0)], 0.06, 6, along=12)
        .around(4)
        .paint(colour)
    )
    fur = torus(r, 0.12, 28, 8).paint(WHITE).move(0, 0.02)
    cross = (box(0.1, 0.3, 0.08) + box(0.26, 0.1, 0.08)).paint(colour).move(0, 1.15) + ball(0.12, detail=10).paint(
        stone
    ).move(0, 0.96)
    return shape + arch + cross + (fur if chance(rng, 0.6) else torus(1.02 * r, 0.06, 28, 6).paint(colour))


def chalice(rng: np.random.Generator) -> Shape:
    """Return a goblet of metal with a knob on its stem, jewelled or with handles."""
    colour, stone, n = (
        pick(rng, [noble(rng), noble(rng), STEEL, near(rng, BRONZE)]),
        jewel_colour(rng),
        int(rng.choice([6, 8, 14, 28])),
    )
    r, cup, stem = rng.uniform(0.36, 0.5), rng.uniform(0.45, 0.7), rng.uniform(0.3, 0.55)
    forms = [
        [(0.25, 0), (0.8, 0.2), (1, 0.55), (1, 1)],
        [(0.3, 0), (1.0, 0.25), (0.95, 0.6), (1.1, 1)],
        [(0.2, 0), (0.6, 0.3), (0.85, 0.65), (1.15, 1)],
    ]
    profile = smooth(np.array(pick(rng, forms)) * [r, cup], 14)
    shape = vessel(profile, 0.06, n, 0.75).paint(colour).move(0, stem)
    foot = smooth(
        [
            (0.85 * r, 0),
            (0.8 * r, 0.06),
            (0.3 * r, 0.14),
            (0.16 * r, 0.3 * stem + 0.1),
            (0.16 * r, stem),
            (0.3 * r, stem + 0.05),
        ],
        16,
    )
    shape += lathe(foot, n).paint(colour) + ball(0.13, 0.1, 0.13, detail=10).paint(
        pick(rng, [stone, shade(colour, 1.2)])
    ).move(0, 0.62 * stem)
    wide = float(np.interp(0.55 * cup, profile[:, 1], profile[:, 0]))
    if chance(rng, 0.6):
        dot = ball(0.07, detail=8, power=pick(rng, [2, 1.5])).move(0, stem + 0.55 * cup, wide)
        shape += dot.around(int(rng.choice([4, 6, 8]))).paint(stone)
    if chance(rng, 0.5):
        shape += torus(float(profile[-1, 0]) - 0.01, 0.05, max(n, 12), 6).paint(shade(colour, 1.25)).move(0, stem + cup)
    if chance(rng, 0.6):
        drink = pick(rng, [(0.45, 0.04, 0.1), (0.6, 0.4, 0.1), jewel_colour(rng)])
        shape += (
            rod(0.97 * float(np.interp(0.8 * cup, profile[:, 1], profile[:, 0])) - 0.03, 0.05, around=n)
            .paint(drink)
            .move(0, stem + 0.8 * cup)
        )
    if chance(rng, 0.25):
        ear = tube(
            [(0.8 * wide, 0.2, 0), (wide + 0.26, 0.25, 0), (wide + 0.26, 0.75 * cup, 0), (wide - 0.03, 0.8 * cup, 0)],
            0.05,
            8,
            along=14,
        )
        shape += ear.both().paint(colour).move(0, stem)
    return shape


FAMILIES = {"key": key, "ring": ring, "necklace": necklace, "crown": crown, "chalice": chalice}
