"""Meat, sausages and skewers."""

from __future__ import annotations

import numpy as np

from ...curves import smooth
from ...paint import WHITE, chance, near, pick, shade, spots, stripes, vivid
from ...parts import ball, box, extrude, hull, lathe, rail, rod, torus, tube
from ...shape import NOTHING, Colour, Shape, join
from .serving import MEAT, RICE, SALAD, TOMATO, YOLK, plate, strewn

RAW: Colour = (0.8, 0.25, 0.25)
FAT: Colour = (0.97, 0.88, 0.8)
BONE: Colour = (0.95, 0.91, 0.82)


def knuckle(r: float) -> Shape:
    """Return a bone along +Y from y = 0 with two knobs at its end."""
    return (rod(r, 0.5, around=12).move(0, 0.25) + ball(1.45 * r, detail=10).move(0.9 * r, 0.52).both()).paint(BONE)


def steak(rng: np.random.Generator) -> Shape:
    """Return a slab of meat with a rim of fat and a bone, raw or grilled."""
    count = 8
    radii = rng.uniform(0.42, 0.62, count) * np.where(np.arange(count) % 5 == 0, rng.uniform(0.9, 1.3), 1)
    angle = np.arange(count) * 2 * np.pi / count
    outline = smooth(np.stack([1.25 * radii * np.cos(angle), radii * np.sin(angle)], 1), 36, closed=True)
    raw, thick = chance(rng, 0.5), rng.uniform(0.16, 0.3)
    colour = near(rng, RAW if raw else MEAT)
    inner = pick(rng, [spots(rng, colour, shade(colour, 1.5), 0.16, 0.25), colour])
    shape = extrude(outline, thick, 0.04).paint(FAT if raw else shade(colour, 0.75))
    shape += extrude(outline * 0.88, thick + 0.05, 0.02).finer().paint(inner)
    kind = pick(rng, ["t", "ring", "none", "rib"])
    if kind == "t":
        shape += box(0.75, 0.1, thick + 0.09, 0.03).paint(BONE).move(0.1, 0.12) + box(
            0.1, 0.5, thick + 0.09, 0.03
        ).paint(BONE).move(0.05, -0.12)
    elif kind == "ring":
        shape += torus(0.1, 0.04, 18, 8, thick / 2 + 0.04).turn("x", 90).paint(BONE).move(0.2, 0.1)
    elif kind == "rib":
        shape += rail((0.5, 0.1, 0), (1.3, 0.45, 0), 0.1, 0.08, 12).paint(BONE)
    if not raw and chance(rng, 0.7):
        marks = join(
            box(0.05, 0.75 - 0.3 * abs(x), thick + 0.07).turn("z", 25).move(x) for x in (-0.36, -0.12, 0.12, 0.36)
        )
        shape += marks.scale(1, 0.85, 1).paint(shade(MEAT, 0.4))
    if chance(rng, 0.35):
        return (
            shape.turn("x", -90).move(0, thick / 2)
            + plate(rng, 1.1)
            + strewn(
                rng, lambda: ball(0.12, 0.09, detail=8).paint(pick(rng, [SALAD, TOMATO, YOLK])), 4, 0.3, 0.07
            ).move(0.1, 0, 0.7)
        )
    return shape.turn("x", pick(rng, [0, -25, -90]))


def ham(rng: np.random.Generator) -> Shape:
    """Return a ham with a bone and a cut face, or a joint with a bone at both ends."""
    skin = near(rng, pick(rng, [(0.72, 0.36, 0.2), (0.85, 0.5, 0.4), MEAT]))
    if chance(rng, 0.45):
        r = rng.uniform(0.4, 0.5)
        body = hull(
            [
                (-0.6, 0.5 * r, -0.5 * r, 0.5 * r),
                (-0.45, 0.9 * r, -0.9 * r, 0.9 * r),
                (0, r, -r, r),
                (0.45, 0.9 * r, -0.9 * r, 0.9 * r),
                (0.6, 0.5 * r, -0.5 * r, 0.5 * r),
            ],
            22,
            18,
            "y",
        )
        bands = torus(0.98 * r, 0.05, 26, 8).paint(shade(skin, 0.75))
        shape = (
            body.paint(skin)
            + knuckle(0.11).move(0, 0.45).both("y")
            + (bands.along(2, y=0.3) if chance(rng, 0.4) else NOTHING)
        )
        return shape.turn("z", pick(rng, [0, 60, 90, 120]))
    body = lathe(smooth([(0.5, 0), (0.56, 0.25), (0.5, 0.6), (0.3, 0.95), (0.16, 1.2), (0.1, 1.3)], 20), 26).paint(skin)
    cut = rod(0.49, 0.06, around=26).paint(FAT) + rod(0.43, 0.1, around=26).paint(near(rng, (0.9, 0.5, 0.48)))
    cut += rod(0.09, 0.14, around=12).paint(BONE).move(0.08)
    shape = body + cut + knuckle(0.09).scale(1, 0.7, 1).move(0, 1.25)
    if chance(rng, 0.4):
        slice_of = rod(0.5, 0.08, around=26).paint(FAT) + rod(0.44, 0.1, around=26).paint((0.9, 0.55, 0.52))
        return (
            shape.turn("z", -90).move(0, 0.5)
            + slice_of.turn("z", -75).move(-0.25, 0.48)
            + slice_of.turn("z", -20).move(-0.65, 0.2)
        )
    return shape.turn("z", pick(rng, [0, -45, -90, 65]))


def chicken_leg(rng: np.random.Generator) -> Shape:
    """Return a drumstick, a bucket of them, or a whole roast bird."""
    colour, kind = (
        near(rng, pick(rng, [(0.75, 0.42, 0.15), (0.82, 0.55, 0.22), (0.6, 0.3, 0.12)])),
        pick(rng, ["leg", "leg", "leg", "bird", "bucket"]),
    )
    fat = rng.uniform(0.34, 0.46)
    meat = lathe(
        smooth([(0, -0.55), (0.6 * fat, -0.48), (fat, -0.15), (0.75 * fat, 0.25), (0.14, 0.6), (0.1, 0.72)], 20),
        pick(rng, [10, 22]),
    )
    leg = meat.bend(lambda v: v + np.stack([0.1 * v[:, 1] ** 2, 0 * v[:, 0], 0 * v[:, 0]], 1)).paint(colour) + knuckle(
        0.075
    ).move(0.03, 0.62)
    if kind == "leg":
        if chance(rng, 0.3):
            leg += torus(0.1, 0.08, 16, 8).paint(WHITE).move(0.04, 0.75)
        return leg.turn("z", pick(rng, [0, 35, -40, 80, 180]))
    if kind == "bucket":
        stripe = vivid(rng)
        pail = lathe([(0.45, 0), (0.62, 0.9), (0.57, 0.9), (0, 0.75)], 24).paint(
            pick(rng, [stripe, lambda c: c * 0 + np.array(WHITE)])
        )
        band = lathe([(0.53, 0.35), (0.585, 0.62)], 24).paint(pick(rng, [stripe, vivid(rng)]))
        legs = [
            leg.scale(0.75)
            .turn("z", rng.uniform(-30, 30))
            .turn("y", 60 * k)
            .move(0.3 * np.cos(k * 1.05), 1.05, 0.3 * np.sin(k * 1.05))
            for k in range(6)
        ]
        return pail + band + join(legs)
    body = hull(
        [
            (-0.75, 0.05, 0.2, 0.3),
            (-0.5, 0.42, 0, 0.62),
            (0, 0.55, -0.02, 0.8),
            (0.5, 0.45, 0.05, 0.62),
            (0.72, 0.05, 0.25, 0.35),
        ],
        22,
        18,
    ).paint(colour)
    drum = leg.scale(0.75).turn("x", 60).turn("y", -20).move(0.42, 0.4, 0.25)
    wing = ball(0.12, 0.16, 0.35, detail=10).turn("x", -30).paint(shade(colour, 0.9)).move(0.52, 0.42, -0.35)
    return (
        body
        + (drum + wing).both()
        + plate(rng, 1.1)
        + strewn(rng, lambda: ball(0.2, 0.04, 0.14, detail=8), 12, 0.8, 0.04).paint(SALAD)
    )


def bacon(rng: np.random.Generator, colour: Colour) -> Shape:
    """Return two wavy rashers."""
    t = np.linspace(-1, 1, 40)
    path = np.stack([0 * t, 0.1 * np.sin(t * rng.uniform(6, 10)), 0.9 * t], 1)
    rasher = tube(path, np.array([[0.28, 0.05]] * 40), 16)
    if np.ptp(rasher.vertices[:, 0]) < 0.4:
        rasher = tube(path, np.array([[0.05, 0.28]] * 40), 16)
    rasher = rasher.paint(stripes([RAW, FAT, colour, RAW, FAT], "x", 0.11, 5))
    return (rasher.move(-0.33) + rasher.mirrored("z").move(0.33, 0.03)).turn("y", 90).turn("x", pick(rng, [0, 60]))


def sausage(rng: np.random.Generator) -> Shape:
    """Return one sausage, a chain of them, a cut salami, or rashers of bacon."""
    colour, kind = (
        near(rng, pick(rng, [(0.7, 0.28, 0.18), (0.55, 0.25, 0.15), (0.85, 0.5, 0.4)])),
        pick(rng, ["one", "chain", "salami", "bacon"]),
    )
    if kind == "bacon":
        return bacon(rng, colour)
    r = rng.uniform(0.15, 0.24)
    if kind == "salami":
        long = rng.uniform(0.7, 1.1)
        dots = spots(rng, RAW, FAT, 0.12, 0.3)
        log = hull(
            [
                (-long, 0.4 * r, -0.4 * r, 0.4 * r),
                (-0.9 * long, 1.4 * r, -1.4 * r, 1.4 * r),
                (0.5 * long, 1.5 * r, -1.5 * r, 1.5 * r),
            ],
            20,
            14,
        ).paint(colour)
        face = rod(1.4 * r, 0.06, around=20).finer().paint(dots)
        cut = rod(1.5 * r, 0.07, around=20).paint(colour) + face.scale(1, 1.5, 1)
        shape = (
            log
            + face.turn("x", 90).move(0, 0, 0.51 * long)
            + cut.turn("x", 65).move(0, -0.15 * r, 0.7 * long)
            + cut.turn("x", 20).move(0.1, -1.2 * r, 0.95 * long)
        )
        return shape.turn("y", pick(rng, [60, 90, 30]))
    bow = rng.uniform(0.1, 0.35)
    one = tube(
        [
            (-0.62, bow, 0),
            (-0.56, 0.9 * bow, 0),
            (-0.3, 0.25 * bow, 0),
            (0, 0, 0),
            (0.3, 0.25 * bow, 0),
            (0.56, 0.9 * bow, 0),
            (0.62, bow, 0),
        ],
        r * np.array([0.15, 0.85, 1, 1, 1, 0.85, 0.15]),
        16,
        along=25,
    )
    tip = ball(0.05, 0.05, detail=8).move(0.66, bow + 0.01).both()
    link = one + tip
    if kind == "chain":
        count = int(rng.integers(2, 5))
        return join(link.turn("z", 60 * (-1) ** k).move(0.2 * (-1) ** k, -1.02 * k) for k in range(count)).paint(colour)
    shape = link.paint(colour)
    if chance(rng, 0.5):
        cuts = box(0.05, 0.04, 0.2, 0.015).turn("y", 25).along(4, x=0.18)
        shape += cuts.paint(shade(colour, 0.5)).move(0, r * 0.95, 0)
    return shape.turn("z", pick(rng, [0, 0, 180, 60]))


def skewer(rng: np.random.Generator) -> Shape:
    """Return pieces of meat and vegetables, or rice dumplings, on a stick."""
    count, size = int(rng.integers(3, 6)), rng.uniform(0.2, 0.28)
    dango = chance(rng, 0.4)
    shapes, level = [], 0.0
    palette = [(0.95, 0.65, 0.72), RICE, (0.6, 0.75, 0.4), (0.7, 0.45, 0.2)]
    for k in range(count):
        if dango:
            piece = ball(size, detail=16).paint(palette[k % 4])
            step = 1.75 * size
        else:
            kind = pick(rng, ["meat", "meat", "pepper", "onion", "tomato"])
            piece = {
                "meat": box(2 * size, 1.5 * size, 1.9 * size, 0.07).paint(near(rng, MEAT)),
                "pepper": box(2 * size, 0.5 * size, 1.8 * size, 0.05).paint(pick(rng, [SALAD, YOLK, TOMATO])),
                "onion": ball(size, 0.4 * size, 0.9 * size, detail=12).paint((0.9, 0.85, 0.9)),
                "tomato": ball(0.95 * size, 0.8 * size, detail=14).paint(TOMATO),
            }[kind]
            step = {"meat": 1.5, "pepper": 0.6, "onion": 0.7, "tomato": 1.5}[kind] * size
        shapes.append(piece.turn("y", rng.uniform(0, 60)).move(0, level + step / 2))
        level += step
    stick = rail((0, -0.9, 0), (0, level + 0.12, 0), 0.04, around=8).paint((0.87, 0.72, 0.48))
    return (join(shapes) + stick).turn("z", pick(rng, [0, 0, 35, -35]))


FAMILIES = {"steak": steak, "ham": ham, "chicken_leg": chicken_leg, "sausage": sausage, "skewer": skewer}
