"""Cube-headed people with clothes, hair, hats and tools."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...paint import (
    BLACK,
    GOLD,
    STEEL,
    WHITE,
    chance,
    dark,
    fur,
    grey,
    near,
    pastel,
    pick,
    shade,
    skin,
    split_at,
    stripes,
    vivid,
    wood,
)
from ...parts import box
from ...shape import Colour, Shape, join


@dataclass(frozen=True)
class Frame:
    """Sizes of a blocky figure: head cube, torso width, height and depth, leg and arm widths and the leg's height."""

    head: float
    wide: float
    tall: float
    deep: float
    leg: float
    limb: float
    edge: float = 0.0

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Frame:
        """Return the classic proportions, big-headed ones or slim ones."""
        rows = [
            (0.5, 0.5, 0.75, 0.26, 0.75, 0.25),
            (0.8, 0.6, 0.55, 0.38, 0.35, 0.24),
            (0.42, 0.55, 0.8, 0.28, 0.9, 0.22),
            (0.62, 0.58, 0.62, 0.32, 0.5, 0.26),
        ]
        sizes = np.array(pick(rng, rows)) * np.exp(rng.normal(0, 0.08, 6).clip(-0.15, 0.15))
        head, wide, tall, deep, leg, limb = (float(size) for size in sizes)
        return cls(head, wide, tall, deep, leg, min(limb, 0.5 * wide), pick(rng, [0.0, 0.0, 0.03, 0.06]))

    def block(self, width: float, height: float, depth: float) -> Shape:
        return box(width, height, depth, self.edge) if self.edge else box(width, height, depth, cuts=2)

    @property
    def shoulder(self) -> float:
        return self.leg + self.tall

    @property
    def middle(self) -> float:
        """Height of the head's middle."""
        return self.shoulder + self.head / 2


def face_of(rng: np.random.Generator, h: float) -> Shape:
    """Return eyes, brows and a mouth for the front of a head cube of size h at the origin."""
    z, size = h / 2, rng.uniform(0.1, 0.16) * h
    eye = box(size, size * rng.uniform(0.9, 1.6), 0.06 * h).paint(BLACK)
    if chance(rng, 0.5):
        eye = box(1.9 * size, 1.1 * size, 0.05 * h).paint(WHITE) + box(size, 1.1 * size, 0.07 * h).paint(
            pick(rng, [BLACK, (0.15, 0.3, 0.6), (0.2, 0.4, 0.2)])
        ).move(-0.4 * size)
    shape = eye.move(rng.uniform(0.2, 0.26) * h, 0.02 * h, z).both()
    if chance(rng, 0.6):
        shape += (
            box(rng.uniform(0.2, 0.4) * h, 0.06 * h, 0.06 * h)
            .paint(pick(rng, [(0.55, 0.2, 0.18), BLACK]))
            .move(0, -0.27 * h, z)
        )
    if chance(rng, 0.3):
        shape += box(0.14 * h, 0.2 * h, 0.14 * h).paint((0.75, 0.55, 0.42)).move(0, -0.1 * h, z + 0.02 * h)
    return shape


def hair_of(rng: np.random.Generator, h: float) -> Shape:
    """Return hair around a head cube: cropped, long, tall, or with a tail; at times a beard."""
    colour = pick(rng, [BLACK, (0.35, 0.2, 0.1), (0.85, 0.65, 0.25), (0.6, 0.25, 0.1), grey(rng), vivid(rng)])
    top, kind = (
        box(1.08 * h, 0.22 * h, 1.08 * h).move(0, 0.45 * h),
        pick(rng, ["short", "short", "long", "spikes", "tail", "mohawk"]),
    )
    back = box(1.08 * h, 0.55 * h, 0.16 * h).move(0, 0.22 * h, -0.48 * h)
    sides = box(0.1 * h, rng.uniform(0.25, 0.5) * h, 0.7 * h).move(0.5 * h, 0.25 * h, -0.18 * h).both()
    shape = top + back + sides
    if kind == "long":
        shape += (
            box(1.12 * h, rng.uniform(0.9, 1.4) * h, 0.2 * h).move(0, -0.15 * h, -0.5 * h)
            + box(0.12 * h, 0.9 * h, 0.5 * h).move(0.52 * h, 0, -0.26 * h).both()
        )
    elif kind == "spikes":
        shape += join(
            box(0.2 * h, rng.uniform(0.15, 0.35) * h, 0.2 * h).move(x * h, 0.6 * h, z * h)
            for x in (-0.35, 0, 0.35)
            for z in (-0.3, 0.1, 0.38)
        )
    elif kind == "tail":
        shape += box(0.26 * h, 0.75 * h, 0.2 * h).move(0, 0.0, -0.66 * h) + box(0.34 * h, 0.14 * h, 0.28 * h).move(
            0, 0.34 * h, -0.6 * h
        )
    elif kind == "mohawk":
        shape = box(0.2 * h, 0.4 * h, 1.05 * h).move(0, 0.6 * h)
    if chance(rng, 0.25):
        shape += box(1.04 * h, 0.3 * h, 0.14 * h).move(0, -0.38 * h, 0.48 * h) + box(0.5 * h, 0.25 * h, 0.12 * h).move(
            0, -0.55 * h, 0.48 * h
        )
    fringe = box(rng.uniform(0.6, 1.04) * h, 0.16 * h, 0.1 * h).move(rng.uniform(-0.1, 0.1) * h, 0.36 * h, 0.5 * h)
    return (shape + fringe if kind != "mohawk" else shape).paint(colour)


def hat_of(rng: np.random.Generator, h: float, kind: str, colour: Colour) -> Shape:
    """Return a hat of blocks on a head cube."""
    trim = pick(rng, [BLACK, WHITE, GOLD, shade(colour, 0.6)])
    if kind == "cap":
        return box(1.1 * h, 0.3 * h, 1.1 * h).paint(colour).move(0, 0.5 * h) + box(1.0 * h, 0.09 * h, 0.5 * h).paint(
            shade(colour, 0.8)
        ).move(0, 0.4 * h, 0.72 * h)
    if kind == "brim":
        return (
            box(1.7 * h, 0.1 * h, 1.7 * h).paint(colour).move(0, 0.46 * h)
            + box(1.05 * h, rng.uniform(0.3, 0.8) * h, 1.05 * h).paint(colour).move(0, 0.65 * h)
            + box(1.1 * h, 0.12 * h, 1.1 * h).paint(trim).move(0, 0.56 * h)
        )
    if kind == "wizard":
        steps = [(1.8, 0.1, 0.44), (1.1, 0.3, 0.6), (0.8, 0.3, 0.88), (0.5, 0.3, 1.15), (0.25, 0.25, 1.4)]
        return join(
            box(w * h, t * h, w * h).paint(colour).move(0, y * h, -0.05 * k * h) for k, (w, t, y) in enumerate(steps)
        ) + box(1.16 * h, 0.12 * h, 1.16 * h).paint(GOLD).move(0, 0.54 * h)
    if kind == "crown":
        points = join(box(0.2 * h, 0.25 * h, 0.12 * h).move(x * h, 0.68 * h, 0.48 * h) for x in (-0.42, 0, 0.42)).both(
            "z"
        )
        return (box(1.1 * h, 0.2 * h, 1.1 * h).move(0, 0.5 * h) + points).paint(GOLD) + box(
            0.14 * h, 0.12 * h, 0.1 * h
        ).paint(vivid(rng)).move(0, 0.5 * h, 0.55 * h)
    if kind == "chef":
        return box(1.05 * h, 0.3 * h, 1.05 * h).paint(WHITE).move(0, 0.55 * h) + box(
            1.25 * h, 0.4 * h, 1.25 * h, 0.1 * h
        ).paint(WHITE).move(0, 0.85 * h)
    if kind == "helmet":
        visor = box(0.9 * h, 0.24 * h, 0.1 * h).paint(BLACK).move(0, 0.04 * h, 0.56 * h)
        shape = (
            box(1.16 * h, 0.62 * h, 1.16 * h).paint(colour).move(0, 0.32 * h)
            + box(0.22 * h, 0.75 * h, 0.9 * h).paint(colour).move(0.5 * h, 0, -0.14 * h).both()
        )
        shape += box(0.16 * h, 0.35 * h, 0.9 * h).paint(trim).move(0, 0.75 * h, -0.1 * h)
        return shape + visor if chance(rng, 0.4) else shape
    if kind == "hood":
        return (
            box(1.14 * h, 0.2 * h, 1.14 * h).move(0, 0.5 * h)
            + box(0.14 * h, 1.1 * h, 1.1 * h).move(0.52 * h, 0).both()
            + box(1.14 * h, 1.1 * h, 0.14 * h).move(0, 0, -0.52 * h)
        ).paint(colour)
    return box(1.12 * h, 0.35 * h, 1.12 * h).paint(colour).move(0, 0.45 * h) + box(0.3 * h, 0.25 * h, 0.3 * h).paint(
        trim
    ).move(0, 0.72 * h)


def held(rng: np.random.Generator, kind: str) -> Shape:
    """Return a blocky tool, gripped at the origin, that points along +Z and up."""
    grip, iron = wood(rng), pick(rng, [STEEL, (0.3, 0.8, 0.8), GOLD, grey(rng, 0.3, 0.6)])
    pole = box(0.08, 0.9, 0.08).paint(grip).move(0, 0.25)
    if kind == "sword":
        return (
            box(0.09, 0.34, 0.09).paint(grip)
            + box(0.36, 0.09, 0.12).paint(dark(rng)).move(0, 0.2)
            + box(0.14, 0.75, 0.06).paint(iron).move(0, 0.6)
        )
    if kind == "pick":
        return (
            pole
            + box(0.1, 0.12, 0.5).paint(iron).move(0, 0.68)
            + box(0.1, 0.12, 0.14).paint(iron).move(0, 0.6, 0.28).both("z")
        )
    if kind == "axe":
        return pole + box(0.1, 0.32, 0.3).paint(iron).move(0, 0.58, 0.14)
    if kind == "staff":
        return box(0.08, 1.4, 0.08).paint(grip).move(0, 0.2) + box(0.22, 0.22, 0.22).turn("y", 45).paint(
            vivid(rng)
        ).move(0, 0.95)
    if kind == "case":
        return box(0.14, 0.36, 0.5).paint(fur(rng)).move(0, -0.22) + box(0.06, 0.08, 0.16).paint(BLACK)
    return pole + box(0.24, 0.26, 0.06).paint(iron).move(0, -0.35)


ROLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "plain": (("", "", "cap", "beanie"), ("", "", "case")),
    "knight": (("helmet", "crown"), ("sword", "axe")),
    "miner": (("cap", "helmet"), ("pick", "spade")),
    "farmer": (("brim",), ("spade", "axe", "")),
    "wizard": (("wizard", "hood"), ("staff",)),
    "cook": (("chef",), ("", "spade")),
    "officer": (("cap", "brim"), ("", "case")),
}


def torso_of(rng: np.random.Generator, f: Frame, shirt: Colour, tone: Colour, role: str) -> Shape:
    """Return a torso with a pattern, a belt, and a jacket, apron, tie or robe."""
    y, trim = f.leg + f.tall / 2, pick(rng, [WHITE, BLACK, vivid(rng), GOLD])
    cover = pick(
        rng, [shirt, shirt, split_at(trim, shirt, "y", -0.2 * f.tall), stripes([shirt, trim], "y", 0.24 * f.tall)]
    )
    shape = box(f.wide, f.tall, f.deep, f.edge, cuts=6).paint(cover).move(0, y)
    shape += box(1.04 * f.wide, 0.1 * f.tall, 1.06 * f.deep).paint(dark(rng)).move(0, f.leg + 0.06 * f.tall)
    extra = {"cook": "apron", "knight": "plate", "wizard": "robe", "farmer": "straps"}.get(role) or pick(
        rng, ["", "jacket", "tie", "buttons", "pack", "cape"]
    )
    z = f.deep / 2
    if extra == "apron":
        shape += box(0.75 * f.wide, 1.05 * f.tall, 0.06).paint(WHITE).move(0, y - 0.12 * f.tall, z)
    elif extra == "plate":
        shape += (
            box(1.1 * f.wide, 0.62 * f.tall, 1.14 * f.deep)
            .paint(shade(STEEL, rng.uniform(0.6, 1.1)))
            .move(0, y + 0.18 * f.tall)
        )
    elif extra == "robe":
        shape += box(1.12 * f.wide, 0.8 * f.leg, 1.25 * f.deep).paint(shirt).move(0, 0.62 * f.leg) + box(
            0.14 * f.wide, f.tall + 0.75 * f.leg, 0.06
        ).paint(trim).move(0, 0.2 * f.leg + 0.5 * f.tall + 0.3 * f.leg, 0.62 * f.deep)
    elif extra == "straps":
        shape += box(0.14 * f.wide, f.tall, 1.1 * f.deep).move(0.25 * f.wide, y).both().paint((0.2, 0.3, 0.6)) + box(
            1.06 * f.wide, 0.45 * f.tall, 1.1 * f.deep
        ).paint((0.2, 0.3, 0.6)).move(0, f.leg + 0.2 * f.tall)
    elif extra == "jacket":
        shape += box(0.36 * f.wide, 0.98 * f.tall, 1.1 * f.deep).paint(shade(shirt, 0.55)).move(0.36 * f.wide, y).both()
    elif extra == "tie":
        shape += box(0.14 * f.wide, 0.6 * f.tall, 0.06).paint(trim).move(0, y + 0.12 * f.tall, z) + box(
            0.3 * f.wide, 0.12 * f.tall, 0.05
        ).paint(tone).move(0, y + 0.44 * f.tall, z)
    elif extra == "buttons":
        shape += box(0.08, 0.08, 0.06).along(3, y=0.26 * f.tall).paint(trim).move(0, y, z)
    elif extra == "pack":
        shape += box(0.8 * f.wide, 0.7 * f.tall, 0.7 * f.deep).paint(vivid(rng)).move(0, y + 0.05, -0.8 * f.deep)
    elif extra == "cape":
        shape += (
            box(1.05 * f.wide, 1.35 * f.tall, 0.06).paint(trim).turn("x", 8).move(0, y - 0.2 * f.tall, -0.62 * f.deep)
        )
    return shape


def block_person(rng: np.random.Generator) -> Shape:
    """Return a cube-headed figure in one of several trades, standing, walking, or with its arms out."""
    f, tone, role = Frame.drawn(rng), skin(rng), pick(rng, list(ROLES))
    if chance(rng, 0.12):
        tone = pick(rng, [(0.4, 0.6, 0.35), (0.95, 0.8, 0.2), pastel(rng)])
    shirt, trousers, shoes = vivid(rng), pick(rng, [vivid(rng), dark(rng), near(rng, (0.2, 0.28, 0.5))]), dark(rng)
    hats, tools = ROLES[role]
    pose = pick(rng, ["stand", "stand", "walk", "out", "cross"])
    swing, out = (
        (rng.uniform(15, 35), 3)
        if pose == "walk"
        else (0, {"stand": rng.uniform(0, 12), "out": rng.uniform(20, 45), "cross": 86}[pose])
    )
    head = f.block(f.head, f.head, f.head).paint(tone) + face_of(rng, f.head)
    wears = pick(rng, hats)
    if wears != "hood" and (not wears or chance(rng, 0.6)):
        head += hair_of(rng, f.head)
    if wears:
        head += hat_of(rng, f.head, wears, pick(rng, [shirt, vivid(rng), dark(rng)]))
    shape = head.turn("y", rng.uniform(-15, 15)).move(0, f.middle) + torso_of(rng, f, shirt, tone, role)
    sleeve, gap = pick(rng, [0.35, 0.75]), 0.02
    long, slim = 0.95 * f.tall, 0.92 * f.limb
    tool = pick(rng, tools)
    for side in (1, -1):
        arm = (
            f.block(slim, long * (1 - sleeve) + 0.02, slim)
            .paint(tone)
            .move(0, -sleeve * long - (1 - sleeve) * long / 2)
        )
        arm += f.block(1.06 * slim, sleeve * long, 1.06 * slim).paint(shirt).move(0, -sleeve * long / 2)
        if tool and side < 0:
            arm += held(rng, tool).turn("x", pick(rng, [35, 80])).move(0, -0.92 * long, 0.1)
        arm = arm.move(0, 0.5 * slim).turn("x", -side * swing).turn("z", side * out)
        shape += arm.move(side * (f.wide / 2 + slim / 2 + gap), f.shoulder - 0.5 * slim)
        leg = f.block(0.47 * f.wide, f.leg, 0.95 * f.deep).paint(trousers).move(0, -f.leg / 2)
        leg += f.block(0.49 * f.wide, 0.22 * f.leg, 1.15 * f.deep).paint(shoes).move(0, -0.89 * f.leg, 0.08 * f.deep)
        shape += leg.turn("x", side * swing).move(side * 0.25 * f.wide, f.leg)
    return shape


FAMILIES = {
    "block_person": block_person,
}
