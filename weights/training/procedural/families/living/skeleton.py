"""The skeleton that four-legged animals share: torso, legs, neck, head, eyes, ears, tails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...curves import Points
from ...paint import BLACK, WHITE, shade
from ...parts import ball, hull, tube
from ...shape import Colour, Pattern, Shape, join


@dataclass(frozen=True)
class Build:
    """Proportions of a four-legged animal that looks towards +Z, feet on y = 0.

    long: of the torso; leg: from ground to belly; chest, rump: half heights of the torso; wide: half width over half
    height; neck: its length; rise: its angle in degrees above +Z; head: radius; snout: its length; muzzle: its radius;
    bone: radius of a leg at its foot; thigh: its radius at the hip over that; stance: where the legs stand, of half
    the length.
    """

    long: float
    leg: float
    chest: float
    rump: float
    head: float
    neck: float = 0.1
    rise: float = 45
    wide: float = 0.85
    snout: float = 0.1
    muzzle: float = 0.1
    bone: float = 0.06
    thigh: float = 1.7
    stance: float = 0.72
    sag: float = 0.0

    def varied(self, rng: np.random.Generator, spread: float = 0.1) -> Build:
        """All proportions a little different."""
        names = ("long", "leg", "chest", "rump", "head", "neck", "wide", "snout", "muzzle", "bone")
        factors = dict(zip(names, np.exp(rng.normal(0, spread, len(names)).clip(-2 * spread, 2 * spread)), strict=True))
        changed = {name: getattr(self, name) * float(factor) for name, factor in factors.items()}
        return Build(**{**self.__dict__, **changed, "rise": self.rise + rng.normal(0, 80 * spread)})

    @property
    def shoulder(self) -> np.ndarray:
        """Middle of the torso's front, (y, z)."""
        return np.array([self.leg + self.chest, self.long / 2])

    @property
    def head_place(self) -> np.ndarray:
        """Middle of the head, (x, y, z)."""
        rise = np.radians(self.rise)
        y, z = self.shoulder + (self.neck + self.head * 0.6) * np.array([np.sin(rise), np.cos(rise)])
        return np.array([0, y + 0.35 * self.chest, z - 0.25 * self.chest])


def torso(b: Build, around: int = 22) -> Shape:
    """Return the body from rump to chest, with a lighter waist."""
    top_front, top_back = b.leg + 2 * b.chest, b.leg + b.chest * 0.9 + b.rump * 1.1
    half = b.long / 2
    waist = 0.5 * (b.chest + b.rump) * 0.9
    middle = (top_front + top_back) / 2 - b.sag * b.chest
    rows = [
        (-half - 0.5 * b.rump, 0.001, top_back - b.rump, top_back - b.rump * 0.98),
        (-half - 0.3 * b.rump, 0.62 * b.rump * b.wide, top_back - 1.65 * b.rump, top_back - 0.25 * b.rump),
        (-half + 0.35 * b.rump, b.rump * b.wide, top_back - 2 * b.rump, top_back),
        (0, waist * b.wide, middle - 2 * waist, middle),
        (half - 0.4 * b.chest, b.chest * b.wide, b.leg, top_front),
        (half + 0.25 * b.chest, 0.7 * b.chest * b.wide, b.leg + 0.3 * b.chest, top_front - 0.2 * b.chest),
        (half + 0.5 * b.chest, 0.001, b.leg + b.chest, b.leg + 1.02 * b.chest),
    ]
    return hull(rows, around, 21)


def legs(b: Build, rng: np.random.Generator, colour: Colour, feet: Colour, paw: float = 1.3) -> Shape:
    """Four legs, standing or in a walk; feet of another colour."""
    swing = b.leg * rng.uniform(0, 0.35) * (rng.random() < 0.6)
    shapes = []
    for k, (side, front) in enumerate(((1, 1), (-1, 1), (1, -1), (-1, -1))):
        girth = b.chest if front > 0 else b.rump
        x = side * max(girth * b.wide * 0.62, b.bone * 1.1)
        z = front * b.stance * b.long / 2
        step = swing * (1 if k in (0, 3) else -1)
        hip, knee = b.leg + 0.8 * girth, b.leg * 0.5
        bend = 0.12 * b.leg * (1 if front > 0 else -1.4)
        path = [
            (x, hip, z),
            (x, b.leg * 0.8, z + 0.3 * step + bend * 0.3),
            (x, knee, z + 0.5 * step + bend),
            (x, b.bone * 0.9, z + step),
        ]
        radii = b.bone * np.array([b.thigh * 1.1, b.thigh * 0.95, 1.05, 1.0])
        shapes.append(tube(path, radii, 12, along=9).paint(colour))
        shapes.append(
            ball(b.bone * paw, b.bone * 0.9, b.bone * paw * 1.25, detail=10)
            .paint(feet)
            .move(x, b.bone * 0.85, z + step + 0.25 * b.bone * paw)
        )
    return join(shapes)


def neck(b: Build, thick: float = 0.62) -> Shape:
    """From inside the chest to inside the head."""
    y, z = b.shoulder
    _, head_y, head_z = b.head_place
    low, high = b.chest * thick * 1.35, min(b.head * 0.75, b.chest * thick)
    path = [
        (0, y + 0.1 * b.chest, z - 0.5 * b.chest),
        (0, 0.5 * (y + head_y) + 0.1 * b.chest, 0.5 * (z + head_z) - 0.2 * b.chest),
        (0, head_y, head_z),
    ]
    return tube(
        path,
        np.array([[low * b.wide, low], [0.5 * (low + high) * b.wide, 0.5 * (low + high)], [high, high]]),
        14,
        along=9,
    )


def eyes(x: float, y: float, z: float, size: float, white: bool = True) -> Shape:
    """Return a pair of eyes that look forwards and a little aside, with whites or without."""
    if not white:
        return ball(size * 0.8, detail=8).paint(BLACK).move(x, y, z).both()
    pupil = ball(size * 0.62, detail=8).paint(BLACK).move(x * 1.06, y, z + size * 0.52)
    return (ball(size, detail=10).paint(WHITE).move(x, y, z) + pupil).both()


def head(
    b: Build,
    colour: Colour | Pattern,
    muzzle: Colour,
    nose: Colour,
    eye: float = 0.16,
    white: bool = False,
    drop: float = 0.25,
) -> Shape:
    """Return a head at the origin that looks towards +Z: skull, snout, nose, eyes.

    drop: of the snout below the middle.
    """
    r = b.head
    skull = ball(r * 0.92, r * 0.95, r).paint(colour)
    reach = r * 0.55 + b.snout
    rows = [
        (0.1 * r, 0.75 * r, -0.7 * r, 0.45 * r),
        (reach * 0.75, b.muzzle, -drop * r - b.muzzle, -drop * r + b.muzzle * 0.9),
        (reach, b.muzzle * 0.85, -drop * r - b.muzzle * 0.85, -drop * r + b.muzzle * 0.7),
        (reach + 0.35 * b.muzzle, 0.001, -drop * r, -drop * r + 0.01),
    ]
    snout = hull(rows, 16, 9).paint(muzzle)
    tip = (
        ball(b.muzzle * 0.42, b.muzzle * 0.33, b.muzzle * 0.36, detail=8)
        .paint(nose)
        .move(0, -drop * r + b.muzzle * 0.5, reach + 0.1 * b.muzzle)
    )
    return skull + snout + tip + eyes(r * 0.5, r * 0.3, r * 0.76, r * eye, white)


def place_head(b: Build, shape: Shape, rng: np.random.Generator, pitch: float = 0, yaw: float = 25) -> Shape:
    """Return a head from the origin to the neck's end, nodding by `pitch` degrees downwards, turned aside a little."""
    x, y, z = b.head_place
    return shape.turn("x", pitch + rng.normal(0, 6)).turn("y", rng.uniform(-yaw, yaw)).move(x, y, z)


def pointed_ears(r: float, tall: float, width: float, colour: Colour, inner: Colour, spread: float = 0.55) -> Shape:
    """Upright ears on a head of radius r."""
    ear = ball(width, tall, width * 0.45, 1.5, 10).paint(colour) + ball(
        width * 0.6, tall * 0.75, width * 0.3, 1.5, 8
    ).paint(inner).move(0, -0.05 * tall, width * 0.28)
    return ear.turn("z", -14).move(r * spread, r * 0.75 + tall * 0.55, -0.05 * r).both()


def floppy_ears(r: float, long: float, colour: Colour) -> Shape:
    """Hanging ears."""
    ear = ball(0.12 * r, long, 0.34 * r, detail=10).turn("z", 16)
    return ear.paint(colour).move(r * 1.0, 0.55 * r - long * 0.62, -0.05 * r).both()


def tail(b: Build, points: Points, radius: float, tip: float, colour: Colour) -> Shape:
    """Return a tail along (x, y, z) offsets from the rump in units of the torso's length."""
    root = np.array([0, b.leg + 1.15 * b.rump + 0.45 * b.chest, -b.long / 2 - 0.2 * b.rump])
    path = np.concatenate([root[None] + [[0, -0.1 * b.rump, 0.3 * b.rump]], root + b.long * np.array(points)])
    return tube(path, np.linspace(radius, tip, len(path)), 8, along=5 * len(path)).paint(colour)


def horn(points: Points, radius: float, colour: Colour) -> Shape:
    """Return a pair of horns or tusks along places that begin inside the head."""
    return tube(points, np.linspace(radius, radius * 0.25, len(points)), 8, along=4 * len(points)).paint(colour).both()


def hoofed(rng: np.random.Generator, colour: Colour) -> Colour:
    return shade(colour, 0.35) if rng.random() < 0.5 else BLACK
