"""Crawling animals of land."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, WHITE, chance, dark, hsv, leaf, near, pick, shade, spots, stripes, vivid
from ...parts import ball, box, lathe, rail, rod, tube
from ...shape import NOTHING, Colour, Shape, join
from ..living.skeleton import eyes


def side_legs(
    count: int, root: float, reach: float, high: float, knee: float, thick: float, spread: float, long: float = 0.0
) -> Shape:
    """Return jointed legs at both sides: `count` each, fanned over `spread` degrees, rooted along z over `long`."""
    shapes = []
    for k in range(count):
        share = k / max(count - 1, 1) - 0.5
        path = [
            (root, high, 0),
            (root + 0.45 * reach, knee, 0),
            (root + 0.8 * reach, 0.4 * knee, 0),
            (root + reach, 0.02, 0),
        ]
        leg = tube(path, [1.2 * thick, thick, 0.8 * thick, 0.6 * thick], 8, along=10)
        shapes.append(leg.turn("y", spread * share).move(0, 0, -long * share))
    return join(shapes).both()


def spider(rng: np.random.Generator) -> Shape:
    """Return a spider with eight legs, hairy or smooth, at times marked."""
    colour = pick(rng, [BLACK, near(rng, (0.35, 0.22, 0.12)), dark(rng), vivid(rng)])
    mark = pick(rng, [(0.85, 0.1, 0.1), shade(colour, 1.8), (0.95, 0.75, 0.15)])
    fat, reach = rng.uniform(0.3, 0.45), rng.uniform(0.6, 1.1)
    cover = pick(rng, [colour, spots(rng, colour, mark, 0.22, 0.3), stripes([colour, mark], "z", 0.16)])
    shape = ball(fat, 0.85 * fat, 1.15 * fat, detail=18).paint(cover).move(0, 0.42, -0.28 - fat) + ball(
        0.26, 0.2, 0.28, detail=14
    ).paint(colour).move(0, 0.36, 0.0)
    leg = pick(rng, [colour, shade(colour, 1.5), mark])
    shape += side_legs(
        4, 0.15, reach, 0.35, rng.uniform(0.5, 0.8), rng.uniform(0.04, 0.06), rng.uniform(95, 130), 0.2
    ).paint(leg)
    gaze = ball(0.065, detail=8).move(0.08, 0.46, 0.23).both() + ball(0.045, detail=8).move(0.18, 0.44, 0.17).both()
    shape += gaze.paint(pick(rng, [WHITE, (0.85, 0.1, 0.1), BLACK])) + (
        eyes(0.1, 0.48, 0.24, 0.085) if chance(rng, 0.4) else NOTHING
    )
    return (
        shape
        + tube([(0.09, 0.3, 0.24), (0.1, 0.18, 0.34), (0.06, 0.1, 0.32)], [0.055, 0.045, 0.02], 8, along=7)
        .paint(shade(colour, 0.7))
        .both()
    )


def scorpion(rng: np.random.Generator) -> Shape:
    """Return a scorpion with pincers and a raised tail."""
    colour = near(rng, pick(rng, [(0.2, 0.15, 0.12), (0.75, 0.5, 0.2), (0.5, 0.15, 0.1), (0.85, 0.7, 0.35)]))
    body = join(
        ball(w, 0.15, 0.16, detail=12).move(0, 0.24, z)
        for w, z in ((0.26, 0.3), (0.28, 0.12), (0.27, -0.06), (0.24, -0.24), (0.18, -0.4))
    )
    rise = rng.uniform(0.85, 1.15)
    path = smooth(
        [
            (0, 0.26, -0.45),
            (0, 0.4 * rise, -0.85),
            (0, 0.85 * rise, -0.92),
            (0, 1.15 * rise, -0.6),
            (0, 1.1 * rise, -0.3),
        ],
        7,
    )
    tail = join(ball(0.125 - 0.006 * k, detail=10).move(*p) for k, p in enumerate(path)) + tube(path, 0.08, 8)
    sting = tube(
        [path[-1], path[-1] + [0, -0.02, 0.18], path[-1] + [0, -0.2, 0.24]], [0.13, 0.08, 0.015], 8, along=7
    ).paint(shade(colour, 0.5))
    claw = tube([(0.2, 0.25, 0.3), (0.5, 0.35, 0.45), (0.52, 0.28, 0.75)], [0.07, 0.06, 0.07], 8, along=9) + ball(
        0.15, 0.11, 0.2, detail=12
    ).move(0.5, 0.28, 0.85)
    claw += tube([(0.58, 0.28, 0.95), (0.64, 0.28, 1.1), (0.52, 0.28, 1.25)], [0.07, 0.06, 0.015], 8, along=7) + tube(
        [(0.42, 0.28, 0.95), (0.38, 0.28, 1.1), (0.46, 0.28, 1.22)], [0.06, 0.05, 0.015], 8, along=7
    )
    shape = (
        (body + tail + claw.scale(1, 1, 1).both()).paint(colour)
        + sting
        + side_legs(4, 0.18, rng.uniform(0.45, 0.6), 0.24, 0.38, 0.04, 70, 0.4).paint(shade(colour, 0.8))
    )
    return shape + eyes(0.08, 0.38, 0.36, 0.05, chance(rng, 0.4))


def beetle(rng: np.random.Generator) -> Shape:
    """Return a beetle, stag beetle or rhinoceros beetle."""
    colour, metal = (
        pick(rng, [BLACK, near(rng, (0.35, 0.18, 0.1)), hsv(rng.uniform(0.3, 0.6), 0.8, 0.5), vivid(rng)]),
        pick(rng, [1.0, 1.4]),
    )
    long, wide = rng.uniform(0.45, 0.6), rng.uniform(0.34, 0.42)
    shell = ball(wide, 0.3, long, detail=20).paint(shade(colour, metal)).move(0, 0.3, -0.15) + box(
        0.03, 0.05, 1.5 * long, 0.01
    ).paint(shade(colour, 0.5)).move(0, 0.585, -0.2)
    shape = (
        shell
        + ball(0.8 * wide, 0.24, 0.2, detail=14).paint(shade(colour, 0.8)).move(0, 0.3, long - 0.15)
        + ball(0.18, 0.15, 0.17, detail=12).paint(shade(colour, 0.6)).move(0, 0.28, long + 0.08)
    )
    shape += side_legs(3, 0.25, rng.uniform(0.4, 0.55), 0.22, 0.3, 0.045, 80, 0.5).paint(shade(colour, 0.5))
    kind, z = pick(rng, ["stag", "rhino", "plain", "scarab"]), long + 0.2
    if kind == "stag":
        shape += (
            tube(
                [(0.08, 0.26, z), (0.26, 0.28, z + 0.22), (0.2, 0.3, z + 0.45), (0.08, 0.3, z + 0.52)],
                [0.06, 0.05, 0.045, 0.02],
                8,
                along=10,
            )
            .paint(shade(colour, 0.6))
            .both()
            + rail((0.24, 0.28, z + 0.28), (0.13, 0.29, z + 0.3), 0.035).paint(shade(colour, 0.6)).both()
        )
    elif kind == "rhino":
        shape += (
            tube([(0, 0.33, z), (0, 0.5, z + 0.25), (0, 0.85, z + 0.25)], [0.08, 0.06, 0.035], 8, along=9).paint(
                shade(colour, 0.6)
            )
            + rail((-0.1, 0.92, z + 0.26), (0.1, 0.92, z + 0.26), 0.035).paint(shade(colour, 0.6))
            + rail((0, 0.8, z + 0.25), (0, 0.92, z + 0.26), 0.035).paint(shade(colour, 0.6))
        )
    else:
        shape += (
            tube([(0.08, 0.35, z), (0.2, 0.5, z + 0.2), (0.35, 0.5, z + 0.3)], 0.025, 8, along=8).paint(BLACK).both()
        )
    return shape + eyes(0.13, 0.34, z - 0.02, 0.045, chance(rng, 0.5))


def ladybird(rng: np.random.Generator) -> Shape:
    """Return a ladybird with dots, its wings closed or open."""
    colour, r = pick(rng, [(0.85, 0.1, 0.08), (0.85, 0.1, 0.08), (0.95, 0.6, 0.1), (0.95, 0.85, 0.2)]), 0.5
    high, count = rng.uniform(0.38, 0.48), int(rng.integers(2, 5))
    dots = []
    for k in range(count):
        a, out = np.radians(-70 + 140 * k / max(count - 1, 1) + rng.uniform(-8, 8)), (0.55 if k % 2 else 0.68)
        x, z = out * np.cos(a), out * np.sin(a)
        y = np.sqrt(max(1 - x * x - z * z, 0))
        dots.append(
            ball(0.1, 0.05, 0.1, detail=10)
            .turn("z", -np.degrees(np.arctan2(x, y + 0.1)))
            .turn("x", np.degrees(np.arctan2(z, y + 0.2)))
            .move(x * r, high * y + 0.12, z * 1.08 * r)
        )
    half = (
        lathe([*[(r * np.cos(a), high * np.sin(a)) for a in np.linspace(-0.12, 1.52, 10)], (0, high)], 28)
        .scale(1, 1, 1.08)
        .paint(colour)
        .move(0, 0.12)
    )
    shape = (
        half
        + rod(0.46, 0.12, around=24).paint(BLACK).move(0, 0.1)
        + join(dots).paint(BLACK).both()
        + tube([(0, 0.13 + high, 0.1), (0, 0.13 + 0.9 * high, -0.24), (0, 0.14, -0.54)], 0.025, 8, along=10).paint(
            BLACK
        )
    )
    head = (
        ball(0.26, 0.22, 0.22, detail=14).paint(BLACK).move(0, 0.24, 0.55)
        + ball(0.07, 0.07, 0.04, detail=8).paint(WHITE).move(0.15, 0.32, 0.7).both()
    )
    head += (
        tube([(0.08, 0.4, 0.6), (0.16, 0.58, 0.7), (0.24, 0.62, 0.76)], 0.025, 8, along=7).paint(BLACK).both()
        + ball(0.04, detail=8).paint(BLACK).move(0.25, 0.63, 0.77).both()
    )
    if chance(rng, 0.5):
        head += eyes(0.12, 0.28, 0.72, 0.08)
    return shape + head + side_legs(3, 0.35, 0.28, 0.12, 0.14, 0.04, 60, 0.5).paint(BLACK)


def ant(rng: np.random.Generator) -> Shape:
    """Return an ant on six legs with bent feelers."""
    colour = pick(rng, [BLACK, near(rng, (0.55, 0.2, 0.1)), near(rng, (0.3, 0.15, 0.1)), (0.75, 0.35, 0.1)])
    size = rng.uniform(0.9, 1.2)
    shape = ball(0.25 * size, 0.23 * size, 0.36 * size, detail=16).paint(
        pick(rng, [colour, stripes([colour, shade(colour, 0.7)], "z", 0.12)])
    ).move(0, 0.42, -0.6) + ball(0.08, detail=10).paint(colour).move(0, 0.36, -0.25)
    shape += ball(0.16, 0.15, 0.26, detail=14).paint(colour).move(0, 0.4, 0.0) + ball(
        0.24 * size, 0.2 * size, 0.23 * size, detail=16
    ).paint(colour).move(0, 0.48, 0.42)
    shape += side_legs(3, 0.1, rng.uniform(0.5, 0.7), 0.36, 0.55, 0.035, 90, 0.25).paint(shade(colour, 0.7))
    shape += (
        tube([(0.1, 0.6, 0.52), (0.25, 0.85, 0.65), (0.38, 0.8, 0.95)], 0.03, 8, along=9).paint(colour).both()
        + tube([(0.08, 0.4, 0.6), (0.12, 0.36, 0.75), (0.02, 0.34, 0.82)], [0.05, 0.04, 0.015], 8, along=7)
        .paint(shade(colour, 0.6))
        .both()
    )
    if chance(rng, 0.2):
        shape += tube(
            [(0, 0.6, 0.5), (0.0, 1.0, 0.5), (0.4, 1.2, 0.3)],
            np.array([[0.03, 0.03], [0.04, 0.25], [0.03, 0.05]]),
            8,
            along=9,
        ).paint(leaf(rng))
    return shape + eyes(0.18 * size, 0.54, 0.55, rng.uniform(0.05, 0.09), chance(rng, 0.6))


def feelered_head(rng: np.random.Generator, head_r: float, first: Colour, second: Colour) -> Shape:
    """Return a round head with eyes and feelers."""
    head = ball(head_r, detail=18).paint(pick(rng, [first, second, (0.85, 0.15, 0.12)])) + eyes(
        0.4 * head_r, 0.2 * head_r, 0.82 * head_r, 0.2 * head_r
    )
    head += (
        (
            tube(
                [
                    (0.35 * head_r, 0.85 * head_r, 0),
                    (0.5 * head_r, 1.4 * head_r, 0.1),
                    (0.75 * head_r, 1.6 * head_r, 0.15),
                ],
                0.03,
                8,
                along=8,
            )
            + ball(0.06, detail=8).move(0.75 * head_r, 1.62 * head_r, 0.15)
        )
        .paint(BLACK)
        .both()
    )
    return head


def caterpillar(rng: np.random.Generator) -> Shape:
    """Return a caterpillar, a worm or a centipede of round segments."""
    first, second = (
        pick(rng, [leaf(rng), vivid(rng), (0.55, 0.8, 0.25)]),
        pick(rng, [vivid(rng), leaf(rng), (0.95, 0.85, 0.3)]),
    )
    count, r = int(rng.integers(6, 11)), rng.uniform(0.17, 0.22)
    t = np.linspace(0, 1, count)
    arch, sway = rng.uniform(0, 0.35), rng.uniform(-0.35, 0.35)
    path = np.stack(
        [sway * np.sin(3.5 * t), r + arch * np.sin(np.pi * np.clip(2 * t - 0.6, 0, 1)), 1.35 * r * count * (0.5 - t)], 1
    )
    shape = join(
        ball(r * (1 - 0.25 * max(k / count - 0.6, 0)), r, 0.85 * r, detail=14)
        .paint(first if k % 2 else second)
        .move(*p)
        for k, p in enumerate(path)
        if k
    )
    feet = join(
        ball(0.07, detail=8).move(p[0] + s * 0.7 * r, max(p[1] - 0.9 * r, 0.04), p[2])
        for p in path[1:]
        for s in (1, -1)
    )
    shape += feet.paint(shade(pick(rng, [first, second, (0.95, 0.5, 0.1)]), 0.7))
    head_r = r * rng.uniform(1.2, 1.5)
    head = feelered_head(rng, head_r, first, second)
    head += tube(
        [
            (-0.3 * head_r, -0.3 * head_r, 0.9 * head_r),
            (0, -0.42 * head_r, 0.96 * head_r),
            (0.3 * head_r, -0.3 * head_r, 0.9 * head_r),
        ],
        0.025,
        6,
        along=7,
    ).paint(BLACK)
    if chance(rng, 0.4):
        shape += join(lathe([(0.04, 0), (0, 0.16)], 6).move(p[0], p[1] + 0.9 * r, p[2]) for p in path[1:]).paint(
            shade(second, 0.6)
        )
    return shape + head.move(path[0, 0], path[0, 1] + rng.uniform(0, 0.2) + head_r - r, path[0, 2] + 0.4 * r)


FAMILIES = {
    "spider": spider,
    "scorpion": scorpion,
    "beetle": beetle,
    "ladybird": ladybird,
    "ant": ant,
    "caterpillar": caterpillar,
}
