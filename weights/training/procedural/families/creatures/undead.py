"""Zombies and skeletons."""

from __future__ import annotations

import numpy as np

from ...paint import WHITE, chance, dark, muted, near, pick, shade
from ...parts import ball, box, extrude, hull, rail, rod, torus, tube
from ...shape import Colour, Shape, join
from ..living.people import hair
from .figure import Figure
from .heroes import BONE, headgear, weapon


def zombie_skull(rng: np.random.Generator, r: float, n: int, tone: Colour) -> Shape:
    """Return a head of radius r with uneven eyes and bare teeth, bald."""
    head = (
        ball(0.9 * r, r, 0.9 * r, pick(rng, [2, 3, 4]), n + 4).paint(tone)
        + ball(0.2 * r, detail=10).paint(WHITE).move(0.33 * r, 0.1 * r, 0.8 * r)
        + ball(0.14 * r, detail=10).paint((0.9, 0.85, 0.4)).move(-0.33 * r, 0.1 * r, 0.82 * r)
    )
    head += (
        ball(0.06 * r, detail=6).paint((0.6, 0.1, 0.1)).move(0.33 * r, 0.1 * r, r).both()
        + box(0.6 * r, 0.26 * r, 0.2 * r, 0.04 * r).paint((0.25, 0.08, 0.1)).move(0, -0.42 * r, 0.8 * r)
        + box(0.1 * r, 0.1 * r, 0.1 * r).along(3, x=0.18 * r).paint(BONE).move(0, -0.34 * r, 0.9 * r)
    )
    return head


def zombie(rng: np.random.Generator) -> Shape:
    """Return a green figure in torn clothes, arms stretched forward."""
    f = Figure.drawn(rng)
    tone = near(rng, pick(rng, [(0.45, 0.62, 0.35), (0.5, 0.6, 0.5), (0.55, 0.65, 0.6)]))
    shirt, trousers, n = muted(rng), pick(rng, [dark(rng), muted(rng)]), max(f.around, 8)
    rows = [
        (f.leg - 0.05, 0.7 * f.half, -0.13, 0.13, 3),
        (f.leg + 0.8 * f.tall, f.half, -0.16, 0.16, 3),
        (f.neck, 0.6 * f.half, -0.11, 0.11, 2.5),
    ]
    shape = hull(rows, n, 9, "y").paint(shirt) + rod(0.3 * f.head, 0.2, around=f.around).paint(tone).move(0, f.neck)
    shape += (
        extrude([(-0.12, 0.1), (0.1, 0.14), (0.16, -0.06), (0.02, -0.14), (-0.14, -0.06)], 0.06)
        .paint(shade(tone, 0.7))
        .move(0.05, f.leg + 0.55 * f.tall, 0.15)
    )
    for side in (1, -1):
        droop, turn = rng.uniform(-0.25, 0.12), rng.uniform(-0.1, 0.1)
        start, reach = np.array([side * f.half, f.neck - f.limb, 0]), 0.95 * f.tall
        mid, end = (
            start + np.array([side * turn, 0.5 * droop, 0.45 * reach]),
            start + np.array([side * turn, droop, reach]),
        )
        shape += tube([start, mid], [1.15 * f.limb, 1.1 * f.limb], f.around).paint(shirt) + tube(
            [mid, end], [0.85 * f.limb, 0.75 * f.limb], f.around
        ).paint(tone)
        hand = ball(1.0 * f.limb, 0.6 * f.limb, 1.2 * f.limb, detail=8) + rail(
            (0, 0, 0), (0, -0.03, 2.2 * f.limb), 0.3 * f.limb
        ).along(3, x=0.6 * f.limb)
        shape += hand.paint(tone).move(*end)
        step = side * rng.uniform(0, 0.16)
        leg = tube(
            [(side * 0.42 * f.half, f.leg, 0), (side * 0.45 * f.half, 0.35 * f.leg, step)],
            [1.3 * f.limb, 1.1 * f.limb],
            f.around,
        ).paint(trousers)
        shape += (
            leg
            + tube(
                [(side * 0.45 * f.half, 0.4 * f.leg, step), (side * 0.45 * f.half, 0.04, step)], 0.85 * f.limb, f.around
            ).paint(tone)
            + box(2.1 * f.limb, 0.8 * f.limb, 3.2 * f.limb, 0.2 * f.limb)
            .paint(pick(rng, [dark(rng), tone]))
            .move(side * 0.45 * f.half, 0.4 * f.limb, step + 0.5 * f.limb)
        )
    r = f.head
    head = zombie_skull(rng, r, n, tone)
    head += (
        hair(rng, r)
        if chance(rng, 0.5)
        else ball(0.4 * r, 0.2 * r, 0.4 * r, detail=10).paint((0.85, 0.55, 0.6)).move(0.3 * r, 0.82 * r, 0)
    )
    return shape + head.turn("z", rng.uniform(-16, 16)).turn("x", rng.uniform(-5, 15)).move(0, f.neck + 0.85 * r, 0.03)


def skull(r: float) -> Shape:
    """Return a skull of radius r at the origin."""
    shape = ball(0.9 * r, 0.85 * r, r, detail=18).move(0, 0.1 * r) + box(0.85 * r, 0.5 * r, 0.75 * r, 0.15 * r).move(
        0, -0.6 * r, 0.4 * r
    )
    holes = ball(0.27 * r, 0.3 * r, 0.14 * r, detail=12).move(0.36 * r, 0.0, 0.86 * r).both() + ball(
        0.1 * r, 0.16 * r, 0.1 * r, 1.6, 8
    ).move(0, -0.32 * r, 0.9 * r)
    teeth = box(0.05 * r, 0.32 * r, 0.08 * r).along(5, x=0.17 * r).move(0, -0.68 * r, 0.77 * r)
    return shape.paint(BONE) + (holes + teeth).paint((0.12, 0.1, 0.1))


def skeleton_figure(rng: np.random.Generator) -> Shape:
    """Return a standing skeleton, or a skull alone, at times crowned or armed."""
    tint = near(rng, BONE, 0.04)
    if chance(rng, 0.2):
        head = skull(0.5)
        if chance(rng, 0.4):
            bones = (
                rail((-0.6, -0.7, 0), (0.6, -0.1, 0), 0.09)
                + ball(0.13, detail=8).move(0.6, -0.02)
                + ball(0.13, detail=8).move(0.66, -0.16)
            ).both()
            return head + bones.move(0, -0.1, -0.1).paint(BONE)
        return head
    r, bone = rng.uniform(0.24, 0.4), rng.uniform(0.045, 0.06)
    leg, tall, half = rng.uniform(0.5, 0.8), rng.uniform(0.5, 0.6), rng.uniform(0.22, 0.3)
    neck = leg + tall
    shape = rail((0, leg - 0.05, -0.04), (0, neck + 0.1, 0), bone).paint(tint) + join(
        ball(1.3 * bone, 0.8 * bone, 1.3 * bone, detail=8).move(0, y, -0.04) for y in np.linspace(leg, neck, 7)
    ).paint(tint)
    for k, y in enumerate(np.linspace(neck - 0.12, leg + 0.42 * tall, 4)):
        shape += torus(half * (0.9 - 0.08 * k), 0.8 * bone, 18, 6).scale(1, 1, 0.65).turn("x", 8).paint(tint).move(0, y)
    shape += rail((-half, neck - 0.02, 0), (half, neck - 0.02, 0), bone).paint(tint) + (
        ball(0.7 * half, 0.11, 0.12, 2.4, 12).move(0, leg)
    ).paint(tint)
    out = pick(rng, [rng.uniform(0.1, 0.35), rng.uniform(0.3, 0.5)])
    hand = np.array([half + out + 0.05, neck - 0.62 + 0.9 * out * (out > 0.35), 0.1])
    elbow = np.array([half + 0.6 * out, neck - 0.34, -0.04])
    arm = (
        rail((half, neck - 0.02, 0), elbow, bone)
        + rail(elbow, hand, bone)
        + ball(1.4 * bone, detail=8).move(*elbow)
        + ball(1.4 * bone, detail=8).move(half, neck - 0.02)
        + ball(1.5 * bone, detail=8).move(*hand)
        + rail(hand, hand + np.array([0, -0.12, 0.04]), 0.6 * bone).along(3, z=0.05)
    )
    knee = (0.5 * half + 0.03, 0.5 * leg, 0.06)
    limb = (
        rail((0.5 * half, leg, 0), knee, bone)
        + rail(knee, (0.5 * half + 0.02, 0.05, 0), bone)
        + ball(1.5 * bone, detail=8).move(*knee)
        + ball(1.3 * bone, 0.9 * bone, 2.6 * bone, detail=8).move(0.5 * half + 0.02, 0.05, 0.06)
    )
    shape += (arm + limb).paint(tint).both() + skull(r).turn("z", rng.uniform(-10, 10)).move(0, neck + 0.15 + 0.75 * r)
    if chance(rng, 0.45):
        shape += (
            weapon(rng, pick(rng, ["knight", "archer", "viking", "pirate"]))
            .turn("x", pick(rng, [0, 40]))
            .move(-hand[0], hand[1], hand[2] + 0.03)
        )
    if chance(rng, 0.4):
        kind = pick(rng, ["pirate", "viking", "viking"])
        shape += headgear(rng, kind, 0.95 * r, dark(rng), 10).move(0, neck + 0.15 + 0.85 * r)
    return shape


FAMILIES = {"zombie": zombie, "skeleton_figure": skeleton_figure}
