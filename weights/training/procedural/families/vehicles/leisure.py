"""Cars of leisure: convertibles, limousines and golf carts."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    LAMP,
    LEATHER,
    RED_LAMP,
    STEEL,
    WHITE,
    chance,
    dark,
    glass,
    grey,
    metal,
    muted,
    pick,
    shade,
    skin,
    vivid,
    wood,
)
from ...parts import ball, box, extrude, hull, lathe, rail, rod, tube
from ...shape import Shape, join
from .chassis import lamps, wheel
from .sports import cabin, on_axles, steering


def convertible(rng: np.random.Generator) -> Shape:
    """Return an open car, modern or with the wings and running boards of old."""
    body, inside, hub = vivid(rng), pick(rng, [LEATHER, dark(rng), WHITE, muted(rng)]), metal(rng)
    long, half, belt = rng.uniform(1.8, 2.2), rng.uniform(0.75, 0.9), rng.uniform(0.75, 0.9)
    old = chance(rng, 0.4)
    nose = 0.55 if old else 0.85
    rows = [
        (-long, 0.8 * half, 0.35, 0.8 * belt, 4),
        (-0.8 * long, 0.95 * half, 0.22, belt, 5),
        (0.3 * long, half, 0.22, belt, 5),
    ]
    rows += [
        (0.45 * long, nose * half, 0.22, belt, 4),
        (0.9 * long, nose * 0.9 * half, 0.26, 0.9 * belt, 4),
        (long, 0.7 * nose * half, 0.34, 0.75 * belt, 4),
    ]
    shape = hull(rows, 22).paint(body)
    shape += box(1.6 * half, 0.1, 0.85 * long, 0.03).paint(shade(inside, 0.6)).move(0, belt, -0.22 * long)
    chair = box(0.62 * half, 0.16, 0.5, 0.05).move(0, 0.08) + box(0.62 * half, 0.5, 0.16, 0.06).turn("x", -12).move(
        0, 0.2, -0.26
    )
    shape += (
        chair.move(0.4 * half, belt, -0.15 * long).both()
        + box(1.4 * half, 0.34, 0.18, 0.06).move(0, belt + 0.12, -0.6 * long)
    ).paint(inside)
    pane = box(1.6 * half, 0.42, 0.07, 0.02).paint(glass(rng)) + box(1.7 * half, 0.07, 0.09).paint(
        pick(rng, [body, STEEL, BLACK])
    ).move(0, 0.22)
    shape += pane.turn("x", -35 + 20 * old).move(0, belt + 0.18, 0.3 * long) + steering(0.18).move(
        0.38 * half, belt + 0.2, 0.16 * long
    )
    if chance(rng, 0.4):
        shape += (
            ball(0.16, 0.18, 0.16, detail=12).paint(skin(rng))
            + box(0.5, 0.4, 0.25, 0.1).paint(vivid(rng)).move(0, -0.3)
        ).move(0.4 * half, belt + 0.65, -0.18 * long)
    radius = rng.uniform(0.33, 0.38) + 0.06 * old
    axles = (-0.62 * long, 0.66 * long)
    if old:
        wing = tube(
            [(0, 0.3, -0.65), (0, 0.75, -0.35), (0, 0.9, 0), (0, 0.75, 0.35), (0, 0.4, 0.55)],
            np.array([[0.22, 0.06]] * 5),
            8,
            along=9,
        )
        shape += join(wing.move(half, 0.03, z) for z in axles).both().paint(pick(rng, [body, BLACK]))
        shape += (
            box(0.3, 0.07, 1.1 * long).paint(BLACK).move(half, 0.32).both()
            + ball(0.15, detail=12).paint(LAMP).move(0.6 * half, 0.8, 0.95 * long).both()
        )
        shape += box(0.5 * half, 0.45, 0.08, 0.03).paint(STEEL).move(0, 0.58, long)
    else:
        arch = rod(1.18 * radius, 0.2, around=20).turn("z", 90).paint(BLACK)
        shape += on_axles(arch, half - 0.09, radius, axles) + lamps(0.62 * half, 0.7 * belt, 0.97 * long, 0.14, LAMP)
    shape += lamps(0.6 * half, 0.7 * belt, -long, 0.12, RED_LAMP) + box(1.6 * half, 0.12, 0.14, 0.04).paint(STEEL).move(
        0, 0.34, long
    ).both("z")
    return shape + on_axles(wheel(radius, 0.24, hub), half - 0.06, radius, axles)


def limousine(rng: np.random.Generator) -> Shape:
    """Return a stretched saloon, often with flags on its wings."""
    body, pane = pick(rng, [BLACK, WHITE, WHITE, (0.92, 0.6, 0.75), vivid(rng), vivid(rng)]), glass(rng)
    long, half, belt = rng.uniform(3.4, 4.4), rng.uniform(0.9, 1.0), rng.uniform(0.9, 1.0)
    rows = [
        (-long, 0.85 * half, 0.35, 0.9 * belt, 5),
        (-long + 0.2, half, 0.2, belt, 6),
        (long - 1.2, half, 0.2, belt, 6),
    ]
    shape = hull(
        [*rows, (long - 0.2, 0.95 * half, 0.22, 0.9 * belt, 5), (long, 0.85 * half, 0.32, 0.8 * belt, 5)], 24
    ).paint(body)
    front, back = long - 1.3, -long + rng.uniform(0.5, 1.1)
    shape += cabin((back, front), (back + 0.4, front - 0.6), belt, belt + 0.52, 0.95 * half, (body, pane))
    shape += box(0.08, 0.5, 0.1).paint(body).move(0.9 * half, belt + 0.22).along(4, z=0.4 * long).both()
    shape += box(2 * half + 0.05, 0.08, 1.7 * long).paint(pick(rng, [STEEL, shade(body, 0.7)])).move(0, 0.45 * belt)
    shape += box(half, 0.3, 0.1, 0.03).paint(STEEL).move(0, 0.58, long) + lamps(
        0.72 * half, 0.66 * belt, long, 0.14, LAMP
    )
    shape += lamps(0.7 * half, 0.75 * belt, -long, 0.12, RED_LAMP) + box(1.9 * half, 0.14, 0.16, 0.05).paint(
        STEEL
    ).move(0, 0.3, long).both("z")
    if chance(rng, 0.4):
        shape += (
            (rod(0.05, 0.5).move(0, 0.2) + box(0.06, 0.25, 0.4).move(0, 0.35, -0.2))
            .paint(vivid(rng))
            .move(0.8 * half, belt, long - 0.4)
            .both()
        )
    arch = rod(0.44, 0.2, around=20).turn("z", 90).paint(BLACK)
    axles = (-long + 0.8, long - 0.8)
    return (
        shape
        + on_axles(arch, half - 0.09, 0.37, axles)
        + on_axles(wheel(0.36, 0.26, metal(rng)), half - 0.08, 0.36, axles)
    )


def golf_cart(rng: np.random.Generator) -> Shape:
    """Return a buggy with a roof on posts, bench seats and perhaps golf bags."""
    body, seat, roof = (
        pick(rng, [WHITE, vivid(rng), (0.2, 0.4, 0.25)]),
        pick(rng, [LEATHER, WHITE, BLACK, muted(rng)]),
        pick(rng, [WHITE, vivid(rng), wood(rng)]),
    )
    high, long, bench = rng.uniform(1.7, 2.0), rng.uniform(1.0, 1.2), 0.75
    shape = box(1.1, 0.14, 2 * long, 0.04).paint(dark(rng)).move(0, 0.36)
    cowl = extrude(
        [(0.55, 0.3), (long + 0.1, 0.3), (long + 0.12, 0.55), (long - 0.1, 0.85), (0.62, 0.9)], 1.1, 0.06, plane="zy"
    )
    shape += cowl.paint(body) + box(1.1, 0.45, 0.75, 0.08).paint(body).move(0, 0.5, -0.45)
    shape += (
        box(1.05, 0.16, 0.55, 0.06).move(0, bench, -0.3)
        + box(1.05, 0.45, 0.14, 0.06).turn("x", -10).move(0, bench + 0.35, -0.6)
    ).paint(seat)
    if chance(rng, 0.4):
        shape += (
            box(1.05, 0.16, 0.5, 0.06).move(0, bench, -0.95) + box(1.05, 0.4, 0.12, 0.05).move(0, bench + 0.3, -0.72)
        ).paint(seat) + box(1.05, 0.1, 0.4).paint(body).move(0, 0.4, -1.2)
    else:
        shape += box(1.1, 0.12, 0.7).paint(body).move(0, 0.5, -0.9)
        club = (rail((0, 0.8, 0), (0.05, 1.25, 0), 0.03) + ball(0.08, 0.07, 0.06, detail=8).move(0.05, 1.25)).paint(
            STEEL
        )
        bag = lathe([(0.15, 0), (0.17, 0.8), (0.12, 0.8)], 12).paint(vivid(rng)) + club.around(3)
        shape += bag.move(0.25, 0.5, -0.95) + (bag.mirrored() if chance(rng, 0.6) else bag.scale(0.9)).move(
            -0.25, 0.5, -0.95
        )
    shape += box(1.25, 0.1, 1.9, 0.04).paint(roof).move(0, high, -0.1)
    posts = rail((0.5, 0.8, 0.7), (0.5, high, 0.5), 0.045) + rail((0.5, 0.4, -0.75), (0.5, high, -0.8), 0.045)
    shape += posts.both().paint(grey(rng, 0.2, 0.9)) + steering(0.17).move(0.25, 1.0, 0.35)
    shape += lamps(0.36, 0.55, long + 0.08, 0.12, LAMP)
    return shape + on_axles(wheel(0.26, 0.22, metal(rng)), 0.5, 0.26, [-0.7, 0.75])


FAMILIES = {
    "convertible": convertible,
    "limousine": limousine,
    "golf_cart": golf_cart,
}
