"""Parts that vehicles on wheels share."""

from __future__ import annotations

from ...paint import (
    RUBBER,
)
from ...parts import box, rod
from ...shape import Colour, Shape


def wheel(radius: float, width: float, hub: Colour, around: int = 20) -> Shape:
    """Return a tyre with its hub, its axle along x."""
    tyre = rod(radius, width, around=around, round_by=0.25 * width).paint(RUBBER)
    return (tyre + rod(0.6 * radius, width * 1.08, around=12, round_by=0.05 * width).paint(hub)).turn("z", 90)


def lamps(width: float, y: float, z: float, size: float, colour: Colour) -> Shape:
    return box(2 * size, size, 0.08, 0.03).paint(colour).move(width, y, z).both()


def sides(panel: Shape, x: float) -> Shape:
    return panel.move(x).both()
