"""Game consoles and televisions with tubes."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    LAMP,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    grey,
    pick,
    shade,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, rail, rod, tube
from ...shape import Colour, Shape, join
from .office import display


def _game_console_arcade(rng: np.random.Generator, colour: Colour, trim: Colour) -> Shape:
    """Return the arcade kind of game console."""
    half = rng.uniform(0.34, 0.42)
    outline = [
        (-0.4, 0),
        (0.38, 0),
        (0.38, 0.75),
        (0.52, 0.85),
        (0.5, 0.95),
        (0.12, 1.02),
        (0.02, 1.5),
        (0.3, 1.6),
        (0.3, 1.85),
        (-0.4, 1.85),
    ]
    shape = (
        extrude(outline, 2 * half, plane="zy").paint(shade(colour, 0.8))
        + extrude(outline, 0.07, plane="zy").paint(trim).move(half + 0.03).both()
    )
    shape += (
        display(rng, 0.8 * half, 0.19).turn("x", -12).move(0, 1.26, 0.1)
        + box(1.9 * half, 0.2, 0.05).paint(pick(rng, [LAMP, vivid(rng)])).move(0, 1.73, 0.3)
        + box(0.4 * half, 0.3, 0.05).paint(BLACK).move(0, 0.4, 0.38)
        + box(0.06, 0.1, 0.07).paint(RED_LAMP).move(0.05, 0.45, 0.38).both()
    )
    stick = rod(0.02, 0.12, around=8).paint(BLACK).move(0, 0.05) + ball(0.05, detail=8).paint(vivid(rng)).move(0, 0.13)
    return (
        shape
        + stick.move(-0.5 * half, 0.99, 0.3)
        + rod(0.04, 0.04, around=10).paint(vivid(rng)).along(3, x=0.11).along(2, z=0.11).move(0.4 * half, 0.99, 0.3)
    )


def _game_console_handheld(
    rng: np.random.Generator, buttons: Shape, colour: Colour, cross: Shape, trim: Colour
) -> Shape:
    """Return the handheld kind of game console."""
    half = rng.uniform(0.5, 0.75)
    if chance(rng, 0.5):
        shape = (
            box(0.9, 1.45, 0.24, 0.06, 4).paint(colour)
            + box(0.72, 0.58, 0.05).paint(BLACK).move(0, 0.34, 0.12)
            + display(rng, 0.27, 0.23).move(0, 0.34, 0.14)
        )
        return (
            shape
            + cross.turn("x", 90).paint(BLACK).move(-0.24, -0.25, 0.13)
            + rod(0.07, 0.07, around=12).turn("x", 90).paint(trim).move(0.14, -0.3, 0.13)
            + rod(0.07, 0.07, around=12).turn("x", 90).paint(trim).move(0.32, -0.22, 0.13)
            + box(0.14, 0.04, 0.05).turn("z", 25).along(2, x=0.2).paint(grey(rng)).move(-0.05, -0.52, 0.13)
        ).turn("x", -12)
    shape = box(2 * half, 0.75, 0.14, 0.04).paint(BLACK) + display(rng, 0.85 * half, 0.3).move(0, 0, 0.06)
    grip = box(0.32, 0.77, 0.17, 0.08, 4)
    shape += grip.paint(trim).move(-half - 0.1) + grip.paint(vivid(rng)).move(half + 0.1)
    stick = rod(0.07, 0.1, around=12).turn("x", 90).paint(BLACK)
    return (
        shape
        + stick.move(-half - 0.1, 0.15, 0.1)
        + stick.move(half + 0.1, -0.12, 0.1)
        + buttons.turn("x", 90).scale(0.8).move(half + 0.1, 0.17, 0.09)
        + cross.scale(0.8).turn("x", 90).paint(BLACK).move(-half - 0.1, -0.12, 0.09)
    ).turn("x", -12)


def game_console(rng: np.random.Generator) -> Shape:
    """Return a console with its pads, a handheld, or an arcade cabinet."""
    colour, trim = pick(rng, [BLACK, WHITE, grey(rng, 0.4, 0.8), vivid(rng)]), vivid(rng)
    kind = pick(rng, ["pads", "upright", "handheld", "arcade", "arcade"])
    if kind == "arcade":
        return _game_console_arcade(rng, colour, trim)
    cross = box(0.2, 0.06, 0.07) + box(0.07, 0.06, 0.2)
    buttons = join(
        rod(0.05, 0.06, around=10).paint(vivid(rng)).move(0.1 * np.cos(a), 0, 0.1 * np.sin(a))
        for a in (0, np.pi / 2, np.pi, 1.5 * np.pi)
    )
    if kind == "handheld":
        return _game_console_handheld(rng, buttons, colour, cross, trim)
    half, deep, high = rng.uniform(0.5, 0.65), rng.uniform(0.35, 0.45), rng.uniform(0.18, 0.28)
    if kind == "upright":
        shape = (
            box(0.3, 1.1, 0.75, rng.uniform(0.02, 0.12), 4).paint(colour).move(0, 0.6, -0.1)
            + box(0.32, 0.9, 0.08, 0.02).paint(trim).move(0, 0.6, -0.1)
            + box(0.5, 0.07, 0.5, 0.02).paint(BLACK).move(0, 0.035, -0.1)
            + box(0.04, 0.4, 0.04).paint(BLACK).move(0.04, 0.75, 0.28)
            + box(0.06, 0.06, 0.04).paint((0.3, 0.8, 1)).move(-0.05, 0.3, 0.28)
        )
    else:
        shape = (
            box(2 * half, high, 2 * deep, 0.03).paint(colour).move(0, high / 2, -0.1)
            + box(half, 0.06, 0.7 * deep, 0.01).paint(shade(colour, 0.6)).move(0, high, -0.2)
            + box(0.16, 0.08, 0.05).along(2, x=0.3).paint(BLACK).move(0.15, 0.4 * high, deep - 0.1)
            + box(0.14, 0.06, 0.05).along(2, x=0.2).paint(trim).move(-0.6 * half, 0.5 * high, deep - 0.1)
        )
        shape += (
            box(0.3, 0.16, 0.3).paint(grey(rng, 0.2, 0.5)).move(0, high + 0.08, -0.2)
            if chance(rng, 0.5)
            else box(0.04, 0.04, 1.2 * deep).along(6, x=0.1).paint(shade(colour, 0.6)).move(0.5 * half, high, -0.1)
        )
    pad = (
        box(0.62, 0.1, 0.3, 0.05, 4).paint(pick(rng, [colour, trim]))
        + cross.scale(0.7).paint(BLACK).move(-0.18, 0.05)
        + buttons.scale(0.7).move(0.18, 0.05)
    )
    pad = pad + ball(0.1, 0.06, 0.18, detail=10).paint(shade(colour, 0.8)).move(0.26, 0, 0.1).both()
    cable = tube([(0, 0.05, -0.12), (0.05, 0.04, -0.3), (0, 0.1, -0.5)], 0.03, 6, along=8).paint(BLACK)
    shape += (pad + cable).turn("y", rng.uniform(-20, 20)).move(-0.3, 0.06, deep + 0.25)
    other = pad.turn("y", rng.uniform(-30, 30)).move(0.55, 0.06, deep + 0.2)
    return shape + other if chance(rng, 0.6) else shape


def old_television(rng: np.random.Generator) -> Shape:
    """Return a television with a picture tube: wooden on legs, a plastic cube, or round."""
    colour = pick(rng, [wood(rng), wood(rng), vivid(rng), BLACK, grey(rng, 0.3, 0.8)])
    half, tall, deep = rng.uniform(0.55, 0.75), rng.uniform(0.4, 0.5), rng.uniform(0.35, 0.45)
    kind = pick(rng, ["box", "box", "round"])
    glass_of = pick(rng, [(0.35, 0.42, 0.42), (0.2, 0.24, 0.26), (0.55, 0.75, 0.8)])
    if kind == "round":
        shape = (
            ball(0.6, 0.58, 0.58, 2.3, int(pick(rng, [10, 22]))).paint(colour)
            + ball(0.46, 0.36, 0.2, 3.2, 18).paint(BLACK).move(0, 0.05, 0.44)
            + ball(0.4, 0.31, 0.2, 3.2, 18).paint(glass_of).move(0, 0.05, 0.48)
        )
        shape += rod(0.3, 0.12, 0.36, 18).paint(shade(colour, 0.7)).move(0, -0.6) + rod(0.04, 0.06, around=10).turn(
            "x", 90
        ).along(3, x=0.14).paint(STEEL).move(0, -0.4, 0.46)
        top, half, tall = 0.55, 0.5, 0.6
    else:
        top = tall
        shape = box(2 * half, 2 * tall, 2 * deep, rng.uniform(0.02, 0.1), 4).paint(colour) + hull(
            [
                (-deep - 0.25, 0.5 * half, -0.5 * tall, 0.4 * tall, 5),
                (-deep + 0.05, 0.85 * half, -0.8 * tall, 0.8 * tall, 5),
            ],
            18,
        ).paint(BLACK)
        x = -0.22 * half
        shape += box(1.42 * half, 1.72 * tall, 0.06, 0.03).paint(pick(rng, [BLACK, (0.85, 0.8, 0.68), STEEL])).move(
            x, 0, deep
        ) + ball(0.63 * half, 0.76 * tall, 0.1, 4, 18).paint(glass_of).move(x, 0, deep + 0.01)
        shape += rod(0.075, 0.08, around=14).turn("x", 90).along(2, y=0.24).paint(
            pick(rng, [STEEL, BLACK, WHITE])
        ).move(0.74 * half, 0.45 * tall, deep + 0.03) + box(0.3 * half, 0.03, 0.04).along(5, y=0.06).paint(
            shade(colour, 0.4)
        ).move(0.74 * half, -0.45 * tall, deep)
        if chance(rng, 0.5):
            shape += (
                rail((0.8 * half, -tall + 0.05, 0.7 * deep), (0.95 * half, -tall - 0.45, 0.9 * deep), 0.045, 0.03)
                .corners()
                .paint(shade(colour, 0.7))
            )
        else:
            shape += box(0.1, 0.07, 0.1).paint(BLACK).move(0.8 * half, -tall - 0.02, 0.7 * deep).corners()
    if chance(rng, 0.75):
        spread = rng.uniform(0.3, 0.7)
        shape += (
            ball(0.12, 0.08, 0.12, detail=10).paint(BLACK).move(0, top + 0.01)
            + (
                rail((0, top, 0), (spread, top + 0.65, -0.05), 0.025, 0.02, 6)
                + ball(0.035, detail=6).move(spread, top + 0.65, -0.05)
            )
            .paint(STEEL)
            .both()
        )
    return shape


FAMILIES = {
    "game_console": game_console,
    "old_television": old_television,
}
