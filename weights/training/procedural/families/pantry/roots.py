"""Root vegetables and heaps of pieces."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import CREAM, WHITE, chance, gradient, leaf, near, pick, shade, spots, vivid, wedges
from ...parts import ball, box, lathe, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from .serving import SALAD, TOMATO, YOLK, fluted, heap, plate, sides


def tuft(rng: np.random.Generator, long: float, count: int) -> Shape:
    """Return leaves on stems that rise from the origin."""
    green, wide = leaf(rng), rng.uniform(0.06, 0.14)
    shapes = []
    for k in range(count):
        lean = rng.uniform(0.15, 0.5) * long
        path = [(0, -0.05, 0), (0.4 * lean, 0.5 * long, 0), (lean, rng.uniform(0.8, 1.1) * long, 0)]
        one = tube(path, np.array([[0.035, 0.035], [wide, 0.035], [0.02, 0.02]]), 8, along=8)
        shapes.append(one.turn("y", 360 * k / count + rng.uniform(-15, 15)))
    return join(shapes).paint(green)


def carrot(rng: np.random.Generator) -> Shape:
    """Return a carrot or a parsnip with its leaves, or a bunch of them."""
    colour = near(rng, pick(rng, [(0.95, 0.48, 0.1), (0.95, 0.48, 0.1), (0.9, 0.85, 0.68), (0.5, 0.2, 0.4)]))
    long, r = rng.uniform(0.8, 1.4), rng.uniform(0.17, 0.28)
    body = lathe(
        smooth(
            [(0, -long), (0.3 * r, -0.8 * long), (0.75 * r, -0.4 * long), (r, -0.08 * long), (0.7 * r, 0.02), (0, 0)],
            20,
        ),
        sides(rng, 18),
    )
    bow = rng.uniform(-0.12, 0.12)
    body = body.bend(lambda v: v + np.stack([bow * v[:, 1] ** 2, 0 * v[:, 0], 0 * v[:, 0]], 1)).paint(colour)
    lines = []
    for y in rng.uniform(-0.75, -0.1, 6) * long:
        out = r * np.interp(y / long, [-1, -0.4, -0.08], [0.1, 0.75, 1])
        lines.append(torus(out * 0.96, 0.025, 14, 6).scale(1, 0.8, 1).move(bow * y**2, y))
    one = (
        body
        + join(lines[: int(rng.integers(0, 6)) or 1]).paint(shade(colour, 0.8))
        + tuft(rng, rng.uniform(0.4, 0.7), int(rng.integers(4, 9)))
    )
    if chance(rng, 0.25):
        shape = join(one.turn("z", 9 * k).move(0.3 * k, 0, 0.1 * (k % 2)) for k in (-1, 0, 1))
        return shape + torus(0.35, 0.05, 20, 8).scale(1, 1, 0.5).paint(vivid(rng)).move(0, 0.12)
    return one.turn("z", pick(rng, [0, 0, 180, 60, -70]))


def turnip(rng: np.random.Generator) -> Shape:
    """Return a radish, beet or turnip with leaves, or a sprouting onion or garlic."""
    kind = pick(rng, ["radish", "beet", "turnip", "onion", "garlic"])
    r, around = rng.uniform(0.38, 0.5), sides(rng)
    root = smooth(
        [(0, -0.85), (0.03, -0.7), (0.08, -0.52), (0.75 * r, -0.28), (r, 0.02), (0.7 * r, 0.3), (0.15, 0.4), (0, 0.4)],
        24,
    )
    if kind in ("onion", "garlic"):
        tone = (
            near(rng, pick(rng, [(0.8, 0.5, 0.2), (0.5, 0.15, 0.35), (0.95, 0.92, 0.88)]))
            if kind == "onion"
            else near(rng, (0.95, 0.9, 0.88), 0.03)
        )
        bulb = lathe(
            smooth(
                [
                    (0, -0.4),
                    (0.2, -0.38),
                    (r, -0.05),
                    (0.75 * r, 0.28),
                    (0.12, 0.5),
                    (0.07, rng.uniform(0.7, 0.95)),
                    (0, 0.95),
                ],
                24,
            ),
            30,
        )
        bulb = fluted(bulb, int(rng.integers(5, 8)), 0.07) if kind == "garlic" else bulb
        shape = bulb.paint(wedges([tone, shade(tone, 0.88)], 9))
        shape += join(
            rail((0.05 * np.cos(a), -0.36, 0.05 * np.sin(a)), (0.16 * np.cos(a), -0.5, 0.16 * np.sin(a)), 0.025)
            for a in np.arange(6) * 1.05
        ).paint(CREAM)
        return shape + tuft(rng, 0.5, 3).move(0, 0.7) if chance(rng, 0.3) else shape
    colours = {
        "radish": ((0.85, 0.12, 0.3), WHITE),
        "beet": ((0.45, 0.08, 0.22), (0.35, 0.06, 0.18)),
        "turnip": ((0.65, 0.35, 0.6), WHITE),
    }
    top, low = (near(rng, c, 0.04) for c in colours[kind])
    long = rng.uniform(0.8, 1.3)
    shape = lathe(root * [1, long], around).paint(
        gradient(low, top, "y", *((-0.55, -0.35) if kind == "radish" else (-0.15, 0.15)))
    )
    return (shape + tuft(rng, rng.uniform(0.5, 0.8), int(rng.integers(4, 8))).move(0, 0.38 * long)).turn(
        "z", pick(rng, [0, 0, 0, 50])
    )


def potato(rng: np.random.Generator) -> Shape:
    """Return one potato or a heap of them, sweet or plain; or a ginger root."""
    colour = near(rng, pick(rng, [(0.76, 0.58, 0.35), (0.85, 0.7, 0.42), (0.62, 0.32, 0.28)]))
    kind = pick(rng, ["one", "heap", "ginger", "sweet"])

    def one(long: float = 1.0) -> Shape:
        waves = rng.uniform(-0.12, 0.12, 3)
        body = ball(0.36, 0.32, 0.5 * long, detail=16).bend(
            lambda v: (
                v
                * (
                    1
                    + waves[0] * np.sin(5 * v[:, 2:])
                    + waves[1] * np.cos(6 * v[:, :1] + 1)
                    + waves[2] * np.sin(4 * v[:, 1:2] + 3 * v[:, 2:])
                )
            )
        )
        eyes = join(
            ball(0.035, 0.025, 0.035, detail=6).move(rng.uniform(-0.16, 0.16), 0.27, rng.uniform(-0.25, 0.25))
            for _ in range(4)
        )
        return body.paint(spots(rng, colour, shade(colour, 0.85), 0.1, 0.2)) + eyes.paint(shade(colour, 0.6))

    if kind == "ginger":
        main = tube(
            [(-0.6, 0, 0), (-0.2, 0.08, 0), (0.25, -0.05, 0), (0.65, 0.1, 0)], [0.12, 0.2, 0.2, 0.13], 12, along=14
        )
        knobs = join(
            tube([(x, 0, 0), (x + 0.1, 0.3 * s, 0.12), (x + 0.15, 0.48 * s, 0.1)], [0.15, 0.14, 0.1], 10, along=7)
            for x, s in ((-0.35, 1), (0.05, -1), (0.3, 1))
        )
        return (main + knobs).paint(spots(rng, near(rng, (0.82, 0.65, 0.42)), (0.7, 0.52, 0.32), 0.12, 0.3))
    if kind == "sweet":
        return (
            one(rng.uniform(1.2, 1.7))
            .bend(
                lambda v: (
                    v * np.stack([1 - 0.7 * np.abs(v[:, 2]) ** 2, 1 - 0.7 * np.abs(v[:, 2]) ** 2, np.ones(len(v))], 1)
                )
            )
            .turn("y", pick(rng, [90, 60]))
        )
    if kind == "heap":
        return (
            one().turn("y", 70).move(-0.4, 0, 0)
            + one().turn("y", 10).move(0.4, 0, 0.1)
            + one().turn("y", 120).move(0, 0.42, 0)
            + (one().turn("y", 80).move(0, 0, -0.6) if chance(rng, 0.5) else one().turn("y", 40).move(0.05, -0.05, 0.7))
        )
    return one(rng.uniform(0.8, 1.2)).turn("y", pick(rng, [90, 60])).turn("z", rng.uniform(-20, 60))


def chopped(rng: np.random.Generator) -> Shape:
    """Return a heap of vegetable pieces: cubes, slices, rings or sticks."""
    colours: list[Colour] = [TOMATO, SALAD, (0.95, 0.5, 0.1), YOLK, CREAM, (0.55, 0.2, 0.4), (0.3, 0.5, 0.15)]
    chosen = [colours[int(k)] for k in rng.permutation(len(colours))[: int(rng.integers(1, 4))]]
    kind, size = pick(rng, ["cubes", "slices", "rings", "sticks", "mixed"]), rng.uniform(0.17, 0.26)

    def piece() -> Shape:
        colour = near(rng, pick(rng, chosen), 0.04)
        shape = pick(rng, ["cubes", "slices", "rings", "sticks"]) if kind == "mixed" else kind
        if shape == "cubes":
            return box(size, size, size, 0.03).paint(colour)
        if shape == "slices":
            return rod(0.8 * size, 0.3 * size, around=14).paint(shade(colour, 0.8)) + rod(
                0.68 * size, 0.36 * size, around=14
            ).paint(shade(colour, 1.3))
        if shape == "rings":
            return torus(0.75 * size, 0.2 * size, 14, 6).paint(colour)
        return box(0.35 * size, 0.35 * size, 2.4 * size, 0.015).paint(colour)

    shape = heap(rng, piece, int(rng.integers(14, 30)), rng.uniform(0.5, 0.65), rng.uniform(0.2, 0.4))
    shape += ball(0.45, 0.16, 0.45, detail=14).paint(shade(chosen[0], 0.85))
    return shape + plate(rng, 0.9).move(0, -0.06) if chance(rng, 0.3) else shape


FAMILIES = {"carrot": carrot, "turnip": turnip, "potato": potato, "chopped": chopped}
