"""Boats, ships and submarines."""

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
    metal,
    pick,
    shade,
    split_at,
    stripes,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, loft, rail, rod, torus, tube
from ...shape import Colour, Shape
from .aircraft import propeller, wing


def boat_hull(long: float, half: float, deep: float, stern: float = 0.75) -> Shape:
    """Return a round bottom with a pointed bow at +Z; its deck lies at y = 0, rising to the bow."""
    angle = np.linspace(0, -np.pi, 11)
    cos, sin = np.cos(angle), np.sin(angle)
    rings = []
    for t in np.linspace(0, 1, 13):
        width = half * (stern + (1 - stern) * min(t / 0.4, 1)) * (1 - max(0.0, (t - 0.4) / 0.6) ** 2.2)
        low = deep * (1 - 0.55 * max(0.0, (t - 0.5) / 0.5) ** 2)
        sheer = 0.3 * deep * max(0.0, t - 0.3) ** 1.5
        x = max(width, 0.01) * np.sign(cos) * np.abs(cos) ** 0.6
        rings.append(np.stack([x, sheer - low * np.abs(sin) ** 0.7, np.full(11, long * (t - 0.5))], 1))
    return loft(np.array(rings))


def with_superstructure(
    rng: np.random.Generator,
    shape: Shape,
    kind: str,
    half: float,
    long: float,
    pane: Colour,
    body: Colour,
    trim: Colour,
) -> Shape:
    """Return the hull with wheelhouse, cabin or decks."""
    if kind == "fishing":
        house = (
            box(1.1 * half, 0.2 * long, 0.24 * long, 0.05).paint(WHITE)
            + box(1.14 * half, 0.07 * long, 0.2 * long, 0.02).paint(pane).move(0, 0.04 * long)
            + box(1.02 * half, 0.06 * long, 0.25 * long).paint(pane).move(0, 0.04 * long)
        )
        shape += (house + box(1.3 * half, 0.08, 0.3 * long, 0.03).paint(body).move(0, 0.1 * long)).move(
            0, 0.1 * long, rng.uniform(-0.22, 0.12) * long
        )
        shape += rail((0, 0, 0.02 * long), (0, 0.45 * long, 0), 0.045).paint(wood(rng)) + rail(
            (0, 0.12 * long, -0.02), (0, 0.36 * long, -0.42 * long), 0.035
        ).paint(wood(rng))
        shape += box(0.4 * half, 0.25, 0.4, 0.03).along(2, x=0.6 * half).paint(wood(rng)).move(0, 0.12, -0.34 * long)
    elif kind == "motor":
        cabin = hull(
            [
                (-0.2 * long, 0.7 * half, -0.1, 0.42, 5),
                (0.0, 0.7 * half, -0.1, 0.46, 5),
                (0.14 * long, 0.6 * half, -0.1, 0.3, 4),
                (0.26 * long, 0.3 * half, 0, 0.08, 3),
            ],
            20,
        )
        shape += cabin.paint(split_at(trim, pane, "y", 0.2)) + box(1.3 * half, 0.06, 0.26 * long, 0.02).paint(
            body
        ).move(0, 0.5, -0.08 * long)
        shape += box(0.3, 0.5, 0.3, 0.08).paint(BLACK).move(0, 0.15, -0.52 * long) + box(
            1.4 * half, 0.2, 0.3, 0.08, 4
        ).paint(trim).move(0, 0.12, -0.36 * long)
    else:
        width, level = 1.35 * half, 0.0
        for k in range(int(rng.integers(2, 4))):
            size = (0.52 - 0.12 * k) * long
            shape += box(width * (1 - 0.12 * k), 0.4, size, 0.05).paint(WHITE).move(0, level + 0.2, -0.05 * long)
            shape += (
                box(width * (1 - 0.12 * k) + 0.05, 0.16, 0.18, 0.03)
                .along(5, z=0.19 * size)
                .paint(pane)
                .move(0, level + 0.22, -0.05 * long)
            )
            level += 0.4
        for k in range(int(rng.integers(1, 4))):
            funnel = rod(0.2, 0.65, around=16).paint(body)
            funnel += rod(0.205, 0.22, around=16).paint(BLACK).move(0, 0.4)
            shape += funnel.turn("x", -8).move(0, level + 0.3, 0.05 * long - 0.6 * k)
    return shape


def boat(rng: np.random.Generator) -> Shape:
    """Fishing boat, motor boat, tug, steamer or rowing boat."""
    kind = pick(rng, ["fishing", "motor", "steamer", "rowing"])
    long = {"steamer": 6.5, "rowing": 3.2}.get(kind, 4.4) * rng.uniform(0.9, 1.15)
    half, deep = long * rng.uniform(0.15, 0.2), long * rng.uniform(0.11, 0.15)
    body, trim, pane = vivid(rng), pick(rng, [WHITE, vivid(rng), wood(rng)]), glass(rng)
    shape = (
        boat_hull(long, half, deep).finer().paint(split_at(pick(rng, [trim, (0.5, 0.1, 0.08)]), body, "y", -0.5 * deep))
    )
    if kind == "rowing":
        inner = boat_hull(0.9 * long, 0.86 * half, 0.4 * deep).paint(shade(wood(rng), 0.8)).move(0, 0.06)
        rim = boat_hull(1.02 * long, 1.05 * half, 0.16 * deep).paint(trim).move(0, 0.05)
        shape += rim + inner + box(1.7 * half, 0.08, 0.3, 0.02).along(3, z=0.24 * long).paint(wood(rng)).move(0, 0.12)
        oar = rail((0.3 * half, 0.2, -0.1), (half + 0.75, -0.15, -0.5), 0.035) + ball(0.28, 0.05, 0.12, detail=10).turn(
            "y", 30
        ).move(half + 0.85, -0.2, -0.55)
        return shape + oar.both().paint(wood(rng))
    shape += boat_hull(1.02 * long, 1.04 * half, 0.2 * deep).paint(trim).move(0, 0.04)
    shape = with_superstructure(rng, shape, kind, half, long, pane, body, trim)
    return shape


def sailing_boat(rng: np.random.Generator) -> Shape:
    """One mast with main sail and jib, or a tall ship with square sails."""
    long = rng.uniform(2.8, 3.6)
    half, deep = 0.16 * long, 0.13 * long
    body, sail = pick(rng, [vivid(rng), WHITE, wood(rng)]), pick(rng, [WHITE, WHITE, (0.93, 0.88, 0.75), vivid(rng)])
    shape = boat_hull(long, half, deep).finer().paint(split_at(pick(rng, [body, vivid(rng)]), body, "y", -0.5 * deep))
    shape += boat_hull(0.97 * long, 0.94 * half, 0.2 * deep).paint(wood(rng)).move(0, 0.05)
    pole = wood(rng)
    if chance(rng, 0.65):
        high, foot = rng.uniform(1.15, 1.5) * long, 0.08 * long
        shape += rail((0, -0.1, foot), (0, high, foot), 0.05, 0.03).paint(pole) + rail(
            (0, 0.3, foot), (0, 0.32, foot - 0.52 * long), 0.04
        ).paint(pole)
        swing = rng.uniform(-25, 25)
        edge = [(-0.04, 0.4), *smooth([(-0.5 * long, 0.42), (-0.34 * long, 0.55 * high), (-0.04, 0.97 * high)], 9)]
        main = extrude(edge, 0.05, plane="zy").finer()
        bow = 0.14 * long
        main = main.bend(
            lambda v: (
                v
                + np.stack(
                    [
                        bow
                        * np.sin(np.clip(-v[:, 2] / (0.5 * long), 0, 1) * np.pi)
                        * np.sin(np.clip(v[:, 1] / high, 0, 1) * np.pi),
                        0 * v[:, 1],
                        0 * v[:, 1],
                    ],
                    1,
                )
            )
        )
        cover = pick(rng, [sail, sail, stripes([sail, vivid(rng)], "y", 0.22 * high)])
        shape += main.paint(cover).turn("y", swing).move(0, 0, foot)
        if chance(rng, 0.8):
            jib = extrude([(0.06, 0.25), (0.42 * long, 0.2), (0.05, 0.85 * high)], 0.05, plane="zy").finer().finer()
            jib = jib.bend(
                lambda v: (
                    v
                    + np.stack([0.5 * bow * np.sin(np.clip(v[:, 1] / high, 0, 1) * np.pi), 0 * v[:, 1], 0 * v[:, 1]], 1)
                )
            )
            shape += jib.paint(pick(rng, [sail, vivid(rng)])).move(0, 0, foot)
        return shape + box(0.9 * half, 0.18, 0.3 * long, 0.06).paint(WHITE).move(0, 0.1, -0.02 * long)
    shape += box(1.5 * half, 0.4, 0.26 * long, 0.04).paint(body).move(0, 0.2, -0.36 * long) + rail(
        (0, 0.1, 0.42 * long), (0, 0.4, 0.68 * long), 0.05
    ).paint(pole)
    for z, high in ((0.22 * long, 0.85 * long), (-0.04 * long, 1.0 * long), (-0.3 * long, 0.75 * long)):
        shape += rail((0, 0, z), (0, high, z), 0.05).paint(pole)
        for level, width in ((0.42, 0.62), (0.75, 0.46)):
            w, tall = width * 0.62 * long, 0.3 * high
            path = [(0, -tall / 2, 0.02), (0, -0.2 * tall, 0.16), (0, 0.2 * tall, 0.14), (0, tall / 2, 0.0)]
            shape += tube(path, np.array([[w / 2, 0.03]] * 4), 12, along=8).paint(sail).move(0, level * high, z + 0.06)
            shape += rail(
                (-w / 2, level * high + tall / 2, z + 0.05), (w / 2, level * high + tall / 2, z + 0.05), 0.035
            ).paint(pole)
    return shape + box(0.04, 0.15, 0.3).paint(vivid(rng)).move(0, 1.05 * long, -0.04 * long - 0.15)


def submarine(rng: np.random.Generator) -> Shape:
    body, trim = pick(rng, [vivid(rng), grey(rng, 0.2, 0.5), (0.95, 0.8, 0.15)]), vivid(rng)
    long, r = rng.uniform(2.4, 4.2), rng.uniform(0.5, 0.65)
    shape = hull(
        [
            (-0.5 * long, 0.08, -0.08, 0.08),
            (-0.3 * long, 0.75 * r, -0.75 * r, 0.75 * r),
            (0.1 * long, r, -r, r),
            (0.36 * long, 0.85 * r, -0.85 * r, 0.85 * r),
            (0.5 * long, 0.1, -0.1, 0.1),
        ],
        22,
        22,
    ).paint(body)
    tower = hull([(0, 0.22, -0.4, 0.35), (0.45, 0.2, -0.34, 0.3), (0.55, 0.1, -0.2, 0.2)], 18, axis="y").paint(
        pick(rng, [body, trim])
    )
    shape += tower.move(0, 0.8 * r, 0.05 * long) + tube(
        [(0, r, 0.1), (0, r + 0.85, 0.1), (0, r + 0.95, 0.16), (0, r + 0.95, 0.4)], 0.05
    ).paint(STEEL)
    port = torus(0.16, 0.045, 16, 8).paint(trim) + rod(0.16, 0.06, around=14).paint(glass(rng))
    shape += port.turn("z", 90).along(3, z=0.2 * long).move(0.96 * r, 0.1, 0.05 * long).both()
    fin = wing(0.5, 0.4, 0.25, 0.15, 0.09).paint(trim)
    shape += (
        fin.move(0.1, 0, -0.4 * long).both()
        + (fin.turn("z", 90) + fin.turn("z", -90)).move(0, 0, -0.4 * long)
        + fin.scale(0.9).move(0.7 * r, -0.1, 0.25 * long).both()
    )
    return shape + propeller(0.34, 4, metal(rng)).turn("y", 180).move(0, 0, -0.53 * long)


FAMILIES = {
    "boat": boat,
    "sailing_boat": sailing_boat,
    "submarine": submarine,
}
