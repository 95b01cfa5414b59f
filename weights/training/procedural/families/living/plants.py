"""Trees, potted plants, cacti, flowers, mushrooms, vegetables on the stalk."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import (
    WHITE,
    chance,
    gradient,
    leaf,
    muted,
    near,
    pick,
    shade,
    speckled,
    split_at,
    vivid,
)
from ...parts import ball, box, hull, lathe, rod, torus, tube
from ...shape import Shape, join
from .trees import bark


def pot(rng: np.random.Generator, r: float, high: float) -> Shape:
    """Return a flower pot with earth, its rim at y = 0."""
    colour = pick(rng, [(0.72, 0.36, 0.22), WHITE, vivid(rng), muted(rng)])
    kind = pick(rng, ["clay", "clay", "round", "square"])
    if kind == "square":
        shape = box(1.7 * r, high, 1.7 * r, 0.03).paint(colour).move(0, -high / 2)
    elif kind == "round":
        shape = lathe(smooth([(0.6 * r, -high), (1.05 * r, -0.6 * high), (0.9 * r, 0)], 12), 26).paint(colour)
    else:
        shape = lathe(
            [(0.66 * r, -high), (0.92 * r, -0.25 * high), (1.05 * r, -0.25 * high), (1.08 * r, 0), (0, 0)], 26
        ).paint(colour)
    return shape + rod(0.85 * r, 0.04, around=22).paint((0.25, 0.17, 0.1)).move(0, 0.005)


def potted_plant(rng: np.random.Generator) -> Shape:
    """Broad leaves, blades, or a ball of leaves in a pot."""
    r, high = rng.uniform(0.24, 0.34), rng.uniform(0.35, 0.55)
    shape, green = pot(rng, r, high), leaf(rng)
    kind = pick(rng, ["leaves", "leaves", "blades", "ball", "monstera"])
    if kind == "ball":
        stem = rng.uniform(0.2, 0.7)
        shape += rod(0.04, stem, around=10).paint(bark(rng)).move(0, stem / 2) + ball(0.36, detail=18).paint(
            speckled(rng, green, 0.07)
        ).move(0, stem + 0.28)
        return shape + join(
            ball(0.13, detail=8)
            .paint(shade(green, rng.uniform(0.8, 1.3)))
            .move(*(0.3 * v / np.linalg.norm(v) + np.array([0, stem + 0.28, 0])))
            for v in rng.normal(size=(14, 3))
        )
    count = int(rng.integers(8, 16))
    for k in range(count):
        turn, tall, out = 137.5 * k, rng.uniform(0.35, 0.85), rng.uniform(0.15, 0.5)
        shade_of = shade(green, rng.uniform(0.75, 1.3))
        if kind == "blades":
            blade = tube(
                [(0, 0, 0.03), (0, 0.6 * tall, 0.3 * out), (0, tall, out)],
                np.array([[0.06, 0.022], [0.075, 0.022], [0.012, 0.01]]),
                8,
                along=10,
            )
            shape += blade.paint(shade_of).turn("y", turn)
            continue
        width = rng.uniform(0.1, 0.15) * (1.6 if kind == "monstera" else 1)
        stem = tube([(0, 0, 0.02), (0, 0.6 * tall, 0.25 * out), (0, tall, out)], 0.018, 6, along=8)
        plate = tube(
            [(0, tall, out - 0.03), (0, tall + 0.06, out + 0.12), (0, tall - 0.03, out + 0.34)],
            np.array([[0.02, 0.018], [width, 0.022], [0.012, 0.012]]),
            10,
            along=10,
        )
        shape += (stem.paint(shade(green, 0.7)) + plate.paint(shade_of)).turn("y", turn)
    return shape


def blossom(rng: np.random.Generator, shape: Shape) -> Shape:
    """Return the cactus with a blossom at its top."""
    if chance(rng, 0.5):
        shape += (
            (ball(0.06, 0.09, 0.03, detail=8).move(0, 0.06, 0.02).turn("x", 40).around(6) + ball(0.04, detail=8))
            .paint(pick(rng, [(0.95, 0.4, 0.6), (0.95, 0.8, 0.2)]))
            .move(0, shape.high[1] - 0.01)
        )
    return shape


def cactus(rng: np.random.Generator) -> Shape:
    """Return a column with arms, a ball or flat pads, in a pot or in sand."""
    green, ribs = near(rng, (0.25, 0.5, 0.25)), int(rng.integers(7, 12))

    def ribbed(shape: Shape) -> Shape:
        return shape.bend(
            lambda v: (
                v
                * np.stack(
                    [
                        1 + 0.09 * np.cos(ribs * np.arctan2(v[:, 2], v[:, 0])),
                        np.ones(len(v)),
                        1 + 0.09 * np.cos(ribs * np.arctan2(v[:, 2], v[:, 0])),
                    ],
                    1,
                )
            )
        )

    kind = pick(rng, ["arms", "arms", "ball", "pads"])
    if kind == "arms":
        high = rng.uniform(0.8, 1.4)
        shape = ribbed(
            lathe(
                [(0.13, 0), (0.16, 0.1), (0.16, 0.4 * high), (0.155, high - 0.12), (0.11, high - 0.03), (0, high)],
                4 * ribs,
            )
        ).paint(green)
        for side in (1, -1) if chance(rng, 0.7) else (1,):
            level, out, up = rng.uniform(0.3, 0.6) * high, rng.uniform(0.28, 0.38), rng.uniform(0.25, 0.5)
            arm = tube(
                [
                    (0.05 * side, level, 0),
                    (0.75 * out * side, level + 0.01, 0),
                    (out * side, level + 0.12, 0),
                    (out * side, level + up, 0),
                ],
                [0.1, 0.1, 0.1, 0.09],
                14,
                along=16,
            )
            shape += (arm + ball(0.09, detail=12).move(out * side, level + up)).paint(green)
    elif kind == "ball":
        shape = ribbed(ball(0.34, 0.36, detail=4 * ribs)).paint(green).move(0, 0.28)
    else:
        pad = ball(0.22, 0.3, 0.08, detail=14)
        shape = (
            pad.move(0, 0.27)
            + pad.scale(0.75).turn("z", -35).move(0.22, 0.6)
            + pad.scale(0.7).turn("z", 30).move(-0.18, 0.62, 0.03)
            + pad.scale(0.5).turn("z", -10).move(0.3, 0.92)
        ).paint(green)
    shape = blossom(rng, shape)
    return shape + (
        pot(rng, 0.3, rng.uniform(0.3, 0.42)) if chance(rng, 0.65) else ball(0.5, 0.07, 0.5).paint((0.85, 0.72, 0.48))
    )


def flower(rng: np.random.Generator) -> Shape:
    """Daisy, tulip, sunflower or rose on its stem, alone or in a pot."""
    colour, green = pick(rng, [vivid(rng), (0.95, 0.3, 0.4), (0.98, 0.8, 0.15), WHITE]), leaf(rng)
    high, tilt = rng.uniform(0.8, 1.3), rng.uniform(15, 60)
    kind = pick(rng, ["daisy", "daisy", "sunflower", "tulip", "rose"])
    if kind in ("daisy", "sunflower"):
        count = int(rng.integers(6, 12)) if kind == "daisy" else 18
        reach, centre = rng.uniform(0.22, 0.3), 0.12 if kind == "daisy" else 0.2
        petal = (
            ball(0.95 * reach * np.pi / count + 0.02, 0.035, reach, detail=10)
            .move(0, 0, centre * 0.6 + reach)
            .turn("x", -10)
        )
        head = petal.around(count).paint(colour if kind == "daisy" else (0.98, 0.78, 0.1)) + ball(
            centre, 0.09, centre, detail=16
        ).paint((0.95, 0.75, 0.15) if kind == "daisy" else (0.35, 0.2, 0.08)).move(0, 0.03)
        head = head.turn("x", tilt)
    elif kind == "tulip":
        petal = hull(
            [(0, 0.05, -0.02, 0.03), (0.12, 0.14, -0.035, 0.02), (0.3, 0.13, -0.03, 0.02), (0.46, 0.01, -0.005, 0.005)],
            12,
            10,
            "y",
        ).move(0, 0, 0.12)
        head = (
            (
                petal.around(3)
                + petal.scale(0.92, 1, 0.9).turn("y", 60).around(3)
                + ball(0.13, 0.17, detail=12).move(0, 0.12)
            )
            .paint(gradient(shade(colour, 0.8), shade(colour, 1.3), "y", 0, 0.45))
            .turn("x", 0.2 * tilt)
        )
    else:
        head = ball(0.14, 0.16, detail=12).paint(shade(colour, 0.8)).move(0, 0.12)
        for k in range(11):
            petal = ball(0.12, 0.15, 0.03, detail=10).turn("x", 12 + 3.5 * k).move(0, 0.13 - 0.004 * k, 0.1 + 0.01 * k)
            head += petal.paint(shade(colour, 0.8 + 0.05 * k)).turn("y", 137.5 * k)
        head = head.turn("x", 0.3 * tilt)
    bow = rng.uniform(-0.1, 0.1)
    shape = tube([(0, 0, 0), (bow, 0.5 * high, -0.03), (0, high, 0)], 0.032, 8, along=10).paint(green) + head.move(
        0, high, 0.03
    )
    for k in range(int(rng.integers(1, 4))):
        blade = tube(
            [(0, 0, 0), (0, 0.15, 0.2), (0, 0.2, 0.42)],
            np.array([[0.02, 0.02], [0.11, 0.02], [0.012, 0.01]]),
            8,
            along=9,
        )
        shape += (
            blade.paint(shade(green, 0.9)).turn("y", 140 * k + rng.uniform(0, 60)).move(0, (0.12 + 0.22 * k) * high)
        )
    return shape + (pot(rng, 0.24, 0.36) if chance(rng, 0.4) else ball(0.02, detail=8).paint(green))


def mushroom(rng: np.random.Generator) -> Shape:
    """Return a cap with dots, flat or pointed; sometimes a smaller one beside it."""
    colour, stem = (
        pick(rng, [(0.82, 0.1, 0.08), (0.82, 0.1, 0.08), (0.6, 0.42, 0.25), (0.85, 0.75, 0.6), vivid(rng)]),
        (0.94, 0.91, 0.82),
    )

    def one(dots: int) -> Shape:
        high, r, dome = rng.uniform(0.45, 0.95), rng.uniform(0.32, 0.55), rng.uniform(0.22, 0.5)
        foot = lathe(smooth([(0.16, 0), (0.17, 0.1), (0.1, 0.6 * high), (0.11, high)], 14), 20).paint(stem)
        t = np.linspace(0, np.pi / 2, 11)
        cap = np.concatenate(
            [
                [[0.05, 0.04], [0.6 * r, 0.0], [0.93 * r, -0.05]],
                np.stack([r * np.cos(t), dome * np.sin(t) ** rng.uniform(0.8, 1.3)], 1),
            ]
        )
        cap[-1, 0] = 0
        shape = foot + lathe(cap, 28).paint(split_at(stem, colour, "y", -0.001)).move(0, high)
        for k in range(dots):
            lat, turn = rng.uniform(0.25, 1.4), 2.4 * k
            place = np.array(
                [r * np.cos(lat) * np.cos(turn), dome * np.sin(lat) + high, r * np.cos(lat) * np.sin(turn)]
            )
            shape += ball(rng.uniform(0.04, 0.075), 0.035, detail=8).paint(WHITE).move(*place)
        return shape + (
            torus(0.12, 0.03, 18, 6).paint(stem).move(0, 0.75 * high)
            if dots
            else rod(0.02, 0.02).paint(stem).move(0, 0.1)
        )

    dots = int(rng.integers(8, 16)) if chance(rng, 0.6) else 0
    shape = one(dots)
    if chance(rng, 0.4):
        shape += (
            one(dots // 2)
            .scale(rng.uniform(0.4, 0.65))
            .turn("z", rng.uniform(-15, 0))
            .move(0.42, 0, rng.uniform(0, 0.3))
        )
    return shape


FAMILIES = {
    "potted_plant": potted_plant,
    "cactus": cactus,
    "flower": flower,
    "mushroom": mushroom,
}
