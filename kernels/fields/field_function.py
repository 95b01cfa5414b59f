"""Fields as functions of points, and their end at the side of the box."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

SHAPE_END = 0.975
"""Share of the box at which what a guess puts beyond is cut off, so that the surface stays closed.

Objects reach 0.95.
"""

FieldFunction = Callable[[Tensor], Tensor]
"""Points [P,3] in box units -> field [P], positive inside."""


def box_end(points: Tensor, bounds: float, truncation: float) -> Tensor:
    """Return the most that a field may be at points [P,3] to end at SHAPE_END of the box [-bounds,bounds]^3.

    truncation: box units that a value of 1 means.
    """
    return (SHAPE_END * bounds - points.abs().amax(-1)) / truncation
