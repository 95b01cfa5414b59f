"""Curves and outlines that parts are made along."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Place = Sequence[float] | np.ndarray
Points = np.ndarray | Sequence[Place]


def smooth(points: Points, count: int, closed: bool = False) -> np.ndarray:
    """[count,D] places along a Catmull-Rom curve through points [K,D], K > 1."""
    given = np.asarray(points, float)
    if closed:
        padded = np.concatenate([given[-1:], given, given[:2]])
    else:
        padded = np.concatenate([2 * given[:1] - given[1:2], given, 2 * given[-1:] - given[-2:-1]])
    pieces = len(padded) - 3
    t = np.linspace(0, pieces, count, endpoint=not closed)
    i = np.minimum(t.astype(int), pieces - 1)
    t = (t - i)[:, None]
    p0, p1, p2, p3 = (padded[i + k] for k in range(4))
    return p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)))


def arc(radius: float, start: float, end: float, count: int = 12, centre: Sequence[float] = (0, 0)) -> np.ndarray:
    """[count,2] places of a circle between two angles in degrees, both included."""
    angle = np.radians(np.linspace(start, end, count))
    return np.stack([centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)], 1)


def flat(points: Points, plane: str = "xy", third: float = 0) -> np.ndarray:
    """[K,3] places of [K,2] points in a plane of two axes."""
    given = np.asarray(points, float)
    places = np.full((len(given), 3), float(third))
    places[:, ["xyz".index(axis) for axis in plane]] = given
    return places


def ellipse(rx: float, ry: float, count: int = 24, power: float = 2) -> np.ndarray:
    """[count,2] outline; power above 2 nears a rectangle, below 2 a rhombus."""
    angle = np.arange(count) * (2 * np.pi / count)
    cos, sin = np.cos(angle), np.sin(angle)
    bent = 2 / power
    return np.stack([rx * np.sign(cos) * np.abs(cos) ** bent, ry * np.sign(sin) * np.abs(sin) ** bent], 1)


def star(inner: float, outer: float, points: int, turn: float = 90) -> np.ndarray:
    """[2 * points,2] outline of a star, the first point at `turn` degrees."""
    angle = np.radians(turn) + np.arange(2 * points) * np.pi / points
    radius = np.where(np.arange(2 * points) % 2 == 0, outer, inner)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)


def rounded(corners: Points, radius: float, steps: int = 3) -> np.ndarray:
    """Polygon [K,2] with its corners cut by arcs of parabolas that begin `radius` before each corner."""
    given = np.asarray(corners, float)
    before, after = np.roll(given, 1, 0) - given, np.roll(given, -1, 0) - given
    lengths = [np.linalg.norm(side, axis=1, keepdims=True) for side in (before, after)]
    reach = np.minimum(radius, 0.45 * np.minimum(*lengths))
    first, last = given + before / lengths[0] * reach, given + after / lengths[1] * reach
    t = np.linspace(0, 1, steps + 1)[None, :, None]
    bows = (1 - t) ** 2 * first[:, None] + 2 * t * (1 - t) * given[:, None] + t**2 * last[:, None]
    return bows.reshape(-1, 2)
