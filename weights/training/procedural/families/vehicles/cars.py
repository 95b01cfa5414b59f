"""Cars, pickups, vans and buses."""

from __future__ import annotations

import numpy as np

from ...paint import (
    BLACK,
    LAMP,
    RED_LAMP,
    RUBBER,
    STEEL,
    WHITE,
    by_face,
    chance,
    dark,
    glass,
    grey,
    metal,
    pick,
    shade,
    vivid,
)
from ...parts import box, hull, rail, rod
from ...shape import Colour, Shape, join
from .chassis import lamps, sides, wheel


def _cabin(body: Colour, pane: Colour, belt: float, roof: float, low: tuple, high: tuple, half: float) -> Shape:
    """Glass between belt and roof, tapering from the z range `low` to `high`; pillars on its edges."""
    top = 0.84 * half
    rows = [(belt - 0.12, half, *low, 7), (belt, half, *low, 7), (roof - 0.07, top, *high, 7)]
    rows += [
        (roof - 0.02, top * 0.97, high[0] + 0.02, high[1] - 0.03, 7),
        (roof, top * 0.8, high[0] + 0.15, high[1] - 0.18, 6),
    ]
    shell = hull(rows, 24, axis="y").paint(by_face(lambda p: np.where(p[:, 1:2] > roof - 0.075, body, pane)))
    pillars = []
    for share in (0.03, 0.5, 0.97):
        foot, head = low[0] + share * (low[1] - low[0]), high[0] + share * (high[1] - high[0])
        inner = 0.97 if share == 0.5 else 0.9
        pillars.append(rail((half * inner, belt - 0.08, foot), (top * inner, roof - 0.05, head), 0.06, around=6))
    return shell + join(pillars).paint(body).both()


def with_extras(
    rng: np.random.Generator,
    shape: Shape,
    roof: float,
    high: tuple[float, float],
    kind: str,
    half: float,
    radius: float,
    belt: float,
    tail: float,
) -> Shape:
    """Return the car with a taxi sign, a roof box or a spare wheel."""
    extra = rng.random()
    if extra < 0.15:  # taxi or police
        shape += (
            box(0.5, 0.14, 0.2, 0.05)
            .paint(pick(rng, [(0.95, 0.8, 0.1), (0.1, 0.2, 0.9)]))
            .move(0, roof + 0.06, (high[0] + high[1]) / 2)
        )
    elif extra < 0.3 and kind != "sports":
        shape += box(half * 1.3, 0.2, 1.0, 0.06).paint(dark(rng)).move(0, roof + 0.08, sum(high) / 2)
    elif kind == "offroad" and extra < 0.7:
        shape += (
            rod(radius * 0.95, 0.2, around=20, round_by=0.05)
            .turn("x", 90)
            .paint(RUBBER)
            .move(0, belt * 0.8, tail - 0.08)
        )
    return shape


def car(rng: np.random.Generator) -> Shape:
    """Saloon, hatchback, estate, off-roader or sports car."""
    kind = pick(rng, ["saloon", "hatch", "estate", "offroad", "sports", "mini"])
    length = {"saloon": 4.6, "hatch": 3.9, "estate": 4.6, "offroad": 4.5, "sports": 4.3, "mini": 3.2}[
        kind
    ] * rng.uniform(0.94, 1.06)
    half = rng.uniform(0.84, 0.95)
    ground = {"offroad": 0.34, "sports": 0.15}.get(kind, 0.22)
    belt = {"offroad": 1.1, "sports": 0.78, "mini": 0.92}.get(kind, 0.92) * rng.uniform(0.95, 1.05)
    roof = belt + {"offroad": 0.7, "sports": 0.38, "mini": 0.62}.get(kind, 0.54) * rng.uniform(0.92, 1.08)
    nose, tail = length / 2, -length / 2
    cowl = nose - length * {"mini": 0.24, "sports": 0.36, "offroad": 0.26}.get(kind, 0.29)
    back = {"saloon": tail + 0.18 * length, "sports": tail + 0.12 * length}.get(kind, tail + 0.05)
    low, high = (
        (back, cowl),
        (back + {"saloon": 0.55, "sports": 0.8, "hatch": 0.35}.get(kind, 0.14), cowl - 0.55 - 0.2 * (kind == "sports")),
    )
    body, pane = vivid(rng), glass(rng)
    hood = belt * rng.uniform(0.86, 0.96)
    rows = [
        (tail, half * 0.86, ground + 0.18, belt * 0.9, 5),
        (tail + 0.12, half * 0.97, ground, belt * 0.98, 6),
        (tail + 0.8, half, ground, belt, 6),
        (cowl, half, ground, belt, 6),
        (cowl + 0.3, half, ground, hood + 0.02, 6),
        (nose - 0.35, half * 0.95, ground, hood * 0.93, 5),
        (nose - 0.06, half * 0.84, ground + 0.04, hood * 0.8, 5),
        (nose, half * 0.76, ground + 0.12, hood * 0.7, 5),
    ]
    shape = hull(rows, 28).paint(body) + _cabin(body, pane, belt, roof, low, high, half * 0.95)
    radius = {"offroad": 0.42, "mini": 0.3}.get(kind, 0.34) * rng.uniform(0.95, 1.1)
    axles = (tail + 0.19 * length, nose - 0.19 * length)
    hub = metal(rng)
    for z in axles:
        arch = rod(radius * 1.18, 0.2, around=22).turn("z", 90).paint(BLACK).move(half - 0.1, radius * 1.02, z)
        shape += (arch + wheel(radius, 0.26, hub).move(half - 0.1, radius, z)).both()
    shape += lamps(half * 0.62, hood * 0.68, nose - 0.05, 0.14, LAMP) + lamps(
        half * 0.66, belt * 0.75, tail + 0.02, 0.13, RED_LAMP
    )
    shape += box(half * 0.8, 0.14, 0.1, 0.03).paint(BLACK).move(0, ground + 0.22, nose - 0.02)
    shape += box(half * 1.7, 0.14, 0.16, 0.05).paint(shade(body, 0.7)).move(0, ground + 0.12, tail + 0.06)
    shape += box(0.16, 0.12, 0.1, 0.04).paint(body).move(half + 0.04, belt + 0.06, cowl - 0.35).both()
    if kind == "sports" and chance(rng, 0.6):
        shape += box(half * 1.7, 0.06, 0.28, 0.02).paint(body).move(0, belt + 0.25, tail + 0.2)
        shape += box(0.07, 0.3, 0.15).paint(body).move(half * 0.6, belt + 0.1, tail + 0.22).both()
    shape = with_extras(rng, shape, roof, high, kind, half, radius, belt, tail)
    return shape


def pickup(rng: np.random.Generator) -> Shape:
    """Return a car with an open bed behind its cab."""
    length, half, ground = rng.uniform(4.6, 5.4), rng.uniform(0.9, 1.0), rng.uniform(0.32, 0.5)
    belt = ground + rng.uniform(0.68, 0.78)
    roof = belt + rng.uniform(0.55, 0.68)
    nose, tail = length / 2, -length / 2
    cowl, cab = nose - rng.uniform(1.2, 1.4), nose - rng.uniform(2.5, 3.1)
    body, pane = vivid(rng), glass(rng)
    rows = [
        (cab - 0.1, half, ground, belt, 7),
        (cowl, half, ground, belt, 7),
        (nose - 0.2, half * 0.96, ground, belt * 0.95, 7),
        (nose, half * 0.88, ground + 0.08, belt * 0.88, 6),
    ]
    shape = hull(rows, 28).paint(body)
    shape += _cabin(body, pane, belt, roof, (cab, cowl + 0.05), (cab + 0.06, cowl - 0.45), half * 0.94)
    bed = cab - tail
    shape += box(2 * half, 0.16, bed, 0.03).paint(shade(body, 0.6)).move(0, ground + 0.12, tail + bed / 2)
    shape += (
        box(0.12, belt - ground, bed, 0.03).paint(body).move(half - 0.06, (belt + ground) / 2, tail + bed / 2).both()
    )
    shape += box(2 * half, belt - ground, 0.12, 0.03).paint(body).move(0, (belt + ground) / 2, tail + 0.06)
    radius, hub = rng.uniform(0.38, 0.48), metal(rng)
    for z in (tail + 0.2 * length, nose - 0.18 * length):
        arch = rod(radius * 1.15, 0.2, around=22).turn("z", 90).paint(BLACK).move(half - 0.09, radius * 1.02, z)
        shape += (arch + wheel(radius, 0.28, hub).move(half - 0.08, radius, z)).both()
    shape += lamps(half * 0.7, belt * 0.82, nose - 0.03, 0.13, LAMP) + lamps(
        half * 0.85, belt * 0.8, tail, 0.08, RED_LAMP
    )
    shape += box(half, 0.22, 0.1, 0.03).paint(BLACK).move(0, ground + 0.35, nose - 0.03)
    shape += box(2 * half, 0.16, 0.2, 0.05).paint(STEEL).move(0, ground + 0.06, nose - 0.02)
    if chance(rng, 0.4):
        shape += (
            box(1.2 * half, rng.uniform(0.3, 0.8), 0.7 * bed, 0.05)
            .paint(pick(rng, [(0.6, 0.42, 0.25), (0.4, 0.45, 0.3)]))
            .move(0, belt, tail + bed / 2)
        )
    return shape


def van(rng: np.random.Generator) -> Shape:
    """Delivery van, camper or minibus: one box with a sloping nose."""
    length, half, height = rng.uniform(4.2, 5.6), rng.uniform(0.9, 1.02), rng.uniform(1.85, 2.5)
    ground, nose, tail = 0.26, length / 2, -length / 2
    hood, slope = rng.uniform(0.15, 0.9), rng.uniform(0.25, 0.6)
    belt = 1.0 * rng.uniform(0.95, 1.1)
    body, lower, pane = vivid(rng), None, glass(rng)
    lower = pick(rng, [body, body, WHITE, shade(body, 0.6)])
    rows = [
        (tail, half * 0.95, ground + 0.05, height * 0.96, 8),
        (tail + 0.08, half, ground, height, 8),
        (nose - hood - slope, half, ground, height, 8),
        (nose - hood - 0.02, half * 0.97, ground, belt + 0.1, 7),
        (nose - 0.08, half * 0.94, ground, belt * 0.92, 6),
        (nose, half * 0.86, ground + 0.1, belt * 0.82, 6),
    ]
    shape = hull(rows, 32).finer().paint(by_face(lambda p: np.where(p[:, 1:2] > belt, body, lower)))
    screen = height - belt - 0.25
    lean = np.degrees(np.arctan2(slope, height - belt - 0.1))
    shape += (
        box(1.6 * half, screen, 0.1, 0.02)
        .turn("x", -lean)
        .paint(pane)
        .move(0, (height + belt) / 2 + 0.02, nose - hood - slope / 2 - 0.03)
    )
    windows = int(rng.integers(1, 5))
    room = nose - hood - slope - tail - 0.3
    for k in range(windows):
        shape += sides(
            box(0.06, 0.42 * (height - belt), 0.85 * room / 4, 0.02)
            .paint(pane)
            .move(0, (height + belt) / 2, nose - hood - slope - (k + 0.5) * room / 4),
            half,
        )
    shape += box(1.4 * half, 0.45 * (height - belt), 0.06, 0.02).paint(pane).move(0, (height + belt) / 2, tail)
    radius, hub = rng.uniform(0.33, 0.38), metal(rng)
    for z in (tail + 0.2 * length, nose - 0.18 * length):
        arch = rod(radius * 1.15, 0.2, around=22).turn("z", 90).paint(BLACK).move(half - 0.09, radius, z)
        shape += (arch + wheel(radius, 0.25, hub).move(half - 0.09, radius, z)).both()
    shape += lamps(half * 0.66, belt * 0.72, nose - 0.03, 0.14, LAMP) + lamps(
        half * 0.85, belt * 0.9, tail, 0.08, RED_LAMP
    )
    shape += box(1.8 * half, 0.14, 0.14, 0.04).paint(dark(rng)).move(0, ground + 0.1, nose - 0.05)
    if chance(rng, 0.25):
        shape += box(1.5 * half, 0.22, 1.6, 0.06).paint(grey(rng)).move(0, height + 0.08, 0)
    return shape


def bus(rng: np.random.Generator) -> Shape:
    """City bus, coach, double-decker or school bus."""
    kind = pick(rng, ["city", "city", "double", "school"])
    length = rng.uniform(7.5, 11.5) if kind != "double" else rng.uniform(7.5, 10)
    half, height = rng.uniform(1.2, 1.3), rng.uniform(2.8, 3.2) if kind != "double" else rng.uniform(4.1, 4.4)
    body = pick(rng, [vivid(rng), vivid(rng), WHITE]) if kind != "school" else (0.96, 0.72, 0.1)
    trim, pane = vivid(rng), glass(rng)
    ground, nose, tail = 0.35, length / 2, -length / 2
    shape = box(2 * half, height - ground, length, rng.uniform(0.12, 0.3)).paint(body).move(0, (height + ground) / 2)
    front = nose
    if kind == "school":
        front = nose + 1.3
        shape += box(1.7 * half, 1.1, 1.7, 0.2).paint(body).move(0, ground + 0.6, nose + 0.5)
        shape += box(1.1 * half, 0.5, 0.1, 0.03).paint(BLACK).move(0, ground + 0.6, front + 0.04)
    floors = [(1.45, 1.1)] if kind != "double" else [(1.3, 0.95), (3.15, 0.85)]
    count = int(rng.integers(4, 8))
    for level, tall in floors:
        step = (length - 1.2) / count
        windows = box(0.06, tall, 0.84 * step, 0.02).along(count, z=step).move(0, level + tall / 2, -0.1)
        shape += sides(windows.paint(pane), half)
        wide = box(1.75 * half, tall * rng.uniform(1.0, 1.25), 0.06, 0.02).paint(pane)
        shape += wide.move(0, level + tall / 2, nose) + wide.scale(0.9, 0.8, 1).move(0, level + tall / 2, tail)
    doors = [nose - 0.9] + ([-0.3] if kind == "city" else [])
    for z in doors:
        shape += box(0.08, 2.0, 0.9, 0.02).paint(shade(pane, 0.8)).move(-half, ground + 1.15, z)
        shape += box(0.1, 2.0, 0.06).paint(body).move(-half, ground + 1.15, z)
    if chance(rng, 0.6):
        shape += sides(box(0.05, 0.25, length * 0.96, 0.02).paint(trim).move(0, 1.1), half)
    shape += box(1.3 * half, 0.3, 0.08, 0.02).paint(BLACK).move(0, height - 0.28, nose)
    radius, hub = 0.48, grey(rng, 0.4, 0.8)
    axles = [tail + 0.24 * length, nose - 0.2 * length + (1.2 if kind == "school" else 0)]
    if length > 10:
        axles.append(tail + 0.24 * length + 1.1)
    for z in axles:
        arch = rod(radius * 1.2, 0.2, around=22).turn("z", 90).paint(BLACK).move(half - 0.08, radius, z)
        shape += (arch + wheel(radius, 0.3, hub).move(half - 0.12, radius, z)).both()
    shape += lamps(half * 0.72, 0.75, front + 0.02, 0.17, LAMP) + lamps(half * 0.8, 0.9, tail, 0.13, RED_LAMP)
    shape += box(0.12, 0.35, 0.14, 0.04).paint(BLACK).move(half + 0.14, height * 0.7, nose + 0.1).both()
    if chance(rng, 0.4):
        shape += box(1.2 * half, 0.25, 0.3 * length, 0.08).paint(grey(rng)).move(0, height + 0.08, tail * 0.3)
    return shape


FAMILIES = {
    "car": car,
    "pickup": pickup,
    "van": van,
    "bus": bus,
}
