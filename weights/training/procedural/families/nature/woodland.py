"""Trees of other shapes and bushes."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import WHITE, chance, gradient, leaf, pick, shade, speckled, vivid, wood
from ...parts import ball, box, lathe, rod, tube
from ...shape import Colour, Shape, join
from ..living.trees import bark
from .stones import EARTH, facets, grounded, stone, stone_colour

HABITS = {  # spread of the branches, pull upwards, crookedness
    "oak": (0.9, 0.15, 0.16),
    "poplar": (0.4, 0.6, 0.06),
    "haunted": (0.9, -0.05, 0.35),
    "umbrella": (1.1, 0.3, 0.12),
    "fork": (0.6, 0.35, 0.03),
}


def limb(
    rng: np.random.Generator, start: np.ndarray, way: np.ndarray, long: float, r: float, depth: int, habit: str
) -> list[Shape]:
    """Return a branch with its own branches, grey."""
    spread, lift, crook = HABITS[habit]
    end = start + way * long
    middle = (start + end) / 2 + rng.normal(0, crook * long / 2, 3)
    tip = max(0.6 * r, 0.032)
    parts = [tube([start, middle, end], [r, 0.82 * r, tip], 6, along=6)]
    if depth == 0:
        return parts
    count = int(rng.integers(2, 4)) + (depth > 1 and habit != "fork")
    turn = rng.uniform(0, 2 * np.pi)
    for k in range(count):
        t = 1.0 if k == 0 else rng.uniform(0.5, 0.97)
        at = smooth([start, middle, end], 21)[int(20 * t)] - 0.3 * r * way
        angle = turn + 2.4 * k
        side = np.array([np.cos(angle), 0, np.sin(angle)])
        new = way + spread * side * rng.uniform(0.6, 1.2) + np.array([0, lift, 0]) + rng.normal(0, crook, 3)
        new[1] = max(new[1], -0.25)
        branch = limb(
            rng, at, new / np.linalg.norm(new), long * rng.uniform(0.62, 0.9), max(0.66 * r, 0.035), depth - 1, habit
        )
        parts += branch
    return parts


def roots(rng: np.random.Generator, r: float, count: int) -> Shape:
    """Return roots that run out from a trunk of a radius on y = 0."""
    parts = []
    for k in range(count):
        out = r * rng.uniform(1.6, 2.6)
        root = tube(
            [(0.4 * r, 0.7 * r, 0), (1.1 * r, 0.25 * r, 0), (out, -0.02, 0.2 * r)],
            [0.45 * r, 0.33 * r, 0.12 * r],
            6,
            along=6,
        )
        parts.append(root.turn("y", 360 * k / count + rng.uniform(-15, 15)))
    return join(parts)


def bare_tree(rng: np.random.Generator) -> Shape:
    """Return a leafless tree: spreading, slender, crooked, flat-topped or forked."""
    habit, r = pick(rng, list(HABITS)), rng.uniform(0.07, 0.12)
    brown = pick(rng, [bark(rng), bark(rng), (0.55, 0.36, 0.22), (0.2, 0.13, 0.13), (0.55, 0.5, 0.47)])
    lean = np.array([*rng.normal(0, 0.12, 1), 1.0, *rng.normal(0, 0.12, 1)])
    depth = 3 if habit == "fork" else pick(rng, [2, 2, 3])
    parts = limb(rng, np.zeros(3), lean / np.linalg.norm(lean), rng.uniform(0.6, 0.95), r, depth, habit)
    shape = join(parts[:85]) + roots(rng, r, int(rng.integers(3, 6)))
    shape = shape.paint(gradient(shade(brown, 0.8), shade(brown, 1.25), "y", 0, shape.high[1]))
    ground = pick(rng, ["none", "none", "mound", "snow"])
    if ground != "none":
        cover = WHITE if ground == "snow" else pick(rng, [leaf(rng), EARTH])
        shape += grounded(ball(0.55, 0.12, 0.5, detail=12), 0.5).paint(cover).move(0, -0.02)
    if ground == "snow":
        shape += join(ball(0.09, 0.06, detail=6).move(*p.vertices[-1]) for p in parts[-8:]).paint(WHITE)
    return shape


def bush(rng: np.random.Generator) -> Shape:
    """Return a bush of balls, facets or leaves, with berries or flowers, or a clipped hedge."""
    green, kind = leaf(rng), pick(rng, ["balls", "balls", "facets", "leaves", "hedge"])
    if kind == "hedge":
        shape = box(rng.uniform(0.8, 2.0), rng.uniform(0.5, 1.0), rng.uniform(0.4, 0.8), pick(rng, [0.0, 0.1]), cuts=6)
        bumps = rng.normal(0, 0.025, (len(shape.vertices), 3))
        return shape.bend(lambda v: v + bumps).paint(speckled(rng, green, 0.06)).finer() + box(0.5, 0.2, 0.3).paint(
            EARTH
        ).move(0, -shape.high[1])
    shape = ball(0.45, 0.4, 0.42, detail=9).paint(shade(green, 0.85)).move(0, 0.32)
    golden = 2.4 * np.arange(14)
    count = int(rng.integers(6, 14))
    wide, tall = rng.uniform(0.32, 0.62), rng.uniform(0.3, 0.7)
    for k in range(count):
        up = (k + 0.5) / count
        out = wide * np.sqrt(1 - 0.9 * up**2)
        place = (out * np.cos(golden[k]), 0.18 + tall * up, out * np.sin(golden[k]))
        colour = shade(green, rng.uniform(0.8, 1.25))
        if kind == "leaves":
            shape += (
                join(
                    tube(
                        [(0, 0, 0), (0, 0.22, 0.12), (0, 0.3, 0.42)],
                        np.array([[0.04, 0.03], [0.14, 0.03], [0.012, 0.01]]),
                        6,
                        along=6,
                    ).turn("y", turn)
                    for turn in rng.uniform(0, 360, 4)
                )
                .paint(colour)
                .move(0.7 * place[0], place[1], 0.7 * place[2])
            )
        elif kind == "facets":
            shape += facets(rng, rng.uniform(0.22, 0.34), 7).paint(speckled(rng, colour, 0.05)).move(*place)
        else:
            shape += ball(rng.uniform(0.18, 0.34), detail=9).paint(speckled(rng, colour, 0.04)).move(*place)
    shape = grounded(shape, 0.06)
    if chance(rng, 0.5):
        dot, size = pick(rng, [vivid(rng), WHITE, (0.9, 0.2, 0.3)]), rng.uniform(0.05, 0.09)
        for k in range(int(rng.integers(8, 18))):
            up = rng.uniform(0.15, 0.95)
            out = (wide + 0.22) * np.sqrt(1 - 0.8 * up**2)
            shape += (
                ball(size, detail=6)
                .paint(dot)
                .move(out * np.cos(2.4 * k), 0.1 + (tall + 0.22) * up, out * np.sin(2.4 * k))
            )
    return shape


def swirl(rng: np.random.Generator, r: float, high: float, green: Colour) -> Shape:
    """Return a crown like soft ice: a cord wound up to a tip."""
    t = np.linspace(0, 1, 60)
    turns = rng.uniform(3, 5) * 2 * np.pi * t
    out = 0.7 * r * (1 - t) ** 0.8
    path = np.stack([out * np.cos(turns), high * t, out * np.sin(turns)], 1)
    cord = tube(path, 0.42 * r * (1 - 0.8 * t), 9).paint(gradient(shade(green, 0.75), shade(green, 1.3), "y", 0, high))
    return cord + lathe([(0.75 * r, 0), (0, 0.95 * high)], 9).paint(shade(green, 0.7))


def crown(rng: np.random.Generator, kind: str, green: Colour) -> Shape:
    """Return a crown of a kind that begins about y = 0."""
    r = rng.uniform(0.42, 0.65)
    if kind == "swirl":
        return swirl(rng, r, rng.uniform(0.8, 1.5), green).move(0, 0.1)
    if kind == "cubes":
        shape = box(1.5 * r, 1.3 * r, 1.5 * r, cuts=3).paint(speckled(rng, green, 0.05)).move(0, 0.6 * r)
        for _ in range(int(rng.integers(2, 6))):
            part = box(0.9 * r, rng.uniform(0.5, 0.9) * r, 0.9 * r, cuts=2)
            shape += part.paint(speckled(rng, shade(green, rng.uniform(0.85, 1.2)), 0.05)).move(
                *rng.uniform(-0.7, 0.7, 3) * r + (0, 0.75 * r, 0)
            )
        return shape
    if kind == "cones":
        sides, tiers = int(rng.integers(5, 9)), int(rng.integers(2, 5))
        return join(
            lathe([(0.2 * r, 0.05), (r * (1 - 0.7 * k / tiers), 0), (0, 0.75)], sides)
            .paint(speckled(rng, shade(green, 1 + 0.1 * k), 0.04))
            .finer()
            .turn("y", 40 * k)
            .move(0, 0.42 * k)
            for k in range(tiers)
        )
    if kind == "discs":
        shape = rod(0.09, 0.75, 0.06, 6).paint(shade(green, 0.5)).move(0, 0.2)
        for k in range(int(rng.integers(2, 4))):
            disc = grounded(facets(rng, r * rng.uniform(0.6, 1.0), 8, 0.06).scale(1.2, 0.35, 1.2), 0.2)
            disc = disc.paint(speckled(rng, shade(green, 1 + 0.1 * k), 0.03)).finer()
            shape += disc.move(rng.uniform(-0.15, 0.15) * k, 0.26 * k, rng.uniform(-0.15, 0.15) * k)
        return shape
    if kind == "egg":
        egg = lathe(smooth([(0, 0), (0.8 * r, 0.2), (r, 0.55), (0.55 * r, 1.1), (0, 1.4)], 14), pick(rng, [7, 20]))
        return egg.paint(gradient(shade(green, 0.75), shade(green, 1.25), "y", 0, 1.4)).finer().move(0, -0.05)
    shape = facets(rng, r, 8, 0.08).paint(speckled(rng, green, 0.04)).move(0, 0.7 * r)
    for k in range(int(rng.integers(1, 5))):
        part = facets(rng, r * rng.uniform(0.45, 0.8), 7, 0.08)
        shape += part.paint(speckled(rng, shade(green, rng.uniform(0.85, 1.2)), 0.04)).move(
            0.6 * r * np.cos(2.4 * k), rng.uniform(0.4, 1.3) * r, 0.6 * r * np.sin(2.4 * k)
        )
    return shape.finer()


def blob_tree(rng: np.random.Generator) -> Shape:
    """Return a game tree: a plain trunk and a crown of cubes, cones, facets, discs, an egg or a swirl."""
    kind = pick(rng, ["blobs", "blobs", "cubes", "cones", "discs", "swirl", "egg"])
    green = pick(rng, [leaf(rng), leaf(rng), (0.9, 0.5, 0.15), (0.95, 0.65, 0.78), (0.8, 0.25, 0.15), vivid(rng)])
    high, thick, brown = rng.uniform(0.4, 1.2), rng.uniform(0.09, 0.2), pick(rng, [bark(rng), wood(rng)])
    if kind == "cubes":
        trunk = box(1.6 * thick, high, 1.6 * thick).move(0, high / 2)
    else:
        lean = rng.uniform(-0.12, 0.12)
        trunk = tube(
            [(lean, 0, 0), (0.3 * lean, high / 2, 0), (0, high + 0.2, 0)],
            [1.4 * thick, thick, 0.8 * thick],
            pick(rng, [5, 6, 10]),
            along=7,
        )
    shape = trunk.paint(brown) + crown(rng, kind, green).move(0, high - 0.12)
    if chance(rng, 0.25):
        base = box(1.0, 0.14, 1.0) if kind == "cubes" else rod(0.6, 0.12, around=pick(rng, [6, 18]))
        shape += base.paint(pick(rng, [leaf(rng), EARTH])).move(0, -0.05)
    if chance(rng, 0.2):
        shape += stone(rng, 0.16, "facets", stone_colour(rng)).move(0.35, 0, 0.2)
    return shape


def willow(rng: np.random.Generator) -> Shape:
    """Return a tree whose branches hang down as cords or curtains around a trunk."""
    green, brown, high = (
        pick(rng, [*[leaf(rng)] * 5, (0.75, 0.55, 0.85), (0.95, 0.7, 0.8)]),
        bark(rng),
        rng.uniform(0.8, 1.3),
    )
    r, thick = rng.uniform(0.5, 0.8), rng.uniform(0.1, 0.17)
    shape = tube(
        [(0, 0, 0), (rng.uniform(-0.12, 0.12), 0.5 * high, 0), (0, high + 0.1, 0)],
        [1.5 * thick, thick, 0.9 * thick],
        10,
        along=8,
    )
    shape = (shape + roots(rng, thick, 4)).paint(brown)
    dome = ball(r, 0.55 * r, r, detail=pick(rng, [8, 14])).paint(speckled(rng, green, 0.04)).move(0, high + 0.1)
    shape += dome
    count, low = int(rng.integers(14, 26)), rng.uniform(0.1, 0.5) * high
    for k in range(count):
        angle, inner = 2.4 * k, rng.uniform(0.55, 1.0)
        end = low + rng.uniform(0, 0.35) * high
        out, wide = r * inner, rng.uniform(0.07, 0.13)
        top = high + 0.1 + 0.5 * r * np.sqrt(max(1 - (0.8 * inner) ** 2, 0))
        cord = tube(
            [(0, top, 0.75 * out), (0, 0.75 * top + 0.25 * end, 1.1 * out), (0, end, rng.uniform(1.0, 1.2) * out)],
            [wide, wide * 1.1, 0.035],
            6,
            along=8,
        )
        tone = shade(green, rng.uniform(0.75, 1.25))
        shape += cord.paint(gradient(shade(tone, 1.2), tone, "y", end, top)).turn("y", np.degrees(angle))
    return shape


FAMILIES = {
    "bare_tree": bare_tree,
    "bush": bush,
    "blob_tree": blob_tree,
    "willow": willow,
}
