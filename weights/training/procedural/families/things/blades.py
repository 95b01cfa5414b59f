"""Blades and umbrellas."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, STEEL, WHITE, chance, dark, grey, metal, pick, shade, stripes, vivid, wood
from ...parts import ball, extrude, hull, lathe, rail, rod, tube
from ...shape import Colour, Shape


def shaft(rng: np.random.Generator, long: float, radius: float, colour: Colour | None = None) -> Shape:
    """Return a wooden or coloured handle from y = 0 up, a little swollen, oval."""
    swell = rng.uniform(1.0, 1.3)
    shape = hull(
        [
            (0, radius * 1.1, -1.3 * radius, 1.3 * radius, 3),
            (0.15 * long, radius * swell, -1.4 * radius, 1.4 * radius, 3),
            (0.6 * long, 0.85 * radius, -radius, radius, 3),
            (long, 0.9 * radius, -1.1 * radius, 1.1 * radius, 3),
        ],
        14,
        12,
        "y",
    )
    return shape.paint(colour or pick(rng, [wood(rng), wood(rng), vivid(rng)]))


def axe(rng: np.random.Generator) -> Shape:
    """Return a felling axe or a double-bladed one."""
    long, iron = rng.uniform(1.3, 1.9), pick(rng, [STEEL, grey(rng, 0.25, 0.6)])
    shape = shaft(rng, long, 0.06)
    reach, edge = rng.uniform(0.36, 0.5), rng.uniform(0.24, 0.36)
    outline = [
        (-0.1, -0.11),
        (0.08, -0.1),
        *smooth(
            [(0.6 * reach, -0.6 * edge), (reach, -edge), (1.12 * reach, 0), (reach, edge), (0.6 * reach, 0.45 * edge)],
            11,
        ),
        (0.08, 0.12),
        (-0.1, 0.11),
    ]
    blade = (
        extrude(outline, 0.15, plane="zy")
        .bend(lambda v: v * np.stack([1 - 0.72 * np.clip(v[:, 2] / reach, 0, 1), 0 * v[:, 1] + 1, 0 * v[:, 1] + 1], 1))
        .paint(iron)
    )
    bright = extrude(
        smooth(
            [
                (0.97 * reach, -edge),
                (1.13 * reach, 0),
                (0.97 * reach, edge),
                (0.9 * reach, 0.5 * edge),
                (0.98 * reach, 0),
                (0.9 * reach, -0.5 * edge),
            ],
            16,
            closed=True,
        ),
        0.06,
        plane="zy",
    ).paint(shade(iron, 1.6))
    head = blade + bright
    if chance(rng, 0.35):
        head = head.both("z")
    return shape + head.move(0, long - 0.16)


def sword(rng: np.random.Generator) -> Shape:
    """Straight sword, sabre or dagger with guard, grip and pommel."""
    long, wide = rng.uniform(0.8, 1.9), rng.uniform(0.08, 0.13)
    steel, trim, grip = (
        pick(rng, [STEEL, STEEL, (0.55, 0.75, 0.9)]),
        pick(rng, [(0.85, 0.66, 0.2), STEEL, dark(rng)]),
        pick(rng, [dark(rng), vivid(rng), wood(rng)]),
    )
    curve = rng.uniform(0.1, 0.28) * long if chance(rng, 0.3) else 0.0
    rows = [
        (0, wide, -0.03, 0.03, 1.4),
        (0.5 * long, 0.92 * wide, -0.03, 0.03, 1.4),
        (0.85 * long, 0.8 * wide, -0.028, 0.028, 1.4),
        (long, 0.004, -0.004, 0.004, 1.4),
    ]
    blade = hull(rows, 12, 16, "y").bend(
        lambda v: v + np.stack([curve * (np.clip(v[:, 1], 0, None) / long) ** 2, 0 * v[:, 1], 0 * v[:, 1]], 1)
    )
    shape = blade.paint(steel)
    reach = rng.uniform(0.2, 0.38)
    bow = rng.uniform(-0.12, 0.12)
    shape += (
        tube([(-reach, bow, 0), (0, 0, 0), (reach, bow, 0)], [0.035, 0.05, 0.035], 10, along=11).paint(trim)
        + ball(0.05, detail=10).paint(trim).move(reach, bow).both()
    )
    tall = rng.uniform(0.28, 0.42)
    shape += (
        rod(0.05, tall, 0.045, 14).finer().paint(stripes([grip, shade(grip, 0.6)], "y", 0.05, 5)).move(0, -tall / 2)
    )
    return shape + ball(0.075, 0.08).paint(trim).move(0, -tall - 0.03)


def knife(rng: np.random.Generator) -> Shape:
    """Return a kitchen knife, cleaver or bread knife."""
    kind, long, wide = pick(rng, ["chef", "chef", "cleaver", "table"]), rng.uniform(0.9, 1.3), rng.uniform(0.17, 0.26)
    if kind == "cleaver":
        outline = [(0, 0), (0.75 * long, 0), (0.77 * long, 0.04), (0.77 * long, 2 * wide), (0, 1.8 * wide)]
    elif kind == "chef":
        outline = [
            (0, 0),
            *smooth([(0.1, -0.0), (0.5 * long, 0.02), (0.82 * long, 0.35 * wide), (long, 0.85 * wide)], 10),
            (0.8 * long, wide),
            (0, wide),
        ]
    else:
        outline = [
            (0, 0),
            *smooth(
                [
                    (0.2, 0),
                    (0.8 * long, 0),
                    (0.97 * long, 0.3 * wide),
                    (0.98 * long, 0.62 * wide),
                    (0.85 * long, 0.7 * wide),
                ],
                10,
            ),
            (0, 0.62 * wide),
        ]
    blade = extrude(outline, 0.05).finer().paint(STEEL)
    top = np.asarray(outline)[-1, 1]
    grip = hull(
        [
            (-0.7, 0.05, top - 0.17, top + 0.01, 3),
            (-0.6, 0.055, top - 0.19, top + 0.02, 3),
            (-0.3, 0.05, top - 0.14, top + 0.0, 3),
            (0.03, 0.05, top - 0.16, top + 0.01, 3),
        ],
        16,
        12,
    ).turn("y", 90)
    shape = blade + grip.paint(pick(rng, [BLACK, wood(rng), vivid(rng)]))
    return (
        shape + rod(0.025, 0.12, around=10).turn("x", 90).along(3, x=0.2).paint(metal(rng)).move(-0.33, top - 0.07)
    ).turn("z", pick(rng, [0, 90]))


def umbrella_cover(r: float, rise: float, count: int) -> Shape:
    """Return an open cover with a scalloped rim."""
    angle = np.linspace(0, np.pi / 2, 9)
    outside = np.stack([r * np.sin(angle), rise * np.cos(angle)], 1)[::-1]
    inside = outside[::-1] * [0.97, 1] - [0, 0.045]
    profile = np.concatenate(
        [
            [[0.97 * r, -0.04]],
            outside,
        ][0:2]
    )
    inside[0, 0] = 0
    cover = lathe(np.concatenate([inside[:-1], profile]), 4 * count)
    scallop = 0.06
    cover = cover.bend(
        lambda v: (
            v
            + np.stack(
                [
                    0 * v[:, 0],
                    -scallop
                    * np.abs(np.sin(count / 2 * np.arctan2(v[:, 2], v[:, 0]))) ** 0.7
                    * -1
                    * (np.hypot(v[:, 0], v[:, 2]) / r) ** 4,
                    0 * v[:, 0],
                ],
                1,
            )
        )
    )
    return cover


def umbrella(rng: np.random.Generator) -> Shape:
    """Open, with ribs and a crook, or a parasol on a foot."""
    count = int(rng.integers(6, 11))
    first, second = vivid(rng), pick(rng, [WHITE, vivid(rng)])
    r, rise = rng.uniform(0.8, 1.0), rng.uniform(0.35, 0.6)
    cover = umbrella_cover(r, rise, count)
    paint = pick(rng, ["gores", "plain", "gores", "rings"])
    table = np.asarray([first, second])

    def gores(corners: np.ndarray) -> np.ndarray:
        middle = (corners.min(1) + corners.max(1)) / 2
        turn = np.arctan2(middle[:, 2], middle[:, 0]) / (2 * np.pi) + 1
        k = (
            np.floor(turn * count + 1e-6).astype(int) % 2
            if paint == "gores"
            else np.floor(np.hypot(middle[:, 0], middle[:, 2]) / (0.25 * r)).astype(int) % 2
        )
        return np.repeat(table[k][:, None], 3, 1)

    shape = cover.paint(first if paint == "plain" else gores)
    pole = pick(rng, [wood(rng), STEEL, BLACK])
    deep = rng.uniform(0.9, 1.1)
    shape += rail((0, -deep, 0), (0, rise + 0.14, 0), 0.028, around=10).paint(pole)
    if chance(rng, 0.65):
        hook = tube(
            [
                (0, -deep + 0.05, 0),
                (0, -deep - 0.1, 0),
                (0.08, -deep - 0.18, 0),
                (0.17, -deep - 0.12, 0),
                (0.18, -deep - 0.02, 0),
            ],
            0.04,
            10,
            along=14,
        )
        return (shape + hook.paint(pick(rng, [wood(rng), BLACK, vivid(rng)]))).turn("z", rng.uniform(-25, 25))
    return shape + rod(0.3, 0.1, 0.24, 24).paint(grey(rng, 0.3, 0.6)).move(0, -deep)


FAMILIES = {
    "axe": axe,
    "sword": sword,
    "knife": knife,
    "umbrella": umbrella,
}
