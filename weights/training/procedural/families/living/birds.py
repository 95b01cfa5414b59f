"""Birds, and what else flies: butterflies, bees, dragons."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import BLACK, WHITE, chance, dark, fur, grey, hsv, near, pick, shade, stripes, vivid
from ...parts import ball, extrude, hull, lathe, rail, rod, tube
from ...shape import Colour, Shape, join
from .skeleton import eyes

ORANGE: Colour = (0.95, 0.55, 0.1)


def feather_fan(width: float, long: float, colour: Colour) -> Shape:
    """Return a flat tail towards -Z, wider at its end."""
    return extrude(
        [(-0.25 * width, 0), (0.25 * width, 0), (0.5 * width, -long), (0, -1.1 * long), (-0.5 * width, -long)],
        0.05,
        plane="xz",
    ).paint(colour)


def bird_legs(apart: float, high: float, z: float, colour: Colour, thick: float = 0.025) -> Shape:
    """Two legs with three toes, feet on y = 0."""
    toe = rail((0, 0.02, 0), (0, 0.02, 0.14), thick).turn("y", 30)
    foot = toe + toe.turn("y", -30) + toe.turn("y", -60)
    return (rail((0, 0.02, 0), (0, high, -0.03), thick) + foot).move(apart, 0, z).both().paint(colour)


def wings_out(span: float, chord: float, rise: float, colour: Colour, tips: Colour) -> Shape:
    """Spread wings, feathered at their rear edge."""
    count = 7
    front = smooth([(0, 0.5), (0.35, 0.7), (0.7, 0.55), (1.0, 0.05)], 9)
    back = [
        p
        for k in range(count)
        for p in ((1.0 - k / count, -0.25 - 0.3 * k / count), (1.0 - (k + 0.6) / count, -0.12 - 0.3 * k / count))
    ]
    outline = np.concatenate([front, back]) * [span, chord]
    wing = (
        extrude(outline, 0.07, 0.0, plane="xz")
        .finer()
        .bend(lambda v: v + np.stack([0 * v[:, 0], rise * np.maximum(v[:, 0] / span, 0) ** 1.3, 0 * v[:, 0]], 1))
    )
    return wing.paint(stripes([colour, colour, colour, tips], "x", 0.3 * span)).both()


def bird(rng: np.random.Generator) -> Shape:
    """Return a song bird, parrot, crow or gull, sitting or flying."""
    colour, other, bill = (
        vivid(rng),
        pick(rng, [vivid(rng), WHITE, shade(hsv(0.08, 0.6, 0.8), 1)]),
        pick(rng, [ORANGE, BLACK, (0.9, 0.8, 0.2)]),
    )
    plump = rng.uniform(0.85, 1.2)
    lean = rng.uniform(0, 35)
    body = hull(
        [
            (-0.55, 0.03, 0.0, 0.06),
            (-0.3, 0.2 * plump, -0.14, 0.2),
            (0.05, 0.28 * plump, -0.26, 0.28),
            (0.35, 0.2, -0.12, 0.26),
            (0.45, 0.05, 0.05, 0.15),
        ],
        18,
        18,
    ).paint(colour)
    body += ball(0.24 * plump, 0.22, 0.32).paint(other).move(0, -0.06, 0.12) + feather_fan(
        0.26, rng.uniform(0.25, 0.6), shade(colour, 0.7)
    ).move(0, 0.05, -0.45)
    flying = chance(rng, 0.35)
    if flying:
        lean = rng.uniform(0, 12)
        body += wings_out(
            rng.uniform(0.8, 1.1),
            rng.uniform(0.35, 0.45),
            rng.uniform(-0.1, 0.5),
            shade(colour, 0.85),
            shade(colour, 0.45),
        ).move(0, 0.08, 0.02)
    else:
        body += (
            ball(0.06, 0.17, 0.36, detail=12)
            .turn("x", 10)
            .paint(shade(colour, 0.7))
            .move(0.25 * plump, 0.04, -0.06)
            .both()
        )
    head = (
        ball(0.19).paint(pick(rng, [colour, other, shade(colour, 0.6)]))
        + lathe([(0.07, 0), (0.05, 0.1), (0, rng.uniform(0.14, 0.26))], 10)
        .turn("x", 90)
        .paint(bill)
        .move(0, -0.02, 0.15)
        + eyes(0.11, 0.06, 0.13, 0.035, chance(rng, 0.5))
    )
    if chance(rng, 0.25):
        head += tube([(0, 0.15, 0), (0, 0.3, -0.08), (0, 0.36, -0.2)], [0.06, 0.04, 0.015], along=7).paint(
            shade(colour, 0.6)
        )
    shape = body.turn("x", -lean)
    angle = np.radians(lean)
    y, z = 0.28 * np.cos(angle) + 0.38 * np.sin(angle), 0.38 * np.cos(angle) - 0.2 * np.sin(angle)
    shape += head.turn("y", rng.uniform(-30, 30) * (not flying)).move(0, y, z)
    return shape if flying else shape + bird_legs(0.1, 0.3, 0.0, bill).move(0, -0.5, 0.02)


def duck(rng: np.random.Generator) -> Shape:
    """Duck, goose, swan or flamingo."""
    kind = pick(rng, ["duck", "duck", "rubber", "swan", "flamingo"])
    colour = {"rubber": (0.98, 0.82, 0.1), "swan": WHITE, "flamingo": (0.95, 0.5, 0.55)}.get(kind) or pick(
        rng, [WHITE, (0.45, 0.35, 0.25), grey(rng)]
    )
    bill = ORANGE
    body = hull(
        [
            (-0.62, 0.03, 0.2, 0.28),
            (-0.45, 0.16, 0.0, 0.27),
            (-0.1, 0.34, -0.2, 0.2),
            (0.25, 0.32, -0.22, 0.2),
            (0.5, 0.12, -0.05, 0.15),
        ],
        20,
        20,
    ).paint(colour)
    body += ball(0.07, 0.18, 0.34, detail=12).turn("x", 12).paint(shade(colour, 0.88)).move(0.3, 0.06, -0.08).both()
    high = {"swan": 0.75, "flamingo": 0.95}.get(kind, rng.uniform(0.25, 0.42))
    hue = pick(rng, [colour, (0.1, 0.4, 0.2)]) if kind == "duck" else colour
    neck = [(0, 0.0, 0.3), (0, 0.25 * high, 0.52), (0, 0.65 * high, 0.42 if high > 0.5 else 0.45), (0, high, 0.42)]
    body += tube(neck, [0.16, 0.11, 0.085 if high > 0.5 else 0.11, 0.1], 12, along=14).paint(hue)
    r = 0.13 if high > 0.5 else 0.18
    head = (
        ball(r, r, 1.1 * r).paint(hue)
        + hull(
            [
                (0.6 * r, 0.6 * r, -0.25 * r, 0.3 * r),
                (1.5 * r, 0.55 * r, -0.2 * r, 0.1 * r),
                (2.0 * r, 0.6 * r, -0.15 * r, 0.05 * r),
                (2.25 * r, 0.1 * r, -0.08 * r, 0.0),
            ],
            14,
            10,
        ).paint(bill)
        + eyes(0.6 * r, 0.3 * r, 0.65 * r, 0.2 * r, kind == "rubber")
    )
    body += head.move(0, high, 0.45)
    if kind == "flamingo":
        return body + bird_legs(0.09, 0.95, 0, (0.9, 0.4, 0.45), 0.025).move(0, -1.1)
    return (
        body if kind == "rubber" or chance(rng, 0.3) else body + bird_legs(0.14, 0.25, 0.05, bill, 0.03).move(0, -0.4)
    )


def chicken(rng: np.random.Generator) -> Shape:
    """Hen, cock or chick."""
    colour, red = pick(rng, [WHITE, (0.6, 0.3, 0.12), (0.85, 0.6, 0.25), dark(rng)]), (0.85, 0.12, 0.1)
    if chance(rng, 0.2):
        yellow = (0.98, 0.85, 0.3)
        body = (
            ball(0.3, 0.28, 0.32).paint(yellow)
            + ball(0.2).paint(yellow).move(0, 0.33, 0.12)
            + eyes(0.1, 0.38, 0.28, 0.03, False)
            + lathe([(0.06, 0), (0, 0.12)], 10).turn("x", 90).paint(ORANGE).move(0, 0.32, 0.3)
        )
        return (
            body
            + ball(0.06, 0.12, 0.18, detail=10).paint(shade(yellow, 0.9)).move(0.28, 0, -0.02).both()
            + bird_legs(0.1, 0.25, 0.02, ORANGE).move(0, -0.45)
        )
    cock = chance(rng, 0.5)
    body = hull(
        [
            (-0.5, 0.05, 0.3, 0.42),
            (-0.3, 0.2, 0.0, 0.38),
            (0.0, 0.3, -0.28, 0.22),
            (0.25, 0.26, -0.22, 0.25),
            (0.42, 0.08, 0.0, 0.15),
        ],
        20,
        18,
    ).paint(colour)
    body += (
        tube([(0, 0.05, 0.25), (0, 0.35, 0.36), (0, 0.55, 0.36)], [0.2, 0.14, 0.12], 14, along=9).paint(
            pick(rng, [colour, shade(colour, 1.4), ORANGE])
        )
        + ball(0.07, 0.18, 0.3, detail=12).paint(shade(colour, 0.75)).move(0.28, 0.02, -0.03).both()
    )
    for k in range(5 if cock else 3):
        reach = 0.34 + 0.05 * k if cock else 0.22
        plume = tube(
            [
                (0, 0.2, -0.35),
                (0, 0.35 + 0.06 * k + reach * 0.5, -0.5 - 0.03 * k),
                (0, 0.3 + reach * (0.9 if cock else 0.6), -0.55 - reach * (0.9 - 0.12 * k)),
            ],
            [0.08, 0.07, 0.03],
            along=8,
        )
        body += plume.paint(
            pick(rng, [dark(rng), shade(colour, 0.6), (0.1, 0.3, 0.2)]) if cock else shade(colour, 0.85)
        ).turn("y", (k - 2) * 7 if cock else (k - 1) * 14)
    head = (
        ball(0.14, 0.15, 0.15).paint(colour)
        + lathe([(0.055, 0), (0, 0.15)], 10).turn("x", 90).paint((0.95, 0.75, 0.2)).move(0, -0.01, 0.12)
        + eyes(0.09, 0.04, 0.1, 0.028, False)
    )
    tall = 0.12 if cock else 0.07
    head += (
        join(ball(0.03, tall, 0.05, detail=8).move(0, 0.15, 0.08 - 0.07 * k) for k in range(3)).paint(red)
        + ball(0.03, 0.08, 0.04, detail=8).paint(red).move(0.02, -0.15, 0.12).both()
    )
    return body + head.move(0, 0.62, 0.4) + bird_legs(0.12, 0.32, 0.02, (0.95, 0.7, 0.2), 0.028).move(0, -0.56)


def penguin(rng: np.random.Generator) -> Shape:
    back, chick = pick(rng, [BLACK, (0.15, 0.17, 0.25), (0.25, 0.3, 0.4)]), rng.uniform(0.85, 1.25)
    body = hull(
        [
            (0, 0.22, -0.2, 0.22),
            (0.25, 0.36 * chick, -0.33, 0.36),
            (0.6, 0.34 * chick, -0.3, 0.3),
            (0.95, 0.2, -0.18, 0.18),
            (1.05, 0.12, -0.12, 0.12),
        ],
        22,
        18,
        "y",
    ).paint(back)
    body += ball(0.29 * chick, 0.42, 0.22, detail=18).paint(WHITE).move(0, 0.45, 0.2)
    head = (
        ball(0.23, 0.22, 0.23).paint(back)
        + ball(0.09, 0.12, 0.06, detail=10).paint(WHITE).move(0.1, 0.0, 0.18).both()
        + lathe([(0.06, 0), (0.035, 0.1), (0, 0.2)], 10).turn("x", 95).paint(ORANGE).move(0, -0.03, 0.2)
        + eyes(0.09, 0.05, 0.21, 0.03, False)
    )
    body += head.turn("y", rng.uniform(-25, 25)).move(0, 1.12)
    out = rng.uniform(8, 45)
    body += (
        ball(0.055, 0.36, 0.14, detail=12)
        .move(0, -0.32)
        .turn("z", out)
        .paint(shade(back, 1.2))
        .move(0.3 * chick, 0.86)
        .both()
    )
    return (
        body
        + ball(0.13, 0.05, 0.2, detail=10).paint(ORANGE).move(0.15, 0.0, 0.14).both()
        + ball(0.1, 0.14, 0.1, detail=10).paint(back).move(0, 0.1, -0.26)
    )


def owl(rng: np.random.Generator) -> Shape:
    colour = pick(rng, [fur(rng), WHITE, near(rng, (0.5, 0.36, 0.22))])
    belly = shade(colour, 1.7)
    body = hull(
        [
            (0, 0.16, -0.16, 0.16),
            (0.2, 0.33, -0.28, 0.28),
            (0.5, 0.36, -0.3, 0.3),
            (0.85, 0.33, -0.27, 0.27),
            (1.08, 0.2, -0.18, 0.18),
            (1.12, 0.02, -0.02, 0.02),
        ],
        22,
        20,
        "y",
    ).paint(colour)
    front = ball(0.26, 0.35, 0.2, detail=18).move(0, 0.4, 0.14)
    body += (
        front.paint(stripes([belly, shade(belly, 0.8)], "y", 0.07, 5))
        + ball(0.07, 0.32, 0.22, detail=12).turn("z", 8).paint(shade(colour, 0.7)).move(0.34, 0.45, -0.02).both()
    )
    disc = (
        rod(0.17, 0.08, around=20, round_by=0.03).turn("x", 90).paint(belly)
        + rod(0.11, 0.06, around=18).turn("x", 90).paint(pick(rng, [(0.95, 0.75, 0.1), WHITE])).move(0, 0, 0.03)
        + ball(0.065, detail=10).paint(BLACK).move(0, 0, 0.05)
    )
    body += disc.turn("y", 14).move(0.15, 0.85, 0.25).both() + lathe([(0.05, 0), (0, 0.14)], 10).turn("x", 120).paint(
        ORANGE
    ).move(0, 0.8, 0.3)
    body += lathe([(0.1, 0), (0.05, 0.14), (0, 0.24)], 10).turn("z", -20).paint(colour).move(
        0.2, 1.02
    ).both() + feather_fan(0.3, 0.3, shade(colour, 0.7)).turn("x", -60).move(0, 0.15, -0.2)
    claws = ball(0.05, 0.05, 0.09, detail=8).along(3, x=0.07).move(0.14, 0.0, 0.14).both().paint(ORANGE)
    return (
        body
        + claws
        + (
            rail((-0.7, -0.09, 0.08), (0.7, -0.04, 0.08), 0.07).paint((0.42, 0.28, 0.16))
            if chance(rng, 0.5)
            else rod(0.05, 0.04).paint(colour)
        )
    )


FAMILIES = {
    "bird": bird,
    "duck": duck,
    "chicken": chicken,
    "penguin": penguin,
    "owl": owl,
}
