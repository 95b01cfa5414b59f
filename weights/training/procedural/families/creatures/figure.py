"""Proportions and bodies that game figures share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...paint import BLACK, GOLD, chance, pick, shade
from ...parts import ball, box, hull, rod, tube
from ...shape import Colour, Shape
from ..living.skeleton import eyes


@dataclass(frozen=True)
class Figure:
    """Proportions: head radius, leg height, torso height, half shoulder width, limb radius, sides around, arm angle."""

    head: float
    leg: float
    tall: float
    half: float
    limb: float
    around: int
    arms: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Figure:
        """Return a big-headed, stocky or slim figure whose arms stand off a little or straight out."""
        rows = [
            (0.46, 0.32, 0.5, 0.27, 0.1),
            (0.33, 0.5, 0.58, 0.3, 0.095),
            (0.25, 0.7, 0.62, 0.29, 0.08),
            (0.36, 0.4, 0.66, 0.38, 0.12),
        ]
        sizes = np.array(pick(rng, rows)) * np.exp(rng.normal(0, 0.07, 5).clip(-0.15, 0.15))
        head, leg, tall, half, limb = (float(x) for x in sizes)
        arms = float(pick(rng, [rng.uniform(12, 30), rng.uniform(30, 55), 86]))
        return cls(head, leg, tall, half, limb, int(pick(rng, [5, 6, 8, 12, 16])), arms)

    @property
    def neck(self) -> float:
        return self.leg + self.tall

    @property
    def hand(self) -> np.ndarray:
        """Place of the +X hand, (x, y, z)."""
        angle, long = np.radians(self.arms), 0.95 * self.tall
        x = self.half + 0.6 * self.limb + long * np.sin(angle)
        return np.array([x, self.neck - 0.8 * self.limb - long * np.cos(angle), 0.06])


def body(f: Figure, shirt: Colour, trousers: Colour, tone: Colour, glove: Colour, shoe: Colour, belt: Colour) -> Shape:
    """Return torso, belt, arms, hands, legs and shoes."""
    rows = [
        (f.leg - 0.05, 0.7 * f.half, -0.13, 0.13, 3),
        (f.leg + 0.25 * f.tall, 0.75 * f.half, -0.15, 0.15, 3),
        (f.leg + 0.8 * f.tall, f.half, -0.17, 0.17, 3),
        (f.neck, 0.6 * f.half, -0.11, 0.11, 2.5),
    ]
    shape = hull(rows, max(f.around, 8), 0 if f.around < 9 else 10, "y").paint(shirt)
    shape += hull(
        [(f.leg - 0.02, 0.78 * f.half, -0.17, 0.17, 3), (f.leg + 0.09, 0.8 * f.half, -0.175, 0.175, 3)],
        max(f.around, 8),
        0,
        "y",
    ).paint(belt)
    shape += box(0.14, 0.1, 0.05).paint(GOLD).move(0, f.leg + 0.035, 0.175) + rod(
        0.55 * f.head * 0.5, 0.2, around=f.around
    ).paint(tone).move(0, f.neck)
    x, y, z = f.hand
    start = np.array([f.half - 0.2 * f.limb, f.neck - 0.9 * f.limb, 0])
    elbow = 0.5 * (start + f.hand) + [0.02, 0.0, -0.03]
    arm = tube([start, elbow], [1.15 * f.limb, f.limb], f.around).paint(shirt) + ball(
        1.2 * f.limb, detail=max(f.around, 6)
    ).paint(shirt).move(*start)
    arm += tube([elbow, (x, y, z)], [0.9 * f.limb, 0.8 * f.limb], f.around).paint(tone) + ball(
        1.15 * f.limb, detail=max(f.around, 6)
    ).paint(glove).move(x, y, z)
    hip = 0.42 * f.half
    leg = rod(1.1 * f.limb, f.leg, 1.3 * f.limb, f.around).paint(trousers).move(hip, f.leg / 2)
    leg += rod(1.3 * f.limb, 0.35 * f.leg, 1.25 * f.limb, f.around).paint(shoe).move(hip, 0.18 * f.leg) + box(
        2.3 * f.limb, 0.9 * f.limb, 3.4 * f.limb, 0.3 * f.limb
    ).paint(shoe).move(hip, 0.45 * f.limb, 0.5 * f.limb)
    return shape + (arm + leg).both()


def face(rng: np.random.Generator, r: float, tone: Colour, around: int, power: float) -> Shape:
    """Return a head of radius r at the origin without hair, with eyes, nose and mouth."""
    shape = ball(0.92 * r, r, 0.92 * r, power, max(around, 8) + 4).paint(tone)
    z = 0.86 * r if power < 3 else 0.9 * r
    look = (
        eyes(0.34 * r, 0.05 * r, z, 0.14 * r)
        if chance(rng, 0.5)
        else ball(0.1 * r, 0.16 * r, 0.06 * r, detail=8).paint(BLACK).move(0.34 * r, 0.05 * r, z).both()
    )
    shape += look + ball(0.11 * r, 0.12 * r, 0.14 * r, detail=8).paint(shade(tone, 0.88)).move(0, -0.13 * r, 0.95 * r)
    return shape + box(0.3 * r, 0.06 * r, 0.08 * r).paint((0.5, 0.2, 0.2)).move(0, -0.42 * r, z)
