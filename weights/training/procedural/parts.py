"""Closed parts: boxes, balls, lathes, lofts, tubes and extrusions, centred on the origin unless said otherwise."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from .curves import Place, Points, ellipse, flat, smooth
from .shape import Shape


def loft(rings: np.ndarray, closed: bool = False) -> Shape:
    """Rings [K,N,3] joined one to the next; the ends are capped by fans, or meet when closed.

    An end ring shrunk to one place becomes a tip.
    """
    count, around, _ = rings.shape
    tips = [rings[0].mean(0), rings[-1].mean(0)]
    if not closed:
        while np.ptp(rings[0], axis=0).max() < 1e-7:
            rings = rings[1:]
        while np.ptp(rings[-1], axis=0).max() < 1e-7:
            rings = rings[:-1]
        count = len(rings)
    faces = _side_faces(count, around, closed)
    vertices = rings.reshape(-1, 3)
    if not closed:
        vertices = np.concatenate([vertices, tips])
        faces = np.concatenate([faces, _cap_faces(count, around)])
    return Shape.of(vertices, faces)


@functools.lru_cache(512)
def _side_faces(count: int, around: int, closed: bool) -> np.ndarray:
    k, i = np.meshgrid(np.arange(count if closed else count - 1), np.arange(around), indexing="ij")
    above, beside = (k + 1) % count, (i + 1) % around
    a, b, c, d = k * around + i, k * around + beside, above * around + beside, above * around + i
    return np.stack([a, b, c, a, c, d], -1).reshape(-1, 3).astype(np.int32)


@functools.lru_cache(512)
def _cap_faces(count: int, around: int) -> np.ndarray:
    i = np.arange(around)
    beside, last, tip = (i + 1) % around, (count - 1) * around, np.full(around, count * around)
    first_cap, last_cap = np.stack([tip, beside, i], 1), np.stack([tip + 1, last + i, last + beside], 1)
    return np.concatenate([first_cap, last_cap]).astype(np.int32)


def box(width: float, height: float, depth: float, round_by: float = 0, steps: int = 2, cuts: int = 1) -> Shape:
    """Return a box with edges rounded by arcs of `steps` (even) segments; `cuts` divides each side for patterns."""
    half = np.array([width, height, depth]) / 2
    if round_by <= 0:
        places, _, faces = _box_template(0, cuts)
        return Shape.of(places * half, faces)
    radius = min(round_by, 0.98 * half.min())
    places, directions, faces = _box_template(steps, cuts)
    return Shape.of(places * (half - radius) + directions * radius, faces)


@functools.lru_cache(64)
def _box_template(steps: int, cuts: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places in -1..1 of the core, unit directions of the rounding, faces: of a grid on the six sides."""
    flat_part = np.linspace(-1, 1, cuts + 1)
    bow = np.tan(np.linspace(0, np.pi / 4, steps // 2 + 1))[1:]
    core = np.concatenate([np.full(len(bow), -1.0), flat_part, np.full(len(bow), 1.0)])
    lean = np.concatenate([-bow[::-1], np.zeros(cuts + 1), bow])
    n = len(core)
    places, directions, faces = [], [], []
    for axis in range(3):
        for side in (-1.0, 1.0):
            u, v = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
            place, direction = np.full((n, n, 3), side), np.full((n, n, 3), side)
            place[..., (axis + 1) % 3], place[..., (axis + 2) % 3] = core[u], core[v]
            direction[..., (axis + 1) % 3], direction[..., (axis + 2) % 3] = lean[u], lean[v]
            quad = (u * n + v)[:-1, :-1].reshape(-1, 1) + np.array([0, n, n + 1, 0, n + 1, 1])
            quad = quad.reshape(-1, 3) + len(places) * n * n
            faces.append(quad if side > 0 else quad[:, ::-1])
            places.append(place.reshape(-1, 3))
            directions.append(direction.reshape(-1, 3))
    flat_places, flat_directions = np.concatenate(places), np.concatenate(directions)
    flat_directions /= np.linalg.norm(flat_directions, axis=1, keepdims=True)
    keys = np.round(np.concatenate([flat_places, flat_directions], 1) * 1000).astype(int)
    if not steps:
        keys = keys[:, :3]
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    welded = inverse.reshape(-1)[np.concatenate(faces)].astype(np.int32)
    return flat_places[first], flat_directions[first], welded


def ball(rx: float, ry: float | None = None, rz: float | None = None, power: float = 2, detail: int = 14) -> Shape:
    """Return an ellipsoid, or a superquadric: power above 2 nears a box. One radius alone serves all axes."""
    ry, rz = rx if ry is None else ry, rx if rz is None else rz
    unit, faces = _ball_template(detail, power)
    return Shape.of(unit * (rx, ry, rz), faces)


@functools.lru_cache(64)
def _ball_template(detail: int, power: float) -> tuple[np.ndarray, np.ndarray]:
    latitude = np.linspace(-np.pi / 2, np.pi / 2, max(detail * 3 // 4, 5))
    bent = 2 / power
    high = np.sign(np.sin(latitude)) * np.abs(np.sin(latitude)) ** bent
    wide = np.maximum(np.cos(latitude), 0) ** bent
    wide[[0, -1]] = 0
    shape = lathe(np.stack([wide, high], 1), detail, power)
    return shape.vertices, shape.faces


def lathe(profile: Points, around: int = 24, power: float = 2) -> Shape:
    """Return a profile [K,2] of (radius, height) turned about Y; its ends are closed towards the axis."""
    given = np.asarray(profile, float)
    ring = ellipse(1, 1, around, power)
    rings = np.empty((len(given), around, 3))
    rings[:, :, 0] = given[:, :1] * ring[None, :, 0]
    rings[:, :, 1] = given[:, 1:]
    rings[:, :, 2] = given[:, :1] * -ring[None, :, 1]
    return loft(rings)


def rod(radius: float, height: float, top: float | None = None, around: int = 14, round_by: float = 0) -> Shape:
    """Return a cylinder about Y, or a cone frustum with another radius at its top, its rims rounded."""
    top, half = radius if top is None else top, height / 2
    if not round_by:
        return lathe([(radius, -half), (top, half)], around)
    r = min(round_by, 0.95 * max(radius, 1e-9), half)
    cut, bottom_in = 0.3 * r, max(radius - r, 0)
    profile = [(bottom_in, -half), (radius - cut, -half + cut), (radius, -half + r), (top, half - r)]
    return lathe([*profile, (max(top - cut, 0), half - cut), (max(top - r, 0), half)], around)


def hull(stations: Points, around: int = 20, along: int = 0, axis: str = "z") -> Shape:
    """Return a body along an axis, of superellipse sections.

    stations [K,4 or 5]: place on the axis, half width, low, high, power (2 ellipse, 4 near a rectangle); low and high
    are heights (x is the width) along z, and z (x is the width) along y. `along` > 0: so many smooth sections.
    """
    rows = np.array([(*row, 2.0)[:5] for row in stations], float)
    if along:
        rows = smooth(rows, along)
        rows[:, 1] = np.maximum(rows[:, 1], 1e-9)
        rows[:, 4] = np.maximum(rows[:, 4], 1)
    place, half, low, high, power = rows.T[:, :, None]
    angle = np.arange(around) * (2 * np.pi / around)
    cos, sin = np.cos(angle), np.sin(angle)
    x = half * np.sign(cos) * np.abs(cos) ** (2 / power)
    y = (low + high) / 2 + (high - low) / 2 * np.sign(sin) * np.abs(sin) ** (2 / power)
    second, third = {"z": (y, place), "y": (place, y)}[axis]
    return loft(np.stack([x, np.broadcast_to(second, x.shape), np.broadcast_to(third, x.shape)], -1))


def frames(path: np.ndarray, closed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Two unit vectors [K,3] across a path, carried along without twist; the first is normal to a flat path."""
    step = (np.roll(path, -1, 0) - np.roll(path, 1, 0)) if closed else np.gradient(path, axis=0)
    tangent = step / np.maximum(np.linalg.norm(step, axis=1, keepdims=True), 1e-12)
    start = np.linalg.svd(path - path.mean(0), full_matrices=True)[2][2]
    start = start * np.where(start[np.abs(start).argmax()] < 0, -1, 1)
    first = np.empty_like(path)
    for k in range(len(path)):
        start = start - (start @ tangent[k]) * tangent[k]
        start = start / np.linalg.norm(start)
        first[k] = start
    return first, np.cross(tangent, first)


def sweep(path: Points, outline: Points, size: float | Sequence[float] | np.ndarray = 1, closed: bool = False) -> Shape:
    """Return an outline [N,2] moved along a path [K,3], scaled by size.

    One number, [K], or [K,2]; ends may shrink to tips.

    The outline's first axis is normal to the path's plane where the path is flat.
    """
    places = np.asarray(path, float)
    first, second = frames(places, closed)
    scales = np.asarray(size, float)
    if scales.ndim < 2:
        scales = np.broadcast_to(scales.reshape(-1, 1), (len(places), 2))
    ring = np.asarray(outline, float)
    u, v = ring[None, :, 0] * scales[:, :1], ring[None, :, 1] * scales[:, 1:]
    return loft(places[:, None] + u[..., None] * first[:, None] + v[..., None] * second[:, None], closed)


def tube(
    path: Points, radius: float | Sequence[float] | np.ndarray, around: int = 8, closed: bool = False, along: int = 0
) -> Shape:
    """Return a round tube along a path [K,3]; radius one number, [K], or [K,2]; `along` > 0 smooths path and radius."""
    places = np.asarray(path, float)
    size = np.asarray(radius, float)
    if along:
        if size.ndim:
            size = smooth(size.reshape(len(places), -1), along, closed)
            size = np.maximum(size if size.shape[1] == 2 else size[:, 0], 1e-9)
        places = smooth(places, along, closed)
    return sweep(places, ellipse(1, 1, around), size, closed)


def rail(start: Place, end: Place, radius: float, top: float | None = None, around: int = 8) -> Shape:
    """Return a straight round bar from one place to another."""
    return tube([start, end], [radius, radius if top is None else top], around)


def torus(radius: float, thick: float, around: int = 24, section: int = 8, deep: float | None = None) -> Shape:
    """Return a ring about Y; `deep` is its half thickness along Y when that differs."""
    angle = np.arange(around) * (2 * np.pi / around)
    path = np.stack([radius * np.cos(angle), np.zeros(around), -radius * np.sin(angle)], 1)
    return sweep(path, ellipse(thick if deep is None else deep, thick, section), closed=True)


def extrude(outline: Points, depth: float, round_by: float = 0, plane: str = "xy") -> Shape:
    """Return a simple polygon [N,2] in a plane, made thick across it; round_by bevels its rims inwards."""
    points = np.asarray(outline, float)
    x, y = points.T
    if (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() < 0:
        points = points[::-1]
    levels = [(points, -depth / 2), (points, depth / 2)]
    if round_by > 0:
        inner, r = inset(points, round_by), min(round_by, 0.45 * depth)
        levels = [(inner, -depth / 2), (points, -depth / 2 + r), (points, depth / 2 - r), (inner, depth / 2)]
    third = ({"x", "y", "z"} - set(plane)).pop()
    order = ["xyz".index(axis) for axis in plane + third]
    vertices = np.concatenate([flat(ring, "xy", level) for ring, level in levels])[:, np.argsort(order)]
    cap = triangulated(points)
    last = (len(levels) - 1) * len(points)
    faces = [_side_faces(len(levels), len(points), False), cap[:, ::-1], cap + np.int32(last)]
    return Shape.of(vertices, np.concatenate(faces))


def inset(points: np.ndarray, amount: float) -> np.ndarray:
    """Return a counterclockwise polygon [N,2] with its corners moved inwards."""
    side = np.roll(points, -1, 0) - points
    side = side / np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-12)
    normal = np.stack([-side[:, 1], side[:, 0]], 1)
    both = normal + np.roll(normal, 1, 0)
    return points + both * (amount / np.maximum((both**2).sum(1, keepdims=True) / 2, 0.5))


def triangulated(points: np.ndarray) -> np.ndarray:
    """Triangles [N-2,3] int32 of a simple counterclockwise polygon [N,2], by cutting ears."""
    left, triangles = list(range(len(points))), []
    while len(left) > 3:
        p = points[left]
        before, after = np.roll(p, 1, 0), np.roll(p, -1, 0)
        area = _cross(p - before, after - p)
        best = None
        for k in np.argsort(-area * (area > 0) / np.maximum(((after - before) ** 2).sum(1), 1e-12), kind="stable"):
            a, b, c = before[k], p[k], after[k]
            sides = np.stack([_cross(b - a, p - a), _cross(c - b, p - b), _cross(a - c, p - c)])
            inside = np.asarray((sides >= -1e-12).all(0))
            inside[[k - 1, k, (k + 1) % len(p)]] = False
            if not inside.any():
                best = int(k)
                break
        k = 0 if best is None else best
        triangles.append((left[k - 1], left[k], left[(k + 1) % len(left)]))
        del left[k]
    return np.array([*triangles, left], np.int32)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
